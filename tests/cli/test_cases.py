"""The life of a case at the command line: listed, taken, decided, carried out, taken back, proved."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli import operator
from events.moments import moment
from functions.moderation import seals
from functions.shared import table
from functions.shared.table import Update
from functions.upkeep import sweep
from tests.cli.api import Desk, desk
from tests.support import builders
from tests.support.outside import silent, unreachable
from tests.support.world import World, needs_a_person

WHY = ("--explanation", "It was spam.")
POST = "https://forum.example/posts/204.json"


@pytest.fixture
def ada(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    world.handle(builders.post_flag(world.now))
    return desk(world, tmp_path, monkeypatch)


def case(ada: Desk) -> str:
    (one,) = ada.told("cases")["cases"]
    return str(one["id"])


def decided(ada: Desk, *measures: str) -> str:
    name = case(ada)
    wanted = [word for measure in measures for word in ("--measure", measure)]
    ada.good("cases", "decide", name, "--outcome", "violation", *wanted, *WHY)
    ada.world.finish()
    return name


def test_from_the_list_to_the_undo(ada: Desk) -> None:
    assert "Cheap gold here" in ada.good("cases")
    claimed = ada.told("cases", "claim", case(ada))
    assert claimed["measures"]["remove"]["reversible"]
    name = decided(ada, "remove")
    assert POST in ada.world.outside.deleted
    assert ada.told("cases")["cases"] == []
    assert "planned" in ada.good("cases", "undo", name)
    ada.world.finish()
    assert ada.world.outside.deleted == set()
    rows = ada.told("cases", "show", name)["deliveries"]
    assert [(row["measure"], row["undo"], row["state"]) for row in rows if row["purpose"] == "act"] == [
        ("remove", False, "sent"),
        ("remove", True, "sent"),
    ]


def test_several_cases_are_undone_at_once(ada: Desk) -> None:
    first = decided(ada, "remove")
    ada.world.handle(builders.post_flag(ada.world.now, post=205, reviewable=32))
    second = decided(ada, "remove")
    assert len(ada.world.outside.deleted) == 2
    told = ada.told("cases", "undo", first, second)["cases"]
    assert set(told) == {first, second}
    ada.world.finish()
    assert ada.world.outside.deleted == set()


def test_the_list_is_in_the_order_of_work_and_says_what_is_late_in_words(ada: Desk) -> None:
    ada.world.handle(builders.flag(ada.world.now, text="Go home", reason="hate"))
    lines = ada.good("cases").splitlines()
    assert lines[0].split() == ["id", "severity", "deadline", "flags", "summary"]
    assert ["Go home" in lines[1], "Cheap gold" in lines[2]] == [True, True]
    assert "11-22T20:00Z" in lines[1]  # Eight hours for what is as severe as this.
    ada.world.later(hours=8)
    lines = ada.good("cases").splitlines()
    assert lines[0].split() == ["id", "severity", "deadline", "late", "flags", "summary"]
    assert ["late" in line for line in lines[1:]] == [True, False]


def test_the_list_says_who_has_a_case_and_which_ones_are_for_the_leads(ada: Desk) -> None:
    name = case(ada)
    ada.good("cases", "claim", name)
    assert "Ada" in ada.good("cases")
    ada.world.later(minutes=15)
    assert "Ada" not in ada.good("cases")
    ada.good("cases", "escalate", name, "--reason", "A threat.")
    ada.good("cases", "claim", name)
    assert "Ada, leads" in ada.good("cases", "list")


QUEUES = """
[[queues]]
id = "games"
community = "acme"
sources = ["game"]

[[queues]]
id = "unkind"
community = "acme"
policies = ["be-kind"]

[[policies]]
id = "be-kind"
community = "acme"
title = "Be kind"
text = "No insults."
reasons = ["harassment"]
"""


def test_only_one_queue_is_listed(ada: Desk) -> None:
    operator.push(builders.PROGRAM + QUEUES, "tests")
    ada.world.later(seconds=61)
    ada.world.handle(builders.flag(ada.world.now, text="Go home"))
    of_games = ada.good("cases", "list", "--queue", "games")
    assert ["Go home" in of_games, "games" in of_games] == [True, True]
    assert "Cheap gold" not in of_games
    assert "Cheap gold" in ada.good("cases", "list", "--queue", "main")
    ada.world.handle(builders.post_flag(ada.world.now, post=205, reviewable=33))
    (insult,) = [one for one in ada.world.items("case") if one["subject"]["id"] == "205"]
    table.table().write(Update(table.key_of(insult), set={"codes": ["harassment"]}))
    assert insult["id"] in ada.good("cases", "list", "--queue", "unkind")
    assert "there is no queue 'x'; there are games, unkind, main" in ada.refused("cases", "list", "--queue", "x")


def test_the_next_one_is_given_and_given_back(ada: Desk) -> None:
    name = case(ada)
    taken = ada.told("cases", "next")
    assert (taken["id"], taken["claimed_by"]) == (name, "Ada")
    assert "Nothing to do" in ada.good("cases", "next")
    assert ada.told("cases", "next") == {"case": None}
    assert "back at its old place" in ada.good("cases", "release", name)
    assert "you do not hold this case" in ada.refused("cases", "release", name)
    again = ada.told("cases", "next")
    assert again["fence"] > taken["fence"]
    assert "you do not hold this case" in ada.refused("cases", "release", name, "--fence", taken["fence"])


def test_escalating_says_until_when_it_is_to_be_decided_then(ada: Desk) -> None:
    told = ada.good("cases", "escalate", case(ada), "--reason", "A threat.")
    assert "is for the leads now, to be decided by 2026-11-23 12:00 UTC" in told
    assert "the leads have this case already" in ada.refused("cases", "escalate", case(ada), "--reason", "Again.")


@pytest.mark.parametrize("how", [unreachable, silent])
def test_one_command_goes_on_with_all_that_a_dead_platform_held_up(ada: Desk, how: Any) -> None:
    ada.world.handle(builders.post_flag(ada.world.now, post=205, reviewable=32))
    ada.world.outside.always = how
    for one in ada.told("cases")["cases"]:
        ada.good("cases", "decide", one["id"], "--outcome", "violation", "--measure", "remove", *WHY)
    ada.world.finish()
    waiting = [row["purpose"] for row in needs_a_person(ada.world)]
    assert sorted(waiting) == ["act", "act", "look", "look"]
    assert "liaison retry" in ada.good("status")
    ada.world.outside.always = None
    assert "4 are tried again" in ada.good("retry", "forum")
    ada.world.finish()
    assert len(ada.world.outside.deleted) == 2
    assert {row["purpose"] for row in needs_a_person(ada.world)} <= {"look"}  # This forum answers none.
    assert "nothing of forum was given up" in ada.good("retry", "forum")


@pytest.mark.parametrize(
    ("until", "back"),
    [
        ("30m", "2026-11-22 12:30 UTC"),
        ("2h", "2026-11-22 14:00 UTC"),
        ("3d", "2026-11-25 12:00 UTC"),
        ("2026-11-23T09:00", "2026-11-23 08:00 UTC"),  # In Paris, where this community is.
        ("2026-11-23T09:00+00:00", "2026-11-23 09:00 UTC"),
    ],
)
def test_a_case_is_put_off_and_comes_back(ada: Desk, until: str, back: str) -> None:
    name = case(ada)
    assert f"comes back at {back}" in ada.good("cases", "snooze", name, "--until", until)
    assert ada.good("cases").strip() == "no open cases"
    assert back.replace(" ", "T", 1).replace(" UTC", "Z") in ada.good("cases", "list", "--state", "snoozed")
    ada.world.now = moment(back.replace(" ", "T", 1).replace(" UTC", ":00.000Z"))
    ada.world.upkeep()
    assert case(ada) == name


@pytest.mark.parametrize(
    ("until", "told"),
    [
        ("tomorrow", "--until tomorrow: write 30m, 2h or 3d, or the community's wall clock as 2026-11-23T09:00"),
        ("2h30", "--until 2h30: write 30m"),
        ("99999d", "not later than"),
        ("0h", "A moment from now on"),
        ("2026-11-22T09:00", "A moment from now on"),
        ("0001-01-01T00:00+14:00", "is not a time"),
    ],
)
def test_a_time_that_cannot_be_meant_is_told(ada: Desk, until: str, told: str) -> None:
    assert told in " ".join(ada.refused("cases", "snooze", case(ada), "--until", until).split())


@pytest.mark.parametrize("state", ["snoozed", "decided"])
def test_other_states_have_lists_of_their_own(ada: Desk, state: str) -> None:
    assert ada.good("cases", "list", "--state", state).strip() == f"no {state} cases"


def test_a_state_that_there_is_not_is_told_with_those_that_there_are(ada: Desk) -> None:
    result = ada.run("cases", "list", "--state", "closed")
    assert result.exit_code == 2
    assert "'closed' is not one of 'open'" in result.output


def test_what_was_taken_for_a_decision_that_is_refused_is_given_back(ada: Desk) -> None:
    words = ada.refused("cases", "decide", case(ada), "--outcome", "no_violation", "--measure", "remove", *WHY)
    assert "no violation, so no measure" in words
    assert [one["state"] for one in ada.told("cases")["cases"]] == ["open"]
    ada.good("cases", "claim", case(ada))
    ada.refused("cases", "decide", case(ada), "--outcome", "no_violation", "--measure", "remove", *WHY)
    assert [one["state"] for one in ada.told("cases")["cases"]] == ["claimed"]


def test_a_decided_case_is_listed_with_who_decided_what(ada: Desk) -> None:
    decided(ada, "remove")
    (line,) = ada.good("cases", "list", "--state", "decided").splitlines()[1:]
    assert {"violation", "Ada"} <= set(line.split())


def test_undoing_nothing_is_said(ada: Desk) -> None:
    name = decided(ada)
    assert "no measure was carried out that could be undone" in ada.refused("cases", "undo", name)


@pytest.mark.parametrize(
    ("measure", "told"),
    [
        ("timeout=soon", "--measure timeout=soon: how many minutes? Write for example timeout=60"),
        ("timeout", "--measure timeout: how many minutes? Write for example timeout=60"),
        ("timeout=0", "how many minutes?"),
        ("remove=5", "remove has no end, so it takes no minutes; write --measure remove"),
        ("dance", "there is no such measure; there are approve, hide"),
    ],
)
def test_a_measure_that_cannot_be_meant_is_told(ada: Desk, measure: str, told: str) -> None:
    words = ada.refused("cases", "decide", case(ada), "--outcome", "violation", "--measure", measure, *WHY)
    assert told in " ".join(words.split())
    assert [(one["state"], one["lease_until"]) for one in ada.told("cases")["cases"]] == [("open", "")]


def test_after_an_outage_one_word_goes_on_with_it(ada: Desk) -> None:
    ada.world.outside.always = unreachable
    decided(ada, "remove")
    (key,) = [row["key"] for row in needs_a_person(ada.world) if row["purpose"] == "act"]
    assert key in ada.good("status")
    ada.world.outside.always = None
    ada.good("resolve", key, "again")
    ada.world.finish()
    assert POST in ada.world.outside.deleted
    assert key not in ada.good("status")


def test_histories_of_what_was_put_off_are_proved_too(ada: Desk) -> None:
    ada.good("cases", "snooze", case(ada), "--until", "2h")
    assert "histories that hold: 1" in ada.good("audit", "verify")


def test_every_history_holds_or_its_line_is_named(ada: Desk) -> None:
    name = decided(ada, "remove")
    assert "histories that hold: 1" in ada.good("audit", "verify")
    change = {"detail": {"outcome": "no_violation"}}
    table.table().write(Update((table.partition("acme", "case", name), "audit#000003"), set=change))
    result = ada.run("audit", "verify", "--json")
    assert result.exit_code == 1
    assert f'"case": "{name}", "line": 3' in result.stdout
    assert "was changed" in result.stdout


def test_the_whole_life_of_a_case_with_this_command_alone(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.handle(builders.post_flag(world.now, author=9))
    ada = desk(world, tmp_path, monkeypatch)
    name = ada.told("cases", "next")["id"]
    ada.good("cases", "decide", name, "--outcome", "violation", "--measure", "remove", *WHY)
    world.finish()
    told = ada.good("cases", "show", name)
    for part in ("Cheap gold here", "It was spam.", "remove: sent", "breaks a rule of the community", "opened"):
        assert part in told
    assert "/appeals/" not in told  # Their link is theirs alone.
    monkeypatch.setenv("LIAISON_TOKEN", world.token("moderator", name="Zoe"))
    appeal = ada.told("cases", "appeal", name, "--words", "I quoted somebody.")["id"]
    assert ada.told("cases", "appeal", name, "--words", "Again!")["id"] == appeal
    assert "I quoted somebody." in ada.good("cases", "show", appeal)
    monkeypatch.setenv("LIAISON_TOKEN", world.token("moderator", name="Ada"))
    assert "had a part" in ada.refused("cases", "claim", appeal)
    monkeypatch.setenv("LIAISON_TOKEN", world.token("moderator", name="Zoe"))
    ada.good("cases", "decide", appeal, "--outcome", "no_violation", "--explanation", "It was a quote.")
    world.finish()
    assert world.outside.deleted == set()
    told = ada.good("cases", "show", name)
    assert "after an appeal overturned by Zoe: no_violation" in told
    assert "remove, taken back: sent" in told
    assert f"{appeal} was the appeal" in ada.good("cases", "appeal", name, "--words", "Again!")
    monkeypatch.setenv("LIAISON_TOKEN", world.token("manager"))
    assert "histories that hold: 2" in ada.good("audit", "verify")


def test_only_who_has_a_part_can_ask_for_another_look(ada: Desk) -> None:
    name = decided(ada)
    assert "nobody is known here" in ada.refused("cases", "appeal", name, "--by", "nobody", "--words", "Why?")


def test_what_was_seen_is_shown_as_text(ada: Desk) -> None:
    ada.world.handle(builders.flag(ada.world.now, text="[red]Go[/red]\x1b[31m home\nCase decided"))
    name = next(one["id"] for one in ada.told("cases")["cases"] if one["platform"] == "standard_webhooks")
    shown = ada.good("cases", "evidence", name)
    assert "1: seen 2026-11-22 12:00 UTC" in shown
    assert "    [red]Go[/red]" in shown
    assert "\n    Case decided" in shown
    assert "\x1b[31m" not in shown
    (one,) = ada.told("cases", "evidence", name)["evidence"]
    assert (one["number"], one["decided_on"], one["author"]["id"]) == (1, False, "4417")


def test_where_nothing_is_kept_the_command_says_so(ada: Desk) -> None:
    ada.world.handle(builders.flag(ada.world.now, text=""))
    name = next(one["id"] for one in ada.told("cases")["cases"] if one["platform"] == "standard_webhooks")
    assert "Nothing that was seen is kept of it." in ada.good("cases", "evidence", name)
    table.table().write(Update((table.partition("acme", "case", name), "case"), set={"forgotten": "2027"}))
    assert "its time is over, or its author was erased" in ada.good("cases", "evidence", name)


def test_the_record_is_proved_by_daily_seals_and_by_what_a_digest_named(ada: Desk) -> None:
    sweep.days_sealed(table.table(), lambda: True)
    ada.good("cases", "decide", case(ada), "--outcome", "no_violation", *WHY)
    ada.world.later(days=1)
    sweep.days_sealed(table.table(), lambda: True)
    named = seals.newest("acme", ada.world.now)
    assert named.startswith("2026-11-22=")
    assert "histories that hold: 1; daily seals that hold: 2" in ada.good("audit", "verify", "--seal", named)
    result = ada.run("audit", "verify", "--seal", f"2026-11-22={'0' * 64}", "--seal", f"2026-11-29={'0' * 64}")
    assert result.exit_code == 1
    assert "the seal is another one now" in result.stdout
    assert "there is no seal of" in result.stdout
    assert "write the day and its seal" in ada.refused("audit", "verify", "--seal", "yesterday")


def test_what_a_digest_named_proves_the_histories_of_that_day_and_before(
    ada: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever hides the newest seals: from the one that was mailed on, all are looked at."""
    sweep.days_sealed(table.table(), lambda: True)
    name = case(ada)
    ada.good("cases", "decide", name, "--outcome", "no_violation", *WHY)
    ada.world.later(days=1)
    sweep.days_sealed(table.table(), lambda: True)
    named = seals.newest("acme", ada.world.now)
    pk = table.partition("acme", "case", name)
    line = max(line["sk"] for line in ada.world.items("audit") if line["pk"] == pk)
    table.table().write(Update((pk, line), set={"seal": "f" * 64}))
    monkeypatch.setattr(seals, "last_day", lambda *_: "2026-11-21")
    (found,) = json.loads(ada.run("audit", "verify", "--json", "--seal", named).stdout.splitlines()[-1])["broken"][-1:]
    assert (found["day"], found["case"]) == ("2026-11-22", name)
