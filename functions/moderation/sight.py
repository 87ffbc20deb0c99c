"""What is known beside a case, read for whoever is shown it: a desk's card, a page."""

from datetime import datetime
from zoneinfo import ZoneInfo

from events.program import Program
from functions.moderation import clusters, looks, persons, records
from functions.moderation.cards import Possible, Seen
from functions.platforms.acting import abilities
from functions.shared.table import Item, Table


def of(store: Table, found: Item, program: Program, now: datetime, refusal: str = "") -> Seen:
    """`refusal`: why the last press at the desk changed nothing."""
    community = found["community"]
    known, look = persons.behind(store, found, program), looks.of(store, found)
    return Seen(
        zone=ZoneInfo(program.community(community).timezone),
        names={one.id: one.name for one in program.moderators_of(community)},
        history={"violation": known.own.violation, "no_violation": known.own.no_violation} if known else {},
        background=known,
        alike=clusters.others(store, found),
        message=store.get(records.subject_of(found), "message"),
        policies=program.policies_of(community),
        possible={
            measure: Possible(one.right, one.reversible, one.lost, one.seconds, looks.told(found, look, measure, now))
            for measure, one in abilities(found["platform"], found["subject"]["kind"]).items()
        },
        look=looks.summed_up(look),
        measures=records.measures_of(store, found),
        decision=store.get(found["pk"], "decision"),
        refusal=refusal,
    )
