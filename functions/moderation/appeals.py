"""Another look at what was decided, by somebody who had no part in it.

An appeal is a case of its own: it is claimed and decided as any other, and whoever decided before is excluded from it
by what stands in it. Its decision is the verdict from then on; what the old one did and the new one does not is undone.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from events.moderation import ActionRequested, Decision, Measure, MessageRequested, Subject
from events.people import Person
from events.program import Program
from functions.moderation import cases, chain, evidence, letters, records, standards, strikes
from functions.moderation.cases import LEADS, Move, NotAllowedError
from functions.moderation.letters import Judged, Verdict
from functions.moderation.records import case_key, existing, moving
from functions.moderation.standards import Standards
from functions.platforms import acting, telling
from functions.shared import clock, outbox, table, tokens
from functions.shared.table import CancelledError, Item, Key, Put, Table, Update, Write

PURPOSE = "appeal"
"""Of the link by which somebody asks for another look."""
AUTHOR = "author"
"""The party whose content it is; any other is a reporter, by the hash of their report."""
TEAM = ("moderator", "manager")
"""Roles of people. Operators run the place, and their tokens are machines' as well."""
MOST = 10
"""Appeals of one decision by those who reported it: of a viral post a thousand could ask, and the first one that is
decided counts for all."""
UNDO_LATER = ("claimed", "armed", "unknown")
"""States of a measure of which nobody can say yet what it changed."""


def is_appeal(case: Item) -> bool:
    """One of ours: platforms have appeals of their own, which are ordinary cases here."""
    return "of" in case


def path(community: str, case: str) -> str:
    return f"/appeals/{community}/{case}"


def appeal_id(case: str, party: str) -> str:
    """One for each party of a decision."""
    return cases.case_id(f"appeal\n{case}", party)


def make(
    store: Table,
    community: str,
    case: str,
    party: str,
    words: str,
    program: Program,
    now: datetime,
    by: str = "liaison",
) -> Item:
    """Ask for another look; gives the appeal. Asked again, the same one. `by`: who wrote it down for them.

    Raises LookupError or NotAllowedError.
    """
    made_id = appeal_id(case, party)
    for _ in range(records.TRIES):
        found = existing(store, community, case)
        if there := store.get(*case_key(community, made_id)):
            return there
        person = party_of(store, found, party)
        admissible(found, party, program, now)
        if not words.strip():
            raise NotAllowedError("say in a few words why it should be looked at again")
        about = {**found, **decided_on(store, found), "speaks": speaks(store, found, party)}
        made = opened(
            about, party, person, words, involved(store, found, standards.of(program, community), now), program, now
        )
        asked = {"appeals": [*found.get("appeals", ()), made_id]}
        move = Move("appealed", asked, {"by": "author" if party == AUTHOR else "reporter"})
        told = moving(found, move, by, now, add={"open_appeals": 1})
        try:
            store.transact([*told, *made])
            return existing(store, community, made_id)
        except CancelledError:
            continue  # Something was written to the case in this moment: look again.
    raise records.BusyError(records.BUSY)


def party_named(given: str) -> str:
    """`author`, or who raised a report, by its id."""
    return AUTHOR if given == AUTHOR else records.flag_sk(given).removeprefix("flag#")


def party_of(store: Table, found: Item, party: str) -> Item:
    """Who it is. Raises LookupError for somebody who is none (any more)."""
    if party == AUTHOR:
        person = found["author"]
    else:
        flag = store.get(records.subject_of(found), f"flag#{party}")
        person = flag["reporter"] if flag and flag.get("case") == found["id"] else {}
    if not person.get("id"):
        raise LookupError("nobody is known here who could ask for another look")
    return dict(person)


def speaks(store: Table, found: Item, party: str) -> str:
    """The language in which they are told; empty where nobody knows."""
    if party == AUTHOR:
        return str(found["language"])
    return str((store.get(records.subject_of(found), f"flag#{party}") or {}).get("speaks", ""))


def admissible(found: Item, party: str, program: Program, now: datetime) -> None:
    if found["state"] != "decided":
        raise NotAllowedError("this has not been decided yet")
    if is_appeal(found) or judged_for(found, party):
        raise NotAllowedError("this was looked at again already")
    days = standards.of(program, found["community"]).settings.appeals
    if since(found, party) + timedelta(days=days) < now:
        raise NotAllowedError(f"the time to ask for another look is over: it was {days} days")
    others = {*found.get("appeals", ())} - {appeal_id(found["id"], AUTHOR)}
    if party != AUTHOR and len(others) >= MOST:
        raise NotAllowedError("others who reported it have asked already, and it is looked at again for all of you")
    if party == AUTHOR and found["outcome"] == "no_violation":
        raise NotAllowedError("nothing was found to be wrong with what you wrote")


def judged_for(found: Item, party: str) -> bool:
    """Whether it was looked at again. Once it was decided against its author because somebody else asked, the author
    may ask, too."""
    return bool(found.get("judged")) and not (party == AUTHOR and found.get("against_author"))


def since(found: Item, party: str) -> datetime:
    """When the time to ask began: of an author against whom it was decided on another's appeal, with that."""
    anew = party == AUTHOR and found.get("against_author")
    return clock.moment(found["judged_at"] if anew else found["decided_at"])


def involved(store: Table, found: Item, valid: Standards, now: datetime) -> set[str]:
    """Who cannot judge it: whoever had a part in it, as long as anybody else may: a lead, or somebody with a token who
    is not on the roster."""
    part = {*found["excluded"], found["decided_by"], *filter(None, [found.get("judged_by")])}
    holders = filter(None, (tokens.current(token, now) for token in tokens.listing(store)))
    people = {one.name for one in holders if one.role in TEAM and one.may("moderator", found["community"])}
    listed = {one.id: one.lead for one in valid.moderators}
    able = {name for name in (people | set(listed)) - part if listed.get(name, True)}
    return part if able else set()


def decided_on(store: Table, found: Item) -> Item:
    """The words that a decision was about, whatever stands there by now, and the number of their snapshot."""
    number = records.decision_of(store, found).get("snapshot", 0)
    return {**evidence.words_of(found, number), "current": number}


def opened(
    found: Item, party: str, person: Item, words: str, excluded: Collection[str], program: Program, now: datetime
) -> list[Write]:
    community, name = found["community"], appeal_id(found["id"], party)
    valid = standards.of(program, community)
    pk, sk = case_key(community, name)
    first = records.line(name, 1, chain.ROOT, "opened", now, "liaison", {"of": found["id"]})
    carried = (
        "subject",
        "platform",
        "summary",
        "title",
        "text",
        "original",
        "language",
        "speaks",
        "author",
        "reasons",
        "codes",
        "current",
    )
    case: Item = {
        **{field: found[field] for field in carried},
        **cases.opened([cases.Report(found["severity"], 0)], valid, now),
        "pk": pk,
        "sk": sk,
        "kind": "case",
        "id": name,
        "community": community,
        "nature": PURPOSE,
        "of": found["id"],
        "party": party,
        "appellant": person,
        "appeal": words.strip(),
        "level": LEADS,
        "excluded": sorted(excluded),
        "flags": 0,
        "opened_at": clock.text(now),
        "epoch": found["epoch"],
        "earlier": found["id"],
        "claimed_by": "",
        "lease_until": "",
        "fence": 0,
        "next_audit": 2,
        "head": first["seal"],
    }
    cards = records.new_cards(case, valid, now)
    return [
        Put({**case, **records.placed(case), **records.with_cards(case, cards)}, when=[table.absent()]),
        records.put_first(case, first),
        *map(outbox.put, cards),
    ]


def completed(store: Table, found: Item, decision: Decision) -> Decision:
    """Of an appeal, whoever comes to the same outcome leaves what was done as it is where they name no measures, and
    the rule where they name none. Also of one that is decided: asked again, it is the same decision."""
    before = standing(store, found) if is_appeal(found) else None
    if before is None or before.outcome != decision.outcome:
        return decision
    done = {} if decision.measures else {"measures": before.measures, "minutes": before.minutes}
    return decision.model_copy(update={**done, "policy": decision.policy or before.policy})


def standing(store: Table, appeal: Item) -> Decision | None:
    """What an appeal may leave as it is; None where another one was decided first."""
    if appeal["state"] == "decided":
        return Decision.model_validate(records.decision_of(store, appeal)["decision"])
    found = existing(store, appeal["community"], appeal["of"])
    return None if judged_for(found, appeal["party"]) else holding(store, found)


def holding(store: Table, found: Item) -> Decision:
    """The decision that holds now, with those of its measures that nobody has stopped or taken back since."""
    decision = Decision.model_validate(records.decision_of(store, found)["decision"])
    left = tuple(measure for measure in decision.measures if holds(store, found, measure))
    minutes = {measure: number for measure, number in decision.minutes.items() if measure in left}
    return decision.model_copy(update={"measures": left, "minutes": minutes})


def holds(store: Table, found: Item, measure: Measure) -> bool:
    row = row_of(store, found, measure)
    return bool(row and row["state"] != "cancelled" and not store.get(row["pk"], f"delivery#undo#{measure}"))


def row_of(store: Table, found: Item, measure: Measure) -> Item | None:
    """A measure of the decision that holds: it stands where it was decided."""
    return next(filter(None, (store.get(pk, f"delivery#{measure}") for pk in places(found))), None)


def judged(
    store: Table, appeal: Item, who: str, decision: Decision, program: Program, now: datetime
) -> tuple[list[Measure], list[Key], list[Write]]:
    """What the decision of an appeal changes in the case that it is about: what to do now that was not done, what has
    to be taken back before that, and all writes beside the appeal's own. Raises NotAllowedError."""
    found = existing(store, appeal["community"], appeal["of"])
    if judged_for(found, appeal["party"]):
        return [], [], closing_too(found, appeal, who, decision, program, now)
    before = holding(store, found)
    overturned = decision.outcome != found["outcome"]
    kept = {
        measure
        for measure in decision.measures
        if measure in before.measures and decision.minutes.get(measure) == before.minutes.get(measure)
    }
    gone = [measure for measure in before.measures if measure not in kept]
    news = [measure for measure in decision.measures if measure not in kept]
    independent = who not in {*found["excluded"], found["decided_by"], found.get("judged_by")}
    what: Judged = "overturned" if overturned else "changed" if gone or news else "upheld"
    verdict: Item = {
        "verdict": appeal["id"],
        "judged": what,
        "judged_by": who,
        "judged_at": clock.text(now),
        "independent": independent,
        **concerning(appeal, decision, overturned=overturned, gone=gone, news=news),
        **({"outcome": decision.outcome, "overturned": appeal["id"]} if overturned else {}),
    }
    same_rule = not overturned and decision.policy == before.policy
    detail = {"appeal": appeal["id"], "independent": independent}
    back = [write for measure in gone for write in taken_back(store, found, measure, who, now)]
    writes = [
        *moving(found, Move(what, verdict, detail), who, now, add={"open_appeals": -1}),
        *back,
        *([records.outcome_again(found, now)] if overturned or verdict["author_hears"] else []),
        *(records.told_of_author(found, decision.outcome, instead_of=found["outcome"]) if overturned else []),
        *([] if same_rule else strikes.rejudged(store, found, decision, program, now)),
        *answer(appeal, decision, program, now, judged=what, independent=independent),
    ]
    return news, going_back(store, found, back), writes


def concerning(
    appeal: Item, decision: Decision, *, overturned: bool, gone: Sequence[Measure], news: Sequence[Measure]
) -> Item:
    """What it is to the author, where somebody else has asked: whether they hear of it, and whether it is decided
    against them, so that they may ask. Their own appeal answers them."""
    others, felt = appeal["party"] != AUTHOR, {*gone, *news} - {"resolve"}
    worse = decision.outcome == "violation" and (overturned or bool(felt & {*news}))
    return {"author_hears": others and (overturned or bool(felt)), "against_author": others and worse}


def closing_too(
    found: Item, appeal: Item, who: str, decision: Decision, program: Program, now: datetime
) -> list[Write]:
    """Of two appeals the first one that is decided counts; the second is answered with it. Raises NotAllowedError."""
    if decision.outcome != found["outcome"] or decision.measures:
        told = f"it was {found['judged']} on another appeal already, and is {found['outcome']} now"
        raise NotAllowedError(f"{told}: close this one with the same outcome and no measures")
    independent = bool(found["independent"])
    move = Move("answered", {}, {"appeal": appeal["id"]})
    return [
        *moving(found, move, who, now, add={"open_appeals": -1}),
        *answer(appeal, decision, program, now, judged=found["judged"], independent=independent),
    ]


def taken_back(store: Table, found: Item, measure: Measure, who: str, now: datetime) -> Sequence[Write]:
    """A measure that is done is undone; one that is not yet, never will be."""
    row = row_of(store, found, measure)
    if row is None or row["state"] == "cancelled":
        return ()
    if store.get(row["pk"], f"delivery#undo#{measure}"):
        return ()
    if row["state"] in UNDO_LATER or ("begun" in row and row["state"] != "sent"):
        raise NotAllowedError(f"{measure} {unclear(row)}")
    if row["state"] != "sent":
        return [outbox.cancelled(row, f"{who} took it back before it was done")]
    if keeper := kept_by(store, found, measure):
        return [taking_over(keeper, row)]
    back = undoing(row, measure, now)
    if None in (back["request"]["before"], back["request"]["after"]):
        # A person said that it is there: a person has to take it back.
        back = outbox.for_a_person(back, cases.UNWRITTEN.format(measure=measure), clock.text(now))
    return [outbox.put(back)]


def kept_by(store: Table, found: Item, measure: Measure) -> Item | None:
    """The same measure of a later decision about the same, which found it done already and rests on it."""
    newest = store.get(records.subject_of(found), "round")
    name = newest["case"] if newest else ""
    while name and name != found["id"]:
        later = existing(store, found["community"], name)
        row = row_of(store, later, measure) if later["state"] == "decided" else None
        if row and row["state"] == "sent" and not store.get(row["pk"], f"delivery#undo#{measure}"):
            return row
        name = later.get("earlier", "")
    return None


def taking_over(keeper: Item, row: Item) -> Update:
    """What was before the first decision is what an undo of the later one leads back to: so it stays done for as long
    as one of them holds."""
    prepared = {**keeper["request"].get("prepared", {}), "before": row["request"].get("prepared", {}).get("before")}
    request = {**keeper["request"], "prepared": prepared}
    same = [table.equals("fence", keeper["fence"]), table.equals("state", keeper["state"])]
    return Update(table.key_of(keeper), set={"request": request}, when=same)


def may_go_back(store: Table, found: Item, measure: Measure) -> None:
    """Raises NotAllowedError for what cannot be undone there, and where a later decision rests on it."""
    if not reversible(found["platform"], measure):
        ability = acting.ability(found["platform"], measure)
        raise NotAllowedError(f"{measure} cannot be taken back. {ability.lost if ability else ''}".rstrip())
    if keeper := kept_by(store, found, measure):
        case = keeper["pk"].rpartition("#")[2]
        raise NotAllowedError(f"{case} has decided the same since, and rests on it: take it back there first")


def going_back(store: Table, found: Item, writes: Sequence[Write]) -> list[Key]:
    """What takes measures of a case back, and is not over: now, by hand or with a batch. What is done instead follows
    it. What cannot be undone there is left out: that is a person's, and changes nothing there."""
    there = [row for pk in places(found) for row in store.query(pk, "delivery#undo#")]
    new = [one.item for one in writes if isinstance(one, Put) and one.item.get("request", {}).get("undo")]
    return [
        table.key_of(row)
        for row in [*there, *new]
        if ("due" in row or "listing" in row) and reversible(row["platform"], row["request"]["measure"])
    ]


def reversible(platform: str, measure: Measure) -> bool:
    ability = acting.ability(platform, measure)
    return bool(ability and ability.reversible)


def places(found: Item) -> list[str]:
    """Partitions that have the measures of a case: the appeal whose decision holds, and the case."""
    return [case_key(found["community"], name)[0] for name in (found.get("verdict"), found["id"]) if name]


def unclear(row: Item) -> str:
    """Why nobody can say what there is to take back, and what to do."""
    if "due" in row or row["state"] != "unknown":
        return "is on its way, and nobody can say yet whether it is done: try again later"
    what = "is done in part" if "begun" in row else "may be done or not"
    key = row["key"]
    return f"{what}: look there, then take it back there; or finish it (`liaison resolve {key} again`) and undo it then"


def undoing(done: Item, measure: Measure, now: datetime) -> Item:
    """The row that leads back to the state before a measure."""
    request = ActionRequested.model_validate(
        {
            **done["request"],
            # It leaves: no moderator is named.
            "explanation": "taken back by a moderator",
            "undo": True,
            "expected": None,
            "prepared": {},
            "before": done["request"].get("prepared", {}).get("before"),
            "after": done.get("posted", {}).get("after"),
        }
    )
    return outbox.planned(
        pk=done["pk"],
        name=f"undo#{measure}",
        purpose="act",
        platform=done["platform"],
        destination=done["destination"],
        request=request,
        at=clock.text(now),
    )


def answer(
    appeal: Item, decision: Decision, program: Program, now: datetime, *, judged: Judged, independent: bool
) -> list[Write]:
    """Whoever asked is told."""
    if telling.on(appeal["platform"]) is None or not appeal["appellant"]:
        return []  # There is no way to tell them, or their account was erased.
    author = appeal["party"] == AUTHOR
    language = letters.spoken(appeal["speaks"], standards.of(program, appeal["community"]).language)
    verdict = Verdict(decision.outcome, explanation=decision.explanation)
    letter = letters.to_appellant(verdict, language, author=author, judged=judged, independent=independent)
    request = MessageRequested(
        case=appeal["of"],
        person=Person.model_validate(appeal["appellant"]),
        about=Subject.model_validate(appeal["subject"]),
        title=letter.title,
        text=letter.text,
    )
    row: dict[str, Any] = outbox.planned(
        pk=appeal["pk"],
        name="told#appellant",
        purpose="tell",
        platform=appeal["platform"],
        destination=appeal["subject"]["source"],
        request=request,
        at=clock.text(now),
    )
    return [outbox.put(row)]
