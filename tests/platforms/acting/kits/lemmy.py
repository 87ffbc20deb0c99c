"""A Lemmy community, seen by one of its moderators: on an instance with version 4 of the API, or with version 3.

As LemmyNet/lemmy's crates/api and crates/api_crud do it, and lemmy-js-client 0.19.9 and 1.0.0-beta.2 have the fields: a
thing that is removed has its reports closed; a ban's end is in version 3 in the log only; version 4 wants a reason, and
warns; whoever ranks as high is left alone. Answers are read to 64 KiB.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from events.moderation import ActionRequested, Subject
from events.people import Person
from functions.platforms.outgoing import Destination, Reply
from tests.platforms.acting.kits import Story
from tests.platforms.posting.fake import NOW, Asked, Fake, reply
from tests.platforms.posting.kits.lemmy import bare, missing, wrong

TO = Destination(
    "lemmy", "acme", "https://lemmy.acme.example", "eyJ0eXAiOiJKV1QifQ.acme", place="news", account="acme_mod"
)
READ = 65_536
NEWS = 7
OURS, SPAMMER, MODERATOR, TROLL = 1, 17, 2, 18
SOON = datetime.fromtimestamp(NOW, UTC) + timedelta(days=2)
LATER = datetime.fromtimestamp(NOW, UTC) + timedelta(days=9)
POST, COMMENT, TAKEN = "204", "305", "206"
WORDS = "It was spam.\n\nOur rule: no advertising."


def written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


class Lemmy(Fake):
    def __init__(self, *, new: bool = True) -> None:
        super().__init__()
        self.new = new
        self.moderates = True
        self.long = ""
        self.things: dict[tuple[str, int], dict[str, Any]] = {
            ("post", 204): thing(SPAMMER),
            ("post", 205): thing(OURS),
            ("post", 206): thing(SPAMMER, removed=True),
            ("post", 207): thing(MODERATOR),
            ("post", 208): thing(TROLL),
            ("comment", 305): thing(SPAMMER, post=204),
            ("comment", 306): thing(SPAMMER, post=204),
        }
        self.bans: dict[int, str | None] = {TROLL: written(SOON)}
        self.log: list[dict[str, Any]] = [self.ban_entry(TROLL, banned=True, end=written(SOON))]
        self.reports: dict[tuple[str, int], dict[str, Any]] = {
            ("post", 17): {"about": 204, "open": True},
            ("post", 18): {"about": 204, "open": False},
            ("comment", 17): {"about": 305, "open": True},
            ("post", 40): {"about": 207, "open": True},
        }

    def __call__(self, method: str, url: str, *, headers: Any, body: bytes = b"", private: bool = False) -> Reply:
        """Which versions there are, anybody is told."""
        if url.endswith("/api/v4/site"):
            return bare({"version": "1.0.0"}) if self.new else reply(404)
        found = super().__call__(method, url, headers=headers, body=body, private=private)
        return Reply(found.status, found.headers, found.body[:READ])

    def creates(self, asked: Asked) -> bool:
        return asked.method != "GET"

    def answer(self, asked: Asked) -> Reply:
        version, _, path = asked.path.removeprefix("/api/").partition("/")
        if version != ("v4" if self.new else "v3"):
            return reply(404)
        if asked.headers.get("authorization") != f"Bearer {TO.secret}":
            return reply(400 if self.new else 401, {"error": "not_logged_in"})
        if asked.method == "GET":
            return self.look(path, asked.query)
        if not self.moderates:
            return wrong("not_a_moderator")
        return self.do(asked.method, path, asked.json)

    # Reading

    def look(self, path: str, query: dict[str, str]) -> Reply:
        if path in ("post", "comment"):
            found = self.things.get((path, int(query["id"])))
            if found is None:
                return missing() if self.new else wrong(f"couldnt_find_{path}")
            around: dict[str, Any] = (
                {"recipient_ids": []} if path == "comment" else {"cross_posts": [{"body": self.long}]}
            )
            return bare({f"{path}_view": self.view(path, int(query["id"]), found), **around})
        if path == "modlog":
            return self.logged(query)
        kind = query.get("type_", "").removesuffix("s") if self.new else path.removesuffix("/report/list")
        assert path == ("report/list" if self.new else f"{kind}/report/list")
        return self.listed(kind, query)

    def view(self, kind: str, name: int, there: dict[str, Any]) -> dict[str, Any]:
        who = there["by"]
        text = {"name": "Buy", "body": self.long or "now"} if kind == "post" else {"content": self.long or "Buy now"}
        stamps = {"published_at": "2026-11-24T10:00:00Z", "updated_at": there["edited"]}
        if not self.new:
            stamps = {"published": "2026-11-24T10:00:00Z", "updated": there["edited"]}
        lockable = {"locked": there["locked"]} if kind == "post" or self.new else {}
        parent = {"post_id": there["post"]} if kind == "comment" else {}
        flags = {"removed": there["removed"], "deleted": there["deleted"], **lockable, **parent}
        ends = {"creator_community_ban_expires_at": self.bans.get(who)} if self.new and self.bans.get(who) else {}
        return {
            kind: {"id": name, **text, "creator_id": who, **stamps, **flags},
            "creator": {"id": who, "name": "acme_mod" if who == OURS else f"u{who}", "local": True},
            "community": {"id": NEWS, "name": "news"},
            "creator_is_moderator": who in (MODERATOR, OURS),
            "creator_is_admin": False,
            "creator_banned_from_community": who in self.bans,
            **ends,
        }

    def logged(self, query: dict[str, str]) -> Reply:
        kinds = {"ModBanFromCommunity": "ban", "mod_warn_post": "post", "mod_warn_comment": "comment"}
        kind = kinds[query["type_"]]
        about = {int(query[name]) for name in ("other_person_id", "post_id", "comment_id") if name in query}
        there = [one for one in reversed(self.log) if one["kind"] == kind and one["about"] in about]
        if not self.new:
            assert int(query["community_id"]) == NEWS
            return bare({"banned_from_community": [{"mod_ban_from_community": one["told"]} for one in there[:1]]})
        body = {"modlog": {}, "target_post": {"id": 1, "body": self.long * 2}}
        return bare({"items": [{**body, "modlog": one["told"]} for one in there[: int(query["limit"])]]})

    def listed(self, kind: str, query: dict[str, str]) -> Reply:
        assert query["unresolved_only"] == "true"
        below = {int(query.get(f"{kind}_id") or query["post_id"])}
        if self.new and kind == "comment":
            below = {name for (what, name), one in self.things.items() if what == kind and one["post"] in below}
        there = [
            {f"{kind}_report": {"id": name, "resolved": False}, kind: {"id": one["about"], "body": self.long}}
            for (what, name), one in self.reports.items()
            if what == kind and one["open"] and one["about"] in below
        ]
        size = int(query["limit"])
        start = int(query.get("page_cursor", 0)) if self.new else (int(query["page"]) - 1) * size
        page, more = there[start : start + size], there[start + size :]
        if self.new:
            return bare({"items": page, **({"next_page": str(start + size)} if more else {})})
        return bare({f"{kind}_reports": page})

    # Moderating

    def do(self, method: str, path: str, given: dict[str, Any]) -> Reply:
        kind, _, what = path.partition("/")
        if what == "report/resolve":
            assert method == "PUT"
            self.reports[kind, given["report_id"]]["open"] = not given["resolved"]
            return bare({f"{kind}_report_view": {f"{kind}_report": {"id": given["report_id"]}}})
        assert method == "POST"
        if self.new and not isinstance(given.get("reason"), str):
            return wrong("unknown")
        if path == "community/ban_user":
            return self.ban(given)
        there = self.things.get((kind, given[f"{kind}_id"]))
        if there is None:
            return missing()
        return self.on(kind, what, there, given)

    def on(self, kind: str, what: str, there: dict[str, Any], given: dict[str, Any]) -> Reply:
        name = given[f"{kind}_id"]
        match what:
            case "remove" if there["by"] != MODERATOR:
                if there["deleted"]:
                    return wrong("couldnt_update")
                there["removed"] = given["removed"]
                for (which, _), one in self.reports.items():
                    one["open"] = one["open"] and not (which == kind and one["about"] == name)
            case "remove":
                return wrong("not_higher_mod")
            case "lock" if kind == "post" or self.new:
                there["locked"] = given["locked"]
            case "warn" if self.new:
                told = {"kind": f"mod_warn_{kind}", "reason": given["reason"], "is_revert": False}
                self.log.append({"kind": kind, "about": name, "told": told})
            case _:
                return reply(404)
        return bare({f"{kind}_view": self.view(kind, name, there)})

    def ban(self, given: dict[str, Any]) -> Reply:
        assert given["community_id"] == NEWS
        assert not {"remove_data", "remove_or_restore_data"} & set(given), "their other posts would go, too"
        who, end = given["person_id"], given.get("expires_at" if self.new else "expires")
        if who in (MODERATOR, OURS):
            return wrong("not_higher_mod")
        if end is not None and end <= NOW:
            return wrong("ban_expiration_in_past")
        until = None if end is None or end > NOW + 3650 * 86_400 else written(datetime.fromtimestamp(end, UTC))
        self.bans.pop(who, None)
        if given["ban"]:
            self.bans[who] = until
        self.log.append(self.ban_entry(who, banned=given["ban"], end=until))
        return bare({"person_view": {"person": {"id": who}}, "banned": given["ban"]})

    def ban_entry(self, who: int, *, banned: bool, end: str | None) -> dict[str, Any]:
        ending = {"expires": end} if end else {}
        return {"kind": "ban", "about": who, "told": {"other_person_id": who, "banned": banned, **ending}}


def thing(by: int, *, removed: bool = False, post: int = 0) -> dict[str, Any]:
    return {"by": by, "removed": removed, "deleted": False, "locked": False, "edited": None, "post": post}


def fake() -> Lemmy:
    return Lemmy()


def seen(instance: Lemmy) -> Any:
    """The log but for the warnings grows with whatever is done."""
    things = {name: (one["removed"], one["locked"]) for name, one in instance.things.items()}
    warned = [one["about"] for one in instance.log if one["kind"] in ("post", "comment")]
    reports = {name: one["open"] for name, one in instance.reports.items()}
    return json.dumps([str(one) for one in (things, instance.bans, warned, reports)])


def about(kind: str, name: str) -> Subject:
    return Subject(source="lemmy", kind=kind, id=name, url=f"https://lemmy.acme.example/{kind}/{name}")


def action(measure: Any, kind: str = "post", name: str = POST, by: int = SPAMMER, **more: Any) -> ActionRequested:
    return ActionRequested(
        case="c1",
        measure=measure,
        subject=about(kind, name),
        person=Person(id=str(by), name="x"),
        reason="Spam",
        explanation=WORDS,
        **more,
    )


def edited(kind: str = "post", name: int = 204) -> Any:
    return lambda instance: instance.things[kind, name].update(edited="2026-11-25T01:00:00Z")


def gone(kind: str = "post", name: int = 204) -> Any:
    return lambda instance: instance.things.pop((kind, name))


def removed(kind: str = "post", name: int = 204) -> Any:
    return lambda instance: instance.things.get((kind, name), {}).get("removed")


def locked(kind: str = "post", name: int = 204) -> Any:
    return lambda instance: instance.things.get((kind, name), {}).get("locked")


def warned(kind: str, name: int) -> Any:
    return lambda instance: [one["about"] for one in instance.log if one["kind"] == kind] == [name]


def appointed(kind: str, name: int) -> Any:
    return lambda instance: instance.things[kind, name].update(by=MODERATOR)


def lasting(until: datetime | None, who: int = SPAMMER) -> Any:
    end = written(until) if until else None
    return lambda instance: instance.bans.get(who, "not at all") == end


def elsewhen(instance: Lemmy) -> None:
    """Another moderator gives the ban another end."""
    instance.ban({"community_id": NEWS, "person_id": SPAMMER, "ban": True, "expires_at": NOW + 5, "expires": NOW + 5})


OLD_STORIES = (
    Story(
        "restore a post",
        action("approve", name=TAKEN),
        holds=lambda instance: ("post", 206) in instance.things and not instance.things["post", 206]["removed"],
        moved=edited(name=206),
        gone=gone(name=206),
    ),
    Story(
        "remove a post",
        action("remove", name="208", by=TROLL),
        holds=removed(name=208),
        moved=edited(name=208),
        gone=gone(name=208),
    ),
    Story("lock a post", action("lock"), holds=locked(), gone=gone()),
    Story(
        "keep them silent for a while", action("timeout", until=SOON), holds=lasting(SOON), moved=elsewhen, gone=gone()
    ),
    Story(
        "keep them silent for longer",
        action("timeout", name="208", by=TROLL, until=LATER),
        holds=lasting(LATER, TROLL),
        gone=gone(name=208),
    ),
    Story(
        "ban whoever commented",
        action("ban", "comment", COMMENT),
        holds=lasting(None),
        moved=elsewhen,
        gone=gone("comment", 305),
    ),
    Story(
        "ban for good whoever is banned for a while",
        action("ban", name="208", by=TROLL),
        holds=lasting(None, TROLL),
        gone=gone(name=208),
    ),
    Story(
        "close the report of a post",
        action("resolve", reports=("post_report:17", "post_report:18", "comment_report:17")),
        holds=lambda instance: not instance.reports.get(("post", 17), {"open": False})["open"],
        moved=lambda instance: instance.reports["post", 18].update(open=True),
        gone=lambda instance: instance.reports.clear(),
    ),
    Story(
        "close the report of a comment",
        action("resolve", "comment", COMMENT, reports=("comment_report:17",)),
        holds=lambda instance: not instance.reports.get(("comment", 17), {"open": False})["open"],
        gone=lambda instance: instance.reports.clear(),
    ),
)
"""What version 3 of the API can do, too."""

STORIES = (
    *OLD_STORIES,
    Story(
        "remove a comment",
        action("remove", "comment", "306"),
        holds=removed("comment", 306),
        gone=gone("comment", 306),
    ),
    Story(
        "lock a comment", action("lock", "comment", COMMENT), holds=locked("comment", 305), gone=gone("comment", 305)
    ),
    Story("warn about a post", action("warn"), holds=warned("post", 204), moved=edited(), gone=gone()),
    Story(
        "warn about a comment",
        action("warn", "comment", COMMENT),
        holds=warned("comment", 305),
        moved=edited("comment", 305),
        gone=gone("comment", 305),
    ),
)
