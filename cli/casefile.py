"""How a case is told to people at a terminal. Whatever was written is text, never markup."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console

from cli.terminal import minute
from cli.told import STATES, details, history, line

Told = Mapping[str, Any]
LONGEST = 1_000
"""Characters of what was reported; `--json` has all of it."""


def shown(out: Console, told: Told) -> None:
    one = told["case"]
    line(out, f"{one['id']}  {one['summary']}", "bold")
    for what in standing(one):
        line(out, what)
    quoted(out, f"Reported: {about(one)}", "\n\n".join(part for part in (one.get("title"), one.get("text")) if part))
    quoted(out, "Why somebody asks for another look:", one.get("appeal", ""))
    reports(out, one, told["flags"])
    for what in around(told):
        line(out, what)
    if told["decision"]:
        verdict(out, told["decision"])
    measures(out, [row for row in told["deliveries"] if row["purpose"] == "act"])
    letters(out, told["told"])
    history(out, told["audit"])


def standing(one: Told) -> Iterator[str]:
    """Where it stands, and by when it has to be decided."""
    match one["state"]:
        case "decided":
            by = f"first by {one['decided_by']}" if one.get("judged") else f"by {one['decided_by']}"
            yield f"decided {by} at {minute(one['decided_at'])}" + ("" if one.get("judged") else f": {one['outcome']}")
        case "claimed":
            yield f"{one['claimed_by']} has it until {minute(one['lease_until'])}"
        case "snoozed":
            yield f"put off until {minute(one['wake_at'])}"
        case _:
            yield "open"
    if one["state"] != "decided":
        leads = ", for the leads" if one["level"] else ""
        yield f"severity {one['severity']} (0 is the worst), to be decided by {minute(one['decide_by'])}{leads}"
    if one.get("judged"):
        yield f"after an appeal {one['judged']} by {one['judged_by']}: {one['outcome']}"
    if one.get("of"):
        yield f"an appeal against {one['of']}"


def around(told: Told) -> Iterator[str]:
    """What else is known that a decision needs: how whoever wrote it stands, and how many more are alike."""
    if told["alike"]["cases"]:
        more, still = told["alike"]["cases"], told["alike"]["open"]
        yield f"More like this: {more}, {still} of them open; see liaison cases cluster {told['case']['id']}"
    if known := told.get("background"):
        yield from standing_of(known)


def standing_of(known: Told) -> Iterator[str]:
    """Of an account: what was decided about it before, its points, and what each rule would add."""
    because = f" ({known['because']})" if known["because"] else ""
    yield (
        f"Whoever wrote it: {known['decided']['violation']} × a rule was broken, {known['decided']['no_violation']} ×"
        f" none; {known['points']} points in {known['days']} days{because}"
    )
    for one in known["adds"]:
        reaches = f", which reaches {one['crosses']['points']} points" if one["crosses"] else ""
        yield f"  the rule {one['policy']} would add {one['points']}: {one['total']} points{reaches}"
    if known["person"]:
        accounts = ", ".join(f"{one['account']} ({one['points']} points)" for one in known["person"])
        yield f"  all accounts of this person: {accounts}"


def about(one: Told) -> str:
    subject, who = one["subject"], named(one.get("author") or {})
    return f"{subject['kind']} in {subject['source']} ({one['platform']})" + (f" by {who}" if who else "")


def named(person: Told) -> str:
    """A name, and the account's id where that is another."""
    name, number = person.get("name", ""), person.get("id", "")
    return f"{name} ({number})" if name and number and name != number else name or number


def quoted(out: Console, title: str, words: str) -> None:
    if words:
        cut = words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
        line(out, title, "bold cyan")
        line(out, cut, "", 2)


def reports(out: Console, one: Told, flags: Sequence[Told]) -> None:
    if not flags:
        return
    more = f", the first {len(flags)}" if one["flags"] > len(flags) else ""
    line(out, f"Reports: {one['flags']}{more}", "bold cyan")
    for flag in flags:
        why = ": ".join(part for part in (flag["reason"] or flag["code"], flag["comment"]) if part)
        by = named(flag["reporter"])
        line(out, f"{flag['flag']}  {why}" + (f" (by {by})" if by else ""), "", 2)


def verdict(out: Console, kept: Told) -> None:
    decision = kept["decision"]
    line(out, f"Decision of {kept['by']}: {decision['outcome']}", "bold cyan")
    for what in (f"by the rule {decision['policy']}" if decision.get("policy") else "", decision["explanation"]):
        if what:
            line(out, what, "", 2)


def measures(out: Console, rows: Sequence[Told]) -> None:
    if rows:
        line(out, "Measures", "bold cyan")
    for row in rows:
        back = ", taken back" if row.get("undo") else ""
        line(out, f"{row['measure']}{back}: {row['state']}", STATES.get(row["state"], ""), 2)
        for what in details(row):
            line(out, what, "dim", 4)


def letters(out: Console, rows: Sequence[Told]) -> None:
    if rows:
        line(out, "Told", "bold cyan")
    for row in rows:
        line(out, f"{named(row['to'])}: {row['state']}", STATES.get(row["state"], ""), 2)
        line(out, row["text"], "dim", 4)
