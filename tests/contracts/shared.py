"""Sample data that does not travel with the project: its licences do not allow it. Without it, tests skip."""

from typing import Any

import pytest

from infra.bundle import ROOT

PAYLOADS = ROOT.parent / "shared" / "payloads"
MARKS = (
    pytest.mark.shared,
    pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the sample data beside the project (../shared) is not here"),
)


def bodies(*platforms: str) -> list[Any]:
    """Folder and file name of every sample body of some platforms; one that skips where there are none."""
    files = [file for name in platforms for file in sorted((PAYLOADS / name).glob("*.json"))]
    found = [file for file in files if not file.name.endswith(".headers.json")]
    if not found:
        return [pytest.param("", "", marks=MARKS, id="absent")]
    return [
        pytest.param(file.parent.name, file.name, marks=MARKS, id=f"{file.parent.name}/{file.stem}") for file in found
    ]
