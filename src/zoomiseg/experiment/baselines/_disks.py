"""Clicks as labelled pixels, for methods that start from some."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from zoomiseg.guidance import PatchPoint, click_maps

BoolArray = NDArray[np.bool_]


def click_disks(
    shape: tuple[int, int], clicks: Sequence[PatchPoint], radius_px: int
) -> tuple[BoolArray, BoolArray]:
    """Return positive and negative disks, each (height, width); where they overlap the later click wins."""
    positive, negative = np.zeros(shape, bool), np.zeros(shape, bool)
    for click in clicks:
        now = click_maps([click], *shape, radius_px=radius_px).any(axis=0)
        positive[now], negative[now] = click[2] > 0, click[2] < 0
    return positive, negative
