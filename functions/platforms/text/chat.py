"""The markup of chat servers: Discord and Slack."""

import re
from dataclasses import replace
from typing import ClassVar

from functions.platforms.text.document import Heading, Run
from functions.platforms.text.harmless import ZERO_WIDTH
from functions.platforms.text.notation import Notation, Section, apart

# Discord

DISCORD_SIGN = re.compile(r"[\\*_~`|\[\]<>]|:(?=//)")
DISCORD_START = re.compile(r"(\s*)(?:(-?#{1,3}|[-+])(?=\s|$)|([0-9]+)(?=\.(?:\s|$)))")


class Discord(Notation):
    """Source: discord.com/developers/docs/reference#message-formatting, and Discord's help on Markdown."""

    marks: ClassVar = {"strike": ("~~", "~~"), "bold": ("**", "**"), "italic": ("*", "*")}
    bullet = "- "
    ends = re.compile(r"\)?[.,;:\"']*(?:\s|\Z)")

    def gap(self, above: Section) -> str:
        return "\n" if isinstance(above, Heading) else "\n\n"

    def heading(self, level: int, runs: tuple[Run, ...]) -> str:
        return "#" * min(level, 3) + " " + self.one_line(runs)

    def quote(self, told: str) -> str:
        """A line without the space is not quoted."""
        return "\n".join(f"> {line}" for line in told.split("\n"))

    def code_block(self, text: str, language: str) -> str:
        """It ends at the first three backticks, whatever it began with."""
        return f"```{language}\n{apart(text, '```')}\n```"

    def code(self, text: str) -> str:
        if "``" in text or not text.strip("`"):
            return self.text(text)
        return f"`` {text} ``" if "`" in text else f"`{text}`"

    def fenced(self, shown: str, link: str) -> str:
        return f"<{shown}>" if link.startswith("http") else self.text(shown)

    def link(self, words: str, link: str) -> str:
        """It makes no link of words that look like another address, and none to mail."""
        if "://" in words or not link.startswith("http"):
            return super().link(words, link)
        return f"[{words}]({link.replace('(', '%28').replace(')', '%29')})"

    def text(self, text: str) -> str:
        return DISCORD_SIGN.sub(r"\\\g<0>", text)

    def start(self, line: str) -> str:
        found = DISCORD_START.match(line)
        if found is None:
            return line
        sign = f"\\{found[2]}" if found[2] else f"{found[3]}\\"
        return found[1] + sign + line[found.end() :]


# Slack

HAIR_SPACE = "\u200a"
GRAVE = "\u2035"
"""Looks like a backtick, which is a mark wherever it stands."""


class Slack(Notation):
    """mrkdwn, which has no escape for its own marks. Source: docs.slack.dev/messaging/formatting-message-text."""

    marks: ClassVar = {"strike": ("~", "~"), "bold": ("*", "*"), "italic": ("_", "_")}

    def heading(self, _level: int, runs: tuple[Run, ...]) -> str:
        return self.one_line(replace(run, bold=True) for run in runs)

    def code_block(self, text: str, _language: str) -> str:
        return f"```\n{apart(escaped(text), '```')}\n```"

    def code(self, text: str) -> str:
        return self.text(text) if "`" in text else f"`{escaped(text)}`"

    def bare(self, shown: str, link: str) -> str:
        return f"<{target(link)}>" if link.startswith("http") else f"<{target(link)}|{escaped(shown)}>"

    def link(self, words: str, link: str) -> str:
        return f"<{target(link)}|{words}>"

    def text(self, text: str) -> str:
        return re.sub("[*_~]", parted, escaped(text).replace("`", GRAVE))

    def start(self, line: str) -> str:
        return ZERO_WIDTH + line if re.match(r"\s*&gt;", line) else line

    def marked(self, core: str, marks: list[tuple[str, str]], before: str, after: str) -> str:
        """Inside a word a mark counts only if something stands beside it."""
        lead, trail = (ZERO_WIDTH if beside.strip() else "" for beside in (before, after))
        return lead + super().marked(core, marks, before, after) + trail


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def target(link: str) -> str:
    return escaped(link).replace("|", "%7C")


def parted(found: re.Match[str]) -> str:
    """A mark that stands beside white space opens nothing, or closes nothing."""
    before = found.string[max(found.start() - 1, 0) : found.start()]
    after = found.string[found.end() : found.end() + 1]
    if before.isalnum() and after.isalnum():
        return found[0]
    lead = HAIR_SPACE if before.strip() else ""
    trail = "" if after.isspace() else HAIR_SPACE
    return lead + found[0] + trail
