"""What an announcement may become."""

from datetime import timedelta

import pytest

from functions.announcements import plans
from tests.support.world import START


def test_no_target_named_means_all_of_them() -> None:
    assert plans.chosen([], ["site", "news"]) == ["site", "news"]


def test_a_target_named_twice_is_posted_to_once() -> None:
    assert plans.chosen(["news", "news"], ["site", "news"]) == ["news"]


def test_an_unknown_target_is_refused_with_those_there_are() -> None:
    with pytest.raises(plans.NotAllowedError, match="no target 'sight'; there are site, news"):
        plans.chosen(["sight"], ["site", "news"])


def test_a_community_without_targets_is_told_so() -> None:
    with pytest.raises(plans.NotAllowedError, match="names no target"):
        plans.chosen([], [])


@pytest.mark.parametrize(
    ("state", "deliveries", "word"),
    [
        ("draft", [], "draft"),
        ("scheduled", [], "scheduled"),
        ("published", ["sent", "planned"], "publishing"),
        ("published", ["sent", "armed"], "publishing"),
        ("published", ["sent", "sent"], "published"),
        ("published", ["sent", "unknown"], "needs a person"),
        ("published", ["planned", "refused"], "needs a person"),
        ("published", ["stuck"], "needs a person"),
    ],
)
def test_one_word_says_where_it_stands(state: str, deliveries: list[str], word: str) -> None:
    assert plans.progress(state, deliveries) == word


def test_a_release_is_news_for_a_week() -> None:
    assert plans.is_news(START - timedelta(days=7), START)
    assert not plans.is_news(START - timedelta(days=7, seconds=1), START)


def test_the_same_key_of_another_author_or_community_is_another_announcement() -> None:
    names = {plans.announcement_id(*given) for given in (("a", "b", "c"), ("a", "x", "c"), ("x", "b", "c"))}
    assert len(names) == 3
