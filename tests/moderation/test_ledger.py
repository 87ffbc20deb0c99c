"""An account's ledger under everything at once: points given, taken back, changed and ended, sweeps that are cut off or
overtaken. What the leads are told is what was reached, each once."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from functions.moderation import records, strikes
from functions.shared import clock
from functions.shared.table import CancelledError, Item, Put, Table, Update, key_of, table
from tests.moderation.strikes import ACCOUNT, PROGRAM, TEXT, broken, for_the_leads, sweep_up, verdict
from tests.support.faults import Crash, answer_lost, crash
from tests.support.world import World

RULES = ("rude", "cruel", "vile")
POINTS = {"rude": 1, "cruel": 4, "vile": 9}
THRESHOLDS = (4, 8, 12)
FAULT = st.none() | st.tuples(
    st.sampled_from(["TransactWriteItems", "TransactWriteItems", "GetItem"]),
    st.sampled_from(["before", "after"]),
    st.sampled_from(["dies", "deaf", "others"]),
    st.sampled_from([1, 1, 2, 3]),
)


class Ledger(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.world = World(TEXT).__enter__()
        self.patch = pytest.MonkeyPatch()
        self.numbers = count()
        self.original = broken(self.world, "original", policy="unheard-of")
        """A decided case that gave nothing; others are made after it."""
        self.cases: dict[str, Item] = {}
        self.truth: dict[str, tuple[int, str]] = {}
        """Points of each case and when they end, by what was asked for."""
        self.states: list[dict[str, Item]] = [{}]
        self.reached: list[int] = []
        self.crossings: list[tuple[list[int], int, str]] = []
        """The thresholds that were passed at once, in how many states, and when."""
        transact = Table.transact

        def watched(store: Table, writes: Any) -> None:
            try:
                transact(store, writes)
            finally:
                self.look()

        self.patch.setattr(Table, "transact", watched)

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            for _ in range(3):
                sweep_up(self.world)
            self.told()
        finally:
            self.patch.undo()
            self.world.__exit__()

    def look(self) -> None:
        """After each transaction: what did the sum of what is counted reach, as anybody can see it?"""
        now, before = clock.text(self.world.now), self.states[-1]
        after = {one["case"]: one for one in self.world.items("strike")}
        sums = [sum(one["counted"] for one in state.values() if one["ends_at"] > now) for state in (before, after)]
        self.states.append(after)
        passed = [one for one in THRESHOLDS if sums[0] < one <= sums[1]]
        if passed:
            self.reached.append(passed[-1])
            self.crossings.append((passed, len(self.states), now))

    def taken_back(self) -> Counter[int]:
        """What was reached and was not true any more at some moment since: the leads need not be told."""
        return Counter(
            passed[-1]
            for passed, number, at in self.crossings
            if any(
                sum(one["counted"] for one in state.values() if one["ends_at"] > at) < passed[0]
                for state in self.states[number:]
            )
        )

    # What is decided

    @rule(policy=st.sampled_from(RULES))
    def gives(self, policy: str) -> None:
        name = f"{next(self.numbers):016x}"
        pk, sk = records.case_key("acme", name)
        case = {**self.original, "pk": pk, "sk": sk, "id": name}
        table().transact([Put(case), *strikes.given(case, verdict(policy), PROGRAM, self.world.now)])
        self.cases[name] = case
        self.truth[name] = POINTS[policy], self.ends()

    def ends(self) -> str:
        return clock.text(self.world.now + timedelta(days=90))

    @precondition(lambda self: self.cases)
    @rule(
        pick=st.integers(0, 5),
        policy=st.sampled_from([*RULES, ""]),
        outcome=st.sampled_from(["violation", "no_violation"]),
    )
    def appealed(self, pick: int, policy: str, outcome: str) -> None:
        """Decided by what was read, so it may have to be decided again."""
        name = sorted(self.cases)[pick % len(self.cases)]
        case, before = self.cases[name], self.truth[name]
        if outcome == case["outcome"] and not policy:
            return
        number = POINTS.get(policy, 0) if outcome == "violation" else 0
        while True:
            writes = strikes.rejudged(table(), case, verdict(policy, outcome), PROGRAM, self.world.now)
            try:
                # Beside what its history has grown by meanwhile.
                table().transact([*writes, Update(key_of(case), set={"outcome": outcome})])
                break
            except CancelledError:
                continue
        self.cases[name] = {**case, "outcome": outcome}
        self.truth[name] = number, before[1]

    # Time and the sweep

    @rule(days=st.sampled_from([1, 30, 60, 90]))
    def waits(self, days: int) -> None:
        self.world.later(days=days)

    @rule(fault=FAULT)
    def sweeps(self, fault: Any) -> None:
        self.world.faults.forget()
        if fault:
            step, when, what, nth = fault
            actions: dict[str, Callable[[], object]] = {
                "dies": crash,
                "deaf": answer_lost,
                "others": lambda: sweep_up(self.world),
            }
            self.world.faults.at(f"dynamodb.{step}", when, actions[what], nth)
        try:
            sweep_up(self.world)
        except Crash:
            pass
        except Exception as error:
            if type(error).__name__ != "FailedError":
                raise
        finally:
            self.world.faults.forget()

    # What holds

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "world"):
            return
        found = {one["case"]: one for one in self.world.items("strike")}
        for name, (number, ends) in self.truth.items():
            if clock.moment(ends) + strikes.KEPT <= self.world.now:
                continue  # Long over: nobody reads it any more.
            one = found.get(name, {"points": 0, "counted": 0, "ends_at": ends})
            assert one["points"] == number
            assert not number or one["ends_at"] == ends
            assert 0 <= one["counted"] <= one["points"]
            assert "due" in one or ("crossed" not in one and one["counted"] == one["points"])

    def told(self) -> None:
        """Once nothing is due: each time that a threshold was reached, one report to the leads and one line; neither
        where it was not true any more when they would have been told."""
        assert not [one for one in self.world.items("strike") if "due" in one]
        self.holds()
        lines = [line["detail"]["reached"] for line in self.world.items("audit") if line["what"] == "threshold"]
        flags = [flag for flag in self.world.items("flag") if flag["reason"] == "points"]
        assert Counter(lines) <= Counter(self.reached)
        assert Counter(self.reached) - Counter(lines) <= self.taken_back()
        assert Counter(int(flag["comment"].split()[0]) for flag in flags) == Counter(lines)
        assert sum(case["flags"] for case in for_the_leads(self.world)) == len(flags)
        assert {case["subject"]["id"] for case in for_the_leads(self.world)} <= {ACCOUNT}


TestLedger = Ledger.TestCase
TestLedger.settings = settings(
    max_examples=4,
    stateful_step_count=12,
    # Shrinking a run of many functions takes longer than reading it.
    phases=[Phase.explicit, Phase.generate],
)
