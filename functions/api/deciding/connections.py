"""A connection that is wrong or dying, or fetching that fails: what to do about it, and another look."""

from collections.abc import Iterator, Sequence

from events.cards import CardEntry
from functions.api.deciding.matter import Asked, Given, Matter, Way, cut
from functions.digests.decisions import stamp
from functions.shared import clock, raised
from functions.shared.table import Item, Put


def matter(asked: Asked) -> Matter:
    """Raises LookupError."""
    part = raised.CHECK if asked.kind == "connection" else raised.POLL
    row = asked.store.get(*raised.standing_key(asked.community, asked.id, part))
    if row is None:
        raise LookupError("there is no such connection")
    waits = "listing" in row
    findings = [f"{one['what']}: {one['told']}" for one in row.get("findings", ()) if one["state"] != "good"]
    return Matter(
        title=asked.say(f"{asked.kind}-of", source=asked.id, platform=row["platform"]),
        version=stamp(clock.moment(row["since"])) if waits else "",
        lines=tuple(lines(asked, row)),
        entries=(CardEntry(title=asked.say("findings"), facts=tuple(findings)),) if findings else (),
        ways=(looking(asked, row),) if waits and row["due_at"] > clock.text(asked.now) else (),
    )


def lines(asked: Asked, row: Item) -> Iterator[str]:
    say = asked.say
    if "reason" not in row:
        yield say("connection-good")
        return

    def wall(at: str) -> str:
        return asked.words.moment(clock.moment(at), asked.reader.timezone)

    yield say("connection-since", at=wall(row["since"]), reason=cut(row["reason"]))
    if row.get("until"):
        yield say("connection-until", at=wall(row["until"]))
    command = f"liaison {'connect' if asked.kind == 'connection' else 'doctor'} {asked.id}"
    yield say("connection-advice", command=command)
    due = row["due_at"] <= clock.text(asked.now)
    yield say("connection-due") if due else say("connection-next", at=wall(row["due_at"]))


def looking(asked: Asked, row: Item) -> Way:
    def look(given: Given, record: Put) -> Sequence[Item]:
        del given
        raised.look_again(asked.store, row, asked.now, [record])
        return ()

    return Way("look-again", look, str(row["fence"]))
