"""The site behind a digest's link, and digests by the API: who sees what, for how long, and what it is made of."""

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from functions.digests import records
from functions.shared import links, objects, parameters
from functions.shared.table import Delete, Put, Update, key_of, table
from tests.announcements import stage
from tests.api.manager import Manager
from tests.digests.reading import MARIE, Tags, link_of, made, opened, page, program_with, push, site
from tests.feedback import test_watch as watched
from tests.moderation import people
from tests.support import builders
from tests.support.world import Context, World

DAILY = "daily-2026-11-21"
THEMED = """
[[themes]]
id = "map"
community = "acme"
title = "Winter map"
keywords = { en = ["map"] }
"""


def say(world: World, *texts: str, **more: Any) -> None:
    """Yesterday, one after the other."""
    for number, text in enumerate(texts):
        at = world.now - timedelta(days=1, minutes=number)
        world.handle(builders.feedback(at, content=f"c{number}", text=text, received=world.now, **more))
    world.roll_up()


# The link


def test_the_link_in_the_mail_opens_the_page_and_does_nothing_else(world: World) -> None:
    world.digests()
    before = list(world.every_item())
    answer = opened(world, link_of(world))
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert list(world.every_item()) == before


def test_a_page_may_show_itself_and_nothing_else(world: World) -> None:
    world.digests()
    policy = opened(world, link_of(world)).headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in Tags(page(world)).tags}
    assert not [attrs for _, attrs in Tags(page(world)).tags if "style" in attrs]


def test_a_link_is_good_for_fourteen_days(world: World) -> None:
    world.digests()
    link = link_of(world)
    world.later(days=14)
    assert opened(world, link).status == 200
    world.later(seconds=1)
    answer = opened(world, link)
    assert answer.status == 403
    assert "not good, or not any more" in answer.text


def test_links_on_a_page_last_no_longer_than_its_own(world: World) -> None:
    say(world, "The map is too dark to see")
    world.digests()
    link = link_of(world)
    world.later(days=13)
    inside = [one for one in Tags(opened(world, link).text).links if "/digests/" in one]
    assert len(inside) > 2
    assert {re.search("e=([0-9]+)", one)[1] for one in [*inside, link]} == {re.search("e=([0-9]+)", link)[1]}  # type: ignore[index]


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("/marie/", "/noor/"),
        ("r=marie", "r=noor"),
        ("/acme/", "/peak/"),
        ("&e=", "&e=9"),
        ("&s=", "&s=0"),
        ("&s=", "&x="),
        ("&e=", "&e=%D9%A1"),
        ("?r=", "?q="),
    ],
)
def test_a_link_that_was_changed_opens_nothing(world: World, part: str, other: str) -> None:
    world.digests()
    link = link_of(world)
    assert part in link
    for rest in ("", "/items"):
        split = urlsplit(link)
        answer = opened(world, split._replace(path=split.path + rest).geturl().replace(part, other))
        assert answer.status == 403
        assert "decision" not in answer.text


@pytest.mark.parametrize("rest", ["", "search", DAILY, f"{DAILY}/items"])
def test_without_a_signature_there_is_nothing_to_see(world: World, rest: str) -> None:
    world.digests()
    assert world.ask("GET", records.path("acme", "marie", rest)).status == 403


def test_a_good_link_to_a_digest_that_is_not_there_says_so(world: World) -> None:
    assert site(world, "daily-2020-01-01").status == 404
    assert site(world, "daily-2020-01-01/items").status == 404


@pytest.mark.parametrize("purpose", ["export", "decide", "talks", "stop"])
def test_a_link_for_something_else_opens_no_digest(world: World, purpose: str) -> None:
    world.digests()
    assert site(world, DAILY, purpose=purpose).status == 403


def test_links_outlive_one_change_of_the_key(world: World) -> None:
    world.digests()
    link = link_of(world)
    keys = links.keys()
    for key in ("new", "newest"):
        stored = {"current": key, "previous": keys[0]}
        parameters.put(parameters.path("links"), json.dumps(stored), secret=True)
        keys = [key]
        if key == "new":
            assert opened(world, link).status == 200
    assert opened(world, link).status == 403


def test_whoever_has_left_the_program_reads_no_more(world: World) -> None:
    world.digests()
    link = link_of(world)
    push(world, program_with(MARIE.replace('"marie"', '"zoe"')))
    world.later(minutes=2)
    assert opened(world, link).status == 403


def test_a_link_that_was_shown_in_a_channel_leads_to_no_decision() -> None:
    with World(program_with(MARIE + 'role = "manager"\n')) as world:
        world.handle(builders.release(world.now, title="2.4"))
        world.digests()
        own, shown = (site(world, DAILY, purpose=purpose) for purpose in (records.PURPOSE, records.SHOWN))
        assert own.status == shown.status == 200
        assert "/decide/" in own.text
        assert "/decide/" not in shown.text
        assert "2.4" in shown.text


# The pages


def test_past_digests_are_listed_newest_first(world: World) -> None:
    world.digests()
    world.later(days=1)
    world.digests()
    shown = Tags(site(world).text)
    days = [one for one in shown.links if "/daily-" in one]
    assert [urlsplit(one).path.rpartition("/")[2] for one in days] == ["daily-2026-11-22", DAILY]
    assert opened(world, days[1]).status == 200


def test_every_number_leads_to_what_it_is_made_of() -> None:
    with World(program_with(THEMED + MARIE)) as world:
        say(
            world,
            "The map is too dark to see anything",
            "Please add a dark theme to the menu",
            "The map crashes, a bug",
        )
        world.digests()
        told = [one for one in Tags(page(world)).links if "/items?" in one]
        (theme,) = [one for one in told if "series=theme%3Amap" in one]
        answer = opened(world, theme)
        assert answer.status == 200
        assert "2 were counted; shown is what still stands." in answer.text
        assert "The map crashes" in answer.text
        assert "dark theme" not in answer.text


def test_a_long_list_goes_on_on_another_page(world: World) -> None:
    for number in range(60):
        at = world.now - timedelta(days=1, hours=number % 6)
        world.handle(builders.feedback(at, content=str(number), text=f"Words number {number}.", received=world.now))
    world.roll_up()
    world.digests()
    found: list[str] = []
    link = next(one for one in Tags(page(world)).links if "series=total" in one)
    while link:
        shown = opened(world, link).text
        found += re.findall(r"Words number ([0-9]+)\.", shown)
        link = next((one for one in Tags(shown).links if "before=" in one), "")
    assert sorted(map(int, found)) == list(range(60))


def test_what_was_removed_since_is_not_shown(world: World) -> None:
    say(world, "Words that are taken back")
    world.digests()
    data = {"id": "c0", "kind": "form", "at": world.now.isoformat()}
    world.handle(
        builders.webhook(
            "feedback.changed",
            {**data, "change": "removed", "said_at": (world.now - timedelta(days=1)).isoformat()},
            world.now,
        )
    )
    world.roll_up()
    for shown in (page(world), site(world, f"{DAILY}/items", series="total").text):
        assert "taken back" not in shown


def test_search_finds_what_was_said_with_all_of_the_words(world: World) -> None:
    say(world, "The winter map is gorgeous", "The summer map is not", "Nothing of the kind")
    world.learn()
    assert "The winter map" in site(world, "search", q="map WINTER").text
    assert "summer" not in site(world, "search", q="map WINTER").text
    assert "One was found." in site(world, "search", q="winter").text
    assert "Nothing was found." in site(world, "search", q="spring").text
    assert "found" not in Tags(site(world, "search").text).text


# By the API


def ada(world: World) -> Manager:
    return Manager(world)


def test_a_digest_that_was_made_is_told_as_it_was(world: World) -> None:
    say(world, "The map is too dark")
    world.digests()
    world.handle(builders.feedback(world.now - timedelta(days=1), content="late", received=world.now))
    world.roll_up()
    told = ada(world).get("digests/marie/daily/2026-11-21").json
    assert told["stored"] is True
    assert told["digest"]["volume"]["total"]["number"] == 1
    assert told["digest"]["checksum"] == made(world)[0]["checksum"]
    assert told["subject"] == "Acme Games: nothing to decide, 1 said"
    assert opened(world, told["page"]).status == 200


def test_one_that_was_not_is_made_to_be_looked_at_and_neither_kept_nor_sent(world: World) -> None:
    say(world, "The map is too dark")
    before = list(world.every_item())
    told = ada(world).get("digests/marie/weekly/2026-11-21").json
    assert told["stored"] is False
    assert told["digest"]["volume"]["total"]["number"] == 1
    assert "the week of Nov 16" in told["body"]
    assert [one for one in world.every_item() if one["kind"] in ("digest", "chain", "delivery")] == [
        one for one in before if one["kind"] in ("digest", "chain", "delivery")
    ]


@pytest.mark.parametrize(
    ("address", "status", "why"),
    [
        ("digests/nobody/daily/2026-11-21", 404, "there is no reader 'nobody' in 'acme'; there is marie, noor"),
        ("digests/marie/daily/2026-12-24", 404, "2026-12-24 has not begun yet"),
        ("digests/marie/hourly/2026-11-21", 422, "cadence"),
        ("digests/marie/daily/yesterday", 422, "day"),
        ("digests/marie/daily/2026-11-21/verify", 404, "there is no digest 'daily-2026-11-21' of 'marie'"),
    ],
)
def test_what_cannot_be_shown_is_explained(world: World, address: str, status: int, why: str) -> None:
    answer = ada(world).get(address)
    assert answer.status == status
    assert why in answer.json["message"]


def test_a_digest_counted_again_is_the_same_until_somebody_says_more(world: World) -> None:
    say(world, "The map is too dark", "The map is too bright")
    world.digests()
    again = ada(world).get("digests/marie/daily/2026-11-21/verify").json
    assert (again["same"], again["changed"], again["unexplained"]) == (True, [], [])
    late = world.now - timedelta(days=1, hours=3)
    world.handle(builders.feedback(late, content="late", received=world.now))
    again = ada(world).get("digests/marie/daily/2026-11-21/verify").json
    assert (again["same"], again["unexplained"]) == (False, [])
    assert again["changed"] == [late.strftime("%Y-%m-%dT%H")]
    assert again["differences"]["total"] == {"told": 2, "now": 3}


def test_a_count_that_the_log_does_not_bear_out_is_named(world: World) -> None:
    say(world, "The map is too dark")
    world.digests()
    (hour,) = world.items("hour")
    with world.faults.by_others():
        table().write(Put({**hour, "counts": {"total": [7, 0, 0, 0]}}))
    again = ada(world).get("digests/marie/daily/2026-11-21/verify").json
    assert again["unexplained"] == [hour["hour"]]


def test_an_hour_of_the_log_that_was_never_counted_is_named(world: World) -> None:
    say(world, "The map is too dark")
    (hour,) = world.items("hour")
    with world.faults.by_others():
        table().write(Delete(key_of(hour)))
    world.digests()
    again = ada(world).get("digests/marie/daily/2026-11-21/verify").json
    assert (again["same"], again["unexplained"]) == (False, [hour["hour"]])


def test_a_busy_month_is_counted_again_in_several_requests(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    say(world, "The map is too dark")
    world.digests()
    monkeypatch.setattr(Context, "get_remaining_time_in_millis", lambda _: 1)
    hours, after = list[str](), ""
    while True:
        again = ada(world).get(f"digests/marie/daily/newest/verify?after={after}").json
        assert (again["same"], again["changed"], again["unexplained"]) == (True, [], [])
        if "next" not in again:
            break
        hours.append(after := again["next"])
    assert len(hours) == 23


def test_without_a_day_it_is_the_newest_that_was_made(world: World) -> None:
    told = ada(world).get("digests/marie/daily/newest").json
    assert (told["stored"], told["digest"]["period"]["first"]) == (False, "2026-11-21")
    world.digests()
    world.later(hours=20)
    told = ada(world).get("digests/marie/daily/newest").json
    assert (told["stored"], told["digest"]["period"]["first"]) == (True, "2026-11-21")
    told = ada(world).get("digests/marie/monthly/newest").json
    assert (told["stored"], told["digest"]["period"]["first"]) == (False, "2026-10-01")


def test_the_long_week_of_a_reader_who_moved_is_found_by_each_of_its_days(world: World) -> None:
    world.digests()
    (item,) = made(world)
    with world.faults.by_others():
        table().write(Update(key_of(item), set={"last": "2026-11-24"}))
    for day in ("2026-11-21", "2026-11-23", "2026-11-24"):
        assert ada(world).get(f"digests/marie/daily/{day}").json["stored"]


def test_what_a_reader_was_told_of_is_listed(world: World) -> None:
    world.digests()
    (told,) = ada(world).get("digests/marie").json["digests"]
    assert told == {
        "period": DAILY,
        "checksum": made(world)[0]["checksum"],
        "decisions": 0,
        "unusual": 0,
        "total": 0,
        "made_at": made(world)[0]["made_at"],
    }


def test_every_link_of_a_page_leads_somewhere() -> None:
    with stage.stage() as (world, _):
        stage.published(world, "chat", "work")
        world.drain()
        world.handle(builders.flag(world.now, text="An insult"))
        world.drain()
        world.later(hours=21)
        world.digests()
        reader = world.items("digest")[0]["reader"]
        shown = Tags(page(world, reader))
        ours = [one for one in shown.links if one.startswith("https://liaison.example/")]
        assert len(ours) > 2
        assert "Winter" in shown.text
        assert {opened(world, one).status for one in ours} == {200}


COLLEAGUE = """
[[moderators]]
id = "marie"
community = "acme"
name = "Marie Curie"
pseudonym = "Heron"
"""


def test_what_colleagues_alone_are_told_is_not_shown_in_a_channel() -> None:
    with World(program_with(COLLEAGUE + MARIE)) as world:
        world.handle(builders.flag(world.now, text="An insult"))
        people.decided(world, people.held(world, who="marie"), who="marie")
        world.later(days=1)
        world.digests()
        name = made(world)[-1]["period"]
        own, shown = (site(world, name, purpose=purpose) for purpose in (records.PURPOSE, records.SHOWN))
        assert "Marie Curie" in own.text
        assert "Marie Curie" not in shown.text
        assert "Decided" in shown.text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "0001-02-01"])
@pytest.mark.parametrize("cadence", ["daily", "weekly", "monthly"])
@pytest.mark.parametrize("rest", ["", "/verify"])
def test_a_day_at_the_end_of_the_calendar_is_no_failure_of_ours(
    world: World, cadence: str, day: str, rest: str
) -> None:
    assert ada(world).get(f"digests/marie/{cadence}/{day}{rest}").status in (200, 404)


def test_a_period_that_is_not_over_is_held_against_nothing() -> None:
    with World(watched.PROGRAM + MARIE) as world:
        watched.remember(world)
        watched.counted(watched.YESTERDAY, watched.BURST)
        for cadence in ("daily", "weekly"):
            told = ada(world).get(f"digests/marie/{cadence}/2026-11-22").json
            assert "This period is not over" in told["body"]
            total = told["digest"]["volume"]["total"]
            assert (total["change"], total["usual"]) == (None, None)
            assert "Less than usual" not in told["body"]
            assert "no clear change" not in told["body"].casefold()
        days = told["digest"]["volume"]["days"]
        assert [one["day"] for one in days][-1] == "2026-11-22"


def test_a_sum_that_nobody_touched_and_that_is_another_is_unexplained(world: World) -> None:
    say(world, "The map is too dark")
    world.digests()
    (item,) = made(world)
    stored = json.loads(world.stored(item["stored"]))
    stored["counted"]["counts"]["total"] = 2
    with world.faults.by_others():
        objects.write(item["stored"], json.dumps(stored).encode())
    again = ada(world).get("digests/marie/daily/2026-11-21/verify").json
    assert again["differences"] == {"total": {"told": 2, "now": 1}}
    assert again["unexplained"] == list(stored["counted"]["position"])


def test_an_hour_in_which_a_thousand_things_were_said_is_shown_page_by_page(world: World) -> None:
    at = world.now - timedelta(days=1)
    for number in range(120):
        world.handle(builders.feedback(at, content=str(number), text=f"Words number {number}.", received=world.now))
    world.roll_up()
    world.digests()
    found: list[list[str]] = []
    link = next(one for one in Tags(page(world)).links if "series=total" in one)
    while link:
        shown = opened(world, link).text
        found.append(re.findall(r"Words number ([0-9]+)\.", shown))
        link = next((one for one in Tags(shown).links if "before=" in one), "")
    assert [len(one) for one in found] == [50, 50, 20]
    assert len({number for one in found for number in one}) == 120
