"""Failures of real moderation systems, each tried on the deployed template, as users and platforms meet it: flags come
by signed webhooks, moderators act over the API with tokens of their own, several at once.

Two things are done to the table itself, because the emulator's clock cannot be moved: a lease is ended
(`lease_until`), and a delivery is given the attempts of three days (`attempts`, `due_at`). The emulator writes one
transaction after the other: conditions hold as in DynamoDB, also those of whoever read before another wrote, but nobody
ever meets a `TransactionConflict`. (`tests/moderation` has the interleavings one by one, and a crash at each write.)
"""

import itertools
import json
import re
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Thread
from typing import Any

import pytest
import urllib3
from typer.testing import CliRunner

from cli.client import Api, ApiError
from cli.main import app
from events.reasons import WORDS
from functions.delivery.attempts import WAITS
from functions.moderation import appeals, records
from functions.shared import clock, queues, tokens
from functions.shared.table import Update, table
from tests.deployed import places
from tests.deployed.conftest import Deployed, at_once
from tests.deployed.places import Delivery, Told

CHANGED = "it has changed since you took it"
SUBJECTS = (
    *("claims", "down", "appealed", "repeated", "crowded", "seconds", "left", "edited", "restored"),
    *("lying", "held", "lapsed", "snoozed", "elsewhere"),
)
URGENT = 12
"""Cases of the greatest severity, which `next` gives before all others."""


@dataclass
class Scene:
    """The cases of this file, each opened by one signed flag, by the name of what they are about."""

    deployed: Deployed
    mark: str
    cases: dict[str, str]

    def about(self, name: str) -> str:
        return f"{self.mark}-{name}"

    def of(self, name: str) -> list[dict[str, Any]]:
        """All open cases about something, appeals among them."""
        return [one for one in open_cases(self.deployed.api) if one["subject"]["id"] == self.about(name)]

    def whole(self, name: str) -> dict[str, Any]:
        return self.deployed.api.get(f"/cases/{self.cases[name]}")

    def case(self, name: str) -> dict[str, Any]:
        return dict(self.whole(name)["case"])

    def place(self, name: str) -> int:
        """Where it stands among the open cases of this file."""
        return [one["id"] for one in open_cases(self.deployed.api) if self.mark in one["subject"]["id"]].index(
            self.cases[name]
        )

    def send(self, *deliveries: Delivery) -> None:
        assert set(self.deployed.deliver(deliveries)) == {202}

    def flag(self, name: str, number: int = 1, **more: Any) -> Delivery:
        return flag(self.mark, name, number, **more)

    def told(self, person: str, source: str = "game") -> list[dict[str, Any]]:
        """The messages that one person got."""
        found = self.deployed.site.told(f"/{source}", "moderation.message")
        return [one for one in found if one["person"]["id"] == person]

    def done(self, name: str, source: str = "game") -> list[tuple[str, bool]]:
        """The measures that the platform carried out about something: which, and whether it was taken back."""
        found = self.deployed.site.told(f"/{source}", "moderation.action")
        return [(one["measure"], one["undo"]) for one in found if one["subject"]["id"] == self.about(name)]


def flag(
    mark: str,
    name: str,
    number: int = 1,
    *,
    reason: str = "harassment",
    reporter: str = "",
    author: str = "",
    source: str = "game",
    revision: str = "1",
) -> Delivery:
    thing = {"kind": "post", "id": f"{mark}-{name}", "text": "You are all worthless.", "revision": revision}
    wrote = {"id": author or f"{mark}-{name}-author", "name": "Grim"}
    data: dict[str, Any] = {"id": f"{mark}-{name}-{number}", "reason": reason, "subject": thing | {"author": wrote}}
    if reporter:
        data["reporter"] = {"id": reporter, "name": "Nadia"}
    return event("flag.raised", f"{mark}_{name}_{number}", data, source)


def event(kind: str, name: str, data: dict[str, Any], source: str = "game") -> Delivery:
    body = {"type": kind, "data": data | {"at": clock.text(clock.now())}}
    return Delivery(source, "standard_webhooks", json.dumps(body).encode(), named={"webhook_id": f"msg_{name}"})


def open_cases(api: Api) -> Iterator[dict[str, Any]]:
    page: dict[str, Any] = {"next": ""}
    while "next" in page:
        page = api.get("/cases", **({"before": page["next"]} if page["next"] else {}))
        yield from page["cases"]


def claim(who: Api, case: str) -> dict[str, Any]:
    return who.post(f"/cases/{case}/claim")


def decide(
    who: Api, case: str, fence: int, *measures: str, outcome: str = "violation", policy: str = ""
) -> dict[str, Any]:
    said = {"explanation": "Insults are not welcome.", "policy": policy}
    return who.post(f"/cases/{case}/decide", {"outcome": outcome, "measures": measures, "fence": fence, **said})


def settled(who: Api, case: str, *measures: str, outcome: str = "violation", policy: str = "") -> dict[str, Any]:
    """Claimed and decided."""
    return decide(who, case, claim(who, case)["fence"], *measures, outcome=outcome, policy=policy)


def end_lease(case: str) -> None:
    """What fifteen minutes do."""
    over = clock.text(datetime.now(UTC) - timedelta(seconds=1))
    table().write(Update(records.case_key("acme", case), set={"lease_until": over}))


def history(whole: dict[str, Any]) -> list[str]:
    return [line["what"] for line in whole["audit"]]


@pytest.fixture(scope="module")
def scene(running: Deployed) -> Scene:
    """One flag on each thing, sent together."""
    mark = secrets.token_hex(4)
    made = Scene(running, mark, {})
    flags = [flag(mark, name, source="arena" if name == "down" else "game") for name in SUBJECTS]
    urgent = [flag(mark, f"urgent{number}", reason="self_harm") for number in range(URGENT)]
    made.send(*flags, *urgent)
    running.drain()
    found = {one["subject"]["id"].removeprefix(f"{mark}-"): one["id"] for one in open_cases(running.api)}
    made.cases = {name: case for name, case in found.items() if name in (*SUBJECTS, *(f"urgent{n}" for n in range(99)))}
    assert len(made.cases) == len(SUBJECTS) + URGENT
    return made


@pytest.fixture(autouse=True)
def connected(deployed: Deployed) -> None:
    """This process, too, looks at the stack's table."""


def test_f1_of_fifty_claims_at_once_one_wins(scene: Scene) -> None:
    """Two moderators who claim in the same moment both get the case."""
    case = scene.cases["claims"]
    people = [scene.deployed.moderator(f"{scene.mark}-{number}") for number in range(50)]
    answers = at_once([partial(claim, who, case) for who in people])
    won = [one for one in answers if isinstance(one, dict)]
    lost = [one for one in answers if isinstance(one, str)]
    assert len(won) == 1
    assert len(lost) == 49
    assert {one.partition(" until ")[0] for one in lost} == {f"{won[0]['claimed_by']} has this case"}
    assert scene.case("claims")["claimed_by"] == won[0]["claimed_by"]
    assert history(scene.whole("claims")).count("claimed") == 1


def test_f2_a_platform_that_is_down_is_seen_told_and_resumed_by_one_command(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A platform is away for longer than anybody tries, and only a log knows that a removal never happened."""
    deployed, case = scene.deployed, scene.cases["down"]
    deployed.site.down = {"/arena"}
    settled(deployed.moderator("Mo"), case, "remove")
    deployed.drain()
    (row,) = scene.whole("down")["deliveries"]
    assert (row["state"], row["reason"], row["attempts"]) == ("planned", "answered 503", 1)  # It waits, and says why.
    days_later(case, "remove")
    deployed.minute()
    (row,) = scene.whole("down")["deliveries"]
    assert (row["state"], row["waits"]) == ("stuck", True)
    assert "answered 503" in row["reason"]

    monkeypatch.setenv("LIAISON_URL", deployed.url)
    monkeypatch.setenv("LIAISON_TOKEN", deployed.api.token)
    monkeypatch.setenv("LIAISON_COMMUNITY", "acme")
    status = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout.splitlines()[-1])
    assert status["waiting"]["deliveries"] >= 1
    assert row["key"] in {one["key"] for one in deployed.api.get("/deliveries")["deliveries"]}

    deployed.site.down = set()
    assert scene.done("down", "arena") == []
    resumed = CliRunner().invoke(app, ["resolve", row["key"], "again"])
    assert resumed.exit_code == 0, resumed.output
    deployed.drain()
    (row,) = scene.whole("down")["deliveries"]
    assert row["state"] == "sent"
    assert scene.done("down", "arena") == [("remove", False)]
    assert row["key"] not in {one["key"] for one in deployed.api.get("/deliveries")["deliveries"]}


def days_later(case: str, measure: str) -> None:
    """All attempts but the last were made, and its time has come."""
    pk, _ = records.case_key("acme", case)
    changes = {"attempts": len(WAITS), "due_at": clock.text(clock.now())}
    table().write(Update((pk, f"delivery#{measure}"), set=changes))


def test_f3_an_appeal_ends_only_by_a_decision_on_the_appeal(scene: Scene) -> None:
    """While an appeal waits, something else about the same post is decided, and the appeal is gone."""
    deployed, case = scene.deployed, scene.cases["appealed"]
    mo, zoe, ada = (deployed.moderator(name) for name in ("Mo", "Zoe", "Ada"))
    settled(mo, case, "hide")
    deployed.minute()
    (letter,) = scene.told(f"{scene.about('appealed')}-author")
    browser = urllib3.PoolManager()
    assert browser.request("GET", letter["link"]).status == 200
    form = {"content-type": "application/x-www-form-urlencoded"}
    asked = browser.request("POST", letter["link"], body=b"words=I+was+quoting+somebody.", headers=form)
    assert asked.status == 200
    appeal = appeals.appeal_id(case, appeals.AUTHOR)

    scene.send(scene.flag("appealed", 2, reason="violence"))  # Worse than what was decided: a case of its own.
    deployed.drain()
    (other,) = (one["id"] for one in scene.of("appealed") if one["id"] != appeal)
    settled(zoe, other, "remove")
    assert [one["id"] for one in scene.of("appealed")] == [appeal]

    assert at_once([partial(claim, mo, appeal)]) == [
        "you had a part in what this is about: somebody else has to judge it"
    ]
    settled(ada, appeal, outcome="no_violation")
    assert scene.of("appealed") == []
    deployed.minute()
    assert scene.done("appealed") == [("hide", False), ("remove", False), ("hide", True)]
    assert scene.case("appealed")["outcome"] == "no_violation"
    letters = [one["text"] for one in scene.told(f"{scene.about('appealed')}-author") if one["case"] == case]
    assert len(letters) == 2
    assert "looked at again, and taken back.\n\nWhoever did this had no part" in letters[1]


def test_f4_every_open_case_can_be_escalated(scene: Scene) -> None:
    """A case that waits in a queue, or with somebody who does nothing, cannot be handed up; or nobody is told that it
    was not."""
    mo, zoe = (scene.deployed.moderator(name) for name in ("Mo", "Zoe"))
    claim(mo, scene.cases["held"])
    claim(zoe, scene.cases["lapsed"])
    end_lease(scene.cases["lapsed"])
    mo.post(f"/cases/{scene.cases['snoozed']}/snooze", {"until": clock.text(clock.now() + timedelta(hours=2))})
    claim(zoe, scene.cases["elsewhere"])
    told = {"reason": "A threat, and I do not know whether it is meant."}
    before = {name: scene.case(name) for name in ("lying", "held", "lapsed", "snoozed")}
    for name in before:
        assert mo.post(f"/cases/{scene.cases[name]}/escalate", told)["level"] == 1
        whole = scene.whole(name)
        assert (whole["case"]["state"], whole["case"]["rank"]) == ("open", before[name]["rank"] - 1)
        assert whole["audit"][-1]["what"] == "escalated"
        assert whole["audit"][-1]["detail"] == told
    # Somebody has this one in hand: that is said, and not passed over.
    (refusal,) = at_once([partial(mo.post, f"/cases/{scene.cases['elsewhere']}/escalate", told)])
    assert str(refusal).startswith("Zoe has this case until ")
    assert scene.case("elsewhere")["level"] == 0
    assert zoe.post(f"/cases/{scene.cases['elsewhere']}/escalate", told)["level"] == 1


def test_f5_more_of_what_was_just_decided_is_counted_and_answered(scene: Scene) -> None:
    """Each new report of what was reviewed lies before the moderators again."""
    deployed = scene.deployed
    settled(deployed.moderator("Mo"), scene.cases["repeated"], outcome="no_violation")
    reporters = [f"{scene.mark}-late{number}" for number in range(5)]
    scene.send(*(scene.flag("repeated", 2 + number, reporter=who) for number, who in enumerate(reporters)))
    deployed.drain()
    case = scene.case("repeated")
    assert (case["state"], case["flags"], case["repeats"]) == ("decided", 6, 5)
    assert scene.of("repeated") == []
    deployed.minute()
    assert [len(scene.told(who)) for who in reporters] == [1] * 5


def test_f6_of_a_hundred_flags_while_a_decision_is_written_none_is_lost(scene: Scene) -> None:
    """A report that comes in the moment in which its case is decided is dropped."""
    deployed, name = scene.deployed, scene.cases["crowded"]
    mo, flags = deployed.moderator("Mo"), [scene.flag("crowded", 2 + number) for number in range(100)]
    answers: list[int] = []
    crowd = Thread(target=lambda: answers.extend(deployed.deliver(flags)))
    fence = claim(mo, name)["fence"]
    crowd.start()
    deadline = time.monotonic() + 60
    while scene.case("crowded")["flags"] < 5:
        assert time.monotonic() < deadline
    decide(mo, name, fence, "hide")  # More of the same is no news: it holds.
    crowd.join()
    assert set(answers) == {202}
    deployed.drain()
    case = scene.case("crowded")
    assert (case["state"], case["flags"]) == ("decided", 101)
    assert 0 < case["repeats"] < 100  # Some came before the decision, some after it.
    subject_pk = records.subject_of(case | {"community": "acme"})
    kept = [item for item in table().query(subject_pk, "flag#") if item["case"] == name]
    assert len({item["flag"] for item in kept}) == len(kept) == 101
    assert scene.of("crowded") == []
    assert scene.done("crowded") == [("hide", False)]


def test_f7_what_was_decided_is_never_given_again(scene: Scene) -> None:
    """Whoever decides and asks for the next case gets the one just decided, from a list that is behind."""
    people = [scene.deployed.moderator(name) for name in ("Mo", "Zoe", "Ada", "Kim")]
    given = Counter(name for one in at_once([partial(worked_off, who) for who in people]) for name in one)
    assert set(given) >= {scene.cases[f"urgent{number}"] for number in range(URGENT)}
    assert set(given.values()) == {1}


def worked_off(who: Api) -> list[str]:
    """One after the other is asked for and decided, as long as there are urgent ones."""
    given: list[str] = []
    while (taken := who.post("/cases/next"))["severity"] == 0:
        given.append(taken["id"])
        decide(who, taken["id"], taken["fence"], outcome="no_violation")
    who.post(f"/cases/{taken['id']}/release")
    return given


def test_f8_a_lease_that_ends_leaves_the_case_at_its_old_place(scene: Scene) -> None:
    """A case whose lock ran out lies in a list that nobody sees."""
    mo, zoe = (scene.deployed.moderator(name) for name in ("Mo", "Zoe"))
    name, before = scene.cases["seconds"], scene.place("seconds")
    fence = claim(mo, name)["fence"]
    assert scene.place("seconds") == before
    end_lease(name)
    assert scene.place("seconds") == before
    taken = claim(zoe, name)
    (refusal,) = at_once([partial(decide, mo, name, fence, "hide")])
    assert "you do not hold this case (any more)" in str(refusal)
    assert decide(zoe, name, taken["fence"], "hide")["case"]["decided_by"] == "Zoe"


def test_f9_of_twenty_strikes_at_once_each_threshold_fires_once(scene: Scene) -> None:
    """Points are summed first and written after, so that of two strikes at once none reaches the threshold, or both."""
    deployed, grim = scene.deployed, f"{scene.mark}-grim"
    names = [f"strike{number}" for number in range(20)]
    scene.send(*(flag(scene.mark, name, author=grim) for name in names))
    deployed.drain()
    found = [one["id"] for one in open_cases(deployed.api) if one["author"].get("id") == grim]
    assert len(found) == 20
    mo = deployed.moderator("Mo")
    decided = at_once([partial(settled, mo, case, policy="be-kind") for case in found])
    assert all(isinstance(one, dict) for one in decided)
    for _ in range(4):
        deployed.minute()
    (case,) = [one for one in open_cases(deployed.api) if one["author"].get("id") == grim]
    whole = deployed.api.get(f"/cases/{case['id']}")
    assert sorted(one["comment"].partition(" ")[0] for one in whole["flags"]) == ["10", "5"]
    assert (case["level"], whole["background"]["points"]) == (1, 20)
    settled(deployed.moderator("Zoe"), case["id"], outcome="no_violation")


def test_f10_a_batch_is_decided_and_taken_back_in_one_go(scene: Scene) -> None:
    """Many are decided at once, what could not be done is passed over silently, and nothing leads back."""
    deployed, names = scene.deployed, [f"batch{number}" for number in range(12)]
    scene.send(*(flag(scene.mark, name) for name in names))
    deployed.drain()
    found = {one["subject"]["id"]: one["id"] for one in open_cases(deployed.api) if "-batch" in one["subject"]["id"]}
    cases = {case: 1 for about, case in found.items() if about.startswith(scene.mark)}
    busy, mo = next(iter(cases)), deployed.moderator("Mo")
    fence = claim(deployed.moderator("Zoe"), busy)["fence"]
    wanted = {"outcome": "violation", "measures": ["hide"], "explanation": "Insults are not welcome."}
    made = mo.post("/batches", {"cases": cases, "decision": wanted})
    deployed.minute()
    batch = mo.get(f"/batches/{made['batch']['id']}")
    assert batch["counts"] == {"cases": 12, "decided": 11, "skipped": 1, "left": 0}
    (skipped,) = [one for one in batch["cases"] if one["what"] == "skipped"]
    assert (skipped["id"], skipped["why"].partition(" until ")[0]) == (busy, "Zoe has this case")
    assert batch["measures"] == {"hide": {"sent": 11}}
    mo.post(f"/batches/{made['batch']['id']}/undo")
    deployed.minute()
    assert mo.get(f"/batches/{made['batch']['id']}")["undone"] == {"hide": {"sent": 11}}
    done = [one for name in names for one in scene.done(name)]
    assert sorted(done) == [("hide", False)] * 11 + [("hide", True)] * 11
    decide(deployed.moderator("Zoe"), busy, fence, outcome="no_violation")


def test_f11_the_lease_of_somebody_who_left_ends_by_itself(scene: Scene) -> None:
    """A moderator leaves the team, and what they had claimed stays theirs."""
    name, gone = scene.cases["left"], scene.deployed.moderator(f"{scene.mark}-gone")
    claim(gone, name)
    (token,) = [one for one in tokens.listing(table()) if one["name"] == f"{scene.mark}-gone"]
    assert tokens.revoke(table(), token["id"], clock.now())
    with pytest.raises(ApiError, match="the token is not good"):
        gone.get("/cases")
    (refusal,) = at_once([partial(claim, scene.deployed.moderator("Zoe"), name)])
    assert str(refusal).startswith(f"{scene.mark}-gone has this case until ")
    end_lease(name)
    assert claim(scene.deployed.moderator("Zoe"), name)["claimed_by"] == "Zoe"
    settled(scene.deployed.moderator("Zoe"), name, outcome="no_violation")


def test_f12_claims_never_overwrite_each_other_and_what_was_hidden_comes_back(scene: Scene) -> None:
    """Whoever claims last has the case, and what was taken down stays down although the decision was wrong."""
    deployed, name = scene.deployed, scene.cases["restored"]
    mo, zoe = deployed.moderator("Mo"), deployed.moderator("Zoe")
    answers = at_once([partial(claim, who, name) for _ in range(20) for who in (mo, zoe)])
    fences = [one["fence"] for one in answers if isinstance(one, dict)]
    holders = {one["claimed_by"] for one in answers if isinstance(one, dict)}
    assert len(holders) == 1
    (holder,), fence = holders, max(fences)
    other = zoe if holder == "Mo" else mo
    (refusal,) = at_once([partial(decide, other, name, fence, "hide")])
    assert "you do not hold this case" in str(refusal)
    whole = decide(mo if holder == "Mo" else zoe, name, fence, "hide")
    assert whole["case"]["decided_by"] == holder
    deployed.drain()
    undone = at_once([partial(who.post, f"/cases/{name}/undo", {"measures": ["hide"]}) for who in (mo, zoe, mo, zoe)])
    assert all(isinstance(one, dict) for one in undone)
    deployed.drain()
    assert scene.done("restored") == [("hide", False), ("hide", True)]
    assert {row["state"] for row in scene.whole("restored")["deliveries"] if row["purpose"] == "act"} == {"sent"}


def test_f13_what_was_edited_since_somebody_looked_is_looked_at_again(scene: Scene) -> None:
    """The revision is checked first and the decision written after, and in between the author edits."""
    deployed, name = scene.deployed, scene.cases["edited"]
    mo = deployed.moderator("Mo")
    fence = claim(mo, name)["fence"]
    thing = {"kind": "post", "id": scene.about("edited"), "text": "I love you all.", "revision": "2"}
    seen = {"subject": thing, "change": "edited"}
    scene.send(event("message.seen", f"{scene.mark}_edit", seen))
    deployed.drain()
    (refusal,) = at_once([partial(decide, mo, name, fence, "hide")])
    assert CHANGED in str(refusal)
    assert (scene.case("edited")["state"], scene.done("edited")) == ("claimed", [])
    again = claim(mo, name)
    assert scene.whole("edited")["audit"][-2]["detail"]["text"] == "I love you all."
    assert decide(mo, name, again["fence"], outcome="no_violation")["case"]["outcome"] == "no_violation"


def test_f14_every_reason_of_every_platform_is_shown_as_what_it_is(deployed: Deployed) -> None:
    """Labels of reasons have slipped by one, so that hate is shown as spam."""
    mark = secrets.token_hex(4)
    platforms = {"game": "standard_webhooks", "forum": "discourse", **places.PLACES}
    said: dict[str, list[Told]] = {}
    for source, platform in (platforms | {name: one for name, (one, _) in places.VISITED.items()}).items():
        words = [word for word, _ in WORDS.get(platform, ()) if (source, word) != ("club", "unknown")]
        # One post with all reasons; where a platform tells one reason of a post, one for each.
        alone = source in ("forum", "stream")
        said[source] = [
            Told(mark, number if alone else 0, 1 if alone else number, word) for number, word in enumerate(words, 1)
        ]
    deployed.site.reviews = {told.about: told.reason for told in said["forum"]}
    called = [made for source in platforms for told in said[source] for made in places.CALLING[source](told)]
    assert set(deployed.deliver(called)) <= {200, 202}
    for envelope in itertools.chain.from_iterable(places.fetched(s, told) for s in places.VISITED for told in said[s]):
        queues.enqueue(envelope)
    deployed.drain()
    deployed.minute()  # The forum is asked what each was flagged for.
    ids = {(one["subject"]["source"], one["subject"]["id"]): one["id"] for one in open_cases(deployed.api)}
    for source, reports in said.items():
        cases = {ids[source, places.subject(source, told)] for told in reports}
        shown = [flag for case in cases for flag in deployed.api.get(f"/cases/{case}")["flags"]]
        wanted = {told.reason: dict(WORDS[platform_of(source)])[told.reason] for told in reports}
        assert {re.sub(".*#", "", one["reason"]): one["code"] for one in shown} == wanted, source
        assert len(shown) == len(reports), source


def platform_of(source: str) -> str:
    """Of a source of this test."""
    return {"game": "standard_webhooks", "forum": "discourse", **places.PLACES}.get(source) or places.VISITED[source][0]


def test_after_all_of_this_every_history_is_what_was_written(scene: Scene) -> None:
    """What fifty people did at once is one chain each."""
    broken = []
    for state in records.LISTINGS:
        page: dict[str, Any] = {"next": ""}
        while "next" in page:
            page = scene.deployed.api.get(
                "/audit/verify", state=state, **({"before": b} if (b := page["next"]) else {})
            )
            broken += page["broken"]
    assert broken == []
