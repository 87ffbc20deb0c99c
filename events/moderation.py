"""Flags and decisions."""

import hashlib
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from events.people import Id, Model, Moment, Person, Text

Outcome = Literal["violation", "no_violation"]
Measure = Literal["hide", "remove", "warn", "suspend"]


def label(reason: str) -> str:
    """A reason is a word or a few; a case keeps several of them. A long text belongs into the comment."""
    return reason[:200]


class Subject(Model):
    """A thing that can be reported. Its id is the platform's own; `key` is ours, over all platforms."""

    source: str
    kind: Id
    id: Id
    url: Text = ""

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.source}\n{self.kind}\n{self.id}".encode()).hexdigest()[:32]


class FlagRaised(Model):
    """One person's (or one platform's) report about one subject.

    `flag` names this report wherever it comes from, so that the same report under two delivery ids
    counts once. Reason, reporter and author are often missing: platforms leave them out.
    """

    community: str
    source: str
    platform: str
    flag: Id
    subject: Subject
    text: Text = ""
    title: Text = ""
    language: Text = "und"
    reason: Annotated[Text, AfterValidator(label)] = ""
    comment: Text = ""
    author: Person | None = None
    reporter: Person | None = None
    content_at: Moment | None = None
    raised_at: Moment


class Decision(Model):
    """A verdict on a case, and the measures that carry it out."""

    outcome: Outcome
    measures: tuple[Measure, ...] = ()
    explanation: Annotated[Text, Field(max_length=5_000)]


class ActionRequested(Model):
    """One measure on one subject, as delivery gets it. A state request: doing it twice changes nothing."""

    case: str
    measure: Measure
    subject: Subject
    explanation: Text
