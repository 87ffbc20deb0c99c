"""What platforms are sent, how often, and what their answers are taken to mean."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from events.announcements import PostRequested
from events.digests import MailRequested
from events.moderation import ActionRequested, Measure, Subject
from functions.platforms import markup
from functions.platforms.discourse import adapter as discourse
from functions.platforms.feed import adapter as feed
from functions.platforms.inbound import measures
from functions.platforms.mail import adapter as mail
from functions.platforms.outgoing import Outcome, Refused, Reply, Sent, Unknown, Wait, judged, retry_after
from functions.platforms.standard_webhooks import adapter as standard_webhooks
from functions.platforms.webhook import adapter as webhook
from tests.platforms.hands import Fake, reply, to

POST = PostRequested(
    announcement="a-1",
    title="Winter",
    body="# Winter\n\nA *map* & more",
    language="en",
    published_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
)
NOW = 1795341000


def action(measure: Measure = "remove", kind: str = "post", identifier: str = "204") -> ActionRequested:
    subject = Subject(source="place", kind=kind, id=identifier)
    return ActionRequested(case="c-1", measure=measure, subject=subject, explanation="Spam.")


def announce(fake: Fake, at: int = NOW, **more: Any) -> Outcome:
    return webhook.send(POST, to(**more), "key-1", fake.hands(at))


def enforce(fake: Fake, at: int = NOW, **more: Any) -> Outcome:
    return standard_webhooks.act(action("hide", "chat_message", "m-1"), to(**more), "key-1", fake.hands(at))


signed = pytest.mark.parametrize("send", [announce, enforce])
Send = Callable[..., Outcome]


def test_an_announcement_says_everything_and_in_both_forms() -> None:
    fake = Fake()
    assert announce(fake) == Sent("key-1")
    (asked,) = fake.asked
    assert (asked.method, asked.url, asked.private) == ("POST", "https://site.example/hook", False)
    assert asked.headers["content-type"] == "application/json"
    assert asked.said == {
        "type": "announcement.published",
        "timestamp": "2026-11-22T09:30:00+00:00",
        "data": {
            "id": "a-1",
            "title": "Winter",
            "markdown": "# Winter\n\nA *map* & more",
            "html": "<h1>Winter</h1>\n<p>A <em>map</em> &amp; more</p>\n",
            "language": "en",
            "published_at": "2026-11-22T09:30:00+00:00",
        },
    }


def test_a_measure_says_what_about_what_and_why() -> None:
    fake = Fake()
    assert enforce(fake, private=True) == Sent("key-1")
    (asked,) = fake.asked
    assert asked.private
    assert asked.said["type"] == "moderation.action"
    assert asked.said["data"] == {
        "case": "c-1",
        "measure": "hide",
        "subject": {"source": "place", "kind": "chat_message", "id": "m-1", "url": "", "revision": ""},
        "explanation": "Spam.",
    }


@signed
def test_every_attempt_has_the_same_id_its_own_time_and_a_signature_of_its_own(send: Send) -> None:
    fake = Fake([reply(500), reply(429), reply(200)])
    now = int(datetime.now(UTC).timestamp())  # The reference library reads the clock itself.
    for at in (now - 60, now - 30, now):
        send(fake, at)
        asked = fake.asked[-1]
        Webhook("whsec_c2VjcmV0IGtleQ==").verify(asked.body, dict(asked.headers))
    assert {asked.headers["webhook-id"] for asked in fake.asked} == {"key-1"}
    assert [asked.headers["webhook-timestamp"] for asked in fake.asked] == [str(now - 60), str(now - 30), str(now)]
    assert len({asked.headers["webhook-signature"] for asked in fake.asked}) == 3


@signed
@pytest.mark.parametrize("secret", ["", "whsec_", "not base64!"])
def test_a_secret_that_cannot_sign_sends_nothing_and_is_told(send: Send, secret: str) -> None:
    fake = Fake()
    outcome = send(fake, secret=secret)
    assert isinstance(outcome, Refused)
    assert "'site'" in outcome.reason
    assert "secret" in outcome.reason
    assert not fake.asked


@signed
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(200), Sent("key-1")),
        (reply(204), Sent("key-1")),
        (reply(301, location="https://elsewhere.example"), Refused("answered 301")),
        (reply(400), Refused("answered 400")),
        (reply(404), Refused("answered 404")),
        (reply(410), Refused("answered 410")),
        (reply(408), Wait(60, "answered 408")),
        (reply(425), Wait(60, "answered 425")),
        (reply(429), Wait(60, "answered 429")),
        (reply(429, retry_after="17"), Wait(17, "answered 429")),
        (reply(429, retry_after="0.25"), Wait(1, "answered 429")),
        (reply(429, retry_after="86400"), Wait(3600, "answered 429")),
        (reply(429, retry_after="Sun, 22 Nov 2026 09:30:00 GMT"), Wait(60, "answered 429")),
        (reply(503, retry_after="30"), Wait(30, "answered 503")),
        (reply(500), Unknown("answered 500")),
        (reply(502), Unknown("answered 502")),
        (reply(504), Unknown("answered 504")),
    ],
    ids=str,
)
def test_what_an_answer_means(send: Send, answer: Reply, outcome: Outcome) -> None:
    assert send(Fake([answer])) == outcome


@given(st.text(st.characters()) | st.floats().map(str) | st.integers().map(str))
def test_whatever_is_in_retry_after_the_wait_is_between_a_second_and_an_hour(value: str) -> None:
    assert 1 <= retry_after({"retry-after": value}) <= 3600


@given(st.integers(200, 599))
def test_every_status_has_one_meaning(status: int) -> None:
    outcome = judged(reply(status), Sent("x"))
    assert isinstance(outcome, Sent) == (status < 300)
    assert isinstance(outcome, Unknown) == (status >= 500 and status != 503)


def test_a_measure_with_nowhere_to_go_is_refused_and_says_what_to_write() -> None:
    for outcome in (enforce(Fake(), address=""), delete(Fake(), address="")):
        assert isinstance(outcome, Refused)
        assert "`api`" in outcome.reason


def delete(fake: Fake, asked: ActionRequested | None = None, **more: Any) -> Outcome:
    where = to(**{"address": "https://forum.example/", "secret": "api key", "user": "system", **more})
    return discourse.act(asked or action(), where, "key-1", fake.hands(NOW))


THERE, DELETED = reply(200, b'{"id": 204, "deleted_at": null}'), reply(200, b'{"deleted_at": "2026-11-22T09:00:00Z"}')


def test_a_forum_is_looked_at_before_a_post_is_deleted() -> None:
    fake = Fake([THERE, reply(200)])
    assert delete(fake, private=True) == Sent("204")
    assert [(asked.method, asked.url) for asked in fake.asked] == [
        ("GET", "https://forum.example/posts/204.json"),
        ("DELETE", "https://forum.example/posts/204.json"),
    ]
    for asked in fake.asked:
        assert (asked.headers["api-key"], asked.headers["api-username"]) == ("api key", "system")
        assert asked.private


@pytest.mark.parametrize("found", [DELETED, reply(404), reply(410)], ids=str)
def test_a_post_that_is_gone_is_not_deleted_again(found: Reply) -> None:
    fake = Fake([found])
    assert delete(fake) == Sent("204")
    assert [asked.method for asked in fake.asked] == ["GET"]


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (reply(403), Refused("answered 403")),
        (reply(429, retry_after="9"), Wait(9, "answered 429")),
        (reply(502), Unknown("answered 502")),
    ],
    ids=str,
)
def test_a_forum_that_cannot_be_looked_at_is_not_touched(found: Reply, outcome: Outcome) -> None:
    fake = Fake([found])
    assert delete(fake) == outcome
    assert [asked.method for asked in fake.asked] == ["GET"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(404), Sent("204")),
        (reply(403), Refused("answered 403")),
        (reply(429, retry_after="9"), Wait(9, "answered 429")),
        (reply(500), Unknown("answered 500")),
    ],
    ids=str,
)
def test_what_a_forum_says_to_a_deletion(answer: Reply, outcome: Outcome) -> None:
    assert delete(Fake([THERE, answer])) == outcome


@pytest.mark.parametrize(
    "asked",
    [action("warn"), action("suspend"), action("remove", "user"), action(identifier="../users/1")],
    ids=str,
)
def test_what_a_forum_cannot_do_is_refused_without_a_call(asked: ActionRequested) -> None:
    fake = Fake()
    assert isinstance(delete(fake, asked), Refused)
    assert not fake.asked


def test_each_platform_says_what_can_be_done_there() -> None:
    assert measures("standard_webhooks") == ("hide", "remove", "warn", "suspend")
    assert measures("discourse") == ("remove",)
    assert measures("github") == ()


def publish(fake: Fake, announcement: str = "a-1") -> Outcome:
    post = POST.model_copy(update={"announcement": announcement})
    return feed.send(post, to("https://liaison.example/feeds/club/site"), f"{announcement}#site", fake.hands(NOW))


def test_a_feed_holds_an_entry_once_however_often_it_is_put() -> None:
    fake = Fake()
    for _ in range(3):
        assert publish(fake) == Sent("a-1#site", "https://liaison.example/feeds/club/site")
    (entry,) = json.loads(fake.stored["feeds/club/site.json"])["entries"]
    assert (entry["id"], entry["title"], entry["published_at"]) == ("a-1", "Winter", "2026-11-22T09:30:00+00:00")
    assert fake.writes == 1
    assert not fake.asked


def test_a_feed_leads_with_the_newest_and_keeps_a_hundred() -> None:
    fake = Fake()
    for number in range(105):
        publish(fake, f"a-{number}")
    entries = json.loads(fake.stored["feeds/club/site.json"])["entries"]
    assert [entry["id"] for entry in entries] == [f"a-{number}" for number in range(104, 4, -1)]


def test_a_mail_is_handed_over_as_it_is() -> None:
    fake = Fake()
    requested = MailRequested(reader="marie", subject="Three things", html="<p>Three</p>", text="Three")
    assert mail.send(requested, to("marie@club.example", ""), "key-1", fake.hands(NOW)) == Sent("mail-1")
    assert fake.mails == [
        {"to": "marie@club.example", "subject": "Three things", "html": "<p>Three</p>", "text": "Three"}
    ]


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
    assert not active(markup.html(markdown))


def test_the_reader_of_these_tests_sees_what_it_looks_for() -> None:
    raw = "<script>x</script><a href='java\tscript:x'>x</a><img src=x onerror=x>"
    assert active(raw) == ["script", "href=java\tscript:x", "onerror"]


class Reader(HTMLParser):
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
    reader = Reader()
    reader.feed(html)
    return reader.found


words = st.sampled_from(
    [*HOSTILE, "[", "](", ")", "<", ">", '"', "`", "javascript:", "https://a.example", "\n", "&#x6a;"]
)


@given(st.lists(words | st.text(st.characters(codec="utf-8"), max_size=5), max_size=8).map("".join))
def test_nor_does_any_mixture_of_them(markdown: str) -> None:
    assert not active(markup.html(markdown))


def test_raw_markup_is_shown_as_the_text_it_is() -> None:
    assert markup.html("<b>bold</b> & <3") == "<p>&lt;b&gt;bold&lt;/b&gt; &amp; &lt;3</p>\n"


def test_ordinary_links_stay_links() -> None:
    html = markup.html("[the map](https://play.example.com/map?a=1&b=2) https://play.example.com mailto:a@b.example")
    assert 'href="https://play.example.com/map?a=1&amp;b=2"' in html
    assert html.count("<a ") >= 2
