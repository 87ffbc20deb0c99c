"""A paused target, or a community on hold: switched off, if it is still on as it was."""

from collections.abc import Sequence

from functions.api.deciding import acted
from functions.api.deciding.matter import Asked, Given, Matter, Way, cut
from functions.digests.decisions import stamp
from functions.shared import clock, outbox, switches
from functions.shared.table import Item, Put

SEND = "resume-send"


def matter(asked: Asked) -> Matter:
    """Raises LookupError."""
    held = asked.kind == "hold"
    name = switches.HOLD if held else switches.target(asked.id)
    item = asked.store.get(*switches.key(asked.community, name))
    if item is None:
        raise LookupError("there is no such switch")
    say = asked.say
    if not item["on"]:
        left = () if held else unfinished(asked, item)
        title = say("hold-none") if held else say("paused-none", place=asked.id)
        return Matter(title, asked.version if left else "", ways=left, settled=(item["by"], item["at"]))
    waits = 0 if held else piled_up(asked)
    at = asked.words.moment(clock.moment(item["at"]), asked.reader.timezone)
    lines = [say("switched", who=item["by"], at=at), say("switched-why", reason=cut(item["reason"]) or "-")]
    return Matter(
        title=say("hold-on") if held else say("paused-on", place=asked.id),
        version=stamp(clock.moment(item["at"])),
        lines=(*lines, *([] if held else [say("piled-up", number=waits)])),
        ways=(letting_go(asked, item),) if held else tuple(resuming(asked, item, name, waits) for name in RESUMED),
    )


RESUMED = ("resume", SEND)


def piled_up(asked: Asked) -> int:
    """As many as are let go at once."""
    return len(asked.store.listed(asked.community, f"held-{asked.id}", most=1_000))


def letting_go(asked: Asked, item: Item) -> Way:
    def off(given: Given, record: Put) -> Sequence[Item]:
        del given
        switches.off_as_seen(asked.store, item, asked.who, asked.now, [record])
        return ()

    return Way("let-go", off)


def resuming(asked: Asked, item: Item, name: str, waits: int) -> Way:
    """First the switch with the record, then what was held back, row by row: cut off, `unfinished` goes on with it."""

    def resume(given: Given, record: Put) -> Sequence[Item]:
        del given
        switches.off_as_seen(asked.store, item, asked.who, asked.now, [record])
        return let_go(asked, asked.who, name)

    return Way(name, resume, told={"number": waits})


def let_go(asked: Asked, who: str, name: str) -> list[Item]:
    return outbox.let_go(asked.store, asked.community, asked.id, who, asked.now, send=name == SEND)


def unfinished(asked: Asked, item: Item) -> tuple[Way, ...]:
    """Where somebody went on with the target by this link, and was cut off before what was held back: the rest, as they
    wanted it."""
    begun = [one for one in acted.done(asked) if one["version"] == asked.version and one["did"] in RESUMED]
    waits = piled_up(asked) if begun and begun[0]["at"] == item["at"] else 0
    if not waits:
        return ()

    def finish(given: Given, record: Put) -> Sequence[Item]:
        del given, record
        return let_go(asked, begun[0]["by"], begun[0]["did"])

    return (Way("finish", finish, told={"number": waits}),)
