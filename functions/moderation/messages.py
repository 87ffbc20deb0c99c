"""A message as moderation knows it, folded from what was told about it in any order. Without I/O."""

from typing import Any

from events.moderation import MessageSeen


def folded(before: dict[str, Any] | None, seen: MessageSeen, at: str) -> dict[str, Any]:
    """The newest state. An older telling only fills in what the newer one left out (a removal names no author)."""
    told = {
        "text": seen.text,
        "original": seen.original,
        "language": seen.language,
        "author": {"id": seen.author.id, "name": seen.author.name} if seen.author else {},
        "said_at": seen.said_at.isoformat() if seen.said_at else "",
    }
    if before is None:
        return {**told, "state": seen.change, "changed_at": at}
    older, newer = ({**before}, told) if at >= before["changed_at"] else (told, {**before})
    merged = {name: newer[name] or older[name] for name in told}
    last = seen.change if at >= before["changed_at"] else before["state"]
    return {**merged, "state": last, "changed_at": max(at, before["changed_at"])}
