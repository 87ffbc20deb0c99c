"""One table of reasons: each platform's word has a code, and each code that has a word comes back as itself."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from cli.site import review
from events.envelope import Envelope
from events.moderation import FlagExplained, FlagRaised, LookRequested, Subject
from events.program import SourcePlatform, bare
from events.reasons import REASONS, WORDS, Reason, code_of, word_of
from functions.platforms import door
from functions.platforms.discord import forms
from functions.platforms.discourse import adapter as discourse
from functions.platforms.github.acting import classifier
from functions.platforms.inbound import normalise
from functions.platforms.outgoing import Found
from functions.platforms.slack import modals
from functions.platforms.wording import CHOICES, TEXTS
from functions.shared import queues
from infra.bundle import ROOT
from tests.deployed import places
from tests.deployed.places import Told
from tests.platforms.hands import Fake, reply, to
from tests.platforms.kits import kit

PLATFORMS = pytest.mark.parametrize("platform", WORDS)


@PLATFORMS
def test_every_code_that_a_platform_has_a_word_for_comes_back(platform: str) -> None:
    for code in REASONS:
        word = word_of(platform, code)
        assert word is None or code_of(platform, word) == code


@PLATFORMS
def test_every_word_of_a_platform_has_its_own_code_and_none_is_there_twice(platform: str) -> None:
    words = [word.casefold() for word, _ in WORDS[platform]]
    assert len(set(words)) == len(words)
    for word, code in WORDS[platform]:
        assert code_of(platform, word) == code_of(platform, word.upper()) == code
        assert code in REASONS


def test_a_namespace_before_a_word_means_nothing() -> None:
    for namespace in ("com.atproto.moderation.defs", "tools.ozone.report.defs"):
        assert code_of("bluesky", f"{namespace}#reasonSpam") == "spam"


def test_no_word_is_unknown_and_a_strange_one_is_other() -> None:
    assert (code_of("mastodon", ""), code_of("mastodon", " "), code_of("mastodon", "zeal")) == (
        "unknown",
        "unknown",
        "other",
    )
    assert code_of("nowhere", "spam") == "other"


def test_only_platforms_that_exist_have_words() -> None:
    assert set(WORDS) <= set(SourcePlatform.__args__)  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", TEXTS)
def test_a_person_can_choose_every_reason_in_every_language(language: str) -> None:
    assert set(CHOICES) == set(REASONS) - {"unknown"}
    assert set(TEXTS[language]) == set(TEXTS["en"])
    assert all(0 < len(TEXTS[language][code]) <= 75 for code in CHOICES)  # Slack's limit for an option.
    assert len({TEXTS[language][code] for code in CHOICES}) == len(CHOICES)


def test_titles_and_labels_fit_a_form() -> None:
    for texts in TEXTS.values():
        assert all(len(texts[name]) <= 24 for name in ("report", "feedback", "announce", "send", "cancel"))  # Slack.
        assert all(
            len(texts[name]) <= 45
            for name in ("report.reason", "report.comment", "feedback.text", "announce.title", "announce.body")
        )  # Discord.


# As platforms really send them

SOURCES = {"game": "standard_webhooks", "forum": "discourse", **places.PLACES} | {
    name: platform for name, (platform, _) in places.VISITED.items()
}
WITH_WORDS = [name for name in SOURCES if name not in ("title", "village")]
"""PlayFab tells a comment and no reason; Lemmy's reasons are the reporters' own words."""

FREE = ("game", "rooms", "social", "stream", "sky", "village", "sub")
"""Where any word may come. Forms offer only ours, and of a /report in Telegram other words are a comment."""


def envelopes(source: str, told: Told) -> Iterator[Envelope]:
    """Through the platform's own gate, or as a visit queues it."""
    if source in places.VISITED:
        yield from places.fetched(source, told)
        return
    platform = SOURCES[source]
    for delivery in places.CALLING[source](told):
        request = delivery.request(places.SECRETS.get(source) or kit(platform).SECRETS[0])
        found = door.classified(platform, request)
        assert isinstance(found, tuple), found
        at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        for one in found:
            yield door.sealed(request, one, platform=platform, source=source, community="acme", received_at=at)


def asked(told: Told) -> Iterator[Envelope]:
    """What a forum answers when it is asked what somebody flagged it for."""
    answer: Any = review(31, 204)
    answer["reviewable_scores"][0]["score_type"] = {"id": 99, "type": told.reason, "title": ""}
    fake = Fake([reply(200, json.dumps(answer).encode())])
    look = LookRequested(more="review:31:1", subject=Subject(source="forum", kind="post", id="204"))
    found = discourse.look(look, to(address="https://forum.example"), "key", fake.hands(0))
    assert isinstance(found, Found)
    for piece in found.pieces:
        yield queues.fetched(piece, "forum", "acme", "discourse", "2026-11-22T09:30:00.000Z")


def read(source: str, word: str) -> FlagRaised | FlagExplained:
    """What tells the reason: the report itself, or what comes after it."""
    told = Told("0000000a", 1, 1, word)
    found = [*(asked(told) if source == "forum" else envelopes(source, told))]
    event = normalise(found[-1], bare(source, "acme", SOURCES[source]))
    assert isinstance(event, FlagRaised | FlagExplained)
    return event


@pytest.mark.parametrize("source", WITH_WORDS)
def test_every_word_comes_in_as_its_own_code_and_stays_what_it_was(source: str) -> None:
    for word, code in WORDS[SOURCES[source]]:
        if (source, word) == ("club", "unknown"):
            continue  # Nobody can choose it.
        event = read(source, word)
        assert event.code == code, word
        assert event.reason.rpartition("#")[2] == word
        # And back: where the platform has a word for it, that word means the same.
        back = word_of(SOURCES[source], event.code)
        assert back is not None
        assert read(source, back).code == code


@pytest.mark.parametrize("source", FREE)
def test_a_word_that_nobody_knows_stays_the_platform_s_own(source: str) -> None:
    event = read(source, "zeal")
    assert (event.reason.rpartition("#")[2], event.code) == ("zeal", "other")


@pytest.mark.parametrize("source", ["game", "rooms", "club", "sky", "village", "sub", "title", "chat", "office"])
def test_where_nobody_says_why_it_is_unknown(source: str) -> None:
    event = read(source, "")
    assert (event.reason, event.code) == ("", "unknown")


def test_every_platform_that_tells_of_reports_is_here() -> None:
    telling = {file.parent.name for file in ROOT.glob("functions/platforms/*/*.py") if "FlagRaised" in file.read_text()}
    assert telling == set(SOURCES.values())


# What people choose from


@pytest.mark.parametrize("language", TEXTS)
def test_each_label_of_a_form_stands_for_its_own_code(language: str) -> None:
    form = json.loads(forms.report(language, "report:1:2").body)
    options = form["data"]["components"][0]["component"]["options"]
    assert [(one["label"], code_of("discord", one["value"])) for one in options] == [
        (TEXTS[language][code], code) for code in CHOICES
    ]


def test_each_label_of_slack_s_form_stands_for_its_own_code() -> None:
    view = json.loads(modals.report("1.2", "C1", "3.4", "").body)["view"]
    options = view["blocks"][0]["element"]["options"]
    assert [(one["text"]["text"], code_of("slack", one["value"])) for one in options] == [
        (TEXTS["en"][code], code) for code in CHOICES
    ]


# What a platform is told


@pytest.mark.parametrize("code", REASONS)
def test_github_hides_with_the_word_that_is_meant(code: Reason) -> None:
    """It has seven words, which everybody reads; what none of them means accuses nobody."""
    assert classifier(code) == {"spam": "SPAM", "harassment": "ABUSE", "hate": "ABUSE"}.get(code, "OFF_TOPIC")
