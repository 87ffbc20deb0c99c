"""A community with a past, its readers, and their digests with every section: what pages are looked at with."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from events.digests import Announced, Cause, Coming, Decision, Digest, Load, Reach, Row, Unusual
from events.envelope import Envelope
from events.program import Program, Reader
from functions.digests import decisions, pictures, records, render, sheet, waiting
from functions.digests.words import Words
from functions.feedback import records as feedback
from functions.shared import links, objects
from functions.shared.table import Put, Table, table
from tests.digests import full
from tests.digests.reading import made, program_with
from tests.support import builders
from tests.support.world import World
from tests.upkeep import places

DAILY, WEEKLY, MONTHLY = "daily-2026-11-21", "weekly-2026-11-09", "monthly-2026-10-01"
REMOVED, ERASED = "Quetzal", "Xylophone"
"""In what was taken back, and in what an erased account wrote; and in nothing else."""
AUTHOR = "u-4417"

READERS = """
[[themes]]
id = "sync"
community = "acme"
title = "Cloud saves"
keywords = { en = ["save", "saves"], fr = ["sauvegarde", "sauvegardes"] }

[[themes]]
id = "map"
community = "acme"
title = "Winter map"
keywords = { en = ["map"], fr = ["carte"] }

[[readers]]
id = "marie"
community = "acme"
name = "Marie Lindqvist"
email = "marie@acme.example"
timezone = "Europe/Paris"
hour = 7
digests = ["daily", "weekly", "monthly"]
role = "manager"

[[readers]]
id = "lise"
community = "acme"
name = "Lise Moreau"
email = "lise@acme.example"
language = "fr"
timezone = "Europe/Paris"
hour = 7
digests = ["daily", "weekly", "monthly"]
role = "manager"
"""

SAID = (
    "My cloud save is gone since the update, it fails every time I start",
    "Please add a dark theme to the map, that would be lovely",
    "I love the new winter map, thank you so much, great work",
    "How do I get an old save back? Is there a way?",
    "Saves are broken again and support does not answer, terrible",
    "The saves work great for me now, thank you, I love it",
    "Could you add saves by hand beside the automatic ones, please?",
    "The map is too dark, I cannot see anything, is this a bug?",
    "Ma sauvegarde a disparu depuis la mise à jour, c’est très pénible",
    "La nouvelle carte est magnifique, merci beaucoup à toute l’équipe",
)

SAVES = tuple(text for text in SAID if "save" in text)


def program() -> str:
    return program_with(READERS).replace('name = "Acme Games"\n', 'name = "Acme Games"\nlanguages = ["en", "fr"]\n')


@contextmanager
def community() -> Iterator[World]:
    """Each of the two readers has a digest of a day, of a week and of a month."""
    with World(program()) as world, pytest.MonkeyPatch.context() as patch:
        patch.setattr(waiting, "waiting", waits)
        patch.setattr(waiting, "link", link)
        remember(world)
        talk(world)
        world.learn()
        assert world.digests(), world.failures
        for reader in ("marie", "lise"):
            for item in made(world, reader):
                complete(world, str(item["stored"]))
        yield world


def waits(store: Table, where: str, now: datetime) -> tuple[tuple[Decision, ...], bool]:
    told: list[dict[str, Any]] = [
        {"kind": "case", "id": "c1", "about": "“Nobody wants you here, leave”", "deadline": now - timedelta(hours=2)},
        {"kind": "announcement", "id": "a1", "about": "Patch 2.4.1: saves are back"},
        {
            "kind": "merge",
            "id": "m1",
            "about": "My save is gone / Saves lost after 2.4",
            "url": "https://forum.example/t/7",
        },
    ]
    since = now - timedelta(hours=9, minutes=20)
    return tuple(Decision.model_validate({"since": since, "version": "1", **one}) for one in told), False


def link(reader: Reader, one: Decision, now: datetime) -> str:
    return links.link(decisions.page("acme", one.kind, one.id, one.version), reader.id, decisions.PURPOSE, now)


PAST = tuple(range(7, 14))
"""Days ago whose every message is there; of all others before yesterday there are counts."""


def remember(world: World) -> None:
    """Two months of days, as they were counted."""
    for back in sorted({*range(2, 64)} - {*PAST}):
        day = (world.now - timedelta(days=back)).date()
        many = 5 + (day.toordinal() * 7) % 4 + (2 if day.weekday() >= 5 else 0)
        series = {"total": many, "source:game": many, "theme:sync": many // 3, "theme:map": many // 2}
        kinds = {"kind:bug": many // 4, "kind:praise": many // 3, "kind:feature": many // 5}
        pk, sk = feedback.day_key("acme", day)
        item = {"pk": pk, "sk": sk, "kind": "day", "day": day.isoformat(), "counts": series | kinds}
        table().write(Put({**item, "version": 1, "position": {}, "zone": "Europe/Paris"}))


def talk(world: World) -> None:
    """What people said: yesterday more of saves than ever."""
    evening = world.now.replace(hour=20)
    for back in (1, *PAST):
        for number in range(32 if back == 1 else 4 + back % 3):
            text = SAID[(number * 3 + back) % len(SAID)] if back > 1 or number % 2 else SAVES[number % len(SAVES)]
            at = evening - timedelta(days=back, minutes=19 * number)
            world.accept(said(world, at, text, (number * 5 + back) % 31))
    for name, text, author in (
        ("taken-back", f"{REMOVED} on my save", "40"),
        ("erased", f"{ERASED} on my save", AUTHOR),
    ):
        world.accept(said(world, said_at(world), text, author, name))
    world.work_off("feedback", most=60)
    world.roll_up()


def said_at(world: World) -> datetime:
    """When the words were said that are taken back later."""
    return world.now.replace(hour=20) - timedelta(days=1)


def said(world: World, at: datetime, text: str, author: int | str, name: str = "") -> Envelope:
    content = name or f"said-{at:%m%dT%H%M}"
    data = {
        "id": content,
        "kind": "post",
        "text": text,
        "at": at.isoformat(),
        "url": f"https://forum.example/t/{content}",
        "author": {"id": str(author), "name": "Kim"},
    }
    return builders.webhook("feedback.received", data, world.now)


def take_back(world: World) -> None:
    """Somebody removes what they said, and an account is erased with all that it wrote."""
    at = world.now.isoformat()
    removed = {"id": "taken-back", "kind": "post", "change": "removed", "said_at": said_at(world).isoformat(), "at": at}
    world.handle(builders.webhook("feedback.changed", removed, world.now))
    with places.having(), places.understood():
        world.handle(places.erasure(world, id=AUTHOR))
        assert world.rounds(), world.failures
    world.roll_up()


def complete(world: World, stored: str) -> None:
    """Sections for which nothing has happened here get what a full digest has in them."""
    digest = Digest.model_validate_json(world.stored(stored))
    more = {name: value for name, value in sections(world.now).items() if not getattr(digest, name)}
    objects.write(stored, records.kept(digest.model_copy(update=more)).model_dump_json().encode())


def sections(now: datetime) -> dict[str, Any]:
    spare = full.digest()
    told = {
        name: getattr(spare, name) for name in ("mood", "mood_before", "replies", "replies_before", "accuracy", "seal")
    }
    assert spare.moderation
    reasons = tuple(
        Row(series=f"reason:{name}", figure=figure)
        for name, figure in (("spam", full.TOO_MUCH), ("harassment", full.AS_USUAL), ("cheating", full.YOUNG))
    )
    load = (Load(name="Ada", decided=41), Load(name="Bo", decided=32), Load(name="Zoé", decided=18))
    return {
        **told,
        "unusual": (unusual(),),
        "moderation": spare.moderation.model_copy(update={"reasons": reasons, "load": load}),
        "announced": announced(now),
        "also_announced": 2,
        "coming": coming(now),
    }


def unusual() -> Unusual:
    told = {"id": "e1", "series": "theme:sync", "title": "Cloud saves", "direction": "more", "day": "2026-11-21"}
    cause = Cause(what="release", title="2.4 Winter")
    return Unusual.model_validate(
        {**told, "count": 29, "usual": {"low": 3, "high": 11}, "days": 1, "because": (cause,)}
    )


def announced(now: datetime) -> tuple[Announced, ...]:
    forum = Reach(
        place="forum",
        platform="discourse",
        url="https://forum.example/t/9",
        likes=64,
        replies=31,
        views=2810,
        feedback=27,
    )
    chat = Reach(place="chat", platform="discord", url="https://chat.example/m/12", likes=118, feedback=9)
    feed = Reach(place="news", platform="feed", feedback=0)
    return (Announced(id="w", title="2.4 Winter is out", at=now - timedelta(days=1), places=(forum, chat, feed)),)


def coming(now: datetime) -> tuple[Coming, ...]:
    day = (now + timedelta(days=3)).date()
    return (
        Coming(what="event", title="Winter meetup", starts=now + timedelta(days=3), day=day, where="Lyon"),
        Coming(what="announcement", title="Patch 2.4.1: saves are back", starts=now + timedelta(days=2), day=day),
        Coming(what="holiday", title="Noël", day=now.replace(month=12, day=25).date()),
    )


def address(world: World, reader: str, rest: str = "", **more: str) -> str:
    """A page of a reader's site, signed."""
    base = records.path("acme", reader)
    query = links.signed(base, reader, records.PURPOSE, world.now)
    return links.within(f"{base}/{rest}" if rest else base, query, **more)


def mail(world: World, reader: str, name: str) -> tuple[str, dict[str, tuple[str, bytes]]]:
    """Where the mail of a digest is shown, and what is there: the mail with its pictures beside it."""
    active = Program.model_validate(tomllib.loads(program()))
    found = active.reader(reader)
    digest = records.read(table(), "acme", reader, name)
    assert found
    assert digest
    current = records.as_now(digest, decisions.for_reader(waits(table(), "acme", world.now)[0], active, found))
    query = links.signed(records.path("acme", reader), reader, records.PURPOSE, world.now)
    leads = records.leading(active, found, name, query, world.now)
    made = sheet.sheet(current, Words.of(found.language), leads, records.quoted(table(), digest), short=True)
    html, _ = render.mail(made, address(world, reader, name))
    place = "https://mail.example"
    drawn = {
        f"{place}/{block.picture.name}.png": ("image/png", pictures.png(block.picture.svg))
        for block in made.blocks
        if block.picture
    }
    beside = re.sub(r'"cid:([^"]+)"', rf'"{place}/\1.png"', html)
    return f"{place}/", {f"{place}/": ("text/html; charset=utf-8", beside.encode()), **drawn}
