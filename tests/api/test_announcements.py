"""Announcements through the API: written, looked at, approved, changed, held, taken back; every no is a sentence."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from functions.platforms.outgoing import MEDIA
from functions.shared import links, objects
from functions.shared.table import MOST_LISTED, Put, table
from tests.api.manager import DRAFT, NEW, NOW, Manager
from tests.support import builders
from tests.support.world import World

TWO = builders.PROGRAM.replace('timezone = "Europe/Paris"', 'timezone = "Europe/Paris"\napproval = "another"', 1)
PICTURE = {"name": f"{'ab' * 32}.png", "alt": "", "type": "image/png", "bytes": 9, "width": 3, "height": 2}


@pytest.fixture
def ada(world: World) -> Manager:
    """Who uploaded a picture before."""
    objects.write(f"{MEDIA}/{PICTURE['name']}", b"a picture", "image/png")
    return Manager(world)


@pytest.fixture
def two() -> Iterator[tuple[Manager, Manager]]:
    """Where somebody else has to say yes."""
    with World(TWO) as world:
        yield Manager(world, "manager", "Ada"), Manager(world, "manager", "Zoe")


def progress(ada: Manager, name: str) -> str:
    return str(ada.get(f"announcements/{name}").json["progress"])


# Written


def test_an_announcement_is_written_shown_and_listed(ada: Manager) -> None:
    made = ada.post("announcements", NEW).json
    name = made["announcement"]["id"]
    assert made["announcement"]["publish_at"] == "2026-11-23T08:00:00.000Z"
    assert (made["progress"], made["announcement"]["author"]) == ("scheduled", "Ada")
    assert made["announcement"]["content"]["targets"] == ["site", "news"]
    assert [line["what"] for line in made["history"]] == ["written", "approved"]
    assert ada.get(f"announcements/{name}").json == made
    (listed,) = ada.get("announcements").json["announcements"]
    assert (listed["id"], listed["state"], listed["title"]) == (name, "scheduled", "Winter")


def test_nothing_of_our_own_bookkeeping_is_shown(ada: Manager) -> None:
    shown = ada.post("announcements", NEW).json["announcement"]
    assert not {"pk", "sk", "due", "listing", "schema", "asked"} & set(shown)


def test_without_a_time_it_is_published_at_once(ada: Manager) -> None:
    name = ada.written(NOW)
    assert progress(ada, name) == "publishing"
    ada.world.drain()
    shown = ada.get(f"announcements/{name}").json
    assert shown["progress"] == "published"
    assert {row["destination"]: row["state"] for row in shown["deliveries"]} == {"site": "sent", "news": "sent"}
    assert len(ada.world.outside.calls) == 1


def test_the_same_key_makes_one_announcement(ada: Manager) -> None:
    key = str(uuid4())
    first = ada.post("announcements", NEW, key).json["announcement"]
    ada.world.later(minutes=1)
    assert ada.post("announcements", NEW, key).json["announcement"] == first
    assert len(ada.world.items("announcement")) == 1


def test_the_same_key_publishes_once_what_is_published_at_once(ada: Manager) -> None:
    """The answer of the first may have been lost."""
    for _ in range(3):
        ada.post("announcements", NOW, "key")
        ada.world.drain()
        ada.world.later(minutes=1)
    assert len(ada.world.outside.calls) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"body": "Other"},
        {"targets": ["news"]},
        {"at": "2026-11-24T09:00"},
        {"zone": "Asia/Kathmandu"},
        {"language": "fr", "variants": [{"language": "en", "body": "x"}]},
        {"pings": ["everyone"]},
        {"draft": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_request_under_the_same_key_is_refused(ada: Manager, change: dict[str, Any]) -> None:
    ada.post("announcements", NEW, "key")
    answer = ada.post("announcements", {**NEW, **change}, "key")
    assert answer.status == 409
    assert "Idempotency-Key was used for another announcement" in answer.message
    assert ada.world.item("announcement")["title"] == "Winter"


def test_two_people_may_use_the_same_key(ada: Manager) -> None:
    ada.post("announcements", NEW, "key")
    Manager(ada.world, name="Zoe").post("announcements", NEW, "key")
    assert len(ada.world.items("announcement")) == 2


def test_without_a_key_every_request_is_another_announcement(ada: Manager) -> None:
    ada.post("announcements", NEW)
    ada.post("announcements", NEW)
    assert len(ada.world.items("announcement")) == 2


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        ({"at": "2026-03-29T02:30"}, 400, "Did you mean 03:30?"),
        ({"at": "2026-11-23T09:00+01:00"}, 400, "without an offset"),
        ({"at": "2026-11-20T09:00"}, 400, "is over"),
        ({"zone": "Paris"}, 400, "use an IANA name such as Europe/Paris"),
        ({"zone": ""}, 400, "use an IANA name such as Europe/Paris"),
        ({"at": ""}, 400, "write it as 2026-11-23T09:00"),
        ({"zone": None}, 422, "`at` and `zone` go together"),
        ({"at": None}, 422, "`at` and `zone` go together"),
        ({"targets": ["sight"]}, 409, "no target 'sight'; there are site, news"),
        ({"variants": [{"only": "sight", "body": "x"}]}, 409, "no target or platform 'sight' to write for; there are"),
        ({"title": ""}, 422, "title"),
        ({"title": "x" * 201}, 422, "title"),
        ({"body": ""}, 422, "body"),
        ({"body": "x" * 40_001}, 422, "body"),
        ({"titel": "x"}, 422, "titel"),
        ({"title": 5}, 422, "title"),
        ({"link": "javascript:alert(1)"}, 422, "body.link: 'javascript:alert(1)' is no address"),
        ({"images": [{**PICTURE, "name": "../x.png"}]}, 422, "images"),
        ({"images": [{**PICTURE, "name": f"{'cd' * 32}.png"}]}, 409, "cdcd.png: upload it first"),
        ({"event": {"starts": "2026-12-01", "zone": "Paris"}}, 400, "use an IANA name"),
        ({"event": {"starts": "", "zone": "Europe/Paris"}}, 400, "is not a time"),
        (
            {"event": {"starts": "2026-12-01T19:00", "ends": "late", "zone": "Europe/Paris"}},
            400,
            "'late' is not a time",
        ),
        ({"event": {"starts": "2026-12-01T19:00"}}, 422, "zone"),
        ({"event": {"starts": "2026-12-01T19:00", "zone": "Europe/Paris", "end": "x"}}, 422, "body.event.end"),
        ({"body": "![](x.png)"}, 409, "it cannot be sent like this"),
        ({"body": f"![]({PICTURE['name']})", "images": [PICTURE]}, 409, "has no description"),
        ({"language": "fr"}, 409, "no target gets anything"),
    ],
    ids=lambda value: json.dumps(value)[:50] if isinstance(value, dict) else "",
)
def test_what_cannot_be_meant_is_refused_with_a_sentence_and_nothing_is_written(
    ada: Manager, change: dict[str, Any], code: int, told: str
) -> None:
    answer = ada.post("announcements", {**NEW, **change})
    assert answer.status == code
    assert told in answer.message
    assert not ada.world.items("announcement")
    assert not ada.world.outside.calls


@pytest.mark.parametrize("body", ["", "not JSON", "[]", "null", '"text"', "5", "[" * 50])
def test_a_body_that_is_none_is_refused(ada: Manager, body: str) -> None:
    answer = ada.post("announcements", body)
    assert answer.status in (400, 415, 422)
    assert not ada.world.items("announcement")


def test_a_community_outside_the_program_is_not_found(world: World) -> None:
    token = world.token("operator", "*")
    answer = world.ask("POST", "/v1/nowhere/announcements", NEW, token=token)
    assert (answer.status, answer.message) == (404, "there is no community 'nowhere' in the program")


def test_a_community_without_targets_is_told_so(world: World) -> None:
    answer = world.ask("POST", "/v1/peak/announcements", NEW, token=world.token("manager", "peak"))
    assert (answer.status, answer.message) == (409, "the program names no target for this community")


def test_words_that_no_store_can_hold_are_replaced(ada: Manager) -> None:
    body = '{"title": "a\\u0000b\\ud800c", "body": "\\udfff", "draft": true}'
    assert ada.post("announcements", body).json["announcement"]["title"] == "a\ufffdb\ufffdc"


def test_an_announcement_of_another_community_is_not_found(ada: Manager) -> None:
    name = ada.written(NEW)
    token = ada.world.token("operator", "peak")
    assert ada.world.ask("GET", f"/v1/peak/announcements/{name}", token=token).status == 404


@pytest.mark.parametrize("action", ["approve", "hold", "cancel", "withdraw"])
def test_one_that_is_not_there_is_not_found(ada: Manager, action: str) -> None:
    body = {"approve": {"hash": "0" * 64}, "hold": {"held": True}}.get(action, {})
    answer = ada.post(f"announcements/none/{action}", body)
    assert (answer.status, answer.message) == (404, "there is no announcement 'none' in 'acme'")


# Looked at


def test_a_preview_has_the_requests_to_the_letter(ada: Manager) -> None:
    name = ada.written(DRAFT)
    shown = ada.preview(name)
    assert [one["target"] for one in shown["posts"]] == ["site", "news"]
    ada.approve(name)
    ada.world.drain()
    (call,) = ada.world.outside.calls
    seen = shown["posts"][0]["parts"][0]["body"]
    at = call.said["timestamp"]
    assert call.said == {**seen, "timestamp": at, "data": {**seen["data"], "published_at": at}}


def test_a_preview_counts_and_tells(ada: Manager) -> None:
    body = f"Hello @everyone\n\n![]({PICTURE['name']})"
    name = ada.written(DRAFT, body=body, images=[PICTURE], variants=[{"language": "fr", "body": "Salut"}])
    shown = ada.preview(name)
    (count,) = shown["posts"][0]["parts"][0]["counts"]
    assert (count["what"], count["unit"], count["limit"]) == ("body", "bytes", 20_000)
    assert any("@everyone pings nobody" in note for note in shown["posts"][0]["notes"])
    assert any("image 1 has no description" in problem for problem in shown["problems"])
    assert shown["unused"] == ["no target gets the words in fr"]


def test_what_is_not_written_yet_can_be_looked_at_and_leaves_nothing(ada: Manager) -> None:
    shown = ada.post("announcements/preview", {"title": "Winter", "body": "It **snows**."})
    assert shown.status == 200
    assert [one["target"] for one in shown.json["posts"]] == ["site", "news"]
    assert not ada.world.items("announcement")


def test_the_preview_is_a_page_behind_a_link(ada: Manager) -> None:
    name = ada.written(DRAFT)
    link = ada.preview(name)["page"]
    assert link.startswith("https://liaison.example/previews/acme/")
    page = ada.world.ask("GET", link)
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "It <strong>snows</strong>." in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["cache-control"] == "private, no-store"
    assert progress(ada, name) == "draft"


def test_the_page_tells_when_and_that_the_clocks_show_it_twice(ada: Manager) -> None:
    shown = ada.preview(ada.written({**DRAFT, "at": "2027-10-31T02:30", "zone": "Europe/Paris"}))
    assert shown["when"] == "at 2027-10-31T02:30 in Europe/Paris"
    page = ada.world.ask("GET", shown["page"]).text
    assert "at 2027-10-31T02:30 in Europe/Paris" in page
    assert shown["times"][0] in page


def test_the_list_tells_what_is_held_and_what_waits_to_change(ada: Manager) -> None:
    held, changing = ada.written(NEW), ada.written(NOW)
    ada.post(f"announcements/{held}/hold", {"held": True})
    ada.world.drain()
    ada.put(f"announcements/{changing}", {"title": "Winter", "body": "It melts."})
    listed = {one["id"]: one for one in ada.get("announcements").json["announcements"]}
    assert (listed[held]["held"], listed[held]["changing"]) == (True, False)
    assert listed[changing]["changing"]


def test_the_list_has_pages(ada: Manager) -> None:
    ada.written(DRAFT)
    draft = ada.world.item("announcement")
    for number in range(MOST_LISTED + 1):
        at = f"2026-11-22T13:00:00.{number:03d}Z"
        table().write(Put({**draft, "pk": f"{draft['pk']}-{number}", "id": str(number), "listed_at": at}))
    page = ada.get("announcements").json["announcements"]
    assert [page[0]["id"], page[-1]["id"], len(page)] == ["100", "1", MOST_LISTED]
    page = ada.get(f"announcements?before={page[-1]['listed_at']}").json["announcements"]
    assert [one["id"] for one in page] == ["0", draft["id"]]
    assert not ada.get(f"announcements?before={page[-1]['listed_at']}").json["announcements"]


@pytest.mark.parametrize("spoiled", ["", "?r=Ada", "no signature", "other announcement", "other purpose", "too late"])
def test_a_page_opens_with_its_own_link_only(ada: Manager, spoiled: str) -> None:
    name, other = ada.written(DRAFT), ada.written(DRAFT)
    link = str(ada.preview(name)["page"])
    path, _, query = link.partition("?")
    asked = {
        "no signature": link.partition("&s=")[0],
        "other announcement": f"{path.replace(name, other)}?{query}",
        "other purpose": f"https://liaison.example/digests/acme/marie/2026-11-21?{query}",
        "too late": link,
    }.get(spoiled, path + spoiled)
    if spoiled == "too late":
        ada.world.later(days=15)
    answer = ada.world.ask("GET", asked)
    assert answer.status == 403
    assert "snows" not in answer.text


def test_a_good_link_to_what_is_not_there_says_so(world: World) -> None:
    link = links.link("/previews/acme/none", "Ada", "preview", world.now)
    answer = world.ask("GET", link)
    assert (answer.status, "There is no such announcement." in answer.text) == (404, True)


# Approved


def test_a_draft_is_published_when_somebody_approves_what_they_saw(ada: Manager) -> None:
    name = ada.written()
    assert progress(ada, name) == "draft"
    approved = ada.approve(name)
    assert (approved.status, approved.json["progress"]) == (200, "publishing")
    assert approved.json["announcement"]["approved"]["by"] == "Ada"
    ada.world.drain()
    assert progress(ada, name) == "published"
    assert len(ada.world.outside.calls) == 1


def test_approving_the_same_again_is_no_error_and_posts_nothing_again(ada: Manager) -> None:
    """The answer of the first may have been lost."""
    name = ada.written()
    seen = ada.preview(name)["hash"]
    when = {"hash": seen, "at": "2026-11-23T09:00", "zone": "Europe/Paris"}
    first = ada.post(f"announcements/{name}/approve", when)
    assert ada.post(f"announcements/{name}/approve", when).json["announcement"] == first.json["announcement"]
    ada.world.later(days=1)
    ada.world.drain()
    assert len(ada.world.outside.calls) == 1
    other = ada.post(f"announcements/{name}/approve", {"hash": seen, "at": "2026-12-24T09:00", "zone": "Europe/Paris"})
    assert other.status == 409
    assert "this one is published" in other.message


@pytest.mark.parametrize("change", [{"title": "Other"}, {"body": "Other"}, {"targets": ["news"]}])
def test_any_change_makes_what_was_seen_stale(ada: Manager, change: dict[str, Any]) -> None:
    name = ada.written()
    seen = ada.preview(name)["hash"]
    written = {"title": "Winter", "body": "It **snows**.", **change}
    assert ada.put(f"announcements/{name}", written).status == 200
    answer = ada.post(f"announcements/{name}/approve", {"hash": seen})
    assert (answer.status, answer.message) == (
        409,
        "what would be sent is not what you saw: look at the preview again, then approve",
    )
    ada.world.drain()
    assert not ada.world.outside.calls


def test_what_cannot_be_sent_is_not_approved(ada: Manager) -> None:
    name = ada.written(body="![](x.png)")
    answer = ada.approve(name)
    assert answer.status == 409
    assert "it cannot be sent like this: site: there is no image 'x.png'" in answer.message


def test_a_draft_goes_out_at_the_time_it_was_written_for(ada: Manager) -> None:
    """Whoever approves it need not say it again, and it does not go out early."""
    name = ada.written(NEW, draft=True)
    approved = ada.approve(name).json
    assert (approved["progress"], approved["announcement"]["publish_at"]) == ("scheduled", "2026-11-23T08:00:00.000Z")
    ada.world.drain()
    assert not ada.world.outside.calls


def test_a_draft_whose_time_is_over_asks_for_another(ada: Manager) -> None:
    name = ada.written(NEW, draft=True)
    ada.world.later(days=2)
    answer = ada.approve(name)
    assert answer.status == 409
    assert answer.message == "its time, 2026-11-23T09:00 in Europe/Paris, is over: give another one, or `now`"
    assert ada.approve(name, now=True).json["progress"] == "publishing"


def test_now_and_a_time_are_not_both(ada: Manager) -> None:
    answer = ada.approve(ada.written(), now=True, at="2026-11-23T09:00", zone="Europe/Paris")
    assert (answer.status, "either `now`, or `at` and `zone`" in answer.message) == (422, True)


def test_somebody_else_has_to_approve_where_the_program_says_so(two: tuple[Manager, Manager]) -> None:
    ada, zoe = two
    name = ada.written(NOW)
    assert progress(ada, name) == "draft"
    alone = ada.approve(name)
    assert alone.status == 409
    assert "somebody else has to approve what you wrote" in alone.message
    assert zoe.approve(name).json["progress"] == "publishing"
    ada.world.drain()
    assert len(ada.world.outside.calls) == 1


def test_whoever_changed_the_words_is_their_author(two: tuple[Manager, Manager]) -> None:
    ada, zoe = two
    name = ada.written(NOW)
    zoe.put(f"announcements/{name}", {"title": "Winter", "body": "Other"})
    assert zoe.approve(name).status == 409
    assert ada.approve(name).status == 200


# Changed


def test_a_scheduled_one_that_is_changed_waits_for_approval_again(ada: Manager) -> None:
    name = ada.written(NEW)
    assert ada.put(f"announcements/{name}", {"title": "Winter", "body": "Later"}).json["progress"] == "draft"
    ada.world.later(days=1)
    ada.world.drain()
    assert not ada.world.outside.calls


def test_a_published_one_changes_everywhere_once_the_change_is_approved(ada: Manager) -> None:
    name = ada.written(NOW)
    ada.world.drain()
    changed = ada.put(f"announcements/{name}", {"title": "Winter", "body": "It melts."}).json
    assert changed["announcement"]["change"]["words"][0]["body"] == "It melts."
    ada.world.drain()
    assert len(ada.world.outside.calls) == 1
    assert "It <strong>snows</strong>." in ada.world.ask("GET", "/feeds/acme/news").text
    assert ada.approve(name).status == 200
    ada.world.finish()
    assert [call.said["type"] for call in ada.world.outside.calls] == [
        "announcement.published",
        "announcement.changed",
    ]
    assert "It melts." in ada.world.ask("GET", "/feeds/acme/news").text
    ada.world.later(minutes=2)
    ada.world.drain()
    assert progress(ada, name) == "published"


def test_a_change_says_what_not_when(ada: Manager) -> None:
    assert ada.put(f"announcements/{ada.written()}", NEW).status == 422


# Held, cancelled, withdrawn


def test_hold_wins_over_its_time(ada: Manager) -> None:
    name = ada.written(NEW)
    assert ada.post(f"announcements/{name}/hold", {"held": True}).json["announcement"]["held"] is True
    ada.world.later(days=1)
    ada.world.drain()
    assert not ada.world.outside.calls
    ada.post(f"announcements/{name}/hold", {"held": False})
    ada.world.later(minutes=2)
    ada.world.drain()
    assert len(ada.world.outside.calls) == 1


def test_what_is_cancelled_cannot_be_held(ada: Manager) -> None:
    name = ada.written(NEW)
    ada.post(f"announcements/{name}/cancel", {})
    answer = ada.post(f"announcements/{name}/hold", {"held": True})
    assert (answer.status, answer.message) == (
        409,
        "only what may still go out can be held; this one is cancelled",
    )
    assert "held" not in ada.get(f"announcements/{name}").json["announcement"]
    assert ada.post(f"announcements/{name}/hold", {"held": False}).status == 200


def test_cancelled_in_time_it_is_never_posted(ada: Manager) -> None:
    name = ada.written(NEW)
    assert ada.post(f"announcements/{name}/cancel", {}).json["progress"] == "cancelled"
    assert ada.post(f"announcements/{name}/cancel").status == 200
    ada.world.later(days=2)
    ada.world.drain()
    assert not ada.world.outside.calls


def test_too_late_to_cancel(ada: Manager) -> None:
    answer = ada.post(f"announcements/{ada.written(NOW)}/cancel", {})
    assert (answer.status, answer.message) == (409, "it is published already: withdraw it instead")


def test_withdrawn_it_is_gone_where_it_can_be(ada: Manager) -> None:
    name = ada.written(NOW)
    ada.world.drain()
    assert ada.post(f"announcements/{name}/withdraw", {}).status == 200
    ada.world.finish()
    ada.world.later(minutes=2)
    ada.world.drain()
    assert progress(ada, name) == "withdrawn"
    assert ada.world.outside.calls[-1].said["type"] == "announcement.withdrawn"
    assert "snows" not in ada.world.ask("GET", "/feeds/acme/news").text
    assert ada.world.ask("GET", f"/feeds/acme/news/{name}").status == 410


def test_what_went_out_is_stored_as_it_was_approved(ada: Manager) -> None:
    name = ada.written()
    seen = ada.preview(name)["hash"]
    ada.approve(name)
    plan = objects.read(f"plans/acme/{name}/{seen}.json")
    assert plan is not None
    assert [call["name"] for call in json.loads(plan)] == ["site#en#01", "news#en#01"]
