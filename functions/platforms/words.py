"""What people wrote, in a platform's own notation → plain text for reading, sorting and counting.

Every function is total and takes time linear in the text. Where notation cannot be recognised safely its
characters stay: a mark too many is read over, a word too few is a report nobody can judge.
"""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.entities import html5
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any, cast
from urllib.parse import unquote

import mistune

Token = dict[str, Any]
"""A node of mistune's tree: `type`, and as the type has it `raw`, `children`, `attrs`."""

DEEPEST = 8
"""Quotes and lists further in look like this one, or a thousand of them would be mostly margin."""

# Links: the same in every notation


def labelled(label: str, address: str, title: str = "") -> str:
    """The label, and the address and title it does not tell already."""
    shown = re.sub(r"^(?:mailto|tel):", "", address)
    if not title and unquote(label) in (unquote(shown), unquote(address)):
        return label
    if not title and shortened(label, shown):
        return shown
    told = f'{shown} "{title}"' if title else shown
    return f"{label} ({told})" if label else told


def shortened(label: str, address: str) -> bool:
    """Platforms leave out the scheme, and cut the end: "example.com/a-long-…"."""
    stem = re.sub(r"(?:…|\.\.\.)$", "", label)
    shown, whole = bare(stem), bare(address)
    return shown == whole or (stem != label and shown != "" and whole.startswith(shown))


def bare(address: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", unquote(address).casefold()).rstrip("/")


# Character references

REFERENCE = re.compile(r"&(?:(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});)?")


def known(reference: re.Match[str]) -> bool:
    """The standard also reads "&copy" in "?a=1&copying=2", and Python's reader fails at a number of 5,000 digits."""
    name = reference[1] or ""
    return name.startswith("#") or f"{name};" in html5


def unescaped(text: str) -> str:
    return REFERENCE.sub(lambda found: html.unescape(found[0]) if known(found) else found[0], text)


# The page: plain text while it is being written


@dataclass(slots=True)
class Link:
    address: str
    mention: bool
    start: int = -1
    """Which piece of the page its label begins with; none before its first word."""


@dataclass(slots=True)
class Listing:
    number: int | None = None
    """Of the next item, where they are numbered."""
    end: str = "."


class Page:
    """Words, and what is owed before the next ones: nothing is written that no words follow."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.gap = 0
        self.between = ""
        self.bullet = ""
        self.quotes = 0
        self.quoted = 0
        """How deep in quotes the last line is."""
        self.kept = 0
        """How many elements are open in which white space counts."""
        self.lists: list[Listing] = []
        self.link: Link | None = None

    def text(self) -> str:
        self.close_link()
        return "".join(self.pieces)

    # Words

    def write(self, text: str) -> None:
        """As it stands."""
        for number, line in enumerate(text.split("\n")):
            if number:
                self.gap += 1
            if line:
                self.put(line)

    def flow(self, text: str) -> None:
        """As HTML has it: any white space is one space, and none at either end of a line."""
        words = re.sub(r"[ \t\r\n\f]+", " ", text)
        if words.startswith(" "):
            self.between = self.between or " "
        if words.strip(" "):
            self.put(words.strip(" "))
            self.between = " " if words.endswith(" ") else ""

    def put(self, words: str) -> None:
        if self.fresh:
            self.start_line()
        else:
            self.pieces.append(self.between)
        self.between = ""
        if self.link and self.link.start < 0:
            self.link.start = len(self.pieces)
        self.pieces.append(words)

    @property
    def fresh(self) -> bool:
        return self.gap > 0 or not self.pieces

    def start_line(self) -> None:
        if self.pieces:
            shared = margin(min(self.quotes, self.quoted)).rstrip()
            self.pieces.append(f"\n{shared}" * (self.gap - 1) + "\n")
        self.pieces.append(margin(self.quotes) + self.bullet)
        self.gap, self.bullet, self.quoted = 0, "", self.quotes

    # Lines

    def line(self) -> None:
        self.gap = max(self.gap, 1)

    def paragraph(self) -> None:
        self.gap = max(self.gap, 2)

    def cell(self) -> None:
        self.between = " | "

    def open_quote(self) -> None:
        self.line()
        self.quotes += 1

    def close_quote(self) -> None:
        self.line()
        self.quotes = max(self.quotes - 1, 0)

    # Lists

    def open_list(self, listing: Listing) -> None:
        self.line()
        self.lists.append(listing)

    def close_list(self) -> None:
        self.close_item()
        if self.lists:
            self.lists.pop()

    def open_item(self) -> None:
        self.close_item()
        listing = self.lists[-1] if self.lists else Listing()
        sign = "-" if listing.number is None else f"{listing.number}{listing.end}"
        if listing.number is not None:
            listing.number += 1
        self.bullet = "  " * min(len(self.lists) - 1, DEEPEST) + sign + " "

    def close_item(self) -> None:
        """An empty item may be all of a text: "2024." is one."""
        if self.bullet:
            empty, self.bullet = self.bullet.rstrip(), ""
            self.put(empty)
        self.line()

    # Links

    def open_link(self, address: str, *, mention: bool = False) -> None:
        self.close_link()
        self.link = Link(address, mention)

    def close_link(self, title: str = "") -> None:
        link, self.link = self.link, None
        if link is None or not link.address:
            return
        start = link.start if link.start >= 0 else len(self.pieces)
        label = " ".join("".join(self.pieces[start:]).split())
        if link.mention and (label.startswith(("@", "#")) or INSIDE.match(link.address)):
            return
        if label:
            self.relabel(start, label, labelled(label, link.address, title))
        elif not link.address.startswith("#"):  # An empty anchor is furniture: Discourse has one in every heading.
            self.put(labelled("", link.address, title))

    def relabel(self, start: int, label: str, told: str) -> None:
        """The label keeps its own lines and spaces, unless the address says the same."""
        if told.startswith(label):
            self.pieces.append(told[len(label) :])
        else:
            self.pieces[start:] = [told]


def margin(depth: int) -> str:
    return "> " * min(depth, DEEPEST)


# HTML

PERSON = re.compile("https://matrix[.]to/#/(?:[@#]|%40|%23)")
"""Or a room: what Matrix writes for a mention."""
INSIDE = re.compile(rf"/(?!/)|{PERSON.pattern}")
"""Addresses that lead nowhere but to the platform's own page: with any other a mention has to look like one."""


def elements(names: str) -> frozenset[str]:
    return frozenset(names.split())


LINES = elements(
    "address article aside blockquote caption center dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6"
    " h7 h8 header hr li ol pre section summary table tbody tfoot thead tr ul"
)
SHAPES = LINES | elements("a audio br iframe img p span td th video")
"""What the reader below does something about."""

SOUNDLESS = elements(
    "abbr b bdi bdo big cite code col colgroup del dfn em font g-emoji i ins kbd mark path picture q rp rt ruby s samp"
    " small source strike strong sub sup svg time tt u use var wbr"
)
"""With SHAPES these are what GitHub, Discourse, Mastodon and Matrix let through. Whoever writes "the <title> element"
or "List<String>" means the words."""

MENTIONS = frozenset({"mention", "mention-group", "hashtag", "hashtag-cooked", "tag"})

HIDING = re.compile(r"<!--|<(?P<name>script|style|mx-reply)(?=[\s/>])[^<>]*>", re.IGNORECASE)
SHOWING = {
    "": re.compile("-->"),
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
    "mx-reply": re.compile(r"</mx-reply\s*>", re.IGNORECASE),
}

FLAGS = r"(?:allowfullscreen|autoplay|compact|controls|data-[a-z-]+|hidden|loop|muted|open|reversed)(?=[\s/>])"
TAG = re.compile(
    rf"""<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*+)
        (?>\s++(?>[a-zA-Z_:@][\w.:@-]*+\s*+=\s*+(?>"[^"]*+"|'[^']*+'|[^\s"'<>`]++)|{FLAGS}))*+
        \s*+/?+>
      | <""",
    re.VERBOSE,
)
"""CommonMark's tag, whole, or the one character. Without a value only an attribute that has none: not "a<b and c>d"."""


def from_html(content: str) -> str:
    """Mastodon's `content`, Discourse's `cooked`, Matrix's `formatted_body`.

    Line and block ends are newlines, a paragraph's a blank line; quoted lines begin with "> ", items with "- " or
    their number, cells are parted by " | ". A link is "label (address)", or the whole address once where the label
    shows it or a part of it; a mention or hashtag is its name; an image its `alt` or `title`, or else its address
    (unless `alt` is empty). Comments, scripts,
    styles and the quoted message of a Matrix reply are dropped.

    Sources: docs.joinmastodon.org/spec/activitypub/#sanitization, Discourse's PrettyText, spec.matrix.org
    "m.room.message msgtypes" and "Fallbacks for rich replies".
    """
    safe = whole_tags(content)
    if "<" not in safe:
        return html.unescape(safe)  # No HTML: its lines and spaces are the author's.
    page = Page()
    read_html(safe, page)
    return page.text()


def read_html(safe: str, page: Page) -> None:
    reader = Reader(page)
    reader.feed(safe)
    reader.close()


def whole_tags(content: str) -> str:
    """The same with nothing in it but references HTML knows, and whole tags the reader knows.

    Left alone, Python's parser takes minutes for "<a <a <a …" and swallows what follows a tag that never ends.
    """
    content = REFERENCE.sub(lambda found: found[0] if known(found) else "&amp;" + found[0][1:], without_hidden(content))
    return TAG.sub(whole_tag, content)


def whole_tag(found: re.Match[str]) -> str:
    written = found["name"] or ""
    name = written.lower()
    if written in (name, name.upper()) and name in SOUNDLESS:
        return ""
    if written in (name, name.upper()) and name in SHAPES:
        return f"</{name}>" if found["close"] else found[0]
    return "&lt;" + found[0][1:]


def without_hidden(content: str) -> str:
    """Without what begins and ends as hidden; what never ends is shown."""
    shown: list[str] = []
    at = 0
    endless: set[str] = set()
    for found in HIDING.finditer(content):
        name = (found["name"] or "").lower()
        if found.start() < at or name in endless:
            continue
        if end := SHOWING[name].search(content, found.start() + len("<!")):
            shown.append(content[at : found.start()])
            at = end.end()
        else:
            endless.add(name)
    return "".join([*shown, content[at:]])


class Reader(HTMLParser):
    """Whole tags onto a page, which may have other writers."""

    def __init__(self, page: Page) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page

    def set_cdata_mode(self, elem: str, **_: object) -> None:
        """Never: some versions of Python read an <iframe> to its end as characters."""

    def handle_data(self, data: str) -> None:
        if self.page.kept:
            self.page.write(data)
        else:
            self.page.flow(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in LINES:
            self.page.line()
        if opens := OPENS.get(tag):
            opens(self.page, {name: value or "" for name, value in reversed(attrs)})

    def handle_endtag(self, tag: str) -> None:
        if closes := CLOSES.get(tag):
            closes(self.page)
        if tag in LINES:
            self.page.line()


def open_anchor(page: Page, given: dict[str, str]) -> None:
    address = given.get("href", "").strip()
    kinds = f"{given.get('class', '')} {given.get('rel', '')}".split()
    mention = not MENTIONS.isdisjoint(kinds) or PERSON.match(address) is not None
    page.open_link(address, mention=mention)


def image(page: Page, given: dict[str, str]) -> None:
    """Silent where its author said that it says nothing (`alt=""`)."""
    page.flow(given.get("alt") or given.get("title") or ("" if "alt" in given else given.get("src", "")))


def player(page: Page, given: dict[str, str]) -> None:
    if address := given.get("src"):
        page.flow(f" {address} ")


def spoiler(page: Page, given: dict[str, str]) -> None:
    """Matrix's, whose reason stands in front of it."""
    if reason := given.get("data-mx-spoiler"):
        page.flow(f"({reason}) ")


def ordered(page: Page, given: dict[str, str]) -> None:
    start = given.get("start", "")
    page.open_list(Listing(int(start) if re.fullmatch("[0-9]{1,9}", start) else 1))


def open_kept(page: Page) -> None:
    page.kept += 1


def close_kept(page: Page) -> None:
    page.kept = max(page.kept - 1, 0)


OPENS: dict[str, Callable[[Page, dict[str, str]], None]] = {
    "a": open_anchor,
    "audio": player,
    "blockquote": lambda page, _: page.open_quote(),
    "br": lambda page, _: page.write("\n"),
    "iframe": player,
    "img": image,
    "li": lambda page, _: page.open_item(),
    "ol": ordered,
    "p": lambda page, _: page.paragraph(),
    "pre": lambda page, _: open_kept(page),
    "span": spoiler,
    "td": lambda page, _: page.cell(),
    "th": lambda page, _: page.cell(),
    "ul": lambda page, _: page.open_list(Listing()),
    "video": player,
}
CLOSES: dict[str, Callable[[Page], None]] = {
    "a": Page.close_link,
    "blockquote": Page.close_quote,
    "li": Page.close_item,
    "ol": Page.close_list,
    "p": Page.paragraph,
    "pre": close_kept,
    "ul": Page.close_list,
}

# Code, where nothing is notation. Three fixed fences: one of any length would be searched for again and again.

CODE = r"```.+?```|``.+?``|`[^`]+`"

# Slack

MRKDWN = re.compile(r"```(?P<block>.+?)```|`(?P<code>[^`\n]+)`|<(?P<special>[^<>\n]+)>", re.DOTALL)
SPECIAL = re.compile(r"<([^<>\n]+)>")
ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://|mailto:|tel:")
PAIRS = [
    re.compile(rf"(?<![^\W_])(?<!{mark}){mark}(?![\s{mark}])[^{mark}\n]*[^{mark}\s]{mark}(?![^\W_])(?!{mark})")
    for mark in (r"\*", "_", "~")
]
"""From a mark that no letter stands before to the next one that no letter follows, on one line: not "2*3*4"."""


def from_mrkdwn(text: str) -> str:
    """Slack's `text`.

    Mentions are "@name" or "@U123", channels "#name", links "label (address)", dates what Slack would show where it
    cannot show a date. Marks of bold, italic and struck text go where they pair around words, those of code always;
    code itself is kept.

    Source: docs.slack.dev/messaging/formatting-message-text.
    """
    spans = list(MRKDWN.finditer(text))
    shown = without_pairs(text, spans)
    ends = [0, *(edge for span in spans for edge in span.span()), len(text)]
    parts = ["".join(shown[start:end]) for start, end in list(pairwise(ends))[::2]]
    for number, span in enumerate(spans):
        parts[number] += SPECIAL.sub(special, span["block"] or span["code"] or span[0])
    return "".join(parts).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def without_pairs(text: str, spans: list[re.Match[str]]) -> list[str]:
    """Its characters, "" for a mark: spans may stand between two marks, but have none of their own."""
    shown = list(text)
    for span in spans:
        shown[span.start() : span.end()] = "." * len(span[0])
    masked = "".join(shown)
    for pair in PAIRS:
        for found in pair.finditer(masked):
            shown[found.start()] = shown[found.end() - 1] = ""
    return shown


def special(found: re.Match[str]) -> str:
    """One of Slack's <…>. It escapes people's own, so anything else is no notation."""
    target, _, label = found[1].partition("|")
    if ADDRESS.match(target):
        return labelled(label, target)
    if target.startswith("!"):
        return command(target[1:], label) or found[0]
    if re.fullmatch("[@#][A-Z0-9]+", target):
        return target[0] + (label or target[1:]).removeprefix(target[0])
    return found[0]


def command(target: str, label: str) -> str:
    kind, *rest = target.split("^")
    if kind == "date":
        return labelled(label, rest[2]) if label and len(rest) > 2 else label
    if kind in ("here", "channel", "everyone"):
        return "@" + kind
    if kind == "subteam":
        return "@" + (label.removeprefix("@") or "".join(rest))
    return ""


# Discord

DISCORD_SPOILER = re.compile(rf"(?P<code>{CODE})|\|\|(?!\s)(?P<words>(?:[^|]|\|(?!\|))++)(?<!\s)\|\|", re.DOTALL)
DISCORD = re.compile(
    rf"""(?P<code>{CODE})
      | <@!?(?P<user>[0-9]{{1,20}})>
      | <@&(?P<role>[0-9]{{1,20}})>
      | <[#](?P<channel>[0-9]{{1,20}})>
      | <a?(?P<emoji>:\w+:)[0-9]{{1,20}}>
      | <t:(?P<time>-?[0-9]{{1,13}})(?::[a-zA-Z])?>
      | <(?P<command>/[^<>:\n]+):[0-9]{{1,20}}>""",
    re.VERBOSE | re.DOTALL,
)


def from_discord(text: str, names: Mapping[str, str] = {}) -> str:
    """Discord's `content`.

    `names` has the names of users, roles and channels by id, as far as they are known; without one a mention keeps
    its id, and a role Discord's sign for it: "@123", "@&123", "#123". Emoji are ":name:", times ISO 8601 in UTC,
    commands "/name", spoilers their words. Code is left as it is, and so is Markdown.

    Source: discord.com/developers/docs/reference#message-formatting.
    """
    opened = DISCORD_SPOILER.sub(lambda found: found["code"] or found["words"], text)
    return DISCORD.sub(lambda found: discord(found, names), opened)


def discord(found: re.Match[str], names: Mapping[str, str]) -> str:
    kind = found.lastgroup or ""
    given = found[kind]
    if kind == "time":
        return moment(int(given)) or found[0]
    if kind == "role":
        return "@" + names.get(given, "&" + given)
    signs = {"user": "@", "channel": "#"}
    return signs[kind] + names.get(given, given) if kind in signs else given


def moment(seconds: int) -> str:
    """Nothing for a time after the year 9999."""
    try:
        return (datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return ""


# Markdown

tree = mistune.create_markdown(renderer="ast", plugins=["strikethrough", "table", "url"])

MARKS = "*_`~[]()<>&\\|!#+-=:\r\n"
MANY = 8_000
"""mistune takes some 30 µs for a mark, and nobody reads a text that has so many."""

REDDIT_SPOILER = re.compile(rf"(?P<code>{CODE})|(?<!\S)>!(?P<words>[^<>\n]+)!<(?![/\w])", re.DOTALL)
"""Not what stands between the ends of two tags."""
QUOTING = re.compile(
    r"""^[ ]{0,3}(?P<fence>```|~~~)
      | ^[ \t]*(?P<open>\[quote(?:=(?:"[^"\n]*"|[^\]"\n]*))?\])
      | (?P<close>\[/quote\])""",
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
UPLOADED = re.compile(r"\|(?:[0-9]{1,5}x[0-9]{1,5}(?:, ?[0-9]{1,3}%)?|attachment|audio|thumbnail|video)$")


def from_markdown(text: str) -> str:
    """Markdown as GitHub, Discourse (`raw`) and Reddit write it.

    As from_html, which also reads the HTML in it; code is kept as it stands. A quote of Discourse's, in brackets, is
    quoted lines without its author; the size of its images goes. Addresses come as mistune gives them, in ASCII.
    A text that mistune cannot read, or not in good time, comes back as it is.

    Sources: spec.commonmark.org, github.github.com/gfm, Discourse's "bbcode-block" and "upload-protocol" rules.
    """
    source = with_quoted_lines(REDDIT_SPOILER.sub(lambda found: found["code"] or found["words"], text))
    if sum(map(source.count, MARKS)) > MANY:
        return text
    try:
        return read_markdown(source)
    except Exception:  # noqa: BLE001 - whatever it is (too deep, half a character): better unread than lost
        return text


def read_markdown(source: str) -> str:
    parsed, state = tree.parse(source)
    tokens, page = cast(list[Token], parsed), Page()
    render_all(tokens, page)
    used = {token["ref"] for token in every(tokens) if "ref" in token}
    for key, reference in state.env["ref_links"].items():
        if key not in used:  # No reader sees it there, but a person wrote it.
            page.line()
            page.write(f"[{reference['label']}]: {labelled('', reference['url'], reference.get('title', ''))}")
    return page.text()


def every(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from every(token.get("children", []))


def with_quoted_lines(text: str) -> str:
    """Discourse's [quote="bob, post:1, topic:2"]…[/quote] as Markdown's own quotes."""
    lines: list[str] = []
    at = depth = 0
    for start, end, step in quote_marks(text):
        lines += quoted_lines(text[at:start], depth)
        at, depth = end, depth + step
    return "\n".join([*lines, *quoted_lines(text[at:], 0)]) if at else text


def quoted_lines(text: str, depth: int) -> list[str]:
    """With an empty line on either side, or Markdown would take what follows for the quote's last paragraph."""
    lines = text.strip("\n").split("\n")
    return [*(margin(depth) + line for line in lines), "" if depth == 0 else margin(depth - 1).rstrip()]


def quote_marks(text: str) -> list[tuple[int, int, int]]:
    """Where a quote's marks begin and end, and whether they open (1) or close (-1) it: pairs only, none in code."""
    fence = ""
    opened: list[tuple[int, int, int]] = []
    marks: list[tuple[int, int, int]] = []
    for found in QUOTING.finditer(text):
        if found["fence"]:
            fence = {"": found["fence"], found["fence"]: ""}.get(fence, fence)
        elif not fence and found["open"]:
            opened.append((*found.span(), 1))
        elif not fence and opened:
            marks += [opened.pop(), (*found.span(), -1)]
    return sorted(marks)


def render_all(tokens: list[Token], page: Page) -> None:
    for token in tokens:
        RENDER.get(token["type"], render_words)(token, page)


def render_words(token: Token, page: Page) -> None:
    if "children" in token:
        render_all(token["children"], page)
    else:
        page.write(token.get("raw", ""))


def render_text(token: Token, page: Page) -> None:
    page.write(unescaped(token["raw"]))


def render_line(token: Token, page: Page) -> None:
    page.line()
    render_words(token, page)
    page.line()


def render_paragraph(token: Token, page: Page) -> None:
    page.paragraph()
    render_words(token, page)
    page.paragraph()


def render_code(token: Token, page: Page) -> None:
    info = token.get("attrs", {}).get("info", "")
    page.paragraph()
    code = token["raw"].rstrip("\n")
    if " " in info or not code:  # A language is one word before some code; the rest is code on the wrong line.
        page.write(info + "\n")
    page.write(code)
    page.paragraph()


def render_quote(token: Token, page: Page) -> None:
    page.paragraph()
    page.open_quote()
    render_words(token, page)
    page.close_quote()
    page.paragraph()


def render_list(token: Token, page: Page) -> None:
    apart = page.line if page.lists else page.paragraph
    apart()
    ordered = token["attrs"]["ordered"]
    page.open_list(Listing(token["attrs"].get("start", 1) if ordered else None, token["bullet"]))
    render_words(token, page)
    page.close_list()
    apart()


def render_item(token: Token, page: Page) -> None:
    page.open_item()
    render_words(token, page)
    page.close_item()


def render_cell(token: Token, page: Page) -> None:
    page.cell()
    render_words(token, page)


def render_html(token: Token, page: Page) -> None:
    read_html(whole_tags(token["raw"]), page)


def render_html_block(token: Token, page: Page) -> None:
    page.paragraph()
    render_html(token, page)
    page.paragraph()


def render_link(token: Token, page: Page) -> None:
    address = token["attrs"]["url"]
    if address.startswith("upload://"):
        without_upload(token["children"])
    page.open_link(address)
    render_words(token, page)
    page.close_link(token["attrs"].get("title") or "")


def render_image(token: Token, page: Page) -> None:
    without_upload(token["children"])
    alt = "".join(unescaped(child["raw"]) for child in every(token["children"]) if "raw" in child)
    title = token["attrs"].get("title") or ""
    page.write(f'{alt} ("{title}")' if alt and title else alt or title or token["attrs"]["url"])


def without_upload(children: list[Token]) -> None:
    """Discourse's notes behind the name of a file."""
    if children and "raw" in children[-1]:
        children[-1]["raw"] = UPLOADED.sub("", children[-1]["raw"])


RENDER: dict[str, Callable[[Token, Page], None]] = {
    "block_code": render_code,
    "block_html": render_html_block,
    "block_quote": render_quote,
    "block_text": render_line,
    "heading": render_paragraph,
    "image": render_image,
    "inline_html": render_html,
    "linebreak": render_line,
    "link": render_link,
    "list": render_list,
    "list_item": render_item,
    "paragraph": render_paragraph,
    "softbreak": render_line,
    "table": render_paragraph,
    "table_cell": render_cell,
    "table_head": render_line,
    "table_row": render_line,
    "text": render_text,
    "thematic_break": render_paragraph,
}
