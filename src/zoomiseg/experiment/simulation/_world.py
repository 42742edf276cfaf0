"""A slide and its truth as the simulated user meets them: patches of both scales, in patch pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zoomiseg.geometry import (
    PATCH_SIZE,
    SCALE_FACTOR,
    Box,
    Grid,
    Grids,
    PatchFrame,
    high_patch_box,
    low_crop_of,
    nearest_patch,
    patch_starts,
)
from zoomiseg.session import SlideSource

from .._truth import shrunk
from ..metrics import MaskArray, ReadMask


@dataclass(frozen=True)
class World:
    """Where the simulated user works.

    Args:
        slide: The open slide.
        read_truth: Answers a box of its high grid, on the slide, with (H, W) bool.
        number: Tells this slide from the others of an evaluation; seeds are drawn with it.
    """

    slide: SlideSource
    read_truth: ReadMask
    number: int = 0

    @property
    def low_frames(self) -> tuple[PatchFrame, ...]:
        """The low patches: a grid without overlap, the last ones reaching past the edge."""
        low = self.slide.grids.low
        return tuple(
            PatchFrame(low, Box(x, y, PATCH_SIZE, PATCH_SIZE))
            for y in _starts(low.height)
            for x in _starts(low.width)
        )

    @property
    def cells(self) -> tuple[Box, ...]:
        """What the low patches cover of the slide, in high pixels: disjoint, and together all of it."""
        high = self.slide.grids.high.box
        boxes = (frame.box.scaled(SCALE_FACTOR).intersection(high) for frame in self.low_frames)
        return tuple(box for box in boxes if box)

    def cell_at(self, high_box: Box) -> int:
        """Return the number of the low patch in which the middle of a high patch lies."""
        low = self.slide.grids.low
        columns, rows = _starts(low.width), _starts(low.height)
        x, y = low_crop_of(high_box).centre
        return nearest_patch(rows, y) * len(columns) + nearest_patch(columns, x)

    def truth_high(self, box: Box) -> MaskArray:
        """Return the truth of a box of high pixels, (H, W) bool; nothing outside the slide is target."""
        truth = np.zeros((box.height, box.width), bool)
        inside = box.intersection(self.slide.grids.high.box)
        if inside:
            truth[inside.slices_in(box)] = self.read_truth(inside)
        return truth

    def truth_low(self, box: Box) -> MaskArray:
        """Return the truth shrunk to a box of low pixels: target is where at least half of it is."""
        low = self.slide.grids.low
        window = Grid(low.downsample, box.width, box.height, low.mpp)
        return shrunk(self.truth_high(box.scaled(SCALE_FACTOR)), window)


def high_boxes(grids: Grids) -> tuple[Box, ...]:
    """Return the high patches that cover a slide without overlap, row by row, in high pixels.

    Args:
        grids: Of whole patches, as `WholePatches` has them.
    """
    high, low = grids.high, grids.low
    middles = [
        (x + PATCH_SIZE / 2, y + PATCH_SIZE / 2) for y in _starts(high.height) for x in _starts(high.width)
    ]
    return tuple(high_patch_box(low, high.to_slide(middle)) for middle in middles)


def _starts(length: int) -> list[int]:
    return patch_starts(length, stride=PATCH_SIZE, inside=False)
