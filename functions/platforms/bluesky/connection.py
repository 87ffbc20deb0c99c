"""What Bluesky needs from us: an app password, and for Ozone a seat in its team.

Sources: bsky.app/settings/app-passwords, github.com/bluesky-social/ozone/blob/main/docs, the lexicons used here.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from events.program import Source
from functions.platforms.bluesky.poller import begun, events, newest
from functions.platforms.bluesky.session import get, session
from functions.platforms.outgoing import Hands, NotSentError, UnansweredError
from functions.platforms.standing import AskedError, Finding, Keys, Report


def steps(place: Source, url: str) -> tuple[str, ...]:
    del url  # Nobody calls us from there.
    return (
        f"Log in as {place.account} and open Settings > Privacy and security > App passwords > Add App Password. Leave"
        " “Allow access to your direct messages” off: they are never read.",
        f"Put the password it shows (xxxx-xxxx-xxxx-xxxx): liaison secret put {place.id} --outgoing",
        "For an account on a server of your own, set the source's `api` to that server's address (https://…).",
        "For a moderation service of your own (Ozone), invite the account into its team (Configure > Members > Add"
        " member, role Moderator) and set the source's `about` to the service's DID or address.",
    )


def check(place: Source, url: str, keys: Keys, hands: Hands, *, repair: bool) -> Report:
    """There is nothing to repair from here: `steps` says what to do."""
    del url, repair
    ask = partial(get, place, keys, hands)
    login = looked("login", "the app password is good", lambda: session(place, keys, hands))
    if login.state != "good":
        return Report((login,))
    findings = [login, looked("notifications", "they can be read", lambda: newest(ask, "", 1))]
    if place.about.startswith(("did:", "https://", "http://")):
        told = "the account may read its events"
        findings.append(looked("moderation service", told, lambda: events(ask, begun(place, hands), 1)))
    return Report(tuple(findings))


def looked(what: str, good: str, look: Callable[[], Any]) -> Finding:
    try:
        look()
    except (NotSentError, UnansweredError) as error:
        return Finding(what, "unknown", str(error))
    except AskedError as error:
        return Finding(what, "wrong" if error.wait == 3600 else "unknown", str(error))
    return Finding(what, "good", good)
