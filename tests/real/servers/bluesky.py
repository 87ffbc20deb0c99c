"""A Bluesky PDS, and the directory of accounts that it needs."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.real import installed
from tests.real.servers.server import Beside, Seen, Server

POSTS = "app.bsky.feed.post"


def node(name: str, starter: str, *arguments: object) -> tuple[str, ...]:
    """What runs one of our starters beside the packages of `name`."""
    return (str(installed.NODE / "bin" / "node"), str(installed.node(name) / starter), *map(str, arguments))


class Bluesky(Server):
    platform = "bluesky"
    long = 250
    shows_images = corrects = True
    handle, did, password = "acme-games.test", "", ""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.directory = Beside("the directory of accounts", folder / "directory.log")
        """It is in memory."""

    def command(self) -> Sequence[str]:
        return node("bluesky", "server.mjs", self.port, self.directory.port, self.folder, *self.network())

    def network(self) -> tuple[object, ...]:
        """The port of an app's view, the port of a moderation service and its DID, where it is not alone."""
        return ()

    def env(self) -> dict[str, str]:
        return {**os.environ, "LOG_ENABLED": "false"}

    def start(self) -> None:
        self.start_directory()
        super().start()

    def start_directory(self) -> None:
        command = node("bluesky", "directory.mjs", self.directory.port)
        self.directory.start(command, lambda: self.directory.answers("/_health"))

    def stop(self) -> None:
        super().stop()
        self.directory.stop()

    def is_up(self) -> bool:
        return self.raw("GET", "/xrpc/_health")[0] == 200

    def settle_in(self) -> None:
        made = self.account(self.handle)
        self.did = made["did"]
        app = self.xrpc("server.createAppPassword", {"name": "liaison"}, token=made["accessJwt"])
        self.password = app["password"]

    def account(self, handle: str) -> Any:
        """A new one, with a session: its `did` and `accessJwt`."""
        given = {"handle": handle, "email": f"{handle}@example.com", "password": "only-on-loopback"}
        return self.xrpc("server.createAccount", given)

    def xrpc(self, name: str, body: object = None, *, token: str = "") -> Any:
        return self.ask("GET" if body is None else "POST", f"/xrpc/com.atproto.{name}", body, token=token)

    def target(self, address: str) -> str:
        mentions = f'{{ everyone = "{self.did}" }}'
        shared = f'url = "{address}"\naccount = "{self.handle}"\nprivate_network = true'
        return f'{shared}\npings = ["everyone"]\nmentions = {mentions}'

    @property
    def credential(self) -> str:
        return self.password

    def is_post(self, method: str, path: str) -> bool:
        return path == "/xrpc/com.atproto.repo.putRecord"

    def posts(self, mark: str) -> list[Seen]:
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            query = f"repo={self.did}&collection={POSTS}&limit=100&reverse=true{cursor and f'&cursor={cursor}'}"
            page = self.xrpc(f"repo.listRecords?{query}")
            found += page["records"]
            if not page["records"] or "cursor" not in page:
                return [self.seen(one) for one in found if mark in one["value"]["text"]]
            cursor = page["cursor"]

    def say(self, text: str) -> None:
        login = self.xrpc("server.createSession", {"identifier": self.handle, "password": self.password})
        record = {"text": text, "createdAt": "2026-11-22T12:00:00.000Z"}
        given = {"repo": self.did, "collection": POSTS, "record": record}
        self.xrpc("repo.createRecord", given, token=login["accessJwt"])

    def seen(self, record: dict[str, Any]) -> Seen:
        value = record["value"]
        images = value.get("embed", {}).get("images", [])
        features = [feature for facet in value.get("facets", []) for feature in facet["features"]]
        return Seen(
            record["uri"],
            value["text"],
            value.get("reply", {}).get("parent", {}).get("uri", ""),
            tuple(one["alt"] for one in images),
            tuple(one["did"] for one in features if one["$type"].endswith("#mention")),
            tuple(self.blob(one["image"]["ref"]["$link"]) for one in images),
        )

    def blob(self, cid: str) -> bytes:
        return self.raw("GET", f"/xrpc/com.atproto.sync.getBlob?did={self.did}&cid={cid}")[1]
