"""What becomes of a text that is too long: a thread, or its beginning with a link. Nothing is ever cut silently."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Literal, NamedTuple

from functions.platforms.text.document import (
    Block,
    Code,
    Document,
    Heading,
    Item,
    Paragraph,
    Quote,
    Rule,
    Run,
    Table,
    stripped,
)

Used = Callable[[Document], int]
"""How much of the limit a document uses, in the form and the unit of the platform."""


class TooLongError(Exception):
    """It fits in no way; the text says how long it is, how long it may be, and what helps."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What is posted, in order; `note` says what became of a text that was too long, empty when it fitted."""

    documents: tuple[Document, ...]
    note: str = ""


def fitted(
    blocks: Document,
    used: Used,
    limit: int,
    *,
    long: Literal["thread", "excerpt"] = "thread",
    link: str = "",
    numbered: bool = True,
    most: int = 20,
    unit: str = "",
) -> Pieces:
    """A document in pieces that fit. A thread is cut between paragraphs, else sentences, else words, never inside a
    link or a grapheme, and with `numbered` each piece ends in `1/3`, within its limit. An excerpt is its beginning up
    to a sentence or word, `…` and the `link`. When a thread would have more than `most` pieces, or a piece cannot be
    cut (one word longer than the limit), it is an excerpt where there is a link.

    A link whose words alone are longer than the limit is cut between its words, and a line of code, too. A rule where
    a cut is goes: the cut is one. An excerpt without a link would be a silent cut, and is refused; `unit` says what is
    counted then. Raises TooLongError.
    """
    length = used(blocks)
    over = length - limit
    if over <= 0:
        return Pieces((blocks,))
    parts = thread(blocks, used, limit, numbered, most) if long == "thread" else ()
    if parts:
        return Pieces(parts, f"{over} too long: {f'split into {len(parts)}' if parts[1:] else 'a rule is left out'}")
    beginning = excerpt(blocks, used, limit, link) if link else None
    if beginning is None:
        counted = f"{length:,} {unit}".rstrip()
        raise TooLongError(f"the text has {counted}; at most {limit:,} {allowed(long, most)}: {helps(link)}")
    return Pieces((beginning,), f"{over} too long: only the beginning, with a link to all of it")


def allowed(long: Literal["thread", "excerpt"], most: int) -> str:
    return f"go into one post, and a thread has at most {most}" if long == "thread" and most > 1 else "go into the post"


def helps(link: str) -> str:
    if link:
        return "not even its beginning fits with the link; make its words, or the link, shorter"
    return "make it shorter, or give it a `link`, for its beginning to be posted with that"


class Cut(NamedTuple):
    head: Document
    rest: Document


Fits = Callable[[Document], bool]


# Threads


def thread(blocks: Document, used: Used, limit: int, numbered: bool, most: int) -> tuple[Document, ...]:
    """Nothing where it cannot be one. The number that a piece ends in is as wide as the last."""
    fewest = used(blocks) // max(limit, 1)
    for digits in range(len(str(fewest)), len(str(most)) + 1):
        widest = "9" * digits
        parts = divided(blocks, room(used, limit, numbering(widest, widest) if numbered else ()), most)
        if not numbered or len(parts) < 2:
            return parts
        if len(str(len(parts))) <= digits:
            return tuple((*part, *numbering(count, len(parts))) for count, part in enumerate(parts, 1))
    return ()


def room(used: Used, limit: int, end: Document) -> Fits:
    return lambda part: used((*part, *end)) <= limit


def numbering(count: int | str, parts: int | str) -> Document:
    return (Paragraph((Run(f"{count}/{parts}"),)),)


def divided(blocks: Document, fits: Fits, most: int) -> tuple[Document, ...]:
    parts: list[Document] = []
    rest = without_rules(blocks)
    while rest:
        cut = first_part(rest, fits) if len(parts) < most else None
        if cut is None:
            return ()
        parts.append(without_rules(cut.head))
        rest = without_rules(cut.rest)
    return tuple(parts)


def without_rules(blocks: Document) -> Document:
    """At either end."""
    start, end = 0, len(blocks)
    while start < end and isinstance(blocks[start], Rule):
        start += 1
    while start < end and isinstance(blocks[end - 1], Rule):
        end -= 1
    return blocks[start:end]


def first_part(blocks: Document, fits: Fits, *, full: bool = False) -> Cut | None:
    """As many blocks as fit. The next one is cut if it would fit nowhere whole, or the part is to be `full`."""
    count = most_that_fit(len(blocks), lambda count: fits(blocks[:count]))
    if count == len(blocks):
        return Cut(blocks, ())
    kept = without_headings(blocks[:count])
    if kept and not full and fits(blocks[len(kept) : count + 1]):
        return Cut(kept, blocks[len(kept) :])
    cut = cut_block(blocks[count], lambda head: fits((*blocks[:count], *head)), words=full or not kept)
    if cut:
        return Cut((*blocks[:count], *cut.head), (*cut.rest, *blocks[count + 1 :]))
    whole = kept or blocks[:count]
    return Cut(whole, blocks[len(whole) :]) if whole else None


def without_headings(blocks: Document) -> Document:
    """At the end, where nothing follows them."""
    end = len(blocks)
    while end and isinstance(blocks[end - 1], Heading | Rule):
        end -= 1
    return blocks[:end]


def most_that_fit(count: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to `count` that fits, 0 always does. Never measures much more than what fits."""
    low, high = 0, 1
    while high <= count and fits(high):
        low, high = high, high * 2
    high = min(high, count + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


# Blocks


def cut_block(block: Block, fits: Fits, *, words: bool) -> Cut | None:
    """Nothing where no part of it fits, or, unless `words` may be parted, no sentence."""
    match block:
        case Paragraph(runs):
            return cut_runs(runs, Paragraph, Paragraph, fits, words)
        case Heading(level, runs):
            return cut_runs(runs, lambda part: Heading(level, part), lambda part: Heading(level, part), fits, words)
        case Item(_, _, runs):
            return cut_runs(runs, lambda part: replace(block, runs=part), Paragraph, fits, words)
        case Quote(blocks):
            return cut_quote(blocks, fits)
        case Code(text, language):
            return cut_code(text, language, fits, words)
        case Table(rows):
            return cut_table(rows, fits, words)
        case _:
            return None


def cut_quote(blocks: Document, fits: Fits) -> Cut | None:
    cut = first_part(blocks, lambda head: fits((Quote(head),)))
    return Cut((Quote(cut.head),), (Quote(cut.rest),)) if cut and cut.rest else None


def cut_code(text: str, language: str, fits: Fits, words: bool) -> Cut | None:
    """Between lines, else words."""
    make = partial(Code, language=language)
    return cut_at("\n", text, make, fits) or (cut_at(" ", text, make, fits) if words else None)


def cut_at(sign: str, text: str, make: Callable[[str], Block], fits: Fits) -> Cut | None:
    last = len(text.rstrip())
    ends = [
        found.start() for found in re.finditer(sign, text) if text[: found.start()].strip() and found.start() < last
    ]
    count = most_that_fit(len(ends), lambda count: fits((make(text[: ends[count - 1]]),)))
    if not count:
        return None
    end = ends[count - 1]
    return Cut((make(text[:end]),), (make(text[end + 1 :].strip("\n")),))


def cut_table(rows: tuple[tuple[tuple[Run, ...], ...], ...], fits: Fits, words: bool) -> Cut | None:
    """Between rows; a row too long for one is a line of text."""
    count = most_that_fit(len(rows) - 1, lambda count: fits((Table(rows[:count]),)))
    if count:
        return Cut((Table(rows[:count]),), (Table(rows[count:]),))
    line = Paragraph(tuple(run for number, cell in enumerate(rows[0]) for run in beside(number, cell)))
    rest: Document = (Table(rows[1:]),) if rows[1:] else ()
    if fits((line,)):
        return Cut((line,), rest)
    cut = cut_block(line, fits, words=words)
    return Cut(cut.head, (*cut.rest, *rest)) if cut else None


def beside(number: int, cell: tuple[Run, ...]) -> tuple[Run, ...]:
    return (Run(" | "), *cell) if number else cell


# Runs

SENTENCE = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|[。．！？]+[」』”’）]*|\n")
IDEOGRAPH = "[\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
WORD = re.compile(rf"(?<=\S)\s+(?=\S)|(?<={IDEOGRAPH})(?={IDEOGRAPH})")
"""Scripts that write without spaces may be cut anywhere but before a sign."""
Make = Callable[[tuple[Run, ...]], Block]


def cut_runs(runs: tuple[Run, ...], head: Make, rest: Make, fits: Fits, words: bool) -> Cut | None:
    """At the end of a sentence, unless that leaves more than half of the room empty."""
    text = "".join(run.text for run in runs)
    fixed = list(fixed_parts(runs))

    def last_that_fits(ends: list[int]) -> int:
        count = most_that_fit(len(ends), lambda count: fits((head(part(runs, 0, ends[count - 1])),)))
        return ends[count - 1] if count else 0

    end = last_that_fits(outside(fixed, sentence_ends(text)))
    if words:
        ends = word_ends(text)
        further = outside(fixed, ends)
        end = last_that_fits(further[bisect_right(further, 2 * end) :]) or end
        end = end or last_that_fits(outside([one for one in fixed if one.always], ends))
    return Cut((head(part(runs, 0, end)),), (rest(part(runs, end, len(text))),)) if end else None


def part(runs: tuple[Run, ...], start: int, end: int) -> tuple[Run, ...]:
    found, at = [], 0
    for run in runs:
        if at >= end:
            break
        text = run.text[max(start - at, 0) : end - at]
        at += len(run.text)
        if text:
            found.append(run if text == run.text else replace(run, text=text))
    return stripped(found)


def sentence_ends(text: str) -> list[int]:
    """No sentence begins with a small letter: `e.g. this` is none."""
    ends = [found.end() for found in SENTENCE.finditer(text)]
    return [end for end in ends if parts_text(text, end) and not following(text, end).islower()]


def word_ends(text: str) -> list[int]:
    ends = [found.start() for found in WORD.finditer(text)]
    return [end for end in ends if parts_text(text, end)]


def parts_text(text: str, end: int) -> bool:
    """Something is left on either side, and no character goes on after the cut: a mark may stand on a space."""
    first, follows = FILLED.search(text), following(text, end)
    return first is not None and first.start() < end and bool(follows) and not joins(follows)


FILLED = re.compile(r"\S")


def following(text: str, end: int) -> str:
    """The first character that is no white space."""
    found = FILLED.search(text, end)
    return found[0] if found else ""


def joins(char: str) -> bool:
    return char == "\u200d" or unicodedata.category(char).startswith("M")


class Fixed(NamedTuple):
    """What is not cut inside: links, mentions and code; `always`: not even if it is too long."""

    start: int
    end: int
    always: bool


def fixed_parts(runs: tuple[Run, ...]) -> Iterator[Fixed]:
    start = 0
    for (link, mention, code), group in groupby(runs, lambda run: (run.link, run.mention, run.code)):
        text = "".join(run.text for run in group)
        if link or mention or code:
            yield Fixed(start, start + len(text), bool(mention) or text == link)
        start += len(text)


def outside(fixed: list[Fixed], ends: list[int]) -> list[int]:
    starts = [one.start for one in fixed]
    return [end for end in ends if not cuts(fixed, bisect_left(starts, end) - 1, end)]


def cuts(fixed: list[Fixed], last: int, end: int) -> bool:
    """Whether the last one that begins before an end goes on after it."""
    return last >= 0 and end < fixed[last].end


# Excerpts


def excerpt(blocks: Document, used: Used, limit: int, link: str) -> Document | None:
    end = Paragraph((Run(link, link=link),))
    cut = first_part(without_rules(blocks), lambda head: used((*going_on(head), end)) <= limit, full=True)
    return (*going_on(without_headings(cut.head) or cut.head), end) if cut else None


def going_on(blocks: Document) -> Document:
    last = blocks[-1] if blocks else None
    if not isinstance(last, Paragraph | Heading | Item) or not last.runs:
        return (*blocks, Paragraph((Run("…"),)))
    sign = " …" if last.runs[-1].link or last.runs[-1].text.endswith((*".!?…。！？",)) else "…"
    return (*blocks[:-1], replace(last, runs=(*last.runs, Run(sign))))
