"""What a decision does on a forum.

A post is hidden by a flag of our own on which staff act at once ("take action"). The forum tells its author, shows it
again when they edit it, and deletes what is still hidden after a month, unless `delete_old_hidden_posts` is off there;
`approve` brings it back from both. A topic goes with its first post, and is closed when that is locked; a reply that is
locked can be edited by staff only. The review queue is worked as people do there, by what it offers for each review.
Who is silenced or suspended already cannot be so again: that is lifted first. For ever is a time centuries away, as the
forum itself has it. Both are mailed to whom they hit, with the explanation. A warning is a private message that stands
on their record.

What a review of a new account offers against it is to delete the account, which is left to people. Messages in the chat
cannot be read one by one; their reviews can be closed.

Sources: docs.discourse.org; Discourse's `posts_controller.rb`, `topics_controller.rb`, `post_guardian.rb` (nobody can
delete a first post: it is the topic that goes), `post_actions_controller.rb` and `post_action_creator.rb`
(`take_action`), `post_destroyer.rb`, `reviewables_controller.rb` (409 on a stale version) and `reviewable*.rb`
(`build_actions`), `admin/users_controller.rb`, `user/silence.rb` and `user/suspend.rb` (409 when there is one already,
300 characters of a reason), `user.rb` (`suspended_forever?`).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from events.moderation import ActionRequested, Measure, Scalar
from functions.platforms.acting import ANY_KIND, GONE, Ability, Call, CannotError, State, seconds_left
from functions.platforms.discourse.forum import Forum, read
from functions.platforms.discourse.posting import created, topic_by
from functions.platforms.discourse.queue import decided, of_reviews
from functions.platforms.discourse.reviews import rows
from functions.platforms.discourse.staff import NUMBER, RIGHT, account, of_source, refused, shown
from functions.platforms.discourse.telling import private
from functions.platforms.outgoing import Destination, Hands, Outcome, Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import Absent
from functions.platforms.text import letters

POST, HELD = frozenset({"post"}), frozenset({"queued_post", "user"})

CENTURY = 100 * 366 * 24 * 3600
"""Seconds. Whoever is suspended for longer is suspended for ever (`suspended_forever?`)."""
FOREVER = "3000-01-01T00:00:00Z"
LASTING = (60, 10 * 366 * 24 * 3600)

ABILITIES: Mapping[Measure, Ability] = {
    "approve": Ability(
        POST | HELD,
        RIGHT,
        reversible=False,
        lost="What was let through stays there: hide or remove it instead.",
    ),
    "hide": Ability(
        POST,
        RIGHT,
        lost="The flags on it stay agreed with; and it cannot be hidden by us a second time, but removed.",
    ),
    "remove": Ability(POST, RIGHT, lost="The flags on it stay agreed with."),
    "lock": Ability(POST, RIGHT),
    "warn": Ability(ANY_KIND, RIGHT, reversible=False, lost="A warning stays on their record."),
    "timeout": Ability(ANY_KIND, RIGHT, seconds=LASTING),
    "suspend": Ability(ANY_KIND, RIGHT, seconds=LASTING),
    "ban": Ability(ANY_KIND, RIGHT),
    "resolve": Ability(ANY_KIND, RIGHT, reversible=False, lost="A review that was closed stays closed."),
}

INAPPROPRIATE = 4
"""The flag that a post is hidden by (`PostActionType`)."""

REASON = 300
"""Characters."""
SOON = 5
"""Seconds, after which to look again at what somebody else has just changed."""


@dataclass(frozen=True, slots=True)
class Penalty:
    """What keeps somebody away. `till` is how the forum tells its end, `until` how it is asked for."""

    name: str
    till: str
    until: str


SILENCE = Penalty("silence", "silenced_till", "silenced_till")
SUSPENSION = Penalty("suspend", "suspended_till", "suspend_until")
PENALTIES: Mapping[Measure, Penalty] = {"timeout": SILENCE, "suspend": SUSPENSION, "ban": SUSPENSION}
PERSONAL: tuple[Measure, ...] = ("warn", *PENALTIES)


# What there is


def state(action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    if not to.address:
        return Refused(f"the source {to.id!r} has no `api` in the program: nowhere to send the measure")
    if not NUMBER.fullmatch(action.subject.id):
        return Refused(f"a forum has no {action.subject.kind} {action.subject.id[:40]!r}")
    forum = of_source(to, hands)
    if action.measure in PERSONAL:
        return of_person(action, to.account, forum)
    return of_reviews(action, forum) if reviewed(action) else of_post(action, forum)


def reviewed(action: ActionRequested) -> bool:
    return action.measure == "resolve" or action.subject.kind in HELD


def of_post(action: ActionRequested, forum: Forum) -> State | Outcome:
    """`topic` is the number of the one that it begins, if it does."""
    told = shown(f"/posts/{action.subject.id}.json", forum, "id", "version", "topic_id", "post_number")
    if not isinstance(told, dict):
        return GONE if told is None else told
    if told["id"] != int(action.subject.id):
        return Unknown("what the forum told of the post cannot be read")
    begins = told["topic_id"] if told["post_number"] == 1 else None
    found = {"deleted": bool(told.get("deleted_at")), "version": told["version"], "topic": begins}
    if action.measure == "remove":
        return found
    if action.measure == "lock":
        return of_lock(told, found, forum)
    hidden = bool(told.get("hidden"))
    unflaggable = action.measure == "hide" and not (action.undo or hidden or found["deleted"] or flaggable(told))
    if unflaggable:
        return Refused("the forum takes no flag on it from our account, so it cannot be hidden: remove it instead")
    return {**found, "hidden": hidden}


def flaggable(told: dict[str, Any]) -> bool:
    """Each account can flag a post once; posts of staff nobody, where the forum is set so."""
    summary = rows(told, "actions_summary")
    return any(one.get("id") == INAPPROPRIATE and one.get("can_act") for one in summary)


def of_lock(told: dict[str, Any], found: State, forum: Forum) -> State | Outcome:
    if found["deleted"]:
        return GONE
    if found["topic"] is None:
        return {**found, "locked": bool(told.get("locked"))}
    # Of a topic, only our own posts: there is no shorter answer that tells whether it is closed.
    topic = shown(f"/t/{found['topic']}.json?username_filters={quote(forum.user, safe='')}", forum, "id", "closed")
    if not isinstance(topic, dict):
        return GONE if topic is None else topic
    return {**found, "closed": bool(topic["closed"])}


def of_person(action: ActionRequested, ours: str, forum: Forum) -> State | Outcome:
    told = account(person_of(action), forum)
    if not isinstance(told, dict):
        return GONE if told is None else told
    if person_of(action) == ours or told["username"].casefold() == forum.user.casefold():
        return Refused("that is our own account there")
    staff = bool(told.get("admin") or told.get("moderator"))
    if action.measure == "warn":
        return of_warning(action, told["username"], staff, forum)
    name = PENALTIES[action.measure].till
    till = told.get(name)
    ends = unix(till)
    if till is not None and ends is None:
        return Unknown(f"what the forum told of the account cannot be read: {name} is no time")
    return {name: till if ends is not None and ends > forum.hands.timestamp else None, "staff": staff}


def person_of(action: ActionRequested) -> str:
    if action.person:
        return action.person.id
    return action.subject.id if action.subject.kind == "user" else ""


def of_warning(action: ActionRequested, username: str, staff: bool, forum: Forum) -> State | Outcome:
    """The same warning in the same case is known by its key."""
    there = topic_by(letters.key(letters.warning(action)), forum)
    if not isinstance(there, Sent | Absent):
        return there
    return {"warned": isinstance(there, Sent), "username": username, "staff": staff}


def unix(till: object) -> float | None:
    try:
        return datetime.fromisoformat(till).timestamp() if isinstance(till, str) else None
    except (ValueError, OverflowError):
        return None


# What is sent


def calls(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    if state == GONE and action.measure in ("hide", "remove", "resolve"):
        return ()
    if state == GONE:
        raise CannotError("the account is gone" if action.measure in PERSONAL else "it is gone")
    if state.get("staff"):
        raise CannotError("they are of the forum's staff: a moderator or an administrator")
    return FORWARDS[action.measure](action, state, now)


def approving(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """Of a post that the forum took down: it may be both deleted and hidden."""
    if reviewed(action):
        return resolving(action, state, now)
    deleted = (recovered(action, state),) if state["deleted"] else ()
    return (*deleted, Call("PUT", f"/posts/{action.subject.id}/unhide.json")) if state["hidden"] else deleted


def recovered(action: ActionRequested, state: State) -> Call:
    return Call("PUT", f"{place_of(action, state)}/recover.json")


def place_of(action: ActionRequested, state: State) -> str:
    return f"/posts/{action.subject.id}" if state["topic"] is None else f"/t/{state['topic']}"


def hiding(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """The forum compares with the word “true”."""
    del now
    flag = {"id": int(action.subject.id), "post_action_type_id": INAPPROPRIATE, "take_action": "true"}
    return () if state["hidden"] or state["deleted"] else (Call("POST", "/post_actions.json", flag),)


def removing(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """The context is for the log of what staff did."""
    del now
    path = f"{place_of(action, state)}.json?context={quote(why(action), safe='')}"
    return () if state["deleted"] else (Call("DELETE", path),)


def locking(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del now
    return () if state.get("locked") or state.get("closed") else (lock(action, state, "true"),)


def lock(action: ActionRequested, state: State, locked: str) -> Call:
    if state["topic"] is None:
        return Call("PUT", f"/posts/{action.subject.id}/locked.json", {"locked": locked})
    return Call("PUT", f"/t/{state['topic']}/status.json", {"status": "closed", "enabled": locked})


def resolving(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del now
    return tuple(decided(action, state))


def warning(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del now
    if state["warned"]:
        return ()
    if not action.explanation.strip():
        raise CannotError("a warning needs an explanation: there is nothing to tell them")
    message = letters.warning(action)
    titled = message.model_copy(update={"title": action.reason.strip() or action.explanation})
    body = private(titled, str(state["username"]), letters.key(message))
    return (Call("POST", "/posts.json", {**body, "is_warning": True}),)


def penalising(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """Whoever is kept away for longer already stays so."""
    penalty, ever = PENALTIES[action.measure], action.measure == "ban"
    until = now + (CENTURY if ever else seconds_left(action, now))
    if (unix(state[penalty.till]) or 0) >= until:
        return ()
    end = FOREVER if ever else f"{datetime.fromtimestamp(until, UTC):%Y-%m-%dT%H:%M:%SZ}"
    message = letters.visible(action.explanation)
    return (*lifted(action, state), imposed(action, {penalty.until: end, "reason": why(action), "message": message}))


def imposed(action: ActionRequested, body: dict[str, Scalar]) -> Call:
    return Call("PUT", f"/admin/users/{person_of(action)}/{PENALTIES[action.measure].name}.json", body)


def lifted(action: ActionRequested, state: State) -> tuple[Call, ...]:
    penalty = PENALTIES[action.measure]
    path = f"/admin/users/{person_of(action)}/un{penalty.name}.json"
    return (Call("PUT", path),) if state[penalty.till] else ()


FORWARDS: Mapping[Measure, Callable[[ActionRequested, State, int], tuple[Call, ...]]] = {
    "approve": approving,
    "hide": hiding,
    "remove": removing,
    "lock": locking,
    "warn": warning,
    "resolve": resolving,
    **dict.fromkeys(PENALTIES, penalising),
}


def back(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    if action.measure == "hide":
        return (Call("PUT", f"/posts/{action.subject.id}/unhide.json"),)
    if action.measure == "remove":
        return (recovered(action, state),)
    if action.measure == "lock":
        return (lock(action, state, "false"),)
    if action.measure in PENALTIES:
        return (*lifted(action, state), *restored(action, now))
    raise CannotError(f"{action.measure} cannot be undone there")


def restored(action: ActionRequested, now: int) -> Iterator[Call]:
    """What kept them away before, unless that is over."""
    penalty = PENALTIES[action.measure]
    till = (action.before or {}).get(penalty.till)
    if (unix(till) or 0) > now:
        yield imposed(action, {penalty.until: till, "reason": why(action)})


def why(action: ActionRequested) -> str:
    """For the log of what staff did. That of a suspension everybody can read in the profile."""
    case = f"(case {action.case})"
    reason = " ".join(letters.visible(action.reason).split())
    return f"{letters.shortened(reason, REASON - len(case) - 2)} {case}".strip()


def make(call: Call, to: Destination, key: str, hands: Hands) -> Outcome:
    """A message has its key in its body, all else is a state. A conflict is somebody else who was quicker: a review
    has changed, a suspension is there already."""
    del key
    forum = of_source(to, hands)
    reply = forum.ask(call.method, call.path, b"" if call.body is None else json.dumps(call.body).encode())
    if call.path == "/posts.json":
        return created(reply, "", forum)
    if 200 <= reply.status < 300 and understood(reply):
        return Sent(call.path)
    if reply.status == 409:
        return Wait(SOON, f"somebody on the forum was quicker: {forum.said(read(reply)) or 'it has changed'}")
    return refused(reply, forum)


def understood(reply: Reply) -> bool:
    """Many of the forum's answers are empty; none is anything else than JSON."""
    return not reply.body.strip() or bool(read(reply))
