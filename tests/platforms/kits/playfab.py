"""PlayFab, as the contract tests send it: with a header of our choice, and nothing signed."""

from events.program import Source
from functions.platforms.door import Request
from tests.platforms.kits import NOW

SECRETS = ("whsec_dG9rZW4gb2YgdGhlIGdhbWUgbWFuYWdlcg==", "a second token")
SIGNED_IN = "x-liaison-token"
SIGNS_BODY = False
PLACE = Source(id="place", community="club", platform="playfab")

OUTCOMES = {
    "player_banned": "DecisionReported",
    "player_banned.permanent": "DecisionReported",
    "player_logged_in": "parked",
    "player_reported_as_abusive": "FlagRaised",
    "several": "FlagRaised + DecisionReported",
    "title_news_updated": "TriggerFired",
    "title_news_updated.archived": "TriggerWithdrawn",
    "title_news_updated.draft": "without effect",
}
OTHERS: dict[str, str] = {}


def signed(secret: str, body: bytes, at: int = NOW) -> Request:
    return Request("POST", {**headers(""), SIGNED_IN: secret}, body)


def headers(name: str) -> dict[str, str]:
    return {"content-type": "application/json"}
