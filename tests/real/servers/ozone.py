"""Ozone, the moderation service of Bluesky's makers, with a PDS, and with an app's view of what is there."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from functions.platforms.bluesky import poller
from tests.real.servers.bluesky import POSTS, Bluesky, node
from tests.real.servers.moderated import Moderated
from tests.real.servers.postgres import Postgres
from tests.real.servers.server import Beside, told
from tests.real.stage import BEFORE
from tests.support.world import World

ADMIN = {"authorization": "Basic " + base64.b64encode(b"admin:only-on-loopback").decode()}
EMIT = "/xrpc/tools.ozone.moderation.emitEvent"
EVENTS = "tools.ozone.moderation.defs#"


class Ozone(Moderated, Bluesky):
    """Our account is a moderator of its team. Reports, events and questions all go through the PDS."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.postgres = Postgres(folder / "postgres.log")
        self.service = Beside("Ozone", folder / "ozone.log")
        self.view = Beside("the view", folder / "view.log")
        self.service_did = ""
        self.author: Mapping[str, Any] = {}
        self.reader: Mapping[str, Any] = {}

    # Its processes

    def network(self) -> tuple[object, ...]:
        return (self.view.port, self.service.port, self.service_did)

    def start(self) -> None:
        self.postgres.start()
        self.start_directory()
        self.start_service(self.view.port)
        super().start()
        where = (self.view.port, self.directory.port, self.port, self.service.port, self.service_did)
        self.view.start(
            node("ozone", "view.mjs", *where, self.postgres.address), lambda: self.view.answers("/xrpc/_health")
        )

    def start_service(self, view: int) -> None:
        where = (self.service.port, self.directory.port, self.port, view, self.postgres.address)
        self.service.start(node("ozone", "server.mjs", *where), lambda: self.service.answers("/xrpc/_health"))
        self.service_did = self.service.ask("GET", "/.well-known/ozone-metadata.json")["did"]

    def stop(self) -> None:
        self.view.stop()
        super().stop()
        self.service.stop()
        self.postgres.stop()

    def settle_in(self) -> None:
        super().settle_in()
        member = {"did": self.did, "role": "tools.ozone.team.defs#roleModerator"}
        self.service.ask("POST", "/xrpc/tools.ozone.team.addMember", member, **ADMIN)
        self.reader = self.account("nadia.test")

    def make_room(self) -> None:
        self.author = self.account(f"a{uuid4().hex[:12]}.test")

    # What a moderated place is

    def source(self, address: str) -> str:
        return f'api = "{address}"\nabout = "{self.service_did}"\naccount = "{self.handle}"\nprivate_network = true'

    def secrets(self) -> Sequence[tuple[str, bool]]:
        return [(self.password, True)]

    def begin(self, patch: pytest.MonkeyPatch) -> None:
        """The engine's clock is behind ours, and a day is asked for at first."""
        patch.setattr(poller, "BEGIN", -BEFORE)

    def is_post(self, method: str, path: str) -> bool:
        return path == EMIT

    def write(self, text: str) -> str:
        return str(told("createRecord", *self.post(text))["uri"])

    def post(self, text: str) -> tuple[int, bytes]:
        record = {"$type": POSTS, "text": text, "createdAt": "2026-11-22T12:00:00.000Z"}
        given = {"repo": self.author["did"], "collection": POSTS, "record": record}
        return self.raw("POST", "/xrpc/com.atproto.repo.createRecord", given, token=self.author["accessJwt"])

    def report(self, post: str) -> None:
        subject = {"$type": "com.atproto.repo.strongRef", "uri": post, "cid": self.record(post)["cid"]}
        given = {"reasonType": "com.atproto.moderation.defs#reasonRude", "reason": "Rude.", "subject": subject}
        self.xrpc("moderation.createReport", given, token=self.reader["accessJwt"])

    def record(self, post: str) -> Any:
        repo, collection, key = post.removeprefix("at://").split("/")
        return self.xrpc(f"repo.getRecord?repo={repo}&collection={collection}&rkey={key}")

    def arrive(self, world: World) -> None:
        world.rounds()
        world.drain()

    def shown(self, post: str) -> str:
        """In the app."""
        found = self.view.ask("GET", f"/xrpc/app.bsky.feed.getPosts?uris={quote(post, safe='')}")["posts"]
        return str(found[0]["record"]["text"]) if found else ""

    def remove(self, post: str) -> None:
        subject = {"$type": "com.atproto.repo.strongRef", "uri": post, "cid": self.record(post)["cid"]}
        self.emit("modEventTakedown", subject)

    def emit(self, kind: str, subject: Mapping[str, Any], **given: Any) -> None:
        """By another moderator."""
        event = {"event": {"$type": EVENTS + kind, **given}, "subject": subject, "createdBy": self.service_did}
        self.service.ask("POST", EMIT, event, **ADMIN)

    @property
    def account_of(self) -> Mapping[str, Any]:
        """The author's, as a subject."""
        return {"$type": "com.atproto.admin.defs#repoRef", "did": self.author["did"]}

    def removals(self, post: str) -> int:
        return len(self.events(post, "modEventTakedown"))

    def lifts(self) -> int:
        return len(self.events(self.author["did"], "modEventReverseTakedown"))

    def labels(self, subject: str) -> list[str]:
        """Which it has now, as everybody can ask."""
        found = self.service.ask("GET", f"/xrpc/com.atproto.label.queryLabels?uriPatterns={quote(subject, safe='')}")
        return [one["val"] for one in found["labels"] if not one.get("neg")]

    def events(self, subject: str, kind: str) -> list[Any]:
        query = f"subject={quote(subject, safe='')}&types={quote(EVENTS + kind)}&includeAllUserRecords=false&limit=100"
        found: list[Any] = []
        cursor = ""
        while True:
            page = f"/xrpc/tools.ozone.moderation.queryEvents?{query}{cursor and f'&cursor={cursor}'}"
            answer = self.service.ask("GET", page, **ADMIN)
            found += answer["events"]
            if len(answer["events"]) < 100 or "cursor" not in answer:
                return found
            cursor = answer["cursor"]

    def may_write(self) -> bool:
        status, answer = self.post("Once more.")
        assert status == 200 or b"AccountTakedown" in answer, answer
        return status == 200
