"""`liaison feedback`, of a period: how many people, how long they waited, what share was what."""

from typing import Annotated, Any

import typer

from cli import told
from cli.client import api
from cli.terminal import CommunityOption, JsonOption, grid, last_line, out, sentences

periods_app = typer.Typer()
"""Among the commands of `liaison feedback`."""

First = Annotated[str, typer.Option("--from", help="The first day, as 2026-11-22; seven days without it.")]
Last = Annotated[str, typer.Option("--to", help="The last day; it counts, too.")]
MOST_ASKED = 62
"""Times that days left open are asked for again: each time another day is read, at least."""
HOUR = 3600


def asked(first: str, last: str) -> dict[str, str]:
    return {name: value for name, value in (("from", first), ("to", last)) if value}


@periods_app.command("people")
def people(first: First = "", last: Last = "", community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """How many people spoke, and of what: whoever spoke twice is one."""
    with sentences(as_json):
        found = whole("/feedback/people", community, first, last)
        if as_json:
            last_line(found)
            return
        rows = [{"of": name, "people": number} for name, number in found["people"].items()]
        grid(
            sorted(rows, key=lambda row: (row["of"] != "total", -row["people"], row["of"])),
            ("of", "people"),
            "Nobody spoke.",
        )
        told_open(found)


def whole(path: str, community: str | None, first: str, last: str) -> dict[str, Any]:
    """Asked until no day is open."""
    found = api(community).get(path, **asked(first, last))
    for _ in range(MOST_ASKED):
        if not found["open"]:
            break
        found = api(community).get(path, **asked(first, last))
    return found


def told_open(found: dict[str, Any]) -> None:
    if found["open"]:
        told.line(out, f"Not read yet: {', '.join(found['open'])}. Ask again.")


@periods_app.command("replies")
def replies(first: First = "", last: Last = "", community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """How long people waited for a reply, those who still wait included."""
    with sentences(as_json):
        found = whole("/feedback/replies", community, first, last)
        if as_json:
            last_line(found)
            return
        if found["open"]:
            told_open(found)
            return
        have = "has" if found["unanswered"] == 1 else "have"
        told.line(out, f"{found['asked']} asked, {found['unanswered']} {have} no reply yet{since(found)}.")
        if found["asked"]:
            half, nine = hours(found["half"]), hours(found["nine_in_ten"])
            told.line(out, in_time(found["in_time"]))
            told.line(out, f"Half have a reply within: {half}; nine in ten within: {nine}.")


def since(found: dict[str, Any]) -> str:
    return f", the first since {found['oldest'][:16].replace('T', ' ')}" if found["oldest"] else ""


def in_time(share: list[float] | None) -> str:
    if share is None:
        return "Within 24 hours: too few to say."
    return "Within 24 hours: {:.0%} ({:.0%} to {:.0%}).".format(*share)


def hours(seconds: float | None) -> str:
    if seconds is None:
        return "not yet, or too few to say"
    return f"{seconds / HOUR:.1f} hours" if seconds >= HOUR else f"{seconds / 60:.0f} minutes"


@periods_app.command("shares")
def shares(first: First = "", last: Last = "", community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """What share of it was a bug, a wish, a mood, corrected for what the models mistake, and from where to where."""
    with sentences(as_json):
        found = api(community).get("/feedback/shares", **asked(first, last))
        if as_json:
            last_line(found)
            return
        for what in ("kind", "mood"):
            rows = [
                {what: name, "share": f"{one['share']:.0%}", "range": f"{one['low']:.0%} to {one['high']:.0%}"}
                for name, one in (found[what]["of"] or {}).items()
            ]
            texts = f"{found[what]['texts']} {'text' if found[what]['texts'] == 1 else 'texts'}"
            grid(rows, (what, "share", "range"), f"{what.capitalize()}: too few to say ({texts}).")
