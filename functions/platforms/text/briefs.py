"""What a brief says, as documents: for platforms that write them in their own markup, and cut what has no room.

All of it is text, whatever it looks like, but the links of ours.
"""

import re
from collections.abc import Callable, Iterator, Sequence

import regex

from events.digests import BriefRequested, BriefSection, Picture
from functions.platforms.text.counting import utf16
from functions.platforms.text.document import Document, Paragraph, Run
from functions.platforms.text.letters import shortened, visible
from functions.platforms.text.splitting import most_that_fit

LINE, TITLE, WORDS = 600, 100, 100
"""Characters of a line, of a title, and of the words of a link, at most: one endless word leaves room for the rest."""
LINK = 1000
"""Of an address as it is written: of a longer one there are only the words."""
LEAST = 150
"""What every section has room for where that is possible, however much those before it say."""

TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Unicode's explicit directions (UAX #9): embeddings, overrides, isolates, and what ends them."""
FROM_THE_RIGHT = regex.compile(r"(?:[\p{bc=R}\p{bc=AL}\p{bc=AN}](?:\P{bc=L}*[\p{bc=R}\p{bc=AL}\p{bc=AN}])?\p{bc=NSM}*)")
BREAKING = re.compile(r"[^\S\u00a0\u2007\u202f]+")
ISOLATE, ENDS = "\u2068", "\u2069"

Used = Callable[[Document], int]
"""How long a document is in a platform's form and unit."""


def upright(text: str) -> str:
    """A line in which nothing turns what stands around it: no direction is forced, and words that are written from the
    right are isolated."""
    return str(FROM_THE_RIGHT.sub(rf"{ISOLATE}\g<0>{ENDS}", text.translate(TURNING)))


def line(text: str, most: int = LINE) -> str:
    """On one line, without what nobody sees. A space that must not break stays one: numbers and units have them."""
    return shortened(visible(BREAKING.sub(" ", text.translate(TURNING))).strip(), most)


def plainly(text: str, room: int) -> str:
    """As much of it as has room where nothing is read as markup, in UTF-16 units."""
    told = line(text, room)
    fits = most_that_fit(len(told), lambda most: utf16(upright(shortened(told, most))) <= room)
    return upright(shortened(told, fits))


def alt(picture: Picture, room: int) -> str:
    """What a picture shows, for those who do not see it."""
    return plainly(picture.alt, room)


def head(brief: BriefRequested) -> BriefSection:
    return cleaned(BriefSection(title=brief.title, lines=brief.lines))


def sections(brief: BriefRequested, most: int) -> tuple[BriefSection, ...]:
    """At most so many, none of them empty: the last one has all that is left, and the pictures of these in words."""
    found = [one for one in map(cleaned, brief.sections) if one.title or one.lines or one.links or one.picture]
    if len(found) <= most:
        return tuple(found)
    return (*found[: most - 1], joined(found[most - 1 :]))


def cleaned(part: BriefSection) -> BriefSection:
    lines = tuple(filter(None, map(line, part.lines)))
    links = tuple((line(words or url, WORDS), url if written(url) <= LINK else "") for words, url in part.links)
    changes = {"title": line(part.title, TITLE), "lines": lines, "links": tuple(one for one in links if one[0])}
    return part.model_copy(update=changes)


def written(url: str) -> int:
    """The most that any platform makes of an address."""
    return utf16(url) + 4 * len(re.findall(r"[&()|@]", url))


def joined(parts: Sequence[BriefSection]) -> BriefSection:
    told = [in_words(one) for one in parts]
    lines = tuple(words for one in told for words in (one.title, *one.lines) if words)
    return BriefSection(title="…", lines=lines, links=tuple(link for one in told for link in one.links))


def in_words(part: BriefSection) -> BriefSection:
    """What its picture shows is told."""
    told = line(part.picture.alt) if part.picture else ""
    return part.model_copy(update={"lines": (*part.lines, *filter(None, [told])), "picture": None})


def more(brief: BriefRequested) -> BriefSection:
    """Where all of it is: what is never cut."""
    return cleaned(BriefSection(title="", links=(brief.more,)))


# As documents


def pieces(part: BriefSection) -> Iterator[Run]:
    """Each a line of its own."""
    if part.title:
        yield Run(part.title, bold=True)
    yield from (Run(one) for one in part.lines)
    yield from (Run(words, link=url) for words, url in part.links)


def document(part: BriefSection, most: int) -> Document:
    """Its first characters, as many as `most`, of a link all or nothing. What is cut ends in “…”."""
    runs: list[Run] = []
    for piece in pieces(part):
        kept = piece.text if len(piece.text) < most else ""
        if not kept:
            begun = "" if piece.link else piece.text[:most].rstrip()
            runs.append(replaced(piece, f"{begun}…") if begun else Run("…"))
            break
        runs += [replaced(piece, kept), Run("\n")]
        most -= len(kept) + 1
    else:
        runs = runs[:-1]
    return (Paragraph(tuple(runs)),)


def replaced(piece: Run, text: str) -> Run:
    return Run(upright(text), bold=piece.bold, link=piece.link)


def length(part: BriefSection) -> int:
    return sum(len(piece.text) + 1 for piece in pieces(part))


def whole(part: BriefSection) -> Document:
    return document(part, length(part))


def fitted(part: BriefSection, room: int, used: Used) -> Document:
    """As much of it as there is room for. With “…” instead of its last letter it may be longer than all of it."""
    if used(whole(part)) <= room:
        return whole(part)
    return document(part, most_that_fit(length(part), lambda most: used(document(part, most)) <= room))


def shared(wanted: Sequence[int], room: int) -> list[int]:
    """How much each gets: what it wants, the first ones first, but so that there is a little for each that follows."""
    rooms, least = list[int](), min(LEAST, max(room, 0) // max(len(wanted), 1))
    for place, one in enumerate(wanted):
        later = sum(min(another, least) for another in wanted[place + 1 :])
        rooms.append(max(min(one, room - later), 0))
        room -= rooms[-1]
    return rooms
