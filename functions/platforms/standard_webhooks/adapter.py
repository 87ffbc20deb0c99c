"""Events of any game server, website or relay, in the JSON form of `docs/webhooks.md`; measures as signed webhooks."""

import re
from typing import Any

from events.announcements import TriggerFired, TriggerWithdrawn
from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import DecisionReported, FlagExplained, FlagRaised, MessageSeen
from events.operations import AlertRaised, ErasureRequested
from events.program import NAME, Source
from events.reasons import Reason, code_of
from events.themes import WorkReported
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Ignored, Unplaceable, origin, survey_answered
from functions.platforms.outgoing import Kind
from functions.platforms.standard_webhooks import wire

EVENT = re.compile(NAME)
KIND: Kind = "keyed"
"""The receiver is asked to drop a `webhook-id` it has seen, and a measure is a state request anyway."""


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    form = wire.FORMS.get(envelope.event, wire.Sent)
    match form.model_validate(read_object(envelope.body) or {}):
        case wire.FlagRaised() as sent:
            return flag(sent, envelope)
        case wire.FlagExplained() as sent:
            return explanation(sent, envelope)
        case wire.DecisionTaken() as sent:
            return decision(sent, envelope)
        case wire.MessageSeen() as sent:
            return message(sent, envelope)
        case wire.FeedbackReceived() as sent:
            return said(sent, envelope, place)
        case wire.FeedbackChanged() as sent:
            return changed(sent, envelope, place)
        case wire.FormResponded() as sent:
            return responded(sent, envelope)
        case wire.ThemeReported() as sent:
            return report(sent, envelope)
        case wire.TriggerFired() as sent:
            return trigger(sent, envelope)
        case wire.TriggerWithdrawn() as sent:
            return withdrawal(sent, envelope)
        case wire.ErasureRequested() as sent:
            return erasure(sent, envelope)
        case wire.AlertRaised() as sent:
            return alert(sent, envelope)
        case _:
            raise Unplaceable(f"no event type {envelope.event!r} is known here")


def when(at: object, sent: wire.Sent) -> object:
    """As the sender wrote it; the body's own time where the event has none."""
    found = sent.timestamp if at is None else at
    if found is None:
        raise Unplaceable("neither `at` nor `timestamp` says when it was")
    return found


def told(form: wire.Person | None) -> dict[str, Any] | None:
    return None if form is None else form.model_dump(exclude_none=True)


def thing(given: wire.Thing, envelope: Envelope) -> dict[str, Any]:
    named = {"source": envelope.source, "kind": given.kind, "id": given.id}
    return {**named, "url": given.url or "", "revision": given.revision or ""}


def words(given: wire.Content | wire.Feedback | wire.FeedbackChange) -> dict[str, Any]:
    return {"text": given.text or "", "language": given.language or "und", "author": told(given.author)}


def content(given: wire.Feedback | wire.FeedbackChange) -> dict[str, Any]:
    named = {"content": given.id, "kind": given.kind, "title": given.title or "", "url": given.url or ""}
    return {**named, **words(given), "revision": given.revision or ""}


def why(given: wire.Flag | wire.Explanation) -> dict[str, Any]:
    reason = given.reason or ""
    code: Reason = given.code or code_of("standard_webhooks", reason)
    return {"reason": reason, "code": code, "comment": given.comment or "", "reporter": told(given.reporter)}


def flag(sent: wire.FlagRaised, envelope: Envelope) -> FlagRaised:
    data, subject = sent.data, sent.data.subject
    return FlagRaised.model_validate(
        {
            **origin(envelope),
            **words(subject),
            **why(data),
            "flag": data.id,
            "nature": data.nature or "report",
            "subject": thing(subject, envelope),
            "title": subject.title or "",
            "content_at": subject.at,
            "raised_at": when(data.at, sent),
        }
    )


def explanation(sent: wire.FlagExplained, envelope: Envelope) -> FlagExplained:
    data = sent.data
    return FlagExplained.model_validate(
        {
            **origin(envelope),
            **why(data),
            "flag": data.id,
            "subject": thing(data.subject, envelope),
            "explained_at": when(data.at, sent),
        }
    )


def decision(sent: wire.DecisionTaken, envelope: Envelope) -> DecisionReported:
    data = sent.data
    return DecisionReported.model_validate(
        {
            **origin(envelope),
            "decision": data.id,
            "subject": thing(data.subject, envelope),
            "did": data.did,
            "outcome": data.outcome,
            "reason": data.reason or "",
            "moderator": told(data.moderator),
            "person": told(data.person),
            "decided_at": when(data.at, sent),
        }
    )


def message(sent: wire.MessageSeen, envelope: Envelope) -> MessageSeen:
    data = sent.data
    return MessageSeen.model_validate(
        {
            **origin(envelope),
            **words(data.subject),
            "subject": thing(data.subject, envelope),
            "change": data.change or "created",
            "said_at": data.subject.at,
            "changed_at": when(data.at, sent),
        }
    )


def said(sent: wire.FeedbackReceived, envelope: Envelope, place: Source) -> FeedbackReceived | Ignored:
    data = sent.data
    if place.account and data.author and data.author.id == place.account:
        return Ignored("our own words")
    return FeedbackReceived.model_validate(
        {
            **origin(envelope),
            **content(data),
            "about": data.about or "",
            "said_at": when(data.at, sent),
        }
    )


def changed(sent: wire.FeedbackChanged, envelope: Envelope, place: Source) -> FeedbackChanged | Ignored:
    data = sent.data
    if place.account and data.author and data.author.id == place.account:
        return Ignored("our own words")
    if data.change == "edited" and data.text is None:
        raise Unplaceable("data.text: is missing, and an edit without it would take away what stands there")
    gone = {"text": "", "title": ""} if data.change == "removed" else {}
    return FeedbackChanged.model_validate(
        {
            **origin(envelope),
            **content(data),
            **gone,
            "change": data.change,
            "said_at": data.said_at,
            "changed_at": when(data.at, sent),
        }
    )


def responded(sent: wire.FormResponded, envelope: Envelope) -> FeedbackReceived | Ignored:
    """Answers to a form: what was written is the text, in the order of the form; what was chosen is counted where the
    program asks the same. Whoever answered is nobody here, unless the sender says who it was."""
    data = sent.data
    asked = {one.id: one for one in (data.definition.fields if data.definition else ())}
    texts = [text for one in data.answers if (text := written(one))]
    answers = [
        {"question": one.field.ref or one.field.id, "value": value, "asked": called(one.field, asked)}
        for one in data.answers
        for value in chosen(one)
    ]
    event = str((data.hidden or {}).get("event", ""))
    return survey_answered(
        envelope,
        data.form_id,
        data.token,
        {"text": "\n\n".join(texts)},
        answers,
        event=event if EVENT.fullmatch(event) else "",
        author=told(data.author),
        follow_up=bool(data.follow_up),
        said_at=when(data.submitted_at, sent),
    )


def written(answer: wire.FormAnswer) -> str:
    return (answer.text or answer.url or answer.date or "").strip()


def chosen(answer: wire.FormAnswer) -> list[str]:
    """What they chose, as the form calls it: a choice by the name its author gave it, where it has one."""
    if answer.choices:
        return answer.choices.labels
    if answer.choice:
        return [answer.choice.label or answer.choice.ref or ""]
    if answer.boolean is not None:
        return ["yes" if answer.boolean else "no"]
    return [] if answer.number is None else [f"{answer.number:g}"]


def called(field: wire.FormField, asked: dict[str, wire.FormField]) -> str:
    there = asked.get(field.id)
    return (field.title or (there.title if there else "") or "").strip()


def report(sent: wire.ThemeReported, envelope: Envelope) -> WorkReported:
    data = sent.data
    return WorkReported.model_validate(
        {
            **origin(envelope),
            "handover": data.id,
            "state": data.state,
            "url": data.url or "",
            "reported_at": when(data.at, sent),
        }
    )


def trigger(sent: wire.TriggerFired, envelope: Envelope) -> TriggerFired:
    data = sent.data
    return TriggerFired.model_validate(
        {
            **origin(envelope),
            "trigger": data.id,
            "kind": data.kind,
            "title": data.title,
            "body": data.body or "",
            "url": data.url or "",
            "author": told(data.author),
            "published_at": when(data.at, sent),
        }
    )


def withdrawal(sent: wire.TriggerWithdrawn, envelope: Envelope) -> TriggerWithdrawn:
    return TriggerWithdrawn.model_validate(
        {**origin(envelope), "trigger": sent.data.id, "withdrawn_at": when(sent.data.at, sent)}
    )


def erasure(sent: wire.ErasureRequested, envelope: Envelope) -> ErasureRequested:
    data = sent.data
    return ErasureRequested.model_validate(
        {
            **origin(envelope),
            "request": data.id,
            "person": told(data.person),
            "requested_at": when(data.at, sent),
        }
    )


def alert(sent: wire.AlertRaised, envelope: Envelope) -> AlertRaised:
    data = sent.data
    return AlertRaised.model_validate(
        {
            **origin(envelope),
            "alert": data.id,
            "title": data.title,
            "text": data.text or "",
            "url": data.url or "",
            "raised_at": when(data.at, sent),
        }
    )
