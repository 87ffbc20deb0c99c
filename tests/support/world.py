"""A whole stack in one process: simulated stores and queues, the real handlers, a clock that stands still.

Nothing here decides anything: it only does what AWS does between the functions (hand over a batch, take a
partial batch response, deliver again what was not settled) and what the schedules do.
"""

import base64
import json
import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from types import SimpleNamespace
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.ses.models import ses_backends
from moto.sqs.models import sqs_backends

from cli import operator
from events.envelope import Envelope
from functions.announcements import handler as announcements
from functions.api import handler as api
from functions.delivery import handler as delivery
from functions.digests import handler as digests
from functions.feedback import handler as feedback
from functions.feedback import records as feedback_records
from functions.feedback import study
from functions.moderation import handler as moderation
from functions.shared import clock, http, outbox, parameters, program, queues, table, tokens
from functions.shared.settings import settings
from functions.shared.table import Item, whole
from functions.upkeep import handler as upkeep
from tests.support import builders, stores
from tests.support.faults import Crash, Faults
from tests.support.leave import Leave
from tests.support.outside import Outside

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WORKERS: dict[str, Callable[[dict[str, Any], Any], Any]] = {
    "moderation": moderation.main,
    "announcements": announcements.main,
    "feedback": feedback.main,
    "delivery": delivery.main,
}
FUNCTIONS = {
    **{function: name for name, function in WORKERS.items()},
    api.main: "api",
    digests.main: "digests",
    feedback.roll_up: "roll_up",
    feedback.learn: "learn",
    upkeep.main: "upkeep",
    upkeep.rounds: "rounds",
}
"""Their names, as the roles have them."""
BATCH = {"delivery": 1}
FEW, SHARD = 2, table.shard


@dataclass
class Context:
    """What Lambda hands over beside the event. `milliseconds` is the time it says is left."""

    milliseconds: int
    function_name: str = "tests"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:tests"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@dataclass(frozen=True)
class Answered:
    """What the API said."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def message(self) -> str:
        return str(self.json["message"])


@dataclass(frozen=True)
class Mailed:
    """A mail as its reader's program takes it apart."""

    source: str
    message: EmailMessage

    @property
    def destinations(self) -> dict[str, list[str]]:
        return {"ToAddresses": [str(self.message["To"])]}

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def key(self) -> str:
        return str(self.message["X-Liaison-Delivery"])

    @property
    def body(self) -> str:
        """All its words."""
        parts = (part for part in self.message.walk() if part.get_content_maintype() == "text")
        return "\n".join(part.get_content() for part in parts)


class World:
    """`now` is the time for every function. `failures` are the exceptions that left a function;
    `left` is the time, in milliseconds, that the API has for a request."""

    def __init__(self, program_text: str | None = builders.PROGRAM) -> None:
        self.now = START
        self.program_text = program_text
        self.faults = Faults()
        self.leave = Leave(self.faults, stores.PARAMETERS)
        self.outside = Outside(self.faults)
        self.failures: list[BaseException] = []
        self.left = 60_000
        self.exits = ExitStack()

    def __enter__(self) -> Self:
        self.exits.enter_context(stores.simulated())
        self.forget_caches()
        patch = self.exits.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(clock, "now", lambda: self.now)
        patch.setattr(http, "Bounded", lambda **_: self.outside)
        caches = SimpleNamespace(monotonic=lambda: self.now.timestamp())
        patch.setattr(program, "time", caches)
        patch.setattr(parameters, "time", caches)
        # Two writers that meet come again at once: there is nobody here to wait for.
        patch.setattr(table, "time", SimpleNamespace(sleep=lambda _: None))
        # And chance is the same in every run.
        patch.setattr(table, "random", random.Random(0))
        # Two parts of an index show what eight would, and the minute reads every one of each kind.
        patch.setattr(table, "SHARDS", FEW)
        patch.setattr(table, "shard", lambda identifier, shards=FEW: SHARD(identifier, shards))
        # As do two parts of an hour's log.
        patch.setattr(feedback_records, "SHARDS", FEW)
        # No time passes between two counts of an hour, so that it has its turn again at once.
        patch.setattr(feedback_records, "EVERY", timedelta())
        if self.program_text:
            operator.push(self.program_text, "tests")
            for name in ("site", "game", "forum"):
                if f'id = "{name}"' in self.program_text:
                    operator.put_secret(name, builders.SECRET, outgoing=True)
        self.exits.enter_context(self.faults.watching(stores.functions_clients(), self.leave.asked))
        return self

    def __exit__(self, *raised: object) -> None:
        self.exits.close()
        self.forget_caches()

    @staticmethod
    def forget_caches() -> None:
        """What a cold start does."""
        settings.cache_clear()
        table.table.cache_clear()
        program.loaded.cache_clear()
        parameters.fetched.cache_clear()
        study.KNOWN.clear()
        study.indexed.cache_clear()

    # Time

    def later(self, *, milliseconds: int = 0, **time: float) -> datetime:
        self.now += timedelta(milliseconds=milliseconds, **time)
        return self.now

    # Functions, as AWS calls them

    def call(
        self, function: Callable[[dict[str, Any], Any], Any], event: dict[str, Any] | None = None, left: int = 60_000
    ) -> Any:
        """One invocation. `left` is the time, in milliseconds, that the function is told it has."""
        self.faults.born()
        before, self.leave.function = self.leave.function, FUNCTIONS[function]
        with ExitStack() as after, warnings.catch_warnings():
            # Powertools warns of an invocation that counted nothing; most here have nothing to count.
            warnings.filterwarnings("ignore", message="No application metrics")
            after.callback(setattr, self.leave, "function", before)
            return function(event or {}, Context(left))

    def scheduled(self, function: Callable[[dict[str, Any], Any], Any], left: int = 60_000) -> bool:
        """One tick of a schedule; False when the function failed."""
        try:
            self.call(function, left=left)
        except (Crash, Exception) as error:  # noqa: BLE001 - AWS survives whatever a function raises
            self.failures.append(error)
            return False
        return True

    def upkeep(self) -> bool:
        return self.scheduled(upkeep.main)

    def rounds(self) -> bool:
        """The rounds of the platforms. Not a part of `drain`: they go on for as long as there are platforms."""
        return self.scheduled(upkeep.rounds, left=120_000)

    def roll_up(self) -> bool:
        return self.scheduled(feedback.roll_up)

    def learn(self) -> bool:
        return self.scheduled(feedback.learn, left=300_000)

    def digests(self) -> bool:
        return self.scheduled(digests.main)

    def work(self, queue: str, *, lose_answer: bool = False) -> int:
        """Hand one batch to a queue's function; gives how many messages it got.

        What fails is visible again at once. With `lose_answer` SQS never hears what was settled.
        """
        if not self.depth(queue):
            return 0
        url = settings().queue(queue)
        sqs = stores.client("sqs")
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=BATCH.get(queue, 10)).get("Messages", [])
        if not got:
            return 0
        try:
            answer = self.call(WORKERS[queue], {"Records": [as_record(message) for message in got]}) or {}
            failed = {one["itemIdentifier"] for one in answer.get("batchItemFailures", [])}
        except (Crash, Exception) as error:  # noqa: BLE001 - AWS survives whatever a function raises
            self.failures.append(error)
            return len(got)
        for message in got:
            if message["MessageId"] not in failed and not lose_answer:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(got)

    def work_off(self, queue: str, most: int = 30) -> int:
        """Batch after batch, until nothing is left or the same messages keep failing."""
        return next((number for number in range(most) if not self.work(queue)), most)

    # What happens between functions

    def accept(self, *envelopes: Envelope) -> None:
        """The door has answered 2xx: from here on nothing may be lost."""
        for envelope in envelopes:
            stores.client("sqs").send_message(
                QueueUrl=settings().queue(envelope.pipeline), MessageBody=envelope.to_json()
            )

    def handle(self, *envelopes: Envelope) -> None:
        """Accept these and have their functions settle them."""
        self.accept(*envelopes)
        for queue in sorted({envelope.pipeline for envelope in envelopes} - {"parked"}):
            if queue == "upkeep":
                self.upkeep()
            while queue in WORKERS and self.work(queue):
                pass

    def drain(self, rounds: int = 60) -> None:
        """All functions and the minute's schedules, until every queue is empty. No time passes."""
        for _ in range(rounds):
            self.upkeep()
            self.roll_up()
            if not sum(self.work_off(queue) for queue in WORKERS) and not self.waiting():
                return
        raise AssertionError(f"never quiet: {self.waiting()} messages, {self.failures[-3:]}")

    def finish(self, minutes: int = 10_000) -> None:
        """Drain, and let time pass, until no delivery is due any more."""
        self.drain()
        while rows := [row for row in self.items("delivery") if "due" in row]:
            first = min(clock.moment(row["due_at"]) for row in rows)
            self.now = max(self.now, first) + timedelta(seconds=1)
            minutes -= 1
            assert minutes, "never finished"
            self.drain()

    def waiting(self) -> int:
        """Messages in all queues, the dead ones included."""
        return sum(self.depth(queue) for queue in (*stores.QUEUES, *map(stores.dead, stores.QUEUES)))

    def depth(self, queue: str) -> int:
        """Those in hand included. Taken from the simulation itself, as the items are."""
        kept = sqs_backends[DEFAULT_ACCOUNT_ID][stores.REGION].queues[stores.name_of(queue)]
        return kept.approximate_number_of_messages + kept.approximate_number_of_messages_not_visible

    def bodies(self, queue: str) -> list[str]:
        """What waits in a queue."""
        got = stores.client("sqs").receive_message(QueueUrl=stores.url_of(queue), MaxNumberOfMessages=10)
        return [message["Body"] for message in got.get("Messages", [])]

    def put_message(self, queue: str, body: str) -> None:
        """Straight into a queue, past all of our code."""
        fifo = {"MessageGroupId": "any", "MessageDeduplicationId": str(next(builders.numbers))}
        stores.client("sqs").send_message(
            QueueUrl=stores.url_of(queue), MessageBody=body, **(fifo if queue.startswith("delivery") else {})
        )

    # Looking

    def every_item(self, kind: str = "") -> Iterator[Item]:
        """All of the table, or of one kind. Taken from the simulation itself, which is a hundred times faster than a
        scan."""
        for item in dynamodb_backends[DEFAULT_ACCOUNT_ID][stores.REGION].tables[stores.TABLE].all_items():
            if not kind or ("kind" in item.attrs and item.attrs["kind"].value == kind):
                yield whole(item.to_regular_json())

    def items(self, kind: str) -> list[Item]:
        """All items of one kind, by key."""
        found = list(self.every_item(kind))
        return sorted(found, key=lambda item: (item["pk"], item["sk"]))

    def item(self, kind: str) -> Item:
        """The only item of a kind."""
        (found,) = self.items(kind)
        return found

    def delivery(self, name: str) -> Item:
        """The only delivery row to one place."""
        (found,) = [row for row in self.items("delivery") if row["sk"] == f"delivery#{name}"]
        return found

    def stored(self, key: str) -> bytes:
        body: bytes = stores.client("s3").get_object(Bucket=stores.BUCKET, Key=key)["Body"].read()
        return body

    def objects(self, prefix: str = "") -> list[str]:
        found = stores.client("s3").list_objects_v2(Bucket=stores.BUCKET, Prefix=prefix)
        return [entry["Key"] for entry in found.get("Contents", [])]

    def mails(self) -> list["Mailed"]:
        """What SES was handed, the first one first."""
        sent = ses_backends[DEFAULT_ACCOUNT_ID][stores.REGION].sent_messages
        return [Mailed(one.source, message_from_string(one.raw_data, policy=default)) for one in sent]

    def parked(self) -> list[Item]:
        """What an operator can list, in all communities."""
        return [item for item in self.items("parked") if "listing" in item]

    def due(self, row: Item) -> None:
        """Let time pass until a delivery is due, and have it made."""
        self.now = max(self.now, clock.moment(row["due_at"]))
        queues.kick(row["pk"], row["sk"], row.get("due_at", "settled"), row["destination"])
        while self.work("delivery"):
            pass

    # People

    def token(self, role: tokens.Role = "operator", *communities: str, name: str = "Ada", days: int = 30) -> str:
        return operator.new_token(name, role, communities or ("acme",), days)

    def ask(
        self,
        method: str,
        address: str,
        body: object = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answered:
        """One request to the API, as an HTTP API of API Gateway hands it over (payload format 2.0): what is not
        text as base64."""
        split = urlsplit(address)
        given = {"host": "liaison.example", "content-type": "application/json", **(headers or {})}
        if token is not None:
            given["authorization"] = f"Bearer {token}"
        event = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": split.path,
            "rawQueryString": split.query,
            "queryStringParameters": dict(parse_qsl(split.query)),
            "headers": given,
            "requestContext": {
                "stage": "$default",
                "requestId": "1",
                "http": {"method": method, "path": split.path, "sourceIp": "192.0.2.1", "protocol": "HTTP/1.1"},
            },
            "body": as_body(body),
            "isBase64Encoded": isinstance(body, bytes),
        }
        got = self.call(api.main, event, left=self.left)
        single = got.get("headers") or {}
        several = {name: values[0] for name, values in (got.get("multiValueHeaders") or {}).items()}
        named = {name.lower(): value for name, value in {**single, **several}.items()}
        return Answered(got["statusCode"], named, got.get("body") or "")


def as_body(body: object) -> str | None:
    if isinstance(body, bytes):
        return base64.b64encode(body).decode()
    return body if isinstance(body, str) else json.dumps(body) if body is not None else None


def as_record(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{stores.REGION}:123456789012:tests",
        "awsRegion": stores.REGION,
    }


def needs_a_person(world: World) -> list[Item]:
    """Delivery rows on the list a manager sees."""
    return [row for row in world.items("delivery") if row.get("listing", "").split("#")[1:2] == [outbox.NEEDS_A_PERSON]]
