"""Charts as PNG: with letters, of one typeface, the same each time, and small."""

import struct
from pathlib import Path

import pytest
from font_source_sans_pro import font_files_ttf

from events.digests import Usual
from functions.digests import pictures
from functions.digests.charts import Bar, Legend, Row, days, ranges
from functions.digests.pictures import WEIGHTS, WRITTEN, ZOOM, png

LEGEND = Legend("du 16 au 22 novembre", "fourchette habituelle", "médiane", "plus que d’habitude", "moins")
USUAL = Usual(low=3_000, high=6_000)
BUDGET = 50_000
"""Bytes. A mail carries two, and Slack and Discord get them for every reader."""


def chart(label: str = "22 nov.", said: str = "9\u202f100") -> str:
    return days(
        [Bar("21 nov.", 4_000, "4\u202f000", USUAL, 4_100), Bar(label, 9_100, said, USUAL, 4_100, True)], LEGEND, ""
    )


def row(label: str) -> str:
    return ranges([Row(label, 9_100, "9\u202f100", USUAL)], LEGEND, "")


def test_it_is_a_png_of_twice_the_size() -> None:
    drawn = png(chart())
    assert drawn.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", drawn[16:24])
    assert (width, width / height) == (400 * ZOOM, pytest.approx(400 / high(chart()), rel=0.01))


def high(svg: str) -> float:
    return float(svg.partition('viewBox="0 0 400 ')[2].partition('"')[0])


def test_it_has_letters() -> None:
    assert png(chart()) != png(pictures.TEXT.sub("", chart()))
    assert png(chart(label="22 nov.")) != png(chart(label="23 nov."))


def test_bold_is_a_weight_of_its_own() -> None:
    assert png(chart()) != png(chart().replace(' font-weight="600"', ""))


def test_no_typeface_of_the_machine_is_used() -> None:
    other = chart().replace("<text ", '<text font-family="DejaVu Sans" ')
    assert png(other) == png(chart())


def test_it_is_the_same_each_time() -> None:
    assert png(chart()) == png(chart())


@pytest.mark.parametrize("title", ["مزامنة", "登录问题", "Mods 🎮", "हिन्दी", "x\u0327\u20dd"])
def test_a_title_it_cannot_write_is_left_out_whole(title: str) -> None:
    assert png(row(title)) == png(row(""))


@pytest.mark.parametrize(
    "title", ["Déjà vu, œuvre « été »", "Żółć ßő č", "Ελληνικά", "Синхронизация", "Tiếng Việt", "a < b & c"]
)
def test_a_title_it_can_write_is_written(title: str) -> None:
    assert png(row(title)) != png(row(""))


def test_a_narrow_space_of_a_french_number_is_no_box() -> None:
    """A box would make the number wider and higher than a space of another width does."""
    assert WRITTEN.fullmatch("12\u202f345")
    assert png(chart(said="9\u202f100")) != png(chart(said="9100"))


@pytest.mark.parametrize("weight", WEIGHTS)
def test_the_typeface_has_every_letter_it_is_said_to_have(weight: str) -> None:
    has = letters(Path(font_files_ttf[weight]).read_bytes())
    said = {code for code in range(0x110000) if not 0xD800 <= code < 0xE000 and WRITTEN.fullmatch(chr(code))}
    assert said - has == set()
    assert len(said) > 600


def letters(font: bytes) -> set[int]:
    """Code points with a glyph (OpenType 1.9, "cmap", format 12)."""
    tables = {font[12 + 16 * table :][:4]: 12 + 16 * table for table in range(int.from_bytes(font[4:6]))}
    cmap = int.from_bytes(font[tables[b"cmap"] + 8 :][:4])
    found: set[int] = set()
    for record in range(int.from_bytes(font[cmap + 2 :][:2])):
        (offset,) = struct.unpack_from(">I", font, cmap + 8 + 8 * record)
        form, groups = struct.unpack_from(">H10xI", font, cmap + offset)
        if form == 12:
            for group in range(groups):
                first, last, _ = struct.unpack_from(">III", font, cmap + offset + 16 + 12 * group)
                found.update(range(first, last + 1))
    return found


def test_the_busiest_charts_are_small() -> None:
    month = [Bar(f"{day} nov.", 700 * (day % 11), f"{700 * (day % 11):,}", USUAL, 4_000, day > 24) for day in range(31)]
    titles = ("Synchronisation", "Facturation", "Traductions", "Temps de chargement", "Mods", "Cartes", "Сервер", "Été")
    rows = [Row(title, 1_200 * place, f"{1_200 * place:,}", USUAL) for place, title in enumerate(titles)]
    assert len(png(days(month, LEGEND, ""))) <= BUDGET
    assert len(png(ranges(rows, LEGEND, ""))) <= BUDGET


def test_no_title_makes_it_large() -> None:
    rows = [Row("Ωmega sync Ж " * 5_000, 9_100, "12\u202f345", USUAL) for _ in range(20)]
    assert len(png(ranges(rows, LEGEND, ""))) <= 1.5 * BUDGET
