"""What is usual of a series, and which days are not: by hand, on surrogates, and on real communities."""

import json
import math
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from functions.feedback import episodes, unusual
from functions.feedback.counts import NegativeBinomial
from functions.feedback.episodes import Going
from functions.feedback.unusual import Finding, Range, Usual, compared, discovered, findings, rising, usual

SAMPLES = Path(__file__).parents[2].parent / "shared" / "feedback-samples" / "forum_daily_counts.jsonl"
DAY = timedelta(days=1)


def near(number: float) -> object:
    return pytest.approx(number, rel=1e-3)


def test_twice_as_much_variance_as_chance_alone() -> None:
    spread = NegativeBinomial(2, 4)  # 1/4, 1/4, 3/16, 2/16 …
    assert [spread.at(count) for count in range(4)] == [near(0.25), near(0.25), near(0.1875), near(0.125)]
    assert (spread.at_least(3), spread.at_most(1), spread.at_least(0)) == (near(0.3125), near(0.5), near(1))
    assert (spread.quantile(0.05), spread.quantile(0.4), spread.quantile(0.95)) == (0, 1, 6)


def test_without_more_variance_it_is_chance_alone() -> None:
    spread = NegativeBinomial(1, 1)
    assert spread.at(0) == near(math.exp(-1))
    assert spread.at_least(4) == near(1 - math.exp(-1) * (1 + 1 + 1 / 2 + 1 / 6))


def test_large_counts_have_no_chance_of_nothing_and_still_a_middle() -> None:
    spread = NegativeBinomial(50_000, 90_000)
    assert spread.at_most(0) == 0
    assert spread.quantile(0.5) == pytest.approx(50_000, abs=5)
    assert spread.at_least(52_000) < 1e-9


def test_always_ten_a_day() -> None:
    found = usual([10] * 60)
    assert found is not None
    # The variance of chance alone, and what is unsure: of four weeks' level (1 in 280), of a weekday's worth (9 of them
    # and 3 that were not seen), and of how far the level may have moved (5 %).
    assert (found.mean, found.days) == (near(10), 58)
    assert found.variance == pytest.approx(10 + 100 * (1 / 280 + 6 / 7 / 110 + 0.05**2), rel=0.02)
    assert found.range == Range(5, 16)


def test_every_weekday_has_its_own_measure() -> None:
    week = [30, 30, 30, 30, 30, 0, 0]
    monday, saturday = usual(week * 10), usual(week * 10 + week[:5])
    assert monday
    assert saturday
    assert 27 < monday.mean < 31
    assert saturday.mean < 8
    assert saturday.chance(40, "more") < monday.chance(40, "more")


@pytest.mark.parametrize(("days", "enough"), [(22, False), (23, True)])
def test_three_weeks_are_needed_besides_the_last_two_days(days: int, enough: bool) -> None:
    assert (usual([10] * days) is not None) is enough


def test_days_that_nobody_observed_are_not_days_without_a_word() -> None:
    down = [*([10] * 40), *([None] * 10), *([10] * 10)]
    silent = [0 if one is None else one for one in down]
    heard, unheard = usual(down), usual(silent)
    assert heard
    assert unheard
    assert heard.mean == near(10)
    assert unheard.mean < 8
    assert usual([None] * 100) is None


def test_an_old_burst_does_not_hide_the_next() -> None:
    quiet = [10, 12, 8, 11, 9, 10, 13] * 8
    burst = [*quiet[:40], 400, *quiet[41:]]
    before, after = usual(quiet), usual(burst)
    assert before
    assert after
    assert after.mean < before.mean * 1.1
    assert after.chance(40, "more") < unusual.threshold(1)


def test_a_theme_of_two_a_month_is_not_unusual_at_two_a_day() -> None:
    rare = [1 if day % 15 == 0 else 0 for day in range(112)]
    assert found(rare, 2) == []
    assert [one.direction for one in found(rare, 8)] == ["more"]


def found(history: Sequence[int | None], count: int) -> list[Finding]:
    expected = usual(history)
    assert expected
    return findings({"theme:sync": (count, expected)}, "more", 1.0)


def test_what_is_told_is_the_count_and_the_usual_range() -> None:
    (one,) = found([40, 45, 50, 55, 48, 20, 25] * 16, 150)
    assert (one.series, one.count, one.usual) == ("theme:sync", 150, Range(29, 52))
    assert one.chance < 1e-6


def test_a_larger_budget_finds_more() -> None:
    history = [10, 12, 8, 11, 9, 10, 13] * 16
    expected = usual(history)
    assert expected
    count = next(count for count in range(10, 99) if expected.chance(count, "more") < unusual.threshold(12))
    tested = {"total": (count, expected)}
    assert findings(tested, "more", 12)
    assert not findings(tested, "more", 1)


def test_a_silence_is_fewer_and_not_more() -> None:
    expected = usual([20, 22, 18, 25, 21, 19, 20] * 16)
    assert expected
    assert [one.direction for one in findings({"total": (0, expected)}, "fewer", 1)] == ["fewer"]
    assert findings({"total": (0, expected)}, "more", 1) == []


def test_among_many_series_only_those_that_stand_out() -> None:
    """Each is held against its rank: 0.025, 0.05, 0.075, 0.1."""
    assert discovered({"a": 0.01, "b": 0.045, "c": 0.07, "d": 0.5}, 0.1) == {"a", "b", "c"}
    assert discovered({"a": 0.03, "b": 0.06, "c": 0.08, "d": 0.5}, 0.1) == set()
    assert discovered({}, 0.1) == set()


def test_one_of_a_thousand_series_must_be_surer() -> None:
    expected = Usual(10, 10, 112)
    count = next(count for count in range(10, 99) if expected.chance(count, "more") < unusual.threshold(1))
    alone = {"theme:a": (count, expected)}
    among = alone | {f"theme:{number}": (10, expected) for number in range(1_000)}
    assert findings(alone, "more", 1)
    assert not findings(among, "more", 1)


@pytest.mark.parametrize(
    ("now", "before", "phi", "change"),
    [
        (9, 3, 1.0, "too few to say"),
        (14, 10, 1.0, "no clear change"),
        (100, 50, 1.0, "higher than usual"),
        (100, 50, 12.0, "no clear change"),
        (50, 100, 1.0, "lower than usual"),
        (0, 40, 1.0, "lower than usual"),
    ],
)
def test_a_change_is_named_where_its_range_leaves_one_out(now: int, before: int, phi: float, change: str) -> None:
    assert compared(now, before, phi).change == change


def test_a_ratio_has_its_range() -> None:
    one = compared(100, 50)
    assert (one.ratio, one.low, one.high) == (1.99, 1.5, 2.64)
    assert compared(100, 50, exposure=2.0).change == "no clear change"


def test_rising_are_those_that_rise_beyond_how_they_vary() -> None:
    weeks = {
        "sync": (40, 15, 1.5, 1.0),
        "tabs": (22, 18, 1.5, 1.0),
        "rare": (9, 0, 1.0, 1.0),
        "wild": (40, 25, 6.0, 1.0),
    }
    assert rising(weeks) == ["sync"]


def test_what_is_said_as_often_a_day_as_before_is_not_rising() -> None:
    """A week, and three days of the one before in which anybody could hear: 42 and 18 are six a day each."""
    assert rising({"sync": (42, 18, 1.5, 7 / 3)}) == []
    assert rising({"sync": (90, 18, 1.5, 7 / 3)}) == ["sync"]
    assert rising({"sync": (42, 0, 1.5, 0.0)}) == [], "nothing is known of the week before"


def test_what_nobody_could_hear_has_not_changed() -> None:
    assert compared(0, 100, exposure=0.0).change == compared(100, 0, exposure=0.0).change == "too few to say"


def drawn(chance: Random, mean: float, phi: float) -> int:
    """One count of a negative binomial: a Poisson's whose mean is drawn, too."""
    rate = chance.gammavariate(mean / (phi - 1), phi - 1)
    count, left = 0, math.exp(-rate)
    at, sought = left, chance.random()
    while sought > at and left > 0:
        count += 1
        left *= rate / count
        at += left
    return count


def test_where_nothing_happens_hardly_any_alarm_and_three_times_as_much_is_found() -> None:
    chance = Random(6)
    alarms = years = hit = tried = 0.0
    for phi, at in ((1.5, 8.0), (3.0, 60.0), (6.0, 150.0)):
        means = [at * (1 + 0.2 * math.sin(day / 90)) * (0.7 if day % 7 > 4 else 1.1) for day in range(470)]
        series = [drawn(chance, mean, phi) for mean in means]
        for day in range(120, len(series)):
            expected = usual(series[max(day - 120, 0) : day])
            assert expected
            alarms += expected.chance(series[day], "more") < unusual.threshold(1)
            years += 1 / 365
            if at > 50 and day % 5 == 0:
                tried += 1
                hit += expected.chance(drawn(chance, 3 * means[day], phi), "more") < unusual.threshold(1)
    assert alarms / years <= 1
    assert hit / tried >= 0.95


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLES.is_file(), reason="the sample data beside the project (../shared) is not here")
def test_four_years_of_a_real_forum_have_few_episodes_and_both_that_are_known() -> None:
    rows = [json.loads(line) for line in SAMPLES.read_text().splitlines()]
    posts = {date.fromisoformat(row["date"]): row["posts"] for row in rows if row["product"] == "firefox"}
    first, last = min(posts), max(posts)
    days = [first + DAY * number for number in range((last - first).days + 1)]
    going: dict[episodes.Name, Going] = {}
    begun: dict[str, list[date]] = {}
    for place, day in enumerate(days):
        expected = usual([posts.get(one) for one in days[max(place - 114, 0) : place]])
        if expected and day in posts:
            found = findings({"total": (posts[day], expected)}, "more", 1.0)
            going |= episodes.folded(found, day, going)
            for one in episodes.folded(found, day, going).values():
                begun.setdefault(one.id, []).append(day)
    assert len(begun) <= 9
    alarmed = {day for of in begun.values() for day in of}
    assert {date(2019, 5, 3), date(2019, 5, 4), date(2022, 1, 12), date(2022, 1, 13)} <= alarmed
