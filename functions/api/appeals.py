"""Where people ask for another look: a page behind the link of the message that told them what was decided."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from events.program import Program
from functions.api.pages import FORMS, HTML, fields, signed, sorry, templates
from functions.moderation import appeals, letters, outcomes, records, standards
from functions.moderation.cases import NotAllowedError
from functions.moderation.letters import say
from functions.shared import clock, program
from functions.shared.table import Item, table

router = APIGatewayHttpRouter()
LONGEST, LARGEST = 5_000, 100_000
"""Characters of what is asked, and bytes of it as a browser writes them."""
GONE = "This link is not valid, or not any more."
NOTHING = "There is nothing here any more."


@router.get("/appeals/<community>/<case>", include_in_schema=False)
def show(community: str, case: str) -> Response[str]:
    party = signed(appeals.path(community, case), appeals.PURPOSE)
    return page(community, case, party) if party else sorry(403, GONE)


@router.post("/appeals/<community>/<case>", include_in_schema=False, enable_validation=False)
def ask(community: str, case: str) -> Response[str]:
    """A form as a browser sends it. Sent twice, it is asked once."""
    party = signed(appeals.path(community, case), appeals.PURPOSE)
    if not party:
        return sorry(403, GONE)
    try:
        appeals.make(table(), community, case, party, words(), program.active()[0], clock.now())
    except LookupError:
        return sorry(404, NOTHING)
    except NotAllowedError:
        pass  # The page says how it stands.
    return page(community, case, party)


def words() -> str:
    return (fields(LARGEST) or {}).get("words", "")[:LONGEST]


def page(community: str, case: str, party: str) -> Response[str]:
    found = table().get(*records.case_key(community, case))
    if found is None or forgotten(found, party):
        return sorry(404, NOTHING)
    html = templates().get_template("appeal.html").render(**told(found, party, program.active()[0]))
    return Response(200, HTML, html, FORMS)


def forgotten(found: Item, party: str) -> bool:
    """Whether nobody is known any more who could ask, and has not asked before."""
    try:
        appeals.party_of(table(), found, party)
    except LookupError:
        return table().get(*records.case_key(found["community"], appeals.appeal_id(found["id"], party))) is None
    return False


def told(found: Item, party: str, active: Program) -> dict[str, Any]:
    """What the page says: what was decided, how it stands, and a form where one can still ask."""
    author = party == appeals.AUTHOR
    own = standards.of(active, found["community"]).language
    language = letters.spoken(appeals.speaks(table(), found, party), own)
    verdict = outcomes.verdict_of(table(), found, records.decision_of(table(), found), active)
    appeal = table().get(*records.case_key(found["community"], appeals.appeal_id(found["id"], party)))
    notice = standing(found, party, appeal, active, language)
    return {
        "language": language,
        "text": {name: say(language, f"page {name}") for name in ("title", "ask", "send")},
        "who": say(language, "page who" if others(found, active) else "page anybody"),
        "quote": next(letters.quoted(found, language), "") if author else "",
        "found": say(language, "violation" if verdict.outcome == "violation" else "page fine")
        if author
        else letters.found(verdict, language),
        "rule": next(letters.ruled(verdict, language), ""),
        "why": say(language, "why", why=verdict.explanation[: letters.LONGEST_WHY]) if author else "",
        "notice": notice,
        "open": not notice,
        "longest": LONGEST,
    }


def others(found: Item, active: Program) -> bool:
    """Whether somebody who had no part in it can look at it."""
    valid = standards.of(active, found["community"])
    return bool(appeals.involved(table(), found, valid, clock.now()))


def standing(found: Item, party: str, appeal: Item | None, active: Program, language: str) -> str:
    """Why nobody can ask (any more); empty where they can."""
    if appeal and appeal["state"] == "decided":
        return say(language, found["judged"])
    if appeal:
        return say(language, "page asked")
    try:
        appeals.admissible(found, party, active, clock.now())
    except NotAllowedError:
        return say(language, "page over")
    return ""
