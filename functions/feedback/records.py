"""Which items feedback writes.

| pk | sk | what |
|---|---|---|
| community#log#hour#shard | content hash | one thing said; its own marker |
| community#said#content hash | said | when something was said, where its changes do not tell |
| community#bucket#hour | bucket | generation of the hour's log; due while not rolled up |
| community#hours#day | hour | the hour's counts, overwritten, with the generation they were read at |
| community#days#month | day | the local day's counts, with the generation of each hour in them |
"""

from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from events.feedback import FeedbackChanged, FeedbackReceived
from functions.feedback import rollup
from functions.shared import clock, inbox, table
from functions.shared.table import ConditionFailedError, Item, Put, Table, Update

SHARDS = 4
BUCKET = "bucket"
TRIES = 8


def content_hash(source: str, content: str) -> str:
    return sha256(f"{source}\n{content}".encode()).hexdigest()[:32]


def log_key(community: str, source: str, content: str, said_at: datetime) -> table.Key:
    name = content_hash(source, content)
    return log_partition(community, rollup.bucket(said_at), table.shard(name, SHARDS)), name


def log_partition(community: str, hour: str, number: int) -> str:
    return f"{table.partition(community, 'log', hour)}#{number}"


def said_key(told: FeedbackReceived | FeedbackChanged) -> table.Key:
    return table.partition(told.community, "said", content_hash(told.source, told.content)), "said"


def first_said(store: Table, feedback: FeedbackReceived) -> datetime:
    """When it was said: of what has to be remembered, the first time that was told."""
    if not feedback.remembered:
        return feedback.said_at
    pk, sk = said_key(feedback)
    item = {"pk": pk, "sk": sk, "kind": "said", "said_at": clock.text(feedback.said_at)}
    try:
        store.write(Put(item, when=[table.absent()]))
    except ConditionFailedError:
        return remembered(store, feedback) or feedback.said_at
    return feedback.said_at


def remembered(store: Table, told: FeedbackReceived | FeedbackChanged) -> datetime | None:
    found = store.get(*said_key(told))
    return clock.moment(found["said_at"]) if found else None


def record(store: Table, feedback: FeedbackReceived, said_at: datetime, delivery: str, now: datetime) -> inbox.Fate:
    """Log it, once. The author is left out: nothing here needs to know who it was. Said anew after it was taken
    back (a reaction), it counts again."""
    if feedback.said_at > said_at:
        return change(store, anew(feedback), said_at, delivery, now)
    item = logged(feedback, said_at, delivery, now)
    # What may be taken back and given anew has a newest state from the beginning: an older removal means nothing.
    newest = {"newest": f"{clock.text(feedback.said_at)}#0"} if feedback.remembered else {}
    try:
        store.write(Put({**item, "about": feedback.about, "state": "created", **newest}, when=[table.absent()]))
    except ConditionFailedError:
        return change(store, anew(feedback), said_at, delivery, now) if feedback.remembered else "duplicate"
    return "recorded"


def anew(feedback: FeedbackReceived) -> FeedbackChanged:
    told = {name: getattr(feedback, name) for name in FeedbackChanged.model_fields if hasattr(feedback, name)}
    return FeedbackChanged.model_validate({**told, "change": "restored", "changed_at": feedback.said_at})


def logged(told: FeedbackReceived | FeedbackChanged, said_at: datetime, delivery: str, now: datetime) -> Item:
    pk, sk = log_key(told.community, told.source, told.content, said_at)
    return {
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
    }


def change(store: Table, changed: FeedbackChanged, said_at: datetime, delivery: str, now: datetime) -> inbox.Fate:
    """The newest state of something said. It may come before the thing itself, which then finds it logged; an
    older change than the one that is there has no effect, and of two at one moment a removal is the later."""
    gone = changed.change == "removed"
    newest = f"{clock.text(changed.changed_at)}#{int(gone)}"
    item = logged(changed, said_at, delivery, now)
    key = item.pop("pk"), item.pop("sk")
    empty = {"title": "", "text": "", "original": ""} if gone else {}
    told = {name: value for name, value in item.items() if value != ""} | empty
    for _ in range(TRIES):
        before = store.get(*key)
        if before and before.get("newest", "") >= newest:
            return "duplicate"
        # What it is was said when it was said: an edit may know less of it.
        kept = {"type": before["type"], "logged_at": before["logged_at"]} if before else {}
        same = table.equals("newest", before["newest"]) if before and "newest" in before else table.absent("newest")
        when = [same, table.present() if before else table.absent()]
        try:
            store.write(Update(key, set={**told, **kept, "state": changed.change, "newest": newest}, when=when))
        except ConditionFailedError:
            continue
        return "recorded"
    raise TimeoutError("others keep changing it: the message comes again")


def bucket_key(community: str, hour: str) -> table.Key:
    return table.partition(community, BUCKET, hour), BUCKET


def mark(store: Table, community: str, hour: str, now: datetime) -> None:
    """The hour's log may have changed. Marked after every attempt, repeats included: the attempt before
    may have died between the log and this."""
    changes = {"kind": BUCKET, "community": community, "hour": hour}
    at = clock.text(now)
    store.write(
        Update(
            bucket_key(community, hour),
            set={**changes, **table.due(BUCKET, community + hour, at)},
            add={"generation": 1},
        )
    )


def log(store: Table, community: str, hour: str) -> Iterator[Item]:
    for number in range(SHARDS):
        yield from store.query(log_partition(community, hour, number))


def roll_up(store: Table, bucket: Item, zone: ZoneInfo, now: datetime) -> None:
    """Recount one hour and its local days from the log, overwrite, and clear only the generation read.

    Safe to run twice at once: an older reading never replaces a newer one.
    """
    community, hour, generation = bucket["community"], bucket["hour"], bucket["generation"]
    counts = rollup.count(log(store, community, hour))
    pk, sk = table.partition(community, "hours", hour[:10]), hour[11:]
    counted = {
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
        store.write(Put(counted, when=[newer]))
    except ConditionFailedError:
        return  # Somebody who had read more was faster; the rest of the work is theirs, too.
    for day in rollup.days_of(hour, zone):
        count_day(store, community, day, zone, now)
    try:
        store.write(
            Update(
                bucket_key(community, hour),
                remove=["due", "due_at"],
                when=[table.equals("generation", generation)],
            )
        )
    except ConditionFailedError:
        pass  # Something was logged meanwhile: the hour stays due.


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


def day_key(community: str, day: date) -> table.Key:
    return table.partition(community, "days", f"{day:%Y-%m}"), f"{day:%d}"


def counted_hours(store: Table, community: str, day: date, zone: ZoneInfo) -> Iterator[Item]:
    hours = rollup.hours_of(day, zone)
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
