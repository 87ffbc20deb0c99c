"""Announcements on Threads: a post, or a thread of them. Each is made in two steps: a container that nobody sees, and
its publication, which happens once however often it is asked for.

Sources: developers.facebook.com/docs/threads/{posts,reply-management,troubleshooting,insights,overview},
/docs/threads/posts/delete-posts, /documentation/threads/{retrieve-and-discover-posts/retrieve-posts,
retrieve-and-manage-replies/create-replies,reference/reply-management}.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

from events.announcements import ChangeRequested, CountRequested, PostRequested, WithdrawRequested
from events.program import Target
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
    may_ping,
)
from functions.platforms.text import counting, document, forms, splitting
from functions.platforms.text.document import Block, Document, Heading, Paragraph, Picture, Quote, Run, Table
from functions.platforms.threads.account import CREDENTIAL as CREDENTIAL
from functions.platforms.threads.account import ask, failed, is_missing, told

KIND: Kind = "keyed"
"""For ever: a container is published once, and says so."""

EDIT: Editing = "reply"
LONG: Literal["thread", "excerpt"] = "thread"

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
    words, images, strange = illustrated(post)
    handles = {name: target.mentions[name] for name in may_ping(post, target) if target.mentions.get(name)}

    def text(blocks: Document) -> forms.Plain:
        return forms.plain(blocks, lambda run: named(run, handles))

    def used(blocks: Document) -> int:
        """With too many links it is too long as well."""
        told = text(blocks).text
        extra = len(addresses(told)) - LINKS
        return max(counting.threads(told), CHARACTERS + extra if extra > 0 else 0)

    try:
        pieces = splitting.fitted(words, used, CHARACTERS, long=target.long or LONG, link=post.link)
    except splitting.TooLongError as error:
        pieces, strange = splitting.Pieces((words,)), (*strange, str(error))
    texts = [text(piece) for piece in pieces.documents]
    parts = tuple(
        replace(
            part(one.text, place, images[place : place + 1], target),
            html=forms.html(piece, lambda run: named(run, handles)),
        )
        for place, (one, piece) in enumerate(zip(texts, pieces.documents, strict=True))
    )
    said = {span.value for one in texts for span in one.spans if span.kind == "mention"}
    return Rendering(
        parts,
        pings=tuple(named(Run("", mention=name), handles) for name in sorted(said & set(handles))),
        notes=(
            *filter(None, (pieces.note, *fetched(images), *tagged(texts), *tables(words))),
            *unheard(said, post, target),
        ),
        problems=(*strange, *lacking(words, images, len(parts))),
    )


def part(text: str, place: int, images: tuple[Picture, ...], target: Target) -> Part:
    """The container of one post. What follows the first answers the one before."""
    body: dict[str, Any] = {"media_type": "IMAGE" if images else "TEXT"}
    if images:
        body |= {"image_url": images[0].name, "alt_text": images[0].alt.strip()}
    if text:
        body["text"] = text
    if place:
        body["reply_to_id"] = PREVIOUS
    shared = f"threads:{target.id}"
    rate = Budget(f"{shared}:replies", REPLIES, 86_400) if place else Budget(f"{shared}:posts", POSTS, 86_400)
    return Part(body, text, KIND, measures=tuple(measures(text, images)), budgets=(Budget(shared), rate))


def measures(text: str, images: tuple[Picture, ...]) -> Iterator[Measure]:
    yield Measure("text", "characters, an emoji as its bytes", counting.threads(text), CHARACTERS)
    yield Measure("links", "different addresses", len(addresses(text)), LINKS)
    for one in images:
        yield Measure("description of image 1", "characters", counting.code_points(one.alt.strip()), ALT)


def addresses(text: str) -> set[str]:
    """What Threads would make a link of."""
    return {found[0] for found in counting.ON_X.finditer(text)}


def named(run: Run, handles: Mapping[str, str]) -> str:
    handle = handles.get(run.mention)
    return f"@{handle.removeprefix('@')}" if handle else forms.unpinged(run)


# The announcement


def illustrated(post: Post) -> tuple[Document, tuple[Picture, ...], tuple[str, ...]]:
    """The words with the title above them, the images that have an address, and those that have none: Threads fetches
    images itself."""
    stored = {one.name for one in post.images}
    blocks = tuple(linked(block) for block in titled(post))
    found: dict[str, Picture] = {}
    for picture in forms.pictures(blocks):
        if picture.name not in found or not found[picture.name].alt.strip():
            found[picture.name] = picture
    strange = tuple(
        unreachable(name) if name in stored else f"there is no image {name!r}: give its address"
        for name in found
        if not public(name)
    )
    return forms.without_pictures(blocks), tuple(one for one in found.values() if public(one.name)), strange


def public(name: str) -> bool:
    return name.startswith("https://")


def unreachable(name: str) -> str:
    return (
        f"Threads fetches images from public addresses, and {name} is an upload: write ![what it shows](https://…), or"
        " words for Threads without it"
    )


def titled(post: Post) -> Document:
    """There are no titles: it stands above the text, unless that begins with it. As a heading it is never left alone
    in the first part of a thread."""
    body, title = document.read(post.body), " ".join(post.title.split())
    start = " ".join(forms.plain(body[:1]).text.split()).casefold()
    begins = start.startswith(title.casefold()) and not start[len(title.casefold()) :][:1].isalnum()
    return body if begins or not title else (Heading(1, (Run(title),)), *body)


def linked(block: Block) -> Block:
    """An image at an address that is not secure becomes a link to it."""
    match block:
        case Quote(blocks=inner):
            return Quote(tuple(linked(one) for one in inner))
        case Picture(name=name, alt=alt) if name.startswith("http://"):
            return Paragraph((Run(alt or name, link=name),))
    return block


def lacking(words: Document, images: tuple[Picture, ...], parts: int) -> Iterator[str]:
    """Why it cannot be sent like this."""
    if not images and not forms.plain(words).text.strip():
        yield "there is nothing to say"
    if len(images) > parts:
        yield f"there are {len(images)} images, and one goes with each post of {parts}: leave some out"
    for which, one in enumerate(images, 1):
        if not one.alt.strip():
            yield f"image {which} has no description: write ![what it shows]({one.name})"
        if (length := counting.code_points(one.alt.strip())) > ALT:
            yield f"the description of image {which} has {length} characters of {ALT}: shorten it"


def fetched(images: tuple[Picture, ...]) -> Iterator[str]:
    for place, one in enumerate(images, 1):
        where = f", with part {place}" if len(images) > 1 else ""
        yield f"Threads fetches an image from {one.name}{where}: it has to be a JPEG or PNG of 8 MB at most"


def tagged(texts: list[forms.Plain]) -> Iterator[str]:
    if any(len({span.value for span in one.spans if span.kind == "tag"}) > 1 for one in texts):
        yield "of several #tags in a post only the first becomes its topic"


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


# Containers


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
    name = told(reply).get("id")
    if reply.status == 200 and isinstance(name, str) and name:
        return name
    return harmless(failed(reply, to, hands))


def harmless(outcome: Outcome) -> Outcome:
    """Of a call that nobody sees: what may have been done may be done again."""
    return Wait(60, outcome.reason) if isinstance(outcome, Unknown) else outcome


def state(container: str, to: Destination, hands: Hands) -> str | Outcome:
    """FINISHED, IN_PROGRESS, PUBLISHED, ERROR or EXPIRED; EXPIRED also where it is not known there at all."""
    try:
        reply = ask(to, hands, "GET", f"/{quote(container, safe='')}", {"fields": "status,error_message"})
    except (NotSentError, UnansweredError) as error:
        return Wait(15, f"could not ask whether the post is ready: {error}")
    if not isinstance(reply, Reply):
        return reply
    found = told(reply).get("status")
    if reply.status == 200 and isinstance(found, str) and found:
        return found
    return "EXPIRED" if is_missing(reply) else harmless(failed(reply, to, hands))


# Sending


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
    name = told(reply).get("id")
    if reply.status == 200 and isinstance(name, str) and name:
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
    link = found.get("permalink")
    return link if isinstance(link, str) and link.startswith("https://") else ""


def located(given: Mapping[str, str], since: datetime, to: Destination, hands: Hands) -> Sent | Unknown | Wait:
    """A post that is published: a container does not tell what became of it."""
    found = look(given, since - SLACK, to, hands)
    return Unknown("it is published, and not yet among the account's posts") if isinstance(found, Absent) else found


# Looking


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
            return looked(failed(reply, to, hands, "could not look for it") if isinstance(reply, Reply) else reply)
        for one in page:
            if is_same(one, given, parent, since) and isinstance(one.get("id"), str) and one["id"]:
                return Sent(one["id"], link_of(one))
        after = following(reply)
        if not after or not page:
            return Absent()
    return Unknown(f"it is not among the newest {PAGES * PAGE} posts, and there are more since it was tried")


def looked(outcome: Refused | Wait | Unknown) -> Unknown | Wait:
    """A look that came to nothing says nothing of what is there."""
    return outcome if isinstance(outcome, Wait) else Unknown(outcome.reason)


def listed(reply: Reply) -> list[dict[str, Any]] | None:
    found = told(reply).get("data")
    is_page = reply.status == 200 and isinstance(found, list) and all(isinstance(one, dict) for one in found)
    return found if is_page else None


def following(reply: Reply) -> str:
    """Where the next page begins; empty where there is none."""
    paging = told(reply).get("paging")
    cursors = paging.get("cursors") if isinstance(paging, dict) else None
    found = cursors.get("after") if isinstance(cursors, dict) else None
    return found if isinstance(found, str) else ""


def is_same(one: Mapping[str, Any], given: Mapping[str, str], parent: str, since: datetime) -> bool:
    answered = one.get("replied_to")
    above = str(answered.get("id", "")) if isinstance(answered, dict) else ""
    at = when(one.get("timestamp"))
    young = at is not None and at >= since
    return young and above == parent and plainly(str(one.get("text") or "")) == plainly(given.get("text", ""))


def when(value: object) -> datetime | None:
    """`2026-11-25T10:00:00+0000`; None for anything else."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else None


def plainly(text: str) -> str:
    """To compare by: of a topic the sign may be gone, and what nobody sees."""
    return " ".join(unicodedata.normalize("NFC", text).replace("#", "").replace(forms.ZERO_WIDTH, "").split())


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
    values = metric.get("values")
    first = values[0] if isinstance(values, list) and values else None
    found = first.get("value") if isinstance(first, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None
