"""What a theme is on each platform that takes some: the request to the letter, and what its answers mean."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from events.program import Source
from events.themes import HandRequested
from functions.platforms import handing
from functions.platforms.github import handing as github
from functions.platforms.handing import Brief, Quoted, UntakenError
from functions.platforms.outgoing import Destination, Outcome, Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import Absent, Rendering
from functions.platforms.standard_webhooks import handing as webhooks
from tests.platforms.hands import Fake, reply

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEY = "abcdefghijklmnopqrstuvwxy"
MARK = "4f1c09a7d2e8b356"
BRIEF = Brief(
    handover=MARK,
    theme="sync",
    title="Cloud saves",
    text="Saves that *follow* a player.",
    word="@{devs}, can we?",
    community="Acme Games",
    language="en",
    first=date(2026, 10, 25),
    last=date(2026, 11, 21),
    zone="Europe/Paris",
    people=42,
    posts=57,
    links=("https://forum.example/t/saves/12/7",),
    quotes=(Quoted("@everyone **sync** it, see #12, GH-7 and www.x.example <!-- a -->", "https://m.example/@ilse/1"),),
)
CODE = Source(id="code", community="acme", platform="github", about="acme/game")
GAME = Source(id="game", community="acme", platform="standard_webhooks", api="https://game.example/liaison")
BODY = f"""<!-- {MARK} -->

Saves that *follow* a player.

@\u200bdevs, can we?

From 2026-10-25 to 2026-11-21 (Europe/Paris), in the community of Acme Games: people who spoke of it: 42; posts: 57.

Some of them, word for word:

> @\u200beveryone \\*\\*sync\\*\\* it, see #\u200b12, GH-\u200b7 and www\u200b.x.example \\<!-- a --\\>

https://m.example/@ilse/1

The newest of it, one of each:

- https://forum.example/t/saves/12/7"""


def request(made: Rendering) -> HandRequested:
    (part,) = made.parts
    told = {"step": part.step, "body": part.body, "text": part.text}
    return HandRequested(announcement=MARK, target="code", language="en", published_at=AT, number=1, **told)


def to(place: Source, secret: str = "github_pat_11") -> Destination:
    return Destination(place.id, "acme", place.api, secret, place=place.about)


def ok(told: object, status: int = 200) -> Reply:
    return reply(status, json.dumps(told).encode())


def sent(place: Source, *replies: Reply, body: Any = None) -> tuple[Outcome, Fake]:
    module: Any = handing.on(place.platform)
    fake, wanted = Fake(list(replies)), request(handing.of(BRIEF, place))
    wanted = wanted if body is None else wanted.model_copy(update={"body": body})
    secret = "whsec_c2VjcmV0IGtleQ==" if place is GAME else "github_pat_11"
    return module.send(wanted, to(place, secret), KEY, fake.hands(int(AT.timestamp()))), fake


def found(*replies: Reply) -> object:
    hands = Fake(list(replies)).hands(int(AT.timestamp()))
    return github.find(request(handing.of(BRIEF, CODE)), to(CODE), KEY, AT, hands)


# GitHub


def test_an_issue_has_the_teams_markdown_and_everybody_elses_text() -> None:
    made = handing.of(BRIEF, CODE)
    (part,) = made.parts
    assert part.body == {"title": "Cloud saves", "body": BODY}
    assert (part.kind, made.problems, made.pings) == ("readable", (), ())
    assert part.text.startswith("Cloud saves\n\nSaves that follow a player.")


def test_a_community_s_own_language_is_spoken_where_there_are_words() -> None:
    assert "in der Community von Acme Games: Menschen, die davon sprachen: 42" in body_in("de-AT")
    assert "personnes qui en ont parlé : 42" in body_in("fr")
    assert "people who spoke of it: 42" in body_in("ja")


def body_in(language: str) -> str:
    return str(handing.of(replace(BRIEF, language=language), CODE).parts[0].body["body"])


def test_it_is_opened_by_one_request() -> None:
    page = "https://github.com/acme/game/issues/9"
    outcome, fake = sent(CODE, ok({"id": 1, "node_id": "I_kwDO9", "number": 9, "html_url": page}, 201))
    assert outcome == Sent("I_kwDO9", page, {"content": "issue:I_kwDO9"})
    (asked,) = fake.asked
    assert (asked.method, asked.url) == ("POST", "https://api.github.com/repos/acme/game/issues")
    assert asked.said == {"title": "Cloud saves", "body": BODY}


@pytest.mark.parametrize(
    ("answer", "kind", "why"),
    [
        (reply(410, b'{"message": "Issues has been disabled in this repository."}'), Refused, "has no issues"),
        (reply(404, b'{"message": "Not Found"}'), Refused, "there is no repository 'acme/game'"),
        (reply(403, b'{"message": "Resource not accessible by personal access token"}'), Refused, "put another"),
        (reply(422, b'{"message": "Validation Failed"}'), Refused, "Validation Failed"),
        (reply(403, b'{"message": "You have exceeded a secondary rate limit"}'), Wait, "slow down"),
        (reply(502), Unknown, "answered 502"),
        (reply(201, b'{"id": 1, "node'), Unknown, "did not say what it made"),
    ],
)
def test_what_an_answer_means(answer: Reply, kind: type[Any], why: str) -> None:
    outcome, _ = sent(CODE, answer)
    assert isinstance(outcome, kind)
    assert why in outcome.reason


def listed(*nodes: dict[str, Any], more: bool = False) -> Reply:
    info = {"hasNextPage": more, "endCursor": "1"}
    return ok({"data": {"repository": {"issues": {"pageInfo": info, "nodes": list(nodes)}}}})


OURS = {"id": "I_9", "url": "https://github.com/acme/game/issues/9", "viewerDidAuthor": True}


def test_a_lost_answer_is_looked_for_among_our_newest_issues_by_its_mark() -> None:
    theirs = {**OURS, "id": "I_8", "viewerDidAuthor": False, "createdAt": "2026-11-22T12:00:02Z"}
    ours = {**OURS, "createdAt": "2026-11-22T12:00:01Z"}
    text = reply(200, f'{{"data":{{"node":{{"body":"<!-- {MARK} -->\\n\\nSaves"}}}}}}'.encode())
    assert found(listed(theirs, ours), text) == Sent("I_9", OURS["url"], {"content": "issue:I_9"})  # type: ignore[arg-type]
    other = reply(200, b'{"data":{"node":{"body":"<!-- 0000000000000000 -->\\n\\nSaves"}}}')
    assert isinstance(found(listed(ours), other), Absent)
    assert isinstance(found(listed(theirs)), Absent)
    assert isinstance(found(reply(502)), Wait)


@pytest.mark.parametrize("about", ["", "acme", "acme/game/x"])
def test_only_a_repository_has_issues(about: str) -> None:
    with pytest.raises(UntakenError, match="no repository"):
        handing.of(BRIEF, CODE.model_copy(update={"about": about}))
    moved = github.send(request(handing.of(BRIEF, CODE)), replace(to(CODE), place=about), KEY, Fake().hands(0))
    assert isinstance(moved, Refused)


# Signed webhooks


def test_a_webhook_says_it_in_fields() -> None:
    outcome, fake = sent(GAME, reply(204))
    assert outcome == Sent(KEY)
    (asked,) = fake.asked
    assert asked.headers["webhook-id"] == KEY
    assert asked.said == {
        "type": "theme.handed",
        "timestamp": "2026-11-22T12:00:00Z",
        "data": {
            "id": MARK,
            "theme": "sync",
            "title": "Cloud saves",
            "text": BRIEF.text,
            "word": BRIEF.word,
            "language": "en",
            "from": "2026-10-25",
            "to": "2026-11-21",
            "zone": "Europe/Paris",
            "people": 42,
            "posts": 57,
            "links": list(BRIEF.links),
            "quotes": [{"text": BRIEF.quotes[0].text, "url": BRIEF.quotes[0].url}],
        },
    }


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (b'{"id": "WISH-9", "url": "https://wishes.example/9"}', Sent("WISH-9", "https://wishes.example/9")),
        (b'{"url": "javascript:alert(1)", "id": 9}', Sent(KEY)),
        (b"[1]", Sent(KEY)),
        (b"OK", Sent(KEY)),
    ],
)
def test_what_a_receiver_answers_is_where_it_is_kept(answer: bytes, kept: Sent) -> None:
    assert sent(GAME, reply(200, answer))[0] == kept


# Both


@pytest.mark.parametrize("place", [CODE, GAME], ids=lambda place: str(place.platform))
def test_what_was_emptied_is_never_sent(place: Source) -> None:
    outcome, fake = sent(place, reply(201), body={})
    assert isinstance(outcome, Refused)
    assert "erased" in outcome.reason
    assert not fake.asked


@pytest.mark.parametrize("place", [CODE, GAME], ids=lambda place: str(place.platform))
def test_the_hash_is_of_what_is_sent_and_where(place: Source) -> None:
    made = handing.of(BRIEF, place)
    same = handing.fingerprint(made, place)
    assert same == handing.fingerprint(handing.of(BRIEF, place), place)
    assert same != handing.fingerprint(handing.of(replace(BRIEF, people=43), place), place)
    assert same != handing.fingerprint(made, place.model_copy(update={"about": "acme/other"}))


def test_elsewhere_nothing_is_taken() -> None:
    places: Sequence[Source] = (
        Source(id="forum", community="acme", platform="discourse"),
        GAME.model_copy(update={"api": ""}),
    )
    for place in places:
        with pytest.raises(UntakenError):
            handing.of(BRIEF, place)
    assert webhooks.RIGHT.startswith("no permission")


def test_what_a_receiver_answers_can_be_kept() -> None:
    """A lone surrogate is refused by the table: what is there would never be known to be."""
    outcome, _ = sent(GAME, reply(200, b'{"id": "W\\ud800-9", "url": "https://wishes.example/9"}'))
    assert outcome == Sent("W\ufffd-9", "https://wishes.example/9")
