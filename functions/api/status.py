"""How things stand: what waits for a person, and how long the queues are."""

from typing import Any

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.announcements import records as announcements
from functions.announcements import recurring
from functions.moderation import records as moderation
from functions.shared import aws, outbox, program, raised
from functions.shared.settings import settings
from functions.shared.table import table

router = APIGatewayHttpRouter()
QUEUES = ("moderation", "announcements", "feedback", "upkeep", "parked", "delivery")


@router.get("/v1/<community>/status", tags=["status"], summary="What waits, and how long the queues are")
def read_status(community: str) -> dict[str, Any]:
    """At most 100 of each are counted: of announcements and series, those of the newest 100 that somebody has to say
    yes to, or that were missed. Queues are shared by all communities."""
    newest = table().listing(community, announcements.LISTING)
    drafts = [item for item in newest if item["state"] in ("draft", "missed") or "change" in item]
    series = [item for item in table().listing(community, recurring.LISTING) if recurring.waits(item)]
    return {
        "program": program.active()[1],
        "waiting": {
            "cases": len(table().listed(community, moderation.OPEN)),
            "drafts": len(drafts),
            "series": len(series),
            "deliveries": len(table().listed(community, outbox.NEEDS_A_PERSON)),
            "parked": len(table().listed(community, "parked")),
            "standing": len(table().listed(community, raised.STANDING)),
            "alerts": len(table().listed(community, raised.ALERTS)),
        },
        "queues": {name: depth(settings().queue(name)) for name in QUEUES},
        "dead": sum(depth(queue) for queue in settings().dead_letters),
    }


def depth(queue: str) -> int:
    """Messages in a queue, those in hand and those delayed included (approximately, as SQS says)."""
    got = aws.sqs().get_queue_attributes(
        QueueUrl=queue,
        AttributeNames=[
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ],
    )
    return sum(int(number) for number in got["Attributes"].values())
