"""What the buttons of a case's card are called, and the forms behind them.

A name is all that comes back from a platform when a button is pressed (Discord: 100 characters), and all that the door
has to make the form from, since it knows no case. Standard library only.

`case:7f3a…:take:3` · `case:7f3a…:remove:3:hRtc:be-kind`: the case, what to do, the fence that stood on the card; for a
decision also what can be done, what of it is chosen already (in capitals), and the rule that it probably breaks.
"""

import re
from dataclasses import dataclass
from typing import Literal, get_args

Action = Literal[
    "take", "give", "escalate", "dismiss", "violation", "hide", "remove", "lock", "warn", "timeout", "suspend", "ban"
]  # fmt: skip
"""dismiss: there is no violation. violation: there is one. A measure: there is one, and this is done about it."""

ACTIONS: tuple[Action, ...] = get_args(Action)
AT_ONCE = ("take", "give")
"""Done as soon as they are pressed; all others have a form."""

LETTERS = {
    "approve": "a",
    "hide": "h",
    "remove": "r",
    "lock": "l",
    "warn": "w",
    "timeout": "t",
    "suspend": "s",
    "ban": "b",
    "resolve": "c",
}
MEASURES = {letter: measure for measure, letter in LETTERS.items()}
TIMED = ("timeout", "suspend")

CHOSEN, MINUTES, RULE, WHY = "measures", "minutes", "rule", "why"
"""Fields of the forms."""

NAME = re.compile(
    rf"case:(?P<case>[0-9a-f]{{16}}):(?P<action>{'|'.join(ACTIONS)}):(?P<fence>[0-9]{{1,9}})"
    r"(?::(?P<letters>[ahrlwtsbcAHRLWTSBC]{0,9}):(?P<rule>([a-z][a-z0-9-]{0,39})?))?"
)


@dataclass(frozen=True, slots=True)
class Button:
    case: str
    action: Action
    fence: int
    measures: tuple[str, ...] = ()
    """What can be done there, in the order in which it is offered."""
    chosen: tuple[str, ...] = ()
    rule: str = ""

    @property
    def name(self) -> str:
        start = f"case:{self.case}:{self.action}:{self.fence}"
        if self.action in (*AT_ONCE, "escalate"):
            return start
        letters = (LETTERS[one].upper() if one in self.chosen else LETTERS[one] for one in dict.fromkeys(self.measures))
        return f"{start}:{''.join(letters)}:{self.rule}"

    @property
    def asks(self) -> bool:
        return self.action not in AT_ONCE


def read(name: str) -> Button | None:
    """Undo `Button.name`; None for the name of anything else."""
    found = NAME.fullmatch(name)
    if found is None:
        return None
    letters = found["letters"] or ""
    return Button(
        case=found["case"],
        action=next(one for one in ACTIONS if one == found["action"]),
        fence=int(found["fence"]),
        measures=tuple(dict.fromkeys(MEASURES[letter.lower()] for letter in letters)),
        chosen=tuple(dict.fromkeys(MEASURES[letter.lower()] for letter in letters if letter.isupper())),
        rule=found["rule"] or "",
    )
