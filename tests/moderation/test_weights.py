"""What a report weighs: never nothing, more for whoever was right before, and no more than is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.moderation.weights import Record, Weight, below, careful, known, quantile, weight

COUNTS = st.integers(0, 2_000)


@pytest.mark.parametrize(
    ("a", "b", "lower"),
    # `scipy.stats.beta.ppf(0.1, a, b)`.
    [(2, 2, 0.195800), (12, 2, 0.732164), (2, 12, 0.041691), (7, 7, 0.330859)],
)
def test_the_interval_is_that_of_a_beta_distribution(a: int, b: int, lower: float) -> None:
    assert quantile(a, b, 0.1) == pytest.approx(lower, abs=2e-5)


def test_a_newcomer_weighs_between_a_quarter_and_a_half_of_a_proven_reporter() -> None:
    proven = careful(Record(agreed=30, disagreed=2))
    assert 0.2 < careful(Record()) / proven < 0.5


@given(COUNTS, COUNTS)
def test_nobody_weighs_nothing_and_nobody_is_certain(agreed: int, disagreed: int) -> None:
    assert 0 < careful(Record(agreed, disagreed)) < 1


@given(st.integers(0, 190), st.integers(0, 190))
def test_being_right_once_more_never_lowers_a_weight(agreed: int, disagreed: int) -> None:
    assert careful(Record(agreed + 1, disagreed)) > careful(Record(agreed, disagreed))
    assert careful(Record(agreed, disagreed + 1)) < careful(Record(agreed, disagreed))


@given(st.integers(0, 5), st.integers(1, 100))
def test_the_same_share_of_more_decisions_weighs_more(wrong: int, more: int) -> None:
    assert careful(Record(4 * more, wrong)) >= careful(Record(4, wrong))


def test_many_decisions_are_counted_at_once() -> None:
    assert careful(Record(1_000_000, 1_000_000)) == pytest.approx(careful(Record(200, 200)), abs=1e-6)


@given(st.integers(-10, 10), st.integers(-10, 10))
def test_figures_below_nothing_are_those_of_somebody_new(agreed: int, disagreed: int) -> None:
    """What went with an account, and was taken back as well."""
    assert careful(known({"agreed": agreed, "disagreed": disagreed})) == careful(
        Record(max(agreed, 0), max(disagreed, 0))
    )
    assert known({}) == Record()


def test_its_parts_are_there_to_be_shown() -> None:
    told = weight("minor_safety", Record(), staff=True)
    assert told == Weight(base=3, trust=5, right=careful(Record()))
    assert told.parts == round(3 * 5 * careful(Record()) * 1000)
    assert weight("spam", Record()).base == 1


@given(st.integers(1, 30), st.integers(1, 30), st.floats(0, 1))
def test_a_chance_is_between_none_and_all(a: int, b: int, x: float) -> None:
    assert -1e-9 <= below(a, b, x) <= 1 + 1e-9
