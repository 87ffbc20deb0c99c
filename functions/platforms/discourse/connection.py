"""Setting a forum up: its webhook, read and mended through the administrators' API.

Sources: Discourse's `admin/web_hooks_controller.rb`, `admin_web_hook_serializer.rb`, `web_hook.rb` and
`web_hook_event_type.rb`; meta.discourse.org, "Create and configure an API key".

Not every forum shows a webhook's secret. So the address that we register ends in `?k=` and the first eight digits of
the secret's SHA-256: a webhook that has an older secret is known by its address.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from events.envelope import fingerprint
from events.program import Source
from functions.platforms.door import read_object
from functions.platforms.outgoing import Hands, NotSentError, UnansweredError
from functions.platforms.signatures import same
from functions.platforms.standing import AskedError, Finding, Keys, Report, answered, compared

SHORTEST = 12
"""Characters of a secret that the forum takes."""

JSON = 1
"""`content_type`; 2 is the form."""

REVIEWS = ("reviewable_created", "reviewable_updated")
"""The second is the score that follows and the decision."""
POSTS = ("post_created", "post_edited", "post_destroyed", "post_recovered", "post_liked")
NEWS = ("topic_created", "topic_edited", "topic_destroyed")
PLUGINS = (
    "topic_upvote",
    "chat_message_created",
    "chat_message_edited",
    "chat_message_trashed",
    "chat_message_restored",
)
"""Wanted where the forum has them at all. Not `topic_unvote`: nobody could find the vote again."""

LAST = {
    1: Finding("last delivery", "good", "nothing was sent yet"),
    2: Finding("last delivery", "wrong", "it failed: the webhook's page lists what was answered"),
    3: Finding("last delivery", "good", "it was accepted"),
}
"""By `last_delivery_status`. 4 is a webhook that is switched off."""


def wanted(place: Source) -> tuple[str, ...]:
    return (*REVIEWS, *POSTS, *(NEWS if place.news else ()))


def steps(place: Source, url: str) -> tuple[str, ...]:
    news = "; of topics: created, updated, deleted" if place.news else ""
    return (
        "As an administrator of the forum, open Admin > Advanced > API Keys > Add API Key: user level “Single User”,"
        f" user `{place.api_user}` (an administrator; the program's `api_user`), scope “Global”, since no granular"
        " scope covers the review queue and webhooks. Copy the key at once: it is shown only now.",
        f"Put it: liaison secret put {place.id} --outgoing",
        f"Make the webhook's secret, {SHORTEST} characters or more: liaison secret put {place.id} --generate",
        f"In community.toml, set `api` of {place.id!r} to the forum's address. Its `feedback` takes categories by"
        " number or slug (chat channels by slug or title), its `news` categories by number only: it is in the"
        " category's address, /c/name/5.",
        f"Run liaison connect {place.id}; or do the following three by hand.",
        f"Admin > Advanced > Webhooks > Add Webhook. Payload URL: {url}. Content Type: application/json. Secret: the"
        " one you made. Choose no categories, tags or groups: limited to any, a webhook leaves out flags.",
        "Select individual events. Of reviewable items: ready, updated; of posts: created, updated, deleted, recovered;"
        f" likes{news}; and with these plugins topic votes and chat messages. Nothing about users, groups, badges or"
        " notifications: these carry mail addresses, and are thrown away here.",
        "Tick “Active”, save, open the webhook and press “Ping”.",
        "In Admin > Settings, switch on “retry web hook events”: without it, what once failed is never sent again.",
    )


@dataclass(frozen=True, slots=True)
class Forum:
    """A forum's API for administrators."""

    place: Source
    keys: Keys
    hands: Hands

    def ask(self, method: str, path: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
        """Raises AskedError, NotSentError or UnansweredError."""
        headers = {
            "api-key": self.keys.token,
            "api-username": self.place.api_user,
            "accept": "application/json",
            "content-type": "application/json",
        }
        body = b"" if given is None else json.dumps({"web_hook": given}).encode()
        url = self.place.api.rstrip("/") + path
        reply = self.hands.http(method, url, headers=headers, body=body, private=self.place.private_network)
        found = read_object(answered(reply, "the forum's webhooks").body)
        if found is None:
            raise AskedError("the forum's webhooks: the answer cannot be read, or was cut off")
        return found


def check(place: Source, url: str, keys: Keys, hands: Hands, *, repair: bool) -> Report:
    put = (secret(place, keys), *news(place))
    if not place.api or not keys.token:
        told = f"set `api` of {place.id!r}, and put an API key: liaison secret put {place.id} --outgoing"
        return Report((*put, Finding("webhook", "unknown", told)))
    forum = Forum(place, keys, hands)
    try:
        found = forum.ask("GET", "/admin/api/web_hooks.json")
        findings = tuple(compare(found, url, place, keys))
        if repair and put[0].state == "good" and any(one.state != "good" for one in findings):
            mend(forum, found, url)
            found = forum.ask("GET", "/admin/api/web_hooks.json")
            findings = tuple(compare(found, url, place, keys))
    except AskedError as error:
        wrong = any(f"answered {status}" in str(error) for status in (403, 404, 422))
        told = f"{error}: is the key global, and {place.api_user!r} an administrator?" if wrong else str(error)
        return Report((*put, Finding("webhook", "wrong" if wrong else "unknown", told)))
    except (NotSentError, UnansweredError) as error:
        return Report((*put, Finding("webhook", "unknown", str(error))))
    return Report((*put, *findings))


def secret(place: Source, keys: Keys) -> Finding:
    if len(keys.signing) >= SHORTEST:
        return Finding("secret", "good", "it was put")
    told = f"of {SHORTEST} characters or more, make one: liaison secret put {place.id} --generate"
    return Finding("secret", "wrong", told)


def news(place: Source) -> Iterator[Finding]:
    names = [name for name in place.news if not name.isdecimal()]
    if names:
        yield Finding("news", "wrong", f"write the category's number, not its name: {', '.join(names)}")


def hooks(found: dict[str, Any]) -> list[dict[str, Any]]:
    given = found.get("web_hooks")
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def callback(url: str, secret: str) -> str:
    return f"{url}?k={fingerprint(secret.encode('utf-8', 'surrogatepass'))[:8]}"


def address(hook: dict[str, Any]) -> str:
    return str(hook.get("payload_url", ""))


def ours(found: dict[str, Any], url: str, keys: Keys) -> dict[str, Any] | None:
    """The webhook that was made with the current secret; else one that calls us with whatever secret."""
    calling = [one for one in hooks(found) if address(one).partition("?")[0] == url]
    current = callback(url, keys.signing)
    return next((one for one in calling if address(one) == current), calling[0] if calling else None)


def compare(found: dict[str, Any], url: str, place: Source, keys: Keys) -> Iterator[Finding]:
    hook = ours(found, url, keys)
    if hook is None:
        yield Finding("webhook", "wrong", f"none calls {url}: run `liaison connect {place.id}`")
        return
    yield Finding("address", "good", address(hook))
    yield equal("active", hook.get("active"), True)
    yield equal("content type", hook.get("content_type"), JSON)
    yield same_secret(hook, url, keys.signing, place)
    yield limits(hook)
    if hook.get("wildcard_web_hook"):
        yield Finding("events", "wrong", "it sends everything, with mail addresses: choose individual events")
    else:
        yield compared("events", needed(place, types(found)), ticked(hook))
    if isinstance(status := hook.get("last_delivery_status"), int) and status in LAST:
        yield LAST[status]


def equal(what: str, found: object, needed: object) -> Finding:
    return Finding(what, "good", str(needed)) if found == needed else Finding(what, "wrong", f"{found}, not {needed}")


def same_secret(hook: dict[str, Any], url: str, put: str, place: Source) -> Finding:
    """Not every forum shows an administrator the secret; the address that we wrote tells which it is."""
    what, found = "secret there", hook.get("secret")
    if isinstance(found, str):
        told = "it is the one that was put" if same(found, put) else "it is another than the one that was put"
        return Finding(what, "good" if same(found, put) else "wrong", told)
    if address(hook) == callback(url, put):
        return Finding(what, "good", "by its address, it is the one that was put")
    if address(hook) != url:
        return Finding(what, "wrong", "by its address, it is another than the one that was put")
    told = f"the forum does not show it; `liaison connect {place.id}` writes the one that was put"
    return Finding(what, "unknown", told)


def limits(hook: dict[str, Any]) -> Finding:
    names = {"category_ids": "categories", "tag_names": "tags", "group_ids": "groups"}
    limited = [told for name, told in names.items() if hook.get(name)]
    if limited:
        return Finding("limits", "wrong", f"limited to some {', '.join(limited)} it leaves out flags: empty them")
    return Finding("limits", "good", "none")


def types(found: dict[str, Any]) -> dict[str, int]:
    """The forum's own number of each type of event; grouped in current forums, in one list in older ones."""
    extras = found.get("extras")
    given = extras.get("grouped_event_types") or extras.get("event_types") if isinstance(extras, dict) else None
    groups = given.values() if isinstance(given, dict) else [given]
    rows = [one for group in groups if isinstance(group, list) for one in group if isinstance(one, dict)]
    return {
        one["name"]: one["id"] for one in rows if isinstance(one.get("name"), str) and isinstance(one.get("id"), int)
    }


def needed(place: Source, known: dict[str, int]) -> list[str]:
    """In the forum's own words: before 2023 there was one type for all that happens to posts, say."""
    if known and not known.keys() & set(POSTS):
        coarse = ("reviewable", "post", "like", *(("topic",) if place.news else ()))
        return [name for name in coarse if name in known]
    return [*wanted(place), *(name for name in PLUGINS if name in known)]


def ticked(hook: dict[str, Any]) -> list[str]:
    given = hook.get("web_hook_event_types")
    found = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    return [str(one.get("name")) for one in found]


def mend(forum: Forum, found: dict[str, Any], url: str) -> None:
    """Make the webhook, or write what is needed over what is there; what others ticked and limited stays."""
    known, hook = types(found), ours(found, url, forum.keys)
    kept = [] if hook is None or hook.get("wildcard_web_hook") else ticked(hook)
    given = {
        "payload_url": callback(url, forum.keys.signing),
        "content_type": JSON,
        "secret": forum.keys.signing,
        "wildcard_web_hook": False,
        "verify_certificate": True,
        "active": True,
        "web_hook_event_type_ids": sorted(
            {known[name] for name in (*needed(forum.place, known), *kept) if name in known}
        ),
    }
    if hook is None:
        forum.ask("POST", "/admin/api/web_hooks.json", given)
    else:
        forum.ask("PUT", f"/admin/api/web_hooks/{hook.get('id')}.json", given)
