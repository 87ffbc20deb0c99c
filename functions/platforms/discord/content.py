"""A Discord message as plain text: its words, and in brackets whatever else it shows.

Source: Discord's documentation, "Message Resource", "Component Reference".
"""

from collections.abc import Iterable, Iterator
from typing import Any

from functions.platforms.discord.commands import THREAD_STARTER
from functions.platforms.inbound import Unplaceable, optional
from functions.platforms.words import from_discord, labelled

VOICE = 1 << 13
"""IS_VOICE_MESSAGE, a message's flag."""


BUTTON = 2
MENUS = (3, 5, 6, 7, 8, 21, 22)
"""Selects, radio buttons and checkboxes."""
TEXT_DISPLAY = 10
"""Words that stand there instead of `content`."""
THUMBNAIL, GALLERY, FILE = 11, 12, 13
"""Types of components."""
LABELLING = ("label", "title", "description", "content", "value")
"""Words of all the others: of a label, of a text input, and of those of later years."""

KINDS = {"image": "photo", "video": "video", "audio": "audio"}
MEDIA = {"image": "photo", "thumbnail": "photo", "video": "video"}
"""What an embed may show, by its fields."""


def read(message: dict[str, Any]) -> dict[str, str]:
    """`text`, `original` and `format` of a message."""
    content = message.get("content")
    if not isinstance(content, str | None):
        raise Unplaceable("the content of the message is not text")
    return noted(content or "", called(message), shown(message))


def begun(message: dict[str, Any]) -> dict[str, Any]:
    """What is shown for a message. The first one of a thread has no words of its own, and whoever opened the thread as
    its author: those who wrote it, and when, stand in the message it refers to. Nothing is known once that is gone."""
    return optional(message, "referenced_message") if message.get("type") == THREAD_STARTER else message


def noted(content: str, names: dict[str, str], beside: Iterable[str] = ()) -> dict[str, str]:
    """What was written, read and as it was, with the notes that stand beside it."""
    return {"text": joined([from_discord(content, names), *beside]), "original": content, "format": "discord"}


def called(given: dict[str, Any]) -> dict[str, str]:
    """Names by id, of those who are mentioned."""
    resolved = optional(given, "resolved")
    known = [optional(resolved, kind) for kind in ("users", "roles", "channels")]
    told = [*objects(given, "mentions"), *objects(given, "mention_channels")]
    for one in known:
        told.extend({**inner, "id": id_} for id_, inner in one.items() if isinstance(inner, dict))
    return {one["id"]: name(one) for one in told if isinstance(one.get("id"), str) and name(one)}


def name(given: dict[str, Any]) -> str:
    """As Discord shows it; the newer `global_name` before the `username`, or a role's or channel's own."""
    return first(given.get(field) for field in ("global_name", "username", "name"))


def shown(message: dict[str, Any]) -> Iterator[str]:
    """Everything but the words, piece by piece."""
    voice = isinstance(message.get("flags"), int) and bool(message["flags"] & VOICE)
    yield from displayed(message)
    for attachment in objects(message, "attachments"):
        yield attached(attachment, voice)
    for embed in objects(message, "embeds"):
        yield bracketed("embed", embedded(embed))
    for sticker in objects(message, "sticker_items") or objects(message, "stickers"):
        yield bracketed("sticker", [first([sticker.get("name")])])
    if optional(message, "poll"):
        yield bracketed("poll", polled(message["poll"]))
    for snapshot in objects(message, "message_snapshots"):
        yield bracketed("forwarded", forwarded(optional(snapshot, "message")))


def attached(given: dict[str, Any], voice: bool) -> str:
    kind = first([given.get("content_type")]).partition("/")[0]
    what = "voice message" if voice else KINDS.get(kind, "file")
    return bracketed(what, [first([given.get(field)]) for field in ("filename", "title", "description")])


def embedded(given: dict[str, Any]) -> Iterator[str]:
    """A link's preview, or what a bot wrote in a box. The address of a picture stands there only where there are no
    words: beside some it is mostly somebody's own picture."""
    yield from credited(given)
    words = [piece for piece in worded(given) if piece]
    yield from words
    for field, kind in MEDIA.items():
        if media := optional(given, field):
            yield bracketed(kind, [first([media.get("description"), "" if words else media.get("url")])])


def credited(given: dict[str, Any]) -> Iterator[str]:
    """Whose it is, with the address that the name leads to."""
    for field in ("provider", "author"):
        one = optional(given, field)
        name, address = first([one.get("name")]), first([one.get("url")])
        yield labelled(name, address) if address else name


def worded(given: dict[str, Any]) -> Iterator[str]:
    for field in ("title", "description"):
        yield from_discord(first([given.get(field)]))
    for line in objects(given, "fields"):
        yield from_discord(explained(line, "name", "value"))
    yield first([optional(given, "footer").get("text")])
    yield first([given.get("url")])


def polled(given: dict[str, Any]) -> Iterator[str]:
    yield first([optional(given, "question").get("text")])
    for answer in objects(given, "answers"):
        choice = optional(answer, "poll_media")
        yield first([choice.get("text")]) or emoji(choice)


def emoji(given: dict[str, Any]) -> str:
    """The sign itself, or the name of one of a server's own."""
    found = optional(given, "emoji")
    sign = first([found.get("name")])
    return f":{sign}:" if sign and found.get("id") else sign


def forwarded(given: dict[str, Any]) -> list[str]:
    """Somebody else's words; Discord does not tell whose. A copy holds no further copies."""
    words = from_discord(first([given.get("content")]), called(given))
    return [words, *shown({**given, "message_snapshots": []})]


def displayed(message: dict[str, Any]) -> Iterator[str]:
    """What components show, in their order: beside `content`, or as all of a message."""
    names = called(message)
    left: list[Any] = objects(message, "components")[::-1]
    while left:
        one = left.pop()
        yield component(one, names)
        beside = [optional(one, "component"), optional(one, "accessory")]
        left.extend([*objects(one, "components"), *filter(None, beside)][::-1])


def component(given: dict[str, Any], names: dict[str, str]) -> str:
    """One of them, without those it holds."""
    kind = given.get("type")
    if kind == TEXT_DISPLAY:
        return from_discord(first([given.get("content")]), names)
    if kind == BUTTON:
        return bracketed("button", [first([given.get("label")]) or emoji(given), first([given.get("url")])])
    if kind in MENUS:
        return bracketed("menu", [first([given.get("placeholder")]), *options(given)])
    if kind == THUMBNAIL:
        return pictured(given)
    if kind == GALLERY:
        return joined(pictured(item) for item in objects(given, "items"))
    if kind == FILE:
        return bracketed("file", [first([given.get("name")])])
    return from_discord(explained(given, *LABELLING), names)


def options(given: dict[str, Any]) -> Iterator[str]:
    for one in objects(given, "options"):
        yield explained(one, "label", "description")


def explained(given: dict[str, Any], *fields: str) -> str:
    return ": ".join(filter(None, (first([given.get(field)]) for field in fields)))


def pictured(given: dict[str, Any]) -> str:
    """A picture or film, by its description; only once Discord has looked at it is it known which."""
    kind = first([optional(given, "media").get("content_type")]).partition("/")[0]
    return bracketed(KINDS.get(kind, "photo"), [first([given.get("description")])])


def bracketed(what: str, told: Iterable[str]) -> str:
    says = ", ".join(filter(None, told))
    return f"[{what}: {says}]" if says else f"[{what}]"


def joined(pieces: Iterable[str]) -> str:
    return "\n".join(piece for piece in pieces if piece)


def first(given: Iterable[object]) -> str:
    """The first of several fields that is a text with something in it."""
    return next((one for one in given if isinstance(one, str) and one), "")


def objects(given: dict[str, Any], field: str) -> list[dict[str, Any]]:
    found = given.get(field)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
