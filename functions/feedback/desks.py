"""What people at a desk do about something that was said: a button of its card, or the form behind it, by those on the
roster. Each press says what stood on the card, and is refused where that has changed; so none is done twice."""

from datetime import datetime

from events.envelope import Envelope
from events.program import Program
from events.talk_buttons import stamp
from events.talks import LONGEST_REASON, TalkPressed
from functions.feedback import answering, cards, talk_records, talks
from functions.feedback.talk_records import Talk
from functions.feedback.talks import NotAllowedError
from functions.shared import inbox
from functions.shared.table import ConditionFailedError, Item, Table

CHANGED = "it has changed since; the card shows it as it is now, look again"


def press(store: Table, envelope: Envelope, pressed: TalkPressed, program: Program, now: datetime) -> inbox.Fate:
    """What was pressed is done, and marked; or it changes nothing, the marker says why, and so does the card. Raises
    BusyError."""
    if store.get(*inbox.key(envelope)):
        return "duplicate"
    moderator = program.moderator_at(pressed.community, pressed.source, pressed.by.id)
    if moderator is None:
        return refused(store, envelope, pressed, cards.NOBODY, now)
    try:
        act(store, pressed, moderator.id, program, now)
    except (LookupError, NotAllowedError) as error:
        return refused(store, envelope, pressed, str(error), now)
    return marked(store, envelope, "recorded", f"{pressed.item} {pressed.action}", now)


def act(store: Table, pressed: TalkPressed, who: str, program: Program, now: datetime) -> None:
    """Raises LookupError, NotAllowedError or BusyError."""
    community, name, words = pressed.community, pressed.item, pressed.words.strip()
    if pressed.action == "send":
        answering.approve(store, community, name, pressed.seen, who, program, now)
        return
    found = talk_records.read(store, community, name)
    if is_done(found, pressed, who):
        return
    if pressed.seen != stamp(talks.version(found.item), found.talk["fence"]):
        raise NotAllowedError(CHANGED)
    fence = found.talk["fence"]
    match pressed.action:
        case "take":
            answering.assign(store, community, name, who, who, program, now, fence)
        case "close":
            answering.close(store, community, name, words[:LONGEST_REASON], who, now, fence)
        case "answer":
            language, read = program.community(community).language, talks.version(found.item)
            answering.answer(
                store, community, name, words, language, read, who, program, now, fence=fence, only_drafted=True
            )


def is_done(found: Talk, pressed: TalkPressed, who: str) -> bool:
    """Whether this very press came before, and was cut off behind its effect."""
    talk = found.talk
    match pressed.action:
        case "take":
            one_before = stamp(talks.version(found.item), talk["fence"] - 1)
            return bool(talk["assigned_to"] == who and pressed.seen == one_before)
        case "close":
            reason = pressed.words.strip()[:LONGEST_REASON]
            return bool(talk["state"] == "closed" and (talk["closed_by"], talk["reason"]) == (who, reason))
        case "answer":
            answer = talks.written(talk)
            return bool((answer.get("by"), answer.get("text")) == (who, pressed.words.strip()))
    return False


def refused(store: Table, envelope: Envelope, pressed: TalkPressed, reason: str, now: datetime) -> inbox.Fate:
    """Its cards say why, and what it is now: what was pressed may have stood on an older one."""
    for one in cards_of(store, pressed.community, pressed.item):
        try:
            store.write(talk_records.touch(one["pk"], one["sk"], now, reason))
        except ConditionFailedError:
            continue
    return marked(store, envelope, "ignored", reason, now)


def marked(store: Table, envelope: Envelope, fate: inbox.Fate, about: str, now: datetime) -> inbox.Fate:
    try:
        store.write(inbox.marker(envelope, fate, now, about=about))
    except ConditionFailedError:
        return "duplicate"
    return fate


def cards_of(store: Table, community: str, name: str) -> list[Item]:
    """Those of its cards that are there."""
    talk = store.get(*talk_records.key(community, name)) or {}
    return store.read([(talk["pk"], sk) for sk in talk.get("cards", ())])


def due(store: Table, community: str, name: str) -> list[Item]:
    """Its answer and its cards, for whoever wants them looked at now."""
    talk = store.get(*talk_records.key(community, name))
    if talk is None:
        return []
    answer = talk_records.row_of(store, talk) if talk["state"] == "answering" else None
    rows = [*([answer] if answer else []), *cards_of(store, community, name)]
    return [row for row in rows if "due_at" in row]
