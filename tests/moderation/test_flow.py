"""How many cases came and went, and how long that took: each case in one period, and counted anew from histories."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from events.moderation import DecisionReported
from events.program import Community, Moderator, Program
from events.waits import Wait, until
from functions.digests import waiting
from functions.moderation import appeals, flow, flow_records, records, working
from functions.moderation.flow import Counts, Flow
from functions.moderation.standards import Standards
from functions.shared import clock
from functions.shared.table import Item, Update, table
from tests.moderation import test_elsewhere as elsewhere
from tests.moderation.people import HIDE, NOTHING, PROGRAM, decided, held
from tests.support import builders
from tests.support.faults import answer_lost
from tests.support.world import START, World

HOUR = timedelta(hours=1)
PARIS = ZoneInfo("Europe/Paris")
ROSTER = Program(
    communities=(Community(id="acme", name="Acme Games"),),
    moderators=tuple(
        Moderator(id=name, community="acme", name=title, pseudonym=f"Moderator {title}")
        for name, title in (("zoe", "Ada Zoe"), ("mo", "mo Miller"))
    ),
)


def opened(world: World, number: int = 1, **more: Any) -> Item:
    """A report, and the case that it opens."""
    world.handle(builders.flag(world.now, flag=f"report-{number}", subject=f"msg-{number}", **more))
    return next(case for case in world.items("case") if case["subject"]["id"] == f"msg-{number}")


def settled(world: World, case: Item, who: str = "mo", decision: Any = HIDE) -> Item:
    return decided(world, held(world, who, case["id"]), decision, who)


def told(world: World, starts: datetime, ends: datetime, program: Program = ROSTER) -> Flow:
    return flow_records.between(table(), program, "acme", starts, ends, world.now)


def day(number: int) -> tuple[datetime, datetime]:
    starts = START + timedelta(days=number)
    return starts, starts + timedelta(days=1)


# In the store


def test_each_case_is_in_the_period_in_which_it_was_opened_and_in_the_one_in_which_it_was_decided(world: World) -> None:
    first = opened(world)
    world.later(hours=23)
    second = opened(world, 2)
    world.later(hours=1)
    settled(world, first)
    found = [told(world, *day(number)) for number in (-1, 0, 1)]
    assert [(one.opened, one.decided) for one in found] == [(0, 0), (2, 0), (0, 1)]
    assert {(one.open, one.oldest) for one in found} == {(1, clock.moment(second["opened_at"]))}


@pytest.mark.parametrize(("on", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)])
def test_a_day_of_the_reader_s_may_be_longer_or_shorter(world: World, on: str, hours: int) -> None:
    """One case an hour from before it until after it: as many are its own as it has hours."""
    midnights = (datetime.combine(date.fromisoformat(on) + timedelta(days=more), time(), PARIS) for more in (0, 1))
    starts, ends = midnights
    world.now = starts.astimezone(UTC) - HOUR
    for number in range(28):
        opened(world, number)
        world.later(hours=1)
    assert told(world, starts, ends).opened == hours
    assert flow_records.counts(table(), "acme", starts, ends) == Counts(hours, 0)


def test_what_is_delivered_again_or_cut_off_counts_once(world: World) -> None:
    envelope = builders.flag(world.now)
    world.faults.at("dynamodb.TransactWriteItems", "after", answer_lost)
    world.handle(envelope)
    world.handle(envelope, builders.flag(world.now, delivery="again"))
    taken = held(world, "mo")
    world.faults.at("dynamodb.TransactWriteItems", "after", answer_lost)
    with pytest.raises(ReadTimeoutError):
        decided(world, taken, HIDE, "mo")
    decided(world, taken, HIDE, "mo")
    found = told(world, *day(0))
    assert (found.opened, found.decided, found.load) == (1, 1, (("mo Miller", 1),))


def test_a_new_round_of_the_same_is_a_case_of_its_own(world: World) -> None:
    settled(world, opened(world), decision=NOTHING)
    world.later(days=8)
    world.handle(builders.flag(world.now, flag="report-9", subject="msg-1"))
    assert flow_records.counts(table(), "acme", START, world.now + HOUR) == Counts(2, 1)


def test_nobody_is_ranked_and_only_colleagues_are_named(world: World) -> None:
    """By their names; whoever has a token and is on no roster by the name of that."""
    for number, who in enumerate(("zoe", "mo", "mo", "Bea")):
        settled(world, opened(world, number), who)
    assert told(world, *day(0)).load == (("Ada Zoe", 1), ("Bea", 1), ("mo Miller", 2))


@pytest.mark.parametrize(("account", "load"), [("77", (("Ada Zoe", 1),)), ("78", ())])
def test_what_was_decided_on_the_platform_is_a_colleague_s_where_their_account_is_known(
    world: World, account: str, load: tuple[tuple[str, int], ...]
) -> None:
    there = ROSTER.moderators[0].model_copy(update={"accounts": {"forum": "77"}})
    elsewhere.flag(world)
    told_there = DecisionReported.model_validate(
        {
            **elsewhere.ORIGIN,
            "decision": "d",
            "subject": elsewhere.POST,
            "did": "agreed",
            "outcome": "violation",
            "moderator": {"id": account, "name": "Ilse"},
            "decided_at": world.now,
        }
    )
    valid = Standards(moderators=(there,))
    records.record_decision(table(), elsewhere.delivery(world), told_there, valid, world.now)
    found = told(world, *day(0))
    assert (found.decided, found.load) == (1, load)


def test_reasons_are_those_that_are_known_by_now(world: World) -> None:
    """Why something was reported is often told after the report."""
    elsewhere.flag(world)
    assert told(world, *day(0)).reasons == (("unknown", 1),)
    elsewhere.explanation(world)
    opened(world, 1)
    opened(world, 2)
    assert told(world, *day(0)).reasons == (("harassment", 2), ("spam", 1))


def test_late_is_what_is_past_its_deadline_and_not_put_off(world: World) -> None:
    cases = [opened(world, number, reason="spam") for number in range(3)]
    working.snooze(table(), "acme", cases[2]["id"], "mo", world.now + timedelta(days=13), Standards(), world.now)
    world.later(days=12)
    settled(world, cases[0])
    found = told(world, *day(0))
    assert (found.opened, found.open, found.late, found.oldest) == (3, 2, 1, START)


def test_what_nobody_has_taken_in_time_is_late_as_it_is_among_what_waits(world: World) -> None:
    case = opened(world, 1)
    taken = opened(world, 2)
    held(world, "mo", taken["id"])
    world.now = clock.moment(case["look_by"]) + timedelta(minutes=1)
    assert clock.text(world.now) < taken["decide_by"]
    waits, _ = waiting.cases(table(), "acme", world.now)
    late = [one.id for one in waits if one.deadline and one.deadline < world.now]
    assert late == [case["id"]]
    assert told(world, *day(0)).late == len(late)


def test_another_look_is_a_case_and_what_came_of_it_is_said(world: World) -> None:
    """Also where the author's appeal follows that of whoever reported it, and takes its place."""
    for name in ("mo", "zoe", "bea"):
        world.token("moderator", name=name)
    case = settled(world, opened(world, reporter={"id": "r1", "name": "Rita"}), decision=NOTHING)
    party = appeals.party_named("report-1")
    asked = appeals.make(table(), "acme", case["id"], party, "Look again.", PROGRAM, world.now)
    world.later(days=1)
    settled(world, asked, "zoe", HIDE)
    later = appeals.make(table(), "acme", case["id"], "author", "It was a joke.", PROGRAM, world.now)
    world.later(days=1)
    settled(world, later, "bea", HIDE)
    found = [told(world, *day(number)) for number in (0, 1, 2)]
    assert [(one.opened, one.appeals, one.decided) for one in found] == [(2, 1, 1), (1, 1, 1), (0, 0, 1)]
    assert [(one.upheld, one.overturned) for one in found] == [(0, 0), (0, 1), (1, 0)]
    assert [one.reasons for one in found] == [(("harassment", 1),), (), ()]


def test_an_appeal_that_another_one_answered_came_to_the_same(world: World) -> None:
    for name in ("mo", "zoe"):
        world.token("moderator", name=name)
    world.handle(builders.flag(world.now, reporter={"id": "r1", "name": "Rita"}))
    world.handle(builders.flag(world.now, flag="report-2", reporter={"id": "r2", "name": "Ralf"}))
    case = settled(world, world.item("case"), decision=NOTHING)
    asked = [
        appeals.make(table(), "acme", case["id"], appeals.party_named(name), "Look again.", PROGRAM, world.now)
        for name in ("report-1", "report-2")
    ]
    settled(world, asked[0], "zoe", HIDE)
    settled(world, asked[1], "zoe", HIDE.model_copy(update={"measures": ()}))
    found = told(world, *day(0))
    assert (found.appeals, found.upheld, found.overturned) == (2, 0, 2)


# What was there before


def unlisted(world: World, case: Item) -> None:
    """As cases were written before their first lines were listed."""
    table().write(Update(records.line_key("acme", case["id"], 1), remove=["listing", "listed_at"]))


def test_cases_from_before_they_were_counted_are_found_and_nothing_wrong_is_said_of_their_periods(
    world: World,
) -> None:
    decided_, left = opened(world, 1), opened(world, 2)
    settled(world, decided_)
    for case in (decided_, left):
        unlisted(world, case)
    world.later(days=1)
    opened(world, 3)
    world.later(days=1)
    assert [told(world, *day(number)).opened for number in (0, 1)] == [2, 1]
    counted = [flow_records.counts(table(), "acme", *day(number)) for number in (0, 1, 2)]
    assert counted == [Counts(None, 1), Counts(1, 0), Counts(0, 0)]


# Counted anew


def recounted(world: World, starts: datetime, ends: datetime) -> tuple[int, int, int]:
    """From the histories alone: how many were opened, decided, and are open."""
    lines = world.items("audit")
    first, last = clock.text(starts), clock.text(ends)
    was_opened = [one for one in lines if one["what"] == "opened"]
    was_decided = [one for one in lines if one["what"] in ("decided", "decided there")]
    within = [sum(first <= one["at"] < last for one in each) for each in (was_opened, was_decided)]
    return within[0], within[1], len(was_opened) - len(was_decided)


@pytest.mark.parametrize("seed", range(2))
def test_any_periods_together_have_every_case_once(world: World, seed: int) -> None:
    chance, number = Random(seed), 0
    opened(world, number)
    for _ in range(25):
        world.later(minutes=chance.randrange(300))
        left = [case for case in world.items("case") if case["state"] != "decided"]
        if left and chance.random() < 0.4:
            settled(world, chance.choice(left), chance.choice(("mo", "zoe")))
        else:
            number += 1
            opened(world, number)
    cuts = sorted(START + timedelta(minutes=chance.randrange(4_000)) for _ in range(5))
    edges = [START, *cuts, world.now + HOUR]
    for starts, ends in pairwise(edges):
        found = told(world, starts, ends)
        assert (found.opened, found.decided, found.open) == recounted(world, starts, ends)
        assert flow_records.counts(table(), "acme", starts, ends) == Counts(found.opened, found.decided)
        assert sum(count for _, count in found.load) == found.decided


# Without a store


def case(opened_after: float, decided_after: float | None = None) -> dict[str, Any]:
    at = [clock.text(START + HOUR * after) for after in (opened_after, decided_after or 0)]
    if decided_after is None:
        return {"state": "open", "opened_at": at[0], "decide_by": at[0], "codes": []}
    return {"state": "decided", "opened_at": at[0], "decided_at": at[1], "decided_by": "mo", "codes": []}


def waited(cases: Sequence[dict[str, Any]], after: float) -> tuple[timedelta | None, timedelta | None]:
    found = flow.summed(cases, (), (), (), {}, START + HOUR * after)
    return found.half, found.nine_in_ten


def test_cases_that_are_open_count_as_waiting() -> None:
    quick = [case(0, 1)] * 10
    assert waited(quick, 100) == (HOUR, HOUR)
    assert waited([*quick, *[case(0)] * 15], 100) == (None, None), "most have waited for four days, and still do"
    assert waited(quick[1:], 100) == (None, None), "nine are too few"


def test_who_still_waits_was_there_when_others_were_done_at_that_moment() -> None:
    """Ten ended after an hour, and ten have waited for just that long: half, in whichever order they are told."""
    ended = [Wait(START, HOUR, over=True)] * 10
    still = [Wait(START, HOUR, over=False)] * 10
    assert until([*ended, *still], 0.5) == until([*still, *ended], 0.5) == HOUR


@given(st.lists(st.integers(0, 50), min_size=10, max_size=40), st.sampled_from([0.5, 0.9]))
def test_where_nobody_waits_any_more_it_is_the_plain_quantile(hours: list[int], part: float) -> None:
    found = until((Wait(START, HOUR * one, over=True) for one in hours), part)
    enough = next(one for one in sorted(hours) if sum(other <= one for other in hours) >= part * len(hours) - 1e-6)
    assert found == HOUR * enough
