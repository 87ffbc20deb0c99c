"""A wall clock and a named zone → one moment, or a clear reason why there is none."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

GRACE = timedelta(minutes=5)
"""How late a time may be asked for: whoever wrote it needed a moment to send it."""


class NoSuchTimeError(Exception):
    """The text tells what was wrong and what to write instead."""


class SkippedError(NoSuchTimeError):
    """The clocks are moved forward over it."""


def resolve(wall: str, zone: str) -> datetime:
    """The UTC moment of a wall-clock time such as `2026-11-23T09:00` in an IANA zone.

    A time that the clocks skip in spring is refused; of one that comes twice in autumn the first is
    meant. Raises NoSuchTimeError.
    """
    place = known(zone)
    try:
        given = datetime.fromisoformat(wall)
    except ValueError as error:
        raise NoSuchTimeError(f"{wall!r} is not a time: write it as 2026-11-23T09:00") from error
    if given.tzinfo is not None:
        raise NoSuchTimeError("`at` is a wall-clock time without an offset; its zone stands in `zone`")
    try:
        moment = given.replace(tzinfo=place).astimezone(UTC)
    except OverflowError as error:
        raise NoSuchTimeError(f"{wall} in {zone} is outside the years 1 to 9999") from error
    if moment.astimezone(place).replace(tzinfo=None) != given:
        shown = moment.astimezone(place).strftime("%H:%M")
        raise SkippedError(f"{wall} does not exist in {zone}: the clocks skip it. Did you mean {shown}?")
    return moment


def ahead(moment: datetime, now: datetime) -> datetime:
    """The moment, unless it is over: nothing is posted late without anybody saying so. Raises NoSuchTimeError."""
    if moment < now - GRACE:
        raise NoSuchTimeError(f"{moment:%Y-%m-%d %H:%M} UTC is over; leave `at` and `zone` out to post now")
    return moment


def known(zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise NoSuchTimeError(f"{zone!r} is not a time zone: use an IANA name such as Europe/Paris") from error


def notes(wall: str, zone: str) -> tuple[str, ...]:
    """What a person has to know of a wall-clock time before saying yes to it: that the clocks skip it, or show it
    twice. Empty for all others. Raises NoSuchTimeError for what is no time at all."""
    try:
        resolve(wall, zone)
    except SkippedError as error:
        return (str(error),)
    return twice(datetime.fromisoformat(wall), known(zone))


def nearest(given: datetime, place: ZoneInfo) -> tuple[datetime, tuple[str, ...]]:
    """The UTC moment of one of many wall-clock times, and what a person has to know of it: none is lost. Of a time
    that the clocks skip it is the first moment after the gap; of one that comes twice the first."""
    if not is_skipped(given, place):
        return given.replace(tzinfo=place).astimezone(UTC), twice(given, place)
    moment = after_gap(given, place)
    there = moment.astimezone(place)
    instead = clock(there) if there.date() == given.date() else f"{clock(there)} on {day(there)}"
    told = f"{clock(given)} does not exist on {day(given)} in {place.key}: the clocks skip it"
    return moment, (f"{told}, and {instead} is meant",)


def is_skipped(given: datetime, place: ZoneInfo) -> bool:
    there = given.replace(tzinfo=place)
    return there.astimezone(UTC).astimezone(place).replace(tzinfo=None) != given.replace(fold=0)


def twice(given: datetime, place: ZoneInfo) -> tuple[str, ...]:
    first, second = (given.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first >= second:
        return ()
    told = f"{clock(given)} comes twice on {day(given)} in {place.key}"
    return (f"{told}: the first one, {clock(first)} UTC, is meant",)


def after_gap(given: datetime, place: ZoneInfo) -> datetime:
    """The moment in which the clocks are moved forward over a time. Taken with the offset of after it, the time is
    before that moment, and with the offset of before it, after it (Python's `fold`, PEP 495)."""
    early, late = (given.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (1, 0))
    before = early.astimezone(place).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        early, late = (middle, late) if middle.astimezone(place).utcoffset() == before else (early, middle)
    return late.replace(microsecond=0)


def clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B} {moment.year}"
