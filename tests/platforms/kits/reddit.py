"""Reddit, as its poller brings it: samples are pieces."""

from events.program import Source

PLACE = Source(id="place", community="club", platform="reddit", about="acmegame", account="acme_liaison")

OUTCOMES = {
    "comment": "FeedbackReceived",
    "comment.automoderator": "without effect",
    "edited": "FeedbackChanged",
    "hold": "FlagRaised",
    "modaction.banuser": "DecisionReported",
    "modaction.editsettings": "without effect",
    "modaction.ours": "without effect",
    "modaction.removelink": "DecisionReported",
    "post": "FeedbackReceived",
    "post.gallery": "FeedbackReceived",
    "post.link": "FeedbackReceived",
    "post.poll": "FeedbackReceived",
    "report": "FlagRaised",
    "report.moderator": "FlagRaised",
}
OTHERS: dict[str, str] = {}


def headers(name: str) -> dict[str, str]:
    """Nobody sends us any."""
    del name
    return {}
