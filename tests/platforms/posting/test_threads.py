"""Threads: what an announcement looks like there, that it is there once, and what becomes of every answer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.platforms.outgoing import Refused, Reply, Sent, UnansweredError, Unknown, Wait
from functions.platforms.posting import PREVIOUS, Absent, Budget, Counted, Measure
from tests.platforms.posting.fake import NOW, Asked, reply, sent
from tests.platforms.posting.kits import threads as kit
from tests.platforms.posting.kits.threads import DAY, SECRET, SIXTY, Threads, error, missing, unknown
from tests.platforms.posting.making import AT, FAMILY, MAP, Adapter, destination

(TARGET,) = kit.TARGETS
TO = destination(TARGET)
BODY: dict[str, Any] = {"media_type": "TEXT", "text": "Maintenance tonight"}
TOMORROW = {**BODY, "text": "Maintenance tomorrow"}
PHOTO = "https://acme.example/map.png"

OURS = Adapter(TARGET, BODY, "Maintenance tonight")
rendered, answered = OURS.render, OURS.answered
send, find, prepare, ready = OURS.send, OURS.find, OURS.prepare, OURS.ready
edit, withdraw, count = OURS.edit, OURS.withdraw, OURS.count


@pytest.fixture
def site() -> Threads:
    return Threads(TARGET)


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
    assert rendered(title="").parts[0].body == {"media_type": "TEXT", "text": "It is here."}


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
        "@anna pings nobody: the target 'acme-threads' does not allow it (`pings`)",
        "@everyone pings nobody: the target 'acme-threads' names no account for it (`mentions`)",
    )


def test_of_several_tags_one_is_the_topic() -> None:
    assert rendered("#winter and #season").notes == ("of several #tags in a post only the first becomes its topic",)
    assert rendered("#winter and #winter").notes == ()


def test_an_upload_has_no_public_address() -> None:
    assert rendered(f"![x]({MAP.name})", images=(MAP,)).problems == (
        f"Threads fetches images from public addresses, and {MAP.name} is an upload: write ![what it shows](https://…),"
        " or words for Threads without it",
    )
    assert rendered("Without it.", images=(MAP,)).problems == ()
    assert rendered("![x](missing.png)").problems == ("there is no image 'missing.png': give its address",)


def test_an_image_needs_a_description() -> None:
    assert rendered(f"![]({PHOTO})").problems == (f"image 1 has no description: write ![what it shows]({PHOTO})",)
    assert rendered(f"![{'x' * 1001}]({PHOTO})").problems == (
        "description of image 1: 1,001 characters; Threads takes 1,000",
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


def test_a_container_is_made_and_then_published(site: Threads) -> None:
    made = ready(site)
    assert site.posts == []
    there = sent(send(site, prepared=made))
    assert there.url == f"https://www.threads.net/@acme/post/{there.id}"
    assert [(asked.method, asked.path) for asked in site.asked if "refresh" not in asked.path] == [
        ("POST", "/v1.0/me/threads"),
        ("GET", f"/v1.0/{made['container']}"),
        ("POST", "/v1.0/me/threads_publish"),
        ("GET", f"/v1.0/{there.id}"),
    ]
    asked = site.asked[1].form
    assert asked == {**BODY, "access_token": "THAA-renewed-1"}


def test_without_a_container_one_is_made(site: Threads) -> None:
    there = sent(send(site))
    assert [one.id for one in site.posts] == [there.id]


def test_parts_of_a_thread_answer_each_other(site: Threads) -> None:
    first = sent(send(site))
    body = {**BODY, "text": "Part two", "reply_to_id": PREVIOUS}
    second = sent(send(site, body=body, previous={"id": first.id}, part=2))
    third: dict[str, Any] = {"body": {**body, "text": "Part three"}, "previous": {"id": second.id}, "part": 3}
    sent(send(site, **third, prepared=ready(site, **third)))
    assert [one.parent for one in site.posts] == ["", first.id, second.id]


@pytest.mark.parametrize("prepares", [True, False])
def test_an_answer_that_is_lost_is_found(site: Threads, prepares: bool) -> None:
    made = ready(site) if prepares else {}
    site.cut_off_after()
    send(site, prepared=made)
    site.clock = NOW + 5
    found = find(site, prepared=made)
    assert isinstance(found, Sent)
    assert [one.id for one in site.posts] == [found.id]
    assert found.url


def test_the_same_container_again_is_the_same_post(site: Threads) -> None:
    made = ready(site)
    there = sent(send(site, prepared=made))
    assert send(site, prepared=made) == there
    assert len(site.posts) == 1


def test_what_is_not_listed_yet_is_not_taken_for_missing(site: Threads) -> None:
    made = ready(site)
    site.lag = 60
    sent(send(site, prepared=made))
    site.clock = NOW + 5
    assert find(site, prepared=made) == Unknown("it is published, and not yet among the account's posts")
    assert find(site) == Wait(115, "it is not among the account's posts (yet)")
    site.clock = NOW + 61
    assert isinstance(find(site, prepared=made), Sent)


@pytest.mark.parametrize("prepares", [True, False])
def test_what_never_arrived_is_surely_not_there_after_two_minutes(site: Threads, prepares: bool) -> None:
    made = ready(site) if prepares else {}
    site.clock = NOW + 119
    assert isinstance(find(site, prepared=made), Wait)
    site.clock = NOW + 120
    assert find(site, prepared=made) == Absent()


@pytest.mark.parametrize(
    "more",
    [
        {"body": {**BODY, "text": "Maintenance tonight!"}},
        {"body": {**BODY, "reply_to_id": PREVIOUS}, "previous": {"id": "16000000001"}},
        {"since": AT + timedelta(minutes=3)},
    ],
)
def test_what_only_resembles_it_is_not_it(site: Threads, more: dict[str, Any]) -> None:
    sent(send(site))
    site.clock = NOW + 600
    assert find(site, **more) == Absent()


def test_a_topic_and_what_nobody_sees_may_be_written_otherwise(site: Threads) -> None:
    there = sent(send(site))
    site.clock = NOW + 600
    assert find(site, body={**BODY, "text": "Maintenance\u200b #tonight"}) == there


def test_a_look_goes_back_as_far_as_it_has_to(site: Threads) -> None:
    there = sent(send(site))
    for number in range(99):
        sent(send(site, body={**BODY, "text": f"Number {number}"}))
    site.clock = NOW + 600
    assert find(site) == there
    assert find(site, body={**BODY, "text": "never sent"}) == Absent()
    sent(send(site, body={**BODY, "text": "One more"}))
    site.clock = NOW + 600
    assert isinstance(find(site, body={**BODY, "text": "never sent"}), Unknown)


@pytest.mark.parametrize(
    "answer", [reply(200, b"<html>"), reply(200, {}), reply(200, {"data": [1]}), reply(500), error(10, "No permission")]
)
def test_a_look_that_fails_is_never_absence(site: Threads, answer: Reply) -> None:
    site.instead(answer, "me/threads")
    site.clock = NOW + 600
    assert isinstance(find(site), Wait if answer.status >= 500 else Unknown)


# Containers


def test_a_container_that_is_worked_on_is_waited_for(site: Threads) -> None:
    site.work = 2
    made = ready(site)
    assert send(site, prepared=made) == Wait(30, "Threads is still working on the post")
    sent(send(site, prepared=made))
    assert len(site.containers) == 1


def test_a_container_that_is_a_day_old_is_made_anew(site: Threads) -> None:
    made = ready(site)
    site.clock = NOW + DAY
    sent(send(site, prepared=made))
    assert len(site.containers) == 2


def test_a_container_that_is_lost_is_waited_for_and_then_made_anew(site: Threads) -> None:
    """It says that it is finished, and cannot be published: for some seconds, or for ever."""
    made = ready(site)
    site.lost.add(made["container"])
    site.clock = NOW + 1
    assert send(site, prepared=made) == Wait(30, "Threads is still working on the post")
    site.clock = NOW + 301
    there = sent(send(site, prepared=made))
    assert [one.id for one in site.posts] == [there.id]
    site.clock = NOW + 302
    assert find(site, prepared=made) == there


def test_an_image_that_cannot_be_fetched(site: Threads) -> None:
    body = {"media_type": "IMAGE", "image_url": PHOTO, "alt_text": "x"}
    made = ready(site, body=body)
    site.containers[made["container"]]["failed"] = "FAILED_DOWNLOADING"
    usual = site.status
    site.status = lambda name: "ERROR" if usual(name) == "FINISHED" else usual(name)  # type: ignore[method-assign]
    assert send(site, prepared=made) == Refused(
        "Threads could not fetch the image: it has to be a JPEG or PNG that everybody can see"
    )


@pytest.mark.parametrize(("status", "kind"), [(500, Unknown), (403, Sent)])
def test_a_success_that_was_answered_as_a_failure(site: Threads, status: int, kind: type) -> None:
    """People met 500, and a lack of permission, for a post that was there."""
    made = ready(site)
    site.answers(error(10, "Application does not have permission", status=status), after_making=True)
    assert isinstance(send(site, prepared=made), kind)
    site.clock = NOW + 5
    assert isinstance(find(site, prepared=made), Sent)
    assert len(site.posts) == 1


@pytest.mark.parametrize("prepared", [{}, {"container": "1"}])
def test_a_lost_answer_to_what_nobody_sees_is_no_doubt(site: Threads, prepared: dict[str, str]) -> None:
    sent(send(site))
    site.instead(None)
    assert isinstance(send(site, prepared=prepared), Wait)
    assert isinstance(edit(site, Sent("7"), TOMORROW), Wait)


def test_a_link_that_cannot_be_asked_for_changes_nothing(site: Threads) -> None:
    usual = site.answer

    def without_links(asked: Asked) -> Reply:
        if asked.query.get("fields") == "permalink":
            raise UnansweredError("no whole answer")
        return usual(asked)

    site.answer = without_links  # type: ignore[method-assign]
    assert sent(send(site)).url == ""


# The token


def test_a_token_is_renewed_when_half_its_time_is_over(site: Threads) -> None:
    sent(send(site))
    assert site.sessions.kept[TO.id]["token"] == "THAA-renewed-1"
    assert site.sessions.kept[TO.id]["until"] == NOW + SIXTY // 2
    sent(send(site, body={**BODY, "text": "Two"}))
    assert site.renewals == 1


def test_a_token_of_today_is_used_as_it_is(site: Threads) -> None:
    site.tokens[SECRET]["made"] = NOW - 60
    sent(send(site))
    assert site.sessions.kept[TO.id]["token"] == SECRET
    assert site.sessions.kept[TO.id]["until"] == NOW + DAY


def test_a_token_that_ended_is_made_anew_once_and_then_somebody_has_to(site: Threads) -> None:
    sent(send(site))
    site.tokens.pop("THAA-renewed-1")
    sent(send(site, body={**BODY, "text": "Two"}))
    site.tokens.clear()
    outcome = send(site, body={**BODY, "text": "Three"})
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized
    assert "liaison secret put acme-threads --outgoing" in outcome.reason


def test_a_token_that_was_put_anew_is_taken(site: Threads) -> None:
    site.tokens.clear()
    assert isinstance(send(site), Refused)
    site.tokens["THAA-new"] = {"made": NOW - 2 * DAY, "until": NOW + SIXTY}
    to = replace(TO, secret="THAA-new")
    sent(send(site, to=to))


@pytest.mark.parametrize("answer", [reply(500), reply(429), reply(200, b"<html>")])
def test_a_renewal_that_fails_does_not_disconnect(site: Threads, answer: Reply) -> None:
    sent(send(site))
    site.sessions.kept[TO.id] = {**site.sessions.kept[TO.id], "until": NOW + 30}
    site.instead(answer, "refresh")
    outcome = send(site, body={**BODY, "text": "Two"})
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
def test_what_was_refused_was_surely_not_done(site: Threads, answer: Reply, unauthorized: bool, says: str) -> None:
    site.answers(answer)
    site.answers(answer)
    outcome = send(site)
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized == unauthorized
    assert says in outcome.reason


@pytest.mark.parametrize("code", [1, 2])
def test_a_failure_that_passes_is_looked_into(code: int) -> None:
    assert isinstance(answered(error(code, "An unknown error occurred")), Unknown)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(429, {}, retry_after="30"), 30),
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


# Afterwards


def test_a_correction_is_an_answer_and_there_once(site: Threads) -> None:
    there = sent(send(site))
    first = edit(site, there, TOMORROW)
    again = edit(site, there, TOMORROW)
    assert isinstance(first, Sent)
    assert first == again
    assert [(one.text, one.parent) for one in site.posts] == [
        ("Maintenance tonight", ""),
        ("Maintenance tomorrow", there.id),
    ]


def test_a_correction_of_a_part_answers_that_part(site: Threads) -> None:
    first = sent(send(site))
    body = {**BODY, "text": "Part two", "reply_to_id": PREVIOUS}
    second = sent(send(site, body=body, previous={"id": first.id}))
    sent(edit(site, second, {**body, "text": "Part two, corrected"}, previous={"id": first.id}, part=2))
    assert site.posts[-1].parent == second.id


def test_withdrawing_what_is_gone_is_done(site: Threads) -> None:
    there = sent(send(site))
    for _ in range(2):
        assert withdraw(site, there) == Sent(there.id)
    assert site.posts == []


def test_what_may_not_be_deleted_is_still_there(site: Threads) -> None:
    there = sent(send(site))
    site.scopes -= {"delete"}
    outcome = withdraw(site, there)
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized
    site.delete = missing  # type: ignore[method-assign]
    site.scopes |= {"delete"}
    assert withdraw(site, there) == Refused("Threads does not delete it: does the token have threads_delete?")


def test_what_people_did_is_counted(site: Threads) -> None:
    there = sent(send(site))
    assert count(site, there) == Counted(likes=7, shares=4, replies=2, views=900)
    withdraw(site, there)
    assert isinstance(count(site, there), Refused)


def test_what_is_unknown_to_threads_says_so() -> None:
    assert answered(unknown("1")) == Wait(30, "Threads is still working on the post")
