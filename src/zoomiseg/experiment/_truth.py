"""A slide's truth brought from one grid to another: a pixel is target where at least half of it is."""

from __future__ import annotations

import cv2
import numpy as np

from zoomiseg.geometry import SCALE_FACTOR, Grid, Grids

from ._curve import MaskArray


def truth_on_high(truth: MaskArray, grids: Grids) -> MaskArray:
    """Return a truth of level 0, or of any size with the slide's aspect, on the high grid."""
    return _majority(truth, grids.high)


def shrunk(truth_high: MaskArray, low: Grid) -> MaskArray:
    """Return the truth of the high grid on the low one; what lies outside is background."""
    padded = np.zeros((low.height * SCALE_FACTOR, low.width * SCALE_FACTOR), bool)
    padded[: truth_high.shape[0], : truth_high.shape[1]] = truth_high
    return _majority(padded, low)


def _majority(truth: MaskArray, grid: Grid) -> MaskArray:
    share = cv2.resize(truth.astype(np.float32), (grid.width, grid.height), interpolation=cv2.INTER_AREA)
    return np.asarray(share >= 0.5)
