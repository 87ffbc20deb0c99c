"""What a community's program says about its moderation, ready for the rules of a case. Without I/O."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from events.program import Desk, Moderation, Moderator, Policy, Program, Queue
from events.reasons import Reason
from functions.moderation import roster

UNHURRIED = 2
"""From this severity on a case waits out the quiet hours."""

SOONEST = 0.125
"""However much a report weighs, this share of the time to decide is left."""


@dataclass(frozen=True, slots=True)
class Standards:
    """How severe reasons are, how much time there is, and who moderates."""

    settings: Moderation = field(default_factory=Moderation)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    language: str = "en"
    policies: tuple[Policy, ...] = ()
    moderators: tuple[Moderator, ...] = ()
    queues: tuple[Queue, ...] = ()
    desks: tuple[Desk, ...] = ()
    """Where cases have cards."""

    def severity(self, code: Reason) -> int:
        return roster.severity_of(self.policies, code)

    def desks_for(self, work: roster.Work) -> list[Desk]:
        """Those that show the queue a case is in."""
        queue = roster.queue_of(self.queues, work)
        return [desk for desk in self.desks if not desk.queues or queue in desk.queues]

    def others(self, part: Collection[str], *, leads: bool) -> bool:
        """Whether anybody on the roster had no part in it."""
        return any(one.id not in part and (one.lead or not leads) for one in self.moderators)

    def why_not(self, who: str, case: Mapping[str, Any]) -> str:
        """Why a case may not be theirs, as a sentence for them; empty when it may, and for whoever is not on the
        roster. `who`: by the name of their token, which is their id in the roster."""
        moderator = next((one for one in self.moderators if one.id == who), None)
        return roster.why_not(moderator, roster.work(case)) if moderator else ""

    def moderator(self, source: str, account: str) -> str:
        """Who of the roster has this account there; empty for anybody else."""
        found = (one.id for one in self.moderators if account and one.accounts.get(source) == account)
        return next(found, "")

    def look_by(self, severity: int, since: datetime) -> datetime:
        return self.deadline(severity, since, self.settings.first_look[severity])

    def decide_by(self, severity: int, since: datetime, weight: float = 1.0) -> datetime:
        """The more its flags weigh together, the sooner: 1 is one report by somebody who is always right."""
        share = min(1.0, max(SOONEST, 1 / weight)) if weight > 0 else 1.0
        return self.deadline(severity, since, self.settings.decided[severity] * share)

    def deadline(self, severity: int, since: datetime, minutes: float) -> datetime:
        """What would end in the community's quiet hours has until they are over, unless it is severe."""
        at = since + timedelta(minutes=minutes)
        return after_quiet(self.settings.quiet, at.astimezone(self.zone)) if severity >= UNHURRIED else at


def of(program: Program, community: str) -> Standards:
    """Those of a community; of one that left the program, those of a program that says nothing."""
    try:
        found = program.community(community)
    except LookupError:
        return Standards()
    return Standards(
        found.moderation,
        ZoneInfo(found.timezone),
        found.language,
        program.policies_of(community),
        program.moderators_of(community),
        program.queues_of(community),
        program.desks_of(community, "cases"),
    )


def after_quiet(hours: str, local: datetime) -> datetime:
    """The same moment, or the end of the quiet hours (`22:00-07:00`) it falls into, by the clock on the wall."""
    if not hours:
        return local
    start, end = hours.split("-")
    minute = local.strftime("%H:%M")
    over_night = start >= end
    within = minute >= start or minute < end if over_night else start <= minute < end
    if not within:
        return local
    day = local + timedelta(days=1) if over_night and minute >= start else local
    if end == "24:00":
        day, end = local + timedelta(days=1), "00:00"
    return day.replace(hour=int(end[:2]), minute=int(end[3:]), second=0, microsecond=0)
