"""What a session shows: predictions composed on reading, block by block, no pixel in two classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import PATCH_SIZE, SCALE_FACTOR, Box, Grid, Grids

from ._canvas import Canvas
from ._options import SessionOptions
from ._predictions import Predictions
from ._resample import FloatArray, resample, source_box, taps, tiles
from ._state import State

_BLOCK = PATCH_SIZE


class Composer:
    """Composes one class's probability on any grid; a pixel never depends on the box it is read in.

    Args:
        grids: The slide's grids.
        options: How seams are drawn.
        state: What there is.
        predictions: Its pixels.
    """

    def __init__(self, grids: Grids, options: SessionOptions, state: State, predictions: Predictions) -> None:
        self._grids = grids
        self._options = options
        self._state = state
        self._predictions = predictions
        self._canvas = Canvas(grids, options, state, predictions)

    def of(self, state: State) -> Composer:
        """Return the composer of another state of the same session."""
        return Composer(self._grids, self._options, state, self._predictions)

    def read(self, box: Box, grid: Grid, class_: str) -> FloatArray:
        """Return (H, W) float32 in [0, 1] of a box in the grid's pixels, 0 outside the slide."""
        out = np.zeros((box.height, box.width), np.float32)
        inside = box.intersection(grid.box)
        # Classes that never were do not slow the others down.
        if inside is None or class_ not in self._state.classes():
            return out
        coarser = max(1, grid.downsample[0] / self._grids.high.downsample[0])
        coarser = coarser / SCALE_FACTOR if coarser >= SCALE_FACTOR else coarser
        for block in tiles(inside, max(1, int(_BLOCK / coarser))):
            if (values := self._block(block, grid, class_)) is not None:
                out[block.slices_in(box)] = values
        return out

    def touched(self, class_: str) -> list[Box]:
        """Return boxes of high pixels outside of which the class is 0; they may overlap."""
        boxes = (box.intersection(self._grids.high.box) for box in self._canvas.boxes(class_))
        return [box for box in boxes if box]

    def _block(self, block: Box, grid: Grid, class_: str) -> FloatArray | None:
        """Return what is shown of a class in a block of the grid; None where all is 0."""
        values = self._predicted(block, grid, class_)
        # On the high grid the canvas has shared the pixels out already.
        if values is None or grid == self._grids.high:
            return values
        for other in self._state.classes():
            if other != class_ and (theirs := self._predicted(block, grid, other)) is not None:
                values[_yields(values, theirs, first=class_ < other)] = 0
        return values

    def _predicted(self, block: Box, grid: Grid, class_: str) -> FloatArray | None:
        """Return the predictions of a class on any grid, from the low or high one; None where all is 0."""
        factor = grid.downsample[0] / self._grids.high.downsample[0]
        low = factor >= SCALE_FACTOR
        factor = factor / SCALE_FACTOR if low else factor
        source = self._grids.low if low else self._grids.high
        rows = taps(block.y, block.bottom, factor=factor, length=source.height)
        columns = taps(block.x, block.right, factor=factor, length=source.width)
        box = block if factor == 1 else source_box(rows, columns)
        if self._canvas.is_empty(box.scaled(SCALE_FACTOR) if low else box, class_):
            return None
        values = self._canvas.low(box, class_) if low else self._canvas.high(box, class_)
        return values if factor == 1 else resample(values, rows=rows, columns=columns)


def _yields(values: FloatArray, theirs: FloatArray, *, first: bool) -> NDArray[np.bool_]:
    """Say where a pixel that averages over the pixels of two classes belongs to the other one.

    It goes to whoever has more of it, and where that is even to the first by name.
    """
    more = theirs > values if first else theirs >= values
    return (values >= 0.5) & (theirs >= 0.5) & more
