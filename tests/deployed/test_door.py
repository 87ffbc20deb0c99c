"""What the door refuses leaves nothing behind; what is authentic is kept, whatever it says."""

import gzip
import json
import time

import pytest
import urllib3

from cli.samples import Webhook
from functions.platforms.signatures import standard_headers
from functions.shared import aws, table
from functions.shared.settings import settings
from tests.deployed.conftest import Deployed, feedback

NOW = "2025-07-01T12:00:00Z"


def post(deployed: Deployed, source: str, body: bytes, headers: dict[str, str]) -> int:
    pool = urllib3.PoolManager(timeout=30.0, retries=False)
    return pool.request("POST", f"{deployed.url}/hooks/{source}", body=body, headers=headers).status


def everything_kept() -> tuple[int, int]:
    """How many items and objects there are."""
    items = sum(page["Count"] for page in aws.dynamodb().get_paginator("scan").paginate(TableName=settings().table))
    objects = aws.s3().get_paginator("list_objects_v2").paginate(Bucket=settings().bucket)
    return items, sum(page["KeyCount"] for page in objects)


def signed(deployed: Deployed, body: bytes, name: str, stamp: int | None = None) -> dict[str, str]:
    return standard_headers(deployed.secrets["game"], name, str(stamp or int(time.time())), body)


def test_what_cannot_be_verified_gets_a_4xx_and_leaves_nothing(deployed: Deployed, mark: str) -> None:
    deployed.drain()
    before = everything_kept()
    body = feedback(mark, 1, NOW).body
    good = signed(deployed, body, f"msg_{mark}")
    large = b"x" * 2_000_000
    tried = {
        "bad base64": post(deployed, "game", body, {**good, "webhook-signature": "v1,***"}),
        "not ascii": post(deployed, "game", body, {**good, "webhook-signature": "v1,\u00e9\u00fc"}),
        "forged": post(deployed, "game", body, {**good, "webhook-signature": "v1," + "A" * 43 + "="}),
        "no headers": post(deployed, "game", body, {"content-type": "application/json"}),
        "truncated": post(deployed, "game", body[:-1], good),
        "replayed late": post(deployed, "game", body, signed(deployed, body, f"msg_{mark}", int(time.time()) - 301)),
        "unknown source": post(deployed, "nobody", body, good),
        "strange source": post(deployed, "Game%00", body, good),
        "forum unsigned": post(deployed, "forum", body, {"x-discourse-event": "post_created"}),
        "sha1 only": post(deployed, "code", body, {"x-github-event": "star", "x-hub-signature": "sha1=" + "0" * 40}),
        "too large": post(deployed, "game", large, signed(deployed, large, f"msg_{mark}_l")),
        "gzip": post(deployed, "game", gzip.compress(body), {**good, "content-encoding": "gzip"}),
    }
    expected = {**dict.fromkeys(tried, 401), "too large": 413, "gzip": 415}
    assert tried == expected
    deployed.drain()
    assert everything_kept() == before


SAID = {"type": "feedback.received", "timestamp": NOW, "data": {"id": "ID", "kind": "form", "text": "aXb"}}
AUTHENTIC = {
    "nul": (json.dumps(SAID).replace("aXb", "a\\u0000b"), "log"),
    "surrogate": (json.dumps(SAID).replace("aXb", "a\\ud800b"), "log"),
    "empty": ("", "parked"),
    "not_json": ("ID <xml/>", "parked"),
    "tomorrow": ('{"type": "guild.founded", "data": {"id": "ID"}}', "parked"),
    "no_data": ('{"type": "flag.raised", "x": "ID"}', "parked"),
    "a_list": ('["ID"]', "parked"),
}


@pytest.mark.parametrize("name", AUTHENTIC)
def test_what_is_authentic_is_answered_2xx_and_kept(deployed: Deployed, mark: str, name: str) -> None:
    body, kept = AUTHENTIC[name]
    raw = body.replace("ID", f"{mark}-{name}").encode()
    delivery = f"msg_{mark}_{name}"
    assert deployed.send([Webhook("game", "standard_webhooks", "any", delivery, raw)]) == [202]
    deployed.drain()
    if kept == "parked":
        found = [one for one in deployed.api.get("/parked")["parked"] if one["delivery"] == delivery]
        assert len(found) == 1
        assert found[0]["reason"]
    else:
        log = [item for number in range(4) for item in table.table().query(f"acme#log#2025-07-01T12#{number}")]
        assert [item["text"] for item in log if item["content"] == f"{mark}-{name}"] == ["a\ufffdb"]


def test_a_parked_delivery_is_replayed_under_its_own_keys(deployed: Deployed, mark: str) -> None:
    raw = json.dumps({"type": "flag.raised", "data": {"id": mark}}).encode()
    deployed.send([Webhook("game", "standard_webhooks", "any", f"msg_{mark}_again", raw)])
    deployed.drain()
    (record,) = [one for one in deployed.api.get("/parked")["parked"] if one["delivery"] == f"msg_{mark}_again"]
    assert record["pipeline"] == "moderation"
    assert deployed.api.post(f"/parked/{record['id']}/replay") == {"replayed": record["id"]}
    deployed.drain()
    # Nothing was mended meanwhile, so it is back on the list, once.
    again = [one for one in deployed.api.get("/parked")["parked"] if one["delivery"] == f"msg_{mark}_again"]
    assert [one["id"] for one in again] == [record["id"]]
