"""A synthesised stack, read as an operator reads it: by what its parts are called, not by logical ids."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Template

from infra.settings import Settings
from infra.stack import Liaison

Properties = dict[str, Any]


class Deployment:
    """The stack of some settings and its template."""

    def __init__(self, settings: Settings, bundle: Path) -> None:
        self.app = cdk.App(analytics_reporting=False)
        self.stack = Liaison(self.app, settings, lambda_.Code.from_asset(str(bundle)))
        self.template: dict[str, Any] = dict(Template.from_stack(self.stack).to_json())

    def all(self, kind: str) -> dict[str, Properties]:
        """Properties of the resources of a kind, `SQS::Queue`, by logical id."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.template["Resources"].items()
            if resource["Type"] == f"AWS::{kind}"
        }

    def resource(self, name: str) -> dict[str, Any]:
        """All of one resource."""
        return dict(self.template["Resources"][name])

    def functions(self) -> dict[str, Properties]:
        """Properties of each function by the name it has in logs."""
        return {
            function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]: function
            for function in self.all("Lambda::Function").values()
        }

    def leave(self, function: str) -> dict[str, set[str]]:
        """What a function may do, and to what: `{"sqs:SendMessage": {"QueueParked"}}`; its log left out."""
        role = self.all("IAM::Role")[self.functions()[function]["Role"]["Fn::GetAtt"][0]]
        assert "ManagedPolicyArns" not in role
        leave: dict[str, set[str]] = {}
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                assert statement["Effect"] == "Allow"
                for action in listed(statement["Action"]):
                    what = {named(resource) for resource in listed(statement["Resource"])}
                    leave.setdefault(action, set()).update(what)
        assert leave.pop("logs:CreateLogStream") == leave.pop("logs:PutLogEvents")
        return leave


def listed(value: Any) -> list[Any]:
    """CDK writes a list of one as the one."""
    return value if isinstance(value, list) else [value]


def named(value: Any) -> str:
    """A resource by its construct: `{"Fn::GetAtt": ["QueueParkedF91E34FE", "Arn"]}` is `QueueParked`."""
    match value:
        case {"Fn::GetAtt": [name, _]} | {"Ref": name}:
            return re.sub("[0-9A-F]{8}$", "", name)
        case {"Fn::Join": [_, parts]}:
            return "".join(map(named, parts)).rpartition("liaison/Liaison/")[2]
    return str(value)
