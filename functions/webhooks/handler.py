"""The door: raw bytes → verify → classify → enqueue → answer. Nothing is parsed before it is verified."""

import base64
import json
import re
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from events.envelope import Envelope
from functions.platforms.door import Accepted, Answer, Request, gate
from functions.shared import clock, signed
from functions.shared.log import logger, metrics
from functions.shared.settings import settings
from functions.webhooks.sources import Sources

LARGEST = 700_000
"""Bytes of a raw body: in base64, with its headers, it still fits one SQS message (1 MiB)."""

SOURCE = re.compile(r"[a-z][a-z0-9-]{0,39}")

UNVERIFIED = (401, "not accepted: no such source, or the signature does not match")
TOO_LARGE = (413, f"too large: at most {LARGEST} bytes")
ENCODED = (415, "send the body as it is, without Content-Encoding")
LATER = (503, "not accepted now, please send it again")


@cache
def sources() -> Sources:
    return Sources()


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def main(event: dict[str, Any], context: Any) -> dict[str, Any]:
    del context
    status, body, kind = answer(event)
    metrics.add_metric(name=f"Answered{status}", unit=MetricUnit.Count, value=1)
    return {"statusCode": status, "headers": {"content-type": kind}, "body": body}


def answer(event: dict[str, Any]) -> tuple[int, str, str]:
    """Status, body and content type. A 2xx is given only after the queue has answered."""
    request = received(event)
    if len(request.body) > LARGEST:
        return told(*TOO_LARGE)
    if request.headers.get("content-encoding", "identity") != "identity":
        return told(*ENCODED)
    name = (event.get("pathParameters") or {}).get("source", "")
    try:
        return admitted(name, request)
    except signed.CallError as error:
        logger.error("the door could not reach AWS", extra={"error": str(error)})
        return told(*LATER)


def admitted(name: str, request: Request) -> tuple[int, str, str]:
    known = sources().find(name) if SOURCE.fullmatch(name) else None
    if known is None or not verified(name, known[0], request):
        return told(*UNVERIFIED)
    platform, community = known
    verdict = gate(platform).classify(request)
    if isinstance(verdict, Answer):
        return verdict.status, verdict.body, verdict.content_type
    envelope = sealed(name, community, platform, verdict, request)
    enqueue(envelope)
    logger.info("accepted", extra={"envelope": envelope.id, "source": name, "pipeline": envelope.pipeline})
    return 202, json.dumps({"accepted": envelope.id}), "application/json"


def verified(name: str, platform: str, request: Request) -> bool:
    now = clock.now()
    check = gate(platform).verify
    return check(request, sources().live(name, now), now.timestamp()) or check(
        request, sources().renewed(name, now), now.timestamp()
    )


def received(event: dict[str, Any]) -> Request:
    """The request as it was sent: an HTTP API hands text over as text and all else as base64."""
    body = event.get("body") or ""
    raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8", "surrogatepass")
    method = str(event["requestContext"]["http"]["method"])
    headers = {key.lower(): str(value) for key, value in (event.get("headers") or {}).items()}
    return Request(method, headers, raw, event.get("queryStringParameters") or {})


def sealed(name: str, community: str, platform: str, verdict: Accepted, request: Request) -> Envelope:
    kept = gate(platform).KEPT_HEADERS
    return Envelope(
        source=name,
        community=community,
        platform=platform,
        pipeline=verdict.pipeline,
        event=verdict.event,
        delivery=verdict.delivery,
        received_at=clock.text(clock.now()),
        body=request.body,
        headers={header: request.headers[header] for header in kept if header in request.headers},
        reason=verdict.reason,
    )


def enqueue(envelope: Envelope) -> None:
    """Raises signed.CallError: then nothing was promised, and the platform is asked to send again."""
    signed.call(
        "sqs",
        "SendMessage",
        {
            "QueueUrl": settings().queue(envelope.pipeline),
            "MessageBody": envelope.to_json(),
            "MessageGroupId": envelope.community,
        },
    )


def told(status: int, message: str) -> tuple[int, str, str]:
    return status, json.dumps({"message": message}), "application/json"
