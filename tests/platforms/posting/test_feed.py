"""A feed of our own: an entry once, changed in place, gone without a trace of its words."""

import json
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.platforms.feed import entries
from functions.platforms.outgoing import Outcome, Refused, Sent, Unknown
from functions.platforms.posting import MOMENT, Absent
from tests.platforms.posting.fake import NOW, picture, sent
from tests.platforms.posting.kits import feed as kit
from tests.platforms.posting.kits.feed import Bucket
from tests.platforms.posting.making import BOX, Adapter, only

(TARGET,) = kit.TARGETS
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PICTURE = picture(b"where it is", width=640, height=480)
NAME = PICTURE.name
URN = entries.name("acme", "a1", "en")
THERE = Sent(URN, "https://liaison.example/feeds/acme/news/a1#en", {"language": "en"})
EVENT: dict[str, Any] = {
    "starts_at": "2026-11-25T19:00:00+01:00",
    "ends_at": "2026-11-25T21:00:00+01:00",
    "zone": "Europe/Paris",
}

OURS = Adapter(TARGET, {})
rendered = OURS.render


@pytest.fixture
def bucket() -> Bucket:
    return Bucket(TARGET)


def written(name: str = "a1", *, language: str = "en", at: datetime = AT, **more: Any) -> dict[str, Any]:
    """What is asked for, for an announcement as it is rendered."""
    body = only(rendered(announcement=name, language=language, **more)).body
    return {"announcement": name, "language": language, "body": body, "published_at": at}


def entry(**more: Any) -> entries.Entry:
    return entries.Entry.model_validate({**written()["body"], "published_at": AT, **more})


def send(bucket: Bucket, name: str = "a1", **more: Any) -> Outcome:
    return OURS.send(bucket, **written(name, **more))


def edit(bucket: Bucket, *, key: str = "change-1", **more: Any) -> Outcome:
    return OURS.edit(bucket, THERE, key=key, **written(**more))


def withdraw(bucket: Bucket, language: str = "en") -> Outcome:
    return OURS.withdraw(bucket, {"id": URN, "language": language})


def stored(bucket: Bucket) -> Any:
    return json.loads(bucket.stored[bucket.key])


# The entry


def test_the_entry_is_what_was_previewed(bucket: Bucket) -> None:
    made = rendered(f"A *map* & more\n\n![The map]({NAME})", images=(PICTURE, BOX), **EVENT)
    assert (made.notes, made.pings) == ((f"the image {BOX.name} is left out: it does not stand in the text",), ())
    part = only(made)
    when = '<p><time datetime="2026-11-25T19:00:00+01:00">2026-11-25 19:00 – 21:00 (Europe/Paris)</time></p>\n'
    words = {
        "urn": URN,
        "title": "Winter",
        "html": f'{when}<p>A <em>map</em> &amp; more</p><p><img src="{NAME}" alt="The map"></p>\n',
        "text": "2026-11-25 19:00 – 21:00 (Europe/Paris)\n\nA map & more",
        "images": [{"name": NAME, "alt": "The map", "type": "image/png", "bytes": 11, "width": 640, "height": 480}],
    }
    assert part.body == {"id": "a1", "language": "en", **words, "published_at": MOMENT, **EVENT}
    assert part.text == "Winter\n\n2026-11-25 19:00 – 21:00 (Europe/Paris)\n\nA map & more"
    assert [image.name for image in part.images] == [NAME]
    assert (part.kind, part.window) == ("keyed", 0)
    sent(OURS.send(bucket, part.body, published_at=AT))
    (put,) = stored(bucket)["entries"]
    assert {name: put[name] for name in words} == words
    assert put["published_at"] == "2026-11-22T09:30:00Z"


def test_an_entry_is_in_once_however_often_it_is_put(bucket: Bucket) -> None:
    for _ in range(3):
        assert send(bucket) == THERE
    assert [post.id for post in bucket.posts] == [URN]
    assert bucket.writes == 1


def test_each_language_is_an_entry_of_its_own(bucket: Bucket) -> None:
    ids = {sent(send(bucket, language=language)).id for language in ("en", "fr", "pt-BR")}
    assert len(ids) == len(bucket.posts) == 3


def test_it_can_be_looked_for(bucket: Bucket) -> None:
    assert OURS.find(bucket, **written()) == Absent()
    send(bucket)
    assert OURS.find(bucket, **written()) == THERE
    assert OURS.find(bucket, **written(language="fr")) == Absent()
    bucket.stored[bucket.key] = b"not json"
    assert isinstance(OURS.find(bucket, **written()), Unknown)


def test_the_feed_leads_with_the_newest_and_keeps_five_hundred(bucket: Bucket) -> None:
    some = tuple(entry().model_copy(update={"id": f"b{number}"}) for number in range(500))
    bucket.stored[bucket.key] = entries.written(entries.Feed(entries=some))
    for number in (2, 1, 3):
        send(bucket, f"a{number}", at=AT + timedelta(hours=number))
    names = [one["id"] for one in stored(bucket)["entries"]]
    assert len(names) == 500
    assert names[:4] == ["a3", "a2", "a1", "b0"]


def test_a_feed_of_long_texts_stays_of_a_size_that_can_be_written() -> None:
    long, found = entry(html="x" * 90_000, text="x" * 20_000), entries.Feed()
    for number in range(60):
        found = entries.put(found, long.model_copy(update={"id": str(number)}))
    assert 30 < len(found.entries) < 60
    assert len(entries.written(found)) < 4_000_000


def test_a_post_from_before_is_recognised(bucket: Bucket) -> None:
    before = {"id": "a1", "title": "Old", "html": "<p>x</p>", "language": "en", "published_at": "2026-01-01T00:00:00Z"}
    bucket.stored[bucket.key] = json.dumps({"entries": [before]}).encode()
    sent(send(bucket))
    assert bucket.writes == 0
    edit(bucket)
    (changed,) = stored(bucket)["entries"]
    assert changed["urn"] == entries.first_name("acme", "a1") != URN
    assert OURS.withdraw(bucket, {"id": "a1#news"}) == Sent("a1#news")
    assert stored(bucket)["entries"] == []


# Changes


def test_a_change_keeps_name_and_time_and_says_when(bucket: Bucket) -> None:
    send(bucket)
    assert edit(bucket, title="Thaw", at=AT + timedelta(days=9)) == THERE
    (changed,) = stored(bucket)["entries"]
    assert (changed["title"], changed["urn"]) == ("Thaw", URN)
    assert (changed["published_at"], changed["sequence"]) == ("2026-11-22T09:30:00Z", 1)
    assert datetime.fromisoformat(changed["updated_at"]) == datetime.fromtimestamp(NOW, UTC)


def test_the_same_change_twice_is_one(bucket: Bucket) -> None:
    send(bucket)
    for key, title in (("change-1", "Thaw"), ("change-1", "Thaw"), ("change-2", "Spring")):
        edit(bucket, key=key, title=title)
        bucket.clock += 90
    (changed,) = stored(bucket)["entries"]
    assert (changed["title"], changed["sequence"], bucket.writes) == ("Spring", 2, 3)


def test_a_change_of_what_is_not_there_is_refused_in_words(bucket: Bucket) -> None:
    assert edit(bucket) == Refused("it is not in this feed: the feed keeps its newest 500")
    send(bucket)
    withdraw(bucket)
    assert edit(bucket) == Refused("it was withdrawn from this feed")


# Withdrawing


def test_what_is_withdrawn_leaves_a_trace_without_words_and_does_not_come_back(bucket: Bucket) -> None:
    send(bucket, **EVENT)
    send(bucket, language="fr")
    for _ in range(2):
        assert withdraw(bucket) == Sent(URN)
    assert [one["language"] for one in stored(bucket)["entries"]] == ["fr"]
    (trace,) = stored(bucket)["gone"]
    assert trace == {
        "id": "a1",
        "urn": URN,
        "language": "en",
        "sequence": 1,
        "starts_at": "2026-11-25T18:00:00Z",
        "ends_at": "2026-11-25T20:00:00Z",
        "zone": "Europe/Paris",
        "gone_at": trace["gone_at"],
    }
    assert send(bucket) == Refused("it was withdrawn from this feed")
    assert len(bucket.posts) == 1


def test_what_is_withdrawn_before_it_arrived_never_does(bucket: Bucket) -> None:
    assert withdraw(bucket) == Sent(URN)
    assert isinstance(send(bucket), Refused)
    assert stored(bucket)["entries"] == []


def test_traces_do_not_pile_up(bucket: Bucket) -> None:
    for number in range(210):
        withdraw(bucket, f"x{number}")
    assert len(stored(bucket)["gone"]) == 200
    assert stored(bucket)["gone"][0]["language"] == "x209"


# Words


def test_a_feed_pings_nobody() -> None:
    made = rendered("@everyone, `@here` and @{mods}", pings=frozenset({"everyone", "mods"}))
    for name in ("everyone", "here", "mods"):
        assert f"@{name}" not in only(made).body["html"]
        assert f"@{name}" not in only(made).body["text"]
    assert made.pings == ()
    assert made.notes == (
        "@everyone is only words there: a feed pings nobody",
        "@mods is only words there: a feed pings nobody",
    )


def test_a_picture_from_elsewhere_is_a_link() -> None:
    html = html_of("> ![The map](https://maps.example/1.png)")
    assert 'href="https://maps.example/1.png"' in html
    assert "<img" not in html


def test_pictures_stand_where_they_were_written() -> None:
    html = html_of(f"- one ![A]({NAME}) two\n\n> q\n>\n> ![B]({NAME})\n")
    assert html.index("one") < html.index('alt="A"') < html.index("two") < html.index('alt="B"')
    assert html.index("<blockquote>") < html.index('alt="B"') < html.index("</blockquote>")
    assert 'alt="&quot; onerror=alert(1) x=&quot;&lt;b&gt;"' in html_of(f'![" onerror=alert(1) x="<b>]({NAME})')


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (EVENT, "2026-11-25 19:00 – 21:00 (Europe/Paris)"),
        ({**EVENT, "ends_at": ""}, "2026-11-25 19:00 (Europe/Paris)"),
        ({**EVENT, "ends_at": "2026-11-26T02:00:00+01:00"}, "2026-11-25 19:00 – 2026-11-26 02:00 (Europe/Paris)"),
        ({"starts_at": "2026-11-25T19:00:00+05:45"}, "2026-11-25 19:00 (UTC+05:45)"),
        ({}, ""),
    ],
    ids=["whole", "no end", "two days", "no zone", "no event"],
)
def test_when_it_takes_place_is_told_as_the_clocks_show_it_there(more: dict[str, Any], told: str) -> None:
    assert only(rendered("Come.", **more)).body["text"] == "\n\n".join(filter(None, (told, "Come.")))


LARGE = PICTURE.model_copy(update={"bytes": 4_000_001})


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"title": " "}, "an entry of a feed needs a title"),
        ({"body": "\n"}, "there is nothing to say"),
        ({"body": f"![y]({NAME})", "images": (LARGE,)}, "image 1: 4,000,001 bytes; a feed takes 4,000,000"),
        ({"starts_at": "2026-11-25T19:00:00"}, "a time needs a zone or a Z"),
        ({"starts_at": "9999-11-25T19:00:00Z"}, "a time must lie between the years 1970 and 2199"),
        ({"ends_at": "2026-11-25T19:00:00Z"}, "the event has an end and no start"),
        ({**EVENT, "ends_at": "2026-11-25T18:00:00+01:00"}, "the event ends before it starts"),
    ],
    ids=["title", "empty", "large", "floating", "far", "no start", "backwards"],
)
def test_what_cannot_be_sent_like_this(more: dict[str, Any], problem: str) -> None:
    assert rendered(**more).problems == (problem,)


# What is stored may be anything

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "entries", "gone", "html"]), inner)
    ),
    max_leaves=8,
)


@given(st.binary(max_size=20) | JSON.map(lambda found: json.dumps(found).encode()))
@settings(max_examples=150)
def test_whatever_is_stored_there_is_an_outcome_and_nothing_is_lost(found: bytes) -> None:
    bucket = Bucket(TARGET)
    bucket.stored[bucket.key] = found
    outcome = send(bucket)
    if isinstance(outcome, Refused):
        assert bucket.stored[bucket.key] == found
    else:
        assert stored(bucket)["entries"][0]["id"] == "a1"
    for later in (edit(bucket), withdraw(bucket)):
        assert isinstance(later, Sent) == isinstance(outcome, Sent)


# What is written is shown in browsers


def html_of(markdown: str) -> str:
    return str(rendered(markdown, images=(PICTURE,)).parts[0].body["html"])


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=//evil.example>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    '[x](https://a.example "onmouseover=alert(1) x=")',
    '![x](https://a.example/"onerror="alert(1))',
    "```<script>\nalert(1)\n```",
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "<style>*{display:none}</style>",
    "<!-- --><script>alert(1)</script>",
]


@pytest.mark.parametrize("markdown", HOSTILE)
def test_no_script_no_handler_and_no_raw_markup_survives(markdown: str) -> None:
    assert not active(html_of(markdown))


def test_the_reader_of_these_tests_sees_what_it_looks_for() -> None:
    raw = "<script>x</script><a href='java\tscript:x'>x</a><img src=x onerror=x>"
    assert active(raw) == ["script", "href=java\tscript:x", "onerror"]


class Browser(HTMLParser):
    """Collects what could run something, as a browser would find it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "svg", "style", "object", "embed", "form", "input", "meta", "base", "link"}:
            self.found.append(tag)
        for name, value in attrs:
            # Browsers leave out control characters and spaces when they look for a scheme.
            scheme = re.match("[a-z][a-z0-9+.-]*:", re.sub("[\x00-\x20]", "", (value or "").lower()))
            if name.startswith("on") or name == "style":
                self.found.append(name)
            if name in {"href", "src"} and scheme and scheme[0] not in {"http:", "https:", "mailto:"}:
                self.found.append(f"{name}={value}")


def active(html: str) -> list[str]:
    reader = Browser()
    reader.feed(html)
    return reader.found


words = st.sampled_from(
    [*HOSTILE, "[", "](", ")", "<", ">", '"', "`", "javascript:", "https://a.example", "\n", "&#x6a;"]
)


@given(st.lists(words | st.text(st.characters(codec="utf-8"), max_size=5), max_size=8).map("".join))
def test_nor_does_any_mixture_of_them(markdown: str) -> None:
    assert not active(html_of(markdown))


def test_raw_markup_is_shown_as_the_text_it_is() -> None:
    assert html_of("<b>bold</b> & <3").strip() == "<p>&lt;b&gt;bold&lt;/b&gt; &amp; &lt;3</p>"


def test_ordinary_links_stay_links() -> None:
    html = html_of("[the map](https://play.example.com/map?a=1&b=2) https://play.example.com mailto:a@b.example")
    assert 'href="https://play.example.com/map?a=1&amp;b=2"' in html
    assert html.count("<a ") >= 2
