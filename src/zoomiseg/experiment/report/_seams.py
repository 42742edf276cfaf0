"""Where a mask made patch by patch is torn at the patches' borders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import PATCH_SIZE, Box, Grid, patch_starts

from ..metrics import MaskArray

LEAST_PX = 32
"""Shorter tears are left out: an outline that crosses a border at a slant is no disconnection."""
_GAP_PX = 8
_REACH_PX = 64


@dataclass(frozen=True, slots=True)
class Seam:
    """A stretch of a border along which the mask ends and the truth does not, or the other way round.

    Args:
        box: Around it, in high pixels of the slide.
        length_px: Of the stretch, in high pixels.
    """

    box: Box
    length_px: int


def seams_of(mask: MaskArray, truth: MaskArray, cell: Box, high: Grid) -> list[Seam]:
    """Return the torn stretches of a mask whose high patches lie side by side, the longest first.

    A pixel of a border is torn where the mask differs on its two sides and the truth does not.

    Args:
        mask: (H, W) bool of `cell`.
        truth: Likewise.
        cell: In high pixels.
        high: The slide's high grid.
    """
    down = _borders(high.width, cell.x, cell.right)
    across = _borders(high.height, cell.y, cell.bottom)
    found = [
        Seam(Box(x - _REACH_PX, cell.y + start, 2 * _REACH_PX, stop - start), stop - start)
        for x in down
        for start, stop in _stretches(_torn(mask, truth, x - cell.x))
    ]
    found += [
        Seam(Box(cell.x + start, y - _REACH_PX, stop - start, 2 * _REACH_PX), stop - start)
        for y in across
        for start, stop in _stretches(_torn(mask.T, truth.T, y - cell.y))
    ]
    return sorted(found, key=lambda seam: (-seam.length_px, seam.box))


def _borders(length: int, start: int, stop: int) -> list[int]:
    """Return where two patches of the grid meet inside [start, stop), along one axis."""
    return [x for x in patch_starts(length, stride=PATCH_SIZE, inside=False)[1:] if start < x < stop]


def _torn(mask: MaskArray, truth: MaskArray, column: int) -> NDArray[np.bool_]:
    """Return, for each row, whether the mask is torn between a column and the one before it."""
    differs = mask[:, column - 1] != mask[:, column]
    return np.asarray(differs & (truth[:, column - 1] == truth[:, column]))


def _stretches(torn: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return [start, stop) of what is torn, gaps of up to 8 pixels closed, if it is long enough."""
    places = np.flatnonzero(torn)
    if not len(places):
        return []
    breaks = np.flatnonzero(np.diff(places) > _GAP_PX + 1)
    starts = places[np.concatenate(([0], breaks + 1))]
    stops = places[np.concatenate((breaks, [len(places) - 1]))] + 1
    return [(int(a), int(b)) for a, b in zip(starts, stops, strict=True) if b - a >= LEAST_PX]
