"""Announcements on Bluesky: a post, or a thread of them, each under a key that is made beforehand.

Writing the same record under the same key once more changes nothing, so a lost answer is harmless for ever.
Sources: the lexicons app.bsky.feed.post, app.bsky.richtext.facet, app.bsky.embed.{images,external},
com.atproto.repo.{putRecord,uploadBlob} and app.bsky.feed.getPosts; docs.bsky.app/docs/advanced-guides/post-richtext.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms import composing
from functions.platforms.bluesky.records import COLLECTION, Body, ask, failed, handle, of, tid
from functions.platforms.outgoing import (
    Destination,
    Hands,
    Kind,
    NotSentError,
    Outcome,
    Refused,
    Reply,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
    harmless,
    inside,
    looked,
    number,
    objects,
    told,
)
from functions.platforms.posting import (
    FIRST,
    KEY,
    MOMENT,
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
    image,
    uploaded,
)
from functions.platforms.text import counting, forms
from functions.platforms.text.document import Document, Run, without_pictures

CREDENTIAL = (
    "an app password of the account's (Settings > Privacy and security > App passwords), as xxxx-xxxx-xxxx-xxxx;"
    " never its main password"
)

KIND: Kind = "keyed"
"""For ever: nothing but our own record can stand under our own key."""

EDIT: Editing = "reply"
"""A changed record is seen at once by some and by others never, and nobody sees that it was changed."""
LONG: Long = "thread"

GRAPHEMES, BYTES = 300, 3000
"""Of a post's text: app.bsky.feed.post#main."""
IMAGES = 4
IMAGE_BYTES, EARLIER_IMAGE_BYTES = 2_000_000, 1_000_000
"""Of one image: app.bsky.embed.images#image, now and before 2026."""
ALT = 2000
"""Graphemes of a description that Bluesky's own app allows (MAX_ALT_TEXT of social-app); the lexicon has no limit."""
TAG_GRAPHEMES, TAG_BYTES = 64, 640

WRITES = 1666
"""Posts an hour: 5,000 points, of which one that is new costs 3."""

PUBLIC = "https://public.api.bsky.app"
"""Tells everybody what is public, without a session."""

SLOTS, WIDTH = 31_250, 32
"""A second has a million microseconds: so many threads of so many posts have room in it."""


# What it will look like


def render(post: Post, target: Target) -> Rendering:
    """A thread says everything; its later parts take the images that the first has no room for."""
    blocks = composing.titled(composing.read(post), composing.heading(post))
    images = composing.once(composing.pictured(blocks, post.images))
    known = partial(account, target)
    dids = composing.granted(post, target, known)

    def plain(piece: Document) -> forms.Plain:
        return forms.plain(piece, lambda run: named(run, dids), addresses=False)

    def used(piece: Document) -> int:
        """Of the graphemes; of the bytes, where they run out first: there is room for ten in each."""
        text = plain(piece).text
        return max(counting.graphemes(text), -(-counting.utf8(text) * GRAPHEMES // BYTES))

    fitted = composing.fitted(
        without_pictures(blocks), used, GRAPHEMES, long=target.long or LONG, link=post.link, unit="graphemes"
    )
    texts = [plain(piece) for piece in fitted.pieces]
    cards = carded(texts, post) if not images else {}
    parts = tuple(
        replace(
            part(text, place, images[place * IMAGES : (place + 1) * IMAGES], cards.get(place), dids, post, target),
            html=forms.html(piece),
        )
        for place, (text, piece) in enumerate(zip(texts, fitted.pieces, strict=True))
    )
    said = composing.mentioned(*fitted.pieces)
    return Rendering(
        parts,
        pings=tuple(f"@{name} ({dids[name]})" for name in said if name in dids),
        notes=(
            *fitted.notes,
            *composing.spread(parts),
            *composing.left_out(blocks, post.images),
            *composing.tables(blocks),
            *heavy(images),
            *composing.unheard(said, post, target, known, "account's DID (did:plc:…)"),
        ),
        problems=(
            *composing.silent(blocks),
            *composing.undescribed(blocks, post.images),
            *fitted.problems,
            *composing.crowded(len(images), IMAGES * len(parts), f"Bluesky takes {IMAGES} with a post"),
            *composing.overfull(described(images), "Bluesky"),
        ),
    )


def account(target: Target, name: str) -> str:
    """Its DID, which stays when its handle changes."""
    did = target.mentions.get(name, "")
    return did if did.startswith("did:") else ""


def part(
    text: forms.Plain,
    place: int,
    images: tuple[Image, ...],
    card: Mapping[str, Any] | None,
    dids: Mapping[str, str],
    post: Post,
    target: Target,
) -> Part:
    """One record. What follows the first answers the one before, and names the first as the thread's root.

    `swapRecord` null: only if nothing stands under the key yet. The same record once more is no change, and so is
    allowed all the same.
    """
    record: dict[str, Any] = {"$type": COLLECTION, "text": text.text, "langs": [post.language], "createdAt": MOMENT}
    if found := list(facets(text, dids)):
        record["facets"] = found
    if images:
        record["embed"] = {"$type": "app.bsky.embed.images", "images": [*map(shown, images, range(1, IMAGES + 1))]}
    elif card:
        record["embed"] = {"$type": "app.bsky.embed.external", "external": card}
    if place:
        record["reply"] = {"root": FIRST, "parent": PREVIOUS}
    return Part(
        {"repo": handle(target.account), "collection": COLLECTION, "rkey": KEY, "swapRecord": None, "record": record},
        text.text,
        KIND,
        images=images,
        measures=(*measured(text.text), *described(images)),
        budgets=(Budget(f"bluesky:{target.id}"), Budget(f"bluesky:{target.id}:writes", WRITES, 3600)),
    )


def measured(text: str) -> tuple[Measure, ...]:
    return (
        Measure("text", "graphemes", counting.graphemes(text), GRAPHEMES),
        Measure("text", "bytes", counting.utf8(text), BYTES),
    )


def described(images: tuple[Image, ...]) -> tuple[Measure, ...]:
    words = composing.alts(images, "graphemes", counting.graphemes, ALT)
    return (*words, *composing.sizes(images, lambda _: IMAGE_BYTES))


def shown(picture: Image, number: int) -> dict[str, Any]:
    ratio = {"width": picture.width, "height": picture.height}
    sized = picture.width > 0 and picture.height > 0
    return {"image": image(number), "alt": picture.alt, **({"aspectRatio": ratio} if sized else {})}


def named(run: Run, dids: Mapping[str, str]) -> str:
    return f"@{run.mention}" if run.mention in dids else forms.unpinged(run)


def facets(text: forms.Plain, dids: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """What a stretch of the text is, by byte offsets in UTF-8. They may not overlap: the outer one counts."""
    free = 0
    for span in text.spans:
        feature = feature_of(span, dids)
        if feature and span.start >= free and span.end > span.start:
            start, end = text.utf8(span)
            yield {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}
            free = span.end


def feature_of(span: forms.Span, dids: Mapping[str, str]) -> dict[str, str] | None:
    kind = "app.bsky.richtext.facet"
    match span.kind:
        case "link":
            return {"$type": f"{kind}#link", "uri": span.value}
        case "mention" if span.value in dids:
            return {"$type": f"{kind}#mention", "did": dids[span.value]}
        case "tag" if counting.graphemes(span.value) <= TAG_GRAPHEMES and counting.utf8(span.value) <= TAG_BYTES:
            return {"$type": f"{kind}#tag", "tag": span.value}
    return None


def carded(texts: Sequence[forms.Plain], post: Post) -> dict[int, dict[str, str]]:
    """A card below the text, where it has exactly one link: by its words, else by the title. Nothing is fetched for
    it. By the place of the part that it goes with."""
    links = [
        (place, span.value, text.text[span.start : span.end])
        for place, text in enumerate(texts)
        for span in text.spans
        if span.kind == "link" and span.value.startswith(("https://", "http://"))
    ]
    if len(links) != 1:
        return {}
    place, uri, words = links[0]
    title = post.title if words in uri else " ".join(words.split())
    return {place: {"uri": uri, "title": title, "description": post.title if title != post.title else ""}}


def heavy(images: tuple[Image, ...]) -> Iterator[str]:
    for place, one in enumerate(images, 1):
        if EARLIER_IMAGE_BYTES < one.bytes <= IMAGE_BYTES:
            yield f"image {place} has {one.bytes} bytes: a server that is not up to date takes {EARLIER_IMAGE_BYTES}"
        if one.type == "image/gif":
            yield f"image {place} is a GIF: Bluesky shows it without movement"


# Sending


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """Every image is uploaded. The same bytes have the same name there, and nobody sees them before a post does."""

    def upload(picture: Image, content: bytes) -> dict[str, Any] | Outcome:
        reply = ask(to, hands, "com.atproto.repo.uploadBlob", body=Body(content, picture.type))
        if not isinstance(reply, Reply):
            return reply
        blob = inside(told(reply), "blob")
        return blob if reply.status == 200 and isinstance(blob.get("ref"), dict) else failed(reply, to, hands)

    return uploaded(post, hands, upload)


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    body = filled(post.body, {**post.prepared, **known(post), KEY: record_key(post, key)})
    return put(body, post, to, hands)


def known(post: PostRequested) -> dict[str, Any]:
    """What stands for placeholders in the record. The moment is the announcement's and not this attempt's: then the
    record is the same each time. Parts of a thread are a millisecond apart."""
    at = post.published_at.astimezone(UTC) + timedelta(milliseconds=post.part - 1)
    moment = f"{at.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
    threads = {FIRST: post.first, PREVIOUS: post.previous}
    return {MOMENT: moment, **{name: strong(posted) for name, posted in threads.items() if posted}}


def strong(posted: Mapping[str, Any]) -> dict[str, str]:
    """A record in this very state: com.atproto.repo.strongRef."""
    return {"uri": str(posted["id"]), "cid": str(posted["cid"])}


def record_key(post: PostRequested, key: str) -> str:
    """The same at every attempt, later for later parts, and of no other announcement at the same second."""
    whole = sha256(f"{post.announcement}\n{post.target}\n{post.language}".encode()).digest()
    slot = int.from_bytes(whole[:8], "big") % SLOTS
    return tid(
        second(post) + slot * WIDTH + post.part % WIDTH, int.from_bytes(sha256(key.encode()).digest()[:2], "big")
    )


def second(post: PostRequested) -> int:
    """Microseconds since 1970, of whole seconds."""
    return int(post.published_at.timestamp()) * 1_000_000


def put(body: Mapping[str, Any], post: PostRequested, to: Destination, hands: Hands) -> Outcome:
    reply = ask(to, hands, "com.atproto.repo.putRecord", body=of(body))
    if not isinstance(reply, Reply):
        return reply
    given = told(reply)
    if reply.status == 200:
        return posted(given, str(body["rkey"])) or failed(reply, to, hands)
    if reply.status == 400 and given.get("error") == "BlobNotFound":
        return uploaded_again(post, to, hands)
    if reply.status == 400 and given.get("error") == "InvalidSwap":
        return standing(body, to, hands)
    return failed(reply, to, hands)


def posted(given: Mapping[str, Any], key: str) -> Sent | None:
    """The record of this key, as the server calls it."""
    uri, cid = given.get("uri"), given.get("cid")
    if not (isinstance(uri, str) and isinstance(cid, str) and cid):
        return None
    did, collection, name = split(uri)
    if not did.startswith("did:") or (collection, name) != (COLLECTION, key):
        return None
    return Sent(uri, f"https://bsky.app/profile/{did}/post/{name}", {"cid": cid})


def split(uri: str) -> tuple[str, str, str]:
    """at://did/collection/key; empty parts for anything else."""
    parts = uri.removeprefix("at://").split("/") if uri.startswith("at://") else []
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else ("", "", "")


def uploaded_again(post: PostRequested, to: Destination, hands: Hands) -> Outcome:
    """Images that no post has used for some time are forgotten by the server; uploaded again they are the same."""
    made = prepare(post, to, hands)
    return (
        Wait(1, "the server had forgotten the images: they were uploaded again") if isinstance(made, Prepared) else made
    )


def standing(body: Mapping[str, Any], to: Destination, hands: Hands) -> Outcome:
    """Something stands under our key already, and it is not the same to the byte."""
    try:
        found = record_at(str(body["rkey"]), to, hands)
    except (NotSentError, UnansweredError) as error:
        return Wait(15, f"could not look what stands there: {error}")
    if isinstance(found, Absent):
        return Wait(5, "what stood there is gone")
    if not isinstance(found, tuple):
        return harmless(found)
    sent, value = found
    same = all(value.get(name) == body["record"].get(name) for name in ("text", "reply"))
    return sent if same else Refused("another post stands where this one would")


# Whether it is there


def find(
    post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Nothing but ours can stand under our key, whenever it was written."""
    del since
    found = record_at(record_key(post, key), to, hands)
    if isinstance(found, tuple):
        return found[0]
    return found if isinstance(found, Absent) else looked(found, None)


def record_at(
    key: str, to: Destination, hands: Hands
) -> tuple[Sent, dict[str, Any]] | Absent | Unknown | Wait | Refused:
    query = {"repo": handle(to.account), "collection": COLLECTION, "rkey": key}
    reply = ask(to, hands, "com.atproto.repo.getRecord", query=query)
    if not isinstance(reply, Reply):
        return reply
    given = told(reply)
    value, found = given.get("value"), posted(given, key)
    if reply.status == 200 and found and isinstance(value, dict):
        return found, value
    if reply.status == 400 and given.get("error") == "RecordNotFound":
        return Absent()
    return failed(reply, to, hands, "could not look for it")


# Afterwards


def edit(change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """The words as they are from now on, as an answer to the post: once, by a key of its own.

    It is written now and not when the post was, or nobody would come upon it. An earlier attempt has written another
    time, and stays.
    """
    now = f"{datetime.fromtimestamp(hands.timestamp, UTC).replace(tzinfo=None).isoformat()}Z"
    body = filled(change.body, {**change.prepared, **known(change), MOMENT: now, KEY: reply_key(change, key)})
    parent = strong(change.posted)
    root = strong(change.first) if change.first else parent
    return put({**body, "record": {**body["record"], "reply": {"root": root, "parent": parent}}}, change, to, hands)


def reply_key(change: ChangeRequested, key: str) -> str:
    number = int.from_bytes(sha256(key.encode()).digest()[:8], "big")
    return tid(second(change) + number % 1_000_000, number >> 32)


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Deleting what is not there is no error: com.atproto.repo.deleteRecord."""
    del key
    uri = str(gone.posted.get("id", ""))
    did, collection, name = split(uri)
    if not name:
        return Refused(f"{uri!r} is no post's address")
    reply = ask(
        to, hands, "com.atproto.repo.deleteRecord", body=of({"repo": did, "collection": collection, "rkey": name})
    )
    if not isinstance(reply, Reply):
        return reply
    return Sent(uri) if reply.status == 200 else failed(reply, to, hands)


def count(counted: CountRequested, to: Destination, hands: Hands) -> Counted | Outcome:
    """As everybody sees it, without a session; on a network of our own, as its server does."""
    query = {"uris": str(counted.posted.get("id", ""))}
    if to.private:
        reply = ask(to, hands, "app.bsky.feed.getPosts", query=query)
    else:
        url = f"{PUBLIC}/xrpc/app.bsky.feed.getPosts?{urlencode(query)}"
        reply = hands.http("GET", url, headers={"accept": "application/json"})
    if not isinstance(reply, Reply):
        return reply
    if reply.status != 200:
        return harmless(failed(reply, to, hands))
    seen = objects(told(reply).get("posts"))
    if not seen:
        return Refused("nobody is shown it: it is gone, or was never taken up by Bluesky's own servers")
    likes, reposts, quotes, replies = (
        number(seen[0].get(f"{name}Count")) for name in ("like", "repost", "quote", "reply")
    )
    shares = None if reposts is None and quotes is None else (reposts or 0) + (quotes or 0)
    return Counted(likes=likes, shares=shares, replies=replies)
