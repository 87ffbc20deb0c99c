"""Surveys where people talk: what of the program fits a platform's forms, what the door is told of it, and what it
makes of that."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from events.program import Program, Survey
from functions.platforms import asking
from functions.platforms.discord import asking as discord
from functions.platforms.door import Accepted, Answer, Request, gate
from functions.platforms.slack import asking as slack
from functions.platforms.text.counting import utf16
from functions.platforms.wording import nearest
from functions.shared import program
from functions.shared.program import ProgramError
from tests.feedback.asking import CHATS, PROGRAM
from tests.platforms.deliveries import SAMPLES, sample

MAP = 'text = { en = "Which map do you play most?", fr = "Quelle carte jouez-vous le plus ?" }'
NORTH = 'text = { en = "North", fr = "Nord" }'


@dataclass
class Known:
    """What a door knows; `asked` is what it was asked for."""

    forms: Mapping[str, Mapping[str, Any]]
    asked: list[str] = field(default_factory=list)

    def names(self) -> Sequence[str]:
        return list(self.forms)

    def form(self, name: str) -> Mapping[str, Any] | None:
        self.asked.append(name)
        return self.forms.get(name)


def parsed(text: str = PROGRAM + CHATS) -> Program:
    return program.parse(text)


def autumn(given: Program) -> Survey:
    found = given.survey("acme", "autumn")
    assert found
    return found


def known(text: str = PROGRAM + CHATS) -> Known:
    """Written as a push writes it, and read as the door does."""
    given = parsed(text)
    return Known({one.id: json.loads(asking.stored(given, one)) for one in given.surveys})


def complaints(text: str) -> list[str]:
    return list(asking.unasked(parsed(text)))


def answered(platform: str, name: str, surveys: Known, **changes: Any) -> Answer:
    """What a sample is answered with by a door that knows these surveys."""
    [file] = [file for file in (SAMPLES / platform).iterdir() if file.stem == name]
    raw = json.dumps({**json.loads(file.read_bytes()), **changes}).encode() if changes else file.read_bytes()
    verdict = gate(platform).classify(Request("POST", {}, raw))
    assert isinstance(verdict, Answer)
    assert verdict.asks
    return verdict.asks(surveys)


def modal(language: str = "fr", surveys: Known | None = None) -> dict[str, Any]:
    told = json.loads(answered("discord", "command.survey", surveys or known(), locale=language).body)
    assert told["type"] == 9
    return dict(told["data"])


def view(surveys: Known | None = None) -> dict[str, Any]:
    given = answered("slack", "command_survey", surveys or known())
    assert given.then
    assert (given.status, given.body, given.then.method) == (200, "", "views.open")
    opened = json.loads(given.then.body)
    assert opened["trigger_id"] == "81.72.cmd9"
    return dict(opened["view"])


# Discord


def test_a_command_of_discord_opens_the_survey_in_the_language_of_whoever_used_it() -> None:
    data = modal("fr")
    assert (data["custom_id"], data["title"]) == ("survey:autumn", "Après la rencontre d’automne")
    choice, scale, text, tell = data["components"]
    assert choice == {
        "type": 18,
        "label": "Quelle carte jouez-vous le plus ?",
        "component": {
            "type": 3,
            "custom_id": "q-map",
            "options": [{"label": "Nord", "value": "north"}, {"label": "Sud", "value": "south"}],
            "min_values": 1,
            "max_values": 1,
            "required": True,
        },
    }
    assert [one["value"] for one in scale["component"]["options"]] == ["1", "2", "3", "4", "5"]
    assert (scale["component"]["min_values"], scale["component"]["required"]) == (0, False)
    assert (text["component"]["type"], text["component"]["custom_id"], text["component"]["style"]) == (4, "q-wish", 2)
    assert (tell["label"], tell["component"]["required"]) == ("Me dire ce qu’il en advient", False)


@pytest.mark.parametrize(
    ("locale", "title"),
    [
        ("en-GB", "After the autumn meetup"),
        ("fr", "Après la rencontre d’automne"),
        ("fr-CA", "Après la rencontre d’automne"),
        ("de", "After the autumn meetup"),
        (None, "After the autumn meetup"),
        (7, "After the autumn meetup"),
    ],
)
def test_whoever_speaks_another_language_is_asked_in_their_community_s(locale: Any, title: str) -> None:
    assert modal(locale)["title"] == title


def test_a_long_question_is_told_in_two_lines_and_a_long_title_is_cut() -> None:
    words = "Which of the new maps have you played the most with your friends this autumn, and why?"
    text = (PROGRAM + CHATS).replace("Which map do you play most?", words)
    text = text.replace("After the autumn meetup", "After the autumn meetup, and before the next one")
    data = modal("en-US", known(text))
    first = data["components"][0]
    assert f"{first['label']} {first['description']}" == words
    assert len(first["label"]) <= 45
    assert (len(data["title"]), data["title"][-1]) == (45, "…")
    assert complaints(text) == []


@pytest.mark.parametrize(
    "words", ["x" * 145, "a" + " " + "b" * 100, "é" * 45, "🗺" * 60, "x" * 44 + " 🗺", "x" * 45 + " y", " " * 50 + "x"]
)
def test_a_label_and_its_description_keep_to_discord_s_limits(words: str) -> None:
    label, rest = discord.parted(words)
    assert 1 <= utf16(label) <= 45
    assert utf16(rest) <= 100
    assert (label + rest).replace(" ", "") == words.replace(" ", "")


def test_while_a_name_is_written_discord_is_told_which_surveys_there_are() -> None:
    def choices(typed: str) -> list[str]:
        told = json.loads(answered("discord", "autocomplete.survey", known(), data=data_of(typed)).body)
        assert told["type"] == 8
        assert all(one["name"] == one["value"] for one in told["data"]["choices"])
        return [one["value"] for one in told["data"]["choices"]]

    assert choices("au") == choices("Tum") == ["autumn"]
    assert choices("") == ["autumn", "box"]
    assert choices("nothing") == []


def test_a_text_of_feedback_is_noted_whatever_stands_beside_it() -> None:
    body = sample("discord", "command.survey")
    body["data"]["options"].append({"name": "text", "type": 3, "value": "The map is gorgeous."})
    verdict = gate("discord").classify(Request("POST", {}, json.dumps(body).encode()))
    assert isinstance(verdict, Accepted)
    assert verdict.event == "command.feedback"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("pt-BR", "pt-BR"),
        ("PT-br", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("pt", "pt-BR"),
        ("fr-CA", "fr"),
        ("p", "en"),
        ("", "en"),
    ],
)
def test_the_nearest_language_is_the_same_of_another_region(wanted: str, found: str) -> None:
    assert nearest(wanted, ("en", "fr", "pt-BR"), "en") == found


# Slack


def test_a_command_of_slack_opens_the_survey_in_the_community_s_language() -> None:
    shown = view(known((PROGRAM + CHATS).replace('name = "Acme Games"', 'name = "Acme Games"\nlanguage = "fr"')))
    assert (shown["callback_id"], shown["title"]["text"], shown["submit"]["text"]) == (
        "survey:autumn",
        "Sondage",
        "Envoyer",
    )
    title, choice, scale, text, tell = shown["blocks"]
    assert title == {"type": "section", "text": {"type": "plain_text", "text": "Après la rencontre d’automne"}}
    assert (choice["block_id"], choice["element"]["action_id"], choice["optional"]) == ("q-map", "q-map", False)
    assert [(one["text"]["text"], one["value"]) for one in choice["element"]["options"]] == [
        ("Nord", "north"),
        ("Sud", "south"),
    ]
    assert (scale["element"]["type"], scale["optional"]) == ("static_select", True)
    assert (text["element"]["type"], text["element"]["multiline"]) == ("plain_text_input", True)
    assert (tell["block_id"], tell["element"]["type"]) == ("tell", "checkboxes")


@pytest.mark.parametrize("text", ["survey:autumn", " Survey: Autumn ", "SURVEY:autumn"])
def test_a_survey_is_asked_for_by_its_id_alone(text: str) -> None:
    assert slack.WANTED.fullmatch(text)


@pytest.mark.parametrize("text", ["survey: good one!", "the survey:autumn", "survey", "survey:", "autumn", "survey:é"])
def test_anything_else_behind_feedback_is_what_somebody_says(text: str) -> None:
    assert not slack.WANTED.fullmatch(text)


# Neither


@pytest.mark.parametrize(("platform", "name"), [("discord", "command.survey"), ("slack", "command_survey")])
def test_a_survey_that_is_not_there_is_said_so_and_which_there_are(platform: str, name: str) -> None:
    surveys = Known({"box": known().forms["box"]})
    given = answered(platform, name, surveys)
    told = json.loads(given.body)
    told = told.get("data", told)
    assert given.then is None
    assert "box" in told.get("content", told.get("text"))
    assert "autumn" not in str(told)
    assert told.get("flags", 64) == 64
    assert told.get("response_type", "ephemeral") == "ephemeral"
    assert surveys.asked == ["autumn"]


def test_of_very_many_surveys_as_many_are_named_as_a_message_holds() -> None:
    many = Known({f"s{one:02d}{'x' * 37}": {} for one in range(100)})
    told = json.loads(answered("discord", "command.survey", many).body)["data"]["content"]
    assert 1000 < len(told) <= 2000
    assert (
        len(json.loads(answered("discord", "autocomplete.survey", many, data=data_of("s")).body)["data"]["choices"])
        == 25
    )


def data_of(typed: str) -> dict[str, Any]:
    data = dict(sample("discord", "autocomplete.survey")["data"])
    data["options"][0]["value"] = typed
    return data


# What fits


def questions(number: int) -> str:
    more = "".join(
        f'[[surveys.questions]]\nid = "m{one}"\ntext = {{ en = "M", fr = "M" }}\n\n' for one in range(number)
    )
    return (PROGRAM + CHATS).replace("[[surveys.questions]]", more + "[[surveys.questions]]", 1)


def test_what_fits_both_is_no_complaint() -> None:
    assert complaints(PROGRAM + CHATS) == []
    assert complaints(questions(1)) == []


def test_more_fields_than_a_form_of_discord_takes_are_named_with_the_limit() -> None:
    assert complaints(questions(2)) == [
        "survey 'autumn' cannot be answered in Discord: it has 6 fields, with the one for being told, and a form there"
        " takes 5. Its link works all the same."
    ]
    assert complaints(questions(2).replace("follow_up = true\nform", "form")) == []
    (told,) = complaints(questions(3).replace("follow_up = true\nform", "form"))
    assert "it has 6 fields and a form there takes 5" in told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            MAP,
            MAP.replace("Which map", "Which map " + "x" * 150),
            ["Discord: question 'map' has 178 characters in 'en'", "45 and 100"],
        ),
        (
            NORTH,
            NORTH.replace("North", "N" * 101),
            ["Discord: question 'map': the option 'north' has 101 characters in 'en'", "takes 100"],
        ),
        (
            NORTH,
            NORTH.replace("North", "N" * 76),
            ["Slack: question 'map': the option 'north' has 76 characters in 'en'", "takes 75"],
        ),
    ],
    ids=["a question", "an option", "an option of Slack's"],
)
def test_what_does_not_fit_is_named_with_the_limit(old: str, new: str, told: list[str]) -> None:
    said = complaints((PROGRAM + CHATS).replace(old, new, 1))
    assert any(all(words in one for words in told) for one in said), said


@pytest.mark.parametrize("old", ["Which map do you play most?", "After the autumn meetup", "North"])
def test_a_text_without_anything_to_read_is_no_program(old: str) -> None:
    """Neither Discord nor Slack opens a form with an empty label in it."""
    with pytest.raises(ProgramError, match="at least 1 character"):
        parsed((PROGRAM + CHATS).replace(f'"{old}"', '" "', 1))


def test_a_language_that_slack_does_not_show_is_no_hindrance_there() -> None:
    assert complaints((PROGRAM + CHATS).replace('fr = "Nord"', f'fr = "{"N" * 76}"', 1)) == []


def test_a_survey_larger_than_the_door_keeps_is_named_with_the_limit() -> None:
    options = "".join(
        f'[[surveys.questions.options]]\nid = "o{one}"\ntext = {{ en = "{"é" * 75}", fr = "{"é" * 75}" }}\n\n'
        for one in range(23)
    )
    large = (PROGRAM + CHATS).replace("[[surveys.questions.options]]", options + "[[surveys.questions.options]]", 1)
    assert len(asking.stored(parsed(large), autumn(parsed(large))).encode()) > 4096
    assert complaints(large) == []
    for where in ("Discord", "Slack"):
        assert any(
            f"'autumn' cannot be answered in {where}: it takes" in one and "the door keeps 8,192 of one" in one
            for one in complaints(larger(large, options))
        )


def larger(text: str, options: str) -> str:
    """A second question as large as the first."""
    second = '[[surveys.questions]]\nid = "map2"\nkind = "choice"\ntext = { en = "M", fr = "M" }\n\n' + options
    return text.replace('[[surveys.questions]]\nid = "rating"', second + '[[surveys.questions]]\nid = "rating"')


def test_where_nobody_talks_nothing_is_offered_and_nothing_complained_of() -> None:
    given = parsed(questions(2).replace(CHATS, ""))
    assert list(asking.unasked(given)) == []
    assert asking.unfit(given, autumn(given)) == {}


@pytest.mark.parametrize("braces", ["{{", "{{ssm:x}}", "{{{{{", "a { { b", "{}{}"])
def test_no_value_has_what_aws_takes_for_a_reference(braces: str) -> None:
    """PutParameter refuses `{{`: a question with it would keep every later push from the door."""
    given = parsed((PROGRAM + CHATS).replace("Which map", f"Which {braces} map"))
    written = asking.stored(given, autumn(given))
    assert "{{" not in written
    assert json.loads(written)["questions"][0]["text"]["en"] == f"Which {braces} map do you play most?"


def test_more_surveys_than_the_directory_takes_are_refused() -> None:
    many = "".join(
        f'[[surveys]]\nid = "b{one:02d}{"x" * 37}"\ncommunity = "acme"\nsource = "forms"\ntitle = {{ en = "B" }}\n'
        f'[[surveys.questions]]\nid = "q"\ntext = {{ en = "Q" }}\n'
        for one in range(98)
    )
    many += "".join(f'[[sources]]\nid = "s{one}"\ncommunity = "acme"\nplatform = "discourse"\n' for one in range(40))
    with pytest.raises(ProgramError, match="sources, surveys: too many"):
        parsed(PROGRAM + CHATS + many)


def test_the_samples_are_what_the_forms_make() -> None:
    """Each field of the samples of filled-in forms is one that is asked for."""
    sent = sample("discord", "modal.survey")["data"]
    named = [row["component"]["custom_id"] for row in modal()["components"]]
    assert [row["component"]["custom_id"] for row in sent["components"]] == named
    assert [block["block_id"] for block in view()["blocks"][1:]] == ["q-map", "q-rating", "q-wish", "tell"]
