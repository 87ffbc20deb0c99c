"""Languages: every message in each of them, and numbers, dates and plurals to the code point as CLDR has them."""

import re
from datetime import UTC, date, datetime

import pytest
from fluent.syntax import ast
from fluent.syntax.visitor import Visitor

from functions.digests import words
from functions.digests.words import UnsaidError, Words

NARROW, NO_BREAK, THIN = "\u202f", "\u00a0", "\u2009"
DAY = date(2026, 11, 21)
MOMENT = datetime(2026, 11, 21, 8, 5, tzinfo=UTC)


class Needs(Visitor):
    """The variables of each message."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:
        self.found.add(node.id.name)


def messages(language: str) -> dict[str, set[str]]:
    found = {}
    for resource in words.resources(language):
        for entry in resource.body:
            assert not isinstance(entry, ast.Junk), entry.content
            if isinstance(entry, ast.Message):
                needs = Needs()
                needs.visit(entry)
                assert entry.id.name not in found, f"{entry.id.name} is there twice"
                found[entry.id.name] = needs.found
    return found


def test_there_are_english_and_french() -> None:
    assert {"en", "fr"} <= set(words.languages())


@pytest.mark.parametrize("language", words.languages())
def test_a_language_has_every_message_and_says_what_it_is_given(language: str) -> None:
    """What a new folder `messages/<language>/` has to pass."""
    wanted, found = messages(words.FIRST), messages(language)
    assert found.keys() == wanted.keys()
    assert {name: found[name] for name in found} == wanted


@pytest.mark.parametrize("language", words.languages())
def test_plurals_have_the_categories_that_their_language_may_need(language: str) -> None:
    for name in messages(language):
        assert Words.of(language).has(name)


def test_french_sentences_keep_their_signs_on_the_line() -> None:
    """A space before a colon, semicolon, question or exclamation mark, and inside of guillemets, is one that does not
    break."""
    for resource in words.resources("fr"):
        for entry in resource.body:
            if isinstance(entry, ast.Message):
                for text in texts(entry):
                    assert not re.search(" [:;!?»]|« ", text), text


def texts(message: ast.Message) -> list[str]:
    visitor = Texts()
    visitor.visit(message)
    return visitor.found


class Texts(Visitor):
    def __init__(self) -> None:
        self.found: list[str] = []

    def visit_TextElement(self, node: ast.TextElement) -> None:
        self.found.append(node.value)


@pytest.mark.parametrize(
    ("tag", "number", "percent", "ranged"),
    [
        ("en", "12,345.6", "7%", "1,234–5,678"),
        ("fr", f"12{NARROW}345,6", f"7{NO_BREAK}%", f"1{NARROW}234–5{NARROW}678"),
        ("fr-CA", f"12{NO_BREAK}345,6", f"7{NO_BREAK}%", f"1{NO_BREAK}234–5{NO_BREAK}678"),
    ],
)
def test_numbers_are_written_as_in_the_region(tag: str, number: str, percent: str, ranged: str) -> None:
    said = Words.of(tag)
    assert (said.number(12345.6), said.percent(0.07), said.range(1234, 5678)) == (number, percent, ranged)


@pytest.mark.parametrize(
    ("tag", "day", "short", "moment"),
    [
        ("en", "Saturday, November 21, 2026", "21 Sat", f"Nov 21, 2026, 9:05{NARROW}AM"),
        ("en-GB", "Saturday, 21 November 2026", "Sat 21", "21 Nov 2026, 09:05"),
        ("fr", "samedi 21 novembre 2026", "sam. 21", "21 nov. 2026, 09:05"),
        ("fr-CA", "samedi 21 novembre 2026", "sam. 21", "21 nov. 2026, 09 h 05"),
    ],
)
def test_dates_are_written_as_in_the_region(tag: str, day: str, short: str, moment: str) -> None:
    said = Words.of(tag)
    found = (said.day(DAY), said.weekday(DAY), said.moment(MOMENT, "Europe/Paris"))
    assert [ascii(one) for one in found] == [ascii(one) for one in (day, short, moment)]


def test_a_span_of_days_names_its_month_once() -> None:
    span = date(2026, 3, 23), date(2026, 3, 29)
    assert Words.of("fr").days(*span) == "23–29 mars 2026"
    assert Words.of("en").days(*span) == f"Mar 23{THIN}–{THIN}29, 2026"


@pytest.mark.parametrize(
    ("tag", "number", "said"),
    [
        ("en", 0, "0 people spoke."),
        ("en", 1, "One person spoke."),
        ("en", 2, "2 people spoke."),
        ("fr", 0, "0 personne s’est exprimée."),  # French counts nought in the singular, English does not.
        ("fr", 1, "1 personne s’est exprimée."),
        ("fr", 2, "2 personnes se sont exprimées."),
        ("fr", 1234, f"1{NARROW}234 personnes se sont exprimées."),
    ],
)
def test_plurals_are_the_languages_own(tag: str, number: int, said: str) -> None:
    assert Words.of(tag).say("people", number=number) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(5, "1 min"), (59 * 60, "59 min"), (3 * 3600, "3 hr"), (13_000, "3 hr, 36 min"), (200_000, "2 days, 7 hr")],
)
def test_durations_are_told_in_their_two_largest_units(seconds: int, said: str) -> None:
    assert Words.of("en").duration(seconds) == said


@pytest.mark.parametrize(
    ("tag", "language"), [("fr-CA", "fr"), ("FR", "fr"), ("de", "en"), ("xx-YY", "en"), ("", "en")]
)
def test_what_there_are_no_messages_for_is_said_in_english(tag: str, language: str) -> None:
    assert Words.of(tag).language == language
    assert Words.of(tag).number(1.5) == ("1,5" if language == "fr" else "1.5")


def test_a_message_that_is_not_there_or_lacks_something_is_a_mistake_of_ours() -> None:
    with pytest.raises(UnsaidError, match="no message 'nonsense'"):
        Words.of("en").say("nonsense")
    with pytest.raises(UnsaidError, match="people"):
        Words.of("en").say("people")
