"""What the shipped models make of plain sentences."""

import time

import pytest

from functions.feedback.reading.kind import KINDS, asks, kind
from functions.feedback.reading.lexicon import LANGUAGES
from functions.feedback.reading.mood import MOODS, UNCLEAR, mood
from functions.feedback.reading.read import read
from functions.feedback.reading.themes import Theme

KIND_OF = {
    ("en", "The app crashes every time I open it since the last update."): "bug",
    ("en", "Sync doesn't work anymore, my watch no longer connects."): "bug",
    ("en", "Please add a dark mode, it would be great to have the option."): "feature",
    ("en", "I wish I could export my data to a spreadsheet."): "feature",
    ("en", "Love it, best app ever! Very easy to use."): "praise",
    ("en", "What is this for?"): "question",
    ("en", "Could you please add a dark mode?"): "feature",
    ("en", "Why does it crash every time I open it?"): "bug",
    ("fr", "L'application plante à chaque ouverture depuis la mise à jour."): "bug",
    ("fr", "La synchronisation ne fonctionne plus, impossible de connecter ma montre."): "bug",
    ("fr", "Il serait bien d'ajouter un mode sombre."): "feature",
    ("fr", "Super application, très facile à utiliser, je recommande !"): "praise",
    ("fr", "Quelle montre avez-vous ?"): "question",
}
MOOD_OF = {
    ("en", "I love this, it works great. Thank you!"): "positive",
    ("en", "Terrible. I hate the new version, complete waste of time."): "negative",
    ("en", "The Lakers play on Friday at eight #NBA"): "neutral",
    ("fr", "J'adore, c'est vraiment génial, merci !"): "positive",
    ("fr", "Nul, une vraie catastrophe, je suis très déçu."): "negative",
    ("fr", "La réunion a lieu mardi à la mairie. http"): "neutral",
}


@pytest.mark.parametrize(("language", "text"), KIND_OF)
def test_kinds(language: str, text: str) -> None:
    label = kind(text, language)
    assert label is not None
    assert label.name == KIND_OF[language, text]
    assert set(label.scores) == set(KINDS)
    assert sum(label.scores.values()) == pytest.approx(1)
    assert max(label.scores, key=label.scores.__getitem__) == label.name
    assert label.model == "kind-1"


def test_a_mere_question_is_one_though_the_model_leans_elsewhere() -> None:
    label = kind("How do I sync my bookmarks?", "en")
    assert label is not None
    assert (label.name, label.because) == ("question", ("How",))
    assert label.scores["question"] < 0.5


@pytest.mark.parametrize(("language", "text"), MOOD_OF)
def test_moods(language: str, text: str) -> None:
    label = mood(text, language)
    assert label is not None
    assert label.name == MOOD_OF[language, text]
    assert set(label.scores) == set(MOODS)
    assert sum(label.scores.values()) == pytest.approx(1)
    assert label.model == f"mood-{language}-2"


def test_the_words_that_decided_are_words_of_the_text() -> None:
    text = "The app crashes constantly and I hate it"
    for label in (kind(text, "en"), mood(text, "en")):
        assert label is not None
        assert label.because
        assert set(label.because) <= set(text.split())
    crashes, hate = kind(text, "en"), mood(text, "en")
    assert crashes
    assert "crashes" in crashes.because
    assert hate
    assert "hate" in hate.because


def test_a_mood_that_could_be_two_is_unclear_and_still_has_all_scores() -> None:
    label = mood("It works, but it is slow.", "en")
    assert label is not None
    assert label.name == UNCLEAR
    assert set(label.scores) == set(MOODS)


@pytest.mark.parametrize("language", ["de", "unknown", "", "EN "])
def test_a_language_without_a_measured_model_is_not_scored(language: str) -> None:
    assert language not in LANGUAGES
    assert kind("Die App stürzt ab.", language) is None
    assert mood("Die App stürzt ab.", language) is None


def test_a_short_word_is_scored_only_where_its_language_is_known() -> None:
    unknown, only = read("Table !", ("en", "fr")), read("Table !", ("fr",))
    assert (unknown.language.name, unknown.kind, unknown.mood) == ("unknown", None, None)
    assert only.mood is not None


def test_a_region_is_read_as_its_language() -> None:
    assert read("C'est nul.", known="fr-CA").mood == mood("C'est nul.", "fr")


def test_what_the_log_keeps() -> None:
    kept = read(
        "The sync is broken again", known="en", among=[Theme("sync", ("sync",)), Theme("price", ("price",))]
    ).as_json()
    assert kept["language"] == "en"
    assert kept["kind"] == "bug"
    assert kept["themes"] == ["sync"]
    assert set(kept["scores"]) == {"language", "kind", "mood", "themes"}
    assert kept["models"]["kind"] == "kind-1"
    assert all(score == round(score, 4) for score in kept["scores"]["kind"].values())
    unscored = read("Die App stürzt ab.", known="de").as_json()
    assert (unscored["kind"], unscored["mood"], set(unscored["scores"])) == (None, None, {"language", "themes"})


@pytest.mark.parametrize(
    "text",
    ["et," * 600 + " " * 2_000, "hi," * 1_300, "how," * 1_000, "quel-" * 800, "," * 4_000],
    ids=["et", "hi", "how", "quel", "commas"],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_makes_the_rule_for_questions_try_again_and_again(text: str, language: str) -> None:
    began = time.process_time()
    asks(text, language)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("title", "text", "is_a"),
    [
        ("Toolbar on the left", "I would like it there, as it was before. How do I move it?", "question"),
        ("Could it have a dark mode?", "It would be easier on the eyes.", "question"),
        ("Dark mode", "Please add a dark mode, it would be great to have the option.", "feature"),
        ("It crashes", "The app crashes every time I open it since the update. Why does it crash?", "bug"),
    ],
)
def test_whoever_opens_a_thread_and_asks_in_it_wants_an_answer(title: str, text: str, is_a: str) -> None:
    label = read(f"{title}\n{text}", known="en", title=title).kind
    assert label
    assert label.name == is_a


def test_what_others_say_in_a_thread_is_no_question_for_its_title() -> None:
    label = read("Please add a dark mode, it would be great.", known="en", title="Could it have a dark mode?").kind
    assert label
    assert label.name == "feature"


def test_words_that_decided_are_nothing_that_a_terminal_obeys() -> None:
    found = read("\x1b[31m The app crashes \x9b\u202e", known="en").because()
    assert "crashes" in found["kind"]
    assert all(word.isprintable() for word in (*found["kind"], *found["mood"]))
