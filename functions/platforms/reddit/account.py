"""How Reddit is asked as our account there: with a token that lasts an hour and that all workers share.

Sources: github.com/reddit-archive/reddit/wiki/OAuth2 and /API; reddit.com/dev/api; PRAW's `reddit.py`; issue 1768 of
praw-dev/praw (what was posted, and refused for its rate, in one answer).
"""

import base64
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from functions.platforms import outgoing
from functions.platforms.door import read_object
from functions.platforms.outgoing import (
    LATER,
    LONGEST_WAIT,
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
    inside,
    put,
    retry_after,
    string,
    told,
    with_session,
)

TOKEN = "https://www.reddit.com/api/v1/access_token"  # noqa: S105 - an address
API = "https://oauth.reddit.com"

CREDENTIAL = (
    "one line of JSON for an app of type “script” (reddit.com/prefs/apps):"
    ' {"client_id": "…", "client_secret": "…", "refresh_token": "…"}, the token for the scopes identity, submit, edit,'
    ' history and read; or "username" and "password" instead of it'
)

LASTS = 3600
"""Seconds that a token is used which does not say when it ends."""

BROKEN = ("SERVER", "INTERNAL", "TIMEOUT", "UNAVAILABLE", "TRY_AGAIN")
"""Parts of errors that say nothing of what became of it. All others come from the form's check, before anything is
made."""
UNITS = {"millisecond": 0.001, "second": 1, "minute": 60, "hour": 3600, "day": 86_400}
PAUSE = re.compile(rf"(?P<number>[0-9]{{1,6}}) (?P<unit>{'|'.join(UNITS)})s?")

MEANING = {
    "BAD_SR_NAME": "there is no community of that name",
    "SUBREDDIT_NOEXIST": "there is no community of that name",
    "SUBREDDIT_NOTALLOWED": "our account may not post there",
    "SUBMIT_VALIDATION_FLAIR_REQUIRED": "posts there need a flair: set the target's `tag` to the id of one",
}


SECRETS = ("client_secret", "refresh_token", "password")


def budget(account: str) -> str:
    """What all posts of one account share, wherever they go: Reddit wants a rest between them."""
    return f"reddit:{named(account).casefold()}"


@dataclass(frozen=True, slots=True)
class Account:
    to: Destination
    hands: Hands

    # Asking

    def ask(self, method: str, path: str, form: Mapping[str, str] | None = None) -> Reply:
        """One call; with a token made anew, once, where the one that was kept has ended. Raises NoSessionError, and
        NotSentError or UnansweredError of the call itself."""
        return with_session(lambda kept: self.call(method, path, str(kept["token"]), form), self.session, over)

    def look(self, path: str, query: Mapping[str, str]) -> Reply | Wait:
        """A question that changes nothing: unanswered, it may be asked again. `raw_json`: else Reddit writes &lt; for
        < in what people wrote. Raises NoSessionError."""
        try:
            return self.ask("GET", f"{path}?{urlencode({'raw_json': 1, **query})}")
        except (NotSentError, UnansweredError) as error:
            return Wait(SOON, f"Reddit could not be asked: {error}")

    def call(self, method: str, path: str, token: str, form: Mapping[str, str] | None) -> Reply:
        headers = {**self.agent, "authorization": f"Bearer {token}"}
        body = b""
        if form is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
            body = urlencode(form, errors="replace").encode("ascii")
        return self.hands.http(method, API + path, headers=headers, body=body, private=self.to.private)

    @property
    def agent(self) -> dict[str, str]:
        """Reddit hardly answers those who do not say who they are."""
        name = re.sub(r"[^\w-]", "", named(self.to.account), flags=re.ASCII) or "liaison"
        return {"user-agent": f"server:liaison:0.1 (by /u/{name})"}

    # The session

    def session(self, stale: str) -> Session:
        return outgoing.session(self.to, self.hands, lambda _: self.logged_in(), self.whose, stale=stale)

    def logged_in(self) -> Session:
        given = self.given
        client = f"{given.get('client_id', '')}:{given.get('client_secret', '')}"
        headers = {
            **self.agent,
            "authorization": f"Basic {base64.b64encode(client.encode('utf-8', 'replace')).decode('ascii')}",
            "content-type": "application/x-www-form-urlencoded",
        }
        body = urlencode(self.grant(given), errors="replace").encode("ascii")
        reply = self.hands.http("POST", TOKEN, headers=headers, body=body, private=self.to.private)
        token, lasts = string(told(reply).get("access_token")), told(reply).get("expires_in")
        if reply.status == 200 and token:
            ends = lasts if isinstance(lasts, int) and 0 < lasts < LONGEST_WAIT * 24 else LASTS
            return {"token": token, "until": self.hands.timestamp + ends, "whose": self.whose}
        raise NoSessionError(self.not_logged_in(reply))

    def grant(self, given: Mapping[str, Any]) -> dict[str, str]:
        wanted = ("refresh_token",) if given.get("refresh_token") else ("username", "password")
        if not all(isinstance(given.get(name), str) for name in ("client_id", "client_secret", *wanted)):
            raise NoSessionError(self.unauthorized("what was put is not complete"))
        kind = "refresh_token" if given.get("refresh_token") else "password"
        return {"grant_type": kind, **{name: str(given[name]) for name in wanted}}

    def not_logged_in(self, reply: Reply) -> Refused | Wait:
        """A wrong password is answered 200, with an `error`. Only what Reddit says about the credential itself is a
        reason to give it up."""
        error = told(reply).get("error")
        if reply.status == 401 or (reply.status in (200, 400) and isinstance(error, str) and error):
            return self.unauthorized(f"the login was answered {reply.status}: {self.shown(str(error))}")
        if reply.status == 429 or (reply.status == 403 and not told(reply)):
            return self.paused(reply, "the login")
        return Wait(LATER, f"the login was answered {reply.status}")

    @property
    def whose(self) -> str:
        return outgoing.whose(self.to.secret)

    @property
    def given(self) -> dict[str, Any]:
        """The credential's fields."""
        return read_object(self.to.secret.encode("utf-8", "replace")) or {}

    # Answers

    def failed(self, reply: Reply) -> Refused | Wait | Unknown:
        """What an answer means that is not the one hoped for. Only what was refused is surely not done."""
        found = told(reply)
        errors, why = [*errors_in(found)], f"Reddit answered {reply.status}"
        if any(code == "RATELIMIT" for code, _ in errors):
            words = next(words for code, words in errors if code == "RATELIMIT")
            return Wait(resting(found, words), f"Reddit says: {self.shown(words)}", budget(self.to.account))
        if reply.status == 429 or (reply.status == 403 and not found):
            return self.paused(reply, why)
        if reply.status == 401 or any(code == "USER_REQUIRED" for code, _ in errors):
            return self.unauthorized(why)
        if reply.status == 403 and "insufficient_scope" in reply.headers.get("www-authenticate", ""):
            return self.unauthorized(f"{why}: the token lacks a scope")
        if reply.status >= 500 or reply.status < 200 or reply.status in (408, 425):
            return Unknown(f"{why}, and what became of it is not known")
        if errors and not any(part in code for code, _ in errors for part in BROKEN):
            return Refused("Reddit says: " + self.shown("; ".join(worded(code, words) for code, words in errors)))
        if reply.status >= 300 and not errors:
            said = [found.get(name) for name in ("message", "reason", "explanation")]
            words = ", ".join(one for one in said if isinstance(one, str) and one)
            return Refused(f"{why}: {self.shown(words)}" if words else why)
        return Unknown(f"{why} in a way that does not say what became of it")

    def paused(self, reply: Reply, why: str) -> Wait:
        """Reddit tells when the next ten minutes begin; what is not Reddit's forgets more slowly."""
        given = reply.headers.get("retry-after") or reply.headers.get("x-ratelimit-reset", "")
        ours = bool(given) and not reply.body.lstrip().startswith(b"<")
        seconds = retry_after({"retry-after": given}, 60 if ours else PARKED, self.hands.timestamp)
        return Wait(seconds if ours else max(seconds, PARKED), f"{why}: too many requests", budget(self.to.account))

    def unauthorized(self, why: str) -> Refused:
        return Refused(f"Reddit does not let us in ({why}): {put(self.to, f'{CREDENTIAL},')}", unauthorized=True)

    def shown(self, words: str) -> str:
        return concealed(words, self.to.secret, *(self.given.get(name) for name in SECRETS))[:300]


def named(account: str) -> str:
    return re.sub(r"^/?u/", "", account.strip())


def over(reply: Reply) -> bool:
    """Whether a call was refused for its token. Nothing was done, then."""
    return reply.status == 401 or any(code == "USER_REQUIRED" for code, _ in errors_in(told(reply)))


def errors_in(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """[[code, words, field], …]"""
    found = inside(told, "json").get("errors")
    for one in found if isinstance(found, list) else ():
        if isinstance(one, list) and one and isinstance(one[0], str):
            yield one[0], one[1] if len(one) > 1 and isinstance(one[1], str) else ""


def worded(code: str, words: str) -> str:
    return ": ".join(one for one in (code, MEANING.get(code, words)) if one)


def resting(told: Mapping[str, Any], words: str) -> int:
    """Seconds until one may post again: a number, or in words that leave out what is less than a minute."""
    exact = inside(told, "json").get("ratelimit")
    if isinstance(exact, int | float) and not isinstance(exact, bool) and 0 < exact < LONGEST_WAIT:
        return math.ceil(exact)
    found = PAUSE.search(words)
    seconds = int(found["number"]) * UNITS[found["unit"]] if found else 600
    return min(max(math.ceil(seconds), 1), LONGEST_WAIT)
