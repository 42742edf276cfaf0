"""Enlarging and averaging probabilities so that a pixel's value never depends on the box it is read in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import SCALE_FACTOR, Box

FloatArray = NDArray[np.float32]

# Keys' cubic convolution with a = -0.75, as OpenCV's INTER_CUBIC has it.
_SHARPNESS = -0.75


def enlarge_cubic(values: FloatArray) -> FloatArray:
    """Return values enlarged four times by cubic interpolation, clamped to [0, 1].

    Pixel centres lie at half pixels. Two pixels at each border serve as neighbours and are not part of the
    result: (H + 4, W + 4) becomes (4 H, 4 W). Made of the same few float operations for every pixel, in the
    same order, so that equal neighbourhoods give equal bits.
    """
    rows = _enlarge_rows(values)
    return np.clip(np.ascontiguousarray(_enlarge_rows(rows.T).T), 0.0, 1.0)


def _enlarge_rows(values: FloatArray) -> FloatArray:
    height = values.shape[0] - 4
    out = np.empty((height * SCALE_FACTOR, values.shape[1]), np.float32)
    for phase in range(SCALE_FACTOR):
        offset = (phase + 0.5) / SCALE_FACTOR - 0.5
        first = math.floor(offset) - 1 + 2
        weights = _cubic_weights(offset - math.floor(offset))
        total = weights[0] * values[first : first + height]
        for tap in (1, 2, 3):
            total += weights[tap] * values[first + tap : first + tap + height]
        out[phase::SCALE_FACTOR] = total
    return out


def _cubic_weights(fraction: float) -> NDArray[np.float32]:
    """Return the weights of the four neighbours of a point `fraction` beyond the second."""
    a = _SHARPNESS
    outer, inner = fraction + 1, fraction
    first = ((a * outer - 5 * a) * outer + 8 * a) * outer - 4 * a
    second = ((a + 2) * inner - (a + 3)) * inner * inner + 1
    rest = 1 - inner
    third = ((a + 2) * rest - (a + 3)) * rest * rest + 1
    return np.array([first, second, third, 1 - first - second - third], np.float32)


@dataclass(frozen=True)
class Taps:
    """Which source pixels make an output pixel along one axis.

    Args:
        indices: (N, T) source pixels.
        weights: (N, T) float32, each row adding to 1.
    """

    indices: NDArray[np.int64]
    weights: NDArray[np.float32]

    @property
    def begin(self) -> int:
        """The first source pixel that is needed."""
        return int(self.indices.min())

    @property
    def end(self) -> int:
        """One past the last source pixel that is needed."""
        return int(self.indices.max()) + 1


def taps(begin: int, end: int, *, factor: float, length: int) -> Taps:
    """Return the taps of output pixels `begin` to `end` - 1, each covering `factor` source pixels.

    Coarser than the source it is the area's average, counting only the `length` pixels that exist; finer,
    the linear interpolation between pixel centres.
    """
    out = np.arange(begin, end, dtype=np.float64)
    if factor < 1:
        centre = np.clip((out + 0.5) * factor - 0.5, 0, length - 1)
        first = np.floor(centre)
        indices = np.stack([first, first + 1], axis=1)
        weights = np.stack([first + 1 - centre, centre - first], axis=1)
    else:
        low, high = out * factor, (out + 1) * factor
        count = math.ceil(factor - 1e-9) + 1
        indices = np.floor(low + 1e-9)[:, None] + np.arange(count)
        overlap = np.minimum(indices + 1, high[:, None]) - np.maximum(indices, low[:, None])
        weights = np.where((indices < length) & (overlap > 1e-9), overlap, 0)
        weights /= weights.sum(axis=1, keepdims=True)
    return Taps(np.clip(indices, 0, length - 1).astype(np.int64), weights.astype(np.float32))


def source_box(rows: Taps, columns: Taps) -> Box:
    """Return the source pixels that are needed."""
    return Box(columns.begin, rows.begin, columns.end - columns.begin, rows.end - rows.begin)


def tiles(box: Box, size: int) -> Iterator[Box]:
    """Return a box in pieces of at most `size` x `size` pixels."""
    for y in range(box.y, box.bottom, size):
        for x in range(box.x, box.right, size):
            yield Box(x, y, min(size, box.right - x), min(size, box.bottom - y))


def resample(values: FloatArray, *, rows: Taps, columns: Taps) -> FloatArray:
    """Return the output pixels of a block that begins at `rows.begin`, `columns.begin`."""
    return _along_rows(_along_rows(values, rows).T, columns).T


def _along_rows(values: FloatArray, axis: Taps) -> FloatArray:
    indices = axis.indices - axis.begin
    total = axis.weights[:, 0, None] * values[indices[:, 0]]
    for tap in range(1, axis.indices.shape[1]):
        total += axis.weights[:, tap, None] * values[indices[:, tap]]
    return total


def enlarge_nearest(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each value four times along both axes."""
    return values.repeat(SCALE_FACTOR, axis=0).repeat(SCALE_FACTOR, axis=1)
