"""An announcement as every one of its targets will get it: the preview, what is approved, and what is sent are one."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

from events.announcements import Announcement, Event, PostRequested, Words
from events.program import Program, Target
from functions.platforms.posting import Limits, Part, Post, Rendering


@dataclass(frozen=True, slots=True)
class Preview:
    """What one target gets in one language."""

    target: str
    platform: str
    language: str
    rendering: Rendering


@dataclass(frozen=True, slots=True)
class Previews:
    """All of them, and the targets that get nothing, with the reason."""

    posts: tuple[Preview, ...]
    skipped: Mapping[str, str]
    unused: tuple[str, ...] = ()
    """Words that no target gets, told as a person would."""

    @property
    def problems(self) -> list[str]:
        """Why it cannot be approved like this."""
        told = [f"{one.target}: {problem}" for one in self.posts for problem in one.rendering.problems]
        gone = [f"{name}: {why}" for name, why in self.skipped.items() if why == NO_TARGET]
        return told + gone + ([] if self.posts else ["no target gets anything"])

    @property
    def hash(self) -> str:
        """Of everything that will be sent, to the letter, and where to."""
        bodies = [
            [one.target, one.platform, one.language, part.step, part.body, part.kind, pictures(part)]
            for one in self.posts
            for part in one.rendering.parts
        ]
        return sha256(json.dumps(bodies, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def pictures(part: Part) -> list[list[str]]:
    return [[image.name, image.alt] for image in part.images]


PLACEHOLDER = re.compile(r"^\s*<(key|moment|first|previous|image \d+)>\s*$", re.MULTILINE)

NO_TARGET = "the program has no such target any more"


def posting(platform: str) -> Any:
    return import_module(f"functions.platforms.{platform}.posting")


def of(
    name: str,
    announced: Announcement,
    community: str,
    program: Program,
    limits: Mapping[str, Limits] | None = None,
    public_url: str = "",
) -> Previews:
    """Pure: the same announcement under the same program gives the same bodies. `public_url` is where our own pages
    are: a feed among the targets shows all of it."""
    posts: list[Preview] = []
    skipped: dict[str, str] = {}
    used: list[Words] = []
    link = announced.link or page(name, announced, community, program, public_url)
    for one in announced.targets:
        target = program.target(community, one)
        if target is None:
            skipped[one] = NO_TARGET
            continue
        spoken = target.languages or (program.community(community).language,)
        chosen = [(language, words) for language in spoken if (words := words_for(announced, target, language))]
        if not chosen:
            skipped[one] = f"nothing is written in {' or '.join(spoken)}"
        for language, words in chosen:
            used.append(words)
            known = (limits or {}).get(one, Limits())
            post = replace(addressed(name, announced, words, language), link=link, limits=known)
            posts.append(Preview(one, target.platform, language, rendered(post, target)))
    return Previews(tuple(posts), skipped, tuple(unused(announced, used)))


def unused(announced: Announcement, used: Collection[Words]) -> Iterator[str]:
    """By identity: of two variants for the same place and language the second is never chosen."""
    for words in announced.words:
        if not any(words is one for one in used):
            yield f"no target gets the words in {words.language}{f' for {words.only}' if words.only else ''}"


def page(name: str, announced: Announcement, community: str, program: Program, public_url: str) -> str:
    """Where all of it can be read: at the first feed it goes to."""
    targets = [program.target(community, one) for one in announced.targets]
    feed = next((target for target in targets if target and target.platform == "feed"), None)
    return f"{public_url}/feeds/{community}/{feed.id}/{name}" if feed and public_url else ""


def rendered(post: Post, target: Target) -> Rendering:
    """What the platform makes of it; a line that could be taken for one of our own placeholders is a problem."""
    made: Rendering = posting(target.platform).render(post, target)
    if PLACEHOLDER.search(f"{post.title}\n{post.body}"):
        why = (
            "a line that is only `<key>`, `<moment>`, `<first>`, `<previous>` or `<image 1>` cannot be sent: add a word"
        )
        return replace(made, problems=(*made.problems, why))
    return made


def words_for(announced: Announcement, target: Target, language: str) -> Words | None:
    """Those written for this target, else for its platform, else for all; in this very language or its parent."""
    for only in (target.id, target.platform, ""):
        for spoken in (language, language.partition("-")[0]):
            for words in announced.words:
                if words.only == only and words.language == spoken:
                    return words
    return None


def addressed(name: str, announced: Announcement, words: Words, language: str) -> Post:
    starts, ends, zone = moments(announced.event)
    return Post(
        announcement=name,
        title=words.title or announced.title,
        body=words.body,
        language=language,
        images=announced.images,
        pings=frozenset(announced.pings),
        variant=bool(words.only),
        starts_at=starts,
        ends_at=ends,
        zone=zone,
        where=announced.event.where if announced.event else "",
    )


def moments(event: Event | None) -> tuple[str, str, str]:
    """Start and end of an event as ISO 8601 with the offset of its zone."""
    if event is None:
        return "", "", ""
    place = ZoneInfo(event.zone)
    starts, ends = (
        datetime.fromisoformat(wall).replace(tzinfo=place).isoformat() if wall else ""
        for wall in (event.starts, event.ends)
    )
    return starts, ends, event.zone


def requests(name: str, preview: Preview, published_at: datetime) -> list[tuple[Part, PostRequested]]:
    """The calls of one preview, as delivery gets them."""
    parts = preview.rendering.parts
    return [
        (
            part,
            PostRequested(
                announcement=name,
                target=preview.target,
                language=preview.language,
                step=part.step,
                part=number,
                of=len(parts),
                body=part.body,
                text=part.text,
                images=part.images,
                published_at=published_at,
            ),
        )
        for number, part in enumerate(parts, 1)
    ]


def shown(previews: Previews) -> dict[str, Any]:
    """As JSON for people's tools: the bodies, counts, costs, pings and problems."""
    posts = [
        {"target": one.target, "platform": one.platform, "language": one.language, **asdict_rendering(one.rendering)}
        for one in previews.posts
    ]
    gone = {"skipped": dict(previews.skipped), "unused": list(previews.unused)}
    return {"hash": previews.hash, "problems": previews.problems, **gone, "posts": posts}


def asdict_rendering(rendering: Rendering) -> dict[str, Any]:
    parts = [
        {
            "step": part.step,
            "kind": part.kind,
            "body": part.body,
            "text": part.text,
            "html": part.html,
            "images": [image.model_dump() for image in part.images],
            "counts": [asdict(measure) for measure in part.measures],
        }
        for part in rendering.parts
    ]
    told = {name: list(getattr(rendering, name)) for name in ("pings", "notes", "problems")}
    return {"parts": parts, "cost": rendering.cost, **told}
