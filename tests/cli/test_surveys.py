"""Surveys and what came of them, at the command line."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.api import Desk, desk
from tests.feedback.asking import CHATS, PROGRAM, answered
from tests.support.world import World


@pytest.fixture
def ada(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    with World(PROGRAM) as world:
        yield desk(world, tmp_path, monkeypatch, "manager")


def test_a_link_opens_the_form_and_its_code_is_a_picture(ada: Desk) -> None:
    told = ada.good("survey", "link", "autumn", "--event", "autumn-meetup", "--qr", "poster.svg")
    whole = urlsplit(told.strip())
    assert "After the autumn meetup" in ada.world.ask("GET", f"{whole.path}?{whole.query}").text
    drawing = ET.fromstring((ada.folder / "poster.svg").read_text())
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert int(drawing.attrib["width"]) > 8 * (21 + 8)


def test_what_was_answered_is_shown(ada: Desk) -> None:
    answered(ada.world, q_map="north", q_rating="4")
    shown = ada.good("survey", "show", "autumn")
    assert "After the autumn meetup: 1 answer.\n" in shown
    assert "/feedback" not in shown  # Nobody talks there.
    assert "north   North  1" in shown
    assert "autumn  After the autumn meetup  3" in ada.good("survey", "list")
    assert "there is no survey 'nothing'" in ada.refused("survey", "show", "nothing")


def test_when_a_survey_ends_is_told_in_its_own_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = PROGRAM.replace('form = "Kq7mVx2a"', "closes = 2026-12-01T00:00:00+01:00")
    with World(ends) as world:
        listed = desk(world, tmp_path, monkeypatch, "manager").good("survey", "list")
    assert "2026-12-01 00:00 UTC+01:00" in listed
    assert "None" not in listed


def test_answers_are_counted_in_words(ada: Desk) -> None:
    assert "After the autumn meetup: 0 answers.\n" in ada.good("survey", "show", "autumn")
    for _ in range(2):
        answered(ada.world, q_map="north")
    assert "After the autumn meetup: 2 answers.\n" in ada.good("survey", "show", "autumn")


def test_where_people_talk_they_are_told_how_to_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with World(PROGRAM + CHATS) as world:
        ada = desk(world, tmp_path, monkeypatch, "manager")
        assert "In Discord and Slack: /feedback survey:autumn\n" in ada.good("survey", "show", "autumn")
        assert ada.told("survey", "list")["surveys"][0]["chats"] == ["discord", "slack"]


def test_a_survey_that_does_not_fit_a_platform_is_named_when_the_program_is_checked(ada: Desk) -> None:
    Path("good.toml").write_text(PROGRAM + CHATS)
    assert ada.good("program", "check", "good.toml").startswith("good: 2 communities")
    assert "survey" not in ada.good("program", "check", "good.toml")
    Path("long.toml").write_text((PROGRAM + CHATS).replace('fr = "Nord" }', f'fr = "{"N" * 101}" }}', 1))
    checked = ada.good("program", "check", "long.toml")
    assert "good: 2 communities" in checked
    assert "survey 'autumn' cannot be answered in Discord: question 'map': the option 'north' has 101" in checked
    assert "an option there takes 100" in checked
    assert "Slack" not in checked
