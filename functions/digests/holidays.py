"""Public holidays of a country or one of its regions, in somebody's language. Without I/O.

The library takes as long to load as a small function takes to start: it is loaded where somebody has holidays.
"""

from datetime import date
from functools import cache


def why_not(code: str) -> str:
    """Why nobody can say what is celebrated there, as a sentence; empty when it can be said. `code`: ISO 3166, `FR`, or
    `DE-BY` with a region; empty for nowhere."""
    import holidays

    country, _, region = code.partition("-")
    known = holidays.list_supported_countries()
    if code and country not in known:
        return f"`holidays` names {country!r}, a country whose holidays are not known"
    if region and region not in known[country]:
        told = f"it has {', '.join(known[country])}" if known[country] else f"use {country!r} alone"
        return f"`holidays` names {code!r}, and {country} has no region {region!r} with holidays of its own: {told}"
    return ""


def between(code: str, first: date, last: date, language: str) -> list[tuple[date, str]]:
    """Each day with its name, in order; of several on one day a name for each. In the language if there are names in
    it, else in the country's own. None of a place that is not known: it was when the program was checked."""
    if not code or why_not(code):
        return []
    years = range(first.year, last.year + 1)
    found = [one for year in years for one in of_year(code, year, language) if first <= one[0] <= last]
    return sorted(found)


@cache
def of_year(code: str, year: int, language: str) -> tuple[tuple[date, str], ...]:
    import holidays

    country, _, region = code.partition("-")
    place = holidays.country_holidays(country, subdiv=region or None)
    there = holidays.country_holidays(country, subdiv=region or None, years=year, language=spoken(place, language))
    return tuple((day, name.strip()) for day in there for name in there.get_list(day))


def spoken(place: object, language: str) -> str | None:
    """The name under which the library has the language nearest to that one (`fr_CA`, then `fr`, then any French); the
    country's own where it has none."""
    names = sorted(getattr(place, "supported_languages", ()))
    wanted = language.replace("-", "_")
    base = wanted.partition("_")[0]
    near = [one for one in names if one.partition("_")[0] == base]
    own: str | None = getattr(place, "default_language", None)
    return next((one for one in (wanted, base, *near) if one in names), own)
