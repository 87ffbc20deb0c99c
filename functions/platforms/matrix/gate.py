"""Matrix homeservers, to which this source is an application service.

Nothing is signed: the homeserver shows its `hs_token`. It puts transactions of events at
`<our address>/_matrix/app/v1/transactions/<id>`, one after the other, and repeats one that failed until it is taken:
so every one that it may send is taken. What is asked about users and rooms is answered 404: none of them is ours.

Source: spec.matrix.org, "Application Service API".
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from events.envelope import Pipeline, fingerprint
from functions.platforms.door import Accepted, Answer, Request, read_object, word
from functions.platforms.signatures import same

KEPT_HEADERS = ()
LARGEST = 4_000_000
"""Bytes of a transaction: up to a hundred events of 64 KiB, queued one by one. What is refused comes again for
ever, in front of everything after it."""

WHOLE = 700_000
"""Bytes of one piece that fit a message."""

REFUSED = Answer(403, '{"errcode": "M_FORBIDDEN", "error": "not the hs_token of this application service"}')
NOT_FOUND = Answer(
    404, '{"errcode": "M_NOT_FOUND", "error": "this application service has no users, rooms or networks"}'
)
TAKEN = Answer(200, "{}")

MESSAGES = ("m.room.message", "m.message", "org.matrix.msc1767.message")
"""Extensible events (MSC1767) have types and fields of their own, not all of them in the specification yet."""

POLLS = ("m.poll.start", "org.matrix.msc3381.poll.start")
WANTED = (*MESSAGES, *POLLS, "m.reaction", "m.room.redaction", "m.sticker")
"""Everything else in a room is left there: who joins, what it is called, who votes for what, what is encrypted and
nobody could read."""

KEPT = ("content", "event_id", "origin_server_ts", "redacts", "room_id", "sender", "type")
"""Of an event. The rest (how old it is, what else relates to it) differs each time it is sent."""

EXTENSIBLE = {
    "m.text": "text/plain",
    "org.matrix.msc1767.message": "text/plain",
    "org.matrix.msc1767.text": "text/plain",
    "org.matrix.msc1767.html": "text/html",
}

REPORT = "!report"
QUOTE = re.compile(r"> (?:\* )?<@[^>\n]*>")
"""How the quoted message begins that clients put in front of a reply's body ("Fallbacks for rich replies")."""


def verify(request: Request, secrets: Sequence[str], now: float) -> bool:
    del now  # No time is sent that could be believed.
    given = request.headers.get("authorization", "")
    # A header holds nothing that cannot be printed, and half a character cannot even be compared.
    return any(same(given, f"Bearer {secret}") for secret in secrets if secret and secret.isprintable())


def classify(request: Request) -> Accepted | Answer | tuple[Accepted, ...]:
    """Servers before 1.0 of the specification ask at the paths without `_matrix/app/v1`, newer ones try these last."""
    asked = re.sub(r"^_matrix/app/[^/]*/", "", request.path.strip("/"))
    if request.method == "GET":
        return NOT_FOUND
    if asked.rpartition("/")[2] == "ping":
        return TAKEN
    if asked.partition("/")[0] not in ("", "transactions"):
        return parked(request.body, f"nothing is known that could be sent to {word(asked)!r}")
    return transaction(request.body)


def transaction(raw: bytes) -> Accepted | Answer | tuple[Accepted, ...]:
    events = (read_object(raw) or {}).get("events")
    if not isinstance(events, list):
        return parked(raw, "the body is no transaction: it has no list of events")
    try:
        pieces = tuple(piece(event) for event in events if isinstance(event, dict) and wanted(event))
        others = [event for event in events if not isinstance(event, dict)]
        rest = (parked(written(others), "these are not events"),) if others else ()
    except RecursionError:  # It could just be read, but is a level too deep to be written.
        return parked(raw, "the events are nested too deep")
    found = pieces + rest
    return found[0] if len(found) == 1 else found or TAKEN


def parked(raw: bytes, reason: str) -> Accepted:
    """What is larger than a queue takes is cut: refused, it would come again for ever, before everything after it."""
    return Accepted("parked", "transaction", fingerprint(raw), reason, body=raw[:WHOLE], answer=TAKEN)


def wanted(event: dict[str, Any]) -> bool:
    """Whatever has a state key is no message, whatever its type is called."""
    return event.get("type") in WANTED and "state_key" not in event


def piece(event: dict[str, Any]) -> Accepted:
    """One event. Its own id names it; it comes again in another state where it was redacted in between."""
    raw = written({name: event[name] for name in KEPT if name in event})
    content = event.get("content")
    report = event["type"] in MESSAGES and isinstance(content, dict) and is_report(content)
    pipeline: Pipeline = "moderation" if report else "feedback"
    delivery = f"{word(event.get('event_id'))}:{fingerprint(raw)[:8]}"
    return Accepted(pipeline, event["type"], delivery, body=raw, answer=TAKEN)


def written(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode("ascii")


# What is needed to tell a command from a message


def is_report(content: dict[str, Any]) -> bool:
    """`!report` and a reason, in reply to what is reported."""
    # Extensible messages of words have no `msgtype`.
    words = content.get("msgtype") in ("m.text", None) and not is_edit(content)
    return words and command(said(content)[0]) == REPORT


def is_edit(content: dict[str, Any]) -> bool:
    return relation(content).get("rel_type") == "m.replace"


def relation(content: dict[str, Any]) -> dict[str, Any]:
    found = content.get("m.relates_to")
    return found if isinstance(found, dict) else {}


def command(body: str) -> str:
    return (body.split(maxsplit=1) or [""])[0].casefold()


def said(content: dict[str, Any]) -> tuple[str, str]:
    """What was written, and the message quoted in front of it by the sender's client (newer ones quote nothing)."""
    body = plain(content)
    if "m.in_reply_to" not in relation(content) or not QUOTE.match(body):
        return body, ""
    lines = body.split("\n")
    own = next((number for number, line in enumerate(lines) if not line.startswith("> ")), len(lines))
    return "\n".join(lines[own:]).removeprefix("\n"), "\n".join(line[2:] for line in lines[:own])


def plain(given: dict[str, Any]) -> str:
    """The `body`, or else the plain text of extensible events."""
    body = given.get("body")
    return body if isinstance(body, str) and body else extended(given, "text/plain")


def extended(given: dict[str, Any], kind: str) -> str:
    """The first text of a MIME type in an extensible event; one that stands by itself has the field's."""
    for name, own in EXTENSIBLE.items():
        found = given.get(name)
        for one in found if isinstance(found, list) else [{"body": found, "mimetype": own}]:
            body = one.get("body") if isinstance(one, dict) and one.get("mimetype", "text/plain") == kind else None
            if isinstance(body, str) and body:
                return body
    return ""
