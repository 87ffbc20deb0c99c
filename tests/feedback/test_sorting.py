"""What is read in what people say, and how it is counted."""

from typing import Any

from functions.feedback import rollup
from functions.shared.table import Item
from tests.support import builders
from tests.support.world import World

BUG = "Terrible update: the app crashes every time I open it, and I lose everything."


def say(world: World, text: str, content: str = "1", **more: Any) -> Item:
    data = {"id": content, "kind": "message", "text": text, "at": world.now.isoformat(), "author": {"id": "7"}, **more}
    world.handle(builders.webhook("feedback.received", data, world.now))
    (found,) = [item for item in world.items("feedback") if item["content"] == content]
    return found


def test_what_is_read_stands_on_the_item_with_its_models(world: World) -> None:
    read = say(world, BUG)["read"]
    assert (read["language"], read["kind"], read["mood"]) == ("en", "bug", "negative")
    assert read["models"] == "kind-1 language-1 mood-en-2"
    assert 500 < read["sure"]["kind"] <= 1000


def test_it_is_counted(world: World) -> None:
    say(world, BUG)
    world.roll_up()
    (day,) = world.items("day")
    assert {"language:en", "kind:bug", "kind:bug@en", "mood:negative", "mood:negative@en"} < day["counts"].keys()


def test_a_language_that_nobody_measured_is_not_scored() -> None:
    program = builders.PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\nlanguages = ["en", "de"]')
    with World(program) as world:
        read = say(world, "Seit dem letzten Update stürzt die App jedes Mal ab, wenn ich sie öffne.")["read"]
        assert (read["language"], read.get("kind"), read.get("mood")) == ("de", None, None)
        assert {"total", "language:de"} < rollup.count(world.items("feedback")).keys()


def test_what_is_in_none_of_the_community_s_languages_is_unknown(world: World) -> None:
    read = say(world, "Seit dem letzten Update stürzt die App jedes Mal ab, wenn ich sie öffne.")["read"]
    assert (read["language"], read.get("kind")) == ("unknown", None)


def test_where_a_text_is_too_short_the_platform_s_word_is_taken(world: World) -> None:
    assert say(world, "+1")["read"]["language"] == "unknown"
    assert say(world, "+1", "2", language="en-GB")["read"]["language"] == "en"
    assert say(world, "+1", "3", language="ja")["read"]["language"] == "unknown"


def test_a_topic_is_read_with_its_title_and_a_reply_without_its_topic_s(world: World) -> None:
    assert say(world, "See the title.", title=BUG, kind="topic")["read"]["kind"] == "bug"
    assert say(world, "Thank you, great work!", "2", title=BUG, kind="post_reply")["read"]["kind"] == "praise"


def test_signs_silence_and_our_own_words_are_not_read(world: World) -> None:
    assert "read" not in say(world, "❤", kind="reaction")
    assert "read" not in say(world, " ", "2")
    assert "read" not in say(world, BUG, "3", author={"id": "9", "bot": True})


def test_an_edit_is_read_anew(world: World) -> None:
    say(world, "Lovely new map, thank you!")
    changed = {"id": "1", "kind": "message", "change": "edited", "text": BUG, "said_at": world.now.isoformat()}
    world.handle(builders.webhook("feedback.changed", {**changed, "at": world.later(minutes=1).isoformat()}, world.now))
    assert world.item("feedback")["read"]["kind"] == "bug"


THEMES = """
[[themes]]
id = "sync"
community = "acme"
title = "Synchronisation"
keywords = { en = ["sync"], fr = ["synchronisation"] }
"""


def test_themes_of_the_program_are_found_and_counted_and_a_person_s_word_stands_above() -> None:
    with World(builders.PROGRAM + THEMES) as world:
        item = say(world, "My watch never syncs with the phone, please fix it.")
        assert item["read"]["themes"] == ["sync"]
        assert "theme:sync" in rollup.count(world.items("feedback"))
        confirmed = {**item, "confirmed": {"themes": [], "kind": "other"}}
        assert {"kind:other"} < rollup.count([confirmed]).keys()
        assert not {"theme:sync", "kind:bug"} & rollup.count([confirmed]).keys()
