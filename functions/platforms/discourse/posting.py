"""Discourse: an announcement as a topic, as a reply in one, or as a policy that is pinned in its category.

A topic has our key as its `external_id`, which no second topic can have. A reply has nothing of the kind: it begins
with a comment that no reader sees, by which it is found again. What is longer than a post may be goes on in replies.

Sources: docs.discourse.org; Discourse's `posts_controller.rb`, `topics_controller.rb`, `post_creator.rb`, `topic.rb`
(`EXTERNAL_ID_MAX_LENGTH`), `topic_status_updater.rb`, `post_revisor.rb`, `uploads_controller.rb`, `site_settings.yml`.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import quote

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms.discourse.forum import Forum, budget, key_of, number, read
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
    FIRST,
    KEY,
    Absent,
    Counted,
    Editing,
    Limits,
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
from functions.platforms.text.splitting import Pieces, TooLongError, fitted

CREDENTIAL = (
    "An API key of the forum (Admin > Advanced > API Keys): user level “Single User”, for the target's `account`"
    " (`system` without one), scope “Global”; only the key itself."
)
EDIT: Editing = "edit"

LONG: Literal["thread", "excerpt"] = "thread"
"""People who are in a forum read: a long text goes on in replies."""

MOST, MOST_TITLE = 32_000, 255
"""Characters, as Ruby counts code points: `max_post_length` and `max_topic_title_length`, unless a forum tells us."""

FEWEST, FEWEST_TITLE = 20, 15
"""`min_post_length`, `min_topic_title_length`. A forum may be set to take less, so these are only told."""

UPLOAD = "upload://" + "0" * 27 + ".jpeg"
"""The longest name that a forum has for an image: its SHA-1 in base 62."""

EDITED = "The announcement was changed"
"""`edit_reason`, which stands in a post's history."""

QUEUED = (
    "the forum put it into its review queue instead of publishing it: approve it there, and let the target's `account`"
    " post without review"
)
GONE = (404, 410)
PERHAPS_GONE = (403, 422, *GONE)
"""What a forum answers when one deletes what is deleted already, depending on who asks."""

SLACK = timedelta(minutes=5)
"""Clocks differ."""
LOOKED_AT = 12
"""Of our own posts, when one of them is looked for."""

Raw = str | list[str]
"""A post's text; in pieces where it has images: every second one stands for what the forum calls an image."""

MARK = re.compile(r"\A<!-- [0-9a-f]{16} -->")


# Before


def render(post: Post, target: Target) -> Rendering:
    topic = target.form != "reply"
    read = resolved(document.read(post.body), post)
    problems = (*misplaced(target), *untitled(post, topic), *undescribed(read, post))
    blocks = read if topic else headed(post.title, read)
    if not read:
        return Rendering((), problems=(*problems, "there is nothing to say"))
    voice = Voice(post, target)
    try:
        pieces = cut(blocks, voice)
    except TooLongError as error:
        return Rendering((), problems=(*problems, str(error)))
    parts = tuple(voice.part(piece, count) for count, piece in enumerate(pieces.documents, 1))
    pin = (pinning(target),) if target.form == "pinned" else ()
    return Rendering(
        (*parts, *pin),
        pings=tuple(voice.pinged(blocks)),
        notes=tuple(filter(None, [pieces.note, *told(post, parts, topic, bool(pin)), *voice.unheard(blocks)])),
        problems=problems,
    )


def cut(blocks: Document, voice: "Voice") -> Pieces:
    """Only replies begin with a mark. Raises TooLongError."""
    post, target = voice.post, voice.target
    most, mark = post.limits.characters or MOST, "0" * 16
    if target.form != "reply" and length(voice.raw(blocks, "")) <= most:
        return Pieces((blocks,))
    long = target.long or LONG
    return fitted(blocks, lambda piece: length(voice.raw(piece, mark)), most, long=long, link=post.link)


def misplaced(target: Target) -> Iterator[str]:
    if not target.place.isdecimal():
        what = "topic" if target.form == "reply" else "category"
        yield f"`place` of {target.id!r} is not the {what}'s number: it stands in its address"


def untitled(post: Post, topic: bool) -> Iterator[str]:
    most = post.limits.title or MOST_TITLE
    if topic and not post.title.strip():
        yield "a topic needs a title"
    if topic and len(post.title) > most:
        yield f"the title has {len(post.title)} characters; the forum takes {most}"


def undescribed(blocks: Document, post: Post) -> Iterator[str]:
    known = {one.name: one for one in post.images}
    for count, picture in enumerate(document.pictures(blocks), 1):
        if picture.name not in known:
            yield f"image {count}, {picture.name!r}, was not uploaded with the announcement"
        elif not (picture.alt or known[picture.name].alt).strip():
            yield f"image {count} has no description: write ![what it shows]({picture.name})"


def told(post: Post, parts: Sequence[Part], topic: bool, pinned: bool) -> Iterator[str]:
    if topic and len(post.title) < FEWEST_TITLE:
        yield f"the title has {len(post.title)} characters: most forums want {FEWEST_TITLE} at least"
    if (used := parts[0].measures[0].used) < FEWEST:
        yield f"the text has {used} characters: most forums want {FEWEST} at least"
    if pinned:
        yield "it stays pinned in its category until somebody unpins it"


def headed(title: str, blocks: Document) -> Document:
    """The title stands in front, unless the text begins with it."""
    begins = forms.plain(blocks[:1]).text.startswith(forms.plain((Paragraph((Run(title),)),)).text)
    return blocks if begins or not title.strip() else (Paragraph((Run(title, bold=True),)), *blocks)


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


def length(raw: Raw) -> int:
    if isinstance(raw, str):
        return len(raw)
    return sum(len(UPLOAD) if count % 2 else len(piece) for count, piece in enumerate(raw))


class Voice:
    """How one announcement is written for one target: Discourse's Markdown, and whom it may ping."""

    def __init__(self, post: Post, target: Target) -> None:
        self.post, self.target = post, target
        granted = may_ping(post, target)
        self.names = {name: f"@{who.removeprefix('@')}" for name, who in target.mentions.items() if name in granted}
        self.images = {one.name: one for one in post.images}

    def mention(self, run: Run) -> str:
        return self.names.get(run.mention) or forms.unpinged(run)

    def pinged(self, blocks: Document) -> Iterator[str]:
        for name in mentioned(blocks):
            if name in self.names:
                yield f"{self.names[name]} ({name})"

    def unheard(self, blocks: Document) -> Iterator[str]:
        """Why a mention pings nobody."""
        names = mentioned(blocks)
        for name in names:
            if name not in self.post.pings:
                yield f"@{name} pings nobody: the announcement does not ask for it"
            elif name not in self.target.pings:
                yield f"@{name} pings nobody: the target {self.target.id!r} does not allow it (`pings`)"
            elif name not in self.names:
                yield f"@{name} pings nobody: `mentions` of the target {self.target.id!r} does not say who that is"
        for name in sorted(self.post.pings - set(names)):
            yield f"nobody is pinged as {name!r}: the text does not mention @{name}"

    # One post

    def part(self, piece: Document, count: int) -> Part:
        """The first one is the topic, unless there is one to reply to."""
        topic = count == 1 and self.target.form != "reply"
        mark = "" if topic else self.mark(count)
        written = self.raw(piece, mark)
        shown = (document.Heading(1, (Run(self.post.title),)), *piece) if topic else piece
        limit, most = self.post.limits.characters or MOST, self.post.limits.title or MOST_TITLE
        title = (Measure("title", "characters", len(self.post.title), most),) if topic else ()
        return Part(
            body=self.topic(written) if topic else self.reply(written),
            text=forms.plain(shown, self.mention).text,
            kind="keyed" if topic else "readable",
            html=forms.html(shown),
            images=tuple(self.shown(piece)),
            measures=(Measure("text", "characters", length(written), limit), *title),
            budgets=(budget(self.target.url),),
        )

    def topic(self, raw: Raw) -> dict[str, Any]:
        tags = {"tags": [self.target.tag]} if self.target.tag else {}
        return {
            "title": self.post.title,
            "raw": raw,
            "category": numeric(self.target.place),
            **tags,
            "external_id": KEY,
        }

    def reply(self, raw: Raw) -> dict[str, Any]:
        """To the topic that the target names, or to the one that this announcement began."""
        named = self.target.form == "reply"
        return {"topic_id": numeric(self.target.place) if named else FIRST, "raw": raw}

    def mark(self, count: int) -> str:
        """Tells a reply from every other one, and hardly anything to those who look for it."""
        told = f"{self.post.announcement}\n{self.target.id}\n{self.post.language}\n{count}"
        return sha256(told.encode()).hexdigest()[:16]

    def shown(self, piece: Document) -> Iterator[Image]:
        """The images of a piece, in their order, as they are described in it."""
        described = {one.name: one.alt for one in reversed(document.pictures(piece)) if one.name in self.images}
        for name in dict.fromkeys(one.name for one in document.pictures(piece) if one.name in self.images):
            stored = self.images[name]
            yield stored.model_copy(update={"alt": described[name] or stored.alt})

    def raw(self, piece: Document, mark: str) -> Raw:
        numbers = {one.name: count for count, one in enumerate(self.shown(piece), 1)}

        def depicted(picture: Picture) -> str:
            """`![alt|widthxheight](upload://…)`: a bar or a bracket in the words would end them."""
            if picture.name not in numbers:
                return forms.commonmark((picture,))
            stored = self.images[picture.name]
            words = guarded(re.sub(r"\s+", " ", picture.alt or stored.alt)).replace("|", "/")
            alt = re.sub(r"([\[\]\\])", r"\\\1", words)
            size = f"|{stored.width}x{stored.height}" if stored.width and stored.height else ""
            return f"![{alt}{size}](\0{numbers[picture.name]}\0)"

        text = forms.commonmark(piece, self.mention, picture=depicted)
        return parted(f"<!-- {mark} -->\n\n{text}" if mark else text)


def parted(text: str) -> Raw:
    """No text that was read holds a null character: between two of them stands the number of an image."""
    pieces = re.split("\0([0-9]+)\0", text)
    told = [image(int(piece)) if count % 2 else piece for count, piece in enumerate(pieces)]
    return text if len(told) == 1 else told


def numeric(place: str) -> int | str:
    return int(place) if place.isdecimal() else place


def pinning(target: Target) -> Part:
    body = {"status": "pinned", "enabled": "true"}  # As words: the forum compares with "true".
    return Part(body=body, text="", kind="readable", step="pin", budgets=(budget(target.url),))


def mentioned(blocks: Document) -> tuple[str, ...]:
    return tuple(dict.fromkeys(span.value for span in forms.plain(blocks).spans if span.kind == "mention"))


# The calls


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """Upload the images. The same bytes are the same upload there, however often."""
    made: dict[str, str] = {}
    for count, one in enumerate(post.images, 1):
        data = hands.objects.read(f"{MEDIA}/{one.name}")
        if data is None:
            return Refused(f"image {count} is not stored any more: add it to the announcement again")
        name = uploaded(Forum(to, hands), one, data)
        if not isinstance(name, str):
            return name
        made[image(count)] = name
    return Prepared(made)


def uploaded(forum: Forum, one: Image, data: bytes) -> str | Outcome:
    kind, body = form(one, data)
    try:
        reply = forum.ask("POST", "/uploads.json", body, kind)
    except (NotSentError, UnansweredError) as error:
        return Wait(60, f"an image could not be uploaded: {error}")
    name = read(reply.body).get("short_url")
    if reply.status == 200 and isinstance(name, str) and name.startswith("upload://"):
        return name
    given = forum.refused(reply)
    return Wait(60, f"an image was not taken: {given.reason}") if isinstance(given, Unknown) else given


def form(one: Image, data: bytes) -> tuple[str, bytes]:
    """`multipart/form-data`. Newer forums ask for `upload_type`, older ones for `type`."""
    limit = f"liaison-{sha256(data).hexdigest()[:32]}"
    fields = {"upload_type": "composer", "type": "composer", "synchronous": "true"}
    lines = [
        f'--{limit}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{said}\r\n' for name, said in fields.items()
    ]
    head = (
        f'--{limit}\r\ncontent-disposition: form-data; name="file"; filename="{one.name}"\r\n'
        f"content-type: {one.type}\r\n\r\n"
    )
    return (
        f"multipart/form-data; boundary={limit}",
        f"{''.join(lines)}{head}".encode() + data + f"\r\n--{limit}--\r\n".encode(),
    )


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """What a forum refuses may be refused because it is there already: so it is looked for."""
    forum, topic = Forum(to, hands), topic_of(post)
    if post.step == "pin":
        return pinned(topic, forum)
    body = written(post, key, topic)
    if isinstance(body, Refused):
        return body
    reply = forum.tell("POST", "/posts.json", body)
    given = created(reply, topic, forum)
    if reply.status == 422 or (isinstance(given, Sent) and not given.more["topic"]):
        since = datetime.fromtimestamp(hands.timestamp, UTC) - timedelta(hours=1)
        there = find(post, to, key, since, hands)
        return there if isinstance(there, Sent) else unfound(given, there)
    return given


def unfound(given: Outcome, there: Absent | Unknown | Wait) -> Outcome:
    """Refused, and not known not to be there."""
    if isinstance(given, Refused) and not isinstance(there, Absent):
        return Unknown(f"{given.reason}; and nobody could look whether it is there already: {there.reason}")
    return given


def topic_of(post: PostRequested) -> str:
    """Whose replies these are; empty when there is none yet, or nobody knows."""
    place = post.body.get("topic_id")
    return str(post.first.get("topic") or "") if post.step == "pin" or place == FIRST else str(place or "")


def written(post: PostRequested, key: str, topic: str) -> dict[str, Any] | Refused:
    """A title may happen to read like a placeholder; so may a text that is one string."""
    if "topic_id" in post.body and not topic.isdecimal():
        return Refused("the topic that this goes on in is not known")
    known = {KEY: key, FIRST: numeric(topic), **post.prepared}
    words = {name: said for name, said in post.body.items() if isinstance(said, str) and name in ("title", "raw")}
    rest = {name: said for name, said in post.body.items() if name not in words}
    try:
        body = {**filled(rest, known), **words}
    except KeyError as missing:
        return Refused(f"{missing.args[0]} was not uploaded")
    return {**body, "raw": "".join(body["raw"])}


def created(reply: Reply, topic: str, forum: Forum) -> Outcome:
    told = read(reply.body)
    told = told["post"] if isinstance(told.get("post"), dict) else told
    post = number(told, "id")
    if reply.status == 200 and told.get("action") == "enqueued":
        return Refused(QUEUED)
    if reply.status == 200 and post:
        place = number(told, "post_number") or ("" if topic else 1)
        return forum.post(post, topic or str(number(told, "topic_id") or ""), str(place))
    return forum.refused(reply)


def pinned(topic: str, forum: Forum) -> Outcome:
    if not topic.isdecimal():
        return Refused("the topic to be pinned is not known")
    reply = forum.tell("PUT", f"/t/{topic}/status.json", {"status": "pinned", "enabled": "true"})
    if reply.status == 200 and read(reply.body).get("success") == "OK":
        return Sent(topic, forum.url(f"/t/{topic}"))
    return forum.refused(reply)


# Whether it is there


def find(
    post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    forum, topic = Forum(to, hands), topic_of(post)
    if "external_id" in post.body:
        return topic_by(key, forum)
    if not topic.isdecimal():
        return Unknown("the topic that it belongs to is not known")
    return is_pinned(topic, forum) if post.step == "pin" else replied(post, topic, since, forum)


def topic_by(key: str, forum: Forum) -> Sent | Absent | Unknown | Wait:
    """The forum leads from the key to the topic; no topic, or a deleted one, is a 404."""
    reply = forum.look(f"/t/external_id/{quote(key, safe='')}.json")
    if isinstance(reply, Wait):
        return reply
    led = re.search(r"/t/(?:[^/?]+/)?([0-9]+)(?:/[0-9]+)?(?:\.json)?(?:\?|\Z)", reply.headers.get("location", ""))
    if reply.status == 404:
        return Absent()
    if not (300 <= reply.status < 400 and led):
        return forum.looked(reply)
    first = forum.look(f"/posts/by_number/{led[1]}/1.json")
    if isinstance(first, Wait):
        return first
    post = number(read(first.body), "id")
    return forum.post(post, led[1], "1") if first.status == 200 and post else forum.looked(first)


def is_pinned(topic: str, forum: Forum) -> Sent | Absent | Unknown | Wait:
    reply = forum.look(f"/t/{topic}.json")
    if isinstance(reply, Wait):
        return reply
    told = read(reply.body)
    if reply.status != 200 or "pinned_at" not in told:
        return forum.looked(reply)
    return Sent(topic, forum.url(f"/t/{topic}")) if told["pinned_at"] else Absent()


def replied(post: PostRequested, topic: str, since: datetime, forum: Forum) -> Sent | Absent | Unknown | Wait:
    """Our own posts after the one before it, or since it was first tried: one of them begins with its mark."""
    mark = MARK.match("".join(post.body.get("raw", "")))
    before = str(post.previous.get("number") or "")
    posts: list[int] = []
    if mark is None:
        return Unknown("there is nothing to know it by")
    if not before.isdecimal():
        moment = f"{(since - SLACK).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        first = forum.look(f"/posts/by-date/{topic}/{moment}.json")
        if isinstance(first, Wait) or first.status == 404:
            return Absent() if isinstance(first, Reply) else first
        told = read(first.body)
        if first.status != 200 or not (number(told, "id") and number(told, "post_number")):
            return forum.looked(first)
        posts, before = [number(told, "id")], str(number(told, "post_number"))
    reply = forum.look(f"/t/{topic}/post_ids.json?post_number={before}&username_filters={quote(forum.user)}")
    if isinstance(reply, Wait):
        return reply
    ids = read(reply.body).get("post_ids")
    if reply.status != 200 or not isinstance(ids, list):
        return forum.looked(reply)
    return marked([*posts, *(one for one in ids if isinstance(one, int))], mark[0], topic, forum)


def marked(posts: Sequence[int], mark: str, topic: str, forum: Forum) -> Sent | Absent | Unknown | Wait:
    for post in posts[:LOOKED_AT]:
        text = forum.look(f"/posts/{post}/raw")
        if isinstance(text, Wait):
            return text
        plain = text.headers.get("content-type", "").startswith("text/plain")  # Anything else is not the forum.
        if text.status not in GONE and not (text.status == 200 and plain):
            return forum.looked(text)
        if text.status == 200 and text.body.startswith(mark.encode()):
            return forum.post(post, topic, "")
    return Unknown("too much was posted since to look through it") if len(posts) > LOOKED_AT else Absent()


# Afterwards


def edit(change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """A forum moves an edited topic up only when nobody has replied in it yet; a client cannot tell it not to."""
    forum, post = Forum(to, hands), str(change.posted.get("id", ""))
    there = Sent(post, str(change.posted.get("url", "")), {name: str(change.posted.get(name, "")) for name in MORE})
    if change.step == "pin":
        return Sent(post, there.url)
    body = written(change, key, topic_of(change) or "0")
    if isinstance(body, Refused):
        return body
    title = {"title": body["title"]} if "title" in body else {}
    given = {**title, "post": {"raw": body["raw"], "edit_reason": EDITED}}
    reply = forum.tell("PUT", f"/posts/{post}.json", given)
    told = read(reply.body)
    if reply.status == 200 and post == str(number(told.get("post", told), "id")):
        return there
    return Refused("it is not there any more") if reply.status in GONE else forum.refused(reply)


MORE = ("topic", "number")


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """With its first post a topic goes, and its pin. Staff can bring it back."""
    del key  # A deletion is a state.
    forum, post = Forum(to, hands), str(gone.posted.get("id", ""))
    if gone.step == "pin":
        return Sent(post)
    reply = forum.ask("DELETE", f"/posts/{post}.json")
    if reply.status in (200, 204):
        return Sent(post)
    if reply.status in PERHAPS_GONE:
        there = forum.look(f"/posts/{post}/raw")
        if isinstance(there, Reply) and there.status in GONE:
            return Sent(post)
    return forum.refused(reply)


def count(counted: CountRequested, to: Destination, hands: Hands) -> Counted | Outcome:
    """Of a topic: all likes in it, all posts but the first. Of a reply: its own."""
    forum, post = Forum(to, hands), str(counted.posted.get("id", ""))
    topic = str(counted.posted.get("topic", ""))
    if counted.step == "pin":
        return Counted()
    whole = counted.posted.get("number") == "1"
    reply = forum.look(f"/t/{topic}.json?username_filters={quote(forum.user)}" if whole else f"/posts/{post}.json")
    if isinstance(reply, Wait):
        return reply
    told = read(reply.body)
    if reply.status != 200 or ("posts_count" if whole else "actions_summary") not in told:
        return Refused("it is not there any more") if reply.status in GONE else forum.looked(reply)
    return topic_counts(told) if whole else reply_counts(told)


def topic_counts(told: dict[str, Any]) -> Counted:
    return Counted(
        likes=figure(told, "like_count"),
        replies=max(number(told, "posts_count") - 1, 0),
        views=figure(told, "views"),
    )


def reply_counts(told: dict[str, Any]) -> Counted:
    """The second of a forum's actions is the like; it is left out where there is none."""
    given = told["actions_summary"]
    likes = [number(one, "count") for one in given if number(one, "id") == 2] if isinstance(given, list) else []
    return Counted(likes=sum(likes), replies=figure(told, "reply_count"), views=figure(told, "reads"))


def figure(told: dict[str, Any], name: str) -> int | None:
    found = told.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def limits(target: Target, to: Destination, hands: Hands) -> Limits | None:
    """`site/settings.json` is what browsers get; it may be longer than is read, so it is searched for the two."""
    del target
    reply = Forum(to, hands).look("/site/settings.json")
    if isinstance(reply, Wait) or reply.status != 200:
        return None
    text = reply.body.decode("utf-8", "replace")
    found = [key_of(name).search(text) for name in ("max_post_length", "max_topic_title_length")]
    return Limits(*(int(one[1]) or None if one else None for one in found))
