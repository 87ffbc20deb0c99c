"""What an adapter is lent for one attempt, without a network behind it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from functions.platforms.outgoing import Destination, Hands, Outcome, Reply, Sent


@dataclass(frozen=True)
class Asked:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    private: bool

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass
class Fake:
    """Answers in turn, the last one for ever; keeps what it was asked, the stored objects and the mails."""

    replies: list[Reply] = field(default_factory=lambda: [Reply(200, {}, b"")])
    asked: list[Asked] = field(default_factory=list)
    stored: dict[str, bytes] = field(default_factory=dict)
    writes: int = 0
    mails: list[tuple[str, str, EmailMessage]] = field(default_factory=list)

    def http(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", private: bool = False
    ) -> Reply:
        self.asked.append(Asked(method, url, headers, body, private))
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def read(self, key: str) -> bytes | None:
        return self.stored.get(key)

    def change(self, key: str, how: Callable[[bytes | None], bytes | None]) -> None:
        made = how(self.stored.get(key))
        if made is not None:
            self.stored[key], self.writes = made, self.writes + 1

    def mail(self, message: bytes, *, sender: str, to: str) -> Outcome:
        self.mails.append((sender, to, message_from_bytes(message, policy=default)))
        return Sent("mail-1")

    def hands(self, timestamp: int) -> Hands:
        return Hands(self.http, self, self.mail, timestamp)


def reply(status: int, body: bytes = b"", **headers: str) -> Reply:
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def to(address: str = "https://site.example/hook", secret: str = "whsec_c2VjcmV0IGtleQ==", **more: Any) -> Destination:
    return Destination("site", "club", address, secret, **more)
