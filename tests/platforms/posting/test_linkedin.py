"""LinkedIn: what an announcement looks like there, that it is there once, and what becomes of every answer."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from events.announcements import Image
from functions.platforms.linkedin import posting
from functions.platforms.outgoing import Outcome, Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import Absent, Budget, Counted, Measure
from tests.platforms.posting.fake import NOW, picture, reply, sent
from tests.platforms.posting.kits import linkedin as kit
from tests.platforms.posting.kits.linkedin import (
    MEMBER,
    PAGE,
    RENEWING,
    SECRET,
    LinkedIn,
    duplicate,
    error,
    understood,
)
from tests.platforms.posting.kits.linkedin import (
    gone as no_such,
)
from tests.platforms.posting.making import AT, BOX, MAP, Adapter, destination

TARGET, PERSON = kit.TARGETS
TO = destination(TARGET)
BODY: dict[str, Any] = {
    "author": PAGE,
    "commentary": "Maintenance tonight",
    "visibility": "PUBLIC",
    "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
    "lifecycleState": "PUBLISHED",
    "isReshareDisabledByAuthor": False,
}
TOMORROW = {**BODY, "commentary": "Maintenance tomorrow"}
THERE = Sent("urn:li:share:7")

OURS = Adapter(TARGET, BODY, "Maintenance tonight")
THEIRS = Adapter(PERSON, {**BODY, "author": MEMBER}, "Maintenance tonight")
rendered, answered = OURS.render, OURS.answered
send, find, prepare, ready = OURS.send, OURS.find, OURS.prepare, OURS.ready
edit, withdraw, count = OURS.edit, OURS.withdraw, OURS.count


@pytest.fixture
def site() -> LinkedIn:
    return LinkedIn(TARGET)


# What it will look like


def test_the_body_is_the_request_to_the_letter() -> None:
    text = f"It takes an **hour** (or two).\n\n![ ]({MAP.name})\n\n![]({BOX.name})"
    (part,) = rendered(text, images=(MAP, BOX)).parts
    assert part.body == {
        **BODY,
        "commentary": "Maintenance tonight\n\nIt takes an hour \\(or two\\).",
        "content": {
            "multiImage": {
                "images": [{"id": "<image 1>", "altText": "The new map"}, {"id": "<image 2>", "altText": "A box"}]
            }
        },
    }
    assert part.text == "Maintenance tonight\n\nIt takes an hour (or two)."
    assert (part.kind, part.images) == ("readable", (MAP, BOX))
    assert part.measures == (
        Measure("text, as it is sent", "UTF-16 units", 49, 3000),
        Measure("description of image 1", "characters", 11, 4086),
        Measure("description of image 2", "characters", 5, 4086),
    )
    assert part.budgets == (Budget("linkedin:acme-linkedin"),)


def test_one_image_is_no_collection() -> None:
    (part,) = rendered(f"![]({MAP.name})", images=(MAP,)).parts
    assert part.body["content"] == {"media": {"id": "<image 1>", "altText": "The new map"}}


RESERVED = "\\ | { } @ [ ] ( ) < > # * _ ~"


@pytest.mark.parametrize(
    "text",
    [f"`{RESERVED}`", "a_b*c (d) [e] {f} <g> #1 ~h | i", "@{mods} and (more)", "#winter (season) #été_1", "🎉 (x)"],
)
def test_every_reserved_character_comes_through_whole(site: LinkedIn, text: str) -> None:
    made = rendered(text, pings=frozenset({"mods"}))
    sent(send(site, body=made.parts[0].body))
    assert site.posts[0].text == made.parts[0].text


def test_a_tag_stays_one() -> None:
    assert rendered("#winter", title="").parts[0].body["commentary"] == "{hashtag|\\#|winter}"


def test_a_text_of_3000_is_whole_and_of_3001_an_excerpt() -> None:
    link = "https://acme.example/news"
    whole = rendered(" ".join(["word"] * 599) + " 12345", title="", link=link)
    assert whole.parts[0].measures[0].used == 3000
    assert whole.notes == ()
    assert rendered(" ".join(["word"] * 599) + " 12345", title="").problems == ()
    over = rendered(" ".join(["word"] * 599) + " 123456", title="", link=link)
    assert over.parts[0].text.endswith(link)
    assert len(over.parts) == 1
    assert over.notes[0].startswith("1 too long: only the beginning")
    assert rendered("(" * 1501, title="").problems


def test_there_are_no_threads() -> None:
    threaded = TARGET.model_copy(update={"long": "thread"})
    over = rendered("word " * 700, threaded, link="https://acme.example/news")
    assert len(over.parts) == 1
    assert "LinkedIn has no threads" in over.notes


def test_a_link_has_a_card_where_it_is_the_only_one() -> None:
    (part,) = rendered("See [the notes](https://acme.example/n_1).").parts
    assert part.body["content"] == {"article": {"source": "https://acme.example/n_1", "title": "Maintenance tonight"}}
    assert part.body["commentary"].endswith("See the notes \\(https://acme.example/n\\_1\\).")
    assert "content" not in rendered("https://acme.example/1 https://acme.example/2").parts[0].body
    assert "content" not in rendered("https://acme.example/1", title="").parts[0].body
    assert "media" in rendered(f"https://acme.example/1\n\n![]({MAP.name})", images=(MAP,)).parts[0].body["content"]


def test_a_mention_pings_by_grant_of_both_only() -> None:
    granted = frozenset({"mods", "partner", "anna", "everyone"})
    said = rendered("@{mods} @{partner} @{anna} @everyone", pings=granted)
    _, told = understood(said.parts[0].body["commentary"])
    assert told == ["urn:li:organization:1", "urn:li:organization:2"]
    assert "@[mods](urn:li:organization:1)" in said.parts[0].body["commentary"]
    assert "@Devtest (co)" in said.parts[0].text
    assert said.pings == ("@mods (urn:li:organization:1)", "@Devtest (co) (urn:li:organization:2)")
    assert said.notes == (
        "@anna pings nobody: the target 'acme-linkedin' does not allow it (`pings`)",
        "@everyone pings nobody: the target 'acme-linkedin' names no URN (urn:li:organization:…) for it (`mentions`)",
    )


def test_an_image_is_of_a_kind_and_a_size_and_so_are_its_words() -> None:
    webp = picture(b"w", "x" * 4087, "image/webp", width=10_000, height=10_000)
    assert rendered(f"![]({webp.name})", images=(webp,)).problems == (
        "description of image 1: 4,087 characters; LinkedIn takes 4,086",
        "image 1 is image/webp, and LinkedIn takes PNG, JPEG and GIF: save it as one of these",
        "image 1 has 100000000 pixels of 36152320: make it smaller",
    )
    ten = tuple(picture(b"%d" % number, "alt") for number in range(10))
    assert rendered("\n\n".join(f"![]({one.name})" for one in ten), images=ten).problems == (
        "there are 10 images, and a post on LinkedIn gets 9: leave some out",
    )


@pytest.mark.parametrize("account", ["acme", "2414183", "https://linkedin.com/company/acme", "urn:li:organization:"])
def test_an_account_is_a_urn(account: str) -> None:
    target = TARGET.model_copy(update={"account": account})
    assert "urn:li:organization:2414183" in rendered(target=target).problems[0]


def test_nobody_can_look_at_a_members_posts() -> None:
    made = rendered(target=PERSON)
    assert made.parts[0].kind == "blind"
    assert made.notes == ("LinkedIn lets nobody read a member's posts: if an answer is lost, somebody has to look",)
    assert isinstance(THEIRS.find(LinkedIn(PERSON)), Unknown)


# Images


def test_images_are_uploaded_and_shown(site: LinkedIn) -> None:
    images = (MAP, BOX)
    made = ready(site, images=images)
    body = rendered(f"![]({MAP.name})\n\n![]({BOX.name})", images=images).parts[0].body
    there = sent(send(site, body=body, images=images, prepared=made))
    assert [one["content"] for one in site.images.values()] == [b"a map", b"a box"]
    assert [one["id"] for one in site.posts[0].more["body"]["content"]["multiImage"]["images"]] == [*site.images]
    assert there.more == {"images": f"{MAP.name} {BOX.name}"}


def test_an_image_that_is_worked_on_is_waited_for(site: LinkedIn) -> None:
    site.work = 2
    made = ready(site, images=(MAP,))
    body = rendered(f"![]({MAP.name})", images=(MAP,)).parts[0].body
    assert send(site, body=body, prepared=made) == Wait(5, "LinkedIn is still working on an image")
    sent(send(site, body=body, prepared=made))
    site.images[made["<image 1>"]]["state"] = "PROCESSING_FAILED"
    assert isinstance(send(site, body={**body, "commentary": "x"}, prepared=made), Refused)


def test_whoever_may_not_ask_for_an_image_posts_it_all_the_same(site: LinkedIn) -> None:
    made = ready(site, images=(MAP,))
    site.rights = {"write"}
    body = rendered(f"![]({MAP.name})", images=(MAP,)).parts[0].body
    sent(send(site, body=body, prepared=made))


def test_a_lost_answer_to_what_nobody_sees_is_no_doubt(site: LinkedIn) -> None:
    site.instead(None)
    assert isinstance(send(site, prepared={"<image 1>": "urn:li:image:1"}), Wait)


@pytest.mark.parametrize(
    ("path", "answer", "outcome"),
    [
        ("/rest/images", reply(500), Wait(60, "image 1 could not be uploaded: LinkedIn answered 500")),
        ("/rest/images", error(400, "No.", "X"), Refused("image 1 could not be uploaded: LinkedIn answered 400: No.")),
        (
            "/rest/images",
            reply(200, {"value": {"uploadUrl": "ftp://x", "image": "y"}}),
            Wait(60, "image 1 could not be uploaded: LinkedIn answered 200, and not with what was asked for"),
        ),
        ("/dms-uploads/", reply(503), Wait(60, "image 1 could not be uploaded: LinkedIn answered 503")),
        ("/dms-uploads/", reply(400), Refused("image 1 could not be uploaded: LinkedIn answered 400")),
    ],
)
def test_an_upload_that_fails(site: LinkedIn, path: str, answer: Reply, outcome: Outcome) -> None:
    site.instead(answer, path)
    assert prepare(site, images=(MAP,)) == outcome


# Sending, once


def test_the_request_is_what_was_approved(site: LinkedIn) -> None:
    there = sent(send(site))
    assert there.url == f"https://www.linkedin.com/feed/update/{there.id}"
    (asked,) = site.asked
    assert (asked.method, asked.path, asked.json) == ("POST", "/rest/posts", BODY)
    assert asked.headers["linkedin-version"] == "202607"
    assert asked.headers["x-restli-protocol-version"] == "2.0.0"


def test_what_arrived_is_found_by_its_words(site: LinkedIn) -> None:
    body = rendered("(1) #winter @{mods}: _see_ 🎉", pings=frozenset({"mods"})).parts[0].body
    site.cut_off_after()
    send(site, body=body)
    site.posts[0].more["body"] = {**site.posts[0].more["body"], "commentary": body["commentary"].replace("\\(", "(")}
    found = find(site, body=body)
    assert isinstance(found, Sent)
    assert found.id == site.posts[0].id


def test_what_never_arrived_is_not_there() -> None:
    assert find(LinkedIn(TARGET)) == Absent()


@pytest.mark.parametrize(
    "more",
    [
        {"body": {**BODY, "commentary": "Maintenance tonight!"}},
        {"body": {**BODY, "author": "urn:li:organization:9"}},
        {"since": AT + timedelta(minutes=3)},
    ],
)
def test_what_only_resembles_it_is_not_it(site: LinkedIn, more: dict[str, Any]) -> None:
    sent(send(site))
    assert find(site, **more) == Absent()


def test_a_look_goes_back_as_far_as_it_has_to(site: LinkedIn) -> None:
    there = sent(send(site))
    for number in range(48):
        sent(send(site, body={**BODY, "commentary": f"Number {number}"}))
    never = {**BODY, "commentary": "never sent"}
    assert find(site) == there
    assert find(site, body=never) == Absent()
    sent(send(site, body={**BODY, "commentary": "One more"}))
    sent(send(site, body={**BODY, "commentary": "And one more"}))
    assert isinstance(find(site, body=never), Unknown)


@pytest.mark.parametrize(
    "answer",
    [reply(200, b"<html>"), reply(200, {}), reply(200, {"elements": [1]}), reply(500), error(403, "x", "y"), no_such()],
)
def test_a_look_that_fails_is_never_absence(site: LinkedIn, answer: Reply) -> None:
    site.instead(answer)
    assert isinstance(find(site), Wait if answer.status >= 500 else Unknown)


def test_a_look_may_have_to_wait(site: LinkedIn) -> None:
    site.instead(reply(429, {}, retry_after="30"))
    assert isinstance(find(site), Wait)


# The same words


def test_a_repetition_is_ours_if_it_is_there_and_young(site: LinkedIn) -> None:
    there = sent(send(site))
    site.clock = NOW + 60
    assert send(site) == there
    assert len(site.posts) == 1


def test_a_repetition_of_an_older_post_is_told(site: LinkedIn) -> None:
    there = sent(send(site))
    site.clock = NOW + 3600
    outcome = send(site, published_at=AT + timedelta(hours=1))
    assert outcome == Refused(f"LinkedIn refuses the same words twice, and has them in an older post: {there.url}")


def test_a_repetition_of_what_is_gone_is_no_success(site: LinkedIn) -> None:
    there = sent(send(site))
    withdraw(site, there)
    site.clock = NOW + 60
    outcome = send(site)
    assert isinstance(outcome, Refused)
    assert "which is not there (any more): change some of them, or wait for a day" in outcome.reason


def test_a_repetition_of_somebody_elses_words(site: LinkedIn) -> None:
    sent(send(site))
    site.answers(duplicate(site.past[0].id))
    assert isinstance(send(site), Refused)


def test_a_repetition_that_nobody_may_look_at() -> None:
    site = LinkedIn(PERSON)
    there = sent(THEIRS.send(site))
    assert THEIRS.send(site) == Refused(
        f"LinkedIn says that this post has these words already, and does not let us read it: {there.url}"
    )


@pytest.mark.parametrize("answer", [reply(500), reply(200, b"<html>"), reply(429, {})])
def test_a_repetition_that_cannot_be_looked_at_now_is_tried_again(site: LinkedIn, answer: Reply) -> None:
    sent(send(site))
    site.instead(answer, method="GET")
    assert isinstance(send(site), Wait)


def test_a_repetition_that_names_nothing() -> None:
    assert isinstance(answered(reply(422, b'{"code": "DUPLICATE_POST"}')), Refused)
    assert isinstance(answered(reply(422, {"message": "urn:li:organization:1", "code": "DUPLICATE_POST"})), Refused)


# The token


def test_a_token_is_made_once_for_all_and_again_when_it_ended(site: LinkedIn) -> None:
    to = replace(TO, secret=json.dumps(RENEWING))

    def say(words: str) -> Outcome:
        return send(site, {**BODY, "commentary": words}, to=to)

    sent(say("One"))
    sent(say("Two"))
    assert site.sessions.renewed == 1
    assert site.sessions.kept[TARGET.id]["until"] == NOW + 5_184_000
    site.tokens.clear()
    sent(say("Three"))
    assert site.sessions.renewed == 2
    site.tokens.clear()
    site.refreshes.clear()
    outcome = say("Four")
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized
    assert "the token could not be renewed: LinkedIn answered 400: The refresh token is invalid" in outcome.reason


@pytest.mark.parametrize("answer", [reply(500), reply(429), reply(200, b"<html>")])
def test_a_renewal_that_fails_does_not_disconnect(site: LinkedIn, answer: Reply) -> None:
    to = replace(TO, secret=json.dumps(RENEWING))
    site.instead(answer)
    assert isinstance(send(site, to=to), Wait)


def test_another_credential_is_taken_at_once(site: LinkedIn) -> None:
    site.sessions.kept[TARGET.id] = {"token": "old", "until": NOW + 9999, "whose": "another"}
    to = replace(TO, secret=json.dumps(RENEWING))
    sent(send(site, to=to))
    assert site.sessions.kept[TARGET.id]["token"] != "old"


def test_a_newer_version_can_be_put(site: LinkedIn) -> None:
    newer = json.dumps({"access_token": SECRET, "version": "202611"})
    sent(send(site, to=replace(TO, secret=newer)))
    assert site.asked[0].headers["linkedin-version"] == "202611"


# Answers


@pytest.mark.parametrize("headers", [{}, {"x_restli_id": ""}, {"x_restli_id": "7"}, {"x_restli_id": "urn:li:image:1"}])
def test_a_success_is_a_post_only_if_it_says_which(headers: dict[str, str]) -> None:
    assert isinstance(answered(reply(201, {}, **headers)), Unknown)
    assert isinstance(answered(reply(200, {"id": "urn:li:share:1"}, **headers)), Unknown)


@pytest.mark.parametrize("after_making", [True, False])
@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_what_may_have_been_made_is_unknown(status: int, after_making: bool) -> None:
    assert isinstance(answered(reply(status, b"<html>"), after_making=after_making), Unknown)


@pytest.mark.parametrize(
    ("answer", "unauthorized", "says"),
    [
        (error(400, "commentary: length is out of bounds", "X"), False, "LinkedIn answered 400: commentary"),
        (error(401, "The token has expired", "EXPIRED_ACCESS_TOKEN"), True, "liaison secret put acme-linkedin"),
        (error(403, "Not enough permissions", "ACCESS_DENIED"), True, "w_organization_social"),
        (error(422, "Unprocessable", "X"), False, "Unprocessable"),
        (error(426, "Requested version is not active", "NONEXISTENT_VERSION"), True, '"version": "YYYYMM"'),
        (reply(404, b"<html>"), False, "404"),
        (reply(301), False, "301"),
    ],
)
def test_what_was_refused_was_surely_not_done(answer: Reply, unauthorized: bool, says: str) -> None:
    outcome = answered(answer)
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized == unauthorized
    assert says in outcome.reason


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(429, {}, retry_after="30"), 30),
        (reply(429, {"message": "Resource level throttle limit"}), 900),
        (reply(429, b"<!DOCTYPE html>"), 900),
    ],
)
def test_a_limit_holds_up_everything_of_the_account(answer: Reply, seconds: int) -> None:
    outcome = answered(answer)
    assert isinstance(outcome, Wait)
    assert (outcome.budget, outcome.seconds) == ("linkedin:acme-linkedin", seconds)


# Afterwards


def test_an_edit_changes_words_and_nothing_else(site: LinkedIn) -> None:
    made = ready(site, images=(MAP,))
    body = rendered(f"![]({MAP.name})", images=(MAP,)).parts[0].body
    there = sent(send(site, body=body, images=(MAP,), prepared=made))
    for _ in range(2):
        assert edit(site, there, TOMORROW, images=(MAP,)) == there
    assert (site.posts[0].text, site.posts[0].more["body"]["content"]["media"]["id"]) == (
        "Maintenance tomorrow",
        made["<image 1>"],
    )
    asked = site.asked[-1]
    assert asked.json == {"patch": {"$set": {"commentary": "Maintenance tomorrow"}}}


@pytest.mark.parametrize(("before", "after"), [((MAP,), ()), ((), (MAP,)), ((MAP,), (BOX,))])
def test_images_cannot_be_edited(before: tuple[Image, ...], after: tuple[Image, ...]) -> None:
    there = posting.there("urn:li:share:7", before)
    outcome = edit(LinkedIn(TARGET), there, images=after)
    assert isinstance(outcome, Refused)
    assert "withdraw it first" in outcome.reason


def test_what_is_gone_cannot_be_edited() -> None:
    outcome = edit(LinkedIn(TARGET), THERE)
    assert outcome == Refused("LinkedIn answered 404: Could not find entity")


def test_withdrawing_what_is_gone_is_done(site: LinkedIn) -> None:
    there = sent(send(site))
    for _ in range(2):
        assert withdraw(site, there) == Sent(there.id)
    assert site.posts == []
    site.instead(no_such())
    assert withdraw(site, there) == Sent(there.id)


@pytest.mark.parametrize(
    ("answer", "kind"), [(reply(404, b"<html>"), Refused), (reply(200, b"<html>"), Unknown), (reply(500), Unknown)]
)
def test_only_what_is_gone_is_withdrawn(site: LinkedIn, answer: Reply, kind: type) -> None:
    site.instead(answer)
    assert isinstance(withdraw(site, THERE), kind)


def test_what_people_did_is_counted(site: LinkedIn) -> None:
    there = sent(send(site))
    assert count(site, there) == Counted(likes=7, replies=3)
    withdraw(site, there)
    assert count(site, there) == Refused("LinkedIn answered 404: Could not find entity")
