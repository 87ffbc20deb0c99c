"""Cold starts of every function against a bare JSON handler in the same process: the ratio, not the milliseconds.

    python -m tests.budgets.bench [runs]

`first answer` is the door's: a signed webhook verified with a secret from SSM and put on a queue, both on
loopback. `ready` is everybody's: until the function asks for its first event. Exits 1 beyond the budget.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.samples import Webhook, sample, standard_secret
from functions.platforms.door import GATES
from infra.bundle import ROOT, build
from tests.budgets.runtime import BARE, client, cold
from tests.platforms.kits import kit
from tests.webhooks.cloud import Cloud

DOOR = "functions.webhooks.handler.main"
BUDGET = 6.5
"""Times the bare handler's first answer."""

FUNCTIONS = tuple(f"functions.{file.parent.name}.handler.main" for file in sorted(ROOT.glob("functions/*/handler.py")))
QUEUES = ("MODERATION", "ANNOUNCEMENTS", "FEEDBACK", "UPKEEP", "PARKED", "DELIVERY")


@dataclass
class Bench:
    """What a run needs, and milliseconds by handler: until it was ready, until it had answered, and how many
    of them the processor was at work. The door is there once more for each platform, as `door <platform>`."""

    folders: tuple[Path, ...]
    environment: dict[str, str]
    events: dict[str, dict[str, Any]]
    ready: dict[str, list[float]] = field(default_factory=dict)
    answered: dict[str, list[float]] = field(default_factory=dict)
    busy: dict[str, list[float]] = field(default_factory=dict)

    def answer(self, row: str) -> None:
        handler = DOOR if row in self.events else row
        run = cold(handler, self.folders, self.events.get(row, self.events[DOOR]), self.environment)
        if not 200 <= run.answer.get("statusCode", 500) < 300:
            raise RuntimeError(f"{row} answered {run.answer}")
        self.ready.setdefault(row, []).append(run.ready * 1000)
        self.answered.setdefault(row, []).append(run.answered * 1000)
        self.busy.setdefault(row, []).append(run.busy * 1000)

    def start(self, handler: str) -> None:
        run = cold(handler, self.folders, None, self.environment)
        self.ready.setdefault(handler, []).append(run.ready * 1000)

    def ratio(self, row: str = DOOR) -> float:
        """Of medians, the door's first answer over the bare handler's."""
        return statistics.median(self.answered[row]) / statistics.median(self.answered[BARE])


@contextmanager
def bench() -> Iterator[Bench]:
    secret = standard_secret()
    places = {platform.replace("_", "-"): [platform, "players"] for platform in GATES}
    stored = {
        "/bench/directory": json.dumps({"sources": {"game": ["standard_webhooks", "players"], **places}}),
        "/bench/sources/game": json.dumps({"current": secret}),
        **{f"/bench/sources/{name}": json.dumps({"current": kit(at[0]).SECRETS[0]}) for name, at in places.items()},
    }
    events = {DOOR: signed(secret), **{f"door {platform}": first(platform) for platform in GATES}}
    with tempfile.TemporaryDirectory() as scratch, Cloud(stored) as cloud:
        folders = build("host", Path(scratch)).path, client(Path(scratch) / "client")
        yield Bench(folders, environment(cloud.url), events)


def environment(endpoint: str) -> dict[str, str]:
    return {
        **{f"QUEUE_{name}": f"{endpoint}/0/{name.lower()}" for name in QUEUES},
        **dict.fromkeys(("TABLE", "BUCKET", "MAIL_FROM", "MAIL_SET", "PUBLIC_URL"), "bench"),
        "DEAD_LETTERS": "",
        "PARAMETERS": "/bench",
        "POWERTOOLS_METRICS_NAMESPACE": "Liaison",
        "POWERTOOLS_SERVICE_NAME": "bench",
        "LOG_LEVEL": "INFO",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }


def signed(secret: str) -> dict[str, Any]:
    """A flag as an HTTP API hands it over (payload format 2.0)."""
    body = json.dumps(sample("standard_webhooks", "flag.raised")).encode()
    return {
        "version": "2.0",
        "requestContext": {"http": {"method": "POST"}},
        "pathParameters": {"source": "game"},
        "headers": Webhook("game", "standard_webhooks", "flag.raised", "bench", body).headers(secret),
        "body": body.decode(),
        "isBase64Encoded": False,
    }


def first(platform: str) -> dict[str, Any]:
    """A platform's first sample that is queued, signed now."""
    name = next(name for name, end in kit(platform).OUTCOMES.items() if end not in ("challenge", "parked"))
    (file,) = (file for file in (ROOT / "events" / "samples" / platform).iterdir() if file.stem == name)
    request = kit(platform).signed(kit(platform).SECRETS[0], file.read_bytes(), at=int(time.time()))
    headers = {**kit(platform).headers(name), **request.headers}
    return {
        "version": "2.0",
        "requestContext": {"http": {"method": request.method}},
        "pathParameters": {"source": platform.replace("_", "-"), "rest": request.path},
        "queryStringParameters": dict(request.query),
        "headers": headers,
        "body": request.body.decode(),
        "isBase64Encoded": False,
    }


def table(made: Bench) -> Iterator[str]:
    floor, bare = statistics.median(made.ready[BARE]), statistics.median(made.answered[BARE])
    yield f"{'':24} {'ready ms':>9} {'x bare':>7} {'first answer ms':>16} {'x bare':>7}"
    for handler, ready in sorted(made.ready.items(), key=lambda row: statistics.median(row[1])):
        line = f"{name(handler):24} {statistics.median(ready):9.0f} {statistics.median(ready) / floor:7.1f}"
        if handler in made.answered:
            answered = statistics.median(made.answered[handler])
            line += f" {answered:16.0f} {answered / bare:7.1f}"
        yield line


def name(handler: str) -> str:
    if handler.startswith("door "):
        return handler
    return handler.split(".")[-3] if handler != BARE else "(bare JSON handler)"


def main(runs: int) -> int:
    with bench() as made:
        # Interleaved, so that whatever else this machine does is shared out evenly.
        for _ in range(runs):
            for row in dict.fromkeys((BARE, *FUNCTIONS, *made.events)):
                if row == BARE or row in made.events:
                    made.answer(row)
                else:
                    made.start(row)
        sys.stdout.write("\n".join(table(made)) + "\n")
        worst = max(made.events, key=made.ratio)
        ratio = made.ratio(worst)
    sys.stdout.write(f"{name(worst)}: {ratio:.1f} times the bare handler; the budget is {BUDGET}\n")
    return 0 if ratio <= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 15))
