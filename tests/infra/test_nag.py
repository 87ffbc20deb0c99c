"""cdk-nag finds exactly what was accepted: nothing new, and nothing accepted that is no longer found."""

from __future__ import annotations

import pytest
from cdk_nag import AwsSolutionsChecks

from tests.infra.deployment import Deployment

PREFIX = "AwsSolutions::"
ACCEPTED = "aws:cdk:acknowledged-rules"


def found(deployment: Deployment) -> set[tuple[str, str]]:
    report = AwsSolutionsChecks(deployment.app).validate_scope(deployment.stack)
    return {
        (violation.rule_name, resource.construct_path.removesuffix("/Resource"))
        for violation in report.violations
        for resource in violation.violating_resources
        if resource.construct_path
    }


def accepted(deployment: Deployment) -> dict[tuple[str, str], str]:
    return {
        (rule.removeprefix(PREFIX), construct.node.path): reason
        for construct in deployment.stack.node.find_all()
        for entry in construct.node.metadata
        if entry.type == ACCEPTED
        for rule, reason in entry.data.items()
    }


@pytest.mark.parametrize("which", ["production", "local"])
def test_every_finding_is_accepted_with_a_reason(which: str, request: pytest.FixtureRequest) -> None:
    deployment: Deployment = request.getfixturevalue(which)
    reasons = accepted(deployment)
    assert found(deployment) == reasons.keys()
    assert all(len(reason) > 30 for reason in reasons.values())


def test_only_these_rules_are_excepted(production: Deployment) -> None:
    rules = {rule.partition("[")[0] for rule, _ in accepted(production)}
    assert rules == {"AwsSolutions-APIG4", "AwsSolutions-IAM5", "AwsSolutions-L1", "AwsSolutions-S1"}
