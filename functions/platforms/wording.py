"""What Liaison says to people in a chat: the forms it opens and the sentences it answers with.

Standard library only: the door answers with these. English where a language is missing.
"""

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
        "feedback.thanks": "Thank you. Your feedback has been noted.",
        "feedback.again": "The form could not be opened. Write /feedback followed by your text instead.",
        "announce": "Announcement",
        "announce.title": "Headline",
        "announce.body": "Text (Markdown)",
        "announce.thanks": "The draft is saved. Somebody with the right to publish will see it.",
        "announce.again": "The form could not be opened. Write /announce Headline | text instead.",
        "send": "Send",
        "cancel": "Cancel",
        "card.thanks": "Received.",
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
        "feedback.thanks": "Merci. Votre avis est noté.",
        "feedback.again": "Le formulaire n’a pas pu s’ouvrir. Écrivez /feedback suivi de votre texte.",
        "announce": "Annonce",
        "announce.title": "Titre",
        "announce.body": "Texte (Markdown)",
        "announce.thanks": "Le brouillon est enregistré. Une personne autorisée à publier le verra.",
        "announce.again": "Le formulaire n’a pas pu s’ouvrir. Écrivez /announce Titre | texte.",
        "send": "Envoyer",
        "cancel": "Annuler",
        "card.thanks": "Reçu.",
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
