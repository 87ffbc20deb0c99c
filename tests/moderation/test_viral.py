"""Many flags on one thing: all are counted, none twice, and each costs less than one request to the table."""

from collections import Counter

import pytest

from tests.support import builders
from tests.support.world import World

PLATFORMS, FLAGS = 4, 120
PER_FLAG = 0.35
"""Requests to the table. Recorded one by one, a flag takes four (flag, round, case, transaction)."""

SOURCES = "".join(
    f'\n[[sources]]\nid = "place-{number}"\ncommunity = "acme"\nplatform = "standard_webhooks"\n'
    for number in range(PLATFORMS)
)


def test_what_everybody_flags_costs_a_third_of_a_request_each(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(PLATFORMS):
        monkeypatch.setitem(builders.WHERE, f"place-{number}", ("standard_webhooks", "acme"))
    with World(builders.PROGRAM + SOURCES) as world:
        for number in range(FLAGS):
            data = {
                "id": f"f-{number}",
                "reason": "hate",
                "at": world.now.isoformat(),
                "subject": {"kind": "post", "id": "viral", "text": "Everybody saw this."},
                "reporter": {"id": f"r-{number}", "name": "somebody"},
            }
            # As they arrive: those of one post behind one another.
            source = f"place-{number * PLATFORMS // FLAGS}"
            world.accept(builders.webhook("flag.raised", data, world.now, source=source))
        before = len(world.faults.passed)
        world.work_off("moderation", most=FLAGS)
        passed = Counter(world.faults.passed[before:])
        asked = Counter({step: number for step, number in passed.items() if step.startswith("dynamodb.")})
        cases = world.items("case")
        assert [case["flags"] for case in cases] == [FLAGS // PLATFORMS] * PLATFORMS
        assert len(world.items("flag")) == FLAGS
        assert asked.total() <= FLAGS * PER_FLAG, asked
        # What was seen is put once for each case, however often it is reported.
        assert passed["s3.PutObject"] == len(world.objects("evidence/")) == PLATFORMS
