"""One folder per platform: `gate.py` at the door, `adapter.py` behind the queue and before the platform."""
