"""The forms we open in Slack, and what we answer there.

Sources: docs.slack.dev/reference/views/modal-views, docs.slack.dev/reference/block-kit, whose limits on lengths
(24 characters of a title, 75 of an option) our sentences keep.
"""

import json
from collections.abc import Iterable
from typing import Any

from events import buttons, talk_buttons
from events.buttons import TIMED, Button
from functions.platforms.door import Answer, Call
from functions.platforms.wording import CHOICES, say

LONGEST = 3000
"""Characters of one field."""

TELL = "tell"
"""The field of `telling`."""

DONE = Answer(200, "", "text/plain")
"""A form closes at an empty body only; buttons and shortcuts show whatever else we would say to nobody."""


def message(name: str, more: str = "") -> str:
    """A sentence that only the person who asked can see, as JSON. Slack does not tell us their language."""
    return json.dumps({"response_type": "ephemeral", "text": f"{say(None, name)} {more}".rstrip()})


def answer(name: str, more: str = "") -> Answer:
    """To a slash command."""
    return Answer(200, message(name, more))


def report(trigger: str, channel: str, ts: str, tell: str) -> Call:
    """Why, about a message that is reported already."""
    blocks = [
        chosen("reason", say(None, "report.reason"), ((code, say(None, code)) for code in CHOICES)),
        written("comment", say(None, "report.comment"), multiline=True, optional=True),
    ]
    view = modal("report", blocks, {"channel": channel, "ts": ts})
    return opened(trigger, view, DONE, tell, message("report.received"))


def feedback(trigger: str) -> Call:
    blocks = [written("text", say(None, "feedback.text"), multiline=True), telling(None)]
    return opened(trigger, modal("feedback", blocks), answer("feedback.again"))


def telling(language: object) -> dict[str, Any]:
    """Whether they want to be told what comes of it."""
    yes = [{"text": plain(say(language, "feedback.tell.yes")), "value": "yes"}]
    return field(TELL, say(language, "feedback.tell"), {"type": "checkboxes", "options": yes}, optional=True)


def announce(trigger: str) -> Call:
    blocks = [
        written("title", say(None, "announce.title")),
        written("body", say(None, "announce.body"), multiline=True),
    ]
    return opened(trigger, modal("announce", blocks), answer("announce.again"))


def case(trigger: str, asked: Button, tell: str) -> Call:
    """Why, and for a violation what is to be done about it, for how long, and which rule it broke. The form is called
    like its button: it comes back with what stood on the card."""
    if asked.action == "escalate":
        blocks = [written(buttons.WHY, say(None, "case.escalate.why"), multiline=True)]
        return opened(trigger, modal("case.escalate", blocks, called=asked.name), DONE, tell, message("card.again"))
    guilty = asked.action != "dismiss"
    blocks = [written(buttons.WHY, say(None, "case.why"), multiline=True)]
    if asked.measures:
        blocks.append(measures(asked))
    if guilty and set(asked.measures) & set(TIMED):
        blocks.append(written(buttons.MINUTES, say(None, "case.minutes"), optional=True))
    if guilty:
        blocks.append(written(buttons.RULE, say(None, "case.rule"), optional=True, first=asked.rule))
    name = "case.violation" if guilty else "case.dismiss"
    return opened(trigger, modal(name, blocks, called=asked.name), DONE, tell, message("card.again"))


def talk(trigger: str, asked: talk_buttons.Button, tell: str) -> Call:
    """The words of an answer, or why there is none; called like its button."""
    blocks = [written(talk_buttons.WORDS, say(None, f"talk.{asked.action}.words"), multiline=True)]
    view = modal(f"talk.{asked.action}", blocks, called=asked.name)
    return opened(trigger, view, DONE, tell, message("card.again"))


def measures(asked: Button) -> dict[str, Any]:
    """Several may be chosen, or none; what the button was about is chosen already."""
    options = {one: {"text": plain(say(None, one)), "value": one} for one in asked.measures}
    element = {"type": "multi_static_select", "options": list(options.values())}
    first = {"initial_options": [options[one] for one in asked.chosen]} if asked.chosen else {}
    return field(buttons.CHOSEN, say(None, "case.measures"), {**element, **first}, optional=True)


def opened(trigger: str, view: dict[str, Any], failed: Answer, tell: str = "", apology: str = "") -> Call:
    """A trigger is good for three seconds, and once."""
    body = json.dumps({"trigger_id": trigger, "view": view}).encode()
    return Call("views.open", body, failed, tell, apology.encode())


def modal(
    name: str,
    blocks: list[dict[str, Any]],
    kept: dict[str, str] | None = None,
    called: str = "",
    language: object = None,
) -> dict[str, Any]:
    """`kept` comes back with the answers, and so does what it is `called`."""
    return {
        "type": "modal",
        "callback_id": called or name,
        "title": plain(say(language, name)),
        "submit": plain(say(language, "send")),
        "close": plain(say(language, "cancel")),
        "private_metadata": json.dumps(kept) if kept else "",
        "blocks": blocks,
    }


def plain(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def chosen(name: str, label: str, options: Iterable[tuple[str, str]], *, optional: bool = False) -> dict[str, Any]:
    listed = [{"text": plain(shown), "value": value} for value, shown in options]
    return field(name, label, {"type": "static_select", "options": listed}, optional=optional)


def written(
    name: str, label: str, *, multiline: bool = False, optional: bool = False, first: str = ""
) -> dict[str, Any]:
    """`first` stands in it already."""
    element = {"type": "plain_text_input", "multiline": multiline, "max_length": LONGEST}
    return field(name, label, element | ({"initial_value": first} if first else {}), optional=optional)


def field(name: str, label: str, element: dict[str, Any], *, optional: bool = False) -> dict[str, Any]:
    """Its answer comes back as `values[name][name]`."""
    return {
        "type": "input",
        "block_id": name,
        "label": plain(label),
        "optional": optional,
        "element": {**element, "action_id": name},
    }
