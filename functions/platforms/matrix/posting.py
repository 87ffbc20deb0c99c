"""Matrix: an announcement as messages in a room, each image as a message of its own behind the text.

A message is put at an address that ends in our key, so the homeserver makes it once. The key also stands in the message
where no reader sees it: by it the message is found when the homeserver has forgotten.

Sources: spec.matrix.org, "Client-Server API": "Sending events to a room", "Size limits", "Instant messaging", "User and
room mentions", "Event replacements", "Redactions", "Content repository", "Forming relationships between events".
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import quote

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms import composing
from functions.platforms.matrix.homeserver import Homeserver, budget, segment
from functions.platforms.outgoing import (
    Destination,
    Hands,
    Outcome,
    Refused,
    Reply,
    Sent,
    Unknown,
    Wait,
    harmless,
    inside,
    objects,
    string,
    told,
)
from functions.platforms.posting import (
    KEY,
    Absent,
    Counted,
    Editing,
    Long,
    Measure,
    Part,
    Post,
    Prepared,
    Rendering,
    filled,
    image,
    uploaded,
)
from functions.platforms.text import forms
from functions.platforms.text.document import Document, Picture, Run, without_pictures
from functions.platforms.text.harmless import guarded

CREDENTIAL = (
    "The access token of the account that writes there (it has to be in the room, which must not be encrypted): a token"
    " that does not expire, or an application service's as_token; only the token itself."
)
EDIT: Editing = "edit"

LONG: Long = "thread"
"""Messages one after the other, in the room itself: clients hide what is in a thread."""

MOST = 20_000
"""Bytes of a message's JSON. An event may have 65,536 in all ("Size limits"), and an edit carries its text twice: once
for clients that know no edits. Where it is looked for, Synapse escapes all but ASCII: three times as long at most, and
what comes is read to 64 KiB."""

WINDOW = 1500
"""Seconds. The specification names no time. Synapse remembers what it answered under a key for half an hour
(`CLEANUP_PERIOD`), in memory, and the key itself for a day, but not an application service's."""

MARK = "liaison.delivery"
"""Where our key stands in a message's content."""

HTML = "org.matrix.custom.html"
ROOM = "@room"
EVERYBODY = ("everyone", "here", "room")
"""What we, and others, call those whom Matrix calls the room."""

SLACK = timedelta(minutes=5)
"""Clocks differ."""
PAGE, PAGES = 5, 30
"""Messages of our own to a page, and pages that are looked through for one of them."""

COUNTED, COUNTED_PAGES = 50, 20


# What it will look like


def render(post: Post, target: Target) -> Rendering:
    voice, blocks = Voice(post, target), composing.titled(composing.read(post), composing.in_bold(post))
    images = composing.once(composing.pictured(blocks, post.images))
    fitted = composing.fitted(
        without_pictures(blocks),
        lambda piece: size(voice.content(piece)),
        MOST,
        long=target.long or LONG,
        link=post.link,
        unit="bytes",
    )
    said = composing.mentioned(*fitted.pieces)
    behind = f"{'an image follows' if len(images) == 1 else f'{len(images)} images follow'} behind the text"
    return Rendering(
        (*(voice.message(piece) for piece in fitted.pieces if piece), *(voice.picture(one) for one in images)),
        pings=tuple(filter(None, map(voice.pinged, said))),
        notes=(
            *fitted.notes,
            *([behind] if images else []),
            *composing.left_out(blocks, post.images),
            *composing.unheard(said, post, target, voice.known, "user's id"),
        ),
        problems=(
            *misplaced(target),
            *composing.silent(blocks),
            *composing.undescribed(blocks, post.images),
            *fitted.problems,
        ),
    )


def misplaced(target: Target) -> Iterator[str]:
    if not target.place.startswith("!"):
        yield f"`place` of {target.id!r} is not the room's id: it begins with ! and stands in the room's settings"


def size(content: dict[str, Any]) -> int:
    """In bytes, once our key stands in it."""
    return len(json.dumps({**content, MARK: "0" * 25}, ensure_ascii=False, separators=(",", ":")).encode())


class Voice:
    """How one announcement is written in one room, and whom it may ping there."""

    def __init__(self, post: Post, target: Target) -> None:
        self.target = target
        known = composing.granted(post, target, self.known)
        self.users = {name: who for name, who in known.items() if who != ROOM}
        self.room = set(known) - set(self.users)

    def known(self, name: str) -> str:
        """A user's id, or the room."""
        who = self.target.mentions.get(name, "")
        return who if is_user(who) else ROOM if name in EVERYBODY else ""

    def pinged(self, name: str) -> str:
        if name in self.room:
            return "everyone in the room (@room)"
        return f"{self.users[name]} ({name})" if name in self.users else ""

    # One message

    def message(self, piece: Document) -> Part:
        content = self.content(piece)
        return Part(
            body=content,
            text=content["body"],
            kind="keyed",
            window=WINDOW,
            html=forms.html(piece),
            measures=(Measure("message", "bytes", size(content), MOST),),
            budgets=(budget(self.target.url),),
        )

    def content(self, piece: Document) -> dict[str, Any]:
        """`m.mentions` always: without it clients look for names in the text."""
        return {
            "msgtype": "m.text",
            "body": forms.plain(piece, self.words).text,
            "format": HTML,
            "formatted_body": forms.html(piece, self.markup),
            "m.mentions": self.mentions(piece),
            MARK: KEY,
        }

    def words(self, run: Run) -> str:
        if run.mention in self.room:
            return ROOM
        return f"@{run.mention}" if run.mention in self.users else forms.unpinged(run)

    def markup(self, run: Run) -> str:
        user = self.users.get(run.mention)
        if user is None:
            return self.words(run)
        return f'<a href="https://matrix.to/#/{quote(user, safe="@:")}">{escape(run.mention, quote=False)}</a>'

    def mentions(self, piece: Document) -> dict[str, Any]:
        names = composing.mentioned(piece)
        users = list(dict.fromkeys(self.users[name] for name in names if name in self.users))
        return {
            **({"user_ids": users} if users else {}),
            **({"room": True} if any(name in self.room for name in names) else {}),
        }

    def picture(self, one: Image) -> Part:
        """Its `body` is what is read out for it; with no `filename` beside it, it is no caption."""
        alt = guarded(one.alt)
        pixels = {"w": one.width, "h": one.height} if one.width and one.height else {}
        content = {
            "msgtype": "m.image",
            "body": alt,
            "url": image(1),
            "info": {"mimetype": one.type, "size": one.bytes, **pixels},
            "m.mentions": {},
            MARK: KEY,
        }
        return Part(
            body=content,
            text=alt,
            kind="keyed",
            window=WINDOW,
            html=forms.html((Picture(one.name, one.alt),)),
            images=(one,),
            measures=(Measure("message", "bytes", size(content), MOST),),
            budgets=(budget(self.target.url),),
        )


def is_user(name: str) -> bool:
    return name.startswith("@") and ":" in name


# Sending


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """Twice uploaded an image is there twice, and nobody is shown either before it is sent."""
    server = Homeserver(to, hands)
    return uploaded(post, hands, lambda one, data: upload(server, one, data))


def upload(server: Homeserver, one: Image, data: bytes) -> str | Outcome:
    reply = server.ask("POST", f"/_matrix/media/v3/upload?filename={quote(one.name)}", data, one.type)
    name = string(told(reply).get("content_uri"))
    return name if reply.status == 200 and name.startswith("mxc://") else server.refused(reply)


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    server, content = Homeserver(to, hands), written(post, key)
    if isinstance(content, Refused):
        return content
    return server.made(server.tell(f"{server.room}/send/m.room.message/{segment(key)}", content))


def written(post: PostRequested, key: str) -> dict[str, Any] | Refused:
    """People's words may happen to read like a placeholder."""
    try:
        content: dict[str, Any] = filled(post.body, {KEY: key, **post.prepared}, ("body", "formatted_body"))
    except KeyError as missing:
        return Refused(f"{missing.args[0]} was not uploaded")
    return content


# Whether it is there


def find(
    post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Our own messages, from the newest back to the first attempt."""
    del post
    server = Homeserver(to, hands)
    account = us(server)
    if not isinstance(account, str):
        return account
    earliest, removed = int((since - SLACK).timestamp() * 1000), False
    for page in pages(server, account):
        if not isinstance(page, list):
            return page
        for event in page:
            if is_ours(event, key):
                return server.sent(str(event["event_id"]))
            removed = removed or (sent_at(event) >= earliest and is_removed(event))
        if any(sent_at(event) < earliest for event in page):
            break
    return Unknown("a message of ours from then was removed, and may have been it") if removed else Absent()


def pages(server: Homeserver, account: str) -> Iterator[list[dict[str, Any]] | Unknown | Wait]:
    """What one account wrote, newest first; last of all, why there is no more."""
    wanted = json.dumps({"senders": [account], "types": ["m.room.message"]})
    query: dict[str, str | int] = {"dir": "b", "limit": PAGE, "filter": wanted}
    for _ in range(PAGES):
        reply = server.look(f"{server.room}/messages", **query)
        found = told(reply) if isinstance(reply, Reply) else {}
        if isinstance(reply, Reply) and reply.status == 200 and not found and query["limit"] != 1:
            query["limit"] = 1  # Cut off: together they were longer than is read.
            continue
        if isinstance(reply, Wait) or reply.status != 200 or not isinstance(found.get("chunk"), list):
            yield reply if isinstance(reply, Wait) else server.unseen(reply)
            return
        yield objects(found["chunk"])
        if not isinstance(found.get("end"), str):
            return
        query["from"] = found["end"]
    yield Unknown("too much was written since to look through it")


def us(server: Homeserver) -> str | Unknown | Wait:
    """Our user's id."""
    if is_user(server.to.account):
        return server.to.account
    reply = server.look("/_matrix/client/v3/account/whoami")
    if isinstance(reply, Wait):
        return reply
    found = string(told(reply).get("user_id"))
    return found if reply.status == 200 and found else server.unseen(reply)


def is_ours(event: dict[str, Any], key: str) -> bool:
    """By the key in it, or by the one it was put under, which only we are told. An edit is not the message."""
    content = inside(event, "content")
    if not isinstance(event.get("event_id"), str) or inside(content, "m.relates_to").get("rel_type") == "m.replace":
        return False
    return content.get(MARK) == key or inside(event, "unsigned").get("transaction_id") == key


def is_removed(event: dict[str, Any]) -> bool:
    """So that nobody can say any more which one it was."""
    return not event.get("content") and "transaction_id" not in inside(event, "unsigned")


def sent_at(event: dict[str, Any]) -> int:
    """Milliseconds; for ever ago where nobody says."""
    found = event.get("origin_server_ts")
    return found if isinstance(found, int) else 0


# Afterwards


def edit(change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """A message that stands for the first one; whoever was pinged is not pinged again."""
    server, content = Homeserver(to, hands), written(change, key)
    if isinstance(content, Refused):
        return content
    event = str(change.posted.get("id", ""))
    reply = server.tell(f"{server.room}/send/m.room.message/{segment(key)}", replacing(content, event))
    made = server.made(reply)
    return Sent(event, str(change.posted.get("url", ""))) if isinstance(made, Sent) else made


def replacing(content: dict[str, Any], event: str) -> dict[str, Any]:
    """For clients that know no edits, the text once more, with a star."""
    starred: dict[str, Any] = {name: f"* {content[name]}" for name in ("body", "formatted_body") if name in content}
    return {
        **content,
        **starred,
        "m.mentions": {},
        "m.new_content": content,
        "m.relates_to": {"rel_type": "m.replace", "event_id": event},
    }


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """A message takes its edits out of sight, and yet they stay there to be read ("Redactions of edited events"): they
    go first, while the homeserver still tells which they are."""
    server, event = Homeserver(to, hands), str(gone.posted.get("id", ""))
    edits = edits_of(server, event)
    if not isinstance(edits, list):
        return edits
    for number, one in enumerate(edits, 1):
        # One that we may not remove is not ours.
        given = server.made(server.tell(f"{server.room}/redact/{segment(one)}/{segment(f'{key}.{number}.{one}')}", {}))
        if isinstance(given, Wait | Unknown):
            return given
    reply = server.tell(f"{server.room}/redact/{segment(event)}/{segment(key)}", {})
    made = server.made(reply)
    if isinstance(made, Sent) or (reply.status == 404 and told(reply).get("errcode") == "M_NOT_FOUND"):
        return Sent(event)
    return made


def edits_of(server: Homeserver, event: str) -> list[str] | Refused | Wait:
    """Edits of a message that carry our mark; none of one that is gone."""
    path = f"/_matrix/client/v1/rooms/{segment(server.to.place)}/relations/{segment(event)}/m.replace"
    reply = server.look(path, limit=COUNTED)
    if isinstance(reply, Wait):
        return reply
    listed = told(reply).get("chunk")
    if reply.status == 404 and told(reply).get("errcode") == "M_NOT_FOUND":
        return []
    if reply.status != 200 or not isinstance(listed, list):
        return harmless(server.refused(reply))
    found = [one for one in objects(listed) if MARK in inside(one, "content")]
    return [one["event_id"] for one in found if isinstance(one.get("event_id"), str)]


def count(counted: CountRequested, to: Destination, hands: Hands) -> Counted | Outcome:
    """Reactions, whatever they show, and what stands in the message's thread. Answers outside of it nobody tells."""
    server, event = Homeserver(to, hands), str(counted.posted.get("id", ""))
    likes = related(server, event, "m.annotation")
    if not isinstance(likes, int | None):
        return likes
    replies = related(server, event, "m.thread")
    return Counted(likes=likes, replies=replies) if isinstance(replies, int | None) else replies


def related(server: Homeserver, event: str, how: str) -> int | Refused | Wait | None:
    """None where there are too many to be counted one by one."""
    path = f"/_matrix/client/v1/rooms/{segment(server.to.place)}/relations/{segment(event)}/{how}"
    query: dict[str, str | int] = {"limit": COUNTED}
    found = 0
    for _ in range(COUNTED_PAGES):
        reply = server.look(path, **query)
        if isinstance(reply, Wait):
            return reply
        listed = told(reply).get("chunk")
        if reply.status != 200 or not isinstance(listed, list):
            return harmless(server.refused(reply))
        found += len(listed)
        query["from"] = string(told(reply).get("next_batch"))
        if not query["from"]:
            return found
    return None
