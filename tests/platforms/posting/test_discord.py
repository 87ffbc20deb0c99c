"""Discord: what an announcement looks like there, that it is there once, and what becomes of every answer."""

import json
from typing import Any

import pytest

from events.announcements import Image
from functions.platforms.outgoing import Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import KEY, Absent, Budget, Counted, Measure
from tests.platforms.posting.fake import NOW, picture, reply, sent
from tests.platforms.posting.kits import discord as kit
from tests.platforms.posting.kits.discord import ANNA, BOT, CHANNEL, HOOK, MODS, SERVER, STRANGER, Discord
from tests.platforms.posting.making import KEY as BOT_KEY
from tests.platforms.posting.making import Adapter, destination, known, only

BY_BOT, BY_HOOK = kit.TARGETS
NEWS = BY_BOT.model_copy(update={"publish": True})
BODY: dict[str, Any] = {
    "content": "Maintenance tonight",
    "allowed_mentions": {"parse": [], "roles": [], "users": []},
    "nonce": KEY,
    "enforce_nonce": True,
}
HOOK_BODY = {name: value for name, value in BODY.items() if name not in ("nonce", "enforce_nonce")}
PNG = b"\x89PNG\r\n\x1a\n--not a boundary\r\n"
IMAGE = picture(PNG)
NAME = IMAGE.name
NOT_PINGED: dict[str, list[str]] = {"parse": [], "roles": [], "users": []}

OURS, HOOKED = Adapter(BY_BOT, BODY, ""), Adapter(BY_HOOK, HOOK_BODY, "")
BOTH = pytest.mark.parametrize("by", [OURS, HOOKED], ids=["bot", "webhook"])
rendered, deliver, answered = OURS.render, OURS.deliver, OURS.answered
send, find = OURS.send, OURS.find
edit, withdraw, count = OURS.edit, OURS.withdraw, OURS.count


@pytest.fixture
def site() -> Discord:
    return Discord(BY_BOT)


# By a bot


def test_the_request_is_what_was_approved_with_the_key_in_it(site: Discord) -> None:
    there = sent(send(site))
    create = site.asked[-1]
    assert (create.method, create.path, create.query) == ("POST", f"/api/v10/channels/{CHANNEL}/messages", {})
    assert create.json == {**BODY, "nonce": BOT_KEY}
    assert create.headers["authorization"] == f"Bot {kit.BOT_TOKEN}"
    assert create.headers["user-agent"].startswith("DiscordBot (")
    assert there.url == f"https://discord.com/channels/{SERVER}/{CHANNEL}/{there.id}"
    assert there.more == {"channel": CHANNEL, "guild": SERVER, "messages": there.id}


def test_the_same_key_again_is_the_same_message(site: Discord) -> None:
    site.cut_off_after()
    send(site)
    site.clock += 90
    there = sent(send(site))
    assert [post.id for post in site.posts] == [there.id]


def test_a_message_that_was_deleted_in_between_is_not_posted_again(site: Discord) -> None:
    send(site)
    site.posts.clear()
    assert send(site) == Refused("it was posted, and somebody deleted it since")
    assert site.posts == []


def test_a_server_that_cannot_be_asked_for_costs_the_link_and_nothing_else(site: Discord) -> None:
    site.instead(reply(500), method="GET")
    there = sent(send(site))
    assert (there.url, len(site.posts)) == ("", 1)


def test_the_channel_is_asked_for_its_server_once_in_a_thread(site: Discord) -> None:
    first = known(send(site))
    second = known(send(site, {**BODY, "content": "2/2"}, "other", first=first, previous=first))
    assert [asked.method for asked in site.asked] == ["GET", "POST", "POST"]
    assert second["url"].startswith(f"https://discord.com/channels/{SERVER}/")
    assert second["messages"] == f"{first['id']} {second['id']}"


def test_a_token_with_its_scheme_before_it_is_taken_too(site: Discord) -> None:
    sent(send(site, to=destination(BY_BOT, secret=f" Bot {kit.BOT_TOKEN}\n")))


# By a webhook


def test_a_webhook_waits_for_its_message_and_shows_no_token(site: Discord) -> None:
    there = sent(HOOKED.send(site))
    create = site.asked[-1]
    assert (create.path, create.query) == (f"/api/v10/webhooks/{HOOK}/{kit.HOOK_TOKEN}", {"wait": "true"})
    assert "authorization" not in create.headers
    assert create.json == HOOK_BODY
    assert there.more == {"channel": CHANNEL, "guild": SERVER, "messages": there.id, "webhook": HOOK}
    assert there.url == f"https://discord.com/channels/{SERVER}/{CHANNEL}/{there.id}"


@pytest.mark.parametrize(
    "address",
    [
        f"https://discord.com/api/webhooks/{HOOK}/{kit.HOOK_TOKEN}/",
        f"https://discord.com/api/v9/webhooks/{HOOK}/{kit.HOOK_TOKEN}",
        f"https://ptb.discord.com/api/webhooks/{HOOK}/{kit.HOOK_TOKEN}?wait=false",
        f"https://discordapp.com/api/webhooks/{HOOK}/{kit.HOOK_TOKEN}?thread_id=42",
    ],
)
def test_every_way_to_write_a_webhooks_address(site: Discord, address: str) -> None:
    to = destination(BY_HOOK, secret=address)
    sent(HOOKED.withdraw(site, known(HOOKED.send(site, to=to)), to=to))
    in_thread = {"thread_id": "42"} if "thread_id" in address else {}
    assert [asked.query for asked in site.asked[1:]] == [{"wait": "true", **in_thread}, in_thread]
    assert site.posts == []


@pytest.mark.parametrize(
    "secret",
    [
        "https://discord.com/channels/1/2",
        "https://example.com",
        "https://[broken",
        kit.WEBHOOK_URL.replace("https", "http"),
        f"{kit.WEBHOOK_URL}/slack",
    ],
)
def test_an_address_that_is_no_webhooks_is_never_asked(site: Discord, secret: str) -> None:
    refused = HOOKED.send(site, to=destination(BY_HOOK, secret=secret))
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert site.asked == []


def test_without_a_credential_nothing_is_done_or_known(site: Discord) -> None:
    there = {"id": "12", "url": "", "channel": CHANNEL}
    nowhere = destination(BY_HOOK, secret="https://example.com")
    assert isinstance(HOOKED.find(site, to=nowhere), Unknown)
    assert isinstance(HOOKED.edit(site, there, to=nowhere), Refused)
    assert isinstance(HOOKED.withdraw(site, there, to=nowhere), Refused)
    assert isinstance(HOOKED.count(site, there, to=nowhere), Refused)
    assert site.asked == []


@pytest.mark.parametrize(("by", "body"), [(HOOKED, BODY), (OURS, HOOK_BODY)])
def test_a_webhook_in_a_bots_place_does_not_post_what_could_not_be_repeated(
    site: Discord, by: Adapter, body: dict[str, Any]
) -> None:
    refused = by.send(site, body)
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert site.asked == []


def test_nobody_can_look_for_a_webhooks_message(site: Discord) -> None:
    looked = HOOKED.find(site)
    assert looked == Unknown("a webhook cannot read what is in its channel")


def test_a_server_of_ones_own_may_be_asked_without_tls(site: Discord) -> None:
    near = destination(BY_HOOK, secret=kit.WEBHOOK_URL.replace("https", "http"), private=True)
    sent(HOOKED.send(site, to=near))


# Looking


def test_after_the_key_is_forgotten_the_message_is_found_by_its_words(site: Discord) -> None:
    made = sent(send(site))
    site.clock += 3600
    assert find(site) == made


@pytest.mark.parametrize("content", ["Maintenance tonight!", "", "maintenance tonight"])
def test_other_words_are_another_message(site: Discord, content: str) -> None:
    site.posts.append(site.written(content, BOT, site.snowflake(NOW + 1)))
    assert find(site) == Absent()


def test_the_same_words_of_somebody_else_or_of_last_week_are_not_ours(site: Discord) -> None:
    site.posts.append(site.written(BODY["content"], STRANGER, site.snowflake(NOW + 1)))
    site.posts.append(site.written(BODY["content"], BOT, site.snowflake(NOW - 7 * 86_400)))
    assert find(site) == Absent()


def test_the_part_before_it_is_not_mistaken_for_it(site: Discord) -> None:
    first = known(send(site))
    assert find(site, first=first, previous=first) == Absent()


def test_discord_may_drop_what_nobody_sees(site: Discord) -> None:
    site.posts.append(site.written("@everyone , so it is", BOT, site.snowflake(NOW + 1)))
    assert isinstance(find(site, {**BODY, "content": "@\u200beveryone\u2028, so it is\u00ad \n"}), Sent)


def test_clocks_may_differ_by_minutes(site: Discord) -> None:
    site.clock -= 200
    made = sent(send(site))
    assert find(site) == made


def test_images_without_words_are_found_by_their_names(site: Discord) -> None:
    body = {**BODY, "content": "", "attachments": [{"id": 0, "filename": NAME, "description": "a map"}]}
    made = sent(send(site, body))
    assert find(site, body) == made
    assert find(site, {**body, "attachments": [{"id": 0, "filename": "0" * 64 + ".png"}]}) == Absent()


def test_a_busy_channel_is_read_page_by_page_and_not_for_ever(site: Discord) -> None:
    site.posts += [site.written(f"talk {i}", STRANGER, site.snowflake(NOW + i)) for i in range(999)]
    assert find(site) == Absent()
    made = sent(send(site))
    assert find(site) == made
    site.posts += [site.written(f"more {i}", STRANGER, site.snowflake(NOW + 2000 + i)) for i in range(1000)]
    assert isinstance(find(site, {**BODY, "content": "never there"}), Unknown)


def test_a_bot_that_may_not_read_the_history_knows_nothing(site: Discord) -> None:
    """Discord shows it an empty list: that is no proof of anything."""
    send(site)
    site.readable = False
    looked = find(site)
    assert isinstance(looked, Unknown)
    assert "Read Message History" in looked.reason


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply(401, {"message": "401: Unauthorized", "code": 0}), Unknown),
        (reply(403, {"message": "Missing Access", "code": 50001}), Unknown),
        (reply(200, b"<html>"), Unknown),
        (reply(200, {"id": 5}), Unknown),
        (reply(500), Wait),
        (reply(429, {"message": "slow down", "retry_after": 3.2, "global": False}), Wait),
    ],
)
def test_a_look_that_fails_says_neither_there_nor_gone(site: Discord, answer: Reply, expected: type) -> None:
    site.instead(answer, "/messages")
    assert isinstance(find(site), expected)


# Publishing


def test_a_message_is_published_once_however_often_it_is_asked_for(site: Discord) -> None:
    first = known(send(site))
    steps = [send(site, {"publish": 1, "of": 1}, step="publish", first=first, previous=first) for _ in range(2)]
    assert known(steps[0]) == known(steps[1]) == first
    assert (site.posts[0].more["flags"], len(site.publishes)) == (kit.CROSSPOSTED, 1)


def test_whether_it_is_published_can_be_seen(site: Discord) -> None:
    first = known(send(site))
    more: dict[str, Any] = {"step": "publish", "first": first, "previous": first}
    assert find(site, {"publish": 1, "of": 1}, **more) == Absent()
    send(site, {"publish": 1, "of": 1}, **more)
    assert isinstance(find(site, {"publish": 1, "of": 1}, **more), Sent)


def test_each_message_of_a_thread_is_published(site: Discord) -> None:
    rendering = rendered("\n\n".join(f"{number} " + "word " * 300 for number in range(3)), NEWS)
    assert [(part.step, part.kind) for part in rendering.parts] == [("post", "keyed")] * 3 + [("publish", "keyed")] * 3
    assert [part.body for part in rendering.parts[3:]] == [{"publish": number, "of": 3} for number in (1, 2, 3)]
    done = deliver(rendering, site)
    assert [one.id for one in done[3:]] == [one.id for one in done[:3]] == [post.id for post in site.posts]
    assert all(post.more["flags"] & kit.CROSSPOSTED for post in site.posts)


def test_a_thread_of_which_not_all_is_known_is_published_by_a_person(site: Discord) -> None:
    """One part was found by a person, who told its id only: which ones came before is lost."""
    more: dict[str, Any] = {"step": "publish", "first": {"id": "1"}, "previous": {"id": "2", "url": ""}}
    assert isinstance(send(site, {"publish": 1, "of": 2}, **more), Refused)
    assert isinstance(find(site, {"publish": 1, "of": 2}, **more), Unknown)
    assert site.asked == []


def test_twelve_in_an_hour_ten_are_published_and_two_wait_for_their_turn(site: Discord) -> None:
    waiting = []
    for number in range(12):
        there = known(send(site, {**BODY, "content": f"news {number}"}, f"key-{number}"))
        outcome = send(site, {"publish": 1, "of": 1}, step="publish", first=there, previous=there)
        waiting += [outcome] if isinstance(outcome, Wait) else []
        site.clock += 60
    assert len(site.posts) == 12
    assert len(site.publishes) == 10
    assert [wait.budget for wait in waiting] == [f"discord:publish:{CHANNEL}"] * 2
    # The header says one second there, and is wrong.
    assert [wait.seconds for wait in waiting] == [3600 - 600, 3600 - 660]


def test_publishing_in_an_ordinary_channel_is_refused_with_discords_words(site: Discord) -> None:
    first = known(send(site))
    site.instead(kit.error(400, 50024, "Cannot execute action on this channel type"), "crosspost")
    outcome = send(site, {"publish": 1, "of": 1}, step="publish", first=first, previous=first)
    assert outcome == Refused("Discord answered 400: Cannot execute action on this channel type")


# Images


def pictured(*images: tuple[str, str]) -> dict[str, Any]:
    listed = [{"id": number, "filename": name, "description": alt} for number, (name, alt) in enumerate(images)]
    return {**BODY, "attachments": listed}


def test_images_go_with_the_message_and_are_described(site: Discord) -> None:
    send(site, pictured((NAME, 'a map of “the” keep\r\n--"'), (NAME, "again")))
    body, files = kit.read(site.asked[-1])
    assert body == {**pictured((NAME, 'a map of “the” keep\r\n--"'), (NAME, "again")), "nonce": BOT_KEY}
    assert files == {"files[0]": PNG, "files[1]": PNG}
    assert [file["description"] for file in site.posts[0].more["files"]] == ['a map of “the” keep\r\n--"', "again"]


def test_the_same_key_again_with_images_is_the_same_message(site: Discord) -> None:
    assert known(send(site, pictured((NAME, "a map")))) == known(send(site, pictured((NAME, "a map"))))
    assert len(site.posts) == 1


# Afterwards


@BOTH
def test_a_change_replaces_words_and_images(site: Discord, by: Adapter) -> None:
    body = {**by.body, "attachments": pictured((NAME, "a map"))["attachments"]}
    there = known(by.send(site, body))
    assert known(by.edit(site, there, {**body, "content": "Maintenance is over"})) == there
    assert site.posts[0].text == "Maintenance is over"
    assert [file["filename"] for file in site.posts[0].more["files"]] == [NAME]
    sent(by.edit(site, there))
    assert site.posts[0].more["files"] == []
    assert "nonce" not in site.asked[-1].json


def test_a_change_pings_nobody_who_was_not_granted(site: Discord) -> None:
    there = known(send(site))
    sent(edit(site, there, {**BODY, "content": "@everyone look"}))
    assert site.posts[0].more["pings"] == []


def test_what_is_changed_or_withdrawn_is_where_it_was_posted(site: Discord) -> None:
    """The program has named another channel meanwhile."""
    there = known(send(site))
    moved = destination(BY_BOT, place="700000000000000999")
    sent(edit(site, there, {**BODY, "content": "later"}, to=moved))
    sent(withdraw(site, there, to=moved))
    assert site.posts == []


def test_another_webhooks_message_is_not_called_gone(site: Discord) -> None:
    there = known(HOOKED.send(site))
    for posted in ({**there, "webhook": "1"}, {"id": there["id"], "url": ""}):
        assert isinstance(HOOKED.withdraw(site, posted), Refused)
        assert isinstance(HOOKED.edit(site, posted), Refused)
    assert len(site.posts) == 1


def test_a_message_that_is_gone_cannot_be_changed(site: Discord) -> None:
    there = known(send(site))
    site.posts.clear()
    assert edit(site, there, BODY) == Refused("Discord answered 404: Unknown Message")


def test_publishing_is_neither_changed_nor_taken_back_by_itself(site: Discord) -> None:
    there = {"id": "1", "url": "", "channel": CHANNEL, "guild": SERVER}
    sent(withdraw(site, there, step="publish"))
    sent(edit(site, there, {"publish": 1}, step="publish"))
    assert count(site, there, step="publish") == Counted()
    assert site.asked == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, Counted(likes=0)),
        ({"reactions": [{"count": 3}, {"count": 2}]}, Counted(likes=5)),
        ({"reactions": [{"count": None}, 7, {"count": "x"}]}, Counted(likes=0)),
        ({"reactions": "many"}, Counted()),
        ({"thread": {"message_count": 12}}, Counted(likes=0, replies=12)),
    ],
)
def test_what_people_did_is_counted(site: Discord, more: dict[str, Any], expected: Counted) -> None:
    there = known(send(site))
    ask = site.answer
    site.answer = lambda asked: reply(200, {**json.loads(ask(asked).body), **more})  # type: ignore[method-assign]
    assert count(site, there) == expected


# Every answer


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply(200, {"message": "no id"}), Unknown),
        (reply(200, b""), Unknown),
        (reply(200, {"id": None}), Unknown),
        (reply(200, {"id": "12x"}), Unknown),
        (reply(200, [{"id": "12"}]), Unknown),
        (reply(204), Unknown),
        (reply(301), Refused),
        (reply(400, {"code": 50035, "message": "Invalid Form Body"}), Refused),
        (kit.error(403, 50013, "Missing Permissions"), Refused),
        (kit.error(403, 200000, "Message was blocked by automatic moderation"), Refused),
        (kit.error(404, 10003, "Unknown Channel"), Refused),
        (reply(413), Refused),
        (reply(408), Unknown),
        (reply(500), Unknown),
        (reply(502, b"<html>bad gateway</html>"), Unknown),
        (reply(503), Unknown),
        (reply(504), Unknown),
        (reply(520, b"<html>"), Unknown),
    ],
)
def test_an_answer_and_what_it_means(answer: Reply, expected: type) -> None:
    outcome = answered(answer)
    assert isinstance(outcome, expected)
    assert not getattr(outcome, "unauthorized", False)


@pytest.mark.parametrize(
    ("answer", "by"),
    [
        (kit.error(401, 0, "401: Unauthorized"), OURS),
        (reply(401), OURS),
        (kit.error(401, 50027, "Invalid Webhook Token"), HOOKED),
        (kit.error(404, 10015, "Unknown Webhook"), HOOKED),
    ],
)
def test_a_credential_that_is_not_good_any_more_is_named_and_not_told(answer: Reply, by: Adapter) -> None:
    refused = by.answered(answer)
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert f"liaison secret put {by.target.id} --outgoing" in refused.reason
    assert kit.BOT_TOKEN not in refused.reason
    assert kit.HOOK_TOKEN not in refused.reason


LIMITED = {"message": "You are being rate limited.", "retry_after": 64.57, "global": False}


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(429, LIMITED, retry_after="65", x_ratelimit_scope="user"), 65),
        (reply(429, LIMITED), 65),
        (reply(429, {**LIMITED, "global": True}, retry_after="65"), 65),
        (reply(429, {**LIMITED, "retry_after": 1163.097, "code": 20028}, retry_after="1"), 1164),
        (reply(429, {**LIMITED, "retry_after": 0.001}), 1),
        (reply(429, {**LIMITED, "retry_after": None}), 60),
        (reply(429, {**LIMITED, "retry_after": True}), 60),
        (reply(429, b'{"message": "x", "retry_after": NaN}'), 60),
        (reply(429, b'{"message": "x", "retry_after": Infinity}'), 6 * 3600),
        (reply(429, b'{"message": "x", "retry_after": 1%s}' % (b"0" * 400)), 6 * 3600),
        (reply(429, b"", retry_after="3"), 3),
        (reply(429, b""), 900),
        (reply(429, b"<html>error 1015</html>", retry_after="5"), 900),
        (reply(429, b"error code: 1015", retry_after="3600"), 3600),
        (reply(403, b"<html>you have been blocked</html>"), 900),
        (kit.error(403, 40333, "internal network error"), 60),
        (kit.error(400, 20016, "This action cannot be performed due to slowmode rate limit"), 60),
        (kit.error(403, 40004, "Send messages has been temporarily disabled"), 60),
    ],
)
def test_too_much_and_how_long_to_wait(answer: Reply, seconds: int) -> None:
    wait = answered(answer)
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.budget) == (seconds, "discord:acme-discord")


# What it looks like


def test_one_message_to_the_letter() -> None:
    part = only(
        rendered("The **servers** are back.\n\n- one\n- two\n\nMore: https://acme.example/news", title="All is well")
    )
    assert part.body == {
        "content": "**All is well**\n\nThe **servers** are back.\n\n- one\n- two\n\nMore: https://acme.example/news",
        "allowed_mentions": NOT_PINGED,
        "nonce": KEY,
        "enforce_nonce": True,
    }
    assert (part.kind, part.window, part.step) == ("keyed", 100, "post")
    assert part.budgets == (Budget("discord:acme-discord"),)
    assert part.measures == (Measure("text", "UTF-16 units", len(part.body["content"]), 2000),)
    assert part.text.startswith("All is well\n\nThe servers are back.")
    assert "<strong>servers</strong>" in part.html


def test_a_webhook_has_no_key_and_nobody_can_look() -> None:
    part = only(HOOKED.render("The servers are back."))
    assert part.body == {"content": "The servers are back.", "allowed_mentions": NOT_PINGED}
    assert (part.kind, part.window) == ("blind", 0)
    assert part.budgets == (Budget("discord:acme-hook"),)


def test_a_webhook_cannot_publish_and_says_so() -> None:
    rendering = rendered("News", BY_HOOK.model_copy(update={"publish": True}))
    assert len(rendering.parts) == 1
    assert any("a webhook cannot do that" in note for note in rendering.notes)


def test_publishing_has_a_rate_of_its_own() -> None:
    _, step = rendered("News", NEWS).parts
    assert (step.step, step.kind, step.window, step.body, step.text) == (
        "publish",
        "keyed",
        0,
        {"publish": 1, "of": 1},
        "",
    )
    assert step.budgets == (Budget("discord:acme-discord"), Budget(f"discord:publish:{CHANNEL}", 10, 3600))


def test_only_who_was_granted_by_both_is_pinged(site: Discord) -> None:
    body = "@everyone @here @{mods} @{anna} @{team}"
    rendering = rendered(body, pings=frozenset({"mods", "anna", "team"}))
    part = only(rendering)
    assert part.body["allowed_mentions"] == {"parse": [], "roles": [MODS], "users": [ANNA]}
    assert f"<@&{MODS}> <@{ANNA}>" in part.body["content"]
    assert rendering.pings == ("the role @mods", "the account @anna")
    assert rendering.notes == (
        "@everyone pings nobody: the announcement does not ask for it",
        "@here pings nobody: the announcement does not ask for it",
        "@team pings nobody: the target 'acme-discord' does not allow it (`pings`) and names no role or account for it"
        " (`mentions`)",
    )
    deliver(rendering, site)
    assert site.posts[0].more["pings"] == [MODS, ANNA]
    assert kit.pinged(site.posts[0].more["content"], None) == [MODS, ANNA]


def test_everyone_is_pinged_when_both_say_so(site: Discord) -> None:
    rendering = rendered("@everyone, look", pings=frozenset({"everyone"}))
    assert only(rendering).body["allowed_mentions"] == {"parse": ["everyone"], "roles": [], "users": []}
    assert rendering.pings == ("everyone who can see the channel (@everyone)",)
    deliver(rendering, site)
    assert site.posts[0].more["pings"] == ["@everyone"]


def test_here_does_not_let_everyone_through(site: Discord) -> None:
    """To Discord the two are one permission."""
    rendering = rendered("@everyone and @here and `@everyone`", pings=frozenset({"here"}))
    assert only(rendering).body["allowed_mentions"]["parse"] == ["everyone"]
    deliver(rendering, site)
    assert site.posts[0].more["pings"] == ["@here"]
    assert rendering.pings == ("everyone who can see the channel and is online (@here)",)


def test_a_granted_name_that_is_not_mentioned_pings_nobody() -> None:
    rendering = rendered("Look", pings=frozenset({"everyone", "mods"}))
    assert only(rendering).body["allowed_mentions"] == NOT_PINGED
    assert rendering.pings == ()


def test_only_the_message_that_mentions_somebody_pings() -> None:
    body = "word " * 390 + "\n\n@{mods} " + "word " * 300
    first, second = rendered(body, pings=frozenset({"mods"})).parts
    assert [part.body["allowed_mentions"]["roles"] for part in (first, second)] == [[], [MODS]]


@pytest.mark.parametrize(
    ("written", "who"),
    [
        ("12", "<@&12>"),
        ("&12", "<@&12>"),
        ("<@&12>", "<@&12>"),
        ("@12", "<@12>"),
        ("<@12>", "<@12>"),
        ("<@!12>", "<@12>"),
    ],
)
def test_an_id_says_whether_it_is_a_role_or_an_account(written: str, who: str) -> None:
    target = BY_BOT.model_copy(update={"mentions": {"mods": written}})
    assert only(rendered("@{mods}", target, pings=frozenset({"mods"}))).body["content"] == who


@pytest.mark.parametrize("written", ["mods", "", "@everyone", "12 34", "<@&12"])
def test_a_mention_nobody_can_resolve_pings_nobody_and_says_so(written: str) -> None:
    target = BY_BOT.model_copy(update={"mentions": {"mods": written.replace("<@&12", "x")}})
    rendering = rendered("@{mods}", target, pings=frozenset({"mods"}))
    assert only(rendering).body["allowed_mentions"] == NOT_PINGED
    assert rendering.pings == ()
    (note,) = rendering.notes
    assert note == "@mods pings nobody: the target 'acme-discord' names no role or account for it (`mentions`)"


def test_what_is_written_in_a_text_pings_nobody() -> None:
    """Not even where Discord would let everything through."""
    hostile = "@everyone <@&900000000000000001> <@1> `@here` [@everyone](https://x.example) **@**everyone\n\n# @here"
    part = only(rendered(hostile, title="@everyone"))
    assert kit.pinged(part.body["content"], None) == []
    assert part.body["allowed_mentions"] == NOT_PINGED


@pytest.mark.parametrize(("units", "parts"), [(2000, 1), (2001, 2)])
def test_two_thousand_units_are_one_message(units: int, parts: int) -> None:
    text = ("word " * 1000)[: units - 2].strip()
    text += "x" * (units - 2 - len(text)) + "\U0001f389"
    rendering = rendered(text)
    assert rendering.problems == ()
    assert len(rendering.parts) == parts
    assert all(measure.used <= measure.limit for part in rendering.parts for measure in part.measures)


def test_a_long_text_is_several_messages_in_order(site: Discord) -> None:
    body = "\n\n".join(f"Paragraph {number}. " + "word " * 150 for number in range(6))
    rendering = rendered(body, title="Much to tell")
    assert len(rendering.parts) > 2
    assert any(str(len(rendering.parts)) in note for note in rendering.notes)
    done = deliver(rendering, site)
    assert done[-1].more["messages"].split() == [post.id for post in site.posts]
    text = "\n".join(post.text for post in site.posts)
    assert [text.index(f"Paragraph {number}.") for number in range(6)] == sorted(
        text.index(f"Paragraph {number}.") for number in range(6)
    )
    assert text.count("word") == 900


def test_an_image_stands_with_its_words(site: Discord) -> None:
    rendering = rendered(f"Look:\n\n![the new map]({NAME})", images=(IMAGE,))
    part = only(rendering)
    assert part.body["attachments"] == [{"id": 0, "filename": NAME, "description": "the new map"}]
    assert part.body["content"] == "Look:"
    assert part.images == (IMAGE.model_copy(update={"alt": "the new map"}),)
    assert part.measures[1:] == (
        Measure("description of image 1", "UTF-16 units", 11, 1024),
        Measure("image 1", "bytes", len(PNG), 10 * 1024 * 1024),
        Measure("all images", "bytes", len(PNG), 24 * 1024 * 1024),
    )
    deliver(rendering, site)
    assert site.posts[0].more["files"] == [{"filename": NAME, "description": "the new map", "size": len(PNG)}]


def test_an_image_alone_is_a_message(site: Discord) -> None:
    deliver(rendered(f"![the new map]({NAME})", images=(IMAGE,)), site)
    assert site.posts[0].more["content"] == ""


def test_in_a_thread_each_message_has_its_own_images() -> None:
    body = f"{'word ' * 390}\n\n![the new map]({NAME})\n\n{'more ' * 390}"
    parts = rendered(body, images=(IMAGE,)).parts
    assert sum(len(part.images) for part in parts) == 1
    assert [("attachments" in part.body) for part in parts].count(True) == 1


@pytest.mark.parametrize(
    ("body", "image", "problem"),
    [
        (
            f"![a map]({NAME})",
            IMAGE.model_copy(update={"bytes": 10 * 1024 * 1024 + 1}),
            "image 1: 10,485,761 bytes; Discord takes 10,485,760",
        ),
        (
            f"![{'x' * 1025}]({NAME})",
            IMAGE,
            "description of image 1: 1,025 UTF-16 units; Discord takes 1,024",
        ),
        (
            f"![a map]({NAME})\n\n" * 11,
            IMAGE,
            "there are 11 images, and Discord takes 10 with a message: leave some out",
        ),
        (
            f"![a map]({NAME})\n\n" * 10,
            IMAGE.model_copy(update={"bytes": 5_000_000}),
            "all images: 50,000,000 bytes; Discord takes 25,165,824",
        ),
    ],
)
def test_what_blocks_an_approval(body: str, image: Image, problem: str) -> None:
    problems = rendered(body, images=(image,)).problems
    assert any(one.startswith(problem) for one in problems), problems
