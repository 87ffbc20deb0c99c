"""What is decided is done at the server, once, for everybody who looks; and what can be taken back is there again.

What cases, rows and letters say of it is tested without servers; here stands what others see there.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.real.cable import SECONDS
from tests.real.conftest import running
from tests.real.place import Place, placed
from tests.real.servers.appservice import Appservice
from tests.real.servers.moderated import Moderated
from tests.real.servers.ozone import Ozone
from tests.real.servers.postgres import LACKING, programs
from tests.real.servers.server import soon
from tests.real.test_once import CUTS, DONE, killing
from tests.support.faults import crash

SERVERS: dict[str, type[Moderated]] = {"matrix": Appservice, "ozone": Ozone}
TEXT = "You are all worthless."


@pytest.fixture(scope="module", params=list(SERVERS))
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moderated]:
    """One after the other."""
    if request.param == "ozone" and not programs():
        pytest.skip(LACKING)
    with running(SERVERS[request.param], tmp_path_factory.mktemp(f"moderated-{request.param}")) as one:
        yield one


@pytest.fixture
def at(server: Moderated) -> Iterator[Place]:
    with placed(server) as place:
        yield place


on_matrix = pytest.mark.parametrize("server", ["matrix"], indirect=True)
on_bluesky = pytest.mark.parametrize("server", ["ozone"], indirect=True)


def matrix(at: Place) -> Appservice:
    assert isinstance(at.server, Appservice)
    return at.server


def ozone(at: Place) -> Ozone:
    assert isinstance(at.server, Ozone)
    return at.server


def shows(at: Place, post: str, text: str) -> bool:
    return soon(lambda: at.server.shown(post) == text)


def test_what_was_reported_is_gone_for_everybody(at: Place) -> None:
    post = at.reported(TEXT)
    assert shows(at, post, TEXT)
    at.decide("remove")
    at.settle()
    assert at.state("remove") == "sent"
    assert shows(at, post, "")
    assert at.server.removals(post) == 1


def test_a_removal_is_taken_back_where_it_can_be(at: Place) -> None:
    """A redaction cannot, and whoever asks is told so; nothing is sent then."""
    post = at.reported(TEXT)
    at.decide("remove")
    at.settle()
    assert shows(at, post, "")
    if isinstance(at.server, Ozone):
        at.undo("remove")
        at.settle()
        assert at.row("undo#remove")["state"] == "sent"
        assert shows(at, post, TEXT)
    else:
        told = at.refused("undo", {"measures": ["remove"]})
        assert told == "remove cannot be taken back. A redaction takes the words away on every server, for good."
        at.settle()
        assert at.server.shown(post) == ""
        assert len(at.cable.heard) == 1


def test_somebody_is_shut_out_and_let_in_again(at: Place) -> None:
    at.reported(TEXT)
    at.decide("ban")
    at.settle()
    assert soon(lambda: not at.server.may_write())
    at.undo("ban")
    at.settle()
    assert (at.state("ban"), at.state("undo#ban")) == ("sent", "sent")
    assert soon(at.server.may_write)
    assert at.server.lifts() == 1


@pytest.mark.parametrize("cut", CUTS)
def test_the_connection_is_cut_off(at: Place, cut: str) -> None:
    post = at.reported(TEXT)
    at.cable.faults.append(CUTS[cut])
    at.decide("remove")
    at.work()
    assert at.state("remove") == "unknown"
    assert at.server.removals(post) == (cut in DONE)
    at.settle()
    assert at.state("remove") == "sent"
    assert shows(at, post, "")
    assert at.server.removals(post) == 1


@pytest.mark.parametrize("cut", CUTS)
def test_the_connection_is_cut_off_on_the_way_back(at: Place, cut: str) -> None:
    at.reported(TEXT)
    at.decide("ban")
    at.settle()
    at.cable.faults.append(CUTS[cut])
    at.undo("ban")
    at.work()
    assert at.state("undo#ban") == "unknown"
    assert at.server.lifts() == (cut in DONE)
    at.settle()
    assert at.state("undo#ban") == "sent"
    assert soon(at.server.may_write)
    assert at.server.lifts() == 1


@pytest.mark.parametrize(
    ("step", "when", "nth", "done"),
    [
        ("dynamodb.UpdateItem", "before", 2, 0),
        ("dynamodb.UpdateItem", "after", 2, 0),
        ("post", "before", 1, 0),
        ("post", "after", 1, 1),
        ("dynamodb.TransactWriteItems", "before", 1, 1),
    ],
    ids=["before arm", "after arm", "call not made", "call made", "before the record"],
)
def test_the_worker_is_killed(at: Place, step: str, when: Any, nth: int, done: int) -> None:
    post = at.reported(TEXT)
    at.decide("remove")
    at.world.faults.at(step, when, crash, nth=nth)
    at.world.work("delivery")
    assert at.world.failures, "nobody died"
    assert at.server.removals(post) == done
    at.world.faults.forget()
    at.settle()
    assert at.state("remove") == "sent"
    assert at.server.removals(post) == 1


@on_matrix
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_killed_between_the_requests_of_one_measure(at: Place, nth: int) -> None:
    """A message goes with its edits, each by a request of its own; the edits first."""
    homeserver = matrix(at)
    post = homeserver.write(TEXT)
    edits = [homeserver.edit(post, f"{TEXT} {number}") for number in (1, 2)]
    at.bring(post)
    at.decide("remove")
    at.world.faults.at("post", "after", crash, nth=nth)
    at.world.work("delivery")
    assert [homeserver.removals(one) for one in (*reversed(edits), post)] == [int(place < nth) for place in range(3)]
    at.world.faults.forget()
    at.settle()
    assert at.state("remove") == "sent"
    assert [homeserver.removals(one) for one in (*edits, post)] == [1, 1, 1]
    assert not [one for one in homeserver.events("m.room.message") if TEXT in str(one)]


@pytest.mark.parametrize(("after", "done"), [(None, 0), (SECONDS, 1)], ids=["unread", "done"])
def test_the_server_is_killed(at: Place, after: float | None, done: int) -> None:
    post = at.reported(TEXT)
    at.cable.faults.append(killing(at.server, after))
    at.decide("remove")
    at.work()
    at.cable.unplug()
    at.world.later(seconds=31)
    at.world.drain()  # It is asked while it is down.
    assert at.state("remove") == "unknown"
    at.server.start()
    assert at.server.removals(post) == done
    at.cable.plug()
    at.settle()
    assert at.state("remove") == "sent"
    assert shows(at, post, "")
    assert at.server.removals(post) == 1


def test_what_is_gone_already_is_not_removed_again(at: Place) -> None:
    post = at.reported(TEXT)
    at.server.remove(post)
    at.decide("remove")
    at.settle()
    assert (at.state("remove"), at.cable.heard) == ("sent", [])
    assert at.server.removals(post) == 1


@on_bluesky
def test_a_suspension_ends_by_itself_and_can_end_before(at: Place) -> None:
    author = ozone(at).account_of["did"]
    at.reported(TEXT)
    at.decide("suspend", suspend=120)
    at.settle()
    assert soon(lambda: not at.server.may_write())
    (event,) = ozone(at).events(author, "modEventTakedown")
    assert event["event"]["durationInHours"] == 2
    at.undo("suspend")
    at.settle()
    assert at.state("undo#suspend") == "sent"
    assert soon(at.server.may_write)


@on_bluesky
def test_what_somebody_has_changed_since_is_not_taken_back(at: Place) -> None:
    """We banned an account; somebody else made a suspension of it."""
    service = ozone(at)
    at.reported(TEXT)
    at.decide("ban")
    at.settle()
    service.emit("modEventReverseTakedown", service.account_of)
    service.emit("modEventTakedown", service.account_of, durationInHours=24)
    at.undo("ban")
    at.settle()
    undone = at.row("undo#ban")
    assert undone["state"] == "refused"
    assert "it has changed since: until was not set, is 20" in undone["reason"]
    assert soon(lambda: not service.may_write())


@on_bluesky
def test_a_label_comes_and_goes(at: Place) -> None:
    service = ozone(at)
    post = at.reported(TEXT)
    at.decide("hide")
    at.settle()
    assert service.labels(post) == ["!hide"]
    at.undo("hide")
    at.settle()
    assert service.labels(post) == []


@on_bluesky
def test_what_a_moderator_of_the_platform_decides_closes_the_case(at: Place) -> None:
    post = at.reported(TEXT)
    ozone(at).remove(post)
    at.world.later(minutes=6)
    at.server.arrive(at.world)
    case = at.case()
    assert (case["state"], case["outcome"], case["decided_by"].split()[0]) == ("decided", "violation", "bluesky")
    assert at.measures() == []


@on_matrix
def test_whoever_reported_it_is_told_in_a_room_of_their_own(at: Place) -> None:
    homeserver = matrix(at)
    at.reported(TEXT)
    at.decide("remove")
    at.settle()
    (letter,) = homeserver.letters()
    assert "breaks a rule" in letter
    assert TEXT not in letter
