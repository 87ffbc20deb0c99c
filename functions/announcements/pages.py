"""A preview as a page that looks nearly as each platform will show it. It needs nothing from elsewhere.

What is written in an announcement is text here, or HTML that is cleaned once more: no script, no style, no picture but
its own.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import nh3
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.utils import urlize
from markupsafe import Markup

from functions.platforms.text import forms
from functions.platforms.text.document import Picture

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
IN_PAGE = POLICY.partition("; frame-ancestors")[0]
"""What a page may say of itself: it cannot say who frames it."""

NAMES = {
    "bluesky": "Bluesky",
    "discord": "Discord",
    "discourse": "Discourse",
    "feed": "Feed",
    "github": "GitHub",
    "lemmy": "Lemmy",
    "linkedin": "LinkedIn",
    "mastodon": "Mastodon",
    "matrix": "Matrix",
    "reddit": "Reddit",
    "roblox": "Roblox",
    "slack": "Slack",
    "telegram": "Telegram",
    "threads": "Threads",
    "twitch": "Twitch",
    "webhook": "Webhook",
    "x": "X",
}
ACTIONS = {
    "bluesky": ("Reply", "Repost", "Like"),
    "discourse": ("Like", "Share", "Reply"),
    "github": ("Upvote", "Comment"),
    "lemmy": ("Upvote", "Comment"),
    "linkedin": ("Like", "Comment", "Repost", "Send"),
    "mastodon": ("Reply", "Boost", "Favourite"),
    "reddit": ("Upvote", "Comment", "Share"),
    "threads": ("Like", "Reply", "Repost"),
    "x": ("Reply", "Repost", "Like"),
}
"""What a reader finds below a post."""

AGAIN = {
    "keyed": "sent again safely if no answer comes",
    "readable": "looked for before it is sent again",
    "blind": "a person decides if no answer comes",
}
"""What a delivery's kind means to a manager."""

INLINE = {"discourse", "feed", "github", "lemmy", "slack"}
"""Pictures stand in the text there; elsewhere they come after it."""

PLAIN = {"linkedin", "mastodon", "roblox", "threads", "twitch", "x"}
"""Where there is no markup: what is read is the text, addresses and all."""

Shown = Mapping[str, Any]
"""A preview as `functions.platforms.previews.shown` tells it."""


Source = Callable[[str], str]
"""The address of a picture by its name, or nothing."""


def page(title: str, author: str, shown: Shown, source: Source) -> str:
    """`author` is the community's name."""
    return written_as("preview.html", title, author, source, shown=shown)


def series_page(title: str, author: str, shown: Shown, source: Source) -> str:
    """`shown`: one post of each kind and what comes when, as `functions.api.series.looked` tells it."""
    return written_as("series.html", title, author, source, shown=shown)


def written_as(template: str, title: str, author: str, source: Source, **given: Any) -> str:
    about = {"title": title, "author": author, "initials": initials(author), "source": source, **given}
    known = {"policy": IN_PAGE, "names": NAMES, "actions": ACTIONS, "again": AGAIN}
    return templates().get_template(template).render(about | known)


@cache
def templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"look": look, "pretty": pretty, "pieces": pieces, "headline": headline, "share": share}
    made.filters |= {"occasion": occasion, "unturned": unturned}
    return made


def initials(name: str) -> str:
    """Of its first two words, for where a platform shows a picture of the account."""
    return "".join(word[0] for word in name.split()[:2]).upper() or "?"


def look(platform: str) -> str:
    """The class of its style; a platform that is newer than this page has a plain one."""
    return platform if platform in NAMES else "feed"


def pretty(body: object) -> str:
    """To the letter: what cannot be seen is spelled out."""
    written = json.dumps(body, indent=2, ensure_ascii=False)
    return "".join(one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in written)


def clean(html: str) -> Markup:
    """Whoever made it has cleaned it; this page relies on nobody."""
    tags = nh3.ALLOWED_TAGS - {"img", "map", "area"}
    kept = nh3.clean(html, tags=tags, url_schemes={"http", "https", "mailto"}, allowed_classes={"div": {"plain"}})
    return Markup(kept)  # noqa: S704


def pieces(part: Shown, platform: str) -> Iterator[Markup | Shown]:
    """What is read, in its order: stretches of HTML, and pictures. Where HTML tells a picture in words, it is shown."""
    told = {str(clean(forms.html((Picture(one["name"], one["alt"]),)))).strip(): one for one in part["images"]}
    html = str(clean(written(part, platform)))
    stretches = re.split(f"({'|'.join(map(re.escape, told))})", html) if told else [html]
    if platform in INLINE:
        yield from (told.get(one) or Markup(one) for one in stretches)  # noqa: S704 - cleaned above
        yield from (image for words, image in told.items() if words not in stretches)
    else:
        yield Markup("".join(one for one in stretches if one not in told))  # noqa: S704
        yield from part["images"]


def written(part: Shown, platform: str) -> str:
    if platform not in PLAIN and part["html"]:
        return str(part["html"])
    return f'<div class="plain">{urlize(part["text"])}</div>'


def headline(part: Shown) -> str:
    """A title that the platform shows, where the part's own HTML does not begin with it."""
    for told in (part["body"], part["body"].get("data")):
        title = told.get("title") if isinstance(told, dict) else None
        if isinstance(title, str) and title.strip():
            begins = Markup(part["html"].replace("<", " <")).striptags().split()[: len(title.split())]  # noqa: S704
            return "" if begins == title.split() else title
    return ""


TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def unturned(text: str) -> str:
    """Without Unicode's marks for the direction of writing, which turn what stands after them, too."""
    return TURNING.sub("", text)


def occasion(one: Shown) -> str:
    """`reminder -1d, Friday 2026-12-04 18:00 (Europe/Paris)`: one of a series, and what a clock there shows then."""
    what = f"{one['step']} {one['offset']}".strip()
    return f"{what}, {datetime.fromisoformat(one['wall']):%A %Y-%m-%d %H:%M} ({one['zone']})"


def share(count: Shown) -> int:
    """How much of a limit is used, in whole percent, for a bar."""
    return min(100, 100 * count["used"] // count["limit"]) if count["limit"] else 100
