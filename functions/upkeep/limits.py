"""What the servers that we post to say of their limits: read once a day, for previews and for splitting.

| pk | sk | what |
|---|---|---|
| community#limits#target | limits | what the server said of itself, and when |
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta

from events.program import Target
from functions.announcements.publishing import LIMITS, limits_key
from functions.platforms import previews
from functions.platforms.outgoing import NoSessionError, NotSentError, UnansweredError
from functions.platforms.posting import Limits, to_target
from functions.shared import clock, errands, parameters, program
from functions.shared.log import logger
from functions.shared.table import Item, Put, Table
from functions.upkeep import asking

DAY = timedelta(days=1)
AGAIN = timedelta(hours=1)
"""After a server that could not be asked."""


def read_due(store: Table, time_left: Callable[[], bool]) -> int:
    """Ask every server whose answer is a day old; gives how many were due."""
    try:
        active, _ = program.active()
    except program.ProgramError:
        return 0  # There is none yet, or it cannot be read: others say so.
    targets = [one for one in active.targets if hasattr(previews.posting(one.platform), "limits")]
    now = clock.text(clock.now())
    known = {item["target"]: item for item in store.read([limits_key(one.community, one.id) for one in targets])}
    due = [one for one in targets if known.get(one.id, {}).get("good_until", "") <= now]
    return errands.each(due, lambda one: read(store, one, known.get(one.id)), time_left)


def read(store: Table, target: Target, before: Item | None) -> None:
    """What it says now; what it said last where it cannot be asked."""
    told = asked(target)
    pk, sk = limits_key(target.community, target.id)
    item = {"pk": pk, "sk": sk, "kind": LIMITS, "community": target.community, "target": target.id}
    kept = asdict(told) if told else (before or {}).get("limits", asdict(Limits()))
    until = clock.now() + (DAY if told else AGAIN)
    store.write(Put({**item, "limits": kept, "good_until": clock.text(until)}))


def asked(target: Target) -> Limits | None:
    secret = parameters.read("targets", target.id)
    if secret is None:
        return None
    try:
        found: Limits | None = previews.posting(target.platform).limits(
            target, to_target(target, secret), asking.hands()
        )
        return found
    except (NoSessionError, NotSentError, UnansweredError) as error:
        logger.warning("limits not read", extra={"target": target.id, "error": type(error).__name__})
    except Exception as error:  # noqa: BLE001 - whatever a server sends, the others are asked
        logger.error("limits not understood", extra={"target": target.id, "error": type(error).__name__})
    return None
