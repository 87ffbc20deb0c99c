"""A PostgreSQL of one's own, as its package leaves it, for a server that needs one."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.real.servers.server import Beside

LACKING = "PostgreSQL's server is not installed (Debian: postgresql)"


def programs() -> Path | None:
    """The folder of the newest `initdb` and `postgres`; Debian has them outside the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    named = shutil.which("initdb")
    first = found[-1:] or ([Path(named)] if named else [])
    return first[0].parent if first else None


class Postgres:
    """One database, `test`. It refuses to run as root, so then it runs as another user, in a folder of that user's."""

    def __init__(self, log: Path) -> None:
        self.process = Beside("PostgreSQL", log, "nobody" if os.geteuid() == 0 else None)
        self.folder: Path | None = None

    @property
    def address(self) -> str:
        user = self.process.user or pwd.getpwuid(os.geteuid()).pw_name
        return f"postgresql://{user}@127.0.0.1:{self.process.port}/test"

    def start(self) -> None:
        """Unless it runs already."""
        found = programs()
        if found is None:
            raise RuntimeError(LACKING)
        if self.folder:
            return
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        if self.process.user:
            shutil.chown(self.folder, self.process.user)
        self.run(str(found / "initdb"), "-A", "trust", "-D", str(self.folder / "data"))
        there = f"-c listen_addresses=127.0.0.1 -p {self.process.port} -k {self.folder}".split()
        self.process.start((str(found / "postgres"), "-D", str(self.folder / "data"), *there), self.is_up)
        self.run(str(found / "createdb"), *self.where(), "test")

    def is_up(self) -> bool:
        found = programs()
        asked = [str(found and found / "pg_isready"), *self.where()]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0

    def where(self) -> tuple[str, ...]:
        return ("-h", "127.0.0.1", "-p", str(self.process.port))

    def run(self, *command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, user=self.process.user, cwd="/")

    def stop(self) -> None:
        self.process.stop(signal.SIGINT)  # Without waiting for those who are connected.
        if self.folder:
            shutil.rmtree(self.folder)
            self.folder = None
