"""What waits for a decision, one thing on a page behind the link of a digest. Looking never acts: mail scanners follow
links. A form that is sent does, once, for the reader whose link it is, and only on what stood on the page.

A link is good for one state of one thing. Whoever comes later is told what was done, by whom and when; where it waits
anew, the page leads to what it is now.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, get_args

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from events.digests import Waits
from functions.announcements.plans import NotAllowedError as AnnouncementNotAllowedError
from functions.api.deciding import acted, announcements, cases, connections, deliveries, merges, parked, switches
from functions.api.deciding.matter import Asked, Given, Matter, RefusedError, Way, cut
from functions.api.pages import FORMS, HTML, closed, fields, signed, sorry, templates
from functions.digests import decisions
from functions.digests.decisions import PURPOSE
from functions.digests.plain import TURNING
from functions.digests.words import Words
from functions.moderation.cases import NotAllowedError as CaseNotAllowedError
from functions.moderation.records import BusyError
from functions.moderation.working import CameBeforeError
from functions.shared import clock, links, outbox, program
from functions.shared.outbox import LostError
from functions.shared.table import CancelledError, Item, table

router = APIGatewayHttpRouter()
LARGEST = 100_000
"""Bytes of a form: of an explanation a letter takes nine of them at most."""

MATTERS: dict[str, Callable[[Asked], Matter]] = {
    "case": cases.matter,
    "appeal": cases.matter,
    "announcement": announcements.matter,
    "missed": announcements.matter,
    "series": announcements.series_matter,
    "merge": merges.matter,
    "delivery": deliveries.matter,
    "parked": parked.matter,
    "connection": connections.matter,
    "fetching": connections.matter,
    "paused": switches.matter,
    "hold": switches.matter,
}

FASTER = (CameBeforeError, CancelledError, LostError)
"""Somebody else was, or the same page was sent before."""
NOT_ALLOWED = (CaseNotAllowedError, AnnouncementNotAllowedError, RefusedError, LookupError)


@router.get("/decide/<community>/<kind>/<name>/<version>", include_in_schema=False)
def show(community: str, kind: str, name: str, version: str) -> Response[str]:
    asked = admitted(community, kind, name, version)
    return page(asked) if asked else closed("decide-closed")


@router.post("/decide/<community>/<kind>/<name>/<version>", include_in_schema=False, enable_validation=False)
def act(community: str, kind: str, name: str, version: str) -> Response[str]:
    """A form as a browser sends it. Sent twice, it is done once."""
    asked = admitted(community, kind, name, version)
    if asked is None:
        return closed("decide-closed")
    given = fields(LARGEST)
    if given is None:
        return sorry(413, asked.say("large"), asked.words.language)
    matter = read(asked)
    if matter is None:
        return gone(asked)
    way = chosen(asked, matter, given)
    if way is None:
        return page(asked, notice=asked.say("moved"), given=given, status=409)
    try:
        rows = way.do(given, acted.record(asked, way.name, way.seen))
    except FASTER:
        return page(asked, notice=asked.say("faster"), given=given, status=409)
    except BusyError:
        return page(asked, notice=asked.say("busy"), given=given, status=503)
    except NOT_ALLOWED as error:
        if isinstance(error, KeyError | IndexError):
            raise  # A mistake of our own.
        return page(asked, notice=asked.say("refused", why=cut(plain(str(error)))), given=given, status=409)
    outbox.kick(rows)
    return page(asked, done=way)


def admitted(community: str, kind: str, name: str, version: str) -> Asked | None:
    """Whose link it is, as long as the program has them, in that community, and they may."""
    signatory = signed(decisions.page(community, kind, name, version), PURPOSE)
    active, hash_ = program.active()
    reader = active.reader(signatory) if signatory else None
    waits: Waits | None = next((one for one in get_args(Waits) if one == kind and one in MATTERS), None)
    if reader is None or waits is None or reader.community != community:
        return None
    if not decisions.may(waits, active, reader):
        return None
    words = Words.of(reader.language)
    return Asked(table(), active, hash_, reader, waits, name, version, clock.now(), words)


def read(asked: Asked) -> Matter | None:
    """As it is now; None where it is not there (any more)."""
    try:
        return MATTERS[asked.kind](asked)
    except LookupError as error:
        if isinstance(error, KeyError | IndexError):
            raise  # A mistake of our own.
        return None


def chosen(asked: Asked, matter: Matter, given: Given) -> Way | None:
    """What was pressed, if the thing is still what stood on the page, and what the link is for."""
    if matter.version != asked.version:
        return None
    wanted = (given.get("do", ""), given.get("seen", ""))
    return next((one for one in matter.ways if (one.name, one.seen) == wanted), None)


# What the page says


def gone(asked: Asked) -> Response[str]:
    """With what was done about it, where somebody did."""
    told = " ".join([asked.say("gone"), *(used(asked, one) for one in acted.done(asked)[:1])])
    return sorry(404, told, asked.words.language)


def page(
    asked: Asked, *, done: Way | None = None, notice: str = "", given: Given | None = None, status: int = 200
) -> Response[str]:
    """Read anew, also after something was done."""
    matter = read(asked)
    if matter is None:
        return gone(asked)
    say = asked.say
    current = matter.version == asked.version
    html = (
        templates()
        .get_template("decide.html")
        .render(
            language=asked.words.language,
            text={name: say(f"page-{name}") for name in ("look", "there", "now", "choose")},
            what=say(f"waits-{asked.kind}"),
            title=plain(matter.title),
            done=say(f"done-{done.name}") if done else "",
            notice=notice,
            state=list(standing(asked, matter)),
            newer=newer(asked, matter) if matter.version and not current else "",
            lines=[plain(one) for one in matter.lines],
            entries=[
                {
                    "title": plain(one.title),
                    "text": plain(one.text),
                    "facts": [plain(fact) for fact in one.facts],
                    "urls": one.urls,
                }
                for one in matter.entries
            ],
            page=matter.page,
            ways=[form(asked, one, given or {}) for one in matter.ways] if current else [],
        )
    )
    return Response(status, HTML, html, FORMS)


def plain(text: str) -> str:
    """Without marks that turn the words around them."""
    return TURNING.sub("", text)


def standing(asked: Asked, matter: Matter) -> Iterator[str]:
    """That it does not wait any more, or is another by now; and what was done about it."""
    say = asked.say
    if not matter.version:
        yield say("over")
    elif matter.version != asked.version:
        yield say("changed")
    who, at = matter.settled or ("", "")
    record = next(iter(acted.done(asked)), None)
    if record and record["at"] >= at:
        yield used(asked, record)
    elif matter.settled:
        yield say("settled", who=named(asked, who), at=wall(asked, at))


def used(asked: Asked, record: Item) -> str:
    did = asked.say(f"did-{record['did']}")
    return asked.say("used", who=named(asked, record["by"]), at=wall(asked, record["at"]), did=did)


def wall(asked: Asked, at: str) -> str:
    return asked.words.moment(clock.moment(at), asked.reader.timezone)


def named(asked: Asked, who: str) -> str:
    """As colleagues call them."""
    reader, moderator = asked.program.reader(who), asked.program.moderator(asked.community, who)
    return cut(plain(moderator.name if moderator else reader.name if reader else who))


def newer(asked: Asked, matter: Matter) -> str:
    """A link to what it is now, which ends with the one that was followed."""
    ends = int((router.current_event.query_string_parameters or {})["e"])
    path = decisions.page(asked.community, asked.kind, asked.id, matter.version)
    return links.link(path, asked.who, PURPOSE, asked.now, datetime.fromtimestamp(ends, UTC) - asked.now)


def form(asked: Asked, way: Way, given: Given) -> dict[str, Any]:
    """`given`: what was written in a form that came to nothing stays there."""
    again = given if given.get("do") == way.name else {}
    told = dict(way.told or {})
    return {
        "name": way.name,
        "seen": way.seen,
        "label": asked.say(f"way-{way.name}", **told),
        "does": asked.say(f"does-{way.name}", **told),
        "fields": way.fields,
        "given": again,
        "ticked": ticked(way, again),
    }


def ticked(way: Way, again: Given) -> Sequence[str]:
    """Names of boxes and values of lists that are chosen."""
    if again:
        return [*(name for name in again if "-" in name), *(again.get(one.name, "") for one in way.fields)]
    return [
        f"{field.name}-{one.value}" if field.form == "tick" else one.value
        for field in way.fields
        for one in field.choices
        if one.chosen
    ]
