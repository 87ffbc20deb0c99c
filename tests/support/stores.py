"""The stores and queues of a stack, in moto, of the same shape as `infra` makes them."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.moto_api._internal.models import moto_api_backend

REGION = "eu-central-1"
TABLE = "liaison"
BUCKET = "liaison-bucket"
SENDER = "liaison@acme.example"
PUBLIC_URL = "https://liaison.example"
PARAMETERS = "/liaison"
QUEUES = ("moderation", "announcements", "feedback", "parked", "delivery")
RECEIVES = {"delivery": 10}
"""Times a message is received before it is dead; five but for delivery, as in `infra/queues.py`."""

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
    "POWERTOOLS_METRICS_NAMESPACE": "Liaison",
    "POWERTOOLS_SERVICE_NAME": "tests",
}


def name_of(queue: str) -> str:
    return f"{queue}.fifo" if queue.startswith("delivery") else queue


def url_of(queue: str) -> str:
    return f"https://sqs.{REGION}.amazonaws.com/123456789012/{name_of(queue)}"


@contextmanager
def simulated() -> Iterator[None]:
    """Simulated AWS for a whole run. The clients the functions keep are made inside it, and stay good."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in {**ENVIRONMENT, **queue_settings()}.items():
            patch.setenv(name, value)
        for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")] + ["AWS_PROFILE"]:
            patch.delenv(name, raising=False)
        yield


def queue_settings() -> dict[str, str]:
    urls = {f"QUEUE_{queue.upper()}": url_of(queue) for queue in QUEUES}
    return {**urls, "DEAD_LETTERS": ",".join(url_of(dead(queue)) for queue in QUEUES)}


def dead(queue: str) -> str:
    return f"{queue}-dead"


@cache
def client(service: str) -> Any:
    """The test's own clients: what goes through them is not counted as a step of a function."""
    return boto3.client(service, region_name=REGION)


def fresh() -> None:
    """Everything away, everything made anew."""
    moto_api_backend.reset()
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
    client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    client("sesv2").create_email_identity(EmailIdentity=SENDER)
    for queue in QUEUES:
        make_queue(queue)


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
    attributes = {"VisibilityTimeout": "0", "MaximumMessageSize": "1048576"}
    if queue == "delivery":
        attributes["FifoQueue"] = "true"
    sqs = client("sqs")
    sqs.create_queue(QueueName=name_of(dead(queue)), Attributes=attributes)
    target = f"arn:aws:sqs:{REGION}:123456789012:{name_of(dead(queue))}"
    redrive = {"deadLetterTargetArn": target, "maxReceiveCount": RECEIVES.get(queue, 5)}
    sqs.create_queue(QueueName=name_of(queue), Attributes={**attributes, "RedrivePolicy": json.dumps(redrive)})
