"""Cases whose truth is a mask file: used where it lies, or written anew in tiles where it has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box, Grid
from zoomiseg.slide import Mask, Slide, TileSpool, open_mask

from .._aspect import require_same_aspect
from ._case import DrawnTruth, ImportOptions, MaskFile, OpenTruth, Truth

_TILE_PX = 512
"""As the writer of masks asks for them."""


def masked(path: Path) -> OpenTruth:
    """Return how a mask file becomes a truth; it may have any size with the slide's aspect."""

    @contextmanager
    def open_it(slide: Slide, options: ImportOptions) -> Iterator[Truth]:
        with open_mask(path, value=options.mask_value) as mask:
            require_same_aspect(path, (mask.width, mask.height), slide.path, (slide.width, slide.height))
            if not mask.in_strips:
                yield MaskFile(path, options.mask_value)
                return
            with _spooled(mask, options.scratch or Path(gettempdir())) as read:
                yield DrawnTruth(_grid_of(mask, slide), read)

    return open_it


def _grid_of(mask: Mask, slide: Slide) -> Grid:
    x, y = slide.width / mask.width, slide.height / mask.height
    return Grid((x, y), mask.width, mask.height, (slide.mpp[0] * x, slide.mpp[1] * y))


@contextmanager
def _spooled(mask: Mask, folder: Path) -> Iterator[Callable[[Box], NDArray[np.uint8]]]:
    """Read a mask from top to bottom, once, and give its tiles in any order; memory holds one row of them."""
    columns, rows = -(-mask.width // _TILE_PX), -(-mask.height // _TILE_PX)
    with TileSpool(folder, columns=columns, rows=rows) as spool:
        for row in range(rows):
            band = mask.foreground(Box(0, row * _TILE_PX, columns * _TILE_PX, _TILE_PX))
            for column in range(columns):
                tile = np.packbits(band[:, column * _TILE_PX : (column + 1) * _TILE_PX]).tobytes()
                spool.put(column, row, tile, shared=True)

        def read(box: Box) -> NDArray[np.uint8]:
            packed = spool.tile(box.x // _TILE_PX, box.y // _TILE_PX)
            tile = np.unpackbits(np.frombuffer(packed, np.uint8)).reshape(_TILE_PX, _TILE_PX)
            return tile[: box.height, : box.width]

        yield read
