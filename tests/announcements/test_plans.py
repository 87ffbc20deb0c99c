"""What an announcement may become."""

from datetime import timedelta
from typing import Any

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


def rows(*states: str) -> list[dict[str, Any]]:
    """Deliveries as they stand; those that wait for a person are listed."""
    listed = {"refused", "stuck", "missed"}
    return [{"state": s, "purpose": "post", **({"listing": "x"} if s in listed else {})} for s in states]


@pytest.mark.parametrize(
    ("state", "deliveries", "word"),
    [
        ("draft", rows(), "draft"),
        ("scheduled", rows(), "scheduled"),
        ("published", rows("sent", "planned"), "publishing"),
        ("published", rows("sent", "armed"), "publishing"),
        ("published", rows("sent", "sent"), "published"),
        ("published", rows("sent", "unknown"), "publishing"),
        ("published", [*rows("sent"), {"state": "unknown", "purpose": "post", "listing": "x"}], "needs a person"),
        ("published", rows("planned", "refused"), "needs a person"),
        ("published", rows("stuck"), "needs a person"),
        ("published", rows("sent", "held"), "needs a person"),
        ("published", rows("sent", "cancelled"), "published"),
        ("published", [{"state": one, "purpose": "post"} for one in ("missed", "waiting")], "missed"),
        ("published", [{"state": one, "purpose": "post"} for one in ("missed", "sent")], "published"),
        ("withdrawing", rows("sent"), "withdrawing"),
        ("withdrawn", rows("sent", "refused"), "needs a person"),
    ],
)
def test_one_word_says_where_it_stands(state: str, deliveries: list[dict[str, Any]], word: str) -> None:
    assert plans.progress(state, deliveries) == word


def test_a_release_is_news_for_a_week() -> None:
    assert plans.is_news(START - timedelta(days=7), START)
    assert not plans.is_news(START - timedelta(days=7, seconds=1), START)


def test_the_same_key_of_another_author_or_community_is_another_announcement() -> None:
    names = {plans.announcement_id(*given) for given in (("a", "b", "c"), ("a", "x", "c"), ("x", "b", "c"))}
    assert len(names) == 3
