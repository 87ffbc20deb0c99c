"""Announcements on Reddit: a text post in a community, by an account of ours; what is too long goes on in comments.

Nothing of ours can be hidden in a post. Whether one arrived is seen in the account's own list, by community, title and
text. Sources: reddit.com/dev/api (submit, comment, editusertext, del, info, /user/{username}/submitted and /comments);
PRAW's `Subreddit.submit`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from events.announcements import ChangeRequested, CountRequested, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms import composing
from functions.platforms.outgoing import (
    Destination,
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
    Rendering,
    there,
)
from functions.platforms.reddit.account import CREDENTIAL as CREDENTIAL
from functions.platforms.reddit.account import Account, budget, errors_in
from functions.platforms.text import forms
from functions.platforms.text.document import Document, Run

EDIT: Editing = "edit"
"""The text; no title is ever changed."""
LONG: Long = "thread"
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
    voice, blocks = Voice(post, target), composing.read(post)
    fitted = composing.divided(
        blocks, (voice.used, TEXT), (voice.commented, COMMENT), long=target.long or LONG, link=post.link
    )
    parts = tuple(part(piece, place, voice) for place, piece in enumerate(fitted.pieces))
    said = composing.mentioned(*fitted.pieces)
    return Rendering(
        parts,
        pings=tuple(f"u/{voice.names[name]} ({name})" for name in said if name in voice.names),
        notes=(
            *fitted.notes,
            *composing.unshown(blocks, "a text post on Reddit takes no images of ours"),
            *composing.left_out(blocks, post.images),
            *composing.unheard(said, post, target, voice.known),
        ),
        problems=(
            *misplaced(target),
            *([] if composing.title(post) else ["a post on Reddit needs a title"]),
            *composing.undescribed(blocks, post.images),
            *fitted.problems,
            *composing.overfull(parts[0].measures[:1], "Reddit"),
        ),
    )


def part(piece: Document, place: int, voice: "Voice") -> Part:
    """The post, or a comment that answers the part before it."""
    text, post, target = voice.text(piece), voice.post, voice.target
    title, shown = composing.title(post), piece if place else composing.headed(piece, post)
    made = Part(
        {"api_type": "json", "thing_id": PREVIOUS, "text": text},
        forms.plain(shown, voice.mention).text,
        "readable",
        step="comment",
        html=forms.html(shown),
        measures=(Measure("text", "characters", len(text), COMMENT),),
        budgets=(Budget(budget(target.account)),),
    )
    if place:
        return made
    body = {"api_type": "json", "kind": "self", "sr": community(target.place), "title": title, "text": text}
    flair = {"flair_id": target.tag} if target.tag else {}
    measures = (Measure("title", "characters", len(title), TITLE), Measure("text", "characters", len(text), TEXT))
    return replace(made, body={**body, "validate_on_submit": "true", **flair}, step="post", measures=measures)


class Voice:
    """Whom an announcement may ping on Reddit, by the name each has there."""

    def __init__(self, post: Post, target: Target) -> None:
        self.post, self.target = post, target
        self.names = composing.granted(post, target, self.known)

    def known(self, name: str) -> str:
        found = NAME.fullmatch(self.target.mentions.get(name, ""))
        return found["name"] if found else ""

    def mention(self, run: Run) -> str:
        who = self.names.get(run.mention)
        return f"u/{who}" if who else forms.unpinged(run)

    def text(self, blocks: Document) -> str:
        return forms.commonmark(blocks, self.mention)

    def used(self, blocks: Document) -> int:
        return len(self.text(blocks))

    def commented(self, blocks: Document) -> int:
        text = self.text(blocks)
        return max(len(text), -(-len(json.dumps(text)) * COMMENT // READABLE))


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
    data = inside(told(reply), "json", "data")
    things = data.get("things")
    found = inside(things[0], "data") if isinstance(things, list) and things else data
    name = string(found.get("name"))
    if reply.status >= 500 or not THING.fullmatch(name):
        return None
    return Sent(name, address(found), {"title": title} if title else {})


def address(thing: Mapping[str, Any]) -> str:
    link, url = string(thing.get("permalink")), string(thing.get("url"))
    if link.startswith("/"):
        return SITE + link
    return url if url.startswith("https://") else ""


# Whether it is there


def find(
    post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Among what the account wrote since, whatever others can see of it."""
    del key
    account = Account(to, hands)
    me = account.look("/api/v1/me", {})
    if isinstance(me, Wait):
        return me
    name = string(told(me).get("name"))
    if me.status != 200 or not name:
        return looked(account.failed(me), me)
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
            yield looked(account.failed(reply), reply)
            return
        listing = inside(told(reply), "data")
        if not isinstance(listing.get("children"), list):
            if size + 1 < len(SIZES):
                size += 1
                continue
            listing = beginning(reply.body)
            if not listing:
                yield Unknown("Reddit did not list what our account wrote")
                return
        yield [inside(child, "data") for child in objects(listing["children"])]
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
    name, plainly = string(thing.get("name")), composing.plainly
    if older(thing, oldest) or not THING.fullmatch(name):
        return None
    if post.step == "comment":
        same = thing.get("parent_id") == post.previous.get("id") and plainly(str(thing.get("body"))) == plainly(
            str(post.body["text"])
        )
        return Sent(name, address(thing)) if same else None
    there = str(thing.get("subreddit")).casefold() == str(post.body.get("sr")).casefold()
    title = str(post.body.get("title"))
    if not there or plainly(str(thing.get("title"))) != plainly(title):
        return None
    if plainly(str(thing.get("selftext"))) != plainly(str(post.body.get("text"))):
        return Unknown(f"a post with this title and other words is there: is it this one? {address(thing) or name}")
    return Sent(name, address(thing) or f"{SITE}/comments/{name.removeprefix('t3_')}", {"title": title})


def older(thing: Mapping[str, Any], than: datetime) -> bool:
    """What does not say when it was written may be ours."""
    at = thing.get("created_utc")
    if not isinstance(at, int | float) or isinstance(at, bool) or not 0 < at < 1e11:
        return False
    return datetime.fromtimestamp(at, UTC) < than


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


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Reddit says nothing of what it deletes, nor whether it was there. What others answered stays."""
    del key
    account = Account(to, hands)
    reply = account.ask("POST", "/api/del", {"id": str(gone.posted.get("id") or "")})
    found = told(reply)
    silent = reply.body.strip()[:1] == b"{" and "error" not in found and not list(errors_in(found))
    return there(gone.posted) if reply.status == 200 and silent else account.failed(reply)


def count(counted: CountRequested, to: Destination, hands: Hands) -> Counted | Outcome:
    """`score` is what Reddit makes of votes for and against; it may be less than none."""
    account = Account(to, hands)
    reply = account.look("/api/info", {"id": str(counted.posted.get("id") or "")})
    if isinstance(reply, Wait):
        return reply
    children = inside(told(reply), "data").get("children")
    if reply.status != 200 or not isinstance(children, list):
        return harmless(account.failed(reply))
    if not children:
        return Refused("it is not there any more")
    thing = inside(children[0], "data")
    score, shares, replies = (thing.get(name) for name in ("score", "num_crossposts", "num_comments"))
    likes = max(score, 0) if isinstance(score, int) else None
    return Counted(likes=likes, shares=number(shares), replies=number(replies))
