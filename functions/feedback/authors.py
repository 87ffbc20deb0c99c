"""Who said something: a pseudonym, and whether that is one of us."""

from events.feedback import FeedbackChanged, FeedbackReceived
from functions.shared import program, pseudonyms


def who(told: FeedbackReceived | FeedbackChanged) -> str:
    """Empty where nobody is named. Raises `pseudonyms.NoKeyError`."""
    return pseudonyms.of(told.community, told.source, told.author.id) if told.author else ""


def is_bot(told: FeedbackReceived | FeedbackChanged) -> bool:
    return told.author is not None and told.author.bot


def is_ours(told: FeedbackReceived | FeedbackChanged) -> bool:
    """Whether it is a program, or somebody on the roster. (What our own account says is no feedback: the adapters leave
    it out.)"""
    if told.author is None:
        return False
    active, _ = program.active()
    return is_bot(told) or active.moderator_at(told.community, told.source, told.author.id) is not None
