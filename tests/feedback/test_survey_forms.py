"""A survey of the program in the forms of Discord and Slack: opened, filled in, and counted as from its page."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from events.envelope import Envelope
from functions.feedback import progress
from functions.platforms.discord.adapter import EPOCH
from functions.platforms.door import Answer, Request, gate
from functions.shared import parameters, program
from functions.shared.program import ProgramError
from functions.shared.table import Update, key_of, table
from tests.feedback.asking import CHATS, PROGRAM, answered, results
from tests.feedback.counting import must_be_exact
from tests.platforms.deliveries import sample
from tests.support.desks import BO, ILSE, arrived, interaction, raw
from tests.support.faults import Crash, aws_error
from tests.support.world import World

BOTH = pytest.mark.parametrize("platform", ["discord", "slack"])
ENDING = (PROGRAM + CHATS).replace('form = "Kq7mVx2a"', 'form = "Kq7mVx2a"\ncloses = 2026-11-22T12:30:00Z')
BEGINNING = ENDING.replace("closes", "opens")
WHERE = {"discord": "server", "slack": "office"}


@pytest.fixture
def asking() -> Iterator[World]:
    with World(PROGRAM + CHATS) as world:
        yield world


@dataclass(frozen=True)
class Known:
    """What the door reads of what was published, without its caches."""

    platform: str

    def names(self) -> Sequence[str]:
        return [name for name, (_, *shown) in directory()["surveys"].items() if self.platform in shown]

    def form(self, name: str) -> Mapping[str, Any] | None:
        found = parameters.fresh(parameters.path("surveys", name)) if name in self.names() else None
        return json.loads(found) if found else None


def directory() -> dict[str, Any]:
    return dict(json.loads(parameters.fresh(parameters.path("directory")) or "{}"))


def fields(platform: str, survey: str = "autumn", by: str = ILSE) -> dict[str, str]:
    """The form that opens for somebody, field by field: `written` or `chosen`."""
    if platform == "discord":
        options = [{"name": "survey", "type": 3, "value": survey}]
        request = raw(platform, interaction(2, {"name": "feedback", "type": 1, "options": options}, by))
    else:
        request = f"command=%2Ffeedback&text=survey%3A{survey}&trigger_id=1.2.3&user_id={by}".encode()
    verdict = gate(platform).classify(Request("POST", {}, request))
    assert isinstance(verdict, Answer)
    assert verdict.asks
    given = verdict.asks(Known(platform))
    if platform == "discord":
        inner = [row["component"] for row in json.loads(given.body)["data"]["components"]]
        return {one["custom_id"]: "written" if one["type"] == 4 else "chosen" for one in inner}
    assert given.then
    blocks = json.loads(given.then.body)["view"]["blocks"][1:]
    return {one["block_id"]: "written" if "text_input" in one["element"]["type"] else "chosen" for one in blocks}


def sent(world: World, platform: str, survey: str = "autumn", by: str = ILSE, **given: str) -> Envelope:
    """The form, filled in and sent. Names of questions are `q_map` here; all others stay empty."""
    answers = {name.replace("q_", "q-"): value for name, value in given.items()}
    kinds = fields(platform, survey, by)
    assert answers.keys() <= kinds.keys()
    return filled(world, platform, survey, by, {name: (kind, answers.get(name, "")) for name, kind in kinds.items()})


def filled(world: World, platform: str, survey: str, by: str, given: dict[str, tuple[str, str]]) -> Envelope:
    if platform == "discord":
        rows = [{"type": 18, "component": component(name, *one)} for name, one in given.items()]
        data = {"custom_id": f"survey:{survey}", "components": rows}
        here = {"id": str(number(world)), "guild_id": "1301000000000000010"}
        return at(platform, arrived(world, platform, {**interaction(5, data, by), **here}))
    values = {name: {name: element(name, *one)} for name, one in given.items()}
    view = {"id": f"V{number(world)}", "hash": "1.a", "callback_id": f"survey:{survey}", "state": {"values": values}}
    body = {"type": "view_submission", "user": {"id": by, "name": "mo"}, "view": view}
    return at(platform, arrived(world, platform, body))


NUMBERS = count()


def number(world: World) -> int:
    """As Discord makes its ids, of the time."""
    return (int((world.now - EPOCH).total_seconds() * 1000) << 22) + next(NUMBERS)


def at(platform: str, envelope: Envelope) -> Envelope:
    return Envelope.from_json(json.dumps({**json.loads(envelope.to_json()), "source": WHERE[platform]}))


def component(name: str, kind: str, value: str) -> dict[str, Any]:
    if kind == "written":
        return {"type": 4, "custom_id": name, "value": value}
    return {"type": 3, "custom_id": name, "values": [value] if value else []}


def element(name: str, kind: str, value: str) -> dict[str, Any]:
    if kind == "written":
        return {"type": "plain_text_input", "value": value or None}
    option = {"text": {"type": "plain_text", "text": value}, "value": value} if value else None
    if name == "tell":
        return {"type": "checkboxes", "selected_options": [option] if option else []}
    return {"type": "static_select", "selected_option": option}


@BOTH
def test_what_was_chosen_is_counted_and_what_was_written_is_read(asking: World, platform: str) -> None:
    asking.handle(sent(asking, platform, q_map="north", q_rating="4", q_wish="Saves, *please*. {{x}} </b>"))
    asking.roll_up()
    item = asking.item("feedback")
    assert item["votes"] == ["map:north", "rating:4"]
    assert (item["text"], item["type"], item["survey"]) == ("Saves, *please*. {{x}} </b>", "survey", "autumn")
    told = results(asking)
    assert told["answers"] == 1
    assert told["chosen"]["map"] == {"north": 1, "south": 0}
    assert told["chosen"]["rating"]["4"] == 1
    must_be_exact(asking)


@BOTH
def test_one_person_has_one_answer_the_last_one_however_often_it_comes(asking: World, platform: str) -> None:
    first = sent(asking, platform, q_map="north", q_wish="One")
    asking.later(minutes=30)
    second = sent(asking, platform, q_map="south", q_wish="Two")
    other = sent(asking, platform, by=BO, q_map="south")
    asking.handle(first, second, second, other)
    asking.handle(first)
    asking.roll_up()
    assert results(asking)["answers"] == 2
    assert results(asking)["chosen"]["map"] == {"north": 0, "south": 2}
    assert sorted(item["text"] for item in asking.items("feedback")) == ["", "Two"]
    must_be_exact(asking)


def test_forms_and_the_page_are_counted_together(asking: World) -> None:
    asking.handle(sent(asking, "discord", q_map="north"), sent(asking, "slack", q_map="north"))
    answered(asking, q_map="north")
    asking.roll_up()
    assert results(asking)["chosen"]["map"] == {"north": 3, "south": 0}


@BOTH
def test_of_texts_alone_each_answer_is_one_as_on_the_page(asking: World, platform: str) -> None:
    for words in ("Hi", "Hi again"):
        asking.handle(sent(asking, platform, "box", q_words=words))
        asking.later(seconds=2)
    asking.roll_up()
    assert results(asking, "box")["answers"] == 2


@BOTH
def test_a_form_that_was_sent_empty_is_nothing_said(asking: World, platform: str) -> None:
    asking.handle(sent(asking, platform))
    assert asking.items("feedback") == []
    assert not asking.parked()


@BOTH
def test_who_ticks_to_be_told_is_told_there(asking: World, platform: str) -> None:
    asking.handle(sent(asking, platform, q_map="north", tell="yes"), sent(asking, platform, by=BO, q_map="north"))
    (contact,) = asking.items("contact")
    assert (contact["platform"], contact["person"], contact["source"]) == (platform, {"id": ILSE}, WHERE[platform])
    for item in asking.items("feedback"):
        table().write(Update(key_of(item), set={"read": {"themes": ["sync"]}}))
    progress.change(table(), "acme", "sync", "shipped", "", "Ada", asking.now)
    asking.later(minutes=6)
    asking.upkeep()
    assert len(asking.items("delivery")) == 1


@BOTH
def test_an_answer_after_the_end_is_kept_and_not_counted(platform: str) -> None:
    with World(ENDING) as world:
        in_time = sent(world, platform, q_map="south")
        kinds = {
            name: (kind, {"q-map": "north", "q-wish": "Late"}.get(name, "")) for name, kind in fields(platform).items()
        }
        world.later(hours=1)
        world.handle(filled(world, platform, "autumn", BO, kinds), in_time)
        world.roll_up()
        assert sorted(item["text"] for item in world.items("feedback")) == ["", "Late\n\nmap: north"]
        assert results(world)["chosen"]["map"] == {"north": 0, "south": 1}


@BOTH
@pytest.mark.parametrize(
    "given",
    [
        {"q-map": ("chosen", "atlantis")},
        {"q-rating": ("chosen", "11")},
        {"q-nothing": ("chosen", "north")},
        {"q-wish": ("chosen", "north")},
        {"q-map": ("chosen", "{{map}} <!channel> @everyone")},
    ],
    ids=["no such option", "no such number", "no such question", "not to be chosen", "hostile"],
)
def test_what_the_program_does_not_ask_is_read_and_not_counted(
    asking: World, platform: str, given: dict[str, tuple[str, str]]
) -> None:
    asking.handle(filled(asking, platform, "autumn", ILSE, given))
    ((name, (_, value)),) = given.items()
    assert asking.item("feedback")["text"] == f"{name.removeprefix('q-')}: {value}"
    asking.roll_up()
    assert results(asking)["chosen"]["map"] == {"north": 0, "south": 0}
    assert {name for day in asking.items("day") for name in day["counts"] if name.startswith("survey:")} == {
        "survey:autumn"
    }


@BOTH
def test_an_answer_to_a_survey_that_is_gone_is_kept(asking: World, platform: str) -> None:
    asking.handle(filled(asking, platform, "gone", ILSE, {"q-a": ("chosen", "b"), "q-c": ("written", "Hi")}))
    item = asking.item("feedback")
    assert item["text"] == "Hi\n\na: b"
    assert "survey" not in item


def test_an_answer_from_another_server_is_parked(asking: World) -> None:
    elsewhere = arrived(asking, "discord", {**sample("discord", "modal.survey"), "guild_id": "7"})
    asking.handle(at("discord", elsewhere))
    asking.upkeep()
    assert not asking.items("feedback")
    (parked,) = asking.parked()
    assert "from the server 7" in str(parked)


# What the door is told


def test_a_push_tells_the_door_what_is_asked_and_of_whom(asking: World) -> None:
    assert directory()["surveys"] == {"autumn": ["acme", "discord", "slack"], "box": ["acme", "discord", "slack"]}
    assert (
        fields("discord")
        == fields("slack")
        == {
            "q-map": "chosen",
            "q-rating": "chosen",
            "q-wish": "written",
            "tell": "chosen",
        }
    )
    assert "example" not in str(parameters.fresh(parameters.path("surveys", "autumn")))


def test_a_survey_that_does_not_fit_is_not_offered_there() -> None:
    with World((PROGRAM + CHATS).replace('fr = "Nord" }', f'fr = "{"N" * 101}" }}', 1)):
        assert directory()["surveys"]["autumn"] == ["acme", "slack"]


def test_the_sweep_begins_and_ends_surveys_at_their_times() -> None:
    for text, before, after in ((BEGINNING, False, True), (ENDING, True, False)):
        with World(text) as world:
            assert ("autumn" in directory()["surveys"]) == before
            world.later(minutes=30)
            assert world.upkeep()
            assert ("autumn" in directory()["surveys"]) == after
            assert bool(Known("discord").form("autumn")) == after


def test_a_push_that_died_before_the_door_knew_what_is_asked_is_finished_by_the_sweep(asking: World) -> None:
    changed = (PROGRAM + CHATS).replace("Which map do you play most?", "Which map?")
    asking.faults.at("ssm.PutParameter", "before")
    with pytest.raises(Crash):
        program.push(changed, "Ada")
    assert asking.upkeep()
    form = Known("discord").form("autumn")
    assert form
    assert form["questions"][0]["text"]["en"] == "Which map?"


def test_no_source_waits_for_a_survey_that_aws_does_not_take(asking: World) -> None:
    changed = (PROGRAM + CHATS).replace("Which map do you play most?", "Which map?").replace('"summit"', '"peak-game"')
    asking.faults.at("ssm.PutParameter", "before", aws_error("ValidationException"))
    with pytest.raises(ClientError):
        program.push(changed, "Ada")
    assert "peak-game" in directory()["sources"]
    assert asking.upkeep()
    form = Known("slack").form("autumn")
    assert form
    assert form["questions"][0]["text"]["en"] == "Which map?"


def test_no_other_survey_waits_for_one_that_aws_never_takes(asking: World, monkeypatch: pytest.MonkeyPatch) -> None:
    put = parameters.put

    def taken(name: str, value: str, *, secret: bool) -> None:
        if name.endswith("surveys/autumn"):
            aws_error("ValidationException")()
        put(name, value, secret=secret)

    monkeypatch.setattr(parameters, "put", taken)
    changed = (PROGRAM + CHATS).replace("Which map do you play most?", "Which map?").replace("Tell us", "Say it")
    with pytest.raises(ClientError):
        program.push(changed, "Ada")
    form = Known("slack").form("box")
    assert form
    assert form["title"]["en"] == "Say it"
    assert directory()["hash"] == asking.item("program")["hash"]


def test_a_form_that_somebody_wrote_over_is_set_right_by_the_sweep(asking: World) -> None:
    """Of two pushes at once, the earlier may publish late."""
    parameters.put(parameters.path("surveys", "autumn"), "{}", secret=False)
    assert asking.upkeep()
    assert Known("slack").form("autumn")


def test_a_survey_of_another_source_than_a_form_one_is_no_program() -> None:
    with pytest.raises(ProgramError, match="standard_webhooks one"):
        program.parse((PROGRAM + CHATS).replace('source = "forms"', 'source = "office"', 1))
