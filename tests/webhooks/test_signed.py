"""AWS calls without an SDK: what is asked, and what each kind of failure is called."""

import json
import socket

import pytest
import urllib3

from functions.shared import signed
from tests.webhooks.cloud import DOWN, THROTTLED
from tests.webhooks.door import PATH, Door

ASKED = {"Name": f"{PATH}/directory", "WithDecryption": True}


def code(service: str, action: str, payload: dict[str, object]) -> str:
    with pytest.raises(signed.CallError) as caught:
        signed.call(service, action, payload)
    return caught.value.code


def test_a_call_is_one_signed_request_in_aws_json(door: Door) -> None:
    told = signed.call("ssm", "GetParameter", ASKED)
    assert told["Parameter"]["Name"] == f"{PATH}/directory"
    (headers,) = door.cloud.headers
    assert headers["x-amz-target"] == "AmazonSSM.GetParameter"
    assert headers["content-type"] == "application/x-amz-json-1.1"
    assert headers["x-amz-security-token"] == "session"
    scheme, _, rest = headers["authorization"].partition(" ")
    assert scheme == "AWS4-HMAC-SHA256"
    assert rest.startswith("Credential=AKIDEXAMPLE/")
    assert "/eu-central-1/ssm/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;" in rest


def test_the_queue_is_spoken_to_in_its_own_version(door: Door) -> None:
    signed.call("sqs", "SendMessage", {"QueueUrl": "q", "MessageBody": "zoë", "MessageGroupId": "g"})
    (headers,) = door.cloud.headers
    assert headers["x-amz-target"] == "AmazonSQS.SendMessage"
    assert headers["content-type"] == "application/x-amz-json-1.0"


def test_keys_are_read_at_each_call(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    # Lambda renews them in the environment of a process that lives for hours.
    signed.call("ssm", "GetParameter", ASKED)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDRENEWED")
    monkeypatch.delenv("AWS_SESSION_TOKEN")
    signed.call("ssm", "GetParameter", ASKED)
    assert "Credential=AKIDRENEWED/" in door.cloud.headers[1]["authorization"]
    assert "x-amz-security-token" not in door.cloud.headers[1]


def test_an_error_has_aws_s_own_name(door: Door) -> None:
    assert code("ssm", "GetParameter", {"Name": "/nothing"}) == "ParameterNotFound"
    door.cloud.broken["GetParameter"] = THROTTLED
    assert code("ssm", "GetParameter", ASKED) == "ThrottlingException"
    door.cloud.broken["GetParameter"] = 400, json.dumps({"__type": "AccessDeniedException", "Message": "no"}).encode()
    with pytest.raises(signed.CallError, match=r"^AccessDeniedException: no$"):
        signed.call("ssm", "GetParameter", ASKED)


@pytest.mark.parametrize(
    ("status", "body", "name"),
    [(502, b"<html>bad gateway</html>", "HTTP 502"), (403, b"", "HTTP 403"), (400, b"\xff", "HTTP 400")],
)
def test_an_error_that_is_not_aws_s_has_its_status(door: Door, status: int, body: bytes, name: str) -> None:
    door.cloud.broken["GetParameter"] = status, body
    assert code("ssm", "GetParameter", ASKED) == name


def test_a_server_error_is_tried_once_more_and_no_oftener(door: Door) -> None:
    door.cloud.broken_once["GetParameter"] = DOWN
    assert signed.call("ssm", "GetParameter", ASKED)
    assert door.asked("directory") == 2
    door.cloud.broken["GetParameter"] = DOWN
    assert code("ssm", "GetParameter", ASKED) == "InternalServerError"
    assert door.asked("directory") == 4


def test_a_refusal_is_not_tried_again(door: Door) -> None:
    door.cloud.broken["GetParameter"] = THROTTLED
    code("ssm", "GetParameter", ASKED)
    assert door.asked("directory") == 1


def test_where_nothing_answers_there_is_no_code(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert code("ssm", "GetParameter", ASKED) == ""


def test_an_answer_that_is_no_http_is_no_answer(door: Door) -> None:
    door.cloud.broken["GetParameter"] = 0, b""
    assert code("ssm", "GetParameter", ASKED) == ""


def test_whoever_listens_and_says_nothing_is_not_waited_for(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(signed.pool().connection_pool_kw, "timeout", urllib3.Timeout(0.02))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert code("ssm", "GetParameter", ASKED) == ""


def test_no_call_outlives_a_platform_s_patience() -> None:
    given = signed.pool().connection_pool_kw
    tries = given["retries"].total + 1
    assert tries * (given["timeout"].connect_timeout + given["timeout"].read_timeout) <= 6.0


def test_the_endpoint_is_the_one_the_sdks_would_take(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SSM"):
        monkeypatch.delenv(name, raising=False)
    assert signed.endpoint("ssm", "eu-west-3") == "https://ssm.eu-west-3.amazonaws.com"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566/")
    assert signed.endpoint("ssm", "eu-west-3") == "http://127.0.0.1:4566"
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:4567")
    assert signed.endpoint("ssm", "eu-west-3") == "http://127.0.0.1:4567"
    assert signed.endpoint("sqs", "eu-west-3") == "http://127.0.0.1:4566"
