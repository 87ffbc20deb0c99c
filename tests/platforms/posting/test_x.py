"""X: how an announcement looks there and what it costs, that it is there once, and what becomes of every answer."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.platforms.outgoing import LONGEST_WAIT, Outcome, Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import PREVIOUS, Absent, Budget, Counted, Measure
from functions.platforms.x import posting
from functions.platforms.x.account import Keys, authorization
from tests.platforms.posting.fake import NOW, picture, reply, sent
from tests.platforms.posting.kits import x as kit
from tests.platforms.posting.kits.x import KEYS, USER, X, problem
from tests.platforms.posting.making import AT, BOX, FAMILY, MAP, Adapter, destination

(TARGET,) = kit.TARGETS
TO = destination(TARGET)
BODY: dict[str, Any] = {"text": "Maintenance tonight"}
TOMORROW = {"text": "Maintenance tomorrow"}
WITH_IMAGE = {**BODY, "media": {"media_ids": ["<image 1>"]}}
THERE = Sent("7", "https://x.com/acme/status/7")

OURS = Adapter(TARGET, BODY, "Maintenance tonight")
rendered, answered = OURS.render, OURS.answered
send, find, prepare, ready = OURS.send, OURS.find, OURS.prepare, OURS.ready
edit, withdraw, count = OURS.edit, OURS.withdraw, OURS.count


@pytest.fixture
def site() -> X:
    return X(TARGET)


# What it will look like


def test_the_body_is_the_request_to_the_letter() -> None:
    (part,) = rendered(
        f"It takes an **hour**: see [the notes](https://acme.example/n).\n\n![ ]({MAP.name})", images=(MAP,)
    ).parts
    assert part.body == {
        "text": "Maintenance tonight\n\nIt takes an hour: see the notes (https://acme.example/n).",
        "media": {"media_ids": ["<image 1>"]},
    }
    assert part.text == part.body["text"]
    assert (part.kind, part.images) == ("readable", (MAP,))
    assert part.measures == (
        Measure("text", "weighted characters", 79, 280),
        Measure("description of image 1", "characters", 11, 1000),
        Measure("image 1", "bytes", 5, 5_242_880),
    )
    assert part.budgets == (
        Budget("x:acme-x"),
        Budget("x:acme-x:posts:900", 100, 900),
        Budget("x:acme-x:posts:10800", 300, 10_800),
    )


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("café", 4),
        ("cafe\u0301", 4),
        ("漢字", 4),
        (FAMILY, 2),
        ("🇫🇷", 2),
        ("https://acme.com/a/very/long/address/that/goes/on/and/on", 23),
        ("acme.com", 23),
    ],
)
def test_counting_is_xs(text: str, used: int) -> None:
    assert rendered(text, title="").parts[0].measures[0].used == used


def test_a_text_of_280_is_one_post_and_of_281_is_a_thread() -> None:
    assert [len(rendered("x" * 139 + " " + "y" * rest, title="").parts) for rest in (140, 141)] == [1, 2]


def test_a_thread_answers_itself_part_by_part() -> None:
    made = rendered("\n\n".join(f"Paragraph {number} " + "x " * 60 for number in range(4)))
    assert [part.body.get("reply") for part in made.parts] == [
        None,
        *[{"in_reply_to_tweet_id": PREVIOUS}] * (len(made.parts) - 1),
    ]
    assert made.notes[0].endswith(f"split into {len(made.parts)}")
    assert 'set `long = "excerpt"`' in made.notes[1]


@pytest.mark.parametrize(
    ("body", "cost"),
    [
        ("It takes an hour.", "0.015 USD (a post)"),
        ("See https://acme.example", "0.200 USD (a post with a link)"),
        ("See acme.com for more", "0.200 USD (a post with a link)"),
        ("Write to help@acme.example", "0.015 USD (a post)"),
        ("x " * 150, "0.030 USD (2 posts: 2 without a link at 0.015)"),
        (
            "x " * 150 + "\n\nhttps://acme.example",
            "0.215 USD (2 posts: 1 without a link at 0.015, 1 with a link at 0.200)",
        ),
    ],
)
def test_what_it_costs_is_known_before_anybody_says_yes(body: str, cost: str) -> None:
    assert rendered(body).cost == cost


def test_reading_costs_too() -> None:
    assert "USD" in posting.COUNT_COST


def test_a_mention_pings_by_grant_of_both_only() -> None:
    said = rendered("@{mods} @{anna} @everyone @{nobody}", pings=frozenset({"mods", "anna", "everyone"}))
    assert "@AcmeMods" in said.parts[0].text
    assert said.pings == ("@AcmeMods",)
    assert said.notes == (
        "@anna pings nobody: the target 'acme-x' does not allow it (`pings`)",
        "@everyone pings nobody: the target 'acme-x' names no account for it (`mentions`)",
        "@nobody pings nobody: the announcement does not ask for it",
    )


def test_an_image_has_to_be_small_enough_and_so_do_its_words() -> None:
    over = MAP.model_copy(update={"bytes": 5_242_881, "alt": "x" * 1001})
    assert rendered(f"![]({MAP.name})", images=(over,)).problems == (
        "description of image 1: 1,001 characters; X takes 1,000",
        "image 1: 5,242,881 bytes; X takes 5,242,880",
    )


def test_more_images_than_four_go_to_the_next_part_if_there_is_one() -> None:
    five = tuple(picture(b"%d" % number, "alt") for number in range(5))
    shown = "\n\n".join(f"![]({one.name})" for one in five)
    made = rendered("x " * 150 + "\n\n" + shown, images=five)
    assert [len(part.images) for part in made.parts] == [4, 1]
    assert "images 5 to 5 of 5 stand in part 2" in made.notes
    assert rendered(shown, images=five).problems == ("there are 5 images, and X takes 4 with a post: leave some out",)


def test_what_moves_stands_alone() -> None:
    both = f"![]({MAP.name})\n\n![]({BOX.name})"
    assert rendered(both, images=(MAP, BOX)).problems == (
        "a GIF goes alone with a post, and part 1 has 2 images: leave the others out",
    )
    assert rendered(f"![]({BOX.name})", images=(BOX,)).problems == ()


@pytest.mark.parametrize(
    ("text", "several"),
    [("$ACME and $BETA", True), ("$ACME and $ACME", False), ("$5 and $10", False), ("a$B $C", False)],
)
def test_one_stock_symbol_is_what_x_takes(text: str, several: bool) -> None:
    assert bool(rendered(text).problems) == several


def test_nothing_is_nothing_to_say() -> None:
    assert rendered("", title="").problems == ("there is nothing to say",)
    assert rendered(f"![]({MAP.name})", title="", images=(MAP,)).parts[0].body == {
        "media": {"media_ids": ["<image 1>"]}
    }


# Signing


def test_a_request_is_signed_as_x_documents_it() -> None:
    """The example of docs.x.com, "Creating a signature"."""
    held = Keys(
        "xvz1evFS4wEEPTGEFPHBog",
        "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
        "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
        "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
    )
    query = {"include_entities": "true", "status": "Hello Ladies + Gentlemen, a signed OAuth request!"}
    url = "https://api.x.com/1.1/statuses/update.json"
    nonce = "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"
    header = authorization("POST", url, query, held, 1_318_622_958, nonce)
    assert 'oauth_signature="Ls93hJiZbQ3akF3HF3x1Bz8%2FzU4%3D"' in header
    assert held.user == "370773112"


def test_every_request_has_a_nonce_of_its_own(site: X) -> None:
    for number in range(3):
        sent(send(site, body={"text": f"Number {number}"}))
    assert len(site.nonces) == 3


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "token",
        "[]",
        '{"api_key": "a"}',
        json.dumps({**KEYS, "access_token": ""}),
        json.dumps({**KEYS, "api_key": 1}),
    ],
)
def test_a_credential_that_is_none_says_what_to_put(site: X, secret: str) -> None:
    to = replace(TO, secret=secret)
    outcome = send(site, to=to)
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized
    assert "liaison secret put acme-x --outgoing" in outcome.reason
    assert site.asked == []


# Images


def test_images_are_uploaded_with_their_descriptions(site: X) -> None:
    made = ready(site, images=(MAP,))
    sent(send(site, body=WITH_IMAGE, images=(MAP,), prepared=made))
    (file,) = site.files.values()
    assert (file["content"], file["alt"]) == (b"a map", "The new map")
    assert site.posts[0].more["alts"] == ["The new map"]
    assert [asked.path for asked in site.asked] == ["/2/media/upload", "/2/media/metadata", "/2/tweets"]


def test_a_gif_that_is_worked_on_is_waited_for_and_not_uploaded_again(site: X) -> None:
    site.work = 2
    made = ready(site, images=(BOX,))
    given: dict[str, Any] = {"body": WITH_IMAGE, "images": (BOX,), "prepared": made}
    assert send(site, **given) == Wait(5, "X is still working on an image")
    sent(send(site, **given))
    assert [file["content"] for file in site.files.values()] == [b"a box"]
    site.files[made["<image 1>"]] |= {"state": "failed"}
    assert isinstance(send(site, **given), Refused)


def test_images_that_waited_for_a_day_are_uploaded_once_more(site: X) -> None:
    made = ready(site, images=(MAP,))
    site.clock = NOW + 90_000
    sent(send(site, body=WITH_IMAGE, images=(MAP,), prepared=made))
    (there,) = site.posts
    assert there.more["alts"] == ["The new map"]
    assert len(site.files) == 2


def test_images_that_x_never_takes_are_told(site: X) -> None:
    site.there = lambda name: False  # type: ignore[method-assign]
    made = ready(site, images=(MAP,))
    outcome = send(site, body=WITH_IMAGE, images=(MAP,), prepared=made)
    assert outcome == Refused("X answered 400: Your media IDs are invalid.")


def test_a_lost_answer_to_what_nobody_sees_is_no_doubt(site: X) -> None:
    site.instead(None)
    assert isinstance(send(site, prepared={"unfinished": ["1"]}), Wait)
    assert isinstance(edit(site, THERE), Wait)


@pytest.mark.parametrize(
    ("path", "answer", "outcome"),
    [
        ("/2/media/upload", reply(503), Wait(60, "image 1 could not be uploaded: X answered 503")),
        (
            "/2/media/upload",
            problem(400, "Invalid Request", "Too large."),
            Refused("image 1 could not be uploaded: X answered 400: Too large."),
        ),
        (
            "/2/media/metadata",
            problem(400, "Invalid Request", "No."),
            Refused("image 1 could not be uploaded: X answered 400: No."),
        ),
        ("/2/media/metadata", reply(500), Wait(60, "image 1 could not be uploaded: X answered 500")),
        (
            "/2/media/upload",
            reply(200, {"data": {}}),
            Wait(60, "image 1 could not be uploaded: X answered 200, and not with what was asked for"),
        ),
    ],
)
def test_an_upload_that_fails(site: X, path: str, answer: Reply, outcome: Outcome) -> None:
    site.instead(answer, path)
    assert prepare(site, images=(MAP,)) == outcome


# Sending, once


def test_the_request_is_what_was_approved(site: X) -> None:
    there = sent(send(site, body={**BODY, "reply": {"in_reply_to_tweet_id": PREVIOUS}}, previous={"id": "1600"}))
    assert there.url == f"https://x.com/acme/status/{there.id}"
    (asked,) = site.asked
    assert (asked.method, asked.path) == ("POST", "/2/tweets")
    assert asked.json == {"text": "Maintenance tonight", "reply": {"in_reply_to_tweet_id": "1600"}}
    assert sent(send(site, body={"text": "x"}, to=replace(TO, account=""))).url.startswith("https://x.com/i/status/")


TEXTS = [
    "Maintenance tonight",
    "A & B < C > D “quotes” 'and' \"so on\"",
    "Ask @\u200banna@\u200bacme.example/a now",
    "See https://acme.example/Notes?a=1&b=2 and acme.com/x, or https://acme.example/",
    "https://acme.example/?a=1&copy=2&lt=3",
    "\n".join(f"https://acme.example/{number}" for number in range(11)),
    "cafe\u0301 漢字 👩‍👩‍👧‍👦 🇫🇷",
    "two  spaces\n\nand lines",
]


@pytest.mark.parametrize("text", TEXTS)
def test_what_arrived_is_found_however_x_writes_it(site: X, text: str) -> None:
    site.cut_off_after()
    send(site, body={"text": text})
    site.clock = NOW + 5
    assert find(site, body={"text": text}) == Sent(site.posts[0].id, f"https://x.com/acme/status/{site.posts[0].id}")


def test_what_arrived_with_an_image_is_found(site: X) -> None:
    made = ready(site, images=(MAP,))
    there = sent(send(site, body=WITH_IMAGE, images=(MAP,), prepared=made))
    assert find(site, body=WITH_IMAGE, images=(MAP,), prepared=made) == there


def test_what_never_arrived_is_not_there() -> None:
    assert find(X(TARGET)) == Absent()


@pytest.mark.parametrize(
    "more",
    [
        {"body": {"text": "Maintenance tonight!"}},
        {"body": {"text": "See https://acme.example/b"}},
        {"body": {**BODY, "reply": {"in_reply_to_tweet_id": PREVIOUS}}, "previous": {"id": "1600"}},
        {"since": AT + timedelta(minutes=3)},
    ],
)
def test_what_only_resembles_it_is_not_it(site: X, more: dict[str, Any]) -> None:
    sent(send(site))
    sent(send(site, body={"text": "See https://acme.example/a"}))
    site.clock = NOW + 200
    assert find(site, **more) == Absent()


def test_a_part_of_a_thread_is_found_below_the_one_it_answers(site: X) -> None:
    body = {**BODY, "reply": {"in_reply_to_tweet_id": PREVIOUS}}
    there = sent(send(site, body=body, previous={"id": "1600"}))
    assert find(site, body=body, previous={"id": "1600"}) == there
    assert find(site) == Absent()


def test_a_look_goes_back_as_far_as_it_has_to(site: X) -> None:
    there = sent(send(site))
    for number in range(60):
        sent(send(site, body={"text": f"Number {number}"}))
    assert find(site) == there
    for number in range(39):
        sent(send(site, body={"text": f"Another {number}"}))
    assert find(site) == there
    assert isinstance(find(site, body={"text": "never sent"}), Absent)
    site.clock = NOW + 901
    sent(send(site, body={"text": "One more"}))
    assert isinstance(find(site, body={"text": "never sent"}), Unknown)


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, b"<html>"),
        reply(200, {}),
        reply(200, {"data": "x", "meta": {}}),
        reply(500),
        problem(401, "Unauthorized"),
        problem(404, "x"),
    ],
)
def test_a_look_that_fails_is_never_absence(site: X, answer: Reply) -> None:
    site.instead(answer)
    assert isinstance(find(site), Wait if answer.status >= 500 else Unknown)


def test_a_look_may_have_to_wait(site: X) -> None:
    site.instead(problem(429, "Too Many Requests", x_rate_limit_reset=str(NOW + 30)))
    assert find(site) == Wait(30, "could not look for it: X answered 429: Too Many Requests", "x:acme-x")


def test_a_token_that_does_not_tell_whose_it_is_is_asked_for(site: X) -> None:
    site.signed = lambda asked: True  # type: ignore[method-assign]
    to = replace(TO, secret=json.dumps({**KEYS, "access_token": "opaque"}))
    assert find(site, to=to) == Absent()
    assert [asked.path for asked in site.asked] == ["/2/users/me", f"/2/users/{USER}/tweets"]


# The same words


def test_words_that_are_there_already_are_ours_if_they_are_young(site: X) -> None:
    there = sent(send(site))
    site.clock = NOW + 60
    assert send(site) == there
    assert len(site.posts) == 1


def test_words_from_before_are_told(site: X) -> None:
    sent(send(site))
    site.clock = NOW + 3600
    outcome = send(site, published_at=AT + timedelta(hours=1))
    assert outcome == Refused("X refuses the same words twice, and has them from before: change some of them")


def test_words_that_are_there_already_and_cannot_be_looked_for(site: X) -> None:
    sent(send(site))
    site.instead(reply(500), method="GET")
    assert isinstance(send(site), Wait)


# Answers


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"null", b"[]", {"data": []}, {"data": {"id": 7}}, {"data": {"id": "x"}}, {"errors": [{}]}]
)
def test_a_success_is_a_post_only_if_it_says_which(body: Any) -> None:
    assert isinstance(answered(reply(201, body)), Unknown)


@pytest.mark.parametrize("after_making", [True, False])
@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_what_may_have_been_made_is_unknown(status: int, after_making: bool) -> None:
    assert isinstance(answered(reply(status, b"<html>"), after_making=after_making), Unknown)


FORBIDDEN = "https://api.x.com/2/problems/oauth1-permissions"


@pytest.mark.parametrize(
    ("answer", "unauthorized", "says"),
    [
        (problem(400, "Invalid Request", "Bad."), False, "X answered 400: Bad."),
        (problem(401, "Unauthorized"), True, "liaison secret put acme-x --outgoing"),
        (problem(402, "CreditsDepleted", "No credits."), True, "Buy credits"),
        (problem(403, "Forbidden", "Your account is suspended."), False, "suspended"),
        (problem(403, "Forbidden", "No.", FORBIDDEN), True, "“Read and write”"),
        (problem(404, "Not Found"), False, "404"),
        (reply(301), False, "301"),
    ],
)
def test_what_was_refused_was_surely_not_done(answer: Reply, unauthorized: bool, says: str) -> None:
    outcome = answered(answer)
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized == unauthorized
    assert says in outcome.reason


def test_a_reply_that_x_does_not_allow_says_what_to_do() -> None:
    why = "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged."
    outcome = answered(problem(403, "Forbidden", why))
    assert isinstance(outcome, Refused)
    assert 'set `long = "excerpt"`' in outcome.reason


def test_the_part_before_may_not_be_visible_yet(site: X) -> None:
    body = {**BODY, "reply": {"in_reply_to_tweet_id": PREVIOUS}}
    assert send(site, body=body, previous={"id": "999"}) == Wait(
        15, "X does not know the part before this one everywhere yet"
    )
    site.clock = NOW + 601
    assert isinstance(send(site, body=body, previous={"id": "999"}), Refused)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (problem(429, "x", retry_after="30"), 30),
        (problem(429, "x", x_rate_limit_reset=str(NOW + 300)), 300),
        (problem(429, "x", x_rate_limit_reset=str(NOW - 5)), 1),
        (problem(429, "x", x_rate_limit_reset=str(NOW + 10**6)), LONGEST_WAIT),
        (problem(429, "x", x_rate_limit_reset="soon"), 60),
        (
            problem(
                429,
                "x",
                x_rate_limit_reset=str(NOW + 300),
                x_user_limit_24hour_remaining="0",
                x_user_limit_24hour_reset=str(NOW + 7000),
            ),
            7000,
        ),
        (
            problem(
                429,
                "x",
                x_rate_limit_reset=str(NOW + 300),
                x_app_limit_24hour_remaining="9000",
                x_app_limit_24hour_reset=str(NOW + 7000),
            ),
            300,
        ),
        (problem(429, "x"), 60),
        (reply(429), 900),
        (reply(429, b"<!DOCTYPE html>error code: 1015"), 900),
    ],
)
def test_a_limit_holds_up_everything_of_the_account(answer: Reply, seconds: int) -> None:
    outcome = answered(answer)
    assert isinstance(outcome, Wait)
    assert (outcome.budget, outcome.seconds) == ("x:acme-x", seconds)


def test_a_hundred_posts_in_a_quarter_of_an_hour_are_enough(site: X) -> None:
    for number in range(100):
        sent(send(site, body={"text": f"Number {number}"}))
    assert send(site) == Wait(900, "X answered 429: Too Many Requests", "x:acme-x")
    site.clock = NOW + 900
    sent(send(site))


# Afterwards


def test_a_correction_is_an_answer_and_there_once(site: X) -> None:
    there = sent(send(site))
    first = edit(site, there, TOMORROW)
    site.clock = NOW + 60
    again = edit(site, there, TOMORROW)
    assert first == again
    assert [(one.text, one.parent) for one in site.posts] == [
        ("Maintenance tonight", ""),
        ("Maintenance tomorrow", there.id),
    ]


def test_a_correction_of_a_part_answers_that_part(site: X) -> None:
    first = sent(send(site))
    body = {"text": "Part two", "reply": {"in_reply_to_tweet_id": PREVIOUS}}
    second = sent(send(site, body=body, previous={"id": first.id}))
    sent(edit(site, second, {**body, "text": "Part two, corrected"}, previous={"id": first.id}, part=2))
    assert site.posts[-1].parent == second.id


def test_withdrawing_what_is_gone_is_done(site: X) -> None:
    there = sent(send(site))
    for _ in range(2):
        assert withdraw(site, there) == Sent(there.id)
    assert site.posts == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(200, {"data": {"deleted": False}}), Unknown),
        (reply(404, b"<html>"), Refused),
        (problem(403, "Forbidden", "You are not allowed to delete this."), Refused),
        (reply(500), Unknown),
    ],
)
def test_only_what_is_gone_is_withdrawn(site: X, answer: Reply, kind: type) -> None:
    site.instead(answer)
    assert isinstance(withdraw(site, THERE), kind)


def test_what_people_did_is_counted(site: X) -> None:
    there = sent(send(site))
    assert count(site, there) == Counted(likes=5, shares=3, replies=1, views=400)
    withdraw(site, there)
    outcome = count(site, there)
    assert outcome == Refused(f"X does not show it: Could not find tweet with id: [{there.id}].")
