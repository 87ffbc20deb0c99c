"""One loopback address in front of the local stack: it sets the Host header by which the local API Gateway
finds the API, so that a browser, `curl` or any tunnel reaches it. Run as `python -m cli.forwarder`."""

import http.client
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "host", "content-length", "expect"}
LARGEST = 12 * 1024 * 1024
"""API Gateway itself ends at 10 MB."""


def handler(port: int, host: str) -> type[BaseHTTPRequestHandler]:
    class Forward(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.whole_body()
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            try:
                upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=40)
                upstream.request(self.command, self.path, body or None, {**headers, "Host": host})
                answer = upstream.getresponse()
                self.answer(answer.status, answer.getheaders(), answer.read())
            except (OSError, http.client.HTTPException):
                self.answer(502, [("content-type", "application/json")], b'{"message": "the local stack is not up"}')
            finally:
                upstream.close()

        do_GET = do_POST = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = forward

        def whole_body(self) -> bytes:
            """The body as sent, with its length given or in chunks (tunnels like those)."""
            if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                return self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST))
            body = b""
            while (size := int(self.rfile.readline(32).split(b";")[0], 16)) and len(body) < LARGEST:
                body += self.rfile.read(size)
                self.rfile.readline(8)
            self.rfile.readline(8)
            return body

        def answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the functions log what matters."""

    return Forward


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def main(listen: int, port: int, host: str) -> None:
    Server(("127.0.0.1", listen), handler(port, host)).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
