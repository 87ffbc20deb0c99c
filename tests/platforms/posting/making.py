"""What the tests of every platform share: announcements to be posted, and the calls of an adapter as the engine has
them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, cast

import pytest

from events.announcements import ChangeRequested, CountRequested, PostRequested, WithdrawRequested
from events.program import Target
from functions.delivery import calls
from functions.platforms.outgoing import Destination, Outcome, Reply, Sent
from functions.platforms.posting import Part, Post, Prepared, Rendering
from tests.platforms.posting import kits
from tests.platforms.posting.fake import NOW, Fake, hands, picture, sent
from tests.platforms.posting.kits import Kit

AT = datetime.fromtimestamp(NOW, UTC)
KEY = "abcdefghijklmnopqrstuvwxy"
FAMILY = "👩‍👩‍👧‍👦"
"""One letter to people, 25 bytes."""
MAP, BOX = picture(b"a map", "The new map"), picture(b"a box", "A box", "image/gif")


def kit(platform: str) -> Kit:
    return cast(Kit, import_module(f"{kits.__name__}.{platform}"))


def posting(target: Target) -> Any:
    """The adapter."""
    return import_module(f"functions.platforms.{target.platform}.posting")


NAMES = tuple(sorted(module.name for module in iter_modules(kits.__path__)))
TARGETS = tuple(target for name in NAMES for target in kit(name).TARGETS)


def every(*able: str, but: tuple[str, ...] = ()) -> pytest.MarkDecorator:
    """One target of each kind whose adapter is able to do all this, without those of some platforms or forms."""
    fit = [
        pytest.param(one, id=f"{one.platform}-{one.form or 'only'}")
        for one in TARGETS
        if all(hasattr(posting(one), name) for name in able) and not {one.platform, one.form} & set(but)
    ]
    return pytest.mark.parametrize("target", fit)


def destination(target: Target, **more: Any) -> Destination:
    """Where posts for it go, with a credential for each kind of target where the kinds have different ones."""
    its = kit(target.platform)
    secret = its.secret(target) if hasattr(its, "secret") else its.SECRET
    address = f"https://liaison.example/feeds/acme/{target.id}" if target.platform == "feed" else target.url
    to = Destination(target.id, "acme", address, secret, place=target.place, account=target.account, tag=target.tag)
    return replace(to, **more)


def announced(body: str, **more: Any) -> Post:
    """An event that somebody tells everybody about."""
    given = {
        "announcement": "a1b2c3d4e5f60718",
        "title": "Winter season",
        "language": "en",
        "link": "https://acme.example/news/winter",
        "starts_at": "2026-12-01T18:00:00+01:00",
        "ends_at": "2026-12-01T20:00:00+01:00",
        "zone": "Europe/Paris",
    }
    return Post(**{**given, **more}, body=body)


def known(outcome: object) -> dict[str, Any]:
    """As the next part, a change or a withdrawal gets it."""
    there = sent(outcome)
    return {**there.more, "id": there.id, "url": there.url}


def only(rendering: Rendering) -> Part:
    assert rendering.problems == ()
    (part,) = rendering.parts
    return part


There = Sent | Mapping[str, Any]
"""What was posted: as the call gave it, or as it is stored."""
Body = Mapping[str, Any] | None
To = Destination | None


@dataclass(frozen=True)
class Adapter:
    """The adapter of one target, called as the engine calls it. A post says what is told here, unless a test has other
    words."""

    target: Target
    body: Mapping[str, Any]
    title: str = "Winter"

    def render(self, body: str = "It is here.", target: Target | None = None, **more: Any) -> Rendering:
        given = {"announcement": "a1", "title": self.title, "language": "en", **more}
        return cast(Rendering, posting(self.target).render(Post(**given, body=body), target or self.target))

    def requested(self, body: Body = None, **more: Any) -> PostRequested:
        given = {"announcement": "a1", "target": self.target.id, "language": "en", "published_at": AT}
        return PostRequested.model_validate({**given, "body": dict(self.body if body is None else body), **more})

    def send(self, site: Fake, body: Body = None, key: str = KEY, *, to: To = None, **more: Any) -> Outcome:
        return cast(Outcome, self.call("send", site, to, self.requested(body, **more), key))

    def prepare(self, site: Fake, body: Body = None, **more: Any) -> object:
        return self.call("prepare", site, None, self.requested(body, **more))

    def ready(self, site: Fake, body: Body = None, **more: Any) -> dict[str, Any]:
        outcome = self.prepare(site, body, **more)
        assert isinstance(outcome, Prepared), outcome
        return dict(outcome.made)

    def find(
        self, site: Fake, body: Body = None, key: str = KEY, since: datetime = AT, *, to: To = None, **more: Any
    ) -> object:
        return self.call("find", site, to, self.requested(body, **more), key, since)

    def edit(
        self, site: Fake, there: There, body: Body = None, key: str = "change", *, to: To = None, **more: Any
    ) -> Outcome:
        given = {**self.requested(body, **more).model_dump(), "posted": as_known(there), "changed_at": AT}
        return cast(Outcome, self.call("edit", site, to, ChangeRequested.model_validate(given), key))

    def withdraw(
        self, site: Fake, there: There, key: str = "withdrawal", *, to: To = None, step: str = "post"
    ) -> Outcome:
        gone = WithdrawRequested(announcement="a1", target=self.target.id, step=step, posted=as_known(there))
        return cast(Outcome, self.call("withdraw", site, to, gone, key))

    def count(self, site: Fake, there: There, *, to: To = None, step: str = "post") -> object:
        counted = CountRequested(announcement="a1", target=self.target.id, step=step, posted=as_known(there))
        return self.call("count", site, to, counted)

    def limits(self, site: Fake) -> object:
        return self.call("limits", site, None, self.target)

    def call(self, name: str, site: Fake, to: To, *asked: object) -> object:
        """What is raised on the way is an outcome, except for what nobody thought of."""
        (given, *rest), way, to = asked, getattr(posting(self.target), name), to or destination(self.target)
        outcome = calls.bounded(self.target.platform, lambda: way(given, to, *rest, hands(site)))
        assert "unforeseen" not in getattr(outcome, "reason", ""), outcome
        return outcome

    def answered(self, answer: Reply, body: Body = None, *, after_making: bool = False, times: int = 1) -> Outcome:
        """What becomes of the one call that makes the post, when it is answered like this."""
        site = kit(self.target.platform).fake(self.target)
        for _ in range(times):
            site.answers(answer, after_making=after_making)
        return self.send(site, body)

    def deliver(self, rendering: Rendering, site: Fake) -> list[Sent]:
        """All parts, one after the other, each with a key of its own."""
        done: list[Sent] = []
        for number, part in enumerate(rendering.parts, 1):
            given: dict[str, Any] = {"step": part.step, "part": number, "of": len(rendering.parts)}
            given |= {"first": known(done[0]), "previous": known(done[-1])} if done else {}
            given["images"] = part.images
            if hasattr(posting(self.target), "prepare"):
                given["prepared"] = self.ready(site, part.body, **given)
            done.append(sent(self.send(site, part.body, f"key-{number}", **given)))
        return done


def as_known(there: There) -> dict[str, Any]:
    return known(there) if isinstance(there, Sent) else dict(there)
