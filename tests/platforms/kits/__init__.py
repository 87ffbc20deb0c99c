"""What the contract tests need to know of each platform: how it signs, what it sends, where its samples end.

A module per platform, named like its folder, with what `Kit` lists.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Protocol, cast

from events.program import Source
from functions.platforms.door import GATES, Request
from functions.platforms.inbound import POLLED

NOW = 1_795_339_800
"""2026-11-22 09:30 UTC, in unix seconds."""


class Kit(Protocol):
    """Polled platforms have only the last four; `OTHERS` names published samples by file name without ending."""

    SECRETS: tuple[str, str]
    """Two secrets as `liaison secret put` takes them."""
    SIGNED_IN: str
    """The header that carries the signature or the token."""
    SIGNS_BODY: bool
    """False where only a token is sent, so that nothing protects the body."""
    PLACE: Source
    """With `WRONG`, too, where a signature has to have a form to be looked at: one of nobody's."""
    OUTCOMES: Mapping[str, str]
    """Our own samples (`events/samples/<platform>/<name>.json`): the event's class, `challenge`, `parked`, or
    `without effect`; several events joined by ` + `."""
    OTHERS: Mapping[str, str]
    """Published samples that end as anything but `parked`."""

    def signed(self, secret: str, body: bytes, at: int = NOW) -> Request:
        """A delivery of some event as the platform would sign it, by its documentation and not by our code."""

    def headers(self, name: str) -> dict[str, str]:
        """What is sent beside the body of a sample, without a signature; lower-case names."""


def kit(platform: str) -> Kit:
    return cast(Kit, import_module(f"tests.platforms.kits.{platform}"))


PLATFORMS = (*GATES, *POLLED)
