"""A case or an appeal: taken, handed to the leads, decided. The buttons are those of its card at a desk."""

from collections.abc import Iterator, Sequence
from itertools import chain

from events import buttons
from events.buttons import Button
from events.moderation import LONGEST_EXPLANATION, TIMED
from functions.api.deciding.matter import Asked, Choice, Field, Given, Matter, Way
from functions.moderation import appeals, cards, cases, desks, records, sight
from functions.shared.table import Item, Put

WAYS = ("take", "give", "escalate", "dismiss", "violation")
"""A card has a button for each measure besides; here they stand in one form."""


def matter(asked: Asked) -> Matter:
    """Raises LookupError."""
    found = records.existing(asked.store, asked.community, asked.id)
    if appeals.is_appeal(found) != (asked.kind == "appeal"):
        raise LookupError("there is no such case")
    seen = sight.of(asked.store, found, asked.program, asked.now)
    card = cards.card(found, seen, asked.words.language, asked.now)
    decided = found["state"] == "decided"
    pressed = (buttons.read(one.name) for one in card.buttons)
    return Matter(
        title=card.title,
        version="" if decided else str(found["material"]),
        lines=card.lines,
        entries=card.entries,
        ways=tuple(way(asked, found, one) for one in pressed if one and one.action in WAYS and theirs(asked, found)),
        settled=(found["decided_by"], found["decided_at"]) if decided else None,
    )


def theirs(asked: Asked, found: Item) -> bool:
    """Whether nobody else has it."""
    return found["state"] != "claimed" or found["claimed_by"] == asked.who or cases.lapsed(found, asked.now)


def way(asked: Asked, found: Item, button: Button) -> Way:
    """Bound to the fence: whoever had it since has changed that."""

    def do(given: Given, record: Put) -> Sequence[Item]:
        said = (found, button, values(given), asked.who, asked.program, asked.hash, asked.now)
        desks.act(asked.store, *said, [record])
        due = desks.due(asked.store, asked.community, found["id"], asked.now)
        told = records.whole(asked.store, asked.community, found["id"])["told"]
        return [*due, *(row for row in told if row["state"] == "planned")]

    return Way(button.action, do, str(found["fence"]), tuple(fields(asked, button)))


def values(given: Given) -> dict[str, str]:
    """As the form behind a button of a card sends them."""
    start = f"{buttons.CHOSEN}-"
    ticked = [name.removeprefix(start) for name in given if name.startswith(start)]
    plain = {name: given.get(name, "").replace("\r\n", "\n") for name in (buttons.MINUTES, buttons.RULE, buttons.WHY)}
    return {**plain, buttons.CHOSEN: ",".join(ticked)}


def fields(asked: Asked, button: Button) -> Iterator[Field]:
    say, language = asked.say, asked.words.language
    if button.action in ("dismiss", "violation"):
        offered = [Choice(one, cards.say(language, one), one in button.chosen) for one in button.measures]
        if offered:
            yield Field(buttons.CHOSEN, say("field-measures"), "tick", tuple(offered))
        if any(one in TIMED for one in button.measures):
            yield Field(buttons.MINUTES, say("field-minutes"), "short", longest=20, note=say("field-minutes.note"))
        rules = [Choice(one.id, one.title, one.id == button.rule) for one in asked.program.policies_of(asked.community)]
        if rules and button.action == "violation":
            none = Choice("", say("field-no-rule"), not button.rule)
            yield Field(buttons.RULE, say("field-rule"), "pick", tuple(chain([none], rules)))
        yield Field(buttons.WHY, say("field-why"), "long", required=True, longest=LONGEST_EXPLANATION)
    if button.action == "escalate":
        yield Field(buttons.WHY, say("field-reason"), "long", required=True, longest=desks.LONGEST_WHY)
