"""Which values are tried, and why these."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ..evaluation import FILE_NAME
from ..simulation import ZoomRules

Threshold = Literal["d_thr_px", "q_thr", "q_max"]
SWEEP_FOLDER = "sweep"
MOST_SLIDES = 2
"""A sweep is to show a direction; on every slide it would cost as much again as the table, many times."""

VALUES: dict[Threshold, tuple[float, ...]] = {
    # The paper's 250 is just what a high patch covers (256 low pixels): half of that, and the double, where
    # the two clicks no longer fit into one high patch.
    "d_thr_px": (125.0, 250.0, 500.0),
    # Half-way from the paper's 0.85 to Q_max, and twice as far below it.
    "q_thr": (0.75, 0.85, 0.9),
    # Twice the paper's error, and about half of it: much nearer to 1 no patch is ever finished.
    "q_max": (0.9, 0.95, 0.975),
}
"""In low pixels, and as IoU; the middle one is the paper's."""


@dataclass(frozen=True, slots=True)
class SweptSetting:
    """Rules of which one differs from those of the evaluation.

    Args:
        threshold: Which.
        value: Its value.
        rules: All of them.
    """

    threshold: Threshold
    value: float
    rules: ZoomRules

    @property
    def name(self) -> str:
        """Of its folder: `d_thr-125`, `q_thr-0.75`."""
        return f"{self.threshold.removesuffix('_px')}-{self.value:g}"

    def path_in(self, folder: Path) -> Path:
        """Return where its record lies in an evaluation's folder."""
        return folder / SWEEP_FOLDER / self.name / FILE_NAME


def swept_settings(base: ZoomRules) -> list[SweptSetting]:
    """Return the settings to try around those of an evaluation; values that it has already are left out.

    So are values that contradict the others: D_thr below D_min.
    """
    return [
        SweptSetting(threshold, value, replace(base, **{threshold: value}))  # type: ignore[arg-type]
        for threshold, values in VALUES.items()
        for value in values
        if value != getattr(base, threshold) and not (threshold == "d_thr_px" and value < base.d_min_px)
    ]
