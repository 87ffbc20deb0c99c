"""What a decision does through a community's own moderation service (Ozone): labels, takedowns, and closed reviews.

Every event there is about an account, or about a record in one version of it. A label is seen by whoever subscribes to
the service; a takedown is a label, too, which the servers that trust it carry out. Reports about the subject are closed
by an event only when it says so. What it knows by itself is asked for, never the account or record: of those it says
“not found” whenever the network does not answer.

Sources: the lexicons tools.ozone.moderation.{defs,emitEvent,queryStatuses}, com.atproto.label.{defs,queryLabels}; the
package @atproto/ozone 0.4, dist/api/moderation/emitEvent.js, dist/mod-service/{index,status,views}.js,
dist/auth-verifier.js; atproto.com/guides/labels ("Global label values").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from events.moderation import ActionRequested
from functions.platforms.acting import GONE, Call, CannotError, State, seconds_left
from functions.platforms.bluesky.adapter import moment
from functions.platforms.bluesky.poller import service
from functions.platforms.bluesky.records import failed, look, proxied, told
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
)
from functions.platforms.standing import AskedError
from functions.platforms.text.letters import shortened, visible

MODERATOR = "the role Moderator in the team of the moderation service (Ozone)"
HIDE = "!hide"
"""The label that every app takes for: covered, not to be opened, and left out of lists."""
DEFS = "tools.ozone.moderation.defs#"
OPEN = ("reviewOpen", "reviewEscalated")
DELETED = ("deleted", "tombstoned")
STRANGERS = ("AuthenticationRequired", "MemberDisabled")
"""What Ozone says, with a 401, to whoever is not in its team or has too low a role."""
OVERTAKEN = ("Subject is already taken down", "Subject is not taken down")
COMMENT = 1000
"""Characters of a comment, which only the team reads; the lexicon has no limit."""
SLACK = 300
"""Seconds, of two clocks: a suspension's end is reckoned by the service's."""


class UntoldError(Exception):
    """A server did not tell what it was asked; `outcome` says what that means for the measure."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


def named(to: Destination, hands: Hands) -> str:
    """The service's DID; empty where the program names none."""
    try:
        return service(to.place, hands, private=to.private)
    except AskedError as error:
        raise UntoldError(Refused(str(error)) if error.wait == 3600 else Wait(error.wait, str(error))) from error
    except (NotSentError, UnansweredError) as error:
        raise UntoldError(Wait(60, f"the moderation service could not be asked: {error}")) from error


@dataclass(frozen=True, slots=True)
class Ozone:
    """The service, as we ask it. `us` is our DID."""

    did: str
    us: str
    to: Destination
    hands: Hands

    def listed(self, name: str, query: Mapping[str, str], what: str) -> list[dict[str, Any]]:
        """The objects of a list that it answers. Raises UntoldError."""
        reply = look(self.to, self.hands, name, query, passed_on(self.did))
        if not isinstance(reply, Reply):
            raise UntoldError(reply)
        found = told(reply).get(what)
        if reply.status != 200 or not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise UntoldError(lacking(reply, self.to, self.hands))
        return found


def passed_on(service: str) -> dict[str, str]:
    return proxied(f"{service}#atproto_labeler")


# What there is


def state(action: ActionRequested, ozone: Ozone) -> State:
    """There is no status of what was never reported nor decided about."""
    about = aim(action)
    query = {"subject": about, "includeMuted": "true", "limit": "1"}
    statuses = ozone.listed("tools.ozone.moderation.queryStatuses", query, "subjectStatuses")
    status = statuses[0] if statuses else {}
    hosting = part(status, "hosting")
    if action.measure == "resolve":
        return {**reviewed(status), **around(action, status, ozone)} if status else GONE
    if hosting.get("status") in DELETED:
        return GONE
    updated = {"updated": text(hosting.get("updatedAt"))} if about.startswith("at://") else {}
    found = {"hidden": is_hidden(about, ozone)} if action.measure == "hide" else taken(status)
    return {**found, **updated, **around(action, status, ozone)}


def aim(action: ActionRequested) -> str:
    """The account or record that it is about."""
    return action.person.id if action.person and action.measure in ("suspend", "ban") else action.subject.id


def around(action: ActionRequested, status: Mapping[str, Any], ozone: Ozone) -> dict[str, str]:
    """What an event has to say besides. A label is taken away from the version only that it was put on: the one that
    was reported."""
    given = {"us": ozone.us, "service": ozone.did}
    if aim(action).startswith("did:"):
        return given
    cid = action.subject.revision or text(part(status, "subject").get("cid"))
    if not cid:
        raise UntoldError(Refused("nobody knows which version of it is meant"))
    return {**given, "cid": cid}


def part(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = given.get(name)
    return found if isinstance(found, dict) else {}


def text(given: object) -> str | None:
    return given if isinstance(given, str) and given else None


def is_hidden(about: str, ozone: Ozone) -> bool:
    query = {"uriPatterns": about, "sources": ozone.did}
    return any(holds(one, ozone) for one in ozone.listed("com.atproto.label.queryLabels", query, "labels"))


def holds(label: Mapping[str, Any], ozone: Ozone) -> bool:
    ends = moment(label.get("exp"))
    over = ends is not None and ends.timestamp() <= ozone.hands.timestamp
    return (label.get("src"), label.get("val")) == (ozone.did, HIDE) and label.get("neg") is not True and not over


def taken(status: Mapping[str, Any]) -> State:
    return {"takendown": status.get("takendown") is True, "until": text(status.get("suspendUntil"))}


def reviewed(status: Mapping[str, Any]) -> State:
    review = str(status.get("reviewState")).rpartition("#")[2]
    return {"review": review, "appealed": status.get("appealed") is True}


# What is asked for


def calls(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    if state == GONE:
        if action.measure in ("hide", "remove", "resolve"):
            return ()
        raise CannotError("the account is gone" if aim(action).startswith("did:") else "it is gone")
    match action.measure:
        case "hide":
            return () if state["hidden"] else (label(action, state, create=True),)
        case "resolve":
            return closing(action, state)
        case "approve":
            return (reversal(action, state),) if state["takendown"] else ()
        case "remove":
            return () if state["takendown"] else (takedown(action, state),)
    end = now + seconds_left(action, now) if action.measure == "suspend" else None
    return () if is_over(action, now) or lasts(state, end) else shut(action, state, end, now)


def is_over(action: ActionRequested, now: int) -> bool:
    return action.measure == "suspend" and action.until is not None and action.until.timestamp() <= now


def lasts(state: State, end: int | None) -> bool:
    """Whether the account is shut for as long already; a suspension takes nothing from a ban."""
    there = ends(state)
    return bool(state["takendown"]) and (there is None or (end is not None and there + SLACK >= end))


def ends(state: State) -> int | None:
    """Unix seconds of a suspension's end; None for a takedown without one."""
    found = moment(state["until"])
    return None if found is None else int(found.timestamp())


def shut(action: ActionRequested, state: State, end: int | None, now: int) -> tuple[Call, ...]:
    """A takedown is not changed there, but reversed and made anew."""
    first = (reversal(action, state),) if state["takendown"] else ()
    return (*first, takedown(action, state, None if end is None else hours(end, now)))


def hours(end: int, now: int) -> int:
    """Begun ones count: it lasts no shorter than was decided."""
    return max(-((now - end) // 3600), 1)


def closing(action: ActionRequested, state: State) -> tuple[Call, ...]:
    given = {"comment": comment(action)}
    appeal = (event(action, state, "modEventResolveAppeal", given),) if state["appealed"] else ()
    open_ = state["review"] in OPEN
    return (*appeal, *((event(action, state, "modEventAcknowledge", given, closes=True),) if open_ else ()))


def label(action: ActionRequested, state: State, *, create: bool) -> Call:
    values: tuple[list[str], list[str]] = ([HIDE], []) if create else ([], [HIDE])
    given = {"createLabelVals": values[0], "negateLabelVals": values[1], "comment": comment(action)}
    return event(action, state, "modEventLabel", given)


def takedown(action: ActionRequested, state: State, lasting: int | None = None) -> Call:
    ending = {} if lasting is None else {"durationInHours": lasting}
    return event(action, state, "modEventTakedown", {"comment": comment(action), **ending}, closes=True)


def reversal(action: ActionRequested, state: State) -> Call:
    return event(action, state, "modEventReverseTakedown", {"comment": comment(action)})


def event(action: ActionRequested, state: State, kind: str, given: Mapping[str, Any], *, closes: bool = False) -> Call:
    """`closes`: the subject's open reports with it."""
    about = aim(action)
    subject = (
        {"$type": "com.atproto.admin.defs#repoRef", "did": about}
        if about.startswith("did:")
        else {"$type": "com.atproto.repo.strongRef", "uri": about, "cid": state["cid"]}
    )
    body = {"event": {"$type": f"{DEFS}{kind}", **given}, "subject": subject, "createdBy": state["us"]}
    reports = {"reportAction": {"all": True}} if closes else {}
    path = "/xrpc/tools.ozone.moderation.emitEvent"
    return Call("POST", path, {**body, **reports}, passed_on(str(state["service"])))


def comment(action: ActionRequested) -> str:
    words = " ".join(visible(action.reason or action.explanation).split())
    return shortened(words, COMMENT)


def back(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    before = action.before or {}
    if action.measure == "hide":
        return (label(action, state, create=False),)
    if not before["takendown"]:
        return (reversal(action, state),)
    end = ends(before)
    if end is not None and end <= now:  # It would have come to its end meanwhile.
        return (reversal(action, state),) if state["takendown"] else ()
    return shut(action, state, end, now)


def made(reply: Reply, to: Destination, hands: Hands) -> Outcome:
    if reply.status == 200 and isinstance(told(reply).get("id"), int):
        return Sent(str(told(reply)["id"]))
    if reply.status == 400 and told(reply).get("message") in OVERTAKEN:
        return Wait(5, "somebody else was faster: it is looked at again")
    return lacking(reply, to, hands)


def lacking(reply: Reply, to: Destination, hands: Hands) -> Refused | Wait | Unknown:
    """Why not, with the right that it takes. A new app password would change nothing about a seat in the team."""
    if reply.status == 403 or (reply.status == 401 and told(reply).get("error") in STRANGERS):
        said = str(told(reply).get("message") or told(reply).get("error") or "no")
        return Refused(f"the moderation service answered {reply.status} ({said[:200]}): our account needs {MODERATOR}")
    return failed(reply, to, hands, "the moderation service")
