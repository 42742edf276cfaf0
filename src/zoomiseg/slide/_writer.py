"""Writes a tiled pyramidal BigTIFF of any size in bounded memory, whole or not at all.

Coarser levels come from the pixels themselves, not from the finer levels' JPEGs. Compressed tiles wait in
nameless temporary files, in the order in which they arise, until the TIFF is put together.
"""

from __future__ import annotations

import errno
import hashlib
import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import tifffile

from zoomiseg.errors import OutputError, ZoomisegError

from . import _aperio
from ._backend import ImageArray
from ._encoding import DeflateMask, Encoding, JpegSlide, Reduction
from ._spool import TileSpool
from ._tree import Layout, ReadPixels, TileNumber, TileTree

ReportProgress = Callable[[float], None]
_UM_PER_CM = 10_000.0
_SHARE_OF_TILES = 0.95  # the rest of the progress is for putting the file together


def write_pyramid(
    path: str | Path,
    read: ReadPixels,
    *,
    width: int,
    height: int,
    mpp: tuple[float, float],
    kind: Literal["slide", "mask"],
    reduction: Reduction | None = None,
    quality: int = 90,
    objective: float | None = None,
    notes: Mapping[str, str] | None = None,
    tile_size: int = 512,
    progress: ReportProgress | None = None,
) -> None:
    """Write a pyramid; the file appears under its name only when it is complete.

    Equal pixels and notes give files that are equal to the byte, with the same versions of the codecs.

    Args:
        path: Where to; an older file there is replaced.
        read: Gives the pixels of a box that lies in the image, in level-0 pixels of the image written:
            (H, W, 3) uint8 RGB for a slide, (H, W) uint8 for a mask. Each box is one tile, asked once.
        width: Of level 0, in pixels.
        height: Of level 0, in pixels.
        mpp: What a level-0 pixel measures on glass, in µm (x, y).
        kind: "slide" is JPEG in plain reduced pages, as OpenSlide reads them; "mask" is a lossless
            OME-TIFF with SubIFDs, as QuPath and Bio-Formats read them.
        reduction: How coarser levels are made; default: area for a slide, nearest for a mask.
        quality: Of a slide's JPEG, 1 to 100.
        objective: The power of a slide's objective, 20 for 20x; the file then describes itself as Aperio's
            do, since OpenSlide reads it from nothing else. Pixels must be square.
        notes: Of a mask: what its OME metadata say of it, as a map annotation.
        tile_size: Side of a tile in pixels, a multiple of 16.
        progress: Called with the share done, rising from 0 to 1.
    Raises:
        OutputError: The file cannot be written, for instance because the disk is full.
        ValueError: A size that is none, pixels of another shape or type, or an objective for a mask or for
            pixels that are not square.
    """
    path = Path(path)
    layout = Layout(width, height, tile_size)
    if objective is not None and (kind != "slide" or mpp[0] != mpp[1]):
        raise ValueError(f"Only a slide of square pixels can name its objective, not a {kind} of {mpp} µm.")
    encoding: Encoding = JpegSlide(quality) if kind == "slide" else DeflateMask()
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    with ExitStack() as stack:
        spools = [stack.enter_context(_spool(path, layout, level)) for level in range(layout.level_count)]
        keep = _Keeper(path, spools, tile_count=np.prod(layout.tiles_of(0)).item(), progress=progress)
        chosen = reduction or ("area" if kind == "slide" else "nearest")
        tree = TileTree(layout, read=read, keep=keep, encoding=encoding, reduction=chosen)
        coarsest = tree.make(TileNumber(layout.level_count - 1, 0, 0))
        stack.callback(temporary.unlink, missing_ok=True)
        with _naming(path):
            _write_tiff(
                temporary,
                layout,
                spools,
                encoding=encoding,
                mpp=mpp,
                identity=keep.identity,
                objective=objective,
                notes=notes,
                coarsest=coarsest,
            )
            os.replace(temporary, path)
    if progress is not None:
        progress(1.0)


class _Keeper:
    """Puts each finished tile into its level's spool and tells how far the work is."""

    def __init__(
        self, path: Path, spools: Sequence[TileSpool], *, tile_count: int, progress: ReportProgress | None
    ) -> None:
        self._path = path
        self._spools = spools
        self._tile_count = tile_count
        self._progress = progress
        self._done = 0
        self._digest = hashlib.sha256()

    @property
    def identity(self) -> uuid.UUID:
        """A number that follows from the tiles alone."""
        return uuid.UUID(bytes=self._digest.digest()[:16], version=5)

    def __call__(self, number: TileNumber, tile: bytes, empty: bool) -> None:
        with _naming(self._path):
            self._spools[number.level].put(number.column, number.row, tile, shared=empty)
        self._digest.update(tile)
        if number.level == 0:
            self._done += 1
            if self._progress is not None:
                self._progress(_SHARE_OF_TILES * self._done / self._tile_count)


def _write_tiff(
    path: Path,
    layout: Layout,
    spools: Sequence[TileSpool],
    *,
    encoding: Encoding,
    mpp: tuple[float, float],
    identity: uuid.UUID,
    objective: float | None,
    notes: Mapping[str, str] | None,
    coarsest: ImageArray,
) -> None:
    text = None
    if objective is not None:
        text = _aperio.description(layout.width, layout.height, mpp=mpp[0], objective=objective)
    with tifffile.TiffWriter(path, bigtiff=True, ome=encoding.is_ome) as writer:
        for level, spool in enumerate(spools):
            width, height = layout.size_of(level)
            head = encoding.is_ome and level == 0
            writer.write(
                spool.tiles(),
                shape=(height, width, *encoding.channels),
                dtype=np.uint8,
                tile=(layout.tile_size, layout.tile_size),
                subfiletype=1 if level else 0,
                subifds=len(spools) - 1 if head else None,
                resolution=tuple(_UM_PER_CM / (value * 2**level) for value in mpp),
                resolutionunit="CENTIMETER",
                metadata=_ome_metadata(mpp, identity, notes) if head else None,
                description=text,
                software=False,
                **encoding.tags,
            )
            if text and level == 0 and len(spools) > 1:
                _aperio.write_thumbnail(writer, coarsest, text=text, tags=encoding.tags)
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _ome_metadata(
    mpp: tuple[float, float], identity: uuid.UUID, notes: Mapping[str, str] | None
) -> dict[str, Any]:
    noted = {"MapAnnotation": dict(notes)} if notes else {}
    return {
        **noted,
        "UUID": str(identity),
        "axes": "YX",
        "PhysicalSizeX": mpp[0],
        "PhysicalSizeXUnit": "µm",
        "PhysicalSizeY": mpp[1],
        "PhysicalSizeYUnit": "µm",
    }


def _spool(path: Path, layout: Layout, level: int) -> TileSpool:
    columns, rows = layout.tiles_of(level)
    with _naming(path):
        return TileSpool(path.parent, columns=columns, rows=rows)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Turn what the system says into one sentence that names the file the user asked for."""
    try:
        yield
    except ZoomisegError:
        raise
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else (error.strerror or str(error))
        raise OutputError(f"{path} cannot be written: {reason}.") from error
