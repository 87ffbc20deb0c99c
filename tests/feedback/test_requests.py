"""What people say is the same: merged, unmerged, confirmed; through the API and the command line."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.feedback import groups, records, requests, study
from functions.feedback.reading import alike
from functions.shared import clock
from functions.shared.table import Delete, Put, Update, key_of, table
from tests.api.manager import Manager
from tests.cli.api import desk
from tests.support import builders
from tests.support.faults import Crash, crash
from tests.support.world import World

THEMES = """
[[themes]]
id = "sync"
community = "acme"
title = "Synchronisation"
[themes.keywords]
en = ["sync"]
"""
NAMES = "abcdef"
PAIRS = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] < pair[1])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), PAIRS),
        st.tuples(st.just("unmerge"), PAIRS),
        st.tuples(st.just("vote"), st.tuples(st.sampled_from(NAMES), st.sampled_from("123"))),
    ),
    max_size=40,
)


@pytest.fixture
def ada() -> Iterator[Manager]:
    with World(builders.PROGRAM + THEMES) as world:
        yield Manager(world)


def said(world: World, text: str, who: str, *, about: str = "", kind: str = "form", **more: Any) -> str:
    """Logged and counted; its id."""
    content = f"{who}-{text}-{about}"
    pk, sk = records.log_key("acme", "game", content, world.now)
    item = {"pk": pk, "sk": sk, "kind": "feedback", "source": "game", "platform": "standard_webhooks"}
    told = {"content": content, "type": kind, "title": "", "text": text, "url": "", "about": about, "who": who}
    times = {"said_at": clock.text(world.now), "logged_at": clock.text(world.now), "state": "created"}
    table().write(Put({**item, **told, **times, **more}))
    records.mark(table(), "acme", records.rollup.bucket(world.now), world.now)
    return records.item_id({**item})


def studied(world: World) -> None:
    world.later(hours=1)
    assert world.roll_up()
    world.later(minutes=10)
    assert world.learn(), world.failures


def show(ada: Manager, name: str) -> Any:
    got = ada.get(f"feedback/items/{name}")
    assert got.status == 200, got.text
    return got.json


@given(STEPS)
def test_any_order_of_merges_unmerges_and_votes_equals_a_plain_recount(steps: list[tuple[str, Any]]) -> None:
    authors = {name: name.upper() for name in NAMES}
    links: set[tuple[str, str]] = set()
    votes: dict[str, set[str]] = {}
    for what, (one, other) in steps:
        if what == "vote":
            votes.setdefault(one, set()).add(other)
        else:
            (links.add if what == "merge" else links.discard)((one, other))
    found = groups.together(links)
    for name in NAMES:
        reached: set[str] = {name}
        before: set[str] = set()
        while reached != before:
            before = set(reached)
            reached |= {end for link in links if reached & set(link) for end in link}
        members = next((ours for ours in found.values() if name in ours), [name])
        assert set(members) == reached
        expected = {authors[one] for one in reached} | {who for one in reached for who in votes.get(one, ())}
        assert groups.people(members, authors, votes) == expected
    assert all(root == min(members) for root, members in found.items())


def test_a_merged_voter_counts_once_and_an_unmerge_restores_exactly(ada: Manager) -> None:
    first = said(ada.world, "Please add a dark mode", "a")
    second = said(ada.world, "Un mode sombre svp", "b")
    third = said(ada.world, "dark theme!", "a")
    said(ada.world, "+1", "c", about="a-Please add a dark mode-", kind="reaction")
    said(ada.world, "+1", "c", about="b-Un mode sombre svp-", kind="reaction")
    studied(ada.world)
    assert show(ada, first)["same"]["people"] == show(ada, second)["same"]["people"] == 2
    before = show(ada, second)["same"]
    merged = ada.post(f"feedback/items/{second}/merge", {"with": first}).json
    assert (merged["people"], len(merged["items"])) == (3, 2)
    again = ada.post(f"feedback/items/{first}/merge", {"with": second}).json
    assert again == merged
    chain = ada.post(f"feedback/items/{third}/merge", {"with": second}).json
    assert (chain["people"], chain["request"]) == (3, min(first, second, third))
    ada.post(f"feedback/items/{third}/merge", {"with": first})  # A circle.
    (listed,) = ada.get("feedback/requests").json["requests"]
    assert (listed["people"], len(listed["items"])) == (3, 3)
    assert ada.post(f"feedback/items/{third}/unmerge", {}).json["items"] == [third]
    assert ada.post(f"feedback/items/{second}/unmerge", {"from": first}).json == before
    assert show(ada, first)["same"]["people"] == 2
    assert ada.post(f"feedback/items/{second}/unmerge", {}).status == 404


def test_what_was_removed_or_said_by_our_own_is_nobodys_wish(ada: Manager) -> None:
    first, second = said(ada.world, "Add a dark mode", "a"), said(ada.world, "Dark mode, yes", "b", staff=True)
    third = said(ada.world, "Yes, dark mode", "c")
    studied(ada.world)
    for name in (second, third):
        ada.post(f"feedback/items/{name}/merge", {"with": first})
    assert show(ada, first)["same"]["people"] == 2
    table().write(Update(key_of(requests.item(table(), "acme", third)), set={"state": "removed", "text": ""}))
    assert show(ada, first)["same"]["people"] == 1


def test_duplicates_are_suggested_until_somebody_says_they_are_not(ada: Manager) -> None:
    first = said(ada.world, "My watch does not sync with the phone", "a")
    said(ada.world, "The new map is gorgeous", "x")
    ada.world.later(hours=3)
    second = said(ada.world, "La montre ne synchronise pas avec mon téléphone", "b")
    assert show(ada, second)["alike"] == []  # Nothing was studied yet.
    studied(ada.world)
    (near,) = show(ada, second)["alike"]
    assert (near["id"], near["text"]) == (first, "My watch does not sync with the phone")
    ada.post(f"feedback/items/{second}/different", {"with": first})
    assert show(ada, second)["alike"] == show(ada, first)["alike"] == []


def test_a_copy_is_known_at_once(ada: Manager) -> None:
    first = said(ada.world, "The server in Paris is down again", "a")
    second = said(ada.world, "Hello! The SERVER in Paris is down again.", "b")
    (near,) = show(ada, second)["alike"]
    assert (near["id"], near["sure"], near["score"]) == (first, "copy", 100)


def test_what_is_edited_or_erased_is_studied_again(ada: Manager) -> None:
    first = said(ada.world, "The server in Paris is down again", "a")
    studied(ada.world)
    found = requests.item(table(), "acme", first)
    table().write(Update(key_of(found), set={"text": "", "state": "removed"}))
    records.mark(table(), "acme", requests.hour_of(found), ada.world.now)
    studied(ada.world)
    assert study.texts("acme")["hours"][requests.hour_of(found)]["said"] == []
    assert b"Paris" not in b"".join(ada.world.stored(key) for key in ada.world.objects("study/"))


def test_what_is_confirmed_beats_what_was_read_and_is_learned(ada: Manager) -> None:
    read = {"kind": "other", "themes": ["sync"], "language": "en", "mood": "negative"}
    names = [
        said(ada.world, f"{words} never arrive on my phone", who, read=read)
        for words, who in (("My runs", "a"), ("Steps", "b"), ("Nights", "c"))
    ]
    studied(ada.world)
    assert not ada.world.item("bucket")["dirty"]
    done = ada.post(f"feedback/items/{names[0]}/confirm", {"kind": "bug"}).json
    assert (done["kind"], done["themes"], done["confirmed"]["by"]) == ("bug", ["sync"], "Ada")
    assert ada.world.item("bucket")["dirty"], "its hour is counted anew"
    for name in names:
        assert ada.post(f"feedback/items/{name}/confirm", {"themes": ["sync"]}).status == 200
    assert show(ada, names[0])["item"]["confirmed"]["kind"] == "bug"
    assert study.learned("acme") is None
    studied(ada.world)
    learned = study.learned("acme")
    assert learned
    assert learned.centres["sync"].examples == 3
    wrong = ada.post(f"feedback/items/{names[0]}/confirm", {"themes": ["maps"]})
    assert (wrong.status, "there are sync" in wrong.message) == (400, True)
    assert ada.post(f"feedback/items/{names[0]}/confirm", {}).status == 400


def test_what_is_confirmed_is_counted_though_whoever_wrote_it_died_right_after(ada: Manager) -> None:
    world = ada.world
    name = said(world, "It crashes", "kim", read={"language": "en", "kind": "praise"})
    world.roll_up()
    world.faults.at("dynamodb.TransactWriteItems", "after", crash)
    with pytest.raises(Crash):
        requests.confirm(table(), "acme", name, "bug", None, "Ada", world.now)
    world.faults.forget()
    world.roll_up()
    assert world.item("feedback")["confirmed"]["kind"] == "bug"
    assert "kind:bug" in world.item("hour")["counts"]


def test_items_are_listed_filtered_and_paged(ada: Manager) -> None:
    for number in range(60):
        kind = "bug" if number % 2 else "praise"
        said(ada.world, f"Number {number}", f"u{number}", read={"kind": kind, "themes": [], "language": "en"})
        ada.world.later(minutes=1)
    said(ada.world, "+1", "z", kind="reaction")
    page = ada.get("feedback/items").json
    rest = ada.get(f"feedback/items?before={page['next']}").json
    texts = [one["text"] for one in page["items"] + rest["items"]]
    assert texts == [f"Number {number}" for number in reversed(range(60))]
    assert "next" not in rest
    assert len(ada.get("feedback/items?kind=bug").json["items"]) == 30
    assert ada.get("feedback/items?theme=sync").json["items"] == []
    assert ada.get("feedback/items?from=2026-01-01&to=2026-11-22").status == 400


def test_what_three_people_speak_of_asks_for_a_name(ada: Manager) -> None:
    for who in "abc":
        said(ada.world, "The voice chat drops all the time", who)
    said(ada.world, "The voice chat drops all the time", "d", read={"themes": ["sync"]})
    studied(ada.world)
    (found,) = ada.get("feedback/unnamed").json["unnamed"]
    assert (found["people"], len(found["items"])) == (3, 3)
    assert found["typical"]["text"] == "The voice chat drops all the time"
    assert {"voice", "chat"} <= set(found["words"])


def test_nothing_is_said_of_what_is_not_there(ada: Manager) -> None:
    name = said(ada.world, "Hi there", "a")
    gone = f"2026112208-{'0' * 32}"
    for path, body in (("merge", {"with": gone}), ("merge", {"with": name}), ("unmerge", {"from": gone})):
        assert ada.post(f"feedback/items/{name}/{path}", body).status == 404
    assert ada.get(f"feedback/items/{gone}").status == ada.get("feedback/items/nonsense").status == 404
    assert Manager(ada.world, "reader").post(f"feedback/items/{name}/confirm", {"kind": "bug"}).status == 403


def test_only_what_changed_is_read_again(ada: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    said(ada.world, "The server in Paris is down again", "a")
    studied(ada.world)
    before = ada.world.stored("study/acme/texts")
    monkeypatch.setattr(study, "heard", None)
    ada.world.later(minutes=15)
    assert ada.world.learn()
    assert ada.world.stored("study/acme/texts") == before


def test_the_command_line_shows_merges_and_confirms(
    ada: Manager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = said(ada.world, "Please add a dark mode", "a")
    second = said(ada.world, "Un mode sombre svp", "b")
    studied(ada.world)
    monkeypatch.chdir(tmp_path)
    at = desk(ada.world, tmp_path, monkeypatch, "manager")
    assert "Please add a dark mode" in at.good("feedback", "items")
    text = at.good("feedback", "show", first)
    assert "Un mode sombre svp" in text
    assert "1 item by 1 person." in text
    assert "2 items by 2 people." in at.good("feedback", "merge", first, second)
    assert "2" in at.good("feedback", "requests")
    assert "1 item by 1 person." in at.good("feedback", "unmerge", first)
    assert at.good("feedback", "confirm", first, "--theme", "sync") == f"{first} is of no kind yet, about sync.\n"
    assert "either --theme" in at.refused("feedback", "confirm", first, "--theme", "sync", "--no-theme")
    assert "without a theme" in at.good("feedback", "unnamed")
    assert at.told("feedback", "different", first, second)["items"] == [first]


def test_a_request_outlives_the_oldest_of_its_items(ada: Manager) -> None:
    """Words end one after the other: what was said later is still asked for, and a merge can still be taken back."""
    first = said(ada.world, "Please add a dark mode", "a")
    ada.world.later(hours=2)
    second, third = said(ada.world, "Dark mode, please", "b"), said(ada.world, "Dark theme", "c")
    studied(ada.world)
    for name in (second, third):
        ada.post(f"feedback/items/{name}/merge", {"with": first})
    ended = requests.item(table(), "acme", first)
    table().write(Delete(key_of(ended)))
    (listed,) = ada.get("feedback/requests").json["requests"]
    assert (listed["people"], listed["item"]["id"]) == (2, min(second, third))
    assert ada.post(f"feedback/items/{second}/unmerge", {"from": first}).json["items"] == [second]
    assert ada.post(f"feedback/items/{third}/unmerge", {}).json["items"] == [third]
    assert ada.get("feedback/requests").json["requests"] == []


def test_a_text_is_held_against_all_others_once(ada: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    first = said(ada.world, "The battery drains far too fast on my watch", "ann")
    studied(ada.world)
    held: list[str] = []
    likely = study.likely
    monkeypatch.setattr(study, "likely", lambda index, name, *of: held.append(name) or likely(index, name, *of))
    second = said(ada.world, "Battery drains far too fast on the watch", "bob")
    studied(ada.world)
    assert [pair[:2] for pair in study.likeliest("acme")] == [(first, second)]
    assert held == [second]


def test_what_time_does_not_allow_is_held_against_the_others_by_the_next_study() -> None:
    index = alike.index([alike.counted(f"The battery drains {number}") for number in range(3)], ["a", "b", "c"])
    counts = [alike.counted("The battery drains")] * 3
    allowed = iter([True, False])
    nothing: dict[str, Any] = {"pairs": [], "looked": []}
    begun = study.paired(index, counts, lambda one, other: True, nothing, lambda: next(allowed))
    assert begun["looked"] == ["a"]
    done = study.paired(index, counts, lambda one, other: True, begun, lambda: True)
    assert done["looked"] == ["a", "b", "c"]
    assert {pair[:2] for pair in done["pairs"]} == {("a", "b"), ("a", "c"), ("b", "c")}
    assert not study.paired(index, counts, lambda one, other: False, done, lambda: True)["pairs"]


def test_words_that_have_ended_are_in_no_study(ada: Manager) -> None:
    """Nothing is counted anew when they end."""
    ended = int((ada.world.now + timedelta(days=30)).timestamp())
    for who in "abc":
        said(ada.world, "The server in Paris is down again", who, expires=ended)
    studied(ada.world)
    assert study.texts("acme")["hours"]
    ada.world.later(days=30)
    assert ada.world.learn()
    assert all(hour["said"] == [] for hour in study.texts("acme")["hours"].values())
    assert study.nameless("acme")["groups"] == []


def test_an_index_has_as_many_texts_as_there_is_room_for(ada: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        said(ada.world, f"The server number {number} is down again", "a")
        ada.world.later(hours=1)
    one = len(alike.counted("The server number 1 is down again"))
    monkeypatch.setattr(study, "MOST_FEATURES", 3 * one + 1)
    studied(ada.world)
    index = study.indexed("acme", 0)
    assert index
    newest = sorted(
        (item["id"] for hour in study.texts("acme")["hours"].values() for item in hour["said"]), reverse=True
    )
    assert index.names == newest[:3]


def test_of_what_was_learned_the_newest_is_held_and_nothing_before(ada: Manager) -> None:
    name = said(ada.world, "My runs never arrive", "a")
    assert ada.post(f"feedback/items/{name}/confirm", {"themes": ["sync"]}).status == 200
    held = []
    for _ in range(5):
        studied(ada.world)
        held.append(study.learned("acme"))
    assert len(study.KNOWN) == 1
    assert study.KNOWN["acme"][1] is held[-1]
