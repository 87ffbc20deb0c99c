"""What a manager wrote, as a tree: Markdown → blocks of runs. One source for every form it takes.

Raw HTML in the source is text. What a platform cannot show is the business of `forms`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, cast
from urllib.parse import unquote

import mistune
from mistune.block_parser import BlockParser
from mistune.core import BlockState, InlineState
from mistune.inline_parser import InlineParser
from mistune.plugins.table import table_in_list, table_in_quote
from mistune.util import escape_url, unikey

from functions.platforms.words import MANY, MARKS, Token, every, unescaped


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style. `link` is an http(s) or mailto address. `mention` is the name after an `@`
    (`mods` for `@{mods}`, `everyone`, `alice@example.social`): whoever writes it out decides whether it may ping."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    link: str = ""
    mention: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line break inside it is a run whose text is a newline."""

    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list; `depth` from 0, `number` in an ordered list."""

    depth: int
    number: int | None
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    blocks: "tuple[Block, ...]"


@dataclass(frozen=True, slots=True)
class Code:
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells of runs, the head first."""

    rows: tuple[tuple[tuple[Run, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    pass


@dataclass(frozen=True, slots=True)
class Picture:
    """`name` is what stands between the brackets' parentheses: an image of the announcement's, or an address."""

    name: str
    alt: str


Block = Paragraph | Heading | Item | Quote | Code | Table | Rule | Picture
Document = tuple[Block, ...]

NEWLINE = Run("\n")

LINK = re.compile(r"(?:https?://|mailto:)[^\s<>\"`\\\x00-\x1f\x7f]+", re.IGNORECASE)
LANGUAGE = re.compile(r"[\w+#.-]{1,32}", re.ASCII)
CONTROLS = [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0)]
HALVES = [*range(0xD800, 0xE000), 0xFFFE, 0xFFFF]
STORABLE = str.maketrans(
    dict.fromkeys(CONTROLS, " ") | dict.fromkeys(HALVES, "\ufffd") | dict.fromkeys((0x85, 0x2028, 0x2029), "\n")
)
"""What no platform stores and no feed may have, control characters and halves of characters, has a substitute."""


def read(markdown: str) -> Document:
    """CommonMark with strikethrough, tables and bare addresses. Line breaks stay.

    Total: a text that mistune cannot read, or not in good time, becomes paragraphs of plain lines.
    Sources: spec.commonmark.org, github.github.com/gfm.
    """
    source = markdown.translate(STORABLE)
    if sum(map(source.count, MARKS)) > MANY:
        return unread(source)
    try:
        return tuple(parsed(source))
    except Exception:  # noqa: BLE001 - whatever it is: better unread than lost
        return unread(source)


def parsed(source: str) -> Iterator[Block]:
    found, state = tree.parse(source)
    tokens = cast(list[Token], found)
    yield from blocks_of(tokens)
    used = {token["ref"] for token in every(tokens) if "ref" in token}
    for key, reference in state.env["ref_links"].items():
        if key not in used:  # No reader would see it, but a person wrote it.
            title = f' "{reference["title"]}"' if "title" in reference else ""
            yield from lines(f"[{reference['label']}]: {readable(reference['url'])}{title}")


def unread(source: str) -> Document:
    parts = re.split(r"\n[ \t]*(?:\n[ \t]*)+", source.replace("\r\n", "\n").replace("\r", "\n"))
    return tuple(block for part in parts for block in lines(part))


def lines(text: str) -> list[Block]:
    """Text without notation as a paragraph."""
    flow = Flow()
    for number, line in enumerate(text.strip("\n").split("\n")):
        if number:
            flow.end_line()
        flow.write(line, PLAIN)
    return paragraphs(flow)


# Runs


PLAIN = Run("")
MENTION = re.compile(
    r"""(?<![\w@/=+%])@(?:
        \{(?P<team>[^{}@\s](?:[^{}@\n]*[^{}@\s])?)\}
      | (?P<name>\w(?:[\w.-]*\w)?(?:@[\w-]+(?:\.[\w-]+)+)?)(?![\w@])
    )""",
    re.VERBOSE,
)


@dataclass(slots=True)
class Stretch:
    """Text of one style while it is being read. `escaped`: where in it an @ or a { stands that is meant as it is."""

    style: Run
    text: str = ""
    escaped: set[int] = field(default_factory=set)

    def runs(self) -> Iterator[Run]:
        at = 0
        for found in MENTION.finditer(self.text) if self.may_mention else ():
            if self.escaped.isdisjoint((found.start(), found.start() + 1)):
                yield from self.piece(at, found.start())
                name = found["team"] or found["name"]
                yield replace(self.style, text=f"@{name}", mention=name)
                at = found.end()
        yield from self.piece(at, len(self.text))

    @property
    def may_mention(self) -> bool:
        return not (self.style.code or self.style.link)

    def piece(self, start: int, end: int) -> Iterator[Run]:
        if start < end:
            yield replace(self.style, text=self.text[start:end])


class Flow:
    """What stands in a paragraph, while it is being read: text, line breaks and pictures."""

    def __init__(self) -> None:
        self.pieces: list[Stretch | Picture] = []

    def write(self, text: str, style: Run, *, escaped: bool = False) -> None:
        last = self.pieces[-1] if self.pieces else None
        if not isinstance(last, Stretch) or last.style != style:
            last = Stretch(style)
            self.pieces.append(last)
        if escaped:
            last.escaped.update(len(last.text) + at for at, char in enumerate(text) if char in "@{")
        last.text += text

    def end_line(self) -> None:
        self.pieces.append(Stretch(NEWLINE, "\n"))

    def words(self) -> str:
        return "".join(piece.text for piece in self.pieces if isinstance(piece, Stretch))

    def parts(self) -> Iterator[tuple[Run, ...] | Picture]:
        """The runs between pictures, and these."""
        for is_text, pieces in groupby(self.pieces, lambda piece: isinstance(piece, Stretch)):
            if is_text:
                runs = stripped(run for piece in pieces for run in cast(Stretch, piece).runs())
                if runs:
                    yield runs
            else:
                yield from cast(Iterator[Picture], pieces)

    def runs(self) -> tuple[Run, ...]:
        """With pictures as what they show."""
        flow = Flow()
        for piece in self.pieces:
            if isinstance(piece, Picture):
                flow.write(piece.alt or piece.name, PLAIN)
            else:
                flow.pieces.append(piece)
        return next((part for part in flow.parts() if not isinstance(part, Picture)), ())


def stripped(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Without white space and line breaks at either end."""
    kept = list(runs)
    while kept and not kept[0].text.lstrip():
        del kept[0]
    while kept and not kept[-1].text.rstrip():
        del kept[-1]
    if kept and not kept[0].code:
        kept[0] = replace(kept[0], text=kept[0].text.lstrip())
    if kept and not kept[-1].code:
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip())
    return tuple(kept)


def flow_of(tokens: list[Token], style: Run = PLAIN) -> Flow:
    flow = Flow()
    for token in tokens:
        INLINE.get(token["type"], write_raw)(token, style, flow)
    return flow


def write_raw(token: Token, style: Run, flow: Flow) -> None:
    """What no rule below knows."""
    flow.write(token["raw"], style)


def write_text(token: Token, style: Run, flow: Flow) -> None:
    flow.write(unescaped(token["raw"]), style)


def write_escaped(token: Token, style: Run, flow: Flow) -> None:
    flow.write(token["raw"], style, escaped=True)


def write_code(token: Token, style: Run, flow: Flow) -> None:
    flow.write(token["raw"], replace(style, code=True))


def write_break(_token: Token, style: Run, flow: Flow) -> None:
    """A label stays on one line: a link is one thing."""
    if style.link:
        flow.write(" ", style)
    else:
        flow.end_line()


def styled(name: str) -> Callable[[Token, Run, Flow], None]:
    def write(token: Token, style: Run, flow: Flow) -> None:
        changed: dict[str, Any] = {name: True}
        write_children(token, replace(style, **changed), flow)

    return write


def write_children(token: Token, style: Run, flow: Flow) -> None:
    flow.pieces += flow_of(token["children"], style).pieces


def write_link(token: Token, style: Run, flow: Flow) -> None:
    """A link to anywhere but the web and mail is told in words."""
    words, title = flow_of(token["children"]).words().strip(), token["attrs"].get("title")
    if words == token["attrs"]["url"] and words.startswith("mailto:"):
        words = ""  # Its words are the address alone.
    address = shown(words, token["attrs"]["url"])
    linked = replace(style, link=address) if LINK.fullmatch(address) else style
    if words:
        write_children(token, linked, flow)
    else:
        write_children(token, style, flow)  # Pictures.
        flow.write(re.sub("(?i)^mailto:", "", address), linked)
    if words and not linked.link and address not in ("", words):
        flow.write(f" ({address})", style)
    if title:
        flow.write(f' ("{title}")', style)


def shown(words: str, address: str) -> str:
    """The address as a person wrote it, where the words are the address; otherwise as mistune gives it, in ASCII."""
    if escape_url(words) == address:
        return words
    return address if LINK.fullmatch(address) else readable(address)


def readable(address: str) -> str:
    """With letters of all scripts, which mistune writes as %D0%B0."""
    return re.sub(r"(?:%[89A-F][0-9A-F])+", lambda found: decoded(found[0]), address)


def decoded(quoted: str) -> str:
    text = unquote(quoted, errors="replace")
    return text if text.isprintable() and "\ufffd" not in text else quoted


def write_picture(token: Token, _style: Run, flow: Flow) -> None:
    alt, title = flow_of(token["children"]).words(), token["attrs"].get("title") or ""
    told = f'{alt} ("{title}")' if alt and title else alt or title
    address = token["attrs"]["url"]
    flow.pieces.append(Picture(address if LINK.fullmatch(address) else unquote(address), told))


INLINE: dict[str, Callable[[Token, Run, Flow], None]] = {
    "codespan": write_code,
    "emphasis": styled("italic"),
    "escaped": write_escaped,
    "image": write_picture,
    "linebreak": write_break,
    "link": write_link,
    "softbreak": write_break,
    "strikethrough": styled("strike"),
    "strong": styled("bold"),
    "text": write_text,
}


# Blocks


def blocks_of(tokens: list[Token], depth: int = 0) -> Iterator[Block]:
    """`depth` is that of a list among them."""
    for token in tokens:
        if token["type"] == "list":
            yield from items(token, depth)
        else:
            yield from BLOCKS.get(token["type"], read_raw)(token)


def paragraphs(flow: Flow) -> list[Block]:
    """Cut around the pictures in it."""
    return [part if isinstance(part, Picture) else Paragraph(part) for part in flow.parts()]


def read_raw(token: Token) -> list[Block]:
    """HTML that ends a list."""
    return lines(token["raw"])


def read_paragraph(token: Token) -> list[Block]:
    return paragraphs(flow_of(token["children"]))


def read_heading(token: Token) -> list[Block]:
    level = token["attrs"]["level"]
    found = read_paragraph(token)
    return [Heading(level, block.runs) if isinstance(block, Paragraph) else block for block in found]


def read_code(token: Token) -> list[Block]:
    """A language is one word before some code; anything else is code on the wrong line."""
    info, code = token.get("attrs", {}).get("info", ""), token["raw"].removesuffix("\n")
    if code and LANGUAGE.fullmatch(info):
        return [Code(code, info)]
    text = "\n".join(part for part in (info, code) if part)
    return [Code(text)] if text.strip() else []


def read_quote(token: Token) -> list[Block]:
    inner = tuple(blocks_of(token["children"]))
    return [Quote(inner)] if inner else []


def read_table(table: Token) -> list[Block]:
    """Pictures stand behind it: a cell has their words."""
    head, body = table["children"]
    for token in every([head, body]):
        if token["type"] == "codespan":  # The table's escape, which mistune leaves where nothing else is escaped.
            token["raw"] = token["raw"].replace("\\|", "|")
    cells = [[flow_of(cell["children"]) for cell in row["children"]] for row in (head, *body["children"])]
    within = [piece for row in cells for flow in row for piece in flow.pieces if isinstance(piece, Picture)]
    return [Table(tuple(tuple(flow.runs() for flow in row) for row in cells)), *within]


def items(token: Token, depth: int) -> Iterator[Block]:
    attrs = token["attrs"]
    first = attrs.get("start", 1) if attrs["ordered"] else None
    for count, child in enumerate(token["children"]):
        number = None if first is None else first + count
        yield from item(list(blocks_of(child["children"], depth + 1)), Item(depth, number, ()))


def item(blocks: list[Block], empty: Item) -> list[Block]:
    """Its paragraphs are its lines; code, quotes and pictures stand behind them."""
    told: list[Block] = [] if blocks and isinstance(blocks[0], Picture) else [empty]
    for block in blocks:
        last = told[-1] if told else None
        if isinstance(block, Paragraph) and isinstance(last, Item):
            gap = (NEWLINE,) if last.runs else ()
            told[-1] = replace(last, runs=(*last.runs, *gap, *block.runs))
        else:
            told.append(block)
    return told


BLOCKS: dict[str, Callable[[Token], list[Block]]] = {
    "blank_line": lambda _: [],
    "block_code": read_code,
    "block_quote": read_quote,
    "block_text": read_paragraph,
    "heading": read_heading,
    "paragraph": read_paragraph,
    "table": read_table,
    "thematic_break": lambda _: [Rule()],
}


def pictures(blocks: Document) -> tuple[Picture, ...]:
    """In their order, those in quotes, too."""
    found: list[Picture] = []
    for block in blocks:
        if isinstance(block, Picture):
            found.append(block)
        elif isinstance(block, Quote):
            found += pictures(block.blocks)
    return tuple(found)


def without_pictures(blocks: Document) -> Document:
    """What is written where pictures are uploaded."""
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, Quote):
            inner = without_pictures(block.blocks)
            kept += [Quote(inner)] if inner else []
        elif not isinstance(block, Picture):
            kept.append(block)
    return tuple(kept)


# The parser


UNLIKELY = r"\s<>\"`\\|\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff、。，；：！？（）「」『』【】《》"
BARE = rf"[hH][tT][tT][pP][sS]?://[^{UNLIKELY}]+"
"""Notation of the languages that write without spaces ends an address, too."""
ENDS = "?!.,:;*_~'"


def bare(inline: InlineParser, found: re.Match[str], state: InlineState) -> int:
    text = trimmed(found[0])
    if state.brackets and "]" in text:
        text = text[: text.index("]")]
    if state.in_link or state.depth >= inline.max_nested_level:
        inline.process_text(text, state)
    else:
        children = [{"type": "text", "raw": text}]
        state.append_token(
            {"type": "link", "children": children, "attrs": {"url": escape_url(text)}, "_autolink": text}
        )
    return found.start() + len(text)


def trimmed(address: str) -> str:
    """Without what ends the sentence or the emphasis around it. Source: GFM's extended autolinks."""
    shorter = address.rstrip(ENDS)
    while shorter.endswith(")") and shorter.count(")") > shorter.count("("):
        shorter = shorter[:-1].rstrip(ENDS)
    return shorter


def escaped(_inline: InlineParser, found: re.Match[str], state: InlineState) -> int:
    """Kept apart from other text: an escaped @ mentions nobody."""
    state.append_token({"type": "escaped", "raw": found[0][1::2]})
    return found.end()


def definition(block: BlockParser, found: re.Match[str], state: BlockState) -> int | None:
    """A second definition of the same name defines nothing, and would be gone."""
    if unikey(found["reflink_1"]) in state.env["ref_links"]:
        return state.append_paragraph()
    return block.parse_ref_link(found, state)


def parser() -> mistune.Markdown:
    markdown = mistune.create_markdown(renderer="ast", plugins=["strikethrough", "table", "url"])
    table_in_quote(markdown)
    table_in_list(markdown)
    markdown.inline.register("url_link", BARE, bare, start_chars=["h", "H"])
    markdown.inline.register("escape", None, escaped, start_chars=["\\"])
    markdown.block.register("ref_link", None, definition)
    markdown.inline.rules.remove("inline_html")
    for rules in (markdown.block.rules, markdown.block.list_rules, markdown.block.block_quote_rules):
        rules.remove("raw_html")
    return markdown


tree = parser()
