"""Queue and schedule → the log of what people said, then its roll-ups."""

from __future__ import annotations

from constructs import Construct

from infra.clock import Clock
from infra.function import Function
from infra.ground import Ground


class Feedback(Construct):
    """The worker of the feedback queue, and the one that counts what it logged."""

    def __init__(self, scope: Construct, name: str, ground: Ground, clock: Clock) -> None:
        super().__init__(scope, name)
        table, queues, storage = ground.table, ground.queues, ground.storage
        self.function = Function(
            self,
            "Feedback",
            ground,
            handler="functions.feedback.handler.main",
            timeout=10,
            may=[
                queues.feedback.may_be_consumed(),
                table.may("GetItem", "PutItem", "UpdateItem"),
                queues.may_send(queues.parked),
                storage.may_get("program"),
            ],
        )
        self.function.consumes(queues.feedback, concurrency=ground.workers)
        self.roll_up = Function(
            self,
            "RollUp",
            ground,
            handler="functions.feedback.handler.roll_up",
            timeout=50,
            may=[
                table.may("GetItem", "Query", "PutItem", "UpdateItem"),
                table.may_query_index("due"),
                storage.may_get("program"),
            ],
        )
        clock.minutely(self.roll_up)
