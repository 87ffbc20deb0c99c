"""Bluesky, as its poller brings it: mentions, replies and quotes of our account, and Ozone's moderation events.

Sources: the lexicons app.bsky.notification.listNotifications and tools.ozone.moderation.defs. Accounts are named by
their DID, since handles change; posts by their at-uri.
"""

from datetime import UTC, datetime
from typing import Any

from events.envelope import Envelope
from events.feedback import FeedbackReceived
from events.moderation import DecisionReported, FlagRaised, Outcome
from events.people import YEARS
from events.program import Source
from events.reasons import code_of
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Ignored, Unplaceable, optional, origin, part, required

SITE = "https://bsky.app/profile/"
NO_HANDLE = "handle.invalid"
"""What is told where a handle and its DID do not agree."""

SAID = ("mention", "reply", "quote")

REPORT = "modEventReport"
OUTCOMES: dict[str, Outcome] = {
    "modEventTakedown": "violation",
    "modEventReverseTakedown": "no_violation",
    "modEventAcknowledge": "no_violation",
}
"""An acknowledgement closes a review without any measure. A label says something where one is put on; all other events
(a tag, a mute, an escalation) say nothing about a violation."""

ACTS = ("revokeAccountCredentialsEvent", "scheduleTakedownEvent", "cancelScheduledTakedownEvent")
"""Moderators' events whose names begin otherwise."""

LIFE = (
    "accountEvent",
    "identityEvent",
    "recordEvent",
    "ageAssuranceEvent",
    "ageAssuranceOverrideEvent",
    "ageAssurancePurgeEvent",
)
"""What became of an account or a record in the network: nobody decided it there."""


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    body = read_object(envelope.body) or {}
    if envelope.event == "notification":
        return said(body, envelope, place)
    if envelope.event == "ozone":
        return recorded(body, envelope, place)
    raise Unplaceable(f"{envelope.event!r} is nothing that the poller brings")


def person(did: object, handle: object = "") -> dict[str, Any] | None:
    return {"id": did, "name": "" if handle in (None, NO_HANDLE) else handle} if did else None


def ours(place: Source, did: object, handle: object) -> bool:
    account = place.account.removeprefix("@")
    return account != "" and account in (did, handle)


def post_url(uri: str) -> str:
    """at://did/app.bsky.feed.post/rkey, as people see it: by DID, a handle may become another's. Profiles likewise;
    other records have no page."""
    did, _, path = uri.removeprefix("at://").partition("/")
    collection, _, rkey = path.partition("/")
    if collection == "app.bsky.feed.post" and rkey:
        return f"{SITE}{did}/post/{rkey}"
    return SITE + did if collection == "app.bsky.actor.profile" else ""


def said(body: dict[str, Any], envelope: Envelope, place: Source) -> FeedbackReceived | Ignored:
    if body.get("reason") not in SAID:
        return Ignored("neither a mention nor a reply nor a quote")
    author, record = optional(body, "author"), optional(body, "record")
    if ours(place, author.get("did"), author.get("handle")):
        return Ignored("our own words")
    uri = str(required(body, "uri"))
    return FeedbackReceived.model_validate(
        {
            **origin(envelope),
            "content": uri,
            "kind": body["reason"],
            "text": beside(record.get("text") or "", shown(optional(record, "embed"))),
            "language": language(record),
            "url": post_url(uri),
            "revision": body.get("cid") or "",
            "author": person(author.get("did"), author.get("handle")),
            "said_at": when(record.get("createdAt"), body.get("indexedAt")),
        }
    )


def language(record: dict[str, Any]) -> object:
    """`langs` are the author's own statement about the post; the first is the main one."""
    langs = record.get("langs")
    return (langs[0] if isinstance(langs, list) and langs else None) or "und"


def when(created: object, indexed: object) -> object:
    """What the author's client claims, unless that is after the network saw it, or no time at all."""
    claim, known = moment(created), moment(indexed)
    return created if claim and (known is None or claim <= known) else indexed


def moment(stamp: object) -> datetime | None:
    """Nothing for what is no time, or none that anybody meant (year 1)."""
    try:
        found = datetime.fromisoformat(stamp) if isinstance(stamp, str) else None
        return found.astimezone(UTC) if found and found.tzinfo and found.year in YEARS else None
    except (ValueError, OverflowError):
        return None


def beside(text: object, seen: str) -> object:
    """The words, and what stands beside them."""
    return f"{text}\n{seen}".strip() if seen and isinstance(text, str) else text


def shown(embed: dict[str, Any]) -> str:
    """Pictures by their descriptions, links by their addresses."""
    embed = optional(embed, "media") or embed
    if isinstance(embed.get("images"), list):
        return " ".join(bracketed("image", image.get("alt")) for image in embed["images"] if isinstance(image, dict))
    if "video" in embed:
        return bracketed("video", embed.get("alt"))
    if "external" in embed:
        return bracketed("link", optional(embed, "external").get("uri"))
    return "[quote]" if "record" in embed else ""


def bracketed(what: str, told: object) -> str:
    return f"[{what}: {told}]" if isinstance(told, str) and told else f"[{what}]"


# Ozone


def recorded(body: dict[str, Any], envelope: Envelope, place: Source) -> FlagRaised | DecisionReported | Ignored:
    if ours(place, body.get("createdBy"), body.get("creatorHandle")):
        return Ignored("our own action")
    event = part(body, "event")
    kind = str(event.get("$type")).rpartition("#")[2]
    if kind == REPORT:
        return report(event, body, envelope)
    if kind in LIFE:
        return Ignored("nobody decided it: it happened to the account or the record")
    if kind.startswith("modEvent") or kind in ACTS:
        return decision(kind, event, body, envelope)
    raise Unplaceable(f"the moderation event {kind[:80]!r} is not known here")


def subject(body: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    """An account, a record (named like its collection: post, profile, list) or a chat message."""
    given = part(body, "subject")
    if "uri" in given and given["uri"] is not None:
        uri = str(required(given, "uri"))
        collection = uri.removeprefix("at://").partition("/")[2].partition("/")[0]
        named = {"kind": collection.rpartition(".")[2] or "record", "id": uri, "url": post_url(uri)}
        return {"source": envelope.source, **named, "revision": given.get("cid") or ""}
    if given.get("messageId") is not None:
        return {"source": envelope.source, "kind": "message", "id": required(given, "messageId")}
    did = required(given, "did")
    if given.get("convoId") is not None:
        return {"source": envelope.source, "kind": "conversation", "id": f"{did}:{required(given, 'convoId')}"}
    return {"source": envelope.source, "kind": "account", "id": did, "url": f"{SITE}{did}"}


def owner(body: dict[str, Any]) -> dict[str, Any] | None:
    """Whose account, record or message it is: a record's address begins with its author."""
    given = part(body, "subject")
    uri = given.get("uri")
    did = uri.removeprefix("at://").partition("/")[0] if isinstance(uri, str) else given.get("did")
    return person(did, body.get("subjectHandle"))


def report(event: dict[str, Any], body: dict[str, Any], envelope: Envelope) -> FlagRaised | Ignored:
    """Every report of every reporter is an event of its own. None tells the text: that stands in the record."""
    if event.get("isReporterMuted") is True:
        return Ignored("its reporter is muted there")
    reason = event.get("reportType") or ""
    word = reason.rpartition("#")[2] if isinstance(reason, str) else ""
    return FlagRaised.model_validate(
        {
            **origin(envelope),
            "flag": f"ozone:{required(body, 'id')}",
            "nature": "appeal" if word == "reasonAppeal" else "report",
            "subject": subject(body, envelope),
            "reason": reason,
            "code": code_of("bluesky", word),
            "comment": event.get("comment") or "",
            "author": owner(body),
            "reporter": person(body.get("createdBy"), body.get("creatorHandle")),
            "raised_at": body.get("createdAt"),
        }
    )


def decision(kind: str, event: dict[str, Any], body: dict[str, Any], envelope: Envelope) -> DecisionReported:
    added, taken = labels(event, "createLabelVals"), labels(event, "negateLabelVals")
    outcome: Outcome | None = "violation" if added else OUTCOMES.get(kind)
    return DecisionReported.model_validate(
        {
            **origin(envelope),
            "decision": f"ozone:{required(body, 'id')}",
            "subject": subject(body, envelope),
            "did": " ".join([kind, *(f"+{label}" for label in added), *(f"-{label}" for label in taken)]),
            "outcome": outcome,
            "reason": event.get("comment") or "",
            "moderator": person(body.get("createdBy"), body.get("creatorHandle")),
            "person": owner(body),
            "decided_at": body.get("createdAt"),
        }
    )


def labels(event: dict[str, Any], field: str) -> list[str]:
    found = event.get(field)
    return [label for label in found if isinstance(label, str)] if isinstance(found, list) else []
