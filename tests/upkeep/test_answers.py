"""What an erasure leaves of an answer: that there was one."""

import json
from typing import Any

import pytest

from functions.feedback import records
from functions.shared.table import Update, key_of, table
from functions.upkeep import traces
from functions.upkeep.traces import Account
from tests.api.manager import Manager
from tests.support import builders
from tests.support.world import World
from tests.upkeep.test_erasure import ACCOUNT, WHO, asked, erased, no_platform

__all__ = ["no_platform"]
NAMING = f"Kim ({WHO}), you are right: xylophones are loud."


def answered(world: World, text: str = NAMING, **item: Any) -> str:
    world.handle(builders.feedback(world.now))
    (logged,) = world.items("feedback")
    if item:
        table().write(Update(key_of(logged), set=item))
    name, ada = records.item_id(logged), Manager(world, "moderator")
    assert ada.post(f"talks/{name}/answer", {"text": text, "version": "first"}).status == 200
    return name


def kept(world: World) -> str:
    return json.dumps([one for one in world.every_item() if "#talk#" in one["pk"]], default=str)


@pytest.mark.parametrize("on_its_way", [False, True])
def test_an_answer_that_calls_somebody_is_emptied(world: World, on_its_way: bool) -> None:
    name, ada = answered(world), Manager(world, "moderator")
    if not on_its_way:
        world.finish()
        ada.post(f"talks/{name}/reopen")
        ada.post(f"talks/{name}/close", {"reason": f"{WHO} has left"})
    asked(world)
    erased(world)
    assert WHO not in kept(world)
    assert "xylophone" not in kept(world)
    world.finish()
    assert len(world.outside.calls) == (not on_its_way)
    assert world.item("talk")["state"] == ("answering" if on_its_way else "closed")


def test_whoever_is_known_by_a_pseudonym_only_is_found_by_it(world: World) -> None:
    answered(world, "It is mended.", who="ab" * 8)
    world.finish()
    known = Account(ACCOUNT.community, ACCOUNT.source, ACCOUNT.platform, ACCOUNT.id, "", "ab" * 8)
    items = [one for one in world.every_item() if "#talk#" in one["pk"]]
    changes = {one["kind"]: traces.alone(one, known) for one in items}
    assert changes["talk"]["answer"]["text"] == ""
    assert changes["delivery"]["request"]["body"] == {}
    assert not any(traces.alone(one, ACCOUNT) for one in items)


def test_a_card_of_it_is_no_answer() -> None:
    card = {"pk": "acme#talk#x", "sk": "delivery#desk-staff#card", "kind": "delivery", "purpose": "card"}
    assert not traces.alone({**card, "destination": "staff", "state": "sent", "request": {"talk": "x"}}, ACCOUNT)


def test_what_is_being_sent_is_left_to_the_next_search(world: World) -> None:
    answered(world)
    (row,) = [one for one in world.items("delivery") if "#talk#" in one["pk"]]
    in_hand = {**row, "state": "armed"}
    assert traces.is_answer_to(in_hand, ACCOUNT)
    assert not traces.alone(in_hand, ACCOUNT)
