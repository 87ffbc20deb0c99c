"""The words of a Slack message: its text, its blocks, its attachments and its files.

Sources: docs.slack.dev/reference/block-kit/blocks (and /rich-text-block), docs.slack.dev/legacy/legacy-messaging/
legacy-secondary-message-attachments, docs.slack.dev/messaging/formatting-message-text.
"""

from collections.abc import Callable, Iterator
from typing import Any

from functions.platforms.slack.bodies import inner, objects, text
from functions.platforms.words import from_markdown, from_mrkdwn, labelled, moment

GONE = "tombstone"
"""What a deleted file is, and what is left of a deleted message that has replies: it is "changed" into this, in
Slackbot's name."""

VIDEO = ("title", "description", "alt_text", "author_name", "provider_name")
"""What is told of a film."""

PLACEHOLDERS = ("This content can't be displayed.", "This content can\N{RIGHT SINGLE QUOTATION MARK}t be displayed.")
"""What Slack writes for a text where all there is are blocks."""

DEEPEST = 12
"""Levels of blocks in blocks: Slack's own have six."""

WORDED = frozenset(
    {
        "alt_text",
        "body",
        "caption",
        "categories",
        "cells",
        "content",
        "description",
        "elements",
        "fields",
        "footer",
        "header",
        "hint",
        "items",
        "label",
        "message",
        "name",
        "placeholder",
        "quote",
        "rows",
        "subtitle",
        "summary",
        "text",
        "title",
        "x_label",
        "y_label",
    }
)
"""Fields in which a mere string, or a list of such, is words that somebody reads."""

Body = dict[str, Any]


def wording(given: Body) -> Body:
    """What can be read of a message, in the fields of an event."""
    original = text(given.get("text"))
    words = from_mrkdwn(original)
    told = [*spoken(given, "" if original in PLACEHOLDERS else words), *files(given), *shared(given)]
    return {"text": "\n".join(line for line in told if line) or words, "original": original, "format": "mrkdwn"}


def spoken(given: Body, words: str) -> list[str]:
    """Of a person's message the text tells all; what hangs on it are previews, somebody else's words. A bot's text
    may be a notification only, which nobody sees beside the blocks and attachments."""
    own = [one for one in objects(given, "attachments") if not one.get("is_share") and not one.get("is_msg_unfurl")]
    beside = [*lines(given.get("blocks")), *(line for one in own for line in attachment(one))]
    if not words:
        return beside
    return [words, *(line for line in beside if line not in words)] if by_bot(given) else [words]


def by_bot(given: Body) -> bool:
    return bool(given.get("bot_id") or given.get("bot_profile") or given.get("subtype") == "bot_message")


def files(given: Body) -> Iterator[str]:
    """By their names; a snippet also by its first lines, which somebody wrote like any message. Older messages have
    one file only, under another name."""
    for file in [*objects(given, "files"), inner(given, "file")]:
        told = ("name", "title", "alt_txt", *(["preview"] if file.get("mode") == "snippet" else []))
        named = dict.fromkeys(text(file.get(name)) for name in told)
        if file:
            yield "[deleted file]" if file.get("mode") == GONE else bracketed("file", *named)


def shared(given: Body) -> Iterator[str]:
    """Messages passed on, in brackets: they are somebody else's words."""
    for one in objects(given, "attachments"):
        if one.get("is_share"):
            words = from_mrkdwn(text(one.get("text"))) or "\n".join(lines(one.get("message_blocks")))
            told = "\n".join(line for line in [words, *files(one)] if line)
            yield bracketed("shared message", told)


def bracketed(what: str, *told: str) -> str:
    words = ", ".join(one for one in told if one)
    return f"[{what}: {words}]" if words else f"[{what}]"


def attachment(given: Body) -> list[str]:
    """Whatever is shown of it; its `fallback` where that is nothing. The name of an action is for the app alone."""
    title = linked(from_mrkdwn(text(given.get("title"))), text(given.get("title_link")))
    pretext, author, words, footer = (
        from_mrkdwn(text(given.get(name))) for name in ("pretext", "author_name", "text", "footer")
    )
    picture = linked("[image]", text(given.get("image_url"))) if given.get("image_url") else ""
    inside = lines([given.get("blocks"), *({**one, "name": ""} for one in objects(given, "actions"))])
    shown = [pretext, author, title, words, *map(field, objects(given, "fields")), picture, footer, *inside]
    return [line for line in shown if line] or [from_mrkdwn(text(given.get("fallback")))]


def field(given: Body) -> str:
    return ": ".join(line for name in ("title", "value") if (line := from_mrkdwn(text(given.get(name)))))


def linked(label: str, address: str) -> str:
    return labelled(label, address) if address else label


# Blocks


def lines(node: object, depth: int = DEEPEST, *, worded: bool = False) -> Iterator[str]:
    """Every text in a tree of blocks, in its order; a mere string where strings are words (`worded`)."""
    if worded and isinstance(node, str):
        yield from_mrkdwn(node)
    elif depth and isinstance(node, list):
        for one in node:
            yield from lines(one, depth - 1, worded=worded)
    elif depth and isinstance(node, dict):
        read = BLOCKS.get(text(node.get("type")))
        yield from read(node) if read else within(node, depth - 1)


def within(given: Body, depth: int = DEEPEST) -> list[str]:
    """Of what is only a frame, or is not known here. A `value` is mostly what an app calls a choice, and words only
    where there are no others; so is a `fallback`. An address stands behind the words that lead there."""
    told = [line for name, one in given.items() for line in lines(one, depth, worded=name in WORDED) if line]
    if not told:
        return [from_mrkdwn(text(given.get("value")) or text(given.get("fallback")))]
    return [linked(told[0], text(given.get("url"))), *told[1:]]


def labelling(given: Body, name: str) -> str:
    """A label is a text object, or a mere text in attachments and in older messages."""
    return text(given.get(name)) or text(inner(given, name).get("text"))


def plain(given: Body) -> list[str]:
    return [labelling(given, "text")]


def markdown(given: Body) -> list[str]:
    return [from_markdown(labelling(given, "text"))]


def button(given: Body) -> list[str]:
    return [linked(labelling(given, "text"), text(given.get("url")))]


def image(given: Body) -> list[str]:
    """By its description. Nothing of its address: beside a text it is mostly somebody's picture."""
    return [bracketed("image", labelling(given, "title"), text(given.get("alt_text")))]


def video(given: Body) -> list[str]:
    named = dict.fromkeys(labelling(given, name) for name in VIDEO)
    return [linked(bracketed("video", *named), text(given.get("title_url")) or text(given.get("video_url")))]


def icon(given: Body) -> list[str]:
    """A sign of Slack's own, which says nothing."""
    del given
    return []


# What people write


def rich_text(given: Body) -> list[str]:
    """One string for every paragraph, quote, piece of code and item of a list."""
    elements = objects(given, "elements")
    return [line for one in elements for line in paragraph(one)] if elements else within(given)


def paragraph(given: Body) -> list[str]:
    if given.get("type") == "rich_text_list":
        return listed(given)
    words = run(given)
    quoted = given.get("type") == "rich_text_quote"
    return ["\n".join(f"> {line}" for line in words.split("\n")) if quoted else words]


def listed(given: Body) -> list[str]:
    """A list in a list stands beside it, with an `indent`; one that goes on after such a one has an `offset`."""
    indent, offset = (size if isinstance(size := given.get(name), int) else 0 for name in ("indent", "offset"))
    ordered, margin = given.get("style") == "ordered", "  " * min(indent, DEEPEST)
    items = enumerate(objects(given, "elements"), offset + 1)
    return [margin + (f"{number}. " if ordered else "- ") + run(item) for number, item in items]


def run(given: Body) -> str:
    """The elements of a section, which stand in one line unless they break it themselves; of one that has none,
    whatever else is in it."""
    elements = objects(given, "elements")
    told = (RUNS.get(text(one.get("type")), other)(one) for one in elements)
    return "".join(told).strip("\n") if elements else "\n".join(within(given))


def link(given: Body) -> str:
    return linked(text(given.get("text")), text(given.get("url")))


def other(given: Body) -> str:
    """A link; a text, which is one without an address; or what is not known here, by the words in it."""
    return link(given) if text(given.get("text")) else " ".join(within(given)) or link(given)


def date(given: Body) -> str:
    """As Slack would show it where it cannot show a date; without that the time, or what stands in its place."""
    return linked(text(given.get("fallback")) or stamped(given.get("timestamp")), text(given.get("url")))


def stamped(stamp: object) -> str:
    if isinstance(stamp, int) and not isinstance(stamp, bool):
        return moment(stamp) or str(stamp)
    return text(stamp)


def emoji(given: Body) -> str:
    return f":{name}:" if (name := text(given.get("name"))) else ""


def signed(sign: str, name: str) -> Callable[[Body], str]:
    return lambda given: sign + found if (found := text(given.get(name))) else ""


RUNS: dict[str, Callable[[Body], str]] = {
    "broadcast": signed("@", "range"),
    "channel": signed("#", "channel_id"),
    "color": signed("", "value"),
    "date": date,
    "emoji": emoji,
    "team": signed("@", "team_id"),
    "user": signed("@", "user_id"),
    "usergroup": signed("@", "usergroup_id"),
}

BLOCKS: dict[str, Callable[[Body], list[str]]] = {
    "button": button,
    "icon": icon,
    "image": image,
    "markdown": markdown,
    "plain_text": plain,
    "raw_text": plain,
    "rich_text": rich_text,
    "video": video,
    "workflow_button": button,
}
