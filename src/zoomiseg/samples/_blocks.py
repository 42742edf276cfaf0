"""Rendered blocks that are needed again: a few in memory, those of a repeating slide in a temporary file."""

from __future__ import annotations

import tempfile
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoomiseg.slide import TileSpool

BLOCK_PX = 1024
_KEPT_BLOCKS = 12
_CHANNELS = 4


@dataclass(frozen=True, slots=True)
class View:
    """Pixels of a specimen.

    Args:
        image: (H, W, 3) uint8 RGB.
        kind: (H, W) uint8 values of `Kind`; the truth is where it is TUMOUR.
    """

    image: NDArray[np.uint8]
    kind: NDArray[np.uint8]


class Blocks:
    """Gives blocks by (column, row), rendered when they are first asked for; many threads may ask.

    Args:
        render: Renders block (column, row), (1024, 1024) pixels of it.
        period: (columns, rows) after which blocks repeat, or None. A slide that repeats needs its blocks
            again after whole rows of others, too many for memory: they go into a file that nobody else sees.
    """

    def __init__(self, render: Callable[[int, int], View], period: tuple[int, int] | None) -> None:
        self._render, self._period = render, period
        self._recent: OrderedDict[tuple[int, int], View] = OrderedDict()
        self._lock = threading.Lock()
        self._spool: TileSpool | None = None
        if period:
            self._spool = TileSpool(Path(tempfile.gettempdir()), columns=period[0], rows=period[1])
            weakref.finalize(self, self._spool.close)

    def block(self, column: int, row: int) -> View:
        if self._period:
            column, row = column % self._period[0], row % self._period[1]
        with self._lock:
            if (column, row) in self._recent:
                self._recent.move_to_end((column, row))
                return self._recent[column, row]
            stored = self._spool.tile(column, row) if self._spool else b""
        view = _unpacked(stored) if stored else self._render(column, row)
        with self._lock:
            self._recent[column, row] = view
            if self._spool and not stored:
                self._spool.put(column, row, np.dstack([view.image, view.kind]).tobytes())
            while len(self._recent) > _KEPT_BLOCKS:
                self._recent.popitem(last=False)
        return view


def _unpacked(stored: bytes) -> View:
    stacked = np.frombuffer(stored, np.uint8).reshape(BLOCK_PX, BLOCK_PX, _CHANNELS)
    return View(np.ascontiguousarray(stacked[..., :3]), np.ascontiguousarray(stacked[..., 3]))
