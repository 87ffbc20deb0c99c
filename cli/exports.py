"""`liaison export`: log and roll-ups of some days into the bucket now, instead of the night after."""

from datetime import date, datetime, timedelta
from typing import Annotated

import typer

from cli import operator
from cli.terminal import CommunityOption, JsonOption, StackOption, last_line, out, say, sentences
from functions.feedback import exports, partitions, records
from functions.shared import clock, program, table
from functions.shared.settings import settings


def export(
    community: CommunityOption = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="A UTC day.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Included.")] = None,
    stack_name: StackOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write what was counted anew of these days (without them: the last seven) as JSON lines for Athena and DuckDB."""
    with sentences(as_json):
        operator.connect(stack_name)
        end = last.date() if last else clock.now().date()
        start = first.date() if first else end - timedelta(days=6)
        if start > end:
            raise ValueError("--from is after --to")
        known = [one.id for one in program.active()[0].communities]
        if community not in (None, *known):
            raise ValueError(f"no community {community!r}; there are {', '.join(known)}")
        hours = {one: written(one, start, end) for one in known if community in (None, one)}
        where = f"s3://{settings().bucket}/{partitions.ROOT}/"
        if as_json:
            last_line({"exports": where, "hours": hours})
        else:
            number = sum(hours.values())
            counted = "hour was" if number == 1 else "hours were"
            out.print(f"{number} {counted} counted anew and written to {where}", markup=False)


def written(community: str, first: date, last: date) -> int:
    """How many hours that were. Those that wait for their turn to be counted are exported the night after that."""
    hours = 0
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if any(records.hours_between(table.table(), community, day, day)):
            say(f"{community} {day}")
            hours += exports.day(table.table(), community, day) or 0
    return hours
