"""Regions that wait on disk until all are known: a file lists them in another order than they are found."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

import shapely
from shapely.geometry import Polygon

from zoomiseg.errors import OutputError

from ._polygons import Region


class RegionSpool:
    """Takes regions in any order and gives their polygons back in raster order, one at a time.

    Args:
        path: The file that is made of them; they wait in a nameless one beside it.

    Raises:
        OutputError: There is no room for them, here and in `put`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # Row, column, and where the polygon ends, of each region.
        self._rows, self._columns, self._ends = array("i"), array("i"), array("q", [0])
        with self._naming():
            self._file = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115  (closed by __exit__)

    def put(self, region: Region) -> None:
        """Keep a region."""
        data = shapely.to_wkb(region.polygon)
        with self._naming():
            self._file.write(data)
        self._rows.append(region.place[0])
        self._columns.append(region.place[1])
        self._ends.append(self._ends[-1] + len(data))

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Polygon]:
        with self._naming():
            self._file.flush()
        for index in sorted(range(len(self)), key=lambda each: (self._rows[each], self._columns[each])):
            self._file.seek(self._ends[index])
            yield shapely.from_wkb(self._file.read(self._ends[index + 1] - self._ends[index]))

    def __enter__(self) -> RegionSpool:
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

    @contextmanager
    def _naming(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(
                f"{self._path} cannot be written: {error.strerror or error}.",
                hint="Choose another place or make room.",
            ) from error
