"""Discord: what people do with our commands, forms and buttons, and what is said inside games.

What is said in a server's channels never arrives over HTTP: a message is known once somebody reports it.
Sources: Discord's documentation, "Receiving and Responding", "Application Commands", "Webhook Events".
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from events import talk_buttons
from events.announcements import CardPressed, DraftWritten
from events.envelope import Envelope
from events.feedback import FeedbackReceived
from events.moderation import CardUsed, Change, FlagExplained, FlagRaised, MessageSeen
from events.operations import ErasureRequested
from events.program import Source
from events.reasons import code_of
from events.talks import TalkPressed
from functions.platforms.discord import asking, forms
from functions.platforms.discord.commands import ON_USER, option, reported_on
from functions.platforms.discord.content import begun, called, first, name, noted, objects, read
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Ignored, Unplaceable, optional, origin, part, required, survey_answered

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
"""Snowflakes count milliseconds from here, above their lowest 22 bits."""

SITE = "https://discord.com"

CHANGES: dict[str, Change] = {"CREATE": "created", "UPDATE": "edited", "DELETE": "removed"}

SYSTEM = (*range(1, 13), *range(14, 19), 22, *range(24, 30), 31, 32, *range(36, 40), 44, 46)
"""Message types that Discord writes itself. All others, those of later years too, are somebody's words."""

IRRELEVANT = {
    "APPLICATION_AUTHORIZED": "somebody installed the app",
    "ENTITLEMENT_CREATE": "a purchase",
    "ENTITLEMENT_UPDATE": "a purchase",
    "ENTITLEMENT_DELETE": "a purchase",
    "QUEST_USER_ENROLLMENT": "a quest",
}


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    body = read_object(envelope.body)
    if body is None:
        raise Unplaceable("the body is not a JSON object")
    event = envelope.event
    if event in INTERACTIONS:
        return INTERACTIONS[event](body, envelope, place)
    if event in IRRELEVANT:
        return Ignored(IRRELEVANT[event])
    if event == "APPLICATION_DEAUTHORIZED":
        return departed(part(body, "event"), envelope)
    family, _, change = event.rpartition("_")
    if family in ("LOBBY_MESSAGE", "GAME_DIRECT_MESSAGE") and change in CHANGES:
        return seen(part(body, "event"), CHANGES[change], envelope, place)
    raise Unplaceable(f"{event} is not handled")


# Interactions


def flagged(body: dict[str, Any], envelope: Envelope, place: Source) -> FlagRaised:
    """Somebody used Report on a message, or on a person."""
    here(body, place)
    data = part(body, "data")
    target = snowflake(data, "target_id")
    resolved = optional(data, "resolved")
    if data.get("type") == ON_USER:
        about, what = account(envelope, target), accused(resolved, target)
    else:
        message = begun(optional(optional(resolved, "messages"), target))
        revision = message.get("edited_timestamp") or ""
        channel, number = (snowflake({"id": one}, "id") for one in reported_on(body))
        about, what = posted(body, channel, number, envelope, revision), reported(message)
    return FlagRaised.model_validate(
        {
            **origin(envelope),
            **what,
            "flag": flag(about, body),
            "subject": about,
            "reporter": who(body),
            "raised_at": moment(snowflake(body, "id")),
        }
    )


def explained(body: dict[str, Any], envelope: Envelope, place: Source) -> FlagExplained:
    """The form behind Report. It does not repeat the message: its `custom_id` says which one."""
    here(body, place)
    data = part(body, "data")
    answers = answered(data)
    reason = answers.get(forms.REASON, "")
    about = named(first([data.get("custom_id")]), body, envelope)
    return FlagExplained.model_validate(
        {
            **origin(envelope),
            "flag": flag(about, body),
            "subject": about,
            "reason": reason,
            "code": code_of("discord", reason),
            "comment": answers.get(forms.COMMENT, ""),
            "reporter": who(body),
            "explained_at": moment(snowflake(body, "id")),
        }
    )


def named(custom_id: str, body: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    if found := forms.MESSAGE_FORM.fullmatch(custom_id):
        return posted(body, found["channel"], found["message"], envelope)
    if found := forms.USER_FORM.fullmatch(custom_id):
        return account(envelope, found["user"])
    raise Unplaceable(f"the form {custom_id[:100]!r} does not say what was reported")


def posted(
    body: dict[str, Any], channel: str, message: str, envelope: Envelope, revision: object = ""
) -> dict[str, Any]:
    """A message, by Discord's own id; `@me` stands in a link where there is no server."""
    server = snowflake(body, "guild_id") if body.get("guild_id") else "@me"
    url = f"{SITE}/channels/{server}/{channel}/{message}"
    return {"source": envelope.source, "kind": "message", "id": message, "url": url, "revision": revision}


def account(envelope: Envelope, user: str) -> dict[str, Any]:
    return {"source": envelope.source, "kind": "account", "id": user, "url": f"{SITE}/users/{user}"}


def flag(about: dict[str, Any], body: dict[str, Any]) -> str:
    """One person's report of one thing, however often they send it."""
    kind = {"message": "report", "account": "report-user"}[about["kind"]]
    return f"{kind}:{about['id']}:{who(body)['id']}"


def reported(message: dict[str, Any]) -> dict[str, Any]:
    """The message as it stood when it was reported. A webhook's messages have its name and id as their author."""
    author = person(optional(message, "author"), bot=message.get("webhook_id") is not None)
    return {**read(message), "author": author, "content_at": message.get("timestamp")}


def accused(resolved: dict[str, Any], user: str) -> dict[str, Any]:
    given = optional(optional(resolved, "users"), user)
    member = optional(optional(resolved, "members"), user)
    return {"author": person({**given, "id": user}, nick=member.get("nick"))}


def said(body: dict[str, Any], envelope: Envelope, place: Source) -> FeedbackReceived | Ignored:
    """`/feedback`, with its text behind it or in the form."""
    here(body, place)
    data = part(body, "data")
    answers = answered(data)
    text = option(data) or answers.get(forms.WORDS, "")
    if not text.strip():
        return Ignored("nothing was written")
    interaction = snowflake(body, "id")
    agreed = answers.get(forms.TELL) == "yes"
    return FeedbackReceived.model_validate(
        {
            **origin(envelope),
            **noted(text, called(data)),
            "content": f"feedback:{interaction}",
            "kind": "feedback",
            "author": who(body),
            "follow_up": agreed,
            "said_at": moment(interaction),
            "remembered": agreed,
        }
    )


def surveyed(body: dict[str, Any], envelope: Envelope, place: Source) -> FeedbackReceived | Ignored:
    """The form of a survey: what was written, and what was chosen."""
    here(body, place)
    data = part(body, "data")
    form = asking.NAMED.fullmatch(first([data.get("custom_id")]))
    if form is None:
        raise Unplaceable("the form does not say which survey it is of")
    texts, chosen = [], []
    for field in filled(data):
        question, given = field["custom_id"].removeprefix(asking.FIELD), value(field)
        if question == field["custom_id"] or not given.strip():
            continue
        if field.get("type") == forms.INPUT:
            texts.append(given)
        else:
            chosen.append({"question": question, "value": given})
    interaction = snowflake(body, "id")
    return survey_answered(
        envelope,
        form["survey"],
        interaction,
        noted("\n\n".join(texts), called(data)),
        chosen,
        author=who(body),
        follow_up=answered(data).get(forms.TELL) == "yes",
        said_at=moment(interaction),
    )


def drafted(body: dict[str, Any], envelope: Envelope, place: Source) -> DraftWritten | Ignored:
    """`/announce`. Discord asks for rights in servers only: in a private message anybody may use it."""
    here(body, place)
    if not body.get("guild_id"):
        raise Unplaceable("drafts are taken from a server only: elsewhere nobody's rights were asked for")
    answers = answered(part(body, "data"))
    title, text = answers.get(forms.TITLE, ""), answers.get(forms.BODY, "")
    if not (title + text).strip():
        return Ignored("nothing was written")
    interaction = snowflake(body, "id")
    return DraftWritten.model_validate(
        {
            **origin(envelope),
            "draft": f"announce:{interaction}",
            "title": title,
            "body": text,
            "author": who(body),
            "written_at": moment(interaction),
        }
    )


def pressed(body: dict[str, Any], envelope: Envelope, place: Source) -> CardUsed:
    """A button or menu of one of our cards, or a form behind it; wherever the card stands."""
    del place
    data = part(body, "data")
    found = forms.CARD.fullmatch(first([data.get("custom_id")]))
    if found is None:
        raise Unplaceable("it is not from a card of ours")
    chosen = {found["action"]: listed(data["values"])} if isinstance(data.get("values"), list) else {}
    return CardUsed.model_validate(
        {
            **origin(envelope),
            "card": snowflake(part(body, "message"), "id"),
            "case": found["case"],
            "action": found["action"],
            "values": {**answered(data), **chosen},
            "by": who(body),
            "used_at": moment(snowflake(body, "id")),
        }
    )


def decided(body: dict[str, Any], envelope: Envelope, place: Source) -> CardPressed:
    """A button of an announcement's card; wherever it stands: a desk may be in a server of its own."""
    del place
    found = forms.NEWS.fullmatch(first([part(body, "data").get("custom_id")]))
    if found is None:
        raise Unplaceable("it is not from the card of an announcement")
    return CardPressed.model_validate(
        {
            **origin(envelope),
            **found.groupdict(),
            "channel": snowflake(body, "channel_id"),
            "by": who(body),
            "pressed_at": moment(snowflake(body, "id")),
        }
    )


def talked(body: dict[str, Any], envelope: Envelope, place: Source) -> TalkPressed:
    """A button of a card about something said, or the form behind it; wherever the card stands."""
    del place
    data = part(body, "data")
    button = talk_buttons.read(first([data.get("custom_id")]))
    if button is None:
        raise Unplaceable("it is not from the card of something said")
    return TalkPressed.model_validate(
        {
            **origin(envelope),
            "item": button.item,
            "action": button.action,
            "seen": button.seen,
            "words": answered(data).get(talk_buttons.WORDS, ""),
            "by": who(body),
            "pressed_at": moment(snowflake(body, "id")),
        }
    )


INTERACTIONS: dict[str, Callable[[dict[str, Any], Envelope, Source], Event | Ignored]] = {
    "command.report": flagged,
    "modal.report": explained,
    "command.feedback": said,
    "modal.feedback": said,
    "modal.survey": surveyed,
    "modal.announce": drafted,
    "component.announcement": decided,
    "component.case": pressed,
    "modal.case": pressed,
    "component.talk": talked,
    "modal.talk": talked,
}


def here(body: dict[str, Any], place: Source) -> None:
    """An app can be installed in any server. What others report is not lost, but it is not this community's."""
    server = body.get("guild_id")
    if server and place.about.isdecimal() and str(server) != place.about:
        raise Unplaceable(f"it was sent from the server {str(server)[:40]}, not from {place.about}")


def who(body: dict[str, Any]) -> dict[str, Any]:
    """Whoever used a command, form or button: a `member` in servers, a `user` elsewhere."""
    member = optional(body, "member")
    given = person(
        optional(member, "user") or optional(body, "user"), nick=member.get("nick"), language=body.get("locale")
    )
    if given is None:
        raise Unplaceable("it does not say who sent it")
    return given


def answered(data: dict[str, Any]) -> dict[str, str]:
    """What stands in a form's fields."""
    return {field["custom_id"]: value(field) for field in filled(data)}


def filled(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The fields of a form, each in a label (`component`) or, in older forms, in a row (`components`)."""
    for row in objects(data, "components"):
        for field in (*objects(row, "components"), optional(row, "component")):
            if isinstance(field.get("custom_id"), str):
                yield field


def value(field: dict[str, Any]) -> str:
    chosen = field.get("values")
    return listed(chosen) if isinstance(chosen, list) else first([field.get("value")])


def listed(values: list[object]) -> str:
    return ", ".join(one for one in values if isinstance(one, str))


# Webhook events


def seen(event: dict[str, Any], change: Change, envelope: Envelope, place: Source) -> MessageSeen | Ignored:
    """A message inside a game. Discord asks games to moderate these, private ones too."""
    data = part(event, "data")
    message = snowflake(data, "id")
    author = person(optional(data, "author"))
    if data.get("type") in SYSTEM:
        return Ignored("Discord's own words, not a person's")
    if author and author["id"] == place.account:
        return Ignored("our own words")
    if author and author["bot"]:
        return Ignored("written by a bot")
    revision = data.get("edited_timestamp") or ""
    return MessageSeen.model_validate(
        {
            **origin(envelope),
            **read(data),
            "subject": {"source": envelope.source, "kind": "message", "id": message, "revision": revision},
            "change": change,
            "author": author,
            **timed(said_at=data.get("timestamp") or moment(message), changed_at=event.get("timestamp")),
        }
    )


def departed(event: dict[str, Any], envelope: Envelope) -> ErasureRequested:
    """Somebody took the app's rights back, or Discord did when it banned them: it must keep nothing about them."""
    user, at = snowflake(part(part(event, "data"), "user"), "id"), event.get("timestamp")
    return ErasureRequested.model_validate(
        {
            **origin(envelope),
            "request": f"deauthorized:{user}:{zoned(at)}",
            "person": {"id": user},
            **timed(requested_at=at),
        }
    )


def timed(**stamps: object) -> dict[str, object]:
    """The times of an event, with the zone they lack, beside what stands there."""
    written = {name: str(stamp) for name, stamp in stamps.items() if isinstance(stamp, str | int | float)}
    return {**{name: zoned(stamp) for name, stamp in stamps.items()}, "as_given": written}


def zoned(stamp: object) -> object:
    """Webhook events give UTC without saying so: 2026-11-21T09:30:00.109604."""
    if not isinstance(stamp, str) or re.search(r"(Z|[+-][0-9]{2}:?[0-9]{2})$", stamp):
        return stamp
    return stamp + "Z"


# Both


DELETED = "456226577798135808"
"""“Deleted User”: one account for all who are gone. Not documented, but what every deleted one has become."""


def person(
    user: dict[str, Any], *, nick: object = "", language: object = "", bot: bool = False
) -> dict[str, Any] | None:
    """An account under the name shown in the server, if it has one there. None without an id, or when it is gone."""
    if user.get("id") in (None, DELETED):
        return None
    return {
        "id": snowflake(user, "id"),
        "name": first([nick]) or name(user),
        "language": first([language]),
        "bot": bot or user.get("bot") is True,
    }


def snowflake(given: dict[str, Any], field: str) -> str:
    """An id, in digits: numbers beyond 53 bits that Discord writes as text. Raises Unplaceable for anything else."""
    digits = str(required(given, field))
    if not re.fullmatch(r"[0-9]{1,20}", digits):
        raise Unplaceable(f"the {field!r} is not an id of Discord's")
    return digits


def moment(snowflake: str) -> datetime:
    """When the thing was made that has this id."""
    return EPOCH + timedelta(milliseconds=int(snowflake) >> 22)
