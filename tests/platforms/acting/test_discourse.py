"""A forum: what goes with a first post, the queue's versions, penalties over penalties, and messages of staff."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from events.moderation import MessageRequested
from events.people import Person
from functions.platforms.discourse import telling
from functions.platforms.outgoing import Outcome, Refused, Reply, Sent, Unknown, Wait
from tests.platforms.acting.doing import There
from tests.platforms.acting.kits import discourse as kit
from tests.platforms.acting.kits.discourse import (
    ANNA,
    BORIS,
    CLEO,
    DAY,
    HOUR,
    NEW,
    POST,
    QUEUED,
    TO,
    TOPIC,
    WEEK,
    action,
    at,
)
from tests.platforms.posting.fake import NOW, Asked, reply


def forum(**more: Any) -> There:
    return There("discourse", **more)


# Posts


def test_a_first_post_goes_with_its_topic_and_comes_back_with_it() -> None:
    """The forum lets nobody delete a first post alone."""
    there = forum()
    undo = there.carried_out(action("remove", TOPIC))
    assert isinstance(there.act(undo), Sent)
    assert there.sent() == [("PUT", "/t/7/recover.json")]


def test_the_log_of_staff_says_which_case_and_why() -> None:
    there = forum()
    there.act(action("remove"))
    assert there.changes()[0].query == {"context": "Spam (case c1)"}


def test_what_the_forum_has_deleted_after_a_month_is_not_shown_again_by_an_undo_but_by_letting_it_through() -> None:
    there = forum()
    undo = there.carried_out(action("hide"))
    there.fake.posts_there[204].deleted = True
    assert "deleted was no, is yes" in there.why_not(undo)
    assert isinstance(there.act(action("approve")), Sent)
    assert there.sent() == [("PUT", "/posts/204/recover.json"), ("PUT", "/posts/204/unhide.json")]


def test_what_our_account_has_flagged_already_cannot_be_hidden_again() -> None:
    there = forum()
    assert isinstance(there.act(there.carried_out(action("hide"))), Sent)
    there.fake.asked.clear()
    assert "remove it instead" in there.why_not(action("hide"))


def test_hiding_a_post_agrees_with_its_flags_so_that_nothing_is_left_to_resolve() -> None:
    there = forum()
    there.carried_out(action("hide"))
    assert isinstance(there.act(action("resolve", reports=kit.SCORES)), Sent)
    assert there.sent() == []


def test_a_post_that_was_edited_since_it_was_looked_at_is_left_alone() -> None:
    there = forum()
    seen = there.before(action("remove"))
    there.fake.posts_there[204].version = 2
    outcome = there.before(action("remove", expected=seen))
    assert isinstance(outcome, Refused)
    assert "version was 1, is 2" in outcome.reason


@pytest.mark.parametrize("measure", ["hide", "remove"])
def test_a_404_of_something_before_the_forum_does_not_mean_that_a_post_is_gone(measure: str) -> None:
    there = forum()
    there.fake.answer = lambda asked: reply(404, b"<html>Not found</html>")
    assert not isinstance(there.act(action(measure)), Sent)


def test_an_answer_that_was_cut_off_is_no_state() -> None:
    """The numbers of a long post are still read from what came of it; whether it is deleted, nobody can say."""
    there = forum()
    there.fake.answer = lambda asked: reply(200, b'{"id":204,"post_number":2,"topic_id":7,"cooked":"<p>' + b"x" * 99)
    assert isinstance(there.act(action("remove")), Wait)
    assert there.changes() == []


# The queue


def test_a_review_that_changed_meanwhile_is_looked_at_again() -> None:
    there, resolve = forum(), action("resolve", reports=kit.SCORES)
    whole = there.fake.answer

    def overtaken(asked: Asked) -> Reply:
        there.fake.reviews[30].version = 4
        given: Reply = whole(asked)
        return given

    there.fake.planned.append(overtaken)
    outcome = there.act(resolve)
    assert isinstance(outcome, Wait)
    assert "update conflict" in outcome.reason
    assert isinstance(there.act(resolve), Sent)
    assert there.changes()[-1].query == {"version": "4"}


def test_flags_on_a_hidden_post_are_agreed_with_by_what_the_queue_offers_for_it() -> None:
    there = forum()
    there.fake.posts_there[204].hidden = True
    there.act(action("resolve", reports=kit.SCORES))
    assert there.sent() == [("PUT", "/review/30/perform/agree_and_keep_hidden.json")]


def test_an_account_is_never_deleted_by_closing_its_review() -> None:
    told = forum().why_not(action("resolve", NEW, person=None, reports=("reviewable:32:1",)))
    assert "does not offer that for review 32" in told


def test_what_somebody_else_has_claimed_is_left_to_them() -> None:
    """The forum offers nothing then."""
    there = forum()
    there.fake.reviews[30].offers = lambda forum: ()
    assert "decide it there" in there.why_not(action("resolve", reports=kit.SCORES))


def test_a_post_that_its_author_took_back_cannot_be_let_through() -> None:
    there = forum()
    there.fake.reviews[31].status = 4
    assert "review 31" in there.why_not(action("approve", QUEUED))
    assert isinstance(there.act(action("resolve", QUEUED)), Sent)


def test_reports_that_the_forum_knows_nothing_of_cannot_be_closed_there() -> None:
    assert "no review" in forum().why_not(action("resolve", reports=("report:17",)))


# People


@pytest.mark.parametrize("measure", ["timeout", "suspend", "ban", "warn"])
def test_staff_and_our_own_account_are_spared(measure: str) -> None:
    assert "staff" in forum().why_not(action(measure, person=CLEO, until=WEEK))
    assert "our own account" in forum().why_not(action(measure, person=Person(id="5"), until=WEEK))
    unnumbered = replace(TO, account="")
    assert "our own account" in forum(to=unnumbered).why_not(action(measure, person=Person(id="5"), until=WEEK))


def test_nobody_is_hit_where_nobody_is_named() -> None:
    assert "not known" in forum().why_not(action("ban", person=None))
    assert "not known" in forum().why_not(action("ban", person=Person(id="-1")))


def test_who_is_silenced_already_is_let_off_first() -> None:
    """The forum refuses to do it twice; and goes back to what was left of the first one."""
    there = forum()
    undo = there.carried_out(action("timeout", person=BORIS, until=WEEK))
    assert isinstance(there.act(undo), Sent)
    assert there.sent() == [("PUT", "/admin/users/18/unsilence.json"), ("PUT", "/admin/users/18/silence.json")]
    assert there.fake.users[18].silenced == kit.stamp(at(HOUR))


def test_an_earlier_silence_that_is_over_by_then_does_not_come_back() -> None:
    there = forum()
    undo = there.carried_out(action("timeout", person=BORIS, until=WEEK))
    there.now = NOW + 2 * 3600
    assert isinstance(there.act(undo), Sent)
    assert there.sent() == [("PUT", "/admin/users/18/unsilence.json")]


def test_whoever_is_kept_away_for_longer_stays_so() -> None:
    there = forum()
    there.fake.users[18].suspended = kit.stamp(kit.EVER)
    for measure in ("suspend", "ban"):
        assert isinstance(there.act(action(measure, person=BORIS, until=WEEK)), Sent)
    assert isinstance(there.act(action("timeout", person=BORIS, until=at(HOUR / 2))), Sent)
    assert there.sent() == []


def test_a_suspension_that_is_over_is_none() -> None:
    there = forum()
    there.now = NOW + int(DAY.total_seconds()) + 1
    assert there.before(action("ban", person=BORIS)) == {"suspended_till": None, "staff": False}


def test_the_reason_fits_and_the_explanation_is_mailed() -> None:
    there = forum()
    there.act(action("suspend", until=WEEK, reason="Spam\r\nand more " * 40, explanation="It was spam.\n\nSorry."))
    body = there.changes()[0].json
    assert len(body["reason"]) <= 300
    assert body["reason"].startswith("Spam and more Spam")
    assert body["reason"].endswith("… (case c1)")
    assert there.fake.mailed == [("anna", "It was spam.\n\nSorry.")]


def test_an_end_that_cannot_be_read_is_no_state() -> None:
    there = forum()
    there.fake.users[17].silenced = "soon"
    outcome = there.act(action("timeout", until=WEEK))
    assert isinstance(outcome, Wait)
    assert "silenced_till" in outcome.reason


def test_a_warning_is_official_and_given_once_in_a_case() -> None:
    there = forum()
    for _ in range(2):
        assert isinstance(there.act(action("warn", explanation="Please *read* our rules, @everyone.")), Sent)
    (message,) = there.fake.messages
    assert (message.to, message.warning, message.title) == ("anna", True, "Spam")
    assert "Please *read* our rules, @everyone." in kit.read(message)
    assert isinstance(there.act(action("warn", explanation="And again.")), Sent)
    assert len(there.fake.messages) == 2


def test_a_warning_needs_words() -> None:
    assert "explanation" in forum().why_not(action("warn", explanation=" \n"))


# What is missing


def answering(status: int, body: Any, **headers: str) -> Outcome:
    there = forum()
    there.fake.answer = lambda asked: reply(status, body, **headers)
    return there.act(action("remove"))


def test_a_key_that_the_forum_does_not_know_is_told_as_such() -> None:
    there = forum(to=replace(TO, secret="old"))
    outcome = there.act(action("remove"))
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized


def test_a_right_that_is_missing_is_named_and_does_not_make_the_key_a_wrong_one() -> None:
    outcome = answering(403, {"errors": ["You are not permitted to view the requested resource."]})
    assert isinstance(outcome, Refused)
    assert not outcome.unauthorized
    assert "scope “Global”" in outcome.reason


def test_a_forum_that_has_moved_is_told_by_the_field_to_correct() -> None:
    outcome = answering(301, b"", location="https://elsewhere.example")
    assert isinstance(outcome, Refused)
    assert "correct `api` of 'forum'" in outcome.reason


def test_without_an_address_nothing_is_sent() -> None:
    assert "`api`" in forum(to=replace(TO, address="")).why_not(action("remove"))


# Telling


def message(**more: Any) -> MessageRequested:
    given = {"person": ANNA, "about": POST, "title": "Your post", "text": "It was spam.", "link": "", **more}
    return MessageRequested(case="c1", **given)


def tell(there: There, told: MessageRequested, key: str = "a" * 25) -> Outcome:
    return telling.tell(told, there.to, key, there.lent)


def test_what_was_told_already_is_found_by_its_key() -> None:
    there = forum()
    first, again = tell(there, message()), tell(there, message())
    assert isinstance(first, Sent)
    assert isinstance(again, Sent)
    assert again.more["topic"] == first.more["topic"] == "500"
    assert len(there.fake.messages) == 1


def test_refused_and_nobody_could_look_why_is_not_known() -> None:
    there = forum()
    tell(there, message())
    whole = there.fake.answer
    there.fake.answer = lambda asked: reply(200, b"<html>") if "external_id" in asked.path else whole(asked)
    assert isinstance(tell(there, message()), Unknown)


def test_an_account_that_is_gone_is_told_nothing() -> None:
    there = forum()
    outcome = tell(there, message(person=Person(id="404")))
    assert isinstance(outcome, Refused)
    assert "no such account" in outcome.reason


def test_a_title_is_cut_to_what_a_forum_takes() -> None:
    there = forum()
    assert isinstance(tell(there, message(title="A title\nof words " * 30)), Sent)
    (told,) = there.fake.messages
    assert len(told.title) <= 200
    assert told.title.startswith("A title of words A title")


def test_how_long_somebody_is_kept_away_has_limits() -> None:
    assert "at least" in forum().why_not(action("timeout", until=at(timedelta(seconds=59))))
