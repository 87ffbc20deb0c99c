"""Announcements to Telegram, by a bot. It honours no key of ours, and shows no bot what stands in a chat: whether a
message arrived whose answer was lost, only a person can see.

Sources: core.telegram.org/bots/api ("Making requests", "Sending files", "ResponseParameters", "Message",
"editMessageText", "editMessageCaption", "deleteMessage", "deleteMessages"); tdlib/telegram-bot-api.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from events.announcements import ChangeRequested, PostRequested, WithdrawRequested
from functions.platforms.outgoing import (
    LONGEST_WAIT,
    PARKED,
    Destination,
    Field,
    Hands,
    Outcome,
    Refused,
    Reply,
    Sent,
    Unknown,
    Wait,
    concealed,
    inside,
    multipart,
    parsed,
    put,
    retry_after,
    string,
)
from functions.platforms.posting import Editing, contents, there
from functions.platforms.telegram.messages import render

__all__ = ("CREDENTIAL", "EDIT", "edit", "render", "send", "withdraw")

CREDENTIAL = (
    "the bot's token, as @BotFather shows it (123456:ABC-…); make the bot an administrator of the channel with the"
    " rights to post and to delete messages, or a member of the group"
)

EDIT: Editing = "edit"
"""Of what a bot wrote itself, at any time; the images stay as they are."""

API = "https://api.telegram.org"
TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{20,100}")

METHODS = {"media": "sendMediaGroup", "animation": "sendAnimation", "photo": "sendPhoto"}
"""By what a body holds; one with text only is sent with sendMessage."""

HALF_DONE = "group send failed"
"""Telegram's words where part of an album failed; nobody says what became of the rest."""
UNCHANGED = "message is not modified"
GONE = "message to delete not found"
TOO_LATE = "message can't be deleted"

Body = dict[str, Any]


# Sending


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """The images travel along, since there is no place to put them before."""
    del key
    files = contents((one.name for one in post.images), hands)
    if isinstance(files, Refused):
        return files
    method = next((METHODS[name] for name in METHODS if name in post.body), "sendMessage")
    said = Bot(to, hands).ask(method, post.body, files)
    return made(said, post) if isinstance(said, Answer) else said


def made(answer: "Answer", post: PostRequested) -> Sent | Unknown:
    """A message, or the messages of an album, of which the first stands for all."""
    messages = answer.result if isinstance(answer.result, list) else [answer.result]
    first = messages[0] if messages and isinstance(messages[0], dict) else {}
    numbers = [named(one.get("message_id")) for one in messages if isinstance(one, dict)]
    if not numbers or not all(numbers):
        return Unknown("Telegram took it, and did not say which message it became")
    chat = inside(first, "chat")
    return there(
        {
            "id": numbers[0],
            "url": address(chat, numbers[0]),
            "chat": named(chat.get("id")) or str(post.body.get("chat_id", "")),
            "messages": " ".join(numbers),
            "images": " ".join(one.name for one in post.images),
        }
    )


def named(given: object) -> str:
    return str(given) if isinstance(given, int) and not isinstance(given, bool) else ""


def address(chat: Mapping[str, Any], message: str) -> str:
    """Of a message: public, or for members only. Messages of small groups have none."""
    name = string(chat.get("username"))
    if name:
        return f"https://t.me/{quote(name, safe='')}/{message}"
    short = named(chat.get("id")).removeprefix("-100")
    return f"https://t.me/c/{short}/{message}" if short.isdecimal() and named(chat.get("id")) != short else ""


# Afterwards


def edit(change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Each text that belongs to it. Telegram refuses to change what would stay the same: then it is so already."""
    del key
    names = " ".join(one.name for one in change.images)
    if change.posted.get("images", names) != names:
        return Refused("Telegram changes no images: keep them as they are, or withdraw the message and announce anew")
    bot = Bot(to, hands)
    messages, chat = messages_of(change.posted), chat_of(change.posted, to)
    for at, method, words in texts(change.body):
        if at >= len(messages):
            return Refused("which messages it consists of is not known: change them in Telegram")
        said = bot.ask(method, {"chat_id": chat, "message_id": messages[at], **words})
        if not isinstance(said, Answer) and not (isinstance(said, Refused) and UNCHANGED in said.reason):
            return said
    return there(change.posted)


def texts(body: Mapping[str, Any]) -> Iterator[tuple[int, str, Body]]:
    """Of a message, or of those of an album that have one: which it is, the method that changes it, its fields."""
    if "text" in body:
        yield 0, "editMessageText", {name: body[name] for name in ("text", "entities") if name in body}
        return
    for at, item in enumerate(body.get("media", [body])):
        if at == 0 or "caption" in item:
            words = {name: item[name] for name in ("caption", "caption_entities") if name in item}
            yield at, "editMessageCaption", words


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key
    chat, messages = chat_of(gone.posted, to), messages_of(gone.posted)
    if len(messages) == 1:
        said = Bot(to, hands).ask("deleteMessage", {"chat_id": chat, "message_id": messages[0]})
    else:
        said = Bot(to, hands).ask("deleteMessages", {"chat_id": chat, "message_ids": messages})
    if isinstance(said, Answer) or (isinstance(said, Refused) and GONE in said.reason):
        return there(gone.posted)
    if isinstance(said, Refused) and TOO_LATE in said.reason:
        return Refused(
            f"{said.reason}. After 48 hours a bot needs the right “Delete messages” for it: give it that, or delete"
            " the message yourself"
        )
    return said


def messages_of(posted: Mapping[str, Any]) -> list[int]:
    """Empty where the id is none of Telegram's."""
    told = str(posted.get("messages") or posted.get("id") or "").split()
    return [int(one) for one in told if one.isdecimal()]


def chat_of(posted: Mapping[str, Any], to: Destination) -> str:
    return str(posted.get("chat") or to.place.partition("/")[0])


# The wire


@dataclass(frozen=True, slots=True)
class Answer:
    """What Telegram gave, having done what it was asked."""

    result: Any


@dataclass(frozen=True, slots=True)
class Bot:
    """The Bot API. The token is a part of every address, and of no reason."""

    to: Destination
    hands: Hands

    @property
    def token(self) -> str:
        return self.to.secret.strip()

    def ask(
        self, method: str, body: Mapping[str, Any], files: Mapping[str, bytes] | None = None
    ) -> Answer | Refused | Wait | Unknown:
        if not TOKEN.fullmatch(self.token):
            return self.unauthorized("what was put is no bot's token")
        kind, raw = form(body, files) if files else ("application/json", json.dumps(body).encode())
        url = f"{self.to.address.rstrip('/') or API}/bot{self.token}/{method}"
        headers = {"content-type": kind, "accept": "application/json"}
        return self.judged(self.hands.http("POST", url, headers=headers, body=raw, private=self.to.private))

    def judged(self, reply: Reply) -> Answer | Refused | Wait | Unknown:
        """A 200 is no success before `ok` says so."""
        found = parsed(reply)
        told = found if isinstance(found, dict) else None
        taken = 200 <= reply.status < 300
        if told is not None and taken and told.get("ok") is True:
            return Answer(told.get("result"))
        status = told.get("error_code") if told is not None and taken else reply.status
        why = self.reason(reply, told or {})
        if status == 429:
            return Wait(self.patience(reply, told), f"Telegram asks to wait ({why})", f"telegram:{self.to.id}")
        if status == 401 or (status == 404 and told is not None):
            return self.unauthorized(why)
        if HALF_DONE in why.lower() or not isinstance(status, int) or not 300 <= status < 500 or status in (408, 425):
            return Unknown(f"Telegram {why}, and what became of it is not known")
        moved = parameter(told, "migrate_to_chat_id")
        if moved:
            return Refused(f"Telegram {why}. The group has a new id: set the target's `place` to {moved}")
        return Refused(f"Telegram {why}")

    def reason(self, reply: Reply, told: Mapping[str, Any]) -> str:
        said = string(told.get("description"))[:300]
        return concealed(f"answered {reply.status}" + (f": {said}" if said else ""), self.token)

    def unauthorized(self, why: str) -> Refused:
        advice = put(self.to, f"{CREDENTIAL},")
        return Refused(f"Telegram does not accept the token ({why}): {advice}", unauthorized=True)

    def patience(self, reply: Reply, told: Mapping[str, Any] | None) -> int:
        """Seconds to wait. Telegram says it in the body; what is not Telegram's comes from something before it, which
        forgets more slowly."""
        if told is None and (reply.body.strip() or "retry-after" not in reply.headers):
            return max(retry_after(reply.headers, PARKED, self.hands.timestamp), PARKED)
        given = parameter(told, "retry_after")
        least = retry_after(reply.headers, 1 if given else 60, self.hands.timestamp)
        return max(min(math.ceil(given), LONGEST_WAIT), least)


def parameter(told: Mapping[str, Any] | None, name: str) -> float:
    """A number among an answer's `parameters`; 0 where there is none."""
    found = inside(told, "parameters").get(name)
    if not isinstance(found, int | float) or isinstance(found, bool) or not abs(found) < 1e18:
        return 0
    return found


def form(body: Mapping[str, Any], files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """What is no text is written as JSON."""
    fields = []
    for name, value in body.items():
        told = value if isinstance(value, str) else json.dumps(value)
        fields.append(Field(name, told.encode("utf-8", "replace"), "text/plain; charset=utf-8"))
    for name, held in files.items():
        fields.append(Field(name, held, f"image/{name.rpartition('.')[2].replace('jpg', 'jpeg')}", name))
    return multipart(fields)
