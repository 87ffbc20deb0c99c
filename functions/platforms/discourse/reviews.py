"""What stands in a forum's review queue: flags, what they were raised for, and how moderators decided.

A "reviewable" is one thing to look at: a flagged post, a post kept back, an account, a chat message. Each person
who flags it adds a "score". Sources: Discourse's `reviewable*.rb`, `reviewable_score.rb`, their serializers, and
`spec/requests/reviewables_controller_spec.rb` for the answers of `GET /review/ID.json`.
"""

import json
import re
from typing import Any

from events.envelope import Envelope, fingerprint
from events.moderation import DecisionReported, FlagExplained, FlagRaised, Nature, Outcome, Subject
from events.program import Source
from events.reasons import code_of
from functions.platforms.discourse.places import absolute, is_bot, mark, person, plain
from functions.platforms.inbound import Ignored, Unplaceable, optional, origin, part, required
from functions.platforms.outgoing import Piece
from functions.platforms.words import from_html

SCORE = "review.score"
"""Our own name for one score of an answer to a look."""

QUEUED, CHAT = "ReviewableQueuedPost", "ReviewableChatMessage"
MESSAGE = re.compile(r"/chat/(?:message/|c/[^/?#]+/[0-9]+/(?:t/[0-9]+/)?|[^#]*[?&]messageId=)([0-9]+)(?=[/?&#]|$)")
"""The number of a chat message in a link to it. A link to a channel or a thread ends in a number, too."""

HELD = frozenset({QUEUED, "ReviewableUser"})
"""Kept back until somebody decides; the rest is there for all to see while it is reviewed."""

FLAGGED = frozenset({"ReviewableFlaggedPost", CHAT, "ReviewableAkismetPost", "ReviewableAiPost"})
"""Approved is the flag here ("agree"): there was a violation."""

APPROVABLE = HELD | {"ReviewablePost"}
"""Approved is the content or the account here: there was none."""

PENDING = "pending"
STATUSES = {"0": PENDING, "1": "approved", "2": "rejected", "3": "ignored", "4": "deleted"}
OF_CONTENT: dict[str, Outcome] = {"approved": "no_violation", "rejected": "violation"}
OF_FLAGS: dict[str, Outcome] = {"approved": "violation", "rejected": "no_violation", "deleted": "violation"}

TYPES = {
    "3": "off_topic",
    "4": "inappropriate",
    "6": "notify_user",
    "7": "notify_moderators",
    "8": "spam",
    "9": "needs_approval",
    "10": "illegal",
}
"""PostActionType's own numbers, for forums whose score types have no name yet. Those above 1000 are a forum's own."""


def status_of(given: dict[str, Any]) -> str:
    """A number in current forums, a word in older ones; empty where there is none."""
    status = mark(given.get("status"))
    return STATUSES.get(status, status)


def kind_of(given: dict[str, Any]) -> str:
    return mark(given.get("type"))


def subject(given: dict[str, Any], envelope: Envelope, place: Source) -> dict[str, Any]:
    """The same for every event of one review."""
    number = required(given, "id")
    kind, name = thing(given, number)
    return {
        "source": envelope.source,
        "kind": kind,
        "id": name,
        "url": absolute(envelope, place, given.get("target_url") or f"/review/{number}"),
        "revision": mark(given.get("post_version")),
    }


def thing(given: dict[str, Any], number: str | int) -> tuple[str, object]:
    """A queued post is named by its review: it becomes a target only when it is approved, and is reviewed once."""
    kind = kind_of(given)
    if kind == QUEUED:
        return "queued_post", number
    if kind == CHAT:
        message = chat_message(given)
        # Once deleted it is a target no longer, and the review's number would name another message.
        return ("chat_message_review", number) if message is None else ("chat_message", message)
    target = mark(given.get("target_type"))
    if target and given.get("target_id") is not None:
        return snake(target), given["target_id"]
    return snake(kind.removeprefix("Reviewable")) or "reviewable", number


def chat_message(given: dict[str, Any]) -> object:
    """The number that the message has in chat itself, too; None where the forum does not say it (any more)."""
    linked = MESSAGE.search(mark(given.get("target_url"))[:2_000])
    found = given.get("target_id")
    return linked[1] if found is None and linked else found


def snake(name: str) -> str:
    """`ChatMessage` → `chat_message`; a namespace counts for nothing."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.rpartition("::")[2]).lower()[:80]


def flag_id(review: str | int, number: str | int) -> str:
    return f"reviewable:{review}:{number}"


def flag(body: dict[str, Any], envelope: Envelope, place: Source) -> FlagRaised | Ignored:
    """One flag yields `reviewable_created` (often no score yet), then `reviewable_score_updated` (its score).

    Both are named after the score's number, so the pair counts once and the next flag is another. The payload names
    neither the reason nor who complained: `more` asks for them. Agreeing with a flag sends its score once more.
    """
    given = part(body, "reviewable")
    if envelope.event == "reviewable_score_updated" and status_of(given) not in (PENDING, ""):
        return Ignored("a score counted anew after the decision, not a flag")
    scores = given.get("reviewable_score_ids")
    number = max(len(scores) if isinstance(scores, list) else 0, 1)
    review = required(given, "id")
    return FlagRaised.model_validate(
        {
            **origin(envelope),
            "flag": flag_id(review, number),
            "nature": nature(given),
            "subject": subject(given, envelope, place),
            "title": title(given),
            **text(given),
            "author": author(given),
            "content_at": given.get("target_created_at"),
            # The review's own time is that of its first flag.
            "raised_at": given.get("created_at") if number == 1 else envelope.received_at,
            "more": f"review:{review}:{number}",
        }
    )


def nature(given: dict[str, Any]) -> Nature:
    return "hold" if kind_of(given) in HELD else "report"


def title(given: dict[str, Any]) -> str:
    payload = optional(given, "payload")
    return payload.get("title") or payload.get("username") or ""


def text(given: dict[str, Any]) -> dict[str, str]:
    """What the post says, or would say; of an account what it says of itself; of a chat message its HTML."""
    payload = optional(given, "payload")
    raw = given.get("raw") or payload.get("raw") or payload.get("bio")
    told = plain(raw, given.get("cooked") or payload.get("message_cooked"))
    # For the link in their profile spammers open accounts in the first place.
    website = mark(payload.get("website")) if given.get("target_type") == "User" else ""
    return {**told, "text": f"{told['text']}\n[website: {website}]".lstrip("\n")} if website else told


def author(given: dict[str, Any]) -> dict[str, Any] | None:
    if given.get("target_type") == "User":
        return person(given.get("target_id"), optional(given, "payload").get("username"))
    creator = given.get("target_created_by_id")
    if creator is None and kind_of(given) == QUEUED:
        # In older forums whoever wrote the post put it into the queue; in current ones the system does.
        creator = None if is_bot(given.get("created_by_id")) else given.get("created_by_id")
    return person(creator)


def decision(body: dict[str, Any], envelope: Envelope, place: Source) -> DecisionReported | Ignored:
    """A review came to an end on the forum; by whom, it does not say. Its version grows with every decision."""
    given = part(body, "reviewable")
    status = status_of(given)
    if not status:
        raise Unplaceable("it does not say how it was decided")
    if status == PENDING:
        return Ignored("waits for a decision again")
    return DecisionReported.model_validate(
        {
            **origin(envelope),
            "decision": f"reviewable:{required(given, 'id')}:{status}:{mark(given.get('version'))}",
            "subject": subject(given, envelope, place),
            "did": status,
            "outcome": outcome(kind_of(given), status),
            "reason": given.get("reject_reason") or "",
            "person": author(given),
            "decided_at": given.get("updated_at") or envelope.received_at,
        }
    )


def outcome(kind: str, status: str) -> Outcome | None:
    """What a status says about a violation.

    `ignored` says nothing: "ignore and delete the post" ends there, and so does what the forum itself gives up after
    some weeks. Nor does `deleted` of something queued: its author took it back. What plugins let moderators approve
    may be anything, a suggestion say.
    """
    if kind in APPROVABLE:
        return OF_CONTENT.get(status)
    return OF_FLAGS.get(status) if kind in FLAGGED else None


def explained(body: dict[str, Any], envelope: Envelope, place: Source) -> FlagExplained:
    """One score as `answered` keeps it: who flagged it as what, and in which words."""
    given, score = part(body, "reviewable"), part(body, "score")
    kind = optional(score, "score_type")
    name = mark(kind.get("type")) or TYPES.get(mark(kind.get("id")), "")
    title = mark(kind.get("title"))
    said = [from_html(one) for one in (score.get("reason"), score.get("said")) if isinstance(one, str) and one]
    return FlagExplained.model_validate(
        {
            **origin(envelope),
            "flag": flag_id(required(given, "id"), required(body, "number")),
            "subject": subject(given, envelope, place),
            "reason": title or name,
            "code": code_of("discourse", name or title),
            "comment": "\n\n".join(said),
            "reporter": person(score.get("user_id"), named(body, score.get("user_id"))),
            "explained_at": envelope.received_at,
        }
    )


def named(body: dict[str, Any], number: object) -> object:
    users = body.get("users")
    found = [one for one in users if isinstance(one, dict)] if isinstance(users, list) else []
    return next((one.get("username") for one in found if one.get("id") == number), "")


# Answers of the forum, reduced to what is read above: they carry mail addresses and statistics of everybody named.

IDENTITY = ("id", "type", "target_type", "target_id", "target_url", "post_version")
CONTENT = ("status", "created_at", "created_by_id", "target_created_at", "target_created_by_id", "raw", "cooked")
PAYLOAD = ("title", "username", "raw", "bio", "website", "message_cooked")


def outline(given: dict[str, Any], *, content: bool = False) -> dict[str, Any]:
    """A review as an answer has it. Its score and version change all the time and are left out."""
    kept = {name: given.get(name) for name in (IDENTITY + CONTENT if content else IDENTITY)}
    payload = optional(given, "payload") if content else {}
    return {**kept, **({"payload": {name: payload.get(name) for name in PAYLOAD}} if payload else {})}


def raised(given: dict[str, Any], review: int | str, scores: list[int]) -> Piece:
    """A flag as the forum sent it when it was the last one. Named after its state, too: a post may be edited while it
    waits."""
    told = {"reviewable": {**outline(given, content=True), "reviewable_score_ids": scores}}
    body = json.dumps(told, sort_keys=True).encode("ascii")
    name = f"review:{review}:{max(len(scores), 1)}:{fingerprint(body)[:8]}"
    return Piece("moderation", "reviewable_score_updated", name, body)


def before(found: dict[str, Any], asked: Subject, review: str, number: int) -> list[Piece]:
    """The flag before the one asked about. Of two at once the forum tells as of one, since by then it has both scores:
    the other is known by the answer alone, and asks for the one before it in turn."""
    given = reviewable(found, asked)
    scores = given.get("reviewable_score_ids")
    ids = sorted(one for one in scores if isinstance(one, int)) if isinstance(scores, list) else []
    return [raised(given, review, ids[: number - 1])] if 1 < number <= len(ids) else []


def answered(found: dict[str, Any], asked: Subject) -> list[dict[str, Any]]:
    """Each score of `GET /review/ID.json`, oldest first, which is the order they are numbered in."""
    given = reviewable(found, asked)
    wanted = given.get("reviewable_score_ids")
    scores = [
        one for one in rows(found, "reviewable_scores") if not isinstance(wanted, list) or one.get("id") in wanted
    ]
    numbered = sorted((one for one in scores if isinstance(one.get("id"), int)), key=lambda one: one["id"])
    return [
        {
            "reviewable": outline(given),
            "number": number,
            "score": {
                "id": one["id"],
                "user_id": one.get("user_id"),
                "score_type": score_type(found, one),
                "reason": one.get("reason"),
                "said": conversation(found, one),
            },
            "users": [
                {"id": user.get("id"), "username": user.get("username")}
                for user in rows(found, "users")
                if user.get("id") == one.get("user_id")
            ][:1],
        }
        for number, one in enumerate(numbered, 1)
    ]


def reviewable(found: dict[str, Any], asked: Subject) -> dict[str, Any]:
    """A chat message that was deleted before anybody asked has no number in the answer: it is still the one asked
    for."""
    given = part(found, "reviewable")
    if kind_of(given) == CHAT and chat_message(given) is None and asked.kind == "chat_message":
        return {**given, "target_id": asked.id}
    return given


def rows(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Records that stand beside the one asked for."""
    given = found.get(name)
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def row(found: dict[str, Any], name: str, number: object) -> dict[str, Any]:
    return next((one for one in rows(found, name) if number is not None and one.get("id") == number), {})


def score_type(found: dict[str, Any], score: dict[str, Any]) -> dict[str, Any]:
    kind = optional(score, "score_type") or row(found, "score_types", score.get("score_type_id"))
    return {name: kind.get(name) for name in ("id", "title", "type")}


def conversation(found: dict[str, Any], score: dict[str, Any]) -> object:
    """The first words of the message that comes with "something else"; the rest are moderators' answers."""
    talk = row(found, "reviewable_conversations", score.get("reviewable_conversation_id"))
    posts = talk.get("conversation_post_ids")
    first = row(found, "conversation_posts", posts[0]) if isinstance(posts, list) and posts else {}
    return first.get("excerpt") if first.get("user_id") == score.get("user_id") else None
