"""What is Mastodon's own about measures, and about telling people."""

import json
from typing import Any

import pytest

from events.moderation import MessageRequested
from events.people import Person
from functions.platforms.mastodon import acting, telling
from functions.platforms.outgoing import Destination, Refused, Reply, Sent, Unknown, Wait
from tests.platforms.acting.kits import mastodon as kit
from tests.platforms.acting.kits.mastodon import MODERATOR, POST, REMOTE, SPAMMER, TROLL, WAITING, action
from tests.platforms.acting.test_contract import KEY, Worker, undo
from tests.platforms.posting.fake import hands, reply, sent
from tests.platforms.posting.kits.mastodon import length
from tests.platforms.telling.kits import mastodon as letters


def server() -> kit.Mastodon:
    return kit.Mastodon()


def refused(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.reason


# Measures


def test_a_missing_page_in_front_of_the_server_is_no_missing_account() -> None:
    worker = Worker("mastodon")
    worker.fake.answer = lambda asked: reply(404, b"<html>Not Found</html>")  # type: ignore[method-assign]
    assert "404" in refused(worker.act(action("hide", SPAMMER)))


@pytest.mark.parametrize("missing", ["admin:read:accounts", "admin:write:accounts"])
def test_a_token_without_the_scope_is_told_which_it_takes(missing: str) -> None:
    there = server()
    there.scopes -= {missing}
    assert missing in refused(Worker("mastodon", there).act(action("ban", SPAMMER, POST)))


def test_whoever_stands_as_high_is_left_alone_and_the_role_is_named() -> None:
    there = server()
    there.accounts[SPAMMER]["role"] = kit.OWNER | {"permissions": 65536}  # Staff that does not look like it.
    assert "Manage Users" in refused(Worker("mastodon", there).act(action("ban", SPAMMER, POST)))


@pytest.mark.parametrize("measure", ["hide", "lock", "warn", "ban"])
def test_staff_is_left_alone_before_any_call(measure: str) -> None:
    worker = Worker("mastodon")
    assert "staff" in refused(worker.act(action(measure, MODERATOR)))
    assert not worker.changes()


@pytest.mark.parametrize(
    ("role", "staff"),
    [
        ({"id": "-99", "permissions": "65536"}, False),
        ({"id": "-99", "permissions": str(1 << 16 | 1 << 21)}, False),
        ({"id": "3", "permissions": "1048575"}, True),
        ("user", False),
        ("moderator", True),
        ("admin", True),
        (None, False),
    ],
)
def test_staff_is_known_by_its_permissions_in_every_version(role: object, staff: bool) -> None:
    assert acting.is_staff(role) is staff


@pytest.mark.parametrize("name", ["110001", "@acme", "ACME"])
def test_our_own_account_is_left_alone(name: str) -> None:
    there = server()
    to = Destination("mastodon", "acme", kit.TO.address, kit.TO.secret, account=name)
    found = acting.state(action("ban", "110001"), to, hands(there))
    assert "our own" in refused(found)


@pytest.mark.parametrize("measure", ["warn", "lock"])
def test_nobody_is_warned_who_would_not_notice(measure: str) -> None:
    worker = Worker("mastodon")
    assert "another server" in refused(worker.act(action(measure, REMOTE)))
    assert not worker.changes()


def test_an_account_that_was_let_in_is_not_removed() -> None:
    worker = Worker("mastodon")
    assert "ban the account instead" in refused(worker.act(action("remove", SPAMMER)))
    assert SPAMMER in worker.fake.accounts  # type: ignore[attr-defined]


def test_a_ban_closes_the_reports_for_good_and_says_so_beforehand() -> None:
    there = server()
    worker = Worker("mastodon", there)
    done = worker.carry_out(action("ban", TROLL, POST))
    assert all(one["closed"] for one in there.reports.values())
    assert isinstance(worker.act(undo(done)), Sent)
    assert all(one["closed"] for one in there.reports.values())
    assert "reports" in acting.ABILITIES["ban"].lost


def test_its_owner_reads_why_without_control_characters() -> None:
    there = server()
    words = "It was\x07 spam.\r\n\r\n\x1b[31mOur rule."
    Worker("mastodon", there).carry_out(action("warn", SPAMMER, POST).model_copy(update={"explanation": words}))
    assert there.mails == [(SPAMMER, "It was spam.\n\n[31mOur rule.")]


def test_a_warning_that_may_have_been_given_is_not_given_again() -> None:
    assert acting.ABILITIES["warn"].kind == "blind"
    there = server()
    there.cut_off_after()
    assert isinstance(Worker("mastodon", there).act(action("warn", SPAMMER, POST)), Unknown)
    assert len(there.mails) == 1


class Far(kit.Mastodon):
    """A report with as many posts as an answer is never read to its end of."""

    def answer(self, asked: Any) -> Reply:
        self.words = "word " * 20_000
        found = super().answer(asked)
        return Reply(found.status, found.headers, found.body[:65_536])


def test_a_report_that_is_too_long_to_be_read_is_closed_and_opened_again() -> None:
    there = Far()
    worker = Worker("mastodon", there)
    done = worker.carry_out(action("resolve", TROLL, POST, reports=("report:17",)))
    assert there.reports["17"]["closed"]
    assert isinstance(worker.act(undo(done)), Sent)
    assert not there.reports["17"]["closed"]


def test_a_case_without_a_report_has_none_to_close() -> None:
    worker = Worker("mastodon")
    assert "report" in refused(worker.act(action("resolve", WAITING, reports=("account:110019", "report:x"))))
    assert not worker.fake.asked


def test_a_post_whose_author_nobody_knows_gets_nobody_banned() -> None:
    nobody = action("ban", SPAMMER, POST).model_copy(update={"person": None})
    assert "whose" in refused(Worker("mastodon").act(nobody))


def test_an_account_is_its_own_person() -> None:
    there = server()
    Worker("mastodon", there).carry_out(action("ban", SPAMMER).model_copy(update={"person": None}))
    assert there.accounts[SPAMMER]["suspended"]


# Telling


def message(text: str = "It was spam.", person: Person = letters.PERSON, **more: Any) -> MessageRequested:
    given = {"title": "Taken down", "link": "https://liaison.example/a", "about": letters.ABOUT, **more}
    return MessageRequested(case="c1", person=person, text=text, **given)


def tell(there: letters.Mastodon, what: MessageRequested) -> object:
    return telling.tell(what, letters.TO, KEY, hands(there))


def test_an_account_of_another_server_is_mentioned_by_its_whole_handle() -> None:
    there = letters.Mastodon()
    sent(tell(there, message(person=Person(id="110019", name="bob"))))
    assert there.statuses[0]["content"].startswith("@bob@elsewhere.example Taken down")


def test_whoever_is_quoted_reads_nothing_of_it() -> None:
    """The account @everyone is there, and @bob is, too."""
    there = letters.Mastodon()
    sent(tell(there, message("You wrote: @everyone and @bob@elsewhere.example are wrong.")))
    assert [who for who, _ in letters.told(there)] == ["110017"]


def test_addresses_count_as_the_server_counts_them() -> None:
    there = letters.Mastodon()
    sent(tell(there, message("see https://acme.be/c " * 100)))
    assert length(there.statuses[0]["content"]) <= 500
    assert letters.told(there)[0][1].endswith("https://liaison.example/a")


def test_whoever_cannot_be_mentioned_was_not_told() -> None:
    there = letters.Mastodon()
    there.unconfirmed.add("110017")
    assert "did not address it" in refused(tell(there, message()))
    assert letters.told(there) == []


@pytest.mark.parametrize("reason", ["gone", "suspended", "blocked"])
def test_why_nobody_was_told_is_said(reason: str) -> None:
    there = letters.Mastodon()
    if reason == "gone":
        del there.accounts["110017"]
    elif reason == "suspended":
        there.accounts["110017"] |= {"suspended": True}  # type: ignore[dict-item]
    else:
        letters.deaf(there)
    assert {"gone": "404", "suspended": "suspended", "blocked": "blocked"}[reason] in refused(tell(there, message()))
    assert there.statuses == []


def test_a_look_that_is_not_answered_is_asked_again() -> None:
    def silent(asked: Any) -> Reply:
        raise telling.UnansweredError("no whole answer within 10 s")

    there = letters.Mastodon()
    there.answer = silent  # type: ignore[method-assign]
    assert isinstance(tell(there, message()), Wait)


def test_the_key_lasts_as_long_as_the_server_keeps_it() -> None:
    assert (telling.KIND, telling.WINDOW) == ("keyed", 3000)
    there = letters.Mastodon()
    sent(tell(there, message()))
    sent(tell(there, message()))
    assert len(there.statuses) == 1
    assert json.loads(there.asked[-1].body)["visibility"] == "direct"
