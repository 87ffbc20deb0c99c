"""Ozone and Liaison take the same reports in turn on this machine: `scripts/bench ozone`.

Ozone is asked directly (com.atproto.moderation.createReport), with its PostgreSQL as that is set up by itself, and
answers once a report is recorded. Liaison is the synthesised template on the local emulator of AWS, asked at its signed
webhook door, which answers once a report is safely queued; recorded it is a little later, which is printed, too. The
emulator is one Python process that plays all of AWS: what is measured there is a lower bound of the same code, and
no figure of AWS. In process, against a simulated table in Python, the handler is measured without the emulator.
"""

import json
import logging
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote
from uuid import uuid4

import pytest
import urllib3

from cli import demo, operator, stack
from cli.client import Api
from cli.samples import Webhook
from cli.site import Site
from functions.shared import clock, table
from functions.shared.table import Item
from tests.real.conftest import running
from tests.real.servers.ozone import ADMIN, EMIT, EVENTS, Ozone
from tests.support import builders
from tests.support.world import World

SECONDS = float(os.environ.get("SECONDS", "6"))
"""Of each run."""
CLIENTS = (1, 8)
PAIRS = 10
"""Of two people who do the same at once."""
REPORT = "com.atproto.moderation.createReport"
CID = "bafyreihcestnxvqnlvmkrxgmn7ztzxdmyelnpnwhbwqvpbyhsqhzbzzhmm"


class Side(Protocol):
    """One of the two."""

    name: str

    def report(self, reporter: int, subject: str) -> None:
        """A new report; raises for any answer but a success."""

    def finish(self) -> None:
        """Wait until all that was taken is recorded."""

    def kept(self, subjects: Sequence[str]) -> tuple[int, int]:
        """Reports that are recorded about these subjects, and what a moderator finds open."""


@dataclass(frozen=True)
class Run:
    """What came of sending for some seconds."""

    times: list[float]
    seconds: float
    recorded: float
    """Seconds until the last one was recorded."""
    load: float

    def line(self, side: str, mix: str, clients: int) -> str:
        rate, recorded = len(self.times) / self.seconds, len(self.times) / self.recorded
        told = f"{rate:10.1f} {recorded:10.1f} {self.below(0.5):8.0f} {self.below(0.99):8.0f} {self.load:6.1f}"
        return f"{side:8} {mix:9} {clients:3} {len(self.times):6} {told}"

    def below(self, share: float) -> float:
        """Milliseconds within which so many were answered."""
        return sorted(self.times)[int(len(self.times) * share)] * 1000


HEAD = (
    f"{'':8} {'subjects':9} {'by':>3} {'taken':>6} {'taken/s':>10} {'recorded/s':>10} {'p50 ms':>8} {'p99 ms':>8}"
    f" {'load':>6}"
)


def measured(side: Side, subject: Callable[[int], str], clients: int) -> Run:
    """As many as they can, each client one after the other."""
    load, numbers, begun = os.getloadavg()[0], count(), time.monotonic()

    def client(reporter: int) -> list[float]:
        times = []
        while (before := time.monotonic()) < begun + SECONDS:
            side.report(reporter, subject(next(numbers)))
            times.append(time.monotonic() - before)
        return times

    with ThreadPoolExecutor(clients) as threads:
        times = [one for found in threads.map(client, range(clients)) for one in found]
    seconds = time.monotonic() - begun
    side.finish()
    return Run(times, seconds, time.monotonic() - begun, load)


def races(names: Sequence[str], ask: Callable[[int, str], int]) -> str:
    """What two people are answered who ask for the same at once, one thing after the other."""
    both: Counter[tuple[int, ...]] = Counter()
    with ThreadPoolExecutor(2) as threads:
        for name in names:
            both[tuple(sorted(threads.map(ask, (0, 1), (name, name))))] += 1
    told = ", ".join(f"{answers} {times}×" for answers, times in sorted(both.items()))
    return f"{len(names)} times: answers {told}"


# Ozone


class OzoneSide:
    """Eight reporters with tokens of their own, as their PDS gives them out."""

    name = "Ozone"

    def __init__(self, server: Ozone) -> None:
        self.server, self.pool = server, urllib3.PoolManager(maxsize=16, retries=False)
        self.mods = [self.person("mo"), self.person("zoe")]
        for mod in self.mods:
            member = {"did": mod["did"], "role": "tools.ozone.team.defs#roleModerator"}
            server.service.ask("POST", "/xrpc/tools.ozone.team.addMember", member, **ADMIN)
        self.tokens = [self.token(self.person("r"), REPORT) for _ in range(max(CLIENTS))]

    def person(self, name: str) -> Any:
        return self.server.account(f"{name}{uuid4().hex[:12]}.test")

    def token(self, person: Any, method: str) -> str:
        """Good for half an hour, for one method."""
        until = int(time.time()) + 1700
        query = f"server.getServiceAuth?aud={self.server.service_did}&lxm={method}&exp={until}"
        return str(self.server.xrpc(query, token=person["accessJwt"])["token"])

    def ask(self, token: str, name: str, body: object) -> urllib3.BaseHTTPResponse:
        url = f"{self.server.service.url}/xrpc/{name}"
        return self.pool.request("POST", url, json=body, headers={"authorization": f"Bearer {token}"})

    def uri(self, subject: str) -> str:
        return f"at://{self.server.did}/app.bsky.feed.post/{subject}"

    def about(self, subject: str) -> dict[str, str]:
        return {"$type": "com.atproto.repo.strongRef", "uri": self.uri(subject), "cid": CID}

    def report(self, reporter: int, subject: str) -> None:
        reason = {"reasonType": "com.atproto.moderation.defs#reasonSpam", "reason": "Buy gold"}
        answer = self.ask(self.tokens[reporter], REPORT, {**reason, "subject": self.about(subject)})
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {answer.data[:300]!r}")

    def finish(self) -> None:
        """It answers when it has recorded."""

    def kept(self, subjects: Sequence[str]) -> tuple[int, int]:
        events = [len(self.server.events(self.uri(one), "modEventReport")) for one in subjects]
        return sum(events), sum(self.status(one)["reviewState"].endswith("reviewOpen") for one in subjects)

    def status(self, subject: str) -> Any:
        query = f"tools.ozone.moderation.queryStatuses?subject={quote(self.uri(subject), safe='')}"
        return self.server.service.ask("GET", f"/xrpc/{query}", **ADMIN)["subjectStatuses"][0]

    def act(self, mod: int, kind: str, subject: str) -> int:
        token = self.token(self.mods[mod], EMIT.removeprefix("/xrpc/"))
        event = {"$type": EVENTS + kind}
        given = {"event": event, "subject": self.about(subject), "createdBy": self.mods[mod]["did"]}
        return self.ask(token, EMIT.removeprefix("/xrpc/"), given).status

    def behaviour(self) -> Iterator[str]:
        subjects = [f"v{number}" for number in range(PAIRS)]
        for subject in (*subjects, "w", "w", "w", "x"):
            self.report(0, subject)
        yield f"one report sent three times (no key tells that it is the same): {self.kept(['w'])[0]} recorded"
        takedown = races(subjects, lambda mod, subject: self.act(mod, "modEventTakedown", subject))
        yield f"two moderators take one post down at once, {takedown}"
        yield f"one of these takedowns once more, later: {self.act(0, 'modEventTakedown', subjects[0])}"
        self.act(0, "modEventAcknowledge", "x")
        before = self.status("x")["reviewState"]
        self.report(1, "x")
        states = " → ".join(one.partition("#")[2] for one in (before, self.status("x")["reviewState"]))
        yield f"one more report about what was just reviewed: {states}"


# Liaison


class LiaisonSide:
    """One source that signs, and as many connections as there are clients."""

    name = "Liaison"

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.api = Api(operator.connect(None), demo.keep_token("acme"), "acme")
        self.secrets = demo.put_secrets()
        self.pool = urllib3.PoolManager(maxsize=16, retries=False, timeout=60.0)
        self.tokens = [operator.new_token(name, "moderator", ("acme",), 1) for name in ("Mo", "Zoe")]

    def webhook(self, reporter: int, subject: str, name: str) -> Webhook:
        at = clock.text(clock.now())
        about = {"kind": "chat_message", "id": subject, "text": "Buy gold", "author": {"id": f"a-{subject}"}}
        data = {"id": name, "reason": "spam", "at": at, "subject": about, "reporter": {"id": f"r-{reporter}"}}
        body = json.dumps({"type": "flag.raised", "timestamp": at, "data": data}).encode()
        return Webhook("game", "standard_webhooks", "flag.raised", f"msg_{uuid4().hex}", body)

    def send(self, webhook: Webhook) -> None:
        headers = webhook.headers(self.secrets["game"])
        answer = self.pool.request("POST", f"{self.url}/hooks/game", body=webhook.body, headers=headers)
        if answer.status != 202:
            raise RuntimeError(f"{answer.status} {answer.data[:300]!r}")

    def report(self, reporter: int, subject: str) -> None:
        self.send(self.webhook(reporter, subject, uuid4().hex))

    def finish(self) -> None:
        demo.drain(self.api)

    def kept(self, subjects: Sequence[str]) -> tuple[int, int]:
        cases = [case for case in self.cases() if case["subject"]["id"] in set(subjects)]
        return sum(case["flags"] for case in cases), len(cases)

    def cases(self) -> list[Item]:
        return table.table().listing("acme", "cases-open", most=100_000)

    def case(self, subject: str) -> str:
        return next(str(case["id"]) for case in self.cases() if case["subject"]["id"] == subject)

    def ask(self, token: str, path: str, body: object) -> urllib3.BaseHTTPResponse:
        url = f"{self.api.base}/cases/{path}"
        return self.pool.request("POST", url, json=body, headers={"authorization": f"Bearer {token}"})

    def claim(self, mod: int, subject: str) -> int:
        return self.ask(self.tokens[mod], f"{self.case(subject)}/claim", {}).status

    def behaviour(self) -> Iterator[str]:
        once, again = self.webhook(0, "w", "w"), self.webhook(0, "w", "w")
        for webhook in (once, once, again):
            self.send(webhook)
        subjects = [f"v{number}" for number in range(PAIRS)]
        for subject in (*subjects, "x"):
            self.report(0, subject)
        self.finish()
        yield f"one report sent three times (two of them the same delivery): {self.kept(['w'])[0]} recorded"
        yield f"two moderators claim one case at once, {races(subjects, self.claim)}"
        yield from self.decided("x")

    def decided(self, subject: str) -> Iterator[str]:
        case = self.case(subject)
        fence = self.ask(self.tokens[0], f"{case}/claim", {}).json()["fence"]
        verdict = {"outcome": "violation", "measures": ["remove"], "explanation": "Spam.", "fence": fence}
        twice = races([case], lambda _, name: self.ask(self.tokens[0], f"{name}/decide", verdict).status)
        yield f"the holder decides to remove it twice at once, {twice}, {len(self.rows(case))} removal to carry out"
        other = self.ask(self.tokens[1], f"{case}/decide", verdict)
        yield f"another moderator decides it, too: {other.status} ({other.json()['message']})"
        self.report(1, subject)
        self.finish()
        item = table.table().get(f"acme#case#{case}", "case") or {}
        new = self.kept([subject])[1]
        told = f"{item.get('state')}, with {item.get('flags')} reports, {item.get('repeats')} of them since"
        yield f"one more report about what was just decided: the case is {told}; {new} new cases"

    def rows(self, case: str) -> list[Item]:
        rows = table.table().query(f"acme#case#{case}", "delivery#")
        return [row for row in rows if row["purpose"] == "act"]


@contextmanager
def liaison() -> Iterator[LiaisonSide]:
    """A stack of its own: nobody's own local one is touched."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder, Site(0) as site:
        patch.setattr(stack, "HOME", Path(folder))
        for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
            patch.delenv(name, raising=False)
        port = stack.free_port()
        try:
            stack.up(port, keep=False, owner="bench", say=lambda _: None)
            operator.connect(None)
            program = (stack.ROOT / "community.toml").read_text().replace(str(demo.SITE), str(site.port))
            operator.push(program, "bench")
            yield LiaisonSide(port)
        finally:
            stack.down(lambda _: None)


def in_process() -> Iterator[str]:
    """The moderation handler alone, with batches as its queue hands them over."""
    for mix, subject in mixes("p"):
        with World() as world:
            begun, done = time.monotonic(), 0
            while time.monotonic() < begun + SECONDS:
                batch = range(done, done + 10)
                with redirect_stdout(StringIO()):  # Metrics.
                    world.handle(*(builders.flag(world.now, flag=f"p{one}", subject=subject(one)) for one in batch))
                done += 10
            rate = done / (time.monotonic() - begun)
            kept = sum(case["flags"] for case in world.items("case"))
        yield f"Liaison's handler in process, in batches, {mix} subjects: {rate:.0f}/s; {kept} of {done} recorded"


def mixes(mark: str) -> list[tuple[str, Callable[[int], str]]]:
    return [("distinct", lambda number: f"{mark}d{number}"), ("same", lambda _: f"{mark}s")]


def main() -> None:
    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    logging.disable(logging.CRITICAL)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    say(f"{machine}, {SECONDS:.0f} s each run, load {os.getloadavg()[0]:.1f}")
    for line in in_process():
        say(line)
    with ExitStack() as exits:
        folder = exits.enter_context(tempfile.TemporaryDirectory())
        sides: list[Any] = [
            OzoneSide(exits.enter_context(running(Ozone, Path(folder)))),
            exits.enter_context(liaison()),
        ]
        for side in sides:  # Whatever starts at the first call has started.
            with ThreadPoolExecutor(max(CLIENTS)) as threads:
                list(threads.map(side.report, range(max(CLIENTS)), ["warm"] * max(CLIENTS)))
            side.finish()
        say(HEAD)
        for number, clients in enumerate(CLIENTS):
            for mix, subject in mixes(f"b{number}"):
                for side in sides:
                    run = measured(side, subject, clients)
                    say(run.line(side.name, mix, clients))
                    wanted = len(run.times)
                    kept, open_ = side.kept(
                        [subject(one) for one in range(wanted)] if mix == "distinct" else [subject(0)]
                    )
                    say(f"{'':8} of {wanted} reports {kept} are recorded; {open_} to be looked at")
        for side in sides:
            for line in side.behaviour():
                say(f"{side.name}: {line}")


if __name__ == "__main__":
    main()
