"""The 95% Hausdorff distance of two outlines, in memory that does not grow with the slide."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box

from ._overlap import MaskArray

PERCENTILE = 95.0
MOST_PIXELS = 8192 * 8192
"""What is held at once, twice at a byte and once at four bytes a pixel."""


class OutlineDistance:
    """Collects the contours of a prediction and a truth, block by block.

    A slide of up to 8192 x 8192 pixels is held as it is. Of a larger one squares of pixels are held, as
    small as fit: a square belongs to a contour that passes through it, and distances are those between
    squares, exact within `uncertainty_um`.

    Args:
        width: Of the grid.
        height: Of the grid.
        mpp: µm per pixel, (x, y); their mean counts.
    """

    def __init__(self, width: int, height: int, *, mpp: tuple[float, float]) -> None:
        self._side = max(1, math.ceil(math.sqrt(width * height / MOST_PIXELS)))
        self._mpp = sum(mpp) / 2
        shape = -(-height // self._side), -(-width // self._side)
        self._planes = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)

    @property
    def uncertainty_um(self) -> float:
        """How much a distance may be off: each end by half of a square's diagonal, 0 without squares."""
        return self._side * math.sqrt(2) * self._mpp if self._side > 1 else 0.0

    def add(self, block: Box, prediction: MaskArray, truth: MaskArray) -> None:
        """Take in the contours of a block in grid pixels, (H, W) bool."""
        for plane, lines in zip(self._planes, (prediction, truth), strict=True):
            rows, columns = np.nonzero(lines)
            plane[(rows + block.y) // self._side, (columns + block.x) // self._side] = 1

    def hd95_um(self) -> float | None:
        """Return the larger of both 95th percentiles of the distances from one contour to the other.

        0 where neither has a contour, None where only one has.
        """
        prediction, truth = (bool(plane.any()) for plane in self._planes)
        if not (prediction and truth):
            return None if prediction != truth else 0.0
        rows, columns = self._used()
        one, other = (plane[rows, columns] for plane in self._planes)
        distances = _percentile(one, other), _percentile(other, one)
        return max(distances) * self._side * self._mpp

    def _used(self) -> tuple[slice, slice]:
        either = self._planes[0] | self._planes[1]
        return _span(either.max(axis=1)), _span(either.max(axis=0))


def _span(used: NDArray[np.uint8]) -> slice:
    places = np.flatnonzero(used)
    return slice(int(places[0]), int(places[-1]) + 1)


def _percentile(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Return how far 95% of the marked pixels of `one` are at most from those of `other`, in pixels."""
    distance = cv2.distanceTransform(1 - other, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return float(np.percentile(distance[one > 0], PERCENTILE))
