"""What is drawn by hand as pixels: a pixel belongs to a shape where its centre does, on any grid."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box, Grid, Grids

from ._payloads import Drawn, Points, PolygonDrawn, StrokeDrawn
from ._scanline import even_odd

MaskArray = NDArray[np.bool_]
Array = NDArray[np.float64]
_SEGMENTS_AT_ONCE = 256


def mask_of(drawn: Drawn, grid: Grid, box: Box) -> MaskArray:
    """Return where a shape lies, (H, W) bool of a box in the grid's pixels.

    Each row is cut in closed form at absolute coordinates, so a pixel never depends on the box.
    """
    if isinstance(drawn, PolygonDrawn):
        return even_odd(np.concatenate([_edges(ring, grid) for ring in drawn.rings]), box)
    return _stroke(drawn, grid, box)


def slide_box_of(drawn: Drawn, grids: Grids) -> Box | None:
    """Return the pixels of the slide that a shape can touch, or None where it lies off the slide."""
    if isinstance(drawn, StrokeDrawn):
        points, margin = np.array(drawn.points), drawn.width_um / 2 / np.array(grids.mpp)
    else:
        points, margin = np.concatenate([np.array(ring) for ring in drawn.rings]), np.zeros(2)
    limits = np.array([grids.width, grids.height], float)
    low = np.clip(points.min(axis=0) - margin, -1, limits + 1)
    high = np.clip(points.max(axis=0) + margin, -1, limits + 1)
    x, y = math.floor(low[0]), math.floor(low[1])
    box = Box(x, y, math.ceil(high[0]) - x, math.ceil(high[1]) - y)
    return box.intersection(grids.slide.box)


def _edges(ring: Points, grid: Grid) -> Array:
    points = np.array(ring) / np.array(grid.downsample)
    return np.hstack((points, np.roll(points, -1, axis=0)))


def _stroke(drawn: StrokeDrawn, grid: Grid, box: Box) -> MaskArray:
    radius, mpp = drawn.width_um / 2, np.array(grid.mpp)
    points = np.array(drawn.points) / np.array(grid.downsample) * mpp
    starts, ends = (points[:-1], points[1:]) if len(points) > 1 else (points, points)
    corner, far = np.array([box.x, box.y]) * mpp, np.array([box.right, box.bottom]) * mpp
    near = (np.minimum(starts, ends) - radius <= far) & (np.maximum(starts, ends) + radius >= corner)
    starts, ends = starts[near.all(axis=1)], ends[near.all(axis=1)]
    changes = np.zeros((box.height, box.width + 1), np.int64)
    y = (np.arange(box.y, box.bottom) + 0.5) * mpp[1]
    for at in range(0, len(starts), _SEGMENTS_AT_ONCE):
        several = slice(at, at + _SEGMENTS_AT_ONCE)
        left, right = _spans(starts[several], ends[several], radius, y)
        segment, row = np.nonzero(left <= right)
        first = np.ceil(left[segment, row] / mpp[0] - 0.5)
        stop = np.floor(right[segment, row] / mpp[0] - 0.5) + 1
        first, stop = (np.clip(each, box.x, box.right).astype(np.int64) - box.x for each in (first, stop))
        some = stop > first
        np.add.at(changes, (row[some], first[some]), 1)
        np.add.at(changes, (row[some], stop[some]), -1)
    inside: MaskArray = np.cumsum(changes, axis=1)[:, :-1] > 0
    return inside


def _spans(starts: Array, ends: Array, radius: float, y: Array) -> tuple[Array, Array]:
    """Return where rows enter and leave the points within a radius of segments; inf, -inf where they miss.

    Args:
        starts: (N, 2) x and y.
        ends: (N, 2) likewise.
        radius: In the same unit.
        y: (H,) the rows.

    Returns:
        Two arrays (N, H) of x. Such a set is convex, so that a row cuts it in one piece: from the leftmost
        to the rightmost of what it cuts of two disks and the rectangle between them.
    """
    pieces = [_disk_spans(starts, radius, y), _disk_spans(ends, radius, y)]
    pieces.append(_rectangle_spans(starts, ends - starts, radius, y))
    left = np.minimum.reduce([piece[0] for piece in pieces])
    right = np.maximum.reduce([piece[1] for piece in pieces])
    return left, right


def _disk_spans(centres: Array, radius: float, y: Array) -> tuple[Array, Array]:
    square = radius**2 - (y[None, :] - centres[:, 1:]) ** 2
    half = np.where(square >= 0, np.sqrt(np.maximum(square, 0)), -np.inf)
    return centres[:, :1] - half, centres[:, :1] + half


def _rectangle_spans(starts: Array, along: Array, radius: float, y: Array) -> tuple[Array, Array]:
    dx, dy = along[:, :1], along[:, 1:]
    above = y[None, :] - starts[:, 1:]
    length = np.hypot(dx, dy)
    # Between the two ends, and no further than the radius from the line.
    left, right = _strip(dx, dy * above, np.zeros_like(length), length**2)
    left_too, right_too = _strip(-dy, dx * above, -radius * length, radius * length)
    left, right = np.maximum(left, left_too) + starts[:, :1], np.minimum(right, right_too) + starts[:, :1]
    missed = (left > right) | (length == 0)
    return np.where(missed, np.inf, left), np.where(missed, -np.inf, right)


def _strip(slope: Array, offset: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Return the ends of the x with low <= slope * x + offset <= high, by row."""
    flat = slope == 0
    divisor = np.where(flat, 1.0, slope)
    ends = (low - offset) / divisor, (high - offset) / divisor
    inside = (low <= offset) & (offset <= high)
    left = np.where(flat, np.where(inside, -np.inf, np.inf), np.minimum(*ends))
    right = np.where(flat, np.where(inside, np.inf, -np.inf), np.maximum(*ends))
    return left, right
