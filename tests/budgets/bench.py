"""Cold starts of every function against a bare JSON handler in the same process: the ratio, not the milliseconds.

    python -m tests.budgets.bench [runs]

`first answer` is the door's: a signed webhook verified with a secret from SSM and put on a queue, both on
loopback. `ready` is everybody's: until the function asks for its first event. Exits 1 beyond the budget.
"""

import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.samples import Webhook, sample, standard_secret
from infra.bundle import ROOT, build
from tests.budgets.runtime import BARE, client, cold
from tests.webhooks.cloud import Cloud

DOOR = "functions.webhooks.handler.main"
BUDGET = 6.5
"""Times the bare handler's first answer."""

FUNCTIONS = tuple(f"functions.{file.parent.name}.handler.main" for file in sorted(ROOT.glob("functions/*/handler.py")))
QUEUES = ("MODERATION", "ANNOUNCEMENTS", "FEEDBACK", "PARKED", "DELIVERY")


@dataclass
class Bench:
    """What a run needs, and milliseconds by handler: until it was ready, until it had answered, and how many
    of them the processor was at work."""

    folders: tuple[Path, ...]
    environment: dict[str, str]
    event: dict[str, Any]
    ready: dict[str, list[float]] = field(default_factory=dict)
    answered: dict[str, list[float]] = field(default_factory=dict)
    busy: dict[str, list[float]] = field(default_factory=dict)

    def answer(self, handler: str) -> None:
        run = cold(handler, self.folders, self.event, self.environment)
        if run.answer.get("statusCode") != 202:
            raise RuntimeError(f"{handler} answered {run.answer}")
        self.ready.setdefault(handler, []).append(run.ready * 1000)
        self.answered.setdefault(handler, []).append(run.answered * 1000)
        self.busy.setdefault(handler, []).append(run.busy * 1000)

    def start(self, handler: str) -> None:
        run = cold(handler, self.folders, None, self.environment)
        self.ready.setdefault(handler, []).append(run.ready * 1000)

    def ratio(self) -> float:
        """Of medians, the door's first answer over the bare handler's."""
        return statistics.median(self.answered[DOOR]) / statistics.median(self.answered[BARE])


@contextmanager
def bench() -> Iterator[Bench]:
    secret = standard_secret()
    stored = {
        "/bench/directory": json.dumps({"sources": {"game": ["standard_webhooks", "players"]}}),
        "/bench/sources/game": json.dumps({"current": secret}),
    }
    with tempfile.TemporaryDirectory() as scratch, Cloud(stored) as cloud:
        folders = build("host", Path(scratch)).path, client(Path(scratch) / "client")
        yield Bench(folders, environment(cloud.url), signed(secret))


def environment(endpoint: str) -> dict[str, str]:
    return {
        **{f"QUEUE_{name}": f"{endpoint}/0/{name.lower()}" for name in QUEUES},
        **dict.fromkeys(("TABLE", "BUCKET", "MAIL_FROM", "PUBLIC_URL"), "bench"),
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
    return handler.split(".")[-3] if handler != BARE else "(bare JSON handler)"


def main(runs: int) -> int:
    with bench() as made:
        # Interleaved, so that whatever else this machine does is shared out evenly.
        for _ in range(runs):
            for handler in (BARE, *FUNCTIONS):
                if handler in (BARE, DOOR):
                    made.answer(handler)
                else:
                    made.start(handler)
        sys.stdout.write("\n".join(table(made)) + "\n")
        ratio = made.ratio()
    sys.stdout.write(f"webhooks: {ratio:.1f} times the bare handler; the budget is {BUDGET}\n")
    return 0 if ratio <= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 15))
