"""Polygons as a mask on a pixel grid: the way back from `mask_polygons`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoomiseg.annotations import Annotation
from zoomiseg.geometry import Box, Grid
from zoomiseg.session import even_odd

FloatArray = NDArray[np.float64]
MaskArray = NDArray[np.uint8]


@dataclass(frozen=True)
class _Region:
    """One polygon's edges, (n, 4) float64 x0, y0, x1, y1 in grid pixels, and the pixels they span."""

    edges: FloatArray
    bounds: Box


class GeoJsonMask:
    """Areas of annotations as a mask: a pixel is in where its centre lies inside one of them.

    Points and lines have no area and do not appear. Holes are even-odd; overlapping areas unite.

    Args:
        annotations: What `read_geojson` returned, in slide pixels (level 0).
        grid: The pixels to answer in.
    """

    def __init__(self, annotations: Sequence[Annotation], grid: Grid) -> None:
        self.grid = grid
        areas = [
            part for annotation in annotations if annotation.kind == "area" for part in _polygons(annotation)
        ]
        self._regions = [_region(area, grid) for area in areas]
        self._tree = shapely.STRtree([_as_box(region.bounds) for region in self._regions])

    def read(self, box: Box) -> MaskArray:
        """Return the mask of a box in grid pixels, (H, W) uint8, 1 inside and 0 outside."""
        mask = np.zeros((box.height, box.width), np.uint8)
        for number in self._tree.query(_as_box(box)).tolist():
            region = self._regions[number]
            window = region.bounds.intersection(box)
            if window is not None:
                mask[window.slices_in(box)] |= even_odd(region.edges, window)
        return mask


def _polygons(annotation: Annotation) -> list[BaseGeometry]:
    return [part for part in shapely.get_parts(annotation.geometry) if not part.is_empty]


def _region(polygon: BaseGeometry, grid: Grid) -> _Region:
    coordinates, ring = shapely.get_coordinates(shapely.get_rings(polygon), return_index=True)
    points = coordinates / np.array(grid.downsample)
    within = ring[:-1] == ring[1:]
    edges = np.hstack((points[:-1][within], points[1:][within]))
    low, high = np.floor(points.min(axis=0)).astype(int), np.ceil(points.max(axis=0)).astype(int)
    return _Region(edges, Box(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])))


def _as_box(box: Box) -> BaseGeometry:
    return shapely.box(box.x, box.y, box.right, box.bottom)
