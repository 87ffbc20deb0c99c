"""LinkedIn: what an announcement looks like there, that it is there once, and what becomes of every answer."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms.linkedin import posting
from functions.platforms.outgoing import (
    LONGEST_WAIT,
    MEDIA,
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
from functions.platforms.posting import Absent, Budget, Counted, Measure, Post, Prepared, Rendering
from tests.platforms.posting import fake as shared
from tests.platforms.posting.fake import NOW, Objects, Sessions, reply, sent
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

TARGET, PERSON = kit.TARGETS
TO = Destination(TARGET.id, "acme", "", SECRET, account=PAGE)
AT = datetime.fromtimestamp(NOW, UTC)
BODY: dict[str, Any] = {
    "author": PAGE,
    "commentary": "Maintenance tonight",
    "visibility": "PUBLIC",
    "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
    "lifecycleState": "PUBLISHED",
    "isReshareDisabledByAuthor": False,
}


def picture(content: bytes, alt: str = "", type: str = "image/png", **more: Any) -> Image:
    name = f"{sha256(content).hexdigest()}.{type.partition('/')[2]}"
    return Image(name=name, alt=alt, type=type, bytes=len(content), **more)


MAP, BOX = picture(b"a map", "The new map"), picture(b"a box", "A box", "image/gif")
OBJECTS = Objects({f"{MEDIA}/{MAP.name}": b"a map", f"{MEDIA}/{BOX.name}": b"a box"})


def post(body: str = "It takes an hour.", **more: Any) -> Post:
    return Post(**{"announcement": "a1", "title": "Maintenance tonight", "body": body, "language": "en", **more})


def rendered(body: str = "It takes an hour.", target: Target = TARGET, **more: Any) -> Rendering:
    return posting.render(post(body, **more), target)


def requested(**more: Any) -> PostRequested:
    given = {"announcement": "a1", "target": TARGET.id, "language": "en", "body": BODY, "published_at": AT, **more}
    return PostRequested.model_validate(given)


def hands(site: LinkedIn, timestamp: int = NOW, sessions: Sessions | None = None) -> Hands:
    site.clock = float(timestamp)
    return shared.hands(site, OBJECTS, sessions, timestamp)


def send(site: LinkedIn, timestamp: int = NOW, to: Destination = TO, **more: Any) -> Outcome:
    return posting.send(requested(**more), to, "key", hands(site, timestamp))


def find(site: LinkedIn, timestamp: int = NOW, since: datetime = AT, **more: Any) -> object:
    return posting.find(requested(**more), TO, "key", since, hands(site, timestamp))


def answered(answer: Reply, *, after_making: bool = False, **more: Any) -> Outcome:
    site = LinkedIn(TARGET)
    site.answers(answer, after_making=after_making)
    return send(site, **more)


def gone(there: Sent) -> WithdrawRequested:
    return WithdrawRequested(announcement="a1", target=TARGET.id, posted={**there.more, "id": there.id})


def changed(there: Sent, **more: Any) -> ChangeRequested:
    body = {**BODY, "commentary": "Maintenance tomorrow"}
    known = {**there.more, "id": there.id, "url": there.url}
    given = {**requested().model_dump(), "body": body, "posted": known, "changed_at": AT, **more}
    return ChangeRequested.model_validate(given)


def made(prepared: object) -> dict[str, Any]:
    assert isinstance(prepared, Prepared), prepared
    return dict(prepared.made)


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
def test_every_reserved_character_comes_through_whole(text: str) -> None:
    site = LinkedIn(TARGET)
    made = rendered(text, pings=frozenset({"mods"}))
    sent(send(site, body=made.parts[0].body))
    assert site.posts[0].text == made.parts[0].text


def test_a_tag_stays_one() -> None:
    assert rendered("#winter", title="").parts[0].body["commentary"] == "{hashtag|\\#|winter}"


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
        "@anna pings nobody: the target's `pings` do not allow it",
        "@everyone pings nobody: the target's `mentions` name no URN for it (urn:li:organization:…)",
    )
    assert rendered("@{mods}").notes == ("@mods pings nobody: the announcement does not ask for it",)


@pytest.mark.parametrize(
    "text", ["@[Acme](urn:li:organization:1)", "`@[Acme](urn:li:organization:1)`", "\\@[x](urn:li:person:1)"]
)
def test_no_text_pings_by_itself(text: str) -> None:
    assert understood(rendered(text).parts[0].body["commentary"])[1] == []


def test_tables_become_lines_and_say_so() -> None:
    assert rendered("| a |\n|---|\n| c |", title="").notes == ("tables are shown as lines of text",)


def test_an_image_needs_a_description_and_a_file() -> None:
    bare = MAP.model_copy(update={"alt": ""})
    assert rendered(f"![]({MAP.name})\n\n![x](missing.png)", images=(bare,)).problems == (
        "there is no image 'missing.png': upload it, or give its address",
        f"image 1 has no description: write ![what it shows]({MAP.name})",
    )
    webp = picture(b"w", "x" * 4087, "image/webp", width=10_000, height=10_000)
    assert rendered(f"![]({webp.name})", images=(webp,)).problems == (
        "the description of image 1 has 4087 characters of 4086: shorten it",
        "image 1 is image/webp, and LinkedIn takes PNG, JPEG and GIF: save it as one of these",
        "image 1 has 100000000 pixels of 36152320: make it smaller",
    )
    ten = tuple(picture(b"%d" % number, "alt") for number in range(10))
    assert rendered("\n\n".join(f"![]({one.name})" for one in ten), images=ten).problems == (
        "there are 10 images, and a post on LinkedIn gets 9: leave some out",
    )


def test_an_image_that_stands_elsewhere_is_a_link() -> None:
    (part,) = rendered("![A map](https://acme.example/map.png)", title="").parts
    assert part.text == "A map (https://acme.example/map.png)"


@pytest.mark.parametrize("account", ["acme", "2414183", "https://linkedin.com/company/acme", "urn:li:organization:"])
def test_an_account_is_a_urn(account: str) -> None:
    target = TARGET.model_copy(update={"account": account})
    assert "urn:li:organization:2414183" in rendered(target=target).problems[0]


def test_nobody_can_look_at_a_members_posts() -> None:
    made = rendered(target=PERSON)
    assert made.parts[0].kind == "blind"
    assert made.notes == ("LinkedIn lets nobody read a member's posts: if an answer is lost, somebody has to look",)
    to = Destination(PERSON.id, "acme", "", SECRET, account=MEMBER)
    assert isinstance(posting.find(requested(), to, "key", AT, hands(LinkedIn(PERSON))), Unknown)


def test_nothing_is_nothing_to_say() -> None:
    assert rendered("", title="").problems == ("there is nothing to say",)


# Images


def test_images_are_uploaded_and_shown() -> None:
    site = LinkedIn(TARGET)
    images = (MAP, BOX)
    prepared = made(posting.prepare(requested(images=images), TO, hands(site)))
    body = rendered(f"![]({MAP.name})\n\n![]({BOX.name})", images=images).parts[0].body
    there = sent(send(site, body=body, images=images, prepared=prepared))
    assert [one["content"] for one in site.images.values()] == [b"a map", b"a box"]
    assert [one["id"] for one in site.posts[0].more["body"]["content"]["multiImage"]["images"]] == [*site.images]
    assert there.more == {"images": f"{MAP.name} {BOX.name}"}


def test_an_image_that_is_worked_on_is_waited_for() -> None:
    site = LinkedIn(TARGET)
    site.work = 2
    prepared = made(posting.prepare(requested(images=(MAP,)), TO, hands(site)))
    body = rendered(f"![]({MAP.name})", images=(MAP,)).parts[0].body
    assert send(site, body=body, prepared=prepared) == Wait(5, "LinkedIn is still working on an image")
    sent(send(site, body=body, prepared=prepared))
    site.images[prepared["<image 1>"]]["state"] = "PROCESSING_FAILED"
    assert isinstance(send(site, body={**body, "commentary": "x"}, prepared=prepared), Refused)


def test_whoever_may_not_ask_for_an_image_posts_it_all_the_same() -> None:
    site = LinkedIn(TARGET)
    prepared = made(posting.prepare(requested(images=(MAP,)), TO, hands(site)))
    site.rights = {"write"}
    body = rendered(f"![]({MAP.name})", images=(MAP,)).parts[0].body
    sent(send(site, body=body, prepared=prepared))


@pytest.mark.parametrize("gives_up", [NotSentError("no way"), UnansweredError("no whole answer")])
def test_a_lost_answer_to_what_nobody_sees_is_no_doubt(gives_up: Exception) -> None:
    def broken(*args: Any, **more: Any) -> Reply:
        raise gives_up

    lent = Hands(broken, OBJECTS, shared.no_mail, NOW)
    assert isinstance(posting.prepare(requested(images=(MAP,)), TO, lent), Wait)
    assert isinstance(posting.send(requested(prepared={"<image 1>": "urn:li:image:1"}), TO, "key", lent), Wait)


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
def test_an_upload_that_fails(path: str, answer: Reply, outcome: Outcome) -> None:
    site = LinkedIn(TARGET)
    usual = site.answer
    site.answer = lambda asked: answer if asked.path.startswith(path) else usual(asked)  # type: ignore[method-assign]
    assert posting.prepare(requested(images=(MAP,)), TO, hands(site)) == outcome


def test_an_image_that_is_gone_from_the_bucket() -> None:
    lost = picture(b"lost", "x")
    assert posting.prepare(requested(images=(lost,)), TO, hands(LinkedIn(TARGET))) == Refused(
        "image 1 is not there any more: upload it again"
    )


# Sending, once


def test_the_request_is_what_was_approved() -> None:
    site = LinkedIn(TARGET)
    there = sent(send(site))
    assert there.url == f"https://www.linkedin.com/feed/update/{there.id}"
    (asked,) = site.asked
    assert (asked.method, asked.path, asked.json) == ("POST", "/rest/posts", BODY)
    assert asked.headers["linkedin-version"] == "202607"
    assert asked.headers["x-restli-protocol-version"] == "2.0.0"


def test_what_arrived_is_found_by_its_words() -> None:
    site = LinkedIn(TARGET)
    body = rendered("(1) #winter @{mods}: _see_ 🎉", pings=frozenset({"mods"})).parts[0].body
    site.cut_off_after()
    with pytest.raises(UnansweredError):
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
def test_what_only_resembles_it_is_not_it(more: dict[str, Any]) -> None:
    site = LinkedIn(TARGET)
    sent(send(site))
    assert find(site, **more) == Absent()


def test_a_look_goes_back_as_far_as_it_has_to() -> None:
    site = LinkedIn(TARGET)
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
def test_a_look_that_fails_is_never_absence(answer: Reply) -> None:
    site = LinkedIn(TARGET)
    site.answer = lambda asked: answer  # type: ignore[method-assign]
    assert isinstance(find(site), Unknown)


def test_a_look_may_have_to_wait() -> None:
    site = LinkedIn(TARGET)
    site.answer = lambda asked: reply(429, {}, retry_after="30")  # type: ignore[method-assign]
    assert isinstance(find(site), Wait)


# The same words


def test_a_repetition_is_ours_if_it_is_there_and_young() -> None:
    site = LinkedIn(TARGET)
    there = sent(send(site))
    assert send(site, NOW + 60) == there
    assert len(site.posts) == 1


def test_a_repetition_of_an_older_post_is_told() -> None:
    site = LinkedIn(TARGET)
    there = sent(send(site))
    outcome = send(site, NOW + 3600, published_at=AT + timedelta(hours=1))
    assert outcome == Refused(f"LinkedIn refuses the same words twice, and has them in an older post: {there.url}")


def test_a_repetition_of_what_is_gone_is_no_success() -> None:
    site = LinkedIn(TARGET)
    there = sent(send(site))
    posting.withdraw(gone(there), TO, "gone", hands(site))
    outcome = send(site, NOW + 60)
    assert isinstance(outcome, Refused)
    assert "which is not there (any more): change some of them, or wait for a day" in outcome.reason


def test_a_repetition_of_somebody_elses_words() -> None:
    site = LinkedIn(TARGET)
    sent(send(site))
    site.answers(duplicate(site.past[0].id))
    assert isinstance(send(site), Refused)


def test_a_repetition_that_nobody_may_look_at() -> None:
    site = LinkedIn(PERSON)
    to = Destination(PERSON.id, "acme", "", SECRET, account=MEMBER)
    body = {**BODY, "author": MEMBER}
    there = sent(send(site, to=to, body=body))
    outcome = send(site, to=to, body=body)
    assert outcome == Refused(
        f"LinkedIn says that this post has these words already, and does not let us read it: {there.url}"
    )


@pytest.mark.parametrize("answer", [reply(500), reply(200, b"<html>"), reply(429, {})])
def test_a_repetition_that_cannot_be_looked_at_now_is_tried_again(answer: Reply) -> None:
    site = LinkedIn(TARGET)
    sent(send(site))
    usual = site.answer
    site.answer = lambda asked: answer if asked.method == "GET" else usual(asked)  # type: ignore[method-assign]
    assert isinstance(send(site), Wait)


def test_a_repetition_that_names_nothing() -> None:
    assert isinstance(answered(reply(422, b'{"code": "DUPLICATE_POST"}')), Refused)
    assert isinstance(answered(reply(422, {"message": "urn:li:organization:1", "code": "DUPLICATE_POST"})), Refused)


# The token


def test_a_token_is_made_once_for_all_and_again_when_it_ended() -> None:
    site, sessions = LinkedIn(TARGET), Sessions()
    to = Destination(TARGET.id, "acme", "", json.dumps(RENEWING), account=PAGE)

    def say(words: str) -> Outcome:
        return posting.send(requested(body={**BODY, "commentary": words}), to, "key", hands(site, sessions=sessions))

    sent(say("One"))
    sent(say("Two"))
    assert sessions.renewed == 1
    assert sessions.kept[TARGET.id]["until"] == NOW + 5_184_000
    site.tokens.clear()
    sent(say("Three"))
    assert sessions.renewed == 2
    site.tokens.clear()
    site.refreshes.clear()
    outcome = say("Four")
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized
    assert "the token could not be renewed: LinkedIn answered 400: The refresh token is invalid" in outcome.reason


@pytest.mark.parametrize("answer", [reply(500), reply(429), reply(200, b"<html>")])
def test_a_renewal_that_fails_does_not_disconnect(answer: Reply) -> None:
    site = LinkedIn(TARGET)
    to = Destination(TARGET.id, "acme", "", json.dumps(RENEWING), account=PAGE)
    site.answer = lambda asked: answer  # type: ignore[method-assign]
    assert isinstance(posting.send(requested(), to, "key", hands(site, sessions=Sessions())), Wait)


def test_another_credential_is_taken_at_once() -> None:
    site, sessions = LinkedIn(TARGET), Sessions()
    sessions.kept[TARGET.id] = {"token": "old", "until": NOW + 9999, "whose": "another"}
    to = Destination(TARGET.id, "acme", "", json.dumps(RENEWING), account=PAGE)
    sent(posting.send(requested(), to, "key", hands(site, sessions=sessions)))
    assert sessions.kept[TARGET.id]["token"] != "old"


def test_a_newer_version_can_be_put() -> None:
    site = LinkedIn(TARGET)
    newer = json.dumps({"access_token": SECRET, "version": "202611"})
    sent(send(site, to=Destination(TARGET.id, "acme", "", newer, account=PAGE)))
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


def test_no_reason_holds_the_token() -> None:
    assert answered(error(400, f"Bearer {SECRET} is no good", "X")) == Refused(
        "LinkedIn answered 400: Bearer … is no good"
    )


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(429, {}, retry_after="30"), 30),
        (reply(429, {}, retry_after="1.2"), 2),
        (reply(429, {}, retry_after=format_datetime(AT + timedelta(seconds=40), usegmt=True)), 40),
        (reply(429, {"message": "Resource level throttle limit"}), 900),
        (reply(429, b"<!DOCTYPE html>"), 900),
    ],
)
def test_a_limit_holds_up_everything_of_the_account(answer: Reply, seconds: int) -> None:
    outcome = answered(answer)
    assert isinstance(outcome, Wait)
    assert (outcome.budget, outcome.seconds) == ("linkedin:acme-linkedin", seconds)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "value", "message", "elements", "createdAt", "commentary", "results", "reactionSummaries"]
            ),
            inner,
        )
    ),
    max_leaves=10,
)
BODIES = st.binary(max_size=40) | JSON.map(lambda body: reply(200, body).body)
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "x-restli-id"]),
    st.sampled_from(["", "0", "nan", "-1", "9" * 400, "urn:li:share:7", "urn:li:x"]),
)
REPLIES = st.builds(Reply, st.integers(100, 599), HEADERS, BODIES)
THERE = Sent("urn:li:share:7")
CALLS: list[Callable[[LinkedIn], object]] = [
    lambda site: send(site),
    lambda site: send(site, prepared={"<image 1>": "urn:li:image:1"}),
    lambda site: posting.prepare(requested(images=(MAP,)), TO, hands(site)),
    lambda site: find(site),
    lambda site: posting.edit(changed(THERE), TO, "key", hands(site)),
    lambda site: posting.withdraw(gone(THERE), TO, "key", hands(site)),
    lambda site: posting.count(CountRequested(**gone(THERE).model_dump()), TO, hands(site)),
]


@settings(max_examples=300, deadline=None)
@given(REPLIES, st.sampled_from(CALLS))
def test_whatever_is_answered_has_an_outcome(answer: Reply, call: Callable[[LinkedIn], object]) -> None:
    site = LinkedIn(TARGET)
    site.answer = lambda asked: answer  # type: ignore[method-assign]
    outcome = call(site)
    assert isinstance(outcome, Sent | Refused | Wait | Unknown | Prepared | Absent | Counted)
    if isinstance(outcome, Sent) and call in CALLS[:2]:
        assert (answer.status, answer.headers.get("x-restli-id")) == (201, outcome.id)
    if isinstance(outcome, Wait):
        assert 1 <= outcome.seconds <= LONGEST_WAIT


# Afterwards


def test_an_edit_changes_words_and_nothing_else() -> None:
    site = LinkedIn(TARGET)
    prepared = made(posting.prepare(requested(images=(MAP,)), TO, hands(site)))
    body = rendered(f"![]({MAP.name})", images=(MAP,)).parts[0].body
    there = sent(send(site, body=body, images=(MAP,), prepared=prepared))
    for _ in range(2):
        assert posting.edit(changed(there, images=(MAP,)), TO, "edit", hands(site)) == there
    assert (site.posts[0].text, site.posts[0].more["body"]["content"]["media"]["id"]) == (
        "Maintenance tomorrow",
        prepared["<image 1>"],
    )
    asked = site.asked[-1]
    assert asked.json == {"patch": {"$set": {"commentary": "Maintenance tomorrow"}}}


@pytest.mark.parametrize(("before", "after"), [((MAP,), ()), ((), (MAP,)), ((MAP,), (BOX,))])
def test_images_cannot_be_edited(before: tuple[Image, ...], after: tuple[Image, ...]) -> None:
    there = posting.there("urn:li:share:7", before)
    outcome = posting.edit(changed(there, images=after), TO, "edit", hands(LinkedIn(TARGET)))
    assert isinstance(outcome, Refused)
    assert "withdraw it first" in outcome.reason


def test_what_is_gone_cannot_be_edited() -> None:
    outcome = posting.edit(changed(THERE), TO, "edit", hands(LinkedIn(TARGET)))
    assert outcome == Refused("LinkedIn answered 404: Could not find entity")


def test_withdrawing_what_is_gone_is_done() -> None:
    site = LinkedIn(TARGET)
    there = sent(send(site))
    for _ in range(2):
        assert posting.withdraw(gone(there), TO, "gone", hands(site)) == Sent(there.id)
    assert site.posts == []
    site.answer = lambda asked: no_such()  # type: ignore[method-assign]
    assert posting.withdraw(gone(there), TO, "gone", hands(site)) == Sent(there.id)


@pytest.mark.parametrize(
    ("answer", "kind"), [(reply(404, b"<html>"), Refused), (reply(200, b"<html>"), Unknown), (reply(500), Unknown)]
)
def test_only_what_is_gone_is_withdrawn(answer: Reply, kind: type) -> None:
    site = LinkedIn(TARGET)
    site.answer = lambda asked: answer  # type: ignore[method-assign]
    assert isinstance(posting.withdraw(gone(THERE), TO, "gone", hands(site)), kind)


def test_what_people_did_is_counted() -> None:
    site = LinkedIn(TARGET)
    there = sent(send(site))
    counted = CountRequested(**gone(there).model_dump())
    assert posting.count(counted, TO, hands(site)) == Counted(likes=7, replies=3)
    posting.withdraw(gone(there), TO, "gone", hands(site))
    assert posting.count(counted, TO, hands(site)) == Refused("LinkedIn answered 404: Could not find entity")
