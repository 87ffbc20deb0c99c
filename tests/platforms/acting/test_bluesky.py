"""What is Bluesky's own about measures: what an account can do without a moderation service, and how Ozone answers; and
about telling people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from events.moderation import ActionRequested, MessageRequested
from functions.platforms import acting as contract
from functions.platforms.bluesky import acting, telling
from functions.platforms.outgoing import Destination, NotSentError, Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import Absent
from tests.platforms.acting.kits import Kit
from tests.platforms.acting.kits import bluesky as kit
from tests.platforms.acting.kits.bluesky import (
    LATER,
    POST,
    REPORTED,
    ROOT,
    SOON,
    SPAM,
    SPAMMER,
    TAKEN,
    TROLL,
    action,
    edited,
    written,
)
from tests.platforms.acting.test_contract import KEY, Worker, undo
from tests.platforms.posting.fake import NOW, Asked, hands, reply, sent
from tests.platforms.posting.kits.bluesky import DID, cid_of, error
from tests.platforms.telling.kits import bluesky as letters

ALONE = replace(kit.TO, place="")
"""The same account, without a moderation service."""
GATE = f"at://{DID}/app.bsky.feed.threadgate/3mourpostaaaa"


def refused(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.reason


class At(Worker):
    def __init__(self, there: kit.Bluesky, to: Destination = ALONE) -> None:
        super().__init__("bluesky", there)
        self.kit = cast(Kit, SimpleNamespace(TO=to, seen=kit.seen))


def gated(there: kit.Bluesky) -> dict[str, Any]:
    return there.records[GATE]["value"] if GATE in there.records else {}


def put_gate(there: kit.Bluesky, **more: Any) -> None:
    value = {"$type": "app.bsky.feed.threadgate", "post": ROOT, "createdAt": "2026-11-24T10:00:00Z", **more}
    there.records[GATE] = {"cid": cid_of(value), "value": value}


# Without a moderation service

OWN = [action("hide", POST), action("ban", POST), action("ban", TROLL, TROLL)]
MINE = pytest.mark.parametrize("given", OWN, ids=["hide an answer", "block whoever answered", "block an account"])


@MINE
def test_what_an_account_can_do_alone_is_done_once_and_undone(given: ActionRequested) -> None:
    there = kit.Bluesky()
    worker, before = At(there), kit.seen(there)
    done = worker.carry_out(given)
    after, calls = kit.seen(there), len(worker.changes())
    assert after != before
    assert isinstance(worker.act(given), Sent)
    assert len(worker.changes()) == calls
    assert isinstance(worker.act(undo(done)), Sent)
    assert kit.seen(there) == before
    assert isinstance(worker.act(undo(done)), Sent)
    assert len(worker.changes()) == calls + 1


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
@MINE
def test_an_answer_that_is_lost_does_no_harm(given: ActionRequested, done: bool) -> None:
    there, whole = kit.Bluesky(), kit.Bluesky()
    At(whole).carry_out(given)
    there.cut_off_after() if done else there.cut_off_before()
    assert isinstance(At(there).act(given), Unknown)
    assert isinstance(At(there).act(given), Sent)
    assert kit.seen(there) == kit.seen(whole)


@MINE
def test_what_was_shown_is_what_is_sent(given: ActionRequested) -> None:
    there = kit.Bluesky()
    worker = At(there)
    before = worker.prepare(given)
    assert isinstance(before, dict)
    shown = contract.planned(cast(contract.Acting, acting), given, before, NOW)
    worker.act(given)
    assert [(call.path, call.body) for call in shown] == [(one.path, one.json) for one in worker.changes()]


def test_who_may_answer_and_what_else_is_hidden_stays() -> None:
    there = kit.Bluesky()
    rule = [{"$type": "app.bsky.feed.threadgate#mentionRule"}]
    put_gate(there, allow=rule, hiddenReplies=[SPAM])
    done = At(there).carry_out(action("hide", POST))
    assert (gated(there)["allow"], gated(there)["hiddenReplies"]) == (rule, [SPAM, POST])
    assert isinstance(At(there).act(undo(done)), Sent)
    assert (gated(there)["allow"], gated(there)["hiddenReplies"]) == (rule, [SPAM])


def test_a_gate_that_is_more_than_a_list_stays_when_the_list_is_empty() -> None:
    there = kit.Bluesky()
    put_gate(there, allow=[])
    done = At(there).carry_out(action("hide", POST))
    assert isinstance(At(there).act(undo(done)), Sent)
    assert gated(there)["allow"] == []
    assert "hiddenReplies" not in gated(there)


def test_what_somebody_hides_in_the_same_moment_is_not_shown_again() -> None:
    """The gate is written whole, and only if it is still the one that was looked at."""
    there = kit.Bluesky()
    put_gate(there, hiddenReplies=[])
    real = there.answer

    def meanwhile(asked: Asked) -> Reply:
        there.answer = real  # type: ignore[method-assign]
        put_gate(there, hiddenReplies=[SPAM])
        return real(asked)

    there.planned.append(meanwhile)
    assert isinstance(At(there).act(action("hide", POST)), Wait)
    assert gated(there)["hiddenReplies"] == [SPAM]
    assert isinstance(At(there).act(action("hide", POST)), Sent)
    assert gated(there)["hiddenReplies"] == [SPAM, POST]


def test_a_thread_has_room_for_so_many_hidden_answers() -> None:
    there = kit.Bluesky()
    put_gate(there, hiddenReplies=[f"at://{TROLL}/app.bsky.feed.post/{number}" for number in range(300)])
    assert "no room" in refused(At(there).act(action("hide", POST)))


@pytest.mark.parametrize("root", [f"at://{SPAMMER}/app.bsky.feed.post/3mtheirsaaaaa", ""])
def test_an_answer_in_somebody_elses_thread_is_not_ours_to_hide(root: str) -> None:
    there = kit.Bluesky()
    there.theirs[POST]["root"] = root
    worker = At(there)
    assert "our own threads" in refused(worker.act(action("hide", POST)))
    assert not worker.changes()


def test_an_answer_that_is_gone_is_hidden() -> None:
    there = kit.Bluesky()
    del there.theirs[POST]
    assert isinstance(At(there).act(action("hide", POST)), Sent)
    assert not gated(there)


def test_an_answer_that_was_edited_since_is_noticed() -> None:
    there = kit.Bluesky()
    looked = At(there).prepare(action("hide", POST))
    assert isinstance(looked, dict)
    edited(POST)(there)
    assert "changed since" in refused(At(there).prepare(action("hide", POST, expected=looked)))


@pytest.mark.parametrize("measure", ["approve", "remove", "suspend", "resolve"])
def test_what_takes_a_moderation_service_says_so(measure: str) -> None:
    until = SOON if measure == "suspend" else None
    worker = At(kit.Bluesky())
    assert "Ozone" in refused(worker.act(action(measure, POST, until=until)))
    assert not worker.changes()


@pytest.mark.parametrize("to", [ALONE, kit.TO, replace(kit.TO, account=DID)])
def test_our_own_account_is_left_alone(to: Destination) -> None:
    assert "our own" in refused(At(kit.Bluesky(), to).act(action("ban", DID, DID)))


# Ozone


@pytest.mark.parametrize("role", ["none", "triage"])
def test_whoever_has_no_seat_in_the_team_is_told_which_it_takes(role: str) -> None:
    """It is no wrong password: a new one would change nothing."""
    there = kit.Bluesky()
    there.role = role
    outcome = At(there, kit.TO).act(action("remove", SPAM))
    assert "Moderator" in refused(outcome)
    assert isinstance(outcome, Refused)
    assert not outcome.unauthorized


def test_a_service_is_found_by_its_address() -> None:
    class Addressed(kit.Bluesky):
        def answer(self, asked: Asked) -> Reply:
            if asked.path == "/.well-known/ozone-metadata.json":
                return reply(200, {"did": kit.SERVICE})
            return super().answer(asked)

    there = Addressed()
    At(there, replace(kit.TO, place="https://ozone.acme.example/")).carry_out(action("remove", SPAM))
    assert there.statuses[SPAM]["takendown"]


def test_a_service_that_cannot_be_reached_is_asked_again() -> None:
    there = kit.Bluesky()
    real = there.answer

    def down(asked: Asked) -> Reply:
        if asked.path.startswith("/.well-known"):
            raise NotSentError("could not be reached")
        return real(asked)

    there.answer = down  # type: ignore[method-assign]
    assert isinstance(At(there, replace(kit.TO, place="https://ozone.acme.example")).act(action("remove", SPAM)), Wait)


def test_whoever_is_faster_is_no_failure() -> None:
    there = kit.Bluesky()
    there.answers(error(400, "InvalidRequest", "Subject is already taken down"))
    assert isinstance(At(there, kit.TO).act(action("remove", SPAM)), Wait)


@pytest.mark.parametrize("until", [SOON - timedelta(hours=1), SOON])
def test_a_longer_suspension_is_not_cut_short(until: datetime) -> None:
    there = kit.Bluesky()
    worker = At(there, kit.TO)
    assert isinstance(worker.act(action("suspend", TROLL, TROLL, until=until)), Sent)
    assert there.statuses[TROLL]["until"] == written(SOON)
    assert not worker.changes()


def test_a_suspension_lasts_no_shorter_than_was_decided() -> None:
    there = kit.Bluesky()
    At(there, kit.TO).carry_out(action("suspend", SPAMMER, until=SOON + timedelta(minutes=1)))
    assert there.statuses[SPAMMER]["until"] == written(SOON + timedelta(hours=1))


def test_a_suspension_that_is_over_is_not_begun() -> None:
    worker = At(kit.Bluesky(), kit.TO)
    late = datetime.fromtimestamp(NOW - 30, UTC)
    assert isinstance(worker.act(action("suspend", SPAMMER, until=late)), Sent)
    assert not worker.changes()


def test_an_undo_gives_back_a_shorter_suspension_only_while_it_lasts() -> None:
    there = kit.Bluesky()
    done = At(there, kit.TO).carry_out(action("suspend", TROLL, TROLL, until=LATER))
    there.clock = SOON.timestamp() + 60
    outcome = contract.act("bluesky", undo(done), kit.TO, KEY, hands(there))
    assert isinstance(outcome, Sent)
    assert not there.statuses[TROLL]["takendown"]


def test_a_step_that_is_lost_between_two_is_gone_on_from() -> None:
    """To become a ban, a suspension is reversed first."""
    there = kit.Bluesky()
    there.planned.extend([there.answer])
    there.cut_off_before()
    assert isinstance(At(there, kit.TO).act(action("ban", TROLL, TROLL)), Unknown)
    assert isinstance(At(there, kit.TO).act(action("ban", TROLL, TROLL)), Sent)
    assert (there.statuses[TROLL]["takendown"], there.statuses[TROLL]["until"]) == (True, None)


def test_a_takedown_closes_the_reports_and_says_so_beforehand() -> None:
    there = kit.Bluesky()
    At(there, kit.TO).carry_out(action("ban", SPAMMER))
    assert SPAMMER not in there.open_reports
    assert "reports" in acting.ABILITIES["ban"].lost


def test_a_label_that_has_ended_or_is_anothers_hides_nothing() -> None:
    there = kit.Bluesky()
    labels = [
        {"src": kit.SERVICE, "val": "!hide", "exp": "2026-11-01T00:00:00Z"},
        {"src": kit.SERVICE, "val": "!hide", "neg": True},
        {"src": TROLL, "val": "!hide"},
        {"src": kit.SERVICE, "val": "spam"},
    ]
    there.query_labels = lambda query: reply(200, {"labels": labels})  # type: ignore[method-assign]
    looked = At(there, kit.TO).prepare(action("hide", POST))
    assert isinstance(looked, dict)
    assert looked["hidden"] is False


def test_an_appeal_is_closed_with_the_review_and_what_was_never_reported_is_closed() -> None:
    there = kit.Bluesky()
    worker = At(there, kit.TO)
    del there.statuses[POST]
    worker.carry_out(action("resolve", REPORTED))
    kinds = [asked.json["event"]["$type"].rpartition("#")[2] for asked in worker.changes()]
    assert kinds == ["modEventResolveAppeal", "modEventAcknowledge"]
    assert isinstance(worker.act(action("resolve", POST)), Sent)
    assert len(worker.changes()) == 2


def test_a_version_that_nobody_named_is_the_one_that_ozone_knows() -> None:
    there = kit.Bluesky()
    given = action("remove", SPAM)
    worker, unknown = (
        At(there, kit.TO),
        given.model_copy(update={"subject": kit.about(SPAM).model_copy(update={"revision": ""})}),
    )
    worker.carry_out(unknown)
    assert worker.changes()[0].json["subject"]["cid"] == cid_of({"uri": SPAM})
    del there.statuses[SPAM]
    assert "which version" in refused(worker.act(unknown))


def test_the_team_reads_the_rule() -> None:
    there = kit.Bluesky()
    worker = At(there, kit.TO)
    worker.carry_out(action("approve", TAKEN))
    (asked,) = worker.changes()
    assert asked.json["event"]["comment"] == "Spam"
    assert asked.json["subject"] == {
        "$type": "com.atproto.repo.strongRef",
        "uri": TAKEN,
        "cid": there.theirs[TAKEN]["cid"],
    }


# Telling


def message(text: str = "It was spam.") -> MessageRequested:
    return MessageRequested(
        case="c1",
        person=letters.PERSON,
        about=letters.ABOUT,
        title="Taken down",
        text=text,
        link="https://liaison.example/a?b=1",
    )


def tell(there: letters.Bluesky, what: MessageRequested) -> object:
    return telling.tell(what, letters.TO, KEY, hands(there))


def find(there: letters.Bluesky, what: MessageRequested) -> object:
    return telling.find(what, letters.TO, KEY, datetime.fromtimestamp(NOW, UTC), hands(there))


def test_the_link_can_be_followed_and_whoever_is_quoted_reads_nothing() -> None:
    there = letters.Bluesky()
    sent(tell(there, message("You wrote “Grüße” to @press.example, see example.com")))
    (asked,) = (one for one in there.asked if there.creates(one))
    (facet,) = asked.json["message"]["facets"]
    start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
    assert asked.json["message"]["text"].encode()[start:end].decode() == "https://liaison.example/a?b=1"
    assert facet["features"][0]["uri"] == "https://liaison.example/a?b=1"


@pytest.mark.parametrize("reason", [*telling.CLOSED])
def test_why_nobody_was_told_is_said_and_no_dead_key(reason: str) -> None:
    there = letters.Bluesky()
    there.people[letters.PERSON.id] = reason
    outcome = tell(there, message())
    assert telling.CLOSED[reason] in refused(outcome)
    assert isinstance(outcome, Refused)
    assert not outcome.unauthorized


def test_a_service_that_says_it_in_words_only_is_understood() -> None:
    there = letters.Bluesky()
    there.answers(error(400, "InvalidRequest", "recipient has disabled incoming messages"))
    assert "disabled incoming messages" in refused(tell(there, message()))


def test_an_app_password_without_messages_is_told_as_such() -> None:
    there = letters.Bluesky()
    there.privileged = False
    outcome = tell(there, message())
    assert "Allow access to your direct messages" in refused(outcome)
    assert isinstance(outcome, Refused)
    assert not outcome.unauthorized


def test_an_older_message_with_the_same_words_is_another() -> None:
    there = letters.Bluesky()
    there.clock = NOW - 7200.0
    sent(tell(there, message()))
    assert isinstance(find(there, message()), Absent)
    there.clock = float(NOW)
    made = sent(tell(there, message()))
    assert find(there, message()) == made


def test_their_own_words_are_not_ours() -> None:
    there = letters.Bluesky()
    made = sent(tell(there, message()))
    there.messages[-1]["sender"] = {"did": letters.PERSON.id}
    assert made
    assert isinstance(find(there, message()), Absent)


def test_a_look_that_comes_to_nothing_says_nothing() -> None:
    there = letters.Bluesky()
    there.people[letters.PERSON.id] = "MessagesDisabled"
    assert isinstance(find(there, message()), Unknown)
