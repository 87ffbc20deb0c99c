"""Twitch: what is said in a chat and what stands in a schedule, that it is there once, and who lets us in."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.announcements import ChangeRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms.outgoing import (
    Destination,
    Hands,
    NoSessionError,
    NotSentError,
    Outcome,
    Refused,
    Reply,
    Sent,
    Session,
    UnansweredError,
    Unknown,
    Wait,
)
from functions.platforms.posting import Absent, Budget, Measure, Part, Post, Rendering
from functions.platforms.twitch import posting
from tests.platforms.posting import fake as shared
from tests.platforms.posting.fake import NOW, Asked, Sessions, reply, sent
from tests.platforms.posting.kits import twitch as kit
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

AT = datetime.fromtimestamp(NOW, UTC)
SAID: dict[str, Any] = {"message": "Winter is here"}
WRITTEN: dict[str, Any] = {"broadcaster_id": CHANNEL, "sender_id": MODERATOR, "message": "Winter is here"}
ENTRY: dict[str, Any] = {
    "start_time": "2026-12-01T17:00:00Z",
    "timezone": "Europe/Paris",
    "duration": "120",
    "is_recurring": False,
    "title": "Winter cup",
}
TIMES = {"starts_at": "2026-12-01T18:00:00+01:00", "ends_at": "2026-12-01T20:00:00+01:00", "zone": "Europe/Paris"}
FORMS = [(ANNOUNCEMENTS, SAID), (MESSAGES, WRITTEN), (SCHEDULE, ENTRY)]
NAME = f"{sha256(b'png').hexdigest()}.png"
IMAGE = Image(name=NAME, type="image/png", bytes=3)


class Desk:
    """A target, its channel, and the session that all attempts share."""

    def __init__(self, target: Target = ANNOUNCEMENTS, secret: str = kit.SECRET) -> None:
        self.site, self.sessions, self.target = Twitch(target), Sessions(), target
        self.to = Destination(target.id, "acme", "", secret, place=target.place, account=target.account)

    @property
    def hands(self) -> Hands:
        return shared.hands(self.site, sessions=self.sessions, timestamp=int(self.site.clock))

    def requested(self, body: dict[str, Any], **more: Any) -> PostRequested:
        given = {"announcement": "a1", "target": self.target.id, "language": "en", "published_at": AT, "body": body}
        return PostRequested.model_validate({**given, **more})

    def send(self, body: dict[str, Any] = SAID, key: str = "k") -> Outcome:
        return posting.send(self.requested(body), self.to, key, self.hands)

    def find(self, body: dict[str, Any] = ENTRY) -> object:
        return posting.find(self.requested(body), self.to, "k", AT, self.hands)

    def edit(self, body: dict[str, Any], posted: dict[str, Any]) -> Outcome:
        change = ChangeRequested.model_validate({**self.requested(body).model_dump(), "posted": posted})
        return posting.edit(change, self.to, "e", self.hands)

    def withdraw(self, posted: dict[str, Any]) -> Outcome:
        gone = WithdrawRequested(announcement="a1", target=self.target.id, posted=posted)
        return posting.withdraw(gone, self.to, "w", self.hands)


def known(outcome: object) -> dict[str, Any]:
    there = sent(outcome)
    return {**there.more, "id": there.id, "url": there.url}


def answered(answer: Reply, body: dict[str, Any] = SAID, target: Target = ANNOUNCEMENTS) -> Outcome:
    """What becomes of the one call that counts, when Twitch answers it like this, even with a new session."""
    desk = Desk(target)
    desk.site.answers(answer)
    desk.site.answers(answer)
    return desk.send(body)


# The chat


def test_an_announcement_is_what_was_approved() -> None:
    desk = Desk()
    assert desk.send() == Sent("k", "", {"form": "announcement"})
    create = desk.site.asked[-1]
    assert (create.method, create.path) == ("POST", "/helix/chat/announcements")
    assert create.query == {"broadcaster_id": CHANNEL, "moderator_id": MODERATOR}
    assert create.json == SAID
    assert (create.headers["authorization"], create.headers["client-id"]) == ("Bearer token-1", CLIENT)
    assert desk.site.posts[0].text == "Winter is here"


def test_a_message_is_known_by_what_twitch_calls_it() -> None:
    desk = Desk(MESSAGES)
    there = desk.send(WRITTEN)
    assert there == Sent("abc-123-1", "", {"form": "message", "at": str(NOW)})
    assert (desk.site.asked[-1].path, desk.site.asked[-1].query) == ("/helix/chat/messages", {})
    assert desk.site.asked[-1].json == WRITTEN


def test_a_message_sent_again_within_half_a_minute_is_there_once() -> None:
    desk = Desk(MESSAGES)
    desk.site.cut_off_after()
    with pytest.raises(UnansweredError):
        desk.send(WRITTEN)
    desk.site.clock += 20
    assert desk.send(WRITTEN) == Sent("k")
    assert len(desk.site.posts) == 1


def test_a_message_that_twitch_does_not_show_is_not_sent() -> None:
    answer = dropped("msg_rejected", "Your message is being checked by mods and has not been sent.")
    refused = answered(answer, WRITTEN, MESSAGES)
    assert refused == Refused("Twitch did not show it: Your message is being checked by mods and has not been sent.")


@pytest.mark.parametrize("code", ["channel_settings", "user_timed_out", "followers_only_mode", ""])
def test_any_other_reason_is_refused(code: str) -> None:
    assert isinstance(answered(dropped(code, ""), WRITTEN, MESSAGES), Refused)


@pytest.mark.parametrize("code", ["slow_mode", "msg_slowmode", "msg_ratelimit"])
def test_what_is_only_too_fast_may_be_said_later(code: str) -> None:
    wait = answered(dropped(code, "This room is in slow mode."), WRITTEN, MESSAGES)
    assert wait == Wait(30, "not just now: This room is in slow mode.")


def test_nobody_can_look_into_a_chat() -> None:
    for target, body in FORMS[:2]:
        desk = Desk(target)
        desk.send(body)
        assert isinstance(desk.find(body), Unknown)


def test_what_was_said_stays_as_it_was_said() -> None:
    desk = Desk()
    posted = known(desk.send())
    assert desk.edit({"message": "Winter is late"}, posted) == Refused(posting.UNCHANGED)
    assert desk.withdraw(posted) == Refused(posting.SAID)
    assert [post.text for post in desk.site.posts] == ["Winter is here"]


def test_a_message_can_be_deleted_once_and_again() -> None:
    desk = Desk(MESSAGES)
    posted = known(desk.send(WRITTEN))
    for _ in range(2):
        assert known(desk.withdraw(posted)) == posted
    assert desk.site.posts == []
    delete = desk.site.asked[-1]
    assert delete.query == {"broadcaster_id": CHANNEL, "moderator_id": MODERATOR, "message_id": "abc-123-1"}


def test_after_six_hours_a_message_stays() -> None:
    desk = Desk(MESSAGES)
    posted = known(desk.send(WRITTEN))
    desk.site.clock += 7 * 3600
    assert desk.withdraw(posted) == Refused(posting.TOO_OLD)
    assert len(desk.site.posts) == 1


def test_a_message_nobody_knows_the_name_of_is_a_moderators() -> None:
    assert Desk(MESSAGES).withdraw({"id": "k", "url": ""}) == Refused(posting.SAID)


# The schedule


def test_an_entry_is_what_was_approved() -> None:
    desk = Desk(SCHEDULE)
    there = sent(desk.send(ENTRY))
    create = desk.site.asked[-1]
    assert (create.method, create.path, create.query) == (
        "POST",
        "/helix/schedule/segment",
        {"broadcaster_id": CHANNEL},
    )
    assert create.json == ENTRY
    assert there.more == {"form": "schedule"}
    assert desk.site.posts[0].more["start"] == datetime(2026, 12, 1, 17, tzinfo=UTC)


def test_an_entry_whose_answer_was_lost_is_found() -> None:
    desk = Desk(SCHEDULE)
    desk.site.cut_off_after()
    with pytest.raises(UnansweredError):
        desk.send(ENTRY)
    there = desk.find()
    assert isinstance(there, Sent)
    assert desk.send(ENTRY) == there
    assert len(desk.site.posts) == 1


def test_an_entry_that_is_not_there_is_absent() -> None:
    desk = Desk(SCHEDULE)
    assert desk.find() == Absent()
    desk.site.entered_by_hand("Winter cup", datetime(2026, 12, 8, 17, tzinfo=UTC))
    desk.site.entered_by_hand("Something else", datetime(2026, 12, 1, 17, tzinfo=UTC))
    assert desk.find() == Absent()


def test_an_entry_is_found_behind_others() -> None:
    desk = Desk(SCHEDULE)
    there = sent(desk.send(ENTRY))
    for number in range(30):
        desk.site.entered_by_hand(f"Beside it {number}", datetime(2026, 12, 1, 17, tzinfo=UTC))
    assert desk.find() == there


def test_a_crowded_schedule_is_nothing_to_be_sure_of() -> None:
    desk = Desk(SCHEDULE)
    for number in range(120):
        desk.site.entered_by_hand(f"Beside it {number}", datetime(2026, 12, 1, 17, tzinfo=UTC))
    assert isinstance(desk.find(), Unknown)


def test_a_cursor_may_stand_in_the_data() -> None:
    desk = Desk(SCHEDULE)
    there = sent(desk.send(ENTRY))
    for number in range(30):
        desk.site.entered_by_hand(f"Beside it {number}", datetime(2026, 12, 1, 16, 30, tzinfo=UTC))
    answer = desk.site.answer

    def moved(asked: Asked) -> Reply:
        given = answer(asked)
        told = json.loads(given.body)
        if "pagination" in told:
            told["data"]["pagination"] = told.pop("pagination")
        return replace(given, body=json.dumps(told).encode())

    desk.site.answer = moved  # type: ignore[method-assign]
    assert desk.find() == there


def test_an_entry_that_overlaps_another_is_refused_in_twitchs_words() -> None:
    desk = Desk(SCHEDULE)
    desk.site.entered_by_hand("Something else", datetime(2026, 12, 1, 17, 30, tzinfo=UTC))
    assert desk.send(ENTRY) == Refused("Twitch refused it (400): Segment cannot create overlapping segment")


def test_what_is_refused_and_cannot_be_looked_for_is_not_known() -> None:
    desk = Desk(SCHEDULE)
    desk.site.entered_by_hand("Something else", datetime(2026, 12, 1, 17, 30, tzinfo=UTC))
    answer = desk.site.answer

    def blind(asked: Asked) -> Reply:
        return reply(500) if asked.method == "GET" else answer(asked)

    desk.site.answer = blind  # type: ignore[method-assign]
    unknown = desk.send(ENTRY)
    assert isinstance(unknown, Unknown)
    assert "overlapping" in unknown.reason


def test_a_changed_entry_reads_as_it_shall() -> None:
    desk = Desk(SCHEDULE)
    posted = known(desk.send(ENTRY))
    changed = {**ENTRY, "title": "Winter cup, later", "start_time": "2026-12-01T18:00:00Z"}
    assert known(desk.edit(changed, posted)) == posted
    assert desk.site.posts[0].text == "Winter cup, later"
    assert desk.site.posts[0].more["start"] == datetime(2026, 12, 1, 18, tzinfo=UTC)


def test_an_entry_that_is_gone_cannot_be_changed() -> None:
    desk = Desk(SCHEDULE)
    posted = known(desk.send(ENTRY))
    desk.site.posts.clear()
    assert desk.edit(ENTRY, posted) == Refused(posting.GONE)


def test_an_entry_that_a_change_gave_another_name_is_found() -> None:
    desk = Desk(SCHEDULE)
    posted = known(desk.send(ENTRY))
    desk.site.posts[0].id = "moved"
    assert sent(desk.edit(ENTRY, posted)).id == "moved"


def test_a_change_that_is_not_confirmed_is_not_known() -> None:
    desk = Desk(SCHEDULE)
    posted = known(desk.send(ENTRY))
    desk.site.answer = lambda asked: reply(200, {"data": {"segments": []}})  # type: ignore[method-assign]
    assert isinstance(desk.edit(ENTRY, posted), Unknown)


def test_a_withdrawn_entry_is_gone_and_gone_again_is_the_same() -> None:
    desk = Desk(SCHEDULE)
    posted = known(desk.send(ENTRY))
    desk.site.entered_by_hand("Something else", datetime(2026, 12, 8, tzinfo=UTC))
    for _ in range(2):
        assert known(desk.withdraw(posted)) == posted
    assert desk.site.posts == []


def test_an_entry_that_twitch_does_not_delete_is_not_gone() -> None:
    desk = Desk(SCHEDULE)
    posted = known(desk.send(ENTRY))
    answer = desk.site.answer

    def stubborn(asked: Asked) -> Reply:
        return wrong(400, "Not now") if asked.method == "DELETE" else answer(asked)

    desk.site.answer = stubborn  # type: ignore[method-assign]
    assert desk.withdraw(posted) == Refused("Twitch refused it (400): Not now")


FAILURES: list[tuple[Reply | None, type]] = [
    (None, Wait),
    (reply(401, b""), Unknown),
    (wrong(401, "Invalid OAuth token"), Unknown),
    (wrong(429, "Too many requests"), Wait),
    (reply(503, b"<html>"), Wait),
    (reply(404, b"<html>"), Unknown),
    (reply(200, b"<html>"), Unknown),
    (reply(200, {"data": []}), Unknown),
    (wrong(403, "Forbidden"), Unknown),
]


@pytest.mark.parametrize(("answer", "what"), FAILURES)
def test_wherever_a_look_fails_it_never_says_that_it_is_not_there(answer: Reply | None, what: type) -> None:
    desk = Desk(SCHEDULE)
    good = desk.site.answer

    def failing(asked: Asked) -> Reply:
        if asked.path == "/oauth2/token":
            return good(asked)
        if answer is None:
            raise UnansweredError("no whole answer within 10 s")
        return answer

    desk.site.answer = failing  # type: ignore[method-assign]
    assert isinstance(desk.find(), what)


# Who lets us in


def test_one_login_serves_many_posts() -> None:
    desk = Desk()
    for number in range(3):
        sent(desk.send(key=f"k{number}"))
    assert desk.site.logins == 1
    login = desk.site.asked[0]
    assert login.form == {**CREDENTIAL, "grant_type": "refresh_token"}


def test_a_token_that_ended_is_renewed_once_and_nothing_is_said_twice() -> None:
    desk = Desk()
    sent(desk.send())
    desk.site.token = "revoked"
    sent(desk.send(key="k2"))
    assert (desk.site.logins, len(desk.site.posts)) == (2, 2)


def test_a_refresh_token_that_changed_is_used_from_then_on() -> None:
    desk = Desk()
    login = desk.site.login

    def rotating(form: dict[str, str]) -> Reply:
        given = login(form)
        desk.site.refresh = f"refresh-{desk.site.logins}"
        return replace(given, body=json.dumps(json.loads(given.body) | {"refresh_token": desk.site.refresh}).encode())

    desk.site.login = rotating  # type: ignore[method-assign]
    sent(desk.send())
    desk.site.token = "revoked"
    sent(desk.send(key="k2"))
    assert desk.sessions.kept[desk.to.id]["refresh"] == "refresh-2"


def test_a_new_credential_counts_from_then_on() -> None:
    desk = Desk()
    sent(desk.send())
    desk.site.refresh, desk.site.token = "refresh-new", "revoked"
    desk.to = replace(desk.to, secret=json.dumps({**CREDENTIAL, "refresh_token": "refresh-new"}))
    sent(desk.send(key="k2"))


def test_an_application_may_speak_for_itself() -> None:
    desk = Desk(MESSAGES, json.dumps({"client_id": CLIENT, "client_secret": "s3cret"}))
    sent(desk.send(WRITTEN))
    assert desk.site.asked[0].form["grant_type"] == "client_credentials"


@pytest.mark.parametrize(
    "secret", ["", "refresh-0", "[]", "{}", '{"client_id": 5, "client_secret": "x"}', "\ud800", '{"client_id": "x"}']
)
def test_a_credential_that_is_none_says_what_to_put(secret: str) -> None:
    for target, body in FORMS:
        desk = Desk(target, secret)
        refused = desk.send(body)
        assert isinstance(refused, Refused)
        assert refused.unauthorized
        assert "liaison secret put" in refused.reason
        assert isinstance(desk.withdraw({"id": "x", "form": "schedule"}), Refused)
        assert isinstance(desk.edit(ENTRY, {"id": "x", "form": "schedule"}), Refused)
    assert isinstance(Desk(SCHEDULE, secret).find(), Unknown)


@pytest.mark.parametrize(
    ("answer", "what"),
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
    ],
)
def test_only_what_twitch_says_of_the_credential_is_held_against_it(answer: Reply, what: type) -> None:
    desk = Desk()
    desk.site.login = lambda form: answer  # type: ignore[method-assign]
    outcome = desk.send()
    assert isinstance(outcome, what)
    assert not isinstance(outcome, Refused) or outcome.unauthorized
    assert desk.site.posts == []


def test_a_login_without_an_answer_is_no_doubt_about_the_post() -> None:
    desk = Desk()

    def cut_off(form: dict[str, str]) -> Reply:
        raise UnansweredError("no whole answer within 10 s")

    desk.site.login = cut_off  # type: ignore[method-assign]
    assert isinstance(desk.send(), Wait)
    assert isinstance(desk.find(), Wait)


def test_another_worker_that_renews_is_waited_for() -> None:
    def busy(name: str, renew: Any, *, stale: str = "") -> Session:
        raise NoSessionError(Wait(5, "another worker is renewing the session"))

    desk = Desk()
    desk.sessions = busy  # type: ignore[assignment]
    assert desk.send() == Wait(5, "another worker is renewing the session")


def test_a_token_that_never_ends_is_kept() -> None:
    desk = Desk()
    desk.site.token = "eternal"
    desk.site.login = lambda form: reply(200, {"access_token": "eternal"})  # type: ignore[method-assign]
    sent(desk.send())
    assert desk.sessions.kept[desk.to.id]["until"] == 0


# Answers


@pytest.mark.parametrize(("target", "body"), FORMS)
@pytest.mark.parametrize(
    "answer",
    [
        reply(200, b"<html>Welcome</html>"),
        reply(200, {"data": []}),
        reply(200, {"data": [{}]}),
        reply(200, {"data": [{"is_sent": "yes"}]}),
        reply(200, {"data": {"segments": [{"id": "x", "title": "Another", "start_time": "2026-12-01T17:00:00Z"}]}}),
        reply(201),
        reply(408),
        reply(500),
        reply(502, b"<html>"),
        reply(503),
        reply(504),
    ],
)
def test_an_answer_that_proves_nothing_is_not_known(answer: Reply, target: Target, body: dict[str, Any]) -> None:
    assert isinstance(answered(answer, body, target), Unknown)


@pytest.mark.parametrize("body", [SAID, WRITTEN])
@pytest.mark.parametrize("status", [400, 403, 404, 409, 410, 422])
def test_what_twitch_refuses_is_told_in_its_words(status: int, body: dict[str, Any]) -> None:
    refused = answered(wrong(status, "The sender is not permitted"), body)
    assert refused == Refused(f"Twitch refused it ({status}): The sender is not permitted")


@pytest.mark.parametrize(("target", "body"), FORMS)
def test_it_is_told_when_somebody_has_to_allow_more(target: Target, body: dict[str, Any]) -> None:
    refused = answered(wrong(401, "Missing scope: moderator:manage:announcements"), body, target)
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert "Missing scope: moderator:manage:announcements" in refused.reason
    assert f"liaison secret put {target.id} --outgoing" in refused.reason


def test_a_reason_never_shows_the_credential() -> None:
    refused = answered(wrong(400, 'odd: "s3cret" refresh-0'))
    assert refused == Refused('Twitch refused it (400): odd: "…" …')


@pytest.mark.parametrize(("target", "body"), FORMS)
@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(429, {}, retry_after="7"), 7),
        (reply(429, {}, retry_after="7.2"), 8),
        (reply(429, {}, retry_after=format_datetime(AT + timedelta(seconds=40), usegmt=True)), 40),
        (reply(429, {}, ratelimit_reset=str(NOW + 25)), 25),
        (reply(429, {}, ratelimit_reset="1"), 1),
        (reply(429, {}, ratelimit_reset="9" * 30), 6 * 3600),
        (wrong(429, "Too many requests"), 60),
        (reply(429, b"<html>Too many requests</html>"), 900),
        (reply(403, b"<html>Access denied</html>"), 900),
    ],
)
def test_too_much_and_how_long_to_wait(answer: Reply, seconds: int, target: Target, body: dict[str, Any]) -> None:
    wait = answered(answer, body, target)
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.budget) == (seconds, f"twitch:{target.id}")


@pytest.mark.parametrize(("target", "body"), FORMS)
def test_nothing_was_sent_when_twitch_could_not_be_reached(target: Target, body: dict[str, Any]) -> None:
    desk = Desk(target)
    desk.site.unreachable()
    with pytest.raises(NotSentError):
        desk.send(body)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ["id", "data", "segments", "is_sent", "drop_reason", "message_id", "message", "title", "start_time", "cursor"]
NAMED = st.recursive(
    ODD | st.sampled_from([ENTRY["title"], ENTRY["start_time"]]),
    lambda inner: (
        st.dictionaries(st.sampled_from([*FIELDS, "pagination"]), inner, max_size=4) | st.lists(inner, max_size=2)
    ),
)
BODIES = st.binary(max_size=30) | st.builds(lambda given: json.dumps(given).encode(), NAMED)
HEADERS = st.dictionaries(st.sampled_from(["retry-after", "ratelimit-reset"]), st.text(max_size=8), max_size=2)
REPLIES = st.builds(Reply, st.sampled_from([200, 204, 400, 404]) | st.integers(100, 599), HEADERS, BODIES)


@given(REPLIES, st.sampled_from(FORMS))
@settings(max_examples=400, deadline=None)
def test_whatever_is_answered_has_an_outcome_and_only_what_is_proved_is_sent(
    answer: Reply, form: tuple[Target, dict[str, Any]]
) -> None:
    target, body = form
    outcome = answered(answer, body, target)
    assert isinstance(outcome, Sent | Refused | Wait | Unknown)
    if isinstance(outcome, Sent):
        if target is ANNOUNCEMENTS:
            assert answer.status == 204
        elif target is MESSAGES:
            assert json.loads(answer.body)["data"][0]["is_sent"] or b"msg_duplicate" in answer.body
        else:
            assert outcome.id in [one["id"] for one in json.loads(answer.body)["data"]["segments"]]


@given(REPLIES, st.sampled_from(FORMS))
@settings(max_examples=300, deadline=None)
def test_whatever_is_answered_afterwards_or_to_a_look_has_an_outcome(
    answer: Reply, form: tuple[Target, dict[str, Any]]
) -> None:
    target, body = form
    desk = Desk(target)
    desk.site.answer = lambda asked: answer  # type: ignore[method-assign]
    posted = {"id": "x", "url": "", "form": target.form, "at": "odd"}
    assert isinstance(desk.send(body), Sent | Refused | Wait | Unknown)
    assert isinstance(desk.find(body), Sent | Absent | Unknown | Wait)
    assert isinstance(desk.edit(body, posted), Sent | Refused | Wait | Unknown)
    assert isinstance(desk.withdraw(posted), Sent | Refused | Wait | Unknown)


# What it looks like


def rendered(body: str, target: Target = ANNOUNCEMENTS, **more: Any) -> Rendering:
    return posting.render(Post("a1", more.pop("title", "Winter"), body, "en", **more), target)


def only(rendering: Rendering) -> Part:
    assert rendering.problems == ()
    (part,) = rendering.parts
    return part


def test_one_announcement_to_the_letter() -> None:
    part = only(rendered("The **servers** are back.\n\n- one\n- two\n\nMore: https://acme.example/news"))
    told = "Winter – The servers are back. • one • two – More: https://acme.example/news"
    assert part.body == {"message": told}
    assert (part.kind, part.window, part.step, part.text) == ("blind", 0, "post", told)
    assert part.measures == (Measure("text", "UTF-16 units", len(told), 500),)
    assert part.budgets == (Budget("twitch:acme-twitch"), Budget(f"twitch:announcement:{CHANNEL}", 1, 2))


def test_one_message_to_the_letter() -> None:
    part = only(rendered("It is here.", MESSAGES, title="Winter!"))
    assert part.body == {"broadcaster_id": CHANNEL, "sender_id": MODERATOR, "message": "Winter! It is here."}
    assert part.budgets == (Budget("twitch:acme-chat"), Budget(f"twitch:message:{MODERATOR}", 20, 30))


def test_one_entry_to_the_letter() -> None:
    rendering = rendered("Everybody may play.", SCHEDULE, title="Winter  cup", **TIMES)
    part = only(rendering)
    assert part.body == ENTRY
    assert (part.kind, part.window) == ("readable", 0)
    assert part.text == "Winter cup\n2026-12-01 18:00 to 20:00, Europe/Paris"
    assert part.measures == (Measure("title", "UTF-16 units", 10, 140),)
    assert rendering.notes == ("a schedule shows the title and the time, and not the text",)


def test_an_entry_over_midnight_tells_its_day() -> None:
    part = only(rendered("", SCHEDULE, **{**TIMES, "ends_at": "2026-12-02T02:00:00+01:00"}))
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
        ({"title": "x" * 139 + "🎉"}, "the title has 141 UTF-16 units; Twitch takes 140"),
    ],
)
def test_an_entry_that_no_schedule_takes_blocks_an_approval(changed: dict[str, str], problem: str) -> None:
    assert rendered("x", SCHEDULE, **{**TIMES, **changed}).problems == (problem,)


@pytest.mark.parametrize(
    ("minutes", "ends_at"), [("30", "2026-12-01T18:30:00+01:00"), ("1380", "2026-12-02T17:00:00+01:00")]
)
def test_the_shortest_and_the_longest_entry(minutes: str, ends_at: str) -> None:
    part = only(rendered("", SCHEDULE, title="x" * 140, **{**TIMES, "ends_at": ends_at}))
    assert part.body["duration"] == minutes
    sent(Desk(SCHEDULE).send(part.body))


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
    ],
)
def test_it_is_one_line_and_no_command(title: str, body: str, expected: str) -> None:
    assert only(rendered(body, title=title)).body["message"] == expected


def test_only_who_was_granted_by_both_is_pinged() -> None:
    rendering = rendered("@{anna} @{mods} @bob @{carl}", pings=frozenset({"anna", "mods"}))
    assert "@anna_plays" in only(rendering).text
    assert rendering.pings == ("@anna_plays (anna)",)
    assert rendering.notes == (
        "@mods pings nobody: the target 'acme-twitch' does not allow it (`pings`)",
        "@bob pings nobody: the announcement does not ask for it",
        "@carl pings nobody: the announcement does not ask for it",
    )
    desk = Desk()
    sent(desk.send(only(rendering).body))
    assert desk.site.posts[0].more["pings"] == ["@anna_plays"]


def test_a_mention_nobody_can_resolve_pings_nobody_and_says_so() -> None:
    target = ANNOUNCEMENTS.model_copy(update={"mentions": {"anna": "Anna Plays!"}})
    rendering = rendered("@{anna}", target, pings=frozenset({"anna"}))
    assert rendering.pings == ()
    assert rendering.notes == ("@anna pings nobody: `mentions` of 'acme-twitch' does not say which account that is",)


@pytest.mark.parametrize(("units", "parts"), [(500, 1), (501, 2)])
def test_five_hundred_units_are_one_message(units: int, parts: int) -> None:
    text = ("word " * 200)[: units - 2].strip()
    text += "x" * (units - 2 - len(text)) + "🎉"
    rendering = rendered(text, title="")
    assert len(rendering.parts) == parts
    assert all(measure.used <= 500 for part in rendering.parts for measure in part.measures)


def test_what_is_too_long_is_a_beginning_with_its_link_or_several_messages() -> None:
    body = "A sentence. " * 60
    link = "https://acme.example/news/1"
    assert only(rendered(body, link=link)).text.endswith(link)
    assert len(rendered(body).parts) == 2
    flood = ANNOUNCEMENTS.model_copy(update={"long": "thread"})
    told = [part.text for part in rendered(body, flood, link=link).parts]
    assert [text[-4:] for text in told] == [" 1/2", " 2/2"]
    assert sum(text.count("A sentence.") for text in told) == 60


def test_what_a_chat_cannot_show_is_told() -> None:
    rendering = rendered(f"![a map]({NAME})\n\n| a |\n|---|\n| 1 |", images=(IMAGE,))
    assert rendering.notes == (
        "a Twitch chat has no images: what they show is told in words",
        "tables are shown as text",
    )
    assert "[image: a map]" in only(rendering).text
    assert "a map (https://x.example/a.png)" in only(rendered("> ![a map](https://x.example/a.png)")).text


@pytest.mark.parametrize(
    ("body", "more", "problem"),
    [
        (f"![]({NAME})", {"images": (IMAGE,)}, "image 1 has no description: write ![what it shows](…)"),
        ("![a map](map.png)", {}, "image 1, 'map.png', was not uploaded with the announcement"),
        (" ", {"title": " "}, "there is nothing to say"),
    ],
)
def test_what_blocks_an_approval(body: str, more: dict[str, Any], problem: str) -> None:
    assert rendered(body, **more).problems == (problem,)


def test_a_word_that_never_ends_blocks_an_approval() -> None:
    assert rendered("x" * 600).problems


@pytest.mark.parametrize(("target", "more"), [(ANNOUNCEMENTS, {}), (MESSAGES, {}), (SCHEDULE, TIMES)])
def test_names_instead_of_ids_block_an_approval(target: Target, more: dict[str, str]) -> None:
    named = target.model_copy(update={"place": "acme", "account": "acme_bot"})
    assert rendered("x", named, **more).problems == (
        f"`place` of {target.id!r} is not a Twitch user's id, which is a number",
        f"`account` of {target.id!r} is not a Twitch user's id, which is a number",
    )
