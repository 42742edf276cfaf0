"""All that is measured of one slide's mask against its truth, block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from zoomiseg.geometry import Box, Grid

from ._boundary import BoundaryCounts, boundary_counts, contour, halo_px
from ._hausdorff import OutlineDistance
from ._overlap import MaskArray, Overlap, overlap_of

BLOCK_PX = 2048

ReadMask = Callable[[Box], MaskArray]


@dataclass(frozen=True, slots=True)
class SlideMeasure:
    """What was measured on the high grid.

    Args:
        cells: Of each region that was asked for, in that order.
        boundary: Of the whole slide.
        hd95_um: See `OutlineDistance`; None where only one of the two has an outline.
        hd95_uncertainty_um: Likewise.
    """

    cells: tuple[Overlap, ...]
    boundary: BoundaryCounts
    hd95_um: float | None
    hd95_uncertainty_um: float

    @property
    def overlap(self) -> Overlap:
        """The whole slide's."""
        return reduce(add, self.cells, Overlap())


def measure_slide(
    read_prediction: ReadMask, read_truth: ReadMask, high: Grid, cells: Sequence[Box]
) -> SlideMeasure:
    """Measure a mask of any size; a few blocks of 2048 x 2048 pixels are in memory, and two planes for
    distances, see `OutlineDistance`.

    Args:
        read_prediction: Answers a box of high pixels on the slide with (H, W) bool.
        read_truth: Likewise.
        high: The slide's high grid.
        cells: Disjoint boxes of high pixels that together are the slide.
    """
    outlines = OutlineDistance(high.width, high.height, mpp=high.mpp)
    boundary = BoundaryCounts()
    overlaps = []
    for cell in cells:
        overlap = Overlap()
        for block in blocks_of(cell, BLOCK_PX):
            window = block.expanded(halo_px(high.mpp))
            known = window.intersection(high.box)
            assert known is not None, "cells lie on the slide"
            prediction, truth = read_prediction(known), read_truth(known)
            if not (prediction.any() or truth.any()):
                continue
            place = block.slices_in(known)
            overlap += overlap_of(prediction[place], truth[place])
            lines = contour(prediction), contour(truth)
            outlines.add(block, lines[0][place], lines[1][place])
            boundary += boundary_counts(
                _within(prediction, known, window),
                _within(truth, known, window),
                contours=(_within(lines[0], known, window), _within(lines[1], known, window)),
                block=block,
                window=window,
                mpp=high.mpp,
            )
        overlaps.append(overlap)
    return SlideMeasure(tuple(overlaps), boundary, outlines.hd95_um(), outlines.uncertainty_um)


def blocks_of(box: Box, side: int) -> Iterator[Box]:
    """Yield the squares of a box, row by row, the last ones cut."""
    for y in range(box.y, box.bottom, side):
        for x in range(box.x, box.right, side):
            yield Box(x, y, min(side, box.right - x), min(side, box.bottom - y))


def _within(values: MaskArray, known: Box, window: Box) -> MaskArray:
    """Return what is known of a window, False around it."""
    if known == window:
        return values
    whole = np.zeros((window.height, window.width), bool)
    whole[known.slices_in(window)] = values
    return whole
