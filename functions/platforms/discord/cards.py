"""Cards in Discord: a message of our bot's with an embed for each part, and buttons.

Sources: Discord's documentation, "Message" (limits of embeds, nonces), "Component Reference" (action rows, buttons).
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from events.cards import Card, CardButton, CardEntry, CardRequested
from functions.platforms.discord.posting import (
    SLACK,
    UNKNOWN_MESSAGE,
    Content,
    Line,
    failed,
    number,
    opened,
    searched,
    snowflake,
)
from functions.platforms.outgoing import (
    Destination,
    Hands,
    Outcome,
    Refused,
    Sent,
    Unknown,
    Wait,
    inside,
    objects,
    told,
)
from functions.platforms.posting import Absent
from functions.platforms.wording import begun, size

WINDOW = 100
"""Seconds in which Discord surely knows a nonce still: it remembers them for about two minutes."""

EMBEDS, ALL = 10, 5600
"""Embeds of a message, and characters of all of them together (6,000 with what stands around them)."""
CONTENT, TITLE, DESCRIPTION = 1900, 250, 4000
LEAST, LABEL = 40, 80
FRAME = 20
"""Characters around words in a block, generously."""

ROW, BUTTON = 1, 2
ABREAST = 5
"""Buttons of a row; a message has five rows."""
STYLES = {"good": 3, "plain": 2, "bad": 4}
MARKUP = re.compile(r"([\\*_~`|>#\-\[\]()<@:&!+.])")
WEB = re.compile(r"https?://[^\s<>]+")


def card(request: CardRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Makes the message once, and changes it from then on. Tried before without an answer, Discord is asked with the
    same nonce, or, when that may be forgotten, looked through."""
    line = opened(to, hands)
    if isinstance(line, Refused):
        return line
    if line.webhook:
        return Refused(f"the credential of {to.id!r} is a webhook's: cards need the bot's token", unauthorized=True)
    body = written(request.card, request.about)
    message = str(request.posted.get("id") or "")
    if not message and request.tried_at and hands.timestamp - request.tried_at.timestamp() > WINDOW:
        found = found_again(request, line)
        if isinstance(found, Unknown | Wait):
            return found
        message = found if isinstance(found, str) else ""
    if message:
        return changed(message, request.posted, body, line)
    made = {**body, "nonce": key, "enforce_nonce": True}
    reply = line.ask("POST", line.messages, content(made))
    if not 200 <= reply.status < 300:
        return failed(reply, line)
    name = number(told(reply).get("id"))
    if not name:
        return Unknown("Discord took the card, and did not say which message it became")
    return Sent(str(name), more={"channel": to.place})


def changed(message: str, posted: Mapping[str, Any], body: dict[str, Any], line: Line) -> Outcome:
    reply = line.ask("PATCH", line.message(message, posted), content(body))
    if 200 <= reply.status < 300:
        return Sent(message, more={"channel": str(posted.get("channel") or line.to.place)})
    if told(reply).get("code") == UNKNOWN_MESSAGE:
        return Refused("somebody deleted the card")
    return failed(reply, line)


def found_again(request: CardRequested, line: Line) -> str | Absent | Unknown | Wait:
    """The id of a message with this card; its nonce is not kept."""
    after = snowflake(request.tried_at - SLACK) if request.tried_at else 0
    found = searched(line, after, lambda one: request.about in footers(one))
    return str(found.get("id")) if isinstance(found, dict) else found


def footers(message: Mapping[str, Any]) -> list[object]:
    return [inside(one, "footer").get("text") for one in objects(message.get("embeds"))]


# What it says


def content(body: Mapping[str, Any]) -> Content:
    return Content("application/json", json.dumps(body).encode())


def written(one: Card, about: str) -> dict[str, Any]:
    """The whole message: it mentions nobody, and what is no longer in it goes."""
    head = cut("\n".join([f"**{plain(one.title) or '–'}**", *map(plain, one.lines)]), CONTENT, plain(one.more))
    buttons = [pressable(button) for button in one.buttons]
    rows = [buttons[start : start + ABREAST] for start in range(0, len(buttons), ABREAST)]
    return {
        "content": head,
        "embeds": list(embeds(one, about)),
        "components": [{"type": ROW, "components": row} for row in rows],
        "allowed_mentions": {"parse": []},
    }


def pressable(button: CardButton) -> dict[str, Any]:
    return {"type": BUTTON, "style": STYLES[button.style], "label": button.label[:LABEL], "custom_id": button.name}


def embeds(one: Card, about: str) -> Iterator[dict[str, Any]]:
    """One for each part; those beyond the tenth share the last. What is cut says so."""
    alone = one.entries if len(one.entries) <= EMBEDS else one.entries[: EMBEDS - 1]
    rest = one.entries[len(alone) :]
    short = "\n".join(f"**{plain(entry.title)}** " + "; ".join(lines(entry)) for entry in rest)
    spare = size(plain(one.more)) + FRAME + LEAST
    wanted = [size(described(entry, DESCRIPTION, one.more)) + spare for entry in alone] + [size(short)] * bool(rest)
    rooms = shared_out(wanted, ALL - TITLE * len(wanted))
    pages = [
        (cut(plain(entry.title), TITLE), described(entry, room, one.more))
        for entry, room in zip(alone, rooms, strict=False)
    ]
    if rest:
        pages.append(("…", cut(short, min(rooms[-1], DESCRIPTION), plain(one.more))))
    for place, (title, description) in enumerate(pages or [("–", "")]):
        last = {"footer": {"text": about}} if place == max(len(pages) - 1, 0) else {}
        yield {"title": title, "description": description, **last}


def shared_out(wanted: Sequence[int], room: int) -> list[int]:
    """How much each gets: what it wants, or as much as all others that want more. Nothing is left over while anybody
    wants more."""
    rooms = [0] * len(wanted)
    for left, place in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        rooms[place] = min(wanted[place], room // (len(wanted) - left))
        room -= rooms[place]
    return rooms


def described(entry: CardEntry, room: int, more: str) -> str:
    """The facts, then the words as they are, in a block in which nothing is markup."""
    room, more = min(room, DESCRIPTION), plain(more)
    facts = cut("\n".join(lines(entry)), room, more)
    left = room - size(facts) - size(more) - FRAME
    if not entry.text or left < LEAST:
        return facts if not entry.text else cut(f"{facts}\n{more}", room)
    words = entry.text.replace("`", "`\u200b")  # No three of them in a row: nothing ends the block before its end.
    fits = size(words) <= left
    block = f"```\n{words if fits else begun(words, left) + '…'}\n```"
    return f"{facts}\n{block}" + ("" if fits else f"\n{more}")


def lines(entry: CardEntry) -> Sequence[str]:
    return [plain(fact) for fact in entry.facts] + [f"<{url}>" for url in entry.urls if WEB.fullmatch(url)]


def cut(text: str, most: int, more: str = "") -> str:
    """Never silently, and never between a backslash and what it escapes."""
    if size(text) <= most:
        return text
    kept = begun(text, max(most - size(more) - 2, 0)).rstrip("\\")
    return f"{kept}…{chr(10) if more else ''}{more}"


def plain(text: str) -> str:
    """As it is, on one line, without anything that Discord reads as markup."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))
