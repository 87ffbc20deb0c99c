"""The forms platforms read: all of the text, none of it mistaken for notation, nobody pinged who was not meant."""

import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.platforms.text.document import Code, Document, Heading, Paragraph, Picture, Run, read
from functions.platforms.text.forms import (
    Plain,
    Span,
    bbcode,
    commonmark,
    discord,
    html,
    little,
    plain,
    slack,
    unpinged,
)
from functions.platforms.words import from_mrkdwn
from tests.platforms.text.samples import (
    FORMS,
    INVISIBLE,
    Form,
    all_links,
    barely,
    documents,
    letters,
    notation,
    plainly,
)

every_form = pytest.mark.parametrize("form", FORMS)

ZERO = "\u200b"
HAIR = "\u200a"


# Nobody is pinged

PING = re.compile(r"(?<!\w)[@＠﹫](?=[\w&!])|@(?:everyone|here|channel|room)\b", re.IGNORECASE)
"""A platform would read a mention there."""

SOURCES = [
    "@everyone",
    "@Everyone @HERE",
    "x@everyone.example",
    "@here, @channel and @room",
    "**@**everyone",
    "@*everyone*",
    "<!channel> <!here|@here> <!subteam^S1>",
    "<@U1> <@!1> <@&1>",
    "＠everyone ﹫room",
    f"@{ZERO}everyone @\u2060everyone",
    "[@everyone](https://e.example)",
    "[a](https://e.example/@everyone) https://e.example/@here",
    "[a](/@everyone)",
    "`@everyone @user@example.social`",
    "```\n@everyone @user@example.social\n```",
    "```@everyone\na\n```",
    "    @here",
    "# @everyone",
    "| @here | b |\n|---|---|\n| @everyone | `@room` |",
    "- @everyone\n  1. @here",
    "> @everyone",
    "![@everyone](a)",
    "![](@everyone)",
    "\\@everyone @\\everyone @{everyone} @{@here}",
    "@everyone@example.social @user@example.social",
    "<div>@everyone</div>",
    "&#64;everyone",
    '[a](https://e.example "@everyone")',
    "[@everyone]: https://e.example",
    "#@everyone #a@room",
]


@every_form
@pytest.mark.parametrize("source", SOURCES)
def test_no_text_pings(form: Form, source: str) -> None:
    assert not PING.search(seen(form, source))
    assert not re.search("<[@!]", slack(read(source)))


def seen(form: Form, source: str) -> str:
    """As a platform sees it after its own escapes, and without addresses, where only servers read an @."""
    told = unescape(form(read(source)))
    if form in (discord, commonmark, little):
        told = re.sub(r"\\([^\w\s])", r"\1", told)
    return re.sub(r"https?://\S+?(?=everyone|here|\s|\Z)", "", told)


@given(source=notation)
@settings(max_examples=200)
@every_form
def test_no_notation_pings(form: Form, source: str) -> None:
    assert not PING.search(seen(form, source))


def marked(run: Run) -> str:
    return f"<@&{len(run.mention)}>"


@pytest.mark.parametrize("form", [plain, discord, slack, commonmark, bbcode, little])
def test_a_mention_is_written_as_the_platform_says(form: object) -> None:
    told = form(read("a **@{mods}** `@{mods}`"), marked)  # type: ignore[operator]
    text = told.text if isinstance(told, Plain) else told
    assert text.count("<@&4>") == 1


def test_a_mention_may_be_an_element_in_html() -> None:
    told = html(read("@{mods}"), lambda run: f'<a href="https://matrix.to/#/{run.mention}">{run.mention}</a>')
    assert '<a href="https://matrix.to/#/mods" rel="noopener noreferrer">mods</a>' in told


def test_the_name_of_somebody_who_is_not_pinged_is_text() -> None:
    named = Run("@a", mention="<b> [*x*] & {y}")
    blocks = (Paragraph((named,)),)
    assert html(blocks) == f"<p>@{ZERO}&lt;b&gt; [*x*] &amp; {{y}}</p>"
    assert discord(blocks) == f"@{ZERO}\\<b\\> \\[\\*x\\*\\] & {{y}}"
    assert little(blocks) == f"\\@{ZERO}\\<b\\> \\[\\*x\\*\\] & \\{{y\\}}"
    assert slack(blocks).startswith(f"@{ZERO}&lt;b&gt;")


def test_unpinged() -> None:
    assert unpinged(Run("@mods", mention="mods")) == f"@{ZERO}mods"
    assert unpinged(Run("", mention="a@b.example")) == f"@{ZERO}a@{ZERO}b.example"


@every_form
def test_mail_addresses_and_web_addresses_keep_their_sign(form: Form) -> None:
    found = form(read("me@mail.example https://e.example/@me <you@mail.example>")).replace("\\", "")
    for words in ("me@mail.example", "https://e.example/@me", "you@mail.example"):
        assert words in found


# Plain text


def spans(source: str, **options: Any) -> list[tuple[str, str, str]]:
    found = plain(read(source), **options)
    return [(span.kind, found.text[span.start : span.end], span.value) for span in found.spans]


def test_plain_text_is_laid_out() -> None:
    source = (
        "# a\n\nb\nc\n\n- d\n  e\n  1. f\n- g\n\n> h\n>\n> > i\n\n"
        "```py\nj\n\nk\n```\n\n|l|m|\n|-|-|\n|n|o|\n\n---\n\n![p](q)"
    )
    assert plainly(read(source)) == (
        "a\n\nb\nc\n\n• d\n  e\n  1. f\n• g\n\n> h\n>\n> > i\n\nj\n\nk\n\nl | m\nn | o\n\n———\n\n[image: p]"
    )
    assert plain(read("> a\n>\n> > b"), quotes=False).text == "a\n\nb"


def test_spans_say_where_styles_stand() -> None:
    assert spans("**a _b_** ~~c~~ `d`") == [
        ("bold", "a ", ""),
        ("bold", "b", ""),
        ("italic", "b", ""),
        ("strike", "c", ""),
        ("code", "d", ""),
    ]
    assert spans("a\n\n```py\nb\nc\n```") == [("pre", "b\nc", "py")]
    assert spans("> a\n>\n> > b", quotes=False) == [("quote", "a\n\nb", "")]
    assert spans("@{the mods}") == [("mention", f"@{ZERO}the mods", "the mods")]


def test_a_link_is_told_with_its_address_or_only_where_it_stands() -> None:
    source = "[a](https://e.example/x) https://f.example [e.example/x](https://e.example/x) <g@h.example>"
    told = "a (https://e.example/x) https://f.example https://e.example/x g@h.example"
    assert plainly(read(source)) == told
    assert plain(read(source), addresses=False).text == "a https://f.example e.example/x g@h.example"
    assert spans(source, addresses=False) == [
        ("link", "a", "https://e.example/x"),
        ("link", "https://f.example", "https://f.example"),
        ("link", "e.example/x", "https://e.example/x"),
        ("link", "g@h.example", "mailto:g@h.example"),
    ]


def test_a_link_that_says_it_is_another_is_told_with_both() -> None:
    assert (
        plainly(read("[https://bank.example](https://evil.example)")) == "https://bank.example (https://evil.example)"
    )


def test_letters_beside_an_address_are_not_a_part_of_it() -> None:
    assert plainly(read("<https://e.example/a>b")) == "https://e.example/a b"
    assert plainly(read("(https://e.example/a), b")) == "(https://e.example/a), b"
    assert discord(read("<https://e.example/a>b")) == "<https://e.example/a>b"
    assert commonmark(read("<https://e.example/a>b")) == "<https://e.example/a>b"


@pytest.mark.parametrize(
    ("source", "tags"),
    [
        ("#one, #Zwei #三 #a_1", ["one", "Zwei", "三", "a_1"]),
        ("#1 a#b \\#c &#35;d ##e https://e.example/#f `#g` [#h](https://e.example) #", ["c", "d"]),
        ("＃full", ["full"]),
    ],
)
def test_hashtags(source: str, tags: list[str]) -> None:
    assert [value for kind, _, value in spans(source) if kind == "tag"] == tags


# Discord


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("**a** _b_ ~~c~~ ***d*** `e`", "**a** *b* ~~c~~ ***d*** `e`"),
        ("**a *b* c**", "**a** ***b*** **c**"),
        ("un**break**able", "un**break**able"),
        (
            "\\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\`d\\` | || <e> [f] \\\\",
            r"\*a\* \_b\_ \~\~c\~\~ \`d\` \| \|\| \<e\> \[f\] \\",
        ),
        ("\\# a", r"\# a"),
        ("\\- a\n\\-# b\n1\\. c\n\\> d", "\\- a\n\\-# b\n1\\. c\n\\> d"),
        ("a # b - c 1. d", "a # b - c 1. d"),
        ("<t:1:R> <:a:1> </b:1> <#1>", r"\<t:1:R\> \<:a:1\> \</b:1\> \<#1\>"),
        ("#### a", "### a"),
        ("# a\n\nb", "# a\nb"),
        ("- a\n  - b\n    1. c", "- a\n  - b\n    1. c"),
        ("> a\n>\n> b", "> a\n> \n> b"),
        ("[a](https://e.example/b_(c))", "[a](https://e.example/b_%28c%29)"),
        ("[https://a.example](https://e.example)", "https\\://a.example (https://e.example)"),
        ("[a](mailto:b@c.example)", "a (b@c.example)"),
        ("https://e.example/a_b_", "<https://e.example/a_b>\\_"),
        ("`` a`b ``", "`` a`b ``"),
        ("``` a``b ```", "a\\`\\`b"),
        ("````\na\n```\nb\n````", f"```\na\n`{ZERO}`{ZERO}`\nb\n```"),
        ("| a | b |\n|---|---|\n| c | d |", "a | b\nc | d"),
        ("https:\\//a.example", "https\\://a.example"),
    ],
)
def test_discord(source: str, told: str) -> None:
    assert discord(read(source)) == told


# Slack


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("**a** _b_ ~~c~~ ***d*** `e`", "*a* _b_ ~c~ *_d_* `e`"),
        ("un**break**able", f"un{ZERO}*break*{ZERO}able"),
        ("a & b <c> &amp;", "a &amp; b &lt;c&gt; &amp;"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("\\*a\\*", f"*{HAIR}a{HAIR}*{HAIR}"),
        ("2 \\* 3, snake_case", "2 * 3, snake_case"),
        ("# a **b**", "*a b*"),
        ("- a\n  - b", "• a\n  • b"),
        ("[a](https://e.example/?b=1&c=2)", "<https://e.example/?b=1&amp;c=2|a>"),
        ("https://e.example/a|b", "<https://e.example/a>|b"),
        ("**[a](https://e.example)**", "*<https://e.example|a>*"),
        ("[a](mailto:b@c.example)", "<mailto:b@c.example|a>"),
        ("<b@c.example>", "<mailto:b@c.example|b@c.example>"),
        ("\\> a", f"{ZERO}&gt; a"),
        ("> a", "> a"),
        ("````\na ``` <b>\n````", f"```\na `{ZERO}`{ZERO}` &lt;b&gt;\n```"),
        ("`` a`b ``", "a‵b"),
    ],
)
def test_slack(source: str, told: str) -> None:
    assert slack(read(source)) == told


@given(text=st.text("ab *_~`.(", min_size=1, max_size=30))
@settings(max_examples=200)
def test_no_text_is_a_mark_to_slack(text: str) -> None:
    told = slack((Paragraph((Run(f"x{text}x"),)),))
    assert from_mrkdwn(told) == told


# CommonMark


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("a\nb", "a  \nb"),
        ("**a** *b* ~~c~~ ***d*** `e`", "**a** *b* ~~c~~ ***d*** `e`"),
        ("\\# a\n\n1\\. b\n\n\\- c\n\n\\+ d\n\n\\> e\n\n\\---", "\\# a\n\n1\\. b\n\n\\- c\n\n\\+ d\n\n\\> e\n\n\\---"),
        ("a\n\\===", "a  \n\\==="),
        ("# a \\#", "# a \\#"),
        ("#tag and #12", "#tag and #12"),
        ("AT&T &amp;copy; &lt;b>", "AT&T \\&copy; \\<b\\>"),
        ("/u/somebody u/me menu/x", f"/u/{ZERO}somebody u/{ZERO}me menu/x"),
        ("x^2^ >!a!<", "x\\^2\\^ \\>!a!\\<"),
        ("- a\n- b\n  1. c\n     - d", "- a\n- b\n  1. c\n     - d"),
        ("99. a\n100. b\n     - c", "99. a\n100. b\n     - c"),
        ("> a\n>\n> - b", "> a\n>\n> - b"),
        ("```py\na\n```", "```py\na\n```"),
        ("~~~\na\n````\n~~~", "`````\na\n````\n`````"),
        ("| a | b |\n|---|---|\n| c \\| d | `e\\|f` |", "| a | b |\n| --- | --- |\n| c \\| d | `e\\|f` |"),
        ("![a](b)", "\\[image: a\\]"),
        ("!\\[a](b)", "\\!\\[a\\](b)"),
        ("[a](https://e.example/b_(c))", "[a](<https://e.example/b_(c)>)"),
        ("https://e.example/a_b https://e.example/_c_d", "https://e.example/a_b <https://e.example/_c_d>"),
        ("<a@b.example>", "<a@b.example>"),
        ("---", "---"),
    ],
)
def test_commonmark(source: str, told: str) -> None:
    assert commonmark(read(source)) == told
    assert same(read(told)) == same(read(source))


def test_numbers_out_of_turn_stay() -> None:
    told = commonmark(read("3. a\n\n<!-- -->\n\n7. b")[:1] + read("7. b\n8. c"))
    assert told == "3. a\n\n7) b\n8) c"
    assert plainly(read(told)) == "3. a\n7. b\n8. c"


def test_a_picture_may_be_shown() -> None:
    def shown(picture: Picture) -> str:
        return f"![{picture.alt}](upload://{picture.name})"

    assert commonmark(read("a ![b](c)"), picture=shown) == "a\n\n![b](upload://c)"
    shown_in_html = html(
        read("![b](c)"), picture=lambda picture: f'<img src="https://e.example/{picture.name}" alt="b">'
    )
    assert shown_in_html == '<img src="https://e.example/c" alt="b">'


def same(blocks: Document) -> str:
    """The text, whatever its guards and its layout."""
    return " ".join(INVISIBLE.sub("", plainly(blocks)).split())


@given(source=notation)
@settings(max_examples=400)
def test_what_is_written_as_commonmark_is_read_the_same(source: str) -> None:
    blocks = read(source)
    again = read(commonmark(blocks))
    assert same(again) == same(blocks)
    assert all_links(again) == all_links(blocks)


@given(blocks=documents)
@settings(max_examples=200)
def test_any_document_is_told_in_commonmark(blocks: Document) -> None:
    assert letters(barely(read(commonmark(blocks)))) == letters(barely(blocks))


# HTML


def test_html() -> None:
    source = "# a\n\nb **c** <d>\ne\n\n3. f\n   - g\n4. h\n\n> i\n\n```py\nj <k>\n```\n\n|l|\n|-|\n|m|\n\n---"
    assert html(read(source)) == (
        "<h1>a</h1>\n\n<p>b <strong>c</strong> &lt;d&gt;<br>\ne</p>\n\n"
        '<ol start="3">\n<li>f\n<ul>\n<li>g</li>\n</ul></li>\n<li>h</li>\n</ol>\n\n'
        "<blockquote>\n<p>i</p>\n</blockquote>\n\n<pre><code>j &lt;k&gt;\n</code></pre>\n\n"
        "<table>\n<thead>\n<tr><th>l</th></tr>\n</thead>\n<tbody>\n<tr><td>m</td></tr>\n</tbody>\n</table>\n\n<hr>"
    )


@pytest.mark.parametrize(
    "source",
    ["<script>a</script>", "[a](javascript:b)", '[a](https://e.example/"onclick=b)', "`<b onclick=c>`", "![<i>](<b>)"],
)
def test_html_has_only_harmless_elements(source: str) -> None:
    told = html(read(source))
    assert set(re.findall(r"<(\w+)", told)) <= {"p", "a", "code"}
    assert not re.search(r"<[^>]*(\sonclick|javascript)", told)


# LinkedIn

RESERVED = "\\|{}@[]()<>#*_~"


def unreserved(told: str) -> str:
    """What LinkedIn shows."""
    return re.sub(r"\\(.)", r"\1", re.sub(r"\{hashtag\|\\#\|((?:[^}\\]|\\.)+)\}", r"\\#\1", told), flags=re.DOTALL)


@pytest.mark.parametrize("sign", RESERVED)
def test_each_reserved_character_comes_through_whole(sign: str) -> None:
    blocks = (Paragraph((Run(f"a {sign} b{sign}"), Run(f"c{sign}", code=True))),)
    told = little(blocks)
    assert not re.search(r"(?<!\\)(?:\\\\)*[|{}@\[\]()<>#*_~]", re.sub(r"\\.", "", told))
    assert unreserved(told) == plainly(blocks)


@given(blocks=documents)
def test_little_text_shows_the_plain_text(blocks: Document) -> None:
    assert unreserved(little(blocks)) == plainly(blocks)


def test_little_hashtags_and_mentions() -> None:
    assert little(read("#a_b and a#c")) == "{hashtag|\\#|a\\_b} and a\\#c"
    assert (
        little(read("@{us} (x)"), lambda run: "@[Us](urn:li:organization:1)") == "@[Us](urn:li:organization:1) \\(x\\)"
    )


# Steam


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("# a\n\n**b** _c_ ~~d~~ `e`", "[h1]a[/h1]\n\n[b]b[/b] [i]c[/i] [strike]d[/strike] e"),
        ("- a\n- b\n  1. c", "[list]\n[*]a\n[*]b\n[olist]\n[*]c\n[/olist]\n[/list]"),
        ("3. a\n4. b", "[list]\n[*]3. a\n[*]4. b\n[/list]"),
        ("[a](https://e.example/b) https://e.example", "[url=https://e.example/b]a[/url] https://e.example"),
        ("> a", "[quote]\na\n[/quote]"),
        ("```\na[/code]\n```", f"[code]\na[{ZERO}/code]\n[/code]"),
        ("\\[b]a[/b] [1]", f"[{ZERO}b]a[{ZERO}/b] [1]"),
        ("|a|b|\n|-|-|\n|c|d|", "[table]\n[tr][th]a[/th][th]b[/th][/tr]\n[tr][td]c[/td][td]d[/td][/tr]\n[/table]"),
        ("---", "[hr][/hr]"),
    ],
)
def test_bbcode(source: str, told: str) -> None:
    assert bbcode(read(source)) == told


# All


@every_form
@given(blocks=documents)
@settings(max_examples=60)
def test_every_form_tells_any_document(form: Form, blocks: Document) -> None:
    assert isinstance(form(blocks), str)


@every_form
def test_no_document_is_no_text(form: Form) -> None:
    assert form(()) == ""


def test_bold_is_never_faked_with_other_letters() -> None:
    source = (Heading(1, (Run("Bold", bold=True),)), Code("code"))
    assert plainly(source) == "Bold\n\ncode"
    assert plain(source).spans == (Span(0, 4, "bold"), Span(6, 10, "pre"))
