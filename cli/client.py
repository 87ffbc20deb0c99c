"""The HTTP API, as the command line calls it."""

import json
import os
import re
from typing import Any
from urllib.parse import quote, urlencode

import urllib3

from cli import stack


class ApiError(Exception):
    """The API said no, or nothing; the text is for a person."""


class UnansweredError(ApiError):
    """Whether it was done is not known."""


NO_ANSWER = (500, 502, 504)
"""What is said in the stead of an answer."""


class Api:
    """One Liaison, one token, one community."""

    def __init__(self, url: str, token: str, community: str) -> None:
        self.base = f"{url.rstrip('/')}/v1/{quote(community, safe='')}"
        self.token, self.community = token, community
        self.pool = urllib3.PoolManager(timeout=20.0, retries=False)

    def get(self, path: str, **query: str) -> dict[str, Any]:
        return self.call("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        return self.call("POST", path, json.dumps(body or {}).encode(), headers)

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.call("PUT", path, json.dumps(body).encode())

    def upload(self, path: str, body: bytes, content_type: str) -> dict[str, Any]:
        return self.call("POST", path, body, {"content-type": content_type})

    def call(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> dict[str, Any]:
        sent = {"authorization": f"Bearer {self.token}", "content-type": "application/json", **(headers or {})}
        try:
            answer = self.pool.request(method, f"{self.base}{path}", body=body or None, headers=sent)
        except urllib3.exceptions.HTTPError as error:
            raise UnansweredError(f"nothing answers at {self.base}: is Liaison up there?") from error
        try:
            told = json.loads(answer.data)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise UnansweredError(f"{self.base} answered {answer.status}, and not as Liaison's API does: is it one?")
        if answer.status in NO_ANSWER:
            raise UnansweredError(explained(answer.status, told))
        if not 200 <= answer.status < 300:
            raise ApiError(explained(answer.status, told))
        return told


def explained(status: int, told: dict[str, Any]) -> str:
    if status == 401:
        return "the token is not good (any more): an operator makes one with `liaison token create`"
    if status == 403:
        return "your role does not allow this, or not in this community"
    return str(told.get("message") or told)


def api(community: str | None) -> Api:
    """From LIAISON_URL, LIAISON_TOKEN and LIAISON_COMMUNITY; otherwise the local stack's own."""
    url, token = os.environ.get("LIAISON_URL"), os.environ.get("LIAISON_TOKEN")
    if bool(url) != bool(token):
        raise ApiError("LIAISON_URL and LIAISON_TOKEN go together; one of them is not set")
    if url and token:
        if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url):
            raise ApiError(f"LIAISON_URL is {url!r}: write the address of Liaison, as https://liaison.example")
        if not re.fullmatch(r"[!-~]+", token):
            raise ApiError("LIAISON_TOKEN has characters that no token has: copy it again")
        name = community or os.environ.get("LIAISON_COMMUNITY")
        if not name:
            raise ApiError("which community? Give --community, or set LIAISON_COMMUNITY")
        return Api(url, token, name)
    local = stack.running()
    kept = json.loads((stack.HOME / "token").read_text())
    return Api(local.url, kept["token"], community or kept["community"])
