"""How good a slide's mask is, each figure counted so that no slide has to be in memory."""

from ._boundary import BAND_PX, TOLERANCE_UM, BoundaryCounts, band, contour
from ._hausdorff import OutlineDistance
from ._interval import miou_interval
from ._overlap import MaskArray, Overlap, overlap_of
from ._slide import ReadMask, SlideMeasure, measure_slide

__all__ = [
    "BAND_PX",
    "TOLERANCE_UM",
    "BoundaryCounts",
    "MaskArray",
    "OutlineDistance",
    "Overlap",
    "ReadMask",
    "SlideMeasure",
    "band",
    "contour",
    "measure_slide",
    "miou_interval",
    "overlap_of",
]
