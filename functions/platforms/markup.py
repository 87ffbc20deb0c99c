"""Markdown as written by a manager → what a platform shows."""

import mistune
import nh3

render = mistune.create_markdown(escape=True, plugins=["strikethrough", "table", "url"])


def html(markdown: str) -> str:
    """Clean HTML: raw HTML in the source is shown as text, and only harmless tags and links remain."""
    return nh3.clean(str(render(markdown)), url_schemes={"http", "https", "mailto"})
