"""What Reddit needs from us: an account that moderates the community, and an app that it is asked with.

Sources: github.com/reddit-archive/reddit/wiki/OAuth2, reddit.com/dev/api, Reddit's Responsible Builder Policy.
"""

from typing import Any
from urllib.parse import quote

from events.program import Source
from functions.platforms.door import read_object
from functions.platforms.inbound import optional
from functions.platforms.outgoing import Hands, NotSentError, UnansweredError
from functions.platforms.reddit.session import API, NEEDED, limited, session
from functions.platforms.standing import AskedError, Finding, Keys, Report

SCOPES = ("identity", "read", "modlog")
PERMISSION = "posts"
"""“Manage Posts & Comments”, without which nobody sees reports."""


def steps(place: Source, url: str) -> tuple[str, ...]:
    del url  # Reddit calls nobody.
    return (
        f"Make an account for Liaison and invite it as a moderator of r/{place.about} with the permission “Manage Posts"
        " & Comments” (Mod Tools > Mods & Members > Invite). Accept the invitation as that account.",
        "Ask Reddit for access to its Data API for that account: support.reddithelp.com, “API access request”, use case"
        " moderation (its Responsible Builder Policy demands it for every new app).",
        "As that account, open reddit.com/prefs/apps and choose “create another app…”, type “script”, redirect uri"
        " http://localhost:8080. The client id stands below the app's name, beside it “secret”.",
        f"Either use that account's name and password (without two-factor login), or authorise the app for the scopes"
        f" {' '.join(SCOPES)} with duration=permanent and use the refresh token.",
        f'Put it as one line of JSON: liaison secret put {place.id} --outgoing, then {{"client_id": "…",'
        ' "client_secret": "…", "refresh_token": "…"} or with "username" and "password" instead of the last.',
        "In community.toml, set the source's `about` to the community's name without r/ and its `account` to the"
        " account's name, so that its own words and actions are left out.",
    )


def check(place: Source, url: str, keys: Keys, hands: Hands, *, repair: bool) -> Report:
    """There is nothing to repair from here: `steps` says what to do."""
    del url, repair
    if not keys.token:
        return Report((Finding("login", "wrong", f"liaison secret put {place.id} --outgoing: {NEEDED}"),))
    try:
        headers = session(place, keys, hands)
        name = str(asked("/api/v1/me", headers, hands).get("name") or "")
        moderators = asked(f"/r/{quote(place.about, safe='+')}/about/moderators", headers, hands)
    except (NotSentError, UnansweredError) as error:
        return Report((Finding("login", "unknown", str(error)),))
    except AskedError as error:
        return Report((Finding("login", "wrong" if error.wait >= 3600 else "unknown", str(error)),))
    return Report((logged_in(place, name), permitted(place, name, moderators)))


def asked(path: str, headers: dict[str, str], hands: Hands) -> dict[str, Any]:
    reply = limited(hands.http("GET", f"{API}{path}?raw_json=1", headers=headers), path)
    found = read_object(reply.body)
    if found is None:
        raise AskedError(f"{path}: what was answered is not JSON")
    return found


def logged_in(place: Source, name: str) -> Finding:
    if place.account.casefold().removeprefix("u/") == name.casefold():
        return Finding("login", "good", f"as u/{name}")
    return Finding("login", "wrong", f"as u/{name}: set the source's `account` to that name in community.toml")


def permitted(place: Source, name: str, moderators: dict[str, Any]) -> Finding:
    children = optional(moderators, "data").get("children")
    rows = [row for row in children if isinstance(row, dict)] if isinstance(children, list) else []
    mine = next((row for row in rows if str(row.get("name")).casefold() == name.casefold()), None)
    what = f"moderator of r/{place.about}"
    if mine is None:
        return Finding(what, "wrong", f"u/{name} is not one: invite it, and accept the invitation as that account")
    given = mine.get("mod_permissions")
    if isinstance(given, list) and not {"all", PERMISSION} & set(map(str, given)):
        return Finding(what, "wrong", "without “Manage Posts & Comments” it sees no reports")
    return Finding(what, "good", "it may see reports")
