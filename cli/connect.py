"""Connecting a platform: what to set up there, whether it is set up, and whether its first delivery gets in."""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3

from cli.operator import OperatorError
from cli.samples import standard_secret
from events.program import Program, Source
from functions.platforms import acting, standing, telling
from functions.platforms.inbound import POLLED
from functions.platforms.outgoing import Hands, NotSentError, Outcome, Refused, UnansweredError
from functions.platforms.standing import Finding, Keys, Report
from functions.shared import clock, http, objects, parameters, program, secret, table
from functions.shared.settings import settings

OURS_TO_CHOOSE = ("discourse", "github", "matrix", "playfab", "roblox", "telegram", "twitch", "youtube")
"""Platforms that take a secret from us; the others make their own and show it."""

EVERY = 2.0
"""Seconds between two looks at the log."""


def chosen(active: Program, name: str) -> Source:
    """The source meant: by its id, or by its platform where the program has one of it. Raises OperatorError."""
    by_id = active.source(name)
    if by_id:
        return by_id
    found = [source for source in active.sources if source.platform == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise OperatorError(f"several sources are on {name}: say which, {' or '.join(one.id for one in found)}")
    community = active.communities[0].id
    raise OperatorError(
        f"the program has no source {name!r}. Add it to community.toml and push it:\n\n"
        f'[[sources]]\nid = "{name.replace("_", "-")}"\ncommunity = "{community}"\nplatform = "{name}"\n'
    )


def address(place: Source) -> str:
    return f"{settings().public_url}/hooks/{place.id}"


def keys(place: Source) -> Keys:
    """What was put for a source; empty where nothing was."""
    stored = parameters.fresh(parameters.path("sources", place.id))
    token = parameters.fresh(parameters.path("targets", place.id))
    return Keys(secret.settled(stored, clock.now()) if stored else "", token or "")


def make_secret(place: Source) -> str | None:
    """A new secret for a platform that takes one from us; None where the platform makes its own."""
    if place.platform == "standard_webhooks":
        return standard_secret()
    return secrets.token_urlsafe(32) if place.platform in OURS_TO_CHOOSE else None


def no_mail(message: bytes, *, sender: str, to: str) -> Outcome:
    del message, sender, to
    return Refused("nothing here sends mail")


def steps(place: Source) -> tuple[str, ...]:
    there = standing.has(place.platform, "connection")
    signed = (f"Let it send to {address(place)}, signed with the secret of {place.id!r}.",)
    to_hear = standing.connection(place.platform).steps(place, address(place)) if there else signed
    return (*to_hear, *rights(place))


def rights(place: Source) -> Iterator[str]:
    """What our account needs there so that decisions can be carried out, and people told of them."""
    needed: dict[str, list[str]] = {}
    acts, tells = acting.on(place.platform), telling.on(place.platform)
    for measure, ability in acts.ABILITIES.items() if acts else ():
        needed.setdefault(ability.right, []).append(measure)
    if tells:
        needed.setdefault(tells.RIGHT, []).append("telling people why")
    for right, uses in needed.items():
        yield f"For {', '.join(uses)}: {right}."


def checked(place: Source, *, repair: bool) -> Report:
    """Everything that can be compared now, the secret first."""
    held = keys(place)
    findings = [] if place.platform in POLLED else [secret_put(place, held)]
    if not standing.has(place.platform, "connection"):
        return Report(tuple(findings))
    hands = Hands(http.Bounded(), objects, no_mail, int(clock.now().timestamp()))
    connection = standing.connection(place.platform)
    try:
        report = connection.check(place, address(place), held, hands, repair=repair)
    except (NotSentError, UnansweredError, standing.AskedError) as error:
        report = Report((Finding("platform", "unknown", str(error)),))
    return Report((*findings, *report.findings), report.until)


def secret_put(place: Source, held: Keys) -> Finding:
    if held.signing:
        return Finding("secret", "good", "one was put")
    return Finding("secret", "wrong", f"none: `liaison secret put {place.id}` takes what the platform shows")


@dataclass(slots=True)
class Heard:
    """What the door has logged about a source since somebody began to listen."""

    accepted: dict[str, str] = field(default_factory=dict)
    """Envelope id → pipeline."""
    answered: int = 0
    refused: int = 0
    early: bool = False
    """It was called before the door had heard of it."""
    astray: set[str] = field(default_factory=set)
    """Names of sources that do not exist and were called."""

    @property
    def enough(self) -> bool:
        return bool(self.accepted or self.answered)


def heard(lines: Iterator[Mapping[str, Any]], place: Source) -> Heard:
    found = Heard()
    for line in lines:
        match line:
            case {"message": "refused", "why": "no such source", "source": place.id}:
                found.early = True
            case {"message": "refused", "why": "no such source", "source": str(name)}:
                found.astray.add(name)
            case {"source": place.id, "message": "refused"}:
                found.refused += 1
            case {"source": place.id, "message": "accepted", "envelope": str(name), "pipeline": str(pipeline)}:
                found.accepted[name] = pipeline
            case {"source": place.id, "message": "answered"}:
                found.answered += 1
    return found


def log_lines(group: str, since: float) -> Iterator[dict[str, Any]]:
    """The door's log since a moment (unix seconds), line by line; what is not ours is left out."""
    pages = boto3.client("logs").get_paginator("filter_log_events")
    for page in pages.paginate(logGroupName=group, startTime=int(since * 1000)):
        for event in page["events"]:
            try:
                line = json.loads(event["message"])
            except ValueError:
                continue
            if isinstance(line, dict):
                yield line


def log_group(function: str) -> str:
    found = boto3.client("lambda").get_function_configuration(FunctionName=function)
    return str(found.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{found['FunctionName']}")


def listen(group: str, place: Source, seconds: float, say: Callable[[str], None]) -> Heard:
    """Until something gets in, or time is up; refusals are told as they come."""
    began, told = time.time(), 0
    while True:
        found = heard(log_lines(group, began - 5), place)
        if found.refused > told:
            say(f"a delivery came and was refused ({found.refused} so far)")
            told = found.refused
        if found.enough or time.time() - began > seconds:
            return found
        time.sleep(EVERY)


def judged(found: Heard, place: Source) -> list[Finding]:
    """What the first deliveries say about address, secret and list of events."""
    findings = []
    if found.astray:
        names = ", ".join(f"/hooks/{name}" for name in sorted(found.astray) if name) or "an address that is no name"
        findings.append(Finding("address", "wrong", f"called was {names}; the right address is {address(place)}"))
    if found.early and not found.enough:
        told = "it was called before the program had reached the door: send again in a minute"
        findings.append(Finding("source", "unknown", told))
    if found.refused and not found.enough:
        told = f"{found.refused} refused: the secret there is not the one that was put for {place.id!r}"
        findings.append(Finding("signature", "wrong", told))
    if found.answered and not found.accepted:
        findings.append(Finding("handshake", "good", "its test was verified and answered"))
    findings += [delivered(name, pipeline, place) for name, pipeline in found.accepted.items()]
    return findings or [Finding("delivery", "unknown", "nothing came in this time")]


def delivered(envelope: str, pipeline: str, place: Source) -> Finding:
    if pipeline != "parked":
        return Finding("delivery", "good", f"verified, and on its way to {pipeline}")
    reason = next(
        (
            item["reason"]
            for item in table.table().listing(place.community, "parked")
            if item["id"][:16] == envelope[:16]
        ),
        "its reason will stand in `liaison parked` within a minute",
    )
    return Finding("delivery", "wrong", f"verified, but not used: {reason}; tick only the events named above")


def program_now() -> Program:
    return program.active()[0]
