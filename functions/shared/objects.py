"""The bucket: evidence, daily seals, skeletons of feedback, parked bodies, programs, digest pages, feeds. All private;
`api` serves what may be seen."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from functions.shared import aws
from functions.shared.settings import settings

TRIES = 5


class ChangedError(Exception):
    """Somebody else kept writing the same object in between."""


def read(key: str) -> bytes | None:
    """An object's bytes, or None when there is none."""
    found = fetch(key)
    return found[0] if found else None


def fetch(key: str) -> tuple[bytes, str] | None:
    try:
        found = aws.s3().get_object(Bucket=settings().bucket, Key=key)
    except ClientError as error:
        # Without the right to list the bucket, S3 answers 403 for a key that is not there. Nothing is
        # written on the strength of it: `change` has the store check that the key is still free.
        if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied"):
            return None
        raise
    return found["Body"].read(), found["ETag"]


def write(key: str, body: bytes, content_type: str = "application/json") -> None:
    aws.s3().put_object(Bucket=settings().bucket, Key=key, Body=body, ContentType=content_type)


def create(key: str, body: bytes) -> bool:
    """False where there is one already: it stays as it is."""
    try:
        aws.s3().put_object(
            Bucket=settings().bucket, Key=key, Body=body, ContentType="application/json", IfNoneMatch="*"
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in ("PreconditionFailed", "ConditionalRequestConflict"):
            return False
        raise
    return True


def names(prefix: str, after: str = "", most: int = 1000) -> list[str]:
    """The keys of what is there under a prefix, a thousand at most, in order; `after` the key with which one page
    ended, the next. It needs the right to list it."""
    found = aws.s3().list_objects_v2(Bucket=settings().bucket, Prefix=prefix, StartAfter=after, MaxKeys=most)
    return [one["Key"] for one in found.get("Contents", ())]


def delete(key: str) -> None:
    """One that is not there is no failure."""
    aws.s3().delete_object(Bucket=settings().bucket, Key=key)


def change(key: str, how: Callable[[bytes | None], bytes | None], content_type: str = "application/json") -> None:
    """Write what `how` makes of an object, on condition that nobody wrote in between; None leaves it.

    Raises ChangedError after five lost races. Source: S3, "Conditional requests".
    """
    for _ in range(TRIES):
        found = fetch(key)
        body = how(found[0] if found else None)
        if body is None:
            return
        held: Any = {"IfMatch": found[1]} if found else {"IfNoneMatch": "*"}
        try:
            aws.s3().put_object(Bucket=settings().bucket, Key=key, Body=body, ContentType=content_type, **held)
            return
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("PreconditionFailed", "ConditionalRequestConflict"):
                raise
    raise ChangedError(key)
