"""What a decision does on a platform: measures, as states that the platform is asked for.

A platform on which something can be done has an `acting.py` with these (`Acting`):

- `ABILITIES`: which measures, on what kinds of subjects, with which right, for how long.
- `state(action, to, hands) -> State | Outcome`: reads that part of the platform's state which the measure changes, and
  nothing else. What is gone has the state `GONE`.
- `calls(action, state, now) -> tuple[Call, ...]`: pure; the exact requests that lead from there to what is wanted; none
  when it is so already. Raises CannotError.
- `back(action, state, now) -> tuple[Call, ...]`: pure; the requests that lead from `state` back to `action.before`.
  Raises CannotError for what cannot be undone.
- `make(call, to, key, hands) -> Outcome`: sends one of them, with the credential.

So a preview shows what will be sent to the letter, the same measure twice changes nothing, and an undo is worked out
from what was before and refused when the world has moved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol, cast

from events.moderation import TIMED, ActionRequested, Measure, Scalar
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome, Refused, Sent, Unknown, Wait, answered

State = Mapping[str, Scalar]
"""Flat and small: `{"deleted": False, "version": 3}`. Two states that are equal are the same to the measure."""

GONE: State = {"gone": True}

ANY_KIND = frozenset({"*"})
"""Of subjects: where senders name them as they like."""

ACCOUNTS: Mapping[str, str] = {
    "bluesky": "account",
    "discord": "account",
    "discourse": "user",
    "github": "user",
    "mastodon": "account",
    "playfab": "player",
    "reddit": "account",
    "roblox": "player",
    "standard_webhooks": "account",
    "twitch": "account",
}
"""The kind of a subject that is an account. Elsewhere measures against people are about something that they wrote."""


class CannotError(Exception):
    """This measure cannot be carried out there (any more); the text tells a moderator why, as a sentence."""


@dataclass(frozen=True, slots=True)
class Ability:
    """What one measure is on one platform."""

    kinds: frozenset[str]
    """Kinds of subjects it can be done about."""
    right: str
    """The permission or scope our account needs there, by the name people find it under."""
    reversible: bool = True
    """Whether `back` can undo it."""
    lost: str = ""
    """What an undo does not bring back, as a sentence for whoever decides; empty when nothing is lost."""
    seconds: tuple[int, int] | None = None
    """Shortest and longest time, of one of `TIMED`."""
    kind: Kind = "keyed"
    """How an answer that was lost is dealt with. States may be asked for twice; a message is `keyed` where the platform
    honours our key, else `readable` (`find` says whether it arrived) or `blind`."""
    window: int = 0
    """Of a message that is keyed: seconds in which the platform honours the key; 0 for ever."""

    def about(self, kind: str) -> bool:
        return kind in self.kinds or self.kinds == ANY_KIND


@dataclass(frozen=True, slots=True)
class Call:
    """One request, to the letter but for the credential. `path` begins with a slash and has the query; it is relative
    to where the platform's API is."""

    method: str
    path: str
    body: Any = None
    """JSON; None for no body."""
    headers: Mapping[str, str] = field(default_factory=dict)


class Acting(Protocol):
    """`acting.py` of a platform, as a module."""

    ABILITIES: Mapping[Measure, Ability]

    def state(self, action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome: ...

    def calls(self, action: ActionRequested, state: State, now: int) -> tuple[Call, ...]: ...

    def back(self, action: ActionRequested, state: State, now: int) -> tuple[Call, ...]: ...

    def make(self, call: Call, to: Destination, key: str, hands: Hands) -> Outcome: ...


@cache
def on(platform: str) -> Acting | None:
    """What can be done there; None where nothing can."""
    name = f"functions.platforms.{platform}.acting"
    return cast(Acting, import_module(name)) if find_spec(name) else None


def abilities(platform: str, kind: str) -> dict[Measure, Ability]:
    """What can be done about one kind of subject."""
    acting = on(platform)
    return {name: one for name, one in acting.ABILITIES.items() if one.about(kind)} if acting else {}


def planned(acting: Acting, action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """The requests that are next, forwards or back. `now` is unix seconds. Raises CannotError."""
    ability = acting.ABILITIES.get(action.measure)
    if ability is None or not ability.about(action.subject.kind):
        raise CannotError(f"{action.measure} cannot be done there about a {action.subject.kind}")
    if action.undo:
        return undoing(acting, ability, action, state, now)
    if ability.seconds and action.until:
        bounded(ability.seconds, action.until, now, action.measure)
    return acting.calls(action, state, now)


def undoing(acting: Acting, ability: Ability, action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    if state and state == action.before and (ability.reversible or action.before != action.after):
        return ()
    if not ability.reversible:
        raise CannotError(f"{action.measure} cannot be undone there. {ability.lost}".strip())
    if action.before is None or action.after is None:
        raise CannotError("nobody wrote down what was before: undo it on the platform")
    if state != action.after:
        raise CannotError(f"it has changed since: {difference(action.after, state)}")
    return acting.back(action, state, now)


def bounded(limits: tuple[int, int], until: datetime, now: int, measure: Measure) -> None:
    """Raises CannotError for an end that the platform would not take. One that has just passed is no mistake."""
    left, (least, most) = int(until.timestamp()) - now, limits
    if left > most:
        raise CannotError(f"{measure} lasts {most:,} seconds there at most")
    if 0 < left < least:
        raise CannotError(f"{measure} lasts {least:,} seconds there at least")


def seconds_left(action: ActionRequested, now: int) -> int:
    """Of a timed measure, one second at least. Raises CannotError without an end."""
    if action.measure in TIMED and action.until is None:
        raise CannotError(f"{action.measure} needs an end: `until`")
    until = action.until or datetime.fromtimestamp(now, UTC)
    return max(int(until.timestamp()) - now, 1)


def prepare(platform: str, action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    """The state before the first call, for the record; or why there will be none. Changes nothing."""
    acting = on(platform)
    if acting is None:
        return Refused(f"nothing can be done on {platform} through Liaison")
    found = acting.state(action, to, hands)
    if isinstance(found, Sent | Refused | Wait | Unknown):
        return harmless(found)
    try:
        calls = planned(acting, action, found, hands.timestamp)
    except CannotError as error:
        return Refused(str(error))
    if calls and action.expected is not None and found != action.expected:
        return Refused(f"it has changed since it was looked at: {difference(action.expected, found)}")
    return found


def look(platform: str, action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    """What the measure would find now, whatever it would do about it. Changes nothing."""
    acting = on(platform)
    if acting is None:
        return Refused(f"nothing can be done on {platform} through Liaison")
    found = acting.state(action, to, hands)
    return harmless(found) if isinstance(found, Sent | Refused | Wait | Unknown) else found


def ability(platform: str, measure: Measure) -> Ability | None:
    acting = on(platform)
    return acting.ABILITIES.get(measure) if acting else None


def act(
    platform: str, action: ActionRequested, to: Destination, key: str, hands: Hands, found: State | None = None
) -> Outcome:
    """Whatever is still missing, request by request, then a look at the state that it left (`more["after"]`).

    `found` is the state when somebody has just looked. An earlier attempt that was cut off is gone on with: what it
    did is so already.
    """
    acting = on(platform)
    if acting is None:
        return Refused(f"nothing can be done on {platform} through Liaison")
    looked = acting.state(action, to, hands) if found is None else found
    if isinstance(looked, Sent | Refused | Wait | Unknown):
        return harmless(looked)
    try:
        calls = planned(acting, action, looked, hands.timestamp)
    except CannotError as error:
        return Refused(str(error))
    is_message = acting.ABILITIES[action.measure].kind != "keyed" or acting.ABILITIES[action.measure].window
    for number, call in enumerate(calls):
        name = key if number == 0 else f"{key[:24]}{number}"
        make = partial(acting.make, call, to, name, hands)
        later = number > 0 and not is_message  # What comes before a message nobody sees.
        outcome = cast(Outcome, answered(make)) if later else make()
        if not isinstance(outcome, Sent):
            return begun("a part of it is done, and then", outcome) if later else outcome
    # After a message there is nothing to see, and a look that fails must not have it sent again.
    unseen = bool(calls) and not is_message
    after = cast(State | Outcome, answered(partial(acting.state, action, to, hands))) if unseen else looked
    if isinstance(after, Sent | Refused | Wait | Unknown):
        return begun("it is done, and could not be looked at", harmless(after))
    return Sent(action.subject.id, action.subject.url, {"after": after})


def begun(what: str, outcome: Outcome) -> Outcome:
    """Of what comes after a call: what that has changed is so, whatever becomes of this."""
    return outcome if isinstance(outcome, Sent) else replace(outcome, begun=True, reason=f"{what}: {outcome.reason}")


def harmless(outcome: Outcome) -> Outcome:
    """Of a look: what may have been answered may be asked again."""
    return Wait(60, outcome.reason) if isinstance(outcome, Unknown) else outcome


def difference(before: State, now: State) -> str:
    """In words, for a moderator: `deleted was no, is yes`."""
    names = sorted({*before, *now}, key=str)
    changed = [name for name in names if before.get(name) != now.get(name)]
    return ", ".join(f"{name} was {said(before.get(name))}, is {said(now.get(name))}" for name in changed)


def described(state: State) -> str:
    """In words, as `difference` has them: `deleted: no, version: 3`."""
    return ", ".join(f"{name}: {said(value)}" for name, value in sorted(state.items()))


def said(value: Scalar) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not set" if value in (None, "") else str(value)
