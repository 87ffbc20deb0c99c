"""GitHub: discussions, issues, their comments and stars are feedback, a published release is a trigger, whom an
organisation blocks and what is locked are decisions; what becomes of an issue that we opened is told of its theme.

Source: docs.github.com, "Webhook events and payloads".
"""

import re
from collections.abc import Callable
from typing import Any

from events.announcements import TriggerFired, TriggerWithdrawn
from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import Change, DecisionReported
from events.operations import SubscriptionLost
from events.program import Source
from events.themes import LONGEST_STATE, WorkReported
from functions.platforms.door import word
from functions.platforms.github.gate import LOCKABLE, LOCKS, object_in
from functions.platforms.inbound import Event, Ignored, Unplaceable, optional, origin, part, required
from functions.platforms.words import from_markdown

THINGS = {
    "discussion": ("discussion", "discussion"),
    "discussion_comment": ("comment", "comment"),
    "issues": ("issue", "issue"),
    "issue_comment": ("comment", "comment"),
}
"""Where in the body of an event the thing stands, and what kind it is. A comment on a pull request is one, too."""

CHANGES: dict[str, Change] = {
    "created": "created",
    "opened": "created",
    "edited": "edited",
    "deleted": "removed",
    "transferred": "removed",
}
"""Of an action. What is transferred is opened anew in the other repository, under another id."""

WORK = ("closed", "reopened")
"""Actions by which an issue stands otherwise: whether it is one that we opened, feedback knows."""

MARK = re.compile(r"<!-- ([0-9a-f]{16}) -->")
"""What our own posts begin with (see `posting`, `handing`)."""

GHOST = 10137
"""https://github.com/ghost, to whom everything of deleted accounts is given."""

Reader = Callable[[dict[str, Any], str, Envelope, Source], Event | Ignored]


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    body = object_in(envelope.body)
    if body is None:
        raise Unplaceable("the body is not a JSON object")
    read, action = READERS.get(envelope.event), word(body.get("action"))
    if read is None:
        raise Unplaceable(f"the event {envelope.event!r} is not handled")
    if not action:
        raise Unplaceable(f"{envelope.event} without an action")
    return read(body, action, envelope, place)


def person(user: dict[str, Any]) -> dict[str, Any] | None:
    if not user.get("id") or user["id"] == GHOST:
        return None
    return {"id": user["id"], "name": user.get("login") or "", "bot": user.get("type") == "Bot"}


def by_machine(user: dict[str, Any], place: Source) -> str:
    """Why what somebody wrote is no feedback; empty when it is. `account` may be a number or a login."""
    if user.get("type") == "Bot":
        return "written by a bot"
    ours = place.account and place.account in (str(user.get("id")), user.get("login"))
    return "our own words" if ours else ""


def heard(body: dict[str, Any], place: Source) -> bool:
    """Whether the program listens here: to this repository, or to this category of discussions."""
    repository, category = optional(body, "repository"), optional(optional(body, "discussion"), "category")
    names = [repository.get("full_name"), repository.get("name"), category.get("slug"), category.get("name")]
    return not place.feedback or any(name in place.feedback for name in names)


# Feedback


def said(body: dict[str, Any], action: str, envelope: Envelope, place: Source) -> Event | Ignored:
    where, kind = THINGS[envelope.event]
    given, change = part(body, where), CHANGES.get(action)
    if envelope.event in LOCKABLE and action in LOCKS:
        return locked(given, kind, body, action, envelope)
    if envelope.event == "issues" and action in WORK:
        return work(given, action, envelope)
    if change is None:
        return Ignored(f"{envelope.event} {action}: nothing was said")
    user, is_ours = optional(given, "user"), is_marked(given)
    why = by_machine(user, place) or ("" if heard(body, place) else "not where feedback is listened to")
    what = {
        **origin(envelope),
        "content": f"{kind}:{identity(given)}",
        "kind": kind,
        "author": person(user),
        "said_at": given.get("created_at"),
    }
    if change == "removed":  # Its last words are still in the body, and no time.
        gone = FeedbackChanged.model_validate({**what, "change": change, "changed_at": envelope.received_at})
        if is_ours and envelope.event == "issues":
            return work(given, action, envelope, None if why else gone)
        return Ignored(why) if why else gone
    if why or (is_ours and not is_newly_marked(body)):
        return Ignored(why or "our own words")
    told = {**what, **words(given, body)}
    if change == "created":
        return FeedbackReceived.model_validate({**told, "about": commented(kind, body)})
    return FeedbackChanged.model_validate(
        {**told, "change": change, "changed_at": given.get("updated_at") or envelope.received_at}
    )


def is_marked(given: dict[str, Any]) -> bool:
    """Whether we wrote it, whatever account of ours did, and whether or not the program names it."""
    written = given.get("body")
    return isinstance(written, str) and MARK.match(written) is not None


def is_newly_marked(body: dict[str, Any]) -> bool:
    """Whether it was without our mark before this edit: then somebody put it into words of their own."""
    before = optional(optional(body, "changes"), "body").get("from")
    return isinstance(before, str) and MARK.match(before) is None


def work(given: dict[str, Any], action: str, envelope: Envelope, gone: FeedbackChanged | None = None) -> WorkReported:
    """How an issue stands. Somebody may have written something above our mark, or taken it out."""
    written = given.get("body")
    mark = MARK.search(written) if isinstance(written, str) else None
    reason = word(given.get("state_reason")).replace("_", " ") if action == "closed" else ""
    state = "open" if action == "reopened" else action
    removed = CHANGES.get(action) == "removed"  # Of that there is no time in the body.
    at = envelope.received_at if removed else given.get("updated_at") or envelope.received_at
    return WorkReported.model_validate(
        {
            **origin(envelope),
            "handover": mark[1] if mark else "",
            "thing": f"issue:{identity(given)}",
            "state": f"{state}: {reason}"[:LONGEST_STATE] if reason else state,
            "url": given.get("html_url") or "",
            "reported_at": at,
            "gone": gone,
        }
    )


def commented(kind: str, body: dict[str, Any]) -> str:
    """What a comment is on; empty for what stands by itself."""
    on = next((one for one in ("discussion", "issue") if optional(body, one)), "")
    return f"{on}:{identity(part(body, on))}" if on and kind == "comment" else ""


def identity(given: dict[str, Any]) -> str | int:
    return required(given, "node_id" if given.get("node_id") else "id")


def words(given: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """A comment has the title of what it is on. Bodies are null where nothing was written."""
    written = given.get("body") or ""
    title = given.get("title") or optional(body, "discussion").get("title") or optional(body, "issue").get("title")
    return {
        "text": from_markdown(written) if isinstance(written, str) else written,
        "original": written,
        "format": "markdown",
        "title": title or "",
        "url": given.get("html_url") or "",
        "revision": given.get("updated_at") or "",
    }


def star(body: dict[str, Any], action: str, envelope: Envelope, place: Source) -> Event | Ignored:
    """GitHub does not say when a star that is taken back was given."""
    user, repository = part(body, "sender"), part(body, "repository")
    why = by_machine(user, place) or ("" if heard(body, place) else "not where feedback is listened to")
    if why:
        return Ignored(why)
    about = f"repository:{required(repository, 'id')}"
    what = {
        **origin(envelope),
        "content": f"star:{repository['id']}:{required(user, 'id')}",
        "kind": "reaction",
        "author": person(user),
    }
    if action == "deleted":
        return FeedbackChanged.model_validate({**what, "change": "removed", "changed_at": envelope.received_at})
    if action != "created":
        return Ignored(f"star {action}: nothing was said")
    told = {"text": "★", "about": about, "title": repository.get("full_name") or ""}
    url = repository.get("html_url") or ""
    starred = {"url": url, "said_at": body.get("starred_at"), "remembered": True}
    return FeedbackReceived.model_validate({**what, **told, **starred})


# Announcements


def release(body: dict[str, Any], action: str, envelope: Envelope, place: Source) -> Event | Ignored:
    """One release sends created, published, released, edited …: only `published` counts. Unpublished, it is a draft
    again; a draft that is deleted was never out."""
    del place
    given = part(body, "release")
    if action not in ("published", "unpublished", "deleted") or (given.get("draft") and action != "unpublished"):
        return Ignored(f"a release that was {action}, not published")
    full_name = optional(body, "repository").get("full_name")
    repository = full_name if isinstance(full_name, str) else ""
    trigger = {**origin(envelope), "trigger": f"release:{repository or envelope.source}:{required(given, 'id')}"}
    if action != "published":
        return TriggerWithdrawn.model_validate({**trigger, "withdrawn_at": envelope.received_at})
    name = given.get("name") or given.get("tag_name") or ""
    return TriggerFired.model_validate(
        {
            **trigger,
            "kind": "release",
            "title": titled(repository.rpartition("/")[2], name),
            "body": given.get("body") or "",
            "url": given.get("html_url") or "",
            "author": person(optional(given, "author")),
            "published_at": given.get("published_at"),
        }
    )


def titled(repository: str, name: object) -> str:
    """Some name a release after their project, most by its version alone."""
    if isinstance(name, str) and re.match(re.escape(repository) + r"(?![^\W_])", name, re.IGNORECASE):
        return name
    return f"{repository} {name}".strip()


# Moderation


def locked(given: dict[str, Any], kind: str, body: dict[str, Any], action: str, envelope: Envelope) -> DecisionReported:
    """Nobody may comment there any more. Of GitHub's four reasons ("resolved", "off-topic", "too heated", "spam") one
    says that what stands there is a violation. The event has no time of its own."""
    number, reason = identity(given), word(given.get("active_lock_reason")) if action == "locked" else ""
    return DecisionReported.model_validate(
        {
            **origin(envelope),
            "decision": f"{kind}:{number}:{action}:{envelope.delivery}",
            "subject": {
                "source": envelope.source,
                "kind": kind,
                "id": number,
                "url": given.get("html_url") or "",
            },
            "did": f"{action}: {reason}" if reason else action,
            "outcome": "violation" if reason == "spam" else None,
            "moderator": moderator(body),
            "person": person(optional(given, "user")),
            "decided_at": envelope.received_at,
        }
    )


def moderator(body: dict[str, Any]) -> dict[str, Any] | None:
    by = optional(body, "sender")
    return None if by.get("type") == "Organization" else person(by)


def org_block(body: dict[str, Any], action: str, envelope: Envelope, place: Source) -> Event | Ignored:
    """To unblock somebody says nothing about what they did. GitHub gives no time, and may name the organisation
    itself as the one who did it."""
    del place
    if action not in ("blocked", "unblocked"):
        return Ignored(f"org_block {action}: nothing was decided")
    blocked = part(body, "blocked_user")
    number = required(blocked, "id")
    return DecisionReported.model_validate(
        {
            **origin(envelope),
            "decision": f"org_block:{number}:{action}:{envelope.delivery}",
            "subject": {
                "source": envelope.source,
                "kind": "user",
                "id": number,
                "url": blocked.get("html_url") or "",
            },
            "did": action,
            "outcome": "violation" if action == "blocked" else None,
            "moderator": moderator(body),
            "person": person(blocked),
            "decided_at": envelope.received_at,
        }
    )


# Upkeep


def meta(body: dict[str, Any], action: str, envelope: Envelope, place: Source) -> Event | Ignored:
    """The last that a webhook says."""
    del place
    if action != "deleted":
        return Ignored(f"meta {action}: the webhook is still there")
    hook = required(body, "hook_id") if body.get("hook_id") else required(optional(body, "hook"), "id")
    where = optional(body, "repository").get("full_name") or optional(body, "organization").get("login")
    return lost(f"hook:{hook}", where, "somebody deleted the webhook on GitHub", envelope)


def installation(body: dict[str, Any], action: str, envelope: Envelope, place: Source) -> Event | Ignored:
    """Of a GitHub App, where one is used instead of a webhook."""
    del place
    if action not in ("deleted", "suspend"):
        return Ignored(f"installation {action}: nothing is lost")
    given = part(body, "installation")
    where = optional(given, "account").get("login")
    told = "somebody uninstalled the GitHub App" if action == "deleted" else "the GitHub App was suspended"
    return lost(f"installation:{required(given, 'id')}", where, told, envelope)


def lost(subscription: str, where: object, reason: str, envelope: Envelope) -> SubscriptionLost:
    return SubscriptionLost.model_validate(
        {
            **origin(envelope),
            "subscription": subscription,
            "topic": where or "",
            "reason": reason,
            "lost_at": envelope.received_at,
        }
    )


READERS: dict[str, Reader] = {
    **dict.fromkeys(THINGS, said),
    "star": star,
    "release": release,
    "org_block": org_block,
    "meta": meta,
    "installation": installation,
}
