"""How people who agreed to it are told that something came of what they said: apart from the log, and with an end.

| pk | sk | what |
|---|---|---|
| community#contacts#shard | content hash | who said one thing: an account, or a mail address; for a year |

`party` is the pseudonym by which one person is told once, whatever they said how often. Once somebody has ended it,
only when that was stays: what they said may be delivered again, and is no new agreement.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from events.feedback import FeedbackReceived
from functions.feedback import skeletons
from functions.feedback.records import SHARDS, content_hash, place, said_place
from functions.platforms import telling
from functions.shared import clock, pseudonyms, table
from functions.shared.table import ConditionFailedError, Item, Key, Put, Table

KIND = "contact"
KEPT = timedelta(days=365)
MAIL = "mail"
"""The platform of a mail address."""


def key(community: str, source: str, content: str) -> Key:
    name = content_hash(source, content)
    return partition(community, table.shard(name, SHARDS)), name


def addressee(community: str, mail: str) -> str:
    """Whose address it is, however it is written."""
    return pseudonyms.of(community, MAIL, mail.casefold())


def path(community: str) -> str:
    """Where somebody ends it."""
    return f"/contacts/{community}"


def partition(community: str, number: int) -> str:
    return table.partition(community, "contacts", str(number))


def agreed(store: Table, feedback: FeedbackReceived, who: str, said_at: datetime) -> None:
    """Keep whoever said something on a platform and agreed to be told, where people can be; unless they were erased
    since. Who answers a survey anew without that has ended it. `said_at`: when it was logged as said."""
    community, source, content, platform = feedback.community, feedback.source, feedback.content, feedback.platform
    if not (feedback.author and who and telling.on(platform)):
        return
    if not feedback.follow_up:
        if feedback.survey:
            end(store, community, source, content, feedback.said_at)
        return
    there = store.get(*place(community, content_hash(source, content), said_at))
    if there is None or there.get("newest") != skeletons.ERASED:
        person, language = {"id": feedback.author.id}, feedback.author.language
        keep(store, community, source, content, platform, person, who, language, feedback.said_at)


def keep(
    store: Table,
    community: str,
    source: str,
    content: str,
    platform: str,
    person: Mapping[str, Any],
    party: str,
    language: str,
    at: datetime,
) -> None:
    """`at`: when they agreed. What they have ended since stays ended."""
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
        "agreed_at": clock.text(at),
        "expires": int((at + KEPT).timestamp()),
    }
    not_since = table.either([table.absent("ended_at")], [table.before("ended_at", item["agreed_at"])])
    try:
        store.write(Put(item, when=[not_since]))
    except ConditionFailedError:
        pass


def end(store: Table, community: str, source: str, content: str, at: datetime) -> None:
    """Whoever said this one thing is told nothing of it any more, if they had agreed before."""
    there = store.get(*key(community, source, content))
    if there and is_agreed(there) and there["agreed_at"] < clock.text(at):
        store.write(ended(there, at))


def ended(contact: Item, at: datetime) -> Put:
    kept = {name: contact[name] for name in ("pk", "sk", "kind")}
    return Put({**kept, "ended_at": clock.text(at), "expires": int((at + KEPT).timestamp())})


def is_agreed(contact: Item) -> bool:
    return "person" in contact


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
        yield from filter(is_agreed, store.between(partition(community, shard), first, "\uffff", page=most))


def where(contact: Item) -> str:
    return f"{contact['pk'].rpartition('#')[2]}#{contact['sk']}"


def whole(store: Table, community: str) -> Iterator[Item]:
    yield from following(store, community, "", 1000)


def forget(store: Table, community: str, party: str, now: datetime) -> None:
    """Whoever it is is told nothing more."""
    for contact in whole(store, community):
        if contact["party"] == party:
            store.write(ended(contact, now))


def said(store: Table, community: str, contacts: Sequence[Item]) -> dict[str, Item]:
    """What they said, as far as it stands, by content hash. (All of it is `remembered`.)"""
    remembered = store.read([said_place(community, contact["sk"]) for contact in contacts])
    when = {item["pk"].rpartition("#")[2]: clock.moment(item["said_at"]) for item in remembered}
    found = store.read([place(community, name, at) for name, at in when.items()])
    return {item["sk"]: item for item in found if item["state"] != "removed"}
