"""Accounts of one person: linked by hand with a reason, at most one person each, and known before anybody decides."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.moderation import chain, persons
from functions.moderation.cases import NotAllowedError
from functions.moderation.persons import Account
from functions.shared.table import Delete, Item, table
from functions.upkeep import erasure, traces
from tests.moderation.strikes import ACCOUNT, PROGRAM, TEXT, broken, opened
from tests.support import builders
from tests.support.faults import Crash, crash
from tests.support.world import World

KIM, PAT, LEE = (Account("game", ACCOUNT), Account("forum", "9"), Account("code", "at://did:plc:7/x"))
WHY = "The same address on both profiles."


@pytest.fixture
def world() -> Iterator[World]:
    with World(TEXT) as fresh:
        yield fresh


def link(world: World, *accounts: Account, reason: str = WHY, who: str = "Mo") -> Item:
    first, second = accounts
    return persons.link(table(), "acme", (first, second), reason, who, world.now)


def unlink(world: World, account: Account, reason: str = "They told me.") -> Item:
    return persons.unlink(table(), "acme", account, reason, "Zoe", world.now)


def whose(account: Account) -> list[str]:
    """All accounts of its person."""
    found = persons.of(table(), "acme", account)
    return sorted(str(Account(**one)) for one in found["accounts"]) if found else []


def told(account: Account) -> list[tuple[str, str, str]]:
    return [(line["what"], line["who"], line["detail"]["reason"]) for line in persons.history(table(), "acme", account)]


def consistent(world: World) -> None:
    """Who is said to be whose says so itself, and every history holds."""
    accounts = [(person["id"], str(Account(**one))) for person in world.items("person") for one in person["accounts"]]
    assert len({account for _, account in accounts}) == len(accounts)
    assert len(accounts) == len([one for one in world.items("link") if one["person"]])
    for name, account in accounts:
        found = persons.of(table(), "acme", Account.read(account))
        assert found
        assert found["id"] == name
    for person in world.items("person"):
        lines = sorted((one for one in world.items("audit") if one["pk"] == person["pk"]), key=lambda one: one["sk"])
        assert chain.verify(person["id"], lines, person["head"]) is None
        assert len(lines) == person["next_audit"] - 1


def test_linked_they_are_one_person_s_and_it_can_be_read_who_says_so(world: World) -> None:
    link(world, KIM, PAT)
    link(world, LEE, PAT, reason="Says so there.", who="Zoe")
    assert whose(KIM) == whose(PAT) == whose(LEE) == ["code:at://did:plc:7/x", "forum:9", f"game:{ACCOUNT}"]
    assert told(KIM) == [("linked", "Mo", WHY), ("linked", "Zoe", "Says so there.")]
    consistent(world)


def test_linked_again_nothing_changes(world: World) -> None:
    first = link(world, KIM, PAT)
    assert link(world, PAT, KIM)["id"] == first["id"]
    assert len(told(KIM)) == 1


def test_unlinked_it_is_nobody_s_and_the_others_stay(world: World) -> None:
    link(world, KIM, PAT)
    link(world, KIM, LEE)
    unlink(world, PAT)
    assert whose(PAT) == []
    assert whose(KIM) == ["code:at://did:plc:7/x", f"game:{ACCOUNT}"]
    assert told(PAT)[-1] == told(KIM)[-1] == ("unlinked", "Zoe", "They told me.")
    link(world, PAT, Account("forum", "10"))
    assert whose(PAT) == ["forum:10", "forum:9"]
    consistent(world)


def test_what_was_said_when_they_were_other_people_s_stays_to_be_read(world: World) -> None:
    link(world, KIM, PAT, reason="first")
    for account in (KIM, PAT):
        unlink(world, account)
    world.later(minutes=1)
    link(world, KIM, LEE, reason="second")
    link(world, PAT, Account("forum", "10"), reason="third")
    assert [reason for _, _, reason in told(KIM)] == ["first", "They told me.", "They told me.", "second"]
    assert [reason for _, _, reason in told(PAT)] == ["first", "They told me.", "They told me.", "third"]
    unlink(world, KIM)
    link(world, KIM, LEE, reason="again")
    unlink(world, KIM)
    assert [what for what, _, _ in told(KIM)] == ["linked", "unlinked", "unlinked", *["linked", "unlinked"] * 2]
    consistent(world)


def test_two_persons_are_not_made_one(world: World) -> None:
    link(world, KIM, PAT)
    link(world, LEE, Account("forum", "10"))
    with pytest.raises(NotAllowedError, match="each of them belongs to a person already"):
        link(world, KIM, LEE)
    consistent(world)


@pytest.mark.parametrize(
    ("accounts", "reason", "told"),
    [((KIM, KIM), WHY, "that is one account"), ((KIM, PAT), "  ", "say why")],
)
def test_what_says_nothing_is_refused(world: World, accounts: Any, reason: str, told: str) -> None:
    with pytest.raises(NotAllowedError, match=told):
        link(world, *accounts, reason=reason)
    assert not world.items("person")


def test_what_was_never_linked_cannot_be_unlinked(world: World) -> None:
    with pytest.raises(NotAllowedError, match="belongs to no person"):
        unlink(world, KIM)
    link(world, KIM, PAT)
    unlink(world, KIM)
    with pytest.raises(NotAllowedError, match="belongs to no person"):
        unlink(world, KIM)
    with pytest.raises(NotAllowedError, match="say why"):
        unlink(world, PAT, " ")


def test_a_person_has_so_many_accounts_at_most(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persons, "MOST_ACCOUNTS", 3)
    for number in range(2):
        link(world, KIM, Account("forum", str(number)))
    with pytest.raises(NotAllowedError, match="3 accounts at most"):
        link(world, KIM, LEE)
    assert whose(LEE) == []


@pytest.mark.parametrize("text", ["", "game", "game:", ":4417"])
def test_an_account_is_named_with_its_source(text: str) -> None:
    with pytest.raises(LookupError, match="SOURCE:ID"):
        Account.read(text)


def test_two_who_link_the_same_account_at_once_make_one_person(world: World) -> None:
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: link(world, KIM, LEE))
    link(world, KIM, PAT)
    assert len(whose(KIM)) == 3
    assert len(world.items("person")) == 1
    consistent(world)


def test_one_who_links_to_whom_another_takes_out_just_now_looks_again(world: World) -> None:
    link(world, KIM, PAT)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: unlink(world, PAT))
    link(world, PAT, LEE)
    assert whose(PAT) == ["code:at://did:plc:7/x", "forum:9"]
    assert whose(KIM) == [f"game:{ACCOUNT}"]
    consistent(world)


def test_an_account_that_is_erased_just_now_is_not_written_again(world: World) -> None:
    link(world, KIM, PAT)
    gone = Delete(KIM.key("acme"))
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: table().write(gone))
    with pytest.raises(NotAllowedError, match="belongs to no person"):
        unlink(world, KIM)
    assert table().get(*KIM.key("acme")) is None


@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_off_it_is_linked_wholly_or_not_at_all(world: World, when: Any) -> None:
    for account in (KIM, LEE):
        world.faults.at("dynamodb.TransactWriteItems", when, crash)
        with pytest.raises(Crash):
            link(world, account, PAT)
        world.faults.forget()
        consistent(world)
        link(world, account, PAT)
        consistent(world)
    assert len(told(KIM)) == 2


# What it is for


def background(world: World, subject: str) -> Any:
    return persons.behind(table(), opened(world, subject), PROGRAM)


def test_what_is_known_of_all_their_accounts_is_known_together(world: World) -> None:
    broken(world, "a")
    world.handle(builders.post_flag(world.now, author=9))
    link(world, KIM, PAT)
    known = background(world, "204")
    assert known.own.points(world.now) == 0
    assert [(one.source, one.violation, one.points(world.now)) for one in known.person] == [
        ("forum", 0, 0),
        ("game", 1, 4),
    ]
    unlink(world, PAT)
    assert background(world, "204").person == ()


def test_thresholds_go_by_each_account_alone(world: World) -> None:
    broken(world, "a")
    link(world, KIM, PAT)
    world.handle(builders.post_flag(world.now, author=9))
    rude = next(policy for policy in PROGRAM.policies if policy.id == "rude")
    added = background(world, "204").adds(rude, world.now)
    assert (added.policy, added.total, added.crosses) == ("rude", 1, None)


def test_an_appeal_adds_no_points(world: World) -> None:
    case = broken(world, "a")
    rude = PROGRAM.policies[0]
    for found, adds in ((case, True), ({**case, "of": case["id"]}, False), ({**case, "threshold": "only"}, False)):
        known = persons.behind(table(), found, PROGRAM)
        assert known
        assert bool(known.adds(rude, world.now)) == adds


def test_nobody_known_is_nobody_known(world: World) -> None:
    case = {**broken(world, "a"), "author": {}}
    assert persons.behind(table(), case, PROGRAM) is None


# Forgotten


def erase(world: World, account: Account, name: str = "") -> None:
    who = traces.Account("acme", account.source, "any", account.id, name)
    found = erasure.found(table(), list(world.every_item()), who)
    for item, changes in [one for together in found for one in together]:
        write = erasure.records.without(item, changes, {"version": 1} if "version" in item else {}, ())
        table().write(write)


def test_an_account_that_is_erased_is_no_part_of_anybody(world: World) -> None:
    broken(world, "a")
    link(world, KIM, PAT, reason=f"{ACCOUNT} said so")
    link(world, PAT, LEE, reason="Told me.")
    link(world, PAT, Account("forum", "10"), reason=f"Like {ACCOUNT}, you see")
    erase(world, KIM)
    assert whose(PAT) == ["code:at://did:plc:7/x", "forum:10", "forum:9"]
    assert whose(KIM) == []
    assert [reason for _, _, reason in told(PAT)] == [chain.GONE, "Told me.", chain.GONE]
    assert not [*world.items("strike"), *world.items("strikes"), *world.items("history")]
    assert ACCOUNT not in str([*world.items("person"), *world.items("link")])
    assert ACCOUNT not in str([line for line in world.items("audit") if "#person#" in line["pk"]])
    consistent(world)
    link(world, PAT, Account("forum", "11"))
    consistent(world)


def test_nor_is_it_called_by_its_name_where_others_were_linked(world: World) -> None:
    link(world, KIM, PAT)
    link(world, PAT, LEE, reason="kimG told me about this one.")
    link(world, PAT, Account("forum", "10"), reason="Akimg is somebody else.")
    link(world, Account("forum", "11"), Account("forum", "12"), reason="KimG is a name that many have.")
    unlink(world, KIM)
    erase(world, KIM, "KimG")
    said = [chain.GONE, chain.GONE, "Akimg is somebody else.", chain.GONE]
    assert [reason for _, _, reason in told(PAT)] == said
    assert told(Account("forum", "11"))[0][2] == "KimG is a name that many have."
    consistent(world)
    before = list(world.every_item())
    erase(world, KIM, "KimG")
    assert list(world.every_item()) == before


def test_cut_off_the_rest_is_found_again(world: World) -> None:
    """The lines that name the account go last."""
    link(world, KIM, PAT)
    link(world, PAT, LEE, reason="KimG told me.")
    who = traces.Account("acme", KIM.source, "any", KIM.id, "KimG")
    found = erasure.found(table(), list(world.every_item()), who)
    changed = [item for together in found for item, changes in together if changes]
    assert [traces.links(item, who) for item in changed] == [False, True, True]
