"""How a Lemmy instance is asked as our account there: by which of its APIs, with which token, and what answers mean.

Lemmy 1.0 has the API version 4, and of version 3 only what browsing needs; earlier ones have version 3 alone. So it is
version 4 wherever `/api/v4/site` is there, asked once a day. Sources: join-lemmy.org/docs/contributors/09-api-v4.html;
issue 5508 and pull request 6120 of LemmyNet/lemmy; its crates/api/routes, crates/utils/src/error.rs and
crates/routes/src/middleware/{idempotency,rate_limit}.rs; lemmy-js-client 0.19.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from functions.platforms import outgoing
from functions.platforms.door import read_object
from functions.platforms.outgoing import (
    LATER,
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
    put,
    retry_after,
    string,
    told,
    with_session,
)

CREDENTIAL = (
    "a login token of the account's (the `jwt` that /api/v3/user/login answers), or one line of JSON"
    ' {"username": "…", "password": "…"} of an account without two-factor login'
)

DAY = 86_400
RESTING = 120
"""Seconds, where an instance before 1.0 says that it is too much: it tells no time, and allows a post every 100 s."""

UNAUTHORIZED = ("incorrect_login", "not_logged_in", "registration_application_is_pending", "email_not_verified")
BEFORE = {
    "banned_from_community": "our account is banned from the community",
    "blocked_url": "the instance has blocked an address in it",
    "couldnt_create_comment": "",
    "couldnt_create_post": "",
    "deleted": "the community, or what it answers to, is deleted",
    "instance_is_private": "",
    "invalid_body_field": "the text is too long",
    "invalid_post_title": "the title has to be 3 to 200 characters long",
    "invalid_url": "",
    "language_not_allowed": "the community takes posts in certain languages only: add “Undetermined” to them",
    "locked": "the post is locked",
    "max_comment_depth_reached": "",
    "nsfw_not_allowed": "",
    "only_mods_can_post_in_community": "only moderators may post there: appoint our account",
    "person_is_banned_from_community": "our account is banned from the community",
    "removed": "the community, or what it answers to, was removed",
    "site_ban": "our account is banned from the instance",
    "slurs": "the title holds a word that the instance does not allow",
    "not_a_moderator": "only moderators may post there: appoint our account",
    "not_a_mod_or_admin": "only moderators may post there: appoint our account",
    "image_upload_disabled": "the instance takes no images",
    "not_an_image_type": "the instance does not take such images",
}
"""What Lemmy says before it makes anything; after that, too, it may go wrong with a 400 (crates/api/api_crud)."""


@dataclass(frozen=True, slots=True)
class Instance:
    to: Destination
    hands: Hands

    # Asking

    def ask(self, method: str, path: str, given: Mapping[str, Any] | None = None, *, key: str = "") -> Reply:
        """One call as the account; with a token made anew, once, where there is a password to make it of. Raises
        NoSessionError, and NotSentError or UnansweredError of the call itself."""

        def call(kept: Session) -> Reply:
            return self.call(method, self.url(path, kept), str(kept["token"]), given, key)

        return with_session(call, self.session, lambda reply: over(reply) and bool(self.password))

    def look(self, path: str, query: Mapping[str, Any]) -> Reply | Wait:
        """A question that changes nothing: unanswered, it may be asked again. Raises NoSessionError."""
        try:
            return self.ask("GET", f"{path}?{urlencode(query)}")
        except (NotSentError, UnansweredError) as error:
            return Wait(SOON, f"the instance could not be asked: {error}")

    def call(self, method: str, url: str, token: str, given: Mapping[str, Any] | None = None, key: str = "") -> Reply:
        headers = {"accept": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        body = b""
        if given is not None:
            headers["content-type"], body = "application/json", json.dumps(given).encode("ascii")
        if key:
            headers["idempotency-key"] = key
        return self.hands.http(method, url, headers=headers, body=body, private=self.to.private)

    @property
    def address(self) -> str:
        return self.to.address.rstrip("/")

    def url(self, path: str, kept: Session) -> str:
        return f"{self.address}/api/{kept['api']}/{path}"

    @property
    def is_new(self) -> bool:
        """Whether it is version 4 of the API. Raises NoSessionError."""
        return bool(self.session()["api"] == "v4")

    # The session

    @property
    def password(self) -> dict[str, Any]:
        """A name and password, where these were put and not a token."""
        return read_object(self.to.secret.encode("utf-8", "replace")) or {}

    def session(self, stale: str = "") -> Session:
        def renew(old: Session | None) -> Session:
            return self.opened(old, stale)

        return outgoing.session(self.to, self.hands, renew, self.whose, stale=stale)

    def opened(self, old: Session | None, stale: str) -> Session:
        """A token that is good is kept when only the day is over: instances allow a few logins an hour."""
        api = self.version()
        if not self.password:
            token = self.to.secret.strip()
        elif old and old.get("whose") == self.whose and old["token"] != stale:
            token = str(old["token"])
        else:
            token = self.logged_in(api)
        if not token:
            raise NoSessionError(self.unauthorized("nothing was put"))
        return {"token": token, "api": api, "until": self.hands.timestamp + DAY, "whose": self.whose}

    def version(self) -> str:
        reply = self.call("GET", f"{self.address}/api/v4/site", "")
        if reply.status == 200 and reply.body.lstrip().startswith(b"{"):
            return "v4"
        if reply.status == 404:
            return "v3"
        failed = self.failed(reply)
        raise NoSessionError(
            failed if isinstance(failed, Wait) else Wait(LATER, f"looked which API it has: {failed.reason}")
        )

    def logged_in(self, api: str) -> str:
        given = self.password
        form = {"username_or_email": given.get("username"), "password": given.get("password")}
        if not all(isinstance(one, str) and one for one in form.values()):
            raise NoSessionError(self.unauthorized("what was put is not complete"))
        path = "account/auth/login" if api == "v4" else "user/login"
        reply = self.call("POST", f"{self.address}/api/{api}/{path}", "", form)
        token = string(told(reply).get("jwt"))
        if reply.status == 200 and token:
            return token
        failed = self.failed(reply)
        if isinstance(failed, Wait) or reply.status >= 500 or not told(reply):
            raise NoSessionError(failed if isinstance(failed, Wait) else Wait(LATER, f"the login: {failed.reason}"))
        raise NoSessionError(self.unauthorized(f"the login: {failed.reason}"))

    @property
    def whose(self) -> str:
        """The instance and the credential of the account there."""
        return outgoing.whose(self.to.address, self.to.secret)

    # Answers

    def failed(self, reply: Reply, *, settled: bool = False) -> Refused | Wait | Unknown:
        """What an answer means that is not the one hoped for. `settled`: nothing is made, so a refusal is one."""
        error = string(told(reply).get("error"))
        why = self.reason(reply, error)
        if reply.status == 429 or error == "rate_limit_error":
            return Wait(self.patience(reply), why, budget(self.to.address))
        if over(reply) or error in UNAUTHORIZED:
            return self.unauthorized(why)
        if reply.status >= 500 or reply.status < 300 or reply.status in (408, 425):
            return Unknown(f"{why}, and what became of it is not known")
        if reply.status < 400:
            return Refused(f"{why}: it is somewhere else, correct the target's `url`")
        if settled or not error or error in BEFORE:
            return Refused(why)
        return Unknown(f"{why}, and it may have been made all the same")

    def patience(self, reply: Reply) -> int:
        """Seconds. Version 1.0 tells them, in one header or in another."""
        given = reply.headers.get("retry-after") or reply.headers.get("x-ratelimit-reset", "")
        ours = reply.body.lstrip().startswith(b"{")
        seconds = retry_after({"retry-after": given}, RESTING if ours else PARKED, self.hands.timestamp)
        return seconds if ours or (given and not reply.body.strip()) else max(seconds, PARKED)

    def reason(self, reply: Reply, error: str) -> str:
        """In a sentence."""
        meaning = BEFORE.get(error, "")
        said = ": ".join(one for one in (f"the instance answered {reply.status}", error[:100], meaning) if one)
        return concealed(said, self.to.secret, self.password.get("password"))

    def unauthorized(self, why: str) -> Refused:
        advice = put(self.to, f"{CREDENTIAL},")
        return Refused(f"the instance does not let us in ({why}): {advice}", unauthorized=True)


def budget(address: str) -> str:
    """What all calls from here share: an instance counts by the address that they come from."""
    return f"lemmy:{urlsplit(address).hostname}"


def over(reply: Reply) -> bool:
    """Whether a call was refused for its token. Nothing was done, then."""
    return reply.status == 401 or told(reply).get("error") in ("incorrect_login", "not_logged_in")
