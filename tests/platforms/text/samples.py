"""Texts and documents at random, and what is looked for in the forms they take."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby

from hypothesis import strategies as st

from functions.platforms.text.document import (
    Block,
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
from functions.platforms.text.forms import bbcode, commonmark, discord, html, little, plain, slack

Form = Callable[[Document], str]


def plainly(blocks: Document) -> str:
    return plain(blocks).text


def barely(blocks: Document) -> str:
    return plain(blocks, addresses=False, quotes=False).text


FORMS: list[Form] = [plainly, barely, discord, slack, commonmark, html, little, bbcode]

# Sources

NOTATION = (
    "w x y z wx zy * ** *** _ __ ` `` ~~ ~ [ ] ( ) ]( ![ < > # - 1. 3) | |-|-| |- + = === --- ! \\ & &amp; \" ' @ ^"
    " <x> </div> <!channel> <@1> @w @{x} @y.z @x@w.yz https://z.z http://x.y/w_z(x) x@y.zw <https://w.y> <x@y.zw>"
    " <xx:y> [w](https://b.c) [x](/y) ![z](w) [z]: \\@ \\* ＠ \u200b é 中 中。 👨‍👩‍👧 :"
)
LAYOUT = (
    " ",
    " ",
    " ",
    "  ",
    "    ",
    "\n",
    "\n",
    "\n\n",
    "> ",
    "- ",
    "1. ",
    "12. ",
    "# ",
    "\t",
    "\r",
    "  \n",
    "\\\n",
    "```\n",
)
notation = st.lists(st.sampled_from((*NOTATION.split(), *LAYOUT)), max_size=24).map("".join)
anything = st.text(st.characters(), max_size=200)

# Documents

words = st.text("ab yz.,!?@#*_~`|[]<>&/:-1\u00e9\u4e2d\u3002\U0001f468", min_size=1, max_size=30).filter(str.strip)
links = st.sampled_from(["https://a.example/x_(y)?a=1&b=2", "https://b.example", "mailto:c@d.example"])
names = st.sampled_from(["mods", "everyone", "alice@example.social", "a b"])
styles = {"bold": st.booleans(), "italic": st.booleans(), "strike": st.booleans()}
run = st.one_of(
    st.builds(Run, words, **styles, code=st.just(False)),
    st.builds(Run, words, code=st.just(True)),
    st.builds(Run, words, **styles, link=links),
    links.map(lambda link: Run(link.removeprefix("mailto:"), link=link)),
    names.map(lambda name: Run(f"@{name}", mention=name)),
    st.just(Run("\n")),
)


def inner(found: list[Run]) -> tuple[Run, ...]:
    """Text at both ends."""
    return (Run("a"), *found, Run("z"))


runs = st.lists(run, max_size=6).map(inner)
lines = st.lists(words, min_size=1, max_size=4).map("\n".join)
block: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, runs),
    st.builds(Heading, st.integers(1, 6), runs),
    st.builds(Item, st.integers(0, 2), st.none() | st.integers(0, 12), runs),
    st.builds(Code, lines, st.sampled_from(["", "py"])),
    st.lists(st.tuples(runs, runs), min_size=1, max_size=3).map(lambda rows: Table(tuple(rows))),
    st.just(Rule()),
    st.builds(Picture, st.just("x.png"), words),
)
quote = st.lists(block, min_size=1, max_size=3).map(lambda blocks: Quote(tuple(blocks)))
documents: st.SearchStrategy[Document] = st.lists(st.one_of(block, block, block, quote), max_size=6).map(tuple)

# What is compared

INVISIBLE = re.compile("[\u200a\u200b]")
SIGNS = re.compile(r"[^\w]|_")


def letters(text: str) -> str:
    """What is left where notation, layout and guards are not looked at."""
    return SIGNS.sub("", INVISIBLE.sub("", text))


def lines_of_runs(blocks: Document) -> Iterator[tuple[Run, ...]]:
    for block in blocks:
        match block:
            case Paragraph(runs) | Heading(_, runs) | Item(_, _, runs):
                yield runs
            case Quote(inside):
                yield from lines_of_runs(inside)
            case Table(rows):
                yield from (cell for row in rows for cell in row)


def all_links(blocks: Document) -> list[tuple[str, str]]:
    """The letters of each link, and its address."""
    grouped = (group for runs in lines_of_runs(blocks) for group in groupby(runs, lambda run: run.link))
    return [(letters("".join(run.text for run in group)), link) for link, group in grouped if link]
