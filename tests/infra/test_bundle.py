"""The folder the functions run from: whole, made for its target, and the same when nothing changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.bundle import FONTS, MESSAGES, PACKAGES, REQUIREMENTS, ROOT, SERVICES, Bundle, build
from tests.infra.deployment import Deployment
from tests.infra.test_functions import FUNCTIONS

HANDLERS = sorted(handler for handler, _ in FUNCTIONS.values())
AARCH64 = 183  # e_machine in the header of an ELF file
UNCHECKED = 1  # the flags of byte code that is never compared with its source (PEP 552)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what bundles are made of: it stands still while the original is worked on."""
    root = tmp_path_factory.mktemp("sources")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    for language in ("fr", "pt-BR"):
        (root / MESSAGES / language).mkdir(parents=True, exist_ok=True)
    (root / REQUIREMENTS).parent.mkdir()
    shutil.copyfile(ROOT / REQUIREMENTS, root / REQUIREMENTS)
    return root


@pytest.fixture(scope="module")
def host(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return build("host", tmp_path_factory.mktemp("host"), sources)


@pytest.fixture(scope="module")
def aws(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return build("aws", tmp_path_factory.mktemp("aws"), sources)


def alone(bundle: Bundle, code: str) -> subprocess.CompletedProcess[str]:
    """Runs code with the standard library and the bundle, and nothing else that is installed here."""
    environment = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "eu-central-1"}
    code = f"import sys; sys.path.insert(0, {str(bundle.path)!r}); {code}"
    return subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("handler", HANDLERS)
def test_every_handler_runs_from_the_bundle_alone(host: Bundle, handler: str) -> None:
    module, _, function = handler.rpartition(".")
    result = alone(host, f"import {module} as handler; assert callable(handler.{function})")
    assert result.returncode == 0, result.stderr


def test_the_template_names_the_handlers_tried_here(production: Deployment) -> None:
    assert sorted(function["Handler"] for function in production.functions().values()) == HANDLERS


def test_the_services_left_in_can_be_called(host: Bundle) -> None:
    clients = f"import boto3; [boto3.client(service) for service in {sorted(SERVICES)!r}]"
    result = alone(host, clients)
    assert result.returncode == 0, result.stderr


def test_what_is_loaded_at_first_use_is_in_the_bundle(host: Bundle) -> None:
    verify = "from functions.platforms.signatures import signed_by; assert not signed_by(bytes(32), bytes(64), b'')"
    result = alone(host, f"{verify}; assert 'nacl' in sys.modules")
    assert result.returncode == 0, result.stderr


def test_only_those_services_are_left_in(host: Bundle) -> None:
    data = host.path / "botocore" / "data"
    assert {entry.name for entry in data.iterdir() if entry.is_dir()} == SERVICES
    assert (data / "endpoints.json").exists()
    assert (data / "partitions.json").exists()


def test_numbers_are_told_in_the_languages_of_the_messages(host: Bundle) -> None:
    code = "from babel.numbers import format_decimal as say; print(*(ascii(say(12345, locale=one)) for one in {!r}))"
    result = alone(host, code.format(("en_CA", "fr", "fr_CA", "pt_BR")))
    assert result.stdout == "'12,345' '12\\u202f345' '12\\xa0345' '12.345'\n", result.stderr


@pytest.mark.parametrize(("country", "language", "name"), [
    ("FR", "fr", "Jour de l'an"), ("FR", "en_US", "New Year's Day"), ("DE", "de", "Neujahr"), ("DE", None, "Neujahr"),
])  # fmt: skip
def test_holidays_are_told_in_a_country_s_own_language_too(
    host: Bundle, country: str, language: str | None, name: str
) -> None:
    asked = f"country_holidays({country!r}, years=2026, language={language!r})"
    result = alone(host, f"from holidays import country_holidays; print({asked}.get('2026-01-01'))")
    assert result.stdout == f"{name}\n", result.stderr


def test_other_languages_stay_behind(host: Bundle) -> None:
    kept = {file.stem.partition("_")[0] for file in (host.path / "babel" / "locale-data").iterdir()}
    assert kept == {"root", "en", "fr", "pt"}


def test_pictures_are_drawn_from_the_bundle_alone(host: Bundle) -> None:
    legend = "charts.Legend('', '', '', '', '')"
    draw = f"png(charts.days([charts.Bar(label, 1, '1')], {legend}, ''))"
    code = "from functions.digests import charts; from functions.digests.pictures import png"
    result = alone(host, f"{code}; one, other = ({draw} for label in ('lun.', 'mar.')); assert one != other")
    assert result.returncode == 0, result.stderr
    fonts = {file.name for file in (host.path / "font_source_sans_pro").rglob("*.[ot]tf")}
    assert fonts == FONTS


def test_the_bundle_leaves_lambda_room(aws: Bundle) -> None:
    """A function and its layers have 250 MB unzipped (AWS Lambda, "Quotas"); a larger one also starts later."""
    assert sum(file.stat().st_size for file in aws.path.rglob("*") if file.is_file()) < 100_000_000


def test_what_is_not_run_does_not_travel(host: Bundle) -> None:
    assert {folder.name.partition("-")[0] for folder in host.path.glob("*.dist-info")} == {"holidays"}
    assert not (host.path / "bin").exists()
    assert not (host.path / "events" / "samples").exists()
    assert not [path for path in host.path.rglob(".*") if path.is_file()]


def test_byte_code_is_the_host_s_and_never_checked(host: Bundle) -> None:
    compiled = [file for package in PACKAGES for file in (host.path / package).rglob("*.pyc")]
    sources = [file for package in PACKAGES for file in (host.path / package).rglob("*.py")]
    assert len(compiled) == len(sources) > 0
    assert {file.suffixes[-2] for file in compiled} == {f".{sys.implementation.cache_tag}"}
    assert {int.from_bytes(file.read_bytes()[4:8], "little") for file in compiled} == {UNCHECKED}


def test_the_aws_bundle_is_for_arm64_and_python_3_13(aws: Bundle) -> None:
    libraries = list(aws.path.rglob("*.so"))
    assert {int.from_bytes(file.read_bytes()[18:20], "little") for file in libraries} == {AARCH64}
    [core] = (aws.path / "pydantic_core").glob("*.so")
    assert core.name == "_pydantic_core.cpython-313-aarch64-linux-gnu.so"
    assert {file.suffixes[-2] for file in aws.path.rglob("*.pyc")} <= {".cpython-313"}


def test_nothing_changed_nothing_rebuilt(host: Bundle, sources: Path) -> None:
    before = host.path.stat().st_mtime_ns
    assert build("host", host.path.parent, sources) == host
    assert host.path.stat().st_mtime_ns == before


def test_two_runs_at_once_make_one_bundle(sources: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as runs:
        one, other = runs.map(lambda _: build("host", tmp_path, sources), range(2))
    assert one == other
    assert [made.name for made in tmp_path.iterdir()] == [one.path.name]


def test_two_machines_agree_on_the_digest(aws: Bundle, sources: Path, tmp_path: Path) -> None:
    again = build("aws", tmp_path, sources)
    assert again.digest == aws.digest
    assert names(again) == names(aws)


def test_litter_changes_nothing(host: Bundle, sources: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(sources, tmp_path / "copy")
    for litter in (
        "functions/__pycache__/x.cpython-39.pyc",
        "functions/shared/.x.swp",
        "events/samples/x.json",
    ):
        (copy / litter).parent.mkdir(exist_ok=True)
        (copy / litter).write_text("litter")
    again = build("host", tmp_path / "out", copy)
    assert again.digest == host.digest
    assert names(again) == names(host)


def test_a_change_makes_another_bundle_and_drops_the_old(host: Bundle, sources: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(sources, tmp_path / "copy")
    old = build("host", tmp_path / "out", copy)
    (copy / "events" / "new.py").write_text("NEW = True\n")
    new = build("host", tmp_path / "out", copy)
    assert new.digest != old.digest == host.digest
    assert (new.path / "events" / "new.py").exists()
    assert [path.name for path in (tmp_path / "out").iterdir()] == [new.path.name]


def names(bundle: Bundle) -> list[str]:
    return sorted(file.relative_to(bundle.path).as_posix() for file in bundle.path.rglob("*"))
