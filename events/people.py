"""Fields that several events share: whoever wrote something, and text with where it came from."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

UNSTORABLE = dict.fromkeys([0, 0xFFFE, 0xFFFF], "\ufffd")


def storable(text: object) -> object:
    """Replace what a queue or the table cannot hold (NUL, lone surrogates, non-characters) by U+FFFD."""
    if not isinstance(text, str):
        return text
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.translate(UNSTORABLE)


YEARS = range(1970, 2200)
"""A time outside of these is an empty field of somebody's program (year 1, say), not a time. Calendars end
there, too: no day after the last one, and years of three digits."""


def in_utc(moment: datetime) -> datetime:
    """A moment without a zone is refused: nobody could say when it was."""
    if moment.tzinfo is None:
        raise ValueError("a time needs a zone or a Z")
    if moment.year not in YEARS:
        raise ValueError(f"a time must lie between the years {YEARS[0]} and {YEARS[-1]}")
    return moment.astimezone(UTC)


def as_text(identifier: object) -> object:
    """Ids are text to us, always: some platforms send numbers, and some of those exceed 53 bits."""
    return str(identifier) if isinstance(identifier, int) and not isinstance(identifier, bool) else identifier


WEB = re.compile(r"https?://[^\s/?#<>]", re.IGNORECASE)
OUTSIDE = re.compile(r"[\s<>\x00-\x1f\x7f]")
"""What no address has in it (RFC 3986), and where one that stands in a text would seem to end."""


def of_the_web(address: str) -> str:
    """The address, or empty: a link of another scheme (`javascript:`, say) or to no site is none that anybody
    should follow. It is no reason to lose the event that has it. Spaces and angle brackets are encoded, as browsers
    do."""
    address = address.strip()
    return OUTSIDE.sub(lambda found: quote(found[0]), address) if WEB.match(address) else ""


Text = Annotated[str, BeforeValidator(storable)]
Link = Annotated[Text, AfterValidator(of_the_web)]
Id = Annotated[Text, BeforeValidator(as_text), Field(min_length=1, max_length=1000)]
Moment = Annotated[datetime, AfterValidator(in_utc)]


class Model(BaseModel):
    """Frozen, and deaf to fields it does not know: platforms add some every month."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Person(Model):
    """An account on a platform: its id there, and the name shown (never an address, never a profile).

    `language` is that of the person's own client, where the platform says so: for answering them, not a
    statement about what they wrote. `bot` is what the platform says.
    """

    id: Id
    name: Text = ""
    language: Text = ""
    bot: bool = False


Format = Literal["plain", "html", "markdown", "mrkdwn", "discord"]
"""In whose notation `original` is written; `text` is always plain."""


class Told(Model):
    """What every event has: where it comes from, and its times as they were written.

    `as_given` keeps the text of each time field before it became UTC: platforms send nanoseconds, seven digits,
    unix seconds, and stamps without a zone.
    """

    community: str
    source: str
    platform: str
    as_given: Mapping[str, Text] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def keep_times(cls, given: Any) -> Any:
        if not isinstance(given, dict) or "as_given" in given:
            return given
        moments = [name for name in cls.model_fields if name.endswith("_at") and given.get(name) is not None]
        texts = {name: str(given[name]) for name in moments if not isinstance(given[name], datetime)}
        return {**given, "as_given": texts}


class Written(Model):
    """What somebody wrote. `text` is plain; `original` is empty where it would say the same."""

    text: Text = ""
    original: Text = ""
    format: Format = "plain"
    language: Text = "und"
    """As the platform states it for this text; `und` where it does not."""

    @model_validator(mode="after")
    def once(self) -> "Written":
        if self.original == self.text:
            object.__setattr__(self, "original", "")
        return self
