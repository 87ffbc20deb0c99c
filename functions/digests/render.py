"""A sheet as a page, as a mail, and as plain text. Everything from strangers is text: escaped, never markup.

Mail: tables for what is a table and nothing for looks, no style sheet, colours left to the reader's own
(research of what clients do: caniemail.com). The text part says the same in the same order.
"""

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from unicodedata import bidirectional

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from functions.digests import charts
from functions.digests.sheet_parts import Block, Cell, Sheet, Table
from functions.digests.words import Words

TEMPLATES = Path(__file__).parent / "templates"
RIGHT_TO_LEFT = ("R", "AL", "AN")
WORD = 24
"""Characters that fit into a column of a mail."""
LARGEST = 90_000
"""Bytes of a mail's HTML: Gmail cuts at about 102 KB."""


@cache
def templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["svg"] = Markup
    made.tests["unbroken"] = unbroken
    return made


def unbroken(text: str) -> bool:
    """Whether a word is too long for a column: only then is it broken anywhere."""
    return any(len(word) > WORD for word in text.split())


@cache
def style() -> str:
    return (TEMPLATES / "site.css").read_text(encoding="utf-8") + charts.STYLE


@cache
def policy() -> str:
    """What a page may do: show itself by this one style sheet, and send its search to us."""
    hashed = b64encode(sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{hashed}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def page(template: str, words: Words, **given: Any) -> str:
    """A page of the site."""
    styled = Markup(style())  # noqa: S704 - a file of ours
    return templates().get_template(template).render(words=words, say=words.say, style=styled, **given)


def mail(sheet: Sheet, link: str, stop: str = "") -> tuple[str, str]:
    """The HTML part and the text part, in the same order. Too large, sections leave it from the end, and it says so.
    `link` leads to the page, `stop` to where these mails are ended; empty where there is none."""
    words = Words.of(sheet.language)
    for number in range(len(sheet.blocks), -1, -1):
        given = {"sheet": sheet, "blocks": sheet.blocks[:number], "cut": number < len(sheet.blocks)}
        given |= {"link": link, "stop": stop}
        html = templates().get_template("mail.html").render(words=words, say=words.say, **given)
        if len(html.encode()) <= LARGEST:
            break
    text = templates().get_template("mail.txt").render(words=words, say=words.say, lines=lines, links=links, **given)
    return html, text


def lines(block: Block, words: Words) -> Iterator[str]:
    """A block in lines of plain text."""
    yield from block.lines
    for table in block.tables:
        yield from tabled(table, words)
    yield from block.after
    for topic, quotes in block.quotes:
        for one in quotes:
            why = words.say("heading", label=f"{topic} · {one.why}")
            yield f"{why} {words.say('in-quotes', text=isolated(one.text))} ({one.place})"


def tabled(table: Table, words: Words) -> Iterator[str]:
    """Each row in a line, its numbers by the names of their columns."""
    for first, *others in table.rows:
        told = [
            isolated(first.text),
            *(named(head, cell, words) for head, cell in zip(table.head[1:], others, strict=True)),
        ]
        yield " · ".join(filter(None, told))


def named(head: Cell, cell: Cell, words: Words) -> str:
    text = isolated(cell.text) if cell.foreign else cell.text
    return f"{words.say('heading', label=head.text)} {text}" if cell.number and text else text


def links(block: Block, words: Words) -> Iterator[tuple[str, str]]:
    """What leads to where something is decided, in words that make sense alone; and where quotes stand."""
    for table in block.tables:
        for row in table.rows:
            for cell in row:
                if cell.href and not cell.number:
                    label = words.say("heading", label=row[0].text)
                    yield f"{label} {cell.text}" if cell is not row[0] else cell.text, cell.href
    for topic, quotes in block.quotes:
        for one in quotes:
            if one.href:
                yield f"{topic} · {one.why}", one.href
    for cell in block.links:
        yield cell.text, cell.href


def isolated(text: str) -> str:
    """Words that may run from right to left, kept from turning what stands around them (UAX 9)."""
    turns = any(bidirectional(letter) in RIGHT_TO_LEFT for letter in text)
    return f"\u2068{text}\u2069" if turns else text
