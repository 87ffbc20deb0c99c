"""Messages to the players of a game: its server gets them by webhook, too."""

from tests.platforms.acting.kits import standard_webhooks as game
from tests.platforms.acting.kits.standard_webhooks import Game

TO, ABOUT, PERSON = game.TO, game.LINE, game.GRIM


def fake() -> Game:
    return Game()


def told(there: Game) -> list[tuple[str, str]]:
    return [(one["person"]["id"], f"{one['title']}\n\n{one['text']}\n\n{one['link']}") for one in there.messages]


def deaf(there: Game) -> None:
    there.deaf = True
