"""Surveys in Discord: the form of one, and whether it fits. Standard library only: the door answers with these.

Sources: Discord's documentation, "Component Reference" ("Label", "String Select", "Text Input"), "Receiving and
Responding" ("Modal", "Autocomplete").
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from functions.platforms.discord import forms
from functions.platforms.door import Answer, Surveys
from functions.platforms.wording import begun, nearest, size, there_are

NAMED = re.compile(r"survey:(?P<survey>[a-z][a-z0-9-]{0,39})")
"""What a survey's form is called."""

FIELD = "q-"
"""What stands before the id of a question in the name of its field."""

FIELDS = 5
TITLE, LABEL, DESCRIPTION, OPTION = 45, 45, 100, 100
"""Characters, at most."""

CHOICES = 25
"""Of an autocompletion, at most."""


def unfit(form: Mapping[str, Any]) -> str:
    fields = len(form["questions"]) + bool(form["tell"])
    if fields > FIELDS:
        beside = ", with the one for being told," if form["tell"] else ""
        return f"it has {fields} fields{beside} and a form there takes {FIELDS}"
    return next((why for question in form["questions"] for why in too_long(question)), "")


def too_long(question: Mapping[str, Any]) -> Iterator[str]:
    name = question["id"]
    for language, text in question["text"].items():
        if size(parted(text)[1]) > DESCRIPTION:
            has = f"question {name!r} has {size(text)} characters in {language!r}"
            yield f"{has}, and a field's label and description there take {LABEL} and {DESCRIPTION}"
    for value, texts in question["options"]:
        for language, text in texts.items():
            if size(text) > OPTION:
                has = f"the option {value!r} has {size(text)} characters in {language!r}"
                yield f"question {name!r}: {has}, and an option there takes {OPTION}"


def parted(text: str) -> tuple[str, str]:
    """A question as the label of its field, and what is left of it as the description below."""
    text = " ".join(text.split())
    if size(text) <= LABEL:
        return text, ""
    first = begun(text, LABEL)
    whole = first if text[len(first)] == " " else first.rpartition(" ")[0] or first
    return whole, text[len(whole) :].lstrip()


def answer(name: str, language: object, surveys: Surveys) -> Answer:
    """The survey's form, or that there is none."""
    form = surveys.form(name)
    if form is None:
        return forms.told(language, "survey.none", there_are(language, surveys.names()))
    return shown(name, language, form)


def shown(name: str, language: object, form: Mapping[str, Any]) -> Answer:
    spoken = nearest(language, form["title"], form["own"])
    title = form["title"][spoken]
    fields = [field(question, spoken) for question in form["questions"]]
    if form["tell"]:
        fields.append(forms.telling(spoken))
    return forms.form(f"survey:{name}", title if size(title) <= TITLE else f"{begun(title, TITLE - 1)}…", *fields)


def field(question: Mapping[str, Any], language: str) -> dict[str, Any]:
    label, rest = parted(question["text"][language])
    name, required = FIELD + question["id"], question["required"]
    if question["options"]:
        options = [{"label": texts.get(language, value), "value": value} for value, texts in question["options"]]
        least = {"min_values": int(required), "max_values": 1, "required": required}
        inner = {"type": forms.SELECT, "custom_id": name, "options": options, **least}
    else:
        inner = forms.written(name, forms.PARAGRAPH, required=required)
    return {**forms.labelled(label, inner), **({"description": rest} if rest else {})}


def suggested(typed: str, surveys: Surveys) -> Answer:
    """Those whose ids have what was typed so far in them."""
    names = [name for name in surveys.names() if typed.strip().casefold() in name][:CHOICES]
    choices = [{"name": name, "value": name} for name in names]
    return Answer(200, json.dumps({"type": 8, "data": {"choices": choices}}))
