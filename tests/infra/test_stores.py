"""The table, the bucket and the queues: what they keep, for how long, and that no update replaces them."""

from __future__ import annotations

import pytest

from tests.infra.deployment import Deployment, listed, named

KEPT = {"Table": "TableCD117FA1", "Storage": "Storage07F31EBC"}
QUEUES = {
    "QueueModeration": "QueueModerationF1A6A16A",
    "QueueModerationDead": "QueueModerationDeadE1C4FAF2",
    "QueueAnnouncements": "QueueAnnouncements69B34090",
    "QueueAnnouncementsDead": "QueueAnnouncementsDead637F3569",
    "QueueFeedback": "QueueFeedbackAB7DBCF0",
    "QueueFeedbackDead": "QueueFeedbackDead3EDA3C02",
    "QueueUpkeep": "QueueUpkeep1618CCD3",
    "QueueUpkeepDead": "QueueUpkeepDead0E816EDA",
    "QueueParked": "QueueParkedF91E34FE",
    "QueueParkedDead": "QueueParkedDeadA00E22A7",
    "QueueDelivery": "QueueDelivery472F5099",
    "QueueDeliveryDead": "QueueDeliveryDeadDFF05187",
}
MAIN = [name for name in QUEUES if not name.endswith("Dead")]


def test_what_holds_data_keeps_its_logical_id(production: Deployment) -> None:
    """Another id is another resource: the data stays behind in the old one."""
    for name in (*KEPT.values(), *QUEUES.values()):
        assert name in production.template["Resources"], name
    assert len(production.all("SQS::Queue")) == len(QUEUES)


def test_production_cannot_lose_its_table_or_bucket(production: Deployment) -> None:
    table = production.resource(KEPT["Table"])
    assert table["Properties"]["DeletionProtectionEnabled"] is True
    assert table["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    for name in KEPT.values():
        assert production.resource(name)["DeletionPolicy"] == "Retain"
        assert production.resource(name)["UpdateReplacePolicy"] == "Retain"


def test_a_local_stack_can_be_thrown_away(local: Deployment) -> None:
    assert local.resource(KEPT["Table"])["Properties"]["DeletionProtectionEnabled"] is False
    assert {local.resource(name)["DeletionPolicy"] for name in KEPT.values()} == {"Delete"}


def test_the_table_has_the_keys_the_records_are_written_with(production: Deployment) -> None:
    table = production.resource(KEPT["Table"])["Properties"]
    indexes = {
        index["IndexName"]: (
            [key["AttributeName"] for key in index["KeySchema"]],
            index["Projection"]["ProjectionType"],
        )
        for index in table["GlobalSecondaryIndexes"]
    }
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]
    assert indexes == {
        "due": (["due", "due_at"], "KEYS_ONLY"),
        "listing": (["listing", "listed_at"], "KEYS_ONLY"),
    }
    assert {attribute["AttributeType"] for attribute in table["AttributeDefinitions"]} == {"S"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_the_bucket_is_private_and_forgets_parked_bodies_and_digests(production: Deployment) -> None:
    bucket = production.resource(KEPT["Storage"])["Properties"]
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert (rules["parked"]["Prefix"], rules["parked"]["ExpirationInDays"]) == ("parked/", 90)
    assert (rules["digests"]["Prefix"], rules["digests"]["ExpirationInDays"]) == ("digests/", 92)
    assert rules["unfinished"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    # Nothing else leaves by itself.
    assert [rule["Id"] for rule in rules.values() if "ExpirationInDays" in rule] == [
        "parked",
        "digests",
        "people",
        "study",
        "evidence",
    ]
    # Longer than any community may let people ask for another look, and a month.
    assert (rules["evidence"]["Prefix"], rules["evidence"]["ExpirationInDays"] > 3_650 + 30) == ("evidence/", True)


def test_a_daily_seal_can_be_put_once_and_nobody_takes_it_away(production: Deployment) -> None:
    (policy,) = production.all("S3::BucketPolicy").values()
    (once,) = [one for one in policy["PolicyDocument"]["Statement"] if one.get("Sid") == "SealsArePutOnce"]
    assert (once["Effect"], once["Action"], once["Principal"]) == ("Deny", "s3:PutObject", {"AWS": "*"})
    assert once["Condition"] == {"Null": {"s3:if-none-match": "true"}}
    assert once["Resource"]["Fn::Join"][1][-1] == "/seals/*"
    gone = [production.leave(function).get("s3:DeleteObject", set()) for function in production.functions()]
    # Evidence has an end of its own; sets of people are read from the log again.
    assert set().union(*gone) == {"Storage/evidence/*", "Storage/people/*"}


@pytest.mark.parametrize("queue", MAIN)
def test_each_queue_has_a_place_for_its_dead(production: Deployment, queue: str) -> None:
    main = production.resource(QUEUES[queue])["Properties"]
    dead = production.resource(QUEUES[f"{queue}Dead"])["Properties"]
    assert main["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": [QUEUES[f"{queue}Dead"], "Arn"]},
        "maxReceiveCount": 10 if queue == "QueueDelivery" else 5,
    }
    assert (main["MessageRetentionPeriod"], dead["MessageRetentionPeriod"]) == (4 * 86_400, 14 * 86_400)
    assert main.get("FifoQueue") == dead.get("FifoQueue") == (True if queue == "QueueDelivery" else None)


def test_every_queue_takes_the_largest_message_and_refuses_plain_http(production: Deployment) -> None:
    policies = production.all("SQS::QueuePolicy").values()
    refusing = {
        named(queue)
        for policy in policies
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for queue in listed(policy["Queues"])
    }
    assert refusing == QUEUES.keys()
    for queue in production.all("SQS::Queue").values():
        assert queue["MaximumMessageSize"] == 1_048_576
        assert queue["SqsManagedSseEnabled"] is True


def test_delivery_is_in_order_for_each_target_and_leaves_repeats_to_us(production: Deployment) -> None:
    queue = production.resource(QUEUES["QueueDelivery"])["Properties"]
    assert queue["DeduplicationScope"] == "messageGroup"
    assert queue["FifoThroughputLimit"] == "perMessageGroupId"
    assert not queue.get("ContentBasedDeduplication")


def test_no_name_is_fixed_so_two_stacks_fit_in_one_account(production: Deployment) -> None:
    names = {"SQS::Queue": "QueueName", "DynamoDB::Table": "TableName", "S3::Bucket": "BucketName"}
    for kind, name in names.items():
        assert not [resource for resource in production.all(kind).values() if name in resource]
