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
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import quote

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms.lemmy.instance import CREDENTIAL as CREDENTIAL
from functions.platforms.lemmy.instance import Instance, budget, inner, number, read_object
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
    PREVIOUS,
    Absent,
    Budget,
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
from functions.platforms.text.document import Block, Document, Heading, Paragraph, Picture, Quote, Run
from functions.platforms.text.splitting import Pieces, TooLongError, fitted

EDIT: Editing = "edit"
LONG: Literal["thread", "excerpt"] = "thread"
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

Raw = str | list[str]
"""A text; in pieces where it has images: every second one stands for the address of one."""

POST, COMMENTED = "post", "comment"


# Before


def render(post: Post, target: Target) -> Rendering:
    voice, title = Voice(post, target), " ".join(post.title.split())
    blocks = resolved(document.read(post.body), post)
    faults = (*misplaced(target), *untitled(title), *undescribed(blocks, voice))
    try:
        pieces = divided(blocks, voice)
    except TooLongError as error:
        return Rendering((), problems=(*faults, str(error)))
    parts = tuple(voice.part(piece, count, title) for count, piece in enumerate(pieces.documents, 1))
    return Rendering(
        parts,
        pings=tuple(f"@{voice.names[name]} ({name})" for name in mentioned(blocks) if name in voice.names),
        notes=(*filter(None, [pieces.note]), *left_out(blocks, post), *voice.unheard(blocks)),
        problems=(*faults, *(fault for part in parts for fault in overfull(part))),
    )


def divided(blocks: Document, voice: "Voice") -> Pieces:
    """All in the post where it fits; else, where comments are to go on with it, no piece is longer than these are."""
    target, link = voice.target, voice.post.link
    if target.long == "excerpt" or voice.used(blocks) <= TEXT:
        return fitted(blocks, voice.used, TEXT, long="excerpt", link=link)
    return fitted(blocks, voice.used, COMMENT, long="thread", link=link)


def misplaced(target: Target) -> Iterator[str]:
    if not target.place.isdecimal() and not PLACE.fullmatch(target.place):
        yield f"`place` of {target.id!r} is no community's name (news, or news@lemmy.example if it lives elsewhere)"


def untitled(title: str) -> Iterator[str]:
    if len(title) < SHORTEST_TITLE:
        yield f"a post on Lemmy needs a title of {SHORTEST_TITLE} characters at least"
    if len(title) > TITLE:
        yield f"the title has {len(title)} characters; Lemmy takes {TITLE}"


def undescribed(blocks: Document, voice: "Voice") -> Iterator[str]:
    for count, picture in enumerate(document.pictures(blocks), 1):
        if picture.name not in voice.images:
            yield f"image {count}, {picture.name[:100]!r}, was not uploaded with the announcement"
        elif not picture.alt:
            yield f"image {count} has no description: write ![what it shows](…)"


def overfull(part: Part) -> Iterator[str]:
    if len(part.images) > IMAGES:
        yield f"there are {len(part.images)} images, and Lemmy takes {IMAGES} an hour: leave some out"


def left_out(blocks: Document, post: Post) -> Iterator[str]:
    shown = {picture.name for picture in document.pictures(blocks)}
    for one in post.images:
        if one.name not in shown:
            yield f"The image {one.name} is left out: it does not stand in the text."


def resolved(blocks: Document, post: Post) -> Document:
    """Pictures from elsewhere as links, ours with what they show."""
    alts = {one.name: one.alt.strip() for one in post.images}
    return tuple(resolved_block(block, alts) for block in blocks)


def resolved_block(block: Block, alts: Mapping[str, str]) -> Block:
    match block:
        case Picture(name=name, alt=alt) if name in alts:
            return Picture(name, alt.strip() or alts[name])
        case Picture(name=name, alt=alt) if name.startswith(("https://", "http://")):
            return Paragraph((Run(alt or name, link=name),))
        case Quote(blocks=inside):
            return Quote(tuple(resolved_block(one, alts) for one in inside))
    return block


def mentioned(blocks: Document) -> tuple[str, ...]:
    return tuple(dict.fromkeys(span.value for span in forms.plain(blocks).spans if span.kind == "mention"))


class Voice:
    """How one announcement is written for one target: Lemmy's Markdown, and whom it may ping."""

    def __init__(self, post: Post, target: Target) -> None:
        self.post, self.target = post, target
        found = {name: HANDLE.fullmatch(target.mentions.get(name, "")) for name in may_ping(post, target)}
        self.names = {name: who["name"] for name, who in found.items() if who}
        self.images = {one.name: one for one in post.images}

    def mention(self, run: Run) -> str:
        who = self.names.get(run.mention)
        return f"@{who}" if who else forms.unpinged(run)

    def unheard(self, blocks: Document) -> Iterator[str]:
        """Why a mention pings nobody."""
        for name in mentioned(blocks):
            if name not in self.post.pings:
                yield f"@{name} pings nobody: the announcement does not ask for it"
            elif name not in self.target.pings:
                yield f"@{name} pings nobody: the target {self.target.id!r} does not allow it (`pings`)"
            elif name not in self.names:
                yield (
                    f"@{name} pings nobody: `mentions` of the target {self.target.id!r} does not say whose that is"
                    " (name@lemmy.example)"
                )

    def part(self, piece: Document, count: int, title: str) -> Part:
        """The post, or a comment that answers the one before it."""
        raw, first = self.raw(piece, self.mark(count)), count == 1
        shown = (Heading(1, (Run(title),)), *piece) if first else piece
        after = {"parent_id": PREVIOUS} if count > 2 else {}
        titled = (Measure("title", "characters", len(title), TITLE),) if first else ()
        host, (most, seconds) = budget(self.target.url), POSTS
        return Part(
            {"name": title, "body": raw} if first else {"post_id": FIRST, "content": raw, **after},
            forms.plain(shown, self.mention).text,
            "readable",
            step=POST if first else COMMENTED,
            html=forms.html(shown),
            images=tuple(self.shown(piece)),
            measures=(*titled, Measure("text", "characters", self.length(raw), TEXT if first else COMMENT)),
            budgets=(Budget(host), Budget(f"{host}:{'posts' if first else 'comments'}", most, seconds)),
        )

    def used(self, blocks: Document) -> int:
        return self.length(self.raw(blocks, self.mark(0)))

    def length(self, raw: Raw) -> int:
        if isinstance(raw, str):
            return len(raw)
        room = len(self.target.url) + ROOM
        return sum(room if count % 2 else len(piece) for count, piece in enumerate(raw))

    def mark(self, count: int) -> str:
        """Tells a post from every other one, and nothing to those who look for it."""
        told = f"{self.post.announcement}\n{self.target.id}\n{self.post.language}\n{count}"
        return f"[liaison]: # ({sha256(told.encode()).hexdigest()[:16]})"

    def shown(self, piece: Document) -> Iterator[Image]:
        """The images of a piece, in their order, each once, as they are described in it."""
        described = {one.name: one.alt for one in reversed(document.pictures(piece)) if one.name in self.images}
        for name in dict.fromkeys(one.name for one in document.pictures(piece) if one.name in self.images):
            yield self.images[name].model_copy(update={"alt": described[name]})

    def raw(self, piece: Document, mark: str) -> Raw:
        numbers = {one.name: count for count, one in enumerate(self.shown(piece), 1)}

        def depicted(picture: Picture) -> str:
            if picture.name not in numbers:
                return forms.commonmark((picture,))
            alt = re.sub(r"([\[\]\\])", r"\\\1", " ".join(picture.alt.split()))
            return f"![{alt}](\0{numbers[picture.name]}\0)"

        text = forms.commonmark(piece, self.mention, picture=depicted)
        return parted(f"{text}\n\n{mark}" if text else mark)


def parted(text: str) -> Raw:
    """No text that was read holds a null character: between two of them stands the number of an image."""
    pieces = re.split("\0([0-9]+)\0", text)
    told = [image(int(piece)) if count % 2 else piece for count, piece in enumerate(pieces)]
    return text if len(told) == 1 else told


# The calls


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """Uploads the images. One that no post shows is seen by nobody but administrators."""
    instance, made = Instance(to, hands), dict[str, str]()
    for count, one in enumerate(post.images, 1):
        data = hands.objects.read(f"{MEDIA}/{one.name}")
        if data is None:
            return Refused(f"image {count} is not stored any more: add it to the announcement again")
        found = uploaded(instance, one, data)
        if not isinstance(found, str):
            return found
        made[image(count)] = found
    return Prepared(made)


def uploaded(instance: Instance, one: Image, data: bytes) -> str | Outcome:
    """The image's address. Version 3 has no call of its own for it, but lets through to pict-rs, which knows the
    token from a cookie."""
    kept = instance.session()
    new = kept["api"] == "v4"
    kind, body = form(one, data)
    headers = {"authorization": f"Bearer {kept['token']}", "cookie": f"jwt={kept['token']}", "content-type": kind}
    url = f"{instance.address}/api/v4/image" if new else f"{instance.address}/pictrs/image"
    try:
        reply = instance.hands.http("POST", url, headers=headers, body=body, private=instance.to.private)
    except (NotSentError, UnansweredError) as error:
        return Wait(60, f"an image could not be uploaded: {error}")
    found = placed(read_object(reply.body), instance)
    if reply.status in (200, 201) and found:
        return found
    failed = instance.failed(reply, settled=True)
    return Wait(60, f"an image was not taken: {failed.reason}") if isinstance(failed, Unknown) else failed


def placed(told: Mapping[str, Any], instance: Instance) -> str:
    address, files = told.get("image_url"), told.get("files")
    if isinstance(address, str) and re.fullmatch(r"https?://[^\s<>()]+", address):
        return address
    name = inner({"": files[0]}, "").get("file") if isinstance(files, list) and files else None
    return f"{instance.address}/pictrs/image/{name}" if isinstance(name, str) and ALIAS.fullmatch(name) else ""


def form(one: Image, data: bytes) -> tuple[str, bytes]:
    """`multipart/form-data`. The boundary is a hash of the bytes, and so not in them."""
    limit = f"liaison-{sha256(data).hexdigest()[:32]}"
    head = (
        f'--{limit}\r\ncontent-disposition: form-data; name="images[]"; filename="{one.name}"\r\n'
        f"content-type: {one.type}\r\n\r\n"
    )
    return f"multipart/form-data; boundary={limit}", head.encode() + data + f"\r\n--{limit}--\r\n".encode()


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
    if reply.status == 422 and not read_object(reply.body):
        since = datetime.fromtimestamp(hands.timestamp, UTC) - timedelta(hours=1)
        there = find(post, to, key, since, hands)
        return there if isinstance(there, Sent) else Wait(KEY_LASTS, "the instance has seen this request already")
    return instance.failed(reply)


def written(post: PostRequested) -> dict[str, Any] | None:
    """The body, complete; None where something of it is not known. Only what we put there is filled in: a text may
    read like a placeholder."""
    before = {FIRST: str(post.first.get("id")), PREVIOUS: str(post.previous.get("id"))}
    known = {sign: int(name) for sign, name in before.items() if name.isdecimal()}
    try:
        rest = filled({name: value for name, value in post.body.items() if name not in TEXTS}, known)
        texts = {name: whole(post.body[name], post.prepared) for name in TEXTS if name in post.body}
    except KeyError:
        return None
    return {**rest, **texts}


TEXTS = ("name", "body", "content")


def whole(raw: Raw, prepared: Mapping[str, Any]) -> str:
    """Raises KeyError."""
    if isinstance(raw, str):
        return raw
    return "".join(str(prepared[piece]) if count % 2 else piece for count, piece in enumerate(raw))


def community_of(instance: Instance) -> int | Outcome:
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
    return Wait(60, failed.reason) if isinstance(failed, Unknown) else failed


def community_in(reply: Reply) -> int | None:
    """Its number. A long sidebar may cut the answer off behind it."""
    told = inner(read_object(reply.body), "community_view", "community")
    found = re.match(rb'\s*\{"community_view":\s*\{"community":\s*\{"id":\s*([0-9]{1,15}),', reply.body)
    return number(told, "id") or (int(found[1]) if found else None)


def made(reply: Reply, step: str, instance: Instance) -> Sent | None:
    """The post or comment that was answered. Its text may cut the answer off: the number comes before it."""
    told = inner(read_object(reply.body), f"{step}_view")
    begun = re.match(rb'\s*\{"%s_view":\s*\{"%s":\s*\{"id":\s*([0-9]{1,15}),' % ((step.encode(),) * 2), reply.body)
    if told or not begun:
        return there(told, step, instance)
    return there({step: {"id": int(begun[1])}}, step, instance)


def there(view: Mapping[str, Any], step: str, instance: Instance) -> Sent | None:
    thing = inner(view, step)
    name, url = number(thing, "id"), thing.get("ap_id")
    if not name or name < 0:
        return None
    known = isinstance(url, str) and url.startswith("http")
    return Sent(str(name), str(url) if known else f"{instance.address}/{step}/{name}")


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
            text = str(inner(view, post.step).get("body" if post.step == POST else "content"))
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
    return community if isinstance(community, Wait) else Unknown(getattr(community, "reason", ""))


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
        body, told = reply.body, read_object(reply.body)
        views = next((told[name] for name in ("items", f"{step}s") if isinstance(told.get(name), list)), None)
        if reply.status != 200:
            return instance.looked(reply)
        if views is not None:
            following = told.get("next_page") if new else str(offset + size) if len(views) >= size else ""
            return Page([one for one in views if isinstance(one, dict)], str(following or ""))
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
    plain = [view for view in views if not any(inner(view, step).get(name) is True for name in pinned)]
    return bool(plain) and older(plain[-1], step, oldest)


def older(view: Mapping[str, Any], step: str, than: datetime) -> bool:
    """What does not say when it was written may be ours. Times are UTC, in early versions without saying so."""
    thing = inner(view, step)
    try:
        at = datetime.fromisoformat(str(thing.get("published_at") or thing.get("published")))
    except ValueError:
        return False
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) < than


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
    if read_object(reply.body).get("error") in GONE:
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
    told = read_object(reply.body)
    thing = inner(told, f"{step}_view", step)
    return told.get("error") in GONE or thing.get("deleted") is True


def count(counted: CountRequested, to: Destination, hands: Hands) -> Counted | Outcome:
    """Version 3 has the counts beside the post, version 4 in it. `score` may be less than none."""
    instance = Instance(to, hands)
    reply = instance.look(POST, {"id": quote(str(counted.posted.get("id") or ""), safe="")})
    if isinstance(reply, Wait):
        return reply
    view = inner(read_object(reply.body), "post_view")
    told = inner(view, "counts") or inner(view, POST)
    if reply.status != 200 or number(told, "score") is None:
        failed = instance.failed(reply, settled=True)
        return Wait(60, failed.reason) if isinstance(failed, Unknown) else failed
    return Counted(likes=max(number(told, "score") or 0, 0), replies=number(told, "comments"))
