"""A digest as it is said to its reader: titles, sentences, tables, quotes and pictures, in their language, and in no
markup yet. Page, mail and chat are made of the same sheet, so they say the same. No I/O.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from events.digests import (
    Announced,
    Change,
    Coming,
    Decision,
    Digest,
    Figure,
    Part,
    Parts,
    Quote,
    Reach,
    Row,
    Topic,
    Unusual,
    Usual,
)
from functions.digests import drawn, statements
from functions.digests.plain import language_of, line
from functions.digests.plain import quoted as as_quoted
from functions.digests.sheet_parts import Block, Cell, Said, Sheet, Table
from functions.digests.words import Words

SHORT = 5
"""Rows of a section where there is little room: mail and chat. The page has all."""


@dataclass(frozen=True)
class Links:
    """Where things lead; empty where there is nothing to follow."""

    decision: Callable[[Decision], str] = lambda _: ""
    items: Callable[[str], str] = lambda _: ""
    """By series."""
    page: Callable[[str], str] = lambda _: ""
    """Other pages: `cases` of the period, who is `waiting`."""
    announcement: Callable[[str], str] = lambda _: ""
    """By id: what it says, where it went."""


Items = Mapping[str, Mapping[str, Any]]
"""Log items as they are now, by their ids."""


def sheet(digest: Digest, words: Words, links: Links, said: Items, *, short: bool) -> Sheet:
    """`said`: the items that it quotes, as far as they are still there. `short`: for mail and chat."""
    made = Writing(digest, words, links, said, short=short)
    blocks = (made.decisions(), *filter(None, (write() for write in made.sections())))
    return Sheet(
        language=words.language,
        title=statements.title(digest, words),
        subject=statements.subject(digest, words),
        preheader=statements.preheader(digest, words),
        audience=words.say("audience", reader=line(digest.reader_name), zone=digest.period.zone),
        status=statements.status(digest, words),
        blocks=blocks,
        footer=tuple(made.footer()),
        seal=digest.seal,
        page=words.say("read-as-page"),
    )


@dataclass(frozen=True)
class Writing:
    digest: Digest
    words: Words
    links: Links
    said: Items
    short: bool = field(kw_only=True)

    def say(self, key: str, **given: Any) -> str:
        return self.words.say(key, **given)

    def sections(self) -> list[Callable[[], Block | None]]:
        """In the order in which they are read."""
        return [
            self.unusual,
            self.volume,
            self.topics,
            self.mood,
            self.replies,
            self.moderation,
            self.announced,
            self.coming,
        ]

    def most(self, rows: Sequence[Any]) -> Sequence[Any]:
        return rows[:SHORT] if self.short else rows

    def rest(self, rows: Sequence[Any]) -> tuple[str, ...]:
        """That there are more on the page."""
        left = len(rows) - SHORT if self.short else 0
        return (self.say("more-on-page", number=left),) if left > 0 else ()

    # What needs a decision

    def decisions(self) -> Block:
        found = [one for one in self.digest.decisions if one.about]
        settled = len(self.digest.decisions) - len(found)
        lines = (self.say("settled", number=settled),) if settled else ()
        title = self.say("decisions", number=statements.to_decide(self.digest, self.words))
        if not found:
            some = "nothing-waits-so-far" if self.digest.more_decisions else "nothing-waits"
            return Block("decisions", title, (self.say(some), *lines))
        head = (
            Cell(self.say("head-what")),
            Cell(self.say("head-about")),
            Cell(self.say("head-waiting"), number=True),
        )
        rows = tuple(self.decision(one) for one in self.most(found))
        table = Table(self.say("decisions-caption"), head, rows)
        return Block("decisions", title, lines, (table,), self.rest(found))

    def decision(self, one: Decision) -> tuple[Cell, ...]:
        what = self.say(f"waits-{one.kind}", number=one.number)
        about = Cell(line(one.about), self.links.decision(one), foreign=True)
        late = one.deadline is not None and one.deadline < self.digest.made_at
        return Cell(what), about, Cell(self.waiting(one), number=True, alarm=late)

    def waiting(self, one: Decision) -> str:
        """Since when; where there is a deadline, how far it is."""
        now = self.digest.made_at
        if one.deadline is None:
            return self.words.duration((now - one.since).total_seconds())
        left = (one.deadline - now).total_seconds()
        return self.say("late" if left < 0 else "due-in", time=self.words.duration(abs(left)))

    # What was said

    def unusual(self) -> Block | None:
        found = self.digest.unusual
        if not found:
            return None
        head = tuple(map(Cell, (self.say("head-what"), self.say("head-unusual"), self.say("head-before-it"))))
        rows = tuple(self.episode(one) for one in self.most(found))
        title = self.say("unusual", number=len(found))
        return Block("unusual", title, (), (Table(self.say("unusual-caption"), head, rows),), self.rest(found))

    def episode(self, one: Unusual) -> tuple[Cell, ...]:
        name = statements.named(one.series, one.title, self.words)
        what = self.say(
            "episode",
            count=one.count,
            day=self.words.day(one.day),
            usual=self.words.range(one.usual.low, one.usual.high),
            direction=one.direction,
            days=one.days,
        )
        causes = [self.say("cause", what=cause.what, title=line(cause.title)) for cause in one.because]
        known = "; ".join(causes) or self.say("no-cause")
        return Cell(name, self.links.items(one.series), foreign=True), Cell(what), Cell(known, foreign=True)

    @property
    def beside(self) -> tuple[str, ...]:
        """What a count is shown beside: where there is little room, the one thing that it is held against."""
        daily, before = self.digest.period.cadence == "daily", f"head-before-{self.digest.period.cadence}"
        if self.short:
            return ("head-usual",) if daily else (before,)
        return (*(("head-usual",) if daily else ()), before, "head-median")

    def head(self, first: str) -> tuple[Cell, ...]:
        names = ("head-count", *self.beside, "head-change")
        return (Cell(self.say(first)), *(Cell(self.say(name), number=name != "head-change") for name in names))

    def row(self, name: str, figure: Figure, series: str = "", *, foreign: bool = False) -> tuple[Cell, ...]:
        told = {"head-usual": self.usually(figure.usual), "head-median": self.counted(figure.median)}
        number = self.words.number(figure.number)
        return (
            Cell(name, foreign=foreign),
            Cell(number, self.links.items(series) if series and figure.number else "", number=True),
            *(Cell(told.get(one, self.counted(figure.before)), number=True) for one in self.beside),
            Cell(self.changed(figure.change)),
        )

    def usually(self, usual: Usual | None) -> str:
        return self.words.range(usual.low, usual.high) if usual else self.say("no-history")

    def counted(self, number: int | None) -> str:
        return self.say("not-counted") if number is None else self.words.number(number)

    def changed(self, change: Change | None) -> str:
        return self.say(f"change-{change}") if change else ""

    def volume(self) -> Block | None:
        found = self.digest.volume
        if found is None:
            return None
        rows = [
            self.row(line(one.series.partition(":")[2]), one.figure, one.series) for one in self.most(found.sources)
        ]
        rows.append(self.row(self.say("all"), found.total, "total"))
        tables = [Table(self.say("volume-caption"), self.head("head-source"), tuple(rows))]
        people = () if found.people is None else (self.say("people", number=found.people),)
        drawing = drawn.days(self.digest, self.words)
        if drawing is not None and not self.short:
            tables.append(self.days())
        left = self.rest(found.sources)
        return Block("volume", self.say("volume"), people, tuple(tables), left, picture=drawing)

    def days(self) -> Table:
        """The numbers of the picture."""
        days = self.digest.volume.days if self.digest.volume else ()
        head = (
            Cell(self.say("head-day")),
            *(Cell(self.say(name), number=True) for name in ("head-count", "head-usual", "head-median")),
        )
        rows = tuple(
            (
                Cell(self.words.weekday(one.day)),
                Cell(self.words.number(one.number), number=True),
                Cell(
                    self.words.range(one.usual.low, one.usual.high) if one.usual else self.say("no-history"), "", True
                ),
                Cell(self.counted(one.median), number=True),
            )
            for one in days
        )
        return Table(self.say("days-caption"), head, rows, of_picture=True)

    def topics(self) -> Block | None:
        digest = self.digest
        if not (digest.topics or digest.kinds or (digest.parts and digest.parts.texts)):
            return None
        tables = []
        if digest.topics:
            tables.append(self.topic_table("themes-caption", "head-theme", digest.topics))
        if digest.kinds:
            tables.append(self.topic_table("kinds-caption", "head-kind", digest.kinds))
        lines = [*self.rising(), *(self.shared(digest.parts) if digest.parts else [])]
        quotes = tuple(
            (statements.named(one.series, one.title, self.words), told)
            for one in digest.topics
            if (told := self.quoted(one))
        )
        picture = drawn.topics(digest, self.words)
        return Block("topics", self.say("topics"), tuple(lines), tuple(tables), (), quotes, picture)

    def topic_table(self, caption: str, head: str, topics: Sequence[Topic]) -> Table:
        rows = [self.topic(one) for one in self.most(topics)]
        first, *others = self.head(head)
        return Table(self.say(caption), (first, Cell(self.say("head-people"), number=True), *others), tuple(rows))

    def topic(self, one: Topic) -> tuple[Cell, ...]:
        name, *others = self.row(
            statements.named(one.series, one.title, self.words), one.figure, one.series, foreign=True
        )
        people = self.say("people-unknown") if one.people is None else self.words.number(one.people)
        return name, Cell(people, number=True), *others

    def rising(self) -> list[str]:
        names = [statements.named(one.series, one.title, self.words) for one in self.digest.rising[:SHORT]]
        given = {"cadence": self.digest.period.cadence, "names": self.words.all(names), "number": len(names)}
        return [self.say("rising", **given)] if names else []

    def shared(self, parts: Parts) -> list[str]:
        if not parts.texts:
            return []
        if not parts.of:
            return [self.say("too-few-texts", number=parts.texts)]
        known = {one.series: one for one in parts.of}
        shares = [self.share(known[name]) for name in ("kind:bug", "kind:feature") if name in known]
        return [self.say("shares", number=parts.texts, shares=self.words.all(shares))]

    def share(self, one: Part) -> str:
        return self.say(
            "share", name=self.say(one.series.replace(":", "-")), range=self.words.percents(one.low, one.high)
        )

    def quoted(self, topic: Topic) -> tuple[Said, ...]:
        """Those whose words are as they were when they were chosen."""
        return tuple(self.quote(one, self.said[one.item]) for one in topic.quotes if is_same(one, self.said))

    def quote(self, one: Quote, item: Mapping[str, Any]) -> Said:
        text = as_quoted(str(item.get("text") or item.get("title") or ""))
        at = datetime.fromisoformat(item["said_at"])
        place = self.say("said-at", place=item["source"], at=self.words.moment(at, self.digest.period.zone))
        return Said(self.say(f"quote-{one.why}"), text, language_of(item), place, str(item["url"]))

    def mood(self) -> Block | None:
        now, before = self.digest.mood, self.digest.mood_before
        if now is None or before is None:
            return None
        earlier = {one.series: one for one in before.of}
        head = tuple(
            Cell(self.say(name), number=place > 0)
            for place, name in enumerate(("head-mood", "head-share", f"head-before-{self.digest.period.cadence}"))
        )
        rows = tuple(
            (
                Cell(self.say(one.series.replace(":", "-"))),
                Cell(self.words.percents(one.low, one.high), number=True),
                Cell(self.words.percents(earlier[one.series].low, earlier[one.series].high), number=True),
            )
            for one in now.of
            if one.series in earlier
        )
        return Block(
            "mood", self.say("mood"), (self.say("mood-changed"),), (Table(self.say("mood-caption"), head, rows),)
        )

    def replies(self) -> Block | None:
        found = self.digest.replies
        if found is None or not found.asked:
            return None
        lines = [self.say("asked", asked=found.asked, unanswered=found.unanswered)]
        if found.in_time:
            share, low, high = found.in_time
            lines.append(self.say("in-time", share=self.words.percent(share), range=self.words.percents(low, high)))
        else:
            lines.append(self.say("in-time-few"))
        if found.half is not None:
            nine = self.within(found.nine_in_ten)
            lines.append(self.say("half-replied", half=self.words.duration(found.half), nine=nine))
        where = self.links.page("waiting")
        links = (Cell(self.say("show-waiting"), where),) if where and found.unanswered else ()
        return Block("replies", self.say("replies"), tuple(lines), links=links)

    def within(self, seconds: int | None) -> str:
        return self.say("not-yet") if seconds is None else self.say("within", time=self.words.duration(seconds))

    # What was done, and what comes

    def moderation(self) -> Block | None:
        found = self.digest.moderation
        if found is None:
            return None
        rows = (
            self.row(self.say("cases-opened"), found.opened),
            self.row(self.say("cases-decided"), found.decided),
        )
        lines = [self.say("cases-open", number=found.open, late=found.late)]
        if found.oldest is not None:
            age = self.words.duration((self.digest.made_at - found.oldest).total_seconds())
            lines.append(self.say("case-oldest", time=age))
        if found.half is not None:
            nine = self.within(found.nine_in_ten)
            lines.append(self.say("half-decided", half=self.words.duration(found.half), nine=nine))
        if found.appeals or found.upheld or found.overturned:
            lines.append(self.say("appeals", made=found.appeals, upheld=found.upheld, overturned=found.overturned))
        tables = [Table(self.say("moderation-caption"), self.head("head-cases"), rows)]
        if found.reasons:
            tables.append(self.reasons(found.reasons))
        if found.load:
            head = (Cell(self.say("head-person")), Cell(self.say("head-decided"), number=True))
            load = tuple(
                (Cell(line(one.name), foreign=True), Cell(self.words.number(one.decided), number=True))
                for one in found.load
            )
            tables.append(Table(self.say("load-caption"), head, load))
        where = self.links.page("cases")
        links = (Cell(self.say("show-cases"), where),) if where and found.opened.number else ()
        return Block("moderation", self.say("moderation"), tuple(lines), tuple(tables), links=links)

    def reasons(self, reasons: Sequence[Row]) -> Table:
        head = (Cell(self.say("head-reason")), Cell(self.say("head-count"), number=True))
        rows = tuple(
            (
                Cell(line(one.series.partition(":")[2].replace("_", " "))),
                Cell(self.words.number(one.figure.number), number=True),
            )
            for one in self.most(reasons)
        )
        return Table(self.say("reasons-caption"), head, rows)

    def announced(self) -> Block | None:
        found = self.digest.announced
        if not found:
            return None
        names = ("head-announcement", "head-place", *REACH, "head-feedback")
        head = tuple(Cell(self.say(name), number=place > 1) for place, name in enumerate(names))
        rows = tuple(row for one in self.most(found) for row in self.announcement(one))
        also = self.digest.also_announced
        more = (self.say("also-announced", number=also),) if also else ()
        return Block(
            "announcements",
            self.say("announcements"),
            (),
            (Table(self.say("announcements-caption"), head, rows),),
            (*self.rest(found), *more),
        )

    def announcement(self, one: Announced) -> list[tuple[Cell, ...]]:
        """A row for each place it went to."""
        title = Cell(line(one.title), self.links.announcement(one.id), foreign=True)
        return [(title, *self.reach(place)) for place in one.places] or [(title, *[Cell(self.say("nowhere"))] * 6)]

    def reach(self, one: Reach) -> list[Cell]:
        numbers = (one.likes, one.shares, one.replies, one.views, one.feedback)
        told = [Cell(self.say("not-told") if n is None else self.words.number(n), number=True) for n in numbers]
        return [Cell(line(one.place), one.url), *told]

    def coming(self) -> Block | None:
        found = self.digest.coming
        if not found:
            return None
        head = tuple(map(Cell, (self.say("head-when"), self.say("head-what"), self.say("head-title"))))
        rows = tuple(self.ahead(one) for one in self.most(found))
        return Block(
            "coming", self.say("coming"), (), (Table(self.say("coming-caption"), head, rows),), self.rest(found)
        )

    def ahead(self, one: Coming) -> tuple[Cell, ...]:
        zone = self.digest.period.zone
        when = self.words.moment(one.starts, zone) if one.starts else self.words.dated(one.day)
        where = self.say("at-place", title=line(one.title), place=line(one.where)) if one.where else line(one.title)
        return Cell(when), Cell(self.say(f"coming-{one.what}")), Cell(where, foreign=True)

    # How it was counted

    def footer(self) -> list[str]:
        digest, words = self.digest, self.words
        models = [
            self.say(
                "accuracy",
                what=self.say(f"model-{one.what}"),
                model=one.model,
                language=words.language_name(one.language),
                right=words.percent(one.right),
            )
            for one in digest.accuracy
        ]
        return [
            self.say(
                "counted",
                zone=digest.period.zone,
                starts=words.moment(digest.period.starts, digest.period.zone),
                ends=words.moment(digest.period.ends, digest.period.zone),
            ),
            self.say("ranges"),
            *([self.say("models", models=words.all(models))] if models else []),
            self.say(
                "made",
                at=words.moment(digest.made_at, digest.period.zone),
                checksum=digest.counted.checksum,
                hours=len(digest.counted.position),
            ),
        ]


REACH = ("head-likes", "head-shares", "head-replies", "head-views")


def is_same(quote: Quote, said: Items) -> bool:
    """Whether its words are still there, and those that were chosen."""
    item = said.get(quote.item)
    if item is None or item.get("state") == "removed" or not (item.get("text") or item.get("title")):
        return False
    return str(item.get("newest", "")) == quote.version
