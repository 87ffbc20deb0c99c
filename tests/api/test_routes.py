"""What managers and moderators ask and do, and every error as a sentence."""

import json
from datetime import timedelta
from typing import Any, get_args

import pytest

from cli import operator
from events.moderation import Measure
from functions.api import status as standing
from functions.moderation import working
from functions.shared import aws
from functions.shared.table import MOST_LISTED, Put, Update, key_of, table
from tests.api.manager import DRAFT, Manager
from tests.delivery import rows
from tests.support import builders
from tests.support.outside import status
from tests.support.world import World, needs_a_person


@pytest.fixture
def ada(world: World) -> Manager:
    return Manager(world)


# Cases


def claimed(ada: Manager) -> dict[str, Any]:
    ada.world.handle(builders.flag(ada.world.now))
    (case,) = ada.get("cases").json["cases"]
    answer = ada.post(f"cases/{case['id']}/claim", {}).json
    assert isinstance(answer, dict)
    return answer


VERDICT = {"outcome": "violation", "measures": ["hide"], "explanation": "Rule 2."}


def test_a_case_is_listed_claimed_decided_and_carried_out(ada: Manager) -> None:
    case = claimed(ada)
    assert set(case["measures"]) == set(get_args(Measure))
    assert case["measures"]["warn"]["lost"] == "Whoever was warned has read it."
    decided = ada.post(f"cases/{case['id']}/decide", {**VERDICT, "fence": case["fence"]})
    assert decided.json["decision"]["by"] == "Ada"
    assert [line["what"] for line in decided.json["audit"]] == ["opened", "claimed", "decided"]
    assert [flag["reason"] for flag in decided.json["flags"]] == ["harassment"]
    assert ada.get("cases").json["cases"] == []
    assert [one["id"] for one in ada.get("cases?state=decided").json["cases"]] == [case["id"]]
    ada.world.drain()
    (delivery,) = ada.get(f"cases/{case['id']}").json["deliveries"]
    assert (delivery["state"], delivery["destination"]) == ("sent", "game")


def test_the_decision_goes_out_without_waiting_for_the_minute(ada: Manager) -> None:
    case = claimed(ada)
    ada.world.work("delivery")  # The look of the claim.
    ada.post(f"cases/{case['id']}/decide", {**VERDICT, "fence": case["fence"]})
    assert ada.world.depth("delivery") == 1


def test_the_same_decision_again_gives_the_same_answer_and_one_call(ada: Manager) -> None:
    case = claimed(ada)
    body = {**VERDICT, "fence": case["fence"]}
    first = ada.post(f"cases/{case['id']}/decide", body)
    assert ada.post(f"cases/{case['id']}/decide", body).json == first.json
    ada.world.finish()
    assert [call.said["type"] for call in ada.world.outside.calls].count("moderation.action") == 1


def test_somebody_elses_case_is_refused_with_who_has_it(ada: Manager) -> None:
    case = claimed(ada)
    zoe = Manager(ada.world, "moderator", "Zoe")
    answer = zoe.post(f"cases/{case['id']}/claim", {})
    assert (answer.status, answer.message) == (409, "Ada has this case until 2026-11-22T12:15:00.000Z")
    stolen = zoe.post(f"cases/{case['id']}/decide", {**VERDICT, "fence": case["fence"]})
    assert stolen.status == 409


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        ({"measures": ["dance"]}, 422, "measures"),
        ({"outcome": "maybe"}, 422, "outcome"),
        ({"explanation": " "}, 409, "needs an explanation"),
        ({"outcome": "no_violation"}, 409, "no violation, so no measure"),
        ({"measures": ["hide", "hide"]}, 409, "each measure once"),
        ({"fence": 99}, 409, "claim it, then decide with the fence you get"),
    ],
)
def test_a_decision_that_cannot_be_meant_is_refused(ada: Manager, change: dict[str, Any], code: int, told: str) -> None:
    case = claimed(ada)
    answer = ada.post(f"cases/{case['id']}/decide", {**VERDICT, "fence": case["fence"], **change})
    assert answer.status == code
    assert told in answer.message
    assert not ada.world.items("decision")


def test_a_measure_the_place_cannot_carry_out_is_refused_with_those_it_can(ada: Manager) -> None:
    ada.world.handle(builders.post_flag(ada.world.now))
    kept = ada.world.item("case")
    table().write(Update(key_of(kept), set={"subject": {**kept["subject"], "kind": "chat_message"}}))
    fence = ada.post(f"cases/{kept['id']}/claim").json["fence"]
    answer = ada.post(f"cases/{kept['id']}/decide", {**VERDICT, "fence": fence})
    assert (answer.status, answer.message) == (
        409,
        "hide cannot be done there; possible: warn, timeout, suspend, ban, resolve",
    )


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/claim"), ("POST", "/decide")])
def test_a_case_that_is_not_there_is_not_found(ada: Manager, method: str, path: str) -> None:
    body = {**VERDICT, "fence": 1}
    answer = ada.get(f"cases/nowhere{path}") if method == "GET" else ada.post(f"cases/nowhere{path}", body)
    assert (answer.status, answer.message) == (404, "there is no case 'nowhere' in 'acme'")


def test_an_unknown_state_is_refused_with_those_there_are(ada: Manager) -> None:
    answer = ada.get("cases?state=closed")
    assert answer.status == 422
    assert "'open', 'snoozed' or 'decided'" in answer.message


def test_a_case_under_fire_asks_to_try_again(ada: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    case = claimed(ada)
    monkeypatch.setattr(working, "TRIES", 0)
    answer = ada.post(f"cases/{case['id']}/claim", {})
    assert answer.status == 503
    assert "try again" in answer.message


# Feedback


def test_counts_by_day_and_by_hour(ada: Manager) -> None:
    now = ada.world.now
    ada.world.handle(builders.feedback(now, content="1"), builders.feedback(now, content="2"))
    ada.world.roll_up()
    (day,) = ada.get("feedback").json["days"]
    assert (day["day"], day["zone"], day["counts"]["total"]) == ("2026-11-22", "Europe/Paris", 2)
    (hour,) = ada.get("feedback?by=hour&from=2026-11-22&to=2026-11-22").json["hours"]
    assert hour["counts"]["total"] == [2, 0, 0, 0]


def test_from_and_to_are_included_and_nothing_else(ada: Manager) -> None:
    first = ada.world.now - timedelta(days=40)
    for days in range(40):
        ada.world.handle(builders.feedback(first + timedelta(days=days), content=str(days), received=ada.world.now))
    ada.world.roll_up()
    listed = [one["day"] for one in ada.get("feedback?from=2026-10-31&to=2026-11-02").json["days"]]
    assert listed == ["2026-10-31", "2026-11-01", "2026-11-02"]


@pytest.mark.parametrize(
    ("query", "code"),
    [("from=2026-11-23&to=2026-11-22", 400), ("from=2020-01-01", 400), ("from=yesterday", 422), ("by=week", 422)],
)
def test_a_time_span_that_is_none_is_refused(ada: Manager, query: str, code: int) -> None:
    assert ada.get(f"feedback?{query}").status == code


# Deliveries


def refused(ada: Manager) -> dict[str, Any]:
    ada.world.outside.next = [status(403)]
    rows.post(ada.world)
    ada.world.drain()
    (waiting,) = ada.get("deliveries").json["deliveries"]
    assert isinstance(waiting, dict)
    return waiting


def test_what_waits_for_a_person_is_listed_with_its_reason(ada: Manager) -> None:
    waiting = refused(ada)
    assert (waiting["state"], waiting["reason"], waiting["destination"]) == (
        "refused",
        "the receiver refused it (403)",
        "site",
    )


def test_a_person_says_that_it_is_there(ada: Manager) -> None:
    waiting = refused(ada)
    assert ada.post(f"deliveries/{waiting['key']}/resolve", {"outcome": "sent"}).json["state"] == "sent"
    assert ada.get("deliveries").json["deliveries"] == []
    ada.world.finish()
    assert len(ada.world.outside.calls) == 1


def test_a_person_says_where_it_is(ada: Manager) -> None:
    """With what the platform calls it, it can be changed and withdrawn like any other."""
    path = f"deliveries/{refused(ada)['key']}/resolve"
    told = ada.post(path, {"outcome": "sent", "id": "17", "url": "https://site.example/17"}).json
    assert told["posted"] == {"id": "17", "url": "https://site.example/17"}


def test_a_person_has_it_sent_again_at_once(ada: Manager) -> None:
    waiting = refused(ada)
    ada.world.later(minutes=1)
    ada.post(f"deliveries/{waiting['key']}/resolve", {"outcome": "again"})
    ada.world.work("delivery")
    assert len(ada.world.outside.calls) == 2
    assert not needs_a_person(ada.world)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"outcome": "maybe"}, 422),
        ({}, 422),
        ({"outcome": "sent", "x": 1}, 422),
        ({"outcome": "sent", "url": "javascript:alert(1)"}, 422),
        ({"outcome": "again", "id": "17"}, 422),
    ],
)
def test_a_word_that_means_nothing_is_refused(ada: Manager, body: dict[str, Any], code: int) -> None:
    waiting = refused(ada)
    assert ada.post(f"deliveries/{waiting['key']}/resolve", body).status == code


def test_a_delivery_that_does_not_wait_is_not_found(ada: Manager) -> None:
    answer = ada.post("deliveries/none/resolve", {"outcome": "sent"})
    assert (answer.status, answer.message) == (404, "no delivery 'none' waits for a person in 'acme'")


def test_a_delivery_settled_by_somebody_else_meanwhile_is_said_so(ada: Manager) -> None:
    waiting = refused(ada)
    path = f"deliveries/{waiting['key']}/resolve"
    zoe = Manager(ada.world, name="Zoe")
    ada.world.faults.at("dynamodb.TransactWriteItems", "before", lambda: zoe.post(path, {"outcome": "sent"}))
    answer = ada.post(path, {"outcome": "again"})
    assert answer.status == 409
    assert "does not wait for a person any more" in answer.message


def test_a_delivery_that_many_others_push_off_the_list_can_still_be_settled(ada: Manager) -> None:
    """After a long night, the key in the announcement must be as good as the one in the list."""
    waiting = refused(ada)
    row = needs_a_person(ada.world)[0]
    for number in range(110):
        other = {
            **row,
            "sk": f"delivery#{number}",
            "key": f"k{number}",
            "listed_at": f"2026-11-23T00:00:00.{number:03d}Z",
        }
        table().write(Put(other))
    assert waiting["key"] not in str(ada.get("deliveries").json)
    assert ada.post(f"deliveries/{waiting['key']}/resolve", {"outcome": "sent"}).status == 200


# Status


SERIES = {"title": "Update", "body": "b", "at": "2026-11-23T09:00", "zone": "Europe/Paris", "every": "week"}


def test_status_counts_what_waits(ada: Manager) -> None:
    ada.world.handle(builders.flag(ada.world.now), builders.release(ada.world.now))
    ada.world.accept(builders.webhook("match.finished", {}, ada.world.now))
    ada.post("series", {**SERIES, "draft": True})
    ada.post("series", SERIES)
    told = ada.get("status").json
    nothing = {"deliveries": 0, "parked": 0, "standing": 0, "alerts": 0}
    assert told["waiting"] == {"cases": 1, "drafts": 1, "series": 1, **nothing}
    assert told["queues"]["parked"] == 1
    ada.world.drain()
    told = ada.get("status").json
    assert told["waiting"]["parked"] == 1
    assert sum(told["queues"].values()) == told["dead"] == 0
    assert told["program"] == ada.world.item("program")["hash"]


def test_status_finds_an_old_draft_and_says_when_there_may_be_more(
    ada: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.written(DRAFT)
    draft = ada.world.item("announcement")
    for number in range(MOST_LISTED):
        at = f"2026-11-22T13:00:00.{number:03d}Z"
        table().write(Put({**draft, "pk": f"{draft['pk']}-{number}", "state": "cancelled", "listed_at": at}))
    told = ada.get("status").json
    assert (told["waiting"]["drafts"], told["more"]) == (1, [])
    monkeypatch.setattr(standing, "SEARCHED", MOST_LISTED)
    told = ada.get("status").json
    assert (told["waiting"]["drafts"], told["more"]) == (0, ["drafts"])


# What is not there


def test_a_path_that_leads_nowhere_is_told(ada: Manager) -> None:
    answer = ada.get("announcements/x/y/z")
    assert (answer.status, answer.message) == (404, "there is nothing at GET /v1/acme/announcements/x/y/z")
    page = ada.world.ask("GET", "/nowhere")
    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing here." in page.text


def test_a_community_that_the_program_has_not_is_not_an_empty_one(world: World) -> None:
    answer = world.ask("GET", "/v1/nowhere/announcements", token=world.token("reader", "*"))
    assert (answer.status, answer.message) == (404, "there is no community 'nowhere' in the program")


def test_what_is_no_json_is_told(ada: Manager) -> None:
    answer = ada.ask("POST", "announcements", "title", **{"content-type": "text/plain"})
    assert (answer.status, answer.message) == (415, "send JSON, with `content-type: application/json`")


def test_what_is_nested_without_an_end_is_told(ada: Manager) -> None:
    answer = ada.post("announcements", "[" * 100_000)
    assert (answer.status, answer.message) == (422, "body: nested too deeply")


# Failures of our own


def test_before_the_first_program_the_api_says_what_to_do() -> None:
    with World(program_text=None) as world:
        answer = world.ask("GET", "/v1/acme/status", token=world.token())
        assert answer.status == 503
        assert "liaison program push" in answer.message


def test_a_mistake_of_our_own_is_not_called_not_found(ada: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws, "sqs", lambda: dict[str, Any]()["nothing"])
    with pytest.raises(KeyError):  # Which API Gateway answers with 500, and the alarm hears.
        ada.get("status")


def test_the_document_lists_every_route_of_the_api(world: World) -> None:
    document = world.ask("GET", "/openapi.json").json
    assert document["openapi"].startswith("3.")
    assert set(document["paths"]) == {
        "/v1/{community}/status",
        "/v1/{community}/feedback",
        "/v1/{community}/feedback/people",
        "/v1/{community}/feedback/replies",
        "/v1/{community}/feedback/shares",
        "/v1/{community}/talks",
        "/v1/{community}/talks/{item}",
        "/v1/{community}/talks/{item}/preview",
        "/v1/{community}/talks/{item}/assign",
        "/v1/{community}/talks/{item}/show",
        "/v1/{community}/talks/{item}/answer",
        "/v1/{community}/talks/{item}/approve",
        "/v1/{community}/talks/{item}/close",
        "/v1/{community}/talks/{item}/reopen",
        "/v1/{community}/feedback/items",
        "/v1/{community}/feedback/items/{item}",
        "/v1/{community}/feedback/items/{item}/merge",
        "/v1/{community}/feedback/items/{item}/unmerge",
        "/v1/{community}/feedback/items/{item}/different",
        "/v1/{community}/feedback/items/{item}/confirm",
        "/v1/{community}/feedback/unnamed",
        "/v1/{community}/feedback/requests",
        "/v1/{community}/feedback/compared",
        "/v1/{community}/feedback/notes",
        "/v1/{community}/feedback/unusual",
        "/v1/{community}/feedback/unusual/{name}",
        "/v1/{community}/feedback/unusual/{name}/close",
        "/v1/{community}/feedback/usual",
        "/v1/{community}/people",
        "/v1/{community}/people/link",
        "/v1/{community}/people/unlink",
        "/v1/{community}/cases",
        "/v1/{community}/cases/{case}",
        "/v1/{community}/cases/next",
        "/v1/{community}/cases/{case}/claim",
        "/v1/{community}/cases/{case}/release",
        "/v1/{community}/cases/{case}/escalate",
        "/v1/{community}/cases/{case}/snooze",
        "/v1/{community}/cases/{case}/decide",
        "/v1/{community}/announcements",
        "/v1/{community}/announcements/preview",
        "/v1/{community}/announcements/{name}",
        "/v1/{community}/announcements/{name}/approve",
        "/v1/{community}/announcements/{name}/cancel",
        "/v1/{community}/announcements/{name}/hold",
        "/v1/{community}/announcements/{name}/preview",
        "/v1/{community}/announcements/{name}/withdraw",
        "/v1/{community}/hold",
        "/v1/{community}/series",
        "/v1/{community}/series/preview",
        "/v1/{community}/series/{name}",
        "/v1/{community}/series/{name}/approve",
        "/v1/{community}/series/{name}/pause",
        "/v1/{community}/series/{name}/end",
        "/v1/{community}/calendar",
        "/v1/{community}/digests/{reader}",
        "/v1/{community}/digests/{reader}/{cadence}/{day}",
        "/v1/{community}/digests/{reader}/{cadence}/{day}/verify",
        "/v1/{community}/surveys",
        "/v1/{community}/surveys/{name}",
        "/v1/{community}/surveys/{name}/link",
        "/v1/{community}/themes",
        "/v1/{community}/themes/{theme}/status",
        "/v1/{community}/themes/{theme}/announce",
        "/v1/{community}/themes/{theme}/preview",
        "/v1/{community}/themes/{theme}/hand",
        "/v1/{community}/themes/{theme}/approve",
        "/v1/{community}/audit/verify",
        "/v1/{community}/audit/seals",
        "/v1/{community}/audit/seals/{day}",
        "/v1/{community}/cases/{case}/evidence/{name}",
        "/v1/{community}/cases/{case}/undo",
        "/v1/{community}/cases/{case}/appeal",
        "/v1/{community}/deliveries/retry",
        "/v1/{community}/clusters/{case}",
        "/v1/{community}/batches",
        "/v1/{community}/batches/{batch}",
        "/v1/{community}/batches/{batch}/undo",
        "/v1/{community}/images",
        "/v1/{community}/targets",
        "/v1/{community}/targets/{name}/pause",
        "/v1/{community}/targets/{name}/resume",
        "/v1/{community}/deliveries",
        "/v1/{community}/deliveries/{key}/resolve",
        "/v1/{community}/parked",
        "/v1/{community}/parked/{name}/dismiss",
        "/v1/{community}/parked/{name}/replay",
    }
    assert all(operation["summary"] for methods in document["paths"].values() for operation in methods.values())


def test_a_program_change_is_seen_within_a_minute(ada: Manager) -> None:
    assert ada.get("status").status == 200
    operator.push(builders.PROGRAM.replace("Acme Games", "Acme"), "tests")
    ada.world.later(seconds=61)
    assert ada.get("status").json["program"] == ada.world.item("program")["hash"]


def test_every_refusal_is_json(ada: Manager) -> None:
    for answer in (ada.get("cases/nowhere"), ada.post("announcements", "x"), ada.world.ask("GET", "/v1/acme/status")):
        assert answer.headers["content-type"].startswith("application/json")
        assert json.loads(answer.text)["message"]
