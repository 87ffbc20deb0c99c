"""A delivery that only a person can settle: it is there, or it is sent again."""

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from events.cards import CardEntry
from functions.api.deciding.matter import Asked, Field, Given, Matter, RefusedError, Way, cut
from functions.api.deliveries import Word, resolved
from functions.digests.waiting import key_of
from functions.shared import clock, outbox
from functions.shared.table import Item, Put

LONGEST_ID, LONGEST_ADDRESS = 500, 1_000


def matter(asked: Asked) -> Matter:
    """Raises LookupError."""
    key = key_of(asked.id)
    row = asked.store.get(*key) if key and key[0].startswith(f"{asked.community}#") else None
    if row is None or row.get("kind") != outbox.KIND:
        raise LookupError("there is no such delivery")
    waits = row.get("listing", "").startswith(f"{asked.community}#{outbox.NEEDS_A_PERSON}#")
    words, urls = content(row), addresses(row)
    return Matter(
        title=asked.say("delivery-to", place=row["destination"], platform=row["platform"] or "-"),
        version=str(row["fence"]) if waits else "",
        lines=tuple(lines(asked, row)),
        entries=(CardEntry(title=asked.say("delivery-what"), text=words, urls=urls),) if words or urls else (),
        ways=(there(asked, row), again(asked, row)) if waits else (),
        settled=(row["resolved_by"], row["settled_at"]) if "resolved_by" in row and not waits else None,
    )


def lines(asked: Asked, row: Item) -> Iterator[str]:
    """What happened, and how to look."""
    say = asked.say
    state = row["state"] if row["state"] in ("refused", "unknown", "stuck", "missed") else "over"
    yield say(f"delivery-{state}")
    if row.get("reason"):
        yield say("delivery-reason", reason=cut(row["reason"]))
    if "armed_at" in row:
        at = asked.words.moment(clock.moment(row["armed_at"]), asked.reader.timezone)
        yield say("delivery-tried", at=at, attempts=row["attempts"])
    yield say("delivery-look", place=row["destination"])


def content(row: Item) -> str:
    """What was to be read there, or done. Of a mail only its subject: by the links in its text whoever reads this would
    decide in its reader's name."""
    told = row["request"]
    if row["purpose"] == "mail":
        return str(told["subject"])
    named = ("title", "subject", "measure", "text", "explanation")
    return "\n\n".join(told[name] for name in named if isinstance(told.get(name), str) and told[name])


def addresses(row: Item) -> tuple[str, ...]:
    """Where one can look: what it is about, or a part of it that is there already."""
    about = (row["request"].get(name) for name in ("subject", "posted", "first"))
    known = (one.get("url") for one in about if isinstance(one, dict))  # The subject of a mail is words.
    return tuple(dict.fromkeys(url for url in known if url))


def there(asked: Asked, row: Item) -> Way:
    say = asked.say
    fields = (
        Field("id", say("field-id"), "short", longest=LONGEST_ID, note=say("field-id.note")),
        Field("url", say("field-url"), "short", longest=LONGEST_ADDRESS),
    )

    def sent(given: Given, record: Put) -> Sequence[Item]:
        word = worded(asked, {name: given.get(name, "").strip() for name in ("id", "url")})
        return resolved(asked.store, row, word, asked.who, asked.now, [record])

    return Way("sent", sent, fields=fields)


def worded(asked: Asked, given: dict[str, str]) -> Word:
    try:
        return Word.model_validate({"outcome": "sent", **given})
    except ValidationError as error:
        raise RefusedError(asked.say("field-wrong")) from error


def again(asked: Asked, row: Item) -> Way:
    def send(given: Given, record: Put) -> Sequence[Item]:
        del given
        return resolved(asked.store, row, Word(outcome="again"), asked.who, asked.now, [record])

    return Way("again", send)
