"""What a digest says, in its reader's language: messages, numbers, dates and lists as CLDR has them. No clock, no
network.

A language is a folder `messages/<language>/` of Fluent files (projectfluent.org/fluent/guide), found by its being
there; what it lacks is said in English, and a test says that it lacks nothing. A region (`fr-CA`) changes how numbers
and dates are written, not the messages.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton, format_time, get_datetime_format
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax.ast import Resource

MESSAGES = Path(__file__).parent / "messages"
FIRST = "en"
"""The language in which every message is there."""

SECONDS: dict[str, int] = {"day": 86_400, "hour": 3_600, "minute": 60}


def languages() -> tuple[str, ...]:
    """Those that there are messages in."""
    return tuple(sorted(folder.name for folder in MESSAGES.iterdir() if folder.is_dir()))


def spoken(tag: str) -> str:
    """The language of the messages for a reader's tag: `fr` for `fr-CA`, English for what there is none of."""
    found = tag.partition("-")[0].lower()
    return found if found in languages() else FIRST


@cache
def resources(language: str) -> tuple[Resource, ...]:
    """Parsed once for each process: about 20 ms for three hundred messages."""
    files = sorted((MESSAGES / language).glob("*.ftl"))
    return tuple(FluentResource(file.read_text(encoding="utf-8")) for file in files)


class UnsaidError(Exception):
    """A mistake of ours: a message is not there, or was not given what it needs."""


class Words:
    """One language, as it is written in one region."""

    def __init__(self, tag: str) -> None:
        self.language = spoken(tag)
        """As HTML's `lang` has it."""
        self.locale = located(tag, self.language)
        self.bundles = [bundle(self.language, self.locale)]
        if self.language != FIRST:
            self.bundles.append(bundle(FIRST, self.locale))

    @classmethod
    @cache
    def of(cls, tag: str) -> "Words":
        return cls(tag)

    def say(self, key: str, /, **given: Any) -> str:
        """A message with what stands in it; numbers are written, and plurals chosen, as the language does.

        Raises UnsaidError for a message that there is not, or one that needs something it was not given.
        """
        name, _, attribute = key.partition(".")
        for one in self.bundles:
            if one.has_message(name):
                message = one.get_message(name)
                pattern = message.attributes.get(attribute) if attribute else message.value
                if pattern is None:
                    break
                said, errors = one.format_pattern(pattern, given)
                if errors:
                    raise UnsaidError(f"message {key!r}: {errors[0]}")
                return str(said)
        raise UnsaidError(f"there is no message {key!r}")

    def has(self, key: str) -> bool:
        return any(one.has_message(key) for one in self.bundles)

    def language_name(self, language: str) -> str:
        """`French`, as this language calls it; its code where it has no name for it."""
        return str(self.locale.languages.get(language, language))

    def number(self, number: float) -> str:
        return format_decimal(number, locale=self.locale)

    def percent(self, share: float) -> str:
        """Of a share from 0 to 1, in whole percent."""
        return format_percent(round(share, 2), locale=self.locale)

    def range(self, low: float, high: float) -> str:
        return f"{self.number(low)}–{self.number(high)}"

    def percents(self, low: float, high: float) -> str:
        return f"{self.number(round(low * 100))}–{self.percent(high)}"

    def day(self, day: date) -> str:
        """`Saturday, November 21, 2026`."""
        return format_date(day, "full", locale=self.locale)

    def dated(self, day: date) -> str:
        """`Nov 21, 2026`."""
        return format_date(day, "medium", locale=self.locale)

    def weekday(self, day: date) -> str:
        """`Sat 21`: as it stands below a bar."""
        return format_skeleton("Ed", datetime.combine(day, time()), locale=self.locale)

    def month(self, day: date) -> str:
        """`November 2026`."""
        return format_skeleton("yMMMM", datetime.combine(day, time()), locale=self.locale)

    def days(self, first: date, last: date) -> str:
        """`Mar 23 – 29, 2026`."""
        return format_interval(first, last, "yMMMd", locale=self.locale)

    def moment(self, moment: datetime, zone: str) -> str:
        """`Nov 21, 2026, 9:05 AM`, in that zone."""
        there = moment.astimezone(ZoneInfo(zone))
        both = str(get_datetime_format("medium", locale=self.locale))
        return both.replace("{0}", self.clock(moment, zone)).replace("{1}", self.dated(there.date()))

    def clock(self, moment: datetime, zone: str) -> str:
        return format_time(moment, "short", tzinfo=ZoneInfo(zone), locale=self.locale)

    def duration(self, seconds: float) -> str:
        """In its two largest units: `3 hr, 40 min`; at least a minute."""
        minutes = max(int(seconds // 60), 1)
        days, rest = divmod(minutes, 24 * 60)
        hours, minutes = divmod(rest, 60)
        parts = [(days, "day"), (hours, "hour"), (minutes, "minute")]
        first = next(place for place, (number, _) in enumerate(parts) if number)
        told = [self.unit(number, unit) for number, unit in parts[first : first + 2] if number]
        return self.all(told, "unit-short")

    def unit(self, number: int, unit: str) -> str:
        return format_unit(number, f"duration-{unit}", "short", locale=self.locale)

    def all(
        self, things: Sequence[str], style: Literal["standard", "standard-short", "unit-short"] = "standard"
    ) -> str:
        """`a, b and c`."""
        return format_list(list(things), style=style, locale=self.locale)


def located(tag: str, language: str) -> Locale:
    """How numbers and dates are written: as in the region, if the messages are in its language."""
    try:
        found = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale.parse(language)
    return found if found.language == language else Locale.parse(language)


def bundle(language: str, locale: Locale) -> FluentBundle:
    # Without marks around what is put in: strangers' words are cleared of direction marks before, and isolated where
    # they are shown.
    made = FluentBundle([str(locale).replace("_", "-")], use_isolating=False)
    for resource in resources(language):
        made.add_resource(resource)
    return made
