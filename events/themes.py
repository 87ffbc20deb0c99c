"""Themes that are handed to the company, and what its tracker tells of them."""

from typing import Annotated

from pydantic import Field

from events.announcements import PostRequested
from events.feedback import FeedbackChanged
from events.people import Id, Link, Moment, Text, Told

LONGEST_STATE = 60
"""Characters of how a tracker says that something stands."""


class HandRequested(PostRequested):
    """One theme for one tracker, as delivery gets it. `announcement` is the handover's id, `target` the source."""

    number: int
    """Which attempt of people to hand it there this is, from 1. Another one follows only on one that never arrived."""


class WorkReported(Told):
    """How something stands in a tracker. `handover` is our own id of what was handed there, `thing` what the tracker
    calls it where it is seen (an issue); one of the two is known."""

    handover: Text = ""
    thing: Text = ""
    state: Annotated[Id, Field(max_length=LONGEST_STATE)]
    url: Link = ""
    reported_at: Moment
    gone: FeedbackChanged | None = None
    """What it tells where nobody handed that over: anybody may have put our mark into words of theirs."""
