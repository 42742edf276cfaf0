"""Clicked pixels have the clicked class, whatever was learnt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zoomiseg.guidance import PatchPoint
from zoomiseg.predict import FloatArray

_SURE = 0.6
"""Probability of the clicked class that a disobeying pixel is given."""
_CLEAR = 0.01
_REACH = 2
"""Radii of a click's disk over which the change dies away."""
_TINY = 1e-6


def obeyed(probability: FloatArray, points: Sequence[PatchPoint], *, radius_px: float) -> FloatArray:
    """Return the probability with every clicked pixel on its click's side of 1/2; later clicks win.

    Around a pixel that is not, logits are moved by what it needs times exp(-2 (distance / radius)^2).

    Args:
        probability: (H, W) in [0, 1]; returned itself where it obeys already.
        points: Inside it, (column, row, label).
        radius_px: Of a click's disk.
    """
    latest = {(row, column): label for column, row, label in points}
    wrong = [(place, label) for place, label in latest.items() if not _obeys(probability[place], label)]
    if not wrong:
        return probability
    mended = probability.copy()
    for (row, column), label in wrong:
        _mend(mended, row, column, label, radius_px)
    for place, label in latest.items():
        # Clicks of both signs side by side undo each other's surroundings.
        if not _obeys(mended[place], label):
            mended[place] = _wanted(label)
    return mended


def _obeys(value: float, label: int) -> bool:
    # Not at 1/2 itself, so that it also holds of what is rounded to 255ths.
    return bool(value >= 0.5 + _CLEAR) if label > 0 else bool(value <= 0.5 - _CLEAR)


def _wanted(label: int) -> np.float32:
    return np.float32(_SURE if label > 0 else 1 - _SURE)


def _mend(mended: FloatArray, row: int, column: int, label: int, radius_px: float) -> None:
    reach = int(np.ceil(_REACH * radius_px))
    top, left = max(row - reach, 0), max(column - reach, 0)
    part = mended[top : row + reach + 1, left : column + reach + 1]
    rows = np.arange(top, top + part.shape[0])[:, None] - row
    columns = np.arange(left, left + part.shape[1])[None, :] - column
    logits = _logit(part)
    needed = _logit(_wanted(label)) - _logit(mended[row, column])
    moved = logits + needed * np.exp(-2 * (rows**2 + columns**2) / radius_px**2)
    part[...] = 0.5 * (1 + np.tanh(0.5 * moved))


def _logit(values: np.ndarray | np.float32) -> np.ndarray:
    kept = np.clip(np.asarray(values, np.float64), _TINY, 1 - _TINY)
    logit: np.ndarray = np.log(kept / (1 - kept))
    return logit
