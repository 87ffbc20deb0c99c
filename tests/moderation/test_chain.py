"""The chain of a case's history: whole, it verifies; whatever is changed, taken out or put in is named."""

from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.moderation import chain
from functions.moderation.chain import GONE, ROOT, Broken, erased, sealed, verify

TEXTS = st.text(max_size=20)
FIELDS = ["case", "number", "what", "at", "who", "detail", "salts", "digests", "before", "seal"]


def line(number: int, **more: Any) -> dict[str, Any]:
    usual = {"what": "flagged", "at": f"2026-11-22T12:00:{number:02d}.000Z", "who": "Anna"}
    return {"case": "c1", "number": number, **usual, "detail": {"flag": str(number), "text": "No."}, **more}


def history(length: int) -> list[dict[str, Any]]:
    numbers, lines = count(), list[dict[str, Any]]()
    for number in range(1, length + 1):
        lines.append(sealed(line(number), lines[-1]["seal"] if lines else ROOT, lambda: f"salt {next(numbers)}"))
    return lines


def head(lines: list[dict[str, Any]]) -> str:
    return str(lines[-1]["seal"]) if lines else ROOT


@given(st.integers(0, 12))
def test_what_was_written_verifies(length: int) -> None:
    lines = history(length)
    assert verify("c1", lines, head(lines)) is None


def changed(one: dict[str, Any], name: str) -> dict[str, Any]:
    match one[name]:
        case dict() as fields:
            first = sorted(fields)[0]
            return {**one, name: {**fields, first: f"{fields[first]}x"}}
        case int() as number:
            return {**one, name: number + 1}
    return {**one, name: f"{one[name]}x"}


@pytest.mark.parametrize("name", FIELDS)
@given(length=st.integers(1, 6), data=st.data())
def test_a_line_that_was_changed_is_named(name: str, length: int, data: st.DataObject) -> None:
    lines = history(length)
    place = data.draw(st.integers(0, length - 1))
    found = verify("c1", [*lines[:place], changed(lines[place], name), *lines[place + 1 :]], head(lines))
    assert found is not None
    assert found.number == place + 1


@given(st.integers(1, 8), st.data())
def test_a_line_that_was_taken_out_is_named(length: int, data: st.DataObject) -> None:
    lines = history(length)
    place = data.draw(st.integers(0, length - 1))
    found = verify("c1", lines[:place] + lines[place + 1 :], head(lines))
    assert found is not None
    assert found.number == place + 1


def test_lines_cannot_change_places_or_come_from_another_case() -> None:
    lines = history(3)
    assert verify("c1", [lines[1], lines[0], lines[2]], head(lines)) is not None
    assert verify("c2", lines, head(lines)) == Broken(1, "line 1 is missing, or another stands in its place")


def test_a_history_written_anew_does_not_end_where_the_case_says() -> None:
    lines = history(2)
    (other,) = history(1)
    forged = [other, sealed(line(2, what="decided"), other["seal"], lambda: "salt")]
    found = verify("c1", forged, head(lines))
    assert found is not None
    assert "another last line" in found.told


def test_nothing_can_be_put_beside_what_was_sealed() -> None:
    (only,) = history(1)
    for more in ({"detail": {**only["detail"], "new": "x"}}, {"detail": {"flag": "1"}}):
        found = verify("c1", [{**only, **more}], head([only]))
        assert found is not None
        assert "detail." in found.told


GOING: tuple[dict[str, Any], ...] = (
    {"who": GONE},
    {"detail": {"flag": "1", "text": ""}},
    {"detail": {"flag": GONE, "text": "No."}},
    {"who": GONE, "detail": {"flag": GONE, "text": ""}},
)


@pytest.mark.parametrize("changes", GOING, ids=str)
def test_it_survives_that_somebody_is_erased(changes: dict[str, Any]) -> None:
    lines = history(3)
    gone = {**lines[0], **erased(lines[0], changes)}
    assert verify("c1", [gone, *lines[1:]], head(lines)) is None
    again = {**gone, **erased(gone, changes)}
    assert again == gone
    for name, value in changes.items():
        assert gone[name] == value


@pytest.mark.parametrize("changes", GOING, ids=str)
def test_nobody_can_write_into_what_was_erased(changes: dict[str, Any]) -> None:
    lines = history(2)
    gone = {**lines[0], **erased(lines[0], changes)}
    for name in changes:
        forged = {**gone, name: "Ben" if name == "who" else {"flag": "9", "text": "Yes."}}
        found = verify("c1", [forged, lines[1]], head(lines))
        assert found is not None
        assert found.number == 1


def test_what_is_left_of_a_line_is_still_proved() -> None:
    lines = history(1)
    gone = {**lines[0], **erased(lines[0], {"who": GONE})}
    assert verify("c1", [changed(gone, "detail")], head(lines)) is not None


@pytest.mark.parametrize("name", FIELDS)
def test_a_line_without_one_of_its_fields_is_no_line(name: str) -> None:
    (only,) = history(1)
    found = verify("c1", [{key: value for key, value in only.items() if key != name}], head([only]))
    assert found is not None


@given(st.dictionaries(TEXTS, TEXTS | st.integers() | st.none(), max_size=4))
def test_the_order_of_keys_says_nothing(detail: dict[str, Any]) -> None:
    turned = dict(reversed(detail.items()))
    assert chain.digest("s", detail) == chain.digest("s", turned)
