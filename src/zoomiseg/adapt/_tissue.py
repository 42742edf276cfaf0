"""Which pixels of a slide stand for its tissue."""

from __future__ import annotations

import numpy as np

from zoomiseg.geometry import Box, Grid
from zoomiseg.predict import ImageArray
from zoomiseg.slide import Slide, TissueMask

_SIZE_PX = 512
_MOST = 6
_MOST_CANDIDATES = 4096


def tissue_images(slide: Slide, grid: Grid, tissue: TissueMask) -> list[ImageArray]:
    """Return up to six squares of 512 grid pixels, spread over the slide where it shows most tissue.

    Args:
        slide: Read.
        grid: One of the slide's.
        tissue: Where the slide shows any.
    Raises:
        SlideError: The pixels cannot be decoded.
    """
    boxes = _candidates(grid)
    shares = np.array([_share(tissue, grid.slide_box(box)) for box in boxes])
    full = np.flatnonzero(shares >= min(0.75, float(shares.max())))
    chosen = full if len(full) <= _MOST else full[np.linspace(0, len(full) - 1, _MOST).round().astype(int)]
    return [slide.read(boxes[index], grid) for index in chosen]


def _candidates(grid: Grid) -> list[Box]:
    """Return squares side by side, on a large slide only as many as are quickly looked at."""
    columns, rows = max(grid.width // _SIZE_PX, 1), max(grid.height // _SIZE_PX, 1)
    step = max(int(np.ceil(np.sqrt(columns * rows / _MOST_CANDIDATES))), 1)
    width, height = min(_SIZE_PX, grid.width), min(_SIZE_PX, grid.height)
    return [
        Box(column * _SIZE_PX, row * _SIZE_PX, width, height)
        for row in range(0, rows, step)
        for column in range(0, columns, step)
    ]


def _share(tissue: TissueMask, slide_box: Box) -> float:
    covering = tissue.grid.covering(slide_box)
    part = tissue.mask[covering.y : covering.bottom, covering.x : covering.right]
    return float(part.mean()) if part.size else 0.0
