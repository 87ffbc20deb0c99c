"""Who is asking, and whether they may: decided here and not by API Gateway, so that a laptop and AWS
behave alike, and before anything else of the request is looked at. Refusals say no and nothing more."""

from dataclasses import dataclass
from typing import Any

from functions.shared import clock, program, tokens
from functions.shared.program import ProgramError
from functions.shared.table import table
from functions.shared.tokens import Holder, Role

SMALLEST: dict[tuple[str, str], Role] = {
    ("GET", "status"): "reader",
    ("GET", "feedback"): "reader",
    ("POST", "feedback"): "manager",
    ("GET", "talks"): "moderator",
    ("POST", "talks"): "moderator",
    ("GET", "digests"): "reader",
    ("GET", "surveys"): "reader",
    ("GET", "themes"): "reader",
    ("POST", "themes"): "manager",
    ("GET", "announcements"): "reader",
    ("POST", "announcements"): "manager",
    ("PUT", "announcements"): "manager",
    ("GET", "series"): "reader",
    ("POST", "series"): "manager",
    ("PUT", "series"): "manager",
    ("GET", "calendar"): "reader",
    ("POST", "images"): "manager",
    ("GET", "targets"): "reader",
    ("POST", "targets"): "manager",
    ("POST", "hold"): "manager",
    ("GET", "cases"): "moderator",
    ("POST", "cases"): "moderator",
    ("GET", "people"): "moderator",
    ("POST", "people"): "moderator",
    ("GET", "clusters"): "moderator",
    ("GET", "batches"): "moderator",
    ("POST", "batches"): "moderator",
    ("GET", "audit"): "manager",
    ("GET", "deliveries"): "manager",
    ("POST", "deliveries"): "manager",
    ("GET", "parked"): "manager",
    ("POST", "parked"): "operator",
}
"""The smallest role for a method on a room of `/v1/<community>/<room>/…`. What is not here is refused."""


@dataclass(frozen=True, slots=True)
class Denied:
    """401 without a good token, 403 with one that is too small, 404 for a community that the program has not."""

    status: int
    why: str


def admitted(event: dict[str, Any]) -> Holder | Denied | None:
    """The holder of a good token; None for the public part (pages, feeds, the OpenAPI document)."""
    segments = [part for part in str(event.get("rawPath", "")).split("/") if part]
    if segments[:1] != ["v1"]:
        return None
    holder = bearer(event.get("headers") or {})
    if holder is None:
        return Denied(401, "unauthorized")
    community, room = [*segments[1:3], "", ""][:2]
    role = SMALLEST.get((str(event["requestContext"]["http"]["method"]), room))
    if not (role and holder.may(role, community)):
        return Denied(403, "forbidden")
    return holder if known(community) else Denied(404, f"there is no community {community!r} in the program")


NO_COMMUNITY = "-"
"""Where what cannot be read is parked: nobody knows whose it is."""


def known(community: str) -> bool:
    """Whether the program has it. Before the first program nobody can say: then the rooms tell what to do."""
    try:
        return community == NO_COMMUNITY or any(one.id == community for one in program.active()[0].communities)
    except ProgramError:
        return True


def bearer(headers: dict[str, str]) -> Holder | None:
    given = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
    scheme, _, token = given.partition(" ")
    return tokens.holder(table(), token.strip(), clock.now()) if scheme.lower() == "bearer" else None
