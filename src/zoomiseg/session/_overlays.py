"""What lies over the low canvas: high patches and settled regions, found by place."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

from zoomiseg.geometry import PATCH_SIZE, Box, Grid

from ._journal import Journal, JournalledMap
from ._patches import HighPatch, Key, Order, Overlay, Settled

_CELL = PATCH_SIZE
_MOST_CELLS = 64

Cell = tuple[str, int, int]


class Overlays:
    """High patches and settled regions by the event that made them, indexed by cells of 1024 high pixels.

    Args:
        grid: The slide's high grid.
        margin_px: How near to a patch's border, in high pixels, a click no longer belongs to it.
        journal: Notes every change.
    """

    def __init__(self, grid: Grid, *, margin_px: int, journal: Journal) -> None:
        self._grid = grid
        self._margin_px = margin_px
        self.items: JournalledMap[Key, Overlay] = JournalledMap(journal)
        self._cells: JournalledMap[Cell, tuple[Key, ...]] = JournalledMap(journal)
        self._wide: JournalledMap[str, tuple[Key, ...]] = JournalledMap(journal)

    def snapshot(self) -> Overlays:
        """Return the overlays as they are now, to be read."""
        twin = copy(self)
        twin.items, twin._cells, twin._wide = (
            self.items.snapshot(),
            self._cells.snapshot(),
            self._wide.snapshot(),
        )
        return twin

    def put(self, item: Overlay) -> None:
        """Add an overlay, or replace the one of the same key, which covers the same box."""
        known = self.items.get(item.key) is not None
        self.items.put(item.key, item)
        if known:
            return
        cells = list(_cells(item.box))
        if len(cells) > _MOST_CELLS:
            self._wide.put(item.class_, (*(self._wide.get(item.class_) or ()), item.key))
            return
        for cell in cells:
            key = (item.class_, *cell)
            self._cells.put(key, (*(self._cells.get(key) or ()), item.key))

    def remove(self, item: Overlay) -> None:
        self.items.put(item.key, None)
        if item.key in (wide := self._wide.get(item.class_) or ()):
            self._wide.put(item.class_, _without(wide, item.key))
            return
        for cell in _cells(item.box):
            key = (item.class_, *cell)
            self._cells.put(key, _without(self._cells.get(key) or (), item.key))

    def over(self, class_: str, box: Box) -> list[Overlay]:
        """Return the overlays that share a pixel with a box of high pixels, from the lowest up."""
        keys = set(self._wide.get(class_) or ())
        columns, rows = _span(box.x, box.right), _span(box.y, box.bottom)
        if len(columns) * len(rows) <= len(self.items):
            for cell in _cells(box):
                keys.update(self._cells.get((class_, *cell)) or ())
        else:
            keys.update(self.items)
        found = (item for key in keys if (item := self.items.get(key)))
        touching = (item for item in found if item.class_ == class_ and item.box.intersection(box))
        return sorted(touching, key=lambda item: item.z)

    def high_patches(self) -> list[HighPatch]:
        """Return all high patches in the order of opening."""
        patches = (item for item in self.items.values() if isinstance(item, HighPatch))
        return sorted(patches, key=lambda patch: patch.key)

    def settled(self) -> list[Settled]:
        """Return all settled regions in the order of settling."""
        regions = (item for item in self.items.values() if isinstance(item, Settled))
        return sorted(regions, key=lambda region: region.n)

    def patch_for(self, class_: str, column: int, row: int) -> HighPatch | None:
        """Return the newest patch that takes a click at this high pixel and would show it there."""
        here = [item for item in self.over(class_, Box(column, row, 1, 1)) if isinstance(item, HighPatch)]
        takers = [patch for patch in here if self.takes(patch, column, row)]
        if not takers:
            return None
        newest = max(takers, key=lambda patch: patch.key)
        z = self.raised(newest)
        hidden = any(other.layer and other.z > z for other in here if other is not newest)
        return None if hidden else newest

    def takes(self, patch: HighPatch, column: int, row: int) -> bool:
        """Say whether the high pixel lies in the patch with the margin."""
        return self._inner(patch.box).contains(column, row)

    def raised(self, patch: HighPatch) -> Order:
        """Return where the patch lies once a click has lifted it above the settled regions on it.

        Among patches lifted above the same region the later opened stays above the earlier.
        """
        above = [item.z for item in self.over(patch.class_, patch.box) if isinstance(item, Settled)]
        top = max(above, default=patch.z)
        return (top[0], patch.n, patch.part) if top > patch.z else patch.z

    def is_settled(self, patch: HighPatch) -> bool:
        """Say whether one settled region covers all of the patch that lies on the slide."""
        inside = patch.box.intersection(self._grid.box) or patch.box
        return any(
            isinstance(item, Settled) and item.z > patch.z and item.box.encloses(inside)
            for item in self.over(patch.class_, patch.box)
        )

    def _inner(self, box: Box) -> Box:
        """Return the part of a patch that takes clicks: the margin counts where the slide goes on."""
        left = self._margin_px if box.x > 0 else 0
        top = self._margin_px if box.y > 0 else 0
        right = self._margin_px if box.right < self._grid.width else 0
        bottom = self._margin_px if box.bottom < self._grid.height else 0
        return Box(box.x + left, box.y + top, box.width - left - right, box.height - top - bottom)


def _span(begin: int, end: int) -> range:
    return range(begin // _CELL, -(-end // _CELL))


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    return ((x, y) for y in _span(box.y, box.bottom) for x in _span(box.x, box.right))


def _without(keys: tuple[Key, ...], key: Key) -> tuple[Key, ...] | None:
    return tuple(each for each in keys if each != key) or None
