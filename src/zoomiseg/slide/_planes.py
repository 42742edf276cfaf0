"""One level that the zarr library reads, whatever the order of its axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from zoomiseg.geometry import Box

from ._backend import ImageArray, over_white

# What zarr, tifffile and the codecs raise on damaged data: the codecs' own errors are RuntimeErrors.
PLANE_ERRORS = (ValueError, KeyError, IndexError, TypeError, OSError, RuntimeError)


class Plane:
    """RGB, RGBA or grey pixels in an array with named axes.

    Args:
        array: A zarr array; duck-typed, so that the library is not imported for its type alone.
        axes: One letter a dimension: Y, X, one of C or S for the colours, and others of length 1.
    """

    def __init__(self, array: Any, *, axes: str) -> None:
        self._array = array
        self._axes = axes.upper()
        if len(self._axes) != array.ndim or not {"Y", "X"} <= set(self._axes):
            raise ValueError(f"axes {axes!r} do not describe an image of {array.ndim} dimensions")

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)."""
        return self._array.shape[self._axes.index("X")], self._array.shape[self._axes.index("Y")]

    @property
    def channels(self) -> int:
        """How many colours a pixel has, 1 where there is no axis of colours."""
        return int(np.prod([self._extent(axis) for axis in "CS"]))

    @property
    def dtype(self) -> np.dtype[np.generic]:
        dtype: np.dtype[np.generic] = np.dtype(self._array.dtype)
        return dtype

    @property
    def planes_and_times(self) -> tuple[int, int]:
        """Lengths of the Z and the T axis."""
        return self._extent("Z"), self._extent("T")

    def read(self, box: Box) -> ImageArray:
        """Return (H, W, 3) uint8 RGB of a box inside the plane."""
        where = {
            "X": slice(box.x, box.right),
            "Y": slice(box.y, box.bottom),
            "C": slice(None),
            "S": slice(None),
        }
        kept = [axis for axis in self._axes if axis in where and (axis in "YX" or self._extent(axis) > 1)]
        values = np.asarray(self._array[tuple(where[axis] if axis in kept else 0 for axis in self._axes)])
        order = sorted(range(len(kept)), key=lambda dimension: "YXCS".index(kept[dimension]))
        pixels = np.ascontiguousarray(values.transpose(order).reshape(box.height, box.width, -1))
        if pixels.shape[2] == 1:
            return np.repeat(pixels, 3, axis=2)
        return over_white(pixels) if pixels.shape[2] == 4 else pixels

    def _extent(self, axis: str) -> int:
        return int(self._array.shape[self._axes.index(axis)]) if axis in self._axes else 1
