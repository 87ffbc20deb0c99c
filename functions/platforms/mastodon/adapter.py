"""Mastodon: reports and what moderators do about them, sign-ups that wait, and what people post.

Sources: docs.joinmastodon.org/entities Admin_Report, Admin_Account and Status; mastodon/mastodon
app/models/{report,account,user,status}.rb, which say when each webhook fires. An Admin::Account holds e-mail, IP
addresses and more: what `person` takes of it is all that leaves this file.
"""

from typing import Any

from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import DecisionReported, FlagRaised
from events.program import Source
from events.reasons import code_of
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Ignored, Unplaceable, optional, origin, part, required
from functions.platforms.words import from_html

PUBLIC = ("public", "unlisted")
"""`visibility` of what anybody may read; `private` is for followers, `direct` for those mentioned."""

LIMITS = ("suspended", "silenced", "disabled", "sensitized")
PUNISHING = frozenset({"silenced", "disabled"})
"""Limits that only moderators set, and only for a violation."""
SUSPENDED = "suspended (by a moderator, or by deleting the account)"
"""Who deletes an own account is suspended until it is gone, and the webhook tells the two apart by nothing."""


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    body = read_object(envelope.body) or {}
    given = part(body, "object")
    match envelope.event:
        case "report.created":
            return flag(given, envelope)
        case "report.updated":
            return decision(given, envelope)
        case "account.created":
            return sign_up(given, envelope)
        case "account.approved":
            return approval(given, body, envelope)
        case "account.updated":
            return standing(given, body, envelope)
        case "status.created" | "mention":
            return said(given, envelope, place)
        case "status.updated":
            return edited(given, envelope, place)
    raise Unplaceable(f"{envelope.event} is not handled")


def text(given: dict[str, Any], name: str) -> str:
    """A text that may be missing or null; anything else is not Mastodon's."""
    found = given.get(name)
    if not isinstance(found, str | None):
        raise Unplaceable(f"{name!r} is not text")
    return found or ""


def listed(given: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list that may be missing or null."""
    found = given.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Unplaceable(f"{name!r} is not a list of objects")
    return found


def person(account: dict[str, Any]) -> dict[str, Any] | None:
    """Of an Account, or of an Admin::Account with its Account inside: id, handle, own language, whether a bot."""
    shown = optional(account, "account") or account
    number = shown.get("id") or account.get("id")
    if not number:
        return None
    return {
        "id": number,
        "name": text(shown, "acct") or text(shown, "username"),
        "language": text(account, "locale"),
        "bot": shown.get("bot") is True,
    }


# What people wrote


def written(status: dict[str, Any]) -> dict[str, Any]:
    """The content warning, the text, and in brackets what else there is to see."""
    words = shown(status)
    return {
        "text": "\n".join(piece for piece in (words, quoted(status, words)) if piece),
        "original": text(status, "content"),
        "format": "html",
        "language": text(status, "language") or "und",
    }


def shown(status: dict[str, Any]) -> str:
    attached = [picture(one) for one in listed(status, "media_attachments")]
    own = (text(status, "spoiler_text"), from_html(text(status, "content")))
    return "\n".join(piece for piece in (*own, *attached, *poll(optional(status, "poll"))) if piece)


def quoted(status: dict[str, Any], told: str) -> str:
    """The post that is quoted (Mastodon 4.4 and later), with whose it is; without its words if it is not for
    everybody, and nothing if they are told already. Older servers, and withdrawn quotes, have a link at most: where
    there is nothing else, at least that there is a quote."""
    given = optional(status, "quote")
    other = optional(given, "quoted_status")
    if not other:
        return "[quote]" if given and not told else ""
    by = person(optional(other, "account"))
    whose = f"quote of @{by['name']}" if by and by["name"] else "quote"
    words = shown(other) if other.get("visibility") in PUBLIC else ""
    if not words:
        return f"[{whose}]"
    return "" if words in told else f"[{whose}: {words}]"


def picture(attachment: dict[str, Any]) -> str:
    kind, description = text(attachment, "type") or "attachment", text(attachment, "description")
    return f"[{kind}: {description}]" if description else f"[{kind}]"


def poll(given: dict[str, Any]) -> list[str]:
    choices = [text(option, "title") for option in listed(given, "options")]
    return [f"[poll: {' | '.join(choices)}]"] if choices else []


def unheard(status: dict[str, Any], place: Source) -> str | None:
    """Why a post is not feedback; None when it is."""
    account = optional(status, "account")
    if status.get("reblog"):
        return "a boost of what somebody else wrote"
    if status.get("visibility") not in PUBLIC:
        return "not for everybody to read"
    if account.get("bot") is True:
        return "written by a bot"
    if place.account and place.account in (str(account.get("id")), account.get("acct")):
        return "our own"
    return None


def off_topic(status: dict[str, Any], place: Source) -> bool:
    """`status.created` tells of every local post. A place may name the hashtags that make one feedback."""
    wanted = {tag.removeprefix("#").casefold() for tag in place.feedback}
    return bool(wanted) and wanted.isdisjoint(text(tag, "name").casefold() for tag in listed(status, "tags"))


def said(status: dict[str, Any], envelope: Envelope, place: Source) -> Event | Ignored:
    """A local post, or a mention of us from anywhere: the same post may come both ways, and counts once."""
    if reason := unheard(status, place):
        return Ignored(reason)
    if envelope.event != "mention" and off_topic(status, place):
        return Ignored("none of the hashtags that are feedback")
    return FeedbackReceived.model_validate(post(status, envelope))


def edited(status: dict[str, Any], envelope: Envelope, place: Source) -> Event | Ignored:
    """It fires for anything that is stored about a post; an edit has a time of its own."""
    if reason := unheard(status, place):
        return Ignored(reason)
    if not status.get("edited_at"):
        return Ignored("nothing of the text was changed")
    if off_topic(status, place):
        return Ignored("none of the hashtags that are feedback")
    changed = {"change": "edited", "changed_at": status["edited_at"]}
    return FeedbackChanged.model_validate({**post(status, envelope), **changed})


def post(status: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    answered = status.get("in_reply_to_id")
    return {
        **origin(envelope),
        **written(status),
        "content": f"status:{required(status, 'id')}",
        "kind": "reply" if answered else "status",
        "about": f"status:{answered}" if answered else "",
        "url": text(status, "url"),
        "revision": text(status, "edited_at"),
        "author": person(optional(status, "account")),
        "said_at": status.get("created_at"),
    }


# Reports


def reported(report: dict[str, Any], envelope: Envelope) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a report is about, and the post if it is one. The gate leaves one; without any it is the account."""
    posts = listed(report, "statuses")
    if not posts:
        return account_subject(part(report, "target_account"), envelope), {}
    if len(posts) > 1:
        raise Unplaceable(f"{len(posts)} posts in one report: each has to be a case of its own")
    status = posts[0]
    subject = {"kind": "status", "id": required(status, "id"), "url": text(status, "url")}
    return {"source": envelope.source, **subject, "revision": text(status, "edited_at")}, status


def account_subject(account: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    url = text(optional(account, "account"), "url")
    return {"source": envelope.source, "kind": "account", "id": required(account, "id"), "url": url}


def author(report: dict[str, Any], status: dict[str, Any]) -> dict[str, Any] | None:
    return person(optional(status, "account")) or person(optional(report, "target_account"))


def flag(report: dict[str, Any], envelope: Envelope) -> FlagRaised:
    """Somebody from another server appears as that server's own actor: who it was is not told."""
    subject, status = reported(report, envelope)
    category = text(report, "category")
    rules = [f"Rule: {text(rule, 'text')}" for rule in listed(report, "rules")]
    return FlagRaised.model_validate(
        {
            **origin(envelope),
            **(written(status) if status else {}),
            "flag": f"report:{required(report, 'id')}",
            "subject": subject,
            "reason": category,
            "code": code_of(envelope.platform, category),
            "comment": "\n".join(filter(None, [text(report, "comment"), *rules])),
            "author": author(report, status),
            "reporter": person(optional(report, "account")),
            "content_at": status.get("created_at"),
            "raised_at": report.get("created_at"),
        }
    )


def decision(report: dict[str, Any], envelope: Envelope) -> DecisionReported:
    """A report was assigned, given up, resolved, reopened or sorted anew: only what it is now is told.

    "Resolved" is a moderator's word for a measure taken and for nothing found alike, and a limit on the account may
    be older than the report. So this says nothing about a violation; `account.updated` does.
    """
    subject, status = reported(report, envelope)
    resolved = report.get("action_taken") is True
    stamp = report.get("action_taken_at" if resolved else "updated_at") or report.get("updated_at")
    by = person(optional(report, "action_taken_by_account" if resolved else "assigned_account"))
    return DecisionReported.model_validate(
        {
            **origin(envelope),
            "decision": f"report:{required(report, 'id')}:{stamp}",
            "subject": subject,
            "did": closed(report) if resolved else f"open, assigned to {by['name'] or by['id'] if by else 'nobody'}",
            "moderator": by,
            "person": author(report, status),
            "decided_at": stamp,
        }
    )


def closed(report: dict[str, Any]) -> str:
    limits = limited(optional(report, "target_account"))
    return f"resolved; the account is {', '.join(limits)}" if limits else "resolved"


# Accounts


def limited(account: dict[str, Any]) -> list[str]:
    return [name for name in LIMITS if account.get(name) is True]


def sign_up(account: dict[str, Any], envelope: Envelope) -> FlagRaised | Ignored:
    """Where sign-ups need approval, the request is what a moderator judges."""
    if account.get("approved") is not False:
        return Ignored("an account that waits for nobody's approval")
    return FlagRaised.model_validate(
        {
            **origin(envelope),
            "flag": f"account:{required(account, 'id')}",
            "nature": "hold",
            "subject": account_subject(account, envelope),
            "text": text(account, "invite_request"),
            "author": person(account),
            "raised_at": account.get("created_at"),
        }
    )


def approval(account: dict[str, Any], body: dict[str, Any], envelope: Envelope) -> DecisionReported:
    """It also fires, to no harm, for every new account of a server where nobody has to approve."""
    told = {"did": "approved", "outcome": "no_violation", "decided_at": body.get("created_at")}
    return about_account(account, "approved", told, envelope)


def standing(account: dict[str, Any], body: dict[str, Any], envelope: Envelope) -> DecisionReported | Ignored:
    """It fires for a changed profile, too. The decision is named by its limits: the same ones once more are no news."""
    limits = limited(account)
    if not limits:
        return Ignored("nothing is limited: a profile was changed, or a limit lifted")
    outcome = "violation" if PUNISHING.intersection(limits) else None
    did = ", ".join(SUSPENDED if limit == "suspended" else limit for limit in limits)
    told = {"did": did, "outcome": outcome, "decided_at": body.get("created_at")}
    return about_account(account, "+".join(limits), told, envelope)


def about_account(account: dict[str, Any], mark: str, told: dict[str, Any], envelope: Envelope) -> DecisionReported:
    return DecisionReported.model_validate(
        {
            **origin(envelope),
            **told,
            "decision": f"account:{required(account, 'id')}:{mark}",
            "subject": account_subject(account, envelope),
            "person": person(account),
        }
    )
