"""The alarms. None has an action: operators attach their own, by the means their company is woken with."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.clock import Clock
from infra.queues import Queues

MINUTE = cdk.Duration.minutes(1)
# Every path is meant to be on time within two minutes; what waits five times as long is held up by something.
LATE = cdk.Duration.minutes(10)


class Watch(Construct):
    """What an operator is told of: dead letters, errors, queues that stand still, ticks that were missed."""

    def __init__(
        self, scope: Construct, name: str, queues: Queues, functions: Iterable[lambda_.Function], clock: Clock
    ) -> None:
        super().__init__(scope, name)
        for queue in queues.every:
            # Two alarms, since upkeep empties these queues each minute: one sees what lies there, the other
            # what was taken between two looks. One with metric math would cost as much, and runs on AWS only.
            lying = queue.dead.metric_approximate_number_of_messages_visible(period=MINUTE, statistic="Maximum")
            taken = queue.dead.metric_number_of_messages_received(period=MINUTE, statistic="Sum")
            age = queue.main.metric_approximate_age_of_oldest_message(period=MINUTE, statistic="Maximum")
            self._above(0, f"{queue.name}DeadLying", lying, f"{queue.name} has dead letters.")
            self._above(0, f"{queue.name}DeadTaken", taken, f"{queue.name} had dead letters, now parked.")
            self._above(LATE.to_seconds(), f"{queue.name}Late", age, f"{queue.name} is not being worked off.")
        for function in functions:
            errors = function.metric_errors(period=MINUTE, statistic="Sum")
            self._above(0, f"{function.node.id}Errors", errors, f"{function.node.id} failed.")
        for metric in ("InvocationDroppedCount", "TargetErrorCount"):
            missed = cloudwatch.Metric(
                namespace="AWS/Scheduler",
                metric_name=metric,
                dimensions_map={"ScheduleGroup": clock.group.schedule_group_name},
                period=MINUTE,
                statistic="Sum",
            )
            self._above(0, f"Clock{metric}", missed, "A schedule could not start its function.")

    def _above(self, threshold: float, name: str, metric: cloudwatch.Metric, meaning: str) -> None:
        cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=meaning,
        )
