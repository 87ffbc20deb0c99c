"""Roblox: what a game gets of an announcement, and what becomes of every answer."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.announcements import Image, PostRequested
from events.program import Target
from functions.platforms.outgoing import Destination, NotSentError, Outcome, Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import Budget, Measure, Part, Post, Rendering
from functions.platforms.roblox import posting
from tests.platforms.posting.fake import NOW, hands, reply, sent
from tests.platforms.posting.kits import roblox as kit
from tests.platforms.posting.kits.roblox import Roblox, refused

(TARGET,) = kit.TARGETS
AT = datetime.fromtimestamp(NOW, UTC)
NEWS = '{"id":"a1-en-1","title":"Winter","text":"It is here.","language":"en","part":1,"of":1}'
BODY = {"topic": "announcements", "message": NEWS}
NAME = f"{sha256(b'png').hexdigest()}.png"
IMAGE = Image(name=NAME, type="image/png", bytes=3)


def to(**more: Any) -> Destination:
    return replace(Destination(TARGET.id, "acme", "", kit.SECRET, place=TARGET.place, tag=TARGET.tag), **more)


def send(site: Roblox, body: dict[str, Any] = BODY, **more: Any) -> Outcome:
    post = PostRequested(announcement="a1", target=TARGET.id, language="en", published_at=AT, body=body)
    return posting.send(post, to(**more), "k", hands(site))


def answered(answer: Reply) -> Outcome:
    site = Roblox(TARGET)
    site.answers(answer)
    return send(site)


def rendered(body: str, target: Target = TARGET, **more: Any) -> Rendering:
    return posting.render(Post("a1", more.pop("title", "Winter"), body, "en", **more), target)


def only(rendering: Rendering) -> Part:
    assert rendering.problems == ()
    (part,) = rendering.parts
    return part


def test_the_request_is_what_was_approved() -> None:
    site = Roblox(TARGET)
    assert send(site) == Sent("a1-en-1")
    (create,) = site.asked
    assert (create.method, create.path) == ("POST", "/cloud/v2/universes/3828411582:publishMessage")
    assert create.json == BODY
    assert create.headers["x-api-key"] == kit.SECRET


def test_a_message_that_comes_twice_is_shown_once() -> None:
    site = Roblox(TARGET)
    sent(send(site))
    sent(send(site))
    assert (len(site.heard), len(site.posts)) == (2, 1)


def test_nothing_was_sent_when_roblox_could_not_be_reached() -> None:
    site = Roblox(TARGET)
    site.unreachable()
    with pytest.raises(NotSentError):
        send(site)


@pytest.mark.parametrize("answer", [reply(200), reply(200, {}), reply(200, b" \n")])
def test_an_empty_answer_is_a_success(answer: Reply) -> None:
    assert answered(answer) == Sent("a1-en-1")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (refused(400, "INVALID_ARGUMENT", "The topic is not valid."), "(400): The topic is not valid."),
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
    wait = answered(answer)
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.budget) == (seconds, "roblox:acme-roblox")


def test_a_reason_never_shows_the_key() -> None:
    outcome = answered(refused(400, "INVALID_ARGUMENT", f"header x-api-key: {kit.SECRET}"))
    assert isinstance(outcome, Refused)
    assert kit.SECRET not in outcome.reason


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["code", "message", "errors", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)
BODIES = st.binary(max_size=30) | st.builds(lambda given: json.dumps(given).encode(), ODD)
HEADERS = st.dictionaries(st.sampled_from(["retry-after", "x-ratelimit-reset"]), st.text(max_size=8), max_size=2)


@given(st.builds(Reply, st.sampled_from([200, 403, 429]) | st.integers(100, 599), HEADERS, BODIES))
@settings(max_examples=300, deadline=None)
def test_whatever_is_answered_has_an_outcome_and_only_a_success_is_sent(answer: Reply) -> None:
    outcome = answered(answer)
    assert isinstance(outcome, Sent | Refused | Wait | Unknown)
    if isinstance(outcome, Sent):
        assert answer.status == 200
        assert not answer.body.strip() or isinstance(json.loads(answer.body), dict)


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


def test_each_announcement_and_language_has_an_id_of_its_own() -> None:
    posts = [Post(name, "Winter", "x", language) for name in ("a1", "a2") for language in ("en", "fr")]
    messages = [json.loads(posting.render(post, TARGET).parts[0].body["message"]) for post in posts]
    assert len({message["id"] for message in messages}) == 4


def test_a_long_text_is_several_messages_whole_and_within_their_limit() -> None:
    body = "\n\n".join(f"Paragraph {number}. " + "слово " * 60 for number in range(6))
    rendering = rendered(body)
    site = Roblox(TARGET)
    for part in rendering.parts:
        assert len(part.body["message"].encode()) <= 1024
        sent(send(site, part.body))
    assert [news["part"] for news in site.heard] == list(range(1, len(rendering.parts) + 1))
    assert {news["of"] for news in site.heard} == {len(rendering.parts)}
    assert ["title" in news for news in site.heard] == [True] + [False] * (len(site.heard) - 1)
    assert " ".join(news["text"] for news in site.heard).split() == body.split()
    assert f"split into {len(rendering.parts)}" in rendering.notes[0]


def test_a_target_may_want_the_beginning_and_a_link_instead() -> None:
    target = TARGET.model_copy(update={"long": "excerpt"})
    part = only(rendered("A sentence. " * 200, target, link="https://acme.example/news/1"))
    assert json.loads(part.body["message"])["text"].endswith("https://acme.example/news/1")


def test_a_message_of_exactly_so_many_bytes_is_one() -> None:
    room = 1024 - len(only(rendered("x")).body["message"]) + 1
    spare = 3  # The number of a part may have two digits, in three places.
    assert len(rendered("x" * (room - spare)).parts) == 1
    assert only(rendered("x" * (room - spare))).measures[0].used == 1021
    assert rendered("x" * (room - spare + 1)).problems


def test_what_a_game_cannot_do_is_told() -> None:
    rendering = rendered(
        f"@everyone\n\n![a map]({NAME})\n\n| a |\n|---|\n| 1 |", images=(IMAGE,), pings=frozenset({"x"})
    )
    assert rendering.notes == (
        "a game gets no images: what they show is told in words",
        "tables are shown as lines of text",
        "@everyone pings nobody: in a game nobody can be pinged",
    )
    assert "[image: a map]" in only(rendering).text


def test_an_image_at_an_address_is_a_link() -> None:
    rendering = rendered("> ![a map](https://acme.example/map.png)")
    assert "a map (https://acme.example/map.png)" in only(rendering).text
    assert rendering.notes == ()


@pytest.mark.parametrize(
    ("body", "more", "problem"),
    [
        (f"![]({NAME})", {"images": (IMAGE,)}, "image 1 has no description: write ![what it shows](…)"),
        ("![a map](map.png)", {}, "image 1, 'map.png', was not uploaded with the announcement"),
        (" ", {"title": " "}, "there is nothing to say"),
    ],
)
def test_what_blocks_an_approval(body: str, more: dict[str, Any], problem: str) -> None:
    assert rendered(body, **more).problems == (problem,)


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


def test_a_title_alone_is_a_message() -> None:
    assert json.loads(only(rendered("")).body["message"])["title"] == "Winter"
