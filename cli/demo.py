"""One event of every kind through the deployed template, and what became of it, read back from the tables."""

import json
import time
import webbrowser
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import urllib3
from rich.console import Console

from cli import operator, stack
from cli.client import Api, ApiError
from cli.inspect import examine
from cli.mailbox import kept
from cli.samples import Webhook, standard_secret, webhook
from cli.site import Site
from events.announcements import TriggerFired
from events.feedback import FeedbackReceived
from events.moderation import FlagRaised
from events.program import Reader, bare
from functions.announcements import plans
from functions.announcements import records as announcements
from functions.digests import making
from functions.digests import records as digests
from functions.feedback import records as feedback
from functions.moderation import records as moderation
from functions.platforms.inbound import Event
from functions.shared import clock, inbox, links, parked, program, table
from functions.shared.table import Key, Table

Say = Callable[[str], None]
SITE = 8790
"""Where `community.toml` has the company's own servers, for the demonstration."""

PATIENCE = 240
"""Seconds to wait for the queues: a killed worker's messages come again after a minute."""


class DemoError(Exception):
    """The demonstration could not be finished; the text says where it stopped."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One delivery that was answered: by what, and where its effect must stand."""

    webhook: Webhook
    status: int
    verdict: str
    effect: Key | None


def run(port: int, say: Say) -> dict[str, Any]:
    """Bring an empty stack up, post the samples, decide, announce, count, digest; gives the figures."""
    begun = time.monotonic()
    replace_own(say)
    text = (stack.ROOT / "community.toml").read_text()
    if stack.answers(SITE):
        raise DemoError(f"something answers on port {SITE}, where community.toml has the company's own servers")
    with Site(SITE) as site:
        stack.up(port, keep=False, owner="demo", say=say)
        url = operator.connect(None)
        operator.push(text, "liaison demo")
        secrets = put_secrets()
        api = Api(url, keep_token("acme"), "acme")
        say("posting the sample webhooks")
        sent = [post(url, one, secrets[one.source]) for one in everything()]
        refused = post(url, everything()[0], standard_secret()).status
        say("waiting until the queues are empty")
        drain(api)
        say("deciding the cases")
        decided = decide_all(api)
        drain(api)
        invoke("FunctionUpkeep")  # Those who wrote and reported it are told while the other side still listens.
        say("publishing an announcement")
        announcement = announce(api)
        drain(api)
        say("rolling up, and making the digest")
        invoke("FunctionRollUp")
        invoke("FunctionDigests")
        drain(api)
        return read_back(sent, refused, decided, announcement, api, site, begun)


def replace_own(say: Say) -> None:
    """Only a stack that a demonstration left is replaced; anybody else's state is theirs."""
    before = stack.remembered()
    if before and before.owner != "demo" and (stack.HOME / "state").exists():
        raise DemoError(
            "there is a local stack with state of its own: end it with `liaison down`,"
            " and delete the folder .liaison to forget it"
        )
    stack.down(say)


def keep_token(community: str) -> str:
    """An operator's token for this machine, readable by its owner only."""
    token = operator.new_token("local operator", "operator", ("*",), 365)
    file = stack.HOME / "token"
    file.touch(mode=0o600)
    file.write_text(json.dumps({"token": token, "community": community}))
    return token


def put_secrets() -> dict[str, str]:
    """Fresh ones, in and out; gives those that the samples are signed with."""
    incoming = {"game": standard_secret(), "forum": "forum-" + standard_secret(), "code": "code-" + standard_secret()}
    for name, value in incoming.items():
        operator.put_secret(name, value, outgoing=False)
    for name in ("game", "forum", "site"):
        operator.put_secret(name, standard_secret(), outgoing=True)
    return incoming


def everything() -> list[Webhook]:
    """One event of every kind, and the repeats that platforms really send."""
    now = datetime.now(UTC)
    zone = ZoneInfo("Europe/Paris")
    said = datetime.combine(now.astimezone(zone).date() - timedelta(days=1), datetime.min.time(), zone)
    hour = [said + timedelta(hours=hours) for hours in range(24)]
    flag = webhook("game", "standard_webhooks", "flag.raised", "msg_flag_1", now)
    discussion = webhook("code", "github", "discussion.created", "d-1", hour[11])
    return [
        flag,
        webhook("game", "standard_webhooks", "flag.raised.second", "msg_flag_2", now),
        flag,  # The same delivery again.
        webhook("game", "standard_webhooks", "feedback.received", "msg_said_1", hour[10]),
        webhook("game", "standard_webhooks", "match.finished", "msg_match_1", now),
        webhook("forum", "discourse", "ping", "180", now),
        webhook("forum", "discourse", "reviewable_created", "190", now),
        webhook("forum", "discourse", "reviewable_score_updated", "191", now),  # The same flag, with its score.
        webhook("forum", "discourse", "post_created", "192", hour[9]),
        webhook("forum", "discourse", "post_created", "193", hour[9]),  # A retry: the forum gives it a new id.
        webhook("forum", "discourse", "post_created.private_message", "194", hour[9]),
        webhook("forum", "discourse", "calendar_event_created", "195", now),
        webhook("code", "github", "ping", "d-0", now),
        discussion,
        discussion,
        webhook("code", "github", "discussion_comment.created", "d-2", hour[12]),
        webhook("code", "github", "release.created", "d-3", now),
        webhook("code", "github", "release.published", "d-4", now),
    ]


def post(url: str, one: Webhook, secret: str) -> Sent:
    """As a platform would: the same delivery again while nothing, or a 5xx, comes back."""
    pool = urllib3.PoolManager(timeout=20.0, retries=False)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            headers = one.headers(secret)
            status = pool.request("POST", f"{url}/hooks/{one.source}", body=one.body, headers=headers).status
        except urllib3.exceptions.HTTPError:
            status = 0
        if 0 < status < 500:
            break
        if time.monotonic() > deadline:
            raise DemoError(f"{url} did not accept {one.event} within {PATIENCE} s")
        time.sleep(1)
    found = examine(
        one.platform, one.body, one.headers(secret), secret=secret, place=bare(one.source, "acme", one.platform)
    )
    effect = None
    if found.envelope and found.verdict == "parked":
        effect = (table.partition("acme", "parked", parked.identifier(found.envelope)), "parked")
    elif found.envelope:
        effect = place(found.events[0]) if found.events else inbox.key(found.envelope)
    return Sent(one, status, found.verdict, effect)


def place(event: Event) -> Key:
    """The one item that proves an event was recorded, by its content and not by its delivery."""
    if isinstance(event, FlagRaised):
        return table.partition(event.community, "subject", event.subject.key), moderation.flag_sk(event.flag)
    if isinstance(event, FeedbackReceived):
        return feedback.log_key(event.community, event.source, event.content, event.said_at)
    if not isinstance(event, TriggerFired):
        raise DemoError(f"the demonstration sends no {type(event).__name__}")
    name = plans.announcement_id(event.community, event.source, event.trigger)
    return announcements.key(event.community, name)


def drain(api: Api) -> None:
    """Wait until every queue is empty and upkeep has recorded what was parked."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            told = api.get("/status")
            if told["queues"]["parked"] or told["queues"]["upkeep"] or told["dead"]:
                invoke("FunctionUpkeep")
            elif not any(told["queues"].values()):
                return
        except (ApiError, urllib3.exceptions.HTTPError, OSError):
            pass  # The stack may be on its way back up.
        time.sleep(0.5)
    raise DemoError(f"the queues did not empty within {PATIENCE} s; .liaison/ministack.log tells more")


def invoke(output: str) -> None:
    """What the schedule does, now: it would come by itself within the minute (the digest: the hour)."""
    local = stack.running()
    answer = stack.client("lambda", local.aws).invoke(FunctionName=local.outputs[output], Payload=b"{}")
    if "FunctionError" in answer:
        raise DemoError(f"{output}: {answer['Payload'].read().decode()[:500]}")


def patiently(call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A person would try again, too, when a worker was just killed. Every call here may be repeated."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return call()
        except ApiError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def decide_all(api: Api) -> list[str]:
    cases = [case["id"] for case in patiently(lambda: api.get("/cases"))["cases"]]
    for case in cases:
        decide(api, case)
    return cases


def decide(api: Api, case: str) -> None:
    held = patiently(lambda: api.post(f"/cases/{case}/claim"))
    verdict = {
        "outcome": "violation",
        "measures": ["remove"],
        "explanation": "Insults and advertising are not allowed here.",
        "fence": held["fence"],
    }
    patiently(lambda: api.post(f"/cases/{case}/decide", verdict))


def announce(api: Api) -> str:
    new = {"title": "Winter is here", "body": "The **winter map** is live. Guilds can be muted at last."}
    key = {"idempotency-key": "demo"}
    return str(patiently(lambda: api.post("/announcements", new, **key))["announcement"]["id"])


def read_back(
    sent: list[Sent], refused: int, decided: list[str], announcement: str, api: Api, site: Site, begun: float
) -> dict[str, Any]:
    """Everything from the tables, the bucket and the other side; nothing from memory but what was sent."""
    store = table.table()
    accepted = [one for one in sent if one.status == 202 and one.effect]
    there = {key for key in {one.effect for one in accepted if one.effect} if store.get(*key)}
    parked_keys = {key for key in there if key[1] == "parked"}
    lost = [one for one in accepted if one.effect not in there]
    times = Counter(one.effect for one in accepted)
    told = api.get(f"/announcements/{announcement}")
    reader, digest = digest_made(store)
    case = api.get(f"/cases/{decided[0]}")
    return {
        "accepted": len(accepted),
        "recorded": len(there - parked_keys),
        "duplicates": sum(number - 1 for key, number in times.items() if key in there),
        "parked": len(parked_keys),
        "lost": len(lost),
        "case": decided[0],
        "announcement": announcement,
        "digest": digest,
        "events": [fate(store, one, times) for one in sent],
        "forged_answered": refused,
        "cases": [
            {"id": name, "state": api.get(f"/cases/{name}")["case"]["state"], "deliveries": deliveries(api, name)}
            for name in decided
        ],
        "flags": case["case"]["flags"],
        "appeared": {one["destination"]: where(one) for one in told["deliveries"]},
        "site_posts": dict(Counter(site.ids("/site"))),
        "forum_deletions": sorted(site.deleted),
        "days": api.get("/feedback?" + days(reader))["days"],
        "mails": mails(),
        "mailbox": stack.running().mailbox,
        "digest_status": urllib3.PoolManager().request("GET", digest).status,
        "seconds": round(time.monotonic() - begun, 1),
    }


def fate(store: Table, one: Sent, times: Counter[Key | None]) -> dict[str, Any]:
    """One delivery as a line: what it was, and what became of it."""
    told = {"source": one.webhook.source, "event": one.webhook.event, "answered": one.status}
    if one.effect is None:
        return {**told, "fate": one.verdict}
    item = store.get(*one.effect)
    if item is None:
        return {**told, "fate": "lost"}
    if item["kind"] == "parked":
        return {**told, "fate": f"parked: {item['reason']}"}
    if item["kind"] == "inbox":
        return {**told, "fate": f"{item['fate']}: {item['about']}"}
    repeats = times[one.effect]
    return {**told, "fate": f"recorded once as {item['kind']}" + (f" (it came {repeats} times)" if repeats > 1 else "")}


def where(delivery: dict[str, Any]) -> str:
    """Its address, if it has one; else how far it came."""
    return str(delivery.get("posted", {}).get("url") or delivery["state"])


def deliveries(api: Api, case: str) -> dict[str, str]:
    return {one["destination"]: one["state"] for one in api.get(f"/cases/{case}")["deliveries"]}


def digest_made(store: Table) -> tuple[Reader, str]:
    active, _ = program.active()
    reader = active.readers[0]
    _, pending = making.due(store, reader, "daily", clock.now())
    made = [one for one in digests.past(store, reader.community, reader.id) if one["period"].startswith("daily")]
    if pending or not made:
        raise DemoError("no digest was made")
    base, now = digests.path(reader.community, reader.id), clock.now()
    query = links.signed(base, reader.id, digests.PURPOSE, now)
    return reader, links.within(f"{base}/{made[0]['period']}", query)


def days(reader: Reader) -> str:
    day = clock.now().astimezone(ZoneInfo(reader.timezone)).date() - timedelta(days=1)
    return f"by=day&from={day}&to={day}"


def mails() -> list[str]:
    """Subjects of the mails that arrived."""
    return [str(one.message["Subject"]) for one in kept(stack.HOME / "mail")]


def tell(result: dict[str, Any], out: Console) -> None:
    """For people. Names first, then numbers, then where to look."""
    out.print("\nEach webhook", style="bold")
    for one in result["events"]:
        out.print(f"  {one['source']:6} {one['event']:26} {one['answered']}  {one['fate']}", markup=False)
    out.print(f"  {'game':6} {'(forged)':26} {result['forged_answered']}  nothing kept", markup=False)
    out.print("\nCases", style="bold")
    for case in result["cases"]:
        out.print(f"  {case['id']}  {case['state']}; remove → {case['deliveries']}", markup=False)
    out.print("\nAnnouncement", style="bold")
    for target, where in result["appeared"].items():
        out.print(f"  {target}: {where}", markup=False)
    out.print(f"  the site got {result['site_posts']} (webhook-id: requests)", markup=False)
    out.print("\nFeedback, by local day", style="bold")
    for day in result["days"]:
        out.print(f"  {day['day']}: {day['counts']}", markup=False)
    out.print("\nDigest", style="bold")
    out.print(f"  mailed: {result['mails']}, to be opened at {result['mailbox']}", markup=False)
    out.print(f"  {result['digest']}", markup=False, soft_wrap=True)
    figures = ("accepted", "recorded", "duplicates", "parked", "lost")
    out.print("\n" + "  ".join(f"{name} {result[name]}" for name in figures) + f"  in {result['seconds']} s")
    out.print("The stack is still up: `.venv/bin/liaison cases`, `… parked`, `… status`; `… down` ends it.")
    if out.is_terminal and urlsplit(result["digest"]).scheme == "http":
        webbrowser.open(result["digest"])
