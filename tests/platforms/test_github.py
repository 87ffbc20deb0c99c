"""GitHub: what discussions, issues, comments, stars, releases and blocks become, and what is asked there."""

import copy
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.announcements import TriggerFired, TriggerWithdrawn
from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import DecisionReported, Subject
from events.operations import SubscriptionLost
from events.people import Person
from events.program import Source
from events.themes import WorkReported
from functions.platforms.github import connection, poller
from functions.platforms.inbound import Ignored, Unplaceable, normalise
from functions.platforms.outgoing import Hands, NotSentError, Reply
from functions.platforms.standing import AskedError, Keys, Polled, Report
from tests.platforms.deliveries import Change, delivery, envelope, headers, sample
from tests.platforms.deliveries import event as event_of
from tests.platforms.deliveries import ignored as ignored_of
from tests.platforms.hands import Fake, reply
from tests.platforms.kits.github import OUTCOMES, PLACE
from tests.platforms.mutations import broken, examined, told_by
from tests.platforms.senders import brief

Event = TypeVar("Event")
HEARD = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
"""When `deliveries` says that everything was received."""
WHO = {"community": "club", "source": "place", "platform": "github"}
MLEE, RAVI = Person(id="7001", name="mlee"), Person(id="7002", name="ravi")
MIA, SELLER = Person(id="7100", name="moderator-mia"), Person(id="7300", name="gold-seller")
TITLE = "Crash when joining a full lobby"


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, second, tzinfo=UTC)


def event(kind: type[Event], name: str, change: Change = bool, **more: str) -> Event:
    return event_of(kind, "github", name, change, **more)


def ignored(name: str, change: Change = bool) -> str:
    return ignored_of("github", name, change)


def only(kind: type[Event], name: str, change: Change = bool, **place: Any) -> Event:
    """In a place with something else in the program."""
    found = normalise(delivery("github", name, change), PLACE.model_copy(update=place))
    assert isinstance(found, kind), found
    return found


def put(*path: str, value: Any) -> Change:
    """Sets one field, however deep."""

    def change(body: dict[str, Any]) -> None:
        for name in path[:-1]:
            body = body[name]
        body[path[-1]] = value

    return change


def without(*path: str) -> Change:
    def change(body: dict[str, Any]) -> None:
        for name in path[:-1]:
            body = body[name]
        del body[path[-1]]

    return change


def why(name: str, change: Change) -> str:
    """The reason with which a delivery is parked behind the door."""
    with pytest.raises(Unplaceable) as caught:
        normalise(delivery("github", name, change), PLACE)
    return str(caught.value)


# Feedback


def test_a_discussion_on_github() -> None:
    assert event(FeedbackReceived, "discussion.created") == FeedbackReceived(
        **WHO,
        content="discussion:D_4100",
        kind="discussion",
        text="Joining a full lobby closes the game without a word.",
        format="markdown",
        title=TITLE,
        url="https://github.com/acme/game/discussions/42",
        revision="2026-11-21T11:20:00Z",
        author=MLEE,
        said_at=at(11, 20),
        as_given={"said_at": "2026-11-21T11:20:00Z"},
    )


def test_a_comment_has_the_title_of_what_it_is_on() -> None:
    found = event(FeedbackReceived, "discussion_comment.created")
    assert (found.content, found.kind, found.title, found.author) == ("comment:DC_5200", "comment", TITLE, RAVI)
    assert found.url.endswith("#discussioncomment-5200")
    on_issue = event(FeedbackReceived, "issue_comment.created")
    assert (on_issue.content, on_issue.kind, on_issue.title) == (
        "comment:IC_6200",
        "comment",
        "No sound on the winter map",
    )
    assert on_issue.text == "Works for me with this change."
    assert (found.about, on_issue.about) == ("discussion:D_4100", "issue:I_6100")
    assert event(FeedbackReceived, "issues.opened").about == ""


def test_an_issue_is_read_without_the_template_s_remarks() -> None:
    found = event(FeedbackReceived, "issues.opened")
    assert (found.content, found.kind, found.author, found.said_at) == ("issue:I_6100", "issue", MLEE, at(14, 0))
    assert found.text == "Steps\n\n1. Open the map\n2. Listen"
    assert found.original.startswith("<!-- Please search first. -->")


@pytest.mark.parametrize(
    ("said", "edited"),
    [
        ("discussion.created", "discussion.edited"),
        ("discussion_comment.created", "discussion_comment.edited"),
        ("issues.opened", "issues.edited"),
    ],
)
def test_an_edit_is_the_same_content_at_the_same_time_by_the_same_author(said: str, edited: str) -> None:
    # Whoever edited it (`sender`) may be a moderator; the words stay the author's.
    before, after = event(FeedbackReceived, said), event(FeedbackChanged, edited)
    assert (after.content, after.kind, after.said_at) == (before.content, before.kind, before.said_at)
    assert (after.author, after.change) == (before.author, "edited")
    assert after.changed_at > before.said_at
    assert after.revision != before.revision
    assert (after.text, after.title) != (before.text, before.title)


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ("discussion.created", "discussion.deleted"),
        ("discussion.created", "discussion.transferred"),
        ("discussion_comment.created", "discussion_comment.deleted"),
        ("issues.opened", "issues.deleted"),
    ],
)
def test_a_removal_says_nothing_of_what_stood_there(said: str, gone: str) -> None:
    before, after = event(FeedbackReceived, said), event(FeedbackChanged, gone)
    assert (after.content, after.kind, after.said_at) == (before.content, before.kind, before.said_at)
    assert (after.change, after.changed_at) == ("removed", HEARD)
    assert (after.text, after.original, after.title, after.url) == ("", "", "", "")


def test_what_is_transferred_counts_where_it_arrives_under_its_new_name() -> None:
    def arrived(body: dict[str, Any]) -> None:
        body.update(action="opened", changes={"old_issue": body["issue"], "old_repository": body["repository"]})
        body["issue"] = {**body["issue"], "node_id": "I_9"}

    assert event(FeedbackReceived, "issues.opened", arrived).content == "issue:I_9"


@pytest.mark.parametrize(
    ("name", "actions"),
    [
        ("discussion.created", "answered unanswered category_changed labeled pinned reopened closed"),
        ("discussion_comment.created", "strange"),
        ("issues.opened", "assigned labeled milestoned pinned typed unassigned"),
        ("issue_comment.created", "locked pinned"),
        ("star.created", "strange"),
        ("org_block.blocked", "strange"),
        ("meta.deleted", "strange"),
        ("installation.suspend", "created unsuspend new_permissions_accepted"),
        ("release.published", "created edited prereleased released"),
    ],
)
def test_other_actions_are_without_effect_by_name(name: str, actions: str) -> None:
    for action in actions.split():
        assert action in ignored(name, put("action", value=action))


@pytest.mark.parametrize("name", ["discussion.created", "release.published", "star.created", "meta.deleted"])
@pytest.mark.parametrize("action", [None, "", 7, []], ids=repr)
def test_an_event_without_an_action_is_parked(name: str, action: object) -> None:
    assert "without an action" in why(name, put("action", value=action))


def test_bots_and_our_own_account_have_no_effect() -> None:
    assert ignored("discussion.created", put("discussion", "user", "type", value="Bot")) == "written by a bot"
    assert ignored("discussion_comment.created", put("comment", "user", "type", value="Bot"))
    assert ignored("issues.opened", put("issue", "user", "type", value="Bot"))
    assert ignored("star.created", put("sender", "type", value="Bot"))
    # A person's words that a bot labels, moves or edits are still a person's.
    assert event(FeedbackChanged, "issues.edited", put("sender", "type", value="Bot")).author == MLEE
    for account in ("7001", "mlee"):
        assert only(Ignored, "discussion.created", account=account).reason == "our own words"
        assert only(Ignored, "star.created", account=account).reason == "our own words"


MARKED = "<!-- 4f1c09a7d2e8b356 -->\n\nOurs"


def test_what_begins_with_our_mark_is_ours_whatever_account_wrote_it() -> None:
    assert ignored("issues.opened", put("issue", "body", value=MARKED)) == "our own words"
    assert ignored("issue_comment.created", put("comment", "body", value=MARKED)) == "our own words"
    quoted = put("issue", "body", value=f"They wrote:\n{MARKED}")
    assert event(FeedbackReceived, "issues.opened", quoted).author == MLEE


def test_how_an_issue_stands_in_the_tracker() -> None:
    assert event(WorkReported, "issues.closed") == WorkReported.model_validate(
        {
            **WHO,
            "as_given": {"reported_at": "2026-11-22T09:30:00Z"},
            "handover": "4f1c09a7d2e8b356",
            "thing": "issue:I_6112",
            "state": "closed: completed",
            "url": "https://github.com/acme/game/issues/12",
            "reported_at": HEARD,
        }
    )
    reopened = event(WorkReported, "issues.closed", put("action", value="reopened"))
    assert (reopened.state, reopened.thing) == ("open", "issue:I_6112")
    unplanned = event(WorkReported, "issues.closed", put("issue", "state_reason", value="not_planned"))
    assert unplanned.state == "closed: not planned"
    assert event(WorkReported, "issues.closed", put("issue", "state_reason", value=None)).state == "closed"
    rewritten = event(WorkReported, "issues.closed", put("issue", "body", value=None))
    assert (rewritten.handover, rewritten.thing) == ("", "issue:I_6112")
    deleted = event(WorkReported, "issues.deleted", put("issue", "body", value=MARKED))
    assert (deleted.state, deleted.reported_at) == ("deleted", HEARD)


def test_whoever_is_gone_is_nobody() -> None:
    assert event(FeedbackReceived, "discussion.created", put("discussion", "user", value=None)).author is None
    ghost = {"login": "ghost", "id": 10137, "type": "User"}
    assert event(FeedbackReceived, "issues.opened", put("issue", "user", value=ghost)).author is None


def test_a_body_of_nothing_is_no_words() -> None:
    assert event(FeedbackReceived, "issues.opened", put("issue", "body", value=None)).text == ""


def test_private_repositories_are_heard_like_others() -> None:
    assert event(FeedbackReceived, "discussion.created", put("repository", "private", value=True))


@pytest.mark.parametrize(
    ("feedback", "discussion", "issue"),
    [
        ((), True, True),
        (("bugs",), True, False),
        (("Bugs",), True, False),
        (("game",), True, True),
        (("acme/game",), True, True),
        (("ideas", "acme/launcher"), False, False),
    ],
)
def test_only_repositories_and_categories_of_the_program_are_feedback(
    feedback: tuple[str, ...], discussion: bool, issue: bool
) -> None:
    assert only(FeedbackReceived if discussion else Ignored, "discussion.created", feedback=feedback)
    assert only(FeedbackReceived if discussion else Ignored, "discussion_comment.created", feedback=feedback)
    assert only(FeedbackReceived if issue else Ignored, "issues.opened", feedback=feedback)
    assert only(FeedbackReceived if issue else Ignored, "star.created", feedback=feedback)


def test_a_star_is_a_sign_about_a_repository() -> None:
    assert event(FeedbackReceived, "star.created") == FeedbackReceived(
        **WHO,
        content="star:501:7001",
        kind="reaction",
        text="★",
        title="acme/game",
        url="https://github.com/acme/game",
        about="repository:501",
        remembered=True,
        author=MLEE,
        said_at=at(10, 0),
        as_given={"said_at": "2026-11-21T10:00:00Z"},
    )
    taken = event(FeedbackChanged, "star.deleted")
    assert (taken.content, taken.change, taken.said_at) == ("star:501:7001", "removed", None)


# Releases


def test_a_published_release() -> None:
    assert event(TriggerFired, "release.published") == TriggerFired(
        **WHO,
        kind="release",
        trigger="release:acme/game:900",
        title="game 2.4 Winter",
        body="## New\n\n- A winter map\n- Guild muting",
        url="https://github.com/acme/game/releases/tag/v2.4",
        author=MLEE,
        published_at=at(13, 5),
        as_given={"published_at": "2026-11-21T13:05:00Z"},
    )
    assert event(TriggerFired, "release.published", put("release", "name", value=None)).title == "game v2.4"
    robot = {"id": 41898282, "login": "github-actions[bot]", "type": "Bot"}
    found = event(TriggerFired, "release.published", put("release", "author", value=robot))
    assert found.author == Person(id="41898282", name="github-actions[bot]", bot=True)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("game 0.0.1", "game 0.0.1"),
        ("Game: Winter", "Game: Winter"),
        ("game", "game"),
        ("game_v2", "game_v2"),
        ("gameplay update", "game gameplay update"),
        ("The game 2", "game The game 2"),
        ("", "game v2.4"),
    ],
)
def test_a_release_that_is_named_after_its_repository_is_not_named_after_it_twice(name: str, title: str) -> None:
    assert event(TriggerFired, "release.published", put("release", "name", value=name)).title == title


def test_a_release_of_nobody_knows_which_repository_is_not_named_after_the_source() -> None:
    found = event(TriggerFired, "release.published", without("repository", "full_name"))
    assert (found.title, found.trigger) == ("2.4 Winter", "release:place:900")


def test_a_release_counts_only_when_it_is_published() -> None:
    assert "created" in ignored("release.created")
    assert ignored("release.published", put("release", "draft", value=True))


def test_a_release_that_is_gone_takes_its_draft_along() -> None:
    trigger = event(TriggerFired, "release.published").trigger
    for name in ("release.unpublished", "release.deleted"):
        gone = event(TriggerWithdrawn, name)
        assert (gone.trigger, gone.withdrawn_at) == (trigger, HEARD)
    assert ignored("release.deleted", put("release", "draft", value=True))


# Decisions and upkeep


def test_whom_an_organisation_blocks_is_a_decision() -> None:
    assert event(DecisionReported, "org_block.blocked") == DecisionReported(
        **WHO,
        decision="org_block:7300:blocked:guid-1",
        subject=Subject(source="place", kind="user", id="7300", url="https://github.com/gold-seller"),
        did="blocked",
        outcome="violation",
        moderator=MIA,
        person=SELLER,
        decided_at=HEARD,
        as_given={"decided_at": "2026-11-22T09:30:00.000Z"},
    )
    # To let somebody in again says nothing about what they did.
    lifted = event(DecisionReported, "org_block.unblocked")
    assert (lifted.did, lifted.outcome) == ("unblocked", None)


def test_an_organisation_is_nobody_who_decides() -> None:
    sender = {"id": 500, "login": "acme", "type": "Organization"}
    assert event(DecisionReported, "org_block.blocked", put("sender", value=sender)).moderator is None


def test_blocking_again_later_is_another_decision() -> None:
    first = event(DecisionReported, "org_block.blocked")
    again = event(DecisionReported, "org_block.blocked", x_github_delivery="guid-2")
    assert first.decision != again.decision


def test_an_issue_that_is_locked_for_spam_is_a_decision_about_what_feedback_knows() -> None:
    found = event(DecisionReported, "issues.locked")
    assert found == DecisionReported(
        **WHO,
        decision="issue:I_6100:locked:guid-1",
        subject=Subject(source="place", kind="issue", id="I_6100", url="https://github.com/acme/game/issues/7"),
        did="locked: spam",
        outcome="violation",
        moderator=MIA,
        person=MLEE,
        decided_at=HEARD,
        as_given={"decided_at": "2026-11-22T09:30:00.000Z"},
    )
    said = event(FeedbackReceived, "issues.opened")
    assert said.content == f"{found.subject.kind}:{found.subject.id}"


@pytest.mark.parametrize(
    ("action", "reason", "did", "outcome"),
    [
        ("locked", "spam", "locked: spam", "violation"),
        ("locked", "too heated", "locked: too heated", None),
        ("locked", "off-topic", "locked: off-topic", None),
        ("locked", "resolved", "locked: resolved", None),
        ("locked", None, "locked", None),
        ("locked", 7, "locked", None),
        ("unlocked", None, "unlocked", None),
        ("unlocked", "spam", "unlocked", None),
    ],
)
@pytest.mark.parametrize(("name", "where"), [("issues.locked", "issue"), ("discussion.locked", "discussion")])
def test_only_spam_is_locked_for_a_violation(
    name: str, where: str, action: str, reason: object, did: str, outcome: str | None
) -> None:
    def change(body: dict[str, Any]) -> None:
        body["action"] = action
        body[where]["active_lock_reason"] = reason

    sealed = delivery("github", name, change)
    found = normalise(sealed, PLACE)
    assert isinstance(found, DecisionReported)
    assert (found.did, found.outcome, found.person, sealed.pipeline) == (did, outcome, MLEE, "moderation")
    # A decision counts wherever the program listens for feedback, and whoever wrote it.
    assert only(DecisionReported, name, change, feedback=("ideas",)).subject == found.subject
    assert event(DecisionReported, name, put(where, "user", value=None)).person is None


def test_what_a_moderator_deletes_is_one_removal_and_no_decision_beside_it() -> None:
    found = event(FeedbackChanged, "issues.deleted", put("sender", value={"id": 7100, "login": "moderator-mia"}))
    assert (found.change, found.author) == ("removed", MLEE)
    assert delivery("github", "issues.deleted").pipeline == "feedback"


def test_a_webhook_s_last_word_is_that_it_is_gone() -> None:
    found = event(SubscriptionLost, "meta.deleted")
    assert (found.subscription, found.topic, found.lost_at) == ("hook:12", "acme/game", HEARD)
    assert "deleted" in found.reason
    assert event(SubscriptionLost, "meta.deleted", without("hook_id")).subscription == "hook:12"


@pytest.mark.parametrize(("action", "told"), [("suspend", "suspended"), ("deleted", "uninstalled")])
def test_an_app_that_is_taken_away_is_a_lost_subscription(action: str, told: str) -> None:
    found = event(SubscriptionLost, "installation.suspend", put("action", value=action))
    assert (found.subscription, found.topic) == ("installation:81", "acme")
    assert told in found.reason


# What cannot be read


def test_a_hook_may_send_a_form() -> None:
    body = urlencode({"payload": json.dumps(sample("github", "discussion.created"))}).encode()
    sent = {**headers("github", "discussion"), "content-type": "application/x-www-form-urlencoded"}
    assert normalise(envelope("github", body, sent), PLACE) == event(FeedbackReceived, "discussion.created")


@pytest.mark.parametrize("kind", ["", "Application/X-WWW-Form-URLencoded; charset=utf-8", "application/json"])
@pytest.mark.parametrize("name", ["discussion.created", "issues.locked", "star.created"])
def test_a_form_is_known_by_itself_whatever_its_header_says(kind: str, name: str) -> None:
    body = urlencode({"payload": json.dumps(sample("github", name))}).encode()
    sent = {**headers("github", name), "content-type": kind}
    if not kind:
        del sent["content-type"]
    sealed, told = envelope("github", body, sent), delivery("github", name)
    assert sealed.pipeline == told.pipeline
    assert normalise(sealed, PLACE) == normalise(told, PLACE)


@pytest.mark.parametrize(
    "body", [b"", b"payload=", b"other=1", b"&" * 500_000, b"payload=%7B", b"payload=%ED%A0%80"], ids=brief
)
def test_a_form_without_a_payload_is_parked(body: bytes) -> None:
    sent = {**headers("github", "discussion"), "content-type": "application/x-www-form-urlencoded"}
    with pytest.raises(Unplaceable, match="not a JSON object"):
        normalise(envelope("github", body, sent), PLACE)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("discussion.created", ("discussion",)),
        ("discussion_comment.created", ("comment",)),
        ("issues.opened", ("issue",)),
        ("issue_comment.created", ("comment",)),
        ("release.published", ("release",)),
        ("release.published", ("release", "id")),
        ("release.deleted", ("release", "id")),
        ("star.created", ("sender",)),
        ("star.created", ("repository", "id")),
        ("org_block.blocked", ("blocked_user", "id")),
        ("installation.suspend", ("installation", "id")),
    ],
    ids=str,
)
@pytest.mark.parametrize("value", [None, "", [], True, 1.5], ids=repr)
def test_without_its_identity_an_event_is_parked_naming_what_is_missing(
    name: str, path: tuple[str, ...], value: object
) -> None:
    assert path[-1] in why(name, without(*path))
    assert path[-1] in why(name, put(*path, value=value))


def test_an_older_server_s_things_have_a_number_only() -> None:
    def change(body: dict[str, Any]) -> None:
        body["discussion"].pop("node_id")

    assert event(FeedbackReceived, "discussion.created", change).content == "discussion:4100"
    change_both = put("discussion", value={"title": "x", "created_at": "2026-11-21T11:20:00Z"})
    assert "'id'" in why("discussion.created", change_both)


@pytest.mark.parametrize(
    ("name", "path", "field"),
    [
        ("discussion.created", ("discussion", "created_at"), "said_at"),
        ("star.created", ("starred_at",), "said_at"),
        ("release.published", ("release", "published_at"), "published_at"),
    ],
    ids=str,
)
def test_a_field_that_is_missing_is_named(name: str, path: tuple[str, ...], field: str) -> None:
    assert f" {field}: " in why(name, without(*path))


@pytest.mark.parametrize("written", ["a\x00b", "a\ud800b", "# \udc00"], ids=ascii)
def test_what_no_store_can_hold_is_replaced_and_the_rest_is_kept(written: str) -> None:
    found = event(FeedbackReceived, "discussion.created", put("discussion", "body", value=written))
    assert "\ufffd" in found.text
    found.model_dump_json().encode("utf-8")


@pytest.mark.parametrize("body", [b"", b"\x00", b"[]", b"\xff\xfe", b'{"action":' + b"[" * 100_000], ids=len)
def test_a_body_that_cannot_be_read_is_parked_behind_the_door_too(body: bytes) -> None:
    for name in ("discussion", "issues", "star", "release", "org_block", "meta"):
        with pytest.raises(Unplaceable):
            normalise(envelope("github", body, headers("github", name)), PLACE)


NAMES = sorted(name for name, outcome in OUTCOMES.items() if outcome not in ("challenge", "parked"))


@given(st.data())
def test_whatever_stands_in_a_field_the_event_is_whole_ignored_or_parked(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    body = broken(data, sample("github", name))
    told_by(body, examined("github", body, headers=headers("github", name)))


# GitHub's side, for what follows


URL = "https://liaison.example.com/hooks/place"
KEYS = Keys(signing="a secret of ours", token="token")
ROTATED = Keys(signing="another secret of ours", token="token")


def keyed(keys: Keys = KEYS, url: str = URL) -> str:
    return f"{url}?k={hashlib.sha256(keys.signing.encode()).hexdigest()[:8]}"


NOW = 1_795_339_800
HOUR = 3_600


def stamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class GitHub:
    """Webhooks and their deliveries, as the REST API has them."""

    hooks: list[dict[str, Any]] = field(default_factory=list)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    """Newest first."""
    redelivered: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    """As they were written."""
    refuses: dict[str, Reply] = field(default_factory=dict)
    """By how a request begins: an answer of its own."""

    def http(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", private: bool = False
    ) -> Reply:
        assert headers["authorization"] == "Bearer token"
        assert not private
        self.asked.append(f"{method} {url}")
        for begins, answer in self.refuses.items():
            if self.asked[-1].startswith(begins):
                return answer
        path = re.sub(r"^https://api\.github\.com/(repos/acme/game|orgs/acme)/hooks", "", url)
        if method == "GET" and path.startswith("?"):
            return reply(200, json.dumps(self.hooks).encode())
        if method == "GET":
            return self.page(path)
        if again := re.fullmatch(r"/12/deliveries/(\d+)/attempts", path):
            self.redelivered.append(int(again[1]))
            return reply(202, b"{}")
        return self.written(method, path, json.loads(body or b"{}"))

    def page(self, path: str) -> Reply:
        size, _, cursor = path.removeprefix("/12/deliveries?per_page=").partition("&cursor=v1_")
        start = int(cursor or 0)
        rows = self.deliveries[start : start + int(size)]
        more = start + int(size) < len(self.deliveries)
        first = '<https://api.github.com/repos/acme/game/hooks/12/deliveries?per_page=100>; rel="first"'
        link = f', <https://api.github.com/x?per_page={size}&cursor=v1_{start + int(size)}>; rel="next"' if more else ""
        return reply(200, json.dumps(rows).encode(), link=first + link)

    def written(self, method: str, path: str, given: dict[str, Any]) -> Reply:
        if path.endswith("/pings"):
            return reply(204)
        self.secrets.append(given["config"]["secret"])
        if method == "POST":
            assert given.pop("name") == "web"
            self.hooks.append(self.shown({"id": 12, **given}))
            return reply(201, json.dumps(self.hooks[-1]).encode())
        (hook,) = (one for one in self.hooks if path == f"/{one['id']}")
        hook.update(self.shown(given))
        return reply(200, json.dumps(hook).encode())

    def shown(self, hook: dict[str, Any]) -> dict[str, Any]:
        """A secret is never shown."""
        return {**hook, "config": {**hook["config"], "secret": "********"}}

    def failed(self, number: int, guid: str, seconds: int = NOW, code: int | None = 500, **more: Any) -> None:
        given = {"id": number, "guid": guid, "delivered_at": stamp(seconds), "status_code": code, "event": "issues"}
        self.deliveries.insert(0, {**given, **more})

    def hands(self, now: int = NOW) -> Hands:
        lent = Fake().hands(now)
        return Hands(self.http, lent.objects, lent.mail, now)

    def poll(self, cursor: str = "", now: int = NOW, place: Source = PLACE) -> Polled:
        found = poller.poll(place, cursor, KEYS, self.hands(now))
        assert found.pieces == ()  # What is sent again comes through the door.
        return found

    def check(self, *, repair: bool = False, keys: Keys = KEYS, place: Source = PLACE) -> Report:
        return connection.check(place, URL, keys, self.hands(), repair=repair)

    def states(self, **more: Any) -> dict[str, str]:
        return {finding.what: finding.state for finding in self.check(**more).findings}


def hook(**more: Any) -> dict[str, Any]:
    config = {"url": keyed(), "content_type": "json", "insecure_ssl": "0", "secret": "********"}
    config.update({name: more.pop(name) for name in list(more) if name in config})
    response = {"code": 200, "status": "active", "message": "OK"}
    given = {"id": 12, "name": "web", "active": True, "events": list(connection.EVENTS), "last_response": response}
    return {**given, **more, "config": config}


# The safety net


def test_what_failed_is_asked_for_again_and_what_arrived_is_not() -> None:
    others = [hook(id=11, url=keyed(url="https://old.example.com/hooks/place")), hook(id=13, url=f"{URL}?k=12345678")]
    there = GitHub([others[0], hook(), others[1]])
    there.failed(1, "lost", NOW - 600)
    there.failed(2, "arrived", NOW - 500)
    there.failed(3, "arrived", NOW - 400, 200)
    there.failed(4, "unanswered", NOW - 300, 0)
    there.failed(5, "silent", NOW - 200, None)
    there.failed(6, "hello", NOW - 100, 401, event="ping")
    there.failed(7, "fine", NOW - 90, 202)
    there.poll()
    assert there.redelivered == [1, 4, 5]


def test_a_failure_is_asked_for_five_times_at_growing_intervals_and_then_left() -> None:
    there = GitHub([hook()])
    there.failed(1, "lost", NOW - 600)
    cursor, asked = "", []
    for now in range(NOW, NOW + 7 * 86_400, 900):
        before = len(there.redelivered)
        cursor = there.poll(cursor, now).cursor
        if len(there.redelivered) > before:
            asked.append(now - NOW)
            there.failed(len(there.deliveries) + 1, "lost", now + 60)
    assert asked == [0, 900, 900 + HOUR, 900 + 5 * HOUR, 900 + 17 * HOUR]
    # Each time it is the newest delivery of the event that is sent again.
    assert there.redelivered == [1, 2, 3, 4, 5]
    assert json.loads(cursor)["failed"] == {}


def test_what_arrives_when_it_is_sent_again_is_left_alone_from_then_on() -> None:
    there = GitHub([hook()])
    there.failed(1, "lost", NOW - 600)
    cursor = there.poll().cursor
    there.failed(2, "lost", NOW + 60, 202)
    for now in range(NOW + 900, NOW + 8 * HOUR, 900):
        cursor = there.poll(cursor, now).cursor
    assert there.redelivered == [1]


def test_an_older_delivery_than_three_days_is_beyond_redelivery() -> None:
    there = GitHub([hook()])
    there.failed(1, "lost", NOW - 3 * 86_400 - 1)
    there.failed(2, "late", NOW - 3 * 86_400 + 60)
    there.poll()
    assert there.redelivered == [2]


def test_many_failures_are_asked_for_a_few_at_a_time_without_waiting() -> None:
    there = GitHub([hook()])
    for number in range(12):
        there.failed(number, f"lost-{number}", NOW - 600 + number)
    first = there.poll()
    assert (there.redelivered, first.more) == ([0, 1, 2, 3, 4], True)
    second = there.poll(first.cursor)
    third = there.poll(second.cursor)
    assert (there.redelivered, third.more) == (list(range(12)), False)


def test_pages_are_read_back_to_where_the_last_visit_ended() -> None:
    there = GitHub([hook()])
    for number in range(250):
        there.failed(number, f"fine-{number}", NOW - 20_000 + 60 * number, 202)
    there.failed(900, "lost", NOW - 10)
    there.deliveries.append({"id": 0, "guid": "first", "delivered_at": stamp(NOW - 30_000), "status_code": 500})
    first = there.poll()
    assert there.redelivered == [0, 900]
    assert sum("deliveries?" in asked for asked in there.asked) == 3
    there.asked.clear()
    there.poll(first.cursor, NOW + 900)
    assert sum("deliveries?" in asked for asked in there.asked) == 1


def test_what_github_has_not_any_more_keeps_nothing_else_from_being_asked_for() -> None:
    there = GitHub([hook()])
    there.failed(1, "gone", NOW - 600)
    there.failed(2, "lost", NOW - 500)
    there.refuses["POST https://api.github.com/repos/acme/game/hooks/12/deliveries/1/"] = reply(422)
    there.poll()
    assert there.redelivered == [2]


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_a_token_that_may_not_is_told(status: int) -> None:
    there = GitHub([hook()])
    there.failed(1, "lost", NOW - 600)
    there.refuses["POST "] = reply(status)
    with pytest.raises(AskedError, match=str(status)):
        there.poll()


def test_without_our_webhook_or_a_token_nothing_is_asked_for() -> None:
    others = ["https://elsewhere.example.com/hooks/place", URL, keyed(ROTATED), keyed(url=f"{URL}-2")]
    there = GitHub([hook(url=url) for url in others])
    assert there.poll("before").cursor == "before"
    asked = len(there.asked)
    assert poller.poll(PLACE, "before", Keys("", ""), there.hands()).cursor == "before"
    there.poll(place=PLACE.model_copy(update={"about": ""}))
    assert len(there.asked) == asked


def test_an_organisation_s_webhook_is_its_own() -> None:
    there = GitHub([hook()])
    there.failed(1, "lost", NOW - 600)
    there.poll(place=PLACE.model_copy(update={"about": "acme"}))
    assert there.asked[0] == "GET https://api.github.com/orgs/acme/hooks?per_page=100"
    assert there.redelivered == [1]


@pytest.mark.parametrize(
    "cursor", ["nonsense", "{}", "[]", '{"until": null, "failed": {}}', '{"until": 1, "failed": []}']
)
def test_a_cursor_of_another_version_is_a_first_visit(cursor: str) -> None:
    there = GitHub([hook()])
    there.failed(1, "lost", NOW - 600)
    there.poll(cursor)
    assert there.redelivered == [1]


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b"[1, null, {}]"])
def test_an_odd_answer_moves_nothing(body: bytes) -> None:
    there = GitHub([hook()])
    there.refuses["GET "] = reply(200, body)
    try:
        assert there.poll("before").cursor == "before"
    except AskedError:
        pass


def test_rows_that_are_none_are_passed_over() -> None:
    there = GitHub([hook()])
    there.deliveries = [{}, {"id": "x"}, {"id": 3, "delivered_at": "yesterday"}]
    there.failed(4, "lost", NOW - 10)
    there.poll()
    assert there.redelivered == [4]


# Setting up


def test_a_repository_without_our_webhook_gets_one_and_a_second_repair_changes_nothing() -> None:
    there = GitHub()
    assert there.states()["webhook"] == "wrong"
    assert not there.hooks
    assert set(there.states(repair=True).values()) == {"good"}
    (made,) = there.hooks
    assert (made["active"], made["config"]["url"], made["config"]["content_type"]) == (True, keyed(), "json")
    assert made["config"]["insecure_ssl"] == "0"
    assert set(made["events"]) == set(connection.EVENTS)
    there.asked.clear()
    there.states(repair=True)
    assert [asked.partition(" ")[0] for asked in there.asked] == ["GET"]


def test_an_organisation_is_asked_for_its_blocks_too() -> None:
    there = GitHub()
    there.states(repair=True, place=PLACE.model_copy(update={"about": "acme"}))
    assert set(there.hooks[0]["events"]) == {*connection.EVENTS, "org_block"}
    assert there.asked[1] == "POST https://api.github.com/orgs/acme/hooks"


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"url": URL}, "secret there"),
        ({"url": keyed(ROTATED)}, "secret there"),
        ({"active": False}, "active"),
        ({"content_type": "form"}, "content type"),
        ({"insecure_ssl": "1"}, "insecure SSL"),
        ({"secret": None}, "secret there"),
        ({"events": ["push"]}, "events"),
        ({"events": ["*"]}, "events"),
        ({"events": None}, "events"),
        ({"last_response": {"code": 500, "status": "error"}}, "last delivery"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named_and_mended(change: dict[str, Any], wrong: str) -> None:
    there = GitHub([hook(**change)])
    assert [what for what, state in there.states().items() if state != "good"] == [wrong]
    assert set(there.states(repair=True).values()) == {"good"}
    assert there.hooks[0]["config"]["url"] == keyed()
    assert there.asked[-1].endswith("/12/pings")
    assert len(there.hooks) == 1


@pytest.mark.parametrize("url", ["https://elsewhere.example.com/hooks/place", f"{URL}-2", f"{URL}/", f"x{URL}"])
@pytest.mark.parametrize("query", ["", "?k=12345678", keyed(url="")])
def test_another_s_webhook_is_left_alone_and_ours_made_beside_it(url: str, query: str) -> None:
    foreign = hook(id=11, url=url + query, events=["push"])
    there = GitHub([copy.deepcopy(foreign)])
    assert there.states()["webhook"] == "wrong"
    assert set(there.states(repair=True).values()) == {"good"}
    assert there.hooks[0] == foreign
    assert [one["config"]["url"] for one in there.hooks[1:]] == [keyed()]


def test_another_secret_is_written_once() -> None:
    there = GitHub()
    there.states(repair=True)
    assert there.states(keys=ROTATED)["secret there"] == "wrong"
    there.asked.clear()
    for _ in range(2):
        assert set(there.states(repair=True, keys=ROTATED).values()) == {"good"}
    assert [asked.partition(" ")[0] for asked in there.asked] == ["GET", "PATCH", "POST", "GET"]
    assert [one["config"]["url"] for one in there.hooks] == [keyed(ROTATED)]
    assert there.secrets == [KEYS.signing, ROTATED.signing]


def test_a_webhook_that_was_pasted_by_hand_is_mended_once() -> None:
    there = GitHub([hook(url=URL)])
    states = there.states()
    assert (states["address"], states.pop("secret there"), set(states.values())) == ("good", "unknown", {"good"})
    there.asked.clear()
    for _ in range(2):
        assert set(there.states(repair=True).values()) == {"good"}
    assert [asked.partition(" ")[0] for asked in there.asked] == ["GET", "PATCH", "POST", "GET"]
    assert ([one["config"]["url"] for one in there.hooks], there.secrets) == ([keyed()], [KEYS.signing])


def test_of_two_that_call_us_the_one_with_our_secret_counts() -> None:
    there = GitHub([hook(id=11, url=URL), hook()])
    assert set(there.states(repair=True).values()) == {"good"}
    assert [one["config"]["url"] for one in there.hooks] == [URL, keyed()]


def test_events_that_others_ticked_stay_but_not_everything() -> None:
    there = GitHub([hook(events=["*", "push"])])
    there.states(repair=True)
    assert set(there.hooks[0]["events"]) == {*connection.EVENTS, "push"}


def test_a_refused_delivery_says_that_the_secret_is_another() -> None:
    there = GitHub([hook(last_response={"code": 401, "status": "error"})])
    assert (there.states()["secret there"], there.states()["last delivery"]) == ("wrong", "wrong")


@pytest.mark.parametrize("response", [None, {"code": None, "status": "unused"}, {"code": 0, "status": "unused"}])
def test_a_webhook_that_sent_nothing_yet_is_none_the_worse(response: object) -> None:
    assert GitHub([hook(last_response=response)]).check().state == "good"


def test_without_a_secret_nothing_is_written() -> None:
    there = GitHub()
    assert there.states(repair=True, keys=Keys("", "token"))["secret"] == "wrong"
    assert not there.hooks


def test_without_a_token_only_the_secret_can_be_judged() -> None:
    assert GitHub().states(keys=Keys("a secret", "")) == {"secret": "good", "webhook": "unknown"}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (reply(401), "wrong"),
        (reply(403), "wrong"),
        (reply(404), "wrong"),
        (reply(422), "wrong"),
        (reply(429), "unknown"),
        (reply(502), "unknown"),
        (reply(200, b"<html>"), "unknown"),
        (reply(200, b"{}"), "unknown"),
        (reply(200, b""), "unknown"),
    ],
    ids=str,
)
def test_whatever_github_answers_is_a_finding(answer: Reply, state: str) -> None:
    assert GitHub(refuses={"GET ": answer}).states(repair=True)["webhook"] == state
    if answer.status != 200:
        assert GitHub(refuses={"POST ": answer}).states(repair=True)["webhook"] == state


def test_a_network_that_is_not_there_is_unknown() -> None:
    def absent(method: str, url: str, **_: Any) -> Reply:
        raise NotSentError("api.github.com could not be reached")

    lent = Fake().hands(NOW)
    report = connection.check(PLACE, URL, KEYS, Hands(absent, lent.objects, lent.mail, NOW), repair=True)
    assert report.state == "unknown"


def test_an_enterprise_server_is_asked_at_its_own_address() -> None:
    fake = Fake([reply(200, b"[]")])
    own = PLACE.model_copy(update={"api": "https://git.example.com/api/v3/"})
    connection.check(own, URL, KEYS, fake.hands(NOW), repair=False)
    assert fake.asked[0].url == "https://git.example.com/api/v3/repos/acme/game/hooks?per_page=100"


def test_the_steps_name_what_is_pasted_and_ticked() -> None:
    told = "\n".join(connection.steps(PLACE, URL))
    for word in (URL, "application/json", "liaison secret put place --outgoing", "Meta", "github.com/acme/game"):
        assert word in told
    assert "Blocked users" not in told
    assert "Blocked users" in "\n".join(connection.steps(PLACE.model_copy(update={"about": "acme"}), URL))
