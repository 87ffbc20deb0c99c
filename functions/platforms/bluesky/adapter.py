"""Bluesky, as its poller brings it: mentions, replies and quotes of our account, and Ozone's moderation events.

Sources: the lexicons app.bsky.notification.listNotifications, app.bsky.feed.post and tools.ozone.moderation.defs.
Accounts are named by their DID, since handles change; posts by their at-uri.
"""

from collections.abc import Iterator
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
from functions.platforms.words import labelled

SITE = "https://bsky.app/profile/"
NO_HANDLE = "handle.invalid"
"""What is told where a handle and its DID do not agree."""

SAID = ("mention", "reply", "quote")

LINK = "app.bsky.richtext.facet#link"

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
    """Handles are the same in any case of their letters."""
    account = place.account.removeprefix("@")
    named = isinstance(handle, str) and handle.casefold() == account.casefold()
    return account != "" and (named or did == account)


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
            "about": text(optional(optional(record, "reply"), "parent").get("uri")),
            **words(record),
            "language": language(record),
            "url": post_url(uri),
            "revision": body.get("cid") or "",
            "author": person(author.get("did"), author.get("handle")),
            "said_at": when(record.get("createdAt"), body.get("indexedAt")),
        }
    )


def text(value: object) -> str:
    return value if isinstance(value, str) else ""


def objects(given: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in a list; nothing of what is none."""
    found = given.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def language(record: dict[str, Any]) -> str:
    """`langs` are the author's own statement about the post; the first is the main one."""
    langs = record.get("langs")
    return (text(langs[0]) if isinstance(langs, list) and langs else "") or "und"


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


def words(record: dict[str, Any]) -> dict[str, Any]:
    """What was written, with the addresses behind it, and what stands beside it."""
    written, seen = record.get("text") or "", shown(optional(record, "embed"))
    if not isinstance(written, str):
        return {"text": written}
    told = linked(written, objects(record, "facets"))
    return {"text": f"{told}\n{seen}".strip() if seen else told, "original": written}


def linked(written: str, facets: list[dict[str, Any]]) -> str:
    """With the addresses that stand behind words: those of a link are mostly its address, cut off. Of facets that
    overlap the first one counts, as people see it there.

    Source: `RichText.segments` of the package @atproto/api.
    """
    units = written.encode("utf-8", "surrogatepass")
    told, at = b"", 0
    found = [span for facet in facets for span in spans(facet, units)]
    for start, end, address in sorted(found, key=lambda span: span[0]):
        label = units[start:end].decode("utf-8", "surrogatepass")
        if start >= at and label.strip():
            told += units[at:start] + labelled(label, address).encode("utf-8", "surrogatepass")
            at = end
    return (told + units[at:]).decode("utf-8", "surrogatepass")


def spans(facet: dict[str, Any], units: bytes) -> Iterator[tuple[int, int, str]]:
    """Where an address stands, and the address: of a mention or tag nothing, its words say it."""
    index = optional(facet, "index")
    start, end = edge(index.get("byteStart"), units), edge(index.get("byteEnd"), units)
    addresses = [text(one.get("uri")) for one in objects(facet, "features") if one.get("$type") == LINK]
    if start is not None and end is not None and any(addresses):
        yield start, end, next(filter(None, addresses))


def edge(offset: object, units: bytes) -> int | None:
    """A place in UTF-8; for one within a character the place behind it."""
    if not isinstance(offset, int) or isinstance(offset, bool) or offset < 0:
        return None
    while offset < len(units) and units[offset] & 0xC0 == 0x80:
        offset += 1
    return offset


def shown(embed: dict[str, Any]) -> str:
    """Pictures by their descriptions, links by their cards. A gallery has `items`: more than four pictures."""
    embed = optional(embed, "media") or embed
    if pictures := objects(embed, "images") or objects(embed, "items"):
        return " ".join(bracketed("image", text(picture.get("alt"))) for picture in pictures)
    if "video" in embed:
        return bracketed("video", text(embed.get("alt")))
    if "external" in embed:
        return card(optional(embed, "external"))
    return "[quote]" if "record" in embed else ""


def card(given: dict[str, Any]) -> str:
    """Its words are its author's to choose, whatever the page itself says."""
    title, more, address = (text(given.get(name)) for name in ("title", "description", "uri"))
    return bracketed("link", labelled(title, address) if address else title, more)


def bracketed(what: str, *told: str) -> str:
    words = ", ".join(one for one in told if one)
    return f"[{what}: {words}]" if words else f"[{what}]"


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
