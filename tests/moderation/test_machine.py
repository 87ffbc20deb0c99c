"""A case under everything at once: flags, explanations, edits, people at work, time, decisions here and there, measures
carried out and taken back, appeals, and crashes in between. Whatever happens in which order, what the store promises
holds after each step; and once everybody was told, each number is what one gets by counting again."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any, Literal

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from events.moderation import Decision, DecisionReported, FlagExplained, FlagRaised, MessageSeen
from events.people import Person
from events.program import Moderator
from functions.moderation import appeals, cases, chain, evidence, records, working
from functions.moderation.cases import NotAllowedError
from functions.moderation.records import Arrival, BusyError
from functions.moderation.standards import Standards
from functions.shared import errands
from functions.shared.table import Item, table
from functions.upkeep import sweep
from tests.moderation.people import DAY, NOTHING, PROGRAM, decided
from tests.support import builders
from tests.support.faults import Crash, When, answer_lost, crash
from tests.support.world import World

TEAM = ("mo", "zoe")
LEADS = tuple(
    Moderator(id=who, community="acme", name=who, pseudonym=who, lead=True, accounts={"forum": f"acc-{who}"})
    for who in TEAM
)
STANDARDS = Standards(moderators=LEADS)
LED = PROGRAM.model_copy(update={"moderators": LEADS})
REMOVE = Decision(outcome="violation", measures=("remove",), explanation="Harassment, rule 2.")
LOCK = Decision(outcome="violation", measures=("lock",), explanation="Heated, and no more than that.")
CODES = ("spam", "harassment", "hate", "unknown")
MILD = ("spam", "unknown")
"""What may wait."""
ORIGIN = {"community": "acme", "source": "forum", "platform": "discourse"}
FAULT = st.one_of(
    st.none(),
    st.none(),
    st.tuples(
        st.sampled_from(["before", "after"]), st.sampled_from(["dies", "deaf", "others"]), st.sampled_from([1, 1, 2])
    ),
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
        self.parts: dict[str, set[str]] = {}
        """Who had a part in what an appeal is about, when it was asked for."""
        self.found: list[Item] = []
        """The cases as they were after the last step."""

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.again()
            self.counted(self.raised)
            self.world.drain()
            self.holds()
            self.told_and_figured()
            self.kept()
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

    def report(
        self, reports: list[tuple[str, Any, str]], flags: list[str] | None = None, by: str = ""
    ) -> Callable[[], object]:
        """One batch on one subject; `by` one of the team, or by as many as there are reports."""
        names = flags or [f"flag-{next(self.numbers)}" for _ in reports]
        arrivals = []
        for name, (subject, code, revision) in zip(names, reports, strict=True):
            about = {"source": "forum", "kind": "post", "id": subject, "revision": revision}
            person = {"reporter": {"id": f"acc-{by}" if by else f"r-{name}"}, "author": {"id": "a-1"}}
            given = {**ORIGIN, **person, "flag": name, "subject": about, "code": code, "raised_at": self.world.now}
            envelope = builders.webhook("told", {"id": name}, self.world.now)
            arrivals.append(Arrival(envelope, FlagRaised.model_validate(given)))
        self.raised |= set(names)
        return lambda: records.record_flags(table(), arrivals, STANDARDS, self.world.now)

    @rule(
        subject=st.sampled_from("12"),
        codes=st.lists(st.sampled_from(CODES), min_size=1, max_size=12) | st.lists(st.sampled_from(MILD), min_size=1),
        revision=st.sampled_from(["", "", "1", "2"]),
        by=st.sampled_from(["", "", "mo"]),
        fault=FAULT,
    )
    def flagged(self, subject: str, codes: list[str], revision: str, by: str, fault: Fault) -> None:
        self.delivered(fault, self.report([(subject, code, revision) for code in codes], by=by))

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

    def of_state(self, *states: str) -> list[Item]:
        return [case for case in self.found if case["state"] in states]

    def picked(self, pick: int) -> str:
        found = sorted(self.found, key=lambda case: (case["state"] == "decided", case["id"]))
        return str(found[pick % len(found)]["id"])

    def fresh(self, code: str) -> str:
        """A case that nobody has touched, of a subject of its own."""
        subject = str(1000 + next(self.numbers))
        self.report([(subject, code, "")])()
        return str(next(case["id"] for case in self.cases() if case["subject"]["id"] == subject))

    def take(self, name: str, who: str) -> Item:
        return working.claim(table(), "acme", name, who, STANDARDS, self.world.now, DAY)

    @precondition(lambda self: self.found)
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

    @precondition(lambda self: self.found)
    @rule(pick=st.integers(0, 3), who=st.sampled_from(TEAM), fault=FAULT)
    def escalated(self, pick: int, who: str, fault: Fault) -> None:
        name = self.picked(pick)
        self.asked(fault, lambda: working.escalate(table(), "acme", name, who, "why", STANDARDS, self.world.now))

    @rule(pick=st.integers(0, 3), who=st.sampled_from(TEAM), hours=st.sampled_from([1, 50]), fault=FAULT)
    def snoozed(self, pick: int, who: str, hours: int, fault: Fault) -> None:
        waiting = [case["id"] for case in self.of_state("open") if case["severity"] >= cases.SNOOZABLE]
        name = sorted(waiting)[pick % len(waiting)] if waiting else self.fresh("spam")
        until = self.world.now + timedelta(hours=hours)
        self.asked(fault, lambda: working.snooze(table(), "acme", name, who, until, STANDARDS, self.world.now))

    def viewed(self, pick: int) -> tuple[tuple[str, str], Item]:
        return sorted(self.views.items())[pick % len(self.views)]

    @precondition(lambda self: self.views)
    @rule(pick=st.integers(0, 3), decision=st.sampled_from([REMOVE, NOTHING]), fault=FAULT)
    def decides(self, pick: int, decision: Decision, fault: Fault) -> None:
        """By what stood there when they took it, which may be long ago."""
        (_, who), view = self.viewed(pick)
        self.decide(who, view, decision, fault)

    @rule(
        pick=st.integers(0, 3),
        who=st.sampled_from(TEAM),
        decision=st.sampled_from([REMOVE, REMOVE, NOTHING]),
        more=st.booleans(),
        fault=FAULT,
    )
    def takes_and_decides(self, pick: int, who: str, decision: Decision, more: bool, fault: Fault) -> None:
        """More of the same, meanwhile, keeps nobody from deciding."""
        view = self.taken(pick, who)
        if view and more:
            self.report([(view["subject"]["id"], "spam", "")])()
        if view:
            self.decide(who, view, decision, fault)

    @rule(
        pick=st.integers(0, 3),
        who=st.sampled_from(TEAM),
        meanwhile=st.sampled_from(["worse", "edited", "edited", "too long", "too long"]),
        fault=FAULT,
    )
    def decides_too_late(self, pick: int, who: str, meanwhile: str, fault: Fault) -> None:
        """Something happened of which they do not know. That their time is over alone does not matter."""
        view = self.taken(pick, who)
        if not view:
            return
        subject, severity = view["subject"]["id"], view["severity"]
        match meanwhile:
            case "edited":
                self.edited(subject, None)
            case "worse":
                self.report([(subject, "hate", "")])()
            case "too long":
                self.world.later(minutes=15)
        before = len(self.world.items("decision"))
        self.decide(who, view, REMOVE, fault)
        news = meanwhile == "edited" or (meanwhile == "worse" and severity > 1)
        if news and not appeals.is_appeal(view):
            assert len(self.world.items("decision")) == before

    def taken(self, pick: int, who: str) -> Item | None:
        there = sorted(case["id"] for case in self.of_state("open"))
        name = there[pick % len(there)] if there else self.fresh("harassment")
        view = self.asked(None, lambda: self.take(name, who))
        if view:
            self.views[name, who] = view
        return view

    def decide(self, who: str, view: Item, decision: Decision, fault: Fault) -> None:
        before = table().get(view["pk"], "case")
        got = self.asked(fault, lambda: decided(self.world, view, decision, who))
        if got and before and before["state"] != "decided" and fault is None:
            assert (before["claimed_by"], before["fence"]) == (who, view["fence"])
            assert before["material"] == view["material"] == before["seen"]

    @precondition(lambda self: self.of_state("decided"))
    @rule(pick=st.integers(0, 3), fault=FAULT)
    def undone(self, pick: int, fault: Fault) -> None:
        found = sorted(case["id"] for case in self.of_state("decided"))
        name = found[pick % len(found)]
        self.asked(fault, lambda: working.undo(table(), "acme", name, "remove", "zoe", STANDARDS, self.world.now))

    # What people ask for who are told

    def final(self) -> list[Item]:
        """Decided cases; of no appeal."""
        return [case for case in self.of_state("decided") if not appeals.is_appeal(case)]

    def ended(self, pick: int, who: str) -> Item:
        """One of these; one that `who` decides now, where there is none."""
        final = sorted(self.final(), key=lambda case: str(case["id"]))
        if not final:
            view = self.take(self.fresh("harassment"), who)
            final = [decided(self.world, view, REMOVE if pick % 2 else NOTHING, who)]
        return final[pick % len(final)]

    @rule(pick=st.integers(0, 3), party=st.integers(0, 3), who=st.sampled_from(TEAM), fault=FAULT)
    def asks_for_another_look(self, pick: int, party: int, who: str, fault: Fault) -> None:
        self.appeal(pick, party, who, fault)

    def appeal(self, pick: int, party: int, who: str, fault: Fault) -> Item | None:
        """Its author, or one of those who reported it."""
        found = self.ended(pick, who)
        flags = [flag["sk"].removeprefix("flag#") for flag in self.world.items("flag") if flag["case"] == found["id"]]
        name = [appeals.AUTHOR, *flags][party % (1 + len(flags))]
        return self.asked(fault, lambda: appeals.make(table(), "acme", found["id"], name, "No!", LED, self.world.now))

    @rule(
        pick=st.integers(0, 3),
        party=st.integers(0, 3),
        who=st.sampled_from(TEAM),
        decision=st.sampled_from([REMOVE, NOTHING, NOTHING, LOCK]),
        fault=FAULT,
    )
    def looks_again(self, pick: int, party: int, who: str, decision: Decision, fault: Fault) -> None:
        """Somebody takes an appeal and judges it. Whoever had a part in it is not let."""
        there = [case for case in self.found if appeals.is_appeal(case) and case["state"] != "decided"]
        first = TEAM[1 - TEAM.index(who)]
        made = there[pick % len(there)] if there else self.appeal(pick, party, first, None)
        if not made:
            return
        self.holds()
        view = self.asked(None, lambda: self.take(made["id"], who))
        assert not (view and who in made["excluded"])
        if view:
            self.views[made["id"], who] = view
            self.decide(who, view, decision, fault)

    @rule(fault=FAULT)
    def carried_out(self, fault: Fault) -> None:
        """A minute, and what it sends."""
        self.survived(fault, self.world.upkeep)
        self.world.faults.forget()
        self.world.work_off("delivery")

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
        kept = list(self.world.every_item())
        self.found = of_kind(kept, "case")
        subjects = Counter(case["subject"]["id"] for case in self.found if opens(case))
        assert all(number == 1 for number in subjects.values())
        self.counted(self.raised, at_most=True)
        rounds = {item["pk"]: item for item in of_kind(kept, "round")}
        partitions: dict[str, list[Item]] = {case["pk"]: [] for case in self.found}
        for item in kept:
            if item["pk"] in partitions:
                partitions[item["pk"]].append(item)
        originals = {case["id"]: case for case in self.found}
        for case in self.found:
            found = {item["sk"]: item for item in partitions[case["pk"]]}
            self.whole(case, found)
            if appeals.is_appeal(case):
                self.looked_at_again(case, found, originals[case["of"]])
            else:
                self.in_its_round(case, rounds[records.subject_of(case)])
                self.taken_back(case, found)
        self.known_of_the_author(kept)

    def counted(self, raised: set[str], *, at_most: bool = False) -> None:
        """Each report once, in one case."""
        found = [flag for flag in self.world.items("flag") if "raised_at" in flag]
        flags = [flag["flag"] for flag in found]
        assert len(flags) == len(set(flags))
        assert set(flags) <= raised if at_most else set(flags) == raised
        by_case = Counter(flag["case"] for flag in found)
        held = {case["id"]: case["flags"] for case in self.cases() if not appeals.is_appeal(case)}
        # A case that its only report has left, since it was worse than what was decided, has none.
        assert {name: number for name, number in held.items() if number} == by_case

    def kept(self) -> None:
        """Whatever a case says was seen is there."""
        named = {evidence.key(case, one["hash"]) for case in self.cases() for one in case.get("evidence", ())}
        assert named <= set(self.world.objects("evidence/"))

    def whole(self, case: Item, found: dict[str, Item]) -> None:
        over = case["state"] == "decided"
        assert ("decision" in found) == over
        assert case.get("due_at", "") == cases.due_at(case)
        assert ("due" in case) == ("due_at" in case)
        listing = {"decided": records.DECIDED, "snoozed": records.SNOOZED}.get(case["state"], records.OPEN)
        place = {"decided": "decided_at", "snoozed": "wake_at"}.get(case["state"])
        assert case["listing"].split("#")[:2] == ["acme", listing]
        assert case["listed_at"] == (case[place] if place else cases.order(case))
        history = sorted((item for item in found.values() if item["kind"] == "audit"), key=lambda line: line["sk"])
        assert chain.verify(case["id"], history, case["head"]) is None
        told = Counter(line["what"] for line in history)
        assert told["opened"] == 1
        assert told["decided"] + told["decided there"] == over
        if told["decided"]:
            self.rightly_decided(case, found["decision"])

    def rightly_decided(self, case: Item, decision: Item) -> None:
        """By whoever took it last, with all before their eyes, and without a part in it."""
        assert (decision["by"], decision["fence"]) == (case["decided_by"], case["fence"])
        assert case["decided_by"] == case["claimed_by"]
        assert case["seen"] == case["material"]
        assert case["decided_by"] not in case["excluded"]

    def in_its_round(self, case: Item, newest: Item) -> None:
        over = case["state"] == "decided"
        if newest["case"] == case["id"]:
            assert newest["state"] == ("decided" if over else "open")
        else:
            assert over

    def taken_back(self, case: Item, found: dict[str, Item]) -> None:
        """Measures are there once, and undone once: by somebody who wanted it, or because they were not right."""
        wanted = found["decision"]["decision"]["measures"] if "decision" in found else []
        acts = {sk.removeprefix("delivery#") for sk, item in found.items() if item.get("purpose") == "act"}
        back = {name.removeprefix("undo#") for name in acts if name.startswith("undo#")}
        assert {name for name in acts if not name.startswith("undo#")} == set(wanted)
        history = [item["what"] for item in found.values() if item["kind"] == "audit"]
        if back:
            assert "undone" in history or case["judged"] in ("overturned", "changed")
        # Twice where somebody else had it overturned against its author.
        assert history.count("overturned") <= 2
        assert bool(history.count("overturned")) == bool(case.get("overturned"))
        if case.get("overturned") and case["outcome"] == "no_violation":
            assert all(found[f"delivery#{name}"]["state"] == "cancelled" or name in back for name in wanted)
        if case["state"] == "decided" and not case.get("overturned"):
            assert case["outcome"] == found["decision"]["decision"]["outcome"]

    def looked_at_again(self, appeal: Item, found: dict[str, Item], original: Item) -> None:
        """By somebody who had no part in it, as long as there is somebody; whoever asked is told once."""
        judged = original.get("judged_by") or original["decided_by"]
        part = self.parts.setdefault(appeal["id"], {*original["excluded"], original["decided_by"], judged})
        assert set(appeal["excluded"]) == (part if set(TEAM) - part else set())
        assert original["state"] == "decided"
        told = [item for item in found.values() if item.get("purpose") == "tell"]
        assert [item["request"]["person"] for item in told if item["sk"] == "delivery#told#appellant"] == (
            [Person.model_validate(appeal["appellant"]).model_dump(mode="json")] if appeal["state"] == "decided" else []
        )
        if appeal["state"] == "decided":
            assert original["judged"]
        acts = {item["sk"]: item["state"] for item in found.values() if item.get("purpose") == "act"}
        if original["outcome"] == "no_violation":
            done = [sk for sk, state in acts.items() if "#undo#" not in sk and state != "cancelled"]
            assert all(sk.replace("#", "#undo#", 1) in acts for sk in done)
        if original.get("overturned") == appeal["id"]:
            assert original["outcome"] == appeal["outcome"]
            assert original["judged_by"] == appeal["decided_by"]
            assert not (original["independent"] and appeal["decided_by"] in part)

    def known_of_the_author(self, kept: list[Item]) -> None:
        """How what they wrote was decided: as it is now, each case once."""
        expected = Counter(case["outcome"] for case in self.final())
        (history,) = of_kind(kept, "history") or [{}]
        assert expected == Counter({outcome: history.get(outcome, 0) for outcome in ("violation", "no_violation")})

    def told_and_figured(self) -> None:
        """At the end everybody knows, once for each verdict, and the figures are those that one gets by counting
        again."""
        found = {case["id"]: case for case in self.found}
        expected: Counter[tuple[str, str]] = Counter()
        for flag in self.world.items("flag"):
            case = found[flag["case"]]
            if case["state"] != "decided":
                continue
            assert flag["answered"] == case["outcome"]
            if flag["recorded_at"] <= case["decided_at"]:
                expected[records.figures_of("acme", flag)[0], case["outcome"]] += 1
        figures = {item["pk"]: item for item in self.world.items("figures")}
        counted = {
            (pk, outcome): figures[pk].get(name, 0)
            for pk in figures
            for outcome, name in records.FIGURES.items()
        }  # fmt: skip
        assert Counter(counted) == expected
        letters = [row for row in self.world.items("delivery") if row["purpose"] == "tell"]
        to_author = Counter(row["pk"] for row in letters if "#told#author" in row["sk"])
        changed = {line["pk"] for line in self.world.items("audit") if line["what"] in ("overturned", "changed")}
        for case in self.final():
            there = case["decided_by"] not in TEAM
            heard = case["pk"] in changed
            assert to_author[case["pk"]] <= (0 if there else 1) + heard
            reported = {flag["sk"] for flag in self.world.items("flag") if flag["case"] == case["id"]}
            told = {row["sk"].removeprefix("delivery#told#") for row in letters if row["pk"] == case["pk"]}
            assert {f"flag#{name}" for name in told if not name.startswith("author")} == reported


def of_kind(kept: list[Item], kind: str) -> list[Item]:
    return [item for item in kept if item.get("kind") == kind]


def opens(case: Item) -> bool:
    """Whether reports on its subject join it."""
    return case["state"] != "decided" and not appeals.is_appeal(case)


TestCases = Cases.TestCase
TestCases.settings = settings(
    max_examples=30,
    stateful_step_count=20,
    # Shrinking a run of many functions takes longer than reading it.
    phases=[Phase.explicit, Phase.generate],
)
