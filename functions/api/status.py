"""How things stand: what waits for a person, and how long the queues are."""

from typing import Any

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.announcements import records as announcements
from functions.announcements import recurring
from functions.announcements.records import SEARCHED
from functions.moderation import records as moderation
from functions.shared import aws, outbox, program, raised
from functions.shared.settings import settings
from functions.shared.table import MOST_LISTED, table

router = APIGatewayHttpRouter()
COUNTED = {
    "cases": moderation.OPEN,
    "deliveries": outbox.NEEDS_A_PERSON,
    "parked": "parked",
    "standing": raised.STANDING,
    "alerts": raised.ALERTS,
}
"""Listings of what waits, by what it is."""

SEARCHES = {
    "drafts": (announcements.LISTING, announcements.waits),
    "series": (recurring.LISTING, recurring.waits),
}
"""Listings of everything, and which of it waits."""

QUEUES = ("moderation", "announcements", "feedback", "upkeep", "parked", "delivery")


@router.get("/v1/<community>/status", tags=["status"], summary="What waits, and how long the queues are")
def read_status(community: str) -> dict[str, Any]:
    """What waits is counted up to 100 of each; `more` names what there may be more of. Announcements and series that
    somebody has to say yes to, or that were missed, are searched for among the newest 1,000. Queues are shared by all
    communities."""
    counted = {name: len(table().listed(community, listing)) for name, listing in COUNTED.items()}
    searched = {name: table().listing(community, listing, SEARCHED) for name, (listing, _) in SEARCHES.items()}
    found = {name: sum(map(SEARCHES[name][1], newest)) for name, newest in searched.items()}
    return {
        "program": program.active()[1],
        "waiting": counted | found,
        "more": [
            *(name for name, number in counted.items() if number >= MOST_LISTED),
            *(name for name, newest in searched.items() if len(newest) >= SEARCHED),
        ],
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
