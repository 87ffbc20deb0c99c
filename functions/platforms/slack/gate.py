"""Slack: events, slash commands, shortcuts, buttons and forms, all at one address.

Sources: docs.slack.dev/authentication/verifying-requests-from-slack, docs.slack.dev/apis/events-api,
docs.slack.dev/interactivity/handling-user-interaction.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from events import buttons, talk_buttons
from events.envelope import Pipeline, fingerprint
from functions.platforms.door import Accepted, Answer, Call, Request, Verdict, word
from functions.platforms.signatures import same, sha256_hex
from functions.platforms.slack import asking, modals
from functions.platforms.slack.bodies import COMMAND, NEWS, card, inner, message, name_of, objects, read, text
from functions.platforms.slack.modals import DONE

KEPT_HEADERS = ("x-slack-request-timestamp",)
API = "https://slack.com/api/"

TOLERANCE = 300
"""Seconds our clocks may differ, both ways (as Slack's own libraries have it)."""

EVENTS: dict[str, Pipeline] = {
    "message": "feedback",
    "app_mention": "feedback",
    "reaction_added": "feedback",
    "reaction_removed": "feedback",
    "app_home_opened": "feedback",
    "channel_created": "feedback",
    "channel_rename": "feedback",
    "member_joined_channel": "feedback",
    "member_left_channel": "feedback",
    "team_join": "feedback",
    "app_uninstalled": "upkeep",
    "tokens_revoked": "upkeep",
}
FORMS: dict[str, Pipeline] = {"report": "moderation", "feedback": "feedback", "announce": "announcements"}
ASKING = {"feedback": modals.feedback, "announce": modals.announce}
"""Commands without a text ask for it."""


def verify(request: Request, secrets: Sequence[str], now: float) -> bool:
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    given = request.headers.get("x-slack-signature", "")
    if not fresh(timestamp, now):
        return False
    signed = f"v0:{timestamp}:".encode() + request.body
    return any(same(given, "v0=" + sha256_hex(secret, signed)) for secret in secrets if secret)


def fresh(timestamp: str, now: float) -> bool:
    plain = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    return plain and abs(now - int(timestamp)) <= TOLERANCE


def classify(request: Request) -> Verdict:
    """A retry is taken like a first attempt: it may be the only copy that ever arrives."""
    body = read(request.body)
    if body is None:
        return parked("unreadable", fingerprint(request.body), "the body is neither JSON nor a form that Slack sends")
    kind = word(body.get("type"))
    known = KINDS.get(kind)
    if known is None:
        return parked(kind or "untyped", fingerprint(request.body), f"nothing is known of the type {kind!r}")
    return known(body, fingerprint(request.body))


def parked(event: str, delivery: str, reason: str, answer: Answer = DONE) -> Accepted:
    return Accepted("parked", event, delivery, reason, answer=answer)


def handshake(body: dict[str, Any], delivery: str) -> Verdict:
    challenge = text(body.get("challenge"))
    if not challenge:
        return parked("url_verification", delivery, "there is no challenge in it")
    return Answer(200, json.dumps({"challenge": challenge}))


def happened(body: dict[str, Any], delivery: str) -> Verdict:
    event = word(inner(body, "event").get("type"))
    delivery = word(body.get("event_id")) or delivery
    pipeline = EVENTS.get(event)
    if pipeline is None:
        reason = f"the event {event!r} is not handled" if event else "there is no event in it"
        return parked(event or "untyped", delivery, reason)
    return Accepted(pipeline, event, delivery)


def limited(body: dict[str, Any], delivery: str) -> Verdict:
    del body
    return Accepted("upkeep", "app_rate_limited", delivery)


def message_shortcut(body: dict[str, Any], delivery: str) -> Verdict:
    if not text(body.get("callback_id")).startswith("report"):
        return shortcut(body, delivery)
    delivery = word(body.get("trigger_id")) or delivery
    return Accepted("moderation", "shortcut.report", delivery, answer=replace(DONE, then=asking_why(body)))


def asking_why(body: dict[str, Any]) -> Call | None:
    """The form for the reason. Without knowing what for, it would explain nothing."""
    trigger, (channel, ts) = text(body.get("trigger_id")), message(body)
    return modals.report(trigger, channel, ts, text(body.get("response_url"))) if trigger and channel and ts else None


def shortcut(body: dict[str, Any], delivery: str) -> Verdict:
    reason = f"no shortcut {word(body.get('callback_id'))!r} is known here"
    return parked("shortcut", word(body.get("trigger_id")) or delivery, reason)


def submitted(body: dict[str, Any], delivery: str) -> Verdict:
    view = inner(body, "view")
    name, number, state = (text(view.get(field)) for field in ("callback_id", "id", "hash"))
    delivery = word(f"{number}:{state}") if number and state else delivery
    if card(name):
        return Accepted("moderation", "card.form", delivery, answer=DONE)
    if talk_buttons.read(name):
        return Accepted("feedback", "talk.form", delivery, answer=DONE)
    if asking.NAMED.fullmatch(name):
        return Accepted("feedback", "form.survey", delivery, answer=DONE)
    if name in FORMS:
        return Accepted(FORMS[name], f"form.{name}", delivery, answer=DONE)
    return parked("form", delivery, f"no form {word(name)!r} is known here")


def closed(body: dict[str, Any], delivery: str) -> Verdict:
    del body, delivery
    return DONE


def pressed(body: dict[str, Any], delivery: str) -> Verdict:
    """A button that is a link has done its work already; any other is ours, since only we have put one there."""
    actions = objects(body, "actions")
    ours = [action for action in actions if not action.get("url")]
    if actions and not ours:
        return DONE
    name, trigger = text(ours[0].get("action_id")) if ours else "", text(body.get("trigger_id"))
    asked = buttons.read(name)
    if asked and asked.asks:  # It changes nothing yet.
        return replace(DONE, then=modals.case(trigger, asked, text(body.get("response_url"))) if trigger else None)
    delivery = word(trigger) or delivery
    if about := talk_buttons.read(name):
        if about.asks:
            return replace(DONE, then=modals.talk(trigger, about, text(body.get("response_url"))) if trigger else None)
        return Accepted("feedback", "talk.button", delivery, answer=DONE)
    if card(name):
        return Accepted("moderation", "card.button", delivery, answer=DONE)
    if NEWS.fullmatch(name):
        return Accepted("announcements", "card.announcement", delivery, answer=DONE)
    return parked("button", delivery, f"no button {word(name)!r} is known here")


def commanded(body: dict[str, Any], delivery: str) -> Verdict:
    given = {name: text(body.get(name)) for name in COMMAND}
    if given["ssl_check"]:
        return DONE
    name, delivery = name_of(given["command"]), word(given["trigger_id"]) or delivery
    if name not in ASKING:
        reason = f"no command {word(given['command'])!r} is known here"
        return parked("command", delivery, reason, modals.answer("unknown"))
    if not given["text"].strip():
        return replace(DONE, then=ASKING[name](given["trigger_id"]))
    if name == "feedback" and (wanted := asking.WANTED.fullmatch(given["text"])):
        survey = wanted["survey"].casefold()
        return replace(DONE, asks=lambda surveys: asking.answer(survey, given["trigger_id"], surveys))
    return Accepted(FORMS[name], f"command.{name}", delivery, answer=modals.answer(f"{name}.thanks"))


KINDS: dict[str, Callable[[dict[str, Any], str], Verdict]] = {
    "url_verification": handshake,
    "event_callback": happened,
    "app_rate_limited": limited,
    "message_action": message_shortcut,
    "shortcut": shortcut,
    "view_submission": submitted,
    "view_closed": closed,
    "block_actions": pressed,
    "command": commanded,
}
