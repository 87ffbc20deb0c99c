"""HTTP → verify, classify, enqueue, answer. It reaches neither the table nor the bucket."""

from __future__ import annotations

from constructs import Construct

from infra.door import Door
from infra.function import Function
from infra.ground import Ground


class Webhooks(Construct):
    """The function platforms call."""

    def __init__(self, scope: Construct, name: str, ground: Ground, door: Door) -> None:
        super().__init__(scope, name)
        self.function = Function(
            self,
            "Webhooks",
            ground,
            handler="functions.webhooks.handler.main",
            timeout=15,
            may=[
                ground.queues.may_send(*ground.queues.inbound),
                ground.may_read_parameters("directory", "sources/*", "surveys/*", "door/*"),
            ],
        )
        door.leads(
            # Some platforms call paths of their own below the address they were given.
            ("ANY /hooks/{source}", "ANY /hooks/{source}/{rest+}"),
            self.function,
            "Platforms sign the raw body, each in its own way; the function checks that before all else.",
        )
