"""Reports as the platforms send them: our own samples, each about a post and by a person of its own, signed when they
are sent. What is polled comes as a visit puts it on the queue."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlencode

from cli.stack import ROOT
from events.envelope import Envelope
from functions.platforms.bluesky import poller as bluesky_poller
from functions.platforms.door import Request
from functions.platforms.lemmy import poller as lemmy_poller
from functions.platforms.outgoing import Piece
from functions.platforms.reddit import poller as reddit_poller
from functions.shared import clock, queues
from tests.platforms.kits import kit

PLACES = {
    "chat": "discord",
    "office": "slack",
    "social": "mastodon",
    "rooms": "matrix",
    "club": "telegram",
    "title": "playfab",
    "stream": "twitch",
}
"""Sources beside those of `community.toml`, by their ids. Nothing is put to call them with, so nobody calls them."""

PROGRAM = "".join(
    f'\n[[sources]]\nid = "{name}"\ncommunity = "acme"\nplatform = "{platform}"\n'
    + ('about = "4400001"\naccount = "4400002"\n' if platform == "twitch" else "")
    for name, platform in PLACES.items()
)
SECRETS = {name: kit(platform).SECRETS[0] for name, platform in PLACES.items()} | {"stream": "0123456789-of-ours"}

VISITED: dict[str, tuple[str, Callable[[dict[str, Any]], tuple[Piece, ...]]]] = {
    "village": ("lemmy", lemmy_poller.pieces),
    "sky": ("bluesky", bluesky_poller.pieces),
    "sub": ("reddit", reddit_poller.pieces),
}
"""Platforms that never call, by the ids of their sources, and what a visit takes from an answer of theirs."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook before it is signed. `headers` stand beside the signature; `named` is its id, where that is signed,
    too."""

    source: str
    platform: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)

    def request(self, secret: str) -> Request:
        """Signed now."""
        signed: Callable[..., Request] = kit(self.platform).signed
        made = signed(secret, self.body, int(time.time()), **self.named)
        return replace(made, headers={**made.headers, **self.headers})


@dataclass(frozen=True, slots=True)
class Told:
    """A report: by whom (`who`, from 1 on), about which post of a test, and why, in the platform's own word."""

    mark: str
    post: int
    who: int
    reason: str = ""

    @property
    def number(self) -> int:
        """Of this report, 15 digits at most."""
        return int(self.mark, 16) * 100_000 + self.post * 1_000 + self.who

    @property
    def about(self) -> int:
        return int(self.mark, 16) * 100_000 + self.post * 1_000


def sample(platform: str, name: str) -> dict[str, Any]:
    return dict(json.loads((ROOT / "events" / "samples" / platform / f"{name}.json").read_text()))


def form(name: str) -> dict[str, Any]:
    raw = (ROOT / "events" / "samples" / "slack" / f"{name}.form").read_text()
    return dict(json.loads(parse_qs(raw)["payload"][0]))


def game(told: Told) -> Iterator[Delivery]:
    at = clock.text(clock.now())
    subject = {"kind": "post", "id": f"{told.mark}-{told.post}", "text": "Everybody saw this."}
    data = {"id": f"{told.number}", "reason": told.reason, "at": at, "subject": subject}
    body = {"type": "flag.raised", "data": {**data, "reporter": {"id": f"r{told.number}"}}}
    yield Delivery("game", "standard_webhooks", encoded(body), named={"webhook_id": f"msg_{told.number}"})


def forum(told: Told) -> Iterator[Delivery]:
    """Its reason is asked for, at `/review/<about>.json`."""
    body = sample("discourse", "reviewable_score_updated")
    scores = list(range(told.about, told.about + told.who))
    body["reviewable"] |= {"id": told.about, "target_id": told.about, "reviewable_score_ids": scores}
    named = {"x-discourse-event": "reviewable_score_updated", "x-discourse-event-id": f"{told.number}"}
    yield Delivery("forum", "discourse", encoded(body), named)


def chat(told: Told) -> Iterator[Delivery]:
    """The command, and the form that asks why."""
    message, channel = snowflake(told.about), "1301000000000000020"
    member = {"user": {"id": snowflake(told.number, 25), "username": f"r{told.number}"}}
    command = sample("discord", "command.report")
    (shown,) = command["data"]["resolved"]["messages"].values()
    resolved = {"messages": {message: {**shown, "id": message, "channel_id": channel}}}
    command["data"] |= {"target_id": message, "resolved": resolved}
    yield Delivery("chat", "discord", encoded({**command, "id": snowflake(told.number), "member": member}))
    if told.reason:
        answer = sample("discord", "modal.report")
        answer["data"]["custom_id"] = f"report:{channel}:{message}"
        answer["data"]["components"][0]["component"]["values"] = [told.reason]
        yield Delivery("chat", "discord", encoded({**answer, "id": snowflake(told.number, 16), "member": member}))


def snowflake(number: int, begin: int = 15) -> str:
    """19 digits, as Discord's ids have them these years."""
    return f"{begin}{number:017d}"


def office(told: Told) -> Iterator[Delivery]:
    """The shortcut, and the form that asks why."""
    channel, ts = "C0LOUNGE", f"{1_790_000_000 + told.about % 1_000_000}.{told.about // 1_000_000 % 1_000_000:06d}"
    user = {"id": f"U{told.number}", "username": f"r{told.number}"}
    shortcut = form("shortcut_report")
    shortcut |= {"user": user, "trigger_id": f"{told.number}.1", "message_ts": ts}
    shortcut["message"]["ts"] = ts
    yield Delivery("office", "slack", encoded_form(shortcut))
    if told.reason:
        answer = form("form_report") | {"user": user}
        where = json.dumps({"channel": channel, "ts": ts})
        answer["view"] |= {"private_metadata": where, "id": f"V{told.number}", "hash": f"{told.number}"}
        answer["view"]["state"]["values"]["reason"]["reason"]["selected_option"]["value"] = told.reason
        yield Delivery("office", "slack", encoded_form(answer))


def social(told: Told) -> Iterator[Delivery]:
    body = sample("mastodon", "report.created")
    report = body["object"]
    report |= {"id": f"{told.number}", "category": told.reason or "other"}
    report["account"]["id"] = report["account"]["account"]["id"] = f"{told.number}"
    report["statuses"] = [{**report["statuses"][0], "id": f"{told.about}"}]
    yield Delivery("social", "mastodon", encoded(body))


def rooms(told: Told) -> Iterator[Delivery]:
    body = sample("matrix", "report")
    (event,) = body["events"]
    event |= {"event_id": f"$r{told.number}", "sender": f"@r{told.number}:example.com"}
    event["content"] |= {"body": f"!report {told.reason}", "m.relates_to": replying(f"$p{told.about}")}
    yield Delivery("rooms", "matrix", encoded(body))


def replying(event: str) -> dict[str, Any]:
    return {"m.in_reply_to": {"event_id": event}}


def club(told: Told) -> Iterator[Delivery]:
    body = sample("telegram", "report")
    message = body["message"] | {"message_id": told.number, "text": f"/report@winter_club_bot {told.reason}".strip()}
    message["from"] |= {"id": told.number}
    message["reply_to_message"] |= {"message_id": told.about}
    yield Delivery("club", "telegram", encoded({"update_id": told.number, "message": message}))


def title(told: Told) -> Iterator[Delivery]:
    """PlayFab's reports name a player, and no reason."""
    body = sample("playfab", "player_reported_as_abusive")
    named = {"EventId": f"{told.number:032d}", "EntityId": f"{told.about:016d}", "ReportedByPlayer": f"{told.number}"}
    yield Delivery("title", "playfab", encoded({**body, **named}))


def stream(told: Told) -> Iterator[Delivery]:
    """What AutoMod keeps back is one flag for each message: `who` stands for another message."""
    body = sample("twitch", "automod.message.hold.v2.automod")
    body["event"] |= {"message_id": f"{told.number}"}
    body["event"]["automod"] |= {"category": told.reason}
    named = {"message_id": f"m{told.number}"}
    yield Delivery(
        "stream",
        "twitch",
        encoded(body),
        {
            "twitch-eventsub-subscription-type": "automod.message.hold",
            "twitch-eventsub-subscription-version": "2",
        },
        named,
    )


CALLING: dict[str, Callable[[Told], Iterator[Delivery]]] = {
    "game": game,
    "forum": forum,
    "chat": chat,
    "office": office,
    "social": social,
    "rooms": rooms,
    "club": club,
    "title": title,
    "stream": stream,
}


# Visited


def village(told: Told) -> dict[str, Any]:
    body = sample("lemmy", "post_report")
    body["post_report"] |= {"id": told.number, "reason": told.reason}
    body["post"] |= {"id": told.about}
    body["creator"] |= {"id": told.number, "name": f"r{told.number}"}
    return body


def sky(told: Told) -> dict[str, Any]:
    body = sample("bluesky", "ozone.report")
    body["event"]["reportType"] = f"com.atproto.moderation.defs#{told.reason}" if told.reason else None
    uri = f"at://did:plc:grim4example2222222222bb/app.bsky.feed.post/{told.about}"
    return {
        **body,
        "id": told.number,
        "createdBy": f"did:plc:r{told.number}",
        "subject": {**body["subject"], "uri": uri},
    }


def sub(told: Told) -> dict[str, Any]:
    thing = sample("reddit", "report")["thing"]
    return {**thing, "name": f"t3_{told.about}", "user_reports": [[told.reason, 1]], "mod_reports": []}


ANSWERS: dict[str, Callable[[Told], dict[str, Any]]] = {"village": village, "sky": sky, "sub": sub}


def fetched(source: str, told: Told) -> list[Envelope]:
    """What a visit that finds one report puts on the queue."""
    platform, pieces = VISITED[source]
    at = clock.text(clock.now())
    return [queues.fetched(piece, source, "acme", platform, at) for piece in pieces(ANSWERS[source](told))]


def subject(source: str, told: Told) -> str:
    """The platform's id of what is reported, as a case shows it."""
    about = told.about
    return {
        "game": f"{told.mark}-{told.post}",
        "chat": snowflake(about),
        "office": f"C0LOUNGE:{1_790_000_000 + about % 1_000_000}.{about // 1_000_000 % 1_000_000:06d}",
        "rooms": f"$p{about}",
        "club": f"-1001700000042:{about}",
        "title": f"{about:016d}",
        "stream": f"{told.number}",
        "sky": f"at://did:plc:grim4example2222222222bb/app.bsky.feed.post/{about}",
        "sub": f"t3_{about}",
    }.get(source, f"{about}")


def encoded(body: Any) -> bytes:
    return json.dumps(body).encode()


def encoded_form(payload: dict[str, Any]) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()
