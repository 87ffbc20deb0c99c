"""Texts that are too long, in pieces that fit: in order, whole, and cut where a reader would pause."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.platforms.text.counting import code_points, graphemes, mastodon, threads, utf8, utf16, weighted
from functions.platforms.text.document import (
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
    read,
)
from functions.platforms.text.forms import bbcode, commonmark, discord, html, little, slack
from functions.platforms.text.splitting import Pieces, TooLongError, fitted
from tests.platforms.text.samples import Form, all_links, barely, documents, letters, plainly

LINK = "https://e.example/all"
MEASURES: list[Callable[[Document], int]] = [
    lambda blocks: graphemes(barely(blocks)),
    lambda blocks: mastodon(plainly(blocks)),
    lambda blocks: weighted(plainly(blocks)),
    lambda blocks: threads(plainly(blocks)),
    lambda blocks: utf16(discord(blocks)),
    lambda blocks: code_points(slack(blocks)),
    lambda blocks: utf8(commonmark(blocks)),
    lambda blocks: code_points(little(blocks)),
    lambda blocks: utf8(html(blocks)),
    lambda blocks: utf8(bbcode(blocks)),
]


def length(blocks: Document) -> int:
    return len(plainly(blocks))


def cut(markdown: str, limit: int, *, most: int = 20) -> list[str]:
    """Without numbers."""
    return [plainly(part) for part in fitted(read(markdown), length, limit, numbered=False, most=most).documents]


def test_what_fits_is_left_alone() -> None:
    blocks = read("a\n\n---\n\nb")
    assert fitted(blocks, length, 9) == Pieces((blocks,))
    assert fitted((), length, 0) == Pieces(((),))


# Where it is cut


@pytest.mark.parametrize(
    ("markdown", "limit", "parts"),
    [
        ("one two\n\nthree four\n\nfive", 20, ["one two\n\nthree four", "five"]),
        ("One. Two three. Four five six.", 20, ["One. Two three.", "Four five six."]),
        ("One two three four five six", 14, ["One two three", "four five six"]),
        ("One e.g. two three four", 15, ["One e.g. two", "three four"]),
        ('He said: "No!" Then he left us.', 20, ['He said: "No!"', "Then he left us."]),
        ("No. Nineteen letters and more of them", 20, ["No. Nineteen letters", "and more of them"]),
        ("first line\nsecond line\nthird", 23, ["first line\nsecond line", "third"]),
        ("一二三。四五六七。八九", 8, ["一二三。", "四五六七。八九"]),
        ("一二三四五六七八九", 5, ["一二三四五", "六七八九"]),
        ("a b\n\n---\n\nc d", 5, ["a b", "c d"]),
        ("# head\n\nwords words", 14, ["head\n\nwords", "words"]),
        ("first\n\n# head\n\nwords", 15, ["first", "head\n\nwords"]),
        ("- one\n- two\n- three", 12, ["• one\n• two", "• three"]),
        ("- one two three four", 11, ["• one two", "three four"]),
        ("> one\n>\n> two\n>\n> three", 12, ["> one", "> two", "> three"]),
        ("```\none\ntwo\nthree\n```", 8, ["one\ntwo", "three"]),
        ("```\none two three\n```", 8, ["one two", "three"]),
        ("|one|two|\n|-|-|\n|three|four|", 12, ["one | two", "three | four"]),
        ("|one two|three|\n|-|-|\n|four|five|", 11, ["one two |", "three", "four | five"]),
    ],
)
def test_it_is_cut_where_a_reader_would_pause(markdown: str, limit: int, parts: list[str]) -> None:
    assert cut(markdown, limit) == parts


def test_parts_keep_their_kind_and_their_style() -> None:
    blocks: Document = (
        Quote((Paragraph((Run("one two", bold=True),)),)),
        Code("a\nb", "py"),
        Heading(2, (Run("three four five"),)),
        Item(1, 3, (Run("six seven eight"),)),
    )
    parts = fitted(blocks, length, 12, numbered=False).documents
    assert parts == (
        (Quote((Paragraph((Run("one two", bold=True),)),)),),
        (Code("a\nb", "py"),),
        (Heading(2, (Run("three four"),)),),
        (Heading(2, (Run("five"),)),),
        (Item(1, 3, (Run("six"),)),),
        (Paragraph((Run("seven eight"),)),),
    )


def test_links_mentions_and_code_stay_whole() -> None:
    assert cut("one two [three four](https://a.b)", 30) == ["one two", "three four (https://a.b)"]
    assert cut("one @{two three} four", 12) == ["one", "@\u200btwo three", "four"]
    assert cut("one `two three` four", 10) == ["one", "two three", "four"]


def test_a_link_too_long_is_cut_between_its_words() -> None:
    blocks = read("one [two three four five](https://a.b) six")
    parts = fitted(blocks, lambda part: len(barely(part)), 10, numbered=False).documents
    assert [barely(part) for part in parts] == ["one", "two three", "four five", "six"]
    assert [link for part in parts for _, link in all_links(part)] == ["https://a.b"] * 2


@pytest.mark.parametrize("sign", ["e\u0301", "👨\u200d👩\u200d👧", "🇩🇪", "👍🏽"])
def test_no_grapheme_is_cut(sign: str) -> None:
    blocks = read(f"a {sign * 3} b {sign * 3} {sign}")
    parts = fitted(blocks, lambda part: graphemes(barely(part)), 6, numbered=False).documents
    assert [barely(part) for part in parts] == [f"a {sign * 3}", f"b {sign * 3}", sign]


def test_a_mark_on_a_space_stays_there() -> None:
    assert cut("aa \u0301b cc", 6) == ["aa \u0301b", "cc"]


# Numbers


def test_each_part_ends_in_its_number() -> None:
    found = fitted(read("one two three four"), length, 15)
    assert [plainly(part) for part in found.documents] == ["one two\n\n1/2", "three four\n\n2/2"]
    assert found.note == "3 too long: split into 2"


def test_wider_numbers_are_counted() -> None:
    words = " ".join(["ab"] * 40)
    parts = [plainly(part) for part in fitted(read(words), length, 12).documents]
    assert len(parts) == 20
    assert all(len(part) <= 12 for part in parts)
    assert parts[0] == "ab ab\n\n1/20"
    assert parts[19] == "ab ab\n\n20/20"


def test_a_number_that_grows_does_not_burst_a_part() -> None:
    nine_parts_without_numbers = " ".join(["abcdefg"] * 9)
    parts = [plainly(part) for part in fitted(read(nine_parts_without_numbers), length, 12).documents]
    assert len(parts) == 9
    with pytest.raises(TooLongError):
        fitted(read(nine_parts_without_numbers + " abcdefg"), length, 12)


# What cannot be a thread


def test_a_word_too_long_makes_it_an_excerpt() -> None:
    blocks = read(f"one two {'x' * 60}")
    found = fitted(blocks, length, 40, link=LINK)
    assert [plainly(part) for part in found.documents] == [f"one two…\n\n{LINK}"]
    assert found.note == "28 too long: only the beginning, with a link to all of it"


def test_a_bare_address_too_long_is_not_cut() -> None:
    with pytest.raises(TooLongError, match=r"^the text has 39; at most 29 go into one post, "):
        fitted(read("https://e.example/" + "x/y中中 "[:4] + "z" * 17), length, 29)


def test_too_many_parts_make_it_an_excerpt() -> None:
    assert len(fitted(read("one two three four five"), length, 18, most=1, link="https://a.b").documents) == 1
    with pytest.raises(TooLongError, match=r"^the text has 23; at most 10 go .* at most 2: "):
        fitted(read("one two three four five"), length, 10, most=2)


LONG = read("x" * 58_322)


def test_what_fits_in_no_way_is_told_in_the_unit_that_counts_and_with_what_helps() -> None:
    with pytest.raises(TooLongError) as alone:
        fitted(LONG, length, 20_000, long="excerpt", unit="UTF-16 units")
    assert str(alone.value) == (
        "the text has 58,322 UTF-16 units; at most 20,000 go into the post:"
        " make it shorter, or give it a `link`, for its beginning to be posted with that"
    )
    with pytest.raises(TooLongError) as linked:
        fitted(LONG, length, 20_000, link=LINK, unit="bytes")
    assert str(linked.value) == (
        "the text has 58,322 bytes; at most 20,000 go into one post, and a thread has at most 20:"
        " not even its beginning fits with the link; make its words, or the link, shorter"
    )


def test_one_post_is_no_thread() -> None:
    with pytest.raises(TooLongError, match="at most 20,000 go into the post: "):
        fitted(LONG, length, 20_000, most=1)


@pytest.mark.parametrize(
    ("markdown", "limit", "told"),
    [
        ("One two. Three four five.", 24, "One two. …"),
        ("One two three four five six seven", 27, "One two three…"),
        ("# Head\n\nOne two three four five six", 28, "Head\n\nOne two…"),
        ("One\n\n# Head\n\nOne two three four", 24, "One…"),
        ("see [a b](https://c.d) and on and on and on", 37, "see a b (https://c.d) …"),
        ("- one\n- two\n- three\n- four\n- five", 26, "• one\n• two…"),
        ("```\na\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n```", 22, "a\nb\nc\n\n…"),
    ],
)
def test_an_excerpt_is_the_beginning(markdown: str, limit: int, told: str) -> None:
    found = fitted(read(markdown), length, limit, long="excerpt", link="https://a.b")
    (part,) = found.documents
    assert plainly(part) == f"{told}\n\nhttps://a.b"
    assert length(part) <= limit


def test_an_excerpt_needs_a_link_and_some_words() -> None:
    with pytest.raises(TooLongError):
        fitted(read("one two three"), length, 10, long="excerpt")
    with pytest.raises(TooLongError):
        fitted(read("one two three four"), length, 15, long="excerpt", link=LINK)


def test_pictures_go_with_their_part() -> None:
    blocks = read("one two\n\n![a](b)\n\nthree four five six\n\n![c](d)")
    found = fitted(
        blocks, lambda part: length(tuple(x for x in part if not isinstance(x, Picture))), 19, numbered=False
    )
    names = [[block.name for block in part if isinstance(block, Picture)] for part in found.documents]
    assert names == [["b"], ["d"]]


# Any document


@given(
    blocks=documents,
    measure=st.sampled_from(MEASURES),
    limit=st.integers(20, 150),
    numbered=st.booleans(),
    link=st.sampled_from(["", LINK]),
)
@settings(max_examples=300)
def test_pieces_fit_and_are_the_whole(
    blocks: Document, measure: Callable[[Document], int], limit: int, numbered: bool, link: str
) -> None:
    try:
        found = fitted(blocks, measure, limit, numbered=numbered, link=link, most=30)
    except TooLongError:
        assert measure(blocks) > limit
        return
    assert all(measure(part) <= limit for part in found.documents)
    if "beginning" in found.note:
        (part,) = found.documents
        assert words(without_rules(blocks)).startswith(words(part[:-1]))
        return
    numbers = numbered and len(found.documents) > 1
    kept = [part[:-1] if numbers else part for part in found.documents]
    if numbers:
        ends = [plainly(part[-1:]) for part in found.documents]
        assert ends == [f"{count}/{len(ends)}" for count in range(1, len(ends) + 1)]
    assert "".join(words(part) for part in kept) == words(blocks)


def words(blocks: Document) -> str:
    """All letters, where an address counts as many times as its link is in pieces: not at all."""
    return letters(barely(blocks))


def without_rules(blocks: Document) -> Document:
    return tuple(block for block in blocks if not isinstance(block, Rule))


# Time


@pytest.mark.parametrize("gap", [" ", "\n", "\n\n"])
@pytest.mark.parametrize("form", [plainly, discord, commonmark])
def test_not_much_more_is_measured_than_there_is(form: Form, gap: str) -> None:
    sentences = (f"This is **sentence {count}** [here](https://e.example/{count}). " for count in range(450))
    blocks = read(gap.join(sentences)[:20_000])
    measured = []

    def used(part: Document) -> int:
        measured.append(len(form(part)))
        return measured[-1]

    found = fitted(blocks, used, 1_000, most=99)
    assert 9 < len(found.documents) < 40
    assert sum(measured) < 50 * measured[0]


def test_tables_keep_their_cells() -> None:
    found = fitted(read("|a|b|\n|-|-|\n|c|d|\n|e|f|"), length, 11, numbered=False)
    assert [type(block) for part in found.documents for block in part] == [Table, Table]
    assert re.sub(r"\W", "", "".join(plainly(part) for part in found.documents)) == "abcdef"
