"""Private messages in Discord: the fake server of the measures has them."""

from tests.platforms.acting.kits import discord as server
from tests.platforms.acting.kits.discord import ANNA, Discord

TO, ABOUT, PERSON = server.TO, server.message(server.SAID), server.WRITER


def fake() -> Discord:
    return Discord()


def told(discord: Discord) -> list[tuple[str, str]]:
    assert all(one.more["pings"] == [] for one in discord.told)
    return [(one.parent, one.text) for one in discord.told]


def deaf(discord: Discord) -> None:
    discord.closed.add(ANNA)
