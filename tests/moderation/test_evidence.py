"""What was seen when something was reported: kept as it was, named by the decision, and what an appeal is about."""

import json
from datetime import timedelta
from typing import Any

import pytest

from events.moderation import FlagRaised, MessageSeen
from functions.moderation import appeals, evidence, records
from functions.moderation.standards import Standards
from functions.shared.table import Item, Update, key_of, table
from tests.api.manager import Manager
from tests.moderation.people import HIDE, PROGRAM, decided, held, recorded
from tests.support import builders
from tests.support.faults import Crash, answer_lost, aws_error, crash
from tests.support.world import START, World

ORIGIN = {"community": "acme", "source": "game", "platform": "standard_webhooks"}
POST = {"source": "game", "kind": "post", "id": "7", "url": "https://game.example/7"}
AUTHOR = {"id": "a-1", "name": "Kim"}


def flag(world: World, name: str = "f", revision: str = "1", **more: Any) -> str:
    about = {**POST, "revision": revision}
    given = {**ORIGIN, "flag": name, "subject": about, "author": AUTHOR, "text": "Go home", "raised_at": world.now}
    event = FlagRaised.model_validate({**given, **more})
    return recorded(builders.webhook("told", {}, world.now), event, world)


def edited(world: World, text: str, after: int, change: str = "edited", author: Any = AUTHOR) -> str:
    given = {**ORIGIN, "subject": POST, "change": change, "text": text, "author": author}
    seen = MessageSeen.model_validate({**given, "changed_at": START + timedelta(seconds=after)})
    return records.record_message(table(), builders.webhook("told", {}, world.now), seen, world.now)


def snapshots(world: World, case: Item | None = None) -> list[tuple[str, str]]:
    """Of a case, in its order: what was said, in which revision."""
    of = case or world.item("case")
    found = [evidence.read(of, one["hash"]) for one in of.get("evidence", ())]
    return [(one["text"], one["revision"]) for one in found]


def test_what_was_reported_is_kept_as_it_was(world: World) -> None:
    flag(world, title="Hey", original="<b>Go home</b>")
    case = world.item("case")
    (kept,) = case["evidence"]
    assert evidence.read(case, kept["hash"]) == {
        "platform": "standard_webhooks",
        "subject": {**POST, "revision": "1"},
        "title": "Hey",
        "text": "Go home",
        "original": "<b>Go home</b>",
        "url": POST["url"],
        "author": AUTHOR,
        "revision": "1",
    }
    assert (kept["revision"], kept["seen_at"]) == ("1", "2026-11-22T12:00:00.000Z")


def test_each_state_once_and_the_newest_is_known(world: World) -> None:
    flag(world, "a")
    flag(world, "b")
    flag(world, "c", text="Stay home")
    flag(world, "d", revision="2")
    edited(world, "I love you", 60)
    assert snapshots(world) == [("Go home", "1"), ("Stay home", "1"), ("Go home", "2"), ("I love you", "")]
    assert world.item("case")["current"] == 4
    assert len(world.objects("evidence/")) == 4


def test_an_edit_that_comes_late_is_kept_and_is_not_what_is_there_now(world: World) -> None:
    flag(world)
    edited(world, "Second", 60, author=None)
    edited(world, "First", 30)  # And tells who wrote it, which the later one did not.
    assert [text for text, _ in snapshots(world)] == ["Go home", "Second", "First"]
    assert world.item("case")["current"] == 2


def test_an_edit_back_is_what_is_there_now(world: World) -> None:
    flag(world)
    for after, text in ((10, "One"), (20, "Two"), (30, "One")):
        edited(world, text, after)
    case = world.item("case")
    assert [text for text, _ in snapshots(world)] == ["Go home", "One", "Two"]
    assert case["current"] == 2


def test_what_says_nothing_is_not_kept(world: World) -> None:
    flag(world, text="")
    edited(world, "", 10, "removed")
    assert world.objects("evidence/") == []
    assert world.item("case").get("evidence", []) == []


def test_a_case_keeps_no_more_than_it_can_and_names_none_that_it_has_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MOST", 2)
    for number in range(4):
        flag(world, f"f{number}", text=f"No. {number}")
    case = world.item("case")
    assert ([text for text, _ in snapshots(world)], case["current"]) == (["No. 0", "No. 1"], 0)
    assert case["flags"] == 4


@pytest.mark.parametrize("fault", [crash, answer_lost, aws_error("SlowDown", 503)])
@pytest.mark.parametrize("when", ["before", "after"])
def test_without_its_snapshot_a_report_is_not_recorded_and_comes_again(world: World, fault: Any, when: Any) -> None:
    world.faults.at("s3.PutObject", when, fault)
    with pytest.raises((Crash, Exception)):
        flag(world)
    assert world.items("flag") == []
    world.faults.forget()
    flag(world)
    assert snapshots(world) == [("Go home", "1")]
    assert len(world.objects("evidence/")) == world.item("case")["flags"] == 1


def test_of_two_who_open_it_at_once_each_object_is_named(world: World) -> None:
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: flag(world, "other", text="Stay home"))
    flag(world)
    case = world.item("case")
    assert {evidence.key(case, one["hash"]) for one in case["evidence"]} == set(world.objects("evidence/"))
    assert sorted(snapshots(world)) == [("Go home", "1"), ("Stay home", "1")]


def test_each_round_has_its_own(world: World) -> None:
    flag(world, "a")
    decided(world, held(world))
    world.later(days=8)
    flag(world, "b")
    assert [snapshots(world, case) for case in world.items("case")] == [[("Go home", "1")]] * 2
    assert len(world.objects("evidence/")) == 2


def test_a_decision_names_what_its_holder_had_seen(world: World) -> None:
    flag(world)
    flag(world, "b", text="Stay home")
    taken = held(world)
    flag(world, "c", text="Go away")  # More of the same: it keeps nobody from deciding.
    decided(world, taken)
    assert world.item("decision")["snapshot"] == 2
    line = world.items("audit")[-1]
    assert (line["what"], line["detail"]["snapshot"]) == ("decided", 2)


def test_an_appeal_is_about_the_words_that_were_decided_on(world: World) -> None:
    """Edited before the decision, and again after it."""
    flag(world)
    edited(world, "Nobody wants you", 60)
    done = decided(world, held(world))
    world.later(days=1)
    edited(world, "I love you all", 86_000)
    made = appeals.make(table(), "acme", done["id"], "author", "I was quoting", PROGRAM, world.now)
    assert (made["text"], made["current"]) == ("Nobody wants you", 2)
    shown = Manager(world).get(f"cases/{made['id']}").json
    assert [(one["number"], one["decided_on"]) for one in shown["evidence"]] == [(1, False), (2, True)]
    decided(world, held(world, "Zoe", made["id"]), HIDE, "Zoe")
    assert [item["snapshot"] for item in world.items("decision")] == [2, 2]


def test_moderators_read_it_and_nobody_reads_anything_else(world: World) -> None:
    flag(world, text="<script>alert(1)</script>")
    case, ada = world.item("case"), Manager(world, "moderator")
    name = case["evidence"][0]["hash"]
    assert ada.get(f"cases/{case['id']}/evidence/{name}").json["text"] == "<script>alert(1)</script>"
    answer = ada.get(f"cases/{case['id']}/evidence/{'0' * 64}")
    assert (answer.status, "nothing was seen in this case" in answer.message) == (404, True)


def test_what_is_gone_is_a_sentence(world: World) -> None:
    flag(world)
    case, ada = world.item("case"), Manager(world)
    name = case["evidence"][0]["hash"]
    evidence.deleted(case)
    evidence.deleted(case)
    answer = ada.get(f"cases/{case['id']}/evidence/{name}")
    assert (answer.status, answer.message) == (404, evidence.GONE)
    table().write(Update(key_of(case), set={"evidence": [], "forgotten": "erased"}))
    assert ada.get(f"cases/{case['id']}/evidence/{name}").message == evidence.GONE
    flag(world, "later")
    assert world.item("case")["evidence"] == []


def test_a_snapshot_is_not_named_in_a_case_that_has_forgotten_meanwhile(world: World) -> None:
    flag(world)
    case = world.item("case")

    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: forgotten(case))
    flag(world, "b", text="Stay home")
    found = world.item("case")
    assert (found["evidence"], found["flags"]) == ([], 2)
    assert world.objects("evidence/") == []


def forgotten(case: Item) -> None:
    evidence.deleted(case)
    table().write(Update(key_of(case), set={"evidence": [], "forgotten": "erased"}))


def test_a_snapshot_that_was_put_before_its_case_forgot_is_taken_away_when_it_comes_again(world: World) -> None:
    flag(world)
    case, again = world.item("case"), builders.webhook("told", {}, world.now)
    given = {**ORIGIN, "subject": POST, "change": "edited", "text": "Stay home", "changed_at": world.now}
    seen = MessageSeen.model_validate(given)
    world.faults.at("s3.PutObject", "after", crash)
    with pytest.raises(Crash):
        records.record_message(table(), again, seen, world.now)
    world.faults.forget()
    table().write(Update(key_of(case), set={"evidence": [], "forgotten": "erased"}))
    assert len(world.objects("evidence/")) == 2
    records.record_message(table(), again, seen, world.now)
    assert [json.loads(world.stored(key))["text"] for key in world.objects("evidence/")] == ["Go home"]


def test_strangers_words_are_json_in_the_bucket(world: World) -> None:
    flag(world, text="\u202e\U0001f600 \x00")
    (key,) = world.objects("evidence/")
    assert json.loads(world.stored(key))["text"] == world.item("case")["text"]
    assert key.startswith("evidence/acme/")


def test_without_snapshots_the_words_of_the_case_stand(world: World) -> None:
    flag(world, text="")
    case = world.item("case")
    assert evidence.words_of(case, 0) == {"title": "", "text": "", "original": ""}
    assert evidence.words_of({**case, "text": "x"}, 7)["text"] == "x"
    assert Standards().settings.appeals == 183
