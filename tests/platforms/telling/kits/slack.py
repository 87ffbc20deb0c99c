"""Direct messages in Slack: the fake workspace of the measures has them."""

from tests.platforms.acting.kits import slack as workspace
from tests.platforms.acting.kits.slack import ANNA, Slack

TO, ABOUT, PERSON = workspace.TO, workspace.message(workspace.SAID), workspace.WRITER


def fake() -> Slack:
    return Slack()


def told(slack: Slack) -> list[tuple[str, str]]:
    assert all(one.more["pings"] == [] for one in slack.told)
    return [(one.parent, one.text) for one in slack.told]


def deaf(slack: Slack) -> None:
    slack.disabled.add(ANNA)
