"""Clusters and batches over the API: everything is to be seen before anybody acts, and every no is a sentence."""

import pytest

from functions.moderation import clusters
from tests.api.manager import Manager
from tests.moderation.alike import OTHER, case, compared, reported, spam
from tests.moderation.test_clusters import edited
from tests.support.world import World

VERDICT = {"outcome": "violation", "measures": ["hide"], "explanation": "Spam."}


@pytest.fixture
def mo(world: World) -> Manager:
    for name, author in (("a", "kim"), ("b", "pat")):
        reported(world, name, spam(len(name)), author=author)
        world.later(seconds=1)
    compared(world)
    return Manager(world, "moderator", "Mo")


def seen(mo: Manager) -> dict[str, int]:
    found = mo.get(f"clusters/{case(mo.world, 'a')['id']}").json["members"]
    return {one["id"]: one["material"] for one in found}


def test_everything_about_each_member_is_shown_before_anybody_acts(mo: Manager) -> None:
    mo.world.later(minutes=1)
    edited(mo.world, "b", spam(1).replace("trick", "secret"))
    told = mo.get(f"clusters/{case(mo.world, 'b')['id']}").json
    assert (told["cluster"], told["cases"], told["open"]) == (case(mo.world, "a")["id"], 2, 2)
    first, second = told["members"]
    assert (first["state"], first["platform"], first["author"]["id"], first["severity"]) == (
        "open",
        "standard_webhooks",
        "kim",
        3,
    )
    assert (first["alike"], first["differs"], "hide" in first["measures"]) == (100, [], True)
    assert (second["differs"], second["material"], second["there"]) == (["trick, → secret,"], 2, "edited")
    assert "secret" in second["text"]
    assert 50 < second["alike"] < 100


def test_what_was_seen_of_each_is_told_so_that_a_batch_can_name_it(mo: Manager) -> None:
    reported(mo.world, "b", OTHER, flag="another")
    page = mo.get(f"clusters/{case(mo.world, 'a')['id']}").json
    first, second = page["members"]
    assert (first["snapshot"], second["snapshot"], second["text"]) == (1, 2, OTHER)
    assert second["alike"] < 50
    wanted = {"cases": {first["id"]: 1, second["id"]: 1}, "snapshots": {first["id"]: 1, second["id"]: 1}}
    told = mo.post("batches", {**wanted, "decision": VERDICT}).json
    assert {one["id"]: one["what"] for one in told["cases"]} == {first["id"]: "decided", second["id"]: "skipped"}


def test_they_are_compared_with_what_brought_them_together(world: World) -> None:
    """Whether the platform told it, or it says something else by now, or nobody has it any more."""
    edited(world, "a", spam(1), change="created")
    first = reported(world, "a", " ")
    world.later(seconds=1)
    for name in "bc":
        reported(world, name, spam(2))
    compared(world)
    manager = Manager(world)
    page = manager.get(f"clusters/{first}").json
    assert (page["text"], [one["alike"] > 50 for one in page["members"]]) == (spam(1), [True] * 3)
    edited(world, "a", OTHER)
    page = manager.get(f"clusters/{first}").json
    assert [(one["subject"]["id"], one["alike"] > 50) for one in page["members"]] == [
        ("a", False),
        ("b", True),
        ("c", True),
    ]
    assert page["text"] == spam(2)


def test_a_page_says_where_the_next_one_begins(mo: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "PAGE", 1)
    name = case(mo.world, "a")["id"]
    first = mo.get(f"clusters/{name}").json
    second = mo.get(f"clusters/{name}?after={first['next'].replace('#', '%23')}").json
    assert [one["subject"]["id"] for one in (*first["members"], *second["members"])] == ["a", "b"]
    assert "next" not in second


def test_what_was_seen_is_decided_and_goes_out_at_once(mo: Manager) -> None:
    told = mo.post("batches", {"cases": seen(mo), "decision": VERDICT}).json
    assert told["counts"] == {"cases": 2, "decided": 2, "skipped": 0, "left": 0}
    assert told["measures"] == {"hide": {"planned": 2}}
    assert told["batch"]["by"] == "Mo"
    assert mo.world.depth("delivery") == 2
    assert mo.get(f"batches/{told['batch']['id']}").json == told
    assert mo.post("batches", {"cases": seen(mo), "decision": VERDICT}).json == told


def test_what_was_not_seen_is_left(mo: Manager) -> None:
    before = seen(mo)
    edited(mo.world, "b", OTHER)
    told = mo.post("batches", {"cases": before, "decision": VERDICT}).json
    assert {one["id"]: one["why"] for one in told["cases"]} == {
        case(mo.world, "a")["id"]: "",
        case(mo.world, "b")["id"]: "it has changed since you looked at it: look again",
    }


def test_every_no_is_a_sentence(mo: Manager) -> None:
    assert mo.get("clusters/nothing").message == "there is no case 'nothing' in 'acme'"
    assert mo.get("batches/nothing").status == mo.post("batches/nothing/undo", {}).status == 404
    harsh = {"outcome": "no_violation", "measures": ["hide"], "explanation": "x"}
    refused = mo.post("batches", {"cases": seen(mo), "decision": harsh})
    assert (refused.status, refused.message) == (409, "no violation, so no measure: leave out hide")
    for cases in ({}, {f"c{number}": 1 for number in range(201)}, {"a": "one"}):
        assert mo.post("batches", {"cases": cases, "decision": VERDICT}).status == 422
    assert Manager(mo.world, "reader", "Rae").post("batches", {"cases": seen(mo), "decision": VERDICT}).status == 403
    assert mo.world.items("batch") == []


def test_an_undo_is_answered_with_what_it_took_back(mo: Manager) -> None:
    made = mo.post("batches", {"cases": seen(mo), "decision": VERDICT}).json["batch"]["id"]
    told = mo.post(f"batches/{made}/undo", {}).json
    assert told["batch"]["state"] == "undone"
    assert told["measures"] == {"hide": {"cancelled": 2}}


def test_the_list_says_how_many_more_are_alike(mo: Manager) -> None:
    reported(mo.world, "c", OTHER)
    found = {one["subject"]["id"]: one.get("alike") for one in mo.get("cases").json["cases"]}
    assert found == {"a": {"cases": 1, "open": 1}, "b": {"cases": 1, "open": 1}, "c": None}
