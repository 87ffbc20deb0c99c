"""Briefs through delivery: each reader one message, whatever crashes, gets lost, or is delivered again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from cli import operator
from events.digests import BriefRequested, BriefSection, Picture
from functions.platforms.outgoing import Reply
from functions.shared import clock, outbox, switches
from functions.shared.table import Item, partition, table
from functions.upkeep import traces
from functions.upkeep.traces import Account
from tests.delivery import rows
from tests.platforms.posting.fake import Fake, reply
from tests.platforms.posting.kits import discord, slack
from tests.support import builders, stores
from tests.support.faults import When, answer_lost, crash
from tests.support.outside import Call
from tests.support.world import World, needs_a_person

KITS: dict[str, Any] = {"discord": discord, "slack": slack}
API = {"discord": "", "slack": 'api = "https://acme.slack.com"'}
CHART = Picture(name="volume", key="digests/acme/volume.png", alt="91 posts, usually 34 to 62")
BRIEF = BriefRequested(
    reader="ilse",
    title="Acme: 2 decisions",
    lines=("More bug reports than usual.",),
    sections=(BriefSection(title="Volume", lines=("91 posts",), picture=CHART),),
    more=("All of it", "https://liaison.example/digests/acme/ilse"),
    instead="What stood here was taken out.",
)


def desk(platform: str, channel: str = "", shows: str = "digests", reader: str = 'desk = "staff"') -> str:
    return f"""
{builders.PROGRAM}
[[sources]]
id = "server"
community = "acme"
platform = "{platform}"
{API[platform]}

[[desks]]
id = "staff"
community = "acme"
source = "server"
channel = "{channel or KITS[platform].CHANNEL}"
shows = ["{shows}"]

[[readers]]
id = "ilse"
community = "acme"
name = "Ilse"
{reader}
"""


@contextmanager
def standing(platform: str) -> Iterator[tuple[World, Fake]]:
    """A community whose desk is a channel of a fake, which has our clock."""
    kit = KITS[platform]
    server: Fake = kit.fake(kit.TARGETS[0])
    with World(desk(platform)) as world, pytest.MonkeyPatch.context() as patch:
        operator.put_secret("server", kit.SECRET, outgoing=True)
        stores.client("s3").put_object(Bucket=stores.BUCKET, Key=CHART.key, Body=b"\x89PNG\r\n\x1a\n")

        def usual(call: Call) -> Reply:
            server.clock = world.now.timestamp()
            return server(call.method, call.url, headers=call.headers, body=call.body, private=call.private)

        patch.setattr(world.outside, "usual", usual)
        yield world, server


def planned(world: World, day: str = "2026-11-21", brief: BriefRequested = BRIEF) -> Item:
    row = outbox.planned(
        pk=partition("acme", "digest", f"ilse#{day}"),
        name="brief",
        purpose="brief",
        platform="",
        destination="staff",
        request=brief,
        at=clock.text(world.now),
    )
    return table().write(outbox.put({**row, "not_after": clock.text(world.now + timedelta(days=1))}))


both = pytest.mark.parametrize("platform", KITS)


@both
def test_it_goes_once_however_often_delivery_is_reminded(platform: str) -> None:
    with standing(platform) as (world, server):
        row = planned(world)
        outbox.kick([row])
        outbox.kick([row])
        world.drain()
        world.later(minutes=5)
        world.drain()
        after = rows.now(world, row)
        assert (after["state"], after["attempts"]) == ("sent", 1)
        assert after["posted"]["id"] == server.posts[0].id
        assert len(server.posts) == 1
        assert "due" not in after


def steps(platform: str) -> int:
    """Of one delivery that goes well, by a worker that starts cold."""
    with standing(platform) as (world, _):
        row = planned(world)
        world.forget_caches()
        world.faults.forget()
        world.due(row)
        return len([step for step in world.faults.passed if step != "sqs.SendMessage"])


@both
@pytest.mark.parametrize("fault", [crash, answer_lost], ids=["crash", "answer-lost"])
def test_cut_off_at_each_step_it_is_there_once(platform: str, fault: Callable[[], None]) -> None:
    places: list[tuple[int, When]] = [
        (number, when) for number in range(1, steps(platform) + 1) for when in ("before", "after")
    ]
    assert len(places) > 10
    with standing(platform) as (world, server):
        for number, (place, when) in enumerate(places, 1):
            row = planned(world, f"day-{number}")
            world.forget_caches()
            # The reminder itself is a step of whoever sends it, and comes before the worker's.
            world.faults.at_number(place + 1, when, fault)
            world.due(row)
            world.faults.forget()
            while "due" in (after := rows.now(world, row)):
                world.due(after)
            assert after["state"] == "sent"
            assert len(server.posts) == number
        assert not needs_a_person(world)


@both
@pytest.mark.parametrize("arrived", [True, False])
@pytest.mark.parametrize("minutes", [0, 10], ids=["soon", "after the nonce is forgotten"])
def test_an_answer_that_is_lost_leaves_one_message(platform: str, arrived: bool, minutes: int) -> None:
    with standing(platform) as (world, server):
        row = planned(world)
        if arrived:
            server.cut_off_after()
        else:
            server.cut_off_before()
        world.due(row)
        assert rows.now(world, row)["state"] == "unknown"
        world.later(minutes=minutes)
        world.finish()
        assert rows.now(world, row)["state"] == "sent"
        assert len(server.posts) == 1


@both
def test_a_wait_is_kept_and_holds_up_everybody_with_that_credential(platform: str) -> None:
    with standing(platform) as (world, server):
        server.answers(reply(429, {"retry_after": 90, "message": "slow"}, retry_after="90"))
        first, second = planned(world, "day-1"), planned(world, "day-2")
        world.drain()
        creates = [one for one in server.asked if server.creates(one)]
        assert len(creates) == 1
        assert {rows.now(world, one)["state"] for one in (first, second)} == {"planned"}
        world.later(seconds=80)
        world.drain()
        assert len([one for one in server.asked if server.creates(one)]) == 1
        world.finish()
        assert {rows.now(world, one)["state"] for one in (first, second)} == {"sent"}
        assert len(server.posts) == 2


def test_what_was_uploaded_is_not_uploaded_again() -> None:
    with standing("slack") as (world, server):
        assert isinstance(server, slack.Slack)
        server.answers(slack.wrong("ratelimited"))
        server.processing = 2
        row = planned(world)
        world.finish()
        assert rows.now(world, row)["state"] == "sent"
        assert len(server.files) == 1


@both
def test_a_dead_credential_is_a_persons_unless_another_was_put(platform: str) -> None:
    with standing(platform) as (world, server):
        operator.put_secret("server", "a dead one", outgoing=True)
        row = planned(world, "day-1", BRIEF.model_copy(update={"sections": ()}))
        world.drain()
        assert rows.now(world, row)["state"] == "refused"
        assert "liaison secret put server --outgoing" in rows.now(world, row)["reason"]
        assert [one["key"] for one in needs_a_person(world)] == [row["key"]]
        # The worker has the dead one in its cache; what somebody puts now is tried before anybody is asked.
        operator.put_secret("server", KITS[platform].SECRET, outgoing=True)
        second = planned(world, "day-2")
        world.finish()
        assert rows.now(world, second)["state"] == "sent"
        outbox.kick([outbox.resolve(table(), rows.now(world, row), "again", "Mo", world.now)])
        world.finish()
        assert rows.now(world, row)["state"] == "sent"
        assert len(server.posts) == 2


@both
def test_a_hold_does_not_stop_what_only_the_staff_reads(platform: str) -> None:
    with standing(platform) as (world, server):
        switches.on(table(), "acme", switches.HOLD, "Mo", "raid", world.now)
        row = planned(world)
        world.drain()
        assert rows.now(world, row)["state"] == "sent"
        assert len(server.posts) == 1


@both
def test_late_it_is_missed_and_never_posted(platform: str) -> None:
    with standing(platform) as (world, server):
        row = planned(world)
        world.later(days=1, minutes=1)
        world.drain()
        assert rows.now(world, row)["state"] == "missed"
        assert not server.posts


@both
@pytest.mark.parametrize(
    "text", [{"shows": "cases", "reader": ""}, {"reader": ""}], ids=["shows none", "reads elsewhere"]
)
def test_whoever_does_not_read_there_any_more_is_told_nothing_there(platform: str, text: dict[str, str]) -> None:
    with standing(platform) as (world, server):
        row = planned(world)
        operator.push(desk(platform, **text), "tests")
        world.later(minutes=2)
        world.drain()
        after = rows.now(world, row)
        assert after["state"] == "refused"
        assert "reads no digests at the desk 'staff' any more" in after["reason"]
        assert not server.asked


@both
def test_tried_in_another_channel_nobody_can_look_and_a_person_says(platform: str) -> None:
    with standing(platform) as (world, server):
        row = planned(world)
        server.cut_off_after()
        world.due(row)
        operator.push(desk(platform, channel="C0OTHER" if platform == "slack" else "700000000000000009"), "tests")
        world.later(minutes=2)
        world.finish()
        after = rows.now(world, row)
        assert after["state"] == "unknown"
        assert "another channel" in after["reason"]
        assert [one["key"] for one in needs_a_person(world)] == [row["key"]]
        assert len(server.posts) == 1


def test_tried_for_another_place_its_pictures_are_uploaded_there_anew() -> None:
    with standing("slack") as (world, server):
        assert isinstance(server, slack.Slack)
        row = planned(world)
        server.answers(slack.wrong("ratelimited"))
        world.due(row)
        request = rows.now(world, row)["request"]
        assert request["prepared"]["place"] == f"slack server {slack.CHANNEL}"
        elsewhere = {**request, "prepared": {**request["prepared"], "place": "slack server C0OTHER"}}
        table().write(outbox.table.Update((row["pk"], row["sk"]), set={"request": elsewhere}))
        world.finish()
        assert rows.now(world, row)["state"] == "sent"
        assert len(server.files) == 2


@both
def test_after_an_erasure_it_says_only_where_to_read(platform: str) -> None:
    with standing(platform) as (world, server):
        row = planned(world)
        server.answers(reply(400, {"ok": False, "error": "invalid_blocks", "message": "no", "code": 50035}))
        world.drain()
        refused = rows.now(world, row)
        assert refused["state"] == "refused"
        changes = traces.alone(refused, Account("acme", "game", "standard_webhooks", "u-1"))
        assert changes["fence"] > refused["fence"], "whoever has just read it would write its words again"
        table().write(outbox.table.Update((row["pk"], row["sk"]), set=changes))
        assert "91 posts" not in str(rows.now(world, row))
        assert not traces.alone(rows.now(world, row), Account("acme", "game", "standard_webhooks", "u-1"))
        outbox.resolve(table(), rows.now(world, row), "again", "Mo", world.now)
        world.finish()
        assert rows.now(world, row)["state"] == "sent"
        (shown,) = map(str, server.posts)
        assert "91 posts" not in shown
        assert BRIEF.instead in shown
        assert BRIEF.more[1] in shown
