"""What the decision of an appeal changes in the case that it is about, who hears of it, and who may ask after it."""

from datetime import timedelta
from typing import Any

import pytest

from events.moderation import Decision
from events.program import Community, Program
from functions.moderation import appeals, forgetting, outcomes, records, working
from functions.moderation.cases import NotAllowedError
from functions.moderation.standards import Standards
from functions.shared import clock
from functions.shared.table import Item, Update, key_of, table
from tests.moderation import strikes
from tests.moderation.people import HIDE, NOTHING, PROGRAM, carried_out, decided, held
from tests.support import builders
from tests.support.faults import crash
from tests.support.world import Answered, World

AUTHOR, REPORTER = "4417", "r-1"
"""Whose message `builders.flag` is about, and who reported it here."""
BAN = Decision(outcome="violation", measures=("ban",), explanation="Again and again.")
RUDE = Decision(outcome="violation", explanation="Rude, and it may stay.")


@pytest.fixture
def reported(world: World) -> World:
    """Somebody reported a message, and there are three who may decide about it."""
    for name in ("Mo", "Zoe", "Pat"):
        world.token("moderator", name=name)
    world.handle(builders.flag(world.now, reporter={"id": REPORTER, "name": "r"}))
    return world


def original(world: World) -> Item:
    (found,) = [case for case in world.items("case") if not appeals.is_appeal(case)]
    return found


def party(world: World) -> str:
    """Of whoever reported it first."""
    flag = next(flag for flag in world.items("flag") if flag["reporter"].get("id") == REPORTER)
    return str(flag["sk"].removeprefix("flag#"))


def settle(world: World) -> None:
    """What follows is done, and people are told."""
    carried_out(world)
    world.upkeep()
    world.work_off("delivery")


def decided_first(world: World, decision: Decision) -> Item:
    done = decided(world, held(world), decision)
    settle(world)
    return done


def appealed(world: World, by: str) -> Item:
    world.later(minutes=1)
    return appeals.make(table(), "acme", original(world)["id"], by, "Look again!", PROGRAM, world.now)


def judged(world: World, by: str, decision: Decision, who: str = "Zoe") -> Item:
    """Somebody asks for another look, and somebody else takes it."""
    appeal = appealed(world, by)
    done = decided(world, held(world, who, appeal["id"]), decision, who)
    settle(world)
    return done


def letters(world: World, person: str) -> list[Item]:
    """What one of them was told, in that order."""
    rows = [row for row in world.items("delivery") if row["purpose"] == "tell"]
    mine = [row for row in rows if row["request"]["person"]["id"] == person]
    return [row["request"] for row in sorted(mine, key=lambda row: row["planned_at"])]


def measures(world: World) -> list[tuple[str, str, str]]:
    """Each measure and what takes it back: in the case or in an appeal, and what became of it."""
    rows = [row for row in world.items("delivery") if row["purpose"] == "act"]
    of = {case["pk"]: "appeal" if appeals.is_appeal(case) else "case" for case in world.items("case")}
    return sorted((of[row["pk"]], row["sk"].removeprefix("delivery#"), row["state"]) for row in rows)


def ask(world: World, path: str, body: object, who: str = "Zoe") -> Answered:
    return world.ask("POST", f"/v1/acme/cases/{path}", body, token=world.token("moderator", name=who))


# What stays


def test_the_author_s_own_appeal_upheld_without_measures_leaves_everything(reported: World) -> None:
    """Also after somebody else's appeal has decided it against them."""
    decided_first(reported, NOTHING)
    judged(reported, party(reported), HIDE)
    mine = appealed(reported, "author")
    decided(reported, held(reported, "Pat", mine["id"]), RUDE, "Pat")
    settle(reported)
    assert measures(reported) == [("appeal", "hide", "sent")]
    assert original(reported)["judged"] == "upheld"
    assert "It stays as it is" in letters(reported, AUTHOR)[-1]["text"]


def test_named_again_after_it_was_undone_by_hand_it_is_done_again(reported: World) -> None:
    case = decided_first(reported, HIDE)
    working.undo(table(), "acme", case["id"], "hide", "Mo", Standards(), reported.now)
    settle(reported)
    judged(reported, party(reported), HIDE)
    assert measures(reported) == [("appeal", "hide", "sent"), ("case", "hide", "sent"), ("case", "undo#hide", "sent")]
    assert original(reported)["judged"] == "changed"
    assert "was changed" in letters(reported, REPORTER)[-1]["text"]


def test_what_was_undone_by_hand_stays_undone_where_no_measures_are_named(reported: World) -> None:
    case = decided_first(reported, HIDE)
    working.undo(table(), "acme", case["id"], "hide", "Mo", Standards(), reported.now)
    settle(reported)
    judged(reported, party(reported), RUDE)
    assert measures(reported) == [("case", "hide", "sent"), ("case", "undo#hide", "sent")]
    assert original(reported)["judged"] == "upheld"


def test_what_is_undone_by_hand_in_that_moment_stays_undone_too(reported: World) -> None:
    case = decided_first(reported, HIDE)
    taken = held(reported, "Zoe", appealed(reported, "author")["id"])
    by_hand = lambda: working.undo(table(), "acme", case["id"], "hide", "Mo", Standards(), reported.now)  # noqa: E731
    reported.faults.at("dynamodb.TransactWriteItems", "before", by_hand)
    decided(reported, taken, RUDE, "Zoe")
    settle(reported)
    assert measures(reported) == [("case", "hide", "sent"), ("case", "undo#hide", "sent")]


def test_what_was_stopped_before_it_was_done_can_be_decided_anew(reported: World) -> None:
    decided(reported, held(reported), HIDE)
    row = reported.delivery("hide")
    table().write(Update(key_of(row), set={"state": "cancelled"}, remove=["due", "due_at"]))
    judged(reported, party(reported), HIDE)
    assert measures(reported) == [("appeal", "hide", "sent"), ("case", "hide", "cancelled")]


def test_a_lost_answer_of_an_upheld_appeal_can_be_asked_for_again(reported: World) -> None:
    decided_first(reported, HIDE)
    appeal = appealed(reported, "author")["id"]
    fence = ask(reported, f"{appeal}/claim", {}).json["fence"]
    body = {"outcome": "violation", "explanation": "It stays.", "fence": fence}
    answers = [ask(reported, f"{appeal}/decide", body) for _ in range(2)]
    assert [one.status for one in answers] == [200, 200]
    other = ask(reported, f"{appeal}/decide", {**body, "explanation": "It stays!"})
    assert (other.status, other.message) == (409, "this case is decided already")
    assert measures(reported) == [("case", "hide", "sent")]


# Who hears of it


def test_punished_more_harshly_its_author_is_told_and_may_ask(reported: World) -> None:
    decided_first(reported, HIDE)
    judged(reported, party(reported), Decision(outcome="violation", measures=("hide", "ban"), explanation="Again!"))
    first, second = letters(reported, AUTHOR)
    assert "breaks a rule" in first["text"]
    assert "What was found stays as it is, and what is done about it was changed." in second["text"]
    assert "Why: Again!" in second["text"]
    assert "What was done: it is hidden, your account is banned." in second["text"]
    assert "you can ask for another look" in second["text"]
    assert second["link"]
    judged(reported, "author", HIDE, "Pat")
    kinds = [("appeal", "ban", "sent"), ("appeal", "undo#ban", "sent"), ("case", "hide", "sent")]
    assert measures(reported) == kinds


@pytest.mark.parametrize(
    ("again", "said", "unsaid"),
    [(NOTHING, "taken back", "breaks a rule"), (HIDE, "What was done: it is hidden.", "banned")],
)
def test_what_a_reporter_s_appeal_takes_back_is_told_to_its_author(
    reported: World, again: Decision, said: str, unsaid: str
) -> None:
    decided_first(reported, Decision(outcome="violation", measures=("hide", "ban"), explanation="Out."))
    judged(reported, party(reported), again)
    assert len(letters(reported, AUTHOR)) == 2
    letter = letters(reported, AUTHOR)[-1]["text"]
    assert said in letter
    assert "“You are all worthless.”" in letter
    assert unsaid not in letter
    assert f"Why: {again.explanation}" in letter


def test_what_stays_as_it_is_is_news_to_nobody_but_who_asked(reported: World) -> None:
    decided_first(reported, HIDE)
    judged(reported, party(reported), HIDE)
    late = builders.flag(reported.now, flag="late", reporter={"id": "r-9", "name": "r"})
    reported.handle(late)
    settle(reported)
    assert len(letters(reported, AUTHOR)) == 1
    assert len(letters(reported, REPORTER)) == 2
    assert len(letters(reported, "r-9")) == 1


def test_what_is_between_us_and_the_platform_is_no_news(reported: World) -> None:
    decided_first(reported, HIDE)
    judged(reported, party(reported), HIDE.model_copy(update={"measures": ("hide", "resolve")}))
    assert len(letters(reported, AUTHOR)) == 1
    with pytest.raises(NotAllowedError, match="looked at again already"):
        appealed(reported, "author")


def test_their_own_appeal_answers_them_once(reported: World) -> None:
    decided_first(reported, NOTHING)
    judged(reported, party(reported), HIDE)
    judged(reported, "author", NOTHING, "Pat")
    reported.handle(builders.flag(reported.now, flag="late", reporter={"id": "r-9", "name": "r"}))
    settle(reported)
    said = [letter["text"].partition("\n")[0] for letter in letters(reported, AUTHOR)]
    assert said == [
        "A moderator looked at what you wrote and decided that it breaks a rule of the community.",
        "A decision about this was looked at again, and taken back.",
    ]


def test_judged_before_anybody_was_told_the_author_has_one_letter_with_what_holds(reported: World) -> None:
    decided(reported, held(reported), HIDE)
    judged(reported, party(reported), BAN)
    (letter,) = letters(reported, AUTHOR)
    assert "What was done: your account is banned." in letter["text"]


@pytest.mark.parametrize("at", range(4))
def test_cut_off_anywhere_the_author_hears_it_once(reported: World, at: int) -> None:
    decided_first(reported, HIDE)
    appeal = appealed(reported, party(reported))
    decided(reported, held(reported, "Zoe", appeal["id"]), BAN, "Zoe")
    carried_out(reported)
    reported.faults.at("dynamodb.TransactWriteItems", "after" if at % 2 else "before", crash, nth=1 + at // 2)
    for _ in range(10):
        reported.upkeep()
    assert "due" not in reported.item("outcome")
    assert len(letters(reported, AUTHOR)) == 2


def test_a_time_out_that_stays_ends_when_it_was_to_end(reported: World) -> None:
    """Not so long after the appeal."""
    timeout = Decision(outcome="violation", measures=("timeout",), minutes={"timeout": 6000}, explanation="Cool down.")
    decided_first(reported, timeout)
    reported.later(days=1)
    judged(reported, party(reported), timeout.model_copy(update={"measures": ("timeout", "hide")}))
    first, second = (letter["text"] for letter in letters(reported, AUTHOR))
    ends = "you cannot write until 2026-11-26 16:00 UTC"
    assert ends in first
    assert ends in second


# By when


@pytest.fixture
def late(reported: World) -> World:
    """A reporter asked on the last day, and it was decided against its author after it."""
    decided_first(reported, NOTHING)
    reported.later(days=182)
    appeal = appealed(reported, party(reported))
    reported.later(days=2)
    decided(reported, held(reported, "Zoe", appeal["id"]), BAN, "Zoe")
    settle(reported)
    return reported


def test_the_author_s_time_begins_when_it_was_decided_against_them(late: World) -> None:
    (letter,) = letters(late, AUTHOR)
    told = clock.moment(original(late)["judged_at"])
    assert f"until {(told + timedelta(days=183)).date()}" in letter["text"]
    late.later(days=182)
    assert appealed(late, "author")["party"] == "author"


def test_it_ends_for_them_too_and_so_do_the_words(late: World) -> None:
    end = clock.moment(original(late)["judged_at"]) + timedelta(days=183)
    assert forgetting.end(original(late), PROGRAM, late.now) == end + timedelta(days=30)
    late.later(days=184)
    with pytest.raises(NotAllowedError, match="the time to ask for another look is over"):
        appealed(late, "author")


# What later ones are told


def test_the_rule_of_an_appeal_is_what_people_are_told_from_then_on() -> None:
    with World(strikes.TEXT) as world:
        for name in ("Mo", "Zoe"):
            world.token("moderator", name=name)
        case = strikes.broken(world, "a", policy="vile")
        strikes.overturned(world, case, Decision(outcome="violation", policy="rude", explanation="It is only rude."))
        world.handle(builders.flag(world.now, flag="late", subject="a", reporter={"id": "r-9", "name": "r"}))
        outcomes.go_on(table(), key_of(world.items("outcome")[0]), strikes.PROGRAM, world.now)
        (letter,) = letters(world, "r-9")
        assert "The rule, “Rude”" in letter["text"]


def test_who_names_no_rule_leaves_the_rule_and_its_points() -> None:
    with World(strikes.TEXT) as world:
        for name in ("Mo", "Zoe"):
            world.token("moderator", name=name)
        case = strikes.broken(world, "a", policy="cruel")
        rules = [one.model_copy(update={"points": 7}) for one in strikes.PROGRAM.policies]
        dearer = strikes.PROGRAM.model_copy(update={"policies": tuple(rules)})  # By now.
        made = appeals.make(table(), "acme", case["id"], "author", "Why?", dearer, world.now)
        fence = held(world, "Zoe", made["id"])["fence"]
        working.decide(table(), "acme", made["id"], "Zoe", fence, RUDE, "hash", world.now, dearer)
        assert strikes.ledger(world) == {case["id"]: 4}
        found = table().get(*key_of(case)) or {}
        assert records.decision_of(table(), found)["decision"]["policy"] == "cruel"


# How they are told


def test_whoever_reported_it_is_answered_in_their_language(world: World) -> None:
    for name in ("Mo", "Zoe"):
        world.token("moderator", name=name)
    world.handle(builders.flag(world.now, reporter={"id": REPORTER, "name": "r", "language": "fr-CA"}))
    decided_first(world, NOTHING)
    address = letters(world, REPORTER)[0]["link"].removeprefix("https://liaison.example")
    assert '<html lang="fr"' in world.ask("GET", address).text
    judged(world, party(world), NOTHING)
    assert [letter["title"] for letter in letters(world, REPORTER)] == ["À propos de votre signalement"] * 2


def test_the_ten_of_those_who_reported_it_are_ten_beside_its_author(world: World) -> None:
    for number in range(appeals.MOST):
        world.handle(builders.flag(world.now, flag=f"f-{number}", reporter={"id": f"r-{number}", "name": "r"}))
    decided(world, held(world))
    appealed(world, "author")
    for flag in world.items("flag"):
        appealed(world, flag["sk"].removeprefix("flag#"))
    assert len(original(world)["appeals"]) == 1 + appeals.MOST


def test_of_a_community_that_has_left_the_program_an_appeal_can_still_be_asked_for_and_decided(
    reported: World,
) -> None:
    decided_first(reported, HIDE)
    address = letters(reported, AUTHOR)[0]["link"].removeprefix("https://liaison.example")
    gone = Program(communities=(Community(id="other", name="Other"),))
    appeal = appealed(reported, "author")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("functions.shared.program.active", lambda: (gone, "hash"))
        assert reported.ask("GET", address).status == 200
    taken = held(reported, "Zoe", appeal["id"])
    args: dict[str, Any] = {"now": reported.now, "program": gone, "hash_": "hash"}
    working.decide(table(), "acme", appeal["id"], "Zoe", taken["fence"], NOTHING, **args)
    assert letters(reported, AUTHOR)[-1]["title"] == "About what you wrote"
