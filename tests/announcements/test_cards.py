"""What a desk's card says, and when it is looked at again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.cards import CardEntry
from functions.announcements import cards

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FOUND: dict[str, Any] = {"id": "a1", "state": "draft", "title": "Winter", "writer": "discord mo"}
PART = {"text": "It snows.", "counts": [{"what": "text", "unit": "characters", "used": 9, "limit": 2000}]}
POST: dict[str, Any] = {
    "target": "chat",
    "platform": "discord",
    "language": "en",
    "parts": [PART],
    "pings": ["everyone"],
    "cost": "0.200 USD",
    "notes": ["an excerpt with a link"],
    "problems": [],
}
SHOWN: dict[str, Any] = {"hash": "0123456789abcdef" * 4, "problems": [], "skipped": {}, "posts": [POST]}


def row(state: str = "sent", target: str = "chat", **more: Any) -> dict[str, Any]:
    posted = {"posted": {"url": f"https://{target}.example/1"}} if state == "sent" else {}
    request = {"language": "en"}
    told = {"purpose": "post", "state": state, "destination": target, "request": request, "sk": f"delivery#{target}#en"}
    return {**told, **posted, **more}


def published(**more: Any) -> dict[str, Any]:
    return {**FOUND, "state": "published", "publish_at": NOW.isoformat(), **more}


def card(found: dict[str, Any] = FOUND, rows: Any = (), shown: dict[str, Any] = SHOWN, **more: Any) -> Any:
    return cards.card(found, rows, shown, more.pop("language", "en"), **more)


def actions(*given: Any) -> list[str]:
    return [button.action for button in card(*given).buttons]


def test_a_draft_shows_what_every_target_gets() -> None:
    made = card(shown={**SHOWN, "skipped": {"news": "nothing is written in fr"}})
    assert made.title == "Winter"
    assert made.buttons[0].name == "announcement:a1:approve:0123456789abcdef"
    assert made.lines == ("Draft: waits for approval", "Written by discord mo")
    facts = ("text 9/2000 characters", "Pings: everyone", "Cost: 0.200 USD", "Note: an excerpt with a link")
    assert made.entries == (
        CardEntry(title="chat (discord, en)", text="It snows.", facts=facts),
        CardEntry(title="news", facts=("Gets nothing: nothing is written in fr",)),
    )


def test_parts_of_a_thread_are_numbered() -> None:
    (entry,) = card(shown={**SHOWN, "posts": [{**POST, "parts": [PART, PART]}]}).entries
    assert entry.text == "[1/2]\nIt snows.\n\n[2/2]\nIt snows."


def test_what_has_problems_cannot_be_approved() -> None:
    shown = {**SHOWN, "problems": ["chat: too long"], "posts": [{**POST, "problems": ["too long"]}]}
    made = card(shown=shown)
    assert made.entries[0].facts[0] == "Problem: too long"
    assert [button.action for button in made.buttons] == ["hold", "cancel"]


@pytest.mark.parametrize(
    ("found", "rows", "possible"),
    [
        (FOUND, [], ["approve", "hold", "cancel"]),
        ({**FOUND, "held": True}, [], ["approve", "release", "cancel"]),
        ({**FOUND, "state": "scheduled"}, [], ["hold", "cancel"]),
        ({**FOUND, "state": "missed"}, [], ["approve", "hold", "cancel"]),
        ({**FOUND, "state": "publishing"}, [], ["hold"]),
        (published(), [row("planned")], ["hold"]),
        (published(), [row()], []),
        (published(change={}), [row()], ["approve"]),
        ({**FOUND, "state": "cancelled"}, [], []),
        ({**FOUND, "state": "withdrawn"}, [], []),
    ],
)
def test_only_what_is_possible_has_a_button(found: dict[str, Any], rows: list[Any], possible: list[str]) -> None:
    assert actions(found, rows) == possible


def test_afterwards_it_reports_each_target_with_its_link() -> None:
    rows = [
        row(),
        row("refused", "work", reason="Slack says not_in_channel"),
        row("armed", "game"),
        row("unknown", "forum", reason="no answer", listing="x"),
        {**row(), "purpose": "count", "state": "planned"},
    ]
    made = card(published(approved={"by": "discord ilse"}), rows)
    assert made.lines == (
        "Needs a person: look at the results below",
        "Written by discord mo",
        "Approved by discord ilse",
    )
    assert [(one.title, one.facts, one.urls) for one in made.entries] == [
        ("chat (en)", ("there",), ("https://chat.example/1",)),
        ("work (en)", ("refused: Slack says not_in_channel",), ()),
        ("game (en)", ("on its way",), ()),
        ("forum (en)", ("nobody knows whether it arrived: no answer",), ()),
    ]


def test_what_was_taken_back_has_no_link() -> None:
    gone = {**row(), "purpose": "withdraw", "sk": "delivery#chat#en#withdraw"}
    (entry,) = card({**FOUND, "state": "withdrawn"}, [row(), gone]).entries
    assert (entry.facts, entry.urls) == (("taken back",), ())


def test_why_a_press_had_no_effect_is_told() -> None:
    assert card(refusal="it is published already").lines[-1] == "The last press had no effect: it is published already"
    assert "a changé" in card(refusal=cards.STALE, language="fr-CA").lines[-1]


def test_both_languages_say_the_same() -> None:
    assert cards.TEXTS["en"].keys() == cards.TEXTS["fr"].keys()
    assert card(language="pt").lines == card().lines


AT = {"publish_at": NOW.isoformat()}


@pytest.mark.parametrize(
    ("found", "rows", "after", "seconds"),
    [
        (FOUND, [], {}, None),
        ({**FOUND, "state": "cancelled"}, [], {}, None),
        ({**FOUND, **AT, "state": "scheduled"}, [], {"days": -3}, 3 * 86400 + 1),
        ({**FOUND, **AT, "state": "publishing"}, [], {"minutes": 1}, 60),
        (published(), [row("planned")], {"minutes": 1}, 60),
        (published(), [row("unknown")], {"hours": 2}, 300),
        (published(), [row("held")], {"days": 2}, 3600),
        (published(), [row("held")], {"days": 36}, None),
        (published(), [row(), row("refused", "work")], {"minutes": 1}, None),
        ({**FOUND, **AT, "state": "withdrawing"}, [row()], {"minutes": 1}, 60),
    ],
)
def test_it_is_looked_at_again_only_while_something_can_happen_by_itself(
    found: dict[str, Any], rows: list[Any], after: dict[str, int], seconds: int | None
) -> None:
    assert cards.again(found, rows, NOW + timedelta(**after)) == seconds
