"""What lies between us and a server: a TCP proxy on loopback that breaks off where a test says.

Each connection carries one request, since that is how delivery asks.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

SECONDS = 20.0


@dataclass
class Talk:
    """One request on its way, and the socket of whoever asked."""

    request: bytes
    peer: socket.socket
    port: int

    def forward(self) -> socket.socket:
        """Hand the request over to the server; asked to close, it says by itself where its answer ends."""
        first, _, rest = self.request.partition(b"\r\n")
        server = socket.create_connection(("127.0.0.1", self.port), SECONDS)
        server.sendall(first + b"\r\nconnection: close\r\n" + rest)
        return server

    def answer(self) -> bytes:
        """Hand it over, and hear the whole answer: what was asked is done now."""
        with self.forward() as server:
            return heard(server)


Fault = Callable[[Talk], None]


def whole(talk: Talk) -> None:
    talk.peer.sendall(talk.answer())


def request_lost(talk: Talk) -> None:
    """It left us, and never arrived."""


def request_cut(talk: Talk) -> None:
    """All but its end arrived; the server hears that nothing more will come, and does with it what it does."""
    with replace(talk, request=talk.request[:-10]).forward() as server:
        server.shutdown(socket.SHUT_WR)
        heard(server)


def answer_lost(talk: Talk) -> None:
    """It was done, and nobody was told."""
    talk.answer()


def answer_cut(talk: Talk) -> None:
    answer = talk.answer()
    talk.peer.sendall(answer[: len(answer) // 2])


@dataclass
class Cable:
    """`faults` befall the coming requests that `matters`, one each; all others arrive, and are answered."""

    port: int
    matters: Callable[[str, str], bool]
    """Whether a request (method, path) is the one that posts."""
    faults: list[Fault] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    """Each request that posts, as it was sent."""
    outer: int = 0
    """The port that we ask at; the same again when it is plugged in again."""
    listener: socket.socket | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.outer}"

    def plug(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.outer))
        self.outer = self.listener.getsockname()[1]
        threading.Thread(target=self.listen, args=(self.listener,), daemon=True).start()

    def unplug(self) -> None:
        """Nobody listens there any more: whoever comes is refused."""
        if self.listener:
            with suppress(OSError):
                self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None

    def listen(self, listener: socket.socket) -> None:
        with suppress(OSError):  # Unplugged.
            while True:
                peer, _ = listener.accept()
                threading.Thread(target=self.carry, args=(peer,), daemon=True).start()

    def carry(self, peer: socket.socket) -> None:
        with peer, suppress(OSError):  # Either side may be gone: that is what is tested.
            peer.settimeout(SECONDS)
            request = read(peer)
            self.fault(request)(Talk(request, peer, self.port))

    def fault(self, request: bytes) -> Fault:
        method, _, rest = request.decode("latin-1").partition(" ")
        if not self.matters(method, rest.partition(" ")[0].partition("?")[0]):
            return whole
        self.heard.append(request)
        return self.faults.pop(0) if self.faults else whole


def read(peer: socket.socket) -> bytes:
    """One request, head and body."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += more(peer)
    head, _, body = got.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(fields.get(b"content-length", b"0")):
        body += more(peer)
    return head + b"\r\n\r\n" + body


def heard(server: socket.socket) -> bytes:
    """All that it says until it hangs up."""
    return b"".join(iter(lambda: server.recv(65536), b""))


def more(peer: socket.socket) -> bytes:
    part = peer.recv(65536)
    if not part:
        raise OSError("gone in the middle of a request")
    return part


@contextmanager
def plugged(port: int, matters: Callable[[str, str], bool]) -> Iterator[Cable]:
    cable = Cable(port, matters)
    cable.plug()
    try:
        yield cable
    finally:
        cable.unplug()
