"""Regions of a mask handed on as soon as no later tile can add to them, so that memory never holds them all.

What hangs together by pixels' edges *or corners* is a group. Where outlines touch in a point, both belong to
one group: the corners of a group are all that `trace` needs for its outlines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.errors import OutputError
from zoomiseg.geometry import Box, Grid

from ._outline import Corners, corners_of, joined

MAX_CORNERS = 10_000_000
BATCH_CORNERS = 200_000
"""How many corners of small groups are handed on at once: tracing takes a few hundred bytes for each."""

MaskArray = NDArray[np.bool_] | NDArray[np.uint8]
MaskReader = Callable[[Box], MaskArray]
ReportProgress = Callable[[float], None]
_Numbers = NDArray[np.int32]
_Part = tuple[Corners, _Numbers]


def finished_groups(
    read: MaskReader, grid: Grid, tile: int, progress: ReportProgress | None
) -> Iterator[Corners]:
    """Yield the corners of whole groups, some groups at a time, reading each pixel once.

    Args:
        read: Answers a box in grid pixels, inside the grid, with its (H, W) mask; not zero is foreground.
        grid: The mask's pixels.
        tile: Side of the boxes that are read, row of boxes by row of boxes.
        progress: Called with the share of tiles done, rising to 1.

    Raises:
        OutputError: Groups that are not finished have more than `MAX_CORNERS` corners together.
    """
    columns, rows = -(-grid.width // tile), -(-grid.height // tile)
    growing = _Growing(grid)
    for done in range(columns * rows):
        x, y = done % columns * tile, done // columns * tile
        box = Box(x, y, min(tile, grid.width - x), min(tile, grid.height - y))
        pixels = read(box)
        assert pixels.shape == (box.height, box.width), f"read({box}) answered with {pixels.shape}"
        growing.add(pixels, box)
        if box.right == grid.width:
            yield from growing.finish_row(last=box.bottom == grid.height)
        if progress is not None:
            progress((done + 1) / (columns * rows))


class _Growing:
    """Corners of the groups that reach the row of tiles that is being read, and these groups' numbers.

    Args:
        grid: The mask's pixels.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        # The groups of the last row of pixels; before the first and after the last one lies background.
        self._above = np.zeros(grid.width + 2, np.int32)
        self._below = np.zeros(grid.width + 2, np.int32)
        self._left = np.zeros(0, np.int32)
        self._parents = _Parents(0)
        self._parts: list[_Part] = []

    def add(self, pixels: MaskArray, box: Box) -> None:
        """Take in the next tile of a row."""
        if box.x == 0:
            self._left = np.zeros(box.height, np.int32)
        found = self._numbered(pixels)
        # Beyond the grid's last column and row lies background, and corners may lie on that border.
        last_column, last_row = box.right == self._grid.width, box.bottom == self._grid.height
        window = np.zeros((box.height + 1 + last_row, box.width + 1 + last_column), np.int32)
        window[0, : box.width + 1] = self._above[box.x : box.right + 1]
        window[1 : box.height + 1, 0] = self._left
        if found is not None:
            window[1 : box.height + 1, 1 : box.width + 1] = found
            self._join_neighbours(found, self._above[box.x : box.right + 2])
        self._left = window[1 : box.height + 1, box.width].copy()
        self._below[box.x + 1 : box.right + 1] = window[box.height, 1 : box.width + 1]
        if not window.any():
            return
        corners = corners_of(window > 0, box.x, box.y)
        rows, columns = corners.y - box.y, corners.x - box.x
        around = [window[rows + down, columns + right] for down in (0, 1) for right in (0, 1)]
        # All foreground around a corner is one group.
        self._parts.append((corners, np.maximum.reduce(around)))
        if sum(len(each) for each, _ in self._parts) > MAX_CORNERS:
            raise OutputError(
                f"What hangs together in the mask has outlines with more than {MAX_CORNERS:,} corners.",
                hint="Export it as a TIFF mask instead, or smooth it first.",
            )

    def finish_row(self, *, last: bool) -> Iterator[Corners]:
        """Yield the groups that no further row of tiles can touch, in the last row all, and go on to it."""
        roots = self._parents.roots()
        is_open = np.zeros(len(roots), bool)
        if not last:
            is_open[roots[self._below]] = True
            is_open[0] = False
        numbers = np.cumsum(is_open, dtype=np.int32)
        finished: list[_Part] = []
        kept: list[_Part] = []
        for corners, groups in self._parts:
            own = roots[groups]
            stays = is_open[own]
            if not stays.all():
                finished.append((corners.where(~stays), own[~stays]))
            if stays.any():
                kept.append((corners.where(stays), numbers[own[stays]]))
        self._parts = kept
        self._above = np.where(self._below > 0, numbers[roots[self._below]], 0).astype(np.int32)
        self._below = np.zeros_like(self._above)
        self._parents = _Parents(int(numbers[-1]))
        yield from _batches(finished)

    def _numbered(self, pixels: MaskArray) -> _Numbers | None:
        """Return which new group each pixel belongs to, 0 for background; None where all is background."""
        if not pixels.any():
            return None
        count, labels = cv2.connectedComponents(
            np.ascontiguousarray(pixels != 0).view(np.uint8), connectivity=8, ltype=cv2.CV_32S
        )
        first = self._parents.add(count - 1)
        found: _Numbers = np.where(labels > 0, labels + (first - 1), 0).astype(np.int32)
        return found

    def _join_neighbours(self, found: _Numbers, above: _Numbers) -> None:
        """Unite what touches what lies left of and above a tile; `above` begins one pixel left of it."""
        width, left = found.shape[1], self._left
        for begin in (0, 1, 2):
            self._parents.unite(found[0], above[begin : begin + width])
        self._parents.unite(found[:, 0], left)
        self._parents.unite(found[1:, 0], left[:-1])
        self._parents.unite(found[:-1, 0], left[1:])


class _Parents:
    """Which numbers stand for the same group.

    Args:
        count: Numbers from 1 on that there are at first, each a group of its own.
    """

    def __init__(self, count: int) -> None:
        self._parents = list(range(count + 1))

    def add(self, count: int) -> int:
        """Add groups and return the first one's number."""
        first = len(self._parents)
        self._parents.extend(range(first, first + count))
        return first

    def unite(self, ones: _Numbers, others: _Numbers) -> None:
        """Let each pair, where neither is 0, be one group."""
        both = (ones > 0) & (others > 0)
        for one, other in {*zip(ones[both].tolist(), others[both].tolist(), strict=True)}:
            first, second = self._root(one), self._root(other)
            self._parents[max(first, second)] = min(first, second)

    def roots(self) -> _Numbers:
        """Return the number that stands for each number's group."""
        roots = np.array(self._parents, np.int32)
        while not np.array_equal(further := roots[roots], roots):
            roots = further
        return roots

    def _root(self, number: int) -> int:
        parents = self._parents
        while (parent := parents[number]) != number:
            # Every second step is saved the next time.
            parents[number] = parents[parent]
            number = parents[number]
        return number


def _batches(parts: list[_Part]) -> Iterator[Corners]:
    """Yield whole groups together, as many as have `BATCH_CORNERS` corners, or a larger one by itself."""
    if not parts:
        return
    corners = joined([each for each, _ in parts])
    groups = np.concatenate([each for _, each in parts])
    order = np.argsort(groups, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(groups[order])) + 1, len(order))
    begin = 0
    while begin < len(order):
        fitting = ends[np.searchsorted(ends, begin + BATCH_CORNERS, side="right") - 1]
        end = int(fitting) if fitting > begin else int(ends[np.searchsorted(ends, begin, side="right")])
        yield corners.where(order[begin:end])
        begin = end
