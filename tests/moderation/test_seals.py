"""A seal for each day: one, whoever is cut off; and whatever is written anew beside it is named."""

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.moderation import chain, records, seals
from functions.shared import clock, objects
from functions.shared.table import Delete, Item, Update, key_of, table
from functions.upkeep import sweep
from tests.api.manager import Manager
from tests.moderation.people import decided, held
from tests.moderation.test_evidence import flag
from tests.support import stores
from tests.support.faults import Crash, answer_lost, crash
from tests.support.world import World

FIRST, SECOND, THIRD = "2026-11-22", "2026-11-23", "2026-11-24"


def seal(world: World) -> int:
    del world
    return sweep.days_sealed(table(), lambda: True)


def tomorrow(world: World, minutes: int = 20) -> None:
    midnight = world.now.replace(hour=0, minute=0, second=0) + timedelta(days=1)
    world.now = midnight + timedelta(minutes=minutes)


def judged(world: World, name: str) -> Item:
    """Another case, decided now."""
    flag(world, name, subject={"source": "game", "kind": "post", "id": name})
    return decided(world, held(world))


def of(day: str) -> Item:
    found = seals.of_day("acme", day)
    assert found is not None
    return dict(found)


@pytest.fixture
def sealed(world: World) -> World:
    """A day without decisions before, a day with two, and one with one."""
    seal(world)
    judged(world, "a")
    judged(world, "b")
    tomorrow(world)
    seal(world)
    judged(world, "c")
    tomorrow(world)
    seal(world)
    return world


def check(start: str = "") -> seals.Checked:
    return seals.check(table(), "acme", clock.now(), start)


def broken(start: str = "") -> list[tuple[str, str, str]]:
    return [(one.day, one.told, one.case) for one in check(start).broken]


def cases(world: World) -> dict[str, Item]:
    return {case["subject"]["id"]: case for case in world.items("case")}


def test_each_day_names_its_decisions_and_the_day_before(sealed: World) -> None:
    heads = {name: case["head"] for name, case in cases(sealed).items()}
    assert [one["seal"] for one in of(FIRST)["cases"]] == [
        case["head"]
        for case in sorted(cases(sealed).values(), key=lambda one: str(one["id"]))
        if case["head"] != heads["c"]
    ]
    assert [(one["seal"], one["number"]) for one in of(SECOND)["cases"]] == [(heads["c"], 3)]
    assert of("2026-11-21")["cases"] == []
    assert of("2026-11-21")["before"] == chain.ROOT
    assert of(SECOND)["before"] == of(FIRST)["hash"]
    checked = check()
    assert (checked.days, checked.cases, checked.broken, checked.next) == (3, 3, [], "")


def test_a_day_is_sealed_once_and_not_before_it_is_over(sealed: World) -> None:
    before = {key: sealed.stored(key) for key in sealed.objects("seals/")}
    assert seal(sealed) == 0
    tomorrow(sealed, minutes=10)
    assert seal(sealed) == 0
    assert {key: sealed.stored(key) for key in sealed.objects("seals/")} == before
    assert len(before) == 8  # Of two communities, each with the name of its first day.


def test_after_days_of_standstill_none_is_left_out(sealed: World) -> None:
    sealed.later(days=4)
    assert seal(sealed) == 8
    assert (check().days, broken()) == (7, [])


@pytest.mark.parametrize("fault", [crash, answer_lost])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["s3.PutObject", "dynamodb.UpdateItem"])
def test_cut_off_at_a_later_day_there_is_one_seal_and_it_holds(world: World, step: str, when: Any, fault: Any) -> None:
    seal(world)
    case = judged(world, "a")
    tomorrow(world)
    world.faults.at(step, when, fault)
    with pytest.raises((Crash, Exception)):
        seal(world)
    world.faults.forget()
    flag(world, "again", subject=case["subject"])  # Meanwhile its history has gone on.
    seal(world)
    assert [one["case"] for one in of(FIRST)["cases"]] == [case["id"]]
    assert broken() == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("step", "nth"), [("s3.PutObject", 1), ("s3.PutObject", 2), ("dynamodb.PutItem", 1)])
def test_cut_off_at_the_first_day_the_next_one_goes_on_with_it(world: World, step: str, nth: int, when: Any) -> None:
    world.faults.at(step, when, nth=nth)
    with pytest.raises(Crash):
        seal(world)
    world.faults.forget()
    tomorrow(world)
    seal(world)
    assert (broken(), check().days) == ([], 1 if (nth, when, step) == (1, "before", "s3.PutObject") else 2)


def test_whoever_is_faster_has_sealed_it(world: World) -> None:
    seal(world)
    judged(world, "a")
    tomorrow(world)
    world.faults.at("s3.PutObject", "before", lambda: seal(world))
    seal(world)
    assert (broken(), check().days) == ([], 2)


def test_what_the_index_did_not_know_yet_goes_into_the_next_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seal(world)
    case = judged(world, "a")
    tomorrow(world)
    with monkeypatch.context() as stale:
        stale.setattr(type(table()), "listed_between", lambda *_: [])
        seal(world)
    judged(world, "b")
    tomorrow(world)
    seal(world)
    assert of(FIRST)["cases"] == []
    assert len(of(SECOND)["cases"]) == 2
    assert list(seals.unsealed(table(), "acme", [case], world.now)) == []


def rewritten(world: World, name: str) -> Item:
    """A whole history anew, with seals that match, and the case says so, too."""
    case = cases(world)[name]
    lines = [line for line in world.items("audit") if line["pk"] == case["pk"]]
    before = chain.ROOT
    for old in lines:
        who = "Zoe" if old["who"] == "Mo" else old["who"]
        new = records.line(case["id"], old["number"], before, old["what"], world.now, who, old["detail"])
        table().write(Update(key_of(old), set=new))
        before = new["seal"]
    table().write(Update(key_of(case), set={"head": before, "decided_by": "Zoe"}))
    return case


def test_a_history_written_anew_is_named(sealed: World) -> None:
    case = rewritten(sealed, "a")
    assert records.verified(table(), table().get(*key_of(case)) or {}) is None  # By itself it holds.
    assert broken() == [(FIRST, "the line is not the one that was sealed", case["id"])]


def test_a_history_that_is_gone_or_shorter_is_named(sealed: World) -> None:
    for item in list(sealed.every_item()):
        if item["pk"] == cases(sealed)["a"]["pk"] and item["kind"] == "audit":
            table().write(Delete(key_of(item)))
    table().write(Delete(key_of(cases(sealed)["c"])))
    assert [(day, told) for day, told, _ in broken()] == [
        (SECOND, "there is no such case any more"),
        (FIRST, "the line that was sealed is missing"),
    ]


def test_a_case_that_was_put_in_later_is_in_no_seal(sealed: World) -> None:
    case = {**cases(sealed)["a"], "id": "forged"}
    (found,) = seals.unsealed(table(), "acme", [case, cases(sealed)["b"], cases(sealed)["c"]], sealed.now)
    assert (found.day, found.case) == (FIRST, "forged")


def forge(day: str, change: Any) -> None:
    """Past everything that keeps others from it."""
    objects.write(seals.key("acme", day), json.dumps(change(of(day))).encode())


def test_a_seal_that_was_changed_is_named(sealed: World) -> None:
    forge(FIRST, lambda seal: {**seal, "cases": seal["cases"][:1]})
    assert (FIRST, "what it says is not what was sealed", "") in broken()


def test_a_seal_made_anew_does_not_fit_the_next(sealed: World) -> None:
    forge(FIRST, lambda seal: seals.made("acme", FIRST, seal["before"], []))
    assert [day for day, told, _ in broken() if "does not follow" in told] == [SECOND]


def test_a_seal_that_is_missing_is_named(sealed: World) -> None:
    stores.client("s3").delete_object(Bucket=stores.BUCKET, Key=seals.key("acme", FIRST))
    assert broken() == [(FIRST, "there is no seal of this day", "")]


def test_a_seal_of_another_day_or_that_is_none_is_named(sealed: World) -> None:
    forge(FIRST, lambda _: of(SECOND))
    assert "another seal stands in its place" in broken()[-2][1] + broken()[-1][1]
    objects.write(seals.key("acme", FIRST), b"{}")
    assert (FIRST, "there is no seal of this day", "") in broken()


def test_seals_cannot_begin_later_than_they_did(sealed: World) -> None:
    objects.write(seals.key("acme", "first"), FIRST.encode())  # Past everything that keeps others from it.
    assert broken() == [(FIRST, "a seal was before it, and nobody knows of that any more", "")]
    stores.client("s3").delete_object(Bucket=stores.BUCKET, Key=seals.key("acme", "first"))
    assert broken() == [(SECOND, "nobody knows any more which day was the first that was sealed", "")]


def row(**fields: Any) -> None:
    table().write(Update(seals.row_key("acme"), set=fields))


@pytest.mark.parametrize(
    "change",
    [
        lambda: row(first="9999-12-31"),
        lambda: row(day="2026-11-21"),
        lambda: row(day="9999-12-31"),
        lambda: table().write(Delete(seals.row_key("acme"))),
    ],
)
def test_whoever_changes_the_row_hides_nothing(sealed: World, change: Any) -> None:
    case = rewritten(sealed, "a")
    change()
    differs = (FIRST, "the line is not the one that was sealed", case["id"])
    assert broken() == [differs]
    forged = [{**case, "id": "forged"}]
    assert [one.day for one in seals.unsealed(table(), "acme", forged, sealed.now)] == [FIRST]
    for _ in range(2):
        tomorrow(sealed)
        seal(sealed)
    assert differs in broken()
    assert [one.day for one in seals.unsealed(table(), "acme", forged, sealed.now)] == [FIRST]


def test_whoever_takes_the_row_away_gains_nothing(sealed: World) -> None:
    row(day=FIRST, hash=of(FIRST)["hash"])
    assert seal(sealed) == 1
    assert (broken(), check().days) == ([], 3)
    table().write(Delete(seals.row_key("acme")))
    tomorrow(sealed)
    assert seal(sealed) == 4 + 1  # All of them again, and the day that is new; the other community has that one alone.
    assert (broken(), check().days) == ([], 4)


def test_a_beginning_anew_does_not_hide_what_was_before(sealed: World) -> None:
    """Sealing stands still while the row says that it is far ahead; then the row goes, and nobody knows of before."""
    case = rewritten(sealed, "a")
    row(day="9999-12-31")
    for _ in range(4):
        tomorrow(sealed)
        seal(sealed)
    table().write(Delete(seals.row_key("acme")))
    seal(sealed)
    assert broken() == [(FIRST, "the line is not the one that was sealed", case["id"])]


def test_many_days_are_gone_through_page_by_page(sealed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "MOST_DAYS", 2)
    first = check()
    assert (first.days, first.next) == (2, "2026-11-21")
    assert check(first.next).next == ""


def test_a_day_with_many_decisions_is_gone_through_a_part_at_a_time(
    sealed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = of(FIRST)["cases"][-1]["case"]
    rewritten(sealed, next(name for name, case in cases(sealed).items() if case["id"] == last))
    monkeypatch.setattr(seals, "MOST_CASES", 1)
    calls, found = list[tuple[int, int]](), list[tuple[str, str]]()
    page: dict[str, Any] = {"next": ""}
    while "next" in page:
        page = Manager(sealed).get(f"audit/seals?start={page['next']}").json
        calls.append((page["days"], page["cases"]))
        found += [(one["day"], one["case"]) for one in page["broken"]]
    assert calls == [(1, 1), (0, 1), (1, 1), (1, 0)]
    assert found == [(FIRST, last)]


def test_the_api_shows_a_seal_and_says_which_days_there_are(sealed: World) -> None:
    ada = Manager(sealed)
    assert ada.get(f"audit/seals/{FIRST}").json["hash"] == of(FIRST)["hash"]
    answer = ada.get(f"audit/seals/{THIRD}")
    assert (answer.status, "there is no seal of" in answer.message) == (404, True)
    assert ada.get("audit/seals/..").status == 404
    assert ada.get("audit/seals").json == {"days": 3, "cases": 3, "broken": []}
    assert seals.newest("acme", sealed.now) == f"{SECOND}={of(SECOND)['hash']}"


def test_before_the_first_seal_nothing_is_wrong(world: World) -> None:
    assert Manager(world).get("audit/seals").json == {"days": 0, "cases": 0, "broken": []}
    assert seals.newest("acme", world.now) == ""
    judged(world, "a")
    assert Manager(world).get("audit/verify?state=decided").json == {"cases": 1, "broken": []}
