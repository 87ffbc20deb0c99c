"""The page of what waits for an answer, from a digest's link: looking never acts, and what is sent was looked at."""

import html
import re
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest

from functions.shared import links
from tests.api.manager import Manager
from tests.api.test_talks import calls, question, said
from tests.digests import reading
from tests.support import builders
from tests.support.world import Answered, World

ON_THE_ROSTER = """
[[moderators]]
id = "marie"
community = "acme"
name = "Marie"
pseudonym = "M"
"""


@pytest.fixture
def staffed() -> Iterator[World]:
    with World(builders.PROGRAM + ON_THE_ROSTER) as world:
        yield world


def digest(world: World) -> str:
    world.later(days=1)
    assert world.digests()
    return reading.page(world)


def followed(world: World, page: str) -> str:
    """Where the first link of a page to one of ours leads, with its signature."""
    found = re.search(r'href="(https://[^"]+/waiting/acme[^"]*)"', page)
    assert found
    split = urlsplit(html.unescape(found[1]))
    return f"{split.path}?{split.query}"


def sent(world: World, path: str, **fields: str) -> Answered:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return world.ask("POST", path, urlencode(fields).encode(), headers=headers)


def opened(world: World) -> str:
    """The page of the one thing that waits, from the digest on."""
    listed = world.ask("GET", followed(world, digest(world)))
    assert listed.status == 200
    return followed(world, listed.text)


def test_a_digest_counts_people_and_leads_whoever_may_to_the_page(staffed: World) -> None:
    first = said(staffed, text="Does it snow?")
    staffed.later(minutes=1)
    second = said(staffed, "form-2")
    staffed.roll_up()
    question(staffed, first, who="a" * 16)
    question(staffed, second, who="a" * 16)
    page = digest(staffed)
    assert "Waits for an answer" in page
    assert "Does it snow?" in page
    path = followed(staffed, page)
    listed = staffed.ask("GET", path)
    assert "Does it snow?" in listed.text
    assert not staffed.items("talk")
    assert staffed.ask("GET", path.replace("r=marie", "r=noor")).status == 403


def test_who_is_not_on_the_roster_gets_the_command_only(world: World) -> None:
    question_asked(world)
    page = digest(world)
    assert "Waits for an answer" in page
    assert "/waiting/acme" not in page
    link = urlsplit(links.link("/waiting/acme", "marie", "talks", world.now))
    assert world.ask("GET", f"{link.path}?{link.query}").status == 403


def test_a_moderators_role_is_as_good_as_the_roster() -> None:
    with World(builders.PROGRAM.replace('name = "Marie"', 'name = "Marie"\nrole = "moderator"')) as world:
        name = question_asked(world)
        link = urlsplit(links.link(f"/waiting/acme/{name}", "marie", "talks", world.now))
        assert "Taken care of by marie" in sent(world, f"{link.path}?{link.query}", do="assign").text


def question_asked(world: World, **more: str) -> str:
    name = said(world, **more)
    world.roll_up()
    question(world, name)
    return name


def test_answering_from_the_page_takes_a_preview_first(staffed: World) -> None:
    question_asked(staffed)
    path = opened(staffed)
    assert "Your answer, in Markdown" in staffed.ask("GET", path).text
    shown = sent(staffed, path, do="preview", words="We **know**.\r\nSoon.")
    assert "feedback.answered" in shown.text
    fields = hidden(shown)
    assert not staffed.items("talk")
    blind = sent(staffed, path, do="answer", words="We know.", version="first")
    assert "look at the preview again" in blind.text
    assert "An answer is on its way." in sent(staffed, path, do="answer", **fields).text
    assert "An answer is on its way." in sent(staffed, path, do="answer", **fields).text
    staffed.finish()
    assert len(calls(staffed)) == 1
    assert staffed.item("talk")["answer"]["by"] == "marie"
    assert "It is answered." in staffed.ask("GET", path).text


def test_closing_and_taking_from_the_page(staffed: World) -> None:
    question_asked(staffed)
    path = opened(staffed)
    assert "Taken care of by marie" in sent(staffed, path, do="assign").text
    assert "say why it is closed" in sent(staffed, path, do="close", words=" ").text
    assert "It is closed: told them" in sent(staffed, path, do="close", words="told them").text


def hidden(page: Answered) -> dict[str, str]:
    """What the form of a preview sends."""
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text.partition("</form>")[0])
    return {name: html.unescape(value) for name, value in fields}


def test_a_page_that_is_sent_again_after_others_had_it_does_nothing(staffed: World) -> None:
    question_asked(staffed)
    path = opened(staffed)
    fields = hidden(sent(staffed, path, do="preview", words="We **know**."))
    sent(staffed, path, do="answer", **fields)
    staffed.finish()
    name = path.partition("?")[0].rpartition("/")[2]
    assert Manager(staffed, "moderator").post(f"talks/{name}/reopen").status == 200
    assert "somebody else had it meanwhile" in sent(staffed, path, do="answer", **fields).text
    assert "somebody else had it meanwhile" in sent(staffed, path, do="close", words="x", fence=fields["fence"]).text
    staffed.finish()
    assert len(calls(staffed)) == 1


def test_why_it_was_to_be_closed_does_not_become_an_answer(staffed: World) -> None:
    question_asked(staffed)
    path = opened(staffed)
    refused = sent(staffed, path, do="close", words="one of our pests", fence="7")
    assert "somebody else had it meanwhile" in refused.text
    assert "one of our pests" not in refused.text


def test_what_would_be_sent_is_shown_to_the_letter(staffed: World) -> None:
    question_asked(staffed)
    shown = sent(staffed, opened(staffed), do="preview", words="C’est prévu, d’accord <3").text
    assert "C’est prévu, d’accord &lt;3" in shown.partition("<pre")[2].partition("</pre>")[0]


def test_what_somebody_wrote_is_looked_at_and_sent_by_somebody_else() -> None:
    text = builders.PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\napproval = "another"')
    with World(text + ON_THE_ROSTER) as world:
        name = question_asked(world)
        ada = Manager(world, "moderator")
        ada.post(f"talks/{name}/assign", {})
        assert (
            ada.post(f"talks/{name}/answer", {"text": "Yes, it does.", "version": "first"}).json["state"] == "drafted"
        )
        path = followed(world, digest(world))
        page = world.ask("GET", path)
        assert "Yes, it does." in page.text
        assert "An answer is on its way." in sent(world, path, do="approve", **hidden(page)).text
        world.finish()
        assert len(calls(world)) == 1
        assert world.item("talk")["answer"]["approved_by"] == "marie"


def test_strangers_words_are_text(staffed: World) -> None:
    question_asked(staffed, text="<script>alert(1)</script>{{ 7 * 7 }}")
    path = opened(staffed)
    page = sent(staffed, path, do="preview", words="<b>Hi</b></pre><script>").text
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7 * 7 }}" in page
    assert sent(staffed, path.replace("&s=", "&s=0"), do="close", words="x").status == 403


def test_the_page_speaks_the_readers_language() -> None:
    text = builders.PROGRAM.replace('timezone = "Europe/Paris"\nhour = 9', 'language = "fr"\nhour = 9')
    with World(text + ON_THE_ROSTER) as world:
        question_asked(world)
        assert "Votre réponse, en Markdown" in world.ask("GET", opened(world)).text
