"""YouTube: who gets in, what the hub's feed says here, how it is subscribed to, and what the visits bring."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.inspect import behind, examine
from events.announcements import TriggerFired, TriggerWithdrawn
from events.envelope import Envelope
from events.people import Person
from events.program import Source, bare
from functions.platforms.door import Accepted, Answer, Request, gate, refused
from functions.platforms.inbound import Ignored, Unplaceable, normalise
from functions.platforms.outgoing import Hands, NotSentError, Reply, UnansweredError
from functions.platforms.standing import AskedError, Keys, Polled, Report
from functions.platforms.youtube import atom, connection, poller
from tests.contracts.shared import MARKS, PAYLOADS
from tests.platforms.deliveries import SAMPLES
from tests.platforms.hands import Fake, reply
from tests.platforms.kits import NOW
from tests.platforms.kits.youtube import PLACE, SECRETS, headers, signed

CHANNEL = PLACE.about
TOPIC = f"https://www.youtube.com/xml/feeds/videos.xml?channel_id={CHANNEL}"
VIDEO = (SAMPLES / "youtube" / "video.xml").read_bytes()
SEVERAL = (SAMPLES / "youtube" / "several.xml").read_bytes()
GARDEN = Person(id=CHANNEL, name="The Hollow Garden")


def admits(request: Request, *secrets: str) -> bool:
    return gate("youtube").verify(request, secrets or SECRETS[:1], NOW)


def key(secret: str, topic: str = TOPIC) -> str:
    return hmac.new(secret.encode(), topic.encode(), hashlib.sha256).hexdigest()[:32]


def question(secret: str = SECRETS[0], **changes: str | None) -> Request:
    """The hub's GET; underscores stand for full stops."""
    asked: dict[str, str | None] = {
        "key": key(secret),
        "hub.mode": "subscribe",
        "hub.topic": TOPIC,
        "hub.challenge": "14711",
        "hub.lease_seconds": "864000",
    }
    asked |= {name.replace("_", "."): value for name, value in changes.items()}
    return Request("GET", {}, b"", {name: value for name, value in asked.items() if value is not None})


# Who gets in.


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
def test_each_algorithm_of_websub_is_taken(algorithm: str) -> None:
    assert admits(signed(SECRETS[0], VIDEO, algorithm=algorithm))


@pytest.mark.parametrize("algorithm", ["md5", "sha224", "sha3_256", "blake2b"])
def test_no_other_algorithm_is(algorithm: str) -> None:
    assert not admits(signed(SECRETS[0], VIDEO, algorithm=algorithm))


@pytest.mark.parametrize("named", ["sha256", "SHA1", "", "sha1=sha1", "md5", "sha-1"])
def test_a_signature_under_another_name_is_refused(named: str) -> None:
    digest = signed(SECRETS[0], VIDEO).headers["x-hub-signature"].partition("=")[2]
    assert not admits(Request("POST", {"x-hub-signature": f"{named}={digest}"}, VIDEO))


def test_the_hub_s_question_is_known_by_our_key() -> None:
    assert admits(question())
    assert admits(question(SECRETS[1]), *SECRETS)
    assert not admits(question(SECRETS[1]))
    assert not admits(question(), "")
    assert not gate("youtube").verify(question(), [], NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"key": None},
        {"key": ""},
        {"key": key(SECRETS[0])[:-1]},
        {"key": f"{key(SECRETS[0])},{key(SECRETS[0])}"},
        {"key": "é"},
        {"key": "\ud800"},
        {"hub_mode": "unsubscribe"},
        {"hub_mode": "denied"},
        {"hub_mode": "Subscribe"},
        {"hub_mode": None},
        {"hub_topic": None},
        {"hub_topic": TOPIC + "x"},
        {"hub_topic": TOPIC.replace("/xml/", "/")},
        {"hub_topic": "\ud800"},
    ],
    ids=str,
)
def test_a_question_that_is_not_ours_is_refused(changes: dict[str, str | None]) -> None:
    assert not admits(question(SECRETS[0], **changes))


def test_a_key_opens_no_delivery_and_a_signature_no_question() -> None:
    assert not admits(replace(question(), method="POST", body=VIDEO))
    assert not admits(replace(signed(SECRETS[0], b""), method="GET"))


def test_a_stranger_hears_what_websub_wants() -> None:
    assert refused("youtube").status == 404


# What the gate makes of it.


def test_the_question_is_answered_with_the_bare_challenge() -> None:
    assert gate("youtube").classify(question()) == Answer(200, "14711", "text/plain")
    found = examine("youtube", b"", {}, secret=SECRETS[0], method="GET", query=question().query)
    assert (found.verdict, found.status, found.body, found.signature) == ("challenge", 200, "14711", "valid")


@pytest.mark.parametrize("challenge", [None, ""])
def test_a_question_without_a_challenge_is_parked(challenge: str | None) -> None:
    found = gate("youtube").classify(question(hub_challenge=challenge))
    assert isinstance(found, Accepted)
    assert (found.pipeline, found.event) == ("parked", "verification")
    assert found.reason == "the hub's question has no hub.challenge"


def pieces(body: bytes) -> tuple[Accepted, ...]:
    found = gate("youtube").classify(Request("POST", headers("video"), body))
    assert not isinstance(found, Answer)
    return (found,) if isinstance(found, Accepted) else found


def test_each_entry_is_a_delivery_of_its_own() -> None:
    found = pieces(SEVERAL)
    assert [one.event for one in found] == ["video", "deleted", "video"]
    assert {one.pipeline for one in found} == {"announcements"}
    assert [one.delivery.rpartition(":")[0] for one in found] == [
        "video:hollow-0001:2026-11-22T09:29:30.552394234+00:00",
        "deleted:hollow-0000:2026-11-22T09:28:00.904647+00:00",
        "video:hollow-0002:2026-11-22T09:29:30.552394234+00:00",
    ]
    assert pieces(SEVERAL) == found


def test_the_same_state_is_the_same_delivery_alone_or_among_others() -> None:
    assert pieces(VIDEO)[0].delivery == pieces(SEVERAL)[0].delivery
    assert pieces(VIDEO)[0].body == pieces(SEVERAL)[0].body


def test_another_wording_of_one_state_is_no_contradiction() -> None:
    other = pieces(VIDEO.replace(b"http://www.youtube.com/watch", b"https://www.youtube.com/watch"))[0]
    assert other.delivery != pieces(VIDEO)[0].delivery
    assert trigger(VIDEO).trigger == trigger(VIDEO.replace(b"Patch 1.4", b"Patch 1.5")).trigger


LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
FILE = b'<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
SEVENTH = b'<?xml version="1.0" encoding="UTF-7"?>'
FEED = b'<feed xmlns="http://www.w3.org/2005/Atom">%s</feed>'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the body is not XML, or not all of it"),
        (b"<feed", "the body is not XML, or not all of it"),
        (VIDEO[:-3], "the body is not XML, or not all of it"),
        (VIDEO + b"<feed/>", "the body is not XML, or not all of it"),
        (VIDEO.replace(b"&amp;", b"&nbsp;"), "the body is not XML, or not all of it"),
        (VIDEO.replace(b"Patch", b"\x00"), "the body is not UTF-8"),
        (b"<rss><channel/></rss>", "the body is XML, but no Atom feed"),
        (b"<feed><entry/></feed>", "the body is XML, but no Atom feed"),
        (FEED % b"", "there is no entry in the feed"),
        (LAUGHS + FEED % b"<entry>&b;</entry>", "the body declares a document type: it is not read"),
        (FILE + FEED % b"<entry>&x;</entry>", "the body declares a document type: it is not read"),
        ((LAUGHS + FEED % b"<entry>&b;</entry>").decode().encode("utf-16"), "the body is not UTF-8"),
        ((LAUGHS + FEED % b"<entry>&b;</entry>").decode().encode("utf-16-le"), "the body is not UTF-8"),
        ((LAUGHS + FEED % b"<entry>&b;</entry>").decode().encode("utf-16-be"), "the body is not UTF-8"),
        (SEVENTH + LAUGHS.replace(b"<!", b"+ADwAIQ-") + FEED % b"", "the body is not XML, or not all of it"),
        (VIDEO.replace(b"\xe2\x80\x93", b"\x96"), "the body is not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_parked_saying_why(body: bytes, reason: str) -> None:
    [found] = pieces(body)
    event = "empty" if "no entry" in reason else "unreadable"
    assert (found.pipeline, found.event, found.reason) == ("parked", event, reason)
    assert found.body is None  # As it came.


def test_utf_8_is_read_whatever_the_declaration_says() -> None:
    for declared in (b"ISO-8859-1", b"UTF-16", b"us-ascii"):
        assert pieces(VIDEO.replace(b"UTF-8", declared)) == pieces(VIDEO)
    assert pieces(b"\xef\xbb\xbf" + VIDEO) == pieces(VIDEO)


def test_deep_or_wide_xml_is_no_trouble() -> None:
    deep = FEED % (b"<entry>" + b"<a>" * 50_000 + b"</a>" * 50_000 + b"</entry>")
    assert [one.pipeline for one in pieces(deep)] == ["parked"]
    assert [one.pipeline for one in pieces(b"<a>" * 100_000)] == ["parked"]


def test_an_entry_that_names_no_video_is_parked_and_the_others_are_not() -> None:
    body = SEVERAL.replace(b"<id>yt:video:hollow-0001</id>", b"<id>tag:1</id>").replace(
        b"<yt:videoId>hollow-0001</yt:videoId>", b""
    )
    found = pieces(body)
    assert [one.pipeline for one in found] == ["parked", "announcements", "announcements"]
    assert found[0].reason == "the entry does not say which video it is about"
    assert b"Patch 1.4" in (found[0].body or b"")
    assert len({one.delivery for one in found}) == 3


def test_entries_inside_of_entries_count_for_nothing() -> None:
    nested = VIDEO.replace(b"<title>Patch", b"<entry><title>Inner</title></entry><title>Patch")
    assert pieces(nested) == pieces(VIDEO)


# What it says.


def ends(body: bytes, place: Source = PLACE) -> list[Any]:
    """What becomes of each entry behind the queue: an event, or why there is none."""
    found = []
    for one in pieces(body):
        sealed = Envelope(
            source="place",
            community="club",
            platform="youtube",
            pipeline=one.pipeline,
            event=one.event,
            delivery=one.delivery,
            received_at="2026-11-22T09:30:00.000Z",
            body=body if one.body is None else one.body,
            reason=one.reason,
        )
        end = behind(sealed, place)
        found.append(end.events[0] if end.events else end.reason)
    return found


def trigger(body: bytes) -> TriggerFired:
    [found] = ends(body)
    assert isinstance(found, TriggerFired), found
    return found


def test_a_video_is_news() -> None:
    assert trigger(VIDEO) == TriggerFired(
        community="club",
        source="place",
        platform="youtube",
        trigger="video:hollow-0001",
        kind="video",
        title="Patch 1.4 – What’s new & what’s next",
        url="https://www.youtube.com/watch?v=hollow-0001",
        author=GARDEN,
        published_at=datetime(2026, 11, 22, 9, 20, 57, tzinfo=UTC),
        as_given={"published_at": "2026-11-22T09:20:57+00:00"},
    )


def test_a_video_that_is_gone_takes_its_news_back() -> None:
    assert ends((SAMPLES / "youtube" / "deleted.xml").read_bytes()) == [
        TriggerWithdrawn(
            community="club",
            source="place",
            platform="youtube",
            trigger="video:hollow-0000",
            withdrawn_at=datetime(2026, 11, 22, 9, 28, 0, 904647, UTC),
            as_given={"withdrawn_at": "2026-11-22T09:28:00.904647+00:00"},
        )
    ]


def test_an_edit_is_the_same_trigger_with_the_time_of_the_video() -> None:
    edited = VIDEO.replace(b"09:29:30.552394234", b"11:00:00").replace(b"Patch 1.4", b"Patch 1.4.1")
    assert trigger(edited).trigger == trigger(VIDEO).trigger
    assert trigger(edited).published_at == trigger(VIDEO).published_at


def test_nanoseconds_are_a_time_like_any_other() -> None:
    found = trigger(VIDEO.replace(b"09:20:57+00:00", b"09:20:57.123456789+00:00"))
    assert found.published_at == datetime(2026, 11, 22, 9, 20, 57, 123456, UTC)
    assert found.as_given == {"published_at": "2026-11-22T09:20:57.123456789+00:00"}


def without(tag: bytes, body: bytes = VIDEO) -> bytes:
    found = re.sub(rb"<%s>.*?</%s>" % (tag, tag), b"", body, flags=re.DOTALL)
    assert found != body
    return found


def test_what_an_entry_leaves_out() -> None:
    assert trigger(without(b"yt:videoId")) == trigger(VIDEO)  # The id says it, too.
    assert trigger(without(b"yt:channelId")) == trigger(VIDEO)  # The author's address says it, too.
    assert trigger(without(b"author")).author == Person(id=CHANNEL)
    assert trigger(without(b"author", without(b"yt:channelId"))).author is None
    assert trigger(without(b"name")).author == Person(id=CHANNEL)
    feed, _, entry = VIDEO.partition(b"<entry>")
    assert trigger(feed + b"<entry>" + without(b"title", entry)).title == "Video hollow-0001"
    [reason] = ends(without(b"published"))
    assert "published_at" in reason


@pytest.mark.parametrize(
    ("href", "url"),
    [
        (b"https://www.youtube.com/shorts/hollow-0001", "https://www.youtube.com/shorts/hollow-0001"),
        (b"http://www.youtube.com/shorts/hollow-0001", "https://www.youtube.com/shorts/hollow-0001"),
        (b"HTTP://www.youtube.com/shorts/hollow-0001", "https://www.youtube.com/shorts/hollow-0001"),
        (b"javascript:alert(1)", "https://www.youtube.com/watch?v=hollow-0001"),
        (b"javascript://x", "https://www.youtube.com/watch?v=hollow-0001"),
        (b"", "https://www.youtube.com/watch?v=hollow-0001"),
    ],
)
def test_a_link_is_always_https(href: bytes, url: str) -> None:
    assert trigger(VIDEO.replace(b"http://www.youtube.com/watch?v=hollow-0001", href)).url == url


def test_another_channel_s_news_is_not_ours() -> None:
    [reason] = ends((SAMPLES / "youtube" / "other_channel.xml").read_bytes())
    assert reason == "it is about another channel than the source's `about`"
    deleted = (SAMPLES / "youtube" / "deleted.xml").read_bytes()
    assert ends(deleted.replace(b"channel/UCexampleHollow", b"channel/UCsomebodyElse")) == [reason]
    [unnamed] = ends(without(b"at:by", deleted))
    assert isinstance(unnamed, TriggerWithdrawn)


def test_the_uc_of_a_channel_may_be_missing() -> None:
    shortened = VIDEO.replace(b"<yt:channelId>UC", b"<yt:channelId>")
    assert trigger(shortened).trigger == "video:hollow-0001"


@pytest.mark.parametrize("twenty_two", ["exampleHollowGarden_01", "UCampleHollowGarden_01"])
def test_a_channel_has_one_id_with_its_uc_and_without(twenty_two: str) -> None:
    place = PLACE.model_copy(update={"about": f"UC{twenty_two}"})
    body = VIDEO.replace(CHANNEL.encode(), place.about.encode())
    shortened = body.replace(b"<yt:channelId>UC", b"<yt:channelId>")
    assert shortened != body
    for where in (place, bare("place", "club", "youtube"), place.model_copy(update={"about": twenty_two})):
        [found] = ends(shortened, where)
        assert isinstance(found, TriggerFired), found
        assert found.author == Person(id=f"UC{twenty_two}", name="The Hollow Garden")


@pytest.mark.parametrize("end", [b"/", b"/videos", b"?view_as=subscriber", b"#about"])
def test_what_follows_a_channel_in_its_address_is_none_of_its_id(end: bytes) -> None:
    uri = f"channel/{CHANNEL}".encode()
    assert trigger(without(b"yt:channelId").replace(uri, uri + end)) == trigger(VIDEO)
    [gone] = ends((SAMPLES / "youtube" / "deleted.xml").read_bytes().replace(uri, uri + end))
    assert isinstance(gone, TriggerWithdrawn), gone


def test_a_link_that_does_not_say_what_it_is_to_is_to_the_video() -> None:
    short = VIDEO.replace(b"http://www.youtube.com/watch?v=hollow-0001", b"https://www.youtube.com/shorts/hollow-0001")
    bare_link = short.replace(b'<link rel="alternate" ', b"<link ")
    assert bare_link != short
    assert trigger(bare_link).url == "https://www.youtube.com/shorts/hollow-0001"
    related = short.replace(b'<link rel="alternate" ', b'<link rel="related" ')
    assert trigger(related).url == "https://www.youtube.com/watch?v=hollow-0001"


def test_a_deletion_that_does_not_say_when_was_before_it_came() -> None:
    deleted = re.sub(rb' when="[^"]*"', b"", (SAMPLES / "youtube" / "deleted.xml").read_bytes())
    [found] = ends(deleted)
    assert isinstance(found, TriggerWithdrawn), found
    assert (found.trigger, found.withdrawn_at) == ("video:hollow-0000", datetime(2026, 11, 22, 9, 30, tzinfo=UTC))


@pytest.mark.parametrize("blank", [b"\n", b"\r\n\r\n", b" \t", b"\xef\xbb\xbf\n"])
def test_blanks_in_front_of_a_feed_do_no_harm(blank: bytes) -> None:
    assert pieces(blank + VIDEO) == pieces(VIDEO)


@pytest.mark.parametrize(
    "before",
    [
        b"\n",
        b"\n\xef\xbb\xbf",
        b"\xef\xbb\xbf\xef\xbb\xbf",
        b'<?xml version="1.0"?>\n',
        b"<?x a>b?>",
        b"<?x ?a> ??>",
        b"<!-- > - ?> -->",
        b"<?x?><!-- <?x -->\n<?x --> ?>",
    ],
)
def test_a_document_type_is_seen_whatever_stands_before_it(before: bytes) -> None:
    declared = (
        before
        + LAUGHS
        + FEED % b"<entry><yt:videoId xmlns:yt='http://www.youtube.com/xml/schemas/2015'>&b;</yt:videoId></entry>"
    )
    for cut in (False, True):
        with pytest.raises(atom.NotAtomError, match="declares a document type"):
            atom.read(declared, cut=cut)


def test_a_title_is_text_and_stays_it() -> None:
    hostile = "@everyone &lt;b&gt;{{x}}&lt;/b&gt; &amp;amp; *stars* \u202e👩‍👩‍👧"
    found = trigger(VIDEO.replace("Patch 1.4 – What’s new &amp; what’s next".encode(), hostile.encode()))
    assert found.title == "@everyone <b>{{x}}</b> &amp; *stars* \u202e👩‍👩‍👧"
    cdata = VIDEO.replace(b"<title>Patch", b"<title><![CDATA[<b>]]>Patch")
    assert trigger(cdata).title.startswith("<b>Patch")


@pytest.mark.parametrize("file", [pytest.param("video.published_or_updated.xml", marks=MARKS)])
def test_what_google_publishes_as_an_example(file: str) -> None:
    body = (PAYLOADS / "youtube" / file).read_bytes()
    place = PLACE.model_copy(update={"about": "CHANNEL_ID"})
    [found] = ends(body, place)
    assert isinstance(found, TriggerFired)
    assert (found.trigger, found.title) == ("video:VIDEO_ID", "Video title")
    assert found.url == "https://www.youtube.com/watch?v=VIDEO_ID"
    assert found.author == Person(id="CHANNEL_ID", name="Channel title")
    assert found.published_at == datetime(2015, 3, 6, 21, 40, 57, tzinfo=UTC)
    assert ends(body, bare("place", "club", "youtube")) == [found]


SPLIT = re.compile(rb"(<[^>]+>|[^<]+)")


@given(st.data())
def test_whatever_the_feed_is_made_of_nothing_is_invented(data: st.DataObject) -> None:
    parts = SPLIT.findall(SEVERAL)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(parts) - 1))
        parts[place] = data.draw(st.sampled_from([b"", b"x", b"\x00", b"&amp;", b"<entry/>", parts[place] * 2]))
    body = b"".join(parts)
    for found in ends(body):
        if isinstance(found, str):
            assert found
            continue
        found.model_dump_json().encode("utf-8")
        there = " ".join(re.sub(rb"\s+", b" ", body).decode("utf-8", "replace").replace("&amp;", "&").split())
        if isinstance(found, TriggerFired) and found.author:
            assert found.author.id in there
            assert " ".join(found.author.name.split()) in there


odd: st.SearchStrategy[Any] = st.sampled_from([None, True, 7, 1.5, "", "x", "\ud800", [], {}, {"a": 1}])


@given(
    event=st.sampled_from(["video", "deleted", "upload"]),
    changes=st.dictionaries(
        st.sampled_from(["video", "channel", "title", "url", "author", "published", "when"]), odd, max_size=4
    ),
)
def test_whatever_stands_behind_the_queue_is_an_event_or_parked(event: str, changes: dict[str, Any]) -> None:
    said = json.loads(pieces(VIDEO)[0].body or b"") | {"when": "2026-11-22T09:28:00Z"} | changes
    sealed = Envelope(
        "place", "club", "youtube", "announcements", event, "d", "2026-11-22T09:30:00.000Z", json.dumps(said).encode()
    )
    try:
        found = normalise(sealed, PLACE)
    except Unplaceable:
        return
    assert not isinstance(found, Ignored)
    found.model_dump_json().encode("utf-8")


@pytest.mark.parametrize("body", [b"", b"[]", b"<feed/>", b"\xff"])
def test_a_body_that_is_none_is_parked_behind_the_queue_too(body: bytes) -> None:
    sealed = Envelope("place", "club", "youtube", "announcements", "video", "d", "2026-11-22T09:30:00.000Z", body)
    with pytest.raises(Unplaceable, match="not a JSON object"):
        normalise(sealed, PLACE)


# How it is subscribed to.

URL = "https://hooks.example.com/hooks/place"
KEYS = Keys(SECRETS[0], "")
AT = datetime.fromtimestamp(NOW, UTC)


def page(state: str, ends: datetime | None = None) -> bytes:
    """The hub's page of one subscription, as far as it matters."""
    until = f"{ends:%a, %d %b %Y %H:%M:%S} +0000" if ends else "n/a"
    return (
        '<html><body><p class="lead">x</p><dl class="glue-body glue-body--large">'
        f"<dt>Callback URL</dt>\n<dd>x</dd><dt>State</dt>\n  <dd>\n {state} </dd>"
        f"<dt>Last successful verification</dt><dd>n/a</dd><dt>Expiration time</dt><dd>\n{until}</dd></dl>"
        "</body></html>"
    ).encode()


@dataclass
class Hub:
    """Takes subscriptions, or not, and shows a page about them."""

    taken: Reply = field(default_factory=lambda: reply(202))
    shown: Reply = field(default_factory=lambda: reply(200, page("verified", AT + timedelta(days=9))))
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    error: Exception | None = None

    def http(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", private: bool = False
    ) -> Reply:
        split = urlsplit(url)
        form = {name: values[0] for name, values in parse_qs(body.decode() or split.query).items()}
        self.asked.append((method, split.path, form))
        assert split.netloc == "pubsubhubbub.appspot.com"
        if self.error:
            raise self.error
        return self.taken if method == "POST" else self.shown

    def check(self, keys: Keys = KEYS, place: Source = PLACE, *, repair: bool = False) -> Report:
        fake = Fake()
        return connection.check(place, URL, keys, Hands(self.http, fake, fake.mail, NOW), repair=repair)


def states(report: Report) -> dict[str, str]:
    return {finding.what: finding.state for finding in report.findings}


def told(report: Report, what: str) -> str:
    [finding] = [finding for finding in report.findings if finding.what == what]
    return finding.told


ENDING = reply(200, page("verified", AT + timedelta(days=2)))
"""Little is left of it: it is renewed."""


def test_the_hub_is_asked_with_everything_websub_wants() -> None:
    hub = Hub(shown=ENDING)
    hub.check(repair=True)
    assert hub.asked[1] == (
        "POST",
        "/subscribe",
        {
            "hub.callback": f"{URL}?key={key(SECRETS[0])}",
            "hub.topic": TOPIC,
            "hub.mode": "subscribe",
            "hub.secret": SECRETS[0],
            "hub.lease_seconds": "864000",
            "hub.verify": "async",
        },
    )


def test_the_address_the_hub_is_given_lets_its_question_in() -> None:
    hub = Hub()
    hub.check(repair=True)
    given = urlsplit(hub.asked[0][2]["hub.callback"])
    query = {name: values[0] for name, values in parse_qs(given.query).items()}
    asked = {**query, "hub.mode": "subscribe", "hub.topic": hub.asked[0][2]["hub.topic"], "hub.challenge": "1"}
    assert admits(Request("GET", {}, b"", asked))


def test_a_subscription_the_hub_confirmed_is_good_until_it_ends() -> None:
    report = Hub().check()
    assert (states(report), report.until) == ({"subscription": "good"}, AT + timedelta(days=9))


def test_looking_subscribes_to_nothing() -> None:
    hub = Hub()
    hub.check()
    assert [asked[:2] for asked in hub.asked] == [("GET", "/subscription-details")]


def test_what_was_taken_and_not_yet_confirmed_is_unknown_and_lasts_ten_days() -> None:
    report = Hub(shown=reply(200, page("unverified"))).check(repair=True)
    assert states(report) == {"request": "good", "subscription": "unknown"}
    assert report.until == AT + timedelta(days=10)


def test_a_subscription_is_renewed_when_a_quarter_of_its_life_is_left() -> None:
    left = Hub(shown=reply(200, page("verified", AT + timedelta(days=2, hours=13))))
    assert states(left.check(repair=True)) == {"subscription": "good"}
    assert [method for method, *_ in left.asked] == ["GET"]
    ending = Hub(shown=ENDING)
    assert states(ending.check(repair=True)) == {"request": "good", "subscription": "good"}
    assert [method for method, *_ in ending.asked] == ["GET", "POST"]


def test_until_the_renewal_is_seen_the_old_end_counts() -> None:
    assert Hub(shown=ENDING).check(repair=True).until == AT + timedelta(days=2)
    ended = Hub(shown=reply(200, page("verified", AT - timedelta(days=1)))).check(repair=True)
    assert (states(ended)["subscription"], ended.until) == ("unknown", AT + timedelta(days=10))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_when_the_hub_takes_none_the_feed_is_polled_meanwhile(status: int) -> None:
    report = Hub(taken=reply(status), shown=reply(404)).check(repair=True)
    assert states(report) == {"request": "unknown", "subscription": "unknown"}
    assert told(report, "request").endswith(f"(answered {status}); the feed is polled meanwhile")
    assert report.until is None
    still = Hub(taken=reply(status), shown=ENDING).check(repair=True)
    assert (states(still)["subscription"], still.until) == ("good", AT + timedelta(days=2))


def test_a_refusal_repeats_the_hub_s_words() -> None:
    report = Hub(taken=reply(400, b"Invalid parameter: hub.callback"), shown=ENDING).check(repair=True)
    assert states(report)["request"] == "wrong"
    assert "Invalid parameter: hub.callback" in told(report, "request")


@pytest.mark.parametrize(
    ("shown", "state"),
    [
        (page("expired"), "wrong"),
        (page("unsubscribed"), "wrong"),
        (page("verified", AT - timedelta(days=1)), "wrong"),
        (page("verified"), "good"),
        (page("unverified"), "unknown"),
        (b"<html>something else</html>", "unknown"),
        (b"", "unknown"),
        (b"\xff" * 100, "unknown"),
        (page("verified", AT + timedelta(days=1)).replace(b"Nov", b"Nxx"), "good"),
    ],
)
def test_what_the_hub_s_page_says(shown: bytes, state: str) -> None:
    assert states(Hub(shown=reply(200, shown)).check()) == {"subscription": state}


def test_what_is_not_good_says_why() -> None:
    assert "has not asked our address yet" in told(Hub(shown=reply(200, page("unverified"))).check(), "subscription")
    assert "does not tell" in told(Hub(shown=reply(200, b"")).check(), "subscription")
    assert "calls it unsubscribed" in told(Hub(shown=reply(200, page("unsubscribed"))).check(), "subscription")
    ended = Hub(shown=reply(200, page("verified", AT - timedelta(days=1)))).check()
    assert ("calls it expired" in told(ended, "subscription"), ended.until) == (True, None)


def test_a_page_of_an_error_says_nothing_of_the_subscription() -> None:
    assert states(Hub(shown=reply(500, page("verified"))).check()) == {"subscription": "unknown"}


@pytest.mark.parametrize(("status", "state"), [(200, "good"), (204, "good"), (301, "unknown"), (410, "wrong")])
def test_what_the_hub_s_answer_means(status: int, state: str) -> None:
    assert states(Hub(taken=reply(status), shown=ENDING).check(repair=True))["request"] == state


@pytest.mark.parametrize("error", [NotSentError("no address"), UnansweredError("no answer")])
def test_when_the_network_fails_it_is_unknown(error: Exception) -> None:
    report = Hub(error=error).check(repair=True)
    assert states(report) == {"request": "unknown", "subscription": "unknown"}
    assert str(error) in told(report, "request")


@pytest.mark.parametrize("about", ["@hollow_garden", "The Hollow Garden", "UCshort", CHANNEL + "x", f"{CHANNEL}\n"])
def test_what_is_no_channel_is_told_before_anything_is_asked(about: str) -> None:
    hub = Hub()
    assert states(hub.check(place=PLACE.model_copy(update={"about": about}), repair=True)) == {"channel": "wrong"}
    assert hub.asked == []


def test_without_a_fit_secret_nothing_is_asked() -> None:
    hub = Hub()
    assert hub.check(Keys("", ""), repair=True).findings == ()
    assert states(hub.check(Keys("é" * 100, ""), repair=True)) == {"length of the secret": "wrong"}
    assert hub.asked == []


def test_the_steps_say_where_the_channel_s_id_is() -> None:
    said = " ".join(connection.steps(PLACE, URL))
    assert "account_advanced" in said
    assert "liaison connect place" in said


# What the visits bring.


def visit(body: bytes, cursor: str = "", status: int = 200) -> Polled:
    fake = Fake([reply(status, body)])
    found = poller.poll(PLACE, cursor, KEYS, fake.hands(NOW))
    assert [(asked.method, asked.url) for asked in fake.asked] == [
        ("GET", f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}")
    ]
    return found


def test_a_visit_finds_what_the_hub_sends_under_the_same_names() -> None:
    pushed = pieces(SEVERAL)
    found = visit(SEVERAL)
    assert [(one.pipeline, one.event, one.delivery, one.body) for one in found.pieces] == [
        (one.pipeline, one.event, one.delivery, one.body) for one in pushed
    ]
    assert (found.cursor, found.more) == ("2026-11-22T09:29:30.552394234+00:00", False)


def test_only_what_changed_since_the_last_visit_comes_again() -> None:
    older = SEVERAL.replace(
        b"09:29:30.552394234+00:00</updated>\n  </entry>", b"08:00:00+00:00</updated>\n  </entry>", 1
    )
    cursor = visit(older).cursor
    assert [one.event for one in visit(older, cursor).pieces] == ["video"]
    assert visit(older, cursor).cursor == cursor
    later = "2026-11-23T00:00:00+00:00"
    assert visit(older, later) == Polled((), later)


def test_times_are_compared_as_times() -> None:
    # 10:30 in the east is before 09:45 UTC.
    assert [one.event for one in visit(VIDEO, "2026-11-22T10:29:00+01:00").pieces] == ["video"]
    assert visit(VIDEO, "2026-11-22T10:30:00+01:00").pieces == ()


def test_the_feed_is_visited_four_times_a_day() -> None:
    assert poller.EVERY == 21_600


def test_what_has_no_time_is_told_at_every_visit() -> None:
    feed, _, entry = VIDEO.partition(b"<entry>")
    timeless = feed + b"<entry>" + without(b"updated", entry)
    assert len(visit(timeless, "2026-11-22T09:29:30+00:00").pieces) == 1
    assert visit(timeless, "2026-11-22T09:29:30+00:00").cursor == "2026-11-22T09:29:30+00:00"


@pytest.mark.parametrize("left", [2, 20, 200])
def test_an_answer_that_was_cut_gives_what_is_whole(left: int) -> None:
    assert [one.event for one in visit(SEVERAL[: -(len("</feed>\n") + left)]).pieces] == ["video", "deleted"]
    half = SEVERAL.index("–".encode()) + 1  # In the middle of a letter.
    assert visit(SEVERAL[:half]).pieces == ()


def test_a_channel_without_videos_leaves_the_cursor() -> None:
    assert visit(FEED % b"", "2026-11-22T09:29:30+00:00") == Polled((), "2026-11-22T09:29:30+00:00")


@pytest.mark.parametrize("body", [b"", b"<!DOCTYPE html><html></html>", b"<html></html>", b"sorry"])
def test_an_answer_that_is_no_feed_moves_nothing(body: bytes) -> None:
    with pytest.raises(AskedError, match="the channel's feed: the body"):
        visit(body)


@pytest.mark.parametrize(("status", "wait"), [(404, 3600), (500, 60), (302, 60)])
def test_a_refused_visit_moves_nothing(status: int, wait: int) -> None:
    with pytest.raises(AskedError, match=f"answered {status}") as caught:
        visit(b"", status=status)
    assert caught.value.wait == wait
