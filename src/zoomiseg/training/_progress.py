"""What a training run tells of itself as it goes: `loss.csv` and a caller's function, every 20 steps."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

_EVERY = 20
_COLUMNS = "step,loss,iou,seconds,waited"


@dataclass(frozen=True, slots=True)
class Pace:
    """What the steps since the last report were like.

    Args:
        step: How many are finished.
        loss: Their mean.
        iou: Their mean, of the training samples.
        seconds: A step.
        waited: Share of the time in which nothing was learnt because samples were not ready, 0 to 1.
    """

    step: int
    loss: float
    iou: float
    seconds: float
    waited: float


Report = Callable[[Pace], None]


class Progress:
    """Gathers steps and tells their means.

    Args:
        folder: Gets `loss.csv`, a row for each report.
        first: Steps that an earlier run finished; rows beyond them, of steps now done again, are dropped.
        last: The step at which a run ends.
        report: Told the same numbers, or None.
    """

    def __init__(self, folder: Path, *, first: int, last: int, report: Report | None) -> None:
        self._path, self._last, self._report = folder / "loss.csv", last, report
        self._window: list[tuple[float, float, float]] = []
        self._since = perf_counter()
        keep_rows(self._path, _COLUMNS, until=first)

    def add(self, step: int, loss: float, overlap: float, waited: float) -> Pace | None:
        """Take in the step that was just finished, counted from 1; return what was told, if it was time.

        Args:
            step: Its number.
            loss: Its loss.
            overlap: Its IoU.
            waited: Seconds that it waited for samples.
        """
        self._window.append((loss, overlap, waited))
        return self._tell(step) if step % _EVERY == 0 or step == self._last else None

    def pause(self, seconds: float) -> None:
        """Leave out time that was not spent on training."""
        self._since += seconds

    def _tell(self, step: int) -> Pace:
        loss, overlap, waited = (float(mean) for mean in np.mean(self._window, axis=0))
        seconds = (perf_counter() - self._since) / len(self._window)
        pace = Pace(step, loss, overlap, seconds, min(waited / seconds, 1.0))
        with self._path.open("a", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerow(
                [step, f"{loss:.5f}", f"{overlap:.4f}", f"{seconds:.3f}", f"{pace.waited:.3f}"]
            )
        if self._report:
            self._report(pace)
        self._window, self._since = [], perf_counter()
        return pace


def keep_rows(path: Path, columns: str, *, until: int) -> None:
    """Begin a CSV whose first column is a step, or drop the rows of later steps from one that is there.

    Args:
        path: The file.
        columns: Its first line.
        until: The last step whose rows stay; 0 begins anew.
    """
    kept = [columns]
    if until and path.exists():
        rows = path.read_text("utf-8").splitlines()[1:]
        kept += [row for row in rows if int(row.split(",")[0]) <= until]
    path.write_text("".join(f"{row}\n" for row in kept), "utf-8")
