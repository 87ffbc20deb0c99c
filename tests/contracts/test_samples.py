"""Every sample is placed: the project's own, and those others published."""

import json
from typing import Any

import pytest

from cli.inspect import Examined, examine
from functions.platforms.door import GATES
from tests.contracts.shared import PAYLOADS, bodies
from tests.platforms.deliveries import SAMPLES, headers

OWN = {
    "discourse/ping": "challenge",
    "discourse/post_created": "FeedbackReceived",
    "discourse/post_created.private_message": "without effect",
    "discourse/reviewable_created": "FlagRaised",
    "discourse/reviewable_score_updated": "FlagRaised",
    "discourse/user_created": "parked",
    "github/discussion.created": "FeedbackReceived",
    "github/discussion_comment.created": "FeedbackReceived",
    "github/ping": "challenge",
    "github/release.created": "without effect",
    "github/release.published": "ReleasePublished",
    "github/star.created": "parked",
    "standard_webhooks/feedback.received": "FeedbackReceived",
    "standard_webhooks/flag.raised": "FlagRaised",
    "standard_webhooks/flag.raised.second": "FlagRaised",
    "standard_webhooks/match.finished": "parked",
}
OTHERS = {
    "discourse/ping": "challenge",
    "discourse/post_created": "FeedbackReceived",
    "discourse/post_created.2": "FeedbackReceived",
    "discourse/reviewable_created": "FlagRaised",
    "discourse/reviewable_score_updated": "FlagRaised",
    "github/discussion.created": "FeedbackReceived",
    "github/discussion_comment.created": "FeedbackReceived",
    "github/ping": "challenge",
    "github/release.created": "without effect",
    "github/release.published": "ReleasePublished",
}
"""What of the published samples is more than parked."""

CAPTURED = {
    "Instance": "X-Discourse-Instance",
    "EventId": "X-Discourse-Event-Id",
    "EventType": "X-Discourse-Event-Type",
    "Event": "X-Discourse-Event",
}


def outcome(found: Examined) -> str:
    """One word for where a sample ends: its event, or why there is none."""
    if found.verdict != "accepted":
        return found.verdict
    return type(found.events[0]).__name__ if found.events else found.reason.partition(":")[0]


def sane(found: Examined) -> None:
    """Whatever it is, it is answered 2xx, and what has no event has a reason."""
    assert 200 <= found.status < 300
    assert found.verdict == "challenge" or found.envelope is not None
    assert found.verdict == "challenge" or bool(found.events) != bool(found.reason)
    json.dumps(found.as_json()).encode("ascii")


def named(platform: str, file: str) -> str:
    return f"{platform}/{file.removesuffix('.json')}"


def test_no_sample_is_left_out_and_every_platform_has_some() -> None:
    found = {f"{file.parent.name}/{file.stem}" for file in SAMPLES.glob("*/*.json")}
    assert found == set(OWN)
    assert {name.partition("/")[0] for name in OWN} == set(GATES)


@pytest.mark.parametrize(("name", "expected"), list(OWN.items()), ids=list(OWN))
def test_our_own_samples(name: str, expected: str) -> None:
    platform, _, stem = name.partition("/")
    found = examine(platform, (SAMPLES / f"{name}.json").read_bytes(), headers(platform, stem.partition(".")[0]))
    sane(found)
    assert outcome(found) == expected


@pytest.mark.parametrize(("platform", "file"), bodies("discourse", "github", "standard-webhooks"))
def test_samples_that_others_published(platform: str, file: str) -> None:
    body = (PAYLOADS / platform / file).read_bytes()
    found = examine(platform.replace("-", "_"), body, captured(platform, file))
    sane(found)
    assert outcome(found) == OTHERS.get(named(platform, file), "parked"), found.reason


@pytest.mark.parametrize(("platform", "file"), bodies("discourse"))
def test_links_to_a_published_forum_are_whole(platform: str, file: str) -> None:
    for event in examine(platform, (PAYLOADS / platform / file).read_bytes(), captured(platform, file)).events:
        told = event.model_dump()
        assert told.get("url", told.get("subject", {}).get("url")).startswith("http")


def captured(platform: str, file: str) -> dict[str, str]:
    """The headers as they came over the wire: as captured, or else after the file's name."""
    beside = PAYLOADS / platform / file.replace(".json", ".headers.json")
    if platform == "discourse" and beside.is_file():
        kept: dict[str, Any] = json.loads(beside.read_text())
        return {CAPTURED[name]: value for name, value in kept.items() if name in CAPTURED}
    return headers(platform.replace("-", "_"), file.partition(".")[0])
