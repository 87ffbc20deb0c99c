"""How SES tells what became of our mails."""

from __future__ import annotations

from tests.infra.deployment import Deployment, listed, named

TOLD = {"SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE", "DELIVERY_DELAY"}


def test_whatever_becomes_of_a_mail_is_published_and_nothing_of_who_reads_it(production: Deployment) -> None:
    [destination] = production.all("SES::ConfigurationSetEventDestination").values()
    told = destination["EventDestination"]
    assert told["Enabled"] is True
    assert set(told["MatchingEventTypes"]) == TOLD
    assert "default" in str(told["EventBridgeDestination"]["EventBusArn"])


def test_the_events_of_our_set_alone_reach_upkeeps_queue(production: Deployment) -> None:
    [name] = production.all("SES::ConfigurationSet")
    [rule] = production.all("Events::Rule").values()
    assert rule["EventPattern"] == {
        "source": ["aws.ses"],
        "detail": {"mail": {"tags": {"ses:configuration-set": [{"Ref": name}]}}},
    }
    [target] = rule["Targets"]
    assert named(target["Arn"]) == "QueueUpkeep"
    assert "RoleArn" not in target


def test_only_that_rule_may_put_something_on_it(production: Deployment) -> None:
    [rule] = production.all("Events::Rule")
    policies = [
        policy
        for policy in production.all("SQS::QueuePolicy").values()
        if [named(queue) for queue in policy["Queues"]] == ["QueueUpkeep"]
    ]
    [allowed] = [one for one in listed(policies[0]["PolicyDocument"]["Statement"]) if one["Effect"] == "Allow"]
    assert len(policies) == 1
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    assert "sqs:SendMessage" in listed(allowed["Action"])
    assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [rule, "Arn"]}}}


def test_functions_send_with_the_set_that_tells(production: Deployment, local: Deployment) -> None:
    [name] = production.all("SES::ConfigurationSet")
    assert production.functions()["delivery"]["Environment"]["Variables"]["MAIL_SET"] == {"Ref": name}
    assert local.functions()["delivery"]["Environment"]["Variables"]["MAIL_SET"] == ""


def test_without_an_address_there_is_none_of_it(local: Deployment) -> None:
    for kind in ("SES::ConfigurationSet", "SES::ConfigurationSetEventDestination", "Events::Rule"):
        assert not local.all(kind)
    assert not {"MailFrom", "MailSet"} & local.template["Outputs"].keys()
