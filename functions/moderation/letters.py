"""What people are told about a case, without I/O: whoever wrote it, and whoever reported it. Plain text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from events.moderation import Measure, Outcome
from events.moments import moment
from events.program import Policy

LONGEST_QUOTE = 200
LONGEST_WHY = 2_000

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "wrote": "About what you wrote",
        "violation": "A moderator looked at what you wrote and decided that it breaks a rule of the community.",
        "approved": "A moderator looked at what you wrote and decided that it breaks no rule: it can be read again.",
        "quote": "It is about this: “{quote}”",
        "rule": "The rule, “{title}”: {text}",
        "why": "Why: {why}",
        "done": "What was done: {what}.",
        "appeal": "If you think that this is wrong, you can ask for another look until {day}. Somebody else decides"
        " then, where there is anybody else.",
        "reported": "About your report",
        "thanks": "Thank you for your report.",
        "again": "Somebody had reported the same before you, and it was decided already.",
        "found violation": "A moderator decided that what you reported breaks a rule of the community.",
        "acted": "A moderator decided that what you reported breaks a rule of the community, and acted on it.",
        "found no_violation": "A moderator decided that what you reported breaks no rule of the community.",
        "overturned": "A decision about this was looked at again, and taken back.",
        "upheld": "The decision was looked at again. It stays as it is.",
        "changed": "The decision was looked at again. What was found stays as it is, and what is done about it was"
        " changed.",
        "other hands": "Whoever did this had no part in the decision before.",
        "same hands": "There is nobody else who could have looked at it: the same people decided again.",
        "page title": "A decision of the moderators",
        "page ask": "Why should somebody look at it again?",
        "page send": "Ask for another look",
        "page who": "Somebody who had no part in the decision will look at it, and you will be told.",
        "page anybody": "The moderators will look at it again, and you will be told.",
        "page asked": "You have asked for another look. Somebody will take it, and you will be told.",
        "page over": "No other look can be asked for (any more).",
        "page fine": "A moderator decided that it breaks no rule of the community.",
        "approve": "it can be read",
        "hide": "it is hidden",
        "remove": "it was removed",
        "lock": "nobody can add to it",
        "warn": "this is a warning",
        "timeout": "you cannot write until {until}",
        "suspend": "your account is shut until {until}",
        "ban": "your account is banned",
    },
    "fr": {
        "wrote": "À propos de ce que vous avez écrit",
        "violation": "La modération a examiné ce que vous avez écrit et décidé que cela enfreint une règle de la"
        " communauté.",
        "approved": "La modération a examiné ce que vous avez écrit et décidé que cela n’enfreint aucune règle : on"
        " peut de nouveau le lire.",
        "quote": "Il s’agit de ceci : « {quote} »",
        "rule": "La règle « {title} » : {text}",
        "why": "Pourquoi : {why}",
        "done": "Ce qui a été fait : {what}.",
        "appeal": "Si vous pensez que c’est une erreur, vous pouvez demander un nouvel examen jusqu’au {day}. Une autre"
        " personne décidera alors, s’il y en a une.",
        "reported": "À propos de votre signalement",
        "thanks": "Merci pour votre signalement.",
        "again": "La même chose avait été signalée avant vous, et la décision était déjà prise.",
        "found violation": "La modération a décidé que cela enfreint une règle de la communauté.",
        "acted": "La modération a décidé que cela enfreint une règle de la communauté, et a agi.",
        "found no_violation": "La modération a décidé que cela n’enfreint aucune règle de la communauté.",
        "overturned": "Une décision à ce sujet a été réexaminée, et annulée.",
        "upheld": "La décision a été réexaminée. Elle est maintenue.",
        "changed": "La décision a été réexaminée. Le constat est maintenu, et ce qui est fait a été modifié.",
        "other hands": "Qui l’a fait n’avait pas pris part à la première décision.",
        "same hands": "Personne d’autre ne pouvait l’examiner : les mêmes personnes ont décidé de nouveau.",
        "page title": "Une décision de la modération",
        "page ask": "Pourquoi faudrait-il l’examiner de nouveau ?",
        "page send": "Demander un nouvel examen",
        "page who": "Une personne qui n’a pas pris part à la décision l’examinera, et vous serez informé.",
        "page anybody": "La modération l’examinera de nouveau, et vous serez informé.",
        "page asked": "Vous avez demandé un nouvel examen. Quelqu’un s’en occupera, et vous serez informé.",
        "page over": "On ne peut pas (ou plus) demander de nouvel examen.",
        "page fine": "La modération a décidé que cela n’enfreint aucune règle de la communauté.",
        "approve": "on peut le lire",
        "hide": "c’est masqué",
        "remove": "c’est supprimé",
        "lock": "personne ne peut y répondre",
        "warn": "ceci est un avertissement",
        "timeout": "vous ne pouvez pas écrire avant le {until}",
        "suspend": "votre compte est fermé jusqu’au {until}",
        "ban": "votre compte est banni",
    },
    "de": {
        "wrote": "Zu dem, was Sie geschrieben haben",
        "violation": "Die Moderation hat sich angesehen, was Sie geschrieben haben, und entschieden, dass es gegen eine"
        " Regel der Community verstößt.",
        "approved": "Die Moderation hat sich angesehen, was Sie geschrieben haben, und entschieden, dass es gegen keine"
        " Regel verstößt: Es ist wieder zu lesen.",
        "quote": "Es geht darum: „{quote}“",
        "rule": "Die Regel „{title}“: {text}",
        "why": "Warum: {why}",
        "done": "Was geschah: {what}.",
        "appeal": "Wenn Sie das für falsch halten, können Sie bis {day} um eine neue Prüfung bitten. Dann entscheidet"
        " jemand anderes, sofern es jemand anderen gibt.",
        "reported": "Zu Ihrer Meldung",
        "thanks": "Danke für Ihre Meldung.",
        "again": "Dasselbe war schon vor Ihnen gemeldet worden und ist bereits entschieden.",
        "found violation": "Die Moderation hat entschieden, dass es gegen eine Regel der Community verstößt.",
        "acted": "Die Moderation hat entschieden, dass es gegen eine Regel der Community verstößt, und gehandelt.",
        "found no_violation": "Die Moderation hat entschieden, dass es gegen keine Regel der Community verstößt.",
        "overturned": "Eine Entscheidung hierzu wurde neu geprüft und zurückgenommen.",
        "upheld": "Die Entscheidung wurde neu geprüft. Sie bleibt bestehen.",
        "changed": "Die Entscheidung wurde neu geprüft. Das Ergebnis bleibt, was deshalb geschieht, wurde geändert.",
        "other hands": "Wer das getan hat, war an der ersten Entscheidung nicht beteiligt.",
        "same hands": "Es gibt niemand anderen, der sie prüfen könnte: Dieselben haben neu entschieden.",
        "page title": "Eine Entscheidung der Moderation",
        "page ask": "Warum soll es jemand neu prüfen?",
        "page send": "Um neue Prüfung bitten",
        "page who": "Jemand, der an der Entscheidung nicht beteiligt war, prüft es, und Sie erfahren das Ergebnis.",
        "page anybody": "Die Moderation prüft es neu, und Sie erfahren das Ergebnis.",
        "page asked": "Sie haben um eine neue Prüfung gebeten. Jemand nimmt sie vor, und Sie erfahren das Ergebnis.",
        "page over": "Um eine neue Prüfung kann (jetzt) nicht gebeten werden.",
        "page fine": "Die Moderation hat entschieden, dass es gegen keine Regel der Community verstößt.",
        "approve": "es ist zu lesen",
        "hide": "es ist verborgen",
        "remove": "es wurde entfernt",
        "lock": "niemand kann etwas hinzufügen",
        "warn": "dies ist eine Verwarnung",
        "timeout": "Sie können bis {until} nichts schreiben",
        "suspend": "Ihr Konto ist bis {until} gesperrt",
        "ban": "Ihr Konto ist ausgeschlossen",
    },
}

Case = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Letter:
    """Title and text; paragraphs have an empty line between them."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided, as far as anybody outside is told."""

    outcome: Outcome
    measures: Sequence[Measure] = ()
    until: Mapping[Measure, str] = field(default_factory=dict)
    """When each that ends by itself does."""
    explanation: str = ""
    policy: Policy | None = None


def spoken(*wanted: str) -> str:
    """The first language that there are words in; English where there is none."""
    known = (one.partition("-")[0].lower() for one in wanted)
    return next((one for one in known if one in TEXTS), "en")


def say(language: str, name: str, **given: object) -> str:
    return TEXTS[language][name].format(**given)


Judged = Literal["upheld", "changed", "overturned"]
"""What an appeal has come to. changed: the same was found, and something else is done about it."""


def to_author(
    case: Case, verdict: Verdict, language: str, appeal_until: str, judged: Judged | None = None
) -> Letter | None:
    """None where there is nothing to tell: what was found to be fine, and had stayed where it was. `judged`: what
    became of the decision that they know, because somebody else asked."""
    fine = verdict.outcome == "no_violation"
    if fine and not judged and "approve" not in verdict.measures:
        return None
    done = ", ".join(effects(verdict, language)) if judged or not fine else ""
    paragraphs = [
        say(language, (judged or "approved") if fine else "changed" if judged == "changed" else "violation"),
        *quoted(case, language),
        *ruled(verdict, language),
        say(language, "why", why=verdict.explanation[:LONGEST_WHY]),
        *([say(language, "done", what=done)] if done else []),
        *([say(language, "appeal", day=appeal_until)] if appeal_until else []),
    ]
    return Letter(say(language, "wrote"), "\n\n".join(paragraphs))


def to_reporter(verdict: Verdict, language: str, appeal_until: str, *, late: bool) -> Letter:
    """What became of it; never what was done to whom."""
    paragraphs = [
        " ".join([say(language, "thanks"), *([say(language, "again")] if late else [])]),
        found(verdict, language),
        *ruled(verdict, language),
        *([say(language, "appeal", day=appeal_until)] if appeal_until else []),
    ]
    return Letter(say(language, "reported"), "\n\n".join(paragraphs))


def found(verdict: Verdict, language: str) -> str:
    """What a reporter is told of it."""
    acted = verdict.outcome == "violation" and any(effects(verdict, language))
    return say(language, "acted" if acted else f"found {verdict.outcome}")


def to_appellant(verdict: Verdict, language: str, *, author: bool, judged: Judged, independent: bool) -> Letter:
    paragraphs = [
        say(language, judged),
        say(language, "other hands" if independent else "same hands"),
        say(language, "why", why=verdict.explanation[:LONGEST_WHY]),
    ]
    return Letter(say(language, "wrote" if author else "reported"), "\n\n".join(paragraphs))


def quoted(case: Case, language: str) -> Iterator[str]:
    words = " ".join((case.get("text") or case.get("title") or "").split())
    if words:
        cut = words if len(words) <= LONGEST_QUOTE else words[: LONGEST_QUOTE - 1] + "…"
        yield say(language, "quote", quote=cut)


def ruled(verdict: Verdict, language: str) -> Iterator[str]:
    if verdict.policy:
        yield say(language, "rule", title=verdict.policy.title, text=verdict.policy.in_language(language))


def effects(verdict: Verdict, language: str) -> Iterator[str]:
    """`resolve` is between us and the platform."""
    for measure in verdict.measures:
        if measure != "resolve":
            ends = verdict.until.get(measure, "")
            yield say(language, measure, until=in_words(ends))


def in_words(at: str) -> str:
    """A moment, to the minute, in UTC: nobody knows where they are."""
    return moment(at).strftime("%Y-%m-%d %H:%M UTC") if at else ""
