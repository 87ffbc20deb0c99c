"""What one person is told on Slack: a direct message of our app's.

As of announcements, our key stands in the message's metadata, which people do not see and we look for. Opening the
conversation is no message: nobody sees it, and opened again it is the same.

Sources: docs.slack.dev/reference/methods (conversations.open, chat.postMessage, conversations.history) and
docs.slack.dev/messaging/message-metadata.
"""

from dataclasses import replace
from datetime import datetime

from events.announcements import PostRequested
from events.moderation import MessageRequested
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
    string,
)
from functions.platforms.posting import Absent
from functions.platforms.slack import messages, posting
from functions.platforms.slack.messages import ACCOUNT, EVENT
from functions.platforms.slack.posting import SOON, Body, Line, judged
from functions.platforms.text import forms
from functions.platforms.text.counting import utf16
from functions.platforms.text.document import Document
from functions.platforms.text.letters import letter

KIND: Kind = "readable"
WINDOW = 0
LONGEST = messages.LONGEST
RIGHT = "the scopes chat:write, im:write and im:history; under “App Home”, “Messages Tab” switched on"

MEANING = {
    "app_cannot_join_channel": "they cannot be written to by an app",
    "cannot_dm_bot": "it is an app",
    "invalid_user_combination": "they are of another workspace, and in no channel with the app",
    "messages_tab_disabled": "switch “Messages Tab” on, under “App Home” of the app",
    "user_disabled": "their account is deactivated",
    "user_not_found": "there is no such account",
    "user_not_visible": "the app is not allowed to see their account",
}
"""Why somebody is not told."""
MISSING = "missing_scope"
"""The token is good, but not for this."""


def tell(message: MessageRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    line = line_of(to, hands)
    channel = conversation(message.person.id, line)
    if not isinstance(channel, str):
        return channel
    return told(line.call("chat.postMessage", body(message, channel, key)), line)


def find(
    message: MessageRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Looks for our key in the conversation with them."""
    line = line_of(to, hands)
    channel = conversation(message.person.id, line)
    if not isinstance(channel, str):
        return Unknown(channel.reason) if isinstance(channel, Refused) else channel
    looked_for = PostRequested(
        announcement="", target="", language="", body={}, published_at=since, first={"workspace": to.address}
    )
    return posting.find(looked_for, replace(line.to, place=channel), key, since, hands)


def line_of(to: Destination, hands: Hands) -> Line:
    """The address of a Slack source is the workspace's, not that of Slack's API."""
    return Line(to if to.private else replace(to, address=""), hands)


def conversation(person: str, line: Line) -> str | Refused | Wait:
    """The one with them, opened if there is none."""
    if not ACCOUNT.fullmatch(person):
        return Refused(f"Slack has no account {person[:40]!r}")
    said = looked("conversations.open", {"users": person}, line)
    if isinstance(said, Refused | Wait):
        return said
    channel = said.get("channel") if said else None
    found = string(channel.get("id")) if isinstance(channel, dict) else ""
    return found or Wait(SOON, "Slack did not say which conversation is theirs")


def body(message: MessageRequested, channel: str, key: str) -> Body:
    return {
        "channel": channel,
        "text": written(letter(message, lambda document: utf16(written(document)), LONGEST)),
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": EVENT, "event_payload": {"key": key}},
    }


def written(document: Document) -> str:
    return forms.slack(document).strip()


def told(reply: Reply, line: Line) -> Outcome:
    """What became of a message."""
    said = understood(reply, line)
    if not isinstance(said, dict):
        return said
    name, channel = string(said.get("ts")), string(said.get("channel"))
    if not name:
        return Unknown("Slack took it, and did not say which message it became")
    return Sent(name, more={"channel": channel} if channel else {})


# What Slack answers


def looked(name: str, terms: Body, line: Line, *absent: str) -> Body | Refused | Wait | None:
    """A call that nobody sees: when it is not clear what became of it, it is simply repeated. None for the errors of
    `absent`: there is no such thing."""
    try:
        reply = line.call(name, terms, form=True)
    except UnansweredError as error:
        return Wait(SOON, str(error))
    if error_of(reply) in absent:
        return None
    said = understood(reply, line)
    return Wait(SOON, getattr(said, "reason", "")) if isinstance(said, Unknown | Sent) else said


def understood(reply: Reply, line: Line) -> Body | Outcome:
    """What Slack says, when it says that it is done; otherwise what that means for one person or one thing: a scope
    that this needs, and others do not, is no reason to give the token up."""
    error = error_of(reply)
    if error in MEANING:
        return Refused(f"Slack says {error}: {MEANING[error]}")
    said = judged(reply, line)
    return replace(said, unauthorized=False) if error == MISSING and isinstance(said, Refused) else said


def error_of(reply: Reply) -> str:
    return string(inside(parsed(reply)).get("error"))
