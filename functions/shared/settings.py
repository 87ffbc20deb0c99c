"""The environment, read once, when a function first asks for it."""

import os
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Settings:
    """What the stack tells every function. Queue fields are URLs; `parameters` is a path in SSM."""

    table: str
    bucket: str
    queue_moderation: str
    queue_announcements: str
    queue_feedback: str
    queue_upkeep: str
    queue_parked: str
    queue_delivery: str
    dead_letters: tuple[str, ...]
    parameters: str
    public_url: str
    mail_from: str
    mail_set: str
    """SES's configuration set, by which mails tell what became of them."""

    def queue(self, pipeline: str) -> str:
        """The queue of a pipeline, by the name that stands in an envelope."""
        return str(getattr(self, f"queue_{pipeline}"))


@cache
def settings() -> Settings:
    """Raises KeyError, naming the variable, when the stack left one out."""
    return Settings(
        table=os.environ["TABLE"],
        bucket=os.environ["BUCKET"],
        queue_moderation=os.environ["QUEUE_MODERATION"],
        queue_announcements=os.environ["QUEUE_ANNOUNCEMENTS"],
        queue_feedback=os.environ["QUEUE_FEEDBACK"],
        queue_upkeep=os.environ["QUEUE_UPKEEP"],
        queue_parked=os.environ["QUEUE_PARKED"],
        queue_delivery=os.environ["QUEUE_DELIVERY"],
        dead_letters=tuple(filter(None, os.environ["DEAD_LETTERS"].split(","))),
        parameters=os.environ["PARAMETERS"],
        public_url=os.environ["PUBLIC_URL"].rstrip("/"),
        mail_from=os.environ["MAIL_FROM"],
        mail_set=os.environ["MAIL_SET"],
    )
