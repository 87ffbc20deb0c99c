"""A post of ours, and what is said in answer to it: matched by what the program and the platform say of both."""

from typing import Any

import pytest

from events.feedback import FeedbackReceived
from events.program import Community, Program, Source, Target
from functions.platforms import hearing
from functions.platforms.inbound import POLLED
from tests.contracts.test_samples import sent
from tests.platforms.deliveries import SAMPLES
from tests.platforms.polling import behind_the_queue

FORUM = {"url": "https://forum.example", "place": "5"}
PLACES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "bluesky": ({"account": "did:plc:acme"}, {"account": "acme.example"}),
    "discourse": ({"api": "https://forum.example"}, FORUM),
    "github": ({"about": "acme"}, {"place": "acme/game"}),
    "lemmy": ({"api": "https://lemmy.example", "about": "news"}, {"url": "https://lemmy.example", "place": "news"}),
    "mastodon": ({"api": "https://social.example"}, {"url": "https://social.example"}),
    "matrix": ({"feedback": ("!lounge:acme.example",)}, {"url": "https://m.example", "place": "!lounge:acme.example"}),
    "reddit": ({"about": "acme+acmegames"}, {"place": "r/AcmeGames", "account": "acme"}),
    "slack": ({"feedback": ("C0LOUNGE",)}, {"place": "C0LOUNGE"}),
}
"""Of each platform, a source and a target that are one place."""
NEEDED = {"bluesky": {"about": "https://ozone.example"}, "lemmy": {}, "reddit": {}}
REPLIES: dict[str, tuple[str, dict[str, str]]] = {
    "bluesky": ("notification.reply", {"id": "at://did:plc:juno3example2222222222aa/app.bsky.feed.post/3mabcdefgbb22"}),
    "discourse": ("post_created", {"id": "209", "topic": "14", "number": "1"}),
    "github": ("discussion_comment.created", {"id": "D_4100"}),
    "lemmy": ("comment", {"id": "811"}),
    "mastodon": ("status.created.reply", {"id": "113400100"}),
    "matrix": ("message.reply", {"id": "$mSg0002aXyZ"}),
    "reddit": ("comment", {"id": "t3_1p4zzzz"}),
    "slack": ("message_reply", {"id": "1795339741.000200", "channel": "C0LOUNGE"}),
}
"""A sample of an answer, and what our side would have kept of the post it answers."""


def source(platform: str, name: str = "here", **more: Any) -> Source:
    given = {**NEEDED.get(platform, {}), **PLACES[platform][0], **more}
    return Source.model_validate({"id": name, "community": "acme", "platform": platform, **given})


def target(platform: str, **more: Any) -> Target:
    return Target.model_validate(
        {"id": "there", "community": "acme", "platform": platform, **PLACES[platform][1], **more}
    )


def names(
    platform: str, *sources: Source, posted: dict[str, str] | None = None, **more: Any
) -> frozenset[tuple[str, str]]:
    program = Program(
        communities=(Community(id="acme", name="Acme"), Community(id="peak", name="Peak")), sources=sources
    )
    return hearing.names(program, target(platform, **more), REPLIES[platform][1] if posted is None else posted)


def answered(platform: str) -> str:
    """What an answer says that it is about, as the platform's adapter reads it."""
    name = REPLIES[platform][0]
    [file] = [one for one in (SAMPLES / platform).iterdir() if one.stem == name]
    look = behind_the_queue if platform in POLLED else sent
    (event,) = look(platform, name, file.read_bytes()).events
    assert isinstance(event, FeedbackReceived)
    return event.about


@pytest.mark.parametrize("platform", sorted(REPLIES))
def test_a_post_of_ours_is_called_what_answers_call_it(platform: str) -> None:
    did = {"account": "did:plc:juno3example2222222222aa"} if platform == "bluesky" else {}
    assert names(platform, source(platform, **did)) == {("here", answered(platform))}


def test_every_platform_that_is_matched_is_tested() -> None:
    assert set(hearing.NAMES) == set(hearing.HEARS) == set(REPLIES)


@pytest.mark.parametrize(
    ("platform", "more"),
    [
        ("bluesky", {"account": "somebody.example"}),
        ("discourse", {"api": "https://other.example"}),
        ("discourse", {"api": ""}),
        ("discourse", {"feedback": ("6",)}),
        ("github", {"about": "acme/website"}),
        ("github", {"feedback": ("ideas",)}),
        ("lemmy", {"about": "memes"}),
        ("lemmy", {"api": "https://other.example"}),
        ("mastodon", {"api": "https://other.example"}),
        ("matrix", {"feedback": ("!other:acme.example",)}),
        ("reddit", {"about": "gaming"}),
        ("slack", {"feedback": ("C0OTHER",)}),
        ("slack", {"community": "peak"}),
    ],
)
def test_a_source_that_hears_another_place_hears_nothing_of_it(platform: str, more: dict[str, Any]) -> None:
    assert names(platform, source(platform, **more)) == frozenset()


@pytest.mark.parametrize(
    ("platform", "more"),
    [
        ("bluesky", {"account": "@Acme.example"}),
        ("discourse", {"api": "https://FORUM.example/", "feedback": ("5", "7")}),
        ("github", {"about": ""}),
        ("github", {"about": "Acme/Game", "feedback": ("acme/game",)}),
        ("matrix", {"feedback": ()}),
        ("slack", {"feedback": ()}),
    ],
)
def test_the_same_place_may_be_written_otherwise(platform: str, more: dict[str, Any]) -> None:
    assert len(names(platform, source(platform, "other", **more))) == 1


def test_a_lemmy_community_is_the_same_however_its_name_is_written() -> None:
    assert len(names("lemmy", source("lemmy", about="!news"), place="!News@lemmy.example")) == 1


def test_who_hears_it_twice_is_asked_twice() -> None:
    both = names("mastodon", source("mastodon", "one"), source("mastodon", "two"))
    assert both == {("one", "status:113400100"), ("two", "status:113400100")}


@pytest.mark.parametrize(
    ("platform", "posted", "more"),
    [
        ("mastodon", {"id": "", "url": ""}, {}),
        ("github", {"id": "77", "tag": "v2"}, {"kind": "release"}),
        ("discourse", {"id": "209", "topic": "14", "number": "8"}, {"kind": "reply"}),
    ],
)
def test_what_nobody_can_tell_answers_of_has_no_name(
    platform: str, posted: dict[str, str], more: dict[str, Any]
) -> None:
    assert names(platform, source(platform), posted=posted, **more) == frozenset()
