"""Lemmy: what reports, posts and comments become, and that fetching them loses and repeats none."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import DecisionReported, FlagRaised, Subject
from events.people import Person
from functions.platforms.lemmy import connection, poller
from functions.platforms.lemmy.session import LOGINS
from functions.platforms.outgoing import NotSentError, Piece, UnansweredError
from functions.platforms.standing import AskedError, Keys, Polled
from tests.platforms.deliveries import event, ignored, sample
from tests.platforms.hands import reply
from tests.platforms.kits.lemmy import OUTCOMES, PLACE
from tests.platforms.mutations import broken, told_by
from tests.platforms.polling import Answer, Routes, became, behind_the_queue

KEYS = Keys("", "a login token")
PASSWORD = Keys("", json.dumps({"username": "acme", "password": "correct horse"}))
LISTS = {
    "post/report/list": "post_reports",
    "comment/report/list": "comment_reports",
    "user/mention": "mentions",
    "user/replies": "replies",
    "post/list": "posts",
    "comment/list": "comments",
}
GRIM = Person(id="4417", name="grim")
NADIA = Person(id="8812", name="Nadia")
ILSE = Person(id="2201", name="ilse")
TOMAS = Person(id="12", name="tomas")
Event = TypeVar("Event")


def at(hour: int, minute: int, second: int = 0, ms: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, second, ms * 1000, tzinfo=UTC)


@pytest.fixture(autouse=True)
def logged_out() -> Iterator[None]:
    LOGINS.clear()
    yield
    LOGINS.clear()


def routes(**lists: Answer | list[Answer]) -> Routes:
    """Answers of some lists, by the name of what is in them; the others are empty."""
    given: dict[str, Answer | list[Answer]] = {path: lists.pop(name, {name: []}) for path, name in LISTS.items()}
    return Routes({"user/login": {"jwt": "a new token"}, **given, **lists})


def comment(number: int, **more: Any) -> dict[str, Any]:
    """A view of version 0.19, as mentions, replies and comments all have it."""
    one = sample("lemmy", "comment")
    written = {**one["comment"], "id": number, "content": f"word {number}", "creator_id": 2201, "path": "0.1", **more}
    creator = {**one["creator"], "avatar": "https://cdn.example.com/a.png", "matrix_user_id": "@ilse:example.com"}
    post = {"id": 9300, "name": "Winter map", "body": "…"}
    around = {"creator": creator, "post": post, "community": one["community"], "counts": {"score": 4}}
    return {"comment": written, "person_mention": {"id": number, "read": False}, **around}


def report(number: int, **more: Any) -> dict[str, Any]:
    one = sample("lemmy", "comment_report")
    told = {**one["comment_report"], "id": number, "resolved": False, "creator_id": 8812, **more}
    return {
        **one,
        "comment_report": told,
        "comment": {**one["comment"], "content": "You are all worthless.", "removed": False, "deleted": False},
        "creator_banned_from_community": False,
        "resolver": None,
    }


def resolved(number: int, *, updated: str = "2026-11-21T10:15:00.000000Z", **more: Any) -> dict[str, Any]:
    """`more` is the state of the comment by then."""
    one = report(number, resolved=True, updated=updated, resolver_id=12)
    resolver = {"id": 12, "name": "tomas", "actor_id": "https://lemmy.example.com/u/tomas"}
    return {**one, "comment": {**one["comment"], **more}, "resolver": resolver}


def visit(site: Routes, cursor: str = "", keys: Keys = KEYS) -> Polled:
    return poller.poll(PLACE, cursor, keys, site.hands())


def all_of(site: Routes, cursor: str = "") -> tuple[list[Piece], str]:
    """What visits bring until there is no more right now."""
    found: list[Piece] = []
    for _ in range(50):
        one = visit(site, cursor)
        found, cursor = [*found, *one.pieces], one.cursor
        if not one.more:
            return found, cursor
    raise AssertionError("it never ends")


def only(kind: type[Event], piece: Piece) -> Event:
    [found] = became(piece, "lemmy").events
    assert isinstance(found, kind)
    return found


# What becomes of a piece


def test_a_report_of_a_post_has_the_text_that_was_reported() -> None:
    assert event(FlagRaised, "lemmy", "post_report") == FlagRaised(
        community="club",
        source="place",
        platform="lemmy",
        flag="post_report:71",
        subject=Subject(source="place", kind="post", id="9001", url="https://lemmy.example.com/post/9001"),
        title="Cheap accounts",
        text="Write me for prices",
        original="Write **me** for prices",
        format="markdown",
        language="en",
        reason="sells accounts",
        code="other",
        author=GRIM,
        reporter=NADIA,
        content_at=at(9, 10),
        raised_at=at(9, 30, 0, 120),
        as_given={"content_at": "2026-11-21T09:10:00.000000Z", "raised_at": "2026-11-21T09:30:00.120000Z"},
    )


def test_older_versions_leave_out_the_zone_which_is_utc_and_newer_ones_rename_the_field() -> None:
    older = event(FlagRaised, "lemmy", "comment_report")
    newer = event(FlagRaised, "lemmy", "comment_report.newer")
    assert (older.raised_at, older.content_at) == (at(9, 31, 0, 500), at(9, 28, 41))
    assert (newer.raised_at, newer.content_at) == (at(9, 33, 0, 500), at(9, 28, 41))
    assert older.text == "You are all worthless."
    assert older.language == "und"


def test_every_reporter_of_one_comment_is_a_flag_on_one_subject() -> None:
    one, other = event(FlagRaised, "lemmy", "comment_report"), event(FlagRaised, "lemmy", "comment_report.newer")
    assert (one.flag, other.flag) == ("comment_report:32", "comment_report:33")
    assert (one.reporter, other.reporter) == (NADIA, ILSE)
    assert one.subject == other.subject


def test_a_long_reason_is_kept_whole_as_the_comment() -> None:
    reason = "because " * 60
    found = event(FlagRaised, "lemmy", "post_report", lambda body: body["post_report"].update(reason=reason))
    assert (len(found.reason), found.comment) == (200, reason)
    short = event(FlagRaised, "lemmy", "post_report", lambda body: body["post_report"].update(reason=""))
    assert (short.reason, short.comment, short.code) == ("", "", "unknown")


def test_a_post_that_is_a_link_says_so() -> None:
    def linked(body: dict[str, Any]) -> None:
        body["post_report"].update(original_post_body=None, original_post_url="https://gold.example.net")

    assert event(FlagRaised, "lemmy", "post_report", linked).text == "[link: https://gold.example.net]"
    found = event(FeedbackReceived, "lemmy", "post")
    assert (found.title, found.text, found.language) == (
        "Ma plus belle partie",
        "[link: https://clips.example.com/42]",
        "fr",
    )


def test_a_picture_is_told_with_its_description() -> None:
    post = {**sample("lemmy", "post")["post"], "alt_text": "The bridge in the snow"}
    [piece] = poller.pieces({"posts": [{"post": post, "creator": sample("lemmy", "post")["creator"]}]})
    assert only(FeedbackReceived, piece).text == "[link: The bridge in the snow (https://clips.example.com/42)]"
    found = event(FeedbackReceived, "lemmy", "post", lambda body: body["post"].update(alt_text=5, body="Look"))
    assert found.text == "Look\n[link: https://clips.example.com/42]"


def test_a_resolved_report_decides_about_what_was_reported() -> None:
    found = event(DecisionReported, "lemmy", "resolved")
    assert found == DecisionReported(
        community="club",
        source="place",
        platform="lemmy",
        decision="comment_report:32:2026-11-21T10:15:00.000000Z",
        subject=Subject(source="place", kind="comment", id="9105", url="https://other.example.net/comment/55"),
        did="resolved",
        outcome="violation",
        moderator=TOMAS,
        person=GRIM,
        decided_at=at(10, 15),
        as_given={"decided_at": "2026-11-21T10:15:00.000000Z"},
    )
    assert found.subject == event(FlagRaised, "lemmy", "comment_report").subject


@pytest.mark.parametrize(
    ("state", "banned", "outcome"),
    [
        ({"removed": False, "deleted": False}, False, "no_violation"),
        ({"removed": False, "deleted": False}, True, "violation"),
        ({"removed": True, "deleted": True}, False, "violation"),
        ({"removed": False, "deleted": True}, False, None),
        (None, None, "no_violation"),
    ],
)
def test_what_a_resolution_says(state: Any, banned: Any, outcome: str | None) -> None:
    found = event(DecisionReported, "lemmy", "resolved.stands", lambda body: body.update(state=state, banned=banned))
    assert found.outcome == outcome


@pytest.mark.parametrize("account", ["12", "tomas", "https://lemmy.example.com/u/tomas"])
def test_our_own_decisions_and_words_have_no_effect(account: str) -> None:
    place = PLACE.model_copy(update={"account": account})
    for name, field in (("resolved", "resolver"), ("comment", "creator"), ("edited", "creator")):
        body = {**sample("lemmy", name), field: sample("lemmy", "resolved")["resolver"]}
        assert "our own" in behind_the_queue("lemmy", name, json.dumps(body).encode(), place).reason


def test_our_name_is_ours_in_any_case_but_on_our_own_instance_only() -> None:
    shouted = {"id": 7, "name": "Acme", "actor_id": "https://lemmy.example.com/u/Acme", "local": True}
    assert ignored("lemmy", "comment", lambda body: body.update(creator=shouted)) == "our own words"
    namesake = {"id": 8, "name": "acme", "actor_id": "https://other.example.net/u/acme", "local": False}
    found = event(FeedbackReceived, "lemmy", "comment", lambda body: body.update(creator=namesake))
    assert found.author == Person(id="8", name="acme")
    # And the poller tells them apart.
    [piece, *_] = poller.pieces({"comments": [{**comment(1), "creator": namesake}]})
    assert only(FeedbackReceived, piece).author == Person(id="8", name="acme")


def test_other_communities_of_the_same_moderator_are_left_alone() -> None:
    assert ignored("lemmy", "resolved.elsewhere") == "of another community"
    assert ignored("lemmy", "post_report", lambda body: body.update(community={"name": "gardening"}))
    # But somebody may mention us anywhere.
    event(FeedbackReceived, "lemmy", "comment", lambda body: body.update(community={"name": "gardening"}))
    everywhere = PLACE.model_copy(update={"about": ""})
    body = json.dumps(sample("lemmy", "resolved.elsewhere")).encode()
    assert behind_the_queue("lemmy", "resolved", body, everywhere).events
    remote = PLACE.model_copy(update={"about": "!AcmeGame@other.example.net"})
    assert behind_the_queue("lemmy", "post_report", json.dumps(sample("lemmy", "post_report")).encode(), remote).events


def test_a_comment_is_feedback_under_its_post_s_title() -> None:
    assert event(FeedbackReceived, "lemmy", "comment") == FeedbackReceived(
        community="club",
        source="place",
        platform="lemmy",
        content="comment:9210",
        kind="comment",
        text="@acme the winter map is gorgeous, but my sync fails every second match",
        original="@acme the winter map is **gorgeous**, but my sync fails every second match",
        format="markdown",
        about="post:811",
        title="Winter map",
        language="en",
        url="https://lemmy.example.com/comment/9210",
        author=ILSE,
        said_at=at(10, 2),
        as_given={"said_at": "2026-11-21T10:02:00.000000Z"},
    )


def test_an_edit_changes_what_was_received() -> None:
    before, after = event(FeedbackReceived, "lemmy", "comment"), event(FeedbackChanged, "lemmy", "edited")
    assert (after.content, after.kind, after.said_at) == (before.content, before.kind, before.said_at)
    assert (after.change, after.text, after.changed_at) == ("edited", "@acme sync is fine since 2.4.1", at(10, 20, 44))


@pytest.mark.parametrize("number", [-1, 184, 10**9, None, "37", 37.0, True, False])
def test_an_unknown_language_is_undetermined(number: object) -> None:
    found = event(FeedbackReceived, "lemmy", "comment", lambda body: body["comment"].update(language_id=number))
    assert found.language == "und"


def test_bots_and_what_is_gone_are_no_feedback_and_deleted_accounts_are_nobody() -> None:
    assert ignored("lemmy", "comment.bot") == "written by a bot"
    assert ignored("lemmy", "comment", lambda body: body["comment"].update(deleted=True)) == "deleted or removed"
    assert ignored("lemmy", "comment", lambda body: body["comment"].update(removed=True)) == "deleted or removed"
    found = event(FlagRaised, "lemmy", "post_report", lambda body: body["post_creator"].update(deleted=True))
    assert found.author is None


@given(st.data(), st.sampled_from(sorted(OUTCOMES)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_stands_in_a_piece_nobody_and_nothing_is_invented(data: st.DataObject, name: str) -> None:
    body = broken(data, sample("lemmy", name))
    found = behind_the_queue("lemmy", name, json.dumps(body).encode())
    assert found.events or found.reason
    told_by(body, found, "link")


# How it is fetched


def test_a_visit_asks_for_reports_mentions_replies_and_the_community() -> None:
    site = routes()
    found = visit(site)
    assert (found.pieces, found.more) == ((), False)
    assert [one.url.partition("?")[0] for one in site.asked] == [
        f"https://lemmy.example.com/api/v3/{path}" for path in LISTS
    ]
    assert {one.headers["authorization"] for one in site.asked} == {"Bearer a login token"}
    assert site.to("post/report/list") == [{"unresolved_only": "false", "limit": "50", "page": "1"}]
    assert site.to("user/mention") == [{"sort": "New", "unread_only": "false", "limit": "50", "page": "1"}]
    assert site.to("post/list") == [
        {"type_": "All", "sort": "New", "community_name": "acmegame", "limit": "50", "page": "1"}
    ]


def test_without_a_community_only_what_concerns_the_account_is_asked_for() -> None:
    site = routes()
    poller.poll(PLACE.model_copy(update={"about": ""}), "", KEYS, site.hands())
    assert len(site.asked) == 4


def test_a_password_is_used_once_because_few_logins_are_allowed_an_hour() -> None:
    site = routes()
    for _ in range(4):
        visit(site, keys=PASSWORD)
    [login] = [one for one in site.asked if one.url.endswith("user/login")]
    assert login.said == {"username_or_email": "acme", "password": "correct horse"}
    assert site.asked[1].headers["authorization"] == "Bearer a new token"


def test_a_token_that_is_refused_is_made_anew_at_the_next_visit() -> None:
    site = routes(post_reports=[{"post_reports": []}, reply(401), {"post_reports": []}], mentions={"mentions": []})
    visit(site, keys=PASSWORD)
    with pytest.raises(AskedError, match="401"):
        visit(site, keys=PASSWORD)
    visit(site, keys=PASSWORD)
    assert len(site.to("user/login")) == 2


@pytest.mark.parametrize("told", [reply(400, b'{"error":"incorrect_login"}'), reply(429), {"jwt": None}, reply(503)])
def test_a_refused_login_is_told_and_waited_out(told: Any) -> None:
    with pytest.raises(AskedError) as caught:
        visit(Routes({"user/login": told}), keys=PASSWORD)
    assert "horse" not in str(caught.value)
    assert caught.value.wait >= 60


def test_without_a_token_nobody_is_asked() -> None:
    site = routes()
    with pytest.raises(AskedError, match="login token"):
        visit(site, keys=Keys("", ""))
    assert not site.asked


def test_a_report_is_a_flag_and_its_resolution_a_decision_after_it() -> None:
    found, cursor = all_of(routes(comment_reports={"comment_reports": [report(33), resolved(32)]}))
    assert [piece.event for piece in found] == ["comment_report", "resolved", "comment_report"]
    assert only(FlagRaised, found[0]).flag == "comment_report:32"
    assert only(DecisionReported, found[1]).outcome == "no_violation"
    again, cursor = all_of(routes(comment_reports={"comment_reports": [report(33), resolved(32)]}), cursor)
    assert not again
    removed = resolved(33, removed=True)
    new, _ = all_of(routes(comment_reports={"comment_reports": [removed, resolved(32)]}), cursor)
    assert [piece.event for piece in new] == ["resolved"]
    assert only(DecisionReported, new[0]).outcome == "violation"


def test_what_was_resolved_long_before_we_came_opens_no_case() -> None:
    old = resolved(1, updated="2026-11-01T10:15:00.000000Z")
    found, _ = all_of(routes(comment_reports={"comment_reports": [resolved(2), old]}))
    assert [json.loads(piece.body)["comment_report"]["id"] for piece in found] == [2, 2]
    assert all_of(routes(comment_reports={"comment_reports": [report(3, published="2025-01-01T00:00:00Z")]}))[0]


def test_a_comment_that_is_a_mention_and_a_reply_and_in_the_community_is_queued_once() -> None:
    site = routes(
        mentions={"mentions": [comment(1)]}, replies={"replies": [comment(1)]}, comments={"comments": [comment(1)]}
    )
    [piece], _ = all_of(site)
    assert only(FeedbackReceived, piece).content == "comment:1"


def test_nothing_of_a_profile_is_queued_but_who_it_is() -> None:
    [piece], _ = all_of(routes(mentions={"mentions": [comment(1)]}))
    for private in (b"avatar", b"matrix", b"score"):
        assert private not in piece.body


def test_an_edit_is_a_change_and_a_score_is_none() -> None:
    _, cursor = all_of(routes(mentions={"mentions": [comment(1)]}))
    later = {**comment(1), "counts": {"score": 99}, "person_mention": {"id": 1, "read": True}}
    assert not all_of(routes(mentions={"mentions": [later]}), cursor)[0]
    edited = comment(1, content="another word", updated="2026-11-21T10:20:44.000000Z")
    found, _ = all_of(routes(mentions={"mentions": [edited]}), cursor)
    assert [piece.event for piece in found] == ["comment", "edited"]
    assert only(FeedbackChanged, found[1]).text == "another word"


def page(*numbers: int) -> dict[str, Any]:
    return {"mentions": [comment(number) for number in numbers]}


def test_two_pages_are_read_at_every_visit_and_more_in_a_burst() -> None:
    newest = list(range(200, 0, -1))
    _, cursor = all_of(routes(mentions=[page(*newest[150:200]), {"mentions": []}]))
    site = routes(mentions=[page(*newest[start : start + 50]) for start in range(0, 200, 50)])
    found, cursor = all_of(site, cursor)
    assert [one["page"] for one in site.to("user/mention")] == ["1", "2", "3", "4"]
    assert [only(FeedbackReceived, piece).content for piece in found] == [f"comment:{n}" for n in range(51, 201)]
    quiet = routes(mentions=[page(*newest[:50]), page(*newest[50:100]), page(*newest[100:150])])
    assert not all_of(quiet, cursor)[0]
    assert len(quiet.to("user/mention")) == 2


def test_what_slid_onto_a_page_that_was_read_already_is_met_at_the_next_visit() -> None:
    _, cursor = all_of(routes(mentions=page(0)))
    # While page 2 was asked for, one of page 1 was deleted: number 50 moved up, unseen.
    first, second = range(100, 50, -1), [*range(49, -1, -1)]
    _, cursor = all_of(routes(mentions=[page(*first), page(*second), {"mentions": []}]), cursor)
    site = routes(mentions=[page(*range(99, 49, -1)), page(*second), {"mentions": []}])
    found, _ = all_of(site, cursor)
    assert [only(FeedbackReceived, piece).content for piece in found] == ["comment:50"]


def test_a_cut_answer_is_asked_for_in_smaller_pages_that_follow_on_one_another() -> None:
    long = {"mentions": [comment(number, content="word " * 400) for number in range(50)]}
    cut = reply(200, json.dumps(long).encode()[:65536])
    site = routes(mentions=[cut, page(*range(20, 10, -1)), page(*range(10, 0, -1)), page()])
    found, _ = all_of(site)
    assert [(one["limit"], one["page"]) for one in site.to("user/mention")] == [("50", "1"), ("10", "1"), ("10", "2")]
    assert len(found) == 20


def test_a_list_ends_where_the_instance_refuses_further_pages() -> None:
    full = page(*range(50))
    _, cursor = all_of(routes(mentions=page(99_999)))
    endless = routes(
        mentions=[{"mentions": [comment(n * 50 + m) for m in range(50)]} for n in range(200)], replies=full
    )
    all_of(endless, cursor)
    assert endless.to("user/mention")[-1]["page"] == "100"


@pytest.mark.parametrize("failure", [reply(400, b'{"error":"not_a_mod"}'), reply(502)])
def test_a_list_that_is_refused_hides_no_other_and_is_told_when_it_is_quiet(failure: Any) -> None:
    found = visit(routes(post_reports=failure, comment_reports=failure, mentions=page(1)))
    assert [piece.event for piece in found.pieces] == ["comment"]
    with pytest.raises(AskedError, match="post/report/list"):
        visit(routes(post_reports=failure, mentions=page(1)), found.cursor)


@pytest.mark.parametrize("failure", [NotSentError("no address"), UnansweredError("no answer")])
def test_what_was_fetched_before_a_failure_is_kept_and_nothing_is_skipped(failure: Exception) -> None:
    found = visit(routes(comment_reports={"comment_reports": [report(1)]}, replies=failure))
    assert [piece.event for piece in found.pieces] == ["comment_report"]
    rest, _ = all_of(routes(mentions=page(1), replies={"replies": [comment(2)]}), found.cursor)
    assert [only(FeedbackReceived, piece).content for piece in rest] == ["comment:1", "comment:2"]
    with pytest.raises(type(failure)):
        visit(routes(post_reports=failure))


@pytest.mark.parametrize("odd", [{}, {"post_reports": None}, reply(200, b"[]"), reply(200, b"<html>")], ids=str)
def test_an_answer_that_is_no_list_is_told(odd: Any) -> None:
    with pytest.raises(AskedError):
        visit(routes(post_reports=odd))


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_stands_in_an_answer_every_piece_is_placed_or_parked(data: st.DataObject) -> None:
    edited = comment(1, updated="2026-11-21T10:20:44.000000Z")
    body = broken(data, {"comment_reports": [report(33), resolved(32)], "mentions": [edited]})
    try:
        found = visit(routes(comment_reports=body, mentions=body))
    except AskedError:
        return
    for piece in found.pieces:
        told_by(body, became(piece, "lemmy"), "link")


# Connecting


def checked(**answers: Any) -> dict[str, str]:
    given: dict[str, Any] = {"unread_count": {"replies": 0}, "post/report/list": {"post_reports": []}}
    site = Routes({**given, **{name.replace("__", "/"): one for name, one in answers.items()}})
    report = connection.check(PLACE, "", KEYS, site.hands(), repair=True)
    return {finding.what: finding.state for finding in report.findings}


def test_the_steps_say_how_a_token_is_made_and_put() -> None:
    steps = "\n".join(connection.steps(PLACE, "https://x.example/hooks/place"))
    assert "curl https://lemmy.example.com/api/v3/user/login" in steps
    assert "liaison secret put place --outgoing" in steps


@pytest.mark.parametrize(
    ("answers", "login", "reports"),
    [
        ({}, "good", "good"),
        ({"unread_count": reply(401)}, "wrong", "good"),
        ({"post__report__list": reply(400)}, "good", "wrong"),
        ({"post__report__list": reply(503)}, "good", "unknown"),
        ({"unread_count": UnansweredError("no answer")}, "unknown", "good"),
        ({"unread_count": NotSentError("no address")}, "unknown", "good"),
    ],
    ids=str,
)
def test_what_works_and_what_does_not_is_told(answers: dict[str, Any], login: str, reports: str) -> None:
    assert checked(**answers) == {"login": login, "reports": reports}


def test_without_a_token_the_check_says_so() -> None:
    report = connection.check(PLACE, "", Keys("", ""), routes().hands(), repair=False)
    assert report.state == "wrong"
    assert "liaison secret put" in report.findings[0].told
