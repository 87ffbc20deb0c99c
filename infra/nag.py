"""Findings of cdk-nag that are accepted, each where it arises and with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import IConstruct

# The only wildcards a role may hold: the ends of the resources, and why they cannot be spelt out.
WILDCARDS = {
    "/program/*": "Programs are stored under their hash, which is not known before they are pushed.",
    "/digests/*": "Each digest is a page of its own; the prefix holds nothing else.",
    ":identity/*": "SES in its sandbox asks for the recipient's identity, too; the condition names the sender.",
    "/feeds/*": "The community's program says which feeds there are, and changes without a deployment.",
    "/media/*": "Each image is stored under its hash, which is not known before it is uploaded.",
    "/plans/*": "Each approved plan is stored under its hash, which is not known before it is approved.",
    "/parked/*": "Each parked body is an object of its own; the prefix holds nothing else.",
    "/evidence/*": "Each snapshot is stored under what it says, which is not known before it is reported.",
    "/people/*": "Each day of each community has its sets of people; the prefix holds nothing else.",
    "/study/*": "Each community has its index, and what its confirmations taught; the prefix holds nothing else.",
    "/exports/*": "Each day of each community is exported to objects of its own; the prefix holds nothing else.",
    "/seals/*": "Each day of each community has a seal of its own; the prefix holds nothing else.",
    "/feedback/skeletons/*": "Each hour of what was said has an object of its own; the prefix holds nothing else.",
    "/sources/*": "One secret for each source of the program, which changes without a deployment.",
    "/surveys/*": "What each survey of the program asks, which changes without a deployment.",
    "/door/*": "One token for each source whose forms the door opens; the program changes without a deployment.",
    "/sessions/*": "One session for each target that wants a login; the program changes without a deployment.",
    "/targets/*": "One secret for each target of the program, which changes without a deployment.",
}


def accept(scope: IConstruct, rule: str, reason: str) -> None:
    """Accepts one finding of the AwsSolutions rules: `SQS3`, or `IAM5[Resource::…]` for one of several."""
    cdk.Validations.of(scope).acknowledge(cdk.Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason))


def accept_wildcards(role: iam.Role, statements: Iterable[iam.PolicyStatement]) -> None:
    """Accepts those of `WILDCARDS` that the statements hold; any other stays a finding."""
    stack = cdk.Stack.of(role)
    for resource in (resource for statement in statements for resource in statement.resources):
        for end, reason in WILDCARDS.items():
            if resource.endswith(end):
                accept(role, f"IAM5[Resource::{_printed(stack.resolve(resource))}]", reason)


def _printed(value: Any) -> str:
    """A resolved value in the notation of cdk-nag's ids: `<Storage.Arn>/program/*`."""
    match value:
        case {"Fn::Join": ["", parts]}:
            return "".join(map(_printed, parts))
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Ref": name}:
            return f"<{name}>"
    return str(value)
