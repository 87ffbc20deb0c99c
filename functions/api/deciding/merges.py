"""Two things that people said, which may be the same."""

from collections.abc import Sequence

from events.cards import CardEntry
from functions.api.deciding.matter import Asked, Given, Matter, Way
from functions.digests.decisions import pair_of
from functions.feedback import requests, study, talks
from functions.feedback.requests import Said
from functions.shared import clock
from functions.shared.outbox import LostError
from functions.shared.table import Item, Put


def matter(asked: Asked) -> Matter:
    """Raises LookupError."""
    both = pair_of(asked.id)
    if both is None:
        raise LookupError("these are no two items")
    found = [requests.item(asked.store, asked.community, name) for name in both]
    row = asked.store.get(*requests.pair_key(asked.community, *both)) or {}
    waits = study.unsaid(asked.store, asked.community)(*both)
    version, seen = row.get("version", 0), " ".join(map(talks.version, found))
    return Matter(
        title=asked.say("pair"),
        version=str(version) if waits else "",
        entries=tuple(entry(asked, one) for one in found),
        ways=tuple(said(asked, both, version, what, seen) for what in ANSWERS) if waits else (),
        settled=(row["by"], row["said_at"]) if row and not waits else None,
    )


def entry(asked: Asked, item: Item) -> CardEntry:
    at = asked.words.moment(clock.moment(item["said_at"]), asked.reader.timezone)
    text = "\n\n".join(filter(None, (item.get("title", ""), item.get("text", ""))))
    return CardEntry(title=f"{item['source']}, {at}", text=text, urls=(item["url"],) if item.get("url") else ())


ANSWERS: tuple[Said, ...] = ("same", "different")


def said(asked: Asked, both: tuple[str, str], version: int, what: Said, seen: str) -> Way:
    """`seen`: which words stood on the page."""

    def say(given: Given, record: Put) -> Sequence[Item]:
        del given
        if not requests.say(
            asked.store, asked.community, *both, what, asked.who, asked.now, version=version, beside=[record]
        ):
            raise LostError(asked.id)
        return ()

    return Way(what, say, seen)
