from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .evaluation.runs import facts, file_of, patch, run

TOOL = Path(__file__).parents[2] / "tools" / "patch_order.py"


def _kept(path: Path, *patches) -> str:
    file_of(path, (facts(), {"high-only": run(*patches)})).save()
    return str(path)


def _order(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(TOOL), *arguments], capture_output=True, text=True, check=False
    )


def test_clicks_by_quarter_of_the_patches_and_their_ratio_to_another_run(tmp_path):
    first = _kept(tmp_path / "a.json", patch("high", 0.5, 0.9), patch("high", 0.3, 0.4))
    second = _kept(tmp_path / "b.json", patch("high", 0.9), patch("high", 0.7, 0.8, 0.85))
    said = _order(first, "--against", second)
    assert said.returncode == 0, said.stderr
    title, *quarters, whole = said.stdout.splitlines()
    assert title == "a.tif, 2 patches"
    assert [line.split(" (")[0] for line in quarters] == [
        "  quarter 1: 2.00 clicks, IoU 0.500 after one; 1.00 clicks, IoU 0.900 after one; ratio 0.500",
        "  quarter 2: 20.00 clicks, IoU 0.300 after one; 3.00 clicks, IoU 0.700 after one; ratio 0.150",
    ]
    assert "all: 11.00 clicks" in whole
    assert "2.00 clicks" in whole


def test_runs_that_cannot_be_held_against_each_other_are_refused_in_a_sentence(tmp_path):
    first = _kept(tmp_path / "a.json", patch("high", 0.9), patch("high", 0.9))
    fewer = _kept(tmp_path / "b.json", patch("high", 0.9))
    assert "did not work on the same patches" in _order(first, "--against", fewer).stderr
    said = _order(first, "--row", "low-only")
    assert said.returncode == 1
    assert said.stderr == "No such slide has a row low-only in every file.\n"
