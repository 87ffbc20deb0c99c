"""Requests to the outside: bounded in time and size, never redirected, never to a private address unless
the program says so for that one place."""

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import urllib3

from functions.platforms.outgoing import NotSentError, Reply, UnansweredError

SECONDS = 10.0
"""Of one attempt in all: names, connections, answers."""

LARGEST = 64 * 1024
"""Bytes of an answer, where nobody asks for more; what comes after them is not read."""

TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""NAT64, RFC 6052: an IPv4 address in the last 32 bits."""

GIVEN_OUT = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that IANA has given out for the internet. `is_global` is true of much besides: addresses of a site, older
addresses in forms that were given up, networks behind somebody's own translator."""


def address(host: str, port: int, private: bool) -> str:
    """Resolve once and connect to exactly that address, so that no second answer can slip in between."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSentError(f"{host} has no address") from error
    for entry in found:
        candidate = str(entry[4][0])
        if private or public(ipaddress.ip_address(candidate)):
            return candidate
    raise NotSentError(f"{host} is at a private address: set `private_network = true` if that is meant")


def public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is the internet's. What carries an older address inside is judged by that one."""
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if inside:
            return public(inside)
        if address in TRANSLATED:
            return public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in GIVEN_OUT:
            return False
    return address.is_global and not address.is_multicast


class Bounded:
    """The requests of one attempt, together in `seconds`, each answer read up to `largest` bytes. A peer that
    answers in drops, header by header, is given up like one that does not answer: only a clock outside of the call
    can say so."""

    def __init__(self, seconds: float | None = None, largest: int = LARGEST) -> None:
        self.seconds = SECONDS if seconds is None else seconds
        self.largest = largest
        self.until = time.monotonic() + self.seconds

    def __call__(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", private: bool = False
    ) -> Reply:
        """Raises NotSentError when nothing left this machine, UnansweredError when no whole answer came."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise NotSentError("no time is left in this attempt")
        outcome: queue.SimpleQueue[Reply | Exception] = queue.SimpleQueue()
        # A thread that was given up may be frozen with its process, and wake up in somebody else's attempt.
        given_up = threading.Event()

        def seconds() -> float:
            """What is left of this attempt; nothing once it was given up."""
            return 0.0 if given_up.is_set() else self.until - time.monotonic()

        def call() -> None:
            try:
                outcome.put(
                    request(
                        method,
                        url,
                        headers=headers,
                        body=body,
                        private=private,
                        seconds=seconds,
                        largest=self.largest,
                    )
                )
            except Exception as error:  # noqa: BLE001 - it is raised again, in the thread that asked
                outcome.put(error)

        threading.Thread(target=call, daemon=True).start()
        try:
            told = outcome.get(timeout=left)
        except queue.Empty:
            given_up.set()
            raise UnansweredError(f"no whole answer within {self.seconds:.0f} s") from None
        if isinstance(told, Exception):
            raise told
        return told


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    private: bool,
    seconds: Callable[[], float],
    largest: int,
) -> Reply:
    """Raises NotSentError when nothing left this machine, UnansweredError when no whole answer came. `seconds`
    tells what is left; it is asked again once the address is found, which may take any time."""
    split = urlsplit(url)
    host = split.hostname or ""
    secure = split.scheme == "https"
    try:
        port = split.port or (443 if secure else 80)
    except ValueError as error:
        raise NotSentError(f"{host} has no such port") from error
    target = address(host, port, private)
    left = seconds()
    if left <= 0:
        raise NotSentError(f"{host}: finding its address took all the time there was")
    timeout = urllib3.Timeout(connect=min(3.0, left), total=left)
    pool: urllib3.HTTPConnectionPool
    if secure:
        pool = urllib3.HTTPSConnectionPool(
            target,
            port,
            timeout=timeout,
            ssl_context=ssl.create_default_context(),
            server_hostname=host,
            assert_hostname=host,
        )
    else:
        pool = urllib3.HTTPConnectionPool(target, port, timeout=timeout)
    if not all(value.isprintable() for value in headers.values()):
        raise NotSentError(f"{host}: a credential or header holds a line break")  # And its value is told to nobody.
    path = (split.path or "/") + (f"?{split.query}" if split.query else "")
    named = {"host": split.netloc.rpartition("@")[2], "user-agent": "Liaison/0.1", **headers}
    try:
        answer = pool.urlopen(
            method,
            path,
            body=body or None,
            headers=named,
            retries=False,
            redirect=False,
            preload_content=False,
        )
        return Reply(answer.status, {k.lower(): v for k, v in answer.headers.items()}, whole(answer, largest))
    except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
        raise NotSentError(f"{host} could not be reached") from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise UnansweredError(f"{host} did not answer: {type(error).__name__}") from error
    finally:
        pool.close()


def whole(answer: urllib3.BaseHTTPResponse, largest: int) -> bytes:
    """The body, or so much of it."""
    body = bytearray()
    while len(body) < largest and (part := answer.read1(largest - len(body))):
        body += part
    return bytes(body)
