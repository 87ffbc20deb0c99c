"""From an approval to rows, and from a change or a withdrawal to what is done about it. Drives `records` with what the
platforms make of an announcement; used by whoever approves (`api`, chats, triggers) and by the minute's sweep."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from events.announcements import Announcement, TriggerFired
from events.program import Program
from functions.announcements import plans, records
from functions.announcements.records import Call
from functions.platforms import previews
from functions.platforms.posting import Limits
from functions.platforms.previews import Preview, Previews
from functions.shared import clock, objects, outbox, switches, table
from functions.shared.settings import settings
from functions.shared.table import CancelledError, Item, Put, Table, Write

AGAIN = timedelta(minutes=1)
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
    if made.problems:
        raise plans.NotAllowedError("it cannot be sent like this: " + "; ".join(made.problems))


BY_PROGRAM = "the program"


def approve_by_program(store: Table, fired: TriggerFired, program: Program, now: datetime) -> None:
    """Where the program says so, what a source fired goes out without asking anybody: once, and only what nobody has
    touched. What cannot be sent like this stays a draft, with the reason."""
    place = program.source(fired.source)
    name = plans.announcement_id(fired.community, fired.source, fired.trigger)
    found = store.get(*records.key(fired.community, name)) if place and place.announce == "publish" else None
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
    """The calls of one target in one language. `published_at` is filled in when they are made rows."""
    pairs = previews.requests(name, one, clock.EPOCH)
    named = [f"{one.target}#{one.language}#{request.part:02d}" for _, request in pairs]
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
        case "withdrawing" | "changing":
            return carry(store, found, now)
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
            return rows
        rows.extend(page)
        found = records.existing(store, found["community"], found["id"])
        if found["state"] != "publishing":
            return [row for row in rows if "due_at" in row]


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


def carry(store: Table, found: Item, now: datetime) -> list[Item]:
    """Carry a change or a withdrawal to every part, as far as the platforms can."""
    wanted = {} if found["state"] == "withdrawing" else {f"delivery#{c['name']}": c for c in planned(found)}
    rows = records.rows_of(store, found)
    kicks: list[Item] = []
    waits = False
    for one in rows:
        if one["purpose"] == "post":
            waits = act_on(store, found, one, wanted.get(one["sk"]), kicks, now) or waits
        elif one["purpose"] == "edit" and found["state"] == "withdrawing":
            waits = act_on(store, found, one, None, kicks, now) or waits
    if found["state"] == "changing":
        kicks.extend(added(store, found, rows, wanted, now))
    if waits or kicks or plans.open_rows(rows):
        records.put_off(store, found, now + AGAIN)
        return kicks
    state: plans.State = "withdrawn" if found["state"] == "withdrawing" else "published"
    records.finished(store, found, state, cannot(found, rows, wanted), now)
    return []


def act_on(store: Table, found: Item, one: Item, call: Call | None, kicks: list[Item], now: datetime) -> bool:
    """Do to one part what has to be done to it; gives whether it has to be looked at again."""
    platform = previews.posting(one["platform"])
    # A correction that is a post of its own goes, too; one that changed the post went with it.
    can_withdraw = hasattr(platform, "withdraw") and (one["purpose"] == "post" or platform.EDIT == "reply")
    if found["state"] == "withdrawing":
        fate = plans.fate_when_withdrawn(one, can_withdraw)
    else:
        can_edit = getattr(platform, "EDIT", "no") != "no"
        fate = plans.fate_when_changed(one, call["request"] if call else None, can_edit, can_withdraw)
    try:
        match fate:
            case "withdraw":
                row = records.take_back(found, one, now)
                if store.get(row["pk"], row["sk"]) is None:
                    kicks.append(store.write(Put(row, when=[table.absent()])))
            case "edit" if call:
                writes = records.correction(found, one, call["request"], now)
                store.transact(writes)
                kicks.append(writes[0].item)  # type: ignore[union-attr]
            case "replace" if call:
                store.write(records.replaced(one, call))
            case "cancel" | "wait":
                return drop(store, one, fate)
    except (CancelledError, table.ConditionFailedError):
        return True  # It moved in this moment.
    return False


def drop(store: Table, one: Item, fate: plans.Fate) -> bool:
    """Cancel what was not sent; gives whether it has to be looked at again."""
    if fate == "cancel":
        try:
            store.write(records.cancelled(one, "withdrawn before it was sent"))
        except table.ConditionFailedError:
            return True
    return fate == "wait"


def added(store: Table, found: Item, rows: Sequence[Item], wanted: Mapping[str, Call], now: datetime) -> list[Item]:
    """Parts that were not there before, the last one first. The first of them follows the last that is there."""
    there = {row["sk"]: row for row in rows}
    kicks: list[Item] = []
    for sk, call in reversed(list(wanted.items())):
        if sk in there:
            before = there[sk]
            follows = f"delivery#{call['after']}" if call["after"] else ""
            if before["next"] != follows and before["state"] == "sent" and follows:
                kicks.extend(joined(store, before, follows, now))
            continue
        new = records.row(found, call, now)
        if outbox_put(store, new) and "due_at" in new:
            kicks.append(new)
    return kicks


def joined(store: Table, before: Item, follows: str, now: datetime) -> list[Item]:
    """A part that is there already gets another one behind it."""
    linked = {**before, "next": follows}
    link = table.Update(table.key_of(before), set={"next": follows}, when=[table.equals("state", "sent")])
    try:
        store.transact([link, *outbox.released(store, linked, now)])
    except CancelledError:
        return []
    after = store.get(before["pk"], follows)
    return [after] if after and "due_at" in after else []


def outbox_put(store: Table, new: Item) -> bool:
    try:
        store.write(outbox.put(new))
    except table.ConditionFailedError:
        return False
    return True


def cannot(found: Item, rows: Sequence[Item], wanted: Mapping[str, Call]) -> list[str]:
    """What is there and could not be changed or taken back, for the manager to read."""
    told = []
    for one in rows:
        if one["purpose"] != "post" or one["state"] != "sent" or not plans.has_words(one):
            continue
        platform = previews.posting(one["platform"])
        where = f"{one['destination']} {one['posted']['url']}".strip()
        gone = found["state"] == "withdrawing" or one["sk"] not in wanted
        if gone and not hasattr(platform, "withdraw"):
            told.append(f"{where}: cannot be taken back by a program")
        elif not gone and one["request"]["body"] != wanted[one["sk"]]["request"]["body"]:
            told.append(f"{where}: cannot be changed by a program")
    failed = [one for one in rows if one["purpose"] in ("edit", "withdraw") and one["state"] not in ("sent", "planned")]
    return told + [f"{one['destination']}: {one['purpose']}: {one['reason']}" for one in failed]


def resume(store: Table, community: str, target: str, who: str, now: datetime, *, send: bool) -> list[Item]:
    """A target goes on; what was held back is sent only when it is asked for."""
    switches.off(store, community, switches.target(target), who, now)
    return outbox.let_go(store, community, target, who, now, send=send)


def shown(made: Previews) -> dict[str, Any]:
    return previews.shown(made)
