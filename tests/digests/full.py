"""A digest that has everything, for whoever shows one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from events.digests import (
    Accuracy,
    Announced,
    Cadence,
    Cause,
    Coming,
    Counted,
    Day,
    Decision,
    Digest,
    Figure,
    Load,
    Moderated,
    Part,
    Parts,
    Quote,
    Reach,
    Replies,
    Row,
    Topic,
    Unusual,
    Usual,
    Volume,
)
from functions.digests import periods

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TOO_MUCH = Figure(number=91, usual=Usual(low=34, high=62), before=40, median=44, change="more")
AS_USUAL = Figure(number=12, usual=Usual(low=8, high=20), before=14, median=13, change="unclear")
YOUNG = Figure(number=3, change=None)
ITEMS = {
    name: {"text": text, "source": "forum", "said_at": "2026-11-21T10:00:00Z", "url": url, "language": "en", **more}
    for name, text, url, more in (
        ("one", "The sync is broken", "https://forum.example/t/1", {}),
        ("two", "La synchro marche, merci", "https://forum.example/t/2", {"read": {"language": "fr"}}),
        ("gone", "Removed words", "", {"state": "removed"}),
        ("edited", "Other words", "", {"newest": "2026-11-22#0"}),
    )
}


def decision(about: str = "Somebody insults somebody", **more: Any) -> Decision:
    told = {"kind": "case", "id": "c1", "about": about, "since": NOW - timedelta(hours=5), "can_act": True}
    return Decision.model_validate(told | more)


def digest(cadence: Cadence = "daily", **more: Any) -> Digest:
    period = periods.containing(cadence, date(2026, 11, 15 if cadence == "weekly" else 21), ZoneInfo("Europe/Paris"))
    days = [date(2026, 11, 21) - timedelta(days=back) for back in range(13, -1, -1)]
    told: dict[str, Any] = {
        "community": "acme",
        "community_name": "Acme Games",
        "reader": "marie",
        "reader_name": "Marie",
        "language": "en",
        "period": period,
        "made_at": NOW,
        "sections": (),
        "decisions": (decision(deadline=NOW - timedelta(hours=2)), decision("A draft", kind="announcement", id="a1")),
        "unusual": (
            Unusual(
                id="e1",
                series="theme:sync",
                title="Sync",
                direction="more",
                day=date(2026, 11, 21),
                count=91,
                usual=Usual(low=34, high=62),
                days=3,
                because=(Cause(what="release", title="Maps 2.0"),),
            ),
        ),
        "volume": Volume(
            total=TOO_MUCH,
            people=1234,
            sources=(Row(series="source:forum", figure=TOO_MUCH), Row(series="source:game", figure=YOUNG)),
            days=tuple(Day(day=day, number=30 + day.day, usual=Usual(low=34, high=50), median=40) for day in days),
        ),
        "topics": (
            Topic(
                series="theme:sync",
                title="Sync",
                figure=TOO_MUCH,
                people=48,
                quotes=tuple(
                    Quote(item=name, why=why)
                    for name, why in (
                        ("one", "typical"),
                        ("two", "dissenting"),
                        ("gone", "newest"),
                        ("edited", "newest"),
                    )
                ),
            ),
        ),
        "kinds": (Topic(series="kind:bug", figure=TOO_MUCH, people=3), Topic(series="kind:praise", figure=AS_USUAL)),
        "rising": (Row(series="theme:sync", title="Sync", figure=TOO_MUCH),),
        "parts": parts("kind:bug", "kind:feature"),
        "mood": parts("mood:negative"),
        "mood_before": parts("mood:negative"),
        "replies": replies(0.66, 0.76),
        "replies_before": replies(0.80, 0.90),
        "moderation": Moderated(
            opened=TOO_MUCH,
            decided=AS_USUAL,
            open=3,
            late=1,
            oldest=NOW - timedelta(days=2),
            half=2460,
            nine_in_ten=30_000,
            appeals=2,
            upheld=1,
            overturned=1,
            reasons=(Row(series="reason:spam", figure=AS_USUAL),),
            load=(Load(name="Ada", decided=4), Load(name="Zoe", decided=9)),
        ),
        "announced": (
            Announced(
                id="w",
                title="Winter",
                at=NOW - timedelta(days=1),
                places=(
                    Reach(place="forum", platform="discourse", url="https://forum.example/t/9", likes=4, feedback=7),
                ),
            ),
        ),
        "also_announced": 2,
        "coming": (
            Coming(what="event", title="Meetup", starts=NOW + timedelta(days=1), day=date(2026, 11, 23), where="Lyon"),
            Coming(what="holiday", title="Noël", day=date(2026, 12, 25)),
        ),
        "accuracy": (Accuracy(what="kind", model="kind-1", language="fr", right=0.84),),
        "counted": Counted(position={"2026-11-21T09": 3}, counts={"total": 91, "theme:sync": 48}),
        "seal": "2026-11-21=" + "ab" * 32,
    }
    return Digest.model_validate(told | more)


def parts(*series: str) -> Parts:
    return Parts(of=tuple(Part(series=one, share=0.5, low=0.42, high=0.58) for one in series), texts=120)


def replies(low: float, high: float) -> Replies:
    told = {"asked": 40, "unanswered": 12, "oldest": NOW - timedelta(days=3), "half": 12_960, "nine_in_ten": None}
    return Replies.model_validate({**told, "in_time": ((low + high) / 2, low, high)})
