"""`liaison cases`: what was reported, who has it, what was decided, and taking it back."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any, get_args
from urllib.parse import quote

import typer
from rich.text import Text

from cli import batches, casefile, looks, told
from cli.client import ApiError, UnansweredError, api
from cli.terminal import (
    CommunityOption,
    Id,
    JsonOption,
    grid,
    identifier,
    identifiers,
    last_line,
    minute,
    out,
    say,
    sentences,
)
from events.moderation import TIMED, Measure, Outcome
from events.moments import text
from events.program import MAIN
from functions.moderation.records import Listed
from functions.platforms.acting import abilities
from functions.shared import clock

cases_app = typer.Typer(
    invoke_without_command=True,
    help="Cases: list, next, show, cluster, evidence, claim, release, escalate, snooze, decide, batch, appeal, undo.",
)

COLUMNS: dict[str, tuple[str, ...]] = {
    "open": ("id", "severity", "deadline", "late", "who", "flags", "alike", "queue", "summary"),
    "snoozed": ("id", "severity", "wake_at", "flags", "summary"),
    "decided": ("id", "outcome", "decided_by", "flags", "summary"),
}
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@cases_app.callback()
def cases(context: typer.Context, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Without a subcommand: the open cases, in the order in which they are to be worked on."""
    if not context.invoked_subcommand:
        cases_list(community=community, as_json=as_json)


@cases_app.command("list")
def cases_list(
    queue: Annotated[
        str, typer.Option(help="Only those of this queue of the program; `main` for what no other takes.")
    ] = "",
    state: Annotated[Listed, typer.Option(help="Which ones.")] = "open",
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open cases: the severest first, and of those what is due first. Others: the newest first."""
    with sentences(as_json):
        found = api(community).get("/cases", state=state, **({"queue": queue} if queue else {}))
        if as_json:
            last_line(found)
            return
        rows = [row(one, clock.now()) if state == "open" else one for one in found["cases"]]
        grid(rows, COLUMNS[state], f"no {state} cases")
        if "next" in found:
            told.line(out, f"These are the first {len(found['cases'])}; there are more.", "dim")


def row(case: dict[str, Any], now: datetime) -> dict[str, Any]:
    """An open case as a line of a table: who has it, or that it is for the leads. What is late says so, in red and in a
    word."""
    has = case["state"] == "claimed" and case["lease_until"] > text(now)
    late = "late" if case["late"] or case["decide_by"] <= text(now) else ""
    return {
        **case,
        "deadline": Text(f"{case['decide_by'][5:16]}Z", style="red" if late else ""),
        "late": Text(late, style="red"),
        "who": ", ".join(filter(None, (case["claimed_by"] if has else "", "leads" if case["level"] else ""))),
        "queue": "" if case["queue"] == MAIN else case["queue"],
        "alike": case.get("alike", {}).get("cases", ""),
        "severity": f"{case['severity']}" + (f" (as {case['rank']})" if case["rank"] != case["severity"] else ""),
    }


@cases_app.command("next")
def case_next(community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Take the next case that is yours to do, by severity and deadline: from your queues, in your languages."""
    with sentences(as_json):
        calls = api(community)
        taken = calls.post("/cases/next")
        if "id" in taken:
            given(calls, taken, as_json)
        elif as_json:
            last_line(taken)
        else:
            told.line(out, "Nothing to do: no open case is yours to take. `liaison cases` lists all of them.")


def given(calls: Any, taken: dict[str, Any], as_json: bool) -> None:
    """What somebody has now: what each measure finds there is read in this moment."""
    taken = looks.awaited(taken, lambda: calls.get(f"/cases/{taken['id']}"), say)
    if as_json:
        last_line(taken)
    else:
        looks.taken(out, taken, minute(taken["lease_until"]))


@cases_app.command("release")
def case_release(
    case: Id,
    fence: Annotated[int | None, typer.Option(help="From `claim`; without it, the newest one.")] = None,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a case back: it has its old place again, and anybody may take it."""
    with sentences(as_json):
        done = api(community).post(f"/cases/{case}/release", {"fence": fence})
        answer(done, f"{case} is back at its old place, for anybody to take.", as_json)


@cases_app.command("escalate")
def case_escalate(
    case: Id,
    reason: Annotated[str, typer.Option(help="Why the leads should look.")],
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hand a case to the leads, one rank up."""
    with sentences(as_json):
        done = api(community).post(f"/cases/{case}/escalate", {"reason": reason})
        answer(done, f"{case} is for the leads now, to be decided by {minute(done['decide_by'])}.", as_json)


@cases_app.command("snooze")
def case_snooze(
    case: Id,
    until: Annotated[str, typer.Option(help="The community's wall clock, as 2026-11-23T09:00; or 30m, 2h, 3d.")],
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a case off. It comes back then, or as soon as something happens to it that matters."""
    with sentences(as_json):
        done = api(community).post(f"/cases/{case}/snooze", {"until": later(until)})
        answer(done, f"{case} comes back at {minute(done['wake_at'])}, or when something happens to it.", as_json)


def later(given: str) -> str:
    """`2h` is from now on; any other time is the community's own, which the API knows."""
    found = re.fullmatch(r"([0-9]{1,5})([mhd])", given)
    if not found and not re.match(r"[0-9]{4}-", given):
        raise ValueError(f"--until {given}: write 30m, 2h or 3d, or the community's wall clock as 2026-11-23T09:00")
    if not found:
        return given
    return text(clock.now() + timedelta(**{UNITS[found[2]]: int(found[1])}))


def answer(done: dict[str, Any], sentence: str, as_json: bool) -> None:
    if as_json:
        last_line(done)
    else:
        told.line(out, sentence)


@cases_app.command("show")
def case_show(case: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """One case, with its flags, decision, measures and history."""
    with sentences(as_json):
        found = api(community).get(f"/cases/{case}")
        if as_json:
            last_line(found)
        else:
            casefile.shown(out, found)


@cases_app.command("evidence")
def case_evidence(case: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """What was reported, as it was when it was seen, each state of it."""
    with sentences(as_json):
        calls = api(community)
        whole = calls.get(f"/cases/{case}")
        found = [{**one, **calls.get(f"/cases/{case}/evidence/{one['hash']}")} for one in whole["evidence"]]
        if as_json:
            last_line({"evidence": found})
            return
        for one in found:
            seen(one)
        if not found:
            gone = "any more: its time is over, or its author was erased" if "forgotten" in whole["case"] else "of it"
            told.line(out, f"Nothing that was seen is kept {gone}.")


def seen(one: dict[str, Any]) -> None:
    """Whatever strangers wrote is text, and is set in, so that none of it looks like a line of ours."""
    decided = ", decided on" if one["decided_on"] else ""
    revision = f", revision {one['revision']}" if one["revision"] else ""
    told.line(out, f"{one['number']}: seen {minute(one['seen_at'])}{revision}{decided}", "bold")
    author = one["author"].get("name") or one["author"].get("id", "")
    for words in filter(None, (author and f"by {author}", one["url"])):
        told.line(out, words, "dim", 4)
    for words in filter(None, (one["title"], one["text"])):
        told.line(out, words, "", 4)


@cases_app.command("claim")
def case_claim(case: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Take a case for fifteen minutes; says what each measure finds there now, and what exactly it would send."""
    with sentences(as_json):
        calls = api(community)
        given(calls, calls.post(f"/cases/{case}/claim"), as_json)


@cases_app.command("cluster")
def case_cluster(case: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Cases that are like this one: the same words, or nearly, by whomever and wherever."""
    with sentences(as_json):
        pages = list(batches.members(api(community), case))
        if as_json:
            last_line({**pages[0], "members": [one for page in pages for one in page["members"]]})
        else:
            batches.show_cluster(pages)


LONGEST = 60 * 24 * 1000
"""Minutes of a measure that ends, as the API has it."""


def known(given: list[str] | None) -> list[str] | None:
    for name in given or ():
        if name not in get_args(Measure):
            raise typer.BadParameter(f"there is no measure {name!r}; there are {', '.join(get_args(Measure))}")
    return given


def said(given: str) -> str:
    if not given.strip():
        raise typer.BadParameter("it is empty: say in a few words why")
    return given


Optional = Annotated[str | None, typer.Argument(help="As listed.", callback=identifier)]
Cluster = Annotated[
    str | None, typer.Option(help="All open cases like this one, instead of one case.", callback=identifier)
]


@cases_app.command("decide")
def case_decide(
    outcome: Annotated[Outcome, typer.Option(help="Whether it breaks a rule.")],
    explanation: Annotated[str, typer.Option(help="Why, as the author may read it.")],
    case: Optional = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(help="What to do about it, as `claim` lists it; `timeout=60` for 60 minutes; may be repeated."),
    ] = None,
    policy: Annotated[str, typer.Option(help="The rule it rests on, by its id in the program.")] = "",
    fence: Annotated[
        int | None, typer.Option(help="From `claim`; without it, your claim; what nobody has is claimed first.")
    ] = None,
    cluster: Cluster = None,
    yes: Annotated[bool, typer.Option("--yes", help="With --cluster: do not ask.")] = False,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide a case, or all that are alike: verdict, measures and history of each are written together."""
    with sentences(as_json):
        if bool(case) == bool(cluster):
            raise ValueError("which? Name one case, or give --cluster with any case of the cluster")
        measures, minutes = asked(measure or [])
        calls = api(community)
        if cluster:
            found, size = batches.undecided(calls, cluster)
            batches.preview(found, size, measures)
            if not yes:
                batches.confirmed(found)
            decision = {"outcome": outcome, "explanation": explanation, "measures": measures, "minutes": minutes}
            seen = {
                "cases": {one["id"]: one["material"] for one in found},
                "snapshots": {one["id"]: one["snapshot"] for one in found},
            }
            batch(calls.post("/batches", {**seen, "decision": {**decision, "policy": policy}}), as_json)
            return
        decision = {"outcome": outcome, "explanation": explanation, "measures": measures, "minutes": minutes}
        decided = written(calls, str(case), {**decision, "policy": policy}, fence)
        if as_json:
            last_line(decided)
        else:
            casefile.shown(out, decided)
        if unbound := looks.unbound(decided):
            say(f"carried out on whatever is there: {', '.join(unbound)}")


def written(calls: Any, case: str, decision: dict[str, Any], fence: int | None) -> dict[str, Any]:
    """The case as it is then. What was claimed for the decision alone is given back when that is refused."""
    own = claim_of(calls, case) if fence is None else None
    try:
        return dict(calls.post(f"/cases/{case}/decide", {**decision, "fence": own if fence is None else fence}))
    except UnansweredError:
        raise  # It may have been decided.
    except ApiError:
        if own is not None:
            calls.post(f"/cases/{case}/release", {"fence": own})
        raise


def claim_of(calls: Any, case: str) -> int | None:
    """Of what nobody has, a new one; else none is named: the API knows whose it is, and refuses what has changed since
    they took it."""
    free = calls.get(f"/cases/{case}")["case"]["state"] in ("open", "snoozed")
    return int(calls.post(f"/cases/{case}/claim")["fence"]) if free else None


@cases_app.command("batch")
def case_batch(name: Id, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """What became of a decision about many cases: how far it is, what was skipped and why."""
    with sentences(as_json):
        batch(api(community).get(f"/batches/{name}"), as_json)


def batch(whole: dict[str, Any], as_json: bool) -> None:
    if as_json:
        last_line(whole)
    else:
        batches.show_batch(whole)


def asked(given: list[str]) -> tuple[list[str], dict[str, int]]:
    """Measures, and how many minutes those last that end. Raises ValueError."""
    minutes: dict[str, int] = {}
    for one in given:
        name, timed, long = one.partition("=")
        if name not in get_args(Measure):
            raise ValueError(f"--measure {one}: there is no such measure; there are {', '.join(get_args(Measure))}")
        if timed and name not in TIMED:
            raise ValueError(f"--measure {one}: {name} has no end, so it takes no minutes; write --measure {name}")
        if (timed or name in TIMED) and not (long.isascii() and long.isdigit() and 0 < int(long) <= LONGEST):
            raise ValueError(f"--measure {one}: how many minutes? Write for example {name}=60, at most {LONGEST:,}")
        if timed:
            minutes[name] = int(long)
    return [one.partition("=")[0] for one in given], minutes


@cases_app.command("appeal")
def case_appeal(
    case: Id,
    words: Annotated[str, typer.Option(help="Why, in the words of whoever asks.", callback=said)],
    by: Annotated[str, typer.Option(help="author, or the id of a report, as `show` lists it")] = "author",
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask for another look for somebody who wrote to you instead of using their link: it makes a case of its own."""
    with sentences(as_json):
        made = api(community).post(f"/cases/{case}/appeal", {"by": by, "words": words})
        open_now = f"{made['id']} is the appeal: somebody who had no part in {case} has to decide it."
        over = f"{made['id']} was the appeal, and is decided already: {made.get('outcome')}."
        answer(made, over if made["state"] == "decided" else open_now, as_json)


@cases_app.command("undo")
def case_undo(
    names: Annotated[
        list[str] | None, typer.Argument(help="As listed.", callback=lambda given: identifiers(given or []))
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(help="Which of its measures; all that were carried out, when left out.", callback=known),
    ] = None,
    of_batch: Annotated[
        str | None, typer.Option("--batch", help="All cases of this batch, instead.", callback=identifier)
    ] = None,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take measures back: each leads back to the state before it, unless that has changed since."""
    with sentences(as_json):
        if bool(names) == bool(of_batch) or (of_batch and measure):
            raise ValueError("what? Name one or more cases, or give --batch alone")
        calls = api(community)
        if of_batch:
            batch(calls.post(f"/batches/{of_batch}/undo"), as_json)
            return
        wholes = {
            name: calls.post(f"/cases/{name}/undo", {"measures": measure or carried_out(calls, name)})
            for name in names or []
        }
        if as_json:
            last_line({"cases": wholes})
        else:
            rows = [one | {"case": name} for name, whole in wholes.items() for one in undone(whole)]
            grid(rows, ("case", "measure", "state", "reason"), "nothing was taken back")


def carried_out(calls: Any, case: str) -> list[str]:
    """The measures of a case that were carried out. Raises ValueError."""
    whole = calls.get(f"/cases/{case}")
    rows, can = whole["deliveries"], abilities(whole["case"]["platform"], whole["case"]["subject"]["kind"])
    found = [row["measure"] for row in rows if row["purpose"] == "act" and row["state"] == "sent" and not row["undo"]]
    back = [measure for measure in found if measure in can and can[measure].reversible]
    if not back:
        raise ValueError(f"case {case}: no measure was carried out that could be undone")
    for measure in sorted({*found} - {*back}):
        say(f"{measure} stays: it cannot be taken back")
    return back


def undone(whole: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in whole["deliveries"] if row.get("undo")]


audit_app = typer.Typer(no_args_is_help=True, help="The record of who did what.")


@audit_app.callback()
def audit() -> None:
    """The record of who did what."""


@audit_app.command("verify")
def audit_verify(
    seal: Annotated[
        list[str] | None, typer.Option(help="One that a digest named, as DAY=HASH; may be repeated.")
    ] = None,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prove that the history of every case is what was written and sealed, or name where it is not."""
    with sentences(as_json):
        named = [day_and_seal(given) for given in seal or ()]
        calls, checked, broken = api(community), 0, list[dict[str, Any]]()
        for state in ("open", "snoozed", "decided"):
            page: dict[str, Any] = {"next": ""}
            while "next" in page:
                before = f"&before={quote(page['next'])}" if page["next"] else ""
                page = calls.get(f"/audit/verify?state={state}{before}")
                checked, broken = checked + page["cases"], [*broken, *page["broken"]]
                say(f"{checked} histories")
        days, differing = sealed(calls)
        broken += differing
        for day, wanted in named:
            broken += [one for one in as_named(calls, day, wanted) if one not in broken]
        if as_json:
            last_line({"cases": checked, "days": days, "broken": broken})
        else:
            grid(
                broken,
                ("day", "case", "line", "told"),
                f"histories that hold: {checked}; daily seals that hold: {days}",
            )
        if broken:
            raise typer.Exit(1)


def sealed(calls: Any, day: str = "") -> tuple[int, list[dict[str, Any]]]:
    """How many days are sealed, up to this one, and where their seals or what they say of histories does not hold."""
    days, broken, page = 0, list[dict[str, Any]](), {"next": day}
    while "next" in page:
        page = calls.get(f"/audit/seals?start={page['next']}")
        days, broken = days + page["days"], [*broken, *page["broken"]]
        say(f"{days} daily seals")
    return days, broken


def day_and_seal(given: str) -> tuple[str, str]:
    """Raises ValueError."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)=([0-9a-f]{64})", given.strip())
    if not found:
        raise ValueError(f"--seal {given}: write the day and its seal as a digest names them, 2026-11-22=…")
    return found[1], found[2]


def as_named(calls: Any, day: str, wanted: str) -> list[dict[str, Any]]:
    """Whether the seal of a day is the one that somebody has written down, and what it and those before it say still
    holds."""
    try:
        known = calls.get(f"/audit/seals/{day}")["hash"]
    except ApiError as error:
        return [{"day": day, "told": str(error)}]
    if known != wanted:
        return [{"day": day, "told": f"the seal is another one now: {known}"}]
    return sealed(calls, day)[1]
