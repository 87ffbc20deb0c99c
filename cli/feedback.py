"""`liaison feedback`: what people said, what of it is the same, what it is about."""

from typing import Annotated, Any

import typer

from cli import told
from cli.client import api
from cli.terminal import CommunityOption, Id, JsonOption, grid, identifier, last_line, minute, out, sentences

feedback_app = typer.Typer(
    no_args_is_help=True, help="What people said: look at it, sort it, merge what is the same, and answer."
)

Other = Annotated[str, typer.Argument(help="The other one, as listed.", callback=identifier)]
SHORT = 80
"""Characters of a text in a table."""


@feedback_app.command("items")
def feedback_items(
    first: Annotated[str, typer.Option("--from", help="The first day, as 2026-11-23; seven days without it.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day.")] = "",
    kind: Annotated[str, typer.Option(help="bug, feature, praise, complaint, question or other.")] = "",
    theme: Annotated[str, typer.Option(help="A theme of the program, or `none`.")] = "",
    language: Annotated[str, typer.Option(help="As en or fr.")] = "",
    mood: Annotated[str, typer.Option(help="positive, neutral, negative or unclear.")] = "",
    before: Annotated[str, typer.Option(help="`next` of the page before.")] = "",
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """What was said, the newest first."""
    asked = {"from": first, "to": last, "kind": kind, "theme": theme, "language": language, "mood": mood}
    with sentences(as_json):
        query = {name: value for name, value in {**asked, "before": before}.items() if value}
        found = api(community).get("/feedback/items", **query)
        if as_json:
            last_line(found)
            return
        columns = ("id", "kind", "text")  # The id begins with its hour; `show` and --json tell the rest.
        grid([row(one) for one in found["items"]], columns, "Nothing was said.")
        if "next" in found:
            told.line(out, f"There is more: --before '{found['next']}'", "dim")


def row(item: dict[str, Any]) -> dict[str, Any]:
    words = " ".join(filter(None, (item.get("title", ""), item["text"])))
    return {**item, "kind": item["kind"] or "", "mood": item["mood"] or "", "text": cut(words)}


def cut(words: str) -> str:
    return words if len(words) <= SHORT else words[: SHORT - 1] + "…"


@feedback_app.command("show")
def feedback_show(item: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """One item, what may be the same, and what people said is the same."""
    with sentences(as_json):
        found = api(community).get(f"/feedback/items/{item}")
        if as_json:
            last_line(found)
            return
        one = found["item"]
        told.line(out, f"{one['id']}: {one['type']} at {one['source']}, {minute(one['said_at'])}", "bold")
        for words in filter(None, (one.get("title"), one["text"])):
            told.line(out, words, "", 4)
        is_now = ", ".join(filter(None, (one["kind"], one["mood"], one["language"], *one["themes"])))
        by = f" (confirmed by {one['confirmed']['by']})" if "confirmed" in one else ""
        told.line(out, f"{is_now}{by}")
        same(found["same"])
        rows = [{**row(near), "score": near["score"], "sure": near["sure"]} for near in found["alike"]]
        grid(rows, ("id", "sure", "score", "source", "text"), "Nothing like it was said.")


def same(group: dict[str, Any]) -> None:
    number = len(group["items"])
    people = f"{group['people']} {'person' if group['people'] == 1 else 'people'}"
    told.line(out, f"{group['request']}: {number} {'item' if number == 1 else 'items'} by {people}.")
    for link in group["links"]:
        told.line(out, f"{link['items'][0]} = {link['items'][1]}, {link['by']}, {minute(link['at'])}", "dim", 4)


@feedback_app.command("merge")
def feedback_merge(item: Id, other: Other, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Say that two items ask for the same: they count as one, each person once. `unmerge` takes it back."""
    pair("merge", {"with": other}, item, community, as_json)


@feedback_app.command("different")
def feedback_different(item: Id, other: Other, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Say that two items are not the same: they are not suggested again."""
    pair("different", {"with": other}, item, community, as_json)


@feedback_app.command("unmerge")
def feedback_unmerge(
    item: Id,
    other: Annotated[str | None, typer.Argument(help="From which; without it, from all.", callback=identifier)] = None,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a merge back: everything is as it was before."""
    pair("unmerge", {"from": other}, item, community, as_json)


def pair(what: str, body: dict[str, Any], item: str, community: str | None, as_json: bool) -> None:
    with sentences(as_json):
        group = api(community).post(f"/feedback/items/{item}/{what}", body)
        if as_json:
            last_line(group)
        else:
            same(group)


@feedback_app.command("confirm")
def feedback_confirm(
    item: Id,
    kind: Annotated[str | None, typer.Option(help="bug, feature, praise, complaint, question or other.")] = None,
    theme: Annotated[list[str] | None, typer.Option(help="One it is about; may be repeated.")] = None,
    none: Annotated[bool, typer.Option("--no-theme", help="It is about none of the themes.")] = False,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what an item is: it counts as that, and what it is about is learned from."""
    with sentences(as_json):
        if theme and none:
            raise ValueError("either --theme or --no-theme")
        body = {"kind": kind, "themes": theme or ([] if none else None)}
        done = api(community).post(f"/feedback/items/{item}/confirm", body)
        if as_json:
            last_line(done)
        else:
            about = ", ".join(done["themes"]) or "none of the themes"
            told.line(out, f"{item} is {done['kind'] or 'of no kind yet'}, about {about}.")


@feedback_app.command("unnamed")
def feedback_unnamed(community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """What at least three people speak of that has no theme yet: please name it in the program."""
    with sentences(as_json):
        found = api(community).get("/feedback/unnamed")
        if as_json:
            last_line(found)
            return
        rows = [{**row(one["typical"]), "people": one["people"], "words": one["words"]} for one in found["unnamed"]]
        grid(rows, ("people", "words", "id", "text"), "Nothing that several people speak of is without a theme.")


@feedback_app.command("requests")
def feedback_requests(community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """What most people ask for: each person counts once, however often they said or voted for it."""
    with sentences(as_json):
        found = api(community).get("/feedback/requests")
        if as_json:
            last_line(found)
            return
        rows = [{**row(one["item"]), "people": one["people"], "items": len(one["items"])} for one in found["requests"]]
        grid(rows, ("people", "items", "id", "text"), "Nothing was merged or voted for yet.")
