"""Announcements on Reddit: a text post in a community, by an account of ours; what is too long goes on in comments.

Nothing of ours can be hidden in a post. Whether one arrived is seen in the account's own list, by community, title and
text. Sources: reddit.com/dev/api (submit, comment, editusertext, del, info, /user/{username}/submitted and /comments);
PRAW's `Subreddit.submit`.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

from events.announcements import ChangeRequested, CountRequested, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms.outgoing import Destination, Hands, Outcome, Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import (
    PREVIOUS,
    Absent,
    Budget,
    Counted,
    Editing,
    Measure,
    Part,
    Post,
    Rendering,
    may_ping,
)
from functions.platforms.reddit.account import CREDENTIAL as CREDENTIAL
from functions.platforms.reddit.account import Account, budget, errors_in, inner, read_object
from functions.platforms.text import document, forms
from functions.platforms.text.document import Block, Document, Heading, Paragraph, Picture, Quote, Run
from functions.platforms.text.splitting import Pieces, TooLongError, fitted

EDIT: Editing = "edit"
"""The text; no title is ever changed."""
LONG: Literal["thread", "excerpt"] = "thread"
"""A text that is longer than a post may be goes on in comments."""

TITLE, TEXT, COMMENT = 300, 40_000, 10_000
"""Characters, as Reddit counts code points."""
READABLE = 24_000
"""Bytes of a comment's text in JSON. It stands in the answer twice, of which 64 KiB are read: more would leave nobody
knowing what it became."""

COMMUNITY = re.compile(r"(?:/?r/)?(?P<name>[A-Za-z0-9]\w{1,20}|u_[\w-]{3,20})/?", re.ASCII)
NAME = re.compile(r"(?:/?u/)?(?P<name>[\w-]{3,20})", re.ASCII)
FLAIR = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""Any other `flair_id` is answered with a 500: issue 870 of praw-dev/praw."""
THING = re.compile(r"t[13]_[0-9a-z]+")

SITE = "https://www.reddit.com"
SLACK = timedelta(minutes=5)
"""Clocks differ."""
SIZES = (25, 5, 1)
LOOKS = 20
"""Requests of one look at most; a post of its length may fill an answer by itself."""


# What it will look like


def render(post: Post, target: Target) -> Rendering:
    title, voice = " ".join(post.title.split()), Voice(post, target)
    blocks = resolved(document.read(post.body), post)
    faults = [*misplaced(target), *untitled(title), *undescribed(blocks, post)]
    try:
        pieces = divided(blocks, voice, target, post)
    except TooLongError as error:
        return Rendering((), problems=(*faults, str(error)))
    return Rendering(
        tuple(part(piece, number, title, voice) for number, piece in enumerate(pieces.documents)),
        pings=tuple(f"u/{voice.names[name]} ({name})" for name in mentioned(blocks) if name in voice.names),
        notes=(*filter(None, [pieces.note]), *told(blocks, post), *voice.unheard(blocks)),
        problems=tuple(faults),
    )


def divided(blocks: Document, voice: "Voice", target: Target, post: Post) -> Pieces:
    """All in the post where it fits; else, where comments are to go on with it, no piece is longer than these are."""
    if target.long == "excerpt" or len(voice.text(blocks)) <= TEXT:
        return fitted(blocks, lambda piece: len(voice.text(piece)), TEXT, long="excerpt", link=post.link)
    return fitted(blocks, voice.commented, COMMENT, long="thread", link=post.link)


def part(piece: Document, number: int, title: str, voice: "Voice") -> Part:
    """The post, or a comment that answers the part before it."""
    text, target = voice.text(piece), voice.target
    shown = piece if number else (Heading(1, (Run(title),)), *piece)
    made = Part(
        {"api_type": "json", "thing_id": PREVIOUS, "text": text},
        forms.plain(shown, voice.mention).text,
        "readable",
        step="comment",
        html=forms.html(shown),
        measures=(Measure("text", "characters", len(text), COMMENT),),
        budgets=(Budget(budget(target.account)),),
    )
    if number:
        return made
    body = {"api_type": "json", "kind": "self", "sr": community(target.place), "title": title, "text": text}
    flair = {"flair_id": target.tag} if target.tag else {}
    measures = (Measure("title", "characters", len(title), TITLE), Measure("text", "characters", len(text), TEXT))
    return replace(made, body={**body, "validate_on_submit": "true", **flair}, step="post", measures=measures)


class Voice:
    """Whom an announcement may ping on Reddit, by the name each has there."""

    def __init__(self, post: Post, target: Target) -> None:
        self.post, self.target = post, target
        found = {name: NAME.fullmatch(target.mentions.get(name, "")) for name in may_ping(post, target)}
        self.names = {name: who["name"] for name, who in found.items() if who}

    def mention(self, run: Run) -> str:
        who = self.names.get(run.mention)
        return f"u/{who}" if who else forms.unpinged(run)

    def text(self, blocks: Document) -> str:
        return forms.commonmark(blocks, self.mention)

    def commented(self, blocks: Document) -> int:
        text = self.text(blocks)
        return max(len(text), -(-len(json.dumps(text)) * COMMENT // READABLE))

    def unheard(self, blocks: Document) -> Iterator[str]:
        """Why a mention pings nobody."""
        for name in mentioned(blocks):
            if name not in self.post.pings:
                yield f"@{name} pings nobody: the announcement does not ask for it"
            elif name not in self.target.pings:
                yield f"@{name} pings nobody: the target {self.target.id!r} does not allow it (`pings`)"
            elif name not in self.names:
                yield f"@{name} pings nobody: `mentions` of the target {self.target.id!r} names no account for it"


def community(place: str) -> str:
    found = COMMUNITY.fullmatch(place.strip())
    return found["name"] if found else place


def misplaced(target: Target) -> Iterator[str]:
    if not COMMUNITY.fullmatch(target.place.strip()):
        yield f"`place` of {target.id!r} is no community's name, without r/"
    if target.tag and not FLAIR.fullmatch(target.tag):
        yield (
            f"`tag` of {target.id!r} is not the id of a flair: Mod Tools > Look and Feel > Post flair, “Copy ID”"
            " (it looks like 8f3c….-….-….-….-…)"
        )


def untitled(title: str) -> Iterator[str]:
    if not title:
        yield "a post on Reddit needs a title"
    if len(title) > TITLE:
        yield f"the title has {len(title)} characters; Reddit takes {TITLE}"


def undescribed(blocks: Document, post: Post) -> Iterator[str]:
    known = {one.name for one in post.images}
    for number, picture in enumerate(document.pictures(blocks), 1):
        if picture.name not in known:
            yield f"image {number}, {picture.name[:100]!r}, was not uploaded with the announcement"
        elif not picture.alt:
            yield f"image {number} has no description: write ![what it shows](…)"


def told(blocks: Document, post: Post) -> Iterator[str]:
    shown = {picture.name for picture in document.pictures(blocks)}
    for number in range(1, len(document.pictures(blocks)) + 1):
        yield f"image {number} is not shown, its description is: a text post on Reddit takes no images of ours"
    for image in post.images:
        if image.name not in shown:
            yield f"The image {image.name} is left out: it does not stand in the text."


def resolved(blocks: Document, post: Post) -> Document:
    """Pictures from elsewhere as links, ours as what they show."""
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


# Sending


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # Reddit has no place for it.
    comment = post.step == "comment"
    before = str(post.previous.get("id") or "")
    if comment and not THING.fullmatch(before):
        return Refused("the part before this one is not known to Reddit")
    form = {name: str(value) for name, value in post.body.items()} | ({"thing_id": before} if comment else {})
    account = Account(to, hands)
    reply = account.ask("POST", "/api/comment" if comment else "/api/submit", form)
    return made(reply, form.get("title", "")) or account.failed(reply)


def made(reply: Reply, title: str) -> Sent | None:
    """What there is now, if the answer names it. It may do so beside an error: a post that was made and for which
    Reddit wants a rest all the same."""
    data = inner(read_object(reply.body), "json", "data")
    things = data.get("things")
    found = data if not isinstance(things, list) or not things else inner({"": things[0]}, "", "data")
    name = found.get("name")
    if reply.status >= 500 or not isinstance(name, str) or not THING.fullmatch(name):
        return None
    return Sent(name, address(found), {"title": title} if title else {})


def address(thing: Mapping[str, Any]) -> str:
    link, url = thing.get("permalink"), thing.get("url")
    if isinstance(link, str) and link.startswith("/"):
        return SITE + link
    return url if isinstance(url, str) and url.startswith("https://") else ""


# Whether it is there


def find(
    post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Among what the account wrote since, whatever others can see of it."""
    del key
    account = Account(to, hands)
    me = account.look("/api/v1/me", {})
    name = read_object(me.body).get("name") if isinstance(me, Reply) else ""
    if isinstance(me, Wait) or me.status != 200 or not isinstance(name, str) or not name:
        return me if isinstance(me, Wait) else account.looked(account.failed(me))
    kind = "comments" if post.step == "comment" else "submitted"
    for page in pages(account, f"/user/{quote(name, safe='')}/{kind}"):
        if not isinstance(page, list):
            return page
        for thing in page:
            same = is_ours(thing, post, since - SLACK)
            if same is not None:
                return same
        if not page or older(page[-1], since - SLACK):
            return Absent()
    return Unknown(f"it is not among the newest that u/{name} wrote, and there is more")


def pages(account: Account, path: str) -> Iterator[list[dict[str, Any]] | Unknown | Wait]:
    """A list from its newest end, in pages that fit into an answer. The last one is empty."""
    after, size = "", 0
    for _ in range(LOOKS):
        reply = account.look(path, {"sort": "new", "limit": str(SIZES[size]), **({"after": after} if after else {})})
        if isinstance(reply, Wait):
            yield reply
            return
        if reply.status != 200:
            yield account.looked(account.failed(reply))
            return
        listing = inner(read_object(reply.body), "data")
        if not isinstance(listing.get("children"), list):
            if size + 1 < len(SIZES):
                size += 1
                continue
            listing = beginning(reply.body)
            if not listing:
                yield Unknown("Reddit did not list what our account wrote")
                return
        yield [inner(child, "data") for child in listing["children"] if isinstance(child, dict)]
        after = str(listing.get("after") or "")
        if not after:
            yield []
            return


def beginning(body: bytes) -> dict[str, Any]:
    """Of a list with one post that is too long to be read to its end: what stands before the text's second form, and
    that is all we need to know. Empty where it does not. Inside a string its quotes would have backslashes."""
    text = body.decode("utf-8", "replace")
    known = {
        name: json.loads(found[1])
        for name in ("after", "subreddit", "selftext", "title", "name", "created")
        if (found := re.search(rf'(?<!\\)"{name}":\s*("(?:[^"\\]|\\.)*"|[0-9]+(?:\.[0-9]+)?(?=[,}}])|null)', text))
    }
    if not text.startswith("{") or len(known) < 6:
        return {}
    return {"after": known.pop("after"), "children": [{"data": {**known, "created_utc": known["created"]}}]}


def is_ours(thing: Mapping[str, Any], post: PostRequested, oldest: datetime) -> Sent | Unknown | None:
    """None where it is something else."""
    name = thing.get("name")
    if older(thing, oldest) or not isinstance(name, str) or not THING.fullmatch(name):
        return None
    if post.step == "comment":
        same = thing.get("parent_id") == post.previous.get("id") and plainly(thing.get("body")) == plainly(
            post.body["text"]
        )
        return Sent(name, address(thing)) if same else None
    there = str(thing.get("subreddit")).casefold() == str(post.body.get("sr")).casefold()
    title = str(post.body.get("title"))
    if not there or plainly(thing.get("title")) != plainly(title):
        return None
    if plainly(thing.get("selftext")) != plainly(post.body.get("text")):
        return Unknown(f"a post with this title and other words is there: is it this one? {address(thing) or name}")
    return Sent(name, address(thing) or f"{SITE}/comments/{name.removeprefix('t3_')}", {"title": title})


def older(thing: Mapping[str, Any], than: datetime) -> bool:
    """What does not say when it was written may be ours."""
    at = thing.get("created_utc")
    if not isinstance(at, int | float) or isinstance(at, bool) or not 0 < at < 1e11:
        return False
    return datetime.fromtimestamp(at, UTC) < than


def plainly(text: object) -> str:
    return " ".join(unicodedata.normalize("NFC", str(text)).replace("\u200b", "").split())


# Afterwards


def edit(change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """The same text again changes nothing. The answer holds it twice, and may be cut off behind its beginning."""
    del key
    name, title = str(change.posted.get("id") or ""), change.body.get("title", "")
    if change.posted.get("title", title) != title:
        return Refused("Reddit changes no titles: keep the title as it is, or withdraw the post and announce anew")
    account = Account(to, hands)
    reply = account.ask(
        "POST", "/api/editusertext", {"api_type": "json", "thing_id": name, "text": str(change.body.get("text", ""))}
    )
    done = reply.status == 200 and re.match(rb'\s*\{"json":\s*\{"errors":\s*(\[\]|null)', reply.body)
    return there(change.posted) if done else account.failed(reply)


def there(posted: Mapping[str, Any]) -> Sent:
    more = {name: str(value) for name, value in posted.items() if name not in ("id", "url")}
    return Sent(str(posted.get("id", "")), str(posted.get("url") or ""), more)


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Reddit says nothing of what it deletes, nor whether it was there. What others answered stays."""
    del key
    account = Account(to, hands)
    reply = account.ask("POST", "/api/del", {"id": str(gone.posted.get("id") or "")})
    told = read_object(reply.body)
    silent = reply.body.strip()[:1] == b"{" and "error" not in told and not list(errors_in(told))
    return there(gone.posted) if reply.status == 200 and silent else account.failed(reply)


def count(counted: CountRequested, to: Destination, hands: Hands) -> Counted | Outcome:
    """`score` is what Reddit makes of votes for and against; it may be less than none."""
    account = Account(to, hands)
    reply = account.look("/api/info", {"id": str(counted.posted.get("id") or "")})
    if isinstance(reply, Wait):
        return reply
    children = inner(read_object(reply.body), "data").get("children")
    if reply.status != 200 or not isinstance(children, list):
        failed = account.failed(reply)
        return Wait(60, failed.reason) if isinstance(failed, Unknown) else failed
    if not children:
        return Refused("it is not there any more")
    thing = inner({"": children[0]}, "", "data")
    likes, shares, replies = (figure(thing, name) for name in ("score", "num_crossposts", "num_comments"))
    return Counted(likes=likes, shares=shares, replies=replies)


def figure(thing: Mapping[str, Any], name: str) -> int | None:
    found = thing.get(name)
    return max(found, 0) if isinstance(found, int) and not isinstance(found, bool) else None
