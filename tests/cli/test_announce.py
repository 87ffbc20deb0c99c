"""Announcements at the command line: what a manager sees, and what an exit status tells a script."""

import json
import re
from functools import partialmethod
from pathlib import Path

import pytest

from functions.announcements import images
from functions.shared.table import Put, Table, table
from tests.announcements.pictures import CAMERA, PNG, jpg
from tests.cli.api import Desk, desk
from tests.support import builders
from tests.support.outside import status
from tests.support.world import World

NAME = images.read(PNG).image.name
TIMED = "+++\ntitle = 'Winter'\nat = '2026-11-23T09:00'\nzone = 'Europe/Paris'\n+++\nIt **snows**."
NOW = "# Winter\n\nIt **snows**."
PICTURED = "# Winter\n\nIt snows.\n\n![A frozen lake](lake.png)"
HOSTILE = "# \x1b[2J[red]Winter[/red]\n\nIt \x9b31m snows, [bold]really[/bold]. \u202egnp"


@pytest.fixture
def ada(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    (tmp_path / "lake.png").write_bytes(PNG)
    (tmp_path / "community.toml").write_text(builders.PROGRAM)
    monkeypatch.chdir(tmp_path)
    return desk(world, tmp_path, monkeypatch)


def posted(ada: Desk, text: str = NOW, *options: object) -> str:
    return str(ada.told("announcements", "post", ada.written(text), *options)["announcement"]["id"])


def progress(ada: Desk, name: str) -> str:
    return str(ada.told("announcements", "show", name)["progress"])


def flat(text: str) -> str:
    return " ".join(text.split())


# Preview, without a server


def local(ada: Desk, text: str, *options: object) -> list[object]:
    return ["preview", ada.written(text), "--community", "acme", *options]


def test_a_preview_shows_every_target_and_asks_nobody(ada: Desk) -> None:
    shown = flat(ada.good(*local(ada, NOW)))
    assert "site (Webhook, en) post 1 of 1 (keyed, sent again safely" in shown
    assert "news (Feed, en)" in shown
    assert '"markdown": "It **snows**."' in shown
    assert "of 20,000 bytes" in shown
    assert "2 posts; approving says yes to" in shown
    assert not ada.wire.asked
    assert not ada.world.items("announcement")


def test_a_preview_as_json_has_the_request_bodies(ada: Desk) -> None:
    shown = ada.told(*local(ada, NOW, "--target", "site"))
    (one,) = shown["posts"]
    assert one["parts"][0]["body"]["data"]["title"] == "Winter"
    assert {"hash", "problems", "skipped", "unused", "posts", "missing_alts", "when", "times"} == set(shown)
    assert {"pings", "cost", "notes", "problems", "parts"} <= set(one)


def test_the_preview_of_a_file_is_that_of_the_server(ada: Desk) -> None:
    text = PICTURED + "\n+++\nlanguage = 'fr'\n+++\nIl neige."
    here, there = ada.told(*local(ada, text)), ada.told(*local(ada, text, "--remote"))
    assert here == there
    assert ada.wire.asked == [("POST", "/v1/acme/announcements/preview")]
    assert not ada.world.objects("media/")


@pytest.mark.parametrize(
    ("options", "targets"),
    [
        (["--target", "site"], ["site"]),
        (["--target", "news", "--target", "site"], ["news", "site"]),
        (["--target", "all"], ["site", "news"]),
        ([], ["news"]),
    ],
)
def test_the_targets_are_those_asked_for_or_the_files(ada: Desk, options: list[str], targets: list[str]) -> None:
    text = "+++\ntitle = 'x'\ntargets = ['news']\n+++\nb"
    assert [one["target"] for one in ada.told(*local(ada, text, *options))["posts"]] == targets


def test_an_unknown_target_is_told_with_those_there_are(ada: Desk) -> None:
    assert "no target 'sight'; there are site, news" in ada.refused(*local(ada, NOW, "--target", "sight"))


def test_what_cannot_go_out_is_shown_and_ends_with_one(ada: Desk) -> None:
    result = ada.run(*local(ada, "# x\n\nb\n\n![](lake.png)"))
    assert result.exit_code == 1
    assert "news (Feed, en)" in result.stdout
    told = flat(result.stderr)
    assert "It cannot go out like this:" in told
    assert "line 5: the picture has no description: write ![what it shows](lake.png)" in told
    assert "news: image 1" not in told  # Once is enough.


def test_as_json_problems_are_told_on_the_last_line_too(ada: Desk) -> None:
    result = ada.run(*local(ada, "# x\n\n![](lake.png)", "--json"))
    assert result.exit_code == 1
    shown = json.loads(result.stdout.splitlines()[-1])
    assert shown["missing_alts"]
    assert shown["problems"]


def test_words_that_nobody_gets_are_told(ada: Desk) -> None:
    assert "no target gets the words in fr" in ada.good(*local(ada, NOW + "\n+++\nlanguage='fr'\n+++\nIl neige."))


def test_a_variant_for_nobody_is_refused(ada: Desk) -> None:
    told = ada.refused(*local(ada, NOW + "\n+++\nonly='discrod'\n+++\nHi."))
    assert "no target or platform 'discrod' to write for; there are site, news, webhook, feed" in told


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-12-01T09:00", "at 2026-12-01T09:00 in Europe/Paris (2026-12-01 08:00 UTC)"),
        (
            "2027-10-31T02:30",
            "02:30 comes twice on 31 October 2027 in Europe/Paris: the first one, 00:30 UTC, is meant",
        ),
    ],
)
def test_its_time_is_told_as_every_clock_shows_it(ada: Desk, at: str, told: str) -> None:
    assert told in ada.good(*local(ada, TIMED.replace("2026-11-23T09:00", at)))


def test_a_file_that_is_wrong_is_told_with_its_line(ada: Desk) -> None:
    assert "line 2: there is no key `titel`" in ada.refused(*local(ada, "+++\ntitel='x'\n+++\nb"))
    assert "line 3: there is no picture 'sea.png'" in ada.refused(*local(ada, "# x\n\n![A](sea.png)"))


def test_a_file_that_is_no_text_is_told(ada: Desk) -> None:
    (ada.folder / "b.md").write_bytes(b"# x\n\xff")
    assert "is not text in UTF-8" in ada.refused("preview", ada.folder / "b.md")


def test_the_community_is_asked_for_where_there_are_several(ada: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIAISON_COMMUNITY")
    told = ada.refused("preview", ada.written(NOW))
    assert "which community? Give --community; there are acme, peak" in told


def test_what_was_written_steers_no_terminal(ada: Desk) -> None:
    shown = ada.good(*local(ada, HOSTILE))
    assert not any(letter in shown for letter in "\x1b\x9b\u202e")
    assert "[bold]really[/bold]" in shown
    assert "\\u202e" in shown


def test_a_preview_is_a_page_of_its_own(ada: Desk) -> None:
    page = ada.folder / "page.html"
    ada.good(*local(ada, PICTURED, "--html", page))
    written = page.read_text()
    assert "Acme Games" in written
    assert re.search(r'<img src="data:image/png;base64,[^"]+" alt="A frozen lake"', written)
    assert "http" not in "".join(re.findall(r'(?:src|href)="([^"]*)"', written))


# Writing


def test_what_is_posted_goes_out_and_is_shown(ada: Desk) -> None:
    name = posted(ada)
    ada.world.drain()
    shown = flat(ada.good("announcements", "show", name))
    assert shown.startswith(f"Winter {name}: published, written by Ada")
    assert re.search(r"site en 1 of 1 sent", shown)
    assert f"https://liaison.example/feeds/acme/news/{name}" in shown
    assert "written" in shown
    assert "approved (at 2026-11-22T12:00:00.000Z)" in shown


def test_a_picture_is_uploaded_and_named_by_its_bytes(ada: Desk) -> None:
    told = ada.told("announcements", "post", ada.written(PICTURED))
    assert ada.world.stored(f"media/{NAME}") == PNG
    (image,) = told["announcement"]["content"]["images"]
    assert (image["name"], image["alt"]) == (NAME, "A frozen lake")
    ada.world.drain()
    assert f"{NAME}" in ada.world.ask("GET", "/feeds/acme/news").text


def test_a_picture_from_a_camera_is_uploaded_without_its_place(ada: Desk) -> None:
    (ada.folder / "lake.png").write_bytes(CAMERA)
    told = ada.told("announcements", "post", ada.written(PICTURED))
    (image,) = told["announcement"]["content"]["images"]
    assert ada.world.stored(f"media/{image['name']}") == jpg()


def test_without_a_description_nothing_is_uploaded_or_posted(ada: Desk) -> None:
    told = ada.refused("announcements", "post", ada.written("# x\n\n![](lake.png)"))
    assert "line 3: the picture has no description" in told
    assert not ada.wire.asked


def test_options_say_it_for_a_file_without_keys(ada: Desk) -> None:
    options = ("--title", "Snow", "--at", "2026-11-24T09:00", "--zone", "Europe/Paris", "--target", "news", "--draft")
    told = ada.told("announcements", "post", ada.written("It snows."), *options)["announcement"]
    assert (told["title"], told["state"], told["wall"]) == ("Snow", "draft", "2026-11-24T09:00")
    assert told["content"]["targets"] == ["news"]


def test_an_answer_that_was_lost_writes_nothing_twice(ada: Desk) -> None:
    ada.wire.lost = 2
    posted(ada)
    ada.world.drain()
    assert len(ada.world.items("announcement")) == 1
    assert len(ada.world.outside.calls) == 1


def test_when_no_answer_comes_at_all_the_key_finds_out(ada: Desk) -> None:
    ada.wire.lost = 3
    told = flat(ada.refused("announcements", "post", ada.written(NOW)))
    assert "it may have been written" in told
    (key,) = re.findall(r"--key (\w+)", told)
    posted(ada, NOW, "--key", key)
    assert len(ada.world.items("announcement")) == 1


def test_what_cannot_be_sent_is_refused_by_the_api_and_leaves_nothing(ada: Desk) -> None:
    told = ada.refused("announcements", "post", ada.written("+++\ntitle='x'\nlanguage='fr'\n+++\nb"))
    assert "it cannot be sent like this: no target gets anything" in told
    assert not ada.world.items("announcement")


def test_announcements_are_listed(ada: Desk) -> None:
    assert "no announcements" in ada.good("announcements", "list")
    name = posted(ada, TIMED)
    assert re.search(rf"{name} +scheduled +Winter +Ada", ada.good("announcements", "list"))
    assert ada.told("announcements", "list")["announcements"][0]["id"] == name


def test_older_ones_are_on_the_next_page_and_the_list_says_so(ada: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [posted(ada, NOW, "--draft") for _ in range(3) if ada.world.later(minutes=1)]
    assert "There are more" not in ada.good("announcements", "list")
    monkeypatch.setattr("functions.shared.table.Table.listing", partialmethod(Table.listing, most=2))
    first = ada.good("announcements", "list")
    assert [name in first for name in names] == [False, True, True]
    (told,) = re.findall(r"There are more: liaison (announcements list --before \S+)", first)
    last = ada.good(*told.split())
    assert [name in last for name in names] == [True, False, False]
    assert "There are more" not in last


def test_the_status_says_of_what_there_may_be_more(ada: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    posted(ada, NOW, "--draft")
    assert "or more" not in ada.good("status")
    monkeypatch.setattr("functions.api.status.SEARCHED", 1)
    assert "1 or more" in ada.good("status")
    assert ada.told("status")["more"] == ["drafts"]


def test_strangers_words_are_only_words(ada: Desk) -> None:
    name = posted(ada, HOSTILE, "--draft")
    for command in (("list",), ("show", name), ("preview", name)):
        shown = ada.run("announcements", *command).stdout
        assert not any(letter in shown for letter in "\x1b\x9b\u202e")
        assert command == ("preview", name) or "[red]Winter[/red]" in shown


def test_each_delivery_says_where_it_stands_and_why(ada: Desk) -> None:
    ada.world.outside.next = [status(403)]
    name = posted(ada)
    ada.world.drain()
    shown = flat(ada.good("announcements", "show", name))
    assert "published, needs a person" in shown
    assert "site en 1 of 1 refused the receiver refused it (403)" in shown


def test_a_delivery_that_waits_says_when_it_is_tried_again(ada: Desk) -> None:
    ada.world.outside.next = [status(429, {"retry-after": "600"})]
    name = posted(ada)
    ada.world.drain()
    shown = flat(ada.good("announcements", "show", name))
    assert "the receiver asks us to wait (429)" in shown
    assert "2026-11-22T12:10:00.000Z" in shown


def test_reactions_are_told(ada: Desk) -> None:
    name = posted(ada)
    ada.world.drain()
    row = ada.world.delivery("site#en#01")
    table().write(Put({**row, "reactions": {"likes": 12, "replies": 0, "views": None}}))
    assert "12 likes, 0 replies" in ada.good("announcements", "show", name)


# Approving


def test_an_approver_sees_it_says_yes_and_it_goes_out(ada: Desk) -> None:
    name = posted(ada, NOW, "--draft")
    shown = flat(ada.good("announcements", "approve", name, "--yes"))
    assert '"markdown": "It **snows**."' in shown
    assert "approved by Ada" in shown
    ada.world.drain()
    assert progress(ada, name) == "published"


@pytest.mark.parametrize(("answer", "approved"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_a_person_is_asked(ada: Desk, monkeypatch: pytest.MonkeyPatch, answer: str, approved: bool) -> None:
    name = posted(ada, NOW, "--draft")
    monkeypatch.setattr("cli.announce.somebody_there", lambda: True)
    result = ada.run("announcements", "approve", name, typed=answer)
    assert result.exit_code == (0 if approved else 1)
    assert "Send exactly this?" in result.stderr
    assert (progress(ada, name) != "draft") is approved


def test_without_a_person_nothing_is_approved_unasked(ada: Desk) -> None:
    name = posted(ada, NOW, "--draft")
    assert "say --yes, or --hash" in flat(ada.refused("announcements", "approve", name))
    assert progress(ada, name) == "draft"


def test_what_changed_since_it_was_seen_is_not_approved(ada: Desk) -> None:
    name = posted(ada, NOW, "--draft")
    seen = ada.told("announcements", "preview", name)["hash"]
    ada.good("announcements", "change", name, ada.written("# Winter\n\nIt melts."))
    told = flat(ada.refused("announcements", "approve", name, "--hash", seen))
    assert "what would be sent is not what you saw" in told
    seen = ada.told("announcements", "preview", name)["hash"]
    assert ada.told("announcements", "approve", name, "--hash", seen)["progress"] == "publishing"


def test_what_cannot_go_out_is_not_asked_about(ada: Desk) -> None:
    name = posted(ada, "# x\nb", "--draft")
    asked = {"title": "x", "body": "![](y.png)"}
    ada.world.ask("PUT", f"/v1/acme/announcements/{name}", asked, token=ada.world.token("manager"))
    assert "there is no image 'y.png'" in flat(ada.refused("announcements", "approve", name, "--yes"))


def test_a_draft_is_approved_for_its_own_time_another_or_now(ada: Desk) -> None:
    times = [(), ("--at", "2026-11-24T09:00", "--zone", "Europe/Paris"), ("--now",)]
    shown = [ada.told("announcements", "approve", posted(ada, TIMED, "--draft"), "--yes", *time) for time in times]
    assert [one["announcement"]["publish_at"] for one in shown] == [
        "2026-11-23T08:00:00.000Z",
        "2026-11-24T08:00:00.000Z",
        "2026-11-22T12:00:00.000Z",
    ]


def test_a_second_person_is_waited_for_and_told_what_to_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    two = builders.PROGRAM.replace('timezone = "Europe/Paris"', 'timezone = "Europe/Paris"\napproval = "another"', 1)
    with World(two) as world:
        ada = desk(world, tmp_path, monkeypatch)
        told = flat(ada.good("announcements", "post", ada.written(NOW)))
        (name,) = re.findall(r"It waits for approval: liaison announcements approve (\w+)", told)
        assert "somebody else has to approve" in ada.refused("announcements", "approve", name, "--yes")


# Changing and steering


def test_a_published_one_is_changed_once_that_is_approved(ada: Desk) -> None:
    name = posted(ada)
    ada.world.drain()
    told = flat(ada.good("announcements", "change", name, ada.written(TIMED.replace("snows", "melts"))))
    assert "a change waits for approval" in told
    assert "It waits for approval" in told
    ada.good("announcements", "approve", name, "--yes")
    ada.world.finish()
    assert "melts" in ada.world.ask("GET", "/feeds/acme/news").text


def test_a_change_says_that_the_time_stays(ada: Desk) -> None:
    result = ada.run("announcements", "change", posted(ada, TIMED), ada.written(TIMED))
    assert "Its time stays as it is" in result.stderr


def test_held_let_go_and_cancelled(ada: Desk) -> None:
    name = posted(ada, TIMED)
    assert "scheduled, held" in ada.good("announcements", "hold", name)
    assert "held" not in ada.good("announcements", "let-go", name).splitlines()[1]
    assert "cancelled" in ada.good("announcements", "cancel", name)
    assert ada.told("announcements", "cancel", name)["progress"] == "cancelled"


def test_withdrawn_it_goes(ada: Desk) -> None:
    name = posted(ada)
    ada.world.drain()
    ada.good("announcements", "withdraw", name)
    ada.world.finish()
    ada.world.later(minutes=2)
    ada.world.drain()
    shown = flat(ada.good("announcements", "show", name))
    assert f"{name}: withdrawn" in shown
    assert "site withdraw sent" in shown


def test_targets_are_listed_paused_and_resumed(ada: Desk) -> None:
    ada.good("targets", "pause", "site", "--reason", "The site moves.")
    assert re.search(r"site +webhook +paused +Ada +The site moves\.", ada.good("targets"))
    ada.good("targets", "resume", "site", "--send-held")
    assert not ada.told("targets")["targets"][0]["paused"]
    assert "there is no target 'sight'" in ada.refused("targets", "pause", "sight")


def test_everything_is_held_and_let_go(ada: Desk) -> None:
    assert "All announcements are held: An outage." in ada.good("hold", "--reason", "An outage.")
    assert "All announcements are held: An outage." in ada.good("targets")
    assert "go out again" in ada.good("hold", "--off")
    assert "held" not in ada.good("targets")


def test_a_delivery_nobody_knows_of_is_settled_with_where_it_is(ada: Desk) -> None:
    ada.world.outside.next = [status(403)]
    name = posted(ada)
    ada.world.drain()
    key = next(row["key"] for row in ada.told("announcements", "show", name)["deliveries"] if row["state"] == "refused")
    ada.good("resolve", key, "sent", "--id", "17", "--url", "https://site.example/17")
    assert "https://site.example/17" in ada.good("announcements", "show", name)


@pytest.mark.parametrize("command", [("show", "none"), ("preview", "none"), ("cancel", "none"), ("approve", "none")])
def test_one_that_is_not_there_is_told(ada: Desk, command: tuple[str, str]) -> None:
    assert "there is no announcement 'none'" in ada.refused("announcements", *command)


def test_a_role_that_is_too_small_is_told(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = desk(world, tmp_path, monkeypatch, "reader")
    assert "your role does not allow this" in reader.refused("announcements", "post", reader.written(NOW))
