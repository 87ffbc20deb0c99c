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
from typing import Any, Literal
from urllib.parse import quote

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms.matrix.homeserver import Homeserver, budget, read, segment
from functions.platforms.outgoing import (
    MEDIA,
    Destination,
    Hands,
    NotSentError,
    Outcome,
    Refused,
    Reply,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
)
from functions.platforms.posting import (
    KEY,
    Absent,
    Counted,
    Editing,
    Measure,
    Part,
    Post,
    Prepared,
    Rendering,
    filled,
    image,
    may_ping,
)
from functions.platforms.text import document, forms
from functions.platforms.text.document import Block, Document, Paragraph, Picture, Quote, Run
from functions.platforms.text.harmless import guarded
from functions.platforms.text.splitting import TooLongError, fitted

CREDENTIAL = (
    "The access token of the account that writes there (it has to be in the room, which must not be encrypted): a token"
    " that does not expire, or an application service's as_token; only the token itself."
)
EDIT: Editing = "edit"

LONG: Literal["thread", "excerpt"] = "thread"
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
EVERYBODY = ("everyone", "here", "room")
"""What we, and others, call those whom Matrix calls the room."""

SLACK = timedelta(minutes=5)
"""Clocks differ."""
PAGE, PAGES = 5, 30
"""Messages of our own to a page, and pages that are looked through for one of them."""

COUNTED, COUNTED_PAGES = 50, 20


# Before


def render(post: Post, target: Target) -> Rendering:
    read = resolved(document.read(post.body), post)
    pictures = document.pictures(read)
    problems = (*misplaced(target), *undescribed(pictures, post))
    if not read:
        return Rendering((), problems=(*problems, "there is nothing to say"))
    blocks = headed(post.title, document.without_pictures(read))
    voice = Voice(post, target)
    try:
        pieces = fitted(
            blocks, lambda piece: size(voice.content(piece)), MOST, long=target.long or LONG, link=post.link
        )
    except TooLongError as error:
        return Rendering((), problems=(*problems, str(error)))
    images = tuple(shown(pictures, post))
    behind = f"{'an image follows' if len(images) == 1 else f'{len(images)} images follow'} behind the text"
    return Rendering(
        (*(voice.message(piece) for piece in pieces.documents if piece), *(voice.picture(one) for one in images)),
        pings=tuple(voice.pinged(blocks)),
        notes=tuple(filter(None, [pieces.note, behind if images else "", *voice.unheard(blocks)])),
        problems=problems,
    )


def misplaced(target: Target) -> Iterator[str]:
    if not target.place.startswith("!"):
        yield f"`place` of {target.id!r} is not the room's id: it begins with ! and stands in the room's settings"


def undescribed(pictures: tuple[Picture, ...], post: Post) -> Iterator[str]:
    known = {one.name: one for one in post.images}
    for count, picture in enumerate(pictures, 1):
        if picture.name not in known:
            yield f"image {count}, {picture.name!r}, was not uploaded with the announcement"
        elif not (picture.alt or known[picture.name].alt).strip():
            yield f"image {count} has no description: write ![what it shows]({picture.name})"


def headed(title: str, blocks: Document) -> Document:
    """The title stands in front, unless the text begins with it."""
    if not title.strip():
        return blocks
    begins = forms.plain(blocks[:1]).text.startswith(forms.plain((Paragraph((Run(title),)),)).text)
    return blocks if begins else (Paragraph((Run(title, bold=True),)), *blocks)


def resolved(blocks: Document, post: Post) -> Document:
    """Pictures from elsewhere as links."""
    known = {one.name for one in post.images}
    return tuple(resolved_block(block, known) for block in blocks)


def resolved_block(block: Block, known: set[str]) -> Block:
    match block:
        case Picture(name=name, alt=alt) if name not in known and name.startswith(("https://", "http://")):
            return Paragraph((Run(alt or name, link=name),))
        case Quote(blocks=inner):
            return Quote(tuple(resolved_block(one, known) for one in inner))
    return block


def shown(pictures: tuple[Picture, ...], post: Post) -> Iterator[Image]:
    """Each image once, in their order, as the text describes it."""
    known = {one.name: one for one in post.images}
    for name in dict.fromkeys(picture.name for picture in pictures if picture.name in known):
        alt = next((picture.alt for picture in pictures if picture.name == name and picture.alt), known[name].alt)
        yield known[name].model_copy(update={"alt": alt})


def mentioned(blocks: Document) -> tuple[str, ...]:
    return tuple(dict.fromkeys(span.value for span in forms.plain(blocks).spans if span.kind == "mention"))


def size(content: dict[str, Any]) -> int:
    """In bytes, once our key stands in it."""
    return len(json.dumps({**content, MARK: "0" * 25}, ensure_ascii=False, separators=(",", ":")).encode())


class Voice:
    """How one announcement is written in one room, and whom it may ping there."""

    def __init__(self, post: Post, target: Target) -> None:
        self.post, self.target = post, target
        granted = may_ping(post, target)
        self.users = {name: who for name, who in target.mentions.items() if name in granted and is_user(who)}
        self.room = {name for name in granted if name in EVERYBODY and name not in self.users}

    def pinged(self, blocks: Document) -> Iterator[str]:
        for name in mentioned(blocks):
            if name in self.users:
                yield f"{self.users[name]} ({name})"
            elif name in self.room:
                yield "everyone in the room (@room)"

    def unheard(self, blocks: Document) -> Iterator[str]:
        """Why a mention pings nobody."""
        names = mentioned(blocks)
        for name in names:
            if name not in self.post.pings:
                yield f"@{name} pings nobody: the announcement does not ask for it"
            elif name not in self.target.pings:
                yield f"@{name} pings nobody: the target {self.target.id!r} does not allow it (`pings`)"
            elif name not in self.users and name not in self.room:
                yield f"@{name} pings nobody: `mentions` of the target {self.target.id!r} has no user's id for it"
        for name in sorted(self.post.pings - set(names)):
            yield f"nobody is pinged as {name!r}: the text does not mention @{name}"

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
            return "@room"
        return f"@{run.mention}" if run.mention in self.users else forms.unpinged(run)

    def markup(self, run: Run) -> str:
        user = self.users.get(run.mention)
        if user is None:
            return self.words(run)
        return f'<a href="https://matrix.to/#/{quote(user, safe="@:")}">{escape(run.mention, quote=False)}</a>'

    def mentions(self, piece: Document) -> dict[str, Any]:
        names = mentioned(piece)
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


# The calls


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """Upload the image. Twice uploaded it is there twice, and nobody is shown either before it is sent."""
    made: dict[str, str] = {}
    for count, one in enumerate(post.images, 1):
        data = hands.objects.read(f"{MEDIA}/{one.name}")
        if data is None:
            return Refused(f"image {count} is not stored any more: add it to the announcement again")
        name = uploaded(Homeserver(to, hands), one, data)
        if not isinstance(name, str):
            return name
        made[image(count)] = name
    return Prepared(made)


def uploaded(server: Homeserver, one: Image, data: bytes) -> str | Outcome:
    try:
        reply = server.ask("POST", f"/_matrix/media/v3/upload?filename={quote(one.name)}", data, one.type)
    except (NotSentError, UnansweredError) as error:
        return Wait(60, f"an image could not be uploaded: {error}")
    name = read(reply.body).get("content_uri")
    if reply.status == 200 and isinstance(name, str) and name.startswith("mxc://"):
        return name
    given = server.refused(reply)
    return Wait(60, f"an image was not taken: {given.reason}") if isinstance(given, Unknown) else given


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    server, content = Homeserver(to, hands), written(post, key)
    if isinstance(content, Refused):
        return content
    return server.made(server.tell(f"{server.room}/send/m.room.message/{segment(key)}", content))


def written(post: PostRequested, key: str) -> dict[str, Any] | Refused:
    """People's words may happen to read like a placeholder."""
    words: dict[str, Any] = {name: post.body[name] for name in ("body", "formatted_body") if name in post.body}
    rest = {name: value for name, value in post.body.items() if name not in words}
    try:
        return {**filled(rest, {KEY: key, **post.prepared}), **words}
    except KeyError as missing:
        return Refused(f"{missing.args[0]} was not uploaded")


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
        told = read(reply.body) if isinstance(reply, Reply) else {}
        if isinstance(reply, Reply) and reply.status == 200 and not told and query["limit"] != 1:
            query["limit"] = 1  # Cut off: together they were longer than is read.
            continue
        if isinstance(reply, Wait) or reply.status != 200 or not isinstance(told.get("chunk"), list):
            yield reply if isinstance(reply, Wait) else server.looked(reply)
            return
        yield [one for one in told["chunk"] if isinstance(one, dict)]
        if not isinstance(told.get("end"), str):
            return
        query["from"] = told["end"]
    yield Unknown("too much was written since to look through it")


def us(server: Homeserver) -> str | Unknown | Wait:
    """Our user's id."""
    if is_user(server.to.account):
        return server.to.account
    reply = server.look("/_matrix/client/v3/account/whoami")
    if isinstance(reply, Wait):
        return reply
    found = read(reply.body).get("user_id")
    return found if reply.status == 200 and isinstance(found, str) and found else server.looked(reply)


def is_ours(event: dict[str, Any], key: str) -> bool:
    """By the key in it, or by the one it was put under, which only we are told. An edit is not the message."""
    content = part(event, "content")
    if not isinstance(event.get("event_id"), str) or part(content, "m.relates_to").get("rel_type") == "m.replace":
        return False
    return content.get(MARK) == key or part(event, "unsigned").get("transaction_id") == key


def is_removed(event: dict[str, Any]) -> bool:
    """So that nobody can say any more which one it was."""
    return not event.get("content") and "transaction_id" not in part(event, "unsigned")


def part(given: dict[str, Any], name: str) -> dict[str, Any]:
    found = given.get(name)
    return found if isinstance(found, dict) else {}


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
    if isinstance(made, Sent) or (reply.status == 404 and read(reply.body).get("errcode") == "M_NOT_FOUND"):
        return Sent(event)
    return made


def edits_of(server: Homeserver, event: str) -> list[str] | Unknown | Wait:
    """Edits of a message that carry our mark; none of one that is gone."""
    reply = server.look(f"/_matrix/client/v1/rooms/{segment(server.to.place)}/relations/{segment(event)}/m.replace")
    if isinstance(reply, Wait):
        return reply
    told = read(reply.body)
    if reply.status == 404 and told.get("errcode") == "M_NOT_FOUND":
        return []
    if reply.status != 200 or not isinstance(told.get("chunk"), list):
        return server.looked(reply)
    found = [one for one in told["chunk"] if isinstance(one, dict) and MARK in part(one, "content")]
    return [one["event_id"] for one in found if isinstance(one.get("event_id"), str)]


def count(counted: CountRequested, to: Destination, hands: Hands) -> Counted | Outcome:
    """Reactions, whatever they show, and what stands in the message's thread. Answers outside of it nobody tells."""
    server, event = Homeserver(to, hands), str(counted.posted.get("id", ""))
    likes = related(server, event, "m.annotation")
    if not isinstance(likes, int | None):
        return likes
    replies = related(server, event, "m.thread")
    return Counted(likes=likes, replies=replies) if isinstance(replies, int | None) else replies


def related(server: Homeserver, event: str, how: str) -> int | Unknown | Wait | None:
    """None where there are too many to be counted one by one."""
    path = f"/_matrix/client/v1/rooms/{segment(server.to.place)}/relations/{segment(event)}/{how}"
    query: dict[str, str | int] = {"limit": COUNTED}
    found = 0
    for _ in range(COUNTED_PAGES):
        reply = server.look(path, **query)
        told = read(reply.body) if isinstance(reply, Reply) else {}
        if isinstance(reply, Wait) or reply.status != 200 or not isinstance(told.get("chunk"), list):
            return reply if isinstance(reply, Wait) else server.looked(reply)
        found += len(told["chunk"])
        if not isinstance(told.get("next_batch"), str):
            return found
        query["from"] = told["next_batch"]
    return None
