"""Slack: who gets in, what is answered, what each delivery becomes, and what a connection tells."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.announcements import DraftWritten
from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import CardUsed, FlagExplained, FlagRaised, Subject
from events.operations import AlertRaised, SubscriptionLost
from events.people import Person, storable
from events.program import Source
from functions.platforms.door import Accepted, Answer, Call, Request, api, gate, sealed
from functions.platforms.inbound import Ignored, Unplaceable, normalise
from functions.platforms.outgoing import NotSentError
from functions.platforms.slack import connection
from functions.platforms.standing import Finding, Keys, Report
from functions.platforms.wording import CHOICES, TEXTS
from functions.platforms.words import from_mrkdwn
from tests.platforms.deliveries import SAMPLES
from tests.platforms.hands import Fake, reply
from tests.platforms.kits import NOW
from tests.platforms.kits.slack import OUTCOMES, PLACE, SECRETS, signed

Change = Callable[[dict[str, Any]], object]
Event = TypeVar("Event")
SLACK = gate("slack")
CLUB = "https://winter-club.slack.com/archives/C0LOUNGE"
EFFECTIVE = sorted(name for name, end in OUTCOMES.items() if end not in ("challenge", "parked"))
HEADERS = {"x-slack-request-timestamp": str(NOW)}
QUIET = Answer(200, "", "text/plain")


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-22T{clock}").replace(tzinfo=UTC)


def body_of(name: str, change: Change = bool) -> bytes:
    """A sample after a change to what it says: its JSON, the JSON in its form, or its fields."""
    [file] = [file for file in (SAMPLES / "slack").iterdir() if file.stem == name]
    raw = file.read_bytes()
    if file.suffix == ".json":
        return changed(raw, change)
    fields = {field: values[0] for field, values in parse_qs(raw.decode(), keep_blank_values=True).items()}
    if "payload" in fields:
        return urlencode({"payload": changed(fields["payload"].encode(), change).decode()}).encode()
    change(fields)
    return urlencode(fields, errors="surrogatepass").encode()


def changed(raw: bytes, change: Change) -> bytes:
    body = json.loads(raw)
    change(body)
    return json.dumps(body).encode()


def verdict(body: bytes, **headers: str) -> Any:
    return SLACK.classify(Request("POST", {**HEADERS, **headers}, body))


def accepted(body: bytes) -> Accepted:
    found = verdict(body)
    assert isinstance(found, Accepted), found
    return found


def envelope(body: bytes) -> Envelope:
    request, received_at = Request("POST", HEADERS, body), "2026-11-22T09:30:01.000Z"
    return sealed(request, accepted(body), platform="slack", source="place", community="club", received_at=received_at)


def event(kind: type[Event], name: str, change: Change = bool, place: Source = PLACE) -> Event:
    found = normalise(envelope(body_of(name, change)), place)
    assert isinstance(found, kind), found
    return found


def ignored(name: str, change: Change = bool, place: Source = PLACE) -> str:
    return event(Ignored, name, change, place).reason


def why(name: str, change: Change) -> str:
    with pytest.raises(Unplaceable) as caught:
        normalise(envelope(body_of(name, change)), PLACE)
    return str(caught.value)


def put(*path: str | int, value: Any) -> Change:
    def change(body: Any) -> None:
        for name in path[:-1]:
            body = body[name]
        body[path[-1]] = value

    return change


def without(*path: str) -> Change:
    def change(body: Any) -> None:
        for name in path[:-1]:
            body = body[name]
        del body[path[-1]]

    return change


def both(*changes: Change) -> Change:
    return lambda body: [change(body) for change in changes]


# Who gets in


@pytest.mark.parametrize(("difference", "good"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_a_signed_time_is_good_for_five_minutes_both_ways(difference: int, good: bool) -> None:
    assert SLACK.verify(signed(SECRETS[0], b"{}", at=NOW + difference), SECRETS[:1], NOW) == good


@pytest.mark.parametrize("stamp", ["", "now", f"{NOW}.0", f"+{NOW}", f" {NOW}", "١٧٩٥٣٣٩٨٠٠", "²", "9" * 5000])
def test_a_time_that_is_no_plain_number_is_refused(stamp: str) -> None:
    request = signed(SECRETS[0], b"{}")
    headers = {**request.headers, "x-slack-request-timestamp": stamp}
    assert not SLACK.verify(replace(request, headers=headers), SECRETS[:1], NOW)


def test_the_time_is_part_of_what_is_signed() -> None:
    request = signed(SECRETS[0], b"{}")
    headers = {**request.headers, "x-slack-request-timestamp": str(NOW + 1)}
    assert not SLACK.verify(replace(request, headers=headers), SECRETS[:1], NOW)


def test_an_empty_secret_signs_nothing() -> None:
    assert not SLACK.verify(signed("", b"{}"), [""], NOW)


def test_the_retired_token_in_the_body_opens_nothing() -> None:
    request = Request("POST", HEADERS, body_of("message"))
    assert not SLACK.verify(request, ["retired"], NOW)


# What is answered


def test_the_address_is_proved_with_the_challenge() -> None:
    found = verdict(body_of("url_verification", put("challenge", value='a"b<')))
    assert (found.status, found.content_type) == (200, "application/json")
    assert json.loads(found.body) == {"challenge": 'a"b<'}


@pytest.mark.parametrize("challenge", [None, 7, "", {"a": 1}, ["x"]])
def test_only_text_is_echoed(challenge: Any) -> None:
    found = accepted(body_of("url_verification", put("challenge", value=challenge)))
    assert (found.pipeline, found.reason) == ("parked", "there is no challenge in it")


@pytest.mark.parametrize("name", ["ssl_check", "form_closed", "link_button"])
def test_what_asks_for_nothing_is_answered_with_nothing(name: str) -> None:
    assert verdict(body_of(name)) == QUIET


@pytest.mark.parametrize(
    "name", [name for name in OUTCOMES if name.startswith(("shortcut_", "form_", "card_", "other_"))]
)
def test_a_form_closes_and_a_button_stays_quiet_at_an_empty_200(name: str) -> None:
    found = verdict(body_of(name))
    answer = found if isinstance(found, Answer) else found.answer
    assert answer
    assert replace(answer, then=None) == QUIET


def test_the_kind_of_a_body_does_not_hang_on_its_content_type() -> None:
    for name in ("message", "shortcut_report", "command_feedback"):
        body = body_of(name)
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
            assert verdict(body, **{"content-type": kind}) == verdict(body)


def test_a_retry_is_the_same_delivery_and_is_taken() -> None:
    body = body_of("message")
    retried = verdict(body, **{"x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"})
    assert retried == verdict(body) == Accepted("feedback", "message", "Ev0MSG1")


def test_an_event_of_old_that_has_no_id_is_named_by_its_body() -> None:
    one = accepted(body_of("message", without("event_id")))
    other = accepted(body_of("message", both(without("event_id"), put("event_time", value=1))))
    assert one.delivery
    assert one.delivery != other.delivery


@pytest.mark.parametrize(
    ("name", "delivery"),
    [
        ("shortcut_report", "81.72.report1"),
        ("form_report", "V0FORM:1795339805.aB3dE"),
        ("card_button", "81.72.press1"),
        ("command_feedback", "81.72.cmd1"),
    ],
)
def test_what_is_pressed_is_named_by_what_slack_gives_out_once(name: str, delivery: str) -> None:
    assert accepted(body_of(name)).delivery == delivery


def opening(found: Accepted) -> Call | None:
    """The form that is opened before the answer is given."""
    return found.answer.then if found.answer else None


def test_a_report_opens_a_form_that_knows_which_message_it_is_about() -> None:
    call = opening(accepted(body_of("shortcut_report")))
    assert call
    said = json.loads(call.body)
    assert api("slack") + call.method == "https://slack.com/api/views.open"
    assert said["trigger_id"] == "81.72.report1"
    assert json.loads(said["view"]["private_metadata"]) == {"channel": "C0LOUNGE", "ts": "1795339700.000100"}
    assert call.failed == QUIET
    assert call.tell == "https://hooks.slack.com/app/T0CLUB/81/reply"
    assert json.loads(call.apology) == {"response_type": "ephemeral", "text": TEXTS["en"]["report.received"]}


def test_the_form_keeps_slack_s_limits_and_offers_every_reason() -> None:
    call = opening(accepted(body_of("shortcut_report")))
    assert call
    view = json.loads(call.body)["view"]
    reason, comment = view["blocks"]
    options = reason["element"]["options"]
    assert all(len(view[part]["text"]) <= 24 for part in ("title", "submit", "close"))
    assert tuple(option["value"] for option in options) == CHOICES
    assert all(len(option["text"]["text"]) <= 75 for option in options)
    assert (reason["optional"], comment["optional"]) == (False, True)
    assert comment["element"]["max_length"] == 3000


@pytest.mark.parametrize("gap", [without("trigger_id"), without("channel"), put("message", value={"text": "x"})])
def test_a_report_is_queued_without_a_form_where_none_could_be_opened(gap: Change) -> None:
    found = accepted(body_of("shortcut_report", both(gap, put("message_ts", value=None))))
    assert (found.pipeline, opening(found)) == ("moderation", None)


@pytest.mark.parametrize("name", ["report", "report_message", "report-spam"])
def test_any_shortcut_called_report_reports(name: str) -> None:
    assert accepted(body_of("shortcut_report", put("callback_id", value=name))).event == "shortcut.report"


@pytest.mark.parametrize("name", ["translate", "", None, 5])
def test_any_other_shortcut_is_parked(name: Any) -> None:
    found = accepted(body_of("shortcut_report", put("callback_id", value=name)))
    assert (found.pipeline, opening(found)) == ("parked", None)
    assert "no shortcut" in found.reason


@pytest.mark.parametrize(("name", "sentence"), [("feedback", "feedback.thanks"), ("announce", "announce.thanks")])
def test_a_command_is_thanked_for_to_the_person_alone(name: str, sentence: str) -> None:
    answer = accepted(body_of(f"command_{name}")).answer
    assert answer
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert json.loads(answer.body) == {"response_type": "ephemeral", "text": TEXTS["en"][sentence]}


@pytest.mark.parametrize("name", ["feedback", "announce"])
@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_a_command_without_a_text_opens_a_form_or_tells_how_to_go_on(name: str, text: str) -> None:
    found = verdict(body_of(f"command_{name}", put("text", value=text)))
    assert (found.status, found.body) == (200, "")
    assert found.then
    assert json.loads(found.then.body)["view"]["callback_id"] == name
    assert json.loads(found.then.failed.body) == {"response_type": "ephemeral", "text": TEXTS["en"][f"{name}.again"]}


def test_a_command_nobody_knows_says_so_and_is_parked() -> None:
    found = accepted(body_of("command_unknown"))
    assert (found.pipeline, found.reason) == ("parked", "no command '/dance' is known here")
    assert found.answer
    assert json.loads(found.answer.body)["text"] == TEXTS["en"]["unknown"]


def test_a_command_may_have_a_longer_name_where_the_short_one_is_taken() -> None:
    assert accepted(body_of("command_feedback", put("command", value="/Club-Feedback"))).event == "command.feedback"


def test_a_button_of_nobody_s_is_parked_and_one_of_a_card_is_not() -> None:
    assert accepted(body_of("other_button")).reason == "no button 'vote' is known here"
    assert accepted(body_of("other_button", put("actions", value=[]))).reason == "no button '' is known here"
    for name in ("case", "case:", "case:7", "case:7:", "case::remove", "xcase:7:remove"):
        assert accepted(body_of("card_button", put("actions", 0, "action_id", value=name))).pipeline == "parked"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the body is neither JSON nor a form that Slack sends"),
        (b"payload=", "the body is neither JSON nor a form that Slack sends"),
        (b"payload=%5B%5D", "the body is neither JSON nor a form that Slack sends"),
        (b"a=1&" * 60, "the body is neither JSON nor a form that Slack sends"),
        (b"[]", "the body is neither JSON nor a form that Slack sends"),
        (b"{}", "nothing is known of the type ''"),
        (b'{"type": "block_suggestion"}', "nothing is known of the type 'block_suggestion'"),
        (b'{"type": "event_callback"}', "there is no event in it"),
        (b'{"type": "event_callback", "event": {"type": "star_added"}}', "the event 'star_added' is not handled"),
        (b'{"type": "command"}', "no command '' is known here"),
    ],
)
def test_what_cannot_be_placed_is_parked_with_a_reason(body: bytes, reason: str) -> None:
    found = accepted(body)
    assert (found.pipeline, found.reason) == ("parked", reason)


# What is said in a channel


def test_a_message() -> None:
    assert event(FeedbackReceived, "message") == FeedbackReceived(
        community="club",
        source="place",
        platform="slack",
        content="message:C0LOUNGE:1795339741.000200",
        kind="message",
        text="Sync fails every second match & the new map (https://play.example.com/map) is slow, @U0RAVI",
        original="Sync fails every *second* match &amp; <https://play.example.com/map|the new map> is slow, <@U0RAVI>",
        format="mrkdwn",
        url=f"{CLUB}/p1795339741000200",
        author=Person(id="U0NADIA"),
        said_at=at("09:29:01.000200"),
        as_given={"said_at": "1795339741.000200"},
    )


def test_a_reply_knows_its_thread_and_the_start_of_a_thread_is_no_reply() -> None:
    found = event(FeedbackReceived, "message_reply")
    assert (found.kind, found.about) == ("reply", "message:C0LOUNGE:1795339741.000200")
    started = event(FeedbackReceived, "message", put("event", "thread_ts", value="1795339741.000200"))
    assert (started.kind, started.about) == ("message", "")


def test_a_reply_that_is_shown_in_the_channel_too_is_the_same_reply() -> None:
    plain = event(FeedbackReceived, "message_reply")
    assert event(FeedbackReceived, "message_reply", put("event", "subtype", value="thread_broadcast")) == plain


def test_a_file_without_a_word_is_told_by_its_name_and_description() -> None:
    assert event(FeedbackReceived, "message_file").text == "[file: crash.png, An empty lobby with an error]"


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ({"name": "a.txt", "title": "Notes"}, "[file: a.txt, Notes]"),
        ({"name": "a.txt", "mode": "snippet", "preview": "I hate\nyou all"}, "[file: a.txt, I hate\nyou all]"),
        ({"name": "a.txt", "mode": "hosted", "preview": "x"}, "[file: a.txt]"),
        ({"id": "F1", "mode": "hidden_by_limit"}, "[file]"),
        ({"id": "F1", "mode": "tombstone", "name": "a.txt"}, "[deleted file]"),
    ],
)
def test_a_file_stands_below_the_words(file: dict[str, Any], told: str) -> None:
    change = both(put("event", "files", value=[file]), put("event", "text", value="Look:"))
    assert event(FeedbackReceived, "message_file", change).text == f"Look:\n{told}"


def test_an_old_message_has_one_file_only() -> None:
    one = both(without("event", "files"), put("event", "file", value={"id": "F1", "name": "a.png", "title": "A"}))
    assert event(FeedbackReceived, "message_file", one).text == "[file: a.png, A]"


def test_a_message_that_is_all_blocks_is_read_as_it_is_shown() -> None:
    found = event(FeedbackReceived, "message_blocks")
    assert found.text == (
        "Hi @U0RAVI, see the map (https://play.example.com/map) in #C0IDEAS :tada: now\n"
        "- too slow\n"
        "- too dark\n"
        "> it never loads\n"
        "> for me\n"
        "if a < b && c: _x_ *y*"
    )
    assert (found.original, found.author) == ("", Person(id="U0NADIA"))


@pytest.mark.parametrize(
    ("element", "told"),
    [
        ({"type": "link", "url": "https://evil.example"}, "https://evil.example"),
        ({"type": "link", "url": "https://evil.example", "text": "gift"}, "gift (https://evil.example)"),
        ({"type": "usergroup", "usergroup_id": "S0STAFF"}, "@S0STAFF"),
        ({"type": "team", "team_id": "T0CLUB"}, "@T0CLUB"),
        ({"type": "broadcast", "range": "here"}, "@here"),
        ({"type": "color", "value": "#ff0000"}, "#ff0000"),
        ({"type": "date", "timestamp": 1795339800, "format": "{date}", "fallback": "22 Nov"}, "22 Nov"),
        ({"type": "date", "timestamp": 1795339800, "format": "{date}"}, "2026-11-22T09:30:00Z"),
        ({"type": "date", "timestamp": 10**400, "fallback": "some day"}, "some day"),
        ({"type": "date", "timestamp": -(10**12), "fallback": "long ago"}, "long ago"),
        ({"type": "date", "timestamp": 10**12}, "1000000000000"),
        ({"type": "date", "timestamp": "soon"}, "soon"),
        ({"type": "date", "timestamp": float("nan"), "fallback": "some day"}, "some day"),
        ({"type": "date", "timestamp": True, "fallback": "some day"}, "some day"),
        ({"type": "date", "timestamp": True}, ""),
        ({"type": "text", "text": "*args and <tag> &amp;"}, "*args and <tag> &amp;"),
        ({"type": "hologram", "text": "still here"}, "still here"),
        ({"type": "hologram", "text": {"type": "plain_text", "text": "still"}, "caption": "here"}, "still here"),
        ({"type": "hologram", "url": "https://evil.example"}, "https://evil.example"),
        ({"type": "user", "user_id": None}, ""),
    ],
)
def test_every_element_of_a_paragraph_is_read(element: dict[str, Any], told: str) -> None:
    section = {"type": "rich_text_section", "elements": [element]}
    change = put("event", "blocks", value=[{"type": "rich_text", "elements": [section]}])
    assert event(FeedbackReceived, "message_blocks", change).text == told


def test_a_numbered_list_that_goes_on_after_one_inside_it_keeps_its_numbers() -> None:
    def listed(text: str, **more: Any) -> dict[str, Any]:
        item = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
        return {"type": "rich_text_list", "style": "ordered", "elements": [item], **more}

    block = {"type": "rich_text", "elements": [listed("one"), listed("in it", indent=1), listed("two", offset=1)]}
    change = put("event", "blocks", value=[block])
    assert event(FeedbackReceived, "message_blocks", change).text == "1. one\n  1. in it\n2. two"


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({"type": "header", "text": {"type": "plain_text", "text": "*Head*"}}, "*Head*"),
        ({"type": "markdown", "text": "**Look** here"}, "Look here"),
        ({"type": "image", "alt_text": "a cat", "title": {"type": "plain_text", "text": "Tom"}}, "[image: Tom, a cat]"),
        (
            {"type": "video", "title": {"type": "plain_text", "text": "Trailer"}, "video_url": "https://v.example"},
            "[video: Trailer] (https://v.example)",
        ),
        (
            {
                "type": "actions",
                "elements": [{"type": "button", "text": {"text": "Claim"}, "url": "https://e.example"}],
            },
            "Claim (https://e.example)",
        ),
        ({"type": "table", "rows": [[{"type": "raw_text", "text": "A"}, {"type": "raw_text", "text": "B"}]]}, "A\nB"),
        ({"type": "image", "alt_text": "a cat", "title": "Tom"}, "[image: Tom, a cat]"),
        (
            {"type": "video", "title": "Trailer", "author_name": "Ilse", "provider_name": "Films"},
            "[video: Trailer, Ilse, Films]",
        ),
        (
            {
                "type": "plan",
                "title": "Thinking",
                "tasks": [
                    {
                        "type": "task_card",
                        "task_id": "t1",
                        "title": "Looking it up",
                        "status": "pending",
                        "sources": [{"type": "url", "url": "https://a.example", "text": "A source"}],
                    }
                ],
            },
            "Thinking\nLooking it up\nA source (https://a.example)",
        ),
        (
            {
                "type": "data_visualization",
                "title": "Wins",
                "chart": {
                    "type": "bar",
                    "series": [{"name": "Grim", "data": [{"label": "May", "value": 4}]}],
                    "axis_config": {"categories": ["May"], "x_label": "Month"},
                },
            },
            "Wins\nGrim\nMay\nMay\nMonth",
        ),
        (
            {
                "type": "data_table",
                "caption": "Prices",
                "rows": [[{"type": "raw_text", "text": "Gold"}, {"type": "raw_number", "value": 2.5, "text": "2.50"}]],
            },
            "Prices\nGold\n2.50",
        ),
        (
            {
                "type": "actions",
                "elements": [{"type": "overflow", "options": [{"text": {"text": "Go"}, "value": "go-1"}]}],
            },
            "Go",
        ),
        (
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "workflow_button",
                        "text": {"type": "plain_text", "text": "Start"},
                        "workflow": {"trigger": {"customizable_input_parameters": [{"name": "in", "value": "1"}]}},
                    }
                ],
            },
            "Start",
        ),
        (
            {
                "type": "card",
                "title": {"type": "mrkdwn", "text": "*A*"},
                "slack_icon": {"type": "icon", "name": "star"},
            },
            "A",
        ),
    ],
)
def test_other_blocks_are_read_too(block: dict[str, Any], told: str) -> None:
    assert event(FeedbackReceived, "message_blocks", put("event", "blocks", value=[block])).text == told


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({"text": "words"}, "words"),
        (
            {"text": "words", "caption": "*more* of them", "url": "https://a.example"},
            "words (https://a.example)\nmore of them",
        ),
        ({"title": "Head", "description": "below", "alt_text": "a skull"}, "Head\nbelow\na skull"),
        ({"text": ["one", "two"], "block_id": "b1", "style": "primary", "include": ["public"]}, "one\ntwo"),
        ({"text": {"type": "new_text", "value": "words"}}, "words"),
        ({"text": {"type": "new_text", "text": "words", "value": "w-1"}}, "words"),
        ({"elements": [{"type": "newer", "elements": ["bare", {"type": "newest", "label": "deep"}]}]}, "bare\ndeep"),
        ({"fallback": "words"}, "words"),
        ({"value": 7, "text": None, "title": ["", {}], "elements": "bare"}, "bare"),
    ],
)
@pytest.mark.parametrize("frame", [None, "rich_text", "rich_text_list"])
def test_no_words_are_lost_in_a_block_of_a_kind_nobody_knows(
    block: dict[str, Any], told: str, frame: str | None
) -> None:
    unknown: dict[str, Any] = {"type": "new_block", **block}
    listed = {"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": [unknown]}]}
    within = {None: unknown, "rich_text": {"type": "rich_text", "elements": [unknown]}, "rich_text_list": listed}
    found = event(FeedbackReceived, "message_blocks", put("event", "blocks", value=[within[frame]])).text
    assert found.removeprefix("- ").split() == told.split()


def test_empty_frames_in_frames_are_read_once() -> None:
    deep: dict[str, Any] = {"type": "rich_text"}
    for _ in range(60):  # Read twice at every level they would take for ever.
        deep = {"type": "rich_text", "elements": [deep, {"type": "rich_text_section", "elements": []}]}
    change = put("event", "blocks", value=[deep])
    assert event(FeedbackReceived, "message_blocks", change).text == ""


def test_a_menu_of_old_is_told_by_its_words_and_not_by_the_names_it_has_for_its_app() -> None:
    menu = {
        "type": "select",
        "name": "games_list",
        "text": "Pick a game",
        "options": [{"text": "Hearts", "value": "hearts"}, {"text": "Chess", "value": "chess"}],
    }
    change = both(put("event", "text", value=""), put("event", "attachments", value=[{"actions": [menu]}]))
    found = event(FeedbackReceived, "message", both(without("event", "blocks"), change))
    assert found.text == "Pick a game\nHearts\nChess"


def test_what_slack_puts_in_place_of_a_text_is_not_what_was_said() -> None:
    found = event(FeedbackReceived, "message_blocks", put("event", "text", value="This content can't be displayed."))
    assert found.text.startswith("Hi @U0RAVI")
    quoted = both(put("event", "text", value="This content can't be displayed."), without("event", "blocks"))
    assert event(FeedbackReceived, "message_blocks", quoted).text == "This content can't be displayed."


def test_a_message_passed_on_is_told_in_brackets() -> None:
    found = event(FeedbackReceived, "message_passed_on")
    assert found.text == "Is this true?\n[shared message: They will close the servers]"
    by_blocks = put("event", "attachments", 0, "text", value="")
    assert event(FeedbackReceived, "message_passed_on", by_blocks).text == found.text
    nothing = put("event", "attachments", value=[{"is_share": True, "files": [{"name": "a.png"}]}])
    assert (
        event(FeedbackReceived, "message_passed_on", nothing).text == "Is this true?\n[shared message: [file: a.png]]"
    )


@pytest.mark.parametrize(("sign", "told"), [("is_share", "[shared message: I hate it here]"), ("is_msg_unfurl", "")])
def test_a_message_passed_on_is_not_put_into_somebody_else_s_mouth(sign: str, told: str) -> None:
    share = {sign: True, "text": "I hate it here", "author_id": "U0GRIM", "fallback": "I hate it here"}
    change = both(put("event", "attachments", value=[share]), put("event", "text", value=""))
    found = event(FeedbackReceived, "message", both(without("event", "blocks"), change))
    assert (found.text, found.author) == (told, Person(id="U0NADIA"))


def test_the_same_thing_said_is_one_whether_it_comes_as_message_or_as_mention() -> None:
    mention = event(FeedbackReceived, "app_mention")
    again = put("event", "type", value="message")
    assert event(FeedbackReceived, "app_mention", again) == mention
    assert mention.content == "message:C0LOUNGE:1795339748.001300"


@pytest.mark.parametrize("subtype", ["me_message", "thread_broadcast", "file_share", None, ""])
def test_some_subtypes_are_people_talking(subtype: Any) -> None:
    assert event(FeedbackReceived, "message", put("event", "subtype", value=subtype)).kind == "message"


@pytest.mark.parametrize("subtype", ["channel_topic", "channel_whatever", "pinned_item", "bot_add", "huddle_thread"])
def test_some_subtypes_are_slack_talking(subtype: str) -> None:
    assert ignored("message", put("event", "subtype", value=subtype)) == f"Slack's own words: {subtype}"


def test_news_of_a_reply_that_slack_sends_without_its_subtype_is_no_empty_message() -> None:
    told = "a thread has got a reply, which is told by itself"
    assert ignored("message_replied") == told
    assert ignored("message_replied", without("event", "message")) == told
    named = put("event", "subtype", value="message_replied")
    assert ignored("message_replied", named) == "Slack's own words: message_replied"


@pytest.mark.parametrize("subtype", ["document_mention", ["x"], {"a": 1}, 7])
def test_a_subtype_nobody_knows_is_parked(subtype: Any) -> None:
    assert "is known here" in why("message", put("event", "subtype", value=subtype))


@pytest.mark.parametrize(
    "change",
    [
        put("event", "subtype", value="bot_message"),
        put("event", "bot_id", value="B0OTHER"),
        put("event", "bot_profile", value={"app_id": "A0OTHER"}),
        put("event", "user", value="USLACKBOT"),
        put("event", "subtype", value="slackbot_response"),
    ],
)
def test_bots_are_not_the_community(change: Change) -> None:
    assert ignored("message", change) == "written by a bot"
    edit = lambda body: change({"event": body["event"]["message"]})  # noqa: E731
    assert ignored("message_edited", edit) == "written by a bot"


@pytest.mark.parametrize(("account", "field"), [("U0US", "user"), ("B0US", "bot_id"), ("A0US", "app_id")])
def test_our_own_messages_are_known_by_any_of_our_ids(account: str, field: str) -> None:
    place = PLACE.model_copy(update={"account": account})
    assert ignored("message", put("event", field, value=account), place) == "our own message"


def test_our_own_app_is_known_without_any_program() -> None:
    place = PLACE.model_copy(update={"account": ""})
    assert ignored("message", put("event", "app_id", value="A0LIAISON"), place) == "our own message"
    assert ignored("message_own", bool, place) == "our own message"


@pytest.mark.parametrize("kind", ["im", "mpim", "app_home"])
def test_private_talk_is_left_alone(kind: str) -> None:
    assert ignored("message", put("event", "channel_type", value=kind)) == "a private message"
    assert ignored("message_edited", put("event", "channel_type", value=kind)) == "a private message"
    assert ignored("reaction_added", put("event", "item", "channel", value="D0ILSE")) == "a private message"


def test_only_the_channels_of_the_program_are_listened_to() -> None:
    place = PLACE.model_copy(update={"feedback": ("C0OTHER", "C0IDEAS")})
    for name in ("message", "message_edited", "message_deleted", "app_mention", "reaction_added", "reaction_removed"):
        assert ignored(name, bool, place) == "not one of the channels in which talk is feedback"
    assert event(FeedbackReceived, "message", put("event", "channel", value="C0IDEAS"), place)
    assert event(FeedbackReceived, "command_feedback", bool, place)


def test_somebody_from_another_company_in_a_shared_channel_keeps_their_id() -> None:
    profile = {"display_name": "", "real_name": "Ines Ruiz", "name": "ines", "image_72": "https://a.example/i.png"}
    shared = both(put("event", "user_team", value="T0OTHER"), put("event", "user_profile", value=profile))
    found = event(FeedbackReceived, "message", both(shared, put("event", "user", value="W0INES")))
    assert found.author == Person(id="W0INES", name="Ines Ruiz")
    assert "a.example" not in found.model_dump_json()


def test_without_an_address_of_the_workspace_there_is_no_link() -> None:
    assert event(FeedbackReceived, "message", bool, PLACE.model_copy(update={"api": ""})).url == ""


# What becomes of it


def test_an_edit() -> None:
    assert event(FeedbackChanged, "message_edited") == FeedbackChanged(
        community="club",
        source="place",
        platform="slack",
        content="message:C0LOUNGE:1795339741.000200",
        kind="message",
        change="edited",
        text="Sync fails every third match.",
        original="Sync fails every *third* match.",
        format="mrkdwn",
        url=f"{CLUB}/p1795339741000200",
        revision="1795339795.000000",
        author=Person(id="U0NADIA"),
        said_at=at("09:29:01.000200"),
        changed_at=at("09:29:55"),
        as_given={"said_at": "1795339741.000200", "changed_at": "1795339795.000000"},
    )


def test_an_edit_is_found_where_the_message_was_put() -> None:
    first, later = event(FeedbackReceived, "message"), event(FeedbackChanged, "message_edited")
    assert (first.content, first.said_at, first.kind) == (later.content, later.said_at, later.kind)


def test_an_edit_is_its_author_s_and_not_that_of_whoever_is_named_elsewhere() -> None:
    found = event(FeedbackChanged, "message_edited", put("event", "previous_message", "user", value="U0OTHER"))
    assert found.author == Person(id="U0NADIA")


def test_an_edit_without_its_own_stamp_takes_the_one_before_and_the_event_s() -> None:
    gap = both(without("event", "message", "ts"), without("event", "message", "edited"))
    found = event(FeedbackChanged, "message_edited", gap)
    assert (found.content, found.changed_at) == ("message:C0LOUNGE:1795339741.000200", at("09:29:55.000500"))


def test_a_preview_of_a_link_is_no_edit_but_a_file_taken_away_is() -> None:
    assert ignored("message_unfurled") == "what it says is the same as before"
    gone = put("event", "previous_message", "files", value=[{"name": "a.png"}])
    assert event(FeedbackChanged, "message_unfurled", gone).change == "edited"


def test_an_edit_that_does_not_tell_what_stood_there_before_counts() -> None:
    assert event(FeedbackChanged, "message_edited", without("event", "previous_message")).change == "edited"


def test_a_preview_is_no_edit_even_if_nothing_tells_what_stood_there_before() -> None:
    alone = without("event", "previous_message")
    assert ignored("message_unfurled", alone) == "a link in it has got its preview, and nobody edited it"
    stamped = put("event", "message", "edited", value={"user": "U0NADIA", "ts": "1795339795.000000"})
    assert event(FeedbackChanged, "message_unfurled", both(alone, stamped)).change == "edited"


@pytest.mark.parametrize(
    ("gap", "stamp"),
    [(bool, "1795339797.000000"), (without("event", "ts"), NOW)],
)
def test_an_older_change_tells_elsewhere_when_it_happened(gap: Change, stamp: Any) -> None:
    older = both(without("event", "event_ts"), put("event", "ts", value="1795339797.000000"), gap)
    unstamped = both(older, without("event", "message", "edited"))
    for name, change in (("message_deleted", older), ("message_tombstone", older), ("message_edited", unstamped)):
        found = event(FeedbackChanged, name, change)
        assert found.changed_at == datetime.fromtimestamp(float(stamp), UTC)
        assert found.said_at
        assert found.said_at < found.changed_at


def test_a_deletion() -> None:
    assert event(FeedbackChanged, "message_deleted") == FeedbackChanged(
        community="club",
        source="place",
        platform="slack",
        content="message:C0LOUNGE:1795339790.000300",
        kind="reply",
        change="removed",
        url=f"{CLUB}/p1795339790000300",
        author=Person(id="U0RAVI"),
        said_at=at("09:29:50.000300"),
        changed_at=at("09:29:59.000700"),
        as_given={"said_at": "1795339790.000300", "changed_at": "1795339799.000700"},
    )


def test_a_deletion_tells_less_and_still_counts() -> None:
    found = event(FeedbackChanged, "message_deleted", without("event", "previous_message"))
    assert (found.change, found.author, found.text) == ("removed", None, "")


def test_a_deleted_message_with_replies_is_removed_and_not_edited_by_slackbot() -> None:
    found = event(FeedbackChanged, "message_tombstone")
    assert (found.change, found.text, found.author) == ("removed", "", Person(id="U0NADIA"))
    assert found.content == "message:C0LOUNGE:1795339741.000200"
    assert found.changed_at == at("09:29:58.000800")


def test_when_the_last_reply_goes_nothing_is_removed_twice() -> None:
    tombstone = {"subtype": "tombstone", "user": "USLACKBOT", "ts": "1795339790.000300"}
    told = ignored("message_deleted", put("event", "previous_message", value=tombstone))
    assert told == "it was removed before, and now its last reply is gone"


# Reactions


def test_a_reaction() -> None:
    assert event(FeedbackReceived, "reaction_added") == FeedbackReceived(
        community="club",
        source="place",
        platform="slack",
        content="reaction:C0LOUNGE:1795339741.000200:U0RAVI:heart_eyes",
        kind="reaction",
        text=":heart_eyes:",
        url=f"{CLUB}/p1795339741000200",
        about="message:C0LOUNGE:1795339741.000200",
        author=Person(id="U0RAVI"),
        said_at=at("09:29:20.001400"),
        as_given={"said_at": "1795339760.001400"},
        remembered=True,
    )


def test_a_reaction_taken_away_does_not_tell_when_it_was_put_there() -> None:
    found = event(FeedbackChanged, "reaction_removed")
    assert (found.content, found.kind) == ("reaction:C0LOUNGE:1795339741.000200:U0RAVI:heart_eyes", "reaction")
    assert (found.change, found.said_at, found.changed_at) == ("removed", None, at("09:29:30.001500"))


def test_a_reaction_of_ours_or_at_a_file_says_nothing() -> None:
    assert ignored("reaction_added", put("event", "user", value="U0LIAISON"))
    assert ignored("reaction_added", put("event", "item", value={"type": "file", "file": "F1"}))


def test_an_arrival_says_nothing() -> None:
    assert ignored("member_joined_channel") == "member_joined_channel: nobody said anything"


# Reports


def test_a_report() -> None:
    assert event(FlagRaised, "shortcut_report") == FlagRaised(
        community="club",
        source="place",
        platform="slack",
        flag="report:C0LOUNGE:1795339700.000100:U0RAVI",
        subject=Subject(
            source="place", kind="message", id="C0LOUNGE:1795339700.000100", url=f"{CLUB}/p1795339700000100"
        ),
        text="Cheap gold: here (http://gold.example.net)",
        original="Cheap gold: <http://gold.example.net|here>",
        format="mrkdwn",
        author=Person(id="U0GRIM"),
        reporter=Person(id="U0RAVI", name="ravi"),
        content_at=at("09:28:20.000100"),
        raised_at=at("09:30:00.123456"),
        as_given={"content_at": "1795339700.000100", "raised_at": "1795339800.123456"},
    )


def test_the_reason_joins_its_report() -> None:
    flag, told = event(FlagRaised, "shortcut_report"), event(FlagExplained, "form_report")
    assert (told.flag, told.subject, told.reporter) == (flag.flag, flag.subject, flag.reporter)
    assert (told.reason, told.code, told.comment) == ("spam", "spam", "He posts it <everywhere>.")
    assert told.explained_at == at("09:30:00")


def test_another_reporter_is_another_report_of_the_same_message() -> None:
    one, two = (event(FlagRaised, "shortcut_report", put("user", "id", value=user)) for user in ("U1", "U2"))
    assert one.flag != two.flag
    assert one.subject == two.subject


def test_a_report_of_a_bot_s_message_names_the_bot() -> None:
    bot = {
        "type": "message",
        "subtype": "bot_message",
        "bot_id": "B0BUILDS",
        "username": "builds",
        "ts": "1795339700.1",
    }
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "Build *712* &lt;red&gt;"}}
    change = put("message", value={**bot, "text": "", "blocks": [block], "attachments": [{"fallback": "See log"}]})
    found = event(FlagRaised, "shortcut_report", change)
    assert found.author == Person(id="B0BUILDS", name="builds", bot=True)
    assert found.text == "Build 712 <red>\nSee log"


def test_a_report_of_a_bot_s_message_tells_all_that_was_shown() -> None:
    found = event(FlagRaised, "shortcut_report_bot")
    assert (found.author, found.original) == (Person(id="B0TICKETS", name="tickets", bot=True), "New ticket:")
    assert found.text == (
        "New ticket:\n"
        "7: Cheap gold (http://gold.example.net/7)\n"
        "Buy here & now\n"
        "Price: 5 (http://gold.example.net)\n"
        "[image] (http://gold.example.net/7.png)\n"
        "Golden Desk"
    )


def test_what_a_bot_says_beside_its_blocks_is_told_once() -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": words}} for words in ("*New* ticket:", "by Grim")]
    change = both(put("message", "blocks", value=blocks), put("message", "attachments", value=[]))
    assert event(FlagRaised, "shortcut_report_bot", change).text == "New ticket:\nby Grim"
    placeholder = both(change, put("message", "text", value="This content can't be displayed."))
    assert event(FlagRaised, "shortcut_report_bot", placeholder).text == "New ticket:\nby Grim"


def test_a_report_of_a_message_passed_on_tells_its_words() -> None:
    share = {"is_share": True, "is_msg_unfurl": True, "text": "the bad words", "author_name": "Grim"}
    change = both(put("message", "text", value=""), put("message", "attachments", value=[share]))
    found = event(FlagRaised, "shortcut_report", both(without("message", "blocks"), change))
    assert (found.text, found.author) == ("[shared message: the bad words]", Person(id="U0GRIM"))


def test_a_report_of_an_edited_message_says_which_version() -> None:
    edited = put("message", "edited", value={"user": "U0GRIM", "ts": "1795339710.000000"})
    assert event(FlagRaised, "shortcut_report", edited).subject.revision == "1795339710.000000"


def test_a_report_without_an_author_has_none() -> None:
    assert event(FlagRaised, "shortcut_report", without("message", "user")).author is None


def test_what_somebody_was_told_in_private_may_be_reported() -> None:
    private = put("channel", value={"id": "D0GRIM", "name": "directmessage"})
    assert event(FlagRaised, "shortcut_report", private).subject.id == "D0GRIM:1795339700.000100"


@pytest.mark.parametrize("domain", ["evil.example/#", "Ünicode", "", None, 3])
def test_a_link_is_made_of_nothing_but_a_workspace_s_name(domain: Any) -> None:
    found = event(FlagRaised, "shortcut_report", put("team", "domain", value=domain))
    assert found.subject.url == f"{CLUB}/p1795339700000100"  # From the program.


@pytest.mark.parametrize("kept", ["", "no json", "[]", '{"channel": "C1"}', '{"channel": 1, "ts": 2}', "\ud800"])
def test_an_explanation_of_nothing_is_parked(kept: str) -> None:
    assert why("form_report", put("view", "private_metadata", value=kept)) == "it does not say which message is meant"


def test_a_form_sent_without_answers_explains_nothing_but_is_no_error() -> None:
    told = event(FlagExplained, "form_report", put("view", "state", value={"values": {}}))
    assert (told.reason, told.code, told.comment) == ("", "unknown", "")


# Commands and forms


def test_feedback_by_command() -> None:
    assert event(FeedbackReceived, "command_feedback") == FeedbackReceived(
        community="club",
        source="place",
        platform="slack",
        content="feedback:81.72.cmd1",
        kind="feedback",
        text="The map & its music: 10/10, best = yes",
        original="The map &amp; its music: 10/10, best = yes",
        format="mrkdwn",
        author=Person(id="U0NADIA", name="nadia"),
        said_at=at("09:30:00"),
        as_given={"said_at": str(NOW)},
    )


@pytest.mark.parametrize("gap", [without("trigger_id"), put("trigger_id", value="")])
def test_a_command_of_old_that_has_no_trigger_is_told_by_its_delivery(gap: Change) -> None:
    said, again = (accepted(body_of("command_feedback", both(gap, change))).delivery for change in (bool, bool))
    assert said == again
    assert event(FeedbackReceived, "command_feedback", gap).content == f"feedback:{said}"
    assert event(DraftWritten, "command_announce", gap).title == "Winter is here"


def test_whoever_agrees_in_the_form_is_told_what_comes_of_it() -> None:
    chosen = {"tell": {"type": "checkboxes", "selected_options": [{"value": "yes"}]}}
    ticked = put("view", "state", "values", "tell", value=chosen)
    agreed, silent = (event(FeedbackReceived, "form_feedback", one) for one in (ticked, bool))
    assert (agreed.follow_up, agreed.remembered, agreed.text) == (True, True, silent.text)
    assert (silent.follow_up, silent.remembered) == (False, False)


def test_feedback_by_form_is_taken_as_it_was_typed() -> None:
    typed = put("view", "state", "values", "text", "text", "value", value=" 2 &lt; 3 & *stars* ")
    found = event(FeedbackReceived, "form_feedback", typed)
    assert (found.content, found.text) == ("feedback:V0FEEDBACK", "2 &lt; 3 & *stars*")
    assert (found.author, found.said_at) == (Person(id="U0RAVI", name="ravi"), at("09:30:00"))


def test_an_empty_form_says_nothing() -> None:
    assert ignored("form_feedback", put("view", "state", value={})) == "nothing was written in it"
    assert ignored("form_announce", put("view", "state", value=None)) == "nothing was written in it"


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("Winter is here | A **new map** &amp; more.", "Winter is here", "A **new map** & more."),
        ("Winter | a | b", "Winter", "a | b"),
        ("Winter\nA map\nand more", "Winter", "A map\nand more"),
        ("Winter", "Winter", ""),
        ("| only a text", "only a text", ""),
    ],
)
def test_a_draft_by_command(text: str, title: str, body: str) -> None:
    found = event(DraftWritten, "command_announce", put("text", value=text))
    assert (found.draft, found.title, found.body) == ("draft:81.72.cmd3", title, body)
    assert (found.author, found.written_at) == (Person(id="U0NADIA", name="nadia"), at("09:30:00"))


def test_a_draft_by_form() -> None:
    found = event(DraftWritten, "form_announce")
    assert (found.draft, found.title, found.body) == ("draft:V0ANNOUNCE", "Winter is here", "A **new map** & more.")
    assert found.author == Person(id="U0RAVI", name="ravi")


def test_a_button_of_a_card() -> None:
    assert event(CardUsed, "card_button") == CardUsed(
        community="club",
        source="place",
        platform="slack",
        card="C0MODS:1795339600.000100",
        case="01hx7",
        action="remove",
        values={"value": "7"},
        by=Person(id="U0RAVI", name="ravi"),
        used_at=at("09:30:01.222333"),
        as_given={"used_at": "1795339801.222333"},
    )


def test_the_form_of_a_card() -> None:
    found = event(CardUsed, "card_form")
    assert (found.card, found.case, found.action) == ("V0CASE", "01hx7", "decide")
    assert found.values == {"explanation": "It is advertising.", "measures": "remove, warn"}


@pytest.mark.parametrize(
    ("element", "told"),
    [
        ({"type": "multi_users_select", "selected_users": ["U1", "U2"]}, "U1, U2"),
        ({"type": "conversations_select", "selected_conversation": "C9"}, "C9"),
        ({"type": "multi_conversations_select", "selected_conversations": ["C8", "C9"]}, "C8, C9"),
        ({"type": "channels_select", "selected_channel": "C7"}, "C7"),
        ({"type": "multi_channels_select", "selected_channels": ["C7", None]}, "C7"),
        ({"type": "datetimepicker", "selected_date_time": NOW}, str(NOW)),
        ({"type": "radio_buttons", "selected_option": {"value": "r"}}, "r"),
        (
            {
                "type": "rich_text_input",
                "rich_text_value": {
                    "type": "rich_text",
                    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "It *is* spam"}]}],
                },
            },
            "It *is* spam",
        ),
    ],
)
def test_whatever_a_form_of_a_card_may_ask_is_answered(element: dict[str, Any], told: str) -> None:
    change = put("view", "state", "values", value={"block": {"asked": element}})
    assert event(CardUsed, "card_form", change).values == {"asked": told}


def test_what_an_envelope_is_called_is_not_believed() -> None:
    for name in ("card.button", "form.report", "hologram"):
        with pytest.raises(Unplaceable):
            normalise(replace(envelope(body_of("other_button")), event=name), PLACE)


def test_a_card_s_action_may_have_a_colon() -> None:
    assert event(CardUsed, "card_button", put("actions", 0, "action_id", value="case:7:hide:all")).action == "hide:all"


# What Slack tells about itself


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("app_uninstalled", "somebody removed the app from the workspace"),
        ("tokens_revoked", "the app's token was revoked in Slack"),
    ],
)
def test_a_lost_connection(name: str, reason: str) -> None:
    found = event(SubscriptionLost, name)
    assert (found.subscription, found.reason, found.lost_at) == ("A0LIAISON", reason, at("09:30:00"))


def test_a_lost_connection_is_told_even_without_its_time() -> None:
    assert event(SubscriptionLost, "app_uninstalled", without("event_time")).lost_at == at("09:30:01")


def test_a_person_s_own_token_is_nothing_we_use() -> None:
    assert "people" in ignored("tokens_revoked", put("event", "tokens", value={"oauth": ["U0ILSE"], "bot": []}))


def test_a_rate_limit_is_one_alarm_a_minute() -> None:
    found = event(AlertRaised, "app_rate_limited")
    assert (found.alert, found.raised_at) == ("app_rate_limited:T0CLUB:1795339740", at("09:29:00"))


# Whatever stands in it


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("message", without("event", "ts"), "there is no usable 'ts' in it"),
        ("message", put("event", "channel", value=None), "there is no usable 'channel' in it"),
        ("message", put("event", "ts", value="yesterday"), "said_at"),
        ("message_edited", put("event", "message", value=None), "the body has no 'message' object"),
        ("reaction_added", without("event", "item"), "the body has no 'item' object"),
        ("shortcut_report", without("action_ts"), "raised_at"),
        ("shortcut_report", without("user", "id"), "there is no usable 'id' in it"),
        ("card_button", put("container", value={}), "card"),
    ],
)
def test_a_gap_that_matters_is_parked_with_its_name(name: str, change: Change, reason: str) -> None:
    assert reason in why(name, change)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "{{7*7}}", "<!channel> <!here>", "\u202eabc", "=1+1", "a\x00b"]
)
def test_hostile_text_is_text(text: str) -> None:
    found = event(FeedbackReceived, "message", both(put("event", "text", value=text), without("event", "blocks")))
    assert found.text == storable(from_mrkdwn(text))


def test_texts_nested_deeply_in_blocks_neither_hang_nor_fall() -> None:
    deep: Any = {"text": "far down"}
    for _ in range(300):
        deep = {"elements": [deep]}
    change = both(put("event", "text", value=""), put("event", "blocks", value=[deep]))
    assert event(FeedbackReceived, "message", change).text == ""


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    within = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in within:
        yield (*path, name)
        yield from spots(one, (*path, name))


def strings(value: Any) -> Iterator[str]:
    within = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in within:
        yield from strings(one)
    if isinstance(value, str | int):
        yield str(storable(str(value)))


DROPPED = object()
odd = st.one_of(
    st.just(DROPPED),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=20),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(("id", "text", "type", "ts")), st.none() | st.integers() | st.text(), max_size=2),
)


@given(st.data())
def test_whatever_stands_in_a_field_the_event_is_true_to_the_body_ignored_or_parked(data: st.DataObject) -> None:
    kept: list[Any] = []

    def spoil(body: Any) -> None:
        for _ in range(data.draw(st.integers(1, 3))):
            *way, last = data.draw(st.sampled_from(list(spots(body)) or [("type",)]))
            inner = body
            for step in way:
                inner = inner[step]
            value = data.draw(odd)
            if value is DROPPED:
                inner.pop(last)
            elif isinstance(body.get("command"), str):
                inner[last] = str(value)  # A form has nothing but text.
            else:
                inner[last] = value
        kept.append(body)

    raw = body_of(data.draw(st.sampled_from(EFFECTIVE)), spoil)
    if isinstance(verdict(raw), Answer):
        return
    try:
        found = normalise(envelope(raw), PLACE)
    except Unplaceable:
        return
    if isinstance(found, Ignored):
        return
    found.model_dump_json().encode("utf-8")
    sent = set(strings(kept[0]))
    author = getattr(found, "author", None)
    assert author is None or author.id in sent
    told = "\n".join(str(storable(from_mrkdwn(one))) for one in sent) + "\n" + "\n".join(sent)
    for line in getattr(found, "text", "").split("\n"):
        whole = isinstance(found, AlertRaised) or line.startswith("[") or line.strip(":").strip() in told
        assert whole or all(word in told for word in re.findall(r"\w+", line))  # Of several parts of the body.


# The connection


def checked(place: Source = PLACE, token: str = "xoxb-secret", **said: Any) -> Report:
    answer = {"ok": True, "url": "https://winter-club.slack.com/", "team": "Winter Club", "user": "liaison"}
    body = json.dumps({**answer, "user_id": "U0LIAISON", "bot_id": "B0LIAISON", **said}).encode()
    scopes = ",".join(connection.SCOPES)
    fake = Fake([reply(200, body, x_oauth_scopes=scopes)])
    found = connection.check(place, "https://l.example/hooks/place", Keys("s", token), fake.hands(NOW), repair=False)
    assert all(token not in finding.told for finding in found.findings if token)
    assert [(asked.method, asked.url) for asked in fake.asked] == [("POST", "https://slack.com/api/auth.test")] * bool(
        token
    )
    return found


def finding(report: Report, what: str) -> Finding:
    [found] = [one for one in report.findings if one.what == what]
    return found


def test_a_good_connection() -> None:
    found = checked()
    assert found.state == "good"
    assert finding(found, "token").told == "good for liaison in Winter Club"
    assert found.until is None


def test_the_account_to_put_into_the_program_is_named() -> None:
    found = finding(checked(PLACE.model_copy(update={"account": ""})), "account")
    assert (found.state, found.told) == ("wrong", 'put `account = "U0LIAISON"` into the source')
    assert finding(checked(PLACE.model_copy(update={"account": "B0LIAISON"})), "account").state == "good"
    by_app = PLACE.model_copy(update={"account": "A0LIAISON"})
    assert finding(checked(by_app), "account").state == "good"
    assert finding(checked(by_app, app_id="A0LIAISON"), "account").state == "good"
    assert finding(checked(by_app, app_id="A0OTHER"), "account").state == "wrong"


def test_the_workspace_s_address_to_put_into_the_program_is_named() -> None:
    found = finding(checked(PLACE.model_copy(update={"api": ""})), "links")
    assert found.state == "wrong"
    assert 'api = "https://winter-club.slack.com"' in found.told
    assert finding(checked(url=None), "links").state == "unknown"


@pytest.mark.parametrize(
    ("error", "state"),
    [("invalid_auth", "wrong"), ("token_revoked", "wrong"), ("fatal_error", "unknown"), (None, "unknown")],
)
def test_a_token_that_slack_does_not_take(error: Any, state: str) -> None:
    found = finding(checked(ok=False, error=error), "token")
    assert found.state == state
    assert str(error or "nothing that can be read") in found.told


def test_missing_scopes_are_named() -> None:
    fake = Fake([reply(200, b'{"ok": true}', x_oauth_scopes="commands,channels:history,chat:write")])
    found = connection.check(PLACE, "", Keys("s", "xoxb-1"), fake.hands(NOW), repair=True)
    assert finding(found, "scopes").told == "missing: app_mentions:read, groups:history, reactions:read"


def test_what_was_not_put_is_asked_for() -> None:
    found = connection.check(PLACE, "", Keys("", ""), Fake().hands(NOW), repair=False)
    assert [(one.what, one.state) for one in found.findings] == [("token", "wrong")]
    assert "liaison secret put place --outgoing" in found.findings[0].told


def test_silence_is_unknown() -> None:
    def nobody(*_: Any, **__: Any) -> Any:
        raise NotSentError("slack.com has no address")

    lost = replace(Fake().hands(NOW), http=nobody)
    assert finding(connection.check(PLACE, "", Keys("s", "t"), lost, repair=False), "token").state == "unknown"
    busy = Fake([reply(429, retry_after="30")]).hands(NOW)
    assert finding(connection.check(PLACE, "", Keys("s", "t"), busy, repair=False), "token").state == "unknown"


def test_the_steps_hold_a_manifest_that_fits_what_we_handle() -> None:
    steps = connection.steps(PLACE, "https://l.example/hooks/place")
    manifest = json.loads(steps[0].partition("\n")[2])
    settings = manifest["settings"]
    assert settings["event_subscriptions"]["request_url"] == "https://l.example/hooks/place"
    assert settings["interactivity"] == {"is_enabled": True, "request_url": "https://l.example/hooks/place"}
    for name in settings["event_subscriptions"]["bot_events"]:
        sent = {"type": "event_callback", "event_id": "E", "event": {"type": name.partition(".")[0]}}
        assert accepted(json.dumps(sent).encode()).pipeline != "parked"
    for command in manifest["features"]["slash_commands"]:
        body = urlencode({"command": command["command"], "text": "x", "trigger_id": "1"}).encode()
        assert accepted(body).pipeline != "parked"
        assert command["url"] == "https://l.example/hooks/place"
    [shortcut] = manifest["features"]["shortcuts"]
    assert opening(accepted(body_of("shortcut_report", put("callback_id", value=shortcut["callback_id"]))))
    assert any("liaison secret put place --outgoing" in step for step in steps)


def test_said_at_is_exact_to_the_microsecond() -> None:
    found = event(FeedbackReceived, "message", put("event", "ts", value="1795339741.999999"))
    assert found.said_at == datetime(2026, 11, 22, 9, 29, 1, tzinfo=UTC) + timedelta(microseconds=999_999)
