"""What the forms with markup have in common: blocks of lines, lines of runs, and every run made harmless."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import ClassVar, NamedTuple

from functions.platforms.text.document import (
    Code,
    Document,
    Heading,
    Item,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Run,
    Table,
)
from functions.platforms.text.harmless import ZERO_WIDTH, Mention, address, guarded, unpinged
from functions.platforms.words import labelled

Depict = Callable[[Picture], str]
"""How a picture is written where it stands."""
Rows = tuple[tuple[tuple[Run, ...], ...], ...]
Section = Paragraph | Heading | Quote | Code | Table | Rule | Picture | list[Item]

RULE = "———"
DEEPEST = 8
"""Lists further in look like this one, or they would be mostly margin."""


def described(picture: Picture) -> str:
    return f"[image: {picture.alt or picture.name}]"


def told_link(label: str, link: str) -> tuple[bool, str]:
    """Whether the words of a link are written, and the address where they do not tell it already."""
    told, shown = labelled(label.strip(), link), re.sub("^(?:mailto|tel):", "", link)
    if told == label.strip():
        return True, ""
    return told != shown, shown


def sections(blocks: Document) -> Iterator[Section]:
    """The items of a list together."""
    for is_list, group in groupby(blocks, lambda block: isinstance(block, Item)):
        if is_list:
            yield [block for block in group if isinstance(block, Item)]
        else:
            yield from (block for block in group if not isinstance(block, Item))


def lines(runs: Iterable[Run]) -> list[list[Run]]:
    """With stretches of one style as one run."""
    found: list[list[Run]] = [[]]
    for run in runs:
        line = found[-1]
        if run.text == "\n":
            found.append([])
        elif line and not run.mention and replace(line[-1], text="") == replace(run, text=""):
            line[-1] = replace(run, text=line[-1].text + run.text)
        else:
            line.append(run)
    return found


ENDS = re.compile(r"[.,;:!?)}\"'»”’…]*(?:\s|\Z)")
BEGINS = "({\"'«“‘"


def begins_alone(whole: str, start: int) -> bool:
    """Whether everybody sees where an address begins."""
    before = whole[max(start - 1, 0) : start]
    return not before.strip() or before in BEGINS


def ends_alone(whole: str, end: int, ends: re.Pattern[str] = ENDS) -> bool:
    return ends.match(whole[end : end + 40]) is not None


class Unit(NamedTuple):
    """What has one style in a line, written. White space at its ends does not count to it."""

    marks: list[tuple[str, str]]
    text: str

    @property
    def core(self) -> str:
        return self.text.strip()

    @property
    def lead(self) -> str:
        return self.text[: len(self.text) - len(self.text.lstrip())]

    @property
    def trail(self) -> str:
        return self.text[len(self.text.rstrip()) :] if self.core else ""


class Notation(ABC):
    """A platform's markup. Subclasses say what is different there."""

    newline = "\n"
    bullet = "• "
    ends = ENDS
    """What may follow an address that is not set apart."""
    marks: ClassVar[dict[str, tuple[str, str]]] = {}
    """What stands before and behind text of a style, the outermost first."""

    def __init__(self, mention: Mention, depict: Depict | None = None) -> None:
        self.mention, self.depict = mention, depict

    def document(self, blocks: Document) -> str:
        told, last = "", None
        for section in sections(blocks):
            told += (self.gap(last) if last is not None else "") + self.section(section)
            last = section
        return told

    def gap(self, _above: Section) -> str:
        return "\n\n"

    # Blocks

    def section(self, section: Section) -> str:
        match section:
            case list():
                return self.listing(section)
            case Paragraph(runs):
                return self.flow(runs)
            case Heading(level, runs):
                return self.heading(level, runs)
            case Quote(blocks):
                return self.quote(self.document(blocks))
            case Code(text, language):
                return self.code_block(guarded(text), language)
            case Table(rows):
                return self.table(rows)
            case Picture():
                return self.depict(section) if self.depict else self.flow((Run(described(section)),))
            case Rule():
                return self.rule()

    def flow(self, runs: tuple[Run, ...]) -> str:
        return self.newline.join(self.line(line) for line in lines(runs))

    def one_line(self, runs: Iterable[Run]) -> str:
        return self.line(lines(Run(" ") if run.text == "\n" else run for run in runs)[0])

    @abstractmethod
    def heading(self, level: int, runs: tuple[Run, ...]) -> str: ...

    def listing(self, items: list[Item]) -> str:
        return "\n".join(self.item(item, "  " * min(item.depth, DEEPEST)) for item in items)

    def item(self, item: Item, margin: str) -> str:
        bullet = self.bullet if item.number is None else f"{item.number}. "
        return margin + (bullet + self.flow(item.runs).replace("\n", "\n" + margin + " " * len(bullet))).rstrip()

    def quote(self, told: str) -> str:
        return "\n".join(f"> {line}".rstrip() for line in told.split("\n"))

    @abstractmethod
    def code_block(self, text: str, language: str) -> str: ...

    def table(self, rows: Rows) -> str:
        return "\n".join(self.line_of_cells(row) for row in rows)

    def line_of_cells(self, row: tuple[tuple[Run, ...], ...]) -> str:
        return " | ".join(self.one_line(cell) for cell in row)

    def rule(self) -> str:
        return RULE

    # Lines

    def line(self, runs: list[Run]) -> str:
        """Where two styles touch, the second is not shown: marks that touch are read in too many ways."""
        units = self.units(runs)
        told, apart_from_marks = "", True
        for unit, following in zip(units, [*units[1:], Unit([], "")], strict=False):
            told += unit.lead
            shown = bool(unit.marks and unit.core) and (apart_from_marks or unit.lead != "")
            after = (unit.trail + following.text)[:1]
            told += self.marked(unit.core, unit.marks, told[-1:], after) if shown else unit.core
            told += unit.trail
            apart_from_marks = not shown or unit.trail != ""
        return self.start(told)

    def units(self, runs: list[Run]) -> "list[Unit]":
        whole, at, found = "".join(run.text for run in runs), 0, []
        for marks, group in groupby(runs, self.marks_of):
            same = list(group)
            found.append(Unit(marks, self.linked(same, whole, at)))
            at += sum(len(run.text) for run in same)
        return [unit for unit in found if unit.text]

    def marks_of(self, run: Run) -> list[tuple[str, str]]:
        return [marks for style, marks in self.marks.items() if getattr(run, style)]

    def marked(self, core: str, marks: list[tuple[str, str]], _before: str, _after: str) -> str:
        opening = "".join(mark[0] for mark in marks)
        closing = "".join(mark[1] for mark in reversed(marks))
        return opening + core + closing

    def start(self, line: str) -> str:
        """A line that begins with text begins nothing else."""
        return line

    # Runs

    def linked(self, runs: list[Run], whole: str, at: int) -> str:
        """`at`: where in the whole line they stand."""
        told = ""
        for link, group in groupby(runs, lambda run: run.link):
            same = list(group)
            words, end = "".join(self.words(run) for run in same), at + sum(len(run.text) for run in same)
            if link:
                shown = Unit([], words)
                is_alone = begins_alone(whole, at) and ends_alone(whole, end, self.ends)
                words = shown.lead + self.anchor(shown.core, whole[at:end], link, is_alone) + shown.trail
            told += words
            at = end
        return told

    def anchor(self, words: str, label: str, link: str, is_alone: bool) -> str:
        shown, told = told_link(label, link)
        if shown and told:
            return self.link(words, address(link))
        write = self.bare if is_alone else self.fenced
        return write(address(link.removeprefix("mailto:")), address(link))

    def bare(self, shown: str, link: str) -> str:
        """An address that is its own words, without `mailto:`."""
        return shown if link.startswith("http") else self.text(shown)

    def fenced(self, shown: str, link: str) -> str:
        """The same, where letters beside it could be taken for a part of it."""
        return self.bare(shown, link)

    def link(self, words: str, link: str) -> str:
        return f"{words} ({self.bare(link.removeprefix('mailto:'), link)})"

    def words(self, run: Run) -> str:
        if run.mention:
            return self.mentioned(run)
        return self.code(guarded(run.text)) if run.code else self.text(guarded(run.text))

    def mentioned(self, run: Run) -> str:
        """The platform's markup is written as it is, a name as any text."""
        told = self.mention(run)
        return self.text(told) if told == unpinged(run) else told

    def code(self, text: str) -> str:
        return self.text(text)

    @abstractmethod
    def text(self, text: str) -> str: ...


def apart(text: str, sign: str) -> str:
    """With a zero-width space in each run of a sign that would otherwise be notation."""
    return text.replace(sign, ZERO_WIDTH.join(sign))


@dataclass(slots=True)
class Entry:
    runs: tuple[Run, ...]
    lists: "list[Listing]" = field(default_factory=list)


@dataclass(slots=True)
class Listing:
    """A list as a tree, for notations that nest them."""

    start: int | None
    entries: list[Entry] = field(default_factory=list)

    def goes_on(self, number: int | None) -> bool:
        return number == (None if self.start is None else self.start + len(self.entries))


def nested(items: list[Item]) -> list[Listing]:
    """A number out of turn begins a list of its own."""
    top: list[Listing] = []
    open_lists: list[Listing] = []
    for item in items:
        del open_lists[item.depth + 1 :]
        if len(open_lists) > item.depth and not open_lists[item.depth].goes_on(item.number):
            del open_lists[item.depth :]
        if len(open_lists) <= item.depth:
            siblings = open_lists[-1].entries[-1].lists if open_lists else top
            open_lists.append(Listing(item.number))
            siblings.append(open_lists[-1])
        open_lists[-1].entries.append(Entry(item.runs))
    return top
