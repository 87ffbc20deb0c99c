"""Answering: what becomes of something that was said, once somebody takes care of it."""

from typing import Annotated, Literal

from pydantic import Field

from events.announcements import PostRequested
from events.people import Id, Moment, Person, Text, Told
from events.talk_buttons import Action

TalkState = Literal["open", "assigned", "drafted", "answering", "answered", "closed"]
"""`drafted`: written, and somebody else has to say yes to it. `answering`: on its way, one at a time."""

LONGEST_ANSWER = 10_000
"""Characters of what somebody writes; a platform may take less."""

LONGEST_REASON = 300
"""Characters of why something is closed without an answer."""


class TalkPressed(Told):
    """Somebody pressed a button of a card about something said, or sent the form behind it. `seen` is what stood on the
    card (see `talk_buttons`)."""

    item: Id
    action: Action
    seen: str = Field(pattern=r"^[0-9a-f]{8,16}$")
    words: Annotated[Text, Field(max_length=LONGEST_ANSWER)] = ""
    by: Person
    pressed_at: Moment


class AnswerRequested(PostRequested):
    """One answer in the thread of what it answers, as delivery gets it. `announcement` is the item's id, `target` the
    source that it came from, and `first` and `previous` what it answers, as the platform calls these."""

    number: int
    """Which answer to it this is, from 1."""
    place: str = ""
    """Where in that source: a channel, a room, a topic. Empty where the platform needs none."""
