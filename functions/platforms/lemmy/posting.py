"""Announcements on Lemmy: a post in a community; what is too long goes on in comments below it.

Each ends in a definition of a link that is nowhere used, which no reader sees and by which it is found again: an
instance may change words and addresses in a text. Sources: lemmy-js-client 0.19 and 1.0 (createPost, createComment,
editPost, deletePost, getPosts, uploadImage); LemmyNet/lemmy crates/utils/src/utils/validation.rs (lengths),
crates/api/api_crud/src/post, crates/db_views/post/src/{api,impls}.rs; CommonMark, "Link reference definitions".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms import composing
from functions.platforms.composing import Raw
from functions.platforms.lemmy.instance import CREDENTIAL as CREDENTIAL
from functions.platforms.lemmy.instance import Instance, budget
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
    inside,
    looked,
    moment,
    multipart,
    number,
    objects,
    string,
    told,
)
from functions.platforms.posting import (
    FIRST,
    PREVIOUS,
    Absent,
    Budget,
    Counted,
    Editing,
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

EDIT: Editing = "edit"
LONG: Long = "thread"
"""A text that is longer than a post may be goes on in comments."""

SHORTEST_TITLE, TITLE, TEXT, COMMENT = 3, 200, 50_000, 10_000
"""Characters, as Rust counts code points."""
IMAGES = 6
"""An hour, that an instance takes from one address unless it says otherwise; so are the others."""
POSTS = (6, 600)

PLACE = re.compile(r"!?(?:c/)?(?P<name>[A-Za-z0-9_]{2,255}(?:@[A-Za-z0-9.:-]{1,255})?)", re.ASCII)
HANDLE = re.compile(r"@?(?P<name>[A-Za-z0-9_.-]{2,255}@[A-Za-z0-9.-]+\.[A-Za-z0-9.:-]+)", re.ASCII)
ALIAS = re.compile(r"[\w.-]{1,200}", re.ASCII)

MARK = re.compile(r"\[liaison\]: # \([0-9a-f]{16}\)")
ROOM = 80
"""Characters of an uploaded image's address, without the instance's own."""

SLACK = timedelta(minutes=5)
"""Clocks differ."""
SIZES = (20, 5, 1)
LOOKS = 15
"""Requests of one look at most. A page is read to 64 KiB, which a few long posts fill."""
KEY_LASTS = 240
"""Seconds that an instance may remember a key, and refuse it."""

POST, COMMENTED = "post", "comment"


# What it will look like


def render(post: Post, target: Target) -> Rendering:
    voice, blocks = Voice(post, target), composing.read(post)
    fitted = composing.divided(
        blocks, (voice.used, TEXT), (voice.used, COMMENT), long=target.long or LONG, link=post.link
    )
    parts = tuple(voice.part(piece, count) for count, piece in enumerate(fitted.pieces, 1))
    said = composing.mentioned(*fitted.pieces)
    return Rendering(
        parts,
        pings=tuple(f"@{voice.names[name]} ({name})" for name in said if name in voice.names),
        notes=(
            *fitted.notes,
            *composing.left_out(blocks, post.images),
            *composing.unheard(said, post, target, voice.known, "account (name@lemmy.example)"),
        ),
        problems=(
            *misplaced(target),
            *untitled(composing.title(post)),
            *composing.undescribed(blocks, post.images),
            *fitted.problems,
            *composing.overfull(parts[0].measures[:1], "Lemmy"),
            *composing.crowded(max(len(one.images) for one in parts), IMAGES, f"Lemmy takes {IMAGES} an hour"),
        ),
    )


def misplaced(target: Target) -> Iterator[str]:
    if not target.place.isdecimal() and not PLACE.fullmatch(target.place):
        yield f"`place` of {target.id!r} is no community's name (news, or news@lemmy.example if it lives elsewhere)"


def untitled(title: str) -> Iterator[str]:
    if len(title) < SHORTEST_TITLE:
        yield f"a post on Lemmy needs a title of {SHORTEST_TITLE} characters at least"


class Voice:
    """How one announcement is written for one target: Lemmy's Markdown, and whom it may ping."""

    def __init__(self, post: Post, target: Target) -> None:
        self.post, self.target = post, target
        self.names = composing.granted(post, target, self.known)

    def known(self, name: str) -> str:
        found = HANDLE.fullmatch(self.target.mentions.get(name, ""))
        return found["name"] if found else ""

    def mention(self, run: Run) -> str:
        who = self.names.get(run.mention)
        return f"@{who}" if who else forms.unpinged(run)

    def part(self, piece: Document, count: int) -> Part:
        """The post, or a comment that answers the one before it."""
        raw, first, title = self.raw(piece, count), count == 1, composing.title(self.post)
        shown = composing.headed(piece, self.post) if first else piece
        after = {"parent_id": PREVIOUS} if count > 2 else {}
        titled = (Measure("title", "characters", len(title), TITLE),) if first else ()
        host, (most, seconds) = budget(self.target.url), POSTS
        return Part(
            {"name": title, "body": raw} if first else {"post_id": FIRST, "content": raw, **after},
            forms.plain(shown, self.mention).text,
            "readable",
            step=POST if first else COMMENTED,
            html=forms.html(shown),
            images=self.shown(piece),
            measures=(*titled, Measure("text", "characters", self.length(raw), TEXT if first else COMMENT)),
            budgets=(Budget(host), Budget(f"{host}:{'posts' if first else 'comments'}", most, seconds)),
        )

    def used(self, blocks: Document) -> int:
        return self.length(self.raw(blocks, 0))

    def length(self, raw: Raw) -> int:
        return composing.length(raw, len(self.target.url) + ROOM)

    def shown(self, piece: Document) -> tuple[Image, ...]:
        return composing.once(composing.pictured(piece, self.post.images))

    def raw(self, piece: Document, count: int) -> Raw:
        """With our mark behind it."""
        numbers = {one.name: number for number, one in enumerate(self.shown(piece), 1)}

        def depicted(picture: Picture) -> str:
            if picture.name not in numbers:
                return forms.commonmark((picture,))
            alt = re.sub(r"([\[\]\\])", r"\\\1", " ".join(picture.alt.split()))
            return f"![{alt}]({composing.slot(numbers[picture.name])})"

        text = forms.commonmark(piece, self.mention, picture=depicted)
        mark = f"[liaison]: # ({composing.mark(self.post, self.target, count)})"
        return composing.parted(f"{text}\n\n{mark}" if text else mark)


# Sending


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """Uploads the images. One that no post shows is seen by nobody but administrators."""
    instance = Instance(to, hands)
    return uploaded(post, hands, lambda one, data: upload(instance, one, data))


def upload(instance: Instance, one: Image, data: bytes) -> str | Outcome:
    """The image's address. Version 3 has no call of its own for it, but lets through to pict-rs, which knows the
    token from a cookie."""
    kept = instance.session()
    kind, body = multipart([Field("images[]", data, one.type, one.name)])
    headers = {"authorization": f"Bearer {kept['token']}", "cookie": f"jwt={kept['token']}", "content-type": kind}
    url = f"{instance.address}/api/v4/image" if kept["api"] == "v4" else f"{instance.address}/pictrs/image"
    reply = instance.hands.http("POST", url, headers=headers, body=body, private=instance.to.private)
    found = placed(told(reply), instance)
    return found if reply.status in (200, 201) and found else instance.failed(reply, settled=True)


def placed(answer: Mapping[str, Any], instance: Instance) -> str:
    address = string(answer.get("image_url"))
    if re.fullmatch(r"https?://[^\s<>()]+", address):
        return address
    name = next((string(one.get("file")) for one in objects(answer.get("files"))), "")
    return f"{instance.address}/pictrs/image/{name}" if ALIAS.fullmatch(name) else ""


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Version 4 refuses a key that it has seen in the last minutes, and so nothing is posted twice meanwhile. Where it
    does, an earlier attempt may have arrived."""
    instance = Instance(to, hands)
    body = written(post)
    if body is None:
        return Refused("a part before this one, or an image of it, is not known to the instance")
    if post.step == POST:
        community = community_of(instance)
        if not isinstance(community, int):
            return community
        body["community_id"] = community
    reply = instance.ask("POST", post.step, body, key=key)
    done = made(reply, post.step, instance)
    if reply.status == 200 and done:
        return done
    if reply.status == 422 and not told(reply):
        since = datetime.fromtimestamp(hands.timestamp, UTC) - timedelta(hours=1)
        there = find(post, to, key, since, hands)
        return there if isinstance(there, Sent) else Wait(KEY_LASTS, "the instance has seen this request already")
    return instance.failed(reply)


def written(post: PostRequested) -> dict[str, Any] | None:
    """The body, complete; None where something of it is not known. Only what we put there is filled in: a text may
    read like a placeholder."""
    before = {FIRST: str(post.first.get("id")), PREVIOUS: str(post.previous.get("id"))}
    known = {sign: int(name) for sign, name in before.items() if name.isdecimal()}
    words = [name for name in TEXTS if isinstance(post.body.get(name), str)]
    try:
        body = filled(post.body, {**known, **post.prepared}, words)
    except KeyError:
        return None
    return {name: "".join(map(str, said)) if name in TEXTS else said for name, said in body.items()}


TEXTS = ("name", "body", "content")


def community_of(instance: Instance) -> int | Refused | Wait:
    """Its number on this instance, as the target says it or as its name leads there."""
    place = instance.to.place
    if place.isdecimal():
        return int(place)
    found = PLACE.fullmatch(place)
    reply = instance.look("community", {"name": found["name"] if found else place})
    if isinstance(reply, Wait):
        return reply
    name = community_in(reply)
    if reply.status == 200 and name:
        return name
    failed = instance.failed(reply, settled=True)
    if isinstance(failed, Refused) and not failed.unauthorized:
        return Refused(f"the instance knows no community {place!r} ({failed.reason})")
    return harmless(failed)


def community_in(reply: Reply) -> int | None:
    """Its number. A long sidebar may cut the answer off behind it."""
    name = number(inside(told(reply), "community_view", "community").get("id"))
    begun = re.match(rb'\s*\{"community_view":\s*\{"community":\s*\{"id":\s*([0-9]{1,15}),', reply.body)
    return name or (int(begun[1]) if begun else None)


def made(reply: Reply, step: str, instance: Instance) -> Sent | None:
    """The post or comment that was answered. Its text may cut the answer off: the number comes before it."""
    view = inside(told(reply), f"{step}_view")
    begun = re.match(rb'\s*\{"%s_view":\s*\{"%s":\s*\{"id":\s*([0-9]{1,15}),' % ((step.encode(),) * 2), reply.body)
    if view or not begun:
        return there(view, step, instance)
    return there({step: {"id": int(begun[1])}}, step, instance)


def there(view: Mapping[str, Any], step: str, instance: Instance) -> Sent | None:
    thing = inside(view, step)
    name, url = number(thing.get("id")), string(thing.get("ap_id"))
    if not name:
        return None
    return Sent(str(name), url if url.startswith("http") else f"{instance.address}/{step}/{name}")


# Whether it is there


@dataclass(frozen=True, slots=True)
class Page:
    """So much of a list. `after` leads to the next page; empty where there is none."""

    views: list[dict[str, Any]]
    after: str


def find(
    post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Among the newest of the community, or of the comments below the post: one of them has our mark."""
    del key
    instance, oldest = Instance(to, hands), since - SLACK
    marks = MARK.findall("".join(post.body.get("body" if post.step == POST else "content", "")))
    where = listed_where(post, instance)
    if not marks or not isinstance(where, dict):
        return where if isinstance(where, Unknown | Wait) else Unknown("there is nothing to know it by")
    after, mark = "", marks[-1]
    for _ in range(LOOKS):
        page = page_of(instance, post.step, where, after, mark)
        if not isinstance(page, Page):
            return page
        for view in page.views:
            text = str(inside(view, post.step).get("body" if post.step == POST else "content"))
            if mark in text and not older(view, post.step, oldest):
                return there(view, post.step, instance) or Unknown("it is there, without a number")
        if not page.after or over_the_edge(page.views, post.step, oldest):
            return Absent()
        after = page.after
    return Unknown(f"it is not among the newest, and there is more than {LOOKS} looks show")


def listed_where(post: PostRequested, instance: Instance) -> dict[str, Any] | Unknown | Wait:
    """What to ask for. Our settings there must not hide what we wrote: what is read, or older than a day."""
    new = instance.is_new
    every = {"sort": "new", "type_": "all", "time_range_seconds": 0} if new else {"sort": "New", "type_": "All"}
    if post.step == COMMENTED:
        return {**every, "post_id": str(post.first.get("id") or "0")}
    community = community_of(instance)
    if isinstance(community, int):
        return {**every, "community_id": community, "show_read": "true", "show_hidden": "true", "show_nsfw": "true"}
    return looked(community, None)


def page_of(instance: Instance, step: str, where: Mapping[str, Any], after: str, mark: str) -> Page | Unknown | Wait:
    """As much as fits into an answer. Version 3 counts pages: `after` is how many things come before it."""
    new, offset, body = instance.is_new, int(after) if after.isdecimal() else 0, b""
    for size in SIZES:
        if not new and offset % size:
            continue
        turn = {"page_cursor": after} if new and after else {} if new else {"page": offset // size + 1}
        reply = instance.look(f"{step}/list", {**where, "limit": size, **turn})
        if isinstance(reply, Wait):
            return reply
        body, found = reply.body, told(reply)
        names = ("items", f"{step.replace('/', '_')}s")
        views = next((found[name] for name in names if isinstance(found.get(name), list)), None)
        if reply.status != 200:
            return looked(instance.failed(reply), reply)
        if views is not None:
            following = found.get("next_page") if new else str(offset + size) if len(views) >= size else ""
            return Page(objects(views), str(following or ""))
    return beginning(body, step, mark) or Unknown("what is there is too long to be looked through")


def beginning(body: bytes, step: str, mark: str) -> Page | None:
    """Of a list whose one post is too long to be read to its end: nothing comes before its number and its text. None
    unless it has our mark."""
    text = body.decode("utf-8", "replace")
    found = re.match(rf'\s*\{{"(?:items|{step}s)":\s*\[\{{"{step}":\s*\{{"id":\s*([0-9]{{1,15}}),', text)
    said = {"body" if step == POST else "content": mark}
    return Page([{step: {"id": int(found[1]), **said}}], "") if found and mark in text else None


def over_the_edge(views: list[dict[str, Any]], step: str, oldest: datetime) -> bool:
    """Whether all that follows is older. Posts that are pinned come first, however old."""
    pinned = ("featured_community", "featured_local")
    plain = [view for view in views if not any(inside(view, step).get(name) is True for name in pinned)]
    return bool(plain) and older(plain[-1], step, oldest)


def older(view: Mapping[str, Any], step: str, than: datetime) -> bool:
    """What does not say when it was written may be ours. Times are UTC, in early versions without saying so."""
    thing = inside(view, step)
    at = moment(thing.get("published_at") or thing.get("published"))
    return at is not None and at < than


# Afterwards


def edit(change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """The same again changes nothing."""
    del key
    instance, body, name = Instance(to, hands), written(change), str(change.posted.get("id") or "")
    if body is None or not name.isdecimal():
        return Refused("an image of it, or what it is called there, is not known to the instance")
    texts = {field: body[field] for field in TEXTS if field in body}
    reply = instance.ask("PUT", change.step, {f"{change.step}_id": int(name), **texts})
    done = made(reply, change.step, instance)
    if reply.status == 200 and done and done.id == name:
        return Sent(name, str(change.posted.get("url") or done.url))
    failed = instance.failed(reply, settled=True)
    if told(reply).get("error") in GONE:
        return Refused("it is not there any more")
    return failed


GONE = ("not_found", "couldnt_find_post", "couldnt_find_comment")


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Deleting what is deleted is an error there, so it is looked at."""
    del key
    instance, name = Instance(to, hands), str(gone.posted.get("id") or "")
    step = COMMENTED if gone.step == COMMENTED else POST
    if not name.isdecimal():
        return Refused("what it is called there is not known")
    given = {f"{step}_id": int(name), "deleted": True}
    method, path = ("DELETE", step) if instance.is_new else ("POST", f"{step}/delete")
    reply = instance.ask(method, path, given)
    done = made(reply, step, instance)
    if reply.status == 200 and done and done.id == name:
        return Sent(name, str(gone.posted.get("url") or ""))
    failed = instance.failed(reply, settled=True)
    if isinstance(failed, Refused) and not failed.unauthorized and is_gone(instance, step, name):
        return Sent(name, str(gone.posted.get("url") or ""))
    return failed


def is_gone(instance: Instance, step: str, name: str) -> bool:
    reply = instance.look(step, {"id": name})
    if isinstance(reply, Wait):
        return False
    found = told(reply)
    return found.get("error") in GONE or inside(found, f"{step}_view", step).get("deleted") is True


def count(counted: CountRequested, to: Destination, hands: Hands) -> Counted | Outcome:
    """Version 3 has the counts beside the post, version 4 in it. `score` may be less than none."""
    instance = Instance(to, hands)
    reply = instance.look(POST, {"id": quote(str(counted.posted.get("id") or ""), safe="")})
    if isinstance(reply, Wait):
        return reply
    view = inside(told(reply), "post_view")
    found = inside(view, "counts") or inside(view, POST)
    score = found.get("score")
    if reply.status != 200 or not isinstance(score, int) or isinstance(score, bool):
        return harmless(instance.failed(reply, settled=True))
    return Counted(likes=max(score, 0), replies=number(found.get("comments")))
