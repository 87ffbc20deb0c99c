"""What a digest is gathered from: the log, its roll-ups, what is unusual, what was done; each as it stands there."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from functions.digests import periods
from functions.digests.gather import Run, Telling, gather
from functions.feedback import watch
from functions.feedback.records import StillCountingError
from functions.moderation import seals
from functions.shared import program
from functions.shared.table import Put, table
from functions.upkeep import sweep
from tests.announcements import stage
from tests.api.manager import Manager
from tests.digests.reading import MARIE, made, mail, page, program_with
from tests.feedback import test_watch as watched
from tests.moderation import people
from tests.support import builders
from tests.support.world import World

THEMED = """
[[themes]]
id = "map"
community = "acme"
title = "Winter map"
keywords = { en = ["map"], fr = ["carte"] }
"""


def digest(world: World, name: str = "") -> dict[str, Any]:
    """As it is stored: the newest, or the one of that name."""
    found = [item for item in made(world) if item["period"] == name or not name]
    return dict(json.loads(world.stored(found[-1]["stored"])))


@pytest.fixture
def loud() -> Iterator[World]:
    """A community with five weeks of history, and a burst yesterday."""
    with World(watched.PROGRAM + MARIE) as world:
        watched.remember(world)
        watched.counted(watched.YESTERDAY, watched.BURST)
        yield world


def test_what_was_unusual_stands_there_with_what_happened_before(loud: World) -> None:
    """Also where the minute's look at the day has not come yet."""
    watch.note(table(), "acme", watched.YESTERDAY, "A <b>trailer</b> came out", "Ada", loud.now)
    assert loud.digests()
    text = mail(loud)["text"]
    assert "120 on Saturday, November 21, 2026, usually 6–19" in text
    assert "note “A <b>trailer</b> came out”" in text
    assert "note “A &lt;b&gt;trailer&lt;/b&gt; came out”" in page(loud)


def test_what_somebody_has_explained_is_not_in_it(loud: World) -> None:
    sweep.days_looked_at(table(), lambda: True)
    for one in loud.items("episode"):
        watch.close(table(), "acme", one["id"], "A trailer", "Ada", loud.now)
    assert loud.digests()
    assert digest(loud)["unusual"] == []


def hour(counts: dict[str, int]) -> None:
    """A roll-up of an hour of yesterday."""
    told = {name: [number, 0, 0, 0] for name, number in counts.items()}
    item = {"pk": "acme#hours#2026-11-21", "sk": "09", "kind": "hour", "hour": "2026-11-21T09", "generation": 1}
    table().write(Put({**item, "counts": told}))


def test_counts_stand_beside_what_is_usual_and_the_four_weekdays_before(loud: World) -> None:
    hour({"total": 120, "source:forum": 4, "source:game": 4})
    assert loud.digests()
    volume = digest(loud)["volume"]
    total = {"number": 120, "usual": {"low": 6, "high": 19}, "before": 9, "median": 9, "change": "more"}
    assert volume["total"] == total
    rows = {row["series"]: row["figure"] for row in volume["sources"]}
    assert rows["source:forum"]["usual"] == {"low": 6, "high": 19}
    assert rows["source:game"]["usual"] is None
    assert rows["source:code"] == {"number": 0, "usual": None, "before": 0, "median": 0, "change": "few"}
    assert [day["number"] for day in volume["days"]][-3:] == [18, 21, 120]


def test_a_community_without_history_says_so(world: World) -> None:
    world.handle(builders.feedback(world.now - timedelta(days=1), received=world.now))
    world.digests()
    nothing = {"number": 1, "usual": None, "before": None, "median": None, "change": None}
    assert digest(world)["volume"]["total"] == nothing
    assert "There is no history yet to hold it against." in mail(world)["text"]


def test_a_source_that_nobody_could_hear_is_compared_with_nothing(loud: World) -> None:
    hour({"total": 9, "source:forum": 9})
    pk, sk = watch.looked_key("acme", watched.YESTERDAY - timedelta(days=7))
    look = {"kind": "looked", "day": "2026-11-14", "alarms": [], "unseen": ["forum"], "silent": []}
    table().write(Put({"pk": pk, "sk": sk, **look}))
    assert loud.digests()
    (forum,) = [one["figure"] for one in digest(loud)["volume"]["sources"] if one["series"] == "source:forum"]
    assert (forum["before"], forum["median"]) == (None, None)


def test_what_it_was_about_comes_with_people_and_their_words() -> None:
    with World(program_with(THEMED + MARIE)) as world:
        texts = ("The map is much too dark to see anything", "Cette carte est vraiment superbe, merci beaucoup")
        for number, text in enumerate(texts):
            data = {"id": f"c{number}", "kind": "post", "text": text, "at": (world.now - timedelta(days=1)).isoformat()}
            by = {"author": {"id": f"{number}", "name": "somebody"}}
            world.handle(builders.webhook("feedback.received", {**data, **by}, world.now))
        world.roll_up()
        world.digests()
        (topic,) = digest(world)["topics"]
        assert (topic["series"], topic["title"], topic["people"]) == ("theme:map", "Winter map", 2)
        assert len(topic["quotes"]) == 2
        text = mail(world)["text"]
        assert all(one in text for one in texts)
        assert "2 people spoke." in text


def test_shares_are_told_with_their_range_or_that_they_are_too_few(loud: World) -> None:
    hour({"total": 40, "kind:bug": 35, "kind:bug@en": 35})
    assert loud.digests()
    assert re.search("Of 35 texts that could be read [0-9]+–[0-9]+% were bugs", mail(loud)["text"])
    loud.later(days=1)
    item = {"pk": "acme#hours#2026-11-22", "sk": "09", "kind": "hour", "hour": "2026-11-22T09", "generation": 1}
    table().write(Put({**item, "counts": {name: [3, 0, 0, 0] for name in ("total", "kind:bug", "kind:bug@en")}}))
    assert loud.digests()
    assert "3 texts could be read, and thirty are needed" in page(loud)


def test_cases_are_told_with_those_that_are_open() -> None:
    with World() as world:
        world.handle(builders.flag(world.now, text="An insult"))
        world.handle(builders.flag(world.now, subject="2", flag="2", text="Another"))
        (name,) = [case["id"] for case in world.items("case") if case["summary"] == "Another"]
        people.decided(world, people.held(world, case=name))
        world.later(days=1)
        world.drain()
        world.digests()
        found = digest(world)["moderation"]
        assert (found["opened"]["number"], found["decided"]["number"], found["open"]) == (2, 1, 1)
        assert "Load" not in page(world)
        assert found["load"] == []  # Marie is not on the roster.


def test_without_any_moderation_nothing_is_said_of_it(world: World) -> None:
    world.digests()
    assert digest(world)["moderation"] is None


def test_what_was_announced_comes_with_what_people_did() -> None:
    with stage.stage() as (world, _):
        stage.published(world, "chat", "work")
        world.drain()
        world.later(hours=1)
        world.drain()
        world.later(hours=20)
        world.digests()
        (told,) = json.loads(world.stored(world.items("digest")[0]["stored"]))["announced"]
        assert told["title"] == "Winter"
        places = {one["place"]: (one["likes"], one["views"]) for one in told["places"]}
        assert places["chat"] == (1, None)


def test_the_newest_seal_of_the_histories_lies_in_the_mail(world: World) -> None:
    world.later(hours=20)
    sweep.days_sealed(table(), lambda: True)
    world.digests()
    named = seals.newest("acme", world.now)
    assert re.fullmatch("2026-11-22=[0-9a-f]{64}", named)
    assert named in page(world)
    assert all(named in mail(world)[part] for part in ("html", "text"))


def test_holidays_are_those_of_the_readers_country() -> None:
    with World(program_with(MARIE + 'holidays = "FR"\nlanguage = "fr"\ndigests = ["monthly"]\n')) as world:
        world.later(days=10)
        world.digests()
        assert {"what": "holiday", "title": "Noël", "day": "2026-12-25", "starts": None, "where": ""} in digest(world)[
            "coming"
        ]


@pytest.mark.parametrize("text", ["\u200e", "\u202e\u2066", "\x07", " \n ", "\u200b", "\u2800\u3164"], ids=range(6))
def test_what_waits_and_has_no_letters_waits_all_the_same(text: str) -> None:
    """Nobody hides what they are reported for behind marks that are not shown."""
    with World(program_with(MARIE + 'role = "manager"\n')) as world:
        world.handle(builders.flag(world.now, text=text))
        world.drain()
        world.digests()
        (case,) = world.items("case")
        for shown in (mail(world)["text"], page(world)):
            assert "Needs your decision (1)" in shown
            assert "does not wait any more" not in shown
            assert "/decide/acme/case/" in shown
            assert case["id"] in re.sub(r"https?://\S+", "", shown)


def test_a_day_that_was_twice_as_long_is_held_against_as_much(loud: World) -> None:
    """A reader who has moved west has one: neither a day's range nor its median is what it is to be compared with."""
    hour({"total": 24})
    long = periods.period("daily", watched_at(-1), watched.YESTERDAY + timedelta(days=1), ZoneInfo("Europe/Paris"))
    long = long.model_copy(update={"first": watched.YESTERDAY})
    usual = long.model_copy(update={"starts": watched_at(0)})
    run = Run(table(), program.active()[0], loud.now, lambda: True)
    two, one = (Telling(run, "acme", period).figure("total") for period in (long, usual))
    (*_, bar) = Telling(run, "acme", long).volume().days
    assert bar.number == watched.BURST["total"]  # Of the day alone.
    assert (two.number, two.change, two.usual) == (24, "unclear", None)
    assert (one.number, one.change, one.usual is None) == (24, "more", False)


def watched_at(days: int) -> datetime:
    return periods.midnight(watched.YESTERDAY + timedelta(days=days), ZoneInfo("Europe/Paris"))


def test_what_fell_to_nothing_is_told_and_what_is_silent_leads_by_what_it_was() -> None:
    with World(watched.PROGRAM + THEMED + MARIE) as quiet:
        for back in range(1, 37):
            day = watched.TODAY - timedelta(days=back)
            then = {} if day == watched.YESTERDAY else {"kind:praise": 20, "theme:map": 20, "source:forum": 5}
            with quiet.faults.by_others():
                watched.counted(day, {"total": 20 + then.get("source:forum", 0), "source:game": 20, **then})
        with quiet.faults.by_others():
            hour({"total": 20, "source:game": 20})
        assert quiet.digests()
        told = digest(quiet)
        assert [one["series"] for one in told["kinds"]] == ["kind:praise"]
        assert [(one["series"], one["figure"]["change"]) for one in told["topics"]] == [("theme:map", "less")]
        assert [one["series"] for one in told["volume"]["sources"]] == ["source:game", "source:forum", "source:code"]
        assert "Less than usual: praise and “Winter map”. Nothing else" in mail(quiet)["text"]


def test_what_came_in_all_at_once_is_counted_before_anybody_is_told(world: World) -> None:
    at = world.now - timedelta(days=1)
    world.handle(builders.feedback(at, text="Hello", received=world.now))
    run = Run(table(), program.active()[0], world.now, lambda: False)
    with pytest.raises(StillCountingError, match="ask again in a minute"):
        Telling(run, "acme", periods.containing("daily", at.date(), ZoneInfo("Europe/Paris")))
    world.left = 1
    assert Manager(world).get("digests/marie/daily/2026-11-21").status == 503
    world.left = 60_000
    assert Manager(world).get("digests/marie/daily/2026-11-21").status == 200


def test_a_digest_of_which_the_log_was_not_read_whole_says_so(world: World) -> None:
    at = world.now - timedelta(days=1)
    world.handle(builders.feedback(at, text="Hello", received=world.now))
    world.roll_up()
    active = program.active()[0]
    marie = active.reader("marie")
    assert marie
    period = periods.containing("daily", at.date(), ZoneInfo("Europe/Paris"))
    cut = gather(Run(table(), active, world.now, lambda: False), marie, period)
    assert cut.partial
    assert not gather(Run(table(), active, world.now, lambda: True), marie, period).partial
