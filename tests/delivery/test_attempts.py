"""What one delivery goes through, from planned to sent or to a person."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli import operator
from functions.delivery import attempts
from functions.delivery.attempts import Case
from functions.platforms.outgoing import Kind, Refused, Sent, Unknown, Wait
from functions.platforms.posting import Absent
from functions.shared import clock, outbox, program, queues, switches
from functions.shared.table import Delete, Item, table
from tests.delivery import rows
from tests.support import builders, stores
from tests.support.outside import NO_SUCH_POST, broken, post, silent, status, unreachable
from tests.support.world import World, needs_a_person

Plan = Callable[[World], Item]


def test_a_post_reaches_the_site_with_its_key_and_is_recorded(world: World) -> None:
    row = rows.post(world)
    world.due(row)
    (call,) = world.outside.calls
    assert (call.url, call.key) == ("https://site.example/hook", row["key"])
    after = rows.now(world, row)
    assert (after["state"], after["attempts"], after["posted"]["id"]) == ("sent", 1, row["key"])
    assert "due" not in after


def test_a_finished_delivery_is_not_made_again_whoever_reminds(world: World) -> None:
    row = rows.post(world)
    world.due(row)
    world.later(days=3)
    world.due(row)
    assert len(world.outside.calls) == 1


def test_a_reminder_of_nothing_is_harmless(world: World) -> None:
    queues.kick("acme#announcement#gone", "delivery#site", "never", "site")
    world.drain()
    assert not world.failures
    assert not world.outside.calls


def test_what_is_no_reminder_of_ours_is_parked(world: World) -> None:
    world.put_message("delivery", "nonsense")
    world.drain()
    assert [item["reason"] for item in world.parked()] == ["not an envelope of ours"]


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        (status(200), "sent", ""),
        (status(204), "sent", ""),
        (status(302, {"location": "http://169.254.169.254/"}), "refused", "(302)"),
        (status(400), "refused", "(400)"),
        (status(403), "refused", "(403)"),
        (status(404), "refused", "(404)"),
        (status(410), "refused", "(410)"),
        (status(408), "planned", "(408)"),
        (status(429), "planned", "(429)"),
        (status(503), "unknown", "(503)"),
        (status(500), "unknown", "(500)"),
        (status(502, body=b"<html>Bad Gateway"), "unknown", "(502)"),
        (unreachable, "planned", "could not be reached"),
        (silent, "unknown", "did not answer"),
        (broken, "unknown", "unforeseen: ZeroDivisionError"),
    ],
)
def test_every_answer_has_its_consequence(world: World, answer: object, state: str, reason: str) -> None:
    world.outside.next = [answer]  # type: ignore[list-item]
    row = rows.post(world)
    world.due(row)
    after = rows.now(world, row)
    assert after["state"] == state
    assert reason in after["reason"]
    assert bool(needs_a_person(world)) == (state == "refused")
    assert ("due" in after) == (state in ("planned", "unknown"))
    assert not world.failures


def test_after_silence_the_same_key_is_sent_again_and_the_site_does_it_once(world: World) -> None:
    world.outside.next = [silent, silent]
    row = rows.post(world)
    world.finish()
    assert len(world.outside.calls) == 3
    assert world.outside.effects == {row["key"]: 1}
    assert len({call.body for call in world.outside.calls}) == 1
    assert rows.now(world, row)["state"] == "sent"


@pytest.mark.parametrize(("said", "seconds"), [("120", 120), ("5", 30), ("99999", 21600), ("soon", 60)])
def test_a_platform_that_says_when_is_not_asked_before(world: World, said: str, seconds: int) -> None:
    world.outside.next = [status(429, {"retry-after": said})]
    row = rows.post(world)
    world.due(row)
    world.later(seconds=seconds - 1)
    world.drain()
    assert len(world.outside.calls) == 1
    world.later(seconds=1)
    world.drain()
    assert len(world.outside.calls) == 2


def test_after_three_days_of_failure_it_is_a_persons(world: World) -> None:
    world.outside.always = status(503)
    row = rows.post(world)
    begun = world.now
    world.finish()
    after = rows.now(world, row)
    assert (after["state"], after["attempts"]) == ("unknown", len(attempts.WAITS) + 1)
    assert after["reason"] == (
        "given up after 13 attempts: the receiver failed (503); and one of them may have arrived"
    )
    assert [one["key"] for one in needs_a_person(world)] == [row["key"]]
    assert timedelta(hours=60) < world.now - begun < timedelta(hours=84)


def test_the_waits_grow(world: World) -> None:
    world.outside.always = unreachable
    row = rows.post(world)
    waits = []
    for _ in attempts.WAITS:
        world.due(rows.now(world, row))
        after = rows.now(world, row)
        waits.append(int((clock.moment(after["due_at"]) - world.now).total_seconds()))
    assert tuple(waits) == attempts.WAITS


def test_the_first_retry_comes_inside_the_shortest_time_a_platform_remembers_a_key() -> None:
    sweep = 60
    assert attempts.LEASE.total_seconds() + sweep <= 90


# Two workers


def test_a_live_lease_is_not_stolen(world: World) -> None:
    row = rows.post(world)

    def second_worker() -> None:
        world.later(seconds=29)
        queues.kick(row["pk"], row["sk"], row["due_at"], "other-group")
        assert world.work("delivery")

    world.faults.at("http", "before", second_worker)
    world.due(row)
    assert len(world.outside.calls) == 1
    assert rows.now(world, row)["state"] == "sent"


def test_a_late_worker_cannot_record_over_the_one_that_has_the_row_now(world: World) -> None:
    row = rows.post(world)

    def lease_runs_out() -> None:
        world.later(seconds=31)
        world.outside.next = [status(403)]
        queues.kick(row["pk"], row["sk"], row["due_at"], "other-group")
        world.work("delivery")

    world.faults.at("http", "after", lease_runs_out)
    world.due(row)
    after = rows.now(world, row)
    assert after["state"] == "unknown"  # The first one may have arrived, whatever the second one heard.
    assert "(403)" in after["reason"]
    assert len(world.outside.calls) == 2
    assert world.outside.effects == {row["key"]: 1}
    assert not world.failures


def test_of_two_reminders_at_once_one_makes_the_call(world: World) -> None:
    row = rows.post(world)
    queues.kick(row["pk"], row["sk"], row["due_at"], "other-group")
    world.faults.at("dynamodb.UpdateItem", "before", lambda: world.work("delivery"))
    world.due(row)
    assert len(world.outside.calls) == 1


# A blind target: mail


def test_a_mail_goes_out_once(world: World) -> None:
    row = rows.mail(world)
    world.finish()
    (sent,) = world.mails()
    assert sent.destinations["ToAddresses"] == ["marie@acme.example"]
    assert rows.now(world, row)["state"] == "sent"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_mail_cut_off_while_it_was_handed_over_is_a_persons_to_decide(world: World, when: str) -> None:
    row = rows.mail(world)
    world.faults.at("sesv2.SendEmail", when)  # type: ignore[arg-type]
    world.finish()
    after = rows.now(world, row)
    assert after["state"] == "unknown"
    assert "no word of it came in time" in after["reason"]
    assert [one["key"] for one in needs_a_person(world)] == [row["key"]]
    assert len(world.mails()) == (when == "after")
    world.later(days=30)
    world.drain()
    assert len(world.mails()) <= 1


def test_a_mail_whose_worker_died_before_arming_is_sent_without_asking(world: World) -> None:
    row = rows.mail(world)
    world.faults.at("dynamodb.UpdateItem", "before", nth=2)
    world.finish()
    assert rows.now(world, row)["state"] == "sent"
    assert len(world.mails()) == 1


def test_a_mail_whose_lease_ran_out_is_not_sent_by_the_next_worker(world: World) -> None:
    row = rows.mail(world)

    def lease_runs_out() -> None:
        world.later(seconds=31)
        queues.kick(row["pk"], row["sk"], row["due_at"], "other-group")
        world.work("delivery")

    world.faults.at("sesv2.SendEmail", "after", lease_runs_out)
    world.due(row)
    assert len(world.mails()) == 1
    assert rows.now(world, row)["state"] == "unknown"


# A place that can be asked: the forum


def test_a_removal_cut_off_looks_first_and_does_not_remove_again(world: World) -> None:
    row = rows.removal(world)
    world.outside.next = [status(200, body=post(204)), silent]
    world.finish()
    assert [call.method for call in world.outside.calls] == ["GET", "DELETE", "GET"]
    after = rows.now(world, row)
    assert after["state"] == "sent"
    before, left = after["request"]["prepared"]["before"], after["posted"]["after"]
    assert (before["deleted"], left["deleted"]) == (False, True)


def test_a_post_that_is_gone_already_counts_as_removed(world: World) -> None:
    world.outside.next = [status(410, body=NO_SUCH_POST)]
    row = rows.removal(world)
    world.finish()
    assert rows.now(world, row)["state"] == "sent"
    assert len(world.outside.calls) == 1


def test_a_dead_key_of_a_measure_is_a_persons_and_not_lost(world: World) -> None:
    """Nothing pauses a source: nobody would ever let it go."""
    world.outside.next = [status(401)]
    row = rows.removal(world)
    world.finish()
    assert rows.now(world, row)["state"] == "refused"
    assert [one["key"] for one in needs_a_person(world)] == [row["key"]]


# The program has moved on


def without(name: str) -> str:
    """The program without one of its tables."""
    tables = builders.PROGRAM.split("\n[[")
    return "\n[[".join(one for one in tables if f'id = "{name}"' not in one)


@pytest.mark.parametrize(
    ("gone", "plan", "reason"),
    [
        ("site", rows.post, "the program has no target 'site' any more"),
        ("marie", rows.mail, "the program has no reader 'marie' with a mail address any more"),
        ("forum", rows.removal, "the program has no source 'forum' any more"),
    ],
)
def test_what_left_the_program_is_refused_with_a_reason(world: World, gone: str, plan: Plan, reason: str) -> None:
    row = plan(world)
    operator.push(without(gone), "tests")
    world.later(minutes=2)  # Functions go on with the program they have for a minute.
    world.finish()
    after = rows.now(world, row)
    assert (after["state"], after["reason"]) == ("refused", reason)
    assert not world.outside.calls
    assert not world.mails()


def test_a_reader_of_another_community_by_now_gets_no_mail_of_the_first(world: World) -> None:
    row = rows.mail(world)
    operator.push(builders.PROGRAM.replace('id = "marie"\ncommunity = "acme"', 'id = "marie"\ncommunity = "peak"'), "t")
    world.later(minutes=2)
    world.due(row)
    assert rows.now(world, row)["state"] == "refused"
    assert not world.mails()


def test_a_reader_without_an_address_is_refused(world: World) -> None:
    row = rows.mail(world, reader="noor")
    world.finish()
    assert rows.now(world, row)["state"] == "refused"


def test_a_credential_that_was_missing_is_found_as_soon_as_it_is_put(world: World) -> None:
    text = builders.PROGRAM + '\n[[targets]]\nid = "app"\ncommunity = "acme"\nplatform = "webhook"\n'
    operator.push(text + 'url = "https://app.example/hook"\n', "tests")
    world.later(minutes=2)
    row = rows.post(world, target="app")
    world.drain()
    refused = rows.now(world, row)
    assert refused["state"] == "refused"
    assert "liaison secret put app --outgoing" in refused["reason"]
    # The operator puts it from another machine; this function's own cache knows nothing of that.
    stores.client("ssm").put_parameter(
        Name=f"{stores.PARAMETERS}/targets/app", Value=builders.SECRET, Type="SecureString"
    )
    outbox.resolve(table(), refused, "again", "Ada", world.now)
    world.later(seconds=10)
    world.drain()
    assert rows.now(world, row)["state"] == "sent"


def test_a_credential_that_was_replaced_pauses_nothing(world: World) -> None:
    """The function has read the old one, and goes on with it for a while."""
    rows.post(world)
    world.drain()
    stores.client("ssm").put_parameter(
        Name=f"{stores.PARAMETERS}/targets/site",
        Value="whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhlIHNpdGUsIGxvbmcgZW5vdWdo",
        Type="SecureString",
        Overwrite=True,
    )
    world.outside.next = [status(401)]
    row = rows.post(world, "a2")
    world.drain()
    assert rows.now(world, row)["reason"] == "another credential was put in the meantime"
    world.later(minutes=1)
    world.drain()
    assert rows.now(world, row)["state"] == "sent"
    assert not table().listing("acme", switches.LISTING)
    old, new = (call.headers["webhook-signature"] for call in world.outside.calls[-2:])
    assert old != new


def test_a_source_that_does_not_know_us_any_more_is_a_persons(world: World) -> None:
    """Nobody pauses or resumes a source: what it refuses must not wait for that."""
    world.outside.always = status(401)
    row = rows.removal(world)
    world.finish()
    assert rows.now(world, row)["state"] == "refused"
    assert [one["key"] for one in needs_a_person(world)] == [row["key"]]


def test_without_a_program_a_delivery_waits(world: World) -> None:
    row = rows.post(world)
    table().write(Delete(program.POINTER))
    world.later(minutes=2)
    world.work("delivery")
    world.upkeep()
    world.work("delivery")
    assert rows.now(world, row)["state"] == "claimed"
    assert not world.outside.calls


# A person's word


def refused(world: World) -> Item:
    world.outside.next = [status(403)]
    row = rows.post(world)
    world.due(row)
    return rows.now(world, row)


def test_a_person_may_say_that_it_is_there(world: World) -> None:
    row = refused(world)
    after = outbox.resolve(table(), row, "sent", "Ada", world.now)
    assert (after["state"], after["resolved_by"]) == ("sent", "Ada")
    assert not needs_a_person(world)
    world.later(days=1)
    world.drain()
    assert len(world.outside.calls) == 1


def test_a_person_may_have_it_sent_again_with_the_same_key(world: World) -> None:
    row = refused(world)
    outbox.resolve(table(), row, "again", "Ada", world.now)
    assert not needs_a_person(world)
    world.later(minutes=1)
    world.drain()
    after = rows.now(world, row)
    assert (after["state"], after["attempts"]) == ("sent", 1)
    assert world.outside.keys("https://site.example/hook") == {row["key"]}


def test_what_a_person_sends_again_gets_all_its_attempts_again(world: World) -> None:
    world.outside.always = status(503)
    row = rows.post(world)
    world.finish()
    outbox.resolve(table(), rows.now(world, row), "again", "Ada", world.now)
    world.outside.always = None
    world.later(minutes=1)
    world.drain()
    assert rows.now(world, row)["state"] == "sent"


def test_of_two_words_on_the_same_delivery_the_first_holds(world: World) -> None:
    row = refused(world)
    outbox.resolve(table(), row, "sent", "Ada", world.now)
    with pytest.raises(outbox.LostError, match="does not wait for a person any more"):
        outbox.resolve(table(), row, "again", "Zoe", world.now)
    assert rows.now(world, row)["resolved_by"] == "Ada"


def test_an_unknown_mail_is_sent_again_only_on_a_persons_word(world: World) -> None:
    row = rows.mail(world)
    world.faults.at("sesv2.SendEmail", "before")
    world.finish()
    outbox.resolve(table(), rows.now(world, row), "again", "Ada", world.now)
    world.later(minutes=1)
    world.drain()
    assert len(world.mails()) == 1
    assert rows.now(world, row)["state"] == "sent"


# The decisions alone


def case(kind: Kind, attempts: int = 1, **known: Any) -> Case:
    return Case(kind, attempts, **known)


def test_an_unknown_outcome_is_repeated_only_where_repeating_is_safe() -> None:
    assert attempts.after(Unknown("?"), case("blind")).due_in is None
    assert attempts.after(Unknown("?"), case("keyed")).due_in == 30
    assert attempts.after(Unknown("?"), case("readable", can_look=True)).due_in == 5
    assert attempts.after(Unknown("?"), case("blind", better_twice=True)).due_in == 30
    assert {attempts.after(Unknown("?"), case(kind)).state for kind in ("blind", "keyed", "readable")} == {"unknown"}


def test_a_wait_is_a_retry_even_for_the_blind_since_nothing_happened() -> None:
    after = attempts.after(Wait(600, "busy"), case("blind"))
    assert (after.state, after.due_in) == ("planned", 600)


def test_a_wait_does_not_make_an_earlier_doubt_go_away() -> None:
    assert attempts.after(Wait(600, "busy"), case("keyed", 2, in_doubt=True)).state == "unknown"


def test_sent_and_refused_are_final() -> None:
    assert attempts.after(Sent("id", "url"), case("keyed", 13)).state == "sent"
    assert attempts.after(Refused("no"), case("keyed")).due_in is None


def test_a_row_that_was_claimed_and_not_armed_was_surely_not_sent() -> None:
    assert attempts.step(case("blind", 0)) == "send"
    stopped = attempts.step(case("blind", in_doubt=True))
    assert isinstance(stopped, attempts.Next)
    assert stopped.state == "unknown"


@given(
    kind=st.sampled_from(["keyed", "readable", "told", "blind"]),
    known=st.fixed_dictionaries(
        {
            "attempts": st.integers(0, 14),
            "in_doubt": st.booleans(),
            "age": st.integers(0, 10_000),
            "window": st.sampled_from([0, 100, 3000]),
            "can_look": st.booleans(),
            "looks": st.integers(0, 5),
            "retried": st.booleans(),
            "late": st.booleans(),
            "withdrawn": st.booleans(),
        }
    ),
)
def test_what_may_have_arrived_is_sent_again_only_under_a_key_that_holds(kind: Kind, known: dict[str, Any]) -> None:
    one = Case(kind, **known)
    step = attempts.step(one)
    if step == "send":
        assert not one.in_doubt or (one.key_holds and not one.can_look)
        assert one.in_doubt or not (one.late or one.withdrawn)
    if step == "look":
        assert one.in_doubt
        assert one.can_look
    if isinstance(step, attempts.Next) and step.state in ("missed", "cancelled"):
        assert not one.in_doubt


@given(
    looks=st.integers(0, 3), retried=st.booleans(), better_twice=st.booleans(), late=st.booleans(), gone=st.booleans()
)
def test_silence_about_a_mail_is_never_taken_for_its_absence(
    looks: int, retried: bool, better_twice: bool, late: bool, gone: bool
) -> None:
    known = {"looks": looks, "retried": retried, "better_twice": better_twice, "late": late, "withdrawn": gone}
    one = case("told", in_doubt=True, can_look=True, **known)
    if attempts.send_at_once(Absent(), one):
        assert better_twice
        assert True not in (retried, late, gone)
        assert looks == len(attempts.LOOKS) - 1
    after = attempts.after_look(Absent(), one)
    assert after.state == "unknown"
    assert not after.not_there


def test_one_key_a_row_short_enough_for_every_platform() -> None:
    key = outbox.delivery_key("acme#announcement#a1", "delivery#site")
    assert key == outbox.delivery_key("acme#announcement#a1", "delivery#site")
    assert key != outbox.delivery_key("acme#announcement#a1", "delivery#news")
    assert len(key) == 25
    assert key.isalnum()
