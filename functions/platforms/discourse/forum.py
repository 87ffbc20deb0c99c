"""A forum's API as announcements use it: what is asked, and what an answer means.

Sources: docs.discourse.org; Discourse's `application_controller.rb` (`rescue_from`), `posts_controller.rb` and
`topics_controller.rb`; meta.discourse.org, "Available settings for global rate limits and throttling" (78612).
"""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from functions.platforms.outgoing import (
    LATER,
    PARKED,
    Destination,
    Hands,
    NotSentError,
    Refused,
    Reply,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
    concealed,
    inside,
    looked,
    number,
    parsed,
    put,
    retry_after,
)
from functions.platforms.posting import Budget

SYSTEM = "system"
"""Who posts unless the target says otherwise."""

MOST_CALLS = 60
"""A minute, shared by all keys of administrators: `max_admin_api_reqs_per_minute`."""

NUMBERS = ("id", "topic_id", "post_number")


def budget(address: str) -> Budget:
    return Budget(f"discourse:{urlsplit(address).hostname}", MOST_CALLS, 60)


@dataclass(frozen=True, slots=True)
class Forum:
    to: Destination
    hands: Hands

    @property
    def user(self) -> str:
        return self.to.account or SYSTEM

    def url(self, path: str) -> str:
        return self.to.address.rstrip("/") + path

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> Reply:
        """Raises NotSentError or UnansweredError."""
        headers = {
            "api-key": self.to.secret,
            "api-username": self.user,
            "accept": "application/json",
            "content-type": kind,
        }
        return self.hands.http(method, self.url(path), headers=headers, body=body, private=self.to.private)

    def tell(self, method: str, path: str, given: dict[str, Any]) -> Reply:
        return self.ask(method, path, json.dumps(given).encode())

    def look(self, path: str) -> Reply | Wait:
        """A question that changes nothing: unanswered, it may be asked again."""
        try:
            return self.ask("GET", path)
        except (NotSentError, UnansweredError) as error:
            return Wait(LATER, f"the forum could not be asked: {error}")

    def post(self, number: int, topic: str, place: str) -> Sent:
        """A post; its place in the topic is empty where nobody told it."""
        url = self.url(f"/t/{topic}" if place == "1" else f"/t/{topic}/{place}" if place else f"/p/{number}")
        return Sent(str(number), url, {"topic": topic, "number": place})

    def refused(self, reply: Reply) -> Refused | Wait | Unknown:
        """What an answer means that is no success."""
        told = read(reply)
        if reply.status == 429:
            return Wait(self.pause(reply, told), "the forum asks to slow down", budget(self.to.address).name)
        if reply.status == 503 and told.get("error_type") == "read_only":
            return Wait(300, "the forum can only be read for now")
        if not 300 <= reply.status < 500 or reply.status in (408, 425):
            cut = " in a way that cannot be read, or was cut off" if reply.status == 200 else ""
            return Unknown(f"the forum answered {reply.status}{cut}")
        if reply.status < 400:
            return Refused(f"the forum is somewhere else (answered {reply.status}): correct the target's `url`")
        said = self.said(told)
        if reply.status == 401 or "API username or key is invalid" in said:
            why = f"the forum does not know the API key, or has no user {self.user!r}"
            return Refused(f"{why}: {put(self.to, 'a key of that user')}", unauthorized=True)
        return Refused(f"the forum refused it ({reply.status}): {said or 'it does not say why'}")

    def unseen(self, reply: Reply) -> Unknown | Wait:
        return looked(self.refused(reply), reply)

    def said(self, told: dict[str, Any]) -> str:
        """The forum's own reasons."""
        errors = told.get("errors")
        words = [one for one in errors if isinstance(one, str)] if isinstance(errors, list) else []
        return concealed(" ".join(" ".join(words).split()), self.to.secret)[:300]

    def pause(self, reply: Reply, told: dict[str, Any]) -> int:
        """Seconds. In the header, in the body (of what one user may do), or in words (of what one address may do)."""
        given = inside(told, "extras").get("wait_seconds")
        words = re.match(rb"[^<]{0,200}retry again in ([0-9]{1,6}) seconds", reply.body)
        told_in = words[1].decode() if words else str(given) if isinstance(given, int | float) else ""
        fallback = retry_after({"retry-after": told_in}, fallback=60 if told else PARKED)
        return retry_after(reply.headers, fallback, self.hands.timestamp)


def read(reply: Reply) -> dict[str, Any]:
    """What an answer says. It is read to 64 KiB only, and a long post stands in it twice: of one that was cut off, the
    numbers that are still there, which come before and after the text of the post itself."""
    found, text = parsed(reply), reply.body.decode("utf-8", "replace")
    if found is None and text[:1] == "{":
        return {name: int(at[1]) for name in NUMBERS if (at := key_of(name).search(text))}
    return inside(found)


def key_of(name: str) -> re.Pattern[str]:
    """A number in the text of an answer. Inside a string its quotes would have backslashes."""
    return re.compile(rf'(?<!\\)"{name}":\s*([0-9]{{1,18}})(?![0-9.])')


def count_of(found: object, name: str) -> int:
    """0 where there is none."""
    return number(inside(found).get(name)) or 0
