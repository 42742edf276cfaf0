"""Where things are: points, boxes, clicks, scales, and the way from one frame to another.

Three frames occur, always with x to the right and y down, pixel i covering [i, i + 1):
slide coordinates (level-0 pixels), grid coordinates (pixels of the slide at one scale), and patch
coordinates (grid pixels counted from a patch's own corner).
"""

from ._box import Box
from ._click import Click, ScaleName
from ._grid import HIGH, LOW, SCALE_FACTOR, Grid, Grids, Scale, grids_of
from ._patch import (
    LOW_PER_HIGH_PATCH,
    PATCH_SIZE,
    PatchFrame,
    high_patch_box,
    low_crop_of,
    nearest_patch,
    patch_starts,
)

__all__ = [
    "HIGH",
    "LOW",
    "LOW_PER_HIGH_PATCH",
    "PATCH_SIZE",
    "SCALE_FACTOR",
    "Box",
    "Click",
    "Grid",
    "Grids",
    "PatchFrame",
    "Scale",
    "ScaleName",
    "grids_of",
    "high_patch_box",
    "low_crop_of",
    "nearest_patch",
    "patch_starts",
]
