"""Training's own arithmetic: folds that nobody can peek across, and scores that are what they say."""

import pytest

from training import scores
from training.samples import FOLDS, fold


def test_copies_of_a_text_are_in_one_fold() -> None:
    for number in range(50):
        words = f"I cannot sync my watch since version {'abcdefghij'[number % 10] * (1 + number // 10)}, é"
        for copy in (
            words.upper(),
            words + " !!!",
            words.replace("é", "e"),
            words + " 12",
            words + " http://x.org @zoe <url>",
        ):
            assert fold(copy) == fold(words)


def test_folds_are_about_equal_and_stay_the_same() -> None:
    sizes = [0] * FOLDS
    for number in range(1000):
        sizes[fold("".join("abcdefghij"[int(digit)] for digit in str(number)))] += 1
    assert min(sizes) > 150
    assert fold("It crashes.") == fold("crashes it") == 0


TRUTH = ["a", "a", "a", "b", "b", "c"]
SAID = ["a", "a", "b", "b", "c", "a"]


def test_a_mean_over_classes_counts_the_rare_ones_alike() -> None:
    assert scores.f1(TRUTH, SAID, "a") == pytest.approx(100 * 4 / 6)
    assert scores.f1(TRUTH, SAID, "c") == 0
    assert scores.macro(TRUTH, SAID, "abc") == pytest.approx((100 * 4 / 6 + 50 + 0) / 3)
    assert scores.accuracy(TRUTH, SAID) == pytest.approx(50)


def test_a_row_is_the_truth_and_a_column_the_answer() -> None:
    assert scores.confusion(TRUTH, SAID, "abc", "abc") == {
        "answers": ["a", "b", "c"],
        "rows": {"a": [2, 1, 0], "b": [0, 1, 1], "c": [1, 0, 0]},
    }


def test_a_standard_error_is_of_the_mean() -> None:
    assert scores.standard_error([60, 62, 64]) == pytest.approx(2 / 3**0.5)
    assert scores.standard_error([60]) == 0


def test_who_is_as_often_right_as_sure_is_calibrated() -> None:
    sure, unsure = {"a": 0.9, "b": 0.1}, {"a": 0.55, "b": 0.45}
    assert scores.calibration(["a"] * 9 + ["b"], [sure] * 10) == pytest.approx(0)
    assert scores.calibration(["b"] * 10, [sure] * 10) == pytest.approx(90)
    assert scores.selective(["a", "a", "a", "b", "b"], [sure] * 3 + [unsure] * 2) == {
        "surest 100 %": 60.0, "surest 80 %": 75.0, "surest 60 %": 100.0,
    }  # fmt: skip
