"""A mask of any size as polygons in slide coordinates, read tile by tile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from zoomiseg.geometry import Grid

from ._growing import MaskReader, ReportProgress, finished_groups
from ._outline import Rings, trace

PIXEL_EXACT_PX = 0.34
"""Smoothing up to here moves no outline across a pixel's centre: cut corners stay 0.353 pixels away."""


@dataclass(frozen=True, slots=True)
class Region:
    """A polygon in slide pixels, and where it stands among the others of its mask.

    Args:
        place: Row and column of the grid pixel at its upper left; no other region of the mask has it.
        polygon: Valid, with holes.
    """

    place: tuple[int, int]
    polygon: Polygon


def mask_polygons(
    read: MaskReader,
    grid: Grid,
    *,
    tile: int = 4096,
    min_area_px: int = 0,
    simplify_px: float = 0.0,
    progress: ReportProgress | None = None,
) -> list[Polygon]:
    """Return the regions of a mask as valid polygons with holes, in slide pixels (level 0), in raster order.

    Outlines run along pixel edges: the pixel at the origin is (0, 0), (1, 0), (1, 1), (0, 1) times the
    grid's downsample. A region is what hangs together by pixel edges; diagonal neighbours are two. A grid
    pixel that reaches past the slide stays whole.

    Args:
        read: Answers a box in grid pixels, inside the grid, with its (H, W) mask; not zero is foreground.
        grid: The mask's pixels.
        tile: Side of the boxes that are read, in grid pixels.
        min_area_px: Regions of fewer grid pixels, holes deducted, are left out.
        simplify_px: 0 keeps the pixel edges. Above it corners are cut half way along their pixel and points
            that lie within so many grid pixels of a straight line are dropped. Up to `PIXEL_EXACT_PX` the
            polygons still hold the centres of exactly the mask's pixels, with about half of the points.
        progress: Called with the share of tiles done, rising to 1.

    Raises:
        OutputError: The mask is noise: of what hangs together the outlines have ten million corners.
    """
    regions = finished_regions(
        read, grid, tile=tile, min_area_px=min_area_px, simplify_px=simplify_px, progress=progress
    )
    return [region.polygon for region in sorted(regions, key=lambda region: region.place)]


def finished_regions(
    read: MaskReader,
    grid: Grid,
    *,
    tile: int = 4096,
    min_area_px: int = 0,
    simplify_px: float = 0.0,
    progress: ReportProgress | None = None,
) -> Iterator[Region]:
    """Yield what `mask_polygons` returns, each region once the mask is read as far as it reaches.

    Memory holds one tile of the mask and the outlines that later tiles may add to, however large the mask is.
    """
    pixel_area = grid.downsample[0] * grid.downsample[1]
    for corners in finished_groups(read, grid, tile, progress):
        rings = trace(corners)
        polygons = _assembled(rings, grid.downsample)
        kept = shapely.area(polygons) > (min_area_px - 0.5) * pixel_area
        places = rings.inside[~rings.hole][kept][:, ::-1].tolist()
        polygons = polygons[kept]
        if simplify_px > 0 and len(polygons):
            polygons = _smoothed(polygons, grid, simplify_px)
        yield from (Region((row, column), each) for (row, column), each in zip(places, polygons, strict=True))


def _assembled(rings: Rings, downsample: tuple[float, float]) -> NDArray[np.object_]:
    """Return one polygon per shell, each with the holes that lie in it and in no smaller shell."""
    outlines = shapely.linearrings(rings.points * np.array(downsample), indices=rings.ring)
    shells, holes = np.flatnonzero(~rings.hole), np.flatnonzero(rings.hole)
    parents = _parents(shapely.polygons(outlines[shells]), (rings.inside[holes] + 0.5) * np.array(downsample))
    members = np.concatenate((shells, holes))
    owners = np.concatenate((np.arange(len(shells)), parents))
    # Stable, so that in each polygon the shell stays first.
    order = np.argsort(owners, kind="stable")
    polygons: NDArray[np.object_] = shapely.polygons(outlines[members[order]], indices=owners[order])
    return polygons


def _parents(shells: NDArray[np.object_], hole_points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return for each hole the number of the smallest shell around it."""
    points: NDArray[np.object_] = np.asarray(shapely.points(hole_points), object)
    shell_numbers, hole_numbers = shapely.STRtree(points).query(shells, predicate="contains")
    largest_first = np.argsort(-shapely.area(shells[shell_numbers]), kind="stable")
    parents = np.zeros(len(hole_points), np.int64)
    parents[hole_numbers[largest_first]] = shell_numbers[largest_first]
    return parents


def _smoothed(polygons: NDArray[np.object_], grid: Grid, tolerance_px: float) -> NDArray[np.object_]:
    """Return polygons whose steps became slopes, or the originals where that saves nothing or is invalid."""
    simple = _simplified(_chamfered(polygons, grid), tolerance_px * min(grid.downsample))
    usable = shapely.is_valid(simple) & (shapely.get_type_id(simple) == shapely.GeometryType.POLYGON)
    usable &= shapely.get_num_coordinates(simple) < shapely.get_num_coordinates(polygons)
    return np.where(usable, simple, polygons)


def _simplified(polygons: NDArray[np.object_], tolerance: float) -> NDArray[np.object_]:
    """Return polygons without the points that lie within `tolerance` of the line between those that stay.

    Ring by ring: as one polygon, a region with tens of thousands of holes would need minutes. And as lines
    that return to their start: of a ring GEOS also drops the start, and then strays twice as far there.
    """
    rings, owner = shapely.get_rings(polygons, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    lines = np.asarray(shapely.linestrings(coordinates, indices=ring), object)
    simple = shapely.simplify(lines, tolerance, preserve_topology=True)
    coordinates, ring = shapely.get_coordinates(simple, return_index=True)
    outlines = np.asarray(shapely.linearrings(coordinates, indices=ring), object)
    return np.asarray(shapely.polygons(outlines, indices=owner), object)


def _chamfered(polygons: NDArray[np.object_], grid: Grid) -> NDArray[np.object_]:
    """Return outlines whose corners are cut half a pixel before and after: small steps become slopes."""
    rings, owner = shapely.get_rings(polygons, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    edges = np.flatnonzero(ring[:-1] == ring[1:])
    start, step = coordinates[edges], coordinates[edges + 1] - coordinates[edges]
    length_px = np.abs(step / np.array(grid.downsample)).sum(axis=1, keepdims=True)
    half = step / (2 * np.maximum(length_px, 1))
    points = np.stack((start + half, start + step - half), axis=1).reshape(-1, 2)
    # An edge of one pixel has its middle as both ends.
    needed = np.ones(len(points), bool)
    needed[1::2] = length_px[:, 0] > 1.5
    outlines = shapely.linearrings(points[needed], indices=np.repeat(ring[edges], 2)[needed])
    return np.asarray(shapely.polygons(np.asarray(outlines, object), indices=owner), object)
