"""Masks and clicks in the forms that others read: GeoJSON, pyramids, pictures, measurements."""

import sys
from types import ModuleType

from zoomiseg.annotations import Annotation, Plane, read_geojson

from ._atomic import write_text
from ._clicks import PlacedClick, read_clicks, write_clicks
from ._export import WRITERS, Exported, export
from ._measure import area_measurements, mask_area_mm2, round_length
from ._overview import ClickMark, overview
from ._picture import write_overview
from ._polygons import PIXEL_EXACT_PX, mask_polygons
from ._raster import GeoJsonMask
from ._region import MaskRegion, region_of_annotations, region_of_bare_mask, region_of_mask, region_of_session
from ._tiff import write_mask_tiff
from ._write import write_geojson

__all__ = [
    "PIXEL_EXACT_PX",
    "WRITERS",
    "Annotation",
    "ClickMark",
    "Exported",
    "GeoJsonMask",
    "MaskRegion",
    "PlacedClick",
    "Plane",
    "area_measurements",
    "export",
    "mask_area_mm2",
    "mask_polygons",
    "overview",
    "read_clicks",
    "read_geojson",
    "region_of_annotations",
    "region_of_bare_mask",
    "region_of_mask",
    "region_of_session",
    "round_length",
    "write_clicks",
    "write_geojson",
    "write_mask_tiff",
    "write_overview",
    "write_text",
]


class _Room(ModuleType):
    """Lets `zoomiseg.export(session, path)` work whether or not this room was imported before."""

    __call__ = staticmethod(export)


sys.modules[__name__].__class__ = _Room
