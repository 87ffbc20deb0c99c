"""Who may be given which case, without I/O: shifts, languages, opt-outs, exposure, and having had no part in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from events.program import MAIN, SHIFT, Moderator, Policy, Program, Queue
from events.reasons import SEVERITIES, Reason

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

SEVERE = 1
"""Up to this severity a case counts for the limit of severe ones."""


@dataclass(frozen=True, slots=True)
class Work:
    """What of a case decides who gets it."""

    severity: int
    language: str
    source: str
    codes: frozenset[str]
    level: int = 0
    """0 for everybody, 1 for leads."""
    parties: frozenset[tuple[str, str]] = frozenset()
    """Accounts that are part of it, as (source, id): who wrote it. Moderators who reported it are `excluded`."""
    excluded: frozenset[str] = frozenset()
    """Moderators who had a part in it: who reported it, or decided what is appealed."""


def work(case: Mapping[str, Any]) -> Work:
    """A case as it is kept."""
    source = case["subject"]["source"]
    author = [case["author"]["id"]] if case.get("author") else []
    return Work(
        severity=case["severity"],
        language=case["language"],
        source=source,
        codes=frozenset(case["codes"]),
        level=case.get("level", 0),
        parties=frozenset((source, one) for one in author),
        excluded=frozenset(case.get("excluded", ())),
    )


def on_shift(who: Moderator, now: datetime) -> bool:
    """Whether this is in one of their shifts, on their own clock; a shift may end on the next day."""
    local = now.astimezone(ZoneInfo(who.timezone))
    return not who.shifts or any(covers(shift, local) for shift in who.shifts)


def day(who: Moderator | None, now: datetime) -> str:
    """The day it is for them; UTC's for those who are not on the roster."""
    return now.astimezone(ZoneInfo(who.timezone if who else "UTC")).date().isoformat()


def covers(shift: str, local: datetime) -> bool:
    found = SHIFT.fullmatch(shift)
    if found is None:
        return False
    first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
    days = {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    start, end = shift.split(" ")[1].split("-")
    minute = local.strftime("%H:%M")
    if start < end:
        return local.weekday() in days and start <= minute < end
    today, yesterday = local.weekday() in days, (local - timedelta(days=1)).weekday() in days
    return (today and minute >= start) or (yesterday and minute < end)


def why_not(who: Moderator, case: Work) -> str:
    """Why this case may not be theirs, as a sentence for them; empty when it may."""
    if any((source, account) in case.parties for source, account in who.accounts.items()):
        return "you wrote or reported this yourself"
    if case.level and not who.lead:
        return "this case was escalated to the leads"
    return ""


def why_not_given(who: Moderator, case: Work, severe_today: int, now: datetime) -> str:
    """Why this case is not offered to them, though they may take it by its id; empty when it is."""
    if told := why_not(who, case):
        return told
    if who.id in case.excluded:
        return "you had a part in what this is about"
    if not on_shift(who, now):
        return "your shift is over"
    if case.codes & set(who.not_for):
        return "you are not given cases of this kind"
    if who.severe and case.severity <= SEVERE and severe_today >= who.severe:
        return "you had enough severe cases for today"
    spoken = {one.partition("-")[0] for one in who.languages}
    if spoken and case.language not in ("und", "") and case.language.partition("-")[0] not in spoken:
        return f"it is in {case.language}"
    return ""


def queue_of(queues: Sequence[Queue], case: Work) -> str:
    """The first queue that takes it, else `main`."""
    return next((queue.id for queue in queues if takes(queue, case)), MAIN)


def takes(queue: Queue, case: Work) -> bool:
    languages = {one.partition("-")[0] for one in queue.languages}
    return (
        (not languages or case.language.partition("-")[0] in languages)
        and (not queue.sources or case.source in queue.sources)
        and (not queue.reasons or bool(case.codes & set(queue.reasons)))
        and (not queue.severities or case.severity in queue.severities)
    )


def queues_for(program: Program, community: str, who: str) -> list[str]:
    """The queues somebody works on, in the program's order, `main` last. Whoever is not on the roster works on all."""
    queues = program.queues_of(community)
    return [queue.id for queue in queues if not queue.moderators or who in queue.moderators] + [MAIN]


def policy_of(policies: Iterable[Policy], code: str) -> Policy | None:
    """The rule that somebody means who gives this reason."""
    return next((policy for policy in policies if code in policy.reasons), None)


def severity_of(policies: Sequence[Policy], code: Reason) -> int:
    """How bad it is if a report is right: by the community's own rule, else by the reason."""
    policy = policy_of(policies, code)
    return SEVERITIES[code] if policy is None or policy.severity is None else policy.severity
