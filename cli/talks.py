"""`liaison feedback`, of what people said: who takes care of it, answering it where it was said, or closing it."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import told
from cli.announce import agreed
from cli.client import Api, api
from cli.terminal import CommunityOption, Id, JsonOption, err, grid, last_line, minute, out, sentences

talks_app = typer.Typer()
"""Among the commands of `liaison feedback`."""

COLUMNS = ("id", "waits", "state", "who", "source", "about")
Yes = Annotated[bool, typer.Option("--yes", help="Without being asked.")]


@talks_app.command("waiting")
def waiting(
    mine: Annotated[bool, typer.Option("--mine", help="Only what is assigned to you.")] = False,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """What waits for an answer, the longest first: questions of the last three days, and whatever somebody has."""
    with sentences(as_json):
        found = api(community).get("/talks", **({"of": "me"} if mine else {}))
        if as_json:
            last_line(found)
            return
        if rows := [{**one, "waits": age(one["minutes"]), "who": one["assigned_to"]} for one in found["talks"]]:
            grid(rows, COLUMNS, "")
        told.line(out, people(found))


def people(found: dict[str, Any]) -> str:
    """Honest about what was not looked through."""
    number, least = found["people"], "at least " if found["more"] else ""
    if not number:
        return "Nobody waits for an answer."
    return f"{least}{number} {'person waits' if number == 1 else 'people wait'} for an answer.".capitalize()


def age(minutes: int) -> str:
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


@talks_app.command("assign")
def assign(
    item: Id,
    to: Annotated[str, typer.Option(help="Whose it is, by the name of their token; yours without it.")] = "",
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take care of it, or have somebody. For a day nobody else may answer it."""
    with sentences(as_json):
        show(api(community).post(f"/talks/{item}/assign", {"to": to}), as_json)


@talks_app.command("desk")
def desk(item: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Have a card of it at the desks that show feedback. What is assigned has one anyway."""
    with sentences(as_json):
        show(api(community).post(f"/talks/{item}/show"), as_json)


@talks_app.command("answer")
def answer(
    item: Id,
    words: Annotated[str, typer.Argument(metavar="TEXT", help="In Markdown; without it, from --file.")] = "",
    file: Annotated[Path | None, typer.Option("--file", help="What to say, in Markdown; - for standard input.")] = None,
    language: Annotated[str | None, typer.Option(help="Of the answer; the community's own without it.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Show what would be sent, and send nothing.")] = False,
    yes: Yes = False,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer it in its own thread: shown to the letter first, and sent once you say so.

    If what was said is changed or removed meanwhile, nothing is sent."""
    with sentences(as_json):
        calls = api(community)
        said = calls.get(f"/talks/{item}")
        if said["cannot"]:
            raise ValueError(said["cannot"])
        draft = {"text": words_of(words, file), **({"language": language} if language else {})}
        shown = looked_at(calls, item, said, draft, as_json)
        if preview:
            if as_json:
                last_line(shown)
            return
        agreed(shown["problems"], yes)
        asked = {**draft, "version": said["version"], "fence": said["fence"], "seen": shown["hash"]}
        show(calls.post(f"/talks/{item}/answer", asked), as_json)


def words_of(words: str, file: Path | None) -> str:
    """Raises ValueError."""
    if bool(words) == bool(file):
        raise ValueError("what is to be said? Give TEXT, or --file")
    read = words or (sys.stdin.read() if str(file) == "-" else file.read_text() if file else "")
    if not read.strip():
        raise ValueError("there is nothing to say")
    return read


def looked_at(calls: Api, item: str, said: dict[str, Any], draft: dict[str, Any], as_json: bool) -> dict[str, Any]:
    """What was said, and what would be sent."""
    where = err if as_json else out
    shown = calls.post(f"/talks/{item}/preview", draft)
    told.line(where, f"{minute(said['said_at'])}, {said['source']} {said['url']}".strip(), "bold")
    told.line(where, said["text"], "", 2)
    told.post(where, shown)
    return shown


@talks_app.command("approve")
def approve(item: Id, yes: Yes = False, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Look at what somebody else wrote as an answer, and say yes to exactly that."""
    with sentences(as_json):
        calls = api(community)
        said = calls.get(f"/talks/{item}")
        if said["state"] != "drafted":
            raise ValueError(f"no answer waits for a yes: it is {said['state']}")
        draft = {name: said["answer"][name] for name in ("text", "language")}
        shown = looked_at(calls, item, said, draft, as_json)
        agreed(shown["problems"], yes)
        show(calls.post(f"/talks/{item}/approve", {"seen": shown["hash"]}), as_json)


@talks_app.command("close")
def close(
    item: Id,
    reason: Annotated[str, typer.Option(help="Why without an answer.")],
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Close it without an answer."""
    with sentences(as_json):
        show(api(community).post(f"/talks/{item}/close", {"reason": reason}), as_json)


@talks_app.command("reopen")
def reopen(item: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """What is answered or closed; or take an answer back that surely did not arrive."""
    with sentences(as_json):
        show(api(community).post(f"/talks/{item}/reopen"), as_json)


def show(talk: dict[str, Any], as_json: bool) -> None:
    if as_json:
        last_line(talk)
        return
    told.line(out, standing(talk))


def standing(talk: dict[str, Any]) -> str:
    """One sentence on how it stands."""
    match talk["state"]:
        case "assigned":
            return f"{talk['assigned_to']} has it until {minute(talk['lease_until'])}."
        case "drafted":
            hash_ = talk["answer"]["hash"][:16]
            return f"Written ({hash_}); it goes once somebody says yes: liaison feedback approve {talk['id']}"
        case "answering":
            row = talk["delivery"]
            why = f": {row['reason']}" if row.get("reason") else ""
            return f"On its way to {talk['source']} ({row['state']}{why})."
        case "answered":
            return f"Answered: {talk['answered'] or talk['source']}"
        case "closed":
            return f"Closed by {talk['closed_by']}: {talk['reason']}"
    return "Open: nobody has it."
