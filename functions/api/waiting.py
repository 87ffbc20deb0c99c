"""What waits for an answer, as a page behind the link of a digest. Whoever is on the roster under the same id takes
care of it there: looking never acts, a form that is sent does."""

import json
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from events.program import Reader
from events.talks import LONGEST_ANSWER, LONGEST_REASON
from functions.api.pages import FORMS, HTML, fields, signed, sorry, templates
from functions.feedback import answering, desks, talk_pages, talk_records, talks
from functions.feedback.talk_pages import PURPOSE, TEXTS, say
from functions.feedback.talk_records import BusyError, Talk
from functions.feedback.talks import NotAllowedError
from functions.shared import clock, links, outbox, program
from functions.shared.table import Item, table

router = APIGatewayHttpRouter()
GONE = "This link is not valid, or not any more. Your next digest brings a new one."
NOTHING = "There is nothing here any more."
MOST = 50

Fields = dict[str, str]
LARGEST = 10 * LONGEST_ANSWER
"""Bytes of a form: a letter takes nine of them at most."""


@router.get("/waiting/<community>", include_in_schema=False)
def list_waiting(community: str) -> Response[str]:
    reader = admitted(talk_pages.path(community))
    if reader is None:
        return sorry(403, GONE)
    now, found = clock.now(), talk_records.waiting(table(), community, clock.now())
    rows = [
        {
            "link": links.link(talk_pages.path(community, one.talk["id"]), reader.id, PURPOSE, now),
            "about": talks.quoted(one.item),
            "source": one.item["source"],
            "who": one.talk["assigned_to"],
            "said_at": one.item["said_at"][:16].replace("T", " "),
        }
        for one in found.all[:MOST]
    ]
    return page("waiting.html", reader, rows=rows, people=found.people, more=found.more or len(found.all) > MOST)


@router.get("/waiting/<community>/<item>", include_in_schema=False)
def show_item(community: str, item: str) -> Response[str]:
    reader = admitted(talk_pages.path(community, item))
    return shown(community, item, reader, {}) if reader else sorry(403, GONE)


@router.post("/waiting/<community>/<item>", include_in_schema=False, enable_validation=False)
def act(community: str, item: str) -> Response[str]:
    """A form as a browser sends it. Sent twice, it is done once."""
    reader = admitted(talk_pages.path(community, item))
    if reader is None:
        return sorry(403, GONE)
    given = written()
    way = WAYS.get(given.get("do", ""))
    if way is None:
        return shown(community, item, reader, given)  # A preview, or no form of ours.
    try:
        way(community, item, reader.id, given)
    except LookupError:
        return sorry(404, NOTHING)
    except (NotAllowedError, BusyError) as error:
        return shown(community, item, reader, given, str(error))
    outbox.kick(desks.due(table(), community, item))
    return shown(community, item, reader, {})


def admitted(path: str) -> Reader | None:
    """Whose digest it was, as long as they are on the roster of that community."""
    active, name = program.active()[0], signed(path, PURPOSE)
    reader = active.reader(name) if name else None
    return reader if reader and talk_pages.may_act(active, reader) and path.split("/")[2] == reader.community else None


def written() -> Fields:
    """What stands in the form; nothing where it is none of ours, or too long for one."""
    return {name: value.replace("\r\n", "\n")[:LONGEST_ANSWER] for name, value in (fields(LARGEST) or {}).items()}


def looked_at(given: Fields) -> int | None:
    """The fence that stood on the page: one that is loaded or sent again later must not undo what others did since."""
    fence = given.get("fence", "")
    return int(fence) if fence.isascii() and fence.isdigit() and len(fence) < 10 else None


def assign(community: str, item: str, who: str, given: Fields) -> None:
    del given
    answering.assign(table(), community, item, who, who, program.active()[0], clock.now())


def close(community: str, item: str, who: str, given: Fields) -> None:
    reason = given.get("words", "").strip()[:LONGEST_REASON]
    answering.close(table(), community, item, reason, who, clock.now(), looked_at(given))


def answer(community: str, item: str, who: str, given: Fields) -> None:
    """Only what was looked at: its hash stands in the form."""
    active, now = program.active()[0], clock.now()
    said = (given.get("words", ""), active.community(community).language, given.get("version", ""), who)
    seen = given.get("seen", "") or "-"
    answering.answer(table(), community, item, *said, active, now, fence=looked_at(given), seen=seen)


def approve(community: str, item: str, who: str, given: Fields) -> None:
    """What somebody wrote before, as it was looked at."""
    answering.approve(table(), community, item, given.get("seen", "") or "-", who, program.active()[0], clock.now())


WAYS: dict[str, Callable[[str, str, str, Fields], None]] = {
    "assign": assign,
    "close": close,
    "answer": answer,
    "approve": approve,
}


def shown(community: str, item: str, reader: Reader, given: Fields, notice: str = "") -> Response[str]:
    """The item as it is now; with words that somebody has written, here or before, what would be sent."""
    try:
        found = talk_records.read(table(), community, item)
    except LookupError:
        return sorry(404, NOTHING)
    # A reason to close it is none of the answer's words.
    words = given.get("words", "") if given.get("do") in ("preview", "answer") else ""
    drafted = found.talk["state"] == "drafted" and not words
    preview: dict[str, Any] = {}
    if drafted or (given.get("do") == "preview" and words.strip()):
        preview, why = would_send(found, found.talk["answer"] if drafted else {"text": words})
        notice = notice or why
    return page(
        "talk.html",
        reader,
        item=found.item,
        talk=found.talk,
        version=talks.version(found.item),
        cannot=answering.why_not(found, program.active()[0]),
        open=open_to(found, reader),
        words=words,
        drafted=drafted,
        preview=preview,
        bodies=[json.dumps(part["body"], ensure_ascii=False, indent=2) for part in preview.get("parts", ())],
        notice=notice,
        longest=LONGEST_ANSWER,
        longest_reason=LONGEST_REASON,
    )


def would_send(found: Talk, written: Item) -> tuple[dict[str, Any], str]:
    """What would be sent, in the community's language unless it says another one; or why it cannot be."""
    active = program.active()[0]
    language = written.get("language") or active.community(found.talk["community"]).language
    try:
        return answering.preview(found, written["text"], language, active), ""
    except NotAllowedError as error:
        return {}, str(error)


def open_to(found: Talk, reader: Reader) -> bool:
    """Whether there is anything that they can do."""
    holder = talks.leased(found.talk, clock.now())
    return found.talk["state"] in ("open", "assigned", "drafted") and holder in ("", reader.id)


def page(template: str, reader: Reader, **given: Any) -> Response[str]:
    language = talk_pages.spoken(reader.language)
    text = {name: say(language, name) for name in TEXTS[language]}
    html = templates().get_template(template).render(language=language, text=text, **given)
    return Response(200, HTML, html, FORMS)
