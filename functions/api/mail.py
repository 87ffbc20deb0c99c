"""Ending one's mails. What stands in a mail's List-Unsubscribe is called by mail programs themselves, with one request
(RFC 8058); whoever follows it in a browser gets a page that asks, since scanners of mail follow every link."""

from email import message_from_bytes
from email.policy import HTTP

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.api.pages import FORMS, HTML, fields, raw, signed, sorry, templates
from functions.shared import clock, mails, program
from functions.shared.table import table

router = APIGatewayHttpRouter()
LARGEST = 10_000
"""Bytes of a request that says so little."""

ONE_CLICK = ("List-Unsubscribe", "One-Click")
GONE = "This link is not valid, or not any more. Whoever sends you these mails can end them."

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Mails from {community}",
        "on": "You get digests and urgent news of {community} by mail.",
        "ended": "You get no more mail from {community}, since {day}.",
        "barred": "No mail goes to your address: one came back, or was called unwanted. "
        "Whoever sends you these mails can begin them again.",
        "still": "Your digest's page is there all the same, and what is shown in chat.",
        "end": "Send me no more mail",
        "resume": "Send me mail again",
    },
    "fr": {
        "title": "Courriels de {community}",
        "on": "Vous recevez par courriel les résumés et les nouvelles urgentes de {community}.",
        "ended": "Vous ne recevez plus de courriel de {community}, depuis le {day}.",
        "barred": "Aucun courriel n’est envoyé à votre adresse : l’un des nôtres est revenu, ou a été signalé "
        "comme indésirable. La personne qui vous envoie ces courriels peut les reprendre.",
        "still": "La page de votre résumé reste là, de même que ce qui est montré dans la messagerie.",
        "end": "Ne plus m’envoyer de courriel",
        "resume": "M’envoyer de nouveau des courriels",
    },
}


@router.get("/mail/stop/<community>/<reader>", include_in_schema=False)
def ask(community: str, reader: str) -> Response[str]:
    return page(community, reader) if allowed(community, reader) else sorry(403, GONE)


@router.post("/mail/stop/<community>/<reader>", include_in_schema=False, enable_validation=False)
def stop(community: str, reader: str) -> Response[str]:
    """By a mail program, with one request, or on the page. Said again, it changes nothing."""
    if not allowed(community, reader):
        return sorry(403, GONE)
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
    language = (known.language if known else "en").partition("-")[0].lower()
    language = language if language in TEXTS else "en"
    name = next((one.name for one in active.communities if one.id == community), community)
    named = {"community": name, "day": told["at"][:10] if told else ""}
    text = {name: words.format(**named) for name, words in TEXTS[language].items()}
    barred = known and known.email and mails.why_not(table(), known.email)
    state = "ended" if told else "barred" if barred else "on"
    shown = templates().get_template("mail.html").render(text=text, language=language, state=state)
    return Response(200, HTML, shown, FORMS)
