"""`liaison feedback`, of themes: how they stand, what comes of them, and handing them to the company."""

from typing import Annotated, Any, get_args

import typer

from cli import told
from cli.announce import agreed
from cli.client import Api, api
from cli.terminal import CommunityOption, Id, JsonOption, err, grid, last_line, minute, out, sentences
from functions.announcements.pages import pretty
from functions.feedback.progress import Status

themes_app = typer.Typer()
"""Among the commands of `liaison feedback`."""


@themes_app.command("themes")
def feedback_themes(community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """The themes of the program: how each stands, and where it was handed over."""
    with sentences(as_json):
        given = api(community).get("/themes")
        if as_json:
            last_line(given)
            return
        grid(
            [row(one) for one in given["themes"]], ("theme", "title", "status", "handed"), "The program has no themes."
        )


def row(theme: dict[str, Any]) -> dict[str, Any]:
    return {**theme, "handed": ", ".join(where(one) for one in theme["handed"])}


def where(one: dict[str, Any]) -> str:
    """Where a theme was handed over, and how it stands there."""
    place = one.get("url") or one["to"]
    stands = one["work"]["state"] if "work" in one else "" if one["state"] == "handed" else one["state"]
    return f"{place} ({stands})" if stands else place


@themes_app.command("theme")
def feedback_theme(
    theme: Id,
    status: Annotated[str | None, typer.Option(help=f"{', '.join(get_args(Status))}.")] = None,
    word: Annotated[str, typer.Option(help="What the team says of it to those who asked.")] = "",
    announce: Annotated[bool, typer.Option("--announce", help="Draft an announcement of its newest change.")] = False,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """How a theme stands; with --status, say so, and whoever asked for it hears of it.

    Those who agreed to be told are told five minutes later, once for each status."""
    with sentences(as_json):
        path = f"/themes/{theme}/status"
        calls = api(community)
        given = calls.post(path, {"status": status, "word": word}) if status else calls.get(path)
        if announce:
            given = calls.post(f"/themes/{theme}/announce")
        if as_json:
            last_line(given)
            return
        people = f"{given['asking']} {'person' if given['asking'] == 1 else 'people'}"
        told.line(out, f"{given['title']}: {given['status']}. {people} asked to be told.")
        for one in given["handed"]:
            told.line(out, standing(one))
        if drafted := given["announcement"]:
            told.line(out, f"Announcement ({drafted['state']}): liaison announcements show {drafted['id']}")
        grid(given["changes"], ("at", "by", "status", "word"), "Nobody has said anything of it yet.")


@themes_app.command("hand")
def hand(
    theme: Id,
    to: Annotated[str, typer.Option("--to", help="The source it goes to: a GitHub repository, or your own server.")],
    first: Annotated[str, typer.Option("--from", help="The first day that is counted, as 2026-11-01.")] = "",
    last: Annotated[str, typer.Option("--until", help="The last one; without both, 28 days until yesterday.")] = "",
    word: Annotated[str, typer.Option(help="What you say of it yourself, in Markdown.")] = "",
    quote: Annotated[list[str] | None, typer.Option(help="An item whose words go along; may be repeated.")] = None,
    approve: Annotated[bool, typer.Option("--approve", help="Say yes to what somebody else wrote.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Show what would be sent, and send nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Without being asked.")] = False,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hand a theme to the company, as a GitHub issue or a signed webhook, once.

    What would be sent is shown first, to the letter: counts, and links to what everybody can read; nobody's words,
    unless you name them."""
    with sentences(as_json):
        calls = api(community)
        if approve:
            shown = waiting(calls, theme, to, as_json)
            if not preview:
                agreed([], yes)
                shown = calls.post(f"/themes/{theme}/approve", {"to": to, "seen": shown["hash"]})
            show(shown, as_json)
            return
        days = {name: day for name, day in (("from", first), ("until", last)) if day}
        asked = {"to": to, "word": word, "quotes": quote or [], **days}
        shown = calls.post(f"/themes/{theme}/preview", asked)
        if shown["handed"] and shown["handed"]["state"] == "handed" and not preview:
            show(shown["handed"], as_json)
            return
        told.post(err if as_json else out, shown)
        if preview:
            if as_json:
                last_line(shown)
            return
        agreed(shown["problems"], yes)
        show(calls.post(f"/themes/{theme}/hand", {**asked, "seen": shown["hash"]}), as_json)


def waiting(calls: Api, theme: str, to: str, as_json: bool) -> dict[str, Any]:
    """What waits for a yes there, shown. Raises ValueError."""
    handed = calls.get(f"/themes/{theme}/status")["handed"]
    found: dict[str, Any] | None = next((one for one in handed if one["to"] == to and "draft" in one), None)
    if found is None:
        raise ValueError(f"nothing waits for a yes at {to}")
    where = err if as_json else out
    told.line(where, f"written by {found['by']}, {minute(found['at'])}", "bold")
    told.line(where, found["draft"]["text"], "", 2)
    told.line(where, pretty(found["draft"]["body"]), "dim", 4)
    return found


def show(handed: dict[str, Any], as_json: bool) -> None:
    if as_json:
        last_line(handed)
        return
    told.line(out, standing(handed))


def standing(handed: dict[str, Any]) -> str:
    """One sentence on how it stands."""
    match handed["state"]:
        case "drafted":
            told_to = f"liaison feedback hand {handed['theme']} --to {handed['to']} --approve"
            return f"Written by {handed['by']}; somebody else has to say yes: {told_to}"
        case "handing":
            row = handed["delivery"] or {"state": "given up"}
            why = f": {row['reason']}" if row.get("reason") else ""
            return f"On its way to {handed['to']} ({row['state']}{why})."
    since = f", since {minute(handed['work']['at'])}: {handed['work']['state']}" if "work" in handed else ""
    return f"Handed over by {handed['by']}: {handed.get('url') or handed['to']}{since}"
