"""Flags, decisions, and the messages that moderation is shown."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from events.buttons import Button, read
from events.people import Id, Link, Model, Moment, Person, Text, Told, Written
from events.reasons import Reason

Outcome = Literal["violation", "no_violation"]
Measure = Literal["approve", "hide", "remove", "lock", "warn", "timeout", "suspend", "ban", "resolve"]
"""approve: what a platform holds back is let through, or what it took down comes back. hide: readers do not see it,
and it can come back as it was. remove: it is taken away as the platform does that. lock: nobody adds to it. warn: its
author is told, on the record there. timeout: the author cannot write for a while. suspend: the account is shut for a
while. ban: for good, until it is taken back. resolve: the platform's own report is closed."""

TIMED = ("timeout", "suspend")
"""Measures that end by themselves."""
Nature = Literal["report", "hold", "suspicion", "appeal"]
"""report: somebody complained. hold: the platform keeps it back until somebody decides. suspicion: the platform
points at an account. appeal: somebody asks that a decision be taken back."""

Scalar = str | int | bool | None

Change = Literal["created", "edited", "removed", "restored"]


def label(reason: str) -> str:
    """A reason is a word or a few; a case keeps several of them. A long text belongs into the comment."""
    return reason[:200]


class Subject(Model):
    """A thing that can be reported. Its id is the platform's own; `key` is ours, over all platforms.

    `revision` is whatever the platform tells one state of it from another by; empty where it has none.
    """

    source: str
    kind: Id
    id: Id
    url: Link = ""
    revision: Text = ""

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.source}\n{self.kind}\n{self.id}".encode()).hexdigest()[:32]


class FlagRaised(Told, Written):
    """One person's (or one platform's) report about one subject.

    `flag` names this report wherever it comes from, so that the same report under two delivery ids
    counts once. Reason, reporter and author are often missing: platforms leave them out. `reason` is the
    platform's own word or sentence, `code` ours. `more` is what the platform would tell on request.
    """

    flag: Id
    nature: Nature = "report"
    subject: Subject
    title: Text = ""
    reason: Annotated[Text, AfterValidator(label)] = ""
    code: Reason = "unknown"
    comment: Text = ""
    author: Person | None = None
    reporter: Person | None = None
    content_at: Moment | None = None
    raised_at: Moment
    more: Text = ""


class FlagExplained(Told):
    """What a flag was raised for, told after it: a form's answers, or what the platform said when asked.

    It names the same `flag` and `subject`, and may overtake the flag.
    """

    flag: Id
    subject: Subject
    reason: Annotated[Text, AfterValidator(label)] = ""
    code: Reason = "unknown"
    comment: Text = ""
    reporter: Person | None = None
    explained_at: Moment


class DecisionReported(Told):
    """A moderator decided on the platform itself. `did` is the platform's word for it; `outcome` is None where
    it says nothing about a violation (a slow mode, an assignment)."""

    decision: Id
    subject: Subject
    did: Annotated[Text, AfterValidator(label)]
    outcome: Outcome | None = None
    reason: Text = ""
    text: Text = ""
    """What it was about, where the platform tells: it may stand nowhere else once it is deleted."""
    moderator: Person | None = None
    person: Person | None = None
    """Who it was done to, or whose content."""
    decided_at: Moment


class MessageSeen(Told, Written):
    """A message that moderation may look at, without anybody having reported it. Changes come in any order:
    the newest `changed_at` counts, and a removal is final unless it is restored later."""

    subject: Subject
    change: Change = "created"
    author: Person | None = None
    said_at: Moment | None = None
    changed_at: Moment


class CardUsed(Told):
    """Somebody pressed a button of one of our case cards, or sent the form behind it. `action` is all that its name
    says behind the case: what to do, and the fence that stood there (see `buttons`)."""

    card: Id
    case: Id
    action: Annotated[Text, AfterValidator(label)]
    values: Mapping[str, Text] = Field(default_factory=dict)
    by: Person
    used_at: Moment

    @property
    def button(self) -> Button | None:
        """None for one that is none of ours (any more)."""
        return read(f"case:{self.case}:{self.action}")


LONGEST_EXPLANATION = 5_000


class Decision(Model):
    """A verdict on a case, and the measures that carry it out."""

    outcome: Outcome
    measures: tuple[Measure, ...] = ()
    minutes: Mapping[Measure, Annotated[int, Field(ge=1, le=60 * 24 * 1000)]] = Field(default_factory=dict)
    """How long a `TIMED` measure lasts."""
    policy: Text = ""
    """The rule of the community that it rests on, by its id."""
    explanation: Annotated[Text, Field(max_length=LONGEST_EXPLANATION)]


class ActionRequested(Model):
    """One measure on one subject, as delivery gets it: a state that the platform is asked for, so that asking twice
    changes nothing."""

    case: str
    measure: Measure
    subject: Subject
    person: Person | None = None
    """Whose content it is, or whose account: whom measures against a person hit."""
    reports: tuple[Id, ...] = ()
    """The platform's own reports that `resolve` closes, or `approve` lets in, by our names of the flags."""
    outcome: Outcome = "violation"
    """What `resolve` closes them with."""
    reason: Text = ""
    """The rule, in a few words: for the platform's own log."""
    explanation: Text
    """For the author, in whole sentences."""
    until: Moment | None = None
    """When a `TIMED` measure ends."""
    expected: Mapping[str, Scalar] | None = None
    """The state that was looked at before deciding; another one is not acted on. None: whatever it is."""
    prepared: Mapping[str, Mapping[str, Scalar]] = Field(default_factory=dict)
    """`before`: the state that the first attempt found."""
    before: Mapping[str, Scalar] | None = None
    """Of an undo: the state that it goes back to."""
    after: Mapping[str, Scalar] | None = None
    """Of an undo: the state that the measure left; where it is another by now, nothing is done."""
    undo: bool = False


class MessageRequested(Model):
    """What one person is told about a case, privately, as delivery gets it. All of it is plain text."""

    case: str
    person: Person
    about: Subject
    title: Text
    text: Annotated[Text, Field(max_length=6_000)]
    """Paragraphs, with an empty line between them."""
    link: Link = ""
    """Where they can answer or read more; empty where there is no such place."""


class LookRequested(Model):
    """A question to a platform, as delivery gets it: `more` of a flag. Its answer comes back as a delivery."""

    more: Text
    subject: Subject
