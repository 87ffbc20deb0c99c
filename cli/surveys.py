"""`liaison survey`: what people are asked, what they answered, and where."""

import io
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import told
from cli.client import api
from cli.terminal import CommunityOption, Id, JsonOption, grid, last_line, out, sentences

survey_app = typer.Typer(no_args_is_help=True, help="Surveys: list, show, link.")

QUIET = 4
"""Modules of white around a QR code (ISO/IEC 18004)."""


@survey_app.command("list")
def survey_list(community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Which surveys the program has."""
    with sentences(as_json):
        given = api(community).get("/surveys")
        if as_json:
            last_line(given)
            return
        rows = [row(one) for one in given["surveys"]]
        grid(rows, ("id", "title", "questions", "open", "opens", "closes"), "there are no surveys in the program")


def row(survey: dict[str, Any]) -> dict[str, Any]:
    times = {name: at(survey[name]) if survey[name] else "" for name in ("opens", "closes")}
    shown = {"title": first(survey["title"]), "questions": len(survey["questions"])}
    return {**survey, **shown, **times, "open": "yes" if survey["open"] else "no"}


def at(moment: str) -> str:
    """As the program has it, in its own zone."""
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M %Z}"


@survey_app.command("show")
def survey_show(survey: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """How many answered, and what they chose."""
    with sentences(as_json):
        given = api(community).get(f"/surveys/{survey}")
        if as_json:
            last_line(given)
            return
        number = given["answers"]
        answers = f"{number} {'answer' if number == 1 else 'answers'}"
        told.line(out, f"{first(given['title'])}: {answers}{'' if given['open'] else ', not open'}.")
        if given["chats"]:
            told.line(out, f"In {' and '.join(map(str.capitalize, given['chats']))}: /feedback survey:{given['id']}")
        for question in given["questions"]:
            if question["kind"] != "text":
                told.line(out, first(question["text"]))
                grid(choices(question, given["chosen"][question["id"]]), ("choice", "says", "answers"), "")


def choices(question: dict[str, Any], counts: dict[str, int]) -> list[dict[str, Any]]:
    says = {one["id"]: first(one["text"]) for one in question["options"]}
    return [{"choice": name, "says": says.get(name, ""), "answers": number} for name, number in counts.items()]


def first(texts: dict[str, str]) -> str:
    return texts.get("en") or next(iter(texts.values()))


@survey_app.command("link")
def survey_link(
    survey: Id,
    event: Annotated[str, typer.Option(help="A live event: what comes by this link is tagged with it.")] = "",
    qr: Annotated[Path | None, typer.Option(help="Write a QR code of it here, as SVG.")] = None,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """The signed link to its form, for a post or a poster."""
    with sentences(as_json):
        calls = api(community)
        given = calls.get(f"/surveys/{survey}/link", **({"event": event} if event else {}))
        if qr:
            qr.write_text(drawn(given["link"], survey))
        if as_json:
            last_line(given)
        else:
            out.print(given["link"], markup=False, soft_wrap=True)


def drawn(address: str, title: str) -> str:
    """Level M: a seventh of it may be dirty (ISO/IEC 18004)."""
    import segno  # Only here: every other command starts without it.

    code = segno.make_qr(address, error="m", boost_error=False)
    drawing = io.BytesIO()
    code.save(drawing, kind="svg", scale=8, border=QUIET, title=title, light="#fff")
    return drawing.getvalue().decode()
