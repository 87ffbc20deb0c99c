"""The one operational table and its two sparse indexes."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

INDEXES = {"due": "due_at", "listing": "listed_at"}


class Table(dynamodb.Table):
    """Items under `pk` and `sk`; an item is due or listed while it carries the index's two attributes."""

    def __init__(self, scope: Construct, name: str, *, keep: bool) -> None:
        """`keep`: it refuses to be deleted, and outlives its stack."""
        text = dynamodb.AttributeType.STRING
        super().__init__(
            scope,
            name,
            partition_key=dynamodb.Attribute(name="pk", type=text),
            sort_key=dynamodb.Attribute(name="sk", type=text),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute="expires",
            deletion_protection=keep,
            removal_policy=cdk.RemovalPolicy.RETAIN if keep else cdk.RemovalPolicy.DESTROY,
        )
        for index, when in INDEXES.items():
            self.add_global_secondary_index(
                index_name=index,
                partition_key=dynamodb.Attribute(name=index, type=text),
                sort_key=dynamodb.Attribute(name=when, type=text),
                projection_type=dynamodb.ProjectionType.KEYS_ONLY,
            )

    def may(self, *actions: str) -> iam.PolicyStatement:
        """Leave to do these to items."""
        allowed = [f"dynamodb:{action}" for action in actions]
        return iam.PolicyStatement(actions=allowed, resources=[self.table_arn])

    def may_query_index(self, index: str) -> iam.PolicyStatement:
        """Leave to ask one index."""
        return iam.PolicyStatement(actions=["dynamodb:Query"], resources=[f"{self.table_arn}/index/{index}"])
