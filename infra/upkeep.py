"""Schedule → sweep, poll, renew subscriptions, drain what is parked, expire, erase."""

from __future__ import annotations

from constructs import Construct

from infra.clock import Clock
from infra.function import Function
from infra.ground import Ground


class Upkeep(Construct):
    """Two functions, each minute. One makes sure: what the quick paths lost, it finds within two minutes. The
    other makes the rounds of the platforms, so that a slow one delays nothing but its like."""

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
                ground.table.may(
                    "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"
                ),
                ground.table.may_query_index("due"),
                queues.may_drain(),
                queues.may_send(queues.delivery, queues.parked),
                ground.storage.may_get("program", "plans"),
                ground.storage.may_put("evidence", "parked", "plans"),
                ground.storage.may_delete("evidence"),
                ground.may_read_parameters("directory", "surveys/*", "links", "pseudonyms"),
                ground.may_write_parameters("directory", "surveys/*"),
            ],
        )
        clock.minutely(self.function)
        self.rounds = Function(
            self,
            "Rounds",
            ground,
            handler="functions.upkeep.handler.rounds",
            timeout=120,
            may=[
                ground.table.may("GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem"),
                ground.table.may_query_index("due"),
                ground.table.may_query_index("listing"),
                queues.may_send(*queues.inbound),
                ground.storage.may_get("program", "seals", "exports", "feedback/skeletons", "people", "study"),
                ground.storage.may_put("seals", "exports", "feedback/skeletons", "study"),
                ground.storage.may_list("evidence"),
                ground.storage.may_list("feedback/skeletons"),
                ground.storage.may_list("people"),
                ground.storage.may_delete("evidence", "people"),
                ground.may_read_parameters("sources/*", "targets/*", "pseudonyms"),
            ],
        )
        clock.minutely(self.rounds)
