"""The whole of one deployment, in the order a webhook goes through it."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.announcements import Announcements
from infra.api import Api
from infra.clock import Clock
from infra.delivery import Delivery
from infra.digests import Digests
from infra.door import Door
from infra.feedback import Feedback
from infra.ground import Ground
from infra.mail import Mail
from infra.moderation import Moderation
from infra.queues import Queues
from infra.settings import Settings
from infra.storage import Storage
from infra.table import Table
from infra.upkeep import Upkeep
from infra.watch import Watch
from infra.webhooks import Webhooks


class Liaison(cdk.Stack):
    """platform → webhooks → queues → moderation, announcements, feedback → table → delivery → platform."""

    def __init__(self, scope: Construct, settings: Settings, code: lambda_.Code) -> None:
        super().__init__(scope, settings.stack)
        door = Door(self, "Door")
        clock = Clock(self, "Clock")
        queues = Queues.make(self)
        ground = Ground(
            code=code,
            table=Table(self, "Table", keep=settings.production),
            storage=Storage(self, "Storage", keep=settings.production),
            queues=queues,
            parameters=f"/liaison/{settings.stack}",
            public_url=settings.public_url or door.url,
            mail=Mail(self, "Mail", settings.mail_from or "", queues.upkeep),
            workers=settings.workers,
        )

        webhooks = Webhooks(self, "Webhooks", ground, door)
        moderation = Moderation(self, "Moderation", ground)
        announcements = Announcements(self, "Announcements", ground)
        feedback = Feedback(self, "Feedback", ground, clock)
        delivery = Delivery(self, "Delivery", ground)
        digests = Digests(self, "Digests", ground, clock)
        upkeep = Upkeep(self, "Upkeep", ground, clock)
        api = Api(self, "Api", ground, door)

        workers = (webhooks, moderation, announcements, feedback, delivery, digests, upkeep, api)
        functions = [*(worker.function for worker in workers), feedback.roll_up, feedback.learn, upkeep.rounds]
        Watch(self, "Watch", ground.queues, functions, clock)

        told = {
            "Url": ground.public_url,
            "ApiId": door.api.api_id,
            "TableName": ground.table.table_name,
            "BucketName": ground.storage.bucket_name,
            "Parameters": ground.parameters,
            **{f"Queue{queue.name}": queue.main.queue_url for queue in ground.queues.every},
            "DeadLetters": ground.environment["DEAD_LETTERS"],
            "FunctionWebhooks": webhooks.function.function_name,
            "FunctionUpkeep": upkeep.function.function_name,
            "FunctionDigests": digests.function.function_name,
            "FunctionRollUp": feedback.roll_up.function_name,
            "FunctionLearn": feedback.learn.function_name,
            "FunctionRounds": upkeep.rounds.function_name,
        }
        # An output without a value is refused, so there are none where no mail is sent.
        told |= {"MailFrom": ground.mail.sender, "MailSet": ground.mail.set} if ground.mail.sender else {}
        # A scope of their own, because queues and outputs would like the same names.
        outputs = Construct(self, "Outputs")
        for name, value in told.items():
            cdk.CfnOutput(outputs, name, value=value).override_logical_id(name)
