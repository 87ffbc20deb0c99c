"""Matrix: what people write in rooms, and what they report with `!report` in reply to it.

An edit or a redaction names the event it changes, and not when that was sent. Sources: spec.matrix.org, "Instant
messaging", "Rich replies", "Event replacements", "Event annotations and reactions", "Redactions".
"""

from typing import Any
from urllib.parse import quote

from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import FlagRaised
from events.program import Source
from events.reasons import code_of
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Ignored, Unplaceable, optional, origin, part, required
from functions.platforms.matrix.gate import QUOTE, command, is_edit, is_report, relation, said
from functions.platforms.words import from_html

FEEDBACK = "!feedback"
BOTS = ("m.notice", "m.server_notice")
"""`msgtype` of what programs write."""

FILES = ("m.audio", "m.file", "m.image", "m.location", "m.video")
HTML = "org.matrix.custom.html"


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    event = read_object(envelope.body) or {}
    content = part(event, "content")
    if ours(str(required(event, "sender")), place.account):
        return Ignored("our own")
    if envelope.event == "m.room.message" and is_report(content):
        return flag(event, content, envelope)
    explicit = command(said(content)[0]) == FEEDBACK
    if place.feedback and event.get("room_id") not in place.feedback and not explicit:
        return Ignored("not said in a room for feedback")
    match envelope.event:
        case "m.room.message" if is_edit(content):
            return edited(event, content, envelope)
        case "m.room.message" | "m.sticker":
            return message(event, content, envelope)
        case "m.reaction":
            return reaction(event, content, envelope)
        case "m.room.redaction":
            return redaction(event, content, envelope)
    raise Unplaceable(f"{envelope.event} is not handled")


def ours(sender: str, account: str) -> bool:
    """`account` is a user's whole id, or what the ids of all our users begin with (`@_liaison_`)."""
    return bool(account) and (sender == account or (":" not in account and sender.startswith(account)))


def text(given: dict[str, Any], name: str) -> str:
    found = given.get(name)
    if not isinstance(found, str | None):
        raise Unplaceable(f"{name!r} is not text")
    return found or ""


def told(event: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    """What every event of a room has. Its link is matrix.to's, with ids that may hold anything."""
    room, number = str(required(event, "room_id")), str(required(event, "event_id"))
    return {
        **origin(envelope),
        "content": f"event:{number}",
        "url": link(room, number),
        "author": person(str(event["sender"])),
        "said_at": event.get("origin_server_ts"),
    }


def link(room: str, event: str) -> str:
    parts = (quote(one.encode("utf-8", "replace"), safe="!$@:") for one in (room, event))
    return f"https://matrix.to/#/{'/'.join(parts)}"


def person(sender: str) -> dict[str, str]:
    """`@nadia:example.com` is shown as nadia: the name chosen for a room comes with no message."""
    return {"id": sender, "name": sender.removeprefix("@").partition(":")[0]}


# Messages


def written(content: dict[str, Any]) -> dict[str, Any]:
    """Formatted where it is, else as it is. A file is its caption and its name."""
    own = without_quote(text(content, "formatted_body")) if content.get("format") == HTML else ""
    words = {"text": from_html(own), "original": own, "format": "html"} if own else {"text": said(content)[0]}
    kind = text(content, "msgtype")
    if kind not in FILES:
        return words
    name = text(content, "filename") or said(content)[0]
    shown = f"[{kind.removeprefix('m.')}: {name}]" if name else f"[{kind.removeprefix('m.')}]"
    captioned = bool(own) or said(content)[0] not in ("", name)
    return {**words, "text": f"{words['text']}\n{shown}"} if captioned else {"text": shown}


def without_quote(formatted: str) -> str:
    """Without the message that is answered: somebody else's words."""
    before, _, rest = formatted.partition("<mx-reply>")
    _, end, after = rest.partition("</mx-reply>")
    return before + after if end else formatted


def unheard(content: dict[str, Any]) -> str | None:
    """Why a message is not feedback; None when it is."""
    kind = text(content, "msgtype")
    if kind in BOTS:
        return "written by a bot"
    if kind.startswith("m.key.verification."):
        return "two clients talking to each other"
    return None if content else "redacted before it came"


def message(event: dict[str, Any], content: dict[str, Any], envelope: Envelope) -> FeedbackReceived | Ignored:
    if reason := unheard(content):
        return Ignored(reason)
    if envelope.event == "m.sticker":
        words: dict[str, Any] = {"text": f"[sticker: {text(content, 'body')}]"}
    elif command(said(content)[0]) == FEEDBACK:
        return commanded(event, content, envelope)
    else:
        words = written(content)
    kind = "reply" if answered(content) or relation(content).get("rel_type") == "m.thread" else "message"
    return FeedbackReceived.model_validate({**told(event, envelope), **words, "kind": kind, "remembered": True})


def answered(content: dict[str, Any]) -> str | None:
    """The event that somebody chose to reply to. In a thread clients name the newest one, for want of a choice."""
    if relation(content).get("is_falling_back") is True:
        return None
    given = optional(relation(content), "m.in_reply_to").get("event_id")
    return given if isinstance(given, str) and given else None


def commanded(event: dict[str, Any], content: dict[str, Any], envelope: Envelope) -> FeedbackReceived | Ignored:
    words = rest(said(content)[0])
    if not words:
        return Ignored("feedback without a word")
    asked = {"kind": "feedback", "text": words, "remembered": True}
    return FeedbackReceived.model_validate({**told(event, envelope), **asked})


def rest(body: str) -> str:
    """What follows a command."""
    return (body.split(maxsplit=1)[1:] or [""])[0].strip()


def edited(event: dict[str, Any], content: dict[str, Any], envelope: Envelope) -> FeedbackChanged | Ignored:
    """Programs that write as they think edit one message a hundred times."""
    new = part(content, "m.new_content")
    if reason := unheard(new):
        return Ignored(reason)
    return changed("edited", required(relation(content), "event_id"), event, envelope, written(new))


def redaction(event: dict[str, Any], content: dict[str, Any], envelope: Envelope) -> FeedbackChanged:
    """Since version 11 of rooms, what is redacted stands in the content."""
    given = event if event.get("redacts") else content
    return changed("removed", required(given, "redacts"), event, envelope, {})


def changed(
    how: str, number: str | int, event: dict[str, Any], envelope: Envelope, words: dict[str, Any]
) -> FeedbackChanged:
    given = told(event, envelope)
    return FeedbackChanged.model_validate(
        {
            **given,
            **words,
            "content": f"event:{number}",
            "url": link(str(event["room_id"]), str(number)),
            "kind": "message",
            "change": how,
            "author": given["author"] if how == "edited" else None,
            "said_at": None,
            "changed_at": given["said_at"],
        }
    )


def reaction(event: dict[str, Any], content: dict[str, Any], envelope: Envelope) -> FeedbackReceived | Ignored:
    if not content:
        return Ignored("redacted before it came")
    about = {"about": f"event:{required(relation(content), 'event_id')}"}
    sign = {"kind": "reaction", "text": str(required(relation(content), "key"))}
    return FeedbackReceived.model_validate({**told(event, envelope), **about, **sign, "remembered": True})


# Reports


def flag(event: dict[str, Any], content: dict[str, Any], envelope: Envelope) -> FlagRaised:
    """The reported message is only named. An older client quotes it; but whoever reports could write any quotation,
    and anybody's name in front of it, so it is shown as theirs and names no author."""
    number = answered(content)
    if number is None:
        raise Unplaceable("a !report that is no reply: nobody can say what it is about")
    body, quoted = said(content)
    reason = rest(body)
    given = told(event, envelope)
    return FlagRaised.model_validate(
        {
            **origin(envelope),
            "flag": f"report:{number}:{event['sender']}",
            "subject": {
                "source": envelope.source,
                "kind": "event",
                "id": number,
                "url": link(str(event["room_id"]), number),
            },
            "text": f"[quoted by the reporter] {QUOTE.sub('', f'> {quoted}', count=1).strip()}" if quoted else "",
            "reason": reason,
            "code": code_of(envelope.platform, command(reason)),
            "comment": reason if len(reason) > 200 else "",
            "reporter": given["author"],
            "raised_at": given["said_at"],
        }
    )
