"""What a decision does in a community on Reddit, by our account that moderates it.

What is removed on Reddit is hidden: its author and the moderators still see it, and an approval brings it back as it
was. So `hide` and `remove` are one; both leave the reason where moderators see it. What AutoModerator or Reddit's
filters hold back is removed by them already, and waits in the queue until it is approved, or removed by a moderator.
A ban shuts somebody out of writing in the community, for so many days (`timeout`) or for good; Reddit tells them so
itself. It counts whole days and says only how many are left: the exact end stands in the ban's note, for moderators.
Reddit closes its reports when what they are about is approved or removed, and in no other way.

Sources: reddit.com/dev/api (approve, remove, lock, unlock, friend, unfriend, about/{where}, info); Pyprohly's
reddit-api-doc-notes, "Moderation" and "Comment" (limits, what each answers); PRAW's `ThingModerationMixin` and its
cassettes; reddit-archive/reddit, `report.py` (what closes a report) and `BannedListing` (how days are counted).
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from events.moderation import ActionRequested, Measure, Scalar
from functions.platforms.acting import GONE, Ability, Call, CannotError, State, seconds_left
from functions.platforms.outgoing import (
    Destination,
    Hands,
    NoSessionError,
    Outcome,
    Refused,
    Reply,
    Sent,
    Unknown,
    Wait,
    inside,
    parsed,
)
from functions.platforms.posting import Absent
from functions.platforms.reddit import telling
from functions.platforms.reddit.account import Account, named
from functions.platforms.reddit.adapter import revision
from functions.platforms.reddit.poller import FILTERS, rows
from functions.platforms.reddit.posting import THING
from functions.platforms.reddit.telling import (
    MAIL,
    UntoldError,
    community_of,
    form,
    is_moderator,
    lacking,
    listed,
    made,
    markdown,
    person,
    told,
)
from functions.platforms.text.letters import shortened, visible, warning

DAY = 86_400
LONGEST_BAN = 999
"""Days."""

THINGS, ANYBODY = frozenset({"post", "comment"}), frozenset({"post", "comment", "account"})
POSTS = "the scopes modposts and read, and the moderator permission “Manage Posts & Comments”"
USERS = "the scopes modcontributors and read, and the moderator permission “Manage Users”"
ABILITIES: Mapping[Measure, Ability] = {
    "approve": Ability(THINGS, POSTS, lost="Reports on it that the approval closed stay closed."),
    "hide": Ability(THINGS, POSTS, lost="What brings it back is an approval, which closes the reports on it."),
    "remove": Ability(THINGS, POSTS, lost="What brings it back is an approval, which closes the reports on it."),
    "lock": Ability(THINGS, POSTS),
    "warn": Ability(
        ANYBODY,
        telling.RIGHT,
        reversible=False,
        lost="What somebody was told is not taken back.",
        kind="readable",
    ),
    "timeout": Ability(ANYBODY, USERS, seconds=(DAY // 2, LONGEST_BAN * DAY), lost="Reddit tells them of both."),
    "ban": Ability(ANYBODY, USERS, lost="Reddit tells them of the ban."),
    "resolve": Ability(THINGS, POSTS, reversible=False, lost="Reddit opens no report again."),
}
"""Of a time-out shorter than a day Reddit makes a whole one: half a day is the least that is not twice as long."""

BAN_REASON, BAN_NOTE, BAN_MESSAGE, REMOVAL_NOTE = 100, 300, 1000, 100
"""Characters: what moderators see, as the rule and in their own words, what the account is told, and why a post was
removed. Reddit may take more of the last two by now."""
UNTIL = re.compile(r"until ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{5,8}\+00:00)")

REASONS = "/api/v1/modactions/removal_reasons"
DELETED = "[deleted]"
AGAINST = ("hide", "remove", "lock")
"""What is done to somebody's words, and so not to our own, nor to those that a moderator speaks as one."""


# What there is


def state(action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    account = Account(to, hands)
    try:
        return of_person(action, account) if action.measure in PERSONAL else of_thing(action, account)
    except (UntoldError, NoSessionError) as error:
        return error.outcome


def of_thing(action: ActionRequested, account: Account) -> State:
    """What is deleted by its author is still there for moderators, and nothing more can be done about it."""
    name = action.subject.id
    if not THING.fullmatch(name):
        raise UntoldError(Refused(f"Reddit has no post or comment {name[:40]!r}"))
    children = inside(told("/api/info", {"id": name}, account, POSTS), "data").get("children")
    if not isinstance(children, list):
        raise UntoldError(Unknown("what Reddit told of it cannot be read"))
    if not children:
        return GONE
    thing = inside({"": children[0]}, "", "data")
    if thing.get("name") != name:
        raise UntoldError(Unknown("what Reddit told is about something else"))
    if thing.get("can_mod_post") is not True:
        raise UntoldError(Refused(f"our account does not moderate where it stands: it needs {POSTS}"))
    if action.measure in AGAINST:
        not_ours(str(thing.get("author")), account)
    return GONE if is_deleted(thing) else {**STATES[action.measure](thing), "edited": revision(thing)}


def is_deleted(thing: Mapping[str, Any]) -> bool:
    """By its author. Of an account that is gone, the words stay."""
    words = thing.get("body", thing.get("selftext"))
    return thing.get("author") == DELETED and (words == DELETED or thing.get("removed_by_category") == "deleted")


def visibility(thing: dict[str, Any]) -> dict[str, Scalar]:
    by = thing.get("banned_by")
    hidden = bool(by) or thing.get("removed") is True or thing.get("spam") is True
    return {"hidden": hidden, "held": hidden and by in FILTERS}


def removal(thing: dict[str, Any]) -> dict[str, Scalar]:
    shown = visibility(thing)
    noted = shown["hidden"] and bool(thing.get("mod_note") or thing.get("mod_reason_title"))
    return {**shown, "noted": noted, "staff": is_spoken_for(thing)}


def locking(thing: dict[str, Any]) -> dict[str, Scalar]:
    return {"locked": thing.get("locked") is True, "staff": is_spoken_for(thing)}


def reported(thing: dict[str, Any]) -> dict[str, Scalar]:
    return {**visibility(thing), "reported": bool(rows(thing, "user_reports") or rows(thing, "mod_reports"))}


def is_spoken_for(thing: Mapping[str, Any]) -> bool:
    """Written as a moderator, or by Reddit's own people."""
    return thing.get("distinguished") in ("moderator", "admin", "special")


STATES: Mapping[Measure, Callable[[dict[str, Any]], dict[str, Scalar]]] = {
    "approve": visibility,
    "hide": removal,
    "remove": removal,
    "lock": locking,
    "resolve": reported,
}


def of_person(action: ActionRequested, account: Account) -> State:
    name, community = person(whom(action)), community_of(account.to)
    not_ours(name, account)
    staff = is_moderator(community, name, account)
    found: dict[str, Scalar] = {"community": community, "person": name, "staff": staff}
    return found if action.measure == "warn" else {**found, **banned(community, name, account)}


def whom(action: ActionRequested) -> str:
    if action.person:
        return action.person.id
    if action.subject.kind != "account":
        raise UntoldError(Refused("nobody is known who wrote it: the account may be deleted"))
    return action.subject.id


def not_ours(name: str, account: Account) -> None:
    if name.casefold() == named(account.to.account).casefold():
        raise UntoldError(Refused(f"u/{name} is our own account"))


def banned(community: str, name: str, account: Account) -> dict[str, Scalar]:
    entry = listed(f"/r/{community}/about/banned", name, account, USERS)
    return {"banned": bool(entry), "until": ends(entry, account.hands.timestamp)}


def ends(entry: Mapping[str, Any], now: int) -> str:
    """Until when somebody is banned; empty for good. Our own bans say it in their note; of others it is known to the
    day, from when they began and how many whole days are left."""
    left, began = entry.get("days_left"), entry.get("date")
    if not isinstance(left, int):
        return ""
    about = now + left * DAY
    noted = UNTIL.search(str(entry.get("note")))
    if noted and abs(unix(noted[1]) - about) <= 2 * DAY:
        return noted[1]
    began = began if isinstance(began, int | float) else now
    return iso(began + (left + math.ceil((now - began) / DAY)) * DAY)


def iso(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).isoformat()


def unix(time: object) -> float:
    """0 for no time."""
    try:
        return datetime.fromisoformat(str(time)).timestamp()
    except ValueError:
        return 0


# What is asked for


def calls(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    if state == GONE and action.measure in ("hide", "remove", "resolve"):
        return ()
    if state == GONE:
        raise CannotError("whoever wrote it has deleted it")
    return FORWARDS[action.measure](action, state, now)


def approving(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del now
    return (moderated("approve", action),) if state["hidden"] else ()


def hiding(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """What a filter holds back waits in the queue until a moderator removes it, too."""
    del now
    removed = state["hidden"] and not state["held"]
    if state["staff"] and not removed:
        raise CannotError("it was written as a moderator")
    note = brief(action.reason, REMOVAL_NOTE)
    told = {"item_ids": [action.subject.id], "mod_note": note, "reason_id": None}
    return (
        *(() if removed else (moderated("remove", action, spam="false"),)),
        *(() if state["noted"] or not note else (Call("POST", REASONS, {"json": json.dumps(told)}),)),
    )


def shutting(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del now
    if state["staff"] and not state["locked"]:
        raise CannotError("it was written as a moderator")
    return () if state["locked"] else (moderated("lock", action),)


def resolving(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """Never against the decision: what is up would be approved, what is down removed once more."""
    del now
    if not state["reported"]:
        return ()
    if state["hidden"] != (action.outcome == "violation"):
        raise CannotError(
            "Reddit closes a report when what it is about is approved or removed: do the one of them that was decided"
        )
    return (moderated("remove", action, spam="false") if state["hidden"] else moderated("approve", action),)


def warning_them(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del now
    not_staff(state)
    if not action.explanation.strip():
        raise CannotError("a warning needs an explanation: there is nothing to tell them")
    return (Call("POST", MAIL, form(warning(action), str(state["community"]), str(state["person"]))),)


def timing_out(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """A longer ban stays as it is."""
    left = seconds_left(action, now)
    until = now + left
    not_staff(state)
    if left <= 1 or (state["banned"] and (not state["until"] or unix(state["until"]) >= until)):
        return ()
    return (ban(action, state, iso(until), left),)


def banning(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """One that ends is made one for good."""
    del now
    not_staff(state)
    return () if state["banned"] and not state["until"] else (ban(action, state),)


def not_staff(state: State) -> None:
    if state["staff"]:
        raise CannotError(f"u/{state['person']} is a moderator of r/{state['community']}")


FORWARDS: Mapping[Measure, Callable[[ActionRequested, State, int], tuple[Call, ...]]] = {
    "approve": approving,
    "hide": hiding,
    "remove": hiding,
    "lock": shutting,
    "resolve": resolving,
    "warn": warning_them,
    "timeout": timing_out,
    "ban": banning,
}
PERSONAL = ("warn", "timeout", "ban")


def moderated(how: str, action: ActionRequested, **more: str) -> Call:
    return Call("POST", f"/api/{how}", {"api_type": "json", "id": action.subject.id, **more})


def ban(action: ActionRequested, state: State, until: str = "", left: int = 0) -> Call:
    """For good, or for as many seconds as are left, in whole days."""
    ending = f", until {until}" if until else ""
    case = f"(case {action.case[:60]}{ending})"
    body = {
        "api_type": "json",
        "type": "banned",
        "name": str(state["person"]),
        "ban_reason": brief(action.reason, BAN_REASON),
        "note": f"{brief(action.reason, BAN_NOTE - len(case) - 1)} {case}".strip(),
        "ban_message": markdown(warning(action), BAN_MESSAGE),
        **({"ban_context": action.subject.id} if THING.fullmatch(action.subject.id) else {}),
        **({"duration": str(math.ceil(left / DAY))} if until else {}),
    }
    return Call("POST", f"/r/{state['community']}/api/friend", body)


def brief(words: str, most: int) -> str:
    return shortened(" ".join(visible(words).split()), most - 1)


def back(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    before = action.before or {}
    if action.measure in PERSONAL:
        return (restored(action, state, before, now),)
    if before.get("held"):
        raise CannotError("nothing is held back a second time on Reddit: approve it, or remove it")
    if action.measure == "lock":
        return (moderated("unlock", action),)
    if action.measure == "approve":
        return (moderated("remove", action, spam="false"),)
    return () if before.get("hidden") else (moderated("approve", action),)


def restored(action: ActionRequested, state: State, before: State, now: int) -> Call:
    """The ban that was there before, unless it would have ended by now."""
    until = str(before.get("until") or "")
    if before.get("banned") and unix(until) > now:
        return ban(action, state, until, int(unix(until)) - now)
    freed = {"api_type": "json", "type": "banned", "name": str(state["person"])}
    return Call("POST", f"/r/{state['community']}/api/unfriend", freed)


def make(call: Call, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # Reddit knows none; a message is looked for, all else is a state.
    account = Account(to, hands)
    try:
        reply = account.ask(call.method, call.path, call.body)
    except NoSessionError as error:
        return error.outcome
    if call.path == MAIL:
        return made(reply, account)
    right = USERS if call.path.startswith("/r/") else POSTS
    return Sent(call.path) if is_done(call, reply) else lacking(reply, account, right)


def is_done(call: Call, reply: Reply) -> bool:
    """An empty object, or one without errors; a note is answered by nothing at all."""
    answer = inside(parsed(reply))
    empty = reply.body.strip() in (b"{}", b"" if call.path == REASONS else b"{}")
    return reply.status == 200 and (empty or inside(answer, "json").get("errors") == [])


def find(
    action: ActionRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Of a warning."""
    return telling.find(warning(action), to, key, since, hands)
