"""A community on Reddit that our account moderates, with its lists of people and the moderators' mail.

As reddit.com/dev/api, PRAW's cassettes and Pyprohly's reddit-api-doc-notes have it: what is moderated is answered with
an empty object whether it was there or not, a note with nothing at all; a ban tells how many whole days are left; mail
to a moderator becomes a discussion of all of them; a text stands twice in an answer, of which 64 KiB are read.
"""

import base64
import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from events.moderation import ActionRequested, Subject
from events.people import Person
from functions.platforms.outgoing import Destination, Reply
from tests.platforms.acting.kits import Story
from tests.platforms.posting.fake import NOW, Asked, Fake, reply

CLIENT, CLIENT_SECRET, REFRESH = "client-1", "client-secret-1", "refresh-token-1"
SECRET = json.dumps({"client_id": CLIENT, "client_secret": CLIENT_SECRET, "refresh_token": REFRESH})
COMMUNITY, US = "acmegame", "AcmeMods"
TO = Destination("reddit", "acme", "", SECRET, place=COMMUNITY, account=f"u/{US}")
POST, COMMENT, REMOVED, HELD, CLEARED = "t3_1abc", "t1_2abc", "t3_3abc", "t1_4abc", "t3_5abc"
GRIM, MOD, BANNED, SHUT = "grim_", "mod_jun", "banned-for-days", "banned-for-good"
DAY, READ = 86_400, 65_536


def thing(name: str, author: str = GRIM, **more: Any) -> dict[str, Any]:
    words = {"body": "buy gold"} if name.startswith("t1") else {"selftext": "buy gold", "title": "Gold"}
    given = {"name": name, "author": author, "edited": False, "can_mod_post": True, "distinguished": None, **words}
    held = {"banned_by": None, "mod_note": None, "mod_reason_title": None, "locked": False}
    return {**given, **held, "user_reports": [["Spam", 2]], "mod_reports": [], **more}


class Reddit(Fake):
    def __init__(self) -> None:
        super().__init__()
        self.clock = NOW
        self.tokens: set[str] = set()
        self.things = {
            POST: thing(POST),
            COMMENT: thing(COMMENT),
            REMOVED: thing(REMOVED, banned_by=MOD, user_reports=[]),
            HELD: thing(HELD, banned_by=True, user_reports=[]),
            CLEARED: thing(CLEARED, user_reports=[]),
        }
        self.moderators = {US, MOD}
        self.bans: dict[str, dict[str, Any]] = {
            BANNED: {"name": BANNED, "date": float(NOW - DAY // 2), "note": "spam: twice", "until": NOW + 5 * DAY // 2},
            SHUT: {"name": SHUT, "date": float(NOW - DAY), "note": "", "until": None},
        }
        self.mail: dict[str, dict[str, Any]] = {}
        self.missing: set[str] = set()
        """Accounts that are not there any more."""

    def creates(self, asked: Asked) -> bool:
        return asked.method == "POST" and asked.path != "/api/v1/access_token"

    def answer(self, asked: Asked) -> Reply:
        assert asked.headers["user-agent"].startswith("server:liaison:")
        if asked.path == "/api/v1/access_token":
            return self.log_in(asked)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return reply(401, {"message": "Unauthorized", "error": 401})
        if asked.method == "POST":
            assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
        else:
            assert asked.query["raw_json"] == "1"
        for method, pattern, way in WAYS:
            found = re.fullmatch(pattern, asked.path)
            if found and method == asked.method:
                return way(self, asked, **found.groupdict())
        return reply(404, {"message": "Not Found", "error": 404})

    def log_in(self, asked: Asked) -> Reply:
        client = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
        assert (client, asked.form["refresh_token"]) == (f"{CLIENT}:{CLIENT_SECRET}", REFRESH)
        token = f"token-{len(self.tokens)}"
        self.tokens.add(token)
        return reply(200, {"access_token": token, "token_type": "bearer", "expires_in": 3600, "scope": "*"})

    # What is written

    def info(self, asked: Asked) -> Reply:
        found = self.things.get(asked.query["id"])
        listed = [{"kind": asked.query["id"][:2], "data": found}] if found else []
        return whole({"kind": "Listing", "data": {"children": listed, "after": None}})

    def moderate(self, asked: Asked, how: str) -> Reply:
        form = asked.form
        given = self.things.get(form.pop("id", ""))
        expected = {"api_type": "json", "spam": "false"} if how == "remove" else {"api_type": "json"}
        assert form == expected
        if given is None or not given["can_mod_post"]:
            return reply(403, {"message": "Forbidden", "error": 403})
        if how in ("approve", "remove"):
            given |= {"banned_by": US if how == "remove" else None, "user_reports": [], "mod_reports": []}
        else:
            given["locked"] = how == "lock"
        return reply(200, {})

    def note(self, asked: Asked) -> Reply:
        told = json.loads(asked.form["json"])
        assert set(told) == {"item_ids", "mod_note", "reason_id"}
        if not told["mod_note"]:
            return reply(400, {"explanation": 'JSON missing key: "mod_note"', "reason": "JSON_MISSING_KEY"})
        assert len(told["mod_note"]) <= 100
        for name in told["item_ids"]:
            self.things[name] |= {"mod_note": told["mod_note"], "mod_reason_by": US}
        return reply(200, b"")

    # People

    def people(self, asked: Asked, place: str, where: str) -> Reply:
        if place != COMMUNITY:
            return reply(404, {"message": "Not Found", "error": 404})
        user = asked.query["user"].casefold()
        if where == "moderators":
            return whole(
                {"kind": "UserList", "data": {"children": [{"name": n} for n in self.moderators if same(n, user)]}}
            )
        listed = [self.shown(ban) for name, ban in self.bans.items() if same(name, user)]
        return whole({"kind": "Listing", "data": {"children": listed, "after": None}})

    def shown(self, ban: dict[str, Any]) -> dict[str, Any]:
        told = {name: value for name, value in ban.items() if name != "until"}
        left = None if ban["until"] is None else max(int(ban["until"] - self.clock) // DAY, 0)
        return {**told, "days_left": left, "id": "t2_1abc"}

    def friend(self, asked: Asked, place: str) -> Reply:
        form = asked.form
        assert (place, form["type"], form["api_type"]) == (COMMUNITY, "banned", "json")
        for name, most in (("ban_reason", 100), ("note", 300), ("ban_message", 1000)):
            if len(form.get(name, "")) > most:
                return errors("TOO_LONG", f"This field must be under {most} characters", name)
        name = form["name"]
        if name in self.missing:
            return reply(500, {"message": "Internal Server Error", "error": 500})
        if name in self.moderators:
            return errors(
                "CANT_RESTRICT_MODERATOR", "You can't perform that action because that user is a moderator.", ""
            )
        days = int(form["duration"]) if "duration" in form else None
        if days is not None and not 1 <= days <= 999:
            return errors("BAD_NUMBER", "that number isn't in the right range (1 to 999)", "duration")
        known = self.bans.get(name, {"name": name, "date": float(self.clock)})
        until = None if days is None else self.clock + days * DAY
        note = ": ".join(filter(None, (form["ban_reason"], form["note"])))
        self.bans[name] = {**known, "note": note, "until": until}
        return reply(200, {"json": {"errors": []}})

    def unfriend(self, asked: Asked, place: str) -> Reply:
        assert asked.form == {"api_type": "json", "type": "banned", "name": asked.form["name"]}
        self.bans.pop(asked.form["name"], None)
        return reply(200, {})

    # Mail

    def begin(self, asked: Asked) -> Reply:
        form = asked.form
        assert (form["srName"], form["isAuthorHidden"]) == (COMMUNITY, "true")
        if form["to"] in self.missing:
            told = {"fields": ["to"], "explanation": "that user doesn't exist", "message": "Bad Request"}
            return reply(400, {**told, "reason": "USER_DOESNT_EXIST"})
        for name, most in (("subject", 100), ("body", 10_000)):
            if not 0 < len(form[name]) <= most:
                told = {"fields": [name], "explanation": f"This field must be under {most} characters"}
                return reply(400, {**told, "message": "Bad Request", "reason": "TOO_LONG"})
        self.write(form["to"], form["subject"], form["body"])
        return whole(self.conversation(list(self.mail)[-1]), 201)

    def write(self, to: str, subject: str, body: str, at: int | None = None, box: str = "all") -> str:
        number = f"c{len(self.mail) + 1}"
        when = datetime.fromtimestamp(self.clock if at is None else at, UTC).isoformat()
        self.mail[number] = {"to": to, "subject": subject, "bodies": [body], "at": when, "box": box}
        return number

    def told_of(self, number: str) -> dict[str, Any]:
        mail = self.mail[number]
        internal = mail["to"] in self.moderators
        participant = {} if internal else {"name": mail["to"], "isMod": False}
        times = {"lastModUpdate": mail["at"], "lastUpdated": mail["at"]}
        return {"id": number, "subject": mail["subject"], "participant": participant, "isInternal": internal, **times}

    def conversation(self, number: str) -> dict[str, Any]:
        words = self.mail[number]["bodies"]
        messages = {f"m{at}": {"body": html.escape(one), "bodyMarkdown": one} for at, one in enumerate(words)}
        return {"conversation": self.told_of(number), "messages": messages, "modActions": {}}

    def read_mail(self, asked: Asked, number: str) -> Reply:
        return whole(self.conversation(number)) if number in self.mail else reply(404, {"message": "Not Found"})

    def list_mail(self, asked: Asked) -> Reply:
        """In no order; of which each has its newest message with it."""
        assert (asked.query["entity"], asked.query["sort"]) == (COMMUNITY, "mod")
        newest = sorted(self.mail, key=lambda one: self.mail[one]["at"], reverse=True)
        there = [one for one in newest if self.mail[one]["box"] == asked.query["state"]]
        start = there.index(asked.query["after"]) + 1 if "after" in asked.query else 0
        page = sorted(there[start : start + int(asked.query["limit"])])
        messages = {one: {"bodyMarkdown": self.mail[one]["bodies"][-1]} for one in page}
        return whole({"conversations": {one: self.told_of(one) for one in page}, "messages": messages})


WAYS: tuple[tuple[str, str, Callable[..., Reply]], ...] = (
    ("GET", "/api/info", Reddit.info),
    ("POST", "/api/(?P<how>approve|remove|lock|unlock)", Reddit.moderate),
    ("POST", "/api/v1/modactions/removal_reasons", Reddit.note),
    ("GET", "/r/(?P<place>[^/]+)/about/(?P<where>banned|moderators)", Reddit.people),
    ("POST", "/r/(?P<place>[^/]+)/api/friend", Reddit.friend),
    ("POST", "/r/(?P<place>[^/]+)/api/unfriend", Reddit.unfriend),
    ("POST", "/api/mod/conversations", Reddit.begin),
    ("GET", "/api/mod/conversations", Reddit.list_mail),
    ("GET", "/api/mod/conversations/(?P<number>[^/]+)", Reddit.read_mail),
)


def same(name: str, user: str) -> bool:
    return name.casefold() == user


def whole(body: Any, status: int = 200) -> Reply:
    return reply(status, json.dumps(body).encode()[:READ])


def errors(*told: str) -> Reply:
    return reply(200, {"json": {"errors": [list(told)]}})


def fake() -> Reddit:
    return Reddit()


def seen(reddit: Reddit) -> Any:
    """Not who removed something, nor the moderators' notes; of a ban that was shorter, when it ends to the day."""
    things = {name: (bool(one["banned_by"]), one["locked"], one["author"]) for name, one in reddit.things.items()}
    bans = {name: None if one["until"] is None else round(one["until"] / DAY) for name, one in reddit.bans.items()}
    return things, bans, [(one["to"], one["subject"]) for one in reddit.mail.values()]


def subject(name: str = POST) -> Subject:
    kind = "comment" if name.startswith("t1") else "post" if name.startswith("t3") else "account"
    return Subject(source="reddit", kind=kind, id=name, url=f"https://www.reddit.com/r/{COMMUNITY}/comments/1abc/x/")


def action(measure: Any, name: str = POST, person: str | None = GRIM, **more: Any) -> ActionRequested:
    who = None if person is None else Person(id=person, name=person)
    given = {"reason": "Spam", "explanation": "It was spam.", **more}
    return ActionRequested(case="c1", measure=measure, subject=subject(name), person=who, **given)


def removed(name: str) -> Callable[[Reddit], bool]:
    return lambda reddit: reddit.things[name]["banned_by"] == US and reddit.things[name]["mod_note"] is not None


def deleted(name: str) -> Callable[[Reddit], None]:
    return lambda reddit: reddit.things[name].update(author="[deleted]", selftext="[deleted]", body="[deleted]")


def vanished(name: str) -> Callable[[Reddit], None]:
    return lambda reddit: reddit.things.__delitem__(name)


def edited_since(reddit: Reddit) -> None:
    reddit.things[POST] |= {"edited": float(NOW)}


def banned_until(name: str, least: int, most: int) -> Callable[[Reddit], bool]:
    return lambda reddit: name in reddit.bans and least <= (reddit.bans[name]["until"] or 0) - NOW <= most


UNTIL = datetime.fromtimestamp(NOW, UTC) + timedelta(days=7)
STORIES = (
    Story(
        "approve a removed post",
        action("approve", REMOVED),
        holds=lambda reddit: reddit.things[REMOVED]["banned_by"] is None,
        gone=deleted(REMOVED),
    ),
    Story("hide a comment", action("hide", COMMENT), holds=removed(COMMENT), gone=deleted(COMMENT)),
    Story("remove a post", action("remove"), holds=removed(POST), moved=edited_since, gone=vanished(POST)),
    Story("lock a post", action("lock"), holds=lambda reddit: reddit.things[POST]["locked"], gone=deleted(POST)),
    Story(
        "resolve a report that is not agreed to",
        action("resolve", outcome="no_violation", reports=(f"report:{POST}:1:Spam",)),
        holds=lambda reddit: not reddit.things[POST]["user_reports"],
        gone=vanished(POST),
    ),
    Story(
        "time an author out",
        action("timeout", until=UNTIL),
        holds=banned_until(GRIM, 7 * DAY, 7 * DAY),
        moved=lambda reddit: reddit.bans[GRIM].update(until=None),
    ),
    Story(
        "time somebody out for longer",
        action("timeout", BANNED, person=None, until=UNTIL),
        holds=banned_until(BANNED, 7 * DAY, 7 * DAY),
    ),
    Story(
        "ban an author",
        action("ban", COMMENT),
        holds=lambda reddit: GRIM in reddit.bans and reddit.bans[GRIM]["until"] is None,
        moved=lambda reddit: reddit.bans[GRIM].update(until=NOW + 3 * DAY),
    ),
    Story(
        "ban somebody for good",
        action("ban", BANNED, person=None),
        holds=lambda reddit: reddit.bans[BANNED]["until"] is None,
    ),
    Story("warn an author", action("warn"), holds=lambda reddit: len(reddit.mail) == 1),
)
