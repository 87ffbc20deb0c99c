"""What people say."""

from typing import Annotated

from pydantic import Field

from events.people import Id, Model, Moment, Person, Text


class FeedbackReceived(Model):
    """One thing somebody said. `content` names it on its platform: saying it twice under two delivery ids
    is still saying it once."""

    community: str
    source: str
    platform: str
    content: Id
    kind: Annotated[Id, Field(max_length=40)]
    text: Text
    title: Text = ""
    url: Text = ""
    language: Text = "und"
    author: Person | None = None
    said_at: Moment
