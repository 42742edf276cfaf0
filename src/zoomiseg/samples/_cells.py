"""The cells of a generated slide, as arrays, found by place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from ._noise import FloatArray
from ._nuclei import SORTS, TURNS, VARIANTS

_BUCKET_PX = 128


@dataclass(frozen=True, slots=True)
class Cells:
    """N cells, each field (N,); places are slide pixels of one period.

    Args:
        x, y: Middle of the cell's body.
        nucleus_x, nucleus_y: Middle of its nucleus.
        body_px: Radius of its body; 0 for cells without one to be seen.
        sort: Index into SORTS.
        turn: Orientation of the nucleus, 0 to 15 over half a turn.
        variant: Which drawing.
        kind: The `Kind` of its body.
        tint: How its cytoplasm differs from its neighbours', mean 0, deviation about 1.
    """

    x: FloatArray
    y: FloatArray
    nucleus_x: FloatArray
    nucleus_y: FloatArray
    body_px: FloatArray
    sort: NDArray[np.uint8]
    turn: NDArray[np.uint8]
    variant: NDArray[np.uint8]
    kind: NDArray[np.uint8]
    tint: FloatArray

    def __len__(self) -> int:
        return len(self.x)

    def taken(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Cells:
        return Cells(*(getattr(self, item.name)[chosen] for item in fields(self)))

    def moved(self, shift: FloatArray) -> Cells:
        """Return them (x, y) pixels further on; `shift` is (2,) or (N, 2)."""
        x, y = np.asarray(shift, np.float32).T
        return replace(
            self,
            x=self.x + x,
            y=self.y + y,
            nucleus_x=self.nucleus_x + x,
            nucleus_y=self.nucleus_y + y,
        )


def cells(
    rng: np.random.Generator,
    xy: FloatArray,
    *,
    sort: str,
    kind: int,
    body_px: float | FloatArray = 0.0,
    angle: FloatArray | None = None,
    offset: FloatArray | None = None,
) -> Cells:
    """Return cells of one sort at (N, 2) places.

    Args:
        rng: Chooses drawings, and orientations where `angle` is None.
        xy: Middles of the bodies.
        sort: A name of SORTS.
        kind: The `Kind` of the bodies.
        body_px: Radius of the bodies.
        angle: (N,) orientation of the nuclei in radians.
        offset: (N, 2) from body to nucleus.
    """
    count = len(xy)
    angle = rng.uniform(0, np.pi, count).astype(np.float32) if angle is None else angle
    nuclei = xy if offset is None else xy + offset
    return Cells(
        x=np.asarray(xy[:, 0], np.float32),
        y=np.asarray(xy[:, 1], np.float32),
        nucleus_x=np.asarray(nuclei[:, 0], np.float32),
        nucleus_y=np.asarray(nuclei[:, 1], np.float32),
        body_px=np.broadcast_to(np.asarray(body_px, np.float32), (count,)).copy(),
        sort=np.full(count, SORTS.index(sort), np.uint8),
        turn=(np.round(angle / np.pi * TURNS).astype(np.int64) % TURNS).astype(np.uint8),
        variant=rng.integers(VARIANTS, size=count).astype(np.uint8),
        kind=np.full(count, kind, np.uint8),
        tint=rng.standard_normal(count).astype(np.float32),
    )


def joined(parts: Sequence[Cells]) -> Cells:
    return Cells(*(np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(Cells)))


def repeats_of(period: int, first: int, last: int) -> list[int]:
    """Return the shifts, multiples of the period, at which it touches the pixels [first, last)."""
    return [repeat * period for repeat in range(first // period, (last - 1) // period + 1)]


class CellIndex:
    """Finds the cells around a box of the repeating slide.

    Args:
        population: All cells of one period; those outside it are moved in.
        width, height: Of the period, in pixels.
    """

    def __init__(self, population: Cells, width: int, height: int) -> None:
        self._size = width, height
        self._columns = -(-width // _BUCKET_PX)
        self._rows = -(-height // _BUCKET_PX)
        # A body and its nucleus move together.
        repeats = np.floor(np.stack([population.x / width, population.y / height], axis=1))
        moved = population.moved(np.asarray(-repeats * (width, height), np.float32))
        column = np.minimum(moved.x.astype(np.int64) // _BUCKET_PX, self._columns - 1)
        row = np.minimum(moved.y.astype(np.int64) // _BUCKET_PX, self._rows - 1)
        bucket = row * self._columns + column
        order = np.argsort(bucket, kind="stable")
        self._cells = moved.taken(order)
        self._starts = np.searchsorted(bucket[order], np.arange(self._rows * self._columns + 1))

    def __len__(self) -> int:
        return len(self._cells)

    def within(self, left: int, top: int, right: int, bottom: int) -> Cells:
        """Return the cells whose bodies' middles lie in a box, at their places there, in a fixed order."""
        width, height = self._size
        parts = []
        for shift_y in repeats_of(height, top, bottom):
            for shift_x in repeats_of(width, left, right):
                found = self._in_period(left - shift_x, top - shift_y, right - shift_x, bottom - shift_y)
                parts.append(self._cells.taken(found).moved(np.array([shift_x, shift_y], np.float32)))
        return joined(parts)

    def _in_period(self, left: int, top: int, right: int, bottom: int) -> NDArray[np.intp]:
        first_column, last_column = (
            int(np.clip(x // _BUCKET_PX, 0, self._columns - 1)) for x in (left, right - 1)
        )
        first_row, last_row = (int(np.clip(y // _BUCKET_PX, 0, self._rows - 1)) for y in (top, bottom - 1))
        spans = [
            np.arange(
                self._starts[row * self._columns + first_column],
                self._starts[row * self._columns + last_column + 1],
            )
            for row in range(first_row, last_row + 1)
        ]
        found = np.concatenate(spans)
        x, y = self._cells.x[found], self._cells.y[found]
        return np.asarray(found[(x >= left) & (x < right) & (y >= top) & (y < bottom)], np.intp)
