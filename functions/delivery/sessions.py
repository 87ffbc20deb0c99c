"""Sessions of platforms that want a login: made once for all workers, kept in SSM, renewed by one at a time.

| pk | sk | what |
|---|---|---|
| -#session#name | renewing | who is at it, for the length of one attempt |
"""

import json
from collections.abc import Callable
from datetime import timedelta

from functions.platforms.outgoing import NoSessionError, Session, Wait
from functions.shared import clock, parameters, table
from functions.shared.table import ConditionFailedError, Put

LEASE = timedelta(seconds=30)
SPARE = 60
"""Seconds before its end at which a session is renewed."""


def session(name: str, renew: Callable[[Session | None], Session], *, stale: str = "") -> Session:
    """See `functions/platforms/outgoing.py: Sessions`."""
    if kept := good(parameters.read("sessions", name), stale):
        return kept
    if not taken(name):
        raise NoSessionError(Wait(5, "another worker is renewing the session"))
    stored = parameters.fresh(parameters.path("sessions", name))
    if kept := good(stored, stale):
        return kept
    made = renew(json.loads(stored) if stored else None)
    parameters.put(parameters.path("sessions", name), json.dumps(dict(made)), secret=True)
    return made


def good(stored: str | None, stale: str) -> Session | None:
    """The stored session, unless it is the stale one or about to end."""
    kept: Session | None = json.loads(stored) if stored else None
    if kept is None or kept["token"] == stale:
        return None
    ends = kept["until"] and kept["until"] < clock.now().timestamp() + SPARE
    return None if ends else kept


def taken(name: str) -> bool:
    """Whether it is ours to renew; nobody else's for the time of one attempt."""
    now = clock.now()
    pk = table.partition("-", "session", name)
    lease = {"pk": pk, "sk": "renewing", "kind": "session", "until": clock.text(now + LEASE)}
    free = table.either([table.absent()], [table.before("until", clock.text(now))])
    try:
        table.table().write(Put({**lease, "expires": int((now + timedelta(days=1)).timestamp())}, when=[free]))
    except ConditionFailedError:
        return False
    return True
