"""Whoever is erased while a theme that quotes them is handed over: no word of theirs goes, and none stays."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from functions.shared.table import Update, key_of, table
from functions.upkeep import erasure, traces
from tests.api.manager import Manager
from tests.feedback.tracker import PROGRAM, company, handed, said, standing
from tests.support import builders
from tests.support.world import World

WORDS = "Please sync my zanzibar saves!"
TWO = PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\napproval = "another"')


@pytest.fixture
def tracked() -> Iterator[World]:
    with World(PROGRAM) as world:
        yield world


def erased(world: World, who: str = "u-1") -> None:
    world.handle(builders.webhook("erasure.requested", {"id": f"e-{who}", "person": {"id": who}}, world.now))
    for _ in range(10):
        world.rounds()
        world.roll_up()
        if world.item("erasure")["state"] == "done":
            return
        world.later(minutes=15)
    raise AssertionError(world.item("erasure"))


def kept(world: World) -> str:
    return str(list(world.every_item()))


def test_what_quotes_them_does_not_go_and_holds_no_words(tracked: World) -> None:
    there, ada = company(tracked), Manager(tracked, "manager")
    name = said(tracked, "one", WORDS, who="u-1")
    ada.post("hold", {"on": True})
    handed(ada, quotes=[name])
    tracked.work_off("delivery")
    assert "zanzibar" in kept(tracked)
    erased(tracked)
    assert "zanzibar" not in kept(tracked)
    ada.post("hold", {"on": False})
    tracked.finish()
    assert not there.issues
    assert standing(ada)["delivery"]["state"] == "refused"
    assert handed(ada).status == 200
    tracked.finish()
    assert len(there.issues) == 1


def test_what_is_there_already_stays_and_its_delivery_holds_no_words(tracked: World) -> None:
    there, ada = company(tracked), Manager(tracked, "manager")
    handed(ada, quotes=[said(tracked, "one", WORDS, who="u-1")])
    tracked.finish()
    erased(tracked)
    assert "zanzibar" not in kept(tracked)
    assert "zanzibar" in there.issues[0]["body"]
    assert standing(ada)["url"] == there.issues[0]["html_url"]


def test_a_link_to_what_they_said_goes_with_them(tracked: World) -> None:
    there, ada = company(tracked), Manager(tracked, "manager")
    said(tracked, "zanzibar", who="u-1")
    handed(ada)
    tracked.finish()
    assert "/f/zanzibar" in there.issues[0]["body"]
    assert "/f/zanzibar" in kept(tracked)
    erased(tracked)
    assert "zanzibar" not in kept(tracked)


def test_a_draft_that_quotes_them_is_not_approved() -> None:
    with World(TWO) as world:
        company(world)
        ada, bo = Manager(world, "manager"), Manager(world, "manager", "Bo")
        draft = handed(ada, quotes=[said(world, "one", WORDS, who="u-1")]).json
        erased(world)
        assert "zanzibar" not in kept(world)
        refused = bo.post("themes/sync/approve", {"to": "code", "seen": draft["hash"]})
        assert (refused.status, "erased meanwhile" in refused.message) == (409, True)
        assert handed(ada).status == 200


def test_what_is_being_sent_is_left_to_the_next_search(tracked: World) -> None:
    company(tracked)
    handed(Manager(tracked, "manager"), quotes=[said(tracked, "one", WORDS, who="u-1")])
    row = next(one for one in tracked.items("delivery"))
    who = erasure.account("acme", "game", "standard_webhooks", {"id": "u-1", "name": ""})
    assert traces.is_quoting(row, who)
    for state in traces.BEING_SENT:
        assert traces.alone({**row, "state": state}, who) == {}
        assert list(erasure.found(table(), [{**row, "state": state}], who)) == [[({**row, "state": state}, {})]]


def test_words_that_end_take_the_delivery_along_and_leave_the_link(tracked: World) -> None:
    there, ada = company(tracked), Manager(tracked, "manager")
    said(tracked, "one", WORDS, who="u-1")
    item = tracked.item("feedback")
    end = int((tracked.now + timedelta(days=10)).timestamp())
    table().write(Update(key_of(item), set={"expires": end}))
    handed(ada, quotes=[ada.get("feedback/items").json["items"][0]["id"]])
    tracked.finish()
    tracked.later(days=11)
    found = standing(ada)
    assert (found["delivery"], found["url"]) == (None, there.issues[0]["html_url"])
