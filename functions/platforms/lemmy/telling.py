"""What one person is told on Lemmy: a private message. It ends in a definition of a link that is nowhere used, which no
reader sees and by which it is found again.

Sources: lemmy-js-client 0.19 (createPrivateMessage, getPrivateMessages) and 1.0 (listNotifications, which has the
messages from us, too); LemmyNet/lemmy crates/api/api_crud/src/private_message/create.rs,
crates/db_views/notification/src/impls.rs.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from events.moderation import MessageRequested
from functions.platforms.lemmy import posting
from functions.platforms.lemmy.instance import Instance
from functions.platforms.outgoing import (
    Destination,
    Hands,
    Kind,
    NoSessionError,
    Outcome,
    Refused,
    Sent,
    Unknown,
    Wait,
    inside,
    number,
    parsed,
)
from functions.platforms.posting import Absent
from functions.platforms.text import forms
from functions.platforms.text.document import Document
from functions.platforms.text.letters import letter

KIND: Kind = "readable"
WINDOW = 0
RIGHT = "no right but an account that is not banned from the instance"
LONGEST = posting.COMMENT

MESSAGE = "private_message"
PAGES = 5


def tell(message: MessageRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    if not to.address:
        return Refused(f"the source {to.id!r} has no `api` in the program: nobody can be told there")
    if not re.fullmatch("[0-9]{1,15}", message.person.id, re.ASCII):
        return Refused(f"Lemmy has no account {message.person.id[:80]!r}")
    instance = Instance(to, hands)
    given = {"content": body(message, key), "recipient_id": int(message.person.id)}
    try:
        reply = instance.ask("POST", MESSAGE, given)
    except NoSessionError as error:
        return error.outcome
    name = number(inside(parsed(reply), f"{MESSAGE}_view", MESSAGE).get("id"))
    if reply.status == 200 and name:
        return Sent(str(name))
    return instance.failed(reply, settled=True)


def body(message: MessageRequested, key: str) -> str:
    def written(document: Document) -> str:
        return f"{forms.commonmark(document).strip()}\n\n{mark(key)}"

    return written(letter(message, lambda document: len(written(document)), LONGEST))


def mark(key: str) -> str:
    return f"[liaison]: # ({sha256(key.encode()).hexdigest()[:16]})"


def find(
    message: MessageRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Among the newest messages from us and to us, one has our mark."""
    del message
    instance, oldest, after = Instance(to, hands), since - posting.SLACK, ""
    try:
        for _ in range(PAGES):
            page = messages(instance, after, mark(key))
            if not isinstance(page, posting.Page):
                return page
            for view in page.views:
                told = inside(view, MESSAGE)
                if mark(key) in str(told.get("content")):
                    return Sent(str(number(told.get("id")) or ""))
            if not page.after or posting.over_the_edge(page.views, MESSAGE, oldest):
                return Absent()
            after = page.after
    except NoSessionError as error:
        outcome = error.outcome
        return outcome if isinstance(outcome, Wait) else Unknown(getattr(outcome, "reason", ""))
    return Unknown(f"it is not among the newest, and there is more than {PAGES} looks show")


def messages(instance: Instance, after: str, sought: str) -> posting.Page | Unknown | Wait:
    if not instance.is_new:
        return posting.page_of(instance, MESSAGE, {"unread_only": "false"}, after, sought)
    where: Mapping[str, Any] = {"type_": MESSAGE, "unread_only": "false"}
    page = posting.page_of(instance, "account/notification", where, after, sought)
    if not isinstance(page, posting.Page):
        return page
    return posting.Page([inside(view, "data") for view in page.views], page.after)
