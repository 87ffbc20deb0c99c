"""Queue → flags become cases, cases become decisions and actions."""

from __future__ import annotations

from constructs import Construct

from infra.function import Function
from infra.ground import Ground


class Moderation(Construct):
    """The worker of the moderation queue."""

    def __init__(self, scope: Construct, name: str, ground: Ground) -> None:
        super().__init__(scope, name)
        queues = ground.queues
        self.function = Function(
            self,
            "Moderation",
            ground,
            handler="functions.moderation.handler.main",
            timeout=10,
            may=[
                queues.moderation.may_be_consumed(),
                ground.table.may("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"),
                queues.may_send(queues.parked, queues.delivery),
                ground.storage.may_get("program"),
                ground.storage.may_put("evidence"),
                ground.storage.may_delete("evidence"),
            ],
        )
        self.function.consumes(queues.moderation, concurrency=ground.workers)
