"""Which surveys people can answer where they talk, and what the door has to know of one to ask it.

The door does not load the program. What it needs stands in a parameter for each survey that is open, and the directory
says which there are, on which platforms. A platform with forms has an `asking.py` with `unfit(form) -> str`: why a
survey does not fit its forms, with the limit that is in the way; empty where it fits. Its gate asks with it.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol, cast

from events.program import Program, Question, Survey

PLATFORMS = ("discord", "slack")
"""Those with forms."""

LARGEST = 8192
"""Bytes of an SSM parameter."""


class Asking(Protocol):
    """`asking.py` of a platform, as a module. Standard library only, as gates are."""

    def unfit(self, form: Mapping[str, Any]) -> str: ...


def on(platform: str) -> Asking:
    return cast(Asking, import_module(f"functions.platforms.{platform}.asking"))


def form(program: Program, survey: Survey) -> dict[str, Any]:
    """What people are asked, in all its languages; `own` is the one for whoever speaks none of them, or does not say.

    `options` of a question are what can be chosen, pairs of an id and its texts; none where people write. A number
    says itself: it has no texts.
    """
    own = program.community(survey.community).language
    return {
        "own": own if own in survey.title else next(iter(survey.title)),
        "title": survey.title,
        "tell": survey.follow_up,
        "questions": [asked(question) for question in survey.questions],
    }


def asked(question: Question) -> dict[str, Any]:
    texts = {one.id: one.text for one in question.options}
    options = [[value, texts.get(value, {})] for value in question.values]
    return {"id": question.id, "text": question.text, "required": question.required, "options": options}


def stored(program: Program, survey: Survey) -> str:
    """The form as the door reads it. AWS refuses a value with `{{` in it ("can't nest another parameter"); in JSON
    without spaces that stands inside of words only."""
    made = json.dumps(form(program, survey), ensure_ascii=False, separators=(",", ":"))
    return made.replace("{{", "{\\u007b")


def unfit(program: Program, survey: Survey) -> dict[str, str]:
    """By platform on which its community talks: why it cannot be answered there; empty where it can."""
    made, size = form(program, survey), len(stored(program, survey).encode())
    large = f"it takes {size:,} bytes, and the door keeps {LARGEST:,} of one" if size > LARGEST else ""
    there = {source.platform for source in program.sources if source.community == survey.community}
    return {platform: large or on(platform).unfit(made) for platform in PLATFORMS if platform in there}


def shown(program: Program, survey: Survey) -> list[str]:
    """The platforms on which it can be answered."""
    return [platform for platform, why in unfit(program, survey).items() if not why]


def offered(program: Program, now: datetime) -> Iterator[tuple[Survey, list[str]]]:
    """The surveys that are open and can be answered where people talk, with the platforms."""
    for survey in program.surveys:
        if survey.is_open(now) and (there := shown(program, survey)):
            yield survey, there


def unasked(program: Program) -> Iterator[str]:
    """A sentence for each survey and platform where people talk and cannot answer it."""
    for survey in program.surveys:
        for platform, why in unfit(program, survey).items():
            if why:
                where = platform.capitalize()
                yield f"survey {survey.id!r} cannot be answered in {where}: {why}. Its link works all the same."
