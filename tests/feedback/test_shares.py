"""Shares corrected for what a classifier mistakes, and how far they may be off."""

from collections import Counter
from random import Random

import pytest

from functions.feedback.shares import LEAST, binomial, labels, matrices, measured, multinomial, shares

GOOD = {"bug": {"bug": 900, "other": 100}, "other": {"bug": 100, "other": 900}}
POOR = {"bug": {"bug": 650, "other": 350}, "other": {"bug": 350, "other": 650}}


def test_a_tenth_is_mistaken_and_taken_back() -> None:
    """Of 1,000 with 26 % labelled bug, 20 % are: 0.9 x 20 + 0.1 x 80 = 26."""
    found = shares({"en": {"bug": 260, "other": 740}}, {"en": GOOD}).of
    assert found["bug"].share == pytest.approx(0.2, abs=0.02)
    assert found["bug"].low < 0.2 < found["bug"].high
    assert found["bug"].share + found["other"].share == pytest.approx(1)


def test_what_mistakes_more_knows_less() -> None:
    batch = {"en": {"bug": 50, "other": 50}}
    good, poor = (shares(batch, {"en": one}).of["bug"] for one in (GOOD, POOR))
    elsewhere = shares(batch, {"en": GOOD}, elsewhere=True).of["bug"]
    assert poor.high - poor.low > 1.5 * (good.high - good.low)
    assert elsewhere.high - elsewhere.low > good.high - good.low


def test_below_thirty_it_is_too_few_to_say() -> None:
    assert shares({"en": {"bug": LEAST - 1}}, {"en": GOOD}).of == {}
    assert shares({"en": {"bug": LEAST}}, {"en": GOOD}).of
    assert shares({}, {"en": GOOD}).texts == 0


def test_languages_without_a_matrix_are_named_and_not_scored() -> None:
    found = shares({"en": {"bug": 40, "other": 60}, "de": {"bug": 500}}, {"en": GOOD})
    assert (found.texts, found.not_scored) == (100, 500)
    assert found.of["bug"].share < 0.5


def test_every_language_is_corrected_by_its_own_matrix() -> None:
    """As labelled, half; but what the French model calls a bug nearly always is one, and it misses half of them."""
    misses = {"bug": {"bug": 500, "other": 500}, "other": {"bug": 10, "other": 990}}
    labelled = {"bug": 100, "other": 100}
    alone = shares({"fr": labelled}, {"fr": misses}).of["bug"].share
    both = shares({"en": labelled, "fr": labelled}, {"en": GOOD, "fr": misses}).of["bug"].share
    assert alone > 0.85
    assert 0.6 < both < alone


def test_unclear_is_a_label_and_no_class() -> None:
    moods = {
        "positive": {"positive": 80, "negative": 5, "unclear": 15},
        "negative": {"positive": 5, "negative": 65, "unclear": 30},
    }
    found = shares({"en": {"positive": 40, "negative": 30, "unclear": 30}}, {"en": moods}).of
    assert set(found) == {"positive", "negative"}
    assert found["negative"].share > 0.4


def test_a_models_card_has_the_matrices() -> None:
    card = {"confusion": {"fr": {"answers": ["bug", "other"], "rows": {"bug": [9, 1], "other": [2, 8]}}}}
    assert matrices(card) == {"fr": {"bug": {"bug": 9, "other": 1}, "other": {"bug": 2, "other": 8}}}


def test_the_same_question_has_the_same_answer() -> None:
    one, other = (shares({"en": dict(batch)}, {"en": GOOD}) for batch in ([("bug", 9), ("other", 40)],) * 2)
    assert one == other


def test_the_range_holds_the_truth_as_often_as_it_says() -> None:
    chance, held, tried = Random(3), 0, 0
    for _ in range(20):
        truth = chance.random()
        really = ["bug" if chance.random() < truth else "other" for _ in range(100)]
        labels = Counter(one if chance.random() < 0.9 else "other" if one == "bug" else "bug" for one in really)
        found = shares({"en": labels}, {"en": GOOD}).of["bug"]
        held += found.low <= really.count("bug") / 100 <= found.high
        tried += 1
    assert held / tried >= 0.88


@pytest.mark.parametrize(("number", "share"), [(10, 0.3), (400, 0.02), (1_000, 0.7), (0, 0.5), (5, 0.0), (5, 1.0)])
def test_things_are_dealt_out_by_weight(number: int, share: float) -> None:
    chance = Random(1)
    drawn = [binomial(number, share, chance) for _ in range(400)]
    assert all(0 <= one <= number for one in drawn)
    assert sum(drawn) / 400 == pytest.approx(number * share, abs=0.05 + 0.05 * number**0.5)
    assert sum(multinomial(number, [share, 0.5, 0.0], chance)) == number


def test_labels_are_read_off_the_roll_ups_and_what_rules_told_apart_counts_as_other() -> None:
    counts = {"total": 9, "kind:bug": 5, "kind:bug@en": 3, "kind:bug@fr": 2, "kind:praise@en": 1, "kind:other@en": 3}
    assert labels(counts, "kind") == {"en": {"bug": 3, "other": 4}, "fr": {"bug": 2}}
    assert labels({"mood:unclear@fr": 4, "kind:bug@fr": 4}, "mood") == {"fr": {"unclear": 4}}


def test_the_cards_of_the_models_say_what_is_taken_for_what() -> None:
    assert measured("kind").keys() == measured("mood").keys() == {"en", "fr"}
    assert measured("kind")["en"].keys() == {"bug", "feature", "other"}
    assert "unclear" in measured("mood")["fr"]["neutral"]
