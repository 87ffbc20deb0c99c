"""What becomes of themes: looked at, and said by a manager."""

from typing import Annotated

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field

from events.people import Text
from events.program import Theme
from functions.api.shown import View, shown
from functions.feedback import letters, progress
from functions.shared import clock, program
from functions.shared.table import table

router = APIGatewayHttpRouter()


class Change(BaseModel):
    """How a theme stands from now on, and what the team says of it to those who asked."""

    model_config = ConfigDict(extra="forbid")

    status: progress.Status
    word: Annotated[Text, Field(max_length=letters.LONGEST_WORD)] = ""


@router.get("/v1/<community>/themes/<theme>/status", tags=["themes"], summary="How a theme stands")
def read_status(community: str, theme: str) -> View:
    """With its changes, the newest first. `asking`: how many people agreed to be told what comes of it."""
    asked = existing(community, theme)
    now = shown(progress.standing(table(), community, theme))
    changes = [shown(item) for item in progress.history(table(), community, theme)]
    asking = progress.asking(table(), community, theme)
    return {"theme": theme, "title": asked.title, **now, "asking": asking, "changes": changes}


@router.post("/v1/<community>/themes/<theme>/status", tags=["themes"], summary="Say what becomes of a theme")
def change_status(community: str, theme: str, change: Change) -> View:
    """Five minutes later those who asked and agreed to be told are told, each once for each status; until then it can
    be taken back."""
    existing(community, theme)
    who = str(router.context["holder"].name)
    progress.change(table(), community, theme, change.status, change.word, who, clock.now())
    return read_status(community, theme)


def existing(community: str, name: str) -> Theme:
    theme = program.active()[0].theme(community, name)
    if theme is None:
        raise LookupError(f"there is no theme {name!r} in the program of {community!r}")
    return theme
