"""Who said something, without saying who: the same account is always the same pseudonym, and nobody without the key
finds one from the other."""

import hashlib
import hmac

from functions.shared import parameters

PARAMETER = "pseudonyms"
"""The key. It is never changed: with another one everybody would be somebody new."""


class NoKeyError(Exception):
    """The key has not been made yet; `liaison program push` makes it."""


def of(community: str, source: str, account: str) -> str:
    """16 hexadecimal digits: of a million people, two share theirs with a chance of one in 37 million.

    Raises NoKeyError.
    """
    key = parameters.read(PARAMETER)
    if key is None:
        raise NoKeyError("there is no key for pseudonyms yet: run `liaison program push` once")
    return hmac.new(key.encode(), "\n".join((community, source, account)).encode(), hashlib.sha256).hexdigest()[:16]
