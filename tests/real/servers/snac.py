"""snac: a server of the Fediverse that speaks Mastodon's API, and makes two posts of two requests with one key."""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from uuid import uuid4

from tests.real.servers.mastodon import Mastodon

LACKING = "snac is not installed (Debian has it as snac2; for bookworm it is among the backports)"


class Snac(Mastodon):
    keyed = deletes = False
    pings = False
    token = ""

    def command(self) -> Sequence[str]:
        data = self.folder / "data"
        if not data.exists():
            said = f"127.0.0.1\n{self.port}\n127.0.0.1:{self.port}\n\nadmin@example.com\n"
            subprocess.run([snac(), "init", str(data)], input=said.encode(), check=True, capture_output=True)
            settings = data / "server.json"
            settings.write_text(json.dumps({**json.loads(settings.read_text()), "protocol": "http"}))
        return (snac(), "httpd", str(data))

    def is_up(self) -> bool:
        return self.raw("GET", "/")[0] == 200

    def settle_in(self) -> None:
        """Each test has an account of its own."""

    def make_room(self) -> None:
        """A new account: it tells all that one ever said at once, which is soon more than is read."""
        name = f"news{uuid4().hex[:8]}"
        added = subprocess.run([snac(), "adduser", str(self.folder / "data"), name], check=True, capture_output=True)
        found = re.search(rb"password is (\S+)", added.stdout + added.stderr)
        if found is None:
            raise RuntimeError(f"no password in {added!r}")
        self.token = self.login(name, found[1].decode())

    def login(self, name: str, password: str) -> str:
        """An access token, as an app gets one. The first answer is the code itself."""
        nowhere = "urn:ietf:wg:oauth:2.0:oob"
        app = self.ask("POST", "/api/v1/apps", client_name="liaison", redirect_uris=nowhere, scopes="read write")
        client = app["client_id"]
        given = {"login": name, "passwd": password, "redir": nowhere, "cid": client}
        _, code = self.raw("POST", "/oauth/x-snac-login", **given)
        asked = {"grant_type": "authorization_code", "code": code.decode().strip(), "redirect_uri": nowhere}
        asked |= {"client_id": client, "client_secret": app["client_secret"]}
        return str(self.ask("POST", "/oauth/token", **asked)["access_token"])


def snac() -> str:
    return shutil.which("snac") or ""
