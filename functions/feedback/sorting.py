"""What is known of something said besides its words: who said it, and what is read in it."""

from events.feedback import FeedbackChanged, FeedbackReceived
from events.program import Community
from functions.feedback import authors, study
from functions.feedback.reading.language import UNKNOWN
from functions.feedback.reading.read import Reading, read
from functions.feedback.records import Known
from functions.feedback.replies import THREADS
from functions.shared import program
from functions.shared.table import Item

UNREAD = ("reaction",)
"""Types that are a sign and no text."""


def known(told: FeedbackReceived | FeedbackChanged) -> Known:
    """Raises `pseudonyms.NoKeyError`."""
    ours = authors.is_ours(told)
    return Known(authors.who(told), staff=ours, bot=authors.is_bot(told), read={} if ours else found(told))


def found(told: FeedbackReceived | FeedbackChanged) -> Item:
    """What is read in it; nothing where nothing is written. What opens a thread is read with its title, of which a
    reply has its themes only."""
    text = f"{told.title}\n{told.text}" if told.kind in THREADS else told.text
    if told.kind in UNREAD or not text.strip():
        return {}
    active, _ = program.active()
    spoken = spoken_in(next((one for one in active.communities if one.id == told.community), None))
    themes = study.given(active.themes_of(told.community))
    learned = study.learned(told.community) if themes else None

    def reading(known: str | None = None) -> Reading:
        return read(text, spoken, known, themes, learned, told.title)

    made = reading()
    # Where the text is too short to tell, the platform's word is taken.
    if made.language.name == UNKNOWN and (stated := told.language.partition("-")[0]) in spoken:
        made = reading(stated)
    return compact(made)


def spoken_in(community: Community | None) -> tuple[str, ...]:
    """Without any languages in the program: the community's own, and English, which is written everywhere."""
    named = community.languages or (community.language, "en") if community else ("en",)
    return tuple(dict.fromkeys(language.partition("-")[0] for language in named))


def compact(reading: Reading) -> Item:
    """As an item keeps it: each answer with its probability in thousandths, and the models that were asked."""
    answers = {"language": reading.language, "kind": reading.kind, "mood": reading.mood}
    given = {name: label for name, label in answers.items() if label}
    return {
        **{name: label.name for name, label in given.items()},
        **({"themes": [theme.name for theme in reading.themes]} if reading.themes else {}),
        "sure": {name: round(1000 * max(label.scores.values(), default=0)) for name, label in given.items()},
        "models": " ".join(sorted({label.model for label in (*given.values(), *reading.themes) if label.model})),
    }
