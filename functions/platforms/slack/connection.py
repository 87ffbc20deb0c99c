"""Slack: an app made from a manifest, and what its token tells about it.

Sources: docs.slack.dev/reference/app-manifest, docs.slack.dev/reference/methods/auth.test,
docs.slack.dev/reference/scopes. Which events an app has subscribed to is told to no app: deliveries show it.
"""

import json
from typing import Any

from events.program import Source
from functions.platforms.door import read_object
from functions.platforms.outgoing import Hands, NotSentError, UnansweredError
from functions.platforms.slack.bodies import text
from functions.platforms.slack.gate import API
from functions.platforms.standing import AskedError, Finding, Keys, Report, answered, compared

EVENTS = (
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "reaction_added",
    "reaction_removed",
    "tokens_revoked",
)
SCOPES = ("app_mentions:read", "channels:history", "commands", "groups:history", "reactions:read")
"""What those events, the commands and the shortcut need; opening a form needs none."""


def steps(place: Source, url: str) -> tuple[str, ...]:
    return (
        "Open https://api.slack.com/apps, choose Create New App, From a manifest, your workspace and JSON, and paste:\n"
        + json.dumps(manifest(url), indent=2),
        "Under Install App choose Install to Workspace, and allow it.",
        f"Copy Basic Information, App Credentials, Signing Secret, and put it with `liaison secret put {place.id}`.",
        "Copy OAuth & Permissions, Bot User OAuth Token (xoxb-…), and put it with"
        f" `liaison secret put {place.id} --outgoing`: forms are opened with it.",
        "Under Event Subscriptions choose Retry beside the Request URL, until it says Verified. (It cannot, before the"
        " signing secret is put.)",
        "In every channel that is to be listened to, write `/invite @liaison`. Where it is in more of them than are for"
        " feedback, put the ids of those (channel details, at the very bottom) into `feedback` of the source.",
        f"Run `liaison connect {place.id}` once more: it names what belongs into `account` and `api` of the source.",
    )


def manifest(url: str) -> dict[str, Any]:
    commands = (
        ("/feedback", "Tell us what you think", "what you would like to tell us, or survey:name"),
        ("/announce", "Draft an announcement", "Headline | Text"),
    )
    return {
        "display_information": {"name": "Liaison", "description": "Reports and feedback for the community team"},
        "features": {
            "bot_user": {"display_name": "liaison", "always_online": True},
            "shortcuts": [
                {
                    "name": "Report",
                    "type": "message",
                    "callback_id": "report",
                    "description": "Tell the moderators about this message",
                }
            ],
            "slash_commands": [
                {"command": name, "url": url, "description": told, "usage_hint": hint, "should_escape": False}
                for name, told, hint in commands
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {"request_url": url, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, "request_url": url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def check(place: Source, url: str, keys: Keys, hands: Hands, *, repair: bool) -> Report:
    """Nothing can be repaired from here: the app belongs to whoever made it."""
    del url, repair
    return Report(asked(place, keys, hands))


def asked(place: Source, keys: Keys, hands: Hands) -> tuple[Finding, ...]:
    if not keys.token:
        advice = f"none was put, so no form can be opened: run `liaison secret put {place.id} --outgoing`"
        return (Finding("token", "wrong", advice),)
    try:
        headers = {"authorization": f"Bearer {keys.token}"}
        reply = answered(hands.http("POST", API + "auth.test", headers=headers), "auth.test")
    except (AskedError, NotSentError, UnansweredError) as error:
        return (Finding("token", "unknown", str(error)),)
    said = read_object(reply.body) or {}
    if said.get("ok") is not True:
        return (refused(text(said.get("error"))),)
    scopes = [scope.strip() for scope in reply.headers.get("x-oauth-scopes", "").split(",")]
    who = f"good for {text(said.get('user'))} in {text(said.get('team'))}"
    return (Finding("token", "good", who), compared("scopes", SCOPES, scopes), account(place, said), links(place, said))


def refused(error: str) -> Finding:
    """`auth.test` fails only for what is wrong with the token, or at Slack's own end."""
    if error in ("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"):
        return Finding("token", "wrong", f"Slack says {error}: install the app again and put its new token")
    return Finding("token", "unknown", f"Slack says {error or 'nothing that can be read'}")


def account(place: Source, said: dict[str, Any]) -> Finding:
    """What the bot says is not feedback; its messages are told by any of its three ids."""
    user, others = text(said.get("user_id")), (text(said.get("bot_id")), text(said.get("app_id")))
    if place.account and place.account in (user, *others):
        return Finding("account", "good", f"{place.account} is ours")
    if place.account.startswith("A") and not others[1]:
        return Finding("account", "good", f"an app's id cannot be compared; the bot's user is {user}")
    return Finding("account", "wrong", f'put `account = "{user}"` into the source')


def links(place: Source, said: dict[str, Any]) -> Finding:
    """`api` is the workspace's address: links to messages begin with it, and events do not tell it."""
    address = text(said.get("url")).rstrip("/")
    if not address:
        return Finding("links", "unknown", "Slack did not tell the workspace's address")
    if place.api.rstrip("/") == address:
        return Finding("links", "good", f"messages are linked at {address}")
    return Finding("links", "wrong", f'put `api = "{address}"` into the source, or nothing links to its messages')
