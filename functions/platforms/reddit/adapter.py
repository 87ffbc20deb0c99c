"""Reddit, as its poller brings it: reports, what is held back, moderators' actions, posts and comments.

Sources: reddit.com/dev/api, the listings recorded by PRAW. Accounts are named by their user names: these never change,
and no other name of an account stands in all of Reddit's answers.
"""

from typing import Any

from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import DecisionReported, FlagRaised, Outcome
from events.program import Source
from events.reasons import code_of
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Ignored, Unplaceable, optional, origin, part, required
from functions.platforms.words import from_markdown, labelled

SITE = "https://www.reddit.com"
GONE = (
    "[deleted]",
    "[removed]",
    "[ Removed by Reddit ]",
    "[ Removed by Reddit in response to a copyright notice. ]",
)
"""What Reddit writes where words or a name were."""
ROBOT = "AutoModerator"

KINDS = {"t1": "comment", "t3": "post"}

OUTCOMES: dict[str, Outcome] = {
    "removelink": "violation",
    "removecomment": "violation",
    "spamlink": "violation",
    "spamcomment": "violation",
    "banuser": "violation",
    "approvelink": "no_violation",
    "approvecomment": "no_violation",
    "unbanuser": "no_violation",
}
"""What moderators' actions say about a violation; all others (a lock, a distinguished comment) say nothing. Nor does
what AutoModerator does: most of it waits for a moderator."""


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    body = read_object(envelope.body) or {}
    if envelope.event == "report":
        return report(body, envelope)
    if envelope.event == "hold":
        return hold(body, envelope)
    if envelope.event == "modaction":
        return decision(body, envelope, place)
    if envelope.event in ("post", "comment"):
        return said(body, envelope, place)
    if envelope.event == "edited":
        return edited(body, envelope, place)
    raise Unplaceable(f"{envelope.event!r} is nothing that the poller brings")


def person(name: object) -> dict[str, Any] | None:
    """A deleted account is nobody."""
    if not isinstance(name, str) or name in (*GONE, ""):
        return None
    return {"id": name, "name": name, "bot": name == ROBOT}


def ours(name: object, place: Source) -> bool:
    """User names are the same in any case of their letters; people write u/ before them."""
    account = place.account.casefold().removeprefix("/").removeprefix("u/")
    return isinstance(name, str) and account != "" and name.casefold() == account


def kind(fullname: str | int) -> str:
    """Post or comment, by the prefix of its full name."""
    found = KINDS.get(str(fullname).partition("_")[0])
    if found is None:
        raise Unplaceable("it is neither a post nor a comment")
    return found


def link(thing: dict[str, Any]) -> str:
    """Comments of older answers have no `permalink`; Reddit shows them below their post's id all the same."""
    path, post, name = (thing.get(field) or "" for field in ("permalink", "link_id", "name"))
    if not path and post and name:
        path = f"/comments/{str(post).removeprefix('t3_')}/_/{str(name).removeprefix('t1_')}/"
    return absolute(str(path))


def absolute(address: str) -> str:
    """Reddit leaves out its own name, also where a post leads to another one."""
    return SITE + address if address.startswith("/") else address


def words(thing: dict[str, Any]) -> dict[str, Any]:
    """Comments have a `body`, posts a `selftext` or something to look at."""
    written = thing.get("body") or thing.get("selftext") or ""
    if written in (*GONE, ""):
        return {"text": shown(thing), "format": "plain"}
    text = f"{from_markdown(written)}\n{shown(thing)}".strip() if isinstance(written, str) else written
    return {"text": text, "original": written, "format": "markdown"}


def shown(thing: dict[str, Any]) -> str:
    """What a post has beside its words, or instead of any."""
    if thing.get("is_gallery") or thing.get("gallery_data"):
        return bracketed("gallery", [captioned(one) for one in objects(optional(thing, "gallery_data"), "items")])
    if thing.get("poll_data"):
        return bracketed("poll", [text(one.get("text")) for one in objects(optional(thing, "poll_data"), "options")])
    if thing.get("is_video"):
        return "[video]"
    if thing.get("is_self") is False and isinstance(thing.get("url"), str):
        return f"[link: {absolute(thing['url'])}]"
    return ""


def captioned(picture: dict[str, Any]) -> str:
    """What its author wrote below it, and where they let it lead."""
    caption, address = text(picture.get("caption")), text(picture.get("outbound_url"))
    return labelled(caption, address) if address else caption


def bracketed(what: str, told: list[str]) -> str:
    words = ", ".join(one for one in told if one.strip())
    return f"[{what}: {words}]" if words else f"[{what}]"


def text(value: object) -> str:
    return value if isinstance(value, str) else ""


def objects(given: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in a list; nothing of what is none."""
    found = given.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def subject(thing: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    name = required(thing, "name")
    named = {"source": envelope.source, "kind": kind(name), "id": name}
    return {**named, "url": link(thing), "revision": revision(thing)}


def revision(thing: dict[str, Any]) -> str:
    """When it was edited last, as Reddit writes it; `false` where it was not, `true` where nobody knows when."""
    stamp = thing.get("edited")
    return "" if isinstance(stamp, bool) else str(stamp or "")


def flagged(thing: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    return {
        **origin(envelope),
        **words(thing),
        "subject": subject(thing, envelope),
        "title": thing.get("title") or thing.get("link_title") or "",
        "author": person(thing.get("author")),
        "content_at": thing.get("created_utc"),
    }


def report(body: dict[str, Any], envelope: Envelope) -> FlagRaised:
    """Reddit tells no time of a report: it is the one at which we first saw it."""
    thing, told = part(body, "thing"), part(body, "report")
    name, reason = required(thing, "name"), told.get("reason") or ""
    who = told.get("moderator")
    which = f"moderator:{who}" if "moderator" in told else required(told, "number")
    return FlagRaised.model_validate(
        {
            **flagged(thing, envelope),
            "flag": f"report:{name}:{which}:{reason}"[:1000],
            "reason": reason,
            "code": code_of("reddit", reason) if isinstance(reason, str) else "unknown",
            "reporter": person(who),
            "raised_at": envelope.received_at,
        }
    )


def hold(body: dict[str, Any], envelope: Envelope) -> FlagRaised:
    """Kept back by Reddit's filters or by AutoModerator until a moderator decides."""
    thing, held = part(body, "thing"), part(body, "held")
    reasons = (held.get(field) for field in ("removal_reason", "mod_reason_title", "ban_note"))
    since = held.get("banned_at_utc")
    return FlagRaised.model_validate(
        {
            **flagged(thing, envelope),
            "flag": f"hold:{required(thing, 'name')}:{since or ''}"[:1000],
            "nature": "hold",
            "reason": next((reason for reason in reasons if reason), ""),
            "reporter": person(held.get("banned_by")),
            "raised_at": envelope.received_at if since is None else since,
        }
    )


def decision(action: dict[str, Any], envelope: Envelope, place: Source) -> DecisionReported | Ignored:
    if ours(action.get("mod"), place):
        return Ignored("our own action")
    target = decided_on(action, envelope)
    if target is None:
        return Ignored("about the place and its settings, not about anybody")
    did = required(action, "action")
    return DecisionReported.model_validate(
        {
            **origin(envelope),
            "decision": required(action, "id"),
            "subject": target,
            "did": did,
            "outcome": None if action.get("mod") == ROBOT else OUTCOMES.get(str(did)),
            "reason": action.get("description") or action.get("details") or "",
            "moderator": person(action.get("mod")),
            "person": person(action.get("target_author")),
            "decided_at": action.get("created_utc"),
        }
    )


def decided_on(action: dict[str, Any], envelope: Envelope) -> dict[str, Any] | None:
    """A post, a comment, or an account, which is named like a person; None for anything else."""
    fullname, path = str(action.get("target_fullname") or ""), action.get("target_permalink") or ""
    prefix = fullname.partition("_")[0]
    if prefix in KINDS:
        url = link({"permalink": path})
        return {"source": envelope.source, "kind": KINDS[prefix], "id": fullname, "url": url}
    who = person(action.get("target_author"))
    if who and prefix in ("t2", ""):
        return {"source": envelope.source, "kind": "account", "id": who["id"], "url": f"{SITE}/user/{who['id']}"}
    return {"source": envelope.source, "kind": "account", "id": fullname} if prefix == "t2" else None


def aside(thing: dict[str, Any], place: Source) -> str:
    """Why what somebody said is no feedback; empty if it is."""
    if thing.get("author") == ROBOT:
        return "written by a bot"
    if ours(thing.get("author"), place):
        return "our own words"
    written = thing.get("body") or thing.get("selftext")
    if thing.get("removed_by_category") or thing.get("banned_by") or written in GONE:
        return "deleted or removed"
    where = {str(thing.get(field)).casefold() for field in ("subreddit", "link_flair_text")}
    if place.feedback and where.isdisjoint(name.casefold() for name in place.feedback):
        return "not where talk is feedback"
    return ""


def told(thing: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    name = required(thing, "name")
    return {
        **origin(envelope),
        **words(thing),
        "content": name,
        "kind": kind(name),
        "about": thing.get("link_id") or "",
        "title": thing.get("title") or thing.get("link_title") or "",
        "url": link(thing),
        "revision": revision(thing),
        "author": person(thing.get("author")),
        "said_at": thing.get("created_utc"),
    }


def said(thing: dict[str, Any], envelope: Envelope, place: Source) -> FeedbackReceived | Ignored:
    why = aside(thing, place)
    return Ignored(why) if why else FeedbackReceived.model_validate(told(thing, envelope))


def edited(thing: dict[str, Any], envelope: Envelope, place: Source) -> FeedbackChanged | Ignored:
    why = aside(thing, place)
    if why:
        return Ignored(why)
    return FeedbackChanged.model_validate(
        {**told(thing, envelope), "change": "edited", "changed_at": thing.get("edited")}
    )
