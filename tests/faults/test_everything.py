"""Everything at once: a machine posts, repeats, crashes, claims, decides, publishes and lets time pass in any
order; once all is quiet again, promise 1 holds."""

from datetime import timedelta
from typing import Any, Literal

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

from events.envelope import Envelope
from events.moderation import Decision
from functions.announcements import records as announcements
from functions.announcements.plans import NotAllowedError as TooLateError
from functions.moderation import records as moderation
from functions.moderation.cases import NotAllowedError
from functions.shared.table import table
from tests.faults.oracle import Oracle
from tests.support import builders
from tests.support.faults import Crash, answer_lost, crash
from tests.support.outside import Answer, silent, status, unreachable
from tests.support.world import World

QUEUES = ("moderation", "announcements", "feedback", "delivery")
Place = st.none() | st.tuples(st.integers(1, 9), st.sampled_from(["before", "after"]), st.booleans())
"""A step at which an invocation fails, or none."""

Fault = tuple[int, Literal["before", "after"], bool] | None
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

    def with_fault(self, fault: Fault) -> None:
        self.world.faults.forget()
        if fault:
            place, when, dies = fault
            self.world.faults.at_number(place, when, crash if dies else answer_lost)

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

    @rule(queue=st.sampled_from(QUEUES), fault=Place, lose_answer=st.booleans())
    def work(self, queue: str, fault: Fault, lose_answer: bool) -> None:
        self.with_fault(fault)
        self.world.work(queue, lose_answer=lose_answer)

    @rule(fault=Place)
    def minute(self, fault: Fault) -> None:
        self.world.later(minutes=1)
        self.with_fault(fault)
        self.world.upkeep()
        self.with_fault(fault)
        self.world.roll_up()

    @rule()
    def cold_start(self) -> None:
        self.world.forget_caches()

    @rule(seconds=st.sampled_from([1, 31, 600, 1000, 90_000]))
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

    def first(self, kind: str, pick: int) -> str:
        found = self.world.items(kind)
        return str(found[pick % len(found)]["id"]) if found else "none"

    @rule(pick=st.integers(0, 3), who=st.sampled_from(["Mo", "Zoe"]), fault=Place)
    def claim(self, pick: int, who: str, fault: Fault) -> None:
        name = self.first("case", pick)
        self.with_fault(fault)
        got = self.person(lambda: moderation.claim(table(), "acme", name, who, self.world.now))
        if got:
            self.fences[name] = (who, got["fence"])

    @rule(pick=st.integers(0, 3), guilty=st.booleans(), fault=Place)
    def decide(self, pick: int, guilty: bool, fault: Fault) -> None:
        name = self.first("case", pick)
        who, fence = self.fences.get(name, ("Mo", 1))
        decision = (
            Decision(outcome="violation", measures=("hide", "warn"), explanation="Rule 2.")
            if guilty
            else Decision(outcome="no_violation", explanation="Allowed.")
        )
        self.with_fault(fault)
        self.person(lambda: moderation.decide(table(), "acme", name, who, fence, decision, "hash", self.world.now))

    @rule(pick=st.integers(0, 1), minutes=st.integers(0, 3), fault=Place)
    def publish(self, pick: int, minutes: int, fault: Fault) -> None:
        name = self.first("announcement", pick)
        moment = self.world.now + timedelta(minutes=minutes)
        self.with_fault(fault)
        self.person(lambda: announcements.schedule(table(), "acme", name, moment, moment.isoformat(), "UTC"))

    @rule(pick=st.integers(0, 1), fault=Place)
    def cancel(self, pick: int, fault: Fault) -> None:
        name = self.first("announcement", pick)
        self.with_fault(fault)
        self.person(lambda: announcements.cancel(table(), "acme", name, "Mia", self.world.now))


TestEverything = Everything.TestCase
TestEverything.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    # Shrinking a run of many functions takes longer than reading it.
    phases=[Phase.explicit, Phase.generate],
)
