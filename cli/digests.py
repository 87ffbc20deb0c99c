"""`liaison digest`: what a reader was told, or would be, and whether its numbers are those of the log."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cli import told
from cli.client import Api, api
from cli.terminal import CommunityOption, JsonOption, err, grid, last_line, out, sentences

digests_app = typer.Typer(help="What a reader was told, or would be.", no_args_is_help=True)

As = Annotated[str, typer.Option("--as", help="Whose digest: the id of a reader in the program.")]
Day = Annotated[str, typer.Option("--date", help="A day of the period, as 2026-11-22; the newest without it.")]
Every = Annotated[
    Literal["daily", "weekly", "monthly"], typer.Option("--period", help="daily, weekly or monthly.")
]  # fmt: skip


def place(reader: str, period: str, day: str) -> str:
    chosen = date.fromisoformat(day).isoformat() if day else "newest"
    return f"/digests/{reader}/{period}/{chosen}"


@digests_app.command("list")
def list_(reader: As, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """What they were told of, the newest first."""
    with sentences(as_json):
        found = api(community).get(f"/digests/{reader}")
        if as_json:
            last_line(found)
            return
        columns = ("period", "total", "unusual", "decisions", "checksum", "made_at")
        grid(found["digests"], columns, f"{reader} was told of nothing yet.")


@digests_app.command("show")
def show(
    reader: As,
    day: Day = "",
    period: Every = "daily",
    html: Annotated[Path | None, typer.Option(help="Write the mail's HTML part into this file, too.")] = None,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """A digest as its text part has it. One that was not made (yet) is made now, from what the log says now: it is not
    kept, and not sent."""
    with sentences(as_json):
        found = api(community).get(place(reader, period, day), **{"as": "html" if html else "text"})
        if html:
            html.write_text(found["body"], encoding="utf-8")
            found = api(community).get(place(reader, period, day))
        if as_json:
            last_line(found)
            return
        told.line(out, f"Subject: {found['subject']}", "bold")
        told.line(out, found["body"])
        if not found["stored"]:
            told.line(out, "Made just now, to be looked at: nobody was sent this.", "yellow")


@digests_app.command("verify")
def verify(
    reader: As, day: Day = "", period: Every = "daily", community: CommunityOption = None, as_json: JsonOption = False
) -> None:
    """Count a digest again, from the log itself. Ends with 1 where an hour that nobody has touched since has another
    count."""
    with sentences(as_json):
        found = verified(api(community), f"{place(reader, period, day)}/verify")
        if as_json:
            last_line(found)
        elif found["same"]:
            told.line(out, f"{found['period']}: counted again, all the same ({found['checksum']}).", "green")
        else:
            changed = ", ".join(found["changed"]) or "no hour"
            told.line(out, f"{found['period']}: said, edited or removed since: {changed}.")
            rows = [{"series": name, **one} for name, one in found["differences"].items()]
            grid(rows, ("series", "told", "now"), "No count differs.")
        if found["unexplained"]:
            if not as_json:
                hours = ", ".join(found["unexplained"])
                told.line(out, f"Nobody touched these hours, and they are counted otherwise: {hours}.", "red")
            raise typer.Exit(1)


def verified(caller: Api, path: str) -> dict[str, Any]:
    """As many requests as it takes. What the newest one says holds, and whatever one of them could not explain."""
    found, unexplained = caller.get(path), list[str]()
    while "next" in found:
        unexplained += found["unexplained"]
        err.print(f"counted until {found['next']}:59 UTC", style="dim")
        found = caller.get(path, after=found["next"])
    unexplained += found["unexplained"]
    return {**found, "same": found["same"] and not unexplained, "unexplained": sorted({*unexplained})}
