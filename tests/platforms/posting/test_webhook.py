"""Announcements as webhooks: what a receiver gets, once, and what its answers are taken to mean."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from events.announcements import ChangeRequested, Image, PostRequested, WithdrawRequested
from functions.platforms.outgoing import Destination, Outcome, Refused, Reply, Sent, UnansweredError, Unknown, Wait
from functions.platforms.posting import MOMENT, Post, Rendering
from functions.platforms.webhook import posting
from tests.platforms.posting.fake import NOW, hands, reply, sent
from tests.platforms.posting.kits import webhook as kit

(TARGET,) = kit.TARGETS
TO = Destination("site", "acme", TARGET.url, kit.SECRET)
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
NAME = f"{'ab' * 32}.png"
PICTURE = Image(name=NAME, alt="", type="image/png", bytes=1234, width=640, height=480)
POST = Post("a1", "Winter", "# Winter\n\nA *map* & more", "en")


def receiver() -> kit.Receiver:
    return kit.Receiver(TARGET)


def rendered(post: Post = POST, **more: Any) -> Rendering:
    return posting.render(replace(post, **more), TARGET)


def data(rendering: Rendering) -> dict[str, Any]:
    (part,) = rendering.parts
    found: dict[str, Any] = part.body["data"]
    return found


def request(rendering: Rendering | None = None) -> dict[str, Any]:
    (part,) = (rendering or rendered()).parts
    return {"announcement": "a1", "target": "site", "language": "en", "body": part.body, "published_at": AT}


def send(fake: kit.Receiver, rendering: Rendering | None = None, *, to: Destination = TO, at: int = NOW) -> Outcome:
    fake.clock = at
    return posting.send(PostRequested.model_validate(request(rendering)), to, "key-1", hands(fake, timestamp=at))


# The body


def test_a_message_says_everything_and_in_both_forms() -> None:
    fake = receiver()
    event: dict[str, Any] = {
        "starts_at": "2026-11-25T19:00:00+01:00",
        "ends_at": "2026-11-25T21:00:00+01:00",
        "zone": "Europe/Paris",
    }
    body = f"A *map* & more\n\n![The map]({NAME})"
    made = rendered(body=body, images=(PICTURE,), link="https://acme.example/winter", **event)
    assert made.problems == ()
    assert send(fake, made) == Sent("key-1", more={"language": "en", "published_at": "2026-11-22T09:30:00+00:00"})
    (asked,) = fake.asked
    assert (asked.method, asked.path) == ("POST", "/hook")
    assert asked.headers["content-type"] == "application/json"
    assert asked.json == {
        "type": "announcement.published",
        "timestamp": "2026-11-22T09:30:00+00:00",
        "data": {
            "id": "a1",
            "language": "en",
            "title": "Winter",
            "markdown": data(made)["markdown"],
            "html": data(made)["html"],
            "excerpt": False,
            "url": "https://acme.example/winter",
            "images": [
                {"name": NAME, "alt": "The map", "type": "image/png", "bytes": 1234, "width": 640, "height": 480}
            ],
            "event": event,
            "published_at": "2026-11-22T09:30:00+00:00",
            "mentions": {},
        },
    }
    assert "*map*" in data(made)["markdown"]
    assert "<em>map</em> &amp; more" in data(made)["html"]
    assert data(made)["published_at"] == MOMENT
    assert "images are described and not sent along: a webhook carries none; its link leads to them" in made.notes


def test_what_is_previewed_is_what_is_sent() -> None:
    fake = receiver()
    made = rendered()
    send(fake, made)
    (part,) = made.parts
    assert fake.asked[0].json["data"] == {**part.body["data"], "published_at": AT.isoformat()}
    assert part.text.startswith("Winter\n\n")
    assert (part.kind, part.window) == ("keyed", 0)
    assert [budget.name for budget in part.budgets] == ["webhook:site"]


@pytest.mark.parametrize("title", ["<moment>", "<key>", "<image 1>", "<first>"])
def test_a_title_that_reads_like_a_placeholder_is_a_title(title: str) -> None:
    fake = receiver()
    send(fake, rendered(title=title))
    assert fake.asked[0].json["data"]["title"] == title


# Mentions


def test_nobody_is_pinged_whom_nobody_allowed() -> None:
    made = rendered(body="@everyone @{mods} and `@everyone`")
    for form in ("markdown", "html"):
        assert "@everyone" not in data(made)[form]
        assert "@mods" not in data(made)[form]
    assert made.pings == ()
    assert data(made)["mentions"] == {}
    assert "@everyone pings nobody: the announcement would have to allow it" in made.notes


def test_who_may_be_pinged_is_named_with_the_receiver_s_own_id() -> None:
    made = rendered(body="Hello @{mods} and @{crew}", pings=frozenset({"mods", "crew"}))
    assert "@mods" in data(made)["markdown"]
    assert "@crew" not in data(made)["markdown"]
    assert data(made)["mentions"] == {"mods": "role-7"}
    assert made.pings == ("@mods (role-7), if the receiver passes it on",)
    assert made.notes == ("@crew pings nobody: target site would have to allow it",)


# Length


def words(number: int) -> str:
    return " ".join(f"word{at}." for at in range(number))


def test_a_body_stays_below_twenty_thousand_bytes() -> None:
    made = rendered(body=words(4000), link="https://acme.example/winter")
    (part,) = made.parts
    (measure,) = part.measures
    assert (measure.what, measure.unit, measure.limit) == ("body", "bytes", 20_000)
    assert made.problems == ()
    assert data(made)["excerpt"] is True
    assert "https://acme.example/winter" in data(made)["markdown"]
    assert made.notes
    fake = receiver()
    assert isinstance(send(fake, made), Sent)
    assert len(fake.asked[0].body) <= measure.used <= 20_000
    assert measure.used - len(fake.asked[0].body) <= 2 * len(".000000")
    assert measure.used > 15_000


def test_what_fits_is_whole() -> None:
    made = rendered(body=words(800))
    assert data(made)["excerpt"] is False
    assert "word799." in data(made)["html"]
    assert made.problems == ()


def test_what_does_not_fit_and_has_no_link_is_a_problem() -> None:
    made = rendered(body=words(4000))
    assert len(made.problems) == 1
    (part,) = made.parts
    assert part.measures[0].used > part.measures[0].limit


# Problems


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"title": "", "body": " "}, "there is nothing to say"),
        ({"body": f"![]({NAME})", "images": (PICTURE,)}, f"image 1 has no description: write ![what it shows]({NAME})"),
        ({"body": "![A map](map.png)"}, "there is no image 'map.png': upload it, or give its address"),
        ({"body": "> ![A map](map.png)"}, "there is no image 'map.png': upload it, or give its address"),
    ],
    ids=["empty", "no alt", "unknown", "quoted"],
)
def test_what_cannot_be_sent_like_this(more: dict[str, Any], problem: str) -> None:
    assert rendered(**more).problems == (problem,)


def test_a_picture_from_elsewhere_is_a_link() -> None:
    made = rendered(body="![The map](https://maps.example/1.png)")
    assert made.problems == ()
    assert 'href="https://maps.example/1.png"' in data(made)["html"]
    assert "<img" not in data(made)["html"]
    assert data(made)["images"] == []


# Answers


def test_every_attempt_has_the_same_id_its_own_time_and_a_signature_of_its_own() -> None:
    fake = receiver()
    fake.answers(reply(500))
    fake.answers(reply(429))
    now = int(datetime.now(UTC).timestamp())  # The reference library reads the clock itself.
    for at in (now - 60, now - 30, now):
        send(fake, at=at)
        asked = fake.asked[-1]
        Webhook(kit.SECRET).verify(asked.body, asked.headers)
    assert {asked.headers["webhook-id"] for asked in fake.asked} == {"key-1"}
    assert len({asked.body for asked in fake.asked}) == 1
    assert len({asked.headers["webhook-signature"] for asked in fake.asked}) == 3


def test_a_lost_answer_leaves_one_message() -> None:
    fake = receiver()
    fake.cut_off_after()
    with pytest.raises(UnansweredError):
        send(fake)
    assert isinstance(send(fake), Sent)
    assert len(fake.messages) == len(fake.posts) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_a_failure_after_it_was_taken_is_unknown_and_the_same_key_settles_it(status: int) -> None:
    fake = receiver()
    fake.answers(reply(status), after_making=True)
    assert send(fake) == Unknown(f"the receiver failed ({status})")
    assert isinstance(send(fake), Sent)
    assert len(fake.messages) == 1


@pytest.mark.parametrize("secret", ["", "whsec_", "not base64!"])
def test_a_secret_that_cannot_sign_sends_nothing_and_is_told(secret: str) -> None:
    fake = receiver()
    outcome = send(fake, to=replace(TO, secret=secret))
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized
    assert "'site'" in outcome.reason
    assert "secret" in outcome.reason
    assert not fake.asked


def test_another_secret_than_the_receiver_s_is_told_as_one() -> None:
    outcome = send(receiver(), to=replace(TO, secret="whsec_c2VjcmV0IGtleQ=="))
    assert outcome == Refused(
        "the receiver does not know our signature (401): put its secret with `liaison secret put site --outgoing`",
        unauthorized=True,
    )


GONE = "the receiver wants no more of it (410): take 'site' out of the program, or have it switched on"
MOVED = "the receiver has moved (301): write its new address into the program"
ASKED = "the receiver asks us to wait"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(301, location="https://elsewhere.example"), Refused(MOVED)),
        (reply(400, {"error": "no"}), Refused("the receiver refused it (400)")),
        (reply(404), Refused("there is nothing at this address (404)")),
        (reply(410), Refused(GONE)),
        (reply(413), Refused("it is too large for the receiver (413)")),
        (reply(408), Wait(60, f"{ASKED} (408)")),
        (reply(425), Wait(60, f"{ASKED} (425)")),
        (reply(429), Wait(60, f"{ASKED} (429)", "webhook:site")),
        (reply(429, retry_after="17"), Wait(17, f"{ASKED} (429)", "webhook:site")),
        (reply(429, retry_after="0.25"), Wait(1, f"{ASKED} (429)", "webhook:site")),
        (reply(429, retry_after="999999"), Wait(21600, f"{ASKED} (429)", "webhook:site")),
        (reply(429, retry_after="Wed, 25 Nov 2026 09:48:20 GMT"), Wait(100, f"{ASKED} (429)", "webhook:site")),
        (reply(429, b"<html>slow down</html>", retry_after="soon"), Wait(60, f"{ASKED} (429)", "webhook:site")),
        (reply(101), Unknown("the receiver failed (101)")),
    ],
    ids=str,
)
def test_what_an_answer_means(answer: Reply, outcome: Outcome) -> None:
    fake = receiver()
    fake.answers(answer)
    assert send(fake) == outcome


@given(st.integers(100, 599), st.dictionaries(st.sampled_from(["retry-after", "location"]), st.text()), st.binary())
@settings(max_examples=200)
def test_whatever_comes_back_there_is_an_outcome(status: int, headers: dict[str, str], body: bytes) -> None:
    fake = receiver()
    fake.answers(Reply(status, headers, body))
    outcome = send(fake)
    assert isinstance(outcome, Sent) == (200 <= status < 300)
    assert isinstance(outcome, Unknown) == (status >= 500 or status < 200)
    assert kit.SECRET not in repr(outcome)


# Afterwards


def posted(fake: kit.Receiver) -> dict[str, Any]:
    there = sent(send(fake))
    return {**there.more, "id": there.id, "url": there.url}


def test_a_change_is_a_message_of_its_own_and_keeps_the_first_time() -> None:
    fake = receiver()
    first = posted(fake)
    given = {**request(rendered(title="Thaw")), "published_at": AT.replace(day=23), "posted": first}
    for _ in range(2):
        outcome = posting.edit(ChangeRequested.model_validate(given), TO, "key-2", hands(fake, timestamp=NOW))
    assert outcome == Sent("key-1", more={"language": "en", "published_at": "2026-11-22T09:30:00+00:00"})
    published, changed = fake.messages
    assert (published["type"], changed["type"]) == ("announcement.published", "announcement.changed")
    assert changed["timestamp"] == datetime.fromtimestamp(NOW, UTC).isoformat()
    assert json.dumps(changed["data"]).count("2026-11-22T09:30:00+00:00") == 1
    assert [asked.headers["webhook-id"] for asked in fake.asked] == ["key-1", "key-2", "key-2"]
    (post,) = fake.posts
    assert post.text.startswith("Thaw")


def test_a_withdrawal_names_the_announcement_and_the_language() -> None:
    fake = receiver()
    gone = WithdrawRequested(announcement="a1", target="site", posted=posted(fake))
    for _ in range(2):
        assert posting.withdraw(gone, TO, "key-3", hands(fake)) == Sent("key-1")
    assert fake.messages[-1] == {
        "type": "announcement.withdrawn",
        "timestamp": datetime.fromtimestamp(NOW, UTC).isoformat(),
        "data": {"id": "a1", "language": "en"},
    }
    assert len(fake.messages) == 2
    assert fake.posts == []
    assert fake.asked[-1].headers["webhook-id"] == "key-3"


def test_a_private_receiver_is_called_as_one() -> None:
    told: list[bool] = []

    def http(method: str, url: str, *, headers: Any, body: bytes = b"", private: bool = False) -> Reply:
        told.append(private)
        return reply(204)

    lent = replace(hands(receiver()), http=http)
    posting.send(PostRequested.model_validate(request()), replace(TO, private=True), "key-1", lent)
    assert told == [True]
