"""Series and the calendar at the command line."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from cli import told
from cli.announce import Manuscripts, Targets, Title, agreed, chosen, insisting, judge, read, uploaded
from cli.client import api
from cli.manuscript import SERIES
from cli.terminal import CommunityOption, Id, JsonOption, err, grid, last_line, out, sentences

series_app = typer.Typer(
    no_args_is_help=True,
    help="What repeats, and live events: post, list, show, preview, approve, change, pause, resume, end.",
)
Answer = Mapping[str, Any]


@series_app.command("post")
def post(
    file: Manuscripts,
    title: Title = None,
    target: Targets = None,
    draft: Annotated[bool, typer.Option("--draft", help="Only write it down; somebody approves it later.")] = False,
    key: Annotated[str | None, typer.Option(help="The same key again is the same series.")] = None,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Begin a series: `at`, `zone` and `every`, or an `[event]`, stand in the file."""
    with sentences(as_json):
        calls = api(community)
        written = read(file, SERIES, **chosen(target, title=title, draft=draft or None))
        uploaded(written, calls)
        shown(insisting(calls, written.asked, key or secrets.token_hex(16), "/series"), as_json)


@series_app.command("list")
def series_list(community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """The newest series, and when each goes on."""
    with sentences(as_json):
        answer = api(community).get("/series")
        if as_json:
            last_line(answer)
        else:
            grid(answer["series"], ("id", "state", "title", "author", "next", "reason"), "no series")


@series_app.command("show")
def series_show(name: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """One series: what comes of it next, and its history."""
    with sentences(as_json):
        shown(api(community).get(f"/series/{name}"), as_json)


@series_app.command("preview")
def series_preview(name: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """The next post of each kind, to the letter, and the address of a page that shows them.

    Of a file: `liaison preview FILE`."""
    with sentences(as_json):
        answer = api(community).get(f"/series/{name}")
        if not as_json:
            told.series(out, answer)
        judge(answer["problems"], answer, as_json)


@series_app.command("approve")
def series_approve(
    name: Id,
    seen: Annotated[str | None, typer.Option("--hash", help="Of what you have looked at before.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Without being asked.")] = False,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look at one post of each kind, and say yes to all that is still to come."""
    with sentences(as_json):
        calls = api(community)
        if seen is None:
            answer = calls.get(f"/series/{name}")
            told.series(err if as_json else out, answer)
            agreed(answer["problems"], yes)
            seen = answer["hash"]
        shown(calls.post(f"/series/{name}/approve", {"hash": seen}), as_json)


@series_app.command("change")
def series_change(
    name: Id,
    file: Manuscripts,
    title: Title = None,
    target: Targets = None,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Another definition for what is still to come. It waits until it is approved."""
    with sentences(as_json):
        calls = api(community)
        written = read(file, SERIES, **chosen(target, title=title))
        uploaded(written, calls)
        shown(calls.put(f"/series/{name}", written.asked), as_json)


@series_app.command("pause")
def series_pause(name: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Nothing is made until `resume`, and nothing made up for then."""
    with sentences(as_json):
        shown(api(community).post(f"/series/{name}/pause", {"paused": True}), as_json)


@series_app.command("resume")
def series_resume(name: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Go on with the next one."""
    with sentences(as_json):
        shown(api(community).post(f"/series/{name}/pause", {"paused": False}), as_json)


@series_app.command("end")
def series_end(name: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Nothing more comes of it. What was made already stays."""
    with sentences(as_json):
        shown(api(community).post(f"/series/{name}/end"), as_json)


def calendar(
    month: Annotated[str | None, typer.Option(help="As 2026-12; this month without it.")] = None,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """A month's announcements and live events, what clashes in it, and the address of its page."""
    with sentences(as_json):
        answer = api(community).get("/calendar", **({"month": month} if month else {}))
        if as_json:
            last_line(answer)
            return
        place = ZoneInfo(answer["zone"])
        rows = [live(one, place) for day in answer["days"] for one in day["events"]]
        rows += [entry(one, place) for day in answer["days"] for one in day["announcements"]]
        grid(sorted(rows, key=lambda row: str(row["at"])), ("at", "what", "state", "targets"), "nothing is planned")
        for clash in answer["clashes"]:
            told.line(out, f"in each other’s way: {clash}", "red")
        for note in answer["notes"]:
            told.line(out, note, "yellow")
        told.line(out, f"as a page: {answer['page']}")


# How they are told


def shown(answer: Answer, as_json: bool) -> None:
    if as_json:
        last_line(answer)
        return
    one = answer["series"]
    told.line(out, f"{one['title']} ({one['id']}): {one['state']}, written by {one['author']}", "bold")
    if "approved" in one:
        told.line(out, f"approved by {one['approved']['by']} ({one['approved']['hash'][:12]})")
    if one.get("reason"):
        told.line(out, one["reason"], "yellow")
    told.coming(out, answer)
    told.history(out, answer["history"])
    told.line(out, f"preview: {answer['page']}")
    if one["state"] == "draft":
        told.line(out, f"It waits for approval: liaison series approve {one['id']}", "yellow")


def live(one: Answer, place: ZoneInfo) -> dict[str, Any]:
    until = f" until {clocked(one['ends'], place)}" if one["ends"] != one["starts"] else ""
    where = f", {one['where']}" if one["where"] else ""
    return {"at": clocked(one["starts"], place), "what": f"live event: {one['title']}{where}{until}"}


def entry(one: Answer, place: ZoneInfo) -> dict[str, Any]:
    step = f" ({one['step']})" if one["step"] not in ("", "announcement") else ""
    shown_ = {"at": clocked(one["at"], place), "what": one["title"] + step, "targets": one["targets"]}
    return {**shown_, "state": "planned in a series" if one["state"] == "series" else one["state"]}


def clocked(stored: str, place: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(stored).astimezone(place):%Y-%m-%d %H:%M}"
