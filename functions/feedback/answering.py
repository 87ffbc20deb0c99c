"""Taking care of what was said: each move is decided by `talks`, rendered by `platforms/answering`, and written only if
the talk, and what was said, are still what they were. Used by whoever asks for it (`api`, desks)."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from events.program import Program
from events.talks import AnswerRequested
from functions.feedback import talk_records, talks
from functions.feedback.talk_records import BUSY, TRIES, BusyError, Talk
from functions.feedback.talks import Move, NotAllowedError
from functions.platforms import answering
from functions.platforms.answering import Reply, Said, UnanswerableError
from functions.platforms.previews import PLACEHOLDER, asdict_rendering
from functions.shared import clock, outbox
from functions.shared.table import Check, Item, Table, Write


def said(item: Item, name: str) -> Said:
    return Said(
        id=name,
        source=item["source"],
        platform=item["platform"],
        content=item["content"],
        type=item.get("type", ""),
        about=item.get("about", ""),
        url=item.get("url", ""),
        revision=item.get("revision", ""),
    )


def why_not(found: Talk, program: Program) -> str:
    """Why it cannot be answered where it was said; empty where it can."""
    return answering.why_not(said(found.item, found.talk["id"]), program.source(found.item["source"]))


def right(found: Talk) -> str:
    """What our account needs there, by the name people find it under."""
    there = answering.on(found.item["platform"])
    return there.RIGHT if there else ""


def rendered(found: Talk, words: str, language: str, program: Program) -> Reply:
    """What would be sent. Raises NotAllowedError."""
    place = program.source(found.item["source"])
    if place is None:
        raise NotAllowedError(
            f"it cannot be answered there: the program has no source {found.item['source']!r} any more"
        )
    try:
        made = answering.of(words, language, said(found.item, found.talk["id"]), place)
    except UnanswerableError as error:
        raise NotAllowedError(f"it cannot be answered there: {error}; close it with a word") from error
    if not PLACEHOLDER.search(words):
        return made
    why = "a line that is only a placeholder of ours, as `<key>` or `<first>`, cannot be sent: add a word"
    return replace(made, rendering=replace(made.rendering, problems=(*made.rendering.problems, why)))


def preview(found: Talk, words: str, language: str, program: Program) -> dict[str, Any]:
    """The exact request, and its hash. Raises NotAllowedError."""
    made = rendered(found, words, language, program)
    told = asdict_rendering(made.rendering)
    return {
        "target": found.item["source"],
        "platform": found.item["platform"],
        "language": language,
        "hash": answering.fingerprint(made, said(found.item, found.talk["id"])),
        "answers": dict(made.first) | dict(made.previous),
        "place": made.place,
        **told,
    }


def change(
    store: Table,
    community: str,
    name: str,
    who: str,
    now: datetime,
    move: Callable[[Talk], Move],
    cards: Callable[[Talk], Sequence[Item]] = lambda _: (),
) -> Talk:
    """Read, decide, write; again where somebody else wrote in between. Gives it as it is then.

    Raises LookupError, NotAllowedError or BusyError.
    """
    for _ in range(TRIES):
        found = talk_records.read(store, community, name)
        if talk_records.written(store, talk_records.change(found, move(found), who, now, cards(found))):
            return talk_records.read(store, community, name)
    raise BusyError(BUSY)


def assign(
    store: Table,
    community: str,
    name: str,
    to: str,
    who: str,
    program: Program,
    now: datetime,
    fence: int | None = None,
) -> Talk:
    """To somebody; the community's desks have a card of it from then on."""
    desks = program.desks_of(community, "feedback")

    def move(found: Talk) -> Move:
        return talks.assigned(found.talk, to, who, now, fence)

    return change(store, community, name, who, now, move, lambda found: talk_records.new_cards(found, desks, now))


def show(store: Table, community: str, name: str, who: str, program: Program, now: datetime) -> Talk:
    """A card of it at the community's desks, whoever has it. Asked again, it is there already."""
    desks = program.desks_of(community, "feedback")
    if not desks:
        raise NotAllowedError("no desk of the program shows feedback: add it to its `shows`")
    found = talk_records.read(store, community, name)
    if "cards" in found.talk:
        return found

    def cards(one: Talk) -> list[Item]:
        return talk_records.new_cards(one, desks, now)

    return change(store, community, name, who, now, lambda one: talks.shown_at_desks(one.talk), cards)


def close(
    store: Table, community: str, name: str, reason: str, who: str, now: datetime, fence: int | None = None
) -> Talk:
    """Without an answer. Closing again for the same reason gives the closed one."""
    found = talk_records.read(store, community, name)
    if found.talk["state"] == "closed" and (found.talk["closed_by"], found.talk["reason"]) == (who, reason):
        return found
    return change(store, community, name, who, now, lambda found: talks.closed(found.talk, reason, who, now, fence))


def reopen(store: Table, community: str, name: str, who: str, now: datetime) -> Talk:
    """An answer that surely did not arrive never does, from then on."""
    for _ in range(TRIES):
        found = talk_records.read(store, community, name)
        row = talk_records.row_of(store, found.talk) if found.talk["state"] == "answering" else None
        writes = talk_records.change(found, talks.reopened(found.talk, row, now), who, now)
        if talk_records.written(
            store, [*writes, *([outbox.cancelled(row, "what it answers was opened again")] if row else [])]
        ):
            return talk_records.read(store, community, name)
    raise BusyError(BUSY)


def answer(
    store: Table,
    community: str,
    name: str,
    words: str,
    language: str,
    version: str,
    who: str,
    program: Program,
    now: datetime,
    *,
    fence: int | None = None,
    seen: str = "",
    only_drafted: bool = False,
) -> Talk:
    """Answer what was read in this very version: at once, or where the program asks for two people, once somebody else
    says yes. Asked again by the same person, it gives what the first time made. `seen`: the hash of a preview.
    `only_drafted`: whoever wrote it has not seen what would be sent, and says yes to it when they have.

    Raises LookupError, NotAllowedError or BusyError.
    """
    another = program.community(community).approval == "another"
    for _ in range(TRIES):
        found = talk_records.read(store, community, name)
        made = rendered(found, words, language, program)
        hash_ = answering.fingerprint(made, said(found.item, name))
        if talks.is_same(found.talk, hash_, who, version):
            return found
        fits(found, made, version, hash_, seen)
        written = {"by": who, "at": clock.text(now), "hash": hash_, "version": version}
        written |= {"text": words, "language": language}
        if another or only_drafted:
            move = talks.drafted(found.talk, written, who, now, fence)
            writes = talk_records.change(found, move, who, now)
            sending: list[Write | Check] = [*writes, talk_records.still(found)]
        else:
            sending = sent(found, made, written, who, now, fence, another=False)
        if talk_records.written(store, sending):
            return talk_records.read(store, community, name)
    raise BusyError(BUSY)


def approve(store: Table, community: str, name: str, seen: str, who: str, program: Program, now: datetime) -> Talk:
    """Say yes to what somebody else wrote, as it was seen. Raises LookupError, NotAllowedError or BusyError."""
    another = program.community(community).approval == "another"
    for _ in range(TRIES):
        found = talk_records.read(store, community, name)
        if talks.is_approved(found.talk, seen, who):
            return found
        draft = found.talk.get("answer", {})
        if found.talk["state"] != "drafted":
            talks.unsettled(found.talk)
            raise NotAllowedError("nobody has written an answer yet")
        made = rendered(found, draft["text"], draft["language"], program)
        fits(found, made, draft["version"], answering.fingerprint(made, said(found.item, name)), seen)
        if talk_records.written(store, sent(found, made, draft, who, now, None, another=another)):
            return talk_records.read(store, community, name)
    raise BusyError(BUSY)


def fits(found: Talk, made: Reply, version: str, hash_: str, seen: str) -> None:
    """Raises NotAllowedError where it is not what was read, cannot be sent like this, or is not what was seen."""
    if why := talks.difference(found.item, version):
        raise NotAllowedError(why)
    if made.rendering.problems:
        raise NotAllowedError("it cannot be sent like this: " + "; ".join(made.rendering.problems))
    if seen and not hash_.startswith(seen):
        raise NotAllowedError("what would be sent is not what you saw: look at the preview again")


def sent(
    found: Talk, made: Reply, written: Item, who: str, now: datetime, fence: int | None, *, another: bool
) -> list[Write | Check]:
    """The move, the answer's row, and that what it answers is as it was read: in one transaction."""
    move = talks.answering(found.talk, written, who, now, fence, another=another)
    part = made.rendering.parts[0]
    request = AnswerRequested(
        announcement=found.talk["id"],
        target=found.item["source"],
        language=written["language"],
        step=part.step,
        body=part.body,
        text=part.text,
        published_at=now,
        number=move.set["answers"],
        first=dict(made.first),
        previous=dict(made.previous),
        place=made.place,
    )
    calling = {"kind": part.kind, "window": part.window, "budgets": [asdict(one) for one in part.budgets]}
    row = talk_records.row(found, request, {**calling, "better_twice": False}, now)
    return [*talk_records.change(found, move, who, now), outbox.put(row), talk_records.still(found)]
