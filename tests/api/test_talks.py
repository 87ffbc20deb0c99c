"""Taking care of what people said, from outside: one answer, in its own thread, by one person, of what was read."""

import json
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest

from functions.feedback import records, talk_records
from functions.shared.table import Item, Update, key_of, table
from tests.api.manager import Manager
from tests.support import builders, outside
from tests.support.faults import Crash, When, answer_lost, crash
from tests.support.world import World

WORDS = {"text": "We **know**: it is mended in 2.4."}
HOOK = "https://game.example/liaison"


@pytest.fixture
def ada(world: World) -> Manager:
    return Manager(world, "moderator")


@pytest.fixture
def bo(world: World) -> Manager:
    return Manager(world, "moderator", "Bo")


def said(world: World, content: str = "form-1", **more: Any) -> str:
    """The id of something that was said in the game."""
    world.handle(builders.feedback(world.now, content=content, **more))
    return next(records.item_id(one) for one in world.items("feedback") if one["content"] == content)


def logged(world: World, name: str) -> Item:
    return next(one for one in world.items("feedback") if records.item_id(one) == name)


def shown(who: Manager, name: str) -> dict[str, Any]:
    found = who.get(f"talks/{name}")
    assert found.status == 200, found.text
    return dict(found.json)


def answered(who: Manager, name: str, **more: Any) -> Any:
    return who.post(f"talks/{name}/answer", {**WORDS, "version": shown(who, name)["version"], **more})


def calls(world: World) -> list[Any]:
    return [one for one in world.outside.calls if one.url == HOOK]


def edited(world: World, name: str, text: str) -> None:
    item = logged(world, name)
    data = {"id": item["content"], "kind": "form", "change": "edited", "text": text, "said_at": item["said_at"]}
    world.later(minutes=1)
    world.handle(builders.webhook("feedback.changed", {**data, "at": world.now.isoformat()}, world.now))
    assert logged(world, name)["text"] == text


def test_what_nobody_touched_has_no_record(world: World, ada: Manager) -> None:
    told = shown(ada, said(world))
    assert (told["state"], told["assigned_to"], told["version"], told["cannot"]) == ("open", "", "first", "")
    assert told["text"] == "The new map is gorgeous."
    assert told["right"].startswith("no permission: what answers at the source's `api`")
    assert not world.items("talk")


def test_it_is_assigned_answered_and_the_place_is_told_once(world: World, ada: Manager) -> None:
    name = said(world)
    assert ada.post(f"talks/{name}/assign", {}).json["assigned_to"] == "Ada"
    preview = ada.post(f"talks/{name}/preview", WORDS).json
    made = answered(ada, name, seen=preview["hash"]).json
    assert made["state"] == "answering"
    world.finish()
    (call,) = calls(world)
    sent = {**preview["parts"][0]["body"], "timestamp": call.said["timestamp"]}
    assert call.said == sent
    assert call.said["type"] == "feedback.answered"
    assert call.said["data"]["id"] == "form-1"
    assert call.said["data"]["text"] == "We know: it is mended in 2.4."
    told = shown(ada, name)
    assert (told["state"], told["delivery"]["state"]) == ("answered", "sent")
    assert [line["what"] for line in told["history"]] == ["assigned", "answered"]
    assert not ada.get("talks").json["talks"]


def test_of_two_people_one_answers(world: World, ada: Manager, bo: Manager) -> None:
    name = said(world)
    assert answered(ada, name).status == 200
    refused = answered(bo, name)
    assert (refused.status, refused.message) == (409, "an answer is on its way already")
    world.finish()
    assert answered(bo, name).message == "it is answered already: open it again to say more"
    assert len(calls(world)) == 1


@pytest.mark.parametrize("way", ["assign", "answer", "close"])
def test_two_people_in_the_same_moment(world: World, ada: Manager, bo: Manager, way: str) -> None:
    """Both have read the same: the other one's write comes in between, and whoever is later is told so."""
    name = said(world)
    bodies = {"assign": {}, "answer": {**WORDS, "version": "first"}, "close": {"reason": "thanked in person"}}
    first: list[int] = []
    world.faults.at(
        "dynamodb.TransactWriteItems",
        "before",
        lambda: first.append(bo.post(f"talks/{name}/{way}", bodies[way]).status),
    )
    late = ada.post(f"talks/{name}/{way}", bodies[way])
    assert (first, late.status) == ([200], 409)
    world.finish()
    assert len(calls(world)) == (way == "answer")


def test_asked_again_by_the_same_person_it_is_the_same_answer(world: World, ada: Manager) -> None:
    name = said(world)
    first, second = answered(ada, name), answered(ada, name)
    assert (first.status, second.status) == (200, 200)
    world.finish()
    assert answered(ada, name, version="first").json["state"] == "answered"
    assert len(calls(world)) == 1


def test_what_somebody_has_is_left_to_them_for_a_day(world: World, ada: Manager, bo: Manager) -> None:
    name = said(world)
    ada.post(f"talks/{name}/assign", {})
    for refused in (
        answered(bo, name),
        bo.post(f"talks/{name}/assign", {}),
        bo.post(f"talks/{name}/close", {"reason": "x"}),
    ):
        assert refused.status == 409
        assert refused.message.startswith("Ada has it until 2026-11-23")
    assert ada.post(f"talks/{name}/assign", {"to": "Bo"}).json["assigned_to"] == "Bo"
    assert answered(ada, name).status == 409
    world.later(hours=25)
    assert answered(ada, name).status == 200


def test_a_fence_tells_that_it_went_through_other_hands(world: World, ada: Manager, bo: Manager) -> None:
    name = said(world)
    held = ada.post(f"talks/{name}/assign", {}).json["fence"]
    world.later(hours=25)
    bo.post(f"talks/{name}/assign", {})
    world.later(hours=25)
    late = answered(ada, name, fence=held)
    assert (late.status, late.message) == (409, "somebody else had it meanwhile: look at it again")


def test_what_was_edited_since_is_not_answered(world: World, ada: Manager) -> None:
    name = said(world)
    edited(world, name, "It crashes.")
    refused = ada.post(f"talks/{name}/answer", {**WORDS, "version": "first"})
    assert refused.status == 409
    assert refused.message == "it was changed since you read it, and says now: “It crashes.”. Look at it again"
    assert answered(ada, name).status == 200


def test_edited_in_the_very_moment_it_is_not_answered(world: World, ada: Manager) -> None:
    name = said(world)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: edited(world, name, "Never mind."))
    assert ada.post(f"talks/{name}/answer", {**WORDS, "version": "first"}).status == 409
    world.finish()
    assert not calls(world)
    assert not world.items("talk")


@pytest.mark.parametrize("when", ["on hold", "armed"])
def test_edited_before_it_is_sent_it_is_not_sent(world: World, ada: Manager, when: str) -> None:
    name = said(world)
    if when == "on hold":
        Manager(world, "manager").post("hold", {"on": True})
    answered(ada, name)
    if when == "armed":
        world.faults.at("dynamodb.TransactWriteItems", "before", lambda: edited(world, name, "Never mind."))
    world.work_off("delivery")
    if when == "on hold":
        edited(world, name, "Never mind.")
        Manager(world, "manager").post("hold", {"on": False})
    world.finish()
    assert not calls(world)
    told = shown(ada, name)
    assert (told["state"], told["delivery"]["state"]) == ("answering", "refused")
    assert "says now: “Never mind.”" in told["delivery"]["reason"]
    assert ada.post(f"talks/{name}/reopen").json["state"] == "open"
    assert answered(ada, name).status == 200
    world.finish()
    assert len(calls(world)) == 1
    assert shown(ada, name)["answers"] == 2


def test_what_is_gone_is_closed_with_a_word(world: World, ada: Manager) -> None:
    name = said(world)
    item = logged(world, name)
    gone = {"id": "form-1", "kind": "form", "change": "removed", "said_at": item["said_at"]}
    world.later(minutes=1)
    world.handle(builders.webhook("feedback.changed", {**gone, "at": world.now.isoformat()}, world.now))
    told = shown(ada, name)
    refused = answered(ada, name)
    assert (refused.status, refused.message) == (409, "it was removed where it was said: close it, with a word")
    assert told["removed"]
    closed = ada.post(f"talks/{name}/close", {"reason": "removed"})
    assert (closed.json["state"], closed.json["reason"], closed.json["closed_by"]) == ("closed", "removed", "Ada")
    assert ada.post(f"talks/{name}/close", {"reason": "removed"}).status == 200
    assert ada.post(f"talks/{name}/reopen").json["state"] == "open"


def test_where_nobody_can_answer_is_said_before_anybody_writes() -> None:
    operatorless = builders.PROGRAM.replace('api = "https://game.example/liaison"\n', "")
    with World(operatorless) as other:
        cy = Manager(other, "moderator")
        name = said(other)
        assert shown(cy, name)["cannot"] == (
            "it cannot be answered there: the source 'game' has no `api` in the program: nothing shows answers there;"
            " close it with a word"
        )
        assert answered(cy, name).status == 409
        assert cy.post(f"talks/{name}/close", {"reason": "told them"}).status == 200


def test_two_people_where_the_program_asks_for_them() -> None:
    program = builders.PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\napproval = "another"')
    with World(program) as both:
        ada, bo = Manager(both, "moderator"), Manager(both, "moderator", "Bo")
        name = said(both)
        draft = answered(ada, name).json
        assert draft["state"] == "drafted"
        both.finish()
        assert not calls(both)
        seen = {"seen": draft["answer"]["hash"]}
        own = ada.post(f"talks/{name}/approve", seen)
        assert (own.status, own.message[:20]) == (409, "somebody else has to")
        assert bo.post(f"talks/{name}/approve", {"seen": "0" * 16}).status == 409
        assert bo.post(f"talks/{name}/approve", seen).json["state"] == "answering"
        assert bo.post(f"talks/{name}/approve", seen).status == 200
        assert bo.post(f"talks/{name}/approve", {"seen": seen["seen"][:16]}).status == 200
        both.finish()
        assert len(calls(both)) == 1
        assert [line["who"] for line in shown(bo, name)["history"]] == ["Ada", "Bo"]


def test_opened_again_it_is_anybodys(world: World, ada: Manager, bo: Manager) -> None:
    name = said(world)
    ada.post(f"talks/{name}/assign", {})
    ada.post(f"talks/{name}/close", {"reason": "told them"})
    again = bo.post(f"talks/{name}/reopen").json
    assert (again["state"], again["assigned_to"]) == ("open", "")
    assert not ada.get("talks?of=me").json["talks"]


def test_a_talk_ends_with_the_words_it_is_about(world: World, ada: Manager) -> None:
    name = said(world)
    ada.post(f"talks/{name}/assign", {})
    answered(ada, name)
    world.finish()
    ends = {one.get("expires") for one in world.every_item() if "#talk#" in one["pk"]}
    assert ends == {logged(world, name)["expires"] + 30 * 86400}


def test_a_paused_source_keeps_it(world: World, ada: Manager) -> None:
    manager, name = Manager(world, "manager"), said(world)
    assert manager.post("targets/game/pause", {"reason": "moves"}).status == 200
    answered(ada, name)
    world.finish()
    assert shown(ada, name)["delivery"]["state"] == "held"
    manager.post("targets/game/resume", {"send_held": True})
    world.finish()
    assert len(calls(world)) == 1
    assert shown(ada, name)["state"] == "answered"


def test_on_its_way_it_is_taken_back_only_while_it_surely_did_not_arrive(world: World, ada: Manager) -> None:
    name = said(world)
    world.outside.next = [outside.status(400)]
    answered(ada, name)
    world.finish()
    assert shown(ada, name)["delivery"]["state"] == "refused"
    assert ada.post(f"talks/{name}/reopen").json["state"] == "open"
    assert not [one for one in world.items("delivery") if "listing" in one]
    answered(ada, name, text="We know.")
    world.finish()
    assert ada.post(f"talks/{name}/reopen").json["state"] == "open"
    assert len(calls(world)) == 2


@pytest.mark.parametrize(("fault", "when"), [(crash, "before"), (crash, "after"), (answer_lost, "after")])
def test_whoever_dies_at_any_step_it_is_answered_once(world: World, ada: Manager, fault: Any, when: When) -> None:
    """The answer is asked for again by whoever was told nothing, and delivery goes on."""
    world.handle(*(builders.feedback(world.now, content=f"form-{number}") for number in range(30)))
    names = iter([records.item_id(one) for one in world.items("feedback")])
    world.faults.forget()
    answered_in_spite(world, ada, next(names))
    number = len(world.faults.passed)
    for at, name in zip(range(1, number + 1), names, strict=False):
        world.faults.forget()
        world.faults.at_number(at, when, fault)
        answered_in_spite(world, ada, name)
        world.faults.forget()
    assert 10 < number < 30
    world.finish()
    assert {one["state"] for one in world.items("talk")} == {"answered"}
    assert len(world.items("talk")) == number + 1
    told = Counter(one.said["data"]["id"] for one in calls(world) if world.outside.effects[one.key])
    assert len({one.key for one in calls(world)}) == len(told) == number + 1
    assert set(world.outside.effects.values()) == {1}


def answered_in_spite(world: World, who: Manager, name: str) -> None:
    for _ in range(2):
        with suppress(Crash, Exception):
            if who.post(f"talks/{name}/answer", {**WORDS, "version": "first"}).status == 200:
                break
    world.work_off("delivery")


def question(world: World, name: str, **more: Any) -> None:
    """As the classifier marks it."""
    item = logged(world, name)
    table().write(Update(key_of(item), set={"read": {"kind": "question"}, **more}))
    pk, sk = f"acme#hours#{item['said_at'][:10]}", item["said_at"][11:13]
    hour = table().get(pk, sk) or {}
    table().write(Update((pk, sk), set={"counts": {**hour["counts"], "kind:question": [1, 0, 0, 0]}}))


def test_questions_wait_and_whatever_somebody_has(world: World, ada: Manager, bo: Manager) -> None:
    asked, other, praise = said(world), said(world, "form-2"), said(world, "form-3")
    world.roll_up()
    question(world, asked, who="a" * 16)
    question(world, other, who="a" * 16)
    world.later(hours=2)
    bo.post(f"talks/{praise}/assign", {})
    told = ada.get("talks").json
    assert {one["id"] for one in told["talks"]} == {asked, other, praise}
    assert (told["people"], told["more"]) == (2, False)
    assert {one["minutes"] for one in told["talks"]} == {120}
    assert [one["id"] for one in bo.get("talks?of=me").json["talks"]] == [praise]
    ada.post(f"talks/{asked}/close", {"reason": "see form-2"})
    answered(bo, praise)
    world.finish()
    assert [one["id"] for one in ada.get("talks").json["talks"]] == [other]


def test_what_was_answered_hides_nothing_that_waits(
    world: World, ada: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talk_records, "MOST", 2)
    names = [said(world, f"form-{number}") for number in range(5)]
    world.roll_up()
    for name in names:
        question(world, name)
    for name in sorted(names)[:3]:
        ada.post(f"talks/{name}/close", {"reason": "told them"})
    told = ada.get("talks").json
    assert [one["id"] for one in told["talks"]] == sorted(names)[3:]
    assert not told["more"]
    ada.post(f"talks/{sorted(names)[4]}/assign", {})
    assert len(ada.get("talks").json["talks"]) == 2


def test_readers_see_none_of_it(world: World) -> None:
    name = said(world)
    reader = Manager(world, "reader")
    assert [reader.get("talks").status, reader.get(f"talks/{name}").status] == [403, 403]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("talks/2026112212-" + "0" * 32, None, 404),
        ("talks/nothing", None, 404),
        ("talks/{name}/answer", {"text": "Hi"}, 422),
        ("talks/{name}/answer", {"text": "", "version": "first"}, 422),
        ("talks/{name}/answer", {"text": "<key>", "version": "first"}, 409),
        ("talks/{name}/close", {}, 422),
        ("talks/{name}/close", {"reason": " "}, 409),
        ("talks/{name}/approve", {"seen": "0" * 16}, 409),
        ("talks/{name}/reopen", {}, 409),
    ],
)
def test_what_is_asked_wrongly_is_refused(world: World, ada: Manager, path: str, body: object, status: int) -> None:
    path = path.format(name=said(world))
    refused = ada.get(path) if body is None else ada.post(path, body)
    assert refused.status == status, refused.text
    assert json.loads(refused.text)["message"]
