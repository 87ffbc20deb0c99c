"""What Liaison says to people in a chat: the forms it opens and the sentences it answers with.

Standard library only: the door answers with these. English where a language is missing.
"""

from collections.abc import Iterable, Sequence

from events.reasons import REASONS, Reason

CHOICES: tuple[Reason, ...] = tuple(code for code in REASONS if code != "unknown")
"""Reasons a person may choose from."""

TEXTS = {
    "en": {
        "report": "Report",
        "report.reason": "What is wrong with it?",
        "report.comment": "Anything we should know?",
        "report.thanks": "Thank you. The moderators have your report.",
        "report.received": "Your report has arrived. The form for the reason could not be opened; that does no harm.",
        "feedback": "Feedback",
        "feedback.text": "What would you like to tell us?",
        "feedback.tell": "Tell me when something comes of it",
        "feedback.tell.yes": "Yes, by a private message",
        "feedback.thanks": "Thank you. Your feedback has been noted.",
        "feedback.again": "The form could not be opened. Write /feedback followed by your text instead.",
        "survey": "Survey",
        "survey.thanks": "Thank you. Your answers have been noted.",
        "survey.none": "There is no such survey, or it is not open now. Nothing was noted.",
        "survey.open": "Open now:",
        "survey.again": "The form could not be opened. Nothing was noted: please try again.",
        "announce": "Announcement",
        "announce.title": "Headline",
        "announce.body": "Text (Markdown)",
        "announce.thanks": "The draft is saved. Somebody with the right to publish will see it.",
        "announce.again": "The form could not be opened. Write /announce Headline | text instead.",
        "send": "Send",
        "cancel": "Cancel",
        "card.thanks": "Received. The card shows what becomes of it.",
        "card.again": "The form could not be opened. Nothing was changed: press once more.",
        "case.dismiss": "No violation",
        "case.violation": "Violation",
        "case.escalate": "To the leads",
        "case.escalate.why": "What should they look at?",
        "case.why": "Why? The author may read it",
        "case.rule": "Rule, by its id",
        "case.measures": "What is to be done",
        "case.minutes": "How long? 90 (minutes), 2h or 3d",
        "talk.answer": "Answer",
        "talk.answer.words": "Your answer. Nothing is sent yet",
        "talk.close": "Close it",
        "talk.close.words": "Why without an answer?",
        "approve": "Let it through",
        "hide": "Hide",
        "remove": "Remove",
        "lock": "Lock",
        "warn": "Warn",
        "timeout": "Time-out",
        "suspend": "Suspend",
        "ban": "Ban",
        "resolve": "Close the report there",
        "unknown": "This is not something I know. Nothing was changed.",
        "spam": "Spam or advertising",
        "harassment": "Harassment or bullying",
        "hate": "Hate",
        "violence": "Violence or threats",
        "self_harm": "Suicide or self-harm",
        "sexual": "Sexual content",
        "minor_safety": "A child is in danger",
        "illegal": "Against the law",
        "impersonation": "Pretends to be somebody else",
        "privacy": "Private information",
        "misinformation": "False or misleading",
        "intellectual_property": "Copied or counterfeit",
        "cheating": "Cheating",
        "off_topic": "Does not belong here",
        "rules": "Against the rules of this community",
        "other": "Something else",
    },
    "fr": {
        "report": "Signaler",
        "report.reason": "Quel est le problème ?",
        "report.comment": "Autre chose à nous dire ?",
        "report.thanks": "Merci. L’équipe de modération a reçu votre signalement.",
        "report.received": "Votre signalement est arrivé. Le formulaire n’a pas pu s’ouvrir ; cela ne change rien.",
        "feedback": "Votre avis",
        "feedback.text": "Que souhaitez-vous nous dire ?",
        "feedback.tell": "Me dire ce qu’il en advient",
        "feedback.tell.yes": "Oui, par message privé",
        "feedback.thanks": "Merci. Votre avis est noté.",
        "feedback.again": "Le formulaire n’a pas pu s’ouvrir. Écrivez /feedback suivi de votre texte.",
        "survey": "Sondage",
        "survey.thanks": "Merci. Vos réponses sont notées.",
        "survey.none": "Ce sondage n’existe pas ou n’est pas ouvert. Rien n’a été noté.",
        "survey.open": "Ouverts en ce moment :",
        "survey.again": "Le formulaire n’a pas pu s’ouvrir. Rien n’a été noté : essayez encore une fois.",
        "announce": "Annonce",
        "announce.title": "Titre",
        "announce.body": "Texte (Markdown)",
        "announce.thanks": "Le brouillon est enregistré. Une personne autorisée à publier le verra.",
        "announce.again": "Le formulaire n’a pas pu s’ouvrir. Écrivez /announce Titre | texte.",
        "send": "Envoyer",
        "cancel": "Annuler",
        "card.thanks": "Reçu. La carte montre ce qu’il en advient.",
        "card.again": "Le formulaire n’a pas pu s’ouvrir. Rien n’a été modifié : appuyez encore une fois.",
        "case.dismiss": "Aucune infraction",
        "case.violation": "Infraction",
        "case.escalate": "Aux responsables",
        "case.escalate.why": "Que doivent-ils regarder ?",
        "case.why": "Pourquoi ? L’auteur peut le lire",
        "case.rule": "Règle, par son nom",
        "case.measures": "Ce qui est à faire",
        "case.minutes": "Combien de temps ? 90 (minutes), 2h, 3d",
        "talk.answer": "Répondre",
        "talk.answer.words": "Votre réponse. Rien n’est encore envoyé",
        "talk.close": "Clore",
        "talk.close.words": "Pourquoi sans réponse ?",
        "approve": "Laisser passer",
        "hide": "Masquer",
        "remove": "Supprimer",
        "lock": "Verrouiller",
        "warn": "Avertir",
        "timeout": "Exclure un temps",
        "suspend": "Suspendre",
        "ban": "Bannir",
        "resolve": "Clore le signalement là-bas",
        "unknown": "Je ne connais pas cela. Rien n’a été modifié.",
        "spam": "Spam ou publicité",
        "harassment": "Harcèlement",
        "hate": "Haine",
        "violence": "Violence ou menaces",
        "self_harm": "Suicide ou automutilation",
        "sexual": "Contenu sexuel",
        "minor_safety": "Un enfant est en danger",
        "illegal": "Contraire à la loi",
        "impersonation": "Usurpation d’identité",
        "privacy": "Informations privées",
        "misinformation": "Faux ou trompeur",
        "intellectual_property": "Copie ou contrefaçon",
        "cheating": "Triche",
        "off_topic": "Hors sujet",
        "rules": "Contraire aux règles de cette communauté",
        "other": "Autre chose",
    },
}


def say(language: object, name: str) -> str:
    """A sentence in a person's language: `fr-FR`, `fr_CA` and `fr` are French, whatever is unknown is English."""
    wanted = language[:2].lower() if isinstance(language, str) else "en"
    return TEXTS.get(wanted, TEXTS["en"])[name]


def there_are(language: object, names: Sequence[str]) -> str:
    """Which surveys are open; of very many the first, so that they fit one message."""
    return f"{say(language, 'survey.open')} {', '.join(names[:25])}" if names else ""


def nearest(language: object, there: Iterable[str], own: str) -> str:
    """Which of the languages there are somebody is shown: their very own, then the same of another region (`pt` for
    `pt-BR`), then their community's."""
    languages = {one.casefold(): one for one in there}
    wanted = language.casefold() if isinstance(language, str) else ""
    plain = wanted.partition("-")[0]
    found = languages.get(wanted) or languages.get(plain)
    return found or next((one for name, one in languages.items() if name.partition("-")[0] == plain), own)


def size(text: str) -> int:
    """In UTF-16 units: what they count neither Discord nor Slack says, and no way of counting gives more."""
    return len(text.encode("utf-16-le")) // 2


def begun(text: str, most: int) -> str:
    """So many units of it at most, and no half of a character."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")
