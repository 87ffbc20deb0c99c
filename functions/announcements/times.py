"""A wall clock and a named zone → one moment, or a clear reason why there is none."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

GRACE = timedelta(minutes=5)
"""How late a time may be asked for: whoever wrote it needed a moment to send it."""


class NoSuchTimeError(Exception):
    """The text tells what was wrong and what to write instead."""


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
        raise NoSuchTimeError(f"{wall} does not exist in {zone}: the clocks skip it. Did you mean {shown}?")
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
