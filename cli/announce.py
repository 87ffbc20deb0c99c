"""Announcements at the command line: look at them, send them, steer them."""

import base64
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from cli import manuscript, stack, told
from cli.client import Api, ApiError, UnansweredError, api
from cli.manuscript import ANNOUNCEMENT, SERIES, Form, Manuscript
from cli.terminal import CommunityOption, Id, JsonOption, err, grid, last_line, out, sentences
from events.announcements import Announcement
from events.program import Program
from functions.announcements import images, pages, times
from functions.announcements.recurring import content_of
from functions.announcements.series import Occurrence
from functions.announcements.times import NoSuchTimeError
from functions.api.announcements import Written
from functions.api.series import NewSeries, looked, unwritten
from functions.platforms import previews
from functions.shared import clock, program

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
    """What every target would get, to the letter; of a series one post of each kind. Sends nothing, and needs no server
    unless --remote."""
    with sentences(as_json):
        form = form_of(text_of(file))
        way = WAYS[form]
        written = read(file, form, **chosen(target))
        if remote:
            calls = api(community)
            author, shown = calls.community, calls.post(f"{way.path}/preview", what(written, form))
        else:
            active = program_in(program_file)
            name = community_of(active, community)
            author, shown = active.community(name).name, way.locally(written, active, name)
        shown = {**shown, "missing_alts": list(written.lacking), **way.times(written)}
        if html:
            page = way.page(written.asked["title"], author, shown, embedded(written.files))
            html.write_text(page, encoding="utf-8")
        if not as_json:
            way.told(out, shown)
            if html:
                told.line(out, f"as a page: {html}")
        judge([*written.lacking, *too_late(written, shown), *others(written, shown)], shown, as_json)


def program_in(file: Path) -> Program:
    """Raises ValueError that says which file it is about."""
    if not file.is_file():
        raise ValueError(f"there is no program {str(file)!r}: go where it is, or say --program FILE")
    try:
        return program.parse(file.read_text(encoding="utf-8"))
    except (ValueError, program.ProgramError) as error:
        raise ValueError(f"{file}: {error}") from error


def public_url() -> str:
    """Where our own pages are, as far as it is known here."""
    running = stack.remembered()
    return os.environ.get("LIAISON_URL") or (running.url if running else "")


def locally(written: Manuscript, active: Program, community: str) -> dict[str, Any]:
    content = Written.model_validate(what(written, ANNOUNCEMENT)).under(active, community)
    return previews.shown(rendered(content, active, community))


def serially(written: Manuscript, active: Program, community: str) -> dict[str, Any]:
    definition, now = NewSeries.model_validate(written.asked).defined(active, community), clock.now()

    def render(one: Occurrence) -> previews.Previews:
        return rendered(content_of(definition, one, community, active), active, community)

    return looked(unwritten(community, definition, now), render, now)


def rendered(content: Announcement, active: Program, community: str) -> previews.Previews:
    return previews.of("preview", content, community, active, public_url=public_url())


def judge(problems: list[str], shown: Mapping[str, Any], as_json: bool) -> None:
    """Exit status 1 when it cannot go out, so that a script can tell."""
    if as_json:
        last_line(shown)
    if problems:
        told.problems(err, problems)
        raise typer.Exit(1)


def times_of(written: Manuscript) -> dict[str, Any]:
    """When it is meant to go out, as clocks there and elsewhere will show it, and what has to be known of its times:
    that the clocks show one twice."""
    at, zone, event = written.asked.get("at"), written.asked.get("zone"), written.asked.get("event") or {}
    walls = [(at, zone), *((event.get(name), event.get("zone")) for name in ("starts", "ends"))]
    notes = dict.fromkeys(note for wall, place in walls if wall and place for note in times.notes(wall, place))
    when = f"at {at} in {zone} ({times.resolve(at, zone):%Y-%m-%d %H:%M} UTC)" if at and zone else ""
    return {"when": when, "times": list(notes)}


def others(written: Manuscript, shown: Mapping[str, Any]) -> list[str]:
    """Without what each target says of a picture that has no description: its line in the file says it once."""
    undescribed = [f"]({image['name']})" for image in written.asked.get("images", ()) if not image["alt"]]
    return [told for told in shown["problems"] if not any(name in told for name in undescribed)]


def too_late(written: Manuscript, shown: Mapping[str, Any]) -> Iterator[str]:
    """Why it would be refused by the clock."""
    if "next" in shown:
        if not shown["next"]:
            yield "all of it is over: give it other times"
    elif written.asked.get("at"):
        try:
            times.ahead(times.resolve(written.asked["at"], written.asked["zone"]), clock.now())
        except NoSuchTimeError as error:
            yield str(error)


def embedded(files: Mapping[str, bytes]) -> Callable[[str], str]:
    """Pictures as a page of its own has them."""

    def source(name: str) -> str:
        if name not in files:
            return ""
        return f"data:{images.TYPES[name.rpartition('.')[2]]};base64,{base64.b64encode(files[name]).decode()}"

    return source


@dataclass(frozen=True, slots=True)
class Way:
    """How a form is looked at: by the API or here, what there is to know of its times, as text and as a page."""

    path: str
    locally: Callable[[Manuscript, Program, str], dict[str, Any]]
    times: Callable[[Manuscript], dict[str, Any]]
    told: Callable[[Console, Mapping[str, Any]], None]
    page: Callable[[str, str, Mapping[str, Any], pages.Source], str]


WAYS = {
    ANNOUNCEMENT: Way("/announcements", locally, times_of, told.preview, pages.page),
    SERIES: Way("/series", serially, lambda _: {}, told.series, pages.series_page),
}


# Manuscripts


def text_of(file: Path) -> str:
    """Raises ValueError for what is no text, or OSError for a file that cannot be read."""
    try:
        return file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is not text in UTF-8: {error.reason} at byte {error.start}") from error


ONLY_SERIES = {*SERIES.keys, *SERIES.event_keys} - {*ANNOUNCEMENT.keys, *ANNOUNCEMENT.event_keys}
"""Keys that no single announcement has."""


def form_of(text: str) -> Form:
    """By its keys. Raises ManuscriptError."""
    keys = manuscript.sections(text)[0].keys
    event = keys.get("event")
    return SERIES if ONLY_SERIES & {*keys, *(event if isinstance(event, dict) else ())} else ANNOUNCEMENT


def read(file: Path, form: Form = ANNOUNCEMENT, **given: Any) -> Manuscript:
    """Raises ManuscriptError or another ValueError, or OSError for a file that cannot be read."""

    def beside(name: str) -> bytes | None:
        picture = file.parent / name
        if not picture.is_file():
            return None
        # A byte more than is allowed is enough to see that it is too large.
        with picture.open("rb") as opened:
            return opened.read(images.MOST + 1)

    text = text_of(file)
    if form is ANNOUNCEMENT and form_of(text) is SERIES:
        raise ValueError(f"{file} is a series, and not one announcement: `liaison series post {file}`")
    return manuscript.read(text, beside, form, **given)


def chosen(target: list[str] | None, **given: Any) -> dict[str, Any]:
    """Options that replace keys of a manuscript."""
    replaced = {name: value for name, value in given.items() if value is not None}
    return {**replaced, "targets": [] if "all" in target else target} if target else replaced


def what(written: Manuscript, form: Form = ANNOUNCEMENT) -> dict[str, Any]:
    """What is said, without when. Of a series that is a part of it."""
    left_out = OWN if form is ANNOUNCEMENT else ()
    return {name: value for name, value in written.asked.items() if name not in left_out}


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
    with sentences(as_json):
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
def announcements_list(
    before: Annotated[str | None, typer.Option(help="The next page, as the one before says.")] = None,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """The newest announcements, a page of 100 at a time."""
    with sentences(as_json):
        calls = api(community)
        answer = calls.get("/announcements", **({"before": before} if before else {}))
        if as_json:
            last_line(answer)
            return
        page = answer["announcements"]
        columns = ("id", "state", "title", "author", "publish_at", "reason")
        grid([{**one, "state": told.marked(one)} for one in page], columns, "no announcements")
        if page and calls.get("/announcements", before=page[-1]["listed_at"])["announcements"]:
            told.line(out, f"There are more: liaison announcements list --before {page[-1]['listed_at']}", "yellow")


@announcements_app.command("show")
def announcement_show(name: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """One announcement: where each part stands on every target, and its history."""
    with sentences(as_json):
        answer = api(community).get(f"/announcements/{name}")
        if as_json:
            last_line(answer)
        else:
            told.announcement(out, answer)


@announcements_app.command("preview")
def announcement_preview(name: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """What every target gets, to the letter, and the address of a page that shows it."""
    with sentences(as_json):
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
    with sentences(as_json):
        calls = api(community)
        if seen is None:
            shown = calls.get(f"/announcements/{name}/preview")
            told.preview(err if as_json else out, shown)
            agreed(shown["problems"], yes)
            seen = shown["hash"]
        approval = {"hash": seen, "at": at, "zone": zone, "now": now}
        announced(calls.post(f"/announcements/{name}/approve", approval), as_json)


def somebody_there() -> bool:
    return sys.stdin.isatty()


def agreed(problems: Sequence[str], yes: bool) -> None:
    """Raises ValueError where nobody says yes, or nobody may."""
    if problems:
        raise ValueError("\n  ".join(("It cannot go out like this:", *problems)))
    if yes:
        return
    if not somebody_there():
        raise ValueError("nobody is there to be asked: say --yes, or --hash with that of the preview you looked at")
    if not typer.confirm("Send exactly this?", err=True):
        raise ValueError("Nothing was approved.")


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
    with sentences(as_json):
        calls = api(community)
        written = read(file, **chosen(target, title=title))
        uploaded(written, calls)
        announced(calls.put(f"/announcements/{name}", what(written)), as_json)
        if "at" in written.asked:
            told.line(err, "Its time stays as it is; `approve --at … --zone …` gives another.", "yellow")


# Steering


def done(name: str, action: str, body: dict[str, Any], community: str | None, as_json: bool) -> None:
    with sentences(as_json):
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
    with sentences(as_json):
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
    with sentences(as_json):
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
    as_json: JsonOption = False,
) -> None:
    """Nothing is sent there until it is resumed."""
    with sentences(as_json):
        answer = api(community).post(f"/targets/{name}/pause", {"reason": reason})
        if as_json:
            last_line(answer)
        else:
            told.line(out, f"{name} is paused: {answer['reason']}. `liaison targets resume {name}` goes on.")


@targets_app.command("resume")
def target_resume(
    name: Id,
    send_held: Annotated[bool, typer.Option("--send-held", help="Post what piled up, too; else it is missed.")] = False,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go on sending there."""
    with sentences(as_json):
        answer = api(community).post(f"/targets/{name}/resume", {"send_held": send_held})
        if as_json:
            last_line(answer)
        else:
            sent = f"; sent now: {answer['sent_now']}" if answer["sent_now"] else ""
            told.line(out, f"{name} goes on{sent}.")
