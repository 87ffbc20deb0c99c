"""What tests are made of: simulated stores, a world of functions, deliveries, and failures with a place."""

import os

# Powertools reads these once, when the first function is imported; in AWS the stack sets them.
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Liaison")
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "tests")
