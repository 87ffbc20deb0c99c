"""What holds for whatever a platform makes of an announcement, and what managers are told of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from events.program import Target
from functions.platforms.posting import Part, Rendering
from tests.platforms.posting.making import BOX, MAP, announced, every, posting

LINK = "https://acme.example/news/winter"
LONG = "\n\n".join(
    f"Paragraph {number} tells of the winter season, of new maps and of what changes for everybody who plays."
    for number in range(60)
)
SENTENCES = "A sentence of the long story. " * 2000
WITHOUT_IMAGES = ("github", "reddit", "roblox", "twitch", "webhook")
"""Those that show none of ours."""


def rendered(target: Target, body: str, **more: Any) -> Rendering:
    made: Rendering = posting(target).render(announced(body, **more), target)
    return made


def told(made: Rendering) -> str:
    return "\n".join(part.text for part in made.parts)


def posts(made: Rendering) -> list[Part]:
    return [part for part in made.parts if part.step == "post"]


def words_in(found: object) -> Iterator[str]:
    """All texts of a body, those that are JSON in it, too."""
    if isinstance(found, str):
        yield from words_in(json.loads(found)) if found.startswith("{") else (found,)
    for one in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from words_in(one)


@every()
def test_the_same_announcement_gives_the_same_bodies(target: Target) -> None:
    body = f"👨‍👩‍👧‍👦 *stars* `code`: @everyone, see https://acme.example\n\n![]({MAP.name})"
    first, second = (rendered(target, body, images=(MAP, BOX)) for _ in range(2))
    assert first == second


@every(but=("schedule",))
def test_what_is_too_long_is_told_whole_or_linked_and_never_cut_silently(target: Target) -> None:
    made = rendered(target, LONG)
    whole = all(f"Paragraph {number} " in told(made) for number in range(60))
    assert whole or made.problems or LINK in told(made)
    assert whole or made.notes or made.problems
    for part in made.parts:
        assert made.problems or all(measure.used <= measure.limit for measure in part.measures)


@every(but=("feed", "schedule"))
def test_a_target_may_want_the_beginning_and_a_link_instead(target: Target) -> None:
    """A feed keeps all of it, and a calendar has none of it."""
    short = target.model_copy(update={"long": "excerpt"})
    body = SENTENCES * 3
    (part,) = posts(rendered(short, body))
    assert LINK in part.text
    assert "A sentence of the long story." in part.text
    assert all(measure.used <= measure.limit for measure in part.measures)
    assert rendered(short, body).notes
    assert rendered(short, body, link="").problems


@every(but=("schedule",))
def test_a_word_that_never_ends_is_whole_or_a_problem(target: Target) -> None:
    made = rendered(target, "x" * 130_000, link="")
    assert made.problems or told(made).count("x") >= 130_000
    assert made.parts, "there is something to look at"


@pytest.mark.parametrize("body", ["Winter season is here.", "# Winter season\n\nCome.", "It is here."])
@every()
def test_the_title_is_told_once_or_is_a_title_of_its_own(target: Target, body: str) -> None:
    (part, *_) = rendered(target, body).parts
    assert "Winter season" in part.text
    texts = [one for one in words_in(part.body) if one != "Winter season"]
    apart = "Winter season" in words_in(part.body)
    assert apart or any("Winter season" in one for one in texts)
    for one in texts:
        assert one.count("Winter season") <= (1 if not apart or "Winter season" in body else 0)


@every(but=("schedule",))
def test_a_table_is_one_or_lines_of_text_and_that_is_told(target: Target) -> None:
    made = rendered(target, "> | a | b |\n> |---|---|\n> | 1 | 2 |")
    shown = any("<table" in one or "| a | b |" in one for one in words_in(made.parts[0].body))
    assert shown != ("tables are shown as text" in made.notes)
    assert all(cell in told(made) for cell in "ab12")


# Whom it pings


@every()
def test_nobody_is_pinged_who_was_not_granted(target: Target) -> None:
    body = "@everyone @here @room and <!channel>, <@U1>, @alice@example.social: _hello_"
    assert rendered(target, body).pings == ()


@every(but=("feed", "roblox", "schedule"))
def test_a_mention_that_pings_nobody_says_why_and_so_does_a_ping_without_one(target: Target) -> None:
    """In a feed, a game and a calendar nobody ever is."""
    able = target.model_copy(update={"pings": ("mods", "press"), "mentions": {}})
    made = rendered(able, "@{anna} and @{mods}", pings=frozenset({"mods", "press", "crew"}))
    assert "@anna pings nobody: the announcement does not ask for it" in made.notes
    mods = [note for note in made.notes if note.startswith("@mods")]
    assert mods or target.platform == "webhook"
    assert all("(`mentions`)" in note and repr(target.id) in note for note in mods)
    unable = rendered(target.model_copy(update={"pings": ()}), "@{mods}", pings=frozenset({"mods"}))
    assert any("does not allow it (`pings`)" in note for note in unable.notes)


# Images


@every(but=("schedule", "threads"))
def test_an_image_from_elsewhere_is_a_link(target: Target) -> None:
    """Threads fetches it."""
    made = rendered(target, "> ![a map](https://acme.example/map.png)")
    assert made.problems == ()
    (part,) = posts(made)
    assert part.images == ()
    assert any("https://acme.example/map.png" in one for one in (*words_in(part.body), part.html))
    assert "a map" in part.text


@every(but=("schedule",))
def test_an_image_needs_words_and_a_file(target: Target) -> None:
    bare = MAP.model_copy(update={"alt": " "})
    lost = rendered(target, "![A map](map.png)\n\n> ![ ](map.png)").problems
    assert [one for one in lost if one.startswith("there is no image 'map.png': ")] == list(lost[:1])
    if target.platform != "threads":
        mute = rendered(target, f"![]({MAP.name})", images=(bare,)).problems
        assert mute == (f"image 1 has no description: write ![what it shows]({MAP.name})",)
        assert rendered(target, f"![]({MAP.name})\n\n![A map]({MAP.name})", images=(bare,)).problems == ()


@every(but=("schedule", "threads"))
def test_the_text_describes_an_image_better_than_the_upload(target: Target) -> None:
    made = rendered(target, f"![The *old* map]({MAP.name})", images=(MAP,))
    assert made.problems == ()
    shown = [image for part in made.parts for image in part.images]
    assert shown == ([] if target.platform in WITHOUT_IMAGES else [MAP.model_copy(update={"alt": "The old map"})])
    assert "The new map" not in json.dumps([part.body for part in made.parts])
    assert shown or "The old map" in told(made)


@every(but=("schedule",))
def test_an_image_that_does_not_stand_in_the_text_is_left_out_and_told(target: Target) -> None:
    made = rendered(target, "Look", images=(MAP,))
    assert [part.images for part in posts(made)] == [()]
    assert f"the image {MAP.name} is left out: it does not stand in the text" in made.notes


@every(but=("schedule",))
def test_nothing_is_nothing_to_say(target: Target) -> None:
    assert rendered(target, " \n", title=" ").problems
    assert rendered(target, "It is here.").problems == ()
