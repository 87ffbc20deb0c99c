"""moto, the same but quicker: most of what a test costs is moto's.

What it answers stays as it is (`tests/shared/test_emulator.py` holds it against moto alone); what it does on the way
to the answer, and nobody here looks at, is left out.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.useragent import UserAgentString
from moto import backend_index
from moto.core import responses, serialize, utils
from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.parsing import ast_nodes
from moto.sqs import models as sqs

SERVICES = ("dynamodb", "s3", "ses", "sesv2", "sqs", "ssm")
TRANSACT: Callable[[DynamoDBBackend, list[dict[str, Any]]], None] = DynamoDBBackend.transact_write_items
SPELLED, METHODS = cache(utils.camelcase_to_underscores), cache(utils.method_names_from_class)
DATA = ("GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")


class AsItIs(serialize.JSONSerializer):
    """What DynamoDB answers about items is JSON already: moto looks for each of its fields under four names."""

    def _serialize_result(self, resp: Any, result: Any) -> Any:
        if self.operation_name not in DATA:
            return super()._serialize_result(resp, result)
        told = {name: value for name, value in (result or {}).items() if value is not None}
        return self._serialized_result_to_response(resp, told, None, told)


def all_or_nothing(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """moto copies the whole table for each write of a transaction, to put it back. Only what the transaction names can
    change: "a synchronous write operation that groups up to 100 action requests. [They] are completed atomically"
    (DynamoDB API reference, TransactWriteItems).
    """
    before = []
    for action in transact_items:
        for request in action.values():
            store = backend.get_table(request["TableName"])
            place = backend.get_keys_value(store, request.get("Key") or request["Item"])
            before.append((store, place, deepcopy(store.get_item(*place))))
    try:
        TRANSACT(backend, transact_items)
    except BaseException:
        for store, (first, second), item in before:
            if item is None:
                store.items[first].pop(second, None)
            else:
                store.items[first][second] = item
        raise


@cache
def descends(kind: Any, of: Any) -> bool:
    return issubclass(kind, of)


def is_a(value: object, of: Any) -> bool:
    """`isinstance`, which is slow where the classes are abstract ones, as those of moto's expressions are."""
    kind: Any = type(value)
    return descends(kind, of)


def named(headers: dict[str, str]) -> str:
    """Every request has the same name: no two are compared."""
    headers["x-amzn-requestid"] = "0" * 52
    return headers["x-amzn-requestid"]


@contextmanager
def quickened() -> Iterator[None]:
    """For as long as it lasts; around `mock_aws`, which reads some of it when it starts."""
    with pytest.MonkeyPatch.context() as patch:
        # Each request is held against the addresses of all services, and there are two hundred of them.
        ours = [one for one in backend_index.backend_url_patterns if one[0] in SERVICES]
        patch.setattr(backend_index, "backend_url_patterns", ours)
        for module in (responses, sqs):
            patch.setattr(module, "camelcase_to_underscores", SPELLED)
        patch.setattr(responses, "method_names_from_class", METHODS)
        patch.setattr(responses, "gen_amzn_requestid_long", named)
        patch.setattr(UserAgentString, "to_string", lambda _: "tests")
        patch.setitem(serialize.SERVICE_SPECIFIC_SERIALIZERS, "dynamodb", {"json": AsItIs})
        patch.setattr(DynamoDBBackend, "transact_write_items", all_or_nothing)
        patch.setattr(ast_nodes, "isinstance", is_a, raising=False)
        patch.setattr(models, "copy", SimpleNamespace(deepcopy=lambda one: one))
        yield
