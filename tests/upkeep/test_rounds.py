"""The rounds: what is fetched is queued once and nothing is skipped, connections are looked after, and a person
hears of what stays broken, until it works again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from cli import operator
from functions.platforms.outgoing import NotSentError, UnansweredError
from functions.platforms.standing import AskedError, Finding, Report
from functions.shared import clock, parameters, program, queues, raised
from functions.shared.table import ConditionFailedError, Update, table
from functions.upkeep import handler, records, rounds
from tests.digests import reading
from tests.support import builders, stores
from tests.support.faults import When, answer_lost, aws_error
from tests.support.world import World
from tests.upkeep import places
from tests.upkeep.places import Line, Shelf


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """The game is a place that is read; nothing else has any part."""
    shelf = Shelf()
    with one_source(), places.having(pollers={"standard_webhooks": shelf}):
        yield shelf


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    with one_source(), places.having({"standard_webhooks": line}):
        yield line


@contextmanager
def one_source() -> Iterator[None]:
    """The other community's source of the same platform is left out: what is counted is the game's."""
    with pytest.MonkeyPatch.context() as patch:
        real = rounds.duties.of
        patch.setattr(rounds.duties, "of", lambda given: (one for one in real(given) if one.place.id == "game"))
        yield


def logged(world: World) -> list[str]:
    """What was said, as the log has it once all queues are empty."""
    world.drain()
    return sorted(item["content"] for item in world.items("feedback"))


def all_of(shelf: Shelf) -> list[str]:
    return sorted(f"post:{number}" for number in range(1, shelf.posts + 1))


def read_so_far(world: World) -> list[str]:
    """What the cursor says was read. Whatever happens, all of it is in the log."""
    return sorted(f"post:{number}" for number in range(1, int(places.row()["cursor"] or 0) + 1))


# Fetching


def test_what_never_calls_is_fetched_and_logged_once(world: World, shelf: Shelf) -> None:
    places.put_keys()
    assert world.rounds()
    assert logged(world) == all_of(shelf)
    row = places.row()
    assert (row["cursor"], row["state"], row["failures"]) == ("5", "good", 0)
    assert [cursor for cursor, _ in shelf.visits] == ["", "2", "4"]
    assert {keys.signing for _, keys in shelf.visits} == {"sign-with-this"}
    assert {keys.token for _, keys in shelf.visits} == {"log-in-with-this"}


def test_the_next_visit_is_when_the_platform_says_so_and_repeats_are_dropped(world: World, shelf: Shelf) -> None:
    world.rounds()
    visits = len(shelf.visits)
    world.later(seconds=shelf.EVERY - 1)
    world.rounds()
    assert len(shelf.visits) == visits
    world.later(seconds=1)
    shelf.posts = 6
    world.rounds()
    assert [cursor for cursor, _ in shelf.visits[visits:]] == ["5"]
    assert logged(world) == all_of(shelf)


def test_a_long_backlog_is_read_over_several_runs_and_others_have_their_turn(world: World, shelf: Shelf) -> None:
    shelf.posts = 2 * rounds.PAGES + 3
    world.rounds()
    assert len(shelf.visits) == rounds.PAGES
    assert places.row()["due_at"] == clock.text(world.now)
    world.rounds()
    assert logged(world) == all_of(shelf)


def test_a_page_that_leads_nowhere_is_not_fetched_for_ever(world: World, shelf: Shelf) -> None:
    shelf.page = 0
    world.rounds()
    assert [cursor for cursor, _ in shelf.visits] == ["", "0"]
    assert places.row()["due_at"] > clock.text(world.now)


WRITES = ("UpdateItem", "PutItem", "SendMessage", "TransactWriteItems", "DeleteItem")


def steps_of_a_round() -> list[int]:
    """Numbers of the steps that change anything, and of the calls to the platform."""
    with World() as world, one_source(), places.having({"standard_webhooks": Line()}, {"standard_webhooks": Shelf()}):
        places.put_keys()
        world.faults.forget()
        world.rounds()
        passed = enumerate(world.faults.passed, start=1)
        return [number for number, step in passed if step == "http" or step.partition(".")[2] in WRITES]


def test_cut_off_after_any_step_nothing_is_skipped_and_nothing_is_counted_twice() -> None:
    """Which is before the next one, too."""
    numbers = steps_of_a_round()
    assert len(numbers) > 15
    for number in numbers:
        shelf, line = Shelf(), Line()
        parts = {"standard_webhooks": shelf}
        with World() as world, one_source(), places.having({"standard_webhooks": line}, parts):
            places.put_keys()
            world.faults.forget()
            world.faults.at_number(number, "after")
            world.rounds()
            world.faults.forget()
            world.forget_caches()
            if world.items("standing") and [item for item in world.items("standing") if item["sk"] == "poll"]:
                assert set(read_so_far(world)) <= set(logged(world)), number
            world.later(seconds=151)  # The lease of whoever died.
            assert world.rounds()
            assert logged(world) == all_of(shelf), number
            assert len(world.items("feedback")) == shelf.posts
            assert (places.row()["cursor"], places.row()["failures"]) == ("5", 0)
            assert places.row(part=raised.CHECK)["state"] == "good"
            assert len(world.items("standing")) == 2
            assert not world.parked()


def test_of_two_rounds_at_once_one_has_the_turn(world: World, shelf: Shelf) -> None:
    world.rounds()
    world.later(seconds=shelf.EVERY)
    visits = len(shelf.visits)
    world.faults.at("dynamodb.UpdateItem", "before", world.rounds)
    assert world.rounds()
    assert len(shelf.visits) == visits + 1


def test_nobody_else_visits_while_somebody_is_there(world: World, shelf: Shelf) -> None:
    world.faults.at("http", "before", world.rounds)
    world.rounds()
    assert len(shelf.visits) == 3


def test_whoever_died_is_replaced_when_the_lease_ends(world: World, shelf: Shelf) -> None:
    world.faults.at("http", "after")
    assert not world.rounds()
    world.faults.forget()
    world.later(seconds=149)
    world.rounds()
    assert len(shelf.visits) == 1
    world.later(seconds=1)
    world.rounds()
    assert logged(world) == all_of(shelf)


def test_whoever_comes_back_late_moves_no_cursor(world: World, shelf: Shelf) -> None:
    """Its lease ran out while it waited for the platform; another has read on since."""
    shelf.page = 1

    def meanwhile() -> None:
        world.later(seconds=151)
        world.rounds()

    world.faults.at("http", "after", meanwhile)
    assert world.rounds()
    assert places.row()["cursor"] == "5"
    assert logged(world) == all_of(shelf)


def test_the_lease_is_longer_than_a_run() -> None:
    assert timedelta(seconds=120) < records.LEASE


# Trouble


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (AskedError("posts: answered 500"), "posts: answered 500"),
        (NotSentError("shelf.example has no address"), "shelf.example has no address"),
        (UnansweredError("shelf.example did not answer: ReadTimeoutError"), "shelf.example did not answer"),
        (ZeroDivisionError("nobody thought of this"), "unforeseen: ZeroDivisionError"),
    ],
)
def test_a_failing_place_is_left_alone_for_longer_each_time(
    world: World, shelf: Shelf, trouble: Exception, reason: str
) -> None:
    shelf.trouble = trouble
    pauses = []
    for _ in range(7):
        began = world.now
        assert world.rounds()  # No other's alarm.
        due = clock.moment(places.row()["due_at"])
        pauses.append((due - began).total_seconds() / 60)
        world.now = due
    assert pauses == [1, 2, 5, 15, 60, 60, 60]
    assert places.row()["reason"].startswith(reason)
    assert places.row()["cursor"] == ""


def test_a_platform_that_asks_for_more_time_gets_it(world: World, shelf: Shelf) -> None:
    shelf.trouble = AskedError("answered 429", wait=1800)
    world.rounds()
    assert places.row()["due_at"] == clock.text(world.now + timedelta(seconds=1800))


def fail(world: World, times: int) -> None:
    for _ in range(times):
        world.rounds()
        world.now = clock.moment(places.row()["due_at"])


def test_after_five_failures_a_person_hears_of_it_until_it_works_again(world: World, shelf: Shelf) -> None:
    shelf.trouble = AskedError("posts: answered 401")
    began = clock.text(world.now)
    fail(world, 4)
    assert places.listed() == []
    fail(world, 1)
    assert places.listed() == [("game", "poll")]
    assert places.row()["since"] == began
    listed_at = places.row()["listed_at"]
    fail(world, 3)
    assert places.row()["listed_at"] == listed_at
    shelf.trouble = None
    world.rounds()
    assert places.listed() == []
    assert logged(world) == all_of(shelf)
    assert not {"since", "reason", "listing", "listed_at"} & places.row().keys()


def test_one_success_begins_the_count_anew(world: World, shelf: Shelf) -> None:
    shelf.trouble = AskedError("posts: answered 500")
    fail(world, 4)
    shelf.trouble = None
    fail(world, 1)
    shelf.trouble = AskedError("posts: answered 500")
    fail(world, 4)
    assert places.listed() == []


def test_a_page_that_cannot_be_queued_moves_no_cursor(world: World, shelf: Shelf) -> None:
    world.faults.at("sqs.SendMessage", "before", aws_error("InvalidMessageContents"), nth=2)
    world.rounds()
    row = places.row()
    assert (row["cursor"], row["failures"], row["reason"]) == ("", 1, "unforeseen: ClientError")
    world.later(minutes=1)
    world.rounds()
    assert logged(world) == all_of(shelf)


def test_one_place_in_trouble_keeps_no_other_from_its_turn(world: World) -> None:
    good, bad = Shelf(), Shelf(trouble=ZeroDivisionError())
    with places.having(pollers={"standard_webhooks": good, "discourse": bad}):
        assert world.rounds()
    assert good.visits
    assert bad.visits
    assert places.row("forum")["failures"] == 1
    assert places.row("game")["failures"] == 0


def test_a_store_that_fails_once_stops_no_other_turn(world: World) -> None:
    shelf = Shelf()
    with places.having(pollers={"standard_webhooks": shelf, "discourse": shelf}):
        world.rounds()
        world.later(seconds=shelf.EVERY)
        before = len(shelf.visits)
        world.faults.at("dynamodb.UpdateItem", "before", answer_lost)
        assert not world.rounds()  # The alarm hears of it.
        assert len(shelf.visits) == before + 2  # Three sources, and one could not be claimed.


def test_no_token_is_kept_or_logged_whatever_a_platform_says(
    world: World, shelf: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    credential = json.dumps({"client_id": "liaison-app", "client_secret": "hush-hush", "access_token": "t0ken"})
    places.put_keys(token=credential)
    told = "liaison-app: refused https://shelf.example/bot-t0ken/x with hush-hush and sign-with-this"
    for trouble in (AskedError(told), ValueError(f"Invalid header value {credential}"), UnansweredError(told)):
        shelf.trouble = trouble
        fail(world, 1)
        kept = str(list(world.every_item())) + capsys.readouterr().out
        assert "t0ken" not in kept
        assert "hush-hush" not in kept
        assert "sign-with-this" not in kept
    assert "liaison-app: refused https://shelf.example/bot-…/x" in places.row()["reason"]


def test_with_little_time_left_no_other_page_is_fetched(world: World, shelf: Shelf) -> None:
    rounds.rows(table())
    left = iter([True, False, False])
    rounds.visits(table(), lambda: next(left))
    assert len(shelf.visits) == 1


def test_with_little_time_left_no_other_turn_is_begun(world: World, shelf: Shelf) -> None:
    world.call(handler.rounds, left=74_000)
    assert not shelf.visits
    assert places.row()["state"] == "new"


# Connections


def test_a_connection_is_checked_and_mended_each_hour(world: World, line: Line) -> None:
    places.put_keys()
    world.rounds()
    assert [(name, url, repair) for name, url, _, repair in line.checks] == [
        ("game", "https://liaison.example/hooks/game", True)
    ]
    row = places.row(part=raised.CHECK)
    assert row["findings"] == [{"what": "events", "state": "good", "told": "all that is needed"}]
    assert (row["state"], row["checked_at"]) == ("good", clock.text(world.now))
    world.later(minutes=59)
    world.rounds()
    assert len(line.checks) == 1
    world.later(minutes=1)
    world.rounds()
    assert len(line.checks) == 2


def test_a_subscription_that_ends_is_looked_at_before_it_does(world: World, line: Line) -> None:
    places.put_keys()
    line.reports = [Report(places.GOOD.findings, until=world.now + timedelta(minutes=40))]
    world.rounds()
    row = places.row(part=raised.CHECK)
    assert row["until"] == clock.text(world.now + timedelta(minutes=40))
    assert row["due_at"] == clock.text(world.now + timedelta(minutes=30))


def test_what_is_wrong_twice_is_raised_and_leaves_the_list_when_it_is_good(world: World, line: Line) -> None:
    places.put_keys()
    line.reports = [places.WRONG]
    began = clock.text(world.now)
    world.rounds()
    assert places.listed() == []
    world.later(hours=1)
    world.rounds()
    assert places.listed() == [("game", "check")]
    assert places.row(part=raised.CHECK)["since"] == began
    assert places.row(part=raised.CHECK)["reason"] == "events: missing: post_created"
    line.reports = [places.UNKNOWN, places.GOOD]
    world.later(hours=1)
    world.rounds()
    assert places.listed() == [("game", "check")]  # Nobody knows that it is mended.
    world.later(hours=1)
    world.rounds()
    assert places.listed() == []


def test_a_platform_that_cannot_be_asked_is_raised_at_the_third_time(world: World, line: Line) -> None:
    places.put_keys()
    line.reports = [places.UNKNOWN]
    lists = []
    for _ in range(3):
        world.rounds()
        lists.append(places.listed())
        world.later(hours=1)
    assert lists == [[], [], [("game", "check")]]


@pytest.mark.parametrize("trouble", [UnansweredError("silence"), AskedError("answered 500"), ZeroDivisionError()])
def test_a_check_that_fails_in_itself_is_something_nobody_knows(world: World, trouble: Exception) -> None:
    class Broken(Line):
        def check(self, *_: Any, **__: Any) -> Report:
            raise trouble

    places.put_keys()
    with one_source(), places.having({"standard_webhooks": Broken()}):
        assert world.rounds()
    assert places.row(part=raised.CHECK)["state"] == "unknown"


def test_what_nobody_has_connected_yet_is_not_called_broken(world: World, line: Line) -> None:
    # The world puts a token for the game; here nobody has.
    stores.client("ssm").delete_parameter(Name=parameters.path("targets", "game"))
    for _ in range(4):
        world.rounds()
        world.later(hours=1)
    row = places.row(part=raised.CHECK)
    assert row["state"] == "not connected"
    assert [finding["what"] for finding in row["findings"]] == ["secret", "token"]
    assert "`liaison connect game`" in row["findings"][0]["told"]
    assert not line.checks
    assert places.listed() == []


def test_with_a_token_and_no_secret_nothing_gets_in_and_that_is_wrong(world: World, line: Line) -> None:
    world.rounds()  # The world has put a token and no secret.
    row = places.row(part=raised.CHECK)
    assert row["state"] == "wrong"
    assert row["findings"][0]["what"] == "secret"
    assert line.checks


def test_a_finding_repeats_no_token(world: World, line: Line) -> None:
    places.put_keys()
    line.reports = [Report((Finding("address", "wrong", "https://line.example/log-in-with-this: answered 404"),))]
    world.rounds()
    assert "log-in-with-this" not in str(list(world.every_item()))


# The program


def keys_of(world: World) -> list[tuple[str, str, str]]:
    return sorted((item["community"], item["source"], item["sk"]) for item in world.items("standing"))


def pushed(text: str) -> None:
    operator.push(text, "tests")


def test_there_is_a_row_for_whatever_the_program_asks_for(world: World) -> None:
    with places.having({"standard_webhooks": Line()}, {"discourse": Shelf(), "github": Shelf()}):
        world.rounds()
    assert keys_of(world) == [
        ("acme", "code", "poll"),
        ("acme", "forum", "poll"),
        ("acme", "game", "check"),
        ("peak", "summit", "check"),
    ]


def test_a_quiet_minute_writes_nothing(world: World, shelf: Shelf) -> None:
    world.rounds()
    world.later(minutes=1)
    world.faults.forget()
    world.rounds()
    assert {step for step in world.faults.passed if step.startswith("dynamodb")} <= {
        "dynamodb.BatchGetItem",
        "dynamodb.GetItem",
        "dynamodb.Query",
    }


def test_a_push_brings_and_takes_rows_and_leaves_the_others_as_they_are(world: World) -> None:
    with places.having(pollers={"standard_webhooks": Shelf(), "discourse": Shelf()}):
        world.rounds()
        before = places.row("game")
        pushed(builders.PROGRAM.replace('id = "forum"', 'id = "board"'))
        world.later(minutes=1)
        world.rounds()
        assert [name for _, name, _ in keys_of(world)] == ["board", "game", "summit"]
        assert places.row("game")["cursor"] == before["cursor"] == "5"
        pushed(builders.PROGRAM)
        world.later(minutes=1)
        world.rounds()
        assert [name for _, name, _ in keys_of(world)] == ["forum", "game", "summit"]


def test_a_push_is_followed_at_once_although_the_program_is_cached(world: World) -> None:
    with places.having(pollers={"discourse": Shelf()}):
        program.active()
        pushed(builders.PROGRAM.replace('id = "forum"', 'id = "board"'))
        world.rounds()
        assert [name for _, name, _ in keys_of(world)] == ["board"]


def test_what_moved_somewhere_else_is_read_from_its_beginning(world: World, shelf: Shelf) -> None:
    world.rounds()
    assert places.row()["cursor"] == "5"
    pushed(builders.PROGRAM.replace("https://game.example/liaison", "https://game2.example/liaison"))
    world.faults.at("http", "before", answer_lost)
    world.rounds()
    assert places.row()["cursor"] == ""
    assert [cursor for cursor, _ in shelf.visits][-1] == ""


def test_whoever_is_still_at_the_old_place_moves_no_cursor_of_the_new_one(world: World, shelf: Shelf) -> None:
    shelf.posts = 2

    def meanwhile() -> None:
        pushed(builders.PROGRAM.replace("https://game.example/liaison", "https://game2.example/liaison"))
        rounds.rows(table())

    world.faults.at("http", "after", meanwhile)
    assert world.rounds()
    assert places.row()["cursor"] == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Acme Games", "Acme"),
        ('api = "https://game.example/liaison"', 'api = "https://game.example/liaison"\nfeedback = ["general"]'),
    ],
)
def test_a_change_that_is_none_for_the_place_keeps_what_was_read(
    world: World, shelf: Shelf, old: str, new: str
) -> None:
    world.rounds()
    visits = len(shelf.visits)
    pushed(builders.PROGRAM.replace(old, new))
    world.later(minutes=1)
    world.rounds()
    assert places.row()["cursor"] == "5"
    assert len(shelf.visits) == visits


def test_a_part_that_a_new_version_of_the_code_brings_gets_its_row_without_a_push(world: World) -> None:
    with places.having() as platforms:
        world.rounds()
        assert keys_of(world) == []
        platforms.pollers["discourse"] = Shelf()
        world.rounds()
        assert keys_of(world) == [("acme", "forum", "poll")]


def test_a_listed_row_goes_with_its_source(world: World, line: Line) -> None:
    places.put_keys()
    line.reports = [places.WRONG]
    for _ in range(2):
        world.rounds()
        world.later(hours=1)
    assert places.listed() == [("game", "check")]
    pushed(builders.PROGRAM.replace('id = "game"', 'id = "match"'))
    world.rounds()
    assert places.listed() == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["dynamodb.PutItem", "dynamodb.DeleteItem", "dynamodb.UpdateItem"])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_change_of_rows_that_is_cut_off_is_finished_by_the_next_run(
    world: World, step: str, when: When, nth: int
) -> None:
    both = {"standard_webhooks": Shelf(), "discourse": Shelf()}
    with places.having(dict(both), both):
        world.rounds()
        changed = builders.PROGRAM.replace('id = "forum"', 'id = "board"').replace('id = "summit"', 'id = "top"')
        pushed(changed)
        world.faults.at(step, when, nth=nth)
        assert not world.rounds()
        world.faults.forget()
        world.later(minutes=1)
        assert world.rounds()
    wanted = [("acme", "board"), ("acme", "game"), ("peak", "top")]
    assert keys_of(world) == [(*place, part) for place in wanted for part in ("check", "poll")]


def test_of_two_that_know_different_programs_the_later_one_wins(world: World) -> None:
    """One read the pointer just before a push, and is slow."""
    with places.having(pollers={"discourse": Shelf(), "standard_webhooks": Shelf()}):

        def meanwhile() -> None:
            pushed(builders.PROGRAM.replace('id = "forum"', 'id = "board"'))
            rounds.rows(table())

        world.faults.at("dynamodb.PutItem", "before", meanwhile)
        world.rounds()
        world.later(minutes=1)
        world.rounds()
        assert [name for _, name, _ in keys_of(world)] == ["board", "game", "summit"]


def test_a_place_that_moved_is_not_read_with_the_old_cursor_while_its_row_could_not_be_changed(
    world: World, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.rounds()
    visits = len(shelf.visits)
    pushed(builders.PROGRAM.replace("https://game.example/liaison", "https://game2.example/liaison"))
    world.later(seconds=shelf.EVERY)
    monkeypatch.setattr(records, "sync", lambda *_: 1 / 0)
    assert not world.rounds()  # The alarm hears of it.
    assert len(shelf.visits) == visits


def test_whoever_is_slow_and_knows_an_older_program_changes_nothing(world: World) -> None:
    with places.having(pollers={"discourse": Shelf(), "standard_webhooks": Shelf()}):
        all_of_them = list(rounds.duties.of(program.active()[0]))
        forum = next(duty for duty in all_of_them if duty.place.id == "forum")
        others = [duty for duty in all_of_them if duty is not forum]
    store, now = table(), world.now
    records.sync(store, others, 2, now)
    assert records.sync(store, all_of_them, 1, now) == 0
    assert store.get(*forum.key) is None
    records.sync(store, all_of_them, 3, now)
    records.unwant(store, forum.key, 2)
    assert store.get(*forum.key) is not None
    with pytest.raises(ConditionFailedError):
        records.want(store, forum, 2, now)
    # The same rows for the next program: they are its own now.
    records.sync(store, all_of_them, 4, now)
    records.unwant(store, forum.key, 3)
    assert store.get(*forum.key) is not None


def test_a_row_nobody_asks_for_is_gone_at_its_turn(world: World, shelf: Shelf) -> None:
    """Left by somebody slow, after the rows had been brought in line."""
    world.rounds()
    with places.having(pollers={"discourse": Shelf(), "standard_webhooks": shelf}):
        duty = next(rounds.duties.of(program.active()[0]))
    stray = {**records.begun(duty, clock.text(world.now)), "program": 1, "fence": 0}
    key = raised.standing_key("acme", "gone", raised.POLL)
    table().write(records.Put({**stray, "pk": key[0], "source": "gone"}))
    world.rounds()
    assert table().get(*key) is None


def test_whoever_knows_only_an_older_program_leaves_newer_rows_alone(world: World, shelf: Shelf) -> None:
    world.rounds()
    world.later(seconds=shelf.EVERY)
    visits = len(shelf.visits)
    table().write(Update(raised.standing_key("acme", "game", raised.POLL), set={"program": 99}))
    world.rounds()
    assert len(shelf.visits) == visits


def test_before_the_first_program_there_is_nothing_to_do() -> None:
    with World(program_text=None) as world, places.having({"discourse": Line()}):
        assert world.rounds()
        assert not world.items("standing")


# What a person sees


def read_digest(world: World) -> str:
    world.now = world.now.replace(hour=9, minute=30) + timedelta(days=1)
    world.digests()
    return reading.page(world)


def test_the_digest_leads_with_what_is_broken_and_says_what_to_do(world: World, shelf: Shelf) -> None:
    shelf.trouble = AskedError("posts: answered 401")
    fail(world, 5)
    page = read_digest(world)
    assert "Needs your decision (1)" in page
    assert "Fetching" in page
    assert "game (see `liaison doctor game`): posts: answered 401" in page
    shelf.trouble = None
    fail(world, 1)
    assert "Nothing waits." in read_digest(world)


def test_the_digest_says_which_connection_is_wrong(world: World, line: Line) -> None:
    places.put_keys()
    line.reports = [places.WRONG]
    for _ in range(2):
        world.rounds()
        world.later(hours=1)
    page = read_digest(world)
    assert "Connection" in page
    assert "game (see `liaison connect game`): events: missing: post_created" in page


def test_alarms_stand_in_the_digest_while_they_are_news(world: World) -> None:
    with places.understood():
        world.handle(*(places.alert(world, name=f"alarm-{number}") for number in range(3)))
        world.handle(places.alert(world, name="other", title="<b>Limits</b>"))
    page = read_digest(world)
    assert "Needs your decision (2)" in page
    assert "Alerts (3)" in page
    assert "game: Reports doubled" in page
    assert "&lt;b&gt;Limits" in page
    world.later(days=1)
    assert "Nothing waits." in read_digest(world)


def test_the_status_counts_them(world: World, shelf: Shelf) -> None:
    shelf.trouble = AskedError("posts: answered 401")
    fail(world, 5)
    with places.understood():
        world.handle(places.alert(world))
    told = world.ask("GET", "/v1/acme/status", token=world.token("reader")).json
    assert (told["waiting"]["standing"], told["waiting"]["alerts"]) == (1, 1)
    assert told["queues"]["upkeep"] == 0
    other = world.ask("GET", "/v1/peak/status", token=world.token("reader", "peak")).json
    assert (other["waiting"]["standing"], other["waiting"]["alerts"]) == (0, 0)


def test_pieces_may_go_to_any_pipeline(world: World, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(queues, "enqueue", lambda envelope: sent.append(envelope.pipeline))
    world.rounds()
    assert set(sent) == {"feedback"}
