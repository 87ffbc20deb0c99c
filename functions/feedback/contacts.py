"""How people who agreed to it are told that something came of what they said: apart from the log, and with an end.

| pk | sk | what |
|---|---|---|
| community#contacts#shard | content hash | who said one thing: an account, or a mail address; for a year |

`party` is the pseudonym by which one person is told once, whatever they said how often.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from events.feedback import FeedbackReceived
from functions.feedback.records import SHARDS, content_hash, place, said_place
from functions.platforms import telling
from functions.shared import clock, table
from functions.shared.table import Delete, Item, Key, Put, Table

KIND = "contact"
KEPT = timedelta(days=365)
MAIL = "mail"
"""The platform of a mail address."""


def key(community: str, source: str, content: str) -> Key:
    name = content_hash(source, content)
    return partition(community, table.shard(name, SHARDS)), name


def path(community: str) -> str:
    """Where somebody ends it."""
    return f"/contacts/{community}"


def partition(community: str, number: int) -> str:
    return table.partition(community, "contacts", str(number))


def agreed(store: Table, feedback: FeedbackReceived, who: str, now: datetime) -> None:
    """Keep whoever said something on a platform and agreed to be told, where people can be. Said again, it is agreed to
    again."""
    if feedback.follow_up and feedback.author and who and telling.on(feedback.platform):
        person = {"id": feedback.author.id}
        language = feedback.author.language
        keep(
            store, feedback.community, feedback.source, feedback.content, feedback.platform, person, who, language, now
        )


def keep(
    store: Table,
    community: str,
    source: str,
    content: str,
    platform: str,
    person: Mapping[str, Any],
    party: str,
    language: str,
    now: datetime,
) -> None:
    pk, sk = key(community, source, content)
    item = {
        "pk": pk,
        "sk": sk,
        "kind": KIND,
        "source": source,
        "platform": platform,
        "person": dict(person),
        "party": party,
        "language": language,
        "agreed_at": clock.text(now),
        "expires": int((now + KEPT).timestamp()),
    }
    store.write(Put(item))


def page(store: Table, community: str, cursor: str, most: int) -> tuple[list[Item], bool]:
    """The next of a community, and whether there are more. `cursor`: `where` of the last one, empty at first."""
    found: list[Item] = []
    for item in following(store, community, cursor, most + 1):
        if len(found) == most:
            return found, True
        found.append(item)
    return found, False


def following(store: Table, community: str, cursor: str, most: int) -> Iterator[Item]:
    number, _, last = cursor.partition("#")
    for shard in range(int(number or 0), SHARDS):
        first = f"{last}\x00" if last and shard == int(number) else ""
        yield from store.between(partition(community, shard), first, "\uffff", page=most)


def where(contact: Item) -> str:
    return f"{contact['pk'].rpartition('#')[2]}#{contact['sk']}"


def whole(store: Table, community: str) -> Iterator[Item]:
    yield from following(store, community, "", 1000)


def forget(store: Table, community: str, party: str) -> int:
    """Whoever it is is told nothing more; gives how many were kept of them."""
    theirs = [contact for contact in whole(store, community) if contact["party"] == party]
    for contact in theirs:
        store.write(Delete(table.key_of(contact)))
    return len(theirs)


def said(store: Table, community: str, contacts: Sequence[Item]) -> dict[str, Item]:
    """What they said, as far as it stands, by content hash. (All of it is `remembered`.)"""
    remembered = store.read([said_place(community, contact["sk"]) for contact in contacts])
    when = {item["pk"].rpartition("#")[2]: clock.moment(item["said_at"]) for item in remembered}
    found = store.read([place(community, name, at) for name, at in when.items()])
    return {item["sk"]: item for item in found if item["state"] != "removed"}
