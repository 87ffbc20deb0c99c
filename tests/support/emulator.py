"""moto, the same but quicker: most of what a test costs is moto's.

What it answers stays as it is (`tests/shared/test_emulator.py` holds it against moto alone); what it does on the way
to the answer, and nobody here looks at, is left out.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.signers import RequestSigner
from botocore.useragent import UserAgentString
from moto import backend_index
from moto.core import responses, utils
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.exceptions import JsonRESTError
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing import ast_nodes
from moto.dynamodb.responses import DynamoHandler
from moto.sqs import models as sqs

SERVICES = ("dynamodb", "s3", "ses", "sesv2", "sqs", "ssm")
QUERY: Callable[..., Any] = Table.query
TRANSACT: Callable[[DynamoDBBackend, list[dict[str, Any]]], None] = DynamoDBBackend.transact_write_items
REQUEST, SIGN = BotocoreStubber.process_request, RequestSigner.sign
SPELLED, METHODS = cache(utils.camelcase_to_underscores), cache(utils.method_names_from_class)
DATA = ("GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")


def straight(stubber: BotocoreStubber, request: Any) -> Any:
    """What is asked of DynamoDB about items goes to its part of moto as the JSON that it is, and so does the answer
    back. moto makes a web request of the one, with a parsed address and a form, and looks for each field of the other
    under four names."""
    service, _, operation = (request.headers.get("X-Amz-Target") or b"").decode().partition(".")
    if service != "DynamoDB_20120810" or operation not in DATA:
        return REQUEST(stubber, request)
    handler: Any = DynamoHandler()
    handler.body, handler.querystring, handler.response_headers = json.loads(request.body), {}, {}
    handler.headers = {"X-Amz-Target": f"{service}.{operation}", "Content-Type": "application/x-amz-json-1.0"}
    handler.region, handler.partition = request.url.split(".")[1], "aws"
    handler.access_key, handler.current_account = "", DEFAULT_ACCOUNT_ID
    try:
        told = getattr(handler, SPELLED(operation))().result
    except JsonRESTError as error:
        return error.code, dict(error.get_headers()), error.description
    return 200, {}, json.dumps({name: value for name, value in told.items() if value is not None})


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


def in_partition(store: Any, hash_key: Any, *given: Any, **more: Any) -> Any:
    """moto sorts the whole table for each query, and then takes a partition of it. It sorts that once more."""
    index_name = given[6]
    of = [store.items.get(hash_key, {})] if not index_name else store.items.values()
    store.all_items = lambda: [item for partition in of for item in partition.values()]
    try:
        return QUERY(store, hash_key, *given, **more)
    finally:
        del store.all_items


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


def signed(signer: RequestSigner, operation: str, request: Any, **more: Any) -> None:
    """By its looks only: moto asks whether there is a signature, and never whether it is right. That of S3 says how
    the body is sent."""
    if signer.signing_name == "s3":
        SIGN(signer, operation, request, **more)
        return
    scope = f"20260101/{signer.region_name}/{signer.signing_name}/aws4_request"
    del request.headers["Authorization"]
    request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential=testing/{scope}"


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
        patch.setattr(RequestSigner, "sign", signed)
        patch.setattr(BotocoreStubber, "process_request", straight)
        patch.setattr(Table, "query", in_partition)
        patch.setattr(DynamoDBBackend, "transact_write_items", all_or_nothing)
        patch.setattr(ast_nodes, "isinstance", is_a, raising=False)
        patch.setattr(models, "copy", SimpleNamespace(deepcopy=lambda one: one))
        yield
