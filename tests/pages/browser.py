"""A Chromium that is given what the API answers: its pages, with their headers, at the addresses that links name.

Nothing leaves the process. A request to anywhere else is refused and remembered, and so is what a page complains of.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, Route, sync_playwright

from tests.support.stores import PUBLIC_URL
from tests.support.world import World

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
ABSENT = "no Chromium in the PATH (chromium, chromium-browser or google-chrome)"
NARROW, MIDDLE, WIDE = 320, 768, 1280
Shown = Mapping[str, tuple[str, bytes]]
"""Media type and body, by address: what is no page of ours (a mail, its pictures)."""


@dataclass
class Window:
    """One page of a browser, and what it did besides showing itself. `shown` is there beside the API."""

    page: Page
    world: World
    shown: Shown = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    """Requests to elsewhere, complaints of the console (a breach of the policy is one), dialogs."""

    def watch(self) -> None:
        self.page.context.route("**/*", self.answer)
        self.page.on("console", self.heard)
        self.page.on("pageerror", lambda error: self.strange.append(f"error: {error}"))
        self.page.on("dialog", self.interrupted)

    def heard(self, message: ConsoleMessage) -> None:
        # The browser itself says so of every page that is not a 200.
        if "Failed to load resource: the server responded with a status of" not in message.text:
            self.strange.append(f"{message.type}: {message.text}")

    def interrupted(self, dialog: Dialog) -> None:
        self.strange.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def answer(self, route: Route, request: Request) -> None:
        self.asked.append(request.url)
        if request.url in self.shown:
            kind, body = self.shown[request.url]
            route.fulfill(status=200, headers={"content-type": kind}, body=body)
        elif not request.url.startswith(f"{PUBLIC_URL}/"):
            self.strange.append(f"asked {request.url}")
            route.abort()
        else:
            split = urlsplit(request.url)
            told = self.world.ask(
                request.method, f"{split.path}?{split.query}", request.post_data_buffer, headers=self.headers(request)
            )
            route.fulfill(status=told.status, headers=told.headers, body=told.text)

    @staticmethod
    def headers(request: Request) -> dict[str, str]:
        return {name: value for name, value in request.headers.items() if name == "content-type"}

    # Where and how

    def open(self, address: str, width: int = 0) -> int:
        """Gives the status."""
        if width:
            self.wide(width)
        answer = self.page.goto(address)
        assert answer
        return answer.status

    def wide(self, width: int, height: int = 900) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def look(self, **media: Any) -> None:
        self.page.emulate_media(**media)

    # What it is like

    def violations(self, *rules: str, without: tuple[str, ...] = ()) -> list[str]:
        """What axe-core finds: all of its rules, or only these."""
        self.page.evaluate(f"window.axe || (() => {{ {AXE_SCRIPT} }})()")
        options: dict[str, Any] = {
            "resultTypes": ["violations"],
            "rules": {name: {"enabled": False} for name in without},
        }
        if rules:
            options["runOnly"] = {"type": "rule", "values": list(rules)}
        found = self.page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{one['id']}: {node['html'][:200]} ({node['failureSummary']})"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    def sideways(self) -> list[str]:
        """What is wider than the window: the page itself, and what stands out of it to the right, or is cut."""
        return list(self.page.evaluate(SIDEWAYS))

    def focused(self) -> dict[str, Any]:
        """What has the focus, and whether one sees it."""
        return dict(self.page.evaluate(FOCUSED))


SIDEWAYS = """() => {
  const room = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > room) found.push(`page: ${document.documentElement.scrollWidth}`);
  const hidden = one => one && (getComputedStyle(one).clipPath !== 'none' || hidden(one.parentElement));
  for (const one of document.body.querySelectorAll('*')) {
    if (one.closest('svg') && one.tagName !== 'svg') continue;
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    if (!box.width || box.right < 0 || hidden(one)) continue;
    const scrolls = one.parentElement.closest('.wide');
    if (box.right > room + 1 && !(scrolls && scrolls.scrollWidth > scrolls.clientWidth && room > 480))
      found.push(`${one.tagName} ${one.className}: ${Math.round(box.right)} ${one.textContent.slice(0, 40)}`);
    if (style.overflowX === 'hidden' && one.scrollWidth > one.clientWidth + 1)
      found.push(`cut: ${one.tagName} ${one.className}`);
  }
  return found;
}"""
FOCUSED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
  return {
    tag: one.tagName.toLowerCase(), text: (one.innerText || one.value || '').trim(), id: one.id, href: one.href || '',
    label: one.getAttribute('aria-label') || '',
    seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && box.width > 0 &&
      box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
    top: Math.round(box.top + scrollY), left: Math.round(box.left),
  };
}"""


@contextmanager
def chromium() -> Iterator[Any]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@contextmanager
def window(browser: Any, world: World, shown: Shown | None = None, **how: Any) -> Iterator[Window]:
    """A new one, with nothing remembered. It is closed with nothing strange in it."""
    context: BrowserContext = browser.new_context(**{"viewport": {"width": NARROW, "height": 900}, **how})
    made = Window(context.new_page(), world, shown or {})
    made.watch()
    yield made
    kept = context.cookies()
    context.close()
    assert not made.strange
    assert not kept
