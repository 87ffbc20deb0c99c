"""What the strikes of an account add up to, without I/O. Its ledger has one strike for each decision that gave points.

`points` are what a strike gives; `counted`, never more, those that thresholds were worked out with so far. Each change
of `counted` has its place in one order: what it reaches is reached once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from events.moderation import Decision
from events.moments import text
from events.program import Moderation, Policy, Threshold
from functions.moderation.cases import THRESHOLD

Strike = Mapping[str, Any]

REASON = "points"
"""What a threshold reports an account for. Others may write that, too: see `cases.THRESHOLD`."""

TITLES: dict[str, str] = {
    "en": "{points} points in {days} days: {what}",
    "fr": "{points} points en {days} jours : {what}",
    "de": "{points} Punkte in {days} Tagen: {what}",
}


@dataclass(frozen=True, slots=True)
class Known:
    """An account, and what was decided about what it wrote."""

    source: str
    id: str
    violation: int = 0
    no_violation: int = 0
    strikes: Sequence[Strike] = ()

    def points(self, now: datetime) -> int:
        return total(self.strikes, now)


@dataclass(frozen=True, slots=True)
class Background:
    """What is known of whoever wrote something, before anybody decides about it."""

    own: Known
    person: Sequence[Known] = ()
    """All accounts that were linked with it, itself among them; empty where none was."""
    policies: Sequence[Policy] = ()
    settings: Moderation = field(default_factory=Moderation)
    gives: bool = True
    """Whether a decision about it gives points."""

    def adds(self, policy: Policy, now: datetime) -> "Addition | None":
        """What a violation of this rule would add; None for nothing."""
        if not (self.gives and policy.points):
            return None
        before = self.own.points(now)
        after = before + policy.points
        return Addition(policy.id, policy.points, after, crossed(self.settings.thresholds, before, after))

    def reached(self, now: datetime) -> Threshold | None:
        """The greatest threshold that the account is at."""
        return crossed(self.settings.thresholds, 0, self.own.points(now))


@dataclass(frozen=True, slots=True)
class Addition:
    """What one more violation would do to an account's points."""

    policy: str
    points: int
    total: int
    crosses: Threshold | None


def counts(strike: Strike, now: datetime) -> bool:
    """Whether it has not ended."""
    return bool(strike["ends_at"] > text(now))


def total(strikes: Iterable[Strike], now: datetime, of: str = "points") -> int:
    return sum(one[of] for one in strikes if counts(one, now))


def crossed(thresholds: Sequence[Threshold], before: int, after: int) -> Threshold | None:
    """Only the greatest of those that were reached."""
    return next((one for one in reversed(thresholds) if before < one.points <= after), None)


def given(case: Mapping[str, Any], decision: Decision, policies: Iterable[Policy]) -> int:
    """The points that a decision gives whoever wrote it."""
    if decision.outcome != "violation" or not gives(case):
        return 0
    return next((policy.points for policy in policies if policy.id == decision.policy), 0)


def gives(case: Mapping[str, Any]) -> bool:
    """Not what a threshold alone has raised: that is about points which were given before."""
    return bool(case.get(THRESHOLD) != "only")


def summed(accounts: Iterable[Known], now: datetime) -> dict[str, int]:
    """What several accounts have together."""
    of = list(accounts)
    return {
        "violation": sum(one.violation for one in of),
        "no_violation": sum(one.no_violation for one in of),
        "points": sum(one.points(now) for one in of),
    }


def by_place(accounts: Sequence[Known], now: datetime) -> dict[str, dict[str, int]]:
    """The same for each source, in the order in which they are named first."""
    sources = dict.fromkeys(one.source for one in accounts)
    return {source: summed((one for one in accounts if one.source == source), now) for source in sources}


def broken(strikes: Iterable[Strike], policies: Iterable[Policy], now: datetime, of: str = "points") -> str:
    """Which rules the points that count are for: `Be kind × 3, No spam × 1`."""
    titles = {policy.id: policy.title for policy in policies}
    times = Counter(one["policy"] for one in strikes if counts(one, now) and one[of])
    return ", ".join(f"{titles.get(name, name)} × {number}" for name, number in sorted(times.items()))


def title(strikes: Sequence[Strike], policies: Sequence[Policy], days: int, language: str, now: datetime) -> str:
    """What a case is called that a threshold opens."""
    words = TITLES.get(language.partition("-")[0], TITLES["en"])
    what = broken(strikes, policies, now, "counted")
    return words.format(points=total(strikes, now, "counted"), days=days, what=what)
