"""A window of the slide while it is painted: its place, and the map's fields enlarged to its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from ._layout import STEP_PX
from ._noise import FloatArray

_AROUND = 3


@dataclass(frozen=True)
class Window:
    """A box in slide pixels, margins included.

    Args:
        left, top: Its corner; may be negative.
        width, height: Its size.
    """

    left: int
    top: int
    width: int
    height: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.height, self.width

    @cached_property
    def x(self) -> FloatArray:
        """(H, W) slide x of each pixel's middle."""
        row = np.arange(self.left, self.left + self.width, dtype=np.float32) + np.float32(0.5)
        return np.broadcast_to(row, self.shape).copy()

    @cached_property
    def y(self) -> FloatArray:
        """(H, W) slide y of each pixel's middle."""
        column = np.arange(self.top, self.top + self.height, dtype=np.float32) + np.float32(0.5)
        return np.broadcast_to(column[:, None], self.shape).copy()

    def enlarged(self, field: FloatArray) -> FloatArray:
        """Return the part of a repeating map field under the window at full resolution, cubic."""
        first_row, first_column = self.top // STEP_PX - _AROUND, self.left // STEP_PX - _AROUND
        rows = np.arange(first_row, (self.top + self.height) // STEP_PX + _AROUND + 1) % field.shape[0]
        columns = np.arange(first_column, (self.left + self.width) // STEP_PX + _AROUND + 1) % field.shape[1]
        part = np.ascontiguousarray(field[rows][:, columns])
        size = part.shape[1] * STEP_PX, part.shape[0] * STEP_PX
        large = cv2.resize(part, size, interpolation=cv2.INTER_CUBIC)
        top, left = self.top - first_row * STEP_PX, self.left - first_column * STEP_PX
        return np.asarray(large[top : top + self.height, left : left + self.width], np.float32)

    def part(self, rows: slice, columns: slice) -> Window:
        """Return the part of the window that these slices take of its arrays."""
        return Window(
            self.left + columns.start,
            self.top + rows.start,
            columns.stop - columns.start,
            rows.stop - rows.start,
        )

    def tiled(self, tile: FloatArray, *, shift: int = 0) -> FloatArray:
        """Return a periodic tile of full-resolution pixels laid over the slide."""
        rows = np.arange(self.top + shift, self.top + shift + self.height) % tile.shape[0]
        columns = np.arange(self.left + 3 * shift, self.left + 3 * shift + self.width) % tile.shape[1]
        return np.asarray(tile[rows][:, columns])
