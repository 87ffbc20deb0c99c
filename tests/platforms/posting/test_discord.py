"""Discord: what an announcement looks like there, that it is there once, and what becomes of every answer."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms.discord import posting
from functions.platforms.outgoing import (
    MEDIA,
    Destination,
    Hands,
    NotSentError,
    Outcome,
    Refused,
    Reply,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
)
from functions.platforms.posting import KEY, Absent, Budget, Counted, Measure, Part, Post, Rendering
from tests.platforms.posting import fake as shared
from tests.platforms.posting.fake import NOW, Objects, reply, sent
from tests.platforms.posting.kits import discord as kit
from tests.platforms.posting.kits.discord import ANNA, BOT, CHANNEL, HOOK, MODS, SERVER, STRANGER, Discord

BY_BOT, BY_HOOK = kit.TARGETS
NEWS = BY_BOT.model_copy(update={"publish": True})
BOT_KEY = "k" * 25
AT = datetime.fromtimestamp(NOW, UTC)
BODY: dict[str, Any] = {
    "content": "Maintenance tonight",
    "allowed_mentions": {"parse": [], "roles": [], "users": []},
    "nonce": KEY,
    "enforce_nonce": True,
}
HOOK_BODY = {name: value for name, value in BODY.items() if name not in ("nonce", "enforce_nonce")}
PNG = b"\x89PNG\r\n\x1a\n--not a boundary\r\n"
NAME = f"{sha256(PNG).hexdigest()}.png"
IMAGE = Image(name=NAME, type="image/png", bytes=len(PNG))
OBJECTS = Objects({f"{MEDIA}/{NAME}": PNG})
NOT_PINGED: dict[str, list[str]] = {"parse": [], "roles": [], "users": []}


def to(target: Target = BY_BOT, **more: Any) -> Destination:
    return replace(Destination(target.id, "acme", "", kit.secret(target), place=target.place), **more)


def requested(body: dict[str, Any] = BODY, **more: Any) -> PostRequested:
    given = {"announcement": "a1", "target": "acme-discord", "language": "en", "published_at": AT}
    return PostRequested.model_validate({**given, "body": body, **more})


def known(outcome: object) -> dict[str, Any]:
    """As the next part, or a change, gets it."""
    there = sent(outcome)
    return {**there.more, "id": there.id, "url": there.url}


def hands(site: Discord, objects: Objects = OBJECTS) -> Hands:
    return shared.hands(site, objects, timestamp=int(site.clock))


def deliver(rendering: Rendering, site: Discord, target: Target = BY_BOT) -> list[Sent]:
    """All parts, one after the other, each with a key of its own."""
    done: list[Sent] = []
    for number, part in enumerate(rendering.parts):
        before = {"first": known(done[0]), "previous": known(done[-1])} if done else {}
        post = requested(part.body, step=part.step, images=part.images, **before)
        done.append(sent(posting.send(post, to(target), f"key-{number}", hands(site))))
    return done


def send(site: Discord, body: dict[str, Any] = BODY, key: str = BOT_KEY, **more: Any) -> Outcome:
    return posting.send(requested(body, **more), to(), key, hands(site))


def find(site: Discord, body: dict[str, Any] = BODY, since: datetime = AT, **more: Any) -> object:
    return posting.find(requested(body, **more), to(), BOT_KEY, since, hands(site))


def answered(answer: Reply, target: Target = BY_BOT, **more: Any) -> Outcome:
    """What becomes of the one call that makes the post, when Discord answers it like this."""
    site = Discord(target)
    site.answers(answer)
    body = BODY if target.form == "bot" else HOOK_BODY
    return posting.send(requested(body, **more), to(target), BOT_KEY, hands(site))


# By a bot


def test_the_request_is_what_was_approved_with_the_key_in_it() -> None:
    site = Discord(BY_BOT)
    there = sent(send(site))
    create = site.asked[-1]
    assert (create.method, create.path, create.query) == ("POST", f"/api/v10/channels/{CHANNEL}/messages", {})
    assert create.json == {**BODY, "nonce": BOT_KEY}
    assert create.headers["authorization"] == f"Bot {kit.BOT_TOKEN}"
    assert create.headers["user-agent"].startswith("DiscordBot (")
    assert there.url == f"https://discord.com/channels/{SERVER}/{CHANNEL}/{there.id}"
    assert there.more == {"channel": CHANNEL, "guild": SERVER, "messages": there.id}


def test_the_same_key_again_is_the_same_message() -> None:
    site = Discord(BY_BOT)
    site.cut_off_after()
    with pytest.raises(UnansweredError):
        send(site)
    site.clock += 90
    there = sent(send(site))
    assert [post.id for post in site.posts] == [there.id]


def test_a_message_that_was_deleted_in_between_is_not_posted_again() -> None:
    site = Discord(BY_BOT)
    send(site)
    site.posts.clear()
    assert send(site) == Refused("it was posted, and somebody deleted it since")
    assert site.posts == []


def test_a_server_that_cannot_be_asked_for_costs_the_link_and_nothing_else() -> None:
    site = Discord(BY_BOT)
    ask = site.answer
    site.answer = lambda asked: reply(500) if asked.method == "GET" else ask(asked)  # type: ignore[method-assign]
    there = sent(send(site))
    assert (there.url, len(site.posts)) == ("", 1)


def test_the_channel_is_asked_for_its_server_once_in_a_thread() -> None:
    site = Discord(BY_BOT)
    first = known(send(site))
    second = known(send(site, {**BODY, "content": "2/2"}, "other", first=first, previous=first))
    assert [asked.method for asked in site.asked] == ["GET", "POST", "POST"]
    assert second["url"].startswith(f"https://discord.com/channels/{SERVER}/")
    assert second["messages"] == f"{first['id']} {second['id']}"


def test_a_token_with_its_scheme_before_it_is_taken_too() -> None:
    site = Discord(BY_BOT)
    sent(posting.send(requested(), to(secret=f" Bot {kit.BOT_TOKEN}\n"), BOT_KEY, hands(site)))


# By a webhook


def test_a_webhook_waits_for_its_message_and_shows_no_token() -> None:
    site = Discord(BY_HOOK)
    there = sent(posting.send(requested(HOOK_BODY), to(BY_HOOK), BOT_KEY, hands(site)))
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
def test_every_way_to_write_a_webhooks_address(address: str) -> None:
    site = Discord(BY_HOOK)
    there = known(posting.send(requested(HOOK_BODY), to(BY_HOOK, secret=address), BOT_KEY, hands(site)))
    gone = WithdrawRequested(announcement="a1", target="acme-hook", posted=there)
    assert isinstance(posting.withdraw(gone, to(BY_HOOK, secret=address), BOT_KEY, hands(site)), Sent)
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
def test_an_address_that_is_no_webhooks_is_never_asked(secret: str) -> None:
    site = Discord(BY_HOOK)
    refused = posting.send(requested(HOOK_BODY), to(BY_HOOK, secret=secret), BOT_KEY, hands(site))
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert site.asked == []


def test_without_a_credential_nothing_is_done_or_known() -> None:
    site, there = Discord(BY_HOOK), {"id": "12", "url": "", "channel": CHANNEL}
    nowhere = to(BY_HOOK, secret="https://example.com")
    gone = WithdrawRequested(announcement="a1", target="t", posted=there)
    asked = CountRequested(announcement="a1", target="t", posted=there)
    assert isinstance(posting.find(requested(HOOK_BODY), nowhere, "k", AT, hands(site)), Unknown)
    assert isinstance(posting.edit(changed(HOOK_BODY, there), nowhere, "k", hands(site)), Refused)
    assert isinstance(posting.withdraw(gone, nowhere, "k", hands(site)), Refused)
    assert isinstance(posting.count(asked, nowhere, hands(site)), Refused)
    assert site.asked == []


def test_a_webhook_in_a_bots_place_does_not_post_what_could_not_be_repeated() -> None:
    for body, target in ((BODY, BY_HOOK), (HOOK_BODY, BY_BOT)):
        site = Discord(target)
        refused = posting.send(requested(body), to(target), BOT_KEY, hands(site))
        assert isinstance(refused, Refused)
        assert refused.unauthorized
        assert site.asked == []


def test_nobody_can_look_for_a_webhooks_message() -> None:
    site = Discord(BY_HOOK)
    looked = posting.find(requested(HOOK_BODY), to(BY_HOOK), BOT_KEY, AT, hands(site))
    assert looked == Unknown("a webhook cannot read what is in its channel")


def test_a_server_of_ones_own_may_be_asked_without_tls() -> None:
    site = Discord(BY_HOOK)
    near = to(BY_HOOK, secret=kit.WEBHOOK_URL.replace("https", "http"), private=True)
    sent(posting.send(requested(HOOK_BODY), near, BOT_KEY, hands(site)))


# Looking


def test_after_the_key_is_forgotten_the_message_is_found_by_its_words() -> None:
    site = Discord(BY_BOT)
    made = sent(send(site))
    site.clock += 3600
    assert find(site) == made


def test_what_never_arrived_is_absent() -> None:
    assert find(Discord(BY_BOT)) == Absent()


@pytest.mark.parametrize("content", ["Maintenance tonight!", "", "maintenance tonight"])
def test_other_words_are_another_message(content: str) -> None:
    site = Discord(BY_BOT)
    site.posts.append(site.written(content, BOT, site.snowflake(NOW + 1)))
    assert find(site) == Absent()


def test_the_same_words_of_somebody_else_or_of_last_week_are_not_ours() -> None:
    site = Discord(BY_BOT)
    site.posts.append(site.written(BODY["content"], STRANGER, site.snowflake(NOW + 1)))
    site.posts.append(site.written(BODY["content"], BOT, site.snowflake(NOW - 7 * 86_400)))
    assert find(site) == Absent()


def test_the_part_before_it_is_not_mistaken_for_it() -> None:
    site = Discord(BY_BOT)
    first = known(send(site))
    assert find(site, first=first, previous=first) == Absent()


def test_discord_may_drop_what_nobody_sees() -> None:
    site = Discord(BY_BOT)
    site.posts.append(site.written("@everyone , so it is", BOT, site.snowflake(NOW + 1)))
    assert isinstance(find(site, {**BODY, "content": "@\u200beveryone\u2028, so it is\u00ad \n"}), Sent)


def test_clocks_may_differ_by_minutes() -> None:
    site = Discord(BY_BOT)
    site.clock -= 200
    made = sent(send(site))
    assert find(site) == made


def test_images_without_words_are_found_by_their_names() -> None:
    site = Discord(BY_BOT)
    body = {**BODY, "content": "", "attachments": [{"id": 0, "filename": NAME, "description": "a map"}]}
    made = sent(send(site, body))
    assert find(site, body) == made
    assert find(site, {**body, "attachments": [{"id": 0, "filename": "0" * 64 + ".png"}]}) == Absent()


def test_a_busy_channel_is_read_page_by_page_and_not_for_ever() -> None:
    site = Discord(BY_BOT)
    site.posts += [site.written(f"talk {i}", STRANGER, site.snowflake(NOW + i)) for i in range(999)]
    assert find(site) == Absent()
    made = sent(send(site))
    assert find(site) == made
    site.posts += [site.written(f"more {i}", STRANGER, site.snowflake(NOW + 2000 + i)) for i in range(1000)]
    assert isinstance(find(site, {**BODY, "content": "never there"}), Unknown)


def test_a_bot_that_may_not_read_the_history_knows_nothing() -> None:
    """Discord shows it an empty list: that is no proof of anything."""
    site = Discord(BY_BOT)
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
def test_a_look_that_fails_says_neither_there_nor_gone(answer: Reply, expected: type) -> None:
    site = Discord(BY_BOT)
    ask = site.answer
    site.answer = lambda asked: answer if asked.path.endswith("/messages") else ask(asked)  # type: ignore[method-assign]
    assert isinstance(find(site), expected)


def test_a_look_without_an_answer_is_tried_again() -> None:
    site = Discord(BY_BOT)

    def silent(asked: object) -> Reply:
        raise UnansweredError("no whole answer within 10 s")

    site.answer = silent  # type: ignore[method-assign]
    assert isinstance(find(site), Wait)


# Publishing


def test_a_message_is_published_once_however_often_it_is_asked_for() -> None:
    site = Discord(BY_BOT)
    first = known(send(site))
    steps = [
        posting.send(
            requested({"publish": 1, "of": 1}, step="publish", first=first, previous=first), to(), "p", hands(site)
        )
        for _ in range(2)
    ]
    assert known(steps[0]) == known(steps[1]) == first
    assert (site.posts[0].more["flags"], len(site.publishes)) == (kit.CROSSPOSTED, 1)


def test_whether_it_is_published_can_be_seen() -> None:
    site = Discord(BY_BOT)
    first = known(send(site))
    more: dict[str, Any] = {"step": "publish", "first": first, "previous": first}
    assert find(site, {"publish": 1, "of": 1}, **more) == Absent()
    send(site, {"publish": 1, "of": 1}, **more)
    assert isinstance(find(site, {"publish": 1, "of": 1}, **more), Sent)


def test_each_message_of_a_thread_is_published() -> None:
    site = Discord(BY_BOT)
    post = Post("a1", "", "\n\n".join(f"{number} " + "word " * 300 for number in range(3)), "en")
    rendering = posting.render(post, NEWS)
    assert [(part.step, part.kind) for part in rendering.parts] == [("post", "keyed")] * 3 + [("publish", "keyed")] * 3
    assert [part.body for part in rendering.parts[3:]] == [{"publish": number, "of": 3} for number in (1, 2, 3)]
    done = deliver(rendering, site)
    assert [one.id for one in done[3:]] == [one.id for one in done[:3]] == [post.id for post in site.posts]
    assert all(post.more["flags"] & kit.CROSSPOSTED for post in site.posts)


def test_a_thread_of_which_not_all_is_known_is_published_by_a_person() -> None:
    """One part was found by a person, who told its id only: which ones came before is lost."""
    site = Discord(BY_BOT)
    more: dict[str, Any] = {"step": "publish", "first": {"id": "1"}, "previous": {"id": "2", "url": ""}}
    assert isinstance(send(site, {"publish": 1, "of": 2}, **more), Refused)
    assert isinstance(find(site, {"publish": 1, "of": 2}, **more), Unknown)
    assert site.asked == []


def test_twelve_in_an_hour_ten_are_published_and_two_wait_for_their_turn() -> None:
    site = Discord(BY_BOT)
    waiting = []
    for number in range(12):
        there = known(send(site, {**BODY, "content": f"news {number}"}, f"key-{number}"))
        step = requested({"publish": 1, "of": 1}, step="publish", first=there, previous=there)
        outcome = posting.send(step, to(), "p", hands(site))
        waiting += [outcome] if isinstance(outcome, Wait) else []
        site.clock += 60
    assert len(site.posts) == 12
    assert len(site.publishes) == 10
    assert [wait.budget for wait in waiting] == [f"discord:publish:{CHANNEL}"] * 2
    # The header says one second there, and is wrong.
    assert [wait.seconds for wait in waiting] == [3600 - 600, 3600 - 660]


def test_publishing_in_an_ordinary_channel_is_refused_with_discords_words() -> None:
    site = Discord(BY_BOT)
    first = known(send(site))
    ask = site.answer
    no = kit.error(400, 50024, "Cannot execute action on this channel type")
    site.answer = lambda asked: no if asked.path.endswith("crosspost") else ask(asked)  # type: ignore[method-assign]
    outcome = send(site, {"publish": 1, "of": 1}, step="publish", first=first, previous=first)
    assert outcome == Refused("Discord answered 400: Cannot execute action on this channel type")


# Images


def pictured(*images: tuple[str, str]) -> dict[str, Any]:
    listed = [{"id": number, "filename": name, "description": alt} for number, (name, alt) in enumerate(images)]
    return {**BODY, "attachments": listed}


def test_images_go_with_the_message_and_are_described() -> None:
    site = Discord(BY_BOT)
    send(site, pictured((NAME, 'a map of “the” keep\r\n--"'), (NAME, "again")))
    body, files = kit.read(site.asked[-1])
    assert body == {**pictured((NAME, 'a map of “the” keep\r\n--"'), (NAME, "again")), "nonce": BOT_KEY}
    assert files == {"files[0]": PNG, "files[1]": PNG}
    assert [file["description"] for file in site.posts[0].more["files"]] == ['a map of “the” keep\r\n--"', "again"]


def test_the_same_key_again_with_images_is_the_same_message() -> None:
    site = Discord(BY_BOT)
    assert known(send(site, pictured((NAME, "a map")))) == known(send(site, pictured((NAME, "a map"))))
    assert len(site.posts) == 1


def test_an_image_that_is_gone_stops_the_message() -> None:
    site = Discord(BY_BOT)
    outcome = posting.send(requested(pictured((NAME, "a map"))), to(), BOT_KEY, hands(site, Objects()))
    assert outcome == Refused(f"the image {NAME} is not there any more: upload it again")
    assert site.posts == []


# Afterwards


def changed(body: dict[str, Any], posted: dict[str, Any], **more: Any) -> ChangeRequested:
    return ChangeRequested.model_validate({**requested(body, **more).model_dump(), "posted": posted})


@pytest.mark.parametrize("target", kit.TARGETS)
def test_a_change_replaces_words_and_images(target: Target) -> None:
    site = Discord(target)
    body = pictured((NAME, "a map")) if target is BY_BOT else {**pictured((NAME, "a map"))}
    body = body if target is BY_BOT else {name: body[name] for name in (*HOOK_BODY, "attachments")}
    there = known(posting.send(requested(body), to(target), BOT_KEY, hands(site)))
    after = {**body, "content": "Maintenance is over"}
    assert known(posting.edit(changed(after, there), to(target), "e", hands(site))) == there
    assert site.posts[0].text == "Maintenance is over"
    assert [file["filename"] for file in site.posts[0].more["files"]] == [NAME]
    bare = {name: value for name, value in after.items() if name != "attachments"}
    sent(posting.edit(changed(bare, there), to(target), "e", hands(site)))
    assert site.posts[0].more["files"] == []
    assert "nonce" not in site.asked[-1].json


def test_a_change_pings_nobody_who_was_not_granted() -> None:
    site = Discord(BY_BOT)
    there = known(send(site))
    sent(posting.edit(changed({**BODY, "content": "@everyone look"}, there), to(), "e", hands(site)))
    assert site.posts[0].more["pings"] == []


@pytest.mark.parametrize("target", kit.TARGETS)
def test_what_is_withdrawn_is_gone_and_stays_so(target: Target) -> None:
    site = Discord(target)
    body = BODY if target is BY_BOT else HOOK_BODY
    there = known(posting.send(requested(body), to(target), BOT_KEY, hands(site)))
    gone = WithdrawRequested(announcement="a1", target=target.id, posted=there)
    for _ in range(2):
        sent(posting.withdraw(gone, to(target), "w", hands(site)))
    assert site.posts == []


def test_what_is_changed_or_withdrawn_is_where_it_was_posted() -> None:
    """The program has named another channel meanwhile."""
    site = Discord(BY_BOT)
    there = known(send(site))
    moved = to(place="700000000000000999")
    sent(posting.edit(changed({**BODY, "content": "later"}, there), moved, "e", hands(site)))
    sent(posting.withdraw(WithdrawRequested(announcement="a1", target="t", posted=there), moved, "w", hands(site)))
    assert site.posts == []


def test_another_webhooks_message_is_not_called_gone() -> None:
    site = Discord(BY_HOOK)
    there = known(posting.send(requested(HOOK_BODY), to(BY_HOOK), BOT_KEY, hands(site)))
    for posted in ({**there, "webhook": "1"}, {"id": there["id"], "url": ""}):
        gone = WithdrawRequested(announcement="a1", target="acme-hook", posted=posted)
        assert isinstance(posting.withdraw(gone, to(BY_HOOK), "w", hands(site)), Refused)
        assert isinstance(posting.edit(changed(HOOK_BODY, posted), to(BY_HOOK), "e", hands(site)), Refused)
    assert len(site.posts) == 1


def test_a_message_that_is_gone_cannot_be_changed() -> None:
    site = Discord(BY_BOT)
    there = known(send(site))
    site.posts.clear()
    assert posting.edit(changed(BODY, there), to(), "e", hands(site)) == Refused(
        "Discord answered 404: Unknown Message"
    )


def test_publishing_is_neither_changed_nor_taken_back_by_itself() -> None:
    site = Discord(BY_BOT)
    there = {"id": "1", "url": "", "channel": CHANNEL, "guild": SERVER}
    gone = WithdrawRequested(announcement="a1", target="t", step="publish", posted=there)
    sent(posting.withdraw(gone, to(), "w", hands(site)))
    sent(posting.edit(changed({"publish": 1}, there, step="publish"), to(), "e", hands(site)))
    asked = CountRequested(announcement="a1", target="t", step="publish", posted=there)
    assert posting.count(asked, to(), hands(site)) == Counted()
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
def test_what_people_did_is_counted(more: dict[str, Any], expected: Counted) -> None:
    site = Discord(BY_BOT)
    there = known(send(site))
    ask = site.answer
    site.answer = lambda asked: reply(200, {**json.loads(ask(asked).body), **more})  # type: ignore[method-assign]
    asked = CountRequested(announcement="a1", target="t", posted=there)
    assert posting.count(asked, to(), hands(site)) == expected


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
    ("answer", "target"),
    [
        (kit.error(401, 0, "401: Unauthorized"), BY_BOT),
        (reply(401), BY_BOT),
        (kit.error(401, 50027, "Invalid Webhook Token"), BY_HOOK),
        (kit.error(404, 10015, "Unknown Webhook"), BY_HOOK),
    ],
)
def test_a_credential_that_is_not_good_any_more_is_named_and_not_told(answer: Reply, target: Target) -> None:
    refused = answered(answer, target)
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert f"liaison secret put {target.id} --outgoing" in refused.reason
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
        (reply(429, {**LIMITED, "retry_after": "soon"}, retry_after="7.2"), 8),
        (reply(429, {**LIMITED, "retry_after": None}), 60),
        (reply(429, {**LIMITED, "retry_after": True}), 60),
        (reply(429, b'{"message": "x", "retry_after": NaN}'), 60),
        (reply(429, b'{"message": "x", "retry_after": Infinity}'), 6 * 3600),
        (reply(429, b'{"message": "x", "retry_after": 1%s}' % (b"0" * 400)), 6 * 3600),
        (reply(429, b"", retry_after="3"), 3),
        (reply(429, b"", retry_after=format_datetime(AT + timedelta(seconds=40), usegmt=True)), 40),
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


def test_nothing_of_the_address_was_sent_when_it_could_not_be_reached() -> None:
    site = Discord(BY_BOT)
    site.unreachable()
    with pytest.raises(NotSentError):
        send(site)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMED = st.dictionaries(
    st.sampled_from(["id", "code", "message", "retry_after", "errors", "global", "channel_id", "flags"]),
    ODD,
    max_size=5,
)
BODIES = st.binary(max_size=30) | st.builds(lambda given: json.dumps(given).encode(), NAMED | ODD)
HEADERS = st.dictionaries(st.sampled_from(["retry-after", "content-type"]), st.text(max_size=8), max_size=2)
REPLIES = st.builds(Reply, st.integers(100, 599), HEADERS, BODIES)


@given(REPLIES, st.sampled_from(kit.TARGETS))
@settings(max_examples=300, deadline=None)
def test_whatever_is_answered_has_an_outcome_and_only_a_message_is_sent(answer: Reply, target: Target) -> None:
    outcome = answered(answer, target)
    assert isinstance(outcome, Sent | Refused | Wait | Unknown)
    if isinstance(outcome, Sent):
        assert 200 <= answer.status < 300
        assert json.loads(answer.body)["id"] == outcome.id


@given(REPLIES)
@settings(max_examples=200, deadline=None)
def test_whatever_is_answered_afterwards_or_to_a_look_has_an_outcome(answer: Reply) -> None:
    site = Discord(BY_BOT)
    site.answer = lambda asked: answer  # type: ignore[method-assign]
    there = {"id": "12", "url": "", "channel": CHANNEL, "messages": "12"}
    assert isinstance(posting.edit(changed(BODY, there), to(), "e", hands(site)), Sent | Refused | Wait | Unknown)
    gone = WithdrawRequested(announcement="a1", target="t", posted=there)
    assert isinstance(posting.withdraw(gone, to(), "w", hands(site)), Sent | Refused | Wait | Unknown)
    asked = CountRequested(announcement="a1", target="t", posted=there)
    assert isinstance(posting.count(asked, to(), hands(site)), Counted | Refused | Wait | Unknown)
    assert isinstance(find(site), Sent | Absent | Unknown | Wait)
    assert isinstance(
        send(site, {"publish": 1, "of": 1}, step="publish", previous=there), Sent | Refused | Wait | Unknown
    )


# What it looks like


def rendered(body: str, target: Target = BY_BOT, **more: Any) -> Rendering:
    return posting.render(Post("a1", more.pop("title", ""), body, "en", **more), target)


def only(rendering: Rendering) -> Part:
    assert rendering.problems == ()
    (part,) = rendering.parts
    return part


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
    part = only(rendered("The servers are back.", BY_HOOK))
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


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("Patch 1.2", "Patch 1.2 is out", "Patch 1.2 is out"),
        ("Patch 1.2", "# Patch 1.2\n\nIt is out", "# Patch 1.2\nIt is out"),
        ("Patch", "Patches are out", "**Patch**\n\nPatches are out"),
        ("", "It is out", "It is out"),
        ("Patch 1.2", "", "**Patch 1.2**"),
    ],
)
def test_the_title_is_said_once(title: str, body: str, expected: str) -> None:
    content = only(rendered(body, title=title)).body["content"].replace("\\.", ".")
    assert content == expected


def test_only_who_was_granted_by_both_is_pinged() -> None:
    body = "@everyone @here @{mods} @{anna} @{team}"
    rendering = rendered(body, pings=frozenset({"mods", "anna", "team"}))
    part = only(rendering)
    assert part.body["allowed_mentions"] == {"parse": [], "roles": [MODS], "users": [ANNA]}
    assert f"<@&{MODS}> <@{ANNA}>" in part.body["content"]
    assert rendering.pings == ("the role @mods", "the account @anna")
    assert rendering.notes == (
        "@everyone pings nobody: not granted by the announcement.",
        "@here pings nobody: not granted by the announcement.",
        "@team pings nobody: not granted by the target.",
    )
    site = Discord(BY_BOT)
    deliver(rendering, site)
    assert site.posts[0].more["pings"] == [MODS, ANNA]
    assert kit.pinged(site.posts[0].more["content"], None) == [MODS, ANNA]


def test_everyone_is_pinged_when_both_say_so() -> None:
    rendering = rendered("@everyone, look", pings=frozenset({"everyone"}))
    assert only(rendering).body["allowed_mentions"] == {"parse": ["everyone"], "roles": [], "users": []}
    assert rendering.pings == ("everyone who can see the channel (@everyone)",)
    site = Discord(BY_BOT)
    deliver(rendering, site)
    assert site.posts[0].more["pings"] == ["@everyone"]


def test_here_does_not_let_everyone_through() -> None:
    """To Discord the two are one permission."""
    rendering = rendered("@everyone and @here and `@everyone`", pings=frozenset({"here"}))
    assert only(rendering).body["allowed_mentions"]["parse"] == ["everyone"]
    site = Discord(BY_BOT)
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
    assert rendering.notes[0].startswith("@mods pings nobody: `mentions` of 'acme-discord'")


HOSTILE = "@everyone <@&900000000000000001> <@1> `@here` [@everyone](https://x.example) **@**everyone\n\n# @here"


def test_what_is_written_in_a_text_pings_nobody() -> None:
    """Not even where Discord would let everything through."""
    part = only(rendered(HOSTILE, title="@everyone"))
    assert kit.pinged(part.body["content"], None) == []
    assert part.body["allowed_mentions"] == NOT_PINGED


WRITTEN = st.sampled_from(
    (
        "@everyone",
        "@{mods}",
        "<@1>",
        "**",
        "_",
        "`",
        "```\n",
        "\n\n",
        "\n",
        "# ",
        "> ",
        "- ",
        "| a |\n|---|\n",
        "word ",
        "[l](https://x.example)",
        f"![alt]({NAME})",
        "![](x.png)",
        "\\",
        "||",
        "<",
        "\U0001f389",
        "<key>",
        "<first>",
    )
)


@given(st.lists(WRITTEN | st.text(max_size=12), max_size=40), st.text(max_size=20), st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_whatever_is_written_discord_takes_it_and_pings_nobody(words: list[str], title: str, times: int) -> None:
    image = IMAGE.model_copy(update={"alt": "alt"})
    rendering = rendered("".join(words) * times, title=title, images=(image,), link="https://acme.example/1")
    if rendering.problems:
        return
    site = Discord(BY_BOT)
    deliver(rendering, site)
    assert len(site.posts) == len(rendering.parts)
    assert [kit.pinged(post.more["content"], None) for post in site.posts] == [[]] * len(site.posts)


@pytest.mark.parametrize(("units", "parts"), [(2000, 1), (2001, 2)])
def test_two_thousand_units_are_one_message(units: int, parts: int) -> None:
    text = ("word " * 1000)[: units - 2].strip()
    text += "x" * (units - 2 - len(text)) + "\U0001f389"
    rendering = rendered(text)
    assert rendering.problems == ()
    assert len(rendering.parts) == parts
    assert all(measure.used <= measure.limit for part in rendering.parts for measure in part.measures)


def test_a_long_text_is_several_messages_in_order() -> None:
    body = "\n\n".join(f"Paragraph {number}. " + "word " * 150 for number in range(6))
    rendering = rendered(body, title="Much to tell")
    assert len(rendering.parts) > 2
    assert any(str(len(rendering.parts)) in note for note in rendering.notes)
    site = Discord(BY_BOT)
    done = deliver(rendering, site)
    assert done[-1].more["messages"].split() == [post.id for post in site.posts]
    text = "\n".join(post.text for post in site.posts)
    assert [text.index(f"Paragraph {number}.") for number in range(6)] == sorted(
        text.index(f"Paragraph {number}.") for number in range(6)
    )
    assert text.count("word") == 900


def test_a_target_may_want_the_beginning_and_a_link_instead() -> None:
    target = BY_BOT.model_copy(update={"long": "excerpt"})
    part = only(rendered("A sentence. " * 300, target, link="https://acme.example/news/1"))
    assert "https://acme.example/news/1" in part.body["content"]
    assert len(part.body["content"]) <= 2000


def test_what_fits_in_no_way_blocks() -> None:
    rendering = rendered("x" * 50_000)
    assert rendering.parts == () or len(rendering.parts) <= 20
    assert rendering.problems or all(part.measures[0].used <= 2000 for part in rendering.parts)


def test_an_image_stands_with_its_words() -> None:
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
    site = Discord(BY_BOT)
    deliver(rendering, site)
    assert site.posts[0].more["files"] == [{"filename": NAME, "description": "the new map", "size": len(PNG)}]


def test_an_image_alone_is_a_message() -> None:
    site = Discord(BY_BOT)
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
        (f"![]({NAME})", IMAGE, "image 1 has no description: write ![what it shows](…)"),
        (
            "![a map](map.png)",
            IMAGE,
            "There is no image 'map.png' in the announcement: upload it, or write its address.",
        ),
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
        (f"![a map]({NAME})\n\n" * 11, IMAGE, "There are 11 images in one message, and Discord takes 10."),
        (
            f"![a map]({NAME})\n\n" * 10,
            IMAGE.model_copy(update={"bytes": 5_000_000}),
            "all images: 50,000,000 bytes; Discord takes 25,165,824",
        ),
        ("", IMAGE, "There is nothing to say: the title and the text are empty."),
        ("   \n", IMAGE, "There is nothing to say: the title and the text are empty."),
    ],
)
def test_what_blocks_an_approval(body: str, image: Image, problem: str) -> None:
    problems = rendered(body, images=(image,)).problems
    assert any(one.startswith(problem) for one in problems), problems


def test_the_description_may_stand_with_the_image_itself() -> None:
    part = only(rendered(f"![]({NAME})", images=(IMAGE.model_copy(update={"alt": "a map"}),)))
    assert part.body["attachments"][0]["description"] == "a map"


def test_an_image_at_an_address_is_a_link() -> None:
    part = only(rendered("![a map](https://acme.example/map.png)"))
    assert part.body["content"] == "[a map](https://acme.example/map.png)"
    assert "attachments" not in part.body


def test_an_image_that_stands_nowhere_is_left_out_and_told() -> None:
    rendering = rendered("Look", images=(IMAGE,))
    assert rendering.notes == (f"The image {NAME} is left out: it does not stand in the text.",)


def test_a_table_is_told_as_lines() -> None:
    rendering = rendered("| a | b |\n|---|---|\n| 1 | 2 |")
    assert rendering.notes == ("A table is shown as lines: Discord has none.",)
    assert only(rendering).text
