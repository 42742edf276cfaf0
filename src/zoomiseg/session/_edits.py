"""Edits by hand: shapes that lie over all predictions, each with what was cut out of it."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box, Grid, Grids

from ._journal import Journal, JournalledMap
from ._payloads import Drawn
from ._resample import FloatArray
from ._shapes import MaskArray, mask_of


@dataclass(frozen=True, slots=True)
class Hole:
    """A box, in high pixels, in which an edit no longer counts.

    Args:
        n: The number of the event that cut it.
        box: What was cut.
        spared: Parts of it that were locked then.
    """

    n: int
    box: Box
    spared: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """A stroke or polygon of one class.

    Args:
        n: The number of its event.
        class_: What it adds to or erases from.
        drawn: Its shape.
        box: The high pixels that it can touch.
        holes: What was cut out of it.
    """

    n: int
    class_: str
    drawn: Drawn
    box: Box
    holes: tuple[Hole, ...]

    @property
    def adds(self) -> bool:
        return self.drawn.mode == "add"

    def mask(self, grid: Grid, box: Box, grids: Grids) -> MaskArray:
        """Return where the edit counts, (H, W) bool of a box in the grid's pixels."""
        mask = mask_of(self.drawn, grid, box)
        for hole in self.holes:
            cut = _covered(hole.box, grid, box, grids)
            for spared in hole.spared:
                cut &= ~_covered(spared, grid, box, grids)
            mask &= ~cut
        return mask


class Edits:
    """All edits by hand, by the number of their event.

    Args:
        grids: The slide's grids.
        journal: Notes every change.
    """

    def __init__(self, grids: Grids, journal: Journal) -> None:
        self._grids = grids
        self._edits: JournalledMap[int, Edit] = JournalledMap(journal)

    def snapshot(self) -> Edits:
        """Return the edits as they are now, to be read."""
        twin = copy(self)
        twin._edits = self._edits.snapshot()
        return twin

    def put(self, edit: Edit) -> None:
        """Add an edit, or replace the one of the same number."""
        self._edits.put(edit.n, edit)

    def of(self, class_: str) -> list[Edit]:
        """Return the edits of a class from the oldest on."""
        return sorted((e for e in self._edits.values() if e.class_ == class_), key=lambda edit: edit.n)

    def over(self, class_: str, grid: Grid, box: Box) -> list[Edit]:
        """Return the edits that can be seen in a box of a grid, from the oldest on."""
        if not len(self._edits):
            return []
        high_box = self._grids.high.covering(grid.slide_box(box))
        return [edit for edit in self.of(class_) if edit.box.intersection(high_box)]

    def paint(self, values: FloatArray, grid: Grid, box: Box, class_: str) -> NDArray[np.int64]:
        """Set a class's values to 1 where it was added by hand and to 0 where it was erased.

        Returns:
            The numbers of the events that added the pixels, (H, W), 0 elsewhere.
        """
        numbers = np.zeros(values.shape, np.int64)
        for edit in self.over(class_, grid, box):
            mask = edit.mask(grid, box, self._grids)
            values[mask], numbers[mask] = (1, edit.n) if edit.adds else (0, 0)
        return numbers

    def hide(self, values: FloatArray, grid: Grid, box: Box, class_: str) -> None:
        """Set a class's values to 0 wherever it was edited by hand: no prediction counts there."""
        for edit in self.over(class_, grid, box):
            values[edit.mask(grid, box, self._grids)] = 0

    def give_way(self, class_: str, label: int, pixel: tuple[int, int], hole: Hole) -> None:
        """Cut a hole into the edits that a click contradicts at its own high pixel.

        Args:
            class_: What was clicked.
            label: +1 contradicts what was erased from the class or added to another, -1 what was added to it.
            pixel: Column and row on the high grid.
            hole: The patch that was predicted.
        """
        for other in sorted({edit.class_ for edit in self._edits.values()}):
            here = self._at(other, pixel)
            if not here:
                continue
            contradicted = here[-1].adds != (label > 0) if other == class_ else here[-1].adds and label > 0
            for edit in here if contradicted else ():
                self.put(replace(edit, holes=(*edit.holes, hole)))

    def _at(self, class_: str, pixel: tuple[int, int]) -> list[Edit]:
        box, high = Box(*pixel, 1, 1), self._grids.high
        return [e for e in self.over(class_, high, box) if e.mask(high, box, self._grids).all()]


def _covered(high_box: Box, grid: Grid, box: Box, grids: Grids) -> MaskArray:
    """Return which pixels of a box of any grid have their centre in a box of high pixels."""
    rows = (np.arange(box.y, box.bottom) + 0.5) * grid.downsample[1] / grids.high.downsample[1]
    columns = (np.arange(box.x, box.right) + 0.5) * grid.downsample[0] / grids.high.downsample[0]
    inside_rows = (high_box.y <= rows) & (rows < high_box.bottom)
    inside_columns = (high_box.x <= columns) & (columns < high_box.right)
    covered: MaskArray = inside_rows[:, None] & inside_columns[None, :]
    return covered
