"""python -m training DATA [TASK …]: train, measure, and write weights and cards into the reading room.

A task is a module of this package with `run(data, weights)`, which prints what it measures.
"""

import sys
from importlib import import_module
from pathlib import Path

TASKS = ("kind", "mood", "language")
WEIGHTS = Path(__file__).parents[1] / "functions" / "feedback" / "reading" / "weights"


def main(given: list[str]) -> int:
    if not given or not set(given[1:]) <= set(TASKS) or not Path(given[0]).is_dir():
        sys.stderr.write(f"scripts/train DATA [{'|'.join(TASKS)} …]: DATA is the folder of the labelled texts\n")
        return 2
    for task in given[1:] or TASKS:
        import_module(f"training.{task}").run(Path(given[0]), WEIGHTS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
