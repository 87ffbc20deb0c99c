"""Bluesky and Ozone: what mentions and moderation events become, and that fetching them loses and repeats none."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.inspect import examine_answer
from events.feedback import FeedbackReceived
from events.moderation import DecisionReported, FlagRaised, Subject
from events.people import Person
from functions.platforms.bluesky import adapter, connection, poller
from functions.platforms.bluesky.session import LASTS, SESSIONS
from functions.platforms.outgoing import NotSentError, Piece, UnansweredError
from functions.platforms.standing import AskedError, Keys, Polled
from tests.contracts.shared import MARKS, PAYLOADS
from tests.platforms.deliveries import event, ignored, sample
from tests.platforms.hands import reply
from tests.platforms.kits import NOW
from tests.platforms.kits.bluesky import OUTCOMES, PLACE
from tests.platforms.mutations import broken, told_by
from tests.platforms.polling import Answer, Routes, became, behind_the_queue

KEYS = Keys("", "abcd-efgh-ijkl-mnop")
SESSION = {"accessJwt": "a token", "refreshJwt": "another", "did": "did:plc:acme4example2222222222ee"}
OZONE = "did:plc:ozon4example2222222222ff"
ALONE = PLACE.model_copy(update={"about": ""})
"""A place without a moderation service."""

ILSE = Person(id="did:plc:ilse4example2222222222aa", name="ilse.example.com")
GRIM = Person(id="did:plc:grim4example2222222222bb", name="grim.example.com")
TOMAS = Person(id="did:plc:mods4example2222222222cc", name="mod-tomas.example.com")
NADIA = Person(id="did:plc:nadi4example2222222222dd", name="nadia.example.com")
REPORTED = Subject(
    source="place",
    kind="post",
    id="at://did:plc:grim4example2222222222bb/app.bsky.feed.post/3mabcdefgzz22",
    url="https://bsky.app/profile/did:plc:grim4example2222222222bb/post/3mabcdefgzz22",
    revision="bafyreiexamplezz",
)
Event = TypeVar("Event")


def at(hour: int, minute: int, second: int = 0, ms: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, second, ms * 1000, tzinfo=UTC)


@pytest.fixture(autouse=True)
def logged_out() -> Iterator[None]:
    SESSIONS.clear()
    yield
    SESSIONS.clear()


def mention(number: int, **more: Any) -> dict[str, Any]:
    """As the API answers, with what changes from one look to the next."""
    one = sample("bluesky", "notification.mention")
    uri = f"at://{ILSE.id}/app.bsky.feed.post/{number:013}"
    profile = {**one["author"], "avatar": "https://cdn.example.com/a.jpg", "viewer": {"muted": False}}
    return {**one, "uri": uri, "cid": f"cid{number}", "isRead": False, "labels": [], "author": profile, **more}


def listed(*found: dict[str, Any], cursor: str = "") -> dict[str, Any]:
    return {"notifications": list(found), **({"cursor": cursor} if cursor else {})}


def recorded(number: int, **more: Any) -> dict[str, Any]:
    one = sample("bluesky", "ozone.report")
    stamp = (at(9, 30) + timedelta(seconds=number)).isoformat().replace("+00:00", "Z")
    return {**one, "id": number, "createdAt": stamp, "subjectBlobCids": [], **more}


def happened(*found: dict[str, Any], cursor: str = "") -> dict[str, Any]:
    return {"events": list(found), **({"cursor": cursor} if cursor else {})}


def routes(
    mentions: Answer | list[Answer] | None = None, events: Answer | list[Answer] | None = None, **more: Answer
) -> Routes:
    return Routes(
        {
            "createSession": SESSION,
            "listNotifications": listed() if mentions is None else mentions,
            "queryEvents": happened() if events is None else events,
            "ozone-metadata.json": {"did": OZONE},
            **more,
        }
    )


def visit(site: Routes, cursor: str = "", *, timestamp: int = NOW) -> Polled:
    return poller.poll(PLACE, cursor, KEYS, site.hands(timestamp))


def all_of(site: Routes, cursor: str = "") -> tuple[list[Piece], str]:
    """What visits bring until there is no more right now."""
    found: list[Piece] = []
    for _ in range(50):
        one = visit(site, cursor)
        found, cursor = [*found, *one.pieces], one.cursor
        if not one.more:
            return found, cursor
    raise AssertionError("it never ends")


def names(pieces: list[Piece]) -> list[str]:
    """Posts by their number, events by theirs."""
    bodies = [json.loads(piece.body) for piece in pieces]
    return [str(body["id"]) if "id" in body else str(int(body["uri"][-13:])) for body in bodies]


# Mentions, replies, quotes


def test_a_mention() -> None:
    assert event(FeedbackReceived, "bluesky", "notification.mention") == FeedbackReceived(
        community="club",
        source="place",
        platform="bluesky",
        content=f"at://{ILSE.id}/app.bsky.feed.post/3mabcdefghi22",
        kind="mention",
        text="@acme.example.com the winter map is gorgeous, but my sync fails every second match",
        language="en",
        url=f"https://bsky.app/profile/{ILSE.id}/post/3mabcdefghi22",
        revision="bafyreiexample3mabcdefghi22",
        author=ILSE,
        said_at=at(10, 2, 0, 120),
        as_given={"said_at": "2026-11-21T10:02:00.120Z"},
    )


def test_a_reply_in_two_languages_has_the_first() -> None:
    found = event(FeedbackReceived, "bluesky", "notification.reply")
    assert (found.kind, found.language) == ("reply", "fr")
    assert found.about == "at://did:plc:juno3example2222222222aa/app.bsky.feed.post/3mabcdefgbb22"
    assert found.said_at == at(10, 20, 44)


@pytest.mark.parametrize("langs", [None, [], "en", [None], [5], [["en"]]])
def test_a_language_that_nobody_states_is_undetermined(langs: object) -> None:
    found = event(FeedbackReceived, "bluesky", "notification.reply", lambda body: body["record"].update(langs=langs))
    assert found.language == "und"


def claimed(stamp: object) -> datetime:
    """When a reply was said whose author's client claims this, seen by the network at 10:20:44."""

    def change(body: dict[str, Any]) -> None:
        body["record"]["createdAt"] = stamp

    return event(FeedbackReceived, "bluesky", "notification.reply", change).said_at


def test_a_client_s_clock_is_believed_unless_it_is_ahead_of_the_network() -> None:
    assert event(FeedbackReceived, "bluesky", "notification.quote").said_at == at(11, 0, 1)
    for stamp in (None, "yesterday", "2026-11-21T09:00:00", 7, "2026-11-21T10:20:45Z"):
        assert claimed(stamp) == at(10, 20, 44)
    assert claimed("2026-11-21T11:00:00+02:00") == at(9, 0)


@pytest.mark.parametrize(
    ("embed", "text"),
    [
        ({"images": [{"alt": "a bridge"}, {"alt": ""}]}, "[image: a bridge] [image]"),
        ({"media": {"images": [{"alt": "a bridge"}]}, "record": {}}, "[image: a bridge]"),
        ({"video": {"ref": {}}, "alt": "a match"}, "[video: a match]"),
        (
            {"items": [{"$type": "app.bsky.embed.gallery#image", "alt": "a bridge"}, {"alt": "a lobby"}]},
            "[image: a bridge] [image: a lobby]",
        ),
        ({"external": {"uri": "https://clips.example.com/42"}}, "[link: https://clips.example.com/42]"),
        (
            {"external": {"uri": "https://clips.example.com/42", "title": "My best", "description": "Watch it"}},
            "[link: My best (https://clips.example.com/42), Watch it]",
        ),
        (
            {"media": {"external": {"uri": "https://x.example", "title": 5, "description": "Watch it"}}, "record": {}},
            "[link: https://x.example, Watch it]",
        ),
        ({"external": {"title": "My best", "uri": None}}, "[link: My best]"),
        ({"external": None}, "[link]"),
        ({"record": {"uri": "at://x"}}, "[quote]"),
        ({"future": 1}, ""),
        (None, ""),
    ],
    ids=str,
)
def test_a_post_without_words_says_what_it_shows(embed: object, text: str) -> None:
    found = event(FeedbackReceived, "bluesky", "notification.quote", lambda body: body["record"].update(embed=embed))
    assert found.text == text


def test_addresses_behind_words_are_written_out_beside_the_card() -> None:
    found = event(FeedbackReceived, "bluesky", "notification.link")
    assert found.text == (
        "@acme.example.com 🎉 c’est réparé : https://notes.example.com/winter/2.4.1?lang=fr"
        " et le salon (https://talk.example.com/winter)\n"
        "[link: Winter map 2.4.1 (https://notes.example.com/winter/2.4.1), Sync is fine again]"
    )
    assert found.original == "@acme.example.com 🎉 c’est réparé : notes.example.com/winter/2... et le salon"
    # And the poller brings what that takes.
    [piece] = poller.pieces(listed(sample("bluesky", "notification.link")))
    assert became(piece, "bluesky").events == (found,)


def facet(start: Any, end: Any, uri: Any = "https://x.example") -> dict[str, Any]:
    features = [{"$type": "app.bsky.richtext.facet#link", "uri": uri}]
    return {"index": {"byteStart": start, "byteEnd": end}, "features": features}


def faceted(text: str, *facets: Any) -> str:
    def change(body: dict[str, Any]) -> None:
        body["record"].update(text=text, facets=list(facets))

    return event(FeedbackReceived, "bluesky", "notification.reply", change).text


@pytest.mark.parametrize(
    ("facets", "told"),
    [
        ([facet(0, 2)], "né (https://x.example)e là 🎉"),  # Within "é".
        ([facet(2, 4)], "née (https://x.example) là 🎉"),
        ([facet(9, 10)], "née là 🎉 (https://x.example)"),
        ([facet(0, 4), facet(5, 8, "https://y.example")], "née (https://x.example) là (https://y.example) 🎉"),
        ([facet(5, 8, "https://y.example"), facet(0, 4)], "née (https://x.example) là (https://y.example) 🎉"),
        ([facet(0, 4), facet(1, 8, "https://y.example")], "née (https://x.example) là 🎉"),  # They overlap.
        ([facet(0, 4), facet(0, 4)], "née (https://x.example) là 🎉"),
        ([facet(9, 13)], "née là 🎉 (https://x.example)"),
        ([facet(11, 10**20)], "née là 🎉"),
        ([facet(9, 10**20)], "née là 🎉 (https://x.example)"),
        ([facet(0, 4, "https://é.example")], "née (https://é.example) là 🎉"),
        ([facet(4, 5)], "née là 🎉"),
        ([facet(3, 3)], "née là 🎉"),
        ([facet(5, 2)], "née là 🎉"),
        ([facet(-4, 4)], "née là 🎉"),
        ([facet(0, None)], "née là 🎉"),
        ([facet("0", "4")], "née là 🎉"),
        ([facet(0.0, 4.0)], "née là 🎉"),
        ([facet(False, True)], "née là 🎉"),
        ([facet(0, 4, None)], "née là 🎉"),
        ([facet(0, 4, "")], "née là 🎉"),
        ([{**facet(0, 4), "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "x"}]}], "née là 🎉"),
        ([{**facet(0, 4), "features": None}, {"index": 5}, {}, None, 7, "x"], "née là 🎉"),
    ],
    ids=str,
)
def test_facets_count_bytes_and_bad_ones_lose_no_word(facets: list[Any], told: str) -> None:
    assert faceted("née là 🎉", *facets) == told


def test_half_a_character_loses_nothing() -> None:
    assert faceted("a \ud83d b", facet(0, 1)) == "a (https://x.example) \ufffd b"


@given(
    st.text(st.characters(exclude_characters="x")), st.lists(st.builds(facet, st.integers(-2, 40), st.integers(-2, 40)))
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_facets_only_ever_add(text: str, facets: list[Any]) -> None:
    told = adapter.linked(text, facets)
    assert told.replace(" (https://x.example)", "") == text


def test_our_own_words_and_mere_likes_are_no_feedback() -> None:
    ours = {"handle": "acme.example.com", "did": "did:plc:x"}
    assert ignored("bluesky", "notification.reply", lambda body: body.update(author=ours)) == "our own words"
    shouted = {"handle": "Acme.Example.COM", "did": "did:plc:x"}
    assert ignored("bluesky", "notification.reply", lambda body: body.update(author=shouted)) == "our own words"
    body = json.dumps(sample("bluesky", "notification.reply")).encode()
    by_did = PLACE.model_copy(update={"account": ILSE.id})
    assert "our own words" in behind_the_queue("bluesky", "notification", body, by_did).reason
    assert ignored("bluesky", "notification.reply", lambda body: body.update(reason="like"))


def test_a_handle_that_does_not_hold_is_no_name() -> None:
    found = event(
        FeedbackReceived, "bluesky", "notification.reply", lambda body: body["author"].update(handle="handle.invalid")
    )
    assert found.author == Person(id=ILSE.id)


# Ozone


def test_a_report_of_a_post() -> None:
    assert event(FlagRaised, "bluesky", "ozone.report") == FlagRaised(
        community="club",
        source="place",
        platform="bluesky",
        flag="ozone:41",
        subject=REPORTED,
        reason="com.atproto.moderation.defs#reasonRude",
        code="harassment",
        comment="He has been doing this all evening.",
        author=GRIM,
        reporter=NADIA,
        raised_at=at(9, 30),
        as_given={"raised_at": "2026-11-21T09:30:00.000Z"},
    )


def test_a_report_of_an_account_in_the_newer_words() -> None:
    found = event(FlagRaised, "bluesky", "ozone.report.account")
    assert found.subject == Subject(
        source="place", kind="account", id=GRIM.id, url=f"https://bsky.app/profile/{GRIM.id}"
    )
    assert (found.code, found.author, found.reporter) == ("hate", GRIM, Person(id=NADIA.id))


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("com.atproto.moderation.defs#reasonSpam", "spam"),
        ("tools.ozone.report.defs#reasonMisleadingSpam", "spam"),
        ("tools.ozone.report.defs#reasonChildSafetyCSAM", "minor_safety"),
        ("tools.ozone.report.defs#reasonSelfHarmContent", "self_harm"),
        ("org.example.defs#reasonOfOurOwn", "other"),
        ("", "unknown"),
    ],
)
def test_reasons_of_both_vocabularies_are_understood_and_kept_as_they_are(word: str, code: str) -> None:
    found = event(FlagRaised, "bluesky", "ozone.report", lambda body: body["event"].update(reportType=word))
    assert (found.reason, found.code) == (word, code)


def test_an_appeal_is_one() -> None:
    found = event(FlagRaised, "bluesky", "ozone.appeal")
    assert (found.nature, found.code, found.subject.key) == ("appeal", "unknown", REPORTED.key)
    assert found.reporter == found.author == GRIM


def test_whom_the_moderators_have_muted_raises_nothing() -> None:
    assert "muted" in ignored("bluesky", "ozone.report", lambda body: body["event"].update(isReporterMuted=True))


def test_a_takedown_decides_about_what_was_reported() -> None:
    assert event(DecisionReported, "bluesky", "ozone.takedown") == DecisionReported(
        community="club",
        source="place",
        platform="bluesky",
        decision="ozone:44",
        subject=REPORTED,
        did="modEventTakedown",
        outcome="violation",
        reason="Second time this week",
        moderator=TOMAS,
        person=GRIM,
        decided_at=at(10, 15, 0, 530),
        as_given={"decided_at": "2026-11-21T10:15:00.530Z"},
    )


def test_a_label_that_is_put_on_says_what_it_is() -> None:
    found = event(DecisionReported, "bluesky", "ozone.label")
    assert (found.did, found.outcome) == ("modEventLabel +spam -rude", "violation")
    off = event(DecisionReported, "bluesky", "ozone.label", lambda body: body["event"].update(createLabelVals=[]))
    assert (off.did, off.outcome) == ("modEventLabel -rude", None)


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("modEventAcknowledge", "no_violation"),
        ("modEventReverseTakedown", "no_violation"),
        ("modEventTag", None),
        ("modEventEscalate", None),
        ("modEventMute", None),
        ("modEventComment", None),
        ("modEventResolveAppeal", None),
        ("modEventOfTomorrow", None),
        ("revokeAccountCredentialsEvent", None),
    ],
)
def test_what_an_event_says_about_a_violation(kind: str, outcome: str | None) -> None:
    def change(body: dict[str, Any]) -> None:
        body["event"]["$type"] = f"tools.ozone.moderation.defs#{kind}"

    found = event(DecisionReported, "bluesky", "ozone.takedown", change)
    assert (found.did, found.outcome) == (kind, outcome)


def test_what_nobody_decided_and_what_we_did_ourselves_has_no_effect() -> None:
    assert "nobody decided" in ignored("bluesky", "ozone.record")
    assert ignored("bluesky", "ozone.ours") == "our own action"
    handle = {"createdBy": "did:plc:x", "creatorHandle": "ACME.example.com"}
    assert ignored("bluesky", "ozone.takedown", lambda body: body.update(handle)) == "our own action"


def test_an_unheard_of_event_is_parked_by_name() -> None:
    body = sample("bluesky", "ozone.record")
    body["event"]["$type"] = "tools.ozone.moderation.defs#cometSighted"
    found = behind_the_queue("bluesky", "ozone", json.dumps(body).encode())
    assert (found.verdict, found.reason) == ("parked", "the moderation event 'cometSighted' is not known here")


@pytest.mark.parametrize(
    ("subject", "kind", "name", "url"),
    [
        ({"uri": f"at://{GRIM.id}/app.bsky.graph.list/3k"}, "list", f"at://{GRIM.id}/app.bsky.graph.list/3k", ""),
        (
            {"uri": f"at://{GRIM.id}/app.bsky.actor.profile/self"},
            "profile",
            f"at://{GRIM.id}/app.bsky.actor.profile/self",
            f"https://bsky.app/profile/{GRIM.id}",
        ),
        ({"did": GRIM.id, "messageId": "3m1"}, "message", "3m1", ""),
    ],
)
def test_other_subjects_than_posts(subject: dict[str, Any], kind: str, name: str, url: str) -> None:
    found = event(FlagRaised, "bluesky", "ozone.report", lambda body: body.update(subject=subject))
    assert (found.subject.kind, found.subject.id, found.subject.url) == (kind, name, url)
    assert found.author == GRIM


@given(st.data(), st.sampled_from(sorted(OUTCOMES)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_stands_in_a_piece_nobody_and_nothing_is_invented(data: st.DataObject, name: str) -> None:
    body = broken(data, sample("bluesky", name))
    found = behind_the_queue("bluesky", name, json.dumps(body).encode())
    assert found.events or found.reason
    told_by(body, found, "image", "video", "link", "quote")


# How they are fetched


def test_a_visit_logs_in_and_asks_for_both_lists() -> None:
    site = routes()
    found = visit(site)
    assert (found.pieces, found.more) == ((), False)
    login, mentions, events = site.asked
    assert login.url == "https://bsky.social/xrpc/com.atproto.server.createSession"
    assert login.said == {"identifier": "acme.example.com", "password": "abcd-efgh-ijkl-mnop"}
    assert mentions.headers["authorization"] == events.headers["authorization"] == "Bearer a token"
    assert parse_qs(urlsplit(mentions.url).query) == {"limit": ["100"], "reasons": ["mention", "reply", "quote"]}
    assert events.headers["atproto-proxy"] == f"{OZONE}#atproto_labeler"
    assert parse_qs(urlsplit(events.url).query) == {
        "createdAfter": ["2026-11-21T09:30:00.000Z"],
        "sortDirection": ["asc"],
        "limit": ["100"],
    }


def test_a_session_is_used_for_an_hour_because_few_are_allowed_a_day() -> None:
    site = routes()
    for minute in range(0, 60, 5):
        visit(site, timestamp=NOW + minute * 60)
    assert len(site.to("createSession")) == 1
    visit(site, timestamp=NOW + LASTS)
    assert len(site.to("createSession")) == 2
    poller.poll(PLACE, "", Keys("", "another password"), site.hands())
    assert len(site.to("createSession")) == 3


@pytest.mark.parametrize("status", [400, 401])
def test_a_session_that_has_ended_is_made_anew_at_the_next_visit(status: int) -> None:
    expired = reply(status, b'{"error": "ExpiredToken", "message": "Token has expired"}')
    site = routes([listed(), expired, listed()])
    visit(site)
    with pytest.raises(AskedError, match="has ended") as caught:
        visit(site)
    assert caught.value.wait == 600
    visit(site)
    assert len(site.to("createSession")) == 2


def test_a_server_of_one_s_own_and_a_service_known_by_its_address() -> None:
    place = PLACE.model_copy(update={"api": "https://pds.example.com/", "about": "https://ozone.example.com/"})
    site = routes()
    found = poller.poll(place, "", KEYS, site.hands())
    assert [one.url.partition("?")[0] for one in site.asked] == [
        "https://pds.example.com/xrpc/com.atproto.server.createSession",
        "https://pds.example.com/xrpc/app.bsky.notification.listNotifications",
        "https://ozone.example.com/.well-known/ozone-metadata.json",
        "https://pds.example.com/xrpc/tools.ozone.moderation.queryEvents",
    ]
    assert site.asked[3].headers["atproto-proxy"] == f"{OZONE}#atproto_labeler"
    poller.poll(place, found.cursor, KEYS, site.hands())
    assert len(site.to("ozone-metadata.json")) == 1


@pytest.mark.parametrize("about", ["", "acme.example.com"])
def test_without_a_service_only_mentions_are_asked_for(about: str) -> None:
    site = routes(listed(mention(1)))
    found = poller.poll(PLACE.model_copy(update={"about": about}), "", KEYS, site.hands())
    assert len(found.pieces) == 1
    assert not site.to("queryEvents")


def test_a_mention_comes_once_however_often_it_is_read() -> None:
    found, cursor = all_of(routes(listed(mention(2), mention(1))))
    assert names(found) == ["1", "2"]
    assert all(became(piece, "bluesky").events for piece in found)
    again = listed(mention(3), mention(2, isRead=True, labels=[{"val": "x"}]), mention(1))
    new, _ = all_of(routes(again), cursor)
    assert names(new) == ["3"]


def test_only_mentions_replies_and_quotes_are_queued() -> None:
    found, _ = all_of(routes(listed(mention(1, reason="like"), mention(2, reason="follow"), mention(3))))
    assert names(found) == ["3"]


def test_nothing_of_a_profile_is_queued_but_who_it_is() -> None:
    [piece], _ = all_of(routes(listed(mention(1))))
    assert b"avatar" not in piece.body
    assert b"viewer" not in piece.body


def test_a_burst_is_read_down_to_what_is_known_and_the_past_is_not() -> None:
    _, cursor = all_of(routes(listed(mention(1), cursor="older")))
    pages: list[Answer] = [
        listed(mention(5), mention(4), cursor="a"),
        listed(mention(3), mention(2), cursor="b"),
        listed(mention(1), mention(0), cursor="c"),
    ]
    site = routes(pages)
    found, _ = all_of(site, cursor)
    assert names(found) == ["0", "2", "3", "4", "5"]
    assert [one.get("cursor") for one in site.to("listNotifications")] == [None, "a", "b"]


def test_a_flood_of_mentions_is_read_in_bounded_visits() -> None:
    _, cursor = all_of(routes(listed(mention(0))))
    pages: list[Answer] = [listed(mention(n), cursor=f"below {n}") for n in range(12, 0, -1)]
    site = routes([*pages, listed(mention(0))])
    first = visit(site, cursor)
    assert first.more
    assert len(first.pieces) == poller.PAGES
    rest, _ = all_of(site, first.cursor)
    assert sorted(map(int, names([*first.pieces, *rest]))) == list(range(1, 13))


def test_events_go_on_from_the_last_one_with_five_minutes_of_overlap() -> None:
    found, cursor = all_of(routes(events=happened(recorded(1), recorded(2))))
    assert names(found) == ["1", "2"]
    # One that was written before the second could be read only after it.
    site = routes(events=happened(recorded(0), recorded(1), recorded(2), recorded(3)))
    new, cursor = all_of(site, cursor)
    assert site.to("queryEvents")[0]["createdAfter"] == "2026-11-21T09:25:02.000Z"
    assert names(new) == ["0", "3"]
    quiet = routes(events=happened(recorded(3)))
    assert not all_of(quiet, cursor)[0]
    assert quiet.to("queryEvents")[0]["createdAfter"] == "2026-11-21T09:25:03.000Z"


def test_quiet_visits_do_not_drift() -> None:
    cursor = ""
    for _ in range(5):
        site = routes()
        cursor = visit(site, cursor).cursor
        assert site.to("queryEvents")[0]["createdAfter"] == "2026-11-21T09:30:00.000Z"


def test_a_flood_of_events_is_read_in_bounded_visits_oldest_first() -> None:
    full: list[Answer] = [
        happened(*(recorded(page * 100 + number) for number in range(1, 101)), cursor=f"after {page}")
        for page in range(7)
    ]
    site = routes(events=[*full, happened()])
    first = visit(site)
    assert first.more
    assert len(first.pieces) == poller.PAGES * 100
    rest, cursor = all_of(site, first.cursor)
    assert names([*first.pieces, *rest]) == [str(number) for number in range(1, 701)]
    assert [one.get("cursor") for one in site.to("queryEvents")][:3] == [None, "after 0", "after 1"]
    last = routes()
    visit(last, cursor)
    assert last.to("queryEvents")[0]["createdAfter"] == "2026-11-21T09:36:40.000Z"


def test_what_moderators_wrote_in_mails_is_not_queued() -> None:
    mail = {"$type": "tools.ozone.moderation.defs#modEventEmail", "content": "Dear Grim", "subjectLine": "Your post"}
    [piece], _ = all_of(routes(events=happened(recorded(1, event=mail))))
    assert b"Dear Grim" not in piece.body
    assert became(piece, "bluesky").events


def test_a_cut_answer_is_asked_for_in_smaller_pages() -> None:
    cut = reply(200, json.dumps(listed(*(mention(n) for n in range(200)))).encode()[:65536])
    site = routes([cut, listed(mention(1))], [cut, happened(recorded(1))])
    found, _ = all_of(site)
    assert [one["limit"] for one in site.to("listNotifications")] == ["100", "10"]
    assert [one["limit"] for one in site.to("queryEvents")] == ["100", "10"]
    assert len(found) == 2


@pytest.mark.parametrize("failure", [NotSentError("no address"), UnansweredError("no answer"), reply(502), reply(403)])
def test_a_service_that_fails_does_not_hide_mentions_and_is_told_when_it_is_quiet(failure: Any) -> None:
    found = visit(routes(listed(mention(1)), failure))
    assert names(list(found.pieces)) == ["1"]
    with pytest.raises((AskedError, NotSentError, UnansweredError)):
        visit(routes(listed(mention(1)), failure), found.cursor)
    rest, _ = all_of(routes(listed(mention(1)), happened(recorded(1))), found.cursor)
    assert names(rest) == ["1"]


def test_events_before_a_failure_are_kept_and_none_is_skipped() -> None:
    page = happened(*(recorded(number) for number in range(1, 101)), cursor="a")
    found = visit(routes(events=[page, UnansweredError("no answer")]))
    assert len(found.pieces) == 100
    assert found.more
    site = routes(events=happened(recorded(101)))
    rest, _ = all_of(site, found.cursor)
    assert names(rest) == ["101"]
    assert site.to("queryEvents")[0]["cursor"] == "a"


def test_too_many_logins_are_waited_out() -> None:
    limit = reply(429, b"", ratelimit_reset=str(NOW + 7200))
    with pytest.raises(AskedError, match="429") as caught:
        visit(routes(createSession=limit))
    assert caught.value.wait == 7200


@pytest.mark.parametrize(
    ("answers", "wait"),
    [
        ({"createSession": reply(401, b'{"error": "AuthenticationRequired"}')}, 3600),
        ({"createSession": reply(200, b"{}")}, 60),
        ({"createSession": reply(503)}, 60),
        ({"mentions": {"notifications": None}}, 60),
        ({"events": {"events": None}}, 60),
        ({"mentions": reply(200, b"<html>")}, 60),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_told_and_moves_nothing(answers: dict[str, Any], wait: int) -> None:
    with pytest.raises(AskedError) as caught:
        visit(routes(**answers))
    assert caught.value.wait == wait


def test_without_a_password_nobody_is_asked() -> None:
    site = routes()
    with pytest.raises(AskedError, match="app password"):
        poller.poll(PLACE, "", Keys("", ""), site.hands())
    assert not site.asked


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_stands_in_an_answer_every_piece_is_placed_or_parked(data: st.DataObject) -> None:
    mentions = broken(data, listed(mention(1), sample("bluesky", "notification.quote")))
    events = broken(data, happened(recorded(1), sample("bluesky", "ozone.label"), sample("bluesky", "ozone.takedown")))
    try:
        found = visit(routes(mentions, events))
    except AskedError:
        return
    for piece in found.pieces:
        told_by([mentions, events], became(piece, "bluesky"), "image", "video", "link", "quote")


@pytest.mark.shared
@pytest.mark.skipif(MARKS[1].args[0], reason=MARKS[1].kwargs["reason"])
def test_published_events_of_ozone_are_read() -> None:
    told = json.loads((PAYLOADS / "bluesky" / "ozone.events.polled.json").read_text())["carla"]
    told["events"].reverse()
    found, _ = all_of(routes(events=told))
    ends = [became(piece, "bluesky").events[0] for piece in found]
    report, tag, *_ = ends
    assert isinstance(report, FlagRaised)
    assert (report.flag, report.code, report.comment) == ("ozone:1", "spam", "Didn't look right to me")
    assert report.reporter
    assert report.reporter.name == "alice.test"
    assert [(one.did, one.outcome) for one in ends if isinstance(one, DecisionReported)] == [
        ("modEventTag", None),
        ("modEventLabel +term", "violation"),
        ("modEventAcknowledge", "no_violation"),
        ("modEventLabel +illicit +impersonation", "violation"),
        ("modEventLabel -illicit", None),
    ]
    assert isinstance(tag, DecisionReported)
    assert tag.subject.key == report.subject.key


# Connecting


def checked(place: Any = PLACE, **answers: Any) -> dict[str, str]:
    report = connection.check(place, "", KEYS, routes(**answers).hands(), repair=True)
    return {finding.what: finding.state for finding in report.findings}


def test_the_steps_say_where_the_password_is_made_and_put() -> None:
    steps = "\n".join(connection.steps(PLACE, "https://x.example/hooks/place"))
    assert "App passwords" in steps
    assert "liaison secret put place --outgoing" in steps


def test_a_good_connection() -> None:
    assert checked() == {"login": "good", "notifications": "good", "moderation service": "good"}
    assert checked(ALONE) == {"login": "good", "notifications": "good"}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"createSession": reply(401)}, {"login": "wrong"}),
        ({"createSession": reply(503)}, {"login": "unknown"}),
        ({"createSession": UnansweredError("no answer")}, {"login": "unknown"}),
        ({"events": reply(403)}, {"login": "good", "notifications": "good", "moderation service": "wrong"}),
        ({"mentions": reply(500)}, {"login": "good", "notifications": "unknown", "moderation service": "good"}),
    ],
    ids=str,
)
def test_what_does_not_work_is_told(answers: dict[str, Any], expected: dict[str, str]) -> None:
    assert checked(**answers) == expected


def test_without_a_password_the_check_says_so() -> None:
    report = connection.check(PLACE, "", Keys("", ""), routes().hands(), repair=False)
    assert report.state == "wrong"
    assert "liaison secret put" in report.findings[0].told


@pytest.mark.parametrize("claim", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "1969-12-31T00:00:00Z"])
def test_a_time_nobody_can_mean_is_not_believed(claim: str) -> None:
    """Anybody may write one into a post that mentions us."""
    record = {"text": "hi", "createdAt": claim}
    one = {"uri": "at://did:plc:u/app.bsky.feed.post/1", "reason": "mention", "author": {"did": "did:plc:u"}}
    answer = {"notifications": [{**one, "cid": "c", "indexedAt": "2026-11-21T09:30:00.000Z", "record": record}]}
    (said,) = examine_answer("bluesky", json.dumps(answer).encode()).events
    assert said.as_given["said_at"] == "2026-11-21T09:30:00.000Z"


def test_a_reported_conversation_is_not_its_account() -> None:
    row = {"id": 9, "createdBy": "did:plc:r", "createdAt": "2026-11-21T09:30:00.000Z"}
    event = {"$type": "tools.ozone.moderation.defs#modEventReport", "reportType": "reasonSpam"}
    subject = {"$type": "chat.bsky.convo.defs#convoRef", "did": "did:plc:u", "convoId": "cv"}
    answer = {"events": [{**row, "event": event, "subject": subject}]}
    (flag,) = examine_answer("bluesky", json.dumps(answer).encode()).events
    assert isinstance(flag, FlagRaised)
    assert (flag.subject.kind, flag.subject.id) == ("conversation", "did:plc:u:cv")
