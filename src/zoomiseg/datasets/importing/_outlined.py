"""Cases whose truth is outlined: the areas of a file, filled on the slide's high grid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoomiseg.annotations import AreaMask, Drawing
from zoomiseg.geometry import Box, Grid
from zoomiseg.slide import Slide

from ._case import DrawnTruth, ImportOptions, OpenTruth
from ._target import target_of

Read = Callable[[Path], Drawing]


def outlined(path: Path, read: Read) -> OpenTruth:
    """Return how the areas of a file become a truth.

    Args:
        path: The file.
        read: Reads it, or raises an AnnotationError.
    """

    @contextmanager
    def open_it(slide: Slide, options: ImportOptions) -> Iterator[DrawnTruth]:
        target = target_of(read(path), options, name=path.name)
        grid = mask_grid(slide)
        masks = [AreaMask(areas, grid, cuts=cuts) for areas, cuts in target.layers if areas]

        def read_all(box: Box) -> NDArray[np.bool_]:
            return np.asarray(np.logical_or.reduce([mask.read(box) for mask in masks]), np.bool_)

        yield DrawnTruth(grid, read_all, target.notices)

    return open_it


def mask_grid(slide: Slide) -> Grid:
    """Return the pixels of a new mask: those of the high scale, or the slide's own where they are coarser."""
    high = slide.grids.high
    return slide.grids.slide if min(high.downsample) < 1 else high
