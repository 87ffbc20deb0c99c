"""The door as API Gateway calls it, in front of a loopback AWS and under a clock that stands still."""

import base64
import json
import warnings
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Self

import pytest

from events.envelope import Envelope
from functions.platforms.door import GATES
from functions.shared import clock, secret, signed
from functions.shared.settings import settings
from functions.webhooks import handler, sources
from tests.platforms.senders import NOW, SECRETS, standard
from tests.webhooks.cloud import Cloud

PATH = "/liaison/Test"
SOURCES = {
    **{f"at-{platform.replace('_', '-')}": (platform, "everybody") for platform in GATES},
    "game": ("standard_webhooks", "players"),
    "forum": ("discourse", "talkers"),
    "code": ("github", "makers"),
    "silent": ("standard_webhooks", "players"),
}
"""`silent` has no secret yet."""

CONTEXT = SimpleNamespace(
    function_name="webhooks", memory_limit_in_mb=512, invoked_function_arn="arn:x", aws_request_id="request-1"
)
FLAG = b'{"type": "flag.raised", "data": {"id": "1"}}'


@dataclass(frozen=True)
class Answered:
    status: int
    body: str
    kind: str

    @property
    def told(self) -> Any:
        return json.loads(self.body)


@dataclass
class Door:
    """`now` moves only when a test moves it, for signatures and for caches alike."""

    now: datetime = field(default_factory=lambda: datetime.fromtimestamp(NOW, UTC))
    cloud: Cloud = field(default_factory=Cloud)
    exits: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        self.exits.enter_context(self.cloud)
        patch = self.exits.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(clock, "now", lambda: self.now)
        patch.setattr(sources, "time", SimpleNamespace(monotonic=lambda: self.now.timestamp()))
        for name, value in self.environment().items():
            patch.setenv(name, value)
        self.cold()
        self.exits.callback(self.cold)
        self.cloud.parameters[f"{PATH}/directory"] = json.dumps({"sources": SOURCES})
        for name, (platform, _) in SOURCES.items():
            if name != "silent":
                self.put_secret(name, SECRETS[platform][0])
        return self

    def __exit__(self, *raised: object) -> None:
        self.exits.close()

    def environment(self) -> dict[str, str]:
        queues = ("moderation", "announcements", "feedback", "upkeep", "parked", "delivery")
        return {
            **{f"QUEUE_{name.upper()}": f"{self.cloud.url}/000000000000/{name}" for name in queues},
            **dict.fromkeys(("TABLE", "BUCKET", "MAIL_FROM", "MAIL_SET", "PUBLIC_URL", "DEAD_LETTERS"), ""),
            "PARAMETERS": PATH,
            "AWS_ENDPOINT_URL": self.cloud.url,
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_SESSION_TOKEN": "session",
        }

    @staticmethod
    def cold() -> None:
        """What a new execution environment does not know."""
        signed.pool().clear()
        for cached in (signed.pool, settings, handler.sources):
            cached.cache_clear()

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def put_secret(self, source: str, value: str) -> None:
        """As `liaison secret put` does it: the one before stays good for a day."""
        name = f"{PATH}/sources/{source}"
        self.cloud.parameters[name] = secret.rotated(self.cloud.parameters.get(name), value, self.now)

    def asked(self, name: str) -> int:
        """How often a parameter was fetched."""
        return self.cloud.asked[f"GetParameter {PATH}/{name}"]

    def post(
        self, source: str, headers: Mapping[str, str], body: bytes, /, *, as_base64: bool = False, **more: Any
    ) -> Answered:
        """Payload format 2.0. Source: API Gateway, "Create AWS Lambda proxy integrations for HTTP APIs"."""
        event = {
            "version": "2.0",
            "requestContext": {"http": {"method": "POST"}},
            "pathParameters": {"source": source},
            "headers": dict(headers),
            "body": base64.b64encode(body).decode() if as_base64 else body.decode("utf-8", "surrogatepass"),
            "isBase64Encoded": as_base64,
            **more,
        }
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            answer = handler.main(event, CONTEXT)
        return Answered(answer["statusCode"], answer["body"], answer["headers"]["content-type"])

    def flag(self, source: str = "game", secret: str = SECRETS["standard_webhooks"][0], body: bytes = FLAG) -> Answered:
        """A webhook signed just now."""
        return self.post(source, standard(secret, body, at=int(self.now.timestamp())).headers, body)

    @property
    def queued(self) -> list[tuple[str, str, Envelope]]:
        """Queue, message group and envelope of what was put on queues."""
        return [
            (sent["QueueUrl"].rpartition("/")[2], sent["MessageGroupId"], Envelope.from_json(sent["MessageBody"]))
            for sent in self.cloud.messages
        ]
