"""Announcements to Discord: by a bot, which is asked for each message once only, or by a webhook, which is not.

Sources: Discord's documentation, "Message", "Channel", "Webhook", "Rate Limits", "Opcodes and Status Codes" ("JSON
Error Codes"), "API Reference" ("Uploading Files", "Snowflakes", "User Agent").
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from events.announcements import ChangeRequested, CountRequested, PostRequested, WithdrawRequested
from functions.platforms.discord.connection import complaint
from functions.platforms.discord.messages import PUBLISH, render
from functions.platforms.outgoing import (
    LONGEST_WAIT,
    PARKED,
    SOON,
    Destination,
    Field,
    Hands,
    Outcome,
    Refused,
    Reply,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
    concealed,
    inside,
    multipart,
    objects,
    parsed,
    put,
    retry_after,
    told,
)
from functions.platforms.posting import Absent, Counted, Editing, contents

__all__ = ("CREDENTIAL", "EDIT", "count", "edit", "find", "render", "send", "withdraw")

CREDENTIAL = (
    "the bot's token (Developer Portal, “Bot”, “Reset Token”); for a target of kind webhook its whole address"
    " (“Edit Channel”, “Integrations”, “Webhooks”, “Copy Webhook URL”)"
)

EDIT: Editing = "edit"
"""Published copies follow, about three times an hour (issue 2258 of discord-api-docs)."""

API = "https://discord.com/api/v10"
SITE = "https://discord.com/channels"
AGENT = "DiscordBot (liaison, 0.1)"
WEBHOOK = re.compile(r"(/api)(?:/v[0-9]+)?/webhooks/([0-9]{1,20})/([A-Za-z0-9_.-]+)/?")

CROSSPOSTED = 1 << 1
"""The flag of a message that has been published."""
UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK = 10003, 10008, 10015
ALREADY_CROSSPOSTED, BAD_WEBHOOK_TOKEN = 40033, 50027
LATER = (20016, 20022, 20028, 20029, 40004, 40006, 40062, 40333, 130000)
"""What Discord does not do just now: slow mode, limits of writing and editing, and what is switched off or blocked."""

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
"""Snowflakes count milliseconds from here, above their lowest 22 bits."""
SLACK = timedelta(minutes=5)
"""By so much clocks may differ."""
PAGE, PAGES = 100, 10


# Sending


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    line = opened(to, hands)
    if isinstance(line, Refused):
        return line
    if post.step == PUBLISH:
        return published(post, line)
    keyed = "nonce" in post.body
    if keyed == bool(line.webhook):
        return Refused(f"the credential of {to.id!r} does not go with its kind: put {CREDENTIAL}", unauthorized=True)
    content = payload({**post.body, "nonce": key} if keyed else post.body, hands)
    if isinstance(content, Refused):
        return content
    guild = server(post, line)
    reply = line.ask("POST", line.messages, content, wait=True)
    if 200 <= reply.status < 300:
        return made(told(reply), post, line, guild)
    if told(reply).get("code") == UNKNOWN_MESSAGE:
        return Refused("it was posted, and somebody deleted it since")
    return failed(reply, line)


def published(post: PostRequested, line: "Line") -> Outcome:
    """Publishing once more what is published is an error of its own, so this may always be repeated."""
    message = nth(post)
    if not message:
        return Refused("which message this is to publish is not known: publish it by hand, in Discord")
    reply = line.ask("POST", f"{line.message(message, post.previous)}/crosspost")
    body = told(reply)
    done = body.get("code") == ALREADY_CROSSPOSTED or (200 <= reply.status < 300 and body.get("id") == message)
    if done:
        return there(message, post.previous)
    return failed(reply, line, f"discord:{PUBLISH}:{channel_of(post.previous, line)}")


# Whether it is there


def find(
    post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Looks for a message of ours with this text. Its nonce is not kept, so only the text can tell."""
    del key
    line = opened(to, hands)
    if isinstance(line, Refused):
        return Unknown(line.reason)
    if post.step == PUBLISH:
        return published_already(post, line)
    if line.webhook:
        return Unknown("a webhook cannot read what is in its channel")
    found = seen(line, f"{line.api}/users/@me")
    if isinstance(found, Unknown | Wait):
        return found
    us = str(found.get("id") or "") if isinstance(found, dict) else ""
    if not us:
        return Unknown("Discord did not say who the bot is")
    after = max(snowflake(since - SLACK), number(post.previous.get("id")))
    one = searched(line, after, lambda one: author(one) == us and alike(one, post.body))
    return made(one, post, line, server(post, line)) if isinstance(one, dict) else one


def published_already(post: PostRequested, line: "Line") -> Sent | Absent | Unknown | Wait:
    message = nth(post)
    if not message:
        return Unknown("which message this is to publish is not known")
    found = seen(line, line.message(message, post.previous))
    if isinstance(found, Unknown | Wait):
        return found
    flags = number(found.get("flags")) if isinstance(found, dict) else 0
    return there(message, post.previous) if flags & CROSSPOSTED else Absent()


def searched(
    line: "Line", after: int, ours: Callable[[Mapping[str, Any]], bool]
) -> dict[str, Any] | Absent | Unknown | Wait:
    """The message that came after a moment and is ours."""
    for _ in range(PAGES):
        page = seen(line, f"{line.messages}?after={after}&limit={PAGE}")
        if isinstance(page, Unknown | Wait):
            return page
        if not isinstance(page, list):
            return Unknown("Discord answered something else than messages")
        messages = objects(page)
        found = next(filter(ours, messages), None)
        if found is not None:
            return found
        if len(page) < PAGE:
            return Absent() if messages else readable(line)
        after = max(after, *(number(one.get("id")) for one in messages))
    return Unknown(f"it is not among the {PAGE * PAGES} messages that came after it was tried")


def readable(line: "Line") -> Absent | Unknown | Wait:
    """Discord lists nothing to a bot that may not read the history: then nothing is not nothing."""
    page = seen(line, f"{line.messages}?limit=1")
    if isinstance(page, Unknown | Wait):
        return page
    if isinstance(page, list) and page:
        return Absent()
    return Unknown("Discord shows no message at all: the bot needs “Read Message History” in this channel")


def author(message: Mapping[str, Any]) -> str:
    return str(inside(message, "author").get("id", ""))


def alike(message: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """The same words; without words, the same images."""
    words = essence(body.get("content"))
    if words != essence(message.get("content")):
        return False
    return bool(words) or files_in(message) == files_in(body)


def essence(text: object) -> str:
    """Discord drops white space at the ends and characters that nobody sees."""
    letters = text if isinstance(text, str) else ""
    return "".join(one for one in letters if not one.isspace() and unicodedata.category(one)[0] != "C")


def files_in(message: Mapping[str, Any]) -> list[str]:
    return [str(one.get("filename")) for one in objects(message.get("attachments"))]


# Afterwards


def edit(change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Its images are sent anew: those that were there are dropped by not being named."""
    del key
    line = opened(to, hands)
    if isinstance(line, Refused):
        return line
    if change.step == PUBLISH:
        return there(str(change.posted.get("id", "")), change.posted)
    if reason := elsewhere(change.posted, line):
        return Refused(reason)
    body = {name: value for name, value in change.body.items() if name not in ("nonce", "enforce_nonce")}
    content = payload({"attachments": [], **body}, hands)
    if isinstance(content, Refused):
        return content
    message = str(change.posted.get("id", ""))
    reply = line.ask("PATCH", line.message(message, change.posted), content)
    if 200 <= reply.status < 300:
        same = told(reply).get("id") == message
        return there(message, change.posted) if same else Unknown("Discord did not say which message it changed")
    return failed(reply, line)


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """With a message its published copies go, too."""
    del key
    line = opened(to, hands)
    if isinstance(line, Refused):
        return line
    message = str(gone.posted.get("id", ""))
    if gone.step == PUBLISH:
        return there(message, gone.posted)
    if reason := elsewhere(gone.posted, line):
        return Refused(reason)
    reply = line.ask("DELETE", line.message(message, gone.posted))
    absent = reply.status == 404 and told(reply).get("code") in (UNKNOWN_MESSAGE, UNKNOWN_CHANNEL)
    if absent or 200 <= reply.status < 300:
        return there(message, gone.posted)
    return failed(reply, line)


def count(counted: CountRequested, to: Destination, hands: Hands) -> Counted | Outcome:
    """Reactions of every kind as likes; as replies the messages of a thread below it, if there is one."""
    if counted.step == PUBLISH:
        return Counted()
    line = opened(to, hands)
    if isinstance(line, Refused):
        return line
    reply = looked(line, line.message(str(counted.posted.get("id", "")), counted.posted))
    if isinstance(reply, Wait):
        return reply
    message = told(reply)
    if not (200 <= reply.status < 300 and message.get("id")):
        return failed(reply, line)
    reactions, thread = message.get("reactions") or [], inside(message, "thread")
    likes = sum(number(one.get("count")) for one in objects(reactions)) if isinstance(reactions, list) else None
    return Counted(likes=likes, replies=number(thread.get("message_count")) if thread else None)


# What Discord calls things


def server(post: PostRequested, line: "Line") -> str:
    """Which server the channel belongs to: links to messages need it, and no message tells. Nothing else does."""
    if post.first.get("guild"):
        return str(post.first["guild"])
    reply = looked(line, line.base)
    found = "" if isinstance(reply, Wait) else str(told(reply).get("guild_id") or "")
    return found if found.isdecimal() else ""


def made(message: Mapping[str, Any], post: PostRequested, line: "Line", guild: str) -> Sent | Unknown:
    name = message.get("id")
    if not (isinstance(name, str) and name.isdecimal()):
        return Unknown("Discord took it, and did not say which message it became")
    channel = str(message.get("channel_id") or line.to.place)
    messages = " ".join([*known(post.previous), name])
    more = {"channel": channel, "guild": guild, "messages": messages, "webhook": line.webhook}
    return Sent(name, link(guild, channel, name), {what: value for what, value in more.items() if value})


def link(guild: str, channel: str, message: str) -> str:
    return f"{SITE}/{guild}/{channel}/{message}" if guild and channel else ""


def there(message: str, posted: Mapping[str, Any]) -> Sent:
    """As it is called already."""
    more = {name: str(value) for name, value in posted.items() if name not in ("id", "url")}
    return Sent(message, link(more.get("guild", ""), more.get("channel", ""), message), more)


def nth(post: PostRequested) -> str:
    """The message that this step publishes, as the parts before it tell; empty when they do not."""
    messages, which = known(post.previous), number(post.body.get(PUBLISH))
    return messages[which - 1] if len(messages) == post.body.get("of") and 0 < which <= len(messages) else ""


def known(posted: Mapping[str, Any]) -> list[str]:
    """The messages so far. Of one that a person found, only its id is known."""
    return str(posted.get("messages") or posted.get("id") or "").split()


def channel_of(posted: Mapping[str, Any], line: "Line") -> str:
    return str(posted.get("channel") or line.to.place)


def elsewhere(posted: Mapping[str, Any], line: "Line") -> str:
    """A webhook sees its own messages only, and calls all others unknown: those are not gone."""
    if line.webhook and posted.get("webhook") != line.webhook:
        return "it was not posted by this webhook, which can neither change nor delete it: a person has to"
    return ""


def snowflake(moment: datetime) -> int:
    """The lowest id that something has that was made then."""
    return max(int((moment - EPOCH) / timedelta(milliseconds=1)), 0) << 22


def number(given: object) -> int:
    """A whole number of Discord's, be it written as one or as text; 0 for anything else."""
    if isinstance(given, str):
        return int(given) if given.isascii() and given.isdecimal() and len(given) <= 20 else 0
    return given if isinstance(given, int) and given >= 0 else 0


# The wire


@dataclass(frozen=True, slots=True)
class Content:
    """The body of a request, and its type."""

    type: str
    bytes: bytes


@dataclass(frozen=True, slots=True)
class Line:
    """Discord's API for one channel. `webhook` is the webhook's id; a bot has none."""

    to: Destination
    hands: Hands
    api: str
    base: str
    """What it is asked about: the channel, or the webhook."""
    messages: str
    """Where new ones are posted to."""
    headers: Mapping[str, str]
    webhook: str = ""
    thread: str = ""

    def ask(self, method: str, url: str, content: Content | None = None, *, wait: bool = False) -> Reply:
        terms = ["wait=true"] if wait and self.webhook else []
        terms += [f"thread_id={self.thread}"] if self.thread else []
        headers = {**self.headers, **({"content-type": content.type} if content else {})}
        url = url + "?" + "&".join(terms) if terms else url
        sent = content.bytes if content else b""
        return self.hands.http(method, url, headers=headers, body=sent, private=self.to.private)

    def shown(self, words: str) -> str:
        """Without what lets us in: the token, and of a webhook's address its last part."""
        secret = self.to.secret.strip()
        return concealed(
            words, secret, secret.removeprefix("Bot "), self.base.rpartition("/")[2] if self.webhook else ""
        )

    def message(self, name: str, posted: Mapping[str, Any]) -> str:
        """The address of a message; of a bot's, in the channel where it was posted."""
        if self.webhook:
            return f"{self.base}/messages/{quote(name, safe='')}"
        return f"{self.api}/channels/{quote(channel_of(posted, self), safe='')}/messages/{quote(name, safe='')}"


def opened(to: Destination, hands: Hands) -> Line | Refused:
    """By what the credential is: an address is a webhook's."""
    secret, headers = to.secret.strip(), {"user-agent": AGENT}
    api = to.address.rstrip("/") or API
    if not re.match(r"https?://", secret):
        base = f"{api}/channels/{quote(to.place, safe='')}"
        token = {"authorization": f"Bot {secret.removeprefix('Bot ')}"}
        return Line(to, hands, api, base, f"{base}/messages", headers | token)
    try:
        split = urlsplit(secret)
    except ValueError:
        split = urlsplit("")
    found = WEBHOOK.fullmatch(split.path)
    if found is None or (split.scheme != "https" and not to.private):
        return Refused(f"the credential of {to.id!r} is an address, but no webhook's: put {CREDENTIAL}", True)
    base = f"{split.scheme}://{split.netloc}{found[1]}/v10/webhooks/{found[2]}/{found[3]}"
    thread = "".join(parse_qs(split.query).get("thread_id", [])[:1])
    return Line(to, hands, api, base, base, headers, found[2], thread if thread.isdecimal() else "")


def payload(body: Mapping[str, Any], hands: Hands) -> Content | Refused:
    """JSON; with images a form, in which JSON is the first field."""
    held = contents(files_in(body), hands)
    return held if isinstance(held, Refused) else enclosed(body, held)


def enclosed(body: Mapping[str, Any], held: Mapping[str, bytes]) -> Content:
    """With the files that its `attachments` name."""
    written, names = json.dumps(body).encode(), files_in(body)
    if not names:
        return Content("application/json", written)
    fields = [Field("payload_json", written, "application/json")]
    for index, name in enumerate(names):
        kind = name.rpartition(".")[2].replace("jpg", "jpeg")
        fields.append(Field(f"files[{index}]", held[name], f"image/{kind}", name))
    return Content(*multipart(fields))


def looked(line: Line, url: str) -> Reply | Wait:
    """A request that changes nothing: unanswered, it may simply be repeated."""
    try:
        return line.ask("GET", url)
    except UnansweredError as error:
        return Wait(SOON, str(error))


def seen(line: Line, url: str) -> Any:
    """What Discord shows there: a dict or a list; Unknown where it shows nothing, Wait where it may do so later."""
    reply = looked(line, url)
    if isinstance(reply, Wait):
        return reply
    if 200 <= reply.status < 300:
        return parsed(reply)
    if reply.status >= 500:
        return Wait(SOON, f"Discord answered {reply.status}")
    judged = failed(reply, line)
    return judged if isinstance(judged, Wait) else Unknown(getattr(judged, "reason", ""))


def failed(reply: Reply, line: Line, budget: str = "") -> Outcome:
    """What an answer means that is not the one that was hoped for. `budget` is whom a limit of this call holds up, if
    that is not everything that is sent with this credential."""
    body, everybody = told(reply), f"discord:{line.to.id}"
    code, words = body.get("code"), line.shown(complaint(reply))
    if reply.status == 429 or (reply.status == 403 and not body):
        held_up = everybody if body.get("global") is True or not body else budget or everybody
        return Wait(patience(reply, body, line.hands.timestamp), f"Discord asks to wait ({words})", held_up)
    if 400 <= reply.status < 500 and code in LATER:
        held_up = budget or everybody
        return Wait(patience(reply, body, line.hands.timestamp), f"not just now: Discord {words}", held_up)
    if reply.status == 401 or code in (UNKNOWN_WEBHOOK, BAD_WEBHOOK_TOKEN):
        why = f"Discord does not accept the credential any more ({words})"
        return Refused(f"{why}: {put(line.to, f'{CREDENTIAL},')}", unauthorized=True)
    if 300 <= reply.status < 500 and reply.status not in (408, 425):
        return Refused(f"Discord {words}")
    return Unknown(f"Discord {words}, and what became of it is not known")


def patience(reply: Reply, body: Mapping[str, Any], now: int) -> int:
    """Seconds to wait. Of limits of publishing the header tells less than the body (issue 6109 of discord-api-docs);
    a body that is not Discord's is Cloudflare's."""
    if not body and not (reply.status == 429 and not reply.body.strip() and "retry-after" in reply.headers):
        return max(retry_after(reply.headers, PARKED, now), PARKED)
    given = body.get("retry_after")
    asked = min(given, LONGEST_WAIT) if isinstance(given, int | float) and not isinstance(given, bool) else math.nan
    least = retry_after(reply.headers, 1 if math.isfinite(asked) else 60, now)
    return max(math.ceil(asked), least) if math.isfinite(asked) else least
