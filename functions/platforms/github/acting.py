"""What a decision does on GitHub.

A comment is hidden with one of GitHub's few reasons, which everybody reads; that it is hidden can be taken back. The
beginning of a discussion or an issue cannot be hidden, only locked, so that nobody adds to it, or deleted for good.
Accounts are blocked by an organisation, for all of its repositories and without an end: blocks that end can be made on
the site only. Limits of who may take part are for everybody, and so are no measure. There are no private messages, no
warnings, and no reports that a program could close.

Whoever is in the organisation is not blocked.

Sources: docs.github.com, GraphQL reference (minimizeComment, unminimizeComment, lockLockable, unlockLockable,
deleteDiscussion, deleteIssue, `ReportedContentClassifiers`), "REST API endpoints for blocking users" (404 for a token
that may not), "Get a user using their ID", "Check organization membership for a user".
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import quote

from events.moderation import ActionRequested, Measure
from functions.platforms.acting import GONE, Ability, Call, CannotError, State
from functions.platforms.github.posting import UNRESOLVED, seen
from functions.platforms.github.repository import LACKING, SOON, Repository
from functions.platforms.outgoing import (
    Destination,
    Hands,
    Outcome,
    Refused,
    Reply,
    Sent,
    Unknown,
    Wait,
    inside,
    number,
    parsed,
    string,
)
from functions.platforms.posting import Absent

COMMENT, TALK = frozenset({"comment"}), frozenset({"discussion", "issue"})
ANYBODY = COMMENT | TALK | {"user"}
WRITING = "the permissions “Issues” and “Discussions”, read and write, of an account that may write to the repository"

ABILITIES: Mapping[Measure, Ability] = {
    "hide": Ability(COMMENT, WRITING),
    "lock": Ability(TALK, WRITING),
    "remove": Ability(
        TALK,
        "the permissions “Issues” and “Discussions”, read and write, of an administrator of the repository",
        reversible=False,
        lost="GitHub keeps nothing that was deleted.",
    ),
    "ban": Ability(
        ANYBODY,
        "the organisation's permissions “Blocking users”, read and write, and “Members”, read (a classic token:"
        " admin:org), of an owner or a moderator of the organisation",
        lost="They have to star, watch and follow again.",
    ),
}

NODE = re.compile(r"[A-Za-z0-9+/_=-]{4,200}", re.ASCII)
"""An id in GraphQL."""
NUMBER = re.compile(r"[0-9]{1,20}", re.ASCII)
PAGE = re.compile(r"https?://[^/]+/(?!orgs/)([\w.-]+/[\w.-]+)/", re.ASCII)
"""Of something in a repository. Those of an organisation's discussions do not name it."""
CHANGED: Mapping[Measure, Mapping[str, str]] = {
    "hide": {"hidden": "isMinimized"},
    "lock": {"locked": "locked"},
    "remove": {},
}
"""What a measure changes, by our name and GitHub's."""
TYPES = {"comment": ("IssueComment", "DiscussionComment"), "discussion": ("Discussion",), "issue": ("Issue",)}

GRAPH = "/graphql"
THING = """query($id: ID!) { node(id: $id) { __typename
  ... on Comment { lastEditedAt }
  ... on Lockable { locked activeLockReason }
  ... on Minimizable { isMinimized } } }"""
HIDE = """mutation($input: MinimizeCommentInput!) {
  done: minimizeComment(input: $input) { minimizedComment { isMinimized } } }"""
SHOW = """mutation($input: UnminimizeCommentInput!) {
  done: unminimizeComment(input: $input) { unminimizedComment { isMinimized } } }"""
LOCK = """mutation($input: LockLockableInput!) {
  done: lockLockable(input: $input) { lockedRecord { locked } } }"""
UNLOCK = """mutation($input: UnlockLockableInput!) {
  done: unlockLockable(input: $input) { unlockedRecord { locked } } }"""
DELETE_ISSUE = """mutation($input: DeleteIssueInput!) {
  done: deleteIssue(input: $input) { repository { id } } }"""
DELETE_DISCUSSION = """mutation($input: DeleteDiscussionInput!) {
  done: deleteDiscussion(input: $input) { discussion { id } } }"""
NEEDED: Mapping[str, Measure] = {
    HIDE: "hide",
    SHOW: "hide",
    LOCK: "lock",
    UNLOCK: "lock",
    DELETE_ISSUE: "remove",
    DELETE_DISCUSSION: "remove",
}

SCOPES = "required scopes"
"""GitHub's words for what a classic token may not."""

CLASSIFIERS = {"spam": "SPAM", "advert": "SPAM", "abus": "ABUSE", "harass": "ABUSE", "hate": "ABUSE"}
"""GitHub's reason, by a part of a word in ours. What accuses nobody stands for all others."""
MILDEST = "OFF_TOPIC"


# What there is


def state(action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    if not to.place:
        return Refused(f"put the repository, or the organisation, into `about` of {to.id!r}")
    repository = Repository(to, hands)
    if action.measure == "ban":
        return of_person(person_of(action), repository)
    return of_thing(action, repository)


def of_thing(action: ActionRequested, repository: Repository) -> State | Outcome:
    """When it was last edited, and what the measure changes."""
    kind, name, right = action.subject.kind, action.subject.id, ABILITIES[action.measure].right
    if not NODE.fullmatch(name):
        return Refused(f"GitHub has no {kind} {name[:40]!r}")
    told = repository.look(THING, id=name)
    if isinstance(told, Refused):
        return gone(action, repository) if UNRESOLVED in told.reason else lacking(told, right)
    if isinstance(told, Wait):
        return told
    node = inside(told, "node")
    if string(node.get("__typename")) not in TYPES[kind]:
        return Wait(SOON, f"what GitHub told is no {kind}")
    found = {name: node.get(there) for name, there in CHANGED[action.measure].items()}
    if not all(isinstance(one, bool) for one in found.values()):
        return Wait(SOON, f"what GitHub told of the {kind} cannot be read")
    lock = {"reason": node.get("activeLockReason")} if action.measure == "lock" else {}
    return {**found, **lock, "edited": string(node.get("lastEditedAt")) or None}


def gone(action: ActionRequested, repository: Repository) -> State | Outcome:
    """What a token may not see is answered like what is not there: so the repository has to be seen."""
    page = PAGE.match(action.subject.url)
    place = page[1] if page else repository.to.place
    if "/" not in place:
        return Refused("it is not there any more, or the token may not see it")
    shown = seen(replace(repository, to=replace(repository.to, place=place)))
    return GONE if isinstance(shown, Absent) else shown


def person_of(action: ActionRequested) -> str:
    if action.person:
        return action.person.id
    return action.subject.id if action.subject.kind == "user" else ""


def of_person(person: str, repository: Repository) -> State | Outcome:
    """Asked for by the number, which stays when somebody renames themselves."""
    if not NUMBER.fullmatch(person):
        return Refused("who wrote it is not known to GitHub")
    user = asked(f"/user/{person}", repository, 200, 404)
    if not isinstance(user, Reply):
        return user
    if user.status == 404:
        return GONE
    login = string(inside(parsed(user)).get("login"))
    if number(inside(parsed(user)).get("id")) != int(person) or not login:
        return Wait(SOON, "whom GitHub told of cannot be read")
    if repository.to.account in (person, login):
        return Refused("that is our own account there")
    return of_block(login, repository)


def of_block(login: str, repository: Repository) -> State | Outcome:
    """404 for whoever is not blocked, and for a token that may not ask: then the list is not there, either."""
    organisation = repository.to.place.partition("/")[0]
    path = f"/orgs/{quote(organisation, safe='')}"
    found = asked(f"{path}/blocks/{quote(login, safe='')}", repository, 204, 404)
    if not isinstance(found, Reply):
        return found
    if found.status == 404:
        all_of_them = asked(f"{path}/blocks?per_page=1", repository, 200)
        if not isinstance(all_of_them, Reply):
            return all_of_them
        if not all_of_them.body.lstrip().startswith(b"["):
            return Wait(SOON, "what GitHub answered is no list of blocked accounts")
    member = asked(f"{path}/members/{quote(login, safe='')}", repository, 204, 302, 404)
    if not isinstance(member, Reply):
        return member
    return {
        "organisation": organisation,
        "login": login,
        "blocked": found.status == 204,
        "staff": member.status == 204,
    }


def asked(path: str, repository: Repository, *meant: int) -> Reply | Outcome:
    """What was answered, if it has one of these statuses."""
    reply = repository.see(path)
    if isinstance(reply, Wait):
        return reply
    if reply.status in meant:
        return reply
    outcome = repository.refused(reply)
    return lacking(outcome, ABILITIES["ban"].right) if isinstance(outcome, Refused) else outcome


def lacking(outcome: Refused, right: str) -> Refused:
    """With what it needs. A permission that is not there says nothing against the token as such."""
    unauthorized = outcome.unauthorized and not any(sign in outcome.reason for sign in (*LACKING, SCOPES))
    return Refused(f"{outcome.reason}; it takes {right}", unauthorized=unauthorized)


# What is sent


def calls(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del now
    if state == GONE and action.measure in ("hide", "remove"):
        return ()
    if state == GONE:
        raise CannotError("the account is gone" if action.measure == "ban" else "it is gone")
    if state.get("staff"):
        raise CannotError("they are a member of the organisation: GitHub blocks none of its own")
    return FORWARDS[action.measure](action, state)


def hiding(action: ActionRequested, state: State) -> tuple[Call, ...]:
    given = {"subjectId": action.subject.id, "classifier": classifier(action.reason)}
    return () if state["hidden"] else (graph(HIDE, given),)


def classifier(reason: str) -> str:
    words = reason.casefold()
    return next((name for part, name in CLASSIFIERS.items() if part in words), MILDEST)


def locking(action: ActionRequested, state: State) -> tuple[Call, ...]:
    return () if state["locked"] else (graph(LOCK, {"lockableId": action.subject.id}),)


def removing(action: ActionRequested, state: State) -> tuple[Call, ...]:
    del state
    if action.subject.kind == "issue":
        return (graph(DELETE_ISSUE, {"issueId": action.subject.id}),)
    return (graph(DELETE_DISCUSSION, {"id": action.subject.id}),)


def banning(action: ActionRequested, state: State) -> tuple[Call, ...]:
    del action
    return () if state["blocked"] else (Call("PUT", block(state)),)


def block(state: State) -> str:
    organisation, login = (quote(str(state[name]), safe="") for name in ("organisation", "login"))
    return f"/orgs/{organisation}/blocks/{login}"


def graph(query: str, given: dict[str, str]) -> Call:
    return Call("POST", GRAPH, {"query": query, "variables": {"input": given}})


FORWARDS: Mapping[Measure, Callable[[ActionRequested, State], tuple[Call, ...]]] = {
    "hide": hiding,
    "lock": locking,
    "remove": removing,
    "ban": banning,
}


def back(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del now
    if action.measure == "hide":
        return (graph(SHOW, {"subjectId": action.subject.id}),)
    if action.measure == "lock":
        return (graph(UNLOCK, {"lockableId": action.subject.id}),)
    if action.measure == "ban":
        return (Call("DELETE", block(state)),)
    raise CannotError(f"{action.measure} cannot be undone there")


def make(call: Call, to: Destination, key: str, hands: Hands) -> Outcome:
    """All of it is a state."""
    del key
    repository = Repository(to, hands)
    if call.path == GRAPH:
        return mutated(call, repository)
    reply = repository.ask(call.method, call.path)
    if reply.status == 204:
        return Sent(call.path)
    outcome = repository.refused(reply)
    return lacking(outcome, ABILITIES["ban"].right) if isinstance(outcome, Refused) else outcome


def mutated(call: Call, repository: Repository) -> Outcome:
    told = repository.query(call.body["query"], **call.body["variables"])
    if isinstance(told, dict):
        return Sent(call.path) if inside(told, "done") else Unknown("GitHub did not say whether it did it")
    if not isinstance(told, Refused):
        return told
    if UNRESOLVED in told.reason:
        return Wait(SOON, "somebody was quicker: it is not there any more")
    return lacking(told, ABILITIES[NEEDED[call.body["query"]]].right)
