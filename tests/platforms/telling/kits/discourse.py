"""Private messages in a forum: the one that measures are carried out on has them."""

from tests.platforms.acting.kits import discourse as forum
from tests.platforms.acting.kits.discourse import Discourse, read

TO, ABOUT, PERSON = forum.TO, forum.POST, forum.ANNA


def fake() -> Discourse:
    return Discourse()


def told(there: Discourse) -> list[tuple[str, str]]:
    numbers = {user.username: str(number) for number, user in there.users.items()}
    return [(numbers[one.to], read(one)) for one in there.messages]


def deaf(there: Discourse) -> None:
    there.deaf.add("anna")
