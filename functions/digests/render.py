"""A digest as a page, as a mail, and as plain text. Everything from strangers is text: escaped, never markup."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from functions.digests.digest import Digest, age


@cache
def templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def page(digest: Digest) -> str:
    return templates().get_template("page.html").render(digest=digest, age=age)


def mail(digest: Digest, link: str) -> tuple[str, str]:
    """The HTML part and the text part, in the same order."""
    given = {"digest": digest, "age": age, "link": link}
    return templates().get_template("mail.html").render(given), templates().get_template("mail.txt").render(given)
