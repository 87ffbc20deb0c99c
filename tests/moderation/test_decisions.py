"""Claiming and deciding: one holder, one verdict, carried out once, all of it on the record."""

from datetime import UTC, datetime

import pytest

from events.moderation import Decision
from events.program import Policy
from functions.moderation import cases, records, working
from functions.moderation.cases import NotAllowedError
from functions.moderation.standards import Standards
from functions.shared.table import table
from tests.moderation.people import DAY, HIDE, NOTHING, PROGRAM, decided, held
from tests.support import builders
from tests.support.faults import answer_lost
from tests.support.world import World


@pytest.fixture
def flagged(world: World) -> World:
    world.handle(builders.flag(world.now))
    return world


def history(world: World) -> list[str]:
    """The audit trail; its numbers must have no gap."""
    lines = world.items("audit")
    assert [line["sk"] for line in lines] == [f"audit#{number:06d}" for number in range(1, len(lines) + 1)]
    return [line["what"] for line in lines]


def test_one_of_two_gets_the_case_and_the_other_is_told_who_has_it(flagged: World) -> None:
    held(flagged, "Mo")
    with pytest.raises(NotAllowedError, match=r"Mo has this case until 2026-11-22T12:15:00.000Z"):
        held(flagged, "Zoe")
    assert history(flagged) == ["opened", "claimed"]


def test_of_two_in_the_same_moment_one_gets_it(flagged: World) -> None:
    flagged.faults.at("dynamodb.TransactWriteItems", "before", lambda: held(flagged, "Mo"))
    with pytest.raises(NotAllowedError):
        held(flagged, "Zoe")
    assert flagged.item("case")["claimed_by"] == "Mo"


def test_a_flag_in_the_same_moment_does_not_turn_a_moderator_away(flagged: World) -> None:
    """A post under fire gets flags all the time, and it is the one that must be claimed soonest."""
    other = builders.flag(flagged.now, flag="b")
    flagged.faults.at("dynamodb.TransactWriteItems", "before", lambda: flagged.handle(other))
    assert held(flagged)["claimed_by"] == "Mo"
    assert history(flagged) == ["opened", "flagged", "claimed"]


def test_claiming_again_renews_the_lease_and_the_fence(flagged: World) -> None:
    first = held(flagged)
    flagged.later(minutes=10)
    again = held(flagged)
    assert again["fence"] > first["fence"]
    assert again["lease_until"] == "2026-11-22T12:25:00.000Z"


def test_a_lease_lapses_after_fifteen_minutes(flagged: World) -> None:
    held(flagged, "Mo")
    flagged.later(minutes=15)
    assert held(flagged, "Zoe")["claimed_by"] == "Zoe"


def test_a_case_stays_its_holders_until_the_last_moment(flagged: World) -> None:
    held(flagged, "Mo")
    flagged.later(minutes=15, milliseconds=-1)
    with pytest.raises(NotAllowedError):
        held(flagged, "Zoe")


def test_there_is_no_claiming_what_is_not_there(flagged: World) -> None:
    with pytest.raises(LookupError, match="there is no case 'nowhere' in 'acme'"):
        held(flagged, case="nowhere")
    with pytest.raises(LookupError):
        working.claim(table(), "peak", flagged.item("case")["id"], "Mo", Standards(), flagged.now, DAY)


def test_a_decision_writes_verdict_measures_and_history_together(flagged: World) -> None:
    case = decided(flagged, held(flagged))
    assert (case["state"], case["outcome"], case["decided_by"]) == ("decided", "violation", "Mo")
    verdict = flagged.item("decision")
    assert verdict["decision"]["explanation"] == HIDE.explanation
    assert verdict["program"] == "program-hash"  # Which rules it was decided under.
    row = flagged.delivery("hide")
    assert (row["state"], row["purpose"], row["destination"]) == ("planned", "act", "game")
    assert history(flagged) == ["opened", "claimed", "decided"]
    assert flagged.item("round")["state"] == "decided"


def test_a_decision_that_dies_before_its_transaction_leaves_nothing(flagged: World) -> None:
    claimed = held(flagged)
    flagged.faults.at("dynamodb.TransactWriteItems", "before", answer_lost)
    with pytest.raises(Exception, match="Read timeout"):
        decided(flagged, claimed)
    assert flagged.item("case")["state"] == "claimed"
    assert not flagged.items("decision")
    assert not flagged.items("delivery")


def test_the_measure_reaches_the_game_once_and_names_case_and_post(flagged: World) -> None:
    decided(flagged, held(flagged))
    flagged.finish()
    (call,) = [call for call in flagged.outside.calls if call.said["type"] == "moderation.action"]
    assert call.url == "https://game.example/liaison"
    assert (call.said["data"]["measure"], call.said["data"]["subject"]["id"]) == ("hide", "msg-1")
    assert flagged.delivery("hide")["state"] == "sent"


def test_a_removal_reaches_the_forum_and_the_post_is_gone(world: World) -> None:
    world.handle(builders.post_flag(world.now))
    removal = Decision(outcome="violation", measures=("remove",), explanation="Spam.")
    decided(world, held(world), removal)
    world.finish()
    # The first look asks what the flag was raised for.
    assert sorted(call.method for call in world.outside.calls) == ["DELETE", "GET", "GET", "GET"]
    assert world.outside.deleted == {"https://forum.example/posts/204.json"}


def test_no_violation_sends_nothing(flagged: World) -> None:
    decided(flagged, held(flagged), NOTHING)
    flagged.finish()
    assert not flagged.items("delivery")
    assert not flagged.outside.calls


def test_the_same_decision_again_gives_the_same_answer(flagged: World) -> None:
    """The first answer may have been lost on its way."""
    claimed = held(flagged)
    first = decided(flagged, claimed)
    flagged.later(minutes=20)
    assert decided(flagged, claimed) == first
    assert history(flagged) == ["opened", "claimed", "decided"]


def test_a_lost_answer_may_be_asked_for_again(flagged: World) -> None:
    claimed = held(flagged)
    flagged.faults.at("dynamodb.TransactWriteItems", "after", answer_lost)
    with pytest.raises(Exception, match="Read timeout"):
        decided(flagged, claimed)
    assert decided(flagged, claimed)["state"] == "decided"
    assert len(flagged.items("delivery")) == 1


@pytest.mark.parametrize(
    ("decision", "who", "step"), [(NOTHING, "Mo", 0), (HIDE, "Zoe", 0), (HIDE, "Mo", 1)], ids=["other", "who", "fence"]
)
def test_another_decision_on_a_decided_case_is_refused(flagged: World, decision: Decision, who: str, step: int) -> None:
    claimed = held(flagged)
    decided(flagged, claimed)
    with pytest.raises(NotAllowedError, match="decided already"):
        decided(flagged, claimed, decision, who, fence=claimed["fence"] + step)
    with pytest.raises(NotAllowedError, match="decided already"):
        held(flagged, case=claimed["id"])
    assert len(flagged.items("delivery")) == 1


def test_a_wrong_fence_is_refused(flagged: World) -> None:
    claimed = held(flagged)
    with pytest.raises(NotAllowedError, match="claim it, then decide with the fence you get"):
        decided(flagged, claimed, fence=claimed["fence"] + 1)
    assert not flagged.items("decision")


def test_an_older_fence_of_the_same_person_is_refused(flagged: World) -> None:
    """A tab that was left open since yesterday does not decide."""
    first = held(flagged)
    held(flagged)
    with pytest.raises(NotAllowedError):
        decided(flagged, first)


def test_a_lapsed_lease_is_good_until_somebody_else_has_taken_the_case(flagged: World) -> None:
    claimed = held(flagged)
    flagged.later(minutes=15)
    held(flagged, "Zoe")
    with pytest.raises(NotAllowedError, match="do not hold this case"):
        decided(flagged, claimed)
    flagged.later(minutes=15)
    assert decided(flagged, flagged.item("case"), who="Zoe")["state"] == "decided"


def test_a_case_nobody_claimed_cannot_be_decided(flagged: World) -> None:
    with pytest.raises(NotAllowedError, match="do not hold this case"):
        decided(flagged, flagged.item("case"))


def test_somebody_elses_case_cannot_be_decided(flagged: World) -> None:
    claimed = held(flagged, "Mo")
    with pytest.raises(NotAllowedError):
        decided(flagged, claimed, who="Zoe")


def test_a_flag_in_the_same_moment_delays_a_decision_and_does_not_void_it(flagged: World) -> None:
    claimed = held(flagged)
    other = builders.flag(flagged.now, flag="b")
    flagged.faults.at("dynamodb.TransactWriteItems", "before", lambda: flagged.handle(other))
    decided(flagged, claimed)
    assert history(flagged) == ["opened", "claimed", "flagged", "decided"]
    assert flagged.item("case")["flags"] == 2


def test_of_two_different_decisions_in_the_same_moment_one_holds(flagged: World) -> None:
    claimed = held(flagged)
    flagged.faults.at("dynamodb.TransactWriteItems", "before", lambda: decided(flagged, claimed, NOTHING))
    with pytest.raises(NotAllowedError, match="decided already"):
        decided(flagged, claimed, HIDE)
    assert flagged.item("case")["outcome"] == "no_violation"
    assert not flagged.items("delivery")


def test_a_claim_by_another_in_the_same_moment_voids_the_decision(flagged: World) -> None:
    claimed = held(flagged, "Mo")
    flagged.later(minutes=14)
    late = flagged.now

    def lapse_and_claim() -> None:
        flagged.later(minutes=2)
        held(flagged, "Zoe")

    flagged.faults.at("dynamodb.TransactWriteItems", "before", lapse_and_claim)
    with pytest.raises(NotAllowedError):
        working.decide(table(), "acme", claimed["id"], "Mo", claimed["fence"], HIDE, "hash", late, PROGRAM)
    assert flagged.item("case")["claimed_by"] == "Zoe"


def test_the_lists_follow_the_case(flagged: World) -> None:
    assert [case["id"] for case in table().listing("acme", records.OPEN)] == [flagged.item("case")["id"]]
    decided(flagged, held(flagged))
    assert table().listing("acme", records.OPEN) == []
    assert [case["state"] for case in table().listing("acme", records.DECIDED)] == ["decided"]


def test_a_whole_case_has_its_own_flags_and_not_those_of_the_next_one(flagged: World) -> None:
    first = decided(flagged, held(flagged))
    flagged.handle(builders.flag(flagged.now, flag="later", reason="hate"))  # Severer than what was decided.
    whole = records.whole(table(), "acme", first["id"])
    assert [flag["flag"] for flag in whole["flags"]] == ["report-1"]
    assert whole["decision"]["by"] == "Mo"
    assert [line["what"] for line in whole["audit"]] == ["opened", "claimed", "decided"]


@pytest.mark.parametrize(
    ("decision", "told"),
    [
        (Decision(outcome="no_violation", measures=("hide",), explanation="x"), "no violation, so no measure"),
        (Decision(outcome="violation", explanation="  "), "needs an explanation"),
        (Decision(outcome="violation", measures=("warn",), explanation="x"), "warn cannot be done there"),
        (Decision(outcome="violation", measures=("hide", "hide"), explanation="x"), "each measure once"),
        (Decision(outcome="violation", measures=("timeout",), explanation="x"), "how long"),
        (Decision(outcome="violation", measures=("hide",), minutes={"hide": 5}, explanation="x"), "has no end"),
    ],
)
def test_a_decision_that_cannot_be_meant_is_refused_with_a_sentence(decision: Decision, told: str) -> None:
    with pytest.raises(NotAllowedError, match=told):
        cases.checked(decision, ("hide", "remove", "timeout"), ())


def test_where_nothing_can_be_done_it_is_said_so() -> None:
    decision = Decision(outcome="violation", measures=("hide",), explanation="x")
    with pytest.raises(NotAllowedError, match="possible: nothing"):
        cases.checked(decision, (), ())


def test_what_ends_says_when_and_what_lasts_does_not() -> None:
    timed = Decision(outcome="violation", measures=("timeout", "hide"), minutes={"timeout": 60}, explanation="x")
    assert cases.checked(timed, ("hide", "timeout"), ()) == timed
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert cases.until(timed, "timeout", at) == datetime(2026, 11, 22, 13, tzinfo=UTC)
    assert cases.until(timed, "hide", at) is None


def test_what_broke_no_rule_may_be_let_through_and_its_reports_closed() -> None:
    decision = Decision(outcome="no_violation", measures=("approve", "resolve"), explanation="Rude, and allowed.")
    assert cases.checked(decision, ("approve", "resolve", "hide"), ()) == decision


def test_a_rule_that_there_is_not_is_refused_and_those_that_there_are_are_named() -> None:
    decision = Decision(outcome="violation", policy="be-kid", explanation="x")
    rule = Policy(id="be-kind", community="acme", title="Be kind", text="…")
    with pytest.raises(NotAllowedError, match="there is no rule 'be-kid'; there are be-kind"):
        cases.checked(decision, (), (rule,))
    with pytest.raises(NotAllowedError, match="there are none"):
        cases.checked(decision, (), ())
    assert cases.checked(decision.model_copy(update={"policy": "be-kind"}), (), (rule,)).policy == "be-kind"
