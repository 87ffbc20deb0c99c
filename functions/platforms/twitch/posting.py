"""Announcements on Twitch: in a channel's chat, set off or as a message, or as an entry in its schedule.

What was said in a chat nobody can read back. A schedule can be read: an entry is known by its start and its title.

Sources: dev.twitch.tv/docs/api/reference (send-chat-announcement, send-chat-message, delete-chat-messages,
create-channel-stream-schedule-segment and the others of schedules); dev.twitch.tv/docs/api/schedule. Why a message is
dropped Twitch documents nowhere (issue 962 of twitchdev/issues).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

from events.announcements import ChangeRequested, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms import composing
from functions.platforms.outgoing import (
    SOON,
    Destination,
    Hands,
    Outcome,
    Refused,
    Reply,
    Sent,
    Unknown,
    Wait,
    inside,
    objects,
    string,
    told,
)
from functions.platforms.posting import Absent, Budget, Editing, Long, Measure, Part, Post, Rendering
from functions.platforms.text import forms
from functions.platforms.text.counting import utf16
from functions.platforms.text.document import Document, Paragraph, Run
from functions.platforms.twitch.session import CREDENTIAL as CREDENTIAL
from functions.platforms.twitch.session import Channel, Told

EDIT: Editing = "edit"
"""Of an entry in the schedule. What was said in a chat stays as it was said."""

LONGEST = 500
"""Of a message; a longer announcement is cut. What a character is Twitch does not say: no way of counting gives more
than UTF-16 units."""
TITLE = 140
"""Of an entry."""
SHORTEST_STREAM, LONGEST_STREAM = 30, 1380
"""Minutes."""

A_SECOND_ANNOUNCEMENT = Budget("", 1, 2)
MESSAGES = Budget("", 20, 30)
"""Of one account in all chats; a moderator's limit is higher."""

LOGIN = re.compile(r"@?([A-Za-z0-9_]{1,25})", re.ASCII)
NUMBER = re.compile(r"[0-9]{1,20}", re.ASCII)
SITE = "https://www.twitch.tv"

LATER = ("slow", "ratelimit", "rate_limit")
"""Parts of codes of what is only too fast just now."""
SAME = "msg_duplicate"
"""The same message of the same account within half a minute."""

SAID = "what was said in a Twitch chat stays there: a moderator may clear it by hand"
UNCHANGED = "what was said in a Twitch chat cannot be changed: say what is right in another announcement"
GONE = "it is not in the schedule any more"
TOO_OLD = "Twitch lets a message be deleted for six hours only: a moderator may clear the chat by hand"
DELETABLE = 6 * 3600
"""Seconds."""
PAGE, PAGES = 25, 4


# What it will look like


def render(post: Post, target: Target) -> Rendering:
    return scheduled(post, target) if target.form == "schedule" else said(post, target)


def said(post: Post, target: Target) -> Rendering:
    """A beginning with a link rather than a flood, where there is a link."""
    blocks = composing.titled(composing.read(post), composing.in_bold(post))
    known = partial(login, target)
    names = composing.granted(post, target, known)
    long: Long = "excerpt" if post.link else "thread"
    fitted = composing.fitted(
        blocks,
        lambda piece: utf16(flat(piece, names)),
        LONGEST,
        long=target.long or long,
        link=post.link,
        unit="UTF-16 units",
    )
    mentioned = composing.mentioned(*fitted.pieces)
    return Rendering(
        tuple(spoken(piece, names, target) for piece in fitted.pieces),
        pings=tuple(f"@{names[name]} ({name})" for name in mentioned if name in names),
        notes=(
            *fitted.notes,
            *composing.unshown(blocks, "a Twitch chat has no images"),
            *composing.left_out(blocks, post.images),
            *composing.tables(blocks),
            *composing.unheard(mentioned, post, target, known),
        ),
        problems=(
            *misplaced(target),
            *composing.silent(blocks),
            *composing.undescribed(blocks, post.images),
            *fitted.problems,
        ),
    )


def spoken(piece: Document, names: Mapping[str, str], target: Target) -> Part:
    text = flat(piece, names)
    ours, message = Budget(f"twitch:{target.id}"), target.form == "message"
    rate, what = (MESSAGES, target.account) if message else (A_SECOND_ANNOUNCEMENT, target.place)
    body: Told = {"message": text}
    if message:
        body = {"broadcaster_id": target.place, "sender_id": target.account, "message": text}
    return Part(
        body,
        text,
        "blind",
        html=forms.html((Paragraph((Run(text),)),)),
        measures=(Measure("text", "UTF-16 units", utf16(text), LONGEST),),
        budgets=(ours, Budget(f"twitch:{target.form}:{what}", rate.most, rate.seconds)),
    )


def flat(blocks: Document, names: Mapping[str, str]) -> str:
    """On one line: a chat has no others. What would be a command is text."""
    told = forms.plain(blocks, lambda run: written(run, names), quotes=False).text
    line = " ".join(re.sub(r"(?<=\w)\s*\n\s*\n\s*(?=\w)", " – ", told).split())
    return forms.ZERO_WIDTH + line if line.startswith(("/", ".", "!")) else line


def login(target: Target, name: str) -> str:
    found = LOGIN.fullmatch(target.mentions.get(name, ""))
    return found[1] if found else ""


def written(run: Run, names: Mapping[str, str]) -> str:
    return f"@{names[run.mention]}" if run.mention in names else forms.unpinged(run)


def scheduled(post: Post, target: Target) -> Rendering:
    title = composing.title(post)
    starts, ends = moment(post.starts_at), moment(post.ends_at)
    measure = Measure("title", "UTF-16 units", utf16(title), TITLE)
    problems = (
        *misplaced(target),
        *untimely(starts, ends),
        *([] if title else ["an entry in the schedule needs a title"]),
        *composing.overfull([measure], "Twitch"),
    )
    if starts is None or ends is None:
        return Rendering((), problems=problems)
    body = {
        "start_time": f"{starts:%Y-%m-%dT%H:%M:%SZ}",
        "timezone": post.zone or "UTC",
        "duration": str(minutes(starts, ends)),
        "is_recurring": False,
        "title": title,
    }
    when = clock_times(post)
    part = Part(
        body,
        f"{title}\n{when}",
        "readable",
        html=forms.html((Paragraph((Run(title, bold=True), Run("\n"), Run(when))),)),
        measures=(measure,),
        budgets=(Budget(f"twitch:{target.id}"),),
    )
    notes = ("a schedule shows the title and the time, and not the text",) if post.body.strip() else ()
    return Rendering((part,), notes=notes, problems=problems)


def untimely(starts: datetime | None, ends: datetime | None) -> Iterator[str]:
    if starts is None or ends is None:
        yield "an entry in the schedule needs the event's start and end"
    elif not SHORTEST_STREAM <= minutes(starts, ends) <= LONGEST_STREAM:
        told = f"it lasts {minutes(starts, ends)} minutes"
        yield f"{told}; Twitch's schedule takes {SHORTEST_STREAM} to {LONGEST_STREAM}"


def clock_times(post: Post) -> str:
    """As the event's own zone has them."""
    starts, ends = (datetime.fromisoformat(one) for one in (post.starts_at, post.ends_at))
    until = f"{ends:%H:%M}" if starts.date() == ends.date() else f"{ends:%Y-%m-%d %H:%M}"
    return f"{starts:%Y-%m-%d %H:%M} to {until}, {post.zone or 'UTC'}"


def minutes(starts: datetime, ends: datetime) -> int:
    return round((ends - starts).total_seconds() / 60)


def moment(given: object) -> datetime | None:
    """In UTC; None for what is no moment, or has no zone."""
    try:
        found = datetime.fromisoformat(str(given))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def misplaced(target: Target) -> Iterator[str]:
    for name in ("place", "account"):
        if not NUMBER.fullmatch(getattr(target, name)):
            yield f"`{name}` of {target.id!r} is not a Twitch user's id, which is a number"


# Sending


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    channel = Channel(to, hands)
    if "start_time" in post.body:
        return entered(post, channel)
    if "sender_id" in post.body:
        answers = "reply_parent_message_id" in post.body
        return heard(channel.ask("POST", "/chat/messages", {}, post.body), key, channel, answers=answers)
    query = {"broadcaster_id": to.place, "moderator_id": to.account}
    reply = channel.ask("POST", "/chat/announcements", query, post.body)
    return Sent(key, "", {"form": "announcement"}) if reply.status == 204 else channel.refused(reply)


def heard(reply: Reply, key: str, channel: Channel, *, answers: bool) -> Outcome:
    """A 200 is no success before `is_sent` says so. `answers`: somebody else may have been told the same just now, so
    that these words are there does not mean that this answer is."""
    found = next(iter(objects(told(reply).get("data"))), {})
    dropped, name = inside(found, "drop_reason"), string(found.get("message_id"))
    code = str(dropped.get("code", ""))
    if reply.status != 200 or not isinstance(found.get("is_sent"), bool):
        return channel.refused(reply)
    if found["is_sent"]:
        return Sent(name, "", {"form": "message", "at": str(channel.hands.timestamp)}) if name else Sent(key)
    if code == SAME and not answers:
        return Sent(key)
    words = channel.said(dropped) or code or "it does not say why"
    if code == SAME or any(sign in code for sign in LATER):
        return Wait(SOON, f"not just now: {words}")
    return Refused(f"Twitch did not show it: {words}")


def entered(post: PostRequested, channel: Channel) -> Outcome:
    """What is refused may be refused because it is there already: entries may not overlap. So it is looked for."""
    reply = channel.ask("POST", "/schedule/segment", {"broadcaster_id": channel.to.place}, post.body)
    found = next((one for one in segments(reply) if same(one, post.body)), None)
    if reply.status == 200 and found:
        return entry(found)
    answer = channel.refused(reply)
    if reply.status != 400:
        return answer
    there = listed(post.body, channel)
    if isinstance(there, Sent | Absent):
        return there if isinstance(there, Sent) else answer
    reason = getattr(answer, "reason", "")
    return Unknown(f"{reason}; and nobody could look whether it is there already: {there.reason}")


def entry(segment: Told) -> Sent:
    return Sent(str(segment["id"]), "", {"form": "schedule"})


def segments(reply: Reply) -> list[Told]:
    return [one for one in objects(inside(told(reply), "data").get("segments")) if string(one.get("id"))]


def same(segment: Told, body: Told) -> bool:
    at = moment(segment.get("start_time"))
    titles = {composing.plainly(str(one.get("title"))) for one in (segment, body)}
    return at is not None and at == moment(body.get("start_time")) and len(titles) == 1


# Whether it is there


def find(
    post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    del key, since  # An entry is where its start is, whenever it was made.
    if "start_time" not in post.body:
        return Unknown("nobody can read back what was said in a Twitch chat")
    return listed(post.body, Channel(to, hands))


def listed(body: Told, channel: Channel) -> Sent | Absent | Unknown | Wait:
    """Entries from its start on, the earliest first. A channel without any has no schedule: 404."""
    query = {"broadcaster_id": channel.to.place, "start_time": str(body["start_time"]), "first": str(PAGE)}
    for _ in range(PAGES):
        reply = channel.see("/schedule", query)
        if not isinstance(reply, Reply):
            return reply
        if reply.status == 404 and told(reply):
            return Absent()
        if reply.status != 200 or not isinstance(told(reply).get("data"), dict):
            return channel.unseen(reply)
        page = segments(reply)
        if found := next((one for one in page if same(one, body)), None):
            return entry(found)
        cursor = following(told(reply))
        if not cursor or any(later(one, body) for one in page):
            return Absent()
        query["after"] = cursor
    return Unknown("too much is in the schedule to look through it")


def later(segment: Told, body: Told) -> bool:
    at, wanted = moment(segment.get("start_time")), moment(body.get("start_time"))
    return at is not None and wanted is not None and at > wanted


def following(found: Told) -> str:
    """Twitch's reference shows the cursor beside the data, and some answers have it in there."""
    pages = (inside(found, "pagination"), inside(found, "data", "pagination"))
    return next((str(page["cursor"]) for page in pages if page.get("cursor")), "")


# Afterwards


def edit(change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # A change is a state.
    if change.posted.get("form") != "schedule":
        return Refused(UNCHANGED)
    channel, name = Channel(to, hands), str(change.posted.get("id", ""))
    query = {"broadcaster_id": to.place, "id": name}
    body = {field: value for field, value in change.body.items() if field != "is_recurring"}
    reply = channel.ask("PATCH", "/schedule/segment", query, body)
    changed = next((one for one in segments(reply) if same(one, change.body)), None)
    if reply.status == 200:
        return entry(changed) if changed else Unknown("Twitch did not say which entry it changed")
    there = listed(change.body, channel) if reply.status == 404 else None
    if isinstance(there, Absent):
        return Refused(GONE)
    return there if isinstance(there, Sent) else channel.refused(reply)


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # A deletion is a state.
    channel = Channel(to, hands)
    way = {"schedule": unscheduled, "message": unsaid}.get(str(gone.posted.get("form")))
    return way(gone.posted, channel) if way else Refused(SAID)


def unscheduled(posted: Mapping[str, object], channel: Channel) -> Outcome:
    """What Twitch answers about an entry that is gone it does not document: so it is looked for."""
    name = str(posted.get("id", ""))
    query = {"broadcaster_id": channel.to.place, "id": name}
    reply = channel.ask("DELETE", "/schedule/segment", query)
    there = Sent(name, "", {"form": "schedule"})
    if reply.status in (400, 404) and told(reply):
        looked = channel.see("/schedule", query)
        listing = isinstance(looked, Reply) and looked.status in (200, 404) and bool(told(looked))
        if listing and isinstance(looked, Reply) and not any(one["id"] == name for one in segments(looked)):
            return there
    return there if reply.status == 204 else channel.refused(reply)


def unsaid(posted: Mapping[str, object], channel: Channel) -> Outcome:
    """Of a message that is gone, and of one that is too old, Twitch says the same: it is not found."""
    name, at = str(posted.get("id", "")), str(posted.get("at", ""))
    query = {"broadcaster_id": channel.to.place, "moderator_id": channel.to.account, "message_id": name}
    there = Sent(name, "", {"form": "message", "at": at})
    reply = channel.ask("DELETE", "/moderation/chat", query)
    if reply.status == 404 and told(reply):
        young = at.isdecimal() and channel.hands.timestamp - int(at[:12]) < DELETABLE
        return there if young else Refused(TOO_OLD)
    return there if reply.status == 204 else channel.refused(reply)
