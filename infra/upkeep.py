"""Schedule → sweep, poll, renew subscriptions, drain what is parked, expire, erase."""

from __future__ import annotations

from constructs import Construct

from infra.clock import Clock
from infra.function import Function
from infra.ground import Ground


class Upkeep(Construct):
    """The function that makes sure: what the quick paths lost, it finds within two minutes."""

    def __init__(self, scope: Construct, name: str, ground: Ground, clock: Clock) -> None:
        super().__init__(scope, name)
        queues = ground.queues
        self.function = Function(
            self,
            "Upkeep",
            ground,
            handler="functions.upkeep.handler.main",
            timeout=50,
            may=[
                ground.table.may("GetItem", "PutItem", "UpdateItem"),
                ground.table.may_query_index("due"),
                queues.may_drain(),
                queues.may_send(queues.delivery),
                ground.storage.may_get("program"),
                ground.storage.may_put("parked"),
                ground.may_read_parameters("directory"),
                ground.may_write_parameters("directory"),
            ],
        )
        clock.minutely(self.function)
