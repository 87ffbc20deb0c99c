"""One thing into the log, with who said it: the only way in, for what comes by webhook as for what is imported."""

from collections.abc import Iterable
from datetime import datetime

from events.feedback import FeedbackChanged, FeedbackReceived
from functions.feedback import authors, contacts, records, rollup, sorting, surveys
from functions.shared import clock, inbox, program
from functions.shared.table import Table

Hours = set[tuple[str, str]]
"""Communities and hours whose log may have changed: named before it does, marked after, whatever came of it."""


def received(store: Table, told: FeedbackReceived, delivery: str, now: datetime, touched: Hours) -> inbox.Fate:
    """Raises `pseudonyms.NoKeyError`."""
    feedback = answered(told)
    said_at = records.first_said(store, feedback)
    touched.add((feedback.community, rollup.bucket(said_at)))
    known = sorting.known(feedback)
    contacts.agreed(store, feedback, known.who, said_at)
    return records.record(store, feedback, said_at, known, delivery, now)


def answered(told: FeedbackReceived) -> FeedbackReceived:
    """The same; what answers a survey of the program, by what the program asks there."""
    if not told.survey:
        return told
    active, _ = program.active()
    return surveys.understood(told, active.survey(told.community, told.survey), authors.who(told))


def changed(store: Table, change: FeedbackChanged, delivery: str, now: datetime, touched: Hours) -> inbox.Fate | None:
    """None where nothing is known of when it was said. Raises `pseudonyms.NoKeyError`."""
    said_at = change.said_at or records.remembered(store, change)
    if said_at is None:
        return None
    touched.add((change.community, rollup.bucket(said_at)))
    return records.change(store, change, said_at, sorting.known(change), delivery, now)


def mark(store: Table, touched: Iterable[tuple[str, str]]) -> None:
    """One mark an hour touched, not one an item."""
    for community, hour in sorted(touched):
        records.mark(store, community, hour, clock.now())
