"""A place of the company's own: what is told of a measure, and how it is taken back."""

import json
from dataclasses import replace
from typing import Any, get_args

import pytest

from events.moderation import Measure
from functions.platforms import acting
from functions.platforms.outgoing import Refused, Sent
from functions.platforms.standard_webhooks import telling
from tests.platforms.acting.doing import KEY, There
from tests.platforms.acting.kits.standard_webhooks import LINE, PLAYER, TO, UNTIL, action
from tests.platforms.posting.fake import NOW
from tests.platforms.telling.test_contract import message


def game(**more: Any) -> There:
    return There("standard_webhooks", **more)


def said(there: There) -> Any:
    return json.loads(there.fake.asked[-1].body)


def test_a_measure_says_what_about_what_to_whom_until_when_and_why() -> None:
    there = game()
    there.act(action("timeout", until=UNTIL, reports=("report-5001",), prepared={"before": {}}, expected={}))
    assert said(there) == {
        "type": "moderation.action",
        "timestamp": NOW,
        "data": {
            "case": "c1",
            "measure": "timeout",
            "subject": {"source": "game", "kind": "chat_message", "id": "msg-412", "url": "", "revision": "2"},
            "person": {"id": "4417", "name": "xXGrimXx"},
            "reports": ["report-5001"],
            "outcome": "violation",
            "reason": "Threats",
            "explanation": "You threatened somebody.",
            "until": f"{UNTIL:%Y-%m-%dT%H:%M:%SZ}",
            "undo": False,
        },
    }


def test_what_is_not_known_is_left_out() -> None:
    there = game()
    there.act(action("hide", person=None))
    assert not {"person", "until"} & set(said(there)["data"])


def test_an_undo_is_the_same_wish_with_a_word_more() -> None:
    there = game()
    undo = there.carried_out(action("hide", LINE))
    told = acting.planned(there_acting(), undo, {}, NOW)[0].body["data"]
    assert told == {**acting.planned(there_acting(), action("hide", LINE), {}, NOW)[0].body["data"], "undo": True}


def there_acting() -> acting.Acting:
    found = acting.on("standard_webhooks")
    assert found is not None
    return found


def test_whatever_the_sender_calls_a_thing_everything_can_be_asked_for() -> None:
    assert set(acting.abilities("standard_webhooks", "guild_emblem")) == set(get_args(Measure))


@pytest.mark.parametrize("measure", ["warn", "resolve"])
def test_what_was_read_cannot_be_taken_back(measure: str) -> None:
    there = game()
    undo = there.carried_out(action(measure, PLAYER))
    assert "cannot be undone" in there.why_not(undo)


def test_every_attempt_has_the_same_id() -> None:
    there = game()
    for _ in range(2):
        assert isinstance(there.act(action("hide")), Sent)
    assert {asked.headers["webhook-id"] for asked in there.fake.asked} == {KEY}


def test_with_nowhere_to_go_it_is_said_what_to_write() -> None:
    assert "`api`" in game(to=replace(TO, address="")).why_not(action("hide"))


def test_a_secret_that_cannot_sign_sends_nothing_and_is_told() -> None:
    there = game(to=replace(TO, secret="not base64!"))
    outcome = there.act(action("hide"))
    assert isinstance(outcome, Refused)
    assert "secret" in outcome.reason
    assert there.fake.asked == []


def test_a_message_names_the_person_the_case_and_the_thing() -> None:
    there = game()
    outcome = telling.tell(message("standard_webhooks"), TO, KEY, there.lent)
    assert outcome == Sent(KEY)
    assert said(there)["type"] == "moderation.message"
    assert said(there)["data"] == {
        "case": "c1",
        "person": {"id": "4417", "name": "xXGrimXx"},
        "about": {"source": "game", "kind": "chat_message", "id": "msg-412", "url": "", "revision": "2"},
        "title": "Your post was taken down",
        "text": "It was spam.\n\nOur rule: no advertising.",
        "link": "https://liaison.example/appeals/acme/c1?r=1&s=2",
    }
    assert "`api`" in str(telling.tell(message("standard_webhooks"), replace(TO, address=""), KEY, there.lent))
