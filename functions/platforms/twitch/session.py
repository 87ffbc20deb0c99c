"""How Twitch is asked for a channel: as somebody who allowed it, or as the application alone.

Sources: dev.twitch.tv/docs/authentication/refresh-tokens and /getting-tokens-oauth; dev.twitch.tv/docs/api/guide,
"Twitch rate limits".
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from functions.platforms.outgoing import (
    LONGEST_WAIT,
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
    retry_after,
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
MINUTE, PARKED, SOON = 60, 900, 30
"""Seconds to wait: where Twitch does not say how long, where something else answers in its stead, and until a question
is asked again."""

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Channel:
    to: Destination
    hands: Hands

    def ask(self, method: str, path: str, query: dict[str, str], given: Told | None = None) -> Reply:
        """Once more with a new session when the old one is not good any more: then nothing was done. Raises
        NoSessionError, NotSentError or UnansweredError."""
        token = self.token()
        reply = self.call(method, path, query, given, token)
        return self.call(method, path, query, given, self.token(token)) if reply.status == 401 else reply

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
            return error.outcome if isinstance(error.outcome, Wait) else Unknown(getattr(error.outcome, "reason", ""))
        except (NotSentError, UnansweredError) as error:
            return Wait(SOON, f"Twitch could not be asked: {error}")

    # The session

    @property
    def credential(self) -> Told:
        return read(self.to.secret.encode("utf-8", "replace"))

    def token(self, stale: str = "") -> str:
        return str(self.hands.sessions(self.to.id, self.renew, stale=stale)["token"])

    def renew(self, old: Session | None) -> Session:
        """A refresh token may be changed by using it, so the last one is kept: as long as it is this credential's."""
        given = self.credential
        named = [given.get(name) for name in ("client_id", "client_secret")]
        if not all(isinstance(one, str) and one for one in named):
            raise NoSessionError(self.unfit("it is not the JSON that is needed"))
        of = sha256(self.to.secret.encode("utf-8", "replace")).hexdigest()
        kept = old.get("refresh") if old and old.get("of") == of else ""
        refresh = kept or given.get("refresh_token")
        grant = {"grant_type": "refresh_token", "refresh_token": str(refresh)} if refresh else {}
        told = self.granted({"grant_type": "client_credentials", **grant})
        until = told.get("expires_in")
        ends = self.hands.timestamp + until if isinstance(until, int) and until > 0 else 0
        return {"token": told["access_token"], "until": ends, "refresh": told.get("refresh_token") or refresh, "of": of}

    def granted(self, grant: dict[str, str]) -> Told:
        given = {name: str(self.credential.get(name)) for name in ("client_id", "client_secret")}
        headers = {"content-type": "application/x-www-form-urlencoded"}
        try:
            reply = self.hands.http("POST", TOKENS, headers=headers, body=urlencode({**given, **grant}).encode())
        except UnansweredError as error:
            raise NoSessionError(Wait(SOON, f"no session could be had: {error}")) from error
        told = read(reply.body)
        token = told.get("access_token")
        if reply.status == 200 and isinstance(token, str) and token:
            return told
        if reply.status in (400, 401, 403) and told:
            raise NoSessionError(self.unfit(self.said(told) or f"answered {reply.status}"))
        wait = patience(reply, self.hands.timestamp)
        raise NoSessionError(Wait(wait, f"no session could be had: Twitch answered {reply.status}"))

    def unfit(self, why: str) -> Refused:
        put = f"`liaison secret put {self.to.id} --outgoing` takes {CREDENTIAL}"
        return Refused(f"Twitch does not let us in ({why}): {put}", unauthorized=True)

    # Answers

    def refused(self, reply: Reply) -> Refused | Wait | Unknown:
        """What an answer means that is no success."""
        told = read(reply.body)
        words = self.said(told)
        if reply.status == 429 or (reply.status == 403 and not told):
            wait = patience(reply, self.hands.timestamp)
            return Wait(wait, "Twitch asks to slow down", f"twitch:{self.to.id}")
        if reply.status == 401:
            return self.unfit(words or "answered 401")
        if 300 <= reply.status < 500 and reply.status not in (408, 425):
            return Refused(f"Twitch refused it ({reply.status}): {words or 'it does not say why'}")
        return Unknown(f"Twitch answered {reply.status}, and what became of it is not known")

    def unseen(self, reply: Reply) -> Wait | Unknown:
        """What an answer to a question means that is no success: never that something is not there."""
        answer = self.refused(reply)
        if isinstance(answer, Unknown) and reply.status >= 500:
            return Wait(SOON, answer.reason)
        return answer if isinstance(answer, Wait) else Unknown(answer.reason)

    def said(self, told: Told) -> str:
        """Twitch's own words, without our credential whatever happens."""
        words = told.get("message")
        shown = words if isinstance(words, str) else ""
        for secret in self.credential.values():
            shown = shown.replace(secret, "…") if isinstance(secret, str) and secret else shown
        return shown[:300]


def patience(reply: Reply, now: int) -> int:
    """Seconds: as told; else until `ratelimit-reset`, which is a moment."""
    if "retry-after" in reply.headers:
        return retry_after(reply.headers, MINUTE, now)
    reset = reply.headers.get("ratelimit-reset", "")
    if reset.isascii() and reset.isdigit():
        return min(max(int(reset[:12]) - now, 1), LONGEST_WAIT)
    return MINUTE if read(reply.body) else PARKED


def read(body: bytes) -> Told:
    """The object that was answered; empty where there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
