"""Announcements on LinkedIn: a post of a page's or a member's.

LinkedIn honours no key. It refuses the same words again for some hours and says which post has them; that post need not
be there any more. A page's posts can be listed and looked through, a member's by nobody.

Sources: learn.microsoft.com/linkedin/marketing/community-management/shares/{posts-api,images-api,multiimage-post-api,
little-text-format,social-metadata-api}.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms import composing
from functions.platforms.linkedin.account import CREDENTIAL as CREDENTIAL
from functions.platforms.linkedin.account import ask, details, failed, send_file, urn
from functions.platforms.outgoing import (
    LATER,
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
    harmless,
    inside,
    looked,
    number,
    string,
    told,
)
from functions.platforms.posting import (
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

EDIT: Editing = "edit"
LONG: Long = "excerpt"
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
    blocks = composing.titled(composing.read(post), composing.heading(post))
    images = composing.once(composing.pictured(blocks, post.images))
    known = partial(account, target)
    voice = Voice(composing.granted(post, target, known))
    fitted = composing.fitted(
        without_pictures(blocks),
        lambda piece: measured(piece, voice).used,
        CHARACTERS,
        long=LONG,
        link=post.link,
        unit="UTF-16 units",
    )
    (piece,) = fitted.pieces
    said = composing.mentioned(piece)
    return Rendering(
        (replace(part(piece, images, voice, post, target), html=forms.html(piece, voice.shown)),),
        pings=tuple(f"@{voice.known[name][0]} ({voice.known[name][1]})" for name in said if name in voice.known),
        notes=(
            *fitted.notes,
            *(["LinkedIn has no threads"] if fitted.notes and target.long == "thread" else []),
            *composing.left_out(blocks, post.images),
            *composing.tables(blocks),
            *composing.unheard(said, post, target, known, "URN (urn:li:organization:…)"),
            *unread(target),
        ),
        problems=(
            *composing.silent(blocks),
            *composing.undescribed(blocks, post.images),
            *fitted.problems,
            *composing.crowded(len(images), IMAGES, f"a post on LinkedIn gets {IMAGES}"),
            *composing.overfull(described(images), "LinkedIn"),
            *odd(images),
            *unowned(target),
        ),
    )


def part(piece: Document, images: tuple[Image, ...], voice: Voice, post: Post, target: Target) -> Part:
    text = forms.plain(piece, voice.shown)
    body: dict[str, Any] = {
        "author": target.account.strip(),
        "commentary": forms.little(piece, voice.sent),
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
        measures=(measured(piece, voice), *described(images)),
        budgets=(Budget(f"linkedin:{target.id}"),),
    )


def measured(piece: Document, voice: Voice) -> Measure:
    used = counting.utf16(forms.little(piece, voice.sent))
    return Measure("text, as it is sent", "UTF-16 units", used, CHARACTERS)


def described(images: tuple[Image, ...]) -> tuple[Measure, ...]:
    return composing.alts(images, "characters", counting.code_points, ALT)


def pictured(images: tuple[Image, ...]) -> dict[str, Any]:
    found = [{"id": image(which), "altText": one.alt} for which, one in enumerate(images, 1)]
    return {"media": found[0]} if len(found) == 1 else {"multiImage": {"images": found}}


def carded(text: forms.Plain, post: Post) -> dict[str, Any] | None:
    """A card below the words, where there is exactly one link in them: LinkedIn makes none of itself."""
    links = {span.value for span in text.spans if span.kind == "link" and span.value.startswith("http")}
    title = composing.title(post)
    if len(links) != 1 or not title or len(title) > TITLE:
        return None
    return {"article": {"source": links.pop(), "title": title}}


def account(target: Target, name: str) -> tuple[str, str] | None:
    """The name and the URN of whoever is meant: `urn:li:organization:1`, or `[Acme](urn:li:organization:1)` where
    LinkedIn knows them by another name; it makes no link where the name is not theirs."""
    found = MEMBER.fullmatch(target.mentions.get(name, "").strip())
    return (found["name"] or name, found["urn"]) if found else None


def is_page(account: str) -> bool:
    return account.strip().startswith("urn:li:organization:")


def odd(images: tuple[Image, ...]) -> Iterator[str]:
    for place, one in enumerate(images, 1):
        if one.type not in TYPES:
            yield f"image {place} is {one.type}, and LinkedIn takes PNG, JPEG and GIF: save it as one of these"
        if one.width * one.height >= PIXELS:
            yield f"image {place} has {one.width * one.height} pixels of {PIXELS}: make it smaller"


def unowned(target: Target) -> Iterator[str]:
    if not re.fullmatch(r"urn:li:(?:organization|person):[\w-]+", target.account.strip(), re.ASCII):
        yield (
            f"the target's `account` is {target.account!r}: write the URN of a page or a member, as"
            " urn:li:organization:2414183"
        )


def unread(target: Target) -> Iterator[str]:
    if not is_page(target.account):
        yield "LinkedIn lets nobody read a member's posts: if an answer is lost, somebody has to look"


# Sending


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """Every image is uploaded. Nobody sees it before a post shows it."""
    return uploaded(post, hands, lambda _, content: upload(content, to, hands))


def upload(content: bytes, to: Destination, hands: Hands) -> str | Outcome:
    """The image's URN."""
    begin = {"initializeUploadRequest": {"owner": to.account.strip()}}
    reply = ask(to, hands, "POST", "/images?action=initializeUpload", begin)
    if not isinstance(reply, Reply):
        return reply
    value = inside(told(reply), "value")
    url, name = string(value.get("uploadUrl")), string(value.get("image"))
    allowed = ("https://", "http://") if to.private else "https://"
    if reply.status != 200 or not url.startswith(allowed) or not name:
        return failed(reply, to, hands)
    put = send_file(to, hands, url, content)
    if not isinstance(put, Reply):
        return put
    return name if put.status in (200, 201) else failed(put, to, hands)


def being_made(post: PostRequested, to: Destination, hands: Hands) -> Outcome | None:
    """A file that is worked on is waited for. Whoever may not ask for it goes on without."""
    names = [str(name) for placeholder, name in post.prepared.items() if placeholder.startswith("<image ")]
    if not names:
        return None
    try:
        reply = ask(to, hands, "GET", f"/images?ids=List({','.join(map(urn, names))})")
    except (NotSentError, UnansweredError) as error:
        return Wait(15, f"could not ask for an image: {error}")
    results = inside(told(reply), "results") if isinstance(reply, Reply) and reply.status == 200 else {}
    found = [one.get("status") for one in results.values() if isinstance(one, dict)]
    if "PROCESSING_FAILED" in found:
        return Refused("LinkedIn could not read an image: save it in another form, or leave it out")
    working = any(one in ("PROCESSING", "WAITING_UPLOAD") for one in found)
    return Wait(5, "LinkedIn is still working on an image") if working else None


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
        return Wait(LATER, f"LinkedIn says that {name} has these words already, and could not be asked for it: {error}")
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


# Whether it is there


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
            why = failed(reply, to, hands, "could not look for it") if isinstance(reply, Reply) else reply
            return looked(why, reply)
        for one in page:
            name = str(one.get("id", ""))
            if SHARE.fullmatch(name) and is_same(one, post.body, oldest):
                return there(name, post.images)
        times = [at for one in page if (at := created(one)) is not None]
        if not page or (times and min(times) < oldest.timestamp()):
            return Absent()
    return Unknown(f"it is not among the newest {PAGES * PAGE} posts, and these are all younger than the first attempt")


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
    return composing.plainly(re.sub(r"\\(.)", r"\1", text))


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
    reactions, comments = (told(reply).get(name) for name in ("reactionSummaries", "commentSummary"))
    if reply.status != 200 or not isinstance(reactions, dict):
        return harmless(failed(reply, to, hands))
    likes = [number(one.get("count")) for one in reactions.values() if isinstance(one, dict)]
    return Counted(likes=sum(one or 0 for one in likes), replies=number(inside(comments).get("count")))
