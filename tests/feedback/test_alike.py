"""What is proposed as the same, and what is a copy."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.feedback.reading import alike, unnamed
from functions.feedback.reading.alike import Index
from functions.feedback.reading.unnamed import Said, groups

TEXTS = (
    "The battery of my watch is empty after one day.",
    "Please add a dark mode to the settings.",
    "La synchronisation avec mon téléphone échoue.",
    "How do I cancel my subscription?",
    "The match never starts, I wait for ten minutes.",
)


def index_of(*texts: str) -> Index:
    return alike.index([alike.counted(one) for one in texts], list(texts), [alike.copied(one) for one in texts])


def nearest(text: str, *texts: str) -> str:
    index = index_of(*texts)
    return index.names[index.near(alike.counted(text))[0].place]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Ma montre n'a plus de batterie le soir", 0),
        ("Ajoutez un mode sombre s'il vous plaît", 1),
        ("Synchronizing with my phone fails", 2),
        ("Comment annuler mon abonnement ?", 3),
        ("Matches do not start", 4),
    ],
)
def test_the_same_wish_is_found_in_another_language_and_form(text: str, number: int) -> None:
    assert nearest(text, *TEXTS) == TEXTS[number]


def test_what_has_nothing_in_common_is_not_proposed() -> None:
    assert index_of(*TEXTS).near(alike.counted("Wunderbares Wetter heute")) == []
    assert index_of().near(alike.counted(TEXTS[0])) == []


def test_an_index_is_read_as_it_was_written() -> None:
    made = index_of(*TEXTS)
    assert alike.read(alike.dump(made)) == made


def test_an_index_of_another_version_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    body = alike.dump(index_of(*TEXTS))
    monkeypatch.setattr(alike, "MODEL", "alike-2")
    assert alike.read(body) is None


@pytest.mark.parametrize(
    "copy",
    [
        "hello, the SERVER in Paris was down again!!!",
        "The server in Paris was down again",
        "Bonjour, the server 3 in Pàris was down again. Thanks a lot",
    ],
)
def test_a_copy_is_one_with_another_greeting_number_or_punctuation(copy: str) -> None:
    assert alike.copied(copy) == alike.copied("The server 12 in Paris was down again.")


def test_other_words_are_no_copy_and_short_ones_never() -> None:
    assert alike.copied("The server in Lyon was down again") != alike.copied("The server in Paris was down again")
    assert alike.copied("Great app!") == alike.copied("") == ""


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_can_be_compared(text: str, title: str) -> None:
    found = alike.counted(text, title)
    index = alike.index([found, alike.counted("a dark mode")])
    near = index.near(found, least=0.5)
    assert (near[0].place == 0 and near[0].score > 0.98) if found else near == []


def test_what_three_people_speak_of_is_a_group_with_its_words() -> None:
    said = [
        Said("1", "The voice chat cracks and drops", "", "a"),
        Said("2", "voice chat drops all the time", "", "b"),
        Said("3", "le chat vocal coupe: voice chat drops", "", "c"),
        Said("4", "Where are my skins?", "", "d"),
        Said("5", "More maps please", "", "e"),
    ]
    (found,) = groups(said)
    assert (found.people, set(found.items)) == (3, {"1", "2", "3"})
    assert {"chat", "voice", "drops"} <= set(found.words)
    assert groups([one for one in said if one.id != "3"]) == []


def test_one_person_who_says_it_three_times_is_no_group() -> None:
    assert groups([Said(str(number), "voice chat drops again", "", "a") for number in range(3)]) == []


def test_of_a_text_that_hundreds_copied_one_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with all others were hours of work, in which no other community is studied."""
    asked: list[int] = []
    near = Index.near
    monkeypatch.setattr(Index, "near", lambda index, found, *more: asked.append(1) or near(index, found, *more))
    copies = [Said(str(number), "The voice chat drops all the time", "", str(number % 50)) for number in range(300)]
    others = [Said(f"m{number}", "The new map is gorgeous", "", f"m{number}") for number in range(3)]
    large, small = groups([*copies, *others])
    assert (large.people, len(large.items), small.people) == (50, 300, 3)
    assert len(asked) == 2


def test_what_there_is_no_work_left_for_is_found_by_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unnamed, "MOST_WORK", 1_000)
    texts = ("voice chat drops in Lyon", "voice chat drops at night", "voice chat drops again", "a gorgeous map")
    (found,) = groups([Said(str(number), text, "", str(number)) for number, text in enumerate(texts)])
    assert set(found.items) == {"0", "1", "2"}


def test_a_text_is_held_against_a_bounded_number_of_places(monkeypatch: pytest.MonkeyPatch) -> None:
    index = index_of(*["gg well played all"] * 500, "The battery is empty after a day", "My battery was empty")
    text = alike.counted("gg, the battery is empty")
    best = [one.place for one in index.near(text, 2)]
    monkeypatch.setattr(alike, "MOST_COMPARED", 400)
    assert [one.place for one in index.near(text, 2)] == best == [501, 500]


def test_the_longest_words_are_cut_before_they_are_remembered() -> None:
    assert alike.words("x" * 2_000) == ["x" * alike.LONGEST_WORD]
