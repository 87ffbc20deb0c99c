"""Markdown as a tree: nothing lost, nothing mistaken for a mention, never an exception."""

import re
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.platforms.text import document
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
    pictures,
    read,
    without_pictures,
)
from functions.platforms.words import MANY
from tests.platforms.text.samples import FORMS, Form, anything, barely, letters, notation, plainly

LIMIT = 5
"""Seconds of work; what is not nearly linear takes minutes."""


def one(markdown: str) -> tuple[Run, ...]:
    (block,) = read(markdown)
    assert isinstance(block, Paragraph)
    return block.runs


def text(word: str) -> Paragraph:
    return Paragraph((Run(word),))


@pytest.mark.parametrize(
    ("markdown", "runs"),
    [
        (
            "a **b** _c_ ~~d~~ `e`",
            [Run("b", bold=True), Run("c", italic=True), Run("d", strike=True), Run("e", code=True)],
        ),
        ("**a _b_**", [Run("a ", bold=True), Run("b", bold=True, italic=True)]),
        ("[a](https://e.example)", [Run("a", link="https://e.example")]),
        (
            "[**a** b](https://e.example)",
            [Run("a", bold=True, link="https://e.example"), Run(" b", link="https://e.example")],
        ),
        ("[](https://e.example)", [Run("https://e.example", link="https://e.example")]),
        ("<c@d.example>", [Run("c@d.example", link="mailto:c@d.example")]),
        ("<mailto:c@d.example>", [Run("c@d.example", link="mailto:c@d.example")]),
        ("[a\nb](https://e.example)", [Run("a b", link="https://e.example")]),
        ("[ü](https://e.example/ü)", [Run("ü", link="https://e.example/%C3%BC")]),
    ],
)
def test_styles_and_links(markdown: str, runs: list[Run]) -> None:
    assert [run for run in one(markdown) if run != Run(run.text)] == runs


@pytest.mark.parametrize(
    ("markdown", "address"),
    [
        ("see https://e.example/a.", "https://e.example/a"),
        ("**https://e.example/a**", "https://e.example/a"),
        ("(https://e.example/a_(b))", "https://e.example/a_(b)"),
        ("https://e.example/ü?a=1&b=2", "https://e.example/ü?a=1&b=2"),
        ("HTTPS://e.example/", "HTTPS://e.example/"),
        ("<https://e.example/*a*>", "https://e.example/*a*"),
        ('"https://e.example/"', "https://e.example/"),
        ("詳細はhttps://e.example/。次", "https://e.example/"),
        ("<b>https://e.example/</b>", "https://e.example/"),
    ],
)
def test_a_bare_address_is_its_own_words(markdown: str, address: str) -> None:
    (found,) = [run for run in one(markdown) if run.link]
    assert (found.text, found.link) == (address, address)


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("[a](javascript:alert)", "a (javascript:alert)"),
        ("[a](/rules/ü)", "a (/rules/ü)"),
        ("[a](#top)", "a (#top)"),
        ("[a]()", "a"),
        ("<ftp://e.example>", "ftp://e.example"),
        ("[a](data:text/html,x)", "a (data:text/html,x)"),
    ],
)
def test_a_link_to_anywhere_else_is_told_in_words(markdown: str, words: str) -> None:
    assert one(markdown) == (Run(words),)


def test_line_breaks_stay() -> None:
    assert one("a\nb  \nc\\\nd") == tuple(Run(word) for word in "a\nb\nc\nd")


def test_html_is_text() -> None:
    assert one("<div>**a**</div>")[0] == Run("<div>")
    assert plainly(read("<!-- a -->\n\n<script>\nb\n</script>")) == "<!-- a -->\n\n<script>\nb\n</script>"
    assert plainly(read("- a\n<div>b</div>")) == "• a\n  <div>b</div>"


def test_a_list_ends_at_html() -> None:
    assert read("- a\n\n<div>b</div>") == (Item(0, None, (Run("a"),)), text("<div>b</div>"))


def test_what_cannot_be_read_is_paragraphs_of_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    plainest = (Paragraph((Run("**a**"), Run("\n"), Run("@b", mention="b"))), text("# c"))
    assert read("*" * MANY + "d\ne")[0] == Paragraph((Run("*" * MANY + "d"), Run("\n"), Run("e")))
    monkeypatch.setattr(document.tree, "parse", None)
    assert read("**a**\n@b\r\n \r\n# c") == plainest


def test_references_to_characters_are_read() -> None:
    assert one("a &amp; b &lt;c&gt; &theta; \\&amp; \\*") == (Run("a & b <c> θ &amp; *"),)


# Mentions


@pytest.mark.parametrize(
    ("markdown", "names"),
    [
        ("@mods", ["mods"]),
        ("@{mods}, @{the team}", ["mods", "the team"]),
        ("(@everyone) @here!", ["everyone", "here"]),
        ("@alice@example.social.", ["alice@example.social"]),
        ("**@mods** and @a_b", ["mods", "a_b"]),
        ("@Ünal", ["Ünal"]),
        ("| @mods |\n|-|", ["mods"]),
        ("me@mods.example", []),
        ("a@b @ @@ @{} @{a\nb} @{@}", []),
        ("https://e.example/@mods [@mods](https://e.example) `@mods` <@mods>", ["mods"]),
        ("<@123> <@!123> <!channel> <@&123>", ["123"]),
        ("\\@here @\\{a}", []),
        ("@a@b", []),
        ("```\n@mods\n```", []),
    ],
)
def test_mentions_are_runs_of_their_own(markdown: str, names: list[str]) -> None:
    assert mentions(read(markdown)) == names


def mentions(blocks: Document) -> list[str]:
    rows = [row for block in blocks if isinstance(block, Table) for row in block.rows]
    runs = [run for block in blocks if isinstance(block, Paragraph | Heading | Item) for run in block.runs]
    return [run.mention for run in [*runs, *(run for row in rows for cell in row for run in cell)] if run.mention]


def test_a_mention_keeps_its_style_and_the_text_around_it() -> None:
    assert one("a **@{b c}**, d") == (Run("a "), Run("@b c", bold=True, mention="b c"), Run(", d"))


# Blocks


def test_headings_quotes_rules_and_code() -> None:
    found = read("## a\n\n> b\n> > c\n\n---\n\n```py\nd\n\n```\n\n    e")
    expected = (Heading(2, (Run("a"),)), Quote((text("b"), Quote((text("c"),)))), Rule(), Code("d\n", "py"), Code("e"))
    assert found == expected


@pytest.mark.parametrize(
    ("markdown", "code"),
    [
        ("```c++\na\n```", Code("a", "c++")),
        ("```not a language\na\n```", Code("not a language\na")),
        ("```@everyone\na\n```", Code("@everyone\na")),
        ("```words", Code("words")),
    ],
)
def test_what_is_no_language_is_code(markdown: str, code: Code) -> None:
    assert read(markdown) == (code,)


def test_lists() -> None:
    found = read("3. a\n   b\n\n   c\n4. d\n   - e\n     1. f\n- g\n-\n")
    assert found == (
        Item(0, 3, (Run("a"), Run("\n"), Run("b"), Run("\n"), Run("c"))),
        Item(0, 4, (Run("d"),)),
        Item(1, None, (Run("e"),)),
        Item(2, 1, (Run("f"),)),
        Item(0, None, (Run("g"),)),
        Item(0, None, ()),
    )


def test_what_else_stands_in_an_item_stands_behind_it() -> None:
    found = read("- a\n\n  > b\n\n  ```\n  c\n  ```\n\n  d\n- e")
    assert found == (Item(0, None, (Run("a"),)), Quote((text("b"),)), Code("c"), text("d"), Item(0, None, (Run("e"),)))


def test_tables() -> None:
    found = read("| a | **b** |\n|---|---|\n| c \\| d | `e\\|f` |")
    rows = (((Run("a"),), (Run("b", bold=True),)), ((Run("c | d"),), (Run("e|f", code=True),)))
    assert found == (Table(rows),)


def test_pictures_cut_a_paragraph() -> None:
    found = read('a ![b](c.png) d ![](https://e.example/f.png "g")')
    assert found == (text("a"), Picture("c.png", "b"), text("d"), Picture("https://e.example/f.png", "g"))
    assert read("![a](b.png)") == (Picture("b.png", "a"),)
    assert read("![a](<my picture.png>)") == (Picture("my picture.png", "a"),)


def test_pictures_elsewhere() -> None:
    assert read("# a ![b](c)") == (Heading(1, (Run("a"),)), Picture("c", "b"))
    assert read("- ![b](c)\n- d") == (Picture("c", "b"), Item(0, None, (Run("d"),)))
    assert read("|a ![b](c)|\n|-|") == (Table((((Run("a b"),),),)), Picture("c", "b"))
    linked = Paragraph((Run("https://e.example", link="https://e.example"),))
    assert read("[![b](c)](https://e.example)") == (Picture("c", "b"), linked)


def test_pictures_can_be_taken_out() -> None:
    found = read("a ![b](c)\n\n> ![d](e)\n\n> f ![g](h)")
    assert pictures(found) == (Picture("c", "b"), Picture("e", "d"), Picture("h", "g"))
    assert without_pictures(found) == (text("a"), Quote((text("f"),)))


# Nothing is lost


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("[a]: https://e.example 'b'", '[a]: https://e.example "b"'),
        ("[a]\n\n[a]: https://e.example 'b'", 'a (https://e.example) ("b")'),
        ("[a]: /b\n[a]: /c", "a (/b): /c"),
        ("[^1]: A note.", "[^1]: A note."),
        ('[a](https://e.example "b")', 'a (https://e.example) ("b")'),
        ("- [ ] a\n- [x] b", "• [ ] a\n• [x] b"),
        ("2024.", "2024."),
        ("a\u2028b\x00c\ud800", "a\nb c\ufffd"),
        ("#", ""),
        ("", ""),
    ],
)
def test_odd_notation_is_told(markdown: str, words: str) -> None:
    assert plainly(read(markdown)) == words


@given(source=st.one_of(anything, notation))
@settings(max_examples=300)
def test_no_letter_is_lost_in_any_form(source: str) -> None:
    blocks = read(source)
    named = "".join(picture.name for picture in pictures(blocks))
    if "```" not in source:  # The language of code is not shown everywhere.
        for form in FORMS:
            missing = counted(source) - counted(form(blocks) + named)
            assert not missing or form is barely, form.__name__


def counted(text: str) -> Counter[str]:
    """The letters that no notation uses."""
    return Counter(re.findall("[w-z]", text))


@given(source=st.text(st.characters(categories=["L", "M", "Nd", "Zs"], include_characters="\n"), max_size=200))
@settings(max_examples=100)
def test_letters_of_all_scripts_stay_in_order(source: str) -> None:
    assert letters(plainly(read(source))) == letters(source)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "mark", ["*a ", "[", "`", "> ", "- ", "![", "|a", "<a ", "(", "@", "\\", "https://", "&#", "a@", "_", "~~a"]
)
def test_any_text_is_read_in_good_time(form: Form, mark: str) -> None:
    start = time.process_time()
    for count in (MANY // (2 * len(mark)), 100_000 // len(mark)):
        form(read(mark * count))
    assert time.process_time() - start < LIMIT
