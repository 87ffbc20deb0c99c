"""Deliveries of every kind, planned as their subjects plan them."""

from datetime import timedelta
from typing import Any

from events.announcements import PostRequested
from events.digests import MailRequested
from events.moderation import ActionRequested, MessageRequested, Subject
from functions.platforms.posting import Post
from functions.platforms.previews import posting
from functions.shared import clock, outbox, program
from functions.shared.table import Item, partition, table
from tests.support.world import World


def post(world: World, name: str = "a1", target: str = "site", **calling: Any) -> Item:
    """A post of one part. `calling` replaces how it may be repeated: keyed for ever unless told."""
    pk = partition("acme", "announcement", name)
    request = PostRequested(
        announcement=name,
        target=target,
        language="en",
        body=body(name, target),
        text="It snows.",
        published_at=world.now,
    )
    row = planned(world, pk, f"{target}#en#01", "post", "", target, request, write=False)
    told = {"kind": "keyed", "window": 0, "budgets": [], "better_twice": False, **calling}
    late = {"not_after": clock.text(world.now + timedelta(days=7)), "next": ""}
    return table().write(outbox.put({**row, "calling": told, **late}))


def body(name: str, target: str) -> dict[str, Any]:
    """As the target's platform would have rendered it."""
    found = program.active()[0].target("acme", target)
    if found is None:
        return {}
    words = Post(announcement=name, title="Winter", body="It snows.", language="en")
    (part, *_) = posting(found.platform).render(words, found).parts
    return dict(part.body)


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
    request: PostRequested | MailRequested | ActionRequested | MessageRequested,
    *,
    write: bool = True,
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
    return table().write(outbox.put(row)) if write else row


def now(world: World, row: Item) -> Item:
    """The row as it stands."""
    found = table().get(row["pk"], row["sk"])
    assert found is not None
    return found
