"""Series and the calendar at the command line."""

import re
from pathlib import Path

import pytest

from cli import manuscript, operator
from cli.manuscript import SERIES, ManuscriptError
from functions.announcements import times
from tests.cli.api import URL, Desk, desk
from tests.support import builders
from tests.support.world import World

WEEKLY = """+++
at = "2026-11-23T09:00"
zone = "Europe/Paris"
every = "2 weeks"
on = ["monday"]
until = 2027-06-30
+++
# Update

It is Monday.
"""
CUP = """+++
title = "Winter Cup"
at = "2026-11-30T09:00"
zone = "Europe/Paris"

[event]
starts = "2026-12-05T18:00"
ends = "2026-12-05T20:00"
zone = "Europe/Paris"
where = "twitch.tv/acme"
reminders = ["-1d", "-1h"]
starting = true
thanks = "+2h"
+++
Come to the **Winter Cup**!

+++
step = "starting"
+++
It is {starts}: come in!
"""


@pytest.fixture
def ada(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    (tmp_path / "community.toml").write_text(builders.PROGRAM)
    monkeypatch.chdir(tmp_path)
    return desk(world, tmp_path, monkeypatch)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_series_is_posted_from_a_file_and_listed(ada: Desk) -> None:
    shown = flat(ada.good("series", "post", ada.written(WEEKLY)))
    assert "Update (" in shown
    assert "): active, written by Ada approved by Ada (" in shown
    assert ") 2026-11-23T09:00 Europe/Paris (2026-11-23T08:00Z) announcement 2026-12-07T09:00" in shown
    (one,) = ada.told("series", "list")["series"]
    assert f"{one['id']} active Update" in flat(ada.good("series", "list"))
    assert ada.told("series", "show", one["id"])["series"]["state"] == "active"


def test_a_draft_is_looked_at_and_approved(ada: Desk) -> None:
    name = ada.told("series", "post", ada.written(CUP), "--draft", "--target", "site")["series"]["id"]
    shown = flat(ada.good("series", "approve", name, "--yes"))
    assert "reminder -1d, Friday 2026-12-04 18:00 (Europe/Paris) site (Webhook, en)" in shown
    assert "It is 2026-12-05 18:00 (Europe/Paris): come in!" in shown
    assert "): active" in shown
    ada.world.now = times.resolve("2026-12-05T18:00", "Europe/Paris")
    ada.world.drain()
    assert "It is 2026-12-05 18:00 (Europe/Paris): come in" in ada.world.outside.calls[-1].said["data"]["markdown"]


def test_a_series_has_a_preview_and_a_page(ada: Desk) -> None:
    name = ada.told("series", "post", ada.written(CUP), "--draft")["series"]["id"]
    shown = flat(ada.good("series", "preview", name))
    assert "thanks +2h, Saturday 2026-12-05 22:00 (Europe/Paris) site (Webhook, en)" in shown
    told = ada.told("series", "preview", name)
    assert f"approving says yes to {told['hash']} as a page: {URL}/previews/acme/series/{name}?" in shown
    assert ada.world.ask("GET", told["page"]).status == 200
    assert ada.told("series", "approve", name, "--hash", told["hash"])["series"]["state"] == "active"


def test_what_cannot_be_approved_says_so_and_asks_nothing(ada: Desk) -> None:
    name = ada.told("series", "post", ada.written(CUP), "--draft")["series"]["id"]
    gone = builders.PROGRAM.replace('id = "news"', 'id = "letters"')
    operator.push(gone, "test")
    ada.world.later(minutes=2)
    assert "announcement: news: the program has no such target any more" in ada.refused("series", "preview", name)
    assert "It cannot go out like this:" in ada.refused("series", "approve", name, "--yes")


def test_a_file_of_a_series_is_looked_at_without_any_server(ada: Desk) -> None:
    page = ada.folder / "page.html"
    shown = flat(ada.good("preview", ada.written(CUP), "--community", "acme", "--html", page))
    assert "reminder -1d, Friday 2026-12-04 18:00 (Europe/Paris) site (Webhook, en)" in shown
    assert "2026-12-05T22:00 Europe/Paris (2026-12-05T21:00Z) thanks +2h" in shown
    assert "Winter Cup: in 1 hour" in page.read_text()
    assert not ada.wire.asked
    here = ada.told("preview", ada.written(CUP), "--community", "acme")
    there = ada.told("preview", ada.written(CUP), "--remote")
    assert [one["wall"] for one in there["previews"]] == [one["wall"] for one in here["previews"]]
    assert ada.told("series", "list")["series"] == []


def test_a_series_that_is_over_cannot_go_out(ada: Desk) -> None:
    gone = WEEKLY.replace("2026-11-23", "2026-11-02").replace("2027-06-30", "2026-11-16")
    assert "all of it is over: give it other times" in ada.refused("preview", ada.written(gone), "--community", "acme")


def test_one_announcement_is_not_made_from_a_series(ada: Desk) -> None:
    told = ada.refused("announcements", "post", ada.written(CUP))
    assert "a.md is a series, and not one announcement: `liaison series post" in told


def test_a_series_tells_who_approved_it_and_what_happened(ada: Desk) -> None:
    name = ada.told("series", "post", ada.written(WEEKLY))["series"]["id"]
    ada.good("series", "pause", name)
    shown = flat(ada.good("series", "show", name))
    assert "paused, written by Ada approved by Ada (" in shown
    assert re.search(r"Ada written \S+ Ada approved \S+ Ada paused", shown)


def test_nobody_there_to_be_asked_approves_nothing(ada: Desk) -> None:
    name = ada.told("series", "post", ada.written(CUP), "--draft")["series"]["id"]
    assert "nobody is there to be asked" in ada.refused("series", "approve", name)
    assert ada.told("series", "show", name)["series"]["state"] == "draft"


def test_changed_paused_resumed_ended(ada: Desk) -> None:
    name = ada.told("series", "post", ada.written(WEEKLY))["series"]["id"]
    states = [
        ada.told("series", *command)["series"]["state"]
        for command in (
            ("pause", name),
            ("resume", name),
            ("change", name, ada.written(WEEKLY + "\nStill.")),
            ("approve", name, "--yes"),
            ("end", name),
        )
    ]
    assert states == ["paused", "active", "draft", "active", "ended"]


def test_a_lost_answer_makes_one_series(ada: Desk) -> None:
    ada.wire.lost = 1
    ada.good("series", "post", ada.written(WEEKLY))
    assert len(ada.told("series", "list")["series"]) == 1


def test_summer_time_is_told(ada: Desk) -> None:
    night = WEEKLY.replace("T09:00", "T02:30").replace("2 weeks", "week").replace('on = ["monday"]', 'on = ["sun"]')
    shown = flat(ada.good("series", "post", ada.written(night.replace("11-23", "11-29")), "--draft"))
    assert "02:30 does not exist on 28 March 2027 in Europe/Paris: the clocks skip it, and 03:00 is meant" in shown
    assert "It waits for approval: liaison series approve" in shown


def test_a_month_is_shown_with_its_clashes(ada: Desk) -> None:
    ada.good("series", "post", ada.written(CUP), "--target", "site")
    late = "+++\nat = '2026-12-05T22:10'\nzone = 'Europe/Paris'\ntargets = ['site']\n+++\n# Talk\n\nb"
    ada.good("announcements", "post", ada.written(late, "b.md"))
    shown = flat(ada.good("calendar", "--month", "2026-12"))
    assert "2026-12-05 18:00 live event: Winter Cup, twitch.tv/acme until 2026-12-05 20:00" in shown
    assert "2026-12-04 18:00 Winter Cup (reminder) planned in a series site" in shown
    assert (
        "in each other’s way: Saturday 5 December, 22:00: “Winter Cup” (thanks) and “Talk”, 22:10, both go to site"
        in shown
    )
    assert "“Talk” goes out at night" in shown
    page = shown.partition("as a page: ")[2]
    assert ada.world.ask("GET", page).status == 200
    assert len(ada.told("calendar", "--month", "2026-12")["clashes"]) == 1
    assert "nothing is planned" in ada.good("calendar", "--month", "2027-03")


@pytest.mark.parametrize(
    ("change", "line", "told"),
    [
        (('every = "2 weeks"', 'evry = "week"'), 4, "there is no key `evry`; did you mean `every`?"),
        (('every = "2 weeks"', 'every = "often"'), 4, "`every`: "),
        (('at = "2026-11-23T09:00"\n', ""), 1, "`at`: "),
        (("2026-11-23T09:00", "2027-03-28T02:30"), 2, "`at`: 2027-03-28T02:30"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_with_its_line(change: tuple[str, str], line: int, told: str) -> None:
    with pytest.raises(ManuscriptError) as raised:
        manuscript.read(WEEKLY.replace(*change), lambda _: None, SERIES)
    assert (raised.value.line, told in str(raised.value)) == (line, True), str(raised.value)


@pytest.mark.parametrize(
    ("change", "line", "told"),
    [
        (('step = "starting"', 'step = "party"'), 18, "`step`: "),
        (("starting = true", "starring = true"), 12, "there is no key `starring`; did you mean `starting`?"),
        (('"-1h"', '"soon"'), 11, "reminders"),
        (('step = "starting"', 'title = "t"'), 17, "or the `step` of an event"),
    ],
)
def test_of_an_event_too(change: tuple[str, str], line: int, told: str) -> None:
    with pytest.raises(ManuscriptError) as raised:
        manuscript.read(CUP.replace(*change), lambda _: None, SERIES)
    assert (raised.value.line, told in str(raised.value)) == (line, True), str(raised.value)


def test_an_announcement_has_no_steps() -> None:
    with pytest.raises(ManuscriptError, match="there is no key `step`"):
        manuscript.read("# t\n\nb\n\n+++\nstep = 'starting'\n+++\nb", lambda _: None)
