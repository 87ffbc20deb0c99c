"""The operational table: keys, conditions, one transaction, and the two sparse indexes.

Items are plain dictionaries of text, whole numbers, lists and maps. Indexes only propose: they are read
for keys, and the items are then read from the table itself.
"""

import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from hashlib import sha256
from heapq import merge
from itertools import takewhile
from typing import TYPE_CHECKING, Any, cast

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from functions.shared import aws, clock
from functions.shared.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import KeysAndAttributesOutputTypeDef

Item = dict[str, Any]
Key = tuple[str, str]

SHARDS = 8
"""Partitions of each index: one partition takes 1,000 writes a second."""

MOST_LISTED = 100
"""Items of a listing that a person is shown."""

SCHEMA = 1
"""Stamped on every item as `schema`, so that a later version knows what it reads."""


class ConditionFailedError(Exception):
    """A single write found the item in another state than it was promised."""


class CancelledError(Exception):
    """A transaction wrote nothing. `failed` holds the positions of the writes whose conditions failed."""

    def __init__(self, failed: Sequence[int]) -> None:
        super().__init__(f"conditions {list(failed)} failed")
        self.failed = tuple(failed)


class Terms:
    """Names and values of one expression, aliased, since half of all good names are reserved words."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def name(self, attribute: str) -> str:
        return self.names.setdefault(f"#{attribute}", attribute) and f"#{attribute}"

    def value(self, value: object) -> str:
        alias = f":{len(self.values)}"
        self.values[alias] = serialize(value)
        return alias


@dataclass(frozen=True, slots=True)
class Condition:
    """`attribute <operator> value`; several together are joined by AND. See `either` for OR."""

    attribute: str
    operator: str
    value: object = None

    def written(self, terms: Terms) -> str:
        name = terms.name(self.attribute)
        if self.operator in ("attribute_exists", "attribute_not_exists"):
            return f"{self.operator}({name})"
        return f"{name} {self.operator} {terms.value(self.value)}"


@dataclass(frozen=True, slots=True)
class Either:
    """One of several groups of conditions holds."""

    groups: tuple[tuple["Condition", ...], ...]

    def written(self, terms: Terms) -> str:
        groups = [" AND ".join(condition.written(terms) for condition in group) for group in self.groups]
        return "(" + " OR ".join(f"({group})" for group in groups) + ")"


When = Sequence[Condition | Either]


def equals(attribute: str, value: object) -> Condition:
    return Condition(attribute, "=", value)


def at_most(attribute: str, value: object) -> Condition:
    return Condition(attribute, "<=", value)


def after(attribute: str, value: object) -> Condition:
    return Condition(attribute, ">", value)


def before(attribute: str, value: object) -> Condition:
    return Condition(attribute, "<", value)


def absent(attribute: str = "pk") -> Condition:
    return Condition(attribute, "attribute_not_exists")


def present(attribute: str = "pk") -> Condition:
    return Condition(attribute, "attribute_exists")


def either(*groups: Sequence[Condition]) -> Either:
    return Either(tuple(tuple(group) for group in groups))


def one_of(attribute: str, *values: object) -> Either:
    return either(*([equals(attribute, value)] for value in values))


@dataclass(frozen=True, slots=True)
class Put:
    """Write a whole item."""

    item: Item
    when: When = ()

    def request(self, table: str) -> dict[str, Any]:
        terms = Terms()
        item = {name: serialize(value) for name, value in {"schema": SCHEMA, **self.item}.items()}
        return {"TableName": table, "Item": item, **condition(self.when, terms), **spelled(terms)}


@dataclass(frozen=True, slots=True)
class Update:
    """Change attributes of one item."""

    key: Key
    set: Mapping[str, object] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: Sequence[str] = ()
    when: When = ()

    def request(self, table: str) -> dict[str, Any]:
        terms = Terms()
        parts = []
        if self.set:
            parts.append("SET " + ", ".join(f"{terms.name(n)} = {terms.value(v)}" for n, v in self.set.items()))
        if self.add:
            parts.append("ADD " + ", ".join(f"{terms.name(n)} {terms.value(v)}" for n, v in self.add.items()))
        if self.remove:
            parts.append("REMOVE " + ", ".join(terms.name(n) for n in self.remove))
        expression = {"UpdateExpression": " ".join(parts)}
        return {
            "TableName": table,
            "Key": wire(self.key),
            **expression,
            **condition(self.when, terms),
            **spelled(terms),
        }


@dataclass(frozen=True, slots=True)
class Delete:
    """Take one item away."""

    key: Key
    when: When = ()

    def request(self, table: str) -> dict[str, Any]:
        terms = Terms()
        return {"TableName": table, "Key": wire(self.key), **condition(self.when, terms), **spelled(terms)}


@dataclass(frozen=True, slots=True)
class Check:
    """Writes nothing: the transaction holds only if this item is as it should be."""

    key: Key
    when: When

    def request(self, table: str) -> dict[str, Any]:
        terms = Terms()
        return {"TableName": table, "Key": wire(self.key), **condition(self.when, terms), **spelled(terms)}


Write = Put | Update | Delete


def condition(when: When, terms: Terms) -> dict[str, str]:
    if not when:
        return {}
    return {"ConditionExpression": " AND ".join(one.written(terms) for one in when)}


def spelled(terms: Terms) -> dict[str, Any]:
    names = {"ExpressionAttributeNames": terms.names} if terms.names else {}
    values = {"ExpressionAttributeValues": terms.values} if terms.values else {}
    return {**names, **values}


def wire(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def serialize(value: object) -> Any:
    return TypeSerializer().serialize(value)


def plain(item: Mapping[str, Any]) -> Item:
    """An item as it came over the wire, with whole numbers instead of decimals."""
    return {name: whole(TypeDeserializer().deserialize(value)) for name, value in item.items()}


def whole(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, list):
        return [whole(one) for one in value]
    if isinstance(value, dict):
        return {name: whole(one) for name, one in value.items()}
    return value


def current(item: Item) -> bool:
    """Whether an item's end is still ahead: DynamoDB itself takes days to remove what has expired."""
    return bool(item.get("expires", math.inf) > clock.now().timestamp())


def key_of(item: Item) -> Key:
    return item["pk"], item["sk"]


def partition(community: str, kind: str, identifier: str) -> str:
    """One case, one announcement, one person: never a community alone, never a day alone."""
    return f"{community}#{kind}#{identifier}"


def community_of(pk: str) -> str:
    """The community is the first part of every partition key."""
    return pk.partition("#")[0]


def shard(identifier: str, shards: int = SHARDS) -> int:
    """Always the same for the same text."""
    return int(sha256(identifier.encode()).hexdigest()[:8], 16) % shards


def due(kind: str, identifier: str, at: str) -> Item:
    """Attributes that make the sweep find an item once `at` has come."""
    return {"due": f"DUE#{kind}#{shard(identifier)}", "due_at": at}


def listed(community: str, name: str, identifier: str, at: str) -> Item:
    """Attributes that make `listing` show an item."""
    return {"listing": f"{community}#{name}#{shard(identifier)}", "listed_at": at}


class Table:
    """All reads are consistent, except those of the indexes, which only propose."""

    def __init__(self, name: str) -> None:
        self.name = name

    def get(self, pk: str, sk: str) -> Item | None:
        found = aws.dynamodb().get_item(TableName=self.name, Key=wire((pk, sk)), ConsistentRead=True)
        item = plain(found["Item"]) if "Item" in found else None
        return item if item and current(item) else None

    def write(self, one: Write) -> Item:
        """One conditional write; an update gives the item as it is then. Raises ConditionFailedError."""
        client = aws.dynamodb()
        try:
            if isinstance(one, Put):
                client.put_item(**one.request(self.name))
                return one.item
            if isinstance(one, Delete):
                client.delete_item(**one.request(self.name))
                return {}
            updated = client.update_item(**one.request(self.name), ReturnValues="ALL_NEW")
            return plain(updated["Attributes"])
        except client.exceptions.ConditionalCheckFailedException as error:
            raise ConditionFailedError(str(error)) from error

    def transact(self, writes: Sequence[Write | Check]) -> None:
        """All or nothing. Raises CancelledError when a condition failed; conflicts are tried again."""
        names = {Put: "Put", Update: "Update", Delete: "Delete", Check: "ConditionCheck"}
        items = [{names[type(one)]: one.request(self.name)} for one in writes]
        for attempt in range(TRIES):
            try:
                aws.dynamodb().transact_write_items(TransactItems=cast(Any, items))
                return
            except ClientError as error:
                codes = [reason.get("Code") for reason in cast(Any, error.response).get("CancellationReasons", [])]
                failed = [place for place, code in enumerate(codes) if code == "ConditionalCheckFailed"]
                if failed:
                    raise CancelledError(failed) from error
                if not set(codes) & PASSING or attempt == TRIES - 1:
                    raise
                # Two writers met on one item: neither is wrong, one has to come again.
                time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311

    def query(self, pk: str, prefix: str = "", *, backwards: bool = False) -> Iterator[Item]:
        """All items of a partition whose sort key starts with `prefix`, page by page."""
        yield from self.between(pk, prefix, prefix + "\uffff", backwards=backwards)

    def between(
        self, pk: str, first: str, last: str, *, backwards: bool = False, page: int | None = None
    ) -> Iterator[Item]:
        """All items of a partition with `first <= sk <= last`. `page`: how many at a time, for whoever wants the first
        few."""
        pages = (
            aws.dynamodb()
            .get_paginator("query")
            .paginate(
                TableName=self.name,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
                ExpressionAttributeValues={
                    ":pk": {"S": pk},
                    ":first": {"S": first or " "},
                    ":last": {"S": last},
                },
                ConsistentRead=True,
                ScanIndexForward=not backwards,
                PaginationConfig={"PageSize": page} if page else {},
            )
        )
        for one in pages:
            yield from filter(current, (plain(item) for item in one["Items"]))

    def due(self, kind: str, until: str) -> Iterator[Key]:
        """Keys of items whose time has come, the oldest of each shard first.

        Begins with another shard each time, so that none is always the one for which no time is left.
        """
        first = random.randrange(SHARDS)  # noqa: S311
        for number in range(SHARDS):
            shard_key = f"DUE#{kind}#{(first + number) % SHARDS}"
            yield from (key for key, _ in self.proposed("due", "due_at", shard_key, until))

    def listing(self, community: str, name: str, most: int = MOST_LISTED, before: str = "\uffff") -> list[Item]:
        """The newest items of a listing, newest first; `before` a `listed_at`."""
        return self.page(community, name, most, before)[0]

    def page(
        self, community: str, name: str, most: int = MOST_LISTED, before: str = "\uffff"
    ) -> tuple[list[Item], str]:
        """The same, and `before` of the next page; empty where there is none. What the index has and the table not any
        more makes a page shorter, and ends nothing."""
        found = self.newest_of(community, name, most, before)
        read = self.read([key for _, key in found])
        items = [item for item in read if item.get("listing", "").startswith(f"{community}#{name}#")]
        ordered = sorted(items, key=lambda item: (item["listed_at"], item["pk"]), reverse=True)
        return ordered, found[-1][0] if len(found) >= most else ""

    def listed(self, community: str, name: str, most: int = MOST_LISTED, before: str = "\uffff") -> list[Key]:
        """The keys of a listing as the index has them, newest first: enough to count."""
        return [key for _, key in self.newest_of(community, name, most, before)]

    def newest_of(self, community: str, name: str, most: int, before: str) -> list[tuple[str, Key]]:
        """Keys of a listing with the time of each, newest first.

        Those listed in the same moment as the last one come with it, or the next page would leave them out.
        """
        shards = [f"{community}#{name}#{number}" for number in range(SHARDS)]
        found = sorted((one for shard_key in shards for one in self.newest(shard_key, most, before)), reverse=True)
        last = found[most - 1][0] if len(found) > most else ""
        return [one for one in found if one[0] >= last]

    def newest(self, shard_key: str, most: int, before: str) -> Iterator[tuple[str, Key]]:
        """Of one shard of a listing, with all that were listed in the same moment as the last."""
        given, last = 0, ""
        for key, at in self.proposed("listing", "listed_at", shard_key, before, backwards=True, page=most):
            if given >= most and at != last:
                return
            if at < before:
                yield at, key
                given, last = given + 1, at

    def ascending(self, community: str, name: str) -> Iterator[Key]:
        """The keys of a listing as the index has them, the smallest `listed_at` first."""
        shards = (
            ((at, key) for key, at in self.proposed("listing", "listed_at", f"{community}#{name}#{number}", "\uffff"))
            for number in range(SHARDS)
        )
        yield from (key for _, key in merge(*shards))

    def listed_between(self, community: str, name: str, first: str, last: str) -> list[Key]:
        """The keys of a listing as the index has them, with `first <= listed_at < last`."""
        keys: list[Key] = []
        for number in range(SHARDS):
            newest = self.proposed("listing", "listed_at", f"{community}#{name}#{number}", last, backwards=True)
            keys += [key for key, at in takewhile(lambda one: one[1] >= first, newest) if at < last]
        return keys

    def oldest_listed(self, community: str, name: str) -> str:
        """The smallest `listed_at` of a listing; empty where there is none."""
        shards = (f"{community}#{name}#{number}" for number in range(SHARDS))
        firsts = (next(self.proposed("listing", "listed_at", one, "\uffff", page=1), None) for one in shards)
        return min((first[1] for first in firsts if first), default="")

    def proposed(
        self, index: str, order: str, partition_key: str, until: str, *, backwards: bool = False, page: int = 1000
    ) -> Iterator[tuple[Key, str]]:
        condition = "#partition = :partition AND #order <= :until"
        names = {"#partition": index, "#order": order}
        values = {":partition": {"S": partition_key}, ":until": {"S": until}}
        pages = (
            aws.dynamodb()
            .get_paginator("query")
            .paginate(
                TableName=self.name,
                IndexName=index,
                KeyConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=cast(Any, values),
                ScanIndexForward=not backwards,
                PaginationConfig={"PageSize": page},
            )
        )
        for one in pages:
            yield from (((item["pk"]["S"], item["sk"]["S"]), item[order]["S"]) for item in one["Items"])

    def scan(self, most: int, after: Key | None = None) -> tuple[list[Item], Key | None]:
        """The next items of the whole table, what has expired and is still there included; and where to go on, None
        at the end. Dear: for duties that leave nothing out."""
        start: Any = {"ExclusiveStartKey": wire(after)} if after else {}
        page = aws.dynamodb().scan(TableName=self.name, Limit=most, ConsistentRead=True, **start)
        last = page.get("LastEvaluatedKey")
        return [plain(item) for item in page["Items"]], (str(last["pk"]["S"]), str(last["sk"]["S"])) if last else None

    def read(self, keys: Sequence[Key], only: Sequence[str] = ()) -> list[Item]:
        """Many items at once, consistently, in no order. Missing ones are left out. `only`: of large items nothing but
        these attributes, for whoever reads thousands."""
        items: list[Item] = []
        terms = Terms()
        wished = [terms.name(name) for name in (*only, "pk", "sk", "expires")] if only else []
        projected = {"ProjectionExpression": ", ".join(wished), **spelled(terms)} if only else {}
        for start in range(0, len(keys), 100):
            some = [wire(key) for key in keys[start : start + 100]]
            wanted: Any = {self.name: {"Keys": some, "ConsistentRead": True, **projected}}
            while wanted:
                got = aws.dynamodb().batch_get_item(
                    RequestItems=cast("Mapping[str, KeysAndAttributesOutputTypeDef]", wanted)
                )
                items.extend(filter(current, (plain(item) for item in got["Responses"].get(self.name, []))))
                wanted = got.get("UnprocessedKeys")
        return items


TRIES = 6
PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


@cache
def table() -> Table:
    return Table(settings().table)
