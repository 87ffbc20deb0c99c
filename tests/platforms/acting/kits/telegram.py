"""Telegram's Bot API in a supergroup that the bot administers.

As core.telegram.org/bots/api says, and where it is silent, as tdlib/telegram-bot-api's `Client.cpp` answers: a member
has one state at a time; a restriction takes the place of a ban; what ends within 30 seconds or after 366 days has no
end; what is allowed altogether is no restriction; unbanning throws out nobody only if it is asked to.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from events.moderation import ActionRequested, Subject
from events.people import Person
from functions.platforms.outgoing import Destination, Reply
from tests.platforms.acting.kits import Story
from tests.platforms.posting.fake import NOW, Asked, Fake, reply

BOT, GROUP, DAY = 123456789, -1001234567890, 86_400
SECRET = f"{BOT}:AAbot-token_of_acme-0123456789abcdef"
TO = Destination("telegram", "acme", "", SECRET, account=str(BOT))
GRIM, ADMIN, MUTED, SHUT = 777001, 777002, 777003, 777004
PERMISSIONS = [
    *(f"can_send_{what}" for what in ("messages", "audios", "documents", "photos", "videos", "video_notes")),
    *(f"can_send_{what}" for what in ("voice_notes", "polls", "other_messages")),
    *("can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics"),
]
MEDIA = frozenset({"can_send_photos", "can_send_videos"})


class Telegram(Fake):
    def __init__(self) -> None:
        super().__init__()
        self.clock = NOW
        self.rights = True
        self.messages = {51: GRIM, 52: ADMIN}
        self.members: dict[int, dict[str, Any]] = {
            BOT: {"status": "administrator"},
            GRIM: {"status": "member"},
            ADMIN: {"status": "administrator"},
            MUTED: {
                "status": "restricted",
                "is_member": True,
                "may": set(PERMISSIONS) - MEDIA,
                "until_date": NOW + DAY,
            },
            SHUT: {"status": "kicked", "until_date": NOW + DAY},
        }
        self.started = {GRIM}
        self.private: list[tuple[int, str]] = []

    def creates(self, asked: Asked) -> bool:
        return not asked.path.endswith(("/getChatMember", "/getChat"))

    def answer(self, asked: Asked) -> Reply:
        found = re.fullmatch(r"/bot(?P<token>[^/]*)/(?P<method>\w+)", asked.path)
        assert found
        assert (asked.method, asked.headers["content-type"]) == ("POST", "application/json")
        if found["token"] != SECRET:
            return wrong(401, "Unauthorized")
        return WAYS[found["method"]](self, asked.json)

    # Messages

    def delete(self, given: dict[str, Any]) -> Reply:
        assert set(given) == {"chat_id", "message_id"}
        if given["chat_id"] != GROUP:
            return wrong(400, "Bad Request: chat not found")
        if given["message_id"] not in self.messages:
            return wrong(400, "Bad Request: message to delete not found")
        if not self.rights:
            return wrong(400, "Bad Request: message can't be deleted")
        del self.messages[given["message_id"]]
        return well(True)

    def send(self, given: dict[str, Any]) -> Reply:
        assert set(given) == {"chat_id", "text", "link_preview_options"}
        if given["chat_id"] not in self.started:
            return wrong(403, "Forbidden: bot can't initiate conversation with a user")
        if not 0 < len(given["text"].encode("utf-16-le")) // 2 <= 4096:
            return wrong(400, "Bad Request: message is too long")
        self.private.append((given["chat_id"], given["text"]))
        return well({"message_id": len(self.private), "chat": {"id": given["chat_id"], "type": "private"}})

    def chat(self, given: dict[str, Any]) -> Reply:
        """Whoever is in one of its groups is known to the bot."""
        if given["chat_id"] not in self.members:
            return wrong(400, "Bad Request: chat not found")
        return well({"id": given["chat_id"], "type": "private", "first_name": "Anna"})

    # Members

    def member(self, given: dict[str, Any]) -> Reply:
        who = given["user_id"]
        if given["chat_id"] != GROUP or who not in self.members:
            return wrong(400, "Bad Request: PARTICIPANT_ID_INVALID")
        known = self.members[who]
        told = {name: value for name, value in known.items() if name != "may"}
        if known["status"] == "restricted":
            told |= {name: name in known["may"] for name in PERMISSIONS}
        if known["status"] == "administrator":
            told |= {"can_delete_messages": self.rights, "can_restrict_members": self.rights}
        return well({**told, "user": {"id": who, "is_bot": False, "first_name": "Anna"}})

    def restrict(self, given: dict[str, Any]) -> Reply:
        assert set(given) - {"until_date"} == {"chat_id", "user_id", "permissions", "use_independent_chat_permissions"}
        assert given["use_independent_chat_permissions"] is True
        assert set(given["permissions"]) == set(PERMISSIONS), "what is left out is forbidden"
        may = {name for name, allowed in given["permissions"].items() if allowed}
        inside = self.members[given["user_id"]].get("is_member", self.members[given["user_id"]]["status"] == "member")
        if may == set(PERMISSIONS):
            return self.become(given, {"status": "member" if inside else "left"})
        ending = {"until_date": self.end(given)}
        return self.become(given, {"status": "restricted", "is_member": inside, "may": may, **ending})

    def ban(self, given: dict[str, Any]) -> Reply:
        assert set(given) - {"until_date"} == {"chat_id", "user_id"}
        return self.become(given, {"status": "kicked", "until_date": self.end(given)})

    def unban(self, given: dict[str, Any]) -> Reply:
        assert given["only_if_banned"] is True, "it would throw out who is not banned"
        if self.members[given["user_id"]]["status"] != "kicked":
            return well(True)
        return self.become(given, {"status": "left"})

    def become(self, given: dict[str, Any], status: dict[str, Any]) -> Reply:
        if given["chat_id"] != GROUP:
            return wrong(400, "Bad Request: chat not found")
        if not self.rights:
            return wrong(400, "Bad Request: not enough rights to restrict/unrestrict chat member")
        if self.members[given["user_id"]]["status"] in ("creator", "administrator"):
            return wrong(400, "Bad Request: user is an administrator of the chat")
        self.members[given["user_id"]] = status
        return well(True)

    def end(self, given: dict[str, Any]) -> int:
        left = given.get("until_date", 0) - self.clock
        return given["until_date"] if 30 <= left <= 366 * DAY else 0


WAYS = {
    "deleteMessage": Telegram.delete,
    "sendMessage": Telegram.send,
    "getChat": Telegram.chat,
    "getChatMember": Telegram.member,
    "restrictChatMember": Telegram.restrict,
    "banChatMember": Telegram.ban,
    "unbanChatMember": Telegram.unban,
}


def well(result: Any) -> Reply:
    return reply(200, {"ok": True, "result": result})


def wrong(code: int, description: str) -> Reply:
    return reply(code, {"ok": False, "error_code": code, "description": description})


def fake() -> Telegram:
    return Telegram()


def seen(telegram: Telegram) -> Any:
    """Not whether somebody is in the group: a ban that is taken back brings nobody in."""
    states = {
        who: (one["status"] if one["status"] in ("kicked", "restricted") else "free", one.get("until_date"))
        for who, one in telegram.members.items()
    }
    may = {who: sorted(one.get("may", PERMISSIONS)) for who, one in telegram.members.items()}
    return states, may, sorted(telegram.messages), telegram.private


def subject(message: int = 51) -> Subject:
    return Subject(
        source="telegram", kind="message", id=f"{GROUP}:{message}", url=f"https://t.me/c/1234567890/{message}"
    )


def action(measure: Any, person: int | None = GRIM, **more: Any) -> ActionRequested:
    who = None if person is None else Person(id=str(person), name="Grim")
    return ActionRequested(
        case="c1", measure=measure, subject=subject(), person=who, reason="Spam", explanation="It was spam.", **more
    )


UNTIL = datetime.fromtimestamp(NOW, UTC) + timedelta(days=7)


def silent(who: int, until: int) -> Callable[[Telegram], bool]:
    return lambda telegram: (
        telegram.members[who].get("may") == set() and telegram.members[who].get("until_date") == until
    )


def shut_out(who: int, until: int) -> Callable[[Telegram], bool]:
    return lambda telegram: telegram.members[who]["status"] == "kicked" and telegram.members[who]["until_date"] == until


def freed(who: int) -> Callable[[Telegram], None]:
    return lambda telegram: telegram.members[who].update(status="kicked", until_date=NOW + 3 * DAY)


STORIES = (
    Story("remove a message", action("remove"), holds=lambda telegram: 51 not in telegram.messages),
    Story("time an author out", action("timeout", until=UNTIL), holds=silent(GRIM, NOW + 7 * DAY), moved=freed(GRIM)),
    Story("time out who is restricted", action("timeout", MUTED, until=UNTIL), holds=silent(MUTED, NOW + 7 * DAY)),
    Story("suspend an author", action("suspend", until=UNTIL), holds=shut_out(GRIM, NOW + 7 * DAY), moved=freed(GRIM)),
    Story("suspend for longer", action("suspend", SHUT, until=UNTIL), holds=shut_out(SHUT, NOW + 7 * DAY)),
    Story("ban an author", action("ban"), holds=shut_out(GRIM, 0), moved=freed(GRIM)),
    Story("ban who is restricted", action("ban", MUTED), holds=shut_out(MUTED, 0)),
    Story("warn an author", action("warn"), holds=lambda telegram: [who for who, _ in telegram.private] == [GRIM]),
)
