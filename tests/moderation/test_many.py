"""Clusters and batches under everything at once: cases that open, are edited, are linked, decided one by one or
together, and taken back, with somebody cut off at any write, or somebody else at it. What is said stays true."""

from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Literal

from botocore.exceptions import ReadTimeoutError
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from functions.moderation import batches
from functions.moderation.cases import NotAllowedError
from functions.moderation.records import BusyError
from functions.shared import errands
from functions.shared.table import Item, table
from functions.upkeep import sweep
from tests.moderation.alike import OTHER, compared, reported, spam
from tests.moderation.people import NOTHING, decided, held
from tests.moderation.test_batches import REMOVE, begun, gone_on, holds
from tests.moderation.test_clusters import edited
from tests.support.faults import Crash, When, answer_lost, crash
from tests.support.world import World

SUBJECTS = ("201", "202", "203", "204")
FAULT = st.none() | st.tuples(
    st.sampled_from(["before", "after"]), st.sampled_from(["dies", "deaf", "others"]), st.sampled_from([1, 1, 2])
)
Fault = tuple[When, Literal["dies", "deaf", "others"], int] | None


class Many(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.world = World().__enter__()
        self.numbers = count()
        self.views: list[dict[str, int]] = []
        """What somebody saw of all cases, which may be long ago."""

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.world.later(minutes=16)
            self.swept()
            assert not [row for row in self.world.items("batch") if "due" in row]
            assert not [row for row in self.world.items("like") if "due" in row]
            self.holds()
        finally:
            self.world.__exit__()

    def survived(self, fault: Fault, act: Callable[[], object]) -> None:
        self.world.faults.forget()
        if fault:
            when, what, nth = fault
            action = {"dies": crash, "deaf": answer_lost, "others": self.others}[what]
            self.world.faults.at("dynamodb.TransactWriteItems", when, action, nth)
        try:
            act()
        except (NotAllowedError, BusyError, Crash, ReadTimeoutError, errands.FailedError):
            pass
        finally:
            self.world.faults.forget()

    def others(self) -> None:
        """Meanwhile: a sweep comes by, and somebody reports one of them again."""
        self.swept()
        for one in self.cases()[:1]:
            reported(self.world, one["subject"]["id"], source="forum", flag=f"more-{next(self.numbers)}")

    def swept(self) -> None:
        compared(self.world)
        sweep.batches_due(table(), lambda: True)

    def cases(self) -> list[Item]:
        return [one for one in self.world.items("case") if one["state"] != "decided"]

    @rule(subject=st.sampled_from(SUBJECTS), words=st.sampled_from([spam(1), spam(2), spam(3), OTHER]), fault=FAULT)
    def opens(self, subject: str, words: str, fault: Fault) -> None:
        flag = f"flag-{next(self.numbers)}"
        self.survived(fault, lambda: reported(self.world, subject, words, "forum", flag=flag))
        self.world.later(seconds=1)

    @rule(subject=st.sampled_from(SUBJECTS), words=st.sampled_from([spam(4), OTHER]), fault=FAULT)
    def is_edited(self, subject: str, words: str, fault: Fault) -> None:
        self.world.later(seconds=1)
        self.survived(fault, lambda: edited(self.world, subject, words, source="forum"))

    @rule(fault=FAULT)
    def sweeps(self, fault: Fault) -> None:
        self.survived(fault, self.swept)

    @precondition(lambda self: self.cases())
    @rule(pick=st.integers(0, 3), who=st.sampled_from(["Mo", "Zoe"]), fault=FAULT)
    def takes(self, pick: int, who: str, fault: Fault) -> None:
        found = self.cases()
        self.survived(fault, lambda: held(self.world, who, found[pick % len(found)]["id"]))

    @precondition(lambda self: self.cases())
    @rule(pick=st.integers(0, 3), fault=FAULT)
    def decides_one(self, pick: int, fault: Fault) -> None:
        found = self.cases()

        def decide() -> None:
            decided(self.world, held(self.world, "Zoe", found[pick % len(found)]["id"]), NOTHING, "Zoe")

        self.survived(fault, decide)

    @precondition(lambda self: self.world.items("case"))
    @rule()
    def looks(self) -> None:
        self.views.append({one["id"]: one["material"] for one in self.world.items("case")})

    @precondition(lambda self: self.world.items("case"))
    @rule(steps=st.sampled_from([1, 5]), newest=st.booleans(), fault=FAULT)
    def decides_all(self, steps: int, newest: bool, fault: Fault) -> None:
        if newest or not self.views:
            self.looks()
        wanted = self.views[-1 if newest else 0]

        def decide() -> None:
            self.goes_on(begun(self.world, wanted, REMOVE), steps)

        self.survived(fault, decide)

    def goes_on(self, row: Item, steps: int) -> None:
        gone_on(self.world, row, steps=steps)

    @precondition(lambda self: self.world.items("batch"))
    @rule(pick=st.integers(0, 3), steps=st.sampled_from([1, 5]), fault=FAULT)
    def takes_back(self, pick: int, steps: int, fault: Fault) -> None:
        found = self.world.items("batch")
        row = found[pick % len(found)]

        def undo() -> None:
            self.goes_on(batches.undo(table(), "acme", row["id"], "Zoe", self.world.now), steps)

        self.survived(fault, undo)

    @rule()
    def is_carried_out(self) -> None:
        self.world.faults.born()
        self.world.work_off("delivery")

    @rule(minutes=st.sampled_from([1, 11, 16]))
    def waits(self, minutes: int) -> None:
        self.world.later(minutes=minutes)

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "world"):
            return
        holds(self.world)
        items = list(self.world.every_item())
        decisions = Counter(item["pk"] for item in items if item.get("kind") == "decision")
        over = {item["pk"] for item in items if item.get("kind") == "case" and item["state"] == "decided"}
        assert decisions == Counter(over)
        undone = Counter(
            line["pk"]
            for line in items
            if line["kind"] == "audit" and line["what"] == "undone" and "batch" in line["detail"]
        )
        rows = {(item["pk"], item["sk"]): item for item in items if item.get("purpose") == "act"}
        back = [pk for pk, sk in rows if sk == "delivery#undo#remove"]
        never = [pk for (pk, sk), row in rows.items() if sk == "delivery#remove" and row["state"] == "cancelled"]
        assert undone == Counter([*back, *never])


TestMany = Many.TestCase
TestMany.settings = settings(
    max_examples=6,
    stateful_step_count=18,
    # Shrinking a run of many functions takes longer than reading it.
    phases=[Phase.explicit, Phase.generate],
)
