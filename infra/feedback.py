"""Queue and schedule → the log of what people said, then its roll-ups."""

from __future__ import annotations

from constructs import Construct

from infra.clock import Clock
from infra.function import Function
from infra.ground import Ground


class Feedback(Construct):
    """The worker of the feedback queue, the one that counts what it logged, and the one that learns from it."""

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
                table.may("GetItem", "BatchGetItem", "PutItem", "UpdateItem", "ConditionCheckItem"),
                # What was pressed on a card: an answer that is sent, and the card itself.
                queues.may_send(queues.parked, queues.delivery),
                storage.may_get("program", "study", "feedback/skeletons"),
                ground.may_read_parameters("pseudonyms"),
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
                storage.may_get("program", "feedback/skeletons"),
                storage.may_put("feedback/skeletons"),
            ],
        )
        clock.minutely(self.roll_up)
        self.learn = Function(
            self,
            "Learn",
            ground,
            handler="functions.feedback.handler.learn",
            timeout=300,
            memory=1769,  # One whole processor: it counts letters.
            may=[
                table.may("GetItem", "BatchGetItem", "Query"),
                storage.may_get("program", "study", "feedback/skeletons"),
                storage.may_put("study"),
            ],
        )
        clock.quarterly(self.learn)
