"""How fast texts are read: until a fresh process has read its first one, and how many a second after that.

    python -m tests.budgets.reading [runs]

Processor time, since on a busy machine the wall clock says more about the neighbours; `first` is without the start of
Python and the modules that every function loads anyway.
"""

import json
import statistics
import subprocess
import sys

from infra.bundle import ROOT

FIRST = """
import dataclasses, json, pathlib, re, time
began = time.process_time()
from functions.feedback.reading.read import read
read("The app crashes every time I open it.", known="en")
first = time.process_time() - began
texts = [f"Since the update number {number} my watch no longer syncs, please fix it!" for number in range(2000)]
began = time.process_time()
for text in texts:
    read(text, known="en")
print(json.dumps([first * 1000, len(texts) / (time.process_time() - began)]))
"""
BUDGET = 50.0
"""Milliseconds to the first text."""


def main(runs: int) -> int:
    ran = [
        json.loads(subprocess.run([sys.executable, "-c", FIRST], cwd=ROOT, capture_output=True, check=True).stdout)
        for _ in range(runs)
    ]
    first, speed = statistics.median(one[0] for one in ran), statistics.median(one[1] for one in ran)
    sys.stdout.write(
        f"first text after {first:.0f} ms (the budget is {BUDGET:.0f}), then {speed:,.0f} texts a second\n"
    )
    return 0 if first <= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 15))
