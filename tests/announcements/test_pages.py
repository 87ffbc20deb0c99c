"""The preview as a page: each platform's own look, every fact that counts, and nothing from anywhere else."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.announcements import Announcement, Image, Words
from events.program import Community, Program, Target, TargetPlatform
from functions.announcements import pages
from functions.platforms import previews
from tests.announcements.directions import TURNS, alone

LAKE = Image(name=f"{'ab' * 32}.png", alt="A frozen lake", type="image/png", bytes=900, width=640, height=360)
VOID = {"meta", "img", "br", "hr", "input", "link"}
PLATFORMS = sorted(TargetPlatform.__args__)  # type: ignore[attr-defined]


class Reader(HTMLParser):
    """Tags as a browser finds them. Raises AssertionError where one is closed that was not open."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def part(**changes: Any) -> dict[str, Any]:
    usual = {
        "step": "post",
        "kind": "keyed",
        "body": {"text": "It snows."},
        "text": "It snows.",
        "html": "<p>It snows.</p>",
    }
    return {**usual, "images": [], "counts": [], **changes}


def shown(*parts: dict[str, Any], platform: str = "mastodon", **changes: Any) -> dict[str, Any]:
    usual = {
        "target": "chat",
        "platform": platform,
        "language": "en",
        "cost": "",
        "pings": [],
        "notes": [],
        "problems": [],
    }
    one = {**usual, "parts": list(parts) or [part()], **changes}
    return {"hash": "0123456789abcdef" * 4, "problems": [], "skipped": {}, "unused": [], "posts": [one]}


def page(told: dict[str, Any], title: str = "Winter", author: str = "Acme Games") -> Reader:
    return Reader(pages.page(title, author, told, lambda name: f"/media/{name}"))


def picture(**changes: Any) -> dict[str, Any]:
    return {**LAKE.model_dump(), **changes}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_has_a_look_of_its_own(platform: str) -> None:
    assert platform in pages.NAMES
    source = pages.page("Winter", "Acme Games", shown(platform=platform), str)
    assert f'class="post {platform}"' in source
    assert re.search(rf"^  \.(?:post\.)?{platform}\b.*{{", source, re.MULTILINE) or f".{platform} {{" in source
    assert pages.NAMES[platform] in Reader(source).text


def test_a_platform_that_is_newer_than_the_page_is_shown_plainly() -> None:
    assert "It snows." in page(shown(platform="newsgroups")).text


def test_the_previews_of_an_announcement_are_a_page() -> None:
    targets = [
        Target(id="site", community="acme", platform="webhook", url="https://site.example/hook"),
        Target(id="news", community="acme", platform="feed"),
    ]
    program = Program(communities=(Community(id="acme", name="Acme Games"),), targets=tuple(targets))
    words = Words(language="en", title="Winter", body=f"It **snows**.\n\n![A frozen lake]({LAKE.name})\n\nMore.")
    announced = Announcement(title="Winter", words=(words,), targets=("site", "news", "gone"), images=(LAKE,))
    read = page(previews.shown(previews.of("a1", announced, "acme", program)))
    assert "Acme Games: 2 posts" in read.text
    assert "gone gets nothing: the program has no such target any more" in read.text
    assert "a webhook carries no" in read.text
    assert [one["src"] for one in read.all("img")] == [f"/media/{LAKE.name}"]
    assert "Winter It snows. A" in read.text.replace("ALT ", "")


def test_when_it_goes_out_is_told() -> None:
    told = {**shown(), "when": "at 2027-10-31T02:30 in Europe/Paris", "times": ["02:30 comes twice"]}
    assert "1 post, at 2027-10-31T02:30 in Europe/Paris." in page(told).text
    assert "02:30 comes twice" in page(told).text


# Series


def occurrence(step: str, offset: str, wall: str) -> dict[str, Any]:
    return {"step": step, "offset": offset, "wall": wall, "zone": "Europe/Paris", **shown()}


def series(**changes: Any) -> dict[str, Any]:
    kinds = [
        occurrence("announcement", "", "2026-11-30T09:00:00"),
        occurrence("reminder", "-1d", "2026-12-04T18:00:00"),
    ]
    usual = {"hash": "0123456789abcdef" * 4, "problems": [], "notes": [], "next": kinds, "previews": kinds}
    return {**usual, **changes}


def series_page(told: dict[str, Any]) -> Reader:
    return Reader(pages.series_page("Winter Cup", "Acme Games", told, lambda name: f"/media/{name}"))


def test_a_series_is_one_page_with_a_post_of_each_kind_and_what_comes_when() -> None:
    read = series_page(series(notes=["02:30 comes twice"]))
    assert "Acme Games: 2 kinds of posts." in read.text
    assert "says yes to exactly these words, and to the days: 0123456789ab" in read.text
    assert "02:30 comes twice" in read.text
    assert read.text.count("reminder -1d, Friday 2026-12-04 18:00 (Europe/Paris)") == 2
    assert read.text.count("It snows.") == 4  # As it will look, and to the letter.
    assert [tag for tag, _ in read.tags if tag in ("h1", "h2", "h3")] == ["h1", "h2", "h3", "h2", "h3"]


def test_what_is_wrong_with_a_series_stands_before_its_posts() -> None:
    told = series_page(series(problems=["reminder -1d: chat: no!"])).text
    assert (
        told.index("It cannot be approved like this") < told.index("reminder -1d: chat: no!") < told.index("It snows.")
    )


def test_a_series_that_is_over_says_so() -> None:
    assert "Nothing more comes of it." in series_page(series(next=[])).text


# Whether it can be read


def brightness(colour: str) -> float:
    """Source: WCAG 2.2, "relative luminance"."""
    digits = colour.lstrip("#")
    whole = "".join(one * 2 for one in digits) if len(digits) == 3 else digits
    parts = [int(whole[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("platform", PLATFORMS)
def test_words_stand_out_from_their_background(platform: str) -> None:
    """Source: WCAG 2.2, 1.4.3: 4.5 to 1."""
    source = pages.page("Winter", "Acme Games", shown(platform=platform), str)
    rules = re.findall(
        rf"^  \.(?:post|{platform}) {{([^}}]*)}}|(?<=}} )\.{platform} {{([^}}]*)}}", source, re.MULTILINE
    )
    colours = dict(re.findall(r"--(\w+): (#\w+)", " ".join(map(" ".join, rules))))
    for name in ("ink", "link", "dim"):
        dark, light = sorted(brightness(colours[one]) for one in (name, "back"))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, colours[name])


# What counts


def test_whom_it_pings_what_it_costs_and_what_is_wrong_stand_out() -> None:
    told = shown(
        pings=["everyone in #news"], cost="0.200 USD (a post with a link)", notes=["split into 3"], problems=["no!"]
    )
    told["problems"] = ["chat: no!"]
    source = pages.page("Winter", "Acme", told, str)
    assert "<b>Pings everyone in #news</b>" in source
    assert "Costs 0.200 USD (a post with a link)" in source
    assert "split into 3" in source
    assert '<li class="bad"><b>no!</b></li>' in source
    assert "It cannot be approved like this" in source


def test_nothing_is_called_wrong_that_is_right() -> None:
    assert "cannot be approved" not in page(shown()).text
    assert "Left out" not in page(shown()).text


def test_counts_are_told_and_drawn() -> None:
    counts = [
        {"what": "text", "unit": "graphemes", "used": 250, "limit": 500},
        {"what": "title", "unit": "characters", "used": 300, "limit": 255},
        {"what": "nothing", "unit": "bytes", "used": 1, "limit": 0},
    ]
    source = pages.page("Winter", "Acme", shown(part(counts=counts)), str)
    assert "250 of 500 graphemes" in source
    assert re.findall(r'width: (\d+)%"', source) == ["50", "100", "100"]
    assert source.count('class="count bad"') == 2


def test_what_an_approval_says_yes_to_is_told() -> None:
    assert "says yes to exactly this: 0123456789ab" in page(shown()).text


def test_what_is_left_out_is_told() -> None:
    told = {**shown(), "skipped": {"forum": "nothing is written in de"}, "unused": ["no target gets the words in fr"]}
    assert "forum gets nothing: nothing is written in de" in page(told).text
    assert "no target gets the words in fr" in page(told).text


def test_the_requests_are_there_to_the_letter() -> None:
    read = page(shown(part(body={"text": "a\u200b\u202eé<b>"}, kind="blind")))
    assert '{ "text": "a\\u200b\\u202eé<b>" }' in read.text
    assert "a person decides if no answer comes" in read.text


def test_a_thread_is_shown_as_it_will_stand() -> None:
    read = page(shown(part(text="One"), part(text="Two"), part(text="Three")))
    assert "3 in a row" in read.text
    assert read.text.index("One") < read.text.index("Two") < read.text.index("Three")
    assert read.text.count("Favourite") == 1


def test_a_step_without_words_is_only_named() -> None:
    read = page(shown(part(), part(step="publish", text="", html=""), platform="discord"))
    assert "then: publish" in read.text
    assert len(read.all("article")) == 1


# Words


@pytest.mark.parametrize("platform", sorted(pages.PLAIN))
def test_where_there_is_no_markup_the_text_is_shown(platform: str) -> None:
    read = page(shown(part(html="<h1>Winter</h1>", text="Winter\n\n• a (https://acme.example/a)"), platform=platform))
    assert "• a (https://acme.example/a)" in read.text
    assert read.all("a")[0]["href"] == "https://acme.example/a"
    assert len(read.all("h1")) == 1


@pytest.mark.parametrize("body", [{"title": "Winter"}, {"data": {"title": "Winter"}}])
def test_a_title_is_shown_once(body: dict[str, Any]) -> None:
    below = page(shown(part(body=body), platform="webhook"))
    assert len(below.all("h1")) == 2
    within = page(shown(part(body=body, html="<h1>Winter</h1><p>It snows.</p>"), platform="webhook"))
    assert len(within.all("h1")) == 2


@pytest.mark.parametrize("title", [5, None, "", {}, ["x"]])
def test_a_title_that_is_none_is_none(title: object) -> None:
    assert len(page(shown(part(body={"title": title, "data": "x"}), platform="reddit")).all("h1")) == 1


def test_a_language_has_its_direction() -> None:
    (said,) = [one for one in page(shown(language="ar")).all("div") if one.get("class") == "said"]
    assert (said["lang"], said["dir"]) == ("ar", "auto")


@pytest.mark.parametrize(
    ("name", "initials"), [("Acme Games", "AG"), ("acme", "A"), ("", "?"), ("🎮 Club of X", "🎮C")]
)
def test_initials(name: str, initials: str) -> None:
    assert pages.initials(name) == initials


# Pictures


def test_pictures_stand_in_a_post_where_its_platform_has_them() -> None:
    html = "<p>Before</p>\n<p>[image: A frozen lake]</p>\n<p>After</p>"
    inline = page(shown(part(html=html, images=[picture()]), platform="discourse"))
    behind = page(shown(part(html=html, images=[picture()]), platform="discord"))
    assert "Before ALT A frozen lake After" in inline.text
    assert "Before After ALT A frozen lake" in behind.text
    for read in (inline, behind):
        assert "[image:" not in read.text
        (img,) = read.all("img")
        assert img == {"src": f"/media/{LAKE.name}", "alt": "A frozen lake", "width": "640", "height": "360"}


@pytest.mark.parametrize(("platform", "times"), [("slack", 2), ("discourse", 2), ("discord", 1)])
def test_a_picture_that_stands_there_twice_is_never_told_in_words(platform: str, times: int) -> None:
    html = "<p>Before</p><p>[image: A frozen lake]</p><p>Between</p><p>[image: A frozen lake]</p><p>After</p>"
    read = page(shown(part(html=html, images=[picture()]), platform=platform))
    assert len(read.all("img")) == times
    assert "[image:" not in read.text


def test_what_is_told_like_a_picture_and_is_none_stays() -> None:
    html = "<p>See [image: A frozen lake]</p><p>[image: A frozen lake]</p>"
    read = page(shown(part(html=html, images=[picture()]), platform="slack"))
    assert "See [image: A frozen lake] ALT A frozen lake" in read.text


def test_a_picture_without_a_description_is_told() -> None:
    assert "This picture has no description." in page(shown(part(images=[picture(alt="")]))).text


def test_a_picture_that_is_not_at_hand_is_told_in_words() -> None:
    read = Reader(pages.page("Winter", "Acme", shown(part(images=[picture()])), lambda name: ""))
    assert not read.all("img")
    assert "ALT A frozen lake" in read.text


# Strangers


EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(1)><style>*{}</style>\"'><svg onload=1>{{ 7*7 }}</title></pre>"
)


def test_whatever_was_written_is_only_words() -> None:
    told = shown(
        part(text=EVIL, html="", body={"x": EVIL}, step=EVIL, kind=EVIL, images=[picture(alt=EVIL)]),
        target=EVIL,
        language=EVIL,
        pings=[EVIL],
        notes=[EVIL],
        problems=[EVIL],
        cost=EVIL,
    )
    told |= {"problems": [EVIL], "skipped": {EVIL: EVIL}, "unused": [EVIL], "hash": EVIL}
    read = page(told, EVIL, EVIL)
    tags = {tag for tag, _ in read.tags}
    assert not tags & {"script", "svg", "iframe", "object", "form", "base", "link"}
    assert len(read.all("style")) == 1
    assert not [attrs for _, attrs in read.tags if any(name.startswith("on") for name in attrs)]
    assert "49" not in read.text


def test_html_that_nobody_cleaned_is_cleaned() -> None:
    html = '<p onclick="x()">Hi<script>x()</script><img src="https://evil.example"><a href="javascript:x()">y</a></p>'
    read = page(shown(part(html=html), platform="discourse"))
    assert not read.all("script")
    assert not read.all("img")
    assert not [one for one in read.all("a") if "javascript" in (one.get("href") or "")]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_page_calls_on_nobody(platform: str) -> None:
    source = pages.page(
        "Winter", "Acme", shown(part(images=[picture()]), platform=platform), lambda name: f"/media/{name}"
    )
    read = Reader(source)
    assert not read.all("script")
    assert not re.search(r"url\(|@import", source)
    assert all(str(one["src"]).startswith("/media/") for one in read.all("img"))
    (policy,) = [one["content"] for one in read.all("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    assert str(policy).startswith("default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:")


@pytest.mark.parametrize("words", TURNS)
def test_whatever_direction_words_have_they_turn_nothing_around_them(words: str) -> None:
    told = part(body={"title": words}, images=[picture(alt=words)])
    source = pages.page(words, words, shown(told, platform="discourse"), lambda name: f"/media/{name}")
    assert f'alt="{words}"' in source
    assert f": {words}</title>" in source
    # Above it all, the author twice, the post's own title, and the picture's description.
    assert alone(re.sub(r'alt="[^"]*"', "", source), words) == 5
    kinds = {"previews": [], "notes": [], "next": [], "problems": [], "hash": "0" * 64}
    assert alone(pages.series_page(words, words, kinds, str), words) == 2


def test_marks_that_turn_the_direction_of_writing_are_dropped() -> None:
    assert pages.unturned("“\u202egpj.exe” goes\u2069 out") == "“gpj.exe” goes out"


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(PLATFORMS))
def test_any_words_make_a_page(title: str, text: str, platform: str) -> None:
    """As whole as any other."""
    told = shown(part(text=text, html="", body={"text": text}), platform=platform, notes=[text])
    read = Reader(pages.page(title, title, told, str))
    usual = {tag for tag, _ in page(shown(platform=platform, notes=["x"])).tags}
    assert {tag for tag, _ in read.tags} <= usual | {"a", "div", "span"}
