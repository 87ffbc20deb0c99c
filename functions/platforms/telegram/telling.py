"""What one person is told on Telegram: a private message of the bot's.

Telegram lets a bot write only to those who have written to it first (who pressed “Start”), and not to channels. It
honours no key, and shows no bot what it wrote: of a message whose answer was lost nobody can say whether it arrived.

Sources: core.telegram.org/bots/api ("sendMessage", "LinkPreviewOptions"), core.telegram.org/bots/features; the words of
its refusals: tdlib/telegram-bot-api, tdlib/td.
"""

from typing import Any

from events.moderation import MessageRequested
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome, Refused, Sent, Unknown
from functions.platforms.telegram import messages
from functions.platforms.telegram.posting import Answer, Bot, named
from functions.platforms.telling import words
from functions.platforms.text.counting import utf16
from functions.platforms.text.letters import shortened, visible
from functions.platforms.text.splitting import most_that_fit

KIND: Kind = "blind"
WINDOW = 0
LONGEST = messages.LONGEST
"""UTF-16 units."""
RIGHT = "no right: they have to have written to the bot first"


def tell(message: MessageRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key
    if not messages.USER.fullmatch(message.person.id):
        return Refused(f"Telegram has no person {message.person.id[:40]!r} who could be written to")
    return told(Bot(to, hands).ask("sendMessage", body(message)))


def body(message: MessageRequested) -> dict[str, Any]:
    """Its link is shown as it is, without a preview of what is behind it."""
    return {
        "chat_id": int(message.person.id),
        "text": written(message),
        "link_preview_options": {"is_disabled": True},
    }


def written(message: MessageRequested) -> str:
    """As much of the text as fits; title and link stay."""

    def whole(room: int) -> str:
        cut = message.model_copy(update={"text": shortened(message.text.strip(), room)})
        return visible(words(cut))

    return whole(most_that_fit(len(message.text), lambda room: utf16(whole(room)) <= LONGEST))


def told(said: Answer | Outcome) -> Outcome:
    """What became of a message."""
    if not isinstance(said, Answer):
        return said
    made = named(said.result.get("message_id")) if isinstance(said.result, dict) else ""
    return Sent(made) if made else Unknown("Telegram took it, and did not say which message it became")
