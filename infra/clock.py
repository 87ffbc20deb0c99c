"""The schedules: each starts one function, which finds for itself what is due."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from constructs import Construct


class Clock(Construct):
    """A group of schedules, so that their failures are counted apart from anybody else's."""

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        self.group = scheduler.ScheduleGroup(self, "Group", removal_policy=cdk.RemovalPolicy.DESTROY)

    def minutely(self, function: lambda_.Function) -> None:
        """Each minute. A tick that fails is not repeated: it carries nothing, and the next one is due."""
        self._start(function, scheduler.ScheduleExpression.rate(cdk.Duration.minutes(1)), retries=0, within=1)

    def quarterly(self, function: lambda_.Function) -> None:
        """Each quarter of an hour. A tick that fails is not repeated: the next one does its work, too."""
        self._start(function, scheduler.ScheduleExpression.rate(cdk.Duration.minutes(15)), retries=0, within=5)

    def _start(
        self, function: lambda_.Function, when: scheduler.ScheduleExpression, *, retries: int, within: int
    ) -> None:
        """`retries` and `within` (minutes) hold for the schedule's call and for Lambda's own queue behind."""
        start = iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn])
        role = iam.Role(
            function,
            "ClockRole",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                # Only schedules of this group, or another account's schedule could borrow the role.
                conditions={"StringEquals": {"aws:SourceArn": self.group.schedule_group_arn}},
            ),
            inline_policies={"start": iam.PolicyDocument(statements=[start])},
        )
        age = cdk.Duration.minutes(within)
        scheduler.Schedule(
            function,
            "Schedule",
            schedule=when,
            schedule_group=self.group,
            target=targets.LambdaInvoke(
                function, role=role.without_policy_updates(), retry_attempts=retries, max_event_age=age
            ),
        )
        function.configure_async_invoke(retry_attempts=retries, max_event_age=age)
