"""An announcement as a file: what a person writes, and what the API takes.

    +++
    title = "Winter is here"
    targets = ["chat", "news"]
    at = "2026-12-01T09:00"
    zone = "Europe/Paris"
    +++
    The **winter map** is live.

    ![A frozen lake between two castles](lake.png)

    +++
    language = "fr"
    title = "L'hiver est là"
    +++
    La **carte d'hiver** est là.

Between two lines of `+++` stands TOML; what follows is Markdown. The first block is about the whole announcement, each
further one begins a variant: for a `language`, or `only` for one target or platform. Without a `title` the first
heading is one. Everything here is pure; pictures are fetched by whoever asks.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from html import unescape
from typing import Any
from urllib.parse import unquote

from pydantic import ValidationError

from events.announcements import Event
from functions.announcements import images, times
from functions.announcements.images import Kept, NotAnImageError
from functions.announcements.times import NoSuchTimeError
from functions.api.announcements import NewAnnouncement, Variant
from functions.api.series import LiveEvent, NewSeries, StepVariant
from functions.platforms.text import document, forms
from functions.platforms.text.document import Block, Document, Heading, Paragraph, Picture, Quote


@dataclass(frozen=True, slots=True)
class Form:
    """What a file is to become, and so which keys it may have."""

    whole: type[NewAnnouncement] | type[NewSeries]
    variant: type[Variant]
    event: type[Event]

    @property
    def keys(self) -> list[str]:
        return [name for name in self.whole.model_fields if name not in ("body", "variants", "words", "images")]

    @property
    def variant_keys(self) -> list[str]:
        return [name for name in self.variant.model_fields if name != "body"]

    @property
    def event_keys(self) -> list[str]:
        return list(self.event.model_fields)


ANNOUNCEMENT = Form(NewAnnouncement, Variant, Event)
SERIES = Form(NewSeries, StepVariant, LiveEvent)
"""Its variants may be for one `step` of an event: `reminder`, `starting` or `thanks`."""

Fetch = Callable[[str], bytes | None]
"""Gives a file beside the manuscript by its name; None where there is none."""


class ManuscriptError(ValueError):
    """The text says where, what is wrong, and what to write instead. Line 0 is not in the file."""

    def __init__(self, line: int, told: str) -> None:
        super().__init__(f"line {line}: {told}" if line else told)
        self.line = line


@dataclass(frozen=True, slots=True)
class Section:
    """A block of keys with the words below it. Lines count from 1."""

    keys: dict[str, Any]
    lines: Mapping[str, int]
    """Where each key stands."""
    line: int
    body: str
    body_line: int

    def where(self, *place: str) -> int:
        """The line of the innermost key that stands somewhere."""
        return next((self.lines[key] for key in reversed(place) if key in self.lines), self.line)


@dataclass(frozen=True, slots=True)
class Manuscript:
    """What the API is asked, and the pictures it is asked with."""

    asked: dict[str, Any]
    """The fields of `NewAnnouncement`, or of `NewSeries`."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """The pictures, by the names that their bytes give them."""
    lacking: tuple[str, ...] = ()
    """What has to be written before it may go out: pictures without a description."""


def read(text: str, fetch: Fetch, form: Form = ANNOUNCEMENT, **given: Any) -> Manuscript:
    """`given` replaces keys of the first block. Raises ManuscriptError, and nothing else."""
    first, *others = sections(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    first = replace(first, keys={**first.keys, **given}, lines={**first.lines, **dict.fromkeys(given, 0)})
    spelled_well(first, others, form)
    first, variants = titled(first), [variant(one, form) for one in others]
    apart(first, variants)
    found = [illustrated(one, fetch) for one in (first, *variants)]
    asked = assembled([one.section for one in found], form)
    pictures = {name: seen for one in found for name, seen in one.seen.items()}
    shown = [seen.image.model_dump() for seen in pictures.values()]
    files = {name: seen.body for name, seen in pictures.items()}
    lacking = tuple(told for one in found for told in one.lacking)
    return Manuscript({**asked, **({"images": shown} if shown else {})}, files, lacking)


# Sections


def sections(text: str) -> list[Section]:
    lines = text.split("\n")
    at = next((place for place, line in enumerate(lines) if line.strip()), 0)
    found = []
    not_yaml(lines, at)
    if not is_mark(lines[at]):
        at = end_of_words(lines, 0)
        found.append(Section({}, {}, 1, *words(lines, 0, at)))
    while at < len(lines):
        closed = next((place for place in range(at + 1, len(lines)) if is_mark(lines[place])), None)
        if closed is None:
            raise ManuscriptError(at + 1, f"the block that begins here has no second {MARK}; {AS_TEXT}")
        end = end_of_words(lines, closed + 1)
        keys, where = table(lines[at + 1 : closed], at + 2)
        found.append(Section(keys, where, at + 1, *words(lines, closed + 1, end)))
        at = end
    return found


MARK = "+++"
AS_TEXT = f"to be read as text, {MARK} stands in a code block"


def is_mark(line: str) -> bool:
    return line.rstrip() == MARK


YAML = re.compile(r"(?P<key>[\w-]+):(?:\s|$)")


def not_yaml(lines: Sequence[str], first: int) -> None:
    """Many tools have a head in YAML; read as text it would be one long title."""
    after = next((line for line in lines[first + 1 :] if line.strip()), "")
    if lines[first].rstrip() == "---" and (found := YAML.match(after)):
        key = found["key"]
        told = f"a head between lines of --- is YAML; here it is TOML between two lines of {MARK}"
        raise ManuscriptError(first + 1, f"{told}: write `{key} = …` for `{key}: …`, and texts in quotes")


FENCE = re.compile(r" {0,3}(?P<marks>`{3,}(?=[^`]*$)|~{3,})")


def end_of_words(lines: Sequence[str], start: int) -> int:
    """Where the next mark stands outside of fenced code, counted from 0; the end of all lines if there is none."""
    fence, began, swallowed = "", 0, 0
    for place, line in enumerate(lines[start:], start):
        if fence:
            fence = "" if closes(line, fence) else fence
            swallowed = place + 1 if is_mark(line) else swallowed
        elif is_mark(line):
            return place
        elif opens := FENCE.match(line):
            fence, began, swallowed = opens["marks"], place + 1, 0
    if fence and swallowed:
        raise ManuscriptError(began, f"this code block never ends, and line {swallowed} with its {MARK} is in it")
    return len(lines)


def closes(line: str, fence: str) -> bool:
    """Source: CommonMark 0.31, "Fenced code blocks"."""
    mark = line.strip(" \t")
    return len(mark) >= len(fence) and set(mark) == set(fence) and len(line) - len(line.lstrip(" ")) < 4


def words(lines: Sequence[str], start: int, end: int) -> tuple[str, int]:
    """Without empty lines around them, and the line they begin in."""
    while start < end and not lines[start].strip():
        start += 1
    return "\n".join(lines[start:end]).rstrip(), start + 1


KEY = re.compile(r"""\s*(?:\[\s*)?["']?(?P<key>[\w-]+)""")
PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


def table(lines: Sequence[str], first: int) -> tuple[dict[str, Any], dict[str, int]]:
    """What TOML says, and where each key stands; `first` is the number of its first line."""
    try:
        keys = tomllib.loads("\n".join((*lines, "")))
    except (ValueError, RecursionError) as error:
        told, place = str(error), PLACE.search(str(error))
        last = first + max(len(lines) - 1, 0)
        line = min(first + int(place["line"]) - 1, last) if place and place["line"] else last
        raise ManuscriptError(line, f"this is not TOML: {PLACE.sub('', told)}") from error
    where: dict[str, int] = {}
    for number, text in enumerate(lines, first):
        if found := KEY.match(text):
            where.setdefault(found["key"], number)
    return {name: clear(value) for name, value in keys.items()}, where


def clear(value: object) -> object:
    """TOML's own times are written as ours are: without an offset they are wall-clock times."""
    match value:
        case dict():
            return {name: clear(one) for name, one in value.items()}
        case list():
            return [clear(one) for one in value]
        case date() | time():
            return value.isoformat()
    return value


# Titles


def titled(section: Section) -> Section:
    """A first heading is the title where none is written. In front of everything else, it is not said twice."""
    if "title" in section.keys:
        return section
    blocks = document.read(section.body)
    heading = next((block for block in blocks if isinstance(block, Heading)), None)
    if heading is None:
        told = f'there is no title: write `title = "…"` between two lines of {MARK}, or begin with a heading (# …)'
        raise ManuscriptError(section.line, told)
    title = forms.plain((Paragraph(heading.runs),)).text
    return without_first_line(replace(section, keys={**section.keys, "title": title}), blocks)


def without_first_line(section: Section, blocks: Document) -> Section:
    """Without the heading it begins with, if it does."""
    lines = section.body.split("\n")
    for number in (1, 2):  # With `#` before it, or a line below it.
        body, line = words(lines, number, len(lines))
        if isinstance(blocks[0], Heading) and document.read(body) == blocks[1:]:
            return replace(section, body=body, body_line=section.body_line + line - 1)
    return section


def variant(section: Section, form: Form) -> Section:
    """A variant has its own title, or a heading of the first level, or that of the whole."""
    if not section.keys.keys() & {"language", "only", "step"}:
        step = ", or the `step` of an event" if form is SERIES else ""
        told = f"a variant needs `language`, or `only` (a target or a platform){step}; {AS_TEXT}"
        raise ManuscriptError(section.line, told)
    blocks = document.read(section.body)
    headed = bool(blocks) and isinstance(blocks[0], Heading) and blocks[0].level == 1
    return titled(section) if headed else section


def apart(first: Section, variants: Sequence[Section]) -> None:
    there: dict[tuple[str, ...], int] = {}
    for one in variants:
        language = one.keys.get("language", first.keys.get("language"))
        key = (str(language), str(one.keys.get("only", "")), str(one.keys.get("step", "")))
        if key in there:
            raise ManuscriptError(one.line, f"the variant in line {there[key]} is for the same language and place")
        there[key] = one.line


# What the API is asked


def assembled(bodies: Sequence[Section], form: Form) -> dict[str, Any]:
    """Checked by the API's own rules, and told with lines."""
    first, *variants = bodies
    for one in bodies:
        if not one.body:
            raise ManuscriptError(one.body_line, "there are no words" + ("" if one is first else " in this variant"))
    asked = {**first.keys, "body": first.body}
    lists = {"variants": [one for one in variants if "step" not in one.keys]}
    lists["words"] = [one for one in variants if "step" in one.keys]
    asked |= {name: [{**one.keys, "body": one.body} for one in those] for name, those in lists.items() if those}
    checked(asked, first, lists, form)
    moments(first)
    return asked


def spelled_well(first: Section, variants: Sequence[Section], form: Form) -> None:
    known(first, first.keys, form.keys)
    if isinstance(first.keys.get("event"), dict):
        known(first, first.keys["event"], form.event_keys)
    for one in variants:
        known(one, one.keys, form.variant_keys)


def known(section: Section, keys: Mapping[str, Any], allowed: Sequence[str]) -> None:
    for key in keys:
        if key not in allowed:
            close = difflib.get_close_matches(key, allowed, 1)
            hint = f"did you mean `{close[0]}`? Allowed" if close else "allowed"
            raise ManuscriptError(section.where(key), f"there is no key `{key}`; {hint} are {', '.join(allowed)}")


def checked(asked: Mapping[str, Any], first: Section, lists: Mapping[str, list[Section]], form: Form) -> None:
    try:
        form.whole.model_validate(asked)
    except ValidationError as error:
        raise min((told(one, first, lists) for one in error.errors(include_url=False)), key=line_told) from error


def told(problem: Any, first: Section, lists: Mapping[str, list[Section]]) -> ManuscriptError:
    """`lists`: which sections became which list of what is asked."""
    place, section = [str(part) for part in problem["loc"]], first
    if len(place) > 1 and place[0] in lists:
        section, place = lists[place[0]][int(place[1])], place[2:]
    line = section.body_line if place == ["body"] else section.where(*(place or ("zone", "at")))
    reason = wrong(problem)
    return ManuscriptError(line, f"`{'.'.join(place)}`: {reason}" if place else reason)


SAID = {
    "missing": "it is missing",
    "string_type": "write a text, in quotes",
    "string_too_short": "it is empty",
    "string_too_long": "at most {max_length:,} characters are allowed",
    "list_type": 'write a list, as ["one", "another"]',
    "too_long": "at most {max_length:,} are allowed",
    "model_type": "it has keys of its own: write them below a line with its name in [brackets]",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_parsing_size": "write a smaller number",
    "int_from_float": "write a whole number",
    "finite_number": "write a whole number",
    "greater_than_equal": "write {ge:,} or more",
    "less_than_equal": "write {le:,} or less",
    "literal_error": "write {expected}",
}
"""By what pydantic calls it."""


def wrong(problem: Any) -> str:
    """In our words; what our own rules find, they say themselves."""
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"])
    said = SAID.get(problem["type"], "this cannot stand here")
    return said.format(**problem.get("ctx", {}))


def line_told(error: ManuscriptError) -> int:
    return error.line


def moments(section: Section) -> None:
    """Times that no clock shows are told with their line."""
    event = section.keys.get("event") or {}
    for told, *place in ((section.keys, "at"), (event, "event", "starts"), (event, "event", "ends")):
        if told.get(place[-1]):
            try:
                times.resolve(told[place[-1]], told["zone"])
            except NoSuchTimeError as error:
                raise ManuscriptError(section.where(*place), f"`{'.'.join(place)}`: {error}") from error


# Pictures


@dataclass(frozen=True, slots=True)
class Illustrated:
    section: Section
    seen: Mapping[str, Kept]
    lacking: tuple[str, ...]


def illustrated(section: Section, fetch: Fetch) -> Illustrated:
    """Its pictures fetched, and named in the text by the names that their bytes give them."""
    blocks = document.read(section.body)
    local = [one for one in document.pictures(blocks) if not one.name.startswith(("https://", "http://"))]
    if not local:
        return Illustrated(section, {}, ())
    fetched = {name: shown(name, section, fetch) for name in dict.fromkeys(one.name for one in local)}
    names = {name: seen.image.name for name, seen in fetched.items()}
    body = renamed(section.body, names)
    lacking = [one.name for one in local if not one.alt.strip()]
    if not same(document.read(body), depicted(blocks, names), lacking):
        line = line_of(local[0].name, section)
        raise ManuscriptError(line, "write pictures as ![what it shows](file.png), each on a line of its own")
    alts = {names[one.name]: one.alt for one in reversed(local) if one.alt.strip()}
    seen = {
        one.image.name: replace(one, image=one.image.model_copy(update={"alt": alts.get(one.image.name, "")}))
        for one in fetched.values()
    }
    told = (
        f"line {line_of(name, section)}: the picture has no description: write ![what it shows]({name})"
        for name in dict.fromkeys(lacking)
    )
    return Illustrated(replace(section, body=body), seen, tuple(told))


def same(after: Document, wanted: Document, lacking: Sequence[str]) -> bool:
    """Whether nothing but the names has changed. In a table a name is all there is to say of an undescribed picture,
    so that then only the pictures tell."""
    return document.pictures(after) == document.pictures(wanted) if lacking else after == wanted


def shown(name: str, section: Section, fetch: Fetch) -> Kept:
    line = line_of(name, section)
    parts = re.split(r"[/\\]", name)
    if not name or "\0" in name or name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
        raise ManuscriptError(line, f"a picture stands beside the file, or below it; {name!r} does not")
    try:
        body = fetch(name)
    except OSError as error:
        raise ManuscriptError(line, f"the picture {name!r} cannot be read: {error.strerror}") from error
    if body is None:
        raise ManuscriptError(line, f"there is no picture {name!r} beside this file")
    try:
        return images.read(body)
    except NotAnImageError as error:
        raise ManuscriptError(line, f"{name!r} {error}") from error


def line_of(name: str, section: Section) -> int:
    """Where a picture is first named; where its text begins if it is spelled otherwise there."""
    lines = section.body.split("\n")
    there = (number for number, line in enumerate(lines) if name and (name in line or name in spelled(line)))
    return section.body_line + next(there, 0)


SKIPPED = r"(?P<tick>(?<!`)`+(?!`))[^`](?s:.)*?(?<!`)(?P=tick)(?!`) | \\."
INLINE = re.compile(
    rf"""{SKIPPED}
      | (?P<before>!\[(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*\]\(\s*)
        (?:<(?P<angle>[^<>\n]*)>|(?P<bare>[^\s()<]+(?:\([^\s()]*\)[^\s()]*)*))""",
    re.VERBOSE,
)
DEFINED = re.compile(r"^(?P<before> {0,3}\[[^\[\]]+\]:[ \t]*)(?:<(?P<angle>[^<>\n]*)>|(?P<bare>\S+))", re.MULTILINE)


def renamed(body: str, names: Mapping[str, str]) -> str:
    """Markdown whose pictures have other names. Code is left alone."""

    def instead(found: re.Match[str]) -> str:
        name = found["bare"] if found["angle"] is None else found["angle"]
        new = names.get(spelled(name)) if name is not None else None
        return found[0] if new is None else found["before"] + new

    def changed(text: str) -> str:
        return DEFINED.sub(instead, INLINE.sub(instead, text))

    return "\n".join(text if code else changed(text) for code, text in stretches(body))


def stretches(body: str) -> Iterator[tuple[bool, str]]:
    """Fenced code, and what stands between."""
    fence, kept = "", list[str]()
    for line in body.split("\n"):
        opens = None if fence else FENCE.match(line)
        if opens:
            if kept:
                yield False, "\n".join(kept)
            fence, kept = opens["marks"], [line]
        elif fence and closes(line, fence):
            yield True, "\n".join([*kept, line])
            fence, kept = "", []
        else:
            kept.append(line)
    if kept:
        yield bool(fence), "\n".join(kept)


def spelled(name: str) -> str:
    """An address in Markdown without escapes, as the reader of Markdown gives it."""
    return unquote(unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", name)))


def depicted(blocks: Document, names: Mapping[str, str]) -> Document:
    return tuple(depicted_block(block, names) for block in blocks)


def depicted_block(block: Block, names: Mapping[str, str]) -> Block:
    match block:
        case Picture(name=name, alt=alt):
            return Picture(names.get(name, name), alt)
        case Quote(blocks=inner):
            return Quote(depicted(inner, names))
    return block
