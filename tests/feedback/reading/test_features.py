"""What of a text is weighed: the same for what means the same, and an end for what has none."""

import pytest

from functions.feedback.reading.features import LONGEST, features, tokens
from functions.feedback.reading.lexicon import LANGUAGES, NUMBERS, described, rated, values


def sums(text: str, language: str = "en") -> float:
    """How good the words of a text are together, from -1 to 1."""
    return described(text, language).numbers[0]


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("Look: https://example.org/a?b=1 @zoe_1 #sync", "en", ["look", ":", "<url>", "@user", "#sync"]),
        ("It's sooooo good!!! :-)", "en", ["it's", "soo", "good", "!!", ":-)"]),
        ("L’appli n'a que 12 amis", "fr", ["l", "appli", "n", "a", "que", "0", "amis"]),
        ("🙂👍", "en", ["🙂", "👍"]),
    ],
)
def test_words_are_compared_without_what_says_nothing(text: str, language: str, words: list[str]) -> None:
    assert list(tokens(text, language).plain) == words


def test_a_text_without_an_end_is_looked_at_to_its_limit() -> None:
    assert features(tokens("sync " * LONGEST, "en")) == features(tokens("sync " * 2 * LONGEST, "en"))
    assert len(features(tokens("a" * LONGEST, "en")).values) < 1_000


@pytest.mark.parametrize("text", ["", " \n", "!!!", "\ud800", "\x00", "🙂", "'", "#", "@", "l'", "''"])
def test_no_text_is_too_odd(text: str) -> None:
    for language in LANGUAGES:
        assert len(described(text, language).numbers) == len(NUMBERS)


@pytest.mark.parametrize(
    ("worse", "better", "language"),
    [
        ("This is not good.", "This is good.", "en"),
        ("This is good.", "This is very good.", "en"),
        ("This is good.", "This is good!!!", "en"),
        ("This is good.", "This is GOOD.", "en"),
        ("It was good but it is broken now.", "It was broken but it is good now.", "en"),
        ("Never again, a disaster.", "A disaster avoided, lovely.", "en"),
        ("C'est pas génial.", "C'est génial.", "fr"),
        ("Ce n'est pas un bon choix.", "C'est un bon choix.", "fr"),
        ("C'est génial.", "C'est vraiment génial.", "fr"),
        ("C'était super mais maintenant c'est nul.", "C'était nul mais maintenant c'est super.", "fr"),
    ],
)
def test_words_mean_what_they_mean_where_they_stand(worse: str, better: str, language: str) -> None:
    assert sums(worse, language) < sums(better, language)


def test_only_rated_words_have_a_value() -> None:
    assert values(tokens("the table is awful", "en")) == [0.0, 0.0, 0.0, rated("en")["awful"]]
