"""A case under everything at once: flags, explanations, edits, people at work, time, decisions here and there, measures
taken back, and crashes in between. Whatever happens in which order, what the store promises holds after each step."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any, Literal

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from events.moderation import Decision, DecisionReported, FlagExplained, FlagRaised, MessageSeen
from events.moments import text
from functions.moderation import cases, chain, records, working
from functions.moderation.cases import NotAllowedError
from functions.moderation.records import Arrival, BusyError
from functions.moderation.standards import Standards
from functions.shared import errands
from functions.shared.table import Item, table
from functions.upkeep import sweep
from tests.moderation.people import DAY, HIDE, NOTHING, decided
from tests.support import builders
from tests.support.faults import Crash, When, answer_lost, crash
from tests.support.world import World

STANDARDS = Standards()
TEAM = ("Mo", "Zoe")
CODES = ("spam", "harassment", "hate", "unknown")
ORIGIN = {"community": "acme", "source": "forum", "platform": "discourse"}
FAULT = st.none() | st.tuples(
    st.sampled_from(["before", "after"]), st.sampled_from(["dies", "deaf", "others"]), st.sampled_from([1, 1, 2])
)
Fault = tuple[When, Literal["dies", "deaf", "others"], int] | None


class Cases(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.world = World().__enter__()
        self.numbers = count()
        self.raised: set[str] = set()
        """Reports that were accepted: they come again until they are settled."""
        self.views: dict[tuple[str, str], Item] = {}
        """What each has before their eyes: the case as it was when they took it."""
        self.waiting: list[Callable[[], object]] = []
        """What was cut off, and is delivered again."""

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.again()
            self.counted(self.raised)
            self.world.finish()
            self.holds()
        finally:
            self.world.__exit__()

    # Failures

    def delivered(self, fault: Fault, act: Callable[[], object]) -> None:
        """What a queue does: it comes again until it is settled."""
        if not self.survived(fault, act):
            self.waiting.append(act)

    def asked(self, fault: Fault, act: Callable[[], Item | None]) -> Item | None:
        """What a person does: told no, or told nothing, they go on."""
        heard: list[Item | None] = []
        self.survived(fault, lambda: heard.append(act()))
        return heard[0] if heard else None

    def survived(self, fault: Fault, act: Callable[[], object]) -> bool:
        self.world.faults.forget()
        if fault:
            when, what, nth = fault
            action = {"dies": crash, "deaf": answer_lost, "others": self.others}[what]
            self.world.faults.at("dynamodb.TransactWriteItems", when, action, nth)
        try:
            act()
        except (NotAllowedError, LookupError):
            return True
        except (Crash, BusyError):
            return False
        except Exception as error:
            if "timeout" not in str(error):
                raise
            return False
        finally:
            self.world.faults.forget()
        return True

    def others(self) -> None:
        """Meanwhile: somebody reports it, somebody else takes it, and a sweep comes by."""
        self.report([("1", "harassment", "")])()
        for case in self.cases():
            try:
                self.take(case["id"], "Kim")
            except NotAllowedError:
                continue
        self.world.later(seconds=61)
        self.sweep()

    def again(self) -> None:
        for act in self.waiting:
            act()
        self.waiting.clear()

    # What comes in

    def report(self, reports: list[tuple[str, Any, str]], flags: list[str] | None = None) -> Callable[[], object]:
        """One batch on one subject."""
        names = flags or [f"flag-{next(self.numbers)}" for _ in reports]
        arrivals = []
        for name, (subject, code, revision) in zip(names, reports, strict=True):
            about = {"source": "forum", "kind": "post", "id": subject, "revision": revision}
            person = {"reporter": {"id": f"r-{name}"}, "author": {"id": "a-1"}}
            given = {**ORIGIN, **person, "flag": name, "subject": about, "code": code, "raised_at": self.world.now}
            envelope = builders.webhook("told", {"id": name}, self.world.now)
            arrivals.append(Arrival(envelope, FlagRaised.model_validate(given)))
        self.raised |= set(names)
        return lambda: records.record_flags(table(), arrivals, STANDARDS, self.world.now)

    @rule(
        subject=st.sampled_from("12"),
        flags=st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(["", "", "1", "2"])), min_size=1, max_size=12),
        fault=FAULT,
    )
    def flagged(self, subject: str, flags: list[tuple[str, str]], fault: Fault) -> None:
        self.delivered(fault, self.report([(subject, code, revision) for code, revision in flags]))

    @precondition(lambda self: self.raised)
    @rule(subject=st.sampled_from("12"), pick=st.integers(0, 30), fault=FAULT)
    def flagged_under_another_delivery(self, subject: str, pick: int, fault: Fault) -> None:
        stored = [flag for flag in self.world.items("flag") if "raised_at" in flag]
        if stored:
            flag = stored[pick % len(stored)]
            case = next(case for case in self.cases() if case["id"] == flag["case"])
            reports = [(case["subject"]["id"], "spam", "")]
            self.delivered(fault, self.report(reports, [flag["flag"]]))

    @precondition(lambda self: self.raised)
    @rule(pick=st.integers(0, 30), code=st.sampled_from(CODES), fault=FAULT)
    def explained(self, pick: int, code: str, fault: Fault) -> None:
        stored = [flag for flag in self.world.items("flag") if "raised_at" in flag]
        if not stored:
            return
        flag = stored[pick % len(stored)]
        case = next(case for case in self.cases() if case["id"] == flag["case"])
        about = {key: case["subject"][key] for key in ("source", "kind", "id")}
        given = {**ORIGIN, "flag": flag["flag"], "subject": about, "code": code, "explained_at": self.world.now}
        told, envelope = FlagExplained.model_validate(given), builders.webhook("told", {}, self.world.now)
        self.delivered(fault, lambda: records.record_explanation(table(), envelope, told, STANDARDS, self.world.now))

    @rule(subject=st.sampled_from("12"), fault=FAULT)
    def edited(self, subject: str, fault: Fault) -> None:
        self.world.later(seconds=1)
        about = {"source": "forum", "kind": "post", "id": subject}
        given = {**ORIGIN, "subject": about, "change": "edited", "text": "…", "changed_at": self.world.now}
        seen, envelope = MessageSeen.model_validate(given), builders.webhook("told", {}, self.world.now)
        self.delivered(fault, lambda: records.record_message(table(), envelope, seen, self.world.now))

    @rule(subject=st.sampled_from("12"), outcome=st.sampled_from(["violation", "no_violation", None]), fault=FAULT)
    def decided_there(self, subject: str, outcome: str | None, fault: Fault) -> None:
        name = f"there-{next(self.numbers)}"
        about = {"source": "forum", "kind": "post", "id": subject}
        given = {**ORIGIN, "decision": name, "subject": about, "did": "x", "outcome": outcome}
        told = DecisionReported.model_validate({**given, "decided_at": self.world.now})
        envelope = builders.webhook("told", {}, self.world.now)
        self.delivered(fault, lambda: records.record_decision(table(), envelope, told, Standards(), self.world.now))

    @rule()
    def comes_again(self) -> None:
        self.again()

    # What people do

    def cases(self) -> list[Item]:
        return self.world.items("case")

    def picked(self, pick: int) -> str:
        found = sorted(self.cases(), key=lambda case: (case["state"] == "decided", case["id"]))
        return str(found[pick % len(found)]["id"])

    def take(self, name: str, who: str) -> Item:
        return working.claim(table(), "acme", name, who, STANDARDS, self.world.now, DAY)

    @precondition(lambda self: self.cases())
    @rule(pick=st.integers(0, 3), who=st.sampled_from(TEAM), fault=FAULT)
    def claimed(self, pick: int, who: str, fault: Fault) -> None:
        name = self.picked(pick)
        if got := self.asked(fault, lambda: self.take(name, who)):
            self.views[name, who] = got

    @rule(who=st.sampled_from(TEAM), fault=FAULT)
    def given_the_next(self, who: str, fault: Fault) -> None:
        def take() -> Item | None:
            return working.claim_next(table(), "acme", who, lambda _: True, STANDARDS, self.world.now, DAY)

        if got := self.asked(fault, take):
            self.views[got["id"], who] = got

    @precondition(lambda self: self.views)
    @rule(pick=st.integers(0, 3), fault=FAULT)
    def released(self, pick: int, fault: Fault) -> None:
        (name, who), view = self.viewed(pick)
        self.asked(fault, lambda: working.release(table(), "acme", name, who, view["fence"], self.world.now))

    @precondition(lambda self: self.cases())
    @rule(pick=st.integers(0, 3), who=st.sampled_from(TEAM), fault=FAULT)
    def escalated(self, pick: int, who: str, fault: Fault) -> None:
        name = self.picked(pick)
        self.asked(fault, lambda: working.escalate(table(), "acme", name, who, "why", STANDARDS, self.world.now))

    @precondition(lambda self: self.cases())
    @rule(pick=st.integers(0, 3), who=st.sampled_from(TEAM), hours=st.sampled_from([1, 50]), fault=FAULT)
    def snoozed(self, pick: int, who: str, hours: int, fault: Fault) -> None:
        name, until = self.picked(pick), self.world.now + timedelta(hours=hours)
        self.asked(fault, lambda: working.snooze(table(), "acme", name, who, until, STANDARDS, self.world.now))

    def viewed(self, pick: int) -> tuple[tuple[str, str], Item]:
        return sorted(self.views.items())[pick % len(self.views)]

    @precondition(lambda self: self.views)
    @rule(pick=st.integers(0, 3), decision=st.sampled_from([HIDE, NOTHING]), fault=FAULT)
    def decides(self, pick: int, decision: Decision, fault: Fault) -> None:
        """By what stood there when they took it, which may be long ago."""
        (_, who), view = self.viewed(pick)
        self.decide(who, view, decision, fault)

    @precondition(lambda self: self.cases())
    @rule(
        pick=st.integers(0, 3),
        who=st.sampled_from(TEAM),
        meanwhile=st.sampled_from(["nothing", "more", "worse", "edited", "too long"]),
        fault=FAULT,
    )
    def takes_and_decides(self, pick: int, who: str, meanwhile: str, fault: Fault) -> None:
        name = self.picked(pick)
        if not (view := self.asked(None, lambda: self.take(name, who))):
            return
        self.views[name, who] = view
        subject, severity = view["subject"]["id"], view["severity"]
        match meanwhile:
            case "edited":
                self.edited(subject, None)
            case "more" | "worse":
                self.report([(subject, "spam" if meanwhile == "more" else "hate", "")])()
            case "too long":
                self.world.later(minutes=15)
        before = len(self.world.items("decision"))
        self.decide(who, view, HIDE, fault)
        if meanwhile in ("edited", "too long") or (meanwhile == "worse" and severity > 1):
            assert len(self.world.items("decision")) == before

    def decide(self, who: str, view: Item, decision: Decision, fault: Fault) -> None:
        before, now = table().get(view["pk"], "case"), self.world.now
        got = self.asked(fault, lambda: decided(self.world, view, decision, who))
        if got and before and before["state"] != "decided" and fault is None:
            assert (before["claimed_by"], before["fence"]) == (who, view["fence"])
            assert before["lease_until"] > text(now)
            assert before["material"] == view["material"] == before["seen"]

    @precondition(lambda self: self.cases())
    @rule(pick=st.integers(0, 3), fault=FAULT)
    def undone(self, pick: int, fault: Fault) -> None:
        name = self.picked(pick)
        self.asked(fault, lambda: working.undo(table(), "acme", name, "hide", "Zoe", self.world.now))

    # Time

    @rule(minutes=st.sampled_from([1, 1, 15, 240, 1500, 11_000]))
    def waits(self, minutes: int) -> None:
        self.world.later(minutes=minutes)

    @rule(fault=FAULT)
    def sweeps(self, fault: Fault) -> None:
        """Which survives whatever one case of its does to it."""
        try:
            self.survived(fault, self.sweep)
        except errands.FailedError:
            self.world.faults.forget()

    def sweep(self) -> None:
        sweep.cases_due(table(), lambda: True)

    # What holds

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "world"):
            return
        found = self.cases()
        subjects = Counter(case["subject"]["id"] for case in found if case["state"] != "decided")
        assert all(number == 1 for number in subjects.values())
        self.counted(self.raised, at_most=True)
        for case in found:
            self.whole(case)

    def counted(self, raised: set[str], *, at_most: bool = False) -> None:
        """Each report once, in one case."""
        flags = [flag["flag"] for flag in self.world.items("flag") if "raised_at" in flag]
        assert len(flags) == len(set(flags))
        assert set(flags) <= raised if at_most else set(flags) == raised
        by_case = Counter(flag["case"] for flag in self.world.items("flag") if "raised_at" in flag)
        assert {case["id"]: case["flags"] for case in self.cases()} == by_case

    def whole(self, case: Item) -> None:
        partition = [item for item in self.world.every_item() if item["pk"] == case["pk"]]
        decisions = [item for item in partition if item["sk"] == "decision"]
        over = case["state"] == "decided"
        assert len(decisions) == over
        planned = {item["sk"] for item in partition if item.get("purpose") == "act"}
        wanted = {f"delivery#{measure}" for one in decisions for measure in one["decision"]["measures"]}
        assert {name for name in planned if "#undo#" not in name} == wanted
        assert case.get("due_at", "") == cases.due_at(case)
        assert ("due" in case) == ("due_at" in case)
        listing = {"decided": records.DECIDED, "snoozed": records.SNOOZED}.get(case["state"], records.OPEN)
        place = {"decided": "decided_at", "snoozed": "wake_at"}.get(case["state"])
        assert case["listing"].split("#")[:2] == ["acme", listing]
        assert case["listed_at"] == (case[place] if place else cases.order(case))
        history = sorted((item for item in partition if item["kind"] == "audit"), key=lambda line: line["sk"])
        assert chain.verify(case["id"], history, case["head"]) is None
        told = Counter(line["what"] for line in history)
        assert told["opened"] == 1
        assert told["decided"] + told["decided there"] == over
        newest = next(item for item in self.world.items("round") if item["pk"] == records.subject_of(case))
        if newest["case"] == case["id"]:
            assert newest["state"] == ("decided" if over else "open")
        else:
            assert over


TestCases = Cases.TestCase
TestCases.settings = settings(
    max_examples=8,
    stateful_step_count=20,
    # Shrinking a run of many functions takes longer than reading it.
    phases=[Phase.explicit, Phase.generate],
)
