"""What an operator does with AWS rights: the first push, secrets and tokens."""

import json

import pytest

from cli import operator
from cli.operator import OperatorError
from functions.shared import links, parameters, program, secret, tokens
from functions.shared.table import table
from tests.support import builders
from tests.support.faults import Crash
from tests.support.world import World

GOOD = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="
OTHER = "whsec_" + "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY="
PUBLIC = "whpk_" + "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
PRIVATE = "whsk_" + "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="


def stored(*names: str) -> str:
    found = parameters.fresh(parameters.path(*names))
    assert found is not None
    return found


def test_the_first_push_also_makes_the_key_that_signs_links() -> None:
    with World(program_text=None) as world:
        with pytest.raises(links.NoKeyError, match="liaison program push"):
            links.keys()
        version = operator.push(builders.PROGRAM, "Ada")
        assert version == world.item("program")["hash"] == program.hash_of(builders.PROGRAM)
        assert len(links.keys()[0]) >= 32


def test_a_later_push_keeps_the_key_since_links_are_out(world: World) -> None:
    before = stored("links")
    operator.push(builders.PROGRAM.replace("Acme Games", "Acme"), "Ada")
    assert stored("links") == before


def test_a_push_that_died_before_the_key_is_finished_by_the_next() -> None:
    with World(program_text=None) as world:
        world.faults.at("ssm.PutParameter", "before", nth=2)
        with pytest.raises(Crash):
            operator.push(builders.PROGRAM, "Ada")
        world.faults.forget()
        operator.push(builders.PROGRAM, "Ada")
        assert links.keys()


def test_a_sources_secret_is_put_and_rotated(world: World) -> None:
    operator.put_secret("game", GOOD, outgoing=False)
    operator.put_secret("game", OTHER, outgoing=False)
    assert secret.live(stored("sources", "game"), world.now) == [OTHER, GOOD]
    assert secret.live(stored("sources", "game"), world.later(hours=24)) == [OTHER]


def test_what_a_source_signs_with_and_what_we_sign_with_are_two_secrets(world: World) -> None:
    operator.put_secret("game", GOOD, outgoing=False)
    operator.put_secret("game", OTHER, outgoing=True)
    assert json.loads(stored("sources", "game"))["current"] == GOOD
    assert stored("targets", "game") == OTHER


def test_a_targets_credential_is_outgoing_without_saying_so(world: World) -> None:
    operator.put_secret("site", OTHER, outgoing=False)
    assert stored("targets", "site") == OTHER


@pytest.mark.parametrize("value", ["hunter2!", "", "whsec_", "whsec_%%%"])
def test_a_secret_that_cannot_be_one_there_is_refused_and_the_old_one_stays(world: World, value: str) -> None:
    operator.put_secret("game", GOOD, outgoing=False)
    with pytest.raises(OperatorError, match="secret is"):
        operator.put_secret("game", value, outgoing=False)
    assert json.loads(stored("sources", "game")) == {"current": GOOD}


def test_a_public_key_is_put_and_rotated_like_a_secret(world: World) -> None:
    operator.put_secret("game", GOOD, outgoing=False)
    operator.put_secret("game", PUBLIC, outgoing=False)
    assert secret.live(stored("sources", "game"), world.now) == [PUBLIC, GOOD]
    world.later(minutes=2)
    operator.put_secret("game", OTHER, outgoing=False)
    assert secret.live(stored("sources", "game"), world.now) == [OTHER, PUBLIC]


def test_a_credential_of_two_lines_is_refused_without_being_repeated(world: World) -> None:
    with pytest.raises(OperatorError, match="line break") as refused:
        operator.put_secret("game", "xoxb-secret\nsecond", outgoing=True)
    assert "xoxb" not in str(refused.value)


@pytest.mark.parametrize("value", ["whpk_", "whpk_%%%", "whpk_é", "whpk_QUJD", "whpk_" + "QUJD" * 11, PUBLIC + "QUJD"])
def test_a_public_key_that_is_none_is_refused_and_the_old_secret_stays(world: World, value: str) -> None:
    operator.put_secret("game", GOOD, outgoing=False)
    with pytest.raises(OperatorError, match="not base64 of 32 bytes"):
        operator.put_secret("game", value, outgoing=False)
    assert json.loads(stored("sources", "game")) == {"current": GOOD}


@pytest.mark.parametrize(("name", "outgoing"), [("game", True), ("site", False), ("site", True)])
def test_nothing_is_signed_with_a_public_key(world: World, name: str, outgoing: bool) -> None:
    before = stored("targets", name)
    with pytest.raises(OperatorError, match="put whsec_… here"):
        operator.put_secret(name, PUBLIC, outgoing=outgoing)
    assert stored("targets", name) == before


@pytest.mark.parametrize(
    ("name", "outgoing", "advice"),
    [
        ("game", False, "keep it at the sender, and put its public key"),
        ("game", True, "whsec_"),
        ("site", True, "whsec_"),
    ],
)
def test_a_private_key_is_refused_and_stored_nowhere(world: World, name: str, outgoing: bool, advice: str) -> None:
    kept = [parameters.path(kind, name) for kind in ("sources", "targets")]
    before = [parameters.fresh(path) for path in kept]
    with pytest.raises(OperatorError, match=advice) as refused:
        operator.put_secret(name, PRIVATE, outgoing=outgoing)
    assert PRIVATE not in str(refused.value)
    assert [parameters.fresh(path) for path in kept] == before


def test_a_forums_secret_may_be_any_text(world: World) -> None:
    operator.put_secret("forum", "correct horse battery staple", outgoing=False)
    assert json.loads(stored("sources", "forum"))["current"] == "correct horse battery staple"


def test_a_name_the_program_does_not_know_is_refused(world: World) -> None:
    with pytest.raises(OperatorError, match="no source or target 'gaem'"):
        operator.put_secret("gaem", GOOD, outgoing=False)


def test_a_token_is_good_for_its_days_and_its_communities(world: World) -> None:
    token = operator.new_token("Mo", "moderator", ("acme",), 7)
    assert token.startswith("lia_")
    holder = tokens.holder(table(), token, world.now)
    assert holder == tokens.Holder("Mo", "moderator", ("acme",))
    assert tokens.holder(table(), token, world.later(days=7)) is None


def test_no_two_tokens_are_alike(world: World) -> None:
    assert len({operator.new_token("Mo", "reader", ("acme",), 1) for _ in range(20)}) == 20
