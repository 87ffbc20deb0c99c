"""What is known of an account, over the API, before a decision and beside it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.manager import Manager
from tests.moderation.strikes import TEXT, broken, sweep_up
from tests.support import builders
from tests.support.world import World


@pytest.fixture
def mo() -> Iterator[Manager]:
    with World(TEXT) as world:
        yield Manager(world, "moderator", "Mo")


def shown(mo: Manager, account: str = "game:4417") -> Any:
    answer = mo.get(f"people?account={account}")
    assert answer.status == 200, answer.text
    return answer.json


def test_an_account_is_shown_with_its_strikes_and_its_reports(mo: Manager) -> None:
    case = broken(mo.world, "a", reporter={"id": "r-1", "name": "r"})
    mo.world.finish()
    known = shown(mo)
    assert (known["account"], known["points"], known["days"], known["because"]) == ("game:4417", 4, 90, "Cruel × 1")
    assert known["strikes"] == [
        {
            "case": case["id"],
            "policy": "cruel",
            "points": 4,
            "given_at": "2026-11-22T12:00:00.000Z",
            "ends_at": "2027-02-20T12:00:00.000Z",
            "counts": True,
        }
    ]
    assert known["reached"] == {"points": 4}
    assert known["decided"] == {"violation": 1, "no_violation": 0}
    assert (known["person"], known["together"], known["links"]) == ([], None, [])
    assert shown(mo, "game:r-1")["reports"] == {"agreed": 1, "disagreed": 0, "right": 0.32}
    (asked,) = mo.get("cases").json["cases"]
    assert (asked["summary"], asked["level"]) == ("4 points in 90 days: Cruel × 1", 1)  # The minute has found it.
    mo.world.later(days=90)
    mo = Manager(mo.world, "moderator", "Mo")  # A token has its end, too.
    assert [(one["points"], one["counts"]) for one in shown(mo)["strikes"]] == [(4, False)]
    assert shown(mo)["points"] == 0


def test_claiming_says_what_each_rule_would_add_and_reach(mo: Manager) -> None:
    broken(mo.world, "a")
    sweep_up(mo.world)
    mo.world.handle(builders.flag(mo.world.now, flag="f-b", subject="b"))
    case = next(one for one in mo.get("cases").json["cases"] if one["subject"]["id"] == "b")
    taken = mo.post(f"cases/{case['id']}/claim").json["background"]
    assert taken["points"] == 4
    assert taken["adds"] == [
        {"policy": "rude", "points": 1, "total": 5, "crosses": None},
        {
            "policy": "cruel",
            "points": 4,
            "total": 8,
            "crosses": {"points": 8, "measure": "suspend", "minutes": 10080},
        },
        {"policy": "vile", "points": 9, "total": 13, "crosses": {"points": 12, "measure": "ban"}},
    ]
    assert mo.get(f"cases/{case['id']}").json["background"] == taken


def test_a_case_whose_author_nobody_knows_has_no_background(mo: Manager) -> None:
    mo.world.handle(builders.post_flag(mo.world.now))
    (case,) = mo.get("cases").json["cases"]
    assert mo.get(f"cases/{case['id']}").json["background"] is None


def test_accounts_are_linked_shown_and_taken_apart(mo: Manager) -> None:
    broken(mo.world, "a")
    asked = {"accounts": ["game:4417", "forum:@kim:home.example"], "reason": "The same address."}
    linked = mo.post("people/link", asked).json
    assert linked["accounts"] == ["game:4417", "forum:@kim:home.example"]
    known = shown(mo, "forum:@kim:home.example")
    assert known["person"] == [
        {"account": "forum:@kim:home.example", "points": 0, "violation": 0, "no_violation": 0},
        {"account": "game:4417", "points": 4, "violation": 1, "no_violation": 0},
    ]
    assert known["together"] == {
        "violation": 1,
        "no_violation": 0,
        "points": 4,
        "places": {
            "forum": {"violation": 0, "no_violation": 0, "points": 0},
            "game": {"violation": 1, "no_violation": 0, "points": 4},
        },
    }
    assert [(line["who"], line["what"], line["detail"]["reason"]) for line in known["links"]] == [
        ("Mo", "linked", "The same address.")
    ]
    apart = mo.post("people/unlink", {"account": "game:4417", "reason": "Somebody else."})
    assert apart.json == {"person": linked["person"], "accounts": ["forum:@kim:home.example"]}
    assert shown(mo)["person"] == []


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("people/link", {"accounts": ["game:1", "nowhere:2"], "reason": "x"}, 404, "there is no source 'nowhere'"),
        ("people/link", {"accounts": ["game:1", "summit:2"], "reason": "x"}, 404, "there is no source 'summit'"),
        ("people/link", {"accounts": ["game:1", "game"], "reason": "x"}, 404, "write it as SOURCE:ID"),
        ("people/link", {"accounts": ["game:1", "game:1"], "reason": "x"}, 409, "name two"),
        ("people/link", {"accounts": ["game:1", "game:2"], "reason": " "}, 409, "say why"),
        ("people/link", {"accounts": ["game:1"], "reason": "x"}, 422, "accounts"),
        ("people/link", {"accounts": ["game:1", "game:2"]}, 422, "reason"),
        ("people/unlink", {"account": "game:1", "reason": "x"}, 409, "belongs to no person"),
    ],
)
def test_every_no_is_a_sentence(mo: Manager, path: str, body: Any, status: int, told: str) -> None:
    answer = mo.post(path, body)
    assert answer.status == status
    assert told in answer.message


def test_an_account_of_no_place_is_not_found(mo: Manager) -> None:
    assert mo.get("people?account=nowhere:1").status == 404
    assert mo.get("people?account=game").status == 404
    assert mo.get("people").status == 422


def test_readers_learn_nothing_of_it(mo: Manager) -> None:
    reader = Manager(mo.world, "reader", "Marie")
    assert reader.get("people?account=game:4417").status == 403
    assert reader.post("people/link", {"accounts": ["game:1", "game:2"], "reason": "x"}).status == 403
