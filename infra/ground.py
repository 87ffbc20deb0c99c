"""What every function stands on: the code, the stores, the queues, and where to find them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from infra.mail import Mail
from infra.queues import Queues
from infra.storage import Storage
from infra.table import Table


@dataclass(frozen=True)
class Ground:
    """Handed to each construct. `parameters` is the path in SSM below which the secrets stand."""

    code: lambda_.Code
    table: Table
    storage: Storage
    queues: Queues
    parameters: str
    public_url: str
    mail: Mail
    workers: int

    @property
    def environment(self) -> Mapping[str, str]:
        """The same for every function: what one may use is its role's business, not its environment's."""
        queues = self.queues
        return {
            "TABLE": self.table.table_name,
            "BUCKET": self.storage.bucket_name,
            **{f"QUEUE_{queue.name.upper()}": queue.main.queue_url for queue in queues.every},
            "DEAD_LETTERS": cdk.Fn.join(",", [queue.queue_url for queue in queues.dead]),
            "PARAMETERS": self.parameters,
            "PUBLIC_URL": self.public_url,
            "MAIL_FROM": self.mail.sender,
            "MAIL_SET": self.mail.set,
            "POWERTOOLS_METRICS_NAMESPACE": "Liaison",
            "LOG_LEVEL": "INFO",
        }

    def may_read_parameters(self, *names: str) -> iam.PolicyStatement:
        """Leave to read these below the path. SSM decrypts with its own key, which needs no leave."""
        return self._parameters("GetParameter", names)

    def may_write_parameters(self, *names: str) -> iam.PolicyStatement:
        """Leave to write these below the path."""
        return self._parameters("PutParameter", names)

    def _parameters(self, action: str, names: tuple[str, ...]) -> iam.PolicyStatement:
        stack = cdk.Stack.of(self.table)
        # The path starts with a slash, and the ARN has none beside it.
        root = stack.format_arn(service="ssm", resource=f"parameter{self.parameters}")
        return iam.PolicyStatement(actions=[f"ssm:{action}"], resources=[f"{root}/{name}" for name in names])
