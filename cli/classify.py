"""`liaison classify`: what is read off texts, so that anybody can measure it. Nothing of AWS is loaded."""

import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from functions.feedback.reading import language
from functions.feedback.reading.read import Reading, read
from functions.feedback.reading.themes import Theme

ANSWERS = ("language", "kind", "mood", "themes", "scores", "because", "models")
BAD = 2
"""Exit status when a line, or the program, could not be read."""
SHOWN = 3
"""Probabilities of each answer that a person is shown."""

app = typer.Typer(add_completion=False)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where texts come from: the languages spoken there, and what is spoken about."""

    candidates: tuple[str, ...] = language.ALL
    themes: tuple[Theme, ...] = ()


@app.callback()
def liaison() -> None:
    """As `cli.main` has it, without the rest."""


@app.command()
def classify(
    text: Annotated[str | None, typer.Argument(help="One text, for a person to try. Without it: --jsonl.")] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Lines of {"text": …} on standard input, a line each out.')
    ] = False,
    languages: Annotated[
        str, typer.Option(help="Which it may be in: en,fr. By default, all that can be told apart.")
    ] = "",
    themes: Annotated[Path | None, typer.Option("--themes", help="The community.toml with themes.")] = None,
    community: Annotated[
        str | None, typer.Option("--community", help="Whose themes of --themes; all without it.")
    ] = None,
) -> None:
    """What a text is: its language, kind, mood and themes, with probabilities and the words that decided.

    A line may name its "language", or "candidates", and the "title" of the thread it opens; what else is in it comes
    out as it came in. A line that is none gets {"error": …} in its place, and exit status 2 in the end."""
    try:
        candidates = tuple(one for one in languages.replace(" ", "").split(",") if one)
        setting = Setting(candidates or language.ALL, among(themes, community))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{themes}: {error}\n")
        raise typer.Exit(BAD) from None
    if text is not None:
        sys.stdout.write("\n".join(table(answer({"text": text}, setting))) + "\n")
    elif jsonl:
        stream(sys.stdin.buffer, setting)
    else:
        raise typer.BadParameter("either one text, or --jsonl and lines on standard input")


def stream(lines: Iterable[bytes], setting: Setting) -> None:
    """One line out for each line in, at once. Nothing is kept."""
    bad = 0
    for number, line in enumerate(lines, 1):
        try:
            told = answered(line, setting)
        except ValueError as error:
            bad += 1
            sys.stderr.write(f"line {number}: {error}\n")
            told = {"error": str(error), "line": number}
        # Half a character, which JSON may name and UTF-8 cannot write, is named again.
        sys.stdout.buffer.write(json.dumps(told, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
        sys.stdout.buffer.flush()
    if bad:
        sys.stderr.write(f"{bad} of the lines could not be read\n")
        raise typer.Exit(BAD)


def answered(line: bytes, setting: Setting) -> dict[str, Any]:
    """Raises ValueError: what is wrong with the line."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"no JSON in UTF-8 ({error})") from error
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise ValueError('an object with a "text" is expected, as in {"text": "It crashes."}')
    return {**given, **answer(given, setting)}


def answer(given: Mapping[str, Any], setting: Setting) -> dict[str, Any]:
    known, candidates = given.get("language"), given.get("candidates")
    if known is not None and not isinstance(known, str):
        raise ValueError('"language" is a tag, as in "fr"')
    if candidates is not None and not is_list_of_tags(candidates):
        raise ValueError('"candidates" is a list of tags, as in ["en", "fr"]')
    title = given.get("title") or ""
    if not isinstance(title, str):
        raise ValueError('"title" is that of the thread which the text opens, as in "Dark mode"')
    text = f"{title}\n{given['text']}" if title else given["text"]
    spoken = tuple(candidates or setting.candidates)
    return told(read(text, spoken, known or None, setting.themes, title=title))


def is_list_of_tags(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def told(reading: Reading) -> dict[str, Any]:
    return {**reading.as_json(), "because": reading.because()}


def among(file: Path | None, community: str | None) -> tuple[Theme, ...]:
    """The themes of a program, of one community or of all. Raises ValueError."""
    if file is None:
        return ()
    themes = tomllib.loads(file.read_text(encoding="utf-8")).get("themes", [])
    if not isinstance(themes, list) or not all(isinstance(one, dict) and "id" in one for one in themes):
        raise ValueError("`themes` are tables with an `id`")
    ours = [one for one in themes if community in (None, one.get("community"))]
    return tuple(Theme(str(one["id"]), keywords_of(one)) for one in ours)


def keywords_of(theme: Mapping[str, Any]) -> tuple[str, ...]:
    """In all languages, as `events.program` has them, which is too slow to load for this."""
    by_language = theme.get("keywords", {})
    if not isinstance(by_language, dict) or not all(isinstance(words, list) for words in by_language.values()):
        raise ValueError('a theme\'s `keywords` are lists by language, as in { en = ["sync"] }')
    return tuple(str(word) for words in by_language.values() for word in words)


def table(told: Mapping[str, Any]) -> Iterator[str]:
    """For a person: an answer, how probable it is, what decided."""
    for name in ("language", "kind", "mood"):
        scores = sorted(told["scores"].get(name, {}).items(), key=lambda pair: -pair[1])[:SHOWN]
        said = ", ".join(f"{one} {score:.0%}" for one, score in scores if score)
        words = " ".join(told["because"].get(name, ()))
        yield f"{name:9} {told[name] or 'not scored':10} {said:42} {words}".rstrip()
    found = [f"{one} ({', '.join(told['because']['themes'][one])})" for one in told["themes"]]
    yield f"{'themes':9} {', '.join(found) or 'none'}"
