"""Targets and the switches of a community: what is paused or held sends nothing, and floods nothing afterwards."""

import pytest

from tests.api.manager import NOW, Manager
from tests.support.world import World


@pytest.fixture
def ada(world: World) -> Manager:
    return Manager(world, "manager")


def states(ada: Manager, name: str) -> dict[str, str]:
    rows = ada.get(f"announcements/{name}").json["deliveries"]
    return {row["destination"]: row["state"] for row in rows}


def test_targets_are_listed_with_what_they_are(ada: Manager) -> None:
    told = ada.get("targets").json
    assert told["targets"] == [
        {"id": "site", "platform": "webhook", "kind": "", "paused": False},
        {"id": "news", "platform": "feed", "kind": "", "paused": False},
    ]
    assert told["hold"] is None


def test_a_paused_target_gets_nothing_and_delays_no_other(ada: Manager) -> None:
    paused = ada.post("targets/site/pause", {"reason": "The site moves."}).json
    assert (paused["on"], paused["by"], paused["reason"]) == (True, "Ada", "The site moves.")
    assert ada.get("targets").json["targets"][0] == {
        "id": "site",
        "platform": "webhook",
        "kind": "",
        "paused": True,
        "by": "Ada",
        "reason": "The site moves.",
    }
    name = ada.written(NOW)
    ada.world.finish()
    assert states(ada, name) == {"site": "held", "news": "sent"}
    assert not ada.world.outside.calls


def test_resumed_it_is_not_flooded_with_what_piled_up(ada: Manager) -> None:
    ada.post("targets/site/pause", {})
    name = ada.written(NOW)
    ada.world.finish()
    resumed = ada.post("targets/site/resume", {}).json
    assert (resumed["paused"], resumed["sent_now"]) == (False, 0)
    ada.world.finish()
    assert states(ada, name)["site"] == "missed"
    later = ada.written(NOW)
    ada.world.finish()
    assert states(ada, later)["site"] == "sent"
    assert len(ada.world.outside.calls) == 1


def test_resumed_it_gets_what_piled_up_if_somebody_says_so(ada: Manager) -> None:
    ada.post("targets/site/pause", {})
    name = ada.written(NOW)
    ada.world.finish()
    assert ada.post("targets/site/resume", {"send_held": True}).json["sent_now"] == 1
    ada.world.finish()
    assert states(ada, name) == {"site": "sent", "news": "sent"}
    assert len(ada.world.outside.calls) == 1


def test_a_hold_stops_every_announcement_until_it_is_let_go(ada: Manager) -> None:
    assert ada.post("hold", {"on": True, "reason": "An outage."}).json["reason"] == "An outage."
    assert ada.get("targets").json["hold"]["by"] == "Ada"
    ada.written(NOW)
    ada.world.later(minutes=5)
    ada.world.drain()
    assert not ada.world.outside.calls
    assert ada.post("hold", {"on": False}).json["on"] is False
    assert ada.get("targets").json["hold"] is None
    ada.world.later(minutes=2)
    ada.world.drain()
    assert len(ada.world.outside.calls) == 1


@pytest.mark.parametrize("action", ["pause", "resume"])
def test_a_target_that_is_not_there_is_not_found(ada: Manager, action: str) -> None:
    answer = ada.post(f"targets/sight/{action}", {})
    assert (answer.status, answer.message) == (404, "there is no target 'sight' in 'acme'")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("hold", {}),
        ("hold", {"on": True, "reason": "x" * 301}),
        ("targets/site/pause", {"why": "x"}),
        ("targets/site/resume", {"send_held": "perhaps"}),
    ],
)
def test_what_means_nothing_is_refused_and_switches_nothing(ada: Manager, path: str, body: dict[str, object]) -> None:
    assert ada.post(path, body).status == 422
    told = ada.get("targets").json
    assert told["hold"] is None
    assert not any(one["paused"] for one in told["targets"])
