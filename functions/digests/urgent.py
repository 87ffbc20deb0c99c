"""What does not wait for the digest: told within a quarter of an hour to readers who asked for it, each thing once.

| pk | sk | what |
|---|---|---|
| community#digest#reader | told#hash | that a reader was told of one urgent thing; for as long as digests are kept |
| community#digest#reader | delivery#mail#urgent#hash | the mail that told of all that were new in one run |
| community#digest-desk#id | told#hash | that a desk was told of it, in one language |
| community#digest-desk#id | delivery#brief#urgent#hash | the brief of those |

Urgent is what is past its deadline, what somebody said would go out and did not, a platform's own alarm, a connection
through which nothing can be heard, and a count that is not usual. The marks and what goes out are one transaction:
whoever runs twice, or dies, tells of it once. What could go to nobody has no mark. An alarm that goes on is told again
after two days.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice

from events.digests import Decision, Digest, Unusual
from events.program import Reader
from functions.digests import decisions, periods, records, sending, sheet, statements
from functions.digests.gather import Run, Telling, waits
from functions.digests.plain import line
from functions.digests.sheet_parts import Sheet
from functions.digests.words import Words
from functions.shared import clock, links, outbox, table
from functions.shared.table import CancelledError, Item, Put

AT_ONCE = ("missed", "alert", "connection", "fetching")
MOST = 11
"""Told in one mail, each with its mark for the reader and for the desk: a transaction has 25 writes. The next run tells
of the others."""
NEWS = timedelta(days=2)
"""What was unusual longer ago is no news."""


def make(run: Run, reader: Reader) -> list[Item]:
    """Tell a reader of what is urgent and new to them; gives the rows to kick."""
    if not reader.urgent or (reader.email is None and reader.desk is None):
        return []
    pk = records.partition(reader.community, reader.id)
    fresh = dict(islice(untold(run, pk, urgent(run, reader)).items(), MOST))
    if not fresh:
        return []
    desk = run.program.desk(reader.community, reader.desk) if reader.desk else None
    there = records.desk_partition(reader.community, desk.id) if desk else ""
    shown = untold(run, there, fresh.values(), reader.language) if desk else {}
    own, in_channel = said(run, reader, list(fresh.values()), list(shown.values()))
    rows = sending.sent(run, reader, called(fresh, run.now), own, in_channel, called(shown, run.now))
    if not rows:
        return []
    marks = {**{(pk, sk): one for sk, one in fresh.items()}, **{(there, sk): one for sk, one in shown.items()}}
    told = [mark(name, run.now, NEWS if is_alarm(one) else records.KEPT) for name, one in marks.items()]
    try:
        run.store.transact([*told, *(outbox.put(row) for row in rows)])
    except CancelledError:
        return []  # Another run was faster.
    return rows


def untold(
    run: Run, pk: str, things: Iterable[Decision | Unusual], language: str = ""
) -> dict[str, Decision | Unusual]:
    """What has no mark there, by the mark it is to have."""
    marks = {key(one, language): one for one in things}
    there = {item["sk"] for item in run.store.read([(pk, sk) for sk in marks])}
    return {sk: one for sk, one in marks.items() if sk not in there}


def called(marks: Iterable[str], now: datetime) -> str:
    """With the time: of the same things it may be told anew once their marks have ended."""
    return "urgent#" + sha256("\n".join([clock.text(now), *sorted(marks)]).encode()).hexdigest()[:12]


def mark(key_: table.Key, now: datetime, lasts: timedelta) -> Put:
    """Once; one that has ended may lie there still."""
    free = table.either([table.absent()], [table.before("expires", int(now.timestamp()) + 1)])
    pk, sk = key_
    expires = int((now + lasts).timestamp())
    return Put({"pk": pk, "sk": sk, "kind": "told", "at": clock.text(now), "expires": expires}, when=[free])


def urgent(run: Run, reader: Reader) -> list[Decision | Unusual]:
    """What waits and may not, then what is unusual."""
    things, _ = waits(run, reader.community)
    mine = decisions.for_reader(things, run.program, reader)
    late = [one for one in mine if one.kind in AT_ONCE or (one.deadline and one.deadline < run.now)]
    zone = run.program.zone(reader.community)
    today = run.now.astimezone(zone).date()
    period = periods.containing("daily", today - timedelta(days=1), zone)
    found = run.once(("urgent", reader.community), lambda: Telling(run, reader.community, period).unusual())
    return [*late, *(one for one in found if today - one.day <= NEWS)]


def key(one: Decision | Unusual, language: str = "") -> str:
    """By which it is known that somebody was told, or a desk in a language. Of alarms that say the same the oldest,
    since which they stand there, is another one as they pass."""
    if isinstance(one, Unusual):
        name = f"unusual {one.id}"
    else:
        name = f"{one.kind} {one.id}" + ("" if is_alarm(one) else f" {one.since.isoformat()}")
    return "told#" + sha256(f"{language}{name}".encode()).hexdigest()[:24]


def is_alarm(one: Decision | Unusual) -> bool:
    return isinstance(one, Decision) and one.kind == "alert"


def said(
    run: Run, reader: Reader, things: Sequence[Decision | Unusual], shown: Sequence[Decision | Unusual]
) -> tuple[Sheet, Sheet | None]:
    """For the reader, and for a channel, in which nothing leads to a decision in the reader's name; None where it has
    nothing to say there."""
    query = links.signed(records.path(reader.community, reader.id), reader.id, records.PURPOSE, run.now)
    leads = records.leading(run.program, reader, "", query, run.now)
    own = written(run, reader, things, sheet.Links(decision=leads.decision))
    return own, written(run, reader, shown, sheet.Links()) if shown else None


def written(run: Run, reader: Reader, things: Sequence[Decision | Unusual], leads: sheet.Links) -> Sheet:
    words, community = Words.of(reader.language), run.program.community(reader.community)
    zone = run.program.zone(reader.community)
    digest = Digest(
        community=community.id,
        community_name=community.name,
        reader=reader.id,
        reader_name=reader.name,
        language=reader.language,
        period=periods.containing("daily", run.now.astimezone(zone).date(), zone),
        made_at=run.now,
        sections=("unusual",),
        decisions=tuple(one for one in things if isinstance(one, Decision)),
        unusual=tuple(one for one in things if isinstance(one, Unusual)),
    )
    writing = sheet.Writing(digest, words, leads, {}, short=False)
    blocks = [writing.decisions()] if digest.decisions else []
    unusual = writing.unusual()
    name = line(digest.community_name, statements.NAME)
    title = words.say("urgent-title", community=name, number=len(things))
    return Sheet(
        language=words.language,
        title=title,
        subject=title[: statements.SUBJECT],
        preheader=words.say("urgent-why"),
        audience=words.say("audience", reader=line(reader.name), zone=digest.period.zone),
        status=(words.say("urgent-why"),),
        blocks=(*blocks, *([unusual] if unusual else [])),
        footer=(),
        page=words.say("all-digests"),
    )
