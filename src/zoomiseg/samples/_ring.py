"""A closed outline walked along, as cells stand on it."""

from __future__ import annotations

import numpy as np

from . import _steady as steady
from ._noise import FloatArray


class Ring:
    """Places on a closed outline by how far they are from its first corner.

    Args:
        corners: (N, 2) in pixels.
    """

    def __init__(self, corners: FloatArray) -> None:
        self._closed = np.concatenate([corners, corners[:1]])
        self._along = np.concatenate([[0], np.cumsum(steady.length(*np.diff(self._closed, axis=0).T))])

    @property
    def length(self) -> float:
        """Once round, in pixels."""
        return float(self._along[-1])

    def at(self, places: FloatArray) -> FloatArray:
        """Return (M, 2) float64 for (M,) distances; beyond the length it goes round again."""
        columns = [
            np.interp(places, self._along, self._closed[:, axis], period=self.length) for axis in (0, 1)
        ]
        return np.stack(columns, axis=1)
