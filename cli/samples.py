"""The sample webhooks of `events/samples`, made fresh and signed as their platforms sign them."""

import base64
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cli.stack import ROOT
from functions.platforms.signatures import sha256_hex, standard_headers


@dataclass(frozen=True, slots=True)
class Webhook:
    """One delivery before it is signed. `delivery` is the platform's id of it."""

    source: str
    platform: str
    event: str
    delivery: str
    body: bytes

    def headers(self, secret: str) -> dict[str, str]:
        """Signed now: Standard Webhooks signs the time of each attempt."""
        if self.platform == "standard_webhooks":
            return standard_headers(secret, self.delivery, str(int(time.time())), self.body)
        signature = "sha256=" + sha256_hex(secret, self.body)
        if self.platform == "github":
            return {
                "content-type": "application/json",
                "x-github-event": self.event,
                "x-github-delivery": self.delivery,
                "x-hub-signature-256": signature,
            }
        return {
            "content-type": "application/json",
            "x-discourse-instance": "https://forum.example.com",
            "x-discourse-event": self.event,
            "x-discourse-event-id": self.delivery,
            "x-discourse-event-signature": signature,
        }


def sample(platform: str, name: str) -> dict[str, Any]:
    text = (ROOT / "events" / "samples" / platform / f"{name}.json").read_text()
    return dict(json.loads(text))


def standard_secret() -> str:
    """32 random bytes, as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def shifted(value: Any, when: Mapping[str, datetime]) -> Any:
    """The same structure, with the text of every time field named in `when` replaced."""
    if isinstance(value, list):
        return [shifted(one, when) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: when[name].astimezone(UTC).isoformat()
        if name in when and isinstance(inner, str)
        else shifted(inner, when)
        for name, inner in value.items()
    }


TIMES = ("timestamp", "at", "created_at", "updated_at", "published_at", "target_created_at")


def webhook(source: str, platform: str, name: str, delivery: str, at: datetime) -> Webhook:
    """A sample as it would have been sent about something that happened at a moment."""
    body = shifted(sample(platform, name), dict.fromkeys(TIMES, at))
    event = str(body["type"]) if platform == "standard_webhooks" else name.partition(".")[0]
    return Webhook(source, platform, event, delivery, json.dumps(body).encode())
