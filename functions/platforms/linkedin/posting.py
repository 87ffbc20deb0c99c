"""Announcements on LinkedIn: a post of a page's or a member's.

LinkedIn honours no key. It refuses the same words again for some hours and says which post has them; that post need not
be there any more. A page's posts can be listed and looked through, a member's by nobody.

Sources: learn.microsoft.com/linkedin/marketing/community-management/shares/{posts-api,images-api,multiimage-post-api,
little-text-format,social-metadata-api}.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms.linkedin.account import CREDENTIAL as CREDENTIAL
from functions.platforms.linkedin.account import ask, details, failed, told, upload, urn
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

EDIT: Editing = "edit"
LONG: Literal["thread", "excerpt"] = "excerpt"
"""There are no threads: nobody reads on in the comments."""

CHARACTERS, ALT, TITLE = 3000, 4086, 400
"""Of a post's words, as they are sent; of an image's description; of the card below the words."""
IMAGES = 9
"""In a post, which may have twenty: each takes two calls, and an attempt has ten seconds for all of them."""
PIXELS = 36_152_320
TYPES = ("image/png", "image/jpeg", "image/gif")

PAGES, PAGE = 5, 10
"""How far back is looked, and in what pages: an answer of ours is at most 64 KiB."""
SLACK = timedelta(minutes=2)
"""Between LinkedIn's clock and ours."""

SHARE = re.compile(r"urn:li:(?:share|ugcPost|activity):[\w-]+", re.ASCII)
MEMBER = re.compile(r"(?:@?\[(?P<name>[^\]]+)\]\()?(?P<urn>urn:li:(?:person|organization):[\w-]+)\)?", re.ASCII)


# What it will look like


@dataclass(frozen=True, slots=True)
class Voice:
    """How mentions are written: by name, what stands in the words and what is sent."""

    known: Mapping[str, tuple[str, str]]

    def shown(self, run: Run) -> str:
        return f"@{self.known[run.mention][0]}" if run.mention in self.known else forms.unpinged(run)

    def sent(self, run: Run) -> str:
        if run.mention not in self.known:
            return forms.unpinged(run)
        name, who = self.known[run.mention]
        return f"@[{forms.literal(name)}]({who})"


def render(post: Post, target: Target) -> Rendering:
    """What is too long is an excerpt with a link to all of it."""
    words, images, strange = illustrated(post)
    voice = Voice({name: found for name in may_ping(post, target) if (found := mentioned(name, target))})

    def used(blocks: Document) -> int:
        return counting.utf16(forms.little(blocks, voice.sent))

    try:
        pieces = splitting.fitted(words, used, CHARACTERS, long=LONG, link=post.link)
    except splitting.TooLongError as error:
        pieces, strange = splitting.Pieces((words,)), (*strange, str(error))
    (piece,) = pieces.documents
    text = forms.plain(piece, voice.shown)
    said = {span.value for span in text.spans if span.kind == "mention"}
    return Rendering(
        (replace(part(piece, text, images, voice, post, target), html=forms.html(piece, voice.shown)),),
        pings=tuple(f"@{voice.known[name][0]} ({voice.known[name][1]})" for name in sorted(said & set(voice.known))),
        notes=(
            *filter(None, (pieces.note, *unthreaded(pieces, target), *tables(words))),
            *unheard(said, post, target),
            *unread(target),
        ),
        problems=(*strange, *lacking(words, images), *unowned(target)),
    )


def part(
    piece: Document, text: forms.Plain, images: tuple[Image, ...], voice: Voice, post: Post, target: Target
) -> Part:
    commentary = forms.little(piece, voice.sent)
    body: dict[str, Any] = {
        "author": target.account.strip(),
        "commentary": commentary,
        "visibility": "PUBLIC",
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }
    shown = pictured(images) if images else carded(text, post)
    if shown:
        body["content"] = shown
    return Part(
        body,
        text.text,
        "readable" if is_page(target.account) else "blind",
        images=images,
        measures=tuple(measures(commentary, images)),
        budgets=(Budget(f"linkedin:{target.id}"),),
    )


def measures(commentary: str, images: tuple[Image, ...]) -> Iterator[Measure]:
    yield Measure("text, as it is sent", "UTF-16 units", counting.utf16(commentary), CHARACTERS)
    for which, one in enumerate(images, 1):
        yield Measure(f"description of image {which}", "characters", counting.code_points(one.alt), ALT)


def pictured(images: tuple[Image, ...]) -> dict[str, Any]:
    found = [{"id": image(which), "altText": one.alt} for which, one in enumerate(images, 1)]
    return {"media": found[0]} if len(found) == 1 else {"multiImage": {"images": found}}


def carded(text: forms.Plain, post: Post) -> dict[str, Any] | None:
    """A card below the words, where there is exactly one link in them: LinkedIn makes none of itself."""
    links = {span.value for span in text.spans if span.kind == "link" and span.value.startswith("http")}
    title = " ".join(post.title.split())
    if len(links) != 1 or not title or len(title) > TITLE:
        return None
    return {"article": {"source": links.pop(), "title": title}}


def mentioned(name: str, target: Target) -> tuple[str, str] | None:
    """The name and the URN of whoever is meant: `urn:li:organization:1`, or `[Acme](urn:li:organization:1)` where
    LinkedIn knows them by another name; it makes no link where the name is not theirs."""
    found = MEMBER.fullmatch(target.mentions.get(name, "").strip())
    return (found["name"] or name, found["urn"]) if found else None


def is_page(account: str) -> bool:
    return account.strip().startswith("urn:li:organization:")


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
    """There are no titles: it stands above the text, unless that begins with it."""
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


def lacking(words: Document, images: tuple[Image, ...]) -> Iterator[str]:
    """Why it cannot be sent like this."""
    if not images and not forms.plain(words).text.strip():
        yield "there is nothing to say"
    if len(images) > IMAGES:
        yield f"there are {len(images)} images, and a post on LinkedIn gets {IMAGES}: leave some out"
    for which, one in enumerate(images, 1):
        if not one.alt.strip():
            yield f"image {which} has no description: write ![what it shows]({one.name})"
        if (length := counting.code_points(one.alt)) > ALT:
            yield f"the description of image {which} has {length} characters of {ALT}: shorten it"
        if one.type not in TYPES:
            yield f"image {which} is {one.type}, and LinkedIn takes PNG, JPEG and GIF: save it as one of these"
        if one.width * one.height >= PIXELS:
            yield f"image {which} has {one.width * one.height} pixels of {PIXELS}: make it smaller"


def unowned(target: Target) -> Iterator[str]:
    if not re.fullmatch(r"urn:li:(?:organization|person):[\w-]+", target.account.strip(), re.ASCII):
        yield (
            f"the target's `account` is {target.account!r}: write the URN of a page or a member, as"
            " urn:li:organization:2414183"
        )


def unthreaded(pieces: splitting.Pieces, target: Target) -> Iterator[str]:
    if pieces.note and target.long == "thread":
        yield "LinkedIn has no threads"


def unread(target: Target) -> Iterator[str]:
    if not is_page(target.account):
        yield "LinkedIn lets nobody read a member's posts: if an answer is lost, somebody has to look"


def tables(blocks: Document) -> Iterator[str]:
    inside = [one for block in blocks if isinstance(block, Quote) for one in block.blocks]
    if any(isinstance(block, Table) for block in (*blocks, *inside)):
        yield "tables are shown as lines of text"


def unheard(said: set[str], post: Post, target: Target) -> Iterator[str]:
    """Mentions that ping nobody, and what is missing for it."""
    for name in sorted(said):
        if not mentioned(name, target):
            yield f"@{name} pings nobody: the target's `mentions` name no URN for it (urn:li:organization:…)"
        elif name not in post.pings:
            yield f"@{name} pings nobody: the announcement does not ask for it"
        elif name not in target.pings:
            yield f"@{name} pings nobody: the target's `pings` do not allow it"


# Images


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """Every image is uploaded. Nobody sees it before a post shows it."""
    made: dict[str, Any] = {}
    for place, picture in enumerate(post.images, 1):
        stored = hands.objects.read(f"{MEDIA}/{picture.name}")
        if stored is None:
            return Refused(f"image {place} is not there any more: upload it again")
        try:
            name = uploaded(stored, to, hands, f"image {place} could not be uploaded")
        except (NotSentError, UnansweredError) as error:
            return Wait(30, f"image {place} could not be uploaded: {error}")
        if not isinstance(name, str):
            return name
        made[image(place)] = name
    return Prepared(made)


def uploaded(content: bytes, to: Destination, hands: Hands, what: str) -> str | Outcome:
    """The image's URN."""
    begin = {"initializeUploadRequest": {"owner": to.account.strip()}}
    reply = ask(to, hands, "POST", "/images?action=initializeUpload", begin)
    if not isinstance(reply, Reply):
        return reply
    value = told(reply).get("value")
    url, name = (value.get("uploadUrl"), value.get("image")) if isinstance(value, dict) else (None, None)
    allowed = ("https://", "http://") if to.private else "https://"
    if reply.status != 200 or not (isinstance(url, str) and url.startswith(allowed) and isinstance(name, str) and name):
        return harmless(failed(reply, to, hands, what))
    put = upload(to, hands, url, content)
    if not isinstance(put, Reply):
        return put
    return name if put.status in (200, 201) else harmless(failed(put, to, hands, what))


def harmless(outcome: Outcome) -> Outcome:
    """Of a call that nobody sees: what may have been done may be done again."""
    return Wait(60, outcome.reason) if isinstance(outcome, Unknown) else outcome


def being_made(post: PostRequested, to: Destination, hands: Hands) -> Outcome | None:
    """A file that is worked on is waited for. Whoever may not ask for it goes on without."""
    names = [str(name) for placeholder, name in post.prepared.items() if placeholder.startswith("<image ")]
    if not names:
        return None
    try:
        reply = ask(to, hands, "GET", f"/images?ids=List({','.join(map(urn, names))})")
    except (NotSentError, UnansweredError) as error:
        return Wait(15, f"could not ask for an image: {error}")
    results = told(reply).get("results") if isinstance(reply, Reply) and reply.status == 200 else None
    found = (
        [one.get("status") for one in results.values() if isinstance(one, dict)] if isinstance(results, dict) else []
    )
    if "PROCESSING_FAILED" in found:
        return Refused("LinkedIn could not read an image: save it in another form, or leave it out")
    working = any(one in ("PROCESSING", "WAITING_UPLOAD") for one in found)
    return Wait(5, "LinkedIn is still working on an image") if working else None


# Sending


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # LinkedIn has no use for it.
    waiting = being_made(post, to, hands)
    if waiting:
        return waiting
    content = {"content": filled(post.body["content"], post.prepared)} if "content" in post.body else {}
    body = {**post.body, **content}
    reply = ask(to, hands, "POST", "/posts", body)
    if not isinstance(reply, Reply):
        return reply
    name = reply.headers.get("x-restli-id", "").strip()
    if reply.status == 201 and SHARE.fullmatch(name):
        return there(name, post.images)
    if 400 <= reply.status < 500 and b"DUPLICATE_POST" in reply.body:
        return repeated(reply, body, post, to, hands)
    return failed(reply, to, hands)


def there(name: str, images: tuple[Image, ...] = ()) -> Sent:
    shown = " ".join(one.name for one in images)
    return Sent(name, f"https://www.linkedin.com/feed/update/{name}", {"images": shown} if shown else {})


def repeated(reply: Reply, body: Mapping[str, Any], post: PostRequested, to: Destination, hands: Hands) -> Outcome:
    """LinkedIn has made nothing this time. The post that it names is ours, if it is there and young enough."""
    named = SHARE.search(details(reply))
    name = named[0] if named else ""
    if not name:
        return Refused(f"LinkedIn refuses the same words twice ({details(reply) or 'it does not say where they are'})")
    try:
        look = ask(to, hands, "GET", f"/posts/{urn(name)}")
    except (NotSentError, UnansweredError) as error:
        return Wait(60, f"LinkedIn says that {name} has these words already, and could not be asked for it: {error}")
    if not isinstance(look, Reply):
        return harmless(look)
    found, link = told(look), there(name).url
    if look.status == 200 and found:
        if is_same(found, body, post.published_at - SLACK):
            return there(name, post.images)
        return Refused(f"LinkedIn refuses the same words twice, and has them in an older post: {link}")
    if look.status == 404:
        return Refused(
            f"LinkedIn refuses these words as a repetition of {name}, which is not there (any more): change some of"
            " them, or wait for a day"
        )
    if look.status == 403:
        return Refused(f"LinkedIn says that this post has these words already, and does not let us read it: {link}")
    return harmless(failed(look, to, hands, f"LinkedIn says that {name} has these words already"))


# Looking


def find(
    post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """A post of the page's with the same words, since the first attempt."""
    del key
    if not is_page(to.account):
        return Unknown("LinkedIn lets nobody read a member's posts: look there whether it arrived")
    oldest = since - SLACK
    for place in range(PAGES):
        query = f"author={urn(to.account.strip())}&q=author&count={PAGE}&start={place * PAGE}&sortBy=CREATED"
        try:
            reply = ask(to, hands, "GET", f"/posts?{query}", action="FINDER")
        except (NotSentError, UnansweredError) as error:
            return Unknown(f"could not look for it: {error}")
        page = listed(reply) if isinstance(reply, Reply) else None
        if not isinstance(reply, Reply) or page is None:
            return looked(failed(reply, to, hands, "could not look for it") if isinstance(reply, Reply) else reply)
        for one in page:
            name = str(one.get("id", ""))
            if SHARE.fullmatch(name) and is_same(one, post.body, oldest):
                return there(name, post.images)
        times = [at for one in page if (at := created(one)) is not None]
        if not page or (times and min(times) < oldest.timestamp()):
            return Absent()
    return Unknown(f"it is not among the newest {PAGES * PAGE} posts, and these are all younger than the first attempt")


def looked(outcome: Outcome) -> Unknown | Wait:
    """A look that came to nothing says nothing of what is there."""
    return outcome if isinstance(outcome, Wait) else Unknown(getattr(outcome, "reason", "could not look for it"))


def listed(reply: Reply) -> list[dict[str, Any]] | None:
    found = told(reply).get("elements")
    is_list = reply.status == 200 and isinstance(found, list) and all(isinstance(one, dict) for one in found)
    return found if is_list else None


def created(one: Mapping[str, Any]) -> float | None:
    """Unix seconds."""
    for name in ("createdAt", "publishedAt"):
        found = one.get(name)
        if isinstance(found, int) and not isinstance(found, bool):
            return found / 1000
    return None


def is_same(one: Mapping[str, Any], body: Mapping[str, Any], oldest: datetime) -> bool:
    at = created(one)
    young = at is not None and at >= oldest.timestamp()
    same = plainly(str(one.get("commentary", ""))) == plainly(str(body.get("commentary", "")))
    return young and one.get("author") == body.get("author") and same


def plainly(commentary: str) -> str:
    """To compare by: little text as people see it."""
    text = re.sub(r"\{hashtag\|\\?[#＃]\|((?:\\.|[^}\\])*)\}", r"#\1", commentary)
    text = re.sub(r"@\[((?:\\.|[^\]\\])*)\]\(urn:li:[\w:-]+\)", r"@\1", text)
    return " ".join(unicodedata.normalize("NFC", re.sub(r"\\(.)", r"\1", text)).split())


# Afterwards


def edit(change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """The words change. Images and the card below stay as they are: LinkedIn changes none."""
    del key
    name = str(change.posted.get("id", ""))
    shown = there(name, change.images)
    if shown.more.get("images", "") != str(change.posted.get("images") or ""):
        return Refused("LinkedIn changes only the words of a post, and its images are others now: withdraw it first")
    given = {"patch": {"$set": {"commentary": change.body.get("commentary", "")}}}
    reply = ask(to, hands, "POST", f"/posts/{urn(name)}", given, action="PARTIAL_UPDATE")
    if not isinstance(reply, Reply):
        return reply
    return shown if reply.status in (200, 204) else failed(reply, to, hands)


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Deleting what is gone is no error."""
    del key
    name = str(gone.posted.get("id", ""))
    reply = ask(to, hands, "DELETE", f"/posts/{urn(name)}", action="DELETE")
    if not isinstance(reply, Reply):
        return reply
    missing = reply.status == 404 and bool(told(reply))
    return Sent(name) if reply.status == 204 or missing else failed(reply, to, hands)


def count(counted: CountRequested, to: Destination, hands: Hands) -> Counted | Outcome:
    """Reactions of every kind as likes."""
    reply = ask(to, hands, "GET", f"/socialMetadata/{urn(counted.posted.get('id', ''))}")
    if not isinstance(reply, Reply):
        return reply
    found = told(reply)
    reactions, comments = found.get("reactionSummaries"), found.get("commentSummary")
    if reply.status != 200 or not isinstance(reactions, dict):
        return harmless(failed(reply, to, hands))
    likes = [number(one.get("count")) for one in reactions.values() if isinstance(one, dict)]
    replies = number(comments.get("count")) if isinstance(comments, dict) else None
    return Counted(likes=sum(one or 0 for one in likes), replies=replies)


def number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
