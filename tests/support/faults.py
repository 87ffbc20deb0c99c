"""Failures with a place: a function that dies, or an answer that is lost, at one chosen step.

A step is one AWS call of a function, or one HTTP request of its. `before` a step nothing of it happened;
`after` it, its effect is there and nobody was told.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from botocore import endpoint
from botocore.exceptions import ClientError, ReadTimeoutError
from moto.core.models import botocore_stubber

When = Literal["before", "after"]
Action = Callable[[], object]


class Crash(BaseException):
    """The function is gone, past every `except Exception` of its."""


def crash() -> None:
    raise Crash


def answer_lost() -> None:
    """What boto3 raises once its own attempts are used up."""
    raise ReadTimeoutError(endpoint_url="https://aws.example")


def aws_error(code: str, status: int = 400) -> Action:
    """AWS answers with an error of its own."""

    def answered() -> None:
        response: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
        raise ClientError(response, "Operation")

    return answered


@contextmanager
def torn_wire(client: Any, operation: str, nth: int = 1) -> Iterator[list[str]]:
    """The `nth` call of an operation has its effect, and the connection breaks before the answer: botocore
    sends it again by itself. Gives the list of all requests of that operation."""
    sent: list[str] = []

    def send(request: Any, event_name: str, **more: Any) -> None:
        sent.append(event_name)
        if len(sent) == nth:
            botocore_stubber(event_name, request, **more)
            raise ReadTimeoutError(endpoint_url=request.url)

    event = f"before-send.{client.meta.service_model.service_id.hyphenize()}.{operation}"
    client.meta.events.register_first(event, send)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(endpoint, "time", SimpleNamespace(sleep=lambda _: None))
        try:
            yield sent
        finally:
            client.meta.events.unregister(event, send)


@dataclass(eq=False)
class Trap:
    """Does something when the `nth` step of this name (of any, when it is empty) is reached."""

    step: str
    when: When
    nth: int
    action: Action

    def sprung(self, step: str, when: When) -> bool:
        if when != self.when or self.step not in ("", step):
            return False
        self.nth -= 1
        return self.nth == 0


@dataclass
class Faults:
    """All steps pass here. `passed` names them in order."""

    passed: list[str] = field(default_factory=list)
    traps: list[Trap] = field(default_factory=list)
    acting: bool = False
    """What an action does in between is somebody else's work, and no step of what is watched."""
    dead: bool = False
    """Whoever died takes no further step, not even in a `finally`."""

    def reached(self, step: str, when: When) -> None:
        if self.acting:
            return
        if self.dead:
            raise Crash
        if when == "before":
            self.passed.append(step)
        sprung = [trap for trap in self.traps if trap.sprung(step, when)]
        self.traps = [trap for trap in self.traps if trap not in sprung]
        for trap in sprung:
            self.act(trap.action)

    def act(self, action: Action) -> None:
        try:
            with self.by_others():
                action()
        except Crash:
            self.dead = True
            raise

    @contextmanager
    def by_others(self) -> Iterator[None]:
        before, self.acting = self.acting, True
        try:
            yield
        finally:
            self.acting = before

    def born(self) -> None:
        """A new invocation begins."""
        if not self.acting:
            self.dead = False

    def at(self, step: str, when: When, action: Action = crash, nth: int = 1) -> None:
        """`step` is for example `dynamodb.PutItem` or `http`."""
        self.traps.append(Trap(step, when, nth, action))

    def at_number(self, number: int, when: When, action: Action = crash) -> None:
        """At the `number`th step from now (from 1), whatever it is."""
        self.traps.append(Trap("", when, number, action))

    def forget(self) -> None:
        self.traps.clear()
        self.passed.clear()
        self.dead = False

    @contextmanager
    def watching(self, clients: list[Any], asked: Callable[..., None]) -> Iterator[None]:
        """`asked` hears of every call before it is a step."""

        def before(event_name: str, **_: object) -> None:
            self.reached(event_name.removeprefix("before-call."), "before")

        def after(event_name: str, **_: object) -> None:
            self.reached(event_name.removeprefix("after-call."), "after")

        for client in clients:
            client.meta.events.register("provide-client-params", asked)
            client.meta.events.register("before-call", before)
            client.meta.events.register("after-call", after)
        try:
            yield
        finally:
            for client in clients:
                client.meta.events.unregister("provide-client-params", asked)
                client.meta.events.unregister("before-call", before)
                client.meta.events.unregister("after-call", after)
