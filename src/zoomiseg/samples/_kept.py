"""Kinds of tissue that wait on disk, so that a slide is drawn once for all of its masks."""

from __future__ import annotations

import errno
import zlib
from collections import OrderedDict
from pathlib import Path
from types import TracebackType

import numpy as np

from zoomiseg.errors import OutputError
from zoomiseg.geometry import Box
from zoomiseg.slide import TileSpool

from ._source import KindArray

TILE_PX = 512
_TILES_IN_MEMORY = 96


class KeptKinds:
    """The kinds of a whole slide, put tile by tile and read by any box. Use it in a `with`.

    Args:
        folder: Where the (nameless) temporary file is made.
        width: Of the slide, in pixels.
        height: Of the slide, in pixels.
    """

    def __init__(self, folder: Path, *, width: int, height: int) -> None:
        self._folder = folder
        self._slide = Box(0, 0, width, height)
        self._spool = TileSpool(folder, columns=-(-width // TILE_PX), rows=-(-height // TILE_PX))
        self._recent: OrderedDict[tuple[int, int], KindArray] = OrderedDict()

    def put(self, box: Box, kind: KindArray) -> None:
        """Keep one tile.

        Raises:
            OutputError: The disk is full, for instance.
        """
        packed = zlib.compress(kind.tobytes(), 1)
        try:
            self._spool.put(box.x // TILE_PX, box.y // TILE_PX, packed)
        except OSError as error:
            reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
            raise OutputError(f"Nothing more can be written to {self._folder}: {reason}.") from error

    def read(self, box: Box) -> KindArray:
        """Return (H, W) uint8 of a box inside the slide whose tiles have all been put."""
        kinds = np.empty((box.height, box.width), np.uint8)
        for row in range(box.y // TILE_PX, -(-box.bottom // TILE_PX)):
            for column in range(box.x // TILE_PX, -(-box.right // TILE_PX)):
                tile = self._tile_box(column, row)
                common = tile.intersection(box)
                if common is not None:
                    kinds[common.slices_in(box)] = self._tile(column, row)[common.slices_in(tile)]
        return kinds

    def _tile_box(self, column: int, row: int) -> Box:
        x, y = column * TILE_PX, row * TILE_PX
        return Box(x, y, min(TILE_PX, self._slide.width - x), min(TILE_PX, self._slide.height - y))

    def _tile(self, column: int, row: int) -> KindArray:
        found = self._recent.pop((column, row), None)
        if found is None:
            found = self._unpacked(column, row)
            if len(self._recent) >= _TILES_IN_MEMORY:
                self._recent.popitem(last=False)
        self._recent[column, row] = found
        return found

    def _unpacked(self, column: int, row: int) -> KindArray:
        packed = self._spool.tile(column, row)
        assert packed, "a tile is put before it is read"
        box = self._tile_box(column, row)
        return np.frombuffer(zlib.decompress(packed), np.uint8).reshape(box.height, box.width)

    def __enter__(self) -> KeptKinds:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._spool.close()
