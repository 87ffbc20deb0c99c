"""Connecting: which source is meant, what its first deliveries say, and what is checked."""

import json
from typing import Any

import pytest

from cli import connect
from cli.operator import OperatorError
from events.program import Source, SourcePlatform
from functions.platforms import acting, standing, telling
from functions.platforms.door import GATES
from functions.platforms.standing import Finding, Keys, Report
from functions.shared import program
from tests.support.world import World

PLACE = Source(id="forum", community="acme", platform="discourse")


def line(message: str, source: str = "forum", **more: str) -> dict[str, Any]:
    return {"level": "INFO", "message": message, "source": source, **more}


def told(*lines: dict[str, Any]) -> list[tuple[str, str]]:
    found = connect.judged(connect.heard(iter(lines), PLACE), PLACE)
    return [(finding.what, finding.state) for finding in found]


def test_a_source_is_found_by_its_id_or_its_platform(world: World) -> None:
    active = program.active()[0]
    assert connect.chosen(active, "forum").platform == "discourse"
    assert connect.chosen(active, "github").id == "code"
    with pytest.raises(OperatorError, match="game or summit"):
        connect.chosen(active, "standard_webhooks")
    with pytest.raises(OperatorError, match='platform = "twitch"'):
        connect.chosen(active, "twitch")


def test_a_first_delivery_that_got_in_is_good(world: World) -> None:
    assert told(line("accepted", envelope="e" * 32, pipeline="feedback")) == [("delivery", "good")]
    assert told(line("answered", status="200")) == [("handshake", "good")]


def test_a_wrong_secret_and_a_wrong_address_are_named(world: World) -> None:
    assert told(line("refused", why="not signed with a secret of this source")) == [("signature", "wrong")]
    assert told(line("refused", "forums", why="no such source")) == [("address", "wrong")]
    assert told() == [("delivery", "unknown")]


def test_a_source_that_was_pushed_a_moment_ago_is_not_called_unknown(world: World) -> None:
    assert told(line("refused", why="no such source")) == [("source", "unknown")]
    assert told(line("refused", why="no such source"), line("answered")) == [("handshake", "good")]


def test_what_was_refused_before_something_got_in_is_no_longer_wrong(world: World) -> None:
    refused = line("refused", why="not signed with a secret of this source")
    assert told(refused, line("answered", status="200")) == [("handshake", "good")]


def test_another_source_s_deliveries_say_nothing_about_this_one(world: World) -> None:
    assert told(line("accepted", "game", envelope="e" * 32, pipeline="feedback")) == [("delivery", "unknown")]


def test_an_event_that_is_not_used_is_named_with_its_reason(world: World) -> None:
    (finding,) = connect.judged(
        connect.heard(iter([line("accepted", envelope="e" * 32, pipeline="parked")]), PLACE), PLACE
    )
    assert finding.state == "wrong"
    assert "parked" in finding.told


def test_a_source_without_a_secret_is_said_to_have_none(world: World) -> None:
    report = connect.checked(Source(id="other", community="acme", platform="standard_webhooks"), repair=False)
    assert [(one.what, one.state) for one in report.findings] == [("secret", "wrong")]


@pytest.mark.parametrize("repair", [True, False])
def test_the_platform_is_asked_with_what_was_put(world: World, monkeypatch: pytest.MonkeyPatch, repair: bool) -> None:
    asked: list[Any] = []

    class Connection:
        @staticmethod
        def steps(place: Source, url: str) -> tuple[str, ...]:
            return (url,)

        @staticmethod
        def check(place: Source, url: str, keys: Keys, hands: Any, *, repair: bool) -> Report:
            asked.append((place.id, url, keys.token, repair))
            return Report((Finding("hook", "good", "there"),))

    monkeypatch.setattr(standing, "has", lambda platform, part: True)
    monkeypatch.setattr(standing, "connection", lambda platform: Connection)
    place = program.active()[0].source("game")
    assert place is not None
    report = connect.checked(place, repair=repair)
    assert [one.what for one in report.findings] == ["secret", "hook"]
    ((name, url, token, repaired),) = asked
    assert (name, repaired) == ("game", repair)
    assert url.endswith("/hooks/game")
    assert connect.steps(place)[0] == url
    assert json.dumps(token)


def test_a_platform_that_does_not_answer_is_a_finding(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent:
        @staticmethod
        def check(*given: Any, **more: Any) -> Report:
            raise standing.AskedError("the forum: answered 503")

    monkeypatch.setattr(standing, "has", lambda platform, part: True)
    monkeypatch.setattr(standing, "connection", lambda platform: Silent)
    report = connect.checked(PLACE, repair=True)
    assert ("platform", "unknown") in [(one.what, one.state) for one in report.findings]


@pytest.mark.parametrize("platform", ["discourse", "github", "twitch", "telegram", "youtube"])
def test_a_secret_that_is_ours_to_choose_fits_the_platform(platform: SourcePlatform) -> None:
    made = connect.make_secret(Source.model_construct(id="x", community="acme", platform=platform))
    assert made is not None
    assert 40 <= len(made) <= 100
    assert made.replace("-", "").replace("_", "").isalnum()


def test_a_platform_that_makes_its_own_secret_is_given_none() -> None:
    assert connect.make_secret(Source(id="x", community="acme", platform="slack")) is None


@pytest.mark.parametrize("platform", sorted(GATES))
def test_what_our_account_needs_for_decisions_stands_in_the_steps(platform: SourcePlatform) -> None:
    place = Source.model_construct(id="x", community="acme", platform=platform, about="", api="", account="")
    told = " ".join(connect.rights(place))
    acts = acting.on(platform)
    abilities = acts.ABILITIES if acts else {}
    assert all(measure in told for measure in abilities)
    assert all(ability.right in told for ability in abilities.values())
    assert ("telling people why" in told) == bool(telling.on(platform))
