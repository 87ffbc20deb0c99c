"""Who may do what: decided before anything else of a request is looked at, and refused without a word more."""

import itertools
import json
from datetime import timedelta

import pytest

from functions.api.access import SMALLEST
from functions.shared import clock, tokens
from functions.shared.table import table
from functions.shared.tokens import RANKS
from tests.support import builders
from tests.support.world import Answered, World

ROUTES = {
    ("GET", "status"): "/v1/acme/status",
    ("GET", "feedback"): "/v1/acme/feedback",
    ("POST", "feedback"): "/v1/acme/feedback/notes",
    ("GET", "talks"): "/v1/acme/talks",
    ("POST", "talks"): "/v1/acme/talks/none/show",
    ("GET", "announcements"): "/v1/acme/announcements",
    ("POST", "announcements"): "/v1/acme/announcements",
    ("PUT", "announcements"): "/v1/acme/announcements/none",
    ("GET", "series"): "/v1/acme/series",
    ("POST", "series"): "/v1/acme/series",
    ("PUT", "series"): "/v1/acme/series/none",
    ("GET", "calendar"): "/v1/acme/calendar",
    ("POST", "images"): "/v1/acme/images",
    ("GET", "targets"): "/v1/acme/targets",
    ("POST", "targets"): "/v1/acme/targets/none/pause",
    ("POST", "hold"): "/v1/acme/hold",
    ("GET", "digests"): "/v1/acme/digests/marie",
    ("GET", "surveys"): "/v1/acme/surveys",
    ("GET", "themes"): "/v1/acme/themes/none/status",
    ("POST", "themes"): "/v1/acme/themes/none/status",
    ("GET", "cases"): "/v1/acme/cases",
    ("POST", "cases"): "/v1/acme/cases/none/decide",
    ("GET", "people"): "/v1/acme/people?account=game:u-1",
    ("POST", "people"): "/v1/acme/people/link",
    ("GET", "clusters"): "/v1/acme/clusters/none",
    ("GET", "batches"): "/v1/acme/batches/none",
    ("POST", "batches"): "/v1/acme/batches/none/undo",
    ("GET", "audit"): "/v1/acme/audit/verify",
    ("GET", "deliveries"): "/v1/acme/deliveries",
    ("POST", "deliveries"): "/v1/acme/deliveries/none/resolve",
    ("GET", "parked"): "/v1/acme/parked",
    ("POST", "parked"): "/v1/acme/parked/none/replay",
}
UNUSABLE = "this is not JSON, and nobody may find out"


def unauthorized(answer: Answered) -> bool:
    return (answer.status, answer.json) == (401, {"message": "unauthorized"})


def forbidden(answer: Answered) -> bool:
    return (answer.status, answer.json) == (403, {"message": "forbidden"})


def test_there_is_a_route_here_for_every_rule() -> None:
    assert set(ROUTES) == set(SMALLEST)


@pytest.mark.parametrize(("method", "room"), list(ROUTES))
def test_without_a_token_there_is_nothing(world: World, method: str, room: str) -> None:
    assert unauthorized(world.ask(method, ROUTES[method, room], UNUSABLE))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer lia_",
        "Bearer wrong",
        "Basic {token}",
        "{token}",
        "Bearer {token}x",
        "Bearer x{token}",
    ],
)
def test_a_wrong_token_is_as_good_as_none(world: World, header: str) -> None:
    given = header.format(token=world.token())
    assert unauthorized(world.ask("GET", "/v1/acme/status", headers={"authorization": given}))


@pytest.mark.parametrize("name", ["authorization", "Authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_good_token_lets_in(world: World, name: str, scheme: str) -> None:
    answer = world.ask("GET", "/v1/acme/status", headers={name: f"{scheme} {world.token('reader')}"})
    assert answer.status == 200


@pytest.mark.parametrize("odd", ["lia_\ud800", "lia_é", "lia_" + "x" * 10_000, "lia_\x00"])
def test_an_odd_token_is_a_wrong_one(world: World, odd: str) -> None:
    assert unauthorized(world.ask("GET", "/v1/acme/status", token=odd))


def test_a_token_ends_when_it_said(world: World) -> None:
    token = world.token("reader", days=30)
    world.later(days=30, milliseconds=-1)
    assert world.ask("GET", "/v1/acme/status", token=token).status == 200
    world.later(milliseconds=1)
    assert unauthorized(world.ask("GET", "/v1/acme/status", token=token))


def test_a_revoked_token_is_over_at_once(world: World) -> None:
    token = world.token("reader")
    (listed,) = tokens.listing(table())
    assert tokens.revoke(table(), listed["id"], world.now)
    assert unauthorized(world.ask("GET", "/v1/acme/status", token=token))


@pytest.mark.parametrize(("rule", "role"), list(itertools.product(ROUTES, RANKS)))
def test_a_role_opens_what_it_is_large_enough_for(world: World, rule: tuple[str, str], role: tokens.Role) -> None:
    answer = world.ask(rule[0], ROUTES[rule], UNUSABLE, token=world.token(role))
    if RANKS[role] >= RANKS[SMALLEST[rule]]:
        assert answer.status not in (401, 403)
    else:
        assert forbidden(answer)


@pytest.mark.parametrize(("method", "room"), list(ROUTES))
def test_another_community_is_closed_to_every_role(world: World, method: str, room: str) -> None:
    token = world.token("operator", "peak")
    assert forbidden(world.ask(method, ROUTES[method, room], UNUSABLE, token=token))


def test_a_community_that_does_not_exist_looks_like_one_that_is_closed(world: World) -> None:
    assert forbidden(world.ask("GET", "/v1/nowhere/status", token=world.token()))


def test_a_token_for_everywhere_opens_every_community(world: World) -> None:
    token = world.token("reader", "*")
    assert world.ask("GET", "/v1/acme/status", token=token).status == 200
    assert world.ask("GET", "/v1/peak/status", token=token).status == 200


def test_a_token_for_two_communities_opens_those_two(world: World) -> None:
    token = world.token("reader", "acme", "peak")
    assert [world.ask("GET", f"/v1/{name}/status", token=token).status for name in ("acme", "peak", "other")] == [
        200,
        200,
        403,
    ]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_no_other_method_is_let_through(world: World, method: str) -> None:
    assert forbidden(world.ask(method, "/v1/acme/status", token=world.token()))


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/", "/v1/acme", "/v1/acme/", "/v1/acme/secrets", "/v1//status", "/v1/acme/status%2f"]
)
def test_what_is_no_room_is_closed(world: World, path: str) -> None:
    assert unauthorized(world.ask("GET", path))
    assert forbidden(world.ask("GET", path, token=world.token()))


@pytest.mark.parametrize(
    "path", ["/V1/acme/status", "/v1x/acme/status", "/%76%31/acme/status", "/./v1/acme/status", "/x/../v1/acme/status"]
)
def test_no_other_spelling_of_a_path_leads_past_the_door(world: World, path: str) -> None:
    answer = world.ask("GET", path, token=world.token())
    assert answer.status in (401, 403, 404)
    assert "waiting" not in answer.text


def test_an_unknown_page_in_a_room_is_not_found(world: World) -> None:
    assert world.ask("GET", "/v1/acme/status/of/nothing", token=world.token()).status == 404
    assert world.ask("GET", "/nothing").status == 404


def test_a_refusal_comes_before_the_program_is_read(world: World) -> None:
    """Whoever does not belong here makes us do nothing but look up a token."""
    world.faults.forget()
    world.ask("GET", "/v1/acme/status", token="lia_wrong")
    assert world.faults.passed == ["dynamodb.GetItem"]
    world.faults.forget()
    world.ask("GET", "/v1/acme/status")
    assert not world.faults.passed


def test_who_asked_is_forgotten_with_the_request(world: World) -> None:
    """The next one in the same process is somebody else."""
    data = {"title": "t", "body": "b", "draft": True}
    for name in ("Ada", "Zoe"):
        made = world.ask("POST", "/v1/acme/announcements", data, token=world.token("manager", name=name))
        assert made.json["announcement"]["author"] == name


def test_neither_token_nor_hash_of_it_is_ever_shown(world: World) -> None:
    token = world.token()
    stored = json.dumps(list(world.every_item()))
    assert token not in stored
    assert token.removeprefix("lia_") not in stored


def test_a_token_made_long_ago_can_still_be_revoked(world: World) -> None:
    """Others make one for every build, and none of them may push an old one out of reach."""
    old = world.token("reader", name="old")
    (first,) = tokens.listing(table())
    for number in range(120):
        world.later(seconds=1)
        tokens.create(table(), f"build {number}", "reader", ("acme",), world.now + timedelta(days=1), world.now)
    assert tokens.revoke(table(), first["id"], world.now)
    assert tokens.holder(table(), old, world.now) is None


def test_revoking_twice_or_nobody() -> None:
    with World() as world:
        world.token("reader")
        (listed,) = tokens.listing(table())
        assert tokens.revoke(table(), listed["id"], world.now)
        first = tokens.listing(table())[0]["revoked_at"]
        assert tokens.revoke(table(), listed["id"], world.later(hours=1))
        assert tokens.listing(table())[0]["revoked_at"] == first == clock.text(world.now - timedelta(hours=1))
        assert not tokens.revoke(table(), "0123456789ab", world.now)


def test_what_is_public_needs_no_token(world: World) -> None:
    assert world.ask("GET", "/openapi.json").status == 200
    assert world.ask("GET", "/feeds/acme/news").status == 200
    world.handle(builders.flag(world.now))
    assert "case" not in world.ask("GET", "/feeds/acme/news").text
