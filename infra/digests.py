"""Schedule → the summary."""

from __future__ import annotations

from constructs import Construct

from infra.clock import Clock
from infra.function import Function
from infra.ground import Ground


class Digests(Construct):
    """The function that looks, each quarter of an hour, for whom it is time."""

    def __init__(self, scope: Construct, name: str, ground: Ground, clock: Clock) -> None:
        super().__init__(scope, name)
        self.function = Function(
            self,
            "Digests",
            ground,
            handler="functions.digests.handler.main",
            timeout=60,
            may=[
                ground.table.may("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem"),
                ground.table.may_query_index("listing"),
                ground.storage.may_get("program", "people", "seals", "study"),
                ground.storage.may_get("feedback/skeletons"),
                ground.storage.may_put("digests", "people", "feedback/skeletons"),
                ground.queues.may_send(ground.queues.delivery),
                ground.may_read_parameters("links", "pseudonyms"),
            ],
        )
        clock.quarterly(self.function)
