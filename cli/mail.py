"""`liaison mail`: what the local stack sent, who gets none, and whether SES sends at all."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli import operator, stack
from cli.mailbox import Kept, kept
from cli.terminal import JsonOption, StackOption, grid, last_line, out, sentences
from events.program import Program, Reader
from functions.platforms.mail.message import UnwritableError, addressed
from functions.platforms.standing import Finding, Report
from functions.shared import aws, clock, mails, program
from functions.shared.settings import settings
from functions.shared.table import MOST_LISTED, table

if TYPE_CHECKING:
    from mypy_boto3_sesv2.type_defs import GetAccountResponseTypeDef, GetEmailIdentityResponseTypeDef

mail_app = typer.Typer(
    invoke_without_command=True, help="Mail: what the local stack sent, who gets none, and letting them have it again."
)

TOLD = {"SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE", "DELIVERY_DELAY"}
"""What SES has to tell of each mail; `infra/mail.py` says the same."""

NameArgument = Annotated[str, typer.Argument(help="As listed; the newest without it.")]


@mail_app.callback()
def listed(context: typer.Context, as_json: JsonOption = False) -> None:
    """Without a subcommand: the mail that the local stack sent, and where to open it."""
    if context.invoked_subcommand:
        return
    with sentences(as_json):
        running = stack.running()
        rows = [brief(one) for one in kept(stack.HOME / "mail")]
        if as_json:
            last_line({"mailbox": running.mailbox, "mails": rows})
            return
        grid(rows, ("name", "to", "subject", "date"), "no mail has arrived yet")
        out.print(f"Open them at {running.mailbox}", markup=False)


def brief(mail: Kept) -> dict[str, Any]:
    headers = {"to": "Delivered-To", "subject": "Subject", "date": "Date"}
    return {"name": mail.name, **{name: str(mail.message[header] or "") for name, header in headers.items()}}


@mail_app.command()
def show(name: NameArgument = "") -> None:
    """The text of one, as whoever reads no HTML has it, and the address to open it at."""
    with sentences():
        running = stack.running()
        found = [one for one in kept(stack.HOME / "mail") if name in ("", one.name)]
        if not found:
            raise ValueError(f"there is no mail {name!r}; `liaison mail` lists them" if name else "no mail has arrived")
        out.print(found[0].text("plain"), markup=False, highlight=False)
        out.print(f"{running.mailbox}/{found[0].name}", markup=False)


@mail_app.command()
def stopped(stack_name: StackOption = None, as_json: JsonOption = False) -> None:
    """Who gets no mail, since when and why."""
    with sentences(as_json):
        operator.connect(stack_name)
        rows = list(without(program.active()[0]))
        if as_json:
            last_line({"stopped": rows})
        else:
            grid(rows, ("reader", "community", "why", "since"), "everybody gets their mail")


def without(active: Program) -> Iterator[dict[str, str]]:
    """Readers who ended their mails, and addresses that get none; of those that are no reader's nobody knows whose
    they are."""
    for reader in active.readers:
        if found := mails.ended(table(), reader.community, reader.id):
            yield {"reader": reader.id, "community": reader.community, "why": "ended", "since": found["at"]}
    whose = {mails.barred_key(reader.email)[0]: reader for reader in active.readers if reader.email}
    for one in mails.barred(table()):
        known = whose.get(one["pk"])
        about = {"reader": known.id, "community": known.community} if known else {"reader": "-", "community": "-"}
        yield {**about, "why": one["because"], "since": one["at"]}


@mail_app.command()
def resume(
    reader: Annotated[str, typer.Argument(help="A reader of the program, or a mail address.")],
    stack_name: StackOption = None,
) -> None:
    """Let mail go there again: to a reader who ended theirs, or an address that took none or called one unwanted.

    Ask them first: mail that comes back, or is unwanted, counts against the sender at all of SES."""
    with sentences():
        operator.connect(stack_name)
        found = program.active()[0].reader(reader)
        if found is None and "@" not in reader:
            raise ValueError(f"the program has no reader {reader!r}")
        again(found, reader)
        out.print(f"mail goes to {reader} again", markup=False)


def again(found: Reader | None, name: str) -> None:
    if found:
        mails.switch(table(), found.community, found.id, "on", "liaison mail resume", clock.now())
    address = found.email if found else name
    if address:
        mails.lift(table(), address)
        forgive(address)


def forgive(address: str) -> None:
    """SES keeps a list of its own, for the whole account, of what it sends nothing to: as mail was sent there."""
    try:
        aws.ses().delete_suppressed_destination(EmailAddress=addressed(address).addr_spec)
    except UnwritableError:
        return  # To such a one no mail can have gone.
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:  # Then it is not on it.
            raise


# doctor


def checked(active: Program) -> Report:
    """Whether SES sends our mail, and tells what becomes of it; asked anew, and nothing changed."""
    readers = [reader for reader in active.readers if reader.email]
    sender = settings().mail_from
    if not sender:
        told = "no mail is sent: deploy with `-c mail_from=…`; pages and chat work without"
        return Report((Finding("sender", "wrong" if readers else "good", told),))
    try:
        findings = [*account(aws.ses().get_account()), *identity(sender), events()]
    except (BotoCoreError, ClientError) as error:
        findings = [Finding("SES", "unknown", f"it could not be asked: {error}")]
    return Report((*findings, nobodys()))


def account(told: "GetAccountResponseTypeDef") -> Iterator[Finding]:
    if told.get("SendingEnabled") and told.get("EnforcementStatus", "HEALTHY") != "SHUTDOWN":
        yield Finding("sending", "good", f"enabled; the account is {told.get('EnforcementStatus', 'HEALTHY').lower()}")
    else:
        yield Finding("sending", "wrong", "SES sends nothing from this account: its console says why, and what to do")
    if told.get("ProductionAccessEnabled"):
        yield Finding("access", "good", "production")
    else:
        yield Finding(
            "access",
            "unknown",
            "sandbox: only addresses that SES has verified get mail; ask for production access in SES's console",
        )
    quota = told.get("SendQuota", {})
    sent, most = int(quota.get("SentLast24Hours", 0)), int(quota.get("Max24HourSend", 0))
    rate = f"at most {quota.get('MaxSendRate', 0):g} a second"
    if most < 0:
        yield Finding("quota", "good", f"{sent} sent in 24 hours, without a limit; {rate}")
    elif sent < most:
        yield Finding("quota", "good", f"{sent} of {most} sent in 24 hours; {rate}")
    else:
        yield Finding("quota", "wrong", f"{sent} of {most} sent in 24 hours: ask for more in Service Quotas; {rate}")


def identity(sender: str) -> Iterator[Finding]:
    """Of the address, or its domain."""
    domain = sender.rpartition("@")[2]
    name, told = next(((one, told) for one in (sender, domain) if (told := identified(one))), ("", None))
    if told is None:
        advice = f"neither {sender} nor {domain} is an identity there: `aws sesv2 create-email-identity` makes one"
        yield Finding("identity", "wrong", advice)
        return
    if told.get("VerifiedForSendingStatus"):
        yield Finding("identity", "good", f"{name} is verified")
    else:
        how = "publish the records that SES shows for it" if name == domain else "follow the link in the mail it got"
        yield Finding("identity", "wrong", f"{name} is not verified: {how}")
    dkim = told.get("DkimAttributes", {})
    status = dkim.get("Status", "NOT_STARTED")
    if dkim.get("SigningEnabled") and status == "SUCCESS":
        yield Finding("DKIM", "good", "mails are signed")
    elif name == sender and status == "NOT_STARTED":
        told_ = f"not set up: many mailboxes take no unsigned mail; verify the domain {domain} in SES, with its records"
        yield Finding("DKIM", "unknown", told_)
    else:
        yield Finding("DKIM", "wrong", f"{status.lower()}: publish the three CNAME records that SES shows for {name}")


def identified(name: str) -> "GetEmailIdentityResponseTypeDef | None":
    try:
        return aws.ses().get_email_identity(EmailIdentity=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NotFoundException":
            return None
        raise


def events() -> Finding:
    """Without them nobody hears what became of a mail whose answer was lost."""
    name = settings().mail_set
    try:
        there = (
            aws.ses().get_configuration_set_event_destinations(ConfigurationSetName=name).get("EventDestinations", [])
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
        return Finding("events", "wrong", f"there is no configuration set {name!r}: deploy the stack again")
    heard = {
        kind
        for one in there
        if one.get("Enabled") and "EventBridgeDestination" in one
        for kind in one["MatchingEventTypes"]
    }
    if missing := TOLD - heard:
        return Finding("events", "wrong", f"not told of {', '.join(sorted(missing))}: deploy the stack again")
    return Finding("events", "good", f"{name} tells what becomes of each mail")


def nobodys() -> Finding:
    number = len(mails.barred(table()))
    more = " or more" if number >= MOST_LISTED else ""
    return Finding("addresses", "good", f"{number}{more} get no mail (`liaison mail stopped` says why)")
