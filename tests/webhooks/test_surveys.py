"""Surveys at the door: whoever asks for one gets its form at once, and nothing is looked up that is not there."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.platforms import asking
from functions.shared import program
from functions.webhooks import forms
from tests.delivery.server import Server, answering, serving
from tests.feedback.asking import CHATS, PROGRAM
from tests.platforms.deliveries import SAMPLES
from tests.platforms.kits import kit
from tests.webhooks.cloud import DOWN, THROTTLED
from tests.webhooks.door import PATH, SOURCES, Answered, Door

FORM = f"{PATH}/surveys/autumn"


@pytest.fixture
def asked(door: Door) -> Door:
    """A door whose community `everybody` is asked what the program asks `acme`."""
    given = program.parse(PROGRAM + CHATS)
    survey = given.survey("acme", "autumn")
    assert survey
    door.cloud.parameters[FORM] = asking.stored(given, survey)
    listed(door, autumn=["everybody", "discord", "slack"])
    return door


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serving(answering("HTTP/1.1 200 OK", body=b'{"ok": true}')) as server:
        monkeypatch.setattr(forms.door, "api", lambda platform: f"http://127.0.0.1:{server.port}/api/")
        yield server


def listed(door: Door, **surveys: list[str]) -> None:
    door.cloud.parameters[f"{PATH}/directory"] = json.dumps({"sources": SOURCES, "surveys": surveys})


def send(door: Door, platform: str, name: str, option: str = "") -> Answered:
    """A sample, signed just now; with another `option` of its command."""
    [file] = [file for file in (SAMPLES / platform).iterdir() if file.stem == name]
    body = file.read_bytes()
    if option:
        whole = json.loads(body)
        whole["data"]["options"][0]["value"] = option
        body = json.dumps(whole).encode()
    request = kit(platform).signed(kit(platform).SECRETS[0], body, at=int(door.now.timestamp()))
    return door.post(f"at-{platform}", request.headers, body, as_base64=True)


def content(told: Answered) -> str:
    assert told.told["data"]["flags"] == 64
    return str(told.told["data"]["content"])


def test_discord_s_command_is_answered_with_the_form(asked: Door) -> None:
    told = send(asked, "discord", "command.survey")
    assert (told.status, told.told["type"]) == (200, 9)
    assert told.told["data"]["custom_id"] == "survey:autumn"
    assert told.told["data"]["components"][0]["label"] == "Quelle carte jouez-vous le plus ?"
    assert not asked.queued


def test_slack_s_command_opens_the_form_with_the_token_of_its_source(asked: Door, slack: Server) -> None:
    asked.cloud.parameters[f"{PATH}/door/at-slack"] = "xoxb-1"
    told = send(asked, "slack", "command_survey")
    assert (told.status, told.body) == (200, "")
    (heard,) = slack.heard
    head, _, body = heard.partition(b"\r\n\r\n")
    assert b"authorization: bearer xoxb-1" in head.lower()
    assert json.loads(body)["view"]["callback_id"] == "survey:autumn"
    assert not asked.queued


def test_a_form_that_slack_does_not_open_is_said_so(asked: Door) -> None:
    told = send(asked, "slack", "command_survey")  # No token was put.
    assert (told.status, told.told["response_type"]) == (200, "ephemeral")
    assert told.told["text"].startswith("The form could not be opened.")


@pytest.mark.parametrize(
    "surveys",
    [
        {},
        {"autumn": ["players", "discord", "slack"]},
        {"autumn": ["everybody", "slack"]},
        {"winter": ["everybody", "discord"]},
    ],
    ids=["none", "of others", "not on Discord", "another"],
)
def test_what_is_not_asked_there_is_said_so_and_never_reaches_ssm(asked: Door, surveys: dict[str, Any]) -> None:
    listed(asked, **surveys)
    told = content(send(asked, "discord", "command.survey"))
    assert told.startswith("Ce sondage n’existe pas")
    assert ("winter" in told) == ("winter" in surveys)
    for name in ("../directory", "a" * 5000, "autumn\u0000", "AUTUMN/x"):
        send(asked, "discord", "command.survey", option=name)
    assert [name for name in asked.cloud.asked if "surveys" in name] == []


def test_a_form_is_fetched_once_a_minute_at_most(asked: Door) -> None:
    for second in range(150):
        send(asked, "discord", "command.survey")
        assert asked.asked("surveys/autumn") == 1 + second // 61
        asked.later(seconds=1)


def test_a_survey_that_ends_is_not_asked_a_minute_later(asked: Door) -> None:
    assert send(asked, "discord", "command.survey").told["type"] == 9
    listed(asked)
    asked.later(seconds=61)
    assert "n’est pas ouvert" in content(send(asked, "discord", "command.survey"))


@pytest.mark.parametrize("trouble", [THROTTLED, DOWN])
def test_while_ssm_cannot_answer_the_form_before_is_good(asked: Door, trouble: tuple[int, bytes]) -> None:
    assert send(asked, "discord", "command.survey").told["type"] == 9
    asked.cloud.broken["GetParameter"] = trouble
    asked.later(minutes=2)
    assert send(asked, "discord", "command.survey").told["type"] == 9


def test_a_form_that_the_sweep_has_not_written_yet_is_no_failure(asked: Door) -> None:
    del asked.cloud.parameters[FORM]
    assert content(send(asked, "discord", "command.survey")).endswith("autumn")


def test_the_names_are_told_without_any_form_being_fetched(asked: Door) -> None:
    told = send(asked, "discord", "autocomplete.survey")
    assert told.told == {"type": 8, "data": {"choices": [{"name": "autumn", "value": "autumn"}]}}
    assert asked.asked("surveys/autumn") == 0


@pytest.mark.parametrize(("platform", "name"), [("discord", "modal.survey"), ("slack", "form_survey")])
@pytest.mark.parametrize("there", [True, False])
def test_answers_are_queued_before_anybody_is_thanked_also_when_it_is_over(
    asked: Door, platform: str, name: str, there: bool
) -> None:
    if not there:
        listed(asked)
    told = send(asked, platform, name)
    assert told.status == 200
    if platform == "discord":
        assert content(told) == "Thank you. Your answers have been noted."
    else:
        assert told.body == ""  # Slack closes its form at an empty answer.
    ((queue, group, envelope),) = asked.queued
    assert (queue, group, envelope.pipeline) == ("feedback", "everybody", "feedback")
    asked.cloud.broken["SendMessage"] = THROTTLED
    assert send(asked, platform, name).status == 503  # Not thanked for what is not kept.
