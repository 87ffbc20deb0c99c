"""Discourse: an announcement as a topic, as a reply in one, or as a policy that is pinned in its category.

A topic has our key as its `external_id`, which no second topic can have. A reply has nothing of the kind: it begins
with a comment that no reader sees, by which it is found again. What is longer than a post may be goes on in replies.

Sources: docs.discourse.org; Discourse's `posts_controller.rb`, `topics_controller.rb`, `post_creator.rb`, `topic.rb`
(`EXTERNAL_ID_MAX_LENGTH`), `topic_status_updater.rb`, `post_revisor.rb`, `uploads_controller.rb`, `site_settings.yml`.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms import composing
from functions.platforms.composing import Raw
from functions.platforms.discourse.forum import Forum, budget, count_of, key_of, read
from functions.platforms.outgoing import (
    Destination,
    Field,
    Hands,
    Outcome,
    Refused,
    Reply,
    Sent,
    Unknown,
    Wait,
    harmless,
    multipart,
    number,
    objects,
    string,
    told,
)
from functions.platforms.posting import (
    FIRST,
    KEY,
    Absent,
    Counted,
    Editing,
    Limits,
    Long,
    Measure,
    Part,
    Post,
    Prepared,
    Rendering,
    filled,
    uploaded,
)
from functions.platforms.text import forms
from functions.platforms.text.document import Document, Picture, Run
from functions.platforms.text.harmless import guarded

CREDENTIAL = (
    "An API key of the forum (Admin > Advanced > API Keys): user level “Single User”, for the target's `account`"
    " (`system` without one), scope “Global”; only the key itself."
)
EDIT: Editing = "edit"

LONG: Long = "thread"
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

MARK = re.compile(r"\A<!-- [0-9a-f]{16} -->")


# What it will look like


def render(post: Post, target: Target) -> Rendering:
    topic, blocks = target.form != "reply", composing.read(post)
    voice = Voice(post, target)
    words = blocks if topic else composing.titled(blocks, composing.in_bold(post))
    fitted = cut(words, voice)
    parts = tuple(voice.part(piece, count) for count, piece in enumerate(fitted.pieces, 1))
    pin = (pinning(target),) if target.form == "pinned" else ()
    said = composing.mentioned(*fitted.pieces)
    return Rendering(
        (*parts, *pin),
        pings=tuple(f"{voice.names[name]} ({name})" for name in said if name in voice.names),
        notes=(
            *fitted.notes,
            *short(parts[0].measures),
            *(["it stays pinned in its category until somebody unpins it"] if pin else []),
            *composing.left_out(blocks, post.images),
            *composing.unheard(said, post, target, voice.known, "user or group"),
        ),
        problems=(
            *misplaced(target),
            *(["a topic needs a title"] if topic and not composing.title(post) else []),
            *composing.silent(words),
            *composing.undescribed(blocks, post.images),
            *fitted.problems,
            *composing.overfull(parts[0].measures[1:], "the forum"),
        ),
    )


def cut(words: Document, voice: "Voice") -> composing.Fitted:
    """Only replies begin with a mark."""
    post, target = voice.post, voice.target
    most, mark = post.limits.characters or MOST, "0" * 16
    if target.form != "reply" and length(voice.raw(words, "")) <= most:
        return composing.Fitted((words,))
    long = target.long or LONG
    return composing.fitted(words, lambda piece: length(voice.raw(piece, mark)), most, long=long, link=post.link)


def misplaced(target: Target) -> Iterator[str]:
    if not target.place.isdecimal():
        what = "topic" if target.form == "reply" else "category"
        yield f"`place` of {target.id!r} is not the {what}'s number: it stands in its address"


def short(measures: Sequence[Measure]) -> Iterator[str]:
    for one in measures:
        least = FEWEST_TITLE if one.what == "title" else FEWEST
        if one.used < least:
            yield f"the {one.what} has {one.used} characters: most forums want {least} at least"


def length(raw: Raw) -> int:
    return composing.length(raw, len(UPLOAD))


class Voice:
    """How one announcement is written for one target: Discourse's Markdown, and whom it may ping."""

    def __init__(self, post: Post, target: Target) -> None:
        self.post, self.target = post, target
        self.names = composing.granted(post, target, self.known)
        self.images = {one.name: one for one in post.images}

    def known(self, name: str) -> str:
        who = self.target.mentions.get(name, "")
        return f"@{who.removeprefix('@')}" if who else ""

    def mention(self, run: Run) -> str:
        return self.names.get(run.mention) or forms.unpinged(run)

    def part(self, piece: Document, count: int) -> Part:
        """The first one is the topic, unless there is one to reply to."""
        topic = count == 1 and self.target.form != "reply"
        written = self.raw(piece, "" if topic else composing.mark(self.post, self.target, count))
        shown = composing.headed(piece, self.post) if topic else piece
        limit, most = self.post.limits.characters or MOST, self.post.limits.title or MOST_TITLE
        title = (Measure("title", "characters", len(composing.title(self.post)), most),) if topic else ()
        return Part(
            body=self.topic(written) if topic else self.reply(written),
            text=forms.plain(shown, self.mention).text,
            kind="keyed" if topic else "readable",
            html=forms.html(shown),
            images=self.shown(piece),
            measures=(Measure("text", "characters", length(written), limit), *title),
            budgets=(budget(self.target.url),),
        )

    def topic(self, raw: Raw) -> dict[str, Any]:
        tags = {"tags": [self.target.tag]} if self.target.tag else {}
        return {
            "title": composing.title(self.post),
            "raw": raw,
            "category": numeric(self.target.place),
            **tags,
            "external_id": KEY,
        }

    def reply(self, raw: Raw) -> dict[str, Any]:
        """To the topic that the target names, or to the one that this announcement began."""
        named = self.target.form == "reply"
        return {"topic_id": numeric(self.target.place) if named else FIRST, "raw": raw}

    def shown(self, piece: Document) -> tuple[Image, ...]:
        return composing.once(composing.pictured(piece, self.post.images))

    def raw(self, piece: Document, mark: str) -> Raw:
        numbers = {one.name: count for count, one in enumerate(self.shown(piece), 1)}

        def depicted(picture: Picture) -> str:
            """`![alt|widthxheight](upload://…)`: a bar or a bracket in the words would end them."""
            if picture.name not in numbers:
                return forms.commonmark((picture,))
            stored = self.images[picture.name]
            words = guarded(re.sub(r"\s+", " ", picture.alt)).replace("|", "/")
            alt = re.sub(r"([\[\]\\])", r"\\\1", words)
            size = f"|{stored.width}x{stored.height}" if stored.width and stored.height else ""
            return f"![{alt}{size}]({composing.slot(numbers[picture.name])})"

        text = forms.commonmark(piece, self.mention, picture=depicted)
        return composing.parted(f"<!-- {mark} -->\n\n{text}" if mark else text)


def numeric(place: str) -> int | str:
    return int(place) if place.isdecimal() else place


def pinning(target: Target) -> Part:
    body = {"status": "pinned", "enabled": "true"}  # As words: the forum compares with "true".
    return Part(body=body, text="", kind="readable", step="pin", budgets=(budget(target.url),))


# Sending


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """The same bytes are the same upload there, however often."""
    forum = Forum(to, hands)
    return uploaded(post, hands, lambda one, data: upload(forum, one, data))


def upload(forum: Forum, one: Image, data: bytes) -> str | Outcome:
    """Newer forums ask for `upload_type`, older ones for `type`."""
    fields = {"upload_type": b"composer", "type": b"composer", "synchronous": b"true"}
    kind, body = multipart(
        (*(Field(name, said) for name, said in fields.items()), Field("file", data, one.type, one.name))
    )
    reply = forum.ask("POST", "/uploads.json", body, kind)
    name = string(told(reply).get("short_url"))
    return name if reply.status == 200 and name.startswith("upload://") else forum.refused(reply)


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
    words = [name for name in ("title", "raw") if isinstance(post.body.get(name), str)]
    try:
        body = filled(post.body, known, words)
    except KeyError as missing:
        return Refused(f"{missing.args[0]} was not uploaded")
    return {**body, "raw": "".join(body["raw"])}


def created(reply: Reply, topic: str, forum: Forum) -> Outcome:
    answer = read(reply)
    found = answer["post"] if isinstance(answer.get("post"), dict) else answer
    post = count_of(found, "id")
    if reply.status == 200 and found.get("action") == "enqueued":
        return Refused(QUEUED)
    if reply.status == 200 and post:
        place = count_of(found, "post_number") or ("" if topic else 1)
        return forum.post(post, topic or str(count_of(found, "topic_id") or ""), str(place))
    return forum.refused(reply)


def pinned(topic: str, forum: Forum) -> Outcome:
    if not topic.isdecimal():
        return Refused("the topic to be pinned is not known")
    reply = forum.tell("PUT", f"/t/{topic}/status.json", {"status": "pinned", "enabled": "true"})
    if reply.status == 200 and told(reply).get("success") == "OK":
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
        return forum.unseen(reply)
    first = forum.look(f"/posts/by_number/{led[1]}/1.json")
    if isinstance(first, Wait):
        return first
    post = count_of(read(first), "id")
    return forum.post(post, led[1], "1") if first.status == 200 and post else forum.unseen(first)


def is_pinned(topic: str, forum: Forum) -> Sent | Absent | Unknown | Wait:
    reply = forum.look(f"/t/{topic}.json")
    if isinstance(reply, Wait):
        return reply
    found = read(reply)
    if reply.status != 200 or "pinned_at" not in found:
        return forum.unseen(reply)
    return Sent(topic, forum.url(f"/t/{topic}")) if found["pinned_at"] else Absent()


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
        post_id, place = (count_of(read(first), name) for name in ("id", "post_number"))
        if first.status != 200 or not (post_id and place):
            return forum.unseen(first)
        posts, before = [post_id], str(place)
    reply = forum.look(f"/t/{topic}/post_ids.json?post_number={before}&username_filters={quote(forum.user)}")
    if isinstance(reply, Wait):
        return reply
    ids = told(reply).get("post_ids")
    if reply.status != 200 or not isinstance(ids, list):
        return forum.unseen(reply)
    return marked([*posts, *(one for one in ids if isinstance(one, int))], mark[0], topic, forum)


def marked(posts: Sequence[int], mark: str, topic: str, forum: Forum) -> Sent | Absent | Unknown | Wait:
    for post in posts[:LOOKED_AT]:
        text = forum.look(f"/posts/{post}/raw")
        if isinstance(text, Wait):
            return text
        plain = text.headers.get("content-type", "").startswith("text/plain")  # Anything else is not the forum.
        if text.status not in GONE and not (text.status == 200 and plain):
            return forum.unseen(text)
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
    found = read(reply)
    if reply.status == 200 and post == str(count_of(found.get("post", found), "id")):
        return there
    return Refused("it is not there any more") if reply.status in GONE else forum.refused(reply)


MORE = ("topic", "number")


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """A first post cannot be deleted (PostGuardian#can_delete_post?): its topic can, and its pin goes along. Staff can
    bring it back."""
    del key  # A deletion is a state.
    forum, post = Forum(to, hands), str(gone.posted.get("id", ""))
    if gone.step == "pin":
        return Sent(post)
    first = gone.posted.get("number") == "1"
    reply = forum.ask("DELETE", f"/t/{gone.posted['topic']}.json" if first else f"/posts/{post}.json")
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
    found = read(reply)
    if reply.status != 200 or ("posts_count" if whole else "actions_summary") not in found:
        return Refused("it is not there any more") if reply.status in GONE else harmless(forum.refused(reply))
    return topic_counts(found) if whole else reply_counts(found)


def topic_counts(topic: dict[str, Any]) -> Counted:
    replies = max(count_of(topic, "posts_count") - 1, 0)
    return Counted(likes=number(topic.get("like_count")), replies=replies, views=number(topic.get("views")))


def reply_counts(post: dict[str, Any]) -> Counted:
    """The second of a forum's actions is the like; it is left out where there is none."""
    likes = sum(count_of(one, "count") for one in objects(post["actions_summary"]) if one.get("id") == 2)
    return Counted(likes=likes, replies=number(post.get("reply_count")), views=number(post.get("reads")))


def limits(target: Target, to: Destination, hands: Hands) -> Limits | None:
    """`site/settings.json` is what browsers get; it may be longer than is read, so it is searched for the two."""
    del target
    reply = Forum(to, hands).look("/site/settings.json")
    if isinstance(reply, Wait) or reply.status != 200:
        return None
    text = reply.body.decode("utf-8", "replace")
    found = [key_of(name).search(text) for name in ("max_post_length", "max_topic_title_length")]
    return Limits(*(int(one[1]) or None if one else None for one in found))
