"""What is peculiar to Matrix, of measures and of messages to one person."""

from typing import Any

import pytest

from events.moderation import ActionRequested, MessageRequested
from functions.platforms import acting
from functions.platforms.matrix import telling
from functions.platforms.outgoing import Destination, Refused, Sent, UnansweredError, Unknown, Wait
from tests.platforms.acting.kits import matrix as kit
from tests.platforms.acting.kits.matrix import EDITED, EVENT, GRIM, JUN, MOD, MODS, OURS, TO, US, Matrix
from tests.platforms.posting.fake import Asked, hands, reply
from tests.platforms.telling.kits import matrix as rooms

KEY = "abcdefghijklmnopqrstuvwxy"


def act(matrix: Matrix, action: ActionRequested, to: Destination = TO) -> Any:
    return acting.act("matrix", action, to, KEY, hands(matrix))


def changes(matrix: Matrix) -> list[Asked]:
    return [asked for asked in matrix.asked if asked.method != "GET"]


def reason(outcome: object) -> str:
    assert isinstance(outcome, Refused | Wait | Unknown), outcome
    return outcome.reason


def test_only_the_senders_own_edits_go_with_a_message_and_they_go_first() -> None:
    matrix = Matrix()
    assert isinstance(act(matrix, kit.action("remove", kit.subject(EDITED))), Sent)
    assert matrix.events["$foreign"]["content"]
    order = [asked.path.split("/redact/")[1].rpartition("/")[0] for asked in changes(matrix)]
    assert order == ["$edit2", "$edit1", EDITED]


def test_of_long_edits_as_many_go_as_can_be_told() -> None:
    matrix = Matrix()
    for number in range(3, 23):
        matrix.edit(f"$edit{number}", GRIM, EDITED, "buy gold " * 500)
    assert isinstance(act(matrix, kit.action("remove", kit.subject(EDITED))), Sent)
    assert len(changes(matrix)) == 6
    assert kit.gone_are(EDITED, "$edit22", "$edit18")(matrix)


def test_an_edit_since_it_was_looked_at_is_noticed() -> None:
    matrix = Matrix()
    action = kit.action("remove", kit.subject(EDITED))
    looked = acting.prepare("matrix", action, TO, hands(matrix))
    assert isinstance(looked, dict)
    matrix.edit("$edit3", GRIM, EDITED, "never mind")
    outcome = acting.prepare("matrix", action.model_copy(update={"expected": looked}), TO, hands(matrix))
    assert "changed since" in reason(outcome)
    assert "$edit3" in reason(outcome)


@pytest.mark.parametrize("measure", ["remove", "ban"])
def test_moderators_and_our_own_account_are_left_alone(measure: str) -> None:
    for event, words in ((MODS, "is a moderator of the room"), (OURS, "our own account")):
        matrix = Matrix()
        assert words in reason(act(matrix, kit.action(measure, kit.subject(event))))
        assert not changes(matrix)


def test_our_account_is_known_without_the_program_or_by_its_prefix() -> None:
    for account in ("", "@lia"):
        to = Destination("matrix", "acme", kit.SERVER, kit.SECRET, account=account)
        assert "our own account" in reason(act(Matrix(), kit.action("remove", kit.subject(OURS)), to))
        assert isinstance(act(Matrix(), kit.action("remove"), to), Sent)


@pytest.mark.parametrize(
    ("powers", "staff"),
    [
        ({}, False),
        ({"users": {GRIM: "50"}}, True),
        ({"users": {GRIM: 49}}, False),
        ({"users": {GRIM: 30}, "redact": 30}, True),
        ({"users_default": 50}, False),
        ({"users": {GRIM: "many"}}, False),
    ],
)
def test_who_may_remove_what_others_say_is_a_moderator(powers: dict[str, Any], staff: bool) -> None:
    matrix = Matrix()
    matrix.powers = {"users": {US: 100}, **powers, "events": {}}
    matrix.powers["users"] = {US: 100, **powers.get("users", {})}
    state = acting.prepare("matrix", kit.action("ban"), TO, hands(matrix))
    assert (isinstance(state, Refused) and "moderator" in state.reason) is staff


def test_creators_stand_above_all_levels_in_rooms_whose_ids_name_no_server() -> None:
    matrix = Matrix()
    matrix.room, matrix.created = "!new", {"room_version": "12", "additional_creators": [JUN]}
    matrix.powers["users"] = {US: 100}
    for creator, event in ((MOD, MODS), (JUN, "$foreign")):
        outcome = act(matrix, kit.action("remove", kit.subject(event, "!new")))
        assert f"{creator} is a moderator" in reason(outcome)
    assert isinstance(act(matrix, kit.action("remove", kit.subject(EVENT, "!new"))), Sent)


def test_what_we_are_not_shown_is_not_taken_for_gone() -> None:
    matrix = Matrix()
    del matrix.events[EVENT]
    assert "shows us no such message" in reason(act(matrix, kit.action("remove")))


def test_a_link_to_another_message_moves_nothing() -> None:
    matrix = Matrix()
    meant = kit.subject(EVENT).model_copy(update={"url": kit.subject(EDITED).url})
    assert "which room" in reason(act(matrix, kit.action("remove", meant)))
    assert "not in room" in reason(act(matrix, kit.action("remove", kit.subject(EVENT, "!other:acme.example"))))
    assert not changes(matrix)


@pytest.mark.parametrize(("measure", "right"), [("remove", "redact"), ("ban", "ban")])
def test_a_power_that_is_missing_is_named(measure: str, right: str) -> None:
    matrix = Matrix()
    matrix.powers["users"][US] = 10
    outcome = act(matrix, kit.action(measure))
    assert f"(`{right}`, 50 unless" in reason(outcome)
    assert isinstance(outcome, Refused)
    assert not outcome.unauthorized


def test_who_was_never_in_the_room_can_be_banned() -> None:
    matrix = Matrix()
    del matrix.members[JUN]
    assert isinstance(act(matrix, kit.action("ban", person={"id": JUN})), Sent)
    assert matrix.members[JUN] == "ban"


def test_what_everybody_reads_is_the_rule_and_not_the_explanation() -> None:
    matrix = Matrix()
    assert isinstance(act(matrix, kit.action("remove")), Sent)
    assert [asked.json for asked in changes(matrix)] == [{"reason": "Spam"}]


def test_without_an_address_nobody_is_asked() -> None:
    nowhere = Destination("matrix", "acme", "", kit.SECRET, account=US)
    assert "no `api`" in reason(act(Matrix(), kit.action("remove"), nowhere))


# Messages


def message(text: str = "It was spam.") -> MessageRequested:
    return MessageRequested(case="c1", person=rooms.PERSON, about=rooms.ABOUT, title="Title", text=text)


def tell(matrix: Matrix, text: str = "It was spam.", key: str = KEY) -> Any:
    return telling.tell(message(text), TO, key, hands(matrix))


def test_all_messages_to_one_person_stand_in_one_room() -> None:
    matrix = rooms.fake()
    for number in range(3):
        assert isinstance(tell(matrix, f"{number}", f"key{number}"), Sent)
    assert len(matrix.private) == 1
    assert len(rooms.told(matrix)) == 3


def test_a_room_whose_making_got_lost_is_seen_by_nobody() -> None:
    matrix = rooms.fake()
    matrix.creates = lambda asked: asked.path.endswith("/createRoom")  # type: ignore[method-assign]
    matrix.cut_off_after()
    assert isinstance(tell(matrix), Wait)
    assert isinstance(tell(matrix), Sent)
    assert [sorted(members) for members in matrix.private.values()] == [[US], sorted([GRIM, US])]


def test_whoever_left_is_invited_once_more_and_whoever_is_there_is_not() -> None:
    matrix = rooms.fake()
    assert isinstance(tell(matrix), Sent)
    (members,) = matrix.private.values()
    for how, after in (("leave", "invite"), ("join", "join")):
        members[GRIM] = how
        assert isinstance(tell(matrix, how, f"key-{how}"), Sent)
        assert members[GRIM] == after


def test_an_invitation_that_is_not_taken_is_told_as_that() -> None:
    matrix = rooms.fake()
    rooms.deaf(matrix)
    assert "could not be invited" in reason(tell(matrix))


def test_a_homeserver_that_fails_beforehand_is_tried_again() -> None:
    for status, body in ((502, {}), (200, []), (200, {})):
        matrix = rooms.fake()
        matrix.creates = lambda asked: asked.path.endswith("/createRoom")  # type: ignore[method-assign]
        matrix.answers(reply(status, body))
        assert isinstance(tell(matrix), Wait)


def test_the_answer_to_the_message_itself_may_be_lost() -> None:
    matrix = rooms.fake()
    matrix.cut_off_after()
    with pytest.raises(UnansweredError):
        tell(matrix)
    assert isinstance(tell(matrix), Sent)
    assert len(rooms.told(matrix)) == 1
