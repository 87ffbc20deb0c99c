"""Making the digests that are due, each once.

A digest, its place in the chain and what goes out of it are one transaction: fired twice, or late, or cut off, each
period is told once. The object in the bucket is called by its own hash and written first, so whoever of two wins points
at what it wrote.
"""

from datetime import date, datetime, timedelta
from hashlib import sha256

from events.digests import Cadence, Digest, Period
from events.program import Reader
from functions.digests import periods, records, sending
from functions.digests.gather import Run, gather
from functions.digests.periods import Rhythm, Told
from functions.shared import clock, objects, outbox, table
from functions.shared.table import CancelledError, Item, Put, Table, Update

PATIENCE = timedelta(hours=1)
"""How long a digest for which time became short is left to the next run: what was read of the log by then is kept, so
that there is less to read. After that it is made without what could not be read, and says so."""


def due(store: Table, reader: Reader, cadence: Cadence, now: datetime) -> tuple[Item | None, list[Period]]:
    """Where the chain stands, and the periods that are to be told of, the oldest first."""
    chain = store.get(*records.chain_key(reader, cadence))
    told = Told(clock.moment(chain["until"]), date.fromisoformat(chain["last"])) if chain else None
    return chain, periods.due(Rhythm.of(reader, cadence), told, now)


def make(run: Run, reader: Reader, cadence: Cadence) -> list[Item]:
    """What is due for one reader; gives the rows to kick. What was missed is made up for as pages; sent is the newest
    only."""
    chain, found = due(run.store, reader, cadence, run.now)
    rows: list[Item] = []
    for period in found:
        made = make_one(run, reader, period, chain, send=period == found[-1])
        if made is None:
            break  # Somebody else is at it, or time is short.
        chain, rows = chained(period), [*rows, *made]
    return rows


def make_one(run: Run, reader: Reader, period: Period, chain: Item | None, *, send: bool) -> list[Item] | None:
    """One digest, once. None where another run was faster, or the next one can tell more."""
    digest = gather(run, reader, period)
    if not run.time_left() and run.now < tried_since(run, reader, period) + PATIENCE:
        return None
    body = records.kept(digest).model_dump_json().encode()
    stored = f"digests/{reader.community}/{reader.id}/{period.name}-{sha256(body).hexdigest()[:12]}.json"
    objects.write(stored, body)
    rows = sending.outgoing(run, reader, digest) if send and not is_quiet(reader, digest) else []
    pk, sk = records.key(reader.community, reader.id, period.name)
    item = {
        "pk": pk,
        "sk": sk,
        "kind": "digest",
        "reader": reader.id,
        "period": period.name,
        "last": period.last.isoformat(),
        "stored": stored,
        "checksum": digest.counted.checksum,
        "decisions": len(digest.decisions),
        "unusual": len(digest.unusual),
        "total": digest.counted.counts.get("total", 0),
        "made_at": clock.text(run.now),
        "expires": int((run.now + records.KEPT).timestamp()),
    }
    # A chain that stood still for so long that it began anew has skipped what lay between.
    same = table.equals("until", chain["until"]) if chain else table.absent()
    moved = Update(records.chain_key(reader, period.cadence), set={"kind": "chain", **chained(period)}, when=[same])
    try:
        run.store.transact([moved, Put(item, when=[table.absent()]), *(outbox.put(row) for row in rows)])
    except CancelledError:
        return None
    return rows


def tried_since(run: Run, reader: Reader, period: Period) -> datetime:
    """When time first became short for a digest."""
    pk, sk = records.tried_key(reader, period)
    found = run.store.get(pk, sk)
    if found is None:
        found = {"pk": pk, "sk": sk, "kind": "tried", "at": clock.text(run.now)}
        run.store.write(Put({**found, "expires": int((run.now + records.KEPT).timestamp())}))
    return clock.moment(found["at"])


def chained(period: Period) -> Item:
    return {"until": clock.text(period.ends), "last": period.last.isoformat()}


def is_quiet(reader: Reader, digest: Digest) -> bool:
    return reader.quiet and not digest.decisions and not digest.more_decisions and not digest.unusual
