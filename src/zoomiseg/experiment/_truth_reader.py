"""A truth mask of any size, read by boxes of its slide's high grid."""

from __future__ import annotations

from collections.abc import Callable

from zoomiseg.geometry import Box, Grids
from zoomiseg.slide import Mask

from ._curve import MaskArray
from ._truth import truth_on_high


def truth_reader(mask: Mask, grids: Grids) -> Callable[[Box], MaskArray]:
    """Return what answers boxes of the high grid with (H, W) bool.

    A mask that has the high grid's size is read piece by piece; another one is held in memory.
    """
    high = grids.high
    if (mask.width, mask.height) == (high.width, high.height):
        return mask.foreground
    whole = truth_on_high(mask.foreground(Box(0, 0, mask.width, mask.height)), grids)
    return lambda box: whole[box.slices_in(high.box)]
