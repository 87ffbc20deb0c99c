"""Forms that write elements around text: HTML, and the BBCode of Steam."""

import html
import re
from typing import ClassVar

from functions.platforms.text.document import Item, Run
from functions.platforms.text.harmless import ZERO_WIDTH
from functions.platforms.text.notation import Listing, Notation, Rows, apart, nested


class Html(Notation):
    newline = "<br>\n"
    marks: ClassVar = {"strike": ("<del>", "</del>"), "bold": ("<strong>", "</strong>"), "italic": ("<em>", "</em>")}

    def flow(self, runs: tuple[Run, ...]) -> str:
        return f"<p>{super().flow(runs)}</p>"

    def heading(self, level: int, runs: tuple[Run, ...]) -> str:
        return f"<h{level}>{self.one_line(runs)}</h{level}>"

    def listing(self, items: list[Item]) -> str:
        return "\n".join(self.tree(listing) for listing in nested(items))

    def tree(self, listing: Listing) -> str:
        start = "" if listing.start in (None, 1) else f' start="{listing.start}"'
        opening, closing = ("<ul>", "</ul>") if listing.start is None else (f"<ol{start}>", "</ol>")
        entries = (
            "\n".join([super(Html, self).flow(entry.runs), *(self.tree(inner) for inner in entry.lists)])
            for entry in listing.entries
        )
        return "\n".join([opening, *(f"<li>{entry}</li>" for entry in entries), closing])

    def quote(self, told: str) -> str:
        return f"<blockquote>\n{told}\n</blockquote>"

    def code_block(self, text: str, _language: str) -> str:
        return f"<pre><code>{html.escape(text)}\n</code></pre>"

    def table(self, rows: Rows) -> str:
        head, *body = (self.row(row, "th" if number == 0 else "td") for number, row in enumerate(rows))
        rest = ["<tbody>", *body, "</tbody>"] if body else []
        return "\n".join(["<table>", "<thead>", head, "</thead>", *rest, "</table>"])

    def row(self, row: tuple[tuple[Run, ...], ...], name: str) -> str:
        return f"<tr>{''.join(f'<{name}>{self.one_line(cell)}</{name}>' for cell in row)}</tr>"

    def rule(self) -> str:
        return "<hr>"

    def bare(self, shown: str, link: str) -> str:
        return self.link(self.text(shown), link)

    def link(self, words: str, link: str) -> str:
        return f'<a href="{html.escape(link)}">{words}</a>'

    def code(self, text: str) -> str:
        return f"<code>{html.escape(text)}</code>"

    def text(self, text: str) -> str:
        return html.escape(text, quote=False)


class BBCode(Notation):
    """Source: steamcommunity.com/comment/Announcement/formattinghelp."""

    marks: ClassVar = {"strike": ("[strike]", "[/strike]"), "bold": ("[b]", "[/b]"), "italic": ("[i]", "[/i]")}

    def heading(self, level: int, runs: tuple[Run, ...]) -> str:
        name = f"h{min(level, 3)}"
        return f"[{name}]{self.one_line(runs)}[/{name}]"

    def listing(self, items: list[Item]) -> str:
        return "\n".join(self.tree(listing) for listing in nested(items))

    def tree(self, listing: Listing) -> str:
        """Its numbered lists begin at 1: other numbers stand in the text."""
        name = "olist" if listing.start == 1 else "list"
        told = [f"[{name}]"]
        for count, entry in enumerate(listing.entries):
            number = "" if listing.start in (None, 1) else f"{(listing.start or 0) + count}. "
            told += [f"[*]{number}{self.flow(entry.runs)}", *(self.tree(inner) for inner in entry.lists)]
        return "\n".join([*told, f"[/{name}]"])

    def quote(self, told: str) -> str:
        return f"[quote]\n{told}\n[/quote]"

    def code_block(self, text: str, _language: str) -> str:
        return f"[code]\n{apart(text, '[/')}\n[/code]"

    def table(self, rows: Rows) -> str:
        return "\n".join(
            ["[table]", *(self.row(row, "td" if number else "th") for number, row in enumerate(rows)), "[/table]"]
        )

    def row(self, row: tuple[tuple[Run, ...], ...], name: str) -> str:
        return f"[tr]{''.join(f'[{name}]{self.one_line(cell)}[/{name}]' for cell in row)}[/tr]"

    def rule(self) -> str:
        return "[hr][/hr]"

    def link(self, words: str, link: str) -> str:
        if not link.startswith("http"):
            return super().link(words, link)
        return f"[url={link.replace('[', '%5B').replace(']', '%5D')}]{words}[/url]"

    def text(self, text: str) -> str:
        return re.sub(r"\[(?=[/*a-z]|\Z)", f"[{ZERO_WIDTH}", text, flags=re.IGNORECASE)
