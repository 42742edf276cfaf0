"""The overview of a session: its whole slide, mask and clicks on one page."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box, Grid
from zoomiseg.session import ClickMade, PromptGiven, Session
from zoomiseg.slide import Slide

from ._atomic import write_bytes
from ._overview import LONG_SIDE_PX, overview

_BLOCK_PX = 4096
"""Level-0 pixels read at a time, so that a slide without coarser levels is not decoded all at once."""


def write_overview(session: Session, slide: Slide, path: Path, *, area_mm2: float) -> None:
    """Write a PNG of the slide with the session's mask, clicks and high patches.

    Args:
        session: On this slide.
        slide: Where the tissue is read.
        path: Replaced as a whole or left as it is.
        area_mm2: Of the mask at its own resolution.
    Raises:
        OutputError: The file cannot be written.
    """
    grid = _grid_of(slide)
    x, y = grid.downsample
    clicks = [
        (click.x / x, click.y / y, click.label, each.payload.scale)
        for each in session.events
        if isinstance(each.payload, ClickMade | PromptGiven)
        for click in each.payload.clicks
    ]
    # The last high pixel of a slide may reach past its edge.
    found = (grid.covering(patch.slide_box).intersection(grid.box) for patch in session.high_patches)
    frames = [frame for frame in found if frame]
    image, mask = _blockwise(session, slide, grid)
    picture = overview(
        image, mask, clicks, mpp=grid.mpp, area_mm2=area_mm2, title=slide.name, high_patches=frames
    )
    data = io.BytesIO()
    picture.save(data, format="PNG", optimize=True)
    write_bytes(path, [data.getvalue()])


def _grid_of(slide: Slide) -> Grid:
    """Return the grid on which the slide's long side has `LONG_SIDE_PX`; a small slide is not enlarged."""
    factor = max(max(slide.width, slide.height) / LONG_SIDE_PX, 1.0)
    return slide.grids.at(0.5 * factor / slide.grids.high.downsample[0])


def _blockwise(session: Session, slide: Slide, grid: Grid) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    image = np.full((grid.height, grid.width, 3), 255, np.uint8)
    mask = np.zeros((grid.height, grid.width), bool)
    side = max(int(_BLOCK_PX / max(grid.downsample)), 1)
    touched = [grid.covering(slide.grids.high.slide_box(box)) for box in session.touched()]
    for top in range(0, grid.height, side):
        for left in range(0, grid.width, side):
            box = Box(left, top, min(side, grid.width - left), min(side, grid.height - top))
            image[box.slices_in(grid.box)] = slide.read(box, grid)
            if any(box.intersection(other) for other in touched):
                mask[box.slices_in(grid.box)] = session.mask_on(grid, box)
    return image, mask
