"""When the next turn at a platform is due, and from when on a person is needed: without stores."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.upkeep import turns

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FINDINGS = [
    {"what": "events", "state": "wrong", "told": "missing: post_created"},
    {"what": "address", "state": "good", "told": "as it should be"},
    {"what": "life", "state": "unknown", "told": "answered 503"},
]


@pytest.mark.parametrize(("before", "minutes"), [(0, 1), (1, 2), (2, 5), (3, 15), (4, 60), (5, 60), (500, 60)])
def test_after_each_failure_the_place_is_left_alone_for_longer(before: int, minutes: int) -> None:
    turn = turns.not_fetched(before, "answered 500", NOW)
    assert turn.next_at == NOW + timedelta(minutes=minutes)
    assert turn.changes["failures"] == before + 1


@pytest.mark.parametrize(("wait", "seconds"), [(0, 60), (59, 60), (3600, 3600)])
def test_a_platform_may_ask_to_be_left_alone_for_longer_but_not_for_less(wait: int, seconds: int) -> None:
    assert turns.not_fetched(0, "answered 429", NOW, wait).next_at == NOW + timedelta(seconds=seconds)


def test_the_fifth_failure_in_a_row_needs_a_person() -> None:
    assert [turns.not_fetched(before, "x", NOW).raised for before in range(6)] == [False] * 4 + [True, True]


def test_a_page_with_more_behind_it_is_followed_at_once() -> None:
    assert turns.fetched("c", NOW, 300, more=True).next_at == NOW
    assert turns.fetched("c", NOW, 300, more=False).next_at == NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("states", "raised"),
    [
        ("wrong", False),
        ("wrong wrong", True),
        ("unknown unknown", False),
        ("unknown unknown unknown", True),
        ("wrong unknown", False),
        ("wrong unknown wrong", True),
        ("wrong good wrong", False),
        ("unknown unknown good unknown", False),
        ("wrong wrong good", False),
    ],
)
def test_a_connection_is_raised_when_it_was_wrong_twice_or_not_good_three_times(states: str, raised: bool) -> None:
    wrong = not_good = 0
    for state in states.split():
        turn = turns.checked(state, FINDINGS, None, (wrong, not_good), NOW, can_ask=True)
        wrong, not_good = turn.changes["wrong"], turn.changes["not_good"]
    assert turn.raised is raised


def test_the_reason_is_what_was_not_good() -> None:
    def reason(state: str, findings: list[dict[str, str]]) -> str:
        return turns.checked(state, findings, None, (0, 0), NOW, can_ask=True).reason

    assert reason("wrong", FINDINGS) == "events: missing: post_created; life: answered 503"
    assert reason("good", FINDINGS[1:2]) == ""
    assert reason("unknown", []) == "unknown"


@pytest.mark.parametrize(("state", "before", "raised"), [("unknown", (0, 5), False), ("wrong", (1, 1), True)])
def test_with_nothing_to_ask_with_only_what_is_wrong_is_raised(
    state: str, before: tuple[int, int], raised: bool
) -> None:
    turn = turns.checked(state, FINDINGS, None, before, NOW, can_ask=False)
    assert turn.raised is raised
    assert turn.reason


def test_what_was_never_connected_is_no_trouble() -> None:
    turn = turns.not_connected(FINDINGS, NOW)
    assert (turn.reason, turn.raised, turn.changes["state"]) == ("", False, "not connected")
    assert turn.next_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("lives", "looked_at_in"),
    [
        (None, timedelta(hours=1)),
        (timedelta(days=10), timedelta(hours=1)),
        (timedelta(minutes=80), timedelta(hours=1)),
        (timedelta(minutes=40), timedelta(minutes=30)),
        (timedelta(minutes=1), timedelta(minutes=5)),
        (-timedelta(days=1), timedelta(minutes=5)),
    ],
)
def test_a_subscription_is_renewed_before_it_ends(lives: timedelta | None, looked_at_in: timedelta) -> None:
    until = NOW + lives if lives is not None else None
    assert turns.next_check(NOW, until) == NOW + looked_at_in
