"""What becomes of themes: looked at, said by a manager, and drafted for everybody."""

from typing import Annotated

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field

from events.people import Text
from functions.announcements import plans
from functions.announcements import records as announcements
from functions.api import handovers
from functions.api.shown import View, shown
from functions.feedback import letters, progress
from functions.shared import clock, program
from functions.shared.table import Item, table

router = APIGatewayHttpRouter()


class Change(BaseModel):
    """How a theme stands from now on, and what the team says of it to those who asked."""

    model_config = ConfigDict(extra="forbid")

    status: progress.Status
    word: Annotated[Text, Field(max_length=letters.LONGEST_WORD)] = ""


@router.get("/v1/<community>/themes", tags=["themes"], summary="The themes of the program")
def list_themes(community: str) -> dict[str, list[View]]:
    """How each stands, and where it was handed over."""
    themes = program.active()[0].themes_of(community)
    found = progress.all_standing(table(), community, [one.id for one in themes])
    there = handovers.by_theme(community)
    return {
        "themes": [
            {"theme": one.id, "title": one.title, **shown(found[one.id]), "handed": there.get(one.id, [])}
            for one in themes
        ]
    }


@router.get("/v1/<community>/themes/<theme>/status", tags=["themes"], summary="How a theme stands")
def read_status(community: str, theme: str) -> View:
    """With its changes, the newest first. `asking`: how many people agreed to be told what comes of it; `handed`: where
    it was handed over, and how it stands there; `announcement`: what was drafted of its newest change."""
    asked = handovers.existing(community, theme)
    found = progress.standing(table(), community, theme)
    changes = [shown(item) for item in progress.history(table(), community, theme)]
    asking = progress.asking(table(), community, theme)
    drafted = table().get(*announcements.key(community, drafted_as(community, theme, found)))
    return {
        "theme": theme,
        "title": asked.title,
        **shown(found),
        "asking": asking,
        "changes": changes,
        "handed": handovers.of_theme(community, theme),
        "announcement": {name: drafted[name] for name in ("id", "state")} if drafted else None,
    }


@router.post("/v1/<community>/themes/<theme>/status", tags=["themes"], summary="Say what becomes of a theme")
def change_status(community: str, theme: str, change: Change) -> View:
    """Five minutes later those who asked and agreed to be told are told, each once for each status; until then it can
    be taken back."""
    handovers.existing(community, theme)
    who = str(router.context["holder"].name)
    progress.change(table(), community, theme, change.status, change.word, who, clock.now())
    return read_status(community, theme)


@router.post("/v1/<community>/themes/<theme>/announce", tags=["themes"], summary="Draft an announcement of it")
def announce_status(community: str, theme: str) -> View:
    """Of its newest change, once, whoever asks how often: an ordinary draft for all targets, to be written on and
    approved like any other."""
    asked, found, now = handovers.existing(community, theme), progress.standing(table(), community, theme), clock.now()
    if found["status"] not in progress.TOLD:
        raise plans.NotAllowedError("it is open: first say what becomes of it")
    active = program.active()[0]
    language = active.community(community).language
    letter = letters.announcement(asked.title, found["status"], found["word"], letters.spoken(language))
    plans.chosen([], [target.id for target in active.targets_of(community)])
    draft = announcements.item(
        community=community,
        name=drafted_as(community, theme, found),
        author=str(router.context["holder"].name),
        content=announcements.drafted(active, community, letter.title, letter.text),
        now=now,
        asked=f"theme {theme} {found['number']}",
        about=f"theme {theme}",
    )
    announcements.create(table(), draft, now)
    return read_status(community, theme)


def drafted_as(community: str, theme: str, found: Item) -> str:
    """The id of the announcement of a change."""
    return plans.announcement_id(community, f"theme {theme}", str(found["number"]))
