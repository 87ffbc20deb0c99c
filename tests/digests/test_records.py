"""One digest for a reader and a day: a page, a mail, a link; and nothing of a stranger is more than text."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest

from functions.announcements import records as announcements
from functions.digests import handler
from functions.digests.digest import reactions
from functions.feedback import watch
from functions.moderation import seals
from functions.shared import links, parameters, parked, switches
from functions.shared.table import Put, table
from functions.upkeep import sweep
from tests.announcements import stage
from tests.api.manager import Manager
from tests.api.test_series import WEEKLY
from tests.feedback import test_watch as watched
from tests.moderation import people
from tests.support import builders
from tests.support.faults import answer_lost
from tests.support.outside import status
from tests.support.world import World

HOSTILE = [
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "\u202egpj.exe\u202d",
    "W" * 50_000,
    "@everyone <@&1> @here",
    '"><img src=x onerror=alert(1)>',
    "line\n\nNeeds your decision (0)\nNothing waits.",
    "&lt;b&gt; &amp;amp;",
    "javascript:alert(1)",
]


class Tags(HTMLParser):
    """All tags of a page with their attributes, and all of its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def page(world: World, reader: str = "marie") -> str:
    (found,) = [item for item in world.items("digest") if item["reader"] == reader]
    return world.stored(found["page"]).decode()


def mail(world: World) -> dict[str, Any]:
    return dict(world.delivery("mail")["request"])


def link_of(world: World) -> str:
    found = re.search(r"As a page: (\S+)", mail(world)["text"])
    assert found
    return found.group(1)


def opened(world: World, link: str) -> Any:
    split = urlsplit(link)
    return world.ask("GET", f"{split.path}?{split.query}")


def test_each_reader_gets_one_digest_and_one_mail(world: World) -> None:
    for _ in range(3):
        assert world.digests()
        world.drain()
        world.later(hours=1)
    assert [(item["reader"], item["day"]) for item in world.items("digest")] == [
        ("marie", "2026-11-21"),
        ("noor", "2026-11-21"),
    ]
    (sent,) = world.mails()
    assert sent.destinations["ToAddresses"] == ["marie@acme.example"]
    assert sent.subject == "Acme Games: nothing waits, 0 said on 2026-11-21"


def test_the_next_day_brings_the_next_one(world: World) -> None:
    world.digests()
    world.later(days=1)
    world.digests()
    assert len(world.items("digest")) == 4


def test_two_runs_at_once_make_one_digest(world: World) -> None:
    world.faults.at("dynamodb.TransactWriteItems", "before", world.digests)
    world.digests()
    world.finish()
    assert len(world.items("digest")) == 2
    assert len(world.mails()) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["s3.PutObject", "dynamodb.TransactWriteItems", "sqs.SendMessage", "ssm.GetParameter"])
def test_a_run_that_dies_is_made_up_for_an_hour_later(world: World, step: str, when: Any) -> None:
    world.forget_caches()
    world.faults.at(step, when)
    assert not world.digests()
    world.later(hours=1)
    assert world.digests()
    world.finish()
    assert len(world.items("digest")) == 2
    assert len(world.mails()) == 1
    assert opened(world, link_of(world)).status == 200


def test_one_reader_whose_digest_fails_keeps_nobody_from_theirs(world: World) -> None:
    world.faults.at("s3.PutObject", "before", answer_lost)
    assert not world.digests()  # The alarm hears of it.
    assert [item["reader"] for item in world.items("digest")] == ["noor"]


def test_a_reader_without_an_address_has_a_page_and_no_mail(world: World) -> None:
    world.digests()
    assert "For Noor, in Asia/Kathmandu time." in page(world, "noor")
    assert [row["destination"] for row in world.items("delivery")] == ["marie"]


def test_a_quiet_day_says_that_nothing_waits(world: World) -> None:
    world.digests()
    assert "Nothing waits." in page(world)
    assert "Nothing waits." in mail(world)["text"]
    assert "not counted" in page(world)  # The week before is not called zero.


def test_what_waits_comes_oldest_first_with_its_age(world: World) -> None:
    world.handle(builders.flag(world.now, text="Old insult"))
    world.later(hours=5)
    world.handle(builders.release(world.now, title="2.4"))
    world.later(hours=5)
    world.outside.next = [status(403), status(403)]  # The measure, and what its author is told.
    decided_and_refused(world)
    world.accept(builders.webhook("match.finished", {}, world.now))
    world.drain()
    world.later(hours=14)
    world.digests()
    text = Tags(page(world)).text
    assert "Needs your decision (4)" in text
    places = [text.index(words) for words in ("Old insult", "game 2.4", "to game: answered 403", "match.finished")]
    assert places == sorted(places)
    assert "24 h" in text
    assert mail(world)["subject"].startswith("Acme Games: 4 to decide")


def decided_and_refused(world: World) -> None:
    """Another case, whose measure the game refuses."""
    world.handle(builders.flag(world.now, subject="2", flag="2", text="Settled insult"))
    (name,) = [case["id"] for case in world.items("case") if case["summary"] == "Settled insult"]
    people.decided(world, people.held(world, case=name))
    world.drain()


def test_a_decided_case_and_a_published_announcement_do_not_wait(world: World) -> None:
    decided_and_refused(world)
    world.drain()
    assert world.delivery("hide")["state"] == "sent"
    world.digests()
    assert "Nothing waits." in page(world)


def test_counts_are_of_the_readers_own_day(world: World) -> None:
    midnight = world.now.replace(day=21, hour=23, minute=0)  # In Paris the 22nd begins; in Kathmandu it has.
    world.handle(
        builders.feedback(midnight - timedelta(minutes=1), content="1", received=world.now),
        builders.feedback(midnight, content="2", received=world.now),
        builders.feedback(midnight - timedelta(days=7, minutes=1), content="3", received=world.now),
    )
    world.roll_up()
    world.digests()
    digests = {item["reader"]: item["total"] for item in world.items("digest")}
    assert digests == {"marie": 1, "noor": 0}
    assert re.search(
        r"all</th><td class=\"n\">1</td><td>not enough history yet</td><td class=\"n\">1</td>", page(world)
    )


def test_numbers_are_as_read_at_a_named_position(world: World) -> None:
    world.handle(builders.feedback(world.now - timedelta(days=1), received=world.now))
    world.roll_up()
    world.digests()
    (position,) = {item["position"] for item in world.items("digest") if item["reader"] == "marie"}
    assert f"position {position}" in Tags(page(world)).text


def test_a_source_that_sends_everything_takes_one_line(world: World) -> None:
    for number in range(101):
        envelope = builders.webhook("match.finished", {"n": number}, world.later(milliseconds=1))
        parked.record(envelope, "no event type", world.now)
    world.digests()
    assert "Needs your decision (1)" in page(world)
    assert "Parked events (100 or more)" in page(world)


# Strangers' words


@pytest.mark.parametrize("words", HOSTILE, ids=[words[:12].encode("unicode_escape").decode() for words in HOSTILE])
def test_a_strangers_words_are_shown_as_words(world: World, words: str) -> None:
    subject = {"kind": "post", "id": "1", "text": words, "title": words, "url": words}
    data = {"id": "1", "reason": words[:500], "comment": words, "at": world.now.isoformat(), "subject": subject}
    world.handle(builders.webhook("flag.raised", data, world.now))
    world.handle(builders.release(world.now, title=words))
    world.handle(builders.feedback(world.now - timedelta(days=1), text=words, received=world.now))
    world.drain()
    world.digests()
    world.finish()
    shown, sent = Tags(page(world)), Tags(mail(world)["html"])
    for parsed in (shown, sent):
        names = {tag for tag, _ in parsed.tags}
        assert not names & {"script", "img", "b", "iframe", "form"}
        assert not [attrs for _, attrs in parsed.tags if any(name.startswith("on") for name in attrs)]
        assert "\u202e" not in parsed.text
        links = [attrs["href"] or "" for tag, attrs in parsed.tags if tag == "a"]
        assert all(link.startswith("https://") for link in links)
    first = words.split()[0].strip("\u202e\u202d")[:50]
    assert first in shown.text
    assert first in sent.text
    text = mail(world)["text"]
    assert text.count("Needs your decision (2)") == 1
    assert "\nNothing waits." not in text
    assert max(len(line) for line in text.splitlines()) < 400
    assert len(world.mails()) == 1


def test_endless_titles_do_not_make_a_mail_too_large_to_store(world: World) -> None:
    world.handle(*(builders.release(world.now, number=number, title="W" * 60_000) for number in range(5)))
    assert world.digests()
    world.finish()
    assert len(world.mails()) == 1


def test_a_link_of_a_stranger_is_followed_only_to_the_web(world: World) -> None:
    for number, url in enumerate(("https://forum.example/p/1", "javascript:alert(1)", "data:text/html,x", "")):
        subject = {"kind": "post", "id": str(number), "text": f"words {number}", "url": url}
        data = {"id": str(number), "at": world.now.isoformat(), "subject": subject}
        world.handle(builders.webhook("flag.raised", data, world.now))
    world.digests()
    hrefs = [attrs["href"] for tag, attrs in Tags(page(world)).tags if tag == "a"]
    assert hrefs == ["https://forum.example/p/1"]


# The link


def test_the_link_in_the_mail_opens_the_page_and_does_nothing_else(world: World) -> None:
    world.digests()
    before = list(world.every_item())
    answer = opened(world, link_of(world))
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "no-store" in answer.headers["cache-control"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.text == page(world)
    assert list(world.every_item()) == before


def test_a_link_is_good_for_fourteen_days(world: World) -> None:
    world.digests()
    link = link_of(world)
    world.later(days=14)
    assert opened(world, link).status == 200
    world.later(seconds=1)
    answer = opened(world, link)
    assert answer.status == 403
    assert "not valid, or not any more" in answer.text


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("2026-11-21", "2026-11-20"),
        ("/marie/", "/noor/"),
        ("r=marie", "r=noor"),
        ("/acme/", "/peak/"),
        ("&e=", "&e=9"),
        ("&s=", "&s=0"),
        ("&s=", "&x="),
        ("&e=", "&e=%D9%A1"),
        ("?r=", "?q="),
    ],
)
def test_a_link_that_was_changed_opens_nothing(world: World, part: str, other: str) -> None:
    world.digests()
    link = link_of(world)
    assert part in link
    answer = opened(world, link.replace(part, other))
    assert answer.status == 403
    assert "decision" not in answer.text


def test_without_a_signature_there_is_nothing_to_see(world: World) -> None:
    world.digests()
    assert world.ask("GET", "/digests/acme/marie/2026-11-21").status == 403


def test_a_good_link_to_a_page_that_is_not_there_says_so(world: World) -> None:
    link = links.link("/digests/acme/marie/2020-01-01", "marie", "digest", world.now)
    assert opened(world, link).status == 404


def test_a_link_for_something_else_opens_no_digest(world: World) -> None:
    world.digests()
    assert opened(world, links.link("/digests/acme/marie/2026-11-21", "marie", "export", world.now)).status == 403


def test_links_outlive_one_change_of_the_key(world: World) -> None:
    world.digests()
    link = link_of(world)
    keys = links.keys()
    for key in ("new", "newest"):
        stored = {"current": key, "previous": keys[0]}
        parameters.put(parameters.path("links"), json.dumps(stored), secret=True)
        keys = [key]
        if key == "new":
            assert opened(world, link).status == 200
    assert opened(world, link).status == 403


def test_before_the_first_program_there_is_no_digest_and_no_failure() -> None:
    with World(program_text=None) as world:
        assert world.digests()
        assert world.ask("GET", "/digests/acme/marie/2026-11-21?r=marie&e=9999999999&s=0").status == 503


def test_a_digest_stops_when_time_is_short_and_goes_on_in_the_next_hour(world: World) -> None:
    world.call(handler.main, left=9_000)
    assert not world.items("digest")
    world.digests()
    assert len(world.items("digest")) == 2


def first_page(world: World) -> str:
    return world.stored(world.items("digest")[0]["page"]).decode()


def test_what_was_announced_comes_with_what_people_did() -> None:
    with stage.stage() as (world, _):
        stage.published(world, "chat", "work")
        world.drain()
        world.later(hours=1)
        world.drain()
        world.later(hours=20)
        world.digests()
        assert "What was announced" in first_page(world)
        assert "chat: 1 like, 0 replies" in first_page(world)


def test_more_was_announced_than_is_named() -> None:
    with stage.stage() as (world, _):
        for number in range(12):
            stage.published(world, "chat", name=f"a{number}")
        world.drain()
        world.later(hours=21)
        world.digests()
        assert first_page(world).count("<td>Winter<br>") == 10
        more = "And 2 more: <code>liaison announcements list</code> shows them all."
        assert more in first_page(world)
        request = mail(world)
        assert more in request["html"]
        assert "And 2 more: `liaison announcements list` shows them all." in request["text"]


def test_an_old_draft_still_waits_and_what_was_not_looked_through_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with stage.stage() as (world, _):
        old = stage.written(world, stage.content("chat"))
        for number in range(100):
            at = f"2026-11-22T13:00:00.{number:03d}Z"
            table().write(Put({**old, "pk": f"{old['pk']}-{number}", "state": "cancelled", "listed_at": at}))
        world.later(hours=21)
        world.digests()
        assert "Needs your decision (1)" in first_page(world)
        assert "<td>Draft announcement</td><td>Winter</td>" in first_page(world)
        monkeypatch.setattr(announcements, "SEARCHED", 100)
        world.later(days=1)
        world.digests()
        page = world.stored(max(item["page"] for item in world.items("digest") if item["reader"] == "marie")).decode()
        assert "Needs your decision (at least 0)" in page
        assert "Nothing waits in what was looked through." in page


def test_a_paused_target_and_a_missed_announcement_wait_for_a_decision() -> None:
    with stage.stage() as (world, _):
        switches.on(table(), "acme", "target-chat", "liaison", "answered 401: put a new token", world.now)
        stage.approve(world, stage.written(world, stage.content("work")))
        world.later(hours=21)
        world.upkeep()
        world.digests()
        assert "chat: answered 401: put a new token; `liaison targets resume chat` goes on" in first_page(world)
        assert "Missed announcement" in first_page(world)
        assert "Winter: its time was over before it could be posted" in first_page(world)


def test_a_series_waits_until_somebody_says_yes(world: World) -> None:
    ada = Manager(world)
    made = ada.post("series", {**WEEKLY, "draft": True}).json
    ada.post("series", {**WEEKLY, "title": "Another"})
    world.digests()
    assert "<td>Draft series</td><td>Update</td>" in first_page(world)
    assert "Another" not in first_page(world)
    ada.post(f"series/{made['series']['id']}/approve", {"hash": made["hash"]})
    world.later(days=1)
    world.digests()
    assert "Draft series" not in world.stored(world.items("digest")[1]["page"]).decode()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"likes": 1, "replies": 2}, "forum: 1 like, 2 replies"),
        ({"replies": 1}, "forum: 1 reply"),
        ({}, "forum: not told"),
    ],
)
def test_reactions_are_told_in_words(told: dict[str, int], said: str) -> None:
    assert reactions("forum", told) == said


def test_the_newest_seal_of_the_histories_lies_in_the_mail(world: World) -> None:
    world.later(hours=20)
    sweep.days_sealed(table(), lambda: True)
    world.digests()
    named = seals.newest("acme", world.now)
    assert re.fullmatch("2026-11-22=[0-9a-f]{64}", named)
    assert named in page(world)
    assert all(named in mail(world)[part] for part in ("html", "text"))


@pytest.fixture
def loud() -> Iterator[World]:
    """A community with five weeks of history, and a burst yesterday."""
    with World(watched.PROGRAM + READER) as world:
        watched.remember(world)
        watched.counted(watched.YESTERDAY, watched.BURST)
        yield world


READER = """
[[readers]]
id = "marie"
community = "acme"
name = "Marie"
email = "marie@example.com"
timezone = "Europe/Paris"
hour = 7
"""
UNUSUAL = "everything: 120 on Saturday 21 November, usually 6 to 19"


def test_what_was_unusual_stands_in_page_and_mail_with_what_happened_before(loud: World) -> None:
    """Also where the minute's look at the day has not come yet."""
    watch.note(table(), "acme", watched.YESTERDAY, "A <b>trailer</b> came out", "Ada", loud.now)
    assert loud.digests()
    for text in (Tags(page(loud)).text, Tags(mail(loud)["html"]).text, mail(loud)["text"]):
        assert "Unusual" in text
        assert f"{UNUSUAL}. Before it: note A <b>trailer</b> came out" in text


def test_counts_stand_beside_what_is_usual_or_say_that_it_is_not_known(loud: World) -> None:
    hour = {"pk": "acme#hours#2026-11-21", "sk": "09", "kind": "hour", "hour": "2026-11-21T09", "generation": 1}
    table().write(Put({**hour, "counts": {name: [4, 0, 0, 0] for name in ("total", "source:forum", "source:game")}}))
    assert loud.digests()
    assert "- forum: 4 (usually 6 to 19)" in mail(loud)["text"]
    assert "- game: 4 (not enough history yet)" in mail(loud)["text"]
    assert "- all: 4 (usually 6 to 19)" in mail(loud)["text"]


def test_what_it_was_about_stands_in_page_and_mail(loud: World) -> None:
    hour = {"pk": "acme#hours#2026-11-21", "sk": "09", "kind": "hour", "hour": "2026-11-21T09", "generation": 1}
    table().write(
        Put({**hour, "counts": {"total": [40, 0, 0, 0], "kind:bug": [35, 0, 0, 0], "kind:bug@en": [35, 0, 0, 0]}})
    )
    assert loud.digests()
    for text in (Tags(page(loud)).text, Tags(mail(loud)["html"]).text, mail(loud)["text"]):
        assert "What it was about" in text
        assert re.search("Of 35 that could be read [0-9]+% to [0-9]+% were bugs", text)
    assert "- bugs: 35 (not enough history yet)" in mail(loud)["text"]


def test_on_a_day_without_words_nothing_is_said_of_them(loud: World) -> None:
    assert loud.digests()
    assert "What it was about" not in Tags(page(loud)).text + mail(loud)["text"]


def test_what_somebody_has_explained_or_never_was_is_not_in_it(loud: World) -> None:
    sweep.days_looked_at(table(), lambda: True)
    for one in loud.items("episode"):
        watch.close(table(), "acme", one["id"], "A trailer", "Ada", loud.now)
    assert loud.digests()
    assert "Unusual" not in Tags(page(loud)).text + mail(loud)["text"]
