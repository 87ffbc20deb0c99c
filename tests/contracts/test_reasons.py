"""One table of reasons: each platform's word has a code, and each code that has a word comes back as itself."""

import pytest

from events.program import SourcePlatform
from events.reasons import REASONS, WORDS, code_of, word_of
from functions.platforms.wording import CHOICES, TEXTS

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
