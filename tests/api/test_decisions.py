"""What waits for a decision, from the link of a digest on: looking never acts, what is sent is done once, by the reader
whose link it is, on what stood on the page."""

import html
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from cli import operator
from events.digests import Decision, MailRequested
from functions.api.deciding import acted
from functions.digests import decisions, waiting
from functions.digests.decisions import PURPOSE
from functions.feedback import requests
from functions.shared import clock, links, outbox, parked, program, raised, switches
from functions.shared.table import Put, Update, key_of, table
from tests.announcements import stage
from tests.api.manager import DRAFT, NOW, Manager
from tests.api.test_series import WEEKLY
from tests.delivery import rows
from tests.feedback.test_requests import said, studied
from tests.support import builders
from tests.support.faults import Crash
from tests.support.outside import status
from tests.support.world import Answered, World

ZOE = """
[[readers]]
id = "zoe"
community = "acme"
name = "Zoë"
role = "operator"
timezone = "Europe/Paris"

[[readers]]
id = "remi"
community = "acme"
name = "Rémi"
role = "operator"
language = "fr"
timezone = "Europe/Paris"

[[readers]]
id = "peter"
community = "peak"
name = "Peter"
role = "operator"
"""
PROGRAM = builders.PROGRAM.replace('name = "Marie"', 'name = "Marie"\nrole = "operator"') + ZOE
RULE = """
[[policies]]
id = "be-kind"
community = "acme"
title = "Be kind"
text = "No insults."
reasons = ["harassment"]
measures = ["hide"]
"""


@pytest.fixture
def world() -> Iterator[World]:
    with World(PROGRAM + RULE) as made:
        yield made


def waits(world: World, kind: str) -> Decision:
    """The only thing of a kind that waits."""
    every, _ = waiting.waiting(table(), "acme", world.now)
    (found,) = [one for one in every if one.kind == kind]
    return found


def link(world: World, kind: str, reader: str = "marie") -> str:
    """As it stands in a digest that is made now."""
    who = program.active()[0].reader(reader)
    assert who
    return local(waiting.link(who, waits(world, kind), world.now))


def local(address: str) -> str:
    split = urlsplit(address)
    return f"{split.path}?{split.query}"


def look(world: World, path: str) -> Answered:
    """Whatever is looked at, nothing is written anywhere."""
    before, objects = everything(world), world.objects()
    answer = world.ask("GET", path)
    assert everything(world) == before
    assert world.objects() == objects
    return answer


def everything(world: World) -> list[str]:
    return sorted(json.dumps(item, sort_keys=True) for item in world.every_item())


def seen(page: Answered, do: str) -> str:
    """What a form of a page sends beside what is written in it."""
    (form,) = [one for one in page.text.split("<form")[1:] if f'name="do" value="{do}"' in one]
    found = re.search(r'name="seen" value="([^"]*)"', form)
    assert found
    return html.unescape(found[1])


def send(world: World, path: str, do: str, page: Answered | None = None, /, **given: str) -> Answered:
    """A button pressed on a page; on one that is loaded now, unless another is given."""
    fields = {"do": do, "seen": seen(page or look(world, path), do), **given}
    return post(world, path, fields)


def post(world: World, path: str, fields: dict[str, str]) -> Answered:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return world.ask("POST", path, urlencode(fields).encode(), headers=headers)


def buttons(page: Answered) -> list[str]:
    return re.findall(r'name="do" value="([^"]+)"', page.text)


def told(page: Answered) -> str:
    """The page's words."""
    return " ".join(html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", page.text, flags=re.DOTALL)).split())


def done_once(world: World, path: str, do: str, page: Answered, **given: str) -> None:
    """Sent again (a second press, the button back, a link passed on) nothing happens but that it is told who did it."""
    before = everything(world)
    again = post(world, path, {"do": do, "seen": seen(page, do), **given})
    assert again.status == 409
    assert told(again).count("Nothing was done") == 1
    assert everything(world) == before
    later = look(world, path)
    assert re.search(r"Marie [^,]+, Nov \d\d, 2026, \d", told(later))
    assert do not in buttons(later)


# Cases


def test_a_case_is_taken_looked_at_and_decided(world: World) -> None:
    world.handle(builders.flag(world.now))
    path = link(world, "case")
    page = look(world, path)
    assert page.status == 200
    assert "You are all worthless." in page.text
    assert buttons(page) == ["take", "escalate"]
    taken = send(world, path, "take")
    assert "The case is yours." in told(taken)
    world.drain()
    held = look(world, path)
    assert buttons(held) == ["give", "escalate", "dismiss", "violation"]
    assert "Read there at" in told(held)
    given = {"measures-hide": "yes", "rule": "be-kind", "why": "Insults.\r\nSeveral."}
    decided = send(world, path, "violation", **given)
    assert decided.status == 200
    assert "Decided: a rule was broken." in told(decided)
    verdict = world.item("decision")
    assert (verdict["by"], verdict["decision"]["measures"], verdict["decision"]["policy"]) == (
        "marie",
        ["hide"],
        "be-kind",
    )
    assert verdict["decision"]["explanation"] == "Insults.\nSeveral."
    assert [one["who"] for one in world.items("audit") if one["what"] == "decided"] == ["marie"]
    done_once(world, path, "violation", held, **given)
    world.finish()
    assert [call.said["type"] for call in world.outside.calls].count("moderation.action") == 1


def test_a_case_without_violation_takes_nothing_away(world: World) -> None:
    world.handle(builders.flag(world.now))
    path = link(world, "case")
    send(world, path, "take")
    page = look(world, path)
    assert "needs an explanation" in told(send(world, path, "dismiss", why=" "))
    assert "decided" not in world.item("case")["state"]
    assert send(world, path, "dismiss", why="Rude, and allowed.").status == 200
    assert world.item("decision")["decision"]["outcome"] == "no_violation"
    done_once(world, path, "dismiss", page, why="Rude, and allowed.")


def test_what_was_written_is_kept_when_it_is_refused(world: World) -> None:
    world.handle(builders.flag(world.now))
    path = link(world, "case")
    send(world, path, "take")
    refused = send(world, path, "violation", why="A <long> reason.", **{"measures-timeout": "yes", "rule": "be-kind"})
    assert (refused.status, "how long?" in told(refused)) == (409, True)
    assert "A &lt;long&gt; reason.</textarea>" in refused.text
    assert 'name="measures-timeout" value="yes" checked' in refused.text
    assert '<option value="be-kind" selected>' in refused.text
    again = send(world, path, "violation", why="A <long> reason.", minutes="2h", **{"measures-timeout": "yes"})
    assert again.status == 200
    assert world.item("decision")["decision"]["minutes"] == {"timeout": 120}


def test_a_case_is_handed_to_the_leads_once_with_a_reason(world: World) -> None:
    world.handle(builders.flag(world.now))
    path = link(world, "case")
    page = look(world, path)
    assert "say why" in told(send(world, path, "escalate", why=" "))
    assert send(world, path, "escalate", why="A threat.").status == 200
    assert world.item("case")["level"] == 1
    done_once(world, path, "escalate", page, why="A threat.")


def test_somebody_who_has_the_case_is_named_to_the_other(world: World) -> None:
    world.handle(builders.flag(world.now))
    mine, theirs = link(world, "case"), link(world, "case", "zoe")
    page = look(world, theirs)
    send(world, mine, "take")
    late = send(world, theirs, "take", page)
    assert late.status == 409
    assert buttons(late) == []
    assert "marie has it until" in told(late)
    assert world.item("case")["claimed_by"] == "marie"


def test_a_page_from_before_a_case_changed_hands_takes_nothing(world: World) -> None:
    """Taken, given back, and the first page sent again: it would take it away from whoever has it next."""
    world.handle(builders.flag(world.now))
    path = link(world, "case")
    page = look(world, path)
    send(world, path, "take")
    send(world, path, "give")
    before = everything(world)
    assert send(world, path, "take", page).status == 409
    assert everything(world) == before


def test_a_case_that_became_worse_is_another_than_the_digest_told(world: World) -> None:
    world.handle(builders.flag(world.now))
    path = link(world, "case")
    page = look(world, path)
    world.handle(builders.flag(world.now, flag="report-2", reason="violence"))
    assert send(world, path, "take", page).status == 409
    now = look(world, path)
    assert "It has changed since this link was made" in told(now)
    assert buttons(now) == []
    found = re.search(r'<a href="([^"]+/decide/[^"]+)"', now.text)
    assert found
    newer = local(html.unescape(found[1]))
    assert newer.split("e=")[1].split("&")[0] == path.split("e=")[1].split("&")[0]  # It lasts no longer.
    assert send(world, newer, "take").status == 200


def test_whoever_decided_does_not_judge_the_appeal(world: World) -> None:
    reporter = {"id": "77", "name": "Nadia"}
    world.handle(builders.flag(world.now, reporter=reporter))
    path = link(world, "case")
    send(world, path, "take")
    send(world, path, "dismiss", why="Allowed.")
    world.drain()
    case = next(one["id"] for one in world.items("case"))
    mo = Manager(world, "moderator", "zoe")
    asked = mo.post(f"cases/{case}/appeal", {"by": "report-1", "words": "It is not."})
    assert asked.status == 200, asked.text
    mine, theirs = link(world, "appeal"), link(world, "appeal", "zoe")
    assert "It is not." in look(world, mine).text
    refused = send(world, mine, "take")
    assert (refused.status, "you had a part" in told(refused)) == (409, True)
    assert send(world, theirs, "take").status == 200
    assert world.ask("GET", mine.replace("/appeal/", "/case/")).status == 403


# Announcements


def test_an_announcement_is_approved_to_the_letter_once(world: World) -> None:
    Manager(world).written(DRAFT, targets=["site"])
    path = link(world, "announcement")
    page = look(world, path)
    assert buttons(page) == ["approve-now", "cancel"]
    assert "It **snows**." in html.unescape(page.text)
    assert "announcement.published" in html.unescape(page.text)  # The request, to the letter.
    assert send(world, path, "approve-now").status == 200
    done_once(world, path, "approve-now", page)
    world.finish()
    assert len(world.outside.calls) == 1
    assert world.item("announcement")["approved"]["by"] == "marie"


def test_at_its_time_where_it_was_written_for_one(world: World) -> None:
    Manager(world).written(DRAFT, at="2026-11-23T09:00", zone="Europe/Paris")
    path = link(world, "announcement")
    assert "Approve it for 2026-11-23 09:00" in told(look(world, path))
    assert send(world, path, "approve-at").status == 200
    found = world.item("announcement")
    assert (found["state"], found["publish_at"]) == ("scheduled", "2026-11-23T08:00:00.000Z")


def test_other_words_than_those_that_were_looked_at_are_not_approved(world: World) -> None:
    ada = Manager(world)
    name = ada.written(DRAFT)
    path = link(world, "announcement")
    page = look(world, path)
    ada.put(f"announcements/{name}", {"title": "Winter", "body": "It rains."})
    refused = send(world, path, "approve-now", page)
    assert refused.status == 409
    assert "It rains." in refused.text
    assert world.item("announcement")["state"] == "draft"


def test_what_would_be_sent_by_another_program_is_looked_at_again(world: World) -> None:
    """The words are the same, and what would be sent is not."""
    Manager(world).written(DRAFT)
    path = link(world, "announcement")
    page = look(world, path)
    pushed(world, (PROGRAM + RULE).replace('platform = "feed"\n', 'platform = "feed"\nlanguages = ["fr"]\n'))
    assert send(world, path, "approve-now", page).status == 409
    assert world.item("announcement")["state"] == "draft"


def test_two_people_where_the_program_wants_two() -> None:
    text = PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\napproval = "another"')
    with World(text) as world:
        Manager(world, name="marie").written(NOW)
        mine, theirs = link(world, "announcement"), link(world, "announcement", "zoe")
        page = look(world, mine)
        assert buttons(page) == ["cancel"]
        assert "somebody else has to approve it" in told(page)
        assert send(world, theirs, "approve-now").status == 200
        assert world.item("announcement")["approved"]["by"] == "zoe"


@pytest.mark.parametrize("name", ["marie", "Marie", "discord Mimi"])
def test_nobody_approves_their_own_words_by_another_name(name: str) -> None:
    text = PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\napproval = "another"')
    roster = '[[moderators]]\nid = "marie"\ncommunity = "acme"\nname = "Marie"\npseudonym = "M"\n'
    with World(text + roster + 'accounts = { forum = "7" }\n') as world:
        Manager(world, name=name).written(NOW)
        if name == "discord Mimi":  # As a chat leaves it.
            draft = world.item("announcement")
            table().write(Update(key_of(draft), set={"account": {"source": "forum", "id": "7"}}))
        assert buttons(look(world, link(world, "announcement"))) == ["cancel"]
        assert "approve-now" in buttons(look(world, link(world, "announcement", "zoe")))


def test_a_draft_is_cancelled_once(world: World) -> None:
    Manager(world).written(DRAFT)
    path = link(world, "announcement")
    page = look(world, path)
    assert send(world, path, "cancel").status == 200
    assert world.item("announcement")["state"] == "cancelled"
    done_once(world, path, "cancel", page)


def test_a_change_of_what_is_published_is_approved(world: World) -> None:
    ada = Manager(world)
    name = ada.written(NOW, targets=["site"])
    world.finish()
    ada.put(f"announcements/{name}", {"title": "Winter", "body": "It rains.", "targets": ["site"]})
    path = link(world, "announcement")
    page = look(world, path)
    assert buttons(page) == ["approve-change"]
    assert send(world, path, "approve-change").status == 200
    done_once(world, path, "approve-change", page)
    world.finish()
    assert [call.said["type"] for call in world.outside.calls] == ["announcement.published", "announcement.changed"]


@pytest.mark.parametrize(("do", "state"), [("approve-now", "published"), ("let-be", "cancelled")])
def test_what_was_missed_goes_out_after_all_or_not(do: str, state: str) -> None:
    with stage.stage(stage.PROGRAM.replace('name = "Marie"', 'name = "Marie"\nrole = "manager"')) as (world, boards):
        stage.approve(world, stage.written(world, stage.content("work")))
        world.later(hours=21)
        world.upkeep()
        path = link(world, "missed")
        assert buttons(look(world, path)) == ["approve-now", "let-be"]
        assert send(world, path, do).status == 200
        world.finish()
        assert stage.now(world)["state"] == state
        assert len(boards["slack"].posts) == (do == "approve-now")


def test_a_series_begins_once_somebody_says_yes(world: World) -> None:
    Manager(world).post("series", {**WEEKLY, "draft": True})
    path = link(world, "series")
    page = look(world, path)
    assert "It is Monday." in page.text
    assert "Next: 2026-11-23 09:00 (Europe/Paris)" in told(page)
    assert send(world, path, "approve-series").status == 200
    assert (world.item("series")["state"], world.item("series")["approved"]["by"]) == ("active", "marie")
    done_once(world, path, "approve-series", page)


# Merges


@pytest.mark.parametrize("what", ["same", "different"])
def test_two_that_may_be_the_same_are_confirmed_once(world: World, what: str) -> None:
    one = said(world, "The battery drains far too fast on my watch", "ann")
    world.later(minutes=90)
    other = said(world, "Battery drains far too fast on the watch", "bob")
    studied(world)
    path = link(world, "merge")
    page = look(world, path)
    assert "The battery drains far too fast on my watch" in page.text
    assert buttons(page) == ["same", "different"]
    assert send(world, path, what).status == 200
    (pair,) = requests.pairs(table(), "acme")
    assert (pair["older"], pair["newer"], pair["said"], pair["by"]) == (one, other, what, "marie")
    done_once(world, path, what, page)
    with pytest.raises(ValueError, match="not enough values"):
        waits(world, "merge")


def test_other_words_than_those_on_the_page_are_not_merged(world: World) -> None:
    prepared(world, "merge")
    path = link(world, "merge")
    page = look(world, path)
    item = world.items("feedback")[0]
    table().write(Put({**item, "text": "It is fine by now", "newest": clock.text(world.now)}))
    refused = send(world, path, "same", page)
    assert (refused.status, "It is fine by now" in refused.text) == (409, True)
    assert not requests.pairs(table(), "acme")


def test_a_pair_of_which_one_is_gone_is_not_confirmed(world: World) -> None:
    said(world, "The battery drains far too fast on my watch", "ann")
    world.later(minutes=90)
    said(world, "Battery drains far too fast on the watch", "bob")
    studied(world)
    path = link(world, "merge")
    page = look(world, path)
    item = world.items("feedback")[0]
    table().write(Put({**item, "expires": 1}))
    answer = send(world, path, "same", page)
    assert (answer.status, "nothing here any more" in answer.text) == (404, True)


# Deliveries


def refused(world: World) -> str:
    world.outside.next = [status(403)]
    rows.post(world)
    world.drain()
    return link(world, "delivery")


def test_a_delivery_is_sent_again_once(world: World) -> None:
    path = refused(world)
    page = look(world, path)
    assert "It was refused there: it has not arrived." in told(page)
    assert "It snows." in page.text
    assert send(world, path, "again").status == 200
    done_once(world, path, "again", page)
    world.finish()
    assert len(world.outside.calls) == 2
    assert world.delivery("site#en#01")["resolved_by"] == "marie"


def test_a_delivery_is_there_with_its_address(world: World) -> None:
    path = refused(world)
    page = look(world, path)
    wrong = send(world, path, "sent", url="javascript:alert(1)")
    assert (wrong.status, world.delivery("site#en#01")["state"]) == (409, "refused")
    assert send(world, path, "sent", id="17", url="https://site.example/17").status == 200
    assert world.delivery("site#en#01")["posted"] == {"id": "17", "url": "https://site.example/17"}
    done_once(world, path, "sent", page)


def test_what_was_settled_elsewhere_is_told_with_who_did(world: World) -> None:
    path = refused(world)
    row = world.delivery("site#en#01")
    outbox.resolve(table(), row, "sent", "Ada", world.now)
    assert "Ada has seen to it" in told(look(world, path))


def test_who_settled_it_last_is_told(world: World) -> None:
    path = refused(world)
    world.outside.next = [status(403)]
    send(world, path, "again")
    world.drain()
    newer = link(world, "delivery")
    assert "Marie had it sent again" in told(look(world, newer))
    world.later(minutes=1)
    outbox.resolve(table(), world.delivery("site#en#01"), "sent", "Ada", world.now)
    assert "Ada has seen to it" in told(look(world, newer))


def test_nobody_reads_the_links_of_somebody_elses_mail(world: World) -> None:
    """By them they would decide in that reader's name."""
    prepared(world, "hold")
    theirs = link(world, "hold", "zoe")
    request = MailRequested(reader="zoe", subject="2 decisions", html="<p>…</p>", text=f"Let go:\n{theirs}")
    row = rows.planned(world, "acme#digest#zoe", "mail#daily-2026-11-21", "mail", "mail", "zoe", request)
    world.due(row)
    assert rows.now(world, row)["state"] == "refused"  # She has no address.
    page = look(world, link(world, "delivery"))
    assert "2 decisions" in page.text
    assert "s=" not in told(page)


# Parked


def park(world: World, number: int, reason: str = "no event type") -> str:
    envelope = builders.webhook("match.finished", {"n": number}, world.later(milliseconds=1))
    return parked.record(envelope, reason, world.now)


def test_parked_events_of_one_kind_are_dismissed_together_and_no_others(world: World) -> None:
    for number in range(3):
        park(world, number)
    path = link(world, "parked")
    page = look(world, path)
    assert "3 events, parked before" in told(page)
    later, other = park(world, 7), park(world, 8, "another reason")
    assert send(world, path, "dismiss-parked").status == 200
    assert {one["id"] for one in world.parked()} == {later, other}
    assert {one["settled_by"] for one in world.items("parked") if one["state"] == "dismissed"} == {"marie"}
    done_once(world, path, "dismiss-parked", page)


def test_parked_events_are_tried_again_each_once(world: World) -> None:
    envelope = builders.feedback(world.now)
    parked.record(envelope, "was a bug", world.now)
    path = link(world, "parked")
    page = look(world, path)
    assert send(world, path, "replay").status == 200
    assert world.bodies("feedback") == [envelope.to_json()] or world.depth("feedback") == 1
    done_once(world, path, "replay", page)
    world.drain()
    assert len(world.items("feedback")) == 1


def test_what_still_cannot_be_read_stays_on_the_list(world: World) -> None:
    park(world, 1)
    path = link(world, "parked")
    answer = send(world, path, "replay")
    assert (answer.status, "nothing here knows what to do with it yet" in told(answer)) == (409, True)
    assert len(world.parked()) == 1
    assert not world.items("acted")


# Switches


@pytest.mark.parametrize(("do", "state"), [("resume", "missed"), ("resume-send", "sent")])
def test_a_paused_target_goes_on_with_or_without_what_piled_up(world: World, do: str, state: str) -> None:
    ada = Manager(world)
    ada.post("targets/site/pause", {"reason": "The site moves."})
    ada.written(NOW, targets=["site"])
    world.finish()
    path = link(world, "paused")
    page = look(world, path)
    assert "1 thing has piled up meanwhile." in told(page)
    assert send(world, path, do).status == 200
    assert world.item("switch")["by"] == "marie"
    done_once(world, path, do, page)
    world.finish()
    assert world.delivery("site#en#01")["state"] == state
    assert len(world.outside.calls) == (do == "resume-send")


def test_cut_off_before_what_piled_up_the_rest_is_finished_as_it_was_decided(world: World) -> None:
    ada = Manager(world)
    ada.post("targets/site/pause", {})
    ada.written(NOW, targets=["site"])
    world.finish()
    path = link(world, "paused")
    page = look(world, path)
    world.faults.at("dynamodb.UpdateItem", "before")
    with pytest.raises(Crash):
        send(world, path, "resume-send", page)
    assert (world.item("switch")["on"], world.delivery("site#en#01")["state"]) == (False, "held")
    assert buttons(look(world, path)) == ["finish"]
    assert send(world, path, "finish").status == 200
    world.finish()
    assert world.delivery("site#en#01")["state"] == "sent"
    assert buttons(look(world, path)) == []


def test_a_link_of_an_earlier_pause_ends_no_later_one(world: World) -> None:
    switches.on(table(), "acme", "target-site", "liaison", "401", world.now)
    path = link(world, "paused")
    page = look(world, path)
    world.later(minutes=5)
    switches.off(table(), "acme", "target-site", "Ada", world.now)
    switches.on(table(), "acme", "target-site", "Ada", "moves", world.now)
    assert send(world, path, "resume", page).status == 409
    assert world.item("switch")["on"]


def test_a_hold_is_let_go_once(world: World) -> None:
    Manager(world).post("hold", {"on": True, "reason": "A storm."})
    path = link(world, "hold")
    page = look(world, path)
    assert "A storm." in page.text
    assert send(world, path, "let-go").status == 200
    assert not world.item("switch")["on"]
    done_once(world, path, "let-go", page)


# Connections


def troubled(world: World, part: str = raised.CHECK) -> None:
    row = table().get(*raised.standing_key("acme", "forum", part))
    assert row
    listed = {"listing": "acme#standing#0", "listed_at": clock.text(world.now), "since": clock.text(world.now)}
    wrong = {"state": "wrong", "reason": "events: not subscribed", "findings": [], "due_at": "2026-11-22T13:00:00.000Z"}
    table().write(Update(key_of(row), set={**listed, **wrong}))


def test_a_connection_is_looked_at_again_at_once(world: World) -> None:
    world.rounds()
    troubled(world)
    path = link(world, "connection")
    page = look(world, path)
    assert "liaison connect forum" in told(page)
    assert send(world, path, "look-again").status == 200
    row = table().get(*raised.standing_key("acme", "forum", raised.CHECK))
    assert row
    assert row["due_at"] == clock.text(world.now)
    done_once(world, path, "look-again", page)
    asked = len(world.outside.calls)
    world.rounds()
    assert len(world.outside.calls) > asked


# Two at once


@pytest.mark.parametrize(
    ("kind", "do"),
    [("announcement", "approve-now"), ("delivery", "again"), ("hold", "let-go"), ("case", "take"), ("merge", "same"),
     ("series", "approve-series"), ("paused", "resume-send"), ("parked", "replay")],
)  # fmt: skip
def test_of_two_at_once_one_does_it_and_the_other_is_told(world: World, kind: str, do: str) -> None:
    prepared(world, kind)
    mine, theirs = link(world, kind), link(world, kind, "zoe")
    first, second = look(world, mine), look(world, theirs)
    answers: list[Answered] = []
    step = "dynamodb.UpdateItem" if kind == "parked" else "dynamodb.TransactWriteItems"
    world.faults.at(step, "before", lambda: answers.append(send(world, theirs, do, second)))
    mine_told = send(world, mine, do, first)
    assert [one.status for one in answers] == [200]
    assert mine_told.status == 409
    assert "Zoë " in told(mine_told) or "zoe has it" in told(mine_told)
    world.finish()
    assert [one["by"] for one in world.items("acted")] == ["zoe"]
    if kind in ("announcement", "paused"):
        assert [call.said["type"] for call in world.outside.calls] == ["announcement.published"]
    if kind == "delivery":
        assert len(world.outside.calls) == 2
    if kind == "parked":
        assert len(world.items("feedback")) == 1


def prepared(world: World, kind: str) -> None:
    """One thing of a kind that waits."""
    ada = Manager(world)
    match kind:
        case "case":
            world.handle(builders.flag(world.now))
        case "announcement":
            ada.written(DRAFT, targets=["site"])
        case "series":
            ada.post("series", {**WEEKLY, "draft": True})
        case "delivery":
            refused(world)
        case "hold":
            ada.post("hold", {"on": True})
        case "paused":
            ada.post("targets/site/pause", {})
            ada.written(NOW, targets=["site"])
            world.finish()
        case "parked":
            parked.record(builders.feedback(world.now), "was a bug", world.now)
        case "connection":
            world.rounds()
            troubled(world)
        case "merge":
            said(world, "The battery drains far too fast on my watch", "ann")
            world.later(minutes=90)
            said(world, "Battery drains far too fast on the watch", "bob")
            studied(world)


# A process that dies


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("kind", "do"), [("announcement", "approve-now"), ("delivery", "again"), ("merge", "same"), ("hold", "let-go")]
)
def test_cut_off_and_sent_again_it_is_done_once(world: World, kind: str, do: str, when: Any) -> None:
    prepared(world, kind)
    path = link(world, kind)
    page = look(world, path)
    world.faults.at("dynamodb.TransactWriteItems", when)
    with pytest.raises(Crash):
        send(world, path, do, page)
    again = send(world, path, do, page)
    assert again.status == (200 if when == "before" else 409)
    assert "Marie" in told(look(world, path))
    world.finish()
    assert len(world.items("acted")) == 1
    sent = {"announcement": 1, "delivery": 2, "merge": 0, "hold": 0}[kind]
    assert len(world.outside.calls) == sent


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["sqs.SendMessage", "dynamodb.UpdateItem", "dynamodb.PutItem"])
def test_a_replay_that_is_cut_off_anywhere_has_one_effect(world: World, step: str, when: Any) -> None:
    prepared(world, "parked")
    path = link(world, "parked")
    page = look(world, path)
    world.faults.at(step, when)
    with pytest.raises(Crash):
        send(world, path, "replay", page)
    send(world, path, "replay", page)
    world.drain()
    assert len(world.items("feedback")) == 1
    assert not world.parked()


# The link


def test_who_is_on_the_roster_decides_cases_and_nothing_else() -> None:
    roster = '[[moderators]]\nid = "marie"\ncommunity = "acme"\nname = "Marie"\npseudonym = "M"\n'
    with World(PROGRAM.replace('name = "Marie"\nrole = "operator"', 'name = "Marie"') + roster) as world:
        prepared(world, "case")
        prepared(world, "hold")
        assert send(world, link(world, "case"), "take").status == 200
        assert world.ask("GET", link(world, "hold")).status == 403


KINDS = ["case", "announcement", "series", "delivery", "hold", "paused", "parked", "connection", "merge"]


def pushed(world: World, text: str) -> None:
    operator.push(text, "tests")
    world.later(seconds=61)


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_not_any_more_is_turned_away(world: World, kind: str) -> None:
    prepared(world, kind)
    path = link(world, kind)
    page = look(world, path)
    do = buttons(page)[0]
    fields = {"do": do, "seen": seen(page, do)}
    smaller = 'name = "Marie"\nrole = "reader"'
    pushed(world, (PROGRAM + RULE).replace('name = "Marie"\nrole = "operator"', smaller))
    before = everything(world)
    assert world.ask("GET", path).status == 403
    assert post(world, path, fields).status == 403
    assert everything(world) == before
    pushed(world, (PROGRAM + RULE).replace('id = "marie"', 'id = "anna"'))
    assert world.ask("GET", path).status == 403
    assert post(world, path, fields).status == 403


def test_a_link_is_good_for_seven_days(world: World) -> None:
    world.handle(builders.flag(world.now))
    path = link(world, "case")
    world.later(days=7)
    assert world.ask("GET", path).status == 200
    world.later(seconds=1)
    expired = world.ask("GET", path)
    assert expired.status == 403
    assert "Your next digest brings a new one." in told(expired)
    assert post(world, path, {"do": "take", "seen": "0"}).status == 403
    assert world.item("case")["state"] == "open"


def test_the_page_of_a_wrong_link_speaks_the_browsers_language(world: World) -> None:
    wrong = world.ask("GET", "/decide/acme/case/x/1?r=marie&e=9&s=0", headers={"accept-language": "fr-CA,en;q=0.5"})
    assert wrong.status == 403
    assert 'lang="fr"' in wrong.text
    assert "Votre prochain résumé" in wrong.text


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("r=marie", "r=zoe"),
        ("/acme/", "/peak/"),
        ("/case/", "/hold/"),
        ("&e=", "&e=9"),
        ("&s=", "&s=0"),
        ("/1?", "/2?"),
    ],
)
def test_a_link_that_was_changed_does_nothing(world: World, part: str, other: str) -> None:
    world.handle(builders.flag(world.now))
    path = link(world, "case")
    assert part in path
    assert world.ask("GET", path.replace(part, other)).status == 403
    assert post(world, path.replace(part, other), {"do": "take", "seen": "0"}).status == 403
    assert world.item("case")["state"] == "open"


def test_a_reader_of_another_community_gets_nowhere(world: World) -> None:
    world.handle(builders.flag(world.now))
    found = waits(world, "case")
    path = decisions.page("acme", "case", found.id, found.version)
    assert world.ask("GET", local(links.link(path, "peter", PURPOSE, world.now))).status == 403


def test_a_link_for_another_purpose_decides_nothing(world: World) -> None:
    world.handle(builders.flag(world.now))
    found = waits(world, "case")
    path = decisions.page("acme", "case", found.id, found.version)
    assert world.ask("GET", local(links.link(path, "marie", "digest", world.now))).status == 403


@pytest.mark.parametrize("kind", decisions.SMALLEST)
def test_what_is_not_there_is_said_to_be_gone(world: World, kind: Any) -> None:
    if kind in ("answer", "answers"):
        return
    for name in ("nothing", "a_b", "YWNtZSNjYXNlI3gKeA"):
        path = local(links.link(decisions.page("acme", kind, name, "1"), "marie", PURPOSE, world.now))
        for answer in (world.ask("GET", path), post(world, path, {"do": "take", "seen": "0"})):
            assert answer.status in (404, 409) or (kind == "parked" and "Nothing of it is left" in answer.text)


def test_a_button_that_there_is_not_does_nothing(world: World) -> None:
    world.handle(builders.flag(world.now))
    path = link(world, "case")
    for fields in ({}, {"do": "ban", "seen": "0"}, {"do": "take"}, {"do": "violation", "seen": "0", "why": "x"}):
        assert post(world, path, fields).status == 409
    assert world.item("case")["state"] == "open"
    assert post(world, path, {"do": "take", "seen": "0", "why": "x" * 100_001}).status == 413


def test_a_page_tells_nobody_where_it_was_and_sends_only_to_us(world: World) -> None:
    world.handle(builders.flag(world.now))
    answer = look(world, link(world, "case"))
    assert "form-action 'self'" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "no-store" in answer.headers["cache-control"]
    assert "<script" not in answer.text


def test_the_record_of_a_use_says_who_did_what_when_and_ends(world: World) -> None:
    Manager(world).post("hold", {"on": True})
    path = link(world, "hold")
    send(world, path, "let-go")
    record = world.item("acted")
    assert record["pk"] == "acme#acted#hold#hold"
    assert (record["by"], record["did"], record["at"]) == ("marie", "let-go", clock.text(world.now))
    assert record["expires"] == int((world.now + acted.KEPT).timestamp())


# What pages say


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_speaks_the_readers_language(world: World, kind: str) -> None:
    prepared(world, kind)
    page = look(world, link(world, kind, "remi"))
    assert '<html lang="fr">' in page.text
    assert "Ce que vous pouvez faire" in page.text
    assert "What you can do" not in page.text
    do = buttons(page)[0]
    answer = post(world, link(world, kind, "remi"), {"do": do, "seen": seen(page, do)})
    assert answer.status == 200
    assert "Rémi " in told(answer)


class Labels(HTMLParser):
    """What a form asks for, and what says so."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: list[str | None] = []
        self.labels: list[str | None] = []
        self.ids: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "id" in given:
            self.ids.append(given["id"])
        if tag in ("input", "textarea", "select") and given.get("type") != "hidden":
            self.fields.append(given.get("id"))
        if tag == "label":
            self.labels.append(given.get("for"))


def test_every_field_has_a_label_and_every_id_is_one(world: World) -> None:
    world.handle(builders.flag(world.now))
    path = link(world, "case")
    send(world, path, "take")
    found = Labels(look(world, path).text)
    assert found.fields
    assert sorted(map(str, found.fields)) == sorted(map(str, found.labels))
    assert len(set(found.ids)) == len(found.ids)


HOSTILE = [
    "<script>alert(1)</script>",
    "\u202egpj.exe",
    "{{ 7 * 7 }}{% raw %}",
    "W" * 50_000,
    "@everyone <@&1>",
    '"><img src=x onerror=alert(1)>',
]


@pytest.mark.parametrize("words", HOSTILE, ids=["script", "turned", "template", "long", "everyone", "attribute"])
def test_strangers_words_are_text_on_every_page(world: World, words: str) -> None:
    subject = {"kind": "post", "id": "1", "text": words, "title": words[:900], "url": words[:900]}
    data = {"id": "1", "reason": words[:500], "comment": words[:900], "at": world.now.isoformat(), "subject": subject}
    world.handle(builders.webhook("flag.raised", data, world.now))
    world.handle(builders.release(world.now, title=words))
    said(world, f"{words[:900]} the battery drains far too fast on my watch", "ann")
    world.later(minutes=90)
    said(world, f"{words[:900]} my battery drains far too fast on the watch", "bob")
    parked.record(builders.webhook("match.finished", {"n": 1}, world.now), words, world.now)
    switches.on(table(), "acme", "target-site", "liaison", words, world.now)
    studied(world)
    for kind in ("case", "announcement", "merge", "parked", "paused"):
        page = look(world, link(world, kind))
        assert page.status == 200
        assert "<script" not in page.text
        assert "<img" not in page.text
        assert "\u202e" not in page.text
        assert not re.search(r'href="(?!https?://|#choose")', page.text)
        shown = told(page)
        assert words.strip("\u202e")[:20] in shown or "gpj.exe" in shown
