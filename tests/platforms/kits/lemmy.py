"""Lemmy, as its poller brings it: samples are pieces."""

from events.program import Source

PLACE = Source(
    id="place",
    community="club",
    platform="lemmy",
    api="https://lemmy.example.com",
    about="acmegame",
    account="acme",
)

OUTCOMES = {
    "comment": "FeedbackReceived",
    "comment.bot": "without effect",
    "comment_report": "FlagRaised",
    "comment_report.newer": "FlagRaised",
    "edited": "FeedbackChanged",
    "post": "FeedbackReceived",
    "post_report": "FlagRaised",
    "resolved": "DecisionReported",
    "resolved.elsewhere": "without effect",
    "resolved.stands": "DecisionReported",
}
OTHERS: dict[str, str] = {}


def headers(name: str) -> dict[str, str]:
    """Nobody sends us any."""
    del name
    return {}
