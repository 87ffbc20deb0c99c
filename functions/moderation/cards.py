"""What a case's card says at a desk, without I/O: everything that a decision needs, then what became of it.

All of it is plain text; each platform writes it so that nothing in it becomes markup or pings.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from events.buttons import Action, Button
from events.cards import Card, CardButton, CardEntry
from events.moderation import Measure
from events.moments import moment
from events.program import Policy
from functions.moderation import cases, points, roster
from functions.moderation.cases import HARMLESS, Case
from functions.moderation.points import Addition, Background
from functions.moderation.weights import PARTS

Row = Mapping[str, Any]

SOON, LATER, RARELY = 60, 300, 3600
"""Seconds until a card is looked at again: while measures are carried out, while one has to wait, after a day."""
DAILY = 24 * RARELY
"""What nobody wrote to is looked at once a day: the program may say something else, or somebody was forgotten."""
KEPT_UP = timedelta(days=14)
"""So long after the decision a card shows what it was about; then only that it was decided."""
FINAL = ("sent", "cancelled", "refused", "missed")
"""States of a measure that nothing changes but a person."""
NOBODY = "nobody"
"""Why a press had no effect: whoever pressed it is no moderator."""
LONGEST_RULE = 600
LONGEST_LINE, LONGEST_STATE = 280, 120
"""Characters of what a measure finds and sends; the command line and the API tell all of it."""

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "open": "Open: to be taken by {look_by}, decided by {decide_by} ({zone})",
        "claimed": "{who} has it until {until} ({zone}); to be decided by {decide_by}",
        "snoozed": "Put off until {until} ({zone})",
        "decided": "Decided by {who}, {at} ({zone}): {outcome}",
        "violation": "a rule was broken",
        "no_violation": "no rule was broken",
        "overturned": "An appeal has changed what was decided first.",
        "why": "Why: {what}",
        "rule broken": "Rule: {what}",
        "late": "LATE",
        "leads": "With the leads",
        "changed": "It has changed since it was taken: look at it again, then take it again.",
        "severity": "Severity {severity} (0 is the worst)",
        "flags": "Reports: {count} (weight {weight})",
        "reasons": "Because of: {what}",
        "repeats": "Reported again since: {count}",
        "alike": "More like this: {cases}, {open} of them open; see `liaison cases cluster {id}`",
        "refusal": "The last press had no effect: {what}",
        NOBODY: "whoever pressed is no moderator here",
        "reported": "As it was reported",
        "appeal": "Why somebody asks for another look",
        "now edited": "As it is now, edited {at}",
        "now removed": "It was removed {at}",
        "author": "By {who}",
        "nobody knows": "By an account that is not known",
        "first": "No case of theirs was decided before",
        "history": "Decided before: {violation} × a rule was broken, {no_violation} × none",
        "points": "Points: {points} in {days} days ({what})",
        "no points": "No points in {days} days",
        "reached": "Usual from {points} points on: {measure}",
        "person": "The {count} accounts of this person: {violation} × a rule was broken, {no_violation} × none;"
        " points: {points} ({places})",
        "place": "{source}: {violation} ×, points: {points}",
        "adds": "Points of a violation: {points}, then {total} in all",
        "crosses": "That reaches {reached}: the leads will look at the account",
        "rule": "The rule: {title}",
        "possible": "What can be done there",
        "right": "needs {what}",
        "reversible": "can be taken back",
        "for good": "cannot be taken back",
        "lost": "lost even then: {what}",
        "lasts": "from {least} to {most}",
        "seen": "Read there at {at}",
        "unseen": "Nobody could look what there is now: {why}",
        "coming": "What there is now is being read…",
        "there": "{measure} → now {now}; sends {what}",
        "there already": "{measure} → now {now}; it is so already, nothing is sent",
        "cannot": "{measure} → cannot be done: {why}",
        "unread": "{measure} → nobody could look: {why}",
        "gone": "gone",
        "empty": "not to be seen",
        "yes": "yes",
        "no": "no",
        "not set": "not set",
        "for": "{what} (for {long}, say)",
        "unlooked": "; on whatever was there",
        "nothing": "Nothing can be done there from here",
        "done": "What is done",
        "undo": "{measure}, taken back",
        "state planned": "on its way",
        "state sent": "done",
        "state refused": "refused",
        "state unknown": "nobody knows whether it is done",
        "state stuck": "given up",
        "state missed": "missed",
        "state cancelled": "not done",
        "state held": "has to wait",
        "more": "cut here; `liaison cases show {id}` tells all of it",
        "over": "`liaison cases show {id}` tells what it was about",
        "take": "Take",
        "give": "Give back",
        "escalate": "To the leads…",
        "dismiss": "No violation…",
        "violation…": "Violation…",
        "approve": "let it through",
        "hide": "hide",
        "remove": "remove",
        "lock": "lock",
        "warn": "warn",
        "timeout": "time-out",
        "suspend": "suspend",
        "ban": "ban",
        "resolve": "close the report there",
        "minute": "{n} min",
        "hour": "{n} h",
        "day": "{n} d",
    },
    "fr": {
        "open": "Ouvert : à prendre avant {look_by}, à décider avant {decide_by} ({zone})",
        "claimed": "{who} s’en occupe jusqu’à {until} ({zone}) ; à décider avant {decide_by}",
        "snoozed": "Remis à {until} ({zone})",
        "decided": "Décidé par {who}, {at} ({zone}) : {outcome}",
        "violation": "une règle a été enfreinte",
        "no_violation": "aucune règle n’a été enfreinte",
        "overturned": "Un recours a changé la première décision.",
        "why": "Pourquoi : {what}",
        "rule broken": "Règle : {what}",
        "late": "EN RETARD",
        "leads": "Chez les responsables",
        "changed": "Cela a changé depuis : regardez encore, puis reprenez-le.",
        "severity": "Gravité {severity} (0 est la pire)",
        "flags": "Signalements : {count} (poids {weight})",
        "reasons": "Motifs : {what}",
        "repeats": "Signalé de nouveau depuis : {count}",
        "alike": "D’autres semblables : {cases}, dont {open} ouverts ; voir `liaison cases cluster {id}`",
        "refusal": "Le dernier bouton est resté sans effet : {what}",
        NOBODY: "la personne qui a appuyé ne modère pas ici",
        "reported": "Tel que signalé",
        "appeal": "Pourquoi un nouvel examen est demandé",
        "now edited": "Tel que c’est maintenant, modifié {at}",
        "now removed": "Supprimé {at}",
        "author": "De {who}",
        "nobody knows": "D’un compte inconnu",
        "first": "Rien de ce compte n’a été jugé auparavant",
        "history": "Jugé auparavant : {violation} × une règle enfreinte, {no_violation} × aucune",
        "points": "Points : {points} en {days} jours ({what})",
        "no points": "Aucun point en {days} jours",
        "reached": "D’usage dès {points} points : {measure}",
        "person": "Les {count} comptes de cette personne : {violation} × une règle enfreinte, {no_violation} × aucune ;"
        " points : {points} ({places})",
        "place": "{source} : {violation} ×, points : {points}",
        "adds": "Points d’une infraction : {points}, puis {total} en tout",
        "crosses": "Cela atteint {reached} : les responsables examineront le compte",
        "rule": "La règle : {title}",
        "possible": "Ce qui peut être fait là-bas",
        "right": "demande {what}",
        "reversible": "réversible",
        "for good": "irréversible",
        "lost": "perdu même ainsi : {what}",
        "lasts": "de {least} à {most}",
        "seen": "Lu là-bas à {at}",
        "unseen": "Personne n’a pu voir ce qu’il en est : {why}",
        "coming": "L’état actuel est en cours de lecture…",
        "there": "{measure} → actuellement {now} ; envoie {what}",
        "there already": "{measure} → actuellement {now} ; c’est déjà ainsi, rien n’est envoyé",
        "cannot": "{measure} → impossible : {why}",
        "unread": "{measure} → personne n’a pu voir : {why}",
        "gone": "disparu",
        "empty": "invisible d’ici",
        "yes": "oui",
        "no": "non",
        "not set": "non défini",
        "for": "{what} (pour {long}, par exemple)",
        "unlooked": " ; quoi qu’il y ait eu là-bas",
        "nothing": "Rien ne peut être fait là-bas d’ici",
        "done": "Ce qui est fait",
        "undo": "{measure}, annulé",
        "state planned": "en route",
        "state sent": "fait",
        "state refused": "refusé",
        "state unknown": "nul ne sait si c’est fait",
        "state stuck": "abandonné",
        "state missed": "manqué",
        "state cancelled": "pas fait",
        "state held": "doit attendre",
        "more": "coupé ici ; `liaison cases show {id}` montre tout",
        "over": "`liaison cases show {id}` dit de quoi il s’agissait",
        "take": "Prendre",
        "give": "Rendre",
        "escalate": "Aux responsables…",
        "dismiss": "Aucune infraction…",
        "violation…": "Infraction…",
        "approve": "laisser passer",
        "hide": "masquer",
        "remove": "supprimer",
        "lock": "verrouiller",
        "warn": "avertir",
        "timeout": "exclure un temps",
        "suspend": "suspendre",
        "ban": "bannir",
        "resolve": "clore le signalement là-bas",
        "minute": "{n} min",
        "hour": "{n} h",
        "day": "{n} j",
    },
}


def say(language: str, name: str, **given: object) -> str:
    """A sentence in the community's language; English where it has none."""
    return TEXTS.get(language[:2], TEXTS["en"])[name].format(**given)


@dataclass(frozen=True, slots=True)
class Possible:
    """What one measure is there."""

    right: str
    reversible: bool
    lost: str = ""
    seconds: tuple[int, int] | None = None
    there: Mapping[str, Any] = field(default_factory=dict)
    """What it finds there now and would send, for whoever has the case (`looks.told`)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known beside the case itself."""

    zone: ZoneInfo
    names: Mapping[str, str] = field(default_factory=dict)
    """What colleagues call the moderators, by their ids."""
    history: Mapping[str, Any] = field(default_factory=dict)
    """How often what the same account wrote was decided, by outcome."""
    background: Background | None = None
    """The points of the same account, and the others of the same person; None where nobody knows whose it is."""
    alike: Mapping[str, Any] = field(default_factory=dict)
    """How many `cases` are like it beside it, and how many of them are `open`."""
    message: Row | None = None
    """The newest state of a message, where the platform tells."""
    policies: Sequence[Policy] = ()
    possible: Mapping[Measure, Possible] = field(default_factory=dict)
    """In the platform's order."""
    look: Mapping[str, str] = field(default_factory=dict)
    """Where the look stands that tells what there is now (`looks.summed_up`)."""
    measures: Sequence[Row] = ()
    """Rows of what was decided, and of what was taken back."""
    decision: Row | None = None
    refusal: str = ""


def card(found: Case, seen: Seen, language: str, now: datetime) -> Card:
    over = ended(found, now)
    told = say(language, NOBODY) if seen.refusal == NOBODY else seen.refusal
    shown = [*standing(found, seen, language, now), *([say(language, "refusal", what=told)] if told else [])]
    return Card(
        title=found["id"] if over else found["summary"],
        lines=tuple([*standing(found, seen, language, now), say(language, "over", id=found["id"])] if over else shown),
        entries=() if over else tuple(entries(found, seen, language, now)),
        buttons=tuple(pressable(found, seen, language, now)),
        more=say(language, "more", id=found["id"]),
    )


def ended(found: Case, now: datetime) -> bool:
    """Whether what it was about is nobody's business at a desk any more."""
    return found["state"] == "decided" and moment(found["decided_at"]) + KEPT_UP <= now


def again(found: Case, measures: Sequence[Row], now: datetime) -> int | None:
    """Seconds until its card is looked at again, unless somebody says before that something has changed (`touched` in
    records); None once it has ended."""
    if ended(found, now):
        return None
    if found["state"] != "decided":
        runs_out = until(found["lease_until"], now) if found["state"] == "claimed" else DAILY
        return min(runs_out if runs_out > 0 else DAILY, DAILY)
    since = -until(found["decided_at"], now)
    left = until(found["decided_at"], now) + int(KEPT_UP.total_seconds())
    if all(row["state"] in FINAL for row in measures):
        return max(min(left, DAILY), 1)
    return min(SOON if since < RARELY else LATER if since < DAILY else RARELY, max(left, 1))


def until(at: str, now: datetime) -> int:
    """Whole seconds, and the one in which it has come."""
    return int((moment(at) - now).total_seconds()) + 1


# What it says


def standing(found: Case, seen: Seen, language: str, now: datetime) -> Iterator[str]:
    """Where it stands, and why it is here."""
    yield state(found, seen, language, now)
    if found["state"] == "decided":
        yield from verdict(found, seen, language)
    else:
        signs = [say(language, name) for name, shown in (("late", found["late"]), ("leads", found["level"])) if shown]
        yield " · ".join([say(language, "severity", severity=found["severity"]), *signs])
    if outdated(found, now):
        yield say(language, "changed")
    yield say(language, "flags", count=found["flags"], weight=f"{found['weight'] / PARTS:.1f}")
    if why := [*found["codes"], *(one for one in found["reasons"] if one not in found["codes"])]:
        yield say(language, "reasons", what=", ".join(why))
    if found.get("repeats"):
        yield say(language, "repeats", count=found["repeats"])
    if seen.alike.get("cases"):
        yield say(language, "alike", id=found["id"], **seen.alike)


def state(found: Case, seen: Seen, language: str, now: datetime) -> str:
    def wall(name: str) -> str:
        return moment(found[name]).astimezone(seen.zone).strftime("%Y-%m-%d %H:%M")

    times = {"zone": seen.zone.key, "decide_by": wall("decide_by")}
    if cases.free(found, now):
        return say(language, "open", look_by=wall("look_by"), **times)
    match found["state"]:
        case "claimed":
            return say(language, "claimed", who=named(found["claimed_by"], seen), until=wall("lease_until"), **times)
        case "snoozed":
            return say(language, "snoozed", until=wall("wake_at"), **times)
    outcome = say(language, found["outcome"])
    return say(
        language, "decided", who=named(found["decided_by"], seen), at=wall("decided_at"), outcome=outcome, **times
    )


def named(who: str, seen: Seen) -> str:
    return seen.names.get(who, who)


def verdict(found: Case, seen: Seen, language: str) -> Iterator[str]:
    if found.get("overturned"):
        yield say(language, "overturned")
    decision = (seen.decision or {}).get("decision", {})
    if decision.get("policy"):
        titles = [one.title for one in seen.policies if one.id == decision["policy"]]
        yield say(language, "rule broken", what=titles[0] if titles else decision["policy"])
    if decision.get("explanation"):
        yield say(language, "why", what=decision["explanation"])


def outdated(found: Case, now: datetime) -> bool:
    """Whether whoever has it has not seen all of it."""
    return found["state"] == "claimed" and not cases.lapsed(found, now) and found["seen"] != found["material"]


def entries(found: Case, seen: Seen, language: str, now: datetime) -> Iterator[CardEntry]:
    if found.get("appeal"):
        yield CardEntry(title=say(language, "appeal"), text=found["appeal"])
    yield reported(found, seen, language, now)
    yield from newest(found, seen, language)
    for rule in [] if found["state"] == "decided" else rules(found, seen):
        words = rule.in_language(language)
        cut = words if len(words) <= LONGEST_RULE else words[: LONGEST_RULE - 1] + "…"
        added = seen.background.adds(rule, now) if seen.background else None
        facts = (cut, *(adding(added, language) if added else ()))
        yield CardEntry(title=say(language, "rule", title=rule.title), facts=facts)
    yield done(seen, language) if found["state"] == "decided" else possible(seen, language)


def adding(added: Addition, language: str) -> Iterator[str]:
    """What deciding by a rule would do to the account's points."""
    yield say(language, "adds", points=added.points, total=added.total)
    if added.crosses:
        yield say(language, "crosses", reached=added.crosses.points)


def reported(found: Case, seen: Seen, language: str, now: datetime) -> CardEntry:
    """What it is about, as it was, and who wrote it."""
    subject, author = found["subject"], found["author"]
    name, number = author.get("name", ""), author.get("id", "")
    who = f"{name} ({number})" if name and name != number else number
    counts = {name: seen.history.get(name, 0) for name in ("violation", "no_violation")}
    return CardEntry(
        title=f"{say(language, 'reported')} ({found['platform']}, {subject['source']}, {subject['kind']})",
        text="\n\n".join(part for part in (found["title"], found["text"]) if part),
        facts=(
            say(language, "author", who=who) if who else say(language, "nobody knows"),
            *([say(language, "history", **counts) if any(counts.values()) else say(language, "first")] if who else []),
            *(standing_of(seen.background, language, now) if who and seen.background else ()),
        ),
        urls=(subject["url"],) if subject.get("url") else (),
    )


def standing_of(known: Background, language: str, now: datetime) -> Iterator[str]:
    """The points of an account, and what the other accounts of the same person have."""
    days, own = known.settings.strikes_last, known.own.points(now)
    if own:
        what = points.broken(known.own.strikes, known.policies, now)
        yield say(language, "points", points=own, days=days, what=what)
    elif any(policy.points for policy in known.policies):
        yield say(language, "no points", days=days)
    reached = known.reached(now)
    if reached and reached.measure:
        lasts = f" {long(reached.minutes * 60, language)}" if reached.minutes else ""
        yield say(language, "reached", points=reached.points, measure=say(language, reached.measure) + lasts)
    if known.person:
        sums = points.by_place(known.person, now).items()
        places = "; ".join(say(language, "place", source=source, **one) for source, one in sums)
        yield say(language, "person", count=len(known.person), places=places, **points.summed(known.person, now))


def newest(found: Case, seen: Seen, language: str) -> Iterator[CardEntry]:
    """What the platform has said of it since."""
    message = seen.message
    if message is None or (message["state"] != "removed" and message["text"] in ("", found["text"])):
        return
    at = moment(message["changed_at"]).astimezone(seen.zone).strftime("%Y-%m-%d %H:%M")
    gone = message["state"] == "removed"
    title = say(language, "now removed" if gone else "now edited", at=at)
    yield CardEntry(title=title, text="" if gone else message["text"])


def rules(found: Case, seen: Seen) -> list[Policy]:
    """What the reports are probably about."""
    named = (roster.policy_of(seen.policies, code) for code in found["codes"])
    return list({one.id: one for one in named if one}.values())[:2]


def possible(seen: Seen, language: str) -> CardEntry:
    facts = [fact for measure, one in seen.possible.items() for fact in of_measure(measure, one, language)]
    title = say(language, "possible")
    return CardEntry(title=title, facts=(*looked(seen, language), *facts) or (say(language, "nothing"),))


def of_measure(measure: Measure, one: Possible, language: str) -> Iterator[str]:
    facts = [
        say(language, "right", what=one.right),
        say(language, "reversible" if one.reversible else "for good"),
        *([say(language, "lasts", least=long(one.seconds[0], language), most=long(one.seconds[1], language))]
          if one.seconds else []),
        *([say(language, "lost", what=one.lost)] if one.lost else []),
    ]  # fmt: skip
    yield f"{say(language, measure)}: {'; '.join(facts)}"
    yield from (shortened(line) for line in there(say(language, measure), one.there, language))


def there(measure: str, told: Mapping[str, Any], language: str) -> Iterator[str]:
    """What it finds there now, and sends."""
    for why, name in (("cannot", "cannot"), ("unseen", "unread")):
        if why in told:
            yield say(language, name, measure=measure, why=told[why])
            return
    if "now" not in told:
        return
    now = shortened(in_words(told["now"], language), LONGEST_STATE)
    if not told["requests"]:
        yield say(language, "there already", measure=measure, now=now)
        return
    what = ", ".join(request(one) for one in told["requests"])
    lasting = {"what": what, "long": long(60 * told.get("minutes", 0), language)}
    sent = say(language, "for", **lasting) if "minutes" in told else what
    yield say(language, "there", measure=measure, now=now, what=sent)


def in_words(state: Mapping[str, Any], language: str) -> str:
    """A state in words. The names are the platform's."""
    if state == {"gone": True}:
        return say(language, "gone")
    return ", ".join(f"{name}: {value(one, language)}" for name, one in sorted(state.items())) or say(language, "empty")


def value(one: object, language: str) -> str:
    if isinstance(one, bool):
        return say(language, "yes" if one else "no")
    return say(language, "not set") if one in (None, "") else str(one)


def request(one: Mapping[str, Any]) -> str:
    body = json.dumps(one["body"], ensure_ascii=False) if "body" in one else ""
    return f"{one['method']} {one['path']} {body}".rstrip()


def shortened(line: str, most: int = LONGEST_LINE) -> str:
    return line if len(line) <= most else line[: most - 1] + "…"


def looked(seen: Seen, language: str) -> Iterator[str]:
    """Whether what there is now was read."""
    state = seen.look.get("state")
    if state == "seen":
        at = moment(seen.look["at"]).astimezone(seen.zone).strftime("%Y-%m-%d %H:%M")
        yield say(language, "seen", at=f"{at} ({seen.zone.key})")
    elif state:
        yield say(language, state, why=seen.look["reason"])


def long(seconds: int, language: str) -> str:
    """In the largest unit that comes out even, minutes at least."""
    least = max(seconds // 60, 1)
    unit, size = next((unit, size) for unit, size in (("day", 1440), ("hour", 60), ("minute", 1)) if least % size == 0)
    return say(language, unit, n=least // size)


def done(seen: Seen, language: str) -> CardEntry:
    return CardEntry(title=say(language, "done"), facts=tuple(result(row, language) for row in seen.measures) or ("–",))


def result(row: Row, language: str) -> str:
    """A measure, what became of it, and why."""
    measure = say(language, row["request"]["measure"])
    what = say(language, "undo", measure=measure) if row["request"].get("undo") else measure
    waits = "planned" if row["state"] in ("claimed", "armed", "waiting") else row["state"]
    because = f": {row['reason']}" if row.get("reason") and row["state"] != "sent" else ""
    # Nobody had looked; or what was seen could not be held to (`looks.expected`).
    unbound = not row["request"].get("undo") and row["request"].get("expected", {}) is None
    return f"{what}: {say(language, f'state {waits}')}{because}{say(language, 'unlooked') if unbound else ''}"


# What can be pressed


def pressable(found: Case, seen: Seen, language: str, now: datetime) -> Iterator[CardButton]:
    """What can be done about it now. A decision needs a holder who has seen all of it, and names the fence that holder
    has: whatever stood on an older card decides nothing."""
    if found["state"] == "decided":
        return
    held = found["state"] == "claimed" and not cases.lapsed(found, now)
    if not held or outdated(found, now):
        yield button(Button(found["id"], "take", found["fence"]), say(language, "take"), "good")
    if held:
        yield button(Button(found["id"], "give", found["fence"]), say(language, "give"))
    if not found["level"]:
        yield button(Button(found["id"], "escalate", found["fence"]), say(language, "escalate"))
    if held and not outdated(found, now):
        yield from decisions(found, seen, language, now)


def decisions(found: Case, seen: Seen, language: str, now: datetime) -> Iterator[CardButton]:
    """No violation, then each measure: those first that the rule says are usual, or the threshold that opened it."""
    broken = rules(found, seen)
    reached = seen.background.reached(now) if seen.background and cases.THRESHOLD in found else None
    usual = [reached.measure] if reached and reached.measure else []
    usual += [measure for rule in broken for measure in rule.measures]
    offered = sorted(seen.possible, key=lambda measure: usual.index(measure) if measure in usual else len(usual))
    mild = [measure for measure in offered if measure in HARMLESS]
    # What is there to be read needs nobody to let it through.
    usually = [measure for measure in mild if measure == "resolve" or found["nature"] == "hold"]
    yield button(named_as(found, "dismiss", mild, usually, ""), say(language, "dismiss"), "good")
    harsh = [measure for measure in offered if measure != "approve"]
    rule = broken[0].id if broken else ""
    closes = [measure for measure in harsh if measure == "resolve"]
    yield button(named_as(found, "violation", harsh, closes, rule), say(language, "violation…"))
    for measure in harsh:
        if measure in ("hide", "remove", "lock", "warn", "timeout", "suspend", "ban"):
            label = say(language, measure)
            style: Literal["bad", "plain"] = "bad" if measure in usual else "plain"
            asked = named_as(found, measure, harsh, [measure, *closes], rule)
            yield button(asked, f"{label[:1].upper()}{label[1:]}…", style)


def named_as(found: Case, action: Action, measures: Sequence[Measure], chosen: Sequence[Measure], rule: str) -> Button:
    return Button(found["id"], action, found["fence"], tuple(measures), tuple(chosen), rule)


def button(made: Button, label: str, style: Literal["plain", "good", "bad"] = "plain") -> CardButton:
    return CardButton(name=made.name, label=label, style=style)
