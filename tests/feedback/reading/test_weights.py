"""What is shipped as data: small, read by the standard library alone, each model with a card of how good it is."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from functions.feedback.reading.kind import LEARNED
from functions.feedback.reading.mood import MOODS, UNCLEAR
from infra.bundle import ROOT

WEIGHTS = ROOT / "functions" / "feedback" / "reading" / "weights"
SAMPLES = ROOT.parent / "shared" / "feedback-samples"
MODELS = ("kind", "mood-en", "mood-fr")
MOST = 2_000_000
"""Bytes of all weights of Liaison."""

FIRST = """
import sys
from functions.feedback.reading.read import read
read("The app crashes.", known="en"); read("Ça plante.", known="fr")
print(*sorted({name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names))
"""


def card(name: str) -> dict[str, Any]:
    return dict(json.loads((WEIGHTS / f"{name}.json").read_text(encoding="utf-8")))


def test_all_weights_together_are_small() -> None:
    assert sum(file.stat().st_size for file in WEIGHTS.iterdir()) <= MOST


def test_reading_loads_the_standard_library_alone() -> None:
    ran = subprocess.run([sys.executable, "-S", "-c", FIRST], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(ran.stdout.split()) - {"__main__", "__mp_main__"} == {"functions"}


@pytest.mark.parametrize("name", MODELS)
def test_a_card_says_what_it_was_trained_on_and_how_good_it_is(name: str) -> None:
    told = card(name)
    assert told["model"] == json.loads((WEIGHTS / f"{name}.bin").read_bytes().partition(b"\n")[0])["model"]
    assert all(one["licence"] and len(one["sha256"]) == 64 for one in told["data"])
    assert told["known_weaknesses"]
    for source in told["measured"]["sources"].values():
        assert source["macro_f1"] > max(source["baselines"].values())
        assert {"folds", "standard_error", "accuracy", "f1", "calibration_error", "selective_accuracy"} <= set(source)


@pytest.mark.parametrize("name", MODELS)
def test_a_card_says_what_is_taken_for_what(name: str) -> None:
    learned, answers = (LEARNED, [*LEARNED]) if name == "kind" else (MOODS, [*MOODS, UNCLEAR])
    for table in card(name)["confusion"].values():
        assert list(table["answers"]) == answers
        assert set(table["rows"]) == set(learned)
        assert all(len(row) == len(answers) for row in table["rows"].values())
        right = sum(row[answers.index(true)] for true, row in table["rows"].items())
        assert right > sum(map(sum, table["rows"].values())) / 2


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample data are not here")
@pytest.mark.parametrize("name", MODELS)
def test_a_card_is_about_the_data_that_are_here(name: str) -> None:
    for file in card(name)["data"]:
        assert sha256((SAMPLES / file["file"]).read_bytes()).hexdigest() == file["sha256"]


def test_what_came_from_others_is_named() -> None:
    notice = (WEIGHTS / "NOTICE").read_text(encoding="utf-8")
    assert all(file.name in notice for file in Path(WEIGHTS).glob("lexicon-*"))
    assert "The MIT License" in notice
