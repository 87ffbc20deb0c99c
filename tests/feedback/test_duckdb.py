"""DuckDB opens the exports as they are. It has an environment of its own: `scripts/test duckdb` makes it."""

import json
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.feedback import partitions
from tests.feedback.test_exports import HOUR, night, say
from tests.support import builders
from tests.support.world import World

PYTHON = Path(__file__).parents[2] / ".tools" / "duckdb" / "bin" / "python"
ASK = "import duckdb, json, sys; print(json.dumps(duckdb.sql(sys.argv[1]).fetchall(), default=str))"

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="no DuckDB here: `scripts/test duckdb` installs it")


def ask(sql: str) -> Any:
    ran = subprocess.run([PYTHON, "-c", ASK, sql], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_it_counts_what_the_api_counts(world: World, tmp_path: Path) -> None:
    for number in range(5):
        say(world, number, HOUR + timedelta(hours=5 * number))
    say(world, 9, HOUR, source="summit")
    gone = {"id": "form-0", "kind": "form", "change": "removed", "said_at": HOUR.isoformat()}
    world.handle(builders.webhook("feedback.changed", gone, world.now))
    night(world)
    for key in world.objects(partitions.ROOT):
        file = tmp_path / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(world.stored(key))
    root = tmp_path / partitions.ROOT

    told = world.ask("GET", "/v1/acme/feedback?from=2026-11-20&to=2026-11-23", token=world.token("reader")).json["days"]
    counts = {day["day"]: day["counts"]["total"] for day in told if day["counts"]}
    assert sum(counts.values()) == 4
    total = "community = 'acme' AND dimension = 'total'"
    days = f"SELECT day, count FROM '{root}/days/**/*.jsonl.gz' WHERE {total}"
    assert dict(ask(days)) == counts
    # The log by the community's own days, and the hours by their own name.
    local = "CAST(timezone('Europe/Paris', said_at) AS DATE)"
    items = (
        f"SELECT {local} AS local, count(*) FROM '{root}/items/**/*.jsonl.gz' WHERE community = 'acme' GROUP BY local"
    )
    assert dict(ask(items)) == counts
    assert ask(f"SELECT sum(count) FROM '{root}/hours/**/*.jsonl.gz' WHERE {total}") in ([[4]], [["4"]])
    assert ask(f"SELECT DISTINCT community FROM '{root}/items/**/*.jsonl.gz' ORDER BY 1") == [["acme"], ["peak"]]
