"""The edge of the API: who may, then which room, and every error as a sentence."""

import json
from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)

from functions.announcements.images import NotAnImageError
from functions.announcements.plans import NotAllowedError as AnnouncementNotAllowedError
from functions.announcements.times import NoSuchTimeError
from functions.api import (
    announcements,
    appeals,
    audit,
    batches,
    calendar,
    cases,
    clusters,
    decisions,
    deliveries,
    digests,
    feedback,
    feeds,
    forms,
    handovers,
    mail,
    media,
    pages,
    parked,
    people,
    periods,
    progress,
    requests,
    series,
    status,
    surveys,
    talks,
    targets,
    unusual,
    waiting,
)
from functions.api.access import Denied, admitted
from functions.feedback.handovers import NotAllowedError as HandoverNotAllowedError
from functions.feedback.records import StillCountingError
from functions.feedback.talk_records import BusyError as TalkBusyError
from functions.feedback.talks import NotAllowedError as TalkNotAllowedError
from functions.moderation.cases import NotAllowedError as CaseNotAllowedError
from functions.moderation.records import BusyError
from functions.shared import pseudonyms
from functions.shared.links import NoKeyError
from functions.shared.log import logger, metrics
from functions.shared.outbox import LostError
from functions.shared.program import ProgramError

app = APIGatewayHttpResolver(enable_validation=True)
ROOMS = (
    status,
    cases,
    clusters,
    batches,
    appeals,
    audit,
    people,
    announcements,
    series,
    calendar,
    media,
    targets,
    feedback,
    periods,
    talks,
    unusual,
    requests,
    surveys,
    progress,
    handovers,
    deliveries,
    parked,
    digests,
    waiting,
    decisions,
    forms,
    mail,
    feeds,
)
for room in ROOMS:
    app.include_router(room.router)

STATUS: dict[type[Exception], int] = {
    LookupError: 404,
    NoSuchTimeError: 400,
    NotAnImageError: 422,
    AnnouncementNotAllowedError: 409,
    CaseNotAllowedError: 409,
    TalkNotAllowedError: 409,
    HandoverNotAllowedError: 409,
    parked.StillUnknownError: 409,
    LostError: 409,
    BusyError: 503,
    TalkBusyError: 503,
    StillCountingError: 503,
    NoKeyError: 503,
    pseudonyms.NoKeyError: 503,
    ProgramError: 503,
}
NOTHING = "There is nothing here. Ask whoever gave you this address for another one."


@app.exception_handler(list(STATUS))
def explained(error: Exception) -> Response[str]:
    if isinstance(error, KeyError | IndexError):
        raise error  # These are lookups, too, for Python; for us they are mistakes of our own.
    status = next(number for kind, number in STATUS.items() if isinstance(error, kind))
    return said(status, str(error))


@app.not_found
def nothing_there(error: NotFoundError) -> Response[str]:
    del error
    method, path = app.current_event.http_method, app.current_event.path
    return (
        said(404, f"there is nothing at {method} {path[:200]}")
        if path.startswith("/v1/")
        else pages.sorry(404, NOTHING)
    )


@app.exception_handler(RequestUnsupportedContentType)
def no_json(error: RequestUnsupportedContentType) -> Response[str]:
    del error
    return said(415, "send JSON, with `content-type: application/json`")


@app.exception_handler(RecursionError)
def too_deep(error: RecursionError) -> Response[str]:
    del error
    return said(422, "body: nested too deeply")


@app.exception_handler(RequestValidationError)
def misunderstood(error: RequestValidationError) -> Response[str]:
    problems = [
        f"{where(problem['loc'])}: {problem['msg'].removeprefix('Value error, ')}" for problem in error.errors()
    ]
    return said(422, "; ".join(problems))


def where(location: Sequence[str | int]) -> str:
    """`body.title`, `query.from`: what was wrong in the request, as its sender wrote it."""
    return ".".join(str(part) for part in location)


def said(status: int, message: str) -> Response[str]:
    return Response(status, "application/json", json.dumps({"message": message}))


@app.get("/openapi.json", include_in_schema=False)
def openapi() -> Response[str]:
    document = app.get_openapi_json_schema(title="Liaison", version="1", description="Bearer tokens; see the README.")
    return Response(200, "application/json", document)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def main(event: dict[str, Any], context: Any) -> dict[str, Any]:
    holder = admitted(event)
    if isinstance(holder, Denied):
        body = json.dumps({"message": holder.why})
        return {"statusCode": holder.status, "headers": {"content-type": "application/json"}, "body": body}
    if holder is not None:
        app.append_context(holder=holder)
    return app.resolve(event, context)
