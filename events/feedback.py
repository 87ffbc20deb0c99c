"""What people say."""

from events.people import Id, Model, Moment, Person, Text


class FeedbackReceived(Model):
    """One thing somebody said. `content` names it on its platform: saying it twice under two delivery ids
    is still saying it once."""

    community: str
    source: str
    platform: str
    content: Id
    kind: Id
    text: Text
    title: Text = ""
    url: Text = ""
    language: Text = "und"
    author: Person | None = None
    said_at: Moment
