"""What a digest says, and when it is due, without stores."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from functions.digests import digest
from functions.digests.digest import Counted, Digest, Waiting, due_day
from functions.feedback.shares import Share, Shares

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def made(*waiting: Waiting, said: int = 0, more: bool = False, community: str = "Acme Games") -> Digest:
    return Digest(
        community=community,
        reader="Marie",
        language="en",
        zone="Europe/Paris",
        day=date(2026, 11, 21),
        made_at=NOW,
        waiting=waiting,
        total=Counted("all", said, None),
        sources=(),
        position="abc",
        more=more,
    )


@pytest.mark.parametrize(
    ("now", "zone", "hour", "day"),
    [
        ("2026-11-22T07:59", "Europe/Paris", 9, None),
        ("2026-11-22T08:00", "Europe/Paris", 9, "2026-11-21"),
        ("2026-11-22T22:59", "Europe/Paris", 9, "2026-11-21"),
        # A run that failed late in the evening is made up for after midnight; one that did not made it already.
        ("2026-11-22T23:00", "Europe/Paris", 9, "2026-11-21"),
        ("2026-11-22T23:00", "Europe/Paris", 0, "2026-11-22"),
        ("2026-11-22T01:15", "Asia/Kathmandu", 7, "2026-11-21"),
        ("2026-11-22T01:14", "Asia/Kathmandu", 7, None),
        ("2026-11-22T10:00", "Pacific/Kiritimati", 0, "2026-11-22"),
        # The hour is skipped in Paris on this day; the digest is due at the next one there is.
        ("2026-03-29T00:59", "Europe/Paris", 2, "2026-03-27"),
        ("2026-03-29T01:00", "Europe/Paris", 2, "2026-03-28"),
    ],
)
def test_a_reader_reads_about_yesterday_once_their_hour_has_come(
    now: str, zone: str, hour: int, day: str | None
) -> None:
    due = due_day(datetime.fromisoformat(now).replace(tzinfo=UTC), ZoneInfo(zone), hour)
    assert due == (date.fromisoformat(day) if day else None)


def test_sources_come_with_the_busiest_first_and_silent_ones_stay_visible() -> None:
    total, rows = digest.counted(
        {"total": 5, "source:forum": 1, "source:game": 4, "type:post": 5},
        {"total": 3, "source:code": 3},
        {"total": "usually 4 to 9"},
    )
    unknown = "not enough history yet"
    assert total == Counted("all", 5, 3, "usually 4 to 9")
    assert rows == (Counted("game", 4, 0, unknown), Counted("forum", 1, 0, unknown), Counted("code", 0, 3, unknown))


def test_a_week_that_was_not_counted_is_not_called_zero() -> None:
    total, rows = digest.counted({"total": 1, "source:game": 1}, None, {})
    assert total.week_before is None
    assert rows[0].week_before is None


def test_themes_come_with_the_busiest_first_and_kinds_behind_them() -> None:
    counts = {"theme:sync": 2, "theme:crash": 5, "theme:left-the-program": 9, "kind:praise": 3, "kind:other": 4}
    rows = digest.topics(
        counts, None, {"theme:crash": "usually 1 to 4"}, {"sync": "Sync", "crash": "Crashes", "x": "X"}
    )
    assert [(one.label, one.number) for one in rows] == [("Crashes", 5), ("Sync", 2), ("praise", 3)]
    assert rows[0].usual == "usually 1 to 4"


def test_only_the_busiest_themes_are_named() -> None:
    counts = {f"theme:t{number}": number for number in range(1, 9)}
    rows = digest.topics(counts, None, {}, {f"t{number}": str(number) for number in range(1, 9)})
    assert [one.label for one in rows] == ["8", "7", "6", "5", "4"]


def test_shares_have_their_range_or_are_too_few_to_say() -> None:
    assert digest.shared(Shares({}, 0, 0)) == ""
    assert digest.shared(Shares({}, 12, 0)).startswith("Too few to say which part was bugs or wishes: 12 could be read")
    known = {"bug": Share(0.4, 0.31, 0.46), "feature": Share(0.2, 0.12, 0.3), "other": Share(0.4, 0.3, 0.5)}
    assert "Of 120 that could be read 31% to 46% were bugs and 12% to 30% wishes" in digest.shared(
        Shares(known, 120, 3)
    )


def test_the_subject_is_facts_and_short() -> None:
    case = Waiting("Case", "x", NOW)
    assert digest.subject(made(case, said=7)) == "Acme Games: 1 to decide, 7 said on 2026-11-21"
    assert digest.subject(made()) == "Acme Games: nothing waits, 0 said on 2026-11-21"
    assert len(digest.subject(made(community="A" * 120))) == 60


def test_a_number_that_was_not_counted_to_the_end_says_so() -> None:
    cases = [Waiting("Case", "x", NOW)] * 100
    assert made(*cases, more=True).to_decide == "at least 100"
    assert "at least 100 to decide" in digest.subject(made(*cases, more=True))


def test_what_has_waited_longest_comes_first() -> None:
    old, young = Waiting("Case", "old", NOW - timedelta(days=1)), Waiting("Case", "young", NOW)
    assert digest.oldest_first([young, old]) == (old, young)


@pytest.mark.parametrize(
    ("waited", "text"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(minutes=60), "1 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(hours=48), "2 days"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(waited: timedelta, text: str) -> None:
    assert digest.age(NOW - waited, NOW) == text


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("two\nlines\r\nand\u2028more", "two lines and more"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\u2066isolated\u2069", "isolated"),
        ("bell\x07", "bell"),
        ("שלום", "שלום"),
        ("👩‍👩‍👧 family", "👩‍👩‍👧 family"),
        ("x" * 201, "x" * 199 + "…"),
    ],
)
def test_a_strangers_words_become_one_line_that_turns_nothing_around_it(given: str, line: str) -> None:
    assert digest.line(given) == line
