"""`liaison unusual`: what was not as usual, what usual is, and what it was."""

from typing import Annotated, Any

import typer

from cli import told
from cli.client import api
from cli.terminal import CommunityOption, Id, JsonOption, grid, last_line, out, sentences, show

unusual_app = typer.Typer(invoke_without_command=True, help="Counts that were not as usual: list, show, close, note.")

Since = Annotated[str | None, typer.Option("--from", help="A day, as 2026-11-22.")]
Until = Annotated[str | None, typer.Option("--to", help="A day, as 2026-11-22; it counts, too.")]
EPISODES = ("id", "series", "direction", "first", "last", "count", "usual", "state", "known")
DAYS = ("day", "count", "counted", "usual")


def asked(**given: str | None) -> dict[str, str]:
    return {name.removesuffix("_"): value for name, value in given.items() if value is not None}


@unusual_app.callback()
def unusual_list(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Without a subcommand: the episodes of the last thirty days, the newest first."""
    if context.invoked_subcommand:
        return
    with sentences(as_json):
        found = api(community).get("/feedback/unusual", **asked(from_=since, to=until))
        if as_json:
            last_line(found)
            return
        grid([row(one) for one in found["episodes"]], EPISODES, "Nothing was unusual.")
        told.line(
            out, f"Compared up to {found['looked_at']}." if found["looked_at"] else "No day was compared yet.", "dim"
        )


def row(episode: dict[str, Any]) -> dict[str, Any]:
    known = [f"{one['what']} {one['title']}" for one in episode["because"]]
    counts = [one["count"] for one in episode["days"]] or [episode["count"]]
    largest = max(counts) if episode["direction"] == "more" else min(counts)
    return {**episode, "count": largest, "usual": usual(episode), "known": episode.get("word") or "; ".join(known)}


def usual(of: dict[str, Any] | None) -> str:
    return f"{of['low']} to {of['high']}" if of else "not enough history yet"


@unusual_app.command("show")
def unusual_show(name: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """One episode: each of its days, and what happened up to four days before."""
    with sentences(as_json):
        found = api(community).get(f"/feedback/unusual/{name}")
        if as_json:
            last_line(found)
            return
        word = f" It was: {found['word']} ({found['closed_by']})." if "word" in found else ""
        told.line(out, f"{found['series']}: {found['direction']} than usual, {found['state']}.{word}")
        grid([{**one, "usual": usual(one)} for one in found["days"]], DAYS, "")
        grid(found["because"], ("at", "what", "title"), "Nothing is known that happened before it.")


@unusual_app.command("close")
def unusual_close(
    name: Id,
    word: Annotated[str, typer.Argument(help="What it was, in your words.")],
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what it was: it leaves the digest, and keeps your word."""
    with sentences(as_json):
        closed = api(community).post(f"/feedback/unusual/{name}/close", {"word": word})
        if as_json:
            last_line(closed)
        else:
            told.line(out, f"{closed['id']} is closed: {closed['word']}")


@unusual_app.command("note")
def unusual_note(
    text: Annotated[str, typer.Argument(help="What happened.")],
    day: Annotated[str | None, typer.Option("--day", help="As 2026-11-22; today without it.")] = None,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Note what happened on a day: it stands beside what is unusual up to four days later."""
    with sentences(as_json):
        show(api(community).post("/feedback/notes", {"text": text, **asked(day=day)}), as_json)


@unusual_app.command("day")
def unusual_day(
    day: Annotated[str | None, typer.Argument(help="As 2026-11-22; yesterday without it.")] = None,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """A day's counts, and what nine of ten such days are within."""
    with sentences(as_json):
        found = api(community).get("/feedback/usual", **asked(day=day))
        if as_json:
            last_line(found)
            return
        rows = [{"series": name, **one, "usual": usual(one["usual"])} for name, one in found["series"].items()]
        told.line(out, found["day"], "bold")
        grid(rows, ("series", "count", "usual"), "")


@unusual_app.command("compare")
def unusual_compare(
    since: Since = None, until: Until = None, community: CommunityOption = None, as_json: JsonOption = False
) -> None:
    """A period (the last seven days without one) and as many days before it."""
    with sentences(as_json):
        found = api(community).get("/feedback/compared", **asked(from_=since, to=until))
        if as_json:
            last_line(found)
            return
        told.line(out, f"{found['from']} to {found['to']}, and the days from {found['before']} before it", "bold")
        rows = [{"series": name, **one, "ratio": ratio(one)} for name, one in found["series"].items()]
        grid(rows, ("series", "now", "before", "change", "ratio"), "Nothing was said in either.")


def ratio(one: dict[str, Any]) -> str:
    return f"{one['ratio']} ({one['low']} to {one['high']})" if "ratio" in one else ""
