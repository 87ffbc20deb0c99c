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
from typing import Any
from urllib.parse import quote

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms import composing
from functions.platforms.outgoing import (
    LATER,
    SOON,
    Destination,
    Field,
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
    string,
    told,
)
from functions.platforms.posting import (
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
from functions.platforms.x.account import CREDENTIAL as CREDENTIAL
from functions.platforms.x.account import ask, data, details, failed, form, keys, of

KIND: Kind = "readable"
EDIT: Editing = "reply"
"""A post can be changed for half an hour, but not by an app that pays by use."""
LONG: Long = "thread"

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
    blocks = composing.titled(composing.read(post), composing.heading(post))
    images = composing.once(composing.pictured(blocks, post.images))
    handles = composing.granted(post, target, target.mentions.get)

    def text(piece: Document) -> str:
        return forms.plain(piece, lambda run: named(run, handles)).text

    fitted = composing.fitted(
        without_pictures(blocks),
        lambda piece: measured(text(piece)).used,
        CHARACTERS,
        long=target.long or LONG,
        link=post.link,
        unit="weighted characters",
    )
    parts = tuple(
        replace(
            part(text(piece), place, images[place * IMAGES : (place + 1) * IMAGES], target),
            html=forms.html(piece, lambda run: named(run, handles)),
        )
        for place, piece in enumerate(fitted.pieces)
    )
    said = composing.mentioned(*fitted.pieces)
    return Rendering(
        parts,
        pings=tuple(named(Run("", mention=name), handles) for name in said if name in handles),
        cost=cost(parts),
        notes=(
            *fitted.notes,
            *threads(parts),
            *composing.spread(parts),
            *composing.left_out(blocks, post.images),
            *composing.tables(blocks),
            *composing.unheard(said, post, target, target.mentions.get),
        ),
        problems=(
            *composing.silent(blocks),
            *composing.undescribed(blocks, post.images),
            *fitted.problems,
            *composing.crowded(len(images), IMAGES * len(parts), f"X takes {IMAGES} with a post"),
            *composing.overfull(described(images), "X"),
            *(problem for place, one in enumerate(parts, 1) for problem in alone(place, one)),
        ),
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
        measures=(measured(text), *described(images)),
        budgets=(Budget(shared), *(Budget(f"{shared}:posts:{seconds}", most, seconds) for most, seconds in POSTS)),
    )


def measured(text: str) -> Measure:
    return Measure("text", "weighted characters", counting.weighted(text), CHARACTERS)


def described(images: tuple[Image, ...]) -> tuple[Measure, ...]:
    words = composing.alts(images, "characters", counting.code_points, ALT)
    return (*words, *composing.sizes(images, largest))


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


def alone(place: int, one: Part) -> Iterator[str]:
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


# Sending


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """Every image is uploaded and described; one that nobody posts is forgotten by X in a day."""
    unfinished: list[str] = []

    def upload(picture: Image, content: bytes) -> str | Outcome:
        found = sent_file(picture, content, to, hands)
        if not isinstance(found, dict):
            return found
        unfinished.extend([str(found["id"])] if working(found) else [])
        return str(found["id"])

    made = uploaded(post, hands, upload)
    return Prepared({**made.made, UNFINISHED: unfinished}) if isinstance(made, Prepared) and unfinished else made


def sent_file(picture: Image, content: bytes, to: Destination, hands: Hands) -> dict[str, Any] | Outcome:
    """The file as X calls it. One that moves is taken in pieces only: one piece is enough."""
    file = Field("media", content, "application/octet-stream", picture.name)
    if not moves(picture):
        body = form(Field("media_category", b"tweet_image"), file)
        return described_there(ask(to, hands, "POST", "/2/media/upload", body=body), picture, to, hands)
    given = {"media_type": picture.type, "media_category": "tweet_gif", "total_bytes": len(content)}
    begun = known(ask(to, hands, "POST", "/2/media/upload/initialize", body=of(given)), to, hands)
    if not isinstance(begun, dict):
        return begun
    path = f"/2/media/upload/{quote(str(begun['id']), safe='')}"
    appended = ask(to, hands, "POST", f"{path}/append", body=form(Field("segment_index", b"0"), file))
    if isinstance(appended, Refused) or not 200 <= appended.status < 300:
        return appended if isinstance(appended, Refused) else failed(appended, to, hands)
    return described_there(ask(to, hands, "POST", f"{path}/finalize"), picture, to, hands)


def described_there(answer: Reply | Refused, picture: Image, to: Destination, hands: Hands) -> dict[str, Any] | Outcome:
    made = known(answer, to, hands)
    if not isinstance(made, dict):
        return made
    given = {"id": str(made["id"]), "metadata": {"alt_text": {"text": picture.alt.strip()}}}
    reply = ask(to, hands, "POST", "/2/media/metadata", body=of(given))
    if isinstance(reply, Refused) or 200 <= reply.status < 300:
        return reply if isinstance(reply, Refused) else made
    return failed(reply, to, hands)


def known(reply: Reply | Refused, to: Destination, hands: Hands) -> dict[str, Any] | Outcome:
    """What was answered, where it has an id."""
    if isinstance(reply, Refused):
        return reply
    found = data(reply)
    return found if 200 <= reply.status < 300 and string(found.get("id")) else failed(reply, to, hands)


def working(found: Mapping[str, Any]) -> bool:
    return state(found) in ("pending", "in_progress")


def state(found: Mapping[str, Any]) -> str:
    """What became of a file; empty where there is nothing left to do."""
    return str(inside(found, "processing_info").get("state", ""))


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
        return Wait(LATER, f"X says it has these words already, and could not be asked where: {error}")
    match found:
        case Sent() | Wait():
            return found
        case Absent():
            return Refused("X refuses the same words twice, and has them from before: change some of them")
    return Wait(LATER, f"X says it has these words already, and could not be asked where: {found.reason}")


# Whether it is there


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
            why = reply if isinstance(reply, Refused) else failed(reply, to, hands, "could not look for it")
            return looked(why, reply)
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
    why = reply if isinstance(reply, Refused) else failed(reply, to, hands, "could not ask whose keys it has")
    return looked(why, reply)


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
    return string(inside(told(reply), "meta").get("next_token"))


def same(one: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    parent = str(inside(body.get("reply")).get("in_reply_to_tweet_id") or "")
    return answers(one) == parent and plainly(written(one)) == plainly(str(body.get("text", "")))


def answers(one: Mapping[str, Any]) -> str:
    """The post that this one answers; empty where it answers none."""
    found = [two for two in objects(one.get("referenced_tweets")) if two.get("type") == "replied_to"]
    return str(found[0].get("id", "")) if found else ""


def written(one: Mapping[str, Any]) -> str:
    """What was posted: X writes signs as in HTML, addresses in its own short form, and one more for images."""
    text, urls = html.unescape(str(one.get("text", ""))), objects(inside(one.get("entities")).get("urls"))
    long = {str(url.get("url") or ""): str(url.get("expanded_url") or "") for url in urls}
    for short in sorted(filter(None, long), key=len, reverse=True):
        shown = "" if re.search(r"/status/\d+/(?:photo|video)/\d+$", long[short]) else long[short]
        text = text.replace(short, shown)
    return text


def plainly(text: str) -> str:
    """To compare by: addresses without what X adds to them. It finds them where something that nobody sees ends a name,
    too."""
    return composing.plainly(counting.ON_X.sub(lambda found: bare(found[0]), unicodedata.normalize("NFC", text)))


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
        return Wait(SOON, f"could not look whether it is corrected already: {error}")
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
