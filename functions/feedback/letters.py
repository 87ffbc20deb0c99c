"""What people read of ours when they are asked, and when something came of what they said. Plain text."""

from dataclasses import dataclass

LONGEST_WORD = 1_000

NAMES = {
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "it": "Italiano",
    "ja": "日本語",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
    "pt-BR": "Português (Brasil)",
}
"""Of languages, in themselves."""

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "announce planned": "{theme}: planned",
        "announce shipped": "{theme}: done",
        "announce declined": "{theme}: not this time",
        "tell planned": "You told us about it: it is planned now.",
        "tell shipped": "You told us about it: it is done.",
        "tell declined": "You told us about it: it will not be done.",
        "title": "News about what you told us",
        "planned": "You told us something about “{theme}”, and asked to be told what comes of it: it is planned now.",
        "shipped": "You told us something about “{theme}”, and asked to be told what comes of it: it is done.",
        "declined": "You told us something about “{theme}”, and asked to be told what comes of it: it will not be"
        " done.",
        "word": "The team writes: {word}",
        "end": "If you do not want to be told any more, say so here:",
        "send": "Send",
        "required": "(required)",
        "scale": "1 is the lowest, {steps} the highest",
        "tell": "Tell me when something comes of what I said",
        "mail": "Your mail address",
        "mail why": "It is used for this alone, kept apart from your answers, and forgotten after a year.",
        "trap": "Please leave this field empty, and send it again.",
        "thanks": "Thank you. Your answers have arrived.",
        "told": "You will be told when something comes of them.",
        "wrong": "Something is missing",
        "need answer": "Please answer: {question}",
        "need one": "Please answer at least one question.",
        "need mail": "Please write a mail address, or do not ask to be told.",
        "not yet": "This survey has not begun yet.",
        "over": "This survey is over.",
        "busy": "Your answers could not be taken just now. Please send them again.",
        "end title": "News about what you told us",
        "end ask": "You are told when something comes of what you said. Once you end it here, nobody tells you any"
        " more.",
        "end send": "Do not tell me any more",
        "ended": "You will not be told any more.",
    },
    "fr": {
        "announce planned": "{theme} : prévu",
        "announce shipped": "{theme} : c’est fait",
        "announce declined": "{theme} : pas cette fois",
        "tell planned": "Vous nous en avez parlé : c’est prévu.",
        "tell shipped": "Vous nous en avez parlé : c’est fait.",
        "tell declined": "Vous nous en avez parlé : cela ne se fera pas.",
        "title": "Des nouvelles de ce que vous nous avez dit",
        "planned": "Vous nous avez parlé de « {theme} » et demandé à savoir ce qui en advient : c’est prévu.",
        "shipped": "Vous nous avez parlé de « {theme} » et demandé à savoir ce qui en advient : c’est fait.",
        "declined": "Vous nous avez parlé de « {theme} » et demandé à savoir ce qui en advient : cela ne se fera pas.",
        "word": "L’équipe écrit : {word}",
        "end": "Si vous ne souhaitez plus être informé, dites-le ici :",
        "send": "Envoyer",
        "required": "(obligatoire)",
        "scale": "1 est le plus bas, {steps} le plus haut",
        "tell": "Dites-moi quand il advient quelque chose de ce que j’ai dit",
        "mail": "Votre adresse électronique",
        "mail why": "Elle ne sert qu’à cela, est gardée à part de vos réponses et oubliée après un an.",
        "trap": "Merci de laisser ce champ vide, et d’envoyer de nouveau.",
        "thanks": "Merci. Vos réponses sont bien arrivées.",
        "told": "Vous serez informé quand il en adviendra quelque chose.",
        "wrong": "Il manque quelque chose",
        "need answer": "Merci de répondre : {question}",
        "need one": "Merci de répondre à une question au moins.",
        "need mail": "Merci d’indiquer une adresse électronique, ou de ne pas demander à être informé.",
        "not yet": "Ce sondage n’a pas encore commencé.",
        "over": "Ce sondage est terminé.",
        "busy": "Vos réponses n’ont pas pu être reçues à l’instant. Merci de les envoyer de nouveau.",
        "end title": "Des nouvelles de ce que vous nous avez dit",
        "end ask": "Vous êtes informé quand il advient quelque chose de ce que vous avez dit. Plus personne ne vous"
        " informe une fois que vous y mettez fin ici.",
        "end send": "Ne plus m’informer",
        "ended": "Vous ne serez plus informé.",
    },
    "de": {
        "announce planned": "{theme}: geplant",
        "announce shipped": "{theme}: umgesetzt",
        "announce declined": "{theme}: diesmal nicht",
        "tell planned": "Sie haben uns davon erzählt: Es ist jetzt geplant.",
        "tell shipped": "Sie haben uns davon erzählt: Es ist umgesetzt.",
        "tell declined": "Sie haben uns davon erzählt: Es wird nicht umgesetzt.",
        "title": "Neues zu dem, was Sie uns gesagt haben",
        "planned": "Sie haben uns etwas zu „{theme}“ gesagt und wollten wissen, was daraus wird: Es ist jetzt geplant.",
        "shipped": "Sie haben uns etwas zu „{theme}“ gesagt und wollten wissen, was daraus wird: Es ist umgesetzt.",
        "declined": "Sie haben uns etwas zu „{theme}“ gesagt und wollten wissen, was daraus wird: Es wird nicht"
        " umgesetzt.",
        "word": "Das Team schreibt: {word}",
        "end": "Wenn Sie nichts mehr davon hören möchten, sagen Sie es hier:",
        "send": "Senden",
        "required": "(erforderlich)",
        "scale": "1 ist am niedrigsten, {steps} am höchsten",
        "tell": "Sagen Sie mir, wenn daraus etwas wird",
        "mail": "Ihre Mailadresse",
        "mail why": "Sie dient nur dazu, wird getrennt von Ihren Antworten aufbewahrt und nach einem Jahr vergessen.",
        "trap": "Bitte lassen Sie dieses Feld leer, und senden Sie noch einmal.",
        "thanks": "Danke. Ihre Antworten sind angekommen.",
        "told": "Sie erfahren es, wenn daraus etwas wird.",
        "wrong": "Es fehlt etwas",
        "need answer": "Bitte antworten Sie: {question}",
        "need one": "Bitte beantworten Sie mindestens eine Frage.",
        "need mail": "Bitte geben Sie eine Mailadresse an, oder bitten Sie nicht um Nachricht.",
        "not yet": "Diese Umfrage hat noch nicht begonnen.",
        "over": "Diese Umfrage ist beendet.",
        "busy": "Ihre Antworten konnten gerade nicht angenommen werden. Bitte senden Sie sie noch einmal.",
        "end title": "Neues zu dem, was Sie uns gesagt haben",
        "end ask": "Sie erfahren, wenn aus dem, was Sie gesagt haben, etwas wird. Wenn Sie das hier beenden, hören Sie"
        " nichts mehr davon.",
        "end send": "Nicht mehr benachrichtigen",
        "ended": "Sie hören nichts mehr davon.",
    },
}


@dataclass(frozen=True, slots=True)
class Letter:
    """Title and text; paragraphs have an empty line between them."""

    title: str
    text: str


def spoken(*wanted: str) -> str:
    """The first language that there are words in; English where there is none."""
    known = (one.partition("-")[0].lower() for one in wanted)
    return next((one for one in known if one in TEXTS), "en")


def say(language: str, name: str, **given: object) -> str:
    return TEXTS[language][name].format(**given)


def news(theme: str, status: str, word: str, language: str) -> Letter:
    """What became of a theme. Nothing that anybody else wrote stands in it."""
    paragraphs = [
        say(language, status, theme=theme),
        *([say(language, "word", word=word)] if word else []),
        say(language, "end"),
    ]
    return Letter(say(language, "title"), "\n\n".join(paragraphs))


def announcement(theme: str, status: str, word: str, language: str) -> Letter:
    """The same for everybody, as a draft: Markdown."""
    paragraphs = [say(language, f"tell {status}"), *([word] if word else [])]
    return Letter(say(language, f"announce {status}", theme=theme), "\n\n".join(paragraphs))
