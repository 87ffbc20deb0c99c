"""What a decision does on Lemmy, by a moderator of the community: posts and comments are removed and restored, locked
and warned about, their authors banned from the community, for a while or until it is taken back.

Version 4 of the API has other names for a ban's end than version 3, and wants a reason everywhere; each version leaves
alone what it does not know, so that both are told. Whatever is removed or restored has all its reports closed. The
reason stands in the moderation log, which anybody can read.

Sources: lemmy-js-client 0.19 and 1.0 (removePost, removeComment, lockPost, lockComment, banFromCommunity, getModlog,
createPostWarning, resolvePostReport, listPostReports, listReports); LemmyNet/lemmy crates/api/api/src/community/ban.rs,
crates/api/api_crud/src/{post,comment}/remove.rs, crates/api/api_utils/src/utils.rs (`check_expire_time`),
crates/db_views/{modlog,report_combined}/src/impls.rs.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from events.moderation import ActionRequested, Measure
from functions.platforms.acting import GONE, Ability, Call, CannotError, State, seconds_left
from functions.platforms.lemmy import posting
from functions.platforms.lemmy.adapter import KINDS, at, ours
from functions.platforms.lemmy.instance import Instance
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
    number,
    parsed,
)
from functions.platforms.text.letters import shortened, visible

MODERATOR = "a moderator of the community (appoint our account there), or an administrator of the instance"
BOTH = frozenset(KINDS)
REPORTS = "Lemmy closes all reports about it; they stay closed."
UNFOLLOWED = "Whoever was banned does not follow the community any more."

LONGEST = 3649 * 86_400
"""Seconds. A ban for more than ten years has no end there."""

ABILITIES: Mapping[Measure, Ability] = {
    "approve": Ability(BOTH, MODERATOR, lost=REPORTS),
    "remove": Ability(BOTH, MODERATOR, lost=REPORTS),
    "lock": Ability(BOTH, MODERATOR, lost="Answers to a comment that were locked by themselves are unlocked with it."),
    "warn": Ability(BOTH, f"{MODERATOR}; Lemmy 1.0", reversible=False, lost="A warning stays in the moderation log."),
    "timeout": Ability(BOTH, MODERATOR, lost=UNFOLLOWED, seconds=(1, LONGEST)),
    "ban": Ability(BOTH, MODERATOR, lost=UNFOLLOWED),
    "resolve": Ability(BOTH, MODERATOR),
}
"""remove: nobody but moderators sees it. timeout, ban: from the community, where they then write nothing."""

UNABLE = ("not_a_moderator", "not_a_mod_or_admin", "not_an_admin", "not_higher_mod", "not_higher_admin")
TEXT = 10_000
"""Characters of a reason."""
PAGES = 5
"""Of open reports about one thing, at most."""


class UntoldError(Exception):
    """The instance did not tell what it was asked; `outcome` says what that means for the measure."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


# What there is


def state(action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    if not to.address:
        return Refused(f"the source {to.id!r} has no `api` in the program: nowhere to send the measure")
    for name in (action.subject.id, action.person.id if action.person else "0"):
        if not re.fullmatch("[0-9]{1,15}", name, re.ASCII):
            return Refused(f"Lemmy has no {action.subject.kind} or account {name[:80]!r}")
    instance = Instance(to, hands)
    try:
        return of_reports(action, instance) if action.measure == "resolve" else of_thing(action, instance)
    except (UntoldError, NoSessionError) as error:
        return error.outcome


def of_thing(action: ActionRequested, instance: Instance) -> State:
    kind = action.subject.kind
    view = viewed(action, instance)
    thing, author = inside(view, kind), inside(view, "creator")
    if not view or (thing.get("deleted") is True and action.measure in ("approve", "remove", "lock", "warn")):
        return GONE
    if action.measure != "lock" and ours(author, instance.to):
        raise UntoldError(Refused("it is our own account's"))
    match action.measure:
        case "approve" | "remove":
            return {"removed": thing.get("removed") is True, **revised(thing), **ranked(view)}
        case "lock":
            return lock(thing, kind)
        case "warn":
            return {"warned": is_warned(action, instance), **revised(thing), **ranked(view)}
    return {**ban(action, view, instance), **ranked(view)}


def viewed(action: ActionRequested, instance: Instance) -> dict[str, Any]:
    """The post or comment with whatever stands around it; nothing when there is none."""
    kind = action.subject.kind
    reply = looked(instance, kind, {"id": action.subject.id})
    told = inside(parsed(reply))
    if reply.status != 200 and told.get("error") in posting.GONE:
        return {}
    view = inside(told, f"{kind}_view") or begun(reply.body, rf'\{{"{kind}_view":')
    if reply.status != 200 or str(number(inside(view, kind).get("id"))) != action.subject.id:
        raise UntoldError(lacking(instance, reply))
    return view


def looked(instance: Instance, path: str, query: Mapping[str, Any]) -> Reply:
    reply = instance.look(path, query)
    if isinstance(reply, Wait):
        raise UntoldError(reply)
    return reply


def begun(body: bytes, before: str) -> dict[str, Any]:
    """The object behind the beginning of an answer that is too long to be read to its end."""
    text = body.decode("utf-8", "replace")
    found = re.match(rf"\s*{before}\s*", text)
    try:
        told, _ = json.JSONDecoder().raw_decode(text, found.end()) if found else ({}, 0)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def revised(thing: Mapping[str, Any]) -> dict[str, str | None]:
    """When it was edited."""
    stamp = at(dict(thing), "updated")
    return {"updated": stamp if isinstance(stamp, str) else None}


def ranked(view: Mapping[str, Any]) -> dict[str, bool]:
    return {"staff": view.get("creator_is_moderator") is True or view.get("creator_is_admin") is True}


def lock(thing: Mapping[str, Any], kind: str) -> State:
    if not isinstance(thing.get("locked"), bool):
        raise UntoldError(Refused(f"the instance locks no {kind}: Lemmy does since 1.0"))
    return {"locked": thing["locked"]}


def is_warned(action: ActionRequested, instance: Instance) -> bool:
    """Whether the last warning about it is this one."""
    kind = action.subject.kind
    if not instance.is_new:
        raise UntoldError(Refused("the instance warns nobody: Lemmy does since 1.0"))
    reply = looked(instance, "modlog", {"type_": f"mod_warn_{kind}", f"{kind}_id": action.subject.id, "limit": 1})
    items = inside(parsed(reply)).get("items")
    if reply.status == 200 and items == []:
        return False
    last = items[0] if isinstance(items, list) else {"modlog": begun(reply.body, r'\{"items":\s*\[\s*\{"modlog":')}
    entry = inside(last, "modlog") if isinstance(last, dict) else {}
    if reply.status != 200 or not entry:
        raise UntoldError(lacking(instance, reply))
    return bool(entry.get("reason") == words(action) and entry.get("is_revert") is not True)


def ban(action: ActionRequested, view: Mapping[str, Any], instance: Instance) -> State:
    """From the community, of the author; with its end as the instance tells it."""
    person, community = number(inside(view, "creator").get("id")), number(inside(view, "community").get("id"))
    banned = view.get("creator_banned_from_community")
    if person is None or community is None or not isinstance(banned, bool):
        raise UntoldError(Unknown("what the instance told of the author cannot be read"))
    if action.person and action.person.id != str(person):
        raise UntoldError(Refused(f"the {action.subject.kind} is by another account"))
    end = until(view, person, community, instance) if banned else None
    return {"person": person, "community": community, "banned": banned, "until": end}


def until(view: Mapping[str, Any], person: int, community: int, instance: Instance) -> str | None:
    """Version 3 tells a ban's end in its moderation log only, where the newest ban comes first."""
    if instance.is_new:
        found = view.get("creator_community_ban_expires_at")
        return found if isinstance(found, str) else None
    query = {"type_": "ModBanFromCommunity", "community_id": community, "other_person_id": person, "limit": 1}
    reply = looked(instance, "modlog", query)
    bans = inside(parsed(reply)).get("banned_from_community")
    if reply.status != 200 or not isinstance(bans, list):
        raise UntoldError(lacking(instance, reply))
    last = inside(bans[0], "mod_ban_from_community") if bans and isinstance(bans[0], dict) else {}
    stamp = at({"expires": last.get("expires")}, "expires") if last.get("banned") is True else None
    return stamp if isinstance(stamp, str) else None


def of_reports(action: ActionRequested, instance: Instance) -> State:
    """Each report of the case, by our name of it. Only those that are open are listed."""
    kind = action.subject.kind
    names = [name for name in action.reports if re.fullmatch(rf"{kind}_report:[0-9]{{1,15}}", name, re.ASCII)]
    if not names:
        raise UntoldError(Refused("none of the case's flags is a report there"))
    view = viewed(action, instance)
    if not view:
        return GONE
    there = opened(kind, reported(action, view, instance), instance)
    return {name: "open" if int(name.partition(":")[2]) in there else "closed" for name in names}


def reported(action: ActionRequested, view: Mapping[str, Any], instance: Instance) -> dict[str, Any]:
    """Where its reports are listed: version 4 lists those of all comments below a post together."""
    kind = action.subject.kind
    if not instance.is_new:
        return {f"{kind}_id": action.subject.id}
    post = action.subject.id if kind == posting.POST else number(inside(view, kind).get("post_id"))
    return {"type_": f"{kind}s", "post_id": post}


def opened(kind: str, where: Mapping[str, Any], instance: Instance) -> set[int | None]:
    found, after = set[int | None](), ""
    path = "report" if instance.is_new else f"{kind}/report"
    for _ in range(PAGES):
        page = posting.page_of(instance, path, {**where, "unresolved_only": "true"}, after, "")
        if not isinstance(page, posting.Page):
            raise UntoldError(page)
        found |= {number(inside(view, f"{kind}_report").get("id")) for view in page.views}
        after = page.after
        if not after:
            return found
    raise UntoldError(Refused("there are more open reports about it than can be looked through"))


# What is asked for


def calls(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    if action.measure == "resolve":
        return tuple(resolution(name, resolved=True) for name, found in state.items() if found == "open")
    if state == GONE:
        if action.measure == "remove":
            return ()
        raise CannotError(f"the {action.subject.kind} is gone")
    if action.measure in ("timeout", "ban"):
        return banning(action, state, now)
    if is_so(action.measure, state):
        return ()
    if action.measure in ("remove", "warn") and state["staff"]:
        raise CannotError("its author is a moderator there")
    return (wanted(action),)


def is_so(measure: Measure, state: State) -> bool:
    match measure:
        case "approve":
            return not state["removed"]
        case "remove":
            return bool(state["removed"])
        case "lock":
            return bool(state["locked"])
    return bool(state["warned"])


def wanted(action: ActionRequested) -> Call:
    match action.measure:
        case "approve" | "remove":
            return about(action, "remove", {"removed": action.measure == "remove", "reason": reason(action)})
        case "lock":
            return about(action, "lock", {"locked": True, "reason": reason(action)})
    return about(action, "warn", {"reason": words(action)})


def about(action: ActionRequested, what: str, given: Mapping[str, Any]) -> Call:
    """Of the post or comment itself."""
    kind = action.subject.kind
    return Call("POST", f"/{kind}/{what}", {f"{kind}_id": int(action.subject.id), **given})


def banning(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """A time-out takes nothing from a ban that lasts longer."""
    end = now + seconds_left(action, now) if action.measure == "timeout" else None
    there = ends(state)
    if state["banned"] and (there is None or (end is not None and there >= end)):
        return ()
    if end is not None and action.until and action.until.timestamp() <= now:
        return ()  # It is over.
    if state["staff"]:
        raise CannotError("they are a moderator there")
    return (banned(action, state, end),)


def ends(state: State) -> int | None:
    """Unix seconds of a ban's end; None for one without an end."""
    try:
        found = datetime.fromisoformat(str(state["until"]))
    except ValueError:
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def banned(action: ActionRequested, state: State, end: int | None, *, ban: bool = True) -> Call:
    ending = {} if end is None else {"expires": end, "expires_at": end}
    whom = {"community_id": state["community"], "person_id": state["person"]}
    return Call("POST", "/community/ban_user", {**whom, "ban": ban, "reason": reason(action), **ending})


def resolution(name: str, *, resolved: bool) -> Call:
    report, _, name = name.partition(":")
    path = f"/{report.removesuffix('_report')}/report/resolve"
    return Call("PUT", path, {"report_id": int(name), "resolved": resolved})


def reason(action: ActionRequested) -> str:
    return shortened(" ".join(visible(action.reason).split()), TEXT - 1)


def words(action: ActionRequested) -> str:
    return shortened(visible(action.explanation).strip(), TEXT - 1)


def back(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    before = action.before or {}
    match action.measure:
        case "resolve":
            again = [name for name, found in before.items() if found == "open" and state.get(name) == "closed"]
            return tuple(resolution(name, resolved=False) for name in again)
        case "approve" | "remove":
            return (about(action, "remove", {"removed": before["removed"], "reason": reason(action)}),)
        case "lock":
            return (about(action, "lock", {"locked": before["locked"], "reason": reason(action)}),)
    end = ends(before)
    lasting = before["banned"] and (end is None or end > now)
    return (banned(action, state, end if lasting else None, ban=bool(lasting)),)


def make(call: Call, to: Destination, key: str, hands: Hands) -> Outcome:
    """Without the key: version 4 refuses one that it has seen, and each of these is a state."""
    del key
    instance = Instance(to, hands)
    try:
        reply = instance.ask(call.method, call.path.removeprefix("/"), call.body)
    except NoSessionError as error:
        return error.outcome
    done = reply.status == 200 and reply.body.lstrip().startswith(b"{")
    return Sent(call.path) if done else lacking(instance, reply)


def lacking(instance: Instance, reply: Reply) -> Refused | Wait | Unknown:
    """Why not, with the right that it takes."""
    error = inside(parsed(reply)).get("error")
    if reply.status == 403 or error in UNABLE:
        said = f" ({error})" if error in UNABLE else ""
        return Refused(f"{instance.reason(reply, '')}{said}: our account has to be {MODERATOR}, and rank above theirs")
    return instance.failed(reply, settled=True)
