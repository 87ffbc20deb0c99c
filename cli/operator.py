"""What an operator does with AWS rights: the program, secrets, tokens. The same code locally and in AWS."""

import json
import os
import re
import secrets
from datetime import timedelta

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli import stack
from events.program import Program
from functions.digests import holidays
from functions.platforms.signatures import PRIVATE_PREFIX, PUBLIC_PREFIX, standard_key, standard_public_key
from functions.shared import aws, clock, parameters, program, pseudonyms, secret, table, tokens
from functions.shared.program import ProgramError
from functions.shared.settings import settings
from functions.shared.tokens import Role

FORMS = {
    "discord": (r"[0-9a-f]{64}", "put the application's public key, 64 hex digits (General Information → Public Key)"),
    "telegram": (r"[A-Za-z0-9_-]{1,256}", "the secret token is 1 to 256 letters, digits, _ and -"),
    "twitch": (r"[!-~]{10,100}", "the secret is 10 to 100 ASCII characters"),
}
"""What a platform's secret looks like, where it has a form of its own."""

DOOR_CALLS = ("slack",)
"""Platforms whose forms the door itself opens, while the person waits: it may read their token, and no other."""


class OperatorError(Exception):
    """The text says what to do."""


def connect(name: str | None) -> str:
    """Point the environment at a stack: one in AWS when named, otherwise the local one. Gives its URL."""
    if name is None:
        local = stack.running()
        os.environ.update(stack.credentials(local.aws))
        outputs, url = local.outputs, local.url
    else:
        outputs = deployed(name)
        url = outputs["Url"]
    os.environ.update(
        TABLE=outputs["TableName"],
        BUCKET=outputs["BucketName"],
        QUEUE_MODERATION=outputs["QueueModeration"],
        QUEUE_ANNOUNCEMENTS=outputs["QueueAnnouncements"],
        QUEUE_FEEDBACK=outputs["QueueFeedback"],
        QUEUE_UPKEEP=outputs["QueueUpkeep"],
        QUEUE_PARKED=outputs["QueueParked"],
        QUEUE_DELIVERY=outputs["QueueDelivery"],
        DEAD_LETTERS=outputs["DeadLetters"],
        PARAMETERS=outputs["Parameters"],
        PUBLIC_URL=url,
        MAIL_FROM=outputs.get("MailFrom", ""),
        MAIL_SET=outputs.get("MailSet", ""),
    )
    forget()
    return url


def function(name: str | None, label: str) -> str:
    """The name of one of the stack's functions, as Lambda knows it."""
    outputs = stack.running().outputs if name is None else deployed(name)
    return outputs[f"Function{label}"]


def forget() -> None:
    """Whatever was read from or made for another stack."""
    for cached in (settings, table.table, program.loaded, parameters.fetched):
        cached.cache_clear()
    for client in (aws.dynamodb, aws.sqs, aws.s3, aws.ssm, aws.ses):
        client.cache_clear()


def deployed(name: str) -> dict[str, str]:
    try:
        found = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    except (BotoCoreError, ClientError, IndexError) as error:
        raise OperatorError(f"no stack {name!r} could be read with these AWS credentials: {error}") from error
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def checked(text: str) -> Program:
    """A program that is good, also in what no function looks up again: there are holidays by the names that it says.
    Raises ProgramError."""
    good = program.parse(text)
    given = [(reader.id, holidays.why_not(reader.holidays)) for reader in good.readers if reader.holidays]
    if wrong := [f"readers: {name!r}: {told}" for name, told in given if told]:
        raise ProgramError("\n".join(wrong))
    return good


def push(text: str, who: str) -> str:
    """Make a program active; the first push also makes the keys that sign links and hide who said what. Raises
    ProgramError."""
    checked(text)
    version = program.push(text, who)
    if parameters.fresh(parameters.path(pseudonyms.PARAMETER)) is None:
        parameters.put(parameters.path(pseudonyms.PARAMETER), secrets.token_urlsafe(32), secret=True)
    if parameters.fresh(parameters.path("links")) is None:
        rotate_links()
    return version


def rotate_links() -> None:
    """A new key to sign links with. Links signed with the one before stay good until the next rotation."""
    name = parameters.path("links")
    stored = parameters.fresh(name)
    before = {"previous": json.loads(stored)["current"]} if stored else {}
    parameters.put(name, json.dumps({"current": secrets.token_urlsafe(32), **before}), secret=True)


def put_secret(name: str, value: str, *, outgoing: bool) -> None:
    """A source's secret, with the one before it good for another day; or an outgoing credential.

    Raises OperatorError for a name the program does not know, or a value that cannot be a secret there.
    """
    active, _ = program.active()
    source = active.source(name)
    target = next((target for target in active.targets if target.id == name), None)
    place = source or target
    if place is None:
        raise OperatorError(f"the program has no source or target {name!r}")
    outgoing = outgoing or source is None
    if not value.isprintable():
        raise OperatorError("there is a line break or another control character in it: put it as one line")
    if place.platform in ("standard_webhooks", "webhook"):
        try:
            check_standard(value, outgoing=outgoing)
        except ValueError as error:
            raise OperatorError(str(error)) from error
    if outgoing:
        parameters.put(parameters.path("targets", name), value, secret=True)
        if place.platform in DOOR_CALLS:
            parameters.put(parameters.path("door", name), value, secret=True)
        return
    pattern, told = FORMS.get(place.platform, ("", ""))
    if pattern and not re.fullmatch(pattern, value):
        raise OperatorError(f"{place.platform}: {told}")
    path = parameters.path("sources", name)
    parameters.put(path, secret.rotated(parameters.fresh(path), value, clock.now()), secret=True)


def check_standard(value: str, *, outgoing: bool) -> None:
    """Raises ValueError, with what to do, for what Standard Webhooks cannot verify or sign with there."""
    if value.startswith(PRIVATE_PREFIX):
        advice = "put whsec_… here" if outgoing else "keep it at the sender, and put its public key (whpk_…) here"
        raise ValueError(f"that is a private key: {advice}")
    if value.startswith(PUBLIC_PREFIX):
        if outgoing:
            raise ValueError("that is a public key, and nothing is signed with one: put whsec_… here")
        standard_public_key(value)
    else:
        standard_key(value)


def new_token(name: str, role: Role, communities: tuple[str, ...], days: int) -> str:
    now = clock.now()
    return tokens.create(table.table(), name, role, communities, now + timedelta(days=days), now)
