"""The code every function runs: our sources and the target's pinned wheels in one folder, without Docker."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from uv import find_uv_bin

from infra.settings import Target

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = "requirements/run.txt"
PACKAGES = ("events", "functions")

# Samples are for tests. Byte code lying about is of whoever ran Python last; it is made again below.
LEFT_OUT = frozenset({"__pycache__", "samples"})

# botocore and boto3 describe some four hundred services; these are the ones the functions call.
SERVICES = frozenset({"dynamodb", "s3", "sesv2", "sqs", "ssm", "sts"})

# The papers that stay: holidays looks its own version up in them when it is imported. Its translations stay, too: it
# raises where it is asked in a country's own language and has no file of that, and most readers' countries are such.
READ = "holidays-"

# Each folder there is a language that people are told things in. English is one without any: it stands in for those
# that have no words.
MESSAGES = "functions/digests/messages"

# The typefaces of the charts; `functions.digests.pictures` draws with these.
FONTS = frozenset({"SourceSansPro-Regular.ttf", "SourceSansPro-Semibold.ttf"})

# The interpreter of the functions on AWS; `infra.function` asks for the same.
RUNTIME = (3, 13)


@dataclass(frozen=True)
class Bundle:
    """A finished folder, and a digest of what went into it: equal inputs, equal digest."""

    path: Path
    digest: str


def build(target: Target, into: Path, root: Path = ROOT) -> Bundle:
    """The bundle of the sources under `root`, taken from `into` where an earlier run left the same one."""
    compiler = _compiler(target)
    digest = _digest(target, compiler, root)
    path = into.resolve() / f"bundle-{target}-{digest[:16]}"
    if not path.exists():
        into.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=into, prefix="making-") as scratch:
            made = Path(scratch) / "bundle"
            _install(made, target, root)
            _trim(made, _languages(root))
            _copy(made, root)
            if compiler:
                _compile(made, compiler)
            # Named only when whole: an interrupted run leaves nothing that looks finished.
            try:
                made.rename(path)
            except OSError:  # Another run has finished the same one meanwhile.
                if not path.is_dir():
                    raise
        for old in set(into.resolve().glob(f"bundle-{target}-*")) - {path}:
            shutil.rmtree(old)
    _tell(path, compiler)
    return Bundle(path, digest)


def _sources(root: Path) -> Iterator[Path]:
    """The files of ours that travel, relative to `root`."""
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*")):
            name = file.relative_to(root)
            hidden = any(part.startswith(".") for part in name.parts)
            if file.is_file() and not hidden and not LEFT_OUT.intersection(name.parts):
                yield name


def _digest(target: Target, compiler: str | None, root: Path) -> str:
    """Over what goes in: byte code differs from one compilation to the next and means the same."""
    python = sys.version_info[:2] if target == "host" else RUNTIME
    total = hashlib.sha256(repr((target, sys.platform, python, bool(compiler))).encode())
    for content in (Path(__file__), root / REQUIREMENTS):
        total.update(hashlib.sha256(content.read_bytes()).digest())
    for name in _sources(root):
        total.update(f"\n{name.as_posix()} {hashlib.sha256((root / name).read_bytes()).hexdigest()}".encode())
    return total.hexdigest()


def _install(made: Path, target: Target, root: Path) -> None:
    wheels: dict[Target, list[str]] = {
        "aws": ["--python-platform", "aarch64-manylinux2014", "--python-version", "{}.{}".format(*RUNTIME)],
        "host": ["--python", sys.executable],
    }
    install = [find_uv_bin(), "pip", "install", "--quiet", "--only-binary", ":all:", "--require-hashes"]
    what = ["--requirements", str(root / REQUIREMENTS), "--target", str(made), *wheels[target]]
    subprocess.run([*install, *what], check=True)


def _languages(root: Path) -> frozenset[str]:
    """As their folders are called: `en`, `fr`, `pt-BR`."""
    folder = root / MESSAGES
    return frozenset({"en"} | {entry.name for entry in folder.glob("[a-z]*") if entry.is_dir()})


def _trim(made: Path, languages: frozenset[str]) -> None:
    """Takes out what no function reads: the other services, other languages, scripts, and the wheels' own papers.

    pydantic looks for plugins in those papers at every cold start, and there are none to find.
    """
    for data in (made / "botocore" / "data", made / "boto3" / "data"):
        for service in data.iterdir():
            if service.is_dir() and service.name not in SERVICES:
                shutil.rmtree(service)
    papers = (folder for folder in made.glob("*.dist-info") if not folder.name.startswith(READ))
    for folder in (made / "bin", made / "boto3" / "examples", *papers):
        shutil.rmtree(folder, ignore_errors=True)
    (made / ".lock").unlink(missing_ok=True)
    spoken = {language.replace("_", "-").partition("-")[0] for language in languages}
    for locale in (made / "babel" / "locale-data").iterdir():
        # Regions are kept with their language, and `root` is below all of them.
        if locale.stem.partition("_")[0] not in {"root", *spoken}:
            locale.unlink()
    for font in (made / "font_source_sans_pro" / "files").iterdir():
        if font.suffix in {".otf", ".ttf"} and font.name not in FONTS:
            font.unlink()


def _copy(made: Path, root: Path) -> None:
    for name in _sources(root):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, made / name)


def _compiler(target: Target) -> str | None:
    """An interpreter of the target's minor version, if there is one: no other's byte code would be read."""
    if target == "host":
        return sys.executable
    name = "python{}.{}".format(*RUNTIME)
    found = shutil.which(name)
    # It is asked, not only found: version managers leave commands that answer for versions they do not have.
    return found if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0 else None


def _compile(made: Path, compiler: str) -> None:
    """Byte code that is never checked: files in the archive are all dated 1980, so by date it would be stale.

    Without any, a cold start takes two and a half times as long, each time: Lambda's folder is read-only.
    """
    how = ["-q", "-j", "0", "--invalidation-mode", "unchecked-hash", "-s", str(made)]
    subprocess.run([compiler, "-m", "compileall", *how, str(made)], check=True)


def _tell(path: Path, compiler: str | None) -> None:
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 1e6
    missing = "without byte code, for want of a python{}.{}: slow cold starts".format(*RUNTIME)
    code = "with byte code" if compiler else missing
    sys.stderr.write(f"{path.name}: {size:.1f} MB, {code}\n")
