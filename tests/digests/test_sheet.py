"""What a digest says: only what is so, in each language, the same on the page, in a mail and in its text."""

import re
from dataclasses import asdict
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.digests import Counted, Digest, Figure, Quote, Row, Unusual, Usual
from functions.digests import render, sheet, statements, words
from functions.digests.sheet import Links
from functions.digests.words import Words
from tests.digests import full
from tests.digests.reading import Tags

LINK = "https://liaison.example/digests/acme/marie/daily-2026-11-21?r=marie&e=1&s=2"
LINKS = Links(
    decision=lambda one: f"https://liaison.example/decide/{one.id}",
    items=lambda series: f"https://liaison.example/items?series={quote(series)}",
    page=lambda name: f"https://liaison.example/{name}",
)
CADENCES = ("daily", "weekly", "monthly")


def said(digest: Digest, language: str = "en", *, short: bool = True) -> sheet.Sheet:
    return sheet.sheet(digest, Words.of(language), LINKS, full.ITEMS, short=short)


def text(digest: Digest, language: str = "en") -> str:
    return render.mail(said(digest, language), LINK)[1]


def page(digest: Digest, language: str = "en") -> str:
    made = said(digest, language, short=False)
    return render.page("digest.html", Words.of(language), nav=[], sheet=made)


@pytest.mark.parametrize("language", words.languages())
@pytest.mark.parametrize("cadence", CADENCES)
def test_every_section_is_said_in_every_language(cadence: Any, language: str) -> None:
    digest = full.digest(cadence)
    made = said(digest, language, short=False)
    assert [block.key for block in made.blocks] == [
        "decisions", "unusual", "volume", "topics", "mood", "replies", "moderation", "announcements", "coming",
    ]  # fmt: skip
    for shown in (page(digest, language), *render.mail(said(digest, language), LINK)):
        for block in made.blocks:
            assert block.title in shown


@pytest.mark.parametrize("language", words.languages())
def test_a_digest_with_nothing_in_it_is_said_in_every_language(language: str) -> None:
    empty = Digest.model_validate(
        {
            **{name: getattr(full.digest(), name) for name in ("community", "reader", "period", "made_at", "sections")},
            "community_name": "Acme",
            "reader_name": "Marie",
            "language": language,
        }
    )
    assert Words.of(language).say("nothing-waits") in text(empty, language)
    assert len(said(empty, language).blocks) == 1


def test_what_waits_leads_and_says_how_late_it_is() -> None:
    first, *_ = said(full.digest()).blocks
    rows = [[cell.text for cell in row] for row in first.tables[0].rows]
    assert rows == [
        ["Case", "Somebody insults somebody", "late by 2 hr"],
        ["Announcement to approve", "A draft", "5 hr"],
    ]
    assert first.title == "Needs your decision (2)"
    assert first.tables[0].rows[0][1].href == "https://liaison.example/decide/c1"


def test_where_more_may_wait_than_was_read_it_says_at_least() -> None:
    digest = full.digest(more_decisions=True, decisions=())
    assert said(digest).blocks[0].title == "Needs your decision (at least 0)"
    assert "Nothing waits in what was looked through." in text(digest)
    assert said(digest).subject.startswith("Acme Games: at least 0 to decide")


def test_what_does_not_wait_any_more_says_so() -> None:
    digest = full.digest(decisions=(full.decision(about=""),))
    assert "does not wait any more" in page(digest)


# Status

ELSE = "Nothing else that is told here has clearly changed."


def figure(change: Any, number: int = 20) -> Figure:
    return Figure(number=number, change=change)


def status(*changes: Any, **more: Any) -> str:
    """Of a digest whose whole, bugs and wishes came out so."""
    digest = full.digest(
        volume=full.digest().volume.model_copy(update={"total": figure(changes[0]), "sources": ()}),  # type: ignore[union-attr]
        topics=(),
        kinds=tuple(
            full.digest().kinds[0].model_copy(update={"series": series, "figure": figure(change)})
            for series, change in zip(("kind:bug", "kind:feature"), changes[1:], strict=False)
        ),
        **{"replies": None, "replies_before": None} | more,
    )
    return " ".join(statements.status(digest, Words.of("en")))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (["unclear", "unclear", "few"], "No clear change."),
        (["few", "few", "few"], "Too few to say whether anything has changed."),
        ([None, None, None], "There is no history yet to hold it against."),
        (
            ["more", "unclear", "few"],
            "More than usual: all that was said. Nothing else that is told here has clearly changed.",
        ),
        (
            ["unclear", "more", "less"],
            f"More than usual: bugs. Less than usual: wishes. {ELSE}",
        ),
    ],
)
def test_the_status_is_made_by_rules_from_what_was_tested(changes: list[Any], told: str) -> None:
    assert status(*changes) == told


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        (
            (0.60, 0.70),
            (0.75, 0.85),
            f"Replies came later than in the period before. {ELSE}",
        ),
        (
            (0.75, 0.85),
            (0.60, 0.70),
            f"Replies came sooner than in the period before. {ELSE}",
        ),
        ((0.60, 0.76), (0.75, 0.85), "No clear change."),
    ],
)
def test_replies_are_slower_only_where_their_ranges_have_nothing_in_common(
    now: tuple[float, float], before: tuple[float, float], told: str
) -> None:
    found = {"replies": full.replies(*now), "replies_before": full.replies(*before)}
    assert status("unclear", "unclear", "few", **found) == told


@given(
    st.text(min_size=1, max_size=80),
    st.integers(0, 10**6),
    st.integers(0, 500),
    st.sampled_from(words.languages()),
)
def test_a_subject_is_facts_in_sixty_characters(name: str, number: int, decisions: int, language: str) -> None:
    digest = full.digest(
        community_name=name,
        counted=Counted(counts={"total": number}),
        decisions=tuple(full.decision(id=str(one)) for one in range(decisions)),
    )
    subject = statements.subject(digest, Words.of(language))
    assert 0 < len(subject) <= 60
    assert "\n" not in subject


def test_a_subject_leads_with_decisions() -> None:
    assert statements.subject(full.digest(), Words.of("en")) == "Acme Games: 2 to decide, 1 unusual, more bugs, 91 said"
    assert (
        statements.subject(full.digest(), Words.of("fr"))
        == "Acme Games\u00a0: 2 à décider, 1 inhabituel, bugs en hausse"
    )


def test_the_status_names_what_changed_or_says_how_many_more_did() -> None:
    row = full.digest().kinds[0]
    kinds = tuple(
        row.model_copy(update={"series": f"kind:{name}", "figure": figure("less")}) for name in ("bug", "praise")
    )
    volume = full.digest().volume
    assert volume
    sources = tuple(Row(series=f"source:{name}", figure=figure("less")) for name in ("forum", "store"))
    volume = volume.model_copy(update={"total": figure("less"), "sources": sources})
    told = full.digest(volume=volume, kinds=kinds, topics=(), replies=None, replies_before=None)
    assert statements.status(told, Words.of("en"))[0] == "Less than usual: all that was said, bugs, praise, and 2 more."
    few = told.model_copy(update={"kinds": ()})
    first = "Moins que d’habitude : tout ce qui s’est dit, la source « forum » et la source « store »."
    assert statements.status(few, Words.of("fr"))[0].replace("\u00a0", " ") == first


def test_what_could_not_be_read_in_time_is_said() -> None:
    told = " ".join(statements.status(full.digest(partial=True), Words.of("en")))
    assert told.endswith("some may be missing.")


# Quotes


def test_quotes_are_words_as_they_were_when_they_were_chosen() -> None:
    """What was removed, edited or erased since is not quoted."""
    shown = page(full.digest())
    assert "The sync is broken" in shown
    assert '<p lang="fr" dir="auto">La synchro marche, merci</p>' in shown
    for gone in ("Removed words", "Other words"):
        assert gone not in shown
    assert 'href="https://forum.example/t/1"' in shown


def test_a_topic_without_quotes_left_has_no_title_for_them() -> None:
    topic = full.digest().topics[0].model_copy(update={"quotes": (Quote(item="erased", why="newest"),)})
    assert "own words" not in page(full.digest(topics=(topic,)))


def test_what_has_no_words_any_more_is_not_quoted() -> None:
    items = {name: {**item, "text": ""} for name, item in full.ITEMS.items()}
    made = sheet.sheet(full.digest(), Words.of("en"), LINKS, items, short=False)
    assert not [block for block in made.blocks if block.quotes]


@pytest.mark.parametrize("language", words.languages())
def test_what_rises_in_a_day_is_held_against_a_week_before(language: str) -> None:
    daily, weekly = (text(full.digest(cadence), language) for cadence in ("daily", "weekly"))
    told = {
        "en": ("than on that weekday a week before: “Sync”.", "than in the period before: “Sync”."),
        "fr": (
            "même jour de la semaine précédente\u00a0: «\u202fSync\u202f».",
            "période précédente\u00a0: «\u202fSync\u202f».",
        ),
    }
    assert told[language][0] in daily
    assert told[language][1] in weekly


@pytest.mark.parametrize(
    ("kind", "change", "told"), [("praise", "more", "éloges en hausse"), ("other", "less", "tout le reste en baisse")]
)
def test_french_needs_no_elision(kind: str, change: Any, told: str) -> None:
    topic = full.digest().kinds[0].model_copy(update={"series": f"kind:{kind}", "figure": figure(change)})
    assert told in statements.subject(full.digest(kinds=(topic,), unusual=()), Words.of("fr"))


def test_a_picture_says_no_more_than_is_known_of_what_is_usual() -> None:
    volume = full.digest().volume
    assert volume
    usual = [one.model_copy(update={"number": 40}) for one in volume.days]
    young = [one.model_copy(update={"usual": None}) for one in usual]
    for days, told in (
        (usual, "Every day was within what is usual."),
        ([*young[:5], *usual[5:]], "Every day of which it is known was within what is usual."),
        (young, "There is no history yet to say what is usual."),
    ):
        digest = full.digest(volume=volume.model_copy(update={"days": tuple(days)}))
        assert told in text(digest)


# The same everywhere


def test_the_text_part_says_what_the_html_part_says() -> None:
    made = said(full.digest())
    html, plain = render.mail(made, LINK)
    shown = [made.title, *made.status, *made.footer, made.seal]
    for block in made.blocks:
        shown += [
            block.title,
            *block.lines,
            *(cell.text for table in block.tables for row in table.rows for cell in row),
        ]
        shown += [one.text for _, quotes in block.quotes for one in quotes]
        shown += [block.picture.alt] if block.picture else []
    for words_ in shown:
        assert words_ in plain, words_
        assert words_ in unescape(html), words_


def unescaped(html: str) -> str:
    return unescape(html)


def test_a_mail_has_at_most_five_rows_of_each_and_the_page_has_all() -> None:
    many = full.digest(decisions=tuple(full.decision(f"Case number {one}", id=str(one)) for one in range(12)))
    assert "Case number 4" in text(many)
    assert "Case number 5" not in text(many)
    assert "7 more are on the page." in text(many)
    assert "Case number 11" in page(many)


def test_pictures_state_what_they_show_and_their_numbers_stand_beside_them() -> None:
    html, _ = render.mail(said(full.digest()), LINK)
    assert re.search(
        '<img src="cid:days" alt="Said each day, Nov 8[^"]*: 38–51. More than usual: 21 Sat \\(51\\)."', html
    )
    shown = page(full.digest())
    assert "<summary>The same by day: the numbers of the picture</summary>" in shown
    assert "<svg" in shown


def test_a_mail_stays_below_what_clients_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = full.digest(
        decisions=tuple(full.decision("W" * 60_000, id=str(one)) for one in range(100)),
        announced=tuple(full.digest().announced[0].model_copy(update={"title": "ü" * 5_000}) for _ in range(10)),
    )
    html, _ = render.mail(said(endless), LINK)
    assert len(html.encode()) < render.LARGEST
    monkeypatch.setattr(render, "LARGEST", 6_000)
    html, plain = render.mail(said(full.digest()), LINK)
    assert len(html.encode()) <= 6_000
    assert "All of it, on one page" in html
    assert "All of it, on one page" in plain


HOSTILE = (
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "\u202egpj.exe\u202d",
    "W" * 50_000,
    "@everyone <@&1> @here",
    '"><img src=x onerror=alert(1)>',
    "line\n\nNeeds your decision (0)\nNothing waits.",
    "&lt;b&gt; &amp;amp;",
    "{ $number }",
)


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("language", words.languages())
def test_a_strangers_words_are_words_everywhere(hostile: str, language: str) -> None:
    digest = full.digest(
        community_name=hostile,
        reader_name=hostile,
        decisions=(full.decision(hostile),),
        unusual=(
            Unusual(
                id="e", series=f"source:{hostile}"[:300], title=hostile, direction="more",
                day=full.NOW.date(), count=1, usual=Usual(low=1, high=2), days=1,
                because=({"what": "note", "title": hostile},),
            ),
        ),
        topics=(full.digest().topics[0].model_copy(update={"title": hostile}),),
    )  # fmt: skip
    items = {name: {**item, "text": hostile, "url": ""} for name, item in full.ITEMS.items()}
    for short in (True, False):
        made = sheet.sheet(digest, Words.of(language), LINKS, items, short=short)
        html, plain = render.mail(made, LINK)
        whole = render.page("digest.html", Words.of(language), nav=[], sheet=made)
        for shown in (html, whole):
            assert "<script" not in shown
            assert "<img src=x" not in shown
            assert not Tags(shown).handlers
        for shown in (html, whole, plain):
            assert not set("\u202e\u202d") & set(shown)
            assert max(map(len, re.split(r"\s", re.sub(r"<[^>]*>|https?://\S+", " ", shown)))) < 400
        heads = [line for line in plain.splitlines() if line.startswith((made.blocks[0].title, "Nothing waits"))]
        assert heads == [made.blocks[0].title]


def test_a_sheet_is_plain_text_all_through() -> None:
    """Nothing in it is markup, so every channel can write it in its own."""
    assert "<" not in str(
        [{k: v for k, v in asdict(block).items() if k != "picture"} for block in said(full.digest()).blocks]
    )
