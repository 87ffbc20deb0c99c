"""What a text is about: by keywords, then by what was confirmed."""

import json

import pytest

from functions.feedback.reading import themes
from functions.feedback.reading.themes import Confirmed, Theme

CRASHES = Theme("crashes", ("crash", "black screen", "écran noir", "plantage"))
SHOP = Theme("shop", ("shop", "boutique"))
THEMES = (CRASHES, SHOP)
SAID = (
    ("The game closes by itself when I join", "crashes"),
    ("It closes by itself after the lobby", "crashes"),
    ("My game keeps closing by itself", "crashes"),
    ("I paid for a skin and never got it", "shop"),
    ("Paid twice for the same skin", "shop"),
    ("My skin was paid but is not there", "shop"),
    ("Hello from Lyon", ""),
    ("The new map is gorgeous", ""),
    ("When is the next tournament?", ""),
)
LEARNED = themes.learn([Confirmed(text, "", frozenset({about} - {""})) for text, about in SAID], THEMES)


def found(text: str, learned: themes.Learned | None = None) -> list[str]:
    return [label.name for label in themes.find(text, THEMES, learned)]


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("It crashes each time", ["crashes"]),
        ("CRASHED, again", ["crashes"]),
        ("Des plantages sans arrêt", ["crashes"]),
        ("Ecran noir au lancement", ["crashes"]),
        ("The screen is black and white", []),
        ("The boutique crashed", ["crashes", "shop"]),
        ("We hold workshops", []),
        ("", []),
    ],
)
def test_keywords_are_found_in_any_form_and_as_whole_words(text: str, about: list[str]) -> None:
    assert found(text) == about


def test_a_keyword_that_decided_is_told() -> None:
    (label,) = themes.find("Black screens everywhere", THEMES)
    assert (label.because, label.scores, label.model) == (("black screen",), {"crashes": 1.0}, "")


def test_what_was_confirmed_is_learned_and_the_words_are_told() -> None:
    assert found("Since the patch it closes itself") == []
    (label,) = themes.find("Since the patch it closes itself", THEMES, LEARNED)
    assert label.name == "crashes"
    assert "closes" in label.because
    assert label.model == LEARNED.version


def test_what_is_about_nothing_known_stays_without_a_theme() -> None:
    assert found("The new tournament in Lyon is gorgeous", LEARNED) == []


def test_a_keyword_that_people_said_is_wrong_is_not_enough_any_more() -> None:
    wrong = [Confirmed(f"I like to shop in street number {number}", "", frozenset()) for number in range(9)]
    learned = themes.learn([*wrong, *(Confirmed(text, "", frozenset({about} - {""})) for text, about in SAID)], THEMES)
    assert found("I like to shop") == ["shop"]
    assert found("I like to shop", learned) == []


def test_fewer_than_three_confirmations_teach_nothing() -> None:
    learned = themes.learn([Confirmed("It closes", "", frozenset({"crashes"}))] * 2, THEMES)
    assert not learned.centres
    assert found("It crashes", learned) == ["crashes"]


def test_what_was_learned_is_read_as_it_was_written() -> None:
    assert themes.parsed(json.loads(json.dumps(themes.plain(LEARNED)))) == LEARNED
