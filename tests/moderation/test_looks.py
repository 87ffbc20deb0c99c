"""What was there when somebody took a case is what a decision is carried out on; and nobody waits for a server."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cli import operator
from events.moderation import Decision
from functions.moderation import appeals, cards, looks, working
from functions.moderation.cards import Possible, Seen
from functions.moderation.standards import Standards
from functions.platforms.outgoing import Reply
from functions.shared import clock, outbox
from functions.shared.table import Item, Update, table
from functions.upkeep import traces
from functions.upkeep.traces import Account
from tests.api.manager import Manager
from tests.moderation.people import NOTHING, decided, held
from tests.support import builders
from tests.support.faults import Crash, When, answer_lost, crash
from tests.support.outside import Call, post, unreachable
from tests.support.world import World, needs_a_person

FORUM = "https://forum.example"
POST = f"{FORUM}/posts/204.json"
REMOVE = Decision(outcome="violation", measures=("remove",), explanation="Spam.")
STATE = {"deleted": False, "version": 1, "topic": None}


class Forum:
    """Of one post: it can be edited, and be read."""

    def __init__(self, world: World) -> None:
        self.world, self.version = world, 1

    def usual(self, call: Call) -> Reply:
        page = call.url.partition("?")[0]
        if page == POST and call.method == "GET":
            gone = "2026-11-22T12:00:00Z" if page in self.world.outside.deleted else None
            told = {**json.loads(post(204, gone)), "version": self.version, "hidden": False, "locked": False}
            return Reply(200, {}, json.dumps(told).encode())
        if call.method == "DELETE":
            return Reply(200, {}, b"")
        return Reply(404, {}, b'{"errors": ["The requested URL or resource could not be found."]}')


@pytest.fixture
def forum(world: World, monkeypatch: pytest.MonkeyPatch) -> Forum:
    """A post on it was reported; what the platform is asked about the report is over."""
    made = Forum(world)
    monkeypatch.setattr(world.outside, "usual", made.usual)
    world.handle(builders.post_flag(world.now))
    for row in world.items("delivery"):
        table().write(Update((row["pk"], row["sk"]), remove=("due", "due_at")))
    return made


def look(world: World) -> Item:
    """The only one."""
    return world.item("look")


def looked(world: World) -> Item:
    """What is found for whoever has the case; the sweep reminds delivery of it."""
    world.upkeep()
    world.work_off("delivery")
    return look(world)


def seen(row: Item, measure: Any = "remove") -> dict[str, Any]:
    return dict(looks.entry(row, "violation", measure))


def carried_out(world: World) -> Item:
    world.upkeep()
    world.work_off("delivery")
    return world.delivery("remove")


# The look


def test_whoever_takes_a_case_is_told_what_is_there_now_and_what_exactly_would_be_sent(
    world: World, forum: Forum
) -> None:
    claimed = held(world)
    row = looked(world)
    assert seen(row) == {"state": STATE, "at": clock.text(world.now)}
    told = looks.told(claimed, row, "remove", world.now)
    assert (told["now"], told["seen_at"]) == (STATE, "2026-11-22T12:00:00.000Z")
    decided(world, claimed, REMOVE)
    carried_out(world)
    (sent,) = [call for call in world.outside.calls if call.method == "DELETE"]
    (shown,) = told["requests"]
    assert (shown["method"], FORUM + shown["path"]) == (sent.method, sent.url)
    assert world.delivery("remove")["request"]["expected"] == STATE


def test_two_measures_that_read_the_same_ask_once(world: World, forum: Forum) -> None:
    held(world)
    looked(world)
    assert Counter(call.url for call in world.outside.calls)[POST] == 1


def test_what_cannot_be_done_is_said_with_its_reason(world: World, forum: Forum) -> None:
    claimed = held(world)
    row = looked(world)
    assert "takes no flag on it" in looks.told(claimed, row, "hide", world.now)["cannot"]
    assert looks.told(claimed, row, "warn", world.now).keys() == {"cannot"}


def test_a_measure_that_ends_is_shown_for_as_long_as_it_says(world: World) -> None:
    world.handle(builders.flag(world.now))
    claimed = held(world)
    told = looks.told(claimed, looked(world), "timeout", world.now)
    assert told["minutes"] == 60
    assert told["requests"][0]["body"]["data"]["until"] == "2026-11-22T13:00:00Z"
    assert told["requests"][0]["body"]["data"]["explanation"] == looks.EXPLANATION


def test_what_closes_reports_is_shown_for_the_other_outcome_too(world: World) -> None:
    world.handle(builders.flag(world.now))
    claimed = held(world)
    told = looks.told(claimed, looked(world), "resolve", world.now)
    assert told["requests"][0]["body"]["data"]["outcome"] == "violation"
    assert told["otherwise"]["requests"][0]["body"]["data"]["outcome"] == "no_violation"
    assert told["requests"][0]["body"]["data"]["reports"] == ["report-1"]


def test_it_reads_nothing_of_a_case_that_nobody_has_any_more(world: World, forum: Forum) -> None:
    claimed = held(world)
    working.release(table(), "acme", claimed["id"], "Mo", claimed["fence"], world.now)
    row = looked(world)
    assert (row["state"], "seen" in row, world.outside.calls) == ("cancelled", False, [])


def test_after_the_lease_it_reads_nothing(world: World, forum: Forum) -> None:
    held(world)
    world.later(minutes=15)
    assert (looked(world)["state"], world.outside.calls) == ("cancelled", [])


def test_each_claim_looks_again(world: World, forum: Forum) -> None:
    held(world)
    looked(world)
    forum.version = 2
    world.later(minutes=1)
    claimed = held(world)
    assert looks.of(table(), claimed) == look(world)
    assert "seen" not in look(world)
    assert seen(looked(world))["state"]["version"] == 2


def test_the_answer_for_an_older_claim_is_never_that_for_the_newer_one(world: World, forum: Forum) -> None:
    held(world)
    world.faults.at("http", "after", lambda: held(world))
    looked(world)
    assert ("seen" in look(world), look(world)["state"], look(world)["request"]["claim"]) == (False, "planned", 2)
    forum.version = 2
    assert seen(looked(world))["state"]["version"] == 2


def test_a_place_that_is_down_is_tried_a_few_times_and_bothers_nobody(world: World, forum: Forum) -> None:
    claimed = held(world)
    world.outside.always = unreachable
    tries = 0
    while "due" in look(world):
        world.now = max(world.now, clock.moment(look(world)["due_at"]))
        looked(world)
        tries += 1
    assert tries == 3
    assert world.now < clock.moment(claimed["lease_until"])
    told = looks.summed_up(look(world))
    assert (told["state"], "site.example could not be reached" in told["reason"]) == ("unseen", True)
    assert needs_a_person(world) == []


def test_a_place_that_asks_for_patience_beyond_the_claim_is_left_alone(world: World, forum: Forum) -> None:
    held(world)
    world.outside.always = lambda: Reply(429, {"retry-after": "3600"}, b"{}")
    assert (looked(world)["state"], "due" in look(world)) == ("cancelled", False)
    assert world.item("budget")["until"] > world.now.timestamp()  # For all who ask there.


def test_another_credential_that_was_put_meanwhile_is_tried(world: World, forum: Forum) -> None:
    held(world)
    world.outside.always = lambda: Reply(401, {}, b"{}")
    world.faults.at("http", "after", lambda: operator.put_secret("forum", "another", outgoing=True))
    assert looked(world)["state"] == "planned"
    world.outside.always = None
    world.now = clock.moment(look(world)["due_at"])
    assert seen(looked(world))["state"] == STATE
    assert world.outside.calls[-1].headers["api-key"] == "another"


def test_what_was_read_at_the_first_try_stays_so_when_the_second_fails(world: World, forum: Forum) -> None:
    held(world)
    down = {"now": True}
    usual = forum.usual

    def half(call: Call) -> Reply:
        return Reply(503, {}, b"") if down["now"] and "/review/" in call.url else usual(call)

    world.outside.usual = half  # type: ignore[method-assign]
    assert looked(world)["state"] == "planned"
    first = seen(look(world))
    world.outside.always = unreachable
    world.now = clock.moment(look(world)["due_at"])
    assert seen(looked(world)) == first
    world.outside.always, down["now"] = None, False
    world.now = clock.moment(look(world)["due_at"])
    assert looked(world)["state"] == "sent"
    assert seen(look(world)) == first


def test_without_a_credential_it_says_which_one(world: World) -> None:
    operator.push(builders.PROGRAM.replace("forum", "other"), "tests")
    builders.WHERE["other"] = ("discourse", "acme")
    try:
        headers = {"x-discourse-event": "reviewable_created", "x-discourse-event-id": "1"}
        given = builders.post_flag(world.now)
        world.later(seconds=61)
        world.handle(builders.delivered("other", headers, given.body, world.now))
    finally:
        del builders.WHERE["other"]
    claimed = held(world)
    told = looks.summed_up(looked(world))
    assert (told["state"], "put one with `liaison secret put other --outgoing`" in told["reason"]) == ("unseen", True)
    decided(world, claimed, REMOVE)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("action", [crash, answer_lost], ids=["dies", "deaf"])
@pytest.mark.parametrize("step", ["dynamodb.UpdateItem", "dynamodb.TransactWriteItems", "http"])
def test_cut_off_anywhere_it_comes_all_the_same(world: World, forum: Forum, step: str, when: When, action: Any) -> None:
    held(world)
    world.faults.at(step, when, action)
    looked(world)
    for _ in range(3):
        world.later(seconds=40)
        looked(world)
    assert seen(look(world))["state"] == STATE
    assert "due" not in look(world)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_claim_that_is_cut_off_has_its_look_or_is_none(world: World, forum: Forum, when: When) -> None:
    world.faults.at("dynamodb.TransactWriteItems", when, crash)
    with pytest.raises(Crash):
        held(world)
    world.faults.forget()
    claims = [row["request"]["claim"] for row in world.items("look")]
    assert claims == ([world.item("case")["fence"]] if when == "after" else [])
    held(world)
    assert seen(looked(world))["state"] == STATE


def test_it_ends_by_itself(world: World, forum: Forum) -> None:
    claimed = held(world)
    looked(world)
    world.later(days=1, seconds=1)
    assert looks.of(table(), claimed) is None


# The decision


def test_what_has_changed_since_is_not_acted_on_and_a_person_is_told(world: World, forum: Forum) -> None:
    claimed = held(world)
    looked(world)
    forum.version = 2
    decided(world, claimed, REMOVE)
    row = carried_out(world)
    assert (row["state"], row["reason"]) == ("refused", "it has changed since it was looked at: version was 1, is 2")
    assert needs_a_person(world) == [row]
    assert world.outside.deleted == set()


def test_a_person_s_again_carries_it_out_on_what_is_there_by_then(world: World, forum: Forum) -> None:
    claimed = held(world)
    looked(world)
    forum.version = 2
    decided(world, claimed, REMOVE)
    outbox.resolve(table(), carried_out(world), "again", "Ada", world.now)
    assert carried_out(world)["state"] == "sent"
    assert world.outside.deleted == {POST}


def test_what_somebody_else_has_done_already_is_no_change(world: World, forum: Forum) -> None:
    claimed = held(world)
    looked(world)
    world.outside.deleted.add(POST)
    decided(world, claimed, REMOVE)
    assert carried_out(world)["state"] == "sent"


def test_an_attempt_that_was_cut_off_is_gone_on_with_though_it_changed_the_state(world: World, forum: Forum) -> None:
    claimed = held(world)
    looked(world)
    decided(world, claimed, REMOVE)
    world.faults.at("http", "after", crash, nth=2)
    carried_out(world)
    assert world.outside.deleted == {POST}
    world.later(seconds=40)
    assert carried_out(world)["state"] == "sent"


def test_without_a_look_the_decision_is_carried_out_on_whatever_is_there_and_says_so(
    world: World, forum: Forum
) -> None:
    decided(world, held(world), REMOVE)
    forum.version = 2
    row = carried_out(world)
    assert (row["state"], row["request"]["expected"]) == ("sent", None)
    assert cards.result(row, "en") == "remove: done; on whatever was there"
    assert (look(world)["state"], "seen" in look(world)) == ("cancelled", False)


def test_a_look_that_comes_in_the_same_moment_is_too_late(world: World, forum: Forum) -> None:
    claimed = held(world)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: looked(world))
    decided(world, claimed, REMOVE)
    assert world.delivery("remove")["request"]["expected"] is None
    assert "seen" in look(world)


def test_measures_that_read_one_state_are_not_held_to_it(world: World) -> None:
    """Each changes it for the other."""
    both = Decision(outcome="violation", measures=("timeout", "ban"), minutes={"timeout": 60}, explanation="x")
    found = {name: {"state": {"banned": False, "until": None}, "at": ""} for name in ("timeout", "ban")}
    row: Item = {"seen": {"reports": [], "found": {"violation": {**found, "remove": {"state": STATE, "at": ""}}}}}
    assert looks.expected(row, both, ()) == {}
    one = both.model_copy(update={"measures": ("ban", "remove")})
    assert looks.expected(row, one, ()) == {"ban": found["ban"]["state"], "remove": STATE}
    assert looks.expected(row, one.model_copy(update={"outcome": "no_violation"}), ()) == {}
    assert looks.expected(None, one, ()) == {}


def test_what_closes_reports_is_held_to_the_reports_that_were_looked_at(world: World) -> None:
    close = Decision(outcome="violation", measures=("resolve",), explanation="x")
    found = {"resolve": {"state": {"report 1": "open"}, "at": ""}}
    row: Item = {"seen": {"reports": ["1"], "found": {"violation": found}}}
    assert looks.expected(row, close, ("1",)) == {"resolve": {"report 1": "open"}}
    assert looks.expected(row, close, ("1", "2")) == {}


def test_an_appeal_is_held_to_what_was_looked_at_unless_something_is_taken_back_before_it(world: World) -> None:
    case: Item = {"id": "c", "community": "acme"}
    back = {"pk": "a", "sk": "delivery#undo#hide", "kind": "delivery", "platform": "standard_webhooks", "due": "DUE#0"}
    hidden: Item = {**back, "request": {"measure": "hide", "undo": True}}
    warned: Item = {**back, "request": {"measure": "warn", "undo": True}}
    over = {name: value for name, value in hidden.items() if name != "due"}
    refused = {**over, "listing": "acme#deliveries-stuck"}
    assert appeals.going_back(table(), case, [outbox.put(hidden)]) == [("a", "delivery#undo#hide")]
    assert appeals.going_back(table(), case, [outbox.put(warned)]) == []  # Nothing can unsay it.
    assert appeals.going_back(table(), case, [outbox.put(over)]) == []
    assert appeals.going_back(table(), case, [outbox.put(refused)]) == [("a", "delivery#undo#hide")]


# Told


def test_the_api_tells_it_and_a_decision_needs_no_fence(world: World, forum: Forum) -> None:
    ada = Manager(world)
    case = world.item("case")["id"]
    claimed = ada.post(f"cases/{case}/claim", {}).json
    assert claimed["look"] == {"state": "coming", "reason": ""}
    world.work_off("delivery")  # The claim has kicked it.
    whole = ada.get(f"cases/{case}").json
    assert whole["look"]["state"] == "seen"
    assert whole["measures"]["remove"]["now"] == STATE
    assert whole["measures"]["remove"]["requests"][0]["method"] == "DELETE"
    verdict = {"outcome": "violation", "measures": ["remove"], "explanation": "Spam."}
    refused = Manager(world, name="Eve").post(f"cases/{case}/decide", verdict)
    assert (refused.status, "you do not hold this case" in refused.message) == (409, True)
    done = ada.post(f"cases/{case}/decide", verdict)
    assert [(row["measure"], row["expected"]) for row in done.json["deliveries"]] == [("remove", STATE)]
    assert ada.post(f"cases/{case}/decide", verdict).status == 200  # The answer may have been lost.
    assert "measures" not in ada.get(f"cases/{case}").json


def test_a_decision_without_a_fence_is_refused_when_it_has_changed_since_they_took_it(
    world: World, forum: Forum
) -> None:
    ada = Manager(world)
    case = world.item("case")
    ada.post(f"cases/{case['id']}/claim", {})
    changes = {"material": case["material"] + 1}
    table().write(Update((case["pk"], case["sk"]), set=changes))
    refused = ada.post(f"cases/{case['id']}/decide", {"outcome": "no_violation", "explanation": "Fine."})
    assert (refused.status, "it has changed since you took it" in refused.message) == (409, True)


def test_the_cards_of_a_case_are_looked_at_when_its_look_has_come(world: World, forum: Forum) -> None:
    claimed = held(world)
    card: Item = {"pk": claimed["pk"], "sk": "delivery#desk-mods#card", "touched": 7, "refusal": "no"}
    table().write(outbox.put({**card, "kind": "card"}))
    table().write(Update((claimed["pk"], "case"), set={"cards": [card["sk"]]}))
    looked(world)
    after = table().get(card["pk"], card["sk"]) or {}
    assert (after["touched"], after["due_at"], after["refusal"]) == (8, clock.text(world.now), "no")


def test_a_card_that_is_gone_keeps_nobody_from_seeing(world: World, forum: Forum) -> None:
    claimed = held(world)
    table().write(Update((claimed["pk"], "case"), set={"cards": ["delivery#desk-gone#card"]}))
    assert seen(looked(world))["state"] == STATE


def of_card(language: str, look: dict[str, str], **there: dict[str, Any]) -> tuple[str, ...]:
    can = {measure: Possible("Manage Messages", False, there=told) for measure, told in there.items()}
    seen = Seen(ZoneInfo("Europe/Paris"), possible=can, look=look)  # type: ignore[arg-type]
    return cards.possible(seen, language).facts


DELETE = {"method": "DELETE", "path": "/posts/204.json"}
SENDS = {"now": {"version": 3, "deleted": False, "topic": None}, "requests": [DELETE]}
MUTE = {"method": "PUT", "path": "/mute", "body": {"why": "“x”"}}


def test_a_card_says_in_a_line_each_what_there_is_and_what_is_sent() -> None:
    at = {"state": "seen", "reason": "", "at": "2026-11-22T12:00:00.000Z"}
    muting = {"now": {"gone": True}, "requests": [MUTE], "minutes": 60}
    assert of_card("en", at, remove=SENDS, timeout=muting)[0] == "Read there at 2026-11-22 13:00 (Europe/Paris)"
    assert of_card("en", at, remove=SENDS, timeout=muting)[2::2] == (
        "remove → now deleted: no, topic: not set, version: 3; sends DELETE /posts/204.json",
        'time-out → now gone; sends PUT /mute {"why": "“x”"} (for 1 h, say)',
    )
    (line,) = of_card("fr", at, remove=SENDS)[2:]
    assert line == (
        "supprimer → actuellement deleted: non, topic: non défini, version: 3 ; envoie DELETE /posts/204.json"
    )


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({"now": {}, "requests": []}, "remove → now not to be seen; it is so already, nothing is sent"),
        ({"now": STATE, "cannot": "it is ours"}, "remove → cannot be done: it is ours"),
        ({"unseen": "answered 503"}, "remove → nobody could look: answered 503"),
    ],
)
def test_a_card_says_what_is_not_sent_and_why(told: dict[str, Any], line: str) -> None:
    assert of_card("en", {}, remove=told)[1:] == (line,)


@pytest.mark.parametrize(
    ("look", "line"),
    [
        ({"state": "coming", "reason": ""}, "What there is now is being read…"),
        ({"state": "unseen", "reason": "no key"}, "Nobody could look what there is now: no key"),
    ],
)
def test_a_card_says_that_nobody_has_looked(look: dict[str, str], line: str) -> None:
    assert of_card("en", look, remove={})[0] == line


def test_a_long_request_is_cut_on_a_card() -> None:
    long = {"now": {"name": "x" * 200}, "requests": [{**MUTE, "body": {"why": "y" * 900}}]}
    (line,) = of_card("en", {}, remove=long)[1:]
    assert len(line) == cards.LONGEST_LINE
    assert line.endswith("y…")
    assert line.startswith(f"remove → now name: {'x' * 113}…; sends PUT")


# What is left


def test_an_erasure_takes_it_and_what_is_read_in_that_moment_is_not_kept(world: World, forum: Forum) -> None:
    claimed = held(world)
    author = {"author": {"id": "9", "name": "Kim"}}
    who, at = Account("acme", "forum", "discourse", "9", "Kim"), clock.text(world.now)
    case = {**world.item("case"), **author}
    changes = {item["sk"]: new for item, new in traces.of_subject([case, looked(world)], who, at)}
    assert changes[looks.SK]["seen"] is None
    assert changes[looks.SK]["fence"] == look(world)["fence"] + 1
    assert looks.SK not in {item["sk"] for item, _ in traces.of_subject([claimed, look(world)], who, at)}
    empty = {name: value for name, value in look(world).items() if name != "seen"}
    assert looks.SK not in {item["sk"] for item, _ in traces.of_subject([case, empty], who, at)}


def test_a_state_that_is_too_long_is_not_kept(world: World, forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.delivery.looks.LARGEST", 20)
    held(world)
    assert seen(looked(world))["cannot"] == "there is too much of it to be kept and compared"


def test_deciding_that_nothing_was_wrong_needs_no_look(world: World, forum: Forum) -> None:
    decided(world, held(world), NOTHING)
    assert (looked(world)["state"], world.outside.calls) == ("cancelled", [])


def test_the_lease_is_longer_than_all_tries() -> None:
    assert timedelta(minutes=Standards().settings.lease) > 3 * timedelta(seconds=60 + 60)
