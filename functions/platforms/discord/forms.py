"""What Discord's interactions are answered with, and how a form or a button says what it is about.

`custom_id` is the only state that comes back, 100 characters of it. Standard library only: the door answers
with these. Sources: Discord's documentation, "Receiving and Responding", "Component Reference".
"""

import json
import re
from typing import Any

from events import buttons, talk_buttons
from events.buttons import TIMED, Button
from functions.platforms.door import Answer
from functions.platforms.wording import CHOICES, say

MESSAGE_FORM = re.compile(r"report:(?P<channel>[0-9]{1,20}):(?P<message>[0-9]{1,20})")
USER_FORM = re.compile(r"report-user:(?P<user>[0-9]{1,20})")
CARD = re.compile(r"case:(?P<case>[^:]+):(?P<action>.+)", re.DOTALL)
"""What stands behind the case is an action of ours."""

NEWS = re.compile(
    r"announcement:(?P<announcement>[0-9a-z-]{1,40}):(?P<action>approve|hold|release|cancel):(?P<seen>[0-9a-f]{16})"
)
"""A button of an announcement's card."""

FEEDBACK, ANNOUNCE = "feedback", "announce"
REASON, COMMENT, TITLE, BODY, WORDS, TELL = "reason", "comment", "title", "body", "text", "tell"
"""Fields of the forms."""

LABEL, SELECT, INPUT = 18, 3, 4
LINE, PARAGRAPH = 1, 2
LONGEST = 4000
"""Characters of an input, at most."""

ONLY_YOU = 1 << 6
"""EPHEMERAL: only who asked sees the answer."""

PONG = Answer(200, '{"type": 1}')
RECEIVED = Answer(204)
"""For webhook events: an empty body, with a content type all the same."""
UNDERSTOOD = Answer(200, '{"type": 6}')
"""For a button: it stays as it is until somebody edits its message."""
NO_CHOICES = Answer(200, '{"type": 8, "data": {"choices": []}}')


def told(language: object, name: str, more: str = "") -> Answer:
    """A sentence that nobody else sees, and that mentions nobody."""
    text = f"{say(language, name)} {more}".rstrip()
    content = {"content": text, "flags": ONLY_YOU, "allowed_mentions": {"parse": []}}
    return Answer(200, json.dumps({"type": 4, "data": content}))


def report(language: object, custom_id: str) -> Answer:
    """Why somebody reports: a reason from our list, and a comment if they like."""
    options = [{"label": say(language, choice), "value": choice} for choice in CHOICES]
    reason = {"type": SELECT, "custom_id": REASON, "options": options}
    return form(
        custom_id,
        say(language, "report"),
        labelled(say(language, "report.reason"), reason),
        labelled(say(language, "report.comment"), written(COMMENT, PARAGRAPH, required=False)),
    )


def feedback(language: object) -> Answer:
    """What somebody wants to say, and whether they want to be told what comes of it."""
    words = labelled(say(language, "feedback.text"), written(WORDS, PARAGRAPH))
    return form(FEEDBACK, say(language, "feedback"), words, telling(language))


def telling(language: object) -> dict[str, Any]:
    """Whether they want to be told what comes of it."""
    yes = [{"label": say(language, "feedback.tell.yes"), "value": "yes"}]
    tell = {"type": SELECT, "custom_id": TELL, "options": yes, "min_values": 0, "max_values": 1, "required": False}
    return labelled(say(language, "feedback.tell"), tell)


def announcement(language: object) -> Answer:
    return form(
        ANNOUNCE,
        say(language, "announce"),
        labelled(say(language, "announce.title"), written(TITLE, LINE)),
        labelled(say(language, "announce.body"), written(BODY, PARAGRAPH)),
    )


def case(language: object, asked: Button) -> Answer:
    """Why, and for a violation what is to be done about it, for how long, and which rule it broke. The form is called
    like its button: it comes back with what stood on the card."""
    why = written(buttons.WHY, PARAGRAPH)
    if asked.action == "escalate":
        return form(asked.name, say(language, "case.escalate"), labelled(say(language, "case.escalate.why"), why))
    guilty = asked.action != "dismiss"
    fields = [labelled(say(language, "case.why"), why)]
    if asked.measures:
        fields.append(labelled(say(language, "case.measures"), measures(language, asked)))
    if guilty and set(asked.measures) & set(TIMED):
        lasts = written(buttons.MINUTES, LINE, required=False)
        fields.append(labelled(say(language, "case.minutes"), lasts))
    if guilty:
        rule = written(buttons.RULE, LINE, required=False) | ({"value": asked.rule} if asked.rule else {})
        fields.append(labelled(say(language, "case.rule"), rule))
    return form(asked.name, say(language, "case.violation" if guilty else "case.dismiss"), *fields)


def talk(language: object, asked: talk_buttons.Button) -> Answer:
    """The words of an answer, or why there is none; called like its button."""
    words = labelled(say(language, f"talk.{asked.action}.words"), written(talk_buttons.WORDS, PARAGRAPH))
    return form(asked.name, say(language, f"talk.{asked.action}"), words)


def measures(language: object, asked: Button) -> dict[str, Any]:
    """Several may be chosen, or none; what the button was about is chosen already."""
    options = [{"label": say(language, one), "value": one, "default": one in asked.chosen} for one in asked.measures]
    several = {"min_values": 0, "max_values": len(options), "required": False}
    return {"type": SELECT, "custom_id": buttons.CHOSEN, "options": options, **several}


def form(custom_id: str, title: str, *components: dict[str, Any]) -> Answer:
    data = {"custom_id": custom_id, "title": title, "components": components}
    return Answer(200, json.dumps({"type": 9, "data": data}))


def labelled(label: str, component: dict[str, Any]) -> dict[str, Any]:
    return {"type": LABEL, "label": label, "component": component}


def written(custom_id: str, style: int, *, required: bool = True) -> dict[str, Any]:
    return {"type": INPUT, "custom_id": custom_id, "style": style, "required": required, "max_length": LONGEST}
