"""Answers to surveys from platforms and form services: counted by what the program asks, each person of a poll once."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from events.feedback import Answered, FeedbackReceived
from functions.feedback import contacts, progress, rollup, surveys
from functions.shared import program
from functions.shared.program import ProgramError
from functions.shared.table import Delete, Update, key_of, table
from functions.upkeep import ageing
from tests.feedback.asking import PROGRAM, response, results
from tests.feedback.counting import must_be_exact
from tests.platforms.deliveries import SAMPLES
from tests.support import builders
from tests.support.world import World


@pytest.fixture
def asking() -> Iterator[World]:
    with World(PROGRAM) as world:
        yield world


def test_in_a_poll_one_person_has_one_vote_the_last_one(asking: World) -> None:
    for place, choice in enumerate(("North", "South", "Nord")):
        asking.handle(response(asking, f"t{place}", map=choice, author={"id": "77"}))
        asking.later(minutes=40)
    asking.handle(response(asking, "t9", map="South", author={"id": "78"}))
    asking.roll_up()
    assert results(asking)["answers"] == 2
    assert results(asking)["chosen"]["map"] == {"north": 1, "south": 1}
    must_be_exact(asking)


def test_an_older_vote_that_comes_late_changes_nothing(asking: World) -> None:
    older = response(asking, "t1", map="North", author={"id": "77"})
    asking.later(minutes=10)
    asking.handle(response(asking, "t2", map="South", author={"id": "77"}), older, older)
    asking.roll_up()
    assert results(asking)["chosen"]["map"] == {"north": 0, "south": 1}
    must_be_exact(asking)


def test_a_form_of_texts_has_as_many_answers_as_they_send(asking: World) -> None:
    for token in ("t1", "t2", "t2"):
        data = {"type": "text", "text": "Hi", "field": {"id": "f", "ref": "words"}}
        asking.handle(response(asking, token, form="box", author={"id": "77"}, answers=[data]))
    asking.roll_up()
    assert results(asking, "box")["answers"] == 2


def test_the_body_of_a_form_service_is_read_as_it_is(asking: World) -> None:
    sample = json.loads((SAMPLES / "standard_webhooks" / "form_response.json").read_text())
    whole = {"event_id": "e1", "event_type": "form_response", "form_response": sample["data"]}
    headers = {"webhook-id": "msg-typeform"}
    for body in (whole, sample, {"type": "form_response", "data": whole}):
        asking.handle(builders.delivered("game", headers, json.dumps(body).encode(), asking.now))
    item = asking.item("feedback")
    assert item["text"] == "More evenings like this one, and a bigger room."
    assert item["votes"] == ["map:north", "rating:4"]
    assert item["event"] == "autumn-meetup"
    assert "somebody@example.com" not in str(list(asking.every_item()))


def test_what_the_program_does_not_ask_is_read_and_not_counted(asking: World) -> None:
    asking.handle(response(asking, "t1", form="other", map="Atlantis", text="Hi"))
    item = asking.item("feedback")
    assert item["text"] == "Hi\n\nmap: Atlantis\n\nrating: 4"
    assert "survey" not in item
    asking.roll_up()
    assert not [name for day in asking.items("day") for name in day["counts"] if "survey:" in name]


def test_a_choice_that_is_not_there_is_left_in_the_text(asking: World) -> None:
    asking.handle(response(asking, "t1", map="Atlantis"))
    item = asking.item("feedback")
    assert (item["text"], item["votes"]) == ("map: Atlantis", ["rating:4"])


def test_after_its_end_nothing_is_counted() -> None:
    text = PROGRAM.replace('form = "Kq7mVx2a"', 'form = "Kq7mVx2a"\ncloses = 2026-11-22T12:30:00Z')
    with World(text) as world:
        world.handle(response(world, "t1", map="North", author={"id": "77"}))
        world.later(hours=1)
        world.handle(response(world, "t2", map="South", author={"id": "77"}))
        world.roll_up()
        assert results(world)["chosen"]["map"] == {"north": 1, "south": 0}


def test_events_beyond_a_hundred_in_an_hour_are_counted_together() -> None:
    counted = {f"event:e{number}": [number + 1, 0, 0, 0] for number in range(103)}
    folded = rollup.folded(counted)
    assert len(folded) == 101
    assert folded["event:other"] == [1 + 2 + 3, 0, 0, 0]


def test_who_agreed_on_a_platform_is_told_there(asking: World) -> None:
    asking.handle(response(asking, "t1", text="Saves!", author={"id": "77", "language": "fr"}, follow_up=True))
    asking.handle(response(asking, "t2", text="Saves!", author={"id": "78"}))
    for item in asking.items("feedback"):
        table().write(Update(key_of(item), set={"read": {"themes": ["sync"]}}))
    progress.change(table(), "acme", "sync", "shipped", "", "Ada", asking.now)
    asking.later(minutes=6)
    asking.upkeep()
    asking.work_off("delivery")
    ((_, body),) = told_to_the_game(asking)
    assert body["type"] == "moderation.message"
    assert body["data"]["person"] == {"id": "77", "name": ""}
    assert "« Cloud saves »" in body["data"]["text"]
    assert asking.item("contact")["party"] in {item["who"] for item in asking.items("feedback")}


@pytest.mark.parametrize("number", range(1, 5))
def test_an_agreement_is_not_lost_wherever_it_is_cut_off(asking: World, number: int) -> None:
    asking.accept(response(asking, "t1", author={"id": "77"}, follow_up=True))
    step = ("dynamodb.PutItem", "dynamodb.GetItem")[number % 2]
    asking.faults.at(step, "after", nth=(number + 1) // 2)
    asking.work("feedback")
    asking.faults.forget()
    asking.work_off("feedback")
    assert asking.item("contact")["party"] == asking.item("feedback")["who"]


def told_to_the_game(world: World) -> list[tuple[str, Any]]:
    sent = [request for request in world.outside.calls if request.url == "https://game.example/liaison"]
    return [(request.url, json.loads(request.body)) for request in sent]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'source = "forms"\ntitle = { en = "Tell us" }',
            'source = "forum"\ntitle = { en = "Tell us" }',
            "standard_webhooks one",
        ),
        (
            'source = "forms"\ntitle = { en = "Tell us" }',
            'source = "summit"\ntitle = { en = "Tell us" }',
            "has no source",
        ),
        ('text = { en = "South", fr = "Sud" }', 'text = { en = "South" }', "'fr' is not everywhere"),
        ('id = "south"', 'id = "north"', "the option 'north' is there twice"),
        ('id = "rating"', 'id = "map"', "the question 'map' is there twice"),
        ('kind = "scale"', 'kind = "choice"', "two `options` or more"),
        ('form = "Kq7mVx2a"', "opens = 2026-11-22T12:00:00", "need a zone"),
        ('form = "Kq7mVx2a"', "opens = 2026-11-22T12:00:00Z\ncloses = 2026-11-22T12:00:00Z", "`closes` comes after"),
        ('id = "box"\ncommunity = "acme"', 'id = "autumn"\ncommunity = "acme"', "used twice"),
    ],
)
def test_a_survey_that_cannot_be_answered_is_no_program(old: str, new: str, told: str) -> None:
    assert old in PROGRAM
    with pytest.raises(ProgramError, match=told):
        program.parse(PROGRAM.replace(old, new, 1))


def test_what_was_chosen_is_found_by_what_the_question_says(asking: World) -> None:
    survey = program.parse(PROGRAM).survey("acme", "Kq7mVx2a")
    assert survey
    said = FeedbackReceived(
        community="acme",
        source="game",
        platform="standard_webhooks",
        content="survey:x:1",
        kind="survey",
        survey="Kq7mVx2a",
        answers=(Answered(question="3f1c-77", asked=" which MAP do you play most? ", value="Sud"),),
        said_at=asking.now - timedelta(minutes=1),
    )
    assert surveys.understood(said, survey, "").votes == ("map:south",)


def test_what_was_chosen_is_counted_after_the_words_have_ended(asking: World) -> None:
    asking.handle(response(asking, "t1", map="North", author={"id": "77"}, hidden={"event": "meetup"}))
    asking.roll_up()
    for _ in range(3):
        asking.later(days=8)
        ageing.days_over(table(), lambda: True)
        asking.roll_up()
    assert results(asking)["answers"] == 1
    assert results(asking)["chosen"]["map"] == {"north": 1, "south": 0}
    assert [day["counts"].get("event:meetup") for day in asking.items("day")] == [1]
    asking.handle(response(asking, "t2", map="South", author={"id": "77"}))
    asking.roll_up()
    assert results(asking)["chosen"]["map"] == {"north": 0, "south": 1}


@pytest.mark.parametrize("times", ["closes = 2026-11-23T00:00:00Z", "opens = 2026-11-20T00:00:00Z"])
def test_what_was_answered_long_ago_is_still_told(times: str) -> None:
    with World(PROGRAM.replace('form = "Kq7mVx2a"', times)) as world:
        world.handle(response(world, "t1"))
        world.roll_up()
        world.later(days=400)
        assert results(world)["answers"] == 1


def agreeing(world: World, token: str = "t1", *, agrees: bool = True) -> Any:
    return response(world, token, author={"id": "77"}, follow_up=agrees)


def test_delivered_again_after_they_ended_it_it_stays_ended(asking: World) -> None:
    said = agreeing(asking)
    asking.handle(said)
    party = asking.item("contact")["party"]
    asking.later(minutes=1)
    contacts.forget(table(), "acme", party, asking.now)
    asking.handle(said)
    assert not list(contacts.whole(table(), "acme"))
    assert party not in str(asking.items("contact"))
    asking.later(minutes=1)
    asking.handle(agreeing(asking, "t2"))
    assert len(list(contacts.whole(table(), "acme"))) == 1


def test_answering_again_without_agreeing_ends_it(asking: World) -> None:
    asking.handle(agreeing(asking))
    asking.later(minutes=1)
    asking.handle(agreeing(asking, "t2", agrees=False))
    assert not list(contacts.whole(table(), "acme"))


def test_delivered_again_after_an_erasure_nobody_is_kept(asking: World) -> None:
    said = agreeing(asking)
    asking.handle(said)
    asking.handle(builders.webhook("erasure.requested", {"id": "e1", "person": {"id": "77"}}, asking.now))
    for _ in range(3):
        asking.rounds()
        asking.later(minutes=20)
    assert not asking.items("contact")
    asking.handle(said)
    assert not asking.items("contact")


def test_whoever_changes_their_vote_after_its_words_have_ended_has_one() -> None:
    text = PROGRAM.replace('"Europe/Paris"\n', '"Europe/Paris"\n[communities.feedback]\ntext_days = 30\n', 1)
    with World(text) as world:
        world.handle(response(world, "t1", map="North", author={"id": "77"}))
        world.roll_up()
        for _ in range(5):
            world.later(days=8)
            ageing.days_over(table(), lambda: True)
            world.roll_up()
        for item in [one for one in world.every_item() if one.get("expires", 9e12) <= world.now.timestamp()]:
            table().write(Delete(key_of(item)))
        assert not world.items("feedback")
        world.handle(response(world, "t2", map="South", author={"id": "77"}))
        world.roll_up()
        assert results(world)["chosen"]["map"] == {"north": 0, "south": 1}
        assert results(world)["answers"] == 1
