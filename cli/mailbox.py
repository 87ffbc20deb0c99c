"""Where the local stack's mail arrives: a small SMTP server that keeps each mail as a file and sends none on, and a
page to open them on. Run as `python -m cli.mailbox`.

It speaks what RFC 5321 asks of every server (4.5.1), so that anything that speaks SMTP can send to it.
"""

import base64
import html
import re
import sys
import threading
import time
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

LARGEST = 20 * 1024 * 1024
"""Bytes of a mail; SES takes twice as many."""
LONGEST_LINE = 2_000
SHOWN = 200
NAME = re.compile(r"[0-9]+-[0-9]+")
SHOWN_INSIDE = re.compile(r"cid:([^\"'\s<>)]+)")
HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
numbers = count(1)


# Keeping


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail in its file."""

    name: str
    message: EmailMessage

    def text(self, kind: str) -> str:
        """Its part of a kind, `plain` or `html`; empty where it has none."""
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""

    def page(self) -> str:
        """Its HTML, with the pictures that are inside it as they are shown there; a link opens beside it."""
        html = self.text("html")
        head = HEAD.search(html)
        start = head.end() if head else 0
        shown = f'{html[:start]}<base target="_blank">{html[start:]}'
        inside = {str(part["Content-ID"] or "").strip("<>"): part for part in self.message.walk()}

        def held(found: re.Match[str]) -> str:
            part = inside.get(found[1])
            if part is None or part.get_content_maintype() != "image":
                return found[0]
            body = base64.b64encode(part.get_content()).decode("ascii")
            return f"data:{part.get_content_type()};base64,{body}"

        return SHOWN_INSIDE.sub(held, shown)


def keep(folder: Path, sender: str, recipients: list[str], message: bytes) -> str:
    """Gives its name. Its envelope stands above it, as whoever delivers a mail at last writes it (RFC 5321, 4.4)."""
    name = f"{time.time_ns()}-{next(numbers)}"
    above = "".join(f"Delivered-To: {one}\r\n" for one in recipients)
    part = folder / f"{name}.part"
    part.write_bytes(f"Return-Path: <{sender}>\r\n{above}".encode("utf-8", "replace") + message)
    part.rename(folder / f"{name}.eml")
    return name


def kept(folder: Path) -> list[Kept]:
    """All of them, the newest first."""
    files = sorted(folder.glob("*.eml"), reverse=True)[:SHOWN]
    return [found for file in files if (found := one(folder, file.stem))]


def one(folder: Path, name: str) -> Kept | None:
    file = folder / f"{name}.eml"
    if not NAME.fullmatch(name) or not file.is_file():
        return None
    return Kept(name, message_from_bytes(file.read_bytes(), policy=default))


# SMTP


class Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def receiver(folder: Path) -> type[StreamRequestHandler]:
    class Session(StreamRequestHandler):
        timeout = 30
        sender: str | None
        recipients: list[str]

        def handle(self) -> None:
            self.sender, self.recipients = None, []
            self.say(220, "liaison mailbox")
            while line := self.rfile.readline(LONGEST_LINE):
                verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
                if not self.done(verb.upper(), rest):
                    return

        def done(self, verb: str, rest: str) -> bool:
            """One command; False at the end."""
            match verb:
                case "EHLO":
                    self.wfile.write(f"250-liaison\r\n250-8BITMIME\r\n250 SIZE {LARGEST}\r\n".encode())
                case "HELO" | "NOOP":
                    self.say(250, "liaison")
                case "VRFY":
                    self.say(252, "send it, then we see")
                case "RSET":
                    self.sender, self.recipients = None, []
                    self.say(250, "forgotten")
                case "MAIL" if rest.upper().startswith("FROM:"):
                    self.sender, self.recipients = path(rest[5:]), []
                    self.say(250, "sender noted")
                case "RCPT" if rest.upper().startswith("TO:") and self.sender is not None:
                    self.recipients.append(path(rest[3:]))
                    self.say(250, "recipient noted")
                case "DATA" if self.recipients:
                    self.data()
                case "QUIT":
                    self.say(221, "bye")
                    return False
                case "MAIL" | "RCPT" | "DATA":
                    self.say(503, "not now")
                case _:
                    self.say(500, "no such command")
            return True

        def data(self) -> None:
            self.say(354, "end with a point on a line of its own")
            lines, size, begins = list[bytes](), 0, True
            while line := self.rfile.readline(LONGEST_LINE):
                if begins and line in (b".\r\n", b".\n"):
                    break
                size += len(line)
                if size <= LARGEST:
                    lines.append(line[1:] if begins and line.startswith(b".") else line)
                begins = line.endswith(b"\n")
            if size > LARGEST:
                self.say(552, "too large")
            elif line:
                self.say(250, f"kept as {keep(folder, self.sender or '', self.recipients, b''.join(lines))}")
            self.sender, self.recipients = None, []

        def say(self, number: int, words: str) -> None:
            self.wfile.write(f"{number} {words}\r\n".encode())

    return Session


def path(given: str) -> str:
    """The address of `<marie@acme.example> SIZE=1000`; no line of a file ends in it."""
    found = re.match(r"\s*<?([^<>\s]*)>?", given)
    return found.group(1) if found else ""


# The page

STRICT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
ALLOWED = "allow-popups allow-popups-to-escape-sandbox"
"""Of what a frame may not: a link opens, and nothing runs."""
FRAME = f"{STRICT}; sandbox {ALLOWED}"
OUTER = f"{STRICT}; frame-src 'self'; frame-ancestors 'none'"
STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{border-top:1px solid #767676;padding:.4rem;text-align:start;"
    "vertical-align:top;overflow-wrap:anywhere}iframe{background:#fff;border:1px solid #767676;height:60rem;width:100%}"
    "pre{overflow-wrap:anywhere;white-space:pre-wrap}"
)


def sheet(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main><h1>{html.escape(title)}</h1>{body}</main></body></html>"
    )


def listed(mails: list[Kept]) -> str:
    rows = "".join(
        f'<tr><td><a href="/{mail.name}">{told(mail, "Subject") or "…"}</a></td><td>{told(mail, "Delivered-To")}</td>'
        f"<td>{told(mail, 'Date')}</td></tr>"
        for mail in mails
    )
    head = "<thead><tr><th scope=col>Subject</th><th scope=col>To</th><th scope=col>Date</th></tr></thead>"
    table = f"<table>{head}<tbody>{rows}</tbody></table>" if rows else "<p>No mail has arrived yet.</p>"
    return sheet("Mail of the local stack", table)


def told(mail: Kept, header: str) -> str:
    return html.escape(str(mail.message[header] or ""))


def opened(mail: Kept) -> str:
    headers = "".join(
        f"<tr><th scope=row>{html.escape(name)}</th><td>{html.escape(str(value))}</td></tr>"
        for name, value in mail.message.items()
    )
    framed = f'<h2>As HTML</h2><iframe sandbox="{ALLOWED}" title="The mail as HTML" src="/{mail.name}/html"></iframe>'
    return sheet(
        str(mail.message["Subject"] or "…"),
        f'<p><a href="/">All mail</a> · <a href="/{mail.name}/raw">As it was sent</a></p>'
        f"{framed if mail.text('html') else ''}"
        f"<h2>As text</h2><pre>{html.escape(mail.text('plain'))}</pre>"
        f"<h2>Headers</h2><table><tbody>{headers}</tbody></table>",
    )


def viewer(folder: Path) -> type[BaseHTTPRequestHandler]:
    class View(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = (self.headers.get("Host") or "").partition(":")[0]
            if host not in ("127.0.0.1", "localhost"):  # A page of somebody else's that calls itself this one.
                self.answer(403, "text/plain", OUTER, "only this machine reads these")
                return
            name, _, part = self.path.partition("?")[0].strip("/").partition("/")
            mail = one(folder, name)
            if not name:
                self.answer(200, "text/html", OUTER, listed(kept(folder)))
            elif mail is None or part not in ("", "html", "raw"):
                self.answer(404, "text/plain", OUTER, "there is no such mail")
            elif part == "html":
                self.answer(200, "text/html", FRAME, mail.page())
            elif part == "raw":
                self.answer(200, "text/plain", FRAME, (folder / f"{name}.eml").read_bytes().decode("utf-8", "replace"))
            else:
                self.answer(200, "text/html", OUTER, opened(mail))

        def answer(self, status: int, kind: str, policy: str, text: str) -> None:
            body = text.encode("utf-8", "replace")
            self.send_response_only(status)
            for name, value in {
                "Content-Type": f"{kind}; charset=utf-8",
                "Content-Length": str(len(body)),
                "Content-Security-Policy": policy,
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "no-store",
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    return View


class Web(ThreadingHTTPServer):
    daemon_threads = True


def main(smtp: int, web: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    receives = Server(("127.0.0.1", smtp), receiver(folder))
    threading.Thread(target=receives.serve_forever, daemon=True).start()
    Web(("127.0.0.1", web), viewer(folder)).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
