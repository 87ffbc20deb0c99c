"""Announcements on GitHub: as a discussion, or as a release.

A release has a tag of ours, which no second one can have. A discussion has nothing of the kind: it begins with a
comment that no reader sees, by which it is found again. What is longer than a discussion may be goes on in comments.

Sources: docs.github.com, "Using the GraphQL API for Discussions", "REST API endpoints for releases", "REST API
endpoints for Git references".
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote, unquote

from events.announcements import ChangeRequested, CountRequested, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms import composing
from functions.platforms.github.repository import Repository, Told, nodes, release_in
from functions.platforms.outgoing import (
    SOON,
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
    inside,
    looked,
    moment,
    number,
    objects,
    string,
    told,
)
from functions.platforms.posting import (
    FIRST,
    Absent,
    Budget,
    Counted,
    Editing,
    Long,
    Measure,
    Part,
    Post,
    Rendering,
    filled,
    there,
)
from functions.platforms.text import forms
from functions.platforms.text.document import Document, Run

CREDENTIAL = (
    "a fine-grained personal access token for the repository (Settings > Developer settings > Personal access tokens)"
    " with the permission “Discussions”, read and write; for releases “Contents”, read and write; only the token itself"
)
EDIT: Editing = "edit"
LONG: Long = "thread"
"""A discussion goes on in comments. A release has none: it is an excerpt."""

DISCUSSION, RELEASE = 65_536, 125_000
"""Characters of a body. GitHub tells them in its refusals only ("body is too long (maximum is …)"), and counts code
points: pull request 13 of dead-claudia/github-limits."""
TITLE = 256
"""Characters of a title. Of a release's name nothing is known; it is held to the same."""

A_MINUTE, AN_HOUR = 80, 500
"""Posts of one account: "Rate limits for the REST API", secondary limits."""

CATEGORY = "Announcements"
"""Every repository with discussions begins with it: only its maintainers open something there, and all may answer."""

MARK = re.compile(r"\A<!-- ([0-9a-f]{16}) -->")
NAME = re.compile(r"@?((?!-)[A-Za-z0-9-]{1,39}(?:/[\w.-]{1,100})?)", re.ASCII)
"""An account, or a team as `organisation/team`."""
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)

SLACK = timedelta(minutes=5)
"""By so much clocks may differ."""
PAGE, PAGES = 50, 4
"""Discussions of one page, and how many pages are looked through."""
LOOKED_AT = 12
"""Of our own posts, when one of them is looked for."""
GONE = "it is not there any more"
UNRESOLVED = "Could not resolve to a node"
"""GitHub's words for something that it does not have, or does not show."""


# What it will look like


def render(post: Post, target: Target) -> Rendering:
    voice, release, blocks = Voice(post, target), target.form == "release", composing.read(post)
    fitted = composing.fitted(
        blocks,
        lambda piece: len(voice.body(piece, 99)),
        RELEASE if release else DISCUSSION,
        long="excerpt" if release else target.long or LONG,
        link=post.link,
    )
    parts = tuple(voice.part(piece, count) for count, piece in enumerate(fitted.pieces, 1))
    said = composing.mentioned(*fitted.pieces)
    return Rendering(
        parts,
        pings=tuple(f"{voice.names[name]} ({name})" for name in said if name in voice.names),
        notes=(
            *fitted.notes,
            *voice.tagged(),
            *composing.unshown(blocks, "GitHub lets no program upload images"),
            *composing.left_out(blocks, post.images),
            *composing.unheard(said, post, target, voice.known, "account or team"),
        ),
        problems=(
            *misplaced(target),
            *([] if composing.title(post) else ["it needs a title"]),
            *composing.silent(blocks),
            *composing.undescribed(blocks, post.images),
            *fitted.problems,
            *composing.overfull(parts[0].measures[1:], "GitHub"),
        ),
    )


class Voice:
    """How one announcement is written for one target: GitHub's Markdown, and whom it may ping."""

    def __init__(self, post: Post, target: Target) -> None:
        self.post, self.target = post, target
        self.release, self.title = target.form == "release", composing.title(post)
        self.names = composing.granted(post, target, self.known)

    def known(self, name: str) -> str:
        found = NAME.fullmatch(self.target.mentions.get(name, ""))
        return f"@{found[1]}" if found else ""

    def mention(self, run: Run) -> str:
        return self.names.get(run.mention) or forms.unpinged(run)

    def body(self, piece: Document, count: int) -> str:
        told = forms.commonmark(piece, self.mention)
        return told if self.release else f"<!-- {composing.mark(self.post, self.target, count)} -->\n\n{told}"

    def part(self, piece: Document, count: int) -> Part:
        body, limit = self.body(piece, count), RELEASE if self.release else DISCUSSION
        shown = composing.headed(piece, self.post) if count == 1 else piece
        title = (Measure("title", "characters", len(self.title), TITLE),) if count == 1 else ()
        return Part(
            self.released(body) if self.release else self.discussed(body, count),
            forms.plain(shown, self.mention).text,
            "keyed" if self.release else "readable",
            html=forms.html(shown, self.mention),
            measures=(Measure("text", "characters", len(body), limit), *title),
            budgets=budgets(self.target.id),
        )

    def discussed(self, body: str, count: int) -> Told:
        """`category` is a name: which id it has is asked for when it is posted."""
        if count > 1:
            return {"discussionId": FIRST, "body": body}
        return {"title": self.title, "body": body, "category": self.target.tag or CATEGORY}

    def released(self, body: str) -> Told:
        """Never as the latest release: that is what people and their scripts download."""
        return {"tag_name": self.tag(), "name": self.title, "body": body, "make_latest": "false"}

    def tag(self) -> str:
        """Readable, and this announcement's alone."""
        plain = unicodedata.normalize("NFKD", self.title.lower()).encode("ascii", "ignore").decode()
        words = re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-")
        return f"{words or 'announcement'}-{composing.mark(self.post, self.target, 1)[:8]}"

    def tagged(self) -> Iterator[str]:
        if self.release:
            yield f"GitHub puts the tag {self.tag()!r} on the newest commit of the default branch"


def budgets(target: str) -> tuple[Budget, ...]:
    return Budget(f"github:{target}", A_MINUTE, 60), Budget(f"github:hour:{target}", AN_HOUR, 3600)


def misplaced(target: Target) -> Iterator[str]:
    if not REPOSITORY.fullmatch(target.place):
        yield f"`place` of {target.id!r} is not a repository: write owner/name"


# Sending

PLACES = """query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) {
  id hasDiscussionsEnabled discussionCategories(first: 100) { nodes { id name slug } } } }"""
CREATE = """mutation($input: CreateDiscussionInput!) {
  made: createDiscussion(input: $input) { post: discussion { id url } } }"""
COMMENT = """mutation($input: AddDiscussionCommentInput!) {
  made: addDiscussionComment(input: $input) { post: comment { id url } } }"""


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Only what we put there is filled in: a title or a text may read like a placeholder."""
    del key  # Tags and marks are in what was approved.
    repository = Repository(to, hands)
    if "tag_name" in post.body:
        return released(post, repository)
    if "discussionId" not in post.body:
        return discussed(post, repository)
    first = str(post.first.get("id") or "")
    if not first:
        return Refused("the discussion that this goes on in is not known")
    return made(repository.query(COMMENT, input={**post.body, "discussionId": filled(FIRST, {FIRST: first})}))


def discussed(post: PostRequested, repository: Repository) -> Outcome:
    """In the category of this name. Which id that has is asked every time: people make categories anew."""
    found = repository.look(PLACES, **repository.named)
    if not isinstance(found, dict):
        return found
    place, wanted = inside(found, "repository"), str(post.body.get("category", "")).casefold()
    if not place:
        return Refused(f"there is no repository {repository.to.place!r}, or the token may not see it")
    if place.get("hasDiscussionsEnabled") is False:
        return Refused(f"{repository.to.place} has no discussions: switch them on in its settings, under Features")
    categories = nodes(inside(place, "discussionCategories"))
    category = next((one for one in categories if wanted in (string(one.get("name")).casefold(), one.get("slug"))), {})
    if not category:
        names = ", ".join(string(one.get("name")) for one in categories) or "none"
        told = f"{repository.to.place} has no category {post.body.get('category')!r}: it has {names}"
        return Refused(f"{told} (`tag` of {repository.to.id!r})")
    ids = {"repositoryId": place.get("id"), "categoryId": category.get("id")}
    return made(repository.query(CREATE, input={**ids, "title": post.body["title"], "body": post.body["body"]}))


def made(answer: Told | Refused | Wait | Unknown) -> Outcome:
    if not isinstance(answer, dict):
        return answer
    post = inside(answer, "made", "post")
    name = string(post.get("id"))
    return Sent(name, string(post.get("url"))) if name else Unknown("GitHub did not say what it made")


def released(post: PostRequested, repository: Repository) -> Outcome:
    """What is refused may be refused because it is there already: so it is looked for. Nobody else makes such tags."""
    reply = repository.ask("POST", f"{repository.path}/releases", post.body)
    number, page = release_in(reply)
    if reply.status == 201 and number:
        return Sent(number, page, {"tag": tag_of(post)})
    if reply.status not in (201, 422):
        return repository.refused(reply)
    found = release_by(tag_of(post), repository)
    if isinstance(found, Sent):
        return found
    if reply.status == 422 and isinstance(found, Absent) and not exists(told(reply)):
        return repository.refused(reply)
    return Unknown("GitHub has made it, or had it already, and does not show it")


def exists(said: Told) -> bool:
    taken = {"code": "already_exists", "field": "tag_name"}
    return any(taken.items() <= one.items() for one in objects(said.get("errors")))


def tag_of(post: PostRequested) -> str:
    return str(post.body.get("tag_name", ""))


# Whether it is there

NEWEST = """query($owner: String!, $name: String!, $page: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    %s(first: $page, after: $after, orderBy: {field: CREATED_AT, direction: DESC}) {
      pageInfo { hasNextPage endCursor } nodes { id url createdAt viewerDidAuthor } } } }"""
LATEST = """query($id: ID!, $page: Int!) { node(id: $id) { ... on Discussion {
  comments(last: $page) { pageInfo { hasPreviousPage } nodes { id url createdAt viewerDidAuthor } } } } }"""
BEGINNING = re.compile(rb'\s*\{"data":\s*\{"node":\s*\{"body":\s*"(?:(?:<|\\u003[cC])!-- ([0-9a-f]{16}) )?')
TEXT = """query($id: ID!) { node(id: $id) { ... on Discussion { body } ... on DiscussionComment { body }
  ... on IssueComment { body } ... on Issue { body } } }"""


def find(
    post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Looks for our mark in what we posted since; of a release, for its tag."""
    del key
    repository, after = Repository(to, hands), since - SLACK
    if "tag_name" in post.body:
        return release_by(tag_of(post), repository)
    mark = MARK.match(str(post.body.get("body", "")))
    if mark is None:
        return Unknown("there is nothing to know it by")
    if "discussionId" in post.body:
        found = comments_since(str(post.first.get("id") or ""), after, repository)
    else:
        found = opened_since("discussions", after, repository)
    return marked(found, mark[1], repository) if isinstance(found, list) else found


def release_by(tag: str, repository: Repository) -> Sent | Absent | Unknown | Wait:
    reply = repository.see(f"{repository.path}/releases/tags/{quote(tag, safe='')}")
    if isinstance(reply, Wait):
        return reply
    name, page = release_in(reply)
    if reply.status == 200 and name:
        return Sent(name, page, {"tag": tag})
    return seen(repository) if reply.status == 404 else repository.unseen(reply)


def seen(repository: Repository) -> Absent | Unknown | Wait:
    """GitHub hides what a token may not see by a 404: only in a repository that is shown is nothing nothing."""
    reply = repository.see(repository.path)
    if isinstance(reply, Wait):
        return reply
    return Absent() if reply.status == 200 and told(reply).get("id") else repository.unseen(reply)


def opened_since(
    what: Literal["discussions", "issues"], after: datetime, repository: Repository
) -> list[Told] | Unknown | Wait:
    """Ours, the newest first."""
    found: list[Told] = []
    cursor: str | None = None
    for _ in range(PAGES):
        found_there = repository.look(NEWEST % what, **repository.named, page=PAGE, after=cursor)
        if not isinstance(found_there, dict):
            return looked(found_there, None)
        listed = inside(found_there, "repository", what)
        if not isinstance(listed.get("nodes"), list):
            return Unknown(f"GitHub did not list the {what}")
        page = nodes(listed)
        found += ours_since(after, page)
        cursor = string(inside(listed, "pageInfo").get("endCursor"))
        if inside(listed, "pageInfo").get("hasNextPage") is not True or any(older(one, after) for one in page):
            return found
    return Unknown(f"too many {what} were opened since to look through them")


def comments_since(discussion: str, after: datetime, repository: Repository) -> list[Told] | Unknown | Wait:
    if not discussion:
        return Unknown("the discussion that it belongs to is not known")
    answer = repository.look(LATEST, id=discussion, page=PAGE)
    if not isinstance(answer, dict):
        return looked(answer, None)
    listed = inside(answer, "node", "comments")
    if not isinstance(listed.get("nodes"), list):
        return Unknown("GitHub did not list the comments")
    page = nodes(listed)
    if inside(listed, "pageInfo").get("hasPreviousPage") is True and not any(older(one, after) for one in page):
        return Unknown("too many comments were written since to look through them")
    return ours_since(after, page)


def ours_since(after: datetime, page: list[Told]) -> list[Told]:
    return [one for one in page if one.get("viewerDidAuthor") is True and not older(one, after)]


def older(one: Told, after: datetime) -> bool:
    made_at = moment(one.get("createdAt"))
    return made_at is not None and made_at < after


def marked(found: list[Told], mark: str, repository: Repository) -> Sent | Absent | Unknown | Wait:
    for one in found[:LOOKED_AT]:
        found_there = mark_of(string(one.get("id")), repository)
        if not isinstance(found_there, str):
            return found_there
        if found_there == mark:
            return Sent(string(one.get("id")), string(one.get("url")))
    return Unknown("too much was posted since to look through it") if len(found) > LOOKED_AT else Absent()


def mark_of(name: str, repository: Repository) -> str | Unknown | Wait:
    """The mark that the text of a post begins with; empty when it has none, or is gone by now. All of the text may be
    more than what is read of an answer."""
    try:
        reply = repository.graph(TEXT, id=name)
    except (NotSentError, UnansweredError) as error:
        return Wait(SOON, f"GitHub could not be asked: {error}")
    if reply.status == 200 and (begins := BEGINNING.match(reply.body)):
        return (begins[1] or b"").decode()
    told = repository.data(reply)
    if isinstance(told, Unknown):
        return Wait(SOON, told.reason)
    if isinstance(told, Refused):
        return "" if UNRESOLVED in told.reason else Unknown(told.reason)
    return told if isinstance(told, Wait) else Unknown("GitHub did not show a text")


# Afterwards

UPDATE = """mutation($input: UpdateDiscussionInput!) {
  made: updateDiscussion(input: $input) { post: discussion { id url } } }"""
UPDATE_COMMENT = """mutation($input: UpdateDiscussionCommentInput!) {
  made: updateDiscussionComment(input: $input) { post: comment { id url } } }"""
DELETE = (
    "mutation($input: DeleteDiscussionInput!) { made: deleteDiscussion(input: $input) { post: discussion { id } } }"
)
DELETE_COMMENT = """mutation($input: DeleteDiscussionCommentInput!) {
  made: deleteDiscussionComment(input: $input) { post: comment { id } } }"""
REACTIONS = """query($id: ID!) { node(id: $id) {
  ... on Discussion { reactions { totalCount } comments(first: 20) { totalCount nodes { viewerDidAuthor } } }
  ... on DiscussionComment { reactions { totalCount } replies { totalCount } } } }"""
OF_RELEASE = """query($owner: String!, $name: String!, $tag: String!) { repository(owner: $owner, name: $name) {
  release(tagName: $tag) { reactions { totalCount } } } }"""


def edit(change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """A release keeps its tag, and a discussion its category."""
    del key  # A change is a state.
    repository, name = Repository(to, hands), str(change.posted.get("id", ""))
    body, title = str(change.body.get("body", "")), str(change.body.get("title", ""))
    if name.isdecimal():
        given = {"name": change.body.get("name", ""), "body": body}
        return kept(repository.ask("PATCH", f"{repository.path}/releases/{name}", given), change, repository)
    if is_comment(change.posted):
        answer = repository.query(UPDATE_COMMENT, input={"commentId": name, "body": body})
    else:
        answer = repository.query(UPDATE, input={"discussionId": name, "title": title, "body": body})
    outcome = made(answer)
    if isinstance(outcome, Sent):
        return there(change.posted) if outcome.id == name else Unknown("GitHub did not say which post it changed")
    return outcome


def kept(reply: Reply, change: ChangeRequested, repository: Repository) -> Outcome:
    if reply.status == 200:
        same = release_in(reply)[0] == str(change.posted.get("id"))
        return there(change.posted) if same else Unknown("GitHub did not say which release it changed")
    return Refused(GONE) if reply.status == 404 else repository.refused(reply)


def is_comment(posted: Mapping[str, Any]) -> bool:
    return "#discussioncomment-" in str(posted.get("url", "")) or str(posted.get("id", "")).startswith("DC_")


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # A deletion is a state.
    repository, name = Repository(to, hands), str(gone.posted.get("id", ""))
    if name.isdecimal():
        return unreleased(name, gone.posted, repository)
    outcome = made(repository.query(DELETE_COMMENT if is_comment(gone.posted) else DELETE, input={"id": name}))
    if isinstance(outcome, Refused) and not outcome.unauthorized and UNRESOLVED in outcome.reason:
        return there(gone.posted) if isinstance(seen(repository), Absent) else outcome
    return there(gone.posted) if isinstance(outcome, Sent) else outcome


def unreleased(name: str, posted: Mapping[str, Any], repository: Repository) -> Outcome:
    """The release, then its tag, which GitHub leaves there: whether that goes, too, changes nothing about the post."""
    reply = repository.ask("DELETE", f"{repository.path}/releases/{name}")
    absent = reply.status == 404 and isinstance(seen(repository), Absent)
    if reply.status != 204 and not absent:
        return repository.refused(reply)
    if tag := str(posted.get("tag", "")):
        untag(tag, repository)
    return there(posted)


def untag(tag: str, repository: Repository) -> None:
    try:
        repository.ask("DELETE", f"{repository.path}/git/refs/tags/{quote(tag, safe='')}")
    except (NotSentError, UnansweredError):
        return


def count(counted: CountRequested, to: Destination, hands: Hands) -> Counted | Outcome:
    """Reactions of every kind as likes; as replies the comments that are not ours. Upvotes are left out: who reacts may
    vote, too, and would count twice."""
    repository, name = Repository(to, hands), str(counted.posted.get("id", ""))
    if name.isdecimal():
        return reactions_of(counted.posted, repository)
    told = repository.look(REACTIONS, id=name)
    if not isinstance(told, dict):
        return told
    node = inside(told, "node")
    replies = number(inside(node, "comments").get("totalCount"))
    ours = sum(one.get("viewerDidAuthor") is True for one in nodes(inside(node, "comments")))
    if replies is None:
        replies, ours = number(inside(node, "replies").get("totalCount")), 0
    likes = number(inside(node, "reactions").get("totalCount"))
    return Refused(GONE) if likes is None else Counted(likes=likes, replies=None if replies is None else replies - ours)


def reactions_of(posted: Mapping[str, Any], repository: Repository) -> Counted | Outcome:
    tag = str(posted.get("tag") or unquote(str(posted.get("url", "")).partition("/releases/tag/")[2]))
    told = repository.look(OF_RELEASE, **repository.named, tag=tag)
    if not isinstance(told, dict):
        return told
    likes = number(inside(told, "repository", "release", "reactions").get("totalCount"))
    return Refused(GONE) if likes is None else Counted(likes=likes)
