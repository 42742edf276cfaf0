"""Clicks and an earlier mask drawn as the three channels that a network is guided by (paper, 2.1)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PatchPoint = tuple[int, int, int]
"""A click in patch pixels: (column, row, label), label +1 or -1."""


def disk(radius_px: int) -> NDArray[np.bool_]:
    """Return the (2r + 1, 2r + 1) pixels whose centre is at most `radius_px` from the middle one's."""
    if radius_px < 0:
        raise ValueError(f"A click's radius cannot be negative, got {radius_px}.")
    offset = np.arange(-radius_px, radius_px + 1)
    inside: NDArray[np.bool_] = offset[:, None] ** 2 + offset[None, :] ** 2 <= radius_px**2
    return inside


def click_maps(
    points: Sequence[PatchPoint], height: int, width: int, *, radius_px: int
) -> NDArray[np.float32]:
    """Draw clicks as disks of ones: (2, height, width) float32, channel 0 positive, channel 1 negative.

    Args:
        points: In patch pixels, in the order of clicking; a disk is clipped at the patch's border.
        height: Rows of the patch.
        width: Columns of the patch.
        radius_px: Radius of a disk at the patch's own scale; docs/method.md, "Click maps".
    Raises:
        ValueError: A point outside the patch, or a label that is neither +1 nor -1.
    """
    maps = np.zeros((2, height, width), np.float32)
    stamp = disk(radius_px)
    for column, row, label in points:
        if not (0 <= column < width and 0 <= row < height):
            raise ValueError(f"The point ({column}, {row}) lies outside the {width} x {height} patch.")
        if label not in (1, -1):
            raise ValueError(f"A click's label is +1 or -1, got {label!r}.")
        _stamp(maps[0 if label == 1 else 1], stamp, column, row, radius_px)
    return maps


def guidance(
    points: Sequence[PatchPoint],
    mask_input: NDArray[np.float32] | None,
    height: int,
    width: int,
    *,
    radius_px: int,
) -> NDArray[np.float32]:
    """Stack click maps and mask input: (3, height, width) float32 in [0, 1]; no mask input is zeros."""
    channels = np.zeros((3, height, width), np.float32)
    channels[:2] = click_maps(points, height, width, radius_px=radius_px)
    if mask_input is not None:
        channels[2] = mask_input
    return channels


def _stamp(
    plane: NDArray[np.float32], stamp: NDArray[np.bool_], column: int, row: int, radius_px: int
) -> None:
    height, width = plane.shape
    top, left = max(row - radius_px, 0), max(column - radius_px, 0)
    bottom, right = min(row + radius_px + 1, height), min(column + radius_px + 1, width)
    cut = stamp[
        top - row + radius_px : bottom - row + radius_px,
        left - column + radius_px : right - column + radius_px,
    ]
    plane[top:bottom, left:right][cut] = 1.0
