"""Announcements to Slack. It has no key of ours on the wire, but keeps one: each message carries it as metadata, which
people do not see and we look for.

Sources: docs.slack.dev/reference/methods (chat.postMessage, chat.update, chat.delete, conversations.history,
conversations.replies, files.getUploadURLExternal, files.completeUploadExternal, auth.test), and
docs.slack.dev/apis/web-api/rate-limits.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from events.announcements import ChangeRequested, CountRequested, PostRequested, WithdrawRequested
from functions.platforms.outgoing import (
    PARKED,
    SOON,
    Destination,
    Hands,
    NotSentError,
    Outcome,
    Refused,
    Reply,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
    inside,
    number,
    objects,
    put,
    retry_after,
    string,
    told,
)
from functions.platforms.posting import FIRST, KEY, Absent, Counted, Editing, Prepared, filled, uploaded
from functions.platforms.slack.messages import EVENT, render

__all__ = ("CREDENTIAL", "EDIT", "count", "edit", "find", "prepare", "render", "send", "withdraw")

CREDENTIAL = (
    "the Bot User OAuth Token (xoxb-…) of an app with the scopes chat:write, channels:history (groups:history for"
    " private channels), for images files:write, and to count reactions reactions:read; invite the app to the channel"
)

EDIT: Editing = "edit"

API = "https://slack.com/api"

UNAUTHORIZED = (
    "account_inactive",
    "invalid_auth",
    "missing_scope",
    "not_allowed_token_type",
    "not_authed",
    "team_access_not_granted",
    "token_expired",
    "token_revoked",
)
LATER = (
    "accesslimited",
    "external_channel_migrating",
    "org_login_required",
    "rate_limited",
    "ratelimited",
    "request_timeout",
    "team_added_to_org",
)
"""Errors after which nothing was done, and which pass."""
FINAL = (
    "access_denied",
    "alt_txt_too_large",
    "as_user_not_supported",
    "attachment_payload_limit_exceeded",
    "block_mismatch",
    "cannot_reply_to_message",
    "cant_delete_message",
    "cant_update_message",
    "channel_not_found",
    "deprecated_endpoint",
    "edit_window_closed",
    "ekm_access_denied",
    "enterprise_is_restricted",
    "file_upload_size_restricted",
    "file_uploads_disabled",
    "invalid_",
    "is_archived",
    "is_inactive",
    "markdown_text_conflict",
    "message_limit_exceeded",
    "message_not_found",
    "messages_tab_disabled",
    "metadata_",
    "method_deprecated",
    "method_not_supported_for_channel_type",
    "missing_",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_permission",
    "no_text",
    "not_in_channel",
    "restricted_action",
    "slack_connect_",
    "storage_limit_reached",
    "team_not_found",
    "thread_not_found",
    "too_many_",
    "two_factor_setup_required",
)
"""Beginnings of errors after which nothing was done, and never will be. Any other may have come half-way: of
`internal_error` and `fatal_error` Slack says so."""

MEANING = {
    "channel_not_found": "there is no such channel, or it is private and the app is not in it",
    "edit_window_closed": "the workspace's settings do not let messages be changed so late",
    "is_archived": "the channel is archived",
    "message_not_found": "the message is not there any more",
    "missing_scope": "the app lacks a scope: add it under “OAuth & Permissions”, install the app again, put its token",
    "not_in_channel": "the app is not in the channel: write /invite there",
    "storage_limit_reached": "the workspace has no room for files left",
}

CLOCKS = timedelta(minutes=5)
"""By so much clocks may differ."""
PAGE, PAGES = 200, 10

Body = dict[str, Any]


# Sending


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """Uploads its images. Nobody sees them before a message shows them: they are shared with no channel."""
    line = Line(to, hands)
    made = uploaded(post, hands, lambda one, held: upload(one.name, one.alt, held, line))
    if not isinstance(made, Prepared):
        return made
    done = completed(made.made.values(), line)
    return made if isinstance(done, dict) else done


def completed(files: Iterable[str], line: "Line") -> Body | Refused | Wait:
    """Has files that were uploaded made ready to be shown."""
    return line.harmless("files.completeUploadExternal", {"files": [{"id": name} for name in files]})


def upload(name: str, alt: str, held: bytes, line: "Line") -> str | Outcome:
    """The id of a new file."""
    terms = {"filename": name, "length": str(len(held)), "alt_txt": alt}
    place = line.ask("files.getUploadURLExternal", terms, form=True)
    if not isinstance(place, dict):
        return place
    url, file = string(place.get("upload_url")), string(place.get("file_id"))
    if not url.startswith(("https://", "http://") if line.to.private else "https://") or not file:
        return Wait(SOON, "Slack did not say where to upload it to")
    headers = {"content-type": "application/octet-stream"}
    reply = line.hands.http("POST", url, headers=headers, body=held, private=line.to.private)
    return file if reply.status == 200 else Wait(SOON, f"Slack answered {reply.status}")


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    line = Line(to, hands)
    try:
        body = addressed(post, key)
    except KeyError:
        return Refused("a part before this one, or an image of it, is not known to Slack")
    workspace = host(post, line)
    said = line.ask("chat.postMessage", body)
    return made(said, post, line, workspace) if isinstance(said, dict) else said


def addressed(post: PostRequested, key: str) -> Body:
    """The body, complete. Only what we put there is filled in: a text or a description may read like a placeholder.
    Raises KeyError."""
    body = dict(post.body)
    body["metadata"] = filled(body.get("metadata", {}), {KEY: key})
    if "thread_ts" in body:
        body["thread_ts"] = filled(FIRST, {FIRST: post.first["id"]})
    if "blocks" in body:
        body["blocks"] = shown(post)
    return body


def shown(post: PostRequested) -> list[Body]:
    """Its blocks, with the names that the images have on Slack. Raises KeyError."""
    return [
        {**block, "slack_file": filled(block["slack_file"], post.prepared)} if "slack_file" in block else block
        for block in post.body.get("blocks", [])
    ]


def files_of(post: PostRequested) -> list[str]:
    return [str(block["slack_file"]["id"]) for block in shown(post) if "slack_file" in block]


# Whether it is there


def find(
    post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Looks for our key, in the channel or below the first message."""
    line, root, cursor = Line(to, hands), str(post.first.get("id") or ""), ""
    terms = {
        "channel": str(post.first.get("channel") or to.place),
        "oldest": f"{(since - CLOCKS).timestamp():.6f}",
        "limit": str(PAGE),
        "include_all_metadata": "true",
        **({"ts": root} if root else {}),
    }
    for _ in range(PAGES):
        page = {**terms, **({"cursor": cursor} if cursor else {})}
        said = line.harmless("conversations.replies" if root else "conversations.history", page, form=True)
        if isinstance(said, Refused):
            return Unknown(said.reason)
        if not isinstance(said, dict):
            return said if isinstance(said, Wait) else Unknown("Slack did not list its messages")
        listed = said.get("messages")
        if not isinstance(listed, list):
            return Unknown("Slack did not list its messages")
        for one in objects(listed):
            if marked(one) == key:
                return made({**one, "channel": terms["channel"]}, post, line, host(post, line))
        cursor = following(said)
        if not cursor:
            return Unknown("Slack did not list all messages") if said.get("has_more") is True else Absent()
    return Unknown(f"it is not among the {PAGE * PAGES} messages that came after it was tried")


def marked(message: Mapping[str, Any]) -> str:
    """The key in a message's metadata; empty where it has none of ours."""
    metadata = inside(message, "metadata")
    return string(inside(metadata, "event_payload").get("key")) if metadata.get("event_type") == EVENT else ""


def following(said: Body) -> str:
    return string(inside(said, "response_metadata").get("next_cursor"))


# Afterwards


def edit(change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Its metadata stays as it is, since none is sent. Without images the blocks have to go."""
    del key
    line = Line(to, hands)
    try:
        blocks = shown(change)
    except KeyError:
        return Refused("an image of it is not known to Slack")
    name = str(change.posted.get("id", ""))
    body: Body = {part: change.body[part] for part in ("text", "parse", "link_names") if part in change.body}
    body |= {"channel": channel_of(change.posted, line), "ts": name, "blocks": blocks}
    said = line.ask("chat.update", body)
    if not isinstance(said, dict):
        return said
    if string(said.get("ts")) != name:
        return Unknown("Slack did not say which message it changed")
    files = dict.fromkeys([*str(change.posted.get("files") or "").split(), *files_of(change)])
    return there({**change.posted, "files": " ".join(files)})


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """The message, then its images: whether these go, too, changes nothing about the message."""
    del key
    line = Line(to, hands)
    where = {"channel": channel_of(gone.posted, line), "ts": str(gone.posted.get("id", ""))}
    reply = line.call("chat.delete", where)
    if told(reply).get("error") != "message_not_found":
        said = judged(reply, line)
        if not isinstance(said, dict):
            return said
    for name in str(gone.posted.get("files") or "").split():
        forget(name, line)
    return there(gone.posted)


def forget(name: str, line: "Line") -> None:
    try:
        line.call("files.delete", {"file": name})
    except (NotSentError, UnansweredError):
        return


def count(counted: CountRequested, to: Destination, hands: Hands) -> Counted | Outcome:
    """Reactions of every kind as likes; as replies those below the first message that are not parts of ours."""
    line, name = Line(to, hands), str(counted.posted.get("id", ""))
    root = str(counted.posted.get("thread") or name)
    terms = {
        "channel": channel_of(counted.posted, line),
        "ts": root,
        "limit": str(PAGE),
        "include_all_metadata": "true",
    }
    said = line.harmless("conversations.replies", terms, form=True)
    if not isinstance(said, dict):
        return said
    listed = objects(said.get("messages"))
    found = next((one for one in listed if one.get("ts") == name), None)
    if found is None:
        return Refused(MEANING["message_not_found"])
    ours = sum(bool(marked(one)) for one in listed if one.get("ts") != root)
    likes = sum(number(one.get("count")) or 0 for one in objects(found.get("reactions")))
    return Counted(
        likes=likes, replies=max((number(found.get("reply_count")) or 0) - ours, 0) if name == root else None
    )


# What Slack calls things


def made(message: Mapping[str, Any], post: PostRequested, line: "Line", workspace: str) -> Sent | Unknown:
    name = string(message.get("ts"))
    if not name:
        return Unknown("Slack took it, and did not say which message it became")
    channel = string(message.get("channel")) or channel_of(post.first, line)
    thread = str(post.first.get("id") or name)
    more = {"channel": channel, "thread": thread, "workspace": workspace, "files": " ".join(files_of(post))}
    return there({"id": name, **more})


def there(posted: Mapping[str, Any]) -> Sent:
    """As it is called already."""
    more = {name: str(value) for name, value in posted.items() if name not in ("id", "url") and value}
    return Sent(str(posted.get("id", "")), permalink(posted), more)


def permalink(posted: Mapping[str, Any]) -> str:
    """As chat.getPermalink makes it, without a call of its own after the one that counts."""
    workspace, channel, name = (str(posted.get(one) or "") for one in ("workspace", "channel", "id"))
    thread = str(posted.get("thread") or name)
    if not workspace or not channel:
        return str(posted.get("url") or "")
    below = "?" + urlencode({"thread_ts": thread, "cid": channel}) if thread != name else ""
    return f"{workspace}/archives/{quote(channel, safe='')}/p{quote(name.replace('.', ''), safe='')}{below}"


def host(post: PostRequested, line: "Line") -> str:
    """The workspace's address: links to messages begin with it, and no message tells. Nothing else hangs on it."""
    known = str(post.first.get("workspace") or "")
    said = {} if known else line.harmless("auth.test", {})
    found = string(said.get("url")).rstrip("/") if isinstance(said, dict) else ""
    return known or (found if found.startswith("https://") else "")


def channel_of(posted: Mapping[str, Any], line: "Line") -> str:
    return str(posted.get("channel") or line.to.place)


# The wire


@dataclass(frozen=True, slots=True)
class Line:
    """Slack's Web API, as the app is let in."""

    to: Destination
    hands: Hands

    def call(self, name: str, body: Body, *, form: bool = False) -> Reply:
        """One method. Those that read, and the one that begins an upload, take a form instead of JSON."""
        kind = "application/x-www-form-urlencoded" if form else "application/json; charset=utf-8"
        headers = {"authorization": f"Bearer {self.to.secret.strip()}", "content-type": kind}
        sent = (urlencode(body) if form else json.dumps(body)).encode()
        url = f"{self.to.address.rstrip('/') or API}/{name}"
        return self.hands.http("POST", url, headers=headers, body=sent, private=self.to.private)

    def ask(self, name: str, body: Body, *, form: bool = False) -> Body | Outcome:
        """What Slack says, when it says that it is done; otherwise what that means."""
        return judged(self.call(name, body, form=form), self)

    def harmless(self, name: str, body: Body, *, form: bool = False) -> Body | Refused | Wait:
        """The same of a call that nobody sees: when it is not clear what became of it, it is simply repeated."""
        try:
            said = self.ask(name, body, form=form)
        except UnansweredError as error:
            return Wait(SOON, str(error))
        if isinstance(said, Unknown | Sent):
            return Wait(SOON, getattr(said, "reason", ""))
        return said


def judged(reply: Reply, line: Line) -> Body | Outcome:
    """A 200 is no success before `ok` says so."""
    said, everybody = told(reply), f"slack:{line.to.id}"
    error = string(said.get("error"))
    if reply.status == 429:
        return Wait(patience(reply, line.hands.timestamp), "Slack asks to wait", everybody)
    if 200 <= reply.status < 300 and said.get("ok") is True:
        return said
    if reply.status == 401 or error in UNAUTHORIZED:
        why = f"Slack does not accept the token ({worded(error, string(said.get('needed')))})"
        return Refused(f"{why}: {put(line.to, f'{CREDENTIAL},')}", unauthorized=True)
    if reply.status >= 500 or reply.status in (408, 425):
        return Unknown(f"Slack answered {reply.status}, and what became of it is not known")
    if error in LATER:
        return Wait(retry_after(reply.headers, SOON, line.hands.timestamp), f"Slack says {error}", everybody)
    if error == "invalid_blocks" and b"slack file" in reply.body:
        return Wait(5, "Slack is still working on an image")
    if error.startswith(FINAL):
        return Refused(f"Slack says {worded(error, details(said))}")
    if 300 <= reply.status < 500 and not error:
        return Refused(f"Slack answered {reply.status}")
    return Unknown(f"Slack says {error or 'nothing that can be read'}, and what became of it is not known")


def patience(reply: Reply, now: int) -> int:
    """Seconds to wait. An answer that is not Slack's own comes from something before it, which forgets more slowly."""
    if told(reply) or (not reply.body.strip() and "retry-after" in reply.headers):
        return retry_after(reply.headers, 60, now)
    return max(retry_after(reply.headers, PARKED, now), PARKED)


def worded(error: str, more: str = "") -> str:
    return ": ".join(filter(None, (error or "answered 401", MEANING.get(error), more[:300])))


def details(said: Body) -> str:
    messages = inside(said, "response_metadata").get("messages")
    return "; ".join(one for one in messages if isinstance(one, str)) if isinstance(messages, list) else ""
