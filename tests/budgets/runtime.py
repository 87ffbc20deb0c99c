"""Functions as Lambda runs them: a process of its runtime interface client, fed by a Runtime API on loopback.

The client is copied out of the environment and started without `site`, so that nothing else that is installed
here is loaded, looked for, or slows the floor.
"""

import compileall
import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import files
from pathlib import Path
from typing import Any

CLIENT = ("awslambdaric", "simplejson", "snapshot-restore-py")
BARE = "bare.main"
PATIENCE = 30.0


def client(into: Path) -> Path:
    """Lambda's runtime interface client, and beside it `bare`, a handler that only speaks JSON: the floor."""
    for package in CLIENT:
        for file in files(package) or ():
            if ".dist-info" not in str(file) and "__pycache__" not in str(file):
                (into / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(Path(str(file.locate())), into / file)
    (into / "bare.py").write_text(
        "import json\n\n\ndef main(event, context):\n"
        '    return {"statusCode": 202, "body": json.dumps({"accepted": len(event["body"])})}\n'
    )
    compileall.compile_dir(into, quiet=1)
    return into


@dataclass
class Run:
    """One cold start. Seconds from asking for the process to its first poll, and to its first answer; `busy`
    are the seconds of processor time it took in all."""

    ready: float = 0.0
    answered: float = 0.0
    busy: float = 0.0
    answer: Any = None
    done: threading.Event = field(default_factory=threading.Event)


class RuntimeApi(ThreadingHTTPServer):
    """One event, one answer. Source: AWS Lambda, "Using the Lambda runtime API"."""

    daemon_threads = True

    def __init__(self, run: Run, event: Mapping[str, Any] | None) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.run, self.event = run, event

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The process is ended in the middle of its next poll; that is no error."""


class Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RuntimeApi

    def do_GET(self) -> None:
        run = self.server.run
        run.ready = run.ready or time.perf_counter()
        if run.answered or self.server.event is None:
            self.close_connection = True  # Nothing more is asked of the process; it is about to be ended.
            run.done.set()
            return
        self.reply(200, json.dumps(self.server.event).encode())

    def do_POST(self) -> None:
        told = self.rfile.read(int(self.headers["content-length"]))
        self.server.run.answered = time.perf_counter()
        self.server.run.answer = json.loads(told)
        self.reply(202, b"{}")
        self.server.run.done.set()

    def reply(self, status: int, body: bytes) -> None:
        deadline = int((time.time() + PATIENCE) * 1000)
        head = (
            f"HTTP/1.1 {status} Told\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
            f"lambda-runtime-aws-request-id: 1\r\nlambda-runtime-deadline-ms: {deadline}\r\n"
            "lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-central-1:0:function:x\r\n\r\n"
        )
        self.wfile.write(head.encode() + body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def cold(handler: str, folders: Sequence[Path], event: Mapping[str, Any] | None, environment: Mapping[str, str]) -> Run:
    """Start a process, let it handle one event (None: let it get ready), end it. RuntimeError when it did not."""
    run = Run()
    api = RuntimeApi(run, event)
    told = {
        **environment,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
        "AWS_LAMBDA_FUNCTION_NAME": handler,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
    }
    threading.Thread(target=api.serve_forever, args=(0.01,), daemon=True).start()
    command = [sys.executable, "-S", "-m", "awslambdaric", handler]
    began, busy = time.perf_counter(), children()
    process = subprocess.Popen(command, env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    answered = run.done.wait(PATIENCE)
    process.kill()
    said = process.communicate()[0].decode()
    api.shutdown()
    api.server_close()
    if not answered:
        raise RuntimeError(f"{handler} gave no answer: {run.answer or said}")
    run.ready -= began
    run.answered -= began
    run.busy = children() - busy
    return run


def children() -> float:
    """Processor seconds of the processes that this one has started and seen end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
