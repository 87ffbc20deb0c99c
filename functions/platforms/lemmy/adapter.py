"""Lemmy, as its poller brings it: reports, what became of them, posts and comments.

Source: lemmy-js-client, versions 0.18 to 1.0 (`updated` and `actor_id` became `updated_at` and `ap_id`).
"""

import re
from typing import Any

from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import DecisionReported, FlagRaised, Outcome
from events.program import Source
from events.reasons import code_of
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Ignored, Unplaceable, optional, origin, part, required
from functions.platforms.outgoing import Destination
from functions.platforms.words import from_markdown, labelled

KINDS = ("post", "comment")

LANGUAGES = (  # noqa: SIM905 - a list of 184 strings would fill a page
    "und aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en"
    " eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv"
    " ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne"
    " ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st"
    " su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
).split()
"""By `language_id`: every instance numbers them alike (migration 2022-06-21-123144_language-tags)."""


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    body = read_object(envelope.body) or {}
    if envelope.event in ("post_report", "comment_report", "resolved") and elsewhere(body, place):
        return Ignored("of another community")
    if envelope.event in ("post_report", "comment_report"):
        return report(envelope.event.removesuffix("_report"), body, envelope)
    if envelope.event == "resolved":
        return decision(body, envelope, place)
    if envelope.event in KINDS:
        return said(body, envelope, place)
    if envelope.event == "edited":
        return edited(body, envelope, place)
    raise Unplaceable(f"{envelope.event!r} is nothing that the poller brings")


def elsewhere(body: dict[str, Any], place: Source) -> bool:
    """The account may moderate other communities, too."""
    name = place.about.removeprefix("!").partition("@")[0].casefold()
    found = str(optional(body, "community").get("name") or "").casefold()
    return bool(name and found) and name != found


def person(given: dict[str, Any]) -> dict[str, Any] | None:
    if not given.get("id") or given.get("deleted"):
        return None
    name = given.get("display_name") or given.get("name") or ""
    return {"id": given["id"], "name": name, "bot": given.get("bot_account") is True}


def ours(given: dict[str, Any], place: Source | Destination) -> bool:
    """By id, address or name, whatever the case of its letters. On other instances anybody may have the same name."""
    fields = ("id", "actor_id", "ap_id", *(["name"] if given.get("local") is not False else []))
    account = place.account.removeprefix("@").casefold()
    return account != "" and account in {str(given[field]).casefold() for field in fields if given.get(field)}


def at(given: dict[str, Any], what: str) -> object:
    """A time; older versions leave out the zone, which is UTC."""
    stamp = given.get(what) or given.get(f"{what}_at")
    bare = isinstance(stamp, str) and not re.search(r"(?:[Zz]|[+-]\d\d:?\d\d)$", stamp)
    return f"{stamp}Z" if bare else stamp


def language(thing: dict[str, Any]) -> str:
    number = thing.get("language_id")
    if isinstance(number, bool) or not isinstance(number, int):
        return "und"
    return LANGUAGES[number] if 0 <= number < len(LANGUAGES) else "und"


def words(written: object, link: object = None, alt: object = None) -> dict[str, Any]:
    """A post may be no more than a link, or have one beside its words; of a picture with its description."""
    label = alt if isinstance(alt, str) else ""
    note = f"[link: {labelled(label, link)}]" if isinstance(link, str) and link else ""
    if isinstance(written, str) and written:
        return {"text": f"{from_markdown(written)}\n{note}".strip(), "original": written, "format": "markdown"}
    return {"text": written or note}


def subject(kind: str, body: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    thing = part(body, kind)
    return {"source": envelope.source, "kind": kind, "id": required(thing, "id"), "url": thing.get("ap_id") or ""}


def report(kind: str, body: dict[str, Any], envelope: Envelope) -> FlagRaised:
    """With the text as it was when it was reported."""
    told, thing = part(body, f"{kind}_report"), part(body, kind)
    reason = told.get("reason") or ""
    written = told.get("original_comment_text" if kind == "comment" else "original_post_body")
    return FlagRaised.model_validate(
        {
            **origin(envelope),
            **words(written, told.get("original_post_url")),
            "flag": f"{kind}_report:{required(told, 'id')}",
            "subject": subject(kind, body, envelope),
            "title": told.get("original_post_name") or "",
            "language": language(thing),
            "reason": reason,
            "code": code_of("lemmy", reason) if isinstance(reason, str) else "unknown",
            "comment": reason if len(str(reason)) > 200 else "",
            "author": person(optional(body, f"{kind}_creator")),
            "reporter": person(optional(body, "creator")),
            "content_at": at(thing, "published"),
            "raised_at": at(told, "published"),
        }
    )


def decision(body: dict[str, Any], envelope: Envelope, place: Source) -> DecisionReported | Ignored:
    """A report was resolved. Whoever resolves it and lets the thing stand has found nothing against it."""
    resolver = optional(body, "resolver")
    if ours(resolver, place):
        return Ignored("our own action")
    kind = next((kind for kind in KINDS if f"{kind}_report" in body), "post")
    told = part(body, f"{kind}_report")
    stamp = at(told, "updated")
    return DecisionReported.model_validate(
        {
            **origin(envelope),
            "decision": f"{kind}_report:{required(told, 'id')}:{stamp or 'resolved'}",
            "subject": subject(kind, body, envelope),
            "did": "resolved",
            "outcome": outcome(body),
            "moderator": person(resolver),
            "person": person(optional(body, f"{kind}_creator")),
            "decided_at": stamp or envelope.received_at,
        }
    )


def outcome(body: dict[str, Any]) -> Outcome | None:
    """Nothing is said about what its author took away first."""
    state = optional(body, "state")
    if state.get("removed") is True or body.get("banned") is True:
        return "violation"
    return None if state.get("deleted") is True else "no_violation"


def told(kind: str, body: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    thing = part(body, kind)
    return {
        **origin(envelope),
        **words(
            thing.get("content") if kind == "comment" else thing.get("body"), thing.get("url"), thing.get("alt_text")
        ),
        "content": f"{kind}:{required(thing, 'id')}",
        "kind": kind,
        "about": f"post:{thing['post_id']}" if kind == "comment" and thing.get("post_id") else "",
        "title": body.get("title") or "",
        "language": language(thing),
        "url": thing.get("ap_id") or "",
        "revision": str(at(thing, "updated") or ""),
        "author": person(optional(body, "creator")),
        "said_at": at(thing, "published"),
    }


def aside(thing: dict[str, Any], body: dict[str, Any], place: Source) -> str:
    """Why what somebody said is no feedback; empty if it is."""
    creator = optional(body, "creator")
    if ours(creator, place):
        return "our own words"
    if creator.get("bot_account") is True:
        return "written by a bot"
    return "deleted or removed" if thing.get("deleted") is True or thing.get("removed") is True else ""


def said(body: dict[str, Any], envelope: Envelope, place: Source) -> FeedbackReceived | Ignored:
    why = aside(part(body, envelope.event), body, place)
    return Ignored(why) if why else FeedbackReceived.model_validate(told(envelope.event, body, envelope))


def edited(body: dict[str, Any], envelope: Envelope, place: Source) -> FeedbackChanged | Ignored:
    kind = "comment" if "comment" in body else "post"
    thing = part(body, kind)
    why = aside(thing, body, place)
    if why:
        return Ignored(why)
    return FeedbackChanged.model_validate(
        {**told(kind, body, envelope), "change": "edited", "changed_at": at(thing, "updated")}
    )
