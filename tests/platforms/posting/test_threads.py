"""Threads: what an announcement looks like there, that it is there once, and what becomes of every answer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms.outgoing import (
    LONGEST_WAIT,
    Destination,
    Hands,
    NotSentError,
    Outcome,
    Refused,
    Reply,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
)
from functions.platforms.posting import PREVIOUS, Absent, Budget, Counted, Measure, Post, Prepared, Rendering
from functions.platforms.threads import posting
from functions.platforms.threads.account import told
from tests.platforms.posting import fake as shared
from tests.platforms.posting.fake import NOW, Sessions, reply, sent
from tests.platforms.posting.kits import threads as kit
from tests.platforms.posting.kits.threads import DAY, SECRET, SIXTY, Threads, error, missing, unknown

(TARGET,) = kit.TARGETS
TO = Destination(TARGET.id, "acme", "", SECRET, account="acme")
AT = datetime.fromtimestamp(NOW, UTC)
BODY: dict[str, Any] = {"media_type": "TEXT", "text": "Maintenance tonight"}
FAMILY = "👩‍👩‍👧‍👦"
PHOTO = "https://acme.example/map.png"


def post(body: str = "It takes an hour.", **more: Any) -> Post:
    return Post(**{"announcement": "a1", "title": "Maintenance tonight", "body": body, "language": "en", **more})


def rendered(body: str = "It takes an hour.", target: Target = TARGET, **more: Any) -> Rendering:
    return posting.render(post(body, **more), target)


def requested(**more: Any) -> PostRequested:
    given = {"announcement": "a1", "target": TARGET.id, "language": "en", "body": BODY, "published_at": AT, **more}
    return PostRequested.model_validate(given)


class Place:
    """Threads, and the workers that share a token."""

    def __init__(self) -> None:
        self.site = Threads(TARGET)
        self.sessions = Sessions()

    def hands(self, timestamp: int = NOW) -> Hands:
        self.site.clock = float(timestamp)
        return shared.hands(self.site, sessions=self.sessions, timestamp=timestamp)

    def prepare(self, timestamp: int = NOW, **more: Any) -> dict[str, Any]:
        prepared = posting.prepare(requested(**more), TO, self.hands(timestamp))
        assert isinstance(prepared, Prepared), prepared
        return dict(prepared.made)

    def send(self, timestamp: int = NOW, **more: Any) -> Outcome:
        return posting.send(requested(**more), TO, "key", self.hands(timestamp))

    def find(self, timestamp: int = NOW, since: datetime = AT, **more: Any) -> object:
        return posting.find(requested(**more), TO, "key", since, self.hands(timestamp))


def answered(answer: Reply, **more: Any) -> Outcome:
    place = Place()
    place.site.answers(answer)
    return place.send(**more)


def gone(there: Sent) -> WithdrawRequested:
    return WithdrawRequested(announcement="a1", target=TARGET.id, posted={"id": there.id, "url": there.url})


def changed(there: Sent, **more: Any) -> ChangeRequested:
    body = {"media_type": "TEXT", "text": "Maintenance tomorrow"}
    given = {**requested().model_dump(), "body": body, "posted": {"id": there.id}, "changed_at": AT, **more}
    return ChangeRequested.model_validate(given)


# What it will look like


def test_the_body_is_the_container_to_the_letter() -> None:
    (part,) = rendered(f"It takes an **hour**.\n\n![The new map]({PHOTO})").parts
    assert part.body == {
        "media_type": "IMAGE",
        "image_url": PHOTO,
        "alt_text": "The new map",
        "text": "Maintenance tonight\n\nIt takes an hour.",
    }
    assert (part.kind, part.window) == ("keyed", 0)
    assert part.measures == (
        Measure("text", "characters, an emoji as its bytes", 38, 500),
        Measure("links", "different addresses", 0, 5),
        Measure("description of image 1", "characters", 11, 1000),
    )
    assert part.budgets == (Budget("threads:acme-threads"), Budget("threads:acme-threads:posts", 250, 86_400))
    assert rendered(title="").parts[0].body == {"media_type": "TEXT", "text": "It takes an hour."}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("It takes an hour.", "Maintenance tonight\n\nIt takes an hour."),
        ("Maintenance *tonight*: an hour.", "Maintenance tonight: an hour."),
        ("Maintenance tonightly.", "Maintenance tonight\n\nMaintenance tonightly."),
    ],
)
def test_the_title_is_the_first_paragraph_unless_the_text_begins_with_it(body: str, said: str) -> None:
    assert rendered(body).parts[0].text == said


@pytest.mark.parametrize(("text", "used"), [("café", 4), ("漢字", 2), ("🎉", 4), (FAMILY, 25), ("🇫🇷", 8)])
def test_an_emoji_counts_as_its_bytes(text: str, used: int) -> None:
    assert rendered(text, title="").parts[0].measures[0].used == used


def test_a_text_of_500_is_one_post_and_of_501_is_a_thread() -> None:
    assert [len(rendered("x" * 249 + " " + "y" * rest, title="").parts) for rest in (250, 251)] == [1, 2]


def test_a_thread_answers_itself_part_by_part() -> None:
    made = rendered("\n\n".join(f"Paragraph {number} " + "x " * 100 for number in range(4)))
    assert [part.body.get("reply_to_id") for part in made.parts] == [None, *[PREVIOUS] * (len(made.parts) - 1)]
    assert made.parts[1].budgets[1] == Budget("threads:acme-threads:replies", 1000, 86_400)
    assert made.notes == (f"{made.notes[0].partition(':')[0]}: split into {len(made.parts)}",)


def test_a_target_may_prefer_an_excerpt() -> None:
    short = TARGET.model_copy(update={"long": "excerpt"})
    (part,) = rendered("word " * 200, short, link="https://acme.example/news").parts
    assert part.text.endswith("https://acme.example/news")
    assert rendered("word " * 200, short).problems


def test_more_links_than_five_go_to_the_next_part() -> None:
    links = "\n\n".join(f"https://acme.example/{number}" for number in range(6))
    made = rendered(links, title="")
    assert [part.measures[1].used for part in made.parts] == [5, 1]
    assert made.problems == ()
    same = rendered(" and ".join(["https://acme.example/1"] * 7), title="")
    assert [part.measures[1].used for part in same.parts] == [1]


def test_a_mention_pings_by_grant_of_both_only() -> None:
    said = rendered("@{mods} @{anna} @everyone", pings=frozenset({"mods", "anna", "everyone"}))
    assert "@acme.mods" in said.parts[0].text
    assert said.pings == ("@acme.mods",)
    assert said.notes == (
        "@anna pings nobody: the target's `pings` do not allow it",
        "@everyone pings nobody: the target's `mentions` name no account for it",
    )
    assert rendered("@{mods}").notes == ("@mods pings nobody: the announcement does not ask for it",)


@pytest.mark.parametrize(
    "text", ["@alice", "`@alice`", "[@alice](https://acme.example)", "*@*alice", "| @alice |\n|-|"]
)
def test_no_text_pings_by_itself(text: str) -> None:
    assert kit.MENTION.findall(rendered(text).parts[0].text) == []


def test_of_several_tags_one_is_the_topic() -> None:
    assert rendered("#winter and #season").notes == ("of several #tags in a post only the first becomes its topic",)
    assert rendered("#winter and #winter").notes == ()


def test_tables_become_lines_and_say_so() -> None:
    assert rendered("| a |\n|---|\n| c |", title="").notes == ("tables are shown as lines of text",)


def test_an_upload_has_no_public_address() -> None:
    one = Image(name="a" * 64 + ".png", alt="x", type="image/png", bytes=3)
    assert rendered(f"![x]({one.name})", images=(one,)).problems == (
        f"Threads fetches images from public addresses, and {one.name} is an upload: write ![what it shows](https://…),"
        " or words for Threads without it",
    )
    assert rendered("Without it.", images=(one,)).problems == ()
    assert rendered("![x](missing.png)").problems == ("there is no image 'missing.png': give its address",)


def test_an_image_needs_a_description() -> None:
    assert rendered(f"![]({PHOTO})").problems == (f"image 1 has no description: write ![what it shows]({PHOTO})",)
    assert rendered(f"![{'x' * 1001}]({PHOTO})").problems == (
        "the description of image 1 has 1001 characters of 1000: shorten it",
    )
    assert rendered(f"![x]({PHOTO})").notes == (
        f"Threads fetches an image from {PHOTO}: it has to be a JPEG or PNG of 8 MB at most",
    )


def test_each_post_shows_one_image() -> None:
    two = f"![One]({PHOTO})\n\n![Two](https://acme.example/2.png)"
    assert rendered(two).problems == ("there are 2 images, and one goes with each post of 1: leave some out",)
    made = rendered("word " * 150 + "\n\n" + two)
    assert [part.body.get("alt_text") for part in made.parts] == ["One", "Two"]
    assert made.problems == ()


def test_an_address_that_is_not_secure_is_a_link() -> None:
    (part,) = rendered("![A map](http://acme.example/map.png)", title="").parts
    assert part.body == {"media_type": "TEXT", "text": "A map (http://acme.example/map.png)"}


def test_nothing_is_nothing_to_say() -> None:
    assert rendered("", title="").problems == ("there is nothing to say",)
    assert "text" not in rendered(f"![A map]({PHOTO})", title="").parts[0].body


# Sending, once


def test_a_container_is_made_and_then_published() -> None:
    place = Place()
    prepared = place.prepare()
    assert place.site.posts == []
    there = sent(place.send(prepared=prepared))
    assert there.url == f"https://www.threads.net/@acme/post/{there.id}"
    assert [(asked.method, asked.path) for asked in place.site.asked if "refresh" not in asked.path] == [
        ("POST", "/v1.0/me/threads"),
        ("GET", f"/v1.0/{prepared['container']}"),
        ("POST", "/v1.0/me/threads_publish"),
        ("GET", f"/v1.0/{there.id}"),
    ]
    asked = place.site.asked[1].form
    assert asked == {**BODY, "access_token": "THAA-renewed-1"}


def test_without_a_container_one_is_made() -> None:
    place = Place()
    there = sent(place.send())
    assert [one.id for one in place.site.posts] == [there.id]


def test_parts_of_a_thread_answer_each_other() -> None:
    place = Place()
    first = sent(place.send())
    body = {**BODY, "text": "Part two", "reply_to_id": PREVIOUS}
    second = sent(place.send(body=body, previous={"id": first.id}, part=2))
    third: dict[str, Any] = {"body": {**body, "text": "Part three"}, "previous": {"id": second.id}, "part": 3}
    sent(place.send(**third, prepared=place.prepare(**third)))
    assert [one.parent for one in place.site.posts] == ["", first.id, second.id]


@pytest.mark.parametrize("prepares", [True, False])
def test_an_answer_that_is_lost_is_found(prepares: bool) -> None:
    place = Place()
    prepared = place.prepare() if prepares else {}
    place.site.cut_off_after()
    with pytest.raises(UnansweredError):
        place.send(prepared=prepared)
    found = place.find(NOW + 5, prepared=prepared)
    assert isinstance(found, Sent)
    assert [one.id for one in place.site.posts] == [found.id]
    assert found.url


def test_the_same_container_again_is_the_same_post() -> None:
    place = Place()
    prepared = place.prepare()
    there = sent(place.send(prepared=prepared))
    assert place.send(prepared=prepared) == there
    assert len(place.site.posts) == 1


def test_what_is_not_listed_yet_is_not_taken_for_missing() -> None:
    place = Place()
    prepared = place.prepare()
    place.site.lag = 60
    sent(place.send(prepared=prepared))
    assert place.find(NOW + 5, prepared=prepared) == Unknown("it is published, and not yet among the account's posts")
    assert place.find(NOW + 5) == Wait(115, "it is not among the account's posts (yet)")
    assert isinstance(place.find(NOW + 61, prepared=prepared), Sent)


@pytest.mark.parametrize("prepares", [True, False])
def test_what_never_arrived_is_surely_not_there_after_two_minutes(prepares: bool) -> None:
    place = Place()
    prepared = place.prepare() if prepares else {}
    assert isinstance(place.find(NOW + 119, prepared=prepared), Wait)
    assert place.find(NOW + 120, prepared=prepared) == Absent()


@pytest.mark.parametrize(
    "more",
    [
        {"body": {**BODY, "text": "Maintenance tonight!"}},
        {"body": {**BODY, "reply_to_id": PREVIOUS}, "previous": {"id": "16000000001"}},
        {"since": AT + timedelta(minutes=3)},
    ],
)
def test_what_only_resembles_it_is_not_it(more: dict[str, Any]) -> None:
    place = Place()
    sent(place.send())
    assert place.find(NOW + 600, **more) == Absent()


def test_a_topic_and_what_nobody_sees_may_be_written_otherwise() -> None:
    place = Place()
    there = sent(place.send())
    assert place.find(NOW + 600, body={**BODY, "text": "Maintenance\u200b #tonight"}) == there


def test_a_look_goes_back_as_far_as_it_has_to() -> None:
    place = Place()
    there = sent(place.send())
    for number in range(99):
        sent(place.send(body={**BODY, "text": f"Number {number}"}))
    assert place.find(NOW + 600) == there
    assert place.find(NOW + 600, body={**BODY, "text": "never sent"}) == Absent()
    sent(place.send(body={**BODY, "text": "One more"}))
    assert isinstance(place.find(NOW + 600, body={**BODY, "text": "never sent"}), Unknown)


@pytest.mark.parametrize(
    "answer", [reply(200, b"<html>"), reply(200, {}), reply(200, {"data": [1]}), reply(500), error(10, "No permission")]
)
def test_a_look_that_fails_is_never_absence(answer: Reply) -> None:
    place = Place()
    usual = place.site.answer
    place.site.answer = lambda asked: answer if asked.path.endswith("me/threads") else usual(asked)  # type: ignore[method-assign]
    assert isinstance(place.find(NOW + 600), Unknown)


# Containers


def test_a_container_that_is_worked_on_is_waited_for() -> None:
    place = Place()
    place.site.work = 2
    prepared = place.prepare()
    assert place.send(prepared=prepared) == Wait(30, "Threads is still working on the post")
    sent(place.send(prepared=prepared))
    assert len(place.site.containers) == 1


def test_a_container_that_is_a_day_old_is_made_anew() -> None:
    place = Place()
    prepared = place.prepare()
    sent(place.send(NOW + DAY, prepared=prepared))
    assert len(place.site.containers) == 2


def test_a_container_that_is_lost_is_waited_for_and_then_made_anew() -> None:
    """It says that it is finished, and cannot be published: for some seconds, or for ever."""
    place = Place()
    prepared = place.prepare()
    place.site.lost.add(prepared["container"])
    assert place.send(NOW + 1, prepared=prepared) == Wait(30, "Threads is still working on the post")
    there = sent(place.send(NOW + 301, prepared=prepared))
    assert [one.id for one in place.site.posts] == [there.id]
    assert place.find(NOW + 302, prepared=prepared) == there


def test_an_image_that_cannot_be_fetched() -> None:
    place = Place()
    body = {"media_type": "IMAGE", "image_url": PHOTO, "alt_text": "x"}
    prepared = place.prepare(body=body)
    place.site.containers[prepared["container"]]["failed"] = "FAILED_DOWNLOADING"
    usual = place.site.status
    place.site.status = lambda name: "ERROR" if usual(name) == "FINISHED" else usual(name)  # type: ignore[method-assign]
    assert place.send(prepared=prepared) == Refused(
        "Threads could not fetch the image: it has to be a JPEG or PNG that everybody can see"
    )


def test_a_success_that_was_answered_as_a_failure() -> None:
    """People met 500, and a lack of permission, for a post that was there."""
    for status in (500, 403):
        place = Place()
        prepared = place.prepare()
        place.site.answers(error(10, "Application does not have permission", status=status), after_making=True)
        outcome = place.send(prepared=prepared)
        assert isinstance(outcome, Unknown if status == 500 else Sent)
        assert isinstance(place.find(NOW + 5, prepared=prepared), Sent)
        assert len(place.site.posts) == 1


@pytest.mark.parametrize("gives_up", [NotSentError("no way"), UnansweredError("no whole answer")])
def test_a_lost_answer_to_what_nobody_sees_is_no_doubt(gives_up: Exception) -> None:
    def broken(*args: Any, **more: Any) -> Reply:
        raise gives_up

    lent = Hands(broken, shared.Objects(), shared.no_mail, NOW, Sessions())
    kept = {"token": SECRET, "until": NOW + SIXTY, "whose": "x"}
    lent.sessions.kept[TO.id] = kept  # type: ignore[attr-defined]
    for prepared in ({}, {"container": "1"}):
        assert isinstance(posting.send(requested(prepared=prepared), TO, "key", lent), Wait)
    assert isinstance(posting.prepare(requested(), TO, lent), Wait)
    assert isinstance(posting.edit(changed(Sent("7")), TO, "key", lent), Wait)


def test_a_link_that_cannot_be_asked_for_changes_nothing() -> None:
    place = Place()
    usual = place.site.answer

    def without_links(asked: shared.Asked) -> Reply:
        if asked.query.get("fields") == "permalink":
            raise UnansweredError("no whole answer")
        return usual(asked)

    place.site.answer = without_links  # type: ignore[method-assign]
    assert sent(place.send()).url == ""


# The token


def test_a_token_is_renewed_when_half_its_time_is_over() -> None:
    place = Place()
    sent(place.send())
    assert place.sessions.kept[TO.id]["token"] == "THAA-renewed-1"
    assert place.sessions.kept[TO.id]["until"] == NOW + SIXTY // 2
    sent(place.send(body={**BODY, "text": "Two"}))
    assert place.site.renewals == 1


def test_a_token_of_today_is_used_as_it_is() -> None:
    place = Place()
    place.site.tokens[SECRET]["made"] = NOW - 60
    sent(place.send())
    assert place.sessions.kept[TO.id]["token"] == SECRET
    assert place.sessions.kept[TO.id]["until"] == NOW + DAY


def test_a_token_that_ended_is_made_anew_once_and_then_somebody_has_to() -> None:
    place = Place()
    sent(place.send())
    place.site.tokens.pop("THAA-renewed-1")
    sent(place.send(body={**BODY, "text": "Two"}))
    place.site.tokens.clear()
    outcome = place.send(body={**BODY, "text": "Three"})
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized
    assert "liaison secret put acme-threads --outgoing" in outcome.reason


def test_a_token_that_was_put_anew_is_taken() -> None:
    place = Place()
    place.site.tokens.clear()
    assert isinstance(place.send(), Refused)
    place.site.tokens["THAA-new"] = {"made": NOW - 2 * DAY, "until": NOW + SIXTY}
    to = Destination(TARGET.id, "acme", "", "THAA-new")
    sent(posting.send(requested(), to, "key", place.hands()))


@pytest.mark.parametrize("answer", [reply(500), reply(429), reply(200, b"<html>")])
def test_a_renewal_that_fails_does_not_disconnect(answer: Reply) -> None:
    place = Place()
    sent(place.send())
    place.sessions.kept[TO.id] = {**place.sessions.kept[TO.id], "until": NOW + 30}
    usual = place.site.answer
    place.site.answer = lambda asked: answer if "refresh" in asked.path else usual(asked)  # type: ignore[method-assign]
    outcome = place.send(body={**BODY, "text": "Two"})
    assert isinstance(outcome, Sent | Wait)


# Answers


@pytest.mark.parametrize("body", [b"", b"<html>", b"null", b"[]", {"id": 7}, {"id": ""}, {"data": {}}])
def test_200_is_a_post_only_if_it_says_which(body: Any) -> None:
    assert isinstance(answered(reply(200, body)), Unknown)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_what_may_have_been_made_is_unknown(status: int) -> None:
    assert isinstance(answered(reply(status, b"<html>")), Unknown)


@pytest.mark.parametrize(
    ("answer", "unauthorized", "says"),
    [
        (error(100, "Param text must be at most 500 characters long."), False, "Threads answered 400: Param text"),
        (error(190, "Session has expired", 463), True, "liaison secret put acme-threads --outgoing"),
        (reply(401, {}), True, "liaison secret put"),
        (error(200, "Permissions error", status=403), True, "lacks a permission"),
        (error(368, "Blocked for policies"), False, "Blocked for policies"),
        (reply(404, b"<html>"), False, "404"),
        (reply(301), False, "301"),
    ],
)
def test_what_was_refused_was_surely_not_done(answer: Reply, unauthorized: bool, says: str) -> None:
    place = Place()
    place.site.answers(answer)
    place.site.answers(answer)
    outcome = place.send()
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized == unauthorized
    assert says in outcome.reason


@pytest.mark.parametrize("code", [1, 2])
def test_a_failure_that_passes_is_looked_into(code: int) -> None:
    assert isinstance(answered(error(code, "An unknown error occurred")), Unknown)


def test_no_reason_holds_the_token() -> None:
    outcome = answered(error(100, f"Bearer {SECRET} is no good"))
    assert outcome == Refused("Threads answered 400: Bearer … is no good")


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(429, {}, retry_after="30"), 30),
        (reply(429, {}, retry_after="1.2"), 2),
        (reply(429, {}, retry_after=format_datetime(AT + timedelta(seconds=40), usegmt=True)), 40),
        (reply(429, {}), 900),
        (reply(429, b"<!DOCTYPE html>"), 900),
        (error(4, "Application request limit reached", status=403), 900),
        (error(613, "Calls to this API have exceeded the rate limit"), 900),
    ],
)
def test_a_limit_holds_up_everything_of_the_account(answer: Reply, seconds: int) -> None:
    outcome = answered(answer)
    assert isinstance(outcome, Wait)
    assert (outcome.budget, outcome.seconds) == ("threads:acme-threads", seconds)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "data", "error", "code", "status", "paging", "cursors", "after", "text", "access_token"]
            ),
            inner,
        )
    ),
    max_leaves=10,
)
BODIES = st.binary(max_size=40) | JSON.map(lambda body: reply(200, body).body)
HEADERS = st.dictionaries(st.sampled_from(["retry-after"]), st.sampled_from(["", "0", "nan", "inf", "-1", "9" * 400]))
REPLIES = st.builds(Reply, st.integers(100, 599), HEADERS, BODIES)
THERE = Sent("7")
CALLS: list[Callable[[Place], object]] = [
    lambda place: place.send(),
    lambda place: posting.prepare(requested(), TO, place.hands()),
    lambda place: place.find(prepared={"container": "1"}),
    lambda place: place.send(prepared={"container": "1"}),
    lambda place: posting.edit(changed(THERE), TO, "key", place.hands()),
    lambda place: posting.withdraw(gone(THERE), TO, "key", place.hands()),
    lambda place: posting.count(CountRequested(**gone(THERE).model_dump()), TO, place.hands()),
]


@settings(max_examples=300, deadline=None)
@given(REPLIES, st.sampled_from(CALLS))
def test_whatever_is_answered_has_an_outcome(answer: Reply, call: Callable[[Place], object]) -> None:
    place = Place()
    place.site.answer = lambda asked: answer  # type: ignore[method-assign]
    outcome = call(place)
    assert isinstance(outcome, Sent | Refused | Wait | Unknown | Prepared | Absent | Counted)
    if isinstance(outcome, Sent) and call in CALLS[:2]:
        assert answer.status == 200
        assert told(answer).get("id") == outcome.id
    if isinstance(outcome, Wait):
        assert 1 <= outcome.seconds <= LONGEST_WAIT


@settings(max_examples=200, deadline=None)
@given(REPLIES)
def test_a_post_is_there_only_if_the_answer_proves_it(answer: Reply) -> None:
    place = Place()
    place.site.answers(answer)
    place.site.answers(answer)
    outcome = place.send()
    if isinstance(outcome, Sent):
        assert (answer.status, told(answer).get("id")) == (200, outcome.id)


# Afterwards


def test_a_correction_is_an_answer_and_there_once() -> None:
    place = Place()
    there = sent(place.send())
    first = posting.edit(changed(there), TO, "edit", place.hands())
    again = posting.edit(changed(there), TO, "edit", place.hands(NOW + 60))
    assert isinstance(first, Sent)
    assert first == again
    assert [(one.text, one.parent) for one in place.site.posts] == [
        ("Maintenance tonight", ""),
        ("Maintenance tomorrow", there.id),
    ]


def test_a_correction_of_a_part_answers_that_part() -> None:
    place = Place()
    first = sent(place.send())
    body = {**BODY, "text": "Part two", "reply_to_id": PREVIOUS}
    second = sent(place.send(body=body, previous={"id": first.id}))
    change = changed(second, body={**body, "text": "Part two, corrected"}, previous={"id": first.id}, part=2)
    sent(posting.edit(change, TO, "edit", place.hands()))
    assert place.site.posts[-1].parent == second.id


def test_withdrawing_what_is_gone_is_done() -> None:
    place = Place()
    there = sent(place.send())
    for _ in range(2):
        assert posting.withdraw(gone(there), TO, "gone", place.hands()) == Sent(there.id)
    assert place.site.posts == []


def test_what_may_not_be_deleted_is_still_there() -> None:
    place = Place()
    there = sent(place.send())
    place.site.scopes -= {"delete"}
    outcome = posting.withdraw(gone(there), TO, "gone", place.hands())
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized
    place.site.delete = missing  # type: ignore[method-assign]
    place.site.scopes |= {"delete"}
    assert posting.withdraw(gone(there), TO, "gone", place.hands()) == Refused(
        "Threads does not delete it: does the token have threads_delete?"
    )


def test_what_people_did_is_counted() -> None:
    place = Place()
    there = sent(place.send())
    counted = CountRequested(**gone(there).model_dump())
    assert posting.count(counted, TO, place.hands()) == Counted(likes=7, shares=4, replies=2, views=900)
    posting.withdraw(gone(there), TO, "gone", place.hands())
    assert isinstance(posting.count(counted, TO, place.hands()), Refused)


def test_what_is_unknown_to_threads_says_so() -> None:
    assert answered(unknown("1")) == Wait(30, "Threads is still working on the post")
