"""What of people's words may leave, and when a theme may be handed over, by rule."""

from datetime import date
from typing import Any

import pytest

from functions.feedback import handovers
from functions.feedback.handovers import NotAllowedError

NOW = 1_800_000_000.0
SAID: dict[str, Any] = {
    "type": "topic",
    "text": "Please sync my saves!",
    "url": "https://forum.example/t/1",
    "who": "a" * 16,
    "read": {"themes": ["sync"]},
    "expires": int(NOW) + 30 * 86_400,
}


def test_the_last_four_weeks_that_are_over_unless_days_are_named() -> None:
    today = date(2026, 11, 22)
    assert handovers.period(None, None, today) == (date(2026, 10, 25), date(2026, 11, 21))
    assert handovers.period(None, today, today) == (date(2026, 10, 26), today)
    assert handovers.period(today, None, today) == (today, date(2026, 11, 21))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"confirmed": {"themes": []}}, "it is not about 'sync'"),
        ({"state": "removed"}, "it was removed"),
        ({"staff": True}, "one of our own people"),
        ({"type": "reaction"}, "it has no words"),
        ({"survey": "autumn"}, "not everybody can read it"),
        ({"url": ""}, "not everybody can read it"),
        ({"url": "https://m.example/> @anna, see #12 [x](https://evil.example)"}, "its address is no plain one"),
        ({"url": "https://m.example/\n\n# Big"}, "its address is no plain one"),
        ({"url": "https://m.example/--><b>"}, "its address is no plain one"),
        ({"url": f"https://m.example/{'x' * 70_000}"}, "its address is no plain one"),
        ({"url": "https://m.example/@ilse/1?a=(b)&c=%20#d"}, ""),
        ({"text": ""}, "it has no words"),
        ({"expires": int(NOW) + 86_400}, "it is kept for a few days only"),
        ({"text": "Sync! ilse@example.org"}, "a mail address"),
        ({"text": "Sync! (030) 123-4567"}, "a mail address or a telephone number"),
        ({"text": "Sync 2.4.1 broke 300 of my saves on 2026-11-20"}, ""),
    ],
)
def test_whose_words_may_leave(changes: dict[str, Any], why: str) -> None:
    told = handovers.unquotable({**SAID, **changes}, "sync", NOW, public=True)
    assert told.startswith(why)
    assert bool(told) == bool(why)


def test_where_not_everybody_can_read_nothing_leaves() -> None:
    assert handovers.untellable(SAID, NOW, public=False)
    assert not handovers.untellable(SAID, NOW, public=True)


def test_words_are_cut_and_on_one_line() -> None:
    assert handovers.quoted({"text": "a\n b"}) == "a b"
    assert len(handovers.quoted({"text": "x" * 1000})) == handovers.LONGEST_QUOTE


def test_one_link_of_each_and_of_nobody_known_each() -> None:
    items = [{"who": who, "url": f"https://x.example/{number}"} for number, who in enumerate(["a", "a", "b", "", ""])]
    assert [one["url"][-1] for one in handovers.one_of_each([*items, items[-1]], 9)] == ["0", "2", "3", "4"]
    assert len(handovers.one_of_each(items, 2)) == 2


HANDED: dict[str, Any] = {"state": "handed", "hash": "ab" * 32, "by": "Ada", "to": "code", "url": "https://i.example/1"}
HANDING = {**HANDED, "state": "handing"}


@pytest.mark.parametrize(
    ("handover", "row", "why"),
    [
        (None, None, ""),
        ({**HANDED, "state": "drafted"}, None, ""),
        (HANDED, {"state": "sent"}, "it was handed there already: https://i.example/1"),
        (HANDING, None, ""),
        (HANDING, {"state": "refused", "listing": "x"}, ""),
        (HANDING, {"state": "missed", "listing": "x"}, ""),
        (HANDING, {"state": "cancelled"}, ""),
        (HANDING, {"state": "refused", "listing": "x", "begun": True}, "it may have arrived"),
        (HANDING, {"state": "unknown", "listing": "x"}, "it may have arrived"),
        (HANDING, {"state": "unknown"}, "Ada is handing it there already (unknown)"),
        (HANDING, {"state": "held"}, "Ada is handing it there already (held)"),
    ],
)
def test_once_and_anew_only_after_what_surely_never_arrived(handover: Any, row: Any, why: str) -> None:
    if why:
        with pytest.raises(NotAllowedError) as refused:
            handovers.free(handover, row)
        assert str(refused.value).startswith(why)
    else:
        handovers.free(handover, row)


def test_the_same_is_told_by_what_was_seen() -> None:
    assert handovers.is_same(HANDED, None, "abababab")
    assert handovers.is_same(HANDING, {"state": "planned"}, "ab" * 32)
    assert not handovers.is_same(HANDED, None, "cd" * 8)
    assert not handovers.is_same({**HANDED, "state": "drafted"}, None, "ab" * 32)
    assert not handovers.is_same(None, None, "ab" * 32)


@pytest.mark.parametrize("state", handovers.GIVEN_UP)
def test_what_was_given_up_goes_again_even_if_it_is_the_same(state: str) -> None:
    assert not handovers.is_same(HANDING, {"state": state, "listing": "x"}, "ab" * 32)
    assert handovers.is_same(HANDING, {"state": state, "listing": "x", "begun": True}, "ab" * 32)
