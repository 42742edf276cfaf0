"""Areas as a mask on a pixel grid: a pixel is in where its centre is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoomiseg.geometry import Box, Grid
from zoomiseg.session import even_odd, non_zero

from ._area import Area

FloatArray = NDArray[np.float64]
MaskArray = NDArray[np.uint8]


@dataclass(frozen=True)
class _Region:
    """One area's edges, (n, 4) float64 x0, y0, x1, y1 in grid pixels, and the pixels they span."""

    edges: FloatArray
    bounds: Box
    winds: bool


class AreaMask:
    """The union of areas, less the union of those that are cut out of them.

    Args:
        areas: What is inside; overlapping and touching ones unite.
        grid: The pixels to answer in.
        cuts: What is outside, whatever else lies there.
    """

    def __init__(self, areas: Iterable[Area], grid: Grid, *, cuts: Iterable[Area] = ()) -> None:
        self.grid = grid
        self._areas, self._cuts = _Regions(areas, grid), _Regions(cuts, grid)

    def read(self, box: Box) -> MaskArray:
        """Return the mask of a box in grid pixels, (H, W) uint8, 1 inside and 0 outside."""
        mask = self._areas.union(box)
        return np.asarray(mask & ~self._cuts.union(box), np.uint8) if mask.any() else mask.view(np.uint8)


class _Regions:
    """Areas that are found by place."""

    def __init__(self, areas: Iterable[Area], grid: Grid) -> None:
        self._regions = [_region(area, grid) for area in areas]
        self._tree = shapely.STRtree([_as_box(region.bounds) for region in self._regions])

    def union(self, box: Box) -> NDArray[np.bool_]:
        inside = np.zeros((box.height, box.width), np.bool_)
        for number in self._tree.query(_as_box(box)).tolist():
            region = self._regions[number]
            window = region.bounds.intersection(box)
            if window is not None:
                fill = non_zero if region.winds else even_odd
                inside[window.slices_in(box)] |= fill(region.edges, window)
        return inside


def _region(area: Area, grid: Grid) -> _Region:
    rings = [ring / np.array(grid.downsample) for ring in area.rings]
    edges = np.concatenate([np.hstack((ring, np.roll(ring, -1, axis=0))) for ring in rings])
    points = np.concatenate(rings)
    low, high = np.floor(points.min(axis=0)).astype(int), np.ceil(points.max(axis=0)).astype(int)
    bounds = Box(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))
    return _Region(edges, bounds, area.winds)


def _as_box(box: Box) -> BaseGeometry:
    return shapely.box(box.x, box.y, box.right, box.bottom)
