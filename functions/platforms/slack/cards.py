"""Cards in Slack: a message with a section for each part, and buttons.

Sources: docs.slack.dev/reference/methods (chat.postMessage, chat.update), docs.slack.dev/reference/block-kit (50 blocks
of a message, 3,000 characters of a section, 75 of a button).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from events.cards import Card, CardButton, CardEntry, CardRequested
from functions.platforms.outgoing import (
    Destination,
    Hands,
    Outcome,
    Refused,
    Sent,
    Unknown,
    Wait,
    objects,
    string,
)
from functions.platforms.posting import Absent
from functions.platforms.slack.messages import EVENT
from functions.platforms.slack.posting import (
    CLOCKS,
    PAGE,
    PAGES,
    Body,
    Line,
    channel_of,
    following,
    marked,
)

SECTION, ENTRIES, HEADER, LABEL = 2900, 45, 150, 75
WEB = re.compile(r"https?://[^\s<>|]{1,2900}")
STYLES = {"good": {"style": "primary"}, "bad": {"style": "danger"}, "plain": {}}


def card(request: CardRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Makes the message once, and changes it from then on. Tried before without an answer, its key is looked for."""
    # The address of a Slack source is the workspace's, not that of Slack's API.
    line = Line(to if to.private else replace(to, address=""), hands)
    body = written(request.card)
    name = str(request.posted.get("id") or "")
    if not name and request.tried_at:
        found = found_again(request, key, line)
        if isinstance(found, Unknown | Wait):
            return found
        name = found if isinstance(found, str) else ""
    if name:
        channel = channel_of(request.posted, line)
        said = line.ask("chat.update", {**body, "channel": channel, "ts": name})
    else:
        channel = to.place
        metadata = {"event_type": EVENT, "event_payload": {"key": key}}
        said = line.ask("chat.postMessage", {**body, "channel": channel, "metadata": metadata})
    if not isinstance(said, dict):
        return said
    there = string(said.get("ts"))
    if not there or (name and there != name):
        return Unknown("Slack did not say which message it was")
    return Sent(there, more={"channel": string(said.get("channel")) or channel})


def found_again(request: CardRequested, key: str, line: Line) -> str | Absent | Unknown | Wait:
    """The stamp of the message that carries our key."""
    since = f"{(request.tried_at - CLOCKS).timestamp():.6f}" if request.tried_at else "0"
    terms = {"channel": line.to.place, "oldest": since, "limit": str(PAGE), "include_all_metadata": "true"}
    cursor = ""
    for _ in range(PAGES):
        page = {**terms, **({"cursor": cursor} if cursor else {})}
        said = line.harmless("conversations.history", page, form=True)
        if isinstance(said, Wait):
            return said
        if isinstance(said, Refused) or not isinstance(said.get("messages"), list):
            return Unknown(said.reason if isinstance(said, Refused) else "Slack did not list its messages")
        for one in objects(said["messages"]):
            if marked(one) == key and string(one.get("ts")):
                return string(one.get("ts"))
        cursor = following(said)
        if not cursor:
            return Unknown("Slack did not list all messages") if said.get("has_more") is True else Absent()
    return Unknown(f"the card is not among the {PAGE * PAGES} messages that came after it was tried")


# What it says


def written(one: Card) -> Body:
    """The whole message. Its blocks are of plain text, in which Slack reads neither markup nor mentions; `text` is what
    a notification says."""
    return {
        "text": escaped(cut(one.title, HEADER)),
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": list(blocks(one)),
    }


def blocks(one: Card) -> Iterator[Body]:
    yield section("\n".join([one.title, *one.lines]), one.more)
    shown = one.entries[:ENTRIES]
    for entry in shown:
        link = next((url for url in entry.urls if WEB.fullmatch(url)), "")
        opens = {"type": "button", "action_id": "link", "text": plain("↗"), "url": link}
        yield section("\n".join(lines(entry)), one.more) | ({"accessory": opens} if link else {})
    if len(one.entries) > len(shown):
        names = ", ".join(entry.title for entry in one.entries[len(shown) :])
        yield section(f"… {names}\n{one.more}", one.more)
    if one.buttons:
        yield {"type": "actions", "elements": [button(each) for each in one.buttons]}


def button(given: CardButton) -> dict[str, Any]:
    return {"type": "button", "action_id": given.name, "text": plain(given.label[:LABEL]), **STYLES[given.style]}


def lines(entry: CardEntry) -> Iterator[str]:
    """What may be cut comes last."""
    yield entry.title
    yield from entry.facts
    yield from entry.urls
    if entry.text:
        yield f"———\n{entry.text}"


def section(words: str, more: str) -> Body:
    return {"type": "section", "text": plain(cut(words, SECTION, more))}


def plain(words: str) -> Body:
    return {"type": "plain_text", "text": words or "–", "emoji": False}


def cut(words: str, most: int, more: str = "") -> str:
    """Never silently."""
    return words if len(words) <= most else f"{words[: most - len(more) - 2]}…\n{more}".rstrip()


def escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
