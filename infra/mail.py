"""How SES tells what became of our mails: configuration set → EventBridge → upkeep's queue. And who may send them."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ses as ses
from constructs import Construct

from infra.queues import Queue

TOLD = ["SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE", "DELIVERY_DELAY"]
"""Not who opened a mail, or followed a link in it: that is nobody's business."""


class Mail(Construct):
    """A configuration set, whose events go to `queue`; nothing where the deployment has no address to send from. The
    identity itself is the operator's: verified once, used by many stacks."""

    def __init__(self, scope: Construct, name: str, sender: str, queue: Queue) -> None:
        super().__init__(scope, name)
        self.sender = sender
        self.set = ""
        if not sender:
            return
        made = ses.CfnConfigurationSet(
            self,
            "Set",
            # Whoever took mail for good no more, or called it unwanted, is kept from it by our own record, too.
            suppression_options=ses.CfnConfigurationSet.SuppressionOptionsProperty(
                suppressed_reasons=["BOUNCE", "COMPLAINT"]
            ),
        )
        self.set = made.ref
        bus = cdk.Stack.of(self).format_arn(service="events", resource="event-bus", resource_name="default")
        ses.CfnConfigurationSetEventDestination(
            self,
            "Events",
            configuration_set_name=self.set,
            event_destination=ses.CfnConfigurationSetEventDestination.EventDestinationProperty(
                enabled=True,
                matching_event_types=TOLD,
                event_bridge_destination=ses.CfnConfigurationSetEventDestination.EventBridgeDestinationProperty(
                    event_bus_arn=bus
                ),
            ),
        )
        mine = {"mail": {"tags": {"ses:configuration-set": [self.set]}}}
        events.Rule(
            self,
            "Rule",
            description="What became of the mails of this deployment.",
            event_pattern=events.EventPattern(source=["aws.ses"], detail=mine),
            targets=[targets.SqsQueue(queue.main)],
        )

    def may_send(self) -> list[iam.PolicyStatement]:
        """Leave to send from the one address with our configuration set. A mail that we have written ourselves asks for
        both actions. None where there is no address.

        Which identities it asks for is SES's to say: the address or its domain, and for an account in the sandbox that
        of whoever it goes to, too. So the condition says from where."""
        if not self.sender:
            return []
        stack = cdk.Stack.of(self)
        identities = stack.format_arn(service="ses", resource="identity", resource_name="*")
        ours = stack.format_arn(service="ses", resource="configuration-set", resource_name=self.set)
        actions = ["ses:SendEmail", "ses:SendRawEmail"]
        from_us = {"StringEquals": {"ses:FromAddress": self.sender}}
        return [
            iam.PolicyStatement(actions=actions, resources=[identities], conditions=from_us),
            iam.PolicyStatement(actions=actions, resources=[ours]),
        ]
