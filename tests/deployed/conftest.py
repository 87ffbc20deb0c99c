"""One local stack for all tests here: the synthesised template with the real functions, on MiniStack."""

import json
import random
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
import urllib3

from cli import demo, operator, stack
from cli.client import Api, ApiError
from cli.samples import Webhook, standard_secret
from cli.site import Call, Site, review
from tests.deployed import places
from tests.deployed.counter import Relay
from tests.deployed.places import Delivery

CONNECTIONS = 8
Given = TypeVar("Given")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.deployed)


@dataclass(slots=True)
class Town(Site):
    """The other side, parts of which may be down, with a forum that tells what each review was flagged for."""

    down: set[str] = field(default_factory=set)
    """How the paths begin that answer 503."""
    refused: list[Call] = field(default_factory=list)
    reviews: dict[int, str] = field(default_factory=dict)
    """The forum's word for its first flag, by a review's number."""

    def answer(self, call: Call) -> tuple[int, object]:
        if any(call.path.startswith(begin) for begin in self.down):
            self.refused.append(call)
            return 503, {}
        number = call.path.removeprefix("/forum/review/").removesuffix(".json")
        if call.path.startswith("/forum/review/") and (reason := self.reviews.get(int(number))):
            self.calls.append(call)
            told: Any = review(int(number), int(number))
            told["reviewable_scores"][0]["score_type"] = {"id": 99, "type": reason, "title": ""}
            return 200, told
        return Site.answer(self, call)

    def told(self, path: str, kind: str) -> list[dict[str, Any]]:
        """What a place of the company's own was told, in signed webhooks of one type."""
        bodies = [json.loads(call.body) for call in self.calls if call.path == path]
        return [body["data"] for body in bodies if body.get("type") == kind]


@dataclass
class Deployed:
    """The stack, its API, the secrets of its sources, the other side, and what is asked of the table."""

    port: int
    api: Api
    secrets: dict[str, str]
    site: Town
    relay: Relay
    team: dict[str, Api] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(self, webhooks: list[Webhook]) -> list[int]:
        """All of them, in this order, over eight connections; gives what each was answered."""
        pool = urllib3.PoolManager(maxsize=CONNECTIONS, timeout=60.0, retries=False)

        def one(webhook: Webhook) -> int:
            headers = webhook.headers(self.secrets[webhook.source])
            try:
                return pool.request(
                    "POST", f"{self.url}/hooks/{webhook.source}", body=webhook.body, headers=headers
                ).status
            except urllib3.exceptions.HTTPError:
                return 0

        with ThreadPoolExecutor(CONNECTIONS) as threads:
            return list(threads.map(one, webhooks))

    def send_until_accepted(self, webhooks: list[Webhook]) -> None:
        """As platforms that retry do: what got no 2xx is sent again, as often as it takes."""
        left, deadline = webhooks, time.monotonic() + 180
        while left and time.monotonic() < deadline:
            answered = self.send(left)
            left = [webhook for webhook, status in zip(left, answered, strict=True) if not 200 <= status < 300]
            time.sleep(0.5 if left else 0)
        assert not left, f"{len(left)} deliveries were never accepted"

    def deliver(self, deliveries: Sequence[Delivery]) -> list[int]:
        """Signed as their platforms sign them, over eight connections; gives what each was answered."""
        pool = urllib3.PoolManager(maxsize=CONNECTIONS, timeout=60.0, retries=False)

        def one(delivery: Delivery) -> int:
            made = delivery.request(self.secrets[delivery.source])
            url = "/".join(filter(None, (f"{self.url}/hooks/{delivery.source}", made.path)))
            return pool.request(made.method, url, body=made.body, headers=dict(made.headers)).status

        with ThreadPoolExecutor(CONNECTIONS) as threads:
            return list(threads.map(one, deliveries))

    def drain(self) -> None:
        demo.drain(self.api)

    def minute(self) -> None:
        """What the minute does, now, and all that follows from it."""
        demo.invoke("FunctionUpkeep")
        self.drain()

    def moderator(self, name: str) -> Api:
        """Somebody with a token of their own; the same one for the same name."""
        if name not in self.team:
            self.team[name] = Api(self.url, operator.new_token(name, "moderator", ("acme",), 1), "acme")
            self.team[name].pool = urllib3.PoolManager(timeout=60.0, retries=False)  # Functions start slowly here.
        return self.team[name]


def at_once(calls: Sequence[Callable[[], Given]]) -> list[Given | str]:
    """What each gave, or the sentence with which it was refused; eight at a time."""

    def answered(call: Callable[[], Given]) -> Given | str:
        try:
            return call()
        except ApiError as error:
            return str(error)

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        return list(threads.map(answered, calls))


@contextmanager
def brought_up(home: Path) -> Iterator[Deployed]:
    """The stack in a folder of its own, so that nobody's own local stack is touched."""
    town = Town(0)
    with pytest.MonkeyPatch.context() as patch, town, Relay() as relay:
        patch.setattr(stack, "HOME", home)
        for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
            patch.delenv(name, raising=False)
        patch.setattr(stack, "started", partial(counted, relay, home, stack.started))
        port = stack.free_port()
        stack.up(port, keep=False, owner="test", say=lambda _: None)
        try:
            url = operator.connect(None)
            operator.push(program(town.port), "tests")
            secrets = demo.put_secrets() | places.SECRETS | {"arena": standard_secret()}
            for name in ("arena", *places.SECRETS):
                operator.put_secret(name, secrets[name], outgoing=False)
            operator.put_secret("arena", secrets["arena"], outgoing=True)
            yield Deployed(port, Api(url, demo.keep_token("acme"), "acme"), secrets, town, relay)
        finally:
            stack.down(lambda _: None)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with brought_up(tmp_path_factory.mktemp("liaison")) as deployed:
        yield deployed


def counted(
    relay: Relay, home: Path, started: Callable[..., Any], command: list[str], name: str, environment: dict[str, str]
) -> Any:
    """As `stack.started`; the functions of this stack, and of no other, reach DynamoDB through the relay."""
    if name == "ministack" and home == stack.HOME:
        relay.to = int(environment["GATEWAY_PORT"])
        environment = environment | {"AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{relay.port}"}
    return started(command, name, environment)


MODERATION = 'moderation = { thresholds = [{ points = 5 }, { points = 10, measure = "ban" }] }'
RULE = """
[[policies]]
id = "be-kind"
community = "acme"
title = "Be kind"
text = "No insults."
points = 1
"""


def program(port: int) -> str:
    """That of the demonstration, with the other platforms, and a second place of the company's own."""
    own = (stack.ROOT / "community.toml").read_text().replace(str(demo.SITE), str(port))
    own = own.replace("[[communities]]", f"[[communities]]\n{MODERATION}", 1)
    arena = f'id = "arena"\ncommunity = "acme"\nplatform = "standard_webhooks"\napi = "http://127.0.0.1:{port}/arena"'
    return f"{own}\n[[sources]]\n{arena}\nprivate_network = true\n{places.PROGRAM}\n{RULE}"


@pytest.fixture
def deployed(running: Deployed) -> Deployed:
    """The running stack, with this process pointed at it."""
    operator.connect(None)
    return running


@pytest.fixture
def mark() -> str:
    """Makes the ids of one test its own, so that no test sees another's."""
    return secrets.token_hex(4)


def feedback(mark: str, number: int, at: str) -> Webhook:
    data = {"id": f"{mark}-{number}", "kind": "form", "text": f"Thought {number}", "at": at}
    body = json.dumps({"type": "feedback.received", "timestamp": at, "data": data}).encode()
    return Webhook("game", "standard_webhooks", "feedback.received", f"msg_{mark}_said_{number}", body)


def flag(mark: str, number: int, subject: int, at: str) -> Webhook:
    data = {
        "id": f"{mark}-{number}",
        "reason": "spam",
        "at": at,
        "subject": {"kind": "chat_message", "id": f"{mark}-{subject}", "text": "Buy gold"},
    }
    body = json.dumps({"type": "flag.raised", "timestamp": at, "data": data}).encode()
    return Webhook("game", "standard_webhooks", "flag.raised", f"msg_{mark}_flag_{number}", body)


def crowd(mark: str, day: str) -> tuple[list[Webhook], int, int]:
    """150 distinct events: 90 things said in one day, 60 flags on 12 subjects; gives both numbers, too."""
    said = [feedback(mark, number, f"{day}T{number % 24:02d}:{number % 60:02d}:00Z") for number in range(90)]
    flags = [flag(mark, number, number % 12, f"{day}T10:00:00Z") for number in range(60)]
    return [*said, *flags], len(said), len(flags)


def with_repeats(webhooks: list[Webhook], repeats: int, seed: int) -> list[Webhook]:
    """Shuffled, and some of them twice."""
    chance = random.Random(seed)
    all_of_them = [*webhooks, *chance.sample(webhooks, repeats)]
    chance.shuffle(all_of_them)
    return all_of_them
