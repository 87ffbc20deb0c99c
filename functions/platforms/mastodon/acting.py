"""What a decision does on Mastodon: to an account. Its API reaches no single post: a moderator has to delete one, or
mark it as sensitive, in the web interface.

Each measure against an account closes all reports about it, is mailed to its owner with the words why, and is on record
there as a strike. Nothing ends by itself. A report is closed for all the posts that it names at once.

Sources: docs.joinmastodon.org/methods/admin/accounts and /methods/admin/reports, /entities/Admin_Account, /admin/roles;
mastodon/mastodon app/models/admin/account_action.rb, app/models/user_role.rb, app/policies/{account,user}_policy.rb,
app/controllers/api/v1/admin/accounts_controller.rb, app/services/suspend_account_service.rb; its pull request 27675
(an API for single posts, not merged).
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from events.moderation import ActionRequested, Measure
from functions.platforms.acting import GONE, Ability, Call, CannotError, State
from functions.platforms.mastodon.adapter import LIMITS
from functions.platforms.mastodon.statuses import ask, failed, told
from functions.platforms.outgoing import (
    Destination,
    Hands,
    NotSentError,
    Outcome,
    Refused,
    Reply,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
    parsed,
)
from functions.platforms.text.letters import shortened, visible

USERS = "an access token with admin:read:accounts and admin:write:accounts, of a role with “Manage Users”"
REPORTS = "an access token with admin:read:reports and admin:write:reports, of a role with “Manage Reports”"

ACCOUNT = frozenset({"account"})
ANY = frozenset({"account", "status"})
CLOSED = "The reports about the account that were open stay closed."

ABILITIES: Mapping[Measure, Ability] = {
    "approve": Ability(
        ACCOUNT, USERS, reversible=False, lost="Whoever was let in stays: hide, lock or ban the account instead."
    ),
    "hide": Ability(ACCOUNT, USERS, lost=CLOSED),
    "remove": Ability(
        ACCOUNT, USERS, reversible=False, lost="A sign-up that is turned down is deleted; they may sign up again."
    ),
    "lock": Ability(ACCOUNT, USERS, lost=CLOSED),
    "warn": Ability(
        ANY, USERS, reversible=False, lost="The warning was mailed, and stays on record as a strike.", kind="blind"
    ),
    "ban": Ability(
        ANY,
        USERS,
        lost=f"{CLOSED} An account of another server follows nobody here any more; and after 30 days the server has"
        " deleted what a suspended account had.",
    ),
    "resolve": Ability(ANY, REPORTS),
}
"""approve: lets a sign-up in, and lifts every limit. hide: “limit”, only followers see them. remove: turns a sign-up
down. lock: “freeze”, they cannot log in. ban: “suspend”."""

LIMIT: Mapping[Measure, str] = {"hide": "silenced", "lock": "disabled", "ban": "suspended"}
TYPES: Mapping[Measure, str] = {"warn": "none", "hide": "silence", "lock": "disable", "ban": "suspend"}
LIFTED = {"silenced": "unsilence", "disabled": "enable", "suspended": "unsuspend", "sensitized": "unsensitive"}
"""What the API calls them: the limit, the action that sets it, the call that lifts it."""

ID = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)
REPORT = re.compile(r"report:([0-9]{1,20})", re.ASCII)
BEGINNING = re.compile(rb'\s*\{"id":\s*"([0-9]+)",\s*"action_taken":\s*(true|false),')
"""Of a report, which may be too long to be read to its end."""

HARMLESS = 1 << 16 | 1 << 20 | 1 << 21
"""Permissions that make nobody staff: Invite Users, View Feeds, Invite without approval."""
LEGACY = ("moderator", "admin")
"""Roles before Mastodon 4.0."""

TEXT = 5000
"""Characters of a strike; a server has no limit of its own."""


# What there is


def state(action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    if not to.address:
        return Refused(f"the source {to.id!r} has no `api` in the program: nowhere to send the measure")
    if not ID.fullmatch(action.subject.id):
        return Refused(f"Mastodon has no {action.subject.kind} {action.subject.id[:80]!r}")
    try:
        return of_reports(action, to, hands) if action.measure == "resolve" else of_account(action, to, hands)
    except (NotSentError, UnansweredError) as error:
        return Wait(60, f"the server could not be asked: {error}")


def of_account(action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    name = hit(action)
    if not ID.fullmatch(name):
        return Refused(f"Mastodon has no account {name[:80]!r}" if name else "nobody knows whose post it is")
    reply = ask(to, hands, "GET", of(name))
    given = told(reply)
    if is_gone(reply):
        return GONE
    if (
        reply.status != 200
        or given.get("id") != name
        or not all(flag(given, limit) for limit in ("suspended", "silenced"))
    ):
        return lacking(reply, to, hands, USERS)
    if to.account and to.account.removeprefix("@").casefold() in names(given):
        return Refused("it is our own account there")
    return {**limits(action.measure, given), "local": given.get("domain") is None, "staff": is_staff(given.get("role"))}


def hit(action: ActionRequested) -> str:
    """Whose account it is about."""
    if action.person:
        return action.person.id
    return action.subject.id if action.subject.kind in ACCOUNT else ""


def of(account: str) -> str:
    return f"/api/v1/admin/accounts/{quote(account, safe='')}"


def is_gone(reply: Reply) -> bool:
    """Anybody in front of a server may answer 404; the server itself says what for."""
    return reply.status in (404, 410) and isinstance(told(reply).get("error"), str)


def flag(given: Mapping[str, Any], name: str) -> bool:
    return isinstance(given.get(name), bool)


def names(given: Mapping[str, Any]) -> set[str]:
    account = given.get("account")
    handle = account.get("acct") if isinstance(account, dict) else None
    return {str(one).casefold() for one in (given.get("id"), handle) if one}


def limits(measure: Measure, given: Mapping[str, Any]) -> dict[str, bool]:
    """What the measure changes. Of accounts of other servers some are null: nobody waits there, or is frozen."""
    waiting = {"approved": given.get("approved") is not False}
    if measure in ("approve", "remove"):
        lifted = LIMITS if measure == "approve" else ()
        return {**waiting, **{name: given.get(name) is True for name in lifted}}
    return {LIMIT[measure]: given.get(LIMIT[measure]) is True} if measure in LIMIT else {}


def is_staff(role: object) -> bool:
    """Whether their role has any permission to speak of."""
    if not isinstance(role, dict):
        return role in LEGACY
    permissions = str(role.get("permissions", 0))
    return permissions.isdecimal() and bool(int(permissions) & ~HARMLESS)


def of_reports(action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    """Each report of the case, by our name of it."""
    found: dict[str, str] = {}
    for name in action.reports:
        if known := REPORT.fullmatch(name):
            one = of_report(name, known[1], to, hands)
            if not isinstance(one, str):
                return one
            found[name] = one
    if not found:
        return Refused("none of the case's flags is a report there")
    return GONE if set(found.values()) == {"gone"} else found


def of_report(name: str, number: str, to: Destination, hands: Hands) -> str | Outcome:
    reply = ask(to, hands, "GET", report(name))
    given, begun = told(reply), BEGINNING.match(reply.body)
    if is_gone(reply):
        return "gone"
    if reply.status == 200 and given.get("id") == number and flag(given, "action_taken"):
        return "closed" if given["action_taken"] else "open"
    if reply.status == 200 and begun and begun[1].decode() == number:
        return "closed" if begun[2] == b"true" else "open"
    return lacking(reply, to, hands, REPORTS)


# What is asked for


def calls(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del now  # Nothing ends by itself there.
    if action.measure == "resolve":
        return tuple(Call("POST", f"{report(name)}/resolve") for name, found in state.items() if found == "open")
    if state == GONE:
        if action.measure in ("hide", "remove"):
            return ()
        raise CannotError("the account is gone")
    return ways(action, state) if action.measure in ("approve", "remove") else against(action, state)


def report(name: str) -> str:
    return f"/api/v1/admin/reports/{name.partition(':')[2]}"


def ways(action: ActionRequested, state: State) -> tuple[Call, ...]:
    """In, or out."""
    account = of(hit(action))
    if action.measure == "approve":
        lifted = [LIFTED[name] for name in LIMITS if state[name]]
        wanted = [*(() if state["approved"] else ("approve",)), *lifted]
        return tuple(Call("POST", f"{account}/{one}") for one in wanted)
    if state["approved"]:
        raise CannotError("only a sign-up that waits can be removed there: ban the account instead")
    return (Call("POST", f"{account}/reject"),)


def against(action: ActionRequested, state: State) -> tuple[Call, ...]:
    if action.measure in LIMIT and state[LIMIT[action.measure]]:
        return ()
    if state["staff"]:
        raise CannotError("they are staff of the server")
    if not state["local"] and action.measure in ("warn", "lock"):
        raise CannotError("the account is another server's: nobody there would notice")
    text = shortened(visible(action.explanation).strip(), TEXT)
    given = {"type": TYPES[action.measure], "text": text, "send_email_notification": True}
    return (Call("POST", f"{of(hit(action))}/action", given),)


def back(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del now
    before = action.before or {}
    if action.measure == "resolve":
        again = [name for name, found in before.items() if found == "open" and state.get(name) == "closed"]
        return tuple(Call("POST", f"{report(name)}/reopen") for name in again)
    return (Call("POST", f"{of(hit(action))}/{LIFTED[LIMIT[action.measure]]}"),)


def make(call: Call, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # A server knows one for new posts only.
    reply = ask(to, hands, call.method, call.path, call.body)
    if reply.status == 200 and (isinstance(parsed(reply), dict) or BEGINNING.match(reply.body)):
        return Sent(call.path)
    return lacking(reply, to, hands, REPORTS if "/reports/" in call.path else USERS)


def lacking(reply: Reply, to: Destination, hands: Hands, right: str) -> Refused | Wait | Unknown:
    """Why not, with the right that it takes."""
    outcome = failed(reply, to, hands)
    if isinstance(outcome, Refused) and reply.status == 403:
        return Refused(f"{outcome.reason}. It takes {right}", outcome.unauthorized)
    return outcome
