"""Twitch: what is said in a chat and what stands in a schedule, that it is there once, and who lets us in."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.platforms.outgoing import NoSessionError, Outcome, Refused, Reply, Sent, Session, Unknown, Wait
from functions.platforms.posting import Absent, Budget, Measure
from functions.platforms.twitch import posting
from tests.platforms.posting.fake import NOW, Asked, reply, sent
from tests.platforms.posting.kits.twitch import (
    ANNOUNCEMENTS,
    CHANNEL,
    CLIENT,
    CREDENTIAL,
    MESSAGES,
    MODERATOR,
    SCHEDULE,
    Twitch,
    dropped,
    wrong,
)
from tests.platforms.posting.making import KEY, MAP, Adapter, destination, only

TO = destination(ANNOUNCEMENTS)
ENTRY: dict[str, Any] = {
    "start_time": "2026-12-01T17:00:00Z",
    "timezone": "Europe/Paris",
    "duration": "120",
    "is_recurring": False,
    "title": "Winter cup",
}
START = datetime(2026, 12, 1, 17, tzinfo=UTC)
TIMES: dict[str, Any] = {
    "starts_at": "2026-12-01T18:00:00+01:00",
    "ends_at": "2026-12-01T20:00:00+01:00",
    "zone": "Europe/Paris",
}

SAID = Adapter(ANNOUNCEMENTS, {"message": "Winter is here"})
WRITTEN = Adapter(MESSAGES, {"broadcaster_id": CHANNEL, "sender_id": MODERATOR, "message": "Winter is here"})
ENTERED = Adapter(SCHEDULE, ENTRY, "Winter cup")
FORMS = [SAID, WRITTEN, ENTERED]
EVERY = pytest.mark.parametrize("by", FORMS, ids=["announcement", "message", "schedule"])


@pytest.fixture
def site() -> Twitch:
    return Twitch(ANNOUNCEMENTS)


def answered(answer: Reply, by: Adapter = SAID) -> Outcome:
    """Even with a new session."""
    return by.answered(answer, times=2)


# The chat


def test_an_announcement_is_what_was_approved(site: Twitch) -> None:
    assert SAID.send(site) == Sent(KEY, "", {"form": "announcement"})
    create = site.asked[-1]
    assert (create.method, create.path) == ("POST", "/helix/chat/announcements")
    assert create.query == {"broadcaster_id": CHANNEL, "moderator_id": MODERATOR}
    assert create.json == SAID.body
    assert (create.headers["authorization"], create.headers["client-id"]) == ("Bearer token-1", CLIENT)


def test_a_message_is_known_by_what_twitch_calls_it(site: Twitch) -> None:
    assert WRITTEN.send(site) == Sent("abc-123-1", "", {"form": "message", "at": str(NOW)})
    create = site.asked[-1]
    assert (create.path, create.query) == ("/helix/chat/messages", {})
    assert create.json == WRITTEN.body


def test_a_message_sent_again_within_half_a_minute_is_there_once(site: Twitch) -> None:
    site.cut_off_after()
    assert isinstance(WRITTEN.send(site), Unknown)
    site.clock += 20
    assert WRITTEN.send(site) == Sent(KEY)
    assert len(site.posts) == 1


HELD = "Your message is being checked by mods and has not been sent."
SLOW = Wait(30, "not just now: This room is in slow mode.")


@pytest.mark.parametrize(
    ("code", "words", "outcome"),
    [
        ("msg_rejected", HELD, Refused(f"Twitch did not show it: {HELD}")),
        ("channel_settings", "", Refused("Twitch did not show it: channel_settings")),
        ("user_timed_out", "", Refused("Twitch did not show it: user_timed_out")),
        ("followers_only_mode", "", Refused("Twitch did not show it: followers_only_mode")),
        ("", "", Refused("Twitch did not show it: it does not say why")),
        ("slow_mode", "This room is in slow mode.", SLOW),
        ("msg_slowmode", "This room is in slow mode.", SLOW),
        ("msg_ratelimit", "This room is in slow mode.", SLOW),
    ],
)
def test_a_message_that_twitch_does_not_show(code: str, words: str, outcome: Outcome) -> None:
    assert answered(dropped(code, words), WRITTEN) == outcome


@pytest.mark.parametrize("by", FORMS[:2])
def test_nobody_can_look_into_a_chat(site: Twitch, by: Adapter) -> None:
    by.send(site)
    assert isinstance(by.find(site), Unknown)


def test_what_was_said_stays_as_it_was_said(site: Twitch) -> None:
    there = sent(SAID.send(site))
    assert SAID.edit(site, there, {"message": "Winter is late"}) == Refused(posting.UNCHANGED)
    assert SAID.withdraw(site, there) == Refused(posting.SAID)
    assert [post.text for post in site.posts] == ["Winter is here"]


def test_a_message_can_be_deleted_once_and_again(site: Twitch) -> None:
    there = sent(WRITTEN.send(site))
    for _ in range(2):
        assert WRITTEN.withdraw(site, there) == there
    assert site.posts == []
    assert site.asked[-1].query == {"broadcaster_id": CHANNEL, "moderator_id": MODERATOR, "message_id": there.id}


def test_after_six_hours_a_message_stays(site: Twitch) -> None:
    there = sent(WRITTEN.send(site))
    site.clock += 7 * 3600
    assert WRITTEN.withdraw(site, there) == Refused(posting.TOO_OLD)
    assert len(site.posts) == 1
    assert WRITTEN.withdraw(site, {"id": "x", "form": "message", "at": "odd"}) == Refused(posting.TOO_OLD)


def test_a_message_nobody_knows_the_name_of_is_a_moderators(site: Twitch) -> None:
    assert WRITTEN.withdraw(site, {"id": "k", "url": ""}) == Refused(posting.SAID)


# The schedule


def test_an_entry_is_what_was_approved(site: Twitch) -> None:
    there = sent(ENTERED.send(site))
    create = site.asked[-1]
    assert (create.method, create.path) == ("POST", "/helix/schedule/segment")
    assert create.query == {"broadcaster_id": CHANNEL}
    assert create.json == ENTRY
    assert there.more == {"form": "schedule"}
    assert site.posts[0].more["start"] == START


def test_an_entry_whose_answer_was_lost_is_there_once_even_unlooked_for(site: Twitch) -> None:
    site.cut_off_after()
    assert isinstance(ENTERED.send(site), Unknown)
    assert sent(ENTERED.send(site)) == ENTERED.find(site)
    assert len(site.posts) == 1


def test_an_entry_that_is_not_there_is_absent(site: Twitch) -> None:
    assert ENTERED.find(site) == Absent()
    site.entered_by_hand("Winter cup", datetime(2026, 12, 8, 17, tzinfo=UTC))
    site.entered_by_hand("Something else", START)
    assert ENTERED.find(site) == Absent()


def test_an_entry_is_found_behind_others(site: Twitch) -> None:
    there = sent(ENTERED.send(site))
    for number in range(30):
        site.entered_by_hand(f"Beside it {number}", START)
    assert ENTERED.find(site) == there


def test_a_crowded_schedule_is_nothing_to_be_sure_of(site: Twitch) -> None:
    for number in range(120):
        site.entered_by_hand(f"Beside it {number}", START)
    assert isinstance(ENTERED.find(site), Unknown)
    site.others = [
        replace(one, more={name: at + timedelta(days=1) for name, at in one.more.items()}) for one in site.others
    ]
    assert ENTERED.find(site) == Absent(), "the rest is later"


def test_a_cursor_may_stand_in_the_data(site: Twitch) -> None:
    there = sent(ENTERED.send(site))
    for number in range(30):
        site.entered_by_hand(f"Beside it {number}", datetime(2026, 12, 1, 16, 30, tzinfo=UTC))
    usual = site.answer

    def moved(asked: Asked) -> Reply:
        told = json.loads(usual(asked).body)
        told["data"]["pagination"] = told.pop("pagination")
        return reply(200, told)

    site.answer = moved  # type: ignore[method-assign]
    assert ENTERED.find(site) == there


def test_an_entry_that_overlaps_another_is_refused_in_twitchs_words(site: Twitch) -> None:
    site.entered_by_hand("Something else", datetime(2026, 12, 1, 17, 30, tzinfo=UTC))
    assert ENTERED.send(site) == Refused("Twitch refused it (400): Segment cannot create overlapping segment")
    site.instead(reply(500), method="GET")
    unknown = ENTERED.send(site)
    assert isinstance(unknown, Unknown)
    assert "overlapping" in unknown.reason


def test_a_changed_entry_reads_as_it_shall(site: Twitch) -> None:
    there = sent(ENTERED.send(site))
    changed = {**ENTRY, "title": "Winter cup, later", "start_time": "2026-12-01T18:00:00Z"}
    assert ENTERED.edit(site, there, changed) == there
    assert site.posts[0].text == "Winter cup, later"
    assert site.posts[0].more["start"] == datetime(2026, 12, 1, 18, tzinfo=UTC)


def test_an_entry_that_is_gone_cannot_be_changed(site: Twitch) -> None:
    there = sent(ENTERED.send(site))
    site.posts.clear()
    assert ENTERED.edit(site, there) == Refused(posting.GONE)


def test_an_entry_that_a_change_gave_another_name_is_found(site: Twitch) -> None:
    there = sent(ENTERED.send(site))
    site.posts[0].id = "moved"
    assert sent(ENTERED.edit(site, there)).id == "moved"


def test_a_change_that_is_not_confirmed_is_not_known(site: Twitch) -> None:
    there = sent(ENTERED.send(site))
    site.instead(reply(200, {"data": {"segments": []}}))
    assert isinstance(ENTERED.edit(site, there), Unknown)


def test_a_withdrawn_entry_is_gone_from_among_the_others(site: Twitch) -> None:
    there = sent(ENTERED.send(site))
    site.entered_by_hand("Something else", datetime(2026, 12, 8, tzinfo=UTC))
    for _ in range(2):
        assert ENTERED.withdraw(site, there) == there
    assert site.posts == []


def test_an_entry_that_twitch_does_not_delete_is_not_gone(site: Twitch) -> None:
    there = sent(ENTERED.send(site))
    site.instead(wrong(400, "Not now"), method="DELETE")
    assert ENTERED.withdraw(site, there) == Refused("Twitch refused it (400): Not now")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (None, Wait),
        (wrong(429, "Too many requests"), Wait),
        (wrong(401, "Invalid OAuth token"), Unknown),
        (wrong(403, "Forbidden"), Unknown),
        (reply(404, b"<html>"), Unknown),
        (reply(200, b"<html>"), Unknown),
        (reply(200, {"data": []}), Unknown),
        (reply(503, b"<html>"), Wait),
    ],
)
def test_a_look_that_fails_is_never_absence(site: Twitch, answer: Reply | None, kind: type) -> None:
    site.instead(answer, "schedule")
    assert isinstance(ENTERED.find(site), kind)


# Who lets us in


def test_one_login_serves_many_posts_and_a_token_that_ended_is_renewed_once(site: Twitch) -> None:
    for _ in range(3):
        sent(SAID.send(site))
    assert site.logins == 1
    assert site.asked[0].form == {**CREDENTIAL, "grant_type": "refresh_token"}
    site.token = "revoked"
    sent(SAID.send(site))
    assert (site.logins, len(site.posts)) == (2, 4)


def test_a_refresh_token_that_changed_is_used_from_then_on(site: Twitch) -> None:
    site.rotating = True
    for _ in range(3):
        sent(SAID.send(site))
        site.token = "revoked"
    assert site.sessions.kept[TO.id]["refresh"] == "refresh-3"


def test_another_credential_is_used_at_once(site: Twitch) -> None:
    sent(SAID.send(site))
    site.refresh = "refresh-new"
    sent(SAID.send(site, to=replace(TO, secret=json.dumps({**CREDENTIAL, "refresh_token": "refresh-new"}))))
    assert site.asked[-1].headers["authorization"] == "Bearer token-2"


def test_an_application_may_speak_for_itself(site: Twitch) -> None:
    alone = {"client_id": CLIENT, "client_secret": "s3cret"}
    sent(WRITTEN.send(site, to=replace(destination(MESSAGES), secret=json.dumps(alone))))
    assert site.asked[0].form == {**alone, "grant_type": "client_credentials"}


def test_a_token_that_never_ends_is_kept(site: Twitch) -> None:
    site.token = "eternal"
    site.instead(reply(200, {"access_token": "eternal"}), "oauth2")
    sent(SAID.send(site))
    assert site.sessions.kept[TO.id]["until"] == 0


@pytest.mark.parametrize(
    "secret", ["", "refresh-0", "[]", "{}", '{"client_id": 5, "client_secret": "x"}', "\ud800", '{"client_id": "x"}']
)
@EVERY
def test_a_credential_that_is_none_says_what_to_put(site: Twitch, by: Adapter, secret: str) -> None:
    to = replace(destination(by.target), secret=secret)
    refused = by.send(site, to=to)
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert f"liaison secret put {by.target.id} --outgoing" in refused.reason
    entry = {"id": "x", "form": "schedule"}
    assert by.withdraw(site, entry, to=to) == by.edit(site, entry, ENTRY, to=to) == refused
    assert by.find(site, ENTRY, to=to) == Unknown(refused.reason)
    assert site.asked == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(400, {"status": 400, "message": "Invalid refresh token"}), Refused),
        (reply(401, {"message": "Invalid refresh token"}), Refused),
        (reply(403, {"status": 403, "message": "invalid client secret"}), Refused),
        (reply(403, b"<html>"), Wait),
        (reply(429, {}), Wait),
        (reply(500), Wait),
        (reply(503, b"<html>"), Wait),
        (reply(200, b"<html>Welcome</html>"), Wait),
        (reply(200, {"access_token": ""}), Wait),
        (None, Wait),
    ],
)
def test_only_what_twitch_says_of_the_credential_is_held_against_it(
    site: Twitch, answer: Reply | None, kind: type
) -> None:
    site.instead(answer, "oauth2")
    outcome = SAID.send(site)
    assert isinstance(outcome, kind)
    assert not isinstance(outcome, Refused) or outcome.unauthorized
    assert site.posts == []
    assert isinstance(ENTERED.find(site), Unknown if kind is Refused else Wait)


def test_another_worker_that_renews_is_waited_for(site: Twitch) -> None:
    busy = Wait(5, "another worker is renewing the session")

    def renewing(name: str, renew: Any, *, stale: str = "") -> Session:
        raise NoSessionError(busy)

    site.sessions = renewing  # type: ignore[assignment]
    assert SAID.send(site) == ENTERED.find(site) == busy


# Answers


@EVERY
@pytest.mark.parametrize(
    "answer",
    [
        reply(200, b"<html>Welcome</html>"),
        reply(200, {"data": []}),
        reply(200, {"data": [{}]}),
        reply(200, {"data": [{"is_sent": "yes"}]}),
        reply(200, {"data": {"segments": [{"id": "x", "title": "Another", "start_time": "2026-12-01T17:00:00Z"}]}}),
        *(reply(status) for status in (201, 408, 500, 502, 503, 504)),
    ],
)
def test_an_answer_that_proves_nothing_is_not_known(answer: Reply, by: Adapter) -> None:
    assert isinstance(answered(answer, by), Unknown)


@pytest.mark.parametrize("by", FORMS[:2])
@pytest.mark.parametrize("status", [400, 403, 404, 409, 410, 422])
def test_what_twitch_refuses_is_told_in_its_words(status: int, by: Adapter) -> None:
    refused = answered(wrong(status, "The sender is not permitted"), by)
    assert refused == Refused(f"Twitch refused it ({status}): The sender is not permitted")


@EVERY
def test_it_is_told_when_somebody_has_to_allow_more(by: Adapter) -> None:
    refused = answered(wrong(401, "Missing scope: moderator:manage:announcements"), by)
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert "Missing scope: moderator:manage:announcements" in refused.reason
    assert f"liaison secret put {by.target.id} --outgoing" in refused.reason


def test_a_reason_never_shows_the_credential() -> None:
    refused = answered(wrong(400, 'odd: "s3cret" refresh-0'))
    assert refused == Refused('Twitch refused it (400): odd: "…" …')


@EVERY
@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(429, {}, retry_after="7"), 7),
        (reply(429, {}, ratelimit_reset=str(NOW + 25)), 25),
        (reply(429, {}, ratelimit_reset="1"), 1),
        (reply(429, {}, ratelimit_reset="9" * 30), 6 * 3600),
        (wrong(429, "Too many requests"), 60),
        (reply(429, b"<html>Too many requests</html>"), 900),
        (reply(403, b"<html>Access denied</html>"), 900),
    ],
)
def test_a_limit_holds_up_everything_of_the_target(answer: Reply, seconds: int, by: Adapter) -> None:
    wait = answered(answer, by)
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.budget) == (seconds, f"twitch:{by.target.id}")


# What it looks like


def test_one_announcement_to_the_letter() -> None:
    body = f"The **servers** are back.\n\n- one\n- two\n\nMore: https://acme.example/news\n\n![a map]({MAP.name})"
    made = SAID.render(body, images=(MAP,))
    part = only(made)
    told = "Winter – The servers are back. • one • two – More: https://acme.example/news [image: a map]"
    assert part.body == {"message": told}
    assert (part.kind, part.window, part.step, part.text) == ("blind", 0, "post", told)
    assert part.measures == (Measure("text", "UTF-16 units", len(told), 500),)
    assert part.budgets == (Budget("twitch:acme-twitch"), Budget(f"twitch:announcement:{CHANNEL}", 1, 2))
    assert made.notes == ("a Twitch chat has no images: what they show is told in words",)


def test_one_message_to_the_letter() -> None:
    part = only(WRITTEN.render("It is here.", title="Winter!"))
    assert part.body == {"broadcaster_id": CHANNEL, "sender_id": MODERATOR, "message": "Winter! It is here."}
    assert part.budgets == (Budget("twitch:acme-chat"), Budget(f"twitch:message:{MODERATOR}", 20, 30))


def test_one_entry_to_the_letter() -> None:
    made = ENTERED.render("Everybody may play.", title="Winter  cup", **TIMES)
    part = only(made)
    assert part.body == ENTRY
    assert (part.kind, part.window) == ("readable", 0)
    assert part.text == "Winter cup\n2026-12-01 18:00 to 20:00, Europe/Paris"
    assert part.measures == (Measure("title", "UTF-16 units", 10, 140),)
    assert made.notes == ("a schedule shows the title and the time, and not the text",)


def test_an_entry_over_midnight_tells_its_day() -> None:
    part = only(ENTERED.render("", **{**TIMES, "ends_at": "2026-12-02T02:00:00+01:00"}))
    assert part.body["duration"] == "480"
    assert part.text.endswith("2026-12-01 18:00 to 2026-12-02 02:00, Europe/Paris")


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"starts_at": ""}, "an entry in the schedule needs the event's start and end"),
        ({"ends_at": ""}, "an entry in the schedule needs the event's start and end"),
        ({"ends_at": "2026-12-01T20:00:00"}, "an entry in the schedule needs the event's start and end"),
        ({"ends_at": "2026-12-01T18:29:00+01:00"}, "it lasts 29 minutes; Twitch's schedule takes 30 to 1380"),
        ({"ends_at": "2026-12-02T17:01:00+01:00"}, "it lasts 1381 minutes; Twitch's schedule takes 30 to 1380"),
        ({"ends_at": "2026-12-01T17:00:00+01:00"}, "it lasts -60 minutes; Twitch's schedule takes 30 to 1380"),
        ({"title": " "}, "an entry in the schedule needs a title"),
        ({"title": "x" * 139 + "🎉"}, "title: 141 UTF-16 units; Twitch takes 140"),
    ],
)
def test_an_entry_that_no_schedule_takes_blocks_an_approval(changed: dict[str, str], problem: str) -> None:
    assert ENTERED.render("x", **{**TIMES, **changed}).problems == (problem,)


@pytest.mark.parametrize(
    ("minutes", "ends_at"), [("30", "2026-12-01T18:30:00+01:00"), ("1380", "2026-12-02T17:00:00+01:00")]
)
def test_the_shortest_and_the_longest_entry(site: Twitch, minutes: str, ends_at: str) -> None:
    part = only(ENTERED.render("", title="x" * 140, **{**TIMES, "ends_at": ends_at}))
    assert part.body["duration"] == minutes
    sent(ENTERED.send(site, part.body))


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("Patch 1.2", "Patch 1.2 is out", "Patch 1.2 is out"),
        ("Patch", "Patches are out", "Patch – Patches are out"),
        ("", "It is out", "It is out"),
        ("Patch 1.2", "", "Patch 1.2"),
        ("", "/ban everybody", "\u200b/ban everybody"),
        ("", ".timeout", "\u200b.timeout"),
        ("!raffle", "", "\u200b!raffle"),
        ("", "one\ntwo\n\n> three\n> four\n\nfive", "one two – three four – five"),
        ("", "[the notes](https://acme.example/n)", "the notes (https://acme.example/n)"),
        ("", "> ![a map](https://x.example/a.png)", "a map (https://x.example/a.png)"),
    ],
)
def test_it_is_one_line_and_no_command(title: str, body: str, expected: str) -> None:
    assert only(SAID.render(body, title=title)).body["message"] == expected


def test_a_mention_pings_by_grant_of_both_only(site: Twitch) -> None:
    made = SAID.render("@{anna} @{mods} @bob @{carl}", pings=frozenset({"anna", "mods"}))
    assert made.pings == ("@anna_plays (anna)",)
    assert made.notes == (
        "@mods pings nobody: the target 'acme-twitch' does not allow it (`pings`) and names no account for it"
        " (`mentions`)",
        "@bob pings nobody: the announcement does not ask for it",
        "@carl pings nobody: the announcement does not ask for it",
    )
    sent(SAID.send(site, only(made).body))
    assert site.posts[0].more["pings"] == ["@anna_plays"]


def test_a_name_that_is_no_login_pings_nobody() -> None:
    target = ANNOUNCEMENTS.model_copy(update={"mentions": {"anna": "Anna Plays!"}})
    made = SAID.render("@{anna}", target, pings=frozenset({"anna"}))
    assert made.pings == ()
    assert made.notes == ("@anna pings nobody: the target 'acme-twitch' names no account for it (`mentions`)",)


@pytest.mark.parametrize(("units", "parts"), [(500, 1), (501, 2)])
def test_five_hundred_units_are_one_message(units: int, parts: int) -> None:
    text = ("word " * 200)[: units - 2].strip()
    text += "x" * (units - 2 - len(text)) + "🎉"
    made = SAID.render(text, title="")
    assert len(made.parts) == parts
    assert all(part.measures[0].used <= 500 for part in made.parts)


def test_what_is_too_long_is_a_beginning_with_its_link_or_several_messages() -> None:
    body = "A sentence. " * 60
    link = "https://acme.example/news/1"
    assert only(SAID.render(body, link=link)).text.endswith(link)
    assert len(SAID.render(body).parts) == 2
    flood = ANNOUNCEMENTS.model_copy(update={"long": "thread"})
    told = [part.text for part in SAID.render(body, flood, link=link).parts]
    assert [text[-4:] for text in told] == [" 1/2", " 2/2"]
    assert sum(text.count("A sentence.") for text in told) == 60


@pytest.mark.parametrize(("by", "more"), [(SAID, {}), (WRITTEN, {}), (ENTERED, TIMES)])
def test_names_instead_of_ids_block_an_approval(by: Adapter, more: dict[str, Any]) -> None:
    named = by.target.model_copy(update={"place": "acme", "account": "acme_bot"})
    assert by.render("x", named, **more).problems == (
        f"`place` of {named.id!r} is not a Twitch user's id, which is a number",
        f"`account` of {named.id!r} is not a Twitch user's id, which is a number",
    )
