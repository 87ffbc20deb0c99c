"""Setting GitHub up: the webhook of a repository, or of an organisation for all of its repositories."""

from collections.abc import Iterator
from typing import Any

from events.program import Source
from functions.platforms.github.hooks import Hooks, address, callback, config
from functions.platforms.outgoing import Hands, NotSentError, UnansweredError
from functions.platforms.standing import AskedError, Finding, Keys, Report, compared

EVENTS = ("discussion", "discussion_comment", "issues", "issue_comment", "meta", "release", "star")
OF_ORGANISATIONS = ("org_block",)
EVERYTHING = "*"


def wanted(place: Source) -> tuple[str, ...]:
    return EVENTS if "/" in place.about else (*EVENTS, *OF_ORGANISATIONS)


def steps(place: Source, url: str) -> tuple[str, ...]:
    where = f"github.com/{place.about}" if place.about else "the repository, or the organisation,"
    blocked = "" if "/" in place.about else " Blocked users (of an organisation),"
    return (
        f"In community.toml, set `about` of {place.id!r} to owner/repository, or to an organisation for all of its"
        " repositories. Its `feedback` takes repositories and categories of discussions, by name.",
        f"Make the webhook's secret: liaison secret put {place.id} --generate",
        "On github.com, open Settings > Developer settings > Personal access tokens, and make a fine-grained token with"
        " the permission “Webhooks”, read and write (of repositories, or of the organisation); a classic one needs"
        f" admin:repo_hook or admin:org_hook. Put it: liaison secret put {place.id} --outgoing",
        f"Run liaison connect {place.id}; or do the following two by hand.",
        f"On {where} open Settings > Webhooks > Add webhook. Payload URL: {url}. Content type: application/json."
        " Secret: the one you made. SSL verification: enabled.",
        f"Choose “Let me select individual events” and tick{blocked} Discussions, Discussion comments, Issues, Issue"
        " comments, Meta, Releases and Stars, and no other: what is not known here is parked. Leave “Active” ticked,"
        " and add the webhook. GitHub pings it at once.",
    )


def check(place: Source, url: str, keys: Keys, hands: Hands, *, repair: bool) -> Report:
    told = "it was put" if keys.signing else f"make one: liaison secret put {place.id} --generate"
    put = Finding("secret", "good" if keys.signing else "wrong", told)
    if not place.about or not keys.token:
        told = f"set `about` of {place.id!r}, and put a token: liaison secret put {place.id} --outgoing"
        return Report((put, Finding("webhook", "unknown", f"{told}. Without these nothing that failed is fetched")))
    hooks = Hooks(place, keys, hands)
    try:
        hook = hooks.ours(url)
        findings = tuple(compare(hook, url, place, keys))
        if repair and keys.signing and any(one.state != "good" for one in findings):
            hook = mend(hooks, hook, url)
            findings = tuple(compare(hook, url, place, keys, written=True))
    except AskedError as error:
        wrong = any(f"answered {status}" in str(error) for status in (401, 403, 404, 422))
        told = f"{error}: may the token read and write the webhooks of {place.about!r}?" if wrong else str(error)
        return Report((put, Finding("webhook", "wrong" if wrong else "unknown", told)))
    except (NotSentError, UnansweredError) as error:
        return Report((put, Finding("webhook", "unknown", str(error))))
    return Report((put, *findings))


def compare(
    hook: dict[str, Any] | None, url: str, place: Source, keys: Keys, *, written: bool = False
) -> Iterator[Finding]:
    if hook is None:
        yield Finding("webhook", "wrong", f"none calls {url}: run `liaison connect {place.id}`")
        return
    there = config(hook)
    yield Finding("address", "good", address(hook))
    yield equal("active", hook.get("active"), True)
    yield equal("content type", there.get("content_type"), "json")
    yield equal("insecure SSL", str(there.get("insecure_ssl")), "0")
    yield events(hook.get("events"), place)
    yield from heard(hook, url, place, keys, written=written)


def equal(what: str, found: object, needed: object) -> Finding:
    return Finding(what, "good", str(needed)) if found == needed else Finding(what, "wrong", f"{found}, not {needed}")


def events(found: object, place: Source) -> Finding:
    names = [str(one) for one in found] if isinstance(found, list) else []
    if EVERYTHING in names:
        return Finding("events", "wrong", "it sends everything, and what is not known here is parked: choose events")
    return compared("events", wanted(place), names)


def heard(hook: dict[str, Any], url: str, place: Source, keys: Keys, *, written: bool) -> Iterator[Finding]:
    """GitHub never shows the secret, but the address and what our door said last tell whether it is ours."""
    given = hook.get("last_response")
    code = given.get("code") if isinstance(given, dict) else None
    if written:
        yield Finding("secret there", "good", "the one that was put has just been written, and a ping asked for")
        return
    if not config(hook).get("secret"):
        yield Finding("secret there", "wrong", "there is none: nothing it sends is accepted")
    elif code == 401:
        yield Finding("secret there", "wrong", "the last delivery was refused: it is another than the one that was put")
    elif address(hook) == url:
        told = f"GitHub does not show it; `liaison connect {place.id}` writes the one that was put"
        yield Finding("secret there", "unknown", told)
    elif address(hook) != callback(url, keys.signing):
        yield Finding("secret there", "wrong", "by its address, it is another than the one that was put")
    else:
        yield Finding("secret there", "good", "by its address, it is the one that was put")
    if not code:
        yield Finding("last delivery", "good", "nothing was sent yet")
    elif isinstance(code, int) and 200 <= code < 300:
        yield Finding("last delivery", "good", f"answered {code}")
    else:
        yield Finding("last delivery", "wrong", f"answered {code}: what failed is asked for again for three days")


def mend(hooks: Hooks, hook: dict[str, Any] | None, url: str) -> dict[str, Any]:
    """Make the webhook, or write what is needed over what is there; events that others ticked stay."""
    names = hook.get("events") if hook else None
    kept = {str(one) for one in names} - {EVERYTHING} if isinstance(names, list) else set()
    given: dict[str, Any] = {
        "active": True,
        "events": sorted({*kept, *wanted(hooks.place)}),
        "config": {
            "url": callback(url, hooks.keys.signing),
            "content_type": "json",
            "insecure_ssl": "0",
            "secret": hooks.keys.signing,
        },
    }
    if hook is None:
        return made(hooks.ask("POST", "", {"name": "web", **given}))  # GitHub pings a new one by itself.
    changed = made(hooks.ask("PATCH", f"/{hook['id']}", given))
    hooks.ask("POST", f"/{hook['id']}/pings")
    return changed


def made(found: object) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise AskedError("GitHub's webhooks: what was answered is no webhook")
    return found
