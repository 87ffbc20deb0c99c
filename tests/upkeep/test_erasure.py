"""The duty to erase an account: nothing names it or holds its words afterwards, and nothing else is gone."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from events.moderation import DecisionReported, FlagExplained, FlagRaised, MessageSeen, Subject
from events.people import Person, Told
from functions.digests import records
from functions.moderation import appeals
from functions.moderation import records as moderation
from functions.moderation.standards import Standards
from functions.shared import clock, outbox
from functions.shared.table import Item, Update, key_of, table
from functions.upkeep import erasure, handler, sweep, traces
from functions.upkeep.traces import Account
from tests.moderation import people
from tests.moderation.people import recorded
from tests.support import builders
from tests.support.faults import Crash, crash
from tests.support.outside import unreachable
from tests.support.world import World
from tests.upkeep import places

WHO, OTHER = "u-4417", "u-9900"
WORDS = "Xylophone"
"""Stands in everything the account wrote and in nothing else."""

ACCOUNT = Account("acme", "game", "standard_webhooks", WHO, "Kim")

EVENTS: dict[str, type[Told]] = {
    "flag": FlagRaised,
    "explanation": FlagExplained,
    "message": MessageSeen,
    "decision": DecisionReported,
}


@pytest.fixture(autouse=True)
def no_platform() -> Iterator[None]:
    """No place has anything to be asked."""
    with places.having():
        yield


def told(world: World, kind: str, delivery: str, **fields: Any) -> Any:
    """An event and the envelope it came in."""
    envelope = builders.webhook(kind, {}, world.now, delivery=delivery)
    given = {"community": "acme", "source": "game", "platform": "standard_webhooks", **fields}
    return envelope, EVENTS[kind].model_validate(given)


def subject(name: str, source: str = "game") -> Subject:
    return Subject(source=source, kind="post", id=name)


def flagged(world: World, post: str, flag: str, author: str | None, reporter: str, words: str = WORDS) -> None:
    envelope, event = report(world, post, flag, author, reporter, words)
    recorded(envelope, event, world)


def report(world: World, post: str, flag: str, author: str | None, reporter: str, words: str = WORDS) -> Any:
    source = "forum" if post.startswith("forum") else "game"
    return told(
        world,
        "flag",
        f"flag-{flag}",
        source=source,
        flag=flag,
        subject=subject(post, source),
        title=f"About {words}",
        text=f"{words} is what I play",
        original=f"<b>{words}</b> is what I play",
        reason="spam",
        comment=f"Look at this, {'says ' + WORDS if reporter == WHO else 'please'}",
        author=Person(id=author, name="Kim" if author == WHO else "Pat") if author else None,
        reporter=Person(id=reporter, name="Kim" if reporter == WHO else "Pat"),
        raised_at=world.now,
    )


def flagged_together(world: World) -> None:
    """One line in a history names both."""
    reports = [report(world, "p6", f"report:p6:{reporter}", OTHER, reporter, "Banjo") for reporter in (OTHER, WHO)]
    arrivals = [moderation.Arrival(envelope, event) for envelope, event in reports]
    moderation.record_flags(table(), arrivals, Standards(), world.now)


def seen(world: World, post: str, change: str = "created", author: str = WHO) -> None:
    envelope, event = told(
        world,
        "message",
        f"seen-{post}-{change}-{world.now}",
        subject=subject(post),
        change=change,
        text=f"{WORDS} {change}",
        original=f"*{WORDS}* {change}",
        author=Person(id=author, name="Kim"),
        changed_at=world.now,
    )
    moderation.record_message(table(), envelope, event, world.now)


def decided(world: World, post: str, decision: str, moderator: str, person: str | None) -> None:
    envelope, event = told(
        world,
        "decision",
        f"decided-{decision}",
        decision=decision,
        subject=subject(post),
        did="removed",
        outcome="violation",
        reason="rules",
        moderator=Person(id=moderator),
        person=Person(id=person, name="Kim" if person == WHO else "Pat") if person else None,
        decided_at=world.now,
    )
    moderation.record_decision(table(), envelope, event, Standards(), world.now)


def a_life(world: World) -> None:
    """The account wrote, edited, was flagged and told, flagged others, appealed, moderated, was quoted in a mail."""
    without_mail(world)
    world.drain()
    first = next(item for item in world.items("case") if item.get("outcome") and item["author"].get("id") == WHO)
    appeals.make(table(), "acme", first["id"], "author", f"{WORDS} is harmless", people.PROGRAM, world.now)
    world.digests()
    world.finish()


def without_mail(world: World) -> None:
    flagged(world, "p1", f"report:p1:{OTHER}", WHO, OTHER)
    world.later(minutes=1)
    seen(world, "p1", "edited")  # A line in the history of its open case.
    people.decided(world, people.held(world))
    world.later(days=8)
    flagged(world, "p1", f"report:p1:{OTHER}:2", None, OTHER)  # Another case of it, and the platform names no author.
    flagged(world, "p2", f"report:p2:{WHO}", OTHER, WHO, "Banjo")  # It flagged somebody else.
    decided(world, "p2", "d-2", WHO, OTHER)  # And decided about it.
    flagged(world, "p3", "report:p3", None, OTHER)  # Nobody said whose this is …
    decided(world, "p3", "d-3", OTHER, WHO)  # … but whose content was removed.
    seen(world, "p4")
    flagged_together(world)


def others(world: World) -> None:
    """What is not the account's, although some of it bears its id."""
    flagged(world, "q1", "report:q1", OTHER, "u-44170", "Banjo")
    flagged(world, "forum-1", "report:forum-1", WHO, OTHER, "Banjo")  # The forum's u-4417 is somebody else.
    seen(world, "q2", author=f"{WHO}0")


def asked(world: World, request: str = "r-1") -> None:
    with places.understood():
        world.handle(places.erasure(world, request=request, id=WHO))


def erased(world: World) -> Item:
    """Time passes until the duty is done."""
    for _ in range(10):
        assert world.rounds()
        row = world.item("erasure")
        if row["state"] == "done":
            return row
        world.now = max(world.now, clock.moment(row["due_at"]))
    raise AssertionError(row)


def everything(world: World) -> str:
    return json.dumps([item for item in world.every_item() if item.get("source") != "forum"], default=str)


def held_by_the_game(world: World) -> str:
    """All of the table but what the forum's account of the same id wrote."""
    kept = [
        item
        for item in world.every_item()
        if (item.get("subject") or {}).get("source") != "forum" and item.get("flag") != "report:forum-1"
    ]
    return json.dumps(kept, default=str)


def quoted(world: World) -> list[str]:
    """Snapshots of what the account wrote."""
    return [key for key in world.objects("evidence/") if WORDS.encode() in world.stored(key)]


def test_nothing_in_the_table_names_the_account_or_holds_its_words(world: World) -> None:
    a_life(world)
    assert held_by_the_game(world).count(WORDS) > 10
    assert quoted(world)
    asked(world)
    row = erased(world)
    left = held_by_the_game(world)
    assert WHO not in left
    assert WORDS not in left
    assert "Kim" not in left
    assert "person" not in row
    assert row["emptied"] > 8
    assert not quoted(world)
    assert world.objects("evidence/")  # What others wrote is still there.


def test_what_brought_its_words_to_a_cluster_goes_and_the_cluster_stays(world: World) -> None:
    flagged(world, "p1", "report:p1", WHO, OTHER)
    flagged(world, "p2", "report:p2", OTHER, "r-3")
    sweep.likes_due(table(), lambda: True)
    assert all(case["linked_by"] for case in world.items("case"))
    asked(world)
    erased(world)
    left = {case["subject"]["id"]: bool(case["linked_by"]) for case in world.items("case")}
    assert left == {"p1": False, "p2": True}
    assert len({case["cluster"] for case in world.items("case")}) == 1
    flagged(world, "p3", "report:p3", OTHER, "r-3")
    sweep.likes_due(table(), lambda: True)
    assert len(world.items("member")) == 3


def test_what_happened_stays_on_the_record(world: World) -> None:
    a_life(world)
    before = {key_of(item): item for item in world.every_item()}
    asked(world)
    erased(world)
    after = {key_of(item): item for item in world.every_item()}
    gone = {key for key in before if key not in after}
    bands = {key for key, item in before.items() if item.get("kind") == "band" and item["by"] == ACCOUNT.figures}
    assert len(bands) > 1
    assert gone == {(ACCOUNT.figures, "figures"), (ACCOUNT.figures, "history"), *bands}
    assert all(moderation.verified(table(), case) is None for case in world.items("case"))
    for kind in ("case", "decision", "audit", "flag", "decided", "message"):
        for item in world.items(kind):
            old = before[key_of(item)]
            changed = {name for name in item if old.get(name) != item[name]}
            assert (
                changed
                <= {
                    "case": {"author", "title", "text", "original", "summary", "decided_by", "appellant", "appeal"}
                    | {"evidence", "forgotten", "linked_by"},
                    "decision": {"by"},
                    "audit": {"who", "detail", "salts"},
                    "flag": {"counted", "reporter", "comment", "flag", "erased"},
                    "decided": {"moderator", "person"},
                    "message": {"author", "text", "original", "version"},
                }[kind]
            ), (kind, changed)
    first = next(case for case in world.items("case") if case["subject"]["id"] == "p1" and case["flags"] == 1)
    whole = moderation.whole(table(), "acme", first["id"])
    assert whole["case"]["summary"] == "erased"
    assert whole["case"]["reasons"] == ["spam"]
    assert [line["what"] for line in whole["audit"]][:1] == ["opened"]


@pytest.mark.parametrize("raised_first", [True, False])
def test_an_explanation_told_again_brings_nothing_back(world: World, raised_first: bool) -> None:
    def explained(delivery: str, reason: str) -> None:
        envelope, event = told(
            world,
            "explanation",
            delivery,
            subject=subject("p5"),
            flag=f"report:p5:{WHO}",
            reason=reason,
            comment=WORDS,
            reporter=Person(id=WHO, name="Kim"),
            explained_at=world.now,
        )
        moderation.record_explanation(table(), envelope, event, Standards(), world.now)

    if raised_first:
        flagged(world, "p5", f"report:p5:{WHO}", OTHER, WHO, "Banjo")
    explained("e-1", "rude")
    asked(world)
    erased(world)
    explained("e-2", "rude")
    world.later(minutes=1)
    explained("e-3", "very rude")
    left = held_by_the_game(world)
    assert WHO not in left
    assert WORDS not in left
    assert world.item("flag")["reason"] == "very rude"


@pytest.mark.parametrize("state", ["refused", "unknown", "stuck"])
def test_a_mail_that_waits_for_a_person_says_instead_where_to_read(world: World, state: str) -> None:
    flagged(world, "p1", f"report:p1:{OTHER}", WHO, OTHER)
    world.digests()
    mail = world.item("delivery")
    waiting = {"state": state, "listing": "acme#deliveries-stuck", "listed_at": clock.text(world.now)}
    table().write(Update(key_of(mail), set=waiting, remove=("due", "due_at")))
    asked(world)
    erased(world)
    assert WORDS not in held_by_the_game(world)
    outbox.resolve(table(), world.item("delivery"), "again", "Mo", world.now)
    world.finish()
    (sent,) = world.mails()
    assert WORDS not in sent.body
    assert "asked to be erased" in sent.body
    assert records.path("acme", "marie", "daily-2026-11-21") in sent.body


def test_a_mail_that_waits_for_its_turn_quotes_nobody_who_was_erased_meanwhile(world: World) -> None:
    flagged(world, "p1", f"report:p1:{OTHER}", WHO, OTHER)
    world.digests()
    assert WORDS in world.item("delivery")["request"]["text"]
    asked(world)
    erased(world)
    assert WORDS not in held_by_the_game(world)
    world.finish()
    (sent,) = world.mails()
    assert WORDS not in sent.body
    assert "asked to be erased" in sent.body


def test_nobody_else_loses_a_word(world: World) -> None:
    others(world)
    world.upkeep()
    before = list(world.every_item())
    asked(world)
    row = erased(world)
    assert row["emptied"] == 0
    after = {key_of(item): item for item in world.every_item()}
    assert all(after[key_of(item)] == item for item in before)


def test_a_case_that_is_still_open_can_still_be_decided(world: World) -> None:
    flagged(world, "p1", "report:p1", WHO, OTHER)
    asked(world)
    erased(world)
    people.decided(world, people.held(world))
    assert world.item("case")["state"] == "decided"


def test_it_is_searched_twice_so_that_what_was_on_its_way_is_found(world: World) -> None:
    flagged(world, "p1", "report:p1", WHO, OTHER)
    asked(world)
    world.rounds()
    assert world.item("erasure")["state"] == "searching"
    flagged(world, "p9", "report:p9", WHO, OTHER)
    world.later(minutes=14)
    world.rounds()
    assert WORDS in everything(world)
    row = erased(world)
    assert WORDS not in everything(world)
    assert row["search"] == 3  # The second one found something, so there was a third.


def test_the_numbers_say_what_was_read_and_emptied(world: World) -> None:
    flagged(world, "p1", "report:p1", WHO, OTHER)
    world.rounds()
    asked(world)
    items = len(list(world.every_item()))
    world.rounds()
    row = world.item("erasure")
    assert (row["read"], row["emptied"], row["search"]) == (items, 2, 2)  # The case, and what it is compared by.
    assert erased(world)["read"] == 2 * items - 1


def test_a_long_table_is_searched_page_by_page_over_many_runs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "PAGE", 7)
    a_life(world)
    asked(world)
    pages = 0
    real = type(table()).scan
    left = [2]

    def scan(*given: Any) -> Any:
        nonlocal pages
        pages += 1
        left[0] -= 1
        return real(*given)

    monkeypatch.setattr(type(table()), "scan", scan)
    real_due = erasure.due
    monkeypatch.setattr(handler.erasure, "due", lambda store, _: real_due(store, lambda: left[0] > 0))
    runs = 0
    while world.item("erasure")["state"] != "done":
        runs += 1
        left[0] = 2
        assert world.rounds()
        row = world.item("erasure")
        if "cursor" in row:
            assert row["due_at"] == clock.text(world.now)  # It goes on in the next minute.
        world.now = max(world.now, clock.moment(row.get("due_at", clock.text(world.now))))
        assert runs < 200
    assert runs > 5
    assert pages >= 2 * (len(list(world.every_item())) // 7)
    assert WHO not in held_by_the_game(world)
    assert WORDS not in held_by_the_game(world)


WRITES = ("dynamodb.UpdateItem", "dynamodb.TransactWriteItems")


def test_cut_off_after_every_write_it_is_finished_later_and_counted_once(world: World) -> None:
    """Whoever goes on dies as well, after one write of its own. What one of them left for nobody to find would still
    be there in the end: no search after it finds more than the one before could."""
    without_mail(world)
    asked(world)
    before = {key_of(item): item for item in world.every_item() if item["kind"] != "erasure"}
    deaths = 0
    while world.item("erasure")["state"] != "done":
        die_after_write(world, 2 if deaths else 1)  # The first one takes the duty.
        deaths += not goes_on(world)
        world.faults.forget()
        world.later(minutes=15)  # What the dead one had is free again, and the next search is due.
    assert deaths > 20
    assert WHO not in held_by_the_game(world)
    assert WORDS not in held_by_the_game(world)
    left = {key_of(item): item for item in world.every_item()}
    assert world.item("erasure")["emptied"] == sum(left.get(key) != item for key, item in before.items())


def goes_on(world: World) -> bool:
    """One run of the duty alone; False when it died."""
    world.faults.born()
    try:
        erasure.due(table(), lambda: True)
    except Crash:
        return False
    return True


def die_after_write(world: World, number: int) -> None:
    """After the so manyth write, of whichever kind; which is before the next one, too."""
    passed: list[str] = []

    def watch(step: str) -> None:
        def passing() -> None:
            passed.append(step)
            watch(step)
            if len(passed) == number:
                crash()

        world.faults.at(step, "after", passing)

    for step in WRITES:
        watch(step)


def test_of_two_runs_one_erases(world: World) -> None:
    a_life(world)
    asked(world)
    items = len(list(world.every_item()))
    world.faults.at("dynamodb.Scan", "before", world.rounds)
    assert world.rounds()
    assert world.item("erasure")["read"] < 1.5 * items  # With what the rounds write themselves.
    erased(world)
    assert WHO not in held_by_the_game(world)


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_whoever_comes_back_late_changes_no_numbers(world: World, nth: int) -> None:
    """Its lease ran out, and another emptied everything meanwhile."""
    without_mail(world)
    asked(world)
    numbers: list[int] = []

    def meanwhile() -> None:
        world.later(seconds=151)
        world.rounds()
        numbers.append(world.item("erasure")["emptied"])

    world.faults.at("dynamodb.TransactWriteItems", "before", meanwhile, nth=nth)
    assert world.rounds()
    assert numbers == [world.item("erasure")["emptied"]]
    assert numbers[0] > 3


@pytest.mark.parametrize("search", [1, 2])
def test_what_is_written_in_between_is_found_by_the_next_search(world: World, search: int) -> None:
    """A message was edited just as it was to be emptied."""
    world.rounds()  # What is done once a day is done.
    asked(world)
    for _ in range(search - 1):
        world.rounds()
        world.later(minutes=15)
    seen(world, "p4")
    world.later(minutes=1)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: seen(world, "p4", "edited"))
    world.rounds()
    assert WORDS in everything(world)
    row = erased(world)
    assert WORDS not in everything(world)
    assert row["search"] == search + 2


def test_whoever_had_read_a_message_before_does_not_write_it_back(world: World) -> None:
    seen(world, "p4")
    asked(world)
    world.later(minutes=1)
    world.faults.at("dynamodb.TransactWriteItems", "before", world.rounds)
    seen(world, "p4", "removed", author=OTHER)
    assert f"{WORDS} created" not in everything(world)


def test_an_account_that_left_nothing_is_done_with_too(world: World) -> None:
    asked(world)
    row = erased(world)
    assert (row["state"], row["emptied"]) == ("done", 0)
    assert "due" not in row
    assert WHO not in everything(world)


def test_one_erasure_that_fails_keeps_no_other_from_its_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(world, "r-1")
    asked(world, "r-2")
    real = erasure.search
    failed: list[str] = []

    def search(store: Any, row: Item, time_left: Any) -> None:
        if not failed:
            failed.append(row["pk"])
            raise ZeroDivisionError
        real(store, row, time_left)

    monkeypatch.setattr(erasure, "search", search)
    assert not world.rounds()
    assert sorted(row["search"] for row in world.items("erasure")) == [1, 2]


def test_what_the_log_of_feedback_holds_names_nobody(world: World) -> None:
    """Nothing to erase there: whoever said something was never written down."""
    data = {"id": "1", "kind": "post", "text": "Nice map", "at": world.now.isoformat(), "author": {"id": WHO}}
    world.handle(builders.webhook("feedback.received", data, world.now))
    assert world.items("feedback")
    assert WHO not in everything(world)


def letter(world: World) -> Item:
    """What the author is told."""
    return world.delivery("told#author")


def test_what_the_account_was_to_be_told_is_not_sent_any_more(world: World) -> None:
    flagged(world, "p1", "report:p1", WHO, OTHER)
    people.decided(world, people.held(world))
    people.carried_out(world)
    world.outside.always = unreachable
    world.drain()
    assert WORDS in letter(world)["request"]["text"]
    asked(world)
    erased(world)
    world.outside.always = None
    world.finish()
    row = letter(world)
    assert (row["state"], row["request"]["text"], row["request"]["person"]["id"]) == ("cancelled", "", "erased")
    assert WORDS not in held_by_the_game(world)
    assert not [call for call in world.outside.calls if WORDS.encode() in call.body]


def test_an_appeal_of_somebody_who_is_gone_can_still_be_judged(world: World) -> None:
    flagged(world, "p1", "report:p1", WHO, OTHER)
    first = people.decided(world, people.held(world))
    world.finish()
    appeal = appeals.make(table(), "acme", first["id"], "author", WORDS, people.PROGRAM, world.now)
    asked(world)
    erased(world)
    decision = people.HIDE.model_copy(update={"measures": ()})
    assert people.decided(world, people.held(world, "Zoe", appeal["id"]), decision, "Zoe")["state"] == "decided"


@pytest.mark.parametrize("state", ["claimed", "armed"])
def test_a_letter_that_was_being_sent_is_emptied_by_the_next_search(world: World, state: str) -> None:
    flagged(world, "p1", "report:p1", WHO, OTHER)
    people.decided(world, people.held(world))
    people.carried_out(world)
    world.outside.always = unreachable
    world.drain()
    row = letter(world)
    lease = clock.text(world.now + timedelta(seconds=30))
    table().write(Update(key_of(row), set={"state": state, "due_at": lease}))
    asked(world)
    assert world.rounds()
    assert WORDS in letter(world)["request"]["text"]
    table().write(Update(key_of(row), set={"state": "unknown"}))
    erased(world)
    assert letter(world)["request"]["text"] == ""
    assert letter(world)["request"]["person"]["id"] == "erased"


def test_an_author_who_is_forgotten_while_the_letter_is_written_is_not_written_to(world: World) -> None:
    flagged(world, "p1", "report:p1", WHO, OTHER)
    asked(world)
    people.decided(world, people.held(world))
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: erased(world))
    sweep.outcomes_due(table(), lambda: True)
    assert not [row for row in world.items("delivery") if row["sk"] == "delivery#told#author"]
    world.finish()
    told_to = [row["request"]["person"]["id"] for row in world.items("delivery") if row["purpose"] == "tell"]
    assert told_to == [OTHER]


def test_what_somebody_wrote_goes_from_an_appeal_of_others_too(world: World) -> None:
    """Who wrote it, only the decision there said; the appeal is of somebody who reported it."""
    flagged(world, "p1", "report:p1", None, OTHER)
    (case,) = world.items("case")
    people.decided(world, people.held(world), people.NOTHING)
    party = world.items("flag")[0]["sk"].removeprefix("flag#")
    appeal = appeals.make(table(), "acme", case["id"], party, "It is bad.", people.PROGRAM, world.now)
    decided(world, "p1", "d-1", OTHER, WHO)
    assert moderation.existing(table(), "acme", appeal["id"])["text"]
    asked(world)
    erased(world)
    assert moderation.existing(table(), "acme", appeal["id"])["text"] == ""


def test_figures_that_went_with_an_account_do_not_come_back_when_it_is_decided_otherwise(world: World) -> None:
    flagged(world, "p1", "report:p1", OTHER, WHO, "Banjo")
    first = people.decided(world, people.held(world))
    world.finish()
    assert world.items("figures")
    appeal = appeals.make(table(), "acme", first["id"], "author", "I did not.", people.PROGRAM, world.now)
    asked(world)
    erased(world)
    assert not world.items("figures")
    people.decided(world, people.held(world, "Zoe", appeal["id"]), people.NOTHING, "Zoe")
    world.finish()
    assert not world.items("figures")


# The decision itself

AT = "2026-11-23T12:00:00.000Z"


def case(**more: Any) -> Item:
    return {
        "pk": "acme#case#c",
        "sk": "case",
        "kind": "case",
        "subject": {"source": "game", "kind": "post", "id": "p", "url": ""},
        "author": {"id": WHO},
        "title": "t",
        "text": "x",
        "original": "o",
        "summary": "s",
        **more,
    }


def test_what_is_empty_already_does_not_change() -> None:
    ((_, changes),) = traces.of_subject([case()], ACCOUNT, AT)
    assert not traces.of_subject([case() | changes], ACCOUNT, AT)


def test_of_several_reports_in_one_line_only_the_accounts_own_goes() -> None:
    flag = {"pk": "acme#subject#s", "sk": "flag#1", "kind": "flag", "flag": f"r:{WHO}", "reporter": {}, "comment": ""}
    detail = {"flag": "r:u-1", "flag 2": f"r:{WHO}", "flag 10": f"r:{WHO}"}
    line: Item = {"pk": "acme#case#c", "sk": "audit#000002", "kind": "audit", "who": "game", "detail": detail}
    changes = {item["kind"]: new for item, new in traces.of_subject([flag, line], ACCOUNT, AT)}
    assert changes["audit"]["detail"] == {"flag": "r:u-1", "flag 2": "erased", "flag 10": "erased"}


def test_how_often_it_was_right_goes_with_the_account_and_with_nobody_else() -> None:
    figures = {"sk": "figures", "kind": "figures", "agreed": 3}
    assert traces.goes({**figures, "pk": ACCOUNT.figures}, ACCOUNT)
    for other in (
        Account("peak", "game", "", WHO),
        Account("acme", "forum", "", WHO),
        Account("acme", "game", "", "x"),
    ):
        assert not traces.goes({**figures, "pk": other.figures}, ACCOUNT)


def test_whatever_finds_the_account_again_comes_last() -> None:
    audit = {"pk": "acme#case#c", "sk": "audit#000002", "kind": "audit", "who": "game", "detail": {"text": "x"}}
    flag = {
        "pk": "acme#subject#s",
        "sk": "flag#1",
        "kind": "flag",
        "flag": "f",
        "reporter": {"id": WHO},
        "comment": "c",
    }
    changed = [item["kind"] for item, _ in traces.of_subject([case(), audit, flag], ACCOUNT, AT)]
    assert changed == ["audit", "case", "flag"]


def test_a_message_of_somebody_else_about_the_same_thing_stays() -> None:
    message = {"pk": "acme#subject#s", "sk": "message", "kind": "message", "author": {"id": OTHER}, "text": "x"}
    assert [item["kind"] for item, _ in traces.of_subject([case(), message], ACCOUNT, AT)] == ["case"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (WHO, True),
        (f"report:c1:{WHO}", True),
        (f"report:{WHO}:c1", True),
        (f"report:{WHO}0", False),
        (f"report:x{WHO}", False),
        ("report:4417", False),
    ],
)
def test_an_id_made_from_the_accounts_is_told_from_one_that_only_looks_like_it(text: str, named: bool) -> None:
    assert ACCOUNT.named_in(text) is named


@pytest.mark.parametrize("author", [f"standard_webhooks {WHO}", "standard_webhooks Kim"])
def test_a_draft_written_in_a_chat_loses_its_author(author: str) -> None:
    item = {"pk": "acme#announcement#a", "sk": "announcement", "kind": "announcement", "author": author}
    assert traces.alone(item, ACCOUNT) == {"author": "erased"}
    assert not traces.alone({**item, "author": "Kim"}, ACCOUNT)
    assert not traces.alone({**item, "pk": "peak#announcement#a"}, ACCOUNT)


MAIL = {"reader": "marie", "subject": "s", "html": "h", "text": "t", "instead": "i"}
BRIEF = {"title": "t", "lines": ["l"], "sections": [{"title": "s"}], "more": ["m", "u"], "instead": "i"}


@pytest.mark.parametrize(
    ("purpose", "request_", "left"),
    [("mail", MAIL, {"html": "", "text": "i"}), ("brief", BRIEF, {"lines": ["i"], "sections": []})],
)
@pytest.mark.parametrize("state", ["sent", "unknown", "planned", "armed"])
def test_a_mail_or_brief_keeps_its_words_only_while_it_is_being_sent(
    purpose: str, request_: Item, left: Item, state: str
) -> None:
    item = {"pk": "acme#digest#d", "sk": f"delivery#{purpose}", "kind": "delivery", "purpose": purpose, "fence": 3}
    row = {**item, "state": state, "request": request_}
    sending = state == "armed"
    assert traces.alone(row, ACCOUNT) == ({} if sending else {"request": {**request_, **left}, "fence": 4})
    assert traces.has_words(row, ACCOUNT), "so that the next search finds it"
    emptied = {**row, "request": {**request_, **left}}
    assert not traces.alone(emptied, ACCOUNT)
    assert not traces.has_words(emptied, ACCOUNT)


def test_another_communitys_items_are_not_looked_at() -> None:
    assert not traces.mentions(case(pk="peak#case#c"), ACCOUNT)
    assert traces.mentions(case(), ACCOUNT)


def test_scan_gives_every_item_once_in_pages(world: World) -> None:
    a_life(world)
    keys: list[Any] = []
    items, cursor = table().scan(5)
    while cursor:
        keys += map(key_of, items)
        items, cursor = table().scan(5, cursor)
    keys += map(key_of, items)
    assert sorted(keys) == sorted(map(key_of, world.every_item()))


def looked_at(world: World, *, again: bool = False) -> Item:
    """Somebody has taken a case, and what is there was read. `again`: the same is written by whoever was slow."""
    row = world.item("look")
    if again:
        table().write(Update(key_of(row), set={"seen": {"reports": ["report:p7", REPORTED], "found": {}}}))
    else:
        world.upkeep()
        world.work_off("delivery")
    return world.item("look")


REPORTED = f"report:p7:{WHO}"
"""A report whose id is made from the account that it is from."""


def test_whoever_reported_what_somebody_looks_at_is_not_named_in_the_look(world: World) -> None:
    flagged(world, "p7", "report:p7", OTHER, "u-1", "Banjo")
    flagged(world, "p7", REPORTED, OTHER, WHO, "Banjo")
    people.held(world)
    before = looked_at(world)
    assert sorted(before["seen"]["reports"]) == ["report:p7", REPORTED]
    asked(world)
    erased(world)
    after = world.item("look")
    assert after["seen"] == {**before["seen"], "reports": ["report:p7"]}
    assert (after["state"], after["fence"]) == (before["state"], before["fence"])
    assert WHO not in held_by_the_game(world)


def test_a_look_that_names_them_after_the_first_search_is_found_by_the_next(world: World) -> None:
    flagged(world, "p7", REPORTED, OTHER, WHO, "Banjo")
    people.held(world)
    asked(world)
    world.rounds()
    looked_at(world, again=True)
    erased(world)
    assert world.item("look")["seen"]["reports"] == ["report:p7"]


def test_what_is_read_while_a_look_is_emptied_is_not_lost(world: World) -> None:
    flagged(world, "p7", REPORTED, OTHER, WHO, "Banjo")
    people.held(world)
    look = looked_at(world)
    more = {"reports": [REPORTED], "found": {"violation": {"warn": {"unseen": "503"}}}}
    writes = lambda: table().write(Update(key_of(look), set={"seen": more}))  # noqa: E731
    asked(world)
    world.faults.at("dynamodb.TransactWriteItems", "before", writes)
    erased(world)
    assert world.item("look")["seen"] == {**more, "reports": []}


@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_off_while_snapshots_go_none_is_left_behind(world: World, when: Any) -> None:
    flagged(world, "p1", "f-1", WHO, OTHER)
    asked(world)
    world.faults.at("s3.DeleteObject", when, crash)
    world.rounds()
    world.faults.forget()
    world.later(minutes=3)
    erased(world)
    assert world.objects("evidence/") == []
    case = world.item("case")
    assert (case["evidence"], case["forgotten"]) == ([], "erased")


def test_a_snapshot_that_was_put_in_the_moment_of_the_erasure_goes(world: World) -> None:
    flagged(world, "p1", "f-1", WHO, OTHER)
    asked(world)
    envelope, event = report(world, "p1", "f-2", WHO, OTHER, f"{WORDS} again")
    world.faults.at("dynamodb.TransactWriteItems", "before", world.rounds)
    recorded(envelope, event, world)
    erased(world)
    assert world.objects("evidence/") == []
    assert world.item("case")["flags"] == 2


def test_a_snapshot_that_comes_while_they_go_is_found_by_the_next_search(world: World) -> None:
    flagged(world, "p1", "f-1", WHO, OTHER)
    asked(world)
    envelope, event = report(world, "p1", "f-2", WHO, OTHER, f"{WORDS} again")
    world.faults.at("s3.DeleteObject", "after", lambda: recorded(envelope, event, world))
    erased(world)
    assert world.objects("evidence/") == []
    assert WORDS not in held_by_the_game(world)
