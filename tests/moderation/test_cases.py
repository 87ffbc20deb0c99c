"""The rules of a case: what may happen to it when, how soon it is due, and where it stands among the others."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.moderation import Decision
from events.moments import moment, text
from events.program import Moderation, Moderator
from functions.moderation import cases
from functions.moderation.cases import Move, NotAllowedError, Report
from functions.moderation.standards import Standards

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
STANDARDS = Standards()
TEAM = Standards(
    moderators=(
        Moderator(id="mo", community="acme", name="Mo", pseudonym="M", lead=True),
        Moderator(id="zoe", community="acme", name="Zoe", pseudonym="Z", accounts={"game": "u-zoe"}),
    )
)
VERDICT = Decision(outcome="violation", explanation="Rule 2.")
SOON = START + timedelta(minutes=5)
LEASE_OVER = START + timedelta(minutes=15)


def opened(*reports: Report, standards: Standards = STANDARDS, **more: Any) -> dict[str, Any]:
    """A case as it is kept, as far as the rules read it."""
    values = cases.opened(reports or [Report(3, 196)], standards, START)
    rest = {"id": "c", "opened_at": text(START), "fence": 0, "claimed_by": "", "lease_until": ""}
    about = {"subject": {"source": "game"}, "author": {"id": "u-1"}, "language": "en", "codes": []}
    return {**rest, **about, **values, **more}


def after(case: dict[str, Any], move: Move | dict[str, Any] | None) -> dict[str, Any]:
    assert move is not None
    return {**case, **(move.set if isinstance(move, Move) else move)}


def taken(case: dict[str, Any] | None = None, who: str = "Mo", at: datetime = START) -> dict[str, Any]:
    found = case or opened()
    return after(found, cases.claimed(found, who, STANDARDS, at))


STATES: dict[str, Callable[[], dict[str, Any]]] = {
    "open": opened,
    "Mo's": taken,
    "lapsed": lambda: {**taken(), "lease_until": text(SOON)},
    "snoozed": lambda: after(opened(), cases.snoozed(opened(), "Mo", START + timedelta(days=1), STANDARDS, START)),
    "decided": lambda: after(taken(), cases.decided(taken(), "Mo", 1, VERDICT, STANDARDS, START)),
}
EVENTS: dict[str, Callable[[dict[str, Any]], Move]] = {
    "claimed by Mo": lambda case: cases.claimed(case, "Mo", STANDARDS, SOON),
    "claimed by Zoe": lambda case: cases.claimed(case, "Zoe", STANDARDS, SOON),
    "released by Mo": lambda case: cases.released(case, "Mo", 1),
    "released by Zoe": lambda case: cases.released(case, "Zoe", 1),
    "escalated by Mo": lambda case: cases.escalated(case, "Mo", "too big for me", STANDARDS, SOON),
    "escalated by Zoe": lambda case: cases.escalated(case, "Zoe", "too big for me", STANDARDS, SOON),
    "snoozed by Mo": lambda case: cases.snoozed(case, "Mo", SOON + timedelta(days=1), STANDARDS, SOON),
    "snoozed by Zoe": lambda case: cases.snoozed(case, "Zoe", SOON + timedelta(days=1), STANDARDS, SOON),
    "decided by Mo": lambda case: cases.decided(case, "Mo", 1, VERDICT, STANDARDS, SOON),
    "decided by Zoe": lambda case: cases.decided(case, "Zoe", 1, VERDICT, STANDARDS, SOON),
}
HIS, HOLD, OVER = "!Mo has this case", "!you do not hold this case", "!decided already"
TABLE: dict[str, tuple[str, str, str, str, str]] = {
    #                    open       Mo's       lapsed     snoozed    decided
    "claimed by Mo": ("claimed", "claimed", "claimed", "claimed", OVER),
    "claimed by Zoe": ("claimed", HIS, "claimed", "claimed", OVER),
    "released by Mo": (HOLD, "open", "open", HOLD, HOLD),
    "released by Zoe": (HOLD, HOLD, HOLD, HOLD, HOLD),
    "escalated by Mo": ("open", "open", "open", "open", OVER),
    "escalated by Zoe": ("open", HIS, "open", "open", OVER),
    "snoozed by Mo": ("snoozed", "snoozed", "snoozed", "snoozed", OVER),
    "snoozed by Zoe": ("snoozed", HIS, "snoozed", "snoozed", OVER),
    "decided by Mo": (HOLD, "decided", "decided", HOLD, HOLD),
    "decided by Zoe": (HOLD, HOLD, HOLD, HOLD, HOLD),
}


def test_every_event_stands_in_the_table() -> None:
    assert set(TABLE) == set(EVENTS)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("state", STATES)
def test_in_each_state_what_may_happen_happens_and_nothing_else(state: str, event: str) -> None:
    expected = TABLE[event][list(STATES).index(state)]
    case = STATES[state]()
    if expected.startswith("!"):
        with pytest.raises(NotAllowedError, match=expected.removeprefix("!")):
            EVENTS[event](case)
    else:
        new = after(case, EVENTS[event](case))
        assert new["state"] == expected
        assert (new["fence"] > case["fence"]) == (expected != "decided")


# Taking, giving back


def test_whoever_takes_a_case_has_it_for_as_long_as_the_program_says() -> None:
    standards = Standards(Moderation(lease=30))
    case = after(opened(), cases.claimed(opened(), "Mo", standards, START))
    assert (case["claimed_by"], case["lease_until"], case["fence"]) == ("Mo", "2026-11-22T12:30:00.000Z", 1)


def test_a_lease_that_runs_out_leaves_the_case_at_its_old_place() -> None:
    case = taken()
    assert not cases.free(case, LEASE_OVER - timedelta(milliseconds=1))
    assert cases.free(case, LEASE_OVER)
    assert cases.order(case) == cases.order(opened())


def test_what_is_given_back_has_its_old_place() -> None:
    case = after(taken(), cases.released(taken(), "Mo", 1))
    assert (case["claimed_by"], case["lease_until"]) == ("", "")
    assert cases.order(case) == cases.order(opened())


def test_a_fence_of_before_is_good_for_nothing() -> None:
    case = taken(taken())
    for event in ("released by Mo", "decided by Mo"):
        with pytest.raises(NotAllowedError, match="claim it, then decide with the fence you get"):
            EVENTS[event](case)


def test_whoever_reported_it_neither_takes_nor_decides_it() -> None:
    case = opened(Report(3, 900, moderator="mo"))
    with pytest.raises(NotAllowedError, match="somebody else has to judge it"):
        cases.claimed(case, "mo", TEAM, START)
    held = taken(who="mo")
    reported = after(held, cases.flagged(held, [Report(3, 900, moderator="mo")], STANDARDS, SOON))
    with pytest.raises(NotAllowedError, match="somebody else has to judge it"):
        cases.decided(reported, "mo", 1, VERDICT, STANDARDS, SOON)


@pytest.mark.parametrize(("level", "party", "may"), [(0, "", False), (1, "", True), (1, "author", False)])
def test_what_everybody_else_had_a_part_in_too_can_still_be_decided(level: int, party: str, may: bool) -> None:
    """Zoe is no lead. An appeal says by itself who may not judge it."""
    appeal: dict[str, Any] = {"party": party} if party else {}
    case = opened(Report(3, 900, moderator="mo"), level=level, **appeal)
    if not may:
        with pytest.raises(NotAllowedError, match="somebody else has to judge it"):
            cases.claimed(case, "mo", TEAM, START)
        return
    held = after(case, cases.claimed(case, "mo", TEAM, START))
    assert after(held, cases.decided(held, "mo", 1, VERDICT, STANDARDS, SOON))["decided_by"] == "mo"


ESCALATED = "this case was escalated to the leads"
BARRED: dict[str, tuple[dict[str, Any], str]] = {
    "what she wrote": ({"author": {"id": "u-zoe"}}, "you wrote or reported this yourself"),
    "what is with the leads": ({"level": 1}, ESCALATED),
    "what she had a part in": ({"excluded": ["zoe"]}, "somebody else has to judge it"),
}


@pytest.mark.parametrize("what", BARRED)
def test_whoever_may_not_take_a_case_cannot_put_it_off_either(what: str) -> None:
    changes, told = BARRED[what]
    case = opened(**changes)
    with pytest.raises(NotAllowedError, match=told):
        cases.claimed(case, "zoe", TEAM, START)
    with pytest.raises(NotAllowedError, match=told):
        cases.snoozed(case, "zoe", START + DAY, TEAM, START)
    for who in ("mo", "Ada, who is not on the roster"):
        assert cases.snoozed(case, who, START + DAY, TEAM, START)


@pytest.mark.parametrize(("at", "may"), [(SOON, True), (LEASE_OVER, False)])
def test_what_became_late_in_somebodys_hands_is_theirs_until_their_time_is_over(at: datetime, may: bool) -> None:
    case = taken(opened(decide_by=text(START + timedelta(minutes=1))), who="zoe")
    late = after(case, cases.passed(case, TEAM, START + timedelta(minutes=1)))
    assert (late["level"], late["state"]) == (cases.LEADS, "claimed")
    if may:
        assert cases.decided(late, "zoe", 1, VERDICT, TEAM, at)
        return
    with pytest.raises(NotAllowedError, match=ESCALATED):
        cases.decided(late, "zoe", 1, VERDICT, TEAM, at)
    lead = taken(late, "mo", at)
    assert cases.decided(lead, "mo", 2, VERDICT, TEAM, at + timedelta(days=1))


def test_whoever_turns_out_to_have_written_it_does_not_decide_it() -> None:
    case = after(taken(who="zoe"), {"author": {"id": "u-zoe"}})
    with pytest.raises(NotAllowedError, match="you wrote"):
        cases.decided(case, "zoe", 1, VERDICT, TEAM, SOON)


# What a decision has to know of


NEWS = {
    "more of the same": (Report(3, 100), False),
    "a milder one": (Report(4, 100), False),
    "a severer one": (Report(2, 100), True),
    "of the revision it has": (Report(3, 100, revision="1"), False),
    "of another revision": (Report(3, 100, revision="2"), True),
}


@pytest.mark.parametrize("what", NEWS)
def test_what_a_decision_has_to_know_of_voids_the_claim_and_nothing_else_does(what: str) -> None:
    report, is_news = NEWS[what]
    held = taken(opened(Report(3, 196, revision="1")))
    case = after(held, cases.flagged(held, [report], STANDARDS, SOON))
    if not is_news:
        assert cases.decided(case, "Mo", 1, VERDICT, STANDARDS, SOON)
        return
    with pytest.raises(NotAllowedError, match="it has changed since you took it: look at it again"):
        cases.decided(case, "Mo", 1, VERDICT, STANDARDS, SOON)
    assert cases.decided(taken(case), "Mo", 2, VERDICT, STANDARDS, SOON)


@pytest.mark.parametrize("what", NEWS)
def test_only_what_a_decision_has_to_know_of_wakes_what_was_put_off(what: str) -> None:
    report, is_news = NEWS[what]
    first = opened(Report(3, 196, revision="1"))
    asleep = after(first, cases.snoozed(first, "Mo", START + timedelta(days=1), STANDARDS, START))
    new = after(asleep, cases.flagged(asleep, [report], STANDARDS, SOON))
    assert new["state"] == ("open" if is_news else "snoozed")


def test_an_edited_post_that_everybody_goes_on_to_report_can_still_be_decided() -> None:
    """Its other words are news once, and not with each report."""
    case = opened(Report(3, 196, revision="1"))
    case = taken(after(case, cases.flagged(case, [Report(3, 196, revision="2")], STANDARDS, START)))
    for revision in ("2", "1", "2"):
        case = after(case, cases.flagged(case, [Report(3, 196, revision=revision)], STANDARDS, SOON))
    assert cases.decided(case, "Mo", 1, VERDICT, STANDARDS, SOON)


def test_where_the_first_report_named_no_revision_the_next_one_is_no_news() -> None:
    case = taken()
    case = after(case, cases.flagged(case, [Report(3, 196, revision="7")], STANDARDS, SOON))
    assert cases.decided(case, "Mo", 1, VERDICT, STANDARDS, SOON)


# How soon


REPORTS = st.builds(Report, st.integers(0, 4), st.integers(0, 15_000), st.sampled_from(["", "1", "2"]))


@given(st.lists(st.tuples(st.lists(REPORTS, min_size=1, max_size=4), st.integers(0, 20_000)), min_size=1, max_size=8))
def test_reports_never_give_a_case_more_time_or_a_lower_place(story: list[tuple[list[Report], int]]) -> None:
    case, now = opened(*story[0][0], standards=QUIET), START
    for reports, minutes in story[1:]:
        now += timedelta(minutes=minutes)
        new = after(case, cases.flagged(case, reports, QUIET, now))
        for name in ("severity", "rank", "look_by", "decide_by"):
            assert new[name] <= case[name], name
        assert cases.order(new) <= cases.order(case)
        assert new["weight"] >= case["weight"]
        assert new["material"] - case["material"] in (0, 1)
        case = new


@given(st.lists(REPORTS, min_size=1, max_size=10), st.integers(1, 10))
def test_reports_in_one_batch_or_one_by_one_lead_to_the_same_deadline(reports: list[Report], cut: int) -> None:
    whole = opened(*reports)
    parted = opened(*reports[:cut])
    if reports[cut:]:
        parted = after(parted, cases.flagged(parted, reports[cut:], STANDARDS, START))
    assert [whole[name] for name in SAME] == [parted[name] for name in SAME]


SAME = ("severity", "rank", "weight", "look_by", "decide_by", "excluded", "revisions")
QUIET = Standards(Moderation(quiet="22:00-07:00"))


@given(st.integers(0, 4), st.integers(0, 60_000), st.integers(0, 60_000))
def test_what_weighs_more_is_due_sooner_and_there_is_always_some_time(severity: int, one: int, other: int) -> None:
    light, heavy = sorted((one, other))
    since = [moment(opened(Report(severity, weight))["decide_by"]) - START for weight in (heavy, light)]
    assert since[0] <= since[1]
    assert since[0] >= timedelta(minutes=STANDARDS.settings.decided[severity] / 8)
    assert since[1] <= timedelta(minutes=STANDARDS.settings.decided[severity])


def test_a_report_that_comes_when_the_time_is_nearly_over_leaves_none_in_the_past() -> None:
    now = START + timedelta(hours=47)
    case = after(opened(), cases.flagged(opened(), [Report(3, 90_000)], STANDARDS, now))
    assert case["decide_by"] == text(now)


# More of the same about what was decided


def last(**more: Any) -> dict[str, Any]:
    return {"state": "decided", "decided_at": text(START), "severity": 2, "revisions": ["1", "2"], **more}


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("report", "later", "repeats"),
    [
        (Report(2, 1), DAY, True),
        (Report(3, 1), DAY, True),
        (Report(1, 1), DAY, False),
        (Report(2, 1, "1"), DAY, True),
        (Report(2, 1, "2"), DAY, True),
        (Report(2, 1, "3"), DAY, False),
        (Report(2, 1), 7 * DAY, False),
        (Report(2, 1), 7 * DAY - timedelta(milliseconds=1), True),
    ],
)
def test_more_of_the_same_is_counted_on_what_was_just_decided(report: Report, later: timedelta, repeats: bool) -> None:
    assert cases.repeats(last(), report, STANDARDS, START + later) is repeats


def test_nothing_repeats_what_is_still_open_or_where_the_program_settles_nothing() -> None:
    assert not cases.repeats(last(state="open"), Report(2, 1), STANDARDS, START)
    assert not cases.repeats(last(), Report(2, 1), Standards(Moderation(settled=0)), START)
    assert cases.repeats(last(revisions=[]), Report(2, 1, "9"), STANDARDS, START)


# Escalating, putting off


def test_what_is_escalated_is_one_rank_up_with_the_time_of_that_rank_and_for_leads() -> None:
    case = after(opened(), cases.escalated(opened(), "Mo", "a threat", STANDARDS, SOON))
    assert (case["rank"], case["level"], case["severity"]) == (2, cases.LEADS, 3)
    assert case["decide_by"] == text(SOON + timedelta(minutes=1440))
    assert cases.escalated(opened(), "Mo", "a threat", STANDARDS, SOON).detail == {"reason": "a threat"}


def test_escalating_never_gives_more_time() -> None:
    late = START + timedelta(hours=40)
    case = after(opened(), cases.escalated(opened(), "Mo", "why", STANDARDS, late))
    assert case["decide_by"] == opened()["decide_by"]


def test_the_severest_stays_at_the_top() -> None:
    case = opened(Report(0, 500))
    assert after(case, cases.escalated(case, "Mo", "why", STANDARDS, SOON))["rank"] == 0


@pytest.mark.parametrize(
    ("case", "reason", "told"),
    [
        (opened(), " ", "say why"),
        (opened(level=cases.LEADS), "why", "the leads have this case already"),
    ],
)
def test_escalating_needs_a_reason_and_is_done_once(case: dict[str, Any], reason: str, told: str) -> None:
    with pytest.raises(NotAllowedError, match=told):
        cases.escalated(case, "Mo", reason, STANDARDS, SOON)


@pytest.mark.parametrize("until", [timedelta(0), -DAY, timedelta(days=14, milliseconds=1)])
def test_something_is_put_off_until_a_moment_in_two_weeks_at_most(until: timedelta) -> None:
    with pytest.raises(NotAllowedError, match=r"not later than 2026-12-06T12:00:00.000Z"):
        cases.snoozed(opened(), "Mo", START + until, STANDARDS, START)


@pytest.mark.parametrize("severity", [0, 1])
def test_what_is_severe_does_not_wait(severity: int) -> None:
    with pytest.raises(NotAllowedError, match="too severe to wait"):
        cases.snoozed(opened(Report(severity, 1)), "Mo", START + DAY, STANDARDS, START)


def test_what_was_put_off_beyond_its_deadline_has_time_left_once_it_is_back() -> None:
    until = START + timedelta(days=10)
    asleep = after(opened(), cases.snoozed(opened(), "Mo", until, STANDARDS, START))
    back = after(asleep, cases.passed(asleep, STANDARDS, until))
    assert back["state"] == "open"
    assert cases.passed(back, STANDARDS, until) is None
    assert moment(cases.due_at(back)) == until + timedelta(minutes=STANDARDS.settings.first_look[3])


def test_putting_off_for_an_hour_moves_no_deadline() -> None:
    asleep = after(opened(), cases.snoozed(opened(), "Mo", START + timedelta(hours=1), STANDARDS, START))
    assert asleep["decide_by"] == opened()["decide_by"]


# What time does


def test_what_nobody_looks_at_in_time_moves_up_once_and_then_goes_to_the_leads() -> None:
    case = opened()
    looked = moment(cases.due_at(case))
    assert looked == START + timedelta(minutes=720)
    once = after(case, cases.passed(case, STANDARDS, looked))
    assert (once["late"], once["rank"], once["level"]) == (1, 2, 0)
    assert cases.passed(once, STANDARDS, looked) is None
    twice = after(once, cases.passed(once, STANDARDS, moment(cases.due_at(once))))
    assert (twice["late"], twice["rank"], twice["level"]) == (2, 1, cases.LEADS)
    assert cases.due_at(twice) == ""
    assert cases.passed(twice, STANDARDS, START + timedelta(days=365)) is None


def test_what_was_looked_at_has_until_it_is_to_be_decided() -> None:
    assert cases.due_at(taken()) == taken()["decide_by"]
    given_back = after(taken(), cases.released(taken(), "Mo", 1))
    assert cases.due_at(given_back) == given_back["decide_by"]


def test_where_both_are_over_it_goes_straight_to_the_leads() -> None:
    late = after(opened(), cases.passed(opened(), STANDARDS, START + timedelta(days=9)))
    assert (late["late"], late["level"]) == (2, cases.LEADS)


def test_nothing_is_due_in_a_case_that_is_decided_nor_before_its_time() -> None:
    assert cases.due_at(STATES["decided"]()) == ""
    assert cases.passed(STATES["decided"](), STANDARDS, START + timedelta(days=365)) is None
    assert cases.passed(opened(), STANDARDS, START + timedelta(minutes=720, milliseconds=-1)) is None


@given(
    st.sampled_from([name for name in STATES if name != "decided"]),
    st.integers(0, 30_000),
    st.sampled_from([STANDARDS, QUIET]),
)
def test_what_is_due_is_dealt_with_and_then_not_due_any_more(state: str, minutes: int, standards: Standards) -> None:
    """So that the sweep does not find it again and again."""
    case, now = STATES[state](), START + timedelta(minutes=minutes)
    for _ in range(4):
        move = cases.passed(case, standards, now)
        if move is None:
            break
        new = after(case, move)
        assert new["late"] > case["late"] or case["state"] == "snoozed"
        case = new
    assert cases.due_at(case) == "" or cases.due_at(case) > text(now)


# The order of work


def test_the_severest_come_first_and_of_those_what_is_due_first() -> None:
    case = opened(rank=1, decide_by=text(SOON))
    sooner = opened(rank=1, decide_by=text(START), id="b")
    severer = opened(rank=0, decide_by=text(SOON + DAY), id="a")
    assert sorted([case, sooner, severer], key=cases.order) == [severer, sooner, case]


def test_two_cases_never_have_the_same_place() -> None:
    assert cases.order(opened(id="a")) < cases.order(opened(id="b"))


def test_time_alone_changes_no_place() -> None:
    """It is made of what is kept, and is written only when something happens."""
    case = opened()
    assert cases.order(case) == cases.order(taken()) == f"3#{case['decide_by']}#c"
