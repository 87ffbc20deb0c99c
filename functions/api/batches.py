"""One decision for many cases: asked for, followed, taken back."""

from collections import Counter
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field

from events.moderation import Decision
from functions.api.cases import who
from functions.api.shown import View, shown
from functions.moderation import batches
from functions.shared import clock, outbox, program
from functions.shared.table import Item, table

router = APIGatewayHttpRouter()
WALK = ("cases", "snapshots", "listed", "cursor", "undone")
"""Of a batch, how it goes through its cases."""


class Wanted(BaseModel):
    """Cases, each with the `material` that was seen of it, and what is decided of all of them. `snapshots`: the number
    of the snapshot that was seen of each, which its decision names (see `clusters` for both)."""

    model_config = ConfigDict(extra="forbid")

    cases: Annotated[
        dict[Annotated[str, Field(min_length=1, max_length=64)], Annotated[int, Field(ge=0)]],
        Field(min_length=1, max_length=batches.MOST),
    ]
    snapshots: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    decision: Decision


@router.post("/v1/<community>/batches", tags=["cases"], summary="Decide many cases in one go")
def decide_many(community: str, wanted: Annotated[Wanted, Body()]) -> View:
    """The first few are decided now, the others within minutes. Each is decided by itself: what somebody else has, what
    has changed since it was seen, and what the measures cannot be done about is left, and says why. The same again
    is the same batch."""
    active, _ = program.active()
    made = batches.begin(
        table(), community, wanted.cases, wanted.decision, who(), active, clock.now(), wanted.snapshots
    )
    return gone_on(community, made)


@router.get("/v1/<community>/batches/<batch>", tags=["cases"], summary="What became of a batch")
def show_batch(community: str, batch: str) -> View:
    return view(batches.whole(table(), community, batch))


@router.post("/v1/<community>/batches/<batch>/undo", tags=["cases"], summary="Take the measures of a batch back")
def undo_batch(community: str, batch: str) -> View:
    """Of each case: what was carried out leads back to the state before it, unless that has changed since; what was not
    yet, is not. What is on its way just now is left, and says so: ask again. The verdicts stay."""
    return gone_on(community, batches.undo(table(), community, batch, who(), clock.now()))


def gone_on(community: str, row: Item) -> View:
    at = batches.key(community, row["id"])
    outbox.kick(batches.go_on(table(), at, *program.active(), clock.now(), batches.FEW))
    return view(batches.whole(table(), community, row["id"]))


def view(whole: dict[str, Any]) -> View:
    row, told = whole["batch"], whole["cases"]
    counts = {"cases": len(row["cases"]), "decided": row["decided"], "skipped": row["skipped"]}
    return {
        "batch": {name: value for name, value in shown(row).items() if name not in WALK},
        "counts": {**counts, "left": counts["cases"] - row["cursor"]},
        "measures": states(whole["deliveries"], undo=False),
        "undone": states(whole["deliveries"], undo=True),
        "cases": [one(whole, case) for case, *_ in row["cases"] if case in told],
    }


def states(deliveries: dict[str, list[Item]], *, undo: bool) -> View:
    """Of each measure, how many are where."""
    rows = [row["request"] | {"state": row["state"]} for found in deliveries.values() for row in found]
    counts = Counter((row["measure"], row["state"]) for row in rows if row["undo"] is undo)
    return {
        measure: {state: number for (name, state), number in sorted(counts.items()) if name == measure}
        for measure in sorted({measure for measure, _ in counts})
    }


def one(whole: dict[str, Any], case: str) -> View:
    """What became of a case: decided or skipped, and why; each measure there and back."""
    told, undone = whole["cases"][case], whole["undone"].get(case, {})
    return {
        "id": case,
        "what": told["what"],
        "why": told["why"],
        "at": told["at"],
        "measures": [
            {
                "measure": row["request"]["measure"],
                "undo": row["request"]["undo"],
                "state": row["state"],
                "reason": row.get("reason", ""),
            }
            for row in whole["deliveries"].get(case, ())
        ],
        **({"not_undone": undone["left"]} if undone.get("left") else {}),
    }
