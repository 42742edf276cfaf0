"""Makes every tile of every level of a pyramid, each from its four finer ones, holding few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from zoomiseg.geometry import Box

from ._backend import ImageArray
from ._encoding import Encoding, Reduction, halved

ReadPixels = Callable[[Box], ImageArray]
KeepTile = Callable[["TileNumber", bytes, bool], None]  # number, encoded tile, whether it is the empty one


@dataclass(frozen=True, slots=True)
class TileNumber:
    """Which tile of a pyramid: its level, and its column and row among that level's tiles."""

    level: int
    column: int
    row: int

    def children(self) -> Iterator[TileNumber]:
        """Give the four tiles of the finer level that lie under it, row by row."""
        for down in (0, 1):
            for right in (0, 1):
                yield TileNumber(self.level - 1, 2 * self.column + right, 2 * self.row + down)


@dataclass(frozen=True, slots=True)
class Layout:
    """The levels of a pyramid and their tiles.

    Args:
        width: Of level 0, in pixels.
        height: Of level 0, in pixels.
        tile_size: Side of a tile in pixels, a multiple of 16.
    Raises:
        ValueError: No pixel, or another tile size.
    """

    width: int
    height: int
    tile_size: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"An image needs at least one pixel, got {self.width} x {self.height}.")
        if self.tile_size < 16 or self.tile_size % 16:
            raise ValueError(f"A tile's side is a multiple of 16, got {self.tile_size}.")

    @property
    def level_count(self) -> int:
        """Levels are halved until one tile holds all."""
        count = 1
        while max(self.size_of(count - 1)) > self.tile_size:
            count += 1
        return count

    def size_of(self, level: int) -> tuple[int, int]:
        """Return (width, height) of a level, rounded up."""
        return -(-self.width // 2**level), -(-self.height // 2**level)

    def tiles_of(self, level: int) -> tuple[int, int]:
        """Return (columns, rows) of a level's tiles."""
        width, height = self.size_of(level)
        return -(-width // self.tile_size), -(-height // self.tile_size)

    def box_of(self, number: TileNumber) -> Box:
        """Return the tile's pixels that lie in its level, in that level's pixels; none for a tile beyond."""
        width, height = self.size_of(number.level)
        x, y = number.column * self.tile_size, number.row * self.tile_size
        return Box(x, y, min(max(width - x, 0), self.tile_size), min(max(height - y, 0), self.tile_size))


class TileTree:
    """Makes the tiles of a pyramid depth first, so that four a level are all that is ever held.

    Args:
        layout: The levels.
        read: Gives the pixels of a level-0 box.
        keep: Takes each finished tile.
        encoding: How tiles are compressed.
        reduction: How four pixels become one.
    """

    def __init__(
        self, layout: Layout, *, read: ReadPixels, keep: KeepTile, encoding: Encoding, reduction: Reduction
    ) -> None:
        self._layout = layout
        self._read = read
        self._keep = keep
        self._encoding = encoding
        self._reduction = reduction
        side = layout.tile_size
        self._empty = encoding.encode(np.zeros((side, side, *encoding.channels), np.uint8))

    def make(self, number: TileNumber) -> ImageArray:
        """Make a tile with all that lies under it; return its pixels, (H, W, ...) uint8."""
        pixels = self._level_0(number) if number.level == 0 else self._from_children(number)
        # Most of a mask is empty, and its one empty tile is compressed once.
        empty = not pixels.any()
        padded = pixels if empty else self._encoding.padded(pixels, self._layout.tile_size)
        self._keep(number, self._empty if empty else self._encoding.encode(padded), empty)
        return pixels

    def _level_0(self, number: TileNumber) -> ImageArray:
        box = self._layout.box_of(number)
        pixels = self._read(box)
        expected = (box.height, box.width, *self._encoding.channels)
        if pixels.shape != expected or pixels.dtype != np.uint8:
            raise ValueError(f"The pixels of {box} are {pixels.shape} {pixels.dtype}, not {expected} uint8.")
        return pixels

    def _from_children(self, number: TileNumber) -> ImageArray:
        box = self._layout.box_of(number)
        pixels = np.empty((box.height, box.width, *self._encoding.channels), np.uint8)
        half = self._layout.tile_size // 2
        for child in number.children():
            if self._layout.box_of(child).area:
                part = halved(self.make(child), self._reduction)
                top, left = child.row % 2 * half, child.column % 2 * half
                pixels[top : top + part.shape[0], left : left + part.shape[1]] = part
        return pixels
