"""The exports say what the API says, and nothing of anybody; what is changed is there the night after."""

import gzip
import json
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

from functions.feedback import exports, partitions, records
from functions.shared.table import table
from tests.support import builders
from tests.support.faults import Crash, When
from tests.support.world import World

HOUR = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)
"""It ends with the day in Paris."""
DAY = date(2026, 11, 21)
AUTHOR = "4417-the-author"


def say(world: World, number: int, at: datetime = HOUR, source: str = "game", **more: Any) -> None:
    data = {"id": f"form-{number}", "kind": "form", "text": "A secret wish", "at": at.isoformat()}
    author = {"author": {"id": AUTHOR, "name": "Ilse Author"}, "url": "https://acme.example/ilse"}
    world.handle(builders.webhook("feedback.received", {**data, **author, **more}, world.now, source=source))


def night(world: World) -> None:
    world.drain()
    world.now = datetime.combine(world.now.date() + timedelta(days=1), records.NIGHT, UTC)
    assert world.rounds()


def rows(world: World, folder: str = "") -> dict[str, list[Any]]:
    """Lines by object."""
    found = world.objects(f"{partitions.ROOT}/{folder}")
    return {
        key.removeprefix(f"{partitions.ROOT}/"): [
            json.loads(line) for line in gzip.decompress(world.stored(key)).splitlines()
        ]
        for key in found
    }


def counted(lines: list[Any], dimension: str = "total") -> dict[str, int]:
    return {line["value"]: line["count"] for line in lines if line["dimension"] == dimension}


def test_a_night_later_the_day_is_there(world: World) -> None:
    for number in range(3):
        say(world, number, HOUR + timedelta(minutes=10 * number))
    assert not world.objects(partitions.ROOT)
    night(world)
    found = rows(world)
    assert sorted(found) == [
        "days/community=acme/day=2026-11-21/counts.jsonl.gz",
        "days/community=acme/day=2026-11-22/counts.jsonl.gz",
        "hours/community=acme/day=2026-11-21/counts.jsonl.gz",
        "items/community=acme/day=2026-11-21/hour=22.jsonl.gz",
        "items/community=acme/day=2026-11-21/hour=23.jsonl.gz",
    ]
    hours = [
        line for line in found["hours/community=acme/day=2026-11-21/counts.jsonl.gz"] if line["dimension"] == "total"
    ]
    assert [(line["hour"], line["count"]) for line in hours] == [
        ("2026-11-21T22:00:00Z", 2),
        ("2026-11-21T23:00:00Z", 1),
    ]
    assert counted(found["days/community=acme/day=2026-11-21/counts.jsonl.gz"], "source") == {"game": 2}
    assert counted(found["days/community=acme/day=2026-11-22/counts.jsonl.gz"], "source") == {"game": 1}
    said = found["items/community=acme/day=2026-11-21/hour=22.jsonl.gz"]
    assert {line["id"] for line in said} <= {records.item_id(item) for item in world.items("feedback")}
    assert {line["who"] for line in said} == {item["who"] for item in world.items("feedback")}


def test_they_say_what_the_api_says(world: World) -> None:
    for number in range(6):
        say(world, number, HOUR + timedelta(hours=number), source="game")
    night(world)
    told = world.ask("GET", "/v1/acme/feedback?from=2026-11-20&to=2026-11-23", token=world.token("reader")).json["days"]
    exported: Counter[tuple[str, str]] = Counter()
    for name, lines in rows(world, "days").items():
        for line in lines:
            dimension = ":".join(filter(None, (line["dimension"].partition("@")[0], line["value"])))
            exported[name.split("day=")[1][:10], dimension] = line["count"]
    assert exported == {(day["day"], name): number for day in told for name, number in day["counts"].items()}
    assert sum(len(lines) for lines in rows(world, "items").values()) == 6


def test_nothing_of_anybody_leaves(world: World) -> None:
    say(world, 1)
    night(world)
    for key in world.objects(partitions.ROOT):
        text = gzip.decompress(world.stored(key)).decode()
        for word in (AUTHOR, "Ilse", "secret", "https", "form-1"):
            assert word not in text


def test_what_was_taken_back_leaves_them_the_night_after(world: World) -> None:
    say(world, 1)
    say(world, 2)
    night(world)
    gone = {"id": "form-1", "kind": "form", "change": "removed", "said_at": HOUR.isoformat()}
    world.handle(builders.webhook("feedback.changed", gone, world.now))
    assert len(rows(world)["items/community=acme/day=2026-11-21/hour=22.jsonl.gz"]) == 2
    night(world)
    assert len(rows(world)["items/community=acme/day=2026-11-21/hour=22.jsonl.gz"]) == 1
    assert counted(rows(world)["days/community=acme/day=2026-11-21/counts.jsonl.gz"]) == {"": 1}
    last = {"id": "form-2", "kind": "form", "change": "removed", "said_at": HOUR.isoformat()}
    world.handle(builders.webhook("feedback.changed", last, world.now))
    night(world)
    assert not any(rows(world).values())


def test_what_did_not_change_is_not_written_again(world: World) -> None:
    say(world, 1)
    night(world)
    world.faults.forget()
    assert exports.day(table(), "acme", DAY) == 0
    assert "s3.PutObject" not in world.faults.passed
    assert not [item for item in world.items("export") if "due" in item]


def test_cut_off_anywhere_it_is_whole_in_the_end(world: World) -> None:
    say(world, 0, HOUR + timedelta(hours=1))
    steps: list[tuple[int, When]] = [
        (1, "after"),
        (4, "before"),
        (7, "before"),
        (8, "after"),
        (13, "after"),
        (15, "before"),
    ]
    for said, (number, when) in enumerate(steps, 1):
        say(world, said)
        world.drain()
        world.later(days=1)
        world.faults.at_number(number, when)
        with suppress(Crash):
            exports.due(table(), lambda: True)
        assert world.faults.dead
        world.faults.forget()
        exports.due(table(), lambda: True)
        found = rows(world)
        assert len(found["items/community=acme/day=2026-11-21/hour=22.jsonl.gz"]) == said
        assert counted(found["days/community=acme/day=2026-11-21/counts.jsonl.gz"]) == {"": said}
        assert not [item for item in world.items("export") if "due" in item]


def test_where_time_is_short_the_next_run_goes_on(world: World) -> None:
    for number in range(4):
        say(world, number, HOUR - timedelta(hours=number))
    world.drain()
    left = [True, True, True, False]
    assert exports.day(table(), "acme", DAY, lambda: left.pop(0)) is None
    assert len(rows(world, "items")) == 3
    assert not rows(world, "hours")
    assert exports.day(table(), "acme", DAY) == 1
    assert len(rows(world, "items")) == 4
    assert counted(rows(world)["days/community=acme/day=2026-11-21/counts.jsonl.gz"]) == {"": 4}


def test_a_slower_export_never_replaces_a_later_one(world: World) -> None:
    say(world, 1)
    world.drain()

    def others() -> None:
        say(world, 2)
        world.drain()
        exports.day(table(), "acme", DAY)

    world.faults.at("s3.PutObject", "before", others)
    exports.day(table(), "acme", DAY)
    assert len(rows(world)["items/community=acme/day=2026-11-21/hour=22.jsonl.gz"]) == 2
    assert counted(rows(world)["days/community=acme/day=2026-11-21/counts.jsonl.gz"]) == {"": 2}


def test_the_same_is_the_same_bytes() -> None:
    said: list[dict[str, Any]] = [{"id": "1", "who": None}, {"id": "é"}]
    assert partitions.packed(said) == partitions.packed(iter(said))
    assert gzip.decompress(partitions.packed(said)) == '{"id":"1","who":null}\n{"id":"é"}\n'.encode()
    assert gzip.decompress(partitions.packed([])) == b""


def test_what_is_counted_by_language_is_a_dimension_of_its_own() -> None:
    day = {"zone": "UTC", "position": {"a": 2, "b": 3}, "counts": {"kind:bug": 2, "kind:bug@fr": 2, "total": 2}}
    assert list(partitions.of_day(day)) == [
        {"zone": "UTC", "dimension": "kind", "value": "bug", "count": 2, "generation": 5},
        {"zone": "UTC", "dimension": "kind@language", "value": "bug@fr", "count": 2, "generation": 5},
        {"zone": "UTC", "dimension": "total", "value": "", "count": 2, "generation": 5},
    ]


def test_the_counts_of_a_survey_add_up() -> None:
    counted = {"survey:autumn": 3, "survey:autumn:map:north": 2, "survey:autumn:map:south": 1}
    rows = [(partitions.dimension(name), number) for name, number in counted.items()]
    assert sum(number for row, number in rows if row["dimension"] == "survey") == 3
    assert [row["value"] for row, _ in rows if row["dimension"] == "survey@choice"] == [
        "autumn:map:north",
        "autumn:map:south",
    ]
