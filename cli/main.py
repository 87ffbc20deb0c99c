"""The command `liaison`. People first; `--json` for programs, whose last line is one JSON object."""

import difflib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import parse_qsl

import typer

from cli import (
    announce,
    cases,
    classify,
    digests,
    exports,
    feedback,
    imports,
    mail,
    operator,
    people,
    periods,
    personal,
    practice,
    recurring,
    stack,
    surveys,
    talks,
    themes,
    unusual,
)
from cli import connect as connection
from cli import demo as demonstration
from cli.client import api
from cli.inspect import EVENT, examine, examine_answer, read_headers
from cli.samples import standard_secret
from cli.terminal import (
    Commands,
    CommunityOption,
    FileArgument,
    Id,
    Ids,
    JsonOption,
    StackOption,
    err,
    grid,
    last_line,
    out,
    say,
    sentences,
    show,
)
from cli.told import deliveries
from events.program import Program
from functions.platforms import asking
from functions.platforms.door import GATES
from functions.platforms.inbound import POLLED
from functions.platforms.standing import Report
from functions.shared import clock, program, table, tokens
from functions.shared.tokens import Role

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Liaison: the back end of a community manager's work.")
program_app = typer.Typer(no_args_is_help=True, help="The community's own program, community.toml.")
secret_app = typer.Typer(no_args_is_help=True, help="Secrets of sources and targets.")
token_app = typer.Typer(no_args_is_help=True, help="Personal bearer tokens.")
parked_app = typer.Typer(invoke_without_command=True, help="What could not be placed: list, replay.")
for name, sub in {
    "program": program_app,
    "secret": secret_app,
    "token": token_app,
    "cases": cases.cases_app,
    "people": people.people_app,
    "audit": cases.audit_app,
    "announcements": announce.announcements_app,
    "targets": announce.targets_app,
    "series": recurring.series_app,
    "survey": surveys.survey_app,
    "feedback": feedback.feedback_app,
    "digest": digests.digests_app,
    "parked": parked_app,
    "unusual": unusual.unusual_app,
    "mail": mail.mail_app,
}.items():
    app.add_typer(sub, name=name)
for more in (talks.talks_app, themes.themes_app, periods.periods_app):
    feedback.feedback_app.add_typer(more)
people.people_app.command()(personal.export)
people.people_app.command()(personal.erase)
app.command()(announce.preview)
app.command()(announce.hold)
app.command()(recurring.calendar)
app.command()(classify.classify)
app.command("import")(imports.import_dump)
app.command()(exports.export)


@app.command()
def up(
    port: Annotated[int, typer.Option(help="Where the stack answers, on 127.0.0.1.")] = 8787,
    keep: Annotated[bool, typer.Option("--keep", help="Go on with the state of the last run.")] = False,
    file: Annotated[Path, typer.Option("--program", help="Pushed when none is active yet.")] = Path("community.toml"),
) -> None:
    """Run the whole stack on this machine, for real webhooks. It stays up until `liaison down`."""
    with sentences():
        running = stack.up(port, keep=keep, owner="up", say=say)
        operator.connect(None)
        if program.pointer() is None:
            operator.push(file.read_text(), "liaison up")
        active, _ = program.active()
        if not (stack.HOME / "token").exists():
            demonstration.keep_token(active.communities[0].id)
        out.print(f"Liaison is up at {running.url} (MiniStack at {running.endpoint}).")
        out.print(f"Mail it sends is opened at {running.mailbox}; none leaves this machine.")
        for source in active.sources:
            out.print(f"  {source.platform:18} {running.url}/hooks/{source.id}")
        out.print("Put each source's secret with `liaison secret put <source>`; `liaison down` ends the stack.")


@app.command()
def down() -> None:
    """End the local stack. Its state is saved, for `liaison up --keep`."""
    with sentences():
        out.print("Ended." if stack.down(say) else "Nothing was running.")


@app.command()
def demo(
    as_json: JsonOption = False,
    port: Annotated[int, typer.Option(help="Where the stack answers, on 127.0.0.1.")] = 8787,
) -> None:
    """Run one event of every kind, end to end, and read the result back from the tables."""
    with sentences(as_json):
        result = demonstration.run(port, say)
        if not as_json:
            demonstration.tell(result, out)
        else:
            last_line(result)
        if result["lost"]:
            raise typer.Exit(2)


@app.command("practice")
def practise() -> None:
    """Open a case to practise on; the sample game's server tells what is asked of it, until Ctrl-C."""
    with sentences():
        practice.run(say)


@app.command()
def status(community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """What waits for a person, and how long the queues are."""
    with sentences(as_json):
        told = api(community).get("/status")
        waiting = api(community).get("/deliveries")["deliveries"]
        if as_json:
            last_line({**told, "deliveries": waiting})
            return
        waits = told["waiting"]
        counts = {name: f"{waits[name]} or more" if name in told["more"] else waits[name] for name in waits}
        grid([counts], ("cases", "drafts", "series", "deliveries", "parked", "standing", "alerts"), "")
        grid([{**told["queues"], "dead": told["dead"]}], (*told["queues"], "dead"), "")
        if waiting:
            grid(waiting, ("key", "destination", "state", "reason", "attempts"), "")
            out.print(
                "`liaison resolve KEY sent|again` says what became of one; `liaison retry DESTINATION` goes on with all"
            )
            out.print("that was given up because a place was down.")


@app.command()
def resolve(
    key: Id,
    outcome: Annotated[
        Literal["sent", "again"], typer.Argument(help="sent: it is there. again: it is not, send it again.")
    ],
    identifier: Annotated[str, typer.Option("--id", help="What the platform calls it, if it is there.")] = "",
    url: Annotated[str, typer.Option(help="Where it is.")] = "",
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what became of a delivery that waits for a person. The next part of a thread waits for its --id."""
    with sentences(as_json):
        word = {"outcome": outcome, "id": identifier, "url": url}
        answer = api(community).post(f"/deliveries/{key}/resolve", word)
        if as_json:
            last_line(answer)
        else:
            deliveries(out, [answer])


@app.command()
def retry(
    destination: Id,
    community: CommunityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go on with everything that was given up because a source or target was down.

    A message that may have arrived waits for `resolve`."""
    with sentences(as_json):
        calls, again, more = api(community), 0, True
        while more:
            answer = calls.post("/deliveries/retry", {"destination": destination})
            again, more = again + answer["again"], answer["more"]
            say(f"{again} are tried again")
        if as_json:
            last_line({"again": again})
        else:
            out.print(f"{again} are tried again" if again else f"nothing of {destination} was given up")


@app.command()
def inspect(
    platform: Annotated[str, typer.Argument(help=", ".join((*GATES, *POLLED)))],
    body: Annotated[str, typer.Argument(help="A file with the body exactly as it was sent, or - for standard input.")],
    headers: Annotated[Path | None, typer.Option(help="A JSON object, or lines of `Name: value`.")] = None,
    event: Annotated[str | None, typer.Option(help="The event, where the platform names it in a header.")] = None,
    secret: Annotated[str | None, typer.Option(help="Check the signature with this secret.")] = None,
    at: Annotated[float | None, typer.Option(help="The clock to judge by, in unix seconds.")] = None,
    method: Annotated[str, typer.Option(help="The HTTP method; YouTube's hub asks by GET.")] = "POST",
    path: Annotated[str, typer.Option(help="What follows the source's address, as Matrix has it.")] = "",
    query: Annotated[str, typer.Option(help="The query string.")] = "",
    source: Annotated[str | None, typer.Option(help="A source of --program: its channels, our account there.")] = None,
    file: Annotated[Path, typer.Option("--program", help="The program that --source stands in.")] = Path(
        "community.toml"
    ),
    as_json: JsonOption = False,
) -> None:
    """What Liaison makes of a webhook body: verdict, answer and events. Needs no AWS."""
    with sentences(as_json):
        if platform not in (*GATES, *POLLED):
            raise ValueError(f"no platform {platform!r}; known are {', '.join((*GATES, *POLLED))}")
        if body != "-" and not Path(body).is_file():
            raise ValueError(f"there is no file {body!r}")
        raw = sys.stdin.buffer.read() if body == "-" else Path(body).read_bytes()
        place = connection.chosen(program.parse(file.read_text()), source) if source else None
        if platform in POLLED:
            found = examine_answer(platform, raw, place=place, at=at)
        else:
            found = examine(
                platform,
                raw,
                {**read_headers(headers, platform), **named_event(platform, event)},
                secret=secret,
                at=at,
                place=place,
                method=method.upper(),
                path=path,
                query=dict(parse_qsl(query, keep_blank_values=True)),
            )
        if as_json:
            last_line(found.as_json())
            return
        answered = f": answered {found.status} {found.body}" if found.status else ""
        out.print(f"{found.verdict}{answered}", markup=False)
        out.print(f"signature {found.signature}" + (f"; {found.reason}" if found.reason else ""), markup=False)
        for one in found.events:
            out.print(type(one).__name__)
            out.print_json(one.model_dump_json())


def found_out(report: Report) -> None:
    """Findings for people: what is wrong stands out and says what to do."""
    colours = {"good": "green", "wrong": "red", "unknown": "yellow"}
    for finding in report.findings:
        out.print(f"  {finding.state:8}", style=colours[finding.state], end="")
        out.print(f"{finding.what}: {finding.told}", markup=False)
    if report.until:
        out.print(f"  good until {report.until:%Y-%m-%d %H:%M} UTC; Liaison renews it before", markup=False)


@app.command()
def connect(
    name: Annotated[str, typer.Argument(help="A platform, or a source of the program.")],
    wait: Annotated[int, typer.Option(help="Seconds to wait for the first delivery; 0 does not wait.")] = 300,
    stack_name: StackOption = None,
    as_json: JsonOption = False,
) -> None:
    """Connect a platform: create or show what it needs, read it back, and judge its first delivery."""
    with sentences(as_json):
        operator.connect(stack_name)
        place = connection.chosen(connection.program_now(), name)
        if not connection.keys(place).signing and (made := connection.make_secret(place)):
            operator.put_secret(place.id, made, outgoing=False)
            out.print(f"A secret was made and put for {place.id!r}; it is needed below:\n  {made}", markup=False)
        out.print(f"To do on {place.platform}:")
        for number, step in enumerate(connection.steps(place), 1):
            out.print(f"  {number}. {step}", markup=False)
        report = connection.checked(place, repair=True)
        found_out(report)
        if wait and place.platform not in POLLED:
            say(f"waiting up to {wait} s for a first delivery at {connection.address(place)} (Ctrl-C ends the waiting)")
            group = connection.log_group(operator.function(stack_name, "Webhooks"))
            first = connection.judged(connection.listen(group, place, wait, say), place)
            found_out(Report(tuple(first)))
            report = Report((*report.findings, *first), report.until)
        finish([(place.id, report)], as_json)


@app.command()
def doctor(
    name: Annotated[str | None, typer.Argument(help="A platform, a source, or mail; all of them without it.")] = None,
    stack_name: StackOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check every connection again, and that mail is sent; changing nothing."""
    with sentences(as_json):
        operator.connect(stack_name)
        active = connection.program_now()
        mail_too = name is None or (name == "mail" and active.source(name) is None)
        only = () if mail_too else (connection.chosen(active, name or ""),)
        places = active.sources if name is None else only
        reports = []
        for place in places:
            out.print(f"{place.id} ({place.platform})", markup=False)
            report = connection.checked(place, repair=False)
            found_out(report)
            reports.append((place.id, report))
        if mail_too:
            out.print("mail")
            report = mail.checked(active)
            found_out(report)
            reports.append(("mail", report))
        finish(reports, as_json)


def finish(reports: list[tuple[str, Report]], as_json: bool) -> None:
    """Exit status 2 when something is wrong, so that a script can tell."""
    if as_json:
        told = [
            {"source": name, "state": report.state, "findings": [asdict(one) for one in report.findings]}
            for name, report in reports
        ]
        last_line({"sources": told})
    if any(report.state == "wrong" for _, report in reports):
        raise typer.Exit(2)


def named_event(platform: str, event: str | None) -> dict[str, str]:
    if event is None:
        return {}
    if platform not in EVENT:
        raise ValueError(f"{platform} names no event beside the body; these do: {', '.join(EVENT)}")
    return {EVENT[platform]: event}


@program_app.command("check")
def program_check(file: FileArgument) -> None:
    """Say what is wrong with it, key by key, or that it is good."""
    with sentences():
        good = operator.checked(file.read_text())
        out.print(
            f"good: {len(good.communities)} communities, {len(good.sources)} sources,"
            f" {len(good.targets)} targets, {len(good.readers)} readers"
        )
        unasked(good)


@program_app.command("schema")
def program_schema() -> None:
    """The JSON Schema, for editors."""
    out.print_json(json.dumps(Program.model_json_schema()))


@program_app.command("diff")
def program_diff(file: FileArgument, stack_name: StackOption = None) -> None:
    """What a push would change."""
    with sentences():
        operator.connect(stack_name)
        active = program.pointer()
        before = program.text(active["hash"]) if active else ""
        lines = difflib.unified_diff(
            before.splitlines(), file.read_text().splitlines(), "active", str(file), lineterm=""
        )
        changed = "\n".join(lines)
        out.print(changed or "no difference", markup=False)


@program_app.command("push")
def program_push(file: FileArgument, stack_name: StackOption = None) -> None:
    """Make it active. Functions follow within a minute."""
    with sentences():
        operator.connect(stack_name)
        text = file.read_text()
        out.print(f"active: {operator.push(text, 'liaison program push')}")
        unasked(program.parse(text))


def unasked(active: Program) -> None:
    """What is good, and still not all that somebody may expect of it."""
    for told in asking.unasked(active):
        out.print(told, style="yellow", markup=False)


@program_app.command("rollback")
def program_rollback(stack_name: StackOption = None) -> None:
    """Make the version before the active one active again."""
    with sentences():
        operator.connect(stack_name)
        out.print(f"active: {program.rollback('liaison program rollback')}")


@secret_app.command("put")
def secret_put(
    name: Annotated[str, typer.Argument(help="A source or target of the program.")],
    value: Annotated[str | None, typer.Option(help="Without it, the secret is asked for, or read from a pipe.")] = None,
    generate: Annotated[bool, typer.Option("--generate", help="Make one, and print it once.")] = False,
    outgoing: Annotated[bool, typer.Option("--outgoing", help="What we sign or log in with there.")] = False,
    stack_name: StackOption = None,
) -> None:
    """Put a secret. A source's previous one stays good for a day, so that nothing is refused meanwhile."""
    with sentences():
        operator.connect(stack_name)
        if generate:
            place = connection.program_now().source(name)
            value = standard_secret() if place is None or outgoing else connection.make_secret(place)
            if value is None:
                raise ValueError(f"{name!r}: the platform makes this secret itself; put what it shows")
            out.print(value, markup=False)
        if value is None:
            asked = typer.prompt("secret", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read()
            value = str(asked).strip()
        if not value:
            raise ValueError("the secret is empty")
        operator.put_secret(name, value, outgoing=outgoing)
        err.print(f"put; functions use it within five minutes (a failed signature: within one). {name}", markup=False)


@secret_app.command("rotate-links")
def secret_rotate_links(stack_name: StackOption = None) -> None:
    """A new key for signed links; the one before it stays good until the next rotation."""
    with sentences():
        operator.connect(stack_name)
        operator.rotate_links()
        out.print("rotated")


@token_app.command("create")
def token_create(
    name: Annotated[str, typer.Option(help="Whose token it is.")],
    role: Annotated[str, typer.Option(help=", ".join(get_args(Role)))],
    community: Annotated[list[str], typer.Option(help="Where it is good; * is everywhere. May be repeated.")],
    days: Annotated[int, typer.Option(min=1, max=730, help="How long it is good.")] = 90,
    stack_name: StackOption = None,
) -> None:
    """Make a personal token. It is shown once."""
    with sentences():
        operator.connect(stack_name)
        if role not in get_args(Role):
            raise ValueError(f"no role {role!r}; there are {', '.join(get_args(Role))}")
        known = {one.id for one in program.active()[0].communities} | {tokens.EVERYWHERE}
        unknown = set(community) - known
        if unknown:
            raise ValueError(f"no community {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
        out.print(operator.new_token(name, role, tuple(community), days), markup=False)  # type: ignore[arg-type]


@token_app.command("list")
def token_list(stack_name: StackOption = None) -> None:
    """Whose tokens there are."""
    with sentences():
        operator.connect(stack_name)
        grid(
            tokens.listing(table.table()),
            ("id", "name", "role", "communities", "until", "revoked_at"),
            "there are no tokens",
        )


@token_app.command("revoke")
def token_revoke(identifier: Annotated[str, typer.Argument(help="As listed.")], stack_name: StackOption = None) -> None:
    """End a token now."""
    with sentences():
        operator.connect(stack_name)
        if not tokens.revoke(table.table(), identifier, clock.now()):
            raise ValueError(f"there is no token {identifier!r}")
        out.print("revoked")


@parked_app.callback()
def parked_list(context: typer.Context, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """Without a subcommand: what is parked, and why."""
    if context.invoked_subcommand:
        return
    with sentences(as_json):
        told = api(community).get("/parked")
        if as_json:
            last_line(told)
        else:
            grid(told["parked"], ("id", "source", "event", "reason", "received_at"), "nothing is parked")


@parked_app.command("dismiss")
def parked_dismiss(names: Ids, community: CommunityOption = None) -> None:
    """Take some off the list; they are kept until their end, and can still be replayed."""
    with sentences():
        for name in names:
            api(community).post(f"/parked/{name}/dismiss")
        out.print(f"dismissed: {len(names)}")


@parked_app.command("replay")
def parked_replay(name: Id, community: CommunityOption = None) -> None:
    """Try one again: it enters its queue with the same keys."""
    with sentences():
        show(api(community).post(f"/parked/{name}/replay"), False)
