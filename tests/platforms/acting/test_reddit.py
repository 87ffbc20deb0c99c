"""What is peculiar to Reddit, of measures and of the moderators' mail."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.moderation import ActionRequested, MessageRequested
from functions.platforms import acting
from functions.platforms.outgoing import Destination, Refused, Sent, UnansweredError, Unknown, Wait
from functions.platforms.posting import Absent
from functions.platforms.reddit import acting as reddit_acting
from functions.platforms.reddit import telling
from tests.platforms.acting.kits import reddit as kit
from tests.platforms.acting.kits.reddit import (
    BANNED,
    COMMENT,
    DAY,
    GRIM,
    HELD,
    MOD,
    POST,
    REMOVED,
    SHUT,
    TO,
    UNTIL,
    US,
    Reddit,
)
from tests.platforms.posting.fake import NOW, Asked, hands, reply
from tests.platforms.telling.kits import reddit as mail

KEY = "abcdefghijklmnopqrstuvwxy"
SINCE = datetime.fromtimestamp(NOW, UTC)


def act(reddit: Reddit, action: ActionRequested, to: Destination = TO, now: int = NOW) -> Any:
    reddit.clock = float(now)
    return acting.act("reddit", action, to, KEY, hands(reddit))


def prepare(reddit: Reddit, action: ActionRequested, now: int = NOW) -> Any:
    reddit.clock = float(now)
    return acting.prepare("reddit", action, TO, hands(reddit))


def done(reddit: Reddit, action: ActionRequested, now: int = NOW) -> ActionRequested:
    """Carried out; what an undo needs to know."""
    before = prepare(reddit, action, now)
    outcome = act(reddit, action, now=now)
    assert isinstance(outcome, Sent), outcome
    return action.model_copy(update={"undo": True, "before": before, "after": outcome.more["after"]})


def changes(reddit: Reddit) -> list[Asked]:
    return [asked for asked in reddit.asked if reddit.creates(asked)]


def reason(outcome: object) -> str:
    assert isinstance(outcome, Refused | Wait | Unknown), outcome
    return outcome.reason


# Posts and comments


def test_what_a_filter_holds_back_is_removed_by_us_to_leave_the_queue() -> None:
    reddit = Reddit()
    undo = done(reddit, kit.action("remove", HELD))
    assert reddit.things[HELD]["banned_by"] == US
    assert "held back a second time" in reason(act(reddit, undo))


def test_what_a_filter_holds_back_is_let_through_and_cannot_be_held_again() -> None:
    reddit = Reddit()
    undo = done(reddit, kit.action("approve", HELD))
    assert reddit.things[HELD]["banned_by"] is None
    assert "held back a second time" in reason(act(reddit, undo))
    assert reddit.things[HELD]["banned_by"] is None


def test_what_another_moderator_removed_stays_theirs_and_gets_the_reason() -> None:
    reddit = Reddit()
    assert isinstance(act(reddit, kit.action("remove", REMOVED)), Sent)
    assert (reddit.things[REMOVED]["banned_by"], reddit.things[REMOVED]["mod_note"]) == (MOD, "Spam")


def test_a_removal_that_was_cut_off_before_its_reason_still_gets_it() -> None:
    reddit = Reddit()
    reddit.planned.extend([reddit.answer, lambda asked: reply(502)])
    action = kit.action("remove")
    assert isinstance(act(reddit, action), Unknown)
    assert isinstance(act(reddit, action), Sent)
    assert [asked.path for asked in changes(reddit)][-1] == "/api/v1/modactions/removal_reasons"
    assert reddit.things[POST]["mod_note"] == "Spam"


def test_without_a_reason_none_is_sent() -> None:
    reddit = Reddit()
    assert isinstance(act(reddit, kit.action("remove", reason="")), Sent)
    assert [asked.path for asked in changes(reddit)] == ["/api/remove"]


@pytest.mark.parametrize("measure", ["hide", "remove", "lock"])
def test_what_was_written_as_a_moderator_or_by_us_is_left_alone(measure: str) -> None:
    for more, words in (
        ({"distinguished": "moderator"}, "as a moderator"),
        ({"author": US.upper()}, "our own account"),
    ):
        reddit = Reddit()
        reddit.things[POST] |= more
        assert words in reason(act(reddit, kit.action(measure)))
        assert not changes(reddit)


def test_a_place_that_we_do_not_moderate_is_told_with_the_right_that_is_missing() -> None:
    reddit = Reddit()
    reddit.things[POST]["can_mod_post"] = False
    outcome = act(reddit, kit.action("remove"))
    assert isinstance(outcome, Refused)
    assert not outcome.unauthorized
    assert "modposts" in outcome.reason
    assert "Manage Posts & Comments" in outcome.reason


def test_a_right_that_was_taken_away_meanwhile_is_named() -> None:
    for measure, right in (("lock", "Manage Posts & Comments"), ("ban", "Manage Users")):
        reddit = Reddit()
        reddit.answers(reply(403, {"message": "Forbidden", "error": 403}))
        assert right in reason(act(reddit, kit.action(measure)))


def test_a_list_that_we_may_not_read_is_told_with_the_right() -> None:
    reddit = Reddit()
    whole = reddit.answer
    no = reply(403, {"message": "Forbidden", "error": 403})
    reddit.answer = lambda asked: no if asked.path.endswith("/banned") else whole(asked)  # type: ignore[method-assign]
    assert "Manage Users" in reason(act(reddit, kit.action("ban")))


def test_words_of_an_account_that_is_gone_can_still_be_removed() -> None:
    reddit = Reddit()
    reddit.things[POST]["author"] = "[deleted]"
    assert isinstance(act(reddit, kit.action("remove", person=None)), Sent)
    assert reddit.things[POST]["banned_by"] == US


def test_an_edit_since_it_was_looked_at_is_noticed() -> None:
    reddit = Reddit()
    action = kit.action("remove")
    looked = prepare(reddit, action)
    reddit.things[POST]["edited"] = float(NOW)
    assert "edited was not set" in reason(prepare(reddit, action.model_copy(update={"expected": looked})))


def test_an_answer_about_something_else_is_no_state() -> None:
    reddit = Reddit()
    reddit.things[POST]["name"] = COMMENT
    assert isinstance(act(reddit, kit.action("remove")), Wait)
    assert not changes(reddit)


# Reports


def test_a_report_that_is_agreed_to_is_closed_by_the_removal() -> None:
    reddit = Reddit()
    agreed = kit.action("resolve", outcome="violation")
    assert "approved or removed" in reason(act(reddit, agreed))
    assert isinstance(act(reddit, kit.action("remove")), Sent)
    calls = len(changes(reddit))
    assert isinstance(act(reddit, agreed), Sent)
    assert len(changes(reddit)) == calls


def test_a_report_about_what_is_removed_is_closed_without_bringing_it_back() -> None:
    reddit = Reddit()
    reddit.things[REMOVED]["mod_reports"] = [["Spam", MOD]]
    not_agreed = kit.action("resolve", REMOVED, outcome="no_violation")
    assert "approved or removed" in reason(act(reddit, not_agreed))
    assert isinstance(act(reddit, kit.action("resolve", REMOVED, outcome="violation")), Sent)
    assert reddit.things[REMOVED]["banned_by"]
    assert not reddit.things[REMOVED]["mod_reports"]


# People


def test_moderators_our_account_and_nobody_are_never_banned() -> None:
    for person, words in ((MOD, "is a moderator of r/acmegame"), (US.lower(), "our own"), ("[deleted]", "no account")):
        for measure in ("timeout", "ban", "warn"):
            reddit = Reddit()
            until = UNTIL if measure == "timeout" else None
            assert words in reason(act(reddit, kit.action(measure, person=person, until=until)))
            assert not changes(reddit)
    assert "nobody is known" in reason(act(Reddit(), kit.action("ban", person=None)))


def test_a_source_of_several_communities_bans_in_none() -> None:
    several = Destination("reddit", "acme", "", kit.SECRET, place="acmegame+acmeart", account=US)
    assert "not the name of one community" in reason(act(Reddit(), kit.action("ban"), several))
    assert isinstance(act(Reddit(), kit.action("remove"), several), Sent)


def test_days_are_whole_ones_and_the_exact_end_stands_in_the_note() -> None:
    reddit = Reddit()
    until = SINCE + timedelta(days=2, hours=3)
    outcome = act(reddit, kit.action("timeout", until=until))
    assert outcome.more["after"]["until"] == until.isoformat()
    (asked,) = changes(reddit)
    assert asked.form["duration"] == "3"
    assert asked.form["note"] == f"Spam (case c1, until {until.isoformat()})"
    assert asked.form["ban_context"] == POST


def test_the_end_is_the_same_however_often_one_looks() -> None:
    """Of another moderator's ban, too, of which Reddit tells only how many days are left."""
    reddit = Reddit()
    done(reddit, kit.action("timeout", until=UNTIL))
    for who in (GRIM, BANNED):
        ends = set()
        for hours in range(0, 60, 5):
            reddit.clock = NOW + hours * 3600
            state = reddit_acting.state(kit.action("ban", person=who), TO, hands(reddit))
            assert isinstance(state, dict)
            ends.add(state["until"])
        assert len(ends) == 1, ends


def test_a_longer_ban_is_not_shortened_by_a_time_out() -> None:
    for who in (SHUT, BANNED):
        reddit = Reddit()
        assert isinstance(act(reddit, kit.action("timeout", person=who, until=SINCE + timedelta(days=1))), Sent)
        assert not changes(reddit)


def test_an_undo_goes_back_to_the_shorter_ban_only_while_it_lasts() -> None:
    for later, before in ((DAY, True), (4 * DAY, False)):
        reddit = Reddit()
        undo = done(reddit, kit.action("timeout", person=BANNED, until=UNTIL))
        reddit.clock = NOW + later
        assert isinstance(act(reddit, undo, now=reddit.clock), Sent)
        assert (BANNED in reddit.bans) is before
        if before:
            left = reddit.bans[BANNED]["until"] - reddit.clock
            assert DAY < left <= 2 * DAY


def test_a_note_that_moderators_changed_by_hand_is_not_believed() -> None:
    reddit = Reddit()
    done(reddit, kit.action("timeout", until=UNTIL))
    reddit.bans[GRIM]["until"] = NOW + 30 * DAY
    state = prepare(reddit, kit.action("ban"))
    assert (
        state["until"] == (SINCE + timedelta(days=31)).isoformat()
        or state["until"] == (SINCE + timedelta(days=30)).isoformat()
    )


def test_what_they_are_told_of_a_ban_is_the_explanation_as_text() -> None:
    reddit = Reddit()
    words = "*Spam*, says u/somebody.\n\n# Rule 1"
    assert isinstance(act(reddit, kit.action("ban", explanation=words)), Sent)
    told = changes(reddit)[0].form["ban_message"]
    assert told.startswith("\\*Spam\\*, says u/\u200bsomebody.\n\n\\# Rule 1")


def test_an_account_that_is_gone_leaves_it_open() -> None:
    """Reddit answers 500: that it was not done nobody knows."""
    reddit = Reddit()
    reddit.missing.add(GRIM)
    assert isinstance(act(reddit, kit.action("ban")), Unknown)


def test_an_error_of_a_form_is_no_success() -> None:
    reddit = Reddit()
    reddit.answers(kit.errors("CANT_RESTRICT_MODERATOR", "that user is a moderator", "name"))
    assert "CANT_RESTRICT_MODERATOR" in reason(act(reddit, kit.action("ban")))


# Mail


def message(text: str = "It was spam.", **more: Any) -> MessageRequested:
    given = {"title": "Your post was taken down", "person": mail.PERSON, **more}
    return MessageRequested.model_validate({"case": "c1", "about": mail.ABOUT, "text": text, **given})


def tell(reddit: Reddit, what: MessageRequested) -> Any:
    return telling.tell(what, TO, KEY, hands(reddit))


def find(reddit: Reddit, what: MessageRequested) -> Any:
    return telling.find(what, TO, KEY, SINCE, hands(reddit))


def test_a_moderator_is_not_told_what_all_of_them_would_read() -> None:
    reddit = Reddit()
    outcome = tell(reddit, message(person={"id": MOD}))
    assert "all of them would read it" in reason(outcome)
    assert not reddit.mail


def test_it_comes_from_the_community() -> None:
    reddit = Reddit()
    outcome = tell(reddit, message())
    assert isinstance(outcome, Sent)
    assert outcome.url == "https://mod.reddit.com/mail/all/c1"
    (asked,) = changes(reddit)
    assert (asked.form["subject"], asked.form["isAuthorHidden"]) == ("Your post was taken down", "true")


def test_a_message_without_a_title_still_has_a_subject() -> None:
    reddit = Reddit()
    assert isinstance(tell(reddit, message(title="")), Sent)
    assert changes(reddit)[0].form["subject"] == "From the moderators of r/acmegame"


def test_a_message_is_told_apart_from_those_with_the_same_subject() -> None:
    reddit = Reddit()
    what = message()
    reddit.write(GRIM, what.title, "Other words.")
    reddit.write("somebody", what.title, "It was spam\\.")
    reddit.write(GRIM, "Another subject", "It was spam\\.")
    assert isinstance(find(reddit, what), Absent)
    assert isinstance(tell(reddit, what), Sent)
    found = find(reddit, what)
    assert isinstance(found, Sent)
    assert found.id == "c4"


def test_one_that_was_answered_or_archived_meanwhile_is_found_too() -> None:
    reddit = Reddit()
    assert isinstance(tell(reddit, message()), Sent)
    reddit.mail["c1"]["bodies"].append("But why?")
    reddit.mail["c1"]["box"] = "archived"
    assert isinstance(find(reddit, message()), Sent)


def test_one_of_last_week_is_another() -> None:
    reddit = Reddit()
    assert isinstance(tell(reddit, message()), Sent)
    reddit.mail["c1"]["at"] = (SINCE - timedelta(days=7)).isoformat()
    assert isinstance(find(reddit, message()), Absent)


def test_it_is_looked_for_page_by_page() -> None:
    reddit = Reddit()
    assert isinstance(tell(reddit, message()), Sent)
    for number in range(60):
        reddit.write("somebody", "Another subject", f"{number}", at=NOW + 60 + number)
    assert isinstance(find(reddit, message()), Sent)
    for number in range(120):
        reddit.write("somebody", "Another subject", f"{number}", at=NOW + 600 + number)
    assert "too much was written" in reason(find(reddit, message()))


def test_long_words_in_the_mail_hide_nothing() -> None:
    """Those of others fill an answer; our own may be longer than one."""
    reddit = Reddit()
    long = message("漢字" * 2900)
    assert isinstance(tell(reddit, long), Sent)
    for number in range(20):
        reddit.write("somebody", "Another subject", "漢字" * 2900, at=NOW + number)
    assert isinstance(find(reddit, message("Other words.")), Unknown)
    assert "is it this one?" in reason(find(reddit, long))


def test_a_login_that_fails_is_no_sign_of_absence() -> None:
    reddit = Reddit()
    reddit.log_in = lambda asked: reply(429, {"message": "no"})  # type: ignore[method-assign]
    assert isinstance(find(reddit, message()), Wait)
    reddit.log_in = lambda asked: reply(401, {"message": "no"})  # type: ignore[method-assign]
    assert isinstance(find(reddit, message()), Unknown)


def test_a_warning_whose_answer_was_lost_is_looked_for() -> None:
    for arrived in (True, False):
        reddit = Reddit()
        reddit.cut_off_after() if arrived else reddit.cut_off_before()
        warning = kit.action("warn")
        with pytest.raises(UnansweredError):
            act(reddit, warning)
        found = reddit_acting.find(warning, TO, KEY, SINCE, hands(reddit))
        assert isinstance(found, Sent if arrived else Absent)


def test_a_warning_is_not_undone() -> None:
    reddit = Reddit()
    assert "cannot be undone" in reason(act(reddit, done(reddit, kit.action("warn"))))


def test_every_credential_is_in_the_secret_alone() -> None:
    reddit = Reddit()
    act(reddit, kit.action("ban"))
    sent = json.dumps([asked.form for asked in changes(reddit)])
    assert kit.CLIENT_SECRET not in sent
    assert kit.REFRESH not in sent
