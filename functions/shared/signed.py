"""AWS calls for the door: botocore's own signer over urllib3, a seventh of boto3's start-up time.

Only services that speak AWS JSON over one POST: SQS and SSM.
"""

import json
import os
from functools import cache
from typing import Any

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SERVICES = {"sqs": ("AmazonSQS", "1.0"), "ssm": ("AmazonSSM", "1.1")}


class CallError(Exception):
    """AWS refused or could not be reached; `code` is AWS's error name, or empty when nothing answered."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code or 'no answer'}: {message}")
        self.code = code


@cache
def pool() -> urllib3.PoolManager:
    # Three calls at most (directory, secret, queue), each of two tries of 2 s, end before the function does,
    # so that the platform hears our 503. A repeated SendMessage is harmless: the inbox drops what it has seen.
    retry = urllib3.Retry(
        total=1,
        status_forcelist=(500, 502, 503, 504),
        allowed_methods=None,
        raise_on_status=False,
        respect_retry_after_header=False,  # It may say minutes; the platform at the door waits seconds.
    )
    return urllib3.PoolManager(retries=retry, timeout=urllib3.Timeout(connect=0.5, read=1.5))


def endpoint(service: str, region: str) -> str:
    """AWS_ENDPOINT_URL as the SDKs read it, else the service's own address."""
    given = os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or os.environ.get("AWS_ENDPOINT_URL")
    return given.rstrip("/") if given else f"https://{service}.{region}.amazonaws.com"


def call(service: str, action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """One signed AWS JSON request. Raises CallError."""
    region = os.environ["AWS_REGION"]
    target, version = SERVICES[service]
    url = endpoint(service, region) + "/"
    request = AWSRequest(
        method="POST",
        url=url,
        data=json.dumps(payload).encode("ascii"),
        headers={"content-type": f"application/x-amz-json-{version}", "x-amz-target": f"{target}.{action}"},
    )
    # Read at each call: Lambda renews them in the environment of a frozen and thawed process.
    keys = Credentials(
        os.environ["AWS_ACCESS_KEY_ID"],
        os.environ["AWS_SECRET_ACCESS_KEY"],
        os.environ.get("AWS_SESSION_TOKEN") or None,
    )
    SigV4Auth(keys, service, region).add_auth(request)
    try:
        answer = pool().request("POST", url, body=request.data, headers=dict(request.headers.items()))
    except urllib3.exceptions.HTTPError as error:
        raise CallError("", str(error)) from error
    return read(answer.status, answer.data)


def read(status: int, body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body or b"{}")
    except ValueError:
        told = {}
    if status == 200 and isinstance(told, dict):
        return told
    told = told if isinstance(told, dict) else {}
    code = str(told.get("__type", "")).rpartition("#")[2] or f"HTTP {status}"
    raise CallError(code, str(told.get("message", told.get("Message", ""))))
