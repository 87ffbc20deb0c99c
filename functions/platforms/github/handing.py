"""A theme on GitHub: an issue, opened by our own account. It begins with a comment that no reader sees, by which it is
found again, and by which its own events are told from what people say.

Sources: docs.github.com, "REST API endpoints for issues" (Create an issue: 201; 410 where issues are switched off),
"Autolinked references and URLs" (`#12`, `GH-12`: in somebody's words they would leave a trace in that issue).
"""

import re
from dataclasses import replace
from datetime import datetime

from events.program import Source
from events.themes import HandRequested
from functions.platforms.github.posting import (
    DISCUSSION,
    REPOSITORY,
    SLACK,
    TITLE,
    budgets,
    marked,
    opened_since,
)
from functions.platforms.github.repository import Repository
from functions.platforms.handing import ERASED, Brief, UntakenError, written
from functions.platforms.outgoing import Destination, Hands, Outcome, Refused, Reply, Sent, Unknown, Wait, string, told
from functions.platforms.posting import Absent, Measure, Part, Rendering
from functions.platforms.text import forms
from functions.platforms.text.harmless import ZERO_WIDTH

RIGHT = "a token with the permission “Issues”, read and write, of the repository"

REFERENCE = re.compile(r"#(?=[0-9])|\bGH-(?=[0-9])|\bwww(?=\.)", re.IGNORECASE)
"""What GitHub would make a link of, and of the first two a mention in another issue."""


def hand(brief: Brief, place: Source) -> Rendering:
    if not REPOSITORY.fullmatch(place.about):
        raise UntakenError(f"`about` of {place.id!r} is no repository (owner/name), and only a repository has issues")
    quotes = tuple(replace(one, text=REFERENCE.sub(rf"\g<0>{ZERO_WIDTH}", one.text)) for one in brief.quotes)
    blocks = written(replace(brief, quotes=quotes))
    body = f"<!-- {brief.handover} -->\n\n{forms.commonmark(blocks)}"
    part = Part(
        {"title": brief.title, "body": body},
        f"{brief.title}\n\n{forms.plain(blocks).text}",
        "readable",
        html=forms.html(blocks),
        measures=(
            Measure("text", "characters", len(body), DISCUSSION),
            Measure("title", "characters", len(brief.title), TITLE),
        ),
        budgets=budgets(place.id),
    )
    return Rendering((part,))


def send(handed: HandRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # The mark is in what was seen.
    if not handed.body:
        return Refused(ERASED)
    if not REPOSITORY.fullmatch(to.place):
        return Refused(f"`about` of {to.id!r} is no repository any more: correct it")
    repository = Repository(to, hands)
    reply = repository.ask("POST", f"{repository.path}/issues", handed.body)
    if reply.status == 410:
        return Refused(f"{to.place} has no issues: switch them on in its settings, under Features")
    return opened(reply) if reply.status == 201 else repository.refused(reply)


def opened(reply: Reply) -> Sent | Unknown:
    issue = told(reply)
    name = string(issue.get("node_id"))
    return issue_of(Sent(name, string(issue.get("html_url")))) if name else Unknown("GitHub did not say what it made")


def issue_of(sent: Sent) -> Sent:
    """With what its events call it, see `adapter.said`."""
    return replace(sent, more={"content": f"issue:{sent.id}"})


def find(
    handed: HandRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Among the issues that were opened since, one of ours with our mark."""
    del key
    repository = Repository(to, hands)
    ours = opened_since("issues", since - SLACK, repository)
    found = marked(ours, handed.announcement, repository) if isinstance(ours, list) else ours
    return issue_of(found) if isinstance(found, Sent) else found
