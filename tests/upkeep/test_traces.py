"""Where an account stands that is hard to find, and what changes in the moment it is emptied."""

import json
import re
from typing import Any

import pytest

from events.moderation import Subject
from events.people import Person
from functions.moderation import appeals, cases
from functions.moderation import records as moderation
from functions.moderation.standards import Standards
from functions.platforms import acting, telling
from functions.shared.table import Item, Update, key_of, table
from functions.upkeep import sweep, traces
from tests.moderation import people
from tests.moderation.people import recorded
from tests.support import builders
from tests.support.outside import unreachable
from tests.support.world import World
from tests.upkeep.test_erasure import (
    ACCOUNT,
    AT,
    OTHER,
    WHO,
    WORDS,
    asked,
    decided,
    erased,
    flagged,
    held_by_the_game,
    letter,
    no_platform,
    quoted,
    report,
    seen,
    told,
)

__all__ = ["no_platform"]


def explained(world: World, post: str, flag: str, code: str, reporter: str = OTHER, delivery: str = "") -> None:
    envelope, event = told(
        world,
        "explanation",
        delivery or f"explained-{flag}",
        subject=Subject(source="game", kind="post", id=post),
        flag=flag,
        reason="bad",
        code=code,
        comment="Please look",
        reporter=Person(id=reporter, name="Pat"),
        explained_at=world.now,
    )
    moderation.record_explanation(table(), envelope, event, Standards(), world.now)


# Whoever reported it is somebody else


def account_reported(world: World, by: str, author: bool = True) -> None:
    """As Discord's are named: whom, and by whom."""
    envelope, event = told(
        world,
        "flag",
        f"by-{by}",
        flag=f"report-user:{WHO}:{by}",
        subject=Subject(source="game", kind="account", id=WHO, url=f"https://game.example/users/{WHO}"),
        title="Kim" if author else "",
        text=f"{WORDS}, my profile",
        reason="harassment",
        comment=f"{by} says: threatens me",
        author=Person(id=WHO, name="Kim") if author else None,
        reporter=Person(id=by, name="Pat"),
        raised_at=world.now,
    )
    recorded(envelope, event, world)


def test_whoever_is_reported_does_not_take_the_reporters_along(world: World) -> None:
    for by in (OTHER, "u-7"):
        account_reported(world, by)
    asked(world)
    erased(world)
    assert {flag["reporter"]["id"] for flag in world.items("flag")} == {OTHER, "u-7"}
    assert {flag["comment"] for flag in world.items("flag")} == {f"{by} says: threatens me" for by in (OTHER, "u-7")}
    assert not [flag for flag in world.items("flag") if WHO in flag["flag"]]
    assert f"report-user:{WHO}" not in held_by_the_game(world)
    people.decided(world, people.held(world))
    world.finish()
    told_to = {row["request"]["person"]["id"] for row in world.items("delivery") if row["purpose"] == "tell"}
    assert told_to == {OTHER, "u-7"}


def test_a_report_that_names_the_account_can_be_explained_and_does_not_name_it_again(world: World) -> None:
    flagged(world, "p1", f"report-user:{WHO}:{OTHER}", WHO, OTHER)
    asked(world)
    erased(world)
    explained(world, "p1", f"report-user:{WHO}:{OTHER}", "hate")
    flag = world.item("flag")
    assert (flag["code"], flag["reporter"]["id"], flag["comment"]) == ("hate", OTHER, "Please look")
    assert WHO not in held_by_the_game(world)


def test_an_id_that_goes_while_its_report_is_explained_does_not_come_back(world: World) -> None:
    flagged(world, "p1", f"report-user:{WHO}:{OTHER}", WHO, OTHER)
    asked(world)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: erased(world))
    explained(world, "p1", f"report-user:{WHO}:{OTHER}", "hate")
    assert world.item("flag")["code"] == "hate"
    assert WHO not in held_by_the_game(world)


# What changes in the moment it is emptied


def test_a_case_that_changes_while_it_is_emptied_is_found_again(world: World) -> None:
    """Nobody but the decision there said whose it is, and that is emptied only once nothing else is left."""
    flagged(world, "p3", "report:p3", None, OTHER)
    decided(world, "p3", "d-3", OTHER, WHO)
    asked(world)
    envelope, event = report(world, "p3", "report:p3:2", None, OTHER, f"{WORDS} again")
    world.faults.at("s3.DeleteObject", "after", lambda: recorded(envelope, event, world))
    erased(world)
    assert WORDS not in held_by_the_game(world)
    assert WHO not in held_by_the_game(world)
    assert not quoted(world)


def test_an_appeal_that_is_made_in_that_moment_is_about_no_words_any_more(world: World) -> None:
    flagged(world, "p3", "report:p3", None, OTHER)
    first = people.decided(world, people.held(world), people.NOTHING)
    decided(world, "p3", "d-3", OTHER, WHO)
    party = world.item("flag")["sk"].removeprefix("flag#")
    asked(world)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: erased(world))
    made = appeals.make(table(), "acme", first["id"], party, "It is bad.", people.PROGRAM, world.now)
    assert made["text"] == ""
    assert WORDS not in held_by_the_game(world)


@pytest.mark.parametrize("nth", [1, 2])
def test_figures_that_are_counted_in_that_moment_do_not_come_back(
    world: World, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    """On a platform that tells nobody anything, so that no letter leads to the report."""
    monkeypatch.setattr(telling, "on", lambda platform: None)
    flagged(world, "p1", "report:p1", OTHER, WHO, "Banjo")
    asked(world)
    first = people.decided(world, people.held(world))
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: sweep.outcomes_due(table(), lambda: True), nth=nth)
    erased(world)
    appeal = appeals.make(table(), "acme", first["id"], "author", "I did not.", people.PROGRAM, world.now)
    people.decided(world, people.held(world, "Zoe", appeal["id"]), people.NOTHING, "Zoe")
    sweep.outcomes_due(table(), lambda: True)
    assert not world.items("figures")


def unsent(world: World, state: str) -> Item:
    """A letter with which delivery stands still."""
    flagged(world, "p1", "report:p1", WHO, OTHER)
    people.decided(world, people.held(world))
    people.carried_out(world)
    sweep.outcomes_due(table(), lambda: True)
    row = letter(world)
    return table().write(Update(key_of(row), set={"state": state, "fence": 3}))


@pytest.mark.parametrize("state", ["claimed", "armed"])
def test_a_letter_whose_lease_is_over_is_not_sent_any_more(world: World, state: str) -> None:
    before = unsent(world, state)
    world.later(seconds=1)
    asked(world)
    erased(world)
    row = letter(world)
    assert (row["state"], row["request"]["person"]["id"], row["request"]["text"]) == ("cancelled", "erased", "")
    assert "due" not in row
    assert row["fence"] > before["fence"]  # Whoever comes back late has lost it.
    assert WORDS not in held_by_the_game(world)


def test_as_long_as_something_is_in_other_hands_the_search_is_not_over(world: World) -> None:
    """Each time it comes by, delivery has just taken it again."""
    row = unsent(world, "claimed")
    asked(world)
    for number in range(1, 8):
        taken = {"due_at": "2099-01-01T00:00:00.000Z"}
        table().write(Update(key_of(row), set=taken))
        assert world.rounds()
        assert (world.item("erasure")["state"], world.item("erasure")["search"]) == ("searching", number + 1)
        world.later(minutes=15)
    table().write(Update(key_of(row), set={"due_at": "2026-01-01T00:00:00.000Z"}))
    erased(world)
    assert WORDS not in held_by_the_game(world)
    assert WHO not in held_by_the_game(world)


def test_a_measure_that_delivery_has_just_read_does_not_bring_the_account_back(world: World) -> None:
    flagged(world, "p1", f"report:p1:{OTHER}", OTHER, WHO, "Banjo")
    flagged(world, "p1", f"report:p1:{WHO}", OTHER, WHO, "Banjo")
    people.decided(world, people.held(world), people.HIDE.model_copy(update={"measures": ("hide", "resolve")}))
    asked(world)
    world.outside.always = unreachable
    world.faults.at("dynamodb.UpdateItem", "after", lambda: erased(world), nth=1)
    world.drain()
    assert WHO not in held_by_the_game(world)


# Where it is hard to find


def test_a_report_of_the_account_itself(world: World) -> None:
    """There is no author beside it."""
    account_reported(world, OTHER, author=False)
    people.decided(world, people.held(world))
    people.carried_out(world)
    sweep.outcomes_due(table(), lambda: True)
    asked(world)
    erased(world)
    case = world.item("case")
    assert (case["text"], case["summary"], case["subject"]["url"]) == ("", "erased", "")
    assert WORDS not in held_by_the_game(world)
    assert not quoted(world)
    assert world.item("flag")["comment"]


def test_what_only_bears_the_accounts_number_is_somebody_elses() -> None:
    post = {"source": "game", "kind": "post", "id": WHO}
    assert not ACCOUNT.is_subject(post)
    assert not ACCOUNT.is_subject({**post, "kind": "account", "source": "forum"})
    assert set(acting.ACCOUNTS.values()) <= set(traces.ACCOUNTS)


def test_a_case_that_its_only_report_has_left(world: World) -> None:
    """It turned out to be worse, and opened another one; then a moderator there said whose it is."""
    flagged(world, "p7", "report:p7", None, OTHER)
    people.decided(world, people.held(world), people.NOTHING)
    world.later(minutes=1)
    explained(world, "p7", "report:p7", "minor_safety")
    assert len(world.items("case")) == 2
    decided(world, "p7", "d-7", OTHER, WHO)
    asked(world)
    erased(world)
    assert WORDS not in held_by_the_game(world)
    assert not quoted(world)


def test_an_author_whom_only_the_second_report_names(world: World) -> None:
    flagged(world, "p8", "report:p8", None, OTHER, "Banjo")
    held = people.held(world)
    flagged(world, "p8", "report:p8:2", WHO, OTHER)
    assert world.item("case")["author"] == {"id": WHO, "name": "Kim"}
    with pytest.raises(cases.NotAllowedError, match="changed since"):  # Nobody has seen what else they wrote.
        people.decided(world, held)
    people.decided(world, people.held(world))
    asked(world)
    erased(world)
    assert WHO not in held_by_the_game(world)
    assert not quoted(world)


def test_an_author_whom_only_an_edit_names(world: World) -> None:
    flagged(world, "p8", "report:p8", None, OTHER, "Banjo")
    seen(world, "p8", "edited")
    assert world.item("case")["author"]["id"] == WHO


def test_an_author_who_is_known_only_after_the_decision_has_it_in_their_history_once(world: World) -> None:
    flagged(world, "p8", "report:p8", None, OTHER, "Banjo")
    people.decided(world, people.held(world))
    flagged(world, "p8", "report:p8:2", WHO, "u-7", "Banjo")
    flagged(world, "p8", "report:p8:3", WHO, "u-8", "Banjo")
    assert world.item("history")["violation"] == 1
    asked(world)
    erased(world)
    assert not [key for key in world.objects("evidence/") if WHO.encode() in world.stored(key)]
    assert not world.items("history")


def test_an_author_who_was_erased_is_not_named_again(world: World) -> None:
    flagged(world, "p1", "report:p1", WHO, OTHER)
    asked(world)
    envelope, event = report(world, "p1", "report:p1:2", WHO, OTHER)
    erased(world)
    recorded(envelope, event, world)
    assert world.item("case")["author"] == {}


def test_a_moderator_there_is_not_named_in_an_appeal_either(world: World) -> None:
    flagged(world, "p2", "report:p2", OTHER, OTHER, "Banjo")
    envelope, event = told(
        world,
        "decision",
        "decided-d2",
        decision="d-2",
        subject=Subject(source="game", kind="post", id="p2"),
        did="removed",
        outcome="violation",
        reason="rules",
        moderator=Person(id=WHO, name="Kim"),
        decided_at=world.now,
    )
    moderation.record_decision(table(), envelope, event, Standards(), world.now)
    world.token("moderator", name="Zoe")
    appeal = appeals.make(table(), "acme", world.item("case")["id"], "author", "A joke.", people.PROGRAM, world.now)
    assert appeal["excluded"] == ["standard_webhooks Kim"]
    asked(world)
    erased(world)
    assert "Kim" not in held_by_the_game(world)
    assert moderation.existing(table(), "acme", appeal["id"])["excluded"] == []


@pytest.mark.parametrize("named", [WHO, "Kim"])
def test_an_address_that_leads_to_the_account(world: World, named: str) -> None:
    url = f"https://game.example/players/{named}/posts/p1"
    data: Any = {
        "id": "report-1",
        "reason": "harassment",
        "at": world.now.isoformat(),
        "subject": {"kind": "post", "id": "p1", "text": "x", "url": url, "author": {"id": WHO, "name": "Kim"}},
        "reporter": {"id": OTHER, "name": "Pat"},
    }
    world.handle(builders.webhook("flag.raised", data, world.now))
    people.decided(world, people.held(world))
    world.finish()
    assert world.delivery("hide")["state"] == "sent"
    asked(world)
    erased(world)
    assert named not in held_by_the_game(world)


def test_an_address_that_does_not_name_the_account_stays(world: World) -> None:
    """By it, some platforms know where a measure has to be carried out."""
    subject = {"source": "game", "kind": "post", "id": "p", "url": "https://game.example/rooms/1/posts/u-44170"}
    ((_, changes),) = traces.of_subject([case(subject)], ACCOUNT, AT)
    assert "subject" not in changes


def case(subject: Item) -> Item:
    words = {"title": "t", "text": "x", "original": "o", "summary": "s"}
    return {"pk": "acme#case#c", "sk": "case", "kind": "case", "subject": subject, "author": {"id": WHO}, **words}


def test_what_its_platform_told_of_it_goes_with_a_measure_against_it(world: World) -> None:
    """As Reddit's does: `person` in what was before, and after."""
    flagged(world, "p1", "report:p1", WHO, OTHER)
    people.decided(world, people.held(world), people.HIDE.model_copy(update={"measures": ("ban", "hide")}))
    for name in ("ban", "hide"):
        row = world.delivery(name)
        before = {"person": WHO, "banned": False} if name == "ban" else {"hidden": False}
        request = {**row["request"], "prepared": {"before": before}, "expected": before}
        posted = {"id": "p1", "url": "", "after": before | {"banned": True}}
        changes = {"state": "sent", "request": request, "posted": posted}
        table().write(Update(key_of(row), set=changes, remove=["due", "due_at"]))
    asked(world)
    erased(world)
    assert WHO not in held_by_the_game(world)
    with pytest.raises(cases.NotAllowedError, match="nobody wrote down"):
        cases.undoable(world.delivery("ban"), "ban")
    cases.undoable(world.delivery("hide"), "hide")


def test_the_page_of_somebody_who_was_erased_offers_nothing(world: World) -> None:
    flagged(world, "p1", "report:p1", WHO, OTHER)
    people.decided(world, people.held(world))
    people.carried_out(world)
    sweep.outcomes_due(table(), lambda: True)
    link = letter(world)["request"]["link"].removeprefix("https://liaison.example")
    assert "<form" in world.ask("GET", link).text
    asked(world)
    erased(world)
    page = world.ask("GET", link)
    assert (page.status, "<form" in page.text) == (404, False)
    assert re.search("nothing here any more", page.text)


def test_who_has_asked_before_still_sees_how_it_stands(world: World) -> None:
    flagged(world, "p1", "report:p1", WHO, OTHER)
    first = people.decided(world, people.held(world))
    people.carried_out(world)
    sweep.outcomes_due(table(), lambda: True)
    link = letter(world)["request"]["link"].removeprefix("https://liaison.example")
    appeals.make(table(), "acme", first["id"], "author", WORDS, people.PROGRAM, world.now)
    asked(world)
    erased(world)
    page = world.ask("GET", link)
    assert (page.status, WORDS in page.text, "<form" in page.text) == (200, False, False)
    assert json.dumps(WORDS) not in page.text
