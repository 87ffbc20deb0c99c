"""`liaison inspect`: what Liaison makes of a webhook, told to a person and to a program."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from functions.platforms import door
from functions.platforms.door import GATES
from functions.platforms.inbound import POLLED
from tests.platforms.deliveries import SAMPLES
from tests.platforms.deliveries import headers as unsigned
from tests.platforms.kits import kit
from tests.platforms.senders import NOW, SECRETS, brief, standard

SECRET = SECRETS["standard_webhooks"][0]
FLAG = SAMPLES / "standard_webhooks" / "flag.raised.json"
KEYS = {"verdict", "answer", "signature", "reason", "events"}


@dataclass
class Command:
    """The command with the headers it is given, written into a file in one of the two forms."""

    folder: Path

    def run(self, *arguments: object, body: bytes | None = None) -> Result:
        return CliRunner().invoke(app, ["inspect", *map(str, arguments)], input=body)

    def told(self, *arguments: object, body: bytes | None = None) -> dict[str, Any]:
        """The one JSON object on the last line."""
        result = self.run(*arguments, "--json", body=body)
        assert result.exit_code == 0, result.output
        *before, last = result.stdout.splitlines()
        assert not before
        found: dict[str, Any] = json.loads(last)
        assert found.keys() == KEYS
        assert found["answer"].keys() == {"status", "body"}
        return found

    def refuses(self, *arguments: object) -> str:
        """The sentence on standard error when a command line cannot be followed."""
        result = self.run(*arguments)
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        assert not result.stdout
        return " ".join(result.stderr.split())

    def headers(self, sent: Mapping[str, str], *, lines: bool = False) -> Path:
        path = self.folder / "headers"
        path.write_text("\n".join(f"{name}: {value}" for name, value in sent.items()) if lines else json.dumps(sent))
        return path

    def body(self, body: bytes) -> Path:
        path = self.folder / "body"
        path.write_bytes(body)
        return path


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def test_an_accepted_flag_is_shown_as_its_event(command: Command) -> None:
    told = command.told("standard_webhooks", FLAG)
    assert (told["verdict"], told["signature"], told["reason"]) == ("accepted", "not checked", "")
    assert told["answer"]["status"] == 202
    assert set(json.loads(told["answer"]["body"])) == {"accepted"}
    (event,) = told["events"]
    assert event["event"] == "FlagRaised"
    assert event["subject"]["id"] == "match-77:msg-412"
    assert event["author"] == {"id": "4417", "name": "xXGrimXx", "language": "", "bot": False}
    assert event["raised_at"] == "2026-11-21T09:30:00Z"


def test_what_has_no_effect_is_accepted_and_says_why(command: Command) -> None:
    body = SAMPLES / "discourse" / "post_created.private_message.json"
    told = command.told("discourse", body, "--headers", command.headers(unsigned("discourse", "post_created")))
    assert (told["verdict"], told["events"]) == ("accepted", [])
    assert "a private message" in told["reason"]


@pytest.mark.parametrize("platform", ["discourse", "github"])
def test_a_handshake_is_a_challenge(command: Command, platform: str) -> None:
    told = command.told(platform, SAMPLES / platform / "ping.json", "--headers", pings(command, platform))
    assert told["verdict"] == "challenge"
    assert told["answer"]["status"] == 200
    assert told["events"] == []


def pings(command: Command, platform: str) -> Path:
    return command.headers(unsigned(platform, "ping"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"type": "match.finished", "data": {}}', "no event type 'match.finished' is known here"),
        (b'{"type": "flag.raised", "data": {"id": "1"}}', "flag.raised: data.subject: is missing"),
        (b"hello", "the body is not a JSON object"),
        (b"", "the body is not a JSON object"),
        (b'{"type": "\\ud800"}', "no event type '?' is known here"),
        (b'{"type":' + b"[" * 100_000, "the body is not a JSON object"),
    ],
    ids=["tomorrow's type", "a field missing", "no JSON", "empty", "a lone surrogate", "deep"],
)
def test_what_nobody_can_place_is_parked_and_still_answered_2xx(command: Command, body: bytes, reason: str) -> None:
    told = command.told("standard_webhooks", command.body(body))
    assert (told["verdict"], told["answer"]["status"], told["events"]) == ("parked", 202, [])
    assert told["reason"] == reason


def test_a_body_may_come_from_standard_input(command: Command) -> None:
    assert command.told("standard_webhooks", "-", body=FLAG.read_bytes()) == command.told("standard_webhooks", FLAG)
    assert command.told("standard_webhooks", "-", body=b"")["verdict"] == "parked"


@pytest.mark.parametrize("lines", [True, False], ids=["lines", "JSON"])
def test_headers_may_be_lines_or_one_object_in_any_case(command: Command, lines: bool) -> None:
    body = SAMPLES / "github" / "release.published.json"
    sent = {"X-GitHub-Event": "release", "X-GitHub-Delivery": "guid", "User-Agent": "GitHub-Hookshot/1: x"}
    told = command.told("github", body, "--headers", command.headers(sent, lines=lines))
    assert [event["event"] for event in told["events"]] == ["TriggerFired"]


def test_empty_lines_between_headers_are_passed_over(command: Command) -> None:
    path = command.folder / "headers"
    path.write_text("\nX-GitHub-Event: fork\r\n\r\n")
    assert "'fork'" in command.told("github", SAMPLES / "github" / "star.created.json", "--headers", path)["reason"]


@pytest.mark.parametrize("platform", GATES)
def test_a_secret_decides_the_signature(command: Command, platform: str) -> None:
    body = b'{"type": "match.finished"}'
    right, wrong = SECRETS[platform]
    request = kit(platform).signed(right, body)
    sent = ("--headers", command.headers(request.headers), "--path", request.path, "--query", urlencode(request.query))
    given = (platform, command.body(body), *sent, "--at", NOW)
    assert command.told(*given, "--secret", right)["signature"] == "valid"
    refused = command.told(*given, "--secret", wrong)
    assert (refused["verdict"], refused["signature"], refused["events"]) == ("refused", "invalid", [])
    told = door.refused(platform)
    assert refused["answer"] == {"status": told.status, "body": told.body}
    assert "does not match" in refused["reason"]
    assert command.told(*given)["signature"] == "not checked"


def test_a_right_signature_that_is_too_old_is_told_apart(command: Command) -> None:
    body = FLAG.read_bytes()
    sent = command.headers(standard(SECRET, body).headers)
    given = ("standard_webhooks", FLAG, "--headers", sent, "--secret", SECRET)
    old = command.told(*given, "--at", NOW + 301)
    assert (old["verdict"], old["answer"]["status"]) == ("refused", 401)
    assert old["reason"] == "the signature is right, but its time is too far from the clock (see --at)"
    assert command.told(*given, "--at", NOW + 300)["verdict"] == "accepted"
    assert command.told(*given)["reason"] == old["reason"]  # Without --at, by today's clock.


@pytest.mark.parametrize("stamp", ["²", "", "soon", "9" * 400, "-1"], ids=brief)
def test_a_strange_time_is_no_more_than_a_wrong_signature(command: Command, stamp: str) -> None:
    sent = command.headers({**standard(SECRET, b"{}").headers, "webhook-timestamp": stamp})
    told = command.told("standard_webhooks", command.body(b"{}"), "--headers", sent, "--secret", SECRET)
    assert "does not match" in told["reason"]


def test_what_is_too_large_or_encoded_is_refused_as_the_door_does(command: Command) -> None:
    large = command.told("standard_webhooks", command.body(b"x" * 700_001))
    assert (large["verdict"], large["answer"]["status"]) == ("refused", 413)
    sent = command.headers({"Content-Encoding": "gzip"})
    encoded = command.told("standard_webhooks", FLAG, "--headers", sent)
    assert (encoded["verdict"], encoded["answer"]["status"]) == ("refused", 415)


def test_a_person_reads_the_verdict_first(command: Command) -> None:
    result = command.run("standard_webhooks", FLAG)
    assert result.exit_code == 0
    first, second, third, *_ = result.stdout.splitlines()
    assert first.startswith("accepted: answered 202")
    assert second.startswith("signature not checked")
    assert third == "FlagRaised"


def test_nothing_a_stranger_wrote_is_markup_on_the_terminal(command: Command) -> None:
    body = json.dumps({"type": "[bold red]x[/]", "data": {}}).encode()
    assert "'[bold red]x[/]'" in command.run("standard_webhooks", command.body(body)).stdout


def test_a_platform_nobody_wrote_is_a_sentence_with_those_there_are(command: Command) -> None:
    said = command.refuses("myspace", FLAG)
    assert said == f"no platform 'myspace'; known are {', '.join((*GATES, *POLLED))}"


def test_files_that_are_not_there_are_named(command: Command) -> None:
    assert "no file" in command.refuses("github", "nowhere.json")
    assert "nowhere" in command.refuses("github", FLAG, "--headers", "nowhere")


@pytest.mark.parametrize("text", ["X-GitHub-Event: star\nnonsense", "{", "{]"])
def test_headers_that_are_neither_form_are_told(command: Command, text: str) -> None:
    path = command.folder / "headers"
    path.write_text(text)
    said = command.refuses("github", FLAG, "--headers", path)
    assert "line" in said


LISTING = {
    "kind": "Listing",
    "data": {"children": [{"kind": "t3", "data": {"name": "t3_1", "title": "Hi", "user_reports": [["Spam", 2]]}}]},
}


def test_an_answer_of_a_platform_that_never_calls_may_be_shown(command: Command) -> None:
    told = command.told("reddit", command.body(json.dumps(LISTING).encode()))
    assert (told["verdict"], told["signature"]) == ("accepted", "not checked")
    assert [(event["event"], event["reason"]) for event in told["events"]] == [("FlagRaised", "Spam")] * 2
    assert command.told("lemmy", command.body(b"[]"))["verdict"] == "parked"
