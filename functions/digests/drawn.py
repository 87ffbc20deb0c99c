"""The pictures of a digest: what is drawn, in the reader's words, and the finding that stands in for it. No I/O."""

from events.digests import Day, Digest, Topic
from functions.digests import charts, statements
from functions.digests.charts import Bar, Legend, Row
from functions.digests.sheet_parts import Picture
from functions.digests.words import Words


def days(digest: Digest, words: Words) -> Picture | None:
    """How much was said on each day, beside its usual range."""
    found = digest.volume.days if digest.volume else ()
    if not any(one.number for one in found):
        return None
    period = digest.period
    bars = [
        Bar(
            label=words.weekday(one.day) if len(found) <= 7 else words.number(one.day.day),
            number=one.number,
            said=words.number(one.number),
            usual=one.usual,
            median=one.median,
            of_period=period.first <= one.day <= period.last,
        )
        for one in found
    ]
    alt = days_found(found, words)
    return Picture("days", alt, charts.days(bars, legend(digest, words), alt))


def days_found(days: tuple[Day, ...], words: Words) -> str:
    """`Messages a day from Nov 8 to Nov 21, 2026: 12 to 91. Above what is usual: Tue 17 (91).`"""
    numbers = [one.number for one in days]
    told = [
        words.say(
            "alt-days",
            days=words.days(days[0].day, days[-1].day),
            range=words.range(min(numbers), max(numbers)),
        )
    ]
    for key, out in (("alt-above", above), ("alt-below", below)):
        found = [words.say("alt-day", day=words.weekday(one.day), number=one.number) for one in days if out(one)]
        told += [words.say(key, days=words.all(found))] if found else []
    if len(told) == 1:
        known = [one.usual is not None for one in days]
        told.append(words.say("alt-within" if all(known) else "alt-within-known" if any(known) else "alt-young"))
    return " ".join(told)


def above(day: Day) -> bool:
    return day.usual is not None and day.number > day.usual.high


def below(day: Day) -> bool:
    return day.usual is not None and day.number < day.usual.low


def topics(digest: Digest, words: Words) -> Picture | None:
    """Themes and kinds beside what is usual of each: of a day's digest, since other ranges are of days."""
    found = (*digest.topics, *digest.kinds)
    if not any(one.figure.usual for one in found):
        return None
    rows = [
        Row(
            label=statements.named(one.series, one.title, words),
            number=one.figure.number,
            said=words.number(one.figure.number),
            usual=one.figure.usual,
        )
        for one in found
    ]
    alt = topics_found(found, words)
    return Picture("topics", alt, charts.ranges(rows, legend(digest, words), alt))


def topics_found(topics: tuple[Topic, ...], words: Words) -> str:
    def named(one: Topic) -> str:
        return statements.named(one.series, one.title, words)

    most = max(topics, key=lambda one: one.figure.number)
    told = [words.say("alt-topics", name=named(most), number=most.figure.number)]
    over = [named(one) for one in topics if one.figure.usual and one.figure.number > one.figure.usual.high]
    if over:
        told.append(words.say("alt-above", days=words.all(over)))
    elif all(one.figure.usual for one in topics):
        told.append(words.say("alt-none-above"))
    return " ".join(told)


def legend(digest: Digest, words: Words) -> Legend:
    return Legend(
        period=words.say(f"legend-{digest.period.cadence}"),
        usual=words.say("legend-usual"),
        median=words.say("legend-median"),
        above=words.say("legend-above"),
        below=words.say("legend-below"),
    )
