"""A year of a made-up community as plain lines, as its sources send them; and the recount that digests are held
against, from those lines alone: its own parsing, its own days, nothing of ours."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
HOME = ZoneInfo("Europe/Paris")
STAFF, BOT = "staff-1", "program-1"
PEOPLE = 250
WEEK = (1.0, 0.9, 0.9, 1.0, 1.2, 1.7, 1.6)
"""What a day is worth, from Monday on."""
AT_NIGHT = (6, 3, 2, 1, 1, 1, 2, 4, 6, 8, 9, 9, 10, 9, 8, 8, 9, 11, 13, 15, 16, 15, 12, 9)
"""What an hour of the day is worth, from midnight on."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What somebody says, and what is to be read in it. Only texts of which there is no doubt."""

    text: str
    language: str
    kind: str
    mood: str
    theme: str = ""
    title: str = ""


SAYINGS = (
    Saying("The game crashes whenever somebody joins my lobby, since the update it is broken.", "en", "bug", "negative",
           "crash"),
    Saying("I get an error message and the app closes by itself when I open the map.", "en", "bug", "negative"),
    Saying("Please add a dark mode, it would be great to have an option for it.", "en", "feature", "positive", "dark"),
    Saying("I love this game, the new map is gorgeous, thank you so much!", "en", "praise", "positive"),
    Saying("Great work, best update so far, everything runs well. Thank you!", "en", "praise", "positive"),
    Saying("Le jeu plante à chaque fois que quelqu'un rejoint la partie, c'est un bug.", "fr", "bug", "negative",
           "crash"),
    Saying("J'adore ce jeu, la nouvelle carte est magnifique, merci beaucoup !", "fr", "praise", "positive"),
    Saying("Merci d'ajouter un mode sombre, ce serait une option très utile.", "fr", "feature", "positive", "dark"),
)  # fmt: skip
TOPICS = (
    Saying("Where can I find the settings for the keyboard?", "en", "question", "neutral", "", "Keyboard settings"),
    Saying("How do I change my name on the server?", "en", "question", "neutral", "", "Changing a name"),
    Saying("Comment changer mon nom sur le serveur ?", "fr", "question", "negative", "", "Changer de nom"),
)
KNOWN = {one.text: one for one in (*SAYINGS, *TOPICS)}
CRASHES = (SAYINGS[0], SAYINGS[1], SAYINGS[5])

PROGRAM = """
[[communities]]
id = "acme"
name = "Acme Games"
timezone = "Europe/Paris"
languages = ["en", "fr"]

[[sources]]
id = "game"
community = "acme"
platform = "standard_webhooks"

[[sources]]
id = "board"
community = "acme"
platform = "standard_webhooks"

[[sources]]
id = "store"
community = "acme"
platform = "standard_webhooks"

[[moderators]]
id = "ilse"
community = "acme"
name = "Ilse"
pseudonym = "I"
accounts = { board = "staff-1" }

[[themes]]
id = "crash"
community = "acme"
title = "Crashes"
keywords = { en = ["crashes"], fr = ["plante"] }

[[themes]]
id = "dark"
community = "acme"
title = "Dark mode"
keywords = { en = ["dark mode"], fr = ["mode sombre"] }
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One delivery: when it came, from which source, and its body as it was sent."""

    at: datetime
    source: str
    body: str


# Made up


@dataclass
class Year:
    """What is said from `first` on, for so many days; the same whenever it is asked for."""

    first: date
    days: int
    per_day: int
    seed: int = 2026
    releases: tuple[date, ...] = ()
    """After each, two days of crashes."""
    silent: tuple[date, date] | None = None
    """Between the two, nothing comes from the store."""
    lines: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance, self.number = random.Random(self.seed), 0
        for number in range(self.days):
            self.day(self.first + number * DAY)
        again = self.chance.sample(self.lines, len(self.lines) // 20)
        late = (timedelta(seconds=self.chance.choice((30, 900, 40_000, 250_000))) for _ in again)
        self.lines += [Line(one.at + wait, one.source, one.body) for one, wait in zip(again, late, strict=True)]
        self.lines.sort(key=lambda one: one.at)

    def day(self, day: date) -> None:
        fresh = any(release <= day <= release + DAY for release in self.releases)
        expected = self.per_day * WEEK[day.weekday()] * (3 if fresh else 1)
        for _ in range(self.chance.randint(int(expected * 0.7), int(expected * 1.3) + 1)):
            self.say(self.moment(day), CRASHES if fresh and self.chance.random() < 0.7 else SAYINGS)

    def moment(self, day: date) -> datetime:
        """Of the community's day; its hours are as long as they are."""
        (hour,) = self.chance.choices(range(24), AT_NIGHT)
        second = self.chance.randrange(3600)
        at = datetime(day.year, day.month, day.day, hour, second // 60, second % 60, tzinfo=HOME)
        # Of an hour that comes twice, one or the other.
        return at.replace(fold=self.chance.randrange(2)).astimezone(UTC)

    def say(self, at: datetime, sayings: Sequence[Saying]) -> None:
        (source,) = self.chance.choices(("game", "board", "store"), (5, 3, 2))
        if source == "store" and self.silent and self.silent[0] <= at.astimezone(HOME).date() <= self.silent[1]:
            return
        if source == "board":
            self.thread(at)
        else:
            kind = "message" if source == "game" else "review"
            self.one(source, kind, at, self.chance.choice(sayings), self.author(source))

    def author(self, source: str) -> str:
        """A few say most of it; programs say something now and then, and of some nobody knows who they are."""
        if self.chance.random() < 0.04:
            return self.chance.choice(("", BOT))
        return f"{source[0]}{min(int(self.chance.paretovariate(0.6)), PEOPLE)}"

    def thread(self, at: datetime) -> None:
        asker = f"b{min(int(self.chance.paretovariate(0.6)), PEOPLE)}"
        opened = self.one("board", "topic", at, self.chance.choice(TOPICS), asker)
        for _ in range(self.chance.choice((0, 0, 1, 1, 2))):
            wait = timedelta(seconds=int(self.chance.lognormvariate(9.5, 1.6)))
            who = self.chance.choice((STAFF, asker, self.author("board"), self.author("board")))
            self.one("board", "reply", at + min(wait, 20 * DAY), self.chance.choice(SAYINGS), who, about=opened)

    def one(self, source: str, kind: str, at: datetime, said: Saying, author: str, about: str = "") -> str:
        """One thing said, and whatever is told of it afterwards. Each text has a mark by which it is found again."""
        self.number += 1
        name = f"{source}-{self.number}"
        data: dict[str, Any] = {"id": name, "kind": kind, "text": f"{said.text} #{self.number:05d}"}
        data |= {"title": said.title} if said.title else {}
        data |= {"about": about} if about else {}
        data |= {"author": {"id": author, **({"bot": True} if author == BOT else {})}} if author else {}
        self.send("feedback.received", source, at, self.arrives(at), {**data, "at": text(at)})
        if self.chance.random() < 0.08:
            self.change(source, at, data)
        return name

    def change(self, source: str, said_at: datetime, data: dict[str, Any]) -> None:
        at = said_at
        for _ in range(self.chance.choice((1, 1, 2))):
            at += timedelta(seconds=self.chance.choice((40, 3_000, 90_000, 800_000)))
            change = self.chance.choice(("edited", "removed"))
            words = data["text"] if "title" in data else f"{self.chance.choice(SAYINGS).text} #{self.number:05d}"
            sayings = {"text": words} if change == "edited" else {}
            told = {name: value for name, value in data.items() if name in ("id", "kind", "author")}
            told |= {"title": data["title"]} if "title" in data and sayings else {}
            told |= {"change": change, "said_at": text(said_at), "at": text(at), **sayings}
            self.send("feedback.changed", source, at, at + timedelta(seconds=self.chance.randrange(60)), told)

    def arrives(self, at: datetime) -> datetime:
        """Mostly at once; one in fifty comes after its hour, its day or its week is over."""
        if self.chance.random() < 0.02:
            return at + timedelta(seconds=self.chance.choice((4_000, 30_000, 110_000, 900_000)))
        return at + timedelta(seconds=self.chance.randrange(120))

    def send(self, kind: str, source: str, at: datetime, arrives: datetime, data: dict[str, Any]) -> None:
        self.lines.append(Line(arrives, source, json.dumps({"type": kind, "timestamp": text(at), "data": data})))


def text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


# Counted again


@dataclass(slots=True)
class Thing:
    name: str
    said_at: datetime
    source: str
    kind: str
    author: str = ""
    bot: bool = False
    about: str = ""
    title: str = ""
    text: str = ""
    newest: tuple[str, bool] = ("", False)
    """When its newest state is from, and whether that is that it is gone."""

    @property
    def mark(self) -> str:
        """By which its text is found again."""
        return f"#{int(self.name.rpartition('-')[2]):05d}"

    @property
    def gone(self) -> bool:
        return self.newest[1]

    @property
    def staff(self) -> bool:
        return self.author == BOT or (self.source == "board" and self.author == STAFF)

    def series(self) -> Iterator[str]:
        yield from ("total", f"source:{self.source}", f"type:{self.kind}")
        said = KNOWN.get(self.text.rpartition(" #")[0])
        if self.staff or said is None:
            return
        yield f"language:{said.language}"
        for name in (f"kind:{said.kind}", f"mood:{said.mood}"):
            yield from (name, f"{name}@{said.language}")
        if said.theme:
            yield f"theme:{said.theme}"


@dataclass
class Recount:
    """What the lines say that came so far."""

    things: dict[tuple[str, str], Thing] = field(default_factory=dict)
    by_day: dict[date, list[Thing]] = field(default_factory=lambda: defaultdict(list))
    """By the UTC day on which they were said."""
    replies: dict[tuple[str, str], list[Thing]] = field(default_factory=lambda: defaultdict(list))
    touched: dict[str, datetime] = field(default_factory=dict)
    """Hour (UTC) → when something last came that is about it, repeats included."""

    def take(self, line: Line, now: datetime) -> None:
        body = json.loads(line.body)
        data = body["data"]
        changed = body["type"] == "feedback.changed"
        said_at = datetime.fromisoformat(data["said_at" if changed else "at"])
        self.touched[said_at.strftime("%Y-%m-%dT%H")] = now
        name = line.source, data["id"]
        thing = self.things.get(name)
        if thing is None:
            thing = self.things[name] = Thing(data["id"], said_at, line.source, data["kind"])
            self.by_day[said_at.date()].append(thing)
        author = data.get("author", {})
        thing.author, thing.bot = thing.author or author.get("id", ""), thing.bot or author.get("bot", False)
        if changed:
            self.change(thing, data)
            return
        if data.get("about") and not thing.about:
            thing.about = data["about"]
            self.replies[line.source, thing.about].append(thing)
        if not thing.newest[0]:
            thing.title, thing.text = data.get("title", ""), data["text"]

    def change(self, thing: Thing, data: dict[str, Any]) -> None:
        state = data["at"], data["change"] == "removed"
        if state > thing.newest:
            thing.newest = state
            thing.text = "" if thing.gone else data["text"]

    def forget(self, source: str, author: str) -> list[Thing]:
        """Whoever is erased said nothing; gives what that was."""
        found = [one for one in self.things.values() if (one.source, one.author) == (source, author)]
        for thing in found:
            thing.newest, thing.text = ("~", True), ""
        return found

    # Any days of any zone

    def said(self, first: date, last: date, zone: ZoneInfo) -> Iterator[Thing]:
        for number in range((last - first).days + 5):
            for thing in self.by_day.get(first + (number - 2) * DAY, ()):
                if not thing.gone and first <= thing.said_at.astimezone(zone).date() <= last:
                    yield thing

    def counts(self, first: date, last: date, zone: ZoneInfo) -> dict[str, int]:
        return dict(Counter(name for thing in self.said(first, last, zone) for name in thing.series()))

    def people(self, first: date, last: date, zone: ZoneInfo, series: str = "total") -> int:
        return len(
            {
                (thing.source, thing.author)
                for thing in self.said(first, last, zone)
                if thing.author and not thing.staff and series in thing.series()
            }
        )

    def number(self, series: str, days: tuple[date, date], zone: ZoneInfo) -> int:
        return self.counts(*days, zone).get(series, 0)

    def waits(self, first: date, last: date, zone: ZoneInfo, now: datetime) -> "Waits":
        """Topics, and when somebody else first replied to them. A program's reply is none."""
        found = Waits()
        for thing in self.said(first, last, zone):
            if thing.kind != "topic" or thing.staff or thing.about:
                continue
            at = [
                one.said_at
                for one in self.replies.get((thing.source, thing.name), ())
                if not one.gone and not one.bot and (one.author != thing.author or not one.author)
            ]
            found.add(thing.said_at, min(at, default=None), now)
        return found


@dataclass
class Waits:
    asked: int = 0
    unanswered: int = 0
    in_time: int = 0
    had_time: int = 0
    oldest: datetime | None = None

    def add(self, asked: datetime, replied: datetime | None, now: datetime) -> None:
        self.asked += 1
        waited = max(replied - asked, timedelta()) if replied else now - asked
        if replied is None:
            self.unanswered += 1
            self.oldest = min(asked, self.oldest or asked)
        if replied or waited >= DAY:
            self.had_time += 1
            self.in_time += bool(replied and waited <= DAY)

    @property
    def share(self) -> float | None:
        return self.in_time / self.had_time if self.had_time >= 10 else None


# Periods


def span(cadence: str, day: date) -> tuple[date, date]:
    """The first and the last day of the period that a day is in."""
    if cadence == "daily":
        return day, day
    if cadence == "weekly":
        return day - day.weekday() * DAY, day + (6 - day.weekday()) * DAY
    first = day.replace(day=1)
    return first, (first + 32 * DAY).replace(day=1) - DAY


def four_before(cadence: str, first: date) -> list[tuple[date, date]]:
    """The newest first; of a day, the same weekday."""
    if cadence == "daily":
        return [(first - 7 * back * DAY,) * 2 for back in range(1, 5)]
    found = []
    for _ in range(4):
        found.append(span(cadence, first - DAY))
        first = found[-1][0]
    return found


def middle(numbers: Iterable[int]) -> int:
    return round(median(numbers))
