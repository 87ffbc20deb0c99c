"""Briefs in Discord: a message of our bot's, with an embed for each section and the pictures in them.

The delivery's key is the nonce, which Discord forgets after about two minutes. So it stands below the last embed, too:
by it the message is found again, by us or by whoever is asked whether it is there.

Sources: Discord's documentation, "Message" (limits of embeds, nonces), "API Reference" ("Uploading Files", "Using
Attachments within Embeds").
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from events.digests import BriefRequested, BriefSection
from functions.platforms.discord.cards import WINDOW as WINDOW
from functions.platforms.discord.cards import footers
from functions.platforms.discord.posting import (
    SLACK,
    Line,
    author,
    enclosed,
    failed,
    number,
    searched,
    seen,
    snowflake,
)
from functions.platforms.discord.telling import by_bot
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome, Refused, Sent, Unknown, Wait, told
from functions.platforms.posting import Absent
from functions.platforms.text import briefs, forms
from functions.platforms.text.counting import utf16
from functions.platforms.text.document import Document

__all__ = ("KIND", "RIGHT", "WINDOW", "find", "send")

KIND: Kind = "keyed"
RIGHT = "“Send Messages”, “Embed Links”, “Attach Files” and “Read Message History” in the channel"

EMBEDS, ALL = 10, 5600
"""Embeds of a message, and characters in all. 6,000 are taken in the embeds; what stands above them counts, too."""
HEAD, TITLE, DESCRIPTION, ALT = 1500, 250, 4000, 1000
"""2,000, 256, 4,096 and 1,024 are taken. What is counted Discord does not say; no way of counting gives more than
UTF-16 units."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A section as an embed of its own; `file`: what its picture is called in the message."""

    part: BriefSection
    file: str = ""


def send(brief: BriefRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    line = by_bot(to, hands)
    if isinstance(line, Refused):
        return line
    shown, files = pictured(brief, hands)
    body = {**written(brief, shown, key), "nonce": key, "enforce_nonce": True}
    reply = line.ask("POST", line.messages, enclosed(body, files))
    if not 200 <= reply.status < 300:
        return failed(reply, line)
    name = number(told(reply).get("id"))
    if not name:
        return Unknown("Discord took it, and did not say which message it became")
    return Sent(str(name), more={"channel": to.place})


def find(
    brief: BriefRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Looks for a message of ours with the key below it."""
    del brief
    line = by_bot(to, hands)
    if isinstance(line, Refused):
        return Unknown(line.reason)
    us = ourselves(line)
    if not isinstance(us, str):
        return us
    one = searched(line, snowflake(since - SLACK), lambda one: author(one) == us and key in footers(one))
    return Sent(str(one.get("id")), more={"channel": to.place}) if isinstance(one, dict) else one


def ourselves(line: Line) -> str | Unknown | Wait:
    found = seen(line, f"{line.api}/users/@me")
    if isinstance(found, Unknown | Wait):
        return found
    name = str(found.get("id") or "") if isinstance(found, dict) else ""
    return name or Unknown("Discord did not say who the bot is")


# What it says


def pictured(brief: BriefRequested, hands: Hands) -> tuple[list[Shown], dict[str, bytes]]:
    """The sections, and the pictures by what they are called. One that is not there any more is told in words."""
    shown, files = list[Shown](), dict[str, bytes]()
    for place, part in enumerate(briefs.sections(brief, EMBEDS - 1), 1):
        held = hands.objects.read(part.picture.key) if part.picture else None
        if held is None or not part.picture:
            shown.append(Shown(briefs.in_words(part)))
            continue
        name = f"{place}-{part.picture.name}.png"
        files[name] = held
        shown.append(Shown(part, name))
    return shown, files


def written(brief: BriefRequested, shown: Sequence[Shown], key: str) -> dict[str, Any]:
    """The whole message: it mentions nobody."""
    content = markup(briefs.fitted(briefs.head(brief), HEAD, used))
    found = list(embeds(brief, shown, key, ALL - utf16(content)))
    described = [(one.file, briefs.alt(one.part.picture, ALT)) for one in shown if one.file and one.part.picture]
    attached = [{"id": place, "filename": name, "description": alt} for place, (name, alt) in enumerate(described)]
    message = {"content": content, "embeds": found, "allowed_mentions": {"parse": []}}
    return message | ({"attachments": attached} if attached else {})


def embeds(brief: BriefRequested, shown: Sequence[Shown], key: str, room: int) -> Iterator[Mapping[str, Any]]:
    titles = [titled(one.part.title) for one in shown]
    bodies = [one.part.model_copy(update={"title": ""}) for one in shown]
    last = markup(briefs.whole(briefs.more(brief))) or "…"
    left = room - sum(map(utf16, [*titles, last, key]))
    rooms = briefs.shared([min(used(briefs.whole(one)), DESCRIPTION) for one in bodies], left)
    for one, title, body, most in zip(shown, titles, bodies, rooms, strict=True):
        parts = {"title": title, "description": markup(briefs.fitted(body, most, used))}
        image = {"image": {"url": f"attachment://{one.file}"}} if one.file else {}
        if embed := {name: text for name, text in parts.items() if text} | image:
            yield embed
    yield {"description": last, "footer": {"text": key}}


def titled(title: str) -> str:
    return markup(briefs.fitted(BriefSection(title="", lines=(title,)), TITLE, used)) if title else ""


def markup(document: Document) -> str:
    return forms.discord(document).strip()


def used(document: Document) -> int:
    return utf16(markup(document))
