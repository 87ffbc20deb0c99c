"""The plain recount that every roll-up is held against."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from events.envelope import Envelope
from events.feedback import FeedbackReceived
from events.program import bare
from functions.feedback import records, rollup
from functions.platforms.inbound import normalise
from functions.shared import clock
from functions.shared.table import Item, table
from tests.support.world import World

ZONES = {"acme": ZoneInfo("Europe/Paris"), "peak": ZoneInfo("Asia/Kathmandu")}


def totals(world: World, community: str = "acme") -> dict[str, int]:
    """What the roll-ups say of each local day."""
    days = [item for item in world.items("day") if item["pk"].startswith(f"{community}#")]
    return {day["day"]: day["counts"]["total"] for day in days if day["counts"]}


def recount(world: World, community: str) -> dict[str, int]:
    """What the log says of each local day, item by item."""
    said = [item for item in world.items("feedback") if item["pk"].startswith(f"{community}#")]
    days = Counter(clock.moment(item["said_at"]).astimezone(ZONES[community]).date() for item in said)
    return {day.isoformat(): number for day, number in days.items()}


def must_be_exact(world: World) -> None:
    """Days and hours equal a recount of the log, in all dimensions, and nothing is left to do."""
    assert not marks(world)
    for community in ZONES:
        assert totals(world, community) == recount(world, community)
    log: Counter[tuple[str, str, str]] = Counter()
    for item in world.items("feedback"):
        hour = rollup.bucket(clock.moment(item["said_at"]))
        for dimension in rollup.dimensions(item):
            log[item["pk"].partition("#")[0], hour, dimension] += 1
    counted = {
        (item["pk"].partition("#")[0], item["hour"], name): sum(numbers)
        for item in world.items("hour")
        for name, numbers in item["counts"].items()
    }
    assert counted == log


def marks(world: World) -> list[str]:
    """Hours that wait to be rolled up."""
    return [item["hour"] for item in world.items("bucket") if "due" in item]


def event(envelope: Envelope) -> FeedbackReceived:
    found = normalise(envelope, bare(envelope.source, envelope.community, envelope.platform))
    assert isinstance(found, FeedbackReceived)
    return found


def put_log(envelope: Envelope) -> None:
    """Logged, and not yet marked."""
    said = event(envelope)
    records.record(table(), said, said.said_at, records.NOTHING, envelope.id, clock.now())


def reading(world: World, at: datetime, *, mark: bool = True) -> Item:
    """The bucket of an hour as a roll-up finds it."""
    hour = rollup.bucket(at)
    if mark:
        records.mark(table(), "acme", hour, world.now)
    found = table().get(*records.bucket_key("acme", hour))
    assert found is not None
    return found
