"""Outlines of a binary mask along its pixels' edges, from nothing but the corners where they turn.

Along any line of a pixel grid the turns of all outlines pair up: the first with the second is an edge, the
third with the fourth the next. So corners that were collected tile by tile give the outlines of the whole
mask at once, and no tile border is ever seen. Where two pixels touch only diagonally two outlines turn in
one point, each around its own pixel: regions are 4-connected, as valid polygons must be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
PlaceArray = NDArray[np.int32]


@dataclass(frozen=True)
class Corners:
    """Grid points where outlines turn, n of them in any order.

    Args:
        x: (n,) int32 column of the point; a pixel's left edge has the pixel's own number.
        y: (n,) int32 row.
        opens: (n,) bool, whether the pixel to the lower right is foreground.
        twofold: (n,) bool, whether two pixels touch diagonally here.
    """

    x: PlaceArray
    y: PlaceArray
    opens: BoolArray
    twofold: BoolArray

    def __len__(self) -> int:
        return len(self.x)

    def where(self, chosen: BoolArray | IntArray) -> Corners:
        """Return some of them, by (n,) bool or by their indices."""
        return Corners(self.x[chosen], self.y[chosen], self.opens[chosen], self.twofold[chosen])


@dataclass(frozen=True)
class Rings:
    """Closed outlines, each simple, without their first point repeated.

    Args:
        points: (n, 2) int64 (x, y) of all rings' corners, ring after ring.
        ring: (n,) int64 number of each point's ring, ascending from 0.
        hole: (rings,) bool, whether background lies inside.
        inside: (rings, 2) int64 (column, row) of one pixel directly inside.
    """

    points: IntArray
    ring: IntArray
    hole: BoolArray
    inside: IntArray


def corners_of(window: BoolArray, x: int, y: int) -> Corners:
    """Return the corners at the inner points of a window of pixels.

    Args:
        window: (H + 1, W + 1) bool; the point between its first four pixels is (x, y).
        x: Column of that point.
        y: Row of that point.
    """
    sideways = window[:, :-1] ^ window[:, 1:]
    once = sideways[:-1] ^ sideways[1:]
    twice = sideways[:-1] & sideways[1:] & (window[:-1, 1:] ^ window[1:, 1:])
    rows, columns = np.nonzero(once | twice)
    return Corners(
        (columns + x).astype(np.int32),
        (rows + y).astype(np.int32),
        window[1:, 1:][rows, columns],
        twice[rows, columns],
    )


def joined(parts: list[Corners]) -> Corners:
    """Return the corners of one or more windows that share no point."""
    return Corners(
        np.concatenate([part.x for part in parts]),
        np.concatenate([part.y for part in parts]),
        np.concatenate([part.opens for part in parts]),
        np.concatenate([part.twofold for part in parts]),
    )


def trace(corners: Corners) -> Rings:
    """Return the outlines that turn at `corners`, which must be all of a mask's corners.

    Rings come in raster order of their upper left corner.
    """
    order = np.lexsort((corners.x, corners.y))
    twofold = corners.twofold[order]
    # A twofold point stands twice: the end of the edge on its left, then the start of that on its right.
    source = np.repeat(order, 1 + twofold)
    second = np.zeros(len(source), bool)
    second[np.flatnonzero(twofold) + np.cumsum(twofold)[twofold]] = True
    x, y, opens = corners.x[source], corners.y[source], corners.opens[source]
    walked, starts = _walks(_successors(x, y, second ^ ~opens))
    points = np.empty((2 * len(walked), 2), np.int64)
    points[0::2] = np.column_stack((x[walked], y[walked]))
    points[1::2] = np.column_stack((x[walked ^ 1], y[walked ^ 1]))
    lengths = 2 * np.diff(np.append(starts, len(walked)))
    hole = ~opens[walked[starts]]
    corner_ring = np.empty(len(source), np.int64)
    ring = np.repeat(np.arange(len(starts)), lengths)
    corner_ring[walked], corner_ring[walked ^ 1] = ring[0::2], ring[1::2]
    seconds = np.flatnonzero(second)
    touching = set(corner_ring[seconds[corner_ring[seconds] == corner_ring[seconds - 1]]].tolist())
    return _simple_rings(points, lengths, hole, touching)


def _successors(x: PlaceArray, y: PlaceArray, down: BoolArray) -> IntArray:
    """Return for each corner the one reached by its horizontal and then a vertical edge.

    At a twofold point `down` tells which of the two copies is joined to the edge below.
    """
    by_column = np.lexsort((down, y, x))
    across = np.empty(len(x), np.int64)
    across[by_column[0::2]], across[by_column[1::2]] = by_column[1::2], by_column[0::2]
    successors: IntArray = across[np.arange(len(x)) ^ 1]
    return successors


def _walks(successors: IntArray) -> tuple[IntArray, IntArray]:
    """Return the corners that begin a horizontal edge, ring after ring, and where each ring starts."""
    following: list[int] = successors.tolist()
    seen = bytearray(len(following) // 2)
    walked: list[int] = []
    starts: list[int] = []
    for edge in range(len(seen)):
        if seen[edge]:
            continue
        starts.append(len(walked))
        corner = first = 2 * edge
        while True:
            seen[corner >> 1] = 1
            walked.append(corner)
            corner = following[corner]
            if corner == first:
                break
    return np.array(walked, np.int64), np.array(starts, np.int64)


def _simple_rings(points: IntArray, lengths: IntArray, hole: BoolArray, touching: set[int]) -> Rings:
    """Return rings of which those in `touching`, which meet themselves, are cut where they do."""
    ends = np.cumsum(lengths)
    pieces: list[IntArray] = []
    is_hole: list[bool] = []
    for number, (end, length) in enumerate(zip(ends.tolist(), lengths.tolist(), strict=True)):
        ring = points[end - length : end]
        for piece in _cut(ring) if number in touching else (ring,):
            pieces.append(piece)
            # Every walk starts clockwise; what turns the other way was enclosed by it.
            is_hole.append(bool(hole[number]) or (number in touching and _doubled_area(piece) < 0))
    if not pieces:
        return Rings(
            np.empty((0, 2), np.int64), np.empty(0, np.int64), np.empty(0, bool), np.empty((0, 2), np.int64)
        )
    inside = np.array([piece[np.lexsort((piece[:, 0], piece[:, 1]))[0]] for piece in pieces])
    ring_of_point = np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces])
    return Rings(np.concatenate(pieces), ring_of_point, np.array(is_hole), inside)


def _cut(ring: IntArray) -> list[IntArray]:
    """Return the simple loops of a ring that passes some points twice without crossing itself."""
    loops: list[IntArray] = []
    path: list[tuple[int, int]] = []
    place: dict[tuple[int, int], int] = {}
    for x, y in ring.tolist():
        met = place.get((x, y))
        if met is None:
            place[x, y] = len(path)
            path.append((x, y))
            continue
        loops.append(np.array(path[met:], np.int64))
        for point in path[met + 1 :]:
            del place[point]
        del path[met + 1 :]
    return [*loops, np.array(path, np.int64)]


def _doubled_area(ring: IntArray) -> int:
    x, y = ring[:, 0], ring[:, 1]
    return int(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))
