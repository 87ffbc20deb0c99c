"""A post that everybody reports on ten platforms at once: everything is counted, nothing twice. (`scripts/bench viral`
tells the figures of a thousand reports.)"""

from functions.moderation import records
from functions.shared import table
from tests.deployed import places, viral
from tests.deployed.conftest import Deployed
from tests.deployed.places import Told

EACH = 12
ALONE = 4
"""Requests to DynamoDB of a report that comes by itself: what is there of it, the case, the transaction, and one more
try."""
MINUTE = 200
"""Of the minute's sweep, which may fall between."""


def test_what_ten_platforms_report_at_once_is_counted_once(deployed: Deployed, mark: str) -> None:
    done = viral.measured(deployed, mark, EACH)
    assert done.asked.total() <= done.reports * ALONE + MINUTE, done
    open_ones = {one["subject"]["id"]: one for one in table.table().listing("acme", records.OPEN, most=1000)}
    for source in viral.CALLING + viral.VISITED:
        case = open_ones[places.subject(source, Told(mark, 0, 1))]
        assert case["flags"] == EACH, source
        kept = [item for item in table.table().query(records.subject_of(case), "flag#") if "raised_at" in item]
        assert {item["case"] for item in kept} == {case["id"]}, source
        assert len({item["flag"] for item in kept}) == len(kept) == EACH, source
