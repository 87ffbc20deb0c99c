"""Our webhook at GitHub, through its REST API: a repository's, or its organisation's.

Source: docs.github.com, "REST API endpoints for repository webhooks" and "… for organization webhooks". A token needs
`admin:repo_hook` or `admin:org_hook`; a fine-grained one the permission "Webhooks", read and write.

GitHub never shows a webhook's secret. So the address that we register ends in `?k=` and the first eight digits of the
secret's SHA-256: a webhook that has an older secret is known by its address.
"""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from events.envelope import fingerprint
from events.program import Source
from functions.platforms.outgoing import Hands, Reply
from functions.platforms.standing import AskedError, Keys, answered

API = "https://api.github.com"
VERSION = "2022-11-28"
WHAT = "GitHub's webhooks"
NEXT = re.compile(r'[?&]cursor=([^&>]+)[^>]*>; rel="next"')
"""In a `Link` header. What a cursor looks like is GitHub's own affair."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """Asking raises AskedError, NotSentError or UnansweredError."""

    place: Source
    keys: Keys
    hands: Hands

    @property
    def path(self) -> str:
        about = quote(self.place.about, safe="/")
        return f"/repos/{about}/hooks" if "/" in about else f"/orgs/{about}/hooks"

    def send(self, method: str, path: str = "", given: dict[str, Any] | None = None) -> Reply:
        """Whatever is answered."""
        headers = {
            "authorization": f"Bearer {self.keys.token}",
            "accept": "application/vnd.github+json",
            "x-github-api-version": VERSION,
            "content-type": "application/json",
        }
        body = b"" if given is None else json.dumps(given).encode()
        url = (self.place.api.rstrip("/") or API) + self.path + path
        return self.hands.http(method, url, headers=headers, body=body, private=self.place.private_network)

    def ask(self, method: str, path: str = "", given: dict[str, Any] | None = None) -> Any:
        return read(answered(self.send(method, path, given), WHAT))

    def page(self, path: str) -> tuple[list[dict[str, Any]], str]:
        """One page of a list, and where the next one begins; empty after the last."""
        reply = answered(self.send("GET", path), WHAT)
        found = read(reply)
        if not isinstance(found, list):
            raise AskedError(f"{WHAT}: what was answered is no list")
        following = NEXT.search(reply.headers.get("link", ""))
        rows = [one for one in found if isinstance(one, dict) and isinstance(one.get("id"), int)]
        return rows, following[1] if following else ""

    def ours(self, url: str) -> dict[str, Any] | None:
        """The webhook that has the current secret; else one that calls us with whatever secret."""
        found = [one for one in self.page("?per_page=100")[0] if address(one).partition("?")[0] == url]
        current = callback(url, self.keys.signing)
        return next((one for one in found if address(one) == current), found[0] if found else None)

    def current(self) -> dict[str, Any] | None:
        """The webhook that has the current secret, for who does not know our address; the newest, had we moved."""
        if not self.keys.signing:
            return None
        ending = callback(f"/hooks/{self.place.id}", self.keys.signing)
        found = [one for one in self.page("?per_page=100")[0] if address(one).endswith(ending)]
        return max(found, key=lambda one: int(one["id"]), default=None)


def callback(url: str, secret: str) -> str:
    return f"{url}?k={fingerprint(secret.encode('utf-8', 'surrogatepass'))[:8]}"


def address(hook: dict[str, Any]) -> str:
    return str(config(hook).get("url", ""))


def config(hook: dict[str, Any]) -> dict[str, Any]:
    given = hook.get("config")
    return given if isinstance(given, dict) else {}


def read(reply: Reply) -> Any:
    """None where nothing was answered."""
    try:
        return json.loads(reply.body) if reply.body.strip() else None
    except (ValueError, RecursionError) as error:
        raise AskedError(f"{WHAT}: the answer cannot be read, or was cut off") from error
