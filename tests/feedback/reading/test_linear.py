"""The engine's arithmetic, on a model small enough to reckon by hand."""

import json
import zlib
from collections import Counter
from math import exp, log, sqrt
from pathlib import Path

import pytest

from functions.feedback.reading import linear
from functions.feedback.reading.features import BUCKETS, Features, Tokens, features, inside, tokens
from functions.feedback.reading.linear import Linear, softmax


def column(**weights: int) -> list[int]:
    """Weights of whole words; all runs of letters weigh nothing."""
    made = [0] * BUCKETS
    for word, weight in weights.items():
        made[inside(word)[0]] = weight
    return made


MODEL = Linear("tiny-1", [column(good=100, bad=-50), column(bad=100)], [0.02, 0.01], [0.1, -0.1], [[2.0], [0.0]])


def one_bucket_per_word(*words: str) -> Features:
    at = [(inside(word)[0],) for word in words]
    times = Counter(bucket for own in at for bucket in own)
    amounts = [1 + log(number) for number in times.values()]
    length = sqrt(sum(amount**2 for amount in amounts))
    return Features(Tokens(words, words, "en"), at, times, [amount / length for amount in amounts], [0.0], [])


def test_a_column_is_its_bias_and_its_bytes_times_its_scale() -> None:
    assert MODEL.weigh(one_bucket_per_word("good")) == pytest.approx([0.1 + 100 * 0.02, -0.1])


def test_a_text_has_length_one_whatever_it_repeats() -> None:
    twice = 1 + log(2)
    length = sqrt(twice**2 + 1)
    weighed = MODEL.weigh(one_bucket_per_word("good", "bad", "good"))
    assert weighed == pytest.approx([0.1 + 0.02 * (100 * twice - 50) / length, -0.1 + 0.01 * 100 / length])


def test_the_other_numbers_of_a_text_are_weighed_as_they_are() -> None:
    assert MODEL.weigh(one_bucket_per_word("good")._replace(numbers=[0.5])) == pytest.approx([0.1 + 2 + 1, -0.1])


def test_a_text_without_a_word_has_the_biases() -> None:
    assert MODEL.weigh(features(tokens("", "en"))) == [0.1, -0.1]


def test_the_words_that_decided_come_by_weight_and_whole() -> None:
    found = one_bucket_per_word("fine", "bad", "good", "bad")
    assert MODEL.because(found, [1.0, -1.0]) == ("good",)
    assert MODEL.because(found, [-1.0, 1.0]) == ("bad",)


def test_words_that_are_rated_have_their_share_of_the_numbers() -> None:
    found = one_bucket_per_word("fine", "lovely")._replace(numbers=[1.0], pulls=[0.0, 3.0])
    assert MODEL.because(found, [1.0, 0.0]) == ("lovely",)


def test_what_is_written_is_what_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = {"model": "tiny-1", "scales": [0.02, 0.01], "biases": [0.1, -0.1], "dense": [[2.0], [0.0]]}
    body = zlib.compress(bytes(weight % 256 for one in MODEL.columns for weight in one))
    (tmp_path / "tiny.bin").write_bytes(json.dumps(head).encode() + b"\n" + body)
    monkeypatch.setattr(linear, "WEIGHTS", tmp_path)
    linear.load.cache_clear()
    found = one_bucket_per_word("good", "bad")
    assert linear.load("tiny").weigh(found) == MODEL.weigh(found)


def test_probabilities_add_up_and_do_not_overflow() -> None:
    assert softmax([0.0, log(3)]) == pytest.approx([0.25, 0.75])
    assert softmax([1000.0, 1000.0]) == [0.5, 0.5]
    assert softmax([0.0, -1000.0])[1] == pytest.approx(exp(-1000))
