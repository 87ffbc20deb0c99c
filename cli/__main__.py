"""Where `liaison` begins. The rest takes a second to load, and Ctrl-C ends that in a line, too."""

import os
import signal
import sys
from types import FrameType


def run() -> None:
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # Not where whoever started it wants Ctrl-C to be ignored.
        signal.signal(signal.SIGINT, stopped)
    if sys.argv[1:2] == ["classify"]:  # Reads millions of lines, and needs nothing of AWS for that.
        from cli.classify import app
    else:
        from cli.main import app

    signal.signal(signal.SIGINT, before)
    app()


def stopped(number: int, frame: FrameType | None) -> None:
    """At once: nothing is open yet, and an exception would end in whatever is just being imported."""
    del number, frame
    sys.stderr.write("Stopped.\n")
    sys.stderr.flush()
    os._exit(130)


if __name__ == "__main__":
    run()
