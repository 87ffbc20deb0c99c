"""CommonMark with GitHub's tables, as forums read it: what is written here and read again is the same."""

import re
import unicodedata
from dataclasses import replace
from typing import ClassVar

from functions.platforms.text.document import Item, Run
from functions.platforms.text.harmless import ZERO_WIDTH
from functions.platforms.text.notation import Notation, Rows

SIGN = re.compile(r"[\\`*_\[\]<>~|^]|&(?=\#?\w+;)|!(?=\[|\Z)|@(?=\{)|:(?=//)", re.VERBOSE)
START = re.compile(r"(?:(\#{1,6}|[-+])(?=\s|\Z)|([-=])(?=[-=]*\Z)|([0-9]{1,9})(?=[.)](?:\s|\Z)))", re.VERBOSE)
REDDITOR = re.compile(r"(?<!\w)/?u/(?=[\w-])", re.IGNORECASE)
"""Reddit's mention of a person."""
CLEAR = re.compile(r"(?:[a-z0-9./:?=%#+,@-]|&(?!\#?\w+;)|(?<=[a-z0-9])_(?=[a-z0-9]))+[a-z0-9/=-]", re.IGNORECASE)
"""An address that is one everywhere, though nothing stands around it."""
MAIL = re.compile(r"[\w.+-]+@(?:[a-z0-9-]+\.)+[a-z0-9]+", re.ASCII | re.IGNORECASE)


class CommonMark(Notation):
    """Sources: spec.commonmark.org, github.github.com/gfm; `^` and `/u/` are Reddit's."""

    newline = "  \n"
    bullet = "- "
    marks: ClassVar = {"strike": ("~~", "~~"), "bold": ("**", "**"), "italic": ("*", "*")}

    # Blocks

    def heading(self, level: int, runs: tuple[Run, ...]) -> str:
        told = self.one_line(runs)
        return f"{'#' * level} " + re.sub(r"(?<=\s)(#+)$", r"\\\1", told)

    def listing(self, items: list[Item]) -> str:
        """Each under the words of the one it belongs to. Only the first number of a list counts: one out of turn
        gets another sign, which begins a list."""
        told: list[str] = []
        open_items: list[Sign] = []
        for item in items:
            del open_items[item.depth + 1 :]
            last = open_items.pop() if len(open_items) > item.depth else None
            sign = Sign(item.number, sum(above.width for above in open_items), last)
            open_items.append(sign)
            gap = "\n\n" if last and sign.end != last.end else "\n"
            margin = " " * sign.margin
            text = self.flow(item.runs).replace("\n", "\n" + margin + " " * sign.width)
            told += [gap if told else "", f"{margin}{sign.text} {text}".rstrip()]
        return "".join(told)

    def code_block(self, text: str, language: str) -> str:
        fence = "`" * max(3, longest(text) + 1)
        return f"{fence}{language}\n{text}\n{fence}"

    def table(self, rows: Rows) -> str:
        width = max(len(row) for row in rows)
        head, *body = [[*(self.cell(cell) for cell in row), *[""] * (width - len(row))] for row in rows]
        return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * width, *body))

    def cell(self, runs: tuple[Run, ...]) -> str:
        """A table's own escape goes into code, too, but a backslash before it cannot be told."""
        told = self.one_line(replace(run, code=run.code and "\\|" not in run.text) for run in runs)
        return re.sub(r"(?<!\\)\|", r"\\|", told)

    def rule(self) -> str:
        return "---"

    # Lines

    def marked(self, core: str, marks: list[tuple[str, str]], before: str, after: str) -> str:
        """Without the marks, where they would be read as text. Source: CommonMark, "left-flanking"."""
        told = super().marked(core, marks, before, after)
        inner = told[len(marks[0][0]) : -len(marks[0][1])]
        return told if flanking(before, inner[0]) and flanking(after, inner[-1]) else core

    def start(self, line: str) -> str:
        line = line.strip()
        found = START.match(line)
        if found is None:
            return line
        sign = f"{found[3]}\\" if found[3] else f"\\{found[0]}"
        return sign + line[found.end() :]

    # Runs

    def bare(self, shown: str, link: str) -> str:
        return shown if link.startswith("http") and CLEAR.fullmatch(shown) else self.fenced(shown, link)

    def fenced(self, shown: str, link: str) -> str:
        plain = link.startswith("http") or MAIL.fullmatch(shown)
        return f"<{shown}>" if plain else self.link(self.text(shown), link)

    def link(self, words: str, link: str) -> str:
        return f"[{words}](<{link}>)" if re.search("[()]", link) else f"[{words}]({link})"

    def code(self, text: str) -> str:
        fence = "`" * (longest(text) + 1)
        edge = " " if text[:1] in "` " or text[-1:] in "` " else ""
        return fence + edge + text + edge + fence if text.strip() else self.text(text)

    def text(self, text: str) -> str:
        return SIGN.sub(r"\\\g<0>", REDDITOR.sub(rf"\g<0>{ZERO_WIDTH}", text))


class Sign:
    """What stands before an item: where, and how wide with the space behind it."""

    def __init__(self, number: int | None, margin: int, last: "Sign | None") -> None:
        self.number, self.margin = number, margin
        self.end = "-" if number is None else self.end_after(last)
        self.text = "-" if number is None else f"{number}{self.end}"
        self.width = len(self.text) + 1

    def end_after(self, last: "Sign | None") -> str:
        if last is None or last.number is None:
            return "."
        if self.number == last.number + 1:
            return last.end
        return ")" if last.end == "." else "."


def longest(text: str) -> int:
    """How many backticks stand together in it, at most."""
    return max((len(found) for found in re.findall("`+", text)), default=0)


def flanking(outside: str, inside: str) -> bool:
    """Whether a mark between the two holds to what is inside."""
    return inside.isalnum() or not outside.strip() or unicodedata.category(outside)[0] in "PS"
