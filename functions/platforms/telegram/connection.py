"""Telegram: a bot, the webhook that is set for it, and what it is allowed to hear.

Source: core.telegram.org/bots/api ("setWebhook", "getWebhookInfo", "getMe"), core.telegram.org/bots/features.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from events.program import Source
from functions.platforms.door import read_object
from functions.platforms.outgoing import Hands, NotSentError, UnansweredError
from functions.platforms.standing import Finding, Keys, Report, State, compared
from functions.platforms.telegram.bodies import inner, text
from functions.platforms.telegram.gate import KINDS, SECRET

API = "https://api.telegram.org"
TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{20,100}")

WANTED = tuple(sorted(KINDS))
USUAL = tuple(kind for kind in WANTED if kind != "message_reaction")
"""What is sent of these where nobody has said what to send."""

KEPT_FOR = 24 * 3600
"""Seconds for which Telegram tries to deliver an update."""


def steps(place: Source, url: str) -> tuple[str, ...]:
    return (
        "In Telegram, write /newbot to @BotFather, answer its questions, and put the token it shows with"
        f" `liaison secret put {place.id} --outgoing`.",
        "Write /setprivacy to @BotFather, choose the bot and then Disable, before it joins a group: with privacy on, a"
        " bot that is no administrator hears commands only.",
        "Write /setcommands to @BotFather, choose the bot, and send:\n"
        "report - Report the message you answer\nfeedback - Tell the team something",
        "Add the bot to your groups and channels, and make it an administrator there (any one right will do):"
        " reactions, and all that is said in a channel, are told to administrators only.",
        f"Run `liaison connect {place.id}` once more: it sets the webhook to {url}, and names what belongs into"
        " `account` of the source.",
    )


@dataclass(frozen=True, slots=True)
class Bot:
    """The Bot API, asked with a token. The token is a part of every address, and of no finding."""

    place: Source
    token: str
    hands: Hands

    def ask(self, what: str, method: str, **given: object) -> dict[str, Any] | Finding:
        """The whole answer, or what is wrong with `what`."""
        url = f"{self.place.api.rstrip('/') or API}/bot{self.token}/{method}"
        headers, private = {"content-type": "application/json"}, self.place.private_network
        try:
            reply = self.hands.http("POST", url, headers=headers, body=json.dumps(given).encode(), private=private)
        except (NotSentError, UnansweredError) as error:
            return self.finding(what, "unknown", str(error))
        said = read_object(reply.body) or {}
        if reply.status == 200 and said.get("ok") is True:
            return said
        told = f"{method}: {text(said.get('description')) or f'answered {reply.status}'}"
        return self.finding(what, "wrong" if reply.status in (400, 401, 403, 404) else "unknown", told)

    def finding(self, what: str, state: State, told: str) -> Finding:
        return Finding(what, state, told.replace(self.token, "…"))


def check(place: Source, url: str, keys: Keys, hands: Hands, *, repair: bool) -> Report:
    """Setting the same webhook twice changes nothing; its secret cannot be read back, so a repair always sets it."""
    if not TOKEN.fullmatch(keys.token):
        told = "is not one of a bot" if keys.token else "was not put"
        advice = f"it {told}: take it from @BotFather and run `liaison secret put {place.id} --outgoing`"
        return Report((Finding("token", "wrong", advice),))
    bot = Bot(place, keys.token, hands)
    me = bot.ask("token", "getMe")
    if isinstance(me, Finding):
        return Report((me,))
    made = set_up(bot, url, keys.signing) if repair else ()
    return Report((*known(place, inner(me, "result")), *made, *webhook(bot, url)))


def known(place: Source, me: dict[str, Any]) -> tuple[Finding, ...]:
    number, name = str(me.get("id")), f"@{text(me.get('username'))}"
    account = Finding("account", "good", f"{number} is the bot's id")
    if place.account != number:
        account = Finding("account", "wrong", f'put `account = "{number}"` into the source')
    if me.get("can_read_all_group_messages") is True:
        privacy = Finding("privacy", "good", "it hears all that is said in its groups")
    else:
        told = (
            "privacy is on: in groups where it is no administrator it hears commands only (/setprivacy at @BotFather)"
        )
        privacy = Finding("privacy", "good", told)  # It may be meant, so nobody is asked about it each day.
    return Finding("token", "good", f"good for {name}"), account, privacy


def set_up(bot: Bot, url: str, secret: str) -> tuple[Finding, ...]:
    """What could not be set."""
    if not SECRET.fullmatch(secret):
        return (Finding("secret", "wrong", "Telegram takes 1 to 256 letters, digits, _ and -, so nothing was set"),)
    made = bot.ask("webhook", "setWebhook", url=url, secret_token=secret, allowed_updates=WANTED)
    return (made,) if isinstance(made, Finding) else ()


def webhook(bot: Bot, url: str) -> tuple[Finding, ...]:
    answer = bot.ask("webhook", "getWebhookInfo")
    if isinstance(answer, Finding):
        return (answer,)
    info = inner(answer, "result")
    there = bot.finding("address", "good", f"it calls {url}")
    if text(info.get("url")) != url:
        told = f"it calls {text(info.get('url')) or 'nobody'} and not {url}: run `liaison connect {bot.place.id}`"
        there = bot.finding("address", "wrong", told)
    told_of = info.get("allowed_updates")
    updates = compared("updates", WANTED, map(str, told_of) if isinstance(told_of, list) and told_of else USUAL)
    return there, updates, deliveries(bot, info)


def deliveries(bot: Bot, info: dict[str, Any]) -> Finding:
    """An update that is refused is tried for a day, and so long nothing else comes from its chat."""
    waiting, at, told = info.get("pending_update_count"), info.get("last_error_date"), info.get("last_error_message")
    number = waiting if isinstance(waiting, int) else 0
    fresh = isinstance(at, int) and bot.hands.timestamp - at <= KEPT_FOR
    if not fresh or not number:
        return bot.finding("deliveries", "good", f"{number} waiting")
    return bot.finding("deliveries", "wrong", f"{number} waiting, the last attempt failed: {text(told)}")
