"""What a sheet is made of: titles, lines, tables, quotes and pictures, all of them plain text. No I/O."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """`href`: where it leads; `foreign`: somebody's words, in whatever direction they are written."""

    text: str
    href: str = ""
    number: bool = False
    foreign: bool = False
    alarm: bool = False
    """Past its deadline."""


@dataclass(frozen=True, slots=True)
class Table:
    """The first cell of a row names it."""

    caption: str
    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    of_picture: bool = False
    """The numbers of the picture above it: for whoever wants them."""


@dataclass(frozen=True, slots=True)
class Said:
    """A quote: why it is there, its words, their language, where they stand."""

    why: str
    text: str
    language: str
    place: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """`alt` says what it shows; its numbers stand in a table below."""

    name: str
    alt: str
    svg: str


@dataclass(frozen=True, slots=True)
class Block:
    """One section. `key` is its anchor."""

    key: str
    title: str
    lines: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    after: tuple[str, ...] = ()
    """Lines below the tables: of what stands in them there is more elsewhere."""
    quotes: tuple[tuple[str, tuple[Said, ...]], ...] = ()
    """Topic → what was said of it."""
    picture: Picture | None = None
    links: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    language: str
    title: str
    subject: str
    preheader: str
    audience: str
    status: tuple[str, ...]
    blocks: tuple[Block, ...]
    footer: tuple[str, ...]
    seal: str = ""
    page: str = ""
    """What the link to the page is called."""
