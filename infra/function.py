"""How a function is made: its own role, its own log, and nothing it was not given."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.ground import Ground
from infra.nag import accept, accept_wildcards
from infra.queues import Queue

LOGS_KEPT = logs.RetentionDays.ONE_MONTH
BATCH = 10


class Function(lambda_.Function):
    """A handler of the bundle, with exactly the leave it is given."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        ground: Ground,
        *,
        handler: str,
        timeout: int,
        may: Iterable[iam.PolicyStatement],
        memory: int = 512,
    ) -> None:
        """`name` is what its logs and metrics call it; `timeout` in seconds, `memory` in MB."""
        gone = cdk.RemovalPolicy.DESTROY
        log = logs.LogGroup(scope, f"{name}Log", retention=LOGS_KEPT, removal_policy=gone)
        statements = list(may)
        write_log = iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log.log_group_arn]
        )
        role = iam.Role(
            scope,
            f"{name}Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"work": iam.PolicyDocument(statements=[write_log, *statements])},
        )
        accept_wildcards(role, statements)
        super().__init__(
            scope,
            name,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            code=ground.code,
            handler=handler,
            memory_size=memory,
            timeout=cdk.Duration.seconds(timeout),
            # Fixed: a role is read whole here, and no construct adds to it behind our back.
            role=role.without_policy_updates(),
            log_group=log,
            environment={**ground.environment, "POWERTOOLS_SERVICE_NAME": _service(name)},
        )
        accept(self, "L1", "Python 3.13 starts faster than 3.14: 80 ms against 101 ms.")

    def consumes(self, queue: Queue, *, batch: int = BATCH, concurrency: int | None) -> None:
        """Runs on the messages of `queue`; those of a batch that it settled do not come again.

        Its role needs `queue.may_be_consumed()`. The cap is the mapping's own: with reserved concurrency the
        throttled receives would count, and carry healthy messages to the dead letters.
        """
        self.add_event_source_mapping(
            "Messages",
            event_source_arn=queue.main.queue_arn,
            batch_size=batch,
            report_batch_item_failures=True,
            max_concurrency=concurrency,
        )


def _service(name: str) -> str:
    """`RollUp` is `roll_up` in logs and metrics, as its handler is in the code."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
