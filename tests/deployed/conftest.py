"""One local stack for all tests here: the synthesised template with the real functions, on MiniStack."""

import json
import random
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3

from cli import demo, operator, stack
from cli.client import Api
from cli.samples import Webhook
from cli.site import Site

CONNECTIONS = 8


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.deployed)


@dataclass
class Deployed:
    """The stack, its API, the secrets of its sources, and the other side."""

    port: int
    api: Api
    secrets: dict[str, str]
    site: Site

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(self, webhooks: list[Webhook]) -> list[int]:
        """All of them, in this order, over eight connections; gives what each was answered."""
        pool = urllib3.PoolManager(maxsize=CONNECTIONS, timeout=60.0, retries=False)

        def one(webhook: Webhook) -> int:
            headers = webhook.headers(self.secrets[webhook.source])
            try:
                return pool.request(
                    "POST", f"{self.url}/hooks/{webhook.source}", body=webhook.body, headers=headers
                ).status
            except urllib3.exceptions.HTTPError:
                return 0

        with ThreadPoolExecutor(CONNECTIONS) as threads:
            return list(threads.map(one, webhooks))

    def send_until_accepted(self, webhooks: list[Webhook]) -> None:
        """As platforms that retry do: what got no 2xx is sent again, as often as it takes."""
        left, deadline = webhooks, time.monotonic() + 180
        while left and time.monotonic() < deadline:
            answered = self.send(left)
            left = [webhook for webhook, status in zip(left, answered, strict=True) if not 200 <= status < 300]
            time.sleep(0.5 if left else 0)
        assert not left, f"{len(left)} deliveries were never accepted"

    def drain(self) -> None:
        demo.drain(self.api)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of its own, so that nobody's own local stack is touched."""
    patch = pytest.MonkeyPatch()
    patch.setattr(stack, "HOME", tmp_path_factory.mktemp("liaison"))
    yield stack.HOME
    stack.down(lambda _: None)
    patch.undo()


@pytest.fixture(scope="session")
def running(home: Path) -> Iterator[Deployed]:
    del home
    environment = pytest.MonkeyPatch()
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        environment.delenv(name, raising=False)
    port = stack.free_port()
    with Site(0) as site:
        stack.up(port, keep=False, owner="test", say=lambda _: None)
        url = operator.connect(None)
        program = (stack.ROOT / "community.toml").read_text().replace(str(demo.SITE), str(site.port))
        operator.push(program, "tests")
        yield Deployed(port, Api(url, demo.keep_token("acme"), "acme"), demo.put_secrets(), site)
    environment.undo()


@pytest.fixture
def deployed(running: Deployed) -> Deployed:
    """The running stack, with this process pointed at it."""
    operator.connect(None)
    return running


@pytest.fixture
def mark() -> str:
    """Makes the ids of one test its own, so that no test sees another's."""
    return secrets.token_hex(4)


def feedback(mark: str, number: int, at: str) -> Webhook:
    data = {"id": f"{mark}-{number}", "kind": "form", "text": f"Thought {number}", "at": at}
    body = json.dumps({"type": "feedback.received", "timestamp": at, "data": data}).encode()
    return Webhook("game", "standard_webhooks", "feedback.received", f"msg_{mark}_said_{number}", body)


def flag(mark: str, number: int, subject: int, at: str) -> Webhook:
    data = {
        "id": f"{mark}-{number}",
        "reason": "spam",
        "at": at,
        "subject": {"kind": "chat_message", "id": f"{mark}-{subject}", "text": "Buy gold"},
    }
    body = json.dumps({"type": "flag.raised", "timestamp": at, "data": data}).encode()
    return Webhook("game", "standard_webhooks", "flag.raised", f"msg_{mark}_flag_{number}", body)


def crowd(mark: str, day: str) -> tuple[list[Webhook], int, int]:
    """150 distinct events: 90 things said in one day, 60 flags on 12 subjects; gives both numbers, too."""
    said = [feedback(mark, number, f"{day}T{number % 24:02d}:{number % 60:02d}:00Z") for number in range(90)]
    flags = [flag(mark, number, number % 12, f"{day}T10:00:00Z") for number in range(60)]
    return [*said, *flags], len(said), len(flags)


def with_repeats(webhooks: list[Webhook], repeats: int, seed: int) -> list[Webhook]:
    """Shuffled, and some of them twice."""
    chance = random.Random(seed)
    all_of_them = [*webhooks, *chance.sample(webhooks, repeats)]
    chance.shuffle(all_of_them)
    return all_of_them
