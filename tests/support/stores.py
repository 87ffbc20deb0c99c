"""The stores and queues of a stack, in moto, of the same shape as `infra` makes them."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sqs.models import sqs_backends

from functions.shared import aws
from tests.support.emulator import quickened

REGION = "eu-central-1"
TABLE = "liaison"
BUCKET = "liaison-bucket"
SENDER = "liaison@acme.example"
PUBLIC_URL = "https://liaison.example"
PARAMETERS = "/liaison"
QUEUES = ("moderation", "announcements", "feedback", "upkeep", "parked", "delivery")
RECEIVES = {"delivery": 10}
"""Times a message is received before it is dead; five but for delivery, as in `infra/queues.py`."""

# As `functions.shared.aws` makes them, time limits and all, but without its cache.
MAKERS: dict[str, Callable[[], Any]] = {
    name: getattr(aws, name).__wrapped__ for name in ("dynamodb", "sqs", "s3", "ssm", "ses")
}

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "TABLE": TABLE,
    "BUCKET": BUCKET,
    "PARAMETERS": PARAMETERS,
    "PUBLIC_URL": PUBLIC_URL,
    "MAIL_FROM": SENDER,
    "MAIL_SET": "tests",
}


def name_of(queue: str) -> str:
    return f"{queue}.fifo" if queue.startswith("delivery") else queue


def url_of(queue: str) -> str:
    return f"https://sqs.{REGION}.amazonaws.com/123456789012/{name_of(queue)}"


def queue_settings() -> dict[str, str]:
    urls = {f"QUEUE_{queue.upper()}": url_of(queue) for queue in QUEUES}
    return {**urls, "DEAD_LETTERS": ",".join(url_of(dead(queue)) for queue in QUEUES)}


def dead(queue: str) -> str:
    return f"{queue}-dead"


@cache
def client(service: str) -> Any:
    """The test's own clients: what goes through them is not counted as a step of a function."""
    return boto3.client(service, region_name=REGION)  # type: ignore[call-overload]


@contextmanager
def simulated() -> Iterator[None]:
    """Simulated AWS, empty but for the stack's stores, and the functions' own clients pointed at it.

    Making a boto3 client takes longer than most tests, so they are made once for the whole run; whatever
    else a run holds (the environment, the caches of `functions.shared.aws`) is left as it was found.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in {**ENVIRONMENT, **queue_settings()}.items():
            patch.setenv(name, value)
        with quickened(), mock_aws():
            for name, make in MAKERS.items():
                patch.setattr(aws, name, lambda name=name, make=make: functions_client(name, make))
            fresh()
            yield


@cache
def functions_client(name: str, make: Callable[[], Any]) -> Any:
    del name
    return make()


def functions_clients() -> list[Any]:
    return [functions_client(name, make) for name, make in MAKERS.items()]


def fresh() -> None:
    make_table()
    client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    client("sesv2").create_email_identity(EmailIdentity=SENDER)
    for queue in QUEUES:
        make_queue(queue)


def make_table() -> None:
    client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[key("pk", "HASH"), key("sk", "RANGE")],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"}
            for name in ("pk", "sk", "due", "due_at", "listing", "listed_at")
        ],
        GlobalSecondaryIndexes=[index("due", "due_at"), index("listing", "listed_at")],
    )


def key(name: str, kind: str) -> dict[str, str]:
    return {"AttributeName": name, "KeyType": kind}


def index(name: str, order: str) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [key(name, "HASH"), key(order, "RANGE")],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }


def make_queue(queue: str) -> None:
    """What is received and not deleted is visible again at once: here no time passes by itself."""
    attributes: dict[str, Any] = {"VisibilityTimeout": "0", "MaximumMessageSize": "1048576"}
    if queue == "delivery":
        attributes["FifoQueue"] = "true"
    # Made in the simulation itself: twelve of them by requests would take half as long as a short test.
    sqs = sqs_backends[DEFAULT_ACCOUNT_ID][REGION]
    sqs.create_queue(name_of(dead(queue)), **attributes)
    target = f"arn:aws:sqs:{REGION}:123456789012:{name_of(dead(queue))}"
    redrive = {"deadLetterTargetArn": target, "maxReceiveCount": RECEIVES.get(queue, 5)}
    sqs.create_queue(name_of(queue), **attributes, RedrivePolicy=json.dumps(redrive))
