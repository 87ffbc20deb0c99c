"""People, not posts: exact for any period."""

from hypothesis import given
from hypothesis import strategies as st

from functions.feedback import reach


def item(who: str, theme: str = "", **more: object) -> dict[str, object]:
    read = {"language": "en", "kind": "bug", "themes": [theme] if theme else []}
    return {"source": "forum", "type": "post", "said_at": "2026-11-22T08:00:00Z", "who": who, "read": read, **more}


ANN, BOB, CAT = ("a" * 16, "b" * 16, "c" * 16)


def test_one_person_who_says_much_is_one() -> None:
    found = reach.counted(reach.people([item(ANN, "sync"), item(ANN, "sync"), item(BOB, "maps")]))
    assert (found["total"], found["theme:sync"], found["theme:maps"], found["kind:bug"]) == (2, 1, 1, 2)


def test_our_own_people_what_was_removed_and_nobody_do_not_count() -> None:
    said = [item(ANN, staff=True), item(BOB, state="removed"), item("")]
    assert reach.people(said) == {}


def test_a_retracted_word_takes_its_person_away_only_where_nothing_else_stands() -> None:
    said = [item(ANN, "sync", state="removed"), item(ANN, "maps")]
    assert reach.counted(reach.people(said)) == {"kind:bug": 1, "source:forum": 1, "theme:maps": 1, "total": 1}


@given(days=st.lists(st.lists(st.sampled_from([ANN, BOB, CAT]), max_size=5), max_size=5))
def test_a_period_has_as_many_people_as_all_of_its_log(days: list[list[str]]) -> None:
    each = [reach.unpacked(reach.packed(reach.people(map(item, day)))) for day in days]
    assert reach.together(each) == reach.people(item(who) for day in days for who in day)
