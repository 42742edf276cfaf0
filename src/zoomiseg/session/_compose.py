"""What a session shows: predictions composed on reading, block by block, no pixel in two classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import PATCH_SIZE, SCALE_FACTOR, Box, Grid, Grids

from ._canvas import Canvas
from ._options import SessionOptions
from ._predictions import Predictions
from ._resample import FloatArray, resample, source_box, taps, tiles
from ._state import State

_BLOCK = PATCH_SIZE


@dataclass(frozen=True)
class _Claim:
    """What a class shows in a block by itself, and which event added a pixel by hand, or 0."""

    values: FloatArray
    edited: NDArray[np.int64]


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
        boxes = self._canvas.boxes(class_)
        boxes += [edit.box for edit in self._state.edits.of(class_) if edit.adds]
        return [inside for box in boxes if (inside := box.intersection(self._grids.high.box))]

    def _block(self, block: Box, grid: Grid, class_: str) -> FloatArray | None:
        """Return what is shown of a class in a block of the grid; None where all is 0."""
        own = self._edited(block, grid, class_)
        if own is None:
            return None
        others = [other for other in self._state.classes() if other != class_]
        # On the high grid the canvas has shared out all pixels but those that were edited by hand.
        if grid == self._grids.high and not any(
            self._state.edits.over(each, grid, block) for each in (class_, *others)
        ):
            return own.values
        for other in others:
            if (theirs := self._edited(block, grid, other)) is not None:
                own.values[_yields(own, theirs, first=class_ < other)] = 0
        return own.values

    def _edited(self, block: Box, grid: Grid, class_: str) -> _Claim | None:
        """Return the predictions of a class and the edits by hand over them; None where all is 0."""
        values = self._predicted(block, grid, class_)
        if values is None:
            if not any(edit.adds for edit in self._state.edits.over(class_, grid, block)):
                return None
            values = np.zeros((block.height, block.width), np.float32)
        return _Claim(values, self._state.edits.paint(values, grid, block, class_))

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


def _yields(own: _Claim, theirs: _Claim, *, first: bool) -> NDArray[np.bool_]:
    """Say where a pixel that two classes claim belongs to the other one.

    It goes to the newest edit by hand; without one the pixel averages over the pixels of both, and goes to
    whoever has more of it, where that is even to the first by name.
    """
    more = theirs.values > own.values if first else theirs.values >= own.values
    newer = (theirs.edited > own.edited) | ((theirs.edited == own.edited) & more)
    yields: NDArray[np.bool_] = (own.values >= 0.5) & (theirs.values >= 0.5) & newer
    return yields
