"""Which sources exist, their secrets, and what is asked there, as the door knows it: cached, and fetched as seldom as
possible."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from functions.shared import secret, signed
from functions.shared.settings import settings

DIRECTORY_SECONDS = 60
SECRET_SECONDS = 300
AGAIN_SECONDS = 60
"""After a failed signature, or for a source nobody knows: at most one fetch a minute."""


@dataclass(slots=True)
class Kept:
    """A parameter as last read, and when (monotonic seconds)."""

    value: str | None
    at: float


@dataclass(slots=True)
class Sources:
    """One per execution environment."""

    directory: Kept | None = None
    secrets: dict[str, Kept] = field(default_factory=dict)
    tokens: dict[str, Kept] = field(default_factory=dict)
    surveys: dict[str, Kept] = field(default_factory=dict)

    def find(self, name: str) -> tuple[str, str] | None:
        """Platform and community of a source. Raises signed.CallError when that cannot be said now."""
        listed = self.listed("sources").get(name)
        return (listed[0], listed[1]) if listed else None

    def listed(self, what: str) -> dict[str, list[str]]:
        """The part of the directory, by name. Raises signed.CallError."""
        if self.directory is None or time.monotonic() - self.directory.at > DIRECTORY_SECONDS:
            self.directory = refreshed(self.directory, f"{settings().parameters}/directory")
        return dict(json.loads(self.directory.value or "{}").get(what, {}))

    def live(self, name: str, now: datetime) -> list[str]:
        """The secrets that are good now; none when none was put. Raises signed.CallError."""
        kept = self.secrets.get(name)
        if kept is None or time.monotonic() - kept.at > SECRET_SECONDS:
            kept = self.secrets[name] = self.fetched(name)
        try:
            return secret.live(kept.value, now) if kept.value else []
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise signed.CallError("", f"the secret of {name} is not as `liaison secret put` writes it") from error

    def renewed(self, name: str, now: datetime) -> list[str]:
        """After a failed signature: the secrets once more, in case they were just rotated."""
        kept = self.secrets.get(name)
        if kept is None or time.monotonic() - kept.at < AGAIN_SECONDS:
            return []
        self.secrets[name] = self.fetched(name)
        return self.live(name, now)

    def token(self, name: str) -> str:
        """What the door itself may call the platform with; empty where none was put. Raises signed.CallError."""
        kept = self.tokens.get(name)
        if kept is None or time.monotonic() - kept.at > SECRET_SECONDS:
            kept = self.tokens[name] = refreshed(kept, f"{settings().parameters}/door/{name}")
        return kept.value or ""

    def form(self, survey: str) -> Mapping[str, Any] | None:
        """What a survey of the directory asks. Raises signed.CallError."""
        kept = self.surveys.get(survey)
        if kept is None or time.monotonic() - kept.at > DIRECTORY_SECONDS:
            kept = self.surveys[survey] = refreshed(kept, f"{settings().parameters}/surveys/{survey}")
        return json.loads(kept.value) if kept.value else None

    def fetched(self, name: str) -> Kept:
        return refreshed(self.secrets.get(name), f"{settings().parameters}/sources/{name}")


@dataclass(frozen=True, slots=True)
class Surveys:
    """`functions.platforms.door.Surveys` of one community, on one platform. Names that are not in the directory never
    reach SSM."""

    sources: Sources
    community: str
    platform: str

    def names(self) -> Sequence[str]:
        there = self.sources.listed("surveys").items()
        return [name for name, (community, *shown) in there if community == self.community and self.platform in shown]

    def form(self, name: str) -> Mapping[str, Any] | None:
        return self.sources.form(name) if name in self.names() else None


def refreshed(before: Kept | None, name: str) -> Kept:
    """The parameter now; while SSM cannot say, what it said last."""
    try:
        answer = signed.call("ssm", "GetParameter", {"Name": name, "WithDecryption": True})
        return Kept(answer["Parameter"]["Value"], time.monotonic())
    except signed.CallError as error:
        if error.code == "ParameterNotFound":
            return Kept(None, time.monotonic())
        if before is None:
            raise
        return Kept(before.value, time.monotonic())
