"""An announcement that waits for a yes or was missed, and a series: what would go out, to the letter, and a yes to
exactly that."""

from collections.abc import Iterator, Sequence
from typing import Any

from events.cards import CardEntry
from functions.announcements import cards, desks, pages, plans, publishing, records, recurring
from functions.announcements.records import PREVIEW, preview_path
from functions.api import series
from functions.api.deciding.matter import Asked, Given, Matter, RefusedError, Way
from functions.shared import links
from functions.shared.table import Item, Put


def matter(asked: Asked) -> Matter:
    """Raises LookupError."""
    found = records.existing(asked.store, asked.community, asked.id)
    content = records.content_of(found)
    shown = publishing.shown(publishing.preview(asked.store, asked.community, asked.id, content, asked.program))
    card = cards.card(found, records.rows_of(asked.store, found), shown, asked.words.language)
    waits = records.waits(found)
    return Matter(
        title=card.title,
        version=str(found["next_audit"]) if waits else "",
        lines=(*card.lines, *([asked.say("another")] if waits and not may_approve(asked, found) else [])),
        entries=(*card.entries, *letters(asked, shown)) if waits else card.entries,
        page=links.link(preview_path(asked.community, asked.id), asked.who, PREVIEW, asked.now),
        ways=tuple(ways(asked, found, shown)) if waits else (),
        settled=None if waits else last(asked, found),
    )


def letters(asked: Asked, shown: dict[str, Any]) -> Iterator[CardEntry]:
    """Each request as it would be sent, what cannot be seen in it spelled out."""
    for post in shown["posts"]:
        for number, part in enumerate(post["parts"], 1):
            place = f"{post['target']} ({post['platform']}, {post['language']}) {number}/{len(post['parts'])}"
            yield CardEntry(title=asked.say("letter", place=place), text=pages.pretty(part["body"]))


def may_approve(asked: Asked, found: Item) -> bool:
    """Whether nobody else has to."""
    another = asked.program.community(asked.community).approval == "another"
    return not (another and wrote(asked, found))


def wrote(asked: Asked, found: Item) -> bool:
    """Whether the words are the reader's own: by a token that has their id or name, or as the one of the roster who has
    the account in a chat."""
    if found["writer"].casefold() in (asked.who.casefold(), asked.reader.name.casefold()):
        return True
    account = (found.get("account") if found["writer"] == found["author"] else None) or {}
    known = asked.program.moderator_at(asked.community, account["source"], account["id"]) if account else None
    return known is not None and known.id == asked.who


def ways(asked: Asked, found: Item, shown: dict[str, Any]) -> Iterator[Way]:
    """At the time it was written for, while that is ahead, or at once; or not at all."""
    if may_approve(asked, found) and not shown["problems"]:
        if found["state"] == "draft" and timed(asked, found):
            wall = {"at": found["wall"].replace("T", " "), "zone": found["zone"]}
            yield approving(asked, found, shown, "approve-at", told=wall)
        yield approving(asked, found, shown, "approve-now" if found["state"] in plans.BEFORE else "approve-change")
    if found["state"] in plans.BEFORE:

        def cancel(given: Given, record: Put) -> Sequence[Item]:
            del given
            records.cancel(asked.store, found, asked.who, asked.now, beside=[record])
            return ()

        yield Way("let-be" if found["state"] == "missed" else "cancel", cancel, shown["hash"])


def timed(asked: Asked, found: Item) -> bool:
    """Whether it was written for a time that is still ahead."""
    try:
        return desks.moment(found, asked.now)[1] != desks.NOW
    except plans.NotAllowedError:
        return False


def approving(
    asked: Asked, found: Item, shown: dict[str, Any], name: str, told: dict[str, str | int] | None = None
) -> Way:
    def approve(given: Given, record: Put) -> Sequence[Item]:
        del given
        at = desks.moment(found, asked.now) if name == "approve-at" else (asked.now, desks.NOW, "UTC")
        made = publishing.approve(
            asked.store, found, asked.who, shown["hash"], asked.program, *at, asked.now, beside=[record]
        )
        return publishing.go_on(asked.store, made, asked.program, asked.now)

    return Way(name, approve, shown["hash"], told=told)


def last(asked: Asked, found: Item) -> tuple[str, str] | None:
    """Who did something to it last, and when."""
    line = next(asked.store.query(found["pk"], "audit#", backwards=True), None)
    return (line["who"], line["at"]) if line else None


def series_matter(asked: Asked) -> Matter:
    """Raises LookupError."""
    found = recurring.existing(asked.store, asked.community, asked.id)
    looked = series.looked(found, series.rendering(found), asked.now)
    waits = recurring.waits(found)
    say, language = asked.say, asked.words.language
    coming = [say("comes", at=one["wall"][:16].replace("T", " "), zone=one["zone"]) for one in looked["next"]]
    problems = [cards.say(language, "problem", what=one) for one in looked["problems"]]
    barred = [say("another")] if waits and not may_approve(asked, found) else []
    return Matter(
        title=found["title"],
        version=str(found["next_audit"]) if waits else "",
        lines=(*problems, *looked["notes"], *barred, *coming),
        entries=tuple(
            entry for one in looked["previews"] for entry in (*cards.previewed(one, language), *letters(asked, one))
        ),
        page=links.link(series.preview_path(asked.community, asked.id), asked.who, PREVIEW, asked.now),
        ways=(beginning(asked, found, looked["hash"]),) if waits and not (problems or barred) else (),
        settled=None if waits else last(asked, found),
    )


def beginning(asked: Asked, found: Item, seen: str) -> Way:
    def approve(given: Given, record: Put) -> Sequence[Item]:
        del given
        if not recurring.coming(found, asked.now, 1):
            raise RefusedError(asked.say("series-over"))
        recurring.approve(asked.store, found, asked.who, seen, asked.program, asked.now, beside=[record])
        return ()

    return Way("approve-series", approve, seen)
