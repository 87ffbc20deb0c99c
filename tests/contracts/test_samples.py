"""Every sample is placed: the project's own, and those others published."""

import json

import pytest

from cli.inspect import Examined, examine, read_headers
from functions.platforms.door import GATES
from functions.platforms.inbound import POLLED
from tests.contracts.shared import PAYLOADS, bodies
from tests.platforms.deliveries import SAMPLES
from tests.platforms.kits import PLATFORMS, kit
from tests.platforms.polling import behind_the_queue

OWN = [(platform, name, end) for platform in PLATFORMS for name, end in kit(platform).OUTCOMES.items()]


def outcome(found: Examined) -> str:
    """A few words for where a sample ends: its events, or why there are none."""
    if found.verdict != "accepted":
        return found.verdict
    if found.events:
        return " + ".join(type(event).__name__ for event in found.events)
    return found.reason.partition(":")[0]


def sane(found: Examined) -> None:
    """Whatever it is, it is answered 2xx, and what has no event has a reason."""
    assert 200 <= found.status < 300
    assert found.verdict == "challenge" or found.envelope is not None
    assert found.verdict == "challenge" or found.events or found.reason
    json.dumps(found.as_json()).encode("ascii")


def test_no_sample_is_left_out_and_every_platform_has_some() -> None:
    found = {f"{file.parent.name}/{file.stem}" for file in SAMPLES.glob("*/*.*")}
    assert found == {f"{platform}/{name}" for platform, name, _ in OWN}
    assert {platform for platform, _, _ in OWN} == set(PLATFORMS)


@pytest.mark.parametrize(("platform", "name", "expected"), OWN, ids=[f"{one[0]}/{one[1]}" for one in OWN])
def test_our_own_samples(platform: str, name: str, expected: str) -> None:
    [file] = [file for file in (SAMPLES / platform).iterdir() if file.stem == name]
    look = behind_the_queue if platform in POLLED else sent
    found = look(platform, name, file.read_bytes())
    sane(found)
    assert outcome(found) == expected, found.reason


def sent(platform: str, name: str, body: bytes) -> Examined:
    return examine(platform, body, kit(platform).headers(name), place=kit(platform).PLACE)


@pytest.mark.parametrize(("platform", "file"), bodies(*(name.replace("_", "-") for name in GATES)))
def test_samples_that_others_published(platform: str, file: str) -> None:
    body = (PAYLOADS / platform / file).read_bytes()
    ours = kit(platform.replace("-", "_"))
    found = examine(platform.replace("-", "_"), body, captured(platform, file), place=ours.PLACE)
    sane(found)
    assert outcome(found) == ours.OTHERS.get(file.rpartition(".")[0], "parked"), found.reason


@pytest.mark.parametrize(("platform", "file"), bodies("discourse"))
def test_links_to_a_published_forum_are_whole(platform: str, file: str) -> None:
    for event in examine(platform, (PAYLOADS / platform / file).read_bytes(), captured(platform, file)).events:
        told = event.model_dump()
        assert told.get("url", told.get("subject", {}).get("url")).startswith("http")


def captured(platform: str, file: str) -> dict[str, str]:
    """The headers as they came over the wire: as captured, or else after the file's name."""
    beside = PAYLOADS / platform / file.replace(".json", ".headers.json")
    if beside.is_file():
        return read_headers(beside, platform)
    return kit(platform.replace("-", "_")).headers(file.rpartition(".")[0])
