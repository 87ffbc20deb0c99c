"""Cases about nearly the same words, and what links them."""

from typing import Any

from events.moderation import FlagRaised
from functions.moderation import records
from functions.moderation.records import Arrival
from functions.moderation.standards import Standards
from functions.shared.table import Item, table
from functions.upkeep import sweep
from tests.support import builders
from tests.support.world import World

SPAM = (
    "Hello everybody! I have made {n} coins in 2 days with this trick, and you can do so, too. Write to @king{n} "
    "or have a look at https://gold.example/{n} before it is too late, only 40 places are left."
)
OTHER = (
    "I have played this for two days now and love the new map. Where do the coins come from that everybody has but me?"
)
PLATFORMS = {"game": "standard_webhooks", "forum": "discourse"}


def spam(number: int) -> str:
    return SPAM.format(n=number)


def reported(world: World, name: str, text: str = "", source: str = "game", author: str = "", **more: Any) -> str:
    """Somebody reports what somebody else wrote; gives the case."""
    about = {"source": source, "kind": "post", "id": name}
    given = {
        "community": "acme",
        "source": source,
        "platform": PLATFORMS[source],
        "flag": f"flag-{name}",
        "subject": about,
    }
    words = {"text": text or spam(len(name)), "author": {"id": author or f"author-{name}"}, "code": "spam"}
    flag = FlagRaised.model_validate({**given, **words, "raised_at": world.now, **more})
    envelope = builders.webhook("told", {"id": name}, world.now)
    records.record_flags(table(), [Arrival(envelope, flag)], Standards(), world.now)
    return str(case(world, name)["id"])


def case(world: World, name: str) -> Item:
    """The newest case about what is called so there."""
    (found,) = [one for one in world.items("case") if one["subject"]["id"] == name and "of" not in one]
    return found


def compared(world: World) -> None:
    """What the minute does with words."""
    sweep.likes_due(table(), lambda: True)


def together(world: World) -> list[set[str]]:
    """What is linked with what, by what it is about."""
    clusters: dict[str, set[str]] = {}
    for one in world.items("case"):
        if "cluster" in one:
            clusters.setdefault(one["cluster"], set()).add(one["subject"]["id"])
    return sorted(clusters.values(), key=sorted)


def whole(world: World) -> None:
    """What holds of all clusters, at any moment: members, counts, and the histories."""
    members: dict[str, set[str]] = {}
    for one in world.items("member"):
        members.setdefault(one["pk"].rpartition("#")[2], set()).add(one["case"])
    cases = {one["id"]: one for one in world.items("case")}
    assert members == {
        cluster: {name for name, one in cases.items() if one.get("cluster") == cluster}
        for cluster in {one["cluster"] for one in cases.values() if "cluster" in one}
    }
    counts = {one["pk"].rpartition("#")[2]: (one["cases"], one["open"]) for one in world.items("cluster")}
    assert counts == {
        cluster: (len(names), sum(cases[name]["state"] != "decided" for name in names))
        for cluster, names in members.items()
    }
    linked = [line["case"] for line in world.items("audit") if line["what"] == "linked"]
    assert sorted(linked) == sorted(name for names in members.values() for name in names)
    assert all(records.verified(table(), one) is None for one in cases.values())
