"""Telegram's Bot API, with a channel that the bot administers, a group it is in, and nothing that it could read back.

As core.telegram.org/bots/api says, and where it is silent, as tdlib/telegram-bot-api answers: descriptions of errors,
404 for a token that is none, offsets of entities in UTF-16 units.
"""

import json
import re
from typing import Any

from events.program import Target
from functions.platforms.outgoing import Reply
from tests.platforms.posting.fake import Asked, Fake, Posted, reply

SECRET = "123456789:AAbot-token_of_acme-0123456789abcdef"
CHANNEL, NAME, GROUP = -1001234567890, "acmenews", -100222333444
ANNA, MODS = 777000777, "@acme_mods"

TARGETS = (
    Target(
        id="acme-telegram",
        community="acme",
        platform="telegram",
        place=f"@{NAME}",
        pings=("mods", "anna", "everyone"),
        mentions={"mods": MODS, "anna": str(ANNA), "press": "not a name"},
    ),
)
DAY = 86_400
TYPES = ("bold", "italic", "strikethrough", "code", "pre", "blockquote", "text_link", "text_mention")


class Telegram(Fake):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.number = 40
        self.place = target.place.partition("/")[0]
        self.may_delete = False
        """Whether the bot has the right to delete what is older than 48 hours."""
        self.migrated = 0
        self.kicked = False

    def chat(self) -> dict[str, Any]:
        if self.place == f"@{NAME}":
            return {"id": CHANNEL, "type": "channel", "title": "Acme", "username": NAME}
        return {"id": int(self.place), "type": "supergroup", "title": "Acme"}

    def creates(self, asked: Asked) -> bool:
        return "/send" in asked.path

    def answer(self, asked: Asked) -> Reply:
        found = re.fullmatch(r"/bot(?P<token>[^/]*)/(?P<method>\w+)", asked.path)
        assert found
        assert asked.method == "POST"
        if not re.fullmatch(r"[0-9]+:[\w-]{20,}", found["token"]):
            return wrong(404, "Not Found")
        if found["token"] != SECRET:
            return wrong(401, "Unauthorized")
        given, files = read(asked)
        if self.kicked:
            return wrong(403, "Forbidden: bot is not a member of the channel chat")
        if self.migrated:
            told = {"migrate_to_chat_id": self.migrated}
            return wrong(400, "Bad Request: group chat was upgraded to a supergroup chat", parameters=told)
        if str(given.get("chat_id")) not in (self.place, str(self.chat()["id"])):
            return wrong(400, "Bad Request: chat not found")
        assert "parse_mode" not in given, "markup would be read in the text"
        return WAYS[found["method"]](self, given, files)

    # Messages

    def keep(self, text: str, entities: list[dict[str, Any]], most: int, **more: Any) -> dict[str, Any] | Reply:
        fault = unfit(text, entities, most)
        if fault:
            return fault
        post = Posted(self.next_id(), text, more={"entities": entities, "at": self.clock, **more})
        post.more["pings"] = pinged(text, entities)
        self.posts.append(post)
        return self.message(post)

    def message(self, post: Posted) -> dict[str, Any]:
        body = {"photo": [{"file_id": "AgAC"}]} if post.more.get("file") else {"text": post.text}
        return {"message_id": int(post.id), "date": int(self.clock), "chat": self.chat(), **body}

    def text(self, given: dict[str, Any], files: dict[str, bytes]) -> Reply:
        del files
        if not given.get("text", "").strip():
            return wrong(400, "Bad Request: message text is empty")
        made = self.keep(given["text"], given.get("entities", []), 4096, topic=given.get("message_thread_id"))
        return made if isinstance(made, Reply) else well(made)

    def one_file(self, given: dict[str, Any], files: dict[str, bytes]) -> Reply:
        name = str(given.get("photo") or given.get("animation"))
        made = self.with_file(name, given, files)
        return made if isinstance(made, Reply) else well(made)

    def with_file(self, name: str, given: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any] | Reply:
        assert name.startswith("attach://")
        held = files.get(name.removeprefix("attach://"))
        if not held:
            return wrong(400, "Bad Request: there is no photo in the request")
        caption = given.get("caption", "")
        return self.keep(
            caption, given.get("caption_entities", []), 1024, file=held, topic=given.get("message_thread_id")
        )

    def album(self, given: dict[str, Any], files: dict[str, bytes]) -> Reply:
        media = given["media"]
        if not 2 <= len(media) <= 10:
            return wrong(400, "Bad Request: there must be 2-10 items in the media group")
        made = []
        for item in media:
            assert item["type"] == "photo"
            kept = self.with_file(item["media"], item, files)
            if isinstance(kept, Reply):
                return kept
            made.append(kept)
        return well(made)

    # Afterwards

    def found(self, number: object) -> Posted | None:
        return next((one for one in self.posts if one.id == str(number)), None)

    def changed(self, given: dict[str, Any], text: str, entities: list[dict[str, Any]], most: int) -> Reply:
        post = self.found(given["message_id"])
        if post is None:
            return wrong(400, "Bad Request: message to edit not found")
        if bool(post.more.get("file")) != (most == 1024):
            return wrong(400, "Bad Request: there is no text in the message to edit")
        if fault := unfit(text, entities, most):
            return fault
        if (post.text, post.more["entities"]) == (text, entities):
            return wrong(
                400, "Bad Request: message is not modified: specified new message content and reply markup are"
            )
        post.text, post.more["entities"] = text, entities
        return well(self.message(post))

    def edit_text(self, given: dict[str, Any], files: dict[str, bytes]) -> Reply:
        del files
        return self.changed(given, given["text"], given.get("entities", []), 4096)

    def edit_caption(self, given: dict[str, Any], files: dict[str, bytes]) -> Reply:
        del files
        return self.changed(given, given.get("caption", ""), given.get("caption_entities", []), 1024)

    def delete(self, given: dict[str, Any], files: dict[str, bytes]) -> Reply:
        del files
        post = self.found(given["message_id"])
        if post is None:
            return wrong(400, "Bad Request: message to delete not found")
        if self.clock - post.more["at"] > 2 * DAY and not self.may_delete:
            return wrong(400, "Bad Request: message can't be deleted for everyone")
        self.posts.remove(post)
        return well(True)

    def delete_all(self, given: dict[str, Any], files: dict[str, bytes]) -> Reply:
        del files
        assert 1 <= len(given["message_ids"]) <= 100
        self.posts = [one for one in self.posts if int(one.id) not in given["message_ids"]]
        return well(True)


WAYS = {
    "sendMessage": Telegram.text,
    "sendPhoto": Telegram.one_file,
    "sendAnimation": Telegram.one_file,
    "sendMediaGroup": Telegram.album,
    "editMessageText": Telegram.edit_text,
    "editMessageCaption": Telegram.edit_caption,
    "deleteMessage": Telegram.delete,
    "deleteMessages": Telegram.delete_all,
}


def unfit(text: str, entities: list[dict[str, Any]], most: int) -> Reply | None:
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) // 2 > most:
        return wrong(
            400, "Bad Request: message is too long" if most > 1024 else "Bad Request: message caption is too long"
        )
    for one in entities:
        start, end = one["offset"] * 2, (one["offset"] + one["length"]) * 2
        assert one["type"] in TYPES
        assert 0 <= start < end <= len(units)
        units[start:end].decode("utf-16-le")  # Never through the middle of a character.
    return None


def pinged(text: str, entities: list[dict[str, Any]]) -> list[str]:
    """Whom Telegram tells: an account in an entity, and every name with an @ in the text."""
    hidden = [one for one in entities if one["type"] in ("code", "pre")]
    names = [found[0] for found in re.finditer(r"(?<![\w@/])@[A-Za-z]\w{3,31}", text, re.ASCII) if not hidden]
    return [*names, *(str(one["user"]["id"]) for one in entities if one["type"] == "text_mention")]


def read(asked: Asked) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The fields of a request, and its files by name."""
    if asked.headers["content-type"] == "application/json":
        return asked.json, {}
    fields: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for name, one in asked.fields.items():
        if one.file:
            files[name] = one.content
        elif name in ("media", "caption_entities", "message_thread_id"):
            fields[name] = json.loads(one.content)
        else:
            fields[name] = one.content.decode()
    return fields, files


def well(result: Any) -> Reply:
    return reply(200, {"ok": True, "result": result})


def wrong(code: int, description: str, **more: Any) -> Reply:
    return reply(code, {"ok": False, "error_code": code, "description": description, **more})


def fake(target: Target) -> Telegram:
    return Telegram(target)
