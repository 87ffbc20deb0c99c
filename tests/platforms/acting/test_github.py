"""GitHub: what is not there and what is not shown, whom an organisation blocks, and what everybody reads."""

from dataclasses import replace

import pytest

from events.moderation import ActionRequested
from functions.platforms import acting, telling
from functions.platforms.outgoing import Refused, Reply, Sent, Unknown, Wait
from tests.platforms.acting.doing import There
from tests.platforms.acting.kits import github as kit
from tests.platforms.acting.kits.github import (
    BAN,
    BAN_ACCOUNT,
    BOT,
    DISCUSSION,
    HIDE,
    ISSUE,
    LOCK,
    LOCK_ISSUE,
    MEMBER,
    REMARK,
    REMOVE,
    SPAMMER,
    TO,
    action,
    subject,
)
from tests.platforms.posting.fake import Asked, reply
from tests.platforms.posting.kits.github import failure


def there() -> There:
    return There("github")


def reason(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.reason


# Things


@pytest.mark.parametrize("given", [HIDE, REMOVE], ids=["hide", "remove"])
def test_what_is_not_shown_is_not_called_gone(given: ActionRequested) -> None:
    """A repository that the token does not see answers like one without the thing."""
    place = there()
    place.fake.visible = False
    assert not isinstance(place.act(given), Sent)
    assert place.changes() == []


def test_in_a_whole_organisation_the_page_tells_which_repository_it_is_in() -> None:
    place = There("github", to=replace(TO, place="acme"))
    del place.fake.things[REMARK]
    assert isinstance(place.act(HIDE), Sent)
    nowhere = HIDE.model_copy(update={"subject": HIDE.subject.model_copy(update={"url": ""})})
    assert "may not see it" in reason(place.act(nowhere))


def test_an_edit_since_the_look_is_noticed() -> None:
    place = there()
    looked = place.before(LOCK)
    assert looked == {"locked": False, "reason": None, "edited": None}
    kit.edited(DISCUSSION)(place.fake)
    outcome = place.before(LOCK.model_copy(update={"expected": looked}))
    assert "edited was not set, is 2026-11-25T09:00:00Z" in reason(outcome)


def test_what_a_moderator_locked_before_us_stays_locked_after_an_undo() -> None:
    place = there()
    place.fake.things[ISSUE].update(locked=True, activeLockReason="TOO_HEATED")
    undo = place.carried_out(LOCK_ISSUE)
    assert isinstance(place.act(undo), Sent)
    assert place.fake.things[ISSUE]["locked"]
    assert place.changes() == []


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("No spam", "SPAM"),
        ("Advertising", "SPAM"),
        ("Harassment", "ABUSE"),
        ("No addresses", "OFF_TOPIC"),
        ("", "OFF_TOPIC"),
    ],
)
def test_everybody_reads_a_reason_that_accuses_of_nothing_else(rule: str, told: str) -> None:
    place = there()
    assert isinstance(place.act(action("hide", subject("comment", REMARK), reason=rule)), Sent)
    assert place.fake.things[REMARK]["classifier"] == told


def test_a_thing_of_another_kind_is_not_acted_on() -> None:
    place = there()
    assert isinstance(place.act(action("remove", subject("issue", DISCUSSION))), Wait)
    assert place.changes() == []


def test_the_numbers_that_old_events_have_name_nothing() -> None:
    assert "has no issue" in there().why_not(action("lock", subject("issue", "17")))


def test_somebody_who_is_quicker_is_no_failure() -> None:
    place = there()
    whole = place.fake.answer

    def quicker(asked: Asked) -> Reply:
        place.fake.things.pop(DISCUSSION, None)
        answer: Reply = whole(asked)
        return answer

    place.fake.planned.append(quicker)
    assert isinstance(place.act(REMOVE), Wait)
    assert isinstance(place.act(REMOVE), Sent)


def test_a_permission_that_is_missing_is_named_and_no_dead_key() -> None:
    place = there()
    place.fake.may_write = False
    for given in (HIDE, LOCK, REMOVE):
        outcome = place.act(given)
        assert "“Issues” and “Discussions”" in reason(outcome)
        assert not getattr(outcome, "unauthorized", True)
    assert "administrator" in reason(place.act(REMOVE))


def test_an_answer_that_says_nothing_is_no_proof() -> None:
    place = there()
    place.fake.answers(reply(200, {"data": {"done": {}}}))
    assert isinstance(place.act(LOCK), Unknown)


def test_what_went_wrong_half_way_is_not_known() -> None:
    place = there()
    place.fake.answers(failure("", "Something went wrong while executing your query."))
    assert isinstance(place.act(LOCK), Unknown)


def test_too_fast_is_waited_for() -> None:
    place = there()
    place.fake.answers(failure("RATE_LIMITED", "API rate limit exceeded"))
    assert isinstance(place.act(HIDE), Wait)


def test_a_server_of_ones_own_has_graphql_beside_its_api() -> None:
    urls = []
    place = There("github", to=replace(TO, address="https://github.acme.example/api/v3"))
    lent = place.lent

    def http(method: str, url: str, **given: object) -> Reply:
        urls.append(url)
        return reply(502)

    acting.act("github", LOCK, place.to, "k" * 25, replace(lent, http=http))
    acting.act("github", LOCK, place.to, "k" * 25, replace(lent, http=http), {"locked": False})
    assert urls == ["https://github.acme.example/api/graphql"] * 2


# Accounts


def test_an_account_is_known_by_its_number_whatever_it_is_called_today() -> None:
    place = there()
    place.fake.logins[SPAMMER] = "renamed"
    assert isinstance(place.act(BAN), Sent)
    assert place.fake.blocked == {"renamed"}
    assert place.sent() == [("PUT", "/orgs/acme/blocks/renamed")]


def test_members_of_the_organisation_and_ourselves_are_not_blocked() -> None:
    assert "member of the organisation" in there().why_not(action("ban", subject("user", MEMBER), None))
    assert "our own" in there().why_not(action("ban", subject("user", BOT), None))
    by_name = There("github", to=replace(TO, account="acme-bot"))
    assert "our own" in by_name.why_not(action("ban", subject("user", BOT), None))


def test_a_token_that_may_not_block_is_not_told_that_nobody_is_blocked() -> None:
    place = there()
    place.fake.may_block = False
    assert "“Blocking users”" in place.why_not(BAN_ACCOUNT)


def test_whoever_was_blocked_before_stays_so() -> None:
    place = there()
    place.fake.blocked.add("spammer")
    undo = place.carried_out(BAN)
    assert isinstance(place.act(undo), Sent)
    assert place.fake.blocked == {"spammer"}


def test_a_source_without_a_place_says_so() -> None:
    assert "`about`" in There("github", to=replace(TO, place="")).why_not(BAN)


def test_a_ghost_is_nobody() -> None:
    """To whom GitHub gives what deleted accounts wrote: the adapter names nobody."""
    assert "not known" in there().why_not(BAN.model_copy(update={"person": None}))


def test_nobody_can_be_told_anything_privately() -> None:
    assert telling.on("github") is None
