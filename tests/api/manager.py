"""Somebody with a token, and what they send."""

from typing import Any

from tests.support.world import Answered, World

NEW = {"title": "Winter", "body": "It **snows**.", "at": "2026-11-23T09:00", "zone": "Europe/Paris"}
DRAFT = {"title": "Winter", "body": "It **snows**.", "draft": True}
NOW = {"title": "Winter", "body": "It **snows**."}


class Manager:
    def __init__(self, world: World, role: Any = "operator", name: str = "Ada") -> None:
        self.world, self.token = world, world.token(role, name=name)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answered:
        return self.world.ask(method, f"/v1/acme/{path}", body, token=self.token, headers=headers)

    def get(self, path: str) -> Answered:
        return self.ask("GET", path)

    def post(self, path: str, body: object = None, key: str = "") -> Answered:
        return self.ask("POST", path, body, **({"idempotency-key": key} if key else {}))

    def put(self, path: str, body: object) -> Answered:
        return self.ask("PUT", path, body)

    def written(self, new: dict[str, Any] | None = None, **changes: Any) -> str:
        """The id of a new announcement; a draft unless told otherwise."""
        made = self.post("announcements", {**(new or DRAFT), **changes})
        assert made.status == 200, made.text
        return str(made.json["announcement"]["id"])

    def preview(self, name: str) -> Any:
        return self.get(f"announcements/{name}/preview").json

    def approve(self, name: str, **more: Any) -> Answered:
        """What they have looked at just now."""
        return self.post(f"announcements/{name}/approve", {"hash": self.preview(name)["hash"], **more})
