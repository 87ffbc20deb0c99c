"""The pages on which people answer a survey, behind a signed link or its QR code; and the one on which they end being
told what came of it. They work without any script, and nobody has to say who they are.

What holds back a flood: the link itself, which only we can make; the size of an answer; a field that people do not see
and programs fill in; and the queue, in which a flood of one community delays nobody else. Whoever has the link can
answer often all the same: such a poll counts answers, and one on a platform counts people.
"""

import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from botocore.exceptions import BotoCoreError, ClientError

from events.envelope import Envelope, fingerprint
from events.program import FORM, Question, Survey, mail_address
from functions.api.pages import FORMS, HTML, fields, preferred, signed, sorry, templates
from functions.feedback import contacts, letters, progress, surveys
from functions.shared import clock, program, queues
from functions.shared.log import logger
from functions.shared.table import table

router = APIGatewayHttpRouter()
PURPOSE = "survey"
ANYWHERE = "-"
"""Whose link it is that belongs to no event."""

LONGEST = 4_000
"""Characters of a text."""
LARGEST = 400_000
"""Bytes of all answers, as a browser writes them: nine for a character of most languages."""
LONGEST_MAIL = 254
"""Characters of a mail address (RFC 5321)."""

SUBMISSION = re.compile(r"[0-9a-f]{32}")
GONE = "This link is not valid, or not any more."
NOTHING = "There is nothing here any more."
LARGE = "That is more than this form takes. Please write less."


def path(community: str, survey: str) -> str:
    return f"/forms/{community}/{survey}"


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as somebody left it: what it asks for is what it has."""

    submission: str
    answers: dict[str, str] = field(default_factory=dict)
    """By the id of the question."""
    tell: bool = False
    mail: str = ""
    trapped: bool = False
    """Whether something stands in the field that nobody sees."""


@router.get("/forms/<community>/<survey>", include_in_schema=False)
def show(community: str, survey: str) -> Response[str]:
    asked = known(community, survey)
    if isinstance(asked, Response):
        return asked
    return page(asked, empty())


@router.post("/forms/<community>/<survey>", include_in_schema=False, enable_validation=False)
def answer(community: str, survey: str) -> Response[str]:
    """A form as a browser sends it. Sent twice, it counts once: the page has named it before anything was written."""
    asked = known(community, survey)
    if isinstance(asked, Response):
        return asked
    given = fields(LARGEST)
    if given is None:
        return sorry(413, LARGE)
    filled, now = read(asked, given), clock.now()
    if not asked.is_open(now):
        return page(asked, filled)
    if wrong := problems(asked, filled, spoken(asked)):
        return page(asked, filled, wrong=wrong, status=422)
    try:
        taken(asked, filled, signed(path(community, survey), PURPOSE), now)
    except (BotoCoreError, ClientError) as error:
        logger.error("an answer could not be taken", extra={"error": type(error).__name__})
        busy = letters.say(letters.spoken(spoken(asked)), "busy")
        return page(asked, filled, wrong={"": busy}, status=503)
    return page(asked, filled, done=True)


def known(community: str, name: str) -> Survey | Response[str]:
    if not signed(path(community, name), PURPOSE):
        return sorry(403, GONE)
    found = program.active()[0].survey(community, name)
    return found if found and found.id == name else sorry(404, NOTHING)


def empty() -> Filled:
    return Filled(secrets.token_hex(16))


def read(survey: Survey, given: dict[str, str]) -> Filled:
    """Answers to what the survey asks. A submission without its name was not made by our page: it gets a new one."""
    submission = given.get("submission", "")
    answers = {
        one.id: text
        for one in survey.questions
        if (text := lines(given.get(f"q-{one.id}", ""))) and (not one.values or text in one.values)
    }
    return Filled(
        submission if SUBMISSION.fullmatch(submission) else empty().submission,
        answers,
        tell=survey.follow_up and "tell" in given,
        mail=given.get("mail", "").strip()[:LONGEST_MAIL],
        trapped=bool(given.get("more", "").strip()),
    )


def lines(text: str) -> str:
    """A browser ends a line with two signs."""
    return text.replace("\r\n", "\n").strip()[:LONGEST]


def problems(survey: Survey, filled: Filled, language: str) -> dict[str, str]:
    """What is missing, by the field that it is missing in."""
    told = letters.spoken(language)
    if filled.trapped:  # Or a browser was too eager: sent again, it is gone.
        return {"": letters.say(told, "trap")}
    wrong = {
        f"q-{one.id}": letters.say(told, "need answer", question=one.text[language])
        for one in survey.questions
        if one.required and one.id not in filled.answers
    }
    if not filled.answers and not wrong:
        wrong[f"q-{survey.questions[0].id}"] = letters.say(told, "need one")
    if filled.tell and not is_mail(filled.mail):
        wrong["mail"] = letters.say(told, "need mail")
    return wrong


def is_mail(address: str) -> bool:
    """One address and nothing else, by its form. Nobody can know whose it is."""
    try:
        return bool(mail_address(address)) and address.isprintable() and not set(address) & set(',;<>"()\\')
    except ValueError:
        return False


def taken(survey: Survey, filled: Filled, event: str, now: datetime) -> None:
    """First whom to tell: what is queued has its effect, and nobody comes back to this."""
    said = (survey.community, survey.source, surveys.named(survey.id, filled.submission))
    if filled.tell:
        party = contacts.addressee(survey.community, filled.mail)
        contacts.keep(table(), *said, contacts.MAIL, {"id": filled.mail}, party, spoken(survey), now)
    elif survey.follow_up:  # They may have gone back, and changed their mind.
        contacts.end(table(), *said, now)
    queues.enqueue(enveloped(survey, filled, "" if event == ANYWHERE else event, now))


def enveloped(survey: Survey, filled: Filled, event: str, now: datetime) -> Envelope:
    """As a form service would send it, so that there is one way in. No address stands in it."""
    at = clock.text(now)
    data = {
        "form_id": survey.id,
        "token": filled.submission,
        "submitted_at": at,
        "hidden": {"event": event},
        "answers": [answered(one, filled.answers[one.id]) for one in survey.questions if one.id in filled.answers],
    }
    body = json.dumps({"type": "form_response", "timestamp": at, "data": data}).encode()
    return Envelope(
        source=survey.source,
        community=survey.community,
        platform=FORM,
        pipeline="feedback",
        event="form_response",
        delivery=f"{survey.id}:{filled.submission}:{fingerprint(body)}",
        received_at=at,
        body=body,
    )


def answered(question: Question, given: str) -> dict[str, Any]:
    kinds: dict[str, dict[str, Any]] = {
        "text": {"type": "text", "text": given},
        "choice": {"type": "choice", "choice": {"label": given}},
        "scale": {"type": "number", "number": given},
    }
    return {**kinds[question.kind], "field": {"id": question.id, "ref": question.id}}


# What the page says


def spoken(survey: Survey) -> str:
    """The language of the page: as chosen on it, or the browser's, or the community's, or the first there is."""
    chosen = (router.current_event.query_string_parameters or {}).get("lang", "")
    own = program.active()[0].community(survey.community).language
    return next((one for one in (chosen, *preferred(), own) if one in survey.title), next(iter(survey.title)))


def page(
    survey: Survey, filled: Filled, *, wrong: dict[str, str] | None = None, done: bool = False, status: int = 200
) -> Response[str]:
    language = spoken(survey)
    told = letters.spoken(language)
    html = (
        templates()
        .get_template("form.html")
        .render(
            language=language,
            title=survey.title[language],
            names=letters.NAMES,
            others=[(one, f"?{query_with(one)}") for one in survey.title if one != language],
            text={
                name: letters.say(told, name)
                for name in ("send", "required", "tell", "mail", "mail why", "trap", "wrong")
            },
            scale={one.id: letters.say(told, "scale", steps=one.steps) for one in survey.questions},
            questions=survey.questions,
            filled=filled,
            wrong=wrong or {},
            follow_up=survey.follow_up,
            notice=notice(survey, filled, told, done=done),
            longest=LONGEST,
        )
    )
    return Response(status, HTML, html, FORMS)


def notice(survey: Survey, filled: Filled, told: str, *, done: bool) -> list[str]:
    """What the page says in the stead of the form."""
    if done:
        return [letters.say(told, name) for name in ("thanks", *(["told"] if filled.tell else []))]
    now = clock.now()
    if survey.is_open(now):
        return []
    return [letters.say(told, "over" if survey.closes and now >= survey.closes else "not yet")]


def query_with(language: str) -> str:
    given = router.current_event.query_string_parameters or {}
    return urlencode([*((name, given[name]) for name in ("r", "e", "s") if name in given), ("lang", language)])


# Nothing more


@router.get("/contacts/<community>", include_in_schema=False)
def ask_whether(community: str) -> Response[str]:
    return ending(community, ended=False)


@router.post("/contacts/<community>", include_in_schema=False, enable_validation=False)
def end(community: str) -> Response[str]:
    return ending(community, ended=True)


def ending(community: str, *, ended: bool) -> Response[str]:
    party = signed(contacts.path(community), progress.PURPOSE)
    if not party:
        return sorry(403, GONE)
    if ended:
        contacts.forget(table(), community, party, clock.now())
    language = letters.spoken(*preferred())
    text = {name: letters.say(language, f"end {name}") for name in ("title", "ask", "send")}
    notice = letters.say(language, "ended") if ended else ""
    html = templates().get_template("contact.html").render(language=language, text=text, notice=notice)
    return Response(200, HTML, html, FORMS)
