"""The local stack: the synthesised template itself, with the real function code, on MiniStack and loopback."""

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".liaison"
NAME = "Liaison"
REGION = "eu-central-1"
ACCOUNT = "000000000000"
SENDER = "liaison@example.com"
ASSETS = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
PATIENCE = 90
"""Seconds it has to end in: MiniStack waits for functions that run, and then saves its state, which a SIGKILL loses."""
Say = Callable[[str], None]


BESIDE = ("forwarder", "mailbox", "ses")
"""What of ours runs beside MiniStack."""


class StackError(Exception):
    """The local stack cannot be brought up, or is not up; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A running local stack, as `.liaison/stack.json` remembers it."""

    aws: int
    port: int
    owner: str
    processes: list[int]
    outputs: dict[str, str]
    mail: int = 0
    """Where the mail that it sent is opened."""

    @property
    def mailbox(self) -> str:
        return f"http://127.0.0.1:{self.mail}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.aws}"


def credentials(aws: int) -> dict[str, str]:
    """Environment with which every AWS SDK talks to the local stack and to nothing else."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{aws}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def remembered() -> Stack | None:
    """What was brought up last, running or not."""
    try:
        return Stack(**json.loads((HOME / "stack.json").read_text()))
    except FileNotFoundError:
        return None


def running() -> Stack:
    """Raises StackError when the local stack is not up."""
    stack = remembered()
    if stack is None or not healthy(stack.aws):
        raise StackError("the local stack is not up: `liaison up` starts it")
    return stack


def up(port: int, *, keep: bool, owner: str, say: Say) -> Stack:
    """Bring it up; `keep` goes on with the state of the last run, otherwise it starts empty."""
    before = remembered()
    if before and healthy(before.aws):
        raise StackError(f"a stack is up already at {before.url}: `liaison down` ends it")
    down(say)
    for _ in range(50):  # A process that was just ended may hold its port for a moment longer.
        if not answers(port):
            break
        time.sleep(0.1)
    else:
        raise StackError(f"something else answers on port {port}: choose another with --port")
    if not keep:
        shutil.rmtree(HOME / "state", ignore_errors=True)
        shutil.rmtree(HOME / "mail", ignore_errors=True)
        (HOME / "token").unlink(missing_ok=True)
    HOME.mkdir(exist_ok=True)
    HOME.chmod(0o700)  # The saved state holds the secrets of real sources.
    say("synthesising the CDK app")
    assembly = synthesise(port)
    # Queue addresses hold the port, so a kept stack comes back at the port it had.
    aws = before.aws if before and keep else free_port()
    ses, smtp, mail = free_port(), free_port(), free_port()
    say("starting MiniStack")
    ministack = start_ministack(aws, ses)
    processes = [ministack.pid]
    try:
        wait_until(lambda: healthy(aws), ministack, "MiniStack", HOME / "ministack.log")
        say("deploying the template")
        outputs = deploy(assembly, aws)
        verify_sender(aws)
        letters = started(module("mailbox", smtp, mail, HOME / "mail"), "mailbox", {})
        processes.append(letters.pid)
        wait_until(lambda: answers(smtp) and answers(mail), letters, "the mailbox", HOME / "mailbox.log")
        sends = started(module("ses", ses, smtp, aws, outputs["QueueUpkeep"]), "ses", {})
        processes.append(sends.pid)
        wait_until(lambda: answers(ses), sends, "the sending of mail", HOME / "ses.log")
        host = f"{outputs['ApiId']}.execute-api.localhost:{aws}"
        forwarder = started(module("forwarder", port, aws, host), "forwarder", {})
        processes.append(forwarder.pid)
        wait_until(lambda: answers(port), forwarder, f"the forwarder on port {port}", HOME / "forwarder.log")
    except BaseException:
        end(processes)
        raise
    stack = Stack(aws=aws, port=port, owner=owner, processes=processes, outputs=outputs, mail=mail)
    (HOME / "stack.json").write_text(json.dumps(asdict(stack), indent=2))
    return stack


def down(say: Say) -> bool:
    """End it and wait until it has ended, state saved. False when nothing was running."""
    stack = remembered()
    alive = [process for process in stack.processes if ours(process)] if stack else []
    if not alive:
        return False
    say("stopping (saving state)")
    if not end(alive):
        say(f"it had not ended after {PATIENCE} s and was killed: what it had not saved is lost")
    shutil.rmtree(HOME / "tmp", ignore_errors=True)
    return True


def end(processes: list[int]) -> bool:
    """SIGTERM, which saves state; SIGKILL for whatever is still there after a while, which is told by False."""
    for process in reversed(processes):
        deliver_signal(process, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and any(ours(process) for process in processes):
        time.sleep(0.1)
    left = [process for process in processes if ours(process)]
    for process in left:
        deliver_signal(process, signal.SIGKILL)
    return not left


def deliver_signal(process: int, number: signal.Signals) -> None:
    try:
        os.kill(process, number)
    except ProcessLookupError:
        pass  # It has ended already.


def ours(process: int) -> bool:
    """Whether a process is alive and one of ours: process ids are used again."""
    try:
        os.waitpid(process, os.WNOHANG)  # Reaps it, when it is our own child.
    except ChildProcessError:
        pass
    command = command_of(process)
    return any(one in command for one in ("ministack", *(f"cli.{name}" for name in BESIDE)))


def command_of(process: int) -> str:
    """The command line of a process; empty when it has ended. Where there is no /proc, there is `ps`."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            return ""
    shown = subprocess.run(  # noqa: S603
        ["ps", "-p", str(process), "-o", "command="],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.stdout


def synthesise(port: int) -> Path:
    """The same app as for AWS, with the bundle built for this interpreter."""
    assembly = HOME / "cdk.out"
    context = {
        "stack": NAME,
        "bundle": "host",
        "production": "false",
        "workers": "2",
        "public_url": f"http://127.0.0.1:{port}",
        "mail_from": SENDER,
    }
    environment = {**os.environ, "CDK_OUTDIR": str(assembly), "CDK_CONTEXT_JSON": json.dumps(context)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # Compiled files make the CDK more than twice as fast.
    done = subprocess.run(
        [sys.executable, "-m", "infra.app"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StackError(f"the CDK app could not be synthesised:\n{done.stderr[-3000:]}")
    return assembly


def start_ministack(aws: int, ses: int) -> "subprocess.Popen[bytes]":
    """`ses` is the port at which the functions find SES: they inherit MiniStack's environment."""
    program = ROOT / ".venv-ministack" / "bin" / "ministack"
    if not program.exists():
        raise StackError("MiniStack is not installed: run scripts/install")
    state, scratch = HOME / "state", HOME / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    environment = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(aws),
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state / "services"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state / "s3"),
        "TMPDIR": str(scratch),
        "AWS_ENDPOINT_URL_SESV2": f"http://127.0.0.1:{ses}",
    }
    return started([str(program)], "ministack", environment)


def module(name: str, *given: object) -> list[str]:
    """The command of one of those."""
    return [sys.executable, "-m", f"cli.{name}", *map(str, given)]


def started(command: list[str], name: str, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """In a session of its own, so that it outlives this command; its output goes to a log in `.liaison`."""
    inherited = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    with (HOME / f"{name}.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, env={**inherited, **environment}, stdout=log, stderr=log, start_new_session=True
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def healthy(aws: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{aws}/_ministack/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", what: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise StackError(f"{what} did not come up; the end of {log.name} says:\n{log.read_text()[-1500:]}")
        time.sleep(0.1)


def client(service: str, aws: int) -> Any:
    chosen = {"region_name": REGION, "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=f"http://127.0.0.1:{aws}",
        config=Config(read_timeout=70, retries={"total_max_attempts": 2}),
        **chosen,
    )


def deploy(assembly: Path, aws: int) -> dict[str, str]:
    """What `cdk deploy` does: bootstrap, upload the assets, create or update the stack; gives its outputs."""
    s3, ssm = client("s3", aws), client("ssm", aws)
    try:
        s3.create_bucket(Bucket=ASSETS, CreateBucketConfiguration={"LocationConstraint": REGION})
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise
    ssm.put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String", Overwrite=True)
    manifest = json.loads((assembly / f"{NAME}.assets.json").read_text())
    uploaded = {}
    for asset in manifest["files"].values():
        for destination in asset["destinations"].values():
            uploaded[asset["source"]["path"]] = destination["objectKey"]
            s3.put_object(Bucket=ASSETS, Key=destination["objectKey"], Body=packed(assembly, asset["source"]))
    # By address, since a template of this size may not be sent in the request itself, here or in AWS.
    template = next(key for path, key in uploaded.items() if path.endswith(".template.json"))
    return created(client("cloudformation", aws), f"https://s3.{REGION}.amazonaws.com/{ASSETS}/{template}")


def verify_sender(aws: int) -> None:
    """What an operator does once in SES."""
    ses = client("sesv2", aws)
    try:
        ses.create_email_identity(EmailIdentity=SENDER)
    except ses.exceptions.AlreadyExistsException:
        pass  # A kept stack has it.


def packed(assembly: Path, source: dict[str, str]) -> bytes:
    path = assembly / source["path"]
    if source["packaging"] == "file":
        return path.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(path.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(path))
    return buffer.getvalue()


def created(cloudformation: "CloudFormationClient", template: str) -> dict[str, str]:
    make = cloudformation.create_stack
    try:
        cloudformation.describe_stacks(StackName=NAME)
        make = cloudformation.update_stack  # type: ignore[assignment]
    except ClientError:
        pass  # There is none yet.
    try:
        make(StackName=NAME, TemplateURL=template, Capabilities=["CAPABILITY_IAM"])
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise StackError(f"the template was refused: {error}") from error
    return settled(cloudformation)


def settled(cloudformation: "CloudFormationClient") -> dict[str, str]:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        stack = cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]
        if stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
        if "FAILED" in stack["StackStatus"] or "ROLLBACK" in stack["StackStatus"]:
            raise StackError(f"{stack['StackStatus']}: {stack.get('StackStatusReason', '')}\n{reasons(cloudformation)}")
        time.sleep(0.2)
    raise StackError("the stack did not settle within two minutes")


def reasons(cloudformation: "CloudFormationClient") -> str:
    try:
        events = cloudformation.describe_stack_events(StackName=NAME)["StackEvents"]
    except (BotoCoreError, ClientError):
        return ""
    failed = [event for event in events if "FAILED" in event.get("ResourceStatus", "")]
    return "\n".join(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed[:5])
