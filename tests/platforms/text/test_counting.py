"""Lengths as the platforms count them. The numbers of X are those of its own library, twitter-text 3.1.0."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.platforms.text.counting import code_points, graphemes, mastodon, threads, utf8, utf16, weighted
from functions.platforms.text.document import read
from functions.platforms.text.forms import plain
from tests.platforms.text.samples import anything

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
FLAGS = "🇩🇪🇫🇷"
KEYCAP = "1\ufe0f\u20e3"
CONJUNCT = "क्षि"
DECOMPOSED = "e\u0301"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
LONG = "https://example.com/" + "a" * 100
SHORT = "https://example.com/a"
LIMIT = 5
"""Seconds of work; what is not nearly linear takes minutes."""


@pytest.mark.parametrize(
    ("text", "points", "units", "octets", "shown"),
    [
        ("", 0, 0, 0, 0),
        ("abc", 3, 3, 3, 3),
        (FAMILY, 7, 11, 25, 1),
        (FLAGS, 4, 8, 16, 2),
        (KEYCAP, 3, 3, 7, 1),
        (CONJUNCT, 4, 4, 12, 1),
        (DECOMPOSED, 2, 2, 3, 1),
        ("\u00e9", 1, 1, 2, 1),
        (ENGLAND, 7, 14, 28, 1),
        ("👍🏽", 2, 4, 8, 1),
        ("a\u200bb", 3, 3, 5, 3),
        ("a\r\nb", 4, 4, 4, 3),
        ("\ud800", 1, 1, 3, 1),
    ],
)
def test_characters_units_bytes_and_graphemes(text: str, points: int, units: int, octets: int, shown: int) -> None:
    assert (code_points(text), utf16(text), utf8(text), graphemes(text)) == (points, units, octets, shown)


def test_a_text_may_have_few_graphemes_and_many_bytes() -> None:
    text = FAMILY * 300
    assert graphemes(text) == 300
    assert utf8(text) == 7_500


# Mastodon


@pytest.mark.parametrize(
    ("text", "used"),
    [
        (FAMILY, 1),
        (f"a {LONG} b", 2 + 23 + 2),
        (SHORT, 23),
        ("http://a.de", 23),
        (f"({LONG})", 25),
        (f"{LONG}.", 24),
        ("https://de.wikipedia.example.org/wiki/A_(b)", 23),
        ("https://example.com/ünï?q=ü#x", 23),
        ("@user@long.domain.example", 5),
        ("hello @user@long.domain.example, bye", 6 + 5 + 5),
        ("@user", 5),
        ("me@long.domain.example", 22),
        ("https://example.com/@user@long.domain.example", 23),
        ("example.com", 11),
        ("http://localhost/a", 18),
        ("xhttps://example.com/a", 22),
        ("@\u200buser@long.domain.example", 26),
    ],
)
def test_mastodon(text: str, used: int) -> None:
    assert mastodon(text) == used


def test_mastodon_servers_count_links_as_they_like() -> None:
    assert mastodon(f"{LONG} {SHORT}", link=30) == 61


def test_an_address_that_may_be_none_counts_as_the_longer() -> None:
    unsure = "https://example.museum/" + "a" * 30
    assert mastodon(unsure) == weighted(unsure) == len(unsure)
    assert mastodon("https://a.museum") == weighted("https://a.museum") == weighted("a.museum") == 23


# X


@pytest.mark.parametrize(
    ("text", "used"),
    [
        (FAMILY, 2),
        (FLAGS, 4),
        (KEYCAP, 2),
        (ENGLAND, 2),
        ("👍🏽", 2),
        ("🕵🏽\u200d♀\ufe0f", 2),
        ("☝\ufe0f", 2),
        ("❤", 2),
        ("©2024", 5),
        ("©\ufe0f", 2),
        ("™", 2),
        (DECOMPOSED, 1),
        ("क्ष", 3),
        ("a\u200bb", 3),
        ("— “ä” ы", 7),
        ("…→", 4),
        ("日本語", 6),
        ("ｱ", 2),
        (LONG, 23),
        ("example.com", 23),
        ("it.is", 23),
        ("foo.co.uk", 23),
        ("見てexample.com", 27),
        ("https://例え.jp/x", 23),
        ("例え.jp", 7),
        ("https://example.com/パス", 27),
        ("https://example.com/é/ж", 23),
        (f"({SHORT})", 25),
        ("https://example.com/a_(b)", 23),
        ("https://example.com/a(b(c)d)e", 23),
        ("https://example.com/?a=1&b=2.", 24),
        ("https://example.com./x", 26),
        ("https://example.com:8080/x?y=z#q", 23),
        ("a@example.com", 13),
        ("@example.com", 12),
        ("#example.com", 12),
        ("$example.com", 12),
        ("example.com@foo", 15),
        ("xhttps://example.com", 20),
        ("http://localhost/aaaa", 21),
        ("v2.0.1", 6),
        ("e.g. this", 9),
    ],
)
def test_x(text: str, used: int) -> None:
    assert weighted(text) == used


# Threads


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("abc", 3),
        ("日本語", 3),
        ("👍", 4),
        ("a👍🏽b", 10),
        (FAMILY, 25),
        (FLAGS, 16),
        (KEYCAP, 7),
        ("❤\ufe0f", 6),
        ("©", 1),
    ],
)
def test_threads(text: str, used: int) -> None:
    assert threads(text) == used


# Offsets


def test_offsets_after_emoji() -> None:
    found = plain(read(f"{FAMILY} [a👍](https://e.example) #ü"), addresses=False)
    link, tag = found.spans
    assert found.utf16(link) == (12, 3)
    assert found.utf8(link) == (26, 31)
    assert found.utf16(tag) == (16, 2)
    assert found.text.encode()[slice(*found.utf8(tag))].decode() == "#ü"


# Always


@given(text=anything, more=st.sampled_from([" ", "\n", " a", " 中", " 👍"]))
def test_counts_are_never_negative_and_grow(text: str, more: str) -> None:
    for count in (code_points, utf16, utf8, graphemes, mastodon, weighted, threads):
        assert 0 <= count(text) < count(text + more) + 1


@pytest.mark.parametrize(
    "mark",
    [
        "a.",
        "a-",
        "@a",
        "https://a.de/(",
        "https://a.de/a",
        "(",
        "👍\u200d",
        "a@a.",
        "http://",
        "é.",
        "\u0301",
        "?",
        "https://a.de/?a",
    ],
)
def test_counting_takes_little_time(mark: str) -> None:
    start = time.process_time()
    for count in (mastodon, weighted, threads, graphemes):
        count(mark * (20_000 // len(mark)))
    assert time.process_time() - start < LIMIT
