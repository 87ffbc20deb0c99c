"""Handing a theme to the company, from outside: once, exactly what was seen, and linked back."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from cli import operator
from functions.shared import clock
from functions.shared.table import Update, key_of, table
from tests.api.manager import Manager
from tests.feedback.tracker import (
    PROGRAM,
    GitHub,
    changed,
    company,
    handed,
    on_github,
    previewed,
    said,
    standing,
)
from tests.support import builders, outside
from tests.support.faults import Crash, When, answer_lost, crash
from tests.support.world import World, needs_a_person

PAGE = "https://github.com/acme/game/issues/1"
OURS = "https://game.example/liaison"


@pytest.fixture
def tracked() -> Iterator[World]:
    with World(PROGRAM) as world:
        company(world)
        yield world


@pytest.fixture
def there(tracked: World) -> GitHub:
    assert isinstance(tracked.outside, GitHub)
    return tracked.outside


@pytest.fixture
def ada(tracked: World) -> Manager:
    return Manager(tracked, "manager")


@pytest.fixture
def bo(tracked: World) -> Manager:
    return Manager(tracked, "manager", "Bo")


def told(world: World, body: dict[str, Any]) -> None:
    """GitHub calls."""
    headers = {"x-github-event": "issues", "x-github-delivery": f"guid-{next(builders.numbers)}"}
    world.handle(builders.delivered("code", headers, json.dumps(body).encode(), world.now))


def test_a_theme_becomes_an_issue_with_counts_and_links_and_nobodys_words(
    tracked: World, there: GitHub, ada: Manager
) -> None:
    said(tracked, "one", who="u-1")
    said(tracked, "two", "Sync, sync, @anna!", who="u-1")
    said(tracked, "three", who="u-2")
    shown = previewed(ada, word="Can we?")
    assert (shown["people"], shown["posts"], shown["handed"]) == (2, 3, None)
    made = handed(ada, word="Can we?")
    assert (made.status, made.json["state"], made.json["by"]) == (200, "handing", "Ada")
    tracked.finish()
    (issue,) = there.issues
    assert {name: issue[name] for name in ("title", "body")} == shown["parts"][0]["body"]
    assert issue["title"] == "Cloud saves"
    assert issue["body"] == (
        f"<!-- {made.json['id']} -->\n\nSaves that follow a player to *every* device.\n\nCan we?\n\n"
        "From 2026-10-25 to 2026-11-21 (Europe/Paris), in the community of Acme Games: people who spoke of it: 2;"
        " posts: 3.\n\nThe newest of it, one of each:\n\n"
        "- https://game.example/f/three\n- https://game.example/f/two"
    )
    assert "sync" not in issue["body"]
    found = standing(ada)
    assert (found["state"], found["url"], found["delivery"]["state"]) == ("handed", PAGE, "sent")
    (theme,) = ada.get("themes").json["themes"]
    assert [one["url"] for one in theme["handed"]] == [PAGE]


def test_two_at_once_are_one_issue_and_both_hear_of_it(
    tracked: World, there: GitHub, ada: Manager, bo: Manager
) -> None:
    said(tracked, "one", who="u-1")
    seen = {"to": "code", "seen": previewed(bo)["hash"]}
    first: list[Any] = []
    tracked.faults.at("dynamodb.TransactWriteItems", "before", lambda: first.append(bo.post("themes/sync/hand", seen)))
    late = ada.post("themes/sync/hand", seen)
    assert [first[0].status, late.status] == [200, 200]
    assert first[0].json["by"] == late.json["by"] == "Bo"
    tracked.finish()
    assert len(there.issues) == 1
    assert ada.post("themes/sync/hand", seen).json["url"] == PAGE
    other = handed(ada, word="Once more")
    assert (other.status, other.message) == (409, f"it was handed there already: {PAGE}")


def test_on_its_way_nothing_else_is_handed_there(tracked: World, ada: Manager, bo: Manager) -> None:
    Manager(tracked, "manager").post("hold", {"on": True})
    handed(ada)
    refused = handed(bo, word="Mine")
    assert (refused.status, refused.message) == (409, "Ada is handing it there already (planned)")


def test_only_what_was_seen_is_handed(tracked: World, there: GitHub, ada: Manager) -> None:
    seen = previewed(ada)["hash"]
    said(tracked, "one", who="u-1")
    refused = ada.post("themes/sync/hand", {"to": "code", "seen": seen})
    assert (refused.status, refused.message) == (
        409,
        "what would be handed over is not what you saw: look at the preview again",
    )
    tracked.finish()
    assert not there.issues


def test_whose_answer_is_lost_is_looked_for_and_not_opened_again(tracked: World, there: GitHub, ada: Manager) -> None:
    there.next = [outside.silent]
    handed(ada)
    tracked.finish()
    assert len(there.issues) == 1
    assert standing(ada)["url"] == PAGE
    assert [call.url for call in there.calls].count("https://api.github.com/repos/acme/game/issues") == 1


def test_what_never_arrived_is_opened_after_a_look(tracked: World, there: GitHub, ada: Manager) -> None:
    there.next = [outside.status(502)]
    handed(ada)
    tracked.finish()
    assert len(there.issues) == 1
    assert standing(ada)["state"] == "handed"


@pytest.mark.parametrize(("fault", "when"), [(crash, "before"), (crash, "after"), (answer_lost, "after")])
def test_whoever_dies_at_any_write_or_call_there_is_one_issue(fault: Any, when: When) -> None:
    """It is asked for again by whoever was told nothing, and delivery goes on."""
    themes = [f"t{number}" for number in range(20)]
    more = "".join(f'[[themes]]\nid = "{one}"\ncommunity = "acme"\ntitle = "{one}"\n' for one in themes)
    with World(PROGRAM + more) as world:
        there, ada, names = company(world), Manager(world, "manager"), iter(themes)
        handed_in_spite(world, ada, next(names))
        steps = [number for number, step in enumerate(world.faults.passed, 1) if step.partition(".")[2] not in READS]
        for at, name in zip(steps, names, strict=False):
            handed_in_spite(world, ada, name, partial(world.faults.at_number, at, when, fault))
        assert 5 < len(steps) < len(themes)
        world.faults.forget()
        world.finish()
        assert {one["state"] for one in world.items("handover")} == {"handed"}
        assert [*Counter(one["title"] for one in there.issues).values()] == [1] * (len(steps) + 1)
        assert not needs_a_person(world)


READS = ("GetItem", "Query", "BatchGetItem", "GetObject", "GetParameter", "ReceiveMessage")
"""Dying after a read is dying after the write before it."""


def handed_in_spite(world: World, who: Manager, theme: str, trouble: Callable[[], object] = bool) -> None:
    world.later(minutes=6)  # So few issues of ours are among the newest.
    asked = {"to": "code", "from": "2026-11-21"}
    body = {**asked, "seen": who.post(f"themes/{theme}/preview", asked).json["hash"]}
    world.faults.forget()
    trouble()
    for _ in range(2):
        with suppress(Crash, Exception):
            if who.post(f"themes/{theme}/hand", body).status == 200:
                break
    world.work_off("delivery")


def test_what_is_refused_is_handed_anew_once_it_can_be(tracked: World, there: GitHub, ada: Manager) -> None:
    there.next = [outside.status(410, body=b'{"message": "Issues has been disabled in this repository."}')]
    handed(ada)
    tracked.finish()
    found = standing(ada)
    assert (found["state"], found["delivery"]["state"]) == ("handing", "refused")
    assert "acme/game has no issues: switch them on" in found["delivery"]["reason"]
    assert handed(ada).json["state"] == "handing"
    tracked.finish()
    assert len(there.issues) == 1
    assert standing(ada)["state"] == "handed"
    assert not needs_a_person(tracked)


def test_what_may_have_arrived_is_a_persons_first(tracked: World, there: GitHub, ada: Manager) -> None:
    """GitHub answers nothing, and shows nothing."""
    there.always = outside.status(500)
    handed(ada)
    tracked.finish()
    (row,) = needs_a_person(tracked)
    refused = handed(ada, word="Again.")
    assert (refused.status, refused.message) == (
        409,
        "it may have arrived: say first what became of it (`liaison status`)",
    )
    ada.post(f"deliveries/{row['key']}/resolve", {"outcome": "sent", "url": PAGE})
    assert standing(ada)["url"] == PAGE


def doubtful(world: World, there: GitHub, who: Manager, to: str = "code") -> dict[str, Any]:
    """Handed with words that end in ten days; the answer was lost, and nobody said what became of it until then."""
    said(world, "one", who="u-1")
    end = int((world.now + timedelta(days=10)).timestamp())
    table().write(Update(key_of(world.item("feedback")), set={"expires": end}))
    there.next, there.always = [outside.silent], outside.status(500)
    handed(who, to, quotes=[who.get("feedback/items").json["items"][0]["id"]])
    world.finish()
    assert standing(who, to)["delivery"]["state"] == "unknown"
    world.later(days=11)
    there.always = None
    assert standing(who, to)["delivery"] is None
    return standing(who, to)  # type: ignore[no-any-return]


def test_what_may_have_arrived_is_looked_for_even_when_its_delivery_is_not_kept_any_more(
    tracked: World, there: GitHub, ada: Manager
) -> None:
    doubtful(tracked, there, ada)
    assert len(there.issues) == 1
    assert handed(ada).status == 200
    tracked.finish()
    assert len(there.issues) == 1
    assert (standing(ada)["state"], standing(ada)["url"]) == ("handed", PAGE)


def test_a_tracker_of_ones_own_then_gets_it_under_the_same_id(tracked: World, there: GitHub, ada: Manager) -> None:
    doubtful(tracked, there, ada, "game")
    handed(ada, "game")
    tracked.finish()
    assert len(there.keys(OURS)) == 1
    assert standing(ada, "game")["state"] == "handed"


def test_in_doubt_it_is_looked_for_after_another_one_s_yes_too() -> None:
    with World(PROGRAM) as world:
        there, ada, bo = company(world), Manager(world, "manager"), Manager(world, "manager", "Bo")
        doubtful(world, there, ada)
        operator.push(PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\napproval = "another"'), "Bo")
        world.later(minutes=2)
        handed(ada)
        draft = handed(ada, word="Can we?").json  # Written on before anybody has said yes.
        assert bo.post("themes/sync/approve", {"to": "code", "seen": draft["hash"]}).status == 200
        world.finish()
        assert len(there.issues) == 1
        assert standing(ada)["state"] == "handed"


def test_a_hold_and_a_paused_source_keep_it_back(tracked: World, there: GitHub, ada: Manager) -> None:
    ada.post("hold", {"on": True})
    handed(ada)
    tracked.work_off("delivery")
    ada.post("hold", {"on": False})
    ada.post("targets/code/pause", {"reason": "moves"})
    tracked.finish()
    assert (standing(ada)["delivery"]["state"], there.issues) == ("held", [])
    ada.post("targets/code/resume", {"send_held": True})
    tracked.finish()
    assert len(there.issues) == 1


# Whose words


def test_words_go_along_only_where_somebody_names_them_and_as_text(tracked: World, there: GitHub, ada: Manager) -> None:
    name = said(tracked, "one", "Sync <b>now</b>, @anna, or I quit! See #12 [x](http://evil.example)", who="u-1")
    handed(ada, quotes=[name])
    tracked.finish()
    body = there.issues[0]["body"]
    assert "> Sync \\<b\\>now\\</b\\>, @\u200banna" in body
    assert "#\u200b12" in body
    assert "[x](http" not in body
    assert "u-1" not in body
    assert next(item["who"] for item in tracked.items("feedback")) not in json.dumps(there.calls[-1].said)


@pytest.mark.parametrize(
    ("text", "more", "why"),
    [
        ("The map is gorgeous.", {}, "it is not about 'sync': confirm it first"),
        ("Sync! Write to me@example.org", {}, "a mail address or a telephone number stands in it"),
        ("Sync! Call +49 30 1234567", {}, "a mail address or a telephone number stands in it"),
        ("Sync!", {"url": None}, "not everybody can read it where it was said"),
    ],
)
def test_what_may_not_leave_is_not_quoted(tracked: World, ada: Manager, text: str, more: Any, why: str) -> None:
    name = said(tracked, "one", text, **more)
    refused = ada.post("themes/sync/preview", {"to": "code", "quotes": [name]})
    assert refused.status == 409
    assert refused.message.startswith(f"{name} cannot be quoted: {why}")


def test_an_address_that_would_be_markdown_is_an_address_and_an_endless_one_is_not_linked(
    tracked: World, there: GitHub, ada: Manager
) -> None:
    said(tracked, "one", url="https://m.example/> @anna, fixes #12")
    said(tracked, "two", url=f"https://m.example/{'x' * 70_000}")
    handed(ada)
    tracked.finish()
    assert "- https://m.example/%3E%20@anna,%20fixes%20#12" in there.issues[0]["body"].splitlines()
    assert len(there.issues[0]["body"]) < 1_000


def test_where_not_everybody_can_read_there_is_not_even_a_link() -> None:
    with World(PROGRAM.replace("public = true\n", "")) as world:
        company(world)
        ada = Manager(world, "manager")
        said(world, "one", who="u-1")
        shown = previewed(ada)
        assert (shown["people"], shown["links"]) == (1, [])


def test_what_was_removed_is_neither_counted_nor_linked_nor_quoted(tracked: World, ada: Manager) -> None:
    name = said(tracked, "one", who="u-1")
    changed(tracked, "one", "removed")
    tracked.roll_up()
    shown = previewed(ada)
    assert (shown["people"], shown["posts"], shown["links"]) == (0, 0, [])
    refused = ada.post("themes/sync/preview", {"to": "code", "quotes": [name]})
    assert "it was removed where it was said" in refused.message


@pytest.mark.parametrize("when", ["on hold", "armed"])
def test_what_is_removed_before_it_goes_is_not_quoted(tracked: World, there: GitHub, ada: Manager, when: str) -> None:
    name = said(tracked, "one", who="u-1")
    ada.post("hold", {"on": True})
    handed(ada, quotes=[name])
    tracked.work_off("delivery")
    ada.post("hold", {"on": False})
    if when == "on hold":
        changed(tracked, "one", "removed")
    else:
        tracked.later(minutes=2)
        tracked.faults.at("dynamodb.TransactWriteItems", "before", lambda: changed(tracked, "one", "removed"))
    tracked.finish()
    assert not there.issues
    row = standing(ada)["delivery"]
    assert row["state"] == "refused"
    assert "it is not what was quoted, or linked to, any more: it was removed" in row["reason"]
    assert handed(ada).status == 200
    tracked.finish()
    assert len(there.issues) == 1


def test_what_is_linked_to_may_be_edited_but_not_gone(tracked: World, there: GitHub, ada: Manager) -> None:
    said(tracked, "one", who="u-1")
    said(tracked, "two", who="u-2")
    ada.post("hold", {"on": True})
    handed(ada)
    changed(tracked, "one", "edited", "Sync, please!")
    ada.post("hold", {"on": False})
    tracked.finish()
    assert len(there.issues) == 1
    ada.post("hold", {"on": True})
    handed(ada, "game")
    changed(tracked, "two", "removed")
    ada.post("hold", {"on": False})
    tracked.finish()
    assert standing(ada, "game")["delivery"]["state"] == "refused"


# Two people


def test_somebody_else_says_yes_where_the_program_asks_for_two() -> None:
    program = PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\napproval = "another"')
    with World(program) as world:
        there, ada, bo = company(world), Manager(world, "manager"), Manager(world, "manager", "Bo")
        name = said(world, "one", who="u-1")
        draft = handed(ada, quotes=[name]).json
        assert draft["state"] == "drafted"
        assert "> Please sync my saves" in draft["draft"]["body"]["body"]
        world.finish()
        assert not there.issues
        seen = {"to": "code", "seen": draft["hash"]}
        own = ada.post("themes/sync/approve", seen)
        assert (own.status, own.message[:20]) == (409, "somebody else has to")
        assert bo.post("themes/sync/approve", {**seen, "seen": "0" * 16}).status == 409
        assert bo.post("themes/sync/approve", seen).json["state"] == "handing"
        assert bo.post("themes/sync/approve", seen).status == 200
        world.finish()
        assert len(there.issues) == 1
        assert (standing(ada)["by"], standing(ada)["approved_by"]) == ("Ada", "Bo")


def test_what_a_draft_quotes_is_looked_at_again() -> None:
    program = PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\napproval = "another"')
    with World(program) as world:
        there, ada, bo = company(world), Manager(world, "manager"), Manager(world, "manager", "Bo")
        name = said(world, "one", who="u-1")
        draft = handed(ada, quotes=[name]).json
        changed(world, "one", "edited", "Never mind the sync.")
        refused = bo.post("themes/sync/approve", {"to": "code", "seen": draft["hash"]})
        assert refused.status == 409
        assert "it quotes, or links to, something else than what stands there" in refused.message
        world.finish()
        assert not there.issues


@pytest.mark.parametrize("when", ["before the yes", "after it"])
def test_what_was_agreed_to_for_one_repository_goes_to_no_other(when: str) -> None:
    program = PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\napproval = "another"')
    with World(program) as world:
        there, ada, bo = company(world), Manager(world, "manager"), Manager(world, "manager", "Bo")
        draft = handed(ada).json
        yes = {"to": "code", "seen": draft["hash"]}
        moved = program.replace('about = "acme/game"', 'about = "acme/public"')
        if when == "after it":
            assert bo.post("themes/sync/approve", yes).status == 200
        operator.push(moved, "Bo")
        world.later(minutes=2)
        if when == "before the yes":
            refused = bo.post("themes/sync/approve", yes)
            assert (refused.status, "is another place now" in refused.message) == (409, True)
        world.finish()
        assert not [call for call in there.calls if call.url.endswith("/issues")]


def test_what_not_everybody_can_read_any_more_gets_no_yes() -> None:
    program = PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\napproval = "another"')
    with World(program) as world:
        ada, bo = Manager(world, "manager"), Manager(world, "manager", "Bo")
        company(world)
        draft = handed(ada, quotes=[said(world, "one", who="u-1")]).json
        operator.push(program.replace("public = true\n", ""), "Bo")
        world.later(minutes=2)
        refused = bo.post("themes/sync/approve", {"to": "code", "seen": draft["hash"]})
        assert (refused.status, "not everybody can read it" in refused.message) == (409, True)


# Linked back


def test_whoever_puts_our_mark_into_their_own_issue_may_still_take_their_words_back(tracked: World) -> None:
    theirs = {"id": 8, "node_id": "I_theirs", "title": "Sync", "body": "My saves!", "html_url": f"{PAGE}8"}
    told(tracked, on_github(theirs, "opened", "2026-11-22T12:00:00Z"))
    assert tracked.item("feedback")["text"]
    tracked.later(minutes=5)
    told(tracked, on_github({**theirs, "body": f"<!-- {'ab' * 8} -->"}, "deleted", "2026-11-22T12:00:00Z"))
    assert tracked.item("feedback")["state"] == "removed"


def test_whoever_puts_our_mark_into_their_own_issue_has_changed_their_words(tracked: World) -> None:
    theirs = {"id": 8, "node_id": "I_theirs", "title": "Sync", "body": "Call me: Ilse", "html_url": f"{PAGE}8"}
    told(tracked, on_github(theirs, "opened", "2026-11-22T12:00:00Z"))
    tracked.later(minutes=5)
    marked = {**theirs, "body": f"<!-- {'ab' * 8} -->\n\nNothing."}
    edit = on_github(marked, "edited", "2026-11-22T12:04:00Z")
    told(tracked, {**edit, "changes": {"body": {"from": theirs["body"]}}})
    assert tracked.item("feedback")["text"] == "Nothing."


def test_by_a_copied_mark_no_other_issue_takes_the_place_that_a_person_named(
    tracked: World, there: GitHub, ada: Manager
) -> None:
    there.always = outside.status(500)
    handed(ada)
    tracked.finish()
    (row,) = needs_a_person(tracked)
    ada.post(f"deliveries/{row['key']}/resolve", {"outcome": "sent", "url": PAGE})
    mark = f"<!-- {standing(ada)['id']} -->"
    copied = {"id": 7, "node_id": "I_evil", "title": "x", "body": mark, "html_url": f"{PAGE}99"}
    told(tracked, closed(copied))
    assert standing(ada)["url"] == PAGE
    assert "work" not in standing(ada)
    told(tracked, closed({**copied, "node_id": "I_ours", "html_url": PAGE}))
    assert standing(ada)["work"]["state"] == "closed: completed"


def closed(issue: dict[str, Any], at: str = "2026-11-22T13:00:00Z", **changes: Any) -> dict[str, Any]:
    return on_github(issue, "closed", at, **{"state": "closed", "state_reason": "completed", **changes})


def test_its_own_events_are_nobodys_feedback_and_tell_how_it_stands(
    tracked: World, there: GitHub, ada: Manager
) -> None:
    handed(ada)
    tracked.finish()
    (issue,) = there.issues
    told(tracked, on_github(issue, "opened", "2026-11-22T12:00:00Z"))
    told(tracked, on_github(issue, "edited", "2026-11-22T12:01:00Z", body="Ours, rewritten by the developers"))
    assert not tracked.items("feedback")
    told(tracked, closed(issue))
    found = standing(ada)
    assert found["work"] == {"state": "closed: completed", "at": "2026-11-22T13:00:00.000Z"}
    assert ada.get("themes/sync/status").json["status"] == "open"  # What becomes of it, people say.
    told(tracked, on_github(issue, "reopened", "2026-11-22T14:00:00Z"))
    told(tracked, closed(issue))
    assert standing(ada)["work"]["state"] == "open"


def test_without_our_mark_it_is_still_known(tracked: World, there: GitHub, ada: Manager) -> None:
    handed(ada)
    tracked.finish()
    told(tracked, closed(there.issues[0], body="Rewritten."))
    assert standing(ada)["work"]["state"] == "closed: completed"


def test_closed_before_we_were_told_that_it_is_there(tracked: World, there: GitHub, ada: Manager) -> None:
    there.next = [outside.silent]
    handed(ada)
    tracked.work_off("delivery")
    told(tracked, closed(there.issues[0]))
    tracked.finish()
    found = standing(ada)
    assert (found["state"], found["url"], found["work"]["state"]) == ("handed", PAGE, "closed: completed")


def test_somebody_elses_issue_with_our_mark_is_not_ours(tracked: World, there: GitHub, ada: Manager) -> None:
    handed(ada)
    tracked.finish()
    (issue,) = there.issues
    told(tracked, closed({**issue, "node_id": "I_evil"}))
    told(tracked, closed({**issue, "node_id": "I_other", "body": "The sync is broken"}))
    assert "work" not in standing(ada)
    assert {one["fate"] for one in tracked.items("inbox")} == {"ignored"}


# By webhook


def reported(world: World, name: str, state: str, minutes: int = 0, delivery: str = "", **more: Any) -> None:
    at = clock.text(world.now + timedelta(minutes=minutes))
    data = {"id": name, "state": state, "at": at, **more}
    world.handle(builders.webhook("theme.reported", data, world.now, delivery=delivery))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_report_that_is_cut_off_or_comes_again_is_one(tracked: World, ada: Manager, when: When) -> None:
    handed(ada, "game")
    tracked.finish()
    name = standing(ada, "game")["id"]
    tracked.faults.at("dynamodb.TransactWriteItems", when, crash)
    for _ in range(2):
        reported(tracked, name, "In progress", delivery="report-1")
    assert standing(ada, "game")["work"]["state"] == "In progress"
    assert [one["fate"] for one in tracked.items("inbox")] == ["recorded"]
    assert not tracked.parked()


def test_a_tracker_of_ones_own_gets_a_signed_webhook_and_says_where_it_is(tracked: World, ada: Manager) -> None:
    name = said(tracked, "one", who="u-1")
    tracked.outside.next = [outside.status(201, body=b'{"id": "WISH-9", "url": "https://wishes.example/9"}')]
    shown = previewed(ada, "game", quotes=[name])
    handed(ada, "game", quotes=[name])
    tracked.finish()
    (call,) = tracked.outside.calls
    assert call.url == OURS
    assert call.said == {**shown["parts"][0]["body"], "timestamp": call.said["timestamp"]}
    assert call.said["type"] == "theme.handed"
    assert call.said["data"]["quotes"] == [{"text": "Please sync my saves!", "url": "https://game.example/f/one"}]
    found = standing(ada, "game")
    assert (found["url"], found["delivery"]["posted"]["id"]) == ("https://wishes.example/9", "WISH-9")


def test_an_answer_that_was_lost_is_asked_for_under_the_same_id(tracked: World, ada: Manager) -> None:
    tracked.outside.next = [outside.silent]
    handed(ada, "game")
    tracked.finish()
    assert len({call.key for call in tracked.outside.calls}) == 1
    assert set(tracked.outside.effects.values()) == {1}
    assert standing(ada, "game")["state"] == "handed"


def test_its_tracker_reports_how_it_stands(tracked: World, ada: Manager) -> None:
    handed(ada, "game")
    tracked.finish()
    name = standing(ada, "game")["id"]
    reported(tracked, name, "In progress", 5, url="https://wishes.example/9")
    found = standing(ada, "game")
    assert (found["work"]["state"], found["url"]) == ("In progress", "https://wishes.example/9")
    reported(tracked, name, "New", 2)
    assert standing(ada, "game")["work"]["state"] == "In progress"
    reported(tracked, "0" * 16, "Done")
    tracked.upkeep()
    (record,) = tracked.parked()
    assert record["reason"] == "no theme was handed over under this id"


# What cannot be


@pytest.mark.parametrize(
    ("to", "status", "why"),
    [
        ("nowhere", 404, "there is no source 'nowhere' in the program of 'acme'"),
        ("summit", 404, "there is no source 'summit' in the program of 'acme'"),
        ("forum", 409, "it cannot be handed there: 'forum' is on discourse, which takes no themes"),
    ],
)
def test_where_it_cannot_be_handed_is_said(tracked: World, ada: Manager, to: str, status: int, why: str) -> None:
    refused = ada.post("themes/sync/preview", {"to": to})
    assert refused.status == status
    assert refused.message.startswith(why)


def test_an_organisation_has_no_issues() -> None:
    with World(PROGRAM.replace('about = "acme/game"', 'about = "acme"')) as world:
        refused = Manager(world, "manager").post("themes/sync/preview", {"to": "code"})
        assert "`about` of 'code' is no repository (owner/name)" in refused.message


def test_a_period_is_a_month_at_most(tracked: World, ada: Manager) -> None:
    for days in ({"from": "2026-09-01"}, {"from": "2026-11-20", "until": "2026-11-01"}):
        refused = ada.post("themes/sync/preview", {"to": "code", **days})
        assert (refused.status, refused.message) == (
            409,
            "`from` must not be after `until`, and both within 31 days",
        )


def test_readers_see_where_it_is_and_hand_nothing(tracked: World, ada: Manager) -> None:
    handed(ada)
    tracked.finish()
    reader = Manager(tracked, "reader")
    assert standing(reader)["url"] == PAGE
    assert reader.post("themes/sync/preview", {"to": "code"}).status == 403


# An announcement of it


def test_of_a_change_an_announcement_is_drafted_once(tracked: World, ada: Manager, bo: Manager) -> None:
    open_ = ada.post("themes/sync/announce")
    assert (open_.status, open_.message) == (409, "it is open: first say what becomes of it")
    ada.post("themes/sync/status", {"status": "shipped", "word": "In **2.4**."})
    name = ada.post("themes/sync/announce").json["announcement"]["id"]
    assert bo.post("themes/sync/announce").json["announcement"] == {"id": name, "state": "draft"}
    (draft,) = ada.get("announcements").json["announcements"]
    assert (draft["id"], draft["state"], draft["title"]) == (name, "draft", "Cloud saves: done")
    words = ada.get(f"announcements/{name}").json["announcement"]["content"]["words"]
    assert words[0]["body"] == "You told us about it: it is done.\n\nIn **2.4**."
    tracked.finish()
    assert not tracked.outside.calls
    ada.post("themes/sync/status", {"status": "declined"})
    assert ada.get("themes/sync/status").json["announcement"] is None
    ada.post("themes/sync/announce")
    assert len(ada.get("announcements").json["announcements"]) == 2
