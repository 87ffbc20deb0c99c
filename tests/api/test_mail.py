"""Ending one's mails: by a mail program with one request, or on a page that asks; never by following a link."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from cli import operator
from events.program import Reader
from functions.shared import mails, program
from functions.shared.settings import settings
from functions.shared.table import Item, table
from tests.api.manager import Manager
from tests.delivery import rows
from tests.digests.reading import MARIE, program_with
from tests.support import builders
from tests.support.postal import tell
from tests.support.world import Answered, World

FORM = {"content-type": "application/x-www-form-urlencoded"}
PARTS = '--b1\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b1--\r\n'

PEAK = '[[communities]]\nid = "peak"\nname = "Peak"\n'


def marie() -> Reader:
    found = program.active()[0].reader("marie")
    assert found
    return found


def link(world: World) -> str:
    """Without the host, as API Gateway hands it over."""
    split = urlsplit(mails.stop_link(marie(), world.now))
    return f"{split.path}?{split.query}"


def said(world: World) -> Item | None:
    return mails.ended(table(), "acme", "marie")


def post(world: World, address: str, body: str, kind: str = FORM["content-type"]) -> Answered:
    return world.ask("POST", address, body, headers={"content-type": kind})


def test_whoever_follows_the_link_is_asked_and_nothing_is_ended(world: World) -> None:
    answer = world.ask("GET", link(world))
    assert answer.status == 200
    assert "Send me no more mail" in answer.text
    assert "form-action 'self'" in answer.headers["content-security-policy"]
    assert not said(world)
    assert mails.goes_to(table(), marie())


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM["content-type"], "List-Unsubscribe=One-Click"),
        ("multipart/form-data; boundary=b1", PARTS),
        ('Multipart/Form-Data; boundary="b1"', PARTS),
    ],
)
def test_a_mail_program_ends_them_with_one_request(world: World, kind: str, body: str) -> None:
    """As RFC 8058 has it be written, in 3.2."""
    assert post(world, link(world), body, kind).status == 200
    found = said(world)
    assert found
    assert (found["how"], found["at"]) == ("one-click", "2026-11-22T12:00:00.000Z")
    assert not mails.goes_to(table(), marie())


def test_from_then_on_no_mail_goes_out_and_the_page_is_there(world: World) -> None:
    post(world, link(world), "List-Unsubscribe=One-Click")
    row = rows.mail(world, "2026-11-20")
    world.finish()
    assert not world.mails()
    assert rows.now(world, row)["state"] == "cancelled"
    assert world.digests()
    assert "marie" in {item["reader"] for item in world.items("digest")}


def test_it_is_said_again_without_effect_and_the_first_time_stands(world: World) -> None:
    address = link(world)
    post(world, address, "List-Unsubscribe=One-Click")
    world.later(days=1)
    post(world, address, "List-Unsubscribe=One-Click")
    assert (said(world) or {})["at"] == "2026-11-22T12:00:00.000Z"


def test_on_the_page_a_reader_ends_them_and_begins_them_again(world: World) -> None:
    address = link(world)
    ended = post(world, address, "do=end")
    assert "You get no more mail from Acme Games, since Nov 22, 2026." in ended.text
    again = post(world, address, "do=resume")
    assert "Send me no more mail" in again.text
    assert mails.goes_to(table(), marie())


def test_it_is_not_said_that_mail_goes_to_an_address_that_gets_none(world: World) -> None:
    row = rows.mail(world, "2026-11-20")
    world.due(row)
    tell(world, row, "Complaint Received")
    address = link(world)
    assert "No mail goes to your address" in world.ask("GET", address).text
    post(world, address, "do=end")
    assert "No mail goes to your address" in post(world, address, "do=resume").text


def test_whoever_ends_them_after_their_community_left_is_told_that_they_have(world: World) -> None:
    operator.push(PEAK, "tests")
    address = link(world)
    world.later(minutes=2)
    answer = post(world, address, "List-Unsubscribe=One-Click")
    assert (answer.status, said(world) is None) == (200, False)
    assert not world.failures


@pytest.mark.parametrize("body", ["", "List-Unsubscribe=Maybe", "do=dance", "x" * 20_000, "do=%00"])
def test_what_says_nothing_of_it_ends_nothing(world: World, body: str) -> None:
    post(world, link(world), body)
    post(world, link(world), body, "multipart/form-data; boundary=b1")
    post(world, link(world), body, "multipart/form-data")
    assert not said(world)
    assert not world.failures


def test_mail_is_made_for_whoever_has_an_address_where_any_is_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    noor = program.active()[0].reader("noor")
    assert noor
    assert not mails.goes_to(table(), noor)
    assert mails.goes_to(table(), marie())
    monkeypatch.setenv("MAIL_FROM", "")
    settings.cache_clear()
    assert not mails.goes_to(table(), marie())


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_our_signature_nobody_ends_anything(world: World, method: str) -> None:
    address = link(world)
    stranger = address.replace("/marie?r=marie", "/noor?r=noor")
    for wrong in (address.partition("?")[0], stranger, address[:-1] + "x"):
        answer = world.ask(method, wrong, "List-Unsubscribe=One-Click", headers=FORM)
        assert answer.status == 403
    assert not world.items("mails")


def test_the_link_outlives_the_mail_it_came_with(world: World) -> None:
    address = link(world)
    world.later(days=300)
    assert world.ask("GET", address).status == 200
    world.later(seconds=timedelta(days=200).total_seconds())
    assert world.ask("GET", address).status == 403


def test_the_page_speaks_the_readers_language(world: World) -> None:
    operator.push(builders.PROGRAM.replace('id = "marie"\n', 'id = "marie"\nlanguage = "fr-CA"\n'), "tests")
    world.later(minutes=2)
    answer = world.ask("GET", link(world))
    assert '<html lang="fr">' in answer.text
    assert "Ne plus m’envoyer de courriel" in answer.text


def test_a_manager_sees_what_was_heard_of_a_mail(world: World) -> None:
    row = rows.mail(world, "2026-11-20")
    world.due(row)
    tell(world, row, "Sent")
    world.later(seconds=9)
    tell(world, row, "Bounced")
    (seen,) = Manager(world, "manager").get("deliveries").json["deliveries"]
    assert (seen["key"], seen["state"], seen["waits"]) == (row["key"], "refused", True)
    assert [(one["what"], one["detail"]) for one in seen["heard"]] == [("send", ""), ("bounce", "Permanent General")]
    assert "marie@acme.example" not in str(seen)


def test_the_page_is_in_the_readers_language_and_what_is_no_link_of_ours_in_the_browsers() -> None:
    with World(program_with(MARIE + 'language = "fr"\n')) as world:
        split = urlsplit(mails.stop_link(marie(), world.now))
        shown = world.ask("GET", f"{split.path}?{split.query}")
        assert '<html lang="fr"' in shown.text
        assert "Vous recevez par courriel les résumés" in shown.text
        told = world.ask("GET", split.path, headers={"accept-language": "fr-CA, en;q=0.5"})
        assert (told.status, "Ce lien n’est pas valable" in told.text) == (403, True)
