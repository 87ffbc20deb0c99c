"""From an approval to rows. Drives `records` with what the platforms make of an announcement; used by whoever approves
(`api`, chats, triggers) and by the minute's sweep. What becomes of a change or a withdrawal stands in `carrying`."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from events.announcements import Announcement, TriggerFired
from events.program import Program
from functions.announcements import carrying, plans, records
from functions.announcements.records import Call
from functions.platforms import previews
from functions.platforms.posting import Limits
from functions.platforms.previews import Preview, Previews
from functions.shared import clock, objects, outbox, switches, table
from functions.shared.settings import settings
from functions.shared.table import Item, Table, Write

AGAIN = timedelta(minutes=1)
LARGEST = 350_000
"""Bytes of one call: it is kept in one item, with what becomes of it, and DynamoDB takes 400 KB."""
OTHER = "what would be sent is not what you saw: look at the preview again, then approve"
LIMITS = "limits"


def preview(store: Table, community: str, name: str, content: Announcement, program: Program) -> Previews:
    """As every target will get it, by what the servers said of their limits lately."""
    told = limits(store, community, content.targets)
    return previews.of(name, content, community, program, told, settings().public_url)


def limits(store: Table, community: str, targets: Sequence[str]) -> Mapping[str, Limits]:
    found = store.read([limits_key(community, target) for target in dict.fromkeys(targets)])
    return {item["target"]: Limits(**item["limits"]) for item in found}


def limits_key(community: str, target: str) -> table.Key:
    return table.partition(community, LIMITS, target), LIMITS


def approve(
    store: Table,
    found: Item,
    who: str,
    seen: str,
    program: Program,
    due_at: datetime,
    wall: str,
    zone: str,
    now: datetime,
    *,
    account: Item | None = None,
    beside: Sequence[Write] = (),
) -> Item:
    """Say yes to what was seen: `seen` is the hash of its preview, or how it begins. `account`: whose word it is, where
    a platform knows them; `beside`: what is written with it. Raises NotAllowedError."""
    another = program.community(found["community"]).approval == "another"
    wrote = found.get("account") if found["writer"] == found["author"] else None
    plans.may_approve(found["writer"], who, another=another, same=account == wrote if account and wrote else None)
    made = preview(store, found["community"], found["id"], records.content_of(found), program)
    if not (seen and made.hash.startswith(seen)):
        raise plans.NotAllowedError(OTHER)
    fit(made)
    keep_plan(found["community"], found["id"], made)
    return records.approve(store, found, who, made.hash, due_at, wall, zone, now, account=account, beside=beside)


def fit(made: Previews) -> None:
    """Raises NotAllowedError for what cannot be sent as it is."""
    problems = made.problems or list(dict.fromkeys(overfull(made)))
    if problems:
        raise plans.NotAllowedError("it cannot be sent like this: " + "; ".join(problems))


def overfull(made: Previews) -> Iterator[str]:
    for one in made.posts:
        for part in one.rendering.parts:
            size = len(json.dumps([part.body, part.text], ensure_ascii=False).encode())
            if size > LARGEST:
                yield f"{one.target}: too large to be kept: {size:,} bytes in one piece, and {LARGEST:,} is the most"


BY_PROGRAM = "the program"


def approve_by_program(store: Table, fired: TriggerFired, program: Program, now: datetime) -> None:
    """Where the program says so, what a source fired goes out without asking anybody: once, while it is news, and only
    what nobody has touched. What cannot be sent like this stays a draft, with the reason."""
    place = program.source(fired.source)
    name = plans.announcement_id(fired.community, fired.source, fired.trigger)
    wanted = place and place.announce == "publish" and plans.is_news(fired.published_at, now)
    found = store.get(*records.key(fired.community, name)) if wanted else None
    if found is None or found["state"] != "draft" or found["revision"] > 1 or "reason" in found:
        return
    made = preview(store, fired.community, name, records.content_of(found), program)
    try:
        approve(store, found, BY_PROGRAM, made.hash, program, now, "now", "UTC", now)
    except plans.NotAllowedError as error:
        records.void(store, found, "draft", str(error), now)


def keep_plan(community: str, name: str, made: Previews) -> None:
    """What will be sent, under its hash: approved calls are made from it and from nothing else."""
    plan = json.dumps(calls(name, made), ensure_ascii=False).encode()
    objects.write(plan_key(community, name, made.hash), plan)


def plan_key(community: str, name: str, hash_: str) -> str:
    return f"plans/{community}/{name}/{hash_}.json"


def calls(name: str, made: Previews) -> list[Call]:
    """All the calls, in the order people will see them."""
    return [call for one in made.posts for call in calls_of(name, one)]


def calls_of(name: str, one: Preview) -> list[Call]:
    """The calls of one target in one language. `published_at` is filled in when they are made rows.

    Words are numbered by themselves, and so is each step without any: when a thread grows, no words stand where such a
    step was."""
    pairs = previews.requests(name, one, clock.EPOCH)
    numbers: Counter[str] = Counter()
    named = []
    for part, _ in pairs:
        numbers[part.step] += 1
        step = "" if part.step == "post" else f"{part.step}-"
        named.append(f"{one.target}#{one.language}#{step}{numbers[part.step]:02d}")
    return [
        {
            "name": here,
            "after": after,
            "platform": one.platform,
            "request": request.model_dump(mode="json"),
            "calling": {"kind": part.kind, "window": part.window, "budgets": [asdict(b) for b in part.budgets]},
        }
        for (part, request), here, after in zip(pairs, named, [*named[1:], ""], strict=True)
    ]


def go_on(store: Table, found: Item, program: Program, now: datetime) -> list[Item]:
    """What is due about an announcement; gives the rows to kick. Cut off anywhere, the next minute goes on."""
    match found["state"]:
        case "scheduled" | "publishing":
            return publish(store, found, program, now)
        case "withdrawing":
            return carrying.carry(store, found, [], now)
        case "changing":
            return carrying.carry(store, found, planned(found), now)
    return []


def publish(store: Table, found: Item, program: Program, now: datetime) -> list[Item]:
    """Everything that was approved and nothing else. On hold it waits; late it is missed; other than approved it goes
    back to a person."""
    if found["publish_at"] > clock.text(now):
        return []
    if found["state"] == "scheduled":
        if plans.too_late(clock.moment(found["publish_at"]), found["content"]["useless_after"], now):
            records.void(store, found, "missed", "its time was over before it could be posted", now)
            return []
        if found.get("held") or switches.which(store, found["community"], switches.HOLD):
            records.put_off(store, found, now + AGAIN)
            return []
        made = preview(store, found["community"], found["id"], Announcement.model_validate(found["content"]), program)
        if made.hash != found["approved"]["hash"]:
            why = (
                "the program, or what a server says of its limits, has changed since it was approved, and with it what "
                "would be sent: approve it again"
            )
            records.void(store, found, "draft", why, now)
            return []
    return pages(store, found, planned(found), now)


def pages(store: Table, found: Item, plan: Sequence[Call], now: datetime) -> list[Item]:
    """Page by page, to the end; nothing is kicked before all rows are there."""
    rows: list[Item] = []
    while True:
        page = records.publish_page(store, found, plan, now)
        if page is None:
            return []  # Somebody else has it, or it was withdrawn: there is nothing to hurry for.
        rows.extend(page)
        found = records.existing(store, found["community"], found["id"])
        if found["state"] != "publishing":
            return rows


def planned(found: Item) -> list[Call]:
    """The calls as they were approved."""
    stored = objects.read(plan_key(found["community"], found["id"], found["approved"]["hash"]))
    if stored is None:
        raise LookupError(f"the approved plan of {found['id']} is gone")
    told: list[Call] = json.loads(stored)
    return [
        {**call, "request": {**call["request"], "published_at": found.get("published_at", found["publish_at"])}}
        for call in told
    ]


def resume(store: Table, community: str, target: str, who: str, now: datetime, *, send: bool) -> list[Item]:
    """A target goes on; what was held back is sent only when it is asked for. Cut off, it is asked for again."""
    switches.off(store, community, switches.target(target), who, now)
    return outbox.let_go(store, community, target, who, now, send=send)


def shown(made: Previews) -> dict[str, Any]:
    return previews.shown(made)
