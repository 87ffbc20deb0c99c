"""mastodon-mock: somebody else's reading of Mastodon's API, with its `Idempotency-Key`, and its data in SQLite."""

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

from tests.real import installed
from tests.real.servers.server import Seen, Server

CONFIG = """
[auth]
enforce_scopes = true

[database]
path = "{path}"

[[seed.accounts]]
username = "liaison"
access_token = "token-liaison"

[[seed.accounts]]
username = "everyone"
access_token = "token-everyone"
"""
"""Somebody may really be called @everyone there."""


class Mastodon(Server):
    platform = "mastodon"
    long = 400
    token, reader = "token-liaison", "token-everyone"

    def command(self) -> Sequence[str]:
        config = self.folder / "config.toml"
        config.write_text(CONFIG.format(path=self.folder / "data.sqlite"))
        python = str(installed.python("mastodon"))
        where = ("--host", "127.0.0.1", "--port", str(self.port), "--domain", "news.test")
        return (python, "-m", "mastodon_mock", "serve", "--config", str(config), "--log-level", "warning", *where)

    def is_up(self) -> bool:
        return self.raw("GET", "/api/v2/instance")[0] == 200

    def settle_in(self) -> None:
        """Its settings have made them."""

    def target(self, address: str) -> str:
        mentions = '{ everyone = "everyone" }'
        return f'url = "{address}"\nprivate_network = true\npings = ["everyone"]\nmentions = {mentions}'

    @property
    def credential(self) -> str:
        return self.token

    def is_post(self, method: str, path: str) -> bool:
        return method == "POST" and path == "/api/v1/statuses"

    def posts(self, mark: str) -> list[Seen]:
        me = self.ask("GET", "/api/v1/accounts/verify_credentials", token=self.token)["id"]
        found = self.ask("GET", f"/api/v1/accounts/{me}/statuses?limit=40", token=self.token)
        return [seen(one) for one in reversed(found) if mark in plain(one["content"])]

    def say(self, text: str) -> None:
        self.ask("POST", "/api/v1/statuses", {"status": text}, token=self.token)


def seen(status: dict[str, Any]) -> Seen:
    return Seen(
        status["id"],
        plain(status["content"]),
        status["in_reply_to_id"] or "",
        tuple(one["description"] for one in status["media_attachments"]),
        tuple(one["acct"] for one in status["mentions"]),
    )


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html)).strip()
