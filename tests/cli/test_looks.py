"""Taking a case at the command line: what there is now is waited for, told, and decided on."""

import time
from pathlib import Path
from typing import Any

import pytest

from cli import looks
from functions.moderation import cases, records
from functions.shared.table import table
from tests.cli.api import Desk, desk
from tests.support import builders
from tests.support.world import World

WHY = ("--outcome", "violation", "--measure", "remove", "--explanation", "It was spam.")


@pytest.fixture
def ada(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """While somebody waits, delivery works."""
    monkeypatch.chdir(tmp_path)
    world.handle(builders.post_flag(world.now))
    world.work_off("delivery")
    made = desk(world, tmp_path, monkeypatch)
    monkeypatch.setattr(time, "sleep", lambda _: world.work_off("delivery"))
    return made


def case(world: World) -> str:
    return str(world.item("case")["id"])


def edited(world: World) -> None:
    """Something that a decision has to know of."""
    found = world.item("case")
    table().transact(records.moving(found, cases.Move("content edited", cases.material(found)), "forum", world.now))


def test_claiming_tells_what_is_there_now_and_what_would_be_sent(ada: Desk) -> None:
    told = ada.run("cases", "claim", case(ada.world))
    assert "reading what there is now on discourse" in told.stderr
    words = " ".join(told.stdout.split())
    assert f"{case(ada.world)} is yours until 2026-11-22 12:15 UTC (fence 1)" in words
    assert "remove now deleted: no, topic: not set, version: 1 sends DELETE /posts/204.json?context=" in words
    assert "can be taken back: The flags on it stay agreed with." in words


def test_the_next_case_tells_the_same_and_programs_have_all_of_it(ada: Desk) -> None:
    taken = ada.told("cases", "next")
    assert taken["measures"]["remove"]["now"] == {"deleted": False, "topic": None, "version": 1}
    assert taken["measures"]["remove"]["requests"][0]["method"] == "DELETE"
    assert taken["fence"] == 1


def test_it_is_not_waited_for_for_ever(ada: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    told = ada.good("cases", "claim", case(ada.world))
    assert sum(waited) == looks.SECONDS
    assert "Not read yet" in told


def test_deciding_goes_by_the_claim_that_they_have(ada: Desk) -> None:
    ada.good("cases", "claim", case(ada.world))
    done = ada.run("cases", "decide", case(ada.world), *WHY)
    assert done.exit_code == 0
    assert ada.world.item("case")["fence"] == 1  # It was not claimed again.
    assert ada.world.delivery("remove")["request"]["expected"] == {"deleted": False, "topic": None, "version": 1}
    assert "on whatever is there" not in done.stderr


def test_what_has_changed_since_they_took_it_is_refused_and_taken_anew_it_is_decided(ada: Desk) -> None:
    ada.good("cases", "claim", case(ada.world))
    edited(ada.world)
    assert "it has changed since you took it" in ada.refused("cases", "decide", case(ada.world), *WHY)
    ada.good("cases", "claim", case(ada.world))
    ada.good("cases", "decide", case(ada.world), *WHY)


def test_what_nobody_has_is_taken_and_it_is_said_that_it_is_done_on_whatever_is_there(ada: Desk) -> None:
    done = ada.run("cases", "decide", case(ada.world), *WHY)
    assert done.exit_code == 0
    assert "carried out on whatever is there: remove" in done.stderr


def test_what_was_left_lying_can_be_decided_as_long_as_nobody_has_taken_it(ada: Desk) -> None:
    ada.good("cases", "claim", case(ada.world))
    ada.world.later(minutes=15)
    assert "decided by Ada" in ada.good("cases", "decide", case(ada.world), *WHY)


@pytest.mark.parametrize(
    ("one", "told"),
    [
        ({"unseen": "answered 503"}, ["nobody could look: answered 503"]),
        ({"now": {"gone": True}, "requests": []}, ["now gone", "nothing is sent: it is so already"]),
        ({"now": {}, "cannot": "they are staff"}, ["now not to be seen from here", "cannot be done: they are staff"]),
        (
            {"now": {"a": 1}, "requests": [{"method": "PUT", "path": "/x", "body": {"b": "é"}}], "minutes": 60},
            ["now a: 1", 'sends for 60 minutes, say PUT /x {"b": "é"}'],
        ),
        (
            {"now": {"a": 1}, "requests": [], "otherwise": {"requests": [{"method": "PUT", "path": "/x"}]}},
            ["now a: 1", "nothing is sent: it is so already", "with the other outcome it sends PUT /x"],
        ),
        (
            {"now": {"a": 1}, "requests": [], "otherwise": {"cannot": "no"}},
            ["now a: 1", "nothing is sent: it is so already", "with the other outcome it cannot be done: no"],
        ),
    ],
)
def test_in_words(one: dict[str, Any], told: list[str]) -> None:
    assert looks.now(one) == told


def test_a_long_request_is_cut() -> None:
    assert len(looks.request({"method": "PUT", "path": "/x", "body": {"b": "é" * 5_000}})) == looks.LONGEST
