"""What one person is told on Reddit: a conversation of the moderators' mail, begun in the community's name.

It honours no key of ours; whether a message arrived is seen in the mail itself, by its recipient, its subject and its
words. To a moderator Reddit writes to all of them instead, in a discussion among moderators: they are not told there.

Sources: reddit.com/dev/api ("new modmail": POST and GET /api/mod/conversations); Pyprohly's redditwarp,
`modmail/conversation` (limits, errors, what becomes of mail to a moderator); PRAW's cassettes of modmail.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from events.moderation import MessageRequested
from functions.platforms.composing import plainly
from functions.platforms.outgoing import (
    Destination,
    Hands,
    Kind,
    NoSessionError,
    Outcome,
    Refused,
    Reply,
    Sent,
    Unknown,
    Wait,
    inside,
    parsed,
)
from functions.platforms.posting import Absent
from functions.platforms.reddit.account import Account
from functions.platforms.reddit.posting import COMMUNITY, NAME, SLACK
from functions.platforms.text import forms
from functions.platforms.text.letters import letter, shortened, visible

KIND: Kind = "readable"
WINDOW = 0
LONGEST = 10_000
"""Characters of a message, in Markdown; what has a meaning there takes two."""
RIGHT = "the scopes modmail and read, and the moderator permission “Manage Mod Mail”"

SUBJECT = 100
MAIL = "/api/mod/conversations"
BOXES = ("all", "archived")
"""What is archived is not among “all”."""
SIZES = (25, 5, 1)
"""Conversations to a page; of an answer 64 KiB are read."""
PAGES = 5


class UntoldError(Exception):
    """Reddit did not tell what it was asked; `outcome` says what that means for what was to be done."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


def tell(message: MessageRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # Reddit has no place for it.
    account = Account(to, hands)
    try:
        community, name = community_of(to), person(message.person.id)
        if is_moderator(community, name, account):
            return Refused(f"u/{name} is a moderator of r/{community}: all of them would read it")
        return made(account.ask("POST", MAIL, form(message, community, name)), account)
    except (UntoldError, NoSessionError) as error:
        return error.outcome


def community_of(to: Destination) -> str:
    found = COMMUNITY.fullmatch(to.place.strip())
    if found is None:
        raise UntoldError(Refused(f"`about` of the source {to.id!r} is not the name of one community"))
    return found["name"]


def person(name: str) -> str:
    found = NAME.fullmatch(name)
    if found is None:
        raise UntoldError(Refused(f"Reddit has no account {name[:40]!r}"))
    return found["name"]


def is_moderator(community: str, name: str, account: Account) -> bool:
    return bool(listed(f"/r/{community}/about/moderators", name, account, "the scope read"))


def listed(path: str, name: str, account: Account, right: str) -> dict[str, Any]:
    """Their entry in a list of people; nothing where they are not in it. Raises UntoldError."""
    children = inside(told(path, {"user": name}, account, right), "data").get("children")
    if not isinstance(children, list):
        raise UntoldError(Unknown("what Reddit listed cannot be read"))
    entries = [one for one in children if isinstance(one, dict)]
    return next((one for one in entries if str(one.get("name")).casefold() == name.casefold()), {})


def told(path: str, query: Mapping[str, str], account: Account, right: str) -> dict[str, Any]:
    """What Reddit answers to a question. Raises UntoldError."""
    reply = account.look(path, query)
    if isinstance(reply, Wait):
        raise UntoldError(reply)
    found = inside(parsed(reply))
    if reply.status != 200 or not found:
        raise UntoldError(lacking(reply, account, right))
    return found


def lacking(reply: Reply, account: Account, right: str) -> Refused | Wait | Unknown:
    """Why something was not done or told, with the right that it takes."""
    given = account.failed(reply)
    if isinstance(given, Refused) and reply.status == 403 and not given.unauthorized:
        return Refused(f"{given.reason}; our account needs {right}")
    return given


# The message


def form(message: MessageRequested, community: str, name: str) -> dict[str, str]:
    """Without the name of the moderator who sent it: it is the community's."""
    return {
        "api_type": "json",
        "srName": community,
        "to": name,
        "subject": subject(message, community),
        "body": markdown(message, LONGEST),
        "isAuthorHidden": "true",
    }


def subject(message: MessageRequested, community: str) -> str:
    """Reddit takes none that is empty."""
    title = " ".join(visible(message.title).split())
    return shortened(title, SUBJECT - 1) or f"From the moderators of r/{community}"


def markdown(message: MessageRequested, longest: int) -> str:
    """Without the title, which is the subject."""
    untitled = message.model_copy(update={"title": ""})
    return forms.commonmark(letter(untitled, lambda document: len(forms.commonmark(document)), longest))


def made(reply: Reply, account: Account) -> Outcome:
    conversation = first(reply.body, "conversation").get("id")
    if reply.status in (200, 201) and isinstance(conversation, str) and conversation:
        return sent(conversation)
    return lacking(reply, account, RIGHT)


def sent(conversation: str) -> Sent:
    return Sent(conversation, f"https://mod.reddit.com/mail/all/{conversation}")


# Whether it is there


def find(
    message: MessageRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    del key
    account = Account(to, hands)
    try:
        community, name = community_of(to), person(message.person.id)
        for one in conversations(community, since - SLACK, account):
            theirs = str(inside(one, "participant").get("name")).casefold() == name.casefold()
            if theirs and plainly(str(one.get("subject"))) == plainly(subject(message, community)):
                found = compared(str(one.get("id")), markdown(message, LONGEST), account)
                if found is not None:
                    return found
    except (UntoldError, NoSessionError) as error:
        outcome = error.outcome
        return outcome if isinstance(outcome, Wait | Unknown) else Unknown("the moderators' mail could not be read")
    return Absent()


def conversations(community: str, since: datetime, account: Account) -> Iterator[dict[str, Any]]:
    """Those in which a moderator wrote since then. Raises UntoldError."""
    for box in BOXES:
        query = {"entity": community, "state": box, "sort": "mod"}
        for _ in range(PAGES):
            page, whole = listing(query, account)
            recent = [one for one in page if written_at(one) >= since]
            yield from recent
            if not whole or len(recent) < len(page):
                break
            query["after"] = str(min(page, key=written_at).get("id"))
        else:
            raise UntoldError(Unknown("too much was written since to look through it"))


def listing(query: Mapping[str, str], account: Account) -> tuple[list[dict[str, Any]], bool]:
    """The next conversations, and whether there may be more of them."""
    for size in SIZES:
        reply = account.look(MAIL, {**query, "limit": str(size)})
        if isinstance(reply, Wait):
            raise UntoldError(reply)
        if reply.status != 200:
            raise UntoldError(account.failed(reply))
        found = first(reply.body, "conversations")
        if found or re.match(rb'\s*\{"conversations":\s*\{\}', reply.body):
            page = [one for one in found.values() if isinstance(one, dict)]
            return page, len(found) >= size
    raise UntoldError(Unknown("what Reddit listed of the moderators' mail cannot be read"))


def compared(conversation: str, text: str, account: Account) -> Sent | Unknown | None:
    """None where other words are in it."""
    reply = account.look(f"{MAIL}/{quote(conversation, safe='')}", {})
    if isinstance(reply, Wait):
        raise UntoldError(reply)
    messages = inside(parsed(reply)).get("messages")
    if not isinstance(messages, dict):
        return Unknown(f"a message with this subject is there: is it this one? {sent(conversation).url}")
    words = [str(one.get("bodyMarkdown")) for one in messages.values() if isinstance(one, dict)]
    return sent(conversation) if plainly(text) in map(plainly, words) else None


def written_at(conversation: Mapping[str, Any]) -> datetime:
    """When a moderator last wrote in it. One that does not say may be ours."""
    try:
        found = datetime.fromisoformat(str(conversation.get("lastModUpdate")))
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def first(body: bytes, name: str) -> dict[str, Any]:
    """The object that an answer begins with. The words behind it may be too long to be read to their end."""
    text = body.decode("utf-8", "replace")
    begins = re.match(rf'\s*\{{\s*"{name}":\s*', text)
    try:
        found = json.JSONDecoder().raw_decode(text, begins.end())[0] if begins else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
