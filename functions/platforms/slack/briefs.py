"""Briefs in Slack: a message of sections, with links, and pictures between them.

As of announcements, our key stands in the message's metadata, which people do not see and we look for; and pictures are
uploaded before, shared with no channel: nobody sees them until the message shows them.

Sources: docs.slack.dev/reference/methods (chat.postMessage, conversations.history, files.getUploadURLExternal,
files.completeUploadExternal), docs.slack.dev/reference/block-kit/blocks (50 of a message; header, section, image),
issue 2509 of bolt-js (`msg_blocks_too_long` from about 13,200 characters in all).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from events.announcements import PostRequested
from events.digests import BriefRequested, BriefSection, Picture
from functions.platforms.outgoing import (
    SOON,
    Destination,
    Hands,
    Kind,
    NotSentError,
    Outcome,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
    harmless,
)
from functions.platforms.posting import Absent, Prepared
from functions.platforms.slack import posting
from functions.platforms.slack.cards import plain
from functions.platforms.slack.messages import EVENT, section
from functions.platforms.slack.posting import Body
from functions.platforms.slack.telling import line_of
from functions.platforms.text import briefs, forms
from functions.platforms.text.counting import utf16
from functions.platforms.text.document import Document, Paragraph
from functions.platforms.text.harmless import ZERO_WIDTH

__all__ = ("KIND", "RIGHT", "WINDOW", "find", "prepare", "send")

KIND: Kind = "readable"
WINDOW = 0
RIGHT = (
    "the scopes chat:write, files:write and channels:history (groups:history for private channels), and the app in it"
)

SECTIONS, ALL = 21, 9900
"""With a picture each 42 blocks, and three more; and characters of the whole message."""
HEADER, SECTION, ALT = 150, 2900, 1000
"""Of a header and a section 150 and 3,000 are taken, of a file's description 1,000. What is counted Slack does not say;
no way of counting gives more than UTF-16 units."""
PICTURES = 5
"""In one message: each takes two calls, and an attempt has ten seconds for all of them."""

EMOJI = re.compile(r":(?=[\w+'-]+:)")
"""What begins the name of one, which would be shown instead of it."""


def prepare(brief: BriefRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """Uploads its pictures: Slack's name of each, by its key. One that is not there any more is told in words."""
    line, files = line_of(to, hands), dict[str, str]()
    for one in pictures(brief):
        held = hands.objects.read(one.key)
        if held is None:
            continue
        try:
            found = posting.upload(f"{one.name}.png", briefs.alt(one, ALT), held, line)
        except (NotSentError, UnansweredError) as error:
            return Wait(SOON, f"a picture could not be uploaded: {error}")
        if not isinstance(found, str):
            return harmless(found)
        files[one.key] = found
    done = posting.completed(files.values(), line) if files else {}
    return Prepared({"files": files}) if isinstance(done, dict) else done


def pictures(brief: BriefRequested) -> list[Picture]:
    """Those that are shown, each once."""
    every = [one.picture for one in briefs.sections(brief, SECTIONS) if one.picture]
    return list({one.key: one for one in every}.values())[:PICTURES]


def send(brief: BriefRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    line = line_of(to, hands)
    said = line.ask("chat.postMessage", written(brief, to.place, key))
    if not isinstance(said, dict):
        return said
    looked_for = known(to, datetime.fromtimestamp(hands.timestamp, UTC))
    return posting.made(said, looked_for, line, looked_for.first["workspace"])


def find(
    brief: BriefRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Looks for our key in the channel."""
    del brief
    return posting.find(known(to, since), line_of(to, hands).to, key, since, hands)


def known(to: Destination, since: datetime) -> PostRequested:
    """As announcements are looked for. The address of a Slack source is the workspace's."""
    first = {"workspace": to.address.rstrip("/")}
    return PostRequested(announcement="", target="", language="", body={}, published_at=since, first=first)


# What it says


def written(brief: BriefRequested, channel: str, key: str) -> Body:
    """The whole message. `text` is what a notification says."""
    return {
        "channel": channel,
        "text": markup(briefs.fitted(BriefSection(title="", lines=(briefs.head(brief).title,)), HEADER, used)) or "–",
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": EVENT, "event_payload": {"key": key}},
        "blocks": list(blocks(brief)),
    }


def blocks(brief: BriefRequested) -> Iterator[Body]:
    """Of what is written in Slack's markup nothing is guessed at (`verbatim`); the header has none."""
    head, files, every = briefs.head(brief), brief.prepared.get("files", {}), briefs.sections(brief, SECTIONS)
    shown = [one if one.picture and one.picture.key in files else briefs.in_words(one) for one in every]
    last = markup(briefs.whole(briefs.more(brief))) or "…"
    texts = [head.model_copy(update={"title": ""}), *shown]
    alts = [briefs.alt(one.picture, ALT) if one.picture else "" for one in texts]
    left = ALL - 2 * HEADER - utf16(last) - sum(map(utf16, alts))
    rooms = briefs.shared([min(used(briefs.whole(one)), SECTION) for one in texts], left)
    yield {"type": "header", "text": plain(briefs.plainly(head.title, HEADER))}
    for one, words, most in zip(texts, alts, rooms, strict=True):
        if text := markup(briefs.fitted(one, most, used)):
            yield section(text)
        if one.picture:
            yield {"type": "image", "slack_file": {"id": files[one.picture.key]}, "alt_text": words or "–"}
    yield section(last)


def markup(document: Document) -> str:
    return forms.slack(tuple(spelled(one) for one in document if isinstance(one, Paragraph))).strip()


def spelled(one: Paragraph) -> Paragraph:
    """Names of emoji stay names."""
    return Paragraph(tuple(replace(run, text=EMOJI.sub(rf"\g<0>{ZERO_WIDTH}", run.text)) for run in one.runs))


def used(document: Document) -> int:
    return utf16(markup(document))
