"""What an answer is on each platform: the request to the letter, in its own thread, and found where its answer was
lost."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest

from events.program import Source
from events.talks import AnswerRequested
from functions.platforms import answering, outgoing
from functions.platforms.answering import NOWHERE, Said
from functions.platforms.bluesky.posting import record_key
from functions.platforms.outgoing import Destination, Outcome, Refused, Sent, Wait
from functions.platforms.posting import Absent, Prepared
from tests.platforms.hands import Fake, reply

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEY = "abcdefghijklmnopqrstuvwxy"
WORDS = "We **know**."


@dataclass(frozen=True)
class Place:
    """One platform: what was said, what its server answers, and what it is asked then."""

    said: Said
    source: Source
    asked: Sequence[tuple[str, str, Any]]
    """Of sending: method, address, and what is told."""
    replies: Sequence[Any]
    posted: str
    """What the platform calls the answer."""
    secret: str = "secret"
    lost: Sequence[Any] = ()
    """What its server answers to whoever looks for it."""
    kept: Mapping[str, Any] = field(default_factory=dict)


def source(platform: str, **more: Any) -> Source:
    given = {"id": "place", "community": "acme", "platform": platform, **more}
    return Source.model_validate(given)


def said(platform: str, content: str, **more: Any) -> Said:
    return Said("2026112212-" + "0" * 32, "place", platform, content, **more)


def ok(told: object) -> Any:
    return reply(200, json.dumps(told).encode())


STATUS = {"id": "900", "uri": "https://social.example/9", "url": "https://social.example/@us/900"}
OURS = {"author": {"login": "us"}, "viewerDidAuthor": True, "createdAt": "2026-11-22T12:00:01Z"}
URI, ANSWER = "at://did:plc:them/app.bsky.feed.post/3k", "at://did:plc:us/app.bsky.feed.post/"
ROOT = {"uri": "at://did:plc:x/app.bsky.feed.post/root", "cid": "bafyroot"}
NODE = "D_kwDOA"
PLACES: dict[str, Place] = {
    "mastodon": Place(
        said("mastodon", "status:77", url="https://other.example/@ilse/123"),
        source("mastodon", api="https://social.example"),
        [
            (
                "POST",
                "https://social.example/api/v1/statuses",
                {
                    "status": "@ilse@other.example We know.",
                    "visibility": "unlisted",
                    "language": "en",
                    "in_reply_to_id": "77",
                },
            )
        ],
        [ok(STATUS)],
        "900",
        lost=[
            ok({"id": "1"}),
            ok([{**STATUS, "created_at": "2026-11-22T12:00:01Z", "in_reply_to_id": "77"}]),
            ok({"id": "900", "text": "@ilse@other.example We know."}),
        ],
    ),
    "slack": Place(
        said("slack", "message:C012AB:1763812800.000200", type="reply", about="message:C012AB:1763812000.000100"),
        source("slack", api="https://acme.slack.com"),
        [
            ("POST", "https://slack.com/api/auth.test", {}),
            (
                "POST",
                "https://slack.com/api/chat.postMessage",
                {
                    "channel": "C012AB",
                    "text": "We *know*\u200b.",
                    "parse": "none",
                    "link_names": False,
                    "metadata": {"event_type": "liaison_post", "event_payload": {"key": KEY}},
                    "thread_ts": "1763812000.000100",
                },
            ),
        ],
        [
            ok({"ok": True, "url": "https://acme.slack.com/"}),
            ok({"ok": True, "ts": "1763812900.000300", "channel": "C012AB"}),
        ],
        "1763812900.000300",
        lost=[
            ok(
                {
                    "ok": True,
                    "messages": [
                        {
                            "ts": "1763812900.000300",
                            "metadata": {"event_type": "liaison_post", "event_payload": {"key": KEY}},
                        }
                    ],
                }
            ),
            ok({"ok": True, "url": "https://acme.slack.com/"}),
        ],
    ),
    "discourse": Place(
        said("discourse", "post:204", url="https://forum.example/t/winter-maps/12/7"),
        source("discourse", api="https://forum.example", api_user="liaison"),
        [
            (
                "POST",
                "https://forum.example/posts.json",
                {"topic_id": 12, "raw": "<!-- {mark} -->\n\nWe **know**.", "reply_to_post_number": 7},
            )
        ],
        [ok({"id": 300, "topic_id": 12, "post_number": 9})],
        "300",
        lost=[
            ok({"id": 299, "post_number": 8}),
            ok({"post_ids": [300]}),
            reply(404),
            reply(200, b"<!-- {mark} -->\n\nWe **know**.", content_type="text/plain; charset=utf-8"),
        ],
    ),
    "reddit": Place(
        said("reddit", "t1_abc"),
        source("reddit", about="acme", account="us"),
        [
            (
                "POST",
                "https://oauth.reddit.com/api/comment",
                {"api_type": "json", "thing_id": "t1_abc", "text": "We **know**."},
            )
        ],
        [ok({"json": {"errors": [], "data": {"things": [{"data": {"name": "t1_new", "permalink": "/r/acme/new"}}]}}})],
        "t1_new",
        '{"client_id": "a", "client_secret": "b", "refresh_token": "c"}',
        lost=[
            ok({"name": "us"}),
            ok(
                {
                    "data": {
                        "children": [
                            {
                                "data": {
                                    "name": "t1_new",
                                    "parent_id": "t1_abc",
                                    "body": "We **know**.",
                                    "created_utc": AT.timestamp(),
                                    "permalink": "/r/acme/new",
                                }
                            }
                        ]
                    }
                }
            ),
        ],
    ),
    "telegram": Place(
        said("telegram", "message:-1001234:55"),
        source("telegram"),
        [
            (
                "POST",
                "https://api.telegram.org/bot123456:{token}/sendMessage",
                {
                    "chat_id": "-1001234",
                    "text": "We know.",
                    "entities": [{"type": "bold", "offset": 3, "length": 4}],
                    "reply_parameters": {"message_id": 55},
                },
            )
        ],
        [ok({"ok": True, "result": {"message_id": 56, "chat": {"id": -1001234}}})],
        "56",
        "123456:" + "a" * 35,
    ),
    "matrix": Place(
        said("matrix", "event:$theirs", type="message", url="https://matrix.to/#/!room:hs.example/%24theirs"),
        source("matrix", api="https://hs.example", account="@us:hs.example"),
        [
            (
                "PUT",
                f"https://hs.example/_matrix/client/v3/rooms/%21room%3Ahs.example/send/m.room.message/{KEY}",
                {
                    "msgtype": "m.text",
                    "body": "We know.",
                    "format": "org.matrix.custom.html",
                    "formatted_body": "<p>We <strong>know</strong>.</p>",
                    "m.mentions": {},
                    "liaison.delivery": KEY,
                    "m.relates_to": {"m.in_reply_to": {"event_id": "$theirs"}},
                },
            )
        ],
        [ok({"event_id": "$ours"})],
        "$ours",
        lost=[ok({"chunk": [{"event_id": "$ours", "content": {"liaison.delivery": KEY}, "origin_server_ts": 0}]})],
    ),
    "twitch": Place(
        said("twitch", "message:aa-bb-cc", type="chat"),
        source("twitch", about="1234", account="99"),
        [
            (
                "POST",
                "https://api.twitch.tv/helix/chat/messages",
                {
                    "broadcaster_id": "1234",
                    "sender_id": "99",
                    "message": "We know.",
                    "reply_parent_message_id": "aa-bb-cc",
                },
            )
        ],
        [ok({"data": [{"message_id": "dd", "is_sent": True}]})],
        "dd",
        '{"client_id": "a", "client_secret": "b", "refresh_token": "c"}',
    ),
    "lemmy": Place(
        said("lemmy", "comment:31"),
        source("lemmy", api="https://lemmy.example"),
        [
            ("GET", "https://lemmy.example/api/v3/comment?id=31", None),
            (
                "POST",
                "https://lemmy.example/api/v3/comment",
                {"post_id": 8, "content": "We **know**.\n\n[liaison]: # ({mark})", "parent_id": 31},
            ),
        ],
        [ok({"comment_view": {"comment": {"id": 31, "post_id": 8}}}), ok({"comment_view": {"comment": {"id": 32}}})],
        "32",
        lost=[
            ok(
                {
                    "comments": [
                        {
                            "comment": {
                                "id": 32,
                                "content": "We **know**.\n\n[liaison]: # ({mark})",
                                "published": "2026-11-22T12:00:01Z",
                            }
                        }
                    ]
                }
            )
        ],
        kept={"<first>": 8},
    ),
    "bluesky": Place(
        said("bluesky", URI, type="reply", revision="bafytheirs"),
        source("bluesky", account="us.example"),
        [
            (
                "GET",
                "https://public.api.bsky.app/xrpc/app.bsky.feed.getPosts?uris=at%3A%2F%2Fdid%3Aplc%3Athem%2Fapp.bsky.feed.post%2F3k",
                None,
            ),
            (
                "POST",
                "https://bsky.social/xrpc/com.atproto.repo.putRecord",
                {
                    "repo": "us.example",
                    "collection": "app.bsky.feed.post",
                    "rkey": "{rkey}",
                    "swapRecord": None,
                    "record": {
                        "$type": "app.bsky.feed.post",
                        "text": "We know.",
                        "langs": ["en"],
                        "createdAt": "2026-11-22T12:00:00.000Z",
                        "reply": {"root": ROOT, "parent": {"uri": URI, "cid": "bafytheirs"}},
                    },
                },
            ),
        ],
        [
            ok({"posts": [{"uri": URI, "cid": "bafytheirs", "record": {"reply": {"root": ROOT}}}]}),
            ok({"uri": ANSWER + "{rkey}", "cid": "bafyours"}),
        ],
        ANSWER + "{rkey}",
        lost=[ok({"uri": ANSWER + "{rkey}", "cid": "bafyours", "value": {"text": "We know."}})],
        kept={"<first>": ROOT, "<previous>": {"uri": URI, "cid": "bafytheirs"}},
    ),
    "github": Place(
        said("github", "comment:DC_abc1", type="comment"),
        source("github", about="acme/game"),
        [
            ("POST", "https://api.github.com/graphql", {"id": "DC_abc1"}),
            (
                "POST",
                "https://api.github.com/graphql",
                {
                    "input": {
                        "discussionId": NODE,
                        "body": "<!-- {mark} -->\n\nWe **know**.",
                        "replyToId": "DC_top1",
                    }
                },
            ),
        ],
        [
            ok(
                {
                    "data": {
                        "node": {
                            "__typename": "DiscussionComment",
                            "discussion": {"id": NODE},
                            "replyTo": {"id": "DC_top1"},
                        }
                    }
                }
            ),
            ok({"data": {"made": {"post": {"id": "DC_new", "url": "https://github.com/acme/game/discussions/1#2"}}}}),
        ],
        "DC_new",
        lost=[
            ok({"data": {"node": {"comments": {"pageInfo": {}, "nodes": [{"id": "DC_new", **OURS}]}}}}),
            reply(200, b'{"data":{"node":{"body":"<!-- {mark} -->\\n\\nWe **know**."}}}'),
        ],
        kept={"<first>": NODE, "<previous>": "DC_top1"},
    ),
    "standard_webhooks": Place(
        said("standard_webhooks", "form-1", type="form", url="https://game.example/f/1", revision="2"),
        source("standard_webhooks", api="https://game.example/liaison"),
        [
            (
                "POST",
                "https://game.example/liaison",
                {
                    "type": "feedback.answered",
                    "timestamp": "2026-11-22T12:00:00Z",
                    "data": {
                        "id": "form-1",
                        "kind": "form",
                        "url": "https://game.example/f/1",
                        "revision": "2",
                        "text": "We know.",
                        "markdown": "We **know**.",
                        "language": "en",
                    },
                },
            )
        ],
        [reply(204)],
        KEY,
        "whsec_c2VjcmV0IGtleQ==",
    ),
}
SESSIONS = {
    "lemmy": {"token": "jwt", "api": "v3", "until": 0},
    "bluesky": {"token": "jwt", "until": 0, "refresh": "r"},
    "reddit": {"token": "jwt", "until": 0},
    "twitch": {"token": "jwt", "until": 0},
}


class Outside:
    """One platform for one answer: a server that answers in turn, and a session that is kept."""

    def __init__(self, place: Place) -> None:
        self.place, self.fake = place, Fake()
        self.made = answering.of(WORDS, "en", place.said, place.source)
        (self.part,) = self.made.rendering.parts

    @property
    def request(self) -> AnswerRequested:
        return AnswerRequested(
            announcement=self.place.said.id,
            target="place",
            language="en",
            step=self.part.step,
            body=self.part.body,
            text=self.part.text,
            published_at=AT,
            number=1,
            place=self.made.place,
            first=dict(self.made.first),
            previous=dict(self.made.previous),
        )

    def hands(self, replies: Sequence[Any]) -> Any:
        self.fake.replies = [self.known(one) for one in replies]
        kept = SESSIONS.get(self.place.said.platform)

        def sessions(name: str, renew: Any, *, stale: str = "") -> Any:
            assert (name, stale) == ("place", "") or stale
            return {**(kept or renew(None)), "whose": self.whose}

        return replace(self.fake.hands(int(AT.timestamp())), sessions=sessions)

    whose = "somebody"

    def known(self, given: Any) -> Any:
        """With what only we know of it."""
        body = given.body
        for name, value in self.ours.items():
            body = body.replace(f"{{{name}}}".encode(), value.encode())
        return type(given)(given.status, given.headers, body)

    @property
    def ours(self) -> dict[str, str]:
        text = json.dumps(self.part.body)
        found = re.search(r"(?:<!-- |# \()([0-9a-f]{16})", text)
        return {"mark": found[1] if found else "", "token": "a" * 35, "rkey": self.rkey}

    @property
    def rkey(self) -> str:
        if self.place.said.platform != "bluesky":
            return ""
        return record_key(self.request, KEY)

    def to(self) -> Destination:
        place = self.place.source
        return Destination(
            "place", "acme", place.api, self.place.secret, user=place.api_user, place=place.about, account=place.account
        )

    def send(self, replies: Sequence[Any] | None = None) -> Outcome:
        """As delivery does it."""
        module: Any = answering.on(self.place.said.platform)
        hands, request = self.hands(self.place.replies if replies is None else replies), self.request
        if getattr(module, "PREPARES", False):
            prepared = module.prepare(request, self.to(), hands)
            if not isinstance(prepared, Prepared):
                return prepared  # type: ignore[no-any-return]
            request = request.model_copy(update={"prepared": dict(prepared.made)})
        return module.send(request, self.to(), KEY, hands)  # type: ignore[no-any-return]

    def find(self, replies: Sequence[Any]) -> object:
        module: Any = answering.on(self.place.said.platform)
        request = self.request.model_copy(update={"prepared": dict(self.place.kept)})
        return module.find(request, self.to(), KEY, AT, self.hands(replies))

    def asked(self) -> list[tuple[str, str, Any]]:
        return [(one.method, one.url, told(one.body, one.headers)) for one in self.fake.asked]

    def filled(self, given: Any) -> Any:
        text = json.dumps(given)
        for name, value in self.ours.items():
            text = text.replace(f"{{{name}}}", value)
        return json.loads(text)


def told(body: bytes, headers: Mapping[str, str]) -> Any:
    """What stands in a request: of GraphQL the variables."""
    if not body:
        return None
    if "form" in headers["content-type"]:
        return dict(parse_qsl(body.decode()))
    found = json.loads(body)
    return found.get("variables", found)


@pytest.fixture(params=list(PLACES))
def outside(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Outside:
    monkeypatch.setattr(outgoing, "whose", lambda *_: Outside.whose)
    return Outside(PLACES[request.param])


def test_the_request_to_the_letter(outside: Outside) -> None:
    sent = outside.send()
    assert isinstance(sent, Sent), sent
    assert sent.id == outside.filled(outside.place.posted)
    wanted = [outside.filled(list(one)) for one in outside.place.asked]
    assert [list(one) for one in outside.asked()] == wanted


def test_it_is_one_post_that_can_be_sent(outside: Outside) -> None:
    assert not outside.made.rendering.problems
    assert outside.part.text.endswith("We know.")


def test_what_is_too_long_for_one_is_said(outside: Outside) -> None:
    for sentences in (150, 4000):
        long = answering.of("A sentence of words. " * sentences, "en", outside.place.said, outside.place.source)
        takes = {"mastodon": 20, "twitch": 20, "bluesky": 10, "standard_webhooks": 10_000}
        if sentences > takes.get(outside.place.said.platform, 500):
            assert long.rendering.problems


def test_a_lost_answer_is_found_or_a_person_is_asked(outside: Outside) -> None:
    if not outside.place.lost:
        assert outside.part.kind in ("blind", "keyed")
        return
    found = outside.find(outside.place.lost)
    assert isinstance(found, Sent), found
    assert found.id == outside.filled(outside.place.posted)


def test_the_hash_is_of_what_is_sent_and_where(outside: Outside) -> None:
    place = outside.place
    same = answering.fingerprint(outside.made, place.said)
    other = answering.of("Other words.", "en", place.said, place.source)
    assert same == answering.fingerprint(answering.of(WORDS, "en", place.said, place.source), place.said)
    assert same != answering.fingerprint(other, place.said)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (said("slack", "feedback:1"), "a command or a form nobody else can see"),
        (said("slack", "reaction:C0:1.2:U1:heart"), "a command or a form nobody else can see"),
        (said("discourse", "like:4:5"), "a like or a vote has no words"),
        (said("discourse", "chat_message:9"), "the forum's chat"),
        (said("github", "star:1:2"), "a star has no words"),
        (said("github", "issue:1234"), "did not tell its node's id"),
        (said("telegram", "reaction:-1:2:3:x"), "a reaction has no words"),
        (said("matrix", "event:$1", type="reaction"), "a reaction has no words"),
        (said("matrix", "event:$1", type="message"), "its room is not known"),
        (said("discourse", "post:9"), "its topic is not known"),
        (said("discord", "feedback:1"), NOWHERE["discord"]),
        (said("youtube", "x"), NOWHERE["youtube"]),
        (said("playfab", "x"), NOWHERE["playfab"]),
        (said("roblox", "x"), NOWHERE["roblox"]),
    ],
)
def test_what_cannot_be_answered_says_why(told: Said, why: str) -> None:
    needs: dict[str, dict[str, Any]] = {"youtube": {"about": "UC1"}}
    more = {"api": "https://x.example", **needs.get(told.platform, {})}
    assert why in answering.why_not(told, source(told.platform, **more))


def test_a_source_that_left_the_program_answers_nobody() -> None:
    assert answering.why_not(said("slack", "message:C0:1.2"), None) == "the program has no source 'place' any more"


def test_bluesky_answers_nothing_that_has_changed_or_is_gone() -> None:
    for posts, why in ((({"uri": URI, "cid": "bafyother"},), "was changed since"), ((), "is not there any more")):
        refused = Outside(PLACES["bluesky"]).send([ok({"posts": list(posts)})])
        assert isinstance(refused, Refused)
        assert why in refused.reason


def test_lemmy_answers_no_comment_that_is_gone() -> None:
    gone = {"comment_view": {"comment": {"id": 31, "post_id": 8, "deleted": True}}}
    assert isinstance(Outside(PLACES["lemmy"]).send([ok(gone)]), Refused)


@pytest.mark.parametrize(
    ("node", "wanted"),
    [
        ({"__typename": "Issue"}, {"input": {"subjectId": "I_abc1"}}),
        ({"__typename": "IssueComment", "issue": {"id": "I_of"}}, {"input": {"subjectId": "I_of"}}),
        ({"__typename": "Discussion"}, {"input": {"discussionId": "I_abc1"}}),
        (
            {"__typename": "DiscussionComment", "discussion": {"id": "D_1"}, "replyTo": None},
            {"input": {"discussionId": "D_1", "replyToId": "I_abc1"}},
        ),
    ],
)
def test_github_comments_on_what_it_is(node: dict[str, Any], wanted: dict[str, Any]) -> None:
    issue = Place(said("github", "issue:I_abc1"), source("github"), (), (), "")
    made = {"made": {"post": {"id": "IC_1", "node": {"id": "IC_1", "url": ""}}}}
    outside = Outside(issue)
    assert isinstance(outside.send([ok({"data": {"node": node}}), ok({"data": made})]), Sent)
    asked = outside.asked()[-1][2]["input"]
    assert {name: value for name, value in asked.items() if name != "body"} == wanted["input"]


def test_nothing_there_is_absent() -> None:
    empty: Any = {"data": {"node": {"comments": {"pageInfo": {}, "nodes": []}}}}
    assert isinstance(Outside(PLACES["github"]).find([ok(empty)]), Absent)


@pytest.mark.parametrize("url", ["/t/winter-maps/12/7", "/t/12/7", "/t/-/12/7?u=us", "/forum/t/2026-maps/12/7"])
def test_discourse_names_a_topic_with_or_without_its_title(url: str) -> None:
    place = source("discourse", api="https://forum.example", api_user="liaison")
    made = answering.of(WORDS, "en", said("discourse", "post:204", url=f"https://forum.example{url}"), place)
    (part,) = made.rendering.parts
    assert (made.place, part.body["reply_to_post_number"]) == ("12", 7)


def test_the_same_words_to_two_people_on_twitch_are_two_answers() -> None:
    """Twitch drops a message that says what the last one said, half a minute long, whomever it answers."""
    dropped = {"is_sent": False, "drop_reason": {"code": "msg_duplicate", "message": "Your message is identical."}}
    assert isinstance(Outside(PLACES["twitch"]).send([ok({"data": [dropped]})]), Wait)


def test_mastodon_mentions_nobody_whom_an_odd_address_names() -> None:
    odd = said("mastodon", "status:77", url="https://us:pw@other.example/@ilse/123")
    made = answering.of(WORDS, "en", odd, PLACES["mastodon"].source)
    assert made.rendering.parts[0].body["status"] == "We know."
    assert not made.rendering.pings
