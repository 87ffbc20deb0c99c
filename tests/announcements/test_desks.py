"""A desk: what is drafted in a chat is seen, approved and followed there, by a card that is made once."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from cli import operator
from events.envelope import Envelope
from functions.announcements import records
from functions.platforms.outgoing import Reply, UnansweredError
from functions.shared import clock, program
from functions.shared.table import Item, Update, table
from functions.upkeep import traces
from tests.support import builders
from tests.support.desks import (
    BO,
    CHANNEL,
    EVE,
    ILSE,
    PLATFORMS,
    Channel,
    arrived,
    interaction,
    minutes,
    press,
    told,
)
from tests.support.faults import crash
from tests.support.world import World, needs_a_person


def desk(platform: str) -> str:
    return f"""
[[sources]]
id = "server"
community = "acme"
platform = "{platform}"

[[desks]]
id = "staff"
community = "acme"
source = "server"
channel = "{CHANNEL}"
approvers = ["{ILSE}", "{BO}"]
"""


@contextmanager
def standing(platform: str, more: str = "", text: str = builders.PROGRAM) -> Iterator[tuple[World, Channel]]:
    with World(text + desk(platform) + more) as world, pytest.MonkeyPatch.context() as patch:
        operator.put_secret("server", "token", outgoing=True)
        channel = Channel(platform, world)
        patch.setattr(world.outside, "usual", channel.usual)
        yield world, channel


def drafted(world: World, platform: str, title: str = "Winter", by: str = EVE) -> Envelope:
    """`/announce`, and its form sent."""
    if platform == "discord":
        fields = {"title": title, "body": "It **snows**."}
        rows = [{"type": 18, "component": {"type": 4, "custom_id": k, "value": v}} for k, v in fields.items()]
        return arrived(world, platform, interaction(5, {"custom_id": "announce", "components": rows}, by))
    values = {
        k: {k: {"type": "plain_text_input", "value": v}} for k, v in (("title", title), ("body", "It **snows**."))
    }
    view = {"id": "V1", "hash": "1.a", "callback_id": "announce", "state": {"values": values}}
    return arrived(world, platform, {"type": "view_submission", "user": {"id": by, "name": "mo"}, "view": view})


def posted(world: World) -> list[str]:
    return [call.url for call in world.outside.calls if call.url == "https://site.example/hook"]


def markers(world: World, fate: str) -> list[str]:
    return [one["about"] for one in world.items("inbox") if one["fate"] == fate]


def announced(world: World) -> Item:
    return world.item("announcement")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_from_announce_to_results_on_one_card(platform: str) -> None:
    with standing(platform) as (world, channel):
        world.handle(drafted(world, platform))
        world.drain()
        assert channel.buttons.keys() == {"approve", "hold", "cancel"}
        assert all(words in channel.says for words in ("Winter", "waits for approval", "site (webhook, en)", "snows"))
        assert "Pings nobody" in channel.says
        assert not posted(world)
        world.handle(press(world, platform, channel.buttons["approve"]))
        world.drain()
        minutes(world)
        assert len(posted(world)) == 1
        assert announced(world)["state"] == "published"
        assert announced(world)["approved"]["by"].startswith(f"{platform} ")
        assert channel.buttons == {}
        name = announced(world)["id"]
        assert f"/feeds/acme/news/{name}" in channel.says
        assert all(words in channel.says for words in ("Published", "site (en)", "there", "Approved by"))
        edits = channel.edits
        minutes(world, 10)
        assert channel.edits == edits
        assert "due" not in world.delivery("desk-staff#card")
        assert len(channel.messages) == 1


@pytest.mark.parametrize("platform", PLATFORMS)
def test_pressed_twice_or_delivered_again_it_is_done_once(platform: str) -> None:
    with standing(platform) as (world, channel):
        world.handle(drafted(world, platform))
        world.drain()
        once = press(world, platform, channel.buttons["approve"])
        world.handle(once, once, press(world, platform, channel.buttons["approve"], by=BO))
        minutes(world)
        assert len(posted(world)) == 1
        history = [line["what"] for line in world.items("audit")]
        assert history.count("approved") == 1
        assert len(channel.messages) == 1
        assert not world.parked()
        assert [about for about in markers(world, "ignored") if "done already" in about]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(("by", "channel_id"), [(EVE, CHANNEL), (ILSE, "99")], ids=["no approver", "another channel"])
@pytest.mark.parametrize("action", ["approve", "hold", "cancel"])
def test_whoever_has_no_say_changes_nothing_and_it_is_on_record(
    platform: str, action: str, by: str, channel_id: str
) -> None:
    with standing(platform) as (world, channel):
        world.handle(drafted(world, platform))
        world.drain()
        before = announced(world)
        world.handle(press(world, platform, channel.buttons[action], by=by, channel=channel_id))
        minutes(world)
        assert announced(world) == before
        (reason,) = markers(world, "ignored")
        assert "no approver of 'staff'" in reason or "no desk of 'server'" in reason
        assert EVE not in reason


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_not_what_stood_on_the_card_is_not_approved_and_the_card_says_so(platform: str) -> None:
    with standing(platform) as (world, channel):
        world.handle(drafted(world, platform))
        world.drain()
        stale = channel.buttons["approve"]
        found = announced(world)
        content = records.content_of(found)
        words = content.words[0].model_copy(update={"body": "It rains."})
        records.revise(table(), found, content.model_copy(update={"words": (words,)}), "Mo", world.now)
        world.drain()
        assert "It rains." in channel.says
        assert channel.buttons["approve"] != stale
        world.handle(press(world, platform, stale))
        world.drain()
        assert announced(world)["state"] == "draft"
        assert "has changed since" in channel.says
        world.handle(press(world, platform, channel.buttons["approve"]))
        minutes(world)
        assert announced(world)["state"] == "published"
        assert "has changed since" not in channel.says


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_program_that_changes_what_would_be_sent_makes_a_press_stale(platform: str) -> None:
    with standing(platform) as (world, channel):
        world.handle(drafted(world, platform))
        world.drain()
        other = builders.PROGRAM.replace('platform = "feed"\n', 'platform = "feed"\nlanguages = ["fr"]\n', 1)
        operator.push(other + desk(platform), "tests")
        program.loaded.cache_clear()
        world.handle(press(world, platform, channel.buttons["approve"]))
        world.drain()
        assert announced(world)["state"] == "draft"
        assert "has changed since" in channel.says
        assert "nothing is written in fr" in channel.says
        world.handle(press(world, platform, channel.buttons["approve"]))
        minutes(world)
        assert announced(world)["state"] == "published"
        assert len(posted(world)) == 1


@pytest.mark.parametrize("platform", PLATFORMS)
def test_hold_let_go_and_cancel(platform: str) -> None:
    with standing(platform) as (world, channel):
        world.handle(drafted(world, platform))
        world.drain()
        world.handle(press(world, platform, channel.buttons["hold"]))
        world.drain()
        assert "ON HOLD" in channel.says
        world.handle(press(world, platform, channel.buttons["approve"]))
        minutes(world)
        assert not posted(world)
        world.handle(press(world, platform, channel.buttons["release"]))
        world.drain()
        assert channel.buttons.keys() == {"hold", "cancel"}
        world.handle(press(world, platform, channel.buttons["cancel"]))
        minutes(world)
        assert announced(world)["state"] == "cancelled"
        assert channel.buttons == {}
        assert "Cancelled" in channel.says
        assert not posted(world)


ANOTHER = builders.PROGRAM.replace(
    'timezone = "Europe/Paris"\n', 'timezone = "Europe/Paris"\napproval = "another"\n', 1
)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_where_two_people_are_asked_for_the_author_is_told_by_account(platform: str) -> None:
    """Two people may go by one name: whoever wrote it may not approve, whoever has the same name may."""
    with standing(platform, text=ANOTHER) as (world, channel):
        world.handle(drafted(world, platform, by=ILSE))
        world.drain()
        world.handle(press(world, platform, channel.buttons["approve"], by=ILSE))
        world.drain()
        assert announced(world)["state"] == "draft"
        assert "somebody else has to approve" in channel.says
        world.handle(press(world, platform, channel.buttons["approve"], by=BO))
        minutes(world)
        assert announced(world)["state"] == "published"


def test_a_french_community_reads_french() -> None:
    text = builders.PROGRAM.replace('timezone = "Europe/Paris"\n', 'timezone = "Europe/Paris"\nlanguage = "fr"\n', 1)
    with standing("discord", text=text) as (world, channel):
        world.handle(drafted(world, "discord"))
        world.drain()
        assert "Brouillon" in channel.says
        assert "Approuver" in channel.says


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_release_has_a_card_too(platform: str) -> None:
    with standing(platform) as (world, channel):
        world.handle(builders.release(world.now, title="2.4 Winter"))
        world.drain()
        assert "2.4 Winter" in channel.says
        assert "approve" in channel.buttons


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("later", [0, 10], ids=["within the key's window", "long after"])
def test_a_card_whose_answer_is_lost_is_there_once(platform: str, later: int) -> None:
    def lost() -> None:
        raise UnansweredError("no whole answer within 10 s")

    with standing(platform) as (world, channel):
        world.faults.at("http", "after", lost)
        world.handle(drafted(world, platform))
        world.work("delivery")
        assert world.delivery("desk-staff#card")["state"] == "unknown"
        world.later(minutes=later)
        world.finish()
        minutes(world)
        assert len(channel.messages) == 1
        assert world.delivery("desk-staff#card")["posted"]["id"] in channel.messages
        assert not needs_a_person(world)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_card_that_is_refused_is_a_persons_and_comes_with_the_next_change(platform: str) -> None:
    with standing(platform) as (world, channel):
        no = Reply(403, {}, b'{"code": 50001, "message": "Missing Access"}')
        no = no if platform == "discord" else told({"ok": False, "error": "not_in_channel"})
        world.outside.next.append(lambda: no)
        world.handle(drafted(world, platform))
        world.drain()
        assert [row["destination"] for row in needs_a_person(world)] == ["staff"]
        records.hold(table(), announced(world), "Ada", world.now, held=True)
        world.drain()
        assert "ON HOLD" in channel.says
        assert not needs_a_person(world)


WRITES = ("dynamodb.PutItem", "dynamodb.UpdateItem", "dynamodb.TransactWriteItems", "s3.PutObject", "http")


def approved_by_press(world: World, channel: Channel) -> None:
    world.handle(drafted(world, channel.platform))
    world.drain()
    minutes(world, 2)
    world.handle(press(world, channel.platform, channel.buttons["approve"]))
    minutes(world, 3)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_off_at_any_write_there_is_one_card_one_approval_and_one_post(platform: str, when: Any) -> None:
    with standing(platform) as (world, channel):
        world.faults.forget()
        approved_by_press(world, channel)
        steps = [number for number, step in enumerate(world.faults.passed, 1) if step in WRITES]
    assert len(steps) > 15
    # Each case takes its share of the steps: together they are a part of all, in good time.
    share = PLATFORMS.index(platform) * 2 + (when == "after")
    for number in steps[share::8]:
        with standing(platform) as (world, channel):
            world.faults.at_number(number, when, crash)
            approved_by_press(world, channel)
            assert not world.faults.traps
            minutes(world, 3)
            where = (number, world.failures)
            assert len(channel.messages) == 1, where
            assert announced(world)["state"] == "published", where
            keys = {call.key for call in world.outside.calls if call.url == "https://site.example/hook"}
            assert len(keys) == 1, where
            assert [line["what"] for line in world.items("audit")].count("approved") == 1, where
            assert "Published" in channel.says, where
            assert channel.buttons == {}, where
            assert not world.parked(), where


def test_a_change_while_the_card_is_written_is_on_it_soon_after() -> None:
    with standing("discord") as (world, channel):
        world.handle(drafted(world, "discord"))
        world.faults.at("http", "after", lambda: records.hold(table(), announced(world), "Ada", world.now, held=True))
        world.work("delivery")
        assert "ON HOLD" not in channel.says
        world.drain()
        assert "ON HOLD" in channel.says


def test_a_scheduled_announcement_keeps_its_time() -> None:
    with standing("discord") as (world, channel):
        world.handle(drafted(world, "discord"))
        found = announced(world)
        table().write(Update((found["pk"], found["sk"]), set={"wall": "2026-11-23T09:00", "zone": "Europe/Paris"}))
        world.drain()
        world.handle(press(world, "discord", channel.buttons["approve"]))
        world.drain()
        assert announced(world)["publish_at"].startswith("2026-11-23T08:00")
        assert "2026-11-23T09:00 (Europe/Paris)" in channel.says
        row = world.delivery("desk-staff#card")
        assert clock.moment(row["due_at"]) - clock.moment(announced(world)["publish_at"]) < timedelta(seconds=5)
        world.finish()
        minutes(world)
        assert announced(world)["state"] == "published"
        assert channel.buttons == {}


def test_a_desk_that_left_the_program_is_not_written_to_any_more() -> None:
    with standing("discord") as (world, channel):
        world.handle(drafted(world, "discord"))
        operator.push(builders.PROGRAM, "tests")
        program.loaded.cache_clear()
        world.drain()
        assert not channel.messages
        assert world.delivery("desk-staff#card")["state"] == "cancelled"
        assert not needs_a_person(world)


def test_without_desks_nothing_is_written_for_them() -> None:
    with World() as world:
        world.handle(builders.release(world.now))
        world.drain()
        assert not [row for row in world.items("delivery") if row["purpose"] == "card"]
        assert "cards" not in announced(world)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_erasure_finds_whoever_wrote_and_whoever_approved_by_their_accounts(platform: str) -> None:
    with standing(platform) as (world, channel):
        world.handle(drafted(world, platform))
        world.drain()
        world.handle(press(world, platform, channel.buttons["approve"]))
        minutes(world)
        for account in (EVE, ILSE):
            who = traces.Account("acme", "server", platform, account, "renamed since")
            ours = [one for one in world.every_item() if "#announcement#" in one["pk"]]
            left = [{**one, **traces.alone(one, who)} for one in ours]
            assert account in json.dumps(ours)
            assert account not in json.dumps(left)
            stranger = traces.Account("acme", "elsewhere", platform, account, "renamed since")
            assert not [one for one in ours if traces.alone(one, stranger)]
