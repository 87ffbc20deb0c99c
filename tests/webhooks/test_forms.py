"""The one call the door makes while a person waits: a form, opened after everything is queued."""

import json
from collections.abc import Iterator

import pytest

from functions.platforms.door import Answer, Call
from functions.webhooks import forms
from tests.delivery.server import Conversation, Server, answering, serving
from tests.platforms.deliveries import SAMPLES
from tests.platforms.kits import kit
from tests.webhooks.door import PATH, Answered, Door

CALL = Call(
    "views.open", b'{"trigger_id":"t"}', Answer(200, "failed"), "https://hooks.slack.com/x", b'{"text":"sorry"}'
)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serving(answering("HTTP/1.1 200 OK", body=b'{"ok": true}')) as server:
        monkeypatch.setattr(forms.door, "api", lambda platform: f"http://127.0.0.1:{server.port}/api/")
        yield server


def test_a_form_is_opened_with_the_token_of_its_source(api: Server) -> None:
    assert forms.opened("slack", CALL, "xoxb-1")
    (heard,) = api.heard
    head, _, body = heard.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/views.open ")
    assert b"authorization: bearer xoxb-1" in head.lower()
    assert json.loads(body) == {"trigger_id": "t"}


def test_without_a_token_nobody_is_called(api: Server) -> None:
    assert not forms.opened("slack", CALL, "")
    assert not api.heard


@pytest.mark.parametrize(
    "answer",
    [
        answering("HTTP/1.1 200 OK", body=b'{"ok": false, "error": "expired_trigger_id"}'),
        answering("HTTP/1.1 500 no", body=b""),
        answering("HTTP/1.1 200 OK", "content-length: 900", body=b"{"),
    ],
    ids=["refused", "failed", "cut off"],
)
def test_a_form_that_does_not_open_is_told_where_the_person_sees_it(
    answer: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    real = forms.posted

    def posted(address: str, body: bytes, headers: dict[str, str], seconds: float) -> bool:
        if address.startswith("https://"):
            told.append(f"{address} {body.decode()} {headers}")
            return True
        return real(address, body, headers, seconds)

    monkeypatch.setattr(forms, "posted", posted)
    with serving(answer) as server:
        monkeypatch.setattr(forms.door, "api", lambda platform: f"http://127.0.0.1:{server.port}/api/")
        assert not forms.opened("slack", CALL, "xoxb-1")
    (one,) = told
    assert one.startswith('https://hooks.slack.com/x {"text":"sorry"}')
    assert "xoxb" not in one


@pytest.mark.parametrize(
    "tell", ["http://hooks.slack.com/x", "https://hooks.slack.com.evil.example/x", "https://169.254.169.254/", "", "x"]
)
def test_an_apology_goes_nowhere_else(tell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(forms, "posted", lambda address, *rest: called.append(address) is not None)
    forms.opened("slack", Call("views.open", b"{}", Answer(200), tell, b"{}"), "xoxb-1")
    assert len(called) == 1


def test_somebody_who_never_answers_is_given_up_in_time() -> None:
    # Both calls together have to end within the three seconds that Slack waits, a cold start before them.
    assert forms.OPENING + forms.TELLING <= 2.0


def shortcut(door: Door) -> Answered:
    body = (SAMPLES / "slack" / "shortcut_report.form").read_bytes()
    request = kit("slack").signed(kit("slack").SECRETS[0], body, at=int(door.now.timestamp()))
    return door.post("at-slack", request.headers, body, as_base64=True)


def test_a_report_is_queued_before_its_form_is_opened(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(forms, "opened", lambda *given: bool(seen.append(len(door.queued)) or True))
    told = shortcut(door)
    assert (told.status, told.body, seen) == (200, "", [1])


def test_a_report_is_not_lost_with_its_form(door: Door) -> None:
    """No token was put for this source: nobody can be asked why, and the report counts all the same."""
    told = shortcut(door)
    assert (told.status, told.body) == (200, "")
    ((queue, _, envelope),) = door.queued
    assert (queue, envelope.event) == ("moderation", "shortcut.report")


def test_the_door_reads_the_token_of_its_own_place(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[str] = []
    monkeypatch.setattr(forms, "opened", lambda platform, call, token: bool(used.append(token) or True))
    door.cloud.parameters[f"{PATH}/door/at-slack"] = "xoxb-2"
    shortcut(door)
    assert used == ["xoxb-2"]
