"""What people wrote, out of each platform's notation: nothing lost, no marks left where they are certain."""

import re
import time
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.platforms.words import MANY, from_discord, from_html, from_markdown, from_mrkdwn

Reading = Callable[[str], str]

READINGS: list[Reading] = [from_html, from_mrkdwn, from_markdown, from_discord]
every_reading = pytest.mark.parametrize("read", READINGS)

LONG = 100_000
LIMIT = 2
"""Seconds, of which the slowest takes a quarter here; what is not linear takes minutes."""

anything = st.text(st.characters(), max_size=300)  # Surrogates included.
sentences = st.from_regex(r"[A-Za-z][A-Za-z0-9 ,.;:?!'\"()-]*", fullmatch=True).map(str.rstrip)
NOTATION = (
    "w x y z wx zy * ** _ ` ~~ [ ] ( ) ]( [][ < > # - 1. 3) | |-|-| + = === --- ! \\ & &amp; \" ' @ ^ || >! !<"
    " <x> <div> </div> <pre> <b> <br> <a> </a> <li> <ul> <p> <td> <blockquote> <! <@ <@1> <:x:1> <#C1|x> <!x|y>"
    " [quote] [/quote] https://z.z x@y.z"
)
LAYOUT = (" ", "  ", "    ", "\n", "\n\n", "> ", "- ", "1. ", "# ", "\t", "\r")
notation = st.lists(st.sampled_from((*NOTATION.split(), *LAYOUT)), max_size=16).map("".join)
letters = re.compile("[w-z]")
hidden = re.compile(r"<!--|!\[|`{3}")
"""A comment, the address of an image, the language of code."""


# HTML


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<p>One<br>two<br />three</p><p>four</p>", "One\ntwo\nthree\n\nfour"),
        ("<p>One<br>\ntwo</p>\n<p>three\nfour</p>\n", "One\ntwo\n\nthree four"),
        ("<h1>Head</h1><div>a</div><div>b</div>c", "Head\na\nb\nc"),
        ("un<b>break</b>able <em>words</em>", "unbreakable words"),
        ("<p>a &amp; b &lt;c&gt; &#39;d&#39; &amp;lt;</p>", "a & b <c> 'd' &lt;"),
        ("<p>a<!-- not said -->b</p><script>x</script><style>y</style>", "ab"),
        ("<pre><code>if a:\n    b  = 1\n</code></pre><p>so</p>", "if a:\n    b  = 1\n\nso"),
        ("<table><tr><th>a</th><th>b</th></tr>\n<tr><td>1</td> <td>2</td></tr></table>", "a | b\n1 | 2"),
        ("<mx-reply><blockquote>they: <p>old</p></blockquote></mx-reply>mine", "mine"),
        ('<span data-mx-spoiler="the end">he dies</span>', "(the end) he dies"),
        ('<iframe src="https://v.example/1"></iframe><p>a</p>', "https://v.example/1\n\na"),
    ],
)
def test_html_is_read_as_its_lines(content: str, words: str) -> None:
    assert from_html(content) == words


def test_items_have_a_sign_and_quoted_lines_another() -> None:
    assert from_html("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>d") == "- a\n- b\n  - c\nd"
    assert from_html('<ol start="3"><li>a<li>b</ol>') == "3. a\n4. b"
    assert from_html("<blockquote><p>a</p><p>b<br>c</p></blockquote><p>d</p>") == "> a\n>\n> b\n> c\n\nd"


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ('<a href="https://e.example/x">here</a>', "here (https://e.example/x)"),
        ('<a href="https://e.example/x">https://e.example/x</a>', "https://e.example/x"),
        ('<a href="https://e.example/x/">www.e.example/x</a>', "https://e.example/x/"),
        ('<a href="https://e.example/long/way">e.example/long…</a>', "https://e.example/long/way"),
        ('<a href="https://evil.example/">https://bank.example/</a>', "https://bank.example/ (https://evil.example/)"),
        ('<a href="https://e.example/?a=1&copy=2">a</a>', "a (https://e.example/?a=1&copy=2)"),
        ('<a href="https://e.example/?a=1&amp;b=2">a</a>', "a (https://e.example/?a=1&b=2)"),
        ('<a href="mailto:a@e.example">a@e.example</a>', "a@e.example"),
        ('<a href="https://e.example/"><img src="s" alt="a cat"></a>', "a cat (https://e.example/)"),
        ('<a href="https://e.example/"></a>', "https://e.example/"),
        ('<a href="https://e.example/">never closed', "never closed (https://e.example/)"),
        ('<h2><a class="anchor" href="#head"></a>Head</h2>', "Head"),
        ("<a>nowhere</a>", "nowhere"),
    ],
)
def test_an_address_is_told_once(link: str, words: str) -> None:
    assert from_html(link) == words


def test_what_mastodon_hides_of_an_address_is_part_of_it() -> None:
    link = (
        '<a href="https://example.com/long" rel="nofollow noopener"><span class="invisible">https://</span>'
        '<span class="ellipsis">example.com/lo</span><span class="invisible">ng</span></a>'
    )
    assert from_html(f"<p>See {link}, all</p>") == "See https://example.com/long, all"


@pytest.mark.parametrize(
    ("mention", "words"),
    [
        (
            '<span class="h-card"><a href="https://m.example/@al" class="u-url mention">@<span>al</span></a></span>',
            "@al",
        ),
        ('<a href="https://m.example/tags/x" class="mention hashtag" rel="tag">#<span>x</span></a>', "#x"),
        ('<a class="mention" href="/u/al">@al</a>', "@al"),
        ('<a class="hashtag-cooked" href="/c/support/6"><span>Support</span></a>', "Support"),
        ('<a href="https://matrix.to/#/@al:m.example">Al</a>', "Al"),
        ('<a href="https://evil.example/" class="mention">click</a>', "click (https://evil.example/)"),
        ('<a href="//evil.example/" class="mention">click</a>', "click (//evil.example/)"),
    ],
)
def test_a_mention_is_a_name(mention: str, words: str) -> None:
    assert from_html(f"<p>{mention}!</p>") == words + "!"


def test_an_image_is_what_it_shows() -> None:
    assert from_html('<p>a <img class="emoji" title=":smile:" alt=":smile:" src="s"> b</p>') == "a :smile: b"
    assert from_html('<p>a <img title="cat" src="s"></p>') == "a cat"
    assert from_html('<p>a <img class="avatar" alt="" src="s"> b</p>') == "a b"


@pytest.mark.parametrize(
    "text",
    [
        "two\nlines,  as typed ",
        "1 < 2 > 0, a<b and c>d",
        "List<String> and the <title> element",
        "the <Table> component",
        "<a and no more",
        "fish & chips &c, &nosuch; &copyright 1999",
        "&#" + "9" * 5_000 + ";",
        "<![CDATA[x]]> <?php y ?> <!- z",
    ],
)
def test_html_that_is_none_is_text(text: str) -> None:
    assert from_html(text) == text
    assert " ".join(from_html(text + "<br>").split()) == " ".join(text.split())


def test_what_never_ends_is_shown() -> None:
    assert from_html("<script>said <b>here</b>") == "<script>said here"
    assert from_html("said <!-- here<br>") == "said <!-- here"
    assert from_html("<mx-reply>said<br>here") == "<mx-reply>said\nhere"


# Slack


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 &lt; 2 &gt; 0 &amp; &amp;lt;", "1 < 2 > 0 & &lt;"),
        ("<@U123|ann> <@U123> <@W1|>", "@ann @U123 @W1"),
        ("<#C1|general> <#C1> <#C1|>", "#general #C1 #C1"),
        ("<!here> <!channel> <!everyone> <!here|@here>", "@here @channel @everyone @here"),
        ("<!subteam^S1|@team> <!subteam^S1>", "@team @S1"),
        ("<!date^1392734382^{date}|Feb 18, 2014>", "Feb 18, 2014"),
        ("<!date^1392734382^{date}^https://e.example/|Feb 18>", "Feb 18 (https://e.example/)"),
        ("<https://e.example/?a=1&amp;b=2|here>", "here (https://e.example/?a=1&b=2)"),
        ("<https://e.example/x>", "https://e.example/x"),
        ("<http://e.example|e.example>", "http://e.example"),
        ("<mailto:a@e.example|a@e.example> <tel:123|call>", "a@e.example call (123)"),
        ("*bold* _italic_ ~struck~, (*so*)", "bold italic struck, (so)"),
        ("*bold _and italic_ here* _*both*_", "bold and italic here both"),
        ("*see <https://e.example/_a_|it>*", "see it (https://e.example/_a_)"),
        ("run `a *b* &lt;c`", "run a *b* <c"),
        ("run ```a *b*\n<https://e.example/>```", "run a *b*\nhttps://e.example/"),
        (":tada: done", ":tada: done"),
    ],
)
def test_slack(text: str, words: str) -> None:
    assert from_mrkdwn(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "2*3*4",
        "a * b * c",
        "snake_case_name",
        "__init__",
        "*a\nb*",
        "~5 or ~6",
        "`open",
        "<foo> <> <!foo|x>",
        "<std::x>",
    ],
)
def test_slack_keeps_what_is_no_pair(text: str) -> None:
    assert from_mrkdwn(text) == text


# Markdown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# Head\n\nHello **bold** _it_ ~~old~~ `a*b*`", "Head\n\nHello bold it old a*b*"),
        ("one\ntwo  \nthree\n\n\n\nfour", "one\ntwo\nthree\n\nfour"),
        ("- a\n* b\n", "- a\n\n- b"),
        ("- a\n- b\n  - c\n- [x] d", "- a\n- b\n  - c\n- [x] d"),
        ("3) a\n4) b", "3) a\n4) b"),
        ("2024.", "2024."),
        ("> a\n> b\n\nmine", "> a\n> b\n\nmine"),
        ("```python\nx  = *1*\n\n\n    y\n```\nso", "x  = *1*\n\n\n    y\n\nso"),
        ("```TypeError: a is b\n  at c\n```", "TypeError: a is b\n  at c"),
        ("```wow", "wow"),
        ("|a|b|\n|-|-|\n|1|2|", "a | b\n1 | 2"),
        ("a\n\n---\n\nb", "a\n\nb"),
        ("a &amp; b &lt; \\*c\\*", "a & b < *c*"),
        ("a <b>c</b><br>d <kbd>E</kbd> List<String>", "a c\nd E List<String>"),
        ("<!-- tell us\nmore -->\n\nIt <!-- x -->broke", "It broke"),
        ("<details><summary>Log</summary>\n\n**a**\n\n</details>\n\nb", "Log\n\na\n\nb"),
        (">!he dies!< and `>!not!<` and <b>!wow!</b>", "he dies and >!not!< and !wow!"),
    ],
)
def test_markdown(text: str, words: str) -> None:
    assert from_markdown(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[here](https://e.example/x)", "here (https://e.example/x)"),
        ('[here](https://e.example/x "the title")', 'here (https://e.example/x "the title")'),
        ("<https://e.example/x> and https://e.example/_y_/ä.", "https://e.example/x and https://e.example/_y_/ä."),
        ("[https://e.example](https://e.example)", "https://e.example"),
        ("<a@e.example>", "a@e.example"),
        ('<a href="https://e.example/x">**here**</a>', "here (https://e.example/x)"),
        ("[here][1] and [there]\n\n[1]: https://e.example/x", "here (https://e.example/x) and [there]"),
        ("text\n\n[1]: https://e.example/x 'why'", 'text\n\n[1]: https://e.example/x "why"'),
        ("![a cat](https://e.example/x.png)", "a cat"),
        ("![](https://e.example/x.png)", "https://e.example/x.png"),
        ("[![a cat](x.png)](https://e.example/)", "a cat (https://e.example/)"),
    ],
)
def test_links_and_images_of_markdown(text: str, words: str) -> None:
    assert from_markdown(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("![my shot|690x388](upload://x.png)", "my shot"),
        ("![my shot|690x388, 50%](upload://x.png)", "my shot"),
        ("[log.txt|attachment](upload://y.txt) (1 KB)", "log.txt (upload://y.txt) (1 KB)"),
        ('[quote="bob, post:1, topic:2"]\nsaid **a**\n\nand b\n[/quote]\n\nmine', "> said a\n>\n> and b\n\nmine"),
        ("[quote]said[/quote]\nmine", "> said\n\nmine"),
        ('[quote="a"]\n[quote="b"]\nold\n[/quote]\nnewer\n[/quote]\nmine', "> > old\n>\n> newer\n\nmine"),
        ('[quote="Al [staff], post:1"]\nsaid\n[/quote]', "> said"),
        ("what does [quote] do?", "what does [quote] do?"),
        ("[quote]\nnever closed", "[quote]\nnever closed"),
        ("```\n[quote]\na\n[/quote]\n```", "[quote]\na\n[/quote]"),
    ],
)
def test_what_discourse_adds_to_markdown(text: str, words: str) -> None:
    assert from_markdown(text) == words


def test_markdown_that_cannot_be_read_comes_back_as_it_is() -> None:
    unreadable = "[a](https://e.example/\ud800) *b*"
    assert from_markdown(unreadable) == unreadable
    assert from_markdown("*a* " * MANY) == "*a* " * MANY


# Discord


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<@123> <@!123> <@9>", "@ann @ann @9"),
        ("<@&1> <@&2> <#3> <#4>", "@mods @&2 #help #4"),
        ("<:blob:1> <a:wave:2>", ":blob: :wave:"),
        ("<t:1700000000> <t:1700000000:R>", "2023-11-14T22:13:20Z 2023-11-14T22:13:20Z"),
        ("<t:-1:f> <t:9999999999999>", "1969-12-31T23:59:59Z <t:9999999999999>"),
        ("</cmd:1> </cmd sub:1>", "/cmd /cmd sub"),
        ("||he <@123> dies|| a || b || c", "he @ann dies a || b || c"),
        ("`||x|| <@123>` ```\n||y||```", "`||x|| <@123>` ```\n||y||```"),
        ("**bold** <b> <https://e.example/>", "**bold** <b> <https://e.example/>"),
    ],
)
def test_discord(text: str, words: str) -> None:
    assert from_discord(text, {"123": "ann", "1": "mods", "3": "help"}) == words


# All of them


@every_reading
@given(text=st.one_of(anything, notation))
def test_any_text_can_be_read(read: Reading, text: str) -> None:
    assert isinstance(read(text), str)


@every_reading
@given(text=sentences)
def test_a_plain_sentence_is_what_it_was(read: Reading, text: str) -> None:
    assert read(text) == text


@every_reading
@given(text=notation)
def test_no_word_is_lost(read: Reading, text: str) -> None:
    if not hidden.search(text):
        assert not Counter(letters.findall(text)) - Counter(letters.findall(read(text)))


HOSTILE = [
    *'[]()<>&*_`~|!#-\\\n\r="',
    *("[[a](", "[a]: b\n", "![", "<!--", "<a ", "<a b='", '<a b="', "</a", "<div>", "<li>", "<ul><li>", "<blockquote>"),
    *("<a href=x>", "<script>", "<mx-reply>", "<pre>", "<td>", "&#1;", "&amp", "*a ", "**a", "_a_ ", "~~a", "`a``b```"),
    *("> ", "- ", "- a\n\n", "1. a\n", "|a", "|a|b|\n|-|-|\n", "a\n", "('\n", "[quote]", "[quote]\n", '[quote="'),
    *("<@1", "<@U1|", "<t:1", "<:a", "||a ", "||", ">!a", "https://a.b ", "www.", "<!date^", " " * 50 + "x"),
]


@every_reading
@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_text_is_read_in_good_time(read: Reading, unit: str) -> None:
    text = (unit * LONG)[:LONG]
    began = time.process_time()
    read(text)
    assert time.process_time() - began < LIMIT


@every_reading
@pytest.mark.parametrize(
    "text",
    [
        "<div>" * 20_000 + "x" + "</div>" * 20_000,
        "<a" + " b" * 50_000 + ">",
        "<ul><li>" * 10_000 + "x",
        "[quote]\n" * 9_000 + "x" + "\n[/quote]" * 9_000,
        ">" * 5_000 + "x" * 90_000,
        "- " * 3_000 + "x" * 90_000,
        "[" * 4_900 + "x" * 90_000 + "]" * 4_900,
        "*a" * 2_400 + "a*" * 2_400,
        "> " * 20 + "a\n" + "b\n" * 9_000,
        "1\n" * 50_000,
    ],
    ids=lambda text: text[:8],
)
def test_deep_text_is_read_in_good_time(read: Reading, text: str) -> None:
    began = time.process_time()
    read(text)
    assert time.process_time() - began < LIMIT
