"""Cards on Discord and Slack: their exact bodies, that each is there once, and what answers mean."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.cards import Card, CardButton, CardEntry, CardRequested
from functions.platforms.discord import cards as discord
from functions.platforms.outgoing import Destination, NotSentError, Outcome, Refused, Reply, Sent, Unknown, Wait
from functions.platforms.slack import cards as slack
from tests.platforms.posting import fake as shared
from tests.platforms.posting.fake import NOW, Asked, reply, sent
from tests.platforms.posting.kits import discord as discord_kit
from tests.platforms.posting.kits import slack as slack_kit

KEY = "k" * 25
CARD = Card(
    title="*Winter* <@5> @everyone",
    lines=("Draft: waits for approval", "Written by discord mo"),
    entries=(
        CardEntry(title="chat (discord, en)", text="It **snows**. ```<!channel>", facts=("text 9/2000 characters",)),
        CardEntry(title="site (en)", facts=("there",), urls=("https://site.example/1",)),
    ),
    buttons=(
        CardButton(name="announcement:a1:approve:0123456789abcdef", label="Approve", style="good"),
        CardButton(name="announcement:a1:cancel:0123456789abcdef", label="Cancel", style="bad"),
    ),
    more="cut here; `liaison announcements show a1` tells all of it",
)


WHERE = {
    "discord": Destination("server", "acme", "", discord_kit.BOT_TOKEN, place=discord_kit.CHANNEL),
    "slack": Destination("server", "acme", "https://acme.slack.com", slack_kit.SECRET, place=slack_kit.CHANNEL),
}
WAYS: dict[str, Callable[..., Outcome]] = {"discord": discord.card, "slack": slack.card}


def fake(platform: str) -> Any:
    kit = discord_kit if platform == "discord" else slack_kit
    return kit.fake(kit.TARGETS[0])


def shown(platform: str, server: Any, card: Card = CARD, to: Destination | None = None, **more: Any) -> Outcome:
    request = CardRequested.model_validate({"about": "announcement a1", "card": card.model_dump(), **more})
    return WAYS[platform](request, to or WHERE[platform], KEY, shared.hands(server))


def body_of(asked: Asked) -> Any:
    return asked.json


def test_the_whole_message_on_discord() -> None:
    server = fake("discord")
    outcome = sent(shown("discord", server))
    assert outcome.more == {"channel": discord_kit.CHANNEL}
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", f"/api/v10/channels/{discord_kit.CHANNEL}/messages")
    assert asked.json == {
        "content": "**\\*Winter\\* \\<\\@5\\> \\@everyone**\nDraft\\: waits for approval\nWritten by discord mo",
        "embeds": [
            {
                "title": "chat \\(discord, en\\)",
                "description": "text 9/2000 characters\n```\nIt **snows**. `\u200b`\u200b`\u200b<!channel>\n```",
            },
            {
                "title": "site \\(en\\)",
                "description": "there\n<https://site.example/1>",
                "footer": {"text": "announcement a1"},
            },
        ],
        "components": [
            {
                "type": 1,
                "components": [
                    {
                        "type": 2,
                        "style": 3,
                        "label": "Approve",
                        "custom_id": "announcement:a1:approve:0123456789abcdef",
                    },
                    {"type": 2, "style": 4, "label": "Cancel", "custom_id": "announcement:a1:cancel:0123456789abcdef"},
                ],
            }
        ],
        "allowed_mentions": {"parse": []},
        "nonce": KEY,
        "enforce_nonce": True,
    }
    assert server.posts[0].more["pings"] == []


def test_the_whole_message_on_slack() -> None:
    server = fake("slack")
    outcome = sent(shown("slack", server))
    assert outcome.more == {"channel": slack_kit.CHANNEL}
    (asked,) = server.asked
    assert asked.path == "/api/chat.postMessage"

    def plain(text: str) -> dict[str, Any]:
        return {"type": "plain_text", "text": text, "emoji": False}

    opens = {"type": "button", "action_id": "link", "text": plain("↗"), "url": "https://site.example/1"}
    name = "announcement:a1:{}:0123456789abcdef"
    assert asked.json == {
        "channel": slack_kit.CHANNEL,
        "text": "*Winter* &lt;@5&gt; @everyone",
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": "liaison_post", "event_payload": {"key": KEY}},
        "blocks": [
            {
                "type": "section",
                "text": plain("*Winter* <@5> @everyone\nDraft: waits for approval\nWritten by discord mo"),
            },
            {
                "type": "section",
                "text": plain("chat (discord, en)\ntext 9/2000 characters\n———\nIt **snows**. ```<!channel>"),
            },
            {"type": "section", "text": plain("site (en)\nthere\nhttps://site.example/1"), "accessory": opens},
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "action_id": name.format("approve"),
                        "text": plain("Approve"),
                        "style": "primary",
                    },
                    {"type": "button", "action_id": name.format("cancel"), "text": plain("Cancel"), "style": "danger"},
                ],
            },
        ],
    }


@pytest.mark.parametrize("platform", WAYS)
def test_once_it_is_there_it_is_changed_in_place(platform: str) -> None:
    server = fake(platform)
    first = sent(shown(platform, server))
    again = sent(
        shown(platform, server, CARD.model_copy(update={"buttons": ()}), posted={**first.more, "id": first.id})
    )
    assert (again.id, again.more) == (first.id, first.more)
    assert len(server.posts) == 1
    last = server.asked[-1]
    gone = last.json["components"] if platform == "discord" else [b for b in last.json["blocks"] if "elements" in b]
    assert gone == []
    assert "metadata" not in last.json
    assert "nonce" not in last.json


@pytest.mark.parametrize("platform", WAYS)
@pytest.mark.parametrize("made", [True, False], ids=["it arrived", "it did not"])
@pytest.mark.parametrize("minutes", [0, 10])
def test_tried_before_it_is_looked_for_and_there_once(platform: str, made: bool, minutes: int) -> None:
    server = fake(platform)
    tried_at = datetime.fromtimestamp(NOW, UTC) - timedelta(minutes=minutes)
    if made:
        if platform == "discord":
            server.clock = tried_at.timestamp()
        shown(platform, server)
        if platform == "discord":
            server.clock = NOW
    sent(shown(platform, server, tried_at=tried_at))
    assert len(server.posts) == 1


def test_a_bot_that_may_not_read_cannot_say_that_it_is_not_there() -> None:
    server = fake("discord")
    server.readable = False
    outcome = shown("discord", server, tried_at=datetime.fromtimestamp(NOW - 600, UTC))
    assert isinstance(outcome, Unknown)
    assert "Read Message History" in outcome.reason
    assert not server.posts


DISCORD_ANSWERS: list[tuple[Reply, type, str]] = [
    (reply(401, {"message": "401: Unauthorized", "code": 0}), Refused, "liaison secret put server --outgoing"),
    (reply(403, {"message": "Missing Access", "code": 50001}), Refused, "Missing Access"),
    (reply(429, {"message": "slow", "retry_after": 2.5, "global": False}), Wait, "wait"),
    (reply(500, {}), Unknown, "500"),
    (reply(200, b"<html>"), Unknown, "which message"),
]
SLACK_ANSWERS: list[tuple[Reply, type, str]] = [
    (reply(200, {"ok": False, "error": "invalid_auth"}), Refused, "liaison secret put server --outgoing"),
    (reply(200, {"ok": False, "error": "not_in_channel"}), Refused, "/invite"),
    (reply(429, {"ok": False}, retry_after="7"), Wait, "wait"),
    (reply(500, {}), Unknown, "500"),
    (reply(200, {"ok": False, "error": "internal_error"}), Unknown, "internal_error"),
    (reply(200, {"ok": True}), Unknown, "which message"),
]


@pytest.mark.parametrize(
    ("platform", "answer", "kind", "told"),
    [("discord", *one) for one in DISCORD_ANSWERS] + [("slack", *one) for one in SLACK_ANSWERS],
)
@pytest.mark.parametrize("there", [False, True])
def test_what_an_answer_means(platform: str, answer: Reply, kind: type, told: str, there: bool) -> None:
    server = fake(platform)
    posted = {"id": "1", "channel": WHERE[platform].place} if there else {}
    server.answer = lambda asked: answer
    outcome = shown(platform, server, posted=posted)
    if there and answer.status == 200 and platform == "discord":
        assert isinstance(outcome, Sent)
        return
    assert isinstance(outcome, kind)
    assert told in getattr(outcome, "reason", "")


@pytest.mark.parametrize("platform", WAYS)
def test_a_card_somebody_deleted_is_not_made_anew(platform: str) -> None:
    server = fake(platform)
    first = sent(shown(platform, server))
    server.posts.clear()
    outcome = shown(platform, server, posted={**first.more, "id": first.id})
    assert isinstance(outcome, Refused)
    assert not server.posts


def test_what_did_not_leave_is_not_swallowed() -> None:
    server = fake("discord")
    server.unreachable()
    with pytest.raises(NotSentError):
        shown("discord", server)


def test_a_webhooks_address_cannot_keep_a_card() -> None:
    to = replace(WHERE["discord"], secret=discord_kit.WEBHOOK_URL)
    outcome = shown("discord", fake("discord"), to=to)
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized


HOSTILE = st.text(st.sampled_from("ab`*_<>@!&#|\\\n.é\u200b🎉"), max_size=400)
ENTRIES = st.lists(
    st.builds(
        CardEntry, title=HOSTILE, text=HOSTILE.map(lambda s: s * 20), facts=st.lists(HOSTILE, max_size=8).map(tuple)
    ),
    max_size=60,
).map(tuple)


def size(text: str) -> int:
    """As Discord may count at the most."""
    return len(text.encode("utf-16-le")) // 2


@settings(max_examples=60, deadline=None)
@given(title=HOSTILE, lines=st.lists(HOSTILE, max_size=12).map(tuple), entries=ENTRIES)
def test_however_much_there_is_to_say_it_fits(
    title: str, lines: tuple[str, ...], entries: tuple[CardEntry, ...]
) -> None:
    card = CARD.model_copy(update={"title": title, "lines": lines, "entries": entries})
    made = discord.written(card, "announcement a1")
    assert size(made["content"]) <= 2000
    assert 1 <= len(made["embeds"]) <= 10
    assert all(size(one["title"]) <= 256 and size(one["description"]) <= 4096 for one in made["embeds"])
    assert sum(size(one["title"] + one["description"]) for one in made["embeds"]) + 40 <= 6000
    assert made["embeds"][-1]["footer"] == {"text": "announcement a1"}
    assert all(one["description"].count("```") % 2 == 0 for one in made["embeds"])
    blocks = slack.written(card)["blocks"]
    assert len(blocks) <= 50
    assert all(1 <= len(one["text"]["text"]) <= 3000 for one in blocks if "text" in one)


def test_many_buttons_stand_in_rows_of_five_and_keep_their_order() -> None:
    buttons = tuple(
        CardButton(name=f"case:0123456789abcdef:remove:{number}::", label=f"{number}" * 90) for number in range(7)
    )
    card = CARD.model_copy(update={"buttons": buttons})
    rows = discord.written(card, "case 1")["components"]
    assert [len(row["components"]) for row in rows] == [5, 2]
    assert [one["custom_id"] for row in rows for one in row["components"]] == [one.name for one in buttons]
    assert {one["style"] for row in rows for one in row["components"]} == {2}
    assert all(len(one["label"]) <= 80 for row in rows for one in row["components"])
    elements = slack.written(card)["blocks"][-1]["elements"]
    assert [one["action_id"] for one in elements] == [one.name for one in buttons]
    assert all(len(one["text"]["text"]) <= 75 and "style" not in one for one in elements)


def test_a_long_text_has_the_room_that_short_ones_leave() -> None:
    long = CardEntry(title="text", text="word " * 700)
    entries = (long, *(CardEntry(title=f"{number}", facts=("short",)) for number in range(4)))
    made = discord.written(CARD.model_copy(update={"entries": entries}), "case 1")
    assert long.text.strip() in made["embeds"][0]["description"]
    assert [one["description"] for one in made["embeds"][1:]] == ["short"] * 4


@given(st.lists(st.integers(0, 5000), max_size=10), st.integers(0, 6000))
def test_room_is_shared_out_whole_and_fairly(wanted: list[int], room: int) -> None:
    got = discord.shared_out(wanted, room)
    assert all(0 <= had <= want for had, want in zip(got, wanted, strict=True))
    assert sum(got) <= room
    short = [had for had, want in zip(got, wanted, strict=True) if had < want]
    assert not short or (sum(got) >= room - len(wanted) and max(got) <= max(short) + len(wanted))


def test_what_is_cut_says_so_and_how_to_see_all_of_it() -> None:
    entry = CardEntry(title="chat", text="word " * 3000, facts=("text 15000",))
    card = CARD.model_copy(update={"entries": (entry,)})
    assert "liaison announcements show a1" in json.dumps(discord.written(card, "announcement a1")).replace("\\\\", "")
    assert "liaison announcements show a1" in json.dumps(slack.written(card))
