"""Synapse, the Matrix homeserver, with its data in SQLite."""

import hmac
import subprocess
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from tests.real import installed
from tests.real.servers.server import Seen, Server

CONFIG = """
server_name: news.test
pid_file: {folder}/pid
signing_key_path: {folder}/signing.key
media_store_path: {folder}/media
log_config: {folder}/log.yaml
report_stats: false
suppress_key_server_warning: true
trusted_key_servers: []
registration_shared_secret: only-on-loopback
bcrypt_rounds: 4
macaroon_secret_key: only-on-loopback
form_secret: only-on-loopback
database: {{name: sqlite3, args: {{database: {folder}/data.sqlite}}}}
listeners:
  - {{port: {port}, bind_addresses: [127.0.0.1], type: http, tls: false, resources: [{{names: [client, media]}}]}}
rc_message: {{per_second: 1000, burst_count: 1000}}
rc_room_creation: {{per_second: 1000, burst_count: 1000}}
rc_joins: {{local: {{per_second: 1000, burst_count: 1000}}}}
"""
LOG = "version: 1\nhandlers: {all: {class: logging.StreamHandler}}\nroot: {level: WARNING, handlers: [all]}\n"


class Matrix(Server):
    platform = "matrix"
    long = 7_000
    threads = False
    shows_images = True
    token = reader = room = ""

    def command(self) -> Sequence[str]:
        config = self.folder / "homeserver.yaml"
        run = (str(installed.python("matrix")), "-m", "synapse.app.homeserver", "-c", str(config))
        if not config.exists():
            config.write_text(self.config())
            (self.folder / "log.yaml").write_text(LOG)
            subprocess.run([*run, "--generate-keys"], check=True, capture_output=True)
        return run

    def config(self) -> str:
        return CONFIG.format(folder=self.folder, port=self.port)

    def is_up(self) -> bool:
        return self.raw("GET", "/_matrix/client/versions")[0] == 200

    def settle_in(self) -> None:
        self.token, self.reader = self.account("liaison"), self.account("reader")

    def make_room(self) -> None:
        """Looking for a message leads through all of ours since the first attempt; for a test that is an hour ago."""
        made = self.ask("POST", "/_matrix/client/v3/createRoom", {"preset": "public_chat"}, token=self.token)
        self.room = made["room_id"]
        self.ask("POST", f"/_matrix/client/v3/join/{quote(self.room)}", {}, token=self.reader)

    def account(self, name: str) -> str:
        """A new account's access token: matrix-org.github.io/synapse, "Registering users with the shared secret"."""
        path = "/_synapse/admin/v1/register"
        nonce = self.ask("GET", path)["nonce"]
        said = f"{nonce}\0{name}\0password\0notadmin".encode()
        given = {"nonce": nonce, "username": name, "password": "password", "admin": False}
        signed = hmac.new(b"only-on-loopback", said, "sha1").hexdigest()
        return str(self.ask("POST", path, {**given, "mac": signed})["access_token"])

    def target(self, address: str) -> str:
        return f'url = "{address}"\nplace = "{self.room}"\nprivate_network = true\npings = ["everyone"]'

    @property
    def credential(self) -> str:
        return self.token

    def is_post(self, method: str, path: str) -> bool:
        return method == "PUT" and "/send/m.room.message/" in path

    def posts(self, mark: str) -> list[Seen]:
        path = f"/_matrix/client/v3/rooms/{quote(self.room)}/messages?dir=f&limit=1000"
        chunk = self.ask("GET", path, token=self.reader)["chunk"]
        said = [one for one in chunk if one["type"] == "m.room.message" and one["content"]]
        edits = {one["content"]["m.relates_to"]["event_id"]: one for one in said if "m.new_content" in one["content"]}
        first = [one for one in said if one not in edits.values()]
        shown = [self.seen(one["event_id"], new(edits.pop(one["event_id"], one))) for one in first]
        # An edit whose message is gone is shown by no client, and yet there for whoever asks.
        left = [self.seen(one["event_id"], one["content"]) for one in edits.values()]
        return [one for one in (*shown, *left) if any(mark in text for text in (one.text, *one.alts))]

    def say(self, text: str) -> None:
        path = f"/_matrix/client/v3/rooms/{quote(self.room)}/send/m.room.message/{uuid4().hex}"
        self.ask("PUT", path, {"msgtype": "m.text", "body": text}, token=self.token)

    def seen(self, event: str, content: dict[str, Any]) -> Seen:
        mentions = content.get("m.mentions", {})
        pinged = (*mentions.get("user_ids", ()), *(["everyone"] if mentions.get("room") else []))
        if content.get("msgtype") != "m.image":
            return Seen(event, content.get("body", ""), pinged=pinged)
        media = content["url"].removeprefix("mxc://")
        _, picture = self.raw("GET", f"/_matrix/client/v1/media/download/{media}", token=self.reader)
        return Seen(event, "", alts=(content["body"],), pinged=pinged, images=(picture,))

    def highlights(self, mark: str) -> list[str]:
        """What calls the other one in the room by name, or everyone."""
        told = self.ask("GET", "/_matrix/client/v3/notifications?only=highlight&limit=1000", token=self.reader)
        bodies = [one["event"]["content"].get("body", "") for one in told["notifications"]]
        return [body for body in bodies if mark in body]


def new(event: dict[str, Any]) -> dict[str, Any]:
    """What a message says, by its last edit."""
    content = event["content"]
    return {**content, **content.get("m.new_content", {})}
