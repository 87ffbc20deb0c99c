"""The quicker moto (`tests/support/emulator.py`) answers as moto does, and a transaction of its is all or nothing."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.support import stores
from tests.support.emulator import quickened


def row(sk: str, **more: Any) -> dict[str, Any]:
    return {"pk": {"S": "p"}, "sk": {"S": sk}, **more}


def put(sk: str, *, new: bool = False, **more: Any) -> dict[str, Any]:
    when = {"ConditionExpression": "attribute_not_exists(pk)"} if new else {}
    return {"Put": {"TableName": stores.TABLE, "Item": row(sk, **more), **when}}


def update(sk: str, number: int, only_if: int | None = None) -> dict[str, Any]:
    when: dict[str, Any] = {"ConditionExpression": "#n = :old"} if only_if is not None else {}
    old = {":old": {"N": str(only_if)}} if only_if is not None else {}
    return {
        "Update": {
            "TableName": stores.TABLE,
            "Key": row(sk),
            "UpdateExpression": "SET #n = :new, #m.#deep = :new ADD #times :one REMOVE #gone",
            "ExpressionAttributeNames": {
                "#n": "n", "#m": "m", "#deep": "deep", "#times": "times", "#gone": "gone",
            },
            "ExpressionAttributeValues": {":new": {"N": str(number)}, ":one": {"N": "1"}, **old},
            **when,
        }
    }  # fmt: skip


def delete(sk: str) -> dict[str, Any]:
    return {"Delete": {"TableName": stores.TABLE, "Key": row(sk)}}


def check(sk: str) -> dict[str, Any]:
    return {
        "ConditionCheck": {
            "TableName": stores.TABLE,
            "Key": row(sk),
            "ConditionExpression": "attribute_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


FULL: dict[str, Any] = {
    "n": {"N": "1"},
    "m": {
        "M": {"deep": {"L": [{"S": "ä"}, {"BOOL": False}, {"NULL": True}, {"M": {}}, {"L": []}]}, "empty": {"S": ""}}
    },
    "gone": {"S": "x"},
    "due": {"S": "DUE#0"},
    "due_at": {"S": "2026"},
}
WORKS = [put("a", new=True, **FULL), put("b", new=True, **FULL), put("c", **FULL)]
LATE_FAILURE = [put("a"), update("b", 7, only_if=1), delete("c"), put("new", new=True), check("nothing")]
EARLY_FAILURE = [put("a", new=True), update("b", 7, only_if=5), delete("c")]
TWICE = [put("a"), update("b", 7), update("b", 8)]
UNREADABLE = [
    delete("c"),
    {"Update": {"TableName": stores.TABLE, "Key": row("b"), "UpdateExpression": "SET #no = :no"}},
]


@contextmanager
def moto(*, quick: bool) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch, quickened() if quick else nullcontext():
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)  # Whoever connected to a local stack has left its address.
        with mock_aws():
            keys: Any = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
            client: Any = boto3.client("dynamodb", region_name=stores.REGION, **keys)
            patch.setattr(stores, "client", lambda service: client)
            stores.make_table()
            yield client


def told(answer: Any) -> Any:
    """All of it but the names and times of the request."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def asked(client: Any, operation: str, **request: Any) -> Any:
    try:
        answer = getattr(client, operation)(**request)
    except ClientError as error:
        return type(error).__name__, told(error.response), error.response["ResponseMetadata"]["HTTPStatusCode"]
    return told(answer), answer["ResponseMetadata"]["HTTPStatusCode"]


def everything(client: Any) -> Any:
    return sorted(client.scan(TableName=stores.TABLE)["Items"], key=lambda item: item["sk"]["S"])


def a_life(client: Any) -> list[Any]:
    """Each kind of request that functions make, and what the table holds after each transaction."""
    name: Any = {"TableName": stores.TABLE}
    heard = []
    for transaction in (
        WORKS,
        LATE_FAILURE,
        EARLY_FAILURE,
        TWICE,
        UNREADABLE,
        [update("b", 2, only_if=1), delete("c")],
    ):
        heard += [asked(client, "transact_write_items", TransactItems=transaction), everything(client)]
    alone = update("a", 3)["Update"]
    never = {"ConditionExpression": "#n = :one"}
    by = {":pk": {"S": "p"}}
    of_index = {"IndexName": "due", "KeyConditionExpression": "due = :pk"}
    asks: list[tuple[str, dict[str, Any]]] = [
        ("get_item", {"Key": row("a"), "ConsistentRead": True}),
        ("get_item", {"Key": row("nothing")}),
        ("update_item", {**alone, "ReturnValues": "ALL_NEW"}),
        ("update_item", {**alone, **never}),
        ("put_item", {"Item": row("d", **FULL)}),
        ("put_item", {"Item": row("d"), "ConditionExpression": "attribute_not_exists(pk)"}),
        ("put_item", {"Item": {"pk": {"S": "p"}}}),
        ("query", {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": by, "Limit": 2}),
        ("query", {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": by, "ScanIndexForward": False}),
        ("query", {**of_index, "ExpressionAttributeValues": {":pk": {"S": "DUE#0"}}, "Limit": 1}),
        ("query", {**of_index, "ExpressionAttributeValues": {":pk": {"S": "none"}}}),
        ("scan", {"Limit": 1}),
        ("delete_item", {"Key": row("a"), "ConditionExpression": "attribute_not_exists(pk)"}),
        ("delete_item", {"Key": row("a")}),
    ]
    heard += [asked(client, operation, **{**name, **request}) for operation, request in asks]
    batch = {stores.TABLE: {"Keys": [row("b"), row("nothing")]}}
    return [*heard, asked(client, "batch_get_item", RequestItems=batch), everything(client)]


def test_it_answers_as_moto_does() -> None:
    with moto(quick=False) as slow:
        expected = a_life(slow)
    with moto(quick=True) as quick:
        assert a_life(quick) == expected


@pytest.mark.parametrize("transaction", [LATE_FAILURE, EARLY_FAILURE, TWICE, UNREADABLE])
def test_a_transaction_that_fails_leaves_everything_as_it_was(transaction: list[Any]) -> None:
    with moto(quick=True) as client:
        client.transact_write_items(TransactItems=WORKS)
        before = everything(client)
        with pytest.raises(ClientError):
            client.transact_write_items(TransactItems=transaction)
        assert everything(client) == before


def test_it_says_which_conditions_failed() -> None:
    """One reason for each action, in their order: "the cancellation reasons are ordered in the order of items in the
    TransactItems parameter" (DynamoDB API reference, TransactWriteItems)."""
    with moto(quick=True) as client:
        client.transact_write_items(TransactItems=WORKS)
        with pytest.raises(client.exceptions.TransactionCanceledException) as failed:
            client.transact_write_items(TransactItems=LATE_FAILURE)
    reasons = [reason["Code"] for reason in failed.value.response["CancellationReasons"]]
    assert reasons == ["None", "None", "None", "None", "ConditionalCheckFailed"]
