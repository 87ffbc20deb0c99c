"""Days that are not usual become episodes; what nobody could hear is nothing."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.feedback import episodes
from functions.feedback.episodes import GAP, Going, judge
from functions.feedback.unusual import Direction, Finding, Range

DAY = timedelta(days=1)
TODAY = date(2026, 11, 22)
WEEK = (20, 24, 22, 18, 21, 9, 8)


def finding(series: str = "total", direction: Direction = "more") -> Finding:
    return Finding(series, direction, 91, Range(34, 62), 1e-5)


def past(days: int = 116) -> dict[date, dict[str, int]]:
    """Two sources, one of which has nearly everything; today as every week."""
    return {
        TODAY - DAY * back: {"total": count, "source:forum": count - 2, "source:game": 2}
        for back in range(days)
        for count in [WEEK[-back % 7]]
    }


def names(judged: episodes.Judged) -> list[tuple[str, str]]:
    return [(one.series, one.direction) for one in judged.findings]


@given(unusual=st.sets(st.integers(min_value=0, max_value=60)))
def test_days_with_at_most_three_between_are_one_episode(unusual: set[int]) -> None:
    going: dict[episodes.Name, Going] = {}
    found: dict[str, list[int]] = {}
    for number in range(61):
        today = episodes.folded([finding()] if number in unusual else [], TODAY + DAY * number, going)
        going |= today
        for one in today.values():
            found.setdefault(one.id, []).append(number)
    expected: list[list[int]] = []
    for number in sorted(unusual):
        if expected and number - expected[-1][-1] <= GAP.days:
            expected[-1].append(number)
        else:
            expected.append([number])
    assert list(found.values()) == expected


def test_more_and_fewer_and_every_series_have_their_own_episodes() -> None:
    day = [finding(), finding(direction="fewer"), finding("source:game")]
    assert len({one.id for one in episodes.folded(day, TODAY, {}).values()}) == 3


def test_an_ordinary_day_is_nothing() -> None:
    judged = judge(TODAY, past(), {}, {"forum", "game"}, 1.0)
    assert (judged.findings, judged.young, judged.silent) == ([], [], [])


def test_a_burst_is_found_where_it_is_and_in_the_whole() -> None:
    days = past()
    days[TODAY] = {"total": 120, "source:forum": 118, "source:game": 2, "theme:maps": 100}
    judged = judge(TODAY, days, {}, {"forum", "game"}, 1.0)
    assert sorted(names(judged)) == [("source:forum", "more"), ("total", "more")]
    assert judged.young == ["theme:maps"]


def test_a_source_that_falls_silent_is_told_once_it_should_have_spoken() -> None:
    days = past()
    days[TODAY] = {"total": 2, "source:game": 2}
    judged = judge(TODAY, days, {}, {"forum", "game"}, 1.0)
    assert sorted(names(judged)) == [("source:forum", "fewer"), ("total", "fewer")]
    assert judged.silent == ["forum"]


def test_what_nobody_could_hear_is_not_silent() -> None:
    days = past()
    days[TODAY] = {"total": 2, "source:game": 2}
    assert judge(TODAY, days, {TODAY: {"forum"}}, {"forum", "game"}, 1.0).findings == []
    assert names(judge(TODAY, days, {TODAY: {"game"}}, {"forum", "game"}, 1.0)) != []


def test_when_a_silence_ends_that_is_not_unusual() -> None:
    """Its days are no history: what comes after them is held against what was before."""
    days = past(80)
    deaf: dict[date, set[str]] = {}
    found: set[tuple[str, str]] = set()
    for number in range(40):
        day = TODAY + DAY * number
        days[day] = {} if number < 34 else {"total": WEEK[number % 7], "source:forum": WEEK[number % 7] - 2}
        recent = {at: counts for at, counts in days.items() if at > day - episodes.BACK}
        judged = judge(day, recent, deaf, {"forum"}, 1.0)
        deaf[day] = set(judged.silent)
        found |= set(names(judged))
    assert found == {("total", "fewer"), ("source:forum", "fewer")}


def test_a_source_that_has_left_the_program_is_not_missed() -> None:
    days = past()
    days[TODAY] = {"total": 20, "source:forum": 20}
    assert judge(TODAY, days, {}, {"forum"}, 1.0).findings == []


def test_the_whole_is_not_missed_what_a_source_said_that_has_left_the_program() -> None:
    days = past()
    for back in range(3):
        days[TODAY - DAY * back] = {"total": 2, "source:game": 2}
    assert judge(TODAY, days, {}, {"game"}, 1.0).findings == []
    assert names(judge(TODAY, days, {}, {"game", "forum"}, 1.0)) != []


def test_the_whole_is_still_missed_after_a_source_has_left_the_program() -> None:
    days = {
        day: {"total": 2 * of["total"], "source:forum": of["total"], "source:old": of["total"]}
        for day, of in past().items()
    }
    days[TODAY] = {}
    assert sorted(names(judge(TODAY, days, {}, {"forum"}, 1.0))) == [("source:forum", "fewer"), ("total", "fewer")]


def test_days_that_were_not_heard_do_not_make_the_next_ones_unusual() -> None:
    days = past()
    gap = {TODAY - DAY * back for back in range(3, 13)}
    for day in gap:
        days[day] = {"total": 1, "source:game": 1}
    deaf = {day: {"forum"} for day in gap}
    heard = episodes.usual_of("total", TODAY, days, deaf, episodes.weights(days))
    unheard = episodes.usual_of("total", TODAY, days, {}, episodes.weights(days))
    assert heard
    assert unheard
    assert heard.mean > 1.2 * unheard.mean


def test_a_community_that_has_just_begun_has_no_history() -> None:
    judged = judge(TODAY, past(10), {}, {"forum", "game"}, 1.0)
    assert judged.findings == []
    assert judged.young == ["source:forum", "source:game", "total"]


def test_an_episode_is_one_sentence() -> None:
    episode = {
        "series": "theme:sync",
        "direction": "more",
        "first": "2026-06-02",
        "last": "2026-06-03",
        "days": [
            {"day": "2026-06-02", "count": 80, "low": 34, "high": 62},
            {"day": "2026-06-03", "count": 91, "low": 33, "high": 60},
        ],
        "because": [{"what": "release", "title": "Maps 2.0", "at": "2026-06-01T09:00:00.000000Z"}],
    }
    assert episodes.sentence(episode) == (
        "theme sync: 91 on Wednesday 3 June, usually 33 to 60; more than usual for 2 days. Before it: release Maps 2.0"
    )
    assert episodes.sentence({**episode, "because": []}).endswith("Nothing is known that happened before it")
    assert episodes.sentence({**episode, "word": "The new editor"}).endswith(". It was: The new editor")


def test_kinds_of_one_language_are_no_series_of_their_own() -> None:
    day = date(2026, 11, 22)
    days = {day - timedelta(days=back): {"kind:bug": 5, "kind:bug@fr": 5} for back in range(59)}
    days[day] = {"kind:bug": 90, "kind:bug@fr": 90}
    assert {one.series for one in episodes.judge(day, days, {}, (), 1.0).findings} == {"kind:bug"}
