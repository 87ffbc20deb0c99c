"""Whom mail goes to, and whom no more; and by which tags SES names a mail of ours.

| pk | sk | what |
|---|---|---|
| -#nomail#pseudonym | nomail | an address that gets none, in the whole deployment, and why |
| community#mails#reader | mails | whether a reader has ended theirs, when and how |

The pseudonym of an address is keyed: nobody who reads the table finds the address by trying.
"""

import base64
from datetime import datetime, timedelta
from typing import Literal

from events.program import Reader
from functions.shared import clock, links, pseudonyms, table
from functions.shared.settings import settings
from functions.shared.table import ConditionFailedError, Delete, Item, Key, Table, Update

Why = Literal["ended", "complaint", "bounce"]
"""They ended it; somebody there called a mail of ours unwanted; the address took one for good no more."""

SAID: dict[Why, str] = {
    "ended": "they have ended their mails; `liaison mail resume` begins them again",
    "complaint": "somebody called a mail of ours to this address unwanted; `liaison mail resume` begins again",
    "bounce": "mail to this address came back for good; mend it, then `liaison mail resume`",
}
EVERYWHERE = "-"
KIND = "nomail"
LONGEST_TAG = 250

# Tags


def tags(row: Item) -> dict[str, str]:
    """How SES names a mail: by its delivery's key, and the row's, so that it is found. A tag's value has at most 256
    letters, digits, - and _ (SES v2, `MessageTag`)."""
    key = base64.urlsafe_b64encode(f"{row['pk']}\n{row['sk']}".encode()).decode().rstrip("=")
    starts = range(0, len(key), LONGEST_TAG)
    return {
        "delivery": row["key"],
        **{f"row{start // LONGEST_TAG}": key[start : start + LONGEST_TAG] for start in starts},
    }


def tagged(found: dict[str, str]) -> tuple[str, Key]:
    """The delivery's key and the row's. Raises ValueError where they are not ours."""
    try:
        parts = "".join(found[f"row{number}"] for number in range(sum(name.startswith("row") for name in found)))
        pk, sk = base64.urlsafe_b64decode(parts + "=" * (-len(parts) % 4)).decode().split("\n")
        return found["delivery"], (pk, sk)
    except (KeyError, ValueError) as error:
        raise ValueError("not the tags of a mail of ours") from error


HEARD = "heard_"
"""With what the attributes of a row begin that say what SES told."""


def heard(row: Item) -> list[dict[str, str]]:
    """What SES told of a mail, in the order in which it came here."""
    told = [(value["at"], name.split("_")[1], value["detail"]) for name, value in row.items() if name.startswith(HEARD)]
    return [{"what": what, "at": at, "detail": detail} for at, what, detail in sorted(told)]


# Whether mail goes to somebody


def goes_to(store: Table, reader: Reader) -> bool:
    """Whether a mail is to be made for a reader at all: not where the deployment sends none, either."""
    if reader.email is None or not settings().mail_from:
        return False
    return why_not(store, reader.email, reader_key(reader.community, reader.id)) is None


def why_not(store: Table, address: str, reader: Key | None = None) -> Why | None:
    """Why no mail goes to an address, or a reader; None where it does. Raises `pseudonyms.NoKeyError`."""
    asked = [barred_key(address), *([reader] if reader else [])]
    found = {item["sk"]: item for item in store.read(asked)}
    if found.get("mails", {}).get("state") == "ended":
        return "ended"
    because: Why | None = found[KIND]["because"] if KIND in found else None
    return because


# Addresses


def barred_key(address: str) -> Key:
    return table.partition(EVERYWHERE, KIND, pseudonyms.of(EVERYWHERE, "mail", as_told(address))), KIND


def as_told(address: str) -> str:
    """As SES tells of it, however it is written: without capitals, and its domain in Punycode."""
    local, _, domain = address.lower().rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address.lower()


def bar(address: str, because: Why, now: datetime) -> Update:
    """No more mail to this address. Doing it again changes only the reason."""
    at, key = clock.text(now), barred_key(address)
    about = {"kind": KIND, "because": because, "at": at}
    return Update(key, set=about | table.listed(EVERYWHERE, KIND, key[0], at))


def barred(store: Table) -> list[Item]:
    """The addresses that get none, the newest first."""
    return store.listing(EVERYWHERE, KIND)


def lift(store: Table, address: str) -> bool:
    """False where nothing stood against it."""
    try:
        store.write(Delete(barred_key(address), when=[table.present()]))
    except ConditionFailedError:
        return False
    return True


# Readers

PURPOSE = "stop"
GOOD_FOR = timedelta(days=400)
"""Longer than anybody keeps a mail that they answer so."""


def stop_path(community: str, reader: str) -> str:
    return f"/mail/stop/{community}/{reader}"


def stop_link(reader: Reader, now: datetime) -> str:
    """The address that ends a reader's mails: `MailRequested.stop`."""
    return links.link(stop_path(reader.community, reader.id), reader.id, PURPOSE, now, GOOD_FOR)


def reader_key(community: str, reader: str) -> Key:
    return table.partition(community, "mails", reader), "mails"


def ended(store: Table, community: str, reader: str) -> Item | None:
    """What was said of a reader's mails, where they are ended."""
    found = store.get(*reader_key(community, reader))
    return found if found and found["state"] == "ended" else None


def switch(store: Table, community: str, reader: str, state: Literal["ended", "on"], how: str, now: datetime) -> None:
    """End a reader's mails, or begin them again. Who says it again changes nothing: the first time is the one that is
    kept. `how`: `one-click`, `page` or the name of an operator's command."""
    said = {"kind": "mails", "reader": reader, "state": state, "how": how, "at": clock.text(now)}
    other = table.either([table.absent()], [table.Condition("state", "<>", state)])
    try:
        store.write(Update(reader_key(community, reader), set=said, when=[other]))
    except ConditionFailedError:
        return
