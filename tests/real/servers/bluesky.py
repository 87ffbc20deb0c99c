"""A Bluesky PDS, and the directory of accounts that it needs."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.real import installed
from tests.real.servers.server import Seen, Server, free_port, request, started

POSTS = "app.bsky.feed.post"


class Bluesky(Server):
    platform = "bluesky"
    long = 250
    shows_images = corrects = True
    handle, did, password = "acme-games.test", "", ""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.directory = Directory(folder / "directory")

    def command(self) -> Sequence[str]:
        starter = installed.node("bluesky") / "server.mjs"
        node = str(installed.NODE / "bin" / "node")
        return (node, str(starter), str(self.port), str(self.directory.port), str(self.folder))

    def env(self) -> dict[str, str]:
        return {**os.environ, "LOG_ENABLED": "false"}

    def start(self) -> None:
        self.directory.start()
        super().start()

    def stop(self) -> None:
        super().stop()
        self.directory.stop()

    def is_up(self) -> bool:
        return self.raw("GET", "/xrpc/_health")[0] == 200

    def settle_in(self) -> None:
        given = {"handle": self.handle, "email": "news@example.com", "password": "only-on-loopback"}
        made = self.xrpc("server.createAccount", given)
        self.did = made["did"]
        app = self.xrpc("server.createAppPassword", {"name": "liaison"}, token=made["accessJwt"])
        self.password = app["password"]

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


class Directory:
    """Where accounts are looked up. It is in memory, and outlives the server that is killed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.process is None:
            starter = installed.node("bluesky") / "directory.mjs"
            command = [str(installed.NODE / "bin" / "node"), str(starter), str(self.port)]
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not started(self.process, self.is_up):
            raise RuntimeError("the directory of accounts did not start")

    def is_up(self) -> bool:
        return request("GET", f"http://127.0.0.1:{self.port}/_health", None, {}, {})[0] == 200

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None
