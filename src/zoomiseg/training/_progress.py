"""What a training run tells of itself: `loss.csv` and a caller's function, every 20 steps."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np

Report = Callable[[int, float, float, float], None]
"""Called with (step, mean loss and mean IoU since the last call, seconds a step)."""
_EVERY = 20


class Progress:
    """Gathers steps and tells their means.

    Args:
        folder: Gets `loss.csv`: rows of step, loss, IoU, seconds a step.
        first: Steps that an earlier run finished; rows beyond them, of steps now done again, are dropped.
        last: The step at which a run ends.
        report: Told the same numbers, or None.
    """

    def __init__(self, folder: Path, *, first: int, last: int, report: Report | None) -> None:
        self._path, self._last, self._report = folder / "loss.csv", last, report
        self._window: list[tuple[float, float]] = []
        self._since = perf_counter()
        self._path.write_text("".join(_rows_until(self._path, first)), "utf-8")

    def add(self, step: int, loss: float, overlap: float) -> None:
        """Take in the step that was just finished, counted from 1."""
        self._window.append((loss, overlap))
        if step % _EVERY == 0 or step == self._last:
            self._tell(step)

    def _tell(self, step: int) -> None:
        loss, overlap = (float(mean) for mean in np.mean(self._window, axis=0))
        seconds = (perf_counter() - self._since) / len(self._window)
        with self._path.open("a", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerow(
                [step, f"{loss:.5f}", f"{overlap:.4f}", f"{seconds:.3f}"]
            )
        if self._report:
            self._report(step, loss, overlap, seconds)
        self._window, self._since = [], perf_counter()


def _rows_until(path: Path, step: int) -> list[str]:
    if not (step and path.exists()):
        return []
    with path.open(encoding="utf-8") as stream:
        return [row for row in stream if int(row.split(",")[0]) <= step]
