"""A mask as a pyramid for viewers."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path

import numpy as np

from zoomiseg.geometry import Box, Grid
from zoomiseg.slide import write_pyramid

from ._growing import MaskReader, ReportProgress

FOREGROUND = 255


def write_mask_tiff(
    path: str | PathLike[str],
    read: MaskReader,
    grid: Grid,
    *,
    metadata: Mapping[str, str] | None = None,
    progress: ReportProgress | None = None,
) -> None:
    """Write a mask as a tiled, pyramidal OME-TIFF of 0 and 255, so that it shows in any viewer.

    Memory holds a few tiles, whatever the mask's size. The file appears when it is complete.

    Args:
        path: Where to; an older file there is replaced.
        read: Answers a box in grid pixels, inside the grid, with its (H, W) mask; not zero is foreground.
        grid: The mask's pixels; its µm per pixel are written into the file.
        metadata: Texts that the file carries as an OME map annotation.
        progress: Called with the share done, rising to 1.

    Raises:
        OutputError: The file cannot be written.
    """

    def read_tile(box: Box) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
        return np.where(read(box), np.uint8(FOREGROUND), np.uint8(0))

    write_pyramid(
        Path(path),
        read_tile,
        width=grid.width,
        height=grid.height,
        mpp=grid.mpp,
        kind="mask",
        notes=metadata,
        progress=progress,
    )
