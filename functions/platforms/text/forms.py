"""A document in the form a platform reads. What a form cannot show is told in words; nothing is left out.

No form ever pings by itself: every mention goes through `mention`, and all other text is made harmless.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import nh3

from functions.platforms.text.chat import Discord, Slack
from functions.platforms.text.commonmark import CommonMark
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
from functions.platforms.text.document import pictures as pictures
from functions.platforms.text.document import without_pictures as without_pictures
from functions.platforms.text.harmless import ZERO_WIDTH as ZERO_WIDTH
from functions.platforms.text.harmless import Mention as Mention
from functions.platforms.text.harmless import address, guarded
from functions.platforms.text.harmless import unpinged as unpinged
from functions.platforms.text.notation import DEEPEST, RULE, Depict, begins_alone, described, ends_alone, told_link
from functions.platforms.text.tags import BBCode, Html

Kind = Literal["bold", "italic", "strike", "code", "pre", "quote", "link", "mention", "tag"]


@dataclass(frozen=True, slots=True)
class Span:
    """Where in the plain text a style, a link, a mention or a hashtag stands: code points, the end not included."""

    start: int
    end: int
    kind: Kind
    value: str = ""
    """The link's address, the mention's name, the tag without `#`, the language of `pre`."""


@dataclass(frozen=True, slots=True)
class Plain:
    """Text without markup, and what stands where in it."""

    text: str
    spans: tuple[Span, ...] = ()

    def utf8(self, span: Span) -> tuple[int, int]:
        """Its byte offsets in UTF-8 (Bluesky)."""
        start = len(self.text[: span.start].encode())
        return start, start + len(self.text[span.start : span.end].encode())

    def utf16(self, span: Span) -> tuple[int, int]:
        """Its offset and length in UTF-16 units (Telegram)."""
        before, within = self.text[: span.start], self.text[span.start : span.end]
        return len(before.encode("utf-16-le")) // 2, len(within.encode("utf-16-le")) // 2


def plain(blocks: Document, mention: Mention = unpinged, *, addresses: bool = True, quotes: bool = True) -> Plain:
    """With `addresses`, a link whose words are not its address is written as `words (address)`, and bare ones as they
    are (Mastodon, X, Threads, Twitch); without, only the words, for platforms whose spans carry the address.
    With `quotes`, each quoted line begins with `> `; without, only the spans tell (Telegram)."""
    sheet = Sheet(mention, addresses, quotes)
    sheet.write_all(blocks)
    return Plain("".join(sheet.pieces), tuple(sorted(sheet.spans, key=lambda span: (span.start, -span.end))))


TAG = re.compile(r"(?<![\w&/#＃])[#＃](?P<tag>(?=[\w]*[^\W\d_])\w+)")


class Sheet:
    """Plain text while it is being written. Where a line begins depends on what it stands in: that is the margin."""

    def __init__(self, mention: Mention, addresses: bool, quotes: bool) -> None:
        self.mention, self.addresses, self.quotes = mention, addresses, quotes
        self.pieces: list[str] = []
        self.spans: list[Span] = []
        self.length = 0
        self.margin = ""
        self.quoted = 0

    def put(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)

    def write(self, text: str) -> None:
        for number, line in enumerate(text.split("\n")):
            self.put(f"\n{self.margin}{line}" if number else line)

    @contextmanager
    def marked(self, kind: Kind, value: str = "") -> Iterator[None]:
        start = self.length
        yield
        if start < self.length:
            self.spans.append(Span(start, self.length, kind, value))

    @contextmanager
    def within(self, margin: str) -> Iterator[None]:
        outer, self.margin = self.margin, self.margin + margin
        yield
        self.margin = outer

    # Blocks

    def write_all(self, blocks: Document) -> None:
        last: Block | None = None
        for block in blocks:
            if last is not None:
                self.put("\n" if close(last, block) else f"\n{self.margin.rstrip()}\n")
                self.put(self.margin)
            self.write_block(block)
            last = block

    def write_block(self, block: Block) -> None:
        match block:
            case Paragraph(runs) | Heading(_, runs):
                self.write_runs(runs)
            case Item():
                self.write_item(block)
            case Quote(blocks):
                self.write_quote(blocks)
            case Code(text, language):
                with self.marked("pre", language):
                    self.write(guarded(text))
            case Table(rows):
                self.write_table(rows)
            case Rule():
                self.write(RULE)
            case Picture():
                self.write(guarded(described(block)))

    def write_item(self, item: Item) -> None:
        bullet = "  " * min(item.depth, DEEPEST) + ("• " if item.number is None else f"{item.number}. ")
        self.put(bullet if item.runs else bullet.rstrip())
        with self.within(" " * len(bullet)):
            self.write_runs(item.runs)

    def write_quote(self, blocks: Document) -> None:
        """Quotes in a quote are part of it: there is one span."""
        margin = "> " if self.quotes else ""
        self.put(margin)
        outermost = self.quoted == 0
        self.quoted += 1
        start = self.length
        with self.within(margin):
            self.write_all(blocks)
        self.quoted -= 1
        if outermost:
            self.spans.append(Span(start, self.length, "quote"))

    def write_table(self, rows: tuple[tuple[tuple[Run, ...], ...], ...]) -> None:
        for number, row in enumerate(rows):
            self.write("\n" if number else "")
            for column, cell in enumerate(row):
                self.put(" | " if column else "")
                self.write_runs(cell)

    # Runs

    def write_runs(self, runs: tuple[Run, ...]) -> None:
        whole, at = "".join(run.text for run in runs), 0
        for link, group in groupby(runs, lambda run: run.link):
            same = list(group)
            end = at + sum(len(run.text) for run in same)
            if link:
                lead = "" if begins_alone(whole, at) else " "
                self.write_link(link, same, lead, "" if ends_alone(whole, end) else " ")
            else:
                self.write_same(same)
            at = end

    def write_same(self, runs: list[Run]) -> None:
        for run in runs:
            self.write_run(run)

    def write_link(self, link: str, runs: list[Run], lead: str, trail: str) -> None:
        """A bare address stands apart: platforms find it by themselves, but not among letters."""
        words, told = told_link("".join(run.text for run in runs), link)
        is_bare = self.addresses and not (words and told)
        self.put(lead if is_bare else "")
        with self.marked("link", link):
            if words or not self.addresses:
                self.write_same(runs)
            else:
                self.write(address(told))
        if self.addresses:
            self.write(trail if is_bare else f" ({address(told)})")

    def write_run(self, run: Run) -> None:
        start = self.length
        if run.mention:
            with self.marked("mention", run.mention):
                self.write(self.mention(run))
        else:
            self.write_text(run)
        styles: dict[Kind, bool] = {"bold": run.bold, "italic": run.italic, "strike": run.strike, "code": run.code}
        self.spans += [Span(start, self.length, kind) for kind, on in styles.items() if on and start < self.length]

    def write_text(self, run: Run) -> None:
        at = 0
        for found in TAG.finditer(run.text) if not (run.link or run.code) else ():
            self.write(guarded(run.text[at : found.start()]))
            with self.marked("tag", found["tag"]):
                self.write(found[0])
            at = found.end()
        self.write(guarded(run.text[at:]))


def close(one: Block, other: Block) -> bool:
    """Whether no empty line stands between them."""
    return isinstance(one, Item) and isinstance(other, Item)


def discord(blocks: Document, mention: Mention = unpinged) -> str:
    return Discord(mention).document(blocks)


def slack(blocks: Document, mention: Mention = unpinged) -> str:
    return Slack(mention).document(blocks)


def commonmark(blocks: Document, mention: Mention = unpinged, *, picture: Depict | None = None) -> str:
    """Discourse, GitHub, Lemmy, Reddit, webhooks. `picture` gives the Markdown of an image; without, it is told in
    words."""
    return CommonMark(mention, picture).document(blocks)


def html(blocks: Document, mention: Mention = unpinged, *, picture: Depict | None = None) -> str:
    """Clean HTML: only harmless tags, and links to http(s) and mailto. `picture` gives an `<img>`; without, it is told
    in words."""
    return nh3.clean(Html(mention, picture).document(blocks), url_schemes={"http", "https", "mailto"})


RESERVED = re.compile(r"[\\|{}@\[\]()<>#*_~]")


def little(blocks: Document, mention: Mention = unpinged) -> str:
    """LinkedIn's "little" text, every reserved character escaped.

    Source: learn.microsoft.com/linkedin/marketing/community-management/shares/little-text-format.
    """
    told = plain(blocks, mention)
    pieces, at = [], 0
    for span in told.spans:
        if span.kind in ("mention", "tag"):
            pieces += [literal(told.text[at : span.start]), element(told.text[span.start : span.end], span)]
            at = span.end
    return "".join([*pieces, literal(told.text[at:])])


def literal(text: str) -> str:
    return RESERVED.sub(r"\\\g<0>", text)


def element(text: str, span: Span) -> str:
    """LinkedIn's own markup of a mention is written as it is, a name as any text."""
    if span.kind == "tag":
        return f"{{hashtag|\\#|{literal(span.value)}}}"
    return literal(text) if text == unpinged(Run("", mention=span.value)) else text


def bbcode(blocks: Document, mention: Mention = unpinged) -> str:
    """Steam's."""
    return BBCode(mention).document(blocks)
