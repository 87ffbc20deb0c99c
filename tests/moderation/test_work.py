"""Work on cases, shared by many: who has one, what voids that, and what comes next."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from events.moderation import Change, Decision, MessageSeen, Subject
from functions.moderation import cases, records, working
from functions.moderation.cases import NotAllowedError
from functions.moderation.standards import Standards
from functions.shared.table import Item, Key, Table, table
from tests.moderation.people import DAY, NOTHING, decided, held
from tests.support import builders
from tests.support.world import World

STANDARDS = Standards()


@pytest.fixture
def flagged(world: World) -> World:
    world.handle(builders.flag(world.now))
    return world


def only(world: World) -> str:
    return str(world.item("case")["id"])


def history(world: World) -> list[str]:
    return [line["what"] for line in world.items("audit")]


def given(world: World, who: str = "Mo") -> Item | None:
    return working.claim_next(table(), "acme", who, lambda _: True, STANDARDS, world.now, DAY)


def in_order(world: World) -> list[str]:
    return [item["subject"]["id"] for item in working.open_cases(table(), "acme")]


def escalate(world: World, who: str = "Mo", reason: str = "A threat.") -> Item:
    return working.escalate(table(), "acme", only(world), who, reason, STANDARDS, world.now)


def snooze(world: World, who: str = "Mo", **time: float) -> Item:
    until = world.now + timedelta(**time)
    return working.snooze(table(), "acme", only(world), who, until, STANDARDS, world.now)


def edited(world: World, text: str = "I never said that", change: Change = "edited") -> None:
    subject = Subject(source="game", kind="chat_message", id="msg-1")
    where = {"community": "acme", "source": "game", "platform": "standard_webhooks"}
    seen = MessageSeen(**where, subject=subject, change=change, text=text, changed_at=world.now)
    records.record_message(table(), builders.webhook("told", {"id": "x"}, world.now), seen, world.now)


# One holder (F1)


def test_of_fifty_who_all_saw_it_free_one_gets_it(flagged: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, look = flagged.item("case"), working.existing
    winners, told = [], set()
    for number in range(50):
        first = iter([seen])
        monkeypatch.setattr(working, "existing", lambda *given, first=first: next(first, None) or look(*given))
        try:
            winners.append(held(flagged, f"Mo {number}")["claimed_by"])
        except NotAllowedError as error:
            told.add(str(error))
    assert winners == [flagged.item("case")["claimed_by"]] == ["Mo 0"]
    assert told == {"Mo 0 has this case until 2026-11-22T12:15:00.000Z"}
    assert history(flagged) == ["opened", "claimed"]


def test_ten_who_ask_for_the_next_one_get_ten_different_ones_while_there_are_any(world: World) -> None:
    world.handle(*(builders.flag(world.now, flag=f"{number}", subject=f"{number}") for number in range(9)))
    got = [given(world, f"Mo {number}") for number in range(10)]
    assert len({item["id"] for item in got if item}) == 9
    assert got[9] is None


def test_whoever_is_overtaken_is_given_the_next_one(world: World) -> None:
    world.handle(*(builders.flag(world.now, flag=name, subject=name) for name in "ab"))
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: given(world, "Zoe"))
    mine = given(world, "Mo")
    assert mine
    assert mine["claimed_by"] == "Mo"
    assert sorted(item["claimed_by"] for item in world.items("case")) == ["Mo", "Zoe"]


# Handing a case to the leads (F4)


@pytest.mark.parametrize("state", ["open", "claimed", "lapsed", "snoozed"])
def test_a_case_is_escalated_from_every_open_state(flagged: World, state: str) -> None:
    if state in ("claimed", "lapsed"):
        held(flagged)
    if state == "lapsed":
        flagged.later(minutes=15)
    if state == "snoozed":
        snooze(flagged, days=1)
    case = escalate(flagged, "Zoe" if state == "lapsed" else "Mo")
    assert (case["state"], case["level"], case["rank"]) == ("open", cases.LEADS, 1)
    assert case["claimed_by"] == ""
    assert table().listed("acme", records.OPEN) == [(case["pk"], "case")]
    assert not table().listed("acme", records.SNOOZED)
    assert flagged.items("audit")[-1]["detail"] == {"reason": "A threat."}


def test_whoever_had_it_cannot_decide_what_was_escalated(flagged: World) -> None:
    claimed = held(flagged)
    escalate(flagged)
    with pytest.raises(NotAllowedError, match="you do not hold this case"):
        decided(flagged, claimed)


def test_of_two_who_escalate_in_the_same_moment_one_does(flagged: World) -> None:
    flagged.faults.at("dynamodb.TransactWriteItems", "before", lambda: escalate(flagged, "Zoe"))
    with pytest.raises(NotAllowedError, match="the leads have this case already"):
        escalate(flagged)
    assert history(flagged) == ["opened", "escalated"]


# A decision, while much happens (F6)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_hundred_flags_while_a_decision_is_written_are_neither_lost_nor_doubled(flagged: World, when: Any) -> None:
    claimed = held(flagged)
    more = [builders.flag(flagged.now, flag=f"more-{number}") for number in range(100)]
    flagged.faults.at("dynamodb.TransactWriteItems", when, lambda: flagged.handle(*more, *more[:10]))
    assert decided(flagged, claimed)["state"] == "decided"
    case = flagged.item("case")
    assert (case["flags"], case.get("repeats", 0)) == (101, 0 if when == "before" else 100)
    assert len(flagged.items("flag")) == 101
    named = [value for line in flagged.items("audit") for name, value in line["detail"].items() if "flag" in name]
    assert sorted(named) == sorted(flag["flag"] for flag in flagged.items("flag"))
    assert records.verified(table(), case) is None


def test_a_hundred_flags_whose_own_writing_a_decision_overtakes_are_counted_on_what_was_decided(flagged: World) -> None:
    claimed = held(flagged)
    flagged.faults.at("dynamodb.TransactWriteItems", "before", lambda: decided(flagged, claimed), nth=4)
    flagged.handle(*(builders.flag(flagged.now, flag=f"more-{number}") for number in range(100)))
    case = flagged.item("case")
    assert (case["state"], case["flags"], case["repeats"]) == ("decided", 101, 70)


# The next one (F7, F8, F11)


@pytest.fixture
def stale_index(monkeypatch: pytest.MonkeyPatch) -> list[Key]:
    """An index that is behind: it goes on to propose what is kept here."""
    kept: list[Key] = []
    real = Table.ascending

    def ascending(self: Table, community: str, name: str) -> Iterator[Key]:
        yield from dict.fromkeys([*kept, *real(self, community, name)])

    monkeypatch.setattr(Table, "ascending", ascending)
    return kept


def test_what_was_just_decided_is_never_the_next_one(flagged: World, stale_index: list[Key]) -> None:
    stale_index.append((flagged.item("case")["pk"], "case"))
    decided(flagged, held(flagged))
    assert given(flagged, "Mo") is None
    assert in_order(flagged) == []


def test_what_was_put_off_is_not_the_next_one(flagged: World, stale_index: list[Key]) -> None:
    stale_index.append((flagged.item("case")["pk"], "case"))
    snooze(flagged, days=1)
    assert given(flagged, "Zoe") is None


def test_what_somebody_leaves_lying_is_the_next_one_at_its_old_place(world: World) -> None:
    for name in "abc":
        world.handle(builders.flag(world.now, flag=name, subject=name))
        world.later(minutes=1)
    first = given(world, "Mo")
    assert first
    assert first["subject"]["id"] == "a"
    world.later(minutes=15, milliseconds=-1)
    second = given(world, "Zoe")
    assert second
    assert second["subject"]["id"] == "b"
    world.later(milliseconds=1)
    assert in_order(world) == ["a", "b", "c"]
    again = given(world, "Kim")
    assert again
    assert (again["id"], again["claimed_by"]) == (first["id"], "Kim")
    with pytest.raises(NotAllowedError):
        decided(world, first)


def test_the_next_one_is_the_severest_and_of_those_what_is_due_first(world: World) -> None:
    for name, reason in (("a", "spam"), ("b", "harassment"), ("c", "hate"), ("d", "harassment"), ("e", "minor_safety")):
        world.handle(builders.flag(world.now, flag=name, subject=name, reason=reason))
        world.later(minutes=1)
    assert in_order(world) == ["e", "c", "b", "d", "a"]
    got = [item["subject"]["id"] for _ in range(5) if (item := given(world))]
    assert got == ["e", "c", "b", "d", "a"]


def test_many_reports_pull_a_case_forward_among_its_equals(world: World) -> None:
    world.handle(*(builders.flag(world.now, flag=name, subject=name) for name in "ab"))
    world.handle(*(builders.flag(world.now, flag=f"b{number}", subject="b") for number in range(20)))
    assert in_order(world) == ["b", "a"]


def test_thirty_cases_keep_their_order(world: World) -> None:
    """More than one look into the index."""
    reasons = ("spam", "hate", "harassment", "off_topic")
    for number in range(30):
        world.handle(builders.flag(world.now, flag=f"{number}", subject=f"{number}", reason=reasons[number % 4]))
        world.later(seconds=1)
    places = [cases.order(item) for item in working.open_cases(table(), "acme")]
    assert places == sorted(places)
    assert len(places) == 30


# What voids a claim (F13)


def test_an_edit_between_the_look_and_the_decision_voids_the_decision(flagged: World) -> None:
    claimed = held(flagged)
    flagged.faults.at("dynamodb.TransactWriteItems", "before", lambda: edited(flagged))
    with pytest.raises(NotAllowedError, match="it has changed since you took it: look at it again"):
        decided(flagged, claimed)
    assert not flagged.items("decision")
    assert not flagged.items("delivery")
    assert decided(flagged, held(flagged))["state"] == "decided"


@pytest.mark.parametrize("change", ["removed", "restored"])
def test_that_a_text_is_gone_or_back_voids_no_decision_about_its_words(flagged: World, change: Change) -> None:
    claimed = held(flagged)
    edited(flagged, change=change)
    assert decided(flagged, claimed)["state"] == "decided"
    assert f"content {change}" in history(flagged)


def test_a_severer_flag_voids_the_view_of_whoever_has_the_case(flagged: World) -> None:
    claimed = held(flagged)
    flagged.handle(builders.flag(flagged.now, flag="worse", reason="violence"))
    with pytest.raises(NotAllowedError, match="it has changed since you took it"):
        decided(flagged, claimed)
    assert flagged.item("case")["claimed_by"] == "Mo"  # It is still theirs to look at again.
    assert decided(flagged, held(flagged))["state"] == "decided"


@pytest.mark.parametrize(("reason", "state"), [("violence", "open"), ("harassment", "snoozed"), ("spam", "snoozed")])
def test_a_severer_flag_and_no_other_brings_back_what_was_put_off(flagged: World, reason: str, state: str) -> None:
    snooze(flagged, days=3)
    flagged.handle(builders.flag(flagged.now, flag="more", reason=reason))
    assert flagged.item("case")["state"] == state
    assert len(table().listed("acme", records.OPEN)) == (state == "open")
    assert len(table().listed("acme", records.SNOOZED)) == (state == "snoozed")


def test_an_edit_brings_back_what_was_put_off(flagged: World) -> None:
    snooze(flagged, days=3)
    edited(flagged)
    assert flagged.item("case")["state"] == "open"
    assert in_order(flagged) == ["msg-1"]


def test_giving_back_leaves_the_case_to_others_and_the_fence_dead(flagged: World) -> None:
    claimed = held(flagged)
    working.release(table(), "acme", claimed["id"], "Mo", claimed["fence"], flagged.now)
    for act in (decided, lambda world, case: working.release(table(), "acme", case["id"], "Mo", 1, world.now)):
        with pytest.raises(NotAllowedError, match="you do not hold this case"):
            act(flagged, claimed)
    assert held(flagged, "Zoe")["claimed_by"] == "Zoe"
    assert history(flagged) == ["opened", "claimed", "released", "claimed"]


# How much of the severe somebody saw


def load(who: str) -> int:
    return working.severe_cases(table(), "acme", who, DAY)


def test_severe_cases_are_counted_once_for_whoever_takes_them(world: World) -> None:
    for name, reason in (("a", "hate"), ("b", "minor_safety"), ("c", "spam")):
        world.handle(builders.flag(world.now, flag=name, subject=name, reason=reason))
    for case in world.items("case"):
        held(world, case=case["id"])
        held(world, case=case["id"])  # To have it for longer.
    assert (load("Mo"), load("Zoe")) == (2, 0)


def test_a_claim_that_fails_counts_for_nobody(world: World) -> None:
    world.handle(builders.flag(world.now, reason="hate"))
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: held(world, "Zoe"))
    with pytest.raises(NotAllowedError):
        held(world)
    assert (load("Mo"), load("Zoe")) == (0, 1)


# What was decided stays so


def test_nothing_more_happens_to_what_is_decided(flagged: World) -> None:
    decided(flagged, held(flagged), NOTHING)
    for act in (lambda world: held(world, case=only(world)), escalate, lambda world: snooze(world, days=1)):
        with pytest.raises(NotAllowedError, match="decided already"):
            act(flagged)
    assert history(flagged) == ["opened", "claimed", "decided"]


def test_each_measure_is_planned_once(flagged: World) -> None:
    both = Decision(outcome="violation", measures=("hide", "warn"), explanation="Rule 2.")
    claimed = held(flagged)
    decided(flagged, claimed, both)
    decided(flagged, claimed, both)
    assert sorted(row["sk"] for row in flagged.items("delivery")) == ["delivery#hide", "delivery#warn"]
