"""What a card says of something that was said and somebody takes care of, without I/O: the words, who has it, an answer
to the letter before it goes, and what became of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from events.cards import Card, CardButton, CardEntry
from events.talk_buttons import SEEN, Action, Button, stamp
from functions.feedback import talks

Item = Mapping[str, Any]

SOON, LATER = 60, 900
"""Seconds until a card is looked at again: while an answer is on its way, and while the words there may change."""

NOBODY = "nobody"
"""Why a press had no effect: whoever pressed it is on no roster."""

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "open": "Nobody has it.",
        "assigned": "{who} has it.",
        "drafted": "{by} wrote the answer below; it goes once somebody sends it.",
        "drafted another": "{by} wrote the answer below; it goes once somebody else sends it.",
        "answering": "An answer of {by} is on its way ({state}).",
        "stuck": "An answer of {by} waits for a person ({state}): {why}",
        "answered": "Answered by {by}.",
        "closed": "Closed by {who}: {why}",
        "removed": "It was removed where it was said.",
        "cannot": "It cannot be answered there: {why}.",
        "refusal": "The last press had no effect: {why}",
        NOBODY: "whoever pressed it is not on the roster",
        "said": "What was said",
        "sends": "What would be sent, to the letter",
        "more": "cut here; `liaison feedback answer {id} --preview` shows all of it",
        "take": "I take care of it",
        "answer": "Answer",
        "send": "Send exactly this",
        "close": "Close",
    },
    "fr": {
        "open": "Personne ne s’en occupe.",
        "assigned": "{who} s’en occupe.",
        "drafted": "{by} a écrit la réponse ci-dessous ; elle part dès que quelqu’un l’envoie.",
        "drafted another": "{by} a écrit la réponse ci-dessous ; elle part dès qu’une autre personne l’envoie.",
        "answering": "Une réponse de {by} est en route ({state}).",
        "stuck": "Une réponse de {by} attend quelqu’un ({state}) : {why}",
        "answered": "Réponse donnée par {by}.",
        "closed": "Clos par {who} : {why}",
        "removed": "Cela a été supprimé là où c’était dit.",
        "cannot": "On ne peut pas y répondre sur place : {why}.",
        "refusal": "Le dernier bouton est resté sans effet : {why}",
        NOBODY: "cette personne n’est pas dans l’équipe",
        "said": "Ce qui a été dit",
        "sends": "Ce qui serait envoyé, à la lettre",
        "more": "coupé ici ; `liaison feedback answer {id} --preview` montre tout",
        "take": "Je m’en occupe",
        "answer": "Répondre",
        "send": "Envoyer exactement ceci",
        "close": "Clore",
    },
}


def say(language: str, name: str, **given: object) -> str:
    """A sentence in the community's language; English where it has none."""
    return TEXTS.get(language[:2], TEXTS["en"])[name].format(**given)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a card says beside the item and its talk."""

    row: Item | None = None
    """Its newest answer's delivery."""
    preview: Mapping[str, Any] | None = None
    """Of an answer that is written: as people's tools get it."""
    cannot: str = ""
    another: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    """Colleagues' names, by the ids that histories have."""
    refusal: str = ""


def card(item: Item, talk: Item, seen: Seen, language: str) -> Card:
    waits = talk["state"] not in ("answering", *talks.OVER)
    entries = [said(item, language)]
    if seen.preview and talk["state"] == "drafted":
        entries.append(sends(seen.preview, language))
    if talk.get("url"):
        entries.append(CardEntry(title="→", urls=(talk["url"],)))
    return Card(
        title=f"{item['source']}: {talks.quoted(item) or '–'}"[:120],
        lines=tuple(standing(item, talk, seen, language)),
        entries=tuple(entries),
        buttons=tuple(button(item, talk, one, seen, language) for one in possible(item, talk, seen)) if waits else (),
        more=say(language, "more", id=talk["id"]),
    )


def said(item: Item, language: str) -> CardEntry:
    urls = (item["url"],) if item.get("url") else ()
    facts = (f"{item['said_at'][:16].replace('T', ' ')} UTC",)
    return CardEntry(
        title=say(language, "said"), text=item.get("text") or item.get("title") or "", facts=facts, urls=urls
    )


def sends(preview: Mapping[str, Any], language: str) -> CardEntry:
    bodies = [json.dumps(part["body"], ensure_ascii=False, indent=1) for part in preview["parts"]]
    facts = (*preview["problems"], *preview["notes"])
    return CardEntry(title=say(language, "sends"), text="\n".join(bodies), facts=facts)


def standing(item: Item, talk: Item, seen: Seen, language: str) -> Iterator[str]:
    """How it stands, in sentences."""
    state, answer = talk["state"], talk.get("answer") or {}
    by, who = named(answer.get("by", ""), seen), named(talk.get("closed_by") or talk["assigned_to"], seen)
    row = seen.row or {}
    if state == "drafted" and seen.another:
        state = "drafted another"
    if is_stuck(talk, row):
        state = "stuck"
    why = talk.get("reason") or row.get("reason", "")
    yield say(language, state, who=who, by=by, why=why, state=row.get("state", ""))
    if item.get("state") == "removed":
        yield say(language, "removed")
    if seen.cannot and talk["state"] not in talks.OVER:
        yield say(language, "cannot", why=seen.cannot)
    if seen.refusal:
        yield say(language, "refusal", why=say(language, NOBODY) if seen.refusal == NOBODY else seen.refusal)


def named(who: str, seen: Seen) -> str:
    return seen.names.get(who, who)


def possible(item: Item, talk: Item, seen: Seen) -> Iterator[Action]:
    yield "take"
    if not seen.cannot and item.get("state") != "removed":
        yield "answer"
        if talk["state"] == "drafted" and seen.preview and not seen.preview["problems"]:
            yield "send"
    yield "close"


STYLES: dict[Action, Literal["good", "bad"]] = {"send": "good", "close": "bad"}


def button(item: Item, talk: Item, action: Action, seen: Seen, language: str) -> CardButton:
    """Its name has what stood on the card."""
    shown = stamp(talks.version(item), talk["fence"])
    if action == "send" and seen.preview:
        shown = seen.preview["hash"][:SEEN]
    name = Button(talk["id"], action, shown).name
    return CardButton(name=name, label=say(language, action), style=STYLES.get(action, "plain"))


def is_stuck(talk: Item, row: Item | None) -> bool:
    """Whether an answer goes on only once a person does something: it was refused, held back, left out …"""
    return bool(talk["state"] == "answering" and row and "due" not in row and row["state"] != "sent")


def again(talk: Item, row: Item | None) -> int | None:
    """Seconds until its card is looked at again, if nobody says before that something has changed."""
    if talk["state"] in talks.OVER:
        return None
    return SOON if talk["state"] == "answering" and not is_stuck(talk, row) else LATER
