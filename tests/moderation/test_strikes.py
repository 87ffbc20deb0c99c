"""Points that decisions give, for a time, and the cases that thresholds open: each crossing is told once (F9)."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from events.moderation import ActionRequested
from functions.moderation import appeals, persons, points, records, strikes, working
from functions.moderation.cases import LEADS
from functions.platforms import acting
from functions.shared import aws, clock
from functions.shared.table import CancelledError, Delete, Item, Table, Update, key_of, table
from functions.upkeep import sweep, traces
from functions.upkeep.traces import Account
from tests.moderation.people import DAY
from tests.moderation.strikes import (
    ACCOUNT,
    PROGRAM,
    STANDARDS,
    TEXT,
    broken,
    for_the_leads,
    judged,
    key,
    ledger,
    lines,
    opened,
    overturned,
    sweep_up,
    verdict,
)
from tests.support import builders
from tests.support.faults import Crash, crash
from tests.support.world import World


@pytest.fixture
def world() -> Iterator[World]:
    with World(TEXT) as fresh:
        yield fresh


@pytest.fixture
def team(world: World) -> World:
    """Somebody else may judge."""
    for name in ("Mo", "Zoe"):
        world.token("moderator", name=name)
    return world


# What a decision gives


def test_a_decision_gives_the_points_of_its_rule_for_ninety_days(world: World) -> None:
    case = broken(world, "a")
    strike = world.item("strike")
    assert (strike["case"], strike["policy"], strike["points"]) == (case["id"], "cruel", 4)
    assert (strike["given_at"], strike["ends_at"]) == ("2026-11-22T12:00:00.000Z", "2027-02-20T12:00:00.000Z")
    assert strike["pk"] == records.figures_key("acme", "game", ACCOUNT)[0]


def test_what_breaks_no_rule_or_has_no_author_gives_none(world: World) -> None:
    world.handle(builders.flag(world.now, flag="f-1", subject="a"))
    judged(world, opened(world, "a")["id"], verdict(outcome="no_violation"))
    about = {"kind": "chat_message", "id": "b", "text": "Who wrote this?"}
    data = {"id": "f-2", "reason": "hate", "at": world.now.isoformat(), "subject": about}
    world.handle(builders.webhook("flag.raised", data, world.now))
    judged(world, opened(world, "b")["id"], verdict())
    broken(world, "c", policy="unheard-of")
    assert not world.items("strike")


def test_a_decision_that_was_cut_off_or_asked_for_twice_gives_them_once(world: World) -> None:
    world.handle(builders.flag(world.now, subject="a"))
    case = working.claim(table(), "acme", opened(world, "a")["id"], "Mo", STANDARDS, world.now, DAY)

    def decide() -> Item:
        fence = case["fence"]
        return working.decide(table(), "acme", case["id"], "Mo", fence, verdict(), "hash", world.now, PROGRAM)

    for when in ("before", "after"):
        world.faults.forget()
        world.faults.at("dynamodb.TransactWriteItems", when, crash)
        with pytest.raises(Crash):
            decide()
        assert len(world.items("strike")) == len(world.items("decision"))
    world.faults.forget()
    decide()
    assert list(ledger(world).values()) == [4]


def test_a_decision_still_fits_into_one_transaction(world: World) -> None:
    """With all that there may be: DESIGN allows 25."""
    world.handle(builders.flag(world.now, subject="a"))
    case = opened(world, "a")
    taken = working.claim(table(), "acme", case["id"], "Mo", STANDARDS, world.now, DAY)
    every = verdict().model_copy(update={"measures": tuple(acting.abilities("standard_webhooks", "post"))})
    writes = working.following(table(), taken, "Mo", every, PROGRAM, "hash", world.now)
    assert len(writes) + len(records.moving(taken, records.Move("decided"), "Mo", world.now)) + 5 + 1 <= 25


# What an appeal does to them


def test_overturned_the_points_are_gone(team: World) -> None:
    case = broken(team, "a")
    sweep_up(team)
    overturned(team, case, verdict("", "no_violation"))
    strike = team.item("strike")
    assert (strike["points"], strike["counted"]) == (0, 0)
    sweep_up(team)
    assert "due" not in team.item("strike")


def test_upheld_without_a_rule_they_stay(team: World) -> None:
    case = broken(team, "a")
    overturned(team, case, verdict(""))
    assert (team.item("strike")["points"], team.item("strike")["policy"]) == (4, "cruel")


def test_another_rule_is_another_number_of_points_until_the_same_day(team: World) -> None:
    case = broken(team, "a")
    sweep_up(team)
    team.later(days=5)
    overturned(team, case, verdict("vile"))
    strike = team.item("strike")
    assert (strike["points"], strike["policy"], strike["given_at"]) == (9, "vile", "2026-11-22T12:00:00.000Z")
    sweep_up(team)
    assert lines(team) == [4, 8]
    assert "due" not in team.item("strike")


def test_what_an_appeal_finds_to_break_a_rule_gives_points_from_then_on(team: World) -> None:
    team.handle(builders.flag(team.now, flag="f", subject="a", reporter={"id": "r-1", "name": "r"}))
    case = judged(team, opened(team, "a")["id"], verdict(outcome="no_violation"))
    team.later(days=2)
    party = team.item("flag")["sk"].removeprefix("flag#")
    overturned(team, case, verdict(), party)
    strike = team.item("strike")
    assert (strike["case"], strike["points"], strike["given_at"]) == (case["id"], 4, clock.text(team.now))


def test_what_an_appeal_has_found_another_appeal_takes_back(team: World) -> None:
    team.handle(builders.flag(team.now, flag="f", subject="a", reporter={"id": "r-1", "name": "r"}))
    case = judged(team, opened(team, "a")["id"], verdict(outcome="no_violation"))
    overturned(team, case, verdict(), team.item("flag")["sk"].removeprefix("flag#"))
    sweep_up(team)
    team.token("moderator", name="Kim")
    overturned(team, case, verdict("", "no_violation"), who="Kim")
    assert list(ledger(team).values()) == [0]


def test_points_that_are_counted_and_taken_back_at_once_are_not_both(team: World) -> None:
    """The appeal was decided by what the ledger said before; it is decided again by what it says now."""
    case = broken(team, "a")
    made = appeals.make(table(), "acme", case["id"], appeals.AUTHOR, "Why?", PROGRAM, team.now)
    taken = working.claim(table(), "acme", made["id"], "Zoe", STANDARDS, team.now, DAY)
    team.faults.at("dynamodb.TransactWriteItems", "before", lambda: sweep_up(team))
    clear = verdict("", "no_violation")
    working.decide(table(), "acme", made["id"], "Zoe", taken["fence"], clear, "hash", team.now, PROGRAM)
    strike = team.item("strike")
    assert (strike["points"], strike["counted"], lines(team)) == (0, 0, [4])


def test_points_that_are_counted_while_an_appeal_changes_them_reach_nothing_twice(team: World) -> None:
    for subject in "ab":
        broken(team, subject, policy="rude")
    sweep_up(team)
    case = broken(team, "c", policy="rude")
    team.later(minutes=1)
    broken(team, "d", policy="rude")  # Which reaches four, and so has a line in its history.
    team.faults.at("dynamodb.TransactWriteItems", "before", lambda: sweep_up(team), nth=3)  # Of the decision itself.
    overturned(team, case, verdict("cruel"))
    assert lines(team) == [4]
    sweep_up(team)
    assert (sum(ledger(team).values()), lines(team)) == (7, [4])


def test_what_is_taken_back_while_something_else_is_counted_does_not_count(team: World) -> None:
    case = broken(team, "a")
    sweep_up(team)
    broken(team, "b")
    clear = verdict("", "no_violation")
    team.faults.at("dynamodb.TransactWriteItems", "before", lambda: overturned(team, case, clear))
    sweep_up(team)
    assert lines(team) == [4]
    sweep_up(team)
    assert lines(team) == [4, 4]


def test_more_points_while_the_leads_are_told_are_counted_next(team: World) -> None:
    case = broken(team, "a")
    strikes.count(table(), team.item("strike"), PROGRAM, team.now)
    overturned(team, case, verdict("vile"))
    sweep_up(team)
    sweep_up(team)
    assert lines(team) == [4, 8]
    assert [case["flags"] for case in for_the_leads(team)] == [2]
    assert "due" not in team.item("strike")


def test_points_that_are_long_over_stand_in_the_way_of_no_others(world: World) -> None:
    case = broken(world, "a")
    world.later(days=90 + 365)  # Nobody reads the strike any more, and DynamoDB takes its time.
    found = {**case, "outcome": "no_violation"}
    table().transact(strikes.rejudged(table(), found, verdict("vile"), PROGRAM, world.now))
    assert (world.item("strike")["points"], world.item("strike")["given_at"]) == (9, clock.text(world.now))


# What is reached


def test_a_threshold_asks_the_leads_to_look_at_the_account(world: World) -> None:
    first = broken(world, "a")
    sweep_up(world)
    (case,) = for_the_leads(world)
    assert (case["subject"]["kind"], case["subject"]["id"]) == ("account", ACCOUNT)
    assert (case["level"], case["nature"], case["author"]["id"]) == (LEADS, "suspicion", ACCOUNT)
    assert (case["summary"], case["codes"], case["severity"]) == ("4 points in 90 days: Cruel × 1", ["hate"], 1)
    (line,) = [line for line in world.items("audit") if line["what"] == "threshold"]
    assert (line["case"], line["detail"]) == (first["id"], {"reached": 4, "points": 4, "opened": case["id"]})
    assert records.verified(table(), table().get(first["pk"], "case") or {}) is None
    assert not [row for row in world.items("delivery") if row["purpose"] == "act"]  # Nothing is done by itself.


def test_measures_in_that_case_hit_the_account(world: World) -> None:
    broken(world, "a", policy="vile")
    sweep_up(world)
    (case,) = for_the_leads(world)
    shut = verdict("").model_copy(update={"measures": ("suspend",), "minutes": {"suspend": 10080}})
    judged(world, case["id"], shut)
    request = ActionRequested.model_validate(world.delivery("suspend")["request"])
    assert request.person
    assert (request.person.id, request.subject.id) == (ACCOUNT, ACCOUNT)
    (flag,) = [flag for flag in world.items("flag") if flag["reason"] == "points"]
    assert flag["comment"] == "8 points are reached: suspend for 10080 minutes is usual"


def test_only_the_greatest_one_is_told(world: World) -> None:
    broken(world, "a", policy="vile")
    sweep_up(world)
    assert lines(world) == [8]
    broken(world, "b")
    sweep_up(world)
    assert lines(world) == [8, 12]
    broken(world, "c")
    sweep_up(world)
    assert lines(world) == [8, 12]


def test_more_joins_the_case_that_is_open_and_has_to_be_looked_at(world: World) -> None:
    broken(world, "a")
    sweep_up(world)
    (case,) = for_the_leads(world)
    held = working.claim(table(), "acme", case["id"], "Lea", STANDARDS, world.now, DAY)
    broken(world, "b")
    sweep_up(world)
    (case,) = for_the_leads(world)
    assert (case["flags"], case["material"]) == (2, held["material"] + 1)
    assert {line["detail"]["opened"] for line in world.items("audit") if line["what"] == "threshold"} == {case["id"]}


def test_what_others_reported_becomes_the_leads_too(world: World) -> None:
    about = {"kind": "account", "id": ACCOUNT, "author": {"id": ACCOUNT}}
    data = {"id": "f-1", "reason": "impersonation", "at": world.now.isoformat(), "subject": about}
    world.handle(builders.webhook("flag.raised", data, world.now))
    broken(world, "a")
    sweep_up(world)
    (case,) = for_the_leads(world)
    assert (case["level"], case["reasons"], case["flags"]) == (LEADS, ["impersonation", "points"], 2)


def test_the_case_of_a_threshold_gives_no_points(world: World) -> None:
    """They were given before."""
    broken(world, "a")
    sweep_up(world)
    judged(world, for_the_leads(world)[0]["id"], verdict())
    sweep_up(world)
    assert list(ledger(world).values()) == [4]
    assert lines(world) == [4]


def test_what_a_stranger_calls_points_is_a_report_like_any_other(world: World) -> None:
    world.handle(builders.flag(world.now, subject="a", reason="points"))
    case = opened(world, "a")
    known = persons.behind(table(), case, PROGRAM)
    assert known
    assert known.adds(PROGRAM.policies[0], world.now), "whoever decides is told what it would add"
    judged(world, case["id"], verdict())
    assert list(ledger(world).values()) == [4]


@pytest.mark.parametrize("reason", ["", "points"])
def test_what_others_report_about_the_account_gives_points_whatever_they_call_it(world: World, reason: str) -> None:
    broken(world, "a")
    sweep_up(world)
    about = {"kind": "account", "id": ACCOUNT, "author": {"id": ACCOUNT}}
    told = {"id": "f", "reason": reason, "at": world.now.isoformat(), "subject": about}
    world.handle(builders.webhook("flag.raised", told, world.now))
    (case,) = for_the_leads(world)
    assert (case["flags"], case["threshold"]) == (2, "too")
    judged(world, case["id"], verdict("rude"))
    assert sorted(ledger(world).values()) == [1, 4]


def test_cases_of_thresholds_are_like_nothing(world: World) -> None:
    """Their titles are the same words, and the accounts have nothing to do with each other."""
    for number, author in enumerate(("u-1", "u-2")):
        about = {"kind": "post", "id": f"p{number}", "text": f"{number}", "author": {"id": author}}
        told = {"id": f"f-{number}", "reason": "hate", "at": world.now.isoformat(), "subject": about}
        world.handle(builders.webhook("flag.raised", told, world.now))
        judged(world, opened(world, f"p{number}")["id"], verdict())
    sweep_up(world)
    made = for_the_leads(world)
    assert len(made) == 2
    for case in made:  # Also where others say that there is something to be compared.
        table().write(records.like_planned(case, world.now))
    sweep.likes_due(table(), lambda: True)
    assert not [case for case in for_the_leads(world) if "cluster" in case]


def test_just_decided_or_not_the_next_threshold_has_a_case(world: World) -> None:
    broken(world, "a")
    sweep_up(world)
    judged(world, for_the_leads(world)[0]["id"], verdict(""))
    broken(world, "b")
    sweep_up(world)
    assert sorted(case["state"] for case in for_the_leads(world)) == ["decided", "open"]
    assert lines(world) == [4, 8]


def test_where_accounts_are_no_subjects_it_is_about_what_was_written_last(world: World) -> None:
    case = {**broken(world, "a"), "platform": "telegram"}
    strike = {**world.item("strike"), "crossed": {"number": 1, "threshold": {"points": 4}, "title": "…"}}
    strike["crossed"]["at"] = strike["given_at"]
    flag = strikes.report(case, strike, STANDARDS)
    assert (flag.subject.kind, flag.subject.id) == ("chat_message", "a")
    again = records.Arrival(builders.flag(world.now), flag, by_threshold=True)
    assert records.record_flags(table(), [again], STANDARDS, world.now) == ["recorded"]
    (made,) = for_the_leads(world)
    assert (made["level"], made["subject"]["id"], made["earlier"]) == (LEADS, "a", case["id"])


@pytest.mark.parametrize("platform", sorted(acting.ACCOUNTS))
def test_accounts_are_called_what_their_platform_s_measures_are_about(platform: str) -> None:
    possible = acting.abilities(platform, acting.ACCOUNTS[platform])
    assert {"ban", "suspend", "timeout"} & set(possible)


@pytest.mark.parametrize("platform", ["lemmy", "matrix", "slack", "telegram"])
def test_elsewhere_nothing_can_be_done_about_what_is_called_an_account(platform: str) -> None:
    assert not acting.abilities(platform, "account")


# Time


def test_points_that_have_ended_do_not_count_and_a_threshold_is_reached_anew(world: World) -> None:
    broken(world, "a")
    sweep_up(world)
    world.later(days=90)
    broken(world, "b")
    sweep_up(world)
    assert lines(world) == [4, 4]
    before = {one["case"]: one for one in world.items("strike")}
    assert {one["points"] for one in before.values()} == {4}  # Nobody rewrote what has ended.


def test_as_long_as_they_count_it_is_not(world: World) -> None:
    broken(world, "a")
    sweep_up(world)
    world.later(days=89, hours=23)
    broken(world, "b", policy="rude")
    sweep_up(world)
    assert lines(world) == [4]


def test_what_was_taken_back_is_reached_anew(team: World) -> None:
    case = broken(team, "a")
    sweep_up(team)
    overturned(team, case, verdict("", "no_violation"))
    broken(team, "b")
    sweep_up(team)
    assert lines(team) == [4, 4]


def counted_and_cut_off(world: World) -> None:
    strike = next(one for one in world.items("strike") if "due" in one)
    assert strikes.count(table(), strike, PROGRAM, world.now)


def test_what_was_taken_back_before_the_leads_were_told_they_are_not_told(team: World) -> None:
    case = broken(team, "a")
    counted_and_cut_off(team)
    overturned(team, case, verdict("", "no_violation"))
    sweep_up(team)
    assert for_the_leads(team) == []
    assert "crossed" not in team.item("strike")
    broken(team, "b")
    sweep_up(team)
    assert (len(for_the_leads(team)), lines(team)) == (1, [4])


def test_what_others_points_still_reach_is_told(team: World) -> None:
    case = broken(team, "a", policy="rude")
    sweep_up(team)
    broken(team, "b")
    counted_and_cut_off(team)
    overturned(team, case, verdict("", "no_violation"))
    sweep_up(team)
    assert lines(team) == [4]


def test_what_is_left_at_a_lower_threshold_is_told(team: World) -> None:
    case = broken(team, "a", policy="vile")
    counted_and_cut_off(team)
    overturned(team, case, verdict("cruel"))
    sweep_up(team)
    assert (len(for_the_leads(team)), ledger(team)) == (1, {case["id"]: 4})


def test_the_leads_who_have_the_case_already_find_out_why(team: World) -> None:
    """Cut off after it was opened; taken back before the history said so."""
    case = broken(team, "a")
    counted_and_cut_off(team)
    team.faults.at("dynamodb.TransactWriteItems", "before", nth=2)
    with pytest.raises(Crash):
        strikes.tell(table(), team.item("strike"), PROGRAM, team.now)
    team.faults.forget()
    overturned(team, case, verdict("", "no_violation"))
    sweep_up(team)
    assert (len(for_the_leads(team)), lines(team)) == (1, [4])


def test_what_was_taken_back_before_anybody_counted_it_was_never_reached(team: World) -> None:
    case = broken(team, "a")
    overturned(team, case, verdict("", "no_violation"))
    sweep_up(team)
    assert lines(team) == []
    assert not for_the_leads(team)


def test_each_account_has_its_own(world: World) -> None:
    for number, author in enumerate(("u-1", "u-2")):
        about = {"kind": "post", "id": f"{number}", "text": "…", "author": {"id": author}}
        data = {"id": f"f-{number}", "reason": "spam", "at": world.now.isoformat(), "subject": about}
        world.handle(builders.webhook("flag.raised", data, world.now))
        for policy in ("rude",):
            judged(world, opened(world, f"{number}")["id"], verdict(policy))
    sweep_up(world)
    assert lines(world) == []


# At once (F9)


def test_of_twenty_strikes_at_once_each_threshold_is_told_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty who all read the ledger before any of them writes: each with a strike of one point."""
    number = 20
    for place in range(number):
        case = {
            "id": f"{place:016x}",
            "community": "acme",
            "subject": {"source": "game"},
            "author": {"id": ACCOUNT},
            "reasons": [],
        }
        for write in strikes.given(case, verdict("rude"), PROGRAM, world.now):
            table().write(write)
    one_call, later, barrier, transact = threading.Lock(), threading.Lock(), threading.Barrier(number), Table.transact
    client: Any = aws.dynamodb()
    call = client._make_api_call
    met, lost = threading.local(), list[int]()

    def alone(*given: Any) -> Any:
        with one_call:  # The simulation itself is not made for many.
            return call(*given)

    def together(self: Table, writes: Any) -> None:
        if not getattr(met, "here", False):
            met.here = True
            barrier.wait(20)
        try:
            transact(self, writes)
        except CancelledError:
            lost.append(1)
            raise

    monkeypatch.setattr(client, "_make_api_call", alone)
    monkeypatch.setattr(Table, "transact", together)

    def work(strike: Item) -> None:
        try:
            strikes.count(table(), strike, PROGRAM, world.now)
        except CancelledError:
            with later:  # The next sweep.
                strikes.count(table(), strike, PROGRAM, world.now)

    threads = [threading.Thread(target=work, args=(strike,)) for strike in world.items("strike")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    found = world.items("strike")
    reached = sorted(one["crossed"]["threshold"]["points"] for one in found if "crossed" in one)
    assert reached == [4, 8, 12]
    assert all(one["crossed"]["points"] == one["crossed"]["threshold"]["points"] for one in found if "crossed" in one)
    assert points.total(found, world.now, "counted") == number
    assert (table().get(*key()) or {})["version"] == number
    assert len(lost) == number - 1


def test_two_sweeps_at_once_tell_once(world: World) -> None:
    for subject in "abc":
        broken(world, subject)
    for nth in (1, 2, 3):
        world.faults.at("dynamodb.TransactWriteItems", "before", lambda: sweep_up(world), nth)
    sweep_up(world)
    world.faults.forget()
    sweep_up(world)
    assert lines(world) == [4, 8, 12]
    assert len([flag for flag in world.items("flag") if flag["reason"] == "points"]) == 3
    assert not [strike for strike in world.items("strike") if "due" in strike]


def test_what_another_sweep_has_told_meanwhile_is_not_told_again(world: World) -> None:
    broken(world, "a")
    strike = world.item("strike")
    strikes.count(table(), strike, PROGRAM, world.now)
    world.faults.at("dynamodb.GetItem", "after", lambda: sweep_up(world))
    strikes.go_on(table(), key_of(strike), PROGRAM, world.now)
    assert lines(world) == [4]
    assert [case["flags"] for case in for_the_leads(world)] == [1]


def test_what_another_sweep_has_counted_meanwhile_is_told_by_whoever_comes_next(world: World) -> None:
    broken(world, "a")
    strike = world.item("strike")
    world.faults.at("dynamodb.GetItem", "after", lambda: strikes.count(table(), strike, PROGRAM, world.now))
    strikes.go_on(table(), key_of(strike), PROGRAM, world.now)
    sweep_up(world)
    assert lines(world) == [4]
    assert [case["flags"] for case in for_the_leads(world)] == [1]


def test_a_strike_that_is_erased_while_it_is_counted_stays_away(world: World) -> None:
    broken(world, "a")
    gone = Delete(key_of(world.item("strike")))
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: table().write(gone))
    sweep_up(world)
    assert not world.items("strike")
    assert not world.items("strikes")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5, 6])
def test_cut_off_at_any_write_it_is_told_once(world: World, nth: int, when: Any) -> None:
    broken(world, "a")
    broken(world, "b")
    world.faults.at("dynamodb.TransactWriteItems", when, crash, nth)
    with pytest.raises(Crash):
        sweep_up(world)
    world.faults.forget()
    sweep_up(world)
    assert lines(world) == [4, 8]
    assert sorted(flag["comment"] for flag in world.items("flag") if flag["reason"] == "points") == [
        "4 points are reached",
        "8 points are reached: suspend for 10080 minutes is usual",
    ]
    assert not [strike for strike in world.items("strike") if "due" in strike or "crossed" in strike]


def test_somebody_who_was_erased_meanwhile_has_no_case(world: World) -> None:
    case = broken(world, "a")
    strikes.count(table(), world.item("strike"), PROGRAM, world.now)
    who = Account("acme", "game", "standard_webhooks", ACCOUNT)
    kept = table().get(case["pk"], "case") or {}
    table().write(Update(key_of(kept), set={"author": {}}))
    sweep_up(world)
    assert not for_the_leads(world)
    assert "due" not in world.item("strike")
    assert all(traces.goes(item, who) for kind in ("strike", "strikes", "history") for item in world.items(kind))
