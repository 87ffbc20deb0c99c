"""What each measure would find and send there, waited for and told at the terminal."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from rich.console import Console

from cli import casefile, told
from functions.platforms.acting import GONE, described

Case = dict[str, Any]

SECONDS = 8
"""That a look is waited for; whoever decides at once need not."""
LONGEST = 4_000
"""Characters of one request; `--json` has all of it."""


def awaited(taken: Case, ask: Callable[[], Case], say: Callable[[str], None]) -> Case:
    """A case that was just taken, with what was found there since."""
    for second in range(SECONDS):
        if taken["look"].get("state") != "coming":
            break
        if not second:
            say(f"reading what there is now on {taken['platform']}")
        time.sleep(1)
        now = ask()
        taken = {**taken, **{name: now[name] for name in ("measures", "look") if name in now}}
    return taken


def taken(out: Console, case: Case, until: str) -> None:
    told.line(out, f"{case['id']} is yours until {until} (fence {case['fence']})", "bold")
    told.line(out, case["summary"])
    told.line(
        out, f"{case['platform']} {case['subject']['kind']} {case['subject'].get('url') or case['subject']['id']}"
    )
    for what in casefile.around({"case": case, **case}):
        told.line(out, what)
    if not case["measures"]:
        told.line(out, "Nothing can be done there from here.", "yellow")
        return
    told.line(out, standing(case["look"]), "" if case["look"].get("state") == "seen" else "yellow")
    out.print()
    for measure, one in case["measures"].items():
        told.line(out, measure, "bold")
        for fact in facts(one):
            told.line(out, fact, "", 2)


def standing(look: Mapping[str, str]) -> str:
    """Whether anybody has looked."""
    if look.get("state") == "seen":
        return f"Read there at {look['at'][11:19]} UTC. What is decided is done on that state, or refused as changed."
    why = f" ({look['reason']})" if look.get("reason") else ""
    if look.get("state") == "coming":
        return f"Not read yet{why}: `liaison cases show` tells it when it has come. Deciding now means without a look."
    return f"Nobody could look what there is now{why}. Deciding is possible all the same."


def facts(one: Mapping[str, Any]) -> list[str]:
    undone = "can be taken back" if one["reversible"] else "cannot be taken back"
    return [
        *now(one),
        f"{undone}: {one['lost']}" if one["lost"] else undone,
        f"needs {one['right']}",
    ]


def now(one: Mapping[str, Any]) -> list[str]:
    """The state, and what is sent."""
    if "unseen" in one:
        return [f"nobody could look: {one['unseen']}"]
    state = [f"now {in_words(one['now'])}"] if "now" in one else []
    if "cannot" in one:
        return [*state, f"cannot be done: {one['cannot']}"]
    lasting = f" for {one['minutes']} minutes, say" if "minutes" in one else ""
    sends = [f"sends{lasting} {request(call)}" for call in one.get("requests", ())]
    already = ["nothing is sent: it is so already"] if one.get("requests") == [] else []
    return [*state, *sends, *already, *otherwise(one.get("otherwise", {}))]


def otherwise(one: Mapping[str, Any]) -> list[str]:
    """For the other outcome."""
    if "cannot" in one:
        return [f"with the other outcome it cannot be done: {one['cannot']}"]
    sends = [f"with the other outcome it sends {request(call)}" for call in one.get("requests", ())]
    return sends or (["with the other outcome nothing is sent"] if one else [])


def in_words(state: Mapping[str, Any]) -> str:
    return "gone" if state == GONE else described(state) or "not to be seen from here"


def request(call: Mapping[str, Any]) -> str:
    body = json.dumps(call["body"], ensure_ascii=False) if "body" in call else ""
    whole = f"{call['method']} {call['path']} {body}".rstrip()
    return whole if len(whole) <= LONGEST else whole[: LONGEST - 1] + "…"


def unbound(decided: Mapping[str, Any]) -> list[str]:
    """Measures of a decision that are carried out on whatever is there: nobody had looked, or what was seen could not
    be held to."""
    rows = decided["deliveries"]
    return [row["measure"] for row in rows if row["purpose"] == "act" and row["expected"] is None and not row["undo"]]
