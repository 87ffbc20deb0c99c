"""The pages on which people answer: for everybody, and each answer once."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from botocore.exceptions import ClientError

from cli import operator
from functions.shared import links
from tests.feedback.asking import PROGRAM, answered, link, results, send, submission
from tests.feedback.counting import must_be_exact
from tests.support.faults import answer_lost
from tests.support.world import World


@pytest.fixture
def asking() -> Iterator[World]:
    with World(PROGRAM) as world:
        yield world


class Page(HTMLParser):
    """What a reader of the page without eyes is told of its fields."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.labelled: set[str] = set()
        self.tags: list[str] = []
        self.legends = 0
        self.language = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.language = given.get("lang", "") if tag == "html" else self.language
        if tag in ("input", "textarea", "select") and given.get("type") != "hidden":
            self.fields[given["id"]] = given.get("type", tag)
        if tag == "label":
            self.labelled.add(given["for"])
        self.legends += tag == "legend"


def test_every_field_has_a_label_and_every_choice_a_legend(asking: World) -> None:
    page = asking.ask("GET", link(asking))
    assert page.status == 200
    read = Page(page.text)
    assert set(read.fields) == read.labelled
    assert read.legends == 2
    assert "script" not in read.tags
    assert read.language == "en"
    assert sorted(read.fields.values()).count("radio") == 2 + 5
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("accepted", "chosen", "language"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.1", "", "fr"),
        ("en;q=0.2, fr;q=0.8", "", "fr"),
        ("ja, *;q=0.1", "", "en"),
        ("fr", "en", "en"),
        ("fr;q=0, en;q=x", "", "en"),
    ],
)
def test_it_speaks_the_language_of_its_reader(asking: World, accepted: str, chosen: str, language: str) -> None:
    address = link(asking) + (f"&lang={chosen}" if chosen else "")
    page = asking.ask("GET", address, headers={"accept-language": accepted})
    assert Page(page.text).language == language
    assert ("Envoyer" in page.text) == (language == "fr")


def test_what_was_answered_is_counted_and_read(asking: World) -> None:
    done = answered(asking, q_map="north", q_rating="4", q_wish="More evenings.\r\nAnd a <b>bigger</b> room.")
    assert done.status == 200
    assert "Your answers have arrived" in done.text
    item = asking.item("feedback")
    assert (item["source"], item["type"], item["survey"]) == ("forms", "survey", "autumn")
    assert item["text"] == "More evenings.\nAnd a <b>bigger</b> room."
    assert item["votes"] == ["map:north", "rating:4"]
    assert "who" not in item
    counts = results(asking)
    assert counts["answers"] == 1
    assert counts["chosen"]["map"] == {"north": 1, "south": 0}
    assert counts["chosen"]["rating"]["4"] == 1
    must_be_exact(asking)


def test_pressed_twice_and_loaded_again_it_counts_once(asking: World) -> None:
    address = link(asking)
    named = submission(asking.ask("GET", address))
    for _ in range(3):
        assert send(asking, address, named, q_map="north").status == 200
        asking.later(minutes=50)
    asking.drain()
    assert results(asking)["answers"] == 1
    must_be_exact(asking)


def test_gone_back_and_changed_the_last_word_counts(asking: World) -> None:
    address = link(asking)
    named = submission(asking.ask("GET", address))
    send(asking, address, named, q_map="north", q_wish="Wait", q_rating="1")
    asking.drain()
    asking.later(minutes=90)
    send(asking, address, named, q_map="south")
    asking.drain()
    assert results(asking)["chosen"]["map"] == {"north": 0, "south": 1}
    assert results(asking)["chosen"]["rating"]["1"] == 0
    assert asking.item("feedback")["text"] == ""
    must_be_exact(asking)


def test_two_people_are_two(asking: World) -> None:
    answered(asking, q_map="north")
    answered(asking, q_map="north")
    assert results(asking)["chosen"]["map"]["north"] == 2


def test_what_is_missing_is_said_and_what_was_written_stays(asking: World) -> None:
    address = link(asking)
    named = submission(asking.ask("GET", address))
    again = send(asking, address, named, q_wish="A <b>room</b>", tell="yes", mail="nobody")
    assert again.status == 422
    assert 'role="alert"' in again.text
    assert "Please answer: Which map do you play most?" in again.text
    assert "Please write a mail address" in again.text
    assert "A &lt;b&gt;room&lt;/b&gt;</textarea>" in again.text
    assert submission(again) == named
    assert not asking.depth("feedback")
    assert not asking.items("contact")


def test_a_choice_that_is_not_there_is_none(asking: World) -> None:
    address = link(asking)
    assert send(asking, address, "0" * 32, q_map="east").status == 422
    assert not asking.depth("feedback")


def test_what_a_program_fills_in_is_not_taken_and_a_person_can_send_it_again(asking: World) -> None:
    address = link(asking)
    named = submission(asking.ask("GET", address))
    refused = send(asking, address, named, q_map="north", more="http://spam.example")
    assert refused.status == 422
    assert not asking.depth("feedback")
    assert "spam.example" not in refused.text
    assert send(asking, address, submission(refused), q_map="north").status == 200


def test_too_much_is_refused_as_a_whole(asking: World) -> None:
    refused = send(asking, link(asking), "0" * 32, q_map="north", q_wish="x" * 400_000)
    assert refused.status == 413
    assert not asking.depth("feedback")


def test_a_link_that_is_not_ours_opens_nothing(asking: World) -> None:
    good = link(asking, event="autumn-meetup")
    for wrong in (
        good[:-1],
        good.replace("autumn-meetup", "winter"),
        good.partition("?")[0],
        good.replace("autumn?", "box?"),
    ):
        assert asking.ask("GET", wrong).status == 403
        assert send(asking, wrong, "0" * 32, q_map="north").status == 403
    operator.rotate_links()
    assert asking.ask("GET", good).status == 200
    asking.later(days=800)
    assert asking.ask("GET", good).status == 403


def test_what_comes_by_the_link_of_an_event_has_its_name(asking: World) -> None:
    answered(asking, event="autumn-meetup", q_map="north")
    answered(asking, q_map="north")
    days = asking.ask("GET", "/v1/acme/feedback", token=asking.token("reader")).json["days"]
    assert days[0]["counts"]["event:autumn-meetup"] == 1
    assert days[0]["counts"]["survey:autumn"] == 2
    must_be_exact(asking)


def test_the_api_gives_the_link(asking: World) -> None:
    asked = "/v1/acme/surveys/autumn/link?event=autumn-meetup"
    given = asking.ask("GET", asked, token=asking.token("reader")).json
    assert given["event"] == "autumn-meetup"
    assert asking.ask("GET", given["link"]).status == 200
    assert "r=autumn-meetup" in given["link"]


def test_an_event_has_a_plain_name(asking: World) -> None:
    got = asking.ask("GET", "/v1/acme/surveys/box/link?event=Autumn%20Meetup", token=asking.token("reader"))
    assert got.status == 422


def test_the_queue_that_does_not_answer_is_told_and_nothing_is_lost(asking: World) -> None:
    address = link(asking)
    named = submission(asking.ask("GET", address))
    refusal = ClientError({"Error": {"Code": "ServiceUnavailable"}}, "SendMessage")

    def down() -> None:
        raise refusal

    asking.faults.at("sqs.SendMessage", "before", down)
    again = send(asking, address, named, q_map="north", q_wish="Snow")
    assert again.status == 503
    assert "Please send them again" in again.text
    assert "Snow" in again.text
    assert send(asking, address, submission(again), q_map="north", q_wish="Snow").status == 200
    asking.drain()
    assert results(asking)["answers"] == 1


def test_an_answer_of_the_queue_that_is_lost_makes_no_second_answer(asking: World) -> None:
    address = link(asking)
    named = submission(asking.ask("GET", address))
    asking.faults.at("sqs.SendMessage", "after", answer_lost)
    assert send(asking, address, named, q_map="north").status == 503
    assert send(asking, address, named, q_map="north").status == 200
    asking.drain()
    assert results(asking)["answers"] == 1


TIMES = 'id = "box"\nopens = 2026-11-22T13:00:00Z\ncloses = 2026-11-22T14:00:00Z'


def test_before_and_after_its_time_a_survey_takes_nothing() -> None:
    with World(PROGRAM.replace('id = "box"', TIMES)) as world:
        address = link(world, "box")
        assert "not begun" in world.ask("GET", address).text
        assert "not begun" in send(world, address, "0" * 32, q_words="Hi").text
        world.later(hours=1)
        assert "<form" in world.ask("GET", address).text
        world.later(hours=1)
        assert "is over" in world.ask("GET", address).text
        assert "is over" in send(world, address, "0" * 32, q_words="Hi").text
        assert not world.depth("feedback")


def test_no_address_goes_into_the_log_nor_on_the_queue(asking: World) -> None:
    address = link(asking, "box")
    done = send(
        asking, address, submission(asking.ask("GET", address)), q_words="Hi", tell="yes", mail="ilse@example.org"
    )
    assert "You will be told" in done.text
    assert "ilse" not in str([json.loads(body) for body in asking.bodies("feedback")])
    asking.later(minutes=2)
    asking.drain()
    kept = [item["kind"] for item in asking.every_item() if "ilse" in str(item)]
    assert kept == ["contact"]
    contact = asking.item("contact")
    assert contact["expires"] == int(datetime(2027, 11, 22, 12, 0, tzinfo=UTC).timestamp())


def test_who_did_not_agree_is_not_kept(asking: World) -> None:
    answered(asking, "box", q_words="Hi", mail="ilse@example.org")
    assert "ilse" not in str(list(asking.every_item()))


def test_a_survey_that_has_left_the_program_is_not_there_any_more(asking: World) -> None:
    path = links.link("/forms/acme/nothing", "-", "survey", asking.now).partition("/forms")[2]
    assert asking.ask("GET", "/forms" + path).status == 404


def test_languages_are_offered_on_the_page(asking: World) -> None:
    page = asking.ask("GET", link(asking))
    (there,) = re.findall(r'<a href="([^"]+)" hreflang="fr"', page.text)
    other = asking.ask("GET", link(asking).partition("?")[0] + there.replace("&amp;", "&"))
    assert Page(other.text).language == "fr"


def test_gone_back_and_changed_their_mind_nobody_is_kept(asking: World) -> None:
    address = link(asking, "box")
    named = submission(asking.ask("GET", address))
    send(asking, address, named, q_words="Hi", tell="yes", mail="ilse@example.org")
    asking.later(minutes=1)
    send(asking, address, named, q_words="Hi")
    assert "ilse" not in str(list(asking.every_item()))
    asking.later(minutes=1)
    send(asking, address, named, q_words="Hi", tell="yes", mail="noor@example.org")
    assert asking.item("contact")["person"] == {"id": "noor@example.org"}
