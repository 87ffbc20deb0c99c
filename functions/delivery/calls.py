"""From a row to one call: which adapter, to where, with which credential. The only audited way out."""

import traceback
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from importlib import import_module
from typing import Any, cast

from events.announcements import ChangeRequested, CountRequested, PostRequested, WithdrawRequested
from events.cards import CardRequested
from events.digests import BriefRequested, MailRequested
from events.moderation import ActionRequested, LookRequested, MessageRequested
from events.people import Model
from events.program import Program
from events.talks import AnswerRequested
from events.themes import HandRequested
from functions.delivery.attempts import IN_DOUBT, Case
from functions.platforms import acting
from functions.platforms.outgoing import (
    Destination,
    Found,
    Hands,
    Kind,
    Outcome,
    Refused,
    Sent,
    Unknown,
    Wait,
    answered,
)
from functions.platforms.posting import Absent, Budget, Counted, Prepared, to_target
from functions.shared import clock, outbox, parameters
from functions.shared.log import logger
from functions.shared.settings import settings
from functions.shared.table import Item, table

REQUESTS: dict[str, type[Model]] = {
    "post": PostRequested,
    "edit": ChangeRequested,
    "withdraw": WithdrawRequested,
    "count": CountRequested,
    "act": ActionRequested,
    "tell": MessageRequested,
    "look": LookRequested,
    "mail": MailRequested,
    "card": CardRequested,
    "brief": BriefRequested,
    "answer": AnswerRequested,
    "hand": HandRequested,
}
AT_SOURCES = ("act", "tell", "look", "see", "answer", "hand")
"""What is asked of the place that called us; the rest goes to targets and readers."""

AT_TARGETS = ("post", "edit", "withdraw", "count")

ANNOUNCES = ("post", "edit")
SAYS = (*ANNOUNCES, "answer", "hand")
"""What puts words in front of people: a hold or a pause stops it. What is taken back goes in spite of them, and so does
what only the staff sees: cards, mails and briefs, which they need the most just then."""

POSTS = ("post", "answer", "hand")
"""What becomes a post of its own: never twice, and not late."""


class NowhereError(Exception):
    """The program no longer says where this goes; the text says what is missing."""


def platform_of(row: Item, program: Program) -> str:
    """Raises NowhereError."""
    if row["purpose"] == "mail":
        return "mail"
    if row["purpose"] == "brief":
        return at_readers_desk(row, program)[0]
    if row["purpose"] in AT_SOURCES:
        return str(row["platform"])
    target = program.target(outbox.community_of(row), row["destination"])
    if target is None:
        raise NowhereError(f"the program has no target {row['destination']!r} any more")
    if row["platform"] not in ("", target.platform):
        then, here = row["platform"], target.platform
        raise NowhereError(f"{row['destination']!r} was on {then} when this was announced, and is on {here} now")
    return target.platform


def adapter(platform: str, purpose: str) -> Any:
    """The half of a platform's adapter that a purpose needs."""
    name = "posting" if purpose in AT_TARGETS else MODULES[purpose]
    return import_module(f"functions.platforms.{platform}.{name}")


MODULES = {
    "act": "acting",
    "tell": "telling",
    "card": "cards",
    "brief": "briefs",
    "look": "adapter",
    "mail": "adapter",
    "answer": "answering",
    "hand": "handing",
}


def case(row: Item, found: str, platform: str, announcement: Item | None, program: Program, now: datetime) -> Case:
    """What is known of a row, for the decision what to do with it. A look may be repeated whatever the platform, since
    it changes nothing there; what is asked of a post that is there is a state, and so may be repeated, too; and an act
    that is `readable` looks by itself first."""
    attempts = 0 if row["purpose"] == "count" else row["attempts"]
    in_doubt = found in IN_DOUBT or "begun" in row
    age = (now - clock.moment(row["armed_at"])).total_seconds() if "armed_at" in row else 0
    if row["purpose"] in (*MESSAGES, "brief"):
        kind, window, way = message(row, platform)
        looks = {"can_look": way, "looks": row.get("looks", 0), "retried": row.get("retried", False)}
        late = row["purpose"] == "brief" and clock.text(now) > row["not_after"]
        return Case(
            kind, attempts, in_doubt, age, window, late=late, better_twice=is_better_twice(row, program), **looks
        )
    if row["purpose"] not in POSTS:
        return Case(kind="keyed", attempts=attempts, in_doubt=in_doubt)
    calling = row["calling"]
    return Case(
        kind=calling["kind"],
        attempts=attempts,
        in_doubt=in_doubt,
        age=age,
        window=calling["window"],
        can_look=calling["kind"] != "blind" and hasattr(adapter(platform, row["purpose"]), "find"),
        looks=row.get("looks", 0),
        retried=row.get("retried", False),
        late=clock.text(now) > row["not_after"],
        withdrawn="withdrawn_by" in (announcement or {}),
        better_twice=calling["better_twice"],
    )


MESSAGES = ("act", "tell", "mail")
"""A measure may be a message, too: a warning."""

READS_MUCH = (*MESSAGES, "brief")
"""What is moderated, and what stands at a desk, may be long."""


def is_better_twice(row: Item, program: Program) -> bool:
    """Whether whoever reads it would rather have it twice than wait for a person."""
    reader = program.reader(row["destination"]) if row["purpose"] == "mail" else None
    return reader is not None and reader.better_twice


def message(row: Item, platform: str) -> tuple[Kind, int, bool]:
    """How an answer that was lost is dealt with, how long the key holds, and whether one can look."""
    if row["purpose"] != "act":
        module = adapter(platform, row["purpose"])
        return module.KIND, getattr(module, "WINDOW", 0), module.KIND == "told" or hasattr(module, "find")
    ability = acting.ability(platform, row["request"]["measure"])
    if ability is None or ability.kind == "keyed":
        return "keyed", ability.window if ability else 0, False
    return ability.kind, 0, hasattr(adapter(platform, "act"), "find")


def destination(row: Item, program: Program, public_url: str) -> Destination:
    """Where a row goes, read from the program now and not when it was planned. Raises NowhereError."""
    community, name = outbox.community_of(row), row["destination"]
    if row["purpose"] == "mail":
        reader = program.reader(name)
        if reader is None or reader.email is None or reader.community != community:
            raise NowhereError(f"the program has no reader {name!r} with a mail address any more")
        return Destination(name, community, reader.email, "", account=settings().mail_from)
    if row["purpose"] == "brief":
        return at_readers_desk(row, program)[1]
    if row["purpose"] == "tell" and row["platform"] == "mail":
        # Whose address it is, the message says.
        return Destination(name, community, row["request"]["person"]["id"], "", account=settings().mail_from)
    if row["purpose"] in AT_SOURCES:
        source = program.source(name)
        if source is None:
            raise NowhereError(f"the program has no source {name!r} any more")
        if row.get("place", here := [source.platform, source.api, source.about]) != here:
            raise NowhereError(f"{name!r} is another place now than when this was agreed to: hand it again")
        return Destination(
            name,
            community,
            source.api,
            secret(name),
            source.private_network,
            source.api_user,
            place=source.about,
            account=source.account,
        )
    target = program.target(community, name)
    if target is None:
        raise NowhereError(f"the program has no target {name!r} any more")
    if target.platform == "feed":
        return to_target(target, "", f"{public_url}/feeds/{community}/{name}")
    return to_target(target, secret(name))


def at_desk(row: Item, program: Program) -> tuple[str, Destination]:
    """The platform of a desk, and its channel there. Raises NowhereError."""
    community, name = outbox.community_of(row), row["destination"]
    desk = program.desk(community, name)
    source = program.source(desk.source) if desk else None
    if desk is None or source is None:
        raise NowhereError(f"the program has no desk {name!r} any more")
    where = Destination(source.id, community, source.api, secret(source.id), source.private_network, place=desk.channel)
    return source.platform, where


def at_readers_desk(row: Item, program: Program) -> tuple[str, Destination]:
    """The same of a brief's. Raises NowhereError also where its reader does not read there any more, and where it may
    have arrived in another channel, in which nobody can look."""
    name, reader, community = row["destination"], program.reader(row["request"]["reader"]), outbox.community_of(row)
    shown = [one.id for one in program.desks_of(community, "digests")]
    if reader is None or (reader.community, reader.desk) != (community, name) or name not in shown:
        raise NowhereError(f"{row['request']['reader']!r} reads no digests at the desk {name!r} any more")
    platform, to = at_desk(row, program)
    begun = row["request"].get("prepared", {}).get("place")
    if row["state"] in IN_DOUBT and begun not in (None, place(platform, to)):
        raise NowhereError(f"the desk {name!r} is in another channel now than when it was tried")
    return platform, to


def place(platform: str, to: Destination) -> str:
    return f"{platform} {to.id} {to.place}"


def budgets(row: Item, platform: str, to: Destination) -> list[Item]:
    """What has to have room before the call. A brief waits with everybody who uses its credential."""
    if row["purpose"] == "brief":
        return [asdict(Budget(f"{platform}:{to.id}"))]
    return list(row.get("calling", {}).get("budgets", []))


def addressed(row: Item) -> Item:
    """The same; whom it goes to is read now where they can end it, and whether it is still so. Raises NowhereError."""
    if "contact" not in row:
        return row
    pk, sk = row["contact"]
    contact = table().get(pk, sk)
    if contact is None or "person" not in contact:
        raise NowhereError("they do not want to be told any more, or nobody knows any more who they are")
    stands = table().get(row["pk"], "status")
    if stands is None or stands["status"] != row["status"]:
        raise NowhereError(f"it is not {row['status']} any more")
    return {**row, "request": {**row["request"], "person": contact["person"]}}


def addressed_as(armed: Item, row: Item) -> Item:
    """Whom it goes to is not kept with it, so the row that was armed does not say it."""
    if "contact" not in row:
        return armed
    return {**armed, "request": {**armed["request"], "person": row["request"]["person"]}}


def secret(name: str) -> str:
    found = parameters.read("targets", name)
    if found is None:
        raise NowhereError(f"there is no credential for {name!r}: put one with `liaison secret put {name} --outgoing`")
    return found


def is_stale(to: Destination) -> bool:
    """Whether another credential was put since this one was read."""
    kept = parameters.fresh(parameters.path("targets", to.id))
    return kept not in (None, to.secret)


WAYS: dict[str, str] = {"post": "send", "answer": "send", "hand": "send", "mail": "send", "brief": "send"}
"""Functions of an adapter that are not called as their purpose."""


def requested(row: Item) -> Model:
    return REQUESTS[row["purpose"]].model_validate(row["request"])


def make(row: Item, platform: str, to: Destination, hands: Hands) -> Outcome | Found | Counted:
    """The one irreversible call. Whatever goes wrong in it has an outcome."""
    request = requested(row)
    purpose = str(row["purpose"])
    if isinstance(request, ActionRequested):
        # Not where a person has it done again: that was found long ago.
        looked = request.prepared.get("before") if row["attempts"] == 1 and "resolved_by" not in row else None
        return cast(Outcome, bounded(platform, lambda: acting.act(platform, request, to, row["key"], hands, looked)))
    way = getattr(adapter(platform, purpose), WAYS.get(purpose, purpose))
    with_key = (row["key"], hands) if row["purpose"] != "count" else (hands,)
    made = bounded(platform, lambda: way(request, to, *with_key))
    return cast(Outcome | Found | Counted, made)


def prepare(row: Item, platform: str, to: Destination, hands: Hands) -> Prepared | Outcome:
    """What has to be there first, unless it was made at an earlier attempt. Nothing of it is seen by anybody, so an
    answer that was lost only means to try again."""
    if row["purpose"] == "act":
        return found_before(row, platform, to, hands)
    if row["purpose"] == "brief":
        return made_ready(row, platform, to, hands)
    request = cast(PostRequested, requested(row)) if row["purpose"] in SAYS else None
    module = adapter(platform, row["purpose"])
    way = getattr(module, "prepare", None) if request else None
    if way is None or request is None or not (request.images or getattr(module, "PREPARES", False)):
        return Prepared()
    if request.prepared:
        return Prepared(request.prepared)
    made = cast(Prepared | Outcome, bounded(platform, lambda: way(request, to, hands)))
    return Wait(5, made.reason) if isinstance(made, Unknown) else made


def found_before(row: Item, platform: str, to: Destination, hands: Hands) -> Prepared | Outcome:
    """The state before the first attempt, which an undo goes back to."""
    action = ActionRequested.model_validate(row["request"])
    if action.prepared:
        return Prepared(action.prepared)
    found = bounded(platform, lambda: acting.prepare(platform, action, to, hands))
    return found if isinstance(found, Sent | Refused | Wait | Unknown) else Prepared({"before": found})


def made_ready(row: Item, platform: str, to: Destination, hands: Hands) -> Prepared | Outcome:
    """Where a brief goes, and its uploads: what was made for another place is made anew."""
    brief, here = BriefRequested.model_validate(row["request"]), place(platform, to)
    if brief.prepared.get("place") == here:
        return Prepared(brief.prepared)
    way = getattr(adapter(platform, "brief"), "prepare", None)
    made = cast(Prepared | Outcome, bounded(platform, lambda: way(brief, to, hands)) if way else Prepared())
    if isinstance(made, Prepared):
        return Prepared({**made.made, "place": here})
    return Wait(5, made.reason) if isinstance(made, Unknown) else made


def find(row: Item, platform: str, to: Destination, hands: Hands) -> Outcome | Absent:
    """Look whether an earlier attempt arrived. Of what tells so by itself the row says it: one that may still be looked
    for has heard nothing."""
    if row["purpose"] != "act" and getattr(adapter(platform, row["purpose"]), "KIND", "") == "told":
        return Absent()
    request = requested(row)
    since, module = clock.moment(row["armed_at"]), adapter(platform, row["purpose"])
    found = bounded(platform, lambda: module.find(request, to, row["key"], since, hands))
    return cast(Outcome | Absent, found)


def is_counted(platform: str) -> bool:
    """Whether what people do with a post is read back: where the platform tells it, and for nothing."""
    way = adapter(platform, "post")
    return hasattr(way, "count") and not getattr(way, "COUNT_COST", "")


def bounded(platform: str, call: Callable[[], object]) -> object:
    """What the adapter's call gives; whatever goes wrong in it, as an outcome."""
    try:
        return answered(call)
    except Exception as error:  # noqa: BLE001
        # A failure nobody thought of, somewhere around a call that may have been made: that is what
        # "unknown" means. Anything narrower would one day call it "not sent" and send it twice.
        # Its message is not told: that of a bad header or address holds the credential.
        frames = traceback.extract_tb(error.__traceback__)
        where = [f"{frame.filename.rpartition('functions/')[2]}:{frame.lineno}" for frame in frames][-5:]
        logger.error("an adapter failed", extra={"adapter": platform, "error": type(error).__name__, "where": where})
        return Unknown(f"unforeseen: {type(error).__name__}")
