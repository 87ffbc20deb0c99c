"""What one person is told on Bluesky: a message in a chat, which our server passes on to Bluesky's chat service.

Most people take messages only from those whom they follow, and so are not told. Found again is a message by its text.

Sources: the lexicons chat.bsky.convo.{getConvoForMembers,sendMessage,getMessages,defs} and chat.bsky.actor.declaration;
docs.bsky.app, "Service Proxying"; bluesky-social/atproto packages/pds/tests/app-passwords.test.ts ("Bad token method").
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from events.moderation import MessageRequested
from functions.platforms.bluesky.adapter import moment
from functions.platforms.bluesky.posting import facets
from functions.platforms.bluesky.records import ask, failed, look, of, proxied, told
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome, Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import Absent
from functions.platforms.text import forms
from functions.platforms.text.counting import graphemes, utf8
from functions.platforms.text.document import Document
from functions.platforms.text.letters import letter

KIND: Kind = "readable"
WINDOW = 0
RIGHT = "an app password with “Allow access to your direct messages”"
LONGEST = 1000
"""Graphemes, and ten bytes for each."""

CHAT = proxied("did:web:api.bsky.chat#bsky_chat")
DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,200}", re.ASCII)
PAGE = 20
SLACK = timedelta(minutes=5)
"""Clocks differ."""

CLOSED = {
    "BlockedActor": "they have blocked our account, or our account them",
    "BlockedSubject": "they have blocked our account, or our account them",
    "MessagesDisabled": "they take no messages",
    "NotFollowedBySender": "they take messages only from those whom they follow",
    "RecipientNotFound": "the account is gone",
    "AccountSuspended": "the account may not chat",
}
"""Why there is no conversation with them."""


def tell(message: MessageRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # The chat service knows none.
    talk = conversation(message.person.id, to, hands)
    if not isinstance(talk, str):
        return Wait(60, talk.reason) if isinstance(talk, Unknown) else talk
    given = {"convoId": talk, "message": body(message)}
    reply = ask(to, hands, "chat.bsky.convo.sendMessage", body=of(given), headers=CHAT)
    if not isinstance(reply, Reply):
        return reply
    name = told(reply).get("id")
    return Sent(name) if reply.status == 200 and isinstance(name, str) and name else untold(reply, to, hands)


def conversation(person: str, to: Destination, hands: Hands) -> str | Outcome:
    """Ours with them, made if there is none."""
    if not DID.fullmatch(person):
        return Refused(f"Bluesky has no account {person[:80]!r}")
    reply = look(to, hands, "chat.bsky.convo.getConvoForMembers", {"members": person}, CHAT)
    if not isinstance(reply, Reply):
        return reply
    talk = told(reply).get("convo")
    name = talk.get("id") if isinstance(talk, dict) else None
    return name if reply.status == 200 and isinstance(name, str) and name else untold(reply, to, hands)


def untold(reply: Reply, to: Destination, hands: Hands) -> Refused | Wait | Unknown:
    """Why not. Older services name the reason in the message only, which stands in what `failed` says."""
    error, said = told(reply).get("error"), str(told(reply).get("message"))
    if reply.status == 400 and error in CLOSED:
        return Refused(f"nobody was told: {CLOSED[str(error)]}")
    if reply.status == 400 and "Bad token" in said:
        return Refused(f"the app password may not read or write direct messages: put {RIGHT}")
    return failed(reply, to, hands, "the chat")


def body(message: MessageRequested) -> dict[str, Any]:
    def written(document: Document) -> forms.Plain:
        return forms.plain(document, addresses=False)

    def used(document: Document) -> int:
        text = written(document).text
        return max(graphemes(text), -(-utf8(text) // 10))

    text = written(letter(message, used, LONGEST))
    found = [one for one in facets(text, {}) if any(what["$type"].endswith("#link") for what in one["features"])]
    return {"text": text.text, **({"facets": found} if found else {})}


def find(
    message: MessageRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Among the newest messages of the conversation, one of ours with the same words, since the first attempt."""
    del key
    talk = conversation(message.person.id, to, hands)
    if not isinstance(talk, str):
        return looked(talk)
    query = {"convoId": talk, "limit": str(PAGE)}
    reply = look(to, hands, "chat.bsky.convo.getMessages", query, CHAT)
    if not isinstance(reply, Reply):
        return looked(reply)
    found = told(reply).get("messages")
    if reply.status != 200 or not isinstance(found, list):
        return looked(untold(reply, to, hands))
    messages = [one for one in found if isinstance(one, dict)]
    text = body(message)["text"]
    same = (one for one in messages if one.get("text") == text and is_ours(one, message, since - SLACK))
    name = next((str(one.get("id")) for one in same), "")
    if name:
        return Sent(name)
    whole = len(found) < PAGE or not all(is_young(one, since - SLACK) for one in messages)
    return Absent() if whole else Unknown(f"it is not among the newest {PAGE} messages with them")


def is_ours(one: Mapping[str, Any], message: MessageRequested, oldest: datetime) -> bool:
    """There are two of us in it."""
    sender = one.get("sender")
    return isinstance(sender, dict) and sender.get("did") != message.person.id and is_young(one, oldest)


def is_young(one: Mapping[str, Any], oldest: datetime) -> bool:
    at = moment(one.get("sentAt"))
    return at is None or at >= oldest


def looked(outcome: Outcome) -> Unknown | Wait:
    """A look that came to nothing says nothing of what is there."""
    return outcome if isinstance(outcome, Wait) else Unknown(getattr(outcome, "reason", "could not look"))
