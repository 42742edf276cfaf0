"""Areas as pixels: a pixel is inside where its centre is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box

Edges = NDArray[np.float64]
Indices = NDArray[np.int64]


def even_odd(edges: Edges, box: Box) -> NDArray[np.bool_]:
    """Return which pixels of a box have an odd number of edges to their left, (H, W) bool.

    Each row is cut in closed form at absolute coordinates, so a pixel never depends on the box.

    Args:
        edges: (N, 4) x0, y0, x1, y1 of closed rings, in the box's pixels.
        box: What to answer for.
    """
    row, column, _ = _crossings(edges, box)
    crossed = np.zeros((box.height, box.width + 1), np.uint8)
    np.bitwise_xor.at(crossed, (row, column), 1)
    return np.asarray(np.bitwise_xor.accumulate(crossed, axis=1)[:, :-1].astype(bool))


def non_zero(edges: Edges, box: Box) -> NDArray[np.bool_]:
    """Return which pixels of a box a ring winds around at all, (H, W) bool.

    Unlike by `even_odd`, an outline whose end runs over its beginning leaves no hole where they overlap.

    Args:
        edges: (N, 4) x0, y0, x1, y1 of closed rings, in the box's pixels.
        box: What to answer for.
    """
    row, column, edge = _crossings(edges, box)
    winding = np.zeros((box.height, box.width + 1), np.int32)
    np.add.at(winding, (row, column), np.where(edges[edge, 3] > edges[edge, 1], 1, -1))
    return np.asarray(np.cumsum(winding, axis=1)[:, :-1] != 0)


def _crossings(edges: Edges, box: Box) -> tuple[Indices, Indices, Indices]:
    """Return the row and first pixel behind each crossing of an edge and a row's middle, and the edge.

    Rows and columns count from the box's corner; what is crossed left of it counts at its first column.
    """
    top, bottom = edges[:, (1, 3)].min(axis=1), edges[:, (1, 3)].max(axis=1)
    # Half-open in rows, so that a corner at a row's centre is crossed once.
    first = np.clip(np.ceil(top - 0.5), box.y, box.bottom).astype(np.int64)
    stop = np.clip(np.ceil(bottom - 0.5), box.y, box.bottom).astype(np.int64)
    counts = stop - first
    crossing = np.repeat(np.arange(len(edges)), counts)
    row = np.arange(len(crossing)) - np.repeat(np.cumsum(counts) - counts, counts) + first[crossing]
    x0, y0, x1, y1 = edges[crossing].T
    x = x0 + (row + 0.5 - y0) * (x1 - x0) / (y1 - y0)
    column = np.clip(np.ceil(x - 0.5), box.x, box.right).astype(np.int64)
    return row - box.y, column - box.x, crossing
