"""What a decision does on Bluesky: by the community's own moderation service (Ozone) where the source names one, else
by what an account can do in its own name: hide an answer in its own thread, and block whoever gave it.

An answer is hidden by the gate of the thread, a record of ours under the key of the thread's first post, which can only
be written whole: what else it says is therefore part of the state, and whoever changes it meanwhile is noticed. A block
is a record under a key made of the account that it is about, so that made again it is the same.

Sources: the lexicons app.bsky.feed.threadgate, app.bsky.graph.block, com.atproto.server.getSession and
com.atproto.repo.{putRecord,getRecord,deleteRecord}; for Ozone see `ozone.py`.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from events.moderation import ActionRequested, Measure
from functions.platforms.acting import GONE, Ability, Call, CannotError, State
from functions.platforms.bluesky import ozone
from functions.platforms.bluesky.ozone import MODERATOR, Ozone, UntoldError
from functions.platforms.bluesky.posting import split
from functions.platforms.bluesky.records import COLLECTION, ask, failed, handle, look, of, tid, told
from functions.platforms.outgoing import Destination, Hands, Outcome, Refused, Reply, Sent, Unknown, Wait

ACCOUNT = frozenset({"account"})
RECORDS = frozenset({"post", "profile", "list", "generator", "starterpack"})
ANY = ACCOUNT | RECORDS
OWN = "an app password of the account whose thread it is"
REVIEW = "The review in Ozone stays closed, and so do the reports."
LONGER = f"{REVIEW} A suspension that was replaced comes back up to an hour longer."

ABILITIES: Mapping[Measure, Ability] = {
    "approve": Ability(ANY, MODERATOR, lost=REVIEW),
    "hide": Ability(ANY, f"{MODERATOR}; without one, of answers in one's own threads, {OWN}"),
    "remove": Ability(RECORDS, MODERATOR, lost=REVIEW),
    "suspend": Ability(ANY, MODERATOR, lost=LONGER, seconds=(1, 3650 * 86_400)),
    "ban": Ability(ANY, f"{MODERATOR}; without one, as a block, an app password of the account", lost=LONGER),
    "resolve": Ability(ANY, MODERATOR, reversible=False, lost="Ozone opens a review again for a new report only."),
}
"""hide: the label `!hide`, or out of sight in the thread. remove, suspend, ban: a takedown, or ban without Ozone: a
block."""

DID = r"did:[a-z]+:[A-Za-z0-9._:%-]{1,200}"
PERSON = re.compile(DID, re.ASCII)
RECORD = re.compile(rf"at://{DID}/[A-Za-z0-9.-]{{1,200}}/[A-Za-z0-9._:~-]{{1,200}}", re.ASCII)

GATE, BLOCK = "app.bsky.feed.threadgate", "app.bsky.graph.block"
MOST = 300
"""Hidden answers of one thread."""
BARE = frozenset({"$type", "post", "createdAt", "hiddenReplies"})
"""What a gate has that does nothing but hide answers."""

FIRST, RANGE = 1_700_000_000_000_000, 10**13
"""Microseconds: the keys of blocks look as if they were made in the weeks after that moment."""


# What there is


def state(action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    account = action.subject.kind in ACCOUNT
    if not (PERSON if account else RECORD).fullmatch(action.subject.id):
        return Refused(f"Bluesky has no {action.subject.kind} {action.subject.id[:80]!r}")
    if not PERSON.fullmatch(author(action)):
        return Refused(f"Bluesky has no account {author(action)[:80]!r}")
    try:
        return looked(action, to, hands)
    except UntoldError as error:
        return error.outcome


def author(action: ActionRequested) -> str:
    """Whose it is: an address begins with its author."""
    return action.person.id if action.person else action.subject.id.removeprefix("at://").partition("/")[0]


def looked(action: ActionRequested, to: Destination, hands: Hands) -> State:
    us = own(to, hands)
    service = ozone.named(to, hands)
    if author(action) in (us, service):
        raise UntoldError(Refused("it is our own account's"))
    if service:
        return ozone.state(action, Ozone(service, us, to, hands))
    if action.measure == "ban":
        return {"blocked": record(us, BLOCK, block_key(author(action)), to, hands) is not None, "us": us}
    if action.measure == "hide" and action.subject.kind == "post":
        return in_thread(action.subject.id, us, to, hands)
    raise UntoldError(Refused("that takes a moderation service of one's own (Ozone): name it in the source's `about`"))


def own(to: Destination, hands: Hands) -> str:
    """Our DID."""
    if PERSON.fullmatch(handle(to.account)):
        return handle(to.account)
    did = answered("com.atproto.server.getSession", {}, to, hands).get("did")
    if not isinstance(did, str) or not PERSON.fullmatch(did):
        raise UntoldError(Unknown("the server did not say which account ours is"))
    return did


def answered(name: str, query: Mapping[str, str], to: Destination, hands: Hands, missing: str = "") -> dict[str, Any]:
    """What the server says; nothing where it says that there is none. Raises UntoldError."""
    reply = look(to, hands, name, query)
    if not isinstance(reply, Reply):
        raise UntoldError(reply)
    if missing and reply.status == 400 and told(reply).get("error") == missing:
        return {}
    if reply.status != 200 or not told(reply):
        raise UntoldError(failed(reply, to, hands))
    return told(reply)


def record(repo: str, collection: str, key: str, to: Destination, hands: Hands) -> dict[str, Any] | None:
    """A record with its `cid`; one of ours is what we wrote last, since it comes from our own server."""
    query = {"repo": repo, "collection": collection, "rkey": key}
    found = answered("com.atproto.repo.getRecord", query, to, hands, "RecordNotFound")
    if found and not (isinstance(found.get("value"), dict) and isinstance(found.get("cid"), str)):
        raise UntoldError(Unknown("what the server told of a record cannot be read"))
    return found or None


def in_thread(uri: str, us: str, to: Destination, hands: Hands) -> State:
    """Whether an answer in a thread of ours is hidden, and the gate as it is. The answer is looked up as a record:
    lists of posts leave out whoever is blocked."""
    post = record(*split(uri), to, hands)
    if post is None:
        return GONE
    root = root_of(post["value"])
    if split(root)[:2] != (us, COLLECTION):
        raise UntoldError(
            Refused("without a moderation service (Ozone), only answers in our own threads can be hidden")
        )
    gate = record(us, GATE, split(root)[2], to, hands) or {"cid": "", "value": {}}
    return {
        "hidden": uri in hidden(gate["value"]),
        "cid": post["cid"],
        "root": root,
        "gate": gate["cid"],
        "record": json.dumps(gate["value"], sort_keys=True) if gate["value"] else "",
    }


def root_of(post: Mapping[str, Any]) -> str:
    """The thread's first post."""
    found: Any = post
    for name in ("reply", "root", "uri"):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def hidden(gate: Mapping[str, Any]) -> list[str]:
    found = gate.get("hiddenReplies")
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def block_key(did: str) -> str:
    hashed = int.from_bytes(sha256(did.encode()).digest()[:8], "big")
    return tid(FIRST + hashed % RANGE, hashed >> 48)


# What is asked for


def calls(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    if "blocked" in state:
        return () if state["blocked"] else (blocking(action, state, now),)
    return hiding(action, state, now) if "record" in state else ozone.calls(action, state, now)


def blocking(action: ActionRequested, state: State, now: int) -> Call:
    block = {"$type": BLOCK, "subject": author(action), "createdAt": stamp(now)}
    return repository("putRecord", str(state["us"]), BLOCK, block_key(author(action)), record=block)


def hiding(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    gate = gate_in(state) or {"$type": GATE, "post": state["root"], "createdAt": stamp(now)}
    there = hidden(gate)
    if action.subject.id in there:
        return ()
    if len(there) >= MOST:
        raise CannotError(f"{MOST} answers of that thread are hidden already, and there is no room for more")
    return (gated(state, {**gate, "hiddenReplies": [*there, action.subject.id]}),)


def gate_in(state: State) -> dict[str, Any]:
    found = json.loads(str(state["record"] or "{}"))
    return found if isinstance(found, dict) else {}


def gated(state: State, gate: Mapping[str, Any]) -> Call:
    us, _, key = split(str(state["root"]))
    return repository("putRecord", us, GATE, key, record=gate, swapRecord=state["gate"] or None)


def repository(name: str, us: str, collection: str, key: str, **more: Any) -> Call:
    return Call("POST", f"/xrpc/com.atproto.repo.{name}", {"repo": us, "collection": collection, "rkey": key, **more})


def stamp(now: int) -> str:
    return datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z")


def back(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    if "blocked" in state:
        return (repository("deleteRecord", str(state["us"]), BLOCK, block_key(author(action))),)
    if "record" not in state:
        return ozone.back(action, state, now)
    gate = gate_in(state)
    left = [one for one in hidden(gate) if one != action.subject.id]
    if left:
        return (gated(state, {**gate, "hiddenReplies": left}),)
    if set(gate) <= BARE:
        us, _, key = split(str(state["root"]))
        return (repository("deleteRecord", us, GATE, key, swapRecord=state["gate"]),)
    return (gated(state, {name: value for name, value in gate.items() if name != "hiddenReplies"}),)


def make(call: Call, to: Destination, key: str, hands: Hands) -> Outcome:
    """Without the key: each is a state."""
    del key
    name = call.path.removeprefix("/xrpc/")
    reply = ask(to, hands, name, body=of(call.body), headers=call.headers)
    if not isinstance(reply, Reply):
        return reply
    if name.startswith("tools.ozone."):
        return ozone.made(reply, to, hands)
    if reply.status == 200 and reply.body.lstrip().startswith(b"{"):
        return Sent(call.path)
    if reply.status == 400 and told(reply).get("error") == "InvalidSwap":
        return Wait(5, "the gate of the thread was changed meanwhile: it is looked at again")
    return failed(reply, to, hands)
