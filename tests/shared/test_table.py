"""Keys, conditions, transactions and the two indexes."""

from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from functions.shared import table as room
from functions.shared.table import (
    CancelledError,
    ConditionFailedError,
    Delete,
    Item,
    Put,
    Table,
    Update,
    absent,
    after,
    at_most,
    either,
    equals,
    one_of,
    present,
    table,
)
from tests.support.faults import aws_error
from tests.support.world import World


@pytest.fixture
def store(world: World) -> Table:
    return table()


def item(identifier: str = "1", **more: Any) -> Item:
    return {"pk": f"acme#thing#{identifier}", "sk": "thing", **more}


def key(name: str = "1") -> tuple[str, str]:
    return f"acme#thing#{name}", "thing"


def test_what_is_written_is_read_back_as_it_was(store: Table) -> None:
    given = item(
        text="é😀",
        empty="",
        number=10**30,
        negative=-1,
        yes=True,
        nothing=None,
        list=[1, ["a"], {}],
        map={"a": {"b": 2}},
    )
    store.write(Put(given))
    assert store.get(*key()) == {**given, "schema": 1}


def test_every_item_says_which_version_wrote_it(store: Table) -> None:
    store.write(Put(item()))
    store.transact([Put(item("2"))])
    assert [store.get(*key(name))["schema"] for name in "12"] == [1, 1]  # type: ignore[index]


@pytest.mark.parametrize("name", ["state", "name", "count", "size", "set", "value", "at", "by"])
def test_attributes_may_be_called_what_dynamodb_reserves(store: Table, name: str) -> None:
    store.write(Put({**item(), name: 1}))
    assert store.write(Update(key(), set={name: 2}, when=[equals(name, 1)]))[name] == 2


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (equals("n", 5), True),
        (equals("n", 4), False),
        (equals("missing", 5), False),
        (at_most("n", 5), True),
        (at_most("n", 4), False),
        (after("n", 4), True),
        (after("n", 5), False),
        (absent(), False),
        (absent("missing"), True),
        (present(), True),
        (present("missing"), False),
        (one_of("n", 1, 5), True),
        (one_of("n", 1, 2), False),
        (either([absent()], [equals("n", 5), present("n")]), True),
        (either([absent()], [equals("n", 5), absent("n")]), False),
    ],
)
def test_a_write_happens_when_its_condition_holds(store: Table, condition: room.Condition, holds: bool) -> None:
    store.write(Put(item(n=5)))
    change = Update(key(), set={"seen": 1}, when=[condition])
    if holds:
        assert store.write(change)["seen"] == 1
    else:
        with pytest.raises(ConditionFailedError):
            store.write(change)
        assert "seen" not in (store.get(*key()) or {})


def test_an_alternative_beside_another_condition_is_kept_together(store: Table) -> None:
    """(a OR b) AND c, not a OR (b AND c)."""
    store.write(Put(item(n=1, m=1)))
    with pytest.raises(ConditionFailedError):
        store.write(Update(key(), set={"x": 1}, when=[one_of("n", 1, 2), equals("m", 9)]))


def test_an_update_sets_adds_and_removes_at_once(store: Table) -> None:
    store.write(Put(item(old=1, n=1)))
    after_it = store.write(Update(key(), set={"new": "x"}, add={"n": 2, "fresh": 1}, remove=["old", "never"]))
    assert (after_it["new"], after_it["n"], after_it["fresh"]) == ("x", 3, 1)
    assert "old" not in after_it


def test_a_delete_may_have_a_condition(store: Table) -> None:
    store.write(Put(item(n=1)))
    with pytest.raises(ConditionFailedError):
        store.write(Delete(key(), when=[equals("n", 2)]))
    assert store.write(Delete(key(), when=[equals("n", 1)])) == {}
    assert store.get(*key()) is None


def test_a_transaction_is_all_or_nothing_and_says_which_conditions_failed(store: Table) -> None:
    store.write(Put(item("2")))
    with pytest.raises(CancelledError) as caught:
        store.transact(
            [Put(item("1")), Put(item("2"), when=[absent()]), Update(key("3"), set={"x": 1}, when=[present()])]
        )
    assert caught.value.failed == (1, 2)
    assert store.get(*key("1")) is None


def conflict(*codes: str) -> None:
    reasons = [{"Code": code} for code in codes]
    raise ClientError({"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}, "x")  # type: ignore[typeddict-item]


def test_two_writers_that_met_come_again(world: World) -> None:
    for attempt in range(room.TRIES - 1):
        world.faults.at(
            "dynamodb.TransactWriteItems", "before", lambda: conflict("None", "TransactionConflict"), nth=attempt + 1
        )
    table().transact([Put(item("1")), Put(item("2"))])
    assert table().get(*key("2"))


def test_a_conflict_that_never_ends_is_raised(world: World) -> None:
    for attempt in range(room.TRIES):
        world.faults.at(
            "dynamodb.TransactWriteItems", "before", lambda: conflict("TransactionConflict"), nth=attempt + 1
        )
    with pytest.raises(ClientError):
        table().transact([Put(item())])


def test_a_failed_condition_beside_a_conflict_is_an_answer(world: World) -> None:
    world.faults.at(
        "dynamodb.TransactWriteItems", "before", lambda: conflict("TransactionConflict", "ConditionalCheckFailed")
    )
    with pytest.raises(CancelledError) as caught:
        table().transact([Put(item("1")), Put(item("2"))])
    assert caught.value.failed == (1,)


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
def test_any_other_refusal_is_raised_at_once(world: World, code: str) -> None:
    world.faults.forget()
    world.faults.at("dynamodb.TransactWriteItems", "before", aws_error(code))
    with pytest.raises(ClientError):
        table().transact([Put(item())])
    assert world.faults.passed.count("dynamodb.TransactWriteItems") == 1


def test_a_partition_is_read_in_order_by_prefix_or_range(store: Table) -> None:
    for name in ("audit#2", "audit#1", "case", "delivery#x"):
        store.write(Put({"pk": "p", "sk": name}))
    assert [one["sk"] for one in store.query("p", "audit#")] == ["audit#1", "audit#2"]
    assert [one["sk"] for one in store.query("p", "audit#", backwards=True)] == ["audit#2", "audit#1"]
    assert len(list(store.query("p"))) == 4
    assert [one["sk"] for one in store.between("p", "audit#2", "case")] == ["audit#2", "case"]


def test_more_than_a_page_is_read_whole(store: Table) -> None:
    """DynamoDB gives a megabyte at a time."""
    for number in range(30):
        store.write(Put({"pk": "p", "sk": f"{number:02d}", "text": "x" * 60_000}))
    assert [one["sk"] for one in store.query("p")] == [f"{number:02d}" for number in range(30)]


def test_a_listing_is_newest_first_over_all_its_shards(store: Table) -> None:
    names = [f"{number:02d}" for number in range(60)]
    for name in names:
        store.write(Put(item(name, **room.listed("acme", "things", name, f"2026-11-22T12:00:{name}.000Z"))))
    assert len({room.shard(name) for name in names}) == room.SHARDS
    listed = [one["pk"].rpartition("#")[2] for one in store.listing("acme", "things")]
    assert listed == sorted(names, reverse=True)
    assert [one["pk"].rpartition("#")[2] for one in store.listing("acme", "things", most=3)] == ["59", "58", "57"]


def test_a_listing_is_of_one_community_and_one_name(store: Table) -> None:
    store.write(Put(item("1", **room.listed("acme", "things", "1", "2026"))))
    store.write(Put(item("2", **room.listed("peak", "things", "2", "2026"))))
    store.write(Put(item("3", **room.listed("acme", "things-old", "3", "2026"))))
    assert [one["pk"] for one in store.listing("acme", "things")] == ["acme#thing#1"]


def test_the_oldest_of_a_listing_is_known_over_all_its_shards(store: Table) -> None:
    assert store.oldest_listed("acme", "things") == ""
    for number in (5, 3, 9, 4):
        store.write(Put(item(str(number), **room.listed("acme", "things", str(number), f"2026-11-0{number}"))))
    assert store.oldest_listed("acme", "things") == "2026-11-03"


def test_of_many_items_some_attributes_are_read_and_what_has_expired_is_not(store: Table) -> None:
    given: list[Item] = [{"state": "open"}, {"words": "many"}, {"state": "gone", "expires": 1}]
    for number, more in enumerate(given):
        store.write(Put(item(str(number), **more)))
    keys = [room.key_of(item(str(number))) for number in range(4)]
    found = sorted(store.read(keys, only=("state",)), key=room.key_of)
    assert found == [item("0", state="open"), item("1")]


def test_an_index_that_lags_lists_nothing_that_has_left(store: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(Put(item("1", **room.listed("acme", "things", "1", "2026"))))
    stale = list(store.proposed("listing", "listed_at", f"acme#things#{room.shard('1')}", "3"))
    store.write(Update(key("1"), remove=["listing", "listed_at"]))
    proposals = iter(stale)
    monkeypatch.setattr(Table, "proposed", lambda *_, **__: proposals)
    assert store.listing("acme", "things") == []


def test_what_is_due_is_found_and_what_is_not_is_not(store: Table) -> None:
    for name, at in (("1", "2026-11-22T11:59"), ("2", "2026-11-22T12:00"), ("3", "2026-11-22T12:01")):
        store.write(Put(item(name, **room.due("thing", name, at))))
    assert sorted(store.due("thing", "2026-11-22T12:00")) == [key("1"), key("2")]
    assert list(store.due("other", "2027")) == []


def test_within_a_shard_the_oldest_comes_first(store: Table) -> None:
    names = [name for name in map(str, range(200)) if room.shard(name) == 0][:5]
    for place, name in enumerate(reversed(names)):
        store.write(Put(item(name, **room.due("thing", name, f"2026-11-2{place}"))))
    assert [pk.rpartition("#")[2] for pk, _ in store.due("thing", "2027")] == names[::-1]


@pytest.mark.parametrize("together", [1, 4])
def test_a_listing_goes_on_page_by_page_and_leaves_nothing_out(store: Table, together: int) -> None:
    """Several things may be listed in the same millisecond."""
    names = [f"{number:02d}" for number in range(25)]
    for name in names:
        at = f"2026-11-22T12:00:{int(name) // together:02d}.000Z"
        store.write(Put(item(name, **room.listed("acme", "things", name, at))))
    seen: list[str] = []
    before = "\uffff"
    while before:
        page, before = store.page("acme", "things", most=10, before=before)
        seen.extend(one["pk"].rpartition("#")[2] for one in page)
    assert sorted(seen) == names
    assert len(seen) == len(set(seen))


def test_a_page_of_which_all_have_left_meanwhile_is_not_the_end(store: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        store.write(Put(item(str(number), **room.listed("acme", "things", str(number), f"2026-11-2{number}"))))
    kept = {key("0"), key("1"), key("2")}
    read = store.read
    monkeypatch.setattr(Table, "read", lambda _, keys: read([one for one in keys if one in kept]))
    page, before = store.page("acme", "things", most=3)
    assert page == []
    page, before = store.page("acme", "things", most=3, before=before)
    assert [one["pk"].rpartition("#")[2] for one in page] == ["2", "1", "0"]


def test_many_are_read_at_once_and_missing_ones_left_out(store: Table) -> None:
    for number in range(130):
        store.write(Put(item(str(number))))
    found = store.read([key(str(number)) for number in range(135)])
    assert len(found) == 130
    assert store.read([]) == []


def test_what_dynamodb_left_unread_is_asked_for_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    table().write(Put(item("1")))
    table().write(Put(item("2")))
    client: Any = room.aws.dynamodb()
    real, asked = client.batch_get_item, []

    def one_at_a_time(RequestItems: dict[str, Any]) -> Any:
        ((name, wanted),) = RequestItems.items()
        asked.append(len(wanted["Keys"]))
        got = real(RequestItems={name: {**wanted, "Keys": wanted["Keys"][:1]}})
        rest = wanted["Keys"][1:]
        return {**got, "UnprocessedKeys": {name: {**wanted, "Keys": rest}} if rest else {}}

    monkeypatch.setattr(client, "batch_get_item", one_at_a_time)
    assert len(table().read([key("1"), key("2")])) == 2
    assert asked == [2, 1]


@given(text=st.text(max_size=50))
def test_a_shard_is_always_the_same_and_one_of_those_there_are(text: str) -> None:
    assert room.shard(text) == room.shard(text)
    assert 0 <= room.shard(text) < room.SHARDS


def test_whole_numbers_come_back_as_such() -> None:
    assert room.whole({"a": [Decimal("1"), {"b": Decimal("2")}]}) == {"a": [1, {"b": 2}]}
