"""Announcements as webhooks: what a receiver gets, once, and what its answers are taken to mean."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from functions.platforms.outgoing import Outcome, Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import MOMENT, Budget, Rendering
from tests.platforms.posting.fake import picture, reply, sent
from tests.platforms.posting.kits import webhook as kit
from tests.platforms.posting.kits.webhook import SECRET, Receiver
from tests.platforms.posting.making import AT, Adapter, destination, only

(TARGET,) = kit.TARGETS
IMAGE = picture(b"a map", width=640, height=480)
NOON, LINK = AT.isoformat(), "https://acme.example/winter"

rendered = Adapter(TARGET, {}).render
BODY = only(rendered("# Winter\n\nA *map* & more")).body
OURS = Adapter(TARGET, BODY)
send, edit, withdraw, answered = OURS.send, OURS.edit, OURS.withdraw, OURS.answered


@pytest.fixture
def site() -> Receiver:
    return Receiver(TARGET)


def data(rendering: Rendering) -> dict[str, Any]:
    (part,) = rendering.parts
    found: dict[str, Any] = part.body["data"]
    return found


# The body


def test_a_message_says_everything_and_in_both_forms(site: Receiver) -> None:
    event: dict[str, Any] = {
        "starts_at": "2026-11-25T19:00:00+01:00",
        "ends_at": "2026-11-25T21:00:00+01:00",
        "zone": "Europe/Paris",
    }
    made = rendered(f"A *map* & more\n\n![The map]({IMAGE.name})", images=(IMAGE,), link=LINK, **event)
    part = only(made)
    assert send(site, part.body, "key-1") == Sent("key-1", more={"language": "en", "published_at": NOON})
    (asked,) = site.asked
    assert (asked.method, asked.path) == ("POST", "/hook")
    assert asked.headers["content-type"] == "application/json"
    assert asked.json == {
        "type": "announcement.published",
        "timestamp": NOON,
        "data": {
            "id": "a1",
            "language": "en",
            "title": "Winter",
            "markdown": data(made)["markdown"],
            "html": data(made)["html"],
            "excerpt": False,
            "url": LINK,
            "images": [
                {"name": IMAGE.name, "alt": "The map", "type": "image/png", "bytes": 5, "width": 640, "height": 480}
            ],
            "event": event,
            "published_at": NOON,
            "mentions": {},
        },
    }
    assert "*map*" in data(made)["markdown"]
    assert "<em>map</em> &amp; more" in data(made)["html"]
    assert data(made)["published_at"] == MOMENT
    assert part.text.startswith("Winter\n\nA map & more")
    assert (part.kind, part.window, part.budgets) == ("keyed", 0, (Budget("webhook:site"),))
    assert made.notes == ("a webhook carries no images: what they show is told in words",)


def test_a_title_that_reads_like_a_placeholder_is_a_title(site: Receiver) -> None:
    sent(send(site, only(rendered("Come.", title=MOMENT)).body))
    assert site.asked[0].json["data"]["title"] == MOMENT


def test_who_may_be_pinged_is_named_with_the_receiver_s_own_id() -> None:
    made = rendered("Hello @{mods}, @{crew} and `@everyone`", pings=frozenset({"mods", "crew"}))
    for form in ("markdown", "html"):
        assert kit.PINGS.findall(data(made)[form]) == ["@mods"]
    assert data(made)["mentions"] == {"mods": "role-7"}
    assert made.pings == ("@mods (role-7), if the receiver passes it on",)
    assert made.notes == ("@crew pings nobody: the target 'site' does not allow it (`pings`)",)


def test_who_has_no_id_there_is_pinged_by_name() -> None:
    made = rendered("Hello @everyone", pings=frozenset({"everyone"}))
    assert data(made)["mentions"] == {"everyone": ""}
    assert made.pings == ("@everyone, if the receiver passes it on",)
    assert made.notes == ()


def words(number: int) -> str:
    return " ".join(f"word{at}." for at in range(number))


def test_a_body_stays_below_twenty_thousand_bytes(site: Receiver) -> None:
    made = rendered(words(4000), link=LINK)
    part = only(made)
    (measure,) = part.measures
    assert (measure.what, measure.unit, measure.limit) == ("body", "bytes", 20_000)
    assert data(made)["excerpt"] is True
    assert LINK in data(made)["markdown"]
    assert made.notes
    sent(send(site, part.body))
    body = site.asked[0].body
    assert len(body) <= measure.used <= 20_000
    assert measure.used - len(body) <= 2 * len(".000000")
    assert measure.used > 15_000


def test_what_fits_is_whole_and_what_does_not_needs_a_link() -> None:
    whole = rendered(words(800))
    assert whole.problems == ()
    assert data(whole)["excerpt"] is False
    assert "word799." in data(whole)["html"]
    over = rendered(words(4000))
    assert len(over.problems) == 1
    assert over.parts[0].measures[0].used > 20_000


# Answers


def test_every_attempt_has_the_same_id_its_own_time_and_a_signature_of_its_own(site: Receiver) -> None:
    site.answers(reply(500), after_making=True)
    site.answers(reply(429))
    now = int(datetime.now(UTC).timestamp())  # The reference library reads the clock itself.
    for at in (now - 60, now - 30, now):
        site.clock = at
        outcome = send(site, key="key-1")
        Webhook(SECRET).verify(site.asked[-1].body, site.asked[-1].headers)
    sent(outcome)
    assert len(site.messages) == 1
    assert {asked.headers["webhook-id"] for asked in site.asked} == {"key-1"}
    assert len({asked.body for asked in site.asked}) == 1
    assert len({asked.headers["webhook-signature"] for asked in site.asked}) == 3


@pytest.mark.parametrize("secret", ["", "whsec_", "not base64!"])
def test_a_secret_that_cannot_sign_sends_nothing_and_is_told(site: Receiver, secret: str) -> None:
    outcome = send(site, to=destination(TARGET, secret=secret))
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized
    assert outcome.reason.startswith("'site' cannot be signed for: the secret is")
    assert not site.asked


def test_another_secret_than_the_receiver_s_is_told_as_one(site: Receiver) -> None:
    assert send(site, to=destination(TARGET, secret="whsec_c2VjcmV0IGtleQ==")) == Refused(
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
        (reply(500), Unknown("the receiver failed (500)")),
    ],
    ids=str,
)
def test_what_an_answer_means(answer: Reply, outcome: Outcome) -> None:
    assert answered(answer) == outcome


def test_a_receiver_means_what_its_status_says() -> None:
    for status in range(100, 600):
        outcome = answered(reply(status, b"<html>Welcome</html>"))
        assert isinstance(outcome, Sent) == (200 <= status < 300), outcome
        assert isinstance(outcome, Unknown) == (status >= 500 or status < 200), outcome


def test_a_private_receiver_is_called_as_one(site: Receiver) -> None:
    sent(send(site, to=destination(TARGET, private=True)))
    sent(send(site, key="another"))
    assert [asked.private for asked in site.asked] == [True, False]


# Afterwards


def test_a_change_is_a_message_of_its_own_and_keeps_the_first_time(site: Receiver) -> None:
    first = sent(send(site, key="key-1"))
    site.clock += 3600
    thaw = only(rendered("It thaws.", title="Thaw")).body
    for _ in range(2):
        changed = edit(site, first, thaw, "key-2", published_at=AT + timedelta(days=1))
        assert changed == Sent("key-1", more={"language": "en", "published_at": NOON})
    published, told = site.messages
    assert (published["type"], told["type"]) == ("announcement.published", "announcement.changed")
    assert told["timestamp"] == (AT + timedelta(hours=1)).isoformat()
    assert json.dumps(told["data"]).count(NOON) == 1
    assert [asked.headers["webhook-id"] for asked in site.asked] == ["key-1", "key-2", "key-2"]
    (post,) = site.posts
    assert post.text.startswith("Thaw")


def test_a_withdrawal_names_the_announcement_and_the_language(site: Receiver) -> None:
    first = sent(send(site, key="key-1"))
    for _ in range(2):
        assert withdraw(site, first, "key-3") == Sent("key-1")
    assert site.messages[1:] == [
        {"type": "announcement.withdrawn", "timestamp": NOON, "data": {"id": "a1", "language": "en"}}
    ]
    assert site.posts == []
    assert site.asked[-1].headers["webhook-id"] == "key-3"
