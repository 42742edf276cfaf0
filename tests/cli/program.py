"""What the tests of the command line share: answers, clicks, pictures, and a disk of a given size."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

# In slide pixels of the slide `case.tif`, 601 x 481.
CLICKS = (
    (200.5, 150.25, "tumour", "low"),
    (500.0, 400.0, "background", "low"),
    (210.0, 170.0, "tumour", "high"),
    (400.0, 300.0, "background", "high"),
)


@dataclass(frozen=True)
class Answer:
    """How the program ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The only thing on stdout."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value

    @property
    def said(self) -> str:
        """What it told on stderr, to be matched as one text."""
        assert "Traceback" not in self.err
        assert "went wrong that should not" not in self.err
        return self.err.strip()


def point(x: float, y: float, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [x, y]},
        "properties": properties,
    }


def write_points(path: Path, points: Sequence[dict[str, Any]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(points)}), "utf-8")
    return path


def clicks_file(path: Path, clicks: Sequence[tuple[float, float, str, str]] = CLICKS) -> Path:
    return write_points(path, [point(x, y, label=label, scale=scale) for x, y, label, scale in clicks])


def tissue(width: int, height: int) -> np.ndarray:
    """Pink with dark nests, without sharp edges, (H, W, 3) uint8."""
    y, x = np.mgrid[:height, :width]
    nests = 0.5 + 0.5 * np.sin(x / 61) * np.cos(y / 47)
    return np.stack([225 - 110 * nests, 160 - 110 * nests, 200 - 60 * nests], axis=2).astype(np.uint8)


def mask_pixels(path: Path | str) -> np.ndarray:
    return tifffile.imread(path, level=0)


def leftovers(folder: Path) -> list[Path]:
    """What an interrupted write would leave behind."""
    return [
        path
        for path in folder.rglob("*")
        if path.suffix in {".part", ".tmp", ".new", ".partial"} or path.name.startswith(".")
    ]


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own in `folder`; skips the test where none can be mounted."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)
