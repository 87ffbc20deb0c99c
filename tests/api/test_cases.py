"""Work on cases over the API: in which order, for whom, and every no as a sentence."""

from typing import Any

import pytest

from functions.api import cases as room
from functions.moderation import working
from functions.moderation.standards import Standards
from functions.shared.table import table
from tests.api.manager import Manager
from tests.support import builders
from tests.support.world import World

TEAM = """
[[moderators]]
id = "mo"
community = "acme"
name = "Maureen"
pseudonym = "Mod 7"
languages = ["fr"]
accounts = { game = "4417" }

[[moderators]]
id = "zoe"
community = "acme"
name = "Zoe"
pseudonym = "Mod 8"
timezone = "Europe/Paris"
shifts = ["Sun 13:00-15:00"]
not_for = ["violence"]
severe = 1
accounts = { game = "8" }

[[moderators]]
id = "lea"
community = "acme"
name = "Lea"
pseudonym = "Mod 9"
lead = true

[[queues]]
id = "french"
community = "acme"
languages = ["fr"]
moderators = ["mo", "lea"]

[[queues]]
id = "bad"
community = "acme"
severities = [0, 1]
"""


@pytest.fixture
def team() -> Any:
    with World(builders.PROGRAM + TEAM) as world:
        yield world


def report(world: World, name: str, reason: str = "spam", language: str = "en", **subject: Any) -> None:
    """By somebody about something that u-1 said."""
    about = {"kind": "chat_message", "id": name, "text": "…", "language": language, "author": {"id": "u-1"}, **subject}
    data = {"id": name, "reason": reason, "at": world.now.isoformat(), "subject": about}
    world.handle(builders.webhook("flag.raised", data, world.now))
    world.later(seconds=1)


def who(world: World, name: str) -> Manager:
    return Manager(world, "moderator", name)


def following(member: Manager) -> str:
    """What somebody is given next; empty for nothing."""
    answer = member.post("cases/next", {})
    assert answer.status == 200, answer.text
    return str(answer.json["subject"]["id"]) if "id" in answer.json else ""


def listed(member: Manager, query: str = "") -> list[str]:
    return [case["subject"]["id"] for case in member.get(f"cases{query}").json["cases"]]


def id_of(world: World, name: str) -> str:
    return next(str(case["id"]) for case in world.items("case") if case["subject"]["id"] == name)


# The list


def test_the_list_is_in_the_order_of_work_and_names_each_ones_queue(team: World) -> None:
    for name, reason, language in (("a", "spam", "en"), ("b", "hate", "en"), ("c", "harassment", "fr")):
        report(team, name, reason, language)
    found = who(team, "mo").get("cases").json["cases"]
    assert [(case["subject"]["id"], case["severity"], case["queue"]) for case in found] == [
        ("b", 1, "bad"),
        ("c", 2, "french"),
        ("a", 3, "main"),
    ]
    assert found[0]["decide_by"] == "2026-11-22T20:00:01.000Z"
    for queue, expected in (("bad", ["b"]), ("french", ["c"]), ("main", ["a"])):
        assert listed(who(team, "mo"), f"?queue={queue}") == expected


def test_an_unknown_queue_is_refused_with_those_there_are(team: World) -> None:
    answer = who(team, "mo").get("cases?queue=english")
    assert (answer.status, answer.message) == (404, "there is no queue 'english'; there are french, bad, main")


def test_pages_follow_each_other_without_a_gap_even_where_all_is_due_at_once(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PAGE", 3)
    names = [f"s{number}" for number in range(8)]
    data = [
        {"id": name, "reason": "spam", "at": team.now.isoformat(), "subject": {"kind": "post", "id": name}}
        for name in names
    ]
    team.handle(*(builders.webhook("flag.raised", one, team.now) for one in data))
    assert len({case["decide_by"] for case in team.items("case")}) == 1
    mo, found, query, pages = who(team, "mo"), list[str](), "", 0
    while True:
        page = mo.get(f"cases?queue=main{query}").json
        found += [case["subject"]["id"] for case in page["cases"]]
        pages += 1
        if "next" not in page:
            break
        query = f"&before={page['next'].replace('#', '%23')}"
    assert sorted(found) == names
    assert pages == 3


def test_what_somebody_has_is_listed_with_who_and_until_when(team: World) -> None:
    report(team, "a")
    mo = who(team, "lea")
    assert following(mo) == "a"
    (case,) = mo.get("cases").json["cases"]
    assert (case["state"], case["claimed_by"], case["lease_until"]) == ("claimed", "lea", "2026-11-22T12:15:01.000Z")


# The next one


def test_everybody_is_given_their_own_queues_only(team: World) -> None:
    report(team, "a", "spam", "fr")
    report(team, "b", "spam", "en")
    assert following(who(team, "zoe")) == "b"  # Hers is all but the French queue.
    assert following(who(team, "mo")) == "a"


def test_what_is_in_another_language_is_not_given(team: World) -> None:
    report(team, "a", "spam", "de")
    report(team, "b", "spam", "und")
    assert following(who(team, "mo")) == "b"
    assert following(who(team, "mo")) == ""


def test_out_of_their_shift_nobody_is_given_anything_and_may_still_take_one(team: World) -> None:
    report(team, "a")
    team.later(hours=2)  # It is 15:00 in Paris.
    zoe = who(team, "zoe")
    assert following(zoe) == ""
    assert zoe.post(f"cases/{id_of(team, 'a')}/claim", {}).status == 200


def test_nobody_is_given_what_they_do_not_do(team: World) -> None:
    report(team, "a", "violence")
    report(team, "b", "spam")
    assert following(who(team, "zoe")) == "b"


def test_after_enough_severe_ones_only_others_are_given(team: World) -> None:
    for name, reason in (("a", "hate"), ("b", "hate"), ("c", "spam")):
        report(team, name, reason)
    zoe = who(team, "zoe")
    assert [following(zoe), following(zoe), following(zoe)] == ["a", "c", ""]
    team.later(days=7)  # The next Sunday, on another day of hers.
    report(team, "d", "hate")
    assert following(zoe) in ("a", "b", "d")


def test_what_was_escalated_is_given_to_leads_only(team: World) -> None:
    report(team, "a")
    zoe, lea = who(team, "zoe"), who(team, "lea")
    case = id_of(team, "a")
    told = zoe.post(f"cases/{case}/escalate", {"reason": "A threat."}).json
    assert (told["level"], told["rank"]) == (1, 2)
    assert following(zoe) == ""
    answer = zoe.post(f"cases/{case}/claim", {})
    assert (answer.status, answer.message) == (409, "this case was escalated to the leads")
    assert following(lea) == "a"


def test_nobody_is_given_or_takes_what_they_reported(team: World) -> None:
    data = {
        "id": "a",
        "reason": "spam",
        "at": team.now.isoformat(),
        "subject": {"kind": "post", "id": "a"},
        "reporter": {"id": "8"},
    }
    team.handle(builders.webhook("flag.raised", data, team.now))
    zoe = who(team, "zoe")
    assert following(zoe) == ""
    answer = zoe.post(f"cases/{id_of(team, 'a')}/claim", {})
    assert (answer.status, "somebody else has to judge it" in answer.message) == (409, True)
    assert following(who(team, "lea")) == "a"


def test_nobody_is_given_or_takes_what_they_wrote(team: World) -> None:
    report(team, "a", author={"id": "8"})
    zoe = who(team, "zoe")
    assert following(zoe) == ""
    answer = zoe.post(f"cases/{id_of(team, 'a')}/claim", {})
    assert (answer.status, answer.message) == (409, "you wrote or reported this yourself")


def test_whoever_is_not_on_the_roster_may_be_given_any(team: World) -> None:
    report(team, "a", "violence", "de")
    report(team, "b", "spam", "und")
    ada = Manager(team)
    assert [following(ada), following(ada), following(ada)] == ["a", "b", ""]


def test_a_moderators_own_report_weighs_more(team: World) -> None:
    data = {"reason": "spam", "at": team.now.isoformat()}
    for name, reporter in (("a", "somebody"), ("b", "8")):
        about = {"id": name, "subject": {"kind": "post", "id": name}, "reporter": {"id": reporter}}
        team.handle(builders.webhook("flag.raised", {**data, **about}, team.now))
    weights = {case["subject"]["id"]: case["weight"] for case in team.items("case")}
    assert weights["b"] > 4 * weights["a"]


# Giving back, handing on, putting off


@pytest.fixture
def taken(team: World) -> tuple[Manager, dict[str, Any]]:
    report(team, "a")
    lea = who(team, "lea")
    return lea, lea.post("cases/next", {}).json


@pytest.mark.parametrize("given", [("fence",), ()])
def test_what_is_given_back_is_there_for_the_next(
    team: World, taken: tuple[Manager, dict[str, Any]], given: tuple[str, ...]
) -> None:
    lea, case = taken
    back = lea.post(f"cases/{case['id']}/release", {name: case[name] for name in given})
    assert (back.status, back.json["state"]) == (200, "open")
    assert following(who(team, "zoe")) == "a"


REFUSED: dict[str, tuple[str, Any, int, str]] = {
    "release with no fence": ("release", {"fence": "x"}, 422, "fence"),
    "release with an old fence": ("release", {"fence": 0}, 409, "you do not hold this case (any more)"),
    "escalate without a reason": ("escalate", {"reason": ""}, 422, "reason"),
    "escalate with an empty reason": ("escalate", {"reason": "  "}, 409, "say why"),
    "snooze for ever": ("snooze", {"until": "2027-11-22T12:00"}, 409, "not later than 2026-12-06"),
    "snooze until before": ("snooze", {"until": "2025-11-22T12:00"}, 409, "A moment from now on"),
    "snooze until no time": ("snooze", {"until": "soon"}, 400, "'soon' is not a time"),
    "snooze until a time that is skipped": ("snooze", {"until": "2026-03-29T02:30"}, 400, "the clocks skip it"),
    "snooze and more": ("snooze", {"until": "2026-11-23T09:00", "x": 1}, 422, "x"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_meant_is_refused_with_a_sentence(
    team: World, taken: tuple[Manager, dict[str, Any]], what: str
) -> None:
    lea, case = taken
    path, body, status, told = REFUSED[what]
    before = team.items("case")
    answer = lea.post(f"cases/{case['id']}/{path}", body)
    assert answer.status == status
    assert told in answer.message
    assert team.items("case") == before


@pytest.mark.parametrize("path", ["release", "escalate", "snooze", "claim"])
def test_somebody_elses_case_is_left_alone(team: World, taken: tuple[Manager, dict[str, Any]], path: str) -> None:
    _, case = taken
    bodies = {"release": {"fence": 1}, "escalate": {"reason": "why"}, "snooze": {"until": "2026-11-23T09:00"}}
    answer = who(team, "zoe").post(f"cases/{case['id']}/{path}", bodies.get(path, {}))
    assert answer.status == 409
    assert "lea has this case until" in answer.message or "you do not hold this case" in answer.message


def test_what_is_severe_cannot_be_put_off(team: World) -> None:
    report(team, "a", "hate")
    answer = who(team, "lea").post(f"cases/{id_of(team, 'a')}/snooze", {"until": "2026-11-23T09:00"})
    assert (answer.status, answer.message) == (409, "this is too severe to wait")


def test_what_was_put_off_is_in_a_list_of_its_own_until_the_communitys_clock_says(
    team: World, taken: tuple[Manager, dict[str, Any]]
) -> None:
    lea, case = taken
    told = lea.post(f"cases/{case['id']}/snooze", {"until": "2026-11-23T09:00"}).json
    assert (told["state"], told["wake_at"]) == ("snoozed", "2026-11-23T08:00:00.000Z")
    assert (listed(lea), listed(lea, "?state=snoozed")) == ([], ["a"])
    team.later(hours=20)
    team.upkeep()
    assert (listed(lea), listed(lea, "?state=snoozed")) == (["a"], [])


def test_a_decision_on_words_that_were_changed_meanwhile_is_refused_as_such(
    team: World, taken: tuple[Manager, dict[str, Any]]
) -> None:
    lea, case = taken
    report(team, "worse", "violence", id="a")
    verdict = {"outcome": "no_violation", "explanation": "Fine.", "fence": case["fence"]}
    answer = lea.post(f"cases/{case['id']}/decide", verdict)
    assert answer.status == 409
    assert answer.message.startswith("it has changed since you took it: look at it again")


def test_a_rule_that_there_is_not_is_refused_before_anything_is_decided(team: World) -> None:
    report(team, "a", language="fr")
    maureen = who(team, "mo")
    case = maureen.post("cases/next", {}).json["id"]
    body = {"outcome": "violation", "policy": "be-kid", "explanation": "Rude."}
    answer = maureen.post(f"cases/{case}/decide", body)
    assert (answer.status, answer.message) == (409, "there is no rule 'be-kid'; there are none")
    assert not team.items("decision")


# Whoever may not take a case


SPAM = {"outcome": "violation", "measures": ["hide"], "explanation": "Spam."}
TOMORROW = {"until": "2026-11-23T09:00"}


def judged(world: World, name: str = "a", by: str = "lea") -> str:
    """Decided, and carried out."""
    case, member = id_of(world, name), who(world, by)
    member.post(f"cases/{case}/claim", {})
    assert member.post(f"cases/{case}/decide", SPAM).status == 200
    world.work_off("delivery")
    assert world.delivery("hide")["state"] == "sent"
    return case


def test_nobody_puts_off_what_they_wrote(team: World) -> None:
    report(team, "a", author={"id": "8"})
    answer = who(team, "zoe").post(f"cases/{id_of(team, 'a')}/snooze", TOMORROW)
    assert (answer.status, answer.message) == (409, "you wrote or reported this yourself")
    assert who(team, "lea").post(f"cases/{id_of(team, 'a')}/snooze", TOMORROW).status == 200


def test_whoever_decided_it_does_not_put_off_the_appeal(team: World) -> None:
    report(team, "a")
    lea, ada = who(team, "lea"), who(team, "ada")
    made = ada.post(f"cases/{judged(team)}/appeal", {"by": "author", "words": "I was quoting."}).json
    answer = lea.post(f"cases/{made['id']}/snooze", TOMORROW)
    assert (answer.status, "somebody else has to judge it" in answer.message) == (409, True)
    assert ada.post(f"cases/{made['id']}/snooze", TOMORROW).status == 200


def test_where_nobody_else_is_there_whoever_decided_may_do_all_of_it_about_the_appeal(team: World) -> None:
    report(team, "a")
    lea = who(team, "lea")
    made = lea.post(f"cases/{judged(team)}/appeal", {"by": "author", "words": "I was quoting."}).json
    assert lea.post(f"cases/{made['id']}/snooze", TOMORROW).status == 200
    assert lea.post(f"cases/{made['id']}/claim", {}).status == 200
    again = lea.post(f"cases/{made['id']}/decide", {"outcome": "no_violation", "explanation": "A quote."})
    assert (again.status, again.json["case"]["state"]) == (200, "decided")


def test_nobody_takes_back_what_was_done_about_themselves(team: World) -> None:
    report(team, "a", author={"id": "8"})
    case = judged(team)
    answer = who(team, "zoe").post(f"cases/{case}/undo", {"measures": ["hide"]})
    assert (answer.status, answer.message) == (409, "you wrote or reported this yourself")
    assert [row["sk"] for row in team.items("delivery") if row["purpose"] == "act"] == ["delivery#hide"]
    assert who(team, "mo").post(f"cases/{case}/undo", {"measures": ["hide"]}).status == 200


def test_of_a_batch_nobody_takes_back_what_was_done_about_themselves(team: World) -> None:
    report(team, "a", author={"id": "8"})
    report(team, "b")
    own, other = id_of(team, "a"), id_of(team, "b")
    wanted = {"cases": dict.fromkeys((own, other), 1), "decision": SPAM}
    made = who(team, "lea").post("batches", wanted).json["batch"]["id"]
    told = who(team, "zoe").post(f"batches/{made}/undo", {}).json
    assert {one["id"]: one.get("not_undone") for one in told["cases"]} == {
        own: {"hide": "you wrote or reported this yourself"},
        other: None,
    }
    assert told["measures"] == {"hide": {"cancelled": 1, "planned": 1}}


@pytest.mark.parametrize("path", ["cases/{}/claim", "cases/next"])
def test_what_is_escalated_in_the_moment_of_the_claim_is_not_theirs(team: World, path: str) -> None:
    report(team, "a")
    case, zoe = id_of(team, "a"), who(team, "zoe")
    escalate = lambda: working.escalate(table(), "acme", case, "lea", "A threat.", Standards(), team.now)  # noqa: E731
    team.faults.at("dynamodb.TransactWriteItems", "before", escalate)
    zoe.post(path.format(case), {})
    assert (team.item("case")["level"], team.item("case")["claimed_by"]) == (1, "")
    assert who(team, "lea").post(f"cases/{case}/claim", {}).status == 200


def test_whoever_left_it_lying_until_it_went_to_the_leads_does_not_decide_it(team: World) -> None:
    report(team, "a")
    zoe, case = who(team, "zoe"), id_of(team, "a")
    taken = zoe.post(f"cases/{case}/claim", {}).json
    for _ in range(3):
        team.later(days=1)
        team.upkeep()
    verdict = {"outcome": "no_violation", "explanation": "Fine.", "fence": taken["fence"]}
    answer = zoe.post(f"cases/{case}/decide", verdict)
    assert (answer.status, answer.message) == (409, "this case was escalated to the leads")
    assert who(team, "lea").post(f"cases/{case}/claim", {}).status == 200
