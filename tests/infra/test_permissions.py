"""Who may do what, as one table. A line more here is a decision, not a detail."""

from __future__ import annotations

import pytest

from tests.infra.deployment import Deployment

MAIL_FROM = "news@example.org"
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
        "ssm:GetParameter": {"directory", "sources/*", "door/*"},
    },
    "api": {
        **table("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem"),
        "dynamodb:Query": {"Table", "Table/index/listing"},
        "sqs:SendMessage": PIPELINES | {"QueueDelivery"},
        "sqs:GetQueueAttributes": QUEUES | DEAD,
        "s3:GetObject": {
            "Storage/program/*",
            "Storage/digests/*",
            "Storage/evidence/*",
            "Storage/feeds/*",
            "Storage/media/*",
            "Storage/parked/*",
            "Storage/plans/*",
            "Storage/seals/*",
        },
        "s3:PutObject": {"Storage/media/*", "Storage/plans/*"},
        "ssm:GetParameter": {"links"},
    },
    "moderation": {
        **table("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"),
        **consume("QueueModeration"),
        "sqs:SendMessage": {"QueueParked", "QueueDelivery"},
        "s3:GetObject": {"Storage/program/*"},
        "s3:PutObject": {"Storage/evidence/*"},
    },
    "announcements": {
        **table("GetItem", "BatchGetItem", "PutItem", "UpdateItem"),
        **consume("QueueAnnouncements"),
        "sqs:SendMessage": {"QueueParked", "QueueDelivery"},
        "s3:GetObject": {"Storage/program/*"},
        "s3:PutObject": {"Storage/plans/*"},
    },
    "feedback": {
        **table("GetItem", "PutItem", "UpdateItem"),
        **consume("QueueFeedback"),
        "sqs:SendMessage": {"QueueParked"},
        "s3:GetObject": {"Storage/program/*"},
    },
    "roll_up": {
        **table("GetItem", "PutItem", "UpdateItem"),
        "dynamodb:Query": {"Table", "Table/index/due"},
        "s3:GetObject": {"Storage/program/*"},
    },
    "delivery": {
        **table("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "ConditionCheckItem"),
        **consume("QueueDelivery"),
        "sqs:SendMessage": {"QueueModeration", "QueueFeedback", "QueueDelivery"},
        "s3:GetObject": {"Storage/program/*", "Storage/feeds/*", "Storage/media/*"},
        "s3:PutObject": {"Storage/feeds/*"},
        "ssm:GetParameter": {"targets/*", "sessions/*"},
        "ssm:PutParameter": {"sessions/*"},
        "ses:SendEmail": {"Sender"},
    },
    "digests": {
        **table("GetItem", "BatchGetItem", "PutItem", "UpdateItem"),
        "dynamodb:Query": {"Table", "Table/index/listing"},
        "sqs:SendMessage": {"QueueDelivery"},
        "s3:GetObject": {"Storage/program/*", "Storage/seals/*"},
        "s3:PutObject": {"Storage/digests/*"},
        "ssm:GetParameter": {"links"},
    },
    "upkeep": {
        **table("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "ConditionCheckItem"),
        "dynamodb:Query": {"Table", "Table/index/due"},
        "sqs:ReceiveMessage": {"QueueUpkeep", "QueueParked"} | DEAD,
        "sqs:DeleteMessage": {"QueueUpkeep", "QueueParked"} | DEAD,
        "sqs:SendMessage": {"QueueDelivery", "QueueParked"},
        "s3:GetObject": {"Storage/program/*", "Storage/plans/*"},
        "s3:PutObject": {"Storage/parked/*", "Storage/plans/*"},
        "ssm:GetParameter": {"directory"},
        "ssm:PutParameter": {"directory"},
    },
    "rounds": {
        **table("GetItem", "BatchGetItem", "Scan", "PutItem", "UpdateItem", "DeleteItem"),
        "dynamodb:Query": {"Table", "Table/index/due", "Table/index/listing"},
        "sqs:SendMessage": PIPELINES | {"QueueParked"},
        "s3:GetObject": {"Storage/program/*", "Storage/seals/*"},
        "s3:PutObject": {"Storage/seals/*"},
        "s3:DeleteObject": {"Storage/evidence/*"},
        "ssm:GetParameter": {"sources/*", "targets/*"},
    },
}


def test_every_function_is_in_the_table(production: Deployment) -> None:
    assert production.functions().keys() == LEAVE.keys()


@pytest.mark.parametrize("function", LEAVE)
def test_a_role_holds_what_the_table_says_and_no_more(production: Deployment, function: str) -> None:
    leave = production.leave(function)
    if sender := leave.pop("ses:SendEmail", None):
        assert {name.rpartition("identity/")[2] for name in sender} == {MAIL_FROM, MAIL_FROM.rpartition("@")[2]}
        leave["ses:SendEmail"] = {"Sender"}
    assert leave == LEAVE[function]


def test_no_role_is_shared_or_added_to(production: Deployment) -> None:
    roles = [function["Role"]["Fn::GetAtt"][0] for function in production.functions().values()]
    assert len(set(roles)) == len(roles)
    assert not production.all("IAM::Policy")


def test_without_an_address_nobody_may_send_mail(local: Deployment) -> None:
    assert not local.all("SES::EmailIdentity")
    assert "ses:SendEmail" not in local.leave("delivery")


def test_a_schedule_may_start_its_own_function_and_only_from_its_group(production: Deployment) -> None:
    schedules = production.all("Scheduler::Schedule")
    assert len(schedules) == 4
    for schedule in schedules.values():
        role = production.all("IAM::Role")[schedule["Target"]["RoleArn"]["Fn::GetAtt"][0]]
        [policy] = role["Policies"]
        [statement] = policy["PolicyDocument"]["Statement"]
        [trust] = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Action"] == "lambda:InvokeFunction"
        assert statement["Resource"] == schedule["Target"]["Arn"]
        assert list(trust["Condition"]["StringEquals"]) == ["aws:SourceArn"]
