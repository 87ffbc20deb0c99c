"""What a platform is answered, and what is on the queues by then."""

import json
from typing import Any

import pytest

from cli import inspect
from events.envelope import Envelope
from events.program import Program, bare
from functions.platforms.inbound import Unplaceable, normalise
from functions.platforms.signatures import standard_headers
from functions.shared import program
from tests.platforms.deliveries import headers as unsigned
from tests.platforms.deliveries import sample
from tests.platforms.senders import SECRETS, discourse, github, hexdigest, standard, with_headers
from tests.webhooks.cloud import DOWN, THROTTLED, refusal
from tests.webhooks.door import FLAG, PATH, SOURCES, Answered, Door

SECRET, NEXT = SECRETS["standard_webhooks"]
FORGED = "whsec_Zm9yZ2VkIGZvcmdlZCBmb3JnZWQ="


def test_a_webhook_is_accepted_when_it_is_on_its_queue(door: Door) -> None:
    answered = door.flag()
    ((queue, group, sealed),) = door.queued
    assert (queue, group) == ("moderation", "players")
    assert (answered.status, answered.told) == (202, {"accepted": sealed.id})
    assert sealed == Envelope(
        source="game",
        community="players",
        platform="standard_webhooks",
        pipeline="moderation",
        event="flag.raised",
        delivery="msg_1",
        received_at="2026-11-22T09:30:00.000Z",
        body=FLAG,
        headers={"webhook-id": "msg_1", "webhook-timestamp": "1795339800"},
    )


def test_the_same_delivery_is_accepted_again_under_the_same_name(door: Door) -> None:
    first = door.flag()
    door.later(seconds=30)
    assert door.flag() == first
    assert len({sealed.id for _, _, sealed in door.queued}) == 1
    assert len(door.queued) == 2


@pytest.mark.parametrize(
    ("source", "name", "queue"),
    [
        ("game", "flag.raised", "moderation"),
        ("game", "feedback.received", "feedback"),
        ("game", "match.finished", "parked"),
        ("forum", "reviewable_created", "moderation"),
        ("forum", "post_created", "feedback"),
        ("code", "release.published", "announcements"),
        ("code", "discussion.created", "feedback"),
        ("code", "star.created", "feedback"),
    ],
)
def test_every_event_goes_to_its_queue_in_the_group_of_its_community(
    door: Door, source: str, name: str, queue: str
) -> None:
    platform, community = SOURCES[source]
    body = json.dumps(sample(platform, name)).encode()
    assert door.post(source, signed(platform, name, body), body).status == 202
    ((found, group, sealed),) = door.queued
    assert (found, group) == (queue, community)
    assert sealed.body == body
    assert bool(sealed.reason) == (queue == "parked")


def signed(platform: str, name: str, body: bytes) -> dict[str, str]:
    event = name.partition(".")[0]
    own = {
        "standard_webhooks": lambda: standard(SECRET, body).headers,
        "github": lambda: github(SECRETS["github"][0], body).headers,
        "discourse": lambda: discourse(SECRETS["discourse"][0], body).headers,
    }[platform]()
    return {**own, **unsigned(platform, event)}


def test_the_door_s_verdict_is_the_command_line_s(door: Door) -> None:
    body = json.dumps(sample("github", "release.published")).encode()
    sent = signed("github", "release.published", body)
    door.post("code", sent, body)
    shown = inspect.examine("github", body, sent, place=bare("code", "makers", "github"), at=door.now.timestamp())
    assert [sealed for _, _, sealed in door.queued] == [shown.envelope]


def unwelcome(door: Door) -> dict[str, Answered]:
    right = standard(SECRET, FLAG)
    return {
        "forged": door.flag(secret=FORGED),
        "unsigned": door.post("game", {}, FLAG),
        "another body": door.post("game", right.headers, FLAG + b" "),
        "another source's secret": door.post("forum", right.headers, FLAG),
        "no such source": door.flag("arcade"),
        "no secret yet": door.flag("silent"),
        "too old": door.post("game", standard(SECRET, FLAG, at=int(door.now.timestamp()) - 301).headers, FLAG),
        "no source": door.post("", right.headers, FLAG),
        "a path": door.post("../directory", right.headers, FLAG),
        "a long name": door.post("g" * 5000, right.headers, FLAG),
        "a line break": door.post("game\n", right.headers, FLAG),
        "no path at all": door.post("game", right.headers, FLAG, pathParameters=None),
    }


def test_whoever_does_not_belong_learns_nothing_from_the_answer(door: Door) -> None:
    answers = unwelcome(door)
    assert {answered.status for answered in answers.values()} == {401}
    assert len(set(answers.values())) == 1
    assert not door.cloud.messages


def test_a_source_nobody_registered_costs_no_secret(door: Door) -> None:
    for name in ("arcade", "../sources/game", "GAME", "directory", "game/../forum"):
        door.flag(name)
    assert all(asked == f"GetParameter {PATH}/directory" for asked in door.cloud.asked)


def test_names_that_cannot_be_sources_cost_nothing(door: Door) -> None:
    for name in ("", "../directory", "GAME", "1", "g" * 41, "gäme"):
        assert door.flag(name).status == 401
    assert not door.cloud.asked


def test_a_retired_secret_is_refused_like_a_forgery(door: Door) -> None:
    door.put_secret("game", NEXT)
    door.later(hours=24, minutes=1)
    assert door.flag(secret=NEXT).status == 202
    assert door.flag(secret=SECRET) == door.flag(secret=FORGED)


def test_the_secret_before_is_good_for_a_day(door: Door) -> None:
    door.put_secret("game", NEXT)
    assert door.flag(secret=SECRET).status == 202
    door.later(hours=23, minutes=59)
    assert door.flag(secret=SECRET).status == 202
    assert door.flag(secret=NEXT).status == 202
    door.later(minutes=1)
    assert door.flag(secret=SECRET).status == 401


def test_a_new_secret_is_found_after_a_signature_that_failed(door: Door) -> None:
    assert door.flag().status == 202
    door.put_secret("game", NEXT)
    door.later(seconds=60)
    assert door.flag(secret=NEXT).status == 202
    assert door.asked("sources/game") == 2


def test_forgeries_cost_one_fetch_a_minute_for_each_source(door: Door) -> None:
    for second in range(180):
        door.flag(secret=FORGED)
        door.flag("silent", secret=FORGED)
        assert door.asked("sources/game") == door.asked("sources/silent") == 1 + second // 60
        door.later(seconds=1)


def test_what_is_known_is_asked_again_after_a_while_only(door: Door) -> None:
    for _ in range(60):
        assert door.flag().status == 202
        door.later(seconds=10)
    assert 9 <= door.asked("directory") <= 10
    assert door.asked("sources/game") == 2


def test_a_source_added_is_known_within_a_minute(door: Door) -> None:
    door.cloud.parameters[f"{PATH}/directory"] = '{"sources": {}}'
    assert door.flag().status == 401
    door.cloud.parameters[f"{PATH}/directory"] = json.dumps({"sources": SOURCES})
    door.later(seconds=61)
    assert door.flag().status == 202


def test_the_directory_that_a_program_makes_is_the_one_the_door_reads(door: Door) -> None:
    text = program.directory(
        Program.model_validate(
            {
                "communities": [{"id": "players", "name": "Players"}],
                "sources": [{"id": "game", "community": "players", "platform": "standard_webhooks"}],
            }
        ),
        "0" * 64,
        [],
    )
    door.cloud.parameters[f"{PATH}/directory"] = text
    assert door.flag().status == 202
    assert door.flag("forum").status == 401


def test_before_any_program_there_is_no_source(door: Door) -> None:
    del door.cloud.parameters[f"{PATH}/directory"]
    assert door.flag().status == 401


@pytest.mark.parametrize("trouble", [THROTTLED, DOWN, refusal("InternalServerError", 503), (502, b"<html>")])
@pytest.mark.parametrize("action", ["GetParameter", "SendMessage"])
def test_while_aws_cannot_answer_nothing_is_promised(door: Door, action: str, trouble: tuple[int, bytes]) -> None:
    door.cloud.broken[action] = trouble
    answered = door.flag()
    assert answered.status == 503
    assert "again" in answered.told["message"]
    assert not door.cloud.messages
    del door.cloud.broken[action]
    assert door.flag().status == 202


def test_one_failure_of_aws_is_not_the_platform_s_business(door: Door) -> None:
    for action in ("GetParameter", "SendMessage"):
        door.cloud.broken_once[action] = DOWN
        assert door.flag().status == 202
    assert len(door.cloud.messages) == 2


def test_an_aws_that_is_not_there_is_a_503(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert door.flag().status == 503


@pytest.mark.parametrize("trouble", [THROTTLED, DOWN])
def test_while_ssm_cannot_answer_what_it_said_last_is_good(door: Door, trouble: tuple[int, bytes]) -> None:
    assert door.flag().status == 202
    door.cloud.broken["GetParameter"] = trouble
    for _ in range(12):
        door.later(minutes=5, seconds=1)
        assert door.flag().status == 202
        assert door.flag(secret=FORGED).status == 401


def test_a_handshake_is_answered_at_once_and_goes_nowhere(door: Door) -> None:
    for source, name in (("forum", "ping"), ("code", "ping")):
        platform = SOURCES[source][0]
        body = json.dumps(sample(platform, name)).encode()
        assert door.post(source, signed(platform, name, body), body).status == 200
        unsure = with_headers(discourse("guess", body), x_discourse_event="ping", x_github_event="ping")
        assert door.post(source, unsure.headers, body).status == 401
    assert not door.cloud.messages


def test_a_body_may_come_as_base64(door: Door) -> None:
    body = b"payload=%7B%7D"
    headers = {"x-github-event": "release", "x-hub-signature-256": hexdigest(SECRETS["github"][0], body)}
    sent = {**headers, "content-type": "application/x-www-form-urlencoded"}
    assert door.post("code", sent, body, as_base64=True).status == 202
    ((_, _, sealed),) = door.queued
    assert sealed.body == body


ODD = {
    "empty": b"",
    "NUL": b"\x00",
    "no JSON": b"hello",
    "no object": b'["flag.raised"]',
    "a lone surrogate as a type": b'{"type": "\\ud800"}',
    "a lone surrogate in a text": b'{"type": "flag.raised", "data": {"id": "\\udc00", "note": "\\u0000"}}',
    "an event type of tomorrow": b'{"type": "vibe.shifted", "data": {}}',
    "deep": b'{"type":' + b"[" * 100_000,
    "no UTF-8": b"\xff\xfe\x00\xd8",
    "two objects": b"{}{}",
    "a huge number": b'{"type": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("body", ODD.values(), ids=list(ODD))
def test_what_was_signed_is_accepted_whatever_it_says(door: Door, body: bytes) -> None:
    """Kept to the byte, and understood or parked with a reason: at the door, or behind the queue."""
    seconds = str(int(door.now.timestamp()))
    forum = {"x-discourse-event": "post_created", "x-discourse-event-signature": hexdigest("my forum's secret", body)}
    for source, headers in (
        ("game", standard_headers(SECRET, "msg_1", seconds, body)),
        ("forum", forum),
        ("forum", {**forum, "x-discourse-event": "post_pondered"}),
        ("forum", {name: forum[name] for name in forum if name != "x-discourse-event"}),
    ):
        assert door.post(source, headers, body, as_base64=True).status == 202
    assert len(door.queued) == 4
    for queue, _, sealed in door.queued:
        assert sealed.body == body
        assert (queue == "parked") == bool(sealed.reason)
        if queue != "parked":
            with pytest.raises(Unplaceable):
                normalise(sealed, bare(sealed.source, sealed.community, sealed.platform))


def test_characters_beyond_ascii_are_signed_as_they_were_sent(door: Door) -> None:
    body = '{"type": "flag.raised", "data": {"text": "zoë 👾 \u202e"}}'.encode()
    for as_base64 in (False, True):
        assert door.post("game", standard(SECRET, body).headers, body, as_base64=as_base64).status == 202
    assert {sealed.body for _, _, sealed in door.queued} == {body}


def test_the_largest_body_fits_its_queue_and_one_byte_more_is_refused(door: Door) -> None:
    largest = b'{"type": "flag.raised"}'.ljust(700_000)
    assert door.flag(body=largest).status == 202
    answered = door.flag(body=largest + b" ")
    assert answered.status == 413
    assert "700000 bytes" in answered.told["message"]
    assert len(door.cloud.messages) == 1


def test_size_is_judged_before_anything_is_asked(door: Door) -> None:
    assert door.flag("arcade", body=b"x" * 4_000_001).status == 413
    assert not door.cloud.asked


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "gzip, identity"])
def test_an_encoded_body_is_refused(door: Door, encoding: str) -> None:
    headers = {**standard(SECRET, FLAG).headers, "content-encoding": encoding}
    assert door.post("game", headers, FLAG).status == 415
    assert not door.cloud.asked


def test_a_body_that_says_it_is_not_encoded_is_welcome(door: Door) -> None:
    assert door.post("game", {**standard(SECRET, FLAG).headers, "content-encoding": "identity"}, FLAG).status == 202


def test_header_names_are_the_same_in_any_case(door: Door) -> None:
    headers = {name.title(): value for name, value in standard(SECRET, FLAG).headers.items()}
    assert door.post("game", headers, FLAG).status == 202


@pytest.mark.parametrize("more", [{"headers": None}, {"body": None}, {"headers": {}, "body": ""}], ids=str)
def test_a_request_with_nothing_in_it_is_refused(door: Door, more: dict[str, Any]) -> None:
    assert door.post("game", standard(SECRET, FLAG).headers, FLAG, **more).status == 401


def test_only_what_normalising_needs_of_the_headers_is_kept(door: Door) -> None:
    headers = {**standard(SECRET, FLAG).headers, "authorization": "Bearer x", "cookie": "y", "x-forwarded-for": "::1"}
    assert door.post("game", headers, FLAG).status == 202
    ((_, _, sealed),) = door.queued
    assert set(sealed.headers) == {"webhook-id", "webhook-timestamp"}


def test_nothing_of_what_was_said_is_logged(
    door: Door, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    door.flag(body=b'{"type": "flag.raised", "data": {"text": "worthless"}}')
    door.flag(body=b'{"type": "worthless"}')
    door.flag(secret=FORGED, body=b"worthless")
    door.cloud.broken["SendMessage"] = THROTTLED
    door.flag(body=b'{"type": "flag.raised", "data": {"text": "worthless"}}')
    told = str([vars(record) for record in caplog.records]) + capsys.readouterr().out
    for expected in ("accepted", "ThrottlingException", "Answered202", "Answered401", "Answered503"):
        assert expected in told
    for private in ("worthless", SECRET, standard(SECRET, FLAG).headers["webhook-signature"], "AKIDEXAMPLE"):
        assert private not in told
