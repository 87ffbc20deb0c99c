"""Matrix: what people write in rooms, and what they report with `!report` in reply to it.

An edit or a redaction names the event it changes, and not when that was sent. Sources: spec.matrix.org, "Instant
messaging", "Rich replies", "Event replacements", "Event annotations and reactions", "Redactions"; MSC1767 (extensible
events), MSC3381 (polls), MSC4027 (reactions with a picture).
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
from functions.platforms.matrix.gate import (
    MESSAGES,
    POLLS,
    QUOTE,
    REPORT,
    command,
    extended,
    is_edit,
    is_report,
    plain,
    relation,
    said,
)
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
    if envelope.event in MESSAGES and is_report(content):
        return flag(event, content, envelope)
    explicit = command(said(standing(content))[0]) == FEEDBACK
    if place.feedback and event.get("room_id") not in place.feedback and not explicit:
        return Ignored("not said in a room for feedback")
    match envelope.event:
        case "m.reaction":
            return reaction(event, content, envelope)
        case "m.room.redaction":
            return redaction(event, content, envelope)
        case "m.sticker":
            return message(event, content, envelope)
        case kind if kind in (*MESSAGES, *POLLS):
            return (edited if is_edit(content) else message)(event, content, envelope)
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


def standing(content: dict[str, Any]) -> dict[str, Any]:
    """What stands in the room once this has come. The other words of an edit are for clients that know none."""
    return optional(content, "m.new_content") if is_edit(content) else content


def shown(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    """What an event of this type has to say."""
    if kind == "m.sticker":
        name = text(content, "body")
        return {"text": f"[sticker: {name}]" if name else "[sticker]"}
    return polled(content) if kind in POLLS and asked(content) else written(content)


def asked(content: dict[str, Any]) -> dict[str, Any]:
    """The question and answers of a poll; `m.poll` is what they are called since MSC3381 was accepted."""
    return next((found for name in ("m.poll", *POLLS) if (found := optional(content, name))), {})


def polled(content: dict[str, Any]) -> dict[str, Any]:
    poll = asked(content)
    answers = poll.get("answers")
    choices = [one for one in answers if isinstance(one, dict)] if isinstance(answers, list) else []
    words = [extended(one, "text/plain") or plain(one) for one in (optional(poll, "question"), *choices)]
    told = "; ".join(filter(None, words)) or plain(content)
    return {"text": f"[poll: {told}]" if told else "[poll]"}


def written(content: dict[str, Any]) -> dict[str, Any]:
    """Formatted where it is, else as it is. A file is its caption and its name."""
    own = without_quote(formatted(content))
    read = from_html(own)  # Nothing, where it is all pictures that say nothing.
    words = {"text": read, "original": own, "format": "html"} if read.strip() else {"text": said(content)[0]}
    kind = text(content, "msgtype")
    if kind not in FILES:
        return words
    name = text(content, "filename") or said(content)[0]
    note = f"[{kind.removeprefix('m.')}: {name}]" if name else f"[{kind.removeprefix('m.')}]"
    captioned = bool(read.strip()) or said(content)[0] not in ("", name)
    return {**words, "text": f"{words['text']}\n{note}"} if captioned else {"text": note}


def formatted(content: dict[str, Any]) -> str:
    if content.get("format") == HTML:
        return text(content, "formatted_body")
    return "" if text(content, "body") else extended(content, "text/html")


def without_quote(html: str) -> str:
    """Without the message that is answered: somebody else's words."""
    before, _, rest = html.partition("<mx-reply>")
    _, end, after = rest.partition("</mx-reply>")
    return before + after if end else html


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
    words = commanded(content) or {**shown(envelope.event, content), "kind": "reply" if upon(content) else "message"}
    if not words["text"].strip():
        return Ignored("nothing was written")
    about = {"about": f"event:{number}" if (number := upon(content)) else ""}
    return FeedbackReceived.model_validate({**told(event, envelope), **words, **about, "remembered": True})


def upon(content: dict[str, Any]) -> str | None:
    """What a reply belongs to: the message somebody chose, or the one a thread began with."""
    root = relation(content).get("event_id") if relation(content).get("rel_type") == "m.thread" else None
    return answered(content) or (root if isinstance(root, str) and root else None)


def answered(content: dict[str, Any]) -> str | None:
    """The event that somebody chose to reply to. In a thread clients name the newest one, for want of a choice."""
    if relation(content).get("is_falling_back") is True:
        return None
    given = optional(relation(content), "m.in_reply_to").get("event_id")
    return given if isinstance(given, str) and given else None


def commanded(content: dict[str, Any]) -> dict[str, str] | None:
    """What follows `!feedback`, where a message begins with it."""
    body = said(content)[0]
    return {"kind": "feedback", "text": rest(body)} if command(body) == FEEDBACK else None


def rest(body: str) -> str:
    """What follows a command."""
    return (body.split(maxsplit=1)[1:] or [""])[0].strip()


def edited(event: dict[str, Any], content: dict[str, Any], envelope: Envelope) -> FeedbackChanged | Ignored:
    """Programs that write as they think edit one message a hundred times. Of a report it is the first words that
    count: nothing could be added to it, and it never was feedback."""
    new = part(content, "m.new_content")
    if reason := unheard(new):
        return Ignored(reason)
    if command(said(new)[0]) == REPORT:
        return Ignored("an edited report: what it said first counts")
    words = commanded(new) or {**shown(envelope.event, new), "kind": "message"}
    if not words["text"].strip() and not isinstance(new.get("body"), str):  # An empty body empties the message.
        return Ignored("nothing was written")
    return changed("edited", required(relation(content), "event_id"), event, envelope, words)


def redaction(event: dict[str, Any], content: dict[str, Any], envelope: Envelope) -> FeedbackChanged:
    """Since version 11 of rooms, what is redacted stands in the content."""
    given = event if event.get("redacts") else content
    return changed("removed", required(given, "redacts"), event, envelope, {"kind": "message"})


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
    sign = {"kind": "reaction", "text": named(str(required(relation(content), "key")), content)}
    return FeedbackReceived.model_validate({**told(event, envelope), **about, **sign, "remembered": True})


def named(sign: str, content: dict[str, Any]) -> str:
    """A picture has only an address; most clients say beside it what it is called."""
    given = (content.get(field) for field in ("shortcode", "com.beeper.reaction.shortcode"))
    name = next((one.strip(":") for one in given if isinstance(one, str) and one.strip(":")), "")
    return f":{name}:" if name and sign.startswith("mxc://") else sign


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
