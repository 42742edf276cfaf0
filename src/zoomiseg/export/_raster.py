"""Polygons as a mask on a pixel grid: the way back from `mask_polygons`."""

from __future__ import annotations

from collections.abc import Sequence

from zoomiseg.annotations import Annotation, AreaMask, areas_of
from zoomiseg.geometry import Grid


class GeoJsonMask(AreaMask):
    """Areas of annotations as a mask: a pixel is in where its centre lies inside one of them.

    Points and lines have no area and do not appear. Holes are even-odd; overlapping areas unite.

    Args:
        annotations: What `read_geojson` returned, in slide pixels (level 0).
        grid: The pixels to answer in.
    """

    def __init__(self, annotations: Sequence[Annotation], grid: Grid) -> None:
        super().__init__(areas_of(annotations), grid)
