"""Compressed tiles that wait on disk until their level is complete."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import numpy as np


class TileSpool:
    """Takes the tiles of one level in any order and gives them back row by row.

    Args:
        folder: Where the (nameless) temporary file is made.
        columns: Tiles in a row.
        rows: Tiles in a column.
    """

    def __init__(self, folder: Path, *, columns: int, rows: int) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  (closed by __exit__)
        self._columns = columns
        self._offsets = np.zeros(columns * rows, np.int64)
        self._sizes = np.zeros(columns * rows, np.int64)
        self._end = 0
        self._shared: dict[bytes, int] = {}

    def put(self, column: int, row: int, tile: bytes, *, shared: bool = False) -> None:
        """Keep a tile; `shared` ones, such as the empty tile, are stored once."""
        index = row * self._columns + column
        offset = self._shared.get(tile) if shared else None
        if offset is None:
            offset = self._end
            self._file.write(tile)
            self._end += len(tile)
            if shared:
                self._shared[tile] = offset
        self._offsets[index], self._sizes[index] = offset, len(tile)

    def tiles(self) -> Iterator[bytes]:
        """Give all tiles, row by row."""
        for offset, size in zip(self._offsets.tolist(), self._sizes.tolist(), strict=True):
            self._file.seek(offset)
            yield self._file.read(size)

    def __enter__(self) -> TileSpool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # On a full disk closing would fail too, and hide the error that is on its way.
        with suppress(OSError):
            self._file.close()
