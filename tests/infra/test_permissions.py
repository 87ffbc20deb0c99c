"""Who may do what is what the table of `tests/support/leave.py` says, to which all other tests are held."""

from __future__ import annotations

import pytest

from tests.infra.deployment import Deployment, listed
from tests.support.leave import LEAVE

MAIL_FROM = "news@example.org"


def test_every_function_is_in_the_table(production: Deployment) -> None:
    assert production.functions().keys() == LEAVE.keys()


@pytest.mark.parametrize("function", LEAVE)
def test_a_role_holds_what_the_table_says_and_no_more(production: Deployment, function: str) -> None:
    leave = production.leave(function)
    for action in ("ses:SendEmail", "ses:SendRawEmail"):
        if sender := leave.pop(action, None):
            assert {name.rpartition("/")[2] for name in sender} == {"*", "MailSet"}
            leave[action] = {"Sender"}
    assert leave == LEAVE[function]


def test_mail_is_sent_from_the_one_address_whatever_identity_it_asks_for(production: Deployment) -> None:
    role = production.all("IAM::Role")[production.functions()["delivery"]["Role"]["Fn::GetAtt"][0]]
    statements = [one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]]
    identities, ours = (one for one in statements if "ses:SendEmail" in listed(one["Action"]))
    assert "identity/*" in str(identities["Resource"])
    assert identities["Condition"] == {"StringEquals": {"ses:FromAddress": MAIL_FROM}}
    assert "configuration-set" in str(ours["Resource"])


def test_no_role_is_shared_or_added_to(production: Deployment) -> None:
    roles = [function["Role"]["Fn::GetAtt"][0] for function in production.functions().values()]
    assert len(set(roles)) == len(roles)
    assert not production.all("IAM::Policy")


def test_without_an_address_nobody_may_send_mail(local: Deployment) -> None:
    assert not local.all("SES::EmailIdentity")
    assert not {"ses:SendEmail", "ses:SendRawEmail"} & local.leave("delivery").keys()


def test_a_schedule_may_start_its_own_function_and_only_from_its_group(production: Deployment) -> None:
    schedules = production.all("Scheduler::Schedule")
    assert len(schedules) == 5
    for schedule in schedules.values():
        role = production.all("IAM::Role")[schedule["Target"]["RoleArn"]["Fn::GetAtt"][0]]
        [policy] = role["Policies"]
        [statement] = policy["PolicyDocument"]["Statement"]
        [trust] = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Action"] == "lambda:InvokeFunction"
        assert statement["Resource"] == schedule["Target"]["Arn"]
        assert list(trust["Condition"]["StringEquals"]) == ["aws:SourceArn"]
