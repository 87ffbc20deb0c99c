"""A repository as announcements use it: how GitHub is asked, by REST and by GraphQL, and what an answer means.

Sources: docs.github.com, "Rate limits for the REST API" (also of the GraphQL one: "Rate limits and query limits"),
"Forming calls with GraphQL", "Troubleshooting the REST API". What an `errors` of GraphQL holds is documented nowhere:
issue 4801 of cli/cli (`was submitted too quickly`), issue 271 of githubkit (`RATE_LIMIT`).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from functions.platforms.outgoing import (
    PARKED,
    SOON,
    Destination,
    Hands,
    NotSentError,
    Refused,
    Reply,
    UnansweredError,
    Unknown,
    Wait,
    concealed,
    looked,
    number,
    objects,
    put,
    retry_after,
    string,
    told,
    until,
)

API = "https://api.github.com"
VERSION = "2022-11-28"

MINUTE = 60
"""Seconds to wait at least where GitHub does not say how long."""

LIMITED = ("rate limit", "submitted too quickly", "abuse detection")
"""Words of a limit, whatever the status: secondary limits are answered 403, 429 or, by GraphQL, 200."""
LACKING = ("INSUFFICIENT_SCOPES", "Resource not accessible by")
FINAL = ("FORBIDDEN", "INSUFFICIENT_SCOPES", "NOT_FOUND", "UNPROCESSABLE", "VALIDATION", "BAD_USER_INPUT")
"""Types of GraphQL's errors after which nothing was done. What has no type may have come half-way: of a query that took
too long GitHub says only that something went wrong."""

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Repository:
    to: Destination
    hands: Hands

    @property
    def path(self) -> str:
        return f"/repos/{quote(self.to.place, safe='/')}"

    @property
    def named(self) -> Told:
        owner, _, name = self.to.place.partition("/")
        return {"owner": owner, "name": name}

    @property
    def api(self) -> str:
        return self.to.address.rstrip("/") or API

    # Asking raises NotSentError or UnansweredError.

    def ask(self, method: str, path: str, given: Told | None = None) -> Reply:
        return self.call(method, self.api + path, given)

    def query(self, text: str, **variables: Any) -> Told | Refused | Wait | Unknown:
        """What is in `data`."""
        return self.data(self.graph(text, **variables))

    def graph(self, text: str, **variables: Any) -> Reply:
        """A server of one's own has GraphQL beside its REST API, which ends in /v3."""
        url = self.api.removesuffix("/v3") + "/graphql"
        return self.call("POST", url, {"query": text, "variables": variables})

    def call(self, method: str, url: str, given: Told | None) -> Reply:
        headers = {
            "authorization": f"Bearer {self.to.secret.strip()}",
            "accept": "application/vnd.github+json",
            "x-github-api-version": VERSION,
            "user-agent": "liaison",
            **({} if given is None else {"content-type": "application/json"}),
        }
        body = b"" if given is None else json.dumps(given).encode()
        return self.hands.http(method, url, headers=headers, body=body, private=self.to.private)

    def look(self, text: str, **variables: Any) -> Told | Refused | Wait:
        """The same for a question that changes nothing: when nobody knows what became of it, it is simply repeated."""
        try:
            found = self.query(text, **variables)
        except (NotSentError, UnansweredError) as error:
            return Wait(SOON, f"GitHub could not be asked: {error}")
        return Wait(SOON, found.reason) if isinstance(found, Unknown) else found

    def see(self, path: str) -> Reply | Wait:
        """Likewise, by REST."""
        try:
            return self.ask("GET", path)
        except (NotSentError, UnansweredError) as error:
            return Wait(SOON, f"GitHub could not be asked: {error}")

    # Answers

    def data(self, reply: Reply) -> Told | Refused | Wait | Unknown:
        if reply.status != 200:
            return self.refused(reply)
        said = told(reply)
        data, errors = said.get("data"), said.get("errors")
        if isinstance(data, dict) and any(one is not None for one in data.values()):
            return data  # A mutation that was made, even if not all that was asked about it could be told.
        if not errors:
            return data if isinstance(data, dict) and data else Unknown("GitHub answered something that cannot be read")
        return self.failed(reply, objects(errors))

    def failed(self, reply: Reply, errors: list[Told]) -> Refused | Wait | Unknown:
        types = {str(one.get("type")) for one in errors}
        words = self.shown("; ".join(string(one.get("message")) for one in errors))
        if types & {"RATE_LIMIT", "RATE_LIMITED"} or limited(words):
            return self.wait(reply)
        if any(sign in words or sign in types for sign in LACKING):
            return self.unauthorized(words)
        known = [one.get("type") in FINAL or isinstance(one.get("extensions"), dict) for one in errors]
        if known and all(known):
            return Refused(f"GitHub refused it: {words}")
        return Unknown(f"GitHub says: {words or 'something went wrong'}; what became of it is not known")

    def refused(self, reply: Reply) -> Refused | Wait | Unknown:
        """What a status means that is no success."""
        words = self.shown(complaint(told(reply)))
        if reply.status == 429 or (reply.status == 403 and (spent(reply.headers) or limited(words) or not words)):
            return self.wait(reply)
        if reply.status == 401 or (reply.status == 403 and any(sign in words for sign in LACKING)):
            return self.unauthorized(words or "answered 401")
        if 300 <= reply.status < 400:
            return Refused(f"the repository {self.to.place!r} has moved: correct the target's `place`")
        if reply.status == 404:
            return Refused(f"there is no repository {self.to.place!r}, or the token may not do this in it")
        if 400 <= reply.status < 500 and reply.status not in (408, 425):
            return Refused(f"GitHub refused it ({reply.status}): {words or 'it does not say why'}")
        return Unknown(f"GitHub answered {reply.status}, and what became of it is not known")

    def unseen(self, reply: Reply) -> Unknown | Wait:
        return looked(self.refused(reply), reply)

    def unauthorized(self, words: str) -> Refused:
        return Refused(f"GitHub does not let this token do it ({words}): {put(self.to, 'another')}", unauthorized=True)

    def wait(self, reply: Reply) -> Wait:
        why = f"GitHub asks to slow down: {self.shown(complaint(told(reply)))}".rstrip(": ")
        return Wait(patience(reply, self.hands.timestamp), why, f"github:{self.to.id}")

    def shown(self, words: str) -> str:
        return concealed(words, self.to.secret)[:300]


def spent(headers: Mapping[str, str]) -> bool:
    return "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"


def limited(words: str) -> bool:
    return any(sign in words.lower() for sign in LIMITED)


def patience(reply: Reply, now: int) -> int:
    """Seconds: as told; else until the limit begins anew, when it is used up; else a minute."""
    if "retry-after" in reply.headers:
        return retry_after(reply.headers, MINUTE, now)
    reset = until(reply.headers.get("x-ratelimit-reset", ""), now)
    if reply.headers.get("x-ratelimit-remaining") == "0" and reset:
        return reset
    return MINUTE if told(reply) else PARKED


def complaint(said: Told) -> str:
    """The message, and what it says of single fields."""
    errors = said.get("errors")
    found = [said.get("message"), *(details(errors) if isinstance(errors, list) else ())]
    return "; ".join(one for one in found if isinstance(one, str) and one)


def details(errors: list[Any]) -> Iterator[str]:
    for one in errors:
        if isinstance(one, dict):
            yield str(one.get("message") or " ".join(str(one[name]) for name in ("field", "code") if name in one))
        elif isinstance(one, str):
            yield one


def nodes(listed: Told) -> list[Told]:
    """Of a list of GraphQL's."""
    return objects(listed.get("nodes"))


RELEASE = re.compile(r'(?<!\\)"url":\s*"[^"]*/releases/([0-9]{1,18})"')
PAGE = re.compile(r'(?<!\\)"html_url":\s*"([^"\\]*/releases/tag/[^"\\]*)"')


def release_in(reply: Reply) -> tuple[str, str]:
    """A release's number and page; empty where there is none. Its text may be longer than what is read of an answer:
    of one that was cut off, what stands before the text. Inside a text, quotes have backslashes."""
    said = told(reply)
    if said:
        name = number(said.get("id"))
        return (str(name), string(said.get("html_url"))) if name else ("", "")
    cut = reply.body.decode("utf-8", "replace")
    number_at, page_at = RELEASE.search(cut), PAGE.search(cut)
    found = cut[:1] == "{" and number_at
    return (number_at[1], page_at[1] if page_at else "") if found and number_at else ("", "")
