"""Telegram, as the contract tests send it: a token comes back, and nothing is signed."""

from events.program import Source
from functions.platforms.door import Request
from tests.platforms.kits import NOW

SECRETS = ("kJ8-aQ_secret-token", "a_second-secret-token")
SIGNED_IN = "x-telegram-bot-api-secret-token"
SIGNS_BODY = False
PLACE = Source(id="place", community="club", platform="telegram", account="7000000001")

OUTCOMES = {
    "bot_added": "without effect",
    "bot_blocked": "without effect",
    "bot_removed": "SubscriptionLost",
    "card_button": "CardUsed",
    "channel_post": "FeedbackReceived",
    "channel_post_edited": "FeedbackChanged",
    "channel_post_old": "FeedbackReceived",
    "channel_post_passed_on": "without effect",
    "feedback": "FeedbackReceived",
    "feedback_empty": "without effect",
    "location_moved": "without effect",
    "message": "FeedbackReceived",
    "message_anonymous": "FeedbackReceived",
    "message_bot": "without effect",
    "message_edited": "FeedbackChanged",
    "message_joined": "without effect",
    "message_moved": "without effect",
    "message_photo": "FeedbackReceived",
    "message_poll": "FeedbackReceived",
    "message_private": "without effect",
    "message_reply": "FeedbackReceived",
    "message_topic": "FeedbackReceived",
    "message_unknown": "parked",
    "other_button": "parked",
    "poll": "parked",
    "reaction_added": "FeedbackReceived",
    "reaction_changed": "FeedbackReceived + FeedbackChanged",
    "reaction_same": "without effect",
    "report": "FlagRaised",
    "report_of_nothing": "without effect",
    "start": "without effect",
}
OTHERS = {
    "edited_message": "without effect",
    "message.supergroup_dice": "FeedbackReceived",
    "message.text": "without effect",
    "message_reaction": "FeedbackChanged",
    "my_chat_member": "without effect",
}


def signed(secret: str, body: bytes, at: int = NOW) -> Request:
    return Request("POST", {"content-type": "application/json", SIGNED_IN: secret}, body)


def headers(name: str) -> dict[str, str]:
    return {"content-type": "application/json"}
