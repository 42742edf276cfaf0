"""A slide's truth on any of its grids, read box by box from a mask of any resolution."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box, Grid
from zoomiseg.slide import Mask, Slide

from ._aspect import require_same_aspect

FloatArray = NDArray[np.float64]

_MAX_MASK_PIXELS = 1 << 22  # held at once: 4 MB, and four times that while they are added up
_WHOLE_TOLERANCE = 1e-6


class Truth:
    """The target on a slide's grids; a grid pixel is target where at least half of it is.

    Args:
        mask: Covers the whole slide; may be of another size.
        slide: Gives the size that the mask covers.
    Raises:
        ManifestError: The aspects differ by over 1%.
    """

    def __init__(self, mask: Mask, slide: Slide) -> None:
        size, slide_size = (mask.width, mask.height), (slide.width, slide.height)
        require_same_aspect(mask.path, size, slide.path, slide_size)
        self._mask = mask
        self._per_slide_px = size[0] / slide_size[0], size[1] / slide_size[1]

    def on(self, grid: Grid, box: Box) -> NDArray[np.bool_]:
        """Return the target in a box of grid pixels, (H, W) bool; what lies outside the slide is none.

        Raises:
            AnnotationError: The mask is damaged there, or coloured.
        """
        x_step, y_step = (
            down * factor for down, factor in zip(grid.downsample, self._per_slide_px, strict=True)
        )
        columns, rows = _edges(box.x, box.right, x_step), _edges(box.y, box.bottom, y_step)
        target = np.zeros((box.height, box.width), bool)
        lines = max(1, int(_MAX_MASK_PIXELS / max((columns[-1] - columns[0]) * y_step, 1)))
        for top in range(0, box.height, lines):
            strip = rows[top : top + lines + 1]
            share = self._area(columns, strip) / (x_step * y_step)
            target[top : top + lines] = share >= 0.5 - _WHOLE_TOLERANCE
        return target

    def _area(self, columns: FloatArray, rows: FloatArray) -> FloatArray:
        """Return how many mask pixels of target lie between neighbouring edges, (rows, columns)."""
        left, top = int(np.floor(columns[0])), int(np.floor(rows[0]))
        box = Box(left, top, int(np.ceil(columns[-1])) - left, int(np.ceil(rows[-1])) - top)
        foreground = self._mask.foreground(box)
        if not foreground.any():
            return np.zeros((len(rows) - 1, len(columns) - 1))
        # The summed-area table is bilinear inside a mask pixel, so interpolating it is exact.
        summed = cv2.integral(foreground.view(np.uint8))
        corners = _between(_between(summed, rows - top).T, columns - left).T
        return np.asarray(np.diff(np.diff(corners, axis=0), axis=1))


def _edges(start: int, stop: int, step: float) -> FloatArray:
    """Return where grid pixels start..stop-1 begin and end, in mask pixels."""
    edges = np.arange(start, stop + 1) * step
    whole = np.rint(edges)
    return np.where(np.abs(edges - whole) < _WHOLE_TOLERANCE, whole, edges)


def _between(lines: NDArray[Any], places: FloatArray) -> FloatArray:
    """Return lines (N, W) at fractional places (M,) along the first axis, by linear interpolation."""
    first = np.minimum(places.astype(np.int64), len(lines) - 2)
    weight = (places - first)[:, None]
    return np.asarray(lines[first] * (1 - weight) + lines[first + 1] * weight, np.float64)
