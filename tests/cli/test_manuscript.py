"""An announcement as a file: what is meant by it, and what is wrong with it, by line."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.manuscript import ANNOUNCEMENT, SERIES, Form, Manuscript, ManuscriptError, read
from functions.announcements import images
from functions.api.announcements import NewAnnouncement
from functions.platforms.text import document
from tests.announcements.pictures import CAMERA, PNG, gif, jpg

NAME = images.read(PNG).image.name
OTHER = images.read(gif()).image.name
BESIDE = {
    "lake.png": PNG,
    "map one.gif": gif(),
    "low/lake.png": PNG,
    "camera.jpg": CAMERA,
    "notes.txt": b"Hello",
    "large.png": PNG + bytes(images.MOST),
}

WHOLE = """\
+++
title = "Winter is here"
language = "en"
targets = ["chat", "news"]
pings = ["everyone"]
link = "https://acme.example/winter"
at = "2026-12-01T09:00"
zone = "Europe/Paris"
useless_after_minutes = 60
better_twice = true
draft = true

[event]
starts = 2026-12-01T19:00:00
ends = "2026-12-01T21:00"
zone = "Europe/Paris"
where = "The frozen lake"
+++

The **winter map** is live, @everyone.

![A frozen lake](lake.png)

+++
language = "fr"
title = "L'hiver est là"
+++
La **carte d'hiver** est là.

+++
only = "discord"
+++
# Winter, here

For our server.
"""


def beside(name: str, files: Mapping[str, bytes] = BESIDE) -> bytes | None:
    return files.get(name)


def of(text: str, **given: Any) -> Manuscript:
    return read(text, beside, **given)


def body(text: str, *, keys: str = "title = 'x'") -> str:
    """The words below some keys, as they are asked for."""
    return str(of(f"+++\n{keys}\n+++\n{text}").asked["body"])


def refused(text: str, **given: Any) -> str:
    with pytest.raises(ManuscriptError) as error:
        of(text, **given)
    return str(error.value)


# What is meant


def test_the_whole_of_it() -> None:
    assert of(WHOLE).asked == {
        "title": "Winter is here",
        "language": "en",
        "targets": ["chat", "news"],
        "pings": ["everyone"],
        "link": "https://acme.example/winter",
        "at": "2026-12-01T09:00",
        "zone": "Europe/Paris",
        "useless_after_minutes": 60,
        "better_twice": True,
        "draft": True,
        "event": {
            "starts": "2026-12-01T19:00:00",
            "ends": "2026-12-01T21:00",
            "zone": "Europe/Paris",
            "where": "The frozen lake",
        },
        "body": f"The **winter map** is live, @everyone.\n\n![A frozen lake]({NAME})",
        "variants": [
            {"language": "fr", "title": "L'hiver est là", "body": "La **carte d'hiver** est là."},
            {"only": "discord", "title": "Winter, here", "body": "For our server."},
        ],
        "images": [{**images.read(PNG).image.model_dump(), "alt": "A frozen lake"}],
    }
    assert of(WHOLE).files == {NAME: PNG}
    assert of(WHOLE).lacking == ()


def test_the_api_takes_what_it_asks() -> None:
    assert NewAnnouncement.model_validate(of(WHOLE).asked).title == "Winter is here"


@pytest.mark.parametrize(
    ("text", "title", "left"),
    [
        ("# Winter\n\nIt snows.", "Winter", "It snows."),
        ("\n\n### Winter is **here** ###\nIt snows.", "Winter is here", "It snows."),
        ("Winter\n======\n\nIt snows.", "Winter", "It snows."),
        ("+++\npings = ['here']\n+++\n# Winter\nIt snows.", "Winter", "It snows."),
        ("It snows.\n\n# Winter\n\nMore.", "Winter", "It snows.\n\n# Winter\n\nMore."),
        ("+++\ntitle = 'Snow'\n+++\n# Winter\nIt snows.", "Snow", "# Winter\nIt snows."),
        ("\ufeff# Winter\r\n\r\nIt snows.\r\n", "Winter", "It snows."),
    ],
)
def test_without_a_title_the_first_heading_is_one(text: str, title: str, left: str) -> None:
    asked = of(text).asked
    assert (asked["title"], asked["body"]) == (title, left)


def test_what_is_said_with_the_command_wins() -> None:
    asked = of(WHOLE, title="Snow", targets=["site"], at="2026-12-02T09:00").asked
    assert (asked["title"], asked["targets"], asked["at"]) == ("Snow", ["site"], "2026-12-02T09:00")
    assert of("It snows.", title="Snow").asked == {"title": "Snow", "body": "It snows."}


@pytest.mark.parametrize("fence", ["```", "~~~", "````toml", "   ```"])
def test_a_mark_in_a_code_block_is_text(fence: str) -> None:
    end = fence.strip().rstrip("toml")
    text = f"Write:\n\n{fence}\n+++\ntitle = 'y'\n+++\n{end}\n\nDone."
    assert body(text) == text


@pytest.mark.parametrize("text", ["a +++ b", "    +++", "> +++", "++++", "\\+++"])
def test_only_a_line_of_its_own_is_a_mark(text: str) -> None:
    assert body(f"x\n{text}\ny") == f"x\n{text}\ny"


def test_a_variant_of_many() -> None:
    text = "\n".join(f"+++\nonly = 'target-{number}'\n+++\nFor {number}." for number in range(50))
    variants = of(f"# x\nFor all.\n{text}").asked["variants"]
    assert [one["only"] for one in variants] == [f"target-{number}" for number in range(50)]


# Pictures


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("![A](lake.png)", "![A]({name})"),
        ("![A](low/lake.png)", "![A]({name})"),
        ("![A](<lake.png>)", "![A]({name})"),
        ("![A [deep] one](lake.png 'a title')", "![A [deep] one]({name} 'a title')"),
        ("> quoted ![A](lake.png)", "> quoted ![A]({name})"),
        ("- in a list ![A](lake.png)", "- in a list ![A]({name})"),
        ("[![A](lake.png)](https://acme.example)", "[![A]({name})](https://acme.example)"),
        ("| a |\n|---|\n| ![A](lake.png) |", "| a |\n|---|\n| ![A]({name}) |"),
        ("![A][l]\n\n[l]: lake.png", "![A][l]\n\n[l]: {name}"),
        ("![A](lake.png) and `![A](lake.png)`", "![A]({name}) and `![A](lake.png)`"),
        ("![A](lake.png)\n\n```\n![A](lake.png)\n```", "![A]({name})\n\n```\n![A](lake.png)\n```"),
        ("![A](lake.png) \\![A](lake.png)", "![A]({name}) \\![A](lake.png)"),
        ("lake.png ![lake.png](lake.png)", "lake.png ![lake.png]({name})"),
    ],
)
def test_a_picture_is_named_by_its_bytes_and_nothing_else_changes(text: str, after: str) -> None:
    assert body(text) == after.format(name=NAME)


@pytest.mark.parametrize("spelled", ["map%20one.gif", "<map one.gif>", "map&#32;one.gif"])
def test_a_name_with_a_space_is_found_however_it_is_spelled(spelled: str) -> None:
    assert body(f"![A]({spelled})") == f"![A]({OTHER})"


def test_a_picture_from_elsewhere_stays_where_it_is() -> None:
    text = "![A](https://acme.example/lake.png)"
    assert body(text) == text
    assert "images" not in of(f"# x\n{text}").asked


def test_what_a_camera_wrote_into_a_picture_stays_here() -> None:
    found = of("# x\n![A](camera.jpg)")
    kept = images.read(jpg())
    assert found.files == {kept.image.name: jpg()}
    assert found.asked["images"] == [{**kept.image.model_dump(), "alt": "A"}]


def test_one_picture_in_two_languages_is_sent_once() -> None:
    text = "# x\n![A](lake.png)\n+++\nlanguage = 'fr'\n+++\n![Un lac](low/lake.png)"
    found = of(text)
    assert [one["name"] for one in found.asked["images"]] == [NAME]
    assert found.asked["variants"][0]["body"] == f"![Un lac]({NAME})"


def test_a_picture_without_a_description_is_told_and_not_refused() -> None:
    """So that a preview can still be looked at."""
    found = of("# x\n\nHello\n\n![](lake.png)\n![ ](map%20one.gif)")
    assert found.lacking == (
        "line 5: the picture has no description: write ![what it shows](lake.png)",
        "line 6: the picture has no description: write ![what it shows](map one.gif)",
    )
    assert NAME in found.asked["body"]


# What is wrong


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", 'line 1: there is no title: write `title = "…"` between two lines of +++, or begin with'),
        ("It snows.", "line 1: there is no title"),
        (
            "+++\ntitel = 'x'\n+++\nb",
            "line 2: there is no key `titel`; did you mean `title`? Allowed are at, zone, title,",
        ),
        ("+++\ntitle = 'x'\nbody = 'y'\n+++\nb", "line 3: there is no key `body`"),
        (
            "+++\ntitle = 'x'\n[event]\nstart = '2026-12-01'\n+++\nb",
            "line 4: there is no key `start`; did you mean `starts`?",
        ),
        (
            "# x\nb\n+++\nlanguage = 'fr'\npings = []\n+++\nb",
            "line 5: there is no key `pings`; allowed are language, only, title",
        ),
        ("\n+++\n\ntitle = 'x\n+++\nb", "line 4: this is not TOML"),
        ("+++\ntitle = 'x'\ntitle = 'y'\n+++\nb", "line 3: this is not TOML"),
        ("+++\ntitle = 'x'", "line 1: the block that begins here has no second +++"),
        (
            "# x\nb\n+++\nc",
            "line 3: the block that begins here has no second +++; to be read as text, +++ stands in a code block",
        ),
        ("# x\nb\n+++\n+++\nc", "line 3: a variant needs `language`, or `only`"),
        ("# x\nb\n+++\ntitle = 'y'\n+++\nc", "line 3: a variant needs `language`, or `only`"),
        (
            "# x\nb\n```\n+++\nlanguage = 'fr'\n+++\nc",
            "line 3: this code block never ends, and line 6 with its +++ is in it",
        ),
        ("# x\n", "there are no words"),
        ("+++\ntitle = 'x'\n+++\n\n", "line 6: there are no words"),
        ("# x\nb\n+++\nlanguage = 'fr'\n+++\n", "there are no words in this variant"),
        ("# x\nb\n+++\nlanguage = 'French'\n+++\nc", "line 4: `language`: 'French' is not a language tag"),
        ("# x\nb\n+++\nonly = 5\n+++\nc", "line 4: `only`: write a text, in quotes"),
        (
            "# x\nb\n+++\nlanguage='fr'\n+++\nc\n+++\nlanguage='fr'\n+++\nd",
            "line 7: the variant in line 3 is for the same language and place",
        ),
        ("+++\ntitle = 5\n+++\nb", "line 2: `title`: write a text, in quotes"),
        ("+++\ntitle = ''\n+++\nb", "line 2: `title`: it is empty"),
        (f"+++\ntitle = '{'x' * 201}'\n+++\nb", "line 2: `title`: at most 200 characters are allowed"),
        ("# x\n" + "b" * 40_001, "line 2: `body`: at most 40,000 characters are allowed"),
        ("+++\ntitle = 'x'\ndraft = 'perhaps'\n+++\nb", "line 3: `draft`: write true or false"),
        ("+++\ntitle = 'x'\nuseless_after_minutes = 4\n+++\nb", "line 3: `useless_after_minutes`: write 5 or more"),
        (
            "---\ntitle: Winter\n---\nIt snows.",
            "line 1: a head between lines of --- is YAML; here it is TOML between two lines of +++:"
            " write `title = …` for `title: …`, and texts in quotes",
        ),
        ("\n--- \n\ntags:\n  - snow\n---\n# Winter\n\nIt snows.", "line 2: a head between lines of --- is YAML"),
        ("+++\ntitle = 'x'\ntargets = 'chat'\n+++\nb", "line 3: `targets`: write a list, as ["),
        ("+++\ntitle = 'x'\nat = '2026-12-01T09:00'\n+++\nb", "line 3: `at` and `zone` go together"),
        (
            "+++\ntitle = 'x'\nat = 2026-03-29T02:30:00\nzone = 'Europe/Paris'\n+++\nb",
            "line 3: `at`: 2026-03-29T02:30:00 does not exist",
        ),
        (
            "+++\ntitle = 'x'\nat = 2026-12-01T09:00:00Z\nzone = 'Europe/Paris'\n+++\nb",
            "line 3: `at`: `at` is a wall-clock time",
        ),
        ("+++\ntitle = 'x'\nevent = { starts = '2026-12-01' }\n+++\nb", "line 3: `event.zone`: it is missing"),
        ("+++\ntitle = 'x'\nevent = 'tonight'\n+++\nb", "line 3: `event`: it has keys of its own: write"),
        (
            "+++\ntitle = 'x'\n[event]\nstarts = 'soon'\nzone = 'Europe/Paris'\n+++\nb",
            "line 4: `event.starts`: 'soon' is not a time",
        ),
        ("# x\n\nb\n\n![A](sea.png)", "line 5: there is no picture 'sea.png' beside this file"),
        ("# x\n\n![A](notes.txt)", "line 3: 'notes.txt' is not a picture in PNG, JPEG, GIF or WebP"),
        ("# x\n\n![A](large.png)", "4,000,000 are allowed"),
        ("# x\n\n![A](../lake.png)", "line 3: a picture stands beside the file, or below it; '../lake.png' does not"),
        ("# x\n\n![A](/etc/passwd)", "a picture stands beside the file"),
        ("# x\n\n![A](low/../../lake.png)", "a picture stands beside the file"),
        ("# x\n\n![A](C:%5Clake.png)", "a picture stands beside the file"),
        ("# x\n\n![A](data:image/png;base64,AAAA)", "a picture stands beside the file"),
        ("# x\n\n![A]()", "a picture stands beside the file"),
        ("# x\n\n![A][l] [words][l]\n\n[l]: lake.png", "line 5: write pictures as ![what it shows](file.png)"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    assert told in refused(text)


ODD = ("5", "-5", "5.5", "true", "''", "'x'", f"'{'x' * 41_000}'", "[]", "[5]", "{ x = 5 }", str(10**30), "nan")


@pytest.mark.parametrize("form", [ANNOUNCEMENT, SERIES])
def test_no_value_is_told_in_the_words_of_a_library(form: Form) -> None:
    heads = [f"{key} = {odd}" for key in form.keys for odd in ODD]
    heads += [f"event = {{ {key} = {odd} }}" for key in form.event_keys for odd in ODD]
    variants = [f"+++\n{key} = {odd}\n+++\nc" for key in form.variant_keys for odd in ODD]
    for text in (*(f"+++\n{head}\n+++\n# x\nb" for head in heads), *(f"# x\nb\n{one}" for one in variants)):
        told = ""
        try:
            read(text, beside, form)
        except ManuscriptError as error:
            told = str(error)
        assert not re.search("Input should|Field required|should have at|this cannot stand here", told), text


def test_a_line_above_the_text_is_only_a_line() -> None:
    assert of("---\n\n# Winter\n\nIt snows.\n\n---\n\nMore.").asked["title"] == "Winter"


def test_what_is_wrong_with_an_option_has_no_line() -> None:
    assert refused("# x\nb", at="2026-03-29T02:30", zone="Europe/Paris").startswith("`at`: 2026-03-29T02:30 does not")


def test_a_picture_that_cannot_be_read_is_told() -> None:
    def locked(name: str) -> bytes | None:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(ManuscriptError, match=r"line 2: the picture 'lake\.png' cannot be read: Permission denied"):
        read("# x\n![A](lake.png)", locked)


# Whatever it is


PIECES = st.sampled_from(
    [
        "+++", "\n", "\n\n", " ", "```", "~~~", "# ", "title = 'x'", "language = 'fr'", "only = 'chat'", "[event]",
        "starts = 2026-12-01T19:00:00", "zone = 'Europe/Paris'", "at = '2026-12-01T09:00'", "x", "![A](lake.png)",
        "![](lake.png)", "![A](", ")", "[l]: lake.png", "![A][l]", "`", "\\", "> ", "- ", "| a |\n|---|\n",
        "\ud800", "\0", "é", "targets = ['chat']", "=", "[", "]", "a = " + "[" * 50,
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=200))
def test_any_text_is_a_manuscript_or_a_sentence_with_a_line(text: str) -> None:
    try:
        found = of(text)
    except ManuscriptError as error:
        told = str(error)
    else:
        told = "line 1: "
        NewAnnouncement.model_validate(found.asked)
        bodies = [found.asked["body"], *(one["body"] for one in found.asked.get("variants", ()))]
        names = {one.name for words in bodies for one in document.pictures(document.read(words))}
        assert names <= set(found.files)
    assert told.startswith("line ")
