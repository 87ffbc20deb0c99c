"""Synapse with us as its application service, as `liaison connect matrix` says to set it up."""

import re
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from events.program import Source
from functions.platforms import door
from functions.platforms.door import Accepted, Answer, Request
from functions.platforms.matrix import connection
from functions.shared import clock
from tests.real.servers.matrix import Matrix
from tests.real.servers.moderated import Moderated
from tests.support.world import World

HS_TOKEN, AS_TOKEN = "hs-token-only-on-loopback", "as-token-only-on-loopback"
ACCOUNT = "@liaison:news.test"
ROOM = "/_matrix/client/v3/rooms"


class Appservice(Moderated, Matrix):
    """Our account has made the room, and so may remove what others say and ban them."""

    token = AS_TOKEN
    author = ""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.door = Door()

    def command(self) -> Sequence[str]:
        registration = self.folder / "registration.yaml"
        place = Source.model_validate({"id": "there", "community": "acme", "platform": "matrix", "account": ACCOUNT})
        said = connection.registration(place, self.door.url)
        registration.write_text(said.replace("<the as_token>", AS_TOKEN).replace("<the hs_token>", HS_TOKEN))
        return super().command()

    def config(self) -> str:
        return f"{super().config()}app_service_config_files: [{self.folder}/registration.yaml]\n"

    def start(self) -> None:
        self.door.open()
        super().start()

    def stop(self) -> None:
        super().stop()
        self.door.close()

    def settle_in(self) -> None:
        given = {"type": "m.login.application_service", "username": "liaison"}
        self.ask("POST", "/_matrix/client/v3/register", given, token=AS_TOKEN)

    def make_room(self) -> None:
        self.author, self.reader = (self.account(f"{name}{uuid4().hex[:12]}") for name in ("author", "reader"))
        super().make_room()
        self.join()

    def join(self) -> None:
        self.ask("POST", f"/_matrix/client/v3/join/{quote(self.room)}", {}, token=self.author)

    # What a moderated place is

    def source(self, address: str) -> str:
        return f'api = "{address}"\naccount = "{ACCOUNT}"\nprivate_network = true'

    def secrets(self) -> Sequence[tuple[str, bool]]:
        return [(HS_TOKEN, False), (AS_TOKEN, True)]

    def is_post(self, method: str, path: str) -> bool:
        return re.search(r"/redact/|/(un)?ban$", path) is not None

    def write(self, text: str) -> str:
        return self.send(self.author, {"msgtype": "m.text", "body": text})

    def send(self, token: str, content: object) -> str:
        path = f"{ROOM}/{quote(self.room)}/send/m.room.message/{uuid4().hex}"
        return str(self.ask("PUT", path, content, token=token)["event_id"])

    def edit(self, post: str, text: str) -> str:
        changed = {"m.new_content": {"msgtype": "m.text", "body": text}}
        relation = {"m.relates_to": {"rel_type": "m.replace", "event_id": post}}
        return self.send(self.author, {"msgtype": "m.text", "body": f"* {text}", **changed, **relation})

    def report(self, post: str) -> None:
        upon = {"m.relates_to": {"m.in_reply_to": {"event_id": post}}}
        self.send(self.reader, {"msgtype": "m.text", "body": "!report harassment", **upon})

    def arrive(self, world: World) -> None:
        for request, verdict in self.door.reports():
            at = clock.text(world.now)
            world.accept(
                door.sealed(request, verdict, platform="matrix", source="there", community="acme", received_at=at)
            )
        world.drain()

    def shown(self, post: str) -> str:
        found = self.event(post)
        return str(found["content"].get("body", ""))

    def event(self, post: str) -> Any:
        return self.ask("GET", f"{ROOM}/{quote(self.room)}/event/{quote(post)}", token=self.reader)

    def remove(self, post: str) -> None:
        path = f"{ROOM}/{quote(self.room)}/redact/{quote(post)}/{uuid4().hex}"
        self.ask("PUT", path, {}, token=self.author)

    def removals(self, post: str) -> int:
        return sum(
            post in (one.get("redacts"), one["content"].get("redacts")) for one in self.events("m.room.redaction")
        )

    def lifts(self) -> int:
        ours = [one for one in self.events("m.room.member") if one["sender"] == ACCOUNT]
        return sum(one["content"]["membership"] == "leave" for one in ours)

    def events(self, kind: str) -> list[Any]:
        path = f"{ROOM}/{quote(self.room)}/messages?dir=f&limit=1000"
        return [one for one in self.ask("GET", path, token=self.reader)["chunk"] if one["type"] == kind]

    def letters(self) -> list[str]:
        """What whoever reported finds in rooms to which our account has invited them."""
        invited = self.ask("GET", "/_matrix/client/v3/sync", token=self.reader)["rooms"].get("invite", {})
        return [words for room in invited for words in self.read(room)]

    def read(self, room: str) -> list[str]:
        """Come in, and read."""
        self.ask("POST", f"/_matrix/client/v3/join/{quote(room)}", {}, token=self.reader)
        chunk = self.ask("GET", f"{ROOM}/{quote(room)}/messages?dir=f&limit=100", token=self.reader)["chunk"]
        return [one["content"]["body"] for one in chunk if one["type"] == "m.room.message"]

    def may_write(self) -> bool:
        status, answer = self.raw("POST", f"/_matrix/client/v3/join/{quote(self.room)}", {}, token=self.author)
        assert status in (200, 403), answer
        return status == 200 and bool(self.write("Once more."))


class Door:
    """Where the homeserver brings its transactions: the gate's answers, and what it let in."""

    def __init__(self) -> None:
        self.let_in: list[tuple[Request, Accepted]] = []
        self.more = threading.Condition()
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                length = int(self.headers.get("content-length", 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                path = self.path.partition("?")[0].lstrip("/")
                given = door.answer(Request(self.command, headers, self.rfile.read(length), path=path))
                self.send_response(given.status)
                self.send_header("content-type", given.content_type)
                self.send_header("content-length", str(len(given.body.encode())))
                self.end_headers()
                self.wfile.write(given.body.encode())

            do_GET = do_POST = do_PUT

            def log_message(self, format: str, *args: object) -> None:
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def open(self) -> None:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: Request) -> Answer:
        if not door.gate("matrix").verify(request, [HS_TOKEN], 0):
            return door.refused("matrix")
        verdict = door.classified("matrix", request)
        if isinstance(verdict, Answer):
            return verdict
        with self.more:
            self.let_in += [(request, one) for one in verdict]
            self.more.notify_all()
        return verdict[0].answer or Answer(200)

    def reports(self) -> list[tuple[Request, Accepted]]:
        """All that came, once there is a report among it."""
        with self.more:
            if not self.more.wait_for(self.has_report, 20):
                raise AssertionError("the homeserver has brought no report")
            found, self.let_in = self.let_in, []
            return found

    def has_report(self) -> bool:
        return any(verdict.pipeline == "moderation" for _, verdict in self.let_in)
