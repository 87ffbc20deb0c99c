"""The page of what waits for an answer: where it is, who may do something there, and its words. Without I/O."""

from events.program import Program, Reader

PURPOSE = "talks"

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Waiting for an answer",
        "nobody": "Nobody waits for an answer.",
        "people": "People who wait:",
        "more": "There may be more than what was looked through.",
        "has": "taken care of by",
        "mine": "I take care of it",
        "there": "Look at it there",
        "removed": "It was removed where it was said.",
        "cannot": "It cannot be answered there:",
        "words": "Your answer, in Markdown",
        "preview": "Show what would be sent",
        "sent": "This would be sent, to the letter:",
        "answer": "Send exactly this",
        "reason": "Why it is closed without an answer",
        "close": "Close it",
        "state open": "Nobody has it.",
        "state assigned": "Taken care of by",
        "state drafted": "An answer is written; it goes once somebody says yes to it.",
        "state answering": "An answer is on its way.",
        "state answered": "It is answered.",
        "state closed": "It is closed:",
    },
    "fr": {
        "title": "En attente d’une réponse",
        "nobody": "Personne n’attend de réponse.",
        "people": "Personnes qui attendent :",
        "more": "Il y en a peut-être plus que ce qui a été parcouru.",
        "has": "s’en occupe :",
        "mine": "Je m’en occupe",
        "there": "Le voir sur place",
        "removed": "Cela a été supprimé là où c’était dit.",
        "cannot": "On ne peut pas y répondre sur place :",
        "words": "Votre réponse, en Markdown",
        "preview": "Montrer ce qui serait envoyé",
        "sent": "Voici ce qui serait envoyé, à la lettre :",
        "answer": "Envoyer exactement ceci",
        "reason": "Pourquoi c’est clos sans réponse",
        "close": "Clore",
        "state open": "Personne ne s’en occupe.",
        "state assigned": "S’en occupe :",
        "state drafted": "Une réponse est écrite ; elle part dès que quelqu’un l’approuve.",
        "state answering": "Une réponse est en route.",
        "state answered": "La réponse est donnée.",
        "state closed": "C’est clos :",
    },
}


def say(language: str, name: str) -> str:
    return TEXTS[language][name]


def spoken(language: str) -> str:
    """English where there are no words in a language."""
    found = language.partition("-")[0].lower()
    return found if found in TEXTS else "en"


def path(community: str, item: str = "") -> str:
    return f"/waiting/{community}" + (f"/{item}" if item else "")


def may_act(program: Program, reader: Reader) -> bool:
    """Whoever gets a digest may answer from it if they are on the roster, under the same id, or have a moderator's role
    at least."""
    return reader.role != "reader" or program.moderator(reader.community, reader.id) is not None
