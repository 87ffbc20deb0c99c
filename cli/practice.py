"""A case to practise on: a player of the sample game is reported to the local stack, and the game's server, which runs
here until it is ended, tells what Liaison asks of it."""

import json
import secrets
import signal
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from cli import demo, operator, stack
from cli.demo import DemoError
from cli.samples import Webhook, sample, standard_secret
from cli.site import Call, Site
from events.program import Source
from functions.moderation import records
from functions.shared import clock, parameters, program, secret, table

GAME = "game"
"""The source of `community.toml` that is practised with."""


@dataclass(slots=True)
class Server(Site):
    """The game's server. It tells what it is asked, once, however often that is sent."""

    path: str = ""
    tell: Callable[[str], None] = print
    heard: set[str] = field(default_factory=set)

    def answer(self, call: Call) -> tuple[int, object]:
        if call.path == self.path and call.headers["webhook-id"] not in self.heard:
            self.heard.add(call.headers["webhook-id"])
            self.tell(asked(json.loads(call.body)))
        return Site.answer(self, call)


def asked(webhook: dict[str, Any]) -> str:
    """One signed webhook of Liaison's, as people read it (docs/webhooks.md)."""
    data = webhook["data"]
    if webhook["type"] == "moderation.action":
        return f"{data['case']}: the game's server is asked to {'undo ' if data['undo'] else ''}{data['measure']}"
    words = textwrap.indent(f"{data['text']}\n{data['link']}".rstrip(), "    ")
    return f"{data['case']}: the game's server is asked to tell {data['person'].get('name') or 'somebody'}\n{words}"


def run(say: Callable[[str], None]) -> None:
    """Open a case and stay until somebody ends it. Raises DemoError, StackError or OperatorError."""
    with begun(say) as case:
        say(f"a player reported another: {case}. `liaison cases next` takes it; Ctrl-C ends the game's server")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            say("the game's server has ended; what Liaison asks of it now waits, and is tried again")


@contextmanager
def begun(say: Callable[[str], None]) -> Iterator[str]:
    """The game's server while the block runs, and the case that it reports; gives the case's id."""
    url = operator.connect(None)
    game = source()
    api = urlsplit(game.api)
    port = api.port or 80
    if stack.answers(port):
        raise DemoError(f"something answers on port {port} already, where the program has the game's server")
    with Server(port, path=api.path, tell=say):
        flag = report(datetime.now(UTC))
        sent = demo.post(url, flag, signing(game))
        if sent.status != 202 or sent.effect is None:
            raise DemoError(f"the report was answered {sent.status}: {sent.verdict}")
        yield opened(game.community, sent.effect[0])


def source() -> Source:
    """Raises DemoError when the active program has no game server on this machine."""
    found = program.active()[0].source(GAME)
    if found is None or found.platform != "standard_webhooks" or urlsplit(found.api).hostname != "127.0.0.1":
        raise DemoError(
            f"practising needs the source {GAME!r} as community.toml has it, at 127.0.0.1: the active program has none"
        )
    return found


def signing(game: Source) -> str:
    """The secret its webhooks are signed with; both are made where there is none yet."""
    if parameters.fresh(parameters.path("targets", game.id)) is None:
        operator.put_secret(game.id, standard_secret(), outgoing=True)
    incoming = parameters.path("sources", game.id)
    if parameters.fresh(incoming) is None:
        operator.put_secret(game.id, standard_secret(), outgoing=False)
    return secret.settled(parameters.fresh(incoming) or "", clock.now())


def report(now: datetime) -> Webhook:
    """The sample's report, about a message of its own."""
    own = secrets.token_hex(4)
    body = sample("standard_webhooks", "flag.raised")
    body["timestamp"] = body["data"]["at"] = body["data"]["subject"]["at"] = now.isoformat()
    body["data"]["id"] = f"report-{own}"
    body["data"]["subject"]["id"] = f"match-{own}:msg-1"
    return Webhook(GAME, "standard_webhooks", body["type"], f"msg_{own}", json.dumps(body).encode())


def opened(community: str, subject: str) -> str:
    """The case that a report opened, as soon as its queue was worked off."""
    deadline = time.monotonic() + demo.PATIENCE
    while time.monotonic() < deadline:
        if case := records.open_case(table.table(), community, subject):
            return str(case["id"])
        time.sleep(0.5)
    raise DemoError(f"no case was opened within {demo.PATIENCE} s; .liaison/ministack.log tells more")
