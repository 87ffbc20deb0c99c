"""SSM parameters: secrets (SecureString) and the directory of sources, under one path per stack."""

import time
from functools import lru_cache

from functions.shared import aws
from functions.shared.settings import settings

CACHED = 300
"""Seconds a parameter is good for before it is read again."""


class MissingError(Exception):
    """There is no such parameter."""


def path(*names: str) -> str:
    return "/".join((settings().parameters, *names))


def read(*names: str) -> str | None:
    """A parameter's value, decrypted; None when there is none. Cached for five minutes, but never that
    there is none: whoever is told that one is missing puts it and tries again at once."""
    try:
        return fetched(path(*names), int(time.monotonic() // CACHED))
    except MissingError:
        return None


@lru_cache(maxsize=50)
def fetched(name: str, period: int) -> str:
    """Raises MissingError, which is not cached."""
    del period  # Part of the cache's key only.
    found = fresh(name)
    if found is None:
        raise MissingError(name)
    return found


def fresh(name: str) -> str | None:
    client = aws.ssm()
    try:
        return client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    except client.exceptions.ParameterNotFound:
        return None


def put(name: str, value: str, *, secret: bool) -> None:
    aws.ssm().put_parameter(
        Name=name,
        Value=value,
        Type="SecureString" if secret else "String",
        Tier="Intelligent-Tiering",
        Overwrite=True,
    )
    fetched.cache_clear()
