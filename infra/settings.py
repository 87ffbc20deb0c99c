"""What an operator may choose at synthesis; read from the CDK context here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from constructs import Node

Target = Literal["aws", "host"]


class BadSetting(ValueError):
    """A context parameter has a value that means nothing."""


@dataclass(frozen=True)
class Settings:
    """The parameters of one deployment.

    `bundle` says whose machine code the bundle carries: `aws` (arm64, Python 3.13) or `host` (the
    interpreter that runs the app, since the local emulator runs functions in its own). `public_url` replaces
    the HTTP API's own address in links. `mail_from` is the sender of mail; without it no mail can be sent.
    `workers` is how many of a queue's batches are worked on at once (2 to 1,000; a laptop has fewer processors).
    `production` guards the data: the table refuses to be deleted, and table and bucket outlive the stack.
    """

    stack: str = "Liaison"
    bundle: Target = "aws"
    public_url: str | None = None
    mail_from: str | None = None
    workers: int = 10
    production: bool = True

    @classmethod
    def read(cls, node: Node) -> Settings:
        """The settings in the context of `node`; absent and empty both mean the default."""

        def choice(name: str, *legal: str) -> str:
            given = node.try_get_context(name)
            text = legal[0] if given in (None, "") else str(given).lower()
            if text not in legal:
                raise BadSetting(f"context {name!r} is {given!r}; it may be {' or '.join(legal)}")
            return text

        workers = str(node.try_get_context("workers") or cls.workers)
        if not workers.isdigit() or not 2 <= int(workers) <= 1000:
            raise BadSetting(f"context 'workers' is {workers!r}; it may be a number from 2 to 1000")
        return cls(
            stack=str(node.try_get_context("stack") or cls.stack),
            bundle=cast(Target, choice("bundle", "aws", "host")),
            public_url=node.try_get_context("public_url") or None,
            mail_from=node.try_get_context("mail_from") or None,
            workers=int(workers),
            production=choice("production", "true", "false") == "true",
        )
