"""Tiles that wait on disk until they are needed, in a file that nobody else sees."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import numpy as np


class TileSpool:
    """Takes the tiles of one level in any order and gives them back, each by itself or all row by row.

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
            # A tile that was read has moved the file's position.
            self._file.seek(offset)
            self._file.write(tile)
            self._end += len(tile)
            if shared:
                self._shared[tile] = offset
        self._offsets[index], self._sizes[index] = offset, len(tile)

    def tile(self, column: int, row: int) -> bytes:
        """Give one tile; nothing, where none was put."""
        return self._at(row * self._columns + column)

    def tiles(self) -> Iterator[bytes]:
        """Give all tiles, row by row."""
        for index in range(len(self._sizes)):
            yield self._at(index)

    def close(self) -> None:
        """Remove the file."""
        # On a full disk closing would fail too, and hide the error that is on its way.
        with suppress(OSError):
            self._file.close()

    def _at(self, index: int) -> bytes:
        self._file.seek(int(self._offsets[index]))
        return self._file.read(int(self._sizes[index]))

    def __enter__(self) -> TileSpool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
