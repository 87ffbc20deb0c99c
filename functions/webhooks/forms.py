"""The one call the door makes to a platform: opening a form while the person waits for it."""

import json
from urllib.parse import urlsplit

import urllib3

from functions.platforms import door
from functions.platforms.door import Call
from functions.shared import signed
from functions.shared.log import logger

OPENING = 1.3
TELLING = 0.7
"""Seconds. With a cold start before them, both end within the three that Slack waits."""

TELLABLE = ("hooks.slack.com",)
"""Where an apology may go: the address comes with the request, and a signed request may still name any."""


def opened(platform: str, call: Call, token: str) -> bool:
    """Whether the platform says that the form is open. Nothing is lost when it is not: all is queued by now."""
    if not token:
        logger.warning("no form: no token was put", extra={"platform": platform})
        return False
    address = door.api(platform) + call.method
    headers = {"content-type": "application/json; charset=utf-8", "authorization": f"Bearer {token}"}
    if posted(address, call.body, headers, OPENING):
        return True
    if urlsplit(call.tell).hostname in TELLABLE and call.tell.startswith("https://"):
        posted(call.tell, call.apology, {"content-type": "application/json"}, TELLING)
    return False


def posted(address: str, body: bytes, headers: dict[str, str], seconds: float) -> bool:
    try:
        answer = signed.pool().request(
            "POST",
            address,
            body=body,
            headers=headers,
            timeout=urllib3.Timeout(total=seconds),
            retries=False,
            redirect=False,
        )
    except (urllib3.exceptions.HTTPError, ValueError) as error:  # A ValueError: a token that is no header.
        logger.warning("a form could not be opened", extra={"error": type(error).__name__})
        return False
    try:
        said = json.loads(answer.data)
    except ValueError:
        said = None
    good = answer.status == 200 and (not isinstance(said, dict) or said.get("ok") is not False)
    if not good:
        reason = said.get("error") if isinstance(said, dict) else ""
        logger.warning("a form could not be opened", extra={"status": answer.status, "reason": str(reason)[:200]})
    return good
