"""Days of a forum that nobody made up: imported from a dump, told in digests, and held against the file itself."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cli import dumps
from cli.imports import Import, Place
from events.digests import Cadence
from functions.digests import periods
from functions.digests.gather import Run, gather
from functions.shared import program
from functions.shared.table import table
from tests.digests.reading import MARIE, program_with
from tests.support.world import World

SAMPLES = Path(__file__).parents[2].parent / "shared" / "feedback-samples" / "forum_activity.jsonl"
NOW = datetime(2023, 7, 12, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Paris")
Said = tuple[datetime, str, str, str]
"""When, by whom, what it is called, and what it answers."""


def said(path: Path) -> Iterator[Said]:
    for question in map(json.loads, path.read_text().splitlines()):
        yield moment(question["created"]), question["user"], question["id"], ""
        for number, (at, who) in enumerate(question["replies"]):
            yield moment(at), who, f"{question['id']}-{number}", question["id"]


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z")


def line(one: Said) -> dict[str, Any]:
    at, who, name, about = one
    kind = {"kind": "reply", "about": about} if about else {"kind": "topic"}
    return {"id": name, "said_at": at.isoformat(), "author": who, "text": "…", **kind}


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLES.is_file(), reason="the sample data beside the project (../shared) is not here")
def test_digests_of_a_real_forum_say_what_its_dump_says(tmp_path: Path) -> None:
    things = [one for one in said(SAMPLES) if one[0] < NOW]
    path = tmp_path / "forum.jsonl"
    path.write_text("".join(json.dumps(line(one)) + "\n" for one in things))
    with World(program_with(MARIE)) as world:
        world.now = NOW
        active = program.active()[0]
        source = active.source("forum")
        assert source
        read = dumps.reader(source, {}, "")
        Import(path, read, table(), "import:forum").run(Place({}), lambda place, read: None)
        run = Run(table(), active, NOW, lambda: True)
        reader = active.reader("marie")
        assert reader
        told: list[tuple[Cadence, date, date]] = [
            ("daily", date(2023, 7, 4), date(2023, 7, 4)),
            ("weekly", date(2023, 7, 3), date(2023, 7, 9)),
        ]
        for cadence, first, last in told:
            digest = gather(run, reader, periods.containing(cadence, first, ZONE))
            inside = [one for one in things if first <= one[0].astimezone(ZONE).date() <= last]
            asked = {name: (at, who) for at, who, name, about in inside if not about}
            waits = {
                name: sorted(at for at, by, _, about in things if about == name and by != asked[name][1])
                for name in asked
            }
            assert digest.volume
            assert digest.replies
            assert digest.volume.total.number == len(inside) > 0
            assert digest.volume.people == len({who for _, who, _, _ in inside})
            assert (digest.replies.asked, digest.replies.unanswered) == (
                len(asked),
                sum(not found for found in waits.values()),
            )
            lasted = [(waits[name][0] if waits[name] else NOW) - at for name, (at, _) in asked.items()]
            in_time = sum(
                bool(found) and one.total_seconds() <= 86_400 for found, one in zip(waits.values(), lasted, strict=True)
            )
            assert digest.replies.in_time
            assert digest.replies.in_time[0] == in_time / len(asked)
