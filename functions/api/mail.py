"""Ending one's mails. What stands in a mail's List-Unsubscribe is called by mail programs themselves, with one request
(RFC 8058); whoever follows it in a browser gets a page that asks, since scanners of mail follow every link."""

from email import message_from_bytes
from email.policy import HTTP

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.api.pages import FORMS, HTML, closed, fields, raw, signed, templates
from functions.digests.plain import line
from functions.digests.words import FIRST, Words
from functions.shared import clock, mails, program
from functions.shared.table import table

router = APIGatewayHttpRouter()
LARGEST = 10_000
"""Bytes of a request that says so little."""

ONE_CLICK = ("List-Unsubscribe", "One-Click")


@router.get("/mail/stop/<community>/<reader>", include_in_schema=False)
def ask(community: str, reader: str) -> Response[str]:
    return page(community, reader) if allowed(community, reader) else closed("stop-closed")


@router.post("/mail/stop/<community>/<reader>", include_in_schema=False, enable_validation=False)
def stop(community: str, reader: str) -> Response[str]:
    """By a mail program, with one request, or on the page. Said again, it changes nothing."""
    if not allowed(community, reader):
        return closed("stop-closed")
    given, now = sent(), clock.now()
    if ONE_CLICK in given.items():
        mails.switch(table(), community, reader, "ended", "one-click", now)
    elif given.get("do") == "end":
        mails.switch(table(), community, reader, "ended", "page", now)
    elif given.get("do") == "resume":
        mails.switch(table(), community, reader, "on", "page", now)
    return page(community, reader)


def allowed(community: str, reader: str) -> bool:
    return signed(mails.stop_path(community, reader), mails.PURPOSE) == reader


def sent() -> dict[str, str]:
    """Of a browser, or of a mail program, which may write it in parts, too (RFC 8058, 3.2)."""
    kind = router.current_event.headers.get("content-type") or ""
    if not kind.lower().startswith("multipart/form-data"):
        return fields(LARGEST) or {}
    body = raw()[:LARGEST]
    whole = message_from_bytes(b"content-type: " + kind.encode("ascii", "replace") + b"\r\n\r\n" + body, policy=HTTP)
    parts = whole.iter_parts() if whole.is_multipart() else iter(())
    return {str(part.get_param("name", "", "content-disposition")): str(part.get_payload()).strip() for part in parts}


def page(community: str, reader: str) -> Response[str]:
    active = program.active()[0]
    known = active.reader(reader)
    told = mails.ended(table(), community, reader)
    words = Words.of(known.language if known else FIRST)
    name = next((one.name for one in active.communities if one.id == community), community)
    barred = known and known.email and mails.why_not(table(), known.email)
    state = "ended" if told else "barred" if barred else "on"
    named = {"community": line(name), "day": words.dated(clock.moment(told["at"]).date()) if told else ""}
    text = {part: words.say(f"stop-{part}", **named) for part in ("title", state, "still", "end", "resume")}
    shown = templates().get_template("mail.html").render(text=text, language=words.language, state=state)
    return Response(200, HTML, shown, FORMS)
