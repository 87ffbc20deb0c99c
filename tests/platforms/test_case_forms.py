"""Buttons of a case's card at the doors of Discord and Slack: a form at once where words are needed, a place on the
queue where they are not."""

import json
from typing import Any
from urllib.parse import quote_plus

import pytest

from events.buttons import Button
from functions.platforms.door import Accepted, Answer, Call, Request, Verdict, gate
from functions.platforms.wording import TEXTS

CASE = "0123456789abcdef"
TAKE = Button(CASE, "take", 2)
ESCALATE = Button(CASE, "escalate", 2)
DISMISS = Button(CASE, "dismiss", 2, ("approve", "resolve"), ("resolve",))
BAN = Button(CASE, "ban", 2, ("ban", "timeout", "remove", "resolve"), ("ban", "resolve"), "be-kind")
NOTED = Button(CASE, "violation", 2)


def at_discord(kind: int, data: dict[str, Any], **more: Any) -> Verdict:
    member = {"user": {"id": "250000000000000022", "username": "ilse"}}
    body = {"type": kind, "id": "1573654206873600000", "token": "t", "data": data, "member": member, **more}
    return gate("discord").classify(Request("POST", {}, json.dumps(body).encode()))


def at_slack(body: dict[str, Any]) -> Verdict:
    return gate("slack").classify(Request("POST", {}, b"payload=" + quote_plus(json.dumps(body)).encode()))


def press(name: str, **more: Any) -> dict[str, Any]:
    held = {"container": {"message_ts": "1.0", "channel_id": "C1"}, "user": {"id": "U1"}}
    action = {"type": "button", "action_id": name}
    given = {"trigger_id": "81.1", "response_url": "https://hooks.slack.com/actions/1", **more}
    return {"type": "block_actions", "actions": [action], **held, **given}


def modal(verdict: Verdict) -> dict[str, Any]:
    assert isinstance(verdict, Answer)
    assert verdict.status == 200
    body = json.loads(verdict.body)
    assert body["type"] == 9
    return dict(body["data"])


def view(verdict: Verdict) -> dict[str, Any]:
    assert isinstance(verdict, Answer)
    assert verdict.body == ""
    assert isinstance(verdict.then, Call)
    assert verdict.then.method == "views.open"
    asked = json.loads(verdict.then.body)
    assert asked["trigger_id"] == "81.1"
    return dict(asked["view"])


def test_discord_s_whole_form_of_a_measure() -> None:
    assert modal(at_discord(3, {"component_type": 2, "custom_id": BAN.name}, locale="en-GB")) == {
        "custom_id": BAN.name,
        "title": "Violation",
        "components": [
            {
                "type": 18,
                "label": "Why? The author may read it",
                "component": {"type": 4, "custom_id": "why", "style": 2, "required": True, "max_length": 4000},
            },
            {
                "type": 18,
                "label": "What is to be done",
                "component": {
                    "type": 3,
                    "custom_id": "measures",
                    "options": [
                        {"label": "Ban", "value": "ban", "default": True},
                        {"label": "Time-out", "value": "timeout", "default": False},
                        {"label": "Remove", "value": "remove", "default": False},
                        {"label": "Close the report there", "value": "resolve", "default": True},
                    ],
                    "min_values": 0,
                    "max_values": 4,
                    "required": False,
                },
            },
            {
                "type": 18,
                "label": "How long? 90 (minutes), 2h or 3d",
                "component": {"type": 4, "custom_id": "minutes", "style": 1, "required": False, "max_length": 4000},
            },
            {
                "type": 18,
                "label": "Rule, by its id",
                "component": {
                    "type": 4,
                    "custom_id": "rule",
                    "style": 1,
                    "required": False,
                    "max_length": 4000,
                    "value": "be-kind",
                },
            },
        ],
    }


def test_slack_s_whole_form_of_a_measure() -> None:
    def plain(text: str) -> dict[str, Any]:
        return {"type": "plain_text", "text": text}

    def field(name: str, label: str, element: dict[str, Any], *, optional: bool) -> dict[str, Any]:
        shown = {"label": plain(label), "optional": optional, "element": {**element, "action_id": name}}
        return {"type": "input", "block_id": name, **shown}

    text = {"type": "plain_text_input", "multiline": False, "max_length": 3000}
    options = {
        value: {"text": plain(label), "value": value}
        for value, label in (
            ("ban", "Ban"),
            ("timeout", "Time-out"),
            ("remove", "Remove"),
            ("resolve", "Close the report there"),
        )
    }
    menu = {"type": "multi_static_select", "options": list(options.values())}
    assert view(at_slack(press(BAN.name))) == {
        "type": "modal",
        "callback_id": BAN.name,
        "title": plain("Violation"),
        "submit": plain("Send"),
        "close": plain("Cancel"),
        "private_metadata": "",
        "blocks": [
            field("why", "Why? The author may read it", {**text, "multiline": True}, optional=False),
            field(
                "measures",
                "What is to be done",
                {**menu, "initial_options": [options["ban"], options["resolve"]]},
                optional=True,
            ),
            field("minutes", "How long? 90 (minutes), 2h or 3d", text, optional=True),
            field("rule", "Rule, by its id", {**text, "initial_value": "be-kind"}, optional=True),
        ],
    }


@pytest.mark.parametrize(
    ("asked", "title", "fields"),
    [
        (ESCALATE, "To the leads", ["why"]),
        (DISMISS, "No violation", ["why", "measures"]),
        (BAN, "Violation", ["why", "measures", "minutes", "rule"]),
        (NOTED, "Violation", ["why", "rule"]),
    ],
)
def test_a_form_asks_what_its_button_needs_and_is_called_like_it(asked: Button, title: str, fields: list[str]) -> None:
    made = modal(at_discord(3, {"component_type": 2, "custom_id": asked.name}))
    assert (made["custom_id"], made["title"]) == (asked.name, title)
    assert [row["component"]["custom_id"] for row in made["components"]] == fields
    opened = view(at_slack(press(asked.name)))
    assert (opened["callback_id"], opened["title"]["text"]) == (asked.name, title)
    assert [block["block_id"] for block in opened["blocks"]] == fields


def test_a_form_is_in_the_language_of_who_asks_where_the_platform_tells_it() -> None:
    assert modal(at_discord(3, {"custom_id": DISMISS.name}, locale="fr"))["title"] == "Aucune infraction"


def test_a_form_that_slack_does_not_open_is_told_to_who_pressed() -> None:
    verdict = at_slack(press(BAN.name))
    assert isinstance(verdict, Answer)
    assert verdict.then
    assert verdict.then.tell == "https://hooks.slack.com/actions/1"
    assert json.loads(verdict.then.apology)["text"] == TEXTS["en"]["card.again"]


def test_without_a_trigger_there_is_no_form_and_no_harm() -> None:
    assert at_slack(press(BAN.name, trigger_id="")) == Answer(200, "", "text/plain")


def test_what_needs_no_words_is_queued() -> None:
    found = at_discord(3, {"component_type": 2, "custom_id": TAKE.name})
    assert isinstance(found, Accepted)
    assert (found.pipeline, found.event, found.delivery) == ("moderation", "component.case", "1573654206873600000")
    assert found.answer
    assert json.loads(found.answer.body) == {"type": 6}
    there = at_slack(press(TAKE.name))
    assert isinstance(there, Accepted)
    assert (there.pipeline, there.event, there.delivery) == ("moderation", "card.button", "81.1")


def test_a_form_that_was_sent_is_queued_and_who_sent_it_is_told_where_to_look() -> None:
    found = at_discord(5, {"custom_id": BAN.name, "components": []}, locale="en-GB")
    assert isinstance(found, Accepted)
    assert (found.pipeline, found.event) == ("moderation", "modal.case")
    assert found.answer
    assert json.loads(found.answer.body)["data"] == {
        "content": "Received. The card shows what becomes of it.",
        "flags": 64,
        "allowed_mentions": {"parse": []},
    }
    body = {"type": "view_submission", "view": {"id": "V1", "hash": "1.a", "callback_id": BAN.name}}
    there = at_slack(body)
    assert isinstance(there, Accepted)
    assert (there.pipeline, there.event, there.delivery) == ("moderation", "card.form", "V1:1.a")


@pytest.mark.parametrize("language", TEXTS)
def test_no_label_is_longer_than_the_platforms_take(language: str) -> None:
    texts = TEXTS[language]
    assert all(len(words) <= 45 for name, words in texts.items() if name.startswith("case."))
    assert all(len(texts[name]) <= 24 for name in ("case.dismiss", "case.violation", "case.escalate"))
    assert texts.keys() == TEXTS["en"].keys()
