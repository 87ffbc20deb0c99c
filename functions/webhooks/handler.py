"""The door: raw bytes → verify → classify → enqueue → answer. Nothing is parsed before it is verified."""

import base64
import re
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from events.envelope import Envelope
from functions.platforms import door
from functions.platforms.door import Answer, Request
from functions.shared import clock, signed
from functions.shared.log import logger, metrics
from functions.shared.settings import settings
from functions.webhooks import forms
from functions.webhooks.sources import Sources, Surveys

SOURCE = re.compile(r"[a-z][a-z0-9-]{0,39}")
LATER = Answer(503, '{"message": "not accepted now, please send it again"}')


@cache
def sources() -> Sources:
    return Sources()


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def main(event: dict[str, Any], context: Any) -> dict[str, Any]:
    del context
    given = answer(event)
    metrics.add_metric(name=f"Answered{given.status}", unit=MetricUnit.Count, value=1)
    return {"statusCode": given.status, "headers": {"content-type": given.content_type}, "body": given.body}


def answer(event: dict[str, Any]) -> Answer:
    """A 2xx is given only after the queue has answered."""
    request = received(event)
    refusal = door.unfit(request)
    if refusal:
        return refusal
    name = (event.get("pathParameters") or {}).get("source", "")
    try:
        return admitted(name, request)
    except signed.CallError as error:
        logger.error("the door could not reach AWS", extra={"error": str(error)})
        return LATER


def admitted(name: str, request: Request) -> Answer:
    known = sources().find(name) if SOURCE.fullmatch(name) else None
    if known is None:
        shown = name if SOURCE.fullmatch(name) else ""
        logger.warning("refused", extra={"source": shown, "why": "no such source"})
        return door.UNVERIFIED
    platform, community = known
    if door.too_large(request, platform):
        return door.TOO_LARGE
    if not verified(name, platform, request):
        # Seen by `liaison connect`, which waits for the first delivery that gets in.
        logger.warning("refused", extra={"source": name, "why": "not signed with a secret of this source"})
        return door.refused(platform)
    verdict = door.classified(platform, request)
    if isinstance(verdict, Answer):
        logger.info("answered", extra={"source": name, "status": verdict.status})
        return completed(name, platform, community, verdict)
    received_at = clock.text(clock.now())
    envelopes = [
        door.sealed(request, one, platform=platform, source=name, community=community, received_at=received_at)
        for one in verdict
    ]
    for envelope in envelopes:
        enqueue(envelope)
        # No event name and no reason: both may hold the sender's words.
        logger.info("accepted", extra={"envelope": envelope.id, "source": name, "pipeline": envelope.pipeline})
    return completed(name, platform, community, door.receipt(envelopes[0], verdict[0]))


def completed(name: str, platform: str, community: str, answer: Answer) -> Answer:
    """The answer, with what is asked in it, after the call that has to be made before it; another one if that came to
    nothing."""
    if answer.asks:
        answer = answer.asks(Surveys(sources(), community, platform))
    if answer.then and not forms.opened(platform, answer.then, sources().token(name)):
        return answer.then.failed
    return answer


def verified(name: str, platform: str, request: Request) -> bool:
    now = clock.now()
    check = door.gate(platform).verify
    return check(request, sources().live(name, now), now.timestamp()) or check(
        request, sources().renewed(name, now), now.timestamp()
    )


def received(event: dict[str, Any]) -> Request:
    """The request as it was sent: an HTTP API hands text over as text and all else as base64."""
    body = event.get("body") or ""
    raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8", "surrogatepass")
    method = str(event["requestContext"]["http"]["method"])
    headers = {key.lower(): str(value) for key, value in (event.get("headers") or {}).items()}
    path = str((event.get("pathParameters") or {}).get("rest", ""))
    return Request(method, headers, raw, event.get("queryStringParameters") or {}, path)


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
