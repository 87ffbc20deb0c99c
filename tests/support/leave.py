"""Who may do what, as one table. A line more here is a decision, not a detail.

The simulated AWS lets everybody do everything. Here each call of a function is held against its role, as AWS does:
`tests/infra/test_permissions.py` says that the roles are these.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from tests.support.faults import Faults

PIPELINES = {"QueueModeration", "QueueAnnouncements", "QueueFeedback", "QueueUpkeep"}
QUEUES = PIPELINES | {"QueueParked", "QueueDelivery"}
DEAD = {f"{queue}Dead" for queue in QUEUES}


def table(*actions: str) -> dict[str, set[str]]:
    return {f"dynamodb:{action}": {"Table"} for action in actions}


def consume(*queues: str) -> dict[str, set[str]]:
    return {f"sqs:{action}": {*queues} for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")}


LEAVE: dict[str, dict[str, set[str]]] = {
    "webhooks": {
        "sqs:SendMessage": PIPELINES | {"QueueParked"},
        "ssm:GetParameter": {"directory", "sources/*", "surveys/*", "door/*"},
    },
    "api": {
        **table("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"),
        "dynamodb:Query": {"Table", "Table/index/listing"},
        "sqs:SendMessage": PIPELINES | {"QueueDelivery"},
        "sqs:GetQueueAttributes": QUEUES | DEAD,
        "s3:GetObject": {
            "Storage/program/*",
            "Storage/digests/*",
            "Storage/evidence/*",
            "Storage/feedback/skeletons/*",
            "Storage/feeds/*",
            "Storage/media/*",
            "Storage/parked/*",
            "Storage/people/*",
            "Storage/plans/*",
            "Storage/seals/*",
            "Storage/study/*",
        },
        "s3:PutObject": {
            "Storage/feedback/skeletons/*",
            "Storage/media/*",
            "Storage/people/*",
            "Storage/plans/*",
        },
        "ssm:GetParameter": {"links", "pseudonyms"},
    },
    "moderation": {
        **table("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"),
        **consume("QueueModeration"),
        "sqs:SendMessage": {"QueueParked", "QueueDelivery"},
        "s3:GetObject": {"Storage/program/*"},
        "s3:PutObject": {"Storage/evidence/*"},
        "s3:DeleteObject": {"Storage/evidence/*"},
    },
    "announcements": {
        **table("GetItem", "BatchGetItem", "PutItem", "UpdateItem"),
        **consume("QueueAnnouncements"),
        "sqs:SendMessage": {"QueueParked", "QueueDelivery"},
        "s3:GetObject": {"Storage/program/*"},
        "s3:PutObject": {"Storage/plans/*"},
    },
    "feedback": {
        **table("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "ConditionCheckItem"),
        **consume("QueueFeedback"),
        "sqs:SendMessage": {"QueueParked", "QueueDelivery"},
        "s3:GetObject": {"Storage/program/*", "Storage/study/*", "Storage/feedback/skeletons/*"},
        "ssm:GetParameter": {"pseudonyms"},
    },
    "roll_up": {
        **table("GetItem", "PutItem", "UpdateItem"),
        "dynamodb:Query": {"Table", "Table/index/due"},
        "s3:GetObject": {"Storage/program/*", "Storage/feedback/skeletons/*"},
        "s3:PutObject": {"Storage/feedback/skeletons/*"},
    },
    "learn": {
        **table("GetItem", "BatchGetItem", "Query"),
        "s3:GetObject": {"Storage/program/*", "Storage/study/*", "Storage/feedback/skeletons/*"},
        "s3:PutObject": {"Storage/study/*"},
    },
    "delivery": {
        **table("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "ConditionCheckItem"),
        **consume("QueueDelivery"),
        "sqs:SendMessage": {"QueueModeration", "QueueFeedback", "QueueDelivery"},
        "s3:GetObject": {"Storage/program/*", "Storage/digests/*", "Storage/feeds/*", "Storage/media/*"},
        "s3:PutObject": {"Storage/feeds/*"},
        "ssm:GetParameter": {"targets/*", "sessions/*", "pseudonyms"},
        "ssm:PutParameter": {"sessions/*"},
        "ses:SendEmail": {"Sender"},
        "ses:SendRawEmail": {"Sender"},
    },
    "digests": {
        **table("GetItem", "BatchGetItem", "PutItem", "UpdateItem"),
        "dynamodb:Query": {"Table", "Table/index/listing"},
        "sqs:SendMessage": {"QueueDelivery"},
        "s3:GetObject": {
            "Storage/program/*",
            "Storage/feedback/skeletons/*",
            "Storage/people/*",
            "Storage/seals/*",
            "Storage/study/*",
        },
        "s3:PutObject": {"Storage/digests/*", "Storage/people/*", "Storage/feedback/skeletons/*"},
        "ssm:GetParameter": {"links", "pseudonyms"},
    },
    "upkeep": {
        **table("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"),
        "dynamodb:Query": {"Table", "Table/index/due"},
        "sqs:ReceiveMessage": {"QueueUpkeep", "QueueParked"} | DEAD,
        "sqs:DeleteMessage": {"QueueUpkeep", "QueueParked"} | DEAD,
        "sqs:SendMessage": {"QueueDelivery", "QueueParked"},
        "s3:GetObject": {"Storage/program/*", "Storage/plans/*"},
        "s3:PutObject": {"Storage/evidence/*", "Storage/parked/*", "Storage/plans/*"},
        "s3:DeleteObject": {"Storage/evidence/*"},
        "ssm:GetParameter": {"directory", "surveys/*", "links", "pseudonyms"},
        "ssm:PutParameter": {"directory", "surveys/*"},
    },
    "rounds": {
        **table("GetItem", "BatchGetItem", "Scan", "PutItem", "UpdateItem", "DeleteItem"),
        "dynamodb:Query": {"Table", "Table/index/due", "Table/index/listing"},
        "sqs:SendMessage": PIPELINES | {"QueueParked"},
        "s3:GetObject": {
            "Storage/program/*",
            "Storage/seals/*",
            "Storage/exports/*",
            "Storage/feedback/skeletons/*",
            "Storage/people/*",
            "Storage/study/*",
        },
        "s3:PutObject": {
            "Storage/seals/*",
            "Storage/exports/*",
            "Storage/feedback/skeletons/*",
            "Storage/study/*",
        },
        "s3:ListBucket": {"Storage"},
        "s3:DeleteObject": {"Storage/evidence/*", "Storage/people/*"},
        "ssm:GetParameter": {"sources/*", "targets/*", "pseudonyms"},
    },
}

WRITES = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
"""What each part of a transaction needs."""


@dataclass(slots=True)
class Leave:
    """Refuses what the function that runs has no leave for. `function`: its name in the table."""

    faults: Faults
    parameters: str
    """The path of the stack's parameters."""
    function: str = ""

    def asked(self, params: Mapping[str, Any], model: Any, **_: object) -> None:
        """Before each call of a function. What others do in between is theirs."""
        if not self.function or self.faults.acting:
            return
        for action, resource in self.needed(model.service_model.service_name, model.name, params):
            if not granted(LEAVE[self.function].get(action, set()), resource):
                message = f"{self.function} may not {action} on {resource}"
                refusal: Any = {"Error": {"Code": "AccessDeniedException", "Message": message}}
                raise ClientError(refusal, model.name)

    def needed(self, service: str, operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Pairs of an action and what it is done to."""
        match service:
            case "dynamodb" if operation == "TransactWriteItems":
                yield from {(f"dynamodb:{WRITES[kind]}", "Table") for one in params["TransactItems"] for kind in one}
            case "dynamodb":
                index = params.get("IndexName")
                yield f"dynamodb:{operation}", f"Table/index/{index}" if index else "Table"
            case "s3" if operation == "ListObjectsV2":
                yield "s3:ListBucket", "Storage"
            case "s3":
                yield f"s3:{operation}", f"Storage/{params['Key']}"
            case "ssm":
                yield f"ssm:{operation}", params["Name"].removeprefix(f"{self.parameters}/")
            case "sqs":
                name = params["QueueUrl"].rpartition("/")[2].removesuffix(".fifo")
                dead = "Dead" if name.endswith("-dead") else ""
                yield f"sqs:{operation}", f"Queue{name.removesuffix('-dead').capitalize()}{dead}"
            case _:
                # A mail that is handed over as it is written asks for both.
                yield from (("ses:SendEmail", "Sender"), ("ses:SendRawEmail", "Sender"))


def granted(resources: set[str], resource: str) -> bool:
    return any(
        resource.startswith(one.removesuffix("*")) if one.endswith("*") else resource == one for one in resources
    )
