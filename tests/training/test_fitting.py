"""Fitting, in the environment that `scripts/train` makes: the same texts give the same bytes, which can be read."""

import json
import subprocess
from pathlib import Path

import pytest

from infra.bundle import ROOT

PYTHON = ROOT / ".tools" / "train" / "bin" / "python"
pytestmark = [
    pytest.mark.training,
    pytest.mark.skipif(not PYTHON.exists(), reason="nobody has trained here: `scripts/train` makes .tools/train"),
]

SCRIPT = """
import json, sys
from pathlib import Path
from functions.feedback.reading import linear
from functions.feedback.reading.linear import softmax
from training import fitting
from training.samples import sample

GOOD, BAD = ("lovely", "great", "superb", "fine"), ("awful", "broken", "useless", "bad")
samples = [sample(f"{word} {thing}", "en", "made up", "good" if word in GOOD else "bad")
           for word in (*GOOD, *BAD) for thing in ("app", "watch", "map")]
rows = fitting.matrix([one.features for one in samples])
answers = [one.answer for one in samples]
weights = fitting.balanced([(one.source, one.answer) for one in samples])
folder = Path(sys.argv[1])
for name in ("one", "two"):
    model = fitting.quantised("made-up-1", fitting.fit(rows, answers, ["good", "bad"], weights, 4.0))
    fitting.write(model, folder / f"{name}.bin")
linear.WEIGHTS = folder
features = sample("a superb watch", "en", "", "").features
print(json.dumps([softmax(linear.load("one").weigh(features)), linear.load("one").because(features, [1, -1])]))
"""


def test_the_same_texts_give_the_same_bytes_and_what_they_say(tmp_path: Path) -> None:
    ran = subprocess.run(
        [PYTHON, "-c", SCRIPT, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert (tmp_path / "one.bin").read_bytes() == (tmp_path / "two.bin").read_bytes()
    (good, bad), because = json.loads(ran.stdout)
    assert good > 0.6 > bad
    assert because[0] == "superb"
