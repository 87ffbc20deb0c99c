"""One digest for each reader and period, on time and once: whatever is fired twice, comes late, dies or is lost."""

import json
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from functions.digests import handler, making, records
from functions.digests.gather import Run
from functions.feedback import watch
from functions.shared import clock, program
from functions.shared.table import Put, table
from tests.digests.reading import MARIE, link_of, made, opened, page, program_with, push
from tests.support import builders
from tests.support.faults import answer_lost
from tests.support.world import World


def names(world: World, reader: str = "marie") -> list[str]:
    return [item["period"] for item in made(world, reader)]


def test_each_reader_gets_one_digest_and_one_mail(world: World) -> None:
    for _ in range(3):
        assert world.digests()
        world.drain()
        world.later(hours=1)
    assert names(world) == names(world, "noor") == ["daily-2026-11-21"]
    (sent,) = world.mails()
    assert sent.destinations["ToAddresses"] == ["marie@acme.example"]


def test_the_next_day_brings_the_next_one(world: World) -> None:
    world.digests()
    world.later(days=1)
    world.digests()
    assert names(world) == ["daily-2026-11-21", "daily-2026-11-22"]


def test_two_runs_at_once_make_one_digest(world: World) -> None:
    world.faults.at("dynamodb.TransactWriteItems", "before", world.digests)
    world.digests()
    world.finish()
    assert len(world.items("digest")) == 2
    assert len(world.mails()) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["s3.PutObject", "dynamodb.TransactWriteItems", "sqs.SendMessage", "ssm.GetParameter"])
def test_a_run_that_dies_is_made_up_for_by_the_next(world: World, step: str, when: Any) -> None:
    world.forget_caches()
    world.faults.at(step, when)
    assert not world.digests()
    world.later(minutes=15)
    assert world.digests()
    world.finish()
    assert len(world.items("digest")) == 2
    assert len(world.mails()) == 1
    assert opened(world, link_of(world)).status == 200


def test_one_reader_whose_digest_fails_keeps_nobody_from_theirs(world: World) -> None:
    world.faults.at("s3.PutObject", "before", answer_lost)
    assert not world.digests()  # The alarm hears of it.
    assert [item["reader"] for item in world.items("digest")] == ["noor"]


def test_a_reader_without_an_address_has_a_page_and_no_mail(world: World) -> None:
    world.digests()
    assert "For Noor, in Asia/Kathmandu time." in page(world, "noor")
    assert [row["destination"] for row in world.items("delivery")] == ["marie"]


def test_days_that_were_missed_are_pages_and_only_the_newest_is_sent(world: World) -> None:
    world.digests()
    world.finish()
    world.later(days=3)
    world.digests()
    world.finish()
    assert names(world) == [f"daily-2026-11-{day}" for day in (21, 22, 23, 24)]
    rows = [row["sk"] for row in world.items("delivery")]
    assert sorted(rows) == ["delivery#mail#daily-2026-11-21", "delivery#mail#daily-2026-11-24"]


def test_a_day_that_is_late_is_counted_as_it_was(world: World) -> None:
    """What is said after a day is over is in the next one, however late the digest is made."""
    world.digests()
    world.handle(builders.feedback(world.now, content="1"))
    world.later(days=1, hours=3)
    world.handle(builders.feedback(world.now, content="2"), builders.feedback(world.now, content="3"))
    world.later(days=1)
    world.roll_up()
    world.digests()
    assert [item["total"] for item in made(world)] == [0, 1, 2]


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 29, 23), (10, 25, 25)])
def test_summer_time_neither_loses_nor_doubles_an_hour(month: int, day: int, hours: int) -> None:
    """A thing said in each hour of four days around the change: each is in exactly one digest."""
    with World(program_with(MARIE)) as world:
        world.now = world.now.replace(month=month, day=day - 2, hour=12)
        world.digests()
        started = world.now.replace(hour=23 if month == 3 else 22) - timedelta(days=1)
        for number in range(24 + 24 + hours + 24):
            at = started + timedelta(hours=number, minutes=1)
            world.handle(builders.feedback(at, content=str(number), received=world.now))
        for _ in range(5):
            world.later(days=1)
            world.roll_up()
            world.digests()
        assert [item["total"] for item in made(world)] == [0, 24, 24, hours, 24, 0]


def test_a_reader_who_moves_reads_of_everything_once() -> None:
    with World(program_with(MARIE)) as world:
        world.digests()
        started = world.now
        for number in range(30):
            world.handle(
                builders.feedback(started + timedelta(hours=2 * number), content=str(number), received=started)
            )
        for zone in ("America/New_York", "Pacific/Kiritimati", "Pacific/Honolulu", "Europe/Paris"):
            push(world, program_with(MARIE.replace("Europe/Paris", zone)))
            world.later(days=1)
            world.roll_up()
            world.digests()
        world.later(days=2)
        world.digests()
        found = [json.loads(world.stored(item["stored"])) for item in made(world)]
        spans = [(one["period"]["starts"], one["period"]["ends"]) for one in found]
        assert all(ends == starts for (_, ends), (starts, _) in pairwise(spans))
        assert sum(one["counted"]["counts"].get("total", 0) for one in found) == 30


def test_a_week_and_a_month_come_beside_the_days() -> None:
    with World(program_with(MARIE + 'digests = ["daily", "weekly", "monthly"]\n')) as world:
        world.handle(builders.feedback(world.now - timedelta(days=7), received=world.now))
        world.roll_up()
        world.digests()
        world.finish()
        assert {item["period"]: item["total"] for item in made(world)} == {
            "daily-2026-11-21": 0,
            "weekly-2026-11-09": 1,
            "monthly-2026-10-01": 0,
        }
        assert len(world.mails()) == 3
        assert "the week of Nov 9" in page(world, name="weekly-2026-11-09")
        assert "October 2026" in page(world, name="monthly-2026-10-01")


def test_a_month_has_days_that_were_sealed_by_then_and_those_that_still_wait_for_it() -> None:
    """Two weeks after an hour is over its skeleton is kept, and read with its log from then on."""
    with World(program_with(MARIE + 'digests = ["monthly"]\n')) as world:
        for day in (45, 46):
            world.handle(builders.feedback(world.now - timedelta(days=day), content=str(day), received=world.now))
            if day == 45:
                world.roll_up()
        assert world.digests()
        assert {item["period"]: item["total"] for item in made(world)} == {"monthly-2026-10-01": 2}


def test_whoever_wants_quiet_is_sent_nothing_while_nothing_waits() -> None:
    with World(program_with(MARIE + "quiet = true\n")) as world:
        world.digests()
        world.finish()
        assert not world.mails()
        assert "Nothing waits." in page(world)
        world.handle(builders.release(world.now, title="2.4"))
        world.later(days=1)
        world.digests()
        world.finish()
        assert len(world.mails()) == 1


def test_sections_that_a_reader_leaves_out_are_not_there() -> None:
    with World(program_with(MARIE + 'sections = ["volume"]\n')) as world:
        world.handle(builders.feedback(world.now - timedelta(days=1), received=world.now))
        world.digests()
        found = json.loads(world.stored(made(world)[0]["stored"]))
        assert found["volume"]["total"]["number"] == 1
        assert (found["topics"], found["kinds"], found["replies"], found["moderation"]) == ([], [], None, None)


def test_what_could_not_be_heard_is_not_called_less(world: World) -> None:
    """Nothing came on a day on which nothing could: that says nothing of what people said."""
    for weeks in range(1, 5):
        at = world.now - timedelta(days=1, weeks=weeks)
        world.handle(*(builders.feedback(at, content=f"{weeks}-{one}", received=world.now) for one in range(30)))
    world.roll_up()
    pk, sk = watch.looked_key("acme", (world.now - timedelta(days=1)).date())
    unheard = {"day": "2026-11-21", "alarms": [], "unseen": ["game"], "silent": []}
    table().write(Put({"pk": pk, "sk": sk, "kind": "looked", **unheard}))
    world.digests()
    found = json.loads(world.stored(made(world)[0]["stored"]))["volume"]["total"]
    assert (found["number"], found["median"], found["change"]) == (0, 30, None)


def test_before_the_first_program_there_is_no_digest_and_no_failure() -> None:
    with World(program_text=None) as world:
        assert world.digests()
        assert world.ask("GET", "/digests/acme/marie/daily-2026-11-21?r=marie&e=9999999999&s=0").status == 503


def test_a_digest_stops_when_time_is_short_and_goes_on_in_the_next_run(world: World) -> None:
    world.call(handler.main, left=9_000)
    assert not world.items("digest")
    world.digests()
    assert len(world.items("digest")) == 2


def test_no_words_of_strangers_are_kept_in_what_is_stored(world: World) -> None:
    world.handle(builders.flag(world.now, text="Somebody's insult"))
    world.handle(
        builders.feedback(world.now - timedelta(days=1), text="Somebody's words about a map", received=world.now)
    )
    world.drain()
    world.digests()
    stored = world.stored(made(world)[0]["stored"]).decode()
    assert "Somebody" not in stored
    assert json.loads(stored)["decisions"]


def test_a_digest_ends_after_a_quarter_of_a_year(world: World) -> None:
    world.digests()
    (item,) = made(world)
    assert item["expires"] == int((clock.moment(item["made_at"]) + timedelta(days=92)).timestamp())
    assert timedelta(days=92) == records.KEPT


def test_everybodys_day_comes_before_anybodys_month(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[tuple[str, str]] = []
    zoe = MARIE.replace("marie", "zoe")
    with World(program_with(MARIE + 'digests = ["monthly", "weekly", "daily"]\n' + zoe)) as world:
        monkeypatch.setattr(handler.making, "make", lambda _, reader, cadence: begun.append((reader.id, cadence)) or [])
        world.digests()
    assert begun == [("marie", "daily"), ("zoe", "daily"), ("marie", "weekly"), ("marie", "monthly")]


def test_a_digest_for_which_time_became_short_waits_for_an_hour_and_no_longer(world: World) -> None:
    world.digests()
    world.later(days=1)
    world.now = world.now.replace(hour=8, minute=5)
    marie = next(one for one in program.active()[0].readers if one.id == "marie")
    for minutes, periods in ((0, 1), (30, 1), (30, 2)):
        world.later(minutes=minutes)
        making.make(Run(table(), program.active()[0], world.now, lambda: False), marie, "daily")
        assert len(names(world)) == periods
    assert len([row for row in world.items("delivery") if row["sk"] == "delivery#mail#daily-2026-11-22"]) == 1


TWO = """
[[sources]]
id = "server"
community = "acme"
platform = "slack"
api = "https://acme.slack.com"

[[desks]]
id = "staff"
community = "acme"
source = "server"
channel = "C01STAFF"
shows = ["digests"]
""" + "".join(
    MARIE.replace("marie", name) + f'desk = "staff"\nurgent = true\n{more}\n'
    for name, more in (("marie", ""), ("noor", ""), ("zoe", 'language = "fr"'), ("kim", 'sections = ["volume"]'))
)


def briefs(world: World) -> list[str]:
    """Who is named as the reader of what a desk is shown."""
    return sorted(row["request"]["reader"] for row in world.items("delivery") if row["purpose"] == "brief")


def test_readers_of_one_desk_see_there_once_what_they_read_alike() -> None:
    with World(program_with(TWO)) as world:
        world.digests()
        assert sorted(names(world, "noor") + names(world)) == ["daily-2026-11-21"] * 2
        assert len([row for row in world.items("delivery") if row["purpose"] == "mail"]) == 4
        assert briefs(world) == ["kim", "marie", "zoe"]
        world.later(days=1)
        world.digests()
        assert briefs(world) == ["kim", "kim", "marie", "marie", "zoe", "zoe"]


def test_two_readers_of_one_desk_whose_digests_are_made_at_once_are_shown_one_brief() -> None:
    with World(program_with(TWO)) as world:
        world.faults.at("dynamodb.TransactWriteItems", "before", world.digests, nth=2)
        world.digests()
        world.later(minutes=15)
        world.digests()
        assert briefs(world) == ["kim", "marie", "zoe"]
        assert {one["reader"] for one in world.items("digest")} == {"kim", "marie", "noor", "zoe"}


def test_what_is_urgent_is_told_a_desk_once_in_each_language() -> None:
    with World(program_with(TWO)) as world:
        world.digests()
        world.handle(builders.flag(world.now, text="You are all worthless."))
        world.drain()
        world.later(days=2)
        for _ in range(2):
            world.digests()
            world.later(minutes=15)
        rows = [row for row in world.items("delivery") if "#urgent#" in row["sk"]]
        assert sorted(row["request"]["reader"] for row in rows if row["purpose"] == "mail") == [
            "kim",
            "marie",
            "noor",
            "zoe",
        ]
        assert [row["purpose"] for row in rows].count("brief") == 2
