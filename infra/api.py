"""HTTP → what managers and moderators ask and do: pages, feeds, links."""

from __future__ import annotations

from constructs import Construct

from infra.door import Door
from infra.function import Function
from infra.ground import Ground


class Api(Construct):
    """The function people's programs and browsers call."""

    def __init__(self, scope: Construct, name: str, ground: Ground, door: Door) -> None:
        super().__init__(scope, name)
        queues = ground.queues
        self.function = Function(
            self,
            "Api",
            ground,
            handler="functions.api.handler.main",
            timeout=15,
            may=[
                ground.table.may(
                    "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"
                ),
                ground.table.may_query_index("listing"),
                queues.may_send(
                    queues.moderation, queues.announcements, queues.feedback, queues.upkeep, queues.delivery
                ),
                queues.may_inspect(),
                ground.storage.may_get(
                    "program", "digests", "evidence", "feeds", "media", "parked", "people", "plans", "seals", "study"
                ),
                ground.storage.may_get("feedback/skeletons"),
                ground.storage.may_put("feedback/skeletons", "media", "people", "plans"),
                ground.may_read_parameters("links", "pseudonyms"),
            ],
        )
        door.leads(
            ("$default",),
            self.function,
            "Callers bring a signed link or a token of this deployment; the function checks it each time.",
        )
