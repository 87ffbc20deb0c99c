"""An answer on GitHub: a comment on an issue or a discussion, in a discussion in the thread of the comment it answers.

It begins with a comment that no reader sees, by which it is found again.

Sources: docs.github.com, GraphQL: "Mutations" (`addComment`, `addDiscussionComment`: `replyToId` is of a comment that
answers none), "Objects" (`DiscussionComment.replyTo`, `IssueComment.issue`).
"""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from events.program import Source
from events.talks import AnswerRequested
from functions.platforms import composing
from functions.platforms.answering import Reply, Said, UnanswerableError, target
from functions.platforms.github.posting import (
    COMMENT,
    DISCUSSION,
    MARK,
    PAGE,
    SLACK,
    Voice,
    made,
    marked,
    older,
    ours_since,
)
from functions.platforms.github.repository import Repository, Told, nodes
from functions.platforms.outgoing import (
    Destination,
    Hands,
    Outcome,
    Refused,
    Sent,
    Unknown,
    Wait,
    inside,
    looked,
    string,
)
from functions.platforms.posting import FIRST, PREVIOUS, Absent, Part, Post, Prepared, Rendering

RIGHT = "a token with the permissions “Issues” and “Discussions”, read and write"
PREPARES = True

THING = re.compile(r"(discussion|issue|comment):([A-Za-z0-9_=-]{4,200})", re.ASCII)
GONE = "what it answers is not there any more"

WHERE = """query($id: ID!) { node(id: $id) { __typename
  ... on IssueComment { issue { id } }
  ... on DiscussionComment { discussion { id } replyTo { id } } } }"""
ADD = """mutation($input: AddCommentInput!) {
  made: addComment(input: $input) { post: commentEdge { node { id url } } } }"""
LATEST = """query($id: ID!, $page: Int!) { node(id: $id) {
  ... on Issue { comments(last: $page) { pageInfo { hasPreviousPage } nodes { ...one } } }
  ... on PullRequest { comments(last: $page) { pageInfo { hasPreviousPage } nodes { ...one } } }
  ... on Discussion { comments(last: $page) { pageInfo { hasPreviousPage } nodes { ...one } } }
  ... on DiscussionComment { comments: replies(last: $page) { pageInfo { hasPreviousPage } nodes { ...one } } } } }
fragment one on Comment { id createdAt viewerDidAuthor ... on IssueComment { url } ... on DiscussionComment { url } }"""


def reply(post: Post, said: Said, place: Source) -> Reply:
    found = THING.fullmatch(said.content)
    if found is None or found[2].isdecimal():
        raise UnanswerableError("a star has no words" if found is None else "GitHub did not tell its node's id")
    voice, blocks = Voice(post, target(place)), composing.read(post)
    fitted = composing.fitted(blocks, lambda piece: len(voice.body(piece, 2)), DISCUSSION, long="thread", link="")
    parts: tuple[Part, ...] = tuple(asked(voice.part(piece, 2), found[1]) for piece in fitted.pieces)
    problems = (*composing.silent(blocks), *composing.undescribed(blocks, ()), *fitted.problems)
    rendering = Rendering(parts, notes=tuple(composing.unshown(blocks, "GitHub lets no program upload images")))
    return Reply(replace(rendering, problems=problems), previous={"id": found[2]})


def asked(part: Part, what: str) -> Part:
    """Of a comment it shows only when it is asked for what it stands below."""
    return part if what == "discussion" else replace(part, body={"subjectId": FIRST, "body": part.body["body"]})


def prepare(answer: AnswerRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """What it is added to, and in a discussion the comment that it answers."""
    name = str(answer.previous.get("id", ""))
    answer_there = Repository(to, hands).look(WHERE, id=name)
    if not isinstance(answer_there, dict):
        return answer_there
    node = inside(answer_there, "node")
    kind = string(node.get("__typename"))
    if kind == "DiscussionComment":
        thread = string(inside(node, "replyTo").get("id")) or name
        return placed(string(inside(node, "discussion").get("id")), thread)
    if kind == "IssueComment":
        return placed(string(inside(node, "issue").get("id")))
    return placed(name if kind in ("Discussion", "Issue", "PullRequest") else "", "" if kind != "Discussion" else "-")


def placed(first: str, thread: str = "") -> Prepared | Refused:
    """`thread`: of a discussion; `-` where it is in none."""
    return Prepared({FIRST: first, **({PREVIOUS: thread} if thread else {})}) if first else Refused(GONE)


def send(answer: AnswerRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # The mark is in what was approved.
    repository, body = Repository(to, hands), answer.body["body"]
    first, thread = str(answer.prepared.get(FIRST, "")), str(answer.prepared.get(PREVIOUS, ""))
    if not thread:
        given = repository.query(ADD, input={"subjectId": first, "body": body})
        return made(flat(given) if isinstance(given, dict) else given)
    below = {} if thread == "-" else {"replyToId": thread}
    return made(repository.query(COMMENT, input={"discussionId": first, "body": body, **below}))


def flat(given: Told) -> Told:
    """As a mutation of discussions answers."""
    return {"made": {"post": inside(given, "made", "post", "node")}}


def find(
    answer: AnswerRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Among the newest comments there, one of ours with our mark."""
    del key
    repository, after = Repository(to, hands), since - SLACK
    first, thread = str(answer.prepared.get(FIRST, "")), str(answer.prepared.get(PREVIOUS, ""))
    mark = MARK.match(str(answer.body.get("body", "")))
    if mark is None or not first:
        return Unknown("there is nothing to know it by")
    there = repository.look(LATEST, id=thread if thread not in ("", "-") else first, page=PAGE)
    if not isinstance(there, dict):
        return looked(there, None)
    listed: dict[str, Any] = inside(there, "node", "comments")
    if not isinstance(listed.get("nodes"), list):
        return Unknown("GitHub did not list the comments")
    page = nodes(listed)
    if listed_no_further(listed, page, after):
        return marked(ours_since(after, page), mark[1], repository)
    return Unknown("too many comments were written since to look through them")


def listed_no_further(listed: dict[str, Any], page: list[Told], after: datetime) -> bool:
    """Whether all that came since is on this page."""
    return inside(listed, "pageInfo").get("hasPreviousPage") is not True or any(older(one, after) for one in page)
