"""A Mastodon server and its moderators' API, as docs.joinmastodon.org/methods/admin has it; where that is silent, as
mastodon/mastodon does it: a measure closes all reports about the account, nobody acts on whoever stands as high, a
sign-up is let in or turned down once, only local accounts can be frozen or let in."""

import re
from typing import Any

from events.moderation import ActionRequested, Subject
from events.people import Person
from functions.platforms.outgoing import Destination, Reply
from tests.platforms.acting.kits import Story
from tests.platforms.posting.fake import Asked, Fake, reply

TO = Destination("mastodon", "acme", "https://social.acme.example", "token-of-acme", account="110001")
SCOPES = frozenset(f"admin:{verb}:{what}" for verb in ("read", "write") for what in ("accounts", "reports"))
SPAMMER, TROLL, WAITING, REMOTE, MODERATOR = "110017", "110018", "110019", "110020", "110002"

TYPES = {"silence": "silenced", "disable": "disabled", "suspend": "suspended", "sensitive": "sensitized"}
LIFTING = {"unsilence": "silenced", "enable": "disabled", "unsuspend": "suspended", "unsensitive": "sensitized"}
USER = {"id": -99, "name": "", "position": -1, "permissions": 65536, "highlighted": False}
OWNER = {"id": 3, "name": "Owner", "position": 1000, "permissions": 1, "highlighted": True}


class Mastodon(Fake):
    def __init__(self) -> None:
        super().__init__()
        self.scopes = SCOPES
        self.accounts: dict[str, dict[str, Any]] = {
            "110001": account("110001", "acme", role=OWNER),
            SPAMMER: account(SPAMMER, "spammer"),
            TROLL: account(TROLL, "troll", silenced=True),
            WAITING: account(WAITING, "waiting", approved=False),
            REMOTE: account(REMOTE, "remote", domain="elsewhere.example"),
            MODERATOR: account(MODERATOR, "mod", role=OWNER | {"position": 100, "permissions": 1 << 4 | 1 << 10}),
        }
        self.reports: dict[str, dict[str, Any]] = {
            "17": {"about": TROLL, "closed": False},
            "18": {"about": TROLL, "closed": False},
            "19": {"about": TROLL, "closed": True},
        }
        self.strikes: list[tuple[str, str, str]] = []
        self.mails: list[tuple[str, str]] = []
        self.words = ""

    def creates(self, asked: Asked) -> bool:
        return asked.method != "GET"

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {TO.secret}":
            return reply(401, {"error": "The access token is invalid"})
        found = re.fullmatch(r"/api/v1/admin/(accounts|reports)/([^/]+)(?:/(\w+))?", asked.path)
        if found is None:
            return reply(404, b"<html>The page you are looking for isn't here.</html>")
        kind, name, do = found.groups()
        if f"admin:{'read' if asked.method == 'GET' else 'write'}:{kind}" not in self.scopes:
            return reply(403, {"error": "This action is outside the authorized scopes"})
        there = (self.accounts if kind == "accounts" else self.reports).get(name)
        if there is None:
            return reply(404, {"error": "Record not found"})
        if asked.method == "GET" and do is None:
            return reply(200, there if kind == "accounts" else self.report(name))
        assert asked.method == "POST"
        return self.on_account(there, do, asked) if kind == "accounts" else self.on_report(name, do, asked)

    def report(self, name: str) -> dict[str, Any]:
        given, at = self.reports[name], "2026-11-24T10:00:00.000Z"
        taken = {"action_taken": given["closed"], "action_taken_at": at if given["closed"] else None}
        about = self.accounts.get(given["about"])
        posts = [{"id": "900", "content": self.words}]
        return {"id": name, **taken, "category": "spam", "comment": "", "target_account": about, "statuses": posts}

    def on_report(self, name: str, do: str, asked: Asked) -> Reply:
        assert do in ("resolve", "reopen")
        assert asked.body == b""
        self.reports[name]["closed"] = do == "resolve"
        return reply(200, self.report(name))

    def on_account(self, there: dict[str, Any], do: str, asked: Asked) -> Reply:
        if do == "action":
            return self.action(there, asked.json)
        assert asked.body == b""
        local = there["domain"] is None
        if do in ("approve", "reject"):
            if not local or there["approved"]:
                return forbidden()
            if do == "reject":
                return reply(200, {}) if self.accounts.pop(there["id"]) else forbidden()
            there["approved"] = True
        elif (do == "unsuspend" and not there["suspended"]) or (do == "enable" and not local):
            return forbidden()
        else:
            there[LIFTING[do]] = False
        return reply(200, there)

    def action(self, there: dict[str, Any], given: dict[str, Any]) -> Reply:
        assert set(given) <= {"type", "report_id", "warning_preset_id", "text", "send_email_notification"}
        if given.get("type") not in ("none", *TYPES):
            return reply(422, {"error": "Validation failed: Type is not included in the list"})
        if there["role"] and there["role"]["position"] >= OWNER["position"]:
            return forbidden()
        if given["type"] != "none":
            there[TYPES[given["type"]]] = True
            for one in self.reports.values():
                one["closed"] = one["closed"] or one["about"] == there["id"]
        self.strikes.append((there["id"], given["type"], given["text"]))
        if given["send_email_notification"] and there["domain"] is None:
            self.mails.append((there["id"], given["text"]))
        return reply(200, {})


def account(
    name: str, handle: str, domain: str = "", role: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    there = {"confirmed": True, "approved": True, "disabled": False, "role": role or USER}
    return {
        "id": name,
        "username": handle,
        "domain": domain or None,
        "suspended": False,
        "silenced": False,
        "sensitized": False,
        **({"confirmed": None, "approved": None, "disabled": None, "role": None} if domain else there),
        "account": {"id": name, "acct": f"{handle}@{domain}" if domain else handle},
        **more,
    }


def forbidden() -> Reply:
    return reply(403, {"error": "This action is not allowed"})


def fake() -> Mastodon:
    return Mastodon()


def seen(server: Mastodon) -> Any:
    limits = ("approved", "suspended", "silenced", "disabled", "sensitized")
    accounts = {name: {limit: one[limit] for limit in limits} for name, one in server.accounts.items()}
    return {"accounts": accounts, "reports": {name: one["closed"] for name, one in server.reports.items()}}


def about(name: str, kind: str = "account") -> Subject:
    return Subject(source="mastodon", kind=kind, id=name, url=f"https://social.acme.example/@x/{name}")


def action(measure: Any, name: str, subject: Subject | None = None, **more: Any) -> ActionRequested:
    return ActionRequested(
        case="c1",
        measure=measure,
        subject=subject or about(name),
        person=Person(id=name, name="x"),
        reason="Spam",
        explanation="It was spam.\n\nOur rule: no advertising.",
        **more,
    )


POST = about("900", "status")


def limited(limit: str, name: str = SPAMMER) -> Any:
    return lambda server: name in server.accounts and server.accounts[name][limit]


def gone(name: str = SPAMMER) -> Any:
    return lambda server: server.accounts.pop(name)


def appointed(server: Mastodon) -> None:
    """They have become a moderator."""
    server.accounts[SPAMMER]["role"] = server.accounts[MODERATOR]["role"]


STORIES = (
    Story("let a sign-up in", action("approve", WAITING), holds=limited("approved", WAITING), gone=gone(WAITING)),
    Story(
        "lift a limit that somebody set",
        action("approve", TROLL),
        holds=lambda server: TROLL in server.accounts and not server.accounts[TROLL]["silenced"],
    ),
    Story(
        "turn a sign-up down",
        action("remove", WAITING),
        holds=lambda server: WAITING not in server.accounts,
        gone=gone(WAITING),
    ),
    Story(
        "limit an account",
        action("hide", SPAMMER),
        holds=limited("silenced"),
        moved=appointed,
        gone=gone(),
    ),
    Story(
        "limit an account of another server",
        action("hide", REMOTE),
        holds=limited("silenced", REMOTE),
        gone=gone(REMOTE),
    ),
    Story(
        "freeze an account",
        action("lock", SPAMMER),
        holds=limited("disabled"),
        moved=appointed,
        gone=gone(),
    ),
    Story(
        "warn whoever posted",
        action("warn", SPAMMER, POST),
        holds=lambda server: [(who, how) for who, how, _ in server.strikes] == [(SPAMMER, "none")],
        gone=gone(),
    ),
    Story(
        "suspend whoever posted",
        action("ban", SPAMMER, POST),
        holds=limited("suspended"),
        moved=appointed,
        gone=gone(),
    ),
    Story("suspend an account", action("ban", SPAMMER), holds=limited("suspended"), gone=gone()),
    Story(
        "close the reports of a post",
        action("resolve", TROLL, POST, reports=("report:17", "report:19", "account:5")),
        holds=lambda server: all(server.reports[name]["closed"] for name in ("17", "19") if name in server.reports),
        moved=lambda server: server.reports["19"].update(closed=False),
        gone=lambda server: server.reports.clear(),
    ),
)
