"""A post that everybody reports at each of ten platforms at once, on the deployed template: how long it takes, and what
DynamoDB is asked for each report.

    python -m tests.deployed.viral [reports at each platform, 100 if left out]

Eight platforms call, with signed webhooks; two are visited, and what a visit finds is put on the queue as the rounds
do it. (Twitch tells of a message once, whoever complains, and Reddit comes from a visit like Lemmy.)
"""

import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.shared import aws, queues
from functions.shared.settings import settings
from tests.deployed import places
from tests.deployed.conftest import Deployed, brought_up
from tests.deployed.places import Told

CALLING = ("game", "forum", "chat", "office", "social", "rooms", "club", "title")
VISITED = ("village", "sky")
WORDS = {"game": "spam", "social": "spam", "rooms": "spam", "club": "spam", "village": "spam", "sky": "reasonSpam"}
"""Reasons of those that tell them with the report itself."""

PATIENCE = 180


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds until all were accepted, and until all were recorded; and requests to DynamoDB meanwhile, those of the
    minute's sweep among them."""

    reports: int
    accepted: float
    recorded: float
    asked: Counter[str]

    def __str__(self) -> str:
        asked = ", ".join(f"{number} {name}" for name, number in self.asked.most_common())
        return (
            f"{self.reports} reports at {len(CALLING + VISITED)} platforms, accepted in {self.accepted:.1f} s, recorded"
            f" in {self.recorded:.1f} s: {self.asked.total() / self.reports:.2f} requests to DynamoDB each ({asked})"
        )


def measured(deployed: Deployed, mark: str, each: int) -> Measured:
    """All of them, in no order."""
    reports = [Told(mark, 0, who) for who in range(1, each + 1)]
    called = [made for name in CALLING for told in worded(reports, name) for made in places.CALLING[name](told)]
    random.Random(0).shuffle(called)
    before, began = Counter(deployed.relay.asked), time.monotonic()
    for envelope in (one for name in VISITED for told in worded(reports, name) for one in places.fetched(name, told)):
        queues.enqueue(envelope)
    answers = deployed.deliver(called)
    accepted = time.monotonic() - began
    assert set(answers) <= {200, 202}, Counter(answers)
    while waiting():
        assert time.monotonic() - began < PATIENCE
        time.sleep(0.2)
    asked = Counter(deployed.relay.asked) - before
    return Measured(each * len(CALLING + VISITED), accepted, time.monotonic() - began, asked)


def worded(reports: list[Told], source: str) -> list[Told]:
    return [Told(told.mark, told.post, told.who, WORDS.get(source, "")) for told in reports]


def waiting() -> int:
    """Reports on the queue or in hand."""
    names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    got = aws.sqs().get_queue_attributes(QueueUrl=settings().queue_moderation, AttributeNames=names)
    return sum(int(number) for number in got["Attributes"].values())


def main(each: int) -> None:
    with tempfile.TemporaryDirectory() as folder, brought_up(Path(folder)) as deployed:
        measured(deployed, secrets.token_hex(4), 2)  # Functions start slowly here, and only once.
        sys.stdout.write(f"{measured(deployed, secrets.token_hex(4), each)}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 100)
