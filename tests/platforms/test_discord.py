"""Discord: who gets in, what people are answered, and what their commands, forms and buttons become."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.announcements import DraftWritten
from events.envelope import Envelope
from events.feedback import FeedbackReceived
from events.moderation import CardUsed, FlagExplained, FlagRaised, MessageSeen, Subject
from events.operations import ErasureRequested
from events.people import Person
from events.program import Source
from functions.platforms.discord import connection
from functions.platforms.discord.commands import COMMANDS
from functions.platforms.door import Accepted, Answer, Request, classified, gate, receipt, refused, sealed
from functions.platforms.inbound import Event, Ignored, Unplaceable, normalise
from functions.platforms.outgoing import Hands, NotSentError, Reply, UnansweredError
from functions.platforms.standing import Finding, Keys, Report, State
from functions.platforms.wording import CHOICES, TEXTS
from tests.contracts.shared import MARKS, PAYLOADS
from tests.platforms.deliveries import SAMPLES, Change, delivery, event, headers, ignored, sample
from tests.platforms.hands import Fake
from tests.platforms.kits import NOW
from tests.platforms.kits.discord import APPLICATION, OUTCOMES, PLACE, SECRETS, SERVER, signed

GATE = gate("discord")
KEY = SECRETS[0]
REPORT = b'{"type": 2, "id": "1", "token": "t"}'

CHANNEL = "1301000000000000020"
MESSAGE = "1573631228429467648"
NADIA = Person(id="250000000000000012", name="Nadia (EU)", language="fr")
GRIM = Person(id="250000000000000044", name="xXGrimXx")
ILSE = Person(id="250000000000000022", name="ilse", language="en-GB")

INTERACTIONS = sorted(name for name in OUTCOMES if not name.startswith(("event", "ping")))
EVENTS = sorted(name for name in OUTCOMES if name.startswith("event") and name != "event.ping")
CLOWNS = ("event.lobby_message_create", "event.lobby_message_update", "event.lobby_message_delete")


def at(hour: int, minute: int, second: int = 0, us: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, second, us, tzinfo=UTC)


def put(*path: str | int, value: Any) -> Change:
    """Sets one field, however deep."""

    def change(body: Any) -> None:
        for name in path[:-1]:
            body = body[name]
        body[path[-1]] = value

    return change


def without(*path: str | int) -> Change:
    def change(body: Any) -> None:
        for name in path[:-1]:
            body = body[name]
        del body[path[-1]]

    return change


def all_of(*changes: Change) -> Change:
    def change(body: dict[str, Any]) -> None:
        for one in changes:
            one(body)

    return change


def verdict(body: Any) -> Accepted | Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    found = classified("discord", Request("POST", headers("discord", ""), raw))
    return found if isinstance(found, Answer) else found[0]


def answer(name: str, change: Change = bool) -> Answer:
    """What Discord is told once everything is queued."""
    body = sample("discord", name)
    change(body)
    found = verdict(body)
    if isinstance(found, Answer):
        return found
    return receipt(delivery("discord", name, change), found)


def said(given: Answer) -> dict[str, Any]:
    return dict(json.loads(given.body))


def admits(request: Request, *secrets: str) -> bool:
    return GATE.verify(request, secrets or (KEY,), NOW)


def at_door(request: Request, *secrets: str) -> Answer | Envelope:
    """One request on its whole way in: verified, placed, and answered or sealed."""
    if not admits(request, *secrets):
        return refused("discord")
    found = classified("discord", request)
    if isinstance(found, Answer):
        return found
    return sealed(
        request, found[0], platform="discord", source="place", community="club", received_at="2026-11-21T09:30:00.000Z"
    )


# Who gets in


def test_a_forged_probe_is_refused_with_401_as_discord_demands() -> None:
    # Discord sends these when an address is saved and at random later, and removes the address that takes one.
    good = signed(KEY, REPORT)
    stranger = signed(SECRETS[1], REPORT)
    probes = [
        replace(good, headers={**good.headers, "x-signature-ed25519": "0" * 128}),
        replace(good, headers={**good.headers, "x-signature-ed25519": "f" * 128}),
        replace(good, headers={**good.headers, "x-signature-timestamp": str(NOW + 1)}),
        replace(good, body=b'{"type": 1}'),
        replace(good, body=b'{"type": 0}'),
        stranger,
        Request("POST", {}, b'{"type": 1}'),
        Request("POST", {}, b""),
    ]
    for name in good.headers:
        if name.startswith("x-signature"):
            probes.append(replace(good, headers={k: v for k, v in good.headers.items() if k != name}))
    for probe in probes:
        told = at_door(probe)
        assert isinstance(told, Answer)
        assert told.status == 401
    assert isinstance(at_door(good), Envelope)


@pytest.mark.parametrize(
    "secret", ["", "00" * 32, "01" + "00" * 31, KEY[:-1], KEY + "0", KEY[:-2] + "zz", "é" * 64, "\ud800"]
)
def test_a_secret_that_is_no_public_key_opens_nothing(secret: str) -> None:
    request = signed(KEY, REPORT)
    assert not admits(request, secret)
    assert admits(request, secret, KEY)
    forged = replace(request, headers={**request.headers, "x-signature-ed25519": "00" * 64})
    assert not admits(forged, secret)


def test_the_public_key_may_be_put_in_capitals() -> None:
    assert admits(signed(KEY, REPORT), KEY.upper())


def test_a_signature_in_any_other_hand_is_refused() -> None:
    good = signed(KEY, REPORT)
    hexed = good.headers["x-signature-ed25519"]
    for other in (
        hexed.upper(),
        f" {hexed}",
        f"{hexed}\n",
        f"{hexed[:64]} {hexed[64:]}",
        f"{hexed},{hexed}",
        hexed[2:],
    ):
        assert not admits(replace(good, headers={**good.headers, "x-signature-ed25519": other}))


@pytest.mark.parametrize("age", [0, 600, 86_400, 10 * 365 * 86_400])
def test_the_signed_time_has_no_window(age: int) -> None:
    # None is documented, and the address would be removed: what comes again is a repeat by its id.
    first, again = at_door(signed(KEY, REPORT, NOW - age)), at_door(signed(KEY, REPORT, NOW - age))
    assert isinstance(first, Envelope)
    assert isinstance(again, Envelope)
    assert first.id == again.id


@pytest.mark.parametrize("time", ["", " ", "{", '"', "1[", "²", "\ud800", "1" * 41])
def test_a_time_that_could_be_something_else_is_refused(time: str) -> None:
    good = signed(KEY, REPORT)
    assert not admits(replace(good, headers={**good.headers, "x-signature-timestamp": time}))


def test_nothing_can_be_moved_between_time_and_body() -> None:
    # They are signed one after the other with nothing in between.
    body = b'{"id": "1", "token": "t", "data": {"custom_id": "{\\"type\\": 2}"}, "type": 5}'
    good = signed(KEY, body)
    time = good.headers["x-signature-timestamp"]
    for cut in range(1, len(body)):
        moved = {**good.headers, "x-signature-timestamp": time + body[:cut].decode()}
        assert not admits(replace(good, headers=moved, body=body[cut:]))
    for cut in range(1, len(time)):
        moved = {**good.headers, "x-signature-timestamp": time[:cut]}
        request = replace(good, headers=moved, body=time[cut:].encode() + body)
        placed = verdict(request.body)
        assert isinstance(placed, Accepted)
        assert placed.pipeline == "parked"


@pytest.mark.parametrize(
    "vector",
    [
        pytest.param(vector, marks=MARKS, id=vector["id"])
        for vector in (
            json.loads((PAYLOADS / "signature-vectors.json").read_text())["vectors"] if PAYLOADS.is_dir() else ()
        )
        if vector["platform"] == "discord"
    ],
)
def test_a_real_request_gets_in_and_a_changed_one_does_not(vector: dict[str, Any]) -> None:
    sent = {name.lower(): value for name, value in vector["headers"].items()}
    request = Request("POST", sent, vector["body"].encode())
    assert admits(request, vector["public_key"])
    assert not admits(replace(request, body=json.dumps(json.loads(request.body)).encode()), vector["public_key"])


# What Discord is answered


def test_the_two_pings_are_answered_differently() -> None:
    assert said(answer("ping")) == {"type": 1}
    assert (answer("ping").status, answer("ping").content_type) == (200, "application/json")
    assert answer("event.ping") == Answer(204, "", "application/json")
    assert said(cast(Answer, verdict({"type": 1}))) == {"type": 1}


def test_a_ping_is_no_event_and_an_event_no_ping() -> None:
    # Both have type 1.
    assert isinstance(verdict({"type": 1, "event": None}), Answer)
    odd_events: list[Any] = [{}, [], "LOBBY_MESSAGE_CREATE", {"type": 7}]
    for event_ in odd_events:
        found = verdict({"type": 1, "event": event_})
        assert isinstance(found, Accepted)
        assert (found.pipeline, found.answer) == ("parked", Answer(204))


@pytest.mark.parametrize("name", INTERACTIONS)
def test_every_interaction_is_answered_at_once_with_what_discord_can_show(name: str) -> None:
    given = answer(name)
    assert (given.status, given.content_type) == (200, "application/json")
    expected = {"component.click": 4, "command.launch": 4, "autocomplete": 8, "component": 6, "modal": 4, "command": 9}
    kind = said(given)["type"]
    if name in ("command.feedback", "command.survey"):  # Only who knows the surveys can show the form of one.
        assert kind == 4
    else:
        assert kind == expected.get(name, expected.get(name.partition(".")[0]))


@pytest.mark.parametrize("name", EVENTS)
def test_every_webhook_event_is_answered_204_with_nothing_in_it(name: str) -> None:
    assert answer(name) == Answer(204, "", "application/json")


@pytest.mark.parametrize(
    "name", ["command.launch", "component.click", "modal.report", "modal.feedback", "modal.announce"]
)
def test_only_the_person_sees_the_answer_and_nobody_is_mentioned(name: str) -> None:
    data = said(answer(name))["data"]
    assert data["flags"] == 64
    assert data["allowed_mentions"] == {"parse": []}
    assert data["content"] in {text for texts in TEXTS.values() for text in texts.values()}


def test_people_are_answered_in_the_language_of_their_own_client() -> None:
    for language, thanks in (("fr", "Merci"), ("en-US", "Thank"), ("xx", "Thank"), (None, "Thank"), (7, "Thank")):
        assert said(answer("modal.report", put("locale", value=language)))["data"]["content"].startswith(thanks)
    assert said(answer("command.report"))["data"]["title"] == "Signaler"
    assert said(answer("command.report", without("locale")))["data"]["title"] == "Report"


def test_report_opens_a_form_that_says_what_it_is_about() -> None:
    data = said(answer("command.report"))["data"]
    assert data["custom_id"] == f"report:{CHANNEL}:{MESSAGE}"
    reason, comment = data["components"]
    assert [one["value"] for one in reason["component"]["options"]] == list(CHOICES)
    assert reason["component"]["options"][0]["label"] == "Spam ou publicité"
    assert comment["component"]["required"] is False
    assert said(answer("command.report_user"))["data"]["custom_id"] == f"report-user:{GRIM.id}"


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("name", ["command.report", "command.report_user", "command.feedback_form", "command.announce"])
def test_forms_keep_to_discord_s_limits_in_every_language(name: str, language: str) -> None:
    longest = all_of(put("locale", value=language), put("channel_id", value="9" * 20))
    given = said(answer(name, longest))
    assert given["type"] == 9
    assert 0 < len(given["data"]["custom_id"]) <= 100
    assert 0 < len(given["data"]["title"]) <= 45
    assert 1 <= len(given["data"]["components"]) <= 5
    for row in given["data"]["components"]:
        assert row["type"] == 18
        assert 0 < len(row["label"]) <= 45
        inner = row["component"]
        assert inner["type"] in (3, 4)
        assert len(inner.get("options", ())) <= 25
        assert all(0 < len(one["label"]) <= 100 for one in inner.get("options", ()))
        assert inner.get("max_length", 1) <= 4000


@pytest.mark.parametrize(
    ("kind", "called", "expected"),
    [
        (3, "Report", "moderation"),
        (3, "report", "moderation"),
        (3, "SIGNALER", "moderation"),
        (3, "Report user", "parked"),
        (3, "Pin", "parked"),
        (1, "report", "parked"),
        (2, "Report", "parked"),
        (4, "Report", "parked"),
        (None, "Report", "parked"),
        (3, None, "parked"),
        ([3], ["Report"], "parked"),
    ],
)
def test_report_is_known_by_its_name_in_any_letters(kind: Any, called: Any, expected: str) -> None:
    body = sample("discord", "command.report")
    body["data"].update(type=kind, name=called)
    found = verdict(body)
    assert isinstance(found, Accepted)
    # As a command on a person it would name a person: here it names a message's id, and the form says so.
    assert found.pipeline == ("moderation" if (kind, called) == (2, "Report") else expected)


@pytest.mark.parametrize("called", ["Report user", "report", "Signaler", "signaler la personne"])
def test_report_on_a_person_has_its_names_too(called: str) -> None:
    assert said(answer("command.report_user", put("data", "name", value=called)))["type"] == 9


def test_feedback_without_words_opens_a_form_and_queues_nothing() -> None:
    for change in (
        put("data", "options", value=[]),
        put("data", "options", value=None),
        put("data", "options", 0, "value", value=" \n"),
        put("data", "options", 0, "value", value=7),
        put("data", "options", 0, "name", value="volume"),
        without("data", "options"),
    ):
        body = sample("discord", "command.feedback")
        change(body)
        assert said(cast(Answer, verdict(body)))["data"]["custom_id"] == "feedback"


@pytest.mark.parametrize(
    "odd",
    [
        {"type": 2, "token": "t"},
        {"type": 2, "token": "t", "data": []},
        {"type": 3, "token": "t", "data": {"custom_id": 7}},
        {"type": 3, "token": "t", "data": {"custom_id": "case::"}},
        {"type": 3, "token": "t", "data": {"custom_id": "case:1"}},
        {"type": 5, "token": "t", "data": {"custom_id": "report:1"}},
        {"type": 5, "token": "t", "data": {"custom_id": "report:1:2 "}},
        {"type": 5, "token": "t", "data": {"custom_id": "report:١:٢"}},
        {"type": 5, "token": "t"},
        {"type": 6, "token": "t"},
        {"type": True, "token": "t"},
        {"token": "t"},
    ],
    ids=json.dumps,
)
def test_what_nobody_knows_is_kept_and_the_person_waiting_is_told(odd: dict[str, Any]) -> None:
    found = verdict(odd)
    assert isinstance(found, Accepted)
    assert found.pipeline == "parked"
    assert found.reason
    assert found.answer is not None
    assert said(found.answer)["data"]["content"] == TEXTS["en"]["unknown"]


@pytest.mark.parametrize(
    "change", [without("data", "target_id"), put("channel_id", value=None), put("data", "target_id", value="x")]
)
def test_a_report_on_nothing_is_parked(change: Change) -> None:
    body = sample("discord", "command.report")
    change(body)
    found = verdict(body)
    assert isinstance(found, Accepted)
    assert (found.pipeline, found.reason) == ("parked", "the command does not say what it was used on")


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"\xff", b"\x00", b"[" * 100_000])
def test_a_body_that_is_no_object_is_parked(body: bytes) -> None:
    found = verdict(body)
    assert isinstance(found, Accepted)
    assert (found.pipeline, found.reason) == ("parked", "the body is not a JSON object")


def test_deliveries_are_named_by_the_interaction_or_by_what_happened_to_what_and_when() -> None:
    assert delivery("discord", "command.report").delivery == "1573631557632000000"
    assert delivery("discord", "command.report", put("id", value=7)).delivery == "7"
    assert delivery("discord", "event.lobby_message_delete").delivery == (
        "LOBBY_MESSAGE_DELETE:1573669310340005888:2026-11-21T12:01:10.412957"
    )
    assert delivery("discord", "event.application_deauthorized").delivery.split(":")[1] == ILSE.id
    nothing: list[Any] = [None, []]
    nameless = [
        delivery("discord", "event.lobby_message_create", put("event", "data", "id", value=none)) for none in nothing
    ]
    assert len({one.delivery for one in nameless}) == 2
    edits = [
        delivery(
            "discord", "event.lobby_message_update", put("event", "timestamp", value=f"2026-11-21T12:00:0{second}")
        )
        for second in (1, 2, 2)
    ]
    assert len({one.id for one in edits}) == 2


def test_no_header_is_kept() -> None:
    assert delivery("discord", "command.report").headers == {}


# Reports


def test_a_reported_message() -> None:
    assert event(FlagRaised, "discord", "command.report") == FlagRaised(
        community="club",
        source="place",
        platform="discord",
        flag=f"report:{MESSAGE}:{NADIA.id}",
        subject=Subject(
            source="place",
            kind="message",
            id=MESSAGE,
            url=f"https://discord.com/channels/{SERVER}/{CHANNEL}/{MESSAGE}",
            revision="2026-11-21T09:29:02.000000+00:00",
        ),
        text="@Nadia you are all worthless, leave the game :no:\n"
        "[photo: score.png, A scoreboard with a name circled in red]",
        original="<@250000000000000012> you are all worthless, ||leave|| the game <:no:1301000000000000099>",
        format="discord",
        author=GRIM,
        reporter=NADIA,
        content_at=at(9, 28, 41, 512_000),
        raised_at=at(9, 30),
        as_given={"content_at": "2026-11-21T09:28:41.512000+00:00"},
    )


def test_a_reported_person() -> None:
    assert event(FlagRaised, "discord", "command.report_user") == FlagRaised(
        community="club",
        source="place",
        platform="discord",
        flag=f"report-user:{GRIM.id}:{NADIA.id}",
        subject=Subject(source="place", kind="account", id=GRIM.id, url=f"https://discord.com/users/{GRIM.id}"),
        author=Person(id=GRIM.id, name="Grim"),
        reporter=NADIA,
        raised_at=at(9, 30),
        as_given={},
    )


def test_the_form_says_why() -> None:
    assert event(FlagExplained, "discord", "modal.report") == FlagExplained(
        community="club",
        source="place",
        platform="discord",
        flag=f"report:{MESSAGE}:{NADIA.id}",
        subject=Subject(
            source="place",
            kind="message",
            id=MESSAGE,
            url=f"https://discord.com/channels/{SERVER}/{CHANNEL}/{MESSAGE}",
        ),
        reason="harassment",
        code="harassment",
        comment="Il fait ça depuis hier soir.",
        reporter=NADIA,
        explained_at=at(9, 30, 25, 250_000),
        as_given={},
    )


def test_a_form_in_rows_says_the_same_as_one_in_labels() -> None:
    found = event(FlagExplained, "discord", "modal.report_rows")
    assert (found.code, found.reason, found.comment) == ("hate", "hate", "")
    assert found.flag == event(FlagExplained, "discord", "modal.report").flag


def test_a_reason_from_a_form_of_tomorrow_is_another_and_none_is_unknown() -> None:
    field = ("data", "components", 0, "component")
    assert event(FlagExplained, "discord", "modal.report", put(*field, "values", value=["sorcery"])).code == "other"
    assert event(FlagExplained, "discord", "modal.report", put(*field, "values", value=[])).code == "unknown"
    assert event(FlagExplained, "discord", "modal.report", put("data", "components", value=[])).code == "unknown"


@pytest.mark.parametrize(
    ("command", "form", "kind"),
    [("command.report", "modal.report", "message"), ("command.report_user", "modal.report_user", "account")],
)
def test_a_whole_report_from_the_command_to_the_form(command: str, form: str, kind: str) -> None:
    used = at_door(signed(KEY, json.dumps(sample("discord", command)).encode()))
    assert isinstance(used, Envelope)
    raised = normalise(used, PLACE)
    assert isinstance(raised, FlagRaised)

    opened = said(answer(command))
    assert opened["type"] == 9
    filled = sample("discord", form)
    filled["data"] = {
        "custom_id": opened["data"]["custom_id"],
        "components": [
            filled_in(opened["data"]["components"][0], values=["hate"]),
            filled_in(opened["data"]["components"][1], value="Read it."),
        ],
    }
    sent = at_door(signed(KEY, json.dumps(filled).encode()))
    assert isinstance(sent, Envelope)
    told = normalise(sent, PLACE)
    assert isinstance(told, FlagExplained)

    assert used.pipeline == sent.pipeline == "moderation"
    assert used.id != sent.id
    assert told.flag == raised.flag
    assert told.subject.key == raised.subject.key
    assert (told.subject.kind, told.subject.url) == (kind, raised.subject.url)
    assert told.reporter == raised.reporter
    assert (told.code, told.comment) == ("hate", "Read it.")


def filled_in(row: dict[str, Any], **content: Any) -> dict[str, Any]:
    """A label of a form as it comes back: without its words, with what was chosen or written."""
    inner = row["component"]
    return {
        "type": row["type"],
        "id": 1,
        "component": {"type": inner["type"], "id": 2, "custom_id": inner["custom_id"], **content},
    }


def test_one_person_s_report_counts_once_and_another_s_again() -> None:
    first = event(FlagRaised, "discord", "command.report")
    again = event(FlagRaised, "discord", "command.report", put("id", value="1573631999999999999"))
    other = event(FlagRaised, "discord", "command.report", put("member", "user", "id", value="9"))
    assert first.flag == again.flag != other.flag
    assert first.subject.key == other.subject.key


def test_author_and_reporter_are_never_mixed_up() -> None:
    nobody = all_of(without("data", "resolved", "messages", MESSAGE, "author"))
    found = event(FlagRaised, "discord", "command.report", nobody)
    assert (found.author, found.reporter) == (None, NADIA)
    # Everybody who deletes their account becomes the same one.
    gone = put("data", "resolved", "messages", MESSAGE, "author", "id", value="456226577798135808")
    assert event(FlagRaised, "discord", "command.report", gone).author is None
    hook = put("data", "resolved", "messages", MESSAGE, "webhook_id", value=GRIM.id)
    author = event(FlagRaised, "discord", "command.report", hook).author
    assert author == Person(id=GRIM.id, name="xXGrimXx", bot=True)


def test_a_bot_s_or_our_own_message_can_be_reported() -> None:
    spammer = put("data", "resolved", "messages", MESSAGE, "author", "bot", value=True)
    assert event(FlagRaised, "discord", "command.report", spammer).author == Person(
        id=GRIM.id, name="xXGrimXx", bot=True
    )
    ours = put("data", "resolved", "messages", MESSAGE, "author", "id", value=APPLICATION)
    assert event(FlagRaised, "discord", "command.report", ours).author is not None


def test_users_of_older_and_newer_shapes_have_a_name() -> None:
    author = ("data", "resolved", "messages", MESSAGE, "author")

    def named(**user: Any) -> str:
        found = event(FlagRaised, "discord", "command.report", put(*author, value={"id": "44", **user})).author
        assert found is not None
        return found.name

    assert named(username="grim", discriminator="6538") == "grim"
    assert named(username="grim", global_name="Grim") == "Grim"
    assert named(username="grim", global_name=None) == "grim"
    assert named(username=None) == ""
    assert named() == ""


def test_a_report_from_a_private_message_has_its_reporter_and_its_link() -> None:
    def private(body: dict[str, Any]) -> None:
        body["user"] = body.pop("member")["user"]
        for name in ("guild_id", "guild", "guild_locale"):
            del body[name]

    found = event(FlagRaised, "discord", "command.report", private)
    assert found.subject.url == f"https://discord.com/channels/@me/{CHANNEL}/{MESSAGE}"
    assert found.reporter == Person(id=NADIA.id, name="Nadia", language="fr")


def test_a_message_that_was_not_sent_along_is_still_reported() -> None:
    for change in (without("data", "resolved"), put("data", "resolved", "messages", value={})):
        found = event(FlagRaised, "discord", "command.report", change)
        assert (found.subject.id, found.text, found.author, found.content_at) == (MESSAGE, "", None, None)


def test_snowflakes_are_exact_whether_text_or_numbers() -> None:
    big = 18_446_744_073_709_551_615 >> 1
    written: tuple[Any, ...] = (big, str(big))
    for one in written:
        found = event(FlagRaised, "discord", "command.report", put("member", "user", "id", value=one))
        assert found.flag.endswith(f":{big}")
    found = event(FlagRaised, "discord", "command.report", put("data", "target_id", value=int(MESSAGE)))
    assert found.subject.id == MESSAGE
    assert found.text


def test_nothing_but_names_and_words_leaves_the_adapter() -> None:
    for name in INTERACTIONS + EVENTS:
        if OUTCOMES[name] not in ("parked", "challenge", "without effect"):
            told = outcome(name).model_dump_json()
            for private in (
                "5f1d8cf0c6a94f1bb4a3f1b0d2d6a111",
                "aW50ZXJhY3Rpb246",
                "cdn.example.com",
                "2248473465835073",
            ):
                assert private not in told


def outcome(name: str, place: Source = PLACE) -> Any:
    return normalise(delivery("discord", name), place)


def test_what_other_servers_send_is_not_this_community_s() -> None:
    here, elsewhere = PLACE.model_copy(update={"about": SERVER}), PLACE.model_copy(update={"about": "77"})
    named = PLACE.model_copy(update={"about": "Town square"})
    for name in ("command.report", "modal.report", "command.feedback", "modal.feedback", "modal.announce"):
        assert outcome(name, here) == outcome(name, named) == outcome(name)
        with pytest.raises(Unplaceable, match=f"from the server {SERVER}, not from 77"):
            outcome(name, elsewhere)
    # A card may hang in the staff's own server: who may press it, the roster says.
    assert outcome("component.case", elsewhere) == outcome("component.case", here)


# What messages look like


def told(message: dict[str, Any]) -> str:
    return event(
        FlagRaised, "discord", "command.report", put("data", "resolved", "messages", MESSAGE, value=message)
    ).text


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({}, ""),
        ({"content": None}, ""),
        ({"content": "hi <@5> <@!5> <@&6> <#7>"}, "hi @5 @5 @&6 #7"),
        ({"content": "<@5>", "mentions": [{"id": "5", "username": "jun"}]}, "@jun"),
        ({"content": "2 * 3 * 4 = **24** &amp;"}, "2 * 3 * 4 = **24** &amp;"),
        ({"attachments": [{"filename": "a.png", "content_type": "image/png"}]}, "[photo: a.png]"),
        ({"attachments": [{"filename": "a.mp4", "content_type": "video/mp4"}]}, "[video: a.mp4]"),
        ({"attachments": [{"filename": "a.mp3", "content_type": "audio/mpeg"}]}, "[audio: a.mp3]"),
        (
            {"flags": 8192, "attachments": [{"filename": "v.ogg", "content_type": "audio/ogg"}]},
            "[voice message: v.ogg]",
        ),
        ({"attachments": [{"filename": "a_b.pdf", "title": "a (b)"}, {}]}, "[file: a_b.pdf, a (b)]\n[file]"),
        ({"sticker_items": [{"id": "1", "name": "Wave"}]}, "[sticker: Wave]"),
        ({"stickers": [{"id": "1", "name": "Wave"}]}, "[sticker: Wave]"),
        (
            {
                "content": "look",
                "embeds": [
                    {
                        "author": {"name": "Free Nitro"},
                        "title": "Claim <@5>",
                        "description": "||now||",
                        "fields": [{"name": "Price", "value": "0"}, {"value": "x"}],
                        "footer": {"text": "today"},
                        "url": "https://nitro.example.com",
                    }
                ],
            },
            "look\n[embed: Free Nitro, Claim @5, now, Price: 0, x, today, https://nitro.example.com]",
        ),
        ({"embeds": [{"type": "image"}]}, "[embed]"),
        (
            {
                "embeds": [
                    {"type": "image", "image": {"url": "https://a.example/1.png", "proxy_url": "https://b.example"}}
                ]
            },
            "[embed: [photo: https://a.example/1.png]]",
        ),
        (
            {"embeds": [{"thumbnail": {"url": "https://a.example/1.png", "description": "a skull"}}]},
            "[embed: [photo: a skull]]",
        ),
        (
            {"embeds": [{"provider": {"name": "Films"}, "video": {"url": "https://films.example/1"}}]},
            "[embed: Films, [video: https://films.example/1]]",
        ),
        ({"embeds": [{"provider": {"url": "https://films.example"}}]}, "[embed: https://films.example]"),
        (
            {
                "embeds": [
                    {"author": {"name": "Free Nitro", "url": "https://n.example", "icon_url": "https://i.example"}}
                ]
            },
            "[embed: Free Nitro (https://n.example)]",
        ),
        (
            {
                "embeds": [
                    {
                        "title": "Claim",
                        "image": {"url": "https://a.example/1.png"},
                        "thumbnail": {"description": "Nadia"},
                    }
                ]
            },
            "[embed: Claim, [photo], [photo: Nadia]]",
        ),
        (
            {"embeds": [{"image": {}, "thumbnail": [], "video": "x", "provider": None, "author": {"name": 7}}]},
            "[embed]",
        ),
        (
            {"poll": {"question": {"text": "Who goes?"}, "answers": [{"poll_media": {"text": "Grim"}}, {}]}},
            "[poll: Who goes?, Grim]",
        ),
        (
            {
                "poll": {
                    "question": {"text": "Who?"},
                    "answers": [
                        {"poll_media": {"emoji": {"id": None, "name": "👍"}}},
                        {"poll_media": {"emoji": {"id": "1301000000000000099", "name": "no"}}},
                        {"poll_media": {"text": "Grim", "emoji": {"name": "👎"}}},
                        {"poll_media": {"emoji": {"id": "1301000000000000099", "name": None}}},
                    ],
                }
            },
            "[poll: Who?, 👍, :no:, Grim]",
        ),
        (
            {
                "components": [
                    {"type": 1, "components": [{"type": 2, "style": 5, "label": "Free", "url": "https://x.y"}]}
                ]
            },
            "[button: Free, https://x.y]",
        ),
        (
            {
                "content": "click",
                "components": [
                    {
                        "type": 1,
                        "components": [
                            {"type": 2, "label": "Free", "url": "https://x.y"},
                            {"type": 2, "style": 1, "emoji": {"id": "7", "name": "blob"}},
                            {"type": 2, "style": 6, "sku_id": "1"},
                        ],
                    }
                ],
            },
            "click\n[button: Free, https://x.y]\n[button: :blob:]\n[button]",
        ),
        (
            {
                "components": [
                    {
                        "type": 1,
                        "components": [
                            {
                                "type": 3,
                                "placeholder": "Who is worst?",
                                "options": [
                                    {"label": "Nadia", "value": "1"},
                                    {"label": "Ilse", "description": "a liar"},
                                ],
                            }
                        ],
                    },
                    {"type": 1, "components": [{"type": 5, "placeholder": "Somebody"}]},
                ]
            },
            "[menu: Who is worst?, Nadia, Ilse: a liar]\n[menu: Somebody]",
        ),
        (
            {
                "components": [
                    {
                        "type": 18,
                        "label": "Who is worst?",
                        "description": "Of <@5>'s team",
                        "component": {"type": 21, "options": [{"label": "Nadia"}, {"label": "Ilse"}]},
                    },
                    {"type": 18, "label": "Why?", "component": {"type": 4, "value": "she lies"}},
                    {"type": 18, "label": "Sure?", "component": {"type": 23}},
                ]
            },
            "Who is worst?: Of @5's team\n[menu: Nadia, Ilse]\nWhy?\nshe lies\nSure?",
        ),
        (
            {"components": [{"type": 99, "title": "A new kind", "components": [{"type": 98, "content": "of words"}]}]},
            "A new kind\nof words",
        ),
        (
            {
                "components": [
                    {
                        "type": 9,
                        "components": [{"type": 10, "content": "one"}],
                        "accessory": {"type": 11, "description": "a skull"},
                    },
                    {"type": 12, "items": [{"description": "a coin"}, {"media": {"content_type": "video/mp4"}}, None]},
                    {"type": 13, "name": "game.zip"},
                    {"type": 14},
                    {"type": 10, "content": "two <@5>"},
                ],
                "mentions": [{"id": "5", "username": "jun"}],
            },
            "one\n[photo: a skull]\n[photo: a coin]\n[video]\n[file: game.zip]\ntwo @jun",
        ),
        (
            {"message_snapshots": [{"message": {"components": [{"type": 2, "label": "Free", "url": "https://x.y"}]}}]},
            "[forwarded: [button: Free, https://x.y]]",
        ),
        (
            {"components": [{"type": 9, "accessory": [], "components": None}, {"type": [], "items": "x"}, {"type": 2}]},
            "[button]",
        ),
        (
            {
                "content": "",
                "message_snapshots": [
                    {
                        "message": {
                            "content": "||you|| all",
                            "attachments": [{"filename": "a.png", "content_type": "image/png"}],
                        }
                    }
                ],
            },
            "[forwarded: you all, [photo: a.png]]",
        ),
        (
            {
                "components": [
                    {
                        "type": 17,
                        "components": [
                            {"type": 10, "content": "one"},
                            {"type": 9, "components": [{"type": 10, "content": "two"}]},
                        ],
                    },
                    {"type": 10, "content": "three"},
                ]
            },
            "one\ntwo\nthree",
        ),
        ({"attachments": None, "embeds": {}, "sticker_items": "x", "components": [7], "poll": [], "flags": "x"}, ""),
    ],
    ids=lambda value: str(value)[:40],
)
def test_everything_a_message_shows_is_told(message: dict[str, Any], text: str) -> None:
    assert told(message) == text


def test_the_words_as_written_are_kept_where_reading_changed_them() -> None:
    body = put("data", "resolved", "messages", MESSAGE, value={"content": "<@5> hi"})
    found = event(FlagRaised, "discord", "command.report", body)
    assert (found.original, found.format) == ("<@5> hi", "discord")
    plain = put("data", "resolved", "messages", MESSAGE, value={"content": "hi"})
    assert event(FlagRaised, "discord", "command.report", plain).original == ""


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "@everyone", "{{7*7}}", "\x00\ud800", "‮evil", "||" * 5000, "<@" * 5000]
)
def test_hostile_words_stay_words(hostile: str) -> None:
    kept = told({"content": hostile})
    assert kept.replace("\ufffd", "") == hostile.replace("\x00", "").replace("\ud800", "").replace("\ufffd", "")


def test_a_message_made_of_components_is_told_from_top_to_bottom() -> None:
    found = event(FlagRaised, "discord", "command.report_components")
    assert found.text == (
        "You have won, @250000000000000012!\n"
        "[photo: A heap of coins]\n"
        "[video: Others who won]\n"
        "[file: claim.zip]\n"
        "[button: Claim your prize, https://prizes.example.com/claim]"
    )
    assert found.author == Person(id="250000000000000077", name="prizebot", bot=True)


def opened(referenced: object) -> FlagRaised:
    """A report on the first message of a thread, which Nadia opened about something Grim had said."""
    message = {
        "id": MESSAGE,
        "type": 21,
        "content": "",
        "author": {"id": NADIA.id, "username": "nadia.k"},
        "timestamp": "2026-11-21T09:20:00.000000+00:00",
        "referenced_message": referenced,
    }
    return event(FlagRaised, "discord", "command.report", put("data", "resolved", "messages", MESSAGE, value=message))


def test_the_first_message_of_a_thread_is_what_the_thread_was_opened_about() -> None:
    referenced = {
        "id": "1573631000000000000",
        "type": 0,
        "content": "the real words",
        "author": {"id": GRIM.id, "username": "grimx", "global_name": GRIM.name},
        "timestamp": "2026-11-20T08:00:00.000000+00:00",
        "edited_timestamp": "2026-11-20T08:05:00.000000+00:00",
    }
    found = opened(referenced)
    assert (found.text, found.author) == ("the real words", GRIM)
    assert found.content_at == datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    assert (found.subject.id, found.subject.revision) == (referenced["id"], "2026-11-20T08:05:00.000000+00:00")


def test_the_form_of_a_thread_s_first_message_explains_the_same_flag() -> None:
    referenced = {"id": "1573631000000000000", "channel_id": "4", "content": "the real words"}
    flagged = opened(referenced)
    message = {"id": MESSAGE, "type": 21, "content": "", "referenced_message": referenced}
    body = sample("discord", "command.report")
    put("data", "resolved", "messages", MESSAGE, value=message)(body)
    verdict = gate("discord").classify(Request("POST", {}, json.dumps(body).encode()))
    assert isinstance(verdict, Accepted)
    assert verdict.answer
    assert json.loads(verdict.answer.body)["data"]["custom_id"] == "report:4:1573631000000000000"
    assert flagged.subject.url.endswith("/4/1573631000000000000")


@pytest.mark.parametrize("gone", [None, {}, "x"])
def test_of_a_thread_about_a_removed_message_nobody_is_the_author(gone: object) -> None:
    found = opened(gone)
    assert (found.text, found.author, found.content_at) == ("", None, None)


def test_what_a_reply_refers_to_is_not_what_it_says() -> None:
    quoted = {"content": "quoted", "author": {"id": "5", "username": "jun"}}
    assert told({"type": 19, "content": "no u", "referenced_message": quoted}) == "no u"


def test_a_copy_in_a_copy_is_left_out() -> None:
    # Discord sends none deeper than one.
    inner = {"message": {"content": "inner"}}
    found = told({"message_snapshots": [{"message": {"content": "outer", "message_snapshots": [inner]}}]})
    assert found == "[forwarded: outer]"


def test_deep_components_do_no_harm() -> None:
    deep: dict[str, Any] = {"type": 10, "content": "deep down"}
    for _ in range(300):
        deep = {"type": 17, "components": [deep]}
    assert told({"components": [deep]}) == "deep down"


# Feedback and drafts


def test_feedback_behind_the_command() -> None:
    assert event(FeedbackReceived, "discord", "command.feedback") == FeedbackReceived(
        community="club",
        source="place",
        platform="discord",
        content="feedback:1573639610695680000",
        kind="feedback",
        text="The new map is gorgeous, @Nadia, but my sync fails every second match.",
        original="The new map is gorgeous, <@250000000000000012>, but my sync fails every second match.",
        format="discord",
        author=ILSE,
        said_at=at(10, 2),
        as_given={},
    )


def test_whoever_agrees_in_the_form_is_told_what_comes_of_it() -> None:
    opened = said(answer("command.feedback_form"))["data"]["components"]
    assert [one["component"]["custom_id"] for one in opened] == ["text", "tell"]
    assert all(len(one["label"]) <= 45 for one in opened)
    chosen = {"type": 18, "component": {"type": 3, "custom_id": "tell", "values": ["yes"]}}
    agreed = event(
        FeedbackReceived, "discord", "modal.feedback", lambda body: body["data"]["components"].append(chosen)
    )
    silent = event(FeedbackReceived, "discord", "modal.feedback")
    assert (agreed.follow_up, agreed.remembered, agreed.text) == (True, True, silent.text)
    assert (silent.follow_up, silent.remembered) == (False, False)


def test_feedback_in_the_form() -> None:
    found = event(FeedbackReceived, "discord", "modal.feedback")
    assert (found.content, found.text) == ("feedback:1573640365670400000", "Please let us mute\na whole guild.")
    assert (found.author, found.said_at, found.language) == (ILSE, at(10, 5), "und")


def test_a_form_with_nothing_in_it_has_no_effect() -> None:
    blank = put("data", "components", 0, "component", "value", value=" \n")
    assert ignored("discord", "modal.feedback", blank) == "nothing was written"
    assert ignored("discord", "modal.announce", put("data", "components", value=[])) == "nothing was written"


def test_a_draft() -> None:
    assert event(DraftWritten, "discord", "modal.announce") == DraftWritten(
        community="club",
        source="place",
        platform="discord",
        draft="announce:1573654206873600001",
        title="Winter is here",
        body="**Patch 2.4** brings a winter map.",
        author=ILSE,
        written_at=at(11, 0),
        as_given={},
    )


def test_a_draft_from_a_private_message_is_parked() -> None:
    # Discord asks for rights in servers only.
    assert "rights" in why("modal.announce", without("guild_id"))


# Cards


def test_a_button_of_a_card() -> None:
    assert event(CardUsed, "discord", "component.case") == CardUsed(
        community="club",
        source="place",
        platform="discord",
        card="1573654000000000000",
        case="20261121-7f3a",
        action="dismiss",
        by=ILSE,
        used_at=at(11, 0),
        as_given={},
    )


def test_a_menu_of_a_card_gives_its_choice_and_a_form_its_fields() -> None:
    assert event(CardUsed, "discord", "component.case_select").values == {"measures": "remove, warn"}
    found = event(CardUsed, "discord", "modal.case")
    assert found.action == "decide"
    assert found.values == {"outcome": "violation", "explanation": "Insults against a team mate."}


def test_an_action_may_have_parts_of_its_own() -> None:
    found = event(CardUsed, "discord", "component.case", put("data", "custom_id", value="case:7:measure:hide"))
    assert (found.case, found.action) == ("7", "measure:hide")


def test_a_card_that_is_not_named_is_parked() -> None:
    assert "'message'" in why("component.case", without("message"))


# Games


def test_a_message_in_a_game() -> None:
    assert event(MessageSeen, "discord", "event.lobby_message_create") == MessageSeen(
        community="club",
        source="place",
        platform="discord",
        subject=Subject(source="place", kind="message", id="1573669310340005888"),
        change="created",
        text="push mid, @250000000000000012",
        original="push mid, <@250000000000000012>",
        format="discord",
        author=GRIM,
        said_at=at(12, 0, 0, 947_000),
        changed_at=at(12, 0, 1, 109_604),
        as_given={"changed_at": "2026-11-21T12:00:01.109604"},
    )


def test_a_message_is_the_same_when_it_is_edited_and_when_it_is_removed() -> None:
    created, edited, removed = (event(MessageSeen, "discord", name) for name in CLOWNS)
    assert created.subject.key == edited.subject.key == removed.subject.key
    assert [one.change for one in (created, edited, removed)] == ["created", "edited", "removed"]
    assert created.said_at == edited.said_at == removed.said_at == at(12, 0, 0, 947_000)
    assert created.changed_at < edited.changed_at < removed.changed_at
    assert edited.text == "push mid, you clowns"
    assert edited.subject.revision == "2026-11-21T12:00:43.557970+00:00"
    assert (removed.text, removed.author) == ("", None)


def test_a_message_was_said_when_discord_says_so_or_else_when_it_got_its_id() -> None:
    field_ = ("event", "data", "timestamp")
    told_at = event(MessageSeen, "discord", CLOWNS[1], put(*field_, value="2026-11-21T11:59:59.000000+00:00"))
    assert told_at.said_at == at(11, 59, 59)
    assert event(MessageSeen, "discord", CLOWNS[1], without(*field_)).said_at == at(12, 0, 0, 947_000)


def test_a_message_seen_and_then_reported_is_one_subject() -> None:
    seen = event(MessageSeen, "discord", "event.lobby_message_create", put("event", "data", "id", value=MESSAGE))
    assert seen.subject.key == event(FlagRaised, "discord", "command.report").subject.key


def test_private_messages_in_a_game_are_moderated_too() -> None:
    found = event(MessageSeen, "discord", "event.game_direct_message_create")
    assert (found.text, found.author) == ("[voice message: voice-message.ogg]", GRIM)
    edited = event(MessageSeen, "discord", "event.game_direct_message_update")
    removed = event(MessageSeen, "discord", "event.game_direct_message_delete")
    assert edited.subject.key == removed.subject.key
    assert (removed.change, removed.text) == ("removed", "cant make it in time")
    assert "Ilse" not in found.model_dump_json()


@pytest.mark.parametrize("author", [None, {}, [], "grim"])
def test_a_message_without_an_author_has_none(author: object) -> None:
    assert event(MessageSeen, "discord", CLOWNS[0], put("event", "data", "author", value=author)).author is None


def test_bots_our_own_and_discord_s_own_words_have_no_effect() -> None:
    data = ("event", "data")
    assert ignored("discord", CLOWNS[0], put(*data, "author", "bot", value=True)) == "written by a bot"
    assert ignored("discord", CLOWNS[0], put(*data, "author", "id", value=APPLICATION)) == "our own words"
    for kind in (1, 7, 24, 46):
        assert "Discord's own" in ignored("discord", CLOWNS[0], put(*data, "type", value=kind))
    for talk in (0, 19, 99, None):
        assert event(MessageSeen, "discord", CLOWNS[0], put(*data, "type", value=talk)).text


@pytest.mark.parametrize(
    "stamp", ["2026-11-21T12:00:01.109604Z", "2026-11-21T13:00:01.109604+01:00", "2026-11-21T12:00:01.109604"]
)
def test_a_stamp_without_a_zone_is_utc_and_kept_as_it_was_sent(stamp: str) -> None:
    found = event(MessageSeen, "discord", CLOWNS[0], put("event", "timestamp", value=stamp))
    assert found.changed_at == at(12, 0, 1, 109_604)
    assert found.as_given == {"changed_at": stamp}
    said = event(MessageSeen, "discord", CLOWNS[0], put("event", "data", "timestamp", value=stamp))
    assert (said.said_at, said.as_given["said_at"]) == (at(12, 0, 1, 109_604), stamp)


def test_somebody_who_takes_the_app_s_rights_back_is_to_be_forgotten() -> None:
    assert event(ErasureRequested, "discord", "event.application_deauthorized") == ErasureRequested(
        community="club",
        source="place",
        platform="discord",
        request=f"deauthorized:{ILSE.id}:2026-11-21T14:42:53.064834Z",
        person=Person(id=ILSE.id),
        requested_at=at(14, 42, 53, 64_834),
        as_given={"requested_at": "2026-11-21T14:42:53.064834"},
    )


@pytest.mark.parametrize(
    "kind",
    [
        "APPLICATION_AUTHORIZED",
        "ENTITLEMENT_CREATE",
        "ENTITLEMENT_UPDATE",
        "ENTITLEMENT_DELETE",
        "QUEST_USER_ENROLLMENT",
    ],
)
def test_events_that_are_nobody_s_business_have_no_effect(kind: str) -> None:
    assert ignored("discord", "event.entitlement_create", put("event", "type", value=kind))
    assert ignored(
        "discord", "event.entitlement_create", all_of(put("event", "type", value=kind), without("event", "data"))
    )


# What is missing


def why(name: str, change: Change) -> str:
    with pytest.raises(Unplaceable) as raised:
        normalise(delivery("discord", name, change), PLACE)
    return str(raised.value)


@pytest.mark.parametrize(
    ("name", "path", "missing"),
    [
        ("command.report", ("id",), "'id'"),
        ("command.report", ("member",), "who sent it"),
        ("command.report_user", ("member", "user"), "who sent it"),
        ("modal.report", ("member", "user", "id"), "who sent it"),
        ("command.feedback", ("id",), "'id'"),
        ("modal.announce", ("member",), "who sent it"),
        ("component.case", ("message", "id"), "'id'"),
        ("event.lobby_message_create", ("event", "data"), "'data'"),
        ("event.lobby_message_create", ("event", "data", "id"), "'id'"),
        ("event.lobby_message_create", ("event", "timestamp"), "changed_at"),
        ("event.application_deauthorized", ("event", "data", "user"), "'user'"),
        ("event.application_deauthorized", ("event", "timestamp"), "requested_at"),
    ],
)
def test_without_what_names_it_an_event_is_parked(name: str, path: tuple[str, ...], missing: str) -> None:
    assert missing in why(name, without(*path))
    assert missing in why(name, put(*path, value=None))


def test_content_that_is_no_text_is_parked_and_not_lost() -> None:
    odd = put("data", "resolved", "messages", MESSAGE, "content", value=["a", "b"])
    assert why("command.report", odd) == "the content of the message is not text"


def test_a_parked_delivery_stays_parked_behind_the_door() -> None:
    for name in ("component.click", "command.launch", "event.comet_sighted"):
        assert "is not handled" in why(name, bool)


HAVE_EVENTS = sorted(name for name, end in OUTCOMES.items() if end not in ("challenge", "parked", "without effect"))

odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(st.characters(), max_size=10),
    st.lists(st.integers() | st.text(max_size=3), max_size=2),
    st.dictionaries(
        st.sampled_from(("id", "name", "type", "content")), st.none() | st.integers() | st.text(max_size=3)
    ),
    st.integers(1, 300).map(lambda depth: json.loads("[" * depth + "]" * depth)),
)


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a JSON value has values, itself left out."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*path, name)
        yield from spots(one, (*path, name))


def leaves(value: Any) -> Iterator[str]:
    """Every text and number that stands in a body, as text."""
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from leaves(one) if isinstance(one, dict | list) else (str(one),)


@given(st.data())
def test_whatever_stands_in_a_field_the_person_is_answered_and_the_event_is_whole_ignored_or_parked(
    data: st.DataObject,
) -> None:
    name = data.draw(st.sampled_from(HAVE_EVENTS))
    body: Any = sample("discord", name)
    waiting = "token" in body
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from([spot for spot in spots(body) if spot != ("token",)]))
        inner = body
        for step in way:
            inner = inner[step]
        if data.draw(st.booleans()) and isinstance(inner, dict):
            del inner[last]
        else:
            inner[last] = data.draw(odd)
    raw = json.dumps(body).encode()
    placed = verdict(raw)
    if isinstance(placed, Answer):
        assert placed.status in (200, 204)
        return
    assert placed.answer is not None
    assert placed.answer.status == (200 if waiting and body.get("event") is None else 204)
    assert placed.event
    assert placed.delivery
    try:
        found = normalise(
            sealed(
                Request("POST", {}, raw),
                placed,
                platform="discord",
                source="place",
                community="club",
                received_at="now",
            ),
            PLACE,
        )
    except Unplaceable:
        return
    if not isinstance(found, Ignored):
        invented_nothing(found, set(leaves(json.loads(raw))))


def invented_nothing(found: Event, there: set[str]) -> None:
    """Authors are people of the body, and its words are words of the body."""
    for field_ in ("author", "reporter", "by", "person"):
        someone = getattr(found, field_, None)
        if someone is not None:
            assert someone.id in there
            assert someone.name == "" or any(replaced(one) == someone.name for one in there)
    wrote = [getattr(found, name, "") for name in ("original", "comment", "title", "body")]
    if not getattr(found, "original", ""):
        wrote.append(getattr(found, "text", "").partition("[")[0].rstrip("\n"))
    for one in wrote:
        assert one == "" or any(replaced(there_) == one for there_ in there) or ", " in one


def replaced(text: str) -> str:
    return Person(id="1", name=text).name


# Setting it up

URL = "https://liaison.example.com/hooks/place"
KEYS = Keys(signing=KEY, token="bot-token")
TOWN = PLACE.model_copy(update={"about": SERVER})


@dataclass
class Portal:
    """Discord's API for one application, as documented; it tries an address before it takes it."""

    app: dict[str, Any] = field(
        default_factory=lambda: {
            "id": APPLICATION,
            "name": "Club",
            "bot_public": False,
            "verify_key": KEY,
            "interactions_endpoint_url": None,
            "event_webhooks_url": None,
            "event_webhooks_status": 1,
            "event_webhooks_types": ["ENTITLEMENT_CREATE"],
        }
    )
    commands: list[dict[str, Any]] = field(default_factory=list)
    reachable: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)
    path: str = f"/applications/{APPLICATION}/guilds/{SERVER}/commands"

    def http(self, method: str, url: str, *, headers: Any, body: bytes = b"", private: bool = False) -> Reply:
        assert url.startswith("https://discord.com/api/v10/")
        assert headers["user-agent"].startswith("DiscordBot (")
        asked = url.removeprefix("https://discord.com/api/v10")
        self.asked.append((method, asked))
        if headers["authorization"] != "Bot bot-token":
            return shown(401, {"message": "401: Unauthorized", "code": 0})
        given = json.loads(body) if body else {}
        if asked == "/applications/@me":
            return self.application(method, given)
        if asked.partition("?")[0] != self.path:
            return shown(403, {"message": "Missing Access", "code": 50001})
        if method == "POST":
            others = [one for one in self.commands if (one["type"], one["name"]) != (given["type"], given["name"])]
            self.commands = [*others, {**given, "id": "9", "version": "8", "nsfw": False}]
        return shown(200, [listed(one, asked.endswith("?with_localizations=true")) for one in self.commands])

    def application(self, method: str, given: dict[str, Any]) -> Reply:
        if method == "PATCH" and not self.reachable:
            named = {"_errors": [{"code": "INVALID", "message": "The specified endpoint URL could not be verified."}]}
            errors = dict.fromkeys(given, named)
            return shown(400, {"message": "Invalid Form Body", "code": 50035, "errors": errors})
        self.app.update(given)
        return shown(200, self.app)

    def report(self, place: Source = TOWN, keys: Keys = KEYS, *, repair: bool = False) -> Report:
        fake = Fake()
        return connection.check(place, URL, keys, Hands(self.http, fake, fake.mail, NOW), repair=repair)

    def wrong(self, place: Source = TOWN, keys: Keys = KEYS, *, repair: bool = False) -> dict[str, str]:
        return {one.what: one.told for one in self.report(place, keys, repair=repair).findings if one.state != "good"}


def listed(command: dict[str, Any], localised: bool) -> dict[str, Any]:
    """Without what is false, and without languages unless they were asked for."""
    kept = {name: inner for name, inner in command.items() if inner is not False}
    kept = {name: inner for name, inner in kept.items() if localised or not name.endswith("_localizations")}
    if "options" in kept:
        kept["options"] = [listed(one, localised) for one in kept["options"]]
    return kept


def shown(status: int, body: object) -> Reply:
    return Reply(status, {}, json.dumps(body).encode())


def test_a_new_application_is_told_all_that_is_missing() -> None:
    portal = Portal()
    found = portal.wrong()
    assert found.pop("webhook event types").startswith("missing: APPLICATION_DEAUTHORIZED, GAME_DIRECT_MESSAGE_CREATE")
    assert found == {
        "interactions endpoint": f"it is empty; it should be {URL}",
        "webhook events endpoint": f"it is empty; it should be {URL}",
        "webhook events": "they are switched off: switch “Events” on, on the “Webhooks” page",
        "Report (on a message)": "not registered",
        "Report user (on a person)": "not registered",
        "/feedback": "not registered",
        "/announce": "not registered",
    }
    assert {method for method, _ in portal.asked} == {"GET"}


def test_repair_makes_what_is_missing_and_again_changes_nothing() -> None:
    portal = Portal()
    assert portal.report(repair=True).state == "good"
    assert portal.app["interactions_endpoint_url"] == portal.app["event_webhooks_url"] == URL
    assert portal.app["event_webhooks_status"] == 2
    assert "ENTITLEMENT_CREATE" in portal.app["event_webhooks_types"]
    portal.asked.clear()
    assert portal.report(repair=True).state == "good"
    assert {method for method, _ in portal.asked} == {"GET"}


def test_repair_leaves_commands_of_others_alone_and_mends_ours() -> None:
    theirs = {"id": "1", "type": 4, "name": "launch", "handler": 2}
    stale = {"id": "2", "type": 1, "name": "feedback", "description": "old"}
    portal = Portal(commands=[theirs, stale])
    assert portal.wrong()["/feedback"] == "differs in: description, description_localizations, options"
    assert portal.report(repair=True).state == "good"
    assert theirs in portal.commands
    assert len(portal.commands) == 5


def test_the_commands_are_for_one_server_or_for_all_but_never_for_private_messages() -> None:
    for_all = Portal(path=f"/applications/{APPLICATION}/commands")
    assert for_all.report(PLACE, repair=True).state == "good"
    assert all(one["contexts"] == [0] for one in for_all.commands)
    town = Portal()
    town.report(repair=True)
    assert all("contexts" not in one for one in town.commands)
    assert {one["name"]: one.get("default_member_permissions") for one in town.commands} == {
        "Report": None,
        "Report user": None,
        "feedback": None,
        "announce": "32",
    }


def test_commands_keep_to_discord_s_limits() -> None:
    for command in (one for group in COMMANDS.values() for one in group):
        for name in (command["name"], *command.get("name_localizations", {}).values()):
            assert 1 <= len(name) <= 32
            assert command["type"] != 1 or name == name.lower()
        for described in (command, *command.get("options", ())):
            texts = (
                [described["description"], *described["description_localizations"].values()]
                if "description" in described
                else []
            )
            assert all(1 <= len(text) <= 100 for text in texts)
        assert ("description" in command) == (command["type"] == 1)


@pytest.mark.parametrize(
    ("field_", "value", "what", "part"),
    [
        (
            "interactions_endpoint_url",
            "https://old.example.com",
            "interactions endpoint",
            "it is https://old.example.com",
        ),
        ("event_webhooks_url", "https://old.example.com", "webhook events endpoint", "it is https://old.example.com"),
        ("event_webhooks_status", 1, "webhook events", "switched off"),
        ("event_webhooks_status", 3, "webhook events", "too many failures"),
        ("event_webhooks_types", ["APPLICATION_DEAUTHORIZED"], "webhook event types", "LOBBY_MESSAGE_CREATE"),
        ("event_webhooks_types", None, "webhook event types", "APPLICATION_DEAUTHORIZED"),
        ("verify_key", SECRETS[1], "public key", "not the application's"),
        ("verify_key", None, "public key", "not the application's"),
        ("id", "7", "application", "belongs to the application 7"),
    ],
)
def test_each_mismatch_is_named(field_: str, value: object, what: str, part: str) -> None:
    portal = Portal()
    assert portal.report(repair=True).state == "good"
    portal.app[field_] = value
    found = portal.wrong()
    assert set(found) == {what}
    assert part in found[what]


def test_an_app_that_anybody_can_install_is_named_unless_its_commands_are_for_one_server() -> None:
    portal = Portal(path=f"/applications/{APPLICATION}/commands")
    portal.report(PLACE, repair=True)
    portal.app["bot_public"] = True
    assert "Public Bot" in portal.wrong(PLACE)["installation"]
    town = Portal()
    town.report(repair=True)
    town.app["bot_public"] = True
    assert town.wrong() == {}


def test_an_address_is_not_given_to_discord_before_its_signatures_can_be_verified() -> None:
    # Discord tries the address with them at once, and would be refused.
    for signing in ("", SECRETS[1]):
        portal = Portal()
        found = portal.wrong(keys=Keys(signing, "bot-token"), repair=True)
        assert "public key" in found
        assert "interactions endpoint" in found
        assert not any(method == "PATCH" for method, _ in portal.asked)


def test_discord_s_own_words_say_why_an_address_was_not_taken() -> None:
    found = Portal(reachable=False).wrong(repair=True)
    assert found["interactions endpoint"] == (
        "Discord answered 400: Invalid Form Body; The specified endpoint URL could not be verified."
    )
    assert "could not be verified" in found["webhook events"]


def test_an_app_that_is_not_in_the_server_is_named() -> None:
    found = Portal(path="/elsewhere").wrong()
    assert "Missing Access; is the app in the server" in found["commands"]


def test_a_wrong_token_is_wrong_and_without_one_nothing_is_known() -> None:
    refused_ = Portal().report(keys=Keys(KEY, "stale"))
    assert refused_.findings == (Finding("application", "wrong", "Discord answered 401: 401: Unauthorized"),)
    nothing = Portal().report(keys=Keys("", ""))
    assert [(one.what, one.state) for one in nothing.findings] == [("public key", "wrong"), ("application", "unknown")]
    assert "--outgoing" in nothing.findings[1].told


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        (NotSentError("discord.com has no address"), "unknown"),
        (UnansweredError("discord.com did not answer"), "unknown"),
        (shown(500, {}), "unknown"),
        (shown(429, {"message": "You are being rate limited.", "retry_after": 3}), "unknown"),
        (Reply(503, {}, b"<html>"), "unknown"),
        (Reply(200, {}, b"<html>"), "unknown"),
        (Reply(200, {}, b"[]"), "unknown"),
        (Reply(200, {}, b"[" * 60_000), "unknown"),
        (shown(403, {"message": ["x"], "errors": [[{"_errors": 7}]]}), "wrong"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_discord_out_of_reach_is_a_finding(reply: Reply | Exception, state: State) -> None:
    def http(method: str, url: str, **given: Any) -> Reply:
        if isinstance(reply, Exception):
            raise reply
        return reply

    fake = Fake()
    found = connection.check(TOWN, URL, KEYS, Hands(cast(Any, http), fake, fake.mail, NOW), repair=True)
    assert [(one.what, one.state) for one in found.findings] == [("application", state)]


def test_a_discord_that_fails_halfway_is_a_finding() -> None:
    portal = Portal()

    def http(method: str, url: str, **given: Any) -> Reply:
        return portal.http(method, url, **given) if method == "GET" else Reply(502, {}, b"")

    fake = Fake()
    found = connection.check(TOWN, URL, KEYS, Hands(cast(Any, http), fake, fake.mail, NOW), repair=True)
    states = {one.what: one.state for one in found.findings}
    assert states["interactions endpoint"] == states["webhook events"] == states["commands"] == "unknown"


def test_the_steps_name_what_to_paste_where() -> None:
    steps = connection.steps(TOWN, URL)
    whole = "\n".join(steps)
    for needed in (
        URL,
        "Public Key",
        "liaison secret put place",
        "--outgoing",
        "Interactions Endpoint URL",
        SERVER,
        "Public Bot",
    ):
        assert needed in whole
    assert whole.count(URL) == 2
    assert not any(step[0].isdigit() for step in steps)


def test_every_sample_of_ours_is_in_this_house() -> None:
    assert {file.stem for file in (SAMPLES / "discord").glob("*")} == set(OUTCOMES)
