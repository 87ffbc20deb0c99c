"""Promise 1, as a check over a finished, drained world: nothing accepted is lost, nothing is done twice."""

from collections import Counter
from dataclasses import dataclass, field

from events.envelope import Envelope
from functions.shared import inbox, parked
from functions.shared.table import Item, table
from tests.feedback.counting import event as feedback_in
from tests.feedback.counting import must_be_exact
from tests.support.world import World

FINAL = ("sent", "refused", "unknown", "stuck", "missed", "cancelled")


@dataclass
class Oracle:
    """`accepted` is every delivery that was answered 2xx, as often as it was."""

    world: World
    accepted: list[Envelope] = field(default_factory=list)

    def accept(self, *envelopes: Envelope) -> None:
        self.accepted.extend(envelopes)
        self.world.accept(*envelopes)

    def finish(self) -> None:
        """No more faults; what failed too often meanwhile is replayed by an operator; then everything settles."""
        world = self.world
        world.faults.forget()
        world.outside.next.clear()
        world.forget_caches()
        world.finish()
        token = world.token("operator", "*")
        for record in world.parked():
            if "failed again and again" in record["reason"]:
                address = f"/v1/{record['pk'].partition('#')[0]}/parked/{record['id']}/replay"
                assert world.ask("POST", address, {}, token=token).status == 200
        world.finish()

    def check(self) -> None:
        assert not self.world.waiting()
        for envelope in self.accepted:
            fates = self.fates(envelope)
            assert len(fates) == 1, (envelope.event, envelope.delivery, fates)
        self.flags_once()
        self.releases_once()
        self.deliveries_once()
        must_be_exact(self.world)

    def fates(self, envelope: Envelope) -> set[str]:
        """What became of a delivery; there must be exactly one answer."""
        found = set()
        listed = {(item["pk"], item["id"]) for item in self.world.parked()}
        name = parked.identifier(envelope)
        if (f"{envelope.community}#parked#{name}", name) in listed:
            found.add("parked")
        if envelope.pipeline == "feedback":
            content = feedback_in(envelope).content
            if any(item["content"] == content for item in self.world.items("feedback")):
                found.add("logged")
        else:
            marker = table().get(*inbox.key(envelope))
            if marker and not inbox.contradicts(envelope, marker):
                found.add(marker["fate"])
        return found

    def flags_once(self) -> None:
        """Each report once; the counts, rounds and histories of all cases agree with the reports."""
        flags = self.world.items("flag")
        assert all(number == 1 for number in Counter((flag["pk"], flag["flag"]) for flag in flags).values())
        of_case = Counter(flag["case"] for flag in flags)
        cases = self.world.items("case")
        assert {case["id"]: case["flags"] for case in cases} == of_case
        undecided = [case["id"] for case in cases if case["state"] != "decided"]
        rounds = self.world.items("round")
        assert sorted(newest["case"] for newest in rounds if newest["state"] == "open") == sorted(undecided)
        assert {newest["case"] for newest in rounds} <= {case["id"] for case in cases}
        open_subjects = Counter(case["subject"]["id"] for case in cases if case["state"] != "decided")
        assert all(number == 1 for number in open_subjects.values())
        for case in cases:
            self.history_of(case)

    def history_of(self, case: Item) -> None:
        lines = [line for line in self.world.items("audit") if line["pk"] == case["pk"]]
        assert [line["sk"] for line in lines] == [f"audit#{number:06d}" for number in range(1, len(lines) + 1)]
        told = Counter(line["what"] for line in lines)
        assert told["opened"] == 1
        named = [value for line in lines for name, value in line["detail"].items() if name.startswith("flag")]
        assert len(set(named)) == len(named) == case["flags"]
        decisions = [one for one in self.world.items("decision") if one["pk"] == case["pk"]]
        assert len(decisions) == told["decided"] == (case["state"] == "decided")
        for one in decisions:
            # Whoever decided had the case, and had it still.
            assert (one["by"], one["fence"]) == (case["claimed_by"], case["fence"])
            assert one["at"] < case["lease_until"]
        rows = [row for row in self.world.items("delivery") if row["pk"] == case["pk"]]
        wanted = {f"delivery#{measure}" for one in decisions for measure in one["decision"]["measures"]}
        assert {row["sk"] for row in rows if row["purpose"] == "act"} == wanted
        # Whoever wrote it is told once, as soon as it is decided.
        assert [row["sk"] for row in rows if row["purpose"] == "tell"] == ["delivery#told#author"] * len(decisions)

    def releases_once(self) -> None:
        triggers = self.world.items("trigger")
        drafts = [item for item in self.world.items("announcement") if item["author"].startswith("source")]
        assert sorted(trigger["announcement"] for trigger in triggers) == sorted(item["id"] for item in drafts)

    def deliveries_once(self) -> None:
        """A place does each thing once, and only what a row asked for."""
        rows = self.world.items("delivery")
        assert all(row["state"] in FINAL and "due" not in row for row in rows)
        keys = {row["key"] for row in rows}
        assert len(keys) == len(rows)
        outside = self.world.outside
        assert set(outside.effects) <= keys
        for row in rows:
            calls = [call for call in outside.calls if call.key == row["key"]]
            # However many requests: one place, and one thing to do. (A measure's body carries its own time.)
            assert len({call.url for call in calls}) <= 1
            if row["purpose"] == "post" and row["destination"] == "site":
                assert len({call.body for call in calls}) <= 1
                assert outside.effects[row["key"]] == (row["state"] == "sent")
        self.published_where_meant(rows)

    def published_where_meant(self, rows: list[Item]) -> None:
        for item in self.world.items("announcement"):
            mine = sorted(row["destination"] for row in rows if row["pk"] == item["pk"])
            assert mine == (sorted(item["content"]["targets"]) if item["state"] == "published" else [])
