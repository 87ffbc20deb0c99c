"""What SES tells of a mail is written on its delivery, whenever and however often it comes; and what follows."""

import json
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from cli import operator
from events.moderation import MessageRequested, Subject
from events.people import Person
from functions.delivery import attempts
from functions.shared import aws, clock, mails, outbox, queues
from functions.shared.table import Item, partition, table
from functions.upkeep import mails as reading
from tests.delivery import rows
from tests.support import builders, postal
from tests.support.faults import When, answer_lost, crash
from tests.support.postal import TRANSIENT, tell
from tests.support.world import World, needs_a_person

MARIE = "marie@acme.example"


def lost(world: World, when: When = "after", day: str = "2026-11-21") -> Item:
    """A mail whose answer was lost: `after` it was sent, or before it was taken."""
    row = rows.mail(world, day)
    world.faults.at("sesv2.SendEmail", when, answer_lost)
    world.due(row)
    assert rows.now(world, row)["state"] == "unknown"
    return row


def sent(world: World, day: str = "2026-11-21", reader: str = "marie") -> Item:
    row = rows.mail(world, day, reader)
    world.due(row)
    assert rows.now(world, row)["state"] == "sent"
    return row


def told_to(world: World, address: str = "ilse@club.example", case: str = "c1") -> Item:
    """A message to somebody who is no reader."""
    request = MessageRequested(
        case=case,
        person=Person(id=address),
        about=Subject(source="forum", kind="post", id="204"),
        title="Your post",
        text="It was taken down.",
    )
    pk = partition("acme", "case", case)
    return rows.planned(world, pk, "tell#1", "tell", "mail", "forum", request)


def better_twice(world: World) -> None:
    operator.push(builders.PROGRAM.replace('id = "marie"\n', 'id = "marie"\nbetter_twice = true\n'), "tests")
    world.later(minutes=2)


# In doubt


def test_word_of_it_settles_a_mail_whose_answer_was_lost(world: World) -> None:
    row = lost(world)
    tell(world, row, "Sent", "0107-a")
    after = rows.now(world, row)
    assert (after["state"], after["posted"]["id"]) == ("sent", "0107-a")
    world.finish()
    assert len(world.mails()) == 1
    assert not needs_a_person(world)


def test_word_of_it_settles_a_mail_whose_worker_died_before_it_could_say_so(world: World) -> None:
    row = rows.mail(world)
    world.faults.at("sesv2.SendEmail", "after", crash)
    world.due(row)
    assert rows.now(world, row)["state"] == "armed"
    tell(world, row, "Delivered")
    world.finish()
    assert rows.now(world, row)["state"] == "sent"
    assert len(world.mails()) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_without_any_word_in_time_a_person_decides(world: World, when: When) -> None:
    row, began = lost(world, when), world.now
    world.finish()
    waited = (world.now - began).total_seconds()
    assert 12 * 60 < waited < 15 * 60
    assert rows.now(world, row)["state"] == "unknown"
    assert [one["key"] for one in needs_a_person(world)] == [row["key"]]
    assert len(world.mails()) == (when == "after")


def test_word_that_comes_too_late_takes_it_off_that_persons_list(world: World) -> None:
    row = lost(world)
    world.finish()
    world.later(hours=5)
    tell(world, row, "Sent")
    assert rows.now(world, row)["state"] == "sent"
    assert not needs_a_person(world)


def test_a_reader_who_would_rather_have_it_twice_has_it_without_asking_anybody(world: World) -> None:
    better_twice(world)
    row, began = lost(world), world.now
    world.finish()
    assert (world.now - began).total_seconds() > 12 * 60
    assert rows.now(world, row)["state"] == "sent"
    assert [mail.key for mail in world.mails()] == [row["key"]] * 2
    assert not needs_a_person(world)


def test_twice_is_not_three_times(world: World) -> None:
    better_twice(world)
    row = lost(world)
    world.faults.at("sesv2.SendEmail", "after", answer_lost)
    world.finish()
    assert len(world.mails()) == 2
    assert [one["key"] for one in needs_a_person(world)] == [row["key"]]


def test_what_is_refused_the_second_time_may_still_have_gone_the_first_time(world: World) -> None:
    better_twice(world)
    row = lost(world)
    operator.push(builders.PROGRAM.replace(f'email = "{MARIE}"\n', ""), "tests")
    world.finish()
    after = rows.now(world, row)
    assert (after["state"], "may have arrived" in after["reason"]) == ("unknown", True)


def test_word_that_comes_in_the_last_moment_keeps_it_from_being_sent_again(world: World) -> None:
    better_twice(world)
    row = lost(world)
    while rows.now(world, row).get("looks", 0) < len(attempts.LOOKS) - 1:
        world.later(seconds=1)
        world.due(rows.now(world, row))
    # The worker has looked, and is about to arm: upkeep is quicker.
    world.faults.at("dynamodb.UpdateItem", "before", lambda: tell(world, row, "Sent"), nth=2)
    world.due(rows.now(world, row))
    world.finish()
    assert rows.now(world, row)["state"] == "sent"
    assert len(world.mails()) == 1


def test_word_that_is_quicker_than_the_answer_changes_nothing(world: World) -> None:
    row = rows.mail(world)
    world.faults.at("sesv2.SendEmail", "after", lambda: tell(world, row, "Sent"))
    world.due(row)
    world.finish()
    assert rows.now(world, row)["state"] == "sent"
    assert len(world.mails()) == 1
    assert not world.failures


def test_word_of_the_first_keeps_a_person_from_sending_a_second(world: World) -> None:
    row = lost(world)
    world.finish()
    again = outbox.resolve(table(), rows.now(world, row), "again", "Ada", world.now)
    tell(world, row, "Sent")
    queues.kick(again["pk"], again["sk"], again["due_at"], "mail")
    world.finish()
    assert rows.now(world, row)["state"] == "sent"
    assert len(world.mails()) == 1


def test_a_message_to_one_person_is_settled_alike(world: World) -> None:
    row = told_to(world)
    world.faults.at("sesv2.SendEmail", "after", answer_lost)
    world.due(row)
    tell(world, row, "Sent", to="ilse@club.example")
    world.finish()
    assert rows.now(world, row)["state"] == "sent"
    assert len(world.mails()) == 1


# However it comes


@pytest.mark.parametrize("order", list(permutations(["Sent", "Delivered", "Complaint Received"])))
def test_in_any_order_and_twice_it_comes_to_the_same(world: World, order: tuple[Any, ...]) -> None:
    row = lost(world)
    for kind in (*order, *order):
        postal.put(world, postal.event(world, row, kind))
    world.upkeep()
    after = rows.now(world, row)
    assert after["state"] == "sent"
    assert after["fence"] == 2  # Settled once.
    assert [item["because"] for item in world.items("nomail")] == ["complaint"]


def test_a_bounce_before_its_own_send_stays_a_bounce(world: World) -> None:
    row = lost(world)
    tell(world, row, "Bounced")
    tell(world, row, "Sent")
    assert rows.now(world, row)["state"] == "refused"


def test_what_is_told_again_of_the_first_says_nothing_of_one_that_is_sent_anew(world: World) -> None:
    row = sent(world)
    tell(world, row, "Bounced", "0107-a")
    mails.lift(table(), MARIE)
    outbox.resolve(table(), rows.now(world, row), "again", "Ada", world.now)
    world.faults.at("sesv2.SendEmail", "before", answer_lost)
    world.later(minutes=1)
    world.drain()
    tell(world, row, "Bounced", "0107-a")
    tell(world, row, "Sent", "0107-a")
    assert rows.now(world, row)["state"] == "unknown"
    assert not world.items("nomail")
    tell(world, row, "Sent", "0107-b")
    assert rows.now(world, row)["state"] == "sent"


@pytest.mark.parametrize("fault", [crash, answer_lost], ids=["crash", "answer-lost"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["dynamodb.TransactWriteItems", "sqs.DeleteMessage"])
def test_upkeep_that_dies_over_it_does_it_once(world: World, step: str, when: When, fault: Callable[[], None]) -> None:
    row = sent(world)
    postal.put(world, postal.event(world, row, "Bounced"))
    world.faults.at(step, when, fault)
    world.upkeep()
    world.later(minutes=1)
    world.drain()
    assert rows.now(world, row)["state"] == "refused"
    assert len(world.items("nomail")) == 1
    assert not world.waiting()


def test_of_a_mail_that_ended_long_ago_only_what_it_says_of_the_address_counts(world: World) -> None:
    row = {"pk": "acme#digest#marie#daily-2026-01-01", "sk": "delivery#mail"}
    gone = {**row, "key": outbox.delivery_key(row["pk"], row["sk"])}
    tell(world, gone, "Delivered")
    assert not world.items("nomail")
    tell(world, gone, "Complaint Received")
    assert mails.why_not(table(), MARIE) == "complaint"
    assert not world.waiting()
    assert not world.parked()
    assert not world.items("delivery")


def test_a_mail_that_an_operator_sent_by_hand_is_passed_over(world: World) -> None:
    told = postal.event(world, sent(world), "Bounced")
    told["detail"]["mail"]["tags"] = {"ses:configuration-set": ["tests"]}
    postal.put(world, told)
    world.upkeep()
    assert not world.waiting()
    assert not world.items("nomail")


def test_an_event_that_names_nothing_of_ours_is_parked_and_can_be_replayed(world: World) -> None:
    row = sent(world)
    odd = postal.event(world, row, "Sent")
    odd["detail"]["mail"]["tags"]["delivery"] = ["x"]
    postal.put(world, odd)
    for _ in range(7):
        world.upkeep()
        world.later(minutes=2)
    (kept,) = world.parked()
    assert (kept["event"], kept["source"]) == ("Email Sent", "mail")
    answer = world.ask("POST", f"/v1/-/parked/{kept['id']}/replay", {}, token=world.token("operator", "*"))
    assert answer.status == 200
    assert world.depth("upkeep") == 1


def test_a_parked_event_has_its_effect_when_it_is_replayed(world: World) -> None:
    row = lost(world)
    told = postal.event(world, row, "Sent")
    world.accept(reading.enveloped(told, json.dumps(told), world.now))
    world.upkeep()
    assert rows.now(world, row)["state"] == "sent"


@pytest.mark.parametrize("kind", ["Email Opened", "Advisor Recommendation Status Open", ""])
def test_what_else_ses_tells_is_passed_over(world: World, kind: str) -> None:
    row = sent(world)
    postal.put(world, {**postal.event(world, row, "Sent"), "detail-type": kind})
    world.upkeep()
    assert not world.waiting()
    assert not world.failures


# Addresses


def test_an_address_that_takes_no_mail_gets_no_more_and_a_person_hears_of_it(world: World) -> None:
    row = sent(world)
    tell(world, row, "Bounced")
    assert "came back for good (Permanent General)" in rows.now(world, row)["reason"]
    assert [one["key"] for one in needs_a_person(world)] == [row["key"]]
    next_day = rows.mail(world, "2026-11-22")
    world.due(next_day)
    after = rows.now(world, next_day)
    assert after["state"] == "refused"
    assert "liaison mail resume" in after["reason"]
    assert len(world.mails()) == 1


def test_an_address_with_letters_beyond_ascii_is_written_as_ses_takes_it_and_tells_of_it(world: World) -> None:
    """The domain in Punycode. (Source: SES v2, `Destination`.)"""
    operator.push(builders.PROGRAM.replace(MARIE, "marie@École.example"), "tests")
    world.later(minutes=2)
    asked: list[dict[str, Any]] = []
    aws.ses().meta.events.register("provide-client-params.sesv2.SendEmail", lambda params, **_: asked.append(params))
    row = sent(world)
    assert [call["Destination"]["ToAddresses"] for call in asked] == [["marie@xn--cole-9oa.example"]]
    tell(world, row, "Bounced", to="marie@xn--cole-9oa.example")
    next_day = rows.mail(world, "2026-11-22")
    world.due(next_day)
    assert rows.now(world, next_day)["state"] == "refused"
    assert mails.lift(table(), "marie@école.example")


def test_a_reject_of_the_first_says_nothing_of_a_second_that_arrived(world: World) -> None:
    row = lost(world)
    world.finish()
    outbox.resolve(table(), rows.now(world, row), "again", "Ada", world.now)
    world.later(minutes=1)
    world.drain()
    tell(world, row, "Delivered", rows.now(world, row)["posted"]["id"])
    tell(world, row, "Rejected", "0107-first")
    assert rows.now(world, row)["state"] == "sent"
    assert not needs_a_person(world)


def test_once_it_is_mended_mail_goes_again(world: World) -> None:
    tell(world, sent(world), "Bounced")
    assert mails.lift(table(), MARIE.upper())
    assert not mails.lift(table(), MARIE)
    sent(world, "2026-11-22")
    assert len(world.mails()) == 2


def test_a_mailbox_that_is_full_today_is_tried_again_tomorrow(world: World) -> None:
    row = sent(world)
    tell(world, row, "Bounced", **TRANSIENT)
    tell(world, row, "Delivery Delayed")
    after = rows.now(world, row)
    assert after["state"] == "sent"
    assert {"Transient MailboxFull", "MailboxFull"} <= {
        told["detail"] for name, told in after.items() if name.startswith("heard_")
    }
    assert not needs_a_person(world)
    sent(world, "2026-11-22")


def test_whoever_calls_a_mail_unwanted_gets_no_more_and_nobody_is_bothered(world: World) -> None:
    row = sent(world)
    tell(world, row, "Complaint Received")
    next_day = rows.mail(world, "2026-11-22")
    world.due(next_day)
    assert rows.now(world, row)["state"] == "sent"
    assert rows.now(world, next_day)["state"] == "cancelled"
    assert not needs_a_person(world)
    assert len(world.mails()) == 1


def test_it_holds_for_all_that_goes_to_the_address(world: World) -> None:
    tell(world, told_to(world), "Complaint Received", to=MARIE)
    message = told_to(world, MARIE, "c2")
    world.due(message)
    assert rows.now(world, message)["state"] == "cancelled"
    assert not world.mails()


def test_one_persons_address_that_takes_no_mail_bothers_nobody(world: World) -> None:
    row = told_to(world)
    world.due(row)
    tell(world, row, "Bounced", to="ilse@club.example")
    assert rows.now(world, row)["state"] == "refused"
    assert not needs_a_person(world)


def test_what_ses_would_not_send_is_a_persons(world: World) -> None:
    row = sent(world)
    tell(world, row, "Rejected")
    assert rows.now(world, row)["reason"] == "SES did not send it: Bad content"
    assert [one["key"] for one in needs_a_person(world)] == [row["key"]]
    assert not world.items("nomail")


def test_no_address_stands_in_a_key_or_in_what_was_heard(world: World) -> None:
    row = sent(world)
    for kind in ("Sent", "Bounced", "Complaint Received"):
        tell(world, row, kind)
    assert MARIE not in str([*world.items("nomail"), rows.now(world, row)])
    assert mails.barred(table())[0]["at"] == clock.text(world.now)


# Readers


def test_a_reader_who_ended_their_mails_gets_none_that_was_planned_before(world: World) -> None:
    row = rows.mail(world)
    mails.switch(table(), "acme", "marie", "ended", "one-click", world.now)
    world.due(row)
    assert rows.now(world, row)["state"] == "cancelled"
    assert not world.mails()
    assert not needs_a_person(world)


def test_a_mail_in_doubt_is_not_sent_again_to_whoever_ended_theirs(world: World) -> None:
    better_twice(world)
    row = lost(world)
    mails.switch(table(), "acme", "marie", "ended", "one-click", world.now)
    world.finish()
    assert rows.now(world, row)["state"] == "unknown"
    assert len(world.mails()) == 1


# Whatever is cut off


@pytest.mark.parametrize(
    ("fault", "when", "twice"),
    [(crash, "after", False), (crash, "before", True), (answer_lost, "before", False), (answer_lost, "after", True)],
)
def test_cut_off_at_each_step_what_ses_took_is_sent_and_nothing_else_is_said_to_be(
    fault: Callable[[], None], when: When, twice: bool
) -> None:
    """SES tells of each mail that it took, a minute later."""
    with World() as world:
        if twice:
            better_twice(world)
        for place in range(2, 13):
            row = rows.mail(world, f"day-{place}")
            world.forget_caches()
            world.faults.at_number(place, when, fault)
            world.due(row)
            world.faults.forget()
            world.later(minutes=1)
            for mail in world.mails():
                if mail.key == row["key"]:
                    tell(world, row, "Sent")
            world.finish()
            after, times = rows.now(world, row), sum(mail.key == row["key"] for mail in world.mails())
            assert times <= 1
            assert after["state"] == ("sent" if times else "unknown")
            assert (row["key"] in {one["key"] for one in needs_a_person(world)}) == (after["state"] == "unknown")
            assert times or not twice
