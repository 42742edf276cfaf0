"""OpenVINO runs here without reporting anything to anybody."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from zoomiseg.predict import OpenVinoPredictor
import openvino.tools.ovc as ovc
assert sys.modules["openvino_telemetry"] is None
print(type(ovc.telemetry).__module__)
"""


def test_openvino_is_loaded_with_its_silent_stub_instead_of_telemetry() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=True, stdout=subprocess.PIPE, text=True)
    assert done.stdout.strip() == "openvino.tools.ovc.telemetry_stub"
