"""A community that asks, and people who answer on its page."""

import re
from typing import Any
from urllib.parse import urlencode, urlsplit

from functions.api import forms, surveys
from functions.shared import links
from tests.support import builders
from tests.support.world import Answered, World

ASKING = """
[[sources]]
id = "forms"
community = "acme"
platform = "standard_webhooks"

[[themes]]
id = "sync"
community = "acme"
title = "Cloud saves"
keywords = { en = ["sync"] }

[[surveys]]
id = "autumn"
community = "acme"
source = "forms"
title = { en = "After the autumn meetup", fr = "Après la rencontre d’automne" }
follow_up = true
form = "Kq7mVx2a"

[[surveys.questions]]
id = "map"
kind = "choice"
text = { en = "Which map do you play most?", fr = "Quelle carte jouez-vous le plus ?" }
required = true

[[surveys.questions.options]]
id = "north"
text = { en = "North", fr = "Nord" }

[[surveys.questions.options]]
id = "south"
text = { en = "South", fr = "Sud" }

[[surveys.questions]]
id = "rating"
kind = "scale"
text = { en = "How was it?", fr = "C’était comment ?" }

[[surveys.questions]]
id = "wish"
text = { en = "What should we do next?", fr = "Que faire ensuite ?" }

[[surveys]]
id = "box"
community = "acme"
source = "forms"
title = { en = "Tell us" }
follow_up = true

[[surveys.questions]]
id = "words"
text = { en = "What would you like to say?" }
required = true
"""
CHATS = """
[[sources]]
id = "server"
community = "acme"
platform = "discord"
about = "1301000000000000010"

[[sources]]
id = "office"
community = "acme"
platform = "slack"
"""
"""Where people talk and can be asked."""

PROGRAM = builders.PROGRAM + ASKING
FORM = {"content-type": "application/x-www-form-urlencoded"}


def link(world: World, survey: str = "autumn", event: str = "-") -> str:
    """As the API gives it, without the host."""
    whole = urlsplit(links.link(forms.path("acme", survey), event, forms.PURPOSE, world.now, surveys.STANDING))
    return f"{whole.path}?{whole.query}"


def submission(page: Answered) -> str:
    found = re.search(r'name="submission" value="([0-9a-f]{32})"', page.text)
    assert found, page.text
    return found[1]


def send(world: World, address: str, named: str, **given: str) -> Answered:
    """What a browser posts. Names of questions are `q_map` here."""
    answers = {name.replace("q_", "q-"): value for name, value in given.items()}
    body = urlencode({"submission": named, "mail": "", "more": "", **answers}).encode()
    return world.ask("POST", address, body, headers=FORM)


def answered(world: World, survey: str = "autumn", event: str = "-", **given: str) -> Answered:
    """Somebody fills in the page and sends it; and it is logged."""
    done = send(world, link(world, survey, event), f"{next(builders.numbers):032x}", **given)
    world.work_off("feedback")
    return done


def results(world: World, survey: str = "autumn") -> Any:
    return world.ask("GET", f"/v1/acme/surveys/{survey}", token=world.token("reader")).json


def response(world: World, token: str, *, form: str = "autumn", **more: Any) -> Any:
    """What a game's server sends of a poll it shows to its players."""
    answers = [
        {"type": "choice", "choice": {"label": more.pop("map", "North")}, "field": {"id": "f1", "ref": "map"}},
        {"type": "number", "number": more.pop("rating", 4), "field": {"id": "f2", "ref": "rating"}},
    ]
    text = more.pop("text", "")
    answers += [{"type": "text", "text": text, "field": {"id": "f3", "ref": "wish"}}] if text else []
    data = {"form_id": form, "token": token, "submitted_at": world.now.isoformat(), "answers": answers, **more}
    return builders.webhook("form_response", data, world.now)
