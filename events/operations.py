"""What a platform tells us about itself, its rules and our connection to it."""

from events.people import Id, Link, Moment, Person, Text, Told


class SubscriptionLost(Told):
    """The platform will not call again (about `topic`, or at all) unless somebody subscribes anew."""

    subscription: Id
    topic: Text = ""
    reason: Text
    lost_at: Moment


class AlertRaised(Told):
    """A platform's own alarm: a threshold of its statistics, a rate limit of our subscription."""

    alert: Id
    title: Text
    text: Text = ""
    url: Link = ""
    raised_at: Moment


class ErasureRequested(Told):
    """A duty: everything kept about this account of the platform has to go."""

    request: Id
    person: Person
    requested_at: Moment
