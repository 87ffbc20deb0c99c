"""A loopback AWS as far as the door needs one: SSM GetParameter and SQS SendMessage, in AWS JSON.

It refuses what AWS refuses: messages over 1 MiB, and the characters SQS does not take (SendMessage, "message
can include only XML, JSON, and unformatted text").
"""

import json
import re
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LARGEST_MESSAGE = 1_048_576
UNSENDABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SERVICES = {"AmazonSSM": "ssm", "AmazonSQS": "sqs"}

Answer = tuple[int, bytes]


def refusal(code: str, status: int = 400) -> Answer:
    return status, json.dumps({"__type": f"com.amazonaws.service#{code}", "message": "no"}).encode()


THROTTLED = refusal("ThrottlingException")
DOWN = refusal("InternalServerError", 500)


@dataclass
class Cloud:
    """`parameters` is what SSM holds, `messages` what SQS took; `broken` is answered instead, by action."""

    parameters: dict[str, str] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    broken: dict[str, Answer] = field(default_factory=dict)
    broken_once: dict[str, Answer] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    @cached_property
    def server(self) -> ThreadingHTTPServer:
        cloud = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                payload = json.loads(self.rfile.read(int(self.headers["content-length"])))
                cloud.headers.append({name.lower(): value for name, value in self.headers.items()})
                status, body = cloud.answer(self.headers["x-amz-target"], payload)
                head = f"HTTP/1.1 {status} Told\r\ncontent-length: {len(body)}\r\n\r\n"
                with suppress(OSError):  # Whoever asked may be gone.
                    self.wfile.write(head.encode() + body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> "Cloud":
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, target: str, payload: dict[str, Any]) -> Answer:
        action = target.partition(".")[2]
        self.asked[f"{action} {payload['Name']}" if action == "GetParameter" else action] += 1
        if action in self.broken_once:
            return self.broken_once.pop(action)
        if action in self.broken:
            return self.broken[action]
        return self.parameter(payload) if action == "GetParameter" else self.message(payload)

    def parameter(self, payload: dict[str, Any]) -> Answer:
        value = self.parameters.get(payload["Name"])
        if value is None:
            return refusal("ParameterNotFound")
        return 200, json.dumps({"Parameter": {"Name": payload["Name"], "Value": value}}).encode()

    def message(self, payload: dict[str, Any]) -> Answer:
        text = payload["MessageBody"]
        if UNSENDABLE.search(text):
            return refusal("InvalidMessageContents")
        if len(text.encode()) > LARGEST_MESSAGE:
            return refusal("InvalidParameterValue")
        self.messages.append(payload)
        return 200, json.dumps({"MessageId": str(len(self.messages))}).encode()
