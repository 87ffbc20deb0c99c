"""`liaison people`: what is known of an account, and which accounts are one person's. `personal.py` has the rest."""

from typing import Annotated, Any

import typer

from cli import told
from cli.client import api
from cli.terminal import CommunityOption, JsonOption, grid, last_line, out, sentences

people_app = typer.Typer(no_args_is_help=True, help="Accounts: show, link, unlink, export, erase.")

Account = Annotated[str, typer.Argument(help="SOURCE:ID, for example discord:2233445566.")]
Reason = Annotated[str, typer.Option(help="How you know: kept with who said it, and for moderators only.")]
STRIKES = ("given_at", "ends_at", "points", "policy", "case", "state")
ACCOUNTS = ("account", "violation", "no_violation", "points")
LINKS = ("at", "who", "what", "accounts", "reason")


@people_app.command("show")
def people_show(account: Account, community: CommunityOption = None, as_json: JsonOption = False) -> None:
    """An account: its points, what was decided of it, how often its reports were right, its person's other accounts.

    Of the points it says where they come from."""
    with sentences(as_json):
        known = api(community).get("/people", account=account)
        if as_json:
            last_line(known)
            return
        for sentence in standing(known):
            told.line(out, sentence)
        grid([{**one, "state": state(one)} for one in known["strikes"]], STRIKES, "No strikes.")
        if known["person"]:
            told.line(out, whole(known["together"]))
            grid(known["person"], ACCOUNTS, "")
        if known["links"]:
            grid([link(one) for one in known["links"]], LINKS, "")


def standing(known: dict[str, Any]) -> list[str]:
    reports, decided = known["reports"], known["decided"]
    because = f" ({known['because']})" if known["because"] else ""
    return [
        f"{known['account']}: {known['points']} points in {known['days']} days{because}.",
        f"Decided: {decided['violation']} × a rule was broken, {decided['no_violation']} × none.",
        f"Reports: {reports['agreed']} right, {reports['disagreed']} not; a report weighs {reports['right']}.",
    ]


def whole(together: dict[str, Any]) -> str:
    places = ", ".join(f"{place}: {one['violation']} ×" for place, one in together["places"].items())
    return (
        f"All accounts of this person: {together['violation']} × a rule was broken ({places}), points:"
        f" {together['points']}; thresholds go by each account alone."
    )


def state(strike: dict[str, Any]) -> str:
    return "counts" if strike["counts"] else "overturned" if not strike["points"] else "ended"


def link(line: dict[str, Any]) -> dict[str, Any]:
    accounts = [value for name, value in line["detail"].items() if name.startswith("account")]
    return {**line, "accounts": accounts, "reason": line["detail"]["reason"]}


@people_app.command("link")
def people_link(
    account: Account, other: Account, reason: Reason, community: CommunityOption = None, as_json: JsonOption = False
) -> None:
    """Say that two accounts are one person's. Nobody but moderators is ever told."""
    with sentences(as_json):
        done = api(community).post("/people/link", {"accounts": [account, other], "reason": reason})
        answer(done, as_json)


@people_app.command("unlink")
def people_unlink(
    account: Account, reason: Reason, community: CommunityOption = None, as_json: JsonOption = False
) -> None:
    """Take an account out of its person again."""
    with sentences(as_json):
        answer(api(community).post("/people/unlink", {"account": account, "reason": reason}), as_json)


def answer(done: dict[str, Any], as_json: bool) -> None:
    if as_json:
        last_line(done)
    else:
        told.line(out, f"One person now: {', '.join(done['accounts']) or 'no account'}.")
