"""What a case's card says at each state of the case, which buttons it has, and what these are called."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import buttons, moderation
from events.buttons import ACTIONS, Button
from events.cards import Card
from events.moderation import Measure
from events.program import Moderation, Policy, Threshold
from functions.moderation import cards
from functions.moderation.cards import Possible, Seen
from functions.moderation.points import Background, Known
from functions.platforms.discord import cards as discord
from functions.platforms.slack import cards as slack

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CASE: dict[str, Any] = {
    "id": "0123456789abcdef",
    "state": "open",
    "level": 0,
    "late": 0,
    "severity": 2,
    "weight": 1200,
    "flags": 3,
    "codes": ["harassment"],
    "reasons": ["harassment", "toxic"],
    "nature": "report",
    "platform": "discord",
    "subject": {"source": "server", "kind": "message", "id": "1", "url": "https://discord.com/channels/1/2/3"},
    "author": {"id": "4417", "name": "eve"},
    "summary": "You are all worthless.",
    "title": "",
    "text": "You are all worthless. @everyone",
    "look_by": "2026-11-22T16:00:00.000Z",
    "decide_by": "2026-11-23T12:00:00.000Z",
    "fence": 0,
    "material": 1,
    "claimed_by": "",
    "lease_until": "",
}
HELD = {
    **CASE,
    "state": "claimed",
    "claimed_by": "ilse-token",
    "lease_until": "2026-11-22T12:15:00.000Z",
    "fence": 3,
    "seen": 1,
}
DECIDED = {**HELD, "state": "decided", "outcome": "violation", "decided_by": "ilse-token"} | {
    "decided_at": "2026-11-22T12:00:00.000Z"
}
RULE = Policy(
    id="be-kind",
    community="acme",
    title="Be kind",
    text="No insults.",
    texts={"fr": "Pas d’insultes."},
    reasons=("harassment",),
    measures=("timeout", "remove"),
)
POSSIBLE: dict[Measure, Possible] = {
    "approve": Possible("Manage Messages", True),
    "remove": Possible("Manage Messages", False, "The message is gone for good."),
    "timeout": Possible("Moderate Members", True, seconds=(60, 28 * 86400)),
    "resolve": Possible("none", False),
}
SEEN = Seen(
    zone=ZoneInfo("Europe/Paris"),
    names={"ilse-token": "Ilse"},
    history={"violation": 2, "no_violation": 1},
    policies=(RULE,),
    possible=POSSIBLE,
)


def card(found: dict[str, Any] = CASE, language: str = "en", now: datetime = NOW, **more: Any) -> Card:
    given = {name: getattr(SEEN, name) for name in SEEN.__dataclass_fields__}
    return cards.card(found, Seen(**{**given, **more}), language, now)


def said(made: Card) -> str:
    words = [made.title, *made.lines]
    for entry in made.entries:
        words += [entry.title, *entry.facts, entry.text, *entry.urls]
    return "\n".join(words)


def actions(made: Card) -> list[str]:
    return [button.action for button in made.buttons]


def test_everything_that_a_decision_needs_is_there() -> None:
    made = card()
    assert made.title == "You are all worthless."
    assert made.lines == (
        "Open: to be taken by 2026-11-22 17:00, decided by 2026-11-23 13:00 (Europe/Paris)",
        "Severity 2 (0 is the worst)",
        "Reports: 3 (weight 1.2)",
        "Because of: harassment, toxic",
    )
    reported, rule, possible = made.entries
    assert reported.title == "As it was reported (discord, server, message)"
    assert reported.text == "You are all worthless. @everyone"
    assert reported.facts == ("By eve (4417)", "Decided before: 2 × a rule was broken, 1 × none")
    assert reported.urls == ("https://discord.com/channels/1/2/3",)
    assert (rule.title, rule.facts) == ("The rule: Be kind", ("No insults.",))
    assert possible.facts == (
        "let it through: needs Manage Messages; can be taken back",
        "remove: needs Manage Messages; cannot be taken back; lost even then: The message is gone for good.",
        "time-out: needs Moderate Members; can be taken back; from 1 min to 28 d",
        "close the report there: needs none; cannot be taken back",
    )


@pytest.mark.parametrize(
    ("found", "possible"),
    [
        (CASE, ["take", "escalate"]),
        ({**CASE, "level": 1}, ["take"]),
        ({**CASE, "state": "snoozed", "wake_at": "2026-11-24T12:00:00.000Z"}, ["take", "escalate"]),
        (HELD, ["give", "escalate", "dismiss", "violation", "timeout", "remove"]),
        ({**HELD, "level": 1}, ["give", "dismiss", "violation", "timeout", "remove"]),
        ({**HELD, "material": 2}, ["take", "give", "escalate"]),
        ({**HELD, "lease_until": "2026-11-22T12:00:00.000Z"}, ["take", "escalate"]),
        (DECIDED, []),
    ],
)
def test_what_can_be_pressed(found: dict[str, Any], possible: list[str]) -> None:
    assert actions(card(found)) == possible


def test_a_decision_s_button_says_all_that_its_form_needs() -> None:
    names = {button.action: button.name for button in card(HELD).buttons}
    assert names["timeout"] == "case:0123456789abcdef:timeout:3:TrC:be-kind"
    asked = buttons.read(names["timeout"])
    assert asked == Button(
        "0123456789abcdef", "timeout", 3, ("timeout", "remove", "resolve"), ("timeout", "resolve"), "be-kind"
    )
    asked = buttons.read(names["dismiss"])
    assert asked == Button("0123456789abcdef", "dismiss", 3, ("approve", "resolve"), ("resolve",), "")


def test_what_is_held_back_is_let_through_unless_somebody_says_otherwise() -> None:
    (dismiss,) = [one for one in card({**HELD, "nature": "hold"}).buttons if one.action == "dismiss"]
    asked = buttons.read(dismiss.name)
    assert asked
    assert asked.chosen == ("approve", "resolve")


def test_where_nothing_can_be_done_there_is_still_a_verdict() -> None:
    made = card(HELD, possible={})
    assert actions(made) == ["give", "escalate", "dismiss", "violation"]
    assert "Nothing can be done there from here" in said(made)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"late": 1}, "LATE"),
        ({"level": 1}, "With the leads"),
        ({"repeats": 4}, "Reported again since: 4"),
        ({"author": {}}, "By an account that is not known"),
        ({"appeal": "I quoted somebody."}, "I quoted somebody."),
    ],
)
def test_what_else_there_is_to_know(more: dict[str, Any], told: str) -> None:
    assert told in said(card({**CASE, **more}))
    assert told not in said(card())


def test_it_says_how_many_more_there_are_of_the_same() -> None:
    made = said(card(alike={"cases": 4, "open": 3}))
    assert "More like this: 4, 3 of them open; see `liaison cases cluster 0123456789abcdef`" in made
    assert "More like this" not in said(card(alike={"cases": 0, "open": 0}))


def test_what_it_says_now_stands_beside_what_was_reported() -> None:
    message = {"state": "edited", "text": "Sorry!", "changed_at": "2026-11-22T11:00:00.000Z"}
    made = said(card(message=message))
    assert all(words in made for words in ("You are all worthless. @everyone", "Sorry!", "edited 2026-11-22 12:00"))
    assert "It was removed 2026-11-22 12:00" in said(card(message={**message, "state": "removed", "text": ""}))
    assert "As it is now" not in said(card(message={**message, "text": CASE["text"]}))


def test_who_has_it_is_told_by_name() -> None:
    made = said(card(HELD))
    assert "Ilse has it until 2026-11-22 13:15 (Europe/Paris)" in made
    assert "ilse-token" not in made
    assert "It has changed since it was taken" in said(card({**HELD, "material": 2}))


def act(measure: str, state: str, **more: Any) -> dict[str, Any]:
    undo = {"undo": True} if more.pop("undo", False) else {}
    return {"purpose": "act", "state": state, "request": {"measure": measure, **undo}, **more}


def test_what_became_of_a_decision() -> None:
    rows = [
        act("remove", "sent"),
        act("timeout", "planned", reason="the platform asks to wait"),
        act("ban", "refused", reason="Missing Permissions"),
        act("remove", "sent", undo=True),
    ]
    decision = {"decision": {"policy": "be-kind", "explanation": "Insults."}}
    made = card(DECIDED, measures=rows, decision=decision)
    assert made.lines[:3] == (
        "Decided by Ilse, 2026-11-22 13:00 (Europe/Paris): a rule was broken",
        "Rule: Be kind",
        "Why: Insults.",
    )
    assert made.entries[-1].facts == (
        "remove: done",
        "time-out: on its way: the platform asks to wait",
        "ban: refused: Missing Permissions",
        "remove, taken back: done",
    )


def test_two_weeks_after_the_decision_nothing_is_left_of_what_it_was_about() -> None:
    made = card(DECIDED, now=NOW + cards.KEPT_UP)
    assert made.entries == ()
    assert made.buttons == ()
    assert "worthless" not in said(made)
    assert "4417" not in said(made)
    assert "liaison cases show 0123456789abcdef" in said(made)


@pytest.mark.parametrize(
    ("found", "rows", "after", "seconds"),
    [
        (CASE, [], 0, 86400),
        (HELD, [], 0, 901),
        (HELD, [], 3600, 86400),
        (DECIDED, [act("remove", "planned")], 60, 60),
        (DECIDED, [act("remove", "planned")], 3700, 300),
        (DECIDED, [act("remove", "stuck")], 90000, 3600),
        (DECIDED, [act("remove", "sent")], 60, 86400),
        (DECIDED, [], 14 * 86400 - 10, 11),
        (DECIDED, [act("remove", "planned")], 14 * 86400, None),
    ],
)
def test_when_it_is_looked_at_again(found: dict[str, Any], rows: Any, after: int, seconds: int | None) -> None:
    assert cards.again(found, rows, NOW + timedelta(seconds=after)) == seconds


def test_every_sentence_is_there_in_every_language() -> None:
    assert cards.TEXTS["en"].keys() == cards.TEXTS["fr"].keys()
    assert "Pas d’insultes." in said(card(language="fr"))
    assert "LATE" not in said(card({**CASE, "late": 1}, language="fr"))
    assert said(card(language="de")) == said(card())


def test_every_measure_has_a_letter_and_a_word() -> None:
    assert tuple(buttons.LETTERS) == get_args(Measure)
    assert len(buttons.MEASURES) == len(buttons.LETTERS)
    assert buttons.TIMED == moderation.TIMED
    assert set(get_args(Measure)) - {"approve", "resolve"} < set(ACTIONS)
    assert set(get_args(Measure)) < cards.TEXTS["en"].keys()


MEASURES = st.lists(st.sampled_from(get_args(Measure)), unique=True, max_size=9).map(tuple)


@given(
    action=st.sampled_from(ACTIONS),
    fence=st.integers(0, 999_999_999),
    measures=MEASURES,
    chosen=st.sets(st.sampled_from(get_args(Measure))),
    rule=st.from_regex(r"([a-z][a-z0-9-]{0,39})?", fullmatch=True),
)
def test_a_name_fits_and_says_what_it_was_made_from(
    action: Any, fence: int, measures: Any, chosen: set[str], rule: str
) -> None:
    asked = Button("0123456789abcdef", action, fence, measures, tuple(one for one in measures if one in chosen), rule)
    assert len(asked.name) <= 100
    read = buttons.read(asked.name)
    assert read
    assert (read.action, read.fence, read.name) == (action, fence, asked.name)
    if action not in ("take", "give", "escalate"):
        assert read == asked


@pytest.mark.parametrize(
    "name",
    [
        "case:7:take:0",
        "case:0123456789abcdef:take",
        "case:0123456789abcdef:take:-1",
        "case:0123456789abcdef:eat:1",
        "case:0123456789abcdef:remove:1:hx:",
        "case:0123456789abcdef:remove:1:h:Be kind",
        "",
        "announcement:a:approve:0",
    ],
)
def test_what_is_no_name_of_ours_is_read_as_nothing(name: str) -> None:
    assert buttons.read(name) is None


# Points, and the other accounts of the same person

LADDER = Moderation(thresholds=(Threshold(points=8, measure="timeout", minutes=1440), Threshold(points=12)))


def known(*ends: str, person: int = 0, points: int = 4, gives: bool = True) -> Background:
    """With a strike of eight points for each of these days on which one ends."""
    strikes = [{"policy": "be-kind", "points": 8, "ends_at": f"{day}T12:00:00.000Z"} for day in ends]
    own = Known("server", "4417", 2, 1, strikes)
    others = [Known("forum" if number else "server", f"{number}", 1, 0, strikes) for number in range(person)]
    rule = RULE.model_copy(update={"points": points})
    return Background(own, [own, *others] if others else (), (rule,), LADDER, gives)


def facts(made: Card) -> list[str]:
    """What it says of whoever wrote it, but for who it was and how that was decided; and of the rule, but for its
    text."""
    reported, rule = made.entries[:2]
    return [*reported.facts[2:], *rule.facts[1:]]


@pytest.mark.parametrize(
    ("background", "language", "told"),
    [
        (None, "en", []),
        (known(points=0), "en", []),
        (known(), "en", ["No points in 90 days", "Points of a violation: 4, then 4 in all"]),
        (known("2026-11-22"), "en", ["No points in 90 days", "Points of a violation: 4, then 4 in all"]),
        (
            known("2026-11-23", "2026-11-21"),
            "en",
            [
                "Points: 8 in 90 days (Be kind × 1)",
                "Usual from 8 points on: time-out 1 d",
                "Points of a violation: 4, then 12 in all",
                "That reaches 12: the leads will look at the account",
            ],
        ),
        (
            known("2026-11-23", gives=False),
            "fr",
            [
                "Points : 8 en 90 jours (Be kind × 1)",
                "D’usage dès 8 points : exclure un temps 1 j",
            ],
        ),
        (
            known(person=2),
            "en",
            [
                "No points in 90 days",
                "The 3 accounts of this person: 4 × a rule was broken, 1 × none; points: 0"
                " (server: 3 ×, points: 0; forum: 1 ×, points: 0)",
                "Points of a violation: 4, then 4 in all",
            ],
        ),
        (
            known("2026-11-23", "2026-11-24", person=1, points=1),
            "fr",
            [
                "Points : 16 en 90 jours (Be kind × 2)",
                "Les 2 comptes de cette personne : 3 × une règle enfreinte, 1 × aucune ; points : 32"
                " (server : 3 ×, points : 32)",
                "Points d’une infraction : 1, puis 17 en tout",
            ],
        ),
    ],
)
def test_points_are_known_before_anybody_decides(background: Background, language: str, told: list[str]) -> None:
    policies = background.policies if background else (RULE,)
    assert facts(card(HELD, language, background=background, policies=policies)) == told


def test_what_the_threshold_says_is_offered_first() -> None:
    """Also where others reported it, too; not where somebody calls their report so."""
    called = {**HELD, "codes": [], "reasons": ["points"]}
    only, too = {**called, "threshold": "only"}, {**called, "threshold": "too"}
    for found, first in ((only, "timeout"), (too, "timeout"), (called, "remove")):
        made = card(found, background=known("2026-11-23"))
        assert next(action for action in actions(made) if action in POSSIBLE) == first
        styles = {one.name.split(":")[2]: one.style for one in made.buttons}
        assert styles["timeout"] == ("bad" if first == "timeout" else "plain")


HOSTILE = st.text(st.sampled_from("ab`*_<>@!&#|\\\n.é\u200b🎉"), max_size=4000)


@given(text=HOSTILE, name=HOSTILE, summary=HOSTILE)
def test_whatever_strangers_write_the_card_fits_and_is_text(text: str, name: str, summary: str) -> None:
    found = {**HELD, "text": text, "summary": summary, "author": {"id": "4417", "name": name}}
    made = card(found, message={"state": "edited", "text": text + "!", "changed_at": HELD["lease_until"]})
    there = discord.written(made, "case 0123456789abcdef")
    assert there["allowed_mentions"] == {"parse": []}
    assert len(there["content"].encode("utf-16-le")) // 2 <= 2000
    sizes = [len((one["title"] + one["description"]).encode("utf-16-le")) // 2 for one in there["embeds"]]
    assert sum(sizes) + 40 <= 6000
    assert all(one["description"].count("```") % 2 == 0 for one in there["embeds"])
    assert [len(row["components"]) for row in there["components"]] == [5, 1]
    blocks = slack.written(made)["blocks"]
    assert all(one["text"]["type"] == "plain_text" for one in blocks if "text" in one)
    assert all(1 <= len(one["text"]["text"]) <= 3000 for one in blocks if "text" in one)
