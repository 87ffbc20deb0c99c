"""The alarms an operator is woken by."""

from __future__ import annotations

from tests.infra.deployment import Deployment, named


def watched(deployment: Deployment) -> dict[str, set[str]]:
    """What each metric is watched for."""
    seen: dict[str, set[str]] = {}
    for alarm in deployment.all("CloudWatch::Alarm").values():
        [dimension] = alarm["Dimensions"]
        seen.setdefault(alarm["MetricName"], set()).add(named(dimension["Value"]))
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["AlarmDescription"]
    return seen


def test_each_dead_letter_is_noticed_even_when_upkeep_was_quicker(production: Deployment) -> None:
    dead = {named({"Ref": name}) for name in production.all("SQS::Queue") if "Dead" in name}
    assert len(dead) == 6
    assert watched(production)["ApproximateNumberOfMessagesVisible"] == dead
    assert watched(production)["NumberOfMessagesReceived"] == dead


def test_each_queue_that_stands_still_is_noticed(production: Deployment) -> None:
    main = {named({"Ref": name}) for name in production.all("SQS::Queue") if "Dead" not in name}
    assert watched(production)["ApproximateAgeOfOldestMessage"] == main


def test_each_function_that_fails_is_noticed(production: Deployment) -> None:
    functions = {named({"Ref": name}) for name in production.all("Lambda::Function")}
    assert len(functions) == 11
    assert watched(production)["Errors"] == functions


def test_a_missed_tick_is_noticed(production: Deployment) -> None:
    [group] = production.all("Scheduler::ScheduleGroup").values()
    assert watched(production)["InvocationDroppedCount"] == {group["Name"]}
    assert watched(production)["TargetErrorCount"] == {group["Name"]}
    for schedule in production.all("Scheduler::Schedule").values():
        assert "GroupName" in schedule


def test_the_outputs_the_command_line_reads(production: Deployment) -> None:
    assert production.template["Outputs"].keys() == {
        "Url",
        "ApiId",
        "TableName",
        "BucketName",
        "Parameters",
        "QueueModeration",
        "QueueAnnouncements",
        "QueueFeedback",
        "QueueUpkeep",
        "QueueParked",
        "QueueDelivery",
        "DeadLetters",
        "FunctionWebhooks",
        "FunctionUpkeep",
        "FunctionDigests",
        "FunctionRollUp",
        "FunctionLearn",
        "FunctionRounds",
        "MailFrom",
        "MailSet",
    }
