"""OpenVINO runs here without reporting anything to anybody."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import zoomiseg

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


def test_no_other_module_imports_openvino_by_itself() -> None:
    source = Path(zoomiseg.__file__).parent
    alone = re.compile(r"^(import|from) openvino", re.MULTILINE)
    found = [path.name for path in source.rglob("*.py") if alone.search(path.read_text("utf-8"))]
    assert found == ["_runtime.py"]
