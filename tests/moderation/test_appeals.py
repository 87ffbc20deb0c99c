"""Another look: asked for by a signed link, taken by somebody else, and undoing what was wrong."""

from urllib.parse import quote, urlsplit

import pytest
from botocore.exceptions import ReadTimeoutError

from events.moderation import Decision, DecisionReported
from events.program import Moderator
from functions.moderation import appeals, records, working
from functions.moderation.cases import NotAllowedError
from functions.moderation.standards import Standards
from functions.shared import outbox
from functions.shared import table as table_module
from functions.shared.table import Item, Update, table
from tests.moderation.people import NOTHING, PROGRAM, decided, held
from tests.support import builders
from tests.support.faults import answer_lost
from tests.support.world import Answered, World

AUTHOR = "9"
"""Whose post `builders.post_flag` is about."""
REMOVE = Decision(outcome="violation", measures=("remove",), explanation="It was spam.")
POST = "https://forum.example/posts/204.json"


@pytest.fixture
def removed(world: World) -> World:
    """A post was removed by Mo, and its author and whoever reported it know."""
    for name in ("Mo", "Zoe"):
        world.token("moderator", name=name)
    world.handle(builders.post_flag(world.now, author=9))
    decided(world, held(world), REMOVE)
    world.finish()
    assert POST in world.outside.deleted
    return world


def letters(world: World) -> dict[str, Item]:
    """By party: `author`, or the hash of a report."""
    rows = (row for row in world.items("delivery") if row["purpose"] == "tell")
    return {row["sk"].removeprefix("delivery#told#"): row["request"] for row in rows}


def link(world: World, party: str = "author") -> str:
    whole = urlsplit(letters(world)[party]["link"])
    return f"{whole.path}?{whole.query}"


def ask(world: World, words: str = "I was quoting somebody.", party: str = "author") -> Answered:
    form = {"content-type": "application/x-www-form-urlencoded"}
    return world.ask("POST", link(world, party), f"words={quote(words)}".encode(), headers=form)


def appeal(world: World) -> Item:
    (found,) = [case for case in world.items("case") if case["nature"] == "appeal"]
    return found


def original(world: World) -> Item:
    (found,) = [case for case in world.items("case") if case["nature"] != "appeal"]
    return found


def judge(world: World, decision: Decision, who: str = "Zoe") -> Item:
    taken = held(world, who, appeal(world)["id"])
    done = decided(world, taken, decision, who)
    world.finish()
    return done


def test_the_page_says_what_was_decided_and_asks_nothing_of_the_reader(removed: World) -> None:
    page = removed.ask("GET", link(removed))
    assert page.status == 200
    assert "breaks a rule" in page.text
    assert "It was spam." in page.text
    assert "<form" in page.text
    assert "form-action &#39;self&#39;" not in page.text
    assert page.headers["content-security-policy"].count("form-action 'self'") == 1
    assert not [case for case in removed.items("case") if case["nature"] == "appeal"]  # A GET never acts.


def test_a_link_that_is_not_ours_opens_nothing(removed: World) -> None:
    good = link(removed)
    for wrong in (good[:-1], good.replace("r=author", "r=somebody"), good.partition("?")[0]):
        assert removed.ask("GET", wrong).status == 403
        assert removed.ask("POST", wrong, b"words=x").status == 403
    assert len(removed.items("case")) == 1


def test_asked_for_twice_there_is_one_appeal(removed: World) -> None:
    assert "You have asked" in ask(removed).text
    assert "You have asked" in ask(removed, "And again").text
    assert appeal(removed)["appeal"] == "I was quoting somebody."
    assert [line["what"] for line in records.whole(table(), "acme", original(removed)["id"])["audit"]][-1] == "appealed"


def test_nothing_said_is_nothing_asked(removed: World) -> None:
    assert "<form" in ask(removed, "   ").text
    assert len(removed.items("case")) == 1


def test_whoever_decided_cannot_judge_it(removed: World) -> None:
    ask(removed)
    with pytest.raises(NotAllowedError, match="you had a part in what this is about"):
        held(removed, "Mo", appeal(removed)["id"])
    assert held(removed, "Zoe", appeal(removed)["id"])["claimed_by"] == "Zoe"


def test_the_store_itself_refuses_whoever_had_a_part(removed: World) -> None:
    """Even with a fence that somebody got hold of."""
    ask(removed)
    taken = held(removed, "Zoe", appeal(removed)["id"])
    with pytest.raises(NotAllowedError):
        decided(removed, taken, NOTHING, "Mo")
    assert appeal(removed)["state"] == "claimed"


def test_one_person_alone_judges_and_it_is_said(world: World) -> None:
    world.token("moderator", name="Mo")
    world.handle(builders.post_flag(world.now, author=9))
    decided(world, held(world), REMOVE)
    world.finish()
    ask(world)
    judge(world, REMOVE, "Mo")
    assert original(world)["independent"] is False
    told = letters(world)["appellant"]["text"]
    assert "the same people decided again" in told
    assert "had no part" not in told


def test_where_somebody_else_has_judged_that_is_said(removed: World) -> None:
    ask(removed)
    judge(removed, NOTHING)
    told = letters(removed)["appellant"]["text"]
    assert "Whoever did this had no part in the decision before." in told
    assert "same people" not in told


def test_overturned_everything_is_as_before(removed: World) -> None:
    ask(removed)
    judge(removed, NOTHING)
    assert removed.outside.deleted == set()
    assert (original(removed)["outcome"], original(removed)["judged"]) == ("no_violation", "overturned")
    assert "taken back" in letters(removed)["appellant"]["text"]
    for figures in removed.items("figures"):
        assert (figures.get("agreed", 0), figures.get("disagreed", 0)) == (0, 1)
    assert records.verified(table(), original(removed)) is None
    assert "taken back" in removed.ask("GET", link(removed)).text


def test_upheld_everything_stays(removed: World) -> None:
    ask(removed)
    judge(removed, REMOVE)
    assert POST in removed.outside.deleted
    assert original(removed)["judged"] == "upheld"
    assert "It stays as it is" in letters(removed)["appellant"]["text"]
    assert len([row for row in removed.items("delivery") if row["purpose"] == "act"]) == 1


def test_a_milder_measure_takes_the_place_of_the_first(removed: World) -> None:
    ask(removed)
    judge(removed, REMOVE.model_copy(update={"measures": ("lock",)}))
    assert removed.outside.deleted == set()
    acts = {
        (row["request"]["measure"], row["request"]["undo"])
        for row in removed.items("delivery")
        if row["purpose"] == "act"
    }
    assert acts == {("remove", False), ("remove", True), ("lock", False)}
    assert original(removed)["judged"] == "changed"


def test_what_an_appeal_of_somebody_else_did_is_undone_when_the_author_asks(world: World) -> None:
    """It stands in that appeal, not in the case."""
    for name in ("Mo", "Zoe", "Pat"):
        world.token("moderator", name=name)
    world.handle(builders.post_flag(world.now, author=9))
    decided(world, held(world), NOTHING)
    flag, case = world.item("flag"), original(world)["id"]
    table().write(Update((flag["pk"], flag["sk"]), set={"reporter": {"id": "7", "name": "r"}}))
    party = flag["sk"].removeprefix("flag#")
    first = appeals.make(table(), "acme", case, party, "It is spam.", PROGRAM, world.now)
    decided(world, held(world, "Zoe", first["id"]), REMOVE, "Zoe")
    world.finish()
    assert POST in world.outside.deleted
    second = appeals.make(table(), "acme", case, "author", "It is not.", PROGRAM, world.now)
    assert second["excluded"] == ["Mo", "Zoe"]  # Each of them has decided it before.
    decided(world, held(world, "Pat", second["id"]), NOTHING, "Pat")
    world.finish()
    assert POST not in world.outside.deleted
    assert original(world)["outcome"] == "no_violation"


def test_what_was_judged_is_not_judged_again(removed: World) -> None:
    ask(removed)
    judge(removed, REMOVE)
    with pytest.raises(NotAllowedError, match="looked at again already"):
        appeals.admissible(original(removed), "author", PROGRAM, removed.now)


def test_after_half_a_year_it_is_too_late(removed: World) -> None:
    late = link(removed)
    removed.later(days=184)
    assert removed.ask("GET", late).status == 403


def test_a_lost_answer_makes_no_second_appeal(removed: World) -> None:
    removed.faults.at("dynamodb.TransactWriteItems", "after", answer_lost)
    with pytest.raises(ReadTimeoutError):
        ask(removed)
    ask(removed)
    assert len(removed.items("case")) == 2


def test_a_measure_that_is_still_on_its_way_is_stopped(world: World) -> None:
    for name in ("Mo", "Zoe"):
        world.token("moderator", name=name)
    world.handle(builders.post_flag(world.now, author=9))
    case = decided(world, held(world), REMOVE)
    made = appeals.make(table(), "acme", case["id"], "author", "Why?", PROGRAM, world.now)
    taken = held(world, "Zoe", made["id"])
    working.decide(table(), "acme", made["id"], "Zoe", taken["fence"], NOTHING, "hash", world.now, PROGRAM)
    world.finish()
    assert world.outside.deleted == set()
    assert not [call for call in world.outside.calls if call.method == "DELETE"]


def test_an_appeal_that_a_platform_tells_of_is_decided_like_any_case(world: World) -> None:
    world.handle(builders.flag(world.now, nature="appeal"))
    assert world.item("case")["nature"] == "appeal"
    assert decided(world, held(world), NOTHING)["state"] == "decided"


def test_of_two_appeals_the_first_that_is_decided_counts(world: World) -> None:
    for name in ("Mo", "Zoe"):
        world.token("moderator", name=name)
    data = {"id": "r-1", "name": "reporter"}
    world.handle(builders.flag(world.now, reporter=data))
    decided(world, held(world), REMOVE.model_copy(update={"measures": ("hide",)}))
    world.finish()
    first, second = sorted(letters(world), key=lambda party: party != "author")
    ask(world, party=first)
    case = original(world)["id"]
    other = appeals.make(table(), "acme", case, second, "Worse!", PROGRAM, world.now)
    mine = appeals.make(table(), "acme", case, first, "Why?", PROGRAM, world.now)
    decided(world, held(world, "Zoe", mine["id"]), NOTHING, "Zoe")
    taken = held(world, "Zoe", other["id"])
    with pytest.raises(NotAllowedError, match="overturned on another appeal already"):
        decided(world, taken, REMOVE.model_copy(update={"measures": ("hide",)}), "Zoe")
    assert decided(world, taken, NOTHING, "Zoe")["state"] == "decided"
    assert original(world)["outcome"] == "no_violation"


def test_what_was_given_up_is_not_done_after_it_was_overturned(removed: World) -> None:
    (row,) = [row for row in removed.items("delivery") if row["purpose"] == "act"]
    stuck = {"state": "stuck", **table_module.listed("acme", outbox.NEEDS_A_PERSON, row["key"], "2026-11-22")}
    table().write(Update((row["pk"], row["sk"]), set=stuck))
    ask(removed)
    judge(removed, NOTHING)
    after = table().get(row["pk"], row["sk"])
    assert after is not None
    assert (after["state"], "listing" in after) == ("cancelled", False)


def test_the_only_lead_judges_when_nobody_else_may(world: World) -> None:
    lead = Moderator(id="mo", community="acme", name="Mo", pseudonym="m", lead=True)
    helper = Moderator(id="zoe", community="acme", name="Zoe", pseudonym="z")
    program = PROGRAM.model_copy(update={"moderators": (lead, helper)})
    for name in ("mo", "zoe"):
        world.token("moderator", name=name)
    world.handle(builders.post_flag(world.now, author=9))
    case = decided(world, held(world, "mo"), REMOVE, "mo")
    made = appeals.make(table(), "acme", case["id"], "author", "Why?", program, world.now)
    assert made["excluded"] == []


def test_whoever_decided_on_the_platform_cannot_judge_it_here(world: World) -> None:
    mo = Moderator(id="mo", community="acme", name="Mo", pseudonym="m", lead=True, accounts={"game": "acc-mo"})
    zoe = Moderator(id="zoe", community="acme", name="Zoe", pseudonym="z", lead=True)
    world.handle(builders.flag(world.now))
    given = {
        "community": "acme",
        "source": "game",
        "platform": "standard_webhooks",
        "decision": "d-1",
        "subject": world.item("case")["subject"],
        "did": "removed",
        "outcome": "violation",
        "moderator": {"id": "acc-mo", "name": "MoOnGame"},
        "decided_at": world.now,
    }
    standards = Standards(moderators=(mo, zoe))
    envelope = builders.flag(world.now, flag="other")
    records.record_decision(table(), envelope, DecisionReported.model_validate(given), standards, world.now)
    program = PROGRAM.model_copy(update={"moderators": (mo, zoe)})
    made = appeals.make(table(), "acme", original(world)["id"], "author", "Why?", program, world.now)
    assert "mo" in made["excluded"]
    with pytest.raises(NotAllowedError, match="you had a part"):
        held(world, "mo", made["id"])
    assert held(world, "zoe", made["id"])["claimed_by"] == "zoe"


def test_of_a_thousand_who_reported_it_ten_may_ask_and_their_answer_holds_for_all(world: World) -> None:
    for number in range(appeals.MOST + 1):
        world.handle(builders.post_flag(world.now, reviewable=number + 1))
    for flag in world.items("flag"):
        table().write(Update(table_module.key_of(flag), set={"reporter": {"id": flag["sk"], "name": ""}}))
    case = decided(world, held(world), NOTHING)
    parties = [flag["sk"].removeprefix("flag#") for flag in world.items("flag")]
    made = [appeals.make(table(), "acme", case["id"], party, "Look!", PROGRAM, world.now) for party in parties[:-1]]
    with pytest.raises(NotAllowedError, match="have asked already"):
        appeals.make(table(), "acme", case["id"], parties[-1], "Look!", PROGRAM, world.now)
    assert original(world)["appeals"] == [one["id"] for one in made]


def test_where_only_what_is_done_changes_the_answer_says_just_that(removed: World) -> None:
    ask(removed)
    judge(removed, Decision(outcome="violation", measures=("hide",), explanation="Hiding it is enough."))
    told = letters(removed)["appellant"]["text"]
    assert "What was found stays as it is, and what is done about it was changed." in told
    assert "taken back" not in told
    assert "was changed" in removed.ask("GET", link(removed)).text


@pytest.mark.parametrize(
    ("names", "said"), [(("Mo", "Zoe"), "had no part in the decision will look"), (("Mo",), "The moderators will look")]
)
def test_the_page_promises_somebody_else_only_where_there_is_anybody(
    world: World, names: tuple[str, ...], said: str
) -> None:
    for name in names:
        world.token("moderator", name=name)
    world.handle(builders.post_flag(world.now, author=9))
    decided(world, held(world), REMOVE)
    world.finish()
    assert said in world.ask("GET", link(world)).text


def test_a_measure_at_a_place_that_shows_no_state_is_taken_back_too(world: World) -> None:
    """Of our own game nobody can ask what is so: what was before and after is known to be nothing."""
    for name in ("Mo", "Zoe"):
        world.token("moderator", name=name)
    world.handle(builders.flag(world.now))
    decided(world, held(world))
    world.finish()
    ask(world)
    judge(world, NOTHING)
    assert world.delivery("undo#hide")["state"] == "sent"
