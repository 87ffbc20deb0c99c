"""Written once, published once, cancelled before or not at all; a release becomes one draft."""

from datetime import datetime, timedelta

import pytest

from events.announcements import Announcement, TriggerFired, Words
from events.program import bare
from functions.announcements import publishing, records
from functions.announcements.plans import NotAllowedError
from functions.platforms.inbound import normalise
from functions.shared import program
from functions.shared.table import Item, table
from tests.support import builders
from tests.support.faults import answer_lost
from tests.support.world import World


def draft(world: World, title: str = "Winter", asked: str = "1") -> Item:
    words = Words(language="en", title=title, body="It snows.")
    content = Announcement(title=title, words=(words,), targets=("site", "news"))
    return records.item(community="acme", name="a1", author="Mia", content=content, now=world.now, asked=asked)


def scheduled(world: World) -> Item:
    return approved(world, records.create(table(), draft(world), world.now), world.now + timedelta(hours=1))


def approved(world: World, found: Item, moment: datetime, wall: str = "2026-11-22T14:00") -> Item:
    active = program.active()[0]
    content = records.content_of(found)
    seen = publishing.preview(table(), "acme", found["id"], content, active).hash
    return publishing.approve(table(), found, "Mia", seen, active, moment, wall, "Europe/Paris", world.now)


def cancelled(world: World) -> Item:
    return records.cancel(table(), records.existing(table(), "acme", "a1"), "Mia", world.now)


def held(world: World) -> Item:
    return records.hold(table(), records.existing(table(), "acme", "a1"), "Mia", world.now, held=True)


def published(world: World) -> Item:
    publishing.go_on(table(), world.item("announcement"), program.active()[0], world.now)
    return world.item("announcement")


def test_writing_twice_makes_one_announcement(world: World) -> None:
    first = records.create(table(), draft(world), world.now)
    world.later(minutes=1)
    again = records.create(table(), draft(world), world.now)
    assert (again["id"], again["created_at"]) == (first["id"], first["created_at"])
    assert len(world.items("announcement")) == 1


def test_another_request_under_the_same_key_is_refused_and_changes_nothing(world: World) -> None:
    records.create(table(), draft(world), world.now)
    with pytest.raises(NotAllowedError, match="Idempotency-Key was used for another announcement"):
        records.create(table(), draft(world, "Summer", "2"), world.now)
    assert world.item("announcement")["title"] == "Winter"


def test_nothing_is_posted_before_its_time(world: World) -> None:
    scheduled(world)
    world.later(minutes=59, seconds=59)
    world.drain()
    assert not world.outside.calls
    assert world.item("announcement")["state"] == "scheduled"


def test_the_sweep_posts_it_everywhere_once_its_time_has_come(world: World) -> None:
    scheduled(world)
    world.later(hours=1)
    world.drain()
    assert world.item("announcement")["state"] == "published"
    assert {row["sk"]: row["state"] for row in world.items("delivery")} == {
        "delivery#site#en#01": "sent",
        "delivery#news#en#01": "sent",
    }
    (call,) = world.outside.calls
    assert (call.url, call.said["data"]["title"]) == ("https://site.example/hook", "Winter")
    world.later(minutes=5)
    world.drain()
    assert len(world.outside.calls) == 1


def test_two_sweeps_at_once_publish_once(world: World) -> None:
    scheduled(world)
    world.later(hours=1)
    world.faults.at("dynamodb.TransactWriteItems", "before", world.upkeep)
    world.upkeep()
    world.drain()
    assert len(world.items("delivery")) == 2
    assert len(world.outside.calls) == 1


def test_a_sweep_that_dies_before_it_told_anybody_changes_nothing_but_the_time(world: World) -> None:
    scheduled(world)
    world.later(hours=1)
    world.faults.at("sqs.SendMessage", "before")
    assert not world.upkeep()
    assert world.item("announcement")["state"] == "published"
    world.later(minutes=1)
    world.drain()
    assert len(world.outside.calls) == 1


def test_a_sweep_whose_answer_was_lost_publishes_once(world: World) -> None:
    scheduled(world)
    world.later(hours=1)
    world.faults.at("dynamodb.TransactWriteItems", "after", answer_lost)
    assert not world.upkeep()
    world.drain()
    assert len(world.outside.calls) == 1


def test_cancelled_before_its_time_it_is_never_posted(world: World) -> None:
    scheduled(world)
    cancelled(world)
    world.later(days=1)
    world.drain()
    assert world.item("announcement")["state"] == "cancelled"
    assert not world.items("delivery")
    assert not world.outside.calls


@pytest.mark.parametrize("state", ["cancelled", "withdrawing", "withdrawn"])
def test_what_goes_out_no_more_cannot_be_held(world: World, state: str) -> None:
    scheduled(world)
    if state == "cancelled":
        cancelled(world)
    else:
        world.later(hours=1)
        published(world)
        records.withdraw(table(), world.item("announcement"), "Mia", world.now)
        if state == "withdrawn":
            world.finish()
    with pytest.raises(NotAllowedError, match=f"only what may still go out can be held; this one is {state}"):
        held(world)
    assert "held" not in world.item("announcement")


def test_cancelled_in_the_moment_it_is_to_be_held_it_is_not(world: World) -> None:
    scheduled(world)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: cancelled(world))
    with pytest.raises(NotAllowedError, match="somebody else changed it in this moment"):
        held(world)
    assert "held" not in world.item("announcement")


def test_what_is_held_and_then_cancelled_is_only_cancelled(world: World) -> None:
    scheduled(world)
    held(world)
    assert "held" not in cancelled(world)


def test_cancelling_again_gives_the_cancelled_one(world: World) -> None:
    scheduled(world)
    first = cancelled(world)
    world.later(minutes=1)
    assert cancelled(world) == first


def test_a_cancellation_that_loses_against_the_publication_says_so(world: World) -> None:
    scheduled(world)
    world.later(hours=1)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: published(world))
    with pytest.raises(NotAllowedError, match="look again"):
        cancelled(world)
    with pytest.raises(NotAllowedError, match="withdraw it instead"):
        cancelled(world)
    world.drain()
    assert len(world.outside.calls) == 1


def test_a_publication_that_loses_against_the_cancellation_posts_nothing(world: World) -> None:
    scheduled(world)
    world.later(hours=1)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: cancelled(world))
    world.upkeep()
    world.drain()
    assert world.item("announcement")["state"] == "cancelled"
    assert not world.items("delivery")


def test_a_draft_gets_its_time_once(world: World) -> None:
    found = records.create(table(), draft(world), world.now)
    moment = world.now + timedelta(hours=1)
    first = approved(world, found, moment)
    assert approved(world, first, moment) == first
    with pytest.raises(NotAllowedError, match="only a draft or a change can be approved; this one is scheduled"):
        approved(world, first, moment + timedelta(hours=1), "2026-11-22T15:00")
    assert world.item("announcement")["wall"] == "2026-11-22T14:00"


def test_what_is_cancelled_is_not_published(world: World) -> None:
    scheduled(world)
    with pytest.raises(NotAllowedError, match="this one is cancelled"):
        approved(world, cancelled(world), world.now + timedelta(hours=2), "2026-11-22T15:00")


def test_what_is_not_there_is_said_to_be_missing(world: World) -> None:
    with pytest.raises(LookupError, match="there is no announcement 'nowhere' in 'acme'"):
        records.existing(table(), "acme", "nowhere")
    with pytest.raises(LookupError, match="there is no announcement"):
        records.whole(table(), "peak", "a1")


@pytest.mark.parametrize(("late", "state", "calls"), [(5, "published", 1), (7, "missed", 0)])
def test_an_announcement_is_posted_late_only_while_it_is_of_use(
    world: World, late: int, state: str, calls: int
) -> None:
    """The sweep was down for hours."""
    scheduled(world)
    world.later(hours=1 + late)
    world.drain()
    assert (world.item("announcement")["state"], len(world.outside.calls)) == (state, calls)


def test_its_history_says_who_did_what(world: World) -> None:
    scheduled(world)
    cancelled(world)
    history = records.whole(table(), "acme", "a1")["history"]
    assert [(line["what"], line["who"]) for line in history] == [
        ("written", "Mia"),
        ("approved", "Mia"),
        ("cancelled", "Mia"),
    ]


def test_the_feed_shows_it_once_however_often_it_is_put_in(world: World) -> None:
    scheduled(world)
    world.later(hours=1)
    world.faults.at("s3.PutObject", "after")  # Dies after the entry is in and before anybody wrote that down.
    world.upkeep()
    world.finish()
    assert world.delivery("news#en#01")["state"] == "sent"
    assert world.stored("feeds/acme/news.json").count(b"It snows.</p>") == 1


# Releases


def test_a_release_becomes_a_draft_for_a_person_to_publish(world: World) -> None:
    world.handle(builders.release(world.now, title="2.4 Winter"))
    found = world.item("announcement")
    assert (found["state"], found["title"], found["author"]) == ("draft", "game 2.4 Winter", "source code")
    assert found["content"]["words"][0]["body"].endswith("https://github.com/acme/game/releases/900")
    assert found["content"]["targets"] == ["site", "news"]
    world.later(days=2)
    world.drain()
    assert not world.outside.calls


def test_a_release_delivered_again_is_the_same_draft(world: World) -> None:
    envelope = builders.release(world.now)
    world.handle(envelope, envelope)
    world.handle(builders.release(world.now, delivery="sent-by-hand-once-more"))
    assert len(world.items("announcement")) == 1
    assert sorted(marker["fate"] for marker in world.items("inbox")) == ["duplicate", "recorded"]


def test_a_release_whose_draft_was_published_is_not_drafted_again(world: World) -> None:
    world.handle(builders.release(world.now))
    found = world.item("announcement")
    approved(world, found, world.now)
    world.drain()
    world.handle(builders.release(world.now))
    assert world.item("announcement")["state"] == "published"


def test_an_old_release_only_leaves_its_marker(world: World) -> None:
    world.handle(builders.release(world.now, published_at=world.now - timedelta(days=8)))
    assert not world.items("announcement")
    marker = world.item("inbox")
    assert marker["fate"] == "ignored"
    assert "not news" in marker["about"]


def test_a_release_that_was_only_created_is_ignored(world: World) -> None:
    world.handle(builders.release(world.now, action="created"))
    assert not world.items("announcement")
    assert world.item("inbox")["fate"] == "ignored"


def test_another_release_is_another_draft(world: World) -> None:
    world.handle(builders.release(world.now, number=1), builders.release(world.now, number=2))
    assert len(world.items("announcement")) == 2


def test_the_same_release_in_two_workers_at_once_is_one_draft(world: World) -> None:
    other = builders.release(world.now, delivery="other")
    event = normalise(other, bare(other.source, other.community, other.platform))
    assert isinstance(event, TriggerFired)
    active, _ = program.active()
    world.accept(builders.release(world.now))
    world.faults.at(
        "dynamodb.TransactWriteItems",
        "before",
        lambda: records.record_trigger(table(), other, event, active, world.now),
    )
    world.work("announcements")
    assert len(world.items("announcement")) == 1
    assert sorted(marker["fate"] for marker in world.items("inbox")) == ["duplicate", "recorded"]


def test_a_release_of_a_community_that_left_the_program_is_parked_in_the_end(world: World) -> None:
    envelope = builders.release(world.now)
    elsewhere = type(envelope)(
        **{**{name: getattr(envelope, name) for name in envelope.__slots__}, "community": "gone"}
    )
    world.accept(elsewhere)
    world.drain()
    assert [item["reason"] for item in world.parked()] == ["failed again and again; see the log of its function"]


def test_progress_is_of_all_targets(world: World) -> None:
    scheduled(world)
    world.later(hours=1)
    world.upkeep()
    assert records.whole(table(), "acme", "a1")["progress"] == "publishing"
    world.drain()
    assert records.whole(table(), "acme", "a1")["progress"] == "published"
