"""Outbox → platforms: posts, actions and mail, by one audited path."""

from __future__ import annotations

from constructs import Construct

from infra.function import Function
from infra.ground import Ground


class Delivery(Construct):
    """The worker of the delivery queue: one message at a time, one in flight for each target."""

    def __init__(self, scope: Construct, name: str, ground: Ground) -> None:
        super().__init__(scope, name)
        queues, storage = ground.queues, ground.storage
        self.function = Function(
            self,
            "Delivery",
            ground,
            handler="functions.delivery.handler.main",
            timeout=20,
            may=[
                queues.delivery.may_be_consumed(),
                ground.table.may("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "ConditionCheckItem"),
                # What it was asked to look up enters like what is sent; a part that is there calls the next one.
                queues.may_send(queues.moderation, queues.feedback, queues.delivery),
                storage.may_get("program", "digests", "feeds", "media"),
                storage.may_put("feeds"),
                ground.may_read_parameters("targets/*", "sessions/*", "pseudonyms"),
                ground.may_write_parameters("sessions/*"),
                *ground.mail.may_send(),
            ],
        )
        # The groups bound how many run at once, so the mapping has no cap of its own.
        self.function.consumes(queues.delivery, batch=1, concurrency=None)
