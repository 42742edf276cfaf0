"""Boxes that a user draws, on the grid that settled and locked regions are kept on."""

from __future__ import annotations

import math

from zoomiseg.errors import SessionError
from zoomiseg.geometry import SCALE_FACTOR, Box, Grids


def whole_low_pixels(slide_box: Box, grids: Grids, *, to: str) -> Box:
    """Return a box of slide pixels on the high grid, its edges moved to the nearest whole low pixels.

    Args:
        slide_box: May reach past the slide.
        grids: The slide's grids.
        to: What is done to it, for the refusal.

    Raises:
        SessionError: It has no pixel on the slide.
    """
    slide, low = grids.slide, grids.low
    inside = slide_box.intersection(slide.box)
    if inside is None:
        raise SessionError(
            f"The box to {to} ({slide_box.x}, {slide_box.y}, {slide_box.width} x {slide_box.height}) "
            f"has no pixel on the slide of {slide.width} x {slide.height} pixels."
        )
    left, top = low.from_slide((inside.x, inside.y))
    right, bottom = low.from_slide((inside.right, inside.bottom))
    # The slide's last low pixel may stand on less than half of what it covers.
    x, width = _rounded(left, low.width if inside.right == slide.width else right)
    y, height = _rounded(top, low.height if inside.bottom == slide.height else bottom)
    return Box(x, y, width, height).scaled(SCALE_FACTOR)


def _rounded(begin: float, end: float) -> tuple[int, int]:
    """Return the (start, length) of whole pixels nearest to an interval, at least the one in its middle."""
    start, stop = round(begin), round(end)
    return (start, stop - start) if stop > start else (math.floor((begin + end) / 2), 1)
