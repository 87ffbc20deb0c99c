"""Many announcements from one definition: when each goes out, and in which words. Without I/O.

The wall clock is what people agreed on: all dates are reckoned on it, from the first one on and never from the last
one sent, and only then is it asked which moment that is. Hours and minutes before an event are real ones.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from heapq import heappop, heappush
from itertools import count, islice, takewhile

from events.announcements import Announcement, Event, Repeat, Series, Step, Words
from functions.announcements import times
from functions.announcements.plans import NotAllowedError
from functions.announcements.times import NoSuchTimeError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ORDINALS = ("first", "second", "third", "fourth", "last")
LAST_YEAR = 2199
"""Until when anything is repeated that has no end."""

ON_TIME = timedelta(minutes=10)
"""How late something may be made without being late: a minute's sweep may fail a few times."""

SOON = timedelta(minutes=30)
"""How long after the start it is true to say that it starts now."""

LEAST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """One announcement of a series: when it goes out, and the event it is about.

    `mark` sorts as they follow each other, and is never the same twice. `wall` is what a clock there shows then.
    """

    mark: str
    moment: datetime
    wall: str
    step: Step
    offset: str
    base: str
    """The day it belongs to: that of its event, or its own, as the definition has it."""
    starts: str = ""
    ends: str = ""
    notes: tuple[str, ...] = ()

    def name(self, series: str) -> str:
        """The id of its announcement: the same for everybody who makes it, whenever that is."""
        return sha256(f"{series}\n{self.step}\n{self.offset}\n{self.base}".encode()).hexdigest()[:16]


# Which days


def days(first: date, repeat: Repeat | None) -> Iterator[tuple[date, str]]:
    """All days of it, from the first one on, each with what a person has to know of it."""
    if repeat is None:
        return iter([(first, "")])
    found: Iterator[tuple[date, str]] = (one for one in every(first, repeat) if one[0] >= first)
    if repeat.until:
        last = date.fromisoformat(repeat.until)
        found = takewhile(lambda one: one[0] <= last, found)
    return islice(found, repeat.times)


def every(first: date, repeat: Repeat) -> Iterator[tuple[date, str]]:
    match repeat.every:
        case "day":
            whole = (date.max - first).days
            yield from ((first + timedelta(days=number), "") for number in range(0, whole, repeat.each))
        case "week":
            wanted = sorted(map(weekday, repeat.on)) or [first.weekday()]
            monday = first.toordinal() - first.weekday()
            for week in range(monday, date.max.toordinal() - 7, 7 * repeat.each):
                yield from ((date.fromordinal(week + number), "") for number in wanted)
        case "month":
            for number in count(first.year * 12 + first.month - 1, repeat.each):
                if number // 12 > LAST_YEAR + 1:
                    return
                year, month = number // 12, number % 12 + 1
                yield from sorted(dict(in_month(year, month, one) for one in repeat.on or (str(first.day),)).items())


def weekday(name: str) -> int:
    """Raises NoSuchTimeError."""
    found = [number for number, one in enumerate(WEEKDAYS) if name.lower() in (one, one[:3])]
    if not found:
        raise NoSuchTimeError(f"{name!r} is no weekday: write for example monday")
    return found[0]


def in_month(year: int, month: int, on: str) -> tuple[date, str]:
    """`15`, `last day` or `last friday` of a month. A day that it does not have is its last one, so that no month
    goes without. Raises NoSuchTimeError."""
    length = monthrange(year, month)[1]
    if on.isascii() and on.isdigit() and 1 <= int(on) <= 31:
        there = date(year, month, min(int(on), length))
        told = f"there is no {int(on)} {there:%B} {year}: {there.day} {there:%B} is meant"
        return there, told if int(on) > length else ""
    which, _, name = on.lower().partition(" ")
    if (which, name) == ("last", "day"):
        return date(year, month, length), ""
    if which not in ORDINALS:
        raise NoSuchTimeError(f"{on!r} is no day of a month: write 15, last day, or for example first friday")
    first = 1 + (weekday(name) - date(year, month, 1).weekday()) % 7
    found = [date(year, month, day) for day in range(first, length + 1, 7)]
    return found[-1] if which == "last" else found[ORDINALS.index(which)], ""


# Which moments


def timeline(series: Series, after: str = "") -> Iterator[Occurrence]:
    """All that is still to come after a mark, in its order."""
    heap: list[Occurrence] = []
    reach = lead(series)
    for day, told in days(anchor(series).date(), series.repeat):
        if day.year > LAST_YEAR:
            break
        if after and (day + tail(series)).isoformat() < after[:10]:
            continue
        while heap and heap[0].mark[:10] < (day - reach).isoformat():
            yield heappop(heap)
        for one in around(series, day, told):
            if one.mark > after:
                heappush(heap, one)
    while heap:
        yield heappop(heap)


def anchor(series: Series) -> datetime:
    """What is repeated: the event's start, or the announcement's own time."""
    event = series.content.event
    return datetime.fromisoformat(event.starts if event else series.at)


def lead(series: Series) -> timedelta:
    """More than anything of an event goes before its day."""
    before = [ahead(series), *(-by(one) for one in series.reminders)]
    return max(before) + timedelta(days=3)


def tail(series: Series) -> timedelta:
    event = series.content.event
    lasts = datetime.fromisoformat(event.ends) - anchor(series) if event and event.ends else timedelta()
    return lasts + (by(series.thanks) if series.thanks else timedelta()) + timedelta(days=3)


def ahead(series: Series) -> timedelta:
    """Whole days between the announcement and its event."""
    return timedelta(days=(anchor(series).date() - datetime.fromisoformat(series.at).date()).days)


def by(offset: str) -> timedelta:
    unit = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}[offset[-1]]
    return timedelta(**{unit: int(offset[:-1])})


def around(series: Series, day: date, told: str) -> Iterator[Occurrence]:
    """Everything that belongs to one day of a series."""
    event, place = series.content.event, times.known(series.zone)
    base = datetime.combine(day, anchor(series).time())
    first = datetime.combine(day - ahead(series), datetime.fromisoformat(series.at).time())
    if event is None:
        yield occurrence(series, "announcement", "", base, *times.nearest(base, place), notes=(told,))
        return
    begins, about = times.nearest(base, place)
    ends, after = begins, ""
    if event.ends:
        ends, _ = times.nearest(base + (datetime.fromisoformat(event.ends) - anchor(series)), place)
        after = local(ends, series.zone)
    span = (local(begins, series.zone), after)
    yield occurrence(series, "announcement", "", base, *times.nearest(first, place), span, (told, *about))
    for one in series.reminders:
        yield occurrence(series, "reminder", one, base, *moved(base, begins, one, series.zone), span)
    if series.starting:
        yield occurrence(series, "starting", "", base, begins, (), span)
    if series.thanks:
        wall = datetime.fromisoformat(local(ends, series.zone))
        yield occurrence(series, "thanks", series.thanks, base, *moved(wall, ends, series.thanks, series.zone), span)


def moved(wall: datetime, moment: datetime, offset: str, zone: str) -> tuple[datetime, tuple[str, ...]]:
    """Days and weeks keep the wall clock; hours and minutes are real ones."""
    if offset[-1] in "wd":
        return times.nearest(wall + by(offset), times.known(zone))
    return moment + by(offset), ()


def occurrence(
    series: Series,
    step: Step,
    offset: str,
    base: datetime,
    moment: datetime,
    about: tuple[str, ...],
    span: tuple[str, str] = ("", ""),
    notes: Iterable[str] = (),
) -> Occurrence:
    given = base.isoformat()
    mark = f"{moment:%Y-%m-%dT%H:%M:%S}#{step}#{offset}#{given}"
    told = tuple(dict.fromkeys(note for note in (*notes, *about) if note))
    return Occurrence(mark, moment, local(moment, series.zone), step, offset, given, *span, told)


def local(moment: datetime, zone: str) -> str:
    return moment.astimezone(times.known(zone)).replace(tzinfo=None).isoformat()


def mark(moment: datetime) -> str:
    """Sorts before all that goes out at this moment or later."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


def pending(series: Series, after: str, now: datetime) -> tuple[list[Occurrence], list[Occurrence]]:
    """What is to be made now, and what is left out: after an outage only the newest late one of each kind is tried."""
    due = list(takewhile(lambda one: one.moment <= now, timeline(series, after)))
    late = [one for one in due if now - one.moment > ON_TIME]
    newest = {(one.step, one.offset): one for one in late}
    left_out = [one for one in late if one is not newest[one.step, one.offset]]
    return [one for one in due if one not in left_out], left_out


def notes(series: Series, after: str = "") -> tuple[str, ...]:
    """What a person has to know of a year of it before saying yes."""
    coming = timeline(series, after)
    first = next(coming, None)
    if first is None:
        return ()
    year = takewhile(lambda one: one.moment < first.moment + timedelta(days=366), coming)
    return tuple(dict.fromkeys(note for one in (first, *year) for note in one.notes))


# Whether it can be


def check(series: Series) -> None:
    """Raises NoSuchTimeError or NotAllowedError."""
    event = series.content.event
    if series.repeat is None and event is None:
        raise NotAllowedError("a series needs `every`, or an `event` that it is about")
    if event is None and (series.reminders or series.starting or series.thanks):
        raise NotAllowedError("`reminders`, `starting` and `thanks` need an `event` that they are about")
    walls = (series.at, event.starts, event.ends) if event else (series.at,)
    for wall in filter(None, walls):
        times.resolve(wall, series.zone)
        if not 1970 <= datetime.fromisoformat(wall).year <= LAST_YEAR:
            raise NoSuchTimeError(f"{wall} is not between the years 1970 and {LAST_YEAR}")
    if event:
        check_event(series, event)
    if series.repeat:
        check_repeat(series, series.repeat)
    check_words(series)


def check_event(series: Series, event: Event) -> None:
    if event.zone != series.zone:
        raise NotAllowedError(f"the announcement is in {series.zone} time, its event in {event.zone}: give one zone")
    if event.ends and datetime.fromisoformat(event.ends) < anchor(series):
        raise NoSuchTimeError("the event ends before it starts")
    if anchor(series) < datetime.fromisoformat(series.at):
        raise NoSuchTimeError("the announcement (`at`) has to come before its event")
    if any(by(one) >= timedelta() for one in series.reminders):
        raise NoSuchTimeError("a reminder comes before its event: write -1d or -2h")
    if series.thanks and by(series.thanks) < timedelta():
        raise NoSuchTimeError("thanks come after an event: write +2h")


def check_repeat(series: Series, repeat: Repeat) -> None:
    if repeat.every == "day" and repeat.on:
        raise NoSuchTimeError("what is repeated every day takes no `on`")
    first = anchor(series).date()
    try:
        date.fromisoformat(repeat.until or first.isoformat())
    except ValueError as error:
        raise NoSuchTimeError(f"{repeat.until!r} is not a day: write `until` as 2027-06-30") from error
    if repeat.until and date.fromisoformat(repeat.until) < first:
        raise NoSuchTimeError(f"`until` is before the first one, on {first}")
    there = next(days(first, repeat), None)
    if there is None or there[0] != first:
        instead = f": the first day that is one is {there[0]:%A} {there[0]}" if there else ""
        raise NoSuchTimeError(f"{first:%A} {first} is not one of `on`{instead}")


def check_words(series: Series) -> None:
    for step in steps(series):
        given = {one.language for one in series.words if one.step == step}
        lacking = [one for one in languages(series) if step != "announcement" and one not in given]
        unknown = [one for one in lacking if one.partition("-")[0] not in SAID]
        if unknown:
            raise NotAllowedError(f"write the words for {step} in {', '.join(unknown)}: we have none of our own")
    useless = {one.step for one in series.words} - set(steps(series))
    if useless:
        raise NotAllowedError(f"there are words for {', '.join(sorted(useless))}, but no such step")


def steps(series: Series) -> list[Step]:
    there: dict[Step, bool] = {
        "announcement": True,
        "reminder": bool(series.reminders),
        "starting": series.starting,
        "thanks": bool(series.thanks),
    }
    return [step for step, wanted in there.items() if wanted]


def languages(series: Series) -> list[str]:
    return list(dict.fromkeys(words.language for words in series.content.words))


# Which words

SAID: Mapping[str, Mapping[str, str]] = {
    "en": {
        "reminder title": "{title}: {soon}",
        "reminder": "“{title}” starts {soon}, on {starts}.",
        "starting title": "{title} starts now",
        "starting": "“{title}” starts now.",
        "thanks title": "{title}: thank you",
        "thanks": "Thank you to everybody who took part in “{title}”.",
        "where": "Where: {where}",
        "recording": "The recording: {recording}",
        "soon": "in {number} {unit}",
        "w": "week weeks",
        "d": "day days",
        "h": "hour hours",
        "m": "minute minutes",
    },
    "fr": {
        "reminder title": "{title} : {soon}",
        "reminder": "« {title} » commence {soon}, le {starts}.",
        "starting title": "{title} : c’est parti",
        "starting": "« {title} » commence maintenant.",
        "thanks title": "{title} : merci",
        "thanks": "Merci à toutes celles et ceux qui ont participé à « {title} ».",
        "where": "Lieu : {where}",
        "recording": "L’enregistrement : {recording}",
        "soon": "dans {number} {unit}",
        "w": "semaine semaines",
        "d": "jour jours",
        "h": "heure heures",
        "m": "minute minutes",
    },
    "de": {
        "reminder title": "{title}: {soon}",
        "reminder": "„{title}“ beginnt {soon}, am {starts}.",
        "starting title": "{title} beginnt jetzt",
        "starting": "„{title}“ beginnt jetzt.",
        "thanks title": "{title}: danke",
        "thanks": "Danke an alle, die bei „{title}“ dabei waren.",
        "where": "Ort: {where}",
        "recording": "Die Aufzeichnung: {recording}",
        "soon": "in {number} {unit}",
        "w": "Woche Wochen",
        "d": "Tag Tagen",
        "h": "Stunde Stunden",
        "m": "Minute Minuten",
    },
}
"""What is said where nobody has written other words. A language that is not here has to be written."""

STARTS = "{starts}"
MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~@!&])")


def announced(series: Series, one: Occurrence) -> Announcement:
    """The announcement of one occurrence. Only the first step carries the event: calendars shall have it once."""
    content = series.content
    event = content.event and content.event.model_copy(update={"starts": one.starts, "ends": one.ends})
    given = tuple(words for words in series.words if words.step == one.step)
    if one.step == "announcement":
        words = content.words
    else:
        there = {said.language for said in given if not said.only}
        own = (default(series, one, language) for language in languages(series) if language not in there)
        words = (*(Words.model_validate(said.model_dump()) for said in given), *own)
    told = tuple(filled(said, one, series.zone) for said in words)
    changes = {
        "words": told,
        "event": event if one.step == "announcement" else None,
        "images": tuple(image for image in content.images if any(image.name in said.body for said in told)),
        "useless_after": int(useful(series, one).total_seconds()),
    }
    if one.step == "announcement":
        del changes["images"]
    return content.model_copy(update=changes)


def useful(series: Series, one: Occurrence) -> timedelta:
    """How late it may come and still be true: a reminder loses its sense long before the event begins."""
    given = timedelta(seconds=series.content.useless_after)
    if not one.starts or one.step == "thanks":
        return given
    if one.step == "starting":
        return min(given, SOON)
    left = times.nearest(datetime.fromisoformat(one.starts), times.known(series.zone))[0] - one.moment
    return min(given, max(left / 4 if one.step == "reminder" else left, LEAST))


def default(series: Series, one: Occurrence, language: str) -> Words:
    said = SAID[language.partition("-")[0]]
    given = (one.title for one in series.content.words if one.language == language and not one.only)
    title = next(filter(None, given), series.content.title)
    where = series.content.event.where if series.content.event else ""
    known = {"soon": soon(one.offset, said), "recording": series.recording, "starts": STARTS}
    lines = [said[one.step]]
    if where and one.step != "thanks":
        lines.append(said["where"])
    if series.recording and one.step == "thanks":
        lines.append(said["recording"])
    body = "\n\n".join(line.format(title=plain(title), where=plain(where), **known) for line in lines)
    return Words(language=language, title=said[f"{one.step} title"].format(title=title, **known), body=body)


def soon(offset: str, said: Mapping[str, str]) -> str:
    if not offset:
        return ""
    number = abs(int(offset[:-1]))
    one, many = said[offset[-1]].split()
    return said["soon"].format(number=number, unit=one if number == 1 else many)


def plain(text: str) -> str:
    """As Markdown that says exactly this. An address stays one."""
    return text if re.fullmatch(r"https?://\S+", text) else MARKUP.sub(r"\\\1", text)


def filled(words: Words, one: Occurrence, zone: str) -> Words:
    """With the event's start, as nobody can misread it."""
    if not one.starts:
        return words
    starts = f"{one.starts[:10]} {one.starts[11:16]} ({zone})"
    return words.model_copy(
        update={"title": words.title.replace(STARTS, starts), "body": words.body.replace(STARTS, starts)}
    )


def examples(series: Series) -> list[Occurrence]:
    """The first occurrence of each step and offset: what an approval is about. Later ones differ by their day only."""
    day, told = next(days(anchor(series).date(), series.repeat))
    return sorted(around(series, day, told))


def next_of_each(series: Series, after: str) -> list[Occurrence]:
    """The first occurrence of each step and offset that is still to come after a mark."""
    kinds = {(one.step, one.offset) for one in examples(series)}
    found: dict[tuple[str, str], Occurrence] = {}
    for one in timeline(series, after):
        found.setdefault((one.step, one.offset), one)
        if len(found) == len(kinds):
            break
    return list(found.values())
