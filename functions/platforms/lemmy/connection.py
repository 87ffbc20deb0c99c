"""What Lemmy needs from us: an account's login token, and for reports a moderator's rights.

Sources: lemmy-js-client, join-lemmy.org/docs/users/04-moderation.html.
"""

from events.program import Source
from functions.platforms.lemmy.session import get
from functions.platforms.outgoing import Hands, NotSentError, UnansweredError
from functions.platforms.standing import AskedError, Finding, Keys, Report

LOOKS = (
    ("login", "user/unread_count", "the token is good", "the token is refused: log in again and put the new one"),
    (
        "reports",
        "post/report/list?limit=1",
        "the account may read them",
        "the account moderates no community: appoint it in the community's sidebar",
    ),
)


def steps(place: Source, url: str) -> tuple[str, ...]:
    del url  # Nobody calls us from there.
    login = f"{place.api.rstrip('/')}/api/v3/user/login"
    return (
        "Make an account for Liaison on the instance of the source's `api`, and appoint it moderator of the community"
        " (open one of its posts there, then “…” > appoint as mod).",
        f"Log in once for it: curl {login} -H 'content-type: application/json'"
        ' -d \'{"username_or_email": "…", "password": "…"}\'. The answer\'s `jwt` stays good until it is logged out.',
        f"Put that token: liaison secret put {place.id} --outgoing. (JSON with username and password works, too, but an"
        " instance allows only a few logins an hour.)",
        "In community.toml, set the source's `account` to the account's name, and its `about` to the community's name"
        " if what is written there is feedback; without it only mentions of the account and replies to it are.",
    )


def check(place: Source, url: str, keys: Keys, hands: Hands, *, repair: bool) -> Report:
    """There is nothing to repair from here: `steps` says what to do."""
    del url, repair
    if not keys.token:
        return Report((Finding("login", "wrong", f"put a token: liaison secret put {place.id} --outgoing"),))
    return Report(tuple(looked(place, keys, hands, *look) for look in LOOKS))


def looked(place: Source, keys: Keys, hands: Hands, what: str, path: str, good: str, wrong: str) -> Finding:
    try:
        get(place, keys, hands, path)
    except (NotSentError, UnansweredError) as error:
        return Finding(what, "unknown", str(error))
    except AskedError as error:
        if "answered 40" in str(error):  # Lemmy says 400 for most of what is not allowed.
            return Finding(what, "wrong", f"{error}: {wrong}")
        return Finding(what, "unknown", str(error))
    return Finding(what, "good", good)
