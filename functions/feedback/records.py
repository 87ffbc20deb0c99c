"""Which items feedback writes.

| pk | sk | what |
|---|---|---|
| community#log#hour#shard | content hash | one thing said; its own marker, until its words end |
| community#said#content hash | said | when it was said, where its changes do not tell; until then, or two years |
| community#bucket#hour | bucket | readings of the hour's log; dirty since the last one, due while not counted |
| community#hours#day | hour | the hour's counts, overwritten, with the generation they were read at |
| community#days#month | day | the local day's counts, with the generation of each hour in them |
| community#export#day | export | the UTC day's readings that were exported; due while some were not |
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from itertools import islice, zip_longest
from zoneinfo import ZoneInfo

from events.feedback import FeedbackChanged, FeedbackReceived
from functions.feedback import rollup, skeletons
from functions.shared import clock, inbox, table
from functions.shared.table import ConditionFailedError, Item, Put, Table, Update

SHARDS = 4
BUCKET = "bucket"
PAST = "past"
YOUNG = timedelta(days=2)
"""Hours older than that are counted after all others: a backfill has thousands of them."""
LOOKED_AT = 10_000
"""Hours, of the young and of the others, among which one run shares its time."""
EXPORT = "export"
NIGHT = time(1)
"""UTC, when days are exported that changed since the night before."""
TRIES = 8
ANSWERED = timedelta(days=730)
"""How long an answer to a survey is known again: its counts stay, and whoever changes it then has one all the same."""
EVERY = timedelta(minutes=15)
"""How long an hour that was just counted waits for its next turn: what is asked for sooner is counted when asked."""


def content_hash(source: str, content: str) -> str:
    return sha256(f"{source}\n{content}".encode()).hexdigest()[:32]


def log_key(community: str, source: str, content: str, said_at: datetime) -> table.Key:
    return place(community, content_hash(source, content), said_at)


def place(community: str, name: str, said_at: datetime) -> table.Key:
    return log_partition(community, rollup.bucket(said_at), table.shard(name, SHARDS)), name


def log_partition(community: str, hour: str, number: int) -> str:
    return f"{table.partition(community, 'log', hour)}#{number}"


def item_id(item: Item) -> str:
    """How an item is named outside: the hour it stands in, and its hash. `2026112208-<32 hexadecimal digits>`."""
    hour = item["pk"].rsplit("#", 2)[1]
    return f"{hour.replace('-', '').replace('T', '')}-{item['sk']}"


ITEM_ID = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})-([0-9a-f]{32})")


def item_key(community: str, name: str) -> table.Key | None:
    """Where the item of that id stands; None where that is no id."""
    found = ITEM_ID.fullmatch(name)
    if not found:
        return None
    year, month, day, hour, sk = found.groups()
    return log_partition(community, f"{year}-{month}-{day}T{hour}", table.shard(sk, SHARDS)), sk


def said_key(told: FeedbackReceived | FeedbackChanged) -> table.Key:
    return said_place(told.community, content_hash(told.source, told.content))


def said_place(community: str, name: str) -> table.Key:
    return table.partition(community, "said", name), "said"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of something said besides what it says: `who` (a pseudonym, empty where nobody is named), whether
    that is one of our own people or a program (a `bot`), and what was read in it."""

    who: str = ""
    staff: bool = False
    bot: bool = False
    read: Item = field(default_factory=dict)

    def fields(self) -> Item:
        return {name: value for name, value in asdict(self).items() if value}


NOTHING = Known()


def first_said(store: Table, feedback: FeedbackReceived) -> datetime:
    """When it was said: of what has to be remembered, the first time that was told."""
    if not feedback.remembered:
        return feedback.said_at
    pk, sk = said_key(feedback)
    now = clock.now()
    end = skeletons.ends(feedback.community, feedback.said_at, now)
    if feedback.survey:
        end = max(end, int((now + ANSWERED).timestamp()))
    item = {"pk": pk, "sk": sk, "kind": "said", "said_at": clock.text(feedback.said_at), "expires": end}
    try:
        store.write(Put(item, when=[skeletons.free(now)]))
    except ConditionFailedError:
        return remembered(store, feedback) or feedback.said_at
    return feedback.said_at


def remembered(store: Table, told: FeedbackReceived | FeedbackChanged) -> datetime | None:
    found = store.get(*said_key(told))
    return clock.moment(found["said_at"]) if found else None


def record(
    store: Table, feedback: FeedbackReceived, said_at: datetime, known: Known, delivery: str, now: datetime
) -> inbox.Fate:
    """Log it, once. Who said it is a pseudonym here and everywhere after. Said anew after it was taken back (a
    reaction), it counts again."""
    if feedback.said_at > said_at:
        return change(store, anew(feedback), said_at, known, delivery, now)
    item = logged(feedback, said_at, delivery, now)
    # What may be taken back and given anew has a newest state from the beginning: an older removal means nothing.
    newest = {"newest": f"{clock.text(feedback.said_at)}#0"} if feedback.remembered else {}
    place = {name: value for name in ("about", "thread") if (value := getattr(feedback, name))}
    try:
        store.write(Put({**item, **known.fields(), **place, **newest, "state": "created"}, when=[table.absent()]))
    except ConditionFailedError:
        if feedback.remembered:
            return change(store, anew(feedback), said_at, known, delivery, now)
        return completed(store, item | {"who": known.who, "staff": known.staff, "bot": known.bot, **place})
    return "recorded"


def completed(store: Table, item: Item) -> inbox.Fate:
    """It is there already. Where a change of it came first, that may know less of it than the thing itself does."""
    key = table.key_of(item)
    for _ in range(TRIES):
        there = store.get(*key)
        more = unknown(there, item) if there else {}
        if not (there and more):
            return "duplicate"
        try:
            store.write(Update(key, set=more, remove=["early"], when=[table.present(), same_state(there)]))
        except ConditionFailedError:
            continue
        return "recorded"
    raise TimeoutError("others keep changing it: the message comes again")


def unknown(there: Item, item: Item) -> Item:
    """What the thing itself says and its changes did not. What it is, it says first of all; words and their places do
    not come back to what was removed, and nothing does to what was erased."""
    newest = there.get("newest", skeletons.ERASED)
    if newest == skeletons.ERASED:
        return {}
    more = {name: item[name] for name in OF_ITSELF if item.get(name) and name not in there}
    if "early" not in there:
        return more
    lost = ("title", "url") if there["state"] != "removed" else ()
    return {**more, **{name: item[name] for name in lost if not there.get(name)}, "type": item["type"]}


OF_ITSELF = ("who", "staff", "bot", "about", "thread")


def same_state(there: Item) -> table.Condition:
    """Nobody changed it since it was read."""
    return table.equals("newest", there["newest"]) if "newest" in there else table.absent("newest")


def anew(feedback: FeedbackReceived) -> FeedbackChanged:
    told = {name: getattr(feedback, name) for name in FeedbackChanged.model_fields if hasattr(feedback, name)}
    return FeedbackChanged.model_validate({**told, "change": "restored", "changed_at": feedback.said_at})


def logged(told: FeedbackReceived | FeedbackChanged, said_at: datetime, delivery: str, now: datetime) -> Item:
    pk, sk = log_key(told.community, told.source, told.content, said_at)
    asked = {"survey": told.survey, "votes": list(told.votes), "event": told.event}
    return {
        **{name: value for name, value in asked.items() if value},
        "pk": pk,
        "sk": sk,
        "kind": "feedback",
        "source": told.source,
        "platform": told.platform,
        "content": told.content,
        "type": told.kind,
        "title": told.title,
        "text": told.text,
        "original": told.original,
        "url": told.url,
        "language": told.language,
        "revision": told.revision,
        "said_at": clock.text(said_at),
        "logged_at": clock.text(now),
        "delivery": delivery,
        "expires": skeletons.ends(told.community, said_at, now),
    }


def change(
    store: Table, changed: FeedbackChanged, said_at: datetime, known: Known, delivery: str, now: datetime
) -> inbox.Fate:
    """The newest state of something said. It may come before the thing itself, which then finds it logged; an
    older change than the one that is there has no effect, and of two at one moment a removal is the later."""
    gone = changed.change == "removed"
    newest = f"{clock.text(changed.changed_at)}#{int(gone)}"
    item = logged(changed, said_at, delivery, now)
    key = item.pop("pk"), item.pop("sk")
    empty = {"title": "", "text": "", "original": ""} if gone else {}
    told = {name: value for name, value in {**item, **known.fields()}.items() if value != ""} | empty
    outdated = [] if known.read else ["read"]
    if changed.survey and not gone:
        # An answer given anew is given whole: what it has not is left of nothing.
        told["text"] = changed.text
        outdated += [name for name in ("votes", "event") if name not in item]
    for _ in range(TRIES):
        there = store.get(*key)
        before = there or sealed(key, now)
        if before and before.get("newest", "") >= newest:
            return "duplicate"
        # What it is was said when it was said: an edit may know less of it.
        kept = {"type": before["type"], "logged_at": before["logged_at"]} if before else {}
        changes = {**told, **kept, "state": changed.change, "newest": newest}
        try:
            store.write(altered(key, there, changes, outdated) if there else begun(key, before, changes, outdated, now))
        except ConditionFailedError:
            continue
        return "recorded"
    raise TimeoutError("others keep changing it: the message comes again")


def altered(key: table.Key, there: Item, changes: Item, outdated: list[str]) -> Update:
    return Update(key, set=changes, remove=outdated, when=[same_state(there), table.present()])


def begun(key: table.Key, before: Item | None, changes: Item, outdated: list[str], now: datetime) -> Put:
    """Nothing stands there yet, or not any more: then with what was kept of it. `early`: the thing itself was not told
    yet."""
    known = {"early": True} if before is None else {n: value for n, value in before.items() if n not in outdated}
    return Put({**known, "pk": key[0], "sk": key[1], **changes}, when=[skeletons.free(now)])


def sealed(key: table.Key, now: datetime) -> Item | None:
    """What is kept of something whose words have ended."""
    pk, sk = key
    community, _, hour, _ = pk.split("#")
    found = skeletons.read(community, hour).get(sk) if skeletons.is_due(hour, now) else None
    return skeletons.thawed(pk, found) if found else None


def bucket_key(community: str, hour: str) -> table.Key:
    return table.partition(community, BUCKET, hour), BUCKET


def mark(store: Table, community: str, hour: str, now: datetime) -> None:
    """The hour's log may have changed. Asked after every attempt, repeats included: the attempt before may have died
    between the log and this.

    An hour that is dirty already is left alone: whoever counts it says first that it is clean, and reads the log
    after that, so with it what stands there by now. So a busy hour is marked once for each time it is counted.
    """
    before = store.get(*bucket_key(community, hour))
    if not (before and before.get("dirty")):
        store.write(marked(community, hour, before, now))


def marked(community: str, hour: str, before: Item | None, now: datetime) -> Update:
    """`before`: the hour's bucket; without it, the hour is counted at once."""
    turn = max(now, clock.moment(before["counted_at"]) + EVERY) if before and "counted_at" in before else now
    changes = {"kind": BUCKET, "community": community, "hour": hour, "dirty": True}
    age = BUCKET if hour >= rollup.bucket(now - YOUNG) else PAST
    again = table.due(age, community + hour, clock.text(turn))
    return Update(bucket_key(community, hour), set={**changes, **again})


def turns(store: Table, now: datetime) -> Iterator[table.Key]:
    """Buckets whose turn has come: those of young hours first, and of both an hour of each community in turn, so that
    nobody waits for somebody else's backfill or for somebody else's busy days."""
    for age in (BUCKET, PAST):
        yield from due(store, age, now)


def due(store: Table, kind: str, now: datetime) -> Iterator[table.Key]:
    return in_turns(islice(store.due(kind, clock.text(now)), LOOKED_AT))


def in_turns(keys: Iterable[table.Key]) -> Iterator[table.Key]:
    """One of each community after the other; of one community in the order given."""
    queues: dict[str, list[table.Key]] = {}
    for key in keys:
        queues.setdefault(table.community_of(key[0]), []).append(key)
    for together in zip_longest(*queues.values()):
        yield from filter(None, together)


def log(store: Table, community: str, hour: str) -> Iterator[Item]:
    """All that was said in an hour. Of what has ended there are no words any more."""
    there = standing(store, community, hour)
    if not skeletons.is_due(hour, clock.now()):
        return there
    return all_of(community, hour, skeletons.overlaid(skeletons.read(community, hour), list(there)))


def standing(store: Table, community: str, hour: str) -> Iterator[Item]:
    """What stands in the table."""
    for number in range(SHARDS):
        yield from store.query(log_partition(community, hour, number))


def all_of(community: str, hour: str, lines: Iterable[Item]) -> Iterator[Item]:
    """Log items, whether they are whole or lines."""
    for one in lines:
        pk = log_partition(community, hour, table.shard(one["sk"], SHARDS))
        yield one if "pk" in one else skeletons.thawed(pk, one)


def counted(store: Table, community: str, hour: str, generation: int, now: datetime) -> rollup.Hour:
    """Counts of an hour. One that is old enough is sealed first: what is counted then stays countable."""
    there = standing(store, community, hour)
    if skeletons.is_due(hour, now):
        return rollup.count(skeletons.seal(community, hour, generation, there).values())
    return rollup.count(there)


def roll_up(store: Table, bucket: Item, zone: ZoneInfo, now: datetime) -> None:
    """Recount one hour and its local days from the log, overwrite, and be done if nothing was logged meanwhile.

    Safe to run twice at once: an older reading never replaces a newer one.
    """
    community, hour = bucket["community"], bucket["hour"]
    key = bucket_key(community, hour)
    reading = store.write(Update(key, set={"dirty": False}, add={"generation": 1}, when=[table.present()]))
    generation = reading["generation"]
    counts = counted(store, community, hour, generation, now)
    pk, sk = table.partition(community, "hours", hour[:10]), hour[11:]
    total = {
        "pk": pk,
        "sk": sk,
        "kind": "hour",
        "hour": hour,
        "counts": counts,
        "generation": generation,
        "counted_at": clock.text(now),
    }
    newer = table.either([table.absent()], [table.at_most("generation", generation)])
    try:
        store.write(Put(total, when=[newer]))
    except ConditionFailedError:
        return  # Somebody who had read more was faster; the rest of the work is theirs, too.
    for day in rollup.days_of(hour, zone):
        count_day(store, community, day, zone, now)
    to_export(store, community, date.fromisoformat(hour[:10]), now)
    clean = [table.equals("generation", generation), table.equals("dirty", False)]
    try:
        store.write(Update(key, set={"counted_at": clock.text(now)}, remove=["due", "due_at"], when=clean))
    except ConditionFailedError:
        pass  # Something was logged meanwhile, or somebody else reads: the hour stays due.


class StillCountingError(Exception):
    """More came in at once than there was time to count: what is asked for can be said later."""


def count_now(
    store: Table,
    community: str,
    hours: Iterable[str],
    zone: ZoneInfo,
    now: datetime,
    time_left: Callable[[], bool] = lambda: True,
) -> None:
    """Hours that wait for their turn are counted at once: somebody asks for them. Raises StillCountingError where time
    is short; what was counted by then stays."""
    for bucket in store.read([bucket_key(community, hour) for hour in hours]):
        if "due" in bucket:
            if not time_left():
                raise StillCountingError("what came in is still being counted: ask again in a minute")
            roll_up(store, bucket, zone, now)


def count_day(store: Table, community: str, day: date, zone: ZoneInfo, now: datetime) -> None:
    """Sum a local day from its hours. The version is read before the hours, so that of two at once the
    one that may have read less has to come again."""
    pk, sk = day_key(community, day)
    for _ in range(TRIES):
        before = store.get(pk, sk)
        version = before["version"] if before else 0
        hours = list(counted_hours(store, community, day, zone))
        total = {
            "pk": pk,
            "sk": sk,
            "kind": "day",
            "day": day.isoformat(),
            "zone": zone.key,
            "counts": rollup.day_total(day, zone, {hour["hour"]: hour["counts"] for hour in hours}),
            "position": {hour["hour"]: hour["generation"] for hour in hours},
            "version": version + 1,
            "counted_at": clock.text(now),
        }
        when = table.equals("version", version) if before else table.absent()
        try:
            store.write(Put(total, when=[when]))
        except ConditionFailedError:
            continue
        return
    raise TimeoutError(f"the day {day} of {community} kept changing")


def export_key(community: str, day: date) -> table.Key:
    return table.partition(community, EXPORT, day.isoformat()), EXPORT


def to_export(store: Table, community: str, day: date, now: datetime) -> None:
    """Something of the day was counted anew: the next night has it. As with `mark`, whoever exports says first that
    the day is clean, and reads after that."""
    before = store.get(*export_key(community, day))
    if before and before["dirty"]:
        return
    night = clock.text(datetime.combine(now.date() + timedelta(days=1), NIGHT, UTC))
    changes = {"kind": EXPORT, "community": community, "day": day.isoformat(), "dirty": True}
    turn = before.get("due_at", night) if before else night  # It may be under way, and is then done once more.
    again = table.due(EXPORT, community + day.isoformat(), turn)
    store.write(Update(export_key(community, day), set={**changes, **again}))


def day_key(community: str, day: date) -> table.Key:
    return table.partition(community, "days", f"{day:%Y-%m}"), f"{day:%d}"


def counted_hours(store: Table, community: str, day: date, zone: ZoneInfo) -> Iterator[Item]:
    return counted_between(store, community, *rollup.bounds(day, zone))


def counted_between(store: Table, community: str, starts: datetime, ends: datetime) -> Iterator[Item]:
    """The roll-ups of hours that have a part in a time, oldest first."""
    hours = rollup.hours_between(starts, ends)
    for utc_day in sorted({hour[:10] for hour in hours}):
        wanted = [hour[11:] for hour in hours if hour[:10] == utc_day]
        yield from store.between(table.partition(community, "hours", utc_day), wanted[0], wanted[-1])


def hours_between(store: Table, community: str, first: date, last: date) -> Iterator[Item]:
    """Roll-ups by hour, of UTC days, oldest first."""
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal).isoformat()
        yield from store.query(table.partition(community, "hours", day))


def days_between(store: Table, community: str, first: date, last: date) -> Iterator[Item]:
    """Roll-ups by day of the community's own zone, oldest first."""
    months = sorted({f"{date.fromordinal(o):%Y-%m}" for o in range(first.toordinal(), last.toordinal() + 1)})
    for month in months:
        for item in store.query(table.partition(community, "days", month)):
            if first.isoformat() <= item["day"] <= last.isoformat():
                yield item
