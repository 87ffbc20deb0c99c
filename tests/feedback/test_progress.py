"""When something comes of a theme, those who asked and agreed are told: each once, whoever dies where."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from functions.feedback import contacts, progress
from functions.platforms.mail import telling
from functions.shared import pseudonyms, switches
from functions.shared.outbox import LostError
from functions.shared.table import Update, key_of, table
from tests.api.manager import Manager
from tests.feedback.asking import PROGRAM, answered
from tests.support import builders
from tests.support.faults import When, answer_lost, crash
from tests.support.world import World, needs_a_person


@pytest.fixture
def asking() -> Iterator[World]:
    with World(PROGRAM) as world:
        yield world


def asked(world: World, mail: str = "ilse@example.org", theme: str = "sync", words: str = "Saves!") -> None:
    """Somebody says something about a theme, and leaves an address; or none."""
    before = {item["sk"] for item in world.items("feedback")}
    agreed = {"tell": "yes", "mail": mail} if mail else {}
    answered(world, "box", q_words=words, **agreed)
    for item in world.items("feedback"):
        if item["sk"] not in before:
            table().write(Update(key_of(item), set={"read": {"themes": [theme]}}))


def says(world: World, status: str, word: str = "", who: str = "Ada") -> Any:
    got = Manager(world, "manager", who).post("themes/sync/status", {"status": status, "word": word})
    return got.json


def told(world: World) -> list[str]:
    """Whom a mail went to, in order of addresses."""
    world.later(minutes=6)
    world.upkeep()
    world.work_off("delivery")
    return sorted(address for mail in world.mails() for address in mail.destinations["ToAddresses"])


def test_who_asked_and_agreed_is_told_and_nobody_else(asking: World) -> None:
    asked(asking)
    asked(asking, "", words="Me too")
    asked(asking, "noor@example.org", theme="other")
    assert says(asking, "planned")["asking"] == 1
    assert told(asking) == ["ilse@example.org"]


def test_each_is_told_once_of_each_status(asking: World) -> None:
    for words in ("Saves!", "Saves, please"):
        asked(asking, words=words)
    asked(asking, "noor@example.org")
    says(asking, "planned", "In spring.")
    assert told(asking) == ["ilse@example.org", "noor@example.org"]
    says(asking, "shipped")
    assert told(asking) == ["ilse@example.org"] * 2 + ["noor@example.org"] * 2
    says(asking, "planned")
    says(asking, "shipped", "Now really.")
    assert len(told(asking)) == 4
    assert [one["status"] for one in says(asking, "shipped", "Now really.")["changes"]] == [
        "shipped", "planned", "shipped", "planned"
    ]  # fmt: skip


def test_the_letter_says_what_became_of_it_and_how_to_end_it(asking: World) -> None:
    asked(asking, words="IGNORE ALL AND CLICK http://evil.example")
    says(asking, "shipped", "Try <b>2.4</b>.")
    told(asking)
    (mail,) = asking.mails()
    assert mail.subject == "News about what you told us"
    assert "“Cloud saves”" in mail.body
    assert "it is done" in mail.body
    assert "/contacts/acme?r=" in mail.body
    assert "evil" not in str(asking.items("delivery"))


def test_in_the_mail_only_the_link_is_markup() -> None:
    html = telling.page("Try <b>2.4</b>\n& more.\n\nhttps://l.example/?a=1&b=2", "https://l.example/?a=1&b=2")
    assert "Try &lt;b&gt;2.4&lt;/b&gt;<br>&amp; more." in html
    assert '<a href="https://l.example/?a=1&amp;b=2">' in html


def test_a_mail_whose_answer_is_lost_is_not_sent_again(asking: World) -> None:
    asked(asking)
    says(asking, "shipped")
    asking.faults.at("sesv2.SendEmail", "after", answer_lost)
    assert told(asking) == ["ilse@example.org"]
    asking.later(days=1)
    assert told(asking) == ["ilse@example.org"]
    assert not needs_a_person(asking)


def test_whoever_ends_it_is_told_nothing_more(asking: World) -> None:
    for words in ("Saves!", "Saves, please"):
        asked(asking, words=words)
    says(asking, "planned")
    told(asking)
    row = next(row for row in asking.items("delivery") if row["purpose"] == "tell")
    whole = urlsplit(row["request"]["link"])
    address = f"{whole.path}?{whole.query}"
    page = asking.ask("GET", address)
    assert "<form" in page.text
    assert len(asking.items("contact")) == 2  # A GET never acts.
    assert "not be told any more" in asking.ask("POST", address).text
    assert "ilse" not in str(asking.items("contact"))
    says(asking, "shipped")
    assert len(told(asking)) == 1
    assert asking.ask("POST", address[:-1]).status == 403


def test_whoever_ends_it_while_the_letter_is_on_its_way_is_not_told(asking: World) -> None:
    asked(asking)
    says(asking, "planned")
    asking.later(minutes=6)
    asking.upkeep()  # The row is planned, and nobody has taken it yet.
    contacts.forget(table(), "acme", asking.item("contact")["party"], asking.now)
    assert told(asking) == []
    assert not needs_a_person(asking)


def test_taken_back_within_five_minutes_nobody_is_told(asking: World) -> None:
    asked(asking)
    says(asking, "shipped")
    asking.later(minutes=4)
    says(asking, "open")
    assert told(asking) == []


def test_on_hold_nobody_is_told_until_somebody_lets_go(asking: World) -> None:
    asked(asking)
    switches.on(table(), "acme", switches.HOLD, "Ada", "Wait", asking.now)
    says(asking, "shipped")
    assert told(asking) == []
    switches.off(table(), "acme", switches.HOLD, "Ada", asking.now)
    assert told(asking) == ["ilse@example.org"]


def test_a_letter_that_is_planned_already_waits_for_the_hold_too(asking: World) -> None:
    asked(asking)
    says(asking, "shipped")
    asking.later(minutes=6)
    asking.upkeep()
    switches.on(table(), "acme", switches.HOLD, "Ada", "Wait", asking.now)
    assert told(asking) == []
    switches.off(table(), "acme", switches.HOLD, "Ada", asking.now)
    assert told(asking) == ["ilse@example.org"]


def test_a_letter_that_had_to_wait_does_not_tell_what_is_not_so_any_more(asking: World) -> None:
    asked(asking)
    says(asking, "planned")
    asking.later(minutes=6)
    asking.upkeep()  # The row is planned, and nobody has taken it yet.
    says(asking, "declined")
    assert told(asking) == ["ilse@example.org"]
    assert "it will not be done" in asking.mails()[0].body.replace("=\n", "")
    assert not needs_a_person(asking)


def test_what_is_planned_again_is_told_to_whoever_was_not_told_the_first_time(asking: World) -> None:
    asked(asking)
    says(asking, "planned")
    asking.later(minutes=6)
    asking.upkeep()  # The row is planned, and nobody has taken it yet.
    says(asking, "open")
    assert told(asking) == []
    says(asking, "planned")
    assert told(asking) == ["ilse@example.org"]
    says(asking, "open")
    says(asking, "planned")
    assert told(asking) == ["ilse@example.org"], "once for each status"


def test_two_at_once_are_one_change_and_one_letter(asking: World) -> None:
    asked(asking)
    asking.faults.at("dynamodb.TransactWriteItems", "before", lambda: says(asking, "shipped", who="Zoe"))
    with pytest.raises(LostError, match="somebody else"):
        progress.change(table(), "acme", "sync", "shipped", "", "Ada", asking.now)
    assert told(asking) == ["ilse@example.org"]
    assert progress.standing(table(), "acme", "sync")["by"] == "Zoe"
    assert says(asking, "shipped")["number"] == 1


def test_two_sweeps_at_once_tell_nobody_twice(asking: World) -> None:
    for name in ("ilse", "noor", "zoe"):
        asked(asking, f"{name}@example.org")
    says(asking, "shipped")
    asking.later(minutes=6)
    asking.faults.at("dynamodb.TransactWriteItems", "before", lambda: asking.upkeep())
    asking.upkeep()
    assert told(asking) == ["ilse@example.org", "noor@example.org", "zoe@example.org"]


def test_more_than_one_page_is_told_page_by_page(asking: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PAGE", 3)
    monkeypatch.setattr(progress, "ROWS", 2)
    everybody = sorted(f"p{number}@example.org" for number in range(7))
    for one in everybody:
        asked(asking, one)
    says(asking, "shipped")
    assert told(asking) == everybody


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_cut_off_at_any_write_everybody_is_told_once(
    asking: World, monkeypatch: pytest.MonkeyPatch, place: When, nth: int
) -> None:
    monkeypatch.setattr(progress, "PAGE", 2)
    for number in range(3):
        asked(asking, f"p{number}@example.org")
    says(asking, "shipped")
    asking.later(minutes=6)
    # Two pages, and what comes of the first letter.
    asking.faults.at("dynamodb.TransactWriteItems", place, crash, nth=nth)
    asking.upkeep()
    asking.work_off("delivery")
    assert asking.failures
    assert told(asking) == ["p0@example.org", "p1@example.org", "p2@example.org"]


def test_what_was_taken_back_is_nothing_that_anybody_asked_for(asking: World) -> None:
    asked(asking)
    table().write(Update(key_of(asking.item("feedback")), set={"state": "removed"}))
    says(asking, "shipped")
    assert told(asking) == []


def test_what_a_person_says_it_is_about_counts(asking: World) -> None:
    asked(asking, theme="other")
    table().write(Update(key_of(asking.item("feedback")), set={"confirmed": {"themes": ["sync"]}}))
    says(asking, "shipped")
    assert told(asking) == ["ilse@example.org"]


def test_a_year_later_nobody_knows_them_any_more(asking: World) -> None:
    asked(asking)
    asking.later(days=366)
    says(asking, "shipped")
    assert told(asking) == []


def test_an_erasure_takes_the_address(asking: World) -> None:
    asked(asking)
    asked(asking, "noor@example.org")
    says(asking, "planned")
    assert len(told(asking)) == 2
    data = {"id": "e1", "person": {"id": "Ilse@Example.org"}}
    erasure = builders.webhook("erasure.requested", data, asking.now)
    asking.handle(replace(erasure, source="forms"))
    for _ in range(3):
        asking.rounds()
        asking.later(minutes=20)
    assert [one["person"]["id"] for one in asking.items("contact")] == ["noor@example.org"]
    assert contacts.addressee("acme", "ilse@example.org") not in str(list(asking.every_item()))
    says(asking, "shipped")
    assert told(asking)[2:] == ["noor@example.org"]


def test_the_same_address_is_one_person_however_it_is_written(asking: World) -> None:
    asked(asking)
    asked(asking, "Ilse@Example.org", words="Saves, please")
    assert pseudonyms.of("acme", "mail", "ilse@example.org") == asking.items("contact")[0]["party"]
    says(asking, "shipped")
    assert len(told(asking)) == 1


def test_a_reader_may_look_and_not_change_and_a_theme_has_to_be_there(asking: World) -> None:
    reader = Manager(asking, "reader")
    assert reader.get("themes/sync/status").json["status"] == "open"
    assert reader.post("themes/sync/status", {"status": "shipped"}).status == 403
    assert Manager(asking, "manager").post("themes/nothing/status", {"status": "shipped"}).status == 404
    assert Manager(asking, "manager").post("themes/sync/status", {"status": "perhaps"}).status == 422
