"""Slack: what an announcement looks like there, that it is there once, and what becomes of every answer."""

from dataclasses import replace
from typing import Any

import pytest

from events.announcements import Image
from functions.platforms.outgoing import Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import FIRST, KEY, Absent, Budget, Counted, Measure, Prepared
from tests.platforms.posting.fake import NOW, Asked, Posted, picture, reply, sent, whole
from tests.platforms.posting.kits import slack as kit
from tests.platforms.posting.kits.slack import CHANNEL, Slack, wrong
from tests.platforms.posting.making import KEY as OUR_KEY
from tests.platforms.posting.making import Adapter, destination, known, only

(TARGET,) = kit.TARGETS
METADATA = {"event_type": "liaison_post", "event_payload": {"key": KEY}}
BODY: dict[str, Any] = {
    "channel": CHANNEL,
    "text": "Maintenance tonight",
    "parse": "none",
    "link_names": False,
    "metadata": METADATA,
}
PNG = b"\x89PNG\r\n\x1a\n"
IMAGE = picture(PNG, "a map")
NAME = IMAGE.name
SHOWN = {"type": "image", "slack_file": {"id": "<image 1>"}, "alt_text": "a map"}
PICTURED = {**BODY, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Maintenance tonight"}}, SHOWN]}

OURS = Adapter(TARGET, BODY, "")
rendered, deliver, answered = OURS.render, OURS.deliver, OURS.answered
send, find, prepare, ready = OURS.send, OURS.find, OURS.prepare, OURS.ready
edit, withdraw, count = OURS.edit, OURS.withdraw, OURS.count


@pytest.fixture
def site() -> Slack:
    return Slack(TARGET)


# Sending and looking


def test_the_request_is_what_was_approved_with_the_key_in_it(site: Slack) -> None:
    there = sent(send(site))
    create = site.asked[-1]
    assert (create.method, create.path, create.query) == ("POST", "/api/chat.postMessage", {})
    assert create.json == {**BODY, "metadata": {"event_type": "liaison_post", "event_payload": {"key": OUR_KEY}}}
    assert create.headers["authorization"] == f"Bearer {kit.SECRET}"
    assert create.headers["content-type"] == "application/json; charset=utf-8"
    assert there.url == f"https://acme.slack.com/archives/{CHANNEL}/p{there.id.replace('.', '')}"
    assert there.more == {"channel": CHANNEL, "thread": there.id, "workspace": "https://acme.slack.com"}


def test_a_reply_hangs_below_the_first_message_and_links_there(site: Slack) -> None:
    first = known(send(site))
    second = known(send(site, {**BODY, "thread_ts": FIRST}, key="k2", first=first, previous=first))
    third = known(send(site, {**BODY, "thread_ts": FIRST}, key="k3", first=first, previous=second))
    assert [post.parent for post in site.posts] == ["", first["id"], first["id"]]
    assert third["thread"] == first["id"]
    dots_gone = third["id"].replace(".", "")
    assert third["url"] == (
        f"https://acme.slack.com/archives/{CHANNEL}/p{dots_gone}?thread_ts={first['id']}&cid={CHANNEL}"
    )
    assert [asked.path for asked in site.asked].count("/api/auth.test") == 1


def test_a_reply_to_a_message_that_a_person_found_hangs_below_it(site: Slack) -> None:
    """They told its id, and nothing else."""
    first = known(send(site))
    found = {"id": first["id"], "url": ""}
    second = sent(send(site, {**BODY, "thread_ts": FIRST}, key="k2", first=found, previous=found))
    assert site.posts[1].parent == first["id"]
    assert find(site, key="k2", first=found, previous=found) == second


def test_texts_that_read_like_placeholders_stay_as_they_are(site: Slack) -> None:
    sent(send(site, {**BODY, "text": "<key>"}))
    assert site.asked[-1].json["text"] == "<key>"
    image = {**SHOWN, "alt_text": "<first>"}
    body = {**PICTURED, "blocks": [image]}
    sent(send(site, body, images=(IMAGE,), prepared=ready(site, body, images=(IMAGE,))))
    assert site.posts[-1].more["alts"] == ["<first>"]


def test_a_reply_without_a_first_message_is_never_a_message_of_its_own(site: Slack) -> None:
    assert isinstance(send(site, {**BODY, "thread_ts": FIRST}), Refused)
    assert site.asked == []


def test_a_message_whose_answer_was_lost_is_found_by_its_key(site: Slack) -> None:
    site.cut_off_after()
    send(site)
    site.clock += 3600
    there = find(site)
    assert isinstance(there, Sent)
    assert there.id == site.posts[0].id
    assert there.url.endswith(there.id.replace(".", ""))
    look = next(asked for asked in site.asked if asked.path == "/api/conversations.history")
    assert look.form["include_all_metadata"] == "true"
    assert float(look.form["oldest"]) == NOW - 300


def test_the_same_words_under_another_key_are_another_message(site: Slack) -> None:
    send(site, key="of another announcement")
    assert find(site) == Absent()


def test_a_lost_reply_is_looked_for_below_the_first_message(site: Slack) -> None:
    first = known(send(site))
    assert find(site, key="k2", first=first, previous=first) == Absent()
    second = sent(send(site, {**BODY, "thread_ts": FIRST}, key="k2", first=first, previous=first))
    assert find(site, key="k2", first=first, previous=first) == second
    assert find(site, key="k2") == Absent()


def test_somebody_elses_metadata_is_not_ours(site: Slack) -> None:
    for metadata in (
        None,
        7,
        {"event_type": "deploy", "event_payload": {"key": OUR_KEY}},
        {"event_type": "liaison_post"},
    ):
        site.posts.append(Posted(f"{NOW + len(site.posts)}.0001", "", more={"reactions": [], "metadata": metadata}))
    assert find(site) == Absent()


def test_a_busy_channel_is_read_page_by_page_and_not_for_ever(site: Slack) -> None:
    made = sent(send(site))
    talk = [Posted(f"{NOW + 1 + i}.0001", "talk", more={"reactions": [], "metadata": None}) for i in range(1500)]
    site.others += talk
    assert find(site) == made
    site.others += [replace(one, id=f"{NOW + 5000 + i}.0001") for i, one in enumerate(talk)]
    assert find(site) == Unknown("it is not among the 2000 messages that came after it was tried")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            wrong("not_in_channel"),
            Unknown("Slack says not_in_channel: the app is not in the channel: write /invite there"),
        ),
        (wrong("missing_scope", needed="channels:history"), Unknown),
        (wrong("internal_error"), Wait),
        (wrong("ratelimited"), Wait),
        (reply(200, {"ok": True}), Unknown),
        (reply(200, {"ok": True, "messages": {}}), Unknown),
        (reply(200, {"ok": True, "messages": [], "has_more": True}), Unknown),
        (reply(200, {"ok": True, "messages": [None, 5, {"metadata": []}], "has_more": False}), Absent()),
        (reply(200, b"<html>"), Wait),
        (reply(500), Wait),
        (reply(429, b"", retry_after="7"), Wait),
    ],
)
def test_a_look_that_fails_says_neither_there_nor_gone(site: Slack, answer: Reply, expected: object) -> None:
    site.instead(answer)
    looked = find(site)
    assert looked == expected or (isinstance(expected, type) and isinstance(looked, expected))


@pytest.mark.parametrize(
    "answer", [reply(500), wrong("invalid_auth"), reply(200, b"x"), reply(200, {"ok": True, "url": 5})]
)
def test_a_workspace_that_cannot_be_asked_for_costs_the_link_and_nothing_else(site: Slack, answer: Reply) -> None:
    site.instead(answer, "auth.test")
    there = sent(send(site))
    assert (there.url, len(site.posts)) == ("", 1)


# Images


def test_images_are_uploaded_described_and_seen_by_nobody_before(site: Slack) -> None:
    made = ready(site, PICTURED, images=(IMAGE, IMAGE))
    assert made == {"<image 1>": "F00000000", "<image 2>": "F00000001"}
    assert site.posts == []
    assert [asked.path.rpartition("/")[2] for asked in site.asked] == [
        "files.getUploadURLExternal",
        "F00000000",
        "files.getUploadURLExternal",
        "F00000001",
        "files.completeUploadExternal",
    ]
    assert site.asked[0].form == {"filename": NAME, "length": str(len(PNG)), "alt_txt": "a map"}
    there = send(site, PICTURED, images=(IMAGE, IMAGE), prepared=made)
    assert site.posts[0].more["alts"] == ["a map"]
    assert known(there)["files"] == "F00000000"


def test_an_image_that_slack_still_works_on_is_waited_for(site: Slack) -> None:
    site.processing = 2
    made = ready(site, PICTURED, images=(IMAGE,))
    waits = [send(site, PICTURED, images=(IMAGE,), prepared=made) for _ in range(2)]
    assert waits == [Wait(5, "Slack is still working on an image")] * 2
    sent(send(site, PICTURED, images=(IMAGE,), prepared=made))
    assert len(site.posts) == 1


def test_a_message_whose_images_were_not_uploaded_is_not_sent(site: Slack) -> None:
    assert isinstance(send(site, PICTURED, images=(IMAGE,)), Refused)
    assert site.asked == []


ASKED, STORED, COMPLETED = "files.getUploadURLExternal", "F00000000", "files.completeUploadExternal"


@pytest.mark.parametrize(
    ("step", "answer", "expected"),
    [
        *((step, reply(500), Wait) for step in (ASKED, STORED, COMPLETED)),
        *((step, None, Wait) for step in (ASKED, STORED, COMPLETED)),
        *((step, reply(200, b"<html>"), Wait) for step in (ASKED, COMPLETED)),
        *((step, wrong("internal_error"), Wait) for step in (ASKED, COMPLETED)),
        *((step, wrong("missing_scope", needed="files:write"), Refused) for step in (ASKED, COMPLETED)),
        (ASKED, reply(200, {"ok": True}), Wait),
        (ASKED, wrong("storage_limit_reached"), Refused),
        (STORED, reply(404), Wait),
        (STORED, reply(200, b""), Prepared),
    ],
)
def test_an_upload_that_fails_is_repeated_or_refused_and_never_in_doubt(
    site: Slack, step: str, answer: Reply | None, expected: type
) -> None:
    ask = site.answer

    def failing(asked: Asked) -> Reply:
        if not asked.path.endswith(step):
            return ask(asked)
        ask(asked)
        return whole(answer)

    site.answer = failing  # type: ignore[method-assign]
    assert isinstance(prepare(site, PICTURED, images=(IMAGE,)), expected)


def test_the_token_is_not_shown_to_whom_the_bytes_are_sent(site: Slack) -> None:
    ask = site.answer
    evil = {"ok": True, "upload_url": "http://elsewhere.example/x", "file_id": "F1"}
    site.answer = lambda asked: reply(200, evil) if "getUpload" in asked.path else ask(asked)  # type: ignore[method-assign]
    assert isinstance(prepare(site, PICTURED, images=(IMAGE,)), Wait)
    assert len(site.asked) == 1


# Afterwards


def test_a_change_keeps_the_key_and_parses_nothing(site: Slack) -> None:
    there = known(send(site))
    after = {**BODY, "text": "It is over"}
    assert known(edit(site, there, after)) == there
    assert site.asked[-1].json == {
        "channel": CHANNEL,
        "ts": there["id"],
        "text": "It is over",
        "parse": "none",
        "link_names": False,
        "blocks": [],
    }
    assert find(site) == Sent(there["id"], there["url"], {k: v for k, v in there.items() if k not in ("id", "url")})


def test_a_change_of_images_brings_new_ones_and_can_drop_them(site: Slack) -> None:
    there = known(send(site))
    made = ready(site, PICTURED, images=(IMAGE,))
    there = known(edit(site, there, PICTURED, images=(IMAGE,), prepared=made))
    assert site.posts[0].more["alts"] == ["a map"]
    assert there["files"] == "F00000000"
    sent(edit(site, there, BODY))
    assert (site.posts[0].more["alts"], site.posts[0].text) == ([], "Maintenance tonight")


def test_what_is_withdrawn_is_gone_and_stays_so_with_its_images(site: Slack) -> None:
    there = known(send(site, PICTURED, images=(IMAGE,), prepared=ready(site, PICTURED, images=(IMAGE,))))
    for _ in range(2):
        assert known(withdraw(site, there, to=destination(TARGET, place="C0ELSEWHERE"))) == there
    assert site.posts == []
    assert site.files == {}


def test_images_that_stay_behind_do_not_bring_a_withdrawn_message_back(site: Slack) -> None:
    there = {**known(send(site)), "files": "F1 F2"}
    site.instead(None, "files.delete")
    sent(withdraw(site, there))
    assert site.posts == []


def test_a_channel_that_cannot_be_seen_is_not_a_message_that_is_gone(site: Slack) -> None:
    site.instead(wrong("channel_not_found"))
    assert isinstance(withdraw(site, {"id": "1.2", "channel": CHANNEL}), Refused)


@pytest.mark.parametrize("error", ["message_not_found", "edit_window_closed", "cant_update_message"])
def test_what_cannot_be_changed_is_refused(site: Slack, error: str) -> None:
    there = known(send(site))
    site.instead(wrong(error))
    refused = edit(site, there, BODY)
    assert isinstance(refused, Refused)
    assert error in refused.reason


def test_what_people_did_is_counted_without_our_own_replies(site: Slack) -> None:
    first = known(send(site))
    second = known(send(site, {**BODY, "thread_ts": FIRST}, key="k2", first=first, previous=first))
    site.posts[0].more["reactions"] = [{"name": "tada", "count": 3}, {"name": "eyes", "count": 2}, {"count": "x"}]
    more: dict[str, Any] = {"reactions": [], "metadata": None}
    site.posts += [Posted(f"{NOW + 9}.{i:06d}", "thanks", parent=first["id"], more=more) for i in range(2)]

    def counted(there: dict[str, Any]) -> object:
        return count(site, there)

    assert counted(first) == Counted(likes=5, replies=2)
    assert counted(second) == Counted(likes=0)
    site.posts.clear()
    assert isinstance(counted(first), Refused)


# Every answer


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (wrong("channel_not_found"), Refused),
        (wrong("is_archived"), Refused),
        (wrong("msg_too_long"), Refused),
        (wrong("msg_blocks_too_long"), Refused),
        (wrong("restricted_action_read_only_channel"), Refused),
        (wrong("invalid_blocks"), Refused),
        (wrong("invalid_arguments"), Refused),
        (wrong("internal_error"), Unknown),
        (wrong("fatal_error"), Unknown),
        (wrong("service_unavailable"), Unknown),
        (wrong("an_error_of_next_year"), Unknown),
        (wrong(""), Unknown),
        (reply(200, {"ok": False}), Unknown),
        (reply(200, {"ok": "true", "ts": "1.2"}), Unknown),
        (reply(200, {"ts": "1.2", "channel": CHANNEL}), Unknown),
        (reply(200, {"ok": True}), Unknown),
        (reply(200, {"ok": True, "ts": 1.2}), Unknown),
        (reply(200, b""), Unknown),
        (reply(204), Unknown),
        (reply(200, b"<html>"), Unknown),
        (reply(302), Refused),
        (reply(404, b"<html>"), Refused),
        (reply(408), Unknown),
        (reply(500, {"ok": False, "error": "channel_not_found"}), Unknown),
        (reply(503), Unknown),
        (reply(504), Unknown),
    ],
)
def test_an_answer_and_what_it_means(answer: Reply, expected: type) -> None:
    outcome = answered(answer)
    assert isinstance(outcome, expected)
    assert not getattr(outcome, "unauthorized", False)


@pytest.mark.parametrize(
    "answer",
    [
        *map(wrong, ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired")),
        wrong("missing_scope", needed="chat:write", provided="channels:history"),
        reply(401),
    ],
)
def test_a_token_that_is_not_good_any_more_is_named_and_not_told(answer: Reply) -> None:
    refused = answered(answer)
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert "liaison secret put acme-slack --outgoing" in refused.reason
    assert kit.SECRET not in refused.reason
    assert "scope" not in refused.reason or "chat:write" in refused.reason


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(429, {"ok": False, "error": "ratelimited"}, retry_after="30"), 30),
        (reply(429, {"ok": False, "error": "ratelimited"}), 60),
        (reply(429, b"", retry_after="3"), 3),
        (reply(429, b""), 900),
        (reply(429, b"<html>", retry_after="5"), 900),
        (wrong("rate_limited"), 30),
        (wrong("ratelimited"), 30),
        (wrong("request_timeout"), 30),
        (wrong("team_added_to_org"), 30),
    ],
)
def test_too_much_and_how_long_to_wait(answer: Reply, seconds: int) -> None:
    wait = answered(answer)
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.budget) == (seconds, "slack:acme-slack")


def test_a_refusal_says_what_is_wrong_with_the_blocks() -> None:
    told = {"response_metadata": {"messages": ["[ERROR] must be less than 3001 characters"]}}
    assert answered(wrong("invalid_blocks", **told)) == Refused(
        "Slack says invalid_blocks: [ERROR] must be less than 3001 characters"
    )


# What it looks like


def test_one_message_to_the_letter() -> None:
    part = only(rendered("The **servers** are back & well.\n\nMore: https://acme.example/news", title="All <well>"))
    assert part.body == {
        "channel": CHANNEL,
        "text": "*All &lt;well&gt;*\n\nThe *servers* are back &amp; well.\n\nMore: <https://acme.example/news>",
        "parse": "none",
        "link_names": False,
        "metadata": METADATA,
    }
    assert (part.kind, part.window, part.step) == ("readable", 0, "post")
    assert part.budgets == (Budget("slack:acme-slack"), Budget(f"slack:post:{CHANNEL}", 1, 1))
    assert part.measures == (Measure("text", "UTF-16 units", len(part.body["text"]), 4000),)
    assert part.text.startswith("All <well>\n\nThe servers are back & well.")
    assert "<strong>servers</strong>" in part.html


def test_only_who_was_granted_by_both_is_pinged(site: Slack) -> None:
    rendering = rendered("@everyone @here @{mods} @{anna} @{team}", pings=frozenset({"mods", "anna", "team"}))
    assert "<!subteam^S0MODS> <@U0ANNA>" in only(rendering).body["text"]
    assert rendering.pings == ("the group @mods", "the account @anna")
    assert rendering.notes == (
        "@everyone pings nobody: the announcement does not ask for it",
        "@here pings nobody: the announcement does not ask for it",
        "@team pings nobody: the target 'acme-slack' does not allow it (`pings`) and names no group or account for it"
        " (`mentions`)",
    )
    deliver(rendering, site)
    assert site.posts[0].more["pings"] == ["!subteam^S0MODS", "@U0ANNA"]


def test_everyone_is_pinged_when_both_say_so() -> None:
    rendering = rendered("@everyone and @here", pings=frozenset({"everyone", "here"}))
    assert only(rendering).body["text"] == "<!channel> and <!here>"
    assert rendering.pings == ("everyone in the channel (@channel)", "everyone in the channel who is active (@here)")


def test_a_granted_name_that_is_not_mentioned_pings_nobody() -> None:
    rendering = rendered("Look", pings=frozenset({"everyone", "mods"}))
    assert only(rendering).body["text"] == "Look"
    assert rendering.pings == ()


@pytest.mark.parametrize("written", ["mods", "<!channel>", "S0MODS>", "!here", "C0ACMENEWS"])
def test_a_mention_nobody_can_resolve_pings_nobody_and_says_so(written: str) -> None:
    target = TARGET.model_copy(update={"mentions": {"mods": written}})
    rendering = rendered("@{mods}", target, pings=frozenset({"mods"}))
    assert kit.PINGS.findall(only(rendering).body["text"]) == []
    (note,) = rendering.notes
    assert note == "@mods pings nobody: the target 'acme-slack' names no group or account for it (`mentions`)"


HOSTILE = (
    "@everyone <!channel> <!here|here> <@U1> `<!channel>` [<!here>](https://x.example) **@**channel\n\n# <!everyone>"
)


def test_what_is_written_in_a_text_pings_nobody(site: Slack) -> None:
    deliver(rendered(HOSTILE, title="<!channel>"), site)
    assert site.posts[0].more["pings"] == []
    assert "<!channel>" in site.posts[0].text


def test_a_description_pings_nobody(site: Slack) -> None:
    rendering = rendered(f"![<!channel> @everyone]({NAME})", images=(IMAGE,))
    deliver(rendering, site)
    assert kit.PINGS.findall(site.asked[-1].json["text"]) == []
    assert site.posts[0].more["alts"] == ["<!channel> @everyone"]


@pytest.mark.parametrize(("units", "parts"), [(4000, 1), (4001, 2)])
def test_four_thousand_units_are_one_message(units: int, parts: int) -> None:
    text = ("word " * 1000)[: units - 2].strip()
    text += "x" * (units - 2 - len(text)) + "\U0001f389"
    rendering = rendered(text)
    assert rendering.problems == ()
    assert len(rendering.parts) == parts
    assert all(measure.used <= measure.limit for part in rendering.parts for measure in part.measures)


def test_what_is_escaped_counts_as_it_is_written() -> None:
    assert len(rendered("& " * 1000).parts) == 2


def test_a_long_text_is_a_thread_in_order(site: Slack) -> None:
    body = "\n\n".join(f"Paragraph {number}. " + "word " * 300 for number in range(6))
    rendering = rendered(body, title="Much to tell")
    assert len(rendering.parts) > 2
    assert [part.body.get("thread_ts") for part in rendering.parts] == [None, *[FIRST] * (len(rendering.parts) - 1)]
    deliver(rendering, site)
    assert {post.parent for post in site.posts[1:]} == {site.posts[0].id}
    text = "\n".join(post.text for post in site.posts)
    places = [text.index(f"Paragraph {number}.") for number in range(6)]
    assert places == sorted(places)
    assert text.count("word") == 1800


def test_images_stand_between_the_words(site: Slack) -> None:
    rendering = rendered(f"Look:\n\n![the new map]({NAME})\n\nand <this>.\n\n![again]({NAME})", images=(IMAGE,))
    part = only(rendering)
    assert part.body["blocks"] == [
        {"type": "section", "expand": True, "text": {"type": "mrkdwn", "verbatim": True, "text": "Look:"}},
        {"type": "image", "slack_file": {"id": "<image 1>"}, "alt_text": "the new map"},
        {"type": "section", "expand": True, "text": {"type": "mrkdwn", "verbatim": True, "text": "and &lt;this&gt;."}},
        {"type": "image", "slack_file": {"id": "<image 2>"}, "alt_text": "again"},
    ]
    assert part.body["text"] == "Look:\n\nand &lt;this&gt;."
    assert [image.alt for image in part.images] == ["the new map", "again"]
    assert part.measures[1:] == (
        Measure("description of image 1", "UTF-16 units", 11, 1000),
        Measure("description of image 2", "UTF-16 units", 5, 1000),
    )
    deliver(rendering, site)
    assert site.posts[0].more["alts"] == ["the new map", "again"]


def test_an_image_in_a_quote_follows_it() -> None:
    part = only(rendered(f"> Look:\n>\n> ![the new map]({NAME})\n\nand this.", images=(IMAGE,)))
    assert [block["type"] for block in part.body["blocks"]] == ["section", "image", "section"]


def test_an_image_alone_is_a_message_that_can_be_read_aloud(site: Slack) -> None:
    rendering = rendered(f"![the <new> map]({NAME})", images=(IMAGE,))
    assert only(rendering).body["text"] == "the &lt;new&gt; map"
    deliver(rendering, site)
    assert [block["type"] for block in site.posts[0].more["blocks"]] == ["image"]


@pytest.mark.parametrize(("units", "parts"), [(3000, 1), (3001, 2)])
def test_with_images_three_thousand_units_are_one_message(site: Slack, units: int, parts: int) -> None:
    text = ("word " * 1000)[:units].strip()
    text += "x" * (units - len(text))
    rendering = rendered(f"{text}\n\n![a map]({NAME})", images=(IMAGE,))
    assert len(rendering.parts) == parts
    deliver(rendering, site)
    assert sum(len(post.more["alts"]) for post in site.posts) == 1


WEBP = IMAGE.model_copy(update={"name": "0" * 64 + ".webp", "type": "image/webp"})


@pytest.mark.parametrize(
    ("body", "image", "problem"),
    [
        (f"![a map]({WEBP.name})", WEBP, "image 1 is a webp: Slack shows png, jpg, gif"),
        (f"![{'x' * 1001}]({NAME})", IMAGE, "description of image 1: 1,001 UTF-16 units; Slack takes 1,000"),
        (f"![a map]({NAME})\n\n" * 6, IMAGE, "there are 6 images, and a message gets 5: leave some out"),
    ],
)
def test_what_blocks_an_approval(body: str, image: Image, problem: str) -> None:
    assert problem in rendered(body, images=(image,)).problems


def test_a_channel_by_its_name_blocks_an_approval() -> None:
    (problem,) = rendered("News", TARGET.model_copy(update={"place": "#news"})).problems
    assert problem.startswith("`place` of 'acme-slack' must be the channel's id")
