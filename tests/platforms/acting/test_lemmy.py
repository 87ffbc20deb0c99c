"""What is Lemmy's own about measures, and about telling people; and that an instance of version 3 has them, too."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.moderation import ActionRequested, MessageRequested
from functions.platforms import acting as contract
from functions.platforms.lemmy import acting, telling
from functions.platforms.outgoing import Destination, Refused, Sent, Unknown, Wait
from functions.platforms.posting import Absent
from tests.platforms.acting.kits import Story
from tests.platforms.acting.kits import lemmy as kit
from tests.platforms.acting.kits.lemmy import LATER, MODERATOR, OLD_STORIES, OURS, SOON, SPAMMER, TROLL, action, written
from tests.platforms.acting.test_contract import KEY, Worker, undo
from tests.platforms.posting.fake import NOW, hands, sent
from tests.platforms.telling.kits import lemmy as letters

VERSIONS = pytest.mark.parametrize("new", [True, False], ids=["version 4", "version 3"])
STORIES = pytest.mark.parametrize("story", OLD_STORIES, ids=lambda story: story.name)


def refused(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.reason


def at(there: kit.Lemmy) -> Worker:
    return Worker("lemmy", there)


# An instance of version 3


@STORIES
def test_before_1_0_it_is_done_once_and_undone(story: Story) -> None:
    there = kit.Lemmy(new=False)
    worker, before = at(there), kit.seen(there)
    done = worker.carry_out(story.action)
    assert story.holds(there)
    calls = len(worker.changes())
    assert isinstance(worker.act(story.action), Sent)
    assert len(worker.changes()) == calls
    assert isinstance(worker.act(undo(done)), Sent)
    assert kit.seen(there) == before


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
@STORIES
def test_before_1_0_an_answer_that_is_lost_does_no_harm(story: Story, done: bool) -> None:
    there = kit.Lemmy(new=False)
    there.cut_off_after() if done else there.cut_off_before()
    assert isinstance(at(there).act(story.action), Unknown)
    assert isinstance(at(there).act(story.action), Sent)
    assert story.holds(there)


@STORIES
def test_before_1_0_what_is_gone_is_left_alone(story: Story) -> None:
    there = kit.Lemmy(new=False)
    assert story.gone
    story.gone(there)
    outcome = at(there).act(story.action)
    assert isinstance(outcome, Sent if story.action.measure in ("remove", "resolve") else Refused), outcome
    assert not at(there).changes()


@pytest.mark.parametrize("given", [action("warn"), action("lock", "comment", "305")])
def test_what_came_with_1_0_is_refused_before(given: ActionRequested) -> None:
    there = kit.Lemmy(new=False)
    worker = at(there)
    assert "1.0" in refused(worker.act(given))
    assert not worker.changes()


# Either


@VERSIONS
def test_the_moderation_log_is_told_the_rule_and_not_what_its_author_is_told(new: bool) -> None:
    worker = at(kit.Lemmy(new=new))
    worker.carry_out(action("remove", name="208", by=TROLL))
    (asked,) = worker.changes()
    assert asked.json == {"post_id": 208, "removed": True, "reason": "Spam"}


@VERSIONS
def test_a_post_that_is_too_long_to_be_read_is_removed_all_the_same(new: bool) -> None:
    """An answer is read to 64 KiB, and what stands around the post comes after it."""
    there = kit.Lemmy(new=new)
    there.long = "word " * 9_990
    worker = at(there)
    worker.carry_out(action("remove", name="208", by=TROLL))
    assert there.things["post", 208]["removed"]
    if new:
        worker.carry_out(action("warn"))
        assert isinstance(worker.act(action("warn")), Sent)
        assert len([one for one in there.log if one["kind"] == "post"]) == 1


@VERSIONS
def test_a_removal_closes_the_reports_and_says_so_beforehand(new: bool) -> None:
    there = kit.Lemmy(new=new)
    done = at(there).carry_out(action("remove"))
    assert isinstance(at(there).act(undo(done)), Sent)
    assert not there.reports["post", 17]["open"]
    assert "reports" in acting.ABILITIES["remove"].lost


@VERSIONS
@pytest.mark.parametrize("measure", ["remove", "timeout", "ban"])
def test_moderators_and_we_ourselves_are_left_alone(new: bool, measure: str) -> None:
    until = SOON if measure == "timeout" else None
    worker = at(kit.Lemmy(new=new))
    assert "moderator" in refused(worker.act(action(measure, name="207", by=MODERATOR, until=until)))
    assert "our own" in refused(worker.act(action(measure, name="205", by=OURS, until=until)))
    assert not worker.changes()


def test_our_own_thread_can_be_locked() -> None:
    there = kit.Lemmy()
    at(there).carry_out(action("lock", name="205", by=OURS))
    assert there.things["post", 205]["locked"]


@VERSIONS
def test_whoever_moderates_nothing_is_told_what_it_takes(new: bool) -> None:
    there = kit.Lemmy(new=new)
    there.moderates = False
    assert "appoint our account" in refused(at(there).act(action("lock")))


def test_nobody_is_banned_for_what_somebody_else_wrote() -> None:
    worker = at(kit.Lemmy())
    assert "another account" in refused(worker.act(action("ban", name="204", by=TROLL)))
    assert not worker.changes()


@VERSIONS
def test_what_its_author_deleted_is_gone(new: bool) -> None:
    there = kit.Lemmy(new=new)
    there.things["post", 204]["deleted"] = there.things["post", 206]["deleted"] = True
    worker = at(there)
    assert isinstance(worker.act(action("remove")), Sent)
    assert "gone" in refused(worker.act(action("approve", name="206")))
    assert not worker.changes()
    worker.carry_out(action("ban"))
    assert there.bans[SPAMMER] is None


@VERSIONS
def test_a_longer_ban_is_not_cut_short(new: bool) -> None:
    there = kit.Lemmy(new=new)
    worker = at(there)
    assert isinstance(worker.act(action("timeout", name="208", by=TROLL, until=SOON - timedelta(hours=1))), Sent)
    there.ban({"community_id": 7, "person_id": SPAMMER, "ban": True})
    assert isinstance(worker.act(action("timeout", until=LATER)), Sent)
    assert there.bans == {TROLL: written(SOON), SPAMMER: None}
    assert not worker.changes()


def test_a_time_out_that_is_over_is_not_begun() -> None:
    there = kit.Lemmy()
    worker = at(there)
    assert isinstance(worker.act(action("timeout", until=datetime.fromtimestamp(NOW - 30, UTC))), Sent)
    assert SPAMMER not in there.bans
    assert not worker.changes()


@VERSIONS
def test_an_undo_gives_back_a_shorter_ban_only_while_it_lasts(new: bool) -> None:
    there = kit.Lemmy(new=new)
    done = at(there).carry_out(action("ban", name="208", by=TROLL))
    there.clock = SOON.timestamp() + 60
    outcome = contract.act("lemmy", undo(done), kit.TO, KEY, hands(there))
    assert isinstance(outcome, Sent)
    assert TROLL not in there.bans


@VERSIONS
def test_an_end_of_more_than_ten_years_would_be_none(new: bool) -> None:
    """Lemmy makes a ban for good of it, without a word."""
    del new
    _, longest = acting.ABILITIES["timeout"].seconds or (0, 0)
    assert longest < 3650 * 86_400


@VERSIONS
def test_reports_on_later_pages_are_found(new: bool) -> None:
    there = kit.Lemmy(new=new)
    there.reports |= {("post", number): {"about": 204, "open": True} for number in range(100, 145)}
    at(there).carry_out(action("resolve", reports=("post_report:144",)))
    assert not there.reports["post", 144]["open"]
    assert there.reports["post", 143]["open"]


def test_a_case_without_a_report_has_none_to_close() -> None:
    worker = at(kit.Lemmy())
    assert "report" in refused(worker.act(action("resolve", reports=("comment_report:17",))))


# Telling


def message(text: str = "It was spam.", person: Any = letters.PERSON) -> MessageRequested:
    return MessageRequested(case="c1", person=person, about=letters.ABOUT, title="Taken down", text=text)


def find(there: letters.Lemmy, key: str = KEY, to: Destination = letters.TO) -> object:
    return telling.find(message(), to, key, datetime.fromtimestamp(NOW, UTC), hands(there))


@VERSIONS
def test_a_message_is_found_again_by_its_mark(new: bool) -> None:
    there = letters.Lemmy(new=new)
    made = sent(telling.tell(message(), letters.TO, KEY, hands(there)))
    there.messages += [there.message(17, 1, "word " * 1_900, NOW + 1.0) for _ in range(15)]
    assert find(there) == made
    assert isinstance(find(there, "another"), Absent)
    assert all("liaison" not in text for _, text in letters.told(there))


@VERSIONS
def test_a_look_that_brings_nothing_to_read_says_nothing(new: bool) -> None:
    there = letters.Lemmy(new=new)
    wrong = Destination("lemmy", "acme", letters.TO.address, "another token")
    assert isinstance(find(there, to=wrong), Unknown | Wait)


def test_markup_that_doubles_in_length_still_fits() -> None:
    there = letters.Lemmy()
    sent(telling.tell(message("*_" * 3_000), letters.TO, KEY, hands(there)))
    assert len(there.messages[-1]["content"]) <= 10_000
    assert "…" in there.messages[-1]["content"]
