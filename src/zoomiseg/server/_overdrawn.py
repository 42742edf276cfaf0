"""The outlines of a mask that was made elsewhere, to be drawn over what is there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Polygon

from zoomiseg.errors import AnnotationError
from zoomiseg.export import PIXEL_EXACT_PX, mask_polygons
from zoomiseg.geometry import Box, Grid
from zoomiseg.session import MOST_POINTS
from zoomiseg.slide import Slide

Ring = list[tuple[float, float]]
_ASPECT_TOLERANCE = 0.01
_COARSER_PX = 2.0


def outlines(mask: NDArray[np.bool_], slide: Slide) -> list[Ring]:
    """Return the rings around a mask, in slide pixels, without their first point repeated; in a thread.

    They hold the centres of exactly the mask's pixels; where that takes too many points, they are up to two
    of its pixels off.

    Args:
        mask: (H, W) over the whole slide.
        slide: What it belongs to.
    Raises:
        AnnotationError: It has another aspect than the slide, is empty, or too ragged.
    """
    height, width = mask.shape
    stretch = slide.width / width, slide.height / height
    if abs(stretch[0] / stretch[1] - 1) > _ASPECT_TOLERANCE:
        raise AnnotationError(
            f"The mask of {width} x {height} pixels has another aspect than the slide of "
            f"{slide.width} x {slide.height}."
        )
    grid = Grid(stretch, width, height, (slide.mpp[0] * stretch[0], slide.mpp[1] * stretch[1]))
    count = 0
    for tolerance_px in (PIXEL_EXACT_PX, _COARSER_PX):
        rings = _rings(mask_polygons(lambda box: _read(mask, box), grid, simplify_px=tolerance_px))
        if not rings:
            raise AnnotationError("The mask is empty.")
        count = sum(map(len, rings))
        if count <= MOST_POINTS:
            return rings
    raise AnnotationError(
        f"The mask's outlines have {count:,} corners, and at most {MOST_POINTS:,} can be added at once.",
        hint="Begin a new session with it instead, or add it in parts.",
    )


def _read(mask: NDArray[np.bool_], box: Box) -> NDArray[np.bool_]:
    return mask[box.y : box.bottom, box.x : box.right]


def _rings(polygons: list[Polygon]) -> list[Ring]:
    rings = (ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors))
    return [[(x, y) for x, y in ring.coords[:-1]] for ring in rings]
