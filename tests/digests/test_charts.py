"""Charts as markup: whole, escaped, with every day, and readable by numbers."""

import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from events.digests import Usual
from functions.digests import charts
from functions.digests.charts import DARK, LIGHT, MARGIN, WIDTH, Bar, Colours, Legend, Row, days, ranges

LEGEND = Legend("this day", "usual range", "median of four weeks", "above usual", "below usual")
USUAL = Usual(low=30, high=60)
HOSTILE = [
    "<script>alert(1)</script>",
    "</text></svg><img src=x onerror=alert(1)>",
    '" onload="alert(1)',
    "{{ 7*7 }} &lt; &#60;",
    "\u202e]]>\x00\ud800\ufffe\x1b\x85",
    "@everyone " + "x" * 50_000,
    "ا" * 300,
    "👩‍👩‍👧‍👦" * 200,
]


def fortnight(**changed: object) -> list[Bar]:
    """Fourteen ordinary days; the last is the one the digest is about."""
    bars = [Bar(str(day), 40 + day, str(40 + day), USUAL, 45) for day in range(1, 15)]
    return [*bars[:-1], replace(bars[-1], of_period=True, **changed)]  # type: ignore[arg-type]


def parsed(svg: str) -> Element:
    return ElementTree.fromstring(svg)


def signs(svg: str, sign: str) -> list[Element]:
    return [one for one in parsed(svg).iter() if sign in one.get("class", "").split()]


def texts(svg: str) -> list[str]:
    return ["".join(one.itertext()) for one in parsed(svg).iter() if one.tag.endswith("}text")]


def bars(svg: str) -> list[Element]:
    """The bars themselves, not the sign in the legend: only those stand on the floor or begin at the margin."""
    found = [one for one in parsed(svg).iter() if {"now", "other"} & set(one.get("class", "").split())]
    return [one for one in found if (one.get("width"), one.get("height")) != ("10", "14")]


def test_every_day_has_a_bar_in_its_order() -> None:
    drawn = bars(days(fortnight(), LEGEND, "as usual"))
    places = [float(one.get("x", "")) for one in drawn]
    heights = [float(one.get("height", "")) for one in drawn]
    assert len(drawn) == 14
    assert places == sorted(places)
    assert heights == sorted(heights)


def test_heights_are_as_the_numbers() -> None:
    drawn = bars(days([Bar("a", 10, "10"), Bar("b", 40, "40"), Bar("c", 0, "0")], LEGEND, ""))
    ten, forty, none = (float(one.get("height", "")) for one in drawn)
    assert forty == pytest.approx(4 * ten)
    assert none == 0


def test_the_day_it_is_about_is_another_sign() -> None:
    drawn = bars(days(fortnight(), LEGEND, ""))
    assert [one.get("class") for one in drawn] == ["other"] * 13 + ["now"]


@pytest.mark.parametrize(("number", "meaning"), [(61, "above usual"), (29, "below usual"), (30, None), (60, None)])
def test_outside_its_range_is_marked_by_shape_and_word(number: int, meaning: str | None) -> None:
    svg = days(fortnight(number=number, said=str(number)), LEGEND, "")
    told = {"above usual", "below usual"} & set(texts(svg))
    assert told == ({meaning} if meaning else set())
    assert len(signs(svg, "mark")) == (2 if meaning else 0)  # One at the bar, one in the legend.
    assert len(signs(svg, "odd")) == (1 if meaning else 0)
    assert str(number) in texts(svg) or not meaning


def test_without_history_there_is_no_band_and_no_word_of_it() -> None:
    svg = days([Bar("1 Nov", 5, "5"), Bar("2 Nov", 9, "9", of_period=True)], LEGEND, "")
    assert not signs(svg, "band")
    assert not signs(svg, "median")
    assert set(texts(svg)) == {"1 Nov", "2 Nov", "9", "this day"}


def test_a_day_without_its_range_leaves_a_gap_in_the_band() -> None:
    history = fortnight()
    history[6] = replace(history[6], usual=None)
    [band] = [one for one in signs(days(history, LEGEND, ""), "band") if one.tag.endswith("}path")]
    assert band.get("d", "").count("z") == 2


def test_nothing_to_draw_is_nothing() -> None:
    assert days((), LEGEND, "nothing") == ""
    assert ranges((), LEGEND, "nothing") == ""


@pytest.mark.parametrize("count", [1, 2, 7, 14, 28, 31])
@pytest.mark.parametrize("number", [0, 1, 10**15])
def test_all_stays_within_the_drawing(count: int, number: int) -> None:
    history = [Bar(f"{day} nov.", number, f"{number:,}", USUAL, 45, day == count) for day in range(1, count + 1)]
    for svg in (days(history, LEGEND, ""), ranges([Row("a", number, f"{number:,}", USUAL)] * count, LEGEND, "")):
        inside(svg)


def inside(svg: str) -> None:
    high = float(parsed(svg).get("height", ""))
    for one in parsed(svg).iter():
        if one.tag.endswith("}text"):
            left, right = span(one)
            assert left >= 0
            assert right <= WIDTH
            assert charts.TYPE <= float(one.get("y", "")) <= high - 4
        elif one.tag.endswith("}rect") and one.get("class") != "card":
            assert float(one.get("x", "")) >= 0
            assert float(one.get("y", "")) >= 0
            assert float(one.get("x", "")) + float(one.get("width", "")) <= WIDTH
            assert float(one.get("y", "")) + float(one.get("height", "")) <= high


def span(text: Element) -> tuple[float, float]:
    x, wide = float(text.get("x", "")), charts.width("".join(text.itertext()))
    before = {"start": 0.0, "middle": wide / 2, "end": wide}[text.get("text-anchor", "start")]
    return x - before, x - before + wide


@pytest.mark.parametrize("said", ["7", "4 321", "12 345 678"])
@pytest.mark.parametrize("count", [7, 14, 28, 31])
def test_no_two_texts_in_one_line_touch(count: int, said: str) -> None:
    numbers = [90 if day % 3 else 45 for day in range(count)]
    history = [Bar(f"{day} nov.", one, said, USUAL, 45, day > count - 8) for day, one in enumerate(numbers)]
    svg = days(history, LEGEND, "")
    lines: dict[str, list[tuple[float, float]]] = {}
    for one in parsed(svg).iter():
        if one.tag.endswith("}text"):
            lines.setdefault(one.get("y", ""), []).append(span(one))
    for line in lines.values():
        for (_, right), (left, _) in zip(sorted(line), sorted(line)[1:], strict=False):
            assert right < left


def test_dates_count_back_by_weeks_from_the_day_it_is_about() -> None:
    history = [Bar(f"{day} nov.", 5, "5", of_period=day == 28) for day in range(1, 29)]
    assert [one for one in texts(days(history, LEGEND, "")) if "nov." in one] == [
        "28 nov.", "21 nov.", "14 nov.", "7 nov.",
    ]  # fmt: skip


def test_rows_keep_their_order_and_say_their_place() -> None:
    rows = [Row(f"Theme {letter}", 9, "9", USUAL) for letter in "CAB"]
    assert [one for one in texts(ranges(rows, LEGEND, "")) if one in "123" or one.startswith("Theme")] == [
        "1", "Theme C", "2", "Theme A", "3", "Theme B",
    ]  # fmt: skip


def test_the_ninth_row_only_stands_in_the_table() -> None:
    drawn = texts(ranges([Row(f"Theme {place}", 1, "1") for place in range(20)], LEGEND, ""))
    assert [one for one in drawn if one.startswith("Theme")] == [f"Theme {place}" for place in range(8)]


def test_a_row_outside_its_range_is_marked() -> None:
    svg = ranges([Row("Sync", 91, "91", USUAL), Row("Maps", 40, "40", USUAL)], LEGEND, "")
    assert [one.get("class") for one in bars(svg)] == ["now odd", "now"]
    assert len(signs(svg, "mark")) == 2
    assert "above usual" in texts(svg)


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_words_of_strangers_are_text(words: str) -> None:
    legend = Legend(words, words, words, words, words)
    history = [Bar(words, 99, words, USUAL, 45), Bar(words, 1, words, USUAL, 45, of_period=True)]
    for svg in (days(history, legend, words), ranges([Row(words, 99, words, USUAL)], legend, words)):
        drawn = parsed(svg)
        assert {one.tag.partition("}")[2] for one in drawn.iter()} == {"svg", "rect", "path", "text"}
        assert not [name for one in drawn.iter() for name in one.keys() if name.startswith("on")]  # noqa: SIM118
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", svg)
        svg.encode()


@pytest.mark.parametrize("words", ["x" * 50_000, "登录" * 200, "👩‍👩‍👧‍👦" * 200])
def test_a_long_title_is_cut_between_characters_and_leaves_the_number_its_room(words: str) -> None:
    svg = ranges([Row(words, 91, "12 345", USUAL)], LEGEND, "")
    title = max(texts(svg), key=len)
    assert title.endswith("…")
    assert words.startswith(title[:-1])
    assert not words[len(title) - 1 :].startswith("\u200d")
    assert MARGIN + charts.KEY + charts.width(title) < WIDTH - MARGIN - charts.width("12 345")


def test_it_is_one_image_with_its_finding() -> None:
    drawn = parsed(days(fortnight(), LEGEND, 'Sync: 91 "posts" & more'))
    assert drawn.get("role") == "img"
    assert drawn.get("aria-label") == 'Sync: 91 "posts" & more'


def test_a_strict_page_refuses_none_of_it() -> None:
    for svg in (days(fortnight(number=99), LEGEND, ""), ranges([Row("a", 1, "1", USUAL)], LEGEND, "")):
        assert not [one for one in parsed(svg).iter() if one.get("style") or one.get("href")]
        assert "<style" not in svg


def test_every_sign_has_its_colours_in_light_in_dark_and_in_the_png() -> None:
    svg = days(fortnight(number=99), LEGEND, "") + ranges([Row("a", 1, "1", USUAL)], LEGEND, "")
    used = {sign for given in re.findall('class="([^"]+)"', svg) for sign in given.split()} - {"chart"}
    light, dark = charts.STYLE.split("@media")
    for rules in (light, dark, charts.CARD):
        assert used <= set(re.findall(r"\.chart \.([a-z]+)\{", rules))


def test_letters_are_eleven_pixels_on_the_narrowest_telephone() -> None:
    within_a_body_with_margins = 320 - 2 * 16
    assert charts.TYPE * within_a_body_with_margins / WIDTH >= 11
    assert {one.get("font-size") for one in parsed(days(fortnight(), LEGEND, "")).iter()} == {"16", None}


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_can_be_told_apart(colours: Colours) -> None:
    assert contrast(colours.ink, colours.card) >= 7
    for letters in (colours.ink, colours.quiet):
        assert contrast(letters, colours.card) >= 4.5
        assert contrast(letters, colours.band) >= 4.5
    for sign in (colours.now, colours.other, colours.edge, colours.mark, colours.ink):
        assert contrast(sign, colours.card) >= 3
    assert contrast(colours.now, colours.other) >= 2.4  # In grey, this is all that is left of the difference.


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio"."""
    darker, lighter = sorted(sum(luminance(colour)) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> Iterator[float]:
    for place, weight in ((1, 0.2126), (3, 0.7152), (5, 0.0722)):
        channel = int(colour[place : place + 2], 16) / 255
        yield weight * (channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)


def test_grounds_and_signs_are_plain_colours() -> None:
    for colours in (LIGHT, DARK):
        assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in asdict(colours).values())
