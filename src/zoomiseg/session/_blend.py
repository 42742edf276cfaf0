"""The low canvas: overlapping patches blended, and its enlargement to the high grid."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import PATCH_SIZE, Box, Grid, low_crop_of

from ._resample import FloatArray, enlarge_cubic, enlarge_nearest
from ._store import ByteArray

# Two pixels to each side are what a cubic interpolation looks at.
_REACH = 2

Piece = tuple[Box, ByteArray]


def probability(values: ByteArray) -> FloatArray:
    """Return stored values as probabilities: 255 is 1."""
    return values.astype(np.float32) / np.float32(255)


@cache
def raised_cosine() -> NDArray[np.float64]:
    """Return a patch's weight along one axis: nearly 0 at its border, 1 in its middle, never 0."""
    position = (np.arange(PATCH_SIZE) + 0.5) / PATCH_SIZE
    return 0.5 - 0.5 * np.cos(2 * np.pi * position)


def blend(pieces: Sequence[Piece], box: Box) -> FloatArray:
    """Return the weighted mean of the patches that cover each pixel, 0 where there is none.

    Args:
        pieces: Patches in low pixels with their values, always in the same order.
        box: What is wanted, in low pixels.
    """
    # In double precision a pixel under one patch comes out exactly as it is stored.
    total = np.zeros((box.height, box.width))
    weights = np.zeros((box.height, box.width))
    for patch, values in pieces:
        common = patch.intersection(box)
        if common is None:
            continue
        rows, columns = common.slices_in(patch)
        weight = raised_cosine()[rows, None] * raised_cosine()[None, columns]
        place = common.slices_in(box)
        total[place] += weight * probability(values[rows, columns])
        weights[place] += weight
    return np.divide(total, weights, out=total, where=weights > 0).astype(np.float32)


def newest(pieces: Sequence[tuple[Box, int]], box: Box) -> NDArray[np.int64]:
    """Return the largest number of the patches that cover each pixel of a box of low pixels, else 0."""
    numbers = np.zeros((box.height, box.width), np.int64)
    for patch, number in pieces:
        if common := patch.intersection(box):
            place = common.slices_in(box)
            numbers[place] = np.maximum(numbers[place], number)
    return numbers


def covered(low_boxes: Sequence[Box], high_box: Box) -> NDArray[np.bool_]:
    """Return which pixels of a box of high pixels, whole low pixels, lie under one of the patches."""
    over = newest([(box, 1) for box in low_boxes], low_crop_of(high_box))
    return enlarge_nearest(over) > 0


def blend_enlarged(pieces: Sequence[Piece], high_box: Box, low_grid: Grid) -> FloatArray:
    """Return the low canvas enlarged to the high grid, cubic and clamped to [0, 1].

    Beyond the slide's edge the canvas is continued by its last pixel.

    Args:
        pieces: As for `blend`.
        high_box: What is wanted, in high pixels, whole low pixels.
        low_grid: The slide's low grid; the box shares a pixel with it.
    """
    reached = low_crop_of(high_box).expanded(_REACH)
    known = reached.intersection(low_grid.box)
    assert known is not None, "the caller asks for a part of the slide"
    missing = (
        (known.y - reached.y, reached.bottom - known.bottom),
        (known.x - reached.x, reached.right - known.right),
    )
    return enlarge_cubic(np.pad(blend(pieces, known), missing, mode="edge"))
