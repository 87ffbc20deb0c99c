"""What a digest says in sentences, made by rules from what was tested; nothing else is said. No I/O."""

from collections.abc import Sequence
from typing import Literal

from events.digests import Change, Digest, Figure, Replies
from functions.digests.plain import line
from functions.digests.words import Words

SUBJECT, NAME = 60, 24
"""Characters of a subject (of mail clients on telephones), and of a community's name in it."""
MOST_NAMED = 3
Fact = tuple[Change, str]


def title(digest: Digest, words: Words) -> str:
    period = digest.period
    return words.say(
        f"title-{period.cadence}",
        community=line(digest.community_name),
        day=words.day(period.last),
        days=words.days(period.first, period.last),
        month=words.month(period.last),
    )


def subject(digest: Digest, words: Words) -> str:
    """Facts, as many as fit, the most urgent first."""
    name = line(digest.community_name, NAME)
    facts = list(all_facts(digest, words))
    told = words.say("subject", community=name, facts=facts[0])
    for number in range(2, len(facts) + 1):
        longer = words.say("subject", community=name, facts=", ".join(facts[:number]))
        if len(longer) > SUBJECT:
            break
        told = longer
    return told if len(told) <= SUBJECT else told[: SUBJECT - 1] + "…"


def all_facts(digest: Digest, words: Words) -> Sequence[str]:
    decisions = words.say("fact-decisions", number=len(digest.decisions), more=str(digest.more_decisions).lower())
    unusual = [words.say("fact-unusual", number=len(digest.unusual))] if digest.unusual else []
    said = [words.say("fact-said", number=digest.counted.counts.get("total", 0))]
    return [decisions, *unusual, *changed(digest, words), *said]


def changed(digest: Digest, words: Words) -> list[str]:
    """The kind or theme that has clearly changed, of several the first."""
    topics = [one for one in (*digest.kinds, *digest.topics) if one.figure.change in ("more", "less")][:1]
    return [words.say(f"fact-{one.figure.change}", name=named(one.series, one.title, words)) for one in topics]


def preheader(digest: Digest, words: Words) -> str:
    """What stands behind the subject in a list of mails."""
    return status(digest, words)[0]


def to_decide(digest: Digest, words: Words) -> str:
    """Of those that still wait."""
    number = words.number(sum(bool(one.about) for one in digest.decisions))
    return words.say("at-least", number=number) if digest.more_decisions else number


def status(digest: Digest, words: Words) -> tuple[str, ...]:
    """What changed, in a sentence or two: what is clearly more, clearly less, and that nothing else is clear. Of less
    than ten, that it is too few to say; of what has no past, that there is nothing to hold it against."""
    if digest.volume is None and not digest.topics and not digest.kinds:
        return (words.say("status-not-asked"),)
    if digest.made_at < digest.period.ends:
        return (words.say("status-running"),)
    found = changes(digest, words)
    clear = [one for one in found if one[0] in ("more", "less")]
    told = [
        words.say(f"status-{change}", names=words.all(few(names, words)))
        for change in ("more", "less")
        if (names := [text for kind, text in clear if kind == change])
    ]
    told += slower(digest, words)
    partial = (words.say("status-partial"),) if digest.partial else ()
    if told:
        return (*told, words.say("status-else"), *partial)
    return (words.say(f"status-{rest([change for change, _ in found])}"), *partial)


def few(names: Sequence[str], words: Words) -> Sequence[str]:
    """The first, and how many more there are."""
    left = len(names) - MOST_NAMED
    return [*names[:MOST_NAMED], words.say("and-others", number=left)] if left > 0 else names


def rest(found: Sequence[Change]) -> Literal["unclear", "few", "young"]:
    """What is to be said where nothing has clearly changed."""
    if not found:
        return "young"
    return "unclear" if "unclear" in found else "few"


def changes(digest: Digest, words: Words) -> list[Fact]:
    """Each series that was tested, the whole first, and how it came out."""
    figures: list[tuple[Figure, str]] = []
    if digest.volume:
        figures.append((digest.volume.total, words.say("series-total")))
    sources = digest.volume.sources if digest.volume else ()
    figures += [(one.figure, named(one.series, one.title, words)) for one in (*digest.kinds, *digest.topics)]
    figures += [(one.figure, named(one.series, one.title, words)) for one in sources]
    return [(figure.change, name) for figure, name in figures if figure.change]


def slower(digest: Digest, words: Words) -> list[str]:
    """Replies, where the ranges of what had one in time have nothing in common."""
    now, before = in_time(digest.replies), in_time(digest.replies_before)
    if now is None or before is None:
        return []
    if now[2] < before[1]:
        return [words.say("status-slower")]
    return [words.say("status-faster")] if now[1] > before[2] else []


def in_time(replies: Replies | None) -> tuple[float, float, float] | None:
    return replies.in_time if replies else None


def named(series: str, title: str, words: Words) -> str:
    """A series in words: a theme by its title, a kind or mood by what it is called, a source by its id."""
    what, _, name = series.partition(":")
    match what:
        case "total":
            return words.say("series-total")
        case "theme":
            return words.say("series-theme", title=line(title or name))
        case "kind" | "mood" if words.has(f"{what}-{name}"):
            return words.say(f"{what}-{name}")
        case "source":
            return words.say("series-source", name=line(name))
        case "language":
            return words.language_name(name)
        case _:
            return words.say("series-other", what=what, name=line(name))
