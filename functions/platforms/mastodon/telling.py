"""What one person is told on Mastodon: a post that mentions them and is for nobody else to read.

Whoever has blocked us is not told, and the server says nothing of it: so it is asked first. The post's own words
mention nobody, whatever is quoted in them.

Sources: docs.joinmastodon.org/methods/statuses and /methods/accounts#relationships, /entities/Relationship;
mastodon/mastodon app/services/process_mentions_service.rb, app/controllers/api/v1/statuses_controller.rb
(`allowed_mentions`: since 4.2 a server refuses a post that would mention others).
"""

import re
from typing import Any
from urllib.parse import quote

from events.moderation import MessageRequested
from functions.platforms.mastodon.posting import CHARACTERS, WINDOW
from functions.platforms.mastodon.statuses import ask, failed, listed, status_of, told
from functions.platforms.outgoing import (
    Destination,
    Hands,
    Kind,
    NotSentError,
    Outcome,
    Refused,
    UnansweredError,
    Unknown,
    Wait,
)
from functions.platforms.text import counting, forms
from functions.platforms.text.document import Document
from functions.platforms.text.letters import letter

KIND: Kind = "keyed"
WINDOW = WINDOW
RIGHT = "an access token with read:accounts, read:follows and write:statuses"
LONGEST = CHARACTERS
"""With the mention in front; a server may allow more."""

ID = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)
HANDLE = re.compile(r"[\w.-]{1,300}(@[\w.:-]{1,300})?")


def tell(message: MessageRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    if not to.address:
        return Refused(f"the source {to.id!r} has no `api` in the program: nobody can be told there")
    try:
        handle = handle_of(message.person.id, to, hands)
    except (NotSentError, UnansweredError) as error:
        return Wait(60, f"the server could not be asked: {error}")
    if not isinstance(handle, str):
        return Wait(60, handle.reason) if isinstance(handle, Unknown) else handle
    reply = ask(to, hands, "POST", "/api/v1/statuses", body(message, handle), key=key)
    posted = told(reply)
    sent = status_of(posted) if reply.status == 200 else None
    if sent and message.person.id not in mentioned(posted):
        return Refused(f"nobody was told: the server did not address it to @{handle}")
    return sent or failed(reply, to, hands)


def handle_of(person: str, to: Destination, hands: Hands) -> str | Outcome:
    """How they are mentioned; or why they would not read it."""
    if not ID.fullmatch(person):
        return Refused(f"Mastodon has no account {person[:80]!r}")
    name = quote(person, safe="")
    reply = ask(to, hands, "GET", f"/api/v1/accounts/{name}")
    given = told(reply)
    handle = given.get("acct")
    if reply.status != 200 or given.get("id") != person or not isinstance(handle, str) or not HANDLE.fullmatch(handle):
        return failed(reply, to, hands, "looked for the account")
    if given.get("suspended") is True:
        return Refused("the account is suspended: nobody would read it")
    return refusing(name, to, hands) or handle


def refusing(name: str, to: Destination, hands: Hands) -> Outcome | None:
    reply = ask(to, hands, "GET", f"/api/v1/accounts/relationships?id[]={name}")
    found = listed(reply)
    if reply.status != 200 or not found or found[0].get("id") != name:
        return failed(reply, to, hands, "looked whether they take messages")
    if found[0].get("blocked_by") is True:
        return Refused("they have blocked our account")
    return Refused("our account has blocked them") if found[0].get("blocking") is True else None


def body(message: MessageRequested, handle: str) -> dict[str, Any]:
    def written(document: Document) -> str:
        return f"@{handle} {forms.plain(document).text.strip()}"

    text = written(letter(message, lambda document: counting.mastodon(written(document)), LONGEST))
    return {"status": text, "visibility": "direct", "allowed_mentions": [message.person.id]}


def mentioned(status: dict[str, Any]) -> list[object]:
    found = status.get("mentions")
    return [one.get("id") for one in found if isinstance(one, dict)] if isinstance(found, list) else []
