"""Charts of a digest, without I/O: counts beside their usual ranges, each drawn once as SVG, for the page and for the
PNG of mails and chats.

A drawing is 400 units wide and all of its type 16 units high: 11.5 pixels where a telephone of 320 shows it 288 wide.
It names classes and no colours. `STYLE` has the page's, light and dark, and goes into the page's own style sheet;
`CARD` has those of the PNG, which brings its own light ground, since nobody knows what a mail is shown on. What a
colour says, a shape says too: a triangle and an outline mark what is outside its range; and in grey the period's own
bars are still the darker ones.

Labels and numbers come as text in the reader's language. All of it is escaped: strangers' words are no markup here.

Sources: SVG 1.1 ("Basic Shapes", "Text"), XML 1.0 ("Characters"), WCAG 2.2 (1.4.3 and 1.4.11, contrast).
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

import regex

from events.digests import Usual

WIDTH = 400
MARGIN = 12
TYPE = 16
"""Height of all letters, in units."""

MOST_ROWS = 8
"""More rows than these only stand in the table."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day. `label`: its date, short; `said`: its number as the reader writes numbers."""

    label: str
    number: int
    said: str
    usual: Usual | None = None
    median: int | None = None
    of_period: bool = False
    """Whether the digest is about this day, or it is only there to compare with."""


@dataclass(frozen=True, slots=True)
class Row:
    """One theme or kind. `label`: a title, in any script; `said`: its number as the reader writes numbers."""

    label: str
    number: int
    said: str
    usual: Usual | None = None


@dataclass(frozen=True, slots=True)
class Legend:
    """What the signs mean; only those that a drawing has are told. `period`: what the dark bars are."""

    period: str
    usual: str
    median: str
    above: str
    below: str


@dataclass(frozen=True, slots=True)
class Colours:
    """Of one ground. Letters keep 4.5:1 on it and every sign 3:1, but for the band, which its edges bound."""

    card: str
    ink: str
    quiet: str
    now: str
    other: str
    band: str
    edge: str
    mark: str


LIGHT = Colours("#ffffff", "#17202b", "#4a5666", "#1d4f91", "#8795a9", "#e3e9f2", "#64748b", "#b3261e")
DARK = Colours("#1b1f24", "#f2f5f9", "#b6c0cd", "#a9ccff", "#66758a", "#2f3844", "#94a3b8", "#ffa08f")


def _rules(colours: Colours) -> str:
    return (
        f".chart .card{{fill:{colours.card}}}"
        f".chart text{{fill:{colours.ink}}}"
        f".chart .quiet{{fill:{colours.quiet}}}"
        f".chart .now{{fill:{colours.now}}}"
        f".chart .other{{fill:{colours.other}}}"
        f".chart .band{{fill:{colours.band}}}"
        f".chart .edge{{fill:none;stroke:{colours.edge}}}"
        f".chart .halo{{fill:none;stroke:{colours.card};stroke-width:5}}"
        f".chart .median{{fill:none;stroke:{colours.ink};stroke-width:2.5}}"
        f".chart .odd{{stroke:{colours.mark};stroke-width:2}}"
        f".chart .mark{{fill:{colours.mark}}}"
    )


STYLE = (
    f".chart{{display:block;width:100%;max-width:30rem;height:auto}}{_rules(LIGHT)}"
    f"@media screen and (prefers-color-scheme:dark){{{_rules(DARK)}}}"
)
"""For the page: what is shown in it, in light and in dark, and printed in light."""

FAMILY = "Source Sans Pro"
"""The typeface of the PNG. The page has its own."""

CARD = f".chart text{{font-family:'{FAMILY}'}}{_rules(LIGHT)}"
"""For the PNG."""


# Words


NOT_SHOWN = re.compile(
    "[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""What XML cannot hold, controls, and the marks that turn the direction of what stands after them."""

LINES = re.compile("[\t\n\r\u2028\u2029]+")
GRAPHEME = regex.compile(r"\X")

NARROW = frozenset(" .,:;'’|!ijlftrI()[]-/\\\u00a0\u202f")
WIDE = frozenset("mwMW@%œŒæÆ—…жшщюыЖШЩЮЫФМ")


def plain(text: str) -> str:
    """One line that XML can hold; escaped where it is put into the drawing."""
    return unicodedata.normalize("NFC", NOT_SHOWN.sub("", LINES.sub(" ", text)))


def width(text: str) -> float:
    """How wide a text is, in units, in the wider of the usual typefaces: a page is shown in the reader's own."""
    return TYPE * sum(map(_em, text))


def _em(character: str) -> float:
    if unicodedata.combining(character) or character in "\u200d\ufe0f":
        return 0
    if unicodedata.east_asian_width(character) in "WF" or character in WIDE:
        return 1
    if character in NARROW:
        return 0.36
    return 0.72 if character.isupper() else 0.58


def cut(text: str, room: float) -> str:
    """As many whole characters as there is room for, with `…` where some are missing."""
    if width(text) <= room:
        return text
    kept, room = "", room - width("…")
    for character in GRAPHEME.findall(text):
        if width(kept) + width(character) > room:
            break
        kept += character
    return kept.rstrip() + "…"


# Signs


Anchor = Literal["start", "middle", "end"]
Standing = Literal["above", "below"]


def standing(number: int, usual: Usual | None) -> Standing | None:
    """On which side of its usual range a number is; None inside, or where there is no range."""
    if usual is None or usual.low <= number <= usual.high:
        return None
    return "above" if number > usual.high else "below"


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _text(x: float, y: float, text: str, anchor: Anchor = "start", sign: str = "", bold: bool = False) -> str:
    given = f' class="{sign}"' if sign else ""
    given += f' text-anchor="{anchor}"' if anchor != "start" else ""
    given += ' font-weight="600"' if bold else ""
    return f'<text x="{_n(x)}" y="{_n(y)}"{given}>{escape(plain(text))}</text>'


def _rect(x: float, y: float, wide: float, high: float, sign: str) -> str:
    return f'<rect class="{sign}" x="{_n(x)}" y="{_n(y)}" width="{_n(wide)}" height="{_n(high)}"/>'


def _path(points: str, sign: str) -> str:
    return f'<path class="{sign}" d="{points}"/>' if points else ""


MARK = 9
"""Height of a triangle; it is as wide and a unit more."""


def _mark(x: float, y: float, which: Standing) -> str:
    """A triangle around `x`, its lowest part at `y`."""
    high, half = (-MARK, (MARK + 1) / 2) if which == "above" else (MARK, (MARK + 1) / 2)
    foot = y if which == "above" else y - MARK
    return _path(f"M{_n(x - half)} {_n(foot)}h{_n(2 * half)}l{_n(-half)} {_n(high)}z", "mark")


def _drawing(high: float, alt: str, signs: Iterable[str]) -> str:
    size = f'viewBox="0 0 {WIDTH} {_n(high)}" width="{WIDTH}" height="{_n(high)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" {size} font-size="{TYPE}" role="img"'
        f' aria-label="{escape(plain(alt))}"><rect class="card" width="{WIDTH}" height="{_n(high)}" rx="8"/>'
        f"{''.join(signs)}</svg>"
    )


# What the signs mean


SWATCH = 16
INDENT = SWATCH + 6
LINE = 24
COLUMN = WIDTH / 2 - MARGIN
Sign = Literal["now", "usual", "median", "above", "below"]


def _legend(told: Sequence[tuple[Sign, str]], top: float) -> tuple[str, float]:
    """The signs that were used, with their meaning, and where they end. Two columns; what is too wide for one last."""
    words = [(sign, cut(plain(meaning), WIDTH - 2 * MARGIN - INDENT)) for sign, meaning in told]
    columns = [2 if INDENT + width(meaning) + 6 > COLUMN else 1 for _, meaning in words]
    column, y, drawn = 0, top - LINE, ""
    laid = list(zip(words, columns, strict=True))
    if columns.count(1) > 1:
        laid.sort(key=lambda one: one[1])
    for (sign, meaning), wide in laid:
        if column % 2 == 0 or wide == 2:
            column, y = 0, y + LINE
        x = MARGIN + column * COLUMN
        drawn += _swatch(sign, x, y) + _text(x + INDENT, y + 17, meaning, sign="quiet")
        column += wide
    return drawn, y + LINE


def _swatch(sign: Sign, x: float, y: float) -> str:
    if sign == "now":
        return _rect(x + 3, y + 5, 10, 14, "now")
    if sign == "usual":
        edges = f"M{_n(x)} {_n(y + 5)}h{SWATCH}M{_n(x)} {_n(y + 19)}h{SWATCH}"
        return _rect(x, y + 5, SWATCH, 14, "band") + _path(edges, "edge")
    if sign == "median":
        return _path(f"M{_n(x)} {_n(y + 12)}h{SWATCH}", "median")
    return _mark(x + SWATCH / 2, y + 16.5, sign)


def _told(used: Collection[Sign], legend: Legend) -> list[tuple[Sign, str]]:
    words: dict[Sign, str] = {
        "now": legend.period,
        "usual": legend.usual,
        "median": legend.median,
        "above": legend.above,
        "below": legend.below,
    }
    return [(sign, meaning) for sign, meaning in words.items() if sign in used and meaning]


# Bars of days


PLOT = 120
HEAD = 20
"""Room above the plot for a number; a triangle needs its own."""

WIDEST = 54
"""Of one day, where there are few."""


@dataclass(frozen=True, slots=True)
class _Days:
    """Where everything of a row of days is."""

    bars: Sequence[Bar]
    floor: float
    most: int

    @property
    def slot(self) -> float:
        return min((WIDTH - 2 * MARGIN) / len(self.bars), WIDEST)

    @property
    def left(self) -> float:
        return (WIDTH - self.slot * len(self.bars)) / 2

    @property
    def compared(self) -> bool:
        """Whether some days are only there to compare with."""
        return len({bar.of_period for bar in self.bars}) == 2

    def x(self, index: float) -> float:
        return self.left + index * self.slot

    def y(self, number: float) -> float:
        return self.floor - PLOT * number / self.most

    def point(self, index: float, number: float) -> str:
        return f"{_n(self.x(index))} {_n(self.y(number))}"

    def top(self, index: int) -> float:
        """The highest that stands in this day's slot, with its triangle."""
        bar = self.bars[index]
        highest = self.y(max(bar.number, bar.usual.high if bar.usual else 0, bar.median or 0))
        return highest - (MARK + 4 if standing(bar.number, bar.usual) else 0)

    def middle(self, index: int, words: str) -> float:
        """The middle of a text over or under a day: it does not leave the drawing."""
        half = width(words) / 2
        return min(max(self.x(index + 0.5), MARGIN + half), WIDTH - MARGIN - half)


def days(bars: Sequence[Bar], legend: Legend, alt: str) -> str:
    """The days in the order given, each with its usual range as a band and its median as a line; empty without any.

    `alt` states the finding. Dates and numbers that have no room are left out: a table beside it has them all.
    """
    if not bars:
        return ""
    found = [standing(bar.number, bar.usual) for bar in bars]
    floor = MARGIN + HEAD + (MARK + 4 if any(found) else 0) + PLOT
    most = max(1, *(max(bar.number, bar.usual.high if bar.usual else 0, bar.median or 0) for bar in bars))
    laid = _Days(bars, floor, most)
    used: set[Sign] = {which for which in found if which}
    used |= {"usual"} if any(bar.usual for bar in bars) else set()
    used |= {"median"} if any(bar.median is not None for bar in bars) else set()
    used |= {"now"} if laid.compared else set()
    meaning, end = _legend(_told(used, legend), floor + LINE + 6)
    signs = [_band(laid), *_bars(laid), _medians(laid), _floor(laid), *_numbers(laid), *_dates(laid), meaning]
    return _drawing(end + MARGIN - 2, alt, signs)


def _band(laid: _Days) -> str:
    """The usual ranges of days beside each other as one band with steps."""
    runs: list[list[tuple[int, Usual]]] = [[]]
    for index, bar in enumerate(laid.bars):
        if bar.usual:
            runs[-1].append((index, bar.usual))
        else:
            runs.append([])
    filled = edges = ""
    for run in filter(None, runs):
        over = "L".join(laid.point(x, usual.high) for index, usual in run for x in (index, index + 1))
        under = "L".join(laid.point(x, usual.low) for index, usual in reversed(run) for x in (index + 1, index))
        filled += f"M{over}L{under}z"
        edges += f"M{over}M{under}"
    return _path(filled, "band") + _path(edges, "edge")


def _bars(laid: _Days) -> Iterator[str]:
    thick = laid.slot * 0.6
    for index, bar in enumerate(laid.bars):
        x, y = laid.x(index + 0.5) - thick / 2, laid.y(bar.number)
        which = standing(bar.number, bar.usual)
        sign = ("now" if bar.of_period else "other") + (" odd" if which else "")
        yield _rect(x, y, thick, laid.floor - y, sign)
        if which:
            yield _mark(laid.x(index + 0.5), laid.top(index) + MARK, which)


def _medians(laid: _Days) -> str:
    long = laid.slot * 0.8
    ticks = "".join(
        f"M{_n(laid.x(index + 0.5) - long / 2)} {_n(laid.y(bar.median))}h{_n(long)}"
        for index, bar in enumerate(laid.bars)
        if bar.median is not None
    )
    return _path(ticks, "halo") + _path(ticks, "median")


def _floor(laid: _Days) -> str:
    return _path(f"M{_n(laid.x(0))} {_n(laid.floor)}H{_n(laid.x(len(laid.bars)))}", "edge")


def _numbers(laid: _Days) -> Iterator[str]:
    """Over days outside their range, the highest, and all of the period, or its highest where not all have room."""
    bars = laid.bars
    every = range(len(bars))
    words = {day: plain(bars[day].said) for day in every}
    odd = {day for day in every if standing(bars[day].number, bars[day].usual)}
    period = {day for day in every if bars[day].of_period}

    def telling(day: int) -> tuple[bool, bool, int]:
        return day not in odd, day not in period, -bars[day].number

    highest = {max(every, key=lambda day: bars[day].number)}
    for shown in (period, set(sorted(period, key=telling)[:1])):
        wanted = sorted(odd | highest | shown, key=telling)
        chosen = list(_apart(laid, wanted, words))
        if len(chosen) == len(wanted):
            break
    for day in chosen:
        middle, half = laid.middle(day, words[day]), width(words[day]) / 2
        under = (one for one in every if laid.x(one) < middle + half and laid.x(one + 1) > middle - half)
        bold = laid.compared and day in period
        yield _text(middle, min(map(laid.top, under)) - 5, words[day], "middle", bold=bold)


STEPS = (1, 2, 7)


def _dates(laid: _Days) -> Iterator[str]:
    """Under each day if all have room, else under every other or every seventh, counted from the last of the period."""
    count = len(laid.bars)
    words = {index: plain(bar.label) for index, bar in enumerate(laid.bars)}
    last = max((index for index, bar in enumerate(laid.bars) if bar.of_period), default=count - 1)
    for step in STEPS:
        wanted = [*range(last, -1, -step), *range(last + step, count, step)]
        chosen = list(_apart(laid, wanted, words))
        if len(chosen) == len(wanted):
            break
    for index in chosen:
        bold = laid.compared and laid.bars[index].of_period
        sign = "quiet" if laid.compared and not bold else ""
        yield _text(laid.middle(index, words[index]), laid.floor + 19, words[index], "middle", sign, bold)


def _apart(laid: _Days, wanted: Iterable[int], words: dict[int, str]) -> Iterator[int]:
    """Those whose texts do not touch one that was wanted before them."""
    taken: list[tuple[float, float]] = []
    for index in wanted:
        middle, half = laid.middle(index, words[index]), width(words[index]) / 2 + 4
        if words[index] and not any(middle - half < right and left < middle + half for left, right in taken):
            taken.append((middle - half, middle + half))
            yield index


# Rows of themes or kinds


PITCH = 50
KEY = 18
"""Room for a row's place in the table."""


def ranges(rows: Sequence[Row], legend: Legend, alt: str) -> str:
    """The first eight rows in the order given, each a bar over the band of its usual range; empty without any.

    `alt` states the finding. Rows have their place as a number before their title: a PNG leaves out titles for which
    its typeface has no letters, and the table beside it has them all, in the same order.
    """
    if not rows:
        return ""
    rows = rows[:MOST_ROWS]
    most = max(1, *(max(row.number, row.usual.high if row.usual else 0) for row in rows))
    used: set[Sign] = {which for row in rows if (which := standing(row.number, row.usual))}
    used |= {"now", "usual"} if any(row.usual for row in rows) else {"now"}
    signs = [_row(place, row, MARGIN + PITCH * place, most) for place, row in enumerate(rows)]
    meaning, end = _legend(_told(used, legend), MARGIN + PITCH * len(rows) - 2)
    return _drawing(end + MARGIN - 2, alt, [*signs, meaning])


def _row(place: int, row: Row, top: float, most: int) -> str:
    """Its words in one line, and its bar below them."""
    unit = (WIDTH - 2 * MARGIN) / most
    which = standing(row.number, row.usual)
    said = plain(row.said)
    right = WIDTH - MARGIN - width(said) - (MARK + 12 if which else 6)
    drawn = _text(MARGIN, top + 13, str(place + 1), sign="quiet")
    drawn += _text(MARGIN + KEY, top + 13, cut(plain(row.label), right - MARGIN - KEY - 6))
    drawn += _text(WIDTH - MARGIN, top + 13, said, "end", bold=True)
    if which:
        drawn += _mark(right + 5, top + 12, which)
    if row.usual:
        low, wide = MARGIN + unit * row.usual.low, unit * (row.usual.high - row.usual.low)
        ends = f"M{_n(low)} {_n(top + 20)}v18M{_n(low + wide)} {_n(top + 20)}v18"
        drawn += _rect(low, top + 20, wide, 18, "band") + _path(ends, "edge")
    drawn += _rect(MARGIN, top + 25, unit * row.number, 8, "now odd" if which else "now")
    return drawn + _path(f"M{MARGIN} {_n(top + 20)}v18", "edge")
