"""Announcements on Threads: a post, or a thread of them. Each is made in two steps: a container that nobody sees, and
its publication, which happens once however often it is asked for.

Sources: developers.facebook.com/docs/threads/{posts,reply-management,troubleshooting,insights,overview},
/docs/threads/posts/delete-posts, /documentation/threads/{retrieve-and-discover-posts/retrieve-posts,
retrieve-and-manage-replies/create-replies,reference/reply-management}.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from events.announcements import ChangeRequested, CountRequested, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms import composing
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
    moment,
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
)
from functions.platforms.text import counting, document, forms
from functions.platforms.text.document import Block, Document, Picture, Run
from functions.platforms.threads.account import CREDENTIAL as CREDENTIAL
from functions.platforms.threads.account import ask, failed, is_missing

KIND: Kind = "keyed"
"""For ever: a container is published once, and says so."""

EDIT: Editing = "reply"
LONG: Long = "thread"

PREPARES = True
"""A container is made for every post, with images or without."""

CHARACTERS, LINKS, ALT = 500, 5, 1000
"""Of a post; different addresses in it; characters of an image's description."""

POSTS, REPLIES = 250, 1000
"""In 24 hours."""

PATIENCE = 300
"""Seconds after its time in which a post that is not to be published yet is only waited for."""

CONTAINER = "container"
"""In `prepared`: what is published."""

PAGES, PAGE = 4, 25
"""How far back is looked for a post of ours."""
SLACK = timedelta(minutes=2)
"""Between Meta's clock and ours."""
SETTLED = 120
"""Seconds after which a post is surely among the account's own."""


# What it will look like


def render(post: Post, target: Target) -> Rendering:
    """A thread says everything; each of its posts shows one image."""
    blocks = composing.titled(read(post), composing.heading(post))
    images = composing.once(one for one in document.pictures(blocks) if public(one.name))
    handles = composing.granted(post, target, target.mentions.get)

    def text(piece: Document) -> forms.Plain:
        return forms.plain(piece, lambda run: named(run, handles))

    def used(piece: Document) -> int:
        """With too many links it is too long as well."""
        told = text(piece).text
        extra = len(addresses(told)) - LINKS
        return max(counting.threads(told), CHARACTERS + extra if extra > 0 else 0)

    fitted = composing.fitted(
        document.without_pictures(blocks),
        used,
        CHARACTERS,
        long=target.long or LONG,
        link=post.link,
        unit="characters, an emoji as its bytes",
    )
    parts = tuple(
        replace(
            part(text(piece).text, place, images[place : place + 1], target),
            html=forms.html(piece, lambda run: named(run, handles)),
        )
        for place, piece in enumerate(fitted.pieces)
    )
    said = composing.mentioned(*fitted.pieces)
    return Rendering(
        parts,
        pings=tuple(named(Run("", mention=name), handles) for name in said if name in handles),
        notes=(
            *fitted.notes,
            *fetched(images),
            *tagged([text(piece) for piece in fitted.pieces]),
            *composing.left_out(blocks, post.images),
            *composing.tables(blocks),
            *composing.unheard(said, post, target, target.mentions.get),
        ),
        problems=(
            *unreachable(blocks, post),
            *composing.silent(blocks),
            *composing.wordless(images),
            *fitted.problems,
            *composing.crowded(len(images), len(parts), f"one goes with each post of {len(parts)}"),
            *composing.overfull(described(images), "Threads"),
        ),
    )


def read(post: Post) -> Document:
    """Threads fetches images itself, from secure addresses: a picture at any other is a link."""
    blocks = document.read(post.body)
    words = composing.words_for(blocks)

    def placed(one: Picture) -> Block:
        return composing.linked(one) if one.name.startswith("http://") else Picture(one.name, words[one.name])

    return composing.each_picture(blocks, placed)


def public(name: str) -> bool:
    return name.startswith("https://")


def part(text: str, place: int, images: tuple[Picture, ...], target: Target) -> Part:
    """The container of one post. What follows the first answers the one before."""
    body: dict[str, Any] = {"media_type": "IMAGE" if images else "TEXT"}
    if images:
        body |= {"image_url": images[0].name, "alt_text": images[0].alt}
    if text:
        body["text"] = text
    if place:
        body["reply_to_id"] = PREVIOUS
    shared = f"threads:{target.id}"
    rate = Budget(f"{shared}:replies", REPLIES, 86_400) if place else Budget(f"{shared}:posts", POSTS, 86_400)
    return Part(body, text, KIND, measures=(*measured(text), *described(images)), budgets=(Budget(shared), rate))


def measured(text: str) -> tuple[Measure, ...]:
    return (
        Measure("text", "characters, an emoji as its bytes", counting.threads(text), CHARACTERS),
        Measure("links", "different addresses", len(addresses(text)), LINKS),
    )


def described(images: tuple[Picture, ...]) -> tuple[Measure, ...]:
    return composing.alts(images, "characters", counting.code_points, ALT)


def addresses(text: str) -> set[str]:
    """What Threads would make a link of."""
    return {found[0] for found in counting.ON_X.finditer(text)}


def named(run: Run, handles: Mapping[str, str]) -> str:
    handle = handles.get(run.mention)
    return f"@{handle.removeprefix('@')}" if handle else forms.unpinged(run)


def unreachable(blocks: Document, post: Post) -> Iterator[str]:
    stored = {one.name for one in post.images}
    for name in dict.fromkeys(one.name for one in document.pictures(blocks) if not public(one.name)):
        if name in stored:
            yield (
                f"Threads fetches images from public addresses, and {name} is an upload: write ![what it shows]"
                "(https://…), or words for Threads without it"
            )
        else:
            yield f"there is no image {name[:100]!r}: give its address"


def fetched(images: tuple[Picture, ...]) -> Iterator[str]:
    for place, one in enumerate(images, 1):
        where = f", with part {place}" if len(images) > 1 else ""
        yield f"Threads fetches an image from {one.name}{where}: it has to be a JPEG or PNG of 8 MB at most"


def tagged(texts: list[forms.Plain]) -> Iterator[str]:
    if any(len({span.value for span in one.spans if span.kind == "tag"}) > 1 for one in texts):
        yield "of several #tags in a post only the first becomes its topic"


# Sending


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """Nobody sees a container; one that is not published is forgotten in a day."""
    made = contained(fields(post.body, post.previous), to, hands)
    return Prepared({CONTAINER: made}) if isinstance(made, str) else made


def fields(body: Mapping[str, Any], previous: Mapping[str, Any]) -> dict[str, str]:
    before = {PREVIOUS: previous["id"]} if previous else {}
    given = dict(body)
    if "reply_to_id" in given:
        given["reply_to_id"] = filled(given["reply_to_id"], before)
    return {name: str(value) for name, value in given.items()}


def contained(given: Mapping[str, str], to: Destination, hands: Hands) -> str | Outcome:
    try:
        reply = ask(to, hands, "POST", "/me/threads", given)
    except (NotSentError, UnansweredError) as error:
        return Wait(15, f"the post could not be prepared: {error}")
    if not isinstance(reply, Reply):
        return reply
    name = string(told(reply).get("id"))
    if reply.status == 200 and name:
        return name
    return harmless(failed(reply, to, hands))


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Publishes the container that was made beforehand, or one made now where that has gone stale."""
    del key  # The container's name is the key.
    return published(str(post.prepared.get(CONTAINER) or ""), fields(post.body, post.previous), post, to, hands)


def published(container: str, given: Mapping[str, str], post: PostRequested, to: Destination, hands: Hands) -> Outcome:
    """A container that says it is finished may be lost all the same: after a while another one is made."""
    ready = state(container, to, hands) if container else "EXPIRED"
    if ready in ("EXPIRED", "ERROR"):
        return anew(given, post, to, hands)
    done = ended(ready, container, given, post, to, hands)
    if done is None and hands.timestamp - post.published_at.timestamp() > PATIENCE:
        return anew(given, post, to, hands)
    return done or unfinished()


def anew(given: Mapping[str, str], post: PostRequested, to: Destination, hands: Hands) -> Outcome:
    made = contained(given, to, hands)
    if not isinstance(made, str):
        return made
    return ended(state(made, to, hands), made, given, post, to, hands) or unfinished()


def unfinished() -> Wait:
    return Wait(30, "Threads is still working on the post")


def ended(
    ready: str | Outcome,
    container: str,
    given: Mapping[str, str],
    post: PostRequested,
    to: Destination,
    hands: Hands,
) -> Outcome | None:
    """What becomes of a container in this state; None where Threads does not have it everywhere (yet)."""
    match ready:
        case "FINISHED":
            return publish(container, given, post, to, hands)
        case "PUBLISHED":
            return located(given, post.published_at, to, hands)
        case "ERROR":
            return Refused("Threads could not fetch the image: it has to be a JPEG or PNG that everybody can see")
        case str():
            return unfinished()
    return ready


def publish(
    container: str, given: Mapping[str, str], post: PostRequested, to: Destination, hands: Hands
) -> Outcome | None:
    reply = ask(to, hands, "POST", "/me/threads_publish", {"creation_id": container})
    if not isinstance(reply, Reply):
        return reply
    name = string(told(reply).get("id"))
    if reply.status == 200 and name:
        return Sent(name, permalink(name, to, hands))
    if is_missing(reply):
        return None
    outcome = failed(reply, to, hands)
    if not isinstance(outcome, Refused):
        return outcome
    ready = state(container, to, hands)  # It was refused, and may be there all the same.
    if ready == "PUBLISHED":
        return located(given, post.published_at, to, hands)
    return outcome if isinstance(ready, str | Refused) else Unknown(outcome.reason)


def permalink(name: str, to: Destination, hands: Hands) -> str:
    """Nothing else hangs on it."""
    try:
        reply = ask(to, hands, "GET", f"/{quote(name, safe='')}", {"fields": "permalink"})
    except (NotSentError, UnansweredError):
        return ""
    return link_of(told(reply)) if isinstance(reply, Reply) and reply.status == 200 else ""


def link_of(found: Mapping[str, Any]) -> str:
    link = string(found.get("permalink"))
    return link if link.startswith("https://") else ""


def located(given: Mapping[str, str], since: datetime, to: Destination, hands: Hands) -> Sent | Unknown | Wait:
    """A post that is published: a container does not tell what became of it."""
    found = look(given, since - SLACK, to, hands)
    return Unknown("it is published, and not yet among the account's posts") if isinstance(found, Absent) else found


def state(container: str, to: Destination, hands: Hands) -> str | Outcome:
    """FINISHED, IN_PROGRESS, PUBLISHED, ERROR or EXPIRED; EXPIRED also where it is not known there at all."""
    try:
        reply = ask(to, hands, "GET", f"/{quote(container, safe='')}", {"fields": "status,error_message"})
    except (NotSentError, UnansweredError) as error:
        return Wait(15, f"could not ask whether the post is ready: {error}")
    if not isinstance(reply, Reply):
        return reply
    found = string(told(reply).get("status"))
    if reply.status == 200 and found:
        return found
    return "EXPIRED" if is_missing(reply) else harmless(failed(reply, to, hands))


# Whether it is there


def find(
    post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """By the container, and among the account's own posts: an attempt may have made another container."""
    del key
    given = fields(post.body, post.previous)
    container = str(post.prepared.get(CONTAINER) or "")
    if container and state(container, to, hands) == "PUBLISHED":
        return located(given, since, to, hands)
    found = look(given, since - SLACK, to, hands)
    left = round(since.timestamp()) + SETTLED - hands.timestamp
    if isinstance(found, Absent) and left > 0:
        return Wait(left, "it is not among the account's posts (yet)")
    return found


def look(given: Mapping[str, str], since: datetime, to: Destination, hands: Hands) -> Sent | Absent | Unknown | Wait:
    """A post of ours with the same words, in answer to the same one."""
    parent, after = given.get("reply_to_id", ""), ""
    for _ in range(PAGES):
        query = {
            "fields": "id,permalink,text,timestamp" + (",replied_to" if parent else ""),
            "since": str(int(since.timestamp())),
            "limit": str(PAGE),
            **({"after": after} if after else {}),
        }
        try:
            reply = ask(to, hands, "GET", "/me/replies" if parent else "/me/threads", query)
        except (NotSentError, UnansweredError) as error:
            return Unknown(f"could not look for it: {error}")
        page = listed(reply) if isinstance(reply, Reply) else None
        if not isinstance(reply, Reply) or page is None:
            why = failed(reply, to, hands, "could not look for it") if isinstance(reply, Reply) else reply
            return looked(why, reply)
        for one in page:
            if is_same(one, given, parent, since) and isinstance(one.get("id"), str) and one["id"]:
                return Sent(one["id"], link_of(one))
        after = following(reply)
        if not after or not page:
            return Absent()
    return Unknown(f"it is not among the newest {PAGES * PAGE} posts, and there are more since it was tried")


def listed(reply: Reply) -> list[dict[str, Any]] | None:
    found = told(reply).get("data")
    is_page = reply.status == 200 and isinstance(found, list) and all(isinstance(one, dict) for one in found)
    return found if is_page else None


def following(reply: Reply) -> str:
    """Where the next page begins; empty where there is none."""
    return string(inside(told(reply), "paging", "cursors").get("after"))


def is_same(one: Mapping[str, Any], given: Mapping[str, str], parent: str, since: datetime) -> bool:
    above = str(inside(one.get("replied_to")).get("id", ""))
    at = moment(one.get("timestamp"))
    young = at is not None and at >= since
    return young and above == parent and plainly(str(one.get("text") or "")) == plainly(given.get("text", ""))


def plainly(text: str) -> str:
    """Of a topic the sign may be gone."""
    return composing.plainly(text.replace("#", ""))


# Afterwards


def edit(change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """The words as they are from now on, as an answer to the post: once, for it is looked for first."""
    del key
    given = {**fields({**change.body, "reply_to_id": ""}, {}), "reply_to_id": str(change.posted.get("id", ""))}
    found = look(given, change.published_at - SLACK, to, hands)
    if isinstance(found, Absent):
        return published("", given, change, to, hands)
    return harmless(found)


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """What is gone and what the token may not delete are answered alike: then it is asked for."""
    del key
    name = str(gone.posted.get("id", ""))
    path = f"/{quote(name, safe='')}"
    reply = ask(to, hands, "DELETE", path)
    if not isinstance(reply, Reply):
        return reply
    if reply.status == 200 and told(reply).get("success") is True:
        return Sent(name)
    if not is_missing(reply):
        return failed(reply, to, hands)
    still = ask(to, hands, "GET", path, {"fields": "id"})
    if isinstance(still, Reply) and is_missing(still):
        return Sent(name)
    if isinstance(still, Reply) and still.status == 200:
        return Refused("Threads does not delete it: does the token have threads_delete?")
    return Unknown(f"Threads answered {reply.status}, and could not be asked whether it is gone")


def count(counted: CountRequested, to: Destination, hands: Hands) -> Counted | Outcome:
    path = f"/{quote(str(counted.posted.get('id', '')), safe='')}/insights"
    reply = ask(to, hands, "GET", path, {"metric": "views,likes,replies,reposts,quotes"})
    if not isinstance(reply, Reply):
        return reply
    page = listed(reply)
    if page is None:
        return harmless(failed(reply, to, hands))
    found = {str(one.get("name")): value(one) for one in page}
    reposts, quotes = found.get("reposts"), found.get("quotes")
    shares = None if reposts is None and quotes is None else (reposts or 0) + (quotes or 0)
    return Counted(likes=found.get("likes"), shares=shares, replies=found.get("replies"), views=found.get("views"))


def value(metric: Mapping[str, Any]) -> int | None:
    return next((number(one.get("value")) for one in objects(metric.get("values"))), None)
