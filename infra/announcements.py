"""Queue → plans become deliveries."""

from __future__ import annotations

from constructs import Construct

from infra.function import Function
from infra.ground import Ground


class Announcements(Construct):
    """The worker of the announcements queue."""

    def __init__(self, scope: Construct, name: str, ground: Ground) -> None:
        super().__init__(scope, name)
        queues = ground.queues
        self.function = Function(
            self,
            "Announcements",
            ground,
            handler="functions.announcements.handler.main",
            timeout=10,
            may=[
                queues.announcements.may_be_consumed(),
                ground.table.may("GetItem", "BatchGetItem", "PutItem", "UpdateItem"),
                queues.may_send(queues.parked, queues.delivery),
                ground.storage.may_get("program"),
                ground.storage.may_put("plans"),
            ],
        )
        self.function.consumes(queues.announcements, concurrency=ground.workers)
