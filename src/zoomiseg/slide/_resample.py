"""Resampling from one pixel grid to another so exactly that no result depends on the box it was asked in.

Every grid pixel is a weighted sum of source pixels ("taps") whose places and weights follow from the
pixel's own number alone. Along an axis that is reduced the weights are the exact fractions that the
grid pixel covers; along one that is enlarged they are those of cubic interpolation (Keys 1981, a = -0.5)
at the pixel's centre. What lies outside the slide weighs in as white.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box

from ._backend import WHITE, ImageArray

_WHOLE_TOLERANCE = 1e-9
_KEYS = -0.5
_MAX_SOURCE_SIDE = 2048  # pixels held at once: 12 MB of RGB, 50 MB while they are weighed

ReadSource = Callable[[Box], ImageArray]
FloatArray = NDArray[np.float32]
IndexArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of the way from source pixels to grid pixels.

    Args:
        step: Source pixels per grid pixel; below 1 the source is enlarged.
        length: Source pixels there are.
        extent: Where the slide ends, in source pixels: within 1 of `length`. A level whose size was
            rounded down ends before the slide does; its last pixel then stands for the rest.
    """

    step: float
    length: int
    extent: float

    @property
    def whole_step(self) -> int | None:
        """The step, where it is a whole number."""
        nearest = round(self.step)
        return nearest if nearest >= 1 and abs(self.step - nearest) <= _WHOLE_TOLERANCE * nearest else None

    @property
    def regular_end(self) -> int:
        """The first grid pixel from which on whole source pixels alone do not make up the answer."""
        last = self.length if self.extent == self.length else self.length - 1
        return last // self.whole_step if self.whole_step else 0

    @property
    def end(self) -> int:
        """The first grid pixel that lies wholly outside the slide."""
        return int(np.ceil(self.extent / self.step - _WHOLE_TOLERANCE))

    def taps(self, start: int, stop: int) -> tuple[IndexArray, FloatArray]:
        """Return the source pixels (N, T) and their weights (N, T) for grid pixels start..stop-1."""
        numbers = np.arange(start, stop, dtype=np.float64)[:, None]
        return self._cubic_taps(numbers) if self.step < 1 else self._area_taps(numbers)

    def _area_taps(self, numbers: NDArray[np.float64]) -> tuple[IndexArray, FloatArray]:
        left, right = numbers * self.step, (numbers + 1) * self.step
        first = np.floor(left + _WHOLE_TOLERANCE).astype(np.int64)
        index = first + np.arange(int(np.ceil(self.step)) + 1)
        pixel_left = index.astype(np.float64)
        pixel_right = np.where(index == self.length - 1, self.extent, pixel_left + 1)
        pixel_right = np.where(index < self.length, pixel_right, pixel_left)
        covered = np.minimum(right, pixel_right) - np.maximum(left, pixel_left)
        # A pixel that starts beyond the level's last one, but before the slide's end, continues the last.
        beyond = (first >= self.length) & (index == first)
        covered = np.where(beyond, np.minimum(right, self.extent) - left, covered)
        weight = np.maximum(covered, 0) / self.step
        return np.clip(index, 0, self.length - 1), weight.astype(np.float32)

    def _cubic_taps(self, numbers: NDArray[np.float64]) -> tuple[IndexArray, FloatArray]:
        centre = (numbers + 0.5) * self.step - 0.5
        index = np.floor(centre).astype(np.int64) + np.arange(-1, 3)
        distance = np.abs(centre - index)
        near = ((_KEYS + 2) * distance - (_KEYS + 3)) * distance**2 + 1
        far = ((distance - 5) * distance + 8) * distance * _KEYS - 4 * _KEYS
        weight = np.where(distance <= 1, near, np.where(distance < 2, far, 0.0))
        inside = np.minimum((numbers + 1) * self.step, self.extent) - numbers * self.step
        coverage = np.clip(inside / self.step, 0, 1)
        return np.clip(index, 0, self.length - 1), (weight * coverage).astype(np.float32)


def resample(read: ReadSource, box: Box, *, x_axis: Axis, y_axis: Axis) -> ImageArray:
    """Return (H, W, C) uint8 of a box in grid pixels, white where it lies outside the slide.

    Args:
        read: Gives (H, W, C) uint8 of a box in source pixels that lies inside the source.
        box: In grid pixels; may reach outside.
        x_axis: From source columns to grid columns.
        y_axis: From source rows to grid rows.
    """
    inner = box.intersection(Box(0, 0, x_axis.end, y_axis.end))
    if inner is None:
        return np.full((box.height, box.width, 3), WHITE, np.uint8)
    result = np.full((box.height, box.width, 3), WHITE, np.uint8)
    regular = Box(0, 0, x_axis.regular_end, y_axis.regular_end)
    for piece in _pieces(inner, regular, x_axis, y_axis):
        make = _by_blocks if regular.encloses(piece) else _by_taps
        result[piece.slices_in(box)] = make(read, piece, x_axis, y_axis)
    return result


def _pieces(inner: Box, regular: Box, x_axis: Axis, y_axis: Axis) -> Iterator[Box]:
    """Cut a box so that no piece mixes regular and irregular pixels or needs too many source pixels."""
    # Sides follow from the steps alone, so a piece's source stays bounded however large the box is.
    side = max(1, int(_MAX_SOURCE_SIDE / max(x_axis.step, y_axis.step, 1.0)))
    for top, bottom in _cuts(inner.y, inner.bottom, regular.bottom, side):
        for left, right in _cuts(inner.x, inner.right, regular.right, side):
            yield Box(left, top, right - left, bottom - top)


def _cuts(start: int, stop: int, border: int, side: int) -> list[tuple[int, int]]:
    edges = sorted({*range(start, stop, side), stop, min(max(border, start), stop)})
    return list(pairwise(edges))


def _by_blocks(read: ReadSource, piece: Box, x_axis: Axis, y_axis: Axis) -> ImageArray:
    """Average whole blocks of source pixels, which OpenCV's area filter does exactly and fast."""
    columns, rows = x_axis.whole_step or 1, y_axis.whole_step or 1
    source = read(Box(piece.x * columns, piece.y * rows, piece.width * columns, piece.height * rows))
    if columns == rows == 1:
        return source
    reduced = cv2.resize(source, (piece.width, piece.height), interpolation=cv2.INTER_AREA)
    return reduced.astype(np.uint8, copy=False)


def _by_taps(read: ReadSource, piece: Box, x_axis: Axis, y_axis: Axis) -> ImageArray:
    column, column_weight = x_axis.taps(piece.x, piece.right)
    row, row_weight = y_axis.taps(piece.y, piece.bottom)
    left, top = int(column.min()), int(row.min())
    source_box = Box(left, top, int(column.max()) + 1 - left, int(row.max()) + 1 - top)
    # Darkness instead of brightness: what lies outside is then 0 and needs no weight.
    darkness = WHITE - read(source_box)
    rows = _weighed(darkness, row - top, row_weight)
    both = _weighed(rows.transpose(1, 0, 2), column - left, column_weight).transpose(1, 0, 2)
    return WHITE - np.clip(np.rint(both), 0, WHITE).astype(np.uint8)


def _weighed(lines: ImageArray | FloatArray, index: IndexArray, weight: FloatArray) -> FloatArray:
    """Return the weighted sums of lines: (N, ...) from index and weight (N, T)."""
    total = np.zeros((len(index), *lines.shape[1:]), np.float32)
    for tap in range(index.shape[1]):
        total += weight[:, tap, None, None] * lines[index[:, tap]]
    return total
