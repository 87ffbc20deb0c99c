"""How previews and announcements are told to people at a terminal. Whatever was written is text, never markup."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from cli.terminal import grid, harmless
from functions.announcements.pages import AGAIN, NAMES, occasion, pretty

Told = Mapping[str, Any]
SHOWN = {"likes": "likes", "shares": "shares", "replies": "replies", "views": "views"}


def line(out: Console, text: str, style: str = "", indent: int = 0) -> None:
    out.print(Text("\n".join(" " * indent + one for one in harmless(text).split("\n")), style=style))


# Previews


def preview(out: Console, shown: Told) -> None:
    for one in shown["posts"]:
        post(out, one)
    left_out(out, shown)
    for what in shown.get("times", ()):
        line(out, what, "yellow")
    posts = len(shown["posts"])
    line(out, f"{posts} {'post' if posts == 1 else 'posts'}; approving says yes to {shown['hash']}")
    for what in filter(None, (shown.get("when"), shown.get("page") and f"as a page: {shown['page']}")):
        line(out, what)


def series(out: Console, shown: Told) -> None:
    """One post of each kind, and what comes when."""
    for one in shown["previews"]:
        line(out, occasion(one), "bold cyan")
        for each in one["posts"]:
            post(out, each)
        left_out(out, one)
    coming(out, shown)
    line(out, f"approving says yes to {shown['hash']}")
    if page := shown.get("page"):
        line(out, f"as a page: {page}")


def coming(out: Console, shown: Told) -> None:
    for one in shown["next"]:
        line(out, f"{one['wall'][:16]} {one['zone']} ({one['at'][:16]}Z)  {kind(one)}", "", 2)
    for note in shown["notes"]:
        line(out, note, "yellow")


def kind(one: Told) -> str:
    return f"{one['step']} {one['offset']}".strip()


def left_out(out: Console, shown: Told) -> None:
    for name, why in shown["skipped"].items():
        line(out, f"{name} gets nothing: {why}", "yellow")
    for what in shown["unused"]:
        line(out, what, "yellow")


def post(out: Console, one: Told) -> None:
    line(out, f"{one['target']} ({NAMES.get(one['platform'], one['platform'])}, {one['language']})", "bold")
    for number, part in enumerate(one["parts"], 1):
        kind = f"{part['kind']}, {AGAIN.get(part['kind'], '')}"
        line(out, f"{part['step']} {number} of {len(one['parts'])} ({kind})", "cyan", 2)
        if part["text"]:
            line(out, part["text"], "", 4)
        for image in part["images"]:
            line(out, f"picture {image['width']}×{image['height']}: {image['alt'] or 'no description'}", "dim", 4)
        for count in part["counts"]:
            over = "red" if count["used"] > count["limit"] else "dim"
            line(out, f"{count['what']}: {count['used']:,} of {count['limit']:,} {count['unit']}", over, 4)
        line(out, pretty(part["body"]), "dim", 4)
    facts(out, one)
    out.print()


def facts(out: Console, one: Told) -> None:
    for whom in one["pings"]:
        line(out, f"pings {whom}", "bold yellow", 2)
    if one["cost"]:
        line(out, f"costs {one['cost']}", "yellow", 2)
    for note in one["notes"]:
        line(out, note, "", 2)
    for problem in one["problems"]:
        line(out, problem, "bold red", 2)


def problems(err: Console, found: Sequence[str]) -> None:
    line(err, "It cannot go out like this:", "bold red")
    for problem in found:
        line(err, problem, "red", 2)


# Announcements


def announcement(out: Console, told: Told) -> None:
    one = told["announcement"]
    line(out, f"{one['title']}", "bold")
    line(out, f"{one['id']}: {state(told)}, written by {one['author']}")
    for what in when(one):
        line(out, what)
    for what in one.get("cannot", ()):
        line(out, what, "yellow")
    rows = [row for row in told["deliveries"] if row["purpose"] != "count"]
    if rows:
        out.print()
        deliveries(out, rows)
    history(out, told["history"])
    if told.get("page"):
        line(out, f"preview: {told['page']}")


def state(told: Told) -> str:
    """Its own, and what has become of it, where that says more."""
    one = told["announcement"]
    known = one["state"] if told["progress"] == one["state"] else f"{one['state']}, {told['progress']}"
    why = f": {one['reason']}" if one.get("reason") else ""
    return marked({**one, "state": known, "changing": "change" in one}) + why


def marked(one: Told) -> str:
    """Its state, and what keeps it from going on."""
    marks = {"held": one.get("held"), "a change waits for approval": one.get("changing")}
    return ", ".join((one["state"], *(name for name, on in marks.items() if on)))


def when(one: Told) -> list[str]:
    wall = f"{one['wall']} in {one['zone']}" if one.get("wall", "now") != "now" else ""
    told = []
    if "published_at" in one:
        told.append(f"published at {one['published_at']}")
    elif "publish_at" in one:
        told.append(f"to be published {wall or 'now'} ({one['publish_at']})")
    elif wall:
        told.append(f"written for {wall}")
    if "approved" in one:
        told.append(f"approved by {one['approved']['by']} ({one['approved']['hash'][:12]})")
    return told


STATES = {"sent": "green", "refused": "red", "unknown": "red", "stuck": "red", "missed": "red", "held": "yellow"}


def deliveries(out: Console, rows: Sequence[Told]) -> None:
    """One line for each, and below it what there is to know: addresses stay whole, however narrow the terminal."""
    cells = [(row["destination"], row.get("language", ""), part(row), row["state"]) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row, cell in zip(rows, cells, strict=True):
        spaced = (one.ljust(width) for one, width in zip(cell, widths, strict=True))
        line(out, "  ".join(spaced).rstrip(), STATES.get(row["state"], ""))
        for what in details(row):
            line(out, what, "dim", 4)


def part(row: Told) -> str:
    """Which part of how many, and what is done with it."""
    number = f"{row['part']} of {row['of']}" if "part" in row else ""
    done = (one for one in (row.get("step", ""), row["purpose"]) if one not in ("", "post"))
    return " ".join(one for one in (number, *done) if one)


def details(row: Told) -> list[str]:
    posted = row.get("posted") or {}
    again = row.get("next_attempt_at")
    told = [row.get("reason", ""), posted.get("url") or posted.get("id", "")]
    told += [", ".join(reactions(row.get("reactions") or {})), f"next attempt at {again}" if again else ""]
    told += [f"say what became of it: liaison resolve {row['key']} sent|again"] if row.get("waits") else []
    return [one for one in told if one]


def reactions(counted: Told) -> list[str]:
    return [f"{counted[name]} {word}" for name, word in SHOWN.items() if counted.get(name) is not None]


def history(out: Console, lines: Sequence[Told]) -> None:
    out.print()
    grid([happened(entry) for entry in lines], ("at", "who", "what"), "")


def happened(entry: Told) -> dict[str, Any]:
    why = ", ".join(f"{name} {listed(value)}" for name, value in (entry.get("detail") or {}).items() if value)
    return {"at": entry["at"], "who": entry["who"], "what": f"{entry['what']} ({why})" if why else entry["what"]}


def listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
