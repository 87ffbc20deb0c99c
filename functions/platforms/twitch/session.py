"""How Twitch is asked for a channel: as somebody who allowed it, or as the application alone.

Sources: dev.twitch.tv/docs/authentication/refresh-tokens and /getting-tokens-oauth; dev.twitch.tv/docs/api/guide,
"Twitch rate limits".
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from functions.platforms import outgoing
from functions.platforms.door import read_object
from functions.platforms.outgoing import (
    PARKED,
    SOON,
    Destination,
    Hands,
    NoSessionError,
    NotSentError,
    Refused,
    Reply,
    Session,
    UnansweredError,
    Unknown,
    Wait,
    concealed,
    looked,
    put,
    retry_after,
    string,
    told,
    until,
    with_session,
)

TOKENS = "https://id.twitch.tv/oauth2/token"
API = "https://api.twitch.tv/helix"

CREDENTIAL = (
    'one line of JSON: {"client_id": "...", "client_secret": "...", "refresh_token": "..."}, of an application (Client'
    " Type Confidential) that `account` has allowed moderator:manage:announcements, user:write:chat and"
    " moderator:manage:chat_messages, or for a schedule the broadcaster channel:manage:schedule (authorization code"
    " grant); without refresh_token the application speaks for itself, which is enough for a chat when `account` also"
    " allowed user:bot and is a moderator"
)
MINUTE = 60
"""Seconds to wait where Twitch does not say how long."""

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Channel:
    to: Destination
    hands: Hands

    def ask(self, method: str, path: str, query: dict[str, str], given: Told | None = None) -> Reply:
        """Once more with a new session when the old one is not good any more: then nothing was done. Raises
        NoSessionError, NotSentError or UnansweredError."""
        return with_session(
            lambda kept: self.call(method, path, query, given, str(kept["token"])),
            self.session,
            lambda reply: reply.status == 401,
        )

    def call(self, method: str, path: str, query: dict[str, str], given: Told | None, token: str) -> Reply:
        headers = {"authorization": f"Bearer {token}", "client-id": str(self.credential.get("client_id", ""))}
        headers |= {} if given is None else {"content-type": "application/json"}
        url = (self.to.address.rstrip("/") or API) + path + (f"?{urlencode(query)}" if query else "")
        body = b"" if given is None else json.dumps(given).encode()
        return self.hands.http(method, url, headers=headers, body=body, private=self.to.private)

    def see(self, path: str, query: dict[str, str]) -> Reply | Wait | Unknown:
        """A question that changes nothing: unanswered, it may be asked again."""
        try:
            return self.ask("GET", path, query)
        except NoSessionError as error:
            return looked(error.outcome, None)
        except (NotSentError, UnansweredError) as error:
            return Wait(SOON, f"Twitch could not be asked: {error}")

    # The session

    @property
    def credential(self) -> Told:
        return read_object(self.to.secret.encode("utf-8", "replace")) or {}

    @property
    def whose(self) -> str:
        return outgoing.whose(self.to.secret)

    def session(self, stale: str) -> Session:
        what = "no session could be had"
        return outgoing.session(self.to, self.hands, self.renewed, self.whose, what, stale=stale)

    def renewed(self, old: Session | None) -> Session:
        """A refresh token may be changed by using it, so the last one is kept: as long as it is this credential's."""
        given = self.credential
        named = [given.get(name) for name in ("client_id", "client_secret")]
        if not all(isinstance(one, str) and one for one in named):
            raise NoSessionError(self.unfit("it is not the JSON that is needed"))
        kept = old.get("refresh") if old and old.get("whose") == self.whose else ""
        refresh = kept or given.get("refresh_token")
        grant = {"grant_type": "refresh_token", "refresh_token": str(refresh)} if refresh else {}
        found = self.granted({"grant_type": "client_credentials", **grant})
        lasts = found.get("expires_in")
        until = self.hands.timestamp + lasts if isinstance(lasts, int) and lasts > 0 else 0
        refresh = found.get("refresh_token") or refresh
        return {"token": found["access_token"], "until": until, "refresh": refresh, "whose": self.whose}

    def granted(self, grant: dict[str, str]) -> Told:
        given = {name: str(self.credential.get(name)) for name in ("client_id", "client_secret")}
        headers = {"content-type": "application/x-www-form-urlencoded"}
        reply = self.hands.http("POST", TOKENS, headers=headers, body=urlencode({**given, **grant}).encode())
        found = told(reply)
        if reply.status == 200 and string(found.get("access_token")):
            return found
        if reply.status in (400, 401, 403) and found:
            raise NoSessionError(self.unfit(self.said(found) or f"answered {reply.status}"))
        wait = patience(reply, self.hands.timestamp)
        raise NoSessionError(Wait(wait, f"no session could be had: Twitch answered {reply.status}"))

    def unfit(self, why: str) -> Refused:
        return Refused(f"Twitch does not let us in ({why}): {put(self.to, f'{CREDENTIAL},')}", unauthorized=True)

    # Answers

    def refused(self, reply: Reply) -> Refused | Wait | Unknown:
        """What an answer means that is no success."""
        found = told(reply)
        words = self.said(found)
        if reply.status == 429 or (reply.status == 403 and not found):
            wait = patience(reply, self.hands.timestamp)
            return Wait(wait, "Twitch asks to slow down", f"twitch:{self.to.id}")
        if reply.status == 401:
            return self.unfit(words or "answered 401")
        if 300 <= reply.status < 500 and reply.status not in (408, 425):
            return Refused(f"Twitch refused it ({reply.status}): {words or 'it does not say why'}")
        return Unknown(f"Twitch answered {reply.status}, and what became of it is not known")

    def unseen(self, reply: Reply) -> Wait | Unknown:
        return looked(self.refused(reply), reply)

    def said(self, found: Told) -> str:
        """Twitch's own words."""
        return concealed(string(found.get("message")), *self.credential.values())[:300]


def patience(reply: Reply, now: int) -> int:
    """Seconds: as told; else until `ratelimit-reset`, which is a moment."""
    if "retry-after" in reply.headers:
        return retry_after(reply.headers, MINUTE, now)
    ours = MINUTE if told(reply) else PARKED
    return until(reply.headers.get("ratelimit-reset", ""), now) or ours
