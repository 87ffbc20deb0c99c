"""Discord, as the contract tests send it: signed by the private halves of two keys that it shows the public ones of."""

from nacl.signing import SigningKey

from events.program import Source
from functions.platforms.door import Request
from tests.platforms.kits import NOW

APPLICATION = "1402000000000000001"
SERVER = "1301000000000000010"
PAIRS = {bytes(key.verify_key).hex(): key for key in (SigningKey(b"d" * 32), SigningKey(b"e" * 32))}

FIRST, SECOND = PAIRS
SECRETS = (FIRST, SECOND)
SIGNED_IN = "x-signature-ed25519"
SIGNS_BODY = True
PLACE = Source(id="place", community="club", platform="discord", account=APPLICATION)

OUTCOMES = {
    "autocomplete": "challenge",
    "autocomplete.survey": "challenge",
    "command.announce": "challenge",
    "command.feedback": "FeedbackReceived",
    "command.feedback_form": "challenge",
    "command.launch": "parked",
    "command.report": "FlagRaised",
    "command.report_components": "FlagRaised",
    "command.report_user": "FlagRaised",
    "command.survey": "challenge",
    "component.announcement": "CardPressed",
    "component.case": "CardUsed",
    "component.case_select": "CardUsed",
    "component.click": "parked",
    "event.application_authorized": "without effect",
    "event.application_deauthorized": "ErasureRequested",
    "event.comet_sighted": "parked",
    "event.entitlement_create": "without effect",
    "event.game_direct_message_create": "MessageSeen",
    "event.game_direct_message_delete": "MessageSeen",
    "event.game_direct_message_update": "MessageSeen",
    "event.lobby_message_create": "MessageSeen",
    "event.lobby_message_delete": "MessageSeen",
    "event.lobby_message_update": "MessageSeen",
    "event.ping": "challenge",
    "modal.announce": "DraftWritten",
    "modal.case": "CardUsed",
    "modal.feedback": "FeedbackReceived",
    "modal.report": "FlagExplained",
    "modal.report_rows": "FlagExplained",
    "modal.report_user": "FlagExplained",
    "modal.survey": "FeedbackReceived",
    "ping": "challenge",
}
OTHERS = {
    "ping": "challenge",
    "webhook_event.entitlement_create": "without effect",
    "webhook_event.lobby_message_delete": "MessageSeen",
}
"""The other published interactions are with somebody else's commands, buttons and forms."""


def signed(secret: str, body: bytes, at: int = NOW) -> Request:
    """`timestamp` and body with nothing in between, in lower-case hex."""
    signature = PAIRS[secret].sign(str(at).encode() + body).signature
    return Request("POST", {**headers(""), SIGNED_IN: signature.hex(), "x-signature-timestamp": str(at)}, body)


def headers(name: str) -> dict[str, str]:
    return {"content-type": "application/json", "user-agent": "Discord-Interactions/1.0 (+https://discord.com)"}
