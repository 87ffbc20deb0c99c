"""Many announcements from one definition: at the wall-clock times people agreed on, in the words somebody approved,
each once."""

from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli import operator
from events.announcements import Announcement, Event, Repeat, Series, StepWords, Words
from functions.announcements import plans, records, recurring, series, times
from functions.announcements.times import NoSuchTimeError
from functions.shared import clock, program
from functions.shared.table import Item, table
from tests.announcements import stage
from tests.support.faults import answer_lost, crash
from tests.support.world import World

PARIS = "Europe/Paris"
ZONES = [PARIS, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "America/Santiago"]
CUP = Event(starts="2026-12-05T18:00", ends="2026-12-05T20:00", zone=PARIS, where="twitch.tv/acme")


def definition(at: str = "2026-11-23T09:00", *targets: str, **changes: Any) -> Series:
    """`body`, `event` and `languages` are about what is announced; the rest about the series."""
    languages = changes.pop("languages", ("en",))
    body = changes.pop("body", "It snows.")
    words = tuple(Words(language=one, title="Winter Cup", body=body) for one in languages)
    content = Announcement(
        title="Winter Cup", words=words, targets=targets or ("chat",), event=changes.pop("event", None)
    )
    return Series(content=content, at=at, zone=changes.pop("zone", PARIS), **changes)


def walls(made: Series, most: int = 10, after: str = "") -> list[str]:
    return [one.wall.removesuffix(":00") for one in islice(series.timeline(made, after), most)]


def moments(made: Series, most: int = 10) -> list[str]:
    return [f"{one.moment:%m-%d %H:%M}" for one in islice(series.timeline(made), most)]


# Wall clock and zone


def test_every_week_at_the_same_wall_clock_time_over_both_changes() -> None:
    weekly = definition("2026-10-20T09:00", repeat=Repeat(every="week", times=24))
    assert {one[-5:] for one in walls(weekly, 24)} == {"09:00"}
    assert moments(weekly, 2) == ["10-20 07:00", "10-27 08:00"]
    assert [one for one in moments(weekly, 24) if one.startswith("03-")][-1] == "03-30 07:00"


def test_a_time_that_the_clocks_skip_loses_no_occurrence_and_says_what_is_meant() -> None:
    daily = definition("2026-03-28T02:30", repeat=Repeat(every="day", times=3))
    assert walls(daily) == ["2026-03-28T02:30", "2026-03-29T03:00", "2026-03-30T02:30"]
    assert series.notes(daily) == (
        "02:30 does not exist on 29 March 2026 in Europe/Paris: the clocks skip it, and 03:00 is meant",
    )


def test_a_time_that_comes_twice_happens_once() -> None:
    daily = definition("2026-10-24T02:30", repeat=Repeat(every="day", times=3))
    assert moments(daily) == ["10-24 00:30", "10-25 00:30", "10-26 01:30"]
    assert series.notes(daily) == (
        "02:30 comes twice on 25 October 2026 in Europe/Paris: the first one, 00:30 UTC, is meant",
    )


def test_kathmandu_is_five_hours_and_three_quarters_ahead() -> None:
    daily = definition("2026-11-23T09:00", zone="Asia/Kathmandu", repeat=Repeat(every="day", times=2))
    assert moments(daily) == ["11-23 03:15", "11-24 03:15"]


def test_a_whole_day_that_a_zone_skipped() -> None:
    daily = definition("2011-12-29T10:00", zone="Pacific/Apia", repeat=Repeat(every="day", times=3))
    assert walls(daily) == ["2011-12-29T10:00", "2011-12-31T00:00", "2011-12-31T10:00"]
    assert "and 00:00 on 31 December 2011 is meant" in series.notes(daily)[0]


@pytest.mark.parametrize(
    ("wall", "zone", "told"),
    [
        ("2026-11-23T09:00", PARIS, ()),
        (
            "2026-10-25T02:30",
            PARIS,
            ("02:30 comes twice on 25 October 2026 in Europe/Paris: the first one, 00:30",),
        ),
        ("2026-03-29T02:30", PARIS, ("2026-03-29T02:30 does not exist in Europe/Paris: the clocks skip it.",)),
        ("2026-04-05T01:45", "Australia/Lord_Howe", ("01:45 comes twice on 5 April 2026 in Australia/Lord_Howe",)),
    ],
)
def test_what_a_person_has_to_know_of_one_time(wall: str, zone: str, told: tuple[str, ...]) -> None:
    found = times.notes(wall, zone)
    assert len(found) == len(told)
    assert all(one.startswith(start) for one, start in zip(found, told, strict=True))


FIRST = st.datetimes(min_value=datetime.fromisoformat("1975-01-01"), max_value=datetime.fromisoformat("2037-01-01"))
REPEATS = st.builds(Repeat, every=st.sampled_from(["day", "week", "month"]), each=st.integers(1, 3))


@given(first=FIRST, zone=st.sampled_from(ZONES), repeat=REPEATS)
def test_none_is_lost_or_doubled_and_only_a_gap_moves_the_clock(first: datetime, zone: str, repeat: Repeat) -> None:
    made = definition(first.replace(microsecond=0).isoformat(), zone=zone, repeat=repeat)
    found = list(islice(series.timeline(made), 400))
    assert [one.moment for one in found] == sorted({one.moment for one in found})
    place = ZoneInfo(zone)
    for one in found:
        shown = one.moment.astimezone(place).replace(tzinfo=None)
        wanted = datetime.fromisoformat(one.base)
        if shown == wanted:
            continue
        assert "the clocks skip it" in " ".join(one.notes)
        assert wanted < shown <= wanted + timedelta(hours=25)
        before = (one.moment - timedelta(seconds=1)).astimezone(place).replace(tzinfo=None)
        assert before < wanted  # It is the very first moment after the gap.


@given(first=FIRST, zone=st.sampled_from(ZONES), repeat=REPEATS, skip=st.integers(0, 60))
def test_going_on_after_a_mark_gives_what_would_have_come_next(
    first: datetime, zone: str, repeat: Repeat, skip: int
) -> None:
    wall = first.replace(microsecond=0, second=0)
    event = Event(starts=wall.isoformat(), ends=(wall + timedelta(hours=30)).isoformat(), zone=zone)
    at = (wall - timedelta(days=9)).isoformat()
    more = {"reminders": ("-2w", "-7d", "-1h", "-30m"), "starting": True, "thanks": "+3d"}
    made = definition(at, event=event, zone=zone, repeat=repeat, **more)
    whole = list(islice(series.timeline(made), 80))
    assert whole == sorted(whole)
    assert len({one.mark for one in whole}) == len({one.name("s") for one in whole}) == 80
    assert list(islice(series.timeline(made, whole[skip].mark), 19)) == whole[skip + 1 : skip + 20]


# Which days


@pytest.mark.parametrize(
    ("at", "repeat", "found"),
    [
        ("2026-11-23", {"every": "day", "each": 2}, ["11-23", "11-25", "11-27"]),
        ("2026-11-23", {"every": "week"}, ["11-23", "11-30", "12-07"]),
        ("2026-11-23", {"every": "week", "each": 2}, ["11-23", "12-07", "12-21"]),
        ("2026-11-24", {"every": "week", "on": ("tue", "Friday")}, ["11-24", "11-27", "12-01"]),
        ("2026-11-27", {"every": "week", "on": ("tue", "fri"), "each": 2}, ["11-27", "12-08", "12-11"]),
        ("2026-11-15", {"every": "month"}, ["11-15", "12-15", "01-15"]),
        ("2026-11-30", {"every": "month", "on": ("last day",)}, ["11-30", "12-31", "01-31"]),
        ("2026-11-27", {"every": "month", "on": ("last friday",)}, ["11-27", "12-25", "01-29"]),
        ("2026-11-03", {"every": "month", "on": ("first tuesday", "15")}, ["11-03", "11-15", "12-01"]),
        ("2026-11-30", {"every": "month", "each": 3, "on": ("30", "31")}, ["11-30", "02-28", "05-30"]),
        ("2026-11-23", {"every": "day", "until": "2026-11-24"}, ["11-23", "11-24"]),
        ("2026-11-23", {"every": "day", "times": 1}, ["11-23"]),
    ],
)
def test_which_days(at: str, repeat: dict[str, Any], found: list[str]) -> None:
    made = definition(f"{at}T09:00", repeat=Repeat.model_validate(repeat))
    series.check(made)
    assert [one[5:10] for one in walls(made, 3)] == found


def test_a_day_that_a_month_does_not_have_is_its_last_and_the_anchor_does_not_move() -> None:
    """Whoever reckons from the last one sent posts on the 28th for ever."""
    made = definition("2027-01-31T09:00", repeat=Repeat(every="month"))
    assert [one[5:10] for one in walls(made, 4)] == ["01-31", "02-28", "03-31", "04-30"]
    assert series.notes(made)[0] == "there is no 31 February 2027: 28 February is meant"


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from(["day", "week", "month"]))
def test_what_was_begun_long_ago_goes_on_where_it_is(first: date, every: str) -> None:
    made = definition(f"{first}T09:00", repeat=Repeat.model_validate({"every": every}))
    (found,) = islice(series.timeline(made, "2110-01-01"), 1)
    assert found.wall >= "2110-01-01"


# A live event


def test_an_event_has_an_announcement_reminders_a_start_and_thanks() -> None:
    made = definition(event=CUP, reminders=("-7d", "-1d", "-1h"), starting=True, thanks="+2h")
    series.check(made)
    assert [(one.step, one.offset, one.wall[5:16]) for one in series.timeline(made)] == [
        ("announcement", "", "11-23T09:00"),
        ("reminder", "-7d", "11-28T18:00"),
        ("reminder", "-1d", "12-04T18:00"),
        ("reminder", "-1h", "12-05T17:00"),
        ("starting", "", "12-05T18:00"),
        ("thanks", "+2h", "12-05T22:00"),
    ]


def test_a_day_before_keeps_the_wall_clock_and_an_hour_before_is_an_hour() -> None:
    """The clocks go forward in the night of 28 March."""
    event = Event(starts="2027-03-28T03:30", zone=PARIS)
    made = definition(event=event, reminders=("-1d", "-1h"))
    assert [one.wall[5:16] for one in series.timeline(made)][1:] == ["03-27T03:30", "03-28T01:30"]


def test_an_event_that_is_repeated_has_all_of_it_each_time() -> None:
    made = definition(event=CUP, reminders=("-2w",), repeat=Repeat(every="week", times=2))
    found = [(one.step, one.wall[5:10], one.starts[5:10], one.ends[5:16]) for one in series.timeline(made)]
    assert found == [
        ("reminder", "11-21", "12-05", "12-05T20:00"),
        ("announcement", "11-23", "12-05", "12-05T20:00"),
        ("reminder", "11-28", "12-12", "12-12T20:00"),
        ("announcement", "11-30", "12-12", "12-12T20:00"),
    ]


def said(made: Series, language: str = "en") -> dict[str, tuple[str, str]]:
    return {
        one.offset or one.step: (words.title, words.body)
        for one in series.timeline(made)
        for words in series.announced(made, one).words
        if words.language == language
    }


def test_words_are_made_from_the_event_itself() -> None:
    full: dict[str, Any] = {
        "reminders": ("-7d", "-1h"),
        "starting": True,
        "thanks": "+2h",
        "recording": "https://v.example/1",
    }
    made = definition(event=CUP, languages=("en", "fr", "de-AT"), **full)
    series.check(made)
    assert said(made)["-7d"] == (
        "Winter Cup: in 7 days",
        "“Winter Cup” starts in 7 days, on 2026-12-05 18:00 (Europe/Paris).\n\nWhere: twitch.tv/acme",
    )
    assert said(made, "de-AT")["-1h"] == (
        "Winter Cup: in 1 Stunde",
        "„Winter Cup“ beginnt in 1 Stunde, am 2026-12-05 18:00 (Europe/Paris).\n\nOrt: twitch.tv/acme",
    )
    assert said(made, "fr")["starting"][1] == "« Winter Cup » commence maintenant.\n\nLieu : twitch.tv/acme"
    assert said(made)["+2h"][1].endswith("“Winter Cup”.\n\nThe recording: https://v.example/1")


def test_what_stands_in_a_title_or_a_place_is_no_markup() -> None:
    event = CUP.model_copy(update={"where": "@{mods} *here*"})
    made = definition(event=event, starting=True)
    assert said(made)["starting"][1].endswith("Where: \\@\\{mods\\} \\*here\\*")


def test_words_may_be_written_and_name_the_start() -> None:
    own = StepWords(step="reminder", language="en", title="Soon", body="Be there, {starts}!")
    made = definition(event=CUP, reminders=("-1d",), words=(own,), body="On {starts}.", repeat=Repeat(every="week"))
    second = next(one for one in series.timeline(made, "2026-12-10") if one.step == "reminder")
    (words,) = series.announced(made, second).words
    assert (words.title, words.body) == ("Soon", "Be there, 2026-12-12 18:00 (Europe/Paris)!")


def test_calendars_have_the_event_once() -> None:
    made = definition(event=CUP, reminders=("-1d",), starting=True, thanks="+2h")
    events = [series.announced(made, one).event for one in series.timeline(made)]
    assert [event and event.starts for event in events] == ["2026-12-05T18:00:00", None, None, None]


def test_what_is_late_is_useless_sooner() -> None:
    made = definition("2026-12-05T17:30", event=CUP, reminders=("-1d", "-1h"), starting=True, thanks="+2h")
    useful = {one.offset or one.step: series.announced(made, one).useless_after / 60 for one in series.timeline(made)}
    assert useful == {"-1d": 360, "-1h": 15, "announcement": 30, "starting": 30, "+2h": 360}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "a series needs `every`"),
        ({"starting": True, "repeat": Repeat(every="day")}, "need an `event`"),
        ({"event": CUP.model_copy(update={"zone": "UTC"})}, "give one zone"),
        ({"event": CUP.model_copy(update={"ends": "2026-12-05T17:00"})}, "ends before it starts"),
        ({"event": CUP.model_copy(update={"starts": "2026-11-01T17:00", "ends": ""})}, "has to come before its event"),
        ({"event": CUP.model_copy(update={"starts": "2027-03-28T02:30", "ends": ""})}, "does not exist"),
        ({"event": CUP, "reminders": ("1d",)}, "comes before its event"),
        ({"event": CUP, "thanks": "-2h"}, "come after an event"),
        ({"event": CUP, "reminders": ("-1d",), "languages": ("en", "es")}, "write the words for reminder in es"),
        ({"event": CUP, "words": (StepWords(step="thanks", language="en", body="b"),)}, "no such step"),
        ({"repeat": Repeat(every="day", on=("monday",))}, "takes no `on`"),
        ({"repeat": Repeat(every="week", on=("noday",))}, "'noday' is no weekday"),
        ({"repeat": Repeat(every="week", on=("friday",))}, "Monday 2026-11-23 is not one of `on`.*Friday 2026-11-27"),
        ({"repeat": Repeat(every="month", on=("32",))}, "'32' is no day of a month"),
        ({"repeat": Repeat(every="month", on=("fifth monday",))}, "is no day of a month"),
        ({"repeat": Repeat(every="day", until="2026-11-22")}, "before the first one"),
        ({"repeat": Repeat(every="day", until="soon")}, "'soon' is not a day"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(changes: dict[str, Any], told: str) -> None:
    with pytest.raises((NoSuchTimeError, plans.NotAllowedError), match=told):
        series.check(definition(**changes))


# The minute


DAILY = Repeat(every="day")
FULL: dict[str, Any] = {"reminders": ("-1d", "-1h"), "starting": True, "thanks": "+2h", "event": CUP}


def begun(world: World, made: Series, name: str = "s1", who: str = "Ada") -> Item:
    """Written and approved."""
    found = recurring.create(
        table(),
        recurring.item(community="acme", name=name, author="Mo", definition=made, now=world.now),
        world.now,
    )
    return approve(world, found, who)


def approve(world: World, found: Item, who: str = "Ada") -> Item:
    active = program.active()[0]
    made = recurring.definition_of(found)
    seen = recurring.preview(table(), "acme", found["id"], made, active)
    return recurring.approve(table(), found, who, recurring.hash_of(made, seen), active, world.now)


def now(name: str = "s1") -> Item:
    return recurring.existing(table(), "acme", name)


def until(world: World, wall: str, zone: str = PARIS) -> None:
    """Let time pass, and the minute with it."""
    world.now = max(world.now, times.resolve(wall, zone))
    world.drain()


def announcements(world: World) -> list[Item]:
    return sorted(world.items("announcement"), key=lambda item: item.get("publish_at", "~"))


def test_each_is_posted_at_its_time_and_none_before() -> None:
    with stage.stage() as (world, boards):
        begun(world, definition(repeat=DAILY, body="Day."))
        until(world, "2026-11-23T08:59")
        assert boards["discord"].texts == []
        until(world, "2026-11-23T09:00")
        assert boards["discord"].texts == ["Day."]
        until(world, "2026-11-24T08:59")
        assert boards["discord"].texts == ["Day."]
        until(world, "2026-11-24T09:00")
        assert boards["discord"].texts == ["Day."] * 2
        assert {item["state"] for item in announcements(world)} == {"published"}
        assert {item["approved"]["by"] for item in announcements(world)} == {"Ada"}


def test_all_around_an_event_is_said_once_and_then_it_is_finished() -> None:
    with stage.stage() as (world, boards):
        begun(world, definition(**FULL, body="Come!"))
        for one in series.timeline(recurring.definition_of(now())):
            world.now = one.moment
            world.drain()
            assert now()["cursor"] == one.mark
        assert [text.partition("\n")[0].partition(" (")[0] for text in boards["discord"].texts] == [
            "Come!",
            "“Winter Cup” starts in 1 day, on 2026-12-05 18:00",
            "Where: twitch.tv/acme",
            "“Winter Cup” starts in 1 hour, on 2026-12-05 18:00",
            "Where: twitch.tv/acme",
            "“Winter Cup” starts now.",
            "Where: twitch.tv/acme",
            "Thank you to everybody who took part in “Winter Cup”.",
        ]
        assert now()["state"] == "finished"
        assert "due" not in now()


def test_after_an_outage_only_the_newest_late_one_is_tried() -> None:
    with stage.stage() as (world, boards):
        begun(world, definition(repeat=DAILY, body="Day."))
        until(world, "2026-11-27T11:00")
        assert boards["discord"].texts == ["Day."]
        (made,) = announcements(world)
        assert made["wall"] == "2026-11-27T09:00:00"
        line = recurring.history(table(), now())[-1]
        assert [told[:23] for told in line["detail"]["left_out"]] == [
            f"announcement 2026-11-{n}" for n in range(23, 27)
        ]
        until(world, "2026-11-28T09:00")
        assert len(boards["discord"].texts) == 2


def test_after_an_outage_what_is_said_around_an_event_replaces_nothing_else_of_it() -> None:
    with stage.stage() as (world, boards):
        begun(world, definition("2026-12-04T17:30", **FULL, body="Come!"))
        until(world, "2026-12-04T18:20")
        assert [text.partition(" (")[0] for text in boards["discord"].texts] == [
            "Come!",
            "“Winter Cup” starts in 1 day, on 2026-12-05 18:00",
            "Where: twitch.tv/acme",
        ]


def test_what_is_too_large_to_be_stored_is_refused() -> None:
    with stage.stage() as (world, _), pytest.raises(plans.NotAllowedError, match="and 180,000 is the most"):
        begun(world, definition(repeat=DAILY, body="雪" * 60_000))


def test_one_that_is_too_late_is_missed_and_says_so() -> None:
    with stage.stage() as (world, boards):
        begun(world, definition(repeat=DAILY))
        until(world, "2026-11-24T08:00")
        assert boards["discord"].texts == []
        (made,) = announcements(world)
        assert (made["state"], made["reason"]) == ("missed", "its time was over before it could be posted")


def test_a_program_that_changes_what_would_be_sent_makes_drafts_until_somebody_looks() -> None:
    with stage.stage() as (world, boards):
        begun(world, definition(repeat=DAILY))
        operator.push(stage.PROGRAM.replace('place = "1"', 'place = "2"'), "tests")
        until(world, "2026-11-23T09:02")
        (made,) = announcements(world)
        assert made["state"] == "draft"
        assert "the program has changed since the series was approved" in made["reason"]
        assert now()["reason"] == made["reason"]
        assert not boards["discord"].posts
        approve(world, now())
        assert "reason" not in now()
        until(world, "2026-11-24T09:00")
        assert len(boards["discord"].posts) == 1


def test_while_paused_nothing_is_made_and_afterwards_nothing_made_up_for() -> None:
    with stage.stage() as (world, boards):
        begun(world, definition(repeat=DAILY, body="Day."))
        until(world, "2026-11-23T09:00")
        recurring.pause(table(), now(), "Ada", world.now, paused=True)
        until(world, "2026-11-26T12:00")
        recurring.pause(table(), now(), "Ada", world.now, paused=False)
        world.drain()
        assert len(boards["discord"].texts) == 1
        until(world, "2026-11-27T09:00")
        assert len(boards["discord"].texts) == 2


def test_ended_it_stays_ended() -> None:
    with stage.stage() as (world, boards):
        begun(world, definition(repeat=DAILY))
        ended = recurring.end(table(), now(), "Ada", world.now)
        assert recurring.end(table(), ended, "Ada", world.now) == ended
        until(world, "2026-11-25T09:00")
        assert not boards["discord"].posts
        with pytest.raises(plans.NotAllowedError, match="it is ended"):
            approve(world, now())


def test_a_change_voids_the_approval_and_repeats_nothing_that_was_made() -> None:
    with stage.stage() as (world, boards):
        begun(world, definition(repeat=DAILY, body="Day."))
        until(world, "2026-11-23T09:00")
        recurring.revise(table(), now(), definition(repeat=DAILY, body="Other."), "Mo", world.now)
        assert "approved" not in now()
        until(world, "2026-11-24T12:00")
        assert boards["discord"].texts == ["Day."]
        approve(world, now())
        until(world, "2026-11-25T09:00")
        assert boards["discord"].texts == ["Day.", "Other."]


def test_the_same_day_a_minute_later_is_the_same_announcement_only_if_its_time_is() -> None:
    with stage.stage() as (world, boards):
        begun(world, definition(repeat=DAILY, body="Day."))
        until(world, "2026-11-23T09:00")
        revised = recurring.revise(table(), now(), definition(repeat=DAILY, body="Other."), "Mo", world.now)
        table().write(recurring.Update(("acme#series#s1", "series"), set={"cursor": ""}))
        approve(world, now())
        assert revised["state"] == "draft"
        world.drain()
        assert boards["discord"].texts == ["Day."]
        assert len(announcements(world)) == 1
        assert now()["cursor"].startswith("2026-11-23T08:00:00#")


def test_only_what_was_seen_can_be_approved() -> None:
    with stage.stage() as (world, _):
        found = begun(world, definition(repeat=DAILY))
        with pytest.raises(plans.NotAllowedError, match="not what you saw"):
            recurring.approve(table(), found, "Ada", "0" * 64, program.active()[0], world.now)
        changed = definition("2026-11-23T10:00", repeat=DAILY)
        revised = recurring.revise(table(), found, changed, "Mo", world.now)
        with pytest.raises(plans.NotAllowedError, match="not what you saw"):
            recurring.approve(table(), revised, "Ada", found["approved"]["hash"], program.active()[0], world.now)


def test_what_is_over_cannot_be_approved() -> None:
    with stage.stage() as (world, _):
        over = definition("2026-11-20T09:00", repeat=Repeat(every="day", times=2))
        with pytest.raises(plans.NotAllowedError, match="all of it is over"):
            begun(world, over)


def test_the_author_does_not_approve_where_somebody_else_has_to() -> None:
    text = stage.PROGRAM.replace('timezone = "Europe/Paris"\n', 'timezone = "Europe/Paris"\napproval = "another"\n', 1)
    with stage.stage(text) as (world, _):
        with pytest.raises(plans.NotAllowedError, match="somebody else has to approve"):
            begun(world, definition(repeat=DAILY), who="Mo")
        assert begun(world, definition(repeat=DAILY), "s2")["state"] == "active"


# Cut off anywhere

SPOTS = [
    ("s3.PutObject", 1),
    ("dynamodb.TransactWriteItems", 1),
    ("dynamodb.TransactWriteItems", 2),
    ("sqs.SendMessage", 1),
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("step", "nth"), SPOTS)
@pytest.mark.parametrize("action", [crash, answer_lost], ids=["dies", "answer lost"])
def test_cut_off_anywhere_each_is_posted_once(step: str, nth: int, when: Any, action: Any) -> None:
    with stage.stage() as (world, boards):
        begun(world, definition(repeat=DAILY, body="Day."))
        world.now = times.resolve("2026-11-23T09:00", PARIS)
        world.faults.at(step, when, action, nth=nth)
        world.upkeep()
        assert not world.faults.traps, "the step was never reached"
        world.faults.forget()
        world.later(minutes=1)
        world.drain()
        assert boards["discord"].texts == ["Day."]
        until(world, "2026-11-24T09:00")
        assert boards["discord"].texts == ["Day."] * 2
        assert len(announcements(world)) == 2


def test_two_sweeps_at_once_make_one() -> None:
    with stage.stage() as (world, boards):
        begun(world, definition(repeat=DAILY, body="Day."))
        world.now = times.resolve("2026-11-23T09:00", PARIS)
        world.faults.at("dynamodb.TransactWriteItems", "before", world.upkeep)
        world.upkeep()
        world.drain()
        assert boards["discord"].texts == ["Day."]
        assert len(announcements(world)) == 1


def test_paused_in_the_moment_it_is_made_it_is_not_made() -> None:
    with stage.stage() as (world, boards):
        begun(world, definition(repeat=DAILY))
        world.now = times.resolve("2026-11-23T09:00", PARIS)

        def pause() -> None:
            recurring.pause(table(), now(), "Ada", world.now, paused=True)

        world.faults.at("dynamodb.TransactWriteItems", "before", pause)
        world.upkeep()
        world.drain()
        assert not boards["discord"].posts
        assert not announcements(world)
        assert now()["state"] == "paused"


def test_when_a_zone_changes_its_rules_it_is_reckoned_again() -> None:
    """A country leaves summer time: what was reckoned for eight comes at nine."""
    with stage.stage() as (world, boards):
        begun(world, definition(repeat=DAILY))
        early = clock.text(world.now)
        table().write(recurring.Update(("acme#series#s1", "series"), set={"due_at": early}))
        world.drain()
        assert now()["due_at"] == "2026-11-23T08:00:00.000Z"
        assert not boards["discord"].posts


def test_in_its_history_stands_where_an_announcement_came_from() -> None:
    with stage.stage() as (world, _):
        begun(world, definition(repeat=DAILY))
        until(world, "2026-11-23T09:00")
        (made,) = announcements(world)
        history = records.whole(table(), "acme", made["id"])["history"]
        assert [(line["what"], line["who"]) for line in history][:2] == [("written", "Mo"), ("approved", "Ada")]
        assert history[1]["detail"]["series"] == "s1"
        assert [line["what"] for line in recurring.history(table(), now())] == ["written", "approved", "made"]
