"""Many cases in one go, at the terminal: what is alike, what a decision about all of it would do, what became of it."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import typer

from cli import told
from cli.client import Api
from cli.terminal import err, grid, out

MOST = 200
"""Cases of one decision, as the API has it."""
LONGEST = 300


def members(calls: Api, case: str) -> Iterator[dict[str, Any]]:
    """Page by page: each has what the API says of the cluster, and a hundred of its cases."""
    page: dict[str, Any] = {"next": ""}
    while "next" in page:
        after = f"?after={quote(page['next'], safe='')}" if page["next"] else ""
        page = calls.get(f"/clusters/{case}{after}")
        yield page


def show_cluster(pages: list[dict[str, Any]]) -> None:
    """What they say, then all of them: how alike, and where they differ."""
    found = [one for page in pages for one in page["members"]]
    told.line(out, shortened(pages[0]["text"]))
    grid(
        [
            {
                **one,
                "alike": f"{one['alike']} %",
                "who": one["claimed_by"] if one["state"] == "claimed" else one.get("decided_by", ""),
                "author": one["author"].get("name") or one["author"].get("id", ""),
                "differs": "; ".join(one["differs"]),
            }
            for one in found
        ],
        ("id", "state", "who", "severity", "platform", "author", "there", "alike", "differs"),
        "",
    )
    told.line(out, f"{pages[0]['cases']} cases are alike, {pages[0]['open']} of them open.", "dim")


def shortened(words: str) -> str:
    one_line = " ".join(words.split())
    return one_line if len(one_line) <= LONGEST else one_line[: LONGEST - 1] + "…"


def undecided(calls: Api, case: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The oldest cases of a cluster that can be decided together, and what the API says of the cluster."""
    found: list[dict[str, Any]] = []
    cluster: dict[str, Any] = {}
    for page in members(calls, case):
        cluster = page
        found += [one for one in page["members"] if one["state"] != "decided"]
        if len(found) >= MOST:
            break
    if not found:
        raise ValueError(f"all {cluster['cases']} cases like {case} are decided already")
    return found[:MOST], cluster


def preview(found: list[dict[str, Any]], cluster: dict[str, Any], measures: list[str]) -> None:
    """What a decision would do, in numbers, before anybody acts."""
    taken = Counter(one["claimed_by"] for one in found if one["state"] == "claimed")
    told.line(err, shortened(cluster["text"]))
    told.line(err, f"{len(found)} of the {cluster['cases']} cases that are alike would be decided.")
    told.line(err, f"The least alike has {min(one['alike'] for one in found)} % in common with this.")
    if leads := sum(bool(one["level"]) for one in found):
        told.line(err, f"{leads} of them: for the leads; skipped, unless you are one.")
    for who, number in sorted(taken.items()):
        told.line(err, f"{number} of them: {who} has taken; what is not yours then is skipped.")
    for measure in measures:
        able = sum(measure in one["measures"] for one in found)
        if able < len(found):
            told.line(err, f"{measure} can be done about {able} of them; the others are skipped.")


def confirmed(found: list[dict[str, Any]]) -> None:
    typer.confirm(f"Decide all {len(found)}?", abort=True, err=True)


def show_batch(whole: dict[str, Any]) -> None:
    """How far it got, what was skipped and why, and what became of each measure."""
    batch, counts = whole["batch"], whole["counts"]
    decided = f"{counts['decided']} of {counts['cases']} cases decided, {counts['skipped']} skipped"
    over = "to go" if batch["state"] == "deciding" else "left as they were: it was stopped before"
    left = f", {counts['left']} {over}" if counts["left"] else ""
    told.line(out, f"Batch {batch['id']}: {decided}{left}.")
    for way, states in (("", whole["measures"]), (" taken back", whole["undone"])):
        for measure, numbers in states.items():
            told.line(out, f"{measure}{way}: " + ", ".join(f"{number} {state}" for state, number in numbers.items()))
    if rows := list(remarkable(whole)):
        grid(rows, ("case", "what", "why"), "")
    if batch["state"] in ("deciding", "undoing"):
        told.line(out, f"It goes on by itself: `liaison cases batch {batch['id']}` tells how far it is.", "dim")


def remarkable(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What was not done as it was asked."""
    for one in whole["cases"]:
        if one["what"] == "skipped":
            yield {"case": one["id"], "what": "skipped", "why": one["why"]}
        for measure, why in one.get("not_undone", {}).items():
            yield {"case": one["id"], "what": f"{measure} not taken back", "why": why}
        for row in one["measures"]:
            if row["reason"] and row["state"] not in ("sent", "planned"):
                what = f"{row['measure']} taken back" if row["undo"] else row["measure"]
                yield {"case": one["id"], "what": f"{what}: {row['state']}", "why": row["reason"]}
