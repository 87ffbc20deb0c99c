"""What one person is told on Discord: a private message of our bot's.

Discord lets a bot write to whoever shares a server with it and takes messages from the server's members; whether they
do shows only when it tries. Opening the channel for it is no message: nobody sees it, and opened again it is the same.

Sources: Discord's documentation, "User" ("Create DM"), "Message" ("Create Message": `nonce`, `enforce_nonce`), "Opcodes
and Status Codes" ("JSON Error Codes"); issues 1066 and 1905 of discord-api-docs (which of them come with 400 or 403).
"""

import json
import re
from typing import Any

from events.moderation import MessageRequested
from functions.platforms.discord import messages
from functions.platforms.discord.posting import CREDENTIAL, SITE, SOON, Content, Line, failed, opened, patience
from functions.platforms.outgoing import (
    Destination,
    Hands,
    Kind,
    Outcome,
    Refused,
    Reply,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
    inside,
    parsed,
)
from functions.platforms.text import forms
from functions.platforms.text.counting import utf16
from functions.platforms.text.document import Document
from functions.platforms.text.letters import letter

KIND: Kind = "keyed"
WINDOW = messages.WINDOW
LONGEST = messages.LONGEST
RIGHT = "no permission: the bot has to be in a server with them, and they have to take messages from its members"

ID = re.compile(r"[0-9]{1,20}")
SUPPRESS_EMBEDS = 1 << 2
"""A flag of a message: no previews of its links."""

TOO_FAST = 40003
"""Too many private messages were begun of late."""
CLOSED = {
    50007: "they take no private messages from the bot, or have blocked it",
    50033: "the account is gone, or is the bot's own",
    50278: "they share no server with the bot",
}
"""By Discord's code, with 400 when the channel is opened and 403 when it is written to."""


def tell(message: MessageRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    line = by_bot(to, hands)
    if isinstance(line, Refused):
        return line
    channel = private_channel(message.person.id, line)
    if not isinstance(channel, str):
        return channel
    return told(line.ask("POST", f"{line.api}/channels/{channel}/messages", in_json(body(message, key))), line)


def by_bot(to: Destination, hands: Hands) -> Line | Refused:
    """Discord's API with a bot's token; a webhook's address opens nothing but its channel."""
    line = opened(to, hands)
    if isinstance(line, Line) and line.webhook:
        return Refused(f"the credential of {to.id!r} is a webhook's address: put {CREDENTIAL}", unauthorized=True)
    return line


def private_channel(person: str, line: Line) -> str | Refused | Wait:
    """The channel between them and the bot, opened if there is none."""
    if not ID.fullmatch(person):
        return Refused(f"Discord has no account {person[:40]!r}")
    try:
        reply = line.ask("POST", f"{line.api}/users/@me/channels", in_json({"recipient_id": person}))
    except UnansweredError as error:
        return Wait(SOON, str(error))
    found = inside(parsed(reply)).get("id")
    if 200 <= reply.status < 300 and isinstance(found, str) and ID.fullmatch(found):
        return found
    outcome = unwritten(reply, line)
    return outcome if isinstance(outcome, Refused | Wait) else Wait(SOON, "Discord did not say which channel is theirs")


def body(message: MessageRequested, key: str) -> dict[str, Any]:
    """It pings nobody: whoever gets it is notified of it as of any message."""
    return {
        "content": written(letter(message, lambda document: utf16(written(document)), LONGEST)),
        "allowed_mentions": {"parse": []},
        "flags": SUPPRESS_EMBEDS,
        "nonce": key,
        "enforce_nonce": True,
    }


def written(document: Document) -> str:
    return forms.discord(document).strip()


def told(reply: Reply, line: Line) -> Outcome:
    """What became of a message."""
    message = inside(parsed(reply))
    name, channel = message.get("id"), message.get("channel_id")
    if not 200 <= reply.status < 300:
        return unwritten(reply, line)
    if not (isinstance(name, str) and name.isdecimal()):
        return Unknown("Discord took it, and did not say which message it became")
    return Sent(name, f"{SITE}/@me/{channel}/{name}" if channel else "")


def unwritten(reply: Reply, line: Line) -> Outcome:
    answer = inside(parsed(reply))
    code = answer.get("code")
    if code in CLOSED:
        return Refused(f"nobody was told: {CLOSED[code]}")
    if code == TOO_FAST:
        wait = patience(reply, answer, line.hands.timestamp)
        return Wait(wait, "Discord lets the bot begin no more conversations just now", f"discord:{line.to.id}")
    return failed(reply, line)


def in_json(body: dict[str, Any]) -> Content:
    return Content("application/json", json.dumps(body).encode())
