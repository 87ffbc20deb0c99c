"""Everything at once: a machine posts, repeats, crashes, claims, decides, publishes and lets time pass in any
order; once all is quiet again, promise 1 holds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, precondition, rule

from events.envelope import Envelope
from events.moderation import Decision, Measure, Outcome
from functions.announcements import records as announcements
from functions.announcements.plans import NotAllowedError as TooLateError
from functions.moderation import working
from functions.moderation.cases import NotAllowedError
from functions.moderation.standards import Standards
from functions.shared.table import table
from tests.announcements import stage
from tests.faults.oracle import Oracle
from tests.moderation import people
from tests.support import builders
from tests.support.faults import Crash, When, answer_lost, crash
from tests.support.outside import Answer, silent, status, unreachable
from tests.support.world import World

QUEUES = ("moderation", "announcements", "feedback", "delivery")
STEPS = (
    "dynamodb.GetItem",
    "dynamodb.PutItem",
    "dynamodb.UpdateItem",
    "dynamodb.TransactWriteItems",
    "s3.PutObject",
    "sqs.SendMessage",
    "sqs.DeleteMessage",
    "http",
)


@dataclass(frozen=True)
class Fault:
    """At the `nth` step of this name: the function dies, or hears no answer, or others are at work meanwhile."""

    step: str
    nth: int
    when: When
    what: Literal["dies", "deaf", "others"]


FAULT = st.builds(
    Fault,
    st.sampled_from(STEPS),
    st.integers(1, 2),
    st.sampled_from(["before", "after"]),
    st.sampled_from(["dies", "deaf", "others"]),
)
PLACE = FAULT | FAULT | st.none()
ANSWERS: dict[str, Answer] = {
    "silent": silent,
    "unreachable": unreachable,
    "busy": status(429, {"retry-after": "7"}),
    "broken": status(500),
    "forbidden": status(403),
}


class Everything(RuleBasedStateMachine):
    sent: Bundle[Envelope] = Bundle("sent")

    @initialize()
    def begin(self) -> None:
        self.world = World().__enter__()
        self.oracle = Oracle(self.world)
        self.fences: dict[str, tuple[str, int]] = {}

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.oracle.finish()
            self.oracle.check()
        finally:
            self.world.__exit__()

    def with_fault(self, fault: Fault | None) -> None:
        self.world.faults.forget()
        if fault:
            action = {"dies": crash, "deaf": answer_lost, "others": self.others}[fault.what]
            self.world.faults.at(fault.step, fault.when, action, fault.nth)

    def others(self) -> None:
        """Another of each function, at the same moment; and so long that a lease may run out."""
        for queue in QUEUES:
            self.world.work(queue)
        self.world.later(seconds=31)
        self.world.upkeep()
        self.world.work("delivery")
        self.world.roll_up()

    # Platforms

    @rule(target=sent, flag=st.integers(1, 5), subject=st.integers(1, 2), delivery=st.integers(1, 6))
    def flag(self, flag: int, subject: int, delivery: int) -> Envelope:
        """Delivery ids are few, so that some come again with another body."""
        envelope = builders.flag(
            self.world.now, flag=f"{flag}", subject=f"{subject}", delivery=f"flag-{delivery}", text=f"{flag}"
        )
        self.oracle.accept(envelope)
        return envelope

    @rule(target=sent, content=st.integers(1, 4), hours=st.integers(0, 2))
    def say(self, content: int, hours: int) -> Envelope:
        """One thing is said at one time."""
        at = self.world.now.replace(day=21, hour=22, minute=0, second=0, microsecond=0)
        at += timedelta(hours=content % 3, minutes=content)
        envelope = builders.feedback(at, content=f"{content}-{hours}", received=self.world.now)
        self.oracle.accept(envelope)
        return envelope

    @rule(target=sent, number=st.integers(1, 2), action=st.sampled_from(["published", "created"]))
    def release(self, number: int, action: str) -> Envelope:
        envelope = builders.release(self.world.now, number=number, action=action)
        self.oracle.accept(envelope)
        return envelope

    @rule(target=sent, kind=st.sampled_from(["match.finished", "flag.raised"]))
    def nonsense(self, kind: str) -> Envelope:
        envelope = builders.webhook(kind, {"id": "x"}, self.world.now)
        self.oracle.accept(envelope)
        return envelope

    @rule(envelope=sent)
    def again(self, envelope: Envelope) -> None:
        self.oracle.accept(envelope)

    @rule(answers=st.lists(st.sampled_from(sorted(ANSWERS)), min_size=1, max_size=3))
    def trouble_outside(self, answers: list[str]) -> None:
        self.world.outside.next.extend(ANSWERS[name] for name in answers)

    # Functions

    @rule(queue=st.sampled_from(QUEUES), fault=PLACE, lose_answer=st.booleans())
    def work(self, queue: str, fault: Fault | None, lose_answer: bool) -> None:
        self.with_fault(fault)
        self.world.work(queue, lose_answer=lose_answer)

    @rule(fault=PLACE)
    def minute(self, fault: Fault | None) -> None:
        """All that runs in one minute, the fault wherever it is first reached."""
        self.world.later(minutes=1)
        self.with_fault(fault)
        for queue in QUEUES:
            self.world.work(queue)
        self.world.upkeep()
        self.world.roll_up()
        self.world.work("delivery")

    @rule()
    def cold_start(self) -> None:
        self.world.forget_caches()

    @rule(seconds=st.sampled_from([1, 31, 1000, 90_000]))
    def wait(self, seconds: int) -> None:
        self.world.later(seconds=seconds)

    # People

    def person(self, act: Any) -> Any:
        """A person is told no, or hears nothing at all; either way they go on."""
        try:
            return act()
        except (NotAllowedError, TooLateError, LookupError, Crash):
            return None
        except Exception as error:
            if "timeout" not in str(error):
                raise
            return None

    def picked(self, kind: str, pick: int) -> str:
        found = self.world.items(kind)
        return str(found[pick % len(found)]["id"])

    @precondition(lambda self: self.world.items("case"))
    @rule(pick=st.integers(0, 3), who=st.sampled_from(["Mo", "Zoe"]), fault=PLACE)
    def claim(self, pick: int, who: str, fault: Fault | None) -> None:
        name = self.picked("case", pick)
        self.with_fault(fault)
        got = self.person(lambda: working.claim(table(), "acme", name, who, Standards(), self.world.now, people.DAY))
        if got:
            self.fences[name] = (who, got["fence"])

    @precondition(lambda self: self.fences)
    @rule(pick=st.integers(0, 3), guilty=st.booleans(), fault=PLACE, late=st.sampled_from([0, 0, 600, 1000]))
    def decide(self, pick: int, guilty: bool, fault: Fault | None, late: int) -> None:
        """With the fence of the last claim this person heard of, be it good or not."""
        name = sorted(self.fences)[pick % len(self.fences)]
        who, fence = self.fences[name]
        measures: tuple[Measure, ...] = ("hide", "warn") if guilty else ()
        outcome: Outcome = "violation" if guilty else "no_violation"
        decision = Decision(outcome=outcome, measures=measures, explanation="Rule 2.")
        self.world.later(seconds=late)
        self.with_fault(fault)
        self.person(lambda: people.decided(self.world, {"id": name, "fence": fence}, decision, who))

    @rule(number=st.integers(1, 3), minutes=st.integers(0, 2), fault=PLACE)
    def announce(self, number: int, minutes: int, fault: Fault | None) -> None:
        self.with_fault(fault)
        self.person(lambda: self.announced(f"written-{number}", self.world.now + timedelta(minutes=minutes)))

    def announced(self, name: str, moment: datetime) -> None:
        found = stage.written(self.world, stage.content("site", "news"), name, "Mia")
        stage.approve(self.world, found, at=moment)

    @precondition(lambda self: self.world.items("announcement"))
    @rule(pick=st.integers(0, 4), minutes=st.integers(0, 3), fault=PLACE)
    def publish(self, pick: int, minutes: int, fault: Fault | None) -> None:
        name = self.picked("announcement", pick)
        moment = self.world.now + timedelta(minutes=minutes)
        self.with_fault(fault)
        self.person(lambda: stage.approve(self.world, stage.now(self.world, name), at=moment))

    @precondition(lambda self: self.world.items("announcement"))
    @rule(pick=st.integers(0, 4), fault=PLACE)
    def cancel(self, pick: int, fault: Fault | None) -> None:
        name = self.picked("announcement", pick)
        self.with_fault(fault)
        self.person(lambda: announcements.cancel(table(), stage.now(self.world, name), "Mia", self.world.now))


TestEverything = Everything.TestCase
TestEverything.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    # Shrinking a run of many functions takes longer than reading it.
    phases=[Phase.explicit, Phase.generate],
)
