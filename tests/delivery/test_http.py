"""What leaves this machine, for where, and for how long: against real sockets on loopback."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from functions.platforms.outgoing import NotSentError, Reply, UnansweredError
from functions.shared import http
from tests.delivery.server import Server, answering, serving

OK = answering("HTTP/1.1 200 OK", "X-Told: yes", body=b"hello")


def ask(url: str, *, private: bool = True, body: bytes = b"{}", method: str = "POST") -> Reply:
    return http.Bounded()(method, url, headers={"content-type": "application/json"}, body=body, private=private)


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Names resolve to these addresses; gives the list of names that were asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *rest: Any, **named: Any) -> Any:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            asked.append(host)
            return [entry for address in addresses for entry in real(address, port, *rest, **named)]
        return real(host, port, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_request_arrives_as_it_was_meant() -> None:
    with serving(OK) as server:
        reply = ask(server.url + "?a=b", body=b'{"x": 1}')
    assert (reply.status, reply.headers["x-told"], reply.body) == (200, "yes", b"hello")
    (heard,) = server.heard
    assert heard.startswith(b"POST /hook?a=b HTTP/1.1\r\n")
    assert heard.endswith(b'{"x": 1}')
    assert b"content-type: application/json" in heard.lower()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "[::1]",
        "10.0.0.5",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "0x7f000001",
        "localhost",
    ],
)
def test_a_private_address_is_refused_before_anything_is_sent(host: str) -> None:
    with pytest.raises(NotSentError, match=r"private address|no address"):
        ask(f"http://{host}/", private=False)


def test_a_name_that_leads_to_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "127.0.0.1")
    with serving(OK) as server, pytest.raises(NotSentError, match="set `private_network = true` if that is meant"):
        ask(f"http://inside.example:{server.port}/", private=False)
    assert not server.heard


def test_of_a_names_addresses_only_a_public_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "10.0.0.1", "93.184.216.34")
    assert http.address("mixed.example", 443, private=False) == "93.184.216.34"


def test_a_name_is_resolved_once_so_no_second_answer_can_slip_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was checked is what is connected to (DNS rebinding)."""
    asked = resolving(monkeypatch, "127.0.0.1")
    with serving(OK) as server:
        ask(f"http://rebind.example:{server.port}/")
    assert asked == ["rebind.example"]
    assert f"host: rebind.example:{server.port}".encode() in server.heard[0].lower()


def test_a_redirect_is_not_followed() -> None:
    with serving(OK) as secret:
        there = answering("HTTP/1.1 307 Temporary Redirect", f"Location: {secret.url}")
        with serving(there) as server:
            assert ask(server.url).status == 307
    assert not secret.heard


def test_a_name_without_an_address_was_not_sent() -> None:
    with pytest.raises(NotSentError, match="has no address"):
        ask("http://nowhere.invalid/")


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/", f"http://{'a' * 64}.example/", "http:///path"])
def test_an_address_that_is_none_was_not_sent(url: str) -> None:
    with pytest.raises(NotSentError):
        ask(url)


def test_a_closed_port_was_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NotSentError, match="could not be reached"):
        ask(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "talk",
    [
        lambda peer: None,
        lambda peer: peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart"),
        lambda peer: peer.sendall(b"220 mail.example ESMTP\r\n"),
        lambda peer: peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnope"),
    ],
    ids=["closes", "breaks off", "speaks something else", "lies about its encoding"],
)
def test_half_an_answer_is_none(talk: Any) -> None:
    with serving(talk) as server, pytest.raises(UnansweredError):
        ask(server.url)
    assert server.heard


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "SECONDS", 0.3)
    over = threading.Event()
    with serving(lambda peer: over.wait(10) and None) as server:
        try:
            with pytest.raises(UnansweredError):
                ask(server.url)
        finally:
            over.set()


@pytest.mark.parametrize("beginning", [b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", b"HTTP/1.1 200 OK\r\nx: "])
def test_an_answer_in_drops_is_given_up_too(monkeypatch: pytest.MonkeyPatch, beginning: bytes) -> None:
    """Each drop is in time, of the body or of the headers; all of them together would outlast the function."""
    monkeypatch.setattr(http, "SECONDS", 0.3)
    endless = threading.Event()

    def drip(peer: socket.socket) -> None:
        peer.sendall(beginning)
        while not endless.wait(0.01):
            peer.sendall(b".")

    with serving(drip) as server:
        try:
            with pytest.raises(UnansweredError, match="no whole answer"):
                ask(server.url)
        finally:
            endless.set()


def test_the_requests_of_one_attempt_share_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "SECONDS", 0.0)
    with serving(OK) as server, pytest.raises(NotSentError, match="no time is left"):
        ask(server.url)
    assert server.heard == []


def test_of_a_large_answer_only_the_beginning_is_read() -> None:
    with serving(answering("HTTP/1.1 200 OK", body=b"x" * 300_000)) as server:
        assert len(ask(server.url).body) == http.LARGEST


def test_whoever_needs_more_of_an_answer_says_so() -> None:
    with serving(answering("HTTP/1.1 200 OK", body=b"x" * 300_000)) as server:
        ask_for_more = http.Bounded(largest=250_000)
        reply = ask_for_more("GET", server.url, headers={}, private=True)
    assert len(reply.body) == 250_000


def test_whoever_needs_more_or_less_time_says_so() -> None:
    over = threading.Event()
    with serving(lambda peer: over.wait(10) and None) as server:
        try:
            with pytest.raises(UnansweredError, match=r"within 0 s|ReadTimeout"):
                http.Bounded(seconds=0.2)("GET", server.url, headers={}, private=True)
        finally:
            over.set()


def test_a_get_has_no_body() -> None:
    with serving(OK) as server:
        ask(server.url, method="GET", body=b"")
    assert server.heard[0].startswith(b"GET /hook HTTP/1.1")
    assert b"content-length" not in server.heard[0].lower()


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "site.example")])
    begun = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begun)
        .not_valid_after(begun + dt.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("site.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "site.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def secure(server: Server) -> str:
    return f"https://site.example:{server.port}/hook"


def test_a_certificate_nobody_vouches_for_gets_nothing(
    monkeypatch: pytest.MonkeyPatch, self_signed: ssl.SSLContext
) -> None:
    resolving(monkeypatch, "127.0.0.1")
    with serving(OK, self_signed) as server, pytest.raises((NotSentError, UnansweredError)):
        ask(secure(server))
    assert not server.heard


def test_a_certificate_is_checked_against_the_name_and_not_the_address(
    monkeypatch: pytest.MonkeyPatch, self_signed: ssl.SSLContext, tmp_path: Path
) -> None:
    resolving(monkeypatch, "127.0.0.1")
    trusted = ssl.create_default_context(cafile=str(tmp_path / "site.pem"))
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusted)
    with serving(OK, self_signed) as server:
        assert ask(secure(server)).body == b"hello"
        with pytest.raises((NotSentError, UnansweredError)):
            ask(secure(server).replace("site.example", "other.example"))
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("address", "internet"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("ff0e::1", False),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b::5db8:d822", True),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b:1::7f00:1", False),
        ("64:ff9b:1::5db8:d822", False),
        ("::ffff:93.184.216.34", True),
        ("::ffff:0:127.0.0.1", False),
        ("2002:5db8:d822::", True),
        ("2002:a9fe:a9fe::1", False),
        ("::127.0.0.1", False),
        ("::93.184.216.34", False),
        ("::", False),
        ("::1", False),
        ("fec0::1", False),
        ("feff::1", False),
        ("fe80::1%eth0", False),
        ("fd00:ec2::254", False),
        ("2001:db8::1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("5f00::1", False),
        ("4000::1", False),
        ("0.0.0.0", False),
        ("100.64.0.1", False),
    ],
)
def test_which_addresses_are_the_internets(address: str, internet: bool) -> None:
    assert http.public(ipaddress.ip_address(address)) is internet
