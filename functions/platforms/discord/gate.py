"""Discord: interactions (commands, forms, buttons) and webhook events, at one address.

Both are signed alike, with Ed25519 over `X-Signature-Timestamp` and the raw body; the source's secret is the
application's public key in hex. Discord sends forged signatures on purpose and removes an address that lets one in.

The signed time has no window. Discord documents neither its form nor a tolerance (discord-api-docs#6209 asks for
one), and an address that refuses is removed; a request played again is a repeat by its delivery id and content key.

Sources: Discord's documentation, "Overview of Interactions", "Receiving and Responding", "Webhook Events".
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from events import buttons, talk_buttons
from events.envelope import Pipeline, fingerprint
from functions.platforms.discord import asking, forms
from functions.platforms.discord.commands import ON_MESSAGE, SURVEY, option, reported_on, typed, used
from functions.platforms.door import Accepted, Answer, Request, read_object, word
from functions.platforms.signatures import signed_by

KEPT_HEADERS: tuple[str, ...] = ()

TIME = re.compile(r"[0-9TZ:.+-]{1,40}")
"""Any notation of a time. Nothing stands between it and the body, so it must not be able to begin one."""

PING, COMMAND, COMPONENT, AUTOCOMPLETE, FORM = 1, 2, 3, 4, 5
"""An interaction's `type`."""

EVENT_PING = 0
"""A webhook event's `type`; all others have 1 and an `event`."""

PIPELINES: dict[str, Pipeline] = {
    "LOBBY_MESSAGE_CREATE": "moderation",
    "LOBBY_MESSAGE_UPDATE": "moderation",
    "LOBBY_MESSAGE_DELETE": "moderation",
    "GAME_DIRECT_MESSAGE_CREATE": "moderation",
    "GAME_DIRECT_MESSAGE_UPDATE": "moderation",
    "GAME_DIRECT_MESSAGE_DELETE": "moderation",
    "APPLICATION_AUTHORIZED": "upkeep",
    "APPLICATION_DEAUTHORIZED": "upkeep",
    "ENTITLEMENT_CREATE": "upkeep",
    "ENTITLEMENT_UPDATE": "upkeep",
    "ENTITLEMENT_DELETE": "upkeep",
    "QUEST_USER_ENROLLMENT": "upkeep",
}


def verify(request: Request, secrets: Sequence[str], now: float) -> bool:
    del now  # See above.
    time = request.headers.get("x-signature-timestamp", "")
    signature = in_hex(request.headers.get("x-signature-ed25519", ""), 64)
    if not TIME.fullmatch(time):
        return False
    message = time.encode() + request.body
    return any(signed_by(in_hex(secret.casefold(), 32), signature, message) for secret in secrets)


def in_hex(digits: str, size: int) -> bytes:
    """So many bytes in lower-case hex and nothing around them; empty for anything else."""
    return bytes.fromhex(digits) if re.fullmatch(rf"[0-9a-f]{{{2 * size}}}", digits) else b""


def classify(request: Request) -> Accepted | Answer:
    body = read_object(request.body)
    if body is None:
        delivery = fingerprint(request.body)
        return Accepted("parked", "unreadable", delivery, "the body is not a JSON object", answer=forms.RECEIVED)
    if body.get("event") is not None:
        return happened(body["event"], request.body)
    kind = body.get("type")
    if type(kind) is int and kind in (EVENT_PING, PING):
        return forms.PONG if kind else forms.RECEIVED
    return asked(kind, body, request.body)


def happened(event: object, raw: bytes) -> Accepted:
    """A webhook event. It has no delivery id of its own."""
    given = event if isinstance(event, dict) else {}
    name = word(given.get("type"))
    pipeline = PIPELINES.get(name)
    if pipeline is None:
        reason = f"the event {name!r} is not handled" if name else "the event has no type"
        return Accepted("parked", name or "unnamed", fingerprint(raw), reason, answer=forms.RECEIVED)
    return Accepted(pipeline, name, named(name, given) or fingerprint(raw), answer=forms.RECEIVED)


def named(name: str, event: dict[str, Any]) -> str:
    """What happened, to what, when; empty when one of them is not told."""
    data = inner(event, "data")
    about, at = snowflake(data.get("id") or inner(data, "user").get("id")), word(event.get("timestamp"))
    return f"{name}:{about}:{at}" if about and at else ""


def asked(kind: object, body: dict[str, Any], raw: bytes) -> Accepted | Answer:
    """An interaction: a person waits for the answer, three seconds at most."""
    data = inner(body, "data")
    delivery = snowflake(body.get("id")) or fingerprint(raw)
    if type(kind) is not int:
        return unknown("unnamed", "there is no type in it", delivery, body)
    if kind == COMMAND:
        return command(data, delivery, body)
    if kind == FORM:
        return form(data, delivery, body)
    if kind == COMPONENT:
        return component(data, delivery, body)
    if kind == AUTOCOMPLETE:
        return completing(data)
    return unknown(f"interaction.{kind}", f"interactions of type {kind} are not handled", delivery, body)


def command(data: dict[str, Any], delivery: str, body: dict[str, Any]) -> Accepted | Answer:
    language, name = body.get("locale"), used(data)
    if name == "report":
        return reported(data, delivery, body)
    if name == "feedback" and option(data):
        thanks = forms.told(language, "feedback.thanks")
        return Accepted("feedback", "command.feedback", delivery, answer=thanks)
    if name == "feedback" and (survey := option(data, SURVEY)):
        wanted = survey.strip().casefold()
        none = forms.told(language, "survey.none")
        return replace(none, asks=lambda surveys: asking.answer(wanted, language, surveys))
    if name == "feedback":
        return forms.feedback(language)
    if name == "announce":
        return forms.announcement(language)
    called = word(data.get("name"))
    return unknown(f"command.{called}", f"the command {called!r} is not handled", delivery, body)


def completing(data: dict[str, Any]) -> Answer:
    """Which surveys there are, while somebody writes the name of one."""
    written = typed(data, SURVEY) if used(data) == "feedback" else None
    if written is None:
        return forms.NO_CHOICES
    return replace(forms.NO_CHOICES, asks=lambda surveys: asking.suggested(written, surveys))


def reported(data: dict[str, Any], delivery: str, body: dict[str, Any]) -> Accepted:
    """The report is queued with the message first; the form it is answered with asks why."""
    on_message = data.get("type") == ON_MESSAGE
    channel, target = (snowflake(one) for one in (reported_on(body) if on_message else ("", data.get("target_id"))))
    if not target or (on_message and not channel):
        return unknown("command.report", "the command does not say what it was used on", delivery, body)
    name = f"report:{channel}:{target}" if on_message else f"report-user:{target}"
    return Accepted("moderation", "command.report", delivery, answer=forms.report(body.get("locale"), name))


def form(data: dict[str, Any], delivery: str, body: dict[str, Any]) -> Accepted:
    language, about = body.get("locale"), custom_id(data)
    if forms.MESSAGE_FORM.fullmatch(about) or forms.USER_FORM.fullmatch(about):
        return Accepted("moderation", "modal.report", delivery, answer=forms.told(language, "report.thanks"))
    if asking.NAMED.fullmatch(about):
        return Accepted("feedback", "modal.survey", delivery, answer=forms.told(language, "survey.thanks"))
    if about == forms.FEEDBACK:
        return Accepted("feedback", "modal.feedback", delivery, answer=forms.told(language, "feedback.thanks"))
    if about == forms.ANNOUNCE:
        return Accepted("announcements", "modal.announce", delivery, answer=forms.told(language, "announce.thanks"))
    if forms.CARD.fullmatch(about):
        return Accepted("moderation", "modal.case", delivery, answer=forms.told(language, "card.thanks"))
    if talk_buttons.read(about):
        return Accepted("feedback", "modal.talk", delivery, answer=forms.told(language, "card.thanks"))
    return unknown("modal", f"the form {word(about)!r} is not ours", delivery, body)


def component(data: dict[str, Any], delivery: str, body: dict[str, Any]) -> Accepted | Answer:
    """A button that needs more words changes nothing yet: it is answered with its form."""
    about = custom_id(data)
    asked = buttons.read(about)
    if asked and asked.asks:
        return forms.case(body.get("locale"), asked)
    if about_talk := talk_buttons.read(about):
        if about_talk.asks:
            return forms.talk(body.get("locale"), about_talk)
        return Accepted("feedback", "component.talk", delivery, answer=forms.UNDERSTOOD)
    if forms.CARD.fullmatch(about):
        return Accepted("moderation", "component.case", delivery, answer=forms.UNDERSTOOD)
    if forms.NEWS.fullmatch(about):
        return Accepted("announcements", "component.announcement", delivery, answer=forms.UNDERSTOOD)
    return unknown("component", f"the button or menu {word(about)!r} is not ours", delivery, body)


def unknown(event: str, reason: str, delivery: str, body: dict[str, Any]) -> Accepted:
    """Kept, and whoever is waiting is told so: an interaction without an answer looks broken."""
    waiting = isinstance(body.get("token"), str)
    answer = forms.told(body.get("locale"), "unknown") if waiting else forms.RECEIVED
    return Accepted("parked", word(event), delivery, reason, answer=answer)


def inner(given: dict[str, Any], name: str) -> dict[str, Any]:
    found = given.get(name)
    return found if isinstance(found, dict) else {}


def custom_id(data: dict[str, Any]) -> str:
    found = data.get("custom_id")
    return found if isinstance(found, str) else ""


def snowflake(given: object) -> str:
    """An id as Discord writes it, in digits; empty for anything else."""
    digits = str(given) if isinstance(given, str | int) else ""
    return digits if re.fullmatch(r"[0-9]{1,20}", digits) else ""
