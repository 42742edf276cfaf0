"""Deep Zoom numbering: which pixels of the slide a tile shows."""

from __future__ import annotations

import math
from dataclasses import dataclass

from zoomiseg.geometry import Box, Grid

TILE_SIZE = 256


@dataclass(frozen=True, slots=True)
class DeepZoom:
    """The pyramid of tiles over a slide: the highest level is level 0 of the slide, each lower one is half.

    Args:
        width: Of the slide, in level-0 pixels.
        height: Likewise.
    """

    width: int
    height: int

    @property
    def max_level(self) -> int:
        """The level of full resolution."""
        return (max(self.width, self.height) - 1).bit_length()

    def downsample(self, level: int) -> int:
        """Return the level-0 pixels per pixel of a level, a power of two."""
        return 1 << (self.max_level - level)

    def grid(self, level: int, mpp: tuple[float, float]) -> Grid:
        """Return a level as a grid of the slide, sizes rounded up."""
        factor = self.downsample(level)
        return Grid(
            (float(factor), float(factor)),
            math.ceil(self.width / factor),
            math.ceil(self.height / factor),
            (mpp[0] * factor, mpp[1] * factor),
        )

    def tile(self, level: int, column: int, row: int) -> Box | None:
        """Return a tile in pixels of its level, smaller at the edges; None where there is none."""
        if not 0 <= level <= self.max_level:
            return None
        size = self.grid(level, (1.0, 1.0)).box
        return Box(column * TILE_SIZE, row * TILE_SIZE, TILE_SIZE, TILE_SIZE).intersection(size)
