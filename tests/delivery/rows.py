"""Deliveries of every kind, planned as their subjects plan them."""

from events.announcements import PostRequested
from events.digests import MailRequested
from events.moderation import ActionRequested, Subject
from functions.shared import clock, outbox
from functions.shared.table import Item, partition, table
from tests.support.world import World


def post(world: World, name: str = "a1", target: str = "site") -> Item:
    request = PostRequested(announcement=name, title="Winter", body="It snows.", language="en", published_at=world.now)
    pk = partition("acme", "announcement", name)
    return planned(world, pk, target, "post", "", target, request)


def mail(world: World, day: str = "2026-11-21", reader: str = "marie") -> Item:
    request = MailRequested(reader=reader, subject=f"Digest {day}", html="<p>Hello</p>", text="Hello")
    pk = partition("acme", "digest", f"{reader}#{day}")
    return planned(world, pk, "mail", "mail", "mail", reader, request)


def removal(world: World, case: str = "c1", post: str = "204") -> Item:
    subject = Subject(source="forum", kind="post", id=post)
    request = ActionRequested(case=case, measure="remove", subject=subject, explanation="Spam.")
    return planned(world, partition("acme", "case", case), "remove", "act", "discourse", "forum", request)


def planned(
    world: World,
    pk: str,
    name: str,
    purpose: outbox.Purpose,
    platform: str,
    destination: str,
    request: PostRequested | MailRequested | ActionRequested,
) -> Item:
    row = outbox.planned(
        pk=pk,
        name=name,
        purpose=purpose,
        platform=platform,
        destination=destination,
        request=request,
        at=clock.text(world.now),
    )
    return table().write(outbox.put(row))


def now(world: World, row: Item) -> Item:
    """The row as it stands."""
    found = table().get(row["pk"], row["sk"])
    assert found is not None
    return found
