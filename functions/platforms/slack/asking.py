"""Surveys in Slack: the form of one, and whether it fits. Standard library only: the door answers with these.

Slack does not tell the language of whoever uses a command: they are asked in their community's.
Sources: docs.slack.dev/reference/views/modal-views, docs.slack.dev/reference/block-kit ("Option object").
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from functions.platforms.door import Answer, Surveys
from functions.platforms.slack import modals
from functions.platforms.wording import size, there_are

NAMED = re.compile(r"survey:(?P<survey>[a-z][a-z0-9-]{0,39})")
"""What a survey's form is called."""

WANTED = re.compile(r"\s*survey:\s*(?P<survey>[a-z][a-z0-9-]{0,39})\s*", re.IGNORECASE)
"""The whole of a text behind `/feedback` that asks for one."""

FIELD = "q-"
"""What stands before the id of a question in the name of its field."""

OPTION = 75
"""Characters, at most. Of all else there is more room than a survey takes."""


def unfit(form: Mapping[str, Any]) -> str:
    own = form["own"]
    for question in form["questions"]:
        for value, texts in question["options"]:
            if (length := size(texts.get(own, value))) > OPTION:
                has = f"the option {value!r} has {length} characters in {own!r}"
                return f"question {question['id']!r}: {has}, and an option there takes {OPTION}"
    return ""


def answer(name: str, trigger: str, surveys: Surveys) -> Answer:
    """The survey's form, or that there is none and which there are."""
    if form := surveys.form(name):
        return replace(modals.DONE, then=modals.opened(trigger, shown(name, form), modals.answer("survey.again")))
    return modals.answer("survey.none", there_are(None, surveys.names()))


def shown(name: str, form: Mapping[str, Any]) -> dict[str, Any]:
    """A title of Slack's is short: the survey's stands below it, whole."""
    own = form["own"]
    blocks = [{"type": "section", "text": modals.plain(form["title"][own])}]
    blocks += [field(question, own) for question in form["questions"]]
    if form["tell"]:
        blocks.append(modals.telling(own))
    return modals.modal("survey", blocks, called=f"survey:{name}", language=own)


def field(question: Mapping[str, Any], language: str) -> dict[str, Any]:
    name, text, optional = FIELD + question["id"], question["text"][language], not question["required"]
    if question["options"]:
        options = ((value, texts.get(language, value)) for value, texts in question["options"])
        return modals.chosen(name, text, options, optional=optional)
    return modals.written(name, text, multiline=True, optional=optional)
