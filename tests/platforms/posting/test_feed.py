"""A feed of our own: an entry once, changed in place, gone without a trace of its words."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.announcements import ChangeRequested, Image, PostRequested, WithdrawRequested
from functions.platforms.feed import entries, posting
from functions.platforms.outgoing import MEDIA, Destination, Hands, Outcome, Refused, Sent, UnansweredError, Unknown
from functions.platforms.posting import MOMENT, Absent, Part, Post, Prepared, Rendering
from tests.platforms.posting.fake import NOW, Objects, hands, sent
from tests.platforms.posting.kits import feed as kit

(TARGET,) = kit.TARGETS
URL = "https://liaison.example/feeds/acme/news"
TO = Destination("news", "acme", URL, "")
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
NAME, OTHER = f"{'ab' * 32}.png", f"{'cd' * 32}.jpg"
PICTURE = Image(name=NAME, alt="", type="image/png", bytes=1234, width=640, height=480)
POST = Post("a1", "Winter", "A *map* & more", "en")
URN = entries.name("acme", "a1", "en")
EVENT = {"starts_at": "2026-11-25T19:00:00+01:00", "ends_at": "2026-11-25T21:00:00+01:00", "zone": "Europe/Paris"}


def rendered(**more: Any) -> Rendering:
    return posting.render(replace(POST, **more), TARGET)


def part_of(rendering: Rendering) -> Part:
    (part,) = rendering.parts
    return part


def lent(bucket: kit.Bucket, at: int = NOW) -> Hands:
    return replace(hands(bucket, timestamp=at), objects=bucket)


def given_for(name: str = "a1", *, at: datetime = AT, **more: Any) -> dict[str, Any]:
    part = part_of(posting.render(replace(POST, announcement=name, **more), TARGET))
    language = more.get("language", "en")
    return {"announcement": name, "target": "news", "language": language, "body": part.body, "published_at": at}


def send(bucket: kit.Bucket, name: str = "a1", **more: Any) -> Outcome:
    return posting.send(PostRequested.model_validate(given_for(name, **more)), TO, f"{name}-key", lent(bucket))


def edit(bucket: kit.Bucket, name: str = "a1", *, key: str = "change-1", after: int = NOW, **more: Any) -> Outcome:
    change = ChangeRequested.model_validate({**given_for(name, **more), "posted": {"id": URN}})
    return posting.edit(change, TO, key, lent(bucket, after))


def withdraw(bucket: kit.Bucket, name: str = "a1", language: str = "en") -> Outcome:
    gone = WithdrawRequested(announcement=name, target="news", posted={"id": URN, "language": language})
    return posting.withdraw(gone, TO, "gone-1", lent(bucket))


def stored(bucket: kit.Bucket) -> Any:
    return json.loads(bucket.stored[bucket.key])


# The entry


def test_the_entry_is_what_was_previewed() -> None:
    bucket = kit.Bucket(TARGET)
    body = f"A *map* & more\n\n![The map]({NAME})"
    made = rendered(body=body, images=(PICTURE, Image(name=OTHER, type="image/jpeg", bytes=1)), **EVENT)
    assert (made.problems, made.notes, made.pings) == ((), (), ())
    part = part_of(made)
    assert part.body == {
        "id": "a1",
        "urn": URN,
        "language": "en",
        "title": "Winter",
        "html": part.body["html"],
        "text": "2026-11-25 19:00 – 21:00 (Europe/Paris)\n\nA map & more",
        "images": [{"name": NAME, "alt": "The map", "type": "image/png", "bytes": 1234, "width": 640, "height": 480}],
        "published_at": MOMENT,
        "starts_at": "2026-11-25T19:00:00+01:00",
        "ends_at": "2026-11-25T21:00:00+01:00",
        "zone": "Europe/Paris",
    }
    when = '<p><time datetime="2026-11-25T19:00:00+01:00">2026-11-25 19:00 – 21:00 (Europe/Paris)</time></p>'
    assert part.body["html"].startswith(when)
    assert "<em>map</em> &amp; more" in part.body["html"]
    assert f'<img src="{NAME}" alt="The map">' in part.body["html"]
    assert part.text == "Winter\n\n2026-11-25 19:00 – 21:00 (Europe/Paris)\n\nA map & more"
    assert [image.name for image in part.images] == [NAME]
    assert (part.kind, part.window) == ("keyed", 0)
    request = {**given_for(), "body": part.body}
    posting.send(PostRequested.model_validate(request), TO, "k", lent(bucket))
    (entry,) = stored(bucket)["entries"]
    assert {name: entry[name] for name in ("title", "html", "text", "images", "urn")} == {
        name: part.body[name] for name in ("title", "html", "text", "images", "urn")
    }
    assert entry["published_at"] == "2026-11-22T09:30:00Z"


def test_an_entry_is_in_once_however_often_it_is_put() -> None:
    bucket = kit.Bucket(TARGET)
    for _ in range(3):
        assert send(bucket) == Sent(URN, f"{URL}/a1#en", {"language": "en"})
    assert [post.id for post in bucket.posts] == [URN]
    assert bucket.writes == 1


def test_each_language_is_an_entry_of_its_own() -> None:
    bucket = kit.Bucket(TARGET)
    ids = {sent(send(bucket, language=language)).id for language in ("en", "fr", "pt-BR")}
    assert len(ids) == len(bucket.posts) == 3


def test_a_lost_answer_leaves_one_entry() -> None:
    bucket = kit.Bucket(TARGET)
    bucket.cut_off_after()
    with pytest.raises(UnansweredError):
        send(bucket)
    assert isinstance(send(bucket), Sent)
    assert len(bucket.posts) == 1


def test_it_can_be_looked_for() -> None:
    bucket = kit.Bucket(TARGET)
    request = PostRequested.model_validate(given_for())
    assert posting.find(request, TO, "k", AT, lent(bucket)) == Absent()
    send(bucket)
    assert posting.find(request, TO, "k", AT, lent(bucket)) == Sent(URN, f"{URL}/a1#en", {"language": "en"})
    french = request.model_copy(update={"language": "fr"})
    assert posting.find(french, TO, "k", AT, lent(bucket)) == Absent()
    bucket.stored[bucket.key] = b"not json"
    assert isinstance(posting.find(request, TO, "k", AT, lent(bucket)), Unknown)


def test_the_feed_leads_with_the_newest_and_keeps_five_hundred() -> None:
    bucket = kit.Bucket(TARGET)
    some = [entries.Entry.model_validate({**given_for(f"b{at}")["body"], "published_at": AT}) for at in range(500)]
    bucket.stored[bucket.key] = entries.written(entries.Feed(entries=tuple(some)))
    for number in (2, 1, 3):
        send(bucket, f"a{number}", at=AT + timedelta(hours=number))
    names = [entry["id"] for entry in stored(bucket)["entries"]]
    assert len(names) == 500
    assert names[:4] == ["a3", "a2", "a1", "b0"]


def test_a_feed_of_long_texts_stays_of_a_size_that_can_be_written() -> None:
    entry = entries.Entry.model_validate(
        {**given_for()["body"], "html": "x" * 90_000, "text": "x" * 20_000, "published_at": AT}
    )
    found = entries.Feed()
    for number in range(60):
        found = entries.put(found, entry.model_copy(update={"id": str(number)}))
    assert 30 < len(found.entries) < 60
    assert len(entries.written(found)) < 4_000_000


def test_a_post_from_before_is_recognised() -> None:
    bucket = kit.Bucket(TARGET)
    before = {"id": "a1", "title": "Old", "html": "<p>x</p>", "language": "en", "published_at": "2026-01-01T00:00:00Z"}
    bucket.stored[bucket.key] = json.dumps({"entries": [before]}).encode()
    assert isinstance(send(bucket), Sent)
    assert bucket.writes == 0
    edit(bucket)
    (entry,) = stored(bucket)["entries"]
    assert entry["urn"] == entries.first_name("acme", "a1") != URN
    gone = WithdrawRequested(announcement="a1", target="news", posted={"id": "a1#news"})
    assert posting.withdraw(gone, TO, "k", lent(bucket)) == Sent("a1#news")
    assert stored(bucket)["entries"] == []


# Changes


def test_a_change_keeps_name_and_time_and_says_when() -> None:
    bucket = kit.Bucket(TARGET)
    send(bucket)
    assert edit(bucket, title="Thaw", at=AT + timedelta(days=9)) == Sent(URN, f"{URL}/a1#en", {"language": "en"})
    (entry,) = stored(bucket)["entries"]
    assert (entry["title"], entry["urn"]) == ("Thaw", URN)
    assert (entry["published_at"], entry["sequence"]) == ("2026-11-22T09:30:00Z", 1)
    assert datetime.fromisoformat(entry["updated_at"]) == datetime.fromtimestamp(NOW, UTC)


def test_the_same_change_twice_is_one() -> None:
    bucket = kit.Bucket(TARGET)
    send(bucket)
    for later in (0, 90):
        edit(bucket, title="Thaw", after=NOW + later)
    edit(bucket, title="Spring", key="change-2", after=NOW + 100)
    (entry,) = stored(bucket)["entries"]
    assert (entry["title"], entry["sequence"], bucket.writes) == ("Spring", 2, 3)


def test_a_change_of_what_is_not_there_is_refused_in_words() -> None:
    bucket = kit.Bucket(TARGET)
    assert edit(bucket) == Refused("it is not in this feed: the feed keeps its newest 500")
    send(bucket)
    withdraw(bucket)
    assert edit(bucket) == Refused("it was withdrawn from this feed")


# Withdrawing


def test_what_is_withdrawn_leaves_a_trace_without_words_and_does_not_come_back() -> None:
    bucket = kit.Bucket(TARGET)
    send(bucket, **EVENT)
    send(bucket, language="fr")
    for _ in range(2):
        assert withdraw(bucket) == Sent(URN)
    assert [entry["language"] for entry in stored(bucket)["entries"]] == ["fr"]
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


def test_what_is_withdrawn_before_it_arrived_never_does() -> None:
    bucket = kit.Bucket(TARGET)
    assert withdraw(bucket) == Sent(URN)
    assert isinstance(send(bucket), Refused)
    assert stored(bucket)["entries"] == []


def test_traces_do_not_pile_up() -> None:
    bucket = kit.Bucket(TARGET)
    for number in range(210):
        withdraw(bucket, f"a{number}")
    assert len(stored(bucket)["gone"]) == 200
    assert stored(bucket)["gone"][0]["id"] == "a209"


# Words


def test_a_feed_pings_nobody() -> None:
    made = rendered(body="@everyone, `@here` and @{mods}", pings=frozenset({"everyone", "mods"}))
    for name in ("everyone", "here", "mods"):
        assert f"@{name}" not in part_of(made).body["html"]
        assert f"@{name}" not in part_of(made).body["text"]
    assert made.pings == ()
    assert made.notes == (
        "@everyone is only words there: a feed pings nobody",
        "@mods is only words there: a feed pings nobody",
    )


def test_a_picture_from_elsewhere_is_a_link() -> None:
    made = rendered(body="> ![The map](https://maps.example/1.png)")
    assert made.problems == ()
    assert 'href="https://maps.example/1.png"' in part_of(made).body["html"]
    assert "<img" not in part_of(made).body["html"]


def test_pictures_stand_where_they_were_written() -> None:
    html = part_of(rendered(body=f"- one ![A]({NAME}) two\n\n> q\n>\n> ![B]({NAME})\n", images=(PICTURE,))).body["html"]
    assert html.index("one") < html.index('alt="A"') < html.index("two") < html.index('alt="B"')
    assert html.index("<blockquote>") < html.index('alt="B"') < html.index("</blockquote>")
    made = rendered(body=f'![" onerror=alert(1) x="<b>]({NAME})', images=(PICTURE,))
    assert 'alt="&quot; onerror=alert(1) x=&quot;&lt;b&gt;"' in part_of(made).body["html"]


@pytest.mark.parametrize("title", ["<moment>", "<key>", "<image 1>"])
def test_a_title_that_reads_like_a_placeholder_is_a_title(title: str) -> None:
    bucket = kit.Bucket(TARGET)
    assert isinstance(send(bucket, title=title), Sent)
    assert stored(bucket)["entries"][0]["title"] == title


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
def test_when_it_takes_place_is_told_as_the_clocks_show_it_there(more: dict[str, str], told: str) -> None:
    assert posting.when(replace(POST, **more)) == told  # type: ignore[arg-type]


# Problems

LARGE = PICTURE.model_copy(update={"bytes": 4_000_001})


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"title": " "}, "an entry of a feed needs a title"),
        ({"body": "\n"}, "there is nothing to say"),
        ({"body": f"![]({NAME})", "images": (PICTURE,)}, f"image 1 has no description: write ![what it shows]({NAME})"),
        (
            {"body": f"x ![y]({OTHER})", "images": (PICTURE,)},
            f"there is no image {OTHER!r}: upload it, or give its address",
        ),
        (
            {"body": f"![y]({NAME})", "images": (LARGE,)},
            "image 1 has 4,000,001 bytes; a feed shows images of 4,000,000 at most",
        ),
        ({"starts_at": "2026-11-25T19:00:00"}, "a time needs a zone or a Z"),
        ({"starts_at": "9999-11-25T19:00:00Z"}, "a time must lie between the years 1970 and 2199"),
        ({"ends_at": "2026-11-25T19:00:00Z"}, "the event has an end and no start"),
        ({**EVENT, "ends_at": "2026-11-25T18:00:00+01:00"}, "the event ends before it starts"),
    ],
    ids=["title", "empty", "alt", "unknown", "large", "floating", "far", "no start", "backwards"],
)
def test_what_cannot_be_sent_like_this(more: dict[str, Any], problem: str) -> None:
    assert rendered(**more).problems == (problem,)


def test_an_image_that_is_not_there_any_more_is_told() -> None:
    given = {**given_for(), "images": [PICTURE]}
    request = PostRequested.model_validate(given)
    there = Objects({f"{MEDIA}/{NAME}": b"an image"})
    assert posting.prepare(request, TO, replace(hands(kit.Bucket(TARGET)), objects=there)) == Prepared()
    gone = posting.prepare(request, TO, replace(hands(kit.Bucket(TARGET)), objects=Objects()))
    assert gone == Refused("image 1 is not stored any more: upload it again")


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
    bucket = kit.Bucket(TARGET)
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
    return str(part_of(rendered(body=markdown, images=(PICTURE,))).body["html"])


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
