"""Whatever a page, a message or a help text tells people to type is there to be typed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from cli.main import app

ROOT = Path(__file__).parents[2]
TYPED = re.compile(r"(?:`|bin/|^ *(?:[A-Z]+=\$\()?)liaison ([a-z][a-z -]*[a-z])", re.M)
READ = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
WRITTEN = [path for folder in ("cli", "functions") for path in sorted((ROOT / folder).rglob("*.py"))]


def told(path: Path) -> Iterator[str]:
    """Commands that a page names; of a line of code as far as its words are plain ones."""
    for found in TYPED.finditer(path.read_text()):
        yield found[1]


def missing(words: str) -> str:
    """The first word that is no command, where there should be one."""
    here: Any = get_command(app)
    for word in words.split():
        commands = getattr(here, "commands", None)
        if commands is None:
            return ""  # From here on they are its arguments.
        if word not in commands:
            return word
        here = commands[word]
    return ""


def test_what_people_are_told_to_type_is_there() -> None:
    named = {(str(path.relative_to(ROOT)), words) for path in READ + WRITTEN for words in told(path)}
    assert len(named) > 100
    assert {(path, words) for path, words in named if missing(words)} == set()


def test_a_command_that_is_not_there_would_be_found() -> None:
    assert missing("deliveries") == "deliveries"
    assert missing("feedback nothing") == "nothing"
    assert missing("feedback answer item text") == ""
