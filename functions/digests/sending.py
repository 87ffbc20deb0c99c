"""What goes out of a digest, as rows for delivery: a mail, and a brief in the channel of the reader's desk.

They are rendered when they are planned; pictures lie in the bucket, and are called by their own hash.
"""

from collections.abc import Iterable
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
    shown = sheet.sheet(records.for_all(digest), words, Links(), said, short=True)
    return sent(run, reader, name, own, shown)


def sent(run: Run, reader: Reader, name: str, own: Sheet, shown: Sheet) -> list[Item]:
    """Rows for delivery: a mail, and a brief for the channel of the reader's desk. `name` is that of a digest, or of
    what is urgent. Whoever is in the channel gets links of its own, by which nobody decides in the reader's name."""
    base = records.path(reader.community, reader.id)
    where = f"{base}/{name}" if "#" not in name else base
    page, shown_page = (
        links.within(where, links.signed(base, reader.id, purpose, run.now)) for purpose in (PURPOSE, SHOWN)
    )
    desk = run.program.desk(reader.community, reader.desk) if reader.desk else None
    mailed = mails.goes_to(run.store, reader)
    pictured = drawings(own, f"digests{base.removeprefix('/digests')}/{name}") if mailed or desk else ()
    rows = []
    if mailed:
        rows.append(mail(reader, name, own, pictured, page, run.now))
    if desk:
        rows.append(brief(reader, desk, name, shown, pictured, shown_page, run.now))
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
    request = MailRequested(reader=reader.id, subject=made.subject, html=html, text=text, stop=stop, pictures=shown)
    return going(reader, f"mail#{name}", "mail", "mail", reader.id, request, now)


def brief(
    reader: Reader, desk: Desk, name: str, made: Sheet, shown: tuple[Kept, ...], page: str, now: datetime
) -> Item:
    request = briefed(reader, made, shown, page)
    row = going(reader, f"brief#{name}", "brief", "", desk.id, request, now)
    return {**row, "not_after": clock.text(now + FRESH)}


def briefed(reader: Reader, made: Sheet, shown: Iterable[Kept], page: str) -> BriefRequested:
    """The sheet as lines of plain text."""
    pictured = {one.name: one for one in shown}
    words = Words.of(reader.language)
    sections = [
        BriefSection(
            title=block.title,
            lines=tuple(render.lines(block)),
            links=tuple(render.links(block)),
            picture=pictured.get(block.picture.name) if block.picture else None,
        )
        for block in made.blocks
    ]
    more = (words.say("all-of-it"), page)
    return BriefRequested(reader=reader.id, title=made.title, lines=made.status, sections=tuple(sections), more=more)


def going(
    reader: Reader,
    name: str,
    purpose: outbox.Purpose,
    platform: str,
    destination: str,
    request: MailRequested | BriefRequested,
    now: datetime,
) -> Item:
    row = outbox.planned(
        pk=records.partition(reader.community, reader.id),
        name=name,
        purpose=purpose,
        platform=platform,
        destination=destination,
        request=request,
        at=clock.text(now),
    )
    return {**row, "expires": int((now + records.KEPT).timestamp())}
