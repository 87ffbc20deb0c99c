"""Cases about the same words find each other, whoever is cut off where, and keep their own records."""

from collections import defaultdict
from datetime import timedelta
from random import Random
from string import ascii_lowercase
from typing import Any

import pytest

from events.moderation import MessageSeen
from functions.moderation import appeals, clusters, likeness, records
from functions.shared.errands import FailedError
from functions.shared.table import table
from tests.moderation.alike import OTHER, PLATFORMS, SPAM, case, compared, reported, spam, together, whole
from tests.moderation.people import HIDE, NOTHING, PROGRAM, decided, held
from tests.support import builders
from tests.support.faults import Crash, answer_lost, crash
from tests.support.world import World


def edited(world: World, name: str, text: str, change: str = "edited", source: str = "game") -> None:
    about = {"source": source, "kind": "post", "id": name}
    given = {"community": "acme", "source": source, "platform": PLATFORMS[source], "subject": about, "text": text}
    seen = MessageSeen.model_validate({**given, "change": change, "changed_at": world.now})
    records.record_message(table(), builders.webhook("told", {}, world.now), seen, world.now)


def test_copies_by_several_accounts_on_several_platforms_are_linked(world: World) -> None:
    first = reported(world, "a")
    world.later(seconds=1)
    reported(world, "b")
    reported(world, "c", source="forum")
    reported(world, "d", OTHER)
    compared(world)
    assert together(world) == [{"a", "b", "c"}]
    assert case(world, "b")["cluster"] == first  # It is named after its oldest case.
    whole(world)


def test_each_ones_history_says_with_which_and_how_alike(world: World) -> None:
    first, second = reported(world, "a", spam(1)), reported(world, "b", spam(1))
    compared(world)
    lines = {line["case"]: line["detail"] for line in world.items("audit") if line["what"] == "linked"}
    assert lines == {first: {"with": second, "alike": 100}, second: {"with": first, "alike": 100}}


def test_the_same_author_with_the_same_words_links_too(world: World) -> None:
    for name in "ab":
        reported(world, name, spam(1), author="somebody")
    compared(world)
    assert together(world) == [{"a", "b"}]


def test_what_everybody_says_links_nothing(world: World) -> None:
    for number, words in enumerate(["gg", "gg", "Thanks a lot", "Thanks a lot!"]):
        reported(world, str(number), words)
    compared(world)
    assert together(world) == []
    assert world.items("band") == []
    assert not [row for row in world.items("like") if "due" in row]


def test_another_community_is_another_place(world: World) -> None:
    reported(world, "a", spam(1))
    reported(world, "b", spam(1), community="peak")
    compared(world)
    assert together(world) == []


def test_one_that_comes_after_the_decision_is_linked_to_what_was_decided(world: World) -> None:
    decided(world, held(world, case=reported(world, "a")))
    world.later(days=2)
    reported(world, "b")
    compared(world)
    assert together(world) == [{"a", "b"}]
    assert clusters.others(table(), case(world, "b")) == {"cases": 1, "open": 0}
    assert clusters.others(table(), case(world, "a")) == {"cases": 1, "open": 1}
    whole(world)


def test_a_decision_here_or_there_counts_one_less_open(world: World) -> None:
    for name in "abc":
        reported(world, name)
    compared(world)
    decided(world, held(world, case=case(world, "a")["id"]), NOTHING)
    assert clusters.others(table(), case(world, "b")) == {"cases": 2, "open": 1}
    there = {"id": "d", "did": "removed", "outcome": "violation", "at": world.now.isoformat()}
    about = {"kind": "post", "id": "b"}
    world.handle(builders.webhook("decision.taken", {**there, "subject": about}, world.now))
    assert case(world, "b")["state"] == "decided"
    assert clusters.others(table(), case(world, "a")) == {"cases": 2, "open": 1}
    whole(world)


def test_after_thirty_days_words_are_forgotten(world: World) -> None:
    reported(world, "a")
    compared(world)
    world.later(days=30)
    reported(world, "b")
    compared(world)
    assert together(world) == []


def test_words_that_are_edited_are_compared_anew(world: World) -> None:
    reported(world, "a")
    reported(world, "b", OTHER)
    compared(world)
    world.later(minutes=1)
    edited(world, "b", spam(7))
    compared(world)
    assert together(world) == [{"a", "b"}]


def test_what_is_in_a_cluster_stays_there_whatever_it_says_now(world: World) -> None:
    for name, words in (("a", spam(1)), ("b", spam(2)), ("c", OTHER)):
        reported(world, name, words)
    compared(world)
    edited(world, "b", OTHER)
    compared(world)
    assert together(world) == [{"a", "b"}]
    whole(world)


def test_whoever_wrote_what_a_copy_said_before_is_not_drawn_into_its_cluster(world: World) -> None:
    reported(world, "a")
    reported(world, "b", OTHER)
    compared(world)
    world.later(minutes=1)
    edited(world, "b", spam(7))
    compared(world)
    reported(world, "innocent", OTHER)
    compared(world)
    assert together(world) == [{"a", "b"}]
    whole(world)


def test_another_edit_draws_in_nobody_who_wrote_what_was_reported(world: World) -> None:
    reported(world, "a")
    reported(world, "b", OTHER)
    edited(world, "b", spam(7))
    compared(world)
    world.later(days=31)
    reported(world, "innocent", OTHER)
    compared(world)
    edited(world, "b", "Never mind, I have found it.")
    compared(world)
    assert together(world) == [{"a", "b"}]
    reported(world, "c")  # What brought it there is known again.
    compared(world)
    assert together(world) == [{"a", "b", "c"}]


def test_what_says_something_else_by_now_is_linked_to_nothing_by_what_it_said(world: World) -> None:
    reported(world, "a")
    compared(world)
    edited(world, "a", OTHER)
    compared(world)
    reported(world, "b")
    compared(world)
    assert together(world) == []


def test_what_is_edited_in_the_moment_of_the_link_is_not_linked(world: World) -> None:
    reported(world, "a")
    compared(world)
    reported(world, "b")
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: edited(world, "a", OTHER), nth=2)
    compared(world)
    compared(world)
    assert together(world) == []


PICTURES = ["[photo: image.png]", "[photo: image.png]"]
SPOKEN = ["[voice message: voice-message.ogg]", "[voice message: voice-message.ogg]"]


@pytest.mark.parametrize(
    "texts",
    [
        PICTURES,
        SPOKEN,
        ["https://cdn.discordapp.com/attachments/1/2/cat.png", "https://cdn.discordapp.com/attachments/7/9/gore.jpg"],
        ["https://www.instagram.com/p/CxAbC/", "https://www.instagram.com/reel/Zz9/"],
    ],
)
def test_pictures_recordings_and_links_are_no_words(world: World, texts: list[str]) -> None:
    for name, words in zip("ab", texts, strict=True):
        reported(world, name, words)
    compared(world)
    assert together(world) == []


def test_an_edit_while_words_are_compared_is_not_forgotten(world: World) -> None:
    reported(world, "a")
    reported(world, "b", OTHER)
    world.later(seconds=1)
    world.faults.at("dynamodb.UpdateItem", "before", lambda: edited(world, "b", spam(3)), nth=2)
    compared(world)
    assert [row["pk"] for row in world.items("like") if "due" in row] == [case(world, "b")["pk"]]
    compared(world)
    assert together(world) == [{"a", "b"}]


def test_where_a_flag_has_no_words_those_that_the_platform_told_are_compared(world: World) -> None:
    edited(world, "a", spam(1), change="created")
    reported(world, "a", " ")
    reported(world, "b")
    compared(world)
    assert together(world) == [{"a", "b"}]


def test_appeals_link_nothing(world: World) -> None:
    decided(world, held(world, case=reported(world, "a")))
    appeals.make(table(), "acme", case(world, "a")["id"], "author", SPAM, PROGRAM, world.now)
    reported(world, "b")
    compared(world)
    assert together(world) == [{"a", "b"}]
    (appeal,) = [one for one in world.items("case") if "of" in one]
    assert "cluster" not in appeal


@pytest.mark.parametrize(
    ("step", "nth"), [("TransactWriteItems", number) for number in (1, 2, 3)] + [("UpdateItem", 1)]
)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("how", [crash, answer_lost])
def test_cut_off_at_any_write_all_find_each_other(world: World, step: str, nth: int, when: Any, how: Any) -> None:
    """The bands, the link, the end of the duty; and others go on without whoever was cut off."""
    for name in "abc":
        reported(world, name)
    world.faults.at(f"dynamodb.{step}", when, how, nth)
    try:
        compared(world)
    except (Crash, FailedError):
        pass
    world.faults.forget()
    world.faults.born()
    compared(world)
    assert together(world) == [{"a", "b", "c"}]
    assert not [row for row in world.items("like") if "due" in row]
    whole(world)


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("when", ["before", "after"])
def test_two_sweeps_at_once_make_one_cluster(world: World, nth: int, when: Any) -> None:
    for name in "abcd":
        reported(world, name)
        world.later(seconds=1)
    world.faults.at("dynamodb.TransactWriteItems", when, lambda: compared(world), nth=nth)
    compared(world)
    compared(world)
    assert together(world) == [{"a", "b", "c", "d"}]
    whole(world)


@pytest.mark.parametrize(("step", "nth"), [("TransactWriteItems", 1), ("Query", 1), ("Query", likeness.BANDS)])
@pytest.mark.parametrize("when", ["before", "after"])
def test_of_two_that_look_at_once_one_finds_the_other(world: World, step: str, nth: int, when: Any) -> None:
    """Without anybody who comes by later."""
    keys = [(f"acme#case#{reported(world, name)}", "like") for name in "ab"]
    other = lambda: clusters.go_on(table(), keys[1], world.now)  # noqa: E731
    world.faults.at(f"dynamodb.{step}", when, other, nth)
    clusters.go_on(table(), keys[0], world.now)
    assert together(world) == [{"a", "b"}]
    whole(world)


def test_a_case_that_is_written_to_meanwhile_is_linked_all_the_same(world: World) -> None:
    reported(world, "a")
    compared(world)
    name = reported(world, "b")
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: held(world, case=name), nth=2)
    compared(world)
    assert together(world) == [{"a", "b"}]
    assert case(world, "b")["state"] == "claimed"
    whole(world)


def test_who_has_a_case_can_decide_it_though_it_was_linked_meanwhile(world: World) -> None:
    reported(world, "a")
    mine = held(world)
    reported(world, "b")
    compared(world)
    assert decided(world, mine, HIDE)["state"] == "decided"
    whole(world)


def test_of_what_thousands_copy_only_so_many_are_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "MOST_READ", 2)
    for number in range(3):
        reported(world, f"a{number}", spam(1))
        world.later(seconds=1)
        compared(world)
    assert len(together(world)[0]) == 3
    before = len(world.faults.passed)
    reported(world, "last", spam(1))
    compared(world)
    assert world.faults.passed[before:].count("dynamodb.Query") <= 3  # Two of the index, and one band.
    assert case(world, "last")["cluster"] == case(world, "a0")["id"]
    whole(world)


def test_copies_of_what_shares_a_full_band_with_others_find_each_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those others begin alike, and are not."""
    monkeypatch.setattr(clusters, "MOST_READ", 2)
    chance, by_band = Random(1), defaultdict[str, list[str]](list)
    while not (group := next((texts for texts in by_band.values() if len(texts) == 3), None)):
        text = FORM + " ".join("".join(chance.choices(ascii_lowercase, k=6)) for _ in range(30))
        made = likeness.fingerprint(text)
        assert made
        by_band[made.bands[0]].append(text)
    for name, words in zip("abcd", (*group, group[2]), strict=True):
        reported(world, name, words)
        world.later(seconds=1)
        compared(world)
    assert together(world) == [{"c", "d"}]


FORM = "Please fill in all fields of this form: my player name is given below, and what happened is described here. "


def test_a_cluster_is_read_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "PAGE", 2)
    for number in range(3):
        reported(world, str(number), spam(1))
        world.later(seconds=1)
    compared(world)
    cluster, after, pages = case(world, "0")["cluster"], "", list[list[str]]()
    while after or not pages:
        found, after = clusters.page(table(), "acme", cluster, after)
        pages.append([one["subject"]["id"] for one, _ in found])
    assert pages == [["0", "1"], ["2"]]


def test_nothing_is_like_a_case_that_stands_alone(world: World) -> None:
    name = reported(world, "a")
    compared(world)
    assert clusters.others(table(), case(world, "a")) == {"cases": 0, "open": 0}
    with pytest.raises(LookupError, match="no other case is like"):
        clusters.cluster_of(table(), "acme", name)


def test_words_are_compared_within_two_minutes_of_the_flag(world: World) -> None:
    for number in (1, 2):
        world.handle(builders.flag(world.now, flag=f"f-{number}", subject=f"m-{number}", text=spam(number)))
    world.now += timedelta(minutes=1)
    world.upkeep()
    assert together(world) == [{"m-1", "m-2"}]


def test_nothing_else_of_a_case_changes(world: World) -> None:
    """Neither its place nor what whoever has it has seen."""
    for name in "ab":
        reported(world, name)
    before = {name: case(world, name) for name in "ab"}
    compared(world)
    for name in "ab":
        changed = {field for field, value in case(world, name).items() if before[name].get(field) != value}
        assert changed == {"cluster", "linked_by", "next_audit", "head"}
