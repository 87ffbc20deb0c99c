"""Reddit: what reports, actions, posts and comments become, and that fetching them loses and repeats none."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import DecisionReported, FlagRaised, Subject
from events.people import Person
from functions.platforms.outgoing import NotSentError, Piece, UnansweredError
from functions.platforms.reddit import connection, poller
from functions.platforms.standing import AskedError, Finding, Keys, Polled
from functions.platforms.walk import Listing, Page, walk
from tests.contracts.shared import MARKS, PAYLOADS
from tests.platforms.deliveries import event, ignored, sample
from tests.platforms.hands import reply
from tests.platforms.kits.reddit import OUTCOMES, PLACE
from tests.platforms.mutations import broken, told_by
from tests.platforms.polling import Answer, Routes, answer, became, behind_the_queue

LOGIN = {"client_id": "an app", "client_secret": "its secret", "refresh_token": "for long"}
KEYS = Keys("", json.dumps(LOGIN))
TOKEN = {"access_token": "for an hour", "expires_in": 86400}
EMPTY: dict[str, Any] = {"kind": "Listing", "data": {"after": None, "children": []}}
LISTS = ("about/reports", "about/modqueue", "about/log", "new", "comments")
LENA = Person(id="frostbyte_lena", name="frostbyte_lena")
TOMAS = Person(id="mod_tomas", name="mod_tomas")
SEEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
POST = "https://www.reddit.com/r/acmegame/comments/1p4winter/cheap_gold_for_everybody/"
Event = TypeVar("Event")


def unix(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def listing(*things: dict[str, Any], after: str | None = None) -> dict[str, Any]:
    """Newest first, as Reddit sends them."""
    return {"kind": "Listing", "data": {"after": after, "children": [{"kind": "t3", "data": one} for one in things]}}


def comment(number: int, **more: Any) -> dict[str, Any]:
    text = {"author": "jun", "body": f"word {number}", "created_utc": 1795250000.0 + number, "edited": False}
    return {"name": f"t1_{number}", "subreddit": "acmegame", "link_id": "t3_abc", **text, **more}


def routes(**lists: Answer | list[Answer]) -> Routes:
    """Answers of some lists; the others are empty."""
    given = {name.replace("_", "/"): found for name, found in lists.items()}
    return Routes({"access_token": TOKEN, **dict.fromkeys(LISTS, EMPTY), **given})


def visit(site: Routes, cursor: str = "") -> Polled:
    return poller.poll(PLACE, cursor, KEYS, site.hands())


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
    [found] = became(piece, "reddit").events
    assert isinstance(found, kind)
    return found


# What becomes of a piece


def test_a_report_of_a_post() -> None:
    assert event(FlagRaised, "reddit", "report") == FlagRaised(
        community="club",
        source="place",
        platform="reddit",
        flag="report:t3_1p4winter:2:This is spam",
        subject=Subject(source="place", kind="post", id="t3_1p4winter", url=POST),
        title="Cheap gold for everybody",
        text="Get it here: shop (https://gold.example.net/)",
        original="Get it **here**: [shop](https://gold.example.net/)",
        format="markdown",
        reason="This is spam",
        code="spam",
        author=LENA,
        reporter=None,
        content_at=unix(1795247581),
        raised_at=SEEN,
        as_given={"content_at": "1795247581.0", "raised_at": "2026-11-22T09:30:00.000Z"},
    )


def test_only_moderators_are_named_as_reporters_and_deleted_authors_are_nobody() -> None:
    found = event(FlagRaised, "reddit", "report.moderator")
    assert found.flag == "report:t1_da2old1:moderator:mod_tomas:rude again"
    assert (found.reporter, found.author) == (TOMAS, None)
    assert (found.reason, found.code) == ("rude again", "other")
    assert found.text == "you are all idiots"
    # Comments of old answers have no permalink.
    assert found.subject == Subject(
        source="place",
        kind="comment",
        id="t1_da2old1",
        url="https://www.reddit.com/comments/5cu7old/_/da2old1/",
        revision="1795161700.0",
    )


@pytest.mark.parametrize("mark", ["[deleted]", "[removed]", "[ Removed by Reddit ]"])
def test_what_reddit_writes_in_their_place_is_nobody_and_no_words(mark: str) -> None:
    found = event(FlagRaised, "reddit", "report", lambda body: body["thing"].update(author=mark, selftext=mark))
    assert (found.author, found.text, found.original) == (None, "", "")


def test_a_report_without_a_reason_is_one_all_the_same() -> None:
    found = event(FlagRaised, "reddit", "report", lambda body: body["report"].update(reason=None))
    assert (found.flag, found.reason, found.code) == ("report:t3_1p4winter:2:", "", "unknown")


def test_what_automoderator_holds_back_waits_for_a_decision() -> None:
    found = event(FlagRaised, "reddit", "hold")
    assert found.nature == "hold"
    assert found.flag == "hold:t1_kq90aaa:1795254000.0"
    assert found.subject.id == "t1_kq90aaa"
    assert found.author == Person(id="new_here_42", name="new_here_42")
    assert found.reporter == Person(id="AutoModerator", name="AutoModerator", bot=True)
    assert found.reason == "remove not spam"
    assert found.raised_at == unix(1795254000)


def test_reddit_s_own_filter_is_nobody() -> None:
    found = event(FlagRaised, "reddit", "hold", lambda body: body["held"].update(banned_by=True, banned_at_utc=None))
    assert found.reporter is None
    assert found.flag == "hold:t1_kq90aaa:"
    assert found.raised_at == SEEN


def test_a_removal_decides_about_the_post_that_was_reported() -> None:
    found = event(DecisionReported, "reddit", "modaction.removelink")
    assert found == DecisionReported(
        community="club",
        source="place",
        platform="reddit",
        decision="ModAction_8060503c-0000-11f1-87dc-0e58e8a5b9dc",
        subject=Subject(source="place", kind="post", id="t3_1p4winter", url=POST),
        did="removelink",
        outcome="violation",
        reason="spam",
        moderator=TOMAS,
        person=LENA,
        decided_at=unix(1795256000),
        as_given={"decided_at": "1795256000.0"},
    )
    assert found.subject.key == event(FlagRaised, "reddit", "report").subject.key


def test_a_ban_is_about_an_account_named_like_its_posts_author() -> None:
    found = event(DecisionReported, "reddit", "modaction.banuser")
    assert found.subject == Subject(
        source="place", kind="account", id="frostbyte_lena", url="https://www.reddit.com/user/frostbyte_lena"
    )
    assert (found.did, found.outcome, found.reason) == ("banuser", "violation", "sells gold")
    assert found.person == LENA
    gone = event(DecisionReported, "reddit", "modaction.banuser", lambda body: body.update(target_author="[deleted]"))
    assert (gone.subject.id, gone.person) == ("t2_6c1xjexample", None)


@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        ("removecomment", "violation"),
        ("spamlink", "violation"),
        ("spamcomment", "violation"),
        ("approvelink", "no_violation"),
        ("approvecomment", "no_violation"),
        ("lock", None),
        ("distinguish", None),
        ("ignorereports", None),
        ("teleport", None),
    ],
)
def test_what_an_action_says_about_a_violation(action: str, outcome: str | None) -> None:
    found = event(DecisionReported, "reddit", "modaction.removelink", lambda body: body.update(action=action))
    assert (found.did, found.outcome) == (action, outcome)


def test_what_automoderator_removes_is_not_decided() -> None:
    found = event(DecisionReported, "reddit", "modaction.removelink", lambda body: body.update(mod="AutoModerator"))
    assert found.outcome is None
    assert found.moderator == Person(id="AutoModerator", name="AutoModerator", bot=True)


def test_settings_and_our_own_actions_have_no_effect() -> None:
    assert "settings" in ignored("reddit", "modaction.editsettings")
    assert ignored("reddit", "modaction.ours") == "our own action"
    assert ignored("reddit", "modaction.removelink", lambda body: body.update(target_fullname="t5_2t5o6"))


def test_a_comment_is_feedback_under_its_post_s_title() -> None:
    assert event(FeedbackReceived, "reddit", "comment") == FeedbackReceived(
        community="club",
        source="place",
        platform="reddit",
        content="t1_kq81d02",
        kind="comment",
        text="Love the snow, but sync dies on the bridge.\n\n> every second match\n\nSame here.",
        original="Love the snow, but **sync** dies on the bridge.\n\n> every second match\n\nSame here.",
        format="markdown",
        about="t3_1p4zzzz",
        title="Winter map",
        url="https://www.reddit.com/r/acmegame/comments/1p4zzzz/winter_map/kq81d02/",
        author=Person(id="ravi_plays", name="ravi_plays"),
        said_at=unix(1795252045),
        as_given={"said_at": "1795252045.0"},
    )


def test_an_edit_changes_what_was_received() -> None:
    before, after = event(FeedbackReceived, "reddit", "comment"), event(FeedbackChanged, "reddit", "edited")
    assert (after.content, after.kind, after.said_at) == (before.content, before.kind, before.said_at)
    assert after.change == "edited"
    assert after.text == "Love the snow. Sync is fine since 2.4.1."
    assert after.changed_at == unix(1795259999)
    assert after.revision == "1795259999.0"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({}, "[link: https://clips.example.com/42]"),
        ({"is_gallery": True}, "[gallery]"),
        ({"is_gallery": True, "gallery_data": {"items": None}}, "[gallery]"),
        ({"gallery_data": {"items": [{"caption": "one"}, {"caption": 2}, None]}}, "[gallery: one]"),
        (
            {"is_self": True, "poll_data": {"options": [{"text": "one"}, 2, {"text": None}, {"text": " "}]}},
            "[poll: one]",
        ),
        ({"is_self": True, "poll_data": {"options": None}}, "[poll]"),
        ({"is_video": True}, "[video]"),
        ({"url": "/r/winter/comments/1p4x/"}, "[link: https://www.reddit.com/r/winter/comments/1p4x/]"),
        ({"is_self": True}, ""),
        ({"selftext": "Look at &lt;that&gt;"}, "Look at <that>\n[link: https://clips.example.com/42]"),
        ({"selftext": "Look at &lt;that&gt;", "is_self": True}, "Look at <that>"),
    ],
    ids=str,
)
def test_a_post_without_words_says_what_it_shows(change: dict[str, Any], text: str) -> None:
    found = event(FeedbackReceived, "reddit", "post.link", lambda body: body.update(change))
    assert (found.kind, found.title, found.text) == ("post", "My best round so far", text)


def test_what_is_written_below_pictures_is_told() -> None:
    found = event(FeedbackReceived, "reddit", "post.gallery")
    assert found.title == "The bridge, twice"
    assert found.text == "[gallery: By day, By night, where sync fails (https://clips.example.com/43)]"


def test_a_poll_is_told_with_what_there_is_to_choose() -> None:
    found = event(FeedbackReceived, "reddit", "post.poll")
    assert found.text == "I would take either.\n[poll: Glacier, Harbour]"
    assert found.original == "I would take **either**."


def test_nobody_knows_which_revision_an_edit_of_unknown_time_made() -> None:
    assert event(FeedbackReceived, "reddit", "comment", lambda body: body.update(edited=True)).revision == ""
    assert event(FlagRaised, "reddit", "hold", lambda body: body["thing"].update(edited=True)).subject.revision == ""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"author": "AutoModerator"}, "written by a bot"),
        ({"author": "Acme_Liaison"}, "our own words"),
        ({"body": "[deleted]", "author": "[deleted]"}, "deleted or removed"),
        ({"body": "[removed]"}, "deleted or removed"),
        ({"body": "[ Removed by Reddit ]", "author": "[ Removed by Reddit ]"}, "deleted or removed"),
        ({"removed_by_category": "moderator"}, "deleted or removed"),
        ({"banned_by": "mod_tomas"}, "deleted or removed"),
    ],
    ids=str,
)
def test_what_is_no_feedback(change: dict[str, Any], why: str) -> None:
    assert ignored("reddit", "comment", lambda body: body.update(change)) == why
    assert ignored("reddit", "edited", lambda body: body.update(change)) == why


def test_feedback_may_be_limited_to_a_flair() -> None:
    place = PLACE.model_copy(update={"feedback": ("feedback",)})
    for name, events in (("post", 1), ("post.link", 0), ("comment", 0)):
        body = json.dumps(sample("reddit", name)).encode()
        assert len(behind_the_queue("reddit", name, body, place).events) == events


def test_a_thing_of_another_kind_is_parked() -> None:
    body = sample("reddit", "comment")
    for name in ("t5_2t5o6", "", None, 7, "kq81d02"):
        assert behind_the_queue("reddit", "comment", json.dumps({**body, "name": name}).encode()).verdict == "parked"
    assert behind_the_queue("reddit", "modmail", b"{}").verdict == "parked"


@given(st.data(), st.sampled_from(sorted(OUTCOMES)))
def test_whatever_stands_in_a_piece_nobody_and_nothing_is_invented(data: st.DataObject, name: str) -> None:
    body = broken(data, sample("reddit", name))
    found = behind_the_queue("reddit", name, json.dumps(body).encode())
    assert found.events or found.reason
    told_by(body, found, "gallery", "poll", "video", "link")


# How it is fetched


def test_a_visit_logs_in_and_asks_for_five_lists() -> None:
    site = routes()
    found = visit(site)
    assert (found.pieces, found.more) == ((), False)
    login, *asked = site.asked
    assert login.url == "https://www.reddit.com/api/v1/access_token"
    assert login.headers["authorization"] == "Basic " + base64.b64encode(b"an app:its secret").decode()
    assert parse_qs(login.body.decode()) == {"grant_type": ["refresh_token"], "refresh_token": ["for long"]}
    assert [one.url.partition("?")[0] for one in asked] == [
        f"https://oauth.reddit.com/r/acmegame/{path}" for path in LISTS
    ]
    for one in asked:
        assert one.headers["authorization"] == "Bearer for an hour"
        assert "liaison" in one.headers["user-agent"]
        assert "u/acme_liaison" in one.headers["user-agent"]
        assert "limit=100" in one.url
        assert "raw_json=1" in one.url


def test_a_password_will_do_too() -> None:
    site = routes()
    given = json.dumps({**LOGIN, "refresh_token": "", "username": "acme_liaison", "password": "päss&word"})
    poller.poll(PLACE, "", Keys("", given), site.hands())
    assert parse_qs(site.asked[0].body.decode()) == {
        "grant_type": ["password"],
        "username": ["acme_liaison"],
        "password": ["päss&word"],
    }


@pytest.mark.parametrize("token", ["", "not json", "[]", "{}", '{"client_id": "a"}', json.dumps({"client_id": 1})])
def test_a_secret_that_is_no_login_says_what_is_needed(token: str) -> None:
    site = routes()
    with pytest.raises(AskedError, match="refresh_token") as caught:
        poller.poll(PLACE, "", Keys("", token), site.hands())
    assert caught.value.wait == 3600
    assert not site.asked


def test_a_refused_login_is_told_without_the_secret() -> None:
    with pytest.raises(AskedError, match="invalid_grant") as caught:
        visit(Routes({"access_token": {"error": "invalid_grant"}}))
    assert "for long" not in str(caught.value)


def test_reports_are_counted_and_each_is_a_flag_once() -> None:
    thing = comment(1, user_reports=[["spam", 2, False, True], [None, 1]], mod_reports=[["rude", "mod_tomas"]])
    found, cursor = all_of(routes(about_reports=listing(thing), about_modqueue=listing(thing)))
    flags = {only(FlagRaised, piece).flag for piece in found}
    assert flags == {
        "report:t1_1:1:spam",
        "report:t1_1:2:spam",
        "report:t1_1:1:",
        "report:t1_1:moderator:mod_tomas:rude",
    }
    assert len(found) == 4
    again, cursor = all_of(routes(about_reports=listing(thing)), cursor)
    assert not again
    third = {**thing, "user_reports": [["spam", 3], [None, 1]]}
    [new], _ = all_of(routes(about_reports=listing(third)), cursor)
    assert only(FlagRaised, new).flag == "report:t1_1:3:spam"


def test_a_report_after_an_approval_is_another_than_those_dismissed_with_it() -> None:
    first = comment(1, user_reports=[["spam", 1]])
    before, cursor = all_of(routes(about_reports=listing(first)))
    later = comment(1, user_reports=[["spam", 1]], user_reports_dismissed=[["spam", 1]])
    after, _ = all_of(routes(about_reports=listing(later)), cursor)
    assert [only(FlagRaised, piece).flag for piece in (*before, *after)] == ["report:t1_1:1:spam", "report:t1_1:2:spam"]


def test_a_mob_s_reports_are_cut_to_the_latest() -> None:
    found, _ = all_of(routes(about_reports=listing(comment(1, user_reports=[["spam", 10_000]]))))
    numbers = [int(only(FlagRaised, piece).flag.split(":")[2]) for piece in found]
    assert numbers == list(range(9_981, 10_001))


def test_what_is_held_without_a_report_waits_too() -> None:
    held = comment(1, banned_by="AutoModerator", banned_at_utc=1795250100, user_reports=[], mod_reports=[])
    filtered = comment(2, banned_by=True, user_reports_dismissed=[["rude", 1]])
    found, _ = all_of(routes(about_modqueue=listing(held, filtered)))
    flags = [only(FlagRaised, piece) for piece in found]
    assert {(flag.nature, flag.flag) for flag in flags} == {
        ("hold", "hold:t1_1:1795250100"),
        ("hold", "hold:t1_2:"),
        ("report", "report:t1_2:1:rude"),
    }


@pytest.mark.parametrize("more", [{"removed_by_category": "moderator"}, {}], ids=str)
def test_a_moderator_s_removal_is_no_hold_and_no_feedback(more: dict[str, Any]) -> None:
    """Moderators see what was removed, whole."""
    removed = comment(1, banned_by="mod_tomas", banned_at_utc=1795250100, **more)
    for found in (all_of(routes(comments=listing(removed)))[0], poller.pieces(listing(removed))):
        [end] = [became(piece, "reddit") for piece in found]
        assert (end.events, end.reason) == ((), "without effect: deleted or removed")


@pytest.mark.parametrize("by", [True, "AutoModerator"])
def test_an_answer_that_is_shown_tells_what_is_held(by: object) -> None:
    [piece] = poller.pieces(listing(comment(1, banned_by=by, banned_at_utc=1795250100)))
    assert only(FlagRaised, piece).nature == "hold"


def test_votes_are_nothing_new_and_captions_are_brought_without_their_pictures() -> None:
    options = [{"id": "1", "text": "Glacier", "vote_count": 3}, {"id": "2", "text": "Harbour", "vote_count": 1}]
    poll = {**sample("reddit", "post.poll"), "poll_data": {"total_vote_count": 4, "options": options}}
    found, cursor = all_of(routes(new=listing(poll)))
    assert b"vote" not in found[0].body
    assert only(FeedbackReceived, found[0]).text.endswith("[poll: Glacier, Harbour]")
    voted = {"total_vote_count": 5, "options": [{**options[0], "vote_count": 4}, options[1]], "user_selection": "1"}
    assert not all_of(routes(new=listing({**poll, "poll_data": voted})), cursor)[0]
    items = [{"media_id": "q1w2", "id": 7, "caption": "By day"}]
    [piece], _ = all_of(routes(new=listing({**sample("reddit", "post.gallery"), "gallery_data": {"items": items}})))
    assert b"q1w2" not in piece.body
    assert only(FeedbackReceived, piece).text == "[gallery: By day]"


def test_a_score_that_changes_is_nothing_new_and_an_edit_is() -> None:
    found, cursor = all_of(routes(comments=listing(comment(1, score=1))))
    assert [piece.event for piece in found] == ["comment"]
    again, cursor = all_of(routes(comments=listing(comment(1, score=500, ups=500, user_reports=[]))), cursor)
    assert not again
    changed = comment(1, body="another word", edited=1795259999.0)
    edits, _ = all_of(routes(comments=listing(changed)), cursor)
    assert [piece.event for piece in edits] == ["comment", "edited"]
    received, edit = only(FeedbackReceived, edits[0]), only(FeedbackChanged, edits[1])
    assert (received.content, received.said_at) == (edit.content, edit.said_at)


def test_an_edit_of_unknown_time_is_no_change() -> None:
    found, _ = all_of(routes(comments=listing(comment(1, edited=True))))
    assert [piece.event for piece in found] == ["comment"]


def test_the_same_thing_in_the_same_state_is_one_delivery_wherever_it_is_found() -> None:
    one, _ = all_of(routes(comments=listing(comment(1))))
    other, _ = all_of(routes(comments=listing(comment(2), comment(1, score=9))))
    assert [piece.delivery for piece in one] == [piece.delivery for piece in other][:1]
    assert one[0].body == other[0].body


def test_a_quiet_visit_costs_one_request_a_list() -> None:
    _, cursor = all_of(routes(new=listing(comment(1), after="t3_1"), comments=listing(comment(2), after="t1_2")))
    site = routes(new=listing(comment(1), after="t3_1"), comments=listing(comment(2), after="t1_2"))
    found, _ = all_of(site, cursor)
    assert not found
    assert len(site.asked) == 6


def test_the_first_visit_does_not_read_the_past() -> None:
    site = routes(comments=listing(comment(2), comment(1), after="t1_1"))
    found, _ = all_of(site)
    assert [only(FeedbackReceived, piece).content for piece in found] == ["t1_1", "t1_2"]
    assert len(site.to("comments")) == 1


def test_a_burst_of_more_than_a_page_is_read_down_to_what_is_known() -> None:
    _, cursor = all_of(routes(comments=listing(comment(1))))
    pages: list[Answer] = [
        listing(comment(7), comment(6), after="t1_6"),
        listing(comment(5), comment(4), after="t1_4"),
        listing(comment(3), comment(1), after="t1_1"),
    ]
    site = routes(comments=pages)
    found, _ = all_of(site, cursor)
    assert [one.get("after") for one in site.to("comments")] == [None, "t1_6", "t1_4"]
    # Oldest first, as they were said.
    assert [only(FeedbackReceived, piece).content for piece in found] == [f"t1_{n}" for n in (3, 4, 5, 6, 7)]


def test_what_slides_down_while_pages_are_read_is_neither_lost_nor_repeated() -> None:
    _, cursor = all_of(routes(comments=listing(comment(1))))
    pages: list[Answer] = [
        listing(comment(5), comment(4), after="t1_4"),
        # Two more were written meanwhile.
        listing(comment(5), comment(4), after="t1_4"),
        listing(comment(3), comment(1), after="t1_1"),
    ]
    found, cursor = all_of(routes(comments=pages), cursor)
    assert [only(FeedbackReceived, piece).content for piece in found] == ["t1_3", "t1_4", "t1_5"]
    later, _ = all_of(routes(comments=listing(comment(7), comment(6), comment(5))), cursor)
    assert [only(FeedbackReceived, piece).content for piece in later] == ["t1_6", "t1_7"]


def test_a_flood_is_read_in_bounded_visits_and_each_goes_on_where_the_last_ended() -> None:
    _, cursor = all_of(routes(comments=listing(comment(0))))
    pages: list[Answer] = [listing(comment(n), after=f"t1_{n}") for n in range(60, 0, -1)]
    site = routes(comments=[*pages, listing(comment(0))])
    first = visit(site, cursor)
    assert first.more
    assert len(site.asked) == 1 + poller.PAGES
    rest, _ = all_of(site, first.cursor)
    contents = [only(FeedbackReceived, piece).content for piece in (*first.pieces, *rest)]
    assert sorted(contents) == sorted(f"t1_{n}" for n in range(1, 61))


def test_the_moderators_lists_are_read_to_their_end_because_a_report_may_come_to_an_old_post() -> None:
    reported = [comment(n, user_reports=[["spam", 1]]) for n in range(4)]
    pages = [listing(*reported[2:], after="t1_2"), listing(*reported[:2])]
    _, cursor = all_of(routes(about_reports=[*pages]))
    old = comment(0, user_reports=[["spam", 2]])
    found, _ = all_of(routes(about_reports=[pages[0], listing(reported[1], old)]), cursor)
    assert [only(FlagRaised, piece).flag for piece in found] == ["report:t1_0:2:spam"]


def test_nothing_is_remembered_of_a_visit_whose_cursor_was_not_kept() -> None:
    site = routes(comments=listing(comment(1)))
    assert visit(site).pieces == visit(site).pieces


def test_a_cut_answer_is_asked_for_in_smaller_pages() -> None:
    long = [comment(n, body="word " * 200) for n in range(100)]
    cut = reply(200, json.dumps(listing(*long)).encode()[:65536])
    site = routes(comments=[cut, listing(*[comment(n) for n in range(10)])])
    found, _ = all_of(site)
    assert [one["limit"] for one in site.to("comments")] == ["100", "10"]
    assert len(found) == 10
    with pytest.raises(AskedError, match="not JSON"):
        visit(routes(about_reports=cut))


def test_too_many_requests_are_waited_out() -> None:
    with pytest.raises(AskedError, match="429") as caught:
        visit(routes(about_reports=reply(429, b"", x_ratelimit_remaining="0.0", x_ratelimit_reset="412")))
    assert caught.value.wait == 412


def test_requests_are_left_to_others() -> None:
    site = routes(
        about_reports=answer(
            listing(comment(1, user_reports=[["spam", 1]])), x_ratelimit_remaining="9.0", x_ratelimit_reset="300"
        )
    )
    found = visit(site)
    assert len(found.pieces) == 1
    assert len(site.asked) == 2


def test_a_list_that_is_refused_hides_no_other() -> None:
    site = routes(about_reports=reply(403), about_modqueue=reply(403), about_log=reply(403), new=listing(comment(1)))
    found = visit(site)
    assert len(found.pieces) == 1
    # A quiet visit says so.
    site = routes(about_reports=reply(403), new=listing(comment(1)))
    with pytest.raises(AskedError, match="403") as caught:
        visit(site, found.cursor)
    assert caught.value.wait == 3600


@pytest.mark.parametrize("failure", [NotSentError("no address"), UnansweredError("no answer"), reply(503)])
def test_what_was_fetched_before_a_failure_is_kept_and_nothing_is_skipped(failure: Any) -> None:
    thing = comment(1, user_reports=[["spam", 1]])
    found = visit(routes(about_reports=listing(thing), about_log=failure))
    assert [piece.event for piece in found.pieces] == ["report"]
    rest, _ = all_of(
        routes(comments=listing(comment(2)), about_log=listing(sample("reddit", "modaction.banuser"))), found.cursor
    )
    assert {piece.event for piece in rest} == {"comment", "modaction"}


def test_a_failure_with_nothing_found_moves_nothing() -> None:
    with pytest.raises(UnansweredError):
        visit(routes(about_reports=UnansweredError("no answer")))


@pytest.mark.parametrize("odd", [reply(200, b"[]"), {"data": None}, {"data": {"children": None}}, {"error": 500}])
def test_an_answer_that_is_no_listing_is_told(odd: Any) -> None:
    with pytest.raises(AskedError):
        visit(routes(about_reports=odd))


@given(st.data())
def test_whatever_stands_in_a_listing_every_piece_is_placed_or_parked(data: st.DataObject) -> None:
    things = [
        comment(1, user_reports=[["spam", 2]], mod_reports=[["rude", "mod_tomas"]], edited=1795259999.0),
        {**sample("reddit", "post"), "banned_by": "AutoModerator", "banned_at_utc": 1795250100},
        sample("reddit", "modaction.removelink"),
    ]
    body = broken(data, listing(*things))
    try:
        found = visit(Routes({"access_token": TOKEN, **dict.fromkeys(LISTS, body)}))
    except AskedError:
        return
    for piece in found.pieces:
        told_by(body, became(piece, "reddit"), "gallery", "poll", "video", "link")


def test_two_communities_may_be_asked_for_at_once_and_nothing_else_gets_into_the_address() -> None:
    site = routes()
    poller.poll(PLACE.model_copy(update={"about": "acme+games/../../api?x"}), "", KEYS, site.hands())
    assert site.asked[1].url.startswith("https://oauth.reddit.com/r/acme+games%2F..%2F..%2Fapi%3Fx/about/reports?")


def recorded(name: str) -> dict[str, Any]:
    return dict(json.loads((PAYLOADS / "reddit" / name).read_text())["data"])


@pytest.mark.shared
@pytest.mark.skipif(MARKS[1].args[0], reason=MARKS[1].kwargs["reason"])
def test_recorded_listings_of_others_are_read() -> None:
    site = routes(
        about_reports=listing(recorded("reports.submission.json")),
        about_modqueue=listing(recorded("modqueue.comment_mod_report.json")),
        about_log=listing(recorded("modlog.banuser.json")),
    )
    found, _ = all_of(site)
    report, mod_report = (only(FlagRaised, piece) for piece in found[:2])
    assert (report.flag, report.reason, report.text) == ("report:t3_31ybt2:1:", "", "+Edit Text")
    assert report.content_at == unix(1428547381)
    assert (mod_report.reason, mod_report.text) == ("test", "bboe")
    assert mod_report.subject.url == "https://www.reddit.com/comments/5cu71v/_/da2g5y6/"
    ban = only(DecisionReported, found[2])
    assert (ban.subject.kind, ban.subject.id, ban.outcome) == ("account", "PyAPITestUser3", "violation")


# Any list, however it is written to meanwhile


@dataclass
class Board:
    """A list of numbers, newest first. While a page is on its way, others write: `writing` says how many."""

    size: int
    writing: Iterator[int]
    numbers: list[int] = field(default_factory=list)
    last: int = 0

    def write(self, many: int) -> None:
        self.numbers += range(self.last + 1, self.last + many + 1)
        self.last += many

    def read(self, after: str) -> Page:
        older = [number for number in reversed(self.numbers) if not after or number < int(after)]
        page = older[: self.size]
        self.write(next(self.writing, 0))
        pieces = tuple(Piece("feedback", "comment", str(number), b"") for number in reversed(page))
        return Page(pieces, str(page[-1]) if len(older) > self.size else "")

    def visited(self, cursor: str, pages: int) -> tuple[list[int], str, bool]:
        found = walk([Listing("board", self.read)], cursor, pages)
        return [int(piece.delivery) for piece in found.pieces], found.cursor, found.more

    def drained(self, cursor: str, pages: int) -> tuple[list[int], str]:
        brought: list[int] = []
        more = True
        while more:
            found, cursor, more = self.visited(cursor, pages)
            brought += found
        return brought, cursor


writings = st.lists(st.integers(0, 20), max_size=15)


@given(size=st.integers(1, 6), pages=st.integers(1, 3), before=writings, during=writings)
def test_whatever_is_written_between_pages_and_visits_comes_exactly_once(
    size: int, pages: int, before: list[int], during: list[int]
) -> None:
    board = Board(size, iter(during))
    brought, cursor = board.drained("", pages)
    for many in before:
        board.write(many)
        found, cursor, _ = board.visited(cursor, pages)
        brought += found
    for _ in range(2):  # A walk that is under way is ended first.
        board.writing = iter(())
        found, cursor = board.drained(cursor, pages)
        brought += found
    assert sorted(brought) == list(range(1, board.last + 1))


@given(st.data(), st.integers(1, 6), writings)
def test_what_is_deleted_meanwhile_takes_nothing_else_with_it(
    data: st.DataObject, size: int, before: list[int]
) -> None:
    board = Board(size, iter(()))
    brought, cursor = board.drained("", 2)
    for many in before:
        board.write(many)
        if board.numbers:
            gone = data.draw(st.sets(st.sampled_from(board.numbers)))
            board.numbers = [number for number in board.numbers if number not in gone]
        found, cursor = board.drained(cursor, 2)
        brought += found
    assert set(board.numbers) <= set(brought)


# Connecting


ME = {"name": "Acme_Liaison"}


def moderators(*permissions: str, name: str = "acme_liaison") -> dict[str, Any]:
    return {"kind": "UserList", "data": {"children": [{"name": name, "mod_permissions": list(permissions)}]}}


def checked(**answers: Any) -> dict[str, tuple[str, str]]:
    given = {"access_token": TOKEN, "api/v1/me": ME, "about/moderators": moderators("all"), **answers}
    site = Routes({name.replace("__", "/"): one for name, one in given.items()})
    report = connection.check(PLACE, "", KEYS, site.hands(), repair=True)
    return {finding.what: (finding.state, finding.told) for finding in report.findings}


def test_the_steps_name_the_community_the_scopes_and_where_to_put_the_login() -> None:
    steps = "\n".join(connection.steps(PLACE, "https://x.example/hooks/place"))
    for needed in (
        "r/acmegame",
        "Manage Posts & Comments",
        "identity read modlog",
        "liaison secret put place --outgoing",
    ):
        assert needed in steps


def test_a_moderator_s_account_is_good() -> None:
    assert checked() == {
        "login": ("good", "as u/Acme_Liaison"),
        "moderator of r/acmegame": ("good", "it may see reports"),
    }
    assert checked(about__moderators=moderators("flair", "posts"))["moderator of r/acmegame"][0] == "good"


@pytest.mark.parametrize("given", [moderators("flair"), moderators("all", name="jun"), {"data": None}, {}])
def test_an_account_that_sees_no_reports_is_wrong(given: Any) -> None:
    assert checked(about__moderators=given)["moderator of r/acmegame"][0] == "wrong"


def test_another_account_than_the_program_s_is_wrong() -> None:
    assert checked(**{"api/v1/me": {"name": "jun"}})["login"][0] == "wrong"


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({"access_token": {"error": "invalid_grant"}}, "wrong"),
        ({"access_token": reply(401)}, "wrong"),
        ({"access_token": reply(503)}, "unknown"),
        ({"access_token": UnansweredError("no answer")}, "unknown"),
        ({"api/v1/me": reply(200, b"<html>")}, "unknown"),
        ({"about__moderators": reply(403)}, "wrong"),
    ],
    ids=str,
)
def test_a_login_that_does_not_work_is_told(answers: dict[str, Any], state: str) -> None:
    assert checked(**answers)["login"][0] == state


def test_without_a_login_the_check_says_what_to_put() -> None:
    report = connection.check(PLACE, "", Keys("", ""), routes().hands(), repair=False)
    [finding] = report.findings
    assert isinstance(finding, Finding)
    assert finding.state == "wrong"
    assert "liaison secret put place --outgoing" in finding.told
