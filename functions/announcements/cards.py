"""What a desk's card says of an announcement, without I/O: its previews until it goes out, its results from then on.

All of it is plain text; each platform writes it so that nothing in it becomes markup or pings.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from events.announcements import SEEN, CardAction
from events.cards import Card, CardButton, CardEntry
from functions.announcements import plans
from functions.announcements.plans import Row

SOON, LATER, RARELY = 60, 300, 3600
"""Seconds until a card is looked at again: while it goes out, while something has to wait, and after a day."""

KEPT_UP = timedelta(days=35)
"""After that a card is left as it is, whatever a delivery still waits for."""

ENDED = ("cancelled", "withdrawn")
FINAL = ("sent", "cancelled", "refused", "missed")
"""States of a delivery that nothing changes but a person."""

STALE = "stale"
"""Why a press had no effect: what would be sent is not what stood on the card."""

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "draft": "Draft: waits for approval",
        "change": "Published; a change waits for approval",
        "scheduled": "Approved; goes out {at}",
        "at once": "Approved; goes out within two minutes",
        "publishing": "Going out",
        "published": "Published",
        "changing": "Published; being changed",
        "missed": "Missed: its time was over before it could be posted",
        "cancelled": "Cancelled",
        "withdrawing": "Being withdrawn",
        "withdrawn": "Withdrawn",
        "needs a person": "Needs a person: look at the results below",
        "held": "ON HOLD: nothing of it is sent until somebody lets it go",
        "by": "Written by {who}",
        "approved": "Approved by {who}",
        "problem": "Problem: {what}",
        "note": "Note: {what}",
        "cost": "Cost: {what}",
        "pings": "Pings: {what}",
        "no pings": "Pings nobody",
        "nothing": "Gets nothing: {what}",
        "part": "Part {part} of {of}: {state}",
        "refusal": "The last press had no effect: {what}",
        STALE: "what would be sent has changed since; the card shows it now, look again",
        "more": "cut here; `liaison announcements show {id}` tells all of it",
        "approve": "Approve",
        "hold": "Hold",
        "release": "Let go",
        "cancel": "Cancel",
        "state planned": "on its way",
        "state waiting": "waits for the part before it",
        "state held": "its target is paused",
        "state sent": "there",
        "state refused": "refused",
        "state unknown": "nobody knows whether it arrived",
        "state stuck": "given up",
        "state missed": "missed",
        "state cancelled": "not sent",
        "gone": "taken back",
    },
    "fr": {
        "draft": "Brouillon : attend une approbation",
        "change": "Publiée ; une modification attend une approbation",
        "scheduled": "Approuvée ; part le {at}",
        "at once": "Approuvée ; part dans les deux minutes",
        "publishing": "En cours d’envoi",
        "published": "Publiée",
        "changing": "Publiée ; en cours de modification",
        "missed": "Manquée : son heure était passée avant l’envoi",
        "cancelled": "Annulée",
        "withdrawing": "En cours de retrait",
        "withdrawn": "Retirée",
        "needs a person": "Attend quelqu’un : voir les résultats ci-dessous",
        "held": "SUSPENDUE : rien n’est envoyé avant que quelqu’un ne la libère",
        "by": "Écrite par {who}",
        "approved": "Approuvée par {who}",
        "problem": "Problème : {what}",
        "note": "Remarque : {what}",
        "cost": "Coût : {what}",
        "pings": "Notifie : {what}",
        "no pings": "Ne notifie personne",
        "nothing": "Ne reçoit rien : {what}",
        "part": "Partie {part} sur {of} : {state}",
        "refusal": "Le dernier bouton est resté sans effet : {what}",
        STALE: "ce qui serait envoyé a changé depuis ; la carte le montre maintenant, regardez encore",
        "more": "coupé ici ; `liaison announcements show {id}` montre tout",
        "approve": "Approuver",
        "hold": "Suspendre",
        "release": "Libérer",
        "cancel": "Annuler",
        "state planned": "en route",
        "state waiting": "attend la partie précédente",
        "state held": "sa cible est en pause",
        "state sent": "en ligne",
        "state refused": "refusée",
        "state unknown": "nul ne sait si elle est arrivée",
        "state stuck": "abandonnée",
        "state missed": "manquée",
        "state cancelled": "pas envoyée",
        "gone": "retirée",
    },
}


def say(language: str, name: str, **given: object) -> str:
    """A sentence in the community's language; English where it has none."""
    return TEXTS.get(language[:2], TEXTS["en"])[name].format(**given)


def card(found: Row, rows: Sequence[Row], shown: Mapping[str, Any], language: str, refusal: str = "") -> Card:
    """`shown` is its preview as people's tools get it, `refusal` why the last press changed nothing."""
    waits = found["state"] in plans.BEFORE or "change" in found
    entries = previewed(shown, language) if waits and found["state"] != "cancelled" else results(rows, language)
    told = say(language, STALE) if refusal == STALE else refusal
    return Card(
        title=found["title"],
        lines=(*standing(found, rows, language), *((say(language, "refusal", what=told),) if told else ())),
        entries=tuple(entries),
        buttons=tuple(button(found, action, shown, language) for action in possible(found, rows, shown)),
        more=say(language, "more", id=found["id"]),
    )


STYLES: dict[CardAction, Literal["good", "bad"]] = {"approve": "good", "cancel": "bad"}


def button(found: Row, action: CardAction, shown: Mapping[str, Any], language: str) -> CardButton:
    """Its name begins the hash of the preview that stands there."""
    name = f"announcement:{found['id']}:{action}:{shown['hash'][:SEEN]}"
    return CardButton(name=name, label=say(language, action), style=STYLES.get(action, "plain"))


def standing(found: Row, rows: Sequence[Row], language: str) -> Iterator[str]:
    """Where it stands, in sentences."""
    state = plans.progress(found["state"], rows)
    if "change" in found:
        yield say(language, "change")
    elif state == "scheduled":
        at_once = found.get("wall", "now") == "now"
        at = f"{found.get('wall')} ({found.get('zone')})"
        yield say(language, "at once") if at_once else say(language, "scheduled", at=at)
    else:
        yield say(language, state)
    if found.get("held"):
        yield say(language, "held")
    yield say(language, "by", who=found["writer"])
    if "approved" in found:
        yield say(language, "approved", who=found["approved"]["by"])
    if found.get("reason"):
        yield say(language, "note", what=found["reason"])
    for one in found.get("cannot", ()):
        yield say(language, "note", what=one)


def possible(found: Row, rows: Sequence[Row], shown: Mapping[str, Any]) -> Iterator[CardAction]:
    """What can be done about it now."""
    state = found["state"]
    if (state in ("draft", "missed") or (state == "published" and "change" in found)) and not shown["problems"]:
        yield "approve"
    if state not in plans.OVER and (state in plans.BEFORE or not over(found, rows)):
        yield "release" if found.get("held") else "hold"
    if state in plans.BEFORE:
        yield "cancel"


def previewed(shown: Mapping[str, Any], language: str) -> Iterator[CardEntry]:
    for post in shown["posts"]:
        parts = post["parts"]
        texts = [part["text"] for part in parts]
        yield CardEntry(
            title=f"{post['target']} ({post['platform']}, {post['language']})",
            text="\n\n".join(f"[{n}/{len(texts)}]\n{text}" for n, text in enumerate(texts, 1))
            if len(texts) > 1
            else "".join(texts),
            facts=tuple(facts(post, language)),
        )
    for name, why in shown["skipped"].items():
        yield CardEntry(title=name, facts=(say(language, "nothing", what=why),))
    if not shown["posts"]:
        yield CardEntry(title="–", facts=tuple(say(language, "problem", what=one) for one in shown["problems"]))


def facts(post: Mapping[str, Any], language: str) -> Iterator[str]:
    """Problems first, then how long it is, whom it pings, what it costs."""
    for what in post["problems"]:
        yield say(language, "problem", what=what)
    for part in post["parts"]:
        counts = [f"{one['what']} {one['used']}/{one['limit']} {one['unit']}" for one in part["counts"]]
        if counts:
            yield ", ".join(counts)
    yield say(language, "pings", what=", ".join(post["pings"])) if post["pings"] else say(language, "no pings")
    if post["cost"]:
        yield say(language, "cost", what=post["cost"])
    for what in post["notes"]:
        yield say(language, "note", what=what)


def results(rows: Sequence[Row], language: str) -> Iterator[CardEntry]:
    """Of each target in each language, what became of its parts."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row["purpose"] == "post":
            groups.setdefault((row["destination"], row["request"]["language"]), []).append(row)
    gone = {row["sk"].removesuffix("#withdraw") for row in rows if row["purpose"] == "withdraw" and done(row)}
    for (target, spoken), parts in groups.items():
        told = [result(row, language, taken_back=row["sk"] in gone) for row in parts]
        if len(told) > 1:
            numbered = enumerate(told, 1)
            told = [say(language, "part", part=part, of=len(parts), state=state) for part, state in numbered]
        urls = dict.fromkeys(url for row in parts if row["sk"] not in gone and (url := url_of(row)))
        yield CardEntry(title=f"{target} ({spoken})", facts=tuple(told), urls=tuple(urls))


def done(row: Row) -> bool:
    return bool(row["state"] == "sent")


def result(row: Row, language: str, *, taken_back: bool) -> str:
    if taken_back:
        return say(language, "gone")
    state = "planned" if row["state"] in ("claimed", "armed") else row["state"]
    told = say(language, f"state {state}")
    return f"{told}: {row['reason']}" if row.get("reason") and state != "sent" else told


def url_of(row: Row) -> str:
    return str((row.get("posted") or {}).get("url") or "")


def over(found: Row, rows: Sequence[Row]) -> bool:
    """Whether nothing more becomes of it by itself."""
    posts = [row for row in rows if row["purpose"] in ("post", "edit", "withdraw")]
    return found["state"] in (*ENDED, "published") and all(row["state"] in FINAL for row in posts)


def again(found: Row, rows: Sequence[Row], now: datetime) -> int | None:
    """Seconds until its card is looked at again; None when only a person can change it, who then says so (`touched` in
    records)."""
    if found["state"] in ("draft", "missed") or over(found, rows):
        return None
    if "publish_at" not in found:
        return SOON
    since = (now - datetime.fromisoformat(found["publish_at"])).total_seconds()
    if found["state"] == "scheduled":
        return max(SOON, int(-since) + 1)
    if since > KEPT_UP.total_seconds():
        return None
    return SOON if since < RARELY else LATER if since < 24 * RARELY else RARELY
