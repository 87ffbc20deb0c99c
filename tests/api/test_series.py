"""Series through the API: written, looked at, approved, paused, ended; every no is a sentence."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.announcements import times
from functions.shared import links
from tests.api.manager import Manager
from tests.support import builders
from tests.support.world import World

WEEKLY = {"title": "Update", "body": "It is Monday.", "at": "2026-11-23T09:00", "zone": "Europe/Paris", "every": "week"}
EVENT = {
    "starts": "2026-12-05T18:00",
    "ends": "2026-12-05T20:00",
    "zone": "Europe/Paris",
    "where": "twitch.tv/acme",
    "reminders": ["-7d", "-1h"],
    "starting": True,
    "thanks": "+2h",
}
CUP = {"title": "Winter Cup", "body": "Come!", "at": "2026-11-23T09:00", "zone": "Europe/Paris", "event": EVENT}
TWO = builders.PROGRAM.replace('timezone = "Europe/Paris"', 'timezone = "Europe/Paris"\napproval = "another"', 1)


@pytest.fixture
def ada(world: World) -> Manager:
    return Manager(world)


@pytest.fixture
def two() -> Iterator[tuple[Manager, Manager]]:
    with World(TWO) as world:
        yield Manager(world, "manager", "Ada"), Manager(world, "manager", "Zoe")


def at(world: World, wall: str) -> None:
    world.now = times.resolve(wall, "Europe/Paris")
    world.drain()


def test_a_series_is_written_and_shows_what_comes_next(ada: Manager) -> None:
    made = ada.post("series", WEEKLY).json
    assert made["series"]["state"] == "active"
    assert [one["at"][:16] for one in made["next"][:2]] == ["2026-11-23T08:00", "2026-11-30T08:00"]
    assert made["notes"] == []
    name = made["series"]["id"]
    assert ada.get(f"series/{name}").json == made
    (listed,) = ada.get("series").json["series"]
    assert (listed["id"], listed["next"]) == (name, "2026-11-23T08:00:00.000Z")
    assert not {"pk", "sk", "due", "listing", "asked"} & set(made["series"])


def test_each_goes_out_at_its_time_and_is_an_ordinary_announcement(ada: Manager) -> None:
    ada.post("series", {**WEEKLY, "targets": ["site"]})
    at(ada.world, "2026-11-23T09:00")
    (made,) = ada.get("announcements").json["announcements"]
    assert (made["title"], made["state"], made["author"]) == ("Update", "published", "Ada")
    assert len(ada.world.outside.calls) == 1
    at(ada.world, "2026-11-30T09:00")
    assert len(ada.world.outside.calls) == 2


def test_a_draft_shows_every_kind_of_post_and_waits_for_the_hash_of_them(ada: Manager) -> None:
    made = ada.post("series", {**CUP, "draft": True}).json
    assert made["series"]["state"] == "draft"
    assert [(one["step"], one["offset"], one["wall"][:16]) for one in made["previews"]] == [
        ("announcement", "", "2026-11-23T09:00"),
        ("reminder", "-7d", "2026-11-28T18:00"),
        ("reminder", "-1h", "2026-12-05T17:00"),
        ("starting", "", "2026-12-05T18:00"),
        ("thanks", "+2h", "2026-12-05T22:00"),
    ]
    assert "Winter Cup: in 7 days" in str(made["previews"][1]["posts"])
    name = made["series"]["id"]
    refused = ada.post(f"series/{name}/approve", {"hash": "0" * 64})
    assert (refused.status, "not what you saw" in refused.message) == (409, True)
    approved = ada.post(f"series/{name}/approve", {"hash": made["hash"]}).json
    assert approved["series"]["state"] == "active"
    assert ada.post(f"series/{name}/approve", {"hash": made["hash"]}).json == approved


def test_the_event_stands_in_the_calendar_feed_once(ada: Manager) -> None:
    ada.post("series", {**CUP, "targets": ["news"]})
    for wall in ("2026-11-23T09:00", "2026-11-28T18:00", "2026-12-05T17:00", "2026-12-05T18:00", "2026-12-05T22:00"):
        at(ada.world, wall)
    assert len(ada.get("announcements").json["announcements"]) == 5
    calendar = ada.world.ask("GET", "/feeds/acme/news.ics").text
    assert calendar.count("BEGIN:VEVENT") == 1


def test_summer_time_is_told_before_anybody_approves(ada: Manager) -> None:
    night = {**WEEKLY, "at": "2026-11-29T02:30", "every": "day", "draft": True}
    assert ada.post("series", night).json["notes"] == [
        "02:30 does not exist on 28 March 2027 in Europe/Paris: the clocks skip it, and 03:00 is meant",
        "02:30 comes twice on 31 October 2027 in Europe/Paris: the first one, 00:30 UTC, is meant",
    ]


def test_of_one_announcement_too(ada: Manager) -> None:
    new = {"title": "t", "body": "b", "at": "2027-10-31T02:30", "zone": "Europe/Paris", "draft": True}
    assert ada.preview(ada.written(new))["times"] == [
        "02:30 comes twice on 31 October 2027 in Europe/Paris: the first one, 00:30 UTC, is meant"
    ]


def test_what_a_draft_came_too_late_for_is_told(ada: Manager) -> None:
    made = ada.post("series", {**CUP, "at": "2026-11-20T09:00", "draft": True}).json
    assert made["notes"] == ["announcement: 2026-11-20T09:00 is over; it is not sent"]
    assert made["next"][0]["step"] == "reminder"


def test_paused_and_resumed_and_ended(ada: Manager) -> None:
    name = ada.post("series", WEEKLY).json["series"]["id"]
    assert ada.post(f"series/{name}/pause", {}).json["series"]["state"] == "paused"
    at(ada.world, "2026-11-25T09:00")
    assert ada.get("announcements").json["announcements"] == []
    resumed = ada.post(f"series/{name}/pause", {"paused": False}).json
    assert resumed["next"][0]["wall"] == "2026-11-30T09:00:00"
    assert ada.post(f"series/{name}/end").json["next"] == []
    assert ada.post(f"series/{name}/pause", {}).status == 409


def test_a_change_waits_for_approval_again(ada: Manager) -> None:
    name = ada.post("series", WEEKLY).json["series"]["id"]
    changed = ada.put(f"series/{name}", {**WEEKLY, "body": "It is still Monday."}).json
    assert changed["series"]["state"] == "draft"
    assert "approved" not in changed["series"]
    assert ada.post(f"series/{name}/approve", {"hash": changed["hash"]}).json["series"]["state"] == "active"


def test_the_same_key_makes_one_series(ada: Manager) -> None:
    first = ada.post("series", WEEKLY, "key").json
    assert ada.post("series", WEEKLY, "key").json == first
    assert ada.post("series", {**WEEKLY, "every": "day"}, "key").status == 409
    assert len(ada.get("series").json["series"]) == 1


def test_somebody_else_approves_where_the_program_says_so(two: tuple[Manager, Manager]) -> None:
    ada, zoe = two
    made = ada.post("series", WEEKLY).json
    assert made["series"]["state"] == "draft"
    path = f"series/{made['series']['id']}/approve"
    assert ada.post(path, {"hash": made["hash"]}).status == 409
    assert zoe.post(path, {"hash": made["hash"]}).json["series"]["approved"]["by"] == "Zoe"


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        ({"every": ""}, 409, "a series needs `every`"),
        ({"every": "fortnight"}, 422, "body.every: 'fortnight' is no rhythm: write day, week, month, or 2 weeks"),
        ({"every": "0 weeks"}, 422, "body.every"),
        ({"every": "53 weeks"}, 422, "at most 52"),
        ({"until": "30 June 2027"}, 400, "write `until` as 2027-06-30"),
        ({"every": "", "times": 3}, 409, "need `every`"),
        ({"every": "2 weeks", "on": ["friday"]}, 400, "is not one of `on`"),
        ({"at": "2027-03-28T02:30", "every": "day"}, 400, "the clocks skip it"),
        ({"at": "Monday"}, 400, "is not a time"),
        ({"zone": "Paris"}, 400, "is not a time zone"),
        ({"event": {**EVENT, "reminders": ["soon"]}}, 422, "body.event.reminders.0: 'soon' is no distance: write"),
        ({"event": {**EVENT, "reminders": [""]}}, 422, "body.event.reminders.0: '' is no distance"),
        ({"event": {**EVENT, "thanks": "soon"}}, 422, "body.event.thanks: 'soon' is no distance"),
        ({"event": {**EVENT, "recording": "file:///x"}}, 422, "body.event.recording: 'file:///x' is no address"),
        (
            {"images": [{"name": f"{'cd' * 32}.png", "alt": "x", "type": "image/png", "bytes": 9}]},
            409,
            "upload it first",
        ),
        ({"event": {**EVENT, "remind": []}}, 422, "remind"),
        ({"event": {**EVENT, "zone": "UTC"}}, 409, "give one zone"),
        ({"targets": ["nowhere"]}, 409, "no target 'nowhere'"),
        ({"language": "es", "event": EVENT}, 409, "write the words for reminder in es"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    ada: Manager, change: dict[str, Any], status: int, told: str
) -> None:
    answer = ada.post("series", {**WEEKLY, **change})
    assert answer.status == status, answer.text
    assert told in answer.message
    assert ada.get("series").json["series"] == []


def test_a_series_has_a_page_behind_a_link(ada: Manager) -> None:
    made = ada.post("series", {**CUP, "draft": True}).json
    page = ada.world.ask("GET", made["page"])
    assert (page.status, page.headers["cache-control"]) == (200, "private, no-store")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "thanks +2h, Saturday 2026-12-05 22:00 (Europe/Paris)" in page.text
    assert "Winter Cup: in 7 days" in page.text
    assert made["hash"][:12] in page.text
    assert ada.get(f"series/{made['series']['id']}").json["series"]["state"] == "draft"


def test_the_page_opens_with_its_own_link_only(ada: Manager, world: World) -> None:
    one, other = (ada.post("series", {**CUP, "title": title, "draft": True}).json for title in ("One", "Other"))
    path, _, query = str(one["page"]).partition("?")
    for asked in (path, f"{path.replace(one['series']['id'], other['series']['id'])}?{query}", f"{path}?{query}0"):
        answer = world.ask("GET", asked)
        assert (answer.status, "`liaison series preview` gives a new one" in answer.text) == (403, True)
    gone = world.ask("GET", links.link("/previews/acme/series/none", "Ada", "preview", world.now))
    assert (gone.status, "There is no such series." in gone.text) == (404, True)


def test_what_is_shown_is_the_next_one_of_each_kind(ada: Manager) -> None:
    name = ada.post("series", {**CUP, "every": "2 weeks"}).json["series"]["id"]
    at(ada.world, "2026-12-05T17:30")
    told = [(one["step"], one["offset"], one["wall"][:10]) for one in ada.get(f"series/{name}").json["previews"]]
    assert told == [
        ("starting", "", "2026-12-05"),
        ("thanks", "+2h", "2026-12-05"),
        ("announcement", "", "2026-12-07"),
        ("reminder", "-7d", "2026-12-12"),
        ("reminder", "-1h", "2026-12-19"),
    ]


def test_what_is_not_written_yet_can_be_looked_at_and_leaves_nothing(ada: Manager) -> None:
    shown = ada.post("series/preview", CUP)
    assert (shown.status, len(shown.json["previews"])) == (200, 5)
    assert shown.json["previews"][0]["posts"][0]["target"] == "site"
    assert ada.get("series").json["series"] == []


def test_words_for_a_step_are_used(ada: Manager) -> None:
    own = [{"step": "starting", "title": "Now", "body": "Come in, it is {starts}!"}]
    made = ada.post("series", {**CUP, "words": own, "draft": True}).json
    starting = next(one for one in made["previews"] if one["step"] == "starting")
    assert "Come in, it is 2026-12-05 18:00 (Europe/Paris)!" in str(starting["posts"])


def test_readers_look_and_managers_write(world: World) -> None:
    reader = Manager(world, "reader")
    assert reader.get("series").status == 200
    assert reader.post("series", WEEKLY).status == 403


def test_no_such_series(ada: Manager) -> None:
    assert ada.get("series/nothing").status == 404
