"""The main job, and the schedule that nobody calls."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli import client, demo, practice, stack
from tests.deployed.conftest import Deployed


def test_an_announcement_for_a_time_is_published_by_the_minute_sweep(deployed: Deployed) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=10)
    new = {"title": "Later", "body": "In a *moment*.", "at": moment.strftime("%Y-%m-%dT%H:%M:%S"), "zone": "UTC"}
    name = deployed.api.post("/announcements", new)["announcement"]["id"]
    assert deployed.api.get(f"/announcements/{name}")["progress"] == "scheduled"
    deadline = time.monotonic() + 125
    while (told := deployed.api.get(f"/announcements/{name}"))["progress"] != "published":
        assert time.monotonic() < deadline, told
        time.sleep(1)
    published = datetime.fromisoformat(told["announcement"]["published_at"])
    assert timedelta() <= published - moment <= timedelta(minutes=2)


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A stack that the demonstration brought up and left running, and its figures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stack, "HOME", tmp_path_factory.mktemp("demo"))
        try:
            yield demo.run(stack.free_port(), lambda _: None)
        finally:
            stack.down(lambda _: None)


def test_the_demonstration_reads_its_figures_back(demonstrated: dict[str, Any]) -> None:
    result = demonstrated
    figures = {name: result[name] for name in ("accepted", "recorded", "duplicates", "parked", "lost")}
    assert figures == {"accepted": 16, "recorded": 10, "duplicates": 4, "parked": 2, "lost": 0}
    assert result["forged_answered"] == 401
    assert result["digest_status"] == 200
    assert [case["state"] for case in result["cases"]] == ["decided", "decided"]
    assert {state for case in result["cases"] for state in case["deliveries"].values()} == {"sent"}
    assert list(result["site_posts"].values()) == [1]
    assert result["days"][0]["counts"]["total"] == 4
    assert len(result["mails"]) == 3  # Of the day, the week and the month.


def test_a_case_to_practise_on_is_carried_out_at_the_games_server(demonstrated: dict[str, Any]) -> None:
    heard: list[str] = []
    with practice.begun(heard.append) as case:
        assert case not in [decided["id"] for decided in demonstrated["cases"]]
        with pytest.raises(demo.DemoError, match="something answers on port 8790 already"), practice.begun(print):
            pass
        api = client.api(None)
        demo.decide(api, case)
        demo.drain(api)
        assert heard == [f"{case}: the game's server is asked to remove"]
