"""Briefs on Discord and Slack: their exact bodies, that all of it is text, that they fit, and that each is found."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.digests import BriefRequested, BriefSection, Picture
from functions.platforms.discord import briefs as discord
from functions.platforms.outgoing import Destination, Outcome, Refused, Reply, Sent, UnansweredError, Unknown, Wait
from functions.platforms.posting import Absent, Prepared
from functions.platforms.slack import briefs as slack
from functions.platforms.text import briefs
from functions.platforms.words import from_markdown, from_mrkdwn
from tests.platforms.posting import fake as shared
from tests.platforms.posting.fake import NOW, Objects, reply, sent
from tests.platforms.posting.kits import discord as discord_kit
from tests.platforms.posting.kits import slack as slack_kit

KEY = "abcdefghijklmnopqrstuvwxy"
PNG = b"\x89PNG\r\n\x1a\n"
CHART = Picture(name="volume", key="digests/acme/volume.png", alt="Tuesday had 91 posts, usually 34 to 62")
MORE = ("All of it", "https://liaison.example/digests/acme/marie?s=1&e=2")
BRIEF = BriefRequested(
    reader="marie",
    title="Acme: 2 decisions",
    lines=("More bug reports than usual.", "21 November, Europe/Paris"),
    sections=(
        BriefSection(
            title="To decide (2)",
            lines=("A case since Friday: *buy* now",),
            links=(("Look at it", "https://liaison.example/d/1?a=b|c"),),
        ),
        BriefSection(title="Volume", lines=("91 posts",), picture=CHART),
    ),
    more=MORE,
)
WHERE = {
    "discord": Destination("server", "acme", "", discord_kit.BOT_TOKEN, place=discord_kit.CHANNEL),
    "slack": Destination("server", "acme", "https://acme.slack.com", slack_kit.SECRET, place=slack_kit.CHANNEL),
}
ADAPTERS: dict[str, Any] = {"discord": discord, "slack": slack}


def fake(platform: str) -> Any:
    kit = discord_kit if platform == "discord" else slack_kit
    made = kit.fake(kit.TARGETS[0])
    made.objects = Objects({CHART.key: PNG})
    return made


def hands(server: Any) -> Any:
    return shared.hands(server)


def ready(platform: str, server: Any, brief: BriefRequested = BRIEF) -> BriefRequested:
    if platform == "discord":
        return brief
    made = slack.prepare(brief, WHERE["slack"], hands(server))
    assert isinstance(made, Prepared), made
    return brief.model_copy(update={"prepared": dict(made.made)})


def shown(platform: str, server: Any, brief: BriefRequested = BRIEF, key: str = KEY) -> Outcome:
    """Sent, and what has to be there first."""
    outcome: Outcome = ADAPTERS[platform].send(ready(platform, server, brief), WHERE[platform], key, hands(server))
    return outcome


def found(platform: str, server: Any, key: str = KEY, seconds: int = 0) -> Any:
    since = datetime.fromtimestamp(NOW - seconds, UTC)
    return ADAPTERS[platform].find(BRIEF, WHERE[platform], key, since, hands(server))


def test_the_whole_message_on_discord() -> None:
    server = fake("discord")
    outcome = sent(shown("discord", server))
    assert (outcome.id, outcome.more) == (server.posts[0].id, {"channel": discord_kit.CHANNEL})
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", f"/api/v10/channels/{discord_kit.CHANNEL}/messages")
    body, files = discord_kit.read(asked)
    assert body == {
        "content": "**Acme: 2 decisions**\nMore bug reports than usual.\n21 November, Europe/Paris",
        "embeds": [
            {
                "title": "To decide (2)",
                "description": "A case since Friday: \\*buy\\* now\n[Look at it](https://liaison.example/d/1?a=b|c)",
            },
            {"title": "Volume", "description": "91 posts", "image": {"url": "attachment://2-volume.png"}},
            {
                "description": "[All of it](https://liaison.example/digests/acme/marie?s=1&e=2)",
                "footer": {"text": KEY},
            },
        ],
        "attachments": [{"id": 0, "filename": "2-volume.png", "description": CHART.alt}],
        "allowed_mentions": {"parse": []},
        "nonce": KEY,
        "enforce_nonce": True,
    }
    assert files == {"files[0]": PNG}


def test_the_whole_message_on_slack() -> None:
    server = fake("slack")
    outcome = sent(shown("slack", server))
    assert outcome.url == f"https://acme.slack.com/archives/{slack_kit.CHANNEL}/p{outcome.id.replace('.', '')}"
    *upload, asked = server.asked
    assert [one.path.rpartition("/")[2] for one in upload if "/api/" in one.path] == [
        "files.getUploadURLExternal",
        "files.completeUploadExternal",
    ]
    assert upload[0].form == {"filename": "volume.png", "length": "8", "alt_txt": CHART.alt}

    def section(text: str) -> dict[str, Any]:
        return {"type": "section", "expand": True, "text": {"type": "mrkdwn", "verbatim": True, "text": text}}

    assert asked.json == {
        "channel": slack_kit.CHANNEL,
        "text": "Acme: 2 decisions",
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": "liaison_post", "event_payload": {"key": KEY}},
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "Acme: 2 decisions", "emoji": False}},
            section("More bug reports than usual.\n21 November, Europe/Paris"),
            section(
                "*To decide (2)*\nA case since Friday: *\u200abuy\u200a* now\n"
                "<https://liaison.example/d/1?a=b%7Cc|Look at it>"
            ),
            section("*Volume*\n91 posts"),
            {"type": "image", "slack_file": {"id": "F00000000"}, "alt_text": CHART.alt},
            section("<https://liaison.example/digests/acme/marie?s=1&amp;e=2|All of it>"),
        ],
    }


# Text, whatever it looks like

WORD = "w" * 50_000
HOSTILE = (
    "<script>alert(1)</script>",
    "{{ config.secret }} {% raw %} ${x}",
    "@everyone @here <!channel> <@5> <@U0ANNA> <@&900000000000000001>",
    "**bold** _it_ ~~gone~~ ||hidden|| `code` > quote # big",
    "[free money](https://evil.example) <https://evil.example|bank>",
    ":tada: :+1: :100:",
    "# heading",
    "- item",
    "1. first",
    "```\nblock",
    "back\\slash",
)


def said(platform: str, server: Any) -> list[str]:
    """All that people read of the only message there, as a reader of the platform's markup has it."""
    (post,) = server.posts
    if platform == "discord":
        body = post.more
        marked = [body["content"], *(one.get(name, "") for one in body["embeds"] for name in ("title", "description"))]
        return [unseen(from_markdown(one)) for one in marked]
    return [
        unseen(block["text"]["text"] if block["type"] == "header" else from_mrkdwn(block["text"]["text"]))
        for block in post.more["blocks"]
        if "text" in block
    ]


def unseen(text: str) -> str:
    """Without what nobody sees."""
    return re.sub("[\u200a\u200b\u2068\u2069]", "", text).replace("\u2035", "`")


@pytest.mark.parametrize("platform", ADAPTERS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_whatever_somebody_wrote_is_text_and_pings_nobody(platform: str, hostile: str) -> None:
    part = BriefSection(title=hostile, lines=(f"They said: {hostile}", hostile), links=((hostile, MORE[1]),))
    brief = BRIEF.model_copy(update={"title": hostile, "lines": (hostile,), "sections": (part,)})
    server = fake(platform)
    sent(shown(platform, server, brief))
    told = "\n".join(said(platform, server))
    assert told.count(" ".join(hostile.split())) >= 5
    assert server.posts[0].more["pings"] == []
    assert set(links(platform, server)) <= {MORE[1]}


def links(platform: str, server: Any) -> list[str]:
    """What can be followed: on Slack nothing that is not marked as a link, since the texts are verbatim."""
    if platform == "slack":
        marked = [b["text"]["text"] for b in server.posts[0].more["blocks"] if b.get("text", {}).get("verbatim")]
        return [url.replace("&amp;", "&") for url in re.findall("<([^|>]*)", "\n".join(marked))]
    texts = [server.posts[0].more["content"], *(one.get("description", "") for one in server.posts[0].more["embeds"])]
    return re.findall(r"https?://[^\s)>]+", "\n".join(texts))


@pytest.mark.parametrize("platform", ADAPTERS)
def test_names_of_emoji_and_of_everybody_are_not_what_they_look_like(platform: str) -> None:
    brief = BRIEF.model_copy(update={"lines": (":tada: @everyone",)})
    server = fake(platform)
    sent(shown(platform, server, brief))
    raw = json.dumps(server.posts[0].more, ensure_ascii=False)
    assert "@everyone" not in raw
    assert platform == "discord" or ":tada:" not in raw


@pytest.mark.parametrize("platform", ADAPTERS)
def test_spaces_that_must_not_break_arrive(platform: str) -> None:
    number = "12\u202f345,6\u00a0% à 10\u00a0h"
    picture = CHART.model_copy(update={"alt": number})
    part = BriefSection(title=number, lines=(f"{number}  of\tit\nall",), links=((number, MORE[1]),), picture=picture)
    server = fake(platform)
    sent(shown(platform, server, BRIEF.model_copy(update={"title": number, "sections": (part,)})))
    told = "\n".join([*said(platform, server), json.dumps(server.posts[0].more, ensure_ascii=False)])
    assert told.count(number) >= 8
    assert f"{number} of it all" in told


@pytest.mark.parametrize("platform", ADAPTERS)
def test_an_endless_word_leaves_room_for_all_that_follows(platform: str) -> None:
    part = BriefSection(title=WORD, lines=(WORD, "after it"), links=((WORD, "https://x.example/" + WORD),))
    brief = BRIEF.model_copy(update={"title": WORD, "lines": (WORD, WORD), "sections": (part, *BRIEF.sections)})
    server = fake(platform)
    sent(shown(platform, server, brief))
    told = said(platform, server)
    assert any("after it" in one for one in told)
    assert any("91 posts" in one for one in told)
    assert any("…" in one for one in told)


@pytest.mark.parametrize(
    ("text", "upright"),
    [
        ("12 said \u202egnp.exe\u202c today", "12 said gnp.exe today"),
        ("a \u2067b\u2066c\u2069 \u2069d", "a bc d"),
        ("said by אבג: 12", "said by \u2068אבג\u2069: 12"),
        ("שלום עולם 5 ו and ع", "\u2068שלום עולם 5 ו\u2069 and \u2068ع\u2069"),
        ("plain, 1 – 2", "plain, 1 – 2"),
    ],
)
def test_nothing_turns_what_stands_around_it(text: str, upright: str) -> None:
    assert briefs.upright(text) == upright


@pytest.mark.parametrize("platform", ADAPTERS)
def test_no_direction_is_forced_anywhere_in_a_message(platform: str) -> None:
    bad = "\u202ea\u202bב\u2067c\u2069\u2069 \u202d"
    picture = CHART.model_copy(update={"alt": bad})
    part = BriefSection(title=bad, lines=(bad,), links=((bad, MORE[1]),), picture=picture)
    brief = BRIEF.model_copy(update={"title": bad, "lines": (bad,), "sections": (part,), "more": (bad, MORE[1])})
    server = fake(platform)
    sent(shown(platform, server, brief))
    written = json.dumps(json.loads(server.asked[-1].body) if platform == "slack" else server.posts[0].more)
    assert not re.search(r"\\u202[a-e]|\\u206[67]", written)
    assert written.count("\\u2068") == written.count("\\u2069") >= 5


# Room

TEXT = st.text(st.sampled_from("ab`*_<>@!&#|\\\n:.é\u200b\u202eא🎉 ") | st.characters(codec="utf-8"), max_size=120)
LONG = st.builds(lambda text, times: text * times, TEXT, st.sampled_from([1, 1, 1, 9, 90]))
LINKS = st.tuples(LONG, st.builds(lambda path: f"https://x.example/{path}", TEXT) | st.just("javascript:x"))
PICTURES = st.builds(lambda alt, name: Picture(name=name, key=CHART.key + name, alt=alt), LONG, st.sampled_from("abc"))
SECTIONS = st.builds(
    BriefSection,
    title=LONG,
    lines=st.lists(LONG, max_size=6).map(tuple),
    links=st.lists(LINKS, max_size=3).map(tuple),
    picture=st.none() | PICTURES,
)
BRIEFS = st.builds(
    BriefRequested,
    reader=st.just("marie"),
    title=LONG.map(lambda text: f"T{text}"),
    lines=st.lists(LONG, max_size=4).map(tuple),
    sections=st.lists(SECTIONS, max_size=30).map(tuple),
    more=st.tuples(LONG.map(lambda text: f"more {text}"), st.just(MORE[1])),
)


def size(text: str) -> int:
    """As they may count at the most."""
    return len(text.encode("utf-16-le")) // 2


@settings(max_examples=40, deadline=None)
@given(BRIEFS)
def test_whatever_there_is_to_say_it_fits_and_says_where_all_of_it_is(brief: BriefRequested) -> None:
    for platform in ADAPTERS:
        server = fake(platform)
        server.objects = Objects({CHART.key + name: PNG for name in "ab"})
        sent(shown(platform, server, brief))
        assert server.posts[0].more["pings"] == []
        assert "more" in said(platform, server)[-1]
        if platform == "discord":
            body = discord_kit.read(server.asked[-1])[0]
            embeds = body["embeds"]
            assert len(embeds) <= 10
            assert embeds[-1]["footer"] == {"text": KEY}
            assert f"({MORE[1]})" in embeds[-1]["description"]
            texts = [one.get(name, "") for one in embeds for name in ("title", "description")]
            assert sum(map(size, [body["content"], KEY, *texts])) <= 5600
        else:
            body = server.asked[-1].json
            blocks = body["blocks"]
            assert len(blocks) <= 45
            assert f"<{MORE[1].replace('&', '&amp;')}|more" in blocks[-1]["text"]["text"]
            texts = [one["text"]["text"] for one in blocks if "text" in one]
            assert all(size(one) <= 2900 for one in texts)
            assert sum(map(size, [body["text"], *texts, *(one.get("alt_text", "") for one in blocks)])) < 10_000


@pytest.mark.parametrize("platform", ADAPTERS)
def test_what_comes_first_has_the_room_and_what_is_cut_ends_in_an_ellipsis(platform: str) -> None:
    parts = tuple(BriefSection(title=f"Part {n}", lines=("word " * 100,) * 6) for n in range(9))
    server = fake(platform)
    sent(shown(platform, server, BRIEF.model_copy(update={"sections": parts})))
    told = said(platform, server)
    bodies = [one for one in told if "word" in one]
    assert len(bodies) == 9
    assert len(bodies[0]) > 2000 > len(bodies[-1])
    assert all(one.endswith("…") for one in bodies[-3:])
    assert sum(f"Part {n}" in "\n".join(told) for n in range(9)) == 9


def test_more_sections_than_embeds_share_the_last_of_them() -> None:
    parts = tuple(BriefSection(title=f"Part {n}", lines=(f"line {n}",), picture=CHART) for n in range(12))
    server = fake("discord")
    sent(shown("discord", server, BRIEF.model_copy(update={"sections": parts})))
    embeds = server.posts[0].more["embeds"]
    assert [one.get("title") for one in embeds] == [*(f"Part {n}" for n in range(8)), "…", None]
    assert all(f"Part {n}\nline {n}" in embeds[8]["description"] for n in range(8, 12))
    assert embeds[8]["description"].count(CHART.alt) == 4


@pytest.mark.parametrize("address", ["https://x.example/" + "a" * 2000, "https://x.example/?" + "&" * 900], ids=len)
@pytest.mark.parametrize("platform", ADAPTERS)
def test_of_an_address_without_an_end_only_the_words_are_written(platform: str, address: str) -> None:
    part = BriefSection(title="A", links=(("the words", address),))
    server = fake(platform)
    sent(shown(platform, server, BRIEF.model_copy(update={"sections": (part,)})))
    assert any("the words" in one for one in said(platform, server))
    assert "x.example" not in json.dumps(server.posts[0].more)


# Pictures


@pytest.mark.parametrize("platform", ADAPTERS)
def test_a_picture_that_is_gone_is_told_in_words(platform: str) -> None:
    server = fake(platform)
    server.objects = Objects()
    sent(shown(platform, server))
    assert any(CHART.alt in one for one in said(platform, server))
    assert "image" not in json.dumps(server.posts[0].more)
    assert len(server.asked) == 1


def test_slack_gets_the_first_pictures_and_the_words_of_the_others() -> None:
    every = [CHART.model_copy(update={"key": f"digests/{n}", "alt": f"finding {n}"}) for n in range(7)]
    parts = tuple(BriefSection(title=f"Part {n}", picture=one) for n, one in enumerate(every))
    server = fake("slack")
    server.objects = Objects({one.key: PNG for one in every})
    sent(shown("slack", server, BRIEF.model_copy(update={"sections": parts})))
    assert server.posts[0].more["alts"] == [f"finding {n}" for n in range(5)]
    assert [one for one in said("slack", server) if "finding" in one] == ["Part 5\nfinding 5", "Part 6\nfinding 6"]


def test_an_upload_that_got_no_answer_is_made_again_and_one_that_is_refused_is_a_persons() -> None:
    for answer, kind in ((None, Wait), (slack_kit.wrong("missing_scope", needed="files:write"), Refused)):
        for path in ("getUploadURL", "completeUpload"):
            server = fake("slack")
            server.instead(answer, path)
            assert isinstance(slack.prepare(BRIEF, WHERE["slack"], hands(server)), kind)
            assert not server.posts


# There once


@pytest.mark.parametrize("platform", ADAPTERS)
def test_an_answer_that_is_lost_is_found_by_the_key_and_no_other(platform: str) -> None:
    server = fake(platform)
    server.cut_off_after()
    with pytest.raises(UnansweredError):
        sent(shown(platform, server))
    server.clock += 600
    other = sent(shown(platform, server, key="z" * 25))
    there = sent(found(platform, server))
    assert there.id == server.posts[0].id != other.id
    assert found(platform, server, "x" * 25) == Absent()


def test_discord_knows_the_nonce_for_as_long_as_we_trust_it() -> None:
    server = fake("discord")
    first = sent(shown("discord", server))
    server.clock += discord.WINDOW
    assert sent(shown("discord", server)).id == first.id
    assert len(server.posts) == 1


def test_a_message_of_somebody_elses_with_the_key_is_not_ours() -> None:
    server = fake("discord")
    sent(shown("discord", server))
    server.posts[0].more["author"] = discord_kit.STRANGER
    assert found("discord", server) == Absent()


def test_a_bot_that_may_not_read_cannot_say_that_it_is_not_there() -> None:
    server = fake("discord")
    server.readable = False
    looked = found("discord", server)
    assert isinstance(looked, Unknown)
    assert "Read Message History" in looked.reason


@pytest.mark.parametrize("platform", ADAPTERS)
@pytest.mark.parametrize("answer", [reply(500), reply(429, {}), reply(401, {}), reply(200, b"<html>"), None])
def test_a_look_that_fails_says_neither_there_nor_gone(platform: str, answer: Reply | None) -> None:
    server = fake(platform)
    sent(shown(platform, server))
    server.instead(answer)
    assert isinstance(found(platform, server), Unknown | Wait)


ANSWERS: list[tuple[str, Reply, type, str]] = [
    ("discord", reply(401, {"message": "401: Unauthorized", "code": 0}), Refused, "liaison secret put server"),
    ("discord", reply(403, {"message": "Missing Permissions", "code": 50013}), Refused, "Missing Permissions"),
    ("discord", reply(429, {"message": "slow", "retry_after": 2.5, "global": False}), Wait, "wait"),
    ("discord", reply(500, {}), Unknown, "500"),
    ("discord", reply(200, b"<html>"), Unknown, "which message"),
    ("slack", slack_kit.wrong("invalid_auth"), Refused, "liaison secret put server"),
    ("slack", slack_kit.wrong("msg_blocks_too_long"), Refused, "msg_blocks_too_long"),
    ("slack", reply(429, {"ok": False}, retry_after="7"), Wait, "wait"),
    ("slack", slack_kit.wrong("internal_error"), Unknown, "internal_error"),
    ("slack", reply(200, {"ok": True}), Unknown, "which message"),
]


@pytest.mark.parametrize(("platform", "answer", "kind", "told"), ANSWERS)
def test_what_an_answer_means(platform: str, answer: Reply, kind: type, told: str) -> None:
    server = fake(platform)
    server.answers(answer)
    outcome = shown(platform, server)
    assert isinstance(outcome, kind)
    assert told in getattr(outcome, "reason", "")
    assert not isinstance(outcome, Wait) or outcome.budget == f"{platform}:server"
    assert not server.posts


def test_slack_still_at_work_on_a_picture_is_waited_for() -> None:
    server = fake("slack")
    server.processing = 1
    brief = ready("slack", server)
    assert isinstance(slack.send(brief, WHERE["slack"], KEY, hands(server)), Wait)
    assert isinstance(slack.send(brief, WHERE["slack"], KEY, hands(server)), Sent)
    assert len(server.files) == 1


def test_a_webhooks_address_cannot_carry_one() -> None:
    to = replace(WHERE["discord"], secret=discord_kit.WEBHOOK_URL)
    server = fake("discord")
    assert isinstance(discord.send(BRIEF, to, KEY, hands(server)), Refused)
    assert isinstance(discord.find(BRIEF, to, KEY, datetime.fromtimestamp(NOW, UTC), hands(server)), Unknown)
    assert not server.asked


@pytest.mark.parametrize("platform", ADAPTERS)
def test_without_its_words_it_says_where_to_read(platform: str) -> None:
    server = fake(platform)
    emptied = BRIEF.model_copy(update={"lines": ("Its words were taken out.",), "sections": ()})
    assert isinstance(shown(platform, server, emptied), Sent)
    (posted,) = map(str, server.posts)
    assert "Its words were taken out." in posted
    assert MORE[1] in posted
    assert "91 posts" not in posted


@given(st.lists(st.integers(0, 5000), max_size=22), st.integers(0, 10_000))
def test_room_goes_to_the_first_and_a_little_to_all(wanted: list[int], room: int) -> None:
    got = briefs.shared(wanted, room)
    assert sum(got) <= room
    assert all(had <= want for had, want in zip(got, wanted, strict=True))
    least = min(briefs.LEAST, room // max(len(wanted), 1))
    assert all(had >= min(want, least) for had, want in zip(got, wanted, strict=True))
    short = next((place for place, (had, want) in enumerate(zip(got, wanted, strict=True)) if had < want), len(wanted))
    assert all(had <= max(least, 1) for had in got[short + 1 :]) or short == len(wanted)
