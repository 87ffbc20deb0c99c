"""What the tests need of a server, whichever it is."""

import json
import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3

READY = 60.0
"""Seconds that a server may take to start, on a machine that is busy."""
SOON = 10.0


@dataclass(frozen=True)
class Seen:
    """A post as the server shows it to anybody."""

    id: str
    text: str
    answers: str = ""
    """The id of the post that it answers."""
    alts: tuple[str, ...] = ()
    pinged: tuple[str, ...] = ()
    """Whom it notifies, as the server understood it."""
    images: tuple[bytes, ...] = ()


class Server(ABC):
    """A process with its data in `folder`, listening on loopback. `start` after `kill` goes on with the same data."""

    platform: str
    long: int
    """Characters of a paragraph of which no two fit into one post."""
    keyed = True
    """Whether it makes one post of two requests with the same key."""
    deletes = True
    pings = True
    shows_images = False
    """Whether the bytes of an image can be fetched from it as they were sent."""
    corrects = False
    """Whether a change is a post of its own there."""
    threads = True
    """Whether a part of a thread answers the one before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @abstractmethod
    def command(self) -> Sequence[str]:
        """What runs it, in the foreground, as one process."""

    @abstractmethod
    def is_up(self) -> bool:
        """Raises OSError while nobody listens."""

    @abstractmethod
    def settle_in(self) -> None:
        """Make the accounts, once, after the first start."""

    def make_room(self) -> None:  # noqa: B027 - most need none
        """Before each test, where what others wrote gets in the way."""

    @abstractmethod
    def target(self, address: str) -> str:
        """The target's lines of `community.toml`, but for its id and community."""

    @property
    @abstractmethod
    def credential(self) -> str:
        """What goes with `liaison secret put --outgoing`."""

    @abstractmethod
    def is_post(self, method: str, path: str) -> bool:
        """Whether this request is the one that posts."""

    @abstractmethod
    def posts(self, mark: str) -> list[Seen]:
        """All that is there with this mark in its text, the oldest first."""

    @abstractmethod
    def say(self, text: str) -> None:
        """Post as our account, past us."""

    # Its process

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, cwd=self.folder, env=self.env())
        if not started(self.process, self.is_up):
            raise RuntimeError(f"{self.platform} did not start: {self.log()}")

    def env(self) -> dict[str, str]:
        return dict(os.environ)

    def kill(self) -> None:
        """In the middle of whatever it does."""
        self.end(signal.SIGKILL)

    def stop(self) -> None:
        self.end(signal.SIGTERM)

    def end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-3000:]

    # Asking it, past everything of ours

    def ask(self, method: str, path: str, body: object = None, *, token: str = "", **form: str) -> Any:
        """What it answers, as JSON. Raises RuntimeError for an answer that is no success, OSError for none."""
        return told(f"{method} {path}", *self.raw(method, path, body, token=token, **form))

    def raw(self, method: str, path: str, body: object = None, *, token: str = "", **form: str) -> tuple[int, bytes]:
        return request(method, self.url + path, body, {"authorization": f"Bearer {token}"} if token else {}, form)


class Beside:
    """A process that a server needs beside it, and that outlives the server when it is killed."""

    def __init__(self, name: str, log: Path, user: str | None = None) -> None:
        self.name, self.log, self.user = name, log, user
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, command: Sequence[str], is_up: Callable[[], bool]) -> None:
        """Unless it runs already."""
        if self.process:
            return
        with self.log.open("ab") as log:
            env = {**os.environ, "LOG_ENABLED": "false"}
            self.process = subprocess.Popen(command, stdout=log, stderr=log, user=self.user, env=env)
        if not started(self.process, is_up):
            raise RuntimeError(f"{self.name} did not start: {self.log.read_text(errors='replace')[-3000:]}")

    def answers(self, path: str) -> bool:
        """Raises OSError while nobody listens."""
        return request("GET", self.url + path, None, {}, {})[0] == 200

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        return told(f"{method} {path}", *request(method, self.url + path, body, headers, {}))

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None


def request(
    method: str, url: str, body: object, headers: Mapping[str, str], form: Mapping[str, str]
) -> tuple[int, bytes]:
    named, content = dict(headers), None
    if form:
        named["content-type"], content = "application/x-www-form-urlencoded", urlencode(form).encode()
    elif body is not None:
        named["content-type"], content = "application/json", json.dumps(body).encode()
    try:
        with urllib3.PoolManager(retries=False, timeout=10.0) as pool:
            answer = pool.request(method, url, body=content, headers=named)
            return answer.status, answer.data
    except urllib3.exceptions.HTTPError as error:
        raise OSError(str(error)) from error


def told(what: str, status: int, answer: bytes) -> Any:
    """An answer as JSON. Raises RuntimeError for one that is no success."""
    if not 200 <= status < 300:
        raise RuntimeError(f"{what}: {status} {answer[:500]!r}")
    return json.loads(answer or b"null")


def started(process: subprocess.Popen[bytes], is_up: Callable[[], bool]) -> bool:
    """Wait until it is up. False when it ended before, or takes too long."""
    end = time.monotonic() + READY
    while process.poll() is None and time.monotonic() < end:
        with suppress(OSError):
            if is_up():
                return True
        time.sleep(0.05)
    return False


def soon(is_so: Callable[[], bool]) -> bool:
    """Whether it comes to be so: one server follows another a little later."""
    end = time.monotonic() + SOON
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
