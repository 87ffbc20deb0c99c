"""Roblox: what a game gets of an announcement, and what becomes of every answer."""

import json
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from functions.platforms.outgoing import Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import Budget, Measure
from tests.platforms.posting.fake import reply, sent
from tests.platforms.posting.kits import roblox as kit
from tests.platforms.posting.kits.roblox import Roblox, refused
from tests.platforms.posting.making import AT, MAP, Adapter, only

(TARGET,) = kit.TARGETS
NEWS = '{"id":"a1-en-1","title":"Winter","text":"It is here.","language":"en","part":1,"of":1}'
BODY = {"topic": "announcements", "message": NEWS}

OURS = Adapter(TARGET, BODY)
rendered, deliver, answered, send = OURS.render, OURS.deliver, OURS.answered, OURS.send


@pytest.fixture
def site() -> Roblox:
    return Roblox(TARGET)


def test_the_request_is_what_was_approved(site: Roblox) -> None:
    assert send(site) == Sent("a1-en-1")
    (create,) = site.asked
    assert (create.method, create.path) == ("POST", "/cloud/v2/universes/3828411582:publishMessage")
    assert create.json == BODY
    assert create.headers["x-api-key"] == kit.SECRET


def test_a_message_that_comes_twice_is_shown_once(site: Roblox) -> None:
    sent(send(site))
    sent(send(site))
    assert (len(site.heard), len(site.posts)) == (2, 1)


# Answers


@pytest.mark.parametrize("answer", [reply(200), reply(200, {}), reply(200, b" \n")])
def test_an_empty_answer_is_a_success(answer: Reply) -> None:
    assert answered(answer) == Sent("a1-en-1")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (refused(400, "INVALID_ARGUMENT", "The topic is not valid."), "(400): The topic is not valid."),
        (refused(400, "INVALID_ARGUMENT", f"header x-api-key: {kit.SECRET}"), "(400): header x-api-key: …"),
        (refused(404, "NOT_FOUND", "Universe not found."), "(404): Universe not found."),
        (reply(400, {"errors": [{"code": 1, "message": "Invalid request"}]}), "(400): Invalid request"),
        (reply(400, {"errors": ["odd"]}), "(400): it does not say why"),
        (reply(302, b""), "(302): it does not say why"),
    ],
)
def test_what_roblox_refuses_is_told_in_its_words(answer: Reply, reason: str) -> None:
    assert answered(answer) == Refused(f"Roblox refused it {reason}")


@pytest.mark.parametrize(
    "answer",
    [
        reply(401, b"Invalid API Key"),
        refused(401, "UNAUTHENTICATED", "Invalid API Key"),
        refused(403, "PERMISSION_DENIED", "The api key does not have sufficient scope."),
        reply(403, {}),
    ],
)
def test_it_is_told_when_another_key_is_needed(answer: Reply) -> None:
    outcome = answered(answer)
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized
    assert "liaison secret put acme-roblox --outgoing" in outcome.reason


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, b"<html>Welcome</html>"),
        reply(200, []),
        reply(202),
        reply(204),
        reply(408),
        refused(409, "ABORTED", "Try again."),
        reply(425),
        reply(499, {}),
        refused(500, "INTERNAL", "An unexpected error occurred."),
        reply(502, b"<html>"),
        refused(503, "UNAVAILABLE", "Try again."),
        reply(504),
    ],
)
def test_an_answer_that_proves_nothing_is_not_known(answer: Reply) -> None:
    assert isinstance(answered(answer), Unknown)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(429, {}, retry_after="7"), 7),
        (reply(429, {}, retry_after="7.2"), 8),
        (reply(429, {}, retry_after=format_datetime(AT + timedelta(seconds=40), usegmt=True)), 40),
        (reply(429, {}, x_ratelimit_reset="25"), 25),
        (reply(429, {}, x_ratelimit_reset="25, 25;w=60"), 25),
        (reply(429, {}, x_ratelimit_reset="9" * 30), 6 * 3600),
        (reply(429, {}, x_ratelimit_reset="soon"), 60),
        (reply(429, {}), 60),
        (reply(429, b"<html>Too many requests</html>"), 900),
        (reply(429, b""), 900),
        (reply(403, b"<html>Access denied</html>"), 900),
    ],
)
def test_too_much_and_how_long_to_wait(answer: Reply, seconds: int) -> None:
    assert answered(answer) == Wait(seconds, "Roblox asks to slow down", "roblox:acme-roblox")


# What it looks like


def test_one_message_to_the_letter() -> None:
    part = only(rendered("The **servers** are back.\n\n- one\n- two", title="All is  well"))
    told = (
        '{"id":"a1-en-1","title":"All is well","text":"The servers are back.\\n\\n• one\\n• two",'
        '"language":"en","part":1,"of":1}'
    )
    assert part.body == {"topic": "announcements", "message": told}
    assert (part.kind, part.window, part.step) == ("blind", 0, "post")
    assert part.text == "All is well\n\nThe servers are back.\n\n• one\n• two"
    assert "<strong>All is well</strong>" in part.html
    assert part.measures == (Measure("message", "bytes", len(told.encode()), 1024),)
    assert part.budgets == (Budget("roblox:acme-roblox"),)


def test_a_title_alone_is_a_message() -> None:
    assert json.loads(only(rendered("")).body["message"])["title"] == "Winter"


def test_each_announcement_and_language_has_an_id_of_its_own() -> None:
    made = [only(rendered(announcement=name, language=language)) for name in ("a1", "a2") for language in ("en", "fr")]
    assert len({json.loads(part.body["message"])["id"] for part in made}) == 4


def test_a_long_text_is_several_messages_whole_and_within_their_limit(site: Roblox) -> None:
    body = "\n\n".join(f"Paragraph {number}. " + "слово " * 60 for number in range(6))
    rendering = rendered(body)
    assert all(len(part.body["message"].encode()) <= 1024 for part in rendering.parts)
    deliver(rendering, site)
    assert [news["part"] for news in site.heard] == list(range(1, len(rendering.parts) + 1))
    assert {news["of"] for news in site.heard} == {len(rendering.parts)}
    assert ["title" in news for news in site.heard] == [True] + [False] * (len(site.heard) - 1)
    assert " ".join(news["text"] for news in site.heard).split() == body.split()
    assert f"split into {len(rendering.parts)}" in rendering.notes[0]


def test_a_message_of_exactly_so_many_bytes_is_one() -> None:
    room = 1024 - len(only(rendered("x")).body["message"]) + 1
    spare = 3  # The number of a part may have two digits, in three places.
    assert only(rendered("x" * (room - spare))).measures[0].used == 1021
    assert rendered("x" * (room - spare + 1)).problems


def test_what_a_game_cannot_do_is_told() -> None:
    shown = f"@everyone\n\n![a map]({MAP.name})\n\n> ![a box](https://acme.example/box.png)"
    rendering = rendered(shown, images=(MAP,), pings=frozenset({"everyone"}))
    assert rendering.notes == (
        "a game gets no images: what they show is told in words",
        "@everyone pings nobody: in a game nobody can be pinged",
    )
    text = json.loads(only(rendering).body["message"])["text"]
    assert "[image: a map]" in text
    assert "a box (https://acme.example/box.png)" in text


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"tag": ""}, "`tag` of 'acme-roblox' has to be the topic that the game listens to"),
        ({"tag": "x" * 81}, f"the topic ({'x' * 20}…) has 81 characters; Roblox takes 80"),
        (
            {"place": "my-game"},
            "`place` of 'acme-roblox' is not a universe's id, which is a number (Copy Universe ID, in the dashboard)",
        ),
    ],
)
def test_a_target_that_nobody_hears_blocks_an_approval(changed: dict[str, Any], problem: str) -> None:
    assert rendered("x", TARGET.model_copy(update=changed)).problems == (problem,)
