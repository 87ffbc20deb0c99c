"""What waits for a person, from the stores: all of it, in the order in which it is urgent, and bounded."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from events.digests import Decision, Waits
from events.program import Program, ReaderRole
from functions.announcements import records as announcements
from functions.digests import decisions, waiting, words
from functions.feedback import requests, study
from functions.shared import clock, parked, program, raised, switches
from functions.shared.table import Put, Update, key_of, table
from tests.announcements import stage
from tests.api.manager import DRAFT, NOW, Manager
from tests.api.test_series import WEEKLY
from tests.api.test_talks import question
from tests.api.test_talks import said as asked
from tests.feedback.test_requests import said, studied
from tests.moderation import people
from tests.support import builders
from tests.support.outside import status
from tests.support.world import World


def found(world: World) -> tuple[tuple[Decision, ...], bool]:
    return waiting.waiting(table(), "acme", world.now)


def every(world: World) -> list[Decision]:
    return list(found(world)[0])


def kinds(world: World) -> list[str]:
    return [one.kind for one in every(world)]


def one(world: World) -> Decision:
    (only,) = every(world)
    return only


def test_where_nothing_waits_there_is_nothing(world: World) -> None:
    assert found(world) == ((), False)


def test_reading_what_waits_writes_nothing(world: World) -> None:
    world.handle(builders.flag(world.now), builders.release(world.now))
    before = list(world.every_item())
    assert set(kinds(world)) == {"case", "announcement"}
    assert list(world.every_item()) == before


# Order


def test_a_case_past_its_deadline_leads_whatever_waits_longer(world: World) -> None:
    world.handle(builders.release(world.now, title="2.4"))
    world.later(minutes=10)
    world.handle(builders.flag(world.now))
    assert kinds(world) == ["case", "announcement"]
    case = every(world)[0]
    assert case.deadline == clock.moment(world.item("case")["look_by"])
    world.later(days=3)
    assert kinds(world) == ["case", "announcement"]


def test_what_was_due_first_leads_and_the_others_go_by_age_and_what_may_be_the_same_comes_last() -> None:
    now = datetime.fromisoformat("2026-11-22T12:00:00+00:00")

    def made(name: str, since: int, deadline: int | None = None, kind: Waits = "case") -> Decision:
        end = now + timedelta(hours=deadline) if deadline is not None else None
        return Decision(kind=kind, id=name, about=name, since=now - timedelta(hours=since), deadline=end)

    given = [made("young", 1), made("soon", 2, 1), made("old", 9), made("late", 3, -1), made("later", 4, -2)]
    given.append(made("pair", 99, kind="merge"))
    assert [one.id for one in decisions.ordered(given)] == ["later", "late", "soon", "old", "young", "pair"]


def test_a_case_that_somebody_took_is_to_be_decided(world: World) -> None:
    world.handle(builders.flag(world.now))
    people.held(world)
    assert one(world).deadline == clock.moment(world.item("case")["decide_by"])


# Kinds


def test_a_case_tells_where_it_is_and_in_which_state(world: World) -> None:
    subject = {"kind": "post", "id": "7", "text": "Worthless\nthings", "url": "https://forum.example/p/7"}
    data = {"id": "1", "at": world.now.isoformat(), "subject": subject}
    world.handle(builders.webhook("flag.raised", data, world.now))
    case = one(world)
    assert (case.kind, case.id, case.version) == ("case", world.item("case")["id"], "1")
    assert (case.about, case.url) == ("Worthless things", "https://forum.example/p/7")
    assert not case.can_act


def test_a_decided_case_and_a_published_announcement_do_not_wait(world: World) -> None:
    world.handle(builders.flag(world.now))
    people.decided(world, people.held(world))
    Manager(world).written(NOW)
    world.finish()
    assert kinds(world) == []


def test_a_draft_with_a_time_is_due_by_then(world: World) -> None:
    Manager(world).written(DRAFT, at="2026-11-23T09:00", zone="Europe/Paris")
    draft = one(world)
    assert (draft.kind, draft.about) == ("announcement", "Winter")
    assert draft.deadline == clock.moment("2026-11-23T08:00:00.000Z")


def test_an_old_draft_still_waits_and_what_was_not_looked_through_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with stage.stage() as (world, _):
        old = stage.written(world, stage.content("chat"))
        for number in range(100):
            at = f"2026-11-22T13:00:00.{number:03d}Z"
            table().write(Put({**old, "pk": f"{old['pk']}-{number}", "state": "cancelled", "listed_at": at}))
        assert (kinds(world), found(world)[1]) == (["announcement"], False)
        monkeypatch.setattr(announcements, "SEARCHED", 100)
        assert found(world) == ((), True)


def test_a_paused_target_a_hold_and_a_missed_announcement_wait() -> None:
    with stage.stage() as (world, _):
        switches.on(table(), "acme", "target-chat", "liaison", "answered 401: put a new token", world.now)
        stage.approve(world, stage.written(world, stage.content("work")))
        world.later(hours=21)
        switches.on(table(), "acme", "hold", "Ada", "A storm.", world.now)
        world.upkeep()
        told = {one.kind: one for one in every(world)}
        assert told["paused"].about == "chat: answered 401: put a new token"
        assert told["paused"].id == "chat"
        assert told["hold"].about == "Ada: A storm."
        assert told["missed"].about == "Winter: its time was over before it could be posted"


def test_a_series_waits_until_somebody_says_yes(world: World) -> None:
    ada = Manager(world)
    made = ada.post("series", {**WEEKLY, "draft": True}).json
    ada.post("series", {**WEEKLY, "title": "Another"})
    assert (one(world).kind, one(world).about) == ("series", "Update")
    ada.post(f"series/{made['series']['id']}/approve", {"hash": made["hash"]})
    assert kinds(world) == []


def test_a_refused_delivery_is_named_with_its_reason(world: World) -> None:
    world.outside.next = [status(403)]
    world.handle(builders.flag(world.now))
    people.decided(world, people.held(world))
    world.drain()
    stuck = one(world)
    assert stuck.kind == "delivery"
    assert stuck.about.startswith("game: answered 403")
    row = next(one for one in world.items("delivery") if "listing" in one)
    assert waiting.key_of(stuck.id) == key_of(row)
    assert re.fullmatch(r"[\w-]+", stuck.id)


@pytest.mark.parametrize("name", ["", "é", "a", "!!!", "YQ", "YWE=="])
def test_what_names_no_delivery_is_none(name: str) -> None:
    assert waiting.key_of(name) is None


def test_a_connection_that_ends_is_due_by_then(world: World) -> None:
    world.rounds()
    row = table().get(*raised.standing_key("acme", "forum", raised.CHECK))
    assert row
    at, until = clock.text(world.now), "2026-11-25T12:00:00.000Z"
    wrong = {"listing": "acme#standing#0", "listed_at": at, "since": at, "reason": "events: gone", "until": until}
    table().write(Update(key_of(row), set=wrong))
    connection = one(world)
    assert (connection.kind, connection.id, connection.about) == (
        "connection",
        "forum",
        "forum (see `liaison connect forum`): events: gone",
    )
    assert connection.deadline == clock.moment(until)


# What is alike


def test_a_source_that_sends_everything_takes_one_line(world: World) -> None:
    for number in range(101):
        envelope = builders.webhook("match.finished", {"n": number}, world.later(milliseconds=1))
        parked.record(envelope, "no event type", world.now)
    folded = one(world)
    assert (folded.kind, folded.about) == ("parked", "game: match.finished: no event type")
    assert (folded.number, folded.more) == (100, True)
    assert found(world)[1] is False
    assert folded.version == decisions.stamp(world.now)


def test_other_reasons_are_other_lines_each_since_its_first(world: World) -> None:
    first = world.now
    for number, reason in enumerate(("a", "b", "a")):
        envelope = builders.webhook("match.finished", {"n": number}, world.later(minutes=1))
        parked.record(envelope, reason, world.now)
    told = every(world)
    assert [(one.number, one.more, one.since) for one in told] == [
        (2, False, first + timedelta(minutes=1)),
        (1, False, first + timedelta(minutes=2)),
    ]
    assert len({one.id for one in told}) == 2


def alarm(world: World, name: str, title: str) -> None:
    data = {"id": name, "title": title, "text": "", "url": f"https://game.example/{name}", "at": world.now.isoformat()}
    world.handle(builders.webhook("alert.raised", data, world.now))


def test_alarms_are_news_for_two_days_and_folded(world: World) -> None:
    for name in ("1", "2"):
        alarm(world, name, "Crashes are up")
    alarm(world, "3", "Memory is up")
    assert {(one.about, one.number, one.url) for one in every(world)} == {
        ("game: Crashes are up", 2, ""),
        ("game: Memory is up", 1, "https://game.example/3"),
    }
    world.later(days=2, seconds=1)
    assert kinds(world) == []


# What people said


BATTERY = "The battery drains far too fast on my watch"


def test_what_may_be_the_same_waits_until_somebody_says_so(world: World) -> None:
    first = said(world, BATTERY, "ann")
    world.later(minutes=90)
    second = said(world, "Battery drains far too fast on the watch", "bob")
    said(world, "I would like a darker theme at night", "cat")
    studied(world)
    merge = one(world)
    assert (merge.kind, merge.id, merge.version) == ("merge", f"{first}_{second}", "0")
    assert merge.about == f"{BATTERY} / Battery drains far too fast on the watch"
    requests.say(table(), "acme", first, second, "same", "Ada", world.now)
    assert kinds(world) == []
    requests.say(table(), "acme", first, second, "open", "Ada", world.now)
    assert (one(world).kind, one(world).version) == ("merge", "2")


def test_at_most_ten_merges_are_laid_before_anybody_the_surest_first(world: World) -> None:
    for number in range(14):
        said(world, f"The battery of my watch drains far too fast since yesterday {number}", f"p{number}")
        world.later(seconds=1)
    studied(world)
    merges = every(world)
    assert [one.kind for one in merges] == ["merge"] * waiting.MOST_MERGES
    assert len(study.likeliest("acme")) == study.MOST_PAIRS


def test_what_is_gone_is_laid_before_nobody(world: World) -> None:
    said(world, BATTERY, "ann")
    world.later(minutes=90)
    said(world, "Battery drains far too fast on the watch", "bob")
    studied(world)
    item = world.items("feedback")[0]
    table().write(Update(key_of(item), set={"state": "removed"}))
    assert kinds(world) == []


def test_a_pair_that_was_found_is_kept_by_later_studies(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    said(world, BATTERY, "ann")
    world.later(minutes=90)
    said(world, "Battery drains far too fast on the watch", "bob")
    studied(world)
    monkeypatch.setattr(study, "LOOKED_AT", 1)
    said(world, "Something else entirely happened today", "cat")
    studied(world)
    assert kinds(world) == ["merge"]


def test_who_waits_for_an_answer_is_one_line_with_the_first_words(world: World) -> None:
    first = asked(world, text="Does it snow?")
    world.later(minutes=1)
    second = asked(world, "form-2")
    world.roll_up()
    question(world, first, who="a" * 16)
    question(world, second, who="b" * 16)
    told = one(world)
    assert (told.kind, told.number, told.about) == ("answers", 2, "Does it snow?")
    assert decisions.path("acme", told) == ("/waiting/acme", "talks")


def test_an_answer_that_somebody_wrote_waits_for_another() -> None:
    with World(builders.PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\napproval = "another"')) as world:
        name = asked(world)
        ada = Manager(world, "moderator")
        ada.post(f"talks/{name}/assign", {})
        ada.post(f"talks/{name}/answer", {"text": "Yes, it does.", "version": "first"})
        told = {one.kind: one for one in every(world)}
        assert told["answer"].id == name
        assert decisions.path("acme", told["answer"]) == (f"/waiting/acme/{name}", "talks")


# Words


@pytest.mark.parametrize("words_", ["\u202egpj.exe", "W" * 5_000, "two\n\nlines"])
def test_strangers_words_are_one_short_line(world: World, words_: str) -> None:
    world.handle(builders.release(world.now, title=words_))
    (draft,) = every(world)
    assert len(draft.about) <= 200
    assert not set(draft.about) & {"\u202e", "\n"}


def keys(language: str) -> set[str]:
    text = (words.MESSAGES / language / "decisions.ftl").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][\w-]*) =", text, re.MULTILINE))


@pytest.mark.parametrize("language", words.languages())
def test_every_message_is_there_in_every_language(language: str) -> None:
    assert keys(language) == keys(words.FIRST)


# Who may


@pytest.fixture
def readers() -> Iterator[Program]:
    text = builders.PROGRAM + "".join(
        f'[[readers]]\nid = "{name}"\ncommunity = "acme"\nname = "{name}"\nrole = "{name}"\n'
        for name in ("reader", "moderator", "manager", "operator")
    )
    roster = '[[moderators]]\nid = "marie"\ncommunity = "acme"\nname = "Marie"\npseudonym = "M"\n'
    with World(text + roster):
        yield program.active()[0]


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("reader", set()),
        ("marie", {"case", "appeal", "answer", "answers"}),
        ("moderator", {"case", "appeal", "answer", "answers"}),
        ("manager", set(decisions.SMALLEST) - {"parked"}),
        ("operator", set(decisions.SMALLEST)),
    ],
)
def test_what_a_reader_may_act_on(readers: Program, who: ReaderRole, may: set[str]) -> None:
    reader = readers.reader(who)
    assert reader
    at = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
    given = [Decision(kind=kind, id="1", about="", since=at) for kind in (*decisions.SMALLEST, "alert")]
    told = decisions.for_reader(given, readers, reader)
    assert {one.kind for one in told if one.can_act} == may
