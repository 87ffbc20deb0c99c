"""What is learned from a text that several people have rated."""

import pytest

from training.ratings import shares


def test_a_rating_at_a_cut_is_half_of_each_side() -> None:
    assert shares(0.5) == pytest.approx({"neutral": 0.5, "positive": 0.5}, abs=0.01)
    assert shares(-0.5) == pytest.approx({"negative": 0.5, "neutral": 0.5}, abs=0.01)


def test_the_further_from_a_cut_the_surer() -> None:
    beside, beyond = shares(0.7)["positive"], shares(1.0)["positive"]
    assert 0.5 < beside < beyond < 1
    assert shares(3.0) == pytest.approx({"positive": 1.0})
    assert shares(-3.0) == pytest.approx({"negative": 1.0})
