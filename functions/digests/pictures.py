"""The PNG of a chart, for mails and chats: drawn with the typeface of the bundle and never with another.

What resvg finds no letters for it leaves out or draws as boxes. A text that the typeface cannot write whole is left
out here, so that it is missing everywhere alike.

Sources: resvg-py 0.5 (`svg_to_bytes`), PNG 3rd edition.
"""

import re
from functools import cache
from html import unescape

from font_source_sans_pro import font_files_ttf
from resvg_py import svg_to_bytes

from functions.digests.charts import CARD, FAMILY

ZOOM = 2
"""Pixels of a unit, each way."""

WEIGHTS = ("SourceSansPro", "SourceSansProSemibold")
"""The regular and the bold of charts; `infra.bundle` leaves the files of no others in."""

WRITTEN = re.compile(
    "[ -~\u00a0-\u017e\u0300-\u030c\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f\u0490-\u0493"
    "\u1e9e\u1ea0-\u1ef9\u2012-\u2016\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u202f\u2030\u2039\u203a"
    "\u20ac\u2116\u2122\u2190-\u2193\u2212\u2260\u2264\u2265]*"
)
"""Texts that the typeface has all letters for: Latin, Greek and Cyrillic as they are written today, Vietnamese, and the
signs of numbers and sentences. French numbers are grouped with U+202F; it has that too."""

TEXT = re.compile("<text [^>]*>([^<]*)</text>")


@cache
def _fonts() -> list[str]:
    return [font_files_ttf[weight] for weight in WEIGHTS]


def png(svg: str) -> bytes:
    """A chart of `functions.digests.charts`, on its own light ground: the same bytes for the same chart, everywhere."""
    return svg_to_bytes(
        svg_string=TEXT.sub(lambda text: text[0] if WRITTEN.fullmatch(unescape(text[1])) else "", svg),
        style_sheet=CARD,
        zoom=ZOOM,
        font_files=_fonts(),
        font_family=FAMILY,
        skip_system_fonts=True,
    )
