"""Masks that a session starts from: compressed in its folder, named after their content."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from zoomiseg.durable import replace_file
from zoomiseg.errors import OutputError
from zoomiseg.geometry import Box, Grid

from ._resample import FloatArray, tiles
from ._shapes import MaskArray

FOLDER_NAME = "imports"
_MARK = b"zoomiseg mask 1\n"
_TILE = 1024


class MaskSource(Protocol):
    """A mask of the whole slide, at any resolution."""

    @property
    def width(self) -> int:
        """Columns, from the slide's left edge to its right."""
        ...

    @property
    def height(self) -> int:
        """Rows, from the slide's top edge to its bottom."""
        ...

    def read(self, box: Box) -> NDArray[Any]:
        """Return a box in the mask's own pixels, (H, W), above 0 inside."""
        ...


@dataclass(frozen=True)
class StoredMask:
    """A mask in memory, its tiles compressed; where there is no tile it is 0.

    Args:
        width: Columns over the whole slide.
        height: Rows likewise.
        box: Where it is not 0, in its own pixels.
        tiles: zlib over packed bits, by column and row of the tile.
    """

    width: int
    height: int
    box: Box
    tiles: dict[tuple[int, int], bytes]

    def sampled(self, grid: Grid, box: Box, slide: Box) -> FloatArray:
        """Return a box of a grid of the slide: 1 where a pixel's centre lies in the mask, else 0."""
        out = np.zeros((box.height, box.width), np.float32)
        if (inside := box.intersection(grid.box)) is None:
            return out
        columns = _indices(inside.x, inside.right, grid.downsample[0] * self.width / slide.width, self.width)
        rows = _indices(inside.y, inside.bottom, grid.downsample[1] * self.height / slide.height, self.height)
        source = Box(int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)
        if source.intersection(self.box):
            out[inside.slices_in(box)] = self._read(source)[np.ix_(rows - source.y, columns - source.x)]
        return out

    def _read(self, box: Box) -> MaskArray:
        out = np.zeros((box.height, box.width), np.bool_)
        for tile in tiles(Box(0, 0, self.width, self.height), _TILE):
            packed = self.tiles.get((tile.x // _TILE, tile.y // _TILE))
            if packed is None or (common := tile.intersection(box)) is None:
                continue
            bits = np.unpackbits(np.frombuffer(zlib.decompress(packed), np.uint8), count=tile.area)
            out[common.slices_in(box)] = bits.reshape(tile.height, tile.width)[common.slices_in(tile)]
        return out


class ImportStore:
    """Imported masks by the SHA-256 of their file.

    Args:
        folder: The session's folder; None keeps them in memory.
    """

    def __init__(self, folder: Path | None) -> None:
        self.notices: list[str] = []
        self._folder = folder / FOLDER_NAME if folder else None
        self._known: dict[str, StoredMask | None] = {}

    def put(self, mask: MaskSource) -> tuple[str, StoredMask]:
        """Keep a mask; when this returns, it is on disk.

        Raises:
            OutputError: It cannot be written.
        """
        content = _encoded(mask)
        name = hashlib.sha256(content).hexdigest()
        if self._folder is not None:
            try:
                self._folder.mkdir(exist_ok=True)
                replace_file(self._folder / name, [content])
            except OSError as error:
                raise OutputError(f"The mask could not be saved in {self._folder} ({error}).") from error
        stored = _decoded(content)
        self._known[name] = stored
        return name, stored

    def get(self, name: str) -> StoredMask | None:
        """Return a mask, or None, with a notice, where its file is missing or damaged."""
        if name not in self._known:
            self._known[name] = self._load(name)
        return self._known[name]

    def _load(self, name: str) -> StoredMask | None:
        try:
            content = (self._folder / name).read_bytes() if self._folder else b""
        except OSError:
            content = b""
        if hashlib.sha256(content).hexdigest() == name:
            return _decoded(content)
        self.notices.append(
            f"The imported mask {name[:8]} is missing or damaged: it is not shown. "
            f"Restore {FOLDER_NAME}/{name} from a backup."
        )
        return None


def _indices(begin: int, end: int, factor: float, length: int) -> NDArray[np.int64]:
    """Return which of a mask's pixels lie under grid pixels' centres, each `factor` mask pixels wide."""
    centre = (np.arange(begin, end) + 0.5) * factor
    return np.minimum(centre.astype(np.int64), length - 1)


def _encoded(mask: MaskSource) -> bytes:
    whole, parts, index, extent = Box(0, 0, mask.width, mask.height), [], [], list[Box]()
    for tile in tiles(whole, _TILE):
        inside = np.asarray(mask.read(tile)) > 0
        if inside.any():
            parts.append(zlib.compress(np.packbits(inside).tobytes(), level=6))
            index.append([tile.x // _TILE, tile.y // _TILE, len(parts[-1])])
            extent.append(_extent(inside).translated(tile.x, tile.y))
    x, y = min((each.x for each in extent), default=0), min((each.y for each in extent), default=0)
    right, bottom = (
        max((each.right for each in extent), default=0),
        max((each.bottom for each in extent), default=0),
    )
    head = {"width": mask.width, "height": mask.height, "box": [x, y, right - x, bottom - y], "tiles": index}
    return b"".join([_MARK, json.dumps(head, separators=(",", ":")).encode("ascii"), b"\n", *parts])


def _extent(inside: MaskArray) -> Box:
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return Box(int(columns[0]), int(rows[0]), int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1)


def _decoded(content: bytes) -> StoredMask:
    text, _, packed = content.removeprefix(_MARK).partition(b"\n")
    head = json.loads(text)
    return StoredMask(head["width"], head["height"], Box(*head["box"]), dict(_split(head["tiles"], packed)))


def _split(index: list[tuple[int, int, int]], packed: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    at = 0
    for column, row, length in index:
        yield (column, row), packed[at : at + length]
        at += length
