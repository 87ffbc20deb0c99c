"""Bluesky and Ozone, as their poller brings them: samples are pieces."""

from events.program import Source

PLACE = Source(
    id="place",
    community="club",
    platform="bluesky",
    about="did:plc:ozon4example2222222222ff",
    account="acme.example.com",
)

OUTCOMES = {
    "notification.link": "FeedbackReceived",
    "notification.mention": "FeedbackReceived",
    "notification.quote": "FeedbackReceived",
    "notification.reply": "FeedbackReceived",
    "ozone.appeal": "FlagRaised",
    "ozone.label": "DecisionReported",
    "ozone.ours": "without effect",
    "ozone.record": "without effect",
    "ozone.report": "FlagRaised",
    "ozone.report.account": "FlagRaised",
    "ozone.tag": "DecisionReported",
    "ozone.takedown": "DecisionReported",
}
OTHERS: dict[str, str] = {}


def headers(name: str) -> dict[str, str]:
    """Nobody sends us any."""
    del name
    return {}
