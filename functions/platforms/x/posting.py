"""Announcements on X: a post, or a thread of them.

X honours no key, but refuses the same words again for some hours, and shows an account what it posted: so it is looked
for by its words. Every call costs money, and one that makes a post with a link most of all.

Sources: docs.x.com/x-api/posts/manage-tweets/{introduction,integrate}, /x-api/posts/timelines/integrate,
/x-api/media/{introduction,quickstart/best-practices,quickstart/media-upload-chunked,create-media-metadata},
/x-api/fundamentals/{rate-limits,edit-posts}, /x-api/getting-started/pricing and /fundamentals/counting-characters.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms.outgoing import (
    MEDIA,
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
)
from functions.platforms.posting import (
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
from functions.platforms.text import counting, document, forms, splitting
from functions.platforms.text.document import Block, Document, Heading, Paragraph, Picture, Quote, Run, Table
from functions.platforms.x.account import CREDENTIAL as CREDENTIAL
from functions.platforms.x.account import ask, data, details, failed, form, keys, objects, of, told

KIND: Kind = "readable"
EDIT: Editing = "reply"
"""A post can be changed for half an hour, but not by an app that pays by use."""
LONG: Literal["thread", "excerpt"] = "thread"

COUNT_COST = "0.005 USD for each post that is read (0.001 USD for one's own)"

CHARACTERS, ALT = 280, 1000
IMAGES = 4
"""With a post; of those that move, one alone."""
IMAGE_BYTES, GIF_BYTES = 5 * 1024 * 1024, 15 * 1024 * 1024

PLAIN_COST, LINK_COST = 15, 200
"""Thousandths of a US dollar for a post, without an address in it and with one."""

POSTS = ((100, 900), (300, 3 * 3600))
"""So many of an account's, in so many seconds."""

PAGES, PAGE = 5, 20
"""How far back is looked, and in what pages: an answer of ours is at most 64 KiB."""
SLACK = timedelta(minutes=2)
"""Between X's clock and ours."""
FRESH = timedelta(minutes=10)
"""In which a post that was just made may not be visible everywhere."""

UNFINISHED, AGAIN = "unfinished", "again"
"""Beside the placeholders of `prepared`: ids of files that X was still working on; and whether this very attempt
uploaded them."""

CASHTAG = re.compile(r"(?<![^\s(])\$[a-z]{1,6}(?:[._][a-z]{1,2})?(?![\w$])", re.IGNORECASE)


# What it will look like


def render(post: Post, target: Target) -> Rendering:
    """A thread says everything; its later parts take the images that the first has no room for."""
    words, images, strange = illustrated(post)
    handles = {name: target.mentions[name] for name in may_ping(post, target) if target.mentions.get(name)}

    def text(blocks: Document) -> forms.Plain:
        return forms.plain(blocks, lambda run: named(run, handles))

    def used(blocks: Document) -> int:
        return counting.weighted(text(blocks).text)

    try:
        pieces = splitting.fitted(words, used, CHARACTERS, long=target.long or LONG, link=post.link)
    except splitting.TooLongError as error:
        pieces, strange = splitting.Pieces((words,)), (*strange, str(error))
    texts = [text(piece) for piece in pieces.documents]
    parts = tuple(
        replace(
            part(one.text, place, images[place * IMAGES : (place + 1) * IMAGES], target),
            html=forms.html(piece, lambda run: named(run, handles)),
        )
        for place, (one, piece) in enumerate(zip(texts, pieces.documents, strict=True))
    )
    said = {span.value for one in texts for span in one.spans if span.kind == "mention"}
    return Rendering(
        parts,
        pings=tuple(named(Run("", mention=name), handles) for name in sorted(said & set(handles))),
        cost=cost(parts),
        notes=(
            *filter(None, (pieces.note, *threads(parts), *spread(images, parts), *tables(words))),
            *unheard(said, post, target),
        ),
        problems=(*strange, *lacking(words, images, parts)),
    )


def part(text: str, place: int, images: tuple[Image, ...], target: Target) -> Part:
    """One post. What follows the first answers the one before."""
    body: dict[str, Any] = {"text": text} if text else {}
    if images:
        body["media"] = {"media_ids": [image(which) for which, _ in enumerate(images, 1)]}
    if place:
        body["reply"] = {"in_reply_to_tweet_id": PREVIOUS}
    shared = f"x:{target.id}"
    return Part(
        body,
        text,
        KIND,
        images=images,
        measures=tuple(measures(text, images)),
        budgets=(Budget(shared), *(Budget(f"{shared}:posts:{seconds}", most, seconds) for most, seconds in POSTS)),
    )


def measures(text: str, images: tuple[Image, ...]) -> Iterator[Measure]:
    yield Measure("text", "weighted characters", counting.weighted(text), CHARACTERS)
    for which, one in enumerate(images, 1):
        yield Measure(f"description of image {which}", "characters", counting.code_points(one.alt), ALT)
        yield Measure(f"image {which}", "bytes", one.bytes, largest(one))


def largest(picture: Image) -> int:
    return GIF_BYTES if moves(picture) else IMAGE_BYTES


def moves(picture: Image) -> bool:
    return picture.type == "image/gif"


def named(run: Run, handles: Mapping[str, str]) -> str:
    handle = handles.get(run.mention)
    return f"@{handle.removeprefix('@')}" if handle else forms.unpinged(run)


def cost(parts: tuple[Part, ...]) -> str:
    """Whatever X would make a link of counts as an address."""
    linked = sum(has_address(one.text) for one in parts)
    plain = len(parts) - linked
    total = f"{(plain * PLAIN_COST + linked * LINK_COST) / 1000:.3f} USD"
    told = [f"{plain} without a link at {PLAIN_COST / 1000:.3f}"] if plain else []
    told += [f"{linked} with a link at {LINK_COST / 1000:.3f}"] if linked else []
    if len(parts) == 1:
        return f"{total} (a post with a link)" if linked else f"{total} (a post)"
    return f"{total} ({len(parts)} posts: {', '.join(told)})" if parts else ""


def has_address(text: str) -> bool:
    return counting.ON_X.search(unicodedata.normalize("NFC", text)) is not None


# The announcement


def illustrated(post: Post) -> tuple[Document, tuple[Image, ...], tuple[str, ...]]:
    """The words with the title above them, the images that go with them, and what images there is nothing of."""
    stored = {one.name: one for one in post.images}
    blocks = tuple(linked(block, stored) for block in titled(post))
    alts: dict[str, str] = {}
    for picture in forms.pictures(blocks):
        alts[picture.name] = alts.get(picture.name) or picture.alt.strip()
    images = tuple(
        stored[name].model_copy(update={"alt": alts[name] or stored[name].alt}) for name in alts if name in stored
    )
    missing = tuple(
        f"there is no image {name!r}: upload it, or give its address" for name in alts if name not in stored
    )
    return forms.without_pictures(blocks), images, missing


def titled(post: Post) -> Document:
    """There are no titles: it stands above the text, unless that begins with it. As a heading it is never left alone
    in the first part of a thread."""
    body, title = document.read(post.body), " ".join(post.title.split())
    start = " ".join(forms.plain(body[:1]).text.split()).casefold()
    begins = start.startswith(title.casefold()) and not start[len(title.casefold()) :][:1].isalnum()
    return body if begins or not title else (Heading(1, (Run(title),)), *body)


def linked(block: Block, stored: Mapping[str, Image]) -> Block:
    """An image that stands elsewhere becomes a link to it."""
    match block:
        case Quote(blocks=inner):
            return Quote(tuple(linked(one, stored) for one in inner))
        case Picture(name=name, alt=alt) if name not in stored and name.startswith(("https://", "http://")):
            return Paragraph((Run(alt or name, link=name),))
    return block


def lacking(words: Document, images: tuple[Image, ...], parts: tuple[Part, ...]) -> Iterator[str]:
    """Why it cannot be sent like this."""
    if not images and not forms.plain(words).text.strip():
        yield "there is nothing to say"
    if len(images) > IMAGES * len(parts):
        yield f"there are {len(images)} images, and X takes {IMAGES} with a post: leave some out"
    for which, one in enumerate(images, 1):
        if not one.alt.strip():
            yield f"image {which} has no description: write ![what it shows]({one.name})"
        if (length := counting.code_points(one.alt)) > ALT:
            yield f"the description of image {which} has {length} characters of {ALT}: shorten it"
        if one.bytes > largest(one):
            yield f"image {which} has {one.bytes} bytes of {largest(one)}: make it smaller"
    for place, one_part in enumerate(parts, 1):
        yield from crowded(place, one_part)


def crowded(place: int, one: Part) -> Iterator[str]:
    """What X takes only one of with a post."""
    if len(one.images) > 1 and any(map(moves, one.images)):
        yield f"a GIF goes alone with a post, and part {place} has {len(one.images)} images: leave the others out"
    signs = list(dict.fromkeys(CASHTAG.findall(one.text)))
    if len(signs) > 1:
        yield f"X takes one stock symbol with a post, and part {place} has {len(signs)}: {', '.join(signs)}"


def threads(parts: tuple[Part, ...]) -> Iterator[str]:
    """X's rules for replies by apps (February 2026) name no exception for one's own posts, though threads go on."""
    if len(parts) > 1:
        yield (
            'each further part is a reply to our own post: should X ever refuse those, set `long = "excerpt"` for this'
            " target"
        )


def spread(images: tuple[Image, ...], parts: tuple[Part, ...]) -> Iterator[str]:
    for place, one in enumerate(parts[1:], 1):
        if one.images:
            first = place * IMAGES + 1
            yield f"images {first} to {first + len(one.images) - 1} of {len(images)} stand in part {place + 1}"


def tables(blocks: Document) -> Iterator[str]:
    inside = [one for block in blocks if isinstance(block, Quote) for one in block.blocks]
    if any(isinstance(block, Table) for block in (*blocks, *inside)):
        yield "tables are shown as lines of text"


def unheard(said: set[str], post: Post, target: Target) -> Iterator[str]:
    """Mentions that ping nobody, and what is missing for it."""
    for name in sorted(said):
        if not target.mentions.get(name):
            yield f"@{name} pings nobody: the target's `mentions` name no account for it"
        elif name not in post.pings:
            yield f"@{name} pings nobody: the announcement does not ask for it"
        elif name not in target.pings:
            yield f"@{name} pings nobody: the target's `pings` do not allow it"


# Images


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """Every image is uploaded and described; one that nobody posts is forgotten by X in a day."""
    made: dict[str, Any] = {}
    unfinished: list[str] = []
    for place, picture in enumerate(post.images, 1):
        stored = hands.objects.read(f"{MEDIA}/{picture.name}")
        if stored is None:
            return Refused(f"image {place} is not there any more: upload it again")
        try:
            found = uploaded(picture, stored, to, hands, f"image {place} could not be uploaded")
        except (NotSentError, UnansweredError) as error:
            return Wait(30, f"image {place} could not be uploaded: {error}")
        if not isinstance(found, dict):
            return found
        made[image(place)] = str(found["id"])
        unfinished += [str(found["id"])] if working(found) else []
    return Prepared({**made, UNFINISHED: unfinished} if unfinished else made)


def uploaded(picture: Image, content: bytes, to: Destination, hands: Hands, what: str) -> dict[str, Any] | Outcome:
    """The file as X calls it. One that moves is taken in pieces only: one piece is enough."""
    edge = picture.name.partition(".")[0]
    if moves(picture):
        given = {"media_type": picture.type, "media_category": "tweet_gif", "total_bytes": len(content)}
        begun = ask(to, hands, "POST", "/2/media/upload/initialize", body=of(given))
        found = known(begun, to, hands, what)
        if not isinstance(found, dict):
            return found
        path = f"/2/media/upload/{quote(str(found['id']), safe='')}"
        body = form({"segment_index": "0"}, picture.name, content, edge)
        appended = ask(to, hands, "POST", f"{path}/append", body=body)
        if isinstance(appended, Refused) or not 200 <= appended.status < 300:
            return appended if isinstance(appended, Refused) else harmless(failed(appended, to, hands, what))
        answer = ask(to, hands, "POST", f"{path}/finalize")
    else:
        body = form({"media_category": "tweet_image"}, picture.name, content, edge)
        answer = ask(to, hands, "POST", "/2/media/upload", body=body)
    made = known(answer, to, hands, what)
    return described(made, picture, to, hands, what) if isinstance(made, dict) else made


def described(
    made: dict[str, Any], picture: Image, to: Destination, hands: Hands, what: str
) -> dict[str, Any] | Outcome:
    given = {"id": str(made["id"]), "metadata": {"alt_text": {"text": picture.alt.strip()}}}
    reply = ask(to, hands, "POST", "/2/media/metadata", body=of(given))
    if isinstance(reply, Refused) or 200 <= reply.status < 300:
        return reply if isinstance(reply, Refused) else made
    return harmless(failed(reply, to, hands, what))


def known(reply: Reply | Refused, to: Destination, hands: Hands, what: str) -> dict[str, Any] | Outcome:
    """What was answered, where it has an id."""
    if isinstance(reply, Refused):
        return reply
    found = data(reply)
    if 200 <= reply.status < 300 and isinstance(found.get("id"), str) and found["id"]:
        return found
    return harmless(failed(reply, to, hands, what))


def harmless(outcome: Outcome) -> Outcome:
    """Of a call that nobody sees: what may have been done may be done again."""
    return Wait(60, outcome.reason) if isinstance(outcome, Unknown) else outcome


def working(found: Mapping[str, Any]) -> bool:
    return state(found) in ("pending", "in_progress")


def state(found: Mapping[str, Any]) -> str:
    """What became of a file; empty where there is nothing left to do."""
    info = found.get("processing_info")
    return str(info.get("state", "")) if isinstance(info, dict) else ""


def being_made(post: PostRequested, to: Destination, hands: Hands) -> Outcome | None:
    """A post is refused while one of its files is worked on."""
    try:
        for name in post.prepared.get(UNFINISHED) or ():
            reply = ask(to, hands, "GET", "/2/media/upload", query={"command": "STATUS", "media_id": str(name)})
            if isinstance(reply, Refused):
                return reply
            if state(data(reply)) == "failed":
                return Refused("X could not read an image: save it in another form, or leave it out")
            if working(data(reply)):
                return Wait(5, "X is still working on an image")
    except (NotSentError, UnansweredError) as error:
        return Wait(15, f"could not ask for an image: {error}")
    return None


# Sending


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # X has no use for it.
    waiting = being_made(post, to, hands)
    if waiting:
        return waiting
    before = {PREVIOUS: post.previous["id"]} if post.previous else {}
    return posted(filled(post.body, {**post.prepared, **before}), post, to, hands)


def posted(body: Mapping[str, Any], post: PostRequested, to: Destination, hands: Hands) -> Outcome:
    reply = ask(to, hands, "POST", "/2/tweets", body=of(body))
    if isinstance(reply, Refused):
        return reply
    made = there(data(reply), to) if reply.status in (200, 201) else None
    if made:
        return made
    said = details(reply).lower()
    if reply.status == 403 and "duplicate content" in said:
        return repeated(body, post.published_at, to, hands)
    if reply.status == 400 and "media id" in said and post.images and not post.prepared.get(AGAIN):
        return again(body, post, to, hands)
    if reply.status in (400, 403) and "not visible to you" in said and young(post, hands):
        return Wait(15, "X does not know the part before this one everywhere yet")
    if reply.status == 403 and "reply to this conversation is not allowed" in said:
        why = "X lets this app answer only whoever called it by name"
        return Refused(f'{why}: set `long = "excerpt"` for {to.id!r}, or write shorter words for it')
    return failed(reply, to, hands)


def there(found: Mapping[str, Any], to: Destination) -> Sent | None:
    name = found.get("id")
    if not (isinstance(name, str) and name.isascii() and name.isdecimal()):
        return None
    return Sent(name, f"https://x.com/{quote(to.account.strip().removeprefix('@') or 'i', safe='')}/status/{name}")


def young(post: PostRequested, hands: Hands) -> bool:
    return bool(post.previous) and hands.timestamp - post.published_at.timestamp() < FRESH.total_seconds()


def again(body: Mapping[str, Any], post: PostRequested, to: Destination, hands: Hands) -> Outcome:
    """Images that waited for more than a day are uploaded once more. The post was refused for them: it is not there."""
    made = prepare(post, to, hands)
    if not isinstance(made, Prepared):
        return made
    fresh = post.model_copy(update={"prepared": {**made.made, AGAIN: True}})
    waiting = being_made(fresh, to, hands)
    if waiting:
        return waiting
    names = [made.made[image(which)] for which, _ in enumerate(post.images, 1)]
    return posted({**body, "media": {"media_ids": names}}, fresh, to, hands)


def repeated(body: Mapping[str, Any], since: datetime, to: Destination, hands: Hands) -> Outcome:
    """X has these words already, and so has not made them again: they are ours, if they are younger than the
    announcement."""
    try:
        found = look(body, {"start_time": stamp(since - SLACK)}, to, hands)
    except (NotSentError, UnansweredError) as error:
        return Wait(60, f"X says it has these words already, and could not be asked where: {error}")
    match found:
        case Sent() | Wait():
            return found
        case Absent():
            return Refused("X refuses the same words twice, and has them from before: change some of them")
    return Wait(60, f"X says it has these words already, and could not be asked where: {found.reason}")


# Looking


def find(
    post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """A post of ours with the same words, in answer to the same one, since the first attempt."""
    del key
    before = {PREVIOUS: post.previous.get("id")}
    body: dict[str, Any] = {name: filled(post.body[name], before) for name in ("text", "reply") if name in post.body}
    return look(body, {"start_time": stamp(since - SLACK)}, to, hands)


def look(
    body: Mapping[str, Any], since: Mapping[str, str], to: Destination, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    user = whose(to, hands)
    if not isinstance(user, str):
        return user
    token = ""
    for _ in range(PAGES):
        query = {
            **since,
            "max_results": str(PAGE),
            "exclude": "retweets",
            "tweet.fields": "created_at,entities,referenced_tweets",
            **({"pagination_token": token} if token else {}),
        }
        reply = ask(to, hands, "GET", f"/2/users/{quote(user, safe='')}/tweets", query=query)
        page = listed(reply) if isinstance(reply, Reply) else None
        if isinstance(reply, Refused) or page is None:
            return looked(reply if isinstance(reply, Refused) else failed(reply, to, hands, "could not look for it"))
        for one in page:
            made = there(one, to)
            if made and same(one, body):
                return made
        token = following(reply)
        if not token:
            return Absent()
    return Unknown(f"it is not among the newest {PAGES * PAGE} posts, and there are more since it was tried")


def whose(to: Destination, hands: Hands) -> str | Unknown | Wait:
    """The account's id. Whoever has to ask for it pays for it."""
    held = keys(to)
    if held and held.user:
        return held.user
    reply = ask(to, hands, "GET", "/2/users/me")
    found = data(reply).get("id") if isinstance(reply, Reply) and reply.status == 200 else None
    if isinstance(found, str) and found:
        return found
    return looked(reply if isinstance(reply, Refused) else failed(reply, to, hands, "could not ask whose keys it has"))


def looked(outcome: Refused | Wait | Unknown) -> Unknown | Wait:
    """A look that came to nothing says nothing of what is there."""
    return outcome if isinstance(outcome, Wait) else Unknown(outcome.reason)


def listed(reply: Reply) -> list[dict[str, Any]] | None:
    """The posts of a page; None where it is none. An empty one says that it is empty."""
    given = told(reply)
    meta = given.get("meta")
    if reply.status != 200 or not isinstance(meta, dict):
        return None
    found = given.get("data")
    if isinstance(found, list) and all(isinstance(one, dict) for one in found):
        return found
    return [] if found is None and meta.get("result_count") == 0 else None


def following(reply: Reply) -> str:
    meta = told(reply).get("meta")
    found = meta.get("next_token") if isinstance(meta, dict) else None
    return found if isinstance(found, str) else ""


def same(one: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    reply = body.get("reply")
    parent = str(reply.get("in_reply_to_tweet_id") or "") if isinstance(reply, dict) else ""
    return answers(one) == parent and plainly(written(one)) == plainly(str(body.get("text", "")))


def answers(one: Mapping[str, Any]) -> str:
    """The post that this one answers; empty where it answers none."""
    found = [two for two in objects(one.get("referenced_tweets")) if two.get("type") == "replied_to"]
    return str(found[0].get("id", "")) if found else ""


def written(one: Mapping[str, Any]) -> str:
    """What was posted: X writes signs as in HTML, addresses in its own short form, and one more for images."""
    text, entities = html.unescape(str(one.get("text", ""))), one.get("entities")
    urls = objects(entities.get("urls")) if isinstance(entities, dict) else []
    long = {str(url.get("url") or ""): str(url.get("expanded_url") or "") for url in urls}
    for short in sorted(filter(None, long), key=len, reverse=True):
        shown = "" if re.search(r"/status/\d+/(?:photo|video)/\d+$", long[short]) else long[short]
        text = text.replace(short, shown)
    return text


def plainly(text: str) -> str:
    """To compare by: addresses without what X adds to them."""
    return " ".join(counting.ON_X.sub(lambda found: bare(found[0]), unicodedata.normalize("NFC", text)).split())


def bare(address: str) -> str:
    return re.sub(r"^https?://", "", address.casefold()).rstrip("/")


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# Afterwards


def edit(change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """The words as they are from now on, as an answer to the post: once, for it is looked for first."""
    del key
    waiting = being_made(change, to, hands)
    if waiting:
        return waiting
    parent = str(change.posted.get("id", ""))
    kept = {name: value for name, value in change.body.items() if name != "reply"}
    body = {**filled(kept, change.prepared), "reply": {"in_reply_to_tweet_id": parent}}
    try:
        found = look(body, {"since_id": parent}, to, hands)
    except (NotSentError, UnansweredError) as error:
        return Wait(30, f"could not look whether it is corrected already: {error}")
    if not isinstance(found, Absent):
        return harmless(found)
    return posted(body, change, to, hands)


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key
    name = str(gone.posted.get("id", ""))
    reply = ask(to, hands, "DELETE", f"/2/tweets/{quote(name, safe='')}")
    if isinstance(reply, Refused):
        return reply
    done = reply.status == 200 and data(reply).get("deleted") is True
    missing = reply.status == 404 and bool(told(reply))
    return Sent(name) if done or missing else failed(reply, to, hands)


def count(counted: CountRequested, to: Destination, hands: Hands) -> Counted | Outcome:
    name = quote(str(counted.posted.get("id", "")), safe="")
    reply = ask(to, hands, "GET", f"/2/tweets/{name}", query={"tweet.fields": "public_metrics"})
    if isinstance(reply, Refused):
        return reply
    metrics = data(reply).get("public_metrics")
    if reply.status != 200 or not isinstance(metrics, dict):
        missing = reply.status == 200 and objects(told(reply).get("errors"))
        return Refused(f"X does not show it: {details(reply)}") if missing else harmless(failed(reply, to, hands))
    likes, reposts, quotes, replies, views = (
        number(metrics.get(f"{name}_count")) for name in ("like", "retweet", "quote", "reply", "impression")
    )
    shares = None if reposts is None and quotes is None else (reposts or 0) + (quotes or 0)
    return Counted(likes=likes, shares=shares, replies=replies, views=views)


def number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
