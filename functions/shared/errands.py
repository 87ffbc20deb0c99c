"""Many small things in one scheduled run: each alone, until time is short. What is left stays due."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from aws_lambda_powertools.metrics import MetricUnit

from functions.shared.log import logger, metrics

Thing = TypeVar("Thing")
RESERVE = 10_000
"""Milliseconds that must be left when another thing is begun."""


class FailedError(Exception):
    """Some failed; all were tried. Raised last, so that the function's alarm hears of it."""


def until_short(context: Any, reserve: int = RESERVE) -> Callable[[], bool]:
    """Whether there is time to begin another thing, and `reserve` milliseconds besides."""
    return lambda: bool(context.get_remaining_time_in_millis() > reserve)


def each(things: Iterable[Thing], do: Callable[[Thing], object], time_left: Callable[[], bool]) -> int:
    """One after the other; one that fails is logged and stops no other. Gives how many were done.

    Raises FailedError.
    """
    done = failed = 0
    for thing in things:
        if not time_left():
            break
        try:
            do(thing)
            done += 1
        except Exception:  # noqa: BLE001 - whatever it is, it must not keep the others from their turn
            logger.exception(
                "failed, the others go on",
                extra={"thing": thing if isinstance(thing, str | tuple) else type(thing).__name__},
            )
            metrics.add_metric(name="ErrandsFailed", unit=MetricUnit.Count, value=1)
            failed += 1
    if failed:
        raise FailedError(f"{failed} of {done + failed} failed; see the log")
    return done
