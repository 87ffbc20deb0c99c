"""A month of a community: everything that goes out or happens in it, and what gets in each other's way."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.announcements import Event, Repeat
from functions.announcements import agenda, calendar, records, recurring, times
from functions.announcements.calendar import Entry, Live, Month
from functions.announcements.times import NoSuchTimeError
from functions.shared import program
from functions.shared.table import table
from tests.announcements import stage
from tests.announcements.directions import alone
from tests.announcements.stage import content, written
from tests.announcements.test_series import CUP, PARIS, begun, definition
from tests.api.manager import Manager
from tests.support.faults import Crash, crash
from tests.support.world import World

NOW = datetime.fromisoformat("2026-11-22T12:00+00:00")


def at(wall: str) -> datetime:
    return times.resolve(wall, PARIS)


def entry(wall: str, *targets: str, title: str = "News", state: str = "scheduled") -> Entry:
    return Entry(at(wall), title, f"{title} {wall}", state, targets)


def live(starts: str, ends: str, title: str = "Cup") -> Live:
    return Live(at(starts), at(ends), title)


def month(*entries: Entry, events: tuple[Live, ...] = ()) -> Month:
    return calendar.month("2026-12", PARIS, entries, events)


# What gets in each other's way


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        (("09:00", "chat"), ("09:29", "chat"), True),
        (("09:00", "chat"), ("09:30", "chat"), False),
        (("09:00", "chat", "work"), ("09:00", "work"), True),
        (("09:00", "chat"), ("09:00", "work"), False),
    ],
)
def test_two_to_one_target_within_half_an_hour(one: tuple[str, ...], other: tuple[str, ...], clash: bool) -> None:
    made = month(
        entry(f"2026-12-07T{one[0]}", *one[1:], title="A"), entry(f"2026-12-07T{other[0]}", *other[1:], title="B")
    )
    assert bool(made.clashes) == clash
    if clash:
        (found,) = made.clashes
        assert found.told.startswith(f"Monday 7 December, 09:00: “A” and “B”, {other[0]}, both go to ")


def test_what_was_missed_is_in_nobodys_way() -> None:
    assert not month(
        entry("2026-12-07T09:00", "chat", state="missed"), entry("2026-12-07T09:00", "chat", title="B")
    ).clashes


@pytest.mark.parametrize(
    ("starts", "ends", "clash"),
    [
        ("2026-12-05T19:00", "2026-12-05T21:00", True),
        ("2026-12-05T20:00", "2026-12-05T21:00", False),
        ("2026-12-05T18:00", "2026-12-05T18:00", True),
    ],
)
def test_two_events_that_overlap(starts: str, ends: str, clash: bool) -> None:
    made = month(events=(live("2026-12-05T18:00", "2026-12-05T20:00"), live(starts, ends, "Talk")))
    assert bool(made.clashes) == clash


def test_one_event_that_is_announced_twice_is_one() -> None:
    made = month(events=(live("2026-12-05T18:00", "2026-12-05T20:00"),) * 2)
    assert not made.clashes
    assert len(made.days[4].events) == 1


@pytest.mark.parametrize(
    ("wall", "night"), [("06:59", True), ("07:00", False), ("21:59", False), ("22:00", True), ("00:30", True)]
)
def test_what_goes_out_while_the_community_sleeps(wall: str, night: bool) -> None:
    made = month(entry(f"2026-12-07T{wall}"), entry(f"2026-12-07T{wall}", title="Gone", state="published"))
    assert made.notes == ((f"Monday 7 December, {wall}: “News” goes out at night",) if night else ())


def test_a_month_is_that_of_the_communitys_clocks() -> None:
    assert [one.day.day for one in month(entry("2026-12-01T00:30")).days if one.entries] == [1]
    begins, ends = calendar.bounds("2026-12", PARIS, NOW)
    assert (begins, ends) == (at("2026-12-01T00:00"), at("2027-01-01T00:00"))
    assert calendar.utc_months(begins, ends) == ["2026-11", "2026-12"]


@pytest.mark.parametrize("name", ["2026-13", "12-2026", "", "2026-12-01", "1999-12", "2040-01", "2026-1२"])
def test_what_is_no_month_is_refused(name: str) -> None:
    with pytest.raises(NoSuchTimeError):
        calendar.bounds(name, PARIS, NOW)


@given(
    st.lists(st.integers(0, 44_000), max_size=20),
    st.sampled_from(["Europe/Paris", "Asia/Kathmandu", "Pacific/Kiritimati", "America/New_York"]),
)
def test_every_announcement_of_a_month_stands_on_one_day(minutes: list[int], zone: str) -> None:
    begins, _ = calendar.bounds("2026-10", zone, NOW)
    entries = [
        Entry(begins + timedelta(minutes=one), "t", str(number), "scheduled") for number, one in enumerate(minutes)
    ]
    made = calendar.month("2026-10", zone, entries, [])
    assert sorted(one.id for day in made.days for one in day.entries) == sorted(one.id for one in entries)


# Read from what there is


def of(world: World, name: str = "2026-12") -> Month:
    return agenda.of(table(), "acme", name, program.active()[0], world.now)


def told(made: Month) -> list[tuple[int, str, str]]:
    return [(day.day.day, one.title, one.state) for day in made.days for one in day.entries]


def scheduled(world: World, name: str, wall: str, *targets: str, **changes: Any) -> None:
    found = written(world, content(*targets or ("chat",), **changes), name)
    stage.approve(world, found, at=at(wall))


def test_what_is_approved_stands_in_its_month_and_what_was_cancelled_does_not() -> None:
    with stage.stage() as (world, _):
        scheduled(world, "a1", "2026-12-07T09:00")
        scheduled(world, "a2", "2026-12-01T00:10")  # Still November in UTC.
        scheduled(world, "a3", "2026-11-30T23:50")
        scheduled(world, "a4", "2026-12-09T09:00")
        written(world, content("chat"), "a5")
        records.cancel(table(), stage.now(world, "a4"), "Ada", world.now)
        assert told(of(world)) == [(1, "Winter", "scheduled"), (7, "Winter", "scheduled")]
        assert told(of(world, "2026-11")) == [(30, "Winter", "scheduled")]


def test_given_another_time_it_stands_there_and_nowhere_else() -> None:
    with stage.stage() as (world, _):
        scheduled(world, "a1", "2026-12-07T09:00")
        records.revise(table(), stage.now(world), content("chat", body="Later."), "Mo", world.now)
        assert told(of(world)) == []
        stage.approve(world, stage.now(world), at=at("2027-01-08T09:00"))
        assert told(of(world)) == []
        assert told(of(world, "2027-01")) == [(8, "Winter", "scheduled")]


def test_what_was_published_stays() -> None:
    with stage.stage() as (world, _):
        stage.published(world, "chat")
        assert told(of(world, "2026-11")) == [(22, "Winter", "published")]


def test_an_event_stands_in_its_own_month_whenever_it_is_announced() -> None:
    with stage.stage() as (world, _):
        scheduled(world, "a1", "2026-11-30T09:00", event=CUP.model_dump())
        made = of(world)
        assert told(made) == []
        assert [(one.title, one.where) for one in made.days[4].events] == [("Winter", "twitch.tv/acme")]


def test_a_series_stands_there_before_and_after_each_is_made_and_never_twice() -> None:
    with stage.stage() as (world, _):
        begun(world, definition("2026-11-30T09:00", repeat=Repeat(every="week")))
        days = [30, 7, 14, 21, 28]
        assert [day for day, _, _ in [*told(of(world, "2026-11")), *told(of(world))]] == days
        world.now = at("2026-12-07T09:00")
        world.drain()
        found = told(of(world))
        assert [(day, state) for day, _, state in found] == [
            (7, "published"),
            (14, "series"),
            (21, "series"),
            (28, "series"),
        ]
        recurring.end(table(), recurring.existing(table(), "acme", "s1"), "Ada", world.now)
        assert told(of(world)) == [(7, "Winter Cup", "published")]


def test_an_event_of_a_series_is_one_and_clashes_with_another() -> None:
    with stage.stage() as (world, _):
        around: dict[str, Any] = {"reminders": ("-1d",), "starting": True, "thanks": "+2h", "event": CUP}
        begun(world, definition(**around))
        talk = Event(starts="2026-12-05T19:30", zone=PARIS)
        scheduled(world, "a1", "2026-12-04T17:45", "chat", event=talk.model_dump())
        made = of(world)
        assert len(made.days[4].events) == 2
        assert [clash.told for clash in made.clashes] == [
            "Friday 4 December, 17:45: “Winter” and “Winter Cup” (reminder), 18:00, both go to chat",
            "Saturday 5 December, 18:00: the events “Winter Cup” and “Winter”, 19:30, overlap",
        ]


@pytest.mark.parametrize("when", ["before", "after"])
def test_approved_and_in_the_calendar_are_one(when: Any) -> None:
    with stage.stage() as (world, _):
        found = written(world, content("chat"))
        world.faults.at("dynamodb.TransactWriteItems", when, crash)
        with pytest.raises(Crash):
            stage.approve(world, found, at=at("2026-12-07T09:00"))
        world.faults.forget()
        assert bool(told(of(world))) == (when == "after") == (stage.now(world)["state"] == "scheduled")


# Through the API


@pytest.fixture
def ada(world: World) -> Manager:
    return Manager(world)


def test_a_month_as_json_and_as_a_page(ada: Manager) -> None:
    new = {"title": "<b>Winter</b>", "body": "b", "at": "2026-12-07T23:00", "zone": PARIS}
    ada.post("announcements", new)
    ada.post("announcements", {**new, "title": "Again", "at": "2026-12-07T23:10"})
    made = ada.get("calendar?month=2026-12").json
    (day,) = made["days"]
    assert (day["day"], [one["title"] for one in day["announcements"]]) == ("2026-12-07", ["<b>Winter</b>", "Again"])
    assert len(made["clashes"]) == 1
    assert len(made["notes"]) == 2
    page = ada.world.ask("GET", made["page"])
    assert page.status == 200
    assert "Acme Games: December 2026" in page.text
    assert "&lt;b&gt;Winter&lt;/b&gt;" in page.text
    assert "<b>Winter" not in page.text
    assert "In each other’s way (1)" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_a_title_turns_none_of_the_words_around_it(ada: Manager) -> None:
    new = {"title": "\u202egpj.exe", "body": "b", "at": "2026-12-07T23:00", "zone": PARIS}
    ada.post("announcements", new)
    page = ada.world.ask("GET", ada.get("calendar?month=2026-12").json["page"]).text
    assert "“gpj.exe” goes out at night" in page
    assert "\u202e" not in page


def test_titles_and_places_are_read_in_their_own_direction(ada: Manager) -> None:
    event = {"starts": "2026-12-05T18:00", "zone": PARIS, "where": "الساحة"}
    ada.post("announcements", {"title": "مهرجان", "body": "b", "at": "2026-12-07T12:00", "zone": PARIS, "event": event})
    page = ada.world.ask("GET", ada.get("calendar?month=2026-12").json["page"]).text
    assert alone(page, "مهرجان") == 2
    assert alone(page, "الساحة") == 1


def test_this_month_when_none_is_named(ada: Manager) -> None:
    made = ada.get("calendar").json
    assert (made["month"], made["days"], made["clashes"]) == ("2026-11", [], [])
    assert "Nothing is planned in this month." in ada.world.ask("GET", made["page"]).text


def test_the_months_beside_it_are_one_click_away(ada: Manager) -> None:
    page = ada.world.ask("GET", ada.get("calendar?month=2026-12").json["page"]).text
    links = [part.partition('"')[0].replace("&amp;", "&") for part in page.split('href="')[1:]]
    assert ["/calendars/acme/2026-11?" in links[0], "/calendars/acme/2027-01?" in links[1]] == [True, True]
    assert [ada.world.ask("GET", one).status for one in links] == [200, 200]


def test_a_link_is_good_for_its_own_month_only(ada: Manager) -> None:
    link = ada.get("calendar?month=2026-12").json["page"]
    assert ada.world.ask("GET", link.replace("2026-12", "2026-11", 1)).status == 403
    assert ada.world.ask("GET", "/calendars/acme/2026-12").status == 403


def test_what_is_no_month_is_a_sentence(ada: Manager) -> None:
    answer = ada.get("calendar?month=2026-99")
    assert (answer.status, answer.message) == (400, "'2026-99' is not a month: write it as 2026-12")


def test_readers_may_look(world: World) -> None:
    assert Manager(world, "reader").get("calendar").status == 200
