"""Announcements at the command line: look at them, send them, steer them."""

import base64
import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import manuscript, stack, told
from cli.client import Api, ApiError, UnansweredError, api
from cli.manuscript import ANNOUNCEMENT, Form, Manuscript
from cli.terminal import CommunityOption, JsonOption, err, grid, last_line, out, sentences, show
from events.program import Program
from functions.announcements import images, pages, times
from functions.api.announcements import Written
from functions.platforms import previews
from functions.shared import program

announcements_app = typer.Typer(
    no_args_is_help=True,
    help="Announcements: post, list, show, preview, approve, change, hold, let-go, cancel, withdraw.",
)
targets_app = typer.Typer(invoke_without_command=True, help="Where announcements go: list, pause, resume.")

Manuscripts = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="Markdown; keys in TOML between two lines of +++ above it.")
]
Targets = Annotated[
    list[str] | None, typer.Option("--target", help="Where to; `all` is everywhere. May be repeated. Else the file's.")
]
At = Annotated[str | None, typer.Option(help="Wall-clock time, as 2026-11-23T09:00.")]
Zone = Annotated[str | None, typer.Option(help="Its IANA zone, as Europe/Paris.")]
Title = Annotated[str | None, typer.Option(help="The headline; else the file's.")]
Id = Annotated[str, typer.Argument(help="As listed.")]

OWN = ("at", "zone", "draft")
"""Keys of a manuscript that say when; the others say what."""
PAUSES = (1, 3)
"""Seconds between asking and asking again."""


# Looking


def preview(
    file: Manuscripts,
    target: Targets = None,
    as_json: JsonOption = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page that looks like each post.")] = None,
    program_file: Annotated[Path, typer.Option("--program", help="The program with the targets.")] = Path(
        "community.toml"
    ),
    community: CommunityOption = None,
    remote: Annotated[
        bool, typer.Option("--remote", help="Ask the API instead, which knows each server's own limits.")
    ] = False,
) -> None:
    """What every target would get, to the letter. Sends nothing, and needs no server unless --remote."""
    with sentences():
        written = read(file, **chosen(target))
        if remote:
            calls = api(community)
            author, shown = calls.community, calls.post("/announcements/preview", what(written))
        else:
            active = program.parse(program_file.read_text())
            name = community_of(active, community)
            author, shown = active.community(name).name, locally(written, active, name)
        times_told = {"when": moment(written), "times": odd_times(written)}
        shown = {**shown, "missing_alts": list(written.lacking), **times_told}
        if html:
            html.write_text(pages.page(written.asked["title"], author, shown, embedded(written.files)))
        if not as_json:
            told.preview(out, shown)
            for one in filter(None, (shown["when"], f"as a page: {html}" if html else "")):
                told.line(out, one)
        judge([*written.lacking, *shown["problems"]], shown, as_json)


def locally(written: Manuscript, active: Program, community: str) -> dict[str, Any]:
    content = Written.model_validate(what(written)).under(active, community)
    return previews.shown(previews.of("preview", content, community, active, public_url=public_url()))


def public_url() -> str:
    """Where our own pages are, as far as it is known here."""
    running = stack.remembered()
    return os.environ.get("LIAISON_URL") or (running.url if running else "")


def judge(problems: list[str], shown: Mapping[str, Any], as_json: bool) -> None:
    """Exit status 1 when it cannot go out, so that a script can tell."""
    if as_json:
        last_line(shown)
    if problems:
        told.problems(err, problems)
        raise typer.Exit(1)


def moment(written: Manuscript) -> str:
    """When it is meant to go out, as clocks there and elsewhere will show it."""
    if not written.asked.get("at"):
        return ""
    at, zone = written.asked["at"], written.asked["zone"]
    return f"at {at} in {zone} ({times.resolve(at, zone):%Y-%m-%d %H:%M} UTC)"


def odd_times(written: Manuscript) -> list[str]:
    """What has to be known of its times: that the clocks show one twice."""
    event = written.asked.get("event") or {}
    walls = [(written.asked.get("at"), written.asked.get("zone"))]
    walls += [(event.get(name), event.get("zone")) for name in ("starts", "ends")]
    return list(dict.fromkeys(note for wall, zone in walls if wall and zone for note in times.notes(wall, zone)))


def embedded(files: Mapping[str, bytes]) -> Callable[[str], str]:
    """Pictures as a page of its own has them."""

    def source(name: str) -> str:
        if name not in files:
            return ""
        return f"data:{images.TYPES[name.rpartition('.')[2]]};base64,{base64.b64encode(files[name]).decode()}"

    return source


# Manuscripts


def read(file: Path, form: Form = ANNOUNCEMENT, **given: Any) -> Manuscript:
    """Raises ManuscriptError, or OSError for a file that cannot be read."""

    def beside(name: str) -> bytes | None:
        picture = file.parent / name
        if not picture.is_file():
            return None
        # A byte more than is allowed is enough to see that it is too large.
        with picture.open("rb") as opened:
            return opened.read(images.MOST + 1)

    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is not text in UTF-8: {error.reason} at byte {error.start}") from error
    return manuscript.read(text, beside, form, **given)


def chosen(target: list[str] | None, **given: Any) -> dict[str, Any]:
    """Options that replace keys of a manuscript."""
    replaced = {name: value for name, value in given.items() if value is not None}
    return {**replaced, "targets": [one for one in target if one != "all"]} if target else replaced


def what(written: Manuscript) -> dict[str, Any]:
    return {name: value for name, value in written.asked.items() if name not in OWN}


def community_of(active: Program, asked: str | None) -> str:
    name = asked or os.environ.get("LIAISON_COMMUNITY")
    known = [one.id for one in active.communities]
    if name is None and len(known) == 1:
        return known[0]
    if name not in known:
        raise ValueError(f"which community? Give --community; there are {', '.join(known)}")
    return name


def uploaded(written: Manuscript, calls: Api) -> None:
    """Its pictures, each under the name that its bytes give it."""
    if written.lacking:
        raise ValueError("\n".join(written.lacking))
    for name, body in written.files.items():
        stored = calls.upload("/images", body, images.TYPES[name.rpartition(".")[2]])
        if stored["name"] != name:
            raise ApiError("a picture did not arrive as it was sent: try again")


# Writing


@announcements_app.command("post")
def post(
    file: Manuscripts,
    title: Title = None,
    at: At = None,
    zone: Zone = None,
    target: Targets = None,
    draft: Annotated[bool, typer.Option("--draft", help="Only write it down; somebody approves it later.")] = False,
    key: Annotated[str | None, typer.Option(help="The same key again is the same announcement.")] = None,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Post an announcement, now or at its time. Where the program wants a second person, it waits for them."""
    with sentences():
        calls = api(community)
        written = read(file, **chosen(target, title=title, at=at, zone=zone, draft=draft or None))
        uploaded(written, calls)
        announced(insisting(calls, written.asked, key or secrets.token_hex(16)), as_json)


def insisting(calls: Api, asked: dict[str, Any], key: str, path: str = "/announcements") -> dict[str, Any]:
    """Asked for again under the same key when no answer comes: it is written once."""
    for seconds in PAUSES:
        try:
            return calls.post(path, asked, **{"idempotency-key": key})
        except UnansweredError:
            time.sleep(seconds)
    try:
        return calls.post(path, asked, **{"idempotency-key": key})
    except UnansweredError as error:
        unsure = f"{error}; it may have been written: the same command with --key {key} finds out"
        raise ApiError(unsure) from error


def announced(answer: dict[str, Any], as_json: bool) -> None:
    if as_json:
        last_line(answer)
        return
    told.announcement(out, answer)
    one = answer["announcement"]
    if one["state"] == "draft" or "change" in one:
        told.line(out, f"It waits for approval: liaison announcements approve {one['id']}", "yellow")


@announcements_app.command("list")
def announcements_list(community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """The newest announcements."""
    with sentences():
        answer = api(community).get("/announcements")
        if as_json:
            last_line(answer)
        else:
            columns = ("id", "state", "title", "author", "publish_at", "reason")
            grid(answer["announcements"], columns, "no announcements")


@announcements_app.command("show")
def announcement_show(name: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """One announcement: where each part stands on every target, and its history."""
    with sentences():
        answer = api(community).get(f"/announcements/{name}")
        if as_json:
            last_line(answer)
        else:
            told.announcement(out, answer)


@announcements_app.command("preview")
def announcement_preview(name: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """What every target gets, to the letter, and the address of a page that shows it."""
    with sentences():
        shown = api(community).get(f"/announcements/{name}/preview")
        if not as_json:
            told.preview(out, shown)
        judge(shown["problems"], shown, as_json)


@announcements_app.command("approve")
def announcement_approve(
    name: Id,
    at: At = None,
    zone: Zone = None,
    now: Annotated[bool, typer.Option("--now", help="At once, whatever time it was written for.")] = False,
    seen: Annotated[str | None, typer.Option("--hash", help="Of a preview you have looked at before.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Without being asked.")] = False,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look at the preview, and say yes to exactly that. Without a time it goes out at the one it was written for."""
    with sentences():
        calls = api(community)
        if seen is None:
            shown = calls.get(f"/announcements/{name}/preview")
            told.preview(err if as_json else out, shown)
            judge(shown["problems"], shown, as_json=False)
            agreed(yes)
            seen = shown["hash"]
        approval = {"hash": seen, "at": at, "zone": zone, "now": now}
        announced(calls.post(f"/announcements/{name}/approve", approval), as_json)


def somebody_there() -> bool:
    return sys.stdin.isatty()


def agreed(yes: bool) -> None:
    """Raises ValueError, or leaves with exit status 1."""
    if yes:
        return
    if not somebody_there():
        raise ValueError("nobody is there to be asked: say --yes, or --hash with that of the preview you looked at")
    if not typer.confirm("Send exactly this?", err=True):
        err.print("Nothing was approved.")
        raise typer.Exit(1)


@announcements_app.command("change")
def announcement_change(
    name: Id,
    file: Manuscripts,
    title: Title = None,
    target: Targets = None,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Other words for it, published or not. They go out once they are approved."""
    with sentences():
        calls = api(community)
        written = read(file, **chosen(target, title=title))
        uploaded(written, calls)
        announced(calls.put(f"/announcements/{name}", what(written)), as_json)
        if "at" in written.asked:
            told.line(err, "Its time stays as it is; `approve --at … --zone …` gives another.", "yellow")


# Steering


def done(name: str, action: str, body: dict[str, Any], community: str | None, as_json: bool) -> None:
    with sentences():
        announced(api(community).post(f"/announcements/{name}/{action}", body), as_json)


@announcements_app.command("hold")
def announcement_hold(name: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Nothing of it is sent until `let-go`, whoever approved it."""
    done(name, "hold", {"held": True}, community, as_json)


@announcements_app.command("let-go")
def announcement_let_go(name: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """The end of a hold."""
    done(name, "hold", {"held": False}, community, as_json)


@announcements_app.command("cancel")
def announcement_cancel(name: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Before it is posted."""
    done(name, "cancel", {}, community, as_json)


@announcements_app.command("withdraw")
def announcement_withdraw(name: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Take it back everywhere, as far as each platform can. `show` tells what could not be taken back."""
    done(name, "withdraw", {}, community, as_json)


def hold(
    reason: Annotated[str, typer.Option(help="Why, for everybody who wonders.")] = "",
    off: Annotated[bool, typer.Option("--off", help="Let all announcements go again.")] = False,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold all announcements of a community, now; with --off, let them go."""
    with sentences():
        answer = api(community).post("/hold", {"on": not off, "reason": reason})
        if as_json:
            last_line(answer)
        else:
            told.line(out, "Announcements go out again." if off else f"All announcements are held: {answer['reason']}")


# Targets


@targets_app.callback()
def targets_list(context: typer.Context, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Without a subcommand: where announcements go, and what is paused."""
    if context.invoked_subcommand:
        return
    with sentences():
        answer = api(community).get("/targets")
        if as_json:
            last_line(answer)
            return
        rows = [{**one, "state": "paused" if one["paused"] else ""} for one in answer["targets"]]
        grid(rows, ("id", "platform", "kind", "state", "by", "reason"), "the program names no targets")
        if answer["hold"]:
            told.line(out, f"All announcements are held: {answer['hold']['reason']}", "yellow")


@targets_app.command("pause")
def target_pause(
    name: Id,
    reason: Annotated[str, typer.Option(help="Why, for everybody who wonders.")] = "",
    community: CommunityOption = None,
) -> None:
    """Nothing is sent there until it is resumed."""
    with sentences():
        show(api(community).post(f"/targets/{name}/pause", {"reason": reason}), False)


@targets_app.command("resume")
def target_resume(
    name: Id,
    send_held: Annotated[bool, typer.Option("--send-held", help="Post what piled up, too; else it is missed.")] = False,
    community: CommunityOption = None,
) -> None:
    """Go on sending there."""
    with sentences():
        show(api(community).post(f"/targets/{name}/resume", {"send_held": send_held}), False)
