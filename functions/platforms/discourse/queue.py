"""The review queue, as a decision works it: each review is decided by what the queue offers for it.

Sources: Discourse's `reviewables_controller.rb` (`show`, `perform`: 409 on a stale version), `reviewable*.rb`
(`build_actions`), `reviewable_action_serializer.rb`.
"""

import re
from collections.abc import Iterator
from typing import Any

from events.moderation import ActionRequested, Scalar
from functions.platforms.acting import GONE, Call, CannotError, State
from functions.platforms.discourse.forum import Forum
from functions.platforms.discourse.reviews import PENDING, rows, status_of
from functions.platforms.discourse.staff import shown
from functions.platforms.outgoing import Outcome, Refused, Unknown

REPORT = re.compile("reviewable:([0-9]{1,18}):[0-9]+")
"""How the adapter names a flag: by its review, and which of its scores it is."""
LETS = ("approve_post", "approve_post_closed", "approve_user", "approve", "not_spam")
AGREES = (
    "agree_and_keep",
    "agree_and_keep_hidden",
    "agree_and_keep_deleted",
    "agree_and_keep_message",
    "confirm_spam",
    "reject_and_keep_deleted",
    "reject_post",
)
DISAGREES = ("disagree", "disagree_and_restore", "disagree_and_keep_deleted", *LETS)
"""What the queue may offer for a review, by what is meant; which of them depends on its kind, and on the state of what
it is about."""
NO_REVIEW = "gone"
"""Our own word for the status of a review that is not there any more."""


def of_reviews(action: ActionRequested, forum: Forum) -> State | Outcome:
    """Of each review its status and version, and by what the queue lets it be decided as is meant."""
    found: dict[str, Scalar] = {}
    for number in reviews_of(action):
        told = shown(f"/review/{number}.json", forum, "reviewable")
        if not isinstance(told, dict | None):
            return told
        of_one = {f"review {number}": NO_REVIEW} if told is None else of_review(number, told, action)
        if not of_one:
            return Unknown("what the forum told of the review cannot be read")
        found |= of_one
    if not found:
        return Refused("no review of the forum's own is known here")
    return GONE if set(found.values()) == {NO_REVIEW} else found


def reviews_of(action: ActionRequested) -> tuple[str, ...]:
    """A post that waits is named by its review."""
    named = [found[1] for found in map(REPORT.fullmatch, action.reports) if found]
    itself = [action.subject.id] if action.subject.kind in ("queued_post", "chat_message_review") else []
    return tuple(dict.fromkeys([*named, *itself]))


def of_review(number: str, told: dict[str, Any], action: ActionRequested) -> dict[str, Scalar]:
    """Empty where it cannot be read."""
    given = told["reviewable"] if isinstance(told["reviewable"], dict) else {}
    status, version = status_of(given), given.get("version")
    if given.get("id") != int(number) or not status or not isinstance(version, int):
        return {}
    wanted = LETS if action.measure == "approve" else AGREES if action.outcome == "violation" else DISAGREES
    offered = {named(one) for one in rows(told, "actions")}
    by = next((one for one in wanted if one in offered), None)
    return {f"review {number}": status, f"version {number}": version, f"by {number}": by}


def named(offer: dict[str, Any]) -> str:
    """Of what is offered, the name that it is asked for by; older forums have it in the id only."""
    return str(offer.get("server_action") or str(offer.get("id")).rpartition("-")[2])


def decided(action: ActionRequested, state: State) -> Iterator[Call]:
    """Raises CannotError. What was rejected can still be approved; anything else is done once it is decided."""
    for number in reviews_of(action):
        status, by = state[f"review {number}"], state.get(f"by {number}")
        if status == "approved" if action.measure == "approve" else status != PENDING:
            continue
        if by is None:
            raise CannotError(f"the forum does not offer that for review {number} (any more): decide it there")
        yield Call("PUT", f"/review/{number}/perform/{by}.json?version={state[f'version {number}']}")
