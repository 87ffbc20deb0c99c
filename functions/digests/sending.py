"""What goes out of a digest, as rows for delivery: a mail, and a brief in the channel of the reader's desk.

They are rendered when they are planned; pictures lie in the bucket, and are called by their own hash. What several
readers of one desk would be shown alike is shown there once.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from events.digests import BriefRequested, BriefSection, Digest, MailRequested
from events.digests import Picture as Kept
from events.program import Desk, Reader
from functions.digests import pictures, records, render, sheet
from functions.digests.gather import Run
from functions.digests.records import PURPOSE, SHOWN
from functions.digests.sheet import Links
from functions.digests.sheet_parts import Sheet
from functions.digests.words import Words
from functions.shared import clock, links, mails, objects, outbox
from functions.shared.table import Item

FRESH = timedelta(days=1)
"""How long a digest is worth showing in a channel."""


def outgoing(run: Run, reader: Reader, digest: Digest) -> list[Item]:
    """What goes out of a digest."""
    words, said, name = Words.of(reader.language), records.quoted(run.store, digest), digest.period.name
    base = records.path(reader.community, reader.id)
    leads = records.leading(run.program, reader, name, links.signed(base, reader.id, PURPOSE, run.now), run.now)
    own = sheet.sheet(digest, words, leads, said, short=True)
    there = f"{name}#{alike(digest)}"
    for_all = sheet.sheet(records.for_all(digest), words, Links(), said, short=True)
    return sent(run, reader, name, own, None if is_shown(run, reader, there) else for_all, there)


def alike(digest: Digest) -> str:
    """What digests of several readers have in common that say the same."""
    period = digest.period
    same = (digest.language, period.zone, clock.text(period.starts), clock.text(period.ends), *sorted(digest.sections))
    return sha256("\n".join(same).encode()).hexdigest()[:12]


def is_shown(run: Run, reader: Reader, there: str) -> bool:
    """Whether the reader's desk has such a brief, of another reader."""
    if reader.desk is None:
        return False
    pk = records.desk_partition(reader.community, reader.desk)
    return run.store.get(pk, f"delivery#brief#{there}") is not None


def sent(run: Run, reader: Reader, name: str, own: Sheet, shown: Sheet | None, there: str) -> list[Item]:
    """Rows for delivery: a mail, and a brief for the channel of the reader's desk, unless that has it already: `shown`
    is None. `name` is that of a digest, or of what is urgent; `there`, what the desk knows it by. Whoever is in the
    channel gets links of its own, by which nobody decides in the reader's name."""
    base = records.path(reader.community, reader.id)
    where = f"{base}/{name}" if "#" not in name else base
    page, shown_page = (
        links.within(where, links.signed(base, reader.id, purpose, run.now)) for purpose in (PURPOSE, SHOWN)
    )
    desk = run.program.desk(reader.community, reader.desk) if reader.desk and shown else None
    mailed = mails.goes_to(run.store, reader)
    pictured = drawings(own, f"digests{base.removeprefix('/digests')}/{name}") if mailed or desk else ()
    rows = []
    if mailed:
        rows.append(mail(reader, name, own, pictured, page, run.now))
    if desk and shown:
        rows.append(brief(reader, desk, there, shown, pictured, shown_page, run.now))
    return rows


def drawings(made: Sheet, folder: str) -> tuple[Kept, ...]:
    """The pictures as PNG, kept in the bucket, each called by its own hash, too: another run may draw another one."""
    found = []
    for block in made.blocks:
        if block.picture:
            drawn = pictures.png(block.picture.svg)
            stored = f"{folder}-{block.picture.name}-{sha256(drawn).hexdigest()[:12]}.png"
            objects.write(stored, drawn, "image/png")
            found.append(Kept(name=block.picture.name, key=stored, alt=block.picture.alt))
    return tuple(found)


def mail(reader: Reader, name: str, made: Sheet, shown: tuple[Kept, ...], page: str, now: datetime) -> Item:
    stop = mails.stop_link(reader, now)
    html, text = render.mail(made, page, stop)
    gone = Words.of(made.language).say("words-gone")
    _, instead = render.mail(replace(made, status=(gone,), blocks=(), footer=()), page, stop)
    request = MailRequested(
        reader=reader.id, subject=made.subject, html=html, text=text, stop=stop, instead=instead, pictures=shown
    )
    pk = records.partition(reader.community, reader.id)
    return going(pk, f"mail#{name}", "mail", "mail", reader.id, request, now)


def brief(
    reader: Reader, desk: Desk, name: str, made: Sheet, shown: tuple[Kept, ...], page: str, now: datetime
) -> Item:
    request = briefed(reader, made, shown, page)
    pk = records.desk_partition(reader.community, desk.id)
    row = going(pk, f"brief#{name}", "brief", "", desk.id, request, now)
    return {**row, "not_after": clock.text(now + FRESH)}


def briefed(reader: Reader, made: Sheet, shown: Iterable[Kept], page: str) -> BriefRequested:
    """The sheet as lines of plain text."""
    pictured = {one.name: one for one in shown}
    words = Words.of(reader.language)
    sections = [
        BriefSection(
            title=block.title,
            lines=tuple(render.lines(block, words)),
            links=tuple(render.links(block, words)),
            picture=pictured.get(block.picture.name) if block.picture else None,
        )
        for block in made.blocks
    ]
    more = (words.say("all-of-it"), page)
    return BriefRequested(
        reader=reader.id,
        title=made.title,
        lines=made.status,
        sections=tuple(sections),
        more=more,
        instead=words.say("words-gone"),
    )


def going(
    pk: str,
    name: str,
    purpose: outbox.Purpose,
    platform: str,
    destination: str,
    request: MailRequested | BriefRequested,
    now: datetime,
) -> Item:
    row = outbox.planned(
        pk=pk,
        name=name,
        purpose=purpose,
        platform=platform,
        destination=destination,
        request=request,
        at=clock.text(now),
    )
    return {**row, "expires": int((now + records.KEPT).timestamp())}
