"""A homeserver as announcements use it: what is asked, and what an answer means.

Source: spec.matrix.org, "Client-Server API": "Standard error response", "Rate limiting", "Sending events to a room".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from functions.platforms.outgoing import (
    LATER,
    PARKED,
    Destination,
    Hands,
    NotSentError,
    Outcome,
    Refused,
    Reply,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
    concealed,
    looked,
    retry_after,
    string,
    told,
)
from functions.platforms.posting import Budget

CLIENT = "/_matrix/client/v3"
DEAD_TOKENS = ("M_MISSING_TOKEN", "M_UNKNOWN_TOKEN", "M_USER_DEACTIVATED", "M_USER_LOCKED", "M_USER_SUSPENDED")
WORDS = {
    "M_FORBIDDEN": "our account may not do this there: is it in the room, and allowed to write?",
    "M_TOO_LARGE": "it is larger than the homeserver takes",
    "M_UNRECOGNIZED": "this is no Matrix homeserver, or the target's `url` is not its address",
}


def budget(address: str) -> Budget:
    """A homeserver counts what one account sends, in whatever room; how much it takes is its own setting."""
    return Budget(f"matrix:{urlsplit(address).hostname}")


def segment(name: str) -> str:
    """One part of a path: ids hold `!`, `$`, `@`, `:` and in old rooms `/`."""
    return quote(name.encode("utf-8", "replace"), safe="")


@dataclass(frozen=True, slots=True)
class Homeserver:
    to: Destination
    hands: Hands

    @property
    def room(self) -> str:
        return f"{CLIENT}/rooms/{segment(self.to.place)}"

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> Reply:
        """Raises NotSentError or UnansweredError."""
        headers = {"authorization": f"Bearer {self.to.secret}", "content-type": kind, "accept": "application/json"}
        url = self.to.address.rstrip("/") + path
        return self.hands.http(method, url, headers=headers, body=body, private=self.to.private)

    def tell(self, path: str, given: Mapping[str, Any]) -> Reply:
        return self.ask("PUT", path, json.dumps(given).encode())

    def look(self, path: str, **query: str | int) -> Reply | Wait:
        """A question that changes nothing: unanswered, it may be asked again."""
        try:
            return self.ask("GET", f"{path}?{urlencode(query)}" if query else path)
        except (NotSentError, UnansweredError) as error:
            return Wait(LATER, f"the homeserver could not be asked: {error}")

    def sent(self, event: str) -> Sent:
        return Sent(event, link(self.to.place, event, self.to.account))

    def made(self, reply: Reply) -> Outcome:
        """What an answer to an event means."""
        event = string(told(reply).get("event_id"))
        return self.sent(event) if reply.status == 200 and event else self.refused(reply)

    def refused(self, reply: Reply) -> Refused | Wait | Unknown:
        """What an answer means that is no success."""
        code = string(told(reply).get("errcode"))
        if reply.status == 429:
            return Wait(self.pause(reply), "the homeserver asks to slow down", budget(self.to.address).name)
        if not 300 <= reply.status < 500 or reply.status in (408, 425):
            cut = " in a way that cannot be read, or was cut off" if reply.status == 200 else ""
            return Unknown(f"the homeserver answered {reply.status}{cut}")
        if reply.status < 400:
            return Refused(f"the homeserver is somewhere else (answered {reply.status}): correct the target's `url`")
        if reply.status == 401 or code in DEAD_TOKENS:
            return Refused("the homeserver does not take the access token (any more)", unauthorized=True)
        said = "; ".join(filter(None, [WORDS.get(code), self.said(reply)])) or "it does not say why"
        return Refused(f"the homeserver refused it ({reply.status}): {said}")

    def unseen(self, reply: Reply) -> Unknown | Wait:
        return looked(self.refused(reply), reply)

    def said(self, reply: Reply) -> str:
        """The homeserver's own words."""
        return concealed(" ".join(string(told(reply).get("error")).split()), self.to.secret)[:300]

    def pause(self, reply: Reply) -> int:
        """Seconds: in the header since 1.10, before it as milliseconds in the body."""
        given = told(reply).get("retry_after_ms")
        old = f"{given / 1000}" if isinstance(given, int | float) and 0 <= given < 1e12 else ""
        fallback = retry_after({"retry-after": old}, 60 if told(reply) else PARKED)
        return retry_after(reply.headers, fallback, self.hands.timestamp)


def link(room: str, event: str, account: str) -> str:
    """matrix.to's; since version 12 a room's id names no server that knows it, so ours is told."""
    path = "/".join(quote(one.encode("utf-8", "replace"), safe="!$@:") for one in (room, event))
    server = account.partition(":")[2]
    return f"https://matrix.to/#/{path}" + (f"?via={quote(server, safe=':')}" if server else "")
