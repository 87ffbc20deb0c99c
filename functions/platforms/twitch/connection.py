"""Subscribing to a Twitch channel, and keeping the subscriptions whole.

A subscription keeps the secret it was made with, and nobody can read it back. So each is made with an address that
ends in `?k=` and the first eight digits of the secret's SHA-256: one that was made with an older secret is known by
its address, and replaced while both secrets are good.

Sources: Twitch's API reference, "EventSub" (dev.twitch.tv/docs/api/reference/eventsub); its EventSub reference for
conditions and scopes; "Client credentials grant flow".
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from events.envelope import fingerprint
from events.program import Source
from functions.platforms.door import read_object
from functions.platforms.outgoing import Hands, NotSentError, Reply, UnansweredError
from functions.platforms.standing import AskedError, Finding, Keys, Report, answered

TOKENS = "https://id.twitch.tv/oauth2/token"
SUBSCRIPTIONS = "https://api.twitch.tv/helix/eventsub/subscriptions"
PAGES = 10
"""A hundred subscriptions each; one channel has a dozen."""

WAITING = "webhook_callback_verification_pending"
ALIVE = ("enabled", WAITING)
SECRET_LENGTH = range(10, 101)

BROADCASTER = "broadcaster_user_id"
MODERATOR = "moderator_user_id"
READER = "user_id"


@dataclass(frozen=True, slots=True)
class Topic:
    """One subscription we need: whose ids it is made for, and what `account` (the moderator, or who reads the
    chat) has to have allowed."""

    type: str
    version: str
    condition: tuple[str, ...]
    scopes: tuple[str, ...] = ()

    def wanted(self, place: Source) -> dict[str, str]:
        return {name: place.about if name == BROADCASTER else place.account for name in self.condition}


HELD = ("moderator:manage:automod",)
DONE = (
    "moderator:read:banned_users",
    "moderator:read:blocked_terms",
    "moderator:read:chat_messages",
    "moderator:read:chat_settings",
    "moderator:read:moderators",
    "moderator:read:unban_requests",
    "moderator:read:vips",
    "moderator:read:warnings",
)
SUSPECTED = ("moderator:read:suspicious_users",)
ASKED = ("moderator:read:unban_requests",)
SAID = ("user:bot", "user:read:chat")

TOPICS = (
    Topic("automod.message.hold", "2", (BROADCASTER, MODERATOR), HELD),
    Topic("automod.message.update", "2", (BROADCASTER, MODERATOR), HELD),
    Topic("channel.chat.message", "1", (BROADCASTER, READER), SAID),
    Topic("channel.moderate", "2", (BROADCASTER, MODERATOR), DONE),
    Topic("channel.suspicious_user.message", "1", (BROADCASTER, MODERATOR), SUSPECTED),
    Topic("channel.suspicious_user.update", "1", (BROADCASTER, MODERATOR), SUSPECTED),
    Topic("channel.unban_request.create", "1", (BROADCASTER, MODERATOR), ASKED),
    Topic("channel.unban_request.resolve", "1", (BROADCASTER, MODERATOR), ASKED),
    Topic("stream.online", "1", (BROADCASTER,)),
)
"""Not among them: channel.ban, channel.unban and channel.warning.send. `channel.moderate` tells all of theirs, and
the same deed under two names would count twice."""

SCOPES = tuple(sorted({scope for topic in TOPICS for scope in topic.scopes}))


def steps(place: Source, url: str) -> tuple[str, ...]:
    del url  # It is handed over with each subscription.
    asked = {"response_type": "token", "client_id": "CLIENT_ID", "redirect_uri": "http://localhost:3000"}
    consent = f"https://id.twitch.tv/oauth2/authorize?{urlencode({**asked, 'scope': ' '.join(SCOPES)})}"
    return (
        "On https://dev.twitch.tv/console/apps choose Register Your Application: any name, OAuth Redirect URL "
        "http://localhost:3000, Client Type Confidential. Under Manage, press New Secret.",
        f"Put both with `liaison secret put {place.id} --outgoing`, as one line of JSON: "
        '{"client_id": "...", "client_secret": "..."}',
        f"In the channel's chat, make the account {place.account or '(`account` of the source)'} a moderator: "
        "/mod followed by its name.",
        f"Logged in as that account, open this with your own client id in place of CLIENT_ID, and allow it: {consent} "
        "(the page it ends on may fail to load; nothing has to be copied from it)",
        "Logged in as the broadcaster, open the same address with scope=channel:bot, and allow it.",
        f"Run `liaison connect {place.id}`: it makes the subscriptions. They do not end by themselves; after a new "
        "secret, run it again within a day.",
    )


def check(place: Source, url: str, keys: Keys, hands: Hands, *, repair: bool) -> Report:
    """One finding a subscription. To mend, what has ended is taken away and what is missing is made; what was made
    with an older secret goes once its successor is enabled, so that no event falls between them."""
    unfit = secret_finding(keys.signing)
    try:
        client = logged_in(keys.token, hands)
        if isinstance(client, Finding):
            return Report((*unfit, client))
        found = listed(place, client)
        refusals: dict[str, Finding] = {}
        if repair and keys.signing and not unfit:
            refusals = mended(place, url, keys.signing, client, found)
            found = listed(place, client)
            outlived(place, url, keys.signing, client, found)
    except (AskedError, NotSentError, UnansweredError) as error:
        return Report((*unfit, Finding("subscriptions", "unknown", f"Twitch did not tell: {error}")))
    judgements = (refusals.get(topic.type) or judged(topic, place, url, keys.signing, found) for topic in TOPICS)
    return Report((*unfit, *judgements))


def secret_finding(secret: str) -> tuple[Finding, ...]:
    if not secret or (len(secret) in SECRET_LENGTH and secret.isascii()):
        return ()
    told = "Twitch takes 10 to 100 ASCII characters: put another with `liaison secret put`"
    return (Finding("length of the secret", "wrong", told),)


@dataclass(frozen=True, slots=True)
class Client:
    """An application that is logged in."""

    id: str
    token: str
    hands: Hands

    def ask(self, method: str, query: dict[str, str], body: dict[str, Any] | None = None) -> Reply:
        url = f"{SUBSCRIPTIONS}?{urlencode(query)}" if query else SUBSCRIPTIONS
        headers = {"authorization": f"Bearer {self.token}", "client-id": self.id, "content-type": "application/json"}
        return self.hands.http(method, url, headers=headers, body=json.dumps(body).encode() if body else b"")


def logged_in(credentials: str, hands: Hands) -> Client | Finding:
    """An app access token by client credentials; a finding where there are none, or wrong ones."""
    given = read_object(credentials.encode("utf-8", "replace")) or {}
    client, secret = given.get("client_id"), given.get("client_secret")
    if not (isinstance(client, str) and isinstance(secret, str) and client.isalnum() and client.isascii() and secret):
        told = 'none: `liaison secret put … --outgoing` takes {"client_id": "...", "client_secret": "..."}'
        return Finding("credentials", "wrong", told)
    form = urlencode({"client_id": client, "client_secret": secret, "grant_type": "client_credentials"})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    reply = hands.http("POST", TOKENS, headers=headers, body=form.encode())
    if reply.status in (400, 401, 403):
        return Finding("credentials", "wrong", f"Twitch refuses the client id or its secret ({message(reply)})")
    token = (read_object(answered(reply, "logging in").body) or {}).get("access_token")
    if not isinstance(token, str) or not token:
        raise AskedError("logging in: answered without a token")
    return Client(client, token, hands)


def listed(place: Source, client: Client) -> list[dict[str, Any]]:
    """Every subscription of our application about this broadcaster."""
    found: list[dict[str, Any]] = []
    query = {"user_id": place.about}
    for _ in range(PAGES):
        page = read_object(answered(client.ask("GET", query), "the list of subscriptions").body)
        data = (page or {}).get("data")
        if page is None or not isinstance(data, list):
            raise AskedError("the list of subscriptions: answered in another form")
        found += [one for one in data if isinstance(one, dict)]
        cursor = part(page, "pagination").get("cursor")
        if not isinstance(cursor, str) or not cursor:
            break
        query["after"] = cursor
    return found


def part(given: dict[str, Any], name: str) -> dict[str, Any]:
    inner = given.get(name)
    return inner if isinstance(inner, dict) else {}


def callback(url: str, secret: str) -> str:
    return f"{url}?k={fingerprint(secret.encode('utf-8', 'surrogatepass'))[:8]}"


def address(subscription: dict[str, Any]) -> str:
    return str(part(subscription, "transport").get("callback", ""))


def ours(topic: Topic, url: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Subscriptions to this topic at this address, in whatever state and with whatever secret."""
    return [one for one in found if one.get("type") == topic.type and address(one).partition("?")[0] == url]


def alive(subscription: dict[str, Any]) -> bool:
    return subscription.get("status") in ALIVE


def current(topic: Topic, place: Source, url: str, secret: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are as they would be made today."""
    return [
        one
        for one in ours(topic, url, found)
        if alive(one)
        and address(one) == callback(url, secret)
        and one.get("version") == topic.version
        and part(one, "condition") == topic.wanted(place)
    ]


def judged(topic: Topic, place: Source, url: str, secret: str, found: list[dict[str, Any]]) -> Finding:
    states = {one.get("status") for one in current(topic, place, url, secret, found)}
    if "enabled" in states:
        return Finding(topic.type, "good", "subscribed")
    if states:
        return Finding(topic.type, "unknown", "subscribed; Twitch is still asking the address to confirm it")
    others = ours(topic, url, found)
    mend = f"`liaison connect {place.id}` subscribes anew"
    if any(alive(one) for one in others):
        return Finding(topic.type, "wrong", f"subscribed with an older secret, account or version: {mend}")
    ended = ", ".join(sorted({str(one.get("status")) for one in others}))
    if ended:
        return Finding(topic.type, "wrong", f"ended ({ended}): {mend}")
    return Finding(topic.type, "wrong", f"not subscribed: {mend}")


def mended(place: Source, url: str, secret: str, client: Client, found: list[dict[str, Any]]) -> dict[str, Finding]:
    """Make what is missing; gives what Twitch would not make, by type."""
    refusals = {}
    for topic in TOPICS:
        for ended in ours(topic, url, found):
            if not alive(ended):
                removed(ended, client)
        if not current(topic, place, url, secret, found):
            older = [one for one in ours(topic, url, found) if alive(one)]
            refusal = refused(made(topic, place, callback(url, secret), secret, client, older), topic, place)
            refusals.update({topic.type: refusal} if refusal else {})
    return refusals


def made(topic: Topic, place: Source, address: str, secret: str, client: Client, older: list[dict[str, Any]]) -> Reply:
    """Asked for; should Twitch take an older one for the same, that one goes first."""
    body = {
        "type": topic.type,
        "version": topic.version,
        "condition": topic.wanted(place),
        "transport": {"method": "webhook", "callback": address, "secret": secret},
    }
    reply = client.ask("POST", {}, body)
    if reply.status == 409 and older:
        for one in older:
            removed(one, client)
        reply = client.ask("POST", {}, body)
    return reply


def outlived(place: Source, url: str, secret: str, client: Client, found: list[dict[str, Any]]) -> None:
    """Take away what has a successor that is enabled."""
    for topic in TOPICS:
        today = current(topic, place, url, secret, found)
        if any(one.get("status") == "enabled" for one in today):
            for one in ours(topic, url, found):
                if one not in today:
                    removed(one, client)


def removed(subscription: dict[str, Any], client: Client) -> None:
    reply = client.ask("DELETE", {"id": str(subscription.get("id"))})
    if reply.status != 404:
        answered(reply, "taking an old subscription away")


def refused(reply: Reply, topic: Topic, place: Source) -> Finding | None:
    if 200 <= reply.status < 300 or reply.status == 409:  # Conflict: it exists already.
        return None
    if reply.status == 403:
        return Finding(topic.type, "wrong", f"not allowed: {consent(topic, place)} ({message(reply)})")
    if reply.status in (400, 401, 410):
        return Finding(topic.type, "wrong", f"Twitch refuses it: {message(reply)}")
    return Finding(topic.type, "unknown", f"Twitch does not make it now: {message(reply)}")


def consent(topic: Topic, place: Source) -> str:
    """What has to be allowed over there, and by whom."""
    told = f"the account {place.account} has to be a moderator and to allow {' '.join(topic.scopes)}"
    return f"{told}; the broadcaster has to allow channel:bot" if topic.scopes == SAID else told


def message(reply: Reply) -> str:
    """Twitch's own words for a refusal, shortened; or at least the status."""
    said = (read_object(reply.body) or {}).get("message")
    return said[:200] if isinstance(said, str) and said else f"answered {reply.status}"
