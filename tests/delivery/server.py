"""A server on loopback that answers with whatever bytes a test gives it."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Conversation = Callable[[socket.socket], object]


@dataclass
class Server:
    """`heard` is every request, raw."""

    port: int
    heard: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def serving(talk: Conversation, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(listening.getsockname()[1])

        def serve() -> None:
            while True:
                try:
                    peer, _ = listening.accept()
                except OSError:
                    return  # The test is over.
                with suppress(OSError), peer:
                    if tls is not None:
                        with tls.wrap_socket(peer, server_side=True) as wrapped:
                            converse(wrapped)
                    else:
                        converse(peer)

        def converse(peer: socket.socket) -> None:
            server.heard.append(request(peer))
            talk(peer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
            thread.join(5)


def request(peer: socket.socket) -> bytes:
    """All of one request, by its own account of how long it is."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        heard += more(peer)
    head, _, body = heard.partition(b"\r\n\r\n")
    named = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(named.get(b"content-length", b"0")):
        body += more(peer)
    return head + b"\r\n\r\n" + body


def more(peer: socket.socket) -> bytes:
    got = peer.recv(65536)
    if not got:
        raise ConnectionError("gone in the middle of a request")
    return got


def answering(*lines: str, body: bytes = b"") -> Conversation:
    head = "\r\n".join((*lines, f"content-length: {len(body)}", "connection: close", "", ""))
    return lambda peer: peer.sendall(head.encode() + body)
